package bsalesim_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"puente/internal/bsale/bsalesim"
)

func ids(l list) []int64 {
	var out []int64
	for _, it := range l.Items {
		out = append(out, int64(it["id"].(float64)))
	}
	return out
}

// allIDs reads every page of a list.
func allIDs(t testing.TB, s *bsalesim.Simulator, query string) []int64 {
	t.Helper()
	var out []int64
	for offset := 0; ; {
		page := mustGet[list](t, s, "/documents.json?limit=50&offset="+itoa(offset)+query)
		if len(page.Items) == 0 {
			return out
		}
		out = append(out, ids(page)...)
		offset += len(page.Items)
	}
}

func TestTheSameSeedMakesTheSameShop(t *testing.T) {
	sum := func(seed uint64) string {
		s := mustStart(t, bsalesim.Options{Seed: seed, Documents: 120, CompanyID: 5})
		h := sha256.New()
		for _, path := range []string{
			"/documents.json?limit=50&expand=[client,details,payments,sellers,document_type]", "/documents.json?limit=50&offset=50&expand=client",
			"/clients.json?limit=50", "/users.json", "/returns.json",
		} {
			_, _ = h.Write(mustBody(t, s, path))
		}
		return fmt.Sprintf("%x", h.Sum(nil))
	}
	if a, b := sum(7), sum(7); a != b {
		t.Errorf("seed 7 gives %s and %s", a, b)
	}
	if a, b := sum(7), sum(8); a == b {
		t.Error("seeds 7 and 8 give the same shop")
	}
}

func TestTheShopIsBelievable(t *testing.T) {
	s, err := bsalesim.New(bsalesim.Options{Seed: 11, Documents: 10_000, Now: fixedNow})
	if err != nil {
		t.Fatal(err)
	}
	w := s.World()
	kinds := map[int]int{}
	var anonymous, annulled, several, none, long, lines int
	last := bsalesim.Day(0)
	for _, id := range w.DocumentIDs() {
		d, _ := w.Document(id)
		kinds[d.Type]++
		if d.Emission < last {
			t.Fatalf("document %d is dated %s, before the one before it", id, d.Emission)
		}
		last = d.Emission
		switch {
		case d.State == 1:
			annulled++
		case d.Type == bsalesim.TypeReceipt && d.Client == 0:
			anonymous++
		}
		switch len(d.Sellers) {
		case 0:
			none++
		case 1:
		default:
			several++
		}
		if len(d.Lines) > 25 {
			long++
		}
		lines += len(d.Lines)
		var sum bsalesim.Money
		for _, l := range d.Lines {
			sum += l.Total
		}
		if sum != d.Total {
			t.Errorf("document %d: lines sum to %d, total is %d", id, sum, d.Total)
		}
	}
	if last != bsalesim.DayOf(fixedNow()) {
		t.Errorf("the last document is dated %s, want today", last)
	}
	for _, c := range []struct {
		what     string
		got      int
		min, max int
	}{
		{"anonymous receipts", anonymous, 3800, 5000},
		{"quotes", kinds[bsalesim.TypeQuote], 900, 1400},
		{"invoices", kinds[bsalesim.TypeInvoice], 800, 1700},
		{"sales notes", kinds[bsalesim.TypeSalesNote], 300, 700},
		{"credit notes", kinds[bsalesim.TypeCreditNote], 120, 280},
		{"annulled", annulled, 100, 200},
		{"clients", len(w.ClientIDs()), 1500, 2500},
		{"with several sellers", several, 100, 600},
		{"without seller", none, 1000, 3000},
		{"with more than 25 lines", long, 5, 80},
	} {
		if c.got < c.min || c.got > c.max {
			t.Errorf("%s: %d, want %d to %d", c.what, c.got, c.min, c.max)
		}
	}
}

func TestPaging(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 130})
	for _, tt := range []struct {
		query               string
		limit, offset, rows int
		next                bool
	}{
		{"", 25, 0, 25, true},
		{"?limit=500", 50, 0, 50, true},
		{"?limit=0", 25, 0, 25, true},
		{"?limit=50&offset=100", 50, 100, 30, false},
		{"?limit=50&offset=130", 50, 130, 0, false},
		{"?limit=50&offset=9999", 50, 9999, 0, false},
	} {
		l := mustGet[list](t, s, "/documents.json"+tt.query)
		if l.Count != 130 || l.Limit != tt.limit || l.Offset != tt.offset || len(l.Items) != tt.rows || (l.Next != nil) != tt.next {
			t.Errorf("%q: count %d limit %d offset %d, %d rows, next %v", tt.query, l.Count, l.Limit, l.Offset, len(l.Items), l.Next)
		}
	}
	l := mustGet[list](t, s, "/documents.json?limit=2&emissiondaterange=%5B0,99999999999%5D")
	if want := "https://api.bsale.io/v1/documents.json?emissiondaterange=[0,99999999999]&limit=2&offset=2"; *l.Next != want {
		t.Errorf("next is %s, want %s", *l.Next, want)
	}
	if got := ids(l); !slices.IsSorted(got) {
		t.Errorf("ids are %v, want ascending", got)
	}
}

