package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/store"
)

// office is an account, open for the commands of whoever runs the server.
type office struct {
	db      *store.Store
	access  *auth.Service
	account crm.Account
}

// onAccount opens a database that is there and gives fn the account that was asked for.
func onAccount(ctx context.Context, d config.Database, in config.InAccount, fn func(o *office) error) (err error) {
	if err := mustExist(d); err != nil {
		return err
	}
	db, err := store.Open(ctx, d.DB, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	account, err := chooseAccount(ctx, db, in)
	if err != nil {
		return err
	}
	return fn(newOffice(db, account))
}

func newOffice(db *store.Store, account crm.Account) *office {
	return &office{db: db, access: auth.New(auth.Options{Store: db}), account: account}
}

// chooseAccount returns the account with an id or a name, or, when none is asked for, the only one. not_found: account_needed, account_unknown. conflict:
// account_choose.
func chooseAccount(ctx context.Context, s bridge.Store, in config.InAccount) (crm.Account, error) {
	accounts, err := s.Accounts(ctx)
	if err != nil {
		return crm.Account{}, err
	}
	if len(accounts) == 0 {
		return crm.Account{}, crm.NewError(crm.NotFound, "account_needed")
	}
	var named []crm.Account
	var names []string
	for _, a := range accounts {
		names = append(names, a.Name+" ("+string(a.ID)+")")
		if in.Which == "" || string(a.ID) == in.Which || strings.EqualFold(a.Name, strings.TrimSpace(in.Which)) {
			named = append(named, a)
		}
	}
	switch len(named) {
	case 0:
		return crm.Account{}, crm.NewError(crm.NotFound, "account_unknown", "account", in.Which, "accounts", strings.Join(names, ", "))
	case 1:
		return named[0], nil
	}
	return crm.Account{}, crm.NewError(crm.Conflict, "account_choose", "accounts", strings.Join(names, ", "))
}

// operator is who runs the command.
func (o *office) operator() auth.Principal { return auth.Operator(o.account.ID) }

func (o *office) hand() crm.Hand { return o.operator().Hand(time.Now()) }

// update runs fn in a transaction on the account.
func (o *office) update(ctx context.Context, fn func(tx bridge.Tx) error) error {
	return o.db.Update(ctx, o.account.ID, fn)
}

// users returns all users of the account.
func (o *office) users(ctx context.Context) (users []crm.User, err error) {
	err = o.db.View(ctx, o.account.ID, func(r bridge.Reader) (err error) {
		users, err = r.Users(ctx)
		return err
	})
	return users, err
}

// user returns the user with an e-mail, case aside. not_found: user_email_unknown.
func (o *office) user(ctx context.Context, email string) (crm.User, error) {
	users, err := o.users(ctx)
	if err != nil {
		return crm.User{}, err
	}
	wanted, _ := crm.NormalizeEmail(email)
	at := slices.IndexFunc(users, func(u crm.User) bool {
		key, ok := crm.NormalizeEmail(u.Email)
		return ok && key == wanted
	})
	if at < 0 {
		return crm.User{}, crm.NewError(crm.NotFound, "user_email_unknown", "email", email)
	}
	return users[at], nil
}

// local writes an instant as the account's clocks show it; empty: none.
func (o *office) local(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(o.account.Location()).Format("2006-01-02 15:04")
}

// printJSON writes a result as indented JSON.
func (c Console) printJSON(v any) error {
	out := json.NewEncoder(c.Out)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// optionalTime is an instant in JSON; the zero one is left out.
func optionalTime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
