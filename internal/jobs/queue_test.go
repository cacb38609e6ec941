package jobs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

const (
	helperEnv = "PUENTE_JOBS_TEST_HELPER" // the database that the helper process works
	patience  = 30 * time.Second          // for what must happen, on a slow machine
)

// onBothEngines runs a test on a fresh database of each engine. The suite is what any implementation of the port has to hold.
func onBothEngines(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite:"+filepath.Join(t.TempDir(), "crm.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		if testing.Short() {
			t.Skip("needs PostgreSQL")
		}
		t.Parallel()
		test(t, pgtest.URL(t))
	})
}

// bundle is a database with what a queue needs of it.
type bundle struct {
	store *store.Store
	Options
}

func open(url string) (*bundle, func() error, error) {
	ctx := context.Background()
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return nil, nil, err
	}
	b := &bundle{store: s}
	b.DB = s.WriterDB()
	if b.Listener, err = s.OpenListener(ctx); err != nil {
		return nil, nil, err
	}
	b.Sweep = func(context.Context) error { return nil }
	b.Work = func(context.Context, bridge.ConnectionRef) error { return nil }
	return b, func() error {
		if b.Listener != nil {
			b.Listener.Close()
		}
		return s.Close()
	}, nil
}

func mustOpen(t *testing.T, url string) *bundle {
	t.Helper()
	b, closeAll, err := open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := closeAll(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// mustQueue returns a queue that is stopped at the test's end.
func mustQueue(t *testing.T, o Options) *Queue {
	t.Helper()
	q, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return q
}

func mustStart(t *testing.T, q *Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// mustWake wakes a connection in a transaction that commits or not.
func mustWake(t *testing.T, b *bundle, q *Queue, ref bridge.ConnectionRef, commit bool) {
	t.Helper()
	if err := wake(t.Context(), b, q, ref, commit); err != nil {
		t.Fatal(err)
	}
}

func wake(ctx context.Context, b *bundle, q *Queue, ref bridge.ConnectionRef, commit bool) error {
	tx, err := b.store.WriterDB().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := q.Wake(ctx, tx, ref); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if commit {
		return tx.Commit()
	}
	return tx.Rollback()
}

func newRef() bridge.ConnectionRef {
	return bridge.ConnectionRef{AccountID: crm.NewID(), ConnectionID: crm.NewID()}
}

func mustReceive[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s within %v", what, patience)
		panic("unreachable")
	}
}

func TestAJobExistsExactlyIfItsTransactionCommits(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		b := mustOpen(t, url)
		if err := Migrate(t.Context(), b.DB, b.Listener, nil); err != nil {
			t.Fatal(err)
		}
		sender := mustQueue(t, b.Options) // never started: another process than the one that works
		undone, done := newRef(), newRef()
		mustWake(t, b, sender, undone, false)
		mustWake(t, b, sender, done, true)

		worked := make(chan bridge.ConnectionRef, 10)
		o := b.Options
		o.Work = func(_ context.Context, ref bridge.ConnectionRef) error {
			worked <- ref
			return nil
		}
		q := mustQueue(t, o)
		mustStart(t, q)
		if got := mustReceive(t, "work", worked); got != done {
			t.Errorf("worked for %v, want %v", got, done)
		}
		// Jobs come in order, so the undone one would have been seen before this one.
		last := newRef()
		mustWake(t, b, sender, last, true)
		if got := mustReceive(t, "work", worked); got != last {
			t.Errorf("worked for %v, want %v", got, last)
		}
	})
}

func TestAWakeIsWorkedOnceAndAtOnceByTheProcessThatMadeIt(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		b := mustOpen(t, url)
		var count atomic.Int64
		worked := make(chan struct{}, 10)
		o := b.Options
		o.Work = func(context.Context, bridge.ConnectionRef) error {
			count.Add(1)
			worked <- struct{}{}
			return nil
		}
		q := mustQueue(t, o)
		events, unsubscribe := q.client.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed)
		defer unsubscribe()
		mustStart(t, q)
		mustWake(t, b, q, newRef(), true)
		mustReceive(t, "work", worked)
		event := mustReceive(t, "end of the job", events)
		if event.Kind != river.EventKindJobCompleted {
			t.Errorf("the job ended as %s: %v", event.Kind, event.Job.Errors)
		}
		if n := count.Load(); n != 1 {
			t.Errorf("worked %d times, want once", n)
		}
	})
}

