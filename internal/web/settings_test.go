package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func TestInvitingSomebody(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	got := b.post("/configuracion/usuarios/invitar", "email", "ADMIN@elpuente.cl", "name", "Doble", "role", "editor")
	if got.Code != http.StatusConflict || !got.has("#f-email-problem") || !got.has(`input[name=role][value=editor][checked]`) || got.attribute("#f-name", "value") != "Doble" {
		t.Errorf("a taken e-mail: %d %s", got.Code, got.text("main"))
	}
	got = b.post("/configuracion/usuarios/invitar", "email", "nueva@elpuente.cl", "name", "Nueva", "role", "owner")
	if got.Code != http.StatusUnprocessableEntity && got.Code != http.StatusForbidden {
		t.Errorf("a role that there is not: %d", got.Code)
	}
	got = b.post("/configuracion/usuarios/invitar", "email", "nueva@elpuente.cl", "name", "Nueva <b>", "role", "seller")
	link := got.attribute("#link", "value")
	path, ours := strings.CutPrefix(link, "http://puente.example")
	if got.Code != http.StatusOK || !ours || !strings.Contains(got.text("#mail"), link) {
		t.Fatalf("%d %q %s", got.Code, link, got.text("main"))
	}
	if until := got.text("#link-hint"); !regexp.MustCompile(`\d\d-\d\d-\d{4} \d\d:\d\d(\D|$)`).MatchString(until) || strings.Count(until, ":") != 1 {
		t.Errorf("until when: %q", until)
	}
	row := b.get("/configuracion/usuarios").text(".people")
	if !strings.Contains(row, "Nueva <b> nueva@elpuente.cl Invitación pendiente Vendedor") {
		t.Errorf("the list says %q", row)
	}

	guest := w.browser()
	if page := guest.get(path); page.Code != http.StatusOK || !strings.Contains(page.text("h1"), "Nueva <b>") {
		t.Fatalf("the link: %d %s", page.Code, page.text("main"))
	}
	if page := guest.post(path, "password", "corta"); page.Code != http.StatusUnprocessableEntity || !page.has("#f-password-problem") {
		t.Errorf("a bad password: %d", page.Code)
	}
	guest.post(path, "password", password).goes("/")
	if page := guest.get("/configuracion/perfil"); page.Code != http.StatusOK || !strings.Contains(page.text(".toast"), "Nueva") {
		t.Errorf("%d %s", page.Code, page.text("main"))
	}
	if page := w.browser().get(path); page.Code != http.StatusNotFound || !strings.Contains(page.text("main"), "enlace") {
		t.Errorf("used twice: %d %s", page.Code, page.text("main"))
	}
	if strings.Contains(w.log.String(), strings.TrimPrefix(path, "/clave/")) {
		t.Error("the log tells the link")
	}
}

func TestAUserIsChangedOnceByEachWhoSawIt(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	path := "/configuracion/usuarios/" + string(w.users[crm.RoleSeller].ID)
	version := b.get(path).attribute("input[name=version]", "value")
	b.post(path, "name", "Diego", "email", "diego@elpuente.cl", "role", "editor", "language", "en", "version", version).goes("/configuracion/usuarios")
	got := b.post(path, "name", "Otro", "email", "diego@elpuente.cl", "role", "seller", "language", "", "version", version)
	if got.Code != http.StatusConflict || got.attribute("#f-name", "value") != "Otro" || got.text("[role=alert]") == "" {
		t.Errorf("somebody else was quicker: %d %s", got.Code, got.text("main"))
	}
	if page := w.as("diego@elpuente.cl").get("/configuracion/perfil"); page.attribute("html", "lang") != "en" {
		t.Error("not in the person's language")
	}
	last := b.post("/configuracion/usuarios/"+string(w.users[crm.RoleAdmin].ID), "role", "seller")
	if last.Code != http.StatusConflict || !strings.Contains(last.text("[role=alert]"), "administrador") {
		t.Errorf("the last administrator: %d %s", last.Code, last.text("main"))
	}
}

