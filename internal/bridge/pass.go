package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// passStates are the states in which a complete pass asks for documents, in this order. Bsale's default is disputed, so both are asked for; active ones
// first, so that a document annulled in the middle is seen in at least one of them.
var passStates = []bsale.State{bsale.Active, bsale.Inactive}

// passProgress is where a pass stands: which of passStates, and where in its list.
type passProgress struct {
	Part  int            `json:"part"`
	Pager bsale.Progress `json:"pager"`
	// LookUps is how many more clients the run may look up one by one: a run that is broken off and goes on looks up what one in a piece would.
	LookUps int `json:"look_ups"`
}

// pass reads the documents of a run page by page, one page ahead of the one being applied.
type pass struct {
	run    crm.ID
	client *bsale.Client
	filter bsale.DocumentFilter
	// notified returns when the connection was last notified; see Tx.SaveRecords.
	notified func(ctx context.Context) (time.Time, error)

	progress passProgress // of the page fetched last; its LookUps is not kept here
	lookUps  int          // after the page applied last
	pager    *bsale.DocumentPager
	ahead    chan fetched
	ctx      context.Context // of what is read ahead; close ends it
	cancel   context.CancelFunc
}

// fetched is one page, or the end of the pass, or an error.
type fetched struct {
	page     bsale.Page[bsale.Document]
	readAt   time.Time // when the connection was last notified before it was asked for
	progress passProgress
	end      bool
	err      error
}

func openPass(run Run, client *bsale.Client, mayBeCut bsale.Lists, lookUps int, notified func(context.Context) (time.Time, error)) (*pass, error) {
	p := &pass{run: run.ID, client: client, notified: notified, lookUps: lookUps, filter: bsale.DocumentFilter{MayBeCut: mayBeCut}}
	var err error
	if p.filter.EmittedFrom, err = bsale.ParseDay(run.From); err != nil {
		return nil, err
	}
	if p.filter.EmittedTo, err = bsale.ParseDay(run.To); err != nil {
		return nil, err
	}
	if len(run.Progress) > 0 {
		if err := json.Unmarshal(run.Progress, &p.progress); err != nil {
			return nil, fmt.Errorf("bridge: progress of run %s: %w", run.ID, err)
		}
		p.lookUps = p.progress.LookUps
	}
	return p, nil
}

// next returns the page that is ready, or waits for it, and lets the one after it be fetched meanwhile.
func (p *pass) next(ctx context.Context) fetched {
	if p.ctx == nil {
		p.ctx, p.cancel = context.WithCancel(ctx)
	}
	if p.ahead == nil {
		p.fetchAhead()
	}
	got := <-p.ahead
	p.ahead = nil
	if got.err == nil && !got.end {
		p.fetchAhead()
	}
	return got
}

func (p *pass) fetchAhead() {
	ahead := make(chan fetched, 1)
	p.ahead = ahead
	go func() { ahead <- p.fetch(p.ctx) }()
}

// fetch reads the next page. It alone moves the pager, and runs once at a time.
func (p *pass) fetch(ctx context.Context) fetched {
	for p.progress.Part < len(passStates) {
		if p.pager == nil {
			filter := p.filter
			filter.State = passStates[p.progress.Part].Ptr()
			p.pager = p.client.Documents(filter, p.progress.Pager)
		}
		readAt, err := p.notified(ctx)
		if err != nil {
			return fetched{err: err}
		}
		page, err := p.pager.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			p.progress, p.pager = passProgress{Part: p.progress.Part + 1}, nil
			continue
		case err != nil:
			return fetched{err: err}
		}
		slices.SortFunc(page.Items, func(a, b bsale.Document) int { return int(a.ID - b.ID) })
		p.progress.Pager = page.Progress
		return fetched{page: page, readAt: readAt, progress: p.progress}
	}
	return fetched{end: true, progress: p.progress}
}

// close gives up the page being fetched ahead.
func (p *pass) close() {
	if p.cancel != nil {
		p.cancel()
	}
	if p.ahead != nil {
		<-p.ahead
		p.ahead = nil
	}
}

// endPass forgets the open pass: what it had read ahead is read again, its progress is in the database.
func (s *session) endPass() {
	if s.pass != nil {
		s.pass.close()
		s.pass = nil
	}
}

