package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// someRecord is a record as a small shop has it, so that filters meet.
func (r random) someRecord(f *fixture, id int64, contacts, deals []crm.ID) *bridge.Record {
	first := []string{"Ana", "María", "Mariana", "José", "ÑAMKU", "Pérez"}
	client := int64(r.IntN(12))
	c := &bridge.Record{
		ConnectionID: f.connection.ID, BsaleID: id, Kind: []bridge.Kind{bridge.KindReceipt, bridge.KindQuote, bridge.KindCreditNote}[r.IntN(3)],
		State:  []bridge.State{bridge.StateNew, bridge.StateLinked, bridge.StateSkipped, bridge.StateConflict, bridge.StateFailed}[r.IntN(5)],
		Reason: []bridge.Reason{"", bridge.NoClient, bridge.MissingEmail, bridge.ManyContacts, bridge.DealCreated}[r.IntN(5)],
		Number: fmt.Sprint(r.IntN(20)), ContactID: r.of(contacts...), DealID: r.of(deals...), ClientID: client, SeenAt: f.clock.Now(),
	}
	if r.IntN(6) > 0 {
		c.EmittedOn = fmt.Sprintf("2026-03-%02d", 1+r.IntN(9))
	}
	if client > 0 {
		c.ClientName = first[int(client)%len(first)] + " " + first[r.IntN(len(first))]
	}
	return c
}

func (r random) recordQuery(contacts, deals []crm.ID) bridge.RecordQuery {
	q := bridge.RecordQuery{Limit: 1 + r.IntN(7)}
	maybe := func(set func()) {
		if r.IntN(4) == 0 {
			set()
		}
	}
	maybe(func() { q.States = []bridge.State{bridge.StateSkipped, bridge.StateConflict}[:1+r.IntN(2)] })
	maybe(func() { q.Reasons = []bridge.Reason{bridge.MissingEmail, bridge.ManyContacts, ""}[:1+r.IntN(3)] })
	maybe(func() { q.Kind = bridge.KindQuote })
	maybe(func() { q.Number = fmt.Sprint(r.IntN(20)) })
	maybe(func() { q.Client = []string{"mari", "ana", "perez jose", "ñamku", "nadie"}[r.IntN(5)] })
	maybe(func() { q.ClientID = int64(1 + r.IntN(11)) })
	maybe(func() { q.ContactID = r.of(contacts...) })
	maybe(func() { q.DealID = r.of(deals...) })
	maybe(func() { q.EmittedFrom = fmt.Sprintf("2026-03-%02d", 1+r.IntN(9)) })
	maybe(func() { q.EmittedTo = fmt.Sprintf("2026-03-%02d", 1+r.IntN(9)) })
	return q
}

// fits is the filter written plainly.
func fits(c *bridge.Record, q bridge.RecordQuery) bool {
	byDay := q.EmittedFrom != "" || q.EmittedTo != ""
	named := !slices.ContainsFunc(strings.Fields(crm.Fold(q.Client)), func(term string) bool {
		return !slices.ContainsFunc(strings.Fields(crm.Fold(c.ClientName)), func(word string) bool { return strings.HasPrefix(word, term) })
	})
	return (len(q.States) == 0 || slices.Contains(q.States, c.State)) && (len(q.Reasons) == 0 || slices.Contains(q.Reasons, c.Reason)) &&
		(q.Kind == "" || q.Kind == c.Kind) && (q.Number == "" || q.Number == c.Number) && (q.ClientID == 0 || q.ClientID == c.ClientID) &&
		(q.ContactID == "" || q.ContactID == c.ContactID) && (q.DealID == "" || q.DealID == c.DealID) && named &&
		(!byDay || c.EmittedOn != "" && c.EmittedOn >= q.EmittedFrom && (q.EmittedTo == "" || c.EmittedOn <= q.EmittedTo))
}

