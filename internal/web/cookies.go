package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"puente/internal/auth"
)

// Names of cookies. Those of a session are the API's too: who is logged in here is so there.
const (
	sessionCookie  = auth.SessionCookie
	deviceCookie   = auth.DeviceCookie
	themeCookie    = "puente_theme"
	languageCookie = "puente_language"
	noteCookie     = "puente_note" // what was done, for the next page to say
)

// How long cookies last; a session's lasts as long as a session can.
const (
	preferenceLasts = 365 * 24 * time.Hour
	noteLasts       = time.Minute
)

// secure says whether browsers reach the service by https.
func (v *visit) secure() bool {
	return v.r.TLS != nil || v.PublicURL != nil && strings.HasPrefix(v.PublicURL(), "https://")
}

func (v *visit) cookie(name string) string {
	cookie, err := v.r.Cookie(auth.CookieName(name, v.secure()))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// remember gives the browser a cookie that scripts do not see and other sites' requests do not carry.
func (v *visit) remember(name, value string, lasts time.Duration) {
	http.SetCookie(v.w, &http.Cookie{
		Name: auth.CookieName(name, v.secure()), Value: value, Path: "/", MaxAge: int(lasts / time.Second), HttpOnly: true, Secure: v.secure(), SameSite: http.SameSiteLaxMode,
	})
}

func (v *visit) forget(name string) { v.remember(name, "", -time.Second) }

// enter makes the browser that of a person who is logged in.
func (v *visit) enter(login auth.Login) {
	v.remember(sessionCookie, login.Token, auth.SessionLasts)
	v.remember(deviceCookie, login.Device, auth.DeviceLasts)
}

// leave keeps for the next page what was done.
func (v *visit) leave(key string, pairs ...string) {
	values := url.Values{"": {key}}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	v.remember(noteCookie, url.QueryEscape(values.Encode()), noteLasts)
}

// note returns what was done, once.
func (v *visit) note() string {
	kept := v.cookie(noteCookie)
	if kept == "" {
		return ""
	}
	v.forget(noteCookie)
	text, err := url.QueryUnescape(kept)
	if err != nil {
		return ""
	}
	values, err := url.ParseQuery(text)
	if err != nil || !strings.HasPrefix(values.Get(""), "done.") {
		return ""
	}
	var pairs []string
	for name := range values {
		pairs = append(pairs, name, values.Get(name))
	}
	return v.t(values.Get(""), pairs...)
}
