package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// hasWork says, of a connection c and by the instant $1, whether there is something to do and nothing forbids it. An instant that is zero is none, except
// that of a client request, which is pending until it is done.
const hasWork = `c.enabled AND c.stop_reason = '' AND (
	(c.next_poll_at > 0 AND c.next_poll_at <= $1)
	OR (c.next_recheck_at > 0 AND c.next_recheck_at <= $1)
	OR EXISTS (SELECT 1 FROM record d WHERE d.connection = c.number AND d.due_at > 0 AND d.due_at <= $1)
	OR EXISTS (SELECT 1 FROM run n WHERE n.connection = c.number AND n.state = 'active')
	OR EXISTS (SELECT 1 FROM client_request q WHERE q.connection = c.number AND q.state = 'pending' AND q.next_attempt_at <= $1))`

// WithWork returns the enabled, not stopped connections that have something due by now: a record, a poll or a recheck, an active run, a client request.
func (s *Store) WithWork(ctx context.Context, now time.Time) ([]bridge.ConnectionRef, error) {
	return s.connectionsWhere(ctx, "with work", hasWork, micros(now))
}

// StoppedFor returns the enabled connections that Puente stopped for that reason.
func (s *Store) StoppedFor(ctx context.Context, reason bridge.Reason) ([]bridge.ConnectionRef, error) {
	return s.connectionsWhere(ctx, "stopped", `c.enabled AND c.stop_reason = $1`, string(reason))
}

// connectionsWhere returns the connections c of all accounts that a condition picks, oldest first.
func (s *Store) connectionsWhere(ctx context.Context, what, condition string, arg any) ([]bridge.ConnectionRef, error) {
	var refs []bridge.ConnectionRef
	err := s.transact(ctx, s.reader, &s.dialect.view, what, func(tx *sql.Tx) (err error) {
		refs, err = query(ctx, &session{s: s, tx: tx}, what,
			`SELECT a.id, c.id FROM connection c JOIN account a ON a.number = c.account_id WHERE `+condition+` ORDER BY c.number`, []any{arg},
			func(r row) (ref bridge.ConnectionRef, err error) {
				err = r.Scan(&ref.AccountID, &ref.ConnectionID)
				return ref, err
			})
		return err
	})
	return refs, err
}

var noteHint = newInsertion("record",
	`account_id, connection, bsale_id, due_at, notified_at, seen_at, state, reason, hash, rules_version, contact_id, deal_id, kind, type_name,
	number, emitted_on, total_minor, total_currency, client_id, client_name, public_url, standing, credited, sale_id, attempts, last_error,
	decided_at`,
	`ON CONFLICT (connection, bsale_id) DO UPDATE SET
	due_at = CASE WHEN record.due_at > 0 AND record.due_at < excluded.due_at THEN record.due_at ELSE excluded.due_at END,
	notified_at = CASE WHEN record.notified_at > excluded.notified_at THEN record.notified_at ELSE excluded.notified_at END`)

// hinted is what the hints of one connection amount to.
type hinted struct {
	ref       bridge.ConnectionRef
	last      int64           // the latest instant
	documents map[int64]int64 // Bsale id → the latest instant
}

