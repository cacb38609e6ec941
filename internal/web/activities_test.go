package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func due(day string) func(*crm.ActivityInput) {
	return func(in *crm.ActivityInput) {
		at, err := time.ParseInLocation("2006-01-02 15:04", day, crm.Account{TimeZone: "America/Santiago"}.Location())
		if err != nil {
			panic(err)
		}
		in.DueAt = &at
	}
}

func TestActivitiesComeByWhenTheyAreDue(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	if empty := b.get("/actividades"); !empty.has(".empty a[href='/actividades/nueva']") {
		t.Errorf("nothing to do: %s", empty.text("main"))
	}
	c := w.newContact("Camila Soto", "camila@x.cl")
	w.newTask(crm.RoleAdmin, "Sin fecha", c)
	w.newTask(crm.RoleAdmin, "Después", c, due("2026-04-20 23:59"))
	w.newTask(crm.RoleAdmin, "Hoy", c, due("2026-03-12 23:59"))
	w.newTask(crm.RoleAdmin, "Mañana", c, due("2026-03-13 09:30"))
	w.newTask(crm.RoleAdmin, "Ayer", c, due("2026-03-11 23:59"))
	w.newTask(crm.RoleSeller, "De otra persona", c)
	page := b.get("/actividades")
	expect(t, "groups", page.text(".activity-group h2"), "Atrasadas Hoy Mañana Más adelante Sin fecha")
	expect(t, "titles", page.text(".task-title"), "Ayer Hoy Mañana Después Sin fecha")
	expect(t, "late", page.text(".activity-group.late .task-title"), "Ayer")
	expect(t, "a whole day has no hour, another has", page.text(".task-due"), "11-03-2026 12-03-2026 13-03-2026 09:30 20-04-2026")
	expect(t, "about", page.attribute(".activity-group.late .task-meta a", "href"), contactAt(c.ID))
	for query, want := range map[string]string{
		"?vence=hoy":        "Ayer Hoy",
		"?vence=atrasadas":  "Ayer",
		"?vence=semana":     "Ayer Hoy Mañana",
		"?quien=nadie":      "",
		"?estado=completed": "",
		"?quien=" + string(w.users[crm.RoleSeller].ID): "De otra persona",
	} {
		expect(t, query, b.get("/actividades"+query).text(".task-title"), want)
	}
	expect(t, "everybody's", len(b.get("/actividades?quien=todas").all(".task-title")), 6)
	expect(t, "a seller's", w.as("seller@elpuente.cl").get("/actividades").text(".task-title"), "De otra persona")
}

func TestAnActivityIsMadeChangedAndFinished(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	c := w.newContact("Camila Soto", "camila@x.cl")
	form := b.get("/actividades/nueva")
	expect(t, "asks whom it is about", form.has("fieldset.contact-picker"), true)
	searching := b.post("/actividades/nueva", "title", "Llamar", "contacto", "camila", contactSearch, "1")
	expect(t, "found", []string{searching.text(".picker-option .picker-name"), searching.attribute("#f-title", "value")}, []string{"Camila Soto Crear un contacto", "Llamar"})
	for _, contact := range [][]string{{}, {"contact", ""}} {
		lacking := b.post("/actividades/nueva", append([]string{"title", "Llamar"}, contact...)...)
		if lacking.Code != http.StatusUnprocessableEntity || lacking.text("#f-contact-problem") != "La actividad no tiene contacto. Elige uno o créalo aquí." {
			t.Errorf("about nobody: %d %s", lacking.Code, lacking.text("main"))
		}
	}
	b.post("/actividades/nueva", "title", "Llamar", "kind", "call", "contact", string(c.ID), "due_at", "2026-03-20", "hour", "10:30", "volver", "/actividades?quien=todas").goes("/actividades?quien=todas")
	about := b.get("/actividades/nueva?" + aboutContact + "=" + string(c.ID))
	if about.has(".contact-picker") || !strings.Contains(about.text("form.form"), "Sobre Camila Soto") {
		t.Errorf("about a contact: %s", about.text("main"))
	}
	list := b.get("/actividades")
	path := strings.TrimSuffix(list.attribute("form.task-mark", "action"), "/estado")
	edit := b.get(path)
	expect(t, "as it is", []string{edit.attribute("#f-title", "value"), edit.attribute("#f-due-at", "value"), edit.attribute("#f-hour", "value"), edit.attribute("#f-kind option[selected]", "value")}, []string{"Llamar", "2026-03-20", "10:30", "call"})
	version := edit.attribute("#activity-form [name=version]", "value")
	b.post(path, "version", version, "title", "Llamar de nuevo", "kind", "call", "due_at", "", "owner", "", "notes", "Preguntar por el despacho").goes("/actividades")
	stale := b.post(path, "version", version, "title", "Otra cosa")
	expect(t, "somebody was quicker", []any{stale.Code, stale.attribute("#f-title", "value")}, []any{http.StatusConflict, "Otra cosa"})
	expect(t, "nobody's, without a day", b.get("/actividades?quien=nadie").text(".activity-group"), "Sin fecha Llamar de nuevo Llamada Camila Soto Preguntar por el despacho Sin dueño")

	b.post(path+"/estado", "status", "completed", "volver", "https://elsewhere.example").goes("/actividades")
	expect(t, "done", b.get("/actividades?quien=nadie&estado=completed").text(".task-title"), "Llamar de nuevo")
	b.post(path+"/estado", "status", "discarded").goes("/actividades")
	expect(t, "discarded", b.get("/actividades?quien=todas&estado=discarded").text(".task-title"), "Llamar de nuevo")
	b.post(path+"/estado", "status", "deleted").goes("/actividades")
	expect(t, "deleted", b.get(path).Code, http.StatusNotFound)
}

