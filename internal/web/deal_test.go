package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

func TestADealsPageShowsAllOfIt(t *testing.T) {
	w := newWorld(t)
	due := w.newField("Vence", crm.TypeDate)
	deal := w.newDeal(crm.RoleAdmin, "Cotización 9", "Nuevo", worth("1000"), of(w.newContact("Camila Soto", "camila@x.cl")), ownedBy(w.users[crm.RoleSeller]), with(due.Key, "2026-04-01"))
	w.wait(3 * 24 * time.Hour)
	stage := w.stage("Cotizado").ID
	w.change(crm.RoleEditor, deal.ID, crm.DealInput{StageID: &stage})
	w.wait(26 * time.Hour)
	w.linked(deal, bridge.KindReceipt, 1234, "2026-03-12")

	page := w.admin().get("/oportunidades/" + string(deal.ID))
	expect(t, "title", page.text("title"), "Cotización 9 · Ferretería El Puente · Puente")
	expect(t, "head", page.text(".record-sub"), "Camila Soto PS Persona seller")
	expect(t, "value", page.text(".record-value"), "$313.130")
	expect(t, "stages", page.text(".stage-step.current")+" | "+page.text(".stage-step.passed"), "Cotizado 1 d | Nuevo 3 d")
	expect(t, "a field of its own", page.text("[id='campo-custom-"+due.Key+"'] .fact-value"), "01-04-2026")
	expect(t, "where the value comes from", page.text("#campo-value .fact-origin"), "Boleta 1234, 12-03-2026")
	if page.has("#campo-name .fact-origin") {
		t.Error("the name comes from nowhere")
	}
	expect(t, "documents", page.text(".document"), "Boleta 1234 12-03-2026 $313.130")
	expect(t, "public view", page.attribute(".document a[target=_blank]", "href"), "https://bsale.example/ver/1234")
	history := page.text(".timeline")
	for _, want := range []string{"Creación Persona admin", "Etapa Nuevo → Cotizado", "Cambio Bsale · Boleta 1234", "Valor $1.000 → $313.130"} {
		if !strings.Contains(history, want) {
			t.Errorf("the history lacks %q: %s", want, history)
		}
	}

	// A person changes what the bridge wrote.
	w.wait(time.Hour)
	n := worth("5")
	in := crm.DealInput{}
	n(&in)
	w.change(crm.RoleEditor, deal.ID, in)
	page = w.admin().get("/oportunidades/" + string(deal.ID))
	expect(t, "changed since", page.text("#campo-value .fact-origin.changed"), "Persona editor lo cambió (ahora). Antes: “$313.130”, de Boleta 1234, 12-03-2026")
}

func TestAFieldIsEditedInItsPlace(t *testing.T) {
	w := newWorld(t)
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo", worth("1000"))
	b := w.admin()
	path := "/oportunidades/" + string(deal.ID)
	form := b.get(path + "/campos/value")
	expect(t, "shown as people write it", form.attribute("#campo-value input[name=value]", "value"), "1.000")
	b.post(path+"/campos/value", form.fields("#campo-value form", "value", "2.500")...).goes(path)
	expect(t, "value", w.deal(deal.ID).Value, crm.Money{Minor: 2500, Currency: "CLP"})

	// What is no number here is not taken for one of elsewhere, and comes back as it was typed.
	for _, wrong := range []string{"5313.130", "abc", "1,5,5", "-3"} {
		refused := b.post(path+"/campos/value", form.fields("#campo-value form", "value", wrong, "version", "")...)
		if refused.Code != http.StatusUnprocessableEntity || refused.attribute("#campo-value input[name=value]", "value") != wrong || !refused.has("#campo-value .problem") {
			t.Errorf("%q: %d %s", wrong, refused.Code, refused.text("main"))
		}
	}
	if w.deal(deal.ID).Value.Minor != 2500 {
		t.Error("something was written")
	}
	b.post(path+"/campos/value", "value", "").goes(path)
	expect(t, "emptied", w.deal(deal.ID).Value.Minor, 0)
	for _, place := range []string{"stage", "pipeline", "created", "status", "none", "custom.none"} {
		if got := b.get(path + "/campos/" + place); got.Code != http.StatusNotFound {
			t.Errorf("%s can be edited: %d", place, got.Code)
		}
	}

	// With htmx the whole page comes, of which the field, the head and the history are taken.
	b.header.Set("Hx-Request", "true")
	saved := b.post(path+"/campos/name", "name", "Dos")
	if saved.Code != http.StatusOK || saved.text("#campo-name .fact-value") != "Dos" || saved.text("#deal-head h1") != "Dos" || saved.text("#notices") != "Guardado." || !saved.has("#historial") {
		t.Errorf("%d %s", saved.Code, saved.text("main"))
	}
}

