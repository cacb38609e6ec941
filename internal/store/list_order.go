package store

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"puente/internal/crm"
)

// order is how a list is sorted: by a key, and by number where keys are equal.
type order struct {
	field      crm.Field
	descending bool
	column     string // that has the key: "t.updated_at"; "p.entry" of the list of a searchable field; empty: no index has this order
	isText     bool   // the key is a text; rows with an empty one have no value, and come last
	list       int64  // of the searchable field
	columns    []int  // of the field, where the key has to be worked out
	read       func(cells []any) any
	bounds     []bound // conditions on the key
}

type bound struct {
	compare string
	value   any
}

// sortColumns are those with an index.
var sortColumns = map[crm.Entity]map[string]string{
	crm.EntityContact: {crm.FieldUpdated: "t.updated_at", crm.FieldCreated: "t.created_at", crm.FieldName: "t.name_key"},
	crm.EntityDeal: {
		crm.FieldUpdated: "t.updated_at", crm.FieldCreated: "t.created_at", crm.FieldName: "t.name_key", crm.FieldValue: "t.value_minor",
		crm.FieldStageEntered: "t.stage_entered_at", crm.FieldRank: "t.rank",
	},
}

// lastChanged is the order of a list that asks for none.
var lastChanged = crm.Order{Field: crm.Field{Name: crm.FieldUpdated, Type: crm.TypeInstant}, Descending: true}

func (l *listing) orderOf(o crm.Order, fields map[string]listedField) (order, error) {
	if o.Field.Name == "" {
		o = lastChanged
	}
	if !l.has(o.Field) {
		return order{}, crm.NewError(crm.Invalid, "order_field_unknown", "field", o.Field.Name).At("sort")
	}
	result := order{field: o.Field, descending: o.Descending}
	if o.Field.Custom == nil {
		if result.column = sortColumns[l.entity][o.Field.Name]; result.column != "" {
			result.isText = o.Field.Name == crm.FieldName
			if o.Field.Name == crm.FieldRank && l.stages == nil {
				return order{}, crm.NewError(crm.Invalid, "order_needs_stage").At("sort")
			}
			return result, nil
		}
	}
	result.isText = true
	var err error
	if result.columns, result.read, err = l.fieldColumns(o.Field); err != nil {
		return order{}, err
	}
	if field, ok := fields[o.Field.Name]; ok && field.complete && crm.Sortable(o.Field) {
		result.column, result.list = "p.entry", field.list
	}
	return result, nil
}

// bound notes a condition on the key, so that a walk does not read what it excludes; true if a walk then reads nothing else.
func (o *order) bound(c crm.Condition) bool {
	compare, ok := comparisons[c.Operator]
	switch {
	case !ok || o.column == "" || len(crm.SortKeys(c.Values[0])) == 0:
		return false
	case o.list != 0:
		o.bounds = append(o.bounds, bound{compare, entries(c.Values[0])[0]})
		return true // what has no value is walked apart, and not at all within bounds
	case !o.isText:
		o.bounds = append(o.bounds, bound{compare, columnBound(c.Values[0])})
		return compare[0] == '>' || c.Field.Type != crm.TypeInstant // what has no instant is below all others
	}
	return false
}

// columnBound returns the value of a condition as its column has it.
func columnBound(v any) int64 {
	switch v := v.(type) {
	case time.Time:
		return v.UnixMicro()
	case int64:
		return v
	}
	return 0
}

// place is where a row stands in a list.
type place struct {
	key    key
	number int64
}

// key is what a row is sorted by: text, or else a number.
type key struct {
	none   bool // it has no value, and comes last
	text   string
	number int64
}

// compare returns -1 when a comes before b.
func (o *order) compare(a, b place) int {
	if a.key.none != b.key.none {
		if a.key.none {
			return 1
		}
		return -1
	}
	c := cmp.Or(strings.Compare(a.key.text, b.key.text), cmp.Compare(a.key.number, b.key.number), cmp.Compare(a.number, b.number))
	if o.descending {
		return -c
	}
	return c
}

// keyColumn is what is selected as a row's key where it is not worked out of other columns.
func (o *order) keyColumn() string {
	if o.column == "" || o.list != 0 {
		return "''"
	}
	return o.column
}

// keyOf returns the key of a row from what keyColumn had, and from its cells.
func (o *order) keyOf(column any, cells []any) key {
	if o.columns == nil {
		return o.keyFrom(column)
	}
	value := cells[o.columns[0]]
	if o.read != nil {
		some := make([]any, len(o.columns))
		for i, c := range o.columns {
			some[i] = cells[c]
		}
		value = o.read(some)
	}
	return o.keyFrom(entries(value)[0])
}

