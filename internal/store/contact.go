package store

import (
	"context"
	"slices"
	"strings"

	"puente/internal/crm"
)

const contactColumns = `id, first_name, last_name, company, owner_id, source, custom, origins, created_at, updated_at, deleted_at, version`

func scanContact(r row) (*crm.Contact, error) {
	c := &crm.Contact{}
	err := r.Scan(&c.ID, &c.FirstName, &c.LastName, &c.Company, optionalID{&c.OwnerID}, &c.Source, jsonColumn{&c.Custom}, jsonColumn{&c.Origins},
		instant{&c.CreatedAt}, instant{&c.UpdatedAt}, instant{&c.DeletedAt}, &c.Version)
	return c, err
}

// ContactsByID returns the contacts with these ids, deleted ones too, in the order of their ids; unknown ids are left out.
func (x *reader) ContactsByID(ctx context.Context, ids []crm.ID) ([]*crm.Contact, error) {
	contacts, err := queryIn(ctx, &x.session, "contacts",
		`SELECT `+contactColumns+` FROM contact WHERE account_id = $1 AND id IN `+list+` ORDER BY id`, []any{x.account}, ids, scanContact)
	if err != nil {
		return nil, err
	}
	return contacts, x.addIdentities(ctx, contacts)
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
	return contacts, x.addIdentities(ctx, contacts)
}

// addIdentities reads the identities of contacts, which are in the order of their ids.
func (x *session) addIdentities(ctx context.Context, contacts []*crm.Contact) error {
	ids := make([]crm.ID, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
	}
	identities, err := x.identities(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		c.Identities = identities[c.ID]
	}
	return nil
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

var (
	insertContact = newInsertion("contact", "account_id, "+contactColumns, "")
	updateContact = newInsertion("contact", "account_id, "+contactColumns, `ON CONFLICT (account_id, id) DO UPDATE SET
		first_name = excluded.first_name, last_name = excluded.last_name, company = excluded.company, owner_id = excluded.owner_id,
		source = excluded.source, custom = excluded.custom, origins = excluded.origins, created_at = excluded.created_at,
		updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = excluded.version`)
	insertIdentity = newInsertion("contact_identity", "account_id, contact_id, position, kind, normalized, value, is_primary", "")
)

// SaveContacts inserts those of Version 0 and updates the others whole, identities included, and raises Version. conflict: one was stale.
func (x *writer) SaveContacts(ctx context.Context, contacts []*crm.Contact) error {
	known := make(map[crm.ID]int64, len(contacts))
	_, err := queryIn(ctx, &x.session, "contact versions", `SELECT id, version FROM contact WHERE account_id = $1 AND id IN `+list,
		[]any{x.account}, savedIDs(contacts, func(c *crm.Contact) (crm.ID, int64) { return c.ID, c.Version }),
		func(r row) (struct{}, error) {
			var id crm.ID
			var version int64
			err := r.Scan(&id, &version)
			known[id] = version
			return struct{}{}, err
		})
	if err != nil {
		return err
	}
	fresh, changed, err := raise(contacts, known, func(c *crm.Contact) (crm.ID, *int64) { return c.ID, &c.Version })
	if err != nil {
		return err
	}
	x.contacts = append(x.contacts, contacts...)

	rows := func(contacts []*crm.Contact) ([]any, error) {
		values := make([]any, 0, len(contacts)*insertContact.columns)
		for _, c := range contacts {
			custom, err := customJSON(c.Custom)
			if err != nil {
				return nil, crm.NewError(crm.Invalid, "value_invalid").Because(err)
			}
			values = append(values, x.account, text(c.ID), text(c.FirstName), text(c.LastName), text(c.Company), reference(c.OwnerID), text(c.Source),
				custom, originsJSON(c.Origins), micros(c.CreatedAt), micros(c.UpdatedAt), micros(c.DeletedAt), c.Version)
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
	return x.saveIdentities(ctx, fresh, changed)
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
