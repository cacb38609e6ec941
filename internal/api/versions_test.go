package api_test

import (
	"strings"
	"testing"
)

// TestIfMatchHoldsOrIsRefused makes every request that changes something with the tag of a version that there is not: nothing happens, whatever the route.
func TestIfMatchHoldsOrIsRefused(t *testing.T) {
	w := newWorld(t)
	d := readDocument(w)
	held, refused := 0, 0
	for _, o := range d.operations() {
		if o.method == "GET" || samples[o.id] == nil {
			continue
		}
		s := samples[o.id](w)
		var body any
		if s.body != "" {
			body = s.body
		}
		g := w.ask(o.method, s.path, body, append([]string{"If-Match", `"v999"`}, s.headers...)...)
		switch documented := d.hasHeader(o, "If-Match"); {
		case documented && g.status == 412 && g.string("key") == "stale":
			held++
		case !documented && g.status == 422 && g.string("key") == "if_match_unsupported" && g.string("errors", 0, "field") == "If-Match":
			refused++
		default:
			t.Errorf("%s (documented: %v): %d %s", o.id, documented, g.status, g.text)
		}
	}
	if held < 15 || refused < 30 {
		t.Errorf("%d hold, %d refuse", held, refused)
	}
}

// hasHeader says whether an operation takes a header.
func (d *document) hasHeader(o operation, name string) bool {
	op := d.root["paths"].(map[string]any)[o.path].(map[string]any)[strings.ToLower(o.method)].(map[string]any)
	parameters, _ := op["parameters"].([]any)
	for _, p := range parameters {
		if p := p.(map[string]any); p["in"] == "header" && p["name"] == name {
			return true
		}
	}
	return false
}

func TestIfMatchTakesAListAndNoWeakTag(t *testing.T) {
	w := newWorld(t)
	path := "/v1/crm/contacts/" + w.contact()
	try := func(status int, tag string) string {
		t.Helper()
		g := w.mustAsk(status, "PATCH", path, `{"notes":"`+fresh()+`"}`, "If-Match", tag)
		return g.header.Get("ETag")
	}
	now := w.mustAsk(200, "GET", path, nil).header.Get("ETag")
	try(412, "W/"+now)
	try(412, `"of another server", W/`+now)
	try(412, `"v998","v999"`)
	now = try(200, `"v999", "with, a comma" ,W/"v5",`+now)
	try(200, now+`,"v999"`)
	try(200, `"v3"`) // the version alone, as the body has it
	for _, malformed := range []string{`v4`, `"v4`, `"v4" "v5"`, `*, "v4"`, strings.Repeat(`"v9", `, 20) + `"v9"`} {
		if g := w.mustAsk(422, "PATCH", path, `{}`, "If-Match", malformed); g.string("key") != "etag_invalid" {
			t.Errorf("%s: %s", malformed, g.text)
		}
	}
}

// TestNotModifiedMeansTheSameAnswer changes what an answer shows of other resources than its own.
func TestNotModifiedMeansTheSameAnswer(t *testing.T) {
	w := newWorld(t)
	contact, tag := w.contact(), w.tag()
	deal := w.make("/v1/crm/deals", `{"name":"D","contactId":"`+contact+`","assignedTo":"editor@Quillay.example"}`)
	w.mustAsk(200, "PUT", "/v1/crm/contacts/"+contact+"/tags", `{"addTags":["`+tag+`"]}`)
	editor := "/v1/crm/users/" + string(w.users["editor"].ID)
	for _, c := range []struct{ path, method, changed, body string }{
		{"/v1/crm/deals/" + deal, "PATCH", "/v1/crm/contacts/" + contact, `{"personal":{"firstName":"Berta"}}`},
		{"/v1/crm/deals/" + deal, "PATCH", editor, `{"email":"otra@quillay.example"}`},
		{"/v1/crm/contacts/" + contact, "DELETE", "/v1/crm/tags/" + tag, ``},
	} {
		before := w.mustAsk(200, "GET", c.path, nil)
		etag := before.header.Get("ETag")
		w.mustAsk(304, "GET", c.path, nil, "If-None-Match", etag)
		var body any
		if c.body != "" {
			body = c.body
		}
		if g := w.ask(c.method, c.changed, body); g.status/100 != 2 {
			t.Fatalf("%s %s: %s", c.method, c.changed, g.text)
		}
		after := w.ask("GET", c.path, nil, "If-None-Match", etag)
		if after.status != 200 || string(after.text) == string(before.text) || after.header.Get("ETag") == etag {
			t.Errorf("%s after %s %s: %d %s", c.path, c.method, c.changed, after.status, after.text)
		}
	}
	g := w.mustAsk(200, "GET", "/v1/crm/deals/"+deal, nil)
	w.mustAsk(200, "PATCH", "/v1/crm/contacts/"+contact, `{"personal":{"firstName":"Carla"}}`)
	w.mustAsk(200, "PATCH", "/v1/crm/deals/"+deal, `{"name":"E"}`, "If-Match", g.header.Get("ETag")) // the deal itself is as it was
}
