package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"puente/internal/crm"
)

const contactColumns = `id, first_name, last_name, company, owner_id, source, created_at, updated_at, deleted_at, version, tags, details, custom, origins`

// scanContact reads the contactColumns. Identities are missing, and tags may be among them that were deleted: see complete.
func scanContact(r row) (*crm.Contact, error) {
	c := &crm.Contact{}
	err := r.Scan(&c.ID, &c.FirstName, &c.LastName, &c.Company, optionalID{&c.OwnerID}, &c.Source, instant{&c.CreatedAt}, instant{&c.UpdatedAt},
		instant{&c.DeletedAt}, &c.Version, jsonColumn{&c.Tags}, jsonColumn{&c.Details}, jsonColumn{&c.Custom}, jsonColumn{&c.Origins})
	return c, err
}

// ContactsByID returns the contacts with these ids, deleted ones too, in the order of their ids; unknown ids are left out.
func (x *reader) ContactsByID(ctx context.Context, ids []crm.ID) ([]*crm.Contact, error) {
	contacts, err := queryIn(ctx, &x.session, "contacts",
		`SELECT `+contactColumns+` FROM contact WHERE account_id = $1 AND id IN `+list+` ORDER BY id`, []any{x.account}, ids, scanContact)
	if err != nil {
		return nil, err
	}
	return contacts, x.complete(ctx, contacts)
}

// ContactsByIdentity returns the living contacts that have any of these identities, each once, in the order of their ids.
func (x *reader) ContactsByIdentity(ctx context.Context, keys []crm.IdentityKey) ([]*crm.Contact, error) {
	byKind := map[crm.IdentityKind][]string{}
	for _, k := range keys {
		byKind[k.Kind] = append(byKind[k.Kind], text(k.Normalized))
	}
	var contacts []*crm.Contact
	for kind, normalized := range byKind {
		some, err := queryIn(ctx, &x.session, "contacts by identity",
			`SELECT `+contactColumns+` FROM contact WHERE account_id = $1 AND deleted_at = 0 AND id IN (
			 SELECT contact_id FROM contact_identity WHERE account_id = $2 AND kind = $3 AND normalized IN `+list+`)`,
			[]any{x.account, x.account, text(kind)}, normalized, scanContact)
		if err != nil {
			return nil, err
		}
		contacts = append(contacts, some...)
	}
	// One contact may have been found by several kinds, or by two keys in different parts of a long list.
	slices.SortFunc(contacts, func(a, b *crm.Contact) int { return strings.Compare(string(a.ID), string(b.ID)) })
	contacts = slices.CompactFunc(contacts, func(a, b *crm.Contact) bool { return a.ID == b.ID })
	return contacts, x.complete(ctx, contacts)
}

// complete reads what stands in other tables: the identities of contacts, and which of their tags there still are. Whoever deletes a tag does not touch its
// contacts, which may be many.
func (x *session) complete(ctx context.Context, contacts []*crm.Contact) error {
	ids := make([]crm.ID, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
	}
	identities, err := x.identities(ctx, ids)
	if err != nil {
		return err
	}
	var tags []crm.ID
	for _, c := range contacts {
		c.Identities = identities[c.ID]
		tags = append(tags, c.Tags...)
	}
	if len(tags) == 0 {
		return nil
	}
	living, err := x.livingTags(ctx, tags)
	for _, c := range contacts {
		c.Tags = slices.DeleteFunc(c.Tags, func(tag crm.ID) bool { return !living[tag] })
		if len(c.Tags) == 0 {
			c.Tags = nil
		}
	}
	return err
}

// livingTags returns which of these tags there are.
func (x *session) livingTags(ctx context.Context, tags []crm.ID) (map[crm.ID]bool, error) {
	living := map[crm.ID]bool{}
	_, err := queryIn(ctx, x, "living tags", `SELECT id FROM tag WHERE account_id = $1 AND id IN `+list, []any{x.account}, tags,
		func(r row) (struct{}, error) {
			var id crm.ID
			err := r.Scan(&id)
			living[id] = true
			return struct{}{}, err
		})
	return living, err
}

