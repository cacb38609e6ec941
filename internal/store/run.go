package store

import (
	"context"
	"encoding/json"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const runColumns = `connection, id, kind, state, from_on, to_on, estimate, reasons, progress, counts, calls, last_error, started_at, finished_at`

func (x *session) scanRun(r row) (n bridge.Run, err error) {
	var connection int64
	err = r.Scan(&connection, &n.ID, &n.Kind, &n.State, &n.From, &n.To, &n.Estimate, jsonColumn{&n.Reasons}, rawColumn{&n.Progress}, jsonColumn{&n.Counts}, &n.Calls, &n.LastError,
		instant{&n.StartedAt}, instant{&n.FinishedAt})
	n.ConnectionID = x.connectionID(connection)
	return n, err
}

// Run returns one run. not_found: no such run.
func (x *reader) Run(ctx context.Context, id crm.ID) (bridge.Run, error) {
	if _, err := x.connections(ctx); err != nil {
		return bridge.Run{}, err
	}
	return queryOne(ctx, &x.session, "run", `SELECT `+runColumns+` FROM run WHERE account_id = $1 AND id = $2`, []any{x.account, text(id)}, x.scanRun,
		notFound("run_not_found", id))
}

// OpenRuns returns the connection's runs in state active or paused, oldest first.
func (x *reader) OpenRuns(ctx context.Context, connection crm.ID) ([]bridge.Run, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	// One index of few rows for each state, however many runs there were.
	return query(ctx, &x.session, "open runs",
		`SELECT `+runColumns+` FROM run WHERE account_id = $1 AND connection = $2 AND state = 'active'
		UNION ALL SELECT `+runColumns+` FROM run WHERE account_id = $3 AND connection = $4 AND state = 'paused' ORDER BY started_at, id`,
		[]any{x.account, number, x.account, number}, x.scanRun)
}

// Runs returns runs, newest first, at most limit: those older than the run with the id before, or all when it is zero.
func (x *reader) Runs(ctx context.Context, connection, before crm.ID, limit int) ([]bridge.Run, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	older, args := ``, []any{x.account, number, limit}
	if before != "" {
		older = ` AND (started_at, id) < (SELECT b.started_at, b.id FROM run b WHERE b.account_id = $1 AND b.id = $4)`
		args = append(args, text(before))
	}
	return query(ctx, &x.session, "runs",
		`SELECT `+runColumns+` FROM run WHERE account_id = $1 AND connection = $2`+older+` ORDER BY started_at DESC, id DESC LIMIT $3`, args, x.scanRun)
}

var saveRun = newInsertion("run", "account_id, "+runColumns, `ON CONFLICT (account_id, id) DO UPDATE SET
	connection = excluded.connection, kind = excluded.kind, state = excluded.state, from_on = excluded.from_on, to_on = excluded.to_on,
	estimate = excluded.estimate, reasons = excluded.reasons, progress = excluded.progress, counts = excluded.counts, calls = excluded.calls,
	last_error = excluded.last_error, started_at = excluded.started_at, finished_at = excluded.finished_at`)

// SaveRun inserts or updates a run. not_found: the account has no such connection.
func (x *writer) SaveRun(ctx context.Context, n bridge.Run) error {
	number, err := x.ownConnection(ctx, n.ConnectionID)
	if err != nil {
		return err
	}
	counts, err := json.Marshal(n.Counts)
	if err != nil {
		return x.s.failed("save run", err)
	}
	return x.s.failed("save run", x.insert(ctx, saveRun, []any{
		x.account, number, text(n.ID), text(n.Kind), text(n.State), text(n.From), text(n.To), n.Estimate, jsonList(n.Reasons), raw(n.Progress), string(counts),
		n.Calls, text(n.LastError), micros(n.StartedAt), micros(n.FinishedAt),
	}))
}

const historyColumns = `id, run_id, bsale_id, at, outcome, reason, title, client_name, plan`

// History returns decisions, newest first, at most limit; document 0 means of every document.
func (x *reader) History(ctx context.Context, connection crm.ID, document int64, limit int) ([]bridge.HistoryEntry, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	which, args := ``, []any{x.account, number, limit}
	if document != 0 {
		which, args = ` AND bsale_id = $4`, append(args, document)
	}
	return query(ctx, &x.session, "history",
		`SELECT `+historyColumns+` FROM history WHERE account_id = $1 AND connection = $2`+which+` ORDER BY number DESC LIMIT $3`, args,
		func(r row) (e bridge.HistoryEntry, err error) {
			e.ConnectionID = connection
			err = r.Scan(&e.ID, &e.RunID, &e.BsaleID, instant{&e.At}, &e.Outcome, &e.Reason, &e.Title, &e.ClientName, rawColumn{&e.Plan})
			return e, err
		})
}

var insertHistory = newInsertion("history", "account_id, connection, "+historyColumns, "")

// AddHistory appends decisions; later ones are newer. not_found: the account has no such connection.
func (x *writer) AddHistory(ctx context.Context, entries []bridge.HistoryEntry) error {
	values := make([]any, 0, len(entries)*insertHistory.columns)
	for _, e := range entries {
		number, err := x.ownConnection(ctx, e.ConnectionID)
		if err != nil {
			return err
		}
		values = append(values, x.account, number, text(e.ID), text(e.RunID), e.BsaleID, micros(e.At), text(e.Outcome), text(e.Reason),
			text(e.Title), text(e.ClientName), raw(e.Plan))
	}
	return x.s.failed("add history", x.insert(ctx, insertHistory, values))
}
