package api_test

import (
	"encoding/csv"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"puente/internal/api"
	"puente/internal/bridge"
	"puente/internal/crm"
)

func TestPagesAreCountedWithinBounds(t *testing.T) {
	w := newWorld(t)
	ana := w.mustAsk(201, "POST", "/v1/crm/contacts", `{"personal":{"firstName":"Ana","email":"ana@x.example"}}`).string("id")
	w.mustAsk(201, "POST", "/v1/crm/activities", `{"title":"Llamar","contactId":"`+ana+`"}`)
	w.mustAsk(201, "POST", "/v1/crm/deals", `{"name":"Una mesa"}`)
	for _, path := range []string{"contacts", "deals", "activities"} {
		for _, page := range []string{"501", "92233720368547759", "9223372036854775807"} {
			g := w.ask("GET", "/v1/crm/"+path+"?size=200&page="+page, nil)
			if g.status != 422 || g.string("key") != "page_too_deep" || g.string("errors", 0, "field") != "page" {
				t.Errorf("page %s of %s: %d %s", page, path, g.status, g.text)
			}
		}
		if g := w.mustAsk(200, "GET", "/v1/crm/"+path+"?size=200&page=500", nil); len(g.at("items").([]any)) != 0 {
			t.Errorf("page 500 of %s: %s", path, g.text)
		}
	}
}

// TestAnExportMissesNothingThatChangesMeanwhile changes the record that would come last when the first part of the table is on its way.
func TestAnExportMissesNothingThatChangesMeanwhile(t *testing.T) {
	w := newWorld(t)
	const many = 1_500 // more than are read in one transaction
	var first crm.ID
	must(t, w.store.Update(w.ctx, w.account.ID, func(tx bridge.Tx) error {
		contacts := make([]*crm.Contact, many)
		for i := range contacts {
			contacts[i] = crm.NewContact(w.clock().Add(time.Duration(i) * time.Millisecond))
			contacts[i].FirstName = "Ana"
		}
		first = contacts[0].ID
		return tx.SaveContacts(w.ctx, contacts)
	}))
	w.wait(time.Hour)
	handler, err := api.New(api.Options{
		Store: w.store, Auth: w.auth, Engine: w.engine, Now: w.clock, PublicURL: func() string { return "http://puente.example" }, Log: slog.New(slog.DiscardHandler),
		RequestsPerSecond: 1e6, Burst: 1e6,
	})
	must(t, err)
	r := httptest.NewRequestWithContext(w.ctx, http.MethodGet, "/v1/crm/contacts.csv", nil)
	r.Header.Set("X-Api-Key", w.key)
	answer := &interrupted{ResponseRecorder: httptest.NewRecorder(), atFirst: func() {
		w.mustAsk(200, "PATCH", "/v1/crm/contacts/"+string(first), `{"personal":{"lastName":"Rojas"}}`)
	}}
	handler.ServeHTTP(answer, r)
	lines, err := func() ([][]string, error) {
		lines := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer.Body.String(), "\ufeff")))
		lines.Comma = ';'
		return lines.ReadAll()
	}()
	must(t, err)
	found := map[string]int{}
	for _, line := range lines[1:] {
		found[line[0]]++
	}
	if len(found) != many || len(lines) != many+1 || found[string(first)] != 1 {
		t.Errorf("%d contacts in %d lines, want %d; the one that changed %d times", len(found), len(lines)-1, many, found[string(first)])
	}
}

// interrupted is an answer at whose beginning something happens.
type interrupted struct {
	*httptest.ResponseRecorder
	once    sync.Once
	atFirst func()
}

func (a *interrupted) Write(p []byte) (int, error) {
	a.once.Do(a.atFirst)
	return a.ResponseRecorder.Write(p)
}

// TestAmountsThatNobodyHasAreRefused has two deals in one stage that together are more than 64 bits hold.
func TestAmountsThatNobodyHasAreRefused(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		for range 2 {
			g := w.ask("POST", "/v1/crm/deals", `{"name":"Una mesa","value":9000000000000000000}`)
			if g.status != 422 || g.string("key") != "amount_too_large" || g.string("errors", 0, "field") != "value" {
				t.Errorf("%d %s", g.status, g.text)
			}
		}
		for range 2 {
			w.mustAsk(201, "POST", "/v1/crm/deals", `{"name":"Una mesa","value":1e15}`)
		}
		if g := w.mustAsk(200, "GET", "/v1/crm/deals/totals", nil); !strings.Contains(string(g.text), "2000000000000000") {
			t.Errorf("totals: %s", g.text)
		}
	})
}
