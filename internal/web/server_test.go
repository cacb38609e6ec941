package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	for _, path := range []string{"/", "/entrar", "/configuracion/perfil", "/healthz", "/static/x/app.css", "/nowhere"} {
		header := b.get(path).Header()
		if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: %s", path, csp)
		}
		for _, name := range []string{"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"} {
			if header.Get(name) == "" {
				t.Errorf("%s lacks %s", path, name)
			}
		}
	}
}

// examplePages are the addresses of pages that need something to be there, by their route: each makes it, if it is not there yet. Without a row, {id} is a user.
var examplePages = map[string]func(*world) string{}

// TestPages looks at each page of an administrator, in both languages, as a browser gets it.
func TestPages(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	for _, language := range []string{"es", "en"} {
		b.post("/configuracion/perfil", "name", nastyName, "language", language)
		for _, r := range w.server.table {
			if r.method != get || r.title == "" || r.scope == everybody {
				continue
			}
			path := strings.ReplaceAll(r.path, "{id}", string(w.users[crm.RoleSeller].ID))
			if example := examplePages[r.path]; example != nil {
				path = example(w)
			}
			page := b.get(path)
			if page.Code != http.StatusOK || page.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d %v", path, page.Code, page.Header())
				continue
			}
			checkMarkup(t, path, page.Body.String())
			if page.attribute("html", "lang") != language || len(page.all("h1")) != 1 || !page.has("main#main") || page.text("title") == "" {
				t.Errorf("%s: the language, the heading or the title", path)
			}
			for _, n := range page.all("a[href^='/'], form[action^='/']") {
				for _, at := range n.Attr {
					if at.Key == "href" || at.Key == "action" {
						to, err := url.Parse(at.Val)
						must(t, err)
						if to.Path == "/docs" || strings.HasPrefix(to.Path, "/v1/") { // the API's
							continue
						}
						method := get
						if at.Key == "action" && !slices.Contains(n.Attr, html.Attribute{Key: "method", Val: "get"}) {
							method = post
						}
						if _, pattern := w.server.mux.Handler(httptest.NewRequest(method, to.Path, nil)); pattern == "" {
							t.Errorf("%s leads to %s %s, which is not there", path, method, at.Val)
						}
					}
				}
			}
		}
	}
}

const nastyName = `<script>alert(1)</script>"'`

func TestTheFirstLoadIsSmall(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	b.header.Set("Accept-Encoding", "gzip, br")
	fetch := func(path string) ([]byte, int) {
		got := b.get(path)
		sent := got.Body.Bytes()
		if got.Header().Get("Content-Encoding") != "gzip" {
			return sent, len(sent)
		}
		z, err := gzip.NewReader(bytes.NewReader(sent))
		must(t, err)
		plain, err := io.ReadAll(z)
		must(t, err)
		return plain, len(sent)
	}
	for _, path := range []string{"/configuracion/empresa", "/configuracion/usuarios", "/configuracion/perfil", "/primeros-pasos"} {
		page, size := fetch(path)
		for _, name := range []string{"app.css", "app.js", "htmx.min.js", "geist-latin.woff2", "puente.svg"} {
			address, err := w.server.files.path(name)
			must(t, err)
			if name != "geist-latin.woff2" && !bytes.Contains(page, []byte(address)) {
				t.Errorf("%s does not use %s", path, address)
			}
			_, n := fetch(address)
			size += n
		}
		if size > 100_000 {
			t.Errorf("%s: the first load has %d bytes", path, size)
		}
		t.Logf("%s: %d bytes", path, size)
	}
}

func TestFilesAreKeptAsLongAsTheyAreTheSame(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	address, err := w.server.files.path("app.css")
	must(t, err)
	if got := b.get(address); got.Code != http.StatusOK || !strings.Contains(got.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	if got := b.get("/static/old/app.css"); got.Code != http.StatusOK || got.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("another version: %d %v", got.Code, got.Header())
	}
	for _, path := range []string{"/static/", "/static/x/", "/static/x/none.css", "/static/x/..%2fserver.go", "/static/app.css"} {
		if got := b.get(path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	for header, want := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "gzip; q=0.0": false, "": false, "identity": false} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", header)
		if takesGzip(r) != want {
			t.Errorf("%q takes gzip: %v", header, !want)
		}
	}
	version, err := packFiles(map[string][]byte{"a.css": []byte("a")})
	must(t, err)
	changed, err := packFiles(map[string][]byte{"a.css": []byte("b")})
	must(t, err)
	if version.version == changed.version {
		t.Error("another content under the same version")
	}
}