func TestDocumentFilters(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 900})
	w := s.World()
	days := map[bsalesim.Day]int{}
	byType, byState := map[int]int{}, map[int]int{}
	var some bsalesim.Document
	clients, offices := map[int]int{}, map[int]int{}
	for _, id := range w.DocumentIDs() {
		d, _ := w.Document(id)
		days[d.Emission]++
		byType[d.Type]++
		byState[d.State]++
		clients[d.Client]++
		offices[d.Office]++
		if d.Client != 0 && d.State == 0 {
			some = d
		}
	}
	day := some.Emission
	cl, _ := w.Client(some.Client)
	for _, tt := range []struct {
		query string
		want  int
	}{
		{"", 900},
		{"state=0", byState[0]},
		{"state=1", byState[1]},
		{"documenttypeid=" + itoa(bsalesim.TypeQuote), byType[bsalesim.TypeQuote]},
		{"documentTypeId=" + itoa(bsalesim.TypeQuote), 900},
		{"officeid=2", offices[2]},
		{"officeId=2", 900},
		{"clientid=" + itoa(some.Client), clients[some.Client]},
		{fmt.Sprintf("emissiondaterange=[%d,%d]", day.Unix(), day.Unix()+86399), days[day]},
		{fmt.Sprintf("emissiondaterange=[%d,%d]", day.Unix(), day.Unix()), days[day]},
		{fmt.Sprintf("emissiondaterange=[%d,%d]", day.Unix()-86400, day.Unix()), days[day] + days[day-1]},
		{fmt.Sprintf("emissiondaterange=[%d,%d]", day.Unix()+1, day.Unix()+86399), 0},
		{fmt.Sprintf("emissiondate=%d", day.Unix()), days[day]},
		{fmt.Sprintf("token=%s", some.Token), 1},
		{"documenttypeid=" + itoa(some.Type) + "&number=" + itoa(int(some.Number)), 1},
	} {
		if got := mustGet[list](t, s, "/documents.json?limit=1&"+tt.query).Count; got != tt.want {
			t.Errorf("%s: count %d, want %d", tt.query, got, tt.want)
		}
	}
	if cl.Code != "" {
		if got := mustGet[list](t, s, "/documents.json?clientcode="+strings.ReplaceAll(cl.Code, " ", "%20")).Count; got < 1 {
			t.Errorf("clientcode=%s finds nothing", cl.Code)
		}
		if got := mustGet[list](t, s, "/clients.json?code="+strings.ReplaceAll(cl.Code, " ", "%20")).Count; got < 1 {
			t.Errorf("code=%s finds no client", cl.Code)
		}
	}
	if status, body := get(t, s, "/documents.json?generationdaterange=[1,2]"); status != http.StatusForbidden {
		t.Errorf("generationdaterange: %d %s, want 403", status, body)
	}
	if n := mustGet[map[string]int](t, s, "/documents/count.json?state=1")["count"]; n != byState[1] {
		t.Errorf("count.json?state=1 is %d, want %d", n, byState[1])
	}
	// A second expand is not merged with the first.
	l := mustGet[list](t, s, "/documents.json?limit=1&expand=details&expand=payments")
	if _, ok := l.Items[0]["payments"].(map[string]any)["items"]; ok {
		t.Error("the second expand parameter was honoured")
	}
	if l := mustGet[list](t, s, "/document_types.json?state=1"); len(l.Items) != 1 {
		t.Errorf("%d inactive types, want 1", len(l.Items))
	}
	if l := mustGet[list](t, s, "/returns.json?limit=1"); l.Count > 0 {
		sale := l.Items[0]["reference_document"].(map[string]any)["id"].(string)
		if got := mustGet[list](t, s, "/returns.json?referencedocumentid="+sale); got.Count != 1 {
			t.Errorf("returns of document %s: %d, want 1", sale, got.Count)
		}
	}
}

func TestExpandedListsStopAt25AndTheRestCanBeRead(t *testing.T) {
	w := bsalesim.NewWorld("CL")
	lines := make([]bsalesim.Line, 31)
	for i := range lines {
		lines[i] = bsalesim.Line{Quantity: bsalesim.Units(1), Unit: bsalesim.Units(10), Total: bsalesim.Units(10), Variant: 9, Code: "SKU-" + itoa(i)}
	}
	id := w.AddDocument(bsalesim.Document{Emission: 20_000, Total: bsalesim.Units(310), Lines: lines})
	s := mustStart(t, bsalesim.Options{World: w})
	d := mustGet[map[string]any](t, s, fmt.Sprintf("/documents/%d.json?expand=details", id))["details"].(map[string]any)
	if d["count"].(float64) != 31 || len(d["items"].([]any)) != 25 {
		t.Errorf("expanded: count %v, %d items", d["count"], len(d["items"].([]any)))
	}
	rest := mustGet[list](t, s, fmt.Sprintf("/documents/%d/details.json?limit=50&offset=25", id))
	if len(rest.Items) != 6 || rest.Items[0]["lineNumber"].(float64) != 25 {
		t.Errorf("the rest is %d lines from %v", len(rest.Items), rest.Items[0]["lineNumber"])
	}
}