// Today is the calendar day at the account.
func today(now time.Time, account crm.Account) bsale.Day {
	return bsale.DayOf(now.In(account.Location()))
}

// startDuePasses makes the runs of polls and rechecks that are due.
func (e *Engine) startDuePasses(ctx context.Context, s *session, connection Connection) (bool, error) {
	now := e.clock.Now()
	due := func(at time.Time) bool { return !at.IsZero() && !at.After(now) }
	if !due(connection.NextPollAt) && !due(connection.NextRecheckAt) {
		return false, nil
	}
	return true, e.update(ctx, s, func(tx Tx) error {
		connection, err := tx.Connection(ctx, s.ref.ConnectionID)
		if err != nil {
			return err
		}
		account, err := tx.Account(ctx)
		if err != nil {
			return err
		}
		open, err := tx.OpenRuns(ctx, connection.ID)
		if err != nil {
			return err
		}
		running := func(kind RunKind) bool {
			return slices.ContainsFunc(open, func(run Run) bool { return run.Kind == kind && run.State == RunActive })
		}
		day := today(now, account)
		// A first backfill reads everything in order, today's documents last; a poll before it would take those out of turn.
		first := connection.LastPollAt.IsZero() && running(RunBackfill)
		if due(connection.NextPollAt) {
			connection.NextPollAt = now.Add(e.settings.PollEvery)
			if !running(RunPoll) && !first {
				from := day
				if until, err := bsale.ParseDay(connection.ReadUntil); err == nil && !until.IsZero() && until.Before(day) {
					from = until
				}
				if err := tx.SaveRun(ctx, e.newRun(connection, RunPoll, from.AddDays(-e.settings.OverlapDays), day.AddDays(1))); err != nil {
					return err
				}
			}
		}
		if due(connection.NextRecheckAt) {
			connection.NextRecheckAt = now.Add(e.settings.RecheckEvery)
			if !running(RunRecheck) && !first {
				if err := tx.SaveRun(ctx, e.newRun(connection, RunRecheck, day.AddDays(-e.settings.RecheckDays), day.AddDays(1))); err != nil {
					return err
				}
			}
		}
		return tx.SaveConnection(ctx, connection)
	})
}

func (e *Engine) newRun(connection Connection, kind RunKind, from, to bsale.Day) Run {
	return Run{ID: crm.NewID(), ConnectionID: connection.ID, Kind: kind, State: RunActive, From: from.String(), To: to.String(), StartedAt: e.clock.Now()}
}

// runOrder is which active run goes first: short ones that keep the board fresh before long ones.
var runOrder = []RunKind{RunPoll, RunSync, RunRecheck, RunBackfill, RunAgain}

// runPage reads and applies one page of the active run that goes first.
func (e *Engine) runPage(ctx context.Context, s *session, connection Connection) (bool, error) {
	var active []Run
	err := e.store.View(ctx, s.ref.AccountID, func(r Reader) error {
		open, err := r.OpenRuns(ctx, connection.ID)
		active = slices.DeleteFunc(open, func(run Run) bool { return run.State != RunActive })
		return err
	})
	if err != nil || len(active) == 0 {
		s.endPass()
		return false, err
	}
	slices.SortStableFunc(active, func(a, b Run) int { return slices.Index(runOrder, a.Kind) - slices.Index(runOrder, b.Kind) })
	return true, e.pageOf(ctx, s, active[0])
}

// pageOf reads and applies the run's next page, or ends the run.
func (e *Engine) pageOf(ctx context.Context, s *session, run Run) error {
	if s.pass == nil || s.pass.run != run.ID {
		s.endPass()
		p, err := openPass(run, s.client, s.mayBeCut, e.settings.LookUpsAtOnce, func(ctx context.Context) (time.Time, error) {
			connection, err := e.connection(ctx, s.ref)
			return connection.LastNotifiedAt, err
		})
		if err != nil {
			return err
		}
		s.pass = p
		if err := e.readDirectory(ctx, s); err != nil {
			return err
		}
		if run.Estimate == 0 && (run.Kind == RunBackfill || run.Kind == RunAgain) {
			if _, err := e.countRun(ctx, s.ref, s.client, run); err != nil {
				return err
			}
		}
	}
	got := s.pass.next(ctx)
	if got.err == nil && got.end {
		s.endPass()
		return e.finishRun(ctx, s, run)
	}
	err := got.err
	if err == nil {
		err = e.apply(ctx, s, batch{docs: got.page.Items, rejected: got.page.Rejected, readAt: got.readAt, run: run.ID, again: run.again(), progress: &got.progress, lookUps: &s.pass.lookUps})
	}
	if err != nil {
		s.endPass()
		return e.pageFailed(ctx, s, run, err)
	}
	s.failures = 0
	return nil
}

