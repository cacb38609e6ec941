package web

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// goodSetup is a first start as it should be, but for the code.
func goodSetup(code string, others ...string) []string {
	return append(others, "code", code, "business", "Viña & Hijos", "country", "PE", "currency", "USD", "time_zone", "", "name", "Marcela Rojas", "email", "marcela@vina.pe", "password", password)
}

func TestTheFirstStart(t *testing.T) {
	w := newEmptyWorld(t)
	code, needed, err := w.auth.SetupCode(t.Context())
	must(t, err)
	if !needed {
		t.Fatal("there is somebody already")
	}
	b := w.browser()
	b.get("/").goes("/entrar")
	b.get("/entrar").goes("/inicio")
	if page := b.get("/inicio"); page.attribute("#f-country option[selected]", "value") != "CL" || page.text("h1") != "Empecemos" {
		t.Error("the form is not there, or not the account's country")
	}
	for _, c := range []struct {
		name, field, value, selector, says string
		status                             int
	}{
		{"without name", "business", " ", "#f-business-problem", "nombre", 422},
		{"a short password", "password", "corta", "#f-password-problem", "10 caracteres", 422},
		{"no e-mail", "email", "marcela", "#f-email-problem", "correo", 422},
		{"another code", "code", "AAAA-BBBB-CCCC", "#f-code-problem", "código", 401},
	} {
		values := goodSetup(code)
		for i := 0; i < len(values); i += 2 {
			if values[i] == c.field {
				values[i+1] = c.value
			}
		}
		got := b.post("/inicio", values...)
		if got.Code != c.status || !strings.Contains(got.text(c.selector), c.says) || !strings.Contains(got.text("[role=alert]"), c.says) {
			t.Errorf("%s: %d %q in %s", c.name, got.Code, got.text(c.selector), got.text("main"))
		}
		if c.field != "name" && got.attribute("#f-name", "value") != "Marcela Rojas" || got.attribute("#f-currency option[selected]", "value") != "USD" {
			t.Errorf("%s: what was written is lost", c.name)
		}
		if got.attribute("#f-password", "value") != "" {
			t.Errorf("%s: the password comes back", c.name)
		}
	}
	// All that is wrong is said at once, each at its field, whether the code is right or not.
	for _, with := range []string{code, "AAAA-BBBB-CCCC"} {
		all := b.post("/inicio", "code", with, "business", "", "country", "XX", "currency", "", "time_zone", "", "name", strings.Repeat("x", 300), "email", "marcela", "password", "corta")
		for field, says := range map[string]string{"business": "falta el nombre", "country": "país", "name": "largo", "email": "correo", "password": "10 caracteres"} {
			if got := all.text("#f-" + field + "-problem"); !strings.Contains(strings.ToLower(got), says) {
				t.Errorf("%s: %q", field, got)
			}
		}
		expect(t, "code", all.has("#f-code-problem"), with != code)
	}
	b.post("/inicio", goodSetup(strings.ToLower(strings.ReplaceAll(code, "-", " ")))...).goes("/primeros-pasos")
	page := b.get("/primeros-pasos")
	if got := page.text(".toast"); !strings.Contains(got, "Viña & Hijos") {
		t.Errorf("it says %q", got)
	}
	if b.get("/primeros-pasos").has(".toast") {
		t.Error("it says so twice")
	}
	must(t, w.store.View(t.Context(), w.account.ID, func(r bridge.Reader) error {
		a, err := r.Account(t.Context())
		if a.Name != "Viña & Hijos" || a.Country != crm.Peru || a.Currency != "USD" || a.TimeZone != "America/Lima" || a.Language != crm.Spanish {
			t.Errorf("%+v", a)
		}
		return err
	}))
	late := w.browser()
	late.get("/inicio").goes("/entrar")
	late.post("/inicio", goodSetup(code)...).goes("/entrar")
}

func TestTheChecklistIsReadFromWhatIsThere(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	steps := func() (done, next string) {
		page := b.get("/primeros-pasos")
		return page.text(".step.done h2"), page.text(".step.next h2")
	}
	if done, next := steps(); done != "Tu negocio (listo) Campos personalizados (listo)" || next != "API" {
		t.Errorf("at first %q, then %q", done, next)
	}
	principal := auth.Operator(w.account.ID)
	_, _, err := w.auth.CreateKey(t.Context(), principal, auth.NewKey{Name: "Tienda", Grants: auth.Grants{auth.Contacts: auth.Read}})
	must(t, err)
	if _, next := steps(); next != "Bsale" {
		t.Errorf("with a key, %q is next", next)
	}
}

