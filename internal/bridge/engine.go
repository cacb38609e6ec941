package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// Settings are the engine's times. The zero value of each means its default.
type Settings struct {
	LeaseFor      time.Duration // how long a holder may be silent before another takes over
	PollEvery     time.Duration // between two polls of the last days
	RecheckEvery  time.Duration // between two rechecks of older documents
	OverlapDays   int           // how many days before the watermark a poll reads again
	RecheckDays   int           // how far back a recheck reads: late annulments were seen on documents weeks old
	WorkFor       time.Duration // after how long a job hands over to the next one, so that no job runs for hours
	RetryAfter    time.Duration // pause of a connection after Bsale could not be reached
	DirectoryFor  time.Duration // how long Bsale's users are kept
	LookUpsAtOnce int           // clients looked up one by one before the first of them shows that it pays
}

func (s Settings) withDefaults() Settings {
	setTime := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	setTime(&s.LeaseFor, 15*time.Second)
	setTime(&s.PollEvery, 5*time.Minute)
	setTime(&s.RecheckEvery, 24*time.Hour)
	setTime(&s.WorkFor, 30*time.Second)
	setTime(&s.RetryAfter, 10*time.Second)
	setTime(&s.DirectoryFor, 10*time.Minute)
	if s.OverlapDays == 0 {
		s.OverlapDays = 7
	}
	if s.RecheckDays == 0 {
		s.RecheckDays = 60
	}
	if s.LookUpsAtOnce == 0 {
		s.LookUpsAtOnce = 2
	}
	return s
}

// Options are what an engine is made of.
type Options struct {
	Store Store
	// Open returns a client for the connection, with its token unsealed. Seal seals the token of the connection with that id; nil where no token is kept.
	Open func(Connection) (*bsale.Client, error)
	Seal func(connection crm.ID, token bsale.Token) ([]byte, error)
	// MayReach says whether a connection may be pointed at an address, as [bsale.ParseBaseURL] gives it; nil: at any. Whoever may set it has this process send requests there.
	MayReach func(baseURL string) bool
	// Wake enqueues a connection's work; nil where nobody works a queue (one-off commands).
	Wake Waker
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Holder names this process in leases; Gone judges whether another holder is no more, nil: never before its lease ends.
	Holder string
	Gone   func(holder string) bool
	Log    *slog.Logger
	Settings
}

// Engine does the connections' work: documents that were notified, polls, backfills, retries, clients to be made in Bsale. It is safe for concurrent use;
// per connection one lease lets only one of all processes work at a time.
type Engine struct {
	store    Store
	open     func(Connection) (*bsale.Client, error)
	seal     func(crm.ID, bsale.Token) ([]byte, error)
	mayReach func(string) bool
	wake     Waker
	queued   bool // there is a queue to wake
	clock    *crm.Clock
	holder   string
	gone     func(string) bool
	log      *slog.Logger
	settings Settings

	retired atomic.Bool

	mu       sync.Mutex
	sessions map[crm.ID]*session
	clients  map[crm.ID]openClient
}

// openClient is a client of a connection as it was when the client was made.
type openClient struct {
	*bsale.Client
	madeFor time.Time // Connection.UpdatedAt
}

// clientOf returns the connection's client, one for all that this process does: Bsale's limits are on the token.
func (e *Engine) clientOf(c Connection) (*bsale.Client, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if known, ok := e.clients[c.ID]; ok && known.madeFor.Equal(c.UpdatedAt) {
		return known.Client, nil
	}
	client, err := e.open(c)
	if err == nil {
		e.clients[c.ID] = openClient{client, c.UpdatedAt}
	}
	return client, err
}