// pageAttempts is after how many failures in a row a run no longer goes on by itself.
const pageAttempts = 10

// pageFailed notes with the run why it does not get on. A poll or recheck that does not is given up, so that the next one starts afresh; a backfill whose page
// makes no sense waits for a person, and one that meets a Bsale that is down goes on trying.
func (e *Engine) pageFailed(ctx context.Context, s *session, run Run, err error) error {
	s.failures++
	if ctx.Err() != nil || stopReason(err) != "" {
		return err
	}
	noteErr := e.update(ctx, s, func(tx Tx) error {
		run, readErr := tx.Run(ctx, run.ID)
		if readErr != nil || run.State != RunActive {
			return readErr
		}
		run.LastError = err.Error()
		_, senseless := readingFailed(err)
		switch {
		case s.failures < pageAttempts:
		case run.Kind == RunPoll || run.Kind == RunRecheck:
			run.State, run.FinishedAt = RunFailed, e.clock.Now()
			s.failures = 0
		case senseless:
			run.State = RunPaused
			s.failures = 0
		}
		return tx.SaveRun(ctx, run)
	})
	return errors.Join(err, noteErr)
}

// finishRun ends a run that read everything, and moves the watermark.
func (e *Engine) finishRun(ctx context.Context, s *session, run Run) error {
	if run.Kind == RunPoll {
		s.pollFirst = false
	}
	return e.update(ctx, s, func(tx Tx) error {
		run, err := tx.Run(ctx, run.ID)
		if err != nil || run.State != RunActive { // somebody paused or cancelled it meanwhile
			return err
		}
		connection, err := tx.Connection(ctx, run.ConnectionID)
		if err != nil {
			return err
		}
		account, err := tx.Account(ctx)
		if err != nil {
			return err
		}
		run.State, run.FinishedAt, run.LastError = RunDone, e.clock.Now(), ""
		if run.Calls, err = e.countCalls(ctx, tx, s, run.Calls); err != nil {
			return err
		}
		if err := tx.SaveRun(ctx, run); err != nil {
			return err
		}
		// Everything emitted up to the day on which the pass began was seen, if the pass reached back to the old watermark.
		began := today(run.StartedAt, account).String()
		if run.To < began { // history only
			return nil
		}
		if (run.From <= connection.ReadUntil || connection.ReadUntil == "") && began > connection.ReadUntil {
			connection.ReadUntil = began
		}
		connection.LastPollAt = run.FinishedAt
		return tx.SaveConnection(ctx, connection)
	})
}

// countCalls counts the requests sent since it was last asked, those of the day and those of a run.
func (e *Engine) countCalls(ctx context.Context, tx Tx, s *session, ofRun int64) (int64, error) {
	account, err := tx.Account(ctx)
	if err != nil {
		return ofRun, err
	}
	calls := s.takeCalls()
	return ofRun + calls, tx.AddCalls(ctx, s.ref.ConnectionID, today(e.clock.Now(), account).String(), calls)
}

// takeCalls returns the requests sent since it was last asked.
func (s *session) takeCalls() int64 {
	all := s.client.Calls()
	calls := all - s.calls
	s.calls = all
	return calls
}

// readDirectory keeps Bsale's users at hand, of both states: last year's documents name sellers who have left.
func (e *Engine) readDirectory(ctx context.Context, s *session) error {
	if s.directory != nil && e.clock.Now().Sub(s.directoryAt) < e.settings.DirectoryFor {
		return nil
	}
	directory := Directory{}
	for _, state := range passStates {
		users, err := s.client.Users(ctx, state)
		if err != nil {
			return err
		}
		for _, user := range users {
			directory[user.ID] = Person{ID: user.ID, Name: joinNames(user.FirstName, user.LastName), Email: user.Email}
		}
	}
	s.directory, s.directoryAt = directory, e.clock.Now()
	return nil
}
