package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
)

// patience is how long something that must happen may take before a test gives up.
const patience = 30 * time.Second

// wakes counts what a Waker was asked for.
type wakes struct {
	mu    sync.Mutex
	calls []bridge.ConnectionRef
}

func (w *wakes) wake(_ context.Context, tx any, ref bridge.ConnectionRef) error {
	if _, ok := tx.(*sql.Tx); !ok {
		return fmt.Errorf("the transaction is %T", tx)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, ref)
	return nil
}

// take returns the calls since the last take.
func (w *wakes) take() []bridge.ConnectionRef {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

func (f *fixture) hint(id int64) bridge.Hint {
	return bridge.Hint{Connection: f.ref, BsaleID: id, At: f.clock.Now()}
}

func (f *fixture) due(t *testing.T) []int64 {
	t.Helper()
	now := f.clock.Now()
	return bsaleIDs(view(t, f, func(r bridge.Reader) ([]*bridge.Record, error) {
		return r.DueRecords(f.ctx, f.connection.ID, now, 1000)
	}))
}

func testHints(t *testing.T, f *fixture) {
	var w wakes
	known, later := f.record(1), f.fullRecord(2)
	known.Attempts = 2
	later.DueAt = f.clock.Now().Add(time.Hour)
	f.saveRecords(t, f.clock.Now(), known, later)
	one, two, fresh, again := f.hint(1), f.hint(2), f.hint(3), f.hint(3)
	must(t, f.NoteHints(f.ctx, []bridge.Hint{one, two, again, fresh}, w.wake))
	same(t, "wakes", w.take(), []bridge.ConnectionRef{f.ref})
	known.DueAt, later.DueAt = one.At, two.At // all else stays
	want := &bridge.Record{ConnectionID: f.connection.ID, BsaleID: 3, State: bridge.StateNew, DueAt: again.At, SeenAt: again.At}
	same(t, "records", f.records(t, 1, 2, 3), []*bridge.Record{known, later, want})

	last := f.hint(3)
	must(t, f.NoteHints(f.ctx, []bridge.Hint{last, fresh}, w.wake))
	same(t, "wakes while marked", w.take(), []bridge.ConnectionRef(nil))
	same(t, "record that was due already", f.records(t, 3), []*bridge.Record{want})
	connection := view(t, f, func(r bridge.Reader) (bridge.Connection, error) { return r.Connection(f.ctx, f.connection.ID) })
	same(t, "last notified", connection.LastNotifiedAt, last.At)

	// Saving the connection as it was read before does not undo that.
	f.update(t, func(tx bridge.Tx) error { return tx.SaveConnection(f.ctx, f.connection) })
	connection = view(t, f, func(r bridge.Reader) (bridge.Connection, error) { return r.Connection(f.ctx, f.connection.ID) })
	same(t, "last notified after a save", connection.LastNotifiedAt, last.At)

	must(t, f.Drop(f.ctx, f.ref, "nobody"))
	ok, _, err := f.Acquire(f.ctx, f.ref, "h", f.clock.Now(), f.clock.Now().Add(time.Minute), nil)
	if err != nil || !ok {
		t.Fatalf("acquire: %v, %v", ok, err)
	}
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(0)}, w.wake))
	same(t, "wakes for a sign of life", w.take(), []bridge.ConnectionRef(nil))
	same(t, "records for a sign of life", f.records(t, 0), []*bridge.Record(nil), noneIsEmpty)
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(4)}, w.wake))
	same(t, "wakes after the mark was cleared", w.take(), []bridge.ConnectionRef{f.ref})

	stranger := f.hint(5)
	stranger.Connection.ConnectionID = crm.NewID()
	must(t, f.NoteHints(f.ctx, []bridge.Hint{stranger, f.hint(6)}, w.wake))
	must(t, f.NoteHints(f.ctx, nil, w.wake))
	same(t, "due", f.due(t), []int64{3, 4, 6, 1, 2}) // the new ones first
}

