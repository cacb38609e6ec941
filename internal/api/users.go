package api

import (
	"context"
	"errors"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

type userOut struct {
	ID       crm.ID       `json:"id"`
	Email    string       `json:"email"`
	Name     string       `json:"name"`
	Role     crm.Role     `json:"role" enum:"admin,editor,seller"`
	Active   bool         `json:"active"`
	Language crm.Language `json:"language" doc:"Empty: the account's"`
	Created  instant      `json:"created"`
	Version  int64        `json:"version"`
}

func encodeUser(u crm.User) userOut {
	return userOut{u.ID, u.Email, u.Name, u.Role, u.Active, u.Language, instant{u.CreatedAt}, u.Version}
}

func listUsers(ctx context.Context, r *reading, _ *struct{}) (*body[page[userOut]], error) {
	users, err := r.allUsers(ctx)
	out := &body[page[userOut]]{page[userOut]{Items: []userOut{}, Total: len(users), TotalIsExact: true}}
	for _, u := range users {
		out.Body.Items = append(out.Body.Items, encodeUser(u))
	}
	return out, err
}

func getUser(ctx context.Context, r *reading, in *ByID) (*answer[userOut], error) {
	user, err := crm.FindUser(ctx, r, in.ID)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, user.Version, encodeUser(user))
}

// linkOut is the way in for a person.
type linkOut struct {
	User        userOut `json:"user"`
	Link        string  `json:"link" doc:"Where the person chooses a password, once. It is shown this once."`
	LinkExpires instant `json:"linkExpires"`
}

// link makes the link by which a user chooses a password.
func (w *writing) link(ctx context.Context, user crm.User) (*answer[linkOut], error) {
	token, expires, err := w.Auth.LinkIn(ctx, w.access(), w.principal, user.ID)
	if err != nil {
		return nil, err
	}
	return &answer[linkOut]{Body: linkOut{encodeUser(user), w.PublicURL() + auth.LinkPath(token), instant{expires}}}, nil
}

type invitation struct {
	Body struct {
		Email string   `json:"email" maxLength:"320"`
		Name  string   `json:"name,omitempty" maxLength:"200"`
		Role  crm.Role `json:"role" enum:"admin,editor,seller"`
	}
}

func inviteUser(ctx context.Context, w *writing, in *invitation) (*answer[linkOut], error) {
	if err := w.mayMake(in.Body.Role); err != nil {
		return nil, err
	}
	user, err := crm.CreateUser(ctx, w.tx, in.Body.Email, in.Body.Name, in.Body.Role, w.hand.At)
	if err != nil {
		return nil, err
	}
	out, err := w.link(ctx, user)
	if err == nil {
		out.Location = "/v1/crm/users/" + string(user.ID)
	}
	return out, err
}

// mayMake says whether the caller may do all that a user of that role may: nobody makes somebody mightier.
func (w *writing) mayMake(role crm.Role) error {
	if !w.principal.MayMake(role) {
		return crm.NewError(crm.Forbidden, "grants_exceeded")
	}
	return nil
}

func linkUser(ctx context.Context, w *writing, in *ByID) (*answer[linkOut], error) {
	user, err := crm.FindUser(ctx, w, in.ID)
	if err != nil {
		return nil, err
	}
	return w.link(ctx, user)
}

type userChange struct {
	ByID
	Body struct {
		Name     *string       `json:"name,omitempty"`
		Email    *string       `json:"email,omitempty"`
		Role     *crm.Role     `json:"role,omitempty" enum:"admin,editor,seller"`
		Language *crm.Language `json:"language,omitempty" doc:"es, en, or empty: the account's"`
	}
}

func patchUser(ctx context.Context, w *writing, in *userChange) (*answer[userOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	if _, err := w.ownOrLesser(ctx, in.ID); err != nil {
		return nil, err
	}
	if in.Body.Role != nil {
		if err := w.mayMake(*in.Body.Role); err != nil {
			return nil, err
		}
	}
	b := in.Body
	user, err := crm.ChangeUser(ctx, w.tx, w.hand, in.ID, crm.UserChange{Version: version, Name: b.Name, Email: b.Email, Role: b.Role, Language: b.Language})
	if err != nil {
		return nil, err
	}
	return tagged(ctx, user.Version, encodeUser(user))
}

// ownOrLesser returns a user whom the caller may change: one who may not do more than the caller.
func (w *writing) ownOrLesser(ctx context.Context, id crm.ID) (crm.User, error) {
	user, err := crm.FindUser(ctx, w, id)
	if err == nil {
		err = w.mayMake(user.Role)
	}
	return user, err
}

type deactivation struct {
	ByID
	Body *struct {
		ReassignTo given[string] `json:"reassignTo,omitzero" doc:"The e-mail or id of who takes over contacts, deals and pending activities, or unassigned. Without it they stay as they are."`
	}
}

// heir returns who takes over, if anybody is to.
func (d *deactivation) heir() given[string] {
	if d.Body == nil {
		return given[string]{}
	}
	return d.Body.ReassignTo
}

// reassignedAtOnce is how many records change hands in one transaction, so that nobody waits long for it.
const reassignedAtOnce = 200

// deactivateUser bars a user and then, a few records at a time, gives away what is the user's. Asked again it goes on where it was.
func deactivateUser(ctx context.Context, c *call, in *deactivation) (*answer[userOut], error) {
	out, err := finish(ctx, c, in, barUser)
	if done := (*kept)(nil); err != nil && !errors.As(err, &done) {
		return nil, err
	}
	if heir := in.heir(); heir.Set {
		if e := c.reassign(ctx, in.ID, heir.Value); e != nil {
			return nil, e
		}
	}
	return out, err
}

func barUser(ctx context.Context, w *writing, in *deactivation) (*answer[userOut], error) {
	if _, err := w.ownOrLesser(ctx, in.ID); err != nil {
		return nil, err
	}
	if err := bridge.RefuseNamed(ctx, w, string(in.ID)); err != nil {
		return nil, err
	}
	if to := in.heir(); to.Set {
		heir, err := w.userNamed(ctx, to.Value)
		if err == nil {
			_, err = crm.Reassign(ctx, w.tx, w.hand, in.ID, heir, 0) // says whether it can
		}
		if err != nil {
			return nil, placed(err, "reassignTo")
		}
	}
	user, err := crm.DeactivateUser(ctx, w.tx, w.hand, in.ID)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, user.Version, encodeUser(user))
}

func (c *call) reassign(ctx context.Context, from crm.ID, to string) error {
	for {
		done := 0
		err := c.update(ctx, func(w *writing) error {
			heir, err := w.userNamed(ctx, to)
			if err == nil {
				done, err = crm.Reassign(ctx, w.tx, w.hand, from, heir, reassignedAtOnce)
			}
			return err
		})
		if err != nil || done == 0 {
			return err
		}
	}
}

func activateUser(ctx context.Context, w *writing, in *ByID) (*answer[userOut], error) {
	if _, err := w.ownOrLesser(ctx, in.ID); err != nil {
		return nil, err
	}
	user, err := crm.ReactivateUser(ctx, w.tx, w.hand, in.ID)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, user.Version, encodeUser(user))
}
