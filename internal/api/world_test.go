package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"puente/internal/api"
	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

const password = "una clave larga 123"

var start = time.Date(2026, 3, 12, 15, 4, 5, 0, time.UTC)

// world is a server with one account that has a user of each role and a key that may do everything.
type world struct {
	t       testing.TB
	ctx     context.Context
	store   *store.Store
	auth    *auth.Service
	engine  *bridge.Engine
	sim     *bsalesim.Simulator // nil until w.shop
	url     string
	log     *syncBuffer
	account crm.Account
	users   map[crm.Role]crm.User
	key     string

	mu  sync.Mutex
	now time.Time
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newWorld(t testing.TB, change ...func(*api.Options)) *world {
	t.Helper()
	return newWorldOn(t, filepath.Join(t.TempDir(), "puente.db"), change...)
}

// onBothEngines runs a test on SQLite and PostgreSQL.
func onBothEngines(t *testing.T, test func(*testing.T, *world)) {
	t.Run("SQLite", func(t *testing.T) { test(t, newWorld(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		if testing.Short() {
			t.Skip("needs PostgreSQL")
		}
		test(t, newWorldOn(t, pgtest.URL(t)))
	})
}

func newWorldOn(t testing.TB, database string, change ...func(*api.Options)) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), now: start, users: map[crm.Role]crm.User{}, log: &syncBuffer{}}
	var err error
	w.store, err = store.Open(w.ctx, database, store.Options{Synchronous: "OFF"})
	must(t, err)
	t.Cleanup(func() { must(t, w.store.Close()) })
	w.auth = auth.New(auth.Options{Store: w.store, Now: w.clock})
	w.engine = bridge.NewEngine(bridge.Options{Store: w.store, Now: w.clock, Open: openPlain, Seal: sealPlain})
	o := api.Options{
		Store: w.store, Auth: w.auth, Engine: w.engine, Now: w.clock, PublicURL: func() string { return "http://puente.example" },
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})), RequestsPerSecond: 1e6, Burst: 1e6,
	}
	for _, c := range change {
		c(&o)
	}
	handler, err := api.New(o)
	must(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.account = w.addAccount("Quillay", w.users)
	w.key = w.addKey(w.account.ID, auth.RoleGrants(crm.RoleAdmin))
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// wait lets time pass.
func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// addAccount adds an account with a user of each role.
func (w *world) addAccount(name string, users map[crm.Role]crm.User) crm.Account {
	w.t.Helper()
	account, err := crm.NewAccount(name, crm.Chile, crm.Spanish, w.clock())
	must(w.t, err)
	must(w.t, w.store.CreateAccount(w.ctx, account, func(tx bridge.Tx) error {
		if err := crm.SetUpAccount(w.ctx, tx, w.clock(), crm.RandomLetters); err != nil {
			return err
		}
		for _, role := range []crm.Role{crm.RoleAdmin, crm.RoleEditor, crm.RoleSeller} {
			user, err := crm.CreateUser(w.ctx, tx, string(role)+"@"+name+".example", "La "+string(role), role, w.clock())
			if err != nil {
				return err
			}
			users[role] = user
		}
		return nil
	}))
	return account
}

// addKey makes an API key and returns its secret.
func (w *world) addKey(account crm.ID, grants auth.Grants) string {
	w.t.Helper()
	_, secret, err := w.auth.CreateKey(w.ctx, auth.Operator(account), auth.NewKey{Name: "una tienda", Grants: grants})
	must(w.t, err)
	return secret
}

// login returns the token of a fresh session.
func (w *world) login(user crm.User, account crm.ID) string {
	w.t.Helper()
	must(w.t, w.auth.SetPassword(w.ctx, account, user, password))
	l, err := w.auth.Login(w.ctx, auth.Attempt{Email: user.Email, Password: password, Account: account})
	must(w.t, err)
	return l.Token
}

// got is an answer.
type got struct {
	status int
	header http.Header
	text   []byte
	body   map[string]any // nil: no object
}

// at returns what stands at a path in the body.
func (g got) at(path ...any) any {
	var v any = g.body
	if g.body == nil {
		_ = json.Unmarshal(g.text, &v)
	}
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

func (g got) string(path ...any) string {
	s, _ := g.at(path...).(string)
	return s
}

// ask makes a request with the key of everything, unless the headers have other credentials. headers are name, value….
func (w *world) ask(method, path string, body any, headers ...string) got {
	w.t.Helper()
	g, err := w.try(method, path, body, headers...)
	must(w.t, err)
	return g
}

func (w *world) try(method, path string, body any, headers ...string) (got, error) {
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = bytes.NewBufferString(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return got{}, err
		}
		content = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(w.ctx, method, w.url+path, content)
	if err != nil {
		return got{}, err
	}
	r.Header.Set("X-Api-Key", w.key)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Authorization" || headers[i] == "Cookie" || headers[i+1] == "" {
			r.Header.Del("X-Api-Key")
		}
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return got{}, err
	}
	defer answer.Body.Close()
	g := got{status: answer.StatusCode, header: answer.Header}
	if g.text, err = io.ReadAll(answer.Body); err != nil {
		return got{}, err
	}
	_ = json.Unmarshal(g.text, &g.body)
	return g, nil
}

// mustAsk is ask for what has to be answered with a status.
func (w *world) mustAsk(status int, method, path string, body any, headers ...string) got {
	w.t.Helper()
	g := w.ask(method, path, body, headers...)
	if g.status != status {
		w.t.Fatalf("%s %s: %d, want %d: %s", method, path, g.status, status, g.text)
	}
	return g
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
