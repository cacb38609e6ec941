package auth_test

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/goleak"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	good  = "cuatro palabras al azar"
	other = "otras palabras distintas"
)

var (
	start   = time.Date(2026, 3, 12, 15, 4, 5, 0, time.UTC)
	home    = netip.MustParseAddr("192.0.2.7")
	weak    = argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	firefox = "Mozilla/5.0 Firefox"
)

// scene is a service over a real store with one account and one user, and a clock that stands still.
type scene struct {
	*auth.Service
	t       testing.TB
	ctx     context.Context
	store   *notedStore
	account crm.Account
	user    crm.User

	mu  sync.Mutex
	now time.Time
}

// notedStore counts what is noted of each use.
type notedStore struct {
	*store.Store
	notes atomic.Int64
}

func (s *notedStore) NoteSeen(ctx context.Context, account, session crm.ID, at, expires time.Time) error {
	s.notes.Add(1)
	return s.Store.NoteSeen(ctx, account, session, at, expires)
}

func (s *notedStore) NoteUsed(ctx context.Context, account, key crm.ID, at time.Time) error {
	s.notes.Add(1)
	return s.Store.NoteUsed(ctx, account, key, at)
}

func eachEngine(t *testing.T, test func(t *testing.T, s *scene)) {
	t.Helper()
	t.Parallel()
	for name, url := range map[string]func(t testing.TB) string{
		"sqlite":   func(t testing.TB) string { return filepath.Join(t.TempDir(), "crm.db") },
		"postgres": pgtest.URL,
	} {
		t.Run(name, func(t *testing.T) {
			if name == "postgres" && testing.Short() {
				t.Skip("needs PostgreSQL")
			}
			t.Parallel()
			db, err := store.Open(t.Context(), url(t), store.Options{Synchronous: "OFF"})
			must(t, err)
			t.Cleanup(func() { must(t, db.Close()) })
			s := &scene{t: t, ctx: t.Context(), store: &notedStore{Store: db}, now: start}
			s.Service = auth.New(auth.Options{Store: s.store, Now: s.clock})
			s.UseParams(weak)
			s.account = s.addAccount("Quillay")
			s.user = s.addUser(s.account, "camila@quillay.example", crm.RoleAdmin)
			test(t, s)
		})
	}
}

func (s *scene) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// after lets time pass.
func (s *scene) after(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *scene) addAccount(name string) crm.Account {
	s.t.Helper()
	a, err := crm.NewAccount(name, crm.Chile, crm.Spanish, s.clock())
	must(s.t, err)
	must(s.t, s.store.CreateAccount(s.ctx, a, nil))
	return a
}

func (s *scene) addUser(a crm.Account, email string, role crm.Role) crm.User {
	s.t.Helper()
	var u crm.User
	must(s.t, s.store.Update(s.ctx, a.ID, func(tx bridge.Tx) (err error) {
		u, err = crm.CreateUser(s.ctx, tx, email, "Camila", role, s.clock())
		return err
	}))
	return u
}

// setPassword gives a user one.
func (s *scene) setPassword(a crm.Account, u crm.User, password string) {
	s.t.Helper()
	must(s.t, s.SetPassword(s.ctx, a.ID, u, password))
}

// changeUser changes the user as it is stored.
func (s *scene) changeUser(u crm.User, change func(*crm.User)) {
	s.t.Helper()
	must(s.t, s.store.Update(s.ctx, s.account.ID, func(tx bridge.Tx) error {
		stored, err := crm.FindUser(s.ctx, tx, u.ID)
		must(s.t, err)
		change(&stored)
		return tx.UpdateUser(s.ctx, stored)
	}))
}

// try makes an attempt of the user's from a new browser at home.
func (s *scene) try(password string) (auth.Login, error) {
	return s.Login(s.ctx, auth.Attempt{Email: s.user.Email, Password: password, Address: home, Agent: firefox})
}

// mustLogin logs the user in.
func (s *scene) mustLogin() auth.Login {
	s.t.Helper()
	l, err := s.try(good)
	must(s.t, err)
	return l
}

func (s *scene) mustSession(token string) auth.Principal {
	s.t.Helper()
	p, err := s.Session(s.ctx, token)
	must(s.t, err)
	return p
}

func (s *scene) mustEnded(token string) {
	s.t.Helper()
	_, err := s.Session(s.ctx, token)
	mustFail(s.t, err, crm.Unauthenticated, "session_ended")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustFail(t testing.TB, err error, code crm.Code, key string) *crm.Error {
	t.Helper()
	var e *crm.Error
	if !errors.As(err, &e) || e.Code != code || e.Key != key {
		t.Fatalf("got error %v, want %s %s", err, code, key)
	}
	return e
}
