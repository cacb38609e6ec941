package store

import (
	"context"
	"time"

	"puente/internal/crm"
)

// Events returns the timeline of one contact or deal, newest first, at most limit entries: those older than the entry before, or, when that is zero, the latest. Of the same
// instant, the one added last comes first.
func (x *reader) Events(ctx context.Context, entity crm.Entity, id, before crm.ID, limit int) ([]crm.Event, error) {
	older, args := "", []any{x.account, text(entity), text(id), limit}
	if before != "" {
		older = ` AND (at, number) < (SELECT at, number FROM event WHERE account_id = $1 AND entity = $2 AND entity_id = $3 AND id = $5)`
		args = append(args, text(before))
	}
	return query(ctx, &x.session, "events",
		`SELECT id, entity, entity_id, type, at, actor_kind, actor_id, document, changes FROM event
		 WHERE account_id = $1 AND entity = $2 AND entity_id = $3`+older+` ORDER BY at DESC, number DESC LIMIT $4`, args,
		func(r row) (e crm.Event, err error) {
			err = r.Scan(&e.ID, &e.Entity, &e.EntityID, &e.Type, instant{&e.At}, &e.Actor.Kind, &e.Actor.ID, &e.Document, jsonColumn{&e.Changes})
			return e, err
		})
}

var insertEvent = newInsertion("event", "account_id, id, entity, entity_id, type, at, actor_kind, actor_id, document, changes", "")

// AddEvents appends to the timelines.
func (x *writer) AddEvents(ctx context.Context, events []crm.Event) error {
	values := make([]any, 0, len(events)*insertEvent.columns)
	for _, e := range events {
		changes, err := changesJSON(e.Changes)
		if err != nil {
			return crm.NewError(crm.Invalid, "value_invalid").Because(err)
		}
		values = append(values, x.account, text(e.ID), text(e.Entity), text(e.EntityID), text(e.Type), micros(e.At),
			text(e.Actor.Kind), text(e.Actor.ID), text(e.Document), changes)
	}
	return x.s.failed("add events", x.insert(ctx, insertEvent, values))
}

// StageChanges returns the moves of one deal, oldest first.
func (x *reader) StageChanges(ctx context.Context, deal crm.ID) ([]crm.StageChange, error) {
	return query(ctx, &x.session, "stage changes",
		`SELECT deal_id, from_stage_id, to_stage_id, at, stood, actor_kind, actor_id FROM stage_change
		 WHERE account_id = $1 AND deal_id = $2 ORDER BY at, number`, []any{x.account, text(deal)},
		func(r row) (c crm.StageChange, err error) {
			var stood int64
			err = r.Scan(&c.DealID, &c.FromStageID, &c.ToStageID, instant{&c.At}, &stood, &c.Actor.Kind, &c.Actor.ID)
			c.Stood = time.Duration(stood)
			return c, err
		})
}

var insertStageChange = newInsertion("stage_change", "account_id, deal_id, from_stage_id, to_stage_id, at, stood, actor_kind, actor_id", "")

// AddStageChanges appends to the moves of deals.
func (x *writer) AddStageChanges(ctx context.Context, changes []crm.StageChange) error {
	values := make([]any, 0, len(changes)*insertStageChange.columns)
	for _, c := range changes {
		values = append(values, x.account, text(c.DealID), text(c.FromStageID), text(c.ToStageID), micros(c.At), int64(c.Stood),
			text(c.Actor.Kind), text(c.Actor.ID))
	}
	return x.s.failed("add stage changes", x.insert(ctx, insertStageChange, values))
}
