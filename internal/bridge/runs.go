package bridge

import (
	"context"
	"errors"
	"slices"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// StartBackfill makes a run over the documents emitted from one day to another, and counts them; a zero day means from the first on, or until today. It is done in
// the background, page by page, and can be paused, resumed and cancelled. conflict: a backfill is already under way.
func (e *Engine) StartBackfill(ctx context.Context, ref ConnectionRef, from, to bsale.Day) (Run, error) {
	var run Run
	err := e.store.Update(ctx, ref.AccountID, func(tx Tx) (err error) {
		run, err = e.StartBackfillTx(ctx, tx, ref.ConnectionID, from, to)
		return err
	})
	if err != nil {
		return run, err
	}
	return e.CountBackfill(ctx, ref, run.ID)
}

// StartBackfillTx is StartBackfill in a transaction of the caller's; the documents are counted when the run begins.
func (e *Engine) StartBackfillTx(ctx context.Context, tx Tx, connection crm.ID, from, to bsale.Day) (Run, error) {
	c, err := tx.Connection(ctx, connection)
	if err != nil {
		return Run{}, err
	}
	run, err := e.addBackfill(ctx, tx, c, from, to)
	if err != nil {
		return Run{}, err
	}
	return run, e.wakeIn(ctx, tx, connection)
}

func (e *Engine) addBackfill(ctx context.Context, tx Tx, connection Connection, from, to bsale.Day) (Run, error) {
	if err := inOrder(from, to); err != nil {
		return Run{}, err
	}
	account, err := tx.Account(ctx)
	if err != nil {
		return Run{}, err
	}
	if to.IsZero() {
		to = today(e.clock.Now(), account).AddDays(1)
	}
	open, err := tx.OpenRuns(ctx, connection.ID)
	if err != nil {
		return Run{}, err
	}
	if slices.ContainsFunc(open, func(r Run) bool { return r.Kind == RunBackfill }) {
		return Run{}, crm.NewError(crm.Conflict, "backfill_running")
	}
	run := e.newRun(connection, RunBackfill, from, to)
	return run, tx.SaveRun(ctx, run)
}

// CountBackfill counts the documents of a run, for its progress to be shown. A Bsale that does not answer now leaves the run without an estimate, nothing else.
func (e *Engine) CountBackfill(ctx context.Context, ref ConnectionRef, id crm.ID) (Run, error) {
	run, err := e.readRun(ctx, ref, id)
	if err != nil {
		return run, err
	}
	connection, err := e.connection(ctx, ref)
	if err != nil {
		return run, err
	}
	client, err := e.clientOf(connection)
	if err != nil {
		return run, err
	}
	return e.countRun(ctx, ref, client, run)
}

func (e *Engine) countRun(ctx context.Context, ref ConnectionRef, client *bsale.Client, run Run) (Run, error) {
	var from, to bsale.Day
	if err := errors.Join(from.UnmarshalText([]byte(run.From)), to.UnmarshalText([]byte(run.To))); err != nil {
		return run, err
	}
	estimate, err := Estimate(ctx, client, from, to)
	if err != nil {
		e.log.Warn("the documents of a run could not be counted", "run", run.ID, "error", err)
		return run, nil
	}
	return e.changeRun(ctx, ref, run.ID, func(run *Run) error {
		run.Estimate = estimate
		return nil
	})
}

// EstimateBackfill counts the documents that a backfill would read, with two calls.
func (e *Engine) EstimateBackfill(ctx context.Context, ref ConnectionRef, from, to bsale.Day) (int, error) {
	if err := inOrder(from, to); err != nil {
		return 0, err
	}
	connection, err := e.connection(ctx, ref)
	if err != nil {
		return 0, err
	}
	client, err := e.clientOf(connection)
	if err != nil {
		return 0, Explain(err)
	}
	count, err := Estimate(ctx, client, from, to)
	return count, Explain(err)
}

// Estimate counts the documents emitted in a range of days, with two calls.
func Estimate(ctx context.Context, client *bsale.Client, from, to bsale.Day) (int, error) {
	total := 0
	for _, state := range passStates {
		n, err := client.CountDocuments(ctx, bsale.DocumentFilter{EmittedFrom: from, EmittedTo: to, State: state.Ptr()})
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// PauseRun stops a run after the page that it is applying. conflict: it is not active.
func (e *Engine) PauseRun(ctx context.Context, ref ConnectionRef, id crm.ID) (Run, error) {
	return e.moveRun(ctx, ref, id, e.PauseRunTx)
}

// PauseRunTx, ResumeRunTx and CancelRunTx are these in a transaction of the caller's.
func (e *Engine) PauseRunTx(ctx context.Context, tx Tx, connection, id crm.ID) (Run, error) {
	return e.moveRunTx(ctx, tx, connection, id, RunPaused, RunActive)
}

// ResumeRun lets a paused run go on where it stood. conflict: it is not paused.
func (e *Engine) ResumeRun(ctx context.Context, ref ConnectionRef, id crm.ID) (Run, error) {
	return e.moveRun(ctx, ref, id, e.ResumeRunTx)
}

// ResumeRunTx is ResumeRun in a transaction of the caller's.
func (e *Engine) ResumeRunTx(ctx context.Context, tx Tx, connection, id crm.ID) (Run, error) {
	return e.moveRunTx(ctx, tx, connection, id, RunActive, RunPaused)
}

// CancelRun ends a run; what it did stays. conflict: it has ended already.
func (e *Engine) CancelRun(ctx context.Context, ref ConnectionRef, id crm.ID) (Run, error) {
	return e.moveRun(ctx, ref, id, e.CancelRunTx)
}

// CancelRunTx is CancelRun in a transaction of the caller's.
func (e *Engine) CancelRunTx(ctx context.Context, tx Tx, connection, id crm.ID) (Run, error) {
	return e.moveRunTx(ctx, tx, connection, id, RunCancelled, RunActive, RunPaused)
}

func (e *Engine) moveRun(ctx context.Context, ref ConnectionRef, id crm.ID, move func(ctx context.Context, tx Tx, connection, id crm.ID) (Run, error)) (Run, error) {
	var run Run
	err := e.store.Update(ctx, ref.AccountID, func(tx Tx) (err error) {
		run, err = move(ctx, tx, ref.ConnectionID, id)
		return err
	})
	return run, err
}

func (e *Engine) moveRunTx(ctx context.Context, tx Tx, connection, id crm.ID, to RunState, from ...RunState) (Run, error) {
	run, err := tx.Run(ctx, id)
	switch {
	case err != nil:
		return run, err
	case run.ConnectionID != connection:
		return run, crm.NewError(crm.NotFound, "run_not_found", "id", string(id))
	case !slices.Contains(from, run.State):
		return run, crm.NewError(crm.Conflict, "run_not_in_state", "state", string(run.State))
	}
	run.State = to
	if to == RunCancelled {
		run.FinishedAt = e.clock.Now()
	}
	if err := tx.SaveRun(ctx, run); err != nil || to != RunActive {
		return run, err
	}
	return run, e.wakeIn(ctx, tx, connection)
}

// changeRun changes a run in a transaction of its own and wakes the connection if there is something to do now.
func (e *Engine) changeRun(ctx context.Context, ref ConnectionRef, id crm.ID, change func(*Run) error) (Run, error) {
	var run Run
	err := e.store.Update(ctx, ref.AccountID, func(tx Tx) (err error) {
		if run, err = tx.Run(ctx, id); err != nil {
			return err
		}
		if err := change(&run); err != nil {
			return err
		}
		return tx.SaveRun(ctx, run)
	})
	if err != nil || run.State != RunActive {
		return run, err
	}
	return run, e.store.Wake(ctx, ref, false, e.wake)
}

// SyncOptions say how one complete pass is made.
type SyncOptions struct {
	From bsale.Day
	// Patience is how long to wait for a process that works on the connection.
	Patience time.Duration
	// Observe, if not nil, is told each document's plan once it is applied.
	Observe func(Plan)
	// Progress, if not nil, is told after each page how far the run is.
	Progress func(Run)
}

// Sync makes one complete pass over the documents emitted since a day, in this process, and then takes what else waits. A pass that was interrupted goes on where it stood.
// conflict: another process works on the connection.
func (e *Engine) Sync(ctx context.Context, ref ConnectionRef, o SyncOptions) (Run, error) {
	s := e.session(ref)
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, lease, err := e.acquireWaiting(ctx, ref, o.Patience)
	if err != nil {
		return Run{}, err
	}
	defer lease.drop()
	defer s.endPass()
	s.observe = o.Observe
	defer func() { s.observe = nil }()
	run, err := e.syncRun(ctx, s, o)
	if err != nil {
		return run, e.syncFailed(ctx, s, err)
	}
	return run, nil
}

// syncFailed stops the connection where trying again is no use.
func (e *Engine) syncFailed(ctx context.Context, s *session, err error) error {
	if reason := stopReason(err); reason != "" && reason != RulesOutdated {
		if stopErr := e.stop(context.WithoutCancel(ctx), s.ref, reason); stopErr != nil {
			return stopErr
		}
	}
	return err
}

func (e *Engine) syncRun(ctx context.Context, s *session, o SyncOptions) (Run, error) {
	connection, rules, err := e.current(ctx, s.ref)
	if err != nil {
		return Run{}, err
	}
	if err := e.prepare(s, connection, rules); err != nil {
		return Run{}, err
	}
	s.lookUps = e.settings.LookUpsAtOnce
	run, err := e.openSyncRun(ctx, s, connection, o.From)
	if err != nil {
		return Run{}, err
	}
	for run.State == RunActive {
		if err := e.pageOf(ctx, s, run); err != nil {
			return run, err
		}
		if run, err = e.readRun(ctx, s.ref, run.ID); err != nil {
			return run, err
		}
		if o.Progress != nil {
			o.Progress(run)
		}
	}
	s.withoutTail = true // the pass has just read it
	defer func() { s.withoutTail = false }()
	for {
		did, err := e.drain(ctx, s, connection)
		if err != nil {
			return run, err
		}
		if !did {
			break
		}
	}
	for {
		did, err := e.makeClients(ctx, s, connection)
		if err != nil || !did {
			return run, err
		}
	}
}

func (e *Engine) readRun(ctx context.Context, ref ConnectionRef, id crm.ID) (Run, error) {
	var run Run
	err := e.store.View(ctx, ref.AccountID, func(r Reader) (err error) {
		run, err = r.Run(ctx, id)
		return err
	})
	return run, err
}

// openSyncRun finds the interrupted run with the same beginning, or makes one.
func (e *Engine) openSyncRun(ctx context.Context, s *session, connection Connection, from bsale.Day) (Run, error) {
	var run Run
	err := e.update(ctx, s, func(tx Tx) error {
		account, err := tx.Account(ctx)
		if err != nil {
			return err
		}
		open, err := tx.OpenRuns(ctx, connection.ID)
		if err != nil {
			return err
		}
		to := today(e.clock.Now(), account).AddDays(1)
		run = e.newRun(connection, RunSync, from, to)
		for _, other := range open {
			if other.Kind != RunSync {
				continue
			}
			if other.State == RunActive && other.From == run.From && other.To == run.To {
				run = other
				continue
			}
			other.State, other.FinishedAt = RunCancelled, e.clock.Now()
			if err := tx.SaveRun(ctx, other); err != nil {
				return err
			}
		}
		return tx.SaveRun(ctx, run)
	})
	return run, err
}
