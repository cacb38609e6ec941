package store

import (
	"context"

	"puente/internal/crm"
)

const fieldColumns = `id, entity, key, name, type, options, pattern, required, default_value, searchable, position, created_at, archived_at, work, work_done,
	work_total, version`

func scanField(r row) (f crm.CustomField, err error) {
	var work crm.FieldWork
	err = r.Scan(&f.ID, &f.Entity, &f.Key, &f.Name, &f.Type, jsonColumn{&f.Options}, &f.Pattern, &f.Required, jsonColumn{&f.Default}, &f.Searchable,
		&f.Position, instant{&f.CreatedAt}, instant{&f.ArchivedAt}, &work.Kind, &work.Done, &work.Total, &f.Version)
	if work.Kind != "" {
		f.Work = &work
	}
	return f, err
}

// CustomFields returns the fields of one entity in their order, archived ones too, without those that are being erased.
func (x *reader) CustomFields(ctx context.Context, entity crm.Entity) ([]crm.CustomField, error) {
	return query(ctx, &x.session, "custom fields",
		`SELECT `+fieldColumns+` FROM custom_field WHERE account_id = $1 AND entity = $2 AND work <> $3 ORDER BY position, created_at, id`,
		[]any{x.account, text(entity), text(crm.WorkErase)}, scanField)
}

// fieldValues returns the columns of a field that may change.
func fieldValues(f crm.CustomField) ([]any, error) {
	var ofDefault any
	if f.Default != nil {
		b, err := appendValue(nil, f.Default)
		if err != nil {
			return nil, crm.NewError(crm.Invalid, "value_invalid").Because(err)
		}
		ofDefault = string(b)
	}
	var work crm.FieldWork
	if f.Work != nil {
		work = *f.Work
	}
	return []any{
		text(f.Name), crm.Fold(text(f.Name)), text(f.Type), jsonList(f.Options), text(f.Pattern), f.Required, ofDefault, f.Searchable, f.Position,
		micros(f.ArchivedAt), text(work.Kind), work.Done, work.Total,
	}, nil
}

// CreateCustomField adds a field, of Version 1. conflict: the key, the name (of a field of that entity in use) or the id is taken.
func (x *writer) CreateCustomField(ctx context.Context, f crm.CustomField) error {
	values, err := fieldValues(f)
	if err != nil {
		return err
	}
	_, err = x.tx.ExecContext(ctx,
		`INSERT INTO custom_field (account_id, id, entity, key, created_at, number, name, name_key, type, options, pattern, required, default_value, searchable,
		 position, archived_at, work, work_done, work_total, version)
		 VALUES ($1, $2, $3, $4, $5, (SELECT COALESCE(MAX(number), 0) + 1 FROM custom_field WHERE account_id = $1), $6, $7, $8, $9, $10, $11, $12, $13, $14,
		 $15, $16, $17, $18, 1)`,
		append([]any{x.account, text(f.ID), text(f.Entity), text(f.Key), micros(f.CreatedAt)}, values...)...)
	return x.s.taken("create custom field", err, idTaken(f.ID), nameTaken(f.Name))
}

// UpdateCustomField updates a field, its Work included; entity and key stay. not_found: no such field. conflict: stale, or the name is taken.
func (x *writer) UpdateCustomField(ctx context.Context, f crm.CustomField) error {
	values, err := fieldValues(f)
	if err != nil {
		return err
	}
	return x.updateVersion(ctx, "custom_field", f.ID, notFound("field_not_found", f.ID), nameTaken(f.Name),
		`UPDATE custom_field SET name = $4, name_key = $5, type = $6, options = $7, pattern = $8, required = $9, default_value = $10, searchable = $11,
		 position = $12, archived_at = $13, work = $14, work_done = $15, work_total = $16, version = version + 1
		 WHERE account_id = $1 AND id = $2 AND version = $3`,
		append([]any{x.account, text(f.ID), f.Version}, values...)...)
}