func TestWhoLeavesGivesAwayWhatIsTheirs(t *testing.T) {
	w := newWorld(t)
	seller, editor := w.users[crm.RoleSeller], w.users[crm.RoleEditor]
	var contacts []crm.ID
	must(t, w.store.Update(t.Context(), w.account.ID, func(tx bridge.Tx) error {
		hand := crm.Hand{Actor: crm.Actor{Kind: crm.ActorSystem}, Reach: crm.FullReach, At: start}
		var inputs []crm.ContactInput
		for _, name := range []string{"Ana", "Beto", "Carla"} {
			inputs = append(inputs, crm.ContactInput{FirstName: &name, OwnerID: &seller.ID})
		}
		results, err := crm.CreateContacts(t.Context(), tx, hand, inputs)
		for _, r := range results {
			must(t, r.Err)
			contacts = append(contacts, r.Contact.ID)
		}
		return err
	}))
	theirs := w.as(seller.Email)
	b := w.admin()
	path := "/configuracion/usuarios/" + string(seller.ID)
	page := b.get(path + "/desactivar")
	if !strings.Contains(page.text("main"), "3 contactos") || !page.has("[data-dialog-body] #f-to") {
		t.Fatalf("%s", page.text("main"))
	}
	if got := b.post(path+"/desactivar", "to", string(seller.ID)); got.Code != http.StatusUnprocessableEntity || !got.has("#f-to-problem") {
		t.Errorf("to themselves: %d", got.Code)
	}
	b.post(path+"/desactivar", "to", string(editor.ID)).goes("/configuracion/usuarios")
	must(t, w.store.View(t.Context(), w.account.ID, func(r bridge.Reader) error {
		found, err := r.ContactsByID(t.Context(), contacts)
		for _, c := range found {
			if c.OwnerID != editor.ID {
				t.Errorf("%s is %s's", c.FirstName, c.OwnerID)
			}
		}
		return err
	}))
	theirs.get("/configuracion/perfil").goes("/entrar?volver=%2Fconfiguracion%2Fperfil")
	if got := w.browser().post("/entrar", "email", seller.Email, "password", password); got.Code != http.StatusUnauthorized {
		t.Errorf("who left comes in: %d", got.Code)
	}
	b.post(path + "/activar").goes("/configuracion/usuarios")
	w.as(seller.Email)
	if got := b.post("/configuracion/usuarios/"+string(w.users[crm.RoleAdmin].ID)+"/desactivar", "to", "keep"); got.Code != http.StatusConflict {
		t.Errorf("themselves: %d", got.Code)
	}
}

func TestTimeZonesAreCalledAsPeopleCallThem(t *testing.T) {
	w := newWorld(t)
	zones := w.admin().get("/configuracion/empresa").text("#" + fieldID("time_zone"))
	for _, name := range []string{"Santiago", "Isla de Pascua", "Ciudad de México", "São Paulo", "Nueva York", "Cancún", "Buenos Aires"} {
		if !strings.Contains(zones, name) {
			t.Errorf("there is no %s in %s", name, zones)
		}
	}
}

func TestTheCompany(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	page := b.get("/configuracion/empresa")
	form := map[string]string{
		"name": "Viña", "country": "PE", "currency": "CLP", "time_zone": "America/Santiago", "language": "en", "date_style": "yyyy-mm-dd", "number_style": "1,000.5", "seller_access": "see_all",
		"version": page.attribute("input[name=version]", "value"),
	}
	pairs := func(changes ...string) []string {
		var all []string
		for name, value := range form {
			for i := 0; i < len(changes); i += 2 {
				if changes[i] == name {
					value = changes[i+1]
				}
			}
			all = append(all, name, value)
		}
		return all
	}
	for field, value := range map[string]string{"name": " ", "time_zone": "Mars/Olympus", "currency": "XYZ", "country": "AR"} {
		got := b.post("/configuracion/empresa", pairs(field, value)...)
		if got.Code != http.StatusUnprocessableEntity || !got.has("#"+fieldID(field)+"-problem") {
			t.Errorf("%s %q: %d %s", field, value, got.Code, got.text("[role=alert]"))
		}
	}
	b.post("/configuracion/empresa", pairs()...).goes("/configuracion/empresa")
	page = b.get("/configuracion/empresa")
	if page.attribute("html", "lang") != "en" || page.text(".sidebar-account") != "Viña" || page.text(".toast") != "Saved." {
		t.Error("the language, the name or the note")
	}
	// With the country come its currency and time zone, unless they were chosen.
	if page.attribute("#f-currency option[selected]", "value") != "PEN" || page.attribute("#f-time-zone option[selected]", "value") != "America/Lima" {
		t.Error("the currency or time zone")
	}
	if !page.has("input[name=seller_access][value=see_all][checked]") || page.attribute("#f-date-style option[selected]", "value") != "yyyy-mm-dd" {
		t.Error("the access or the dates")
	}
	if got := b.post("/configuracion/empresa", pairs()...); got.Code != http.StatusConflict {
		t.Errorf("stale: %d", got.Code)
	}
}

