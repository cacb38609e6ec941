package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// column returns what stands in the column of a stage: head, then the names of its cards from top to bottom.
func (a *answer) column(stage crm.Stage) (head string, cards []string) {
	a.t.Helper()
	selector := fmt.Sprintf("[data-column=%q]", stage.ID)
	for _, n := range a.all(selector + " [data-deal] h3") {
		cards = append(cards, words(n))
	}
	return a.text(selector + " .column-head"), cards
}

func expect(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestTheBoardShowsDealsInTheirStages(t *testing.T) {
	w := newWorld(t)
	camila := w.newContact("Camila Soto", "camila@x.cl")
	quote := w.newDeal(crm.RoleAdmin, "Cotización de muebles", "Cotizado", worth("1000"), of(camila), ownedBy(w.users[crm.RoleSeller]))
	w.linked(quote, bridge.KindQuote, 1315, "2026-03-10")
	w.newDeal(crm.RoleAdmin, "En dólares", "Cotizado", worth("12.5"), func(in *crm.DealInput) { usd := "USD"; in.Currency = &usd })
	w.newDeal(crm.RoleAdmin, "Ganada", "Vendido", worth("5000"))

	page := w.admin().get("/oportunidades")
	head, cards := page.column(w.stage("Cotizado"))
	expect(t, "head", head, "Cotizado 2 $313.130 · USD 12,50")
	expect(t, "the last to come is on top", cards, []string{"En dólares", "Cotización de muebles"})
	head, _ = page.column(w.stage("Nuevo"))
	expect(t, "empty", head, "Nuevo 0 $0")
	card := page.text(fmt.Sprintf("[data-deal=%q]", quote.ID))
	for _, want := range []string{"Cotización de muebles", "Camila Soto", "$313.130", "Cotización 1315", "10-03-2026", "PS Persona seller"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q: %s", want, card)
		}
	}
	// Without scripts each card has a form that moves it.
	form := fmt.Sprintf("[data-deal=%q] form[method=post][action='/oportunidades/%s/mover']", quote.ID, quote.ID)
	expect(t, "stages to move to", len(page.all(form+" button[name=stage]")), len(w.pipeline().Stages)-1)
	expect(t, "version", page.attribute(form+" input[name=version]", "value"), w.deal(quote.ID).Version)
}

func TestABoardWithoutDealsSaysSo(t *testing.T) {
	page := newWorld(t).admin().get("/oportunidades")
	if len(page.all(".column-empty")) != len(page.all("[data-column]")) || !page.has("a[href^='/oportunidades/nueva']") {
		t.Error(page.text("main"))
	}
}