// wanted is what the list has to hold, in its order.
func wanted(all []*bridge.Record, q bridge.RecordQuery) []int64 {
	var found []*bridge.Record
	for _, c := range all {
		if fits(c, q) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b *bridge.Record) int {
		if byDay := q.EmittedFrom != "" || q.EmittedTo != ""; byDay && a.EmittedOn != b.EmittedOn {
			return strings.Compare(b.EmittedOn, a.EmittedOn)
		}
		return int(b.BsaleID - a.BsaleID)
	})
	return bsaleIDs(found)
}

// listed reads a list page by page.
func (f *fixture) listed(t *testing.T, q bridge.RecordQuery) []int64 {
	t.Helper()
	var got []int64
	for pages := 0; ; pages++ {
		page := view(t, f, func(r bridge.Reader) (crm.Page[*bridge.Record], error) {
			return r.ListRecords(f.ctx, f.connection.ID, q)
		})
		if len(page.Items) > q.Limit {
			t.Errorf("%d records on a page of %d", len(page.Items), q.Limit)
		}
		got = append(got, bsaleIDs(page.Items)...)
		if q.Cursor = page.Next; page.Next == "" {
			return got
		}
		if pages > 200 {
			t.Fatal("the list does not end")
		}
	}
}

func testRecordLists(t *testing.T, f *fixture) {
	r := random{rand.New(rand.NewPCG(5, 6))}
	contacts, deals := []crm.ID{"", crm.NewID(), crm.NewID()}, []crm.ID{"", crm.NewID(), crm.NewID()}
	byID := map[int64]*bridge.Record{}
	for range 3 { // saved again, so that names, states and days change
		var some []*bridge.Record
		for id := range int64(150) {
			if r.IntN(3) > 0 {
				byID[id+1] = r.someRecord(f, id+1, contacts, deals)
				some = append(some, byID[id+1])
			}
		}
		f.saveRecords(t, f.clock.Now(), some...)
		var all []*bridge.Record
		for _, c := range byID {
			all = append(all, c)
		}
		for range 120 {
			q := r.recordQuery(contacts, deals)
			same(t, fmt.Sprintf("list %+v", q), f.listed(t, q), wanted(all, q), noneIsEmpty)
		}
	}
	for _, q := range []bridge.RecordQuery{
		{Limit: 1, Cursor: "x"},
		{Limit: 1, Cursor: "2026-03-01.5"},
		{Limit: 1, Cursor: ".5", EmittedTo: "2026-03-01"},
	} {
		mustFail(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
			_, err := r.ListRecords(f.ctx, f.connection.ID, q)
			return err
		}), crm.Invalid, "cursor_invalid")
	}
}

// testRecordListsAreBounded has far more records than one page reads past, and few that fit.
func testRecordListsAreBounded(t *testing.T, f *fixture) {
	const many = 9000
	var all []*bridge.Record
	for id := range int64(many) {
		c := f.record(id + 1)
		c.Kind, c.EmittedOn, c.ClientID, c.ClientName = bridge.KindReceipt, "2026-03-01", 1+id%3000, "Común Cliente"
		if id%4000 == 17 {
			c.Kind, c.ClientName = bridge.KindQuote, "Rara Cliente"
		}
		all = append(all, c)
	}
	f.saveRecords(t, f.clock.Now(), all...)
	for _, q := range []bridge.RecordQuery{
		{Kind: bridge.KindQuote, Limit: 10},
		{Kind: bridge.KindQuote, EmittedFrom: "2026-02-01", Limit: 10},
		{Kind: bridge.KindQuote, States: []bridge.State{bridge.StateSkipped}, Limit: 10},
		{Client: "cliente rara", Limit: 10},
		{Client: "cliente", Kind: bridge.KindQuote, Limit: 2},
	} {
		same(t, fmt.Sprintf("list %+v", q), f.listed(t, q), wanted(all, q))
	}
	first := view(t, f, func(r bridge.Reader) (crm.Page[*bridge.Record], error) {
		return r.ListRecords(f.ctx, f.connection.ID, bridge.RecordQuery{Kind: bridge.KindCreditNote, Limit: 10})
	})
	if len(first.Items) > 0 || first.Next == "" {
		t.Errorf("a page that finds nothing within its bounds: %d records, next %q", len(first.Items), first.Next)
	}
}