// TestEveryTypeOfField edits a field of each type: as it is shown it is saved, and it can be emptied.
func TestEveryTypeOfField(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	path := "/oportunidades/" + string(deal.ID)
	for _, c := range []struct {
		typ   crm.FieldType
		typed []string
		kept  any
		shown string
		wrong string
	}{
		{crm.TypeText, []string{"hola"}, "hola", "hola", ""},
		{crm.TypeLongText, []string{"uno\r\ndos"}, "uno\ndos", "uno dos", ""},
		{crm.TypeNumber, []string{"1.234"}, "1234", "1.234", "1,5"},
		{crm.TypeDecimal, []string{"1.234,5"}, "1234.5", "1.234,5", "1.2.3"},
		{crm.TypeMoney, []string{"12.000"}, "12000", "$12.000", "12.00"},
		{crm.TypeDate, []string{"2026-04-01"}, "2026-04-01", "01-04-2026", "pronto"},
		{crm.TypeBool, []string{"false"}, false, "No", "quizás"},
		{crm.TypeDropdown, []string{"Rojo"}, "Rojo", "Rojo", "Verde"},
		{crm.TypeMultiSelect, []string{"", "Rojo", "Azul"}, "[Rojo Azul]", "Rojo, Azul", "Verde"},
		{crm.TypeEmail, []string{"ANA@x.cl"}, "ana@x.cl", "ana@x.cl", "ana"},
		{crm.TypePhone, []string{"9 5555 0199"}, "+56955550199", "+56955550199", "12"},
		{crm.TypeURL, []string{"https://x.cl/a"}, "https://x.cl/a", "https://x.cl/a", "javascript:alert(1)"},
	} {
		var options []string
		if c.typ == crm.TypeDropdown || c.typ == crm.TypeMultiSelect {
			options = []string{"Rojo", "Azul"}
		}
		field := w.newField("Campo "+string(c.typ), c.typ, options...)
		place, to := "custom."+field.Key, path+"/campos/custom."+field.Key
		send := func(values ...string) *answer {
			var pairs []string
			for _, value := range values {
				pairs = append(pairs, place, value)
			}
			return b.post(to, pairs...)
		}
		if c.wrong != "" {
			refused := send(c.wrong)
			if refused.Code != http.StatusUnprocessableEntity || !refused.has(".problem") {
				t.Errorf("%s takes %q: %d", c.typ, c.wrong, refused.Code)
			}
		}
		send(c.typed...).goes(path)
		expect(t, string(c.typ), w.deal(deal.ID).Custom[field.Key], c.kept)
		shown := b.get(path)
		expect(t, string(c.typ)+" shown", shown.text("[id='campo-custom-"+field.Key+"'] .fact-value"), c.shown)
		if strings.Contains(shown.Body.String(), "ZgotmplZ") {
			t.Errorf("%s: a link is not one", c.typ)
		}
		form := b.get(to)
		before := w.deal(deal.ID)
		b.post(to, form.fields(".fact form")...).goes(path)
		if now := w.deal(deal.ID); now.Version != before.Version {
			t.Errorf("%s: saved as it was shown it changes: %v, then %v", c.typ, before.Custom[field.Key], now.Custom[field.Key])
		}
		send("").goes(path)
		if kept, ok := w.deal(deal.ID).Custom[field.Key]; ok {
			t.Errorf("%s is not emptied: %v", c.typ, kept)
		}
	}
}

