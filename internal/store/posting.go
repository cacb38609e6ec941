package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"puente/internal/crm"
)

// The lists of postings. Those of searchable fields begin after fieldLists, one for each field.
const (
	contactWords int64 = 1
	dealWords    int64 = 2
	contactTags  int64 = 3
	fieldLists   int64 = 100
)

// noValue is the entry, in the list of a searchable field, of what has no value in it; it comes before all others.
const noValue = ""

// posting says that a contact or deal is found under an entry of a list.
type posting struct {
	list   int64
	entry  string
	number int64
}

func comparePostings(a, b posting) int {
	return cmp.Or(cmp.Compare(a.list, b.list), strings.Compare(a.entry, b.entry), cmp.Compare(a.number, b.number))
}

// searchableField is a custom field whose values have postings.
type searchableField struct {
	list int64
	key  string
}

// searchableFields returns the searchable fields of an entity, those too whose list is not complete yet.
func (x *session) searchableFields(ctx context.Context, entity crm.Entity) ([]searchableField, error) {
	return query(ctx, x, "searchable fields", `SELECT number, key FROM custom_field WHERE account_id = $1 AND entity = $2 AND searchable ORDER BY number`,
		[]any{x.account, text(entity)}, func(r row) (f searchableField, err error) {
			err = r.Scan(&f.list, &f.key)
			f.list += fieldLists
			return f, err
		})
}

// contactPostings are all postings of a living contact: a function of what it holds and of nothing else.
func contactPostings(number int64, words string, tags []crm.ID, custom crm.Custom, fields []searchableField) []posting {
	all := wordPostings(nil, contactWords, number, words)
	for _, tag := range tags {
		all = append(all, posting{contactTags, text(tag), number})
	}
	return fieldPostings(all, number, custom, fields)
}

// dealPostings are all postings of a living deal. It is found by its contact's words, too, but through the contact.
func dealPostings(number int64, words string, custom crm.Custom, fields []searchableField) []posting {
	return fieldPostings(wordPostings(nil, dealWords, number, words), number, custom, fields)
}

func wordPostings(all []posting, list, number int64, words string) []posting {
	for word := range strings.FieldsSeq(words) {
		all = append(all, posting{list, word, number})
	}
	return all
}

func fieldPostings(all []posting, number int64, custom crm.Custom, fields []searchableField) []posting {
	for _, f := range fields {
		for _, entry := range entries(custom[f.key]) {
			all = append(all, posting{f.list, entry, number})
		}
	}
	return all
}

// entries are those of a value in the list of its field.
func entries(value any) []string {
	keys := crm.SortKeys(plainValue(value))
	if len(keys) == 0 {
		return []string{noValue}
	}
	for i, key := range keys {
		keys[i] = text(key)
	}
	return keys
}

// plainValue returns a value as it will be when it is read again.
func plainValue(value any) any {
	switch value.(type) {
	case nil, string, json.Number, bool:
		return value
	}
	j, err := appendValue(nil, value)
	if err != nil {
		return nil // refused where the value is saved
	}
	var plain any
	if err := (jsonColumn{&plain}).Scan(j); err != nil {
		return nil
	}
	return plain
}

// joinWords writes words as they stand in the column words.
func joinWords(words []string) string { return text(strings.Join(words, " ")) }

// nameKey is by what a name is sorted; empty when there is none.
func nameKey(name string) string {
	keys := crm.SortKeys(text(name))
	if len(keys) == 0 {
		return ""
	}
	return keys[0]
}

// distinctIDs returns ids in ascending order, each once.
func distinctIDs(ids []crm.ID) []crm.ID {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// idList returns ids as JSON; none is NULL.
func idList(ids []crm.ID) any {
	if len(ids) == 0 {
		return nil
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return jsonList(texts)
}

// postingChanges are postings to be written.
type postingChanges struct{ added, dropped []posting }

// replace puts one row's postings in the place of those that it had. Both lists may be put in order.
func (c *postingChanges) replace(was, is []posting) {
	slices.SortFunc(was, comparePostings)
	slices.SortFunc(is, comparePostings)
	was, is = slices.Compact(was), slices.Compact(is)
	for len(was) > 0 || len(is) > 0 {
		switch {
		case len(is) == 0 || len(was) > 0 && comparePostings(was[0], is[0]) < 0:
			c.dropped = append(c.dropped, was[0])
			was = was[1:]
		case len(was) == 0 || comparePostings(was[0], is[0]) > 0:
			c.added = append(c.added, is[0])
			is = is[1:]
		default:
			was, is = was[1:], is[1:]
		}
	}
}

var (
	// A posting may be there: a field's list is made while rows are saved.
	insertPosting = newInsertion("posting", "account_id, list, entry, number", "ON CONFLICT DO NOTHING")
	deletePosting = newDeletion("posting", "account_id, list, entry, number")
)

// savePostings writes changes, in the order of the table so that neighbours are written together.
func (x *writer) savePostings(ctx context.Context, c postingChanges) error {
	if err := x.insert(ctx, deletePosting, x.postingValues(c.dropped)); err != nil {
		return x.s.failed("drop postings", err)
	}
	return x.s.failed("add postings", x.insert(ctx, insertPosting, x.postingValues(c.added)))
}

func (x *writer) postingValues(postings []posting) []any {
	slices.SortFunc(postings, comparePostings)
	values := make([]any, 0, 4*len(postings))
	for _, p := range postings {
		values = append(values, x.account, p.list, p.entry, p.number)
	}
	return values
}
