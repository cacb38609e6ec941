package bridge

import (
	"testing"

	"puente/internal/crm"
)

// otherClient shares the phone of [person] and nothing else.
func otherClient(id int64) option {
	return to(person(clientID(id), named("Beto", "Rey"), email("beto@correo.example"), code("10.000.013-K")))
}

// choose is what a person says of a client: it is that contact, or, with none, somebody new.
func (s *scene) choose(client int64, contact crm.ID) {
	s.w.seen.Links[client] = &ClientLink{ConnectionID: s.w.connection.ID, ClientID: client, ContactID: contact, Chosen: true}
	for _, record := range s.w.seen.Records {
		if record.ClientID == client {
			record.RulesVersion = "" // it is decided again
		}
	}
}

func TestAContactThatWasChosenKeepsWhatItHas(t *testing.T) {
	s := newScene(t, crm.Chile, nil)
	made := s.decide(receipt(1, to(person())))
	contact := s.w.seen.Contacts[s.w.seen.Links[100].ContactID]
	check(t, made, []string{"created deal_created", "contact: Rut del Cliente del Documento ∅ → 12345678-5"}, nil)
	check(t, s.decide(receipt(2, otherClient(200))), []string{"conflict tax_id_differs", "candidate Ana Soto"}, []string{"contact"})

	s.choose(200, contact.ID)
	settled := s.decide(receipt(2, otherClient(200)))
	check(t, settled, []string{
		"created deal_created", "contact update Ana Soto client_id", "contact: email ∅ → beto@correo.example", "contact: tax_id ∅ → 10000013-K",
	}, []string{"contact: first_name", "contact: last_name", "contact: Rut del Cliente"})
	if primary, _ := contact.Primary(crm.IdentityTaxID); primary.Normalized != "12345678-5" || contact.Name() != "Ana Soto" {
		t.Errorf("the contact is %s, %s", contact.Name(), primary.Normalized)
	}
	// Later the other client is called otherwise: that is no name of the contact's. What its own client is called still is.
	check(t, s.decide(receipt(3, to(person(clientID(200), named("Alberto", "Rey"))))), []string{"created deal_created"}, []string{"contact: first_name", "contact: last_name", "contact: Rut del Cliente"})
	check(t, s.decide(receipt(4, to(person(named("Ana María", "Soto"))))), []string{"created deal_created", "contact: first_name Ana → Ana María"}, nil)
	// Once the contact is deleted nobody has chosen anything.
	contact.DeletedAt = s.clock.Now()
	check(t, s.decide(receipt(5, otherClient(200))), []string{"created deal_created", "contact create Beto Rey"}, nil)
	if link := s.w.seen.Links[200]; link.Chosen || link.ContactID == contact.ID {
		t.Errorf("the link: %+v", link)
	}
}

func TestAClientWhoIsNobodyThereBecomesAContactOfItsOwn(t *testing.T) {
	s := newScene(t, crm.Chile, nil)
	s.decide(receipt(1, to(person())))
	check(t, s.decide(receipt(2, otherClient(200))), []string{"conflict tax_id_differs"}, nil)
	s.choose(200, "")
	settled := s.decide(receipt(2, otherClient(200)))
	check(t, settled, []string{
		"created deal_created", "contact create Beto Rey", "contact: email ∅ → beto@correo.example", "contact: tax_id ∅ → 10000013-K", "warning identity_of_other_contact phone",
	}, []string{"contact: phone"})
	link := s.w.seen.Links[200]
	if link.Chosen || link.ContactID == "" || link.ContactID == s.w.seen.Links[100].ContactID {
		t.Errorf("the link: %+v", link)
	}
	// Its own name follows Bsale, and its later documents need no choice.
	check(t, s.decide(receipt(3, to(person(clientID(200), named("Alberto", "Rey"))))), []string{"created deal_created", "contact: first_name Beto → Alberto"}, nil)
}

func TestAClientWhoIsNobodyThereStillNeedsWhatTheRulesRequire(t *testing.T) {
	s := newScene(t, crm.Chile, nil)
	s.decide(receipt(1, to(person())))
	beto := to(person(clientID(200), named("Beto", "Rey"), email(""), code("10.000.013-K")))
	check(t, s.decide(receipt(2, beto)), []string{"conflict tax_id_differs"}, nil)
	s.choose(200, "")
	check(t, s.decide(receipt(2, beto)), []string{"skipped missing_email"}, []string{"contact"})
}
