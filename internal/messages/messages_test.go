package messages

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"puente/internal/bridge"
	"puente/internal/crm"
)

var parameter = regexp.MustCompile(`\{([^}]*)\}`)

func parameters(s string) []string {
	var names []string
	for _, m := range parameter.FindAllStringSubmatch(s, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	name := regexp.MustCompile(`^[a-z_]+$`)
	for key, m := range catalogue {
		es, en := parameters(m.es), parameters(m.en)
		if !slices.Equal(es, en) {
			t.Errorf("%s: Spanish has the parameters %v, English %v", key, es, en)
		}
		for _, p := range es {
			if !name.MatchString(p) {
				t.Errorf("%s: odd parameter {%s}", key, p)
			}
		}
		for language, s := range map[string]string{"es": m.es, "en": m.en} {
			first, _ := utf8.DecodeRuneInString(s)
			if s == "" || s != strings.TrimSpace(s) || unicode.IsLower(first) {
				t.Errorf("%s in %s does not read like a message: %q", key, language, s)
			}
			sentence := strings.HasPrefix(key, "error.") || strings.HasPrefix(key, "reason.")
			command := strings.Contains(s, ": openssl ") || strings.Contains(s, ": chmod ") // to be copied as they stand
			if sentence && !strings.HasSuffix(s, ".") && !command && !strings.HasSuffix(s, ")") {
				t.Errorf("%s in %s does not end like a sentence: %q", key, language, s)
			}
		}
		if strings.HasPrefix(key, "error.") && strings.Count(m.es, ".") < 2 && !strings.ContainsAny(m.es, ";:") {
			t.Errorf("%s says what is wrong and not what to do: %q", key, m.es)
		}
	}
}

// constants returns the string constants of each type in a package of ours.
func constants(t *testing.T, folder string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, file := range parse(t, folder) {
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				v := spec.(*ast.ValueSpec)
				typ, ok := v.Type.(*ast.Ident)
				if !ok || len(v.Values) != 1 {
					continue
				}
				if s, ok := literal(v.Values[0]); ok {
					found[typ.Name] = append(found[typ.Name], s)
				}
			}
		}
	}
	return found
}