func TestWhatIsRefused(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 5})
	for path, want := range map[string]int{
		"/documents/1.json": 404, "/documents/abc.json": 404, "/nothing.json": 404, "/documents": 404, "/clients/9/nothing.json": 404, "/instances/basic/wrong.json": 401,
	} {
		if status, body := get(t, s, path); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
	}
	resp, err := http.Get(s.URL() + "/documents.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 401 || string(body) != `{"error":"Sorry, this request can not be authenticated"}` {
		t.Errorf("without token: %d %s", resp.StatusCode, body)
	}
}

func send(t testing.TB, s *bsalesim.Simulator, method, path, body string) (int, map[string]any) {
	t.Helper()
	base := s.URL()
	if strings.HasPrefix(path, "/_sim/") {
		base = strings.TrimSuffix(base, "/v1")
	}
	req, err := http.NewRequest(method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("access_token", s.Token())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	out := map[string]any{}
	if resp.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			t.Fatalf("%s %s: %d: %v", method, path, resp.StatusCode, err)
		}
	}
	return resp.StatusCode, out
}

func TestClientsAreCreatedAndChanged(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 5})
	body := `{"firstName":"Ana","lastName":"Soto","code":"5126663-3","email":"ana@correo.example","phone":"961234567","companyOrPerson":0,"isForeigner":0}`
	status, first := send(t, s, "POST", "/clients.json", body)
	if status != 201 || first["email"] != "ana@correo.example" {
		t.Fatalf("POST: %d %v", status, first)
	}
	if status, second := send(t, s, "POST", "/clients.json", body); status != 201 || second["id"] == first["id"] {
		t.Errorf("a duplicate: %d %v, want another client", status, second["id"])
	}
	if status, _ := send(t, s, "POST", "/clients.json", `{"email":"x@correo.example"}`); status != 400 {
		t.Errorf("without a name: %d, want 400", status)
	}
	if status, _ := send(t, s, "POST", "/clients.json", `{`); status != 400 {
		t.Errorf("not JSON: %d, want 400", status)
	}
	id := int(first["id"].(float64))
	if status, c := send(t, s, "PUT", "/clients/"+itoa(id)+".json", `{"id":"67","lastName":"Araya"}`); status != 200 || c["lastName"] != "Araya" || c["firstName"] != "Ana" {
		t.Errorf("PUT: %d %v", status, c)
	}
	if status, _ := send(t, s, "PUT", "/clients/1.json", `{}`); status != 404 {
		t.Errorf("PUT of an unknown client: %d, want 404", status)
	}
	if got := mustGet[list](t, s, "/clients.json?code=5126663-3").Count; got != 2 {
		t.Errorf("%d clients have the code, want 2", got)
	}
	if st := s.Stats(); st.ClientsCreated != 2 || st.ClientsChanged != 1 || st.Count("POST clients", 201) != 2 {
		t.Errorf("stats are %+v", st)
	}
}

