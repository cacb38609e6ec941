package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	s.cover(n.covered)
}

// cover notes that a source is heeded.
func (s *source) cover(covered map[int]bool) {
	for _, of := range s.of {
		covered[of] = s.exact
	}
}

// probe leaves out the numbers that larger sources have not.
func (l *listing) probe(ctx context.Context, n *narrowed) (err error) {
	if len(n.numbers) > l.limits.probes {
		return nil
	}
	if probes := l.probes(n.covered); len(probes) > 0 {
		n.numbers, err = l.having(ctx, probes, n.numbers)
	}
	return err
}

// probes returns the probes of the sources that are not covered yet, and covers them.
func (l *listing) probes(covered map[int]bool) (probes []*probe) {
	for _, s := range l.sources {
		if _, has := covered[s.of[0]]; !has && s.probe != nil {
			probes = append(probes, s.probe)
			s.cover(covered)
		}
	}
	return probes
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

// having returns which of these numbers have one of the entries of each probe.
func (l *listing) having(ctx context.Context, probes []*probe, numbers []int64) ([]int64, error) {
	where, args := l.passes(filter{probes: probes}, ofNumbers, []any{l.x.account, joinNumbers(numbers)})
	found, _, err := l.numbersOf(ctx, len(numbers), `SELECT n.value AS number FROM `+l.x.s.dialect.numbers+` WHERE TRUE`+where, args...)
	return found, err
}
