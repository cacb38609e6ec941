package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// source is where the numbers of the rows come from for which one test holds, or several.
type source struct {
	of    []int // the tests' places; ofOwners, ofStages
	exact bool  // no others are among them
	parts []part
	known func(ctx context.Context) (int64, error) // how many there are, where a total tells; nil: they have to be counted
	probe *probe                                   // nil: the only way is to read the numbers

	loaded   int // up to how many numbers were asked for
	numbers  []int64
	complete bool
	sizeTo   int // up to how many, and one more, were counted
	size     int // some maybe twice
}

// probe asks of numbers whether they have one of these entries in a list: it is quicker than to read all numbers that have, when they are many.
type probe struct {
	list    int64
	entries []string
}

// What a source is of when it is not one of the tests.
const (
	ofOwners = -1
	ofStages = -2
)

// part returns the statements that return numbers, in any order, some maybe twice; complete is false when it is known that there are more than most.
type part func(ctx context.Context, most int) (statements []statement, complete bool, err error)

// statement returns numbers in a column of that name.
type statement struct {
	text string
	args []any
	most int // it is not complete when there are more; 0: any number
}

func (s statement) bound(most int) int {
	if s.most > 0 {
		return min(most, s.most)
	}
	return most
}

func selects(text string, args ...any) ([]statement, bool, error) {
	return []statement{{text: text, args: args}}, true, nil
}

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

// load returns the numbers of a source in ascending order, each once; some of them if there are more than most. They are remembered.
func (l *listing) load(ctx context.Context, s *source, most int) (numbers []int64, complete bool, err error) {
	if s.complete && len(s.numbers) <= most || s.loaded >= most {
		return s.numbers, s.complete && len(s.numbers) <= most, nil
	}
	s.loaded, s.numbers = most, nil
	s.complete, err = s.each(ctx, most, func(from statement) (bool, error) {
		some, all, err := l.numbersOf(ctx, from.bound(most), from.text, from.args...)
		s.numbers = append(s.numbers, some...)
		return all, err
	})
	slices.Sort(s.numbers)
	s.numbers = slices.Compact(s.numbers)
	s.complete = s.complete && len(s.numbers) <= most
	return s.numbers, s.complete, err
}

// each calls do with each statement of a source, until it returns false; then, and when a part is not complete, it returns false.
func (s *source) each(ctx context.Context, most int, do func(statement) (bool, error)) (bool, error) {
	for _, p := range s.parts {
		statements, complete, err := p(ctx, most)
		if err != nil {
			return false, err
		}
		for _, from := range statements {
			if all, err := do(from); err != nil || !all {
				return false, err
			}
		}
		if !complete {
			return false, nil
		}
	}
	return true, nil
}

// count notes how many numbers a source has, without reading them: some may be counted twice. It counts to most and one more.
func (l *listing) count(ctx context.Context, s *source, most int) error {
	if s.sizeTo >= most {
		return nil
	}
	s.size, s.sizeTo = 0, most
	switch {
	case s.complete:
		s.size = len(s.numbers)
		return nil
	case s.known != nil:
		n, err := s.known(ctx)
		s.size, s.sizeTo = int(n), unbounded
		return err
	}
	complete, err := s.each(ctx, most, func(from statement) (bool, error) {
		bound := from.bound(most)
		n, err := queryOne(ctx, l.x, "numbers", fmt.Sprintf(`SELECT COUNT(*) FROM (%s LIMIT $%d) s`, from.text, len(from.args)+1),
			append(slices.Clone(from.args), bound+1), scanNumber, nil)
		s.size += int(n)
		return int(n) <= bound && s.size <= most, err
	})
	if !complete {
		s.size = most + 1
	}
	return err
}

// narrowed is what the sources of a list leave of it.
type narrowed struct {
	numbers []int64      // ascending
	some    bool         // false: nothing narrows the list down
	covered map[int]bool // by a set: tests, ofOwners and ofStages, and whether exactly
	exact   bool         // all of them fit, and nothing else does
}

