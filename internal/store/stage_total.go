package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"puente/internal/crm"
)

// totalKey is what the deals of one row of stage_total share.
type totalKey struct {
	stage, owner crm.ID
	currency     string
}

// tally is how many living deals there are, and the sum of their values.
type tally struct{ deals, value int64 }

var addStageTotal = newInsertion("stage_total", "account_id, stage_id, owner_id, currency, deals, value",
	`ON CONFLICT (account_id, stage_id, owner_id, currency) DO UPDATE SET
	 deals = stage_total.deals + excluded.deals, value = stage_total.value + excluded.value`)

// addStageTotals adds what has come to the totals of stages, and takes off what is less than nothing.
func (x *writer) addStageTotals(ctx context.Context, totals map[totalKey]tally) error {
	keys := slices.SortedFunc(maps.Keys(totals), func(a, b totalKey) int {
		return cmp.Or(cmp.Compare(a.stage, b.stage), cmp.Compare(a.owner, b.owner), cmp.Compare(a.currency, b.currency))
	})
	var values []any
	for _, k := range keys {
		if t := totals[k]; t != (tally{}) {
			values = append(values, x.account, text(k.stage), text(k.owner), text(k.currency), t.deals, t.value)
		}
	}
	return x.s.failed("stage totals", x.insert(ctx, addStageTotal, values))
}

// StageTotals returns the totals of all stages, by stage, owner and currency; only those that are not nothing.
func (x *reader) StageTotals(ctx context.Context) ([]crm.StageTotal, error) {
	return query(ctx, &x.session, "stage totals",
		`SELECT stage_id, owner_id, currency, deals, value FROM stage_total WHERE account_id = $1 AND (deals <> 0 OR value <> 0)
		 ORDER BY stage_id, owner_id, currency`, []any{x.account}, func(r row) (t crm.StageTotal, err error) {
			err = r.Scan(&t.StageID, &t.OwnerID, &t.Currency, &t.Deals, &t.Value)
			return t, err
		})
}

// noteDealChanges counts that deals of these stages, or their order, have changed.
func (x *writer) noteDealChanges(ctx context.Context, stages map[crm.ID]bool) error {
	if len(stages) == 0 {
		return nil
	}
	args := []any{x.account}
	for _, id := range slices.Sorted(maps.Keys(stages)) {
		args = append(args, text(id))
	}
	_, err := x.exec(ctx, "changes of stages", `UPDATE stage SET deal_changes = deal_changes + 1 WHERE account_id = $1 AND id IN (`+placeholders(2, len(stages))+`)`, args...)
	return err
}

// StageVersions returns how often the deals of each stage in use, or their order, have changed.
func (x *reader) StageVersions(ctx context.Context) (map[crm.ID]int64, error) {
	versions := map[crm.ID]int64{}
	_, err := query(ctx, &x.session, "versions of stages", `SELECT id, deal_changes FROM stage WHERE account_id = $1 AND archived_at = 0`, []any{x.account},
		func(r row) (struct{}, error) {
			var id crm.ID
			var n int64
			err := r.Scan(&id, &n)
			versions[id] = n
			return struct{}{}, err
		})
	return versions, err
}
