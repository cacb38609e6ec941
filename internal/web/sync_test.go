package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

func TestHealthAtAGlance(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	if page := b.get("/sincronizacion"); !page.has(".empty a[href='/configuracion/apps/catalogo']") || page.has("#pulso") {
		t.Errorf("before anything is connected: %s", page.text("main"))
	}
	if page := w.as("editor@elpuente.cl").get("/sincronizacion"); page.has(".empty a") || !strings.Contains(page.text(".empty"), "Pide a un administrador") {
		t.Errorf("an editor cannot connect: %s", page.text("main"))
	}
	sim := w.connected()
	page := b.get("/sincronizacion")
	token := sim.Token()
	if page.text(".health .badge") != "Funcionando" || !strings.Contains(page.text(".health-facts"), "…"+token[len(token)-4:]) || strings.Contains(page.Body.String(), token) {
		t.Errorf("health: %s", page.text(".health"))
	}
	total := 0
	for _, n := range page.all(".totals-count") {
		one, err := strconv.Atoi(strings.ReplaceAll(words(n), ".", ""))
		must(t, err)
		total += one
	}
	if total != sim.World().Len() || !page.has(".outcome-bar rect.o-created") || !page.has(".legend") {
		t.Errorf("%d of %d documents are counted: %s", total, sim.World().Len(), page.text("#pulso"))
	}
	b.header.Set("Hx-Request", "true")
	if part := b.get("/sincronizacion"); part.has("h1") || part.attribute("#pulso", "hx-get") != "/sincronizacion" || !strings.HasPrefix(part.attribute("#pulso", "hx-trigger"), "every ") {
		t.Errorf("the part: %s", part.Body)
	}
	b.header.Del("Hx-Request")
	b.post("/sincronizacion/ahora").goes("/sincronizacion")
	if w.connection().NextPollAt.After(w.clock().Add(time.Second)) {
		t.Errorf("the next poll is at %v", w.connection().NextPollAt)
	}
	refuse, err := bsalesim.ParseFault("401=always")
	must(t, err)
	must(t, sim.SetFault(refuse))
	w.wait(time.Minute)
	_ = w.server.Engine.Work(t.Context(), bridge.ConnectionRef{AccountID: w.account.ID, ConnectionID: w.connection().ID}) // it is refused
	page = b.get("/sincronizacion")
	if page.text(".health .badge") != "Detenida" || !strings.Contains(page.text(".alert.bad"), "Bsale rechazó el token") || !page.has("form[action='/sincronizacion/ahora'] button[disabled]") {
		t.Errorf("a token that is refused: %s", page.text("main"))
	}
	if page.text(".run .badge") != "Espera la conexión" || page.has(".run form[action$='/pausar']") || !page.has(".run form[action$='/cancelar']") {
		t.Errorf("what was being read: %s", page.text(".runs"))
	}
	if page := b.get("/sincronizacion/pasadas"); !strings.Contains(page.text(".run:first-child"), "Espera la conexión") {
		t.Errorf("what was being read, among all: %s", page.text(".run:first-child"))
	}
	if got := b.post("/sincronizacion/ahora"); got.Code != http.StatusConflict {
		t.Errorf("to look while stopped: %d", got.Code)
	}
}

// TestEveryPageSaysThatTheConnectionStopped tells those who can mend it where, and the others that it is so.
func TestEveryPageSaysThatTheConnectionStopped(t *testing.T) {
	w := newWorld(t)
	w.connected()
	dot, note := ".sidebar a[href='/sincronizacion'] .menu-trouble", ".stop-note a[href='/configuracion/apps/bsale']"
	for _, at := range []string{"/oportunidades", "/contactos", "/configuracion/perfil"} {
		if page := w.admin().get(at); page.has(dot) || page.has(note) {
			t.Errorf("%s, while it works: %s", at, page.text(".sidebar"))
		}
	}
	stop := func(enabled bool) {
		c := w.connection()
		c.StopReason, c.Enabled = bridge.TokenRefused, enabled
		w.put(func(tx bridge.Tx) error { return tx.SaveConnection(t.Context(), c) })
	}
	stop(true)
	for _, at := range []string{"/oportunidades", "/contactos", "/actividades", "/configuracion/perfil", "/nowhere"} {
		page := w.admin().get(at)
		if at != "/nowhere" && (!page.has(dot) || !page.has(note)) {
			t.Errorf("%s does not say it to an administrator: %s", at, page.text(".topbar"))
		}
		if page := w.as("editor@elpuente.cl").get(at); page.has(note) || at != "/nowhere" && !page.has(dot) {
			t.Errorf("%s, to an editor: %s", at, page.text(".sidebar"))
		}
		if page := w.as("seller@elpuente.cl").get(at); page.has(note) || page.has(dot) {
			t.Errorf("%s, to who does not see Bsale: %s", at, page.text(".sidebar"))
		}
	}
	for _, at := range []string{"/sincronizacion", "/configuracion/apps/bsale"} {
		if page := w.admin().get(at); page.has(note) || !page.has(dot) || !page.has(".alert.bad") {
			t.Errorf("%s says it itself: %s", at, page.text(".topbar"))
		}
	}
	stop(false)
	if page := w.admin().get("/oportunidades"); page.has(dot) || page.has(note) {
		t.Error("nobody has to mend what was switched off")
	}
}

