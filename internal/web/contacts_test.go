package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// contact returns a contact as it is kept.
func (w *world) contact(id crm.ID) *crm.Contact {
	w.t.Helper()
	var found []*crm.Contact
	w.read(func(r bridge.Reader) (err error) {
		found, err = r.ContactsByID(w.t.Context(), []crm.ID{id})
		return err
	})
	if len(found) == 0 {
		w.t.Fatalf("there is no contact %s", id)
	}
	return found[0]
}

// changeContact changes a contact as a person of that role.
func (w *world) changeContact(role crm.Role, id crm.ID, in crm.ContactInput) {
	w.t.Helper()
	w.put(func(tx bridge.Tx) error {
		results, err := crm.ChangeContacts(w.t.Context(), tx, w.by(role), []crm.ContactEdit{{ID: id, Input: in}})
		if err == nil {
			err = results[0].Err
		}
		return err
	})
}

// made returns the id of what a form made, of the address to which it leads.
func (a *answer) made(under string) crm.ID {
	a.t.Helper()
	to, ok := strings.CutPrefix(a.Header().Get("Location"), under+"/")
	if a.Code != http.StatusSeeOther || !ok {
		a.t.Fatalf("%d to %q: %s", a.Code, a.Header().Get("Location"), a.text("main"))
	}
	return crm.ID(to)
}

func TestTheListOfContacts(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	if empty := b.get("/contactos"); !empty.has(".empty a[href='/contactos/nuevo']") || empty.has("table") {
		t.Errorf("without contacts: %s", empty.text("main"))
	}
	camila := w.newContact("Camila Soto", "camila@x.cl")
	w.newContact("Pedro Rojas", "pedro@x.cl")
	company, phone, owner := "Ferretería Ñuble", "+56 9 5555 0199", w.users[crm.RoleSeller].ID
	w.changeContact(crm.RoleAdmin, camila.ID, crm.ContactInput{Company: &company, Phones: crm.IdentitiesInput{Primary: &phone}, OwnerID: &owner})

	page := b.get("/contactos?sort=name")
	expect(t, "names", page.text("tbody td:first-child a"), "Ferretería Ñuble Pedro Rojas")
	expect(t, "a row", page.text("tbody tr:first-child"), "Ferretería Ñuble camila@x.cl +56 9 5555 0199 PS Persona seller Ahora")
	expect(t, "leads to", page.attribute("tbody tr:first-child td:first-child a", "href"), contactAt(camila.ID))
	expect(t, "count", page.text(".list-count"), "2 contactos")
	expect(t, "search", b.get("/contactos?q=nuble").text("tbody td:first-child a"), "Ferretería Ñuble")
	expect(t, "filter", b.get("/contactos?filter[owner]="+string(owner)).text("tbody td:first-child a"), "Ferretería Ñuble")
	if none := b.get("/contactos?q=nadie"); !none.has(".empty a[href='/contactos']") {
		t.Errorf("nothing found: %s", none.text("main"))
	}
	if !page.has("a[href^='/v1/crm/contacts.csv']") || w.as("seller@elpuente.cl").get("/contactos").has("a[href*='.csv']") {
		t.Error("who may download the list")
	}
	b.post("/contactos/columnas", "columna", "name", "columna", "company", "volver", "/contactos").goes("/contactos")
	expect(t, "columns", b.get("/contactos?sort=name").text("thead"), "Nombre completo Empresa")
	expect(t, "the company is not said twice", b.get("/contactos?sort=name").text("tbody tr:first-child"), "Ferretería Ñuble")
}

func TestAListOfContactsIsPaged(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	w.put(func(tx bridge.Tx) error {
		var inputs []crm.ContactInput
		for range rowsAtOnce + 3 {
			name := "Uno"
			inputs = append(inputs, crm.ContactInput{FirstName: &name})
		}
		_, err := crm.CreateContacts(t.Context(), tx, w.by(crm.RoleAdmin), inputs)
		return err
	})
	first := b.get("/contactos")
	second := b.get(first.attribute(".pager a", "href"))
	expect(t, "rows", []int{len(first.all("tbody tr")), len(second.all("tbody tr"))}, []int{rowsAtOnce, 3})
	expect(t, "back", second.attribute(".pager a", "href"), "/contactos")
	b.get("/contactos?cursor=nonsense").goes("/contactos")
}