func testRecordTotals(t *testing.T, f *fixture) {
	r := random{rand.New(rand.NewPCG(7, 8))}
	byID := map[int64]*bridge.Record{}
	for range 6 {
		var some []*bridge.Record
		for range 40 {
			id := int64(1 + r.IntN(60))
			if slices.ContainsFunc(some, func(c *bridge.Record) bool { return c.BsaleID == id }) {
				continue
			}
			byID[id] = r.someRecord(f, id, []crm.ID{""}, []crm.ID{""})
			some = append(some, byID[id])
		}
		f.saveRecords(t, f.clock.Now(), some...)
		// A transaction that fails counts nothing.
		err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
			must(t, tx.SaveRecords(f.ctx, []*bridge.Record{f.record(1), f.record(99)}, f.clock.Now()))
			return errors.New("no")
		})
		if err == nil {
			t.Fatal("it did not fail")
		}
		// A hint makes a record that is new.
		hinted := int64(1000 + r.IntN(5))
		must(t, f.NoteHints(f.ctx, []bridge.Hint{{Connection: f.ref, BsaleID: hinted, At: f.clock.Now()}}, func(context.Context, any, bridge.ConnectionRef) error { return nil }))
		if byID[hinted] == nil {
			byID[hinted] = &bridge.Record{BsaleID: hinted, State: bridge.StateNew}
		}
		want := map[bridge.RecordCount]int{}
		for _, c := range byID {
			want[bridge.RecordCount{State: c.State, Reason: c.Reason}]++
		}
		got := map[bridge.RecordCount]int{}
		for _, c := range view(t, f, func(r bridge.Reader) ([]bridge.RecordCount, error) { return r.CountRecords(f.ctx, f.connection.ID) }) {
			got[bridge.RecordCount{State: c.State, Reason: c.Reason}] = c.Count
		}
		same(t, "totals", got, want)
	}
}

func testDays(t *testing.T, f *fixture) {
	created, skipped := bridge.DecisionCount{Outcome: bridge.Created, Reason: bridge.DealCreated, Count: 2}, bridge.DecisionCount{Outcome: bridge.Skipped, Reason: bridge.NoClient, Count: 5}
	for _, day := range []string{"2026-03-12", "2026-03-12", "2026-03-11"} {
		f.update(t, func(tx bridge.Tx) error {
			must(t, tx.AddCalls(f.ctx, f.connection.ID, day, 7))
			must(t, tx.AddDecisions(f.ctx, f.connection.ID, day, nil))
			return tx.AddDecisions(f.ctx, f.connection.ID, day, []bridge.DecisionCount{skipped, created})
		})
	}
	decisions := func(day string) []bridge.DecisionCount {
		return view(t, f, func(r bridge.Reader) ([]bridge.DecisionCount, error) {
			return r.CountDecisions(f.ctx, f.connection.ID, day)
		})
	}
	same(t, "one day", decisions("2026-03-11"), []bridge.DecisionCount{created, skipped})
	created.Count, skipped.Count = 4, 10
	same(t, "a day with two additions", decisions("2026-03-12"), []bridge.DecisionCount{created, skipped})
	same(t, "a day without", decisions("2026-03-10"), []bridge.DecisionCount(nil))
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		day, all, err := r.CountCalls(f.ctx, f.connection.ID, "2026-03-12")
		if day != 14 || all != 21 {
			t.Errorf("%d calls on the day and %d in all, want 14 and 21", day, all)
		}
		return err
	}))
}

