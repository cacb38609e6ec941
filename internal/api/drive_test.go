package api_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// order puts what can be done once, on an empty server, first.
func inOrder(all []operation) []operation {
	slices.SortStableFunc(all, func(a, b operation) int {
		first := func(o operation) int {
			if o.id == "post-v1-setup" {
				return 0
			}
			return 1
		}
		return first(a) - first(b)
	})
	return all
}

func TestEveryOperationDoesWhatTheDocumentSays(t *testing.T) {
	onBothEngines(t, everyOperationDoesWhatTheDocumentSays)
}

func everyOperationDoesWhatTheDocumentSays(t *testing.T, w *world) {
	d := readDocument(w)
	for _, o := range inOrder(d.operations()) {
		make := samples[o.id]
		if make == nil {
			t.Errorf("%s has no sample", o.id)
			continue
		}
		s := make(w)
		var body any
		if s.body != "" {
			body = s.body
		}
		g := w.ask(o.method, s.path, body, s.headers...)
		if g.status >= 300 {
			t.Errorf("%s: %d %s", o.id, g.status, g.text)
			continue
		}
		if err := d.check(o, g); err != nil {
			t.Errorf("%s: %v\n%s", o.id, err, g.text)
		}
	}
	for id := range samples {
		if !slices.ContainsFunc(d.operations(), func(o operation) bool { return o.id == id }) {
			t.Errorf("there is no operation %s", id)
		}
	}
}

// wrong is a request that is to be refused.
type wrong struct {
	name, body string
	headers    []string
	status     int
	key        string // of the problem, or of the field's
	field      string // at fault; empty: none, or any
}

