package web

import (
	"strconv"

	"puente/internal/bridge"
	"puente/internal/crm"
)

type companyPage struct {
	Page
	Form         *form
	Countries    []choice
	Currencies   []choice
	Zones        []choice
	DateStyles   []choice
	NumberStyles []choice
	Access       []choice
}

func (v *visit) companyPage(f *form) companyPage {
	a := v.account
	page := companyPage{Page: v.page(), Form: f, Countries: v.countries(), Currencies: v.currencies(a.Currency), Zones: v.zones(a.TimeZone)}
	year, month, day := v.clock.Now().In(a.Location()).Date()
	today := crm.Date{Year: year, Month: month, Day: day}
	for _, style := range []crm.DateStyle{"", crm.DateDashes, crm.DateSlashes, crm.DateISO} {
		label := v.t("company.usual", "example", a.Country.FormatDate(today))
		if style != "" {
			label = crm.Account{DateStyle: style}.FormatDate(today)
		}
		page.DateStyles = append(page.DateStyles, choice{Value: string(style), Label: label})
	}
	for _, style := range []crm.NumberStyle{"", crm.NumberComma, crm.NumberPoint} {
		example := crm.Account{Country: a.Country, NumberStyle: style}.FormatNumber("1234567.89")
		if style == "" {
			example = v.t("company.usual", "example", example)
		}
		page.NumberStyles = append(page.NumberStyles, choice{Value: string(style), Label: example})
	}
	for _, access := range []crm.SellerAccess{crm.SellersOwn, crm.SellersSeeAll, crm.SellersEditAll} {
		page.Access = append(page.Access, choice{Value: string(access), Label: v.t("access_name." + string(access)), Hint: v.t("seller_access." + string(access))})
	}
	return page
}

func showCompany(v *visit) error {
	a := v.account
	return v.show("company", v.companyPage(newForm(
		"name", a.Name, "country", string(a.Country), "currency", a.Currency, "time_zone", a.TimeZone, "language", string(a.Language), "date_style", string(a.DateStyle),
		"number_style", string(a.NumberStyle), "seller_access", string(accessOf(a)), "version", strconv.FormatInt(a.Version, 10),
	)))
}

// accessOf returns how far the account's sellers reach.
func accessOf(a crm.Account) crm.SellerAccess {
	if a.SellerAccess == "" {
		return crm.SellersOwn
	}
	return a.SellerAccess
}

func saveCompany(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	change := crm.AccountChange{
		Name: sent[string](f, "name"), Country: sent[crm.Country](f, "country"), Currency: sent[string](f, "currency"), TimeZone: sent[string](f, "time_zone"),
		Language: sent[crm.Language](f, "language"), DateStyle: sent[crm.DateStyle](f, "date_style"), NumberStyle: sent[crm.NumberStyle](f, "number_style"),
		SellerAccess: sent[crm.SellerAccess](f, "seller_access"),
	}
	if change.Country != nil && *change.Country != v.account.Country {
		// What was chosen for the old country was not chosen for the new one.
		if *change.Currency == v.account.Currency {
			change.Currency = nil
		}
		if *change.TimeZone == v.account.TimeZone {
			change.TimeZone = nil
		}
	}
	err = v.update(func(tx bridge.Tx) error {
		_, err := crm.ChangeAccount(v.ctx(), tx, v.hand(), f.version(), change)
		return err
	})
	if err != nil {
		return v.again(err, f, "company", v.companyPage(f))
	}
	return v.done("/configuracion/empresa", "done.saved")
}

// sent returns what was sent in a field, nil if the form had none.
func sent[T ~string](f *form, name string) *T {
	values, ok := f.values[name]
	if !ok || len(values) == 0 {
		return nil
	}
	value := T(values[0])
	return &value
}

// version returns the one that the person saw, 0 if the form says none.
func (f *form) version() int64 {
	n, _ := strconv.ParseInt(f.Value("version"), 10, 64)
	return n
}
