package store

import (
	"context"
	"slices"

	"puente/internal/crm"
)

// listLimits are how much is read for one page, whatever is asked: see docs/adr/0010.
type listLimits struct {
	few       int // numbers: when a list has no more, it is quickest to read them all
	firstWalk int // rows of the order's index, before larger sets of numbers are tried: most pages are full by then
	nearly    int // as many again if they are likely to fill it
	walk      int // rows that are walked for one page at most
	set       int // postings of one condition that are read; it is common when it has more
	fetch     int // records that are few enough to be read, tested and sorted all, rather than to go on in the order's index
	first     int // places in the order's index that are filtered before sets of numbers are tried
	filtered  int // and at most
	passes    int // numbers that are read in the order's index to look for those of a set
	fetches   int // rows that are read of those
	sort      int // the same where there is no index for the order
	count     int // rows read to count what neither a total nor an index tells
	probes    int // numbers that are looked up one by one in the index of another condition to count them
	sums      int // rows read to add them up
	contacts  int // that may have a word for deals to be found by it through them; the word is common when there are more
	documents int // the same for documents whose number begins with a term
}

var defaultListLimits = listLimits{
	few: 500, firstWalk: 600, nearly: 1_500, walk: 3_000, set: 30_000, fetch: 1_500, first: 1_000, filtered: 4_000, passes: 15_000, fetches: 3_000, sort: 20_000,
	count: 2_000, probes: 6_000, sums: 4_000, contacts: 2_000, documents: 2_000,
}

// chunk is how many rows a walk reads at first; it reads twice as many each time.
const chunk = 300

// listing is a query as it is run: which rows are tested in which order, and by which sets of numbers they may be found.
//
// A page comes about in one of two ways. Either the rows are walked in the order's index and tested one by one; or the conditions that have an index narrow the
// list down to few numbers, and those rows are read, tested and sorted. Rows are tested in Go, by crm.Condition: a filter means the same on both engines, and with
// or without an index. So a set may hold more than what fits, never less.
type listing struct {
	x      *session
	limits listLimits
	entity crm.Entity
	table  string

	order   order
	owners  *[]crm.ID // those that the list is of ("": unassigned); nil: any
	stages  *[]crm.ID
	tests   []rowTest // what conditions and search ask of a row, owners and stages aside
	sources []*source // of numbers, for those of the conditions that have an index
	spans   []*span   // comparisons that have an index, those of one field together
	columns columns   // what the tests look at
	heavy   bool      // a test looks into other tables
	empty   bool      // nothing fits
	wanted  bool      // the columns are wanted, not only looked at
}

// rowTest says whether a row fits, by what it has in some of the columns.
type rowTest struct {
	columns   []int
	read      func(cells []any) any // nil: the only cell
	holds     func(value any) bool
	sourced   bool           // a source that is complete has exactly the rows that fit
	term      string         // of a search
	condition *crm.Condition // of a filter
	bounded   bool           // the order's index is read within bounds outside of which nothing fits
}

func (t rowTest) fits(cells []any) bool {
	if t.read == nil {
		return t.holds(cells[t.columns[0]])
	}
	some := make([]any, len(t.columns))
	for i, c := range t.columns {
		some[i] = cells[c]
	}
	return t.holds(t.read(some))
}

// newListing understands a query.
func (x *reader) newListing(ctx context.Context, q crm.Query) (*listing, error) {
	l := &listing{x: &x.session, limits: x.s.listLimits, entity: q.Entity, table: string(q.Entity)}
	fields, err := l.fields(ctx, q)
	if err != nil {
		return nil, err
	}
	if q.Reach.See != crm.Everything {
		l.narrow(&l.owners, slices.Compact([]crm.ID{"", q.Reach.User}))
	}
	for _, c := range q.Where {
		if err := l.where(ctx, c, fields); err != nil {
			return nil, err
		}
	}
	l.search(q.Search)
	l.empty = l.empty || l.owners != nil && len(*l.owners) == 0 || l.stages != nil && len(*l.stages) == 0
	if l.order, err = l.orderOf(q.Order, fields); err != nil {
		return nil, err
	}
	for i, t := range l.tests {
		if t.condition != nil && len(t.condition.Values) == 1 && t.condition.Field.Name == l.order.field.Name {
			l.tests[i].bounded = l.order.bound(*t.condition)
		}
	}
	l.placeSources()
	return l, nil
}

// listedField is a custom field that a query names.
type listedField struct {
	list     int64
	complete bool // the list has all records
}

// fields reads what is to be known of the custom fields that the query names, by key.
func (l *listing) fields(ctx context.Context, q crm.Query) (map[string]listedField, error) {
	var keys []string
	for _, c := range append([]crm.Condition{{Field: q.Order.Field}}, q.Where...) {
		if c.Field.Custom != nil {
			keys = append(keys, text(c.Field.Name))
		}
	}
	fields := map[string]listedField{}
	_, err := queryIn(ctx, l.x, "listed fields", `SELECT key, number, searchable, work FROM custom_field WHERE account_id = $1 AND key IN `+list,
		[]any{l.x.account}, keys, func(r row) (struct{}, error) {
			var key, work string
			var f listedField
			err := r.Scan(&key, &f.list, &f.complete, &work)
			f.list += fieldLists
			f.complete = f.complete && work == ""
			fields[key] = f
			return struct{}{}, err
		})
	return fields, err
}