func TestTheSecondOfTwoWhoEditAFieldIsTold(t *testing.T) {
	w := newWorld(t)
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	path := "/oportunidades/" + string(deal.ID)
	one, two := w.admin(), w.as("editor@elpuente.cl")
	mine, theirs := one.get(path+"/campos/name"), two.get(path+"/campos/name")
	text := one.get(path + "/campos/description")

	two.post(path+"/campos/name", theirs.fields(".fact form", "name", "De ella")...).goes(path)
	told := one.post(path+"/campos/name", mine.fields(".fact form", "name", "Mío")...)
	if told.Code != http.StatusConflict || told.attribute("input[name=name]", "value") != "Mío" {
		t.Fatalf("%d %s", told.Code, told.text("main"))
	}
	expect(t, "problem", told.text(".fact .problem"), "Persona editor guardó aquí “De ella” (ahora). Guarda de nuevo para dejar lo tuyo, o cancela para dejar lo de Persona editor.")
	expect(t, "nothing is lost", w.deal(deal.ID).Name, "De ella")

	// Another field is nothing to stumble over, even from a form that is older.
	one.post(path+"/campos/description", text.fields(".fact form", "description", "Algo")...).goes(path)
	// Sent again, it holds.
	one.post(path+"/campos/name", told.fields(".fact form")...).goes(path)
	expect(t, "name", w.deal(deal.ID).Name, "Mío")
	// Who writes the same has nothing to decide.
	same := one.get(path + "/campos/name")
	two.post(path+"/campos/name", "name", "Igual").goes(path)
	one.post(path+"/campos/name", same.fields(".fact form", "name", "Igual")...).goes(path)
	// Whose other tab was quicker is not told of somebody else.
	older := one.get(path + "/campos/name")
	one.post(path+"/campos/name", "name", "En la otra").goes(path)
	told = one.post(path+"/campos/name", older.fields(".fact form", "name", "En esta")...)
	if got := told.text(".fact .problem"); !strings.HasPrefix(got, "Tú guardaste aquí “En la otra”") {
		t.Error(got)
	}
}

func TestTheSecondOfTwoWhoEditADealIsTold(t *testing.T) {
	w := newWorld(t)
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo", worth("1000"))
	path := "/oportunidades/" + string(deal.ID)
	one, two := w.admin(), w.as("editor@elpuente.cl")
	mine := one.get(path + "/editar")
	two.post(path+"/campos/value", "value", "2.000").goes(path)
	told := one.post(path+"/editar", mine.fields("form.stack", "name", "Mío")...)
	if told.Code != http.StatusConflict || told.attribute("#f-name", "value") != "Mío" || told.attribute("#f-value", "value") != "1.000" {
		t.Fatalf("%d %s", told.Code, told.text("main"))
	}
	if got := told.text("#f-value-problem"); !strings.Contains(got, "Persona editor guardó aquí “$2.000”") {
		t.Error(got)
	}
	expect(t, "nothing is lost", w.deal(deal.ID).Value.Minor, 2000)
	one.post(path+"/editar", told.fields("form.stack", "value", "2.000")...).goes(path)
	now := w.deal(deal.ID)
	expect(t, "both", fmt.Sprint(now.Name, " ", now.Value.Minor), "Mío 2000")
	one.post(path+"/editar", one.get(path+"/editar").fields("form.stack")...).goes(path)
	expect(t, "as it was shown", w.deal(deal.ID).Version, now.Version)
}

