package storetest

import (
	"fmt"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func testConnections(t *testing.T, f *fixture) {
	full := bridge.Connection{
		ID: crm.NewID(), AccountID: f.account.ID, BaseURL: "https://api.bsale.io", SealedToken: []byte{0, 1, 255}, TokenLastFour: "abcd",
		RequestsPerSecond: 5.5, Rules: []byte("{\"a\" : 1.0,\n \"b\": \"ñ\"}"), Hook: "secret", Enabled: true, StopReason: bridge.TokenRefused,
		ReadUntil: "2026-03-12", NextPollAt: f.clock.Now(), NextRecheckAt: f.clock.Now(), LastPollAt: f.clock.Now(), LastNotifiedAt: f.clock.Now(),
		CreatedAt: f.clock.Now(), UpdatedAt: f.clock.Now(),
	}
	bare := bridge.Connection{ID: crm.NewID(), AccountID: f.account.ID, CreatedAt: f.clock.Now()}
	hookless := bridge.Connection{ID: crm.NewID(), AccountID: f.account.ID, CreatedAt: f.clock.Now(), RequestsPerSecond: -1, Rules: []byte{}}
	f.update(t, func(tx bridge.Tx) error {
		for _, c := range []bridge.Connection{hookless, full, bare} {
			must(t, tx.SaveConnection(f.ctx, c))
		}
		return nil
	})
	read := func() []bridge.Connection {
		return view(t, f, func(r bridge.Reader) ([]bridge.Connection, error) { return r.Connections(f.ctx) })
	}
	same(t, "connections", read(), []bridge.Connection{f.connection, full, bare, hookless})

	last := full.LastNotifiedAt
	full.SealedToken, full.Rules, full.Enabled, full.LastNotifiedAt, full.Hook = nil, nil, false, time.Time{}, "other"
	f.update(t, func(tx bridge.Tx) error { return tx.SaveConnection(f.ctx, full) })
	full.LastNotifiedAt = last // it does not move back
	got := view(t, f, func(r bridge.Reader) (bridge.Connection, error) { return r.Connection(f.ctx, full.ID) })
	same(t, "connection after an update", got, full)

	ref, err := f.ConnectionByHook(f.ctx, "other")
	must(t, err)
	same(t, "connection by hook", ref, refOf(full))
	for _, hook := range []string{"secret", ""} {
		_, err = f.ConnectionByHook(f.ctx, hook)
		mustFail(t, err, crm.NotFound, "hook_not_found")
	}
	bare.Hook = "other"
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveConnection(f.ctx, bare) }), crm.Conflict, "hook_taken")
	mustFail(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		_, err := r.Connection(f.ctx, crm.NewID())
		return err
	}), crm.NotFound, "connection_not_found")
}

func (f *fixture) fullRecord(id int64) *bridge.Record {
	return &bridge.Record{
		ConnectionID: f.connection.ID, BsaleID: id, State: bridge.StateLinked, Reason: bridge.DealCreated, Hash: "h", RulesVersion: "r",
		ContactID: crm.NewID(), DealID: crm.NewID(), Kind: bridge.KindReceipt, TypeName: "BOLETA ELECTRÓNICA", Number: fmt.Sprint(id),
		EmittedOn: "2026-03-12", Total: crm.Money{Minor: 115061, Currency: "CLP"}, ClientID: 7, ClientName: "Valentina Aros",
		PublicURL: "https://example.invalid/a?b=c&d", Standing: bridge.StandingPartlyCredited, Credited: 5, SaleID: 9, References: []string{"2", "1", "2"},
		DueAt: f.clock.Now(), Attempts: 3, LastError: "tiempo agotado", SeenAt: f.clock.Now(), DecidedAt: f.clock.Now(),
	}
}

func (f *fixture) records(t *testing.T, ids ...int64) []*bridge.Record {
	t.Helper()
	return view(t, f, func(r bridge.Reader) ([]*bridge.Record, error) { return r.Records(f.ctx, f.connection.ID, ids) })
}

func (f *fixture) saveRecords(t *testing.T, readAt time.Time, records ...*bridge.Record) {
	t.Helper()
	f.update(t, func(tx bridge.Tx) error { return tx.SaveRecords(f.ctx, records, readAt) })
}

func testRecords(t *testing.T, f *fixture) {
	bare := &bridge.Record{ConnectionID: f.connection.ID, BsaleID: 1, State: bridge.StateNew, References: []string{}}
	full := f.fullRecord(1 << 40)
	f.saveRecords(t, f.clock.Now(), full, bare)
	same(t, "records", f.records(t, 1<<40, 1, 5, 1), []*bridge.Record{bare, full})

	*bare, *full = *f.fullRecord(1), bridge.Record{ConnectionID: f.connection.ID, BsaleID: 1 << 40, State: bridge.StateFailed}
	twice := *bare
	twice.Hash = "first of two"
	f.saveRecords(t, f.clock.Now(), &twice, full, bare)
	same(t, "records after an update", f.records(t, 1, 1<<40), []*bridge.Record{bare, full})

	stranger := f.record(1)
	stranger.ConnectionID = crm.NewID()
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
		return tx.SaveRecords(f.ctx, []*bridge.Record{stranger}, f.clock.Now())
	}), crm.NotFound, "connection_not_found")
}

