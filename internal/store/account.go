package store

import (
	"context"
	"database/sql"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const accountColumns = `id, name, country, currency, time_zone, language, created_at`

func scanAccount(r row) (a crm.Account, err error) {
	err = r.Scan(&a.ID, &a.Name, &a.Country, &a.Currency, &a.TimeZone, &a.Language, instant{&a.CreatedAt})
	return a, err
}

// Accounts returns all accounts, oldest first.
func (s *Store) Accounts(ctx context.Context) ([]crm.Account, error) {
	var accounts []crm.Account
	err := s.transact(ctx, s.reader, &s.dialect.view, "accounts", func(tx *sql.Tx) (err error) {
		accounts, err = query(ctx, &session{s: s, tx: tx}, "accounts",
			`SELECT `+accountColumns+` FROM account ORDER BY created_at, number`, nil, scanAccount)
		return err
	})
	return accounts, err
}

// CreateAccount adds an account and gives it what setUp writes, in one transaction; setUp may be nil. conflict: the id is taken.
func (s *Store) CreateAccount(ctx context.Context, a crm.Account, setUp func(bridge.Tx) error) error {
	return s.writeAccount(ctx, "create account", func(tx *sql.Tx) (*writer, error) { return s.insertAccount(ctx, tx, a) }, setUp)
}

func (s *Store) insertAccount(ctx context.Context, tx *sql.Tx, a crm.Account) (*writer, error) {
	var number int64
	err := tx.QueryRowContext(ctx, `INSERT INTO account (`+accountColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING number`,
		text(a.ID), text(a.Name), text(a.Country), text(a.Currency), text(a.TimeZone), text(a.Language), micros(a.CreatedAt)).Scan(&number)
	if err != nil {
		return nil, s.taken("create account", err, idTaken(a.ID), idTaken(a.ID))
	}
	return &writer{reader: reader{session{s: s, tx: tx, account: number, accountID: a.ID}}}, nil
}

// EnsureAccount returns the oldest account. If there is none it makes fresh, as CreateAccount does; of several processes that ask at once, one does.
func (s *Store) EnsureAccount(ctx context.Context, fresh crm.Account, setUp func(bridge.Tx) error) (crm.Account, error) {
	accounts, err := s.Accounts(ctx)
	if err != nil {
		return crm.Account{}, err
	}
	if len(accounts) > 0 {
		return accounts[0], nil
	}
	account := fresh
	err = s.writeAccount(ctx, "ensure account", func(tx *sql.Tx) (*writer, error) {
		if err := s.dialect.lockAccount(ctx, tx, allAccounts); err != nil {
			return nil, s.failed("ensure account", err)
		}
		found, err := query(ctx, &session{s: s, tx: tx}, "accounts", `SELECT `+accountColumns+` FROM account ORDER BY created_at, number LIMIT 1`, nil, scanAccount)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			account = found[0]
			return &writer{}, nil
		}
		return s.insertAccount(ctx, tx, fresh)
	}, func(tx bridge.Tx) error {
		if account.ID != fresh.ID || setUp == nil { // another process was quicker
			return nil
		}
		return setUp(tx)
	})
	return account, err
}

// allAccounts is the number that no account has, to lock them all.
const allAccounts = 0

// Account returns the account itself.
func (x *reader) Account(ctx context.Context) (crm.Account, error) {
	return queryOne(ctx, &x.session, "account", `SELECT `+accountColumns+` FROM account WHERE number = $1`, []any{x.account}, scanAccount,
		notFound("account_not_found", x.accountID))
}

// Users returns all users, inactive ones too, oldest first.
func (x *reader) Users(ctx context.Context) ([]crm.User, error) {
	return query(ctx, &x.session, "users",
		`SELECT id, email, name, role, active, created_at FROM app_user WHERE account_id = $1 ORDER BY created_at, id`, []any{x.account},
		func(r row) (u crm.User, err error) {
			err = r.Scan(&u.ID, &u.Email, &u.Name, &u.Role, &u.Active, instant{&u.CreatedAt})
			return u, err
		})
}

// emailKey returns the form under which users are matched. What is no address is told apart by its letters, case aside.
func emailKey(email string) string {
	if key, ok := crm.NormalizeEmail(email); ok {
		return key
	}
	return strings.ToLower(strings.TrimSpace(text(email)))
}

// CreateUser adds a user. conflict: the e-mail or the id is taken.
func (x *writer) CreateUser(ctx context.Context, u crm.User) error {
	_, err := x.tx.ExecContext(ctx,
		`INSERT INTO app_user (account_id, id, email, email_key, name, role, active, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		x.account, text(u.ID), text(u.Email), emailKey(u.Email), text(u.Name), text(u.Role), u.Active, micros(u.CreatedAt))
	return x.s.taken("create user", err, idTaken(u.ID), emailTaken(u.Email))
}

// UpdateUser updates a user whole. not_found: no such user. conflict: the e-mail is taken.
func (x *writer) UpdateUser(ctx context.Context, u crm.User) error {
	r, err := x.tx.ExecContext(ctx,
		`UPDATE app_user SET email = $3, email_key = $4, name = $5, role = $6, active = $7, created_at = $8 WHERE account_id = $1 AND id = $2`,
		x.account, text(u.ID), text(u.Email), emailKey(u.Email), text(u.Name), text(u.Role), u.Active, micros(u.CreatedAt))
	if err != nil {
		return x.s.taken("update user", err, idTaken(u.ID), emailTaken(u.Email))
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		return notFound("user_not_found", u.ID)
	}
	return x.s.failed("update user", err)
}

func emailTaken(email string) *crm.Error {
	return crm.NewError(crm.Conflict, "email_taken", "email", email).At("email")
}