func testHintDuringRead(t *testing.T, f *fixture) {
	var w wakes
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(1), f.hint(2), f.hint(3), f.hint(4)}, w.wake))
	readAt := f.clock.Now()
	again := f.hint(1)
	early := f.hint(3)
	early.At = readAt.Add(-time.Microsecond) // told after the read, by a clock that is behind: who knows what the read saw
	must(t, f.NoteHints(f.ctx, []bridge.Hint{again, early, {Connection: f.ref, BsaleID: 3, At: readAt.Add(-time.Second)}}, w.wake))
	decided := func(id int64) *bridge.Record {
		r := f.record(id)
		return r
	}
	failing := f.record(4)
	failing.State, failing.DueAt = bridge.StateFailed, f.clock.Now().Add(time.Hour)
	f.saveRecords(t, readAt, decided(1), decided(2), decided(3), failing)
	same(t, "due", f.due(t), []int64{1, 3})
	got := f.records(t, 1)[0]
	if got.State != bridge.StateSkipped {
		t.Errorf("the decision was not saved: %+v", got)
	}
	f.saveRecords(t, f.clock.Now(), decided(1), decided(3))
	same(t, "due after the second read", f.due(t), []int64(nil))

	// A document that nobody had heard of: its hint and its page meet.
	readAt = f.clock.Now()
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(9)}, w.wake))
	f.saveRecords(t, readAt, decided(9))
	same(t, "due after a hint for a new document", f.due(t), []int64{9})

	// A record that is marked due by a person stays so whatever came before.
	r := f.records(t, 2)[0]
	r.DueAt = f.clock.Now()
	f.saveRecords(t, r.DueAt, r)
	same(t, "due by hand", f.due(t), []int64{2, 9})
}

func testHintsTogether(t *testing.T, f *fixture) {
	other := *f
	other.account, other.user, other.pipeline, other.connection = f.addAccount(t, "Otra empresa")
	other.ref = refOf(other.connection)
	var w wakes
	refuse := errors.New("no queue")
	calls := 0
	err := f.NoteHints(f.ctx, []bridge.Hint{f.hint(1), other.hint(2)}, func(ctx context.Context, tx any, ref bridge.ConnectionRef) error {
		if calls++; calls == 2 {
			return refuse
		}
		return nil
	})
	if !errors.Is(err, refuse) {
		t.Fatalf("got %v, want the waker's error", err)
	}
	same(t, "due after a rollback", append(f.due(t), other.due(t)...), []int64(nil))
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(1), other.hint(2)}, w.wake))
	if n := len(w.take()); n != 2 {
		t.Errorf("%d wakes, want 2", n)
	}
	same(t, "due", append(f.due(t), other.due(t)...), []int64{1, 2})
}