func TestAContactIsMade(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	key := ""
	w.put(func(tx bridge.Tx) error {
		field, err := crm.CreateField(t.Context(), tx, w.by(crm.RoleAdmin), crm.NewField{Entity: crm.EntityContact, Name: "Compras", Type: crm.TypeDecimal}, crm.RandomLetters)
		key = field.Key
		return err
	})
	id := b.post("/contactos/nuevo", "first_name", "Camila", "last_name", "Soto", "email", "Camila@X.cl", "phone", "9 5555 0199", "tax_id", "11.111.111-1",
		"owner", "", "priority", "2", "birth_year", "1990", "contacted", "true", "marketable", "", "custom."+key, "1.234,5").made("/contactos")
	c := w.contact(id)
	expect(t, "name", c.Name(), "Camila Soto")
	expect(t, "identities", []string{c.Identities[0].Normalized, c.Identities[1].Normalized, c.Identities[2].Normalized}, []string{"camila@x.cl", "+56955550199", "11111111-1"})
	expect(t, "details", c.Details, crm.Custom{"priority": json.Number("2"), "birth_year": json.Number("1990"), "contacted": true})
	expect(t, "custom", c.Custom[key], json.Number("1234.5"))
	page := b.get(contactAt(id))
	expect(t, "heading", page.text("h1"), "Camila Soto")
	expect(t, "born", page.text("#campo-birth_year .fact-value"), "1990")
	expect(t, "calls", page.attribute(".contact-reach a[href^='tel:']", "href"), "tel:+56955550199")

	again := b.post("/contactos/nuevo", "first_name", "Otra", "email", "camila@x.cl", "notes", "algo")
	if again.Code != http.StatusConflict || again.attribute(".existing a", "href") != contactAt(id) || again.text(".existing a") != "Camila Soto" {
		t.Errorf("a duplicate: %d %s", again.Code, again.text("main"))
	}
	expect(t, "what was typed", []string{again.attribute("#f-first-name", "value"), again.text("#f-notes")}, []string{"Otra", "algo"})
	expect(t, "at its field", again.has("#f-email[aria-invalid]"), true)
	for field, value := range map[string]string{"birth_year": "mil", "employees": "1,5", "tax_id": "11.111.111-2", "phone": "123", "email": "nada"} {
		wrong := b.post("/contactos/nuevo", "first_name", "Otra", field, value)
		if wrong.Code != http.StatusUnprocessableEntity || !wrong.has("section #"+fieldID(field)+"[aria-invalid]") {
			t.Errorf("%s %q: %d %s", field, value, wrong.Code, wrong.text(".problem"))
		}
	}
	if nothing := b.post("/contactos/nuevo", "first_name", " ", "email", ""); nothing.Code != http.StatusUnprocessableEntity {
		t.Errorf("a contact of nothing: %d", nothing.Code)
	}
}

func TestASellerIsToldOfADuplicateWithoutItsName(t *testing.T) {
	w := newWorld(t)
	c := w.newContact("Camila Soto", "camila@x.cl")
	owner := w.users[crm.RoleAdmin].ID
	w.changeContact(crm.RoleAdmin, c.ID, crm.ContactInput{OwnerID: &owner})
	b := w.as("seller@elpuente.cl")
	got := b.post("/contactos/nuevo", "first_name", "Otra", "email", "camila@x.cl")
	if got.Code != http.StatusConflict || got.has(".existing") || strings.Contains(got.text("main"), "Camila") {
		t.Errorf("%d %s", got.Code, got.text("main"))
	}
	expect(t, "its page", b.get(contactAt(c.ID)).Code, http.StatusNotFound)
	expect(t, "the list", b.get("/contactos").has("table"), false)
}

func TestOneFieldOfAContactIsChanged(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	c := w.newContact("Camila", "camila@x.cl")
	form := b.get(contactAt(c.ID) + "/campos/city")
	saved, seen := form.attribute("[name=version]", "value"), form.attribute("[name=antes]", "value")
	b.post(contactAt(c.ID)+"/campos/city", "version", saved, "antes", seen, "city", "Chillán").goes(contactAt(c.ID))

	other := "Valdivia"
	w.changeContact(crm.RoleEditor, c.ID, crm.ContactInput{City: &other})
	late := b.post(contactAt(c.ID)+"/campos/city", "version", saved, "antes", "Chillán", "city", "Osorno")
	if late.Code != http.StatusConflict || !strings.Contains(late.text(".problem"), "Valdivia") || !strings.Contains(late.text(".problem"), "Persona editor") || late.attribute("#f-city", "value") != "Osorno" {
		t.Errorf("somebody was quicker: %d %s", late.Code, late.text("main"))
	}
	b.post(contactAt(c.ID)+"/campos/city", "version", late.attribute("[name=version]", "value"), "antes", late.attribute("[name=antes]", "value"), "city", "Osorno").goes(contactAt(c.ID))
	expect(t, "city", w.contact(c.ID).Details["city"], "Osorno")

	// Another field's change is nothing to stumble over.
	b.post(contactAt(c.ID)+"/campos/source", "version", saved, "antes", "", "source", "Feria").goes(contactAt(c.ID))
	for _, place := range []string{"name", "email", "tags", "created", "nothing"} {
		expect(t, place, b.get(contactAt(c.ID)+"/campos/"+place).Code, http.StatusNotFound)
	}
}

