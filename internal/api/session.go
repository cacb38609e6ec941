package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

// secure says whether browsers reach the service by https.
func (c *call) secure() bool {
	return c.http.TLS != nil || c.PublicURL != nil && strings.HasPrefix(c.PublicURL(), "https://")
}

func (c *call) cookieName(name string) string { return auth.CookieName(name, c.secure()) }

func (c *call) sessionCookie(r *http.Request) string { return c.cookie(r, auth.SessionCookie) }

func (c *call) cookie(r *http.Request, name string) string {
	cookie, err := r.Cookie(c.cookieName(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// setCookie returns a cookie that scripts of pages do not see and other sites' requests do not carry; one without value ends it.
func (c *call) setCookie(name, value string, lasts time.Duration) http.Cookie {
	age := int(lasts / time.Second)
	if value == "" {
		age = -1
	}
	return http.Cookie{
		Name: c.cookieName(name), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: c.secure(), SameSite: http.SameSiteLaxMode,
	}
}

// loginOut is a person who is logged in.
type loginOut struct {
	Token     string     `json:"token" doc:"For scripts: Authorization: Bearer TOKEN. Browsers get a cookie."`
	Device    string     `json:"device" doc:"To be sent with the next login from the same place, so that others' attempts do not keep this one out"`
	ExpiresAt instant    `json:"expiresAt"`
	User      userOut    `json:"user"`
	Account   accountOut `json:"account"`
}

type loginAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      loginOut
}

func (c *call) loggedIn(l auth.Login, err error) (*loginAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &loginAnswer{
		SetCookie: []http.Cookie{
			c.setCookie(auth.SessionCookie, l.Token, auth.SessionLasts), c.setCookie(auth.DeviceCookie, l.Device, auth.DeviceLasts),
		},
		Body: loginOut{Token: l.Token, Device: l.Device, ExpiresAt: instant{l.Session.ExpiresAt}, User: encodeUser(l.User), Account: encodeAccount(l.Account)},
	}, nil
}

type loginBody struct {
	Body struct {
		Email    string `json:"email" maxLength:"320"`
		Password string `json:"password" maxLength:"1000"`
		Account  crm.ID `json:"account,omitempty" doc:"Of a person with several accounts: which"`
		Device   string `json:"device,omitempty" maxLength:"200" doc:"What an earlier login gave; browsers send it as a cookie"`
	}
}

func logIn(ctx context.Context, c *call, in *loginBody) (*loginAnswer, error) {
	return c.loggedIn(c.Auth.Login(ctx, auth.Attempt{
		Email: in.Body.Email, Password: in.Body.Password, Account: in.Body.Account, Address: c.Address(c.http), Device: c.device(in.Body.Device),
		Agent: c.http.UserAgent(),
	}))
}

// device returns what the caller's browser is known by.
func (c *call) device(sent string) string {
	if sent != "" {
		return sent
	}
	return c.cookie(c.http, auth.DeviceCookie)
}

type logoutAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func logOut(ctx context.Context, c *call, _ *struct{}) (*logoutAnswer, error) {
	if err := c.Auth.Logout(ctx, c.principal); err != nil {
		return nil, err
	}
	return &logoutAnswer{SetCookie: []http.Cookie{c.setCookie(auth.SessionCookie, "", 0)}}, nil
}

type setupBody struct {
	Body struct {
		Code     string       `json:"code" maxLength:"100" doc:"That the server printed when it started" example:"ABCD-EFGH-JKLM"`
		Name     string       `json:"name,omitempty" maxLength:"200"`
		Email    string       `json:"email" maxLength:"320"`
		Password string       `json:"password" maxLength:"1000" doc:"10 to 200 characters"`
		Account  string       `json:"account,omitempty" maxLength:"200" doc:"The name of the business"`
		Country  crm.Country  `json:"country,omitempty" enum:"CL,PE,MX"`
		Language crm.Language `json:"language,omitempty" enum:"es,en"`
	}
}

func setUp(ctx context.Context, c *call, in *setupBody) (*loginAnswer, error) {
	b := in.Body
	return c.loggedIn(c.Auth.SetUp(ctx, auth.SetUp{
		Code: b.Code, Name: b.Name, Email: b.Email, Password: b.Password, AccountName: b.Account, Country: b.Country, Language: b.Language,
		Address: c.Address(c.http), Agent: c.http.UserAgent(),
	}))
}

type passwordBody struct {
	Body struct {
		Token    string `json:"token" maxLength:"200" doc:"The last part of the link"`
		Password string `json:"password" maxLength:"1000" doc:"10 to 200 characters"`
	}
}

func choosePassword(ctx context.Context, c *call, in *passwordBody) (*loginAnswer, error) {
	return c.loggedIn(c.Auth.Accept(ctx, auth.Acceptance{
		Token: in.Body.Token, Password: in.Body.Password, Address: c.Address(c.http), Device: c.device(""), Agent: c.http.UserAgent(),
	}))
}

// callerOut is who makes the request, and what it may do.
type callerOut struct {
	User    *userOut   `json:"user,omitempty" doc:"A person"`
	Key     *KeyOut    `json:"key,omitempty" doc:"An integration"`
	Account accountOut `json:"account"`
	Scopes  []string   `json:"scopes"`
	Sees    string     `json:"sees" enum:"all,own" doc:"own: own and unassigned records"`
	Edits   string     `json:"edits" enum:"all,own"`
}

func whoAmI(ctx context.Context, r *reading, _ *struct{}) (*body[callerOut], error) {
	account, err := r.accountOf(ctx)
	if err != nil {
		return nil, err
	}
	p := r.principal
	out := callerOut{Account: encodeAccount(account), Scopes: append([]string{}, p.Grants.Scopes()...), Sees: reachName(p.Reach.See), Edits: reachName(p.Reach.Edit)}
	if p.User.ID != "" {
		user := encodeUser(p.User)
		out.User = &user
	} else {
		key, err := r.key(ctx, p.Key)
		if err != nil {
			return nil, err
		}
		out.Key = &key
	}
	return &body[callerOut]{out}, nil
}

func reachName(e crm.Extent) string {
	if e == crm.Everything {
		return "all"
	}
	return "own"
}

type sessionOut struct {
	ID       crm.ID  `json:"id"`
	Agent    string  `json:"agent" doc:"What the browser said that it is"`
	Address  string  `json:"address"`
	Created  instant `json:"created"`
	LastSeen instant `json:"lastSeen"`
	Expires  instant `json:"expires"`
	Current  bool    `json:"current" doc:"The one that asks"`
}

func listSessions(ctx context.Context, c *call, _ *struct{}) (*body[items[sessionOut]], error) {
	sessions, err := c.Auth.Sessions(ctx, c.principal)
	out := &body[items[sessionOut]]{items[sessionOut]{[]sessionOut{}}}
	for _, s := range sessions {
		address := ""
		if s.Address.IsValid() {
			address = s.Address.String()
		}
		out.Body.Items = append(out.Body.Items, sessionOut{s.ID, s.Agent, address, instant{s.CreatedAt}, instant{s.LastSeenAt}, instant{s.ExpiresAt}, s.ID == c.principal.Session})
	}
	return out, err
}

func endSession(ctx context.Context, c *call, in *ByID) (*empty, error) {
	return nil, c.Auth.EndSession(ctx, c.principal, in.ID)
}

type ownPasswordBody struct {
	Body struct {
		Old string `json:"oldPassword" maxLength:"1000"`
		New string `json:"password" maxLength:"1000" doc:"10 to 200 characters"`
	}
}

func changePassword(ctx context.Context, c *call, in *ownPasswordBody) (*empty, error) {
	return nil, c.Auth.ChangePassword(ctx, c.principal, in.Body.Old, in.Body.New)
}
