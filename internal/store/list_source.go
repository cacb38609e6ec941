package store

import (
	"context"
	"strconv"

	"puente/internal/crm"
)

// keyList writes parameters and their list: "($3, $4)".
func keyList[K ~string](args []any, keys []K) (string, []any) {
	text := "(" + placeholders(len(args)+1, len(keys)) + ")"
	for _, k := range keys {
		args = append(args, string(k))
	}
	return text, args
}

func none(context.Context, int) ([]statement, bool, error) { return nil, true, nil }

// entrySource are exactly those with one of these entries in a list.
func (l *listing) entrySource(list int64, entries []string) *source {
	s := &source{exact: true, parts: []part{l.entryPart(list, entries)}}
	if len(entries) <= probedEntries {
		s.probe = &probe{list, entries}
	}
	return s
}

// probedEntries is how many entries are looked up for each number at most.
const probedEntries = 3

// entryPart are those with one of these entries in a list.
func (l *listing) entryPart(list int64, entries []string) part {
	if len(entries) == 0 {
		return none
	}
	return func(context.Context, int) ([]statement, bool, error) {
		in, args := keyList([]any{l.x.account, list}, entries)
		return selects(`SELECT p.number FROM posting p WHERE p.account_id = $1 AND p.list = $2 AND p.entry IN `+in, args...)
	}
}

// beyond is greater than every text that begins with what stands before it.
const beyond = "\U0010FFFF"

// beginning selects those that have an entry that begins with a prefix in a list.
func (l *listing) beginning(list int64, prefix string) statement {
	return statement{
		text: `SELECT p.number FROM posting p WHERE p.account_id = $1 AND p.list = $2 AND p.entry >= $3 AND p.entry < $4`,
		args: []any{l.x.account, list, prefix, prefix + beyond},
	}
}

func (l *listing) prefixPart(list int64, prefix string) part {
	return func(context.Context, int) ([]statement, bool, error) {
		return []statement{l.beginning(list, prefix)}, true, nil
	}
}

// termParts are those that a search term finds: by a word of their own; deals by one of their contact's, and by a document's number, too.
func (l *listing) termParts(term string) []part {
	if l.entity == crm.EntityContact {
		return []part{l.prefixPart(contactWords, term)}
	}
	contacts := &source{parts: []part{l.prefixPart(contactWords, term)}}
	parts := []part{l.prefixPart(dealWords, term), func(ctx context.Context, most int) ([]statement, bool, error) {
		numbers, complete, err := l.load(ctx, contacts, l.limits.contacts)
		if err != nil || !complete || len(numbers) == 0 {
			return nil, complete, err
		}
		return l.contactPart(numbers)(ctx, most)
	}}
	if isDocumentNumber(term) {
		parts = append(parts, l.documentPart(term))
	}
	return parts
}

// contactPart are the deals of contacts, by their numbers.
func (l *listing) contactPart(contacts []int64) part {
	return func(context.Context, int) ([]statement, bool, error) {
		return selects(`SELECT t.number FROM `+l.x.s.dialect.numbers+` CROSS JOIN deal t
			WHERE t.account_id = $1 AND t.deleted_at = 0 AND t.contact_number = n.value`, l.x.account, joinNumbers(contacts))
	}
}

// documentPart are the deals of documents whose number begins with a term.
func (l *listing) documentPart(term string) part {
	return func(ctx context.Context, _ int) (statements []statement, complete bool, err error) {
		links, err := l.x.connections(ctx)
		for _, link := range links {
			statements = append(statements, statement{
				`SELECT d.number FROM record r JOIN deal d ON d.account_id = r.account_id AND d.id = r.deal_id WHERE r.account_id = $1 AND r.connection = $2
				 AND r.number >= $3 AND r.number < $4 AND r.number <> '' AND r.deal_id <> '' AND d.deleted_at = 0`,
				[]any{l.x.account, link.number, term, term + beyond},
				l.limits.documents,
			})
		}
		return statements, true, err
	}
}

// placePart are those of the list's owners and stages. The totals know how many they are.
func (l *listing) placePart(ctx context.Context, most int) (statements []statement, complete bool, err error) {
	if n, err := l.living(ctx); err != nil || n > int64(most) {
		return nil, false, err
	}
	for _, stage := range eachOf(l.stages) {
		for _, owner := range eachOf(l.owners) {
			where, args := "", []any{l.x.account}
			if owner != nil {
				where, args = l.ownerIs(*owner, args)
				where = " AND " + where
			}
			if stage != nil {
				args = append(args, text(*stage))
				where += " AND t.stage_id = $" + strconv.Itoa(len(args))
			}
			statements = append(statements, statement{text: `SELECT t.number FROM ` + l.table + ` t WHERE t.account_id = $1 AND t.deleted_at = 0` + where, args: args})
		}
	}
	return statements, true, nil
}