// wrongs makes a good body bad in every way that its schema speaks of.
func wrongs(d *document, o operation, s sample) []wrong {
	all := []wrong{
		{name: "malformed", body: "{\n  \"x\": ,}", status: 400, key: "json_malformed"},
		{name: "not UTF-8", body: "{\"x\":\"\xff\"}", status: 400, key: "json_malformed"},
		{name: "of another type", body: "a=b", headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, key: "body_type"},
		{name: "a list", body: "[]", status: 422, key: "object_wanted"},
		{name: "too large", body: `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, status: 413, key: "body_too_large"},
	}
	if required, _ := o.body["required"].(bool); required {
		all = append(all, wrong{name: "missing", status: 400, key: "body_missing"})
	}
	var good map[string]any
	if json.Unmarshal([]byte(s.body), &good) != nil {
		good = map[string]any{}
	}
	schema := d.resolve(o.body["content"].(map[string]any)["application/json"].(map[string]any)["schema"])
	return append(all, d.wrongMembers(schema, good, "", func(changed map[string]any) map[string]any { return changed })...)
}

// resolve follows a reference.
func (d *document) resolve(schema any) map[string]any {
	m := schema.(map[string]any)
	if ref, ok := m["$ref"].(string); ok {
		return d.root["components"].(map[string]any)["schemas"].(map[string]any)[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
	}
	return m
}

func typeOf(schema map[string]any) string {
	switch t := schema["type"].(type) {
	case string:
		return t
	case []any:
		return t[0].(string)
	}
	return ""
}

var wrongValues = map[string]struct {
	value any
	key   string
}{
	"string": {17, "text_wanted"}, "integer": {"x", "integer_wanted"}, "number": {"x", "number_wanted"}, "boolean": {"x", "bool_wanted"},
	"array": {"x", "list_wanted"}, "object": {"x", "object_wanted"},
}

// wrongMembers spoils each member of a body, and those inside it; whole puts what is changed into the whole body.
func (d *document) wrongMembers(schema, good map[string]any, place string, whole func(map[string]any) map[string]any) []wrong {
	var all []wrong
	spoil := func(name string, change func(map[string]any), key, field string) {
		changed := maps.Clone(good)
		if changed == nil {
			changed = map[string]any{}
		}
		change(changed)
		data, err := json.Marshal(whole(changed))
		must(d.t, err)
		all = append(all, wrong{name: name, body: string(data), status: 422, key: key, field: field})
	}
	if open, _ := schema["additionalProperties"].(bool); !open {
		spoil("unknown member in "+place, func(m map[string]any) { m["noSuchMember"] = 1 }, "member_unknown", place+"noSuchMember")
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		spoil("without "+name.(string), func(m map[string]any) { delete(m, name.(string)) }, "member_missing", place+name.(string))
	}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		member := d.resolve(properties[name])
		kind := typeOf(member)
		if kind == "" {
			continue
		}
		bad := wrongValues[kind]
		spoil(name+" of a wrong type", func(m map[string]any) { m[name] = bad.value }, bad.key, place+name)
		if enum, _ := member["enum"].([]any); enum != nil && kind == "string" {
			spoil(name+" unknown", func(m map[string]any) { m[name] = "noSuchChoice" }, "choice_unknown", place+name)
		}
		if most, ok := member["maxLength"].(json.Number); ok {
			n, _ := most.Int64()
			spoil(name+" too long", func(m map[string]any) { m[name] = strings.Repeat("x", int(n)+1) }, "text_over", place+name)
		}
		if most, ok := member["maxItems"].(json.Number); ok {
			n, _ := most.Int64()
			spoil(name+" too many", func(m map[string]any) { m[name] = make([]any, n+1) }, "list_over", place+name)
		}
		if least, ok := member["minItems"].(json.Number); ok && least != "0" {
			spoil(name+" too few", func(m map[string]any) { m[name] = []any{} }, "list_under", place+name)
		}
		if most, ok := member["maximum"].(json.Number); ok {
			n, _ := most.Int64()
			spoil(name+" too much", func(m map[string]any) { m[name] = n + 1 }, "number_over", place+name)
		}
		if least, ok := member["minimum"].(json.Number); ok {
			n, _ := least.Int64()
			spoil(name+" too little", func(m map[string]any) { m[name] = n - 1 }, "number_under", place+name)
		}
		inner, _ := good[name].(map[string]any)
		if kind == "object" && member["properties"] != nil {
			all = append(all, d.wrongMembers(member, inner, place+name+".", func(changed map[string]any) map[string]any {
				outer := maps.Clone(good)
				if outer == nil {
					outer = map[string]any{}
				}
				outer[name] = changed
				return whole(outer)
			})...)
		}
	}
	return all
}

func TestEveryBadBodyIsRefusedAtItsField(t *testing.T) {
	w := newWorld(t)
	d := readDocument(w)
	count := 0
	for _, o := range inOrder(d.operations()) {
		if o.body == nil || samples[o.id] == nil {
			continue
		}
		s := samples[o.id](w)
		for _, bad := range wrongs(d, o, s) {
			count++
			w.refused(d, o, s, bad)
		}
	}
	if count < 500 {
		t.Errorf("only %d bad bodies", count)
	}
}

func (w *world) refused(d *document, o operation, s sample, bad wrong) {
	w.t.Helper()
	var answers [2]got
	for i, language := range []string{"es", "en"} {
		var body any
		if bad.body != "" {
			body = bad.body
		}
		g := w.ask(o.method, s.path, body, append(append(slices.Clone(s.headers), "Accept-Language", language), bad.headers...)...)
		answers[i] = g
		if g.status != bad.status {
			w.t.Errorf("%s, %s: %d, want %d: %s\nsent %.300s", o.id, bad.name, g.status, bad.status, g.text, bad.body)
			return
		}
		if err := d.check(o, g); err != nil {
			w.t.Errorf("%s, %s: %v\n%s", o.id, bad.name, err, g.text)
		}
		found := g.string("key") == bad.key && bad.field == ""
		list, _ := g.at("errors").([]any)
		for k := range list {
			found = found || g.string("errors", k, "key") == bad.key && (bad.field == "" || g.string("errors", k, "field") == bad.field)
		}
		if !found {
			w.t.Errorf("%s, %s: want %s at %q: %s\nsent %.300s", o.id, bad.name, bad.key, bad.field, g.text, bad.body)
		}
		if strings.ContainsAny(g.string("detail"), "{}") || g.string("detail") != g.string("message") {
			w.t.Errorf("%s, %s in %s reads %q", o.id, bad.name, language, g.string("detail"))
		}
	}
	if answers[0].string("detail") == answers[1].string("detail") {
		w.t.Errorf("%s, %s reads the same in both languages: %q", o.id, bad.name, answers[0].string("detail"))
	}
}

func TestEveryBadParameterIsRefused(t *testing.T) {
	w := newWorld(t)
	d := readDocument(w)
	for _, o := range inOrder(d.operations()) {
		if samples[o.id] == nil {
			continue
		}
		s := samples[o.id](w)
		path, _, _ := strings.Cut(s.path, "?")
		op := d.root["paths"].(map[string]any)[o.path].(map[string]any)[strings.ToLower(o.method)].(map[string]any)
		parameters, _ := op["parameters"].([]any)
		try := func(query, key, field string) {
			t.Helper()
			w.refused(d, o, sample{path: path + "?" + query, headers: s.headers}, wrong{name: query, body: s.body, status: 422, key: key, field: field})
		}
		if len(parameters) > 0 || o.method == "GET" {
			try("noSuchParameter=1", "parameter_unknown", "noSuchParameter")
		}
		for _, p := range parameters {
			p := p.(map[string]any)
			name, schema := p["name"].(string), p["schema"].(map[string]any)
			if p["in"] != "query" {
				continue
			}
			switch typeOf(schema) {
			case "integer":
				try(name+"=x", "integer_wanted", name)
				if most, ok := schema["maximum"].(json.Number); ok {
					try(name+"="+most.String()+"0", "number_over", name)
				}
				try(name+"=-1", "number_under", name)
			case "boolean":
				try(name+"=x", "bool_wanted", name)
			case "string":
				if schema["enum"] != nil {
					try(name+"=noSuchChoice", "choice_unknown", name)
				}
				if examples, _ := schema["examples"].([]any); len(examples) > 0 && strings.HasPrefix(examples[0].(string), "2026") {
					try(name+"=ayer", "instant_wanted", name)
				}
			}
		}
	}
}