func TestWhoeverAsksDuringWorkIsWorkedForAfterIt(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		b := mustOpen(t, url)
		begun, goOn := make(chan struct{}), make(chan struct{})
		var atOnce, most atomic.Int64
		o := b.Options
		o.Work = func(context.Context, bridge.ConnectionRef) error {
			most.Store(max(most.Load(), atOnce.Add(1)))
			defer atOnce.Add(-1)
			begun <- struct{}{}
			<-goOn
			return nil
		}
		q := mustQueue(t, o)
		events, unsubscribe := q.client.Subscribe(river.EventKindJobCompleted)
		defer unsubscribe()
		mustStart(t, q)
		ref := newRef()
		mustWake(t, b, q, ref, true)
		mustReceive(t, "work", begun)
		for range 5 {
			mustWake(t, b, q, ref, true)
		}
		goOn <- struct{}{}
		mustReceive(t, "second work", begun)
		goOn <- struct{}{}
		jobs := func(where string) (n int) {
			if err := b.DB.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM river_job `+where).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for jobs(`WHERE state IN ('available', 'running')`) > 0 {
			select {
			case <-begun: // a job that came back while the second round was on its way
				goOn <- struct{}{}
			case <-events:
			case <-time.After(patience):
				t.Fatal("the jobs did not end")
			}
		}
		// While one waits, another wake needs none of its own.
		if n := jobs(""); n >= 6 {
			t.Errorf("%d jobs for 6 wakes", n)
		}
		if n := most.Load(); n != 1 {
			t.Errorf("%d pieces of work at a time for one connection", n)
		}
	})
}

func TestASweepFindsWorkWhoseJobWasLost(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		b := mustOpen(t, url)
		lost := newRef()
		worked := make(chan bridge.ConnectionRef, 100)
		var q *Queue
		sweeps := 0
		o := b.Options
		o.SweepEvery = time.Millisecond
		o.Sweep = func(ctx context.Context) error {
			switch sweeps++; sweeps {
			case 1:
				return errors.New("the database is busy") // does not end sweeping
			case 2:
				return wake(ctx, b, q, lost, true)
			}
			return nil
		}
		o.Work = func(_ context.Context, ref bridge.ConnectionRef) error {
			worked <- ref
			return nil
		}
		q = mustQueue(t, o)
		mustStart(t, q)
		if got := mustReceive(t, "work", worked); got != lost {
			t.Errorf("worked for %v, want %v", got, lost)
		}
	})
}

func TestWorkThatFailsOrPanicsDoesNotEndTheQueueAndIsNotRetriedByIt(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		b := mustOpen(t, url)
		fails, panics, fine := newRef(), newRef(), newRef()
		worked := make(chan struct{}, 1)
		o := b.Options
		o.Work = func(_ context.Context, ref bridge.ConnectionRef) error {
			switch ref {
			case fails:
				return errors.New("Bsale is down")
			case panics:
				panic("a fault of ours")
			}
			worked <- struct{}{}
			return nil
		}
		q := mustQueue(t, o)
		events, unsubscribe := q.client.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed)
		defer unsubscribe()
		mustStart(t, q)
		for _, ref := range []bridge.ConnectionRef{fails, panics, fine} {
			mustWake(t, b, q, ref, true)
		}
		mustReceive(t, "work", worked)
		for range 3 {
			if event := mustReceive(t, "end of a job", events); event.Kind != river.EventKindJobCompleted {
				t.Errorf("a job ended as %s", event.Kind)
			}
		}
	})
}

func TestStopWaitsForWorkAndCutsItOffAfterTheGraceTime(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		b := mustOpen(t, url)
		for name, grace := range map[string]time.Duration{"waits": patience, "cuts off": time.Millisecond} {
			begun, goOn := make(chan struct{}), make(chan struct{})
			var ended atomic.Bool
			o := b.Options
			o.Grace = grace
			o.Work = func(ctx context.Context, _ bridge.ConnectionRef) error {
				close(begun)
				select {
				case <-goOn:
				case <-ctx.Done():
				}
				ended.Store(true)
				return ctx.Err()
			}
			q := mustQueue(t, o)
			mustStart(t, q)
			mustWake(t, b, q, newRef(), true)
			mustReceive(t, "work", begun)
			stopped := make(chan error)
			go func() { stopped <- q.Stop(context.Background()) }()
			if grace == patience {
				select {
				case <-stopped:
					t.Errorf("%s: Stop returned while work was under way", name)
				default:
				}
				close(goOn)
			}
			if err := mustReceive(t, "stop", stopped); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if !ended.Load() {
				t.Errorf("%s: Stop returned before the work did", name)
			}
		}
	})
}

func TestStartAndStopMayBeCalledTwiceOrAlone(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		b := mustOpen(t, url)
		q := mustQueue(t, b.Options)
		mustStart(t, q)
		mustStart(t, q)
		if !q.Started() {
			t.Error("not started")
		}
		for range 2 {
			if err := q.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if q.Started() {
			t.Error("still started")
		}
		if err := q.Start(t.Context()); err == nil {
			t.Error("a stopped queue started again")
		}
		mustWake(t, b, q, newRef(), true) // the job is for others now
		never := mustQueue(t, b.Options)
		if err := never.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestSeveralProcessesMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		var all sync.WaitGroup
		b := []*bundle{mustOpen(t, url), mustOpen(t, url), mustOpen(t, url)}
		for _, b := range b {
			all.Go(func() {
				if err := Migrate(t.Context(), b.DB, b.Listener, nil); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}

func TestATransactionOfAnotherTypeIsRefused(t *testing.T) {
	t.Parallel()
	b := mustOpen(t, filepath.Join(t.TempDir(), "crm.db"))
	if err := mustQueue(t, b.Options).Wake(t.Context(), "no transaction", newRef()); err == nil {
		t.Error("no error")
	}
}

func TestWorkGoesOnAfterTheProcessWasKilled(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, url string) {
		process := exec.Command(os.Args[0])
		process.Env = append(os.Environ(), helperEnv+"="+url)
		process.Stderr = os.Stderr
		out, err := process.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if killErr := process.Process.Kill(); killErr != nil {
			t.Fatal(killErr)
		}
		if waitErr := process.Wait(); waitErr == nil {
			t.Error("the helper was not killed")
		}
		if err != nil {
			t.Fatal(err)
		}
		var ref bridge.ConnectionRef
		if _, err := fmt.Sscanf(line, "working %s %s", &ref.AccountID, &ref.ConnectionID); err != nil {
			t.Fatalf("%q: %v", line, err)
		}

		b := mustOpen(t, url)
		worked := make(chan bridge.ConnectionRef, 100)
		var q *Queue
		o := b.Options
		// As the engine does it: what is due in the database wakes.
		o.Sweep = func(ctx context.Context) error { return wake(ctx, b, q, ref, true) }
		o.Work = func(_ context.Context, ref bridge.ConnectionRef) error {
			worked <- ref
			return nil
		}
		q = mustQueue(t, o)
		mustStart(t, q)
		if got := mustReceive(t, "work", worked); got != ref {
			t.Errorf("worked for %v, want %v", got, ref)
		}
	})
}

// helper is the process that is killed while it works.
func helper() {
	b, _, err := open(os.Getenv(helperEnv))
	if err != nil {
		panic(err)
	}
	o := b.Options
	o.Work = func(_ context.Context, ref bridge.ConnectionRef) error {
		fmt.Println("working", ref.AccountID, ref.ConnectionID)
		select {}
	}
	q, err := New(o)
	if err != nil {
		panic(err)
	}
	if err := q.Start(context.Background()); err != nil {
		panic(err)
	}
	if err := wake(context.Background(), b, q, newRef(), true); err != nil {
		panic(err)
	}
	select {}
}
