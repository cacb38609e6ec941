package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

const bsaleForm = "form#bsale"

func (w *world) stored() (bridge.Connection, bridge.Rules) {
	w.t.Helper()
	var c bridge.Connection
	var rules bridge.Rules
	must(w.t, w.store.View(w.t.Context(), w.account.ID, func(r bridge.Reader) (err error) {
		if c, err = bridge.FindConnection(w.t.Context(), r); err == nil {
			rules, err = bridge.ReadableRules(w.t.Context(), r, c)
		}
		return err
	}))
	return c, rules
}

// notConnected checks that nothing was stored.
func (w *world) notConnected() {
	w.t.Helper()
	must(w.t, w.store.View(w.t.Context(), w.account.ID, func(r bridge.Reader) error {
		if _, err := bridge.FindConnection(w.t.Context(), r); crm.CodeOf(err) != crm.NotFound {
			w.t.Errorf("something was stored: %v", err)
		}
		return nil
	}))
}

func TestFromTheCatalogueToTheForm(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	for _, step := range []struct{ at, press, to string }{
		{"/configuracion/apps", "Agregar", "/configuracion/apps/catalogo"},
		{"/configuracion/apps/catalogo", "Seleccionar", "/configuracion/apps/catalogo/bsale"},
		{"/configuracion/apps/catalogo/bsale", "Configurar", "/configuracion/apps/bsale"},
	} {
		page, found := b.get(step.at), false
		for _, a := range page.all("main a.button") {
			found = found || strings.TrimSpace(words(a)) == step.press && slices.ContainsFunc(a.Attr, func(at html.Attribute) bool { return at.Key == "href" && at.Val == step.to })
		}
		if !found {
			t.Errorf("%s has no %q to %s: %s", step.at, step.press, step.to, page.text("main"))
		}
	}
	page := b.get("/configuracion/apps/bsale")
	if page.text("label[for=f-enabled]") != "Habilitar esta app" || !page.has("#f-enabled[checked]") || !page.has("#token-mail") || !page.has("a[href='mailto:ayuda@bsale.app']") {
		t.Error("the app cannot be enabled, or nobody says how to ask for a token")
	}
	var headings []string
	for _, h := range page.all("#bsale > section h2[id^='s-']") {
		headings = append(headings, words(h))
	}
	if got := strings.Join(headings, ", "); got != "Token de acceso, Clientes en Bsale, Documentos y oportunidades, Dueño de la oportunidad, Asociar campos, Avisos de Bsale, Vista previa" {
		t.Errorf("the sections are %s", got)
	}
	if len(page.all("#mapa-deal + ol .map-row")) != 4 || len(page.all("#mapa-contact + ol .map-row")) != 2 {
		t.Errorf("the default mapping: %s", page.text("#mapeo"))
	}
}

func TestTheConnectionIsTriedBeforeItIsStored(t *testing.T) {
	w := newWorld(t)
	sim, b := w.shop(), w.admin()
	form := b.get("/configuracion/apps/bsale")
	wrong := b.post("/configuracion/apps/bsale/probar", form.fields(bsaleForm, "token", "0123456789abcdef", "base_url", sim.URL(), "start", "2026-02-01")...)
	if wrong.Code != http.StatusUnprocessableEntity || !wrong.has("#f-token[aria-invalid]") || !strings.Contains(wrong.text("#f-token-problem"), "no reconoce este token") || wrong.attribute("#f-start", "value") != "2026-02-01" {
		t.Fatalf("another token: %d %s", wrong.Code, wrong.text("#problemas"))
	}
	none := b.post("/configuracion/apps/bsale/probar", form.fields(bsaleForm, "base_url", sim.URL())...)
	if none.Code != http.StatusUnprocessableEntity || !none.has("#f-token[aria-invalid]") {
		t.Errorf("no token: %d %s", none.Code, none.text("#problemas"))
	}
	tried := b.post("/configuracion/apps/bsale/probar", form.fields(bsaleForm, "token", sim.Token(), "base_url", sim.URL(), "documents", "quotes")...)
	if tried.Code != http.StatusOK || !strings.Contains(tried.text(".trial-head"), "Chile") || !strings.Contains(tried.text(".trial-head"), "Casa Matriz") {
		t.Fatalf("%d %s", tried.Code, tried.text("#prueba"))
	}
	if len(tried.all(".trial-type select")) < 5 || !strings.Contains(tried.text(".trial-type"), "BOLETA ELECTRÓNICA T (no se trae)") {
		t.Errorf("types: %s", tried.text(".trial-type"))
	}
	if !tried.has(".trial-person a[href^='/configuracion/usuarios/invitar?email=']") || !strings.Contains(tried.text(".trial-person"), "Sin correo en Bsale") {
		t.Errorf("sellers: %s", tried.text(".trial-person"))
	}
	if got := tried.text("#f-mapping-deal-0-note"); !strings.Contains(got, "De tus documentos:") || !strings.Contains(got, "Calza con Texto") {
		t.Errorf("the example of the first row: %s", got)
	}
	if tried.attribute("#f-token", "value") != sim.Token() || !tried.has("input[name=documents][value=quotes][checked]") {
		t.Error("what was typed is lost")
	}
	// Shown again without asking again.
	calls := sim.Stats().Total
	if again := b.post("/configuracion/apps/bsale/formulario", tried.fields(bsaleForm, "hacer", "agregar deal")...); !again.has(".trial-head") || sim.Stats().Total != calls {
		t.Error("Bsale was asked again for what it had just told")
	}
	w.notConnected()
}