func testRecordKeys(t *testing.T, f *fixture) {
	second := bridge.Connection{ID: crm.NewID(), AccountID: f.account.ID, Hook: string(crm.NewID())}
	deal := crm.NewID()
	record := func(id int64, with func(*bridge.Record)) *bridge.Record {
		r := f.record(id)
		with(r)
		return r
	}
	a := record(1, func(r *bridge.Record) {
		r.DealID, r.Number, r.State, r.Reason = deal, "100", bridge.StateLinked, bridge.DealCreated
	})
	b := record(2, func(r *bridge.Record) {
		r.Number, r.References, r.DueAt = "100", []string{"100", "7", "100"}, f.clock.Now()
	})
	c := record(3, func(r *bridge.Record) { r.References, r.DueAt = []string{"7"}, f.clock.Now().Add(time.Hour) })
	d := record(4, func(r *bridge.Record) {
		r.ConnectionID, r.DealID, r.Number, r.References = second.ID, deal, "100", []string{"7"}
	})
	e := record(5, func(r *bridge.Record) { r.DueAt = f.clock.Now() })
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveConnection(f.ctx, second))
		return tx.SaveRecords(f.ctx, []*bridge.Record{e, d, c, b, a}, f.clock.Now())
	})
	find := func(what string, fn func(r bridge.Reader) ([]*bridge.Record, error), want ...*bridge.Record) {
		t.Helper()
		same(t, what, view(t, f, fn), want, noneIsEmpty)
	}
	byKey := []*bridge.Record{a, d}
	if d.ConnectionID < a.ConnectionID {
		byKey = []*bridge.Record{d, a}
	}
	find("by deal", func(r bridge.Reader) ([]*bridge.Record, error) {
		return r.RecordsByDeal(f.ctx, []crm.ID{deal, deal, crm.NewID()})
	}, byKey...)
	find("by no deal", func(r bridge.Reader) ([]*bridge.Record, error) { return r.RecordsByDeal(f.ctx, []crm.ID{""}) })
	find("by number", func(r bridge.Reader) ([]*bridge.Record, error) {
		return r.RecordsByNumber(f.ctx, f.connection.ID, []string{"100", "8"})
	}, a, b)
	find("by no number", func(r bridge.Reader) ([]*bridge.Record, error) {
		return r.RecordsByNumber(f.ctx, f.connection.ID, []string{""})
	})
	referring := func(r bridge.Reader) ([]*bridge.Record, error) {
		return r.RecordsReferring(f.ctx, f.connection.ID, []string{"7", "100"})
	}
	find("referring", referring, b, c)
	last := func(want int64) {
		t.Helper()
		must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
			got, err := r.LastDecided(f.ctx, f.connection.ID)
			if got != want {
				t.Errorf("the last decided is %d, want %d", got, want)
			}
			return err
		}))
	}
	unread := f.record(9)
	unread.Hash, unread.DueAt = "", time.Time{}
	f.saveRecords(t, f.clock.Now(), unread)
	last(0)
	unread.Hash = "read"
	f.saveRecords(t, f.clock.Now(), unread)
	last(9)
	now := f.clock.Now()
	due := func(limit int) func(r bridge.Reader) ([]*bridge.Record, error) {
		return func(r bridge.Reader) ([]*bridge.Record, error) {
			return r.DueRecords(f.ctx, f.connection.ID, now, limit)
		}
	}
	find("due", due(10), b, e)
	find("the first due", due(1), b)
	find("due in an hour", func(r bridge.Reader) ([]*bridge.Record, error) {
		return r.DueRecords(f.ctx, f.connection.ID, now.Add(2*time.Hour), 10)
	}, b, c, e)

	b.References, c.References, c.DueAt, b.DueAt = nil, []string{"9"}, time.Time{}, time.Time{}
	f.saveRecords(t, f.clock.Now(), b, c)
	find("referring after an update", referring)
	find("due after an update", due(10), e)
}

