package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"puente/internal/crm"
)

// audience is who may come to each address: the least of "everybody", "seller", "editor" and "admin". A route without a row fails: decide who may come.
var audience = map[string]string{
	"GET /{$}":                              "seller",
	"GET /inicio":                           "everybody",
	"POST /inicio":                          "everybody",
	"GET /entrar":                           "everybody",
	"POST /entrar":                          "everybody",
	"POST /salir":                           "seller",
	"GET /clave/{token}":                    "everybody",
	"POST /clave/{token}":                   "everybody",
	"POST /idioma":                          "everybody",
	"GET /demo/{token}":                     "everybody",
	"GET /primeros-pasos":                   "admin",
	"GET /configuracion/{$}":                "seller",
	"GET /configuracion/perfil":             "seller",
	"POST /configuracion/perfil":            "seller",
	"POST /configuracion/perfil/apariencia": "seller",
	"POST /configuracion/perfil/clave":      "seller",
	"POST /configuracion/perfil/sesiones/{id}/cerrar": "seller",
	"GET /configuracion/empresa":                      "admin",
	"POST /configuracion/empresa":                     "admin",
	"GET /configuracion/usuarios":                     "admin",
	"GET /configuracion/usuarios/invitar":             "admin",
	"POST /configuracion/usuarios/invitar":            "admin",
	"GET /configuracion/usuarios/{id}":                "admin",
	"POST /configuracion/usuarios/{id}":               "admin",
	"POST /configuracion/usuarios/{id}/enlace":        "admin",
	"GET /configuracion/usuarios/{id}/desactivar":     "admin",
	"POST /configuracion/usuarios/{id}/desactivar":    "admin",
	"POST /configuracion/usuarios/{id}/activar":       "admin",
	"GET /estilos/{version}/etapas.css":               "seller",
	"GET /static/{version}/{name}":                    "everybody",
	"POST /hooks/bsale/{hook}":                        "everybody",
	"GET /healthz":                                    "everybody",
	"GET /readyz":                                     "everybody",
}

var ranks = map[string]int{"everybody": 0, "seller": 1, "editor": 2, "admin": 3}

func TestWhoMayComeToEachAddress(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Otra empresa")
	w.newUser(other, "admin@otra.cl", "Ajena", crm.RoleAdmin)
	stranger := w.newUser(w.account, "target@elpuente.cl", "Buscada", crm.RoleSeller)
	address := strings.NewReplacer("{$}", "", "{id}", string(stranger.ID), "{token}", "none", "{version}", "0", "{name}", "app.css", "{hook}", "x")
	browsers := map[string]*browser{}
	come := func(email string) *browser {
		if b := browsers[email]; b == nil || b.cookies[sessionCookie] == "" { // not yet, or a route ended the session
			browsers[email] = w.as(email)
		}
		return browsers[email]
	}
	seen := map[string]bool{}
	for _, r := range w.server.table {
		name := r.method + " " + r.path
		seen[name] = true
		least, ok := audience[name]
		if !ok {
			t.Errorf("%s: nobody decided who may come", name)
			continue
		}
		path := address.Replace(r.path)
		for rank, who := range []string{"everybody", "seller", "editor", "admin"} {
			b := w.browser()
			if who != "everybody" {
				b = come(who + "@elpuente.cl")
			}
			got := b.ask(r.method, path)
			switch allowed := rank >= ranks[least]; {
			case least == "everybody" && got.Code < 500: // the page itself asks for what it needs
			case allowed && (got.Code == http.StatusForbidden || got.Code == http.StatusUnauthorized || got.Code >= 500):
				t.Errorf("%s as %s: %d %s", name, who, got.Code, got.text("main"))
			case !allowed && who == "everybody" && r.method == get && got.Code != http.StatusSeeOther:
				t.Errorf("%s as nobody: %d, want the login", name, got.Code)
			case !allowed && who == "everybody" && r.method == post && got.Code != http.StatusUnauthorized:
				t.Errorf("%s as nobody: %d, want 401", name, got.Code)
			case !allowed && who != "everybody" && got.Code != http.StatusForbidden:
				t.Errorf("%s as %s: %d, want 403", name, who, got.Code)
			}
			if who == "everybody" && least != "everybody" {
				for _, secret := range []string{"elpuente.cl", "Ferretería"} {
					if strings.Contains(got.Body.String(), secret) {
						t.Errorf("%s tells nobody %q", name, secret)
					}
				}
			}
		}
		if strings.Contains(r.path, "{id}") {
			if got := come("admin@otra.cl").ask(r.method, path); got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "Buscada") {
				t.Errorf("%s of another account: %d %s", name, got.Code, got.text("main"))
			}
		}
	}
	for name := range audience {
		if !seen[name] {
			t.Errorf("%s has a row here and no route", name)
		}
	}
}

// ask sends a request, a write with an empty form.
func (b *browser) ask(method, path string) *answer {
	if method == post {
		return b.post(path)
	}
	return b.get(path)
}

func TestMenusShowWhatMayBeOpened(t *testing.T) {
	w := newWorld(t)
	for who, want := range map[string]string{
		"admin@elpuente.cl":  "Perfil General Usuarios y roles",
		"seller@elpuente.cl": "Perfil",
	} {
		page := w.as(who).get("/configuracion/perfil")
		if got := page.text(".settings-menu a"); !strings.HasPrefix(got, want) {
			t.Errorf("%s sees %q, want %q", who, got, want)
		}
		if got := page.text(".settings-menu [aria-current]"); got != "Perfil" {
			t.Errorf("%s is at %q", who, got)
		}
	}
}

func TestFormsFromElsewhereDoNothing(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	for name, change := range map[string]func(*http.Request){
		"another site":         func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a site beside":        func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"an old browser there": func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") },
	} {
		r := httptest.NewRequest(http.MethodPost, "/configuracion/empresa", strings.NewReader("name=Robada"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		change(r)
		if got := b.do(r); got.Code != http.StatusForbidden || !strings.Contains(got.text("main"), "otra página") {
			t.Errorf("%s: %d %s", name, got.Code, got.text("main"))
		}
	}
	if got := b.get("/configuracion/empresa").attribute("#f-name", "value"); got != w.account.Name {
		t.Errorf("the account is called %q now", got)
	}
}

func TestASessionEndsAndWhatWasWrittenIsNotLost(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	w.wait(31 * 24 * 3600e9)
	b.get("/configuracion/empresa?x=1").goes("/entrar?volver=%2Fconfiguracion%2Fempresa%3Fx%3D1")
	if len(b.cookies["puente_session"]) > 0 {
		t.Error("the cookie stays")
	}
	got := b.post("/configuracion/empresa", "name", "Nueva")
	if got.Code != http.StatusUnauthorized || got.attribute("main a.primary", "target") != "_blank" {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	b.post("/entrar", "email", "admin@elpuente.cl", "password", password, "volver", "/configuracion/empresa?x=1").goes("/configuracion/empresa?x=1")
	for _, to := range []string{"https://elsewhere.example/", "//elsewhere.example", `/\elsewhere.example`, "javascript:alert(1)", ""} {
		b.post("/entrar", "email", "admin@elpuente.cl", "password", password, "volver", to).goes("/")
	}
}