func TestTheProfile(t *testing.T) {
	w := newWorld(t)
	b, other := w.admin(), w.admin()
	b.header.Set("User-Agent", "x")
	if got := b.get("/configuracion/perfil").text("#sesiones .row"); strings.Count(got, "Cerrar") != 2 || strings.Count(got, "Esta") != 1 {
		t.Errorf("sessions: %s", got)
	}
	b.post("/configuracion/perfil", "name", "Marcela  Rojas", "language", "en").goes("/configuracion/perfil")
	page := b.get("/configuracion/perfil")
	if page.attribute("html", "lang") != "en" || page.attribute("#f-name", "value") != "Marcela Rojas" {
		t.Error("the name or the language")
	}
	b.post("/configuracion/perfil", "name", "Marcela", "language", "").goes("/configuracion/perfil")
	if got := b.post("/configuracion/perfil", "name", strings.Repeat("x", 1000), "language", ""); got.Code != http.StatusUnprocessableEntity || !got.has("#f-name-problem") {
		t.Errorf("a long name: %d", got.Code)
	}

	for theme, want := range map[string]string{"dark": "dark", "light": "light", "": "", "pink": ""} {
		b.post("/configuracion/perfil/apariencia", "theme", theme).goes("/configuracion/perfil")
		page := b.get("/configuracion/perfil")
		if got := page.attribute("html", "data-theme"); got != want || page.attribute("input[name=theme][checked]", "value") != want {
			t.Errorf("%q: %q", theme, got)
		}
	}

	if got := b.post("/configuracion/perfil/clave", "oldPassword", "no", "password", "otra clave larga 9"); got.Code != http.StatusUnprocessableEntity || !got.has("#f-oldPassword-problem") {
		t.Errorf("the wrong old one: %d %s", got.Code, got.text("[role=alert]"))
	}
	if got := b.post("/configuracion/perfil/clave", "oldPassword", password, "password", "corta"); !got.has("#f-password-problem") || strings.Contains(got.Body.String(), password) {
		t.Errorf("a short one: %d", got.Code)
	}
	b.post("/configuracion/perfil/clave", "oldPassword", password, "password", "otra clave larga 9").goes("/configuracion/perfil")
	other.get("/configuracion/perfil").goes("/entrar?volver=%2Fconfiguracion%2Fperfil")
	b.post(b.get("/configuracion/perfil").attribute("#sesiones form", "action")).goes("/entrar")
	if got := w.browser().post("/entrar", "email", "admin@elpuente.cl", "password", password); got.Code != http.StatusUnauthorized {
		t.Error("the old password works")
	}
}

func TestBrowsersByName(t *testing.T) {
	v := &visit{server: newEmptyWorld(t).server}
	v.account.Language = crm.Spanish
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":  "Edge en Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604": "Safari en iPhone",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                   "Chrome en Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                         "Firefox en Linux",
		"curl/8.5.0": "curl",
		"":           "Navegador desconocido",
	} {
		if got := v.browser(agent); got != want {
			t.Errorf("%s: %s, want %s", agent, got, want)
		}
	}
}