func TestHistoryIsBroughtInPausedResumedAndCancelled(t *testing.T) {
	w := newWorld(t)
	sim := w.connected()
	b := w.admin()
	form := b.get("/sincronizacion/historia")
	if got := form.attribute("#f-from", "value"); got != "2026-01-01" {
		t.Errorf("it begins %s", got)
	}
	counted := b.post("/sincronizacion/historia", "from", "2000-01-01", "to", "2026-12-31", "hacer", "estimar")
	if !strings.Contains(counted.text("#estimacion"), strconv.Itoa(sim.World().Len())+" documentos") || counted.attribute("#f-from", "value") != "2000-01-01" {
		t.Errorf("the estimate: %d %s", counted.Code, counted.text("main"))
	}
	for name, pairs := range map[string][]string{
		"days the wrong way round": {"from", "2026-02-01", "to", "2026-01-01"}, "no day": {"from", "ayer", "to", ""},
		"counted all the same": {"from", "2026-02-01", "to", "2026-01-01", "hacer", "estimar"},
	} {
		if got := b.post("/sincronizacion/historia", pairs...); got.Code != http.StatusUnprocessableEntity || !got.has("#f-from[aria-invalid]") {
			t.Errorf("%s: %d %s", name, got.Code, got.text("main"))
		}
	}
	b.post("/sincronizacion/historia", "from", "2000-01-01", "to", "2026-12-31").goes("/sincronizacion")
	if got := b.post("/sincronizacion/historia", "from", "2000-01-01", "to", ""); got.Code != http.StatusConflict {
		t.Errorf("a second one: %d", got.Code)
	}
	page := b.get("/sincronizacion")
	if !page.has(".run progress") || !strings.Contains(page.text(".run"), "Carga de historia") || page.attribute("#pulso", "hx-trigger") != "every "+pulseBusy {
		t.Fatalf("the run: %s", page.text(".runs"))
	}
	run := strings.TrimPrefix(page.attribute(".run", "id"), "run-")
	move := func(what string) *answer { return b.post("/sincronizacion/pasadas/" + run + "/" + what) }
	move("pausar").goes("/sincronizacion")
	page = b.get("/sincronizacion")
	if page.text(".run .badge") != "En pausa" || page.has("#pausar-"+run) || !page.has("#seguir-"+run) {
		t.Errorf("paused: %s", page.text(".runs"))
	}
	if got := move("pausar"); got.Code != http.StatusConflict {
		t.Errorf("paused twice: %d", got.Code)
	}
	b.header.Set("Hx-Request", "true")
	if got := move("seguir"); got.Code != http.StatusOK || got.text(".run .badge") != "En curso" || got.has("h1") {
		t.Errorf("resumed: %d %s", got.Code, got.Body)
	}
	b.header.Del("Hx-Request")
	move("cancelar").goes("/sincronizacion")
	if page := b.get("/sincronizacion"); page.has(".run") {
		t.Errorf("cancelled: %s", page.text(".runs"))
	}
	if page := b.get("/sincronizacion/pasadas"); !strings.Contains(page.text(".run .badge"), "Cancelada") || !strings.Contains(page.text(".run"), "Sincronización completa") {
		t.Errorf("all runs: %s", page.text(".runs"))
	}
	if got := move("borrar"); got.Code != http.StatusNotFound {
		t.Errorf("something else: %d", got.Code)
	}
}