func parse(t *testing.T, folder string) []*ast.File {
	t.Helper()
	var files []*ast.File
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func TestEveryConstantThatPeopleSeeHasItsWord(t *testing.T) {
	ours := constants(t, "../crm")
	for typ, values := range constants(t, "../bridge") {
		ours[typ] = append(ours[typ], values...)
	}
	for typ, table := range map[string]string{
		"Reason": "reason", "Outcome": "outcome", "Kind": "kind", "Standing": "standing", "State": "state", "RunKind": "run", "RunState": "run_state",
		"StageKind": "stage_kind", "Role": "role", "Entity": "entity", "EventType": "event",
		"ActivityKind": "activity_kind", "ActivityStatus": "activity_status", "FieldType": "field_type", "SellerAccess": "seller_access",
	} {
		if len(ours[typ]) == 0 {
			t.Errorf("no constants of type %s: was it renamed?", typ)
		}
		known := map[string]bool{}
		for _, value := range ours[typ] {
			known[value] = true
			if !Has(table + "." + value) {
				t.Errorf("%s %q has no message %s.%s", typ, value, table, value)
			}
		}
		for key := range catalogue {
			if value, ok := strings.CutPrefix(key, table+"."); ok && !known[strings.TrimSuffix(value, ".fix")] {
				t.Errorf("%s belongs to no %s", key, typ)
			}
		}
	}
}

// callsWithKeys says which argument of our functions is the key of an error, and what a sentence may use beside the parameters in the call.
var callsWithKeys = map[string]struct {
	argument int
	given    []string
}{
	"NewError":       {1, nil},
	"problem":        {1, nil},
	"word":           {1, []string{"value", "known"}},
	"keyError":       {0, nil}, // of internal/secret
	"notFound":       {0, []string{"id"}},
	"unusable":       {0, []string{"database"}},
	"schemaConflict": {0, []string{"database", "version", "program_version"}},
}

func TestEveryErrorInTheCodeHasItsSentence(t *testing.T) {
	files := parse(t, "..")
	if _, err := os.Stat("../../cmd"); err == nil {
		files = append(files, parse(t, "../../cmd")...)
	}
	calls := 0
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			with, ok := callsWithKeys[name]
			if !ok || len(call.Args) <= with.argument {
				return true
			}
			key, ok := literal(call.Args[with.argument])
			if !ok {
				return true
			}
			calls++
			m, ok := catalogue["error."+key]
			if !ok {
				t.Errorf("%s(… %q …): there is no message error.%s", name, key, key)
				return true
			}
			given := append([]string{"place"}, with.given...)
			if call.Ellipsis.IsValid() {
				return true // the parameters are made elsewhere
			}
			for i := with.argument + 1; i < len(call.Args); i += 2 {
				if s, ok := literal(call.Args[i]); ok {
					given = append(given, s)
				}
			}
			for _, p := range parameters(m.es) {
				if !slices.Contains(given, p) {
					t.Errorf("%s(… %q …) gives %v, and the sentence needs {%s}", name, key, given, p)
				}
			}
			return true
		})
	}
	if calls < 20 {
		t.Errorf("only %d errors found in the code: was NewError renamed?", calls)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ language, key, want string }{
		{"es", "kind.quote", "Cotización"},
		{"en", "kind.quote", "Quote"},
		{"fr", "kind.quote", "Cotización"},
		{"", "kind.quote", "Cotización"},
		{"es", "no.such", "no.such"},
	} {
		if got := Text(c.language, c.key, nil); got != c.want {
			t.Errorf("Text(%s, %s) = %q, want %q", c.language, c.key, got, c.want)
		}
	}
	if got := Reason(crm.Spanish, bridge.NoClient); got != "La venta no tiene cliente." {
		t.Errorf("reason: %q", got)
	}
	if Fix(crm.English, bridge.NoClient) == "" || Fix(crm.English, bridge.AlreadyInSync) != "" {
		t.Error("a fix is there where a person can act, and only there")
	}
}

func TestFill(t *testing.T) {
	params := map[string]string{"a": "1", "b": "{a}", "empty": ""}
	for in, want := range map[string]string{
		"plain":          "plain",
		"{a}":            "1",
		"x{a}y{a}z":      "x1y1z",
		"{b}":            "{a}", // a value is not filled again
		"[{empty}]":      "[]",
		"{missing} {a}":  "{missing} 1",
		"{a":             "{a",
		"{ {a}":          "{ 1",
		"a } without {":  "a } without {",
		"":               "",
		"{missing}{also": "{missing}{also",
	} {
		if got := fill(in, params); got != want {
			t.Errorf("fill(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestErrorsInWords(t *testing.T) {
	unknown := crm.NewError(crm.Invalid, "rules_stage_unknown", "stage", "Vendida", "pipeline", "Ventas", "known", "Nuevo, Vendido").At("update.to_stage")
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("sync: %w", unknown), "En las reglas, “update.to_stage” nombra la etapa “Vendida”, que no existe en el embudo “Ventas”. Sus etapas son: Nuevo, Vendido."},
		{crm.NewError(crm.Conflict, "connection_busy", "holder", "caja-2/4711").Because(errors.New("secret")), "Otro proceso (caja-2/4711) está trabajando con esta conexión. Espera a que termine o deténlo, e inténtalo de nuevo."},
		{errors.New("dial tcp: secret"), Text("es", "error.internal", nil)},
		{crm.NewError(crm.Internal, "never_heard_of"), Text("es", "error.internal", nil)},
		{nil, Text("es", "error.internal", nil)},
	} {
		if got := Error(crm.Spanish, c.err); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add("a {b} c", "b", "{b}")
	f.Fuzz(func(t *testing.T, s, name, value string) {
		if got := fill(s, nil); got != s {
			t.Errorf("without parameters %q becomes %q", s, got)
		}
		fill(s, map[string]string{name: value})
	})
}
