package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
)

const password = "una clave larga 123"

var start = time.Date(2026, 3, 12, 15, 4, 5, 0, time.UTC)

// world is the pages of an account that has a user of each role, over a real database.
type world struct {
	t       *testing.T
	store   *store.Store
	auth    *auth.Service
	server  *server
	handler http.Handler
	log     *lockedBuffer
	account crm.Account
	users   map[crm.Role]crm.User

	mu  sync.Mutex
	now time.Time
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// newEmptyWorld has an account in which nobody can log in.
func newEmptyWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	w := &world{t: t, now: start, users: map[crm.Role]crm.User{}, log: &lockedBuffer{}}
	var err error
	w.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "puente.db"), store.Options{Synchronous: "OFF"})
	must(t, err)
	t.Cleanup(func() { must(t, w.store.Close()) })
	w.auth = auth.New(auth.Options{Store: w.store, Now: w.clock})
	w.account = w.newAccount("Ferretería El Puente")
	o := Options{
		Store: w.store, Auth: w.auth, Engine: bridge.NewEngine(bridge.Options{Store: w.store, Now: w.clock, Open: openPlain, Seal: sealPlain}), Now: w.clock,
		Receive: func(context.Context, string, []byte) error { return nil }, Ready: func(context.Context) error { return nil },
		PublicURL: func() string { return "http://puente.example" },
		Log:       slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&o)
	}
	w.server, err = newServer(o)
	must(t, err)
	w.handler = w.server.observe(http.HandlerFunc(w.server.dispatch))
	return w
}

func newWorld(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	w := newEmptyWorld(t, change...)
	for _, role := range []crm.Role{crm.RoleAdmin, crm.RoleEditor, crm.RoleSeller} {
		w.users[role] = w.newUser(w.account, string(role)+"@elpuente.cl", "Persona "+string(role), role)
	}
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) newAccount(name string) crm.Account {
	w.t.Helper()
	account, err := crm.NewAccount(name, crm.Chile, crm.Spanish, start)
	must(w.t, err)
	must(w.t, w.store.CreateAccount(w.t.Context(), account, func(tx bridge.Tx) error {
		return crm.SetUpAccount(w.t.Context(), tx, start, func(n int) string { return strings.Repeat("x", n) })
	}))
	return account
}

func (w *world) newUser(account crm.Account, email, name string, role crm.Role) crm.User {
	w.t.Helper()
	var user crm.User
	must(w.t, w.store.Update(w.t.Context(), account.ID, func(tx bridge.Tx) (err error) {
		user, err = crm.CreateUser(w.t.Context(), tx, email, name, role, start)
		return err
	}))
	must(w.t, w.auth.SetPassword(w.t.Context(), account.ID, user, password))
	return user
}

// browser keeps cookies.
type browser struct {
	w       *world
	cookies map[string]string
	header  http.Header // sent with each request
}

func (w *world) browser() *browser {
	return &browser{w: w, cookies: map[string]string{}, header: http.Header{"Accept-Language": {"es-CL"}}}
}

// as returns a browser in which a user is logged in.
func (w *world) as(email string) *browser {
	w.t.Helper()
	b := w.browser()
	if got := b.post("/entrar", "email", email, "password", password); got.Code != http.StatusSeeOther {
		w.t.Fatalf("%s cannot log in: %d %s", email, got.Code, got.text("main"))
	}
	return b
}

func (w *world) admin() *browser { return w.as(w.users[crm.RoleAdmin].Email) }

// answer is what a browser got.
type answer struct {
	*httptest.ResponseRecorder
	t    *testing.T
	root *html.Node
}

func (b *browser) get(path string) *answer {
	b.w.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form; pairs are name, value…
func (b *browser) post(path string, pairs ...string) *answer {
	b.w.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func (b *browser) do(r *http.Request) *answer {
	b.w.t.Helper()
	r = r.WithContext(b.w.t.Context())
	for name, values := range b.header {
		if r.Header.Get(name) == "" {
			r.Header[name] = values
		}
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	recorder := httptest.NewRecorder()
	b.w.handler.ServeHTTP(recorder, r)
	for _, c := range recorder.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	root, err := html.Parse(bytes.NewReader(recorder.Body.Bytes()))
	must(b.w.t, err)
	return &answer{recorder, b.w.t, root}
}

func (a *answer) all(selector string) []*html.Node {
	a.t.Helper()
	s, err := cascadia.ParseGroup(selector)
	must(a.t, err)
	return cascadia.QueryAll(a.root, s)
}

func (a *answer) one(selector string) *html.Node {
	a.t.Helper()
	found := a.all(selector)
	if len(found) != 1 {
		a.t.Fatalf("%d of %s in %d %s", len(found), selector, a.Code, a.Body)
	}
	return found[0]
}

func (a *answer) has(selector string) bool { a.t.Helper(); return len(a.all(selector)) > 0 }

// text returns what a person reads there, in one line; "" when there is nothing.
func (a *answer) text(selector string) string {
	a.t.Helper()
	var parts []string
	for _, n := range a.all(selector) {
		parts = append(parts, words(n))
	}
	return strings.Join(parts, " ")
}

func words(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (a *answer) attribute(selector, name string) string {
	a.t.Helper()
	for _, at := range a.one(selector).Attr {
		if at.Key == name {
			return at.Val
		}
	}
	return ""
}

// goes checks that the answer leads elsewhere.
func (a *answer) goes(to string) {
	a.t.Helper()
	if got := a.Header().Get("Location"); a.Code != http.StatusSeeOther || got != to {
		a.t.Fatalf("%d to %q, want 303 to %q: %s", a.Code, got, to, a.text("main"))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