func TestAllOfAContactIsChangedAndNothingOfOthersLost(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	c := w.newContact("Camila", "camila@x.cl")
	form := b.get(contactAt(c.ID) + "/editar")
	version := form.attribute("[name=version]", "value")
	city := "Valdivia"
	w.changeContact(crm.RoleEditor, c.ID, crm.ContactInput{City: &city})
	late := b.post(contactAt(c.ID)+"/editar", "version", version, "first_name", "Camila A.", "city", "", "email", "camila@x.cl")
	if late.Code != http.StatusConflict || !strings.Contains(late.text(".field:has(#f-city) .problem"), "Valdivia") || late.attribute("#f-first-name", "value") != "Camila A." {
		t.Fatalf("%d %s", late.Code, late.text("main"))
	}
	expect(t, "nothing was written", w.contact(c.ID).FirstName, "Camila")
	b.post(contactAt(c.ID)+"/editar", "version", late.attribute("[name=version]", "value"), "first_name", "Camila A.", "city", "Valdivia", "contacted", "").goes(contactAt(c.ID))
	now := w.contact(c.ID)
	expect(t, "now", []any{now.FirstName, now.Details["city"], now.Details["contacted"]}, []any{"Camila A.", "Valdivia", nil})
}

func TestHowAContactIsRecognised(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	other := w.newContact("Pedro", "pedro@x.cl")
	c := w.newContact("Camila", "camila@x.cl")
	path := contactAt(c.ID) + "/identidades"
	b.post(path, "identity", "email", "value", "ventas@x.cl").goes(contactAt(c.ID) + "#identidades")
	b.post(path, "identity", "email", "do", "primary", "value", "ventas@x.cl").goes(contactAt(c.ID) + "#identidades")
	page := b.get(contactAt(c.ID))
	expect(t, "e-mails", page.text(".identity-kind:first-child .identity-value"), "ventas@x.cl Principal camila@x.cl")
	b.post(path, "identity", "email", "do", "remove", "value", "camila@x.cl").goes(contactAt(c.ID) + "#identidades")
	expect(t, "identities", len(w.contact(c.ID).Identities), 1)

	taken := b.post(path, "identity", "email", "value", "pedro@x.cl")
	if taken.Code != http.StatusConflict || taken.attribute("#identidades .existing a", "href") != contactAt(other.ID) || taken.attribute("#f-value", "value") != "pedro@x.cl" || !taken.has("#f-value[aria-invalid]") {
		t.Errorf("of somebody else: %d %s", taken.Code, taken.text("#identidades"))
	}
	for _, wrong := range [][2]string{{"phone", "12"}, {"tax_id", "1-1"}, {"email", ""}} {
		got := b.post(path, "identity", wrong[0], "value", wrong[1])
		if got.Code != http.StatusUnprocessableEntity || !got.has("#f-value[aria-invalid]") {
			t.Errorf("%v: %d %s", wrong, got.Code, got.text("#identidades"))
		}
	}
}

func TestTagsOfAContact(t *testing.T) {
	w := newWorld(t)
	c := w.newContact("Camila", "camila@x.cl")
	b := w.admin()
	path := contactAt(c.ID) + "/etiquetas"
	b.post(path, "tag", "Mayorista").goes(contactAt(c.ID) + "#etiquetas")
	b.post(path, "tag", " MAYORISTA ").goes(contactAt(c.ID) + "#etiquetas")
	page := b.get(contactAt(c.ID))
	expect(t, "tags", page.text(".tag"), "Mayorista")
	id := page.attribute(".tag button[name=remove]", "value")

	seller := w.as("seller@elpuente.cl")
	if got := seller.post(path, "tag", "Inventada"); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.text("#etiquetas .problem"), "Inventada") {
		t.Errorf("a seller makes a tag: %d %s", got.Code, got.text("#etiquetas"))
	}
	seller.post(path, "remove", id).goes(contactAt(c.ID) + "#etiquetas")
	expect(t, "none", seller.get(contactAt(c.ID)).has(".tag"), false)
	expect(t, "offered", seller.get(contactAt(c.ID)).attribute("#f-tag-list option", "value"), "Mayorista")
}