// keyFrom returns the key that stands in the order's index.
func (o *order) keyFrom(column any) key {
	if n, ok := column.(int64); ok {
		return key{number: n}
	}
	s, _ := scannedText(column)
	return key{text: s, none: s == ""}
}

// lane is a part of the rows that the order's index has in their order.
type lane struct {
	none    bool // those without a value
	owner   *crm.ID
	stage   *crm.ID
	places  []hit // read and not taken yet
	last    *place
	started bool
	ended   bool
}

// hit is a row that was read.
type hit struct {
	place
	cells []any
}

// lanesMost is how many lanes are walked side by side: each has to be looked at for every page.
const lanesMost = 16

// lanes returns the lanes that make up the list, those of rows without a value apart, in the order in which they are walked. covered says what of the list need not be
// tested because the lanes hold nothing else.
func (l *listing) lanes() (phases [][]*lane, owners, stages bool) {
	lanes := []lane{{}}
	spread := func(ids *[]crm.ID, set func(*lane, *crm.ID)) bool {
		if ids == nil || len(*ids)*len(lanes) > lanesMost {
			return false
		}
		var all []lane
		for _, from := range lanes {
			for i := range *ids {
				one := from
				set(&one, &(*ids)[i])
				all = append(all, one)
			}
		}
		lanes = all
		return true
	}
	switch l.order.column {
	case "t.rank":
		stages = spread(l.stages, func(a *lane, id *crm.ID) { a.stage = id })
		if stages {
			owners = spread(l.owners, func(a *lane, id *crm.ID) { a.owner = id })
		}
	case "t.updated_at":
		owners = spread(l.owners, func(a *lane, id *crm.ID) { a.owner = id })
	}
	for _, without := range l.order.phases() {
		var phase []*lane
		for _, one := range lanes {
			one.none = without
			phase = append(phase, &one)
		}
		phases = append(phases, phase)
	}
	return phases, owners, stages
}

// phases says of the parts in which a list is read one after the other whether they are of rows without a value.
func (o *order) phases() []bool {
	if o.isText && len(o.bounds) == 0 {
		return []bool{false, true}
	}
	return []bool{false}
}

// laneQuery returns the statement that reads more rows of a lane, after a place, and its arguments.
func (l *listing) laneQuery(a *lane, after *place, most, skip int) (string, []any) {
	return l.laneSelect(l.order.column+", $number"+l.columns.list(), a, after, most, skip)
}

// numberQuery does the same for nothing but the rows' numbers.
func (l *listing) numberQuery(a *lane, after *place, most int) (string, []any) {
	return l.laneSelect("$number AS number", a, after, most, 0)
}

func (l *listing) laneSelect(columns string, a *lane, after *place, most, skip int) (string, []any) {
	o := &l.order
	args := []any{l.x.account}
	param := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	from, number := l.table+" t WHERE t.account_id = $1 AND t.deleted_at = 0", "t.number"
	if o.list != 0 {
		// The list leads, whatever the planner thinks of it.
		from = "posting p CROSS JOIN " + l.table + " t WHERE p.account_id = $1 AND p.list = " + param(o.list) +
			" AND t.account_id = p.account_id AND t.number = p.number AND t.deleted_at = 0"
		number = "p.number"
	}
	if a.owner != nil {
		var is string
		is, args = l.ownerIs(*a.owner, args)
		from += " AND " + is
	}
	if a.stage != nil {
		from += " AND t.stage_id = " + param(text(*a.stage))
	}
	if o.isText && a.none {
		from += " AND " + o.column + " = ''"
	} else if o.isText {
		from += " AND " + o.column + " > ''"
	}
	for _, b := range o.bounds {
		from += " AND " + o.column + " " + b.compare + " " + param(b.value)
	}
	direction, beyond := " ASC", ">"
	if o.descending {
		direction, beyond = " DESC", "<"
	}
	if after != nil && after.key.none == a.none {
		var k any = after.key.number
		if o.isText {
			k = after.key.text
		}
		from += " AND (" + o.column + ", " + number + ") " + beyond + " (" + param(k) + ", " + param(after.number) + ")"
	}
	query := "SELECT " + strings.ReplaceAll(columns, "$number", number) + " FROM " + from + " ORDER BY " + o.column + direction + ", " + number + direction +
		" LIMIT " + param(most)
	if skip > 0 {
		query += " OFFSET " + param(skip)
	}
	return query, args
}
