package crm

import (
	"context"
	"strconv"
	"time"
)

// ArchiveField takes a field out of use; its values stay, nobody sees them, and it can be restored. One that is archived already stays so. not_found: field_not_found.
func ArchiveField(ctx context.Context, tx Tx, hand Hand, id ID) (CustomField, error) {
	field, err := FindField(ctx, tx, id)
	if err != nil || !field.ArchivedAt.IsZero() {
		return field, err
	}
	field.ArchivedAt = hand.At
	return updateField(ctx, tx, field)
}

// RestoreField takes an archived field into use again. One that is in use stays so. not_found: field_not_found. conflict: another field has taken its name (name_taken).
func RestoreField(ctx context.Context, tx Tx, hand Hand, id ID) (CustomField, error) {
	field, err := FindField(ctx, tx, id)
	if err != nil || field.ArchivedAt.IsZero() {
		return field, err
	}
	field.ArchivedAt = time.Time{}
	return updateField(ctx, tx, field)
}

// DeleteField deletes a field for ever, with all its values: nobody sees it any more, and in the background the values go, then the field. expected is how many values somebody was told that will be lost.
// not_found: field_not_found. conflict: there are more than that (field_has_values, with the name and the count, to be asked and called again).
func DeleteField(ctx context.Context, tx Tx, hand Hand, id ID, expected int) error {
	field, err := FindField(ctx, tx, id)
	if err != nil {
		return err
	}
	count, err := tx.CountValues(ctx, field)
	if err != nil {
		return err
	}
	if count > expected {
		return NewError(Conflict, "field_has_values", "name", field.Name, "count", strconv.Itoa(count))
	}
	if field.ArchivedAt.IsZero() {
		field.ArchivedAt = hand.At
	}
	field.Searchable = false
	if err := field.startWork(ctx, tx, WorkErase); err != nil {
		return err
	}
	_, err = updateField(ctx, tx, field)
	return err
}