func (x *session) identities(ctx context.Context, contacts []crm.ID) (map[crm.ID][]crm.Identity, error) {
	byContact := make(map[crm.ID][]crm.Identity, len(contacts))
	_, err := queryIn(ctx, x, "identities",
		`SELECT contact_id, kind, normalized, value, is_primary FROM contact_identity
		 WHERE account_id = $1 AND contact_id IN `+list+` ORDER BY contact_id, position`, []any{x.account}, contacts,
		func(r row) (struct{}, error) {
			var id crm.ID
			var i crm.Identity
			err := r.Scan(&id, &i.Kind, &i.Normalized, &i.Value, &i.Primary)
			byContact[id] = append(byContact[id], i)
			return struct{}{}, err
		})
	return byContact, err
}

const contactSaved = `account_id, number, name_key, words, ` + contactColumns

var (
	insertContact = newInsertion("contact", contactSaved, "")
	updateContact = newInsertion("contact", contactSaved, `ON CONFLICT (account_id, id) DO UPDATE SET
		first_name = excluded.first_name, last_name = excluded.last_name, company = excluded.company, owner_id = excluded.owner_id,
		source = excluded.source, created_at = excluded.created_at, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at,
		version = excluded.version, name_key = excluded.name_key, words = excluded.words, tags = excluded.tags, details = excluded.details,
		custom = excluded.custom, origins = excluded.origins`)
	insertIdentity = newInsertion("contact_identity", "account_id, contact_id, position, kind, normalized, value, is_primary", "")
)

// SaveContacts inserts those of Version 0 and updates the others whole, identities included, and raises Version. conflict: one was stale. invalid: its owner or
// a tag does not exist.
func (x *writer) SaveContacts(ctx context.Context, contacts []*crm.Contact) error {
	if len(contacts) == 0 {
		return nil
	}
	fields, err := x.searchableFields(ctx, crm.EntityContact)
	if err != nil {
		return err
	}
	stored, err := x.storedContacts(ctx, savedIDs(contacts, func(c *crm.Contact) (crm.ID, int64) { return c.ID, c.Version }), fields)
	if err != nil {
		return err
	}
	known := make(map[crm.ID]int64, len(stored))
	for id, s := range stored {
		known[id] = s.version
	}
	fresh, changed, err := raise(contacts, known, func(c *crm.Contact) (crm.ID, *int64) { return c.ID, &c.Version })
	if err != nil {
		return err
	}
	x.contacts = append(x.contacts, contacts...)
	if err := x.settleUpdated(ctx, "contact", updatedOf(contacts, func(c *crm.Contact) *time.Time { return &c.UpdatedAt })); err != nil {
		return err
	}
	number, err := x.lastNumber(ctx, "contact", len(fresh))
	if err != nil {
		return err
	}

	derived := contactChanges{fields: fields, owners: map[crm.ID]int64{}}
	rows := func(contacts []*crm.Contact) ([]any, error) {
		values := make([]any, 0, len(contacts)*insertContact.columns)
		for _, c := range contacts {
			s := stored[c.ID]
			if s.number == 0 {
				number++
				s.number = number
			}
			custom, err := customJSON(c.Custom)
			if err != nil {
				return nil, crm.NewError(crm.Invalid, "value_invalid").Because(err)
			}
			details, err := customJSON(c.Details)
			if err != nil {
				return nil, crm.NewError(crm.Invalid, "value_invalid").Because(err)
			}
			words := joinWords(c.SearchWords())
			tags := distinctIDs(c.Tags)
			derived.add(s, c, words, tags)
			values = append(values, x.account, s.number, nameKey(c.Name()), words, text(c.ID), text(c.FirstName), text(c.LastName), text(c.Company),
				reference(c.OwnerID), text(c.Source), micros(c.CreatedAt), micros(c.UpdatedAt), micros(c.DeletedAt), c.Version, idList(tags), details,
				custom, originsJSON(c.Origins))
		}
		return values, nil
	}
	values, err := rows(fresh)
	if err != nil {
		return err
	}
	if err := x.insert(ctx, insertContact, values); err != nil {
		return x.s.taken("insert contacts", err, stale("contact"), stale("contact"))
	}
	if values, err = rows(changed); err != nil {
		return err
	}
	if err := x.insert(ctx, updateContact, values); err != nil {
		return x.s.failed("update contacts", err)
	}
	if err := x.saveIdentities(ctx, fresh, changed); err != nil {
		return err
	}
	return x.saveContactChanges(ctx, derived)
}

