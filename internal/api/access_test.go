package api_test

import (
	"slices"
	"strings"
	"testing"

	"puente/internal/auth"
	"puente/internal/crm"
)

// caller is somebody who makes requests.
type caller struct {
	name    string
	headers []string
	grants  auth.Grants // nil: nobody
}

func (c caller) allowed(scope string) bool {
	switch {
	case scope == "public":
		return true
	case c.grants == nil:
		return false
	case scope == "any":
		return true
	}
	s, err := auth.ParseScope(scope)
	return err == nil && c.grants.Allows(s)
}

// TestEveryRouteAsksForItsScope makes every request of the document as everybody: each role, keys with just the scope, with everything but the scope, and nobody.
func TestEveryRouteAsksForItsScope(t *testing.T) {
	w := newWorld(t)
	d := readDocument(w)
	var callers []caller
	for _, headers := range [][]string{
		{"X-Api-Key", ""},
		{"X-Api-Key", "pk_of_nobody"},
		{"Authorization", "Bearer ps_of_nobody"},
		{"Cookie", "puente_session=ps_of_nobody"},
		{"Authorization", "Basic dXNlcjpwYXNz"},
	} {
		callers = append(callers, caller{"with " + strings.Join(headers, " "), headers, nil})
	}
	for role, user := range w.users {
		callers = append(callers, caller{"as " + string(role), []string{"Cookie", "puente_session=" + w.login(user, w.account.ID)}, auth.RoleGrants(role)})
	}
	keys := map[string]string{}
	key := func(grants auth.Grants) []string {
		text := strings.Join(grants.Scopes(), " ")
		if keys[text] == "" {
			keys[text] = w.addKey(w.account.ID, grants)
		}
		return []string{"X-Api-Key", keys[text]}
	}
	levels := map[auth.Level]bool{}
	for _, o := range d.operations() {
		with := callers
		if scope, err := auth.ParseScope(o.scope); err == nil {
			levels[scope.Level] = true
			just := auth.Grants{scope.Area: scope.Level}
			without := auth.RoleGrants(crm.RoleAdmin)
			if without[scope.Area] = scope.Level - 1; scope.Level == auth.Read {
				delete(without, scope.Area)
			}
			with = append(slices.Clone(callers), caller{"with a key of just " + o.scope, key(just), just}, caller{"with a key of all but " + o.scope, key(without), without})
		} else if o.scope != "public" && o.scope != "any" {
			t.Errorf("%s asks for %q", o.id, o.scope)
		}
		for _, c := range with {
			// What is asked for is not there, so that nobody is logged out by being let in.
			path := strings.NewReplacer("{id}", "none", "{stage}", "none", "{document}", "1", "{contact}", "none").Replace(o.path)
			if o.id == "delete-v1-session" && c.allowed(o.scope) {
				continue // TestASession does it
			}
			g := w.ask(o.method, path, nil, c.headers...)
			switch key := g.string("key"); {
			case c.allowed(o.scope):
				if g.status == 401 || key == "scope_missing" {
					t.Errorf("%s %s: %d %s", o.id, c.name, g.status, key)
				}
			case c.grants == nil:
				if g.status != 401 || g.string("code") != "unauthenticated" {
					t.Errorf("%s %s: %d %s, want 401", o.id, c.name, g.status, g.text)
				}
			case g.status != 403 || key != "scope_missing":
				t.Errorf("%s %s: %d %s, want 403", o.id, c.name, g.status, g.text)
			}
		}
	}
	if len(levels) != 3 {
		t.Errorf("routes ask for %d levels", len(levels))
	}
}

// TestWhatARequestAsksForMayNeedAnotherScope takes what the document says of parameters that need a scope beside the route's.
func TestWhatARequestAsksForMayNeedAnotherScope(t *testing.T) {
	w := newWorld(t)
	d := readDocument(w)
	found := 0
	for _, o := range d.operations() {
		for _, also := range o.alsoScopes {
			found++
			scope, err := auth.ParseScope(o.scope)
			must(t, err)
			other, err := auth.ParseScope(also.scope)
			must(t, err)
			fresh := func() string {
				path, _, _ := strings.Cut(samples[o.id](w).path, "?")
				return path
			}
			path := fresh() + "?" + also.parameter + "="
			just := []string{"X-Api-Key", w.addKey(w.account.ID, auth.Grants{scope.Area: scope.Level})}
			for _, query := range []string{also.value, "keep&" + also.parameter + "=" + also.value} {
				if g := w.ask(o.method, path+query, nil, just...); g.status != 403 || g.string("params", "scope") != also.scope {
					t.Errorf("%s %s: %d %s", o.id, query, g.status, g.text)
				}
			}
			both := []string{"X-Api-Key", w.addKey(w.account.ID, auth.Grants{scope.Area: scope.Level, other.Area: other.Level})}
			w.mustAsk(204, o.method, path+also.value, nil, both...)
			w.mustAsk(204, o.method, fresh(), nil, just...)
		}
	}
	if found == 0 {
		t.Error("the document has no such parameter")
	}
}