func TestTheHistoryIsSearched(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	all := b.get("/sincronizacion/documentos")
	if len(all.all(".synced .row")) != documentsShown || !all.has(".pager a") {
		t.Fatalf("%d documents", len(all.all(".synced .row")))
	}
	if states := all.text("#f-estado"); !strings.Contains(states, "Espera tu decisión") || strings.Contains(states, "Por resolver") {
		t.Errorf("the state has the name of the tab, which counts more: %s", states)
	}
	next := b.get(all.attribute(".pager a", "href"))
	if len(next.all(".synced .row")) == 0 || next.text(".synced .row:first-child .row-link") == all.text(".synced .row:first-child .row-link") {
		t.Error("the second page is the first one")
	}
	linkedOne := b.get("/sincronizacion/documentos?estado=linked")
	title := words(linkedOne.all(".synced .row-link")[0])
	client := words(linkedOne.all(".synced-client")[0])
	_, number, _ := strings.Cut(title, " ")
	found := b.get("/sincronizacion/documentos?q=" + url.QueryEscape(number))
	if !strings.Contains(found.text(".synced"), title) || len(found.all(".synced .row")) > 5 {
		t.Errorf("by number %s: %s", number, found.text(".synced"))
	}
	first, _, _ := strings.Cut(client, " ")
	found = b.get("/sincronizacion/documentos?q=" + url.QueryEscape(strings.ToUpper(first)))
	for _, n := range found.all(".synced-client") {
		if !strings.Contains(crm.Fold(words(n)), crm.Fold(first)) {
			t.Errorf("by client %s: %s", first, words(n))
		}
	}
	if len(found.all(".synced-client")) == 0 || found.attribute("#f-q", "value") != strings.ToUpper(first) {
		t.Errorf("nobody is called %s", first)
	}
	skipped := b.get("/sincronizacion/documentos?estado=skipped&motivo=no_client")
	if !skipped.has("form.retry-all") || strings.Count(skipped.text(".synced"), "La venta no tiene cliente") != len(skipped.all(".synced .row")) {
		t.Errorf("by reason: %s", skipped.text("main"))
	}
	if none := b.get("/sincronizacion/documentos?q=99999999"); !none.has(".empty a[href='/sincronizacion/documentos']") {
		t.Errorf("nothing found: %s", none.text("main"))
	}
	if odd := b.get("/sincronizacion/documentos?desde=ayer"); odd.Code != http.StatusOK || !odd.has("#f-desde[aria-invalid]") {
		t.Errorf("an odd day: %d", odd.Code)
	}
	b.get("/sincronizacion/documentos?cursor=x").goes("/sincronizacion/documentos")
}

func TestADocumentTellsItsStory(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	list := b.get("/sincronizacion/documentos?estado=linked&tipo=receipt")
	path := list.attribute(".synced .row:first-child .row-link", "href")
	page := b.get(path)
	if page.text("h1") != words(list.all(".synced .row-link")[0]) || page.text(".verdict .badge") != "Vinculado" {
		t.Errorf("the document: %s", page.text("main"))
	}
	pairs := page.text(".pairs")
	for _, want := range []string{"En Bsale", "En tu CRM", "Cliente", "Total", "Etapa", "Dueño", "Número de Documento"} {
		if !strings.Contains(pairs, want) {
			t.Errorf("side by side, %q lacks: %s", want, pairs)
		}
	}
	if !page.has(".plans .plan[open] .plan-steps .plan-changes") || !strings.Contains(page.text(".plan[open]"), "Oportunidad") {
		t.Errorf("the plan: %s", page.text(".plans"))
	}
	if page.has(".pairs .badge.warn") {
		t.Errorf("nothing was changed since: %s", pairs)
	}
	w.changeDeal(path, "Número de Documento", "otro")
	page = b.get(path)
	if row := page.text(".pairs-row:has(.badge.warn)"); !strings.HasPrefix(row, "Número de Documento") || !strings.Contains(row, "otro Distinto") {
		t.Errorf("a person changed a field: %s", page.text(".pairs"))
	}
	b.post(path + "/reintentar").goes(path)
	if got := b.get(path); !strings.Contains(got.text(".verdict-times"), "Próximo intento") {
		t.Errorf("to be read again: %s", got.text(".verdict"))
	}
	for _, odd := range []string{"/sincronizacion/documentos/x", "/sincronizacion/documentos/99999999", "/sincronizacion/documentos/-1"} {
		if got := b.get(odd); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", odd, got.Code)
		}
	}
}

