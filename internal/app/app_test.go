package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		http.DefaultClient.CloseIdleConnections()
		os.Exit(code)
	}),
		// Connections that clients of Bsale keep for the next call.
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

const patience = 30 * time.Second

func onBothEngines(t *testing.T, test func(t *testing.T, settings config.Serve)) {
	t.Helper()
	settings := func(t *testing.T, db string) config.Serve {
		s := config.Serve{Database: config.Database{DB: db}, Listen: "127.0.0.1:0", PollEvery: time.Hour, LogLevel: "info"}
		s.Secret.File = filepath.Join(t.TempDir(), "key")
		return s
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, settings(t, filepath.Join(t.TempDir(), "crm.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		if testing.Short() {
			t.Skip("needs PostgreSQL")
		}
		t.Parallel()
		test(t, settings(t, pgtest.EmptyURL(t)))
	})
}

func mustOpen(t *testing.T, settings config.Serve, o Options) *App {
	t.Helper()
	settings.BsaleHosts = anyHost // the simulator is on this machine
	a, err := Open(t.Context(), settings, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// mustRun runs the service until the function that it returns is called, or the test ends.
func mustRun(t *testing.T, a *App) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Error("the service does not stop")
		}
	})
	t.Cleanup(stop)
	return stop
}

// follow connects the service to a simulated shop that tells it of new documents.
func follow(t *testing.T, a *App, o bsalesim.Options) (*bsalesim.Simulator, bridge.Connection) {
	t.Helper()
	ctx := t.Context()
	account, err := onlyAccount(ctx, a.store)
	if err != nil {
		t.Fatal(err)
	}
	rules := bridge.DefaultRules(account.Language)
	connection, err := a.engine.Connect(ctx, account.ID, bridge.ConnectionSettings{Rules: &rules, RequestsPerSecond: config.Unpaced, Enabled: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	o.WebhookURL = "http://" + a.Address() + "/hooks/bsale/" + connection.Hook
	sim, err := bsalesim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	connection, err = a.engine.Connect(ctx, account.ID, bridge.ConnectionSettings{
		BaseURL: sim.URL(), Token: bsale.Token(sim.Token()),
	})
	if err != nil {
		t.Fatal(err)
	}
	return sim, connection
}

// eventually asks until the answer is yes.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !yes(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func decided(t *testing.T, a *App, connection bridge.Connection) int {
	t.Helper()
	n := 0
	err := a.store.View(t.Context(), connection.AccountID, func(r bridge.Reader) error {
		counts, err := r.CountRecords(t.Context(), connection.ID)
		for _, c := range counts {
			if c.State != bridge.StateNew {
				n += c.Count
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestABurstOfNotificationsLosesNoneAndStoppingInItDoesNotEither(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, settings config.Serve) {
		var log lockedBuffer
		o := Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))}
		a := mustOpen(t, settings, o)
		stop := mustRun(t, a)
		sim, connection := follow(t, a, bsalesim.Options{Seed: 2, Documents: -1, Faults: []bsalesim.Fault{{Name: "hook-duplicates", Value: "3"}}})
		const count = 300
		if _, err := sim.Issue(bsalesim.IssueRequest{Count: count / 2}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the first documents", func() bool { return decided(t, a, connection) >= count/2 })
		if _, err := sim.Issue(bsalesim.IssueRequest{Count: count / 2}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "all notifications", func() bool { return sim.Stats().HooksAccepted == 4*count })
		stop()
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		// Another process goes on with what was recorded.
		settings.PollEvery = time.Hour
		b := mustOpen(t, settings, o)
		mustRun(t, b)
		eventually(t, "the rest", func() bool { return decided(t, b, connection) == count })
		if said := log.String(); said != "" {
			t.Errorf("it complained:\n%s", said)
		}
	})
}

// lockedBuffer is a buffer that several may write to.
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

func TestReadyOnlyWhileItWorks(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, settings config.Serve) {
		a := mustOpen(t, settings, Options{})
		if err := a.Ready(t.Context()); err == nil {
			t.Error("ready before it runs")
		}
		stop := mustRun(t, a)
		eventually(t, "ready", func() bool { return a.Ready(t.Context()) == nil })
		stop()
		if err := a.Ready(t.Context()); err == nil {
			t.Error("ready after it stopped")
		}
	})
}

func TestAConnectionWithoutATokenStopsInsteadOfTryingForEver(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, settings config.Serve) {
		a := mustOpen(t, settings, Options{})
		account, err := onlyAccount(t.Context(), a.store)
		if err != nil {
			t.Fatal(err)
		}
		// As “puente sync” makes one, which has its token from elsewhere.
		engine := bridge.NewEngine(bridge.Options{Store: a.store})
		connection, err := engine.Connect(t.Context(), account.ID, bridge.ConnectionSettings{BaseURL: "http://127.0.0.1:1/v1"})
		if err != nil {
			t.Fatal(err)
		}
		mustRun(t, a)
		eventually(t, "stopped", func() bool {
			c, err := connectionOf(t.Context(), a.store, account)
			if err != nil || c.ID != connection.ID {
				t.Fatal(err)
			}
			return c.StopReason == bridge.TokenMissing
		})
	})
}

