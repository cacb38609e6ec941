package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// document is /openapi.json with its schemas.
type document struct {
	t        testing.TB
	root     map[string]any
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

// operation is one entry of the document.
type operation struct {
	id, method, path, scope string
	body                    map[string]any
	alsoScopes              []alsoScope
}

// alsoScope is a scope that a value of a parameter needs beside the operation's.
type alsoScope struct{ parameter, value, scope string }

func readDocument(w *world) *document {
	w.t.Helper()
	g := w.mustAsk(200, "GET", "/openapi.json", nil, "X-Api-Key", "")
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(g.text))
	must(w.t, err)
	d := &document{t: w.t, root: root.(map[string]any), compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	must(w.t, d.compiler.AddResource("openapi.json", root))
	return d
}

// operations are all entries, in order.
func (d *document) operations() []operation {
	var all []operation
	paths := d.root["paths"].(map[string]any)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := paths[path].(map[string]any)
		for _, method := range slices.Sorted(maps.Keys(item)) {
			op := item[method].(map[string]any)
			o := operation{id: op["operationId"].(string), method: strings.ToUpper(method), path: path}
			o.scope, _ = op["x-scope"].(string)
			o.body, _ = op["requestBody"].(map[string]any)
			also, _ := op["x-also-scopes"].([]any)
			for _, a := range also {
				a := a.(map[string]any)
				o.alsoScopes = append(o.alsoScopes, alsoScope{a["parameter"].(string), a["value"].(string), a["scope"].(string)})
			}
			all = append(all, o)
		}
	}
	return all
}

// schema compiles what stands at a place of the document, nil if nothing does.
func (d *document) schema(place ...string) *jsonschema.Schema {
	d.t.Helper()
	var at any = d.root
	pointer := "openapi.json#"
	for _, step := range place {
		m, _ := at.(map[string]any)
		if at = m[step]; at == nil {
			return nil
		}
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(step)
	}
	if d.compiled[pointer] == nil {
		s, err := d.compiler.Compile(pointer)
		if err != nil {
			d.t.Fatalf("%s: %v", pointer, err)
		}
		d.compiled[pointer] = s
	}
	return d.compiled[pointer]
}

// check says whether an answer is one that the document announces.
func (d *document) check(o operation, g got) error {
	status := strconv.Itoa(g.status)
	media, _, _ := strings.Cut(g.header.Get("Content-Type"), ";")
	responses := d.root["paths"].(map[string]any)[o.path].(map[string]any)[strings.ToLower(o.method)].(map[string]any)["responses"].(map[string]any)
	if responses[status] == nil {
		if g.status < 400 {
			return fmt.Errorf("status %d is not in the document", g.status)
		}
		status = "default"
	}
	if g.status == 204 || g.status == 304 {
		if len(g.text) > 0 {
			return fmt.Errorf("%d with a body", g.status)
		}
		return nil
	}
	s := d.schema("paths", o.path, strings.ToLower(o.method), "responses", status, "content", media, "schema")
	if s == nil {
		return fmt.Errorf("status %d as %s is not in the document", g.status, media)
	}
	if media == "text/csv" {
		return nil
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(g.text))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

func TestTheDocumentIsOpenAPI(t *testing.T) {
	w := newWorld(t)
	d := readDocument(w)
	file, err := os.Open("testdata/openapi/schema-3.1.json")
	must(t, err)
	defer file.Close()
	official, err := jsonschema.UnmarshalJSON(file)
	must(t, err)
	c := jsonschema.NewCompiler()
	must(t, c.AddResource("schema.json", official))
	schema, err := c.Compile("schema.json")
	must(t, err)
	must(t, schema.Validate(d.root))

	broken := map[string]any{}
	must(t, json.Unmarshal([]byte(`{"openapi":"3.1.0","info":{"title":"x"},"paths":{}}`), &broken))
	if schema.Validate(broken) == nil {
		t.Error("the schema takes a document without a version")
	}

	// What the official schema leaves out: that each schema of ours is one.
	for name := range d.root["components"].(map[string]any)["schemas"].(map[string]any) {
		d.schema("components", "schemas", name)
	}
	ids := map[string]bool{}
	for _, o := range d.operations() {
		if ids[o.id] {
			t.Errorf("two operations are called %s", o.id)
		}
		ids[o.id] = true
		if o.scope == "" {
			t.Errorf("%s %s does not say what it asks of the caller", o.method, o.path)
		}
		op := d.root["paths"].(map[string]any)[o.path].(map[string]any)[strings.ToLower(o.method)].(map[string]any)
		for status, response := range op["responses"].(map[string]any) {
			content, _ := response.(map[string]any)["content"].(map[string]any)
			if media, _ := content["application/json"].(map[string]any); media != nil && (typeOf(d.resolve(media["schema"])) == "array") != (o.id == "get-v1-crm-tags") {
				t.Errorf("%s answers %s with a plain list, which only tags are, or tags are none", o.id, status)
			}
		}
		if o.body != nil {
			d.schema("paths", o.path, strings.ToLower(o.method), "requestBody", "content", "application/json", "schema")
		}
	}
	if len(ids) < 80 {
		t.Errorf("only %d operations", len(ids))
	}
}