func TestControl(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 50})
	if status, _ := send(t, s, "PUT", "/_sim/faults", `{"429":"every:2","429-header":"none"}`); status != 200 {
		t.Fatalf("PUT faults: %d", status)
	}
	if got, _ := try2(t, s); !slices.Equal(got, []int{200, 429, 200, 429}) {
		t.Errorf("statuses are %v", got)
	}
	if status, body := send(t, s, "PUT", "/_sim/faults", `{"nonsense":""}`); status != 400 || !strings.Contains(body["error"].(string), "legacy-dates") {
		t.Errorf("an unknown fault: %d %v, want 400 and the known names", status, body)
	}
	if status, on := send(t, s, "GET", "/_sim/faults", ""); status != 200 || on["429"] != "every:2" {
		t.Errorf("faults are %v", on)
	}
	send(t, s, "DELETE", "/_sim/faults/429", "")
	send(t, s, "PUT", "/_sim/faults/legacy-dates", "")
	if diff := cmp.Diff([]bsalesim.Fault{{Name: "429-header", Value: "none"}, {Name: "legacy-dates"}}, s.Faults()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	send(t, s, "DELETE", "/_sim/faults", "")

	client := s.World().ClientIDs()[1]
	status, issued := send(t, s, "POST", "/_sim/issue", fmt.Sprintf(`{"kind":"receipt","client_id":%d,"seller_id":3,"count":2}`, client))
	got := issued["ids"].([]any)
	if status != 201 || len(got) != 2 {
		t.Fatalf("issue: %d %v", status, issued)
	}
	id := int64(got[1].(float64))
	d, _ := s.World().Document(id)
	if d.Client != client || !slices.Equal(d.Sellers[:1], []int{3}) || d.Emission != bsalesim.DayOf(fixedNow()) || d.Type != bsalesim.TypeReceipt {
		t.Errorf("issued %+v", d)
	}
	if status, _ := send(t, s, "POST", "/_sim/credit", fmt.Sprintf(`{"id":%d,"amount":10}`, id)); status != 201 {
		t.Errorf("credit: %d", status)
	}
	if status, _ := send(t, s, "POST", "/_sim/annul", fmt.Sprintf(`{"id":%d}`, id)); status != 200 {
		t.Errorf("annul: %d", status)
	}
	if status, _ := send(t, s, "POST", "/_sim/annul", fmt.Sprintf(`{"id":%d}`, id)); status != 400 {
		t.Errorf("annul twice: %d, want 400", status)
	}
	if status, _ := send(t, s, "POST", "/_sim/client", fmt.Sprintf(`{"id":%d,"lastName":"Nuevo"}`, client)); status != 200 {
		t.Errorf("client: %d", status)
	}
	if status, _ := send(t, s, "POST", "/_sim/pass", ""); status != 204 {
		t.Errorf("pass: %d", status)
	}
	if status, out := send(t, s, "POST", "/_sim/oracle", `{"rules":`+articleRules+`,"users":["camila.rebolledo@quillay.example"]}`); status != 200 || out["accounts"] == nil {
		t.Errorf("oracle: %d %v", status, out)
	}
	for path, body := range map[string]string{"issue": `{"kind":"none"}`, "credit": `{"id":1}`, "client": `{"id":1}`, "oracle": `{"rules":{"documents":"?"}}`} {
		if status, out := send(t, s, "POST", "/_sim/"+path, body); status != 400 {
			t.Errorf("%s with %s: %d %v, want 400", path, body, status, out)
		}
	}
	if status, st := send(t, s, "GET", "/_sim/stats", ""); status != 200 || st["total"].(float64) < 4 {
		t.Errorf("stats: %v", st)
	}
	send(t, s, "DELETE", "/_sim/stats", "")
	if n := s.Stats().Total; n != 0 {
		t.Errorf("%d calls after the reset", n)
	}

	r := httptest.NewRequest("GET", "/_sim/stats", nil)
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	if rec.Code != http.StatusForbidden {
		t.Errorf("from %s: %d, want 403", r.RemoteAddr, rec.Code)
	}
}

// try2 makes four calls.
func try2(t testing.TB, s *bsalesim.Simulator) ([]int, []byte) {
	t.Helper()
	var got []int
	var last []byte
	for range 4 {
		status, body, err := try(s, "/documents.json?limit=1")
		if err != nil {
			status = 0
		}
		got, last = append(got, status), body
	}
	return got, last
}

func TestReadyIsOneLine(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 5, Token: "abc", CompanyID: 42})
	var b bytes.Buffer
	if _, err := s.Ready().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf(`{"url":"%s","token":"abc","cpn_id":42}`+"\n", s.URL()); b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestStartsOnceAndStopsTwice(t *testing.T) {
	s, err := bsalesim.New(bsalesim.Options{Documents: -1, Now: fixedNow})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if err := s.Start("127.0.0.1:0"); err == nil {
		t.Error("started twice")
	}
	s.Stop()
	s.Stop()
	if err := s.Start("127.0.0.1:0"); err == nil {
		t.Error("started after Stop")
	}
}

