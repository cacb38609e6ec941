package api_test

import (
	"context"
	"encoding/csv"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"puente/internal/api"
	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// ids returns the ids of a page.
func (g got) ids() []string {
	list, _ := g.at("items").([]any)
	var ids []string
	for i := range list {
		ids = append(ids, g.string("items", i, "id"))
	}
	return ids
}

func TestAListIsReadWholeByPagesAndByCursors(t *testing.T) {
	w := newWorld(t)
	const n = 25
	want := map[string]bool{}
	for range n {
		want[w.deal()] = true
	}
	collect := func(name string, next func(g got) string, first string) {
		t.Helper()
		seen := map[string]bool{}
		for path := first; path != ""; {
			g := w.mustAsk(200, "GET", path, nil)
			for _, id := range g.ids() {
				if seen[id] || !want[id] {
					t.Errorf("%s: %s twice, or never made", name, id)
				}
				seen[id] = true
			}
			path = next(g)
		}
		if len(seen) != n {
			t.Errorf("%s: %d of %d", name, len(seen), n)
		}
	}
	page := 0
	collect("pages", func(g got) string {
		if g.at("total") != float64(n) || g.at("totalIsExact") != true {
			t.Errorf("total %v", g.at("total"))
		}
		if page++; len(g.ids()) < 10 {
			return ""
		}
		return "/v1/crm/deals?size=10&page=" + strconv.Itoa(page)
	}, "/v1/crm/deals?size=10&page=0")
	for _, sort := range []string{"", "name", "-name", "created", "-value", "stage_entered", "stageEntered", "-modified"} {
		collect("cursors by "+sort, func(g got) string {
			if g.string("nextCursor") == "" {
				return ""
			}
			return "/v1/crm/deals?size=7&sort=" + sort + "&cursor=" + url.QueryEscape(g.string("nextCursor"))
		}, "/v1/crm/deals?size=7&sort="+sort)
	}
	collect("scroll", func(g got) string {
		if g.string("scrollId") != g.string("nextScrollId") {
			t.Errorf("scrollId %s, nextScrollId %s", g.string("scrollId"), g.string("nextScrollId"))
		}
		if len(g.ids()) < 10 && g.string("scrollId") != "" {
			t.Error("a part is short although there is more: clients take it for the last")
		}
		if g.string("scrollId") == "" {
			return ""
		}
		return "/v1/crm/deals/scroll?size=10&scrollId=" + url.QueryEscape(g.string("scrollId"))
	}, "/v1/crm/deals/scroll?size=10")

	for query, want := range map[string][2]string{
		"cursor=nonsense":                    {"cursor_invalid", "cursor"},
		"sort=nothing":                       {"order_field_unknown", "sort"},
		"filter[nothing]=1":                  {"filter_field_unknown", "filter[nothing]"},
		"filter[value][near]=1":              {"filter_operator_unknown", "filter[value][near]"},
		"filter[value]=mucho":                {"filter_value_invalid", "filter[value]"},
		"filter[assignedTo]=nadie@x.cl":      {"filter_value_unknown", "filter[assignedTo]"},
		"filter[value=1":                     {"filter_malformed", "filter[value"},
		"filter[value][gt][x]=1":             {"filter_malformed", "filter[value][gt][x]"},
		"size=201":                           {"number_over", "size"},
		"filter[stage]=" + "no+hay+tal":      {"filter_value_unknown", "filter[stage]"},
		"filter[custom.cf_nothing]=1":        {"filter_field_unknown", "filter[custom.cf_nothing]"},
		"cursor=" + strings.Repeat("x", 999): {"cursor_invalid", "cursor"},
	} {
		if g := w.ask("GET", "/v1/crm/deals?"+query, nil); g.status != 422 || g.string("key") != want[0] || g.string("errors", 0, "field") != want[1] {
			t.Errorf("%.50s: %d %s", query, g.status, g.text)
		}
	}
}

// TestAScrollGoesOnAfterEveryFullPart reads as scripts of the known API do: until there is no scrollId, until a part is empty, or until one is short.
func TestAScrollGoesOnAfterEveryFullPart(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.contact()
		w.deal()
	}
	for _, path := range []string{"/v1/crm/contacts/scroll", "/v1/crm/deals/scroll"} {
		var counts []int
		for next := path + "?size=2"; next != "" && len(counts) < 10; {
			g := w.mustAsk(200, "GET", next, nil)
			counts = append(counts, len(g.ids()))
			next = ""
			if id := g.string("scrollId"); id != "" {
				next = path + "?size=2&scrollId=" + url.QueryEscape(id)
			}
			if (next != "") != (len(g.ids()) == 2) || g.string("scrollId") != g.string("nextScrollId") {
				t.Errorf("%s: %s", path, g.text)
			}
		}
		if !slices.Equal(counts, []int{2, 2, 0}) {
			t.Errorf("%s: parts of %v", path, counts)
		}
	}
}

