package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
)

// span is what comparisons leave of an index.
type span struct {
	field  string
	bounds []bound
	source *source
}

// spanSource adds bounds to what is left of an index, and returns its source.
func (l *listing) spanSource(field, from, column string, list int64, bounds ...bound) *source {
	for _, s := range l.spans {
		if s.field == field {
			s.bounds = append(s.bounds, bounds...)
			return s.source
		}
	}
	s := &span{field: field, bounds: bounds}
	s.source = &source{exact: true, parts: []part{func(context.Context, int) ([]statement, bool, error) {
		alias := from[len(from)-1:]
		where, args := alias+".account_id = $1", []any{l.x.account}
		and := func(condition string, value any) {
			args = append(args, value)
			where += " AND " + condition + " $" + strconv.Itoa(len(args))
		}
		if list != 0 {
			and("p.list =", list)
		} else {
			where += " AND t.deleted_at = 0"
		}
		for _, b := range narrowest(s.bounds) {
			and(column+" "+b.compare, b.value)
		}
		return selects(`SELECT `+alias+`.number FROM `+from+` WHERE `+where, args...)
	}}}
	l.spans = append(l.spans, s)
	return s.source
}

// narrowest leaves out bounds that follow from others: each that is left is looked at for each row.
func narrowest(bounds []bound) []bound {
	follows := func(of, from bound) bool { // a value within from is within of
		c, ok := compareBounds(from.value, of.value)
		if !ok || of.compare == "<>" || from.compare == "<>" || of.compare[0] != from.compare[0] {
			return false
		}
		switch of.compare[0] {
		case '>':
			return c > 0 || c == 0 && (from.compare == ">" || of.compare == ">=")
		case '<':
			return c < 0 || c == 0 && (from.compare == "<" || of.compare == "<=")
		}
		return false
	}
	var left []bound
	for _, b := range bounds {
		if slices.ContainsFunc(left, func(other bound) bool { return follows(b, other) }) {
			continue
		}
		left = append(slices.DeleteFunc(left, func(other bound) bool { return follows(other, b) }), b)
	}
	return left
}

// compareBounds compares two texts or two numbers; false if they cannot be.
func compareBounds(a, b any) (int, bool) {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), true
		}
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b), true
		}
	}
	return 0, false
}