// changeDeal has a person give a field of a document's deal another value.
func (w *world) changeDeal(path, field, value string) {
	w.t.Helper()
	id, err := strconv.ParseInt(path[strings.LastIndexByte(path, '/')+1:], 10, 64)
	must(w.t, err)
	must(w.t, w.store.Update(w.t.Context(), w.account.ID, func(tx bridge.Tx) error {
		records, err := tx.Records(w.t.Context(), w.connection().ID, []int64{id})
		must(w.t, err)
		fields, err := tx.CustomFields(w.t.Context(), crm.EntityDeal)
		must(w.t, err)
		key := fields[slices.IndexFunc(fields, func(f crm.CustomField) bool { return f.Name == field })].Key
		by := crm.Hand{Actor: crm.Actor{Kind: crm.ActorUser, ID: w.users[crm.RoleAdmin].ID}, Reach: crm.FullReach, At: w.clock()}
		results, err := crm.ChangeDeals(w.t.Context(), tx, by, []crm.DealEdit{{ID: records[0].DealID, Input: crm.DealInput{Custom: map[string]any{key: value}}}})
		must(w.t, err)
		return results[0].Err
	}))
}

// conflict has the shop issue a receipt whose client may be either of two contacts, and returns the document and the contacts.
func (w *world) conflict(sim *bsalesim.Simulator) (document string, contacts []crm.ID) {
	w.t.Helper()
	email := "dos@correo.example"
	must(w.t, w.store.Update(w.t.Context(), w.account.ID, func(tx bridge.Tx) error {
		by := crm.Hand{Actor: crm.Actor{Kind: crm.ActorSystem}, Reach: crm.FullReach, At: w.clock()}
		for _, name := range []string{"Una", "Otra"} {
			contact := crm.NewContact(w.clock())
			contact.SetText(crm.FieldFirstName, name, by.Origin())
			if _, _, err := contact.AddIdentity(crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: email}, email, by.Origin()); err != nil {
				return err
			}
			contacts = append(contacts, contact.ID)
			if err := tx.SaveContacts(w.t.Context(), []*crm.Contact{contact}); err != nil {
				return err
			}
		}
		return nil
	}))
	phone := "+56961234567"
	client := sim.World().AddClient(bsalesim.Client{FirstName: "Doble", LastName: "Vida", Email: email, Phone: &phone})
	ids, err := sim.Issue(bsalesim.IssueRequest{Kind: "receipt", ClientID: &client, Count: 1})
	must(w.t, err)
	w.sync()
	return strconv.FormatInt(ids[0], 10), contacts
}

func TestAConflictIsSettledFromTheWorkList(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	if page := b.get("/sincronizacion/por-resolver"); !page.has(".empty") {
		t.Errorf("without a connection: %s", page.text("main"))
	}
	sim := w.connected()
	document, contacts := w.conflict(sim)
	page := b.get("/sincronizacion/por-resolver")
	group := "#conflict-many_contacts"
	if !page.has(group+" a[href='/sincronizacion/documentos/"+document+"']") || len(page.all(group+" .candidate")) != 2 || !strings.Contains(page.text(group), "¿Quién es Doble Vida?") || !strings.Contains(page.text(group+" .candidate"), "dos@correo.example") {
		t.Fatalf("the work: %s", page.text("main"))
	}
	if first := page.all(".work")[0]; !strings.Contains(words(first), "Más de un contacto") && !strings.Contains(words(first), "otro RUT") {
		t.Errorf("what nobody but a person can settle does not come first: %s", words(first))
	}
	path := "/sincronizacion/documentos/" + document
	if story := b.get(path); len(story.all(".candidate button")) != 2 {
		t.Errorf("the document does not offer the contacts: %s", story.text(".verdict"))
	}
	if got := b.post(path+"/contacto", "contact", "nobody"); got.Code != http.StatusNotFound {
		t.Errorf("nobody's contact: %d", got.Code)
	}
	if !strings.Contains(page.text(group+" .candidates .hint"), "conserva su nombre y su RUT") || page.text(group+" button[value=new]") != "Ninguno, crear otro contacto" {
		t.Errorf("it is not said what will happen: %s", page.text(group))
	}
	b.post(path+"/contacto", "contact", string(contacts[1]), "volver", "/sincronizacion/por-resolver").goes("/sincronizacion/por-resolver")
	if soon := b.get("/sincronizacion/por-resolver"); soon.has(group+" .candidates") || !strings.Contains(soon.text(group+" .deciding"), "volviendo a procesar") {
		t.Errorf("it is asked again: %s", soon.text(group))
	}
	w.work()
	if after := b.get("/sincronizacion/por-resolver"); after.has(group) {
		t.Errorf("it still waits: %s", after.text(group))
	}
	story := b.get(path)
	if story.text(".verdict .badge") != "Vinculado" || !strings.Contains(story.text(".pairs"), "Otra") {
		t.Errorf("after it was settled: %s", story.text("main"))
	}
	if got := b.post(path+"/contacto", "contact", string(contacts[0])); got.Code != http.StatusConflict {
		t.Errorf("settled twice: %d", got.Code)
	}
	if got := b.post(path+"/reintentar", "volver", "https://elsewhere.example/"); got.Header().Get("Location") != "/" {
		t.Errorf("it leads elsewhere: %s", got.Header().Get("Location"))
	}
}

