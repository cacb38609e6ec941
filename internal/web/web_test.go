package web

import (
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
)

// setup returns the handler over a store in memory, with what it is made of to be changed before use.
func setup(t *testing.T, change func(*Options)) (http.Handler, *store.Store) {
	t.Helper()
	s, err := store.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	o := Options{
		Store: s, Language: crm.Spanish,
		Receive: func(context.Context, string, []byte) error { return nil },
		Ready:   func(context.Context) error { return nil },
	}
	if change != nil {
		change(&o)
	}
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return h, s
}

func do(t *testing.T, h http.Handler, method, path string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, localRequest(method, path, body))
	return w
}

// localRequest is a request of somebody who sits at this machine.
func localRequest(method, path string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, path, body)
	r.RemoteAddr, r.Host = "127.0.0.1:40000", "localhost:8080"
	return r
}

func TestTheBoardIsSeenOnThisMachineOnly(t *testing.T) {
	h, _ := setup(t, nil)
	for name, test := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"here":                 {func(*http.Request) {}, http.StatusOK},
		"here by number":       {func(r *http.Request) { r.Host = "127.0.0.1:8080" }, http.StatusOK},
		"here by IPv6":         {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:40000", "[::1]:8080" }, http.StatusOK},
		"from the network":     {func(r *http.Request) { r.RemoteAddr = "192.0.2.7:40000" }, http.StatusForbidden},
		"through a proxy":      {func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.7") }, http.StatusForbidden},
		"by another name":      {func(r *http.Request) { r.Host = "puente.example" }, http.StatusForbidden},
		"from nowhere at all":  {func(r *http.Request) { r.RemoteAddr = "" }, http.StatusForbidden},
		"through an old proxy": {func(r *http.Request) { r.Header.Set("Via", "1.1 proxy") }, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			r := localRequest("GET", "/", nil)
			test.change(r)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != test.status {
				t.Errorf("got %d, want %d", w.Code, test.status)
			}
		})
	}
}

