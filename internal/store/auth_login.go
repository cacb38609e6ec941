package store

import (
	"context"
	"database/sql"
	"net/netip"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

const sessionColumns = `s.id, s.user_id, s.agent, s.address, s.created_at, s.last_seen_at, s.expires_at`

// scanSession reads sessionColumns, after what stands before them.
func scanSession(r row, before ...any) (v auth.Session, err error) {
	var address string
	err = r.Scan(append(before, &v.ID, &v.UserID, &v.Agent, &address, instant{&v.CreatedAt}, instant{&v.LastSeenAt}, instant{&v.ExpiresAt})...)
	if err == nil && address != "" {
		v.Address, err = netip.ParseAddr(address)
	}
	return v, err
}

// Password returns a user's, zero if there is none.
func (x *reader) Password(ctx context.Context, user crm.ID) (auth.Password, error) {
	return queryOne(ctx, &x.session, "password", `SELECT hash, changed_at FROM user_password WHERE account_id = $1 AND user_id = $2`,
		[]any{x.account, string(user)}, func(r row) (p auth.Password, err error) { return p, r.Scan(&p.Hash, instant{&p.ChangedAt}) }, nil)
}

// PasswordHolders returns the users that have a password.
func (x *reader) PasswordHolders(ctx context.Context) ([]crm.ID, error) {
	return query(ctx, &x.session, "password holders", `SELECT user_id FROM user_password WHERE account_id = $1 ORDER BY user_id`, []any{x.account},
		func(r row) (id crm.ID, err error) { return id, r.Scan(&id) })
}

// Sessions returns a user's sessions, latest seen first, expired ones too.
func (x *reader) Sessions(ctx context.Context, user crm.ID) ([]auth.Session, error) {
	return query(ctx, &x.session, "sessions",
		`SELECT `+sessionColumns+` FROM login_session s WHERE s.account_id = $1 AND s.user_id = $2 ORDER BY s.last_seen_at DESC, s.id DESC`,
		[]any{x.account, string(user)}, func(r row) (auth.Session, error) { return scanSession(r) })
}

// SavePassword sets or replaces a user's password. not_found: no such user.
func (x *writer) SavePassword(ctx context.Context, user crm.ID, p auth.Password) error {
	return x.ofUser(ctx, user, "save password",
		`INSERT INTO user_password (account_id, user_id, hash, changed_at) VALUES ($1, $2, $3, $4)
		 ON CONFLICT (account_id, user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
		p.Hash, micros(p.ChangedAt))
}

// CreateSession adds a session that is found by token. not_found: no such user.
func (x *writer) CreateSession(ctx context.Context, v auth.Session, token auth.Hash) error {
	return x.ofUser(ctx, v.UserID, "create session",
		`INSERT INTO login_session (account_id, user_id, id, token_hash, agent, address, created_at, last_seen_at, expires_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		string(v.ID), string(token), text(v.Agent), addressText(v.Address), micros(v.CreatedAt), micros(v.LastSeenAt), micros(v.ExpiresAt))
}

// EndSession ends one session of a user. not_found: no such session.
func (x *writer) EndSession(ctx context.Context, user, session crm.ID) error {
	n, err := x.exec(ctx, "end session", `DELETE FROM login_session WHERE account_id = $1 AND user_id = $2 AND id = $3`, x.account, string(user), string(session))
	if err == nil && n == 0 {
		return notFound("session_not_found", session)
	}
	return err
}

// EndSessions ends all sessions of a user but one (zero: all).
func (x *writer) EndSessions(ctx context.Context, user, except crm.ID) error {
	_, err := x.exec(ctx, "end sessions", `DELETE FROM login_session WHERE account_id = $1 AND user_id = $2 AND id <> $3`, x.account, string(user), string(except))
	return err
}

// RememberDevice notes that the user logged in with a device, which is then known until an instant. not_found: no such user.
func (x *writer) RememberDevice(ctx context.Context, user crm.ID, device auth.Hash, until time.Time) error {
	return x.ofUser(ctx, user, "remember device",
		`INSERT INTO known_device (account_id, user_id, token_hash, expires_at) VALUES ($1, $2, $3, $4)
		 ON CONFLICT (token_hash, account_id, user_id) DO UPDATE SET expires_at = excluded.expires_at`,
		string(device), micros(until))
}

// SavePasswordLink gives a user a link that is found by token, in the place of an older one. not_found: no such user.
func (x *writer) SavePasswordLink(ctx context.Context, l auth.PasswordLink, token auth.Hash) error {
	return x.ofUser(ctx, l.UserID, "save link",
		`INSERT INTO password_link (account_id, user_id, token_hash, expires_at) VALUES ($1, $2, $3, $4)
		 ON CONFLICT (account_id, user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
		string(token), micros(l.ExpiresAt))
}

// UsePasswordLink takes a link away. ok is false when it is not there any more.
func (x *writer) UsePasswordLink(ctx context.Context, token auth.Hash) (ok bool, err error) {
	n, err := x.exec(ctx, "use link", `DELETE FROM password_link WHERE account_id = $1 AND token_hash = $2`, x.account, string(token))
	return n > 0, err
}

// EndPasswordLink takes a user's link away, if there is one.
func (x *writer) EndPasswordLink(ctx context.Context, user crm.ID) error {
	_, err := x.exec(ctx, "end link", `DELETE FROM password_link WHERE account_id = $1 AND user_id = $2`, x.account, string(user))
	return err
}

// endLinkToOldEmail takes a user's link away if the user is about to have another e-mail: it was given to whoever reads the old one.
func (x *writer) endLinkToOldEmail(ctx context.Context, u crm.User) error {
	_, err := x.exec(ctx, "end link to old e-mail",
		`DELETE FROM password_link WHERE account_id = $1 AND user_id IN (SELECT id FROM app_user WHERE account_id = $1 AND id = $2 AND email_key <> $3)`,
		x.account, string(u.ID), emailKey(u.Email))
	return err
}

// endAccess puts a user out who is not active any more: it does not come in by an old session or link when it is active again.
func (x *writer) endAccess(ctx context.Context, user crm.ID) error {
	if err := x.EndSessions(ctx, user, ""); err != nil {
		return err
	}
	return x.EndPasswordLink(ctx, user)
}

// ofUser runs a statement whose first parameters are the account and a user. not_found: no such user.
func (x *writer) ofUser(ctx context.Context, user crm.ID, op, statement string, args ...any) error {
	_, err := x.tx.ExecContext(ctx, statement, append([]any{x.account, string(user)}, args...)...)
	if x.s.dialect.fault(err) == faultReference {
		return notFound("user_not_found", user).Because(err)
	}
	return x.s.failed(op, err)
}

// NoteSeen says when a session was last seen, and until when it therefore lasts. It waits for no other writer of the account.
func (s *Store) NoteSeen(ctx context.Context, account, session crm.ID, at, expires time.Time) error {
	return s.note(ctx, "note session", account,
		`UPDATE login_session SET last_seen_at = $3, expires_at = $4 WHERE account_id = $1 AND id = $2 AND last_seen_at < $3`,
		string(session), micros(at), micros(expires))
}

// note runs a statement whose first parameter is the account.
func (s *Store) note(ctx context.Context, op string, account crm.ID, statement string, args ...any) error {
	return s.write(ctx, op, func(tx *sql.Tx) error {
		number, err := s.accountNumber(ctx, tx, account)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, statement, append([]any{number}, args...)...)
		return s.failed(op, err)
	})
}
