package crmtest

import (
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func TestSellersReachTheirOwn(t *testing.T) {
	eachEngine(t, func(w *world) {
		own := w.contact(w.hand(w.camila), email("own@x.example"))
		if own.OwnerID != w.camila.ID {
			w.Errorf("what a seller makes is owned by %q", own.OwnerID)
		}
		nobodys := w.contact(w.hand(w.camila), crm.ContactInput{FirstName: p("X"), OwnerID: p(crm.ID(""))})
		if made := w.contact(w.hand(w.editor), email("editor@x.example")); made.OwnerID != "" || nobodys.OwnerID != "" {
			w.Error("an editor's are unassigned, and a seller's when it says so")
		}
		theirs := w.contact(w.hand(w.editor), crm.ContactInput{FirstName: p("Y"), OwnerID: &w.bruno.ID})
		w.refused(w.createContacts(w.hand(w.camila), crm.ContactInput{FirstName: p("Z"), OwnerID: &w.bruno.ID})[0].Err, "forbidden assign_to_self_only owner")

		name := crm.ContactInput{LastName: p("Cambiado")}
		attempt := func(want string) {
			w.Helper()
			if _, err := w.change(w.hand(w.camila), theirs.ID, name); want == "" {
				w.must(err)
			} else {
				w.refused(err, want)
			}
		}
		attempt("not_found contact_not_found")
		w.account.SellerAccess = crm.SellersSeeAll
		attempt("forbidden not_yours")
		w.account.SellerAccess = crm.SellersEditAll
		attempt("")
		if made := w.contact(w.hand(w.camila), email("edits-all@x.example")); made.OwnerID != w.camila.ID {
			w.Error("a seller who may edit all still owns what it makes")
		}
		w.account.SellerAccess = crm.SellersOwn

		found := func(u crm.User, id crm.ID) error {
			hand := w.hand(u)
			return w.store.View(w.Context(), w.account.ID, func(r bridge.Reader) error {
				_, err := crm.FindContact(w.Context(), r, hand, id)
				return err
			})
		}
		w.must(found(w.camila, own.ID))
		w.must(found(w.camila, nobodys.ID))
		w.must(found(w.editor, theirs.ID))
		w.refused(found(w.camila, theirs.ID), "not_found contact_not_found")
		w.refused(found(w.editor, "none"), "not_found contact_not_found")

		// One takes what is nobody's, and gives away nothing.
		taken, err := w.change(w.hand(w.camila), nobodys.ID, crm.ContactInput{OwnerID: &w.camila.ID})
		w.must(err)
		_, err = w.change(w.hand(w.camila), taken.ID, crm.ContactInput{OwnerID: &w.bruno.ID})
		w.refused(err, "forbidden assign_to_self_only owner")
	})
}