func testWithWork(t *testing.T, f *fixture) {
	now := f.clock.Now()
	work := func(at time.Time) bool {
		refs, err := f.WithWork(f.ctx, at)
		must(t, err)
		return len(refs) == 1 && refs[0] == f.ref
	}
	// try makes the change, and looks whether there is work a moment before and at the instant.
	try := func(name string, before, at bool, change func(tx bridge.Tx) error) {
		t.Helper()
		f.update(t, change)
		if got := work(now.Add(-time.Microsecond)); got != before {
			t.Errorf("%s: work before is %v, want %v", name, got, before)
		}
		if got := work(now); got != at {
			t.Errorf("%s: work is %v, want %v", name, got, at)
		}
		// Release goes by the same.
		_, _, err := f.Acquire(f.ctx, f.ref, "h", now, now.Add(time.Minute), nil)
		must(t, err)
		released, err := f.Release(f.ctx, f.ref, "h", now)
		must(t, err)
		if released == at {
			t.Errorf("%s: released is %v", name, released)
		}
		must(t, f.Drop(f.ctx, f.ref, "h"))
	}
	save := func(change func(*bridge.Connection)) func(tx bridge.Tx) error {
		return func(tx bridge.Tx) error {
			c := f.connection
			change(&c)
			return tx.SaveConnection(f.ctx, c)
		}
	}
	try("nothing", false, false, func(bridge.Tx) error { return nil })
	try("a poll", false, true, save(func(c *bridge.Connection) { c.NextPollAt = now }))
	try("a recheck", false, true, save(func(c *bridge.Connection) { c.NextRecheckAt = now }))
	try("a poll later", false, false, save(func(c *bridge.Connection) { c.NextPollAt = now.Add(time.Second) }))
	record := f.record(1)
	record.DueAt = now
	try("a record", false, true, func(tx bridge.Tx) error { return tx.SaveRecords(f.ctx, []*bridge.Record{record}, now) })
	try("a record while disabled", false, false, save(func(c *bridge.Connection) { c.Enabled = false }))
	try("a record while stopped", false, false, save(func(c *bridge.Connection) { c.StopReason = bridge.TokenRefused }))
	stopped := func(reason bridge.Reason) []bridge.ConnectionRef {
		refs, err := f.StoppedFor(f.ctx, reason)
		must(t, err)
		return refs
	}
	same(t, "stopped for that", stopped(bridge.TokenRefused), []bridge.ConnectionRef{f.ref})
	same(t, "stopped for something else", len(stopped(bridge.RulesOutdated)), 0)
	f.update(t, save(func(c *bridge.Connection) { c.StopReason, c.Enabled = bridge.TokenRefused, false }))
	same(t, "switched off", len(stopped(bridge.TokenRefused)), 0)
	try("a record once running again", false, true, save(func(*bridge.Connection) {}))
	record.DueAt = time.Time{}
	try("the record done", false, false, func(tx bridge.Tx) error { return tx.SaveRecords(f.ctx, []*bridge.Record{record}, now) })
	run := bridge.Run{ID: crm.NewID(), ConnectionID: f.connection.ID, State: bridge.RunActive}
	try("an active run", true, true, func(tx bridge.Tx) error { return tx.SaveRun(f.ctx, run) })
	run.State = bridge.RunPaused
	try("a paused run", false, false, func(tx bridge.Tx) error { return tx.SaveRun(f.ctx, run) })
	request := &bridge.ClientRequest{ConnectionID: f.connection.ID, ContactID: crm.NewID(), State: bridge.ClientRequestPending, NextAttemptAt: now}
	save2 := func(tx bridge.Tx) error { return tx.SaveClientRequests(f.ctx, []*bridge.ClientRequest{request}) }
	try("a client request", false, true, save2)
	request.State = bridge.ClientRequestFailed
	try("a failed client request", false, false, save2)
}

func testLease(t *testing.T, f *fixture) {
	now := f.clock.Now()
	until := now.Add(time.Minute)
	acquire := func(holder string, at time.Time, stale func(string) bool) (bool, bridge.Lease) {
		t.Helper()
		ok, current, err := f.Acquire(f.ctx, f.ref, holder, at, at.Add(time.Minute), stale)
		must(t, err)
		return ok, current
	}
	check := func(what string, ok, want bool, current, lease bridge.Lease) {
		t.Helper()
		if ok != want {
			t.Errorf("%s: ok is %v", what, ok)
		}
		same(t, what, current, lease)
	}
	ok, current := acquire("a", now, nil)
	check("free", ok, true, current, bridge.Lease{Holder: "a", Until: until})
	ok, current = acquire("b", until.Add(-time.Microsecond), func(holder string) bool { return holder != "a" })
	check("taken", ok, false, current, bridge.Lease{Holder: "a", Until: until})
	ok, current = acquire("a", now.Add(time.Second), nil)
	check("one's own", ok, true, current, bridge.Lease{Holder: "a", Until: until.Add(time.Second)})
	ok, current = acquire("b", now.Add(time.Second), func(holder string) bool { return holder == "a" })
	check("of one that is gone", ok, true, current, bridge.Lease{Holder: "b", Until: until.Add(time.Second)})
	ok, current = acquire("c", until.Add(time.Second), nil)
	check("run out", ok, true, current, bridge.Lease{Holder: "c", Until: until.Add(time.Second + time.Minute)})

	renew := func(holder string, at time.Time, want bool) {
		t.Helper()
		got, err := f.Renew(f.ctx, f.ref, holder, at)
		must(t, err)
		if got != want {
			t.Errorf("renew for %q is %v, want %v", holder, got, want)
		}
	}
	renew("b", until, false)
	renew("c", until.Add(time.Hour), true)
	ok, current = acquire("b", until.Add(time.Minute+time.Second), nil)
	check("renewed", ok, false, current, bridge.Lease{Holder: "c", Until: until.Add(time.Hour)})
	must(t, f.Drop(f.ctx, f.ref, "b")) // not b's: nothing happens
	renew("c", until.Add(time.Hour), true)
	must(t, f.Drop(f.ctx, f.ref, "c"))
	renew("c", until, false)
	renew("", until, false)
	ok, _ = acquire("b", now, nil)
	if !ok {
		t.Error("a dropped lease is not free")
	}

	unknown := bridge.ConnectionRef{AccountID: f.account.ID, ConnectionID: crm.NewID()}
	_, _, err := f.Acquire(f.ctx, unknown, "a", now, until, nil)
	mustFail(t, err, crm.NotFound, "connection_not_found")
	mustFail(t, f.Wake(f.ctx, unknown, true, (&wakes{}).wake), crm.NotFound, "connection_not_found")
}

