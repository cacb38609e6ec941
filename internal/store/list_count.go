package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"puente/internal/crm"
)

// Count returns how many records a list has, cursor and limit aside; unless it is exact, that it has at least so many: there are more than most, or too many would have
// to be looked at. most 0: exact whatever it costs. A list without search and conditions, and one by owner and stage only, is always exact.
func (x *reader) Count(ctx context.Context, q crm.Query, most int) (count int, exact bool, err error) {
	q.Order = crm.Order{}
	l, err := x.newListing(ctx, q)
	if err != nil || l.empty {
		return 0, err == nil, err
	}
	if len(l.tests) == 0 {
		n, err := l.living(ctx)
		return int(n), err == nil, err
	}
	numbers, whole, ok, err := l.picked(ctx, most)
	switch {
	case err != nil:
		return 0, false, err
	case ok:
		count, exact = len(numbers), whole
	default:
		var hits []hit
		hits, exact, err = l.all(ctx, numbers, whole, most)
		count = len(hits)
	}
	if most > 0 && count > most {
		return most, false, err
	}
	return count, exact, err
}

// setFor is how many numbers are to be read of each condition to count up to most: a row may have two words that begin alike.
func setFor(most int) int {
	if most == 0 {
		return unbounded
	}
	return most + most/4
}

// picked returns the numbers of the list's rows if the indexes tell; some of them when whole is false: there are more than most, or too many would have to be looked up.
// When ok is false, they do not tell, and all rows are among the numbers if whole is true.
func (l *listing) picked(ctx context.Context, most int) (numbers []int64, whole, ok bool, err error) {
	n, err := l.candidates(ctx, setFor(most), 0)
	if err != nil || n.some && n.exact || len(l.sources) == 0 {
		return n.numbers, n.some, n.some, err
	}
	numbers, whole = n.numbers, n.some
	if most == 0 {
		return numbers, whole, false, nil
	}
	covered := n.covered
	if !n.some {
		first := l.sources[0]
		first.cover(covered)
		if numbers, _, err = l.load(ctx, first, setFor(most)); err != nil {
			return nil, false, false, err
		}
	}
	probes := l.probes(covered)
	if !l.covers(covered) {
		return n.numbers, n.some, false, nil
	}
	if len(probes) == 0 {
		return numbers, whole, true, nil
	}
	if len(numbers) > l.limits.probes {
		numbers, whole = numbers[:l.limits.probes], false
	}
	numbers, err = l.having(ctx, probes, numbers)
	return numbers, whole, true, err
}

// living returns how many records the list has when owner and stage alone decide, by the totals.
func (l *listing) living(ctx context.Context) (int64, error) {
	table, column := "contact_total", "contacts"
	if l.entity == crm.EntityDeal {
		table, column = "stage_total", "deals"
	}
	where, args := "account_id = $1", []any{l.x.account}
	for name, ids := range map[string]*[]crm.ID{"owner_id": l.owners, "stage_id": l.stages} {
		if ids != nil {
			var in string
			in, args = keyList(args, *ids)
			where += " AND " + name + " IN " + in
		}
	}
	return queryOne(ctx, l.x, "count", `SELECT CAST(COALESCE(SUM(`+column+`), 0) AS BIGINT) FROM `+table+` WHERE `+where, args, scanNumber, nil)
}

// all returns the rows of the list, in no order: all of them, or when exact is false those that were found within bounds. whole: all of them are among the numbers.
func (l *listing) all(ctx context.Context, numbers []int64, whole bool, most int) (hits []hit, exact bool, err error) {
	if whole && (most == 0 || len(numbers) <= l.limits.count) {
		hits, err := l.fetch(ctx, numbers, false)
		return hits, err == nil, err
	}
	w := l.newWalk(progress{})
	if most == 0 {
		exact, err = w.read(ctx, unbounded, -1)
		return w.hits, exact, err
	}
	exact, err = w.read(ctx, most+1, l.limits.count/l.weight())
	return w.hits, exact, err
}

