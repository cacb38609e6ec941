package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

// pageSize is how many documents the backfill handles per transaction.
const pageSize = 50

// page is what a page of new documents leaves behind.
type page struct {
	identities []crm.IdentityKey
	documents  []int64
	clients    []int64
	contacts   []*crm.Contact
	deals      []*crm.Deal
	changes    []crm.StageChange
	events     []crm.Event
	records    []*bridge.Record
	links      []*bridge.ClientLink
	history    []bridge.HistoryEntry
	run        bridge.Run
	readAt     time.Time
}

// pages makes pages, each of new documents of new clients.
type pages struct {
	account    crm.Account
	connection bridge.Connection
	pipeline   crm.Pipeline
	run        bridge.Run
	clock      *crm.Clock
	next       int64
}

func newPages(b *testing.B, s *store.Store) *pages {
	b.Helper()
	p := &pages{clock: crm.NewClock(nil)}
	now := p.clock.Now()
	var err error
	if p.account, err = crm.NewAccount("Mi empresa", crm.Chile, crm.Spanish, now); err != nil {
		b.Fatal(err)
	}
	p.pipeline = crm.DefaultPipeline(crm.Spanish, now)
	p.connection = bridge.Connection{ID: crm.NewID(), AccountID: p.account.ID, Enabled: true, CreatedAt: now}
	p.run = bridge.Run{ID: crm.NewID(), ConnectionID: p.connection.ID, State: bridge.RunActive, StartedAt: now}
	if err := s.CreateAccount(b.Context(), p.account, nil); err != nil {
		b.Fatal(err)
	}
	if err := s.Update(b.Context(), p.account.ID, func(tx bridge.Tx) error {
		if err := tx.CreatePipeline(b.Context(), p.pipeline); err != nil {
			return err
		}
		return tx.SaveConnection(b.Context(), p.connection)
	}); err != nil {
		b.Fatal(err)
	}
	return p
}

