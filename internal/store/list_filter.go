package store

import (
	"maps"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// filter is what the database itself can tell of a row by its number or by narrow columns, without an index that leads to the row.
type filter struct {
	probes []*probe
	terms  []string // of the search
	owners *[]crm.ID
	stages *[]crm.ID
}

func (f filter) none() bool {
	return len(f.probes) == 0 && len(f.terms) == 0 && f.owners == nil && f.stages == nil
}

// readsRows says whether it takes a look at the row, not only into an index: that takes several times as long.
func (f filter) readsRows() bool { return len(f.terms) > 0 || f.owners != nil || f.stages != nil }

// filterFor returns the filter for what is not covered by a set, or otherwise, yet, and whether all fits that passes it.
func (l *listing) filterFor(covered map[int]bool) (f filter, exact bool) {
	covered = maps.Clone(covered)
	if _, has := covered[ofOwners]; !has && l.owners != nil {
		f.owners = l.owners
	}
	if _, has := covered[ofStages]; !has && l.stages != nil {
		f.stages = l.stages
	}
	covered[ofOwners], covered[ofStages] = true, true
	for _, from := range l.sources {
		if _, has := covered[from.of[0]]; has {
			continue
		}
		switch term := l.termOf(from); {
		case from.probe != nil:
			f.probes = append(f.probes, from.probe)
		case term != "":
			f.terms = append(f.terms, term)
		default:
			continue
		}
		from.cover(covered)
	}
	return f, l.covers(covered)
}

// filterColumns says how the columns are called that a filter looks at.
type filterColumns struct{ number, words, contactWords, id, owner, stage string }

const wordsOfContact = "(SELECT c.words FROM contact c WHERE c.account_id = t.account_id AND c.number = t.contact_number AND c.deleted_at = 0)"

var (
	ofRow     = filterColumns{"n.value", "t.words", wordsOfContact, "t.id", "t.owner_id", "t.stage_id"}     // of rows that are read by their numbers
	ofPlace   = filterColumns{"n.number", "n.words", "n.contact_words", "n.id", "n.owner_id", "n.stage_id"} // of what columnsFor selects
	ofNumbers = filterColumns{number: "n.value"}                                                            // of nothing but numbers
)

// columnsFor returns what a filter looks at, to be selected from t under the names of ofPlace.
func (l *listing) columnsFor(f filter) string {
	var columns string
	if len(f.terms) > 0 {
		columns += ", t.words AS words"
		if l.entity == crm.EntityDeal {
			columns += ", t.id AS id, " + wordsOfContact + " AS contact_words"
		}
	}
	if f.owners != nil {
		columns += ", t.owner_id AS owner_id"
	}
	if f.stages != nil {
		columns += ", t.stage_id AS stage_id"
	}
	return columns
}

// passes writes the conditions of a filter. $1 is the account. There is no EXISTS, which PostgreSQL might answer for all rows of a table.
func (l *listing) passes(f filter, in filterColumns, args []any) (string, []any) {
	var b strings.Builder
	param := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	for _, p := range f.probes {
		b.WriteString(" AND (SELECT 1 FROM posting p WHERE p.account_id = $1 AND p.list = " + param(p.list) + " AND p.number = " + in.number + " AND p.entry IN ")
		var entries string
		entries, args = keyList(args, p.entries)
		b.WriteString(entries + " LIMIT 1) = 1")
	}
	oneOf := func(column string, ids *[]crm.ID) {
		if ids != nil {
			var some string
			some, args = keyList(args, *ids)
			b.WriteString(" AND COALESCE(" + column + ", '') IN " + some)
		}
	}
	oneOf(in.owner, f.owners)
	oneOf(in.stage, f.stages)
	for _, term := range f.terms {
		like := " LIKE " + param("% "+likeEscape.Replace(term)+"%") + ` ESCAPE '\'`
		b.WriteString(" AND (' ' || " + in.words + like)
		if l.entity == crm.EntityDeal {
			b.WriteString(" OR ' ' || " + in.contactWords + like)
			if isDocumentNumber(term) {
				b.WriteString(" OR (SELECT 1 FROM record r WHERE r.account_id = $1 AND r.deal_id = " + in.id + " AND r.deal_id <> '' AND ' ' || r.number" + like + " LIMIT 1) = 1")
			}
		}
		b.WriteString(")")
	}
	return b.String(), args
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
