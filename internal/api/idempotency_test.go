package api_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

// together asks n times at once.
func (w *world) together(n int, ask func(i int) (got, error)) []got {
	w.t.Helper()
	all := make([]got, n)
	errs := make([]error, n)
	var group sync.WaitGroup
	ready := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-ready
			all[i], errs[i] = ask(i)
		})
	}
	close(ready)
	group.Wait()
	for _, err := range errs {
		must(w.t, err)
	}
	return all
}

func TestOfFiftyWhoMakeTheSameContactOneDoes(t *testing.T) {
	onBothEngines(t, ofFiftyWhoMakeTheSameContactOneDoes)
}

func ofFiftyWhoMakeTheSameContactOneDoes(t *testing.T, w *world) {
	const body = `{"personal":{"firstName":"Camila","email":"camila@quillay.example"}}`
	made, id := 0, ""
	all := w.together(50, func(int) (got, error) { return w.try("POST", "/v1/crm/contacts", body) })
	for _, g := range all {
		if g.status == 201 {
			made++
			id = g.string("id")
		}
	}
	for _, g := range all {
		if g.status == 201 {
			continue
		}
		if g.status != 409 || g.string("key") != "contact_exists" || g.string("params", "id") != id || g.string("errors", 0, "field") != "personal.email" {
			t.Errorf("refused unclearly: %d %s", g.status, g.text)
		}
	}
	if made != 1 {
		t.Errorf("%d were made", made)
	}
}

func TestOfFiftyWithOneKeyAllGetTheSame(t *testing.T) {
	onBothEngines(t, ofFiftyWithOneKeyAllGetTheSame)
}

func ofFiftyWithOneKeyAllGetTheSame(t *testing.T, w *world) {
	const body = `{"personal":{"firstName":"Camila","email":"camila@quillay.example"}}`
	fresh, text := 0, ""
	for _, g := range w.together(50, func(int) (got, error) {
		return w.try("POST", "/v1/crm/contacts", body, "Idempotency-Key", "una vez")
	}) {
		if g.status != 201 || !strings.HasPrefix(g.header.Get("ETag"), `"v1-`) || !strings.HasPrefix(g.header.Get("Location"), "/v1/crm/contacts/") {
			t.Fatalf("%d %v %s", g.status, g.header, g.text)
		}
		if text == "" {
			text = string(g.text)
		}
		if text != string(g.text) {
			t.Errorf("answers differ:\n%s\n%s", text, g.text)
		}
		if g.header.Get("Idempotent-Replayed") == "" {
			fresh++
		}
	}
	if g := w.mustAsk(200, "GET", "/v1/crm/contacts", nil); fresh != 1 || g.at("total") != 1.0 {
		t.Errorf("%d were told that they made it; there are %v", fresh, g.at("total"))
	}
}

func TestAnIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	tag := func(name, key string, headers ...string) got {
		return w.ask("POST", "/v1/crm/tags", `{"name":"`+name+`"}`, append([]string{"Idempotency-Key", key}, headers...)...)
	}
	first := tag("Una", "k")
	if again := tag("Una", "k"); first.status != 201 || again.status != 201 || string(again.text) != string(first.text) || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("again: %d %s", again.status, again.text)
	}
	if other := tag("Otra", "k"); other.status != 422 || other.string("key") != "idempotency_key_reused" || other.string("errors", 0, "field") != "Idempotency-Key" {
		t.Errorf("another body: %d %s", other.status, other.text)
	}
	if g := w.ask("POST", "/v1/crm/pipelines", `{"name":"Una"}`, "Idempotency-Key", "k"); g.status != 422 {
		t.Errorf("another route: %d %s", g.status, g.text)
	}
	somebody := w.addKey(w.account.ID, auth.RoleGrants(crm.RoleAdmin))
	if g := tag("Otra", "k", "X-Api-Key", somebody); g.status != 201 {
		t.Errorf("somebody else's key of the same name: %d %s", g.status, g.text)
	}
	// What failed is done when it is asked again.
	if g := tag("Una", "k2"); g.status != 409 {
		t.Errorf("a name twice: %d", g.status)
	}
	w.mustAsk(204, "DELETE", "/v1/crm/tags/"+first.string("id"), nil)
	if g := tag("Una", "k2"); g.status != 201 || g.header.Get("Idempotent-Replayed") != "" {
		t.Errorf("after a failure: %d %s", g.status, g.text)
	}
	w.wait(25 * time.Hour)
	if g := tag("Mañana", "k"); g.status != 201 || g.header.Get("Idempotent-Replayed") != "" {
		t.Errorf("a day later: %d %s", g.status, g.text)
	}
	for _, key := range []string{strings.Repeat("x", 256), "ñandú"} {
		if g := tag("x", key); g.status != 422 || g.string("key") != "idempotency_key_invalid" {
			t.Errorf("key %.10s: %d %s", key, g.status, g.text)
		}
	}
	if g := tag("Justa", strings.Repeat("x", 255)); g.status != 201 {
		t.Errorf("255 characters: %d %s", g.status, g.text)
	}
}

