package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
)

func TestBeforeItIsConnectedTheAppSaysSo(t *testing.T) {
	w := newWorld(t)
	apps := w.mustAsk(200, "GET", "/v1/apps", nil)
	if apps.string("items", 0, "id") != "bsale" || apps.at("items", 0, "connected") != false {
		t.Errorf("apps: %s", apps.text)
	}
	for _, path := range []string{"/connection", "/rules", "/mapping", "/runs", "/runs/x", "/work", "/records", "/records/1", "/client-requests"} {
		g := w.mustAsk(404, "GET", bsalePath+path, nil)
		if g.string("key") != "bsale_not_connected" || !strings.HasPrefix(g.string("detail"), "Bsale todavía no está conectado") {
			t.Errorf("%s: %s", path, g.text)
		}
	}
	// Sources and rules can be looked at before.
	w.mustAsk(200, "GET", bsalePath+"/mapping/sources", nil)
	w.mustAsk(200, "GET", bsalePath+"/rules/default", nil)
}

func TestAConnectionIsStoredWholeOrNotAtAll(t *testing.T) {
	w := newWorld(t)
	bad := `{"baseUrl":"ftp://bsale","requestsPerSecond":1000,"rules":{"pipeline":"Ventas","update":{"from_stage":"Cotisado"},"mapping":{"deal":[{"from":"document.number","to":"Nada"}]}}}`
	for language, sentence := range map[string]string{"es": "Falta el token", "en": "The Bsale access token is missing"} {
		g := w.mustAsk(422, "PUT", bsalePath+"/connection", bad, "Accept-Language", language)
		want := []string{
			"baseUrl bsale_address_invalid", "requestsPerSecond bsale_pace_invalid", "rules.mapping.deal[0].to rules_field_unknown",
			"rules.update.from_stage rules_stage_unknown", "token bsale_token_needed",
		}
		if got := g.problems(); !slices.Equal(got, want) {
			t.Errorf("problems: %q\nwant      %q", got, want)
		}
		if !strings.Contains(string(g.text), sentence) {
			t.Errorf("in %s: %s", language, g.text)
		}
	}
	w.mustAsk(404, "GET", bsalePath+"/connection", nil)
	amount := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"deal","name":"Entregado","type":"bool"}`).string("key")
	for body, want := range map[string]string{
		`{"token":"abcdefghijklmnop","backfillFrom":"ayer"}`:                                                          "backfillFrom day_invalid",
		`{"token":"abcdefghijklmnop","rules":{"documentos":"both"}}`:                                                  "rules.documentos rules_unknown_key",
		`{"token":"abcdefghijklmnop","rules":{"update":{"stage":"x"}}}`:                                               "rules.update.stage rules_unknown_key",
		`{"token":"abcdefghijklmnop","rules":{"mapping":{"deal":[{"from":"document.total","to":"` + amount + `"}]}}}`: "rules.mapping.deal[0].to rules_source_does_not_fit",
		`{"token":"abcdefghijklmnop","rules":{"documents":["receipts"]}}`:                                             "rules.documents rules_type_wrong",
	} {
		g := w.mustAsk(422, "PUT", bsalePath+"/connection", body)
		if got := g.problems(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %s", body, g.text)
		}
	}
	w.mustAsk(404, "GET", bsalePath+"/connection", nil)
}

func TestAConnectionTellsItsStateAndNoSecret(t *testing.T) {
	w := newWorld(t)
	sim := w.shop()
	g := w.mustAsk(200, "GET", bsalePath+"/connection", nil)
	token := sim.Token()
	if strings.Contains(string(g.text), token) || g.string("tokenLastFour") != token[len(token)-4:] || g.at("hasToken") != true || g.at("running") != true {
		t.Errorf("connection: %s", g.text)
	}
	if !strings.HasPrefix(g.string("webhookUrl"), "http://puente.example/hooks/bsale/") || len(g.string("webhookUrl")) < 50 {
		t.Errorf("webhook: %q", g.string("webhookUrl"))
	}
	reader := w.mustAsk(200, "GET", bsalePath+"/connection", nil, "X-Api-Key", w.addKey(w.account.ID, auth.Grants{auth.Bsale: auth.Write}))
	if reader.string("webhookUrl") != "" {
		t.Errorf("somebody who may not change the connection is told %q", reader.string("webhookUrl"))
	}
	if counts, _ := g.at("records").([]any); len(counts) < 3 || g.string("records", 0, "sentence") == "" || g.at("calls").(float64) == 0 {
		t.Errorf("counts: %s", g.text)
	}

	// It was changed since somebody looked.
	tag := g.header.Get("ETag")
	w.mustAsk(304, "GET", bsalePath+"/connection", nil, "If-None-Match", tag)
	w.wait(time.Second)
	w.mustAsk(200, "PUT", bsalePath+"/rules", `{"pipeline":"Ventas"}`, "If-Match", tag)
	w.mustAsk(412, "PUT", bsalePath+"/rules", `{"pipeline":"Ventas"}`, "If-Match", tag)
	w.mustAsk(412, "PUT", bsalePath+"/connection", `{}`, "If-Match", tag)
	w.mustAsk(412, "DELETE", bsalePath+"/connection", nil, "If-Match", tag)

	// Nobody sends the stored token elsewhere.
	other := w.mustAsk(422, "PUT", bsalePath+"/connection", `{"baseUrl":"https://api.bsale.io"}`)
	if got := other.problems(); !slices.Equal(got, []string{"token bsale_token_again"}) {
		t.Errorf("another address: %s", other.text)
	}
	w.mustAsk(204, "DELETE", bsalePath+"/connection", nil)
	after := w.mustAsk(200, "GET", bsalePath+"/connection", nil)
	if after.at("enabled") != false || after.at("hasToken") != false || len(after.at("records").([]any)) < 3 {
		t.Errorf("disconnected: %s", after.text)
	}
	if stopped := w.mustAsk(409, "POST", bsalePath+"/sync", nil); stopped.string("key") != "connection_stopped" {
		t.Errorf("sync while it is off: %s", stopped.text)
	}
}

func TestATrialStoresNothingAndNamesEachProblem(t *testing.T) {
	w := newWorld(t)
	sim := w.shop()
	w.mustAsk(204, "DELETE", bsalePath+"/connection", nil)
	g := w.mustAsk(200, "POST", bsalePath+"/connection/test", map[string]any{"token": sim.Token(), "baseUrl": sim.URL()})
	if g.string("offices", 0, "name") == "" || g.string("documentTypes", 0, "kindName") == "" || g.string("samples", 0, "label") == "" || g.string("people", 0, "name") == "" {
		t.Errorf("trial: %s", g.text)
	}
	if after := w.mustAsk(200, "GET", bsalePath+"/connection", nil); after.at("hasToken") != false {
		t.Errorf("the token was stored: %s", after.text)
	}
	if none := w.mustAsk(422, "POST", bsalePath+"/connection/test", `{}`); !slices.Equal(none.problems(), []string{"token bsale_token_needed"}) {
		t.Errorf("without a token: %s", none.text)
	}
	refused := w.mustAsk(422, "POST", bsalePath+"/connection/test", map[string]any{"token": "0123456789abcdef", "baseUrl": sim.URL()})
	if !slices.Equal(refused.problems(), []string{"token bsale_unauthorized"}) || strings.Contains(string(refused.text), "0123456789abcdef") {
		t.Errorf("another token: %s", refused.text)
	}
	if strings.Contains(w.log.String(), sim.Token()) || strings.Contains(w.log.String(), "0123456789abcdef") {
		t.Error("a token is in the log")
	}
}

func TestATokenIsStoredOnceBsaleTakesIt(t *testing.T) {
	w := newWorld(t)
	sim := w.shop()
	stored := func() string { return w.mustAsk(200, "GET", bsalePath+"/connection", nil).string("tokenLastFour") }
	good := stored()
	refused := w.mustAsk(422, "PUT", bsalePath+"/connection", `{"token":"0123456789abcdef","requestsPerSecond":2}`)
	if !slices.Equal(refused.problems(), []string{"token bsale_unauthorized"}) || stored() != good {
		t.Errorf("a token that Bsale does not take: %s", refused.text)
	}
	if pace := w.mustAsk(200, "GET", bsalePath+"/connection", nil).at("requestsPerSecond"); pace != 0.0 {
		t.Errorf("half of it was stored: %v", pace)
	}
	w.mustAsk(200, "PUT", bsalePath+"/connection", map[string]any{"token": sim.Token()})
	sim.Stop()
	gone := w.mustAsk(503, "PUT", bsalePath+"/connection", `{"token":"0123456789abcdef"}`)
	if gone.string("key") != "bsale_unavailable" || stored() != good {
		t.Errorf("while Bsale does not answer: %s", gone.text)
	}
	w.mustAsk(200, "PUT", bsalePath+"/connection", `{"requestsPerSecond":2}`) // no token: nothing to ask
}

func TestAStageThatTheRulesNeedOpenStaysOpen(t *testing.T) {
	w := newWorld(t)
	w.shop()
	pipeline := w.mustAsk(200, "GET", "/v1/crm/pipelines", nil)
	id, stages := pipeline.string("items", 0, "id"), map[string]string{}
	for i := range pipeline.at("items", 0, "stages").([]any) {
		stages[pipeline.string("items", 0, "stages", i, "name")] = pipeline.string("items", 0, "stages", i, "id")
	}
	path := "/v1/crm/pipelines/" + id + "/stages/"
	refused := w.mustAsk(409, "PATCH", path+stages["Cotizado"], `{"type":"won"}`)
	if refused.string("key") != "named_by_rules" || refused.string("params", "rules") != "update.from_stage" {
		t.Errorf("refused: %s", refused.text)
	}
	w.mustAsk(200, "PATCH", path+stages["Cotizado"], `{"name":"Propuesta"}`)
	w.mustAsk(200, "PATCH", path+stages["En negociación"], `{"type":"lost"}`)
	if g := w.mustAsk(200, "GET", bsalePath+"/connection", nil); g.at("running") != true || len(g.at("rulesProblems").([]any)) != 0 {
		t.Errorf("connection: %s", g.text)
	}
}

func TestRulesAreCheckedInOneGo(t *testing.T) {
	w := newWorld(t)
	g := w.mustAsk(200, "POST", bsalePath+"/rules/check", `{"documents":"todas","value":"gross","void":{"action":"stage"}}`)
	if g.at("valid") != false || len(g.at("problems").([]any)) != 3 {
		t.Errorf("check: %s", g.text)
	}
	ok := w.mustAsk(200, "POST", bsalePath+"/rules/check", string(w.mustAsk(200, "GET", bsalePath+"/rules/default", nil).text))
	if ok.at("valid") != true {
		t.Errorf("the default rules: %s", ok.text)
	}
	w.shop()
	w.mustAsk(422, "PUT", bsalePath+"/rules", `{"documents":"todas"}`)
	w.mustAsk(200, "PUT", bsalePath+"/rules", `{"documents":"quotes"}`)
	if rules := w.mustAsk(200, "GET", bsalePath+"/rules", nil); rules.string("documents") != "quotes" || rules.string("pipeline") != "Ventas" {
		t.Errorf("rules: %s", rules.text)
	}
	bad := w.mustAsk(422, "PUT", bsalePath+"/mapping", `{"deal":[{"from":"document.total","to":"Nada"}],"contact":[{"from":"client.rut","to":"Rut del Cliente del Documento"}]}`)
	if got := bad.problems(); !slices.Equal(got, []string{"contact[0].from rules_source_unknown", "deal[0].to rules_field_unknown"}) {
		t.Errorf("mapping: %s", bad.text)
	}
	w.mustAsk(200, "PUT", bsalePath+"/mapping", `{"deal":[{"from":"document.total","to":"Total Documento"}],"contact":[]}`)
	if rules := w.mustAsk(200, "GET", bsalePath+"/rules", nil); rules.string("documents") != "quotes" || rules.string("mapping", "deal", 0, "write") != "always" || len(rules.at("mapping", "deal").([]any)) != 1 {
		t.Errorf("rules after the mapping: %s", rules.text)
	}
}

func TestAChangeOfRulesIsShownThenApplied(t *testing.T) {
	w := newWorld(t)
	w.shop()
	w.mustAsk(200, "PUT", bsalePath+"/mapping", `{"deal":[{"from":"document.office","to":"Fecha de Vencimiento"}],"contact":[]}`)
	shown := w.mustAsk(200, "POST", bsalePath+"/reapply/preview", `{"limit":200}`)
	differing := int(shown.at("differing").(float64))
	if documents, _ := shown.at("documents").([]any); differing == 0 || len(documents) != differing || shown.string("documents", 0, "sentence") == "" ||
		shown.string("documents", 0, "deal", "changes", 0, "rule") == "" {
		t.Fatalf("preview: %s", shown.text)
	}
	run := w.mustAsk(201, "POST", bsalePath+"/reapply", `{}`)
	if again := w.mustAsk(409, "POST", bsalePath+"/reapply", `{}`); again.string("key") != "again_running" {
		t.Errorf("twice: %s", again.text)
	}
	w.work()
	done := w.mustAsk(200, "GET", run.header.Get("Location"), nil)
	if done.string("state") != "done" || done.at("progress") != 1.0 || int(done.at("counts", "updated").(float64)) < differing {
		t.Errorf("the run: %s", done.text)
	}
	if after := w.mustAsk(200, "POST", bsalePath+"/reapply/preview", `{"limit":200}`); after.at("differing") != 0.0 {
		t.Errorf("after it was applied: %s", after.text)
	}
	wrong := w.mustAsk(422, "POST", bsalePath+"/preview", `{"rules":{"pipeline":"Compras"}}`)
	if got := wrong.problems(); !slices.Equal(got, []string{"rules.pipeline rules_pipeline_unknown"}) {
		t.Errorf("a preview of wrong rules: %s", wrong.text)
	}
}

func TestABackfillIsEstimatedStartedOncePausedAndCancelled(t *testing.T) {
	w := newWorld(t)
	w.shop()
	if g := w.mustAsk(200, "POST", bsalePath+"/backfill/estimate", `{}`); g.at("documents") != 200.0 {
		t.Errorf("estimate: %s", g.text)
	}
	first := w.mustAsk(201, "POST", bsalePath+"/backfill", `{"from":"2026-01-01"}`, "Idempotency-Key", "una vez")
	again := w.mustAsk(201, "POST", bsalePath+"/backfill", `{"from":"2026-01-01"}`, "Idempotency-Key", "una vez")
	if first.string("id") != again.string("id") {
		t.Errorf("two runs: %s and %s", first.text, again.text)
	}
	w.mustAsk(409, "POST", bsalePath+"/backfill", `{}`)
	for _, bad := range []string{`{"from":"2026-02-30"}`, `{"from":"2026-02-01","to":"2026-01-01"}`} {
		w.mustAsk(422, "POST", bsalePath+"/backfill", bad)
		w.mustAsk(422, "POST", bsalePath+"/backfill/estimate", bad)
	}
	path := bsalePath + "/runs/" + first.string("id")
	w.mustAsk(200, "POST", path+"/pause", nil)
	w.mustAsk(409, "POST", path+"/pause", nil)
	w.mustAsk(200, "POST", path+"/resume", nil)
	if g := w.mustAsk(200, "POST", path+"/cancel", nil); g.string("stateName") != "Cancelada" {
		t.Errorf("cancelled: %s", g.text)
	}
	w.mustAsk(404, "POST", bsalePath+"/runs/nothing/cancel", nil)
	var ids []string
	for cursor := ""; ; {
		g := w.mustAsk(200, "GET", bsalePath+"/runs?size=1&cursor="+cursor, nil)
		if cursor = g.string("nextCursor"); cursor == "" {
			break
		}
		ids = append(ids, g.string("items", 0, "id"))
	}
	if len(ids) != 2 || ids[0] != first.string("id") {
		t.Errorf("runs: %q", ids)
	}
}

func TestRecordsAreFilteredPagedAndTellTheirStory(t *testing.T) {
	w := newWorld(t)
	w.shop()
	all := map[string]bool{}
	for cursor := ""; ; {
		g := w.mustAsk(200, "GET", bsalePath+"/records?size=60&cursor="+cursor, nil)
		items, _ := g.at("items").([]any)
		for i := range items {
			all[g.string("items", i, "title")+g.string("items", i, "number")] = true
		}
		if cursor = g.string("nextCursor"); cursor == "" {
			break
		}
	}
	if len(all) < 190 {
		t.Errorf("%d documents in pages", len(all))
	}
	linked := w.mustAsk(200, "GET", bsalePath+"/records/"+w.record(bridge.StateLinked), nil)
	if linked.string("deal", "name") == "" || linked.string("contact", "id") == "" || linked.string("decisions", 0, "sentence") == "" || linked.string("decisions", 0, "deal", "toStage") == "" {
		t.Errorf("story: %s", linked.text)
	}
	for _, query := range []string{
		"deal=" + linked.string("dealId"), "contact=" + linked.string("contactId"), "number=" + linked.string("number"),
		"client=" + strings.ToUpper(strings.Fields(linked.string("client"))[0][:3]), "kind=receipt&state=linked,conflict", "reason=" + linked.string("reason"),
		"emittedFrom=" + linked.string("emitted") + "&emittedTo=" + linked.string("emitted"),
	} {
		g := w.mustAsk(200, "GET", bsalePath+"/records?size=200&"+query, nil)
		items, _ := g.at("items").([]any)
		found := false
		for i := range items {
			found = found || g.at("items", i, "bsaleId") == linked.at("bsaleId")
		}
		if !found || len(items) == 200 {
			t.Errorf("%s: %d records, found %v", query, len(items), found)
		}
	}
	for query, want := range map[string]string{
		"cursor=x": "cursor cursor_invalid", "emittedFrom=ayer": "emittedFrom day_invalid", "state=lost": "state[0] choice_unknown", "noSuch=1": "noSuch parameter_unknown",
	} {
		g := w.mustAsk(422, "GET", bsalePath+"/records?"+query, nil)
		if got := g.problems(); len(got) != 1 || !strings.HasSuffix(got[0], strings.Fields(want)[1]) {
			t.Errorf("%s: %s", query, g.text)
		}
	}
	w.mustAsk(404, "GET", bsalePath+"/records/999999999", nil)
}

func TestAConflictIsSettledAndTheWorkListGetsShorter(t *testing.T) {
	w := newWorld(t)
	document, contacts := w.conflict()
	waiting := func() float64 {
		g := w.mustAsk(200, "GET", bsalePath+"/work", nil)
		items, _ := g.at("items").([]any)
		for i := range items {
			if g.string("items", i, "reason") == "many_contacts" {
				if g.string("items", i, "fix") == "" {
					t.Errorf("no word of what to do: %s", g.text)
				}
				return g.at("items", i, "count").(float64)
			}
		}
		return 0
	}
	before := waiting()
	path := bsalePath + "/records/" + document
	story := w.mustAsk(200, "GET", path, nil)
	if candidates, _ := story.at("candidateContacts").([]any); len(candidates) != 2 || before == 0 {
		t.Fatalf("%v wait: %s", before, story.text)
	}
	wrong := w.mustAsk(404, "POST", path+"/contact", `{"contactId":"nobody"}`)
	if got := wrong.problems(); !slices.Equal(got, []string{"contactId contact_not_found"}) {
		t.Errorf("an unknown contact: %s", wrong.text)
	}
	w.mustAsk(200, "POST", path+"/contact", `{"contactId":"`+contacts[1]+`"}`)
	w.work()
	after := w.mustAsk(200, "GET", path, nil)
	if after.string("state") != "linked" || after.string("contactId") != contacts[1] || waiting() != before-1 {
		t.Errorf("after it was settled: %s", after.text)
	}
	w.mustAsk(409, "POST", path+"/contact", `{"contactId":"`+contacts[0]+`"}`)
	timeline := w.mustAsk(200, "GET", "/v1/crm/contacts/"+contacts[1]+"/timeline", nil)
	if !strings.Contains(string(timeline.text), "Doble Vida") {
		t.Errorf("the timeline does not say who the client is: %s", timeline.text)
	}
	retried := w.mustAsk(200, "POST", bsalePath+"/records/retry", `{"state":"skipped","reason":"no_client"}`) // by hand, though it waits for nobody
	if retried.at("documents").(float64) == 0 || retried.at("run") != nil {
		t.Errorf("retry: %s", retried.text)
	}
	w.mustAsk(404, "POST", bsalePath+"/records/retry", `{"state":"conflict","reason":"many_credited_sales"}`)
}