func TestMistakesInAWorldAreReported(t *testing.T) {
	for name, build := range map[string]func(w *bsalesim.World){
		"unknown client": func(w *bsalesim.World) { w.AddDocument(bsalesim.Document{Client: 9}) },
		"unknown seller": func(w *bsalesim.World) { w.AddDocument(bsalesim.Document{Sellers: []int{9}}) },
		"unknown type":   func(w *bsalesim.World) { w.AddDocument(bsalesim.Document{Type: 99}) },
		"document twice": func(w *bsalesim.World) {
			w.AddDocument(bsalesim.Document{ID: 5})
			w.AddDocument(bsalesim.Document{ID: 5})
		},
		"client twice":    func(w *bsalesim.World) { w.AddClient(bsalesim.Client{ID: 5}); w.AddClient(bsalesim.Client{ID: 5}) },
		"client backward": func(w *bsalesim.World) { w.AddClient(bsalesim.Client{ID: 5}); w.AddClient(bsalesim.Client{ID: 4}) },
		"user twice":      func(w *bsalesim.World) { w.AddUser(bsalesim.User{ID: 5}); w.AddUser(bsalesim.User{ID: 5}) },
	} {
		t.Run(name, func(t *testing.T) {
			w := bsalesim.NewWorld("CL")
			build(w)
			if _, err := bsalesim.New(bsalesim.Options{World: w}); err == nil || w.Err() == nil {
				t.Error("no error")
			}
		})
	}
	if _, err := bsalesim.New(bsalesim.Options{Country: "AR"}); err == nil {
		t.Error("a shop in a country that Bsale does not serve")
	}
	if _, err := bsalesim.New(bsalesim.Options{Faults: []bsalesim.Fault{{Name: "no"}}}); err == nil {
		t.Error("an unknown fault was accepted")
	}
	if _, err := bsalesim.New(bsalesim.Options{FixturesDir: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a directory that is not there was accepted")
	}
}

func TestFixturesAreServedAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	for name, body := range map[string]string{
		"documents.json": `{"items":[
  {"href":"x","id":10,"emissionDate":1789430400,"number":"7","state":0,"odd":{"a":[1.50,null]},"document_type":{"href":"t","id":"5"},"client":{"href":"c","id":"3"},
   "user":{"href":"u","id":"1"},"payments":[{"id":4,"name":"CREDITO","amount":"68643.0"}],"sellers":{"href":"s","count":1,"items":[{"id":3}]},"details":{"href":"d"}},
  {"href":"y","id":11,"emissionDate":1789516800,"state":1,"document_type":{"href":"t","id":"6"}}]}`,
		"clients.json":              `[{"href":"c","id":3,"email":"a@b.example","code":"1-9"}]`,
		"document_types.json":       `[{"href":"t","id":5,"name":"FACTURA"}]`,
		"documents/10/details.json": `[{"id":77,"quantity":1.0}]`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := mustStart(t, bsalesim.Options{FixturesDir: dir})
	for path, want := range map[string]string{
		"/documents/10.json": `{"href":"x","id":10,"emissionDate":1789430400,"number":"7","state":0,"odd":{"a":[1.50,null]},"document_type":{"href":"t","id":"5"},` +
			`"client":{"href":"c","id":"3"},"user":{"href":"u","id":"1"},"payments":{"href":"https://api.bsale.io/v1/documents/10/payments.json"},` +
			`"sellers":{"href":"https://api.bsale.io/v1/documents/10/sellers.json"},"details":{"href":"https://api.bsale.io/v1/documents/10/details.json"}}`,
		"/documents.json?state=0&limit=1&expand=[client,document_type,user,payments,details]": `{"href":"https://api.bsale.io/v1/documents.json","count":1,"limit":1,"offset":0,"items":[` +
			`{"href":"x","id":10,"emissionDate":1789430400,"number":"7","state":0,"odd":{"a":[1.50,null]},"document_type":{"href":"t","id":5,"name":"FACTURA"},` +
			`"client":{"href":"c","id":3,"email":"a@b.example","code":"1-9"},"user":{"href":"u","id":"1"},"payments":[{"id":4,"name":"CREDITO","amount":"68643.0"}],` +
			`"sellers":{"href":"https://api.bsale.io/v1/documents/10/sellers.json"},` +
			`"details":{"href":"https://api.bsale.io/v1/documents/10/details.json","count":1,"limit":25,"offset":0,"items":[{"id":77,"quantity":1.0}]}}]}`,
		"/documents/count.json":      `{"count":2}`,
		"/documents/10/sellers.json": `{"href":"https://api.bsale.io/v1/documents/10/sellers.json","count":1,"limit":25,"offset":0,"items":[{"id":3}]}`,
		"/users.json":                `{"href":"https://api.bsale.io/v1/users.json","count":0,"limit":25,"offset":0,"items":[]}`,
	} {
		if got := string(mustBody(t, s, path)); got != want {
			t.Errorf("%s (-want +got):\n%s", path, cmp.Diff(want, got))
		}
	}
	for path, want := range map[string]int{
		"/documents.json?emissiondaterange=[1789430400,1789430400]": 1, "/documents.json?documenttypeid=6": 1, "/documents.json?clientid=3": 1, "/clients.json?code=1-9": 1,
	} {
		if got := mustGet[list](t, s, path).Count; got != want {
			t.Errorf("%s: count %d, want %d", path, got, want)
		}
	}
	if status, _ := get(t, s, "/documents/12.json"); status != 404 {
		t.Errorf("an unknown document: %d", status)
	}
	if _, err := s.Issue(bsalesim.IssueRequest{}); err == nil {
		t.Error("issued a document over fixtures")
	}
	if _, err := s.Oracle([]byte(`{}`), nil, bsalesim.OracleOptions{}); err == nil {
		t.Error("the oracle spoke of fixtures")
	}
}

// receiver collects notifications.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	got    chan string
	status int
}

func newReceiver(t testing.TB) *receiver {
	t.Helper()
	r := &receiver{got: make(chan string, 100_000), status: http.StatusOK}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.bodies = append(r.bodies, string(b))
		status := r.status
		r.mu.Unlock()
		w.WriteHeader(status)
		r.got <- string(b)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) wait(t testing.TB, n int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var out []string
	for range n {
		select {
		case b := <-r.got:
			out = append(out, b)
		case <-ctx.Done():
			t.Fatalf("%d notifications, want %d", len(out), n)
		}
	}
	return out
}

