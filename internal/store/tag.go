package store

import (
	"context"

	"puente/internal/crm"
)

// Tags returns all tags by name, case and accents aside.
func (x *reader) Tags(ctx context.Context) ([]crm.Tag, error) {
	return query(ctx, &x.session, "tags", `SELECT id, name, color, created_at FROM tag WHERE account_id = $1 ORDER BY name_key`, []any{x.account},
		func(r row) (t crm.Tag, err error) {
			err = r.Scan(&t.ID, &t.Name, &t.Color, instant{&t.CreatedAt})
			return t, err
		})
}

// CreateTag adds a tag. conflict: the name or the id is taken.
func (x *writer) CreateTag(ctx context.Context, t crm.Tag) error {
	_, err := x.tx.ExecContext(ctx, `INSERT INTO tag (account_id, id, name, name_key, color, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		x.account, text(t.ID), text(t.Name), crm.Fold(text(t.Name)), text(t.Color), micros(t.CreatedAt))
	return x.s.taken("create tag", err, idTaken(t.ID), nameTaken(t.Name))
}

// UpdateTag updates a tag's name and colour. not_found: no such tag. conflict: the name is taken.
func (x *writer) UpdateTag(ctx context.Context, t crm.Tag) error {
	r, err := x.tx.ExecContext(ctx, `UPDATE tag SET name = $3, name_key = $4, color = $5 WHERE account_id = $1 AND id = $2`,
		x.account, text(t.ID), text(t.Name), crm.Fold(text(t.Name)), text(t.Color))
	if err != nil {
		return x.s.taken("update tag", err, idTaken(t.ID), nameTaken(t.Name))
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		return notFound("tag_not_found", t.ID)
	}
	return x.s.failed("update tag", err)
}

// DeleteTag deletes a tag; its postings go with the work on fields, so that it takes no longer the more contacts have it. not_found: no such tag.
func (x *writer) DeleteTag(ctx context.Context, id crm.ID) error {
	n, err := x.exec(ctx, "delete tag", `DELETE FROM tag WHERE account_id = $1 AND id = $2`, x.account, text(id))
	if err == nil && n == 0 {
		return notFound("tag_not_found", id)
	}
	if err == nil {
		_, err = x.exec(ctx, "drop tag", `INSERT INTO dropped_tag (account_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, x.account, text(id))
	}
	return err
}

// stepDroppedTags deletes at most limit postings of a tag that was deleted, and says whether there may be more.
func (x *writer) stepDroppedTags(ctx context.Context, limit int64) (more bool, err error) {
	tags, err := query(ctx, &x.session, "dropped tags", `SELECT id FROM dropped_tag WHERE account_id = $1 ORDER BY id LIMIT 2`, []any{x.account}, scanID)
	if err != nil || len(tags) == 0 {
		return false, err
	}
	tag := text(tags[0])
	left, err := query(ctx, &x.session, "postings of a dropped tag",
		`SELECT number FROM posting WHERE account_id = $1 AND list = $2 AND entry = $3 ORDER BY number LIMIT $4`, []any{x.account, contactTags, tag, limit},
		func(r row) (posting, error) {
			number, err := scanNumber(r)
			return posting{contactTags, tag, number}, err
		})
	if err != nil {
		return false, err
	}
	if err := x.savePostings(ctx, postingChanges{dropped: left}); err != nil || int64(len(left)) == limit {
		return true, err
	}
	_, err = x.exec(ctx, "dropped tag", `DELETE FROM dropped_tag WHERE account_id = $1 AND id = $2`, x.account, tag)
	return len(tags) > 1, err
}
