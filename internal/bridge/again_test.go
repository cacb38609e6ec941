package bridge_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

func (s *shop) update(fn func(tx bridge.Tx) error) {
	s.t.Helper()
	if err := s.store.Update(context.Background(), s.ref.AccountID, fn); err != nil {
		s.t.Fatal(err)
	}
}

// changeRules stores other rules, as a person does.
func (s *shop) changeRules(change func(*bridge.Rules)) bridge.Rules {
	s.t.Helper()
	rules := s.overview().Rules
	change(&rules)
	connection, err := s.engine.Connect(context.Background(), s.ref.AccountID, bridge.ConnectionSettings{Rules: &rules})
	if err != nil {
		s.t.Fatal(err)
	}
	s.rules = connection.Rules
	return rules
}

// mapOffice adds a row to the mapping that fills a text field that is empty so far.
func mapOffice(r *bridge.Rules) {
	r.Mapping.Deal = slices.DeleteFunc(slices.Clone(r.Mapping.Deal), func(row bridge.MappingRow) bool { return row.To == "Fecha de Vencimiento" })
	r.Mapping.Deal = append(r.Mapping.Deal, bridge.MappingRow{From: "document.office", To: "Fecha de Vencimiento", Write: bridge.WriteAlways, Empty: bridge.EmptyKeep})
}

func (s *shop) again(from bsale.Day, reasons ...bridge.Reason) bridge.Run {
	s.t.Helper()
	var run bridge.Run
	s.update(func(tx bridge.Tx) (err error) {
		run, err = s.engine.StartAgain(context.Background(), tx, s.ref.ConnectionID, from, reasons...)
		return err
	})
	return run
}

// TestNewRulesAreAppliedToOldDocumentsWhenAPersonAsks changes the mapping: nothing happens by itself, what the preview shows happens, and it happens once.
func TestNewRulesAreAppliedToOldDocumentsWhenAPersonAsks(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 300}, nil)
	s.sync(nil)
	rules := s.changeRules(mapOffice)
	if run := s.sync(nil); run.Counts.Updated+run.Counts.Created != 0 {
		t.Errorf("the new rules were applied unasked: %+v", run.Counts)
	}
	decided, counts, err := s.engine.PreviewLatest(ctx, s.ref.AccountID, bridge.LatestOptions{Rules: &rules, Limit: 100})
	if err != nil || len(decided) != 100 || counts.Documents != 100 {
		t.Fatalf("%d documents are shown, %+v, %v", len(decided), counts, err)
	}
	shown := map[int64]string{}
	for _, d := range decided {
		if d.Differs() != d.Plan.Writes() {
			t.Errorf("document %d: differs %v, plan %+v", d.Plan.BsaleID, d.Differs(), d.Plan)
		}
		if d.Plan.Writes() {
			shown[d.Plan.BsaleID] = planText(t, d.Plan)
		}
	}
	if len(shown) == 0 {
		t.Fatal("the preview shows no change")
	}

	run := s.again(bsale.Day{})
	if err := s.store.Update(ctx, s.ref.AccountID, func(tx bridge.Tx) error {
		_, err := s.engine.StartAgain(ctx, tx, s.ref.ConnectionID, bsale.Day{})
		return err
	}); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("a second run: %v", err)
	}
	s.work()
	run = s.run(run.ID)
	if run.State != bridge.RunDone || run.Estimate != 300 || run.Counts.Documents != 300 || run.Counts.Updated < len(shown) || run.Counts.Created+run.Counts.Failed != 0 {
		t.Errorf("the run: %+v", run)
	}
	for id, want := range shown {
		if got := s.lastPlan(id); got != want {
			t.Errorf("document %d: shown %s\nand then %s", id, want, got)
		}
	}
	again := s.again(bsale.Day{})
	s.work()
	if again = s.run(again.ID); again.State != bridge.RunDone || again.Counts.Updated+again.Counts.Created != 0 {
		t.Errorf("applied twice: %+v", again.Counts)
	}
}

// lastPlan returns the document's last decision as text.
func (s *shop) lastPlan(document int64) string {
	s.t.Helper()
	return planText(s.t, s.story(document).Decisions[0].Plan)
}

func (s *shop) story(document int64) bridge.RecordStory {
	s.t.Helper()
	var story bridge.RecordStory
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) (err error) {
		story, err = bridge.ReadRecord(context.Background(), r, s.ref.ConnectionID, document)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return story
}

