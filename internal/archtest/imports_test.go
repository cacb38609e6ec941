package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module     = "puente"
	root       = "../.."
	everything = "*"
)

// rules says what each package of ours may import of ours, test files aside, and why. A package without a row fails: decide first where it belongs.
var rules = []struct {
	folder string
	may    []string // folders of ours; everything: all of them
	alone  bool     // its tests import nothing of ours either
	why    string
}{
	{"internal/crm", nil, true, "the domain reads and tests alone: rules of a CRM, whoever writes and wherever it is kept"},
	{"internal/crm/crmtest", []string{"internal/crm", "internal/bridge", "internal/store", "internal/store/pgtest"}, false, "the use cases are tried against real databases; crm itself knows none"},
	{"internal/config", nil, true, "settings are plain values; what they mean is decided where they are used"},
	{"internal/secret", nil, true, "sealing knows bytes and a key, not whose token it is"},
	{"internal/messages", nil, false, "sentences have keys, not types; its tests look at the packages whose codes need a sentence"},
	{"internal/bsale", nil, false, "the client knows no CRM and could be published tomorrow"},
	{"internal/bsale/bsalesim", []string{"internal/bsale"}, false, "the simulator and its oracle must not share a mistake with the bridge"},
	{"internal/bridge", []string{"internal/crm", "internal/bsale"}, false, "decisions are pure; storage, clock, queue and client come in as small interfaces"},
	{"internal/store", []string{"internal/crm", "internal/bridge", "internal/auth"}, false, "it implements the interfaces that those declare, and SQL stays behind this one door"},
	{"internal/store/storetest", []string{"internal/crm", "internal/bridge", "internal/auth", "internal/store", "internal/store/pgtest"}, false, "one suite says what a store is, on both engines"},
	{"internal/store/pgtest", []string{"internal/store"}, false, "it starts a PostgreSQL for tests and brings its schema up to date"},
	{"internal/jobs", []string{"internal/crm", "internal/bridge"}, false, "the queue only wakes, and can be swapped"},
	{"internal/auth", []string{"internal/crm", "internal/secret"}, false, "users, keys and permissions know neither SQL nor HTTP"},
	{"internal/api", []string{"internal/crm", "internal/bridge", "internal/auth", "internal/messages"}, false, "a front door sees neither SQL nor the other door"},
	{"internal/web", []string{"internal/crm", "internal/bridge", "internal/auth", "internal/messages"}, false, "a front door sees neither SQL nor the other door"},
	{"internal/app", []string{everything}, false, "the only place that knows all the concrete parts"},
	{"cmd/puente", []string{"internal/app", "internal/config", "internal/messages", "internal/crm", "internal/bsale/bsalesim"}, false, "flags, signals and exit codes; the work is done by app"},
	{"internal/archtest", nil, true, "it reads source, and imports none of it"},
	{"bench", []string{everything}, false, "it measures the parts against their floors"},
	{"e2e", []string{everything}, false, "it drives the whole from outside"},
	{"e2e/browser", nil, false, "its tests drive the whole through a browser; there is nothing in it to import"},
}

// fences keep packages of others in one place. Test files may cross them; the simulator's fence holds for files, not packages.
var fences = []struct {
	prefix string
	only   []string // folders, or files
	why    string
}{
	{"database/sql", []string{"internal/store", "internal/store/storetest", "internal/store/pgtest", "internal/jobs", "internal/app", "bench"}, "SQL is written in internal/store only; jobs and app hand its handles on"},
	{"modernc.org/sqlite", []string{"internal/store", "bench"}, "a driver is chosen in internal/store only"},
	{"github.com/jackc/pgx", []string{"internal/store", "internal/store/pgtest", "internal/jobs", "bench"}, "a driver is chosen in internal/store only; River's listener in jobs needs a pool of pgx"},
	{"github.com/lib/pq", nil, "pgx is our driver for PostgreSQL"},
	{"github.com/pressly/goose", []string{"internal/store"}, "migrations belong to the store"},
	{"github.com/riverqueue", []string{"internal/jobs"}, "the queue can be swapped as long as nobody else knows it"},
	{"github.com/nyaruka/phonenumbers", []string{"internal/crm", "internal/bsale/bsalesim"}, "there is one normal form of a phone; the simulator needs valid ones to hand out"},
	{"github.com/alecthomas/kong", []string{"cmd/puente", "internal/app"}, "only the command line knows flags"},
	{"net/http/httptest", nil, "a test server has no place in the program"},
	{"testing", []string{"internal/store/storetest", "internal/store/pgtest", "bench", "e2e"}, "only helpers of tests import it"},
	{module + "/internal/bsale/bsalesim", []string{"cmd/puente", "bench", "e2e", "internal/app/demo.go", "internal/app/bsale_sim.go", "internal/app/bsalesim.go"}, "the simulator never leaks into what talks to the real Bsale"},
}

// banned says what some packages may not import of the standard library.
var banned = map[string][]string{
	"internal/crm":      {"net/http", "database/sql", "os"},
	"internal/bridge":   {"net/http", "database/sql", "os"},
	"internal/messages": {"net/http", "database/sql"},
}

type file struct {
	name    string // from the module's root
	folder  string
	test    bool
	imports []string
}

func TestImportsPointInward(t *testing.T) {
	rows := map[string]int{}
	for i, r := range rules {
		if _, twice := rows[r.folder]; twice {
			t.Errorf("%s has two rows", r.folder)
		}
		rows[r.folder] = i
	}
	files := ourFiles(t)
	if len(files) < 30 {
		t.Fatalf("only %d files found", len(files))
	}
	for _, f := range files {
		i, ok := rows[f.folder]
		if !ok {
			t.Errorf("%s: the package %s has no row in internal/archtest; add one that says what it may import, and why", f.name, f.folder)
			continue
		}
		row := rules[i]
		for _, imported := range f.imports {
			ours, isOurs := strings.CutPrefix(imported, module+"/")
			switch {
			case isOurs && ours == f.folder:
				// an external test of the package itself
			case isOurs && f.test && row.alone:
				t.Errorf("%s imports %s: %s", f.name, imported, row.why)
			case isOurs && !f.test && !slices.Contains(row.may, everything) && !slices.Contains(row.may, ours):
				t.Errorf("%s imports %s: %s", f.name, imported, row.why)
			case !f.test && slices.Contains(banned[f.folder], imported):
				t.Errorf("%s imports %s: %s", f.name, imported, row.why)
			}
			for _, fence := range fences {
				if !f.test && (imported == fence.prefix || strings.HasPrefix(imported, fence.prefix+"/")) &&
					!slices.Contains(fence.only, f.folder) && !slices.Contains(fence.only, f.name) && f.folder != strings.TrimPrefix(fence.prefix, module+"/") {
					t.Errorf("%s imports %s: %s", f.name, imported, fence.why)
				}
			}
		}
	}
}

// ourFiles reads the imports of all Go files of the module, whatever their build tags.
func ourFiles(t *testing.T) []file {
	t.Helper()
	var files []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err = filepath.Rel(root, name)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if base := path.Base(name); name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "vendor") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := file{name: name, folder: path.Dir(name), test: strings.HasSuffix(name, "_test.go")}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