func testRecordsByReason(t *testing.T, f *fixture) {
	reasons := []bridge.Reason{bridge.NoClient, bridge.GenericClient, bridge.MissingEmail, ""}
	var all []*bridge.Record
	for i := range 20 {
		r := f.record(int64(100 - i))
		r.Reason = reasons[i%len(reasons)]
		all = append(all, r)
	}
	linked := f.record(7)
	linked.State, linked.Reason = bridge.StateLinked, bridge.NoClient
	f.saveRecords(t, f.clock.Now(), append(all, linked)...)
	find := func(reason bridge.Reason, after int64, limit int) []int64 {
		return bsaleIDs(view(t, f, func(r bridge.Reader) ([]*bridge.Record, error) {
			return r.RecordsByReason(f.ctx, f.connection.ID, bridge.StateSkipped, reason, after, limit)
		}))
	}
	same(t, "of one reason", find(bridge.NoClient, 0, 10), []int64{84, 88, 92, 96, 100})
	same(t, "of one reason, the next two", find(bridge.NoClient, 84, 2), []int64{88, 92})
	same(t, "of any reason", find("", 0, 5), []int64{81, 82, 83, 84, 85})
	same(t, "of any reason, the rest", find("", 97, 5), []int64{98, 99, 100})
	same(t, "of a reason that none has", find(bridge.ManyDeals, 0, 5), []int64(nil))
	counts := view(t, f, func(r bridge.Reader) ([]bridge.RecordCount, error) { return r.CountRecords(f.ctx, f.connection.ID) })
	same(t, "counts", counts, []bridge.RecordCount{
		{State: bridge.StateLinked, Reason: bridge.NoClient, Count: 1},
		{State: bridge.StateSkipped, Reason: "", Count: 5},
		{State: bridge.StateSkipped, Reason: bridge.GenericClient, Count: 5},
		{State: bridge.StateSkipped, Reason: bridge.MissingEmail, Count: 5},
		{State: bridge.StateSkipped, Reason: bridge.NoClient, Count: 5},
	})
}

func testClients(t *testing.T, f *fixture) {
	one := &bridge.ClientLink{ConnectionID: f.connection.ID, ClientID: 9, ContactID: crm.NewID(), Chosen: true, LookedUpAt: f.clock.Now(), Email: "A@b.cl ", Phone: "9"}
	two := &bridge.ClientLink{ConnectionID: f.connection.ID, ClientID: 3, ContactID: one.ContactID}
	none := &bridge.ClientLink{ConnectionID: f.connection.ID, ClientID: 5}
	stranger := &bridge.ClientLink{ConnectionID: crm.NewID(), ClientID: 5}
	f.update(t, func(tx bridge.Tx) error {
		return tx.SaveClientLinks(f.ctx, []*bridge.ClientLink{{ConnectionID: one.ConnectionID, ClientID: 9}, one, two, none})
	})
	links := func(ids ...int64) []*bridge.ClientLink {
		return view(t, f, func(r bridge.Reader) ([]*bridge.ClientLink, error) { return r.ClientLinks(f.ctx, f.connection.ID, ids) })
	}
	same(t, "links", links(9, 3, 4, 5), []*bridge.ClientLink{two, none, one})
	byContact := view(t, f, func(r bridge.Reader) ([]*bridge.ClientLink, error) {
		return r.ClientLinksByContact(f.ctx, f.connection.ID, []crm.ID{one.ContactID, ""})
	})
	same(t, "links of a contact", byContact, []*bridge.ClientLink{two, one})
	none.ContactID, none.Email = crm.NewID(), "c@d.cl"
	none.Chosen = true
	f.update(t, func(tx bridge.Tx) error { return tx.SaveClientLinks(f.ctx, []*bridge.ClientLink{none}) })
	same(t, "link after an update", links(5), []*bridge.ClientLink{none})
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
		return tx.SaveClientLinks(f.ctx, []*bridge.ClientLink{stranger})
	}), crm.NotFound, "connection_not_found")

	now := f.clock.Now()
	request := func(state bridge.ClientRequestState, next time.Time) *bridge.ClientRequest {
		return &bridge.ClientRequest{ConnectionID: f.connection.ID, ContactID: crm.NewID(), State: state, NextAttemptAt: next, CreatedAt: f.clock.Now()}
	}
	first := request(bridge.ClientRequestPending, now)
	first.ClientID, first.SentAt, first.Attempts, first.LastError = 4, now, 2, "x"
	unset, later, done := request(bridge.ClientRequestPending, time.Time{}), request(bridge.ClientRequestPending, now.Add(time.Hour)), request(bridge.ClientRequestDone, now)
	f.update(t, func(tx bridge.Tx) error {
		return tx.SaveClientRequests(f.ctx, []*bridge.ClientRequest{done, later, unset, first})
	})
	due := func(at time.Time, limit int) []*bridge.ClientRequest {
		return view(t, f, func(r bridge.Reader) ([]*bridge.ClientRequest, error) {
			return r.DueClientRequests(f.ctx, f.connection.ID, at, limit)
		})
	}
	same(t, "requests", due(now, 10), []*bridge.ClientRequest{first, unset})
	same(t, "the oldest request", due(now, 1), []*bridge.ClientRequest{first})
	same(t, "requests in an hour", due(now.Add(time.Hour), 10), []*bridge.ClientRequest{first, unset, later})
	first.State = bridge.ClientRequestFailed
	f.update(t, func(tx bridge.Tx) error { return tx.SaveClientRequests(f.ctx, []*bridge.ClientRequest{first}) })
	same(t, "requests after an update", due(now, 10), []*bridge.ClientRequest{unset})
	first.ConnectionID = crm.NewID()
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
		return tx.SaveClientRequests(f.ctx, []*bridge.ClientRequest{first})
	}), crm.NotFound, "connection_not_found")
}