// TestAKeyReadsOfOtherAreasNothingButIDs looks for the words of notes, activities and contacts in what is shown of other records.
func TestAKeyReadsOfOtherAreasNothingButIDs(t *testing.T) {
	w := newWorld(t)
	contact := w.make("/v1/crm/contacts", `{"personal":{"firstName":"SECRETO1","email":"secreto2@x.example","phoneNumber":"56961234567"}}`)
	deal := w.make("/v1/crm/deals", `{"name":"Cocina","contactId":"`+contact+`"}`)
	for _, of := range []string{"/v1/crm/contacts/" + contact, "/v1/crm/deals/" + deal} {
		note := w.make(of+"/notes", `{"text":"SECRETO3"}`)
		w.mustAsk(200, "PATCH", "/v1/crm/notes/"+note, `{"text":"SECRETO4"}`)
	}
	activity := w.make("/v1/crm/activities", `{"title":"SECRETO5","notes":"SECRETO6","contactId":"`+contact+`","dealId":"`+deal+`"}`)
	w.mustAsk(200, "PATCH", "/v1/crm/activities/"+activity, `{"title":"SECRETO7"}`)
	key := func(areas ...auth.Area) []string {
		g := auth.Grants{}
		for _, area := range areas {
			g[area] = auth.Admin
		}
		return []string{"X-Api-Key", w.addKey(w.account.ID, g)}
	}
	for _, c := range []struct {
		paths  []string
		areas  []auth.Area
		hidden []string
	}{
		{[]string{"/v1/crm/contacts/" + contact + "/timeline"}, []auth.Area{auth.Contacts}, []string{"SECRETO3", "SECRETO4", "SECRETO5", "SECRETO6", "SECRETO7"}},
		{
			[]string{
				"/v1/crm/deals/" + deal + "/timeline", "/v1/crm/deals/" + deal, "/v1/crm/deals", "/v1/crm/deals/scroll", "/v1/crm/contacts/" + contact + "/deals",
			},
			[]auth.Area{auth.Deals},
			[]string{"SECRETO1", "secreto2", "61234567", "SECRETO3", "SECRETO4", "SECRETO5", "SECRETO6", "SECRETO7"},
		},
		{[]string{"/v1/crm/activities/" + activity, "/v1/crm/activities"}, []auth.Area{auth.Activities}, []string{"SECRETO1", "secreto2"}},
		{[]string{"/v1/crm/search?q=SECRETO1"}, []auth.Area{auth.Contacts}, []string{deal}},
	} {
		for _, path := range c.paths {
			g := w.mustAsk(200, "GET", path, nil, key(c.areas...)...)
			for _, word := range c.hidden {
				if strings.Contains(string(g.text), word) {
					t.Errorf("%s tells a key of %v of %s: %s", path, c.areas, word, g.text)
				}
			}
			all := w.mustAsk(200, "GET", path, nil, key(auth.Contacts, auth.Deals, auth.Activities)...)
			if string(all.text) == string(g.text) {
				t.Errorf("%s shows no more with all areas", path)
			}
		}
	}
	if g := w.mustAsk(200, "GET", "/v1/crm/deals/"+deal, nil, key(auth.Deals)...); g.string("contactId") != contact {
		t.Errorf("%s", g.text)
	}
}

// TestNothingOfAnotherAccountIsReached makes every request that succeeds for the administrator of one account as the administrator of another.
func TestNothingOfAnotherAccountIsReached(t *testing.T) {
	w := newWorld(t)
	d := readDocument(w)
	stranger := func(name string) []string {
		return []string{"X-Api-Key", w.addKey(w.addAccount(name, map[crm.Role]crm.User{}).ID, auth.RoleGrants(crm.RoleAdmin))}
	}
	reads, writes := stranger("Una"), stranger("Otra") // what is written to one must not be taken for ours in the other
	named, listed := 0, 0
	for _, o := range d.operations() {
		if o.scope == "public" || o.scope == "any" || samples[o.id] == nil {
			continue
		}
		s, who := samples[o.id](w), writes
		var body any
		if s.body != "" {
			body = s.body
		}
		if o.method == "GET" {
			listed++
			who = reads
		}
		g := w.ask(o.method, s.path, body, who...)
		if strings.Contains(o.path, "{") {
			named++
			if g.status != 404 {
				t.Errorf("%s answers somebody else with %d %s", o.id, g.status, g.text)
			}
		}
		for _, ours := range []string{"quillay.example", "Cocina", string(w.account.ID)} {
			if o.method == "GET" && strings.Contains(string(g.text), ours) {
				t.Errorf("%s tells somebody else of %s: %s", o.id, ours, g.text)
			}
		}
	}
	if named < 40 || listed < 10 {
		t.Errorf("only %d routes that name something, %d that list", named, listed)
	}
}

