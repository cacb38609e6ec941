package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/web"
)

const (
	fewDeals  = 1_000 // enough to fill the columns
	manyDeals = 100_000
	// boardBudget is how long the server may take for a page, 99 times of 100.
	boardBudget = 50 * time.Millisecond
	boardRatio  = 2
	boardTries  = 200
	boardEmail  = "tablero@quillay.example"
	boardSecret = "una clave larga de prueba"
)

// onlooker is somebody who is logged in to the pages of an account.
type onlooker struct {
	shop    *bigShop
	handler http.Handler
	cookies []*http.Cookie
	deal    crm.ID
	stage   crm.ID // one with many deals
}

// BenchmarkBoard opens the pages of deals of an account of a hundred thousand, and of one of a thousand, as a browser does. The budget is
// boardBudget; it fails when the work itself is more than that, or grows with the account.
func BenchmarkBoard(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			small, large := newOnlooker(b, engine, fewDeals), newOnlooker(b, engine, manyDeals)
			for b.Loop() {
				reportBoard(b, small, large)
			}
		})
	}
}

func newOnlooker(b *testing.B, engine store.Engine, rows int) *onlooker {
	b.Helper()
	ctx := context.Background()
	o := &onlooker{shop: openBig(b, engine, rows)}
	s := o.shop.store
	access := auth.New(auth.Options{Store: s})
	check(b, s.Update(ctx, o.shop.account.ID, func(tx bridge.Tx) error {
		if slices.ContainsFunc(o.shop.users, func(u crm.User) bool { return u.Email == boardEmail }) {
			return nil
		}
		_, err := crm.CreateUser(ctx, tx, boardEmail, "Persona", crm.RoleAdmin, beginning)
		return err
	}))
	check(b, s.View(ctx, o.shop.account.ID, func(r bridge.Reader) error {
		users, err := r.Users(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(users, func(u crm.User) bool { return u.Email == boardEmail })
		o.stage = o.shop.pipeline.Stages[3].ID
		found, err := r.ListDeals(ctx, crm.Query{Entity: crm.EntityDeal, Reach: crm.FullReach, Limit: 1})
		if err != nil {
			return err
		}
		o.deal = found.Items[0].ID
		return access.SetPassword(ctx, o.shop.account.ID, users[i], boardSecret)
	}))
	var err error
	o.handler, err = web.New(web.Options{
		Store: s, Auth: access, Engine: bridge.NewEngine(bridge.Options{Store: s}), Receive: func(context.Context, string, []byte) error { return nil },
		Ready: func(context.Context) error { return nil }, PublicURL: func() string { return "http://puente.example" },
		Address: func(*http.Request) netip.Addr { return netip.MustParseAddr("192.0.2.1") },
	})
	check(b, err)
	form := url.Values{"email": {boardEmail}, "password": {boardSecret}}
	r := httptest.NewRequest(http.MethodPost, "/entrar", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	o.handler.ServeHTTP(answer, r)
	o.cookies = answer.Result().Cookies()
	if answer.Code != http.StatusSeeOther {
		b.Fatalf("the login: %d", answer.Code)
	}
	return o
}

// get asks for a page and returns how long the server took.
func (o *onlooker) get(b *testing.B, path string, fragment bool) (took time.Duration, size int) {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	if fragment {
		r.Header.Set("Hx-Request", "true")
	}
	for _, c := range o.cookies {
		r.AddCookie(c)
	}
	answer := httptest.NewRecorder()
	from := time.Now()
	o.handler.ServeHTTP(answer, r)
	took = time.Since(from)
	n, _ := io.Copy(io.Discard, answer.Body)
	if answer.Code != http.StatusOK {
		b.Fatalf("%s: %d", path, answer.Code)
	}
	return took, int(n)
}

func reportBoard(b *testing.B, small, large *onlooker) {
	b.Helper()
	fmt.Printf("%-28s %10s %10s %8s %10s %10s %8s %6s %8s\n", "", "few p50", "p99", "cpu", "many p50", "p99", "cpu", "ratio", "bytes")
	var worst time.Duration
	for _, page := range boardPages {
		page.ask(b, large) // what is read first is read from the disk
		s, _ := page.ask(b, small)
		l, size := page.ask(b, large)
		ratio := float64(l.p50) / float64(max(s.p50, listFloor))
		mark := ""
		if l.p99 > boardBudget || ratio > boardRatio {
			mark = " !"
		}
		fmt.Printf("%-28s %10s %10s %8s %10s %10s %8s %6.2f %8d%s\n", page.name, short(s.p50), short(s.p99), short(s.cpu), short(l.p50), short(l.p99), short(l.cpu), ratio, size, mark)
		worst = max(worst, l.p99)
		// What others do on the machine does not count against the pages: their own work does.
		if !page.searched && (l.cpu > boardBudget || l.cpu > boardRatio*max(s.cpu, listFloor)) {
			b.Errorf("%s: %s of work, with few deals %s", page.name, short(l.cpu), short(s.cpu))
		}
	}
	b.ReportMetric(ms(worst), "worst-p99-ms")
}

// boardPage is what a browser asks for.
type boardPage struct {
	name     string
	path     func(o *onlooker) string
	fragment bool
	searched bool // what it costs is the search's: see BenchmarkLists
}

var boardPages = []boardPage{
	{"board", func(*onlooker) string { return "/oportunidades" }, false, false},
	{"board of an owner", func(o *onlooker) string { return "/oportunidades?dueno=" + string(o.shop.users[0].ID) }, false, false},
	{"board, unassigned", func(*onlooker) string { return "/oportunidades?dueno=unassigned" }, false, false},
	{"board, a word", func(*onlooker) string { return "/oportunidades?q=gonzalez" }, false, true},
	{"a column that changed", func(o *onlooker) string { return "/oportunidades/columna?cuantas=25&etapa=" + string(o.stage) }, true, false},
	{"versions of columns", func(*onlooker) string { return "/oportunidades/vivo" }, false, false},
	{"list", func(*onlooker) string { return "/oportunidades/lista" }, false, false},
	{"list of a stage by value", func(o *onlooker) string {
		return "/oportunidades/lista?sort=-value&filter[stage]=" + string(o.stage)
	}, false, false},
	{"a deal", func(o *onlooker) string { return "/oportunidades/" + string(o.deal) }, false, false},
}

func (p boardPage) ask(b *testing.B, o *onlooker) (m measured, size int) {
	b.Helper()
	took := make([]time.Duration, boardTries)
	began := cpuTime()
	for i := range took {
		took[i], size = o.get(b, p.path(o), p.fragment)
	}
	m.cpu = (cpuTime() - began) / boardTries
	slices.SortFunc(took, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	m.p50, m.p99 = took[len(took)/2], took[len(took)*99/100]
	return m, size
}
