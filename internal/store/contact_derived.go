package store

import (
	"context"
	"maps"
	"slices"

	"puente/internal/crm"
)

// storedContact is what is derived from a contact as it stands in the database.
type storedContact struct {
	number  int64
	version int64
	living  bool
	owner   crm.ID
	words   string
	tags    []crm.ID
	custom  crm.Custom // when there are searchable fields
}

// storedContacts returns those of these contacts that there are.
func (x *session) storedContacts(ctx context.Context, ids []crm.ID, fields []searchableField) (map[crm.ID]storedContact, error) {
	stored := make(map[crm.ID]storedContact, len(ids))
	custom := "NULL"
	if len(fields) > 0 {
		custom = "custom"
	}
	_, err := queryIn(ctx, x, "stored contacts",
		`SELECT id, number, version, deleted_at, owner_id, words, tags, `+custom+` FROM contact WHERE account_id = $1 AND id IN `+list, []any{x.account}, ids,
		func(r row) (struct{}, error) {
			var id crm.ID
			var s storedContact
			var deleted int64
			err := r.Scan(&id, &s.number, &s.version, &deleted, optionalID{&s.owner}, &s.words, jsonColumn{&s.tags}, jsonColumn{&s.custom})
			s.living = deleted == 0
			stored[id] = s
			return struct{}{}, err
		})
	return stored, err
}

// contactChanges collects what follows from contacts that are saved.
type contactChanges struct {
	fields   []searchableField
	postings postingChanges
	owners   map[crm.ID]int64 // how many living contacts each has more
	tags     []crm.ID         // those that were given
}

// add notes the difference between a contact as it was (the zero value: it is new) and as it will be.
func (d *contactChanges) add(before storedContact, c *crm.Contact, words string, tags []crm.ID) {
	var was, is []posting
	if before.living {
		d.owners[before.owner]--
		was = contactPostings(before.number, before.words, before.tags, before.custom, d.fields)
	}
	if !c.Gone() {
		d.owners[c.OwnerID]++
		is = contactPostings(before.number, words, tags, c.Custom, d.fields)
	}
	d.postings.replace(was, is)
	for _, tag := range tags {
		if !slices.Contains(before.tags, tag) {
			d.tags = append(d.tags, tag)
		}
	}
}

var addContactTotal = newInsertion("contact_total", "account_id, owner_id, contacts",
	`ON CONFLICT (account_id, owner_id) DO UPDATE SET contacts = contact_total.contacts + excluded.contacts`)

func (x *writer) saveContactChanges(ctx context.Context, d contactChanges) error {
	living, err := x.livingTags(ctx, d.tags)
	if err != nil {
		return err
	}
	for _, tag := range d.tags {
		if !living[tag] {
			return crm.NewError(crm.Invalid, "reference_unknown").At(crm.FieldTags)
		}
	}
	var totals []any
	for _, owner := range slices.Sorted(maps.Keys(d.owners)) {
		if n := d.owners[owner]; n != 0 {
			totals = append(totals, x.account, text(owner), n)
		}
	}
	if err := x.insert(ctx, addContactTotal, totals); err != nil {
		return x.s.failed("contact totals", err)
	}
	return x.savePostings(ctx, d.postings)
}
