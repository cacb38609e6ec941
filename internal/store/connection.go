package store

import (
	"context"
	"database/sql"
	"errors"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const connectionColumns = `id, base_url, sealed_token, token_last_four, requests_per_second, rules, hook, enabled, stop_reason, read_until,
	next_poll_at, next_recheck_at, last_poll_at, created_at, updated_at`

// connectionNumbers is a connection by both its keys, in one account.
type connectionNumbers struct {
	account, number int64
	id              crm.ID
}

func (x *session) scanConnection(r row) (c bridge.Connection, err error) {
	err = r.Scan(&c.ID, &c.BaseURL, &c.SealedToken, &c.TokenLastFour, &c.RequestsPerSecond, rawColumn{&c.Rules}, &c.Hook, &c.Enabled, &c.StopReason,
		&c.ReadUntil, instant{&c.NextPollAt}, instant{&c.NextRecheckAt}, instant{&c.LastPollAt}, instant{&c.CreatedAt}, instant{&c.UpdatedAt},
		instant{&c.LastNotifiedAt})
	c.AccountID = x.accountID
	return c, err
}

const selectConnection = `SELECT ` + connectionColumns + `, s.last_notified_at
	FROM connection c JOIN connection_signal s ON s.connection = c.number WHERE c.account_id = $1`

// Connections returns the account's connections, oldest first.
func (x *reader) Connections(ctx context.Context) ([]bridge.Connection, error) {
	return query(ctx, &x.session, "connections", selectConnection+` ORDER BY created_at, number`, []any{x.account}, x.scanConnection)
}

// Connection returns one. not_found: no such connection in this account.
func (x *reader) Connection(ctx context.Context, id crm.ID) (bridge.Connection, error) {
	return queryOne(ctx, &x.session, "connection", selectConnection+` AND id = $2`, []any{x.account, text(id)}, x.scanConnection,
		notFound("connection_not_found", id))
}

// SaveConnection inserts or updates a connection. LastNotifiedAt only ever moves forward: hints set it meanwhile. conflict: the hook is taken.
// invalid: it says that it is of another account.
func (x *writer) SaveConnection(ctx context.Context, c bridge.Connection) error {
	if c.AccountID != "" && c.AccountID != x.accountID {
		return crm.NewError(crm.Invalid, "reference_unknown").At("account")
	}
	var sealed any
	if c.SealedToken != nil {
		sealed = c.SealedToken
	}
	var number int64
	err := x.tx.QueryRowContext(ctx, `INSERT INTO connection (account_id, `+connectionColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (account_id, id) DO UPDATE SET base_url = excluded.base_url, sealed_token = excluded.sealed_token,
		token_last_four = excluded.token_last_four, requests_per_second = excluded.requests_per_second, rules = excluded.rules, hook = excluded.hook,
		enabled = excluded.enabled, stop_reason = excluded.stop_reason, read_until = excluded.read_until, next_poll_at = excluded.next_poll_at,
		next_recheck_at = excluded.next_recheck_at, last_poll_at = excluded.last_poll_at, created_at = excluded.created_at,
		updated_at = excluded.updated_at RETURNING number`,
		x.account, text(c.ID), text(c.BaseURL), sealed, text(c.TokenLastFour), c.RequestsPerSecond, raw(c.Rules), text(c.Hook), c.Enabled,
		text(c.StopReason), text(c.ReadUntil), micros(c.NextPollAt), micros(c.NextRecheckAt), micros(c.LastPollAt), micros(c.CreatedAt),
		micros(c.UpdatedAt)).Scan(&number)
	if err != nil {
		return x.s.taken("save connection", err, idTaken(c.ID), crm.NewError(crm.Conflict, "hook_taken").At("hook"))
	}
	x.links = nil
	// The row of signals is touched only when there is something to write: hints lock it while they wait for records.
	_, err = x.exec(ctx, "save connection",
		`INSERT INTO connection_signal (connection, account_id, last_notified_at) VALUES ($1, $2, $3) ON CONFLICT (connection) DO NOTHING`,
		number, x.account, micros(c.LastNotifiedAt))
	if err == nil {
		_, err = x.exec(ctx, "save connection", `UPDATE connection_signal SET last_notified_at = $2 WHERE connection = $1 AND last_notified_at < $2`,
			number, micros(c.LastNotifiedAt))
	}
	return err
}

// connection returns the short key of a connection of this account; ok is false when it has none such.
func (x *session) connection(ctx context.Context, id crm.ID) (number int64, ok bool, err error) {
	links, err := x.connections(ctx)
	for _, l := range links {
		if l.id == id {
			return l.number, true, nil
		}
	}
	return 0, false, err
}

// ownConnection is connection for those that write. not_found: the account has no such connection.
func (x *session) ownConnection(ctx context.Context, id crm.ID) (int64, error) {
	number, ok, err := x.connection(ctx, id)
	if err == nil && !ok {
		err = notFound("connection_not_found", id)
	}
	return number, err
}

// connectionID is the way back from connection.
func (x *session) connectionID(number int64) crm.ID {
	for _, l := range x.links {
		if l.number == number {
			return l.id
		}
	}
	return ""
}

func (x *session) connections(ctx context.Context) ([]connectionNumbers, error) {
	if x.links != nil {
		return x.links, nil
	}
	links, err := query(ctx, x, "connections", `SELECT account_id, number, id FROM connection WHERE account_id = $1`, []any{x.account},
		func(r row) (c connectionNumbers, err error) {
			err = r.Scan(&c.account, &c.number, &c.id)
			return c, err
		})
	x.links = links
	return links, err
}

// ConnectionByHook finds the connection whose webhook path ends in hook. not_found: none.
func (s *Store) ConnectionByHook(ctx context.Context, hook string) (bridge.ConnectionRef, error) {
	var ref bridge.ConnectionRef
	if hook == "" {
		return ref, crm.NewError(crm.NotFound, "hook_not_found")
	}
	err := s.reader.QueryRowContext(ctx, `SELECT a.id, c.id FROM connection c JOIN account a ON a.number = c.account_id
		WHERE c.hook = $1 AND c.hook <> ''`, text(hook)).Scan(&ref.AccountID, &ref.ConnectionID)
	if errors.Is(err, sql.ErrNoRows) {
		return ref, crm.NewError(crm.NotFound, "hook_not_found")
	}
	return ref, s.failed("connection by hook", err)
}

// find returns the short keys of a connection, from memory when it was found before: they never change. not_found: no such connection.
func (s *Store) find(ctx context.Context, tx *sql.Tx, ref bridge.ConnectionRef) (connectionNumbers, error) {
	if n, ok := s.connections.Load(ref); ok {
		return n.(connectionNumbers), nil
	}
	n := connectionNumbers{id: ref.ConnectionID}
	err := tx.QueryRowContext(ctx, `SELECT c.account_id, c.number FROM connection c JOIN account a ON a.number = c.account_id
		WHERE a.id = $1 AND c.id = $2`, text(ref.AccountID), text(ref.ConnectionID)).Scan(&n.account, &n.number)
	if errors.Is(err, sql.ErrNoRows) {
		return n, notFound("connection_not_found", ref.ConnectionID)
	}
	if err != nil {
		return n, s.failed("find connection", err)
	}
	s.connections.Store(ref, n)
	return n, nil
}
