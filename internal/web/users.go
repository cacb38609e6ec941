package web

import (
	"slices"
	"strconv"
	"strings"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

type usersPage struct {
	Page
	Active   []userView
	Inactive []userView
}

// userView is a person in the list.
type userView struct {
	crm.User
	Invited bool // and has not come yet
	Self    bool
}

func showUsers(v *visit) error {
	users, err := v.users()
	if err != nil {
		return err
	}
	invited, err := v.Auth.Invited(v.ctx(), v.principal)
	if err != nil {
		return err
	}
	page := usersPage{Page: v.page()}
	for _, u := range users {
		one := userView{u, invited[u.ID], u.ID == v.principal.User.ID}
		if u.Active {
			page.Active = append(page.Active, one)
		} else {
			page.Inactive = append(page.Inactive, one)
		}
	}
	return v.show("users", page)
}

// users returns the account's users by name.
func (v *visit) users() ([]crm.User, error) {
	var users []crm.User
	err := v.view(func(r bridge.Reader) (err error) {
		users, err = r.Users(v.ctx())
		return err
	})
	slices.SortStableFunc(users, func(a, b crm.User) int { return strings.Compare(crm.Fold(a.Label()), crm.Fold(b.Label())) })
	return users, err
}

func (v *visit) user(id crm.ID) (crm.User, error) {
	var user crm.User
	err := v.view(func(r bridge.Reader) (err error) {
		user, err = crm.FindUser(v.ctx(), r, id)
		return err
	})
	return user, err
}

// roles are what a person can be made.
func (v *visit) roles() []choice {
	var choices []choice
	for _, role := range []crm.Role{crm.RoleAdmin, crm.RoleEditor, crm.RoleSeller} {
		choices = append(choices, choice{Value: string(role), Label: v.t("role." + string(role)), Hint: v.t("role_hint." + string(role))})
	}
	return choices
}

type invitePage struct {
	Page
	Form  *form
	Roles []choice
}

func showInvite(v *visit) error {
	return v.show("users_invite", invitePage{v.page(), newForm("role", string(crm.RoleSeller), "email", v.query("email"), "name", v.query("name")), v.roles()})
}

// linkPage shows a link by which a person chooses a password, once.
type linkPage struct {
	Page
	Person  crm.User
	Link    string
	Expires moment
	Mail    string // a ready text to send it with
}

func invite(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	role := crm.Role(f.Value("role"))
	var page linkPage
	err = v.Store.UpdateAccess(v.ctx(), v.principal.AccountID, func(tx auth.Tx) error {
		if !v.principal.MayMake(role) {
			return crm.NewError(crm.Forbidden, "grants_exceeded")
		}
		user, err := crm.CreateUser(v.ctx(), tx, f.Value("email"), f.Value("name"), role, v.hand().At)
		if err != nil {
			return err
		}
		page, err = v.link(tx, user)
		return err
	})
	if err != nil {
		return v.again(err, f, "users_invite", invitePage{v.page(), f, v.roles()})
	}
	return v.show("user_link", page)
}

func makeLink(v *visit) error {
	var page linkPage
	err := v.Store.UpdateAccess(v.ctx(), v.principal.AccountID, func(tx auth.Tx) error {
		user, err := crm.FindUser(v.ctx(), tx, v.id("id"))
		if err == nil {
			page, err = v.link(tx, user)
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show("user_link", page)
}

func (v *visit) link(tx auth.Tx, user crm.User) (linkPage, error) {
	token, expires, err := v.Auth.LinkIn(v.ctx(), tx, v.principal, user.ID)
	if err != nil {
		return linkPage{}, err
	}
	page := linkPage{Page: v.page(), Person: user, Link: v.PublicURL() + auth.LinkPath(token)}
	page.Expires = page.Moment(expires)
	page.Mail = v.t("users.link_mail", "name", user.Label(), "account", v.account.Name, "link", page.Link, "until", page.Expires.Text)
	return page, nil
}

type userPage struct {
	Page
	Form   *form
	Roles  []choice
	Person crm.User
	Self   bool
}

func (v *visit) userPage(user crm.User, f *form) userPage {
	return userPage{v.page(), f, v.roles(), user, user.ID == v.principal.User.ID}
}

func showUser(v *visit) error {
	user, err := v.user(v.id("id"))
	if err != nil {
		return err
	}
	f := newForm("name", user.Name, "email", user.Email, "role", string(user.Role), "language", string(user.Language), "version", strconv.FormatInt(user.Version, 10))
	return v.show("user", v.userPage(user, f))
}

func saveUser(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	user, err := v.user(v.id("id"))
	if err != nil {
		return err
	}
	change := crm.UserChange{
		Version: f.version(), Name: sent[string](f, "name"), Email: sent[string](f, "email"), Role: sent[crm.Role](f, "role"), Language: sent[crm.Language](f, "language"),
	}
	err = v.update(func(tx bridge.Tx) error {
		if !v.principal.MayMake(user.Role) || change.Role != nil && change.Role.Valid() && !v.principal.MayMake(*change.Role) {
			return crm.NewError(crm.Forbidden, "grants_exceeded")
		}
		_, err := crm.ChangeUser(v.ctx(), tx, v.hand(), user.ID, change)
		return err
	})
	if err != nil {
		return v.again(err, f, "user", v.userPage(user, f))
	}
	return v.done("/configuracion/usuarios", "done.saved")
}

type deactivatePage struct {
	Page
	Form                        *form
	Person                      crm.User
	Contacts, Deals, Activities int // that are the person's
	Heirs                       []choice
}

// Owns says whether anything has to be given to somebody.
func (p deactivatePage) Owns() bool { return p.Contacts+p.Deals+p.Activities > 0 }

// nobody is the choice of leaving records without owner, keep that of leaving them as they are.
const (
	heirNobody = "unassigned"
	heirKeep   = "keep"
)

func (v *visit) deactivatePage(f *form) (deactivatePage, error) {
	page := deactivatePage{Page: v.page(), Form: f}
	users, err := v.users()
	if err != nil {
		return page, err
	}
	err = v.view(func(r bridge.Reader) (err error) {
		if page.Person, err = crm.FindUser(v.ctx(), r, v.id("id")); err != nil {
			return err
		}
		page.Contacts, page.Deals, page.Activities, err = r.OwnedBy(v.ctx(), page.Person.ID)
		return err
	})
	page.Heirs = []choice{{Value: heirKeep, Label: v.t("users.heir_keep", "name", page.Person.Label())}, {Value: heirNobody, Label: v.t("owner.none")}}
	for _, u := range users {
		if u.Active && u.ID != page.Person.ID {
			page.Heirs = append(page.Heirs, choice{Value: string(u.ID), Label: u.Label()})
		}
	}
	return page, err
}

func showDeactivate(v *visit) error {
	page, err := v.deactivatePage(newForm("to", heirNobody))
	if err != nil {
		return err
	}
	return v.show("user_deactivate", page)
}

// deactivate bars a user and gives away what is the user's. Asked again it goes on where it was.
func deactivate(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	d := bridge.Deactivation{User: v.id("id")}
	switch to := f.Value("to"); to {
	case heirKeep:
		d.Keep = true
	case heirNobody:
	default:
		d.Heir = crm.ID(to)
	}
	user, _, err := bridge.DeactivateUser(v.ctx(), v.changing(d.User), v.hand(), d)
	if err != nil {
		page, failed := v.deactivatePage(f)
		if failed != nil {
			return failed
		}
		return v.again(err, f, "user_deactivate", page)
	}
	return v.done("/configuracion/usuarios", "done.user_deactivated", "name", user.Label())
}

// changing runs functions in transactions, if the person may change the user. forbidden: grants_exceeded. not_found: user_not_found.
func (v *visit) changing(id crm.ID) bridge.Transaction {
	return func(fn func(bridge.Tx) error) error {
		return v.update(func(tx bridge.Tx) error {
			user, err := crm.FindUser(v.ctx(), tx, id)
			if err != nil {
				return err
			}
			if !v.principal.MayMake(user.Role) {
				return crm.NewError(crm.Forbidden, "grants_exceeded")
			}
			return fn(tx)
		})
	}
}

func activate(v *visit) error {
	var user crm.User
	err := v.update(func(tx bridge.Tx) (err error) {
		if user, err = crm.FindUser(v.ctx(), tx, v.id("id")); err != nil {
			return err
		}
		if !v.principal.MayMake(user.Role) {
			return crm.NewError(crm.Forbidden, "grants_exceeded")
		}
		user, err = crm.ReactivateUser(v.ctx(), tx, v.hand(), user.ID)
		return err
	})
	if err != nil {
		return err
	}
	return v.done("/configuracion/usuarios", "done.user_activated", "name", user.Label())
}
