package bridge

import (
	"context"
	"slices"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// againRule says which documents a pass decides again although nothing about them changed in Bsale. The zero value picks none.
type againRule struct {
	on, all bool
	reasons []Reason // of their records; none: all that were decided under other rules
}

// again returns the rule of a run.
func (r Run) again() againRule { return againRule{on: r.Kind == RunAgain, reasons: r.Reasons} }

func (a againRule) picks(record *Record, rules Ruleset) bool {
	switch {
	case !a.on, a.all:
		return a.all
	case len(a.reasons) > 0:
		return slices.Contains(a.reasons, record.Reason)
	}
	return record.RulesVersion != rules.Version
}

// StartAgain makes a run that reads the documents emitted since a day (zero: all) and decides again those whose records have one of the reasons or, without reasons, that
// were decided under other rules. It reads fifty documents with a call, can be paused like a backfill, and a deal that people moved or filled in is changed as the rules
// of the mapping say. conflict: again_running.
func (e *Engine) StartAgain(ctx context.Context, tx Tx, connection crm.ID, from bsale.Day, reasons ...Reason) (Run, error) {
	c, err := tx.Connection(ctx, connection)
	if err != nil {
		return Run{}, err
	}
	account, err := tx.Account(ctx)
	if err != nil {
		return Run{}, err
	}
	open, err := tx.OpenRuns(ctx, connection)
	if err != nil {
		return Run{}, err
	}
	if slices.ContainsFunc(open, func(r Run) bool { return r.Kind == RunAgain }) {
		return Run{}, crm.NewError(crm.Conflict, "again_running")
	}
	run := e.newRun(c, RunAgain, from, today(e.clock.Now(), account).AddDays(1))
	run.Reasons = reasons
	if err := tx.SaveRun(ctx, run); err != nil {
		return run, err
	}
	return run, e.wakeIn(ctx, tx, connection)
}

// oneByOne is how many documents are read again one by one, each with a call; for more of them a pass is cheaper.
const oneByOne = 500

// Retried is what came of asking for all documents with a reason to be tried again.
type Retried struct {
	Documents int // that have the reason
	Run       Run // that reads them again; zero: each is read by itself
}

// RetryReason has all documents tried again whose record is in that state with that reason: one by one if they are few, else by a run. not_found: there is none.
// conflict: again_running.
func (e *Engine) RetryReason(ctx context.Context, tx Tx, connection crm.ID, state State, reason Reason) (Retried, error) {
	some, err := tx.RecordsByReason(ctx, connection, state, reason, 0, oneByOne+1)
	if err != nil {
		return Retried{}, err
	}
	if len(some) == 0 {
		return Retried{}, crm.NewError(crm.NotFound, "no_such_documents")
	}
	counts, err := tx.CountRecords(ctx, connection)
	if err != nil {
		return Retried{}, err
	}
	done := Retried{}
	for _, c := range counts {
		if c.State == state && c.Reason == reason {
			done.Documents = c.Count
		}
	}
	// What was never read has no day on which a pass would find it.
	if len(some) <= oneByOne || state == StateNew || state == StateFailed {
		if err := e.wakeIn(ctx, tx, connection); err != nil {
			return done, err
		}
		done.Documents, err = e.markAllDue(ctx, tx, connection, state, reason)
		return done, err
	}
	done.Run, err = e.StartAgain(ctx, tx, connection, e.before(some), reason)
	return done, err
}

// before returns a day before which none of the documents was emitted that have no lower id than these: documents are dated back by days, not by months.
func (e *Engine) before(records []*Record) bsale.Day {
	var first bsale.Day
	for _, record := range records {
		if day, err := bsale.ParseDay(record.EmittedOn); err == nil && !day.IsZero() && (first.IsZero() || day.Before(first)) {
			first = day
		}
	}
	if first.IsZero() {
		return first
	}
	return first.AddDays(-e.settings.RecheckDays)
}

// PollNow has the last days read soon. conflict: connection_stopped, while it is switched off or stopped.
func (e *Engine) PollNow(ctx context.Context, tx Tx, connection crm.ID) error {
	c, err := tx.Connection(ctx, connection)
	if err != nil {
		return err
	}
	if !c.running() {
		return crm.NewError(crm.Conflict, "connection_stopped")
	}
	c.NextPollAt = e.clock.Now()
	if err := tx.SaveConnection(ctx, c); err != nil {
		return err
	}
	return e.wakeIn(ctx, tx, connection)
}
