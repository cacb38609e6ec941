package api_test

import (
	"net/http"
	"strings"
	"testing"

	"puente/internal/api"
	"puente/internal/crm"
)

func (w *world) logInto(body string, headers ...string) (got, map[string]*http.Cookie) {
	w.t.Helper()
	g := w.ask("POST", "/v1/session", body, append([]string{"X-Api-Key", ""}, headers...)...)
	cookies := map[string]*http.Cookie{}
	for _, c := range (&http.Response{Header: g.header}).Cookies() {
		cookies[c.Name] = c
	}
	return g, cookies
}

func TestASessionIsACookieOrAToken(t *testing.T) {
	w := newWorld(t)
	admin := w.users[crm.RoleAdmin]
	must(t, w.auth.SetPassword(w.ctx, w.account.ID, admin, password))
	if g, _ := w.logInto(`{"email":"` + admin.Email + `","password":"no es esta clave"}`); g.status != 401 || g.string("key") != "login_wrong" {
		t.Fatalf("a wrong password: %d %s", g.status, g.text)
	}
	g, cookies := w.logInto(`{"email":"` + strings.ToUpper(admin.Email) + `","password":"` + password + `"}`)
	if g.status != 200 {
		t.Fatalf("%d %s", g.status, g.text)
	}
	session, device := cookies["puente_session"], cookies["puente_device"]
	for _, c := range []*http.Cookie{session, device} {
		if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge <= 0 {
			t.Fatalf("cookie %+v", c)
		}
	}
	token := g.string("token")
	byCookie := []string{"Cookie", "puente_session=" + session.Value}
	for _, headers := range [][]string{byCookie, {"Authorization", "Bearer " + token}} {
		me := w.mustAsk(200, "GET", "/v1/session", nil, headers...)
		if me.string("user", "email") != admin.Email || me.string("account", "name") != "Quillay" || me.string("sees") != "all" {
			t.Errorf("who am I: %s", me.text)
		}
	}
	if me := w.mustAsk(200, "GET", "/v1/session", nil); me.string("key", "name") != "una tienda" || me.at("user") != nil {
		t.Errorf("a key is who: %s", me.text)
	}

	// Another site's page may not make a browser write.
	for _, origin := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://otro.example"}} {
		g := w.ask("POST", "/v1/crm/tags", `{"name":"x"}`, append(append([]string{}, byCookie...), origin...)...)
		if g.status != 403 || g.string("key") != "cross_origin" {
			t.Errorf("from elsewhere by %s: %d %s", origin, g.status, g.text)
		}
		if g, _ := w.logInto(`{"email":"`+admin.Email+`","password":"`+password+`"}`, origin...); g.status != 403 {
			t.Errorf("a login from elsewhere by %s: %d", origin, g.status)
		}
	}
	w.mustAsk(201, "POST", "/v1/crm/tags", `{"name":"x"}`, append(append([]string{}, byCookie...), "Sec-Fetch-Site", "same-origin")...)
	w.mustAsk(201, "POST", "/v1/crm/tags", `{"name":"y"}`, "Sec-Fetch-Site", "cross-site") // a key is no cookie

	out := w.mustAsk(204, "DELETE", "/v1/session", nil, byCookie...)
	if set := out.header.Get("Set-Cookie"); !strings.Contains(set, "puente_session=;") || !strings.Contains(set, "Max-Age=0") {
		t.Errorf("logging out sets %q", set)
	}
	if g := w.ask("GET", "/v1/session", nil, byCookie...); g.status != 401 || g.header.Get("WWW-Authenticate") == "" {
		t.Errorf("after logging out: %d", g.status)
	}
}

func TestCookiesAreBoundToTheHostByHTTPS(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.PublicURL = func() string { return "https://puente.example" } })
	admin := w.users[crm.RoleAdmin]
	must(t, w.auth.SetPassword(w.ctx, w.account.ID, admin, password))
	_, cookies := w.logInto(`{"email":"` + admin.Email + `","password":"` + password + `"}`)
	c := cookies["__Host-puente_session"]
	if c == nil || !c.Secure {
		t.Fatalf("cookies %v", cookies)
	}
	w.mustAsk(200, "GET", "/v1/session", nil, "Cookie", "__Host-puente_session="+c.Value)
	w.mustAsk(401, "GET", "/v1/session", nil, "Cookie", "puente_session="+c.Value)
}

func TestTheFirstAdministratorComesInByACode(t *testing.T) {
	w := newWorld(t)
	code, needed, err := w.auth.SetupCode(w.ctx)
	must(t, err)
	if !needed {
		t.Fatal("no code is needed although nobody can log in")
	}
	body := func(code string) string {
		return `{"code":"` + code + `","email":"primera@quillay.example","password":"` + password + `","name":"Primera"}`
	}
	w.mustAsk(401, "POST", "/v1/setup", body("AAAA-BBBB-CCCC"), "X-Api-Key", "")
	g := w.mustAsk(200, "POST", "/v1/setup", body(strings.ToLower(code)), "X-Api-Key", "")
	if g.string("user", "role") != "admin" || g.string("token") == "" {
		t.Errorf("%s", g.text)
	}
	w.mustAsk(409, "POST", "/v1/setup", body(code), "X-Api-Key", "")
}

