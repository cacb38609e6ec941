package api_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTextThatCannotBeStoredIsRefused puts NUL and broken UTF-8 wherever an operation takes text: PostgreSQL would take it for our fault.
func TestTextThatCannotBeStoredIsRefused(t *testing.T) {
	onBothEngines(t, textThatCannotBeStoredIsRefused)
}

func textThatCannotBeStoredIsRefused(t *testing.T, w *world) {
	d := readDocument(w)
	part := regexp.MustCompile(`\{[^}]+\}`)
	paths, parameters, members := 0, 0, 0
	for _, o := range inOrder(d.operations()) {
		if samples[o.id] == nil {
			continue
		}
		s := samples[o.id](w)
		for _, broken := range []string{"%00", "a%FFb"} {
			if o.path != part.ReplaceAllString(o.path, "") {
				paths++
				g := w.ask(o.method, part.ReplaceAllString(o.path, broken), nil, s.headers...)
				if g.status != 404 || g.string("key") != "route_unknown" {
					t.Errorf("%s at %s: %d %s", o.id, broken, g.status, g.text)
				}
			}
			path, _, _ := strings.Cut(s.path, "?")
			op := d.root["paths"].(map[string]any)[o.path].(map[string]any)[strings.ToLower(o.method)].(map[string]any)
			all, _ := op["parameters"].([]any)
			for _, p := range all {
				name := p.(map[string]any)["name"].(string)
				if p.(map[string]any)["in"] != "query" {
					continue
				}
				if name == "filter" {
					name = "filter[contactId]"
				}
				parameters++
				w.refused(d, o, sample{path: path + "?" + name + "=" + broken, headers: s.headers}, wrong{
					name: name + "=" + broken, body: s.body, status: 422, key: "text_unstorable", field: name,
				})
			}
		}
		if o.body == nil {
			continue
		}
		var good map[string]any
		if json.Unmarshal([]byte(s.body), &good) != nil {
			good = map[string]any{}
		}
		schema := d.resolve(o.body["content"].(map[string]any)["application/json"].(map[string]any)["schema"])
		properties, _ := schema["properties"].(map[string]any)
		for name, property := range properties {
			if typeOf(d.resolve(property)) != "string" {
				continue
			}
			members++
			bad := maps.Clone(good)
			bad[name] = "a\x00b"
			body, err := json.Marshal(bad)
			must(t, err)
			w.refused(d, o, s, wrong{name: name + " with NUL", body: string(body), status: 422, key: "text_unstorable", field: name})
		}
	}
	if paths < 80 || parameters < 80 || members < 60 {
		t.Errorf("only %d paths, %d parameters, %d members", paths, parameters, members)
	}
	deep := `{"items":[{"deal":{}},{"deal":{"name":"Mesa","custom":{"cf_a\u0000":"x","cf_b":["\u0000"],"cf_c":"\\u0000"}}}]}`
	g := w.ask("POST", "/v1/crm/deals/batch", deep)
	var places []string
	list, _ := g.at("items", 1, "problem", "errors").([]any)
	for i := range list {
		places = append(places, g.string("items", 1, "problem", "errors", i, "field"))
	}
	if g.status != 200 || !slices.Equal(places, []string{"items[1].deal.custom.cf_a\ufffd", "items[1].deal.custom.cf_b[0]"}) {
		t.Errorf("deep in a body: %d %s", g.status, g.text)
	}
	login := samples["post-v1-session"](w)
	w.mustAsk(200, "POST", login.path, login.body, append(slices.Clone(login.headers), "User-Agent", "Explorador \xff")...)
}
