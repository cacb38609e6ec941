package api_test

import (
	"strings"
	"testing"

	"puente/internal/crm"
)

func TestAStageWithDealsSaysSoAndTheyAreMoved(t *testing.T) {
	w := newWorld(t)
	pipeline := w.pipeline()
	stages := w.mustAsk(200, "GET", "/v1/crm/pipelines/"+pipeline, nil)
	one, two := stages.string("stages", 0, "id"), stages.string("stages", 1, "id")
	for range 3 {
		w.make("/v1/crm/deals", `{"name":"x","stageId":"`+one+`"}`)
	}
	path := "/v1/crm/pipelines/" + pipeline + "/stages/"
	if g := w.ask("DELETE", path+one, nil); g.status != 409 || g.string("key") != "stage_has_deals" || g.string("params", "count") != "3" {
		t.Errorf("%d %s", g.status, g.text)
	}
	for _, bad := range []string{"none", one} {
		if g := w.ask("DELETE", path+one+"?moveTo="+bad, nil); g.status != 422 || g.string("errors", 0, "field") != "moveTo" {
			t.Errorf("to %s: %d %s", bad, g.status, g.text)
		}
	}
	w.mustAsk(204, "DELETE", path+one+"?moveTo="+two, nil)
	if g := w.mustAsk(200, "GET", "/v1/crm/deals?filter[stage]="+two, nil); g.at("total") != 3.0 {
		t.Errorf("%v moved", g.at("total"))
	}
	if g := w.ask("DELETE", "/v1/crm/pipelines/"+pipeline, nil); g.status != 409 || g.string("key") != "pipeline_has_deals" {
		t.Errorf("%d %s", g.status, g.text)
	}
	other := w.mustAsk(200, "GET", "/v1/crm/pipelines", nil).string("items", 0, "stages", 0, "id")
	w.mustAsk(204, "DELETE", "/v1/crm/pipelines/"+pipeline+"?moveTo="+other, nil)
	w.mustAsk(404, "GET", "/v1/crm/pipelines/"+pipeline, nil)
	if g := w.mustAsk(200, "GET", "/v1/crm/deals?filter[stage]="+other, nil); g.at("total") != 3.0 {
		t.Errorf("%v moved", g.at("total"))
	}
	deal := w.mustAsk(200, "GET", "/v1/crm/deals", nil).string("items", 0, "id")
	stagesOf := w.mustAsk(200, "GET", "/v1/crm/deals/"+deal+"/stages", nil)
	if list, _ := stagesOf.at("items").([]any); len(list) != 3 || stagesOf.at("items", 2, "current") != true || stagesOf.string("items", 0, "name") != "Uno" {
		t.Errorf("%s", stagesOf.text)
	}
}

