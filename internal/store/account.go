package store

import (
	"context"
	"database/sql"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const accountColumns = `id, name, country, currency, time_zone, language, date_style, number_style, seller_access, created_at, version`

func scanAccount(r row) (a crm.Account, err error) {
	err = r.Scan(&a.ID, &a.Name, &a.Country, &a.Currency, &a.TimeZone, &a.Language, &a.DateStyle, &a.NumberStyle, &a.SellerAccess,
		instant{&a.CreatedAt}, &a.Version)
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
	err := tx.QueryRowContext(ctx, `INSERT INTO account (`+accountColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) RETURNING number`,
		text(a.ID), text(a.Name), text(a.Country), text(a.Currency), text(a.TimeZone), text(a.Language), text(a.DateStyle), text(a.NumberStyle),
		text(a.SellerAccess), micros(a.CreatedAt)).Scan(&number)
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
		if err := s.dialect.lockAccount(ctx, tx, allAccounts, s.options.patience()); err != nil {
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

// UpdateAccount updates the account's settings. conflict: it was stale. not_found: it is another account.
func (x *writer) UpdateAccount(ctx context.Context, a crm.Account) error {
	if a.ID != x.accountID {
		return notFound("account_not_found", a.ID)
	}
	n, err := x.exec(ctx, "update account",
		`UPDATE account SET name = $3, country = $4, currency = $5, time_zone = $6, language = $7, date_style = $8, number_style = $9, seller_access = $10,
		 version = version + 1 WHERE number = $1 AND version = $2`,
		x.account, a.Version, text(a.Name), text(a.Country), text(a.Currency), text(a.TimeZone), text(a.Language), text(a.DateStyle), text(a.NumberStyle),
		text(a.SellerAccess))
	if err == nil && n == 0 {
		return stale("account")
	}
	return err
}

const userColumns = `id, email, name, role, active, language, created_at, version`

func scanUser(r row) (u crm.User, err error) {
	err = r.Scan(&u.ID, &u.Email, &u.Name, &u.Role, &u.Active, &u.Language, instant{&u.CreatedAt}, &u.Version)
	return u, err
}

// Users returns all users, inactive ones too, oldest first.
func (x *reader) Users(ctx context.Context) ([]crm.User, error) {
	return query(ctx, &x.session, "users", `SELECT `+userColumns+` FROM app_user WHERE account_id = $1 ORDER BY created_at, id`, []any{x.account}, scanUser)
}

// user returns one user. not_found: no such user.
func (x *reader) user(ctx context.Context, id crm.ID) (crm.User, error) {
	return queryOne(ctx, &x.session, "user", `SELECT `+userColumns+` FROM app_user WHERE account_id = $1 AND id = $2`, []any{x.account, text(id)}, scanUser,
		notFound("user_not_found", id))
}

// emailKey returns the form under which users are matched. What is no address is told apart by its letters, case aside.
func emailKey(email string) string {
	if key, ok := crm.NormalizeEmail(email); ok {
		return key
	}
	return strings.ToLower(strings.TrimSpace(text(email)))
}

// CreateUser adds a user, of Version 1. conflict: the e-mail or the id is taken.
func (x *writer) CreateUser(ctx context.Context, u crm.User) error {
	_, err := x.tx.ExecContext(ctx,
		`INSERT INTO app_user (account_id, id, email, email_key, name, role, active, language, created_at, version)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
		x.account, text(u.ID), text(u.Email), emailKey(u.Email), text(u.Name), text(u.Role), u.Active, text(u.Language), micros(u.CreatedAt))
	return x.s.taken("create user", err, idTaken(u.ID), emailTaken(u.Email))
}

// UpdateUser updates a user whole; one that is not active is logged out. not_found: no such user. conflict: stale, or the e-mail is taken.
func (x *writer) UpdateUser(ctx context.Context, u crm.User) error {
	if err := x.endLinkToOldEmail(ctx, u); err != nil {
		return err
	}
	err := x.updateVersion(ctx, "app_user", u.ID, notFound("user_not_found", u.ID), emailTaken(u.Email),
		`UPDATE app_user SET email = $4, email_key = $5, name = $6, role = $7, active = $8, language = $9, version = version + 1
		 WHERE account_id = $1 AND id = $2 AND version = $3`,
		x.account, text(u.ID), u.Version, text(u.Email), emailKey(u.Email), text(u.Name), text(u.Role), u.Active, text(u.Language))
	if err != nil || u.Active {
		return err
	}
	return x.endAccess(ctx, u.ID)
}

func emailTaken(email string) *crm.Error {
	return crm.NewError(crm.Conflict, "email_taken", "email", email).At("email")
}

// updateVersion runs an UPDATE of the row with that id of a table, which has the version that the caller knows as a condition. conflict: the row has another
// version, or unique when a value is taken. missing: there is no such row.
func (x *writer) updateVersion(ctx context.Context, table string, id crm.ID, missing, unique *crm.Error, update string, args ...any) error {
	r, err := x.tx.ExecContext(ctx, update, args...)
	if err != nil {
		return x.s.taken("update "+table, err, idTaken(id), unique)
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return x.s.failed("update "+table, err)
	}
	if _, err := queryOne(ctx, &x.session, "update "+table, `SELECT 1 FROM `+table+` WHERE account_id = $1 AND id = $2`, []any{x.account, text(id)},
		func(r row) (one int, err error) { return one, r.Scan(&one) }, missing); err != nil {
		return err
	}
	return stale(table)
}
