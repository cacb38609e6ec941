package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"puente/internal/bridge"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/jobs"
	"puente/internal/messages"
	"puente/internal/store"
)

// Export prints everything that a business would miss, in the form of docs/export.md.
func Export(ctx context.Context, settings config.Export, console Console) (err error) {
	db, err := store.Open(ctx, settings.DB, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	out := bufio.NewWriterSize(console.Out, 1<<16)
	if err := db.Export(ctx, out); err != nil {
		return err
	}
	return out.Flush()
}

// Migrate brings the database up to date, the queue's tables too.
func Migrate(ctx context.Context, settings config.Database, console Console) (err error) {
	db, err := store.Open(ctx, settings.DB, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	listener, err := db.OpenListener(ctx)
	if err != nil {
		return err
	}
	if listener != nil {
		defer listener.Close()
	}
	if err := jobs.Migrate(ctx, db.WriterDB(), listener, nil); err != nil {
		return err
	}
	version, err := db.Version(ctx)
	if err != nil {
		return err
	}
	console.Print("migrate.done", "database", db.Name(), "version", version)
	return nil
}

// onConnection opens a database that is there and gives fn the account's connection, with an engine that works no queue: the service finds what is due.
func onConnection(ctx context.Context, d config.Database, in config.InAccount, fn func(e *bridge.Engine, db *store.Store, c bridge.Connection) error) error {
	return onAccount(ctx, d, in, func(o *office) error {
		connection, err := connectionOf(ctx, o.db, o.account)
		if err != nil {
			return err
		}
		return fn(bridge.NewEngine(bridge.Options{Store: o.db, Holder: holder(), Gone: gone}), o.db, connection)
	})
}

// Retry has documents read again: the named ones, or all with a reason.
func Retry(ctx context.Context, settings config.Retry, console Console) error {
	if settings.Reason != "" && !messages.Has("reason."+settings.Reason) {
		return crm.NewError(crm.Invalid, "reason_unknown", "reason", settings.Reason)
	}
	return onConnection(ctx, settings.Database, settings.InAccount, func(e *bridge.Engine, _ *store.Store, c bridge.Connection) error {
		count := len(settings.Documents)
		if settings.Reason == "" {
			if err := e.Retry(ctx, refOf(c), settings.Documents...); err != nil {
				return err
			}
		} else {
			count = 0
			for _, state := range []bridge.State{bridge.StateLinked, bridge.StateSkipped, bridge.StateConflict, bridge.StateFailed} {
				n, err := e.RetryAll(ctx, refOf(c), state, bridge.Reason(settings.Reason))
				if err != nil {
					return err
				}
				count += n
			}
		}
		console.Print("retry.done", "count", count)
		return nil
	})
}

// listedRuns is how many runs a list shows.
const listedRuns = 30

// Runs lists the connection's last runs.
func Runs(ctx context.Context, settings config.Runs, console Console) error {
	return onConnection(ctx, settings.Database, settings.InAccount, func(_ *bridge.Engine, db *store.Store, c bridge.Connection) error {
		var runs []bridge.Run
		err := db.View(ctx, c.AccountID, func(r bridge.Reader) (err error) {
			runs, err = r.Runs(ctx, c.ID, "", listedRuns)
			return err
		})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(console.Out, 0, 4, 2, ' ', 0)
		for _, run := range runs {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s – %s\t%d\t%s\n", run.ID, console.Text("run."+string(run.Kind)), console.Text("run_state."+string(run.State)),
				run.From, run.To, run.Counts.Documents, run.StartedAt.Format(time.RFC3339))
		}
		return w.Flush()
	})
}

// PauseRun stops a run after the page that it is applying.
func PauseRun(ctx context.Context, settings config.RunCommand, console Console) error {
	return moveRun(ctx, settings, console, (*bridge.Engine).PauseRun)
}

// ResumeRun lets a paused run go on.
func ResumeRun(ctx context.Context, settings config.RunCommand, console Console) error {
	return moveRun(ctx, settings, console, (*bridge.Engine).ResumeRun)
}

// CancelRun ends a run; what it did stays.
func CancelRun(ctx context.Context, settings config.RunCommand, console Console) error {
	return moveRun(ctx, settings, console, (*bridge.Engine).CancelRun)
}

func moveRun(ctx context.Context, settings config.RunCommand, console Console,
	move func(*bridge.Engine, context.Context, bridge.ConnectionRef, crm.ID) (bridge.Run, error),
) error {
	return onConnection(ctx, settings.Database, settings.InAccount, func(e *bridge.Engine, _ *store.Store, c bridge.Connection) error {
		run, err := move(e, ctx, refOf(c), crm.ID(settings.ID))
		if err != nil {
			return err
		}
		console.Print("runs.moved", "id", run.ID, "state", console.Text("run_state."+string(run.State)))
		return nil
	})
}