// eachOf returns each of these ids, or nil once when it does not matter which.
func eachOf(ids *[]crm.ID) []*crm.ID {
	if ids == nil {
		return []*crm.ID{nil}
	}
	each := make([]*crm.ID, len(*ids))
	for i := range each {
		each[i] = &(*ids)[i]
	}
	return each
}

// ownerIs writes the condition that a row is of an owner.
func (l *listing) ownerIs(owner crm.ID, args []any) (string, []any) {
	if owner == "" {
		return "t.owner_id IS NULL", args
	}
	args = append(args, text(owner))
	return "t.owner_id = $" + strconv.Itoa(len(args)), args
}

// sourceOf returns the source for a condition that has an index, nil for one that has none. It is the same for comparisons of the same field.
func (l *listing) sourceOf(ctx context.Context, c crm.Condition, fields map[string]listedField) (*source, error) {
	if c.Field.Custom != nil {
		if field, ok := fields[c.Field.Name]; ok && field.complete {
			return l.fieldSource(c, field.list), nil
		}
		return nil, nil
	}
	column := sortColumns[l.entity][c.Field.Name]
	switch {
	case column != "" && (c.Field.Type == crm.TypeInstant || c.Field.Name == crm.FieldValue):
		return l.columnSource(c, column), nil
	case c.Operator != crm.Is:
	case l.entity == crm.EntityContact && (c.Field.Name == crm.FieldEmail || c.Field.Name == crm.FieldPhone || c.Field.Name == crm.FieldTaxID):
		return l.identitySource(c), nil
	case l.entity == crm.EntityDeal && c.Field.Type == crm.TypeContact:
		ids := conditionIDs(c)
		numbers, err := l.x.contactNumbers(ctx, ids)
		var of []int64
		for _, id := range ids {
			of = append(of, numbers[id]) // 0: those without contact, or a contact that there is not
		}
		return &source{parts: []part{l.contactPart(of)}}, err
	}
	return nil, nil
}

// fieldSource goes by the list of a searchable field.
func (l *listing) fieldSource(c crm.Condition, list int64) *source {
	switch c.Operator {
	case crm.IsEmpty:
		return l.entrySource(list, []string{noValue})
	case crm.IsFilled:
		return l.spanSource(c.Field.Name, "posting p", "p.entry", list, bound{">", noValue})
	case crm.Is:
		exact := !c.Field.Type.HasNormalForm()
		var all []string
		for _, v := range c.Values {
			for _, entry := range entries(v) {
				exact = exact && !crm.IsCutKey(entry)
				all = append(all, entry)
			}
		}
		s := l.entrySource(list, all)
		s.exact = exact
		return s
	}
	compare, ok := comparisons[c.Operator]
	if !ok || len(c.Values) != 1 {
		return nil
	}
	value := entries(c.Values[0])[0]
	if value == noValue {
		return nothing() // compares with nothing
	}
	return l.spanSource(c.Field.Name, "posting p", "p.entry", list, bound{compare, value}, bound{">", noValue})
}

func nothing() *source { return &source{exact: true, parts: []part{none}} }

var comparisons = map[crm.Operator]string{crm.Above: ">", crm.AtLeast: ">=", crm.Below: "<", crm.AtMost: "<="}

// columnSource goes by the index of a column that lists are sorted by.
func (l *listing) columnSource(c crm.Condition, column string) *source {
	compare, ok := comparisons[c.Operator]
	switch {
	case !ok || len(c.Values) != 1:
		return nil
	case len(crm.SortKeys(c.Values[0])) == 0:
		return nothing()
	}
	bounds := []bound{{compare, columnBound(c.Values[0])}}
	if c.Field.Type == crm.TypeInstant {
		bounds = append(bounds, bound{"<>", 0}) // no instant
	}
	return l.spanSource(c.Field.Name, l.table+" t", column, 0, bounds...)
}

// identitySource goes by the look-up of e-mails, phones and tax ids.
func (l *listing) identitySource(c crm.Condition) *source {
	var normalized []string
	for _, v := range c.Values {
		s, ok := v.(string)
		if !ok || s == "" {
			return nil
		}
		normalized = append(normalized, text(s))
	}
	return &source{parts: []part{func(context.Context, int) ([]statement, bool, error) {
		in, args := keyList([]any{l.x.account, c.Field.Name}, normalized)
		return selects(`SELECT t.number FROM contact_identity i JOIN contact t ON t.account_id = i.account_id AND t.id = i.contact_id
			WHERE i.account_id = $1 AND i.kind = $2 AND t.deleted_at = 0 AND i.normalized IN `+in, args...)
	}}}
}