// candidates loads the sources, those with the fewest numbers first, and intersects those that are complete, until no more than enough are left. Where a few are enough,
// those that have more than another one are not read: what that one leaves is filtered by them, or looked up in them here if it is not too much.
func (l *listing) candidates(ctx context.Context, most, enough int) (narrowed, error) {
	n := narrowed{covered: map[int]bool{}}
	for _, level := range levels(l.limits.few, most, enough) {
		sources, err := l.upTo(ctx, level, most, enough)
		if err != nil {
			return n, err
		}
		for _, s := range sources {
			if n.some && len(n.numbers) <= enough {
				break
			}
			numbers, complete, err := l.load(ctx, s, level)
			if err != nil {
				return n, err
			}
			if complete {
				n.add(s, numbers)
			}
		}
		if n.some {
			break // the others have more
		}
	}
	if n.some && len(n.numbers) > enough && most > l.limits.few && most != unbounded {
		if err := l.probe(ctx, &n); err != nil {
			return n, err
		}
	}
	n.exact = l.covers(n.covered)
	return n, nil
}

// levels are how far sources are counted to find the smallest, before any is counted farther. Where all of them are wanted there is one.
func levels(first, most, enough int) []int {
	var levels []int
	for level := 5 * first; enough > 0 && first < most && level < most; level *= 4 {
		levels = append(levels, level)
	}
	return append(levels, most)
}

// upTo returns the sources that may have no more numbers than level and are worth to be read, those with the fewest first. They are not counted where it is as quick to
// read them.
func (l *listing) upTo(ctx context.Context, level, most, enough int) ([]*source, error) {
	if most <= l.limits.few || most == unbounded {
		return l.sources, nil
	}
	slices.SortStableFunc(l.sources, func(a, b *source) int { return cmp.Compare(a.order(), b.order()) })
	var sources []*source
	smallest := level
	for _, s := range l.sources {
		worth := level
		if enough > 0 {
			worth = s.worth(smallest)
		}
		if err := l.count(ctx, s, worth); err != nil {
			return nil, err
		}
		if s.size <= worth {
			sources, smallest = append(sources, s), min(smallest, s.size)
		}
	}
	slices.SortStableFunc(sources, func(a, b *source) int { return cmp.Compare(a.size, b.size) })
	return sources, nil
}

// worth is up to how many numbers a source is worth to be read where others have so many.
func (s *source) worth(others int) int {
	if s.probe != nil {
		return others / 4
	}
	return others
}

// order is in which order sources are counted.
func (s *source) order() int {
	switch {
	case s.known != nil:
		return 0
	case s.probe == nil:
		return 1
	}
	return 2
}

// add intersects with what a source has.
func (n *narrowed) add(s *source, numbers []int64) {
	if n.some {
		numbers = intersect(n.numbers, numbers)
	}
	n.numbers, n.some = numbers, true
	n.cover(s)
}

func (n *narrowed) cover(s *source) {
	for _, of := range s.of {
		n.covered[of] = s.exact
	}
}

// probe leaves out the numbers that larger sources have not.
func (l *listing) probe(ctx context.Context, n *narrowed) (err error) {
	var probes []*probe
	for _, s := range l.sources {
		if _, has := n.covered[s.of[0]]; !has && s.probe != nil {
			probes = append(probes, s.probe)
		}
	}
	if len(probes) == 0 || len(n.numbers) > l.limits.probes {
		return nil
	}
	for _, s := range l.sources {
		if _, has := n.covered[s.of[0]]; !has && s.probe != nil {
			n.cover(s)
		}
	}
	n.numbers, err = l.having(ctx, probes, n.numbers)
	return err
}

// covers says whether all that the list asks for is covered, exactly.
func (l *listing) covers(covered map[int]bool) bool {
	for i := range l.tests {
		if !covered[i] {
			return false
		}
	}
	return (l.owners == nil || covered[ofOwners]) && (l.stages == nil || covered[ofStages])
}

// termOf returns the search term of a source; empty if it is not of one.
func (l *listing) termOf(s *source) string {
	if s.of[0] < 0 {
		return ""
	}
	return l.tests[s.of[0]].term
}

