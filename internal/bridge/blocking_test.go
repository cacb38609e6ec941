package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

// movable is a clock that tests move.
type movable struct {
	mu  sync.Mutex
	now time.Time
}

func (m *movable) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *movable) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

func (s *shop) fault(text string) {
	s.t.Helper()
	fault, err := bsalesim.ParseFault(text)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.sim.SetFault(fault); err != nil {
		s.t.Fatal(err)
	}
}

// newMovableShop is a shop that is up to date and whose time the test moves.
func newMovableShop(t *testing.T, documents int) (*shop, *movable) {
	t.Helper()
	clock := &movable{now: time.Now()}
	s := newShop(t, bsalesim.Options{Seed: 5, Documents: documents}, nil)
	s.now = clock.Now
	s.engine = s.newEngine("movable")
	s.sync(nil)
	return s, clock
}

// workOn lets time pass in steps and works at each, whatever fails.
func (s *shop) workOn(clock *movable, steps int) {
	s.t.Helper()
	for range steps {
		if err := s.engine.Work(context.Background(), s.ref); err != nil {
			var failed *bsale.Error
			if !errors.As(err, &failed) {
				s.t.Fatal(err)
			}
		}
		clock.pass(20 * time.Second)
	}
}

func TestADocumentThatBsaleNeverAnswersDoesNotBlockTheOthers(t *testing.T) {
	s, clock := newMovableShop(t, 300)
	var ids []int64
	for i := range 20 {
		ids = append(ids, s.issue(s.goodClient(i)))
	}
	s.sync(nil)
	s.fault(fmt.Sprintf("500=always@/documents/%d.json", ids[0]))
	if err := s.engine.Retry(context.Background(), s.ref, ids...); err != nil {
		t.Fatal(err)
	}
	s.workOn(clock, 6)
	for _, id := range ids[1:] {
		if record := s.recordOf(id); !record.DueAt.IsZero() {
			t.Fatalf("document %d still waits: %+v", id, record)
		}
	}
	s.workOn(clock, 200)
	if record := s.recordOf(ids[0]); !record.DueAt.IsZero() || record.State != bridge.StateLinked {
		t.Errorf("the one that is never answered: %+v", record)
	}
}

func TestAPassThatDoesNotGetOnDoesNotKeepNotifiedDocumentsWaiting(t *testing.T) {
	s, clock := newMovableShop(t, 300)
	s.fault("500=always@/documents.json")
	for range 30 { // well beyond the time after which passes go first
		s.workOn(clock, 1)
		clock.pass(time.Minute)
	}
	id := s.issue(s.goodClient(1))
	n := newNotified(t, s)
	n.receive(id)
	n.queue.wg.Wait()
	s.workOn(clock, 3)
	if record := s.recordOf(id); record.State != bridge.StateLinked {
		t.Errorf("while no list comes: %+v", record)
	}
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) error {
		runs, err := r.Runs(context.Background(), s.ref.ConnectionID, "", 100)
		failed := 0
		for _, run := range runs {
			if run.Kind == bridge.RunPoll && run.State == bridge.RunFailed && run.LastError != "" {
				failed++
			}
		}
		if failed == 0 {
			t.Errorf("no poll was given up with its reason: %+v", runs)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.sim.ClearFaults()
	for range 30 {
		s.workOn(clock, 1)
		clock.pass(time.Minute)
	}
	if polled := s.connection().LastPollAt; clock.Now().Sub(polled) > 10*time.Minute {
		t.Errorf("once Bsale answers again, the last poll was at %v, it is %v", polled, clock.Now())
	}
}

func TestAClientThatCannotBeLookedUpDoesNotBlockItsPage(t *testing.T) {
	for _, fault := range []string{"403=always@/clients/", "500=always@/clients/", "html=always@/clients/"} {
		t.Run(fault, func(t *testing.T) {
			s := newShop(t, bsalesim.Options{Seed: 7, Documents: 300}, nil)
			s.fault(fault)
			run := s.sync(nil)
			if run.Counts.Documents != 300 || run.Counts.Failed != 0 {
				t.Errorf("run: %+v", run.Counts)
			}
		})
	}
}

func TestWhoLostTheLeaseWritesNothing(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 300}, nil)
	taken := false
	_, err := s.engine.Sync(ctx, s.ref, bridge.SyncOptions{From: theBeginning, Progress: func(bridge.Run) {
		if !taken { // after the first page
			taken = true
			later := time.Now().Add(time.Hour)
			if ok, _, err := s.store.Acquire(ctx, s.ref, "another", later, later.Add(time.Hour), nil); err != nil || !ok {
				t.Error(ok, err)
			}
		}
	}})
	if err == nil {
		t.Fatal("it went on without the lease")
	}
	count := 0
	err = s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error {
		counts, err := r.CountRecords(ctx, s.ref.ConnectionID)
		for _, c := range counts {
			count += c.Count
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if count != 50 {
		t.Errorf("%d documents were written, want those of the first page", count)
	}
}

func TestHistoryGoesBeforeTheFirstPoll(t *testing.T) {
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 400}, nil)
	s.engine = s.newEngine("first")
	if _, err := s.engine.Connect(context.Background(), s.ref.AccountID, bridge.ConnectionSettings{Backfill: &bsale.Day{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.engine.Connect(context.Background(), s.ref.AccountID, bridge.ConnectionSettings{Backfill: &bsale.Day{}}); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("a second backfill: %v", err)
	}
	s.work()
	s.exportEqualsOracle()
}