func TestLogin(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	got := b.post("/entrar", "email", "admin@elpuente.cl", "password", "otra clave larga")
	if got.Code != http.StatusUnauthorized || !strings.Contains(got.text("[role=alert]"), "no son correctos") {
		t.Errorf("%d %s", got.Code, got.text("main"))
	}
	if got.attribute("#f-email", "value") != "admin@elpuente.cl" || strings.Contains(got.Body.String(), "otra clave") {
		t.Error("the e-mail is lost, or the password comes back")
	}
	b.post("/entrar", "email", " Admin@ElPuente.cl", "password", password).goes("/")
	for name, cookie := range map[string]string{"puente_session": b.cookies["puente_session"], "puente_device": b.cookies["puente_device"]} {
		if cookie == "" {
			t.Errorf("no cookie %s", name)
		}
	}
	b.get("/entrar").goes("/")
	b.post("/salir").goes("/entrar")
	b.get("/configuracion/perfil").goes("/entrar?volver=%2Fconfiguracion%2Fperfil")
}

func TestCookiesAreTheServersAndOverHTTPSOfThisHostOnly(t *testing.T) {
	for address, name := range map[string]string{"http://puente.example": "puente_session", "https://puente.example": "__Host-puente_session"} {
		w := newWorld(t, func(o *Options) { o.PublicURL = func() string { return address } })
		found := false
		for _, c := range w.browser().post("/entrar", "email", "admin@elpuente.cl", "password", password).Result().Cookies() {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure != strings.HasPrefix(address, "https") {
				t.Errorf("%s: %+v", address, c)
			}
			found = found || c.Name == name && c.MaxAge > 80*24*3600
		}
		if !found {
			t.Errorf("%s: no %s", address, name)
		}
	}
}

func TestGuessingIsSlowedDownAndThePersonStillGetsIn(t *testing.T) {
	from := netip.MustParseAddr("203.0.113.9")
	w := newWorld(t, func(o *Options) { o.Address = func(*http.Request) netip.Addr { return from } })
	own := w.admin()
	from = netip.MustParseAddr("198.51.100.7")
	attacker := w.browser()
	var got *answer
	for range 60 {
		if got = attacker.post("/entrar", "email", "admin@elpuente.cl", "password", "mal"); got.Code != http.StatusUnauthorized {
			break
		}
	}
	if got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") == "" || !strings.Contains(got.text("[role=alert]"), "Espera") {
		t.Errorf("%d %v %s", got.Code, got.Header(), got.text("main"))
	}
	own.post("/salir")
	own.post("/entrar", "email", "admin@elpuente.cl", "password", password).goes("/")
}

func TestAPersonWithSeveralAccountsChooses(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Otra empresa")
	w.newUser(other, "admin@elpuente.cl", "La misma", crm.RoleSeller)
	b := w.browser()
	page := b.post("/entrar", "email", "admin@elpuente.cl", "password", password)
	if page.Code != http.StatusConflict || page.text("fieldset .choice-label") != "Ferretería El Puente Otra empresa" {
		t.Fatalf("%d %s", page.Code, page.text("main"))
	}
	b.post("/entrar", "email", "admin@elpuente.cl", "password", password, "account", string(other.ID)).goes("/")
	if got := b.get("/configuracion/perfil").text(".sidebar-account"); got != "Otra empresa" {
		t.Errorf("in %s", got)
	}
}

func TestWhoIsNotLoggedInChoosesTheLanguage(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for accepted, want := range map[string]string{"es-CL,es;q=0.9": "es", "en-GB": "en", "fr": "es", "": "es", "pt;q=0.1, en;q=0.5": "en"} {
		b.header.Set("Accept-Language", accepted)
		if got := b.get("/entrar").attribute("html", "lang"); got != want {
			t.Errorf("%q: %s", accepted, got)
		}
	}
	b.post("/idioma", "idioma", "en", "volver", "/entrar").goes("/entrar")
	b.header.Set("Accept-Language", "es")
	if got := b.get("/entrar").text("h1"); got != "Log in to your account" {
		t.Errorf("%q", got)
	}
	b.post("/idioma", "idioma", "xx", "volver", "/entrar").goes("/entrar")
}

func TestTheDemonstrationLetsItsWatcherIn(t *testing.T) {
	demo := &Demo{Token: "s3cret", Email: "admin@elpuente.cl", Password: password}
	w := newWorld(t, func(o *Options) { o.Demo = demo })
	b := w.browser()
	if got := b.get("/demo/other"); got.Code != http.StatusNotFound {
		t.Errorf("another token: %d", got.Code)
	}
	b.get("/demo/s3cret").goes("/")
	if got := b.get("/configuracion/perfil").text(".demo-note"); !strings.Contains(got, "demostración") {
		t.Errorf("the note says %q", got)
	}
	if strings.Contains(w.log.String(), "s3cret") {
		t.Error("the log tells the token")
	}
	if got := newWorld(t).browser().get("/demo/"); got.Code != http.StatusNotFound {
		t.Errorf("without a demonstration: %d", got.Code)
	}
}