func TestAPreviewBeforeAnythingIsStored(t *testing.T) {
	w := newWorld(t)
	sim, b := w.shop(), w.admin()
	form := b.get("/configuracion/apps/bsale")
	preview := b.post("/configuracion/apps/bsale/vista-previa", form.fields(bsaleForm, "token", sim.Token(), "base_url", sim.URL(), "contact.require", "email_or_phone")...)
	if preview.Code != http.StatusOK || !preview.has("#vista-previa .tally") || len(preview.all("#vista-previa .plan")) != 50 || !strings.Contains(preview.text("#vista-previa"), "No se guardó nada") {
		t.Fatalf("%d %s", preview.Code, preview.text("#vista-previa"))
	}
	created := preview.all("#vista-created .plan")
	if len(created) == 0 || len(preview.all("#vista-skipped .reasons li")) == 0 {
		t.Fatalf("groups: %s", preview.text(".tally"))
	}
	plan := words(created[0])
	for _, want := range []string{"Oportunidad", "Valor", "Número de Documento", "Oportunidades, fila 1", "Valor de la oportunidad"} {
		if !strings.Contains(plan, want) {
			t.Errorf("a plan does not tell %q: %s", want, plan)
		}
	}
	none := b.post("/configuracion/apps/bsale/vista-previa", form.fields(bsaleForm, "token", sim.Token(), "base_url", sim.URL(), "documents", "none")...)
	if none.has("#vista-created") || !strings.Contains(none.text("#vista-skipped .reasons"), "Elegiste no traer este tipo de documento") {
		t.Errorf("other rules, the same plans: %s", none.text(".tally"))
	}
	if got := b.post("/configuracion/apps/bsale/vista-previa", form.fields(bsaleForm)...); got.Code != http.StatusUnprocessableEntity || !got.has("#f-token[aria-invalid]") {
		t.Errorf("without a token: %d", got.Code)
	}
	b.header.Set("Hx-Request", "true")
	wrong := b.post("/configuracion/apps/bsale/vista-previa", form.fields(bsaleForm, "token", sim.Token(), "update.from_stage", "no such")...)
	if wrong.Code != http.StatusUnprocessableEntity || wrong.Header().Get("Hx-Retarget") != "#bsale" || !wrong.has("#f-update-from-stage[aria-invalid]") {
		t.Errorf("a preview of rules that are wrong: %d %v", wrong.Code, wrong.Header())
	}
	w.notConnected()
}

