package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"puente/internal/auth"
	"puente/internal/crm"
)

// foreign refuses writes that another site makes a browser send.
var foreign = http.NewCrossOriginProtection()

// admit lets a request in to a route, or answers why not: who asks, what they may do, how often, and what they send.
func (s *server) admit(r *route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		request, w := humago.Unwrap(ctx)
		c := callOf(request.Context())
		c.route = r
		if err := c.enter(w, request); err != nil {
			s.refuse(w, request, err)
			return
		}
		next(ctx)
	}
}

func (c *call) enter(w http.ResponseWriter, r *http.Request) error {
	if !acceptable(r.Header.Get("Accept"), c.route.mediaType()) {
		return crm.NewError(crm.Invalid, "answer_type", "known", c.route.mediaType())
	}
	principal, err := c.authenticate(r)
	switch {
	case err == nil:
		c.principal = principal
	case c.route.public && crm.CodeOf(err) == crm.Unauthenticated:
	default:
		if e := c.limit(w, c.addresses, auth.HostOf(c.Address(r))); e != nil { // guesses at keys are limited too
			return e
		}
		return err
	}
	callers, who := c.callers, string(c.principal.Session)+string(c.principal.Key.ID)
	if who == "" {
		callers, who = c.addresses, auth.HostOf(c.Address(r))
	}
	if err := c.limit(w, callers, who); err != nil {
		return err
	}
	for _, scope := range c.route.scopes(r.URL.Query()) {
		if !c.principal.Grants.Allows(scope) {
			return crm.NewError(crm.Forbidden, "scope_missing", "scope", scope.String())
		}
	}
	if err := checkAddress(r.URL); err != nil {
		return err
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if err := c.heedsVersions(); err != nil {
			return err
		}
		return c.readBody(w, r)
	}
	return nil
}

// scopes returns all that a request with these parameters has to be granted.
func (r *route) scopes(query url.Values) []auth.Scope {
	if r.public || r.scope == loggedIn {
		return nil
	}
	scopes := []auth.Scope{r.scope}
	for _, a := range r.also {
		if slices.Contains(query[a.Parameter], a.Value) {
			scopes = append(scopes, a.Scope)
		}
	}
	return scopes
}

// authenticate returns who makes a request. unauthenticated: nobody, or with credentials that are not valid (any more).
func (c *call) authenticate(r *http.Request) (auth.Principal, error) {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return c.Auth.Key(r.Context(), key)
	}
	if token, ok := bearer(r); ok {
		if auth.IsKeySecret(token) { // sent the way of other APIs
			return c.Auth.Key(r.Context(), token)
		}
		return c.Auth.Session(r.Context(), token)
	}
	// A browser sends cookies, and forms to log in, whoever made it do so.
	if err := foreign.Check(r); err != nil {
		return auth.Principal{}, crm.NewError(crm.Forbidden, "cross_origin").Because(err)
	}
	token := c.sessionCookie(r)
	if token == "" {
		return auth.Principal{}, crm.NewError(crm.Unauthenticated, "credentials_missing")
	}
	return c.Auth.Session(r.Context(), token)
}

// bearer returns the session's token that a script sends.
func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return token, ok && strings.EqualFold(scheme, "Bearer")
}

// acceptable says whether a caller takes an answer of a media type; problems aside, which it gets whatever it takes.
func acceptable(accept, media string) bool {
	if strings.TrimSpace(accept) == "" {
		return true
	}
	kind, _, _ := strings.Cut(media, "/")
	for one := range strings.SplitSeq(accept, ",") {
		one, parameters, _ := strings.Cut(one, ";")
		if q := strings.ReplaceAll(parameters, " ", ""); strings.Contains(q, "q=0") && strings.Trim(strings.TrimPrefix(q, "q="), "0.") == "" {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(one)) {
		case "*/*", kind + "/*", media:
			return true
		}
	}
	return false
}