func TestAnInvitedUserChoosesAPassword(t *testing.T) {
	w := newWorld(t)
	g := w.mustAsk(201, "POST", "/v1/crm/users", `{"email":"nueva@quillay.example","name":"Nueva","role":"seller"}`)
	link := g.string("link")
	if !strings.HasPrefix(link, "http://puente.example/") {
		t.Fatalf("link %q", link)
	}
	token := link[strings.LastIndexByte(link, '/')+1:]
	if g := w.ask("POST", "/v1/passwords", `{"token":"`+token+`","password":"corta"}`, "X-Api-Key", ""); g.status != 422 || g.string("errors", 0, "field") != "password" {
		t.Errorf("a short password: %d %s", g.status, g.text)
	}
	in := w.mustAsk(200, "POST", "/v1/passwords", `{"token":"`+token+`","password":"`+password+`"}`, "X-Api-Key", "")
	me := w.mustAsk(200, "GET", "/v1/session", nil, "Authorization", "Bearer "+in.string("token"))
	if me.string("user", "email") != "nueva@quillay.example" || me.string("edits") != "own" {
		t.Errorf("%s", me.text)
	}
	w.mustAsk(404, "POST", "/v1/passwords", `{"token":"`+token+`","password":"`+password+`"}`, "X-Api-Key", "")
}

func TestADeactivatedUserIsOutAndGivesAwayWhatItOwned(t *testing.T) {
	w := newWorld(t)
	seller, editor := w.users[crm.RoleSeller], w.users[crm.RoleEditor]
	token := w.login(seller, w.account.ID)
	for range 3 {
		w.make("/v1/crm/deals", `{"name":"x`+fresh()+`","assignedTo":"`+seller.Email+`"}`)
	}
	path := "/v1/crm/users/" + string(seller.ID) + "/deactivate"
	if g := w.ask("POST", path, `{"reassignTo":"nadie@quillay.example"}`); g.status != 422 || g.string("errors", 0, "field") != "reassignTo" {
		t.Errorf("to nobody: %d %s", g.status, g.text)
	}
	w.mustAsk(200, "GET", "/v1/session", nil, "Authorization", "Bearer "+token) // nothing happened
	first := w.mustAsk(200, "POST", path, `{"reassignTo":"`+editor.Email+`"}`, "Idempotency-Key", "k")
	again := w.mustAsk(200, "POST", path, `{"reassignTo":"`+editor.Email+`"}`, "Idempotency-Key", "k")
	if first.at("active") != false || string(first.text) != string(again.text) || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%s\n%s", first.text, again.text)
	}
	w.mustAsk(401, "GET", "/v1/session", nil, "Authorization", "Bearer "+token)
	if g := w.mustAsk(200, "GET", "/v1/crm/deals?filter[assignedTo]="+editor.Email, nil); g.at("total") != 3.0 {
		t.Errorf("the editor has %v", g.at("total"))
	}
	admin := w.users[crm.RoleAdmin]
	if g := w.ask("POST", "/v1/crm/users/"+string(admin.ID)+"/deactivate", `{}`); g.status != 409 || g.string("key") != "last_admin" {
		t.Errorf("the last administrator: %d %s", g.status, g.text)
	}
}

func TestWhoGuessesIsToldHowLongToWait(t *testing.T) {
	w := newWorld(t)
	for range 10 {
		if g, _ := w.logInto(`{"email":"nadie@quillay.example","password":"no es esta clave"}`); g.status != 401 || g.header.Get("Retry-After") != "" {
			t.Fatalf("%d %v %s", g.status, g.header, g.text)
		}
	}
	g, _ := w.logInto(`{"email":"nadie@quillay.example","password":"no es esta clave"}`)
	if g.status != 429 || g.string("key") != "too_many_attempts" || g.header.Get("Retry-After") != "90" || g.string("params", "seconds") != "90" {
		t.Errorf("%d %v %s", g.status, g.header, g.text)
	}
}

// TestAnInvitedAdministratorIsNoSuccessor until it has chosen a password: it may never come.
func TestAnInvitedAdministratorIsNoSuccessor(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		admin := w.users[crm.RoleAdmin]
		w.login(admin, w.account.ID)
		link := w.mustAsk(201, "POST", "/v1/crm/users", `{"email":"nueva@quillay.example","role":"admin"}`).string("link")
		path := "/v1/crm/users/" + string(admin.ID)
		if g := w.ask("POST", path+"/deactivate", `{}`); g.status != 409 || g.string("key") != "last_admin" {
			t.Errorf("%d %s", g.status, g.text)
		}
		if g := w.ask("PATCH", path, `{"role":"editor"}`); g.status != 409 || g.string("key") != "last_admin" {
			t.Errorf("%d %s", g.status, g.text)
		}
		token := link[strings.LastIndexByte(link, '/')+1:]
		w.mustAsk(200, "POST", "/v1/passwords", `{"token":"`+token+`","password":"`+password+`"}`, "X-Api-Key", "")
		w.mustAsk(200, "PATCH", path, `{"role":"editor"}`)
	})
}