func TestADealIsMade(t *testing.T) {
	w := newWorld(t)
	color := w.newField("Color", crm.TypeDropdown, "Rojo", "Azul")
	camila := w.newContact("Camila Soto", "camila@x.cl")
	b := w.admin()
	form := b.get("/oportunidades/nueva")
	expect(t, "stage", form.text("#f-stage option[selected]"), "Nuevo")

	// Without scripts a button looks for the contact, and what was written stays.
	found := b.post("/oportunidades/nueva", form.fields("form.stack", "name", "Diez sillas", "contacto", "camila", "buscar_contacto", "1")...)
	if found.Code != http.StatusOK || found.attribute("#f-name", "value") != "Diez sillas" || found.text("#contact-options .picker-name") != "Sin contacto Camila Soto Crear un contacto" {
		t.Fatalf("%d %s", found.Code, found.text("main"))
	}
	// With them the same page is asked while somebody writes.
	expect(t, "options", b.get("/oportunidades/nueva?contacto=camila").text("#contact-options .picker-name"), "Sin contacto Camila Soto Crear un contacto")

	wrong := b.post("/oportunidades/nueva", form.fields("form.stack", "name", "  ", "value", "mucho", "contact", string(camila.ID))...)
	if wrong.Code != http.StatusUnprocessableEntity || !wrong.has("#f-value-problem") || !wrong.has("#f-name-problem") || !wrong.has("input[name=contact][value='"+string(camila.ID)+"'][checked]") {
		t.Errorf("%d %s", wrong.Code, wrong.text("main"))
	}
	made := b.post("/oportunidades/nueva", form.fields("form.stack", "name", "Diez sillas", "value", "1.500", "contact", string(camila.ID), "custom."+color.Key, "Azul", "priority", "2",
		"owner", string(w.users[crm.RoleSeller].ID))...)
	page := b.get(made.Header().Get("Location"))
	if made.Code != http.StatusSeeOther || page.text("h1") != "Diez sillas" || page.text(".toast") != "Oportunidad creada." {
		t.Fatalf("%d %s", made.Code, page.text("main"))
	}
	expect(t, "facts", page.text(".fact-value"), "Diez sillas Camila Soto Persona seller $1.500 Media — — — — — Azul")

	// A seller's new deal is the seller's, who gives it to nobody else.
	seller := w.as("seller@elpuente.cl")
	expect(t, "owners", seller.get("/oportunidades/nueva").text("#f-owner option"), "Sin dueño Persona seller")
	expect(t, "owner", seller.get("/oportunidades/nueva").text("#f-owner option[selected]"), "Persona seller")
	refused := seller.post("/oportunidades/nueva", form.fields("form.stack", "name", "X", "owner", string(w.users[crm.RoleAdmin].ID))...)
	if refused.Code != http.StatusForbidden || !refused.has("#f-owner-problem") {
		t.Errorf("%d %s", refused.Code, refused.text("main"))
	}
}

func TestADealIsDeletedAndComesBack(t *testing.T) {
	w := newWorld(t)
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo", ownedBy(w.users[crm.RoleEditor]))
	b := w.admin()
	path := "/oportunidades/" + string(deal.ID)
	if got := b.post(path+"/eliminar", "version", "7"); got.Code != http.StatusConflict || w.deal(deal.ID).Gone() {
		t.Errorf("an old version: %d", got.Code)
	}
	b.post(path+"/eliminar", b.get(path+"/eliminar").fields("[data-dialog-body] form")...).goes(path)
	gone := b.get(path)
	if gone.Code != http.StatusOK || gone.text("h1") != "Uno" || !gone.has("form[action='"+path+"/restaurar']") || gone.text(".toast") != "Oportunidad eliminada." {
		t.Errorf("%d %s", gone.Code, gone.text("main"))
	}
	if _, cards := b.get("/oportunidades").column(w.stage("Nuevo")); len(cards) > 0 {
		t.Errorf("on the board: %v", cards)
	}
	seller := w.as("seller@elpuente.cl")
	if got := seller.get(path); got.Code != http.StatusNotFound {
		t.Errorf("a seller sees what is left of it: %d", got.Code)
	}
	if got := seller.post(path + "/restaurar"); got.Code != http.StatusNotFound {
		t.Errorf("a seller brings it back: %d", got.Code)
	}
	b.post(path + "/restaurar").goes(path)
	if _, cards := b.get("/oportunidades").column(w.stage("Nuevo")); len(cards) != 1 {
		t.Errorf("on the board: %v", cards)
	}
}

