package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

// queue works what it is woken for, each on its own goroutine, as many at once as there are.
type queue struct {
	engine *bridge.Engine
	ctx    context.Context
	wg     sync.WaitGroup
	mu     sync.Mutex
	errs   []error
}

// wake starts the work. Taking the lease waits for the transaction that wake is called in.
func (q *queue) wake(_ context.Context, _ any, ref bridge.ConnectionRef) error {
	q.wg.Go(func() {
		if err := q.engine.Work(q.ctx, ref); err != nil && !errors.Is(err, context.Canceled) {
			q.mu.Lock()
			q.errs = append(q.errs, err)
			q.mu.Unlock()
		}
	})
	return nil
}

// notified is a shop whose notifications are worked at once.
type notified struct {
	*shop
	intake *bridge.Intake
	queue  *queue
	hook   string
}

func newNotified(t *testing.T, s *shop) *notified {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	q := &queue{ctx: ctx}
	s.wake = q.wake
	s.engine = s.newEngine("notified")
	q.engine = s.engine
	n := &notified{shop: s, intake: bridge.NewIntake(s.engine), queue: q, hook: s.connection().Hook}
	stopped := make(chan struct{})
	go func() { n.intake.Run(ctx); close(stopped) }()
	t.Cleanup(func() {
		cancel()
		<-stopped
		q.wg.Wait()
	})
	return n
}

func (n *notified) receive(id int64) {
	body := fmt.Sprintf(`{"cpnId":%d,"resource":"/documents/%d.json","resourceId":"%d","topic":"document","action":"post","officeId":"1"}`, n.sim.CompanyID(), id, id)
	if err := n.intake.Receive(context.Background(), n.hook, []byte(body)); err != nil {
		n.t.Error(err)
	}
}

// settled waits until the work that was woken is done, and wants nothing left to do.
func (n *notified) settled() {
	n.t.Helper()
	n.queue.wg.Wait()
	for _, err := range n.queue.errs {
		n.t.Error(err)
	}
	err := n.store.View(context.Background(), n.ref.AccountID, func(r bridge.Reader) error {
		due, err := r.DueRecords(context.Background(), n.ref.ConnectionID, time.Now(), 10)
		if len(due) > 0 {
			n.t.Errorf("%d documents still wait, the first is %+v", len(due), *due[0])
		}
		return err
	})
	if err != nil {
		n.t.Error(err)
	}
}

func (n *notified) records(ids []int64) map[int64]*bridge.Record {
	n.t.Helper()
	byID := map[int64]*bridge.Record{}
	err := n.store.View(context.Background(), n.ref.AccountID, func(r bridge.Reader) error {
		records, err := r.Records(context.Background(), n.ref.ConnectionID, ids)
		for _, record := range records {
			byID[record.BsaleID] = record
		}
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return byID
}

// goodClient adds a client that becomes a contact under any rules, with keys of its own.
func (s *shop) goodClient(n int) int {
	phone := fmt.Sprintf("+56 9 6%07d", n)
	return s.sim.World().AddClient(bsalesim.Client{
		FirstName: "Cliente", LastName: strconv.Itoa(n), Email: fmt.Sprintf("cliente%d@correo.example", n), Phone: &phone,
	})
}

func (s *shop) issue(client int) int64 {
	s.t.Helper()
	ids, err := s.sim.Issue(bsalesim.IssueRequest{Kind: "receipt", ClientID: &client, Count: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	return ids[0]
}

func TestOneDocumentNotifiedTwentyTimesAtOnceMakesOneDeal(t *testing.T) {
	n := newNotified(t, newShop(t, bsalesim.Options{Seed: 5, Documents: -1}, nil))
	id := n.issue(n.goodClient(1))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { n.receive(id) })
	}
	wg.Wait()
	n.settled()
	record := n.records([]int64{id})[id]
	if record == nil || record.State != bridge.StateLinked {
		t.Fatalf("record: %+v", record)
	}
	n.exportEqualsOracle()
}

func TestTwoHundredDocumentsOfTenNewClientsMakeTenContacts(t *testing.T) {
	n := newNotified(t, newShop(t, bsalesim.Options{Seed: 5, Documents: -1}, nil))
	var clients []int
	for i := range 10 {
		clients = append(clients, n.goodClient(i))
	}
	var ids []int64
	for i := range 200 {
		ids = append(ids, n.issue(clients[i%10]))
	}
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() { n.receive(id) })
	}
	wg.Wait()
	n.settled()
	contacts := map[crm.ID]bool{}
	for id, record := range n.records(ids) {
		if record.State != bridge.StateLinked {
			t.Errorf("document %d: %s %s", id, record.State, record.Reason)
		}
		contacts[record.ContactID] = true
	}
	if len(contacts) != 10 {
		t.Errorf("%d contacts, want 10", len(contacts))
	}
	if calls := n.sim.Stats().Total; calls > 100 {
		t.Errorf("%d calls for 200 documents notified at once", calls)
	}
	n.exportEqualsOracle()
}

// TestNoNotificationIsLeftLying notifies while a drain is about to end, again and again: whoever is woken, or is still at work, must see it, without a sweep.
func TestNoNotificationIsLeftLying(t *testing.T) {
	n := newNotified(t, newShop(t, bsalesim.Options{Seed: 5, Documents: -1}, nil))
	client := n.goodClient(1)
	var ids []int64
	for range 60 {
		id := n.issue(client)
		ids = append(ids, id)
		n.receive(id)
	}
	n.settled()
	for id, record := range n.records(ids) {
		if record.State != bridge.StateLinked {
			t.Errorf("document %d: %s %s", id, record.State, record.Reason)
		}
	}
}

