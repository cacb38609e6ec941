package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"puente/internal/crm"
)

const dealColumns = `id, name, contact_id, pipeline_id, stage_id, stage_entered_at, owner_id, value_minor, value_currency, custom, origins,
	created_at, updated_at, deleted_at, version`

// scanDeal reads the dealColumns.
func scanDeal(r row) (*crm.Deal, error) {
	d := &crm.Deal{}
	return d, r.Scan(&d.ID, &d.Name, optionalID{&d.ContactID}, &d.PipelineID, &d.StageID, instant{&d.StageEnteredAt}, optionalID{&d.OwnerID},
		&d.Value.Minor, &d.Value.Currency, jsonColumn{&d.Custom}, jsonColumn{&d.Origins}, instant{&d.CreatedAt}, instant{&d.UpdatedAt},
		instant{&d.DeletedAt}, &d.Version)
}

// DealsByID returns the deals with these ids, deleted ones too, in the order of their ids; unknown ids are left out.
func (x *reader) DealsByID(ctx context.Context, ids []crm.ID) ([]*crm.Deal, error) {
	return queryIn(ctx, &x.session, "deals",
		`SELECT `+dealColumns+` FROM deal WHERE account_id = $1 AND id IN `+list+` ORDER BY id`, []any{x.account}, ids, scanDeal)
}

// DealsByContact returns the living deals of these contacts that stand in one of these stages, in the order of their ids.
func (x *reader) DealsByContact(ctx context.Context, contacts, stages []crm.ID) ([]*crm.Deal, error) {
	if len(stages) == 0 {
		return nil, nil
	}
	// The few stages first: they are the parameters before the list.
	args := []any{x.account}
	for _, s := range stages {
		args = append(args, string(s))
	}
	deals, err := queryIn(ctx, &x.session, "deals by contact",
		`SELECT `+dealColumns+` FROM deal WHERE account_id = $1 AND deleted_at = 0 AND stage_id IN (`+placeholders(2, len(stages))+`)
		 AND contact_id IN `+list, args, contacts, scanDeal)
	slices.SortFunc(deals, func(a, b *crm.Deal) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return deals, err
}

var (
	insertDeal = newInsertion("deal", "account_id, "+dealColumns, "")
	updateDeal = newInsertion("deal", "account_id, "+dealColumns, `ON CONFLICT (account_id, id) DO UPDATE SET
		name = excluded.name, contact_id = excluded.contact_id, pipeline_id = excluded.pipeline_id, stage_id = excluded.stage_id,
		stage_entered_at = excluded.stage_entered_at, owner_id = excluded.owner_id, value_minor = excluded.value_minor,
		value_currency = excluded.value_currency, custom = excluded.custom, origins = excluded.origins, created_at = excluded.created_at,
		updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = excluded.version`)
)

// tally is how many living deals a stage has, and the sum of their values.
type tally struct{ deals, value int64 }

// SaveDeals inserts those of Version 0 and updates the others whole, and raises Version. conflict: one was stale. invalid: its stage (of its
// pipeline), contact or owner does not exist.
func (x *writer) SaveDeals(ctx context.Context, deals []*crm.Deal) error {
	if len(deals) == 0 {
		return nil
	}
	account, err := x.Account(ctx)
	if err != nil {
		return err
	}
	// The board's totals change by the difference between each deal as it was and as it will be.
	totals := map[crm.ID]tally{}
	count := func(stage crm.ID, value crm.Money, living bool, sign int64) {
		if !living {
			return
		}
		t := totals[stage]
		t.deals += sign
		if value.Currency == account.Currency {
			t.value += sign * value.Minor
		}
		totals[stage] = t
	}
	known := make(map[crm.ID]int64, len(deals))
	if _, err := queryIn(ctx, &x.session, "deal versions",
		`SELECT id, version, stage_id, value_minor, value_currency, deleted_at FROM deal WHERE account_id = $1 AND id IN `+list, []any{x.account},
		savedIDs(deals, func(d *crm.Deal) (crm.ID, int64) { return d.ID, d.Version }),
		func(r row) (struct{}, error) {
			var d crm.Deal
			err := r.Scan(&d.ID, &d.Version, &d.StageID, &d.Value.Minor, &d.Value.Currency, instant{&d.DeletedAt})
			known[d.ID] = d.Version
			count(d.StageID, d.Value, d.DeletedAt.IsZero(), -1)
			return struct{}{}, err
		}); err != nil {
		return err
	}
	fresh, changed, err := raise(deals, known, func(d *crm.Deal) (crm.ID, *int64) { return d.ID, &d.Version })
	if err != nil {
		return err
	}
	x.deals = append(x.deals, deals...)

	rows := func(deals []*crm.Deal) ([]any, error) {
		values := make([]any, 0, len(deals)*insertDeal.columns)
		for _, d := range deals {
			custom, err := customJSON(d.Custom)
			if err != nil {
				return nil, crm.NewError(crm.Invalid, "value_invalid").Because(err)
			}
			values = append(values, x.account, text(d.ID), text(d.Name), reference(d.ContactID), text(d.PipelineID), text(d.StageID),
				micros(d.StageEnteredAt), reference(d.OwnerID), d.Value.Minor, text(d.Value.Currency), custom, originsJSON(d.Origins),
				micros(d.CreatedAt), micros(d.UpdatedAt), micros(d.DeletedAt), d.Version)
			count(d.StageID, d.Value, d.DeletedAt.IsZero(), 1)
		}
		return values, nil
	}
	values, err := rows(fresh)
	if err != nil {
		return err
	}
	if err := x.insert(ctx, insertDeal, values); err != nil {
		return x.s.taken("insert deals", err, stale("deal"), stale("deal"))
	}
	if values, err = rows(changed); err != nil {
		return err
	}
	if err := x.insert(ctx, updateDeal, values); err != nil {
		return x.s.failed("update deals", err)
	}
	for _, stage := range slices.Sorted(maps.Keys(totals)) {
		t := totals[stage]
		if t == (tally{}) {
			continue
		}
		if _, err := x.exec(ctx, "stage totals",
			`UPDATE stage SET living_deals = living_deals + $3, living_value = living_value + $4 WHERE account_id = $1 AND id = $2`,
			x.account, text(stage), t.deals, t.value); err != nil {
			return err
		}
	}
	return nil
}