// SumByStage returns the totals of the deals that a query picks, by stage and currency, with OwnerID left out. exact is false when there are more than most, or too many
// have to be looked at: then they are the totals of some. most 0: exact whatever it costs.
func (x *reader) SumByStage(ctx context.Context, q crm.Query, most int) (totals []crm.StageTotal, exact bool, err error) {
	q.Entity, q.Order = crm.EntityDeal, crm.Order{}
	l, err := x.newListing(ctx, q)
	if err != nil || l.empty {
		return nil, err == nil, err
	}
	sums := map[totalKey]tally{}
	if len(l.tests) == 0 {
		all, err := x.StageTotals(ctx)
		for _, t := range all {
			if (l.owners == nil || slices.Contains(*l.owners, t.OwnerID)) && (l.stages == nil || slices.Contains(*l.stages, t.StageID)) {
				addTally(sums, totalKey{stage: t.StageID, currency: t.Currency}, tally{t.Deals, t.Value})
			}
		}
		return stageTotals(sums), err == nil, err
	}
	numbers, whole, ok, err := l.picked(ctx, most)
	if err != nil {
		return nil, false, err
	}
	if ok {
		if most := min(most, l.limits.sums); most > 0 && len(numbers) > most {
			numbers, whole = numbers[:most], false
		}
		totals, err := l.sumSet(ctx, numbers)
		return totals, whole && err == nil, err
	}
	l.wanted = true
	stage, currency, value := l.columns.add("t.stage_id", idCell), l.columns.add("t.value_currency", textCell), l.columns.add("t.value_minor", intCell)
	hits, exact, err := l.all(ctx, numbers, whole, most)
	if err != nil {
		return nil, false, err
	}
	if most > 0 && len(hits) > most {
		hits, exact = hits[:most], false
	}
	for _, h := range hits {
		addTally(sums, totalKey{stage: h.cells[stage].(crm.ID), currency: h.cells[currency].(string)}, tally{1, h.cells[value].(int64)})
	}
	return stageTotals(sums), exact, nil
}

// sumSet adds up the deals with these numbers.
func (l *listing) sumSet(ctx context.Context, numbers []int64) ([]crm.StageTotal, error) {
	return query(ctx, l.x, "sum by stage", `SELECT t.stage_id, t.value_currency, COUNT(*), CAST(SUM(t.value_minor) AS BIGINT) FROM `+l.x.s.dialect.numbers+`
		CROSS JOIN deal t WHERE t.account_id = $1 AND t.deleted_at = 0 AND t.number = n.value GROUP BY t.stage_id, t.value_currency
		ORDER BY t.stage_id, t.value_currency`, []any{l.x.account, joinNumbers(numbers)}, func(r row) (t crm.StageTotal, err error) {
		err = r.Scan(&t.StageID, &t.Currency, &t.Deals, &t.Value)
		return t, err
	})
}

func addTally(sums map[totalKey]tally, k totalKey, t tally) {
	sums[k] = tally{sums[k].deals + t.deals, sums[k].value + t.value}
}

func stageTotals(sums map[totalKey]tally) []crm.StageTotal {
	var totals []crm.StageTotal
	for _, k := range slices.SortedFunc(maps.Keys(sums), func(a, b totalKey) int {
		return cmp.Or(cmp.Compare(a.stage, b.stage), cmp.Compare(a.owner, b.owner), cmp.Compare(a.currency, b.currency))
	}) {
		if t := sums[k]; t != (tally{}) {
			totals = append(totals, crm.StageTotal{StageID: k.stage, OwnerID: k.owner, Currency: k.currency, Deals: t.deals, Value: t.value})
		}
	}
	return totals
}

// OwnedBy returns how many living contacts, living deals and pending activities are a user's.
func (x *reader) OwnedBy(ctx context.Context, user crm.ID) (contacts, deals, activities int, err error) {
	type owned struct{ contacts, deals, activities int }
	o, err := queryOne(ctx, &x.session, "owned by", `SELECT
		CAST(COALESCE((SELECT SUM(contacts) FROM contact_total WHERE account_id = $1 AND owner_id = $2), 0) AS BIGINT),
		CAST(COALESCE((SELECT SUM(deals) FROM stage_total WHERE account_id = $1 AND owner_id = $2), 0) AS BIGINT),
		(SELECT COUNT(*) FROM activity WHERE account_id = $1 AND owner_id = $2 AND deleted_at = 0 AND status = 'pending')`,
		[]any{x.account, text(user)}, func(r row) (o owned, err error) {
			err = r.Scan(&o.contacts, &o.deals, &o.activities)
			return o, err
		}, nil)
	return o.contacts, o.deals, o.activities, err
}