func TestTasksOfADeal(t *testing.T) {
	w := newWorld(t)
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	b := w.admin()
	path := "/oportunidades/" + string(deal.ID)
	for _, wrong := range [][]string{{"title", " "}, {"title", "X", "due_at", "2026-13-01"}, {"title", "X", "due_at", "2026-03-01", "hour", "99:00"}} {
		got := b.post(path+"/tareas", append(wrong, "kind", "call")...)
		if got.Code != http.StatusUnprocessableEntity || !got.has("#tareas details[open] .problem") {
			t.Errorf("%v: %d %s", wrong, got.Code, got.text("#tareas"))
		}
	}
	b.post(path+"/tareas", "title", "Llamar", "kind", "call", "due_at", "2026-03-12", "owner", string(w.users[crm.RoleSeller].ID)).goes(path + "#tareas")
	b.post(path+"/tareas", "title", "Visitar", "kind", "meeting", "due_at", "2026-03-12", "hour", "10:30").goes(path + "#tareas")
	page := b.get(path)
	expect(t, "tasks", page.text(".task.pending .task-main"), "Visitar Reunión 12-03-2026 10:30 Persona admin Llamar Llamada 12-03-2026 Persona seller")
	expect(t, "late", page.text(".task.late .task-title"), "Visitar") // it is 12:04; the other has until the end of the day
	w.wait(12 * time.Hour)
	expect(t, "late on the next day", b.get(path).text(".task.late .task-title"), "Visitar Llamar")

	first := page.attribute(".task:first-child .task-mark", "action")
	b.post(first, page.fields(".task:first-child .task-mark", "status", "completed")...).goes(path + "#tareas")
	page = b.get(path)
	expect(t, "done", page.text("details .task.completed .task-title"), "Visitar")
	if got := b.post(first, "version", "1", "status", "pending"); got.Code != http.StatusConflict {
		t.Errorf("an old version: %d", got.Code)
	}
	b.post(first, "version", "2", "status", "pending").goes(path + "#tareas")
	b.header.Set("Hx-Request", "true")
	if got := b.post(first, "version", "3", "status", "discarded"); got.Code != http.StatusOK || len(got.all("#tareas .task.pending")) != 1 {
		t.Errorf("%d %s", got.Code, got.text("#tareas"))
	}
}

func TestNotesOfADeal(t *testing.T) {
	w := newWorld(t)
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	b := w.admin()
	path := "/oportunidades/" + string(deal.ID)
	if got := b.post(path+"/notas", "text", " "); got.Code != http.StatusUnprocessableEntity || !got.has("#notas .alert") {
		t.Errorf("%d %s", got.Code, got.text("#notas"))
	}
	b.post(path+"/notas", "text", "Prefiere\nla tarde").goes(path + "#notas")
	page := b.get(path)
	expect(t, "note", page.text(".note"), "Persona admin Ahora Prefiere la tarde")
	edit := page.attribute(".note-edit", "href")
	form := b.get(edit)
	seller := w.as("seller@elpuente.cl")
	if got := seller.post(edit, "text", "Otra", "version", "1"); got.Code != http.StatusForbidden {
		t.Errorf("another's note: %d", got.Code)
	}
	if seller.get(path).has(".note-edit") {
		t.Error("another's note can be edited")
	}
	b.post(edit, form.fields("[data-dialog-body] form", "text", "De mañana")...).goes(path + "#notas")
	late := b.post(edit, form.fields("[data-dialog-body] form", "text", "De noche")...)
	if late.Code != http.StatusConflict || late.text("textarea") != "De noche" || !strings.Contains(late.text("details"), "De mañana") {
		t.Errorf("%d %s", late.Code, late.text("main"))
	}
	b.post(edit, late.fields("[data-dialog-body] form")...).goes(path + "#notas")
	expect(t, "note", b.get(path).text(".note-text"), "De noche")
	b.post(edit, "do", "delete", "version", "3").goes(path + "#notas")
	if b.get(path).has(".note") {
		t.Error("it is still there")
	}
}