func TestGuardarTakesOnlyAWholeValidSet(t *testing.T) {
	w := newWorld(t)
	sim, b := w.shop(), w.admin()
	form := b.get("/configuracion/apps/bsale")
	refused := b.post("/configuracion/apps/bsale", form.fields(bsaleForm,
		"token", "a b", "base_url", sim.URL(), "mapping.deal[1].to", "", "mapping.deal[2].from", "", "void.action", "stage", "void.stage", "", "requests_per_second", "muchas", "start", "ayer", "several", "conflict",
	)...)
	if refused.Code != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", refused.Code, refused.text("main"))
	}
	for _, id := range []string{"f-token", "f-mapping-deal-1-to", "f-mapping-deal-2-from", "f-requests-per-second", "f-start"} {
		if !refused.has("#"+id+"[aria-invalid]") || !refused.has("#"+id+"-problem") || !refused.has("[data-problems] a[href='#"+id+"']") {
			t.Errorf("no problem at %s: %s", id, refused.text("[data-problems]"))
		}
	}
	if !strings.Contains(refused.text("[data-problems]"), "Campos de oportunidades, fila 2: Elige el campo") {
		t.Errorf("which row is wrong: %s", refused.text("[data-problems]"))
	}
	if !strings.Contains(refused.text("[data-problems]"), "Elige a qué etapa pasan las anuladas") || strings.Contains(refused.text("[data-problems]"), "En las reglas") {
		t.Errorf("the problems: %s", refused.text("[data-problems]"))
	}
	if refused.attribute("#f-requests-per-second", "value") != "muchas" || refused.attribute("#f-start", "value") != "ayer" || refused.attribute("#f-several option[selected]", "value") != "conflict" {
		t.Error("what was typed is lost")
	}
	w.notConnected()

	b.post("/configuracion/apps/bsale", refused.fields(bsaleForm,
		"token", sim.Token(), "mapping.deal[1].to", form.attribute("#f-mapping-deal-1-to option[selected]", "value"), "mapping.deal[2].from", "constant", "mapping.deal[2].text", "sin fecha",
		"void.action", "flag", "requests_per_second", "", "start", "2026-02-01", "extra_kinds", "invoice", "kinds.8", "quote",
	)...).goes("/sincronizacion")
	c, rules := w.stored()
	if !c.Enabled || c.TokenLastFour != sim.Token()[len(sim.Token())-4:] || c.BaseURL != sim.URL() {
		t.Errorf("the connection: %+v", c)
	}
	if rules.Start != "2026-02-01" || rules.Several != bridge.SeveralConflict || !slices.Equal(rules.ExtraKinds, []bridge.Kind{bridge.KindInvoice}) || rules.Kinds["8"] != bridge.KindQuote || rules.Update.ToStage != "Vendido" {
		t.Errorf("the rules: %+v", rules)
	}
	if row := rules.Mapping.Deal[2]; row.Constant == nil || *row.Constant != "sin fecha" || row.To != "Fecha de Vencimiento" || len(rules.Mapping.Deal) != 4 {
		t.Errorf("the mapping: %+v", rules.Mapping.Deal)
	}
	after := b.get("/configuracion/apps/bsale")
	if after.attribute("#f-token", "value") != "" || strings.Contains(after.Body.String(), sim.Token()) || !strings.Contains(after.text("#f-token-hint"), c.TokenLastFour) {
		t.Error("the token is shown, or its end is not")
	}
	if got := after.attribute("#hook", "value"); got != "http://puente.example"+c.HookPath() || !strings.Contains(after.text("#hook-mail"), got) || after.text(".hook-state .badge") != "Aún no llega ninguno" {
		t.Errorf("the address of notifications: %s", after.text("section[aria-labelledby=s-hook]"))
	}
	if after.attribute("#prueba", "hx-trigger") != "load" || !b.get("/configuracion/apps/bsale?prueba=1").has(".trial-head") {
		t.Error("the stored connection is not tried by itself")
	}
}

func TestATokenThatBsaleDoesNotTakeIsNotStored(t *testing.T) {
	w := newWorld(t)
	sim, b := w.shop(), w.admin()
	form := b.get("/configuracion/apps/bsale")
	refused := b.post("/configuracion/apps/bsale", form.fields(bsaleForm, "token", "0123456789abcdef", "base_url", sim.URL(), "start", "2026-02-01")...)
	if refused.Code != http.StatusUnprocessableEntity || !strings.Contains(refused.text("#f-token-problem"), "no reconoce este token") || refused.attribute("#f-start", "value") != "2026-02-01" {
		t.Errorf("%d %s", refused.Code, refused.text("#problemas"))
	}
	sim.Stop()
	gone := b.post("/configuracion/apps/bsale", form.fields(bsaleForm, "token", sim.Token(), "base_url", sim.URL())...)
	if gone.Code != http.StatusServiceUnavailable || !strings.Contains(gone.text("#problemas"), "Bsale no responde") {
		t.Errorf("while Bsale does not answer: %d %s", gone.Code, gone.text("#problemas"))
	}
	w.notConnected()
}

