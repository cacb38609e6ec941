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

// DeleteTag deletes a tag. not_found: no such tag.
func (x *writer) DeleteTag(ctx context.Context, id crm.ID) error {
	n, err := x.exec(ctx, "delete tag", `DELETE FROM tag WHERE account_id = $1 AND id = $2`, x.account, text(id))
	if err == nil && n == 0 {
		return notFound("tag_not_found", id)
	}
	return err
}
