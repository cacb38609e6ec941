package app

import (
	"context"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// defaultAccountName is what an account is called until a person names it.
const defaultAccountName = "Mi empresa"

// EnsureAccount returns the account, which it makes if there is none: with the default pipeline and the recommended fields. country "" is Chile for a new
// account, and whatever it is for an old one. conflict: the account is of another country.
func EnsureAccount(ctx context.Context, s bridge.Store, country crm.Country, now time.Time) (crm.Account, error) {
	wanted := country
	if wanted == "" {
		wanted = crm.Chile
	}
	fresh, err := crm.NewAccount(defaultAccountName, wanted, crm.Spanish, now)
	if err != nil {
		return fresh, err
	}
	account, err := s.EnsureAccount(ctx, fresh, func(tx bridge.Tx) error { return crm.SetUpAccount(ctx, tx, now, crm.RandomLetters) })
	if err == nil && country != "" && country != account.Country {
		err = crm.NewError(crm.Conflict, "country_differs", "country", string(country), "account_country", string(account.Country))
	}
	return account, err
}

// onlyAccount returns the account of commands that make none. not_found: there is none yet.
func onlyAccount(ctx context.Context, s bridge.Store) (crm.Account, error) {
	accounts, err := s.Accounts(ctx)
	if err != nil {
		return crm.Account{}, err
	}
	if len(accounts) == 0 {
		return crm.Account{}, crm.NewError(crm.NotFound, "account_needed")
	}
	return accounts[0], nil
}

// connectionOf returns the account's connection. not_found: it has none.
func connectionOf(ctx context.Context, s bridge.Store, account crm.Account) (bridge.Connection, error) {
	var connections []bridge.Connection
	err := s.View(ctx, account.ID, func(r bridge.Reader) (err error) {
		connections, err = r.Connections(ctx)
		return err
	})
	if err == nil && len(connections) == 0 {
		err = crm.NewError(crm.NotFound, "connection_needed")
	}
	if err != nil {
		return bridge.Connection{}, err
	}
	return connections[0], nil
}

func refOf(c bridge.Connection) bridge.ConnectionRef {
	return bridge.ConnectionRef{AccountID: c.AccountID, ConnectionID: c.ID}
}