// uncountedStore gives up counting at once.
type uncountedStore struct{ api.Store }

func (s *uncountedStore) View(ctx context.Context, account crm.ID, fn func(bridge.Reader) error) error {
	return s.Store.View(ctx, account, func(r bridge.Reader) error { return fn(uncounted{r.(accountReader)}) })
}

type accountReader interface {
	bridge.Reader
	auth.Reader
}

type uncounted struct{ accountReader }

func (uncounted) Count(context.Context, crm.Query, int) (int, bool, error) { return 0, false, nil }

func (uncounted) CountActivities(context.Context, crm.ActivityQuery, int) (int, bool, error) {
	return 0, false, nil
}

func TestATotalIsAtLeastWhatIsKnown(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Store = &uncountedStore{o.Store} })
	contact := w.contact()
	for range 5 {
		w.make("/v1/crm/deals", `{"name":"Una mesa","contactId":"`+contact+`"}`)
		w.make("/v1/crm/activities", `{"title":"Llamar","contactId":"`+contact+`"}`)
	}
	for _, path := range []string{"/v1/crm/deals", "/v1/crm/activities"} {
		for query, want := range map[string]struct {
			total float64
			exact bool
		}{
			"size=5": {5, true}, "size=9": {5, true}, "size=2": {3, false}, "size=2&page=1": {5, false}, "size=2&page=2": {5, true}, "size=2&page=3": {0, false},
		} {
			if g := w.mustAsk(200, "GET", path+"?"+query, nil); g.at("total") != want.total || g.at("totalIsExact") != want.exact {
				t.Errorf("%s?%s: %v %v, want %v", path, query, g.at("total"), g.at("totalIsExact"), want)
			}
		}
		first := w.mustAsk(200, "GET", path+"?size=2", nil)
		if g := w.mustAsk(200, "GET", path+"?size=2&cursor="+url.QueryEscape(first.string("nextCursor")), nil); g.at("total") != 3.0 || g.at("totalIsExact") != false {
			t.Errorf("%s by cursor: %v %v", path, g.at("total"), g.at("totalIsExact"))
		}
	}
	if g := w.mustAsk(200, "GET", "/v1/crm/contacts/"+contact+"/deals?size=5", nil); g.at("total") != 5.0 || g.at("totalIsExact") != true {
		t.Errorf("a contact's deals: %s", g.text)
	}
}