// NewEngine returns an engine.
func NewEngine(o Options) *Engine {
	e := &Engine{
		store: o.Store, open: o.Open, seal: o.Seal, mayReach: o.MayReach, wake: o.Wake, clock: crm.NewClock(o.Now), holder: o.Holder, gone: o.Gone, log: o.Log,
		settings: o.Settings.withDefaults(), sessions: map[crm.ID]*session{}, clients: map[crm.ID]openClient{},
	}
	if e.queued = e.wake != nil; !e.queued {
		e.wake = func(context.Context, any, ConnectionRef) error { return nil }
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.holder == "" {
		e.holder = string(crm.NewID())
	}
	return e
}

// session is what a process keeps about a connection between two pieces of work: nothing that could not be had again. Only the holder of the
// connection's lease uses it.
type session struct {
	mu       sync.Mutex // one piece of work at a time within the process, whatever the lease says
	ref      ConnectionRef
	client   *bsale.Client
	mayBeCut bsale.Lists // in the documents that are read, under the rules of now

	createClients bool      // under the rules of now
	openedFor     time.Time // Connection.UpdatedAt the client was made for
	calls         int64     // of the client that were accounted for

	directory   Directory
	directoryAt time.Time
	tail        tail
	pollFirst   bool // so much was issued unread that a poll has to go before notified documents
	withoutTail bool // a complete pass was just made
	failures    int  // pages in a row that could not be read or applied
	pass        *pass
	lookUps     int // how many more clients may be looked up one by one, for documents outside of runs
	retryAt     time.Time
	observe     func(Plan)
	preview     *Workspace // of a preview, which writes nothing; nil otherwise
}

func (e *Engine) session(ref ConnectionRef) *session {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.sessions[ref.ConnectionID]
	if s == nil {
		s = &session{ref: ref}
		e.sessions[ref.ConnectionID] = s
	}
	return s
}

// Work does what is due for the connection until nothing is, or until it has worked long enough and another job goes on. While another process holds the
// lease it returns at once: that one sees to it. An error means that the rest waits for the next try; nothing is lost.
func (e *Engine) Work(ctx context.Context, ref ConnectionRef) error {
	s := e.session(ref)
	// Whoever is woken while another piece of work of this process is about to end waits for it: its lease may be given back already, so nobody else would see
	// what this wake is about.
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.clock.Now().Before(s.retryAt) {
		return nil
	}
	ctx, lease, _, err := e.acquire(ctx, ref)
	if err != nil || lease == nil {
		return err
	}
	defer lease.drop()
	defer s.endPass()
	return e.workUntilDone(ctx, s, lease)
}

func (e *Engine) workUntilDone(ctx context.Context, s *session, lease *lease) error {
	until := e.clock.Now().Add(e.settings.WorkFor)
	s.lookUps = e.settings.LookUpsAtOnce
	idle := 0
	for {
		did, err := e.step(ctx, s)
		if err != nil {
			return e.workFailed(ctx, s, err)
		}
		if did {
			idle = 0
			if e.clock.Now().After(until) || e.retired.Load() {
				lease.drop()
				return e.store.Wake(context.WithoutCancel(ctx), s.ref, true, e.wake)
			}
			continue
		}
		released, err := lease.release(ctx)
		if err != nil || released {
			return err
		}
		// Something became due between the step and the release: look again.
		if idle++; idle > maxIdle {
			return fmt.Errorf("bridge: connection %s: something is due that no step takes", s.ref.ConnectionID)
		}
	}
}

// Retire makes work that is under way end with its present step and hand the rest over, as it does when it has worked long enough. It is called
// before a process stops, so that no page is given up half-way.
func (e *Engine) Retire() { e.retired.Store(true) }

// maxIdle bounds how often in a row work may be due that a step then does not find.
const maxIdle = 100

// step does one piece of work: the documents that wait, the start of a poll, one page of a run, or the clients to be made. did is false when
// there was nothing to do.
func (e *Engine) step(ctx context.Context, s *session) (did bool, err error) {
	connection, rules, err := e.current(ctx, s.ref)
	if err != nil || !connection.running() {
		return false, err
	}
	if err := e.prepare(s, connection, rules); err != nil {
		return false, err
	}
	order := []func(context.Context, *session, Connection) (bool, error){e.drain, e.startDuePasses, e.runPage, e.makeClients}
	// Only a preference: a pass that does not get on must not keep notified documents waiting.
	if (s.pollFirst || e.behind(connection)) && s.failures == 0 {
		order = []func(context.Context, *session, Connection) (bool, error){e.startDuePasses, e.runPage, e.drain, e.makeClients}
	}
	for _, work := range order {
		if did, err := work(ctx, s, connection); did || err != nil {
			return did, err
		}
	}
	return false, nil
}

// behind says whether documents may have been issued that nobody has read although they are older than the notified ones: at first, and after a long
// silence. Then passes go first, because the order of documents matters: a sale has to find the deal of the quote before it.
func (e *Engine) behind(c Connection) bool {
	return e.clock.Now().Sub(c.LastPollAt) > behindAfter*e.settings.PollEvery
}

// behindAfter is after how many missed polls a connection is behind.
const behindAfter = 3

func (c Connection) running() bool { return c.Enabled && c.StopReason == "" }

func (e *Engine) connection(ctx context.Context, ref ConnectionRef) (Connection, error) {
	var connection Connection
	err := e.store.View(ctx, ref.AccountID, func(r Reader) (err error) {
		connection, err = r.Connection(ctx, ref.ConnectionID)
		return err
	})
	return connection, err
}

// current reads the connection and, if it runs, its rules as they fit the account now.
func (e *Engine) current(ctx context.Context, ref ConnectionRef) (Connection, Ruleset, error) {
	var connection Connection
	var rules Ruleset
	err := e.store.View(ctx, ref.AccountID, func(r Reader) (err error) {
		if connection, err = r.Connection(ctx, ref.ConnectionID); err != nil || !connection.running() {
			return err
		}
		connection, rules, _, err = readRules(ctx, r, ref.ConnectionID)
		return err
	})
	return connection, rules, err
}

// prepare makes the session fit the connection as it is now: its address and token, and how much of the documents its rules need.
func (e *Engine) prepare(s *session, connection Connection, rules Ruleset) error {
	s.createClients = rules.CreateClients
	if mayBeCut := rules.mayBeCut(); s.mayBeCut != mayBeCut {
		s.mayBeCut = mayBeCut
		s.endPass()
	}
	if s.client != nil && s.openedFor.Equal(connection.UpdatedAt) {
		return nil
	}
	client, err := e.clientOf(connection)
	if err != nil {
		return err
	}
	s.client, s.openedFor, s.calls = client, connection.UpdatedAt, client.Calls()
	s.directory = nil
	s.endPass()
	return nil
}

// workFailed decides what an error means for the connection: it is stopped, or tried again after a while.
func (e *Engine) workFailed(ctx context.Context, s *session, err error) error {
	if reason := stopReason(err); reason != "" {
		e.log.Error("bsale connection stopped", "connection", s.ref.ConnectionID, "reason", reason, "error", err)
		return errors.Join(err, e.stop(context.WithoutCancel(ctx), s.ref, reason))
	}
	if ctx.Err() == nil {
		pause := e.settings.RetryAfter
		var failed *bsale.Error
		if errors.As(err, &failed) {
			pause = max(pause, failed.RetryAfter)
		}
		s.retryAt = e.clock.Now().Add(pause)
	}
	return err
}

// changeConnection changes a connection in a transaction of its own.
func (e *Engine) changeConnection(ctx context.Context, ref ConnectionRef, change func(*Connection)) error {
	return e.store.Update(ctx, ref.AccountID, func(tx Tx) error {
		connection, err := tx.Connection(ctx, ref.ConnectionID)
		if err != nil {
			return err
		}
		change(&connection)
		return tx.SaveConnection(ctx, connection)
	})
}

// update changes the account in a transaction, if this process still holds the connection's lease.
func (e *Engine) update(ctx context.Context, s *session, fn func(Tx) error) error {
	return e.store.Update(ctx, s.ref.AccountID, func(tx Tx) error {
		holder, err := tx.LeaseHolder(ctx, s.ref.ConnectionID)
		if err != nil {
			return err
		}
		if holder != e.holder {
			return errLeaseLost
		}
		return fn(tx)
	})
}

// wakeIn wakes a connection in a transaction. Where there is no queue the mark is left alone: later hints must find it clear, and whoever works the queue finds what is due.
func (e *Engine) wakeIn(ctx context.Context, tx Tx, connection crm.ID) error {
	if !e.queued {
		return nil
	}
	return tx.Wake(ctx, connection, e.wake)
}

// Sweep wakes every connection that has something due: whatever a lost job, a crash or a restart left lying. It is called at start and every few seconds.
// Connections that were stopped because their rules did not hold go on once these hold again.
func (e *Engine) Sweep(ctx context.Context) error {
	outdated, err := e.store.StoppedFor(ctx, RulesOutdated)
	if err != nil {
		return err
	}
	for _, ref := range outdated {
		if err := e.goOn(ctx, ref); err != nil {
			return err
		}
	}
	refs, err := e.store.WithWork(ctx, e.clock.Now())
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if err := e.store.Wake(ctx, ref, true, e.wake); err != nil {
			return err
		}
	}
	return nil
}