func TestATrialIsOfTheTokenThatIsStored(t *testing.T) {
	w := newWorld(t)
	sim, b := w.connected(), w.admin()
	const path = "/configuracion/apps/bsale"
	if b.get(path + "?prueba=1"); !b.get(path).has(".trial-head") {
		t.Fatal("what was tried is not kept")
	}
	// A wrong token is typed: what Bsale told of the stored one does not stand under the refusal, nor is it asked for.
	refused := b.post(path+"/probar", b.get(path).fields(bsaleForm, "token", "0123456789abcdef")...)
	if refused.has(".trial-head") || refused.attribute("#prueba", "hx-trigger") != "" || !strings.Contains(refused.text("#f-token-problem"), "no reconoce este token") {
		t.Errorf("a wrong token: %d %s", refused.Code, refused.text("main"))
	}
	c := w.connection()
	c.SealedToken, _ = sealPlain(c.ID, "another")
	w.put(func(tx bridge.Tx) error { return tx.SaveConnection(t.Context(), c) })
	if after := b.get(path); after.has(".trial-head") || after.attribute("#prueba", "hx-trigger") != "load" {
		t.Errorf("with another token: %s", after.text("#prueba"))
	}
	c.SealedToken, _ = sealPlain(c.ID, bsale.Token(sim.Token()))
	w.put(func(tx bridge.Tx) error { return tx.SaveConnection(t.Context(), c) })
	refuse, err := bsalesim.ParseFault("401=always")
	must(t, err)
	must(t, sim.SetFault(refuse))
	if b.post(path+"/probar", b.get(path).fields(bsaleForm)...); b.get(path).has(".trial-head") {
		t.Error("what Bsale told before it failed is still shown")
	}
}

func TestARowWhoseFieldCannotHoldItIsRefusedAtItsPlace(t *testing.T) {
	w := newWorld(t)
	sim, b := w.shop(), w.admin()
	var field crm.CustomField
	w.put(func(tx bridge.Tx) (err error) {
		field, err = crm.CreateField(t.Context(), tx, w.by(crm.RoleAdmin), crm.NewField{Entity: crm.EntityDeal, Name: "Entregado", Type: crm.TypeBool}, crm.RandomLetters)
		return err
	})
	form := b.get("/configuracion/apps/bsale")
	refused := b.post("/configuracion/apps/bsale", form.fields(bsaleForm, "token", sim.Token(), "base_url", sim.URL(), "mapping.deal[3].to", field.Key)...)
	if refused.Code != http.StatusUnprocessableEntity || !strings.Contains(refused.text("#f-mapping-deal-3-to-problem"), "“Entregado” es de un tipo que no admite este dato") {
		t.Errorf("%d %s", refused.Code, refused.text("#problemas"))
	}
	w.notConnected()
}

func TestTheFormKeepsWhatRulesSay(t *testing.T) {
	w := newWorld(t)
	empty, own := "", "Cotizado"
	text := "Bsale & Cía."
	rules := bridge.DefaultRules(crm.Spanish)
	rules.CreateClients, rules.Documents, rules.ExtraKinds, rules.Kinds = true, bridge.DocumentsQuotes, []bridge.Kind{bridge.KindSalesNote}, map[string]bridge.Kind{"33": bridge.KindQuote, "900": bridge.KindOther}
	rules.PerKind = map[bridge.Kind]bridge.KindStages{bridge.KindInvoice: {FromStage: &empty, ToStage: &own}}
	rules.Owner, rules.Value, rules.Several, rules.Start = bridge.OwnerRule{Reference: bridge.OwnerIssuer, Fallback: "editor@elpuente.cl"}, bridge.ValueNet, bridge.SeveralConflict, "2026-01-31"
	rules.Contact, rules.Void = bridge.ContactRule{Require: bridge.RequireTaxID, Anonymous: bridge.AnonymousCreate}, bridge.VoidRule{Action: bridge.VoidStage, Stage: "Anulado"}
	rules.Mapping.Deal = append(rules.Mapping.Deal[:1], bridge.MappingRow{From: bridge.AttributePrefix + "N° de pedido", To: "Fecha de Emisión", Write: bridge.WriteUnlessEdited, Empty: bridge.EmptyClear})
	rules.Mapping.Contact = []bridge.MappingRow{{Constant: &text, To: "Origen de los contactos", Write: bridge.WriteIfEmpty, Empty: bridge.EmptyKeep}}
	sim := w.shop()
	off := false
	_, err := w.server.Engine.Connect(t.Context(), w.account.ID, bridge.ConnectionSettings{Rules: &rules, Enabled: &off, BaseURL: sim.URL()})
	must(t, err)
	before, _ := w.stored()
	b := w.admin()
	b.post("/configuracion/apps/bsale", b.get("/configuracion/apps/bsale").fields(bsaleForm)...).goes("/configuracion/apps/bsale")
	after, _ := w.stored()
	var was, is any
	must(t, json.Unmarshal(before.Rules, &was))
	must(t, json.Unmarshal(after.Rules, &is))
	if string(before.Rules) != string(after.Rules) || after.Enabled {
		t.Errorf("saved as it was, and it changed:\n%s\n%s", before.Rules, after.Rules)
	}
}

