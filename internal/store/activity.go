package store

import (
	"context"
	"time"

	"puente/internal/crm"
)

const activityColumns = `id, title, kind, status, start_at, due_by, contact_id, deal_id, owner_id, notes, actor_kind, actor_id, created_at, updated_at,
	finished_at, deleted_at, version`

func scanActivity(r row) (*crm.Activity, error) {
	a := &crm.Activity{}
	return a, r.Scan(&a.ID, &a.Title, &a.Kind, &a.Status, instant{&a.StartAt}, dueInstant{&a.DueAt}, &a.ContactID, &a.DealID, &a.OwnerID, &a.Notes,
		&a.CreatedBy.Kind, &a.CreatedBy.ID, instant{&a.CreatedAt}, instant{&a.UpdatedAt}, instant{&a.FinishedAt}, instant{&a.DeletedAt}, &a.Version)
}

// ActivitiesByID returns the activities with these ids, deleted ones too, in the order of their ids; unknown ids are left out.
func (x *reader) ActivitiesByID(ctx context.Context, ids []crm.ID) ([]*crm.Activity, error) {
	return queryIn(ctx, &x.session, "activities", `SELECT `+activityColumns+` FROM activity WHERE account_id = $1 AND id IN `+list+` ORDER BY id`,
		[]any{x.account}, ids, scanActivity)
}

var (
	insertActivity = newInsertion("activity", "account_id, "+activityColumns, "")
	updateActivity = newInsertion("activity", "account_id, "+activityColumns, `ON CONFLICT (account_id, id) DO UPDATE SET
		title = excluded.title, kind = excluded.kind, status = excluded.status, start_at = excluded.start_at, due_by = excluded.due_by,
		contact_id = excluded.contact_id, deal_id = excluded.deal_id, owner_id = excluded.owner_id, notes = excluded.notes,
		updated_at = excluded.updated_at, finished_at = excluded.finished_at, deleted_at = excluded.deleted_at, version = excluded.version`)
)

// SaveActivities inserts those of Version 0 and updates the others, and raises Version; who made an activity stays. conflict: one was stale.
func (x *writer) SaveActivities(ctx context.Context, activities []*crm.Activity) error {
	if err := x.settleUpdated(ctx, "activity", updatedOf(activities, func(a *crm.Activity) *time.Time { return &a.UpdatedAt })); err != nil {
		return err
	}
	return saveVersioned(ctx, x, "activity", insertActivity, updateActivity, activities,
		func(a *crm.Activity) (crm.ID, *int64) { return a.ID, &a.Version },
		func(a *crm.Activity) []any {
			return []any{
				x.account, text(a.ID), text(a.Title), text(a.Kind), text(a.Status), micros(a.StartAt), dueMicros(a.DueAt), text(a.ContactID),
				text(a.DealID), text(a.OwnerID), text(a.Notes), text(a.CreatedBy.Kind), text(a.CreatedBy.ID), micros(a.CreatedAt), micros(a.UpdatedAt),
				micros(a.FinishedAt), micros(a.DeletedAt), a.Version,
			}
		})
}