func TestAFieldWithValuesIsDeletedOnlyByWhoKnows(t *testing.T) {
	w := newWorld(t)
	field := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"contact","name":"Talla","type":"text"}`)
	path, key := "/v1/crm/custom-fields/"+field.string("id"), field.string("key")
	if !strings.HasPrefix(key, "cf_contact_talla_") {
		t.Errorf("key %s", key)
	}
	contact := w.make("/v1/crm/contacts", `{"personal":{"firstName":"Ana"},"custom":{"`+key+`":"38"}}`)
	if g := w.ask("POST", "/v1/crm/contacts", `{"personal":{"firstName":"Eva"},"custom":{"cf_nothing":"38"}}`); g.status != 422 || g.string("errors", 0, "field") != "custom.cf_nothing" {
		t.Errorf("%d %s", g.status, g.text)
	}
	preview := w.mustAsk(200, "POST", path+"/type/preview", `{"type":"date"}`)
	if preview.at("values") != 1.0 || preview.at("misfits") != 1.0 || preview.string("examples", 0, "record") != contact {
		t.Errorf("%s", preview.text)
	}
	if g := w.ask("POST", path+"/type", `{"type":"date"}`); g.status != 409 || g.string("key") != "field_type_misfits" {
		t.Errorf("%d %s", g.status, g.text)
	}
	w.mustAsk(200, "POST", path+"/type", `{"type":"number"}`)
	if g := w.mustAsk(200, "GET", "/v1/crm/contacts/"+contact, nil); g.at("custom", key) != 38.0 {
		t.Errorf("%s", g.text)
	}
	if g := w.ask("DELETE", path, nil); g.status != 409 || g.string("key") != "field_has_values" || g.string("params", "count") != "1" {
		t.Errorf("%d %s", g.status, g.text)
	}
	w.mustAsk(204, "DELETE", path+"?values=1", nil)
	w.mustAsk(404, "GET", path, nil)
	if g := w.mustAsk(200, "GET", "/v1/crm/contacts/"+contact, nil); g.at("custom", key) != nil {
		t.Errorf("%s", g.text)
	}
	first := w.mustAsk(200, "POST", "/v1/crm/custom-fields/recommended", nil)
	second := w.mustAsk(200, "POST", "/v1/crm/custom-fields/recommended", `{"typed":true}`)
	if list, _ := second.at("items").([]any); len(list) != 0 {
		t.Errorf("made twice: %s after %s", second.text, first.text)
	}
}

func TestATimelineTellsWhoDidWhat(t *testing.T) {
	w := newWorld(t)
	seller := w.users[crm.RoleSeller]
	id := w.contact()
	w.mustAsk(200, "PATCH", "/v1/crm/contacts/"+id, `{"assignedTo":"`+seller.Email+`","personal":{"lastName":"Rojas"}}`)
	w.mustAsk(200, "PATCH", "/v1/crm/contacts/"+id, `{"notes":"Hola"}`, "Authorization", "Bearer "+w.login(seller, w.account.ID))
	g := w.mustAsk(200, "GET", "/v1/crm/contacts/"+id+"/timeline", nil)
	if g.string("items", 0, "actor", "name") != seller.Name || g.string("items", 0, "actor", "kind") != "user" || g.string("items", 0, "changes", 0, "field") != "notes" {
		t.Errorf("%s", g.text)
	}
	if g.string("items", 1, "actor", "name") != "una tienda" || g.string("items", 2, "type") != "created" {
		t.Errorf("%s", g.text)
	}
	named := map[string]string{}
	changes, _ := g.at("items", 1, "changes").([]any)
	for i := range changes {
		named[g.string("items", 1, "changes", i, "field")] = g.string("items", 1, "changes", i, "newName")
	}
	if _, ok := named["personal.lastName"]; !ok || named["assignedTo"] != seller.Name {
		t.Errorf("%v in %s", named, g.text)
	}
}

func TestADealIsMovedOnTheBoard(t *testing.T) {
	w := newWorld(t)
	one, two := w.deal(), w.deal()
	board := func() []string {
		return w.mustAsk(200, "GET", "/v1/crm/deals?sort=-created", nil).ids()
	}
	if ids := board(); ids[0] != two {
		t.Fatalf("%v", ids)
	}
	pipelines := w.mustAsk(200, "GET", "/v1/crm/pipelines", nil)
	lost := pipelines.string("items", 0, "stages", 4, "id")
	g := w.mustAsk(200, "POST", "/v1/crm/deals/"+one+"/move", `{"stageId":"`+lost+`","closeReason":"Precio"}`)
	if g.string("status") != "lost" || g.string("closeReason") != "Precio" {
		t.Errorf("%s", g.text)
	}
	if g := w.ask("POST", "/v1/crm/deals/"+one+"/move", `{"above":"`+two+`"}`); g.status != 409 || g.string("key") != "stale" {
		t.Errorf("above a deal of another stage: %d %s", g.status, g.text)
	}
	g = w.mustAsk(200, "POST", "/v1/crm/deals/"+one+"/move", `{"stageId":"`+pipelines.string("items", 0, "stages", 0, "id")+`","above":"`+two+`"}`)
	if g.string("status") != "open" || g.string("closeReason") != "" {
		t.Errorf("%s", g.text)
	}
}