func (p *pages) make() *page {
	g := &page{run: p.run}
	actor := crm.Actor{Kind: crm.ActorApp, ID: p.connection.ID}
	plan, _ := json.Marshal(map[string]string{"outcome": "created", "reason": "deal_created", "note": strings.Repeat("x", 700)})
	for range pageSize {
		p.next++
		n, at := p.next, p.clock.Now()
		number := fmt.Sprintf("%07d", n)
		title := "Boleta " + number
		origin := crm.Origin{Actor: actor, At: at.UnixMicro(), Document: title}
		email := crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: "cliente" + number + "@example.invalid"}
		phone := crm.IdentityKey{Kind: crm.IdentityPhone, Normalized: "+5691" + number}
		c := &crm.Contact{
			ID: crm.NewID(), FirstName: "Valentina " + number, LastName: "Aros", Source: "Bsale", CreatedAt: at, UpdatedAt: at,
			Identities: []crm.Identity{{IdentityKey: email, Value: email.Normalized, Primary: true}, {IdentityKey: phone, Value: phone.Normalized, Primary: true}},
			Custom:     crm.Custom{"cf_contact_rut_abcd_text": "1" + number + "-5", "cf_contact_giro_abcd_text": "Comercio al por menor"},
			Origins: crm.Origins{
				"first_name": origin, "last_name": origin, "source": origin, "email": origin, "phone": origin,
				"cf_contact_rut_abcd_text": origin, "cf_contact_giro_abcd_text": origin,
			},
		}
		stage := p.pipeline.Stages[3].ID
		d := &crm.Deal{
			ID: crm.NewID(), Name: title + " – Valentina Aros", ContactID: c.ID, PipelineID: p.pipeline.ID, StageID: stage, StageEnteredAt: at,
			Value: crm.Money{Minor: 115061, Currency: "CLP"}, CreatedAt: at, UpdatedAt: at,
			Custom: crm.Custom{
				"cf_deal_numero_abcd_text": number, "cf_deal_emision_abcd_date": "2026-03-12", "cf_deal_neto_abcd_number": json.Number("96690"),
				"cf_deal_productos_abcd_text": "SKU-1, SKU-2, SKU-3", "cf_deal_sucursal_abcd_text": "Casa matriz",
			},
			Origins: crm.Origins{
				"name": origin, "stage": origin, "value": origin, "contact": origin, "cf_deal_numero_abcd_text": origin,
				"cf_deal_emision_abcd_date": origin, "cf_deal_neto_abcd_number": origin, "cf_deal_productos_abcd_text": origin,
			},
		}
		g.identities = append(g.identities, email, phone)
		g.documents, g.clients = append(g.documents, n), append(g.clients, n)
		g.contacts, g.deals = append(g.contacts, c), append(g.deals, d)
		g.changes = append(g.changes, crm.StageChange{DealID: d.ID, ToStageID: stage, At: at, Actor: actor})
		changes := []crm.Change{{Field: "name", New: d.Name}, {Field: "value", New: "115061 CLP"}, {Field: "stage", New: string(stage)}}
		g.events = append(g.events,
			crm.Event{ID: crm.NewID(), Entity: crm.EntityContact, EntityID: c.ID, Type: crm.EventCreated, At: at, Actor: actor, Document: title, Changes: changes},
			crm.Event{ID: crm.NewID(), Entity: crm.EntityDeal, EntityID: d.ID, Type: crm.EventCreated, At: at, Actor: actor, Document: title, Changes: changes})
		g.records = append(g.records, &bridge.Record{
			ConnectionID: p.connection.ID, BsaleID: n, State: bridge.StateLinked, Reason: bridge.DealCreated, Hash: strings.Repeat("f", 32), RulesVersion: "0123456789abcdef",
			ContactID: c.ID, DealID: d.ID, Kind: bridge.KindReceipt, TypeName: "BOLETA ELECTRÓNICA T", Number: number, EmittedOn: "2026-03-12",
			Total: d.Value, ClientID: n, ClientName: "Valentina Aros", PublicURL: "https://example.invalid/view/" + number, Standing: bridge.StandingActive,
			SeenAt: at, DecidedAt: at,
		})
		g.links = append(g.links, &bridge.ClientLink{ConnectionID: p.connection.ID, ClientID: n, ContactID: c.ID})
		g.history = append(g.history, bridge.HistoryEntry{
			ID: crm.NewID(), ConnectionID: p.connection.ID, RunID: p.run.ID, BsaleID: n, At: at, Outcome: bridge.Created, Reason: bridge.DealCreated,
			Title: title, ClientName: "Valentina Aros", Plan: plan,
		})
	}
	g.run.Progress = []byte(fmt.Sprintf(`{"offset":%d}`, p.next))
	g.readAt = p.clock.Now()
	return g
}