func TestRowsAreAddedAndRemovedAndNothingIsLost(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	edit := func(page *answer, what string, changes ...string) *answer {
		t.Helper()
		got := b.post("/configuracion/apps/bsale/formulario", append(page.fields(bsaleForm, changes...), "hacer", what)...)
		if got.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", what, got.Code, got.text("main"))
		}
		return got
	}
	page := edit(b.get("/configuracion/apps/bsale"), "agregar deal", "start", "2026-02-03")
	page = edit(page, "agregar deal")
	if page.attribute("#f-start", "value") != "2026-02-03" || len(page.all("#mapa-deal + ol .map-row")) != 6 {
		t.Fatalf("rows: %d", len(page.all("#mapa-deal + ol .map-row")))
	}
	page = edit(page, "quitar deal 1", "mapping.deal[4].from", "document.office", "mapping.deal[5].from", "constant", "mapping.deal[5].text", "<b>&")
	if got := page.attribute("#f-mapping-deal-3-from option[selected]", "value"); got != "document.office" || page.attribute("#f-mapping-deal-4-text", "value") != "<b>&" || len(page.all("#mapa-deal + ol .map-row")) != 5 {
		t.Errorf("after a row was removed: %s", page.text("#mapeo h3 + ol"))
	}
	if page = edit(page, "restablecer"); len(page.all("#mapa-deal + ol .map-row")) != 4 || page.attribute("#f-start", "value") != "2026-02-03" {
		t.Error("the defaults are not restored, or more than they")
	}
	for _, odd := range []string{"", "quitar deal 99", "quitar nada 0", "agregar", "quitar deal x"} {
		if got := edit(page, odd); len(got.all("#mapa-deal + ol .map-row")) != 4 {
			t.Errorf("%q changes rows", odd)
		}
	}
	w.notConnected()
}

func TestRecommendedFieldsAreMadeFromTheForm(t *testing.T) {
	w := newWorld(t)
	must(t, w.store.Update(t.Context(), w.account.ID, func(tx bridge.Tx) error {
		fields, err := tx.CustomFields(t.Context(), crm.EntityDeal)
		must(t, err)
		for _, f := range fields {
			if f.Name == "Total Documento" {
				must(t, crm.DeleteField(t.Context(), tx, crm.Hand{Actor: crm.Actor{Kind: crm.ActorSystem}, Reach: crm.FullReach, At: start}, f.ID, 0))
			}
		}
		return nil
	}))
	b := w.admin()
	page := b.get("/configuracion/apps/bsale")
	if !strings.Contains(page.text(".fields-offer"), "Faltan 1 campos recomendados") || !strings.Contains(page.text("#f-mapping-deal-3-to option[selected]"), "Total Documento (por crear)") {
		t.Fatalf("the offer: %s", page.text("#mapeo"))
	}
	page = b.post("/configuracion/apps/bsale/formulario", append(page.fields(bsaleForm), "hacer", "campos tipos")...)
	if page.has(".fields-offer") || page.text("#f-mapping-deal-3-to option[selected]") != "Total Documento · Dinero" || !strings.Contains(page.text("#f-mapping-deal-3-note"), "Calza con Dinero") {
		t.Errorf("after they were made: %s", page.text("#mapeo"))
	}
	misfit := b.post("/configuracion/apps/bsale/formulario", page.fields(bsaleForm, "mapping.deal[3].from", "client.email")...)
	if got := misfit.text("#f-mapping-deal-3-note .fit.bad"); got != "No calza con Dinero: quedaría vacío" {
		t.Errorf("an e-mail as an amount: %q", got)
	}
}