func TestADocumentThatIsNotReadableYetIsTriedAgain(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	s := newShop(t, bsalesim.Options{Seed: 5, Documents: -1}, nil)
	s.now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	n := newNotified(t, s)
	early, err := bsalesim.ParseFault("hook-early=2")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.sim.SetFault(early); err != nil {
		t.Fatal(err)
	}
	id := n.issue(n.goodClient(1))
	n.receive(id)
	n.queue.wg.Wait()
	if record := n.records([]int64{id})[id]; record.State != bridge.StateNew || record.Attempts != 1 {
		t.Fatalf("after the first try: %+v", record)
	}
	for range 3 {
		mu.Lock()
		now = now.Add(time.Minute)
		mu.Unlock()
		if err := n.engine.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		n.queue.wg.Wait()
	}
	if record := n.records([]int64{id})[id]; record.State != bridge.StateLinked || record.Attempts != 0 {
		t.Errorf("in the end: %+v", record)
	}
}

func TestADocumentThatNeverShowsUpIsGivenUpWithAReason(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	s := newShop(t, bsalesim.Options{Seed: 5, Documents: -1}, nil)
	s.now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	n := newNotified(t, s)
	n.receive(999_999)
	n.queue.wg.Wait()
	for range 12 {
		mu.Lock()
		now = now.Add(time.Hour)
		mu.Unlock()
		if err := n.engine.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		n.queue.wg.Wait()
	}
	record := n.records([]int64{999_999})[999_999]
	if record.State != bridge.StateFailed || record.Reason != bridge.NotFoundInBsale || !record.DueAt.IsZero() {
		t.Fatalf("record: %+v", record)
	}
	// A person can ask for another try, and it is told once the document is there after all.
	if err := n.engine.Retry(context.Background(), n.ref, 999_999); err != nil {
		t.Fatal(err)
	}
	n.queue.wg.Wait()
	if record := n.records([]int64{999_999})[999_999]; record.Attempts != 1 {
		t.Errorf("after a retry: %+v", record)
	}
}

func TestUnknownHooksAndOddBodies(t *testing.T) {
	n := newNotified(t, newShop(t, bsalesim.Options{Seed: 5, Documents: -1}, nil))
	if err := n.intake.Receive(context.Background(), "no-such-hook", []byte(`{}`)); crm.CodeOf(err) != crm.NotFound {
		t.Errorf("unknown hook: %v", err)
	}
	for _, body := range []string{"", "{}", "[]", "hola", `{"topic":"product","resourceId":"7"}`, `{"topic":"document"}`, `{"topic":"document","resourceId":"x"}`} {
		if err := n.intake.Receive(context.Background(), n.hook, []byte(body)); err != nil {
			t.Errorf("body %q: %v", body, err)
		}
	}
	n.settled()
	if n.connection().LastNotifiedAt.IsZero() {
		t.Error("no sign of life was noted")
	}
}

// TestAProcessThatStartsInTheMiddleKeepsTheOrderOfIssue notifies a new process of the last documents first: those before them, whose notifications are still on
// their way, come first all the same, however many they are.
func TestAProcessThatStartsInTheMiddleKeepsTheOrderOfIssue(t *testing.T) {
	for _, issued := range []int{30, 300, 1500} {
		t.Run(strconv.Itoa(issued), func(t *testing.T) {
			s := newShop(t, bsalesim.Options{Seed: 5, Documents: 200}, nil)
			s.sync(nil)
			s.sim.World().MarkPass()
			ids, err := s.sim.Issue(bsalesim.IssueRequest{Count: issued})
			if err != nil {
				t.Fatal(err)
			}
			n := newNotified(t, s)
			for _, id := range ids[issued-3:] {
				n.receive(id)
			}
			n.queue.wg.Wait()
			for _, id := range ids[:issued-3] {
				n.receive(id)
			}
			n.settled()
			n.exportEqualsOracle()
		})
	}
}

// TestClocksThatDifferLoseNoNotificationAndMakeNoLoop notifies by a clock that is ahead, as another machine's may be: the document is read, once, and a later notification
// by a clock that is behind counts all the same.
func TestClocksThatDifferLoseNoNotificationAndMakeNoLoop(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 5, Documents: 50}, nil)
	s.sync(nil)
	id := s.issue(s.goodClient(1))
	wake := func(context.Context, any, bridge.ConnectionRef) error { return nil }
	hint := func(at time.Time) {
		t.Helper()
		if err := s.store.NoteHints(ctx, []bridge.Hint{{Connection: s.ref, BsaleID: id, At: at}}, wake); err != nil {
			t.Fatal(err)
		}
	}
	hint(time.Now())
	hint(time.Now().Add(10 * time.Minute))
	before := s.sim.Stats().Total
	s.work()
	if calls := s.sim.Stats().Total - before; calls > 20 {
		t.Errorf("%d calls for one document", calls)
	}
	if record := s.recordOf(id); record.State != bridge.StateLinked || !record.DueAt.IsZero() {
		t.Errorf("after the first: %+v", record)
	}
	if err := s.sim.Annul(id); err != nil {
		t.Fatal(err)
	}
	hint(time.Now().Add(-time.Hour))
	s.work()
	if record := s.recordOf(id); record.Standing != bridge.StandingAnnulled {
		t.Errorf("after the second: %+v", record)
	}
}
