package app

import (
	"context"
	"log/slog"
	"time"

	"puente/internal/crm"
)

const (
	// upkeepEvery is how often it is looked for work on fields; people who make a field searchable see it begin within it.
	upkeepEvery = time.Second
	// upkeepAtOnce is how many records one step takes: some ten milliseconds, so that nobody who writes waits long.
	upkeepAtOnce = 500
	// upkeepRest is left to others between two steps of the same account.
	upkeepRest = 2 * time.Millisecond
	// upkeepAfterFailure is waited after a step that failed; the work goes on where it was.
	upkeepAfterFailure = 30 * time.Second
)

// fieldWorker is what is done to all records because of a change to a field, a few records at a time; see store.Store.
type fieldWorker interface {
	FieldWork(ctx context.Context) ([]crm.ID, error)
	StepFieldWork(ctx context.Context, account crm.ID, limit int) (more bool, err error)
}

// keepUp does what changes to custom fields leave to be done, until ctx ends. Where the work stands is in the database: it may end at any moment, and run on
// several nodes.
func keepUp(ctx context.Context, worker fieldWorker, log *slog.Logger) {
	for wait := upkeepEvery; pause(ctx, wait); {
		wait = upkeepEvery
		if err := workOnFields(ctx, worker); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "work on fields failed", "error", err)
			wait = upkeepAfterFailure
		}
	}
}

// workOnFields takes all accounts' work to its end, in turns, so that a large account does not keep a small one waiting.
func workOnFields(ctx context.Context, worker fieldWorker) error {
	accounts, err := worker.FieldWork(ctx)
	for len(accounts) > 0 && err == nil {
		var unfinished []crm.ID
		for _, account := range accounts {
			more, err := worker.StepFieldWork(ctx, account, upkeepAtOnce)
			if err != nil {
				return err
			}
			if more {
				unfinished = append(unfinished, account)
			}
			if !pause(ctx, upkeepRest) {
				return ctx.Err()
			}
		}
		accounts = unfinished
	}
	return err
}

// pause waits, and says whether it was to the end.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
