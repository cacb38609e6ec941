package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
	"puente/internal/store"
)

// documents is how many the backfill reads: enough that start and end do not count.
const documents = 10_000

// theBeginning is before every document.
var theBeginning = bsale.Day{Year: 2000, Month: time.January, Day: 1}

// BenchmarkBackfill reads a whole shop into an empty SQLite database. Its floor is the sum of two things that cannot be saved: fetching and decoding the same pages with the
// same client, and inserting the same rows, indexes and all, in as many transactions.
func BenchmarkBackfill(b *testing.B) {
	ctx := context.Background()
	sim := startShop(b, documents)
	for b.Loop() {
		target := newTarget(b, sim, "sqlite:"+filepath.Join(b.TempDir(), "puente.db"))
		began := time.Now()
		run, err := target.engine.Sync(ctx, target.ref, bridge.SyncOptions{From: theBeginning})
		if err != nil {
			b.Fatal(err)
		}
		took := time.Since(began)

		pages, fetching := fetchAll(b, sim)
		inserting := insertSameRows(b, target.store, pages)
		floor := fetching + inserting
		b.ReportMetric(float64(run.Counts.Documents)/took.Seconds(), "docs/s")
		b.ReportMetric(took.Seconds()/floor.Seconds(), "x-floor")
		b.ReportMetric(fetching.Seconds()*1e6/documents, "fetch-µs/doc")
		b.ReportMetric(inserting.Seconds()*1e6/documents, "insert-µs/doc")
		b.ReportMetric(took.Seconds()*1e6/documents, "µs/doc")
		// What a pass may cost: pages of 50, one of document types, one of users.
		b.ReportMetric(float64(run.Calls)/(float64(documents)/50+2), "x-calls")
		target.close()
	}
}

func startShop(tb testing.TB, documents int) *bsalesim.Simulator {
	tb.Helper()
	sim, err := bsalesim.New(bsalesim.Options{Seed: 7, Documents: documents})
	if err != nil {
		tb.Fatal(err)
	}
	if err := sim.Start("127.0.0.1:0"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(sim.Stop)
	return sim
}

// target is an account with a connection to the simulator.
type target struct {
	store  *store.Store
	engine *bridge.Engine
	ref    bridge.ConnectionRef
	close  func()
}

func openClient(sim *bsalesim.Simulator) (*bsale.Client, error) {
	return bsale.New(bsale.Config{BaseURL: sim.URL(), Token: bsale.Token(sim.Token()), RequestsPerSecond: -1})
}

func newTarget(tb testing.TB, sim *bsalesim.Simulator, url string) *target {
	tb.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	account, err := crm.NewAccount("Mi empresa", crm.Chile, crm.Spanish, time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	if err := db.CreateAccount(ctx, account, nil); err != nil {
		tb.Fatal(err)
	}
	err = db.Update(ctx, account.ID, func(tx bridge.Tx) error {
		return crm.SetUpAccount(ctx, tx, time.Now(), crm.RandomLetters)
	})
	if err != nil {
		tb.Fatal(err)
	}
	engine := bridge.NewEngine(bridge.Options{Store: db, Open: func(bridge.Connection) (*bsale.Client, error) { return openClient(sim) }})
	connection, err := engine.Connect(ctx, account.ID, bridge.ConnectionSettings{BaseURL: sim.URL(), RequestsPerSecond: -1})
	if err != nil {
		tb.Fatal(err)
	}
	return &target{
		store: db, engine: engine, ref: bridge.ConnectionRef{AccountID: account.ID, ConnectionID: connection.ID},
		close: func() {
			if err := db.Close(); err != nil {
				tb.Error(err)
			}
		},
	}
}

// fetchAll reads and decodes the pages that a pass reads, and does nothing with them.
func fetchAll(tb testing.TB, sim *bsalesim.Simulator) (pages int, took time.Duration) {
	tb.Helper()
	client, err := openClient(sim)
	if err != nil {
		tb.Fatal(err)
	}
	began := time.Now()
	for _, state := range []bsale.State{bsale.Active, bsale.Inactive} {
		pager := client.Documents(bsale.DocumentFilter{EmittedFrom: theBeginning, State: state.Ptr(), MayBeCut: bsale.ListDetails}, bsale.Progress{})
		for {
			_, err := pager.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				tb.Fatal(err)
			}
			pages++
		}
	}
	return pages, time.Since(began)
}

// insertSameRows copies every row of the database into an empty one with the same tables and indexes, in that many transactions, and times the inserting alone.
func insertSameRows(tb testing.TB, from *store.Store, transactions int) time.Duration {
	tb.Helper()
	ctx := context.Background()
	to, err := store.Open(ctx, "sqlite:"+filepath.Join(tb.TempDir(), "floor.db"), store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	defer to.Close()
	batches := make([][]insert, transactions)
	for _, table := range tables(tb, from.ReaderDB()) {
		rows, columns := readTable(tb, from.ReaderDB(), table)
		for i, row := range rows {
			t := i * transactions / len(rows)
			batches[t] = addRow(batches[t], table, columns, row)
		}
	}
	db := to.WriterDB()
	if _, err := db.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil { // rows come table by table
		tb.Fatal(err)
	}
	began := time.Now()
	for _, batch := range batches {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			tb.Fatal(err)
		}
		for _, insert := range batch {
			if _, err := tx.ExecContext(ctx, insert.text(), insert.args...); err != nil {
				tb.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			tb.Fatal(err)
		}
	}
	return time.Since(began)
}

// insert is one statement with many rows of one table.
type insert struct {
	table   string
	columns []string
	rows    int
	args    []any
}

func (i insert) text() string {
	row := "(?" + strings.Repeat(",?", len(i.columns)-1) + ")"
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s%s", i.table, strings.Join(i.columns, ","), row, strings.Repeat(","+row, i.rows-1))
}

func addRow(inserts []insert, table string, columns []string, row []any) []insert {
	if n := len(inserts); n == 0 || inserts[n-1].table != table || len(inserts[n-1].args)+len(row) > 30_000 {
		inserts = append(inserts, insert{table: table, columns: columns})
	}
	last := &inserts[len(inserts)-1]
	last.rows++
	last.args = append(last.args, row...)
	return inserts
}

// tables are those that a sync fills.
func tables(tb testing.TB, db *sql.DB) []string {
	tb.Helper()
	rows, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%version%' ORDER BY name")
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			tb.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func readTable(tb testing.TB, db *sql.DB, table string) ([][]any, []string) {
	tb.Helper()
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		tb.Fatal(err)
	}
	var all [][]any
	for rows.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			tb.Fatal(err)
		}
		all = append(all, row)
	}
	return all, columns
}