func TestAContactIsDeletedAndRestored(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	for _, fate := range []crm.OpenDeals{crm.DealsKeep, crm.DealsDelete} {
		c := w.newContact("Camila", "camila@x.cl")
		deal := w.newDeal(crm.RoleAdmin, "Muebles", "Nuevo", of(c))
		ask := b.get(contactAt(c.ID) + "/eliminar")
		if !strings.Contains(ask.text("fieldset legend"), "(1)") || len(ask.all("input[name=deals]")) != 2 {
			t.Errorf("asks: %s", ask.text("main"))
		}
		b.post(contactAt(c.ID)+"/eliminar", "version", ask.attribute("[name=version]", "value"), "deals", string(fate)).goes(contactAt(c.ID))
		expect(t, "its deal is gone", w.deal(deal.ID).Gone(), fate == crm.DealsDelete)
		gone := b.get(contactAt(c.ID))
		if gone.Code != http.StatusOK || gone.attribute("form[action$='/restaurar']", "action") != contactAt(c.ID)+"/restaurar" {
			t.Errorf("what is left: %d %s", gone.Code, gone.text("main"))
		}
		another := w.newContact("Otra", "camila@x.cl")
		refused := b.post(contactAt(c.ID) + "/restaurar")
		if refused.Code != http.StatusConflict || refused.attribute(".existing a", "href") != contactAt(another.ID) {
			t.Errorf("another has its e-mail: %d %s", refused.Code, refused.text("main"))
		}
		empty := []string{}
		w.changeContact(crm.RoleAdmin, another.ID, crm.ContactInput{Emails: crm.IdentitiesInput{All: &empty}})
		b.post(contactAt(c.ID) + "/restaurar").goes(contactAt(c.ID))
		expect(t, "is back", b.get(contactAt(c.ID)).text("h1"), "Camila")
		w.changeContact(crm.RoleAdmin, c.ID, crm.ContactInput{Emails: crm.IdentitiesInput{All: &empty}})
	}
}

func TestWhatAContactsPageShows(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	c := w.newContact("Camila", "camila@x.cl")
	w.newDeal(crm.RoleAdmin, "Muebles", "Cotizado", worth("115061"), of(c))
	path := contactAt(c.ID)
	b.post(path+"/tareas", "title", "Llamar", "kind", "call", "due_at", "2026-03-20").goes(path + "#tareas")
	b.post(path+"/notas", "text", "Prefiere la tarde").goes(path + "#notas")
	page := b.get(path)
	expect(t, "deals", page.text(".contact-deal"), "Muebles Cotizado $115.061")
	expect(t, "a new one", page.attribute("#oportunidades .card-head a", "href"), "/oportunidades/nueva?contact="+string(c.ID))
	expect(t, "task", page.text(".task-title"), "Llamar")
	expect(t, "note", page.text(".note-text"), "Prefiere la tarde")
	for _, want := range []string{"Creación", "Actividad creada", "Nota agregada"} {
		if !strings.Contains(page.text("#historial"), want) {
			t.Errorf("the history lacks %q: %s", want, page.text("#historial"))
		}
	}
	empty := b.post(path+"/tareas", "title", " ")
	if empty.Code != http.StatusUnprocessableEntity || !empty.has("#tareas [aria-invalid]") {
		t.Errorf("a task without a title: %d %s", empty.Code, empty.text("#tareas"))
	}
	wrong := b.post(path+"/tareas", "title", "Sin día", "due_at", "mañana")
	if wrong.Code != http.StatusUnprocessableEntity || wrong.attribute("#f-title", "value") != "Sin día" {
		t.Errorf("a day that is none: %d", wrong.Code)
	}
	task := strings.TrimPrefix(page.attribute("form.task-mark", "action"), path+"/tareas/")
	b.post(path+"/tareas/"+task, "status", "completed", "version", page.attribute("form.task-mark [name=version]", "value")).goes(path + "#tareas")
	expect(t, "done", b.get(path).text("#tareas summary"), "Terminadas: 1 Agregar tarea")
	note := b.get(page.attribute(".note-edit", "href"))
	b.post(page.attribute(".note-edit", "href"), "text", "Prefiere la mañana", "version", note.attribute("[name=version]", "value"), "do", "save").goes(path + "#notas")
	expect(t, "changed note", b.get(path).text(".note-text"), "Prefiere la mañana")

	// Whoever only sees a contact gets no forms.
	w.put(func(tx bridge.Tx) error {
		access := crm.SellersSeeAll
		_, err := crm.ChangeAccount(t.Context(), tx, w.by(crm.RoleAdmin), 0, crm.AccountChange{SellerAccess: &access})
		return err
	})
	owner := w.users[crm.RoleEditor].ID
	w.changeContact(crm.RoleAdmin, c.ID, crm.ContactInput{OwnerID: &owner})
	seen := w.as("seller@elpuente.cl").get(path)
	if seen.Code != http.StatusOK || seen.has(".fact-edit, #identidades form, .tag-add, #tareas form[action$='/tareas'], a[href$='/eliminar']") {
		t.Errorf("who only sees it: %d", seen.Code)
	}
}