func testRelease(t *testing.T, f *fixture) {
	var w wakes
	now := f.clock.Now()
	hold := func() {
		t.Helper()
		if ok, current, err := f.Acquire(f.ctx, f.ref, "a", now, now.Add(time.Minute), nil); err != nil || !ok {
			t.Fatalf("acquire: %v, %v, %v", ok, current, err)
		}
	}
	release := func(holder string, want bool) {
		t.Helper()
		if got, err := f.Release(f.ctx, f.ref, holder, f.clock.Now()); err != nil || got != want {
			t.Fatalf("release: %v, %v; want %v", got, err, want)
		}
	}
	hold()
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(1)}, w.wake))
	release("a", false)
	if ok, current, err := f.Acquire(f.ctx, f.ref, "b", now, now.Add(time.Minute), nil); err != nil || ok || current.Holder != "a" {
		t.Fatalf("a lease that was not released is %v, %v, %v", ok, current, err)
	}
	release("b", true) // not b's: nothing is held
	readAt := f.clock.Now()
	f.saveRecords(t, readAt, f.record(1))
	same(t, "wakes", w.take(), []bridge.ConnectionRef{f.ref})
	// Whoever was woken by that hint found the lease taken and went away. So the next hint must wake again.
	release("a", true)
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(2)}, w.wake))
	same(t, "wakes after the release", w.take(), []bridge.ConnectionRef{f.ref})
	hold()
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(3)}, w.wake))
	same(t, "wakes while held", w.take(), []bridge.ConnectionRef{f.ref})
	must(t, f.Drop(f.ctx, f.ref, "a"))
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(4)}, w.wake))
	same(t, "wakes after a drop", w.take(), []bridge.ConnectionRef{f.ref})
}

// waitUntilBlocked returns when some transaction of the store waits for another, beyond those that waited at first. There is no sign of it but to look.
func (f *fixture) waitUntilBlocked(t *testing.T, before int64) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for f.blocked(t) <= before {
		if time.Now().After(deadline) {
			t.Fatal("nothing waits")
		}
	}
}