func testRuns(t *testing.T, f *fixture) {
	full := bridge.Run{
		ID: crm.NewID(), ConnectionID: f.connection.ID, Kind: bridge.RunBackfill, State: bridge.RunActive, From: "2026-01-01", To: "2026-03-12", Estimate: 12,
		Progress: []byte("{\"offset\" : 50}"), Calls: 1 << 40, LastError: "x", StartedAt: f.clock.Now(), FinishedAt: f.clock.Now(),
		Counts: bridge.Counts{Documents: 5, Created: 1, Skipped: map[bridge.Reason]int{bridge.NoClient: 2}, ContactsCreated: 1},
	}
	active := bridge.Run{ID: crm.NewID(), ConnectionID: f.connection.ID, Kind: bridge.RunPoll, State: bridge.RunActive, StartedAt: f.clock.Now()}
	paused := bridge.Run{ID: crm.NewID(), ConnectionID: f.connection.ID, State: bridge.RunPaused, StartedAt: f.clock.Now(), Counts: bridge.Counts{Skipped: map[bridge.Reason]int{}}}
	f.update(t, func(tx bridge.Tx) error {
		for _, n := range []bridge.Run{paused, active, full} {
			must(t, tx.SaveRun(f.ctx, n))
		}
		return nil
	})
	runs := func(limit int) []bridge.Run {
		return view(t, f, func(r bridge.Reader) ([]bridge.Run, error) { return r.Runs(f.ctx, f.connection.ID, "", limit) })
	}
	open := func() []bridge.Run {
		return view(t, f, func(r bridge.Reader) ([]bridge.Run, error) { return r.OpenRuns(f.ctx, f.connection.ID) })
	}
	same(t, "runs", runs(10), []bridge.Run{paused, active, full})
	same(t, "the newest runs", runs(2), []bridge.Run{paused, active})
	same(t, "open runs", open(), []bridge.Run{full, active, paused})
	same(t, "run", view(t, f, func(r bridge.Reader) (bridge.Run, error) { return r.Run(f.ctx, full.ID) }), full)
	full.State, full.Progress, full.Counts = bridge.RunDone, nil, bridge.Counts{}
	f.update(t, func(tx bridge.Tx) error { return tx.SaveRun(f.ctx, full) })
	same(t, "run after an update", view(t, f, func(r bridge.Reader) (bridge.Run, error) { return r.Run(f.ctx, full.ID) }), full)
	same(t, "open runs after an update", open(), []bridge.Run{active, paused})
	mustFail(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		_, err := r.Run(f.ctx, crm.NewID())
		return err
	}), crm.NotFound, "run_not_found")
	active.ConnectionID = crm.NewID()
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveRun(f.ctx, active) }), crm.NotFound, "connection_not_found")

	entry := func(document int64, plan []byte) bridge.HistoryEntry {
		return bridge.HistoryEntry{
			ID: crm.NewID(), ConnectionID: f.connection.ID, RunID: full.ID, BsaleID: document, At: f.clock.Now(), Outcome: bridge.Created,
			Reason: bridge.DealCreated, Title: "Boleta 1", ClientName: "Valentina", Plan: plan,
		}
	}
	a, b, c := entry(1, []byte("{\"x\" : [1.0, 2e3]}")), entry(2, nil), entry(1, []byte{})
	c.RunID = ""
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.AddHistory(f.ctx, nil))
		return tx.AddHistory(f.ctx, []bridge.HistoryEntry{a, b, c})
	})
	history := func(document int64, limit int) []bridge.HistoryEntry {
		return view(t, f, func(r bridge.Reader) ([]bridge.HistoryEntry, error) {
			return r.History(f.ctx, f.connection.ID, document, limit)
		})
	}
	same(t, "history", history(0, 10), []bridge.HistoryEntry{c, b, a})
	same(t, "the newest of the history", history(0, 2), []bridge.HistoryEntry{c, b})
	same(t, "history of a document", history(1, 10), []bridge.HistoryEntry{c, a})
	a.ConnectionID = crm.NewID()
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
		return tx.AddHistory(f.ctx, []bridge.HistoryEntry{a})
	}), crm.NotFound, "connection_not_found")
}
