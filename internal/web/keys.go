package web

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

// keyView is an API key in the list.
type keyView struct {
	auth.APIKey
	Can      []string // what it may do, in words
	Created  moment
	Used     moment
	Expires  moment
	Revoked  moment
	Past     bool // its time is over
	Expiring bool // soon
}

// expiringSoon is how long before the end of a key somebody is told.
const expiringSoon = 14 * 24 * time.Hour

// keys returns the account's keys, those in use and those that have ended, newest first.
func (v *visit) keys(page Page) (inUse, ended []keyView, err error) {
	keys, err := v.Auth.Keys(v.ctx(), v.principal)
	if err != nil {
		return nil, nil, err
	}
	for i := len(keys) - 1; i >= 0; i-- {
		one := v.keyView(page, keys[i])
		if one.Past || !one.RevokedAt.IsZero() {
			ended = append(ended, one)
		} else {
			inUse = append(inUse, one)
		}
	}
	return inUse, ended, nil
}

func (v *visit) keyView(page Page, k auth.APIKey) keyView {
	now := v.clock.Now()
	one := keyView{
		APIKey: k, Created: page.Moment(k.CreatedAt), Used: page.Moment(k.LastUsedAt), Expires: page.Moment(k.ExpiresAt), Revoked: page.Moment(k.RevokedAt),
		Past: k.Expired(now), Expiring: !k.ExpiresAt.IsZero() && k.ExpiresAt.Sub(now) < expiringSoon,
	}
	for _, area := range auth.Areas {
		if level := k.Grants[area]; level > auth.None {
			one.Can = append(one.Can, v.t("area."+string(area))+": "+v.t("level."+level.String()))
		}
	}
	return one
}

// connectGrants are what the key may do that "Conectar API" makes: all that a script of the CRM's records needs, and no settings or people.
var connectGrants = auth.Grants{auth.Contacts: auth.Admin, auth.Deals: auth.Admin, auth.Activities: auth.Admin, auth.Settings: auth.Read, auth.Users: auth.Read, auth.Bsale: auth.Read}

// connectAPI makes the account's first key. Where there is one already, it is the list that is asked for.
func connectAPI(v *visit) error {
	page := v.page()
	inUse, _, err := v.keys(page)
	if err != nil {
		return err
	}
	if len(inUse) > 0 {
		return v.redirect("/configuracion/apps#llaves")
	}
	return v.makeKey(auth.NewKey{Name: v.t("keys.first_name"), Grants: connectGrants})
}

type secretPage struct {
	Page
	Key     keyView
	Secret  string
	Example string // of a request
	Old     moment // until when the old secret works
	Docs    string
}

func (v *visit) makeKey(wanted auth.NewKey) error {
	key, secret, err := v.Auth.CreateKey(v.ctx(), v.principal, wanted)
	if err != nil {
		return err
	}
	return v.showSecret(key, secret, time.Time{})
}

// showSecret shows a key's secret, which nobody can see again.
func (v *visit) showSecret(key auth.APIKey, secret string, oldUntil time.Time) error {
	page := v.page()
	return v.show("keys_secret", secretPage{
		Page: page, Key: v.keyView(page, key), Secret: secret, Old: page.Moment(oldUntil), Docs: "/docs",
		Example: "curl -H 'x-api-key: " + secret + "' " + strings.TrimRight(v.PublicURL(), "/") + "/v1/crm/contacts?size=10",
	})
}

// areaView is a row of the form: what a key may do in one part of the program.
type areaView struct {
	Name, Label, Hint string
	Levels            []choice
}

type newKeyPage struct {
	Page
	Form  *form
	Areas []areaView
	Lasts []choice
}

func (v *visit) newKeyPage(f *form) newKeyPage {
	page := newKeyPage{Page: v.page(), Form: f}
	for _, area := range auth.Areas {
		row := areaView{Name: "scope." + string(area), Label: v.t("area." + string(area)), Hint: v.t("area_hint." + string(area))}
		for level := auth.None; level <= v.principal.Grants[area]; level++ {
			row.Levels = append(row.Levels, choice{Value: level.String(), Label: v.t("level." + level.String())})
		}
		page.Areas = append(page.Areas, row)
	}
	for _, days := range []string{"", "30", "90", "365"} {
		page.Lasts = append(page.Lasts, choice{Value: days, Label: v.t("keys.lasts."+cmp.Or(days, "always"), "n", days)})
	}
	return page
}