// intersect returns what two ascending lists have in common.
func intersect(a, b []int64) []int64 {
	both := make([]int64, 0, min(len(a), len(b)))
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

func none(context.Context, int) ([]statement, bool, error) { return nil, true, nil }

// entrySource are exactly those with one of these entries in a list.
func (l *listing) entrySource(list int64, entries []string) *source {
	s := &source{exact: true, parts: []part{l.entryPart(list, entries)}}
	if len(entries) <= probedEntries {
		s.probe = &probe{list, entries}
	}
	return s
}

// probedEntries is how many entries are looked up for each number at most.
const probedEntries = 3

// having returns which of these numbers have one of the entries of each probe.
func (l *listing) having(ctx context.Context, probes []*probe, numbers []int64) ([]int64, error) {
	where, args := l.passes(filter{probes: probes}, ofNumbers, []any{l.x.account, joinNumbers(numbers)})
	found, _, err := l.numbersOf(ctx, len(numbers), `SELECT n.value AS number FROM `+l.x.s.dialect.numbers+` WHERE TRUE`+where, args...)
	return found, err
}

// entryPart are those with one of these entries in a list.
func (l *listing) entryPart(list int64, entries []string) part {
	if len(entries) == 0 {
		return none
	}
	return func(context.Context, int) ([]statement, bool, error) {
		in, args := keyList([]any{l.x.account, list}, entries)
		return selects(`SELECT p.number FROM posting p WHERE p.account_id = $1 AND p.list = $2 AND p.entry IN `+in, args...)
	}
}

// beyond is greater than every text that begins with what stands before it.
const beyond = "\U0010FFFF"

// beginning selects those that have an entry that begins with a prefix in a list.
func (l *listing) beginning(list int64, prefix string) statement {
	return statement{
		text: `SELECT p.number FROM posting p WHERE p.account_id = $1 AND p.list = $2 AND p.entry >= $3 AND p.entry < $4`,
		args: []any{l.x.account, list, prefix, prefix + beyond},
	}
}

func (l *listing) prefixPart(list int64, prefix string) part {
	return func(context.Context, int) ([]statement, bool, error) {
		return []statement{l.beginning(list, prefix)}, true, nil
	}
}

// termParts are those that a search term finds: by a word of their own; deals by one of their contact's, and by a document's number, too.
func (l *listing) termParts(term string) []part {
	if l.entity == crm.EntityContact {
		return []part{l.prefixPart(contactWords, term)}
	}
	contacts := &source{parts: []part{l.prefixPart(contactWords, term)}}
	parts := []part{l.prefixPart(dealWords, term), func(ctx context.Context, most int) ([]statement, bool, error) {
		numbers, complete, err := l.load(ctx, contacts, l.limits.contacts)
		if err != nil || !complete || len(numbers) == 0 {
			return nil, complete, err
		}
		return l.contactPart(numbers)(ctx, most)
	}}
	if isDocumentNumber(term) {
		parts = append(parts, l.documentPart(term))
	}
	return parts
}

// contactPart are the deals of contacts, by their numbers.
func (l *listing) contactPart(contacts []int64) part {
	return func(context.Context, int) ([]statement, bool, error) {
		return selects(`SELECT t.number FROM `+l.x.s.dialect.numbers+` CROSS JOIN deal t
			WHERE t.account_id = $1 AND t.deleted_at = 0 AND t.contact_number = n.value`, l.x.account, joinNumbers(contacts))
	}
}

// documentPart are the deals of documents whose number begins with a term.
func (l *listing) documentPart(term string) part {
	return func(ctx context.Context, _ int) (statements []statement, complete bool, err error) {
		links, err := l.x.connections(ctx)
		for _, link := range links {
			statements = append(statements, statement{
				`SELECT d.number FROM record r JOIN deal d ON d.account_id = r.account_id AND d.id = r.deal_id WHERE r.account_id = $1 AND r.connection = $2
				 AND r.number >= $3 AND r.number < $4 AND r.number <> '' AND r.deal_id <> '' AND d.deleted_at = 0`,
				[]any{l.x.account, link.number, term, term + beyond},
				l.limits.documents,
			})
		}
		return statements, true, err
	}
}

// placePart are those of the list's owners and stages. The totals know how many they are.
func (l *listing) placePart(ctx context.Context, most int) (statements []statement, complete bool, err error) {
	if n, err := l.living(ctx); err != nil || n > int64(most) {
		return nil, false, err
	}
	for _, stage := range eachOf(l.stages) {
		for _, owner := range eachOf(l.owners) {
			where, args := "", []any{l.x.account}
			if owner != nil {
				where, args = l.ownerIs(*owner, args)
				where = " AND " + where
			}
			if stage != nil {
				args = append(args, text(*stage))
				where += " AND t.stage_id = $" + strconv.Itoa(len(args))
			}
			statements = append(statements, statement{text: `SELECT t.number FROM ` + l.table + ` t WHERE t.account_id = $1 AND t.deleted_at = 0` + where, args: args})
		}
	}
	return statements, true, nil
}

// eachOf returns each of these ids, or nil once when it does not matter which.
func eachOf(ids *[]crm.ID) []*crm.ID {
	if ids == nil {
		return []*crm.ID{nil}
	}
	each := make([]*crm.ID, len(*ids))
	for i := range each {
		each[i] = &(*ids)[i]
	}
	return each
}

// ownerIs writes the condition that a row is of an owner.
func (l *listing) ownerIs(owner crm.ID, args []any) (string, []any) {
	if owner == "" {
		return "t.owner_id IS NULL", args
	}
	args = append(args, text(owner))
	return "t.owner_id = $" + strconv.Itoa(len(args)), args
}

// sourceOf returns the source for a condition that has an index, nil for one that has none. It is the same for comparisons of the same field.
func (l *listing) sourceOf(ctx context.Context, c crm.Condition, fields map[string]listedField) (*source, error) {
	if c.Field.Custom != nil {
		if field, ok := fields[c.Field.Name]; ok && field.complete {
			return l.fieldSource(c, field.list), nil
		}
		return nil, nil
	}
	column := sortColumns[l.entity][c.Field.Name]
	switch {
	case column != "" && (c.Field.Type == crm.TypeInstant || c.Field.Name == crm.FieldValue):
		return l.columnSource(c, column), nil
	case c.Operator != crm.Is:
	case l.entity == crm.EntityContact && (c.Field.Name == crm.FieldEmail || c.Field.Name == crm.FieldPhone || c.Field.Name == crm.FieldTaxID):
		return l.identitySource(c), nil
	case l.entity == crm.EntityDeal && c.Field.Type == crm.TypeContact:
		ids := conditionIDs(c)
		numbers, err := l.x.contactNumbers(ctx, ids)
		var of []int64
		for _, id := range ids {
			of = append(of, numbers[id]) // 0: those without contact, or a contact that there is not
		}
		return &source{parts: []part{l.contactPart(of)}}, err
	}
	return nil, nil
}

// fieldSource goes by the list of a searchable field.
func (l *listing) fieldSource(c crm.Condition, list int64) *source {
	switch c.Operator {
	case crm.IsEmpty:
		return l.entrySource(list, []string{noValue})
	case crm.IsFilled:
		return l.spanSource(c.Field.Name, "posting p", "p.entry", list, bound{">", noValue})
	case crm.Is:
		exact := !c.Field.Type.HasNormalForm()
		var all []string
		for _, v := range c.Values {
			for _, entry := range entries(v) {
				exact = exact && !crm.IsCutKey(entry)
				all = append(all, entry)
			}
		}
		s := l.entrySource(list, all)
		s.exact = exact
		return s
	}
	compare, ok := comparisons[c.Operator]
	if !ok || len(c.Values) != 1 {
		return nil
	}
	value := entries(c.Values[0])[0]
	if value == noValue {
		return nothing() // compares with nothing
	}
	return l.spanSource(c.Field.Name, "posting p", "p.entry", list, bound{compare, value}, bound{">", noValue})
}

func nothing() *source { return &source{exact: true, parts: []part{none}} }

var comparisons = map[crm.Operator]string{crm.Above: ">", crm.AtLeast: ">=", crm.Below: "<", crm.AtMost: "<="}

// columnSource goes by the index of a column that lists are sorted by.
func (l *listing) columnSource(c crm.Condition, column string) *source {
	compare, ok := comparisons[c.Operator]
	switch {
	case !ok || len(c.Values) != 1:
		return nil
	case len(crm.SortKeys(c.Values[0])) == 0:
		return nothing()
	}
	bounds := []bound{{compare, columnBound(c.Values[0])}}
	if c.Field.Type == crm.TypeInstant {
		bounds = append(bounds, bound{"<>", 0}) // no instant
	}
	return l.spanSource(c.Field.Name, l.table+" t", column, 0, bounds...)
}

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

// identitySource goes by the look-up of e-mails, phones and tax ids.
func (l *listing) identitySource(c crm.Condition) *source {
	var normalized []string
	for _, v := range c.Values {
		s, ok := v.(string)
		if !ok || s == "" {
			return nil
		}
		normalized = append(normalized, text(s))
	}
	return &source{parts: []part{func(context.Context, int) ([]statement, bool, error) {
		in, args := keyList([]any{l.x.account, c.Field.Name}, normalized)
		return selects(`SELECT t.number FROM contact_identity i JOIN contact t ON t.account_id = i.account_id AND t.id = i.contact_id
			WHERE i.account_id = $1 AND i.kind = $2 AND t.deleted_at = 0 AND i.normalized IN `+in, args...)
	}}}
}