// narrow leaves of what a list may be of (nil: any) only some.
func (l *listing) narrow(to **[]crm.ID, some []crm.ID) {
	if *to == nil {
		*to = &some
		return
	}
	both := slices.DeleteFunc(slices.Clone(**to), func(id crm.ID) bool { return !slices.Contains(some, id) })
	*to = &both
}

func conditionIDs(c crm.Condition) []crm.ID {
	if c.Operator == crm.IsEmpty {
		return []crm.ID{""}
	}
	var ids []crm.ID
	for _, v := range c.Values {
		if id, ok := v.(crm.ID); ok {
			ids = append(ids, id)
		}
	}
	return distinctIDs(ids)
}

// where adds a condition.
func (l *listing) where(ctx context.Context, c crm.Condition, fields map[string]listedField) error {
	if !l.has(c.Field) {
		return crm.NewError(crm.Invalid, "filter_field_unknown", "field", c.Field.Name).At(c.Field.Name)
	}
	picks := c.Operator == crm.Is || c.Operator == crm.IsEmpty
	switch {
	case picks && c.Field.Custom == nil && c.Field.Type == crm.TypeUser:
		l.narrow(&l.owners, conditionIDs(c))
		return nil
	case picks && c.Field.Type == crm.TypeStage:
		l.narrow(&l.stages, conditionIDs(c))
		return nil
	case picks && c.Field.Type == crm.TypePipeline:
		stages, err := l.stagesOf(ctx, conditionIDs(c))
		l.narrow(&l.stages, stages)
		return err
	case c.Field.Type == crm.TypeTags && c.Field.Custom == nil:
		return l.whereTags(ctx, c)
	}
	columns, read, err := l.fieldColumns(c.Field)
	if err != nil {
		return err
	}
	test := rowTest{columns: columns, read: read, holds: c.Test(), condition: &c}
	s, err := l.sourceOf(ctx, c, fields)
	if err != nil {
		return err
	}
	if s != nil {
		s.of = append(s.of, len(l.tests))
		test.sourced = s.exact
		if !slices.Contains(l.sources, s) {
			l.sources = append(l.sources, s)
		}
	}
	l.tests = append(l.tests, test)
	return nil
}

// has says whether the list's records have such a field.
func (l *listing) has(f crm.Field) bool {
	if f.Custom != nil {
		return f.Custom.Entity == l.entity
	}
	return l.entity == crm.EntityDeal && f.Name == crm.FieldRank ||
		slices.ContainsFunc(crm.StandardFields(l.entity), func(s crm.Field) bool { return s.Name == f.Name })
}

// stagesOf returns the stages of pipelines, deleted ones too.
func (l *listing) stagesOf(ctx context.Context, pipelines []crm.ID) ([]crm.ID, error) {
	return queryIn(ctx, l.x, "stages of pipelines", `SELECT id FROM stage WHERE account_id = $1 AND pipeline_id IN `+list, []any{l.x.account}, pipelines, scanID)
}

func scanID(r row) (id crm.ID, err error) {
	err = r.Scan(&id)
	return id, err
}

// whereTags tests only the tags that there are: those that were deleted may still stand in a row.
func (l *listing) whereTags(ctx context.Context, c crm.Condition) error {
	all, err := query(ctx, l.x, "tags", `SELECT id FROM tag WHERE account_id = $1`, []any{l.x.account}, scanID)
	if err != nil {
		return err
	}
	living := make(map[string]bool, len(all))
	for _, id := range all {
		living[string(id)] = true
	}
	var wanted []any
	for _, id := range conditionIDs(c) {
		if id == "" || living[string(id)] {
			wanted = append(wanted, id)
		}
	}
	c.Values = wanted
	test := rowTest{columns: []int{l.columns.add("t.tags", jsonCell)}, read: func(cells []any) any {
		var tags []string
		for _, v := range asList(cells[0]) {
			if id, ok := v.(string); ok && living[id] {
				tags = append(tags, id)
			}
		}
		return tags
	}, holds: c.Test()}
	if c.Operator == crm.Is && !slices.Contains(wanted, any(crm.ID(""))) {
		var keys []string
		for _, id := range wanted {
			keys = append(keys, text(id.(crm.ID)))
		}
		test.sourced = true
		s := l.entrySource(contactTags, keys)
		s.of = []int{len(l.tests)}
		l.sources = append(l.sources, s)
	}
	l.tests = append(l.tests, test)
	return nil
}

func asList(v any) []any {
	l, _ := v.([]any)
	return l
}

// placeSources adds that of owners and stages.
func (l *listing) placeSources() {
	s := &source{exact: true, parts: []part{l.placePart}, known: l.living}
	if l.owners != nil {
		s.of = append(s.of, ofOwners)
	}
	if l.stages != nil {
		s.of = append(s.of, ofStages)
	}
	if len(s.of) > 0 {
		l.sources = append(l.sources, s)
	}
}
