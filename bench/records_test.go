package bench

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

var recordRows = flag.Int("record-rows", 0, "records of the large connection of BenchmarkRecords; 0: it is not run. 1000000 is what the budget is for")

// BenchmarkRecords asks a connection of -record-rows records, and one of ten thousand, what the app's pages ask, and prints how long it takes.
func BenchmarkRecords(b *testing.B) {
	if *recordRows == 0 {
		b.Skip("-record-rows says how many")
	}
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			small, large := newManyRecords(b, engine, 10_000), newManyRecords(b, engine, *recordRows)
			for b.Loop() {
				fmt.Printf("%-40s %10s %10s %10s %10s\n", "", "10k p50", "p99", "large p50", "p99")
				worst := time.Duration(0)
				for _, q := range recordQuestions {
					s50, s99 := small.measure(b, q.ask)
					l50, l99 := large.measure(b, q.ask)
					worst = max(worst, l99)
					fmt.Printf("%-40s %10v %10v %10v %10v\n", q.name, s50, s99, l50, l99)
				}
				b.ReportMetric(float64(worst.Microseconds())/1000, "worst-p99-ms")
			}
		})
	}
}

// manyRecords is a connection with as many records as a chain of shops has after years.
type manyRecords struct {
	store      *store.Store
	account    crm.ID
	connection crm.ID
	rows       int
	last       string // cursor in the middle
}

var (
	clientFirst = strings.Fields("Ana María José Camila Diego Valentina Matías Sofía Benjamín Antonia Tomás Isidora Vicente Fernanda Joaquín Catalina Ignacio Javiera Felipe Constanza")
	clientLast  = strings.Fields("González Muñoz Rojas Díaz Pérez Soto Contreras Silva Martínez Sepúlveda Morales Rodríguez López Fuentes Hernández Torres Araya Flores Espinoza Valenzuela")
)

var recordReasons = []struct {
	state  bridge.State
	reason bridge.Reason
	weight int
}{
	{bridge.StateSkipped, bridge.NoClient, 550},
	{bridge.StateLinked, bridge.DealCreated, 200},
	{bridge.StateLinked, bridge.DealMoved, 100},
	{bridge.StateSkipped, bridge.MissingEmail, 100},
	{bridge.StateSkipped, bridge.MissingPhone, 40},
	{bridge.StateConflict, bridge.ManyContacts, 9},
	{bridge.StateFailed, bridge.BsaleFailed, 1},
}