func TestASecondPersonDoesNotOverwriteTheFirst(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	first, second := b.get("/configuracion/apps/bsale"), b.get("/configuracion/apps/bsale")
	w.wait(1e9)
	b.post("/configuracion/apps/bsale", first.fields(bsaleForm, "value", "net")...).goes("/configuracion/apps/bsale/reprocesar")
	w.wait(1e9)
	told := b.post("/configuracion/apps/bsale", second.fields(bsaleForm, "several", "conflict")...)
	if told.Code != http.StatusConflict || !strings.Contains(told.text("[data-problems]"), "Se guardaron otros cambios") || told.attribute("#f-several option[selected]", "value") != "conflict" {
		t.Fatalf("%d %s", told.Code, told.text("[data-problems]"))
	}
	if _, rules := w.stored(); rules.Value != bridge.ValueNet || rules.Several != bridge.SeveralLatest {
		t.Errorf("the rules are %+v", rules)
	}
	b.post("/configuracion/apps/bsale", told.fields(bsaleForm)...).goes("/configuracion/apps/bsale/reprocesar")
	if _, rules := w.stored(); rules.Several != bridge.SeveralConflict {
		t.Error("told of it, a person still cannot save")
	}
}

func TestOtherRulesAreAppliedToEarlierDocumentsAfterAPreview(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	if page := b.get("/configuracion/apps/bsale/reprocesar"); !strings.Contains(page.text(".preview"), "Ninguno de estos documentos") {
		t.Errorf("under the same rules: %s", page.text("main"))
	}
	w.wait(1e9)
	b.post("/configuracion/apps/bsale", b.get("/configuracion/apps/bsale").fields(bsaleForm, "contact.anonymous", "create")...).goes("/configuracion/apps/bsale/reprocesar")
	page := b.get("/configuracion/apps/bsale/reprocesar")
	if !page.has("#vista-created .plan") || !strings.Contains(page.text("#vista-created"), "Hoy está: Omitido. La venta no tiene cliente.") {
		t.Fatalf("the preview: %s", page.text(".preview"))
	}
	if got := b.post("/configuracion/apps/bsale/reprocesar", "from", "ayer"); got.Code != http.StatusUnprocessableEntity || !got.has("#f-from[aria-invalid]") {
		t.Errorf("an odd day: %d %s", got.Code, got.text("main"))
	}
	b.post("/configuracion/apps/bsale/reprocesar", "from", "2025-01-01").goes("/sincronizacion")
	if !strings.Contains(b.get("/sincronizacion").text(".runs"), "Nuevo procesamiento") {
		t.Error("no run was made")
	}
	if got := b.post("/configuracion/apps/bsale/reprocesar", "from", ""); got.Code != http.StatusConflict {
		t.Errorf("twice: %d", got.Code)
	}
	w.work()
	if got := b.get("/sincronizacion/documentos?estado=skipped&motivo=no_client"); got.has(".synced .row") {
		t.Errorf("still skipped: %s", got.text(".synced"))
	}
}

func TestBsaleIsDisconnected(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	if !b.get("/configuracion/apps/bsale").has("a[href='/configuracion/apps/bsale/desconectar'][data-dialog]") || !b.get("/configuracion/apps/bsale/desconectar").has("[data-dialog-body] form") {
		t.Error("there is no way to disconnect")
	}
	b.post("/configuracion/apps/bsale/desconectar").goes("/configuracion/apps")
	if c, rules := w.stored(); c.Enabled || len(c.SealedToken) > 0 || len(rules.Mapping.Deal) == 0 {
		t.Errorf("the connection: %+v", c)
	}
	if got := b.get("/configuracion/apps").text(".app-row .badge"); got != "Sin terminar" {
		t.Errorf("it is said to be %q", got)
	}
}
