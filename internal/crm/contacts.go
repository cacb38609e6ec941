package crm

import (
	"context"
	"time"
)

// ContactResult is what became of one contact of several: Err, a [*Error] or several joined, says why nothing was done to it; the others are not touched by that.
type ContactResult struct {
	Contact *Contact // nil when Err is not
	Err     error
}

// OpenDeals says what becomes of the deals of a contact that is deleted.
type OpenDeals string

// Deals stay, and go on showing the name of the contact, or are deleted with it.
const (
	DealsKeep   OpenDeals = "keep"
	DealsDelete OpenDeals = "delete"
)

// CreateContacts makes contacts, with one look-up and one save however many they are. Owner, defaults and required fields are seen to.
//
// Errors of single contacts: conflict contact_exists (params id and name) when a living contact has one of the e-mails, phones or tax ids, an earlier one of the same
// list included, or contact_exists_hidden (param owner) when the hand may not see that one; invalid contact_empty without a name, company, e-mail, phone and tax id;
// invalid at each field that does not fit; forbidden assign_to_self_only.
func CreateContacts(ctx context.Context, tx Tx, hand Hand, inputs []ContactInput) ([]ContactResult, error) {
	e, err := newContactEditing(ctx, tx, hand, inputs)
	if err != nil {
		return nil, err
	}
	results := make([]ContactResult, len(inputs))
	for i := range inputs {
		results[i] = e.put(NewContact(hand.At), i, true)
	}
	return results, e.save(ctx, tx, results)
}

// ChangeContacts changes contacts. Errors of single contacts: those of [CreateContacts]; not_found contact_not_found, also for one that the hand may not see; forbidden
// not_yours; conflict stale when Version is not the present one; invalid value_required when a required field is cleared.
func ChangeContacts(ctx context.Context, tx Tx, hand Hand, edits []ContactEdit) ([]ContactResult, error) {
	inputs, ids := make([]ContactInput, len(edits)), make([]ID, len(edits))
	for i, edit := range edits {
		inputs[i], ids[i] = edit.Input, edit.ID
	}
	e, err := newContactEditing(ctx, tx, hand, inputs)
	if err != nil {
		return nil, err
	}
	if err := e.load(ctx, tx, ids); err != nil {
		return nil, err
	}
	results := make([]ContactResult, len(edits))
	for i, edit := range edits {
		contact, err := e.editable(edit.ID, edit.Version)
		if err != nil {
			results[i].Err = err
			continue
		}
		results[i] = e.put(contact.Clone(), i, false)
	}
	return results, e.save(ctx, tx, results)
}

// TagContacts gives and takes tags. Errors of single contacts are those of [ChangeContacts].
func TagContacts(ctx context.Context, tx Tx, hand Hand, ids, add, remove []ID) ([]ContactResult, error) {
	return ChangeContacts(ctx, tx, hand, sameEdit(ids, ContactInput{AddTags: add, RemoveTags: remove}))
}

// AssignContacts gives contacts an owner; the zero ID: nobody. Errors of single contacts are those of [ChangeContacts].
func AssignContacts(ctx context.Context, tx Tx, hand Hand, ids []ID, owner ID) ([]ContactResult, error) {
	return ChangeContacts(ctx, tx, hand, sameEdit(ids, ContactInput{OwnerID: &owner}))
}

func sameEdit(ids []ID, input ContactInput) []ContactEdit {
	edits := make([]ContactEdit, len(ids))
	for i, id := range ids {
		edits[i] = ContactEdit{ID: id, Input: input}
	}
	return edits
}

// Ref names a contact or deal. Version is the one that somebody saw; 0: whatever it is now.
type Ref struct {
	ID      ID
	Version int64
}

// DeleteContacts deletes contacts; they can be restored. Errors of single contacts: not_found, forbidden and stale as in [ChangeContacts]; forbidden deals_not_yours when
// its deals are to go with it and the hand may not change one of them.
func DeleteContacts(ctx context.Context, tx Tx, hand Hand, contacts []Ref, deals OpenDeals) ([]ContactResult, error) {
	e, err := newContactEditing(ctx, tx, hand, nil)
	if err != nil {
		return nil, err
	}
	ids := idsOf(contacts)
	if err := e.load(ctx, tx, ids); err != nil {
		return nil, err
	}
	var doomed dealsOfContacts
	if deals == DealsDelete {
		if doomed, err = loadDealsOfContacts(ctx, tx, hand, ids); err != nil {
			return nil, err
		}
	}
	results := make([]ContactResult, len(contacts))
	for i, ref := range contacts {
		contact, err := e.editable(ref.ID, ref.Version)
		if err == nil {
			err = doomed.editable(ref.ID)
		}
		if err != nil {
			results[i].Err = err
			continue
		}
		doomed.delete(ref.ID)
		gone := contact.Clone()
		gone.DeletedAt = hand.At
		touch(&gone.UpdatedAt, hand.At)
		results[i].Contact = e.keep(gone, EventDeleted, nil)
	}
	if err := e.save(ctx, tx, results); err != nil {
		return nil, err
	}
	return results, doomed.save(ctx, tx)
}

func idsOf(refs []Ref) []ID {
	ids := make([]ID, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID
	}
	return ids
}

// RestoreContact brings a deleted contact back, without an owner when that user is not active any more; one that is not deleted stays as it is. not_found: contact_not_found. forbidden:
// not_yours. conflict: contact_exists or contact_exists_hidden when another one has one of its e-mails, phones or tax ids by now.
func RestoreContact(ctx context.Context, tx Tx, hand Hand, id ID) (*Contact, error) {
	e, err := newContactEditing(ctx, tx, hand, nil)
	if err != nil {
		return nil, err
	}
	if err := e.load(ctx, tx, []ID{id}); err != nil {
		return nil, err
	}
	contact := e.contacts[id]
	if contact == nil {
		return nil, errContactNotFound
	}
	if err := e.check(contact.OwnerID, contact.Version, 0, errContactNotFound); err != nil || !contact.Gone() {
		return contact, err
	}
	if err := e.findHolders(ctx, tx, keysOf(contact.Identities)); err != nil {
		return nil, err
	}
	for _, identity := range contact.Identities {
		if err := e.taken(contact.ID, identity, string(identity.Kind)); err != nil {
			return nil, err
		}
	}
	back := contact.Clone()
	back.DeletedAt = time.Time{}
	touch(&back.UpdatedAt, hand.At)
	var changes []Change
	if change, changed := back.SetOwner(e.stillOwner(back.OwnerID), e.origin); changed {
		changes = append(changes, change)
	}
	return back, e.save(ctx, tx, []ContactResult{{Contact: e.keep(back, EventRestored, changes)}})
}

// FindContact returns a living contact that the hand may see. not_found: contact_not_found.
func FindContact(ctx context.Context, r Reader, hand Hand, id ID) (*Contact, error) {
	found, err := r.ContactsByID(ctx, []ID{id})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].Gone() || !hand.Reach.Sees(found[0].OwnerID) {
		return nil, errContactNotFound
	}
	return found[0], nil
}