// visible returns the text of a piece of HTML.
func visible(page string) string {
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

// part returns the text of the first element whose opening tag matches, up to the next closing tag of that name.
func part(t *testing.T, page, opening, name string) string {
	t.Helper()
	at := regexp.MustCompile(opening).FindStringIndex(page)
	if at == nil {
		t.Fatalf("no %s in\n%s", opening, page)
	}
	rest := page[at[0]:]
	end := strings.Index(rest, "</"+name+">")
	if end < 0 {
		t.Fatalf("%s does not end", opening)
	}
	return visible(rest[:end])
}

// fill makes an account with a deal that somebody with an evil name has, and a history.
func fill(t *testing.T, s *store.Store, language crm.Language, change func(*bridge.Connection)) crm.Account {
	t.Helper()
	ctx, now := t.Context(), time.Date(2026, 3, 12, 15, 4, 5, 0, time.UTC)
	account, err := crm.NewAccount("Viña & Hijos", crm.Chile, language, now)
	if err != nil {
		t.Fatal(err)
	}
	err = s.CreateAccount(ctx, account, func(tx bridge.Tx) error {
		if err := crm.SetUpAccount(ctx, tx, now, func(int) string { return "abcd" }); err != nil {
			return err
		}
		pipelines, err := tx.Pipelines(ctx)
		if err != nil {
			return err
		}
		owner, err := crm.CreateUser(ctx, tx, "camila@quillay.example", "Camila", crm.RoleSeller, now)
		if err != nil {
			return err
		}
		contact := crm.NewContact(now)
		contact.FirstName = "<script>alert(1)</script>"
		if err := tx.SaveContacts(ctx, []*crm.Contact{contact}); err != nil {
			return err
		}
		var deals []*crm.Deal
		for i, name := range []string{"Boleta 880123 – <b>Aros</b>", "Boleta 880124"} {
			deal := &crm.Deal{
				ID: crm.NewID(), Name: name, ContactID: contact.ID, PipelineID: pipelines[0].ID, StageID: pipelines[0].Stages[3].ID,
				Value: crm.Money{Minor: 115061, Currency: "CLP"}, CreatedAt: now, UpdatedAt: now, StageEnteredAt: now,
			}
			if i == 0 {
				deal.OwnerID = owner.ID
			}
			deals = append(deals, deal)
		}
		if err := tx.SaveDeals(ctx, deals); err != nil {
			return err
		}
		connection := bridge.Connection{ID: crm.NewID(), AccountID: account.ID, Hook: "the-secret-hook", Enabled: true, LastPollAt: now, CreatedAt: now, UpdatedAt: now}
		if change != nil {
			change(&connection)
		}
		if err := tx.SaveConnection(ctx, connection); err != nil {
			return err
		}
		if err := tx.SaveRun(ctx, bridge.Run{
			ID: crm.NewID(), ConnectionID: connection.ID, Kind: bridge.RunBackfill, State: bridge.RunActive, From: "2026-01-01", To: "2026-03-12",
			Estimate: 400, Counts: bridge.Counts{Documents: 150}, StartedAt: now,
		}); err != nil {
			return err
		}
		return tx.AddHistory(ctx, []bridge.HistoryEntry{
			{ID: crm.NewID(), ConnectionID: connection.ID, BsaleID: 1, At: now, Outcome: bridge.Created, Reason: bridge.DealCreated, Title: "Boleta 880123", ClientName: "Aros <i>", Plan: []byte("{}")},
			{ID: crm.NewID(), ConnectionID: connection.ID, BsaleID: 2, At: now, Outcome: bridge.Skipped, Reason: bridge.NoClient, Title: "Boleta 880125", Plan: []byte("{}")},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func TestTheBoardShowsColumnsAndHistory(t *testing.T) {
	h, s := setup(t, nil)
	fill(t, s, crm.Spanish, nil)
	w := do(t, h, "GET", "/", nil)
	page := w.Body.String()
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	won := part(t, page, `<section class="column won" data-stage="Vendido">`, "section")
	for _, want := range []string{"Vendido 2 $230.122", "Boleta 880123 – <b>Aros</b> $115.061 camila@quillay.example", "Boleta 880124 $115.061 Sin dueño"} {
		if !strings.Contains(won, want) {
			t.Errorf("the column does not say %q: %s", want, won)
		}
	}
	if fresh := part(t, page, `data-stage="Nuevo"`, "section"); !strings.Contains(fresh, "Nuevo 0 $0") {
		t.Errorf("an empty column: %s", fresh)
	}
	if got, want := part(t, page, `<tr class="created">`, "tr"), "12:04:05 Boleta 880123 Aros <i> Oportunidad creada No había una oportunidad que actualizar: se creó una nueva."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := part(t, page, `<tr class="skipped">`, "tr"); !strings.Contains(got, "La venta no tiene cliente.") || !strings.Contains(got, "ingresa al cliente") {
		t.Errorf("a reason without what to do: %s", got)
	}
	status := part(t, page, `<section class="status"`, "section")
	if !strings.Contains(status, "Conectado con Bsale · Última revisión completa: 2026-03-12 12:04:05") || !strings.Contains(status, "Carga de historia 150") {
		t.Errorf("status: %s", status)
	}
	for _, not := range []string{"<script>alert", "<b>Aros", "the-secret-hook"} {
		if strings.Contains(page, not) {
			t.Errorf("the page holds %q", not)
		}
	}
	if !strings.Contains(page, `<html lang="es">`) || !strings.Contains(page, `<title>Viña &amp; Hijos`) {
		t.Error("language or title")
	}
}

func TestTheBoardSpeaksTheAccountsLanguage(t *testing.T) {
	h, s := setup(t, nil)
	fill(t, s, crm.English, nil)
	page := do(t, h, "GET", "/", nil).Body.String()
	if got := part(t, page, `<tr class="skipped">`, "tr"); !strings.Contains(got, "The sale has no client.") {
		t.Error(got)
	}
	if !strings.Contains(page, `<html lang="en">`) || strings.Contains(visible(page), "Oportunidad") {
		t.Error("not in English")
	}
}

func TestAStoppedConnectionSaysWhy(t *testing.T) {
	h, s := setup(t, nil)
	fill(t, s, crm.Spanish, func(c *bridge.Connection) { c.StopReason = bridge.TokenRefused })
	status := part(t, do(t, h, "GET", "/", nil).Body.String(), `<section class="status"`, "section")
	if !strings.Contains(status, "detenida") || !strings.Contains(status, "token") {
		t.Errorf("%s", status)
	}
}

func TestTheBoardBeforeThereIsAnything(t *testing.T) {
	h, s := setup(t, nil)
	if got := visible(do(t, h, "GET", "/", nil).Body.String()); !strings.Contains(got, "Todavía no hay ninguna cuenta") {
		t.Error(got)
	}
	account, err := crm.NewAccount("Nueva", crm.Chile, crm.Spanish, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateAccount(t.Context(), account, nil); err != nil {
		t.Fatal(err)
	}
	if got := visible(do(t, h, "GET", "/", nil).Body.String()); !strings.Contains(got, "no está conectada") || !strings.Contains(got, "Todavía no llega") {
		t.Error(got)
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	h, _ := setup(t, nil)
	for _, path := range []string{"/", "/healthz", "/static/puente.css", "/nowhere"} {
		header := do(t, h, "GET", path, nil).Header()
		if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
		for _, name := range []string{"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"} {
			if header.Get(name) == "" {
				t.Errorf("%s lacks %s", path, name)
			}
		}
	}
}

func TestPagesHoldNothingThatTheirOwnPolicyForbids(t *testing.T) {
	h, s := setup(t, nil)
	fill(t, s, crm.Spanish, nil)
	for _, path := range []string{"/", "/nowhere"} {
		page := do(t, h, "GET", path, nil).Body.String()
		if inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script>|https?://`).FindString(page); inline != "" {
			t.Errorf("%s holds %q", path, inline)
		}
		for _, m := range regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`).FindAllStringSubmatch(page, -1) {
			if w := do(t, h, "GET", m[1], nil); w.Code != 200 {
				t.Errorf("%s: %d", m[1], w.Code)
			}
		}
	}
}

func TestAddressesAndMethods(t *testing.T) {
	h, _ := setup(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/", 200, ""},
		{"HEAD", "/", 200, ""},
		{"POST", "/", 405, "GET, HEAD"},
		{"GET", "/healthz", 200, ""},
		{"GET", "/readyz", 200, ""},
		{"POST", "/hooks/bsale/x", 200, ""},
		{"GET", "/hooks/bsale/x", 405, "POST"},
		{"PUT", "/hooks/bsale/x", 405, "POST"},
		{"POST", "/hooks/bsale/", 404, ""},
		{"POST", "/hooks/bsale/a/b", 404, ""},
		{"GET", "/static/nope.js", 404, ""},
		{"GET", "/index.html", 404, ""},
	} {
		w := do(t, h, c.method, c.path, nil)
		if w.Code != c.status || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, w.Code, w.Header().Get("Allow"), c.status, c.allow)
		}
	}
	if got := visible(do(t, h, "GET", "/nowhere", nil).Body.String()); !strings.Contains(got, "404 Esta página no existe.") {
		t.Error(got)
	}
}

func TestNotifications(t *testing.T) {
	type received struct{ hook, body string }
	var got []received
	var fails error
	h, _ := setup(t, func(o *Options) {
		o.Receive = func(_ context.Context, hook string, body []byte) error {
			got = append(got, received{hook, string(body)})
			return fails
		}
	})
	for _, c := range []struct {
		name   string
		body   io.Reader
		fails  error
		status int
		heard  bool
	}{
		{"a notification", strings.NewReader(`{"topic":"document"}`), nil, 200, true},
		{"nothing", nil, nil, 200, true},
		{"something else", strings.NewReader("<xml/>"), nil, 200, true},
		{"the longest", strings.NewReader(strings.Repeat("x", maxNotification)), nil, 200, true},
		{"too long", strings.NewReader(strings.Repeat("x", maxNotification+1)), nil, 413, false},
		{"a body that breaks off", broken{}, nil, 400, false},
		{"an unknown hook", nil, crm.NewError(crm.NotFound, "hook_not_found"), 404, true},
		{"no room", nil, crm.NewError(crm.Unavailable, "database_full", "database", "crm.db"), 503, true},
		{"stopping", nil, bridge.ErrIntakeStopped, 503, true},
	} {
		got, fails = nil, c.fails
		w := do(t, h, "POST", "/hooks/bsale/s3cret", c.body)
		if w.Code != c.status || (len(got) == 1) != c.heard {
			t.Errorf("%s: %d, heard %v", c.name, w.Code, got)
		}
		if strings.Contains(w.Body.String(), "crm.db") {
			t.Errorf("%s: the answer tells too much: %s", c.name, w.Body)
		}
		if len(got) == 1 && got[0].hook != "s3cret" {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestWhatGoesWrongIsAPageAndALineInTheLogWithoutSecrets(t *testing.T) {
	var log strings.Builder
	explode := true
	h, s := setup(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o.Ready = func(context.Context) error { return errors.New("no database") }
		o.Receive = func(context.Context, string, []byte) error {
			if explode {
				panic("a fault of ours")
			}
			return nil
		}
	})
	w := do(t, h, "POST", "/hooks/bsale/s3cret", nil)
	if w.Code != 500 || strings.Contains(w.Body.String(), "fault of ours") || strings.Contains(w.Body.String(), "goroutine") {
		t.Errorf("a panic: %d %s", w.Code, w.Body)
	}
	if w := do(t, h, "GET", "/readyz", nil); w.Code != 503 || strings.Contains(w.Body.String(), "database") {
		t.Errorf("not ready: %d %s", w.Code, w.Body)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if w := do(t, h, "GET", "/", nil); w.Code != 500 || !strings.Contains(visible(w.Body.String()), "inesperado") {
		t.Errorf("without a database: %d %s", w.Code, w.Body)
	}
	said := log.String()
	if !strings.Contains(said, "a fault of ours") || !strings.Contains(said, "POST /hooks/bsale/{hook}") || strings.Contains(said, "s3cret") {
		t.Errorf("the log:\n%s", said)
	}
	log.Reset()
	explode = false
	do(t, h, "POST", "/hooks/bsale/s3cret?token=s3cret", nil)
	if said := log.String(); !strings.Contains(said, "status=200") || strings.Contains(said, "s3cret") {
		t.Errorf("the log:\n%s", said)
	}
}

func TestFilesAreServedAndNotListed(t *testing.T) {
	h, _ := setup(t, nil)
	for path, status := range map[string]int{"/static/puente.css": http.StatusOK, "/static/": http.StatusNotFound, "/static/none.css": http.StatusNotFound} {
		if w := do(t, h, "GET", path, nil); w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
	}
}
