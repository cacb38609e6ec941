package web

import (
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

type profilePage struct {
	Page
	Form     *form // name and language
	Password *form
	Look     *form
	Themes   []choice
	Sessions []sessionView
}

// sessionView is a browser in which the person is logged in.
type sessionView struct {
	ID      crm.ID
	Browser string
	Address string
	Seen    moment
	Current bool
}

func (v *visit) profilePage() (profilePage, error) {
	page := profilePage{Page: v.page(), Form: newForm("name", v.principal.User.Name, "language", string(v.principal.User.Language)), Password: newForm(), Look: newForm("theme", v.theme())}
	for _, theme := range themes {
		page.Themes = append(page.Themes, choice{Value: theme, Label: v.t("theme." + themeName(theme)), Hint: v.t("theme." + themeName(theme) + ".text")})
	}
	sessions, err := v.Auth.Sessions(v.ctx(), v.principal)
	for _, s := range sessions {
		view := sessionView{ID: s.ID, Browser: v.browser(s.Agent), Seen: page.Moment(s.LastSeenAt), Current: s.ID == v.principal.Session}
		if s.Address.IsValid() {
			view.Address = s.Address.String()
		}
		page.Sessions = append(page.Sessions, view)
	}
	return page, err
}

func showProfile(v *visit) error {
	page, err := v.profilePage()
	if err != nil {
		return err
	}
	return v.show("profile", page)
}

func saveProfile(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	name, language := f.Value("name"), crm.Language(f.Value("language"))
	err = v.update(func(tx bridge.Tx) error {
		user, err := crm.ChangeUser(v.ctx(), tx, v.hand(), v.principal.User.ID, crm.UserChange{Name: &name, Language: &language})
		if err == nil {
			v.principal.User = user
		}
		return err
	})
	if err == nil {
		return v.done("/configuracion/perfil", "done.saved")
	}
	page, failed := v.profilePage()
	if failed != nil {
		return failed
	}
	page.Form = f
	return v.again(err, f, "profile", page)
}

func changePassword(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.Auth.ChangePassword(v.ctx(), v.principal, f.Value("oldPassword"), f.Value("password"))
	if err == nil {
		return v.done("/configuracion/perfil", "done.password_changed")
	}
	page, failed := v.profilePage()
	if failed != nil {
		return failed
	}
	page.Password = f
	return v.again(err, f, "profile", page)
}

func endSession(v *visit) error {
	id := v.id("id")
	if id == v.principal.Session {
		return logOut(v)
	}
	if err := v.Auth.EndSession(v.ctx(), v.principal, id); err != nil {
		return err
	}
	return v.done("/configuracion/perfil#sesiones", "done.session_ended")
}

// themes are how pages can look; "": as the device has it.
var themes = []string{"", "light", "dark"}

func themeName(theme string) string {
	if theme == "" {
		return "device"
	}
	return theme
}

// theme returns how the browser's pages look. It belongs to the browser, not to the person: a screen in the shop is another than a phone at night.
func (v *visit) theme() string {
	switch t := v.cookie(themeCookie); t {
	case "light", "dark":
		return t
	}
	return ""
}

func saveTheme(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	switch theme := f.Value("theme"); theme {
	case "light", "dark":
		v.remember(themeCookie, theme, preferenceLasts)
	default:
		v.forget(themeCookie)
	}
	return v.done("/configuracion/perfil", "done.saved")
}

// browsers and systems are what browsers say that they are, the more special first: each pretends to be those after it.
var (
	browsers = []struct{ sign, name string }{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
		{"curl/", "curl"},
	}
	systems = []struct{ sign, name string }{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}
)

// browser returns what a person calls a browser.
func (v *visit) browser(agent string) string {
	name, system := "", ""
	for _, b := range browsers {
		if strings.Contains(agent, b.sign) {
			name = b.name
			break
		}
	}
	for _, s := range systems {
		if strings.Contains(agent, s.sign) {
			system = s.name
			break
		}
	}
	switch {
	case name == "":
		return v.t("profile.browser_unknown")
	case system == "":
		return name
	}
	return v.t("profile.browser", "browser", name, "system", system)
}