func newManyRecords(b *testing.B, engine store.Engine, rows int) *manyRecords {
	b.Helper()
	ctx := context.Background()
	url, opts := "sqlite:"+filepath.Join(b.TempDir(), "records.db"), store.Options{Synchronous: "OFF"}
	if engine == store.Postgres {
		url, opts = pgtest.URL(b), store.Options{}
	}
	s, err := store.Open(ctx, url, opts)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	account, err := crm.NewAccount("Muchas tiendas", crm.Chile, crm.Spanish, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	m := &manyRecords{store: s, account: account.ID, connection: crm.NewID(), rows: rows}
	err = s.CreateAccount(ctx, account, func(tx bridge.Tx) error {
		return tx.SaveConnection(ctx, bridge.Connection{ID: m.connection, AccountID: account.ID, Hook: "bench"})
	})
	if err != nil {
		b.Fatal(err)
	}
	m.load(b)
	return m
}

func (m *manyRecords) load(b *testing.B) {
	b.Helper()
	ctx, began := context.Background(), time.Now()
	random := rand.New(rand.NewPCG(3, 3))
	first := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	for from := 0; from < m.rows; from += 1000 {
		var some []*bridge.Record
		for i := from; i < min(from+1000, m.rows); i++ {
			r := &bridge.Record{
				ConnectionID: m.connection, BsaleID: int64(i + 1), Hash: "0123456789abcdef0123456789abcdef", RulesVersion: "0123456789abcdef", Kind: bridge.KindReceipt,
				TypeName: "BOLETA ELECTRÓNICA", Number: fmt.Sprint(i), Total: crm.Money{Minor: int64(random.IntN(100_000)), Currency: "CLP"}, SeenAt: began, DecidedAt: began,
				EmittedOn: first.AddDate(0, 0, int(int64(i)*1100/int64(m.rows))-random.IntN(3)).Format(time.DateOnly), PublicURL: "https://app2.bsale.cl/view/17238/baf98f48cc87?sfd=99",
			}
			if i%40 == 0 {
				r.Kind = bridge.KindCreditNote
			}
			if i%10 > 0 && random.IntN(2) == 0 {
				client := random.IntN(max(1, m.rows/5))
				r.ClientID, r.ClientName = int64(client+1), clientFirst[client%20]+" "+clientLast[client/20%20]+" "+clientLast[client/400%20]
			}
			n := random.IntN(1000)
			for _, w := range recordReasons {
				if r.State, r.Reason = w.state, w.reason; n < w.weight {
					break
				}
				n -= w.weight
			}
			if r.State == bridge.StateLinked {
				r.ContactID, r.DealID, r.Standing = crm.ID(fmt.Sprintf("c%07d", r.ClientID)), crm.ID(fmt.Sprintf("d%07d", i)), bridge.StandingActive
			}
			some = append(some, r)
		}
		if err := m.store.Update(ctx, m.account, func(tx bridge.Tx) error { return tx.SaveRecords(ctx, some, began) }); err != nil {
			b.Fatal(err)
		}
	}
	m.last = fmt.Sprintf(".%d", m.rows/2)
	fmt.Printf("%d records saved in %v\n", m.rows, time.Since(began).Round(time.Second))
}

type recordQuestion func(ctx context.Context, r bridge.Reader, m *manyRecords, random *rand.Rand) error

func listOf(change func(q *bridge.RecordQuery, m *manyRecords, random *rand.Rand)) recordQuestion {
	return func(ctx context.Context, r bridge.Reader, m *manyRecords, random *rand.Rand) error {
		q := bridge.RecordQuery{Limit: 50}
		change(&q, m, random)
		_, err := r.ListRecords(ctx, m.connection, q)
		return err
	}
}

var recordQuestions = []struct {
	name string
	ask  recordQuestion
}{
	{"newest", listOf(func(*bridge.RecordQuery, *manyRecords, *rand.Rand) {})},
	{"a page in the middle", listOf(func(q *bridge.RecordQuery, m *manyRecords, _ *rand.Rand) { q.Cursor = m.last })},
	{"conflicts", listOf(func(q *bridge.RecordQuery, _ *manyRecords, _ *rand.Rand) {
		q.States = []bridge.State{bridge.StateConflict}
	})},
	{"skipped, of any reason", listOf(func(q *bridge.RecordQuery, _ *manyRecords, _ *rand.Rand) {
		q.States = []bridge.State{bridge.StateSkipped}
	})},
	{"a common reason", listOf(func(q *bridge.RecordQuery, _ *manyRecords, _ *rand.Rand) {
		q.Reasons = []bridge.Reason{bridge.NoClient}
	})},
	{"conflicts of a month", listOf(func(q *bridge.RecordQuery, _ *manyRecords, random *rand.Rand) {
		month := 1 + random.IntN(12)
		q.States, q.EmittedFrom, q.EmittedTo = []bridge.State{bridge.StateConflict}, fmt.Sprintf("2024-%02d-01", month), fmt.Sprintf("2024-%02d-31", month)
	})},
	{"a day", listOf(func(q *bridge.RecordQuery, _ *manyRecords, random *rand.Rand) {
		q.EmittedFrom = fmt.Sprintf("2024-%02d-10", 1+random.IntN(12))
		q.EmittedTo = q.EmittedFrom
	})},
	{"credit notes", listOf(func(q *bridge.RecordQuery, _ *manyRecords, _ *rand.Rand) { q.Kind = bridge.KindCreditNote })},
	{"a kind that there is not", listOf(func(q *bridge.RecordQuery, _ *manyRecords, _ *rand.Rand) { q.Kind = bridge.KindQuote })},
	{"a number", listOf(func(q *bridge.RecordQuery, m *manyRecords, random *rand.Rand) {
		q.Number = fmt.Sprint(random.IntN(m.rows))
	})},
	{"a full name", listOf(func(q *bridge.RecordQuery, _ *manyRecords, random *rand.Rand) {
		q.Client = clientFirst[random.IntN(20)] + " " + clientLast[random.IntN(20)] + " " + clientLast[random.IntN(20)]
	})},
	{"a common name", listOf(func(q *bridge.RecordQuery, _ *manyRecords, _ *rand.Rand) { q.Client = "maría" })},
	{"three letters", listOf(func(q *bridge.RecordQuery, _ *manyRecords, _ *rand.Rand) { q.Client = "gon" })},
	{"a name that there is not", listOf(func(q *bridge.RecordQuery, _ *manyRecords, _ *rand.Rand) { q.Client = "zzyzx" })},
	{"a contact", listOf(func(q *bridge.RecordQuery, m *manyRecords, random *rand.Rand) {
		q.ContactID = crm.ID(fmt.Sprintf("c%07d", 1+random.IntN(m.rows/5)))
	})},
	{"a deal", listOf(func(q *bridge.RecordQuery, m *manyRecords, random *rand.Rand) {
		q.DealID = crm.ID(fmt.Sprintf("d%07d", random.IntN(m.rows)))
	})},
	{"counts by state and reason", func(ctx context.Context, r bridge.Reader, m *manyRecords, _ *rand.Rand) error {
		_, err := r.CountRecords(ctx, m.connection)
		return err
	}},
}

func (m *manyRecords) measure(b *testing.B, ask recordQuestion) (p50, p99 time.Duration) {
	b.Helper()
	ctx, random := context.Background(), rand.New(rand.NewPCG(9, 9))
	took := make([]time.Duration, 200)
	for i := range took {
		from := time.Now()
		if err := m.store.View(ctx, m.account, func(r bridge.Reader) error { return ask(ctx, r, m, random) }); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(from).Round(10 * time.Microsecond)
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100]
}
