package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// source is where the numbers of the rows come from for which one test holds.
type source struct {
	of    int  // the test's place; ofOwners, ofStages
	exact bool // no others are among them
	parts []part
}

// What a source is of when it is not one of the tests.
const (
	ofOwners = -1
	ofStages = -2
)

// part returns numbers, in any order, some maybe twice, at most most of them; complete is false when there are more.
type part func(ctx context.Context, most int) (numbers []int64, complete bool, err error)

// numbersOf returns the numbers that a query returns. They come in one row, which is many times faster than a row each.
func (l *listing) numbersOf(ctx context.Context, most int, text string, args ...any) ([]int64, bool, error) {
	text = fmt.Sprintf(`SELECT COALESCE(string_agg(CAST(s.number AS TEXT), ','), '') FROM (%s LIMIT $%d) s`, text, len(args)+1)
	found, err := query(ctx, l.x, "numbers", text, append(args, most+1), func(r row) (s string, err error) {
		err = r.Scan(&s)
		return s, err
	})
	if err != nil {
		return nil, false, err
	}
	numbers, err := parseNumbers(found[0])
	if len(numbers) > most {
		return numbers[:most], false, err
	}
	return numbers, true, err
}

func parseNumbers(s string) ([]int64, error) {
	if s == "" {
		return nil, nil
	}
	numbers := make([]int64, 0, len(s)/5)
	for t := range strings.SplitSeq(s, ",") {
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("store: numbers: %w", err)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

func joinNumbers(numbers []int64) string {
	b := make([]byte, 0, 8*len(numbers))
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
}

// load returns the numbers of a source in ascending order, each once.
func (s source) load(ctx context.Context, most int) (numbers []int64, complete bool, err error) {
	for _, p := range s.parts {
		some, all, err := p(ctx, most)
		if err != nil || !all {
			return some, false, err
		}
		numbers = append(numbers, some...)
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	return numbers, len(numbers) <= most, nil
}

// narrowed is what the sources of a list leave of it.
type narrowed struct {
	numbers []int64  // ascending
	some    bool     // false: nothing narrows the list down
	exact   bool     // all of them fit, and nothing else does
	common  []string // search terms that too many records have
}

// candidates loads the sources, and intersects those that are complete.
func (l *listing) candidates(ctx context.Context, most int) (narrowed, error) {
	n := narrowed{exact: true}
	covered := map[int]bool{} // exactly
	for _, s := range l.sources {
		if n.some && len(n.numbers) <= l.limits.few {
			break // those few are better read than narrowed further
		}
		numbers, complete, err := s.load(ctx, most)
		if err != nil {
			return n, err
		}
		if !complete {
			if s.of >= 0 && l.tests[s.of].term != "" {
				n.common = append(n.common, l.tests[s.of].term)
			}
			continue
		}
		covered[s.of] = s.exact
		if n.some {
			numbers = intersect(n.numbers, numbers)
		}
		n.numbers, n.some = numbers, true
	}
	for i := range l.tests {
		n.exact = n.exact && covered[i]
	}
	n.exact = n.exact && (l.owners == nil || covered[ofOwners]) && (l.stages == nil || covered[ofStages])
	return n, nil
}

// intersect returns what two ascending lists have in common.
func intersect(a, b []int64) []int64 {
	both := a[:0]
	for _, n := range a {
		i, found := slices.BinarySearch(b, n)
		b = b[i:]
		if found {
			both = append(both, n)
		}
	}
	return both
}

// keyList writes parameters and their list: "($3, $4)".
func keyList[K ~string](args []any, keys []K) (string, []any) {
	text := "(" + placeholders(len(args)+1, len(keys)) + ")"
	for _, k := range keys {
		args = append(args, string(k))
	}
	return text, args
}

func none(context.Context, int) ([]int64, bool, error) { return nil, true, nil }

// entryPart are those with one of these entries in a list.
func (l *listing) entryPart(list int64, entries []string) part {
	if len(entries) == 0 {
		return none
	}
	return func(ctx context.Context, most int) ([]int64, bool, error) {
		in, args := keyList([]any{l.x.account, list}, entries)
		return l.numbersOf(ctx, most, `SELECT p.number FROM posting p WHERE p.account_id = $1 AND p.list = $2 AND p.entry IN `+in, args...)
	}
}

const entriesBetween = `SELECT p.number FROM posting p WHERE p.account_id = $1 AND p.list = $2 AND p.entry `

// beyond is greater than every text that begins with what stands before it.
const beyond = "\U0010FFFF"

func (l *listing) prefixPart(list int64, prefix string) part {
	return func(ctx context.Context, most int) ([]int64, bool, error) {
		return l.numbersOf(ctx, most, entriesBetween+`>= $3 AND p.entry < $4`, l.x.account, list, prefix, prefix+beyond)
	}
}

// termParts are those that a search term finds: by a word of their own; deals by one of their contact's, and by a document's number, too.
func (l *listing) termParts(term string) []part {
	if l.entity == crm.EntityContact {
		return []part{l.prefixPart(contactWords, term)}
	}
	parts := []part{l.prefixPart(dealWords, term), func(ctx context.Context, most int) ([]int64, bool, error) {
		contacts, complete, err := l.prefixPart(contactWords, term)(ctx, l.limits.contacts)
		if err != nil || !complete || len(contacts) == 0 {
			return nil, complete, err
		}
		return l.contactPart(contacts)(ctx, most)
	}}
	if isDocumentNumber(term) {
		parts = append(parts, l.documentPart(term))
	}
	return parts
}

// contactPart are the deals of contacts, by their numbers.
func (l *listing) contactPart(contacts []int64) part {
	return func(ctx context.Context, most int) ([]int64, bool, error) {
		return l.numbersOf(ctx, most, `SELECT t.number FROM `+l.x.s.dialect.numbers+` CROSS JOIN deal t
			WHERE t.account_id = $1 AND t.deleted_at = 0 AND t.contact_number = n.value`, l.x.account, joinNumbers(contacts))
	}
}

// documentPart are the deals of documents whose number begins with a term.
func (l *listing) documentPart(term string) part {
	return func(ctx context.Context, most int) (numbers []int64, complete bool, err error) {
		links, err := l.x.connections(ctx)
		if err != nil {
			return nil, false, err
		}
		for _, link := range links {
			some, all, err := l.numbersOf(ctx, min(most, l.limits.documents),
				`SELECT d.number FROM record r JOIN deal d ON d.account_id = r.account_id AND d.id = r.deal_id WHERE r.account_id = $1 AND r.connection = $2
				 AND r.number >= $3 AND r.number < $4 AND r.number <> '' AND r.deal_id <> '' AND d.deleted_at = 0`, l.x.account, link.number, term, term+beyond)
			if err != nil || !all {
				return nil, false, err
			}
			numbers = append(numbers, some...)
		}
		return numbers, true, nil
	}
}

// ownerPart are those of these owners.
func (l *listing) ownerPart(owners []crm.ID) part {
	return func(ctx context.Context, most int) (numbers []int64, complete bool, err error) {
		for _, owner := range owners {
			text, args := l.ownerIs(owner, []any{l.x.account})
			some, all, err := l.numbersOf(ctx, most, `SELECT t.number FROM `+l.table+` t WHERE t.account_id = $1 AND t.deleted_at = 0 AND `+text, args...)
			if err != nil || !all {
				return nil, false, err
			}
			numbers = append(numbers, some...)
		}
		return numbers, true, nil
	}
}

// ownerIs writes the condition that a row is of an owner.
func (l *listing) ownerIs(owner crm.ID, args []any) (string, []any) {
	if owner == "" {
		return "t.owner_id IS NULL", args
	}
	args = append(args, text(owner))
	return "t.owner_id = $" + strconv.Itoa(len(args)), args
}

// stagePart are the deals in these stages.
func (l *listing) stagePart(stages []crm.ID) part {
	if len(stages) == 0 {
		return none
	}
	return func(ctx context.Context, most int) ([]int64, bool, error) {
		in, args := keyList([]any{l.x.account}, stages)
		return l.numbersOf(ctx, most, `SELECT t.number FROM deal t WHERE t.account_id = $1 AND t.deleted_at = 0 AND t.stage_id IN `+in, args...)
	}
}

// sourceOf returns the source for a condition that has an index.
func (l *listing) sourceOf(ctx context.Context, c crm.Condition, fields map[string]listedField) (source, bool, error) {
	if c.Field.Custom != nil {
		field, ok := fields[c.Field.Name]
		if !ok || !field.complete {
			return source{}, false, nil
		}
		s, ok := l.fieldSource(c, field.list)
		return s, ok, nil
	}
	switch {
	case c.Field.Type == crm.TypeInstant || c.Field.Name == crm.FieldValue:
		s, ok := l.columnSource(c)
		return s, ok, nil
	case c.Operator != crm.Is:
	case l.entity == crm.EntityContact && (c.Field.Name == crm.FieldEmail || c.Field.Name == crm.FieldPhone || c.Field.Name == crm.FieldTaxID):
		return l.identitySource(c)
	case l.entity == crm.EntityDeal && c.Field.Type == crm.TypeContact:
		ids := conditionIDs(c)
		numbers, err := l.x.contactNumbers(ctx, ids)
		var of []int64
		for _, id := range ids {
			of = append(of, numbers[id]) // 0: those without contact, or a contact that there is not
		}
		return source{exact: false, parts: []part{l.contactPart(of)}}, err == nil, err
	}
	return source{}, false, nil
}

// fieldSource goes by the list of a searchable field.
func (l *listing) fieldSource(c crm.Condition, list int64) (source, bool) {
	switch c.Operator {
	case crm.IsEmpty:
		return source{exact: true, parts: []part{l.entryPart(list, []string{noValue})}}, true
	case crm.IsFilled:
		return source{exact: true, parts: []part{l.spanPart(list, "p.entry > $3", noValue)}}, true
	case crm.Is:
		s := source{exact: !c.Field.Type.HasNormalForm()}
		var all []string
		for _, v := range c.Values {
			for _, entry := range entries(v) {
				s.exact = s.exact && !crm.IsCutKey(entry)
				all = append(all, entry)
			}
		}
		s.parts = []part{l.entryPart(list, all)}
		return s, true
	}
	compare, ok := comparisons[c.Operator]
	if !ok || len(c.Values) != 1 {
		return source{}, false
	}
	bound := entries(c.Values[0])[0]
	if bound == noValue { // nothing compares with nothing
		return source{exact: true, parts: []part{none}}, true
	}
	text, args := "p.entry "+compare+" $3", []any{bound}
	if compare[0] == '<' {
		text, args = text+" AND p.entry > $4", append(args, noValue)
	}
	return source{exact: true, parts: []part{l.spanPart(list, text, args...)}}, true
}

var comparisons = map[crm.Operator]string{crm.Above: ">", crm.AtLeast: ">=", crm.Below: "<", crm.AtMost: "<="}

// spanPart are those whose entry in a list is within bounds, which begin at $3.
func (l *listing) spanPart(list int64, bounds string, args ...any) part {
	return func(ctx context.Context, most int) ([]int64, bool, error) {
		return l.numbersOf(ctx, most, `SELECT p.number FROM posting p WHERE p.account_id = $1 AND p.list = $2 AND `+bounds,
			append([]any{l.x.account, list}, args...)...)
	}
}

// columnSource goes by the index of a column that lists are sorted by.
func (l *listing) columnSource(c crm.Condition) (source, bool) {
	column, ok := sortColumns[l.entity][c.Field.Name]
	compare, bounded := comparisons[c.Operator]
	if !ok || !bounded || len(c.Values) != 1 {
		return source{}, false
	}
	if len(crm.SortKeys(c.Values[0])) == 0 { // nothing compares with no instant
		return source{exact: true, parts: []part{none}}, true
	}
	where, bound := column+" "+compare+" $2", columnBound(c.Values[0])
	if c.Field.Type == crm.TypeInstant {
		where += " AND " + column + " <> 0" // no instant
	}
	return source{exact: true, parts: []part{func(ctx context.Context, most int) ([]int64, bool, error) {
		return l.numbersOf(ctx, most, `SELECT t.number FROM `+l.table+` t WHERE t.account_id = $1 AND t.deleted_at = 0 AND `+where, l.x.account, bound)
	}}}, true
}

// identitySource goes by the look-up of e-mails, phones and tax ids.
func (l *listing) identitySource(c crm.Condition) (source, bool, error) {
	var normalized []string
	for _, v := range c.Values {
		s, ok := v.(string)
		if !ok || s == "" {
			return source{}, false, nil
		}
		normalized = append(normalized, text(s))
	}
	return source{exact: false, parts: []part{func(ctx context.Context, most int) ([]int64, bool, error) {
		in, args := keyList([]any{l.x.account, c.Field.Name}, normalized)
		return l.numbersOf(ctx, most, `SELECT t.number FROM contact_identity i JOIN contact t ON t.account_id = i.account_id AND t.id = i.contact_id
			WHERE i.account_id = $1 AND i.kind = $2 AND t.deleted_at = 0 AND i.normalized IN `+in, args...)
	}}}, true, nil
}