func TestADealWhoseSaleIsVoidedOrTakenBackIsFlagged(t *testing.T) {
	for _, test := range []struct {
		name, flag, sentence string
		happens              func(sim *bsalesim.Simulator, sale int64) error
	}{
		{"taken back", "Devuelta", "La venta se devolvió completa con notas de crédito: la oportunidad queda marcada.", func(sim *bsalesim.Simulator, sale int64) error {
			_, err := sim.Credit(sale, 0)
			return err
		}},
		{"taken back in part", "Devuelta en parte", "Una nota de crédito devolvió parte de la venta: la oportunidad queda marcada.", func(sim *bsalesim.Simulator, sale int64) error {
			_, err := sim.Credit(sale, 1_000_00)
			return err
		}},
		{"voided", "Anulada", "Se anuló en Bsale: la oportunidad queda marcada.", func(sim *bsalesim.Simulator, sale int64) error { return sim.Annul(sale) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			sim, b := w.connected(), w.admin()
			phone := "+56961234599"
			client := sim.World().AddClient(bsalesim.Client{FirstName: "Marta", LastName: "Leal", Email: "marta@correo.example", Phone: &phone})
			ids, err := sim.Issue(bsalesim.IssueRequest{Kind: "receipt", ClientID: &client, Count: 1})
			must(t, err)
			w.sync()
			var path string
			w.read(func(r bridge.Reader) error {
				records, err := r.Records(t.Context(), w.connection().ID, ids)
				if err == nil {
					path = dealPath(records[0].DealID)
				}
				return err
			})
			card, list := "[data-deal='"+strings.TrimPrefix(path, "/oportunidades/")+"']", "/oportunidades/lista?q=Marta"
			if b.get(path).has("#deal-head .stage-now .badge") || b.get("/oportunidades").has(card+" .badge") || b.get(list).has(".list-table .badge") {
				t.Fatal("it is flagged before anything happened")
			}
			must(t, test.happens(sim, ids[0]))
			w.sync()
			deal := b.get(path)
			if deal.text("#deal-head .stage-now .badge") != test.flag || b.get("/oportunidades").text(card+" .badge") != test.flag || b.get(list).text(".list-table .badge") != test.flag {
				t.Errorf("the badges: %s %q, %q, %q", deal.text("#documentos"), deal.text("#deal-head .stage-now"), b.get("/oportunidades").text(card), b.get(list).text(".list-table"))
			}
			if got := words(deal.all("#historial .changes")[0]); got != "Motivo "+test.sentence {
				t.Errorf("the history: %s", deal.text("#historial"))
			}
		})
	}
}

func TestWhoMayNotChangeADealOnlyReadsIt(t *testing.T) {
	w := newWorld(t)
	w.put(func(tx bridge.Tx) error {
		all := crm.SellersSeeAll
		_, err := crm.ChangeAccount(t.Context(), tx, w.by(crm.RoleAdmin), 0, crm.AccountChange{SellerAccess: &all})
		return err
	})
	deal := w.newDeal(crm.RoleAdmin, "Ajena", "Nuevo", ownedBy(w.users[crm.RoleEditor]))
	b := w.as("seller@elpuente.cl")
	path := "/oportunidades/" + string(deal.ID)
	page := b.get(path)
	if page.Code != http.StatusOK || page.has("main form") || page.has(".fact-edit") {
		t.Errorf("%d %s", page.Code, page.text("main"))
	}
	for _, to := range []string{"/editar", "/campos/name", "/mover", "/eliminar", "/tareas", "/notas"} {
		if got := b.post(path+to, "name", "Robada", "stage", string(w.stage("Vendido").ID), "title", "X", "text", "X"); got.Code != http.StatusForbidden {
			t.Errorf("%s: %d", to, got.Code)
		}
	}
	if got := w.deal(deal.ID); got.Version != deal.Version {
		t.Error("it was changed")
	}
}
