package bridge

import (
	"slices"

	"puente/internal/crm"
)

// Snapshot is what was looked up for a decision. Contacts and deals that are deleted are in Contacts and Deals (a linked one may be), but in none
// of the indexes.
type Snapshot struct {
	Records    map[int64]*Record             // by Bsale id
	Links      map[int64]*ClientLink         // by the Bsale client's id
	Contacts   map[crm.ID]*crm.Contact       // by id
	ByIdentity map[crm.IdentityKey][]crm.ID  // the living contacts that have it
	Deals      map[crm.ID]*crm.Deal          // by id
	DealsOf    map[crm.ID][]crm.ID           // a contact's living deals in any from-stage
	RecordsOf  map[crm.ID]map[int64]struct{} // the documents linked to a deal
	ByNumber   map[string][]int64            // the records with that number
	Waiting    map[string]map[int64]struct{} // the credit notes that found no sale with that number
	Users      map[string]crm.User           // active users by e-mail in normal form
}

// NewSnapshot returns an empty one.
func NewSnapshot() Snapshot {
	return Snapshot{
		Records:    map[int64]*Record{},
		Links:      map[int64]*ClientLink{},
		Contacts:   map[crm.ID]*crm.Contact{},
		ByIdentity: map[crm.IdentityKey][]crm.ID{},
		Deals:      map[crm.ID]*crm.Deal{},
		DealsOf:    map[crm.ID][]crm.ID{},
		RecordsOf:  map[crm.ID]map[int64]struct{}{},
		ByNumber:   map[string][]int64{},
		Waiting:    map[string]map[int64]struct{}{},
		Users:      map[string]crm.User{},
	}
}

// record returns the document's record, nil if it was never heard of.
func (s Snapshot) record(document int64) *Record { return s.Records[document] }

// livingContact returns the contact if it is there and not deleted.
func (s Snapshot) livingContact(id crm.ID) *crm.Contact {
	contact := s.Contacts[id]
	if contact == nil || !contact.DeletedAt.IsZero() {
		return nil
	}
	return contact
}

// livingDeal returns the deal if it is there and not deleted.
func (s Snapshot) livingDeal(id crm.ID) *crm.Deal {
	deal := s.Deals[id]
	if deal == nil || !deal.DeletedAt.IsZero() {
		return nil
	}
	return deal
}

// having returns the living contacts that have the identity, in a stable order.
func (s Snapshot) having(key crm.IdentityKey) []*crm.Contact {
	ids := slices.Sorted(slices.Values(s.ByIdentity[key]))
	contacts := make([]*crm.Contact, 0, len(ids))
	for _, id := range ids {
		if contact := s.livingContact(id); contact != nil {
			contacts = append(contacts, contact)
		}
	}
	return contacts
}

// addContact and the functions below keep the indexes while pages are loaded and plans are applied.
func (s Snapshot) addContact(contact *crm.Contact) {
	s.Contacts[contact.ID] = contact
	if !contact.DeletedAt.IsZero() {
		return
	}
	for _, identity := range contact.Identities {
		s.addIdentity(identity.IdentityKey, contact.ID)
	}
}

func (s Snapshot) addIdentity(key crm.IdentityKey, contact crm.ID) {
	if !slices.Contains(s.ByIdentity[key], contact) {
		s.ByIdentity[key] = append(s.ByIdentity[key], contact)
	}
}

func (s Snapshot) addDeal(deal *crm.Deal) {
	s.Deals[deal.ID] = deal
	if deal.DeletedAt.IsZero() && deal.ContactID != "" && !slices.Contains(s.DealsOf[deal.ContactID], deal.ID) {
		s.DealsOf[deal.ContactID] = append(s.DealsOf[deal.ContactID], deal.ID)
	}
}

func (s Snapshot) addRecord(record *Record) {
	s.Records[record.BsaleID] = record
	s.indexRecord(record)
}

// indexRecord is called again whenever a record's deal, number or references were set.
func (s Snapshot) indexRecord(record *Record) {
	if record.DealID != "" {
		if s.RecordsOf[record.DealID] == nil {
			s.RecordsOf[record.DealID] = map[int64]struct{}{}
		}
		s.RecordsOf[record.DealID][record.BsaleID] = struct{}{}
	}
	for _, number := range record.References {
		if s.Waiting[number] == nil {
			s.Waiting[number] = map[int64]struct{}{}
		}
		s.Waiting[number][record.BsaleID] = struct{}{}
	}
	if record.Number != "" && !slices.Contains(s.ByNumber[record.Number], record.BsaleID) {
		s.ByNumber[record.Number] = append(s.ByNumber[record.Number], record.BsaleID)
	}
}
