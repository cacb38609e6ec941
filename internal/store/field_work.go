package store

import (
	"context"
	"database/sql"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// fieldWork is what is being done to all records because of a change to a field.
type fieldWork struct {
	field crm.CustomField
	list  int64
	total int64 // the highest number that a record has
	limit int64 // of records in one step
}

// FieldWork returns the accounts that have work on fields, or on what tags left that were deleted, oldest account first.
func (s *Store) FieldWork(ctx context.Context) ([]crm.ID, error) {
	var accounts []crm.ID
	err := s.transact(ctx, s.reader, &s.dialect.view, "field work", func(tx *sql.Tx) (err error) {
		accounts, err = query(ctx, &session{s: s, tx: tx}, "field work",
			`SELECT id FROM account WHERE number IN (SELECT account_id FROM custom_field WHERE work <> '' UNION SELECT account_id FROM dropped_tag) ORDER BY number`, nil, scanID)
		return err
	})
	return accounts, err
}

// StepFieldWork does a part of the account's oldest unfinished work on a field, or else on a tag, about limit records, in one transaction, and says whether there is more to do. Several
// nodes may do it at once: the account has one writer, and each step goes on where the last one ended.
func (s *Store) StepFieldWork(ctx context.Context, account crm.ID, limit int) (more bool, err error) {
	err = s.Update(ctx, account, func(tx bridge.Tx) error {
		more, err = tx.(*writer).stepFieldWork(ctx, int64(max(limit, 1)))
		return err
	})
	return more && err == nil, err
}

func (x *writer) stepFieldWork(ctx context.Context, limit int64) (more bool, err error) {
	works, err := query(ctx, &x.session, "field work",
		`SELECT number, `+fieldColumns+` FROM custom_field WHERE account_id = $1 AND work <> '' ORDER BY number LIMIT 2`, []any{x.account},
		func(r row) (w fieldWork, err error) {
			w.field, err = scanField(prefixed{r, &w.list})
			w.list += fieldLists
			return w, err
		})
	if err != nil {
		return false, err
	}
	if len(works) == 0 {
		return x.stepDroppedTags(ctx, limit)
	}
	w := works[0]
	w.limit = limit
	if w.total, err = x.lastNumber(ctx, tableOf(w.field.Entity), 1); err != nil {
		return false, err
	}
	var ended bool
	switch w.field.Work.Kind {
	case crm.WorkIndex:
		ended, err = x.stepIndex(ctx, w)
	case crm.WorkUnindex:
		ended, err = x.stepUnindex(ctx, w)
	case crm.WorkErase:
		ended, err = x.stepErase(ctx, w)
	}
	return !ended || len(works) > 1, err
}

// prefixed reads a row whose first column is a number.
type prefixed struct {
	row
	number *int64
}

func (p prefixed) Scan(into ...any) error { return p.row.Scan(append([]any{p.number}, into...)...) }

// stepIndex adds the postings of the next records. Those that are saved meanwhile keep theirs right themselves.
func (x *writer) stepIndex(ctx context.Context, w fieldWork) (ended bool, err error) {
	until := w.field.Work.Done + w.limit
	values, err := query(ctx, &x.session, "values to index", `SELECT number, custom -> CAST($2 AS TEXT) FROM `+tableOf(w.field.Entity)+`
		WHERE account_id = $1 AND number > $3 AND number <= $4 AND deleted_at = 0`, []any{x.account, text(w.field.Key), w.field.Work.Done, until},
		func(r row) (v fieldValue, err error) {
			err = r.Scan(&v.number, jsonColumn{&v.value})
			return v, err
		})
	if err != nil {
		return false, err
	}
	var changes postingChanges
	for _, v := range values {
		changes.added = append(changes.added, valuePostings(w.list, v.number, v.value)...)
	}
	if err := x.savePostings(ctx, changes); err != nil {
		return false, err
	}
	return until >= w.total, x.noteWork(ctx, w, until, until >= w.total)
}

// noteWork keeps how far the work is, or that it is done. The field's version stays: nobody changed the field.
func (x *writer) noteWork(ctx context.Context, w fieldWork, done int64, ended bool) error {
	kind := w.field.Work.Kind
	if ended {
		kind, done, w.total = "", 0, 0
	}
	_, err := x.exec(ctx, "note field work", `UPDATE custom_field SET work = $3, work_done = $4, work_total = $5 WHERE account_id = $1 AND id = $2`,
		x.account, text(w.field.ID), text(kind), min(done, w.total), w.total)
	return err
}

func (x *writer) stepUnindex(ctx context.Context, w fieldWork) (ended bool, err error) {
	if ended, err = x.dropPostings(ctx, w.list, w.limit); err != nil {
		return false, err
	}
	return ended, x.noteWork(ctx, w, w.field.Work.Done+w.limit, ended)
}

// dropPostings deletes at most limit postings of a list, and says whether none are left.
func (x *writer) dropPostings(ctx context.Context, list, limit int64) (ended bool, err error) {
	last, err := query(ctx, &x.session, "postings to drop",
		`SELECT entry, number FROM posting WHERE account_id = $1 AND list = $2 ORDER BY entry, number LIMIT 1 OFFSET $3`, []any{x.account, list, limit - 1},
		func(r row) (p posting, err error) {
			err = r.Scan(&p.entry, &p.number)
			return p, err
		})
	if err != nil {
		return false, err
	}
	where, args := `account_id = $1 AND list = $2`, []any{x.account, list}
	if ended = len(last) == 0; !ended {
		where, args = where+` AND (entry, number) <= ($3, $4)`, append(args, last[0].entry, last[0].number)
	}
	_, err = x.exec(ctx, "drop postings", `DELETE FROM posting WHERE `+where, args...)
	return ended, err
}

// stepErase takes the values out of the next records; from the last record on, the postings that are left, and then the field itself.
func (x *writer) stepErase(ctx context.Context, w fieldWork) (ended bool, err error) {
	done := w.field.Work.Done
	if done >= w.total {
		if ended, err = x.dropPostings(ctx, w.list, w.limit); err != nil || !ended {
			return false, err
		}
		_, err = x.exec(ctx, "delete field", `DELETE FROM custom_field WHERE account_id = $1 AND id = $2`, x.account, text(w.field.ID))
		return err == nil, err
	}
	until := done + w.limit
	values, err := query(ctx, &x.session, "values to erase", `SELECT number, custom -> CAST($2 AS TEXT) FROM `+tableOf(w.field.Entity)+`
		WHERE account_id = $1 AND number > $3 AND number <= $4 AND custom -> CAST($5 AS TEXT) IS NOT NULL`,
		[]any{x.account, text(w.field.Key), done, until, text(w.field.Key)}, func(r row) (v fieldValue, err error) {
			err = r.Scan(&v.number, jsonColumn{&v.value})
			return v, err
		})
	if err != nil {
		return false, err
	}
	var erased []rewrittenValue
	var changes postingChanges
	for _, v := range values {
		erased = append(erased, rewrittenValue{v.number, "null"})
		changes.dropped = append(changes.dropped, valuePostings(w.list, v.number, v.value)...)
	}
	if err := x.writeValues(ctx, w.field, erased); err != nil {
		return false, err
	}
	if err := x.savePostings(ctx, changes); err != nil {
		return false, err
	}
	return false, x.noteWork(ctx, w, until, false)
}