func TestSellersSeeTheirOwnDealsAndNobodys(t *testing.T) {
	w := newWorld(t)
	w.newDeal(crm.RoleAdmin, "Mía", "Nuevo", worth("1"), ownedBy(w.users[crm.RoleSeller]))
	w.newDeal(crm.RoleAdmin, "De nadie", "Nuevo", worth("10"))
	other := w.newDeal(crm.RoleAdmin, "Ajena", "Nuevo", worth("100"), ownedBy(w.users[crm.RoleEditor]))
	b := w.as("seller@elpuente.cl")
	head, cards := b.get("/oportunidades").column(w.stage("Nuevo"))
	expect(t, "head", head, "Nuevo 2 $11")
	expect(t, "cards", cards, []string{"De nadie", "Mía"})
	for _, path := range []string{"", "/mover", "/editar", "/campos/name", "/eliminar"} {
		if got := b.get("/oportunidades/" + string(other.ID) + path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := b.post("/oportunidades/"+string(other.ID)+"/mover", "stage", string(w.stage("Vendido").ID)); got.Code != http.StatusNotFound {
		t.Errorf("moved: %d", got.Code)
	}
	expect(t, "seller's filter", len(b.get("/oportunidades").all("select[name=dueno] option")), 3)

	w.put(func(tx bridge.Tx) error {
		all := crm.SellersSeeAll
		_, err := crm.ChangeAccount(t.Context(), tx, w.by(crm.RoleAdmin), 0, crm.AccountChange{SellerAccess: &all})
		return err
	})
	page := b.get("/oportunidades")
	head, _ = page.column(w.stage("Nuevo"))
	expect(t, "head when sellers see all", head, "Nuevo 3 $111")
	foreign := fmt.Sprintf("[data-deal=%q]", other.ID)
	if !page.has(foreign) || page.has(foreign+"[data-movable]") || page.has(foreign+" form") {
		t.Error("a deal that is seen and not the seller's can be moved")
	}
}

func TestTheBoardIsFiltered(t *testing.T) {
	w := newWorld(t)
	w.newDeal(crm.RoleAdmin, "Silla roja", "Nuevo", worth("1"), ownedBy(w.users[crm.RoleSeller]))
	w.newDeal(crm.RoleAdmin, "Silla azul", "Nuevo", worth("10"))
	w.newDeal(crm.RoleAdmin, "Mesa", "Nuevo", worth("100"))
	b := w.admin()
	seller := string(w.users[crm.RoleSeller].ID)
	for query, want := range map[string]string{
		"q=silla":                  "Nuevo 2 $11 [Silla azul Silla roja]",
		"dueno=" + seller:          "Nuevo 1 $1 [Silla roja]",
		"dueno=unassigned":         "Nuevo 2 $110 [Mesa Silla azul]",
		"dueno=unassigned&q=silla": "Nuevo 1 $10 [Silla azul]",
		"q=nada":                   "Nuevo 0 $0 []",
	} {
		page := b.get("/oportunidades?" + query)
		head, cards := page.column(w.stage("Nuevo"))
		expect(t, query, fmt.Sprint(head, " ", cards), want)
		if !page.has(".board-filter a.quiet") {
			t.Errorf("%s: the filter cannot be taken away", query)
		}
	}
	if page := b.get("/oportunidades?q=nada"); page.text(".board-page > .alert") != "Nada con “nada” en este embudo." || page.has(".column-empty") {
		t.Errorf("nothing is found: %s", page.text(".board-page"))
	}
	if page := b.get("/oportunidades?q=silla"); page.has(".board-page > .alert") || !page.has(".column-empty") {
		t.Errorf("something is found: %s", page.text(".board-page"))
	}
	if got := b.get("/oportunidades?dueno=nobody"); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("an owner that there is not: %d", got.Code)
	}
	if got := b.get("/oportunidades?embudo=none"); got.Code != http.StatusNotFound {
		t.Errorf("a pipeline that there is not: %d", got.Code)
	}
}

func TestTheBoardRemembersThePipeline(t *testing.T) {
	w := newWorld(t)
	var second crm.Pipeline
	w.put(func(tx bridge.Tx) (err error) {
		second, err = crm.CreatePipeline(t.Context(), tx, w.by(crm.RoleAdmin), crm.NewPipeline{Name: "Mayoristas"})
		return err
	})
	b := w.admin()
	expect(t, "first", b.get("/oportunidades").text(".pipeline-menu summary"), "Embudo: "+w.pipeline().Name)
	b.get("/oportunidades?embudo=" + string(second.ID))
	expect(t, "again", b.get("/oportunidades").text(".pipeline-menu summary"), "Embudo: Mayoristas")
}

func TestColumnsArePaged(t *testing.T) {
	w := newWorld(t)
	const all = cardsAtOnce + 3
	for i := range all {
		w.newDeal(crm.RoleAdmin, fmt.Sprintf("Venta %02d", i), "Nuevo")
	}
	b := w.admin()
	page := b.get("/oportunidades")
	_, first := page.column(w.stage("Nuevo"))
	expect(t, "more", page.text("[data-more]"), "Ver más (3)")
	more := page.attribute("[data-more] a", "href")
	expect(t, "the same with and without scripts", page.attribute("[data-more] a", "hx-get"), more)

	alone := b.get(more)
	_, rest := alone.column(w.stage("Nuevo"))
	expect(t, "all, each once", len(slices.Compact(slices.Sorted(slices.Values(append(first, rest...))))), all)
	if len(rest) != 3 || alone.has("[data-more]") || len(alone.all("[data-column]")) != 1 || !alone.has(".back a[href^='/oportunidades?embudo=']") {
		t.Errorf("the rest: %v", rest)
	}

	b.header.Set("Hx-Request", "true")
	part := b.get(more)
	if part.has("main") || len(part.all("[data-deal]")) != 3 {
		t.Errorf("the part: %s", part.Body)
	}
	column := b.get("/oportunidades/columna?cuantas=28&etapa=" + string(w.stage("Nuevo").ID))
	if column.has("main") || len(column.all("section[data-column] [data-deal]")) != all {
		t.Errorf("the column: %s", column.Body)
	}
}

func TestADealIsMovedWithoutScripts(t *testing.T) {
	w := newWorld(t)
	first, second, moved := w.newDeal(crm.RoleAdmin, "Uno", "Cotizado"), w.newDeal(crm.RoleAdmin, "Dos", "Cotizado"), w.newDeal(crm.RoleAdmin, "Tres", "Nuevo")
	b, to := w.admin(), w.stage("Cotizado")
	path := "/oportunidades/" + string(moved.ID) + "/mover"
	b.post(path, "stage", string(to.ID), "version", "1", "above", string(second.ID), "volver", "/oportunidades?q=").goes("/oportunidades?q=")
	page := b.get("/oportunidades")
	_, cards := page.column(to)
	expect(t, "between the two", cards, []string{"Dos", "Tres", "Uno"})
	expect(t, "note", page.text(".toast"), "“Tres” está ahora en Cotizado.")

	// Somebody else was quicker: nothing moves, and the board is shown as it is.
	stale := b.post(path, "stage", string(w.stage("Vendido").ID), "version", "1", "volver", "/oportunidades")
	_, cards = stale.column(to)
	if stale.Code != http.StatusConflict || !strings.Contains(stale.text(".alert"), "Se cambió o se movió") || w.deal(moved.ID).StageID != to.ID {
		t.Errorf("%d %s", stale.Code, stale.text(".alert"))
	}
	expect(t, "the column", cards, []string{"Dos", "Tres", "Uno"})

	// The deal above has gone elsewhere meanwhile.
	b.post("/oportunidades/"+string(first.ID)+"/mover", "stage", string(w.stage("Nuevo").ID))
	gone := b.post(path, "above", string(first.ID), "volver", "/oportunidades")
	if gone.Code != http.StatusConflict {
		t.Errorf("%d", gone.Code)
	}
	for _, elsewhere := range []string{"https://elsewhere.example/", "//elsewhere.example"} {
		b.post(path, "stage", string(w.stage("Nuevo").ID), "volver", elsewhere).goes("/oportunidades")
	}
}

func TestADealIsMovedByHand(t *testing.T) {
	w := newWorld(t)
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	b := w.admin()
	b.header.Set("Hx-Request", "true")
	path := "/oportunidades/" + string(deal.ID) + "/mover"
	got := b.post(path, "stage", string(w.stage("Perdido").ID), "version", "1", "above", "")
	if got.Code != http.StatusOK || got.has("main") || got.text(".toast p") != "“Uno” está ahora en Perdido. Anotar el motivo" || got.attribute(".toast a", "href") != path {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	got = b.post(path, "stage", string(w.stage("Nuevo").ID), "version", "1", "above", "")
	if got.Code != http.StatusConflict || !got.has(".toast.bad[role=alert]") || w.deal(deal.ID).StageID != w.stage("Perdido").ID {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestClosingADealAsksWhy(t *testing.T) {
	w := newWorld(t)
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	b := w.admin()
	path := "/oportunidades/" + string(deal.ID)
	lost := string(w.stage("Perdido").ID)
	page := b.get(path + "/mover?etapa=" + lost)
	expect(t, "chosen", page.attribute("select[name=stage] option[selected]", "value"), lost)
	b.post(path+"/mover", "stage", lost, "version", "1", "close_reason", "Muy caro", "volver", path).goes(path)
	if got := b.get(path).text(".stage-now"); !strings.Contains(got, "Motivo: Muy caro") {
		t.Error(got)
	}
	// A stage that is open takes no reason; one that nobody wrote is no matter.
	open := string(w.stage("Nuevo").ID)
	refused := b.post(path+"/mover", "stage", open, "version", "2", "close_reason", "Muy caro", "volver", path)
	if refused.Code != http.StatusUnprocessableEntity || !refused.has("#f-close-reason[aria-invalid]") || refused.text("#f-close-reason") != "Muy caro" {
		t.Errorf("%d %s", refused.Code, refused.text("main"))
	}
	b.post(path+"/mover", "stage", open, "version", "2", "close_reason", " ", "volver", path).goes(path)
	if got := w.deal(deal.ID); got.StageID != crm.ID(open) || got.Details[crm.FieldCloseReason] != nil {
		t.Errorf("%+v", got)
	}
}

func TestStaleDealsAreMarked(t *testing.T) {
	w := newWorld(t)
	stage := w.stage("Nuevo")
	w.put(func(tx bridge.Tx) error {
		days := 7
		_, err := crm.ChangeStage(t.Context(), tx, w.by(crm.RoleAdmin), stage.ID, crm.StageEdit{StaleDays: &days})
		return err
	})
	w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	w.newDeal(crm.RoleAdmin, "Dos", "Cotizado")
	w.wait(8 * 24 * time.Hour)
	page := w.admin().get("/oportunidades")
	expect(t, "stale", page.text(".deal-card.stale .deal-card-age"), "Estancada: 8 d")
	expect(t, "all", page.text(".deal-card-age"), "Estancada: 8 d 8 d")
}

func TestColoursOfStagesAreInAStyleSheet(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	page := b.get("/oportunidades")
	if css := b.get(page.attribute("link[href^='/estilos/']", "href")); css.Code != http.StatusOK {
		t.Errorf("%d", css.Code)
	}
}