func showNewKey(v *visit) error {
	f := newForm("days", "365")
	for _, area := range auth.Areas {
		level := min(connectGrants[area], auth.Write)
		f.values.Set("scope."+string(area), level.String())
	}
	return v.show("keys_new", v.newKeyPage(f))
}

func createKey(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	wanted := auth.NewKey{Name: f.Value("name")}
	var scopes []string
	for _, area := range auth.Areas {
		if level := f.Value("scope." + string(area)); level != "" && level != auth.None.String() {
			scopes = append(scopes, string(area)+":"+level)
		}
	}
	if days, err := strconv.Atoi(f.Value("days")); err == nil && days > 0 && days <= maxKeyDays {
		wanted.ExpiresAt = v.clock.Now().AddDate(0, 0, days)
	}
	if wanted.Grants, err = auth.ParseScopes(scopes); err == nil {
		err = v.makeKey(wanted)
	}
	if err != nil {
		return v.again(err, f, "keys_new", v.newKeyPage(f))
	}
	return nil
}

// maxKeyDays bounds what a form may ask for: ten years.
const maxKeyDays = 3650

type keyPage struct {
	Page
	Key    keyView
	Form   *form
	Graces []choice
}

func (v *visit) keyPage(f *form) (keyPage, error) {
	page := keyPage{Page: v.page(), Form: f}
	keys, err := v.Auth.Keys(v.ctx(), v.principal)
	if err != nil {
		return page, err
	}
	for _, k := range keys {
		if k.ID == v.id("id") {
			page.Key = v.keyView(page.Page, k)
			for _, hours := range []string{"0", "24", "168", "720"} {
				page.Graces = append(page.Graces, choice{Value: hours, Label: v.t("keys.grace." + hours)})
			}
			return page, nil
		}
	}
	return page, crm.NewError(crm.NotFound, "key_not_found", "id", string(v.id("id")))
}

// showKey shows one key, to give it another name, another secret or an end.
func showKey(v *visit) error {
	page, err := v.keyPage(nil)
	if err != nil {
		return err
	}
	page.Form = newForm("name", page.Key.Name, "hours", "24")
	return v.show("keys_key", page)
}

func renameKey(v *visit) error {
	return v.changeKey("keys_key", func(f *form) error {
		name := f.Value("name")
		if _, err := v.Auth.ChangeKey(v.ctx(), v.principal, v.id("id"), auth.KeyChange{Name: &name}); err != nil {
			return err
		}
		return v.done("/configuracion/apps#llaves", "done.saved")
	})
}

func rotateKey(v *visit) error {
	return v.changeKey("keys_key", func(f *form) error {
		hours, err := strconv.Atoi(f.Value("hours"))
		if err != nil {
			hours = -1 // no such grace
		}
		grace := time.Duration(hours) * time.Hour
		key, secret, err := v.Auth.RotateKey(v.ctx(), v.principal, v.id("id"), grace)
		if err != nil {
			return err
		}
		return v.showSecret(key, secret, v.clock.Now().Add(grace))
	})
}

func showRevokeKey(v *visit) error {
	page, err := v.keyPage(newForm())
	if err != nil {
		return err
	}
	return v.show("keys_revoke", page)
}

func revokeKey(v *visit) error {
	return v.changeKey("keys_revoke", func(*form) error {
		key, err := v.Auth.RevokeKey(v.ctx(), v.principal, v.id("id"))
		if err != nil {
			return err
		}
		return v.done("/configuracion/apps#llaves", "done.key_revoked", "name", key.Name)
	})
}

// changeKey does something to a key that a form asks for, and shows the page again if it cannot be done.
func (v *visit) changeKey(name string, change func(*form) error) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if err := change(f); err != nil {
		page, failed := v.keyPage(f)
		if failed != nil {
			return failed
		}
		return v.again(err, f, name, page)
	}
	return nil
}