func TestNotifications(t *testing.T) {
	r := newReceiver(t)
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 10, WebhookURL: r.URL, WebhookWorkers: 1, CompanyID: 99})
	ids, err := s.Issue(bsalesim.IssueRequest{Kind: "quote"})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := s.World().Document(ids[0])
	want := fmt.Sprintf(`{"cpnId":99,"resource":"/documents/%d.json","resourceId":"%d","topic":"document","action":"post","officeId":"%d","send":%d}`, ids[0], ids[0], d.Office, fixedNow().Unix())
	if got := r.wait(t, 1)[0]; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	mustFault(t, s, "hook-duplicates=2", "hook-no-send")
	if _, err := s.Issue(bsalesim.IssueRequest{}); err != nil {
		t.Fatal(err)
	}
	got := r.wait(t, 3)
	if got[0] != got[1] || got[1] != got[2] || strings.Contains(got[0], "send") {
		t.Errorf("got %q, want the same without send three times", got)
	}
	s.ClearFaults()

	mustFault(t, s, "hook-annul")
	if err := s.Annul(ids[0]); err != nil {
		t.Fatal(err)
	}
	if got := r.wait(t, 1)[0]; !strings.Contains(got, `"action":"put"`) {
		t.Errorf("got %s, want a put", got)
	}
	s.ClearFaults()

	mustFault(t, s, "hook-disorder", "hook-delay=1ms")
	many, err := s.Issue(bsalesim.IssueRequest{Count: 40})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, b := range r.wait(t, 40) {
		var p struct{ ResourceID string }
		if err := json.Unmarshal([]byte(b), &p); err != nil {
			t.Fatal(err)
		}
		order = append(order, p.ResourceID)
	}
	if slices.IsSorted(order) || len(order) != len(many) {
		t.Errorf("order is %v, want disorder", order)
	}
	s.ClearFaults()

	r.mu.Lock()
	r.status = http.StatusInternalServerError
	r.mu.Unlock()
	mustFault(t, s, "hook-retry=2")
	if _, err := s.Issue(bsalesim.IssueRequest{}); err != nil {
		t.Fatal(err)
	}
	r.wait(t, 3)
}

func TestABurstOfNotificationsLosesNone(t *testing.T) {
	r := newReceiver(t)
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 10, WebhookURL: r.URL, Faults: []bsalesim.Fault{{Name: "hook-test"}}})
	if got := r.wait(t, 1)[0]; got != "{}" {
		t.Errorf("the test notification is %s", got)
	}
	if _, err := s.Issue(bsalesim.IssueRequest{Count: 2000}); err != nil {
		t.Fatal(err)
	}
	if got := r.wait(t, 2000); len(got) != 2000 {
		t.Errorf("%d arrived", len(got))
	}
}

func TestADocumentCanBeAnnouncedTooEarly(t *testing.T) {
	r := newReceiver(t)
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 10, WebhookURL: r.URL})
	mustFault(t, s, "hook-early=2")
	ids, err := s.Issue(bsalesim.IssueRequest{})
	if err != nil {
		t.Fatal(err)
	}
	r.wait(t, 1)
	path := fmt.Sprintf("/documents/%d.json", ids[0])
	if n := mustGet[list](t, s, "/documents.json").Count; n != 10 {
		t.Errorf("the list has %d documents while one is hidden, want 10", n)
	}
	var got []int
	for range 4 {
		status, _ := get(t, s, path)
		got = append(got, status)
	}
	if !slices.Equal(got, []int{404, 404, 200, 200}) {
		t.Errorf("statuses are %v", got)
	}
	if n := mustGet[list](t, s, "/documents.json").Count; n != 11 {
		t.Errorf("the list has %d documents in the end, want 11", n)
	}
}

func TestLiveDocuments(t *testing.T) {
	r := newReceiver(t)
	s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 10, WebhookURL: r.URL, LiveEvery: time.Millisecond})
	r.wait(t, 5)
	s.Stop()
	got := s.World().DocumentIDs()
	if len(got) < 15 || !slices.IsSorted(got) {
		t.Errorf("ids are %v", got)
	}
	if d, _ := s.World().Document(got[len(got)-1]); d.Emission != bsalesim.DayOf(fixedNow()) {
		t.Errorf("a live document is dated %s", d.Emission)
	}
}

func mustFault(t testing.TB, s *bsalesim.Simulator, names ...string) {
	t.Helper()
	for _, n := range names {
		f, err := bsalesim.ParseFault(n)
		if err == nil {
			err = s.SetFault(f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		fault string
		want  []int // status of four calls, 0 for none
		body  string
	}{
		{"429", []int{429, 429, 429, 429}, `{"error":"Too many requests"}`},
		{"429=next:2", []int{429, 429, 200, 200}, ""},
		{"500=every:3", []int{200, 200, 500, 200}, ""},
		{"500-unavailable", []int{500, 500, 500, 500}, `{"error":"The requested resource is not available"}`},
		{"502=next:1", []int{502, 200, 200, 200}, ""},
		{"503=after:3", []int{200, 200, 200, 503}, ""},
		{"401=after:2", []int{200, 200, 401, 401}, `{"error":"Sorry, this request can not be authenticated"}`},
		{"402", []int{402, 402, 402, 402}, ""},
		{"403=next:1@clients", []int{200, 200, 200, 200}, ""},
		{"403=next:1@documents", []int{403, 200, 200, 200}, ""},
		{"drop=next:1", []int{0, 200, 200, 200}, ""},
		{"empty", []int{200, 200, 200, 200}, "-"},
		{"slow=1ms", []int{200, 200, 200, 200}, ""},
		{"503=prob:0", []int{200, 200, 200, 200}, ""},
		{"503=prob:1", []int{503, 503, 503, 503}, ""},
		{"429-rate=2:1h", []int{200, 200, 429, 429}, ""},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 30})
			mustFault(t, s, tt.fault)
			got, body := try2(t, s)
			if !slices.Equal(got, tt.want) {
				t.Errorf("statuses are %v, want %v", got, tt.want)
			}
			if tt.body == "-" && len(body) > 0 || tt.body != "" && tt.body != "-" && string(body) != tt.body {
				t.Errorf("body is %q, want %q", body, tt.body)
			}
		})
	}
}