func TestASealedTokenOpensForItsConnectionOnly(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, config.Serve{Database: config.Database{DB: filepath.Join(t.TempDir(), "crm.db")}, Listen: "127.0.0.1:0"}, Options{})
	id := crm.NewID()
	sealed, err := a.key.Seal("token", sealContext(id))
	if err != nil {
		t.Fatal(err)
	}
	open := opener(a.key)
	if _, err := open(bridge.Connection{ID: id, BaseURL: "https://api.bsale.io/v1", SealedToken: sealed}); err != nil {
		t.Error(err)
	}
	if _, err := open(bridge.Connection{ID: crm.NewID(), BaseURL: "https://api.bsale.io/v1", SealedToken: sealed}); err == nil {
		t.Error("it opens for another connection")
	}
	if _, err := open(bridge.Connection{ID: id, BaseURL: "https://api.bsale.io/v1"}); !errors.Is(err, bridge.ErrTokenMissing) {
		t.Errorf("without a token: %v", err)
	}
}

func TestEnsureAccountMakesItOnceAndWhole(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, settings config.Serve) {
		ctx := t.Context()
		s, err := store.Open(ctx, settings.DB, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		now := time.Now()
		first, err := EnsureAccount(ctx, s, crm.Peru, now)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := EnsureAccount(ctx, s, "", now); err != nil || second.ID != first.ID || second.Country != crm.Peru {
			t.Fatalf("%v, %v", second, err)
		}
		err = s.View(ctx, first.ID, func(r bridge.Reader) error {
			around, err := bridge.ReadSurroundings(ctx, r)
			if err != nil {
				return err
			}
			if len(around.Pipelines) != 1 || len(around.Pipelines[0].Stages) != 6 || len(around.Deal)+len(around.Contact) != 6 {
				t.Errorf("%+v", around)
			}
			_, err = bridge.DefaultRules(crm.Spanish).ResolveFirst(around)
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if _, err := EnsureAccount(ctx, s, crm.Chile, now); crm.CodeOf(err) != crm.Conflict {
			t.Errorf("another country: %v", err)
		}
	})
}

func TestGoneKnowsTheDeadOfThisMachine(t *testing.T) {
	t.Parallel()
	if me := holder(); gone(me) {
		t.Errorf("%s is said to be gone", me)
	}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	pid := child.Process.Pid
	name := hostName() + ":" + strconv.Itoa(pid) + ":" + startOf(pid)
	if gone(name) {
		t.Errorf("%s lives", name)
	}
	if reused := hostName() + ":" + strconv.Itoa(pid) + ":1"; !gone(reused) {
		t.Errorf("%s started at another time", reused)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Error("not killed")
	}
	if !gone(name) {
		t.Errorf("%s is dead", name)
	}
	for _, other := range []string{"", "x", "a:b", "elsewhere:" + strconv.Itoa(pid) + ":1", hostName() + ":zero:1", hostName() + ":-1:1", "0190:abc"} {
		if gone(other) {
			t.Errorf("%q: nothing is known of it", other)
		}
	}
}

func TestProgressIsWrittenOverOnATerminalAndSeldomElsewhere(t *testing.T) {
	var out bytes.Buffer
	p := &progress{console: Console{Err: &out, Terminal: true}}
	p.show("a long line")
	p.last = time.Time{}
	p.show("short")
	p.done()
	if got, want := out.String(), "\ra long line\rshort      \r     \r"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	out.Reset()
	p = &progress{console: Console{Err: &out}}
	for range 100 {
		p.show("line")
	}
	p.done()
	if out.Len() != 0 {
		t.Errorf("%q", out.String())
	}
	p.last = time.Now().Add(-plainEvery)
	p.show("line")
	if out.String() != "line\n" {
		t.Errorf("%q", out.String())
	}
}

func TestSentences(t *testing.T) {
	c := Console{Language: "es"}
	refused := &bsale.Error{Kind: bsale.KindUnauthorized, Method: "GET", Path: "/offices.json", Status: 401}
	for _, e := range []struct {
		err  error
		want []string
	}{
		{context.Canceled, []string{"Interrumpido"}},
		{refused, []string{"rechazó el token"}},
		{atBsale(refused, "http://b/v1"), []string{"rechazó el token", "(http://b/v1)."}},
		{atBsale(errors.New("odd"), "http://b/v1"), []string{"inesperado", "[odd]"}},
		{inFile(crm.NewError(crm.Invalid, "rules_unknown_key", "key", "x").At("x"), "r.json"), []string{"“x”", "(r.json)."}},
		{crm.NewError(crm.NotFound, "account_needed"), []string{"puente sync"}},
	} {
		got := c.Sentence(e.err)
		for _, want := range e.want {
			if !strings.Contains(got, want) {
				t.Errorf("%v: %q does not say %q", e.err, got, want)
			}
		}
	}
}
