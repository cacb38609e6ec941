package store

import (
	"context"
	"time"

	"puente/internal/crm"
)

const noteColumns = `id, entity, entity_id, text, actor_kind, actor_id, created_at, updated_at, deleted_at, version`

func scanNote(r row) (*crm.Note, error) {
	n := &crm.Note{}
	return n, r.Scan(&n.ID, &n.Entity, &n.EntityID, &n.Text, &n.Author.Kind, &n.Author.ID, instant{&n.CreatedAt}, instant{&n.UpdatedAt},
		instant{&n.DeletedAt}, &n.Version)
}

// NotesByID returns the notes with these ids, deleted ones too, in the order of their ids; unknown ids are left out.
func (x *reader) NotesByID(ctx context.Context, ids []crm.ID) ([]*crm.Note, error) {
	return queryIn(ctx, &x.session, "notes", `SELECT `+noteColumns+` FROM note WHERE account_id = $1 AND id IN `+list+` ORDER BY id`,
		[]any{x.account}, ids, scanNote)
}

// Notes returns the notes on a contact or deal that are not deleted, newest first, at most limit, made before an instant (zero: any).
func (x *reader) Notes(ctx context.Context, entity crm.Entity, id crm.ID, before time.Time, limit int) ([]*crm.Note, error) {
	end := lastInstant
	if !before.IsZero() {
		end = micros(before)
	}
	return query(ctx, &x.session, "notes of a record",
		`SELECT `+noteColumns+` FROM note WHERE account_id = $1 AND entity = $2 AND entity_id = $3 AND deleted_at = 0 AND created_at < $4
		 ORDER BY created_at DESC, id DESC LIMIT $5`,
		[]any{x.account, text(entity), text(id), end, limit}, scanNote)
}

var (
	insertNote = newInsertion("note", "account_id, "+noteColumns, "")
	updateNote = newInsertion("note", "account_id, "+noteColumns, `ON CONFLICT (account_id, id) DO UPDATE SET
		text = excluded.text, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = excluded.version`)
)

// SaveNotes inserts those of Version 0 and updates the others, and raises Version; what a note is about and who wrote it stays. conflict: one was stale.
func (x *writer) SaveNotes(ctx context.Context, notes []*crm.Note) error {
	return saveVersioned(ctx, x, "note", insertNote, updateNote, notes, func(n *crm.Note) (crm.ID, *int64) { return n.ID, &n.Version },
		func(n *crm.Note) []any {
			return []any{
				x.account, text(n.ID), text(n.Entity), text(n.EntityID), text(n.Text), text(n.Author.Kind), text(n.Author.ID), micros(n.CreatedAt),
				micros(n.UpdatedAt), micros(n.DeletedAt), n.Version,
			}
		})
}

// saveVersioned inserts those of Version 0 and updates the others, and raises Version, which is lowered again if the transaction does not commit.
func saveVersioned[T any](ctx context.Context, x *writer, table string, insert, update *insertion, all []T, of func(T) (crm.ID, *int64),
	values func(T) []any,
) error {
	known := make(map[crm.ID]int64, len(all))
	if _, err := queryIn(ctx, &x.session, table+" versions", `SELECT id, version FROM `+table+` WHERE account_id = $1 AND id IN `+list,
		[]any{x.account}, savedIDs(all, func(v T) (crm.ID, int64) { id, version := of(v); return id, *version }),
		func(r row) (struct{}, error) {
			var id crm.ID
			var version int64
			err := r.Scan(&id, &version)
			known[id] = version
			return struct{}{}, err
		}); err != nil {
		return err
	}
	fresh, changed, err := raise(all, known, of)
	if err != nil {
		return err
	}
	for _, v := range all {
		_, version := of(v)
		x.raised = append(x.raised, version)
	}
	rows := func(all []T) []any {
		var rows []any
		for _, v := range all {
			rows = append(rows, values(v)...)
		}
		return rows
	}
	if err := x.insert(ctx, insert, rows(fresh)); err != nil {
		return x.s.taken("insert "+table, err, stale(table), stale(table))
	}
	return x.s.failed("update "+table, x.insert(ctx, update, rows(changed)))
}