func testClientRequests(t *testing.T, f *fixture) {
	var failed []*bridge.ClientRequest
	f.update(t, func(tx bridge.Tx) error {
		at := f.clock.Now()
		for i := range 7 {
			state := []bridge.ClientRequestState{bridge.ClientRequestFailed, bridge.ClientRequestPending, bridge.ClientRequestDone}[i%3]
			request := &bridge.ClientRequest{ConnectionID: f.connection.ID, ContactID: crm.NewID(), State: state, Reason: bridge.ClientRefused, LastError: "x", CreatedAt: at}
			if i == 6 {
				request.CreatedAt = at.Add(-time.Hour)
			}
			if state == bridge.ClientRequestFailed {
				failed = append(failed, request)
			}
			must(t, tx.SaveClientRequests(f.ctx, []*bridge.ClientRequest{request}))
		}
		return nil
	})
	oldest := failed[2]
	failed = []*bridge.ClientRequest{oldest, failed[0], failed[1]}
	if failed[1].ContactID > failed[2].ContactID {
		failed[1], failed[2] = failed[2], failed[1]
	}
	page := func(after crm.ID, limit int) []*bridge.ClientRequest {
		return view(t, f, func(r bridge.Reader) ([]*bridge.ClientRequest, error) {
			return r.ClientRequests(f.ctx, f.connection.ID, bridge.ClientRequestFailed, after, limit)
		})
	}
	same(t, "all failed ones", page("", 10), failed)
	same(t, "the first two", page("", 2), failed[:2])
	same(t, "those after the second", page(failed[1].ContactID, 2), failed[2:])
	one := view(t, f, func(r bridge.Reader) (*bridge.ClientRequest, error) {
		return r.ClientRequest(f.ctx, f.connection.ID, failed[1].ContactID)
	})
	same(t, "one", one, failed[1])
	mustFail(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		_, err := r.ClientRequest(f.ctx, f.connection.ID, crm.NewID())
		return err
	}), crm.NotFound, "client_request_not_found")
}

func testRunPages(t *testing.T, f *fixture) {
	var runs []bridge.Run
	at := f.clock.Now()
	f.update(t, func(tx bridge.Tx) error {
		for i := range 5 {
			run := bridge.Run{ID: crm.NewID(), ConnectionID: f.connection.ID, Kind: bridge.RunAgain, State: bridge.RunDone, StartedAt: at.Add(time.Duration(i/2) * time.Second)}
			if i == 3 {
				run.Reasons = []bridge.Reason{bridge.NoClient, bridge.MissingEmail}
			}
			runs = append(runs, run)
			must(t, tx.SaveRun(f.ctx, run))
		}
		return nil
	})
	slices.SortFunc(runs, func(a, b bridge.Run) int {
		if c := b.StartedAt.Compare(a.StartedAt); c != 0 {
			return c
		}
		return strings.Compare(string(b.ID), string(a.ID))
	})
	var got []bridge.Run
	for before := crm.ID(""); ; {
		page := view(t, f, func(r bridge.Reader) ([]bridge.Run, error) { return r.Runs(f.ctx, f.connection.ID, before, 2) })
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		before = page[len(page)-1].ID
	}
	same(t, "runs page by page", got, runs)
}

func testWakeInside(t *testing.T, f *fixture) {
	woken := 0
	wake := func(_ context.Context, tx any, ref bridge.ConnectionRef) error {
		if tx == nil || ref != f.ref {
			t.Errorf("woken for %+v in %v", ref, tx)
		}
		woken++
		return nil
	}
	for range 2 { // the second finds it marked
		f.update(t, func(tx bridge.Tx) error { return tx.Wake(f.ctx, f.connection.ID, wake) })
	}
	if woken != 1 {
		t.Errorf("woken %d times, want once", woken)
	}
	f.connection.Enabled = false
	f.update(t, func(tx bridge.Tx) error { return tx.SaveConnection(f.ctx, f.connection) })
	must(t, f.Drop(f.ctx, f.ref, ""))
	f.update(t, func(tx bridge.Tx) error { return tx.Wake(f.ctx, f.connection.ID, wake) })
	if woken != 1 {
		t.Error("a connection that is switched off was woken")
	}
}
