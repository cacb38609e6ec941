package web

import (
	"net/http"

	"puente/internal/auth"
	"puente/internal/crm"
)

// route is one line of the table.
type route struct {
	method, path string
	scope        auth.Scope // what a person has to be granted; or everybody, or loggedIn
	title        string     // key of the page's title; "": no page
	handle       func(*visit) error
}

// everybody is the scope of public routes, loggedIn that of routes for whoever is logged in.
var (
	everybody = auth.Scope{}
	loggedIn  = auth.Scope{Level: auth.Read}
)

// The scopes that routes ask for.
var (
	readContacts    = auth.Scope{Area: auth.Contacts, Level: auth.Read}
	writeContacts   = auth.Scope{Area: auth.Contacts, Level: auth.Write}
	manageContacts  = auth.Scope{Area: auth.Contacts, Level: auth.Admin}
	readDeals       = auth.Scope{Area: auth.Deals, Level: auth.Read}
	writeDeals      = auth.Scope{Area: auth.Deals, Level: auth.Write}
	manageDeals     = auth.Scope{Area: auth.Deals, Level: auth.Admin}
	readActivities  = auth.Scope{Area: auth.Activities, Level: auth.Read}
	writeActivities = auth.Scope{Area: auth.Activities, Level: auth.Write}
	changeSettings  = auth.Scope{Area: auth.Settings, Level: auth.Admin}
	changeUsers     = auth.Scope{Area: auth.Users, Level: auth.Admin}
	changeKeys      = auth.Scope{Area: auth.Keys, Level: auth.Admin}
	readBsale       = auth.Scope{Area: auth.Bsale, Level: auth.Read}
	writeBsale      = auth.Scope{Area: auth.Bsale, Level: auth.Write}
	changeBsale     = auth.Scope{Area: auth.Bsale, Level: auth.Admin}
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// allows says whether a route is for a person. Who is nobody has no user.
func (r *route) allows(p auth.Principal) bool {
	switch r.scope {
	case everybody:
		return true
	case loggedIn:
		return p.User.ID != ""
	}
	return p.User.ID != "" && p.Grants.Allows(r.scope)
}

// foreign refuses what another site makes a browser send.
var foreign = http.NewCrossOriginProtection()

// admit lets a visit in to its route. forbidden: cross_origin, another site's form; not_yours_to_see, the person's role does not grant it. unauthenticated:
// session_ended, nobody is logged in, or not any more.
func (v *visit) admit() error {
	if err := foreign.Check(v.r); err != nil {
		return crm.NewError(crm.Forbidden, "form_from_elsewhere").Because(err)
	}
	err := v.recognise()
	switch {
	case v.route.allows(v.principal):
		return nil
	case err != nil && crm.CodeOf(err) != crm.Unauthenticated:
		return err
	case v.principal.User.ID == "":
		return crm.NewError(crm.Unauthenticated, "session_ended")
	}
	return crm.NewError(crm.Forbidden, "role_lacks_page")
}
