package app

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"puente/internal/bridge"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/store"
)

// shownAccount is an account as commands show it as JSON.
type shownAccount struct {
	ID           crm.ID           `json:"id"`
	Name         string           `json:"name"`
	Country      crm.Country      `json:"country"`
	Currency     string           `json:"currency"`
	TimeZone     string           `json:"timeZone"`
	Language     crm.Language     `json:"language"`
	DateStyle    crm.DateStyle    `json:"dateStyle"`   // "": as is usual in the country
	NumberStyle  crm.NumberStyle  `json:"numberStyle"` // "": as is usual in the country
	SellerAccess crm.SellerAccess `json:"sellerAccess"`
	CreatedAt    *time.Time       `json:"createdAt"`
}

func showAccount(a crm.Account) shownAccount {
	access := a.SellerAccess
	if access == "" {
		access = crm.SellersOwn
	}
	return shownAccount{a.ID, a.Name, a.Country, a.Currency, a.TimeZone, a.Language, a.DateStyle, a.NumberStyle, access, optionalTime(a.CreatedAt)}
}

// ListAccounts lists all accounts of a database.
func ListAccounts(ctx context.Context, settings config.Accounts, console Console) (err error) {
	if err := mustExist(settings.Database); err != nil {
		return err
	}
	db, err := store.Open(ctx, settings.DB, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	accounts, err := db.Accounts(ctx)
	if err != nil {
		return err
	}
	if settings.JSON {
		list := []shownAccount{}
		for _, a := range accounts {
			list = append(list, showAccount(a))
		}
		return console.printJSON(list)
	}
	w := tabwriter.NewWriter(console.Out, 0, 4, 2, ' ', 0)
	for _, a := range accounts {
		fmt.Fprintf(w, "%s\t%s\t%s\n", a.ID, a.Name, a.Country)
	}
	return w.Flush()
}

// ShowAccount shows an account's settings.
func ShowAccount(ctx context.Context, settings config.AccountShow, console Console) error {
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		if settings.JSON {
			return console.printJSON(showAccount(o.account))
		}
		return o.describe(console)
	})
}

// describe prints the account's settings, one a line.
func (o *office) describe(console Console) error {
	a := showAccount(o.account)
	usual := func(style string) string {
		if style == "" {
			return console.Text("account_setting.usual")
		}
		return style
	}
	w := tabwriter.NewWriter(console.Out, 0, 4, 2, ' ', 0)
	for _, line := range []struct{ key, value string }{
		{"id", string(a.ID)},
		{"name", a.Name},
		{"country", string(a.Country)},
		{"currency", a.Currency},
		{"time_zone", a.TimeZone},
		{"language", string(a.Language)},
		{"date_style", usual(string(a.DateStyle))},
		{"number_style", usual(string(a.NumberStyle))},
		{"seller_access", string(a.SellerAccess)},
	} {
		fmt.Fprintf(w, "%s\t%s\n", console.Text("account_setting."+line.key), line.value)
	}
	return w.Flush()
}

// SetAccount changes an account's settings, and shows them.
func SetAccount(ctx context.Context, settings config.AccountSet, console Console) error {
	change := crm.AccountChange{
		Name: settings.Name, Currency: settings.Currency, TimeZone: settings.TimeZone, Country: as[crm.Country](settings.Country),
		Language: as[crm.Language](settings.Language), DateStyle: as[crm.DateStyle](settings.DateStyle),
		NumberStyle: as[crm.NumberStyle](settings.NumberStyle), SellerAccess: as[crm.SellerAccess](settings.SellerAccess),
	}
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		if err := o.update(ctx, func(tx bridge.Tx) (err error) {
			o.account, err = crm.ChangeAccount(ctx, tx, o.hand(), 0, change)
			return err
		}); err != nil {
			return err
		}
		return o.describe(console)
	})
}

// as gives what was written, if anything was, the type that it is meant to be of.
func as[T ~string](written *string) *T {
	if written == nil {
		return nil
	}
	v := T(*written)
	return &v
}
