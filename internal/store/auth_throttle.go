package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"puente/internal/auth"
)

// errCounterFull rolls back what was counted when another counter is full.
var errCounterFull = errors.New("store: a counter is full")

// CountAttempt counts an attempt in all counters, or, if one of them is full, in none: then it returns how long to wait. Counters have to come in the order of
// their keys, so that two attempts do not wait for each other.
func (s *Store) CountAttempt(ctx context.Context, counters []auth.Counter, at time.Time) (wait time.Duration, err error) {
	// Most of an attack is refused here, without a write.
	if err := s.look(ctx, "count attempt", func(x *session) error {
		for _, c := range counters {
			busy, err := query(ctx, x, "count attempt", `SELECT busy_until FROM login_counter WHERE key_hash = $1`, []any{string(c.Key)}, scanInstant)
			if err != nil {
				return err
			}
			if len(busy) > 0 {
				wait = max(wait, c.Wait(busy[0].Add(c.Refill), at))
			}
		}
		return nil
	}); err != nil || wait > 0 {
		return wait, err
	}
	err = s.write(ctx, "count attempt", func(tx *sql.Tx) error {
		x := &session{s: s, tx: tx}
		for _, c := range counters {
			busy, err := queryOne(ctx, x, "count attempt",
				`INSERT INTO login_counter (key_hash, busy_until) VALUES ($1, $4)
				 ON CONFLICT (key_hash) DO UPDATE SET busy_until = $3 + CASE WHEN login_counter.busy_until > $2 THEN login_counter.busy_until ELSE $2 END
				 RETURNING busy_until`,
				[]any{string(c.Key), micros(at), c.Refill.Microseconds(), micros(at.Add(c.Refill))}, scanInstant, nil)
			if err != nil {
				return err
			}
			wait = max(wait, c.Wait(busy, at))
		}
		if wait > 0 {
			return errCounterFull
		}
		return x.forget(ctx, idleCounters, at, countersForgotten)
	})
	if errors.Is(err, errCounterFull) {
		err = nil
	}
	return wait, err
}

// countersForgotten is more than what an attempt adds, so that the table does not grow without end.
const countersForgotten = 10

func scanInstant(r row) (at time.Time, err error) { return at, r.Scan(instant{&at}) }

// UncountAttempt takes one back, because it was right.
func (s *Store) UncountAttempt(ctx context.Context, counters []auth.Counter) error {
	return s.write(ctx, "uncount attempt", func(tx *sql.Tx) error {
		x := &session{s: s, tx: tx}
		for _, c := range counters {
			if _, err := x.exec(ctx, "uncount attempt", `UPDATE login_counter SET busy_until = busy_until - $2 WHERE key_hash = $1`,
				string(c.Key), c.Refill.Microseconds()); err != nil {
				return err
			}
		}
		return nil
	})
}

// expired are rows of a table that have ended by an instant.
type expired struct{ table, key, ends string }

// What ends by itself. Rows where the end is 0 do not.
var (
	idleCounters = expired{"login_counter", "key_hash", "busy_until"}
	allExpired   = []expired{
		idleCounters,
		{"login_session", "token_hash", "expires_at"},
		{"password_link", "token_hash", "expires_at"},
		{"known_device", "token_hash, account_id, user_id", "expires_at"},
		{"api_key_secret", "secret_hash", "valid_until"},
	}
)

// forget removes at most limit of them.
func (x *session) forget(ctx context.Context, e expired, at time.Time, limit int) error {
	_, err := x.exec(ctx, "forget "+e.table,
		`DELETE FROM `+e.table+` WHERE (`+e.key+`) IN (SELECT `+e.key+` FROM `+e.table+` WHERE `+e.ends+` > 0 AND `+e.ends+` <= $1
		 ORDER BY `+e.ends+` LIMIT $2`+x.s.dialect.skipLocked+`)`, micros(at), limit)
	return err
}

// ForgetExpired removes at most limit each of the sessions, links, devices, counters and replaced secrets that have ended by an instant.
func (s *Store) ForgetExpired(ctx context.Context, at time.Time, limit int) error {
	return s.write(ctx, "forget expired", func(tx *sql.Tx) error {
		x := &session{s: s, tx: tx}
		for _, e := range allExpired {
			if err := x.forget(ctx, e, at, limit); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetupCodeKnown says whether a setup code is one that is kept.
func (s *Store) SetupCodeKnown(ctx context.Context, code auth.Hash) (known bool, err error) {
	err = s.look(ctx, "setup code", func(x *session) error {
		found, err := query(ctx, x, "setup code", `SELECT 1 FROM setup_code WHERE code_hash = $1`, []any{string(code)},
			func(r row) (one int, err error) { return one, r.Scan(&one) })
		known = len(found) > 0
		return err
	})
	return known, err
}

// AddSetupCode keeps a code, and at most keep-1 older ones.
func (s *Store) AddSetupCode(ctx context.Context, code auth.Hash, at time.Time, keep int) error {
	return s.write(ctx, "add setup code", func(tx *sql.Tx) error {
		x := &session{s: s, tx: tx}
		if _, err := x.exec(ctx, "add setup code", `INSERT INTO setup_code (code_hash, created_at) VALUES ($1, $2)`, string(code), micros(at)); err != nil {
			return err
		}
		_, err := x.exec(ctx, "add setup code",
			`DELETE FROM setup_code WHERE code_hash NOT IN (SELECT code_hash FROM setup_code ORDER BY created_at DESC, code_hash LIMIT $1)`, keep)
		return err
	})
}

// UseSetupCode takes all setup codes away if code is one of them. ok is false when it is none.
func (x *writer) UseSetupCode(ctx context.Context, code auth.Hash) (ok bool, err error) {
	n, err := x.exec(ctx, "use setup code", `DELETE FROM setup_code WHERE code_hash = $1`, string(code))
	if err != nil || n == 0 {
		return false, err
	}
	_, err = x.exec(ctx, "use setup code", `DELETE FROM setup_code`)
	return true, err
}
