package web

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func (w *world) pipelines() []crm.Pipeline {
	w.t.Helper()
	var pipelines []crm.Pipeline
	w.read(func(r bridge.Reader) (err error) {
		pipelines, err = r.Pipelines(w.t.Context())
		return err
	})
	return pipelines
}

func stageNames(p crm.Pipeline) string {
	var names []string
	for _, s := range p.Stages {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

func TestPipelinesAndTheirStages(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	w.newDeal(crm.RoleAdmin, "Muebles", "Cotizado")
	page := b.get("/configuracion/embudos")
	expect(t, "pipelines", page.text(".pipeline-head h2"), "Ventas")
	expect(t, "a stage", page.text(".stage-row:nth-child(2) .row-main, .stage-row:nth-child(2) .stage-chance"), "Cotizado Oportunidades: 1 40 %")
	expect(t, "the only one stays", page.has("a[href='"+pipelinePath(w.pipeline().ID)+"/eliminar']"), false)

	b.post("/configuracion/embudos/nuevo", "name", "Postventa").goes("/configuracion/embudos#" + string(w.pipelines()[1].ID))
	expect(t, "usual stages", stageNames(w.pipelines()[1]), stageNames(w.pipeline()))
	if twice := b.post("/configuracion/embudos/nuevo", "name", "postVENTA"); twice.Code != http.StatusConflict || twice.attribute("#f-name", "value") != "postVENTA" {
		t.Errorf("a name that is taken: %d %s", twice.Code, twice.text("main"))
	}
	second := w.pipelines()[1]
	form := b.get(pipelinePath(second.ID))
	expect(t, "what is renamed", form.text("h1"), "Renombrar el embudo “"+second.Name+"”")
	expect(t, "still", b.post(pipelinePath(second.ID), "name", " ").text("h1"), "Renombrar el embudo “"+second.Name+"”")
	b.post(pipelinePath(second.ID), "name", "Garantías", "version", form.attribute("[name=version]", "value")).goes("/configuracion/embudos#" + string(second.ID))
	stale := b.post(pipelinePath(second.ID), "name", "Otro", "version", form.attribute("[name=version]", "value"))
	expect(t, "somebody was quicker", []any{stale.Code, stale.attribute("#f-name", "value")}, []any{http.StatusConflict, "Otro"})
	b.post("/configuracion/embudos/orden", "subir", string(second.ID)).goes("/configuracion/embudos")
	expect(t, "first", w.pipelines()[0].Name, "Garantías")
	expect(t, "default", b.get("/configuracion/embudos").text(".pipeline-card:first-child .badge:not(.good):not(.bad)"), "Por defecto")
	b.post("/configuracion/embudos/orden", "clave", string(w.pipelines()[1].ID), "clave", string(second.ID)).goes("/configuracion/embudos")
	expect(t, "dragged", w.pipelines()[0].Name, "Ventas")
}

func TestAStageIsMadeAndChanged(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	p := w.pipeline()
	path := pipelinePath(p.ID) + "/etapas/nueva"
	expect(t, "colours", len(b.get(path).all("input[name=color]")), len(stageColors)+2)
	b.post(path, "name", "Despacho", "kind", "open", "color", "#0891b2", "probability", "90", "stale_days", "7").goes("/configuracion/embudos#" + string(p.ID))
	s := w.stage("Despacho")
	expect(t, "stage", []any{s.Kind, s.Color, s.Probability, s.StaleDays}, []any{crm.StageOpen, "#0891b2", 90, 7})
	for field, sent := range map[string][]string{
		"name":        {"name", "", "kind", "open"},
		"probability": {"name", "X", "kind", "open", "probability", "101"},
		"stale-days":  {"name", "X", "kind", "open", "stale_days", "siete"},
	} {
		got := b.post(path, sent...)
		if got.Code != http.StatusUnprocessableEntity || !got.has("#f-"+field+"[aria-invalid]") {
			t.Errorf("%s: %d %s", field, got.Code, got.text(".alert, .problem"))
		}
	}
	wrong := b.post(path, "name", "X", "kind", "open", "color", otherColor, "other_color", "red")
	expect(t, "a colour that is none", []any{wrong.Code, wrong.has("#f-color-problem")}, []any{http.StatusUnprocessableEntity, true})

	edit := b.get(stagePath(p.ID, s.ID))
	expect(t, "heading", edit.text("h1"), "Etapa “Despacho”")
	expect(t, "heading, of what is still called so", b.post(stagePath(p.ID, s.ID), "name", "", "kind", "open").text("h1"), "Etapa “Despacho”")
	expect(t, "as it is", []string{edit.attribute("#f-probability", "value"), edit.attribute("#f-stale-days", "value"), edit.attribute("[name=color][checked]", "value")}, []string{"90", "7", "#0891b2"})
	version := edit.attribute("[name=version]", "value")
	b.post(stagePath(p.ID, s.ID), "version", version, "name", "Entregado", "kind", "won", "color", otherColor, "other_color", "#123456", "probability", "", "stale_days", "").goes("/configuracion/embudos#" + string(p.ID))
	s = w.stage("Entregado")
	expect(t, "changed", []any{s.Kind, s.Color, s.Probability, s.StaleDays}, []any{crm.StageWon, "#123456", 100, 0})
	again := b.get(stagePath(p.ID, s.ID))
	expect(t, "a colour of its own", []string{again.attribute("[name=color][checked]", "value"), again.attribute("[name=other_color]", "value")}, []string{otherColor, "#123456"})
	stale := b.post(stagePath(p.ID, s.ID), "version", version, "name", "Otra", "kind", "won", "color", "")
	expect(t, "somebody was quicker", []any{stale.Code, stale.attribute("[name=version]", "value") == strconv.FormatInt(w.pipeline().Version, 10)}, []any{http.StatusConflict, true})
	b.post(stagePath(p.ID, s.ID), "version", stale.attribute("[name=version]", "value"), "name", "Otra", "kind", "won", "color", "").goes("/configuracion/embudos#" + string(p.ID))

	b.post(pipelinePath(p.ID)+"/orden", "subir", string(s.ID)).goes("/configuracion/embudos#" + string(p.ID))
	expect(t, "up", stageNames(w.pipeline()), "Nuevo, Cotizado, En negociación, Vendido, Perdido, Otra, Anulado")
	b.post(pipelinePath(p.ID)+"/orden", "clave", string(s.ID), "clave", string(w.stage("Nuevo").ID)).goes("/configuracion/embudos#" + string(p.ID))
	expect(t, "dragged", stageNames(w.pipeline()), "Otra, Nuevo, Cotizado, En negociación, Vendido, Perdido, Anulado")
}

func TestDeletingAStageAsksWhereItsDealsGo(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	p := w.pipeline()
	var deals []crm.ID
	w.put(func(tx bridge.Tx) error { // more than move in one transaction
		stage := w.stage("Cotizado").ID
		var inputs []crm.DealInput
		for range 220 {
			name := "Muebles"
			inputs = append(inputs, crm.DealInput{Name: &name, StageID: &stage})
		}
		results, err := crm.CreateDeals(t.Context(), tx, w.by(crm.RoleAdmin), inputs)
		for _, r := range results {
			deals = append(deals, r.Deal.ID)
		}
		return err
	})
	stage := w.stage("Cotizado")
	path := stagePath(p.ID, stage.ID) + "/eliminar"
	ask := b.get(path)
	if !strings.Contains(ask.text("form.form"), "están aquí: 220.") || ask.has("option[value='"+string(stage.ID)+"']") || !ask.has("#f-to[required]") {
		t.Errorf("asks: %s", ask.text("main"))
	}
	if without := b.post(path, "to", ""); without.Code != http.StatusConflict || !without.has(".alert.bad") {
		t.Errorf("without saying where: %d", without.Code)
	}
	to := w.stage("Nuevo").ID
	b.post(path, "to", string(to)).goes("/configuracion/embudos")
	expect(t, "stages", stageNames(w.pipeline()), "Nuevo, En negociación, Vendido, Perdido, Anulado")
	for _, id := range []crm.ID{deals[0], deals[len(deals)-1]} {
		expect(t, "moved", w.deal(id).StageID, to)
	}
	if got := b.get(path); got.Code != http.StatusNotFound {
		t.Errorf("asked again: %d", got.Code)
	}
	empty := stagePath(p.ID, w.stage("Perdido").ID) + "/eliminar"
	expect(t, "one without deals", b.get(empty).has("#f-to"), false)
	b.post(empty).goes("/configuracion/embudos")
	b.post(stagePath(p.ID, w.stage("En negociación").ID) + "/eliminar").goes("/configuracion/embudos")
	last := b.post(stagePath(p.ID, to)+"/eliminar", "to", string(w.stage("Vendido").ID))
	if last.Code != http.StatusConflict {
		t.Errorf("the last open stage: %d", last.Code)
	}
}

func TestAStageThatTheRulesNeedOpenStaysOpen(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	p, s := w.pipeline(), w.stage("Cotizado")
	refused := b.post(stagePath(p.ID, s.ID), b.get(stagePath(p.ID, s.ID)).fields("form.form", "kind", "won")...)
	if refused.Code != http.StatusConflict || !strings.Contains(refused.text("main"), "La app de Bsale usa “Cotizado” en sus reglas") || strings.Contains(refused.text("main"), "update.from_stage") {
		t.Errorf("%d %s", refused.Code, refused.text("main"))
	}
	if stage := w.stage("Cotizado"); stage.Kind != crm.StageOpen || w.connection().StopReason != "" {
		t.Errorf("it was changed: %+v", stage)
	}
}

func TestDeletingAPipelineAsksWhereItsDealsGo(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	deal := w.newDeal(crm.RoleAdmin, "Muebles", "Cotizado")
	won := w.newDeal(crm.RoleAdmin, "Sillas", "Vendido")
	b.post("/configuracion/embudos/nuevo", "name", "Postventa")
	first, second := w.pipelines()[0], w.pipelines()[1]
	ask := b.get(pipelinePath(first.ID) + "/eliminar")
	expect(t, "only stages of others", len(ask.all("#f-to option")), len(second.Stages)+1)
	b.post(pipelinePath(first.ID)+"/eliminar", "to", string(second.Stages[0].ID)).goes("/configuracion/embudos")
	for _, id := range []crm.ID{deal.ID, won.ID} {
		expect(t, "moved", w.deal(id).PipelineID, second.ID)
	}
	expect(t, "left", len(w.pipelines()), 1)
	if only := b.post(pipelinePath(second.ID)+"/eliminar", "to", ""); only.Code != http.StatusConflict {
		t.Errorf("the only one: %d", only.Code)
	}
}

func TestAStageThatRulesNameStays(t *testing.T) {
	w := newWorld(t)
	w.connected()
	b := w.admin()
	deal := w.newDeal(crm.RoleAdmin, "Muebles", "Vendido")
	stage := w.stage("Vendido")
	path := stagePath(w.pipeline().ID, stage.ID) + "/eliminar"
	ask := b.get(path)
	if !strings.Contains(ask.text(".alert.warn"), "“Vendido”") || ask.has("button.danger, #f-to") || ask.attribute(".alert a", "href") != "/configuracion/apps/bsale" {
		t.Errorf("asks: %s", ask.text("main"))
	}
	got := b.post(path, "to", string(w.stage("Nuevo").ID))
	if got.Code != http.StatusConflict || strings.Contains(got.text(".alert"), "to_stage") {
		t.Errorf("%d %s", got.Code, got.text("main"))
	}
	expect(t, "nothing moved", w.deal(deal.ID).StageID, stage.ID)
}
