package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"puente/internal/api"
	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

func TestWhatIsNotThereIsAProblem(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		method, path string
		headers      []string
		status       int
		key, allow   string
	}{
		{"GET", "/v1/nothing", nil, 404, "route_unknown", ""},
		{"GET", "/v1/crm/contacts/x/y/z", nil, 404, "route_unknown", ""},
		{"GET", "/v1/crm/contacts/none", nil, 404, "contact_not_found", ""},
		{"TRACE", "/v1/crm/contacts", nil, 405, "method_not_allowed", "GET, HEAD, POST"},
		{"DELETE", "/v1/crm/contacts", nil, 405, "method_not_allowed", "GET, HEAD, POST"},
		{"GET", "/v1/crm/contacts", []string{"Accept", "text/html"}, 406, "answer_type", ""},
		{"GET", "/v1/crm/contacts", []string{"Accept", "application/json;q=0"}, 406, "answer_type", ""},
		{"GET", "/v1/crm/contacts.csv", []string{"Accept", "application/json"}, 406, "answer_type", ""},
		{"GET", "/v1/crm/contacts", []string{"X-Api-Key", ""}, 401, "credentials_missing", ""},
	} {
		g := w.ask(c.method, c.path, nil, c.headers...)
		if g.status != c.status || g.string("key") != c.key || g.header.Get("Allow") != c.allow || g.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %s: %d %v %s", c.method, c.path, c.headers, g.status, g.header, g.text)
		}
		if g.string("requestId") == "" || g.string("requestId") != g.header.Get("X-Request-Id") || g.at("status") != float64(c.status) {
			t.Errorf("%s %s: %s", c.method, c.path, g.text)
		}
	}
	for _, accept := range []string{"*/*", "application/*", "text/html, */*;q=0.1", "application/json; charset=utf-8"} {
		w.mustAsk(200, "GET", "/v1/crm/contacts", nil, "Accept", accept)
	}
	if g := w.mustAsk(204, "OPTIONS", "/v1/crm/contacts", nil, "Origin", "https://otro.example"); g.header.Get("Allow") != "GET, HEAD, POST, OPTIONS" || g.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS: %v", g.header)
	}
	if g := w.mustAsk(200, "HEAD", "/v1/crm/contacts", nil); len(g.text) > 0 {
		t.Errorf("HEAD has a body: %s", g.text)
	}
	if g := w.ask("HEAD", "/v1/crm/contacts/none", nil); g.status != 404 || len(g.text) > 0 {
		t.Errorf("HEAD of nothing: %d %s", g.status, g.text)
	}
	g := w.mustAsk(200, "GET", "/v1/crm/contacts", nil)
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "X-Request-Id"} {
		if g.header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}

func TestMalformedJSONIsShownWhereItIs(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string][2]string{
		"{\n  \"name\": }":          {"2", "11"},
		"{\"name\":\"x\"":           {"1", "11"},
		"{\"name\":\"x\"} y":        {"1", "14"},
		"{\"ñ\":\"é\",\n\"b\":\xff": {"2", "5"},
	} {
		g := w.mustAsk(400, "POST", "/v1/crm/tags", body)
		if g.string("params", "line") != want[0] || g.string("params", "column") != want[1] {
			t.Errorf("%q: line %s, column %s, want %v", body, g.string("params", "line"), g.string("params", "column"), want)
		}
	}
}

func TestProblemsSpeakTheCallersLanguage(t *testing.T) {
	w := newWorld(t)
	spanish, english := "No existe ese contacto", "There is no such contact"
	editor := w.users[crm.RoleEditor]
	bearer := "Bearer " + w.login(editor, w.account.ID)
	is := func(want string, headers ...string) {
		t.Helper()
		if g := w.ask("GET", "/v1/crm/contacts/none", nil, headers...); !strings.Contains(g.string("detail"), want) {
			t.Errorf("%v: %s", headers, g.string("detail"))
		}
	}
	is(spanish)
	is(english, "Accept-Language", "en-GB,en;q=0.8")
	is(spanish, "Accept-Language", "es-419")
	is(spanish, "Accept-Language", "fr")
	w.mustAsk(200, "PATCH", "/v1/crm/account", `{"language":"en"}`)
	is(english)
	is(english, "Accept-Language", "fr")
	is(spanish, "Accept-Language", "es")
	w.mustAsk(200, "PATCH", "/v1/crm/users/"+string(editor.ID), `{"language":"es"}`)
	is(spanish, "Authorization", bearer)
}

