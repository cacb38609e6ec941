package store

import (
	"context"

	"puente/internal/crm"
)

// storedDeal is what is derived from a deal as it stands in the database.
type storedDeal struct {
	number  int64
	version int64
	living  bool
	rank    int64
	stage   crm.ID
	owner   crm.ID
	value   crm.Money
	words   string
	custom  crm.Custom // when there are searchable fields
}

// storedDeals returns those of these deals that there are.
func (x *session) storedDeals(ctx context.Context, ids []crm.ID, fields []searchableField) (map[crm.ID]storedDeal, error) {
	stored := make(map[crm.ID]storedDeal, len(ids))
	custom := "NULL"
	if len(fields) > 0 {
		custom = "custom"
	}
	_, err := queryIn(ctx, x, "stored deals",
		`SELECT id, number, version, deleted_at, rank, stage_id, owner_id, value_minor, value_currency, words, `+custom+`
		 FROM deal WHERE account_id = $1 AND id IN `+list, []any{x.account}, ids,
		func(r row) (struct{}, error) {
			var id crm.ID
			var s storedDeal
			var deleted int64
			err := r.Scan(&id, &s.number, &s.version, &deleted, &s.rank, &s.stage, optionalID{&s.owner}, &s.value.Minor, &s.value.Currency, &s.words,
				jsonColumn{&s.custom})
			s.living = deleted == 0
			stored[id] = s
			return struct{}{}, err
		})
	return stored, err
}

// dealChanges collects what follows from deals that are saved.
type dealChanges struct {
	fields   []searchableField
	postings postingChanges
	totals   map[totalKey]tally
	stages   map[crm.ID]bool // whose columns of the board look different
}

// add notes the difference between a deal as it was (the zero value: it is new) and as it will be.
func (c *dealChanges) add(before storedDeal, d *crm.Deal, words string) {
	var was, is []posting
	if before.living {
		c.stages[before.stage] = true
		c.count(totalKey{before.stage, before.owner, before.value.Currency}, -1, -before.value.Minor)
		was = dealPostings(before.number, before.words, before.custom, c.fields)
	}
	if !d.Gone() {
		c.stages[d.StageID] = true
		c.count(totalKey{d.StageID, d.OwnerID, text(d.Value.Currency)}, 1, d.Value.Minor)
		is = dealPostings(before.number, words, d.Custom, c.fields)
	}
	c.postings.replace(was, is)
}

func (c *dealChanges) count(key totalKey, deals, value int64) {
	t := c.totals[key]
	c.totals[key] = tally{t.deals + deals, t.value + value}
}