func TestWhereAContactsFieldsComeFrom(t *testing.T) {
	w := newWorld(t)
	c := w.newContact("Camila", "camila@x.cl")
	origin := crm.NewOrigin(crm.Actor{Kind: crm.ActorApp, ID: crm.NewID()}, w.clock(), "Boleta 1234")
	w.put(func(tx bridge.Tx) error {
		found, err := tx.ContactsByID(t.Context(), []crm.ID{c.ID})
		if err != nil {
			return err
		}
		var changes []crm.Change
		change, _ := found[0].SetText(crm.FieldCompany, "Muebles Sur", origin)
		changes = append(changes, change)
		change, _, err = found[0].AddIdentity(crm.IdentityKey{Kind: crm.IdentityTaxID, Normalized: "11111111-1"}, "11.111.111-1", origin)
		if err != nil {
			return err
		}
		changes = append(changes, change)
		if err := tx.SaveContacts(t.Context(), found); err != nil {
			return err
		}
		return tx.AddEvents(t.Context(), []crm.Event{{ID: crm.NewID(), Entity: crm.EntityContact, EntityID: c.ID, Type: crm.EventChanged, At: w.clock(), Actor: origin.Actor, Document: "Boleta 1234", Changes: changes}})
	})
	b := w.admin()
	expect(t, "a document that nobody knows", b.get(contactAt(c.ID)).text("#campo-company .fact-origin"), "Boleta 1234, anotado el 12-03-2026")
	w.put(func(tx bridge.Tx) error {
		connection := bridge.Connection{ID: origin.Actor.ID, AccountID: w.account.ID, Hook: "h", Rules: []byte("{}")}
		if err := tx.SaveConnection(t.Context(), connection); err != nil {
			return err
		}
		record := func(id int64, kind bridge.Kind, day string) *bridge.Record {
			return &bridge.Record{ConnectionID: connection.ID, BsaleID: id, Kind: kind, Number: "1234", EmittedOn: day, Total: crm.Money{Currency: w.account.Currency}, State: bridge.StateLinked, Standing: bridge.StandingActive}
		}
		return tx.SaveRecords(t.Context(), []*bridge.Record{record(1, bridge.KindReceipt, "2026-02-01"), record(2, bridge.KindInvoice, "2026-02-02")}, time.Time{})
	})
	page := b.get(contactAt(c.ID))
	expect(t, "field", page.text("#campo-company .fact-origin"), "Boleta 1234, 01-02-2026")
	expect(t, "identity", page.text(".identity-kind:last-child .fact-origin"), "Boleta 1234, 01-02-2026")
	b.post(contactAt(c.ID)+"/campos/company", "company", "Muebles Norte").goes(contactAt(c.ID))
	if got := b.get(contactAt(c.ID)).text("#campo-company .fact-origin"); !strings.Contains(got, "Muebles Sur") || !strings.Contains(got, "Boleta 1234") || !strings.Contains(got, "Persona admin") {
		t.Errorf("changed since: %q", got)
	}
}

func TestHostileTextOfContactsIsShownSafely(t *testing.T) {
	w := newWorld(t)
	c := w.newContact(string([]rune(nasty)[:200]), "camila@x.cl")
	b := w.admin()
	for _, path := range []string{"/contactos", contactAt(c.ID), contactAt(c.ID) + "/editar", contactAt(c.ID) + "/eliminar", "/buscar?q=camila"} {
		checkMarkup(t, path, b.get(path).Body.String())
	}
	expect(t, "a name that turns the line around stays in its place", b.get("/contactos").has("td:first-child [dir=auto]"), true)
}
