package store

import (
	"context"
	"encoding/json"
	"strings"

	"puente/internal/crm"
)

// valuesChunk is how many records are looked at, and their values held in memory, at a time.
const valuesChunk = 1_000

// fieldValue is what one record has in a custom field.
type fieldValue struct {
	number int64
	record crm.ID
	living bool
	value  any
}

// valuesAfter returns those of the next records, by their numbers, deleted ones too, that have a value in a field.
func (x *session) valuesAfter(ctx context.Context, f crm.CustomField, after int64) ([]fieldValue, error) {
	return query(ctx, x, "values", `SELECT number, id, deleted_at, custom -> CAST($2 AS TEXT) FROM `+tableOf(f.Entity)+`
		WHERE account_id = $1 AND number > $3 AND number <= $4 AND custom -> CAST($5 AS TEXT) IS NOT NULL ORDER BY number`,
		[]any{x.account, text(f.Key), after, after + valuesChunk, text(f.Key)}, func(r row) (v fieldValue, err error) {
			var deleted int64
			err = r.Scan(&v.number, &v.record, &deleted, jsonColumn{&v.value})
			v.living = deleted == 0
			return v, err
		})
}

// tableOf returns the table of contacts or of deals.
func tableOf(entity crm.Entity) string {
	if entity == crm.EntityContact {
		return "contact"
	}
	return "deal"
}

// CountStored returns how many contacts or deals there ever were, deleted ones too: their numbers are counted through, and none is deleted for good.
func (x *reader) CountStored(ctx context.Context, entity crm.Entity) (int, error) {
	n, err := queryOne(ctx, &x.session, "count stored", `SELECT COALESCE(MAX(number), 0) FROM `+tableOf(entity)+` WHERE account_id = $1`, []any{x.account}, scanNumber, nil)
	return int(n), err
}

// CountDetails returns how many records, deleted ones too, have a value in a standard field that stands in Details. It reads them all.
func (x *reader) CountDetails(ctx context.Context, entity crm.Entity, field string) (int, error) {
	n, err := queryOne(ctx, &x.session, "count details",
		`SELECT COUNT(*) FROM `+tableOf(entity)+` WHERE account_id = $1 AND details -> CAST($2 AS TEXT) IS NOT NULL`, []any{x.account, text(field)}, scanNumber, nil)
	return int(n), err
}

// CountValues returns how many records, deleted ones too, have a value in a custom field. It reads them all.
func (x *reader) CountValues(ctx context.Context, f crm.CustomField) (int, error) {
	n, err := queryOne(ctx, &x.session, "count values",
		`SELECT COUNT(*) FROM `+tableOf(f.Entity)+` WHERE account_id = $1 AND custom -> CAST($2 AS TEXT) IS NOT NULL`, []any{x.account, text(f.Key)}, scanNumber, nil)
	return int(n), err
}

// EachValue calls fn with each of those values and the record's id, in the order in which the records were made, until fn returns an error.
func (x *reader) EachValue(ctx context.Context, f crm.CustomField, fn func(record crm.ID, value any) error) error {
	return x.eachChunk(ctx, f, func(values []fieldValue) error {
		for _, v := range values {
			if err := fn(v.record, v.value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (x *session) eachChunk(ctx context.Context, f crm.CustomField, fn func([]fieldValue) error) error {
	last, err := queryOne(ctx, x, "last number", `SELECT COALESCE(MAX(number), 0) FROM `+tableOf(f.Entity)+` WHERE account_id = $1`, []any{x.account}, scanNumber, nil)
	if err != nil {
		return err
	}
	// By ranges of numbers, not by a LIMIT: PostgreSQL would sort all that are left for each, until it has counted the records of the account.
	for after := int64(0); after < last; after += valuesChunk {
		values, err := x.valuesAfter(ctx, f, after)
		if err != nil {
			return err
		}
		if len(values) == 0 {
			continue
		}
		if err := fn(values); err != nil {
			return err
		}
	}
	return nil
}

// RewriteValues puts what fn returns (nil: nothing) in the place of each value of a custom field, of deleted records too, and returns how many values there were.
// Timelines and versions stay as they are. It ends with fn's first error.
func (x *writer) RewriteValues(ctx context.Context, f crm.CustomField, fn func(record crm.ID, value any) (any, error)) (int, error) {
	list, err := x.fieldList(ctx, f)
	if err != nil {
		return 0, err
	}
	count := 0
	err = x.eachChunk(ctx, f, func(values []fieldValue) error {
		count += len(values)
		var changes postingChanges
		var rewritten []rewrittenValue
		for _, v := range values {
			value, err := fn(v.record, v.value)
			if err != nil {
				return err
			}
			r, changed, err := rewrite(v, value)
			if err != nil {
				return err
			}
			if !changed {
				continue
			}
			rewritten = append(rewritten, r)
			if v.living && list.searchable {
				changes.replace(valuePostings(list.number, v.number, v.value), valuePostings(list.number, v.number, value))
			}
		}
		if err := x.writeValues(ctx, f, rewritten); err != nil {
			return err
		}
		return x.savePostings(ctx, changes)
	})
	return count, err
}

// rewrittenValue is a value as JSON; "null": none any more.
type rewrittenValue struct {
	number int64
	json   string
}

func rewrite(v fieldValue, value any) (r rewrittenValue, changed bool, err error) {
	after, err := appendValue(nil, value)
	if err != nil {
		return r, false, crm.NewError(crm.Invalid, "value_invalid").Because(err)
	}
	before, err := appendValue(nil, v.value)
	return rewrittenValue{v.number, string(after)}, err != nil || string(before) != string(after), nil
}

func valuePostings(list, number int64, value any) []posting {
	var all []posting
	for _, entry := range entries(value) {
		all = append(all, posting{list, entry, number})
	}
	return all
}

// writeValues writes values into the custom values of their records; those of null go, with their origins.
func (x *writer) writeValues(ctx context.Context, f crm.CustomField, values []rewrittenValue) error {
	if len(values) == 0 {
		return nil
	}
	// As texts: numbers keep their digits.
	byNumber := make(map[int64]string, len(values))
	for _, v := range values {
		byNumber[v.number] = v.json
	}
	j, err := json.Marshal(byNumber)
	if err != nil {
		return x.s.failed("write values", err)
	}
	_, err = x.exec(ctx, "write values", strings.ReplaceAll(x.s.dialect.writeValues, "$table", tableOf(f.Entity)), x.account, text(f.Key), string(j))
	return err
}

// fieldList is the list of a field's postings.
type fieldList struct {
	number     int64
	searchable bool
}

func (x *session) fieldList(ctx context.Context, f crm.CustomField) (fieldList, error) {
	return queryOne(ctx, x, "list of a field", `SELECT number, searchable FROM custom_field WHERE account_id = $1 AND id = $2`, []any{x.account, text(f.ID)},
		func(r row) (l fieldList, err error) {
			err = r.Scan(&l.number, &l.searchable)
			l.number += fieldLists
			return l, err
		}, notFound("field_not_found", f.ID))
}
