package web

import (
	"net/http"

	"puente/internal/crm"
)

// home is the first page of the main menu that the person may open.
func home(v *visit) error {
	for _, e := range mainMenu {
		if to := v.opens(e.path); to != "" {
			return v.redirect(to)
		}
	}
	if to := v.opens("/primeros-pasos"); to != "" {
		return v.redirect(to)
	}
	return v.redirect("/configuracion/perfil")
}

func showSettings(v *visit) error { return v.redirect("/configuracion/perfil") }

// chooseLanguage keeps the language of pages for who is not logged in.
func chooseLanguage(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if l := crm.Language(f.Value("idioma")); l.Valid() {
		v.remember(languageCookie, string(l), preferenceLasts)
	}
	return v.redirect(ours(f.Value("volver")))
}

// Demo is how the browser of who watches a demonstration gets in.
type Demo struct {
	// Token is the secret part of the address that the demonstration prints.
	Token           string
	Email, Password string // of its administrator
}

// enterDemo logs the administrator of the demonstration in, as long as it runs.
func enterDemo(v *visit) error {
	if v.Demo == nil || !same(v.Demo.Token, v.r.PathValue("token")) {
		return failure{status: http.StatusNotFound, text: "failure.page"}
	}
	login, err := v.Auth.Login(v.ctx(), v.attempt(v.Demo.Email, v.Demo.Password))
	if err != nil {
		return err
	}
	v.enter(login)
	return v.redirect("/")
}
