package api_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"puente/internal/crm"
)

func jsonText(s string) (string, error) {
	data, err := json.Marshal(s)
	return string(data), err
}

// TestAScriptOfTheKnownAPIWorks does what public scripts of the CRM that users come from do, with their bodies, in their order.
func TestAScriptOfTheKnownAPIWorks(t *testing.T) {
	w := newWorld(t)
	number := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"contact","name":"Edad","type":"number"}`).string("key")
	text := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"deal","name":"Nombre","type":"text"}`).string("key")
	keys := strings.NewReplacer("cf_age_number", number, "cf_name_text", text)

	contact := w.mustAsk(201, "POST", "/v1/crm/contacts", keys.Replace(`{
		"assignedTo": "unassigned", "contacted": false, "custom": {"cf_age_number": 26}, "marketable": true, "notes": "Pedido 17",
		"company": {"name": "Central Perk", "email": "hola@central.example", "phoneNumber": "56961234500", "website": "https://central.example", "industryType": "education", "annualRevenue": 0, "numberOfEmployees": 0},
		"personal": {"firstName": "Monica", "lastName": "Geller", "email": "monica@central.example", "phoneNumber": "56961234567", "secondaryPhoneNumber": "56961234568",
			"jobTitle": "Chef", "address": "Los Aromos 123", "city": "Santiago", "region": "RM", "state": "RM", "country": "Chile", "birthDay": 22, "birthMonth": 4, "birthYear": 1969,
			"facebook": "", "instagram": "", "linkedIn": "", "twitter": ""},
		"priority": 3, "source": "referrer", "status": "lead", "triggerWorkflow": false}`))
	id := contact.string("id")
	for path, want := range map[string]any{"notes": "Pedido 17", "priority": 3.0, "source": "referrer", "status": "lead", "assignedTo": "unassigned", "contacted": false, "marketable": true} {
		if contact.at(path) != want {
			t.Errorf("%s is %v, want %v", path, contact.at(path), want)
		}
	}
	if contact.string("personal", "phoneNumber") != "56961234567" || contact.string("personal", "secondaryPhoneNumber") != "56961234568" || contact.at("custom", number) != 26.0 ||
		contact.at("personal", "birthYear") != 1969.0 || contact.string("company", "name") != "Central Perk" {
		t.Errorf("%s", contact.text)
	}
	if _, err := time.Parse("2006-01-02T15:04:05", contact.string("created")); err != nil {
		t.Errorf("created: %v", err)
	}
	if g := w.mustAsk(200, "GET", "/v1/crm/contacts/"+id, nil, "Accept", "application/json"); g.string("id") != id {
		t.Errorf("%s", g.text)
	}
	if g := w.mustAsk(200, "GET", "/v1/crm/contacts?page=0&size=200", nil); g.at("total") != 1.0 || g.string("items", 0, "id") != id {
		t.Errorf("%s", g.text)
	}

	tag := w.tag()
	tags := w.mustAsk(200, "GET", "/v1/crm/tags", nil)
	if tags.string(0, "id") != tag || tags.string(0, "name") == "" {
		t.Errorf("tags are no plain list: %s", tags.text)
	}
	if g := w.mustAsk(200, "PUT", "/v1/crm/contacts/"+id+"/tags", `{"addTags":["`+tag+`"],"triggerWorkflow":false}`); g.string("tags", 0) != tag {
		t.Errorf("%s", g.text)
	}

	pipelines := w.mustAsk(200, "GET", "/v1/crm/pipelines?page=0&size=100", nil)
	pipeline, stage := pipelines.string("items", 0, "id"), pipelines.string("items", 0, "stages", 3, "id")
	if pipelines.at("total") != 1.0 || pipelines.at("items", 0, "default") != true || pipelines.string("items", 0, "stages", 3, "type") != "won" {
		t.Errorf("%s", pipelines.text)
	}
	deal := w.mustAsk(201, "POST", "/v1/crm/deals", keys.Replace(`{"assignedTo":"unassigned","contactId":"`+id+`","custom":{"cf_name_text":"Monica"},"description":"Confirmación de pedido","name":"Pedido #17",
		"pipelineId":"`+pipeline+`","priority":3,"products":{"items":[],"updateValue":false},"stageId":"`+stage+`","triggerWorkflow":false,"value":129990.0}`))
	for _, want := range []struct {
		is   any
		path []any
	}{
		{"Pedido #17", []any{"name"}},
		{129990.0, []any{"value"}},
		{id, []any{"contact", "id"}},
		{"Monica", []any{"contact", "firstName"}},
		{"Geller", []any{"contact", "lastName"}},
		{"monica@central.example", []any{"contact", "email"}},
		{"56961234567", []any{"contact", "phone"}},
		{pipeline, []any{"pipeline", "id"}},
		{stage, []any{"pipeline", "stageId"}},
		{"won", []any{"pipeline", "stageType"}},
		{"unassigned", []any{"assignedTo"}},
	} {
		if deal.at(want.path...) != want.is {
			t.Errorf("%v is %v, want %v", want.path, deal.at(want.path...), want.is)
		}
	}
	scrolled := w.mustAsk(200, "GET", "/v1/crm/deals/scroll?since=2026-03-12T00:00:00.000Z&size=200", nil)
	if scrolled.string("items", 0, "id") != deal.string("id") || scrolled.string("scrollId") != "" {
		t.Errorf("%s", scrolled.text)
	}

	w.mustAsk(201, "POST", "/v1/crm/activities", `{"title":"Llamar","type":"call","dealId":"`+deal.string("id")+`","contactId":"`+id+`","startAt":"2026-03-13T10:00:00","assignedTo":"`+w.users[crm.RoleSeller].Email+`"}`)
	activities := w.mustAsk(200, "GET", "/v1/crm/activities?since=2026-03-12T00:00:00&assignedTo="+w.users[crm.RoleSeller].Email+"&page=0&size=200", nil)
	if activities.at("total") != 1.0 || activities.string("items", 0, "startAt") != "2026-03-13T10:00:00" || activities.string("items", 0, "contact", "firstName") != "Monica" ||
		activities.string("items", 0, "dealId") != deal.string("id") || activities.string("items", 0, "status") != "pending" {
		t.Errorf("%s", activities.text)
	}

	// What Puente does not keep is refused at its place rather than dropped.
	g := w.ask("POST", "/v1/crm/deals", `{"name":"Pedido #18","products":{"items":[{"productId":"x","quantity":1}],"updateValue":false}}`)
	if g.status != 422 || g.string("key") != "products_not_kept" || g.string("errors", 0, "field") != "products.items" || g.string("message") == "" {
		t.Errorf("%d %s", g.status, g.text)
	}
}

