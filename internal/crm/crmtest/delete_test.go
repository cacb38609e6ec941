package crmtest

import (
	"fmt"
	"slices"
	"testing"

	"puente/internal/crm"
)

func (w *world) deleteContact(hand crm.Hand, id crm.ID, deals crm.OpenDeals) {
	w.Helper()
	w.update(func(tx crm.Tx) error {
		results, err := crm.DeleteContacts(w.Context(), tx, hand, []crm.Ref{{ID: id}}, deals)
		w.must(err)
		return results[0].Err
	})
}

func TestContactsAreDeletedAndRestored(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.key(), crm.ContactInput{Company: p("Quillay"), OwnerID: &w.bruno.ID, Emails: crm.IdentitiesInput{Primary: p("a@x.example")}})
		kept := w.deal(w.key(), crm.DealInput{Name: p("Uno"), ContactID: &c.ID})
		hand := w.hand(w.editor)
		w.deleteContact(hand, c.ID, crm.DealsKeep)
		if got := w.stored(c.ID); !got.DeletedAt.Equal(hand.At) || !got.UpdatedAt.Equal(hand.At) || got.Version != 2 {
			w.Errorf("%+v", got)
		}
		_, err := w.change(w.key(), c.ID, crm.ContactInput{City: p("x")})
		w.refused(err, "not_found contact_not_found")
		shown := view(w, func(r crm.Reader) (map[crm.ID]crm.DealContact, error) {
			return crm.ContactsOfDeals(w.Context(), r, crm.Hand{Reach: crm.FullReach}, []*crm.Deal{w.storedDeal(kept.ID)})
		})
		w.same("the deal still shows whose it was", shown, map[crm.ID]crm.DealContact{c.ID: {Name: "Quillay", Deleted: true}})

		// The user was deactivated since: nobody owns what comes back.
		w.update(func(tx crm.Tx) error {
			users, err := tx.Users(w.Context())
			w.must(err)
			at := slices.IndexFunc(users, func(u crm.User) bool { return u.ID == w.bruno.ID })
			users[at].Active = false
			return tx.UpdateUser(w.Context(), users[at])
		})
		w.update(func(tx crm.Tx) error {
			back, err := crm.RestoreContact(w.Context(), tx, w.hand(w.editor), c.ID)
			w.must(err)
			if back.Gone() || back.OwnerID != "" {
				w.Errorf("%+v", back)
			}
			again, err := crm.RestoreContact(w.Context(), tx, w.hand(w.editor), c.ID)
			w.same("restored twice", again, back)
			return err
		})
		w.same("timeline", w.events(crm.EntityContact, c.ID)[:2], []string{fmt.Sprintf("restored by user; owner: %s -> -", w.bruno.ID), "deleted by user"})

		w.deleteContact(w.key(), c.ID, crm.DealsDelete)
		if deal := w.storedDeal(kept.ID); !deal.Gone() {
			w.Errorf("%+v", deal)
		}
		w.same("the deal's timeline", w.events(crm.EntityDeal, kept.ID)[0], "deleted by api_key")
		w.update(func(tx crm.Tx) error {
			results, err := crm.DeleteContacts(w.Context(), tx, w.key(), []crm.Ref{{ID: c.ID}, {ID: "none"}}, crm.DealsKeep)
			for _, result := range results {
				w.refused(result.Err, "not_found contact_not_found")
			}
			return err
		})
	})
}

func TestASellerDeletesNoDealOfAnother(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.hand(w.camila), email("a@x.example"))
		d := w.deal(w.hand(w.editor), crm.DealInput{Name: p("De Bruno"), ContactID: &c.ID, OwnerID: &w.bruno.ID})
		w.update(func(tx crm.Tx) error {
			results, err := crm.DeleteContacts(w.Context(), tx, w.hand(w.camila), []crm.Ref{{ID: c.ID, Version: 9}}, crm.DealsKeep)
			w.must(err)
			w.refused(results[0].Err, "conflict stale")
			results, err = crm.DeleteContacts(w.Context(), tx, w.hand(w.camila), []crm.Ref{{ID: c.ID, Version: 1}}, crm.DealsDelete)
			w.refused(results[0].Err, "forbidden deals_not_yours")
			return err
		})
		if w.stored(c.ID).Gone() || w.storedDeal(d.ID).Gone() {
			w.Error("something was deleted")
		}
	})
}
