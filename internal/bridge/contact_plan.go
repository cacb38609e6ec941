package bridge

import (
	"slices"

	"puente/internal/crm"
)

// newContact plans the contact of a client that nobody knows yet: section 3.
func (d *decision) newContact() {
	client := d.doc.Client
	d.plan.Contact = &ContactPlan{Action: ActionCreate, Name: client.Name()}
	d.names(&crm.Contact{})
	for _, key := range client.keys() {
		if d.takenByOther(key.IdentityKey, "") {
			d.warn(IdentityOfOtherContact, string(key.Kind))
			continue
		}
		d.addIdentity(key)
	}
	d.plan.Contact.Changes = append(d.plan.Contact.Changes, FieldChange{
		Field: crm.FieldSource, New: sourceName, Rule: ruleContact, set: setting{standard: crm.FieldSource, value: sourceName},
	})
	d.plan.Contact.Changes = append(d.plan.Contact.Changes, d.mappedNew(d.rules.Contact, d.rules.ContactDefaults)...)
}

// sourceName is where contacts that the bridge made come from.
const sourceName = "Bsale"

// Names of the rules behind changes, as they stand in a plan; "mapping.deal[2]" names a row of the mapping.
const (
	ruleContact = "contact"
	ruleOwner   = "owner"
	ruleValue   = "value"
	ruleDefault = "default" // the field's own
)

// existingContact plans what the client adds to a contact.
func (d *decision) existingContact(contact *crm.Contact, matchedBy string) {
	d.plan.Contact = &ContactPlan{Action: ActionUpdate, ID: contact.ID, MatchedBy: matchedBy, Name: contact.Name()}
	d.names(contact)
	count := map[crm.IdentityKind]int{}
	for _, identity := range contact.Identities {
		count[identity.Kind]++
	}
	for _, key := range d.doc.Client.keys() {
		switch {
		case contact.HasIdentity(key.IdentityKey):
		case d.takenByOther(key.IdentityKey, contact.ID):
			d.warn(IdentityOfOtherContact, string(key.Kind))
		case count[key.Kind] > crm.MaxAlternatives:
			d.warn(TooManyAlternatives, string(key.Kind))
		default:
			d.addIdentity(key)
		}
	}
	rules := d.rules.Contact
	if d.isChosen(contact) {
		rules = onlyIfEmpty(rules)
	}
	d.plan.Contact.Changes = append(d.plan.Contact.Changes, d.mapped(rules, contact.Custom, contact.Origins)...)
}

// isChosen says whether a person told that the document's client is this contact: it adds to the contact, and changes nothing that stands there.
func (d *decision) isChosen(contact *crm.Contact) bool {
	link := d.seen.Links[d.doc.Client.ID]
	return link != nil && link.Chosen && link.ContactID == contact.ID
}

func onlyIfEmpty(rules []FieldRule) []FieldRule {
	rules = slices.Clone(rules)
	for i := range rules {
		rules[i].Write = WriteIfEmpty
	}
	return rules
}

func (d *decision) takenByOther(key crm.IdentityKey, contact crm.ID) bool {
	for _, other := range d.seen.having(key) {
		if other.ID != contact {
			return true
		}
	}
	return false
}

func (d *decision) addIdentity(key identityOf) {
	d.plan.Contact.Changes = append(d.plan.Contact.Changes, FieldChange{
		Field: string(key.Kind), New: key.Normalized, Rule: ruleContact, set: setting{identity: key},
	})
}

// names lets the contact's names follow Bsale, except where somebody else wrote them or chose the contact. What Bsale has no name for takes none away: several clients of Bsale may be one contact.
func (d *decision) names(contact *crm.Contact) {
	first, last, company := d.doc.Client.names()
	if contact.Name() != "" && (d.doc.Client.isUnnamed() || d.isChosen(contact)) {
		return
	}
	for _, name := range []struct{ field, old, new string }{
		{crm.FieldFirstName, contact.FirstName, first},
		{crm.FieldLastName, contact.LastName, last},
		{crm.FieldCompany, contact.Company, company},
	} {
		if name.new == "" && name.old != d.doc.Client.unnamed() {
			continue
		}
		if name.old == name.new || name.old != "" && contact.Origins[name.field].Actor.Kind != crm.ActorApp || contact.Origins.ByPerson(name.field) {
			continue
		}
		d.plan.Contact.Changes = append(d.plan.Contact.Changes, FieldChange{
			Field: name.field, Old: orNil(name.old), New: orNil(name.new), Rule: ruleContact, set: setting{standard: name.field, value: name.new},
		})
	}
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
