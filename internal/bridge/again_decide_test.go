package bridge

import (
	"testing"

	"puente/internal/crm"
)

// TestADocumentDecidedAgainDoesNotWriteOverALaterOne has a quote and the sale that came of it, in one deal.
func TestADocumentDecidedAgainDoesNotWriteOverALaterOne(t *testing.T) {
	s := newScene(t, crm.Chile, nil)
	offer, sale := quote(1, to(person()), total("5000")), receipt(2, to(person()), total("11900"))
	s.decide(offer, sale)
	deal := s.theDeal()
	again := func(id int64) { s.w.seen.Records[id].RulesVersion = "" }
	again(1)
	check(t, s.decide(offer), []string{"unchanged already_in_sync"}, nil)
	if record := s.w.seen.Records[1]; record.RulesVersion != s.set.Version {
		t.Errorf("the quote still waits to be decided again: %+v", record)
	}
	s.changeRules(func(r *Rules) { r.Mapping.Deal[0].From = "document.id" })
	again(2)
	check(t, s.decide(sale), []string{"unchanged already_in_sync"}, nil) // its id is its number here
	again(2)
	s.changeRules(func(r *Rules) { r.Value = ValueNet })
	check(t, s.decide(sale), []string{"updated content_changed", "deal: value 11900 → 10000"}, []string{"deal: stage"})
	if deal.Value.Minor != 10000 {
		t.Errorf("the deal is worth %d", deal.Value.Minor)
	}
	// A change in Bsale counts as ever.
	check(t, s.decide(quote(1, to(person()), total("6000"))), []string{"updated content_changed"}, nil)
}
