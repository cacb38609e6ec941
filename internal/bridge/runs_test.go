package bridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

func (s *shop) run(id crm.ID) bridge.Run {
	s.t.Helper()
	var run bridge.Run
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) (err error) {
		run, err = r.Run(context.Background(), id)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return run
}

func (s *shop) work() {
	s.t.Helper()
	if err := s.engine.Work(context.Background(), s.ref); err != nil {
		s.t.Fatal(err)
	}
}

func TestABackfillIsCountedThenDonePageByPage(t *testing.T) {
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 300}, nil)
	run, err := s.engine.StartBackfill(context.Background(), s.ref, theBeginning, bsale.Day{})
	if err != nil {
		t.Fatal(err)
	}
	if run.State != bridge.RunActive || run.Estimate != 300 {
		t.Errorf("started: %+v", run)
	}
	s.work()
	if run = s.run(run.ID); run.State != bridge.RunDone || run.Counts.Documents != 300 || run.FinishedAt.IsZero() {
		t.Errorf("in the end: %+v", run)
	}
	s.exportEqualsOracle()
}

func TestABackfillCanBePausedResumedAndCancelled(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 300}, nil)
	run, err := s.engine.StartBackfill(ctx, s.ref, theBeginning, bsale.Day{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.engine.StartBackfill(ctx, s.ref, theBeginning, bsale.Day{}); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("a second backfill: %v", err)
	}
	if _, err := s.engine.PauseRun(ctx, s.ref, run.ID); err != nil {
		t.Fatal(err)
	}
	s.work() // only the poll of the last days
	if got := s.run(run.ID); got.State != bridge.RunPaused || got.Counts.Documents != 0 {
		t.Errorf("paused: %+v", got)
	}
	if _, err := s.engine.PauseRun(ctx, s.ref, run.ID); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("pausing twice: %v", err)
	}
	if _, err := s.engine.ResumeRun(ctx, s.ref, run.ID); err != nil {
		t.Fatal(err)
	}
	s.work()
	if got := s.run(run.ID); got.State != bridge.RunDone || got.Counts.Documents != 300 {
		t.Errorf("resumed: %+v", got)
	}
	if _, err := s.engine.CancelRun(ctx, s.ref, run.ID); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("cancelling what is done: %v", err)
	}
	another, err := s.engine.StartBackfill(ctx, s.ref, theBeginning, bsale.Day{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.engine.CancelRun(ctx, s.ref, another.ID); err != nil {
		t.Fatal(err)
	}
	s.work()
	if got := s.run(another.ID); got.State != bridge.RunCancelled || got.Counts.Documents != 0 {
		t.Errorf("cancelled: %+v", got)
	}
}

// TestABackfillThatBreaksOffGoesOnWhereItStood breaks the pass off after each page: with a new engine each time, as after a crash.
func TestABackfillThatBreaksOffGoesOnWhereItStood(t *testing.T) {
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 400}, nil)
	run, err := s.engine.StartBackfill(context.Background(), s.ref, theBeginning, bsale.Day{})
	if err != nil {
		t.Fatal(err)
	}
	before := s.sim.Stats().DocumentsServed
	s.settings.WorkFor = time.Nanosecond // one step for each Work
	for range 60 {
		engine := s.newEngine("again")
		if err := engine.Work(context.Background(), s.ref); err != nil {
			t.Fatal(err)
		}
	}
	if run = s.run(run.ID); run.State != bridge.RunDone || run.Counts.Documents != 400 {
		t.Errorf("in the end: %+v", run)
	}
	// Each page, of the backfill and of the first poll, was read once, and the one read ahead when it broke off once more.
	if served := s.sim.Stats().DocumentsServed - before; served > 3*400 {
		t.Errorf("%d documents were read for 400", served)
	}
	s.exportEqualsOracle()
}

// TestARunInPiecesLooksUpNoMoreThanOneInAPiece breaks a pass off after each page: look-ups of clients are rationed by run, not by process.
func TestARunInPiecesLooksUpNoMoreThanOneInAPiece(t *testing.T) {
	looked := func(pieces bool) int {
		s := newShop(t, bsalesim.Options{Seed: 7, Documents: 1500}, nil)
		if !pieces {
			s.sync(nil)
			return s.sim.Stats().Count("GET clients/{id}", 0)
		}
		for range 200 {
			ctx, cancel := context.WithCancel(context.Background())
			engine := s.newEngine("piece")
			run, _ := engine.Sync(ctx, s.ref, bridge.SyncOptions{From: theBeginning, Progress: func(bridge.Run) { cancel() }})
			cancel()
			if run.State == bridge.RunDone {
				s.exportEqualsOracle()
				return s.sim.Stats().Count("GET clients/{id}", 0)
			}
		}
		t.Fatal("the run never ended")
		return 0
	}
	if whole, pieces := looked(false), looked(true); whole != pieces {
		t.Errorf("%d look-ups in pieces, %d in one", pieces, whole)
	}
}

func TestPollsMoveTheWatermarkAndRechecksSeeLateAnnulments(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	pass := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 500, Now: clock}, nil)
	s.now = clock
	s.engine = s.newEngine("polling")
	s.sync(nil)
	today := bsale.DayOf(now).String()
	if got := s.connection().ReadUntil; got < bsale.DayOf(now).AddDays(-1).String() || got > today {
		t.Errorf("read until %s, today is %s", got, today)
	}

	// A document issued now is found by the next poll, without any notification.
	id := s.issue(s.goodClient(1))
	pass(10 * time.Minute)
	s.work()
	if s.recordOf(id).State != bridge.StateLinked {
		t.Errorf("after the poll: %+v", s.recordOf(id))
	}

	// One annulled weeks after it was issued is seen by the recheck.
	pass(20 * 24 * time.Hour)
	s.work()
	if err := s.sim.Annul(id); err != nil {
		t.Fatal(err)
	}
	pass(25 * time.Hour)
	s.work()
	if got := s.recordOf(id); got.Standing != bridge.StandingAnnulled || got.Reason != bridge.AnnulledFlagged {
		t.Errorf("after the recheck: %+v", got)
	}
}