func TestAddressesAndMethods(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/entrar", 200, ""},
		{"HEAD", "/entrar", 200, ""},
		{"DELETE", "/entrar", 405, "GET, HEAD, POST"},
		{"POST", "/configuracion/usuarios", 405, "GET, HEAD"},
		{"GET", "/healthz", 200, ""},
		{"GET", "/readyz", 200, ""},
		{"POST", "/hooks/bsale/x", 200, ""},
		{"GET", "/hooks/bsale/x", 405, "POST"},
		{"PUT", "/hooks/bsale/x", 405, "POST"},
		{"POST", "/hooks/bsale/", 404, ""},
		{"POST", "/hooks/bsale/a/b", 404, ""},
		{"GET", "/index.html", 404, ""},
	} {
		got := w.browser().do(httptest.NewRequest(c.method, c.path, nil))
		if got.Code != c.status || got.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, got.Code, got.Header().Get("Allow"), c.status, c.allow)
		}
		if got.Code >= 400 && (got.text("h1") == "" || got.text("main a") == "") {
			t.Errorf("%s %s: not a page of ours: %s", c.method, c.path, got.Body)
		}
	}
	if got := w.admin().get("/nowhere"); !got.has(".sidebar") || got.text(".failure-status") != "404" {
		t.Errorf("who is logged in: %s", got.Body)
	}
}

func TestAPartOfAPageSaysWhatWentWrongInANotice(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	b.header.Set("Hx-Request", "true")
	got := b.get("/configuracion/usuarios/00000000-0000-7000-8000-000000000000")
	if got.Code != http.StatusNotFound || got.Header().Get("Hx-Retarget") != "#notices" || !got.has(got.Header().Get("Hx-Reselect")+"[role=alert]") || got.has(".sidebar") {
		t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
	}
	w.wait(100 * 24 * 3600e9)
	if got := b.get("/configuracion/perfil"); got.Header().Get("Hx-Redirect") == "" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
}

func TestAFormThatIsTooLarge(t *testing.T) {
	w := newWorld(t)
	got := w.admin().post("/configuracion/perfil", "name", strings.Repeat("x", maxForm+1))
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.text("main"), "demasiado grande") {
		t.Errorf("%d %s", got.Code, got.text("main"))
	}
}

func TestNotesSayOnlyWhatIsDone(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for _, kept := range []string{"%3Derror.internal", "x", "%3D", "%25%25", "%3Ddone.saved%26x%3Dy"} {
		b.cookies[noteCookie] = kept
		got := b.get("/entrar")
		if said := got.text(".toast"); said != "" && said != "Guardado." {
			t.Errorf("%s says %q", kept, said)
		}
		if b.cookies[noteCookie] != "" {
			t.Errorf("%s stays", kept)
		}
	}
}

func TestColoursOfStages(t *testing.T) {
	w := newWorld(t)
	var stages []crm.Stage
	var address string
	must(t, w.store.Update(t.Context(), w.account.ID, func(tx bridge.Tx) error {
		pipelines, err := tx.Pipelines(t.Context())
		must(t, err)
		pipelines[0].Stages[0].Color = "#aa5500"
		must(t, tx.UpdatePipeline(t.Context(), pipelines[0]))
		stages, address = pipelines[0].Stages, stageStyles(pipelines)
		return err
	}))
	got := w.as("seller@elpuente.cl").get(address)
	if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `[data-stage="`+string(stages[0].ID)+`"]{--stage:#aa5500}`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	evil := []crm.Pipeline{{Stages: []crm.Stage{{ID: "x", Color: "red}*{display:none"}}}}
	if css := stageCSS(evil); len(css) > 0 {
		t.Errorf("%s", css)
	}
}