func TestChanceCanBeRepeated(t *testing.T) {
	run := func() []int {
		s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 10, Faults: []bsalesim.Fault{{Name: "503", Value: "prob:0.5"}}})
		var got []int
		for range 20 {
			status, _ := get(t, s, "/users.json")
			got = append(got, status)
		}
		return got
	}
	a, b := run(), run()
	if !slices.Equal(a, b) || !slices.Contains(a, 200) || !slices.Contains(a, 503) {
		t.Errorf("got %v and %v", a, b)
	}
}

func TestFaultsOfRetryAfter(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Documents: 3})
	header := func() (string, string) {
		resp, err := http.Get(s.URL() + "/users.json")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		b, _ := io.ReadAll(resp.Body)
		return resp.Header.Get("Retry-After"), string(b)
	}
	mustFault(t, s, "429")
	if h, _ := header(); h != "1" {
		t.Errorf("Retry-After is %q, want 1", h)
	}
	mustFault(t, s, "429-header=none", "429-body=300")
	if h, b := header(); h != "" || b != `{"error":"Too many requests","retry_after":300}` {
		t.Errorf("Retry-After %q, body %s", h, b)
	}
}

func TestFaultsOfTheData(t *testing.T) {
	const path = "/documents.json?limit=50&expand=[client,payments]"
	for _, tt := range []struct {
		fault string
		check func(t *testing.T, s *bsalesim.Simulator)
	}{
		{"html", func(t *testing.T, s *bsalesim.Simulator) {
			if _, body := get(t, s, path); !bytes.HasPrefix(body, []byte("<!DOCTYPE html>")) {
				t.Errorf("body is %.60s", body)
			}
		}},
		{"truncated", func(t *testing.T, s *bsalesim.Simulator) {
			if status, body := get(t, s, path); status != 200 || json.Valid(body) {
				t.Errorf("%d with valid JSON", status)
			}
		}},
		{"newest-first", func(t *testing.T, s *bsalesim.Simulator) {
			got := ids(mustGet[list](t, s, path))
			slices.Reverse(got)
			if !slices.IsSorted(got) || got[len(got)-1] != s.World().DocumentIDs()[119] {
				t.Errorf("ids are %v", got)
			}
		}},
		{"short-pages=3", func(t *testing.T, s *bsalesim.Simulator) {
			if l := mustGet[list](t, s, path); len(l.Items) != 47 || l.Next == nil {
				t.Errorf("%d rows", len(l.Items))
			}
		}},
		{"legacy-dates", func(t *testing.T, s *bsalesim.Simulator) {
			l := mustGet[list](t, s, path)
			sec := int64(l.Items[0]["emissionDate"].(float64))
			if sec%86400 != 3*3600 {
				t.Errorf("emissionDate is %d", sec)
			}
			if n := mustGet[list](t, s, fmt.Sprintf("/documents.json?emissiondaterange=[%d,%d]", sec-3*3600, sec-3*3600+86399)).Count; n == 0 {
				t.Error("the day's range finds nothing")
			}
		}},
		{"list-state-default", func(t *testing.T, s *bsalesim.Simulator) {
			if n := mustGet[list](t, s, "/document_types.json").Count; n != 10 {
				t.Errorf("%d types, want the 10 active ones", n)
			}
			if n, zero := len(allIDs(t, s, "")), len(allIDs(t, s, "&state=0")); n != zero || n == 120 {
				t.Errorf("%d documents without state, %d with state 0", n, zero)
			}
		}},
		{"payments-array", func(t *testing.T, s *bsalesim.Simulator) {
			if _, ok := mustGet[list](t, s, path).Items[0]["payments"].([]any); !ok {
				t.Error("payments is not an array")
			}
		}},
		{"next=null", func(t *testing.T, s *bsalesim.Simulator) {
			if body := mustBody(t, s, "/documents.json?limit=50&offset=100"); !bytes.HasSuffix(body, []byte(`,"next":null}`)) {
				t.Errorf("the last page ends in %s", body[len(body)-40:])
			}
		}},
		{"next=token", func(t *testing.T, s *bsalesim.Simulator) {
			if l := mustGet[list](t, s, path); !strings.Contains(*l.Next, "access_token="+s.Token()) {
				t.Errorf("next is %s", *l.Next)
			}
		}},
		{"no-created-at", func(t *testing.T, s *bsalesim.Simulator) {
			if _, ok := mustGet[list](t, s, "/clients.json").Items[0]["createdAt"]; ok {
				t.Error("createdAt is there")
			}
		}},
		{"string-numbers", func(t *testing.T, s *bsalesim.Simulator) {
			d := mustGet[list](t, s, path).Items[0]
			if _, ok := d["totalAmount"].(string); !ok {
				t.Errorf("totalAmount is %v", d["totalAmount"])
			}
			if _, ok := d["id"].(float64); !ok {
				t.Errorf("id is %v", d["id"])
			}
		}},
		{"hide-emails", func(t *testing.T, s *bsalesim.Simulator) {
			for _, c := range mustGet[list](t, s, "/clients.json?limit=50").Items {
				if c["email"] != "" {
					t.Errorf("email is %v in the list", c["email"])
				}
				id := int(c["id"].(float64))
				stored, _ := s.World().Client(id)
				if got := mustGet[map[string]any](t, s, "/clients/"+itoa(id)+".json")["email"]; got != stored.Email {
					t.Errorf("client %d alone: email %v, want %q", id, got, stored.Email)
				}
			}
		}},
		{"count-wrong=4", func(t *testing.T, s *bsalesim.Simulator) {
			if n := mustGet[map[string]int](t, s, "/documents/count.json")["count"]; n != 124 {
				t.Errorf("count is %d, want 124", n)
			}
		}},
		{"deleted-clients-404", func(t *testing.T, s *bsalesim.Simulator) {
			id := s.World().ClientIDs()[2]
			if err := s.World().EditClient(id, func(c *bsalesim.Client) { c.State = 99 }); err != nil {
				t.Fatal(err)
			}
			if status, _ := get(t, s, "/clients/"+itoa(id)+".json"); status != 404 {
				t.Errorf("status %d, want 404", status)
			}
		}},
		{"insert-between-pages=2", func(t *testing.T, s *bsalesim.Simulator) {
			mustGet[list](t, s, path)
			if l := mustGet[list](t, s, path); l.Count != 122 {
				t.Errorf("count is %d after a page, want 122", l.Count)
			}
		}},
		{"annul-between-pages=1", func(t *testing.T, s *bsalesim.Simulator) {
			before := mustGet[list](t, s, "/documents.json?limit=50&state=0")
			if l := mustGet[list](t, s, "/documents.json?limit=50&state=0"); l.Count != before.Count-1 || ids(l)[0] == ids(before)[0] {
				t.Errorf("count is %d after %d", l.Count, before.Count)
			}
		}},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 120})
			mustFault(t, s, tt.fault)
			tt.check(t, s)
		})
	}
}

