package bridge_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

// torn is a shop with two contacts of one e-mail, and documents of a client who has it.
type torn struct {
	*shop
	contacts  [2]crm.ID
	documents []int64
	hand      crm.Hand
}

func newTorn(t *testing.T, documents int) *torn {
	t.Helper()
	ctx := context.Background()
	s := &torn{shop: newShop(t, bsalesim.Options{Seed: 5, Documents: -1}, nil)}
	s.hand = crm.Hand{Actor: crm.Actor{Kind: crm.ActorUser, ID: "somebody"}, Reach: crm.FullReach, At: time.Now()}
	client := s.goodClient(1)
	s.update(func(tx bridge.Tx) error {
		var both []*crm.Contact
		for i, name := range []string{"Una", "Otra"} {
			contact := crm.NewContact(s.hand.At)
			contact.SetText(crm.FieldFirstName, name, s.hand.Origin())
			key := crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: "cliente1@correo.example"}
			if _, _, err := contact.AddIdentity(key, key.Normalized, s.hand.Origin()); err != nil {
				return err
			}
			s.contacts[i] = contact.ID
			both = append(both, contact)
		}
		return tx.SaveContacts(ctx, both)
	})
	for range documents {
		s.documents = append(s.documents, s.issue(client))
	}
	s.sync(nil)
	for _, id := range s.documents {
		if record := s.recordOf(id); record.State != bridge.StateConflict || record.Reason != bridge.ManyContacts || len(record.Candidates) != 2 {
			t.Fatalf("document %d: %+v", id, record)
		}
	}
	return s
}

func (s *torn) settle(document int64, contact crm.ID) (int, error) {
	var marked int
	err := s.store.Update(context.Background(), s.ref.AccountID, func(tx bridge.Tx) (err error) {
		marked, err = s.engine.SettleContact(context.Background(), tx, s.hand, s.ref.ConnectionID, document, contact)
		return err
	})
	return marked, err
}

func TestAPersonSettlesWhichContactItIs(t *testing.T) {
	ctx := context.Background()
	s := newTorn(t, 3)
	candidates := s.story(s.documents[0]).CandidateContacts
	if len(candidates) != 2 {
		t.Fatalf("candidates: %+v", candidates)
	}
	marked, err := s.settle(s.documents[1], s.contacts[0])
	if err != nil || marked != 3 {
		t.Fatalf("%d documents are decided again, %v; want all three of the client", marked, err)
	}
	// Somebody asks once more before the work is done: nothing more happens.
	if _, err := s.settle(s.documents[1], s.contacts[0]); err != nil {
		t.Fatal(err)
	}
	s.work()
	for _, id := range s.documents {
		if record := s.recordOf(id); record.State != bridge.StateLinked || record.ContactID != s.contacts[0] || len(record.Candidates) != 0 {
			t.Errorf("document %d: %+v", id, record)
		}
	}
	events := 0
	err = s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error {
		all, err := r.Events(ctx, crm.EntityContact, s.contacts[0], "", 50)
		for _, event := range all {
			if event.Actor == s.hand.Actor && len(event.Changes) == 1 && event.Changes[0].Field == "bsale_client" {
				events++
			}
		}
		return err
	})
	if err != nil || events != 1 {
		t.Errorf("%d entries in the timeline say who chose the contact, %v", events, err)
	}
	// Later documents of the client need no choice.
	record := s.recordOf(s.documents[0])
	next := s.issue(int(record.ClientID))
	s.sync(nil)
	if later := s.recordOf(next); later.State != bridge.StateLinked || later.ContactID != s.contacts[0] {
		t.Errorf("a later document: %+v", later)
	}
	if again := s.sync(nil); again.Counts.Created+again.Counts.Updated != 0 {
		t.Errorf("another pass: %+v", again.Counts)
	}
}

func TestAPersonSettlesThatItIsSomebodyNew(t *testing.T) {
	ctx := context.Background()
	s := newTorn(t, 2)
	for range 2 { // it is pressed twice before the work is done
		err := s.store.Update(ctx, s.ref.AccountID, func(tx bridge.Tx) error {
			marked, err := s.engine.SettleNewContact(ctx, tx, s.hand, s.ref.ConnectionID, s.documents[0])
			if marked != 2 {
				t.Errorf("%d documents are decided again, want both of the client", marked)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.work()
	first, second := s.recordOf(s.documents[0]), s.recordOf(s.documents[1])
	if first.State != bridge.StateLinked || first.ContactID == "" || slices.Contains(s.contacts[:], first.ContactID) || second.ContactID != first.ContactID {
		t.Errorf("%+v, %+v", first, second)
	}
	next := s.issue(int(first.ClientID))
	s.sync(nil)
	if later := s.recordOf(next); later.ContactID != first.ContactID {
		t.Errorf("a later document: %+v", later)
	}
}

func TestWhatCannotBeSettledIsRefused(t *testing.T) {
	s := newTorn(t, 1)
	other := s.issue(s.goodClient(2))
	s.sync(nil)
	for _, test := range []struct {
		name     string
		document int64
		contact  crm.ID
		code     crm.Code
	}{
		{"an unknown document", 1 << 50, s.contacts[0], crm.NotFound},
		{"an unknown contact", s.documents[0], "nobody", crm.NotFound},
		{"a document without a conflict", other, s.contacts[0], crm.Conflict},
	} {
		if _, err := s.settle(test.document, test.contact); crm.CodeOf(err) != test.code {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	s.update(func(tx bridge.Tx) error {
		contacts, err := tx.ContactsByID(context.Background(), []crm.ID{s.contacts[1]})
		if err != nil {
			return err
		}
		contacts[0].DeletedAt = s.hand.At
		return tx.SaveContacts(context.Background(), contacts)
	})
	if _, err := s.settle(s.documents[0], s.contacts[1]); crm.CodeOf(err) != crm.NotFound {
		t.Errorf("a deleted contact: %v", err)
	}
	if record := s.recordOf(s.documents[0]); record.State != bridge.StateConflict || !record.DueAt.IsZero() {
		t.Errorf("something happened: %+v", record)
	}
}

// TestAChoiceMadeWhileTheDocumentIsReadIsKept settles between the reading of the document and its decision.
func TestAChoiceMadeWhileTheDocumentIsReadIsKept(t *testing.T) {
	s := newTorn(t, 1)
	if err := s.engine.Retry(context.Background(), s.ref, s.documents[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := s.settle(s.documents[0], s.contacts[1]); err != nil {
		t.Fatal(err)
	}
	s.work()
	if record := s.recordOf(s.documents[0]); record.State != bridge.StateLinked || record.ContactID != s.contacts[1] {
		t.Errorf("record: %+v", record)
	}
}
