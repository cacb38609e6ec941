package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"puente/internal/crm"
)

// What is sent after the session ended is kept in the page that says so, and can be sent from there after logging in.
func TestWhatWasWrittenSurvivesTheSession(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	delete(b.cookies, sessionCookie)

	lost := b.post("/contactos/nuevo", "first_name", "Camila", "notes", "Dos líneas:\n<b>clavos</b>", "custom.x", "uno", "custom.x", "dos")
	expect(t, "status", lost.Code, http.StatusUnauthorized)
	expect(t, "where to", lost.attribute("form.kept", "action"), "/contactos/nuevo")
	if lost.has(`.kept [name="notes"] *`) || strings.Contains(lost.text(".kept"), "contraseñas") {
		t.Fatalf("%s", lost.Body)
	}
	var pairs []string
	for _, field := range lost.all(`.kept input[type="hidden"]`) {
		var name, value string
		for _, a := range field.Attr {
			switch a.Key {
			case "name":
				name = a.Val
			case "value":
				value = a.Val
			}
		}
		pairs = append(pairs, name, value)
	}
	expect(t, "kept", pairs, []string{"custom.x", "uno", "custom.x", "dos", "first_name", "Camila", "notes", "Dos líneas:\n<b>clavos</b>"})

	expect(t, "once more", b.post("/contactos/nuevo", pairs...).has("form.kept"), true)
	again := w.admin().post("/contactos/nuevo", pairs...)
	if again.Code != http.StatusSeeOther || !strings.HasPrefix(again.Header().Get("Location"), contactsPath+"/") {
		t.Fatalf("%d %s", again.Code, again.text("main"))
	}
}

func TestSecretsAreNotKept(t *testing.T) {
	w := newWorld(t)
	guest := w.browser()
	for _, name := range secretFields {
		page := guest.post("/configuracion/apps/bsale", name, "nadie-debe-verlo", "other", "sí")
		expect(t, name, page.Code, http.StatusUnauthorized)
		if strings.Contains(page.Body.String(), "nadie-debe-verlo") || !strings.Contains(page.text(".kept"), "contraseñas") || !page.has(`.kept [name="other"]`) {
			t.Fatalf("%s: %s", name, page.Body)
		}
	}
	foreign := httptest.NewRequest(http.MethodPost, "/contactos/nuevo", strings.NewReader("other=no"))
	foreign.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	if page := w.browser().do(foreign); page.Code != http.StatusForbidden || page.has(".kept") {
		t.Fatalf("another site's form: %d %s", page.Code, page.Body)
	}
	if page := w.as(w.users[crm.RoleSeller].Email).post("/configuracion/apps/bsale", "other", "sí"); page.Code != http.StatusForbidden || page.has(".kept") {
		t.Fatalf("who may not: %d %s", page.Code, page.Body)
	}
}