func TestASecretIsNotKept(t *testing.T) {
	w := newWorld(t)
	const body = `{"name":"Tienda","scopes":["contacts:read"]}`
	first := w.mustAsk(201, "POST", "/v1/keys", body, "Idempotency-Key", "k")
	if g := w.ask("POST", "/v1/keys", body, "Idempotency-Key", "k"); g.status != 409 || g.string("key") != "secret_shown_once" {
		t.Errorf("again: %d %s", g.status, g.text)
	}
	keys := w.mustAsk(200, "GET", "/v1/keys", nil)
	if strings.Count(string(keys.text), "Tienda") != 1 || strings.Contains(string(keys.text), first.string("secret")) {
		t.Errorf("keys: %s", keys.text)
	}
	w.mustAsk(200, "GET", "/v1/crm/contacts", nil, "X-Api-Key", first.string("secret"))
	w.mustAsk(200, "GET", "/v1/crm/contacts", nil, "Authorization", "Bearer "+first.string("secret"))
	if strings.Contains(w.log.String(), first.string("secret")) {
		t.Error("the log has a secret")
	}
	if g := w.ask("POST", "/v1/keys", `{"name":"","scopes":["contacts:read"]}`, "Idempotency-Key", "k2"); g.status != 422 {
		t.Errorf("a key without a name: %d", g.status)
	}
	w.mustAsk(201, "POST", "/v1/keys", body, "Idempotency-Key", "k2") // the failure left it free
}

func TestEveryPostTakesAnIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	d := readDocument(w)
	for _, o := range d.operations() {
		op := d.root["paths"].(map[string]any)[o.path].(map[string]any)[strings.ToLower(o.method)].(map[string]any)
		has := false
		parameters, _ := op["parameters"].([]any)
		for _, p := range parameters {
			has = has || p.(map[string]any)["name"] == "Idempotency-Key"
		}
		changesNothing := strings.HasSuffix(o.path, "/preview") || strings.HasSuffix(o.path, "/test") || strings.HasSuffix(o.path, "/check") || strings.HasSuffix(o.path, "/estimate")
		if want := o.method == http.MethodPost && o.scope != "public" && !changesNothing; has != want {
			t.Errorf("%s takes an Idempotency-Key: %v, want %v", o.id, has, want)
		}
	}
}

func TestABatchHasAResultForEach(t *testing.T) {
	w := newWorld(t)
	there := w.contact()
	g := w.mustAsk(200, "POST", "/v1/crm/contacts/batch", `{"items":[
		{"contact":{"personal":{"email":"a@x.example"}}},
		{"contact":{"personal":{"email":"A@X.example"}}},
		{"contact":{"personal":{"email":"no es un correo","firstName":"Camila"}}},
		{"id":"`+there+`","version":1,"contact":{"source":"feria"}},
		{"id":"`+there+`","version":7,"contact":{"source":"otra"}},
		{"id":"none","contact":{}},
		{"contact":{"assignedTo":"nadie@x.example"}}]}`)
	for i, want := range []struct {
		status     float64
		key, field string
	}{
		{201, "", ""},
		{409, "contact_exists", "items[1].contact.personal.email"},
		{422, "email_invalid", "items[2].contact.personal.email"},
		{200, "", ""},
		{409, "stale", ""},
		{404, "contact_not_found", ""},
		{422, "owner_unknown", "items[6].contact.assignedTo"},
	} {
		if g.at("items", i, "status") != want.status || g.string("items", i, "problem", "key") != want.key || g.string("items", i, "problem", "errors", 0, "field") != want.field {
			t.Errorf("entry %d: want %v: %v", i, want, g.at("items", i))
		}
	}
	// What is wrong in shape and what is wrong in meaning is named alike.
	if g := w.ask("POST", "/v1/crm/contacts/batch", `{"items":[{"contact":{"personal":{"email":3}}}]}`); g.string("items", 0, "problem", "errors", 0, "field") != "items[0].contact.personal.email" {
		t.Errorf("%s", g.text)
	}
	if g := w.ask("POST", "/v1/crm/deals/batch", `{"items":[{"deal":{"name":" "}}]}`); g.string("items", 0, "problem", "errors", 0, "field") != "items[0].deal.name" {
		t.Errorf("%s", g.text)
	}
	items := make([]string, 101)
	for i := range items {
		items[i] = `{"deal":{"name":"x` + strconv.Itoa(i) + `"}}`
	}
	if g := w.ask("POST", "/v1/crm/deals/batch", `{"items":[`+strings.Join(items, ",")+`]}`); g.status != 422 || g.string("key") != "list_over" {
		t.Errorf("101 entries: %d %s", g.status, g.text)
	}
	g = w.mustAsk(200, "POST", "/v1/crm/deals/batch", `{"items":[`+strings.Join(items[:100], ",")+`]}`)
	if list, _ := g.at("items").([]any); len(list) != 100 || g.at("items", 99, "status") != 201.0 {
		t.Errorf("100 entries: %.200s", g.text)
	}
	if g := w.mustAsk(200, "GET", "/v1/crm/deals", nil); g.at("total") != 100.0 {
		t.Errorf("there are %v deals", g.at("total"))
	}
}

