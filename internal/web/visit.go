package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/language"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/messages"
)

// visit is one request, and who makes it.
type visit struct {
	*server
	route     *route
	w         http.ResponseWriter
	r         *http.Request
	principal auth.Principal // zero: nobody is logged in
	account   crm.Account    // of the principal
	stopped   bool           // the account's connection to Bsale stopped by itself; only of pages, and of who may see it
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// recognise sees who it is that comes. unauthenticated: the session ended; then, and without one, it is nobody.
func (v *visit) recognise() error {
	token := v.cookie(sessionCookie)
	if token == "" {
		return nil
	}
	principal, account, err := v.Auth.Visit(v.ctx(), token)
	if err != nil {
		if crm.CodeOf(err) == crm.Unauthenticated {
			v.forget(sessionCookie)
		}
		return err
	}
	v.principal, v.account = principal, account
	return nil
}

// lookAtConnection sees whether the connection to Bsale stopped: all pages say it.
func (v *visit) lookAtConnection() error {
	if v.route.title == "" || v.fragment() || !v.can(readBsale) {
		return nil
	}
	return v.view(func(r bridge.Reader) error {
		connections, err := r.Connections(v.ctx())
		for _, c := range connections {
			v.stopped = v.stopped || c.Enabled && c.StopReason != ""
		}
		return err
	})
}

// hand returns the person's hand now.
func (v *visit) hand() crm.Hand { return v.principal.Hand(v.clock.Now()) }

// can says whether the person may do something.
func (v *visit) can(scope auth.Scope) bool { return v.principal.Grants.Allows(scope) }

// view runs fn over one consistent picture of the person's account.
func (v *visit) view(fn func(r bridge.Reader) error) error {
	return v.Store.View(v.ctx(), v.principal.AccountID, fn)
}

// update runs fn in a transaction on the person's account.
func (v *visit) update(fn func(tx bridge.Tx) error) error {
	return v.Store.Update(v.ctx(), v.principal.AccountID, fn)
}

// id returns the part of the path with that name.
func (v *visit) id(name string) crm.ID { return crm.ID(v.r.PathValue(name)) }

// query returns a parameter of the address.
func (v *visit) query(name string) string { return v.r.URL.Query().Get(name) }

// path returns where the visit is, with its parameters, as a link to come back.
func (v *visit) path() string { return v.r.URL.RequestURI() }

// fragment says whether htmx asks, for a part of a page.
func (v *visit) fragment() bool { return v.r.Header.Get("Hx-Request") == "true" }

var languages = language.NewMatcher([]language.Tag{language.Spanish, language.English})

// language returns the language of the page: the person's, else the account's; of who is nobody that which was chosen, else what the browser asks for.
func (v *visit) language() crm.Language {
	if l := v.principal.User.Language; l != "" {
		return l
	}
	if v.account.Language != "" {
		return v.account.Language
	}
	if l := crm.Language(v.cookie(languageCookie)); l.Valid() {
		return l
	}
	if accepted := v.r.Header.Get("Accept-Language"); accepted != "" {
		tags, _, err := language.ParseAcceptLanguage(accepted)
		if _, which, confidence := languages.Match(tags...); err == nil && confidence > language.No {
			return []crm.Language{crm.Spanish, crm.English}[which]
		}
	}
	return v.Language
}

// t returns a message in the page's language; pairs are name, value… of its parameters.
func (v *visit) t(key string, pairs ...string) string { return translate(v.language(), key, pairs...) }

func translate(l crm.Language, key string, pairs ...string) string {
	params := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	return messages.Text(l, key, params)
}

// redirect sends the browser to another page of ours.
func (v *visit) redirect(to string) error {
	if v.fragment() {
		v.w.Header().Set("Hx-Redirect", to)
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	v.w.Header().Set("Cache-Control", "no-store")
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// done sends the browser to another page of ours, which says what was done; pairs are name, value… of the message's parameters.
func (v *visit) done(to, key string, pairs ...string) error {
	v.leave(key, pairs...)
	return v.redirect(to)
}

// ours returns a path of this server that somebody gave, or "/".
func ours(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\t\r\n") {
		return "/"
	}
	return path
}
