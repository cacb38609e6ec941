package storetest

import (
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// testUpdatedLater saves by the clock of one node, and then by that of another, which is an hour behind.
func testUpdatedLater(t *testing.T, f *fixture) {
	ahead := f.clock.Now().Add(time.Hour)
	behind := ahead.Add(-time.Hour)
	first, second, third := f.contact("a@example.invalid"), f.contact("b@example.invalid"), f.contact("c@example.invalid")
	deal, other := f.deal(0, 1), f.deal(0, 2)
	activity, task := &crm.Activity{ID: crm.NewID(), DealID: deal.ID}, &crm.Activity{ID: crm.NewID(), DealID: deal.ID}
	save := func(at time.Time, contacts []*crm.Contact, d *crm.Deal, a *crm.Activity) {
		t.Helper()
		f.update(t, func(tx bridge.Tx) error {
			for _, c := range contacts {
				c.UpdatedAt = at
			}
			d.UpdatedAt, a.UpdatedAt = at, at
			must(t, tx.SaveContacts(f.ctx, contacts))
			must(t, tx.SaveDeals(f.ctx, []*crm.Deal{d}))
			return tx.SaveActivities(f.ctx, []*crm.Activity{a})
		})
	}
	save(ahead, []*crm.Contact{first}, deal, activity)
	if !first.UpdatedAt.Equal(ahead) || !deal.UpdatedAt.Equal(ahead) || !activity.UpdatedAt.Equal(ahead) {
		t.Error("the first to be saved have another instant")
	}
	save(behind, []*crm.Contact{second, third}, other, task)

	since := []crm.Condition{{Field: crm.Field{Name: crm.FieldUpdated, Type: crm.TypeInstant}, Operator: crm.Above, Values: []any{ahead}}}
	contacts := view(t, f, func(r bridge.Reader) (crm.Page[*crm.Contact], error) {
		return r.ListContacts(f.ctx, crm.Query{Reach: crm.FullReach, Limit: 9, Where: since})
	}).Items
	same(t, "contacts", names(contacts), names([]*crm.Contact{third, second}))
	same(t, "as returned", contacts, []*crm.Contact{third, second})
	deals := view(t, f, func(r bridge.Reader) (crm.Page[*crm.Deal], error) {
		return r.ListDeals(f.ctx, crm.Query{Reach: crm.FullReach, Limit: 9, Where: since})
	}).Items
	same(t, "deals", deals, []*crm.Deal{other})
	activities := view(t, f, func(r bridge.Reader) (crm.Page[*crm.Activity], error) {
		return r.Activities(f.ctx, crm.ActivityQuery{Reach: crm.FullReach, Limit: 9, Since: ahead.Add(time.Microsecond)})
	}).Items
	same(t, "activities", activities, []*crm.Activity{task})

	later := ahead.Add(time.Minute)
	save(later, []*crm.Contact{second}, other, task)
	if !second.UpdatedAt.Equal(later) || !other.UpdatedAt.Equal(later) || !task.UpdatedAt.Equal(later) {
		t.Error("a clock that is ahead is not believed")
	}
}