func TestAnETagGuardsAgainstLostUpdates(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{
		"/v1/crm/contacts/" + w.contact(), "/v1/crm/deals/" + w.deal(), "/v1/crm/custom-fields/" + w.field(), "/v1/crm/pipelines/" + w.pipeline(), "/v1/crm/users/" + w.user(),
		"/v1/crm/activities/" + w.activity(), "/v1/crm/notes/" + w.note(), "/v1/crm/account",
	} {
		first := w.mustAsk(200, "GET", path, nil).header.Get("ETag")
		w.mustAsk(304, "GET", path, nil, "If-None-Match", first)
		w.mustAsk(304, "GET", path, nil, "If-None-Match", `"other", W/`+first)
		body := map[bool]string{true: `{"name":"Nombre ` + fresh() + `"}`, false: `{"notes":"` + fresh() + `"}`}[!strings.Contains(path, "contacts") && !strings.Contains(path, "activities")]
		if strings.Contains(path, "/notes/") {
			body = `{"text":"Otra ` + fresh() + `"}`
		}
		second := w.mustAsk(200, "PATCH", path, body, "If-Match", first).header.Get("ETag")
		if first == "" || second == "" || second == first {
			t.Errorf("%s: %q became %q", path, first, second)
		}
		if g := w.ask("PATCH", path, body, "If-Match", first); g.status != 412 || g.string("key") != "stale" {
			t.Errorf("%s with an old tag: %d %s", path, g.status, g.text)
		}
		w.mustAsk(200, "GET", path, nil, "If-None-Match", first)
		if g := w.ask("PATCH", path, body, "If-Match", "v1"); g.status != 422 || g.string("key") != "etag_invalid" {
			t.Errorf("%s with no tag at all: %d %s", path, g.status, g.text)
		}
		w.mustAsk(200, "PATCH", path, body, "If-Match", "*")
	}
}

func TestAKeyMayAskSoManyTimes(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.RequestsPerSecond, o.Burst = 2, 5 })
	for i := range 5 {
		g := w.mustAsk(200, "GET", "/v1/crm/tags", nil)
		if g.header.Get("RateLimit-Limit") != "5" || g.header.Get("RateLimit-Remaining") != string(rune('4'-i)) || g.header.Get("RateLimit-Reset") == "" {
			t.Errorf("%d: %v", i, g.header)
		}
	}
	g := w.ask("GET", "/v1/crm/tags", nil)
	if g.status != 429 || g.string("key") != "too_many_requests" || g.header.Get("Retry-After") != "1" || g.header.Get("RateLimit-Reset") != "3" {
		t.Errorf("%d %v %s", g.status, g.header, g.text)
	}
	other := w.addKey(w.account.ID, auth.Grants{auth.Settings: auth.Read})
	w.mustAsk(200, "GET", "/v1/crm/tags", nil, "X-Api-Key", other)
	w.wait(time.Second)
	w.mustAsk(200, "GET", "/v1/crm/tags", nil)
	w.mustAsk(200, "GET", "/v1/crm/tags", nil)
	w.mustAsk(429, "GET", "/v1/crm/tags", nil)
	for range 5 { // guesses are counted by where they come from
		w.mustAsk(401, "GET", "/v1/crm/tags", nil, "X-Api-Key", "pk_guess")
	}
	w.mustAsk(429, "GET", "/v1/crm/tags", nil, "X-Api-Key", "pk_guess")
}

// brokenStore fails with something that nobody is to see.
type brokenStore struct{ api.Store }

func (brokenStore) View(context.Context, crm.ID, func(bridge.Reader) error) error {
	return errors.New("dial tcp: secret of the server")
}

func TestWhatIsUnexpectedIsLoggedOnceAndNotShown(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Store = brokenStore{o.Store} })
	g := w.ask("GET", "/v1/crm/contacts/none?q=", nil)
	g = w.ask("GET", "/v1/crm/contacts/datos-personales", nil)
	if g.status != 500 || g.string("key") != "internal" || strings.Contains(string(g.text), "secret") {
		t.Errorf("%d %s", g.status, g.text)
	}
	log := w.log.String()
	if strings.Count(log, "secret of the server") != 1 || !strings.Contains(log, g.string("requestId")) || !strings.Contains(log, "/v1/crm/contacts/{id}") {
		t.Errorf("log: %s", log)
	}
	if strings.Contains(log, "datos-personales") {
		t.Error("the log has the path")
	}
}

func TestThePageToTryItLoadsNothingFromElsewhere(t *testing.T) {
	w := newWorld(t)
	page := w.mustAsk(200, "GET", "/docs", nil, "X-Api-Key", "")
	policy := page.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "http") || strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "script-src 'self' ") {
		t.Errorf("policy %s", policy)
	}
	for _, part := range strings.Split(string(page.text), `"`) {
		if strings.HasPrefix(part, "http") || strings.HasPrefix(part, "//") {
			t.Errorf("the page names %s", part)
		}
		if !strings.HasPrefix(part, "/") {
			continue
		}
		g := w.mustAsk(200, "GET", part, nil, "X-Api-Key", "")
		if len(g.text) == 0 {
			t.Errorf("%s is empty", part)
		}
		packed := w.mustAsk(200, "GET", part, nil, "X-Api-Key", "", "Accept-Encoding", "gzip")
		if strings.Contains(part, "swagger") && (packed.header.Get("Content-Encoding") != "gzip" || len(packed.text) >= len(g.text)/2) {
			t.Errorf("%s has %d bytes packed, %d not", part, len(packed.text), len(g.text))
		}
	}
	if g := w.mustAsk(405, "POST", "/docs", nil); g.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("%v", g.header)
	}
	if got := http.DetectContentType(page.text); !strings.HasPrefix(got, "text/html") {
		t.Errorf("the page is %s", got)
	}
}
