package store

import (
	"context"
	"database/sql"
	"net/netip"
	"slices"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

var (
	_ auth.Store  = (*Store)(nil)
	_ auth.Reader = (*reader)(nil)
	_ auth.Tx     = (*writer)(nil)
)

// ViewAccess runs fn as View does.
func (s *Store) ViewAccess(ctx context.Context, account crm.ID, fn func(auth.Reader) error) error {
	return s.View(ctx, account, func(r bridge.Reader) error { return fn(r.(auth.Reader)) })
}

// UpdateAccess runs fn as Update does.
func (s *Store) UpdateAccess(ctx context.Context, account crm.ID, fn func(auth.Tx) error) error {
	return s.Update(ctx, account, func(tx bridge.Tx) error { return fn(tx.(auth.Tx)) })
}

// look runs fn over a consistent picture of all accounts.
func (s *Store) look(ctx context.Context, op string, fn func(x *session) error) error {
	return s.transact(ctx, s.reader, &s.dialect.view, op, func(tx *sql.Tx) error { return fn(&session{s: s, tx: tx}) })
}

// of returns a reader of one account in the same transaction.
func (x *session) of(number int64, id crm.ID) *reader {
	return &reader{session{s: x.s, tx: x.tx, account: number, accountID: id}}
}

// PeopleByEmail returns the active users that have an e-mail, case aside, of all accounts, oldest account first, at most limit.
func (s *Store) PeopleByEmail(ctx context.Context, email string, limit int) ([]auth.Person, error) {
	var people []auth.Person
	err := s.look(ctx, "people by e-mail", func(x *session) error {
		type place struct {
			number        int64
			account, user crm.ID
		}
		places, err := query(ctx, x, "people by e-mail",
			`SELECT a.number, a.id, u.id FROM app_user u JOIN account a ON a.number = u.account_id
			 WHERE u.email_key = $1 AND u.active = $2 ORDER BY a.created_at, a.number LIMIT $3`,
			[]any{emailKey(email), true, limit}, func(r row) (p place, err error) { return p, r.Scan(&p.number, &p.account, &p.user) })
		if err != nil {
			return err
		}
		for _, p := range places { // one in all but a few databases
			r := x.of(p.number, p.account)
			var person auth.Person
			if person.Account, err = r.Account(ctx); err != nil {
				return err
			}
			if person.User, err = r.user(ctx, p.user); err != nil {
				return err
			}
			if person.Password, err = r.Password(ctx, p.user); err != nil {
				return err
			}
			people = append(people, person)
		}
		return nil
	})
	return people, err
}

// AnybodyCanLogIn says whether there is an active user with a password, in any account.
func (s *Store) AnybodyCanLogIn(ctx context.Context) (anybody bool, err error) {
	err = s.look(ctx, "anybody can log in", func(x *session) error {
		found, err := query(ctx, x, "anybody can log in",
			`SELECT 1 FROM user_password p JOIN app_user u ON u.account_id = p.account_id AND u.id = p.user_id WHERE u.active = $1 LIMIT 1`,
			[]any{true}, func(r row) (one int, err error) { return one, r.Scan(&one) })
		anybody = len(found) > 0
		return err
	})
	return anybody, err
}

// VisitByToken returns the session of a token, with whose it is. not_found: none.
func (s *Store) VisitByToken(ctx context.Context, token auth.Hash) (v auth.Visit, err error) {
	err = s.look(ctx, "session by token", func(x *session) error {
		var number int64
		var account crm.ID
		v.Session, err = queryOne(ctx, x, "session by token",
			`SELECT a.number, a.id, `+sessionColumns+` FROM login_session s JOIN account a ON a.number = s.account_id WHERE s.token_hash = $1`,
			[]any{string(token)}, func(r row) (auth.Session, error) { return scanSession(r, &number, &account) }, notFound("session_not_found", ""))
		if err != nil {
			return err
		}
		r := x.of(number, account)
		if v.Account, err = r.Account(ctx); err != nil {
			return err
		}
		v.User, err = r.user(ctx, v.Session.UserID)
		return err
	})
	return v, err
}

// CredentialBySecret returns the key that a secret is of, with whose it is. not_found: none.
func (s *Store) CredentialBySecret(ctx context.Context, secret auth.Hash) (c auth.Credential, err error) {
	err = s.look(ctx, "key by secret", func(x *session) error {
		var number int64
		var account crm.ID
		c.Key, err = queryOne(ctx, x, "key by secret",
			`SELECT a.number, a.id, s.valid_until, `+keyColumns+` FROM api_key_secret s
			 JOIN api_key k ON k.account_id = s.account_id AND k.id = s.key_id JOIN account a ON a.number = s.account_id WHERE s.secret_hash = $1`,
			[]any{string(secret)}, func(r row) (auth.APIKey, error) { return scanKey(r, &number, &account, instant{&c.ValidUntil}) },
			notFound("key_not_found", ""))
		if err != nil {
			return err
		}
		c.Account, err = x.of(number, account).Account(ctx)
		return err
	})
	return c, err
}

// LinkByToken returns the link that a token is of. not_found: none.
func (s *Store) LinkByToken(ctx context.Context, token auth.Hash) (l auth.PasswordLink, err error) {
	err = s.look(ctx, "link by token", func(x *session) error {
		l, err = queryOne(ctx, x, "link by token",
			`SELECT a.id, l.user_id, l.expires_at FROM password_link l JOIN account a ON a.number = l.account_id WHERE l.token_hash = $1`,
			[]any{string(token)}, func(r row) (l auth.PasswordLink, err error) {
				return l, r.Scan(&l.AccountID, &l.UserID, instant{&l.ExpiresAt})
			}, notFound("link_invalid", ""))
		return err
	})
	return l, err
}

// DeviceKnown says whether a device is known at an instant: to anybody, and to a user with that e-mail.
func (s *Store) DeviceKnown(ctx context.Context, device auth.Hash, email string, at time.Time) (anybody, user bool, err error) {
	err = s.look(ctx, "known device", func(x *session) error {
		emails, err := query(ctx, x, "known device",
			`SELECT u.email_key FROM known_device d JOIN app_user u ON u.account_id = d.account_id AND u.id = d.user_id
			 WHERE d.token_hash = $1 AND d.expires_at > $2`,
			[]any{string(device), micros(at)}, func(r row) (email string, err error) { return email, r.Scan(&email) })
		anybody, user = len(emails) > 0, slices.Contains(emails, emailKey(email))
		return err
	})
	return anybody, user, err
}

// addressText writes an address; ” where there is none.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