func TestAnAnswerMayBeSentBack(t *testing.T) {
	w := newWorld(t)
	contact := w.mustAsk(201, "POST", "/v1/crm/contacts", `{"personal":{"firstName":"Camila","email":"a@x.example","phoneNumber":"56961234567","secondaryPhoneNumber":"56961234568"},
		"addEmails":["b@x.example"],"taxId":"76.086.428-5","notes":"Hola","priority":1,"company":{"name":"Quillay","annualRevenue":5}}`)
	deal := w.mustAsk(201, "POST", "/v1/crm/deals", `{"name":"Cocina","value":10,"contactId":"`+contact.string("id")+`","description":"Con isla"}`)
	for path, first := range map[string]got{"/v1/crm/contacts/": contact, "/v1/crm/deals/": deal} {
		tag := first.header.Get("ETag")
		for _, method := range []string{"PATCH", "PUT", "PUT"} {
			g := w.mustAsk(200, method, path+first.string("id"), string(first.text), "If-Match", tag)
			tag = g.header.Get("ETag")
			for _, answer := range []got{first, g} { // what was not set at all is set to no, which is a change that is not seen
				delete(answer.body, "version")
				delete(answer.body, "modified")
			}
			if !reflect.DeepEqual(g.body, first.body) {
				t.Errorf("%s %s changed it:\n%s\n%s", method, path, first.text, g.text)
			}
		}
	}
}

func TestAPutTakesAwayWhatIsLeftOut(t *testing.T) {
	w := newWorld(t)
	key := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"contact","name":"Talla","type":"text"}`).string("key")
	contact := w.mustAsk(201, "POST", "/v1/crm/contacts", `{"personal":{"firstName":"Camila","lastName":"Rojas","email":"a@x.example","birthDay":1,"birthMonth":2},"addEmails":["b@x.example"],
		"assignedTo":"`+w.users[crm.RoleSeller].Email+`","priority":1,"tags":["`+w.tag()+`"],"custom":{"`+key+`":"x"},"company":{"name":"Quillay"}}`)
	g := w.mustAsk(200, "PUT", "/v1/crm/contacts/"+contact.string("id"), `{"personal":{"firstName":"Ana","email":"c@x.example"}}`)
	custom, _ := g.at("custom").(map[string]any)
	tags, _ := g.at("tags").([]any)
	emails, _ := g.at("emails").([]any)
	if g.string("personal", "lastName") != "" || g.string("company", "name") != "" || g.at("priority") != 0.0 || len(custom) != 0 || len(tags) != 0 || len(emails) != 1 ||
		g.string("assignedTo") != "unassigned" || g.string("personal", "email") != "c@x.example" || g.at("personal", "birthDay") != 0.0 {
		t.Errorf("%s", g.text)
	}
	if g := w.mustAsk(200, "PATCH", "/v1/crm/contacts/"+contact.string("id"), `{"personal":{"email":null}}`); g.string("personal", "email") != "" || g.string("personal", "firstName") != "Ana" {
		t.Errorf("null takes away: %s", g.text)
	}
}
