package web

import (
	"puente/internal/bridge"
	"puente/internal/crm"
)

// appView is an app in the catalogue, with how its connection stands.
type appView struct {
	Connected bool
	Status    badgeView
	Heard     moment // when its documents were last read
	Why       string // why it stands still
}

type appsPage struct {
	Page
	Bsale     appView
	MayChange bool
	ShowKeys  bool
	Keys      []keyView
	Ended     []keyView // expired and revoked ones
	Docs      string    // where the API is described
}

// showApps shows what is connected: apps, and whoever has a key of the API.
func showApps(v *visit) error {
	page := appsPage{Page: v.page(), MayChange: v.can(changeBsale), ShowKeys: v.can(changeKeys), Docs: "/docs"}
	var err error
	if page.Bsale, err = v.bsaleApp(page.Page); err != nil {
		return err
	}
	if page.ShowKeys {
		if page.Keys, page.Ended, err = v.keys(page.Page); err != nil {
			return err
		}
	}
	return v.show("apps", page)
}

func (v *visit) bsaleApp(page Page) (appView, error) {
	var connection bridge.Connection
	err := v.view(func(r bridge.Reader) (err error) {
		connection, err = bridge.FindConnection(v.ctx(), r)
		return err
	})
	if crm.CodeOf(err) == crm.NotFound {
		return appView{}, nil
	}
	app := appView{Connected: true, Heard: page.Moment(latest(connection.LastPollAt, connection.LastNotifiedAt)), Status: v.connectionBadge(connection)}
	if connection.StopReason != "" {
		app.Why = v.reasonText(connection.StopReason)
	}
	return app, err
}

// connectionBadge says in a word how a connection stands.
func (v *visit) connectionBadge(c bridge.Connection) badgeView {
	switch {
	case c.StopReason != "":
		return badgeView{Label: v.t("bsale.stopped"), Tone: "bad"}
	case c.Enabled:
		return badgeView{Label: v.t("bsale.running"), Tone: "good"}
	case len(c.SealedToken) == 0:
		return badgeView{Label: v.t("bsale.unfinished"), Tone: "warn"}
	}
	return badgeView{Label: v.t("bsale.off")}
}

type cataloguePage struct {
	Page
	Connected bool
	MayChange bool
}

// showCatalogue shows the apps that there are.
func showCatalogue(v *visit) error { return v.showAppPage("apps_catalogue") }

// showApp shows what the Bsale app does and what it needs, before anything is set up.
func showApp(v *visit) error { return v.showAppPage("apps_bsale") }

func (v *visit) showAppPage(name string) error {
	page := cataloguePage{Page: v.page(), MayChange: v.can(changeBsale)}
	app, err := v.bsaleApp(page.Page)
	if err != nil {
		return err
	}
	page.Connected = app.Connected
	return v.show(name, page)
}
