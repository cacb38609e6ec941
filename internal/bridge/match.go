package bridge

import (
	"slices"
	"strings"

	"puente/internal/crm"
)

// match finds the contact of the document's client. ok is false when the decision ended in a conflict; contact is nil when there is none.
func (d *decision) match() (contact *crm.Contact, matchedBy string, ok bool) {
	client := d.doc.Client
	if link := d.seen.Links[client.ID]; link != nil {
		if contact := d.seen.livingContact(link.ContactID); contact != nil {
			return contact, matchedByClient, true
		}
		if link.Chosen && link.ContactID == "" {
			return nil, "", true // a person said that it is nobody who is there
		}
	}
	for _, key := range client.keys() {
		contacts := d.seen.having(key.IdentityKey)
		if len(contacts) == 0 {
			continue
		}
		if len(contacts) > 1 {
			return nil, "", d.manyContacts(contacts)
		}
		if key.Kind != crm.IdentityTaxID && client.TaxIDKey != "" && hasOtherTaxID(contacts[0], client.TaxIDKey) {
			d.plan.Candidates, d.plan.candidates = []string{contacts[0].Name()}, []crm.ID{contacts[0].ID}
			d.end(Conflict, TaxIDDiffers)
			return nil, "", false
		}
		return contacts[0], string(key.Kind), true
	}
	return nil, "", true
}

func (d *decision) manyContacts(contacts []*crm.Contact) bool {
	for _, contact := range contacts {
		d.plan.Candidates = append(d.plan.Candidates, contact.Name())
		d.plan.candidates = append(d.plan.candidates, contact.ID)
	}
	slices.Sort(d.plan.Candidates)
	d.end(Conflict, ManyContacts)
	return false
}

// hasOtherTaxID says whether the contact has tax ids, and none of them is this one.
func hasOtherTaxID(contact *crm.Contact, taxID string) bool {
	has := false
	for _, identity := range contact.Identities {
		if identity.Kind == crm.IdentityTaxID {
			if identity.Normalized == taxID {
				return false
			}
			has = true
		}
	}
	return has
}

// missing says what the client lacks for a new contact, or "".
func (d *decision) missing() Reason {
	c := d.doc.Client
	switch d.rules.Require {
	case RequireTaxID:
		switch {
		case c.TaxIDKey != "":
			return ""
		case c.GenericTaxID:
			return GenericTaxID
		case strings.TrimSpace(c.Code) == "":
			return MissingTaxID
		}
		return InvalidTaxID
	case RequireEmailOrPhone:
		if c.EmailKey == "" && c.PhoneKey == "" {
			return MissingEmailAndPhone
		}
		return ""
	}
	switch {
	case c.EmailKey == "" && c.PhoneKey == "":
		return MissingEmailAndPhone
	case c.EmailKey == "":
		return emptyOr(c.Email, MissingEmail, InvalidEmail)
	case c.PhoneKey == "":
		return emptyOr(c.Phone, MissingPhone, InvalidPhone)
	}
	return ""
}

func emptyOr(s string, empty, filled Reason) Reason {
	if strings.TrimSpace(s) == "" {
		return empty
	}
	return filled
}