func (f *fixture) blocked(t *testing.T) int64 {
	t.Helper()
	if f.Engine() == store.SQLite {
		return f.WriterDB().Stats().WaitCount
	}
	var n int64
	must(t, f.ReaderDB().QueryRowContext(f.ctx,
		`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n))
	return n
}

func testLostWakeUp(t *testing.T, f *fixture) {
	if ok, _, err := f.Acquire(f.ctx, f.ref, "a", f.clock.Now(), f.clock.Now().Add(time.Minute), nil); err != nil || !ok {
		t.Fatal(ok, err)
	}
	// The release begins while the hint's transaction is open: it must wait, and then see what the hint brought.
	type result struct {
		released bool
		err      error
	}
	done := make(chan result, 1)
	before := f.blocked(t)
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(1)}, func(context.Context, any, bridge.ConnectionRef) error {
		go func() {
			released, err := f.Release(f.ctx, f.ref, "a", f.clock.Now())
			done <- result{released, err}
		}()
		f.waitUntilBlocked(t, before)
		return nil
	}))
	if r := <-done; r.err != nil || r.released {
		t.Fatalf("released %v, %v: the hint lies there and nobody comes", r.released, r.err)
	}

	// The other way round: the hint begins while a release is under way. It must wait, and then wake, although the connection was marked as woken.
	f.saveRecords(t, f.clock.Now(), f.record(1))
	var w wakes
	hinted := make(chan error, 1)
	before = f.blocked(t)
	must(t, f.Wake(f.ctx, f.ref, true, func(_ context.Context, tx any, _ bridge.ConnectionRef) error {
		go func() { hinted <- f.NoteHints(f.ctx, []bridge.Hint{f.hint(2)}, w.wake) }()
		f.waitUntilBlocked(t, before)
		// What Release does once it saw that nothing is due.
		_, err := tx.(*sql.Tx).ExecContext(f.ctx, `UPDATE connection_signal SET holder = '', held_until = 0, woken = FALSE`)
		return err
	}))
	must(t, <-hinted)
	same(t, "wakes", w.take(), []bridge.ConnectionRef{f.ref})
}

// testStress has hints come in from all sides while jobs work on what is due, and looks that each document was read after its last hint.
func testStress(t *testing.T, f *fixture) {
	const (
		senders   = 4
		hintsEach = 40
		documents = 15
	)
	var (
		jobs   sync.WaitGroup
		mu     sync.Mutex
		hinted = map[int64]time.Time{}
		read   = map[int64]time.Time{}
	)
	work := func() {
		holder := string(crm.NewID())
		ok, _, err := f.Acquire(f.ctx, f.ref, holder, f.clock.Now(), f.clock.Now().Add(time.Hour), nil)
		if err != nil {
			t.Error(err)
			return
		}
		for ok {
			err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
				due, err := tx.DueRecords(f.ctx, f.connection.ID, f.clock.Now(), 4)
				if err != nil {
					return err
				}
				readAt := f.clock.Now()
				for _, r := range due {
					r.State, r.DueAt = bridge.StateSkipped, time.Time{}
					mu.Lock()
					read[r.BsaleID] = readAt
					mu.Unlock()
				}
				return tx.SaveRecords(f.ctx, due, readAt)
			})
			if err != nil {
				t.Error(err)
				return
			}
			released, err := f.Release(f.ctx, f.ref, holder, f.clock.Now())
			if err != nil {
				t.Error(err)
				return
			}
			ok = !released
		}
	}
	wake := func(context.Context, any, bridge.ConnectionRef) error {
		jobs.Go(work)
		return nil
	}
	for sender := range senders {
		jobs.Go(func() {
			for i := range hintsEach {
				h := f.hint(int64(1 + (sender*7+i*3)%documents))
				mu.Lock()
				if h.At.After(hinted[h.BsaleID]) {
					hinted[h.BsaleID] = h.At
				}
				mu.Unlock()
				if err := f.NoteHints(f.ctx, []bridge.Hint{h, f.hint(0)}, wake); err != nil {
					t.Error(err)
				}
			}
		})
	}
	jobs.Wait()
	same(t, "due when all is done", f.due(t), []int64(nil))
	for id, at := range hinted {
		if !read[id].After(at) {
			t.Errorf("document %d was hinted at %v and last read at %v", id, at, read[id])
		}
	}
}

func testHintsBesidePages(t *testing.T, f *fixture) {
	var w wakes
	hinted := make(chan error, 1)
	before := f.blocked(t)
	f.update(t, func(tx bridge.Tx) error {
		readAt := f.clock.Now()
		must(t, tx.SaveRecords(f.ctx, []*bridge.Record{f.record(100)}, readAt))
		hints := []bridge.Hint{f.hint(50), f.hint(100)}
		go func() { hinted <- f.NoteHints(f.ctx, hints, w.wake) }()
		f.waitUntilBlocked(t, before) // on PostgreSQL it has 50 and waits for 100, which is ours
		return tx.SaveRecords(f.ctx, []*bridge.Record{f.record(50)}, readAt)
	})
	must(t, <-hinted)
	same(t, "due", f.due(t), []int64{50, 100})
	same(t, "wakes", w.take(), []bridge.ConnectionRef{f.ref})
	for _, r := range f.records(t, 50, 100) {
		if r.State != bridge.StateSkipped {
			t.Errorf("the page's decision of %d is lost: %+v", r.BsaleID, r)
		}
	}
}

func testOneWriter(t *testing.T, f *fixture) {
	d := f.deal(0, 0)
	f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{d}) })
	var all sync.WaitGroup
	const writers, times = 8, 6
	for range writers {
		all.Go(func() {
			for range times {
				if err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
					deals, err := tx.DealsByID(f.ctx, []crm.ID{d.ID})
					if err != nil {
						return err
					}
					deals[0].Value.Minor++
					return tx.SaveDeals(f.ctx, deals)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got := view(t, f, func(r bridge.Reader) ([]*crm.Deal, error) { return r.DealsByID(f.ctx, []crm.ID{d.ID}) })
	if got[0].Value.Minor != writers*times {
		t.Errorf("the value is %d, want %d", got[0].Value.Minor, writers*times)
	}
}

func testViewIsOneMoment(t *testing.T, f *fixture) {
	c := f.contact("a@example.invalid")
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		read := func() []*crm.Contact {
			got, err := r.ContactsByID(f.ctx, []crm.ID{c.ID})
			must(t, err)
			return got
		}
		same(t, "before", read(), []*crm.Contact(nil), noneIsEmpty)
		f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{c}) })
		same(t, "after", read(), []*crm.Contact(nil), noneIsEmpty)
		return nil
	}))
}

func testWake(t *testing.T, f *fixture) {
	var w wakes
	refuse := errors.New("no queue")
	err := f.Wake(f.ctx, f.ref, false, func(context.Context, any, bridge.ConnectionRef) error { return refuse })
	if !errors.Is(err, refuse) {
		t.Fatalf("got %v, want the waker's error", err)
	}
	must(t, f.Wake(f.ctx, f.ref, false, w.wake))
	must(t, f.Wake(f.ctx, f.ref, false, w.wake))
	same(t, "wakes", w.take(), []bridge.ConnectionRef{f.ref})
	must(t, f.Wake(f.ctx, f.ref, true, w.wake))
	same(t, "forced wakes", w.take(), []bridge.ConnectionRef{f.ref})
	_, _, err = f.Acquire(f.ctx, f.ref, "h", f.clock.Now(), f.clock.Now().Add(time.Minute), nil)
	must(t, err)
	must(t, f.Wake(f.ctx, f.ref, false, w.wake))
	same(t, "wakes after the mark was cleared", w.take(), []bridge.ConnectionRef{f.ref})
	// One that is stopped is not woken by hints, for there is nothing that it may do.
	stopped := f.connection
	stopped.StopReason = bridge.TokenRefused
	f.update(t, func(tx bridge.Tx) error { return tx.SaveConnection(f.ctx, stopped) })
	must(t, f.Drop(f.ctx, f.ref, "h"))
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(1)}, w.wake))
	same(t, "wakes while stopped", w.take(), []bridge.ConnectionRef(nil))
	f.update(t, func(tx bridge.Tx) error { return tx.SaveConnection(f.ctx, f.connection) })
	must(t, f.NoteHints(f.ctx, []bridge.Hint{f.hint(2)}, w.wake))
	same(t, "wakes once running again", w.take(), []bridge.ConnectionRef{f.ref})
}
