package web

import (
	"crypto/subtle"
	"errors"
	"slices"
	"strings"

	"puente/internal/auth"
	"puente/internal/crm"
)

type loginPage struct {
	Page
	Form     *form
	Accounts []choice // to choose from, when a person has several
}

// showLogin shows the form, unless there is nobody yet who could log in, or somebody is.
func showLogin(v *visit) error {
	needed, err := v.Auth.SetUpNeeded(v.ctx())
	switch {
	case err != nil:
		return err
	case needed:
		return v.redirect("/inicio")
	case v.principal.User.ID != "":
		return v.redirect(ours(v.query("volver")))
	}
	return v.show("login", loginPage{Page: v.page(), Form: newForm("volver", ours(v.query("volver")))})
}

func logIn(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	attempt := v.attempt(f.Value("email"), f.Value("password"))
	attempt.Account = crm.ID(f.Value("account"))
	login, err := v.Auth.Login(v.ctx(), attempt)
	if err != nil {
		page := loginPage{Page: v.page(), Form: f}
		if page.Accounts, err = v.several(err); err != nil {
			return v.again(err, f, "login", page)
		}
		return v.again(crm.NewError(crm.Conflict, "account_choice_needed"), f, "login", page)
	}
	v.enter(login)
	return v.redirect(ours(f.Value("volver")))
}

// several returns the accounts to choose from, when that is what lacks; else the error.
func (v *visit) several(err error) ([]choice, error) {
	var e *crm.Error
	if !errors.As(err, &e) || e.Key != "account_ambiguous" {
		return nil, err
	}
	accounts, err := v.Store.Accounts(v.ctx())
	if err != nil {
		return nil, err
	}
	ids := strings.Split(e.Params["ids"], ",")
	var choices []choice
	for _, a := range accounts {
		if slices.Contains(ids, string(a.ID)) {
			choices = append(choices, choice{Value: string(a.ID), Label: a.Name})
		}
	}
	return choices, nil
}

// attempt returns an attempt to log in from where the visit comes.
func (v *visit) attempt(email, password string) auth.Attempt {
	return auth.Attempt{Email: email, Password: password, Address: v.Address(v.r), Device: v.cookie(deviceCookie), Agent: v.r.UserAgent()}
}

func logOut(v *visit) error {
	if err := v.Auth.Logout(v.ctx(), v.principal); err != nil {
		return err
	}
	v.forget(sessionCookie)
	return v.done("/entrar", "done.logged_out")
}

// same compares secrets in a time that tells nothing.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// choosePasswordPage is where a link leads: an invitation, or help for who forgot the password.
type choosePasswordPage struct {
	Page
	Form   *form
	Person crm.User
	Action string
}

func showChoosePassword(v *visit) error {
	person, err := v.Auth.LinkUser(v.ctx(), v.r.PathValue("token"), v.Address(v.r))
	if err != nil {
		return err
	}
	return v.show("choose_password", choosePasswordPage{v.page(), newForm(), person, v.r.URL.Path})
}

func choosePassword(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	token := v.r.PathValue("token")
	login, err := v.Auth.Accept(v.ctx(), auth.Acceptance{
		Token: token, Password: f.Value("password"), Address: v.Address(v.r), Device: v.cookie(deviceCookie), Agent: v.r.UserAgent(),
	})
	if crm.CodeOf(err) == crm.Invalid {
		person, gone := v.Auth.LinkUser(v.ctx(), token, v.Address(v.r))
		if gone != nil {
			return gone
		}
		return v.again(err, f, "choose_password", choosePasswordPage{v.page(), f, person, v.r.URL.Path})
	}
	if err != nil {
		return err
	}
	v.enter(login)
	return v.done("/", "done.password_chosen", "name", login.User.Label())
}
