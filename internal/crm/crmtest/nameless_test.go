package crmtest

import (
	"testing"

	"puente/internal/crm"
)

// TestWhatHasNoNameCanBeChangedElsewhere has records of times when they needed none.
func TestWhatHasNoNameCanBeChangedElsewhere(t *testing.T) {
	eachEngine(t, func(w *world) {
		c, d := crm.NewContact(w.now), crm.NewDeal(w.now)
		d.PipelineID, d.StageID, d.Value.Currency = w.pipeline.ID, w.pipeline.Stages[0].ID, "CLP"
		w.update(func(tx crm.Tx) error {
			w.must(tx.SaveContacts(w.Context(), []*crm.Contact{c}))
			return tx.SaveDeals(w.Context(), []*crm.Deal{d})
		})
		_, err := w.change(w.hand(w.editor), c.ID, crm.ContactInput{OwnerID: &w.bruno.ID})
		w.must(err)
		_, err = w.changeDeal(w.hand(w.editor), d.ID, crm.DealInput{OwnerID: &w.bruno.ID})
		w.must(err)
		w.same("owners", []crm.ID{w.stored(c.ID).OwnerID, w.storedDeal(d.ID).OwnerID}, []crm.ID{w.bruno.ID, w.bruno.ID})

		_, err = w.change(w.hand(w.editor), c.ID, crm.ContactInput{FirstName: p("Ana")})
		w.must(err)
		_, err = w.change(w.hand(w.editor), c.ID, crm.ContactInput{FirstName: p(" ")})
		w.refused(err, "invalid contact_empty first_name")
		_, err = w.changeDeal(w.hand(w.editor), d.ID, crm.DealInput{Name: p("Una mesa")})
		w.must(err)
		_, err = w.changeDeal(w.hand(w.editor), d.ID, crm.DealInput{Name: p(" ")})
		w.refused(err, "invalid deal_name_missing name")
	})
}