func TestOnlyDocumentsWithTheReasonAreDecidedAgain(t *testing.T) {
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 300}, nil)
	s.sync(nil)
	s.changeRules(mapOffice)
	before := map[int64]bridge.Record{}
	for _, record := range s.records(bridge.RecordQuery{}) {
		before[record.BsaleID] = *record
	}
	run := s.again(bsale.Day{}, bridge.DealCreated)
	s.work()
	if run = s.run(run.ID); run.State != bridge.RunDone || run.Counts.Updated == 0 {
		t.Fatalf("the run: %+v", run)
	}
	for _, record := range s.records(bridge.RecordQuery{}) {
		was := before[record.BsaleID]
		if was.State == bridge.StateLinked && was.Reason != bridge.DealCreated && record.RulesVersion != was.RulesVersion {
			t.Errorf("document %d, %s, was decided again", record.BsaleID, was.Reason)
		}
		if was.Reason == bridge.DealCreated && record.RulesVersion == was.RulesVersion {
			t.Errorf("document %d was not decided again", record.BsaleID)
		}
	}
}

// records returns all records of a list.
func (s *shop) records(q bridge.RecordQuery) []*bridge.Record {
	s.t.Helper()
	var all []*bridge.Record
	q.Limit = 100
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) error {
		for {
			page, err := r.ListRecords(context.Background(), s.ref.ConnectionID, q)
			all = append(all, page.Items...)
			if q.Cursor = page.Next; err != nil || q.Cursor == "" {
				return err
			}
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func TestFewDocumentsAreTriedAgainOneByOneAndManyByAPass(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		documents int
		pass      bool
	}{{200, false}, {3000, true}} {
		s := newShop(t, bsalesim.Options{Seed: 7, Documents: test.documents}, func(r *bridge.Rules) { r.Documents = bridge.DocumentsQuotes })
		s.sync(nil)
		skipped := len(s.records(bridge.RecordQuery{Reasons: []bridge.Reason{bridge.KindNotChosen}}))
		s.changeRules(func(r *bridge.Rules) { r.Documents = bridge.DocumentsBoth })
		calls := s.sim.Stats().Total
		var done bridge.Retried
		s.update(func(tx bridge.Tx) (err error) {
			done, err = s.engine.RetryReason(ctx, tx, s.ref.ConnectionID, bridge.StateSkipped, bridge.KindNotChosen)
			return err
		})
		if done.Documents != skipped || (done.Run.ID != "") != test.pass {
			t.Errorf("%d documents are tried again, %d were skipped; run %q", done.Documents, skipped, done.Run.ID)
		}
		s.work()
		if left := s.records(bridge.RecordQuery{Reasons: []bridge.Reason{bridge.KindNotChosen}}); len(left) >= skipped {
			t.Errorf("%d of %d are still skipped", len(left), skipped)
		}
		if spent := s.sim.Stats().Total - calls; test.pass && spent > skipped/4 {
			t.Errorf("%d calls for %d documents", spent, skipped)
		}
		err := s.store.Update(ctx, s.ref.AccountID, func(tx bridge.Tx) error {
			_, err := s.engine.RetryReason(ctx, tx, s.ref.ConnectionID, bridge.StateConflict, bridge.ManyCreditedSales)
			return err
		})
		if crm.CodeOf(err) != crm.NotFound {
			t.Errorf("a reason that none has: %v", err)
		}
	}
}

// What could not be read has no day on which a pass would find it: all of it is read one by one, however much it is.
func TestAllThatCouldNotBeReadIsTriedAgain(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 10}, nil)
	const many = 1700
	now := time.Now()
	var records []*bridge.Record
	for i := range many {
		records = append(records, &bridge.Record{
			ConnectionID: s.ref.ConnectionID, BsaleID: int64(1_000_000 + i), State: bridge.StateFailed, Reason: bridge.BsaleFailed, SeenAt: now, Total: crm.Money{Currency: "CLP"},
		})
	}
	s.update(func(tx bridge.Tx) error { return tx.SaveRecords(ctx, records, now) })
	s.update(func(tx bridge.Tx) error {
		done, err := s.engine.RetryReason(ctx, tx, s.ref.ConnectionID, bridge.StateFailed, bridge.BsaleFailed)
		if done.Documents != many || done.Run.ID != "" {
			t.Errorf("%+v", done)
		}
		return err
	})
	s.update(func(tx bridge.Tx) error {
		due, err := tx.DueRecords(ctx, s.ref.ConnectionID, time.Now(), 2*many)
		if len(due) != many {
			t.Errorf("%d of %d are due", len(due), many)
		}
		return err
	})
}

func TestAPollIsMadeNow(t *testing.T) {
	ctx := context.Background()
	s, clock := newMovableShop(t, 50)
	s.workOn(clock, 2)
	id := s.issue(s.goodClient(1))
	s.work()
	if s.recordOf(id).State == bridge.StateLinked {
		t.Fatal("it was read before its time")
	}
	s.update(func(tx bridge.Tx) error { return s.engine.PollNow(ctx, tx, s.ref.ConnectionID) })
	s.work()
	if s.recordOf(id).State != bridge.StateLinked {
		t.Errorf("after the poll: %+v", s.recordOf(id))
	}
}

