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
func (c *call) mayMake(role crm.Role) error {
	if !c.principal.MayMake(role) {
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
func (r *reading) ownOrLesser(ctx context.Context, id crm.ID) (crm.User, error) {
	user, err := crm.FindUser(ctx, r, id)
	if err == nil {
		err = r.mayMake(user.Role)
	}
	return user, err
}

// deactivationFields says how errors about who takes over name fields.
var deactivationFields = map[string]string{"to": "reassignTo"}

type deactivation struct {
	ByID
	Body *struct {
		ReassignTo given[string] `json:"reassignTo,omitzero" doc:"The e-mail or id of who takes over contacts, deals and pending activities, or unassigned. Without it they stay as they are."`
	}
}

// deactivateUser bars a user and gives away what is the user's. Asked again it goes on where it was.
func deactivateUser(ctx context.Context, c *call, in *deactivation) (*answer[userOut], error) {
	var leaving bridge.Deactivation
	out, err := finish(ctx, c, in, func(ctx context.Context, w *writing, in *deactivation) (_ *answer[userOut], err error) {
		if leaving, err = w.leaving(ctx, in); err != nil {
			return nil, err
		}
		user, _, err := leaving.Begin(ctx, w.tx, w.hand)
		if err != nil {
			return nil, err
		}
		return tagged(ctx, user.Version, encodeUser(user))
	})
	if done := (*kept)(nil); err != nil && !errors.As(err, &done) {
		return nil, err
	}
	if leaving.User == "" { // it was answered before
		if e := c.view(ctx, func(r *reading) (err error) {
			leaving, err = r.leaving(ctx, in)
			return err
		}); e != nil {
			return out, err
		}
	}
	if _, e := leaving.Finish(ctx, c.transaction(ctx), c.hand()); e != nil {
		return nil, e
	}
	return out, err
}

// leaving returns what the caller asks, if the caller may. forbidden: grants_exceeded. not_found: user_not_found. invalid: as userNamed, at reassignTo.
func (r *reading) leaving(ctx context.Context, in *deactivation) (bridge.Deactivation, error) {
	if _, err := r.ownOrLesser(ctx, in.ID); err != nil {
		return bridge.Deactivation{}, err
	}
	d := bridge.Deactivation{User: in.ID, Keep: true}
	if in.Body == nil || !in.Body.ReassignTo.Set {
		return d, nil
	}
	heir, err := r.userNamed(ctx, in.Body.ReassignTo.Value)
	d.Keep, d.Heir = false, heir
	return d, placed(err, "reassignTo")
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