// TestASellerReachesOwnAndUnassigned tries what a seller may see and change of contacts and deals.
func TestASellerReachesOwnAndUnassigned(t *testing.T) {
	w := newWorld(t)
	seller := []string{"Authorization", "Bearer " + w.login(w.users[crm.RoleSeller], w.account.ID)}
	for _, kind := range []struct{ path, body string }{
		{"/v1/crm/contacts", `{"personal":{"email":"%@quillay.example"},"assignedTo":"OWNER"}`},
		{"/v1/crm/deals", `{"name":"%","assignedTo":"OWNER"}`},
	} {
		of := func(owner string) string {
			return w.make(kind.path, strings.NewReplacer("%", "x"+fresh(), "OWNER", owner).Replace(kind.body))
		}
		own, none, others := of(w.users[crm.RoleSeller].Email), of("unassigned"), of(w.users[crm.RoleEditor].Email)
		for _, c := range []struct {
			id   string
			want int
		}{{own, 200}, {none, 200}, {others, 404}} {
			w.mustAsk(c.want, "GET", kind.path+"/"+c.id, nil, seller...)
			w.mustAsk(c.want, "PATCH", kind.path+"/"+c.id, `{}`, seller...)
		}
		if g := w.mustAsk(200, "GET", kind.path, nil, seller...); g.at("total") != 2.0 || strings.Contains(string(g.text), others) {
			t.Errorf("a seller's list: %s", g.text)
		}
		if g := w.mustAsk(200, "GET", kind.path+"/scroll", nil, seller...); strings.Contains(string(g.text), others) {
			t.Errorf("a seller's scroll: %s", g.text)
		}
		w.mustAsk(403, "GET", kind.path+".csv", nil, seller...)
		w.mustAsk(403, "PATCH", kind.path+"/"+own, `{"assignedTo":"`+w.users[crm.RoleEditor].Email+`"}`, seller...)
		w.mustAsk(200, "PATCH", "/v1/crm/account", `{"sellerAccess":"see_all"}`)
		w.mustAsk(200, "GET", kind.path+"/"+others, nil, seller...)
		if g := w.mustAsk(403, "PATCH", kind.path+"/"+others, `{}`, seller...); g.string("key") != "not_yours" {
			t.Errorf("%s", g.text)
		}
		w.mustAsk(200, "PATCH", "/v1/crm/account", `{"sellerAccess":"edit_all"}`)
		w.mustAsk(200, "PATCH", kind.path+"/"+others, `{}`, seller...)
		w.mustAsk(200, "PATCH", "/v1/crm/account", `{"sellerAccess":"own"}`)
	}
}

func TestErrorsAboutKeysNameMembersOfTheBody(t *testing.T) {
	w := newWorld(t)
	for _, try := range []struct{ method, path, body string }{
		{"POST", "/v1/keys", `{"name":"x","scopes":["contacts:read"],"expires":"2001-01-01"}`},
		{"PATCH", "/v1/keys/" + w.anotherKey(), `{"expires":"2001-01-01"}`},
	} {
		if g := w.ask(try.method, try.path, try.body); g.status != 422 || g.string("key") != "key_expiry_past" || g.string("errors", 0, "field") != "expires" {
			t.Errorf("%s: %d %s", try.method, g.status, g.text)
		}
	}
}

// TestNobodyMakesSomebodyMightier tries to get more rights by users and keys than one has.
func TestNobodyMakesSomebodyMightier(t *testing.T) {
	w := newWorld(t)
	lesser := []string{"X-Api-Key", w.addKey(w.account.ID, auth.Grants{auth.Users: auth.Admin, auth.Keys: auth.Admin})}
	admin, seller := string(w.users[crm.RoleAdmin].ID), string(w.users[crm.RoleSeller].ID)
	mightier := "/v1/keys/" + w.anotherKey()
	for _, try := range []struct{ method, path, body string }{
		{"POST", "/v1/keys", `{"name":"x","scopes":["contacts:read"]}`},
		{"PATCH", mightier, `{"name":"x"}`},
		{"PATCH", mightier, `{"expires":null}`},
		{"POST", mightier + "/rotate", `{}`},
		{"DELETE", mightier, ``},
		{"POST", "/v1/crm/users", `{"email":"x@quillay.example","role":"admin"}`},
		{"PATCH", "/v1/crm/users/" + seller, `{"role":"admin"}`},
		{"PATCH", "/v1/crm/users/" + admin, `{"email":"x@quillay.example"}`},
		{"POST", "/v1/crm/users/" + admin + "/link", ``},
		{"POST", "/v1/crm/users/" + admin + "/deactivate", `{}`},
		{"POST", "/v1/crm/users/" + admin + "/activate", ``},
	} {
		var body any
		if try.body != "" {
			body = try.body
		}
		if g := w.ask(try.method, try.path, body, lesser...); g.status != 403 || g.string("key") != "grants_exceeded" {
			t.Errorf("%s %s: %d %s", try.method, try.path, g.status, g.text)
		}
	}
}