func TestPostThatNeverAnswers(t *testing.T) {
	s := mustStart(t, bsalesim.Options{Documents: 3, Faults: []bsalesim.Fault{{Name: "post-timeout", Value: "next:1"}}})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", s.URL()+"/clients.json", strings.NewReader(`{"firstName":"Ana","code":"5126663-3"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("access_token", s.Token())
	answer := make(chan error, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		answer <- err
	}()
	// The client is there to be found while its POST still hangs.
	for deadline := time.Now().Add(20 * time.Second); mustGet[list](t, s, "/clients.json?code=5126663-3").Count == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the client was not created")
		}
	}
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("the POST ended with %v, want it to hang until given up", err)
	}
}

func TestParseFault(t *testing.T) {
	for _, f := range bsalesim.FaultNames() {
		if f.Help == "" || f.Name == "" {
			t.Errorf("%+v has no help", f)
		}
	}
	for _, good := range []string{"429", "429=always", "500=prob:0.25@documents", "slow=250ms", "next=null", "hook-early=3", "hook-early=2s", "429-rate=8:5m", "hook-duplicates"} {
		if f, err := bsalesim.ParseFault(good); err != nil || f.String() != good {
			t.Errorf("%s: %v, %v", good, f, err)
		}
	}
	for _, bad := range []string{"", "nonsense", "429=sometimes", "429=every:0", "500=prob:2", "slow", "slow=-1s", "next=maybe", "legacy-dates=3", "429-rate=x", "short-pages=-1", "hook-early=0"} {
		if f, err := bsalesim.ParseFault(bad); err == nil {
			t.Errorf("%s: %v, want an error", bad, f)
		}
	}
}

func TestParseLive(t *testing.T) {
	for text, want := range map[string]time.Duration{"2/s": 500 * time.Millisecond, "30/m": 2 * time.Second, "0.5/s": 2 * time.Second, "3s": 3 * time.Second} {
		if got, err := bsalesim.ParseLive(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "2", "0/s", "-1/s", "2/d", "0s", "NaN/s"} {
		if got, err := bsalesim.ParseLive(bad); err == nil {
			t.Errorf("%s: %v, want an error", bad, got)
		}
	}
}