func TestTheLatestDocumentsAreReadWhateverTheirOrder(t *testing.T) {
	ctx := context.Background()
	for _, fault := range []string{"", "newest-first", "short-pages=7"} {
		s := newShop(t, bsalesim.Options{Seed: 7, Documents: 230}, nil)
		if fault != "" {
			s.fault(fault)
		}
		decided, _, err := s.engine.PreviewLatest(ctx, s.ref.AccountID, bridge.LatestOptions{Limit: 70})
		if err != nil {
			t.Fatal(err)
		}
		var want []int64
		for _, id := range s.sim.World().DocumentIDs() {
			if doc, _ := s.sim.World().Document(id); doc.State == 0 {
				want = append(want, id)
			}
		}
		want = want[len(want)-70:]
		var got []int64
		for _, d := range decided {
			got = append(got, d.Plan.BsaleID)
			if d.Before != nil {
				t.Errorf("document %d was heard of: %+v", d.Plan.BsaleID, d.Before)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("with %q: got %v\nwant %v", fault, got, want)
		}
		if made := s.contactsMade(); made != 0 {
			t.Errorf("the preview wrote %d contacts", made)
		}
	}
}

func TestAPreviewOfRulesThatDoNotFitSaysEverythingThatIsWrong(t *testing.T) {
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 10}, nil)
	rules := bridge.DefaultRules(crm.Spanish)
	rules.Pipeline, rules.Value = "Compras", "gross"
	_, _, err := s.engine.PreviewLatest(context.Background(), s.ref.AccountID, bridge.LatestOptions{Rules: &rules})
	if got := problemsOf(err); !slices.Equal(got, []string{"pipeline rules_pipeline_unknown", "value rules_value_unknown"}) {
		t.Errorf("got %q", got)
	}
	if calls := s.sim.Stats().Total; calls != 0 {
		t.Errorf("%d calls for rules that are wrong", calls)
	}
}

func TestAStoryTellsEveryDecision(t *testing.T) {
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 100}, nil)
	id := s.issue(s.goodClient(1))
	s.sync(nil)
	if err := s.sim.Annul(id); err != nil {
		t.Fatal(err)
	}
	s.sync(nil)
	story := s.story(id)
	if len(story.Decisions) != 2 || story.Decisions[0].Reason != bridge.AnnulledFlagged || story.Decisions[1].Reason != bridge.DealCreated {
		t.Fatalf("decisions: %+v", story.Decisions)
	}
	if story.Deal == nil || story.Contact == nil || story.Deal.ContactID != story.Contact.ID || story.Contact.FirstName != "Cliente" {
		t.Errorf("deal %+v, contact %+v", story.Deal, story.Contact)
	}
	if plan := story.Decisions[1].Plan; plan.Deal == nil || len(plan.Deal.Changes) == 0 || !strings.HasPrefix(plan.Title, "Boleta ") {
		t.Errorf("plan: %+v", plan)
	}
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) error {
		_, err := bridge.ReadRecord(context.Background(), r, s.ref.ConnectionID, 1<<50)
		return err
	})
	if crm.CodeOf(err) != crm.NotFound {
		t.Errorf("a document that nobody heard of: %v", err)
	}
}

func TestARequestThatFailedIsTriedAgainWithALookUpFirst(t *testing.T) {
	c := newClientShop(t)
	contact := c.contact("Nueva", someRUT, someEmail)
	c.changeRules(func(r *bridge.Rules) { r.CreateClients = false })
	c.work(1)
	request := c.request(contact)
	if request.State != bridge.ClientRequestFailed || request.Reason != bridge.ClientsNotWanted {
		t.Fatalf("request: %+v", request)
	}
	if o := c.overview(); o.Requests != 1 {
		t.Errorf("%d failed requests in the overview", o.Requests)
	}
	c.changeRules(func(r *bridge.Rules) { r.CreateClients = true })
	retry := func(tx bridge.Tx) error {
		_, err := c.engine.RetryClientRequest(context.Background(), tx, c.ref.ConnectionID, contact)
		return err
	}
	c.update(retry)
	if err := c.store.Update(context.Background(), c.ref.AccountID, retry); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("one that did not fail: %v", err)
	}
	c.clientShopWork()
	if request = c.request(contact); request.State != bridge.ClientRequestDone || request.ClientID == 0 || request.Reason != "" {
		t.Errorf("request: %+v", request)
	}
}

func (c *clientShop) clientShopWork() {
	c.later(time.Minute)
	c.work(2)
}

func (c *clientShop) request(contact crm.ID) bridge.ClientRequest {
	c.t.Helper()
	var request bridge.ClientRequest
	err := c.store.View(context.Background(), c.ref.AccountID, func(r bridge.Reader) error {
		found, err := r.ClientRequest(context.Background(), c.ref.ConnectionID, contact)
		if err == nil {
			request = *found
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return request
}