// NoteHints marks the documents due, in one transaction, and wakes each connection that is not marked as woken already. A connection that is unknown is
// left out; one that is disabled or stopped is not woken, nor is one that only gave a sign of life: there is nothing to do for it. wake gets the
// transaction as *sql.Tx.
func (s *Store) NoteHints(ctx context.Context, hints []bridge.Hint, wake bridge.Waker) error {
	byRef := map[bridge.ConnectionRef]*hinted{}
	for _, h := range hints {
		c := byRef[h.Connection]
		if c == nil {
			c = &hinted{ref: h.Connection, documents: map[int64]int64{}}
			byRef[h.Connection] = c
		}
		at := micros(h.At)
		c.last = max(c.last, at)
		if h.BsaleID != 0 {
			c.documents[h.BsaleID] = max(c.documents[h.BsaleID], at)
		}
	}
	note := func(prepare func(tx *sql.Tx, accounts []int64) error) error {
		return s.write(ctx, "note hints", func(tx *sql.Tx) error { return s.noteHints(ctx, tx, byRef, wake, prepare) })
	}
	// Hints wait for no account: a page of documents may be on its way into one. Where they meet on the same record, though, each could wait for the
	// other. So they give up soon, undone, and then wait their turn as any other writer of the account.
	err := note(func(tx *sql.Tx, _ []int64) error { return s.dialect.yieldToWriters(ctx, tx) })
	if s.dialect.engine == Postgres && slices.Contains([]fault{faultLocked, faultDeadlock}, s.dialect.fault(err)) {
		err = note(func(tx *sql.Tx, accounts []int64) error {
			for _, a := range accounts {
				if err := s.dialect.lockAccount(ctx, tx, a, s.options.patience()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

func (s *Store) noteHints(ctx context.Context, tx *sql.Tx, byRef map[bridge.ConnectionRef]*hinted, wake bridge.Waker,
	prepare func(tx *sql.Tx, accounts []int64) error,
) error {
	type known struct {
		connectionNumbers
		*hinted
	}
	var all []known
	var accounts []int64
	for ref, h := range byRef {
		n, err := s.find(ctx, tx, ref)
		if crm.CodeOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		all = append(all, known{n, h})
		accounts = append(accounts, n.account)
	}
	slices.Sort(accounts)
	if err := prepare(tx, slices.Compact(accounts)); err != nil {
		return s.failed("note hints", err)
	}
	// Everybody locks signals in this order, and before records.
	slices.SortFunc(all, func(a, b known) int { return cmp.Compare(a.number, b.number) })
	for _, c := range all {
		x := &session{s: s, tx: tx, account: c.account, accountID: c.ref.AccountID}
		// Always later than before, whatever this machine's clock says: by this instant a reader knows which hints its reading has seen.
		var notified int64
		if err := tx.QueryRowContext(ctx, `UPDATE connection_signal SET last_notified_at =
			CASE WHEN last_notified_at >= $2 THEN last_notified_at + 1 ELSE $2 END WHERE connection = $1 RETURNING last_notified_at`,
			c.number, c.last).Scan(&notified); err != nil {
			return s.failed("note hints", err)
		}
		if len(c.documents) == 0 {
			continue
		}
		values := make([]any, 0, len(c.documents)*noteHint.columns)
		for _, id := range slices.Sorted(maps.Keys(c.documents)) {
			at := c.documents[id]
			values = append(values, c.account, c.number, id, at, notified, at, string(bridge.StateNew),
				"", "", "", "", "", "", "", "", "", 0, "", 0, "", "", "", 0, 0, 0, "", 0)
		}
		if err := x.insert(ctx, noteHint, values); err != nil {
			return s.failed("note hints", err)
		}
		if err := x.wake(ctx, c.number, c.ref, false, true, wake); err != nil {
			return err
		}
	}
	return nil
}

// wake marks the connection as woken and calls wake, unless it was marked already and force is not set, or it does not run and must.
func (x *session) wake(ctx context.Context, number int64, ref bridge.ConnectionRef, force, mustRun bool, wake bridge.Waker) error {
	marked, err := x.exec(ctx, "wake", `UPDATE connection_signal SET woken = TRUE WHERE connection = $1 AND (NOT woken OR $2)
		AND (NOT $3 OR EXISTS (SELECT 1 FROM connection c WHERE c.number = $1 AND c.enabled AND c.stop_reason = ''))`, number, force, mustRun)
	if err != nil || marked == 0 {
		return err
	}
	return wake(ctx, x.tx, ref)
}

// Wake marks the connection as woken and calls wake, in one transaction; if it is marked already, it calls wake only when force is set. wake gets the
// transaction as *sql.Tx. not_found: no such connection.
func (s *Store) Wake(ctx context.Context, ref bridge.ConnectionRef, force bool, wake bridge.Waker) error {
	return s.onConnection(ctx, "wake", ref, func(x *session, number int64) error {
		return x.wake(ctx, number, ref, force, false, wake)
	})
}

// onConnection runs fn in a transaction that touches a connection's signals.
func (s *Store) onConnection(ctx context.Context, op string, ref bridge.ConnectionRef, fn func(x *session, number int64) error) error {
	return s.write(ctx, op, func(tx *sql.Tx) error {
		n, err := s.find(ctx, tx, ref)
		if err != nil {
			return err
		}
		return fn(&session{s: s, tx: tx, account: n.account, accountID: ref.AccountID}, n.number)
	})
}

// Acquire takes the connection's lease for holder until an instant and clears the woken mark. ok is false, and current says who has it and until
// when, while somebody else's lease lasts; stale, if not nil, may judge that a holder is gone although its lease lasts. A lease that is holder's own is
// extended. not_found: no such connection.
func (s *Store) Acquire(ctx context.Context, ref bridge.ConnectionRef, holder string, now, until time.Time, stale func(holder string) bool) (ok bool, current bridge.Lease, err error) {
	err = s.onConnection(ctx, "acquire", ref, func(x *session, number int64) error {
		// Writing nothing new locks the row, on either engine: what is read next stands until the end.
		if _, err := x.exec(ctx, "acquire", `UPDATE connection_signal SET holder = holder WHERE connection = $1`, number); err != nil {
			return err
		}
		var err error
		current, err = queryOne(ctx, x, "acquire", `SELECT holder, held_until FROM connection_signal WHERE connection = $1`, []any{number},
			func(r row) (l bridge.Lease, err error) {
				err = r.Scan(&l.Holder, instant{&l.Until})
				return l, err
			}, notFound("connection_not_found", ref.ConnectionID))
		if err != nil {
			return err
		}
		free := current.Holder == "" || current.Holder == holder || !current.Until.After(now)
		if !free && (stale == nil || !stale(current.Holder)) {
			return nil
		}
		ok, current = true, bridge.Lease{Holder: holder, Until: time.UnixMicro(micros(until)).UTC()}
		_, err = x.exec(ctx, "acquire", `UPDATE connection_signal SET holder = $2, held_until = $3, woken = FALSE WHERE connection = $1`,
			number, text(holder), micros(until))
		return err
	})
	if err != nil {
		return false, bridge.Lease{}, err
	}
	return ok, current, nil
}

// Renew extends holder's lease. ok is false when it is not holder's any more. not_found: no such connection.
func (s *Store) Renew(ctx context.Context, ref bridge.ConnectionRef, holder string, until time.Time) (ok bool, err error) {
	err = s.onConnection(ctx, "renew", ref, func(x *session, number int64) error {
		n, err := x.exec(ctx, "renew", `UPDATE connection_signal SET held_until = $3 WHERE connection = $1 AND holder = $2 AND holder <> ''`,
			number, text(holder), micros(until))
		ok = n == 1
		return err
	})
	return ok && err == nil, err
}

// Release gives the lease back unless something is due by now (as in WithWork). released is false when there is: the holder goes on. It is true when the
// lease was not holder's any more. With the lease it clears the woken mark: whoever was woken meanwhile found the lease taken, and the next hint
// must wake again. not_found: no such connection.
func (s *Store) Release(ctx context.Context, ref bridge.ConnectionRef, holder string, now time.Time) (released bool, err error) {
	err = s.onConnection(ctx, "release", ref, func(x *session, number int64) error {
		// The lock first, in a statement of its own: hints lock the same row, so those that are not seen by the next statement will find the mark
		// cleared and wake somebody.
		held, err := x.exec(ctx, "release", `UPDATE connection_signal SET holder = holder WHERE connection = $1 AND holder = $2`, number, text(holder))
		if err != nil || held == 0 {
			released = err == nil
			return err
		}
		var work int
		if err := x.tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM connection c WHERE c.number = $2 AND `+hasWork, micros(now), number).Scan(&work); err != nil {
			return s.failed("release", err)
		}
		if work > 0 {
			return nil
		}
		released = true
		return x.letGo(ctx, number, holder)
	})
	return released && err == nil, err
}

// Drop gives the lease back whatever is due, if it is holder's, and clears the woken mark. not_found: no such connection.
func (s *Store) Drop(ctx context.Context, ref bridge.ConnectionRef, holder string) error {
	return s.onConnection(ctx, "drop", ref, func(x *session, number int64) error { return x.letGo(ctx, number, holder) })
}

func (x *session) letGo(ctx context.Context, number int64, holder string) error {
	_, err := x.exec(ctx, "let go", `UPDATE connection_signal SET holder = '', held_until = 0, woken = FALSE WHERE connection = $1 AND holder = $2`,
		number, text(holder))
	return err
}

// Wake marks the connection as woken and calls wake with this transaction as *sql.Tx, unless it is marked already or does not run. not_found: the account has no such
// connection.
func (x *writer) Wake(ctx context.Context, connection crm.ID, wake bridge.Waker) error {
	number, err := x.ownConnection(ctx, connection)
	if err != nil {
		return err
	}
	return x.wake(ctx, number, bridge.ConnectionRef{AccountID: x.accountID, ConnectionID: connection}, false, true, wake)
}
