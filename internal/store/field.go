package store

import (
	"context"

	"puente/internal/crm"
)

// CustomFields returns the fields of one entity in their order, archived ones too.
func (x *reader) CustomFields(ctx context.Context, entity crm.Entity) ([]crm.CustomField, error) {
	return query(ctx, &x.session, "custom fields",
		`SELECT id, entity, key, name, type, options, position, created_at, archived_at FROM custom_field
		 WHERE account_id = $1 AND entity = $2 ORDER BY position, created_at, id`, []any{x.account, text(entity)},
		func(r row) (f crm.CustomField, err error) {
			err = r.Scan(&f.ID, &f.Entity, &f.Key, &f.Name, &f.Type, jsonColumn{&f.Options}, &f.Position,
				instant{&f.CreatedAt}, instant{&f.ArchivedAt})
			return f, err
		})
}

// CreateCustomField adds a field. conflict: the key, the name (of a field of that entity in use) or the id is taken.
func (x *writer) CreateCustomField(ctx context.Context, f crm.CustomField) error {
	_, err := x.tx.ExecContext(ctx,
		`INSERT INTO custom_field (account_id, id, entity, key, name, type, options, position, created_at, archived_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		x.account, text(f.ID), text(f.Entity), text(f.Key), text(f.Name), text(f.Type), jsonList(f.Options), f.Position,
		micros(f.CreatedAt), micros(f.ArchivedAt))
	return x.s.taken("create custom field", err, idTaken(f.ID), crm.NewError(crm.Conflict, "name_taken", "name", f.Name).At("name"))
}