func (s *shop) recordOf(id int64) bridge.Record {
	s.t.Helper()
	var record bridge.Record
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) error {
		records, err := r.Records(context.Background(), s.ref.ConnectionID, []int64{id})
		if len(records) > 0 {
			record = *records[0]
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return record
}

func TestASecondProcessDoesNotWorkOnTheConnectionMeanwhile(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 300}, nil)
	if ok, _, err := s.store.Acquire(ctx, s.ref, "another", time.Now(), time.Now().Add(time.Hour), nil); err != nil || !ok {
		t.Fatal(ok, err)
	}
	calls := s.sim.Stats().Total
	s.work()
	if got := s.sim.Stats().Total; got != calls {
		t.Errorf("%d calls although another holds the lease", got-calls)
	}
	if _, err := s.engine.Sync(ctx, s.ref, bridge.SyncOptions{From: theBeginning}); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("sync: %v", err)
	}
	// A holder that is known to be gone is not waited for.
	s.gone = func(holder string) bool { return holder == "another" }
	s.engine = s.newEngine("heir")
	s.sync(nil)
}

func TestRulesThatNoLongerFitStopTheConnectionAndLoseNothing(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 100}, nil)
	broken := s.connection()
	broken.Rules = []byte(`{"pipeline": "Ventas", "create": {"stage": "Una que ya no existe"}}`)
	err := s.store.Update(ctx, s.ref.AccountID, func(tx bridge.Tx) error { return tx.SaveConnection(ctx, broken) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.engine.Work(ctx, s.ref); err == nil {
		t.Error("no error")
	}
	if got := s.connection().StopReason; got != bridge.RulesOutdated {
		t.Errorf("stopped for %q", got)
	}
	rules := bridge.DefaultRules(crm.Spanish)
	if _, err := s.engine.Connect(ctx, s.ref.AccountID, bridge.ConnectionSettings{Rules: &rules}); err != nil {
		t.Fatal(err)
	}
	s.engine = s.newEngine("mended") // the pause after the failure is this process's own
	s.sync(nil)
	s.exportEqualsOracle()
}

func TestEveryDocumentOfAReasonIsTriedAgain(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 300}, func(r *bridge.Rules) { r.Contact.Require = bridge.RequireEmailAndPhone })
	s.sync(nil)
	var missing int
	counts := map[bridge.Reason]int{}
	err := s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error {
		all, err := r.CountRecords(ctx, s.ref.ConnectionID)
		for _, c := range all {
			counts[c.Reason] += c.Count
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if missing = counts[bridge.MissingPhone]; missing == 0 {
		t.Fatalf("no document lacks a phone: %v", counts)
	}
	// The clients get a phone in Bsale; a person asks for another try.
	for i, id := range s.sim.World().ClientIDs() {
		phone := "+56 9 6" + pad(i)
		if err := s.sim.World().EditClient(id, func(c *bsalesim.Client) {
			if c.Phone == nil || *c.Phone == "" {
				c.Phone = &phone
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	n, err := s.engine.RetryAll(ctx, s.ref, bridge.StateSkipped, bridge.MissingPhone)
	if err != nil || n != missing {
		t.Fatalf("%d to be tried again, %v; want %d", n, err, missing)
	}
	s.work()
	err = s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error {
		left, err := r.RecordsByReason(ctx, s.ref.ConnectionID, bridge.StateSkipped, bridge.MissingPhone, 0, 10)
		if len(left) > 0 {
			t.Errorf("still skipped: %+v", *left[0])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func pad(n int) string {
	digits := []byte("0000000")
	for i := len(digits) - 1; n > 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return string(digits)
}

func TestAPreviewSaysWhatTheSyncThenDoes(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 21, Documents: 700}, nil)
	var shown, done []string
	counts, _, err := s.engine.Preview(ctx, s.ref, bridge.PreviewOptions{From: theBeginning, Observe: func(p bridge.Plan) { shown = append(shown, planText(t, p)) }})
	if err != nil {
		t.Fatal(err)
	}
	if made := s.contactsMade(); made != 0 {
		t.Fatalf("the preview wrote %d contacts", made)
	}
	run := s.sync(func(p bridge.Plan) { done = append(done, planText(t, p)) })
	if len(shown) != len(done) || counts.Created != run.Counts.Created || counts.Updated != run.Counts.Updated || counts.ContactsCreated != run.Counts.ContactsCreated {
		t.Errorf("shown %d %+v, done %d %+v", len(shown), counts, len(done), run.Counts)
	}
	for i := range min(len(shown), len(done)) {
		if shown[i] != done[i] {
			t.Fatalf("shown:\n%s\ndone:\n%s", shown[i], done[i])
		}
	}
}

func planText(t *testing.T, p bridge.Plan) string {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (s *shop) contactsMade() int {
	s.t.Helper()
	var export bytes.Buffer
	if err := s.store.Export(context.Background(), &export); err != nil {
		s.t.Fatal(err)
	}
	return bytes.Count(export.Bytes(), []byte(`"first_name"`))
}
