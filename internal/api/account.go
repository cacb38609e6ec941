package api

import (
	"context"

	"puente/internal/crm"
)

type accountOut struct {
	ID           crm.ID           `json:"id"`
	Name         string           `json:"name"`
	Country      crm.Country      `json:"country"`
	Currency     string           `json:"currency"`
	TimeZone     string           `json:"timeZone"`
	Language     crm.Language     `json:"language"`
	DateStyle    crm.DateStyle    `json:"dateStyle" doc:"Empty: as is usual in the country"`
	NumberStyle  crm.NumberStyle  `json:"numberStyle" doc:"Empty: as is usual in the country"`
	SellerAccess crm.SellerAccess `json:"sellerAccess"`
	Created      instant          `json:"created"`
	Version      int64            `json:"version"`
}

func encodeAccount(a crm.Account) accountOut {
	if a.SellerAccess == "" {
		a.SellerAccess = crm.SellersOwn
	}
	return accountOut{a.ID, a.Name, a.Country, a.Currency, a.TimeZone, a.Language, a.DateStyle, a.NumberStyle, a.SellerAccess, instant{a.CreatedAt}, a.Version}
}

func getAccount(ctx context.Context, r *reading, _ *struct{}) (*answer[accountOut], error) {
	account, err := r.accountOf(ctx)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, account.Version, encodeAccount(account))
}

type accountChange struct {
	Body struct {
		Name         *string           `json:"name,omitempty"`
		Country      *crm.Country      `json:"country,omitempty" doc:"As long as there are no contacts and no deals"`
		Currency     *string           `json:"currency,omitempty" doc:"ISO 4217"`
		TimeZone     *string           `json:"timeZone,omitempty" doc:"IANA name" example:"America/Santiago"`
		Language     *crm.Language     `json:"language,omitempty" enum:"es,en"`
		DateStyle    *crm.DateStyle    `json:"dateStyle,omitempty" doc:"dd-mm-yyyy, dd/mm/yyyy, yyyy-mm-dd, or empty: as is usual in the country"`
		NumberStyle  *crm.NumberStyle  `json:"numberStyle,omitempty" doc:"1.000,5 or 1,000.5, or empty: as is usual in the country"`
		SellerAccess *crm.SellerAccess `json:"sellerAccess,omitempty" enum:"own,see_all,edit_all" doc:"What sellers may do beside their own and unassigned records"`
	}
}

func patchAccount(ctx context.Context, w *writing, in *accountChange) (*answer[accountOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	b := in.Body
	account, err := crm.ChangeAccount(ctx, w.tx, w.hand, version, crm.AccountChange{
		Name: b.Name, Country: b.Country, Currency: b.Currency, TimeZone: b.TimeZone, Language: b.Language, DateStyle: b.DateStyle, NumberStyle: b.NumberStyle,
		SellerAccess: b.SellerAccess,
	})
	if err != nil {
		return nil, err
	}
	return tagged(ctx, account.Version, encodeAccount(account))
}
