package crm

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

var (
	errContactNotFound = NewError(NotFound, "contact_not_found")
	errContactEmpty    = NewError(Invalid, "contact_empty")
)

// contactEditing is one list of contacts being made or changed: what was looked up for all of them, and what is to be saved. Each sees what the ones before it left.
type contactEditing struct {
	editing
	inputs     []ContactInput
	identities [][]identitiesAsked // of each input
	problems   [][]error           // with each input's identities
	tags       []Tag

	holders  map[IdentityKey][]*Contact // the living contacts that have what is asked for
	contacts map[ID]*Contact            // those of the list, as they are by now
	changed  map[ID]bool
	order    []ID
	events   []Event
}

func newContactEditing(ctx context.Context, r Reader, hand Hand, inputs []ContactInput) (*contactEditing, error) {
	common, err := newEditing(ctx, r, hand, EntityContact)
	if err != nil {
		return nil, err
	}
	e := &contactEditing{
		editing: common, inputs: inputs, identities: make([][]identitiesAsked, len(inputs)), problems: make([][]error, len(inputs)),
		holders: map[IdentityKey][]*Contact{}, contacts: map[ID]*Contact{}, changed: map[ID]bool{},
	}
	var keys []IdentityKey
	for i, in := range inputs {
		keys = append(keys, e.read(i, in)...)
	}
	if err := e.findHolders(ctx, r, keys); err != nil {
		return nil, err
	}
	tagged := func(in ContactInput) bool { return in.Tags != nil || len(in.AddTags)+len(in.RemoveTags) > 0 }
	if slices.ContainsFunc(inputs, tagged) {
		e.tags, err = r.Tags(ctx)
	}
	return e, err
}

// read reads the identities of one input and returns what contacts have to be looked up by.
func (e *contactEditing) read(at int, in ContactInput) []IdentityKey {
	var keys []IdentityKey
	for _, part := range []struct {
		kind IdentityKind
		in   IdentitiesInput
	}{{IdentityEmail, in.Emails}, {IdentityPhone, in.Phones}, {IdentityTaxID, in.TaxIDs}} {
		asked, problems := e.account.identities(part.kind, part.in)
		e.identities[at] = append(e.identities[at], asked)
		e.problems[at] = append(e.problems[at], problems...)
		keys = slices.AppendSeq(keys, maps.Keys(asked.places))
	}
	return keys
}

func (e *contactEditing) findHolders(ctx context.Context, r Reader, keys []IdentityKey) error {
	if len(keys) == 0 {
		return nil
	}
	found, err := r.ContactsByIdentity(ctx, keys)
	for _, contact := range found {
		e.hold(contact, nil)
	}
	return err
}

// hold notes who has which identity, and that a contact no longer has those that it had.
func (e *contactEditing) hold(contact *Contact, had []Identity) {
	for _, i := range had {
		e.holders[i.IdentityKey] = slices.DeleteFunc(e.holders[i.IdentityKey], func(c *Contact) bool { return c.ID == contact.ID })
	}
	for _, i := range contact.Identities {
		e.holders[i.IdentityKey] = append(e.holders[i.IdentityKey], contact)
	}
}

func keysOf(identities []Identity) []IdentityKey {
	keys := make([]IdentityKey, len(identities))
	for i, identity := range identities {
		keys[i] = identity.IdentityKey
	}
	return keys
}

func (e *contactEditing) load(ctx context.Context, r Reader, ids []ID) error {
	found, err := r.ContactsByID(ctx, ids)
	for _, contact := range found {
		e.contacts[contact.ID] = contact
	}
	return err
}

// editable returns a living contact that the hand may change. A contact that the list changed already is not the one whose version somebody saw.
func (e *contactEditing) editable(id ID, version int64) (*Contact, error) {
	contact := e.contacts[id]
	if contact == nil || contact.Gone() {
		return nil, errContactNotFound
	}
	if err := e.check(contact.OwnerID, contact.Version, version, errContactNotFound); err != nil {
		return nil, err
	}
	if version != 0 && e.changed[id] {
		return nil, errStale
	}
	return contact, nil
}