// TestABatchKeepsItsOrder has entries that come to another end in another order.
func TestABatchKeepsItsOrder(t *testing.T) {
	w := newWorld(t)
	there := w.make("/v1/crm/contacts", `{"personal":{"email":"uno@x.example"}}`)
	g := w.mustAsk(200, "POST", "/v1/crm/contacts/batch", `{"items":[
		{"contact":{"personal":{"email":"uno@x.example"}}},
		{"id":"`+there+`","contact":{"personal":{"email":"dos@x.example"}}},
		{"contact":{"personal":{"email":"uno@x.example"}}},
		{"contact":{"personal":{"email":"dos@x.example"}}},
		{"id":"`+there+`","contact":{"personal":{"email":"uno@x.example"}}}]}`)
	for i, want := range []float64{409, 200, 201, 409, 409} {
		if g.at("items", i, "status") != want {
			t.Errorf("entry %d: want %v: %v", i, want, g.at("items", i))
		}
	}
	won := w.mustAsk(200, "GET", "/v1/crm/pipelines", nil).string("items", 0, "stages", 0, "id")
	deal := w.deal()
	g = w.mustAsk(200, "POST", "/v1/crm/deals/batch", `{"items":[
		{"id":"`+deal+`","version":1,"deal":{"stageId":"`+won+`","value":5}},
		{"deal":{"name":"nuevo"}},
		{"id":"`+deal+`","version":1,"deal":{"value":6}},
		{"id":"`+deal+`","deal":{"value":7}}]}`)
	for i, want := range []float64{200, 201, 409, 200} {
		if g.at("items", i, "status") != want {
			t.Errorf("entry %d: want %v: %v", i, want, g.at("items", i))
		}
	}
	if g := w.mustAsk(200, "GET", "/v1/crm/deals/"+deal, nil); g.at("value") != 7.0 {
		t.Errorf("%s", g.text)
	}
}

func TestAnEntryThatDoesNotFitLeavesTheOthersAlone(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"contact", "deal"} {
		good := `{"` + path + `":{"` + map[string]string{"contact": `personal":{"firstName":"Ana"}`, "deal": `name":"Mesa"`}[path] + `}}`
		g := w.mustAsk(200, "POST", "/v1/crm/"+path+"s/batch", `{"items":[17,`+good+`,{"`+path+`":{"priority":"alta","noSuchMember":1}},{},null,{"version":9.5e18,"`+path+`":{}},`+good+`]}`)
		for i, want := range []struct {
			status     float64
			key, field string
		}{
			{422, "object_wanted", "items[0]"},
			{201, "", ""},
			{422, "integer_wanted", "items[2]." + path + ".priority"},
			{422, "member_missing", "items[3]." + path},
			{422, "object_wanted", "items[4]"},
			{422, "form_wanted", "items[5]"},
			{201, "", ""},
		} {
			found := want.key == ""
			list, _ := g.at("items", i, "problem", "errors").([]any)
			for k := range list {
				found = found || g.string("items", i, "problem", "errors", k, "key") == want.key && g.string("items", i, "problem", "errors", k, "field") == want.field
			}
			if g.at("items", i, "status") != want.status || g.at("items", i, "index") != float64(i) || !found || (g.string("items", i, "id") != "") != (want.status == 201) {
				t.Errorf("%s %d: %v, want %v", path, i, g.at("items", i), want)
			}
		}
		if list, _ := g.at("items", 2, "problem", "errors").([]any); len(list) != 2 {
			t.Errorf("not all that is wrong: %v", list)
		}
	}
}
