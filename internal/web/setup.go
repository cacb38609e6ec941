package web

import (
	"errors"

	"puente/internal/auth"
	"puente/internal/crm"
)

type setupPage struct {
	Page
	Form       *form
	Countries  []choice
	Currencies []choice
	Zones      []choice
}

func (v *visit) setupPage(f *form) setupPage {
	return setupPage{Page: v.page(), Form: f, Countries: v.countries(), Currencies: v.currencies(""), Zones: v.zones("")}
}

// showSetup shows the first page of all: who runs the server makes the first administrator.
func showSetup(v *visit) error {
	if done, err := v.alreadySetUp(); done || err != nil {
		return err
	}
	f := newForm("code", v.query("code"))
	accounts, err := v.Store.Accounts(v.ctx())
	if err != nil {
		return err
	}
	if len(accounts) > 0 {
		f.values.Set("country", string(accounts[0].Country))
	}
	return v.show("setup", v.setupPage(f))
}

// alreadySetUp sends who comes too late to where one logs in.
func (v *visit) alreadySetUp() (done bool, err error) {
	needed, err := v.Auth.SetUpNeeded(v.ctx())
	if err != nil || needed {
		return false, err
	}
	return true, v.redirect("/entrar")
}

func setUp(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if done, err := v.alreadySetUp(); done || err != nil {
		return err
	}
	business := f.Value("business")
	if business == "" {
		business = " " // it is asked for, and lacks
	}
	login, err := v.Auth.SetUp(v.ctx(), auth.SetUp{
		Code: f.Value("code"), Name: f.Value("name"), Email: f.Value("email"), Password: f.Value("password"), AccountName: business,
		Country: crm.Country(f.Value("country")), Currency: f.Value("currency"), TimeZone: f.Value("time_zone"), Language: v.language(),
		Address: v.Address(v.r), Agent: v.r.UserAgent(),
	})
	if crm.KeyOf(err) == "setup_done" {
		return v.redirect("/entrar") // somebody else was quicker
	}
	if err != nil {
		return v.again(atBusiness(err), f, "setup", v.setupPage(f))
	}
	v.enter(login)
	return v.done("/primeros-pasos", "done.set_up", "name", login.Account.Name)
}

// atBusiness says what is wrong with the account's name at its field of the form.
func atBusiness(err error) error {
	var all []error
	for _, one := range split(err) {
		if e := (*crm.Error)(nil); errors.As(one, &e) && e.Field == "account" {
			one = e.At("business")
		}
		all = append(all, one)
	}
	return errors.Join(all...)
}