// put puts the input at that place of the list into a contact, which is a copy of its own, and keeps it unless something is wrong.
func (e *contactEditing) put(contact *Contact, at int, fresh bool) ContactResult {
	in := e.inputs[at]
	d := draft{editing: &e.editing, record: contact, fresh: fresh, problems: e.problems[at]}
	had := slices.Clone(contact.Identities)
	empty := contact.isEmpty()
	in.put(&d, contact)
	e.putIdentities(&d, contact, e.identities[at])
	e.putTags(&d, contact, in)
	if contact.isEmpty() && (!empty || fresh) && len(d.problems) == 0 {
		d.refuse(errContactEmpty, FieldFirstName)
	}
	if err := d.problem(); err != nil {
		return ContactResult{Err: err}
	}
	if len(d.changes) == 0 {
		return ContactResult{Contact: contact}
	}
	e.hold(contact, had)
	what := EventChanged
	if fresh {
		what = EventCreated
	}
	return ContactResult{Contact: e.keep(contact, what, d.changes)}
}

// isEmpty says whether there is nothing by which anybody could tell the contact from another.
func (c *Contact) isEmpty() bool { return c.Name() == "" && len(c.Identities) == 0 }

func (e *contactEditing) putIdentities(d *draft, contact *Contact, kinds []identitiesAsked) {
	for _, asked := range kinds {
		if !asked.any() {
			continue
		}
		had := contact.IdentitiesOf(asked.kind)
		wanted := asked.wanted(had)
		if len(wanted) > MaxAlternatives+1 {
			d.refuse(ErrTooManyAlternatives, cmp.Or(asked.places[wanted[MaxAlternatives+1].IdentityKey], string(asked.kind)))
			continue
		}
		for _, i := range wanted {
			if slices.ContainsFunc(had, i.is) {
				continue
			}
			if err := e.taken(contact.ID, i, asked.places[i.IdentityKey]); err != nil {
				d.refuse(err, "")
			}
		}
		d.changes = append(d.changes, contact.SetIdentities(asked.kind, wanted, e.origin)...)
	}
}

// taken returns an error when another living contact has an identity. One that the hand may not see is told of without its name.
func (e *contactEditing) taken(contact ID, identity Identity, place string) error {
	for _, other := range e.holders[identity.IdentityKey] {
		switch {
		case other.ID == contact:
		case e.hand.Reach.Sees(other.OwnerID):
			return NewError(Conflict, "contact_exists", "id", string(other.ID), "name", clip(other.Label())).At(place)
		default:
			owner, _ := e.user(other.OwnerID)
			return NewError(Conflict, "contact_exists_hidden", "owner", owner.Name).At(place)
		}
	}
	return nil
}

func (e *contactEditing) putTags(d *draft, contact *Contact, in ContactInput) {
	tag := func(id ID) (Tag, bool) {
		at := slices.IndexFunc(e.tags, func(t Tag) bool { return t.ID == id })
		if at < 0 {
			d.refuse(NewError(Invalid, "tag_unknown", "id", clip(cleanText(string(id)))), FieldTags)
			return Tag{}, false
		}
		return e.tags[at], true
	}
	add, remove := in.AddTags, in.RemoveTags
	if in.Tags != nil {
		add = append(slices.Clone(*in.Tags), add...)
		for _, had := range e.tags {
			if !slices.Contains(*in.Tags, had.ID) {
				d.note(contact.RemoveTag(had, e.origin))
			}
		}
	}
	for _, id := range remove {
		if t, ok := tag(id); ok {
			d.note(contact.RemoveTag(t, e.origin))
		}
	}
	for _, id := range add {
		if t, ok := tag(id); ok {
			d.note(contact.AddTag(t, e.origin))
		}
	}
}

// keep takes a contact as it is by now, to be saved with an entry in its timeline.
func (e *contactEditing) keep(contact *Contact, what EventType, changes []Change) *Contact {
	if !e.changed[contact.ID] {
		e.changed[contact.ID] = true
		e.order = append(e.order, contact.ID)
	}
	e.contacts[contact.ID] = contact
	e.events = append(e.events, e.event(EntityContact, contact.ID, what, changes))
	return contact
}

// save writes what changed, and lets the results show it: one contact may have been changed more than once.
func (e *contactEditing) save(ctx context.Context, tx Tx, results []ContactResult) error {
	if len(e.order) == 0 {
		return nil
	}
	changed := make([]*Contact, len(e.order))
	for i, id := range e.order {
		changed[i] = e.contacts[id]
	}
	if err := tx.SaveContacts(ctx, changed); err != nil {
		return err
	}
	for i := range results {
		if contact := results[i].Contact; contact != nil && e.contacts[contact.ID] != nil {
			results[i].Contact = e.contacts[contact.ID]
		}
	}
	return tx.AddEvents(ctx, e.events)
}
