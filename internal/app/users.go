package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/store"
)

// AddUser adds a user, with a password that it reads, or with a link by which the person chooses one. In an empty database it makes the account first.
func AddUser(ctx context.Context, settings config.UserAdd, in io.Reader, console Console) (err error) {
	email := settings.Address()
	if _, ok := crm.NormalizeEmail(email); !ok {
		return crm.NewError(crm.Invalid, "email_invalid", "email", email)
	}
	if !crm.Role(settings.Role).Valid() {
		return crm.NewError(crm.Invalid, "role_unknown", "role", settings.Role)
	}
	password := ""
	if settings.PasswordStdin {
		if password, err = config.ReadPassword(in); err != nil {
			return err
		}
		if err := auth.CheckPassword(password, email); err != nil {
			return err
		}
	}
	db, err := store.Open(ctx, settings.DB, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	account, err := chooseOrMake(ctx, db, settings.InAccount, settings.Account)
	if err != nil {
		return err
	}
	o := newOffice(db, account)
	var user crm.User
	var link passwordLink
	err = db.UpdateAccess(ctx, account.ID, func(tx auth.Tx) (err error) {
		if user, err = crm.CreateUser(ctx, tx, email, settings.Name, crm.Role(settings.Role), time.Now()); err != nil || settings.PasswordStdin {
			return err
		}
		link.token, link.expires, err = o.access.LinkIn(ctx, tx, o.operator(), user.ID)
		return err
	})
	if err != nil {
		return err
	}
	console.Print("user.added", "email", user.Email, "role", console.Text("role."+string(user.Role)))
	if settings.PasswordStdin {
		return o.access.SetPassword(ctx, account.ID, user, password)
	}
	console.Print("user.link", "until", o.local(link.expires), "url", link.url(settings.Links))
	return nil
}

// chooseOrMake returns the account that was asked for; the first one it makes.
func chooseOrMake(ctx context.Context, db *store.Store, in config.InAccount, a config.Account) (crm.Account, error) {
	if in.Which == "" {
		accounts, err := db.Accounts(ctx)
		if err != nil {
			return crm.Account{}, err
		}
		if len(accounts) <= 1 {
			return EnsureAccount(ctx, db, crm.Country(a.Given()), time.Now())
		}
	}
	return chooseAccount(ctx, db, in)
}

// passwordLink is one by which a person chooses a password.
type passwordLink struct {
	token   string
	expires time.Time
}

// url returns the link; without an address of this server only its path.
func (l passwordLink) url(links config.Links) string {
	return trimSlash(links.BaseURL) + auth.LinkPath(l.token)
}

// LinkUser prints a link by which a user chooses a new password.
func LinkUser(ctx context.Context, settings config.UserLink, console Console) error {
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		user, err := o.user(ctx, settings.Email)
		if err != nil {
			return err
		}
		var link passwordLink
		if link.token, link.expires, err = o.access.Link(ctx, o.operator(), user.ID); err != nil {
			return err
		}
		console.Say("user.link_made", "email", user.Email, "until", o.local(link.expires))
		_, err = fmt.Fprintln(console.Out, link.url(settings.Links))
		return err
	})
}

// listedUser is a user as "user list --json" shows it.
type listedUser struct {
	ID        crm.ID     `json:"id"`
	Email     string     `json:"email"`
	Name      string     `json:"name"`
	Role      crm.Role   `json:"role"`
	Active    bool       `json:"active"`
	Invited   bool       `json:"invited"` // has not chosen a password yet
	CreatedAt *time.Time `json:"createdAt"`
}

// ListUsers lists the account's users.
func ListUsers(ctx context.Context, settings config.Users, console Console) error {
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		users, err := o.users(ctx)
		if err != nil {
			return err
		}
		invited, err := o.access.Invited(ctx, o.operator())
		if err != nil {
			return err
		}
		if settings.JSON {
			list := []listedUser{}
			for _, u := range users {
				list = append(list, listedUser{u.ID, u.Email, u.Name, u.Role, u.Active, invited[u.ID], optionalTime(u.CreatedAt)})
			}
			return console.printJSON(list)
		}
		w := tabwriter.NewWriter(console.Out, 0, 4, 2, ' ', 0)
		for _, u := range users {
			state := "user_state.active"
			switch {
			case !u.Active:
				state = "user_state.inactive"
			case invited[u.ID]:
				state = "user_state.invited"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Email, u.Name, console.Text("role."+string(u.Role)), console.Text(state))
		}
		return w.Flush()
	})
}

// ChangeRole gives a user another role.
func ChangeRole(ctx context.Context, settings config.UserRole, console Console) error {
	role := crm.Role(settings.Role)
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		return o.changeUser(ctx, settings.Email, console, "user.role", func(tx bridge.Tx, id crm.ID) (crm.User, error) {
			return crm.ChangeUser(ctx, tx, o.hand(), id, crm.UserChange{Role: &role})
		})
	})
}

// ActivateUser lets a user in again.
func ActivateUser(ctx context.Context, settings config.User, console Console) error {
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		return o.changeUser(ctx, settings.Email, console, "user.activated", func(tx bridge.Tx, id crm.ID) (crm.User, error) {
			return crm.ReactivateUser(ctx, tx, o.hand(), id)
		})
	})
}

// changeUser changes the user with an e-mail, and says so.
func (o *office) changeUser(ctx context.Context, email string, console Console, done string, change func(tx bridge.Tx, id crm.ID) (crm.User, error)) error {
	user, err := o.user(ctx, email)
	if err != nil {
		return err
	}
	err = o.update(ctx, func(tx bridge.Tx) (err error) {
		user, err = change(tx, user.ID)
		return err
	})
	if err == nil {
		console.Print(done, "email", user.Email, "role", console.Text("role."+string(user.Role)))
	}
	return err
}

// DeactivateUser bars a user, and gives what was the user's to somebody else, or to nobody. Interrupted, it goes on when it is repeated.
func DeactivateUser(ctx context.Context, settings config.UserDeactivate, console Console) error {
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		user, err := o.user(ctx, settings.Email)
		if err != nil {
			return err
		}
		var heir crm.User
		owner := console.Text("owner.none")
		if settings.To != "" {
			if heir, err = o.user(ctx, settings.To); err != nil {
				return err
			}
			owner = heir.Email
		}
		transaction := func(fn func(bridge.Tx) error) error { return o.update(ctx, fn) }
		_, count, err := bridge.DeactivateUser(ctx, transaction, o.hand(), bridge.Deactivation{User: user.ID, Heir: heir.ID})
		if err != nil {
			return err
		}
		console.Print("user.deactivated", "email", user.Email, "count", count, "owner", owner)
		return nil
	})
}