func TestASellerDoesNotLearnWhomAnActivityIsAbout(t *testing.T) {
	w := newWorld(t)
	c := w.newContact("Camila Soto", "camila@x.cl")
	owner, seller := w.users[crm.RoleEditor].ID, w.users[crm.RoleSeller].ID
	w.changeContact(crm.RoleAdmin, c.ID, crm.ContactInput{OwnerID: &owner})
	made := w.newTask(crm.RoleAdmin, "Hacer algo", c, func(in *crm.ActivityInput) { in.OwnerID = &seller })
	b := w.as("seller@elpuente.cl")
	for _, path := range []string{"/actividades", "/actividades/" + string(made.ID)} {
		page := b.get(path)
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "Hacer algo") || strings.Contains(page.Body.String(), "Camila") {
			t.Errorf("%s: %d %s", path, page.Code, page.text("main"))
		}
	}
}

func TestActivitiesArePaged(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	c := w.newContact("Camila", "camila@x.cl")
	w.put(func(tx bridge.Tx) error {
		for range activitiesAtOnce + 2 {
			title := "Llamar"
			if _, err := crm.CreateActivity(t.Context(), tx, w.by(crm.RoleAdmin), crm.ActivityInput{Title: &title, ContactID: &c.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	first := b.get("/actividades")
	second := b.get(first.attribute(".pager a", "href"))
	expect(t, "rows", []int{len(first.all(".task")), len(second.all(".task"))}, []int{activitiesAtOnce, 2})
	expect(t, "back", second.attribute(".pager a", "href"), "/actividades")
}

func TestTheSearch(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	c := w.newContact("Camila Ñuñez", "camila@x.cl")
	deal := w.newDeal(crm.RoleAdmin, "Muebles de cocina", "Nuevo", worth("115061"), of(c))
	w.linked(deal, bridge.KindReceipt, 1315, "2026-03-10")
	page := b.get("/buscar?q=nunez")
	expect(t, "contact", []string{page.text("#r-contactos"), page.attribute("section[aria-labelledby=r-contactos] .row-link", "href")}, []string{"Contactos", contactAt(c.ID)})
	expect(t, "its deal", page.text("section[aria-labelledby=r-oportunidades] .row"), "Muebles de cocina Camila Ñuñez · Boleta 1315 · $313.130 Nuevo")
	expect(t, "by the document's number", b.get("/buscar?q=1315").text("#r-oportunidades"), "Oportunidades")
	none := b.get("/buscar?q=" + url.QueryEscape(nastyName))
	expect(t, "nothing", none.text(".empty h2"), "Nada con “"+nastyName+"”")
	expect(t, "no words", b.get("/buscar?q=+").has(".empty, .rows"), false)
	expect(t, "the box is in every page", []string{page.attribute("form.search", "action"), page.attribute("#search", "hx-get")}, []string{"/buscar", "/buscar"})

	b.header.Set("Hx-Request", "true")
	part := b.get("/buscar?q=camila")
	expect(t, "while somebody writes", []int{len(part.all("main")), len(part.all("a[role=option][id]"))}, []int{0, 3})
	expect(t, "all of it", part.attribute("#hit-all", "href"), "/buscar?q=camila")

	owner := w.users[crm.RoleEditor].ID
	w.changeContact(crm.RoleAdmin, c.ID, crm.ContactInput{OwnerID: &owner})
	w.change(crm.RoleAdmin, deal.ID, crm.DealInput{OwnerID: &owner})
	expect(t, "of others", w.as("seller@elpuente.cl").get("/buscar?q=camila").text(".empty h2"), "Nada con “camila”")
}

func TestTheSearchShowsAFewAndLeadsToTheRest(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		c := w.newContact("Camila "+name, name+"@x.cl")
		w.newDeal(crm.RoleAdmin, "Venta "+name, "Nuevo", of(c))
	}
	page := w.admin().get("/buscar?q=camila")
	expect(t, "each", []int{len(page.all("section[aria-labelledby=r-contactos] .row")), len(page.all("section[aria-labelledby=r-oportunidades] .row"))}, []int{foundEach, foundEach})
	for _, to := range []string{"/contactos?q=camila", "/oportunidades/lista?q=camila"} {
		if !page.has("a[href='" + to + "']") {
			t.Errorf("no way to %s", to)
		}
	}
}
