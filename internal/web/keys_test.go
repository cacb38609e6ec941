package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"puente/internal/auth"
)

func TestConnectAPIMakesTheFirstKeyAndShowsItOnce(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	page := b.get("/configuracion/apps")
	if page.text("form[action='/configuracion/apps/api'] button") != "Conectar API" || page.has(".key-row") {
		t.Fatalf("before there is a key: %s", page.text("main"))
	}
	made := b.post("/configuracion/apps/api")
	secret := made.attribute("#secret", "value")
	if made.Code != http.StatusOK || !strings.HasPrefix(secret, "pk_") || !made.has("button[data-copy=secret]") || !strings.Contains(made.text("#example"), "x-api-key: "+secret) {
		t.Fatalf("%d %s", made.Code, made.text("main"))
	}
	p, err := w.auth.Key(t.Context(), secret)
	must(t, err)
	if !p.Grants.Allows(auth.Scope{Area: auth.Deals, Level: auth.Write}) || p.Grants.Allows(auth.Scope{Area: auth.Users, Level: auth.Write}) || p.Grants.Allows(auth.Scope{Area: auth.Keys, Level: auth.Read}) {
		t.Errorf("it may do %v", p.Grants.Scopes())
	}
	b.post("/configuracion/apps/api").goes("/configuracion/apps#llaves")
	page = b.get("/configuracion/apps")
	if len(page.all(".key-row")) != 1 || strings.Contains(page.Body.String(), secret) || !strings.Contains(page.text(".key-row"), "Oportunidades: Todo") {
		t.Errorf("the list: %s", page.text("#llaves"))
	}
}

func TestAKeyIsMadeRenewedAndRevoked(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	form := b.get("/configuracion/apps/llaves/nueva")
	if len(form.all("[name^='scope.']")) != len(auth.Areas) {
		t.Errorf("areas: %s", form.text("main"))
	}
	refused := b.post("/configuracion/apps/llaves/nueva", form.fields("form[action='/configuracion/apps/llaves/nueva']", "name", " ", "days", "30", "scope.deals", "read")...)
	if refused.Code != http.StatusUnprocessableEntity || !refused.has("#f-name[aria-invalid]") || refused.attribute("#f-scope-deals option[selected]", "value") != "read" {
		t.Errorf("without a name: %d %s", refused.Code, refused.text("main"))
	}
	none := b.post("/configuracion/apps/llaves/nueva", "name", "Nada")
	if none.Code != http.StatusUnprocessableEntity || !none.has("[data-problems]") {
		t.Errorf("that may do nothing: %d %s", none.Code, none.text("main"))
	}
	made := b.post("/configuracion/apps/llaves/nueva", "name", "Tienda web", "days", "30", "scope.deals", "read", "scope.keys", "none")
	first := made.attribute("#secret", "value")
	p, err := w.auth.Key(t.Context(), first)
	must(t, err)
	if got := p.Key.ExpiresAt.Sub(w.clock()); strings.Join(p.Grants.Scopes(), " ") != "deals:read" || got < 29*24*time.Hour || got > 31*24*time.Hour {
		t.Errorf("it may do %v for %v", p.Grants.Scopes(), got)
	}
	path := "/configuracion/apps/llaves/" + string(p.Key.ID)
	b.post(path, "name", "Tienda nueva").goes("/configuracion/apps#llaves")
	if got := b.post(path, "name", ""); got.Code != http.StatusUnprocessableEntity || !got.has("#f-name[aria-invalid]") {
		t.Errorf("renamed to nothing: %d", got.Code)
	}
	renewed := b.post(path+"/renovar", "hours", "24")
	second := renewed.attribute("#secret", "value")
	if second == first || !renewed.has(".alert.info") {
		t.Errorf("renewed: %s", renewed.text("main"))
	}
	for _, secret := range []string{first, second} {
		if _, err := w.auth.Key(t.Context(), secret); err != nil {
			t.Errorf("for a day both work: %v", err)
		}
	}
	if got := b.post(path+"/renovar", "hours", "x"); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("an odd grace: %d", got.Code)
	}
	if ask := b.get(path + "/revocar"); ask.text("h1") != "¿Revocar “Tienda nueva”?" || !ask.has("[data-dialog-body] form[method=post]") {
		t.Errorf("the question: %s", ask.text("main"))
	}
	b.post(path + "/revocar").goes("/configuracion/apps#llaves")
	if _, err := w.auth.Key(t.Context(), second); err == nil {
		t.Error("it still works")
	}
	list := b.get("/configuracion/apps")
	if list.text(".toast") != "“Tienda nueva” ya no sirve." || !strings.Contains(list.text(".more-keys"), "Revocada") || list.has(".rows .key-row a[href='"+path+"']") {
		t.Errorf("the list: %s", list.text("#llaves"))
	}
	if got := b.post(path + "/revocar"); got.Code != http.StatusConflict {
		t.Errorf("revoked twice: %d", got.Code)
	}
}