// save does with a page what the backfill does: it looks everything up, then writes.
func (p *pages) save(ctx context.Context, s *store.Store, g *page) error {
	return s.Update(ctx, p.account.ID, func(tx bridge.Tx) error {
		for _, step := range []func() error{
			func() error { _, err := tx.Records(ctx, p.connection.ID, g.documents); return err },
			func() error { _, err := tx.ClientLinks(ctx, p.connection.ID, g.clients); return err },
			func() error { _, err := tx.ContactsByIdentity(ctx, g.identities); return err },
			func() error { return tx.SaveContacts(ctx, g.contacts) },
			func() error { return tx.SaveDeals(ctx, g.deals) },
			func() error { return tx.AddStageChanges(ctx, g.changes) },
			func() error { return tx.AddEvents(ctx, g.events) },
			func() error { return tx.SaveRecords(ctx, g.records, g.readAt) },
			func() error { return tx.SaveClientLinks(ctx, g.links) },
			func() error { return tx.AddHistory(ctx, g.history) },
			func() error { return tx.SaveRun(ctx, g.run) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

var rawTables = []string{"contact", "contact_identity", "deal", "stage_change", "event", "record", "client_link", "history", "posting"}

// rawRows reads rows of a table as they stand, without the number that the database gives.
func rawRows(b *testing.B, db *sql.DB, table string) (columns []string, rows [][]any) {
	b.Helper()
	r, err := db.QueryContext(b.Context(), `SELECT * FROM `+table)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	if columns, err = r.Columns(); err != nil {
		b.Fatal(err)
	}
	skip := 0
	if columns[0] == "number" {
		skip = 1
	}
	for r.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := r.Scan(into...); err != nil {
			b.Fatal(err)
		}
		rows = append(rows, row[skip:])
	}
	if err := r.Err(); err != nil {
		b.Fatal(err)
	}
	return columns[skip:], rows
}

// inserter inserts the rows of one page into one table, in the way that costs the engine least: on SQLite one prepared statement run per row, on
// PostgreSQL one statement for all.
type inserter struct {
	table   string
	columns []string
	rows    [][]any
	unique  []int // columns whose values are to be new each time
}

func (i *inserter) text(rows int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `INSERT INTO %s (%s) VALUES `, i.table, strings.Join(i.columns, ", "))
	for r := range rows {
		if r > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(")
		for c := range i.columns {
			if c > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "$%d", r*len(i.columns)+c+1)
		}
		b.WriteString(")")
	}
	return b.String()
}

// fresh returns the values with the keys changed for the nth time, in the order of the rows.
func (i *inserter) fresh(n int64) []any {
	var values []any
	for _, row := range i.rows {
		at := len(values)
		values = append(values, row...)
		for _, c := range i.unique {
			switch v := values[at+c].(type) {
			case int64:
				values[at+c] = v + n*pageSize
			case string:
				values[at+c] = fmt.Sprintf("%012x", n) + v[min(12, len(v)):]
			case []byte:
				values[at+c] = fmt.Sprintf("%012x", n) + string(v[min(12, len(v)):])
			}
		}
	}
	return values
}

func inserters(b *testing.B, s *store.Store) []*inserter {
	b.Helper()
	var all []*inserter
	for _, table := range rawTables {
		i := &inserter{table: table}
		i.columns, i.rows = rawRows(b, s.ReaderDB(), table)
		for c, name := range i.columns {
			switch name {
			case "id", "number", "contact_id", "deal_id", "entity_id", "bsale_id", "client_id", "normalized":
				i.unique = append(i.unique, c)
			}
		}
		all = append(all, i)
	}
	return all
}

func insertRaw(ctx context.Context, s *store.Store, all []*inserter, n int64) error {
	tx, err := s.WriterDB().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, i := range all {
		values := i.fresh(n)
		if s.Engine() == store.Postgres {
			if _, err := tx.ExecContext(ctx, i.text(len(i.rows)), values...); err != nil {
				return fmt.Errorf("%s: %w", i.table, err)
			}
			continue
		}
		stmt, err := tx.PrepareContext(ctx, i.text(1))
		if err != nil {
			return err
		}
		for width := len(i.columns); len(values) > 0; values = values[width:] {
			if _, err := stmt.ExecContext(ctx, values[:width]...); err != nil {
				return fmt.Errorf("%s: %w", i.table, err)
			}
		}
	}
	return tx.Commit()
}

// BenchmarkPage saves pages of 50 new documents, one transaction each, next to raw inserts of the same rows: the floor. It reports documents per second
// and how many times the floor a page costs.
func BenchmarkPage(b *testing.B) {
	for name, fresh := range map[string]func(b *testing.B) string{
		"sqlite":   func(b *testing.B) string { return filepath.Join(b.TempDir(), "puente.db") },
		"postgres": func(b *testing.B) string { return pgtest.URL(b) },
	} {
		b.Run(name, func(b *testing.B) {
			s := mustOpen(b, fresh(b), store.Options{})
			p := newPages(b, s)
			ctx := context.Background()
			if err := p.save(ctx, s, p.make()); err != nil {
				b.Fatal(err)
			}
			// In a database of its own: the account of the other one numbers its contacts and deals itself.
			rawStore := mustOpen(b, fresh(b), store.Options{})
			first := newPages(b, rawStore)
			if err := first.save(ctx, rawStore, first.make()); err != nil {
				b.Fatal(err)
			}
			raw := inserters(b, rawStore)
			var ours, floor time.Duration
			var n int64
			for b.Loop() {
				g := p.make()
				start := time.Now()
				if err := p.save(ctx, s, g); err != nil {
					b.Fatal(err)
				}
				ours += time.Since(start)
				n++
				start = time.Now()
				if err := insertRaw(ctx, rawStore, raw, n); err != nil {
					b.Fatal(err)
				}
				floor += time.Since(start)
			}
			b.ReportMetric(float64(n*pageSize)/ours.Seconds(), "documents/s")
			b.ReportMetric(float64(n*pageSize)/floor.Seconds(), "floor-documents/s")
			b.ReportMetric(ours.Seconds()/floor.Seconds(), "times-floor")
		})
	}
}