// lastNumber returns the highest number that a contact or deal of the account has, if any are to be numbered. Nobody else numbers meanwhile.
func (x *writer) lastNumber(ctx context.Context, table string, fresh int) (number int64, err error) {
	if fresh == 0 {
		return 0, nil
	}
	return queryOne(ctx, &x.session, "last number", `SELECT COALESCE(MAX(number), 0) FROM `+table+` WHERE account_id = $1`, []any{x.account}, scanNumber, nil)
}

func scanNumber(r row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

// saveIdentities writes those of new contacts, and those of changed ones that are not as they were.
func (x *writer) saveIdentities(ctx context.Context, fresh, changed []*crm.Contact) error {
	ids := make([]crm.ID, len(changed))
	for i, c := range changed {
		ids[i] = c.ID
	}
	before, err := x.identities(ctx, ids)
	if err != nil {
		return err
	}
	ids = ids[:0]
	for _, c := range changed {
		if !slices.Equal(before[c.ID], c.Identities) {
			ids = append(ids, c.ID)
			fresh = append(fresh, c)
		}
	}
	if err := execIn(ctx, &x.session, "delete identities", `DELETE FROM contact_identity WHERE account_id = $1 AND contact_id IN `+list,
		[]any{x.account}, ids); err != nil {
		return err
	}
	var values []any
	for _, c := range fresh {
		for position, i := range c.Identities {
			values = append(values, x.account, text(c.ID), position, text(i.Kind), text(i.Normalized), text(i.Value), i.Primary)
		}
	}
	return x.s.failed("insert identities", x.insert(ctx, insertIdentity, values))
}

// savedIDs returns the ids of those that were saved before.
func savedIDs[T any](all []T, of func(T) (crm.ID, int64)) []crm.ID {
	var ids []crm.ID
	for _, v := range all {
		if id, version := of(v); version != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// raise checks the versions of what is to be saved against those in the database, and raises them. Of what stands in the list more than once only
// the last is returned. conflict: one is stale; then none is raised.
func raise[T any](all []T, known map[crm.ID]int64, of func(T) (crm.ID, *int64)) (fresh, changed []T, err error) {
	place := make(map[crm.ID]int, len(all))
	isNew := make(map[crm.ID]bool, len(all))
	for i, v := range all {
		id, version := of(v)
		if *version == 0 && known[id] == 0 {
			isNew[id] = true
		}
		if *version != known[id] || *version == 0 && known[id] != 0 {
			for _, v := range all[:i] {
				_, version := of(v)
				*version--
			}
			return nil, nil, stale("")
		}
		*version++
		known[id] = *version
		place[id] = i
	}
	for i, v := range all {
		id, _ := of(v)
		switch {
		case place[id] != i:
		case isNew[id]:
			fresh = append(fresh, v)
		default:
			changed = append(changed, v)
		}
	}
	return fresh, changed, nil
}

func stale(what string) *crm.Error { return crm.NewError(crm.Conflict, "stale", "what", what) }

// undoVersions gives what was saved its old versions back.
func (x *writer) undoVersions() {
	for _, c := range x.contacts {
		c.Version--
	}
	for _, d := range x.deals {
		d.Version--
	}
	for _, version := range x.raised {
		*version--
	}
}