func TestAClientWhoIsNobodyThereBecomesAContact(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	document, _ := w.conflict(w.connected())
	path := "/sincronizacion/documentos/" + document
	if !b.get(path).has(".candidates button[value=new]") {
		t.Errorf("the document does not offer it: %s", b.get(path).text(".verdict"))
	}
	b.post(path+"/contacto", "contact", "new").goes(path)
	if soon := b.get(path); soon.has(".candidates") || !soon.has(".deciding") {
		t.Errorf("it is asked again: %s", soon.text(".verdict"))
	}
	w.work()
	story := b.get(path)
	if story.text(".verdict .badge") != "Vinculado" || !strings.Contains(story.text(".pairs"), "Doble Vida Doble Vida") || !strings.Contains(story.text(".plan"), "ya es de otro contacto") {
		t.Errorf("after it was settled: %s", story.text("main"))
	}
}

func TestWhatAClientLacksIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	page := b.get("/sincronizacion/por-resolver")
	if page.has("#skipped-no_client, #skipped-generic_client") {
		t.Error("anonymous sales wait for somebody though the rules want them skipped")
	}
	group := page.one("#skipped-missing_phone")
	if !strings.Contains(words(group), "teléfono") || !page.has("#skipped-missing_phone .work-fix a[href='/configuracion/apps/bsale#f-contact-require']") || len(page.all("#skipped-missing_phone .work-item")) > workShown {
		t.Errorf("the group: %s", words(group))
	}
	b.post("/sincronizacion/reintentar", "estado", "skipped", "motivo", "missing_phone").goes("/sincronizacion/por-resolver")
	if got := b.get("/sincronizacion/por-resolver").text(".toast"); !strings.Contains(got, "documentos se leen de nuevo") {
		t.Errorf("what was done: %s", got)
	}
	if got := b.post("/sincronizacion/reintentar", "estado", "skipped", "motivo", "nothing"); got.Code != http.StatusNotFound {
		t.Errorf("a reason that nothing has: %d", got.Code)
	}
	if sellers := page.text("section[aria-labelledby=vendedores]"); !strings.Contains(sellers, "@") || !page.has("section[aria-labelledby=vendedores] a[href^='/configuracion/usuarios/invitar?email=']") {
		t.Errorf("sellers whom nobody is: %s", sellers)
	}
	var invite *answer
	for _, at := range page.all("section[aria-labelledby=vendedores] a[href^='/configuracion/usuarios/invitar']")[0].Attr {
		if at.Key == "href" {
			invite = b.get(at.Val)
		}
	}
	if !strings.Contains(invite.attribute("#f-email", "value"), "@") || !strings.Contains(invite.attribute("#f-name", "value"), " ") {
		t.Errorf("the invitation: %s", invite.text("main"))
	}
	if editors := w.as("editor@elpuente.cl").get("/sincronizacion/por-resolver"); !editors.has("form[action='/sincronizacion/reintentar']") || editors.has("a[href^='/configuracion/apps/bsale']") && !editors.has("a[href='/configuracion/apps/bsale/reprocesar']") {
		t.Error("an editor may try again, and not change rules")
	}
}

func TestAContactThatBsaleDidNotTakeIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	sim := w.connected()
	_, contacts := w.conflict(sim)
	must(t, w.store.Update(t.Context(), w.account.ID, func(tx bridge.Tx) error {
		return tx.SaveClientRequests(t.Context(), []*bridge.ClientRequest{{
			ConnectionID: w.connection().ID, ContactID: contacts[0], State: bridge.ClientRequestFailed, Reason: bridge.ClientRefused, LastError: `code: <b>"x"</b>`, Attempts: 1, CreatedAt: w.clock(),
		}})
	}))
	b := w.admin()
	page := b.get("/sincronizacion/por-resolver")
	if got := page.text("section[aria-labelledby=clientes]"); !strings.Contains(got, "Una") || !strings.Contains(got, `Bsale dijo: code: <b>"x"</b>`) {
		t.Fatalf("the request: %s", got)
	}
	b.post("/sincronizacion/clientes/" + string(contacts[0]) + "/reintentar").goes("/sincronizacion/por-resolver")
	if b.get("/sincronizacion/por-resolver").has("section[aria-labelledby=clientes]") {
		t.Error("it still waits")
	}
}

// A page with everything from Bsale that is nasty, in it.
func TestTextFromBsaleIsSafe(t *testing.T) {
	w := newWorld(t)
	sim := w.connected()
	phone := "+56961234599"
	client := sim.World().AddClient(bsalesim.Client{FirstName: nasty, LastName: `"><img src=x>`, Email: "nasty@correo.example", Phone: &phone})
	ids, err := sim.Issue(bsalesim.IssueRequest{Kind: "receipt", ClientID: &client, Count: 1})
	must(t, err)
	w.sync()
	b := w.admin()
	form := b.get("/configuracion/apps/bsale")
	pages := map[string]*answer{
		"the document": b.get(documentPath(ids[0])), "the list": b.get("/sincronizacion/documentos"),
		"the preview": b.post("/configuracion/apps/bsale/vista-previa", form.fields(bsaleForm)...),
	}
	for name, page := range pages {
		if page.Code != http.StatusOK {
			t.Errorf("%s: %d", name, page.Code)
		}
		checkMarkup(t, name, page.Body.String())
		if page.has("main img") || page.has("main script") {
			t.Errorf("%s holds markup of Bsale's", name)
		}
	}
}

func TestWhatARunDidIsCountedInWords(t *testing.T) {
	w := newWorld(t)
	sim := w.connected()
	phone := "+56961234599"
	client := sim.World().AddClient(bsalesim.Client{FirstName: "Marta", LastName: "Leal", Email: "marta@correo.example", Phone: &phone})
	_, err := sim.Issue(bsalesim.IssueRequest{Kind: "receipt", ClientID: &client, Count: 1})
	must(t, err)
	w.sync()
	if got := words(w.admin().get("/sincronizacion/pasadas").all(".run-counts")[0]); !strings.Contains(got, " · 1 creada ·") {
		t.Errorf("the run: %s", got)
	}
}

func TestHistoryFromBeforeTheStartIsSaidToBeLeftOut(t *testing.T) {
	w := newWorld(t)
	sim := w.connected()
	b := w.admin()
	c := w.connection()
	rules, err := bridge.ParseRules(c.Rules)
	must(t, err)
	rules.Start = "2026-02-01"
	c.Rules, err = json.Marshal(rules)
	must(t, err)
	w.put(func(tx bridge.Tx) error { return tx.SaveConnection(t.Context(), c) })
	if got := b.get("/sincronizacion/historia").attribute("#f-from", "value"); got != "2026-02-01" {
		t.Errorf("it begins %s", got)
	}
	count := func(from, to string) (int, string) {
		got := b.post("/sincronizacion/historia", "from", from, "to", to, "hacer", "estimar").text("#estimacion")
		for _, word := range strings.Fields(got) {
			if n, err := strconv.Atoi(word); err == nil {
				return n, got
			}
		}
		t.Fatalf("no count: %s", got)
		return 0, ""
	}
	early, _ := count("2000-01-01", "2026-01-31")
	all, said := count("2000-01-01", "2026-12-31")
	if all != sim.World().Len() || !strings.Contains(said, "De ellos, "+strconv.Itoa(early)+" son anteriores") || !strings.Contains(said, "Cambiar la fecha") {
		t.Errorf("%d, %d: %s", all, early, said)
	}
	if _, said := count("2026-02-01", ""); strings.Contains(said, "anteriores") {
		t.Errorf("what is after the start: %s", said)
	}
}