func TestListsAreFilteredByEveryField(t *testing.T) {
	w := newWorld(t)
	key := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"contact","name":"Talla","type":"dropdown","options":["Chica","Grande"],"searchable":true}`).string("key")
	tag := w.mustAsk(201, "POST", "/v1/crm/tags", `{"name":"Mayorista"}`).string("id")
	one := w.make("/v1/crm/contacts", `{"personal":{"firstName":"Íñigo","lastName":"Núñez","email":"inigo@quillay.example","phoneNumber":"56961234567","city":"Ñuñoa"},"taxId":"76.086.428-5",
		"assignedTo":"`+w.users[crm.RoleSeller].Email+`","priority":2,"contacted":true,"tags":["`+tag+`"],"custom":{"`+key+`":"Grande"},"company":{"email":"ventas@quillay.example"}}`)
	w.make("/v1/crm/contacts", `{"personal":{"firstName":"Otra"}}`)
	for _, query := range []string{
		"q=inigo+nunez", "q=6123", "q=76086428", "q=INIGO@quillay",
		"filter[firstName]=inigo", "filter[personal.firstName][contains]=ñig", "filter[first_name]=Íñigo", "filter[name]=inigo nuñez",
		"filter[email]=inigo@quillay.example", "filter[phone]=56961234567", "filter[phoneNumber]=%2B56961234567", "filter[taxId]=76086428-5",
		"filter[assignedTo]=" + w.users[crm.RoleSeller].Email, "filter[assignedTo]=" + string(w.users[crm.RoleSeller].ID), "filter[tags]=Mayorista", "filter[tags]=" + tag,
		"filter[priority]=2", "filter[priority][gte]=2", "filter[contacted]=true", "filter[city]=nunoa", "filter[city][filled]=", "filter[company.email]=ventas@quillay.example",
		"filter[" + key + "]=Grande", "filter[custom." + key + "]=grande", "filter[Talla]=Grande", "filter[" + key + "]=Chica&filter[" + key + "]=Grande",
		"filter[lastName][empty]=&filter[firstName]=Otra&filter[firstName]=x&filter[lastName][filled]=&q=", // the last makes it nobody
	} {
		g := w.mustAsk(200, "GET", "/v1/crm/contacts?"+strings.ReplaceAll(query, " ", "+"), nil)
		ids := g.ids()
		if strings.HasSuffix(query, "&q=") {
			if len(ids) != 0 {
				t.Errorf("%s: %v", query, ids)
			}
			continue
		}
		if len(ids) != 1 || ids[0] != one || g.at("total") != 1.0 {
			t.Errorf("%s: %d found: %.300s", query, len(ids), g.text)
		}
	}
	if g := w.mustAsk(200, "GET", "/v1/crm/contacts?updated_since=2026-03-12T15:04:06", nil); len(g.ids()) != 0 {
		t.Errorf("changed since later: %v", g.ids())
	}
}

func TestTotalsAddUpWhatAListShows(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.deal()
	}
	w.make("/v1/crm/deals", `{"name":"Otra","value":500}`)
	g := w.mustAsk(200, "GET", "/v1/crm/deals/totals", nil)
	if g.at("items", 0, "deals") != 4.0 || g.at("items", 0, "value") != 3500.0 || g.string("items", 0, "currency") != "CLP" || g.at("isExact") != true {
		t.Errorf("%s", g.text)
	}
	g = w.mustAsk(200, "GET", "/v1/crm/deals/totals?filter[name]=Otra&filter[stageId]=Nuevo&filter[pipelineId]=Ventas&filter[status]=open", nil)
	if g.at("items", 0, "deals") != 1.0 || g.at("items", 0, "value") != 500.0 {
		t.Errorf("%s", g.text)
	}
}

func TestASearchFindsContactsAndDeals(t *testing.T) {
	w := newWorld(t)
	contact := w.make("/v1/crm/contacts", `{"personal":{"firstName":"Íñigo"}}`)
	deal := w.make("/v1/crm/deals", `{"name":"Ampliación","contactId":"`+contact+`"}`)
	g := w.mustAsk(200, "GET", "/v1/crm/search?q=ini", nil)
	if g.string("contacts", 0, "id") != contact || g.string("deals", 0, "id") != deal {
		t.Errorf("%s", g.text)
	}
	g = w.mustAsk(200, "GET", "/v1/crm/search?q=ini", nil, "X-Api-Key", w.addKey(w.account.ID, auth.Grants{auth.Contacts: auth.Read}))
	if g.string("contacts", 0, "id") != contact || g.at("deals", 0) != nil {
		t.Errorf("who may not read deals: %s", g.text)
	}
}

func TestNoFormulaComesAliveInAnExport(t *testing.T) {
	w := newWorld(t)
	dangers := []string{`=1+1`, `+cmd|' /C calc'!A0`, `-2+3`, `@SUM(A1)`, `=HYPERLINK("http://x")`, `  =1+1`, `＝1+1`, `-1-1`, `+56 9 1+1`}
	harmless := []string{`-5`, `+56961234567`, `3,5`, `Camila; "la" de siempre`, `a=b`, `-1.250`}
	field := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"contact","name":"=Peligro","type":"longtext"}`).string("key")
	amount := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"contact","name":"Saldo","type":"decimal"}`).string("key")
	for i, text := range append(append([]string{}, dangers...), harmless...) {
		data, _ := jsonText(text)
		w.make("/v1/crm/contacts", `{"personal":{"firstName":"N`+strconv.Itoa(i)+`"},"notes":"x","custom":{"`+field+`":`+data+`,"`+amount+`":-1234.5}}`)
	}
	g := w.mustAsk(200, "GET", "/v1/crm/contacts.csv?sort=created", nil)
	if !strings.HasPrefix(g.header.Get("Content-Type"), "text/csv") || !strings.Contains(g.header.Get("Content-Disposition"), `filename="contacts-2026-03-12.csv"`) {
		t.Errorf("%v", g.header)
	}
	text, marked := strings.CutPrefix(string(g.text), "\ufeff")
	if !marked {
		t.Error("no byte order mark")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = ';'
	rows, err := r.ReadAll()
	must(t, err)
	if len(rows) != 1+len(dangers)+len(harmless) {
		t.Fatalf("%d rows", len(rows))
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		if _, twice := at[name]; twice {
			t.Errorf("two columns are called %q", name)
		}
		at[name] = i
	}
	danger, known := at["'=Peligro"]
	if !known {
		t.Fatalf("head %q", rows[0])
	}
	for i, row := range rows[1:] {
		want := ""
		if i < len(dangers) {
			want = "'" + dangers[i]
			if dangers[i] == "  =1+1" {
				want = "'=1+1" // spaces around a text are not kept
			}
		} else {
			want = harmless[i-len(dangers)]
		}
		if row[danger] != want || row[at["Saldo"]] != "-1234,5" {
			t.Errorf("row %d: %q, want %q; %q", i, row[danger], want, row[at["Saldo"]])
		}
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=@\t\r") {
				t.Errorf("a cell begins a formula: %q", cell)
			}
		}
	}
	w.mustAsk(200, "PATCH", "/v1/crm/account", `{"numberStyle":"1,000.5","language":"en"}`)
	g = w.mustAsk(200, "GET", "/v1/crm/contacts.csv?filter[firstName]=N0", nil)
	if lines := strings.Split(string(g.text), "\r\n"); len(lines) != 3 || !strings.Contains(lines[0], "First name,Last name") || !strings.Contains(lines[1], "-1234.5") {
		t.Errorf("%q", lines)
	}
	if g := w.ask("GET", "/v1/crm/contacts.csv?filter[nothing]=1", nil); g.status != 422 || g.string("key") != "filter_field_unknown" {
		t.Errorf("%d %s", g.status, g.text)
	}
}

func TestAnExportOfDealsNamesWhatItRefersTo(t *testing.T) {
	w := newWorld(t)
	w.make("/v1/crm/deals", `{"name":"Cocina","value":1500,"assignedTo":"`+w.users[crm.RoleSeller].Email+`"}`)
	for range 1200 / 100 {
		items := strings.TrimSuffix(strings.Repeat(`{"deal":{"name":"Otra"}},`, 100), ",")
		w.mustAsk(200, "POST", "/v1/crm/deals/batch", `{"items":[`+items+`]}`)
	}
	g := w.mustAsk(200, "GET", "/v1/crm/deals.csv?sort=created", nil)
	lines := strings.Split(strings.TrimSuffix(string(g.text), "\r\n"), "\r\n")
	if len(lines) != 1202 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, want := range []string{"Cocina", "1500;CLP", "Ventas", "Nuevo", "Abierta", w.users[crm.RoleSeller].Email, "12-03-2026 12:04:05"} {
		if !strings.Contains(lines[1], want) {
			t.Errorf("no %q in %s", want, lines[1])
		}
	}
}

// failingStore fails to read once it was read so many times.
type failingStore struct {
	api.Store
	reads atomic.Int64
}

func (s *failingStore) View(ctx context.Context, account crm.ID, fn func(bridge.Reader) error) error {
	if s.reads.Add(-1) < 0 {
		return errors.New("gone")
	}
	return s.Store.View(ctx, account, fn)
}

func TestAnExportThatBreaksOffDoesNotLookWhole(t *testing.T) {
	failing := &failingStore{}
	w := newWorld(t, func(o *api.Options) { failing.Store, o.Store = o.Store, failing })
	failing.reads.Store(1000)
	for range 11 {
		items := strings.TrimSuffix(strings.Repeat(`{"deal":{"name":"Otra"}},`, 100), ",")
		w.mustAsk(200, "POST", "/v1/crm/deals/batch", `{"items":[`+items+`]}`)
	}
	failing.reads.Store(2) // the head and the first rows
	if g, err := w.try("GET", "/v1/crm/deals.csv", nil); err == nil {
		t.Errorf("%d with %d bytes", g.status, len(g.text))
	}
	failing.reads.Store(1000)
	if g := w.mustAsk(200, "HEAD", "/v1/crm/deals.csv", nil); len(g.text) != 0 || g.header.Get("Content-Disposition") == "" {
		t.Errorf("%v", g.header)
	}
}