func TestNotifications(t *testing.T) {
	type received struct{ hook, body string }
	var got []received
	var fails error
	w := newEmptyWorld(t, func(o *Options) {
		o.Receive = func(_ context.Context, hook string, body []byte) error {
			got = append(got, received{hook, string(body)})
			return fails
		}
	})
	for _, c := range []struct {
		name   string
		body   io.Reader
		fails  error
		status int
		heard  bool
	}{
		{"a notification", strings.NewReader(`{"topic":"document"}`), nil, 200, true},
		{"nothing", nil, nil, 200, true},
		{"something else", strings.NewReader("<xml/>"), nil, 200, true},
		{"the longest", strings.NewReader(strings.Repeat("x", maxNotification)), nil, 200, true},
		{"too long", strings.NewReader(strings.Repeat("x", maxNotification+1)), nil, 413, false},
		{"a body that breaks off", broken{}, nil, 400, false},
		{"an unknown hook", nil, crm.NewError(crm.NotFound, "hook_not_found"), 404, true},
		{"no room", nil, crm.NewError(crm.Unavailable, "database_full", "database", "crm.db"), 503, true},
		{"stopping", nil, bridge.ErrIntakeStopped, 503, true},
	} {
		got, fails = nil, c.fails
		a := w.browser().do(httptest.NewRequest(http.MethodPost, "/hooks/bsale/s3cret", c.body))
		if a.Code != c.status || (len(got) == 1) != c.heard {
			t.Errorf("%s: %d, heard %v", c.name, a.Code, got)
		}
		if strings.Contains(a.Body.String(), "crm.db") {
			t.Errorf("%s: the answer tells too much: %s", c.name, a.Body)
		}
		if len(got) == 1 && got[0].hook != "s3cret" {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestWhatGoesWrongIsAPageAndALineInTheLogWithoutSecrets(t *testing.T) {
	explode := true
	w := newWorld(t, func(o *Options) {
		o.Ready = func(context.Context) error { return errors.New("no database") }
		o.Receive = func(context.Context, string, []byte) error {
			if explode {
				panic("a fault of ours")
			}
			return nil
		}
	})
	b := w.browser()
	if got := b.post("/hooks/bsale/s3cret"); got.Code != 500 || strings.Contains(got.Body.String(), "fault of ours") || strings.Contains(got.Body.String(), "goroutine") {
		t.Errorf("a panic: %d %s", got.Code, got.Body)
	}
	if got := b.get("/readyz"); got.Code != 503 || strings.Contains(got.Body.String(), "database") {
		t.Errorf("not ready: %d %s", got.Code, got.Body)
	}
	explode = false
	b.post("/hooks/bsale/s3cret?token=s3cret")
	admin := w.admin()
	admin.get("/clave/s3cret")
	admin.get("/entrar?volver=/s3cret")
	must(t, w.store.Close())
	if got := admin.get("/configuracion/perfil"); got.Code != 500 && got.Code != 503 || got.text("h1") == "" || strings.Contains(got.text("main"), "sql") {
		t.Errorf("without a database: %d %s", got.Code, got.text("main"))
	}
	said := w.log.String()
	if !strings.Contains(said, "a fault of ours") || !strings.Contains(said, "POST /hooks/bsale/{hook}") || !strings.Contains(said, "status=200") {
		t.Errorf("the log:\n%s", said)
	}
	for _, secret := range []string{"s3cret", "elpuente.cl", password, "Ferretería"} {
		if strings.Contains(said, secret) {
			t.Errorf("the log holds %q:\n%s", secret, said)
		}
	}
}

// TestNothingHasAnAddressThatCannotBeStored: on PostgreSQL such a text would be an error of the database.
func TestNothingHasAnAddressThatCannotBeStored(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	for _, path := range []string{"/contactos/%00", "/contactos/a%FFb", "/contactos?q=%00", "/oportunidades?a%FF=1"} {
		if got := b.get(path); got.Code != http.StatusNotFound || got.text(".failure-status") != "404" || !got.has(".sidebar") {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := b.post("/contactos/nuevo", "firstName", "Ana\x00"); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("a form with NUL: %d", got.Code)
	}
	if got := w.browser().get("/contactos/%00"); got.Code != http.StatusNotFound || got.has(".sidebar") {
		t.Errorf("for nobody: %d", got.Code)
	}
}
