package store

import (
	"context"
	"maps"
	"strconv"
	"strings"
)

// sieve goes through a list in the order of its index as a walk does, but reads nothing except numbers there: many times as many in the same time. It then reads those
// rows whose number is in the set and has the entries that are asked for, or that have the words that are asked for.
type sieve struct {
	l      *listing
	set    numberSet // nil: any number
	probes []*probe
	common []string // words to be looked for in the rows
	exact  bool     // what comes through fits
	progress
	passes  int // numbers that may still be read
	fetches int // rows that may still be read
	phases  []*lane
	chunk   int
}

// numberSet is a set of numbers, one bit for each.
type numberSet []uint64

func newNumberSet(numbers []int64) numberSet {
	if len(numbers) == 0 {
		return numberSet{}
	}
	set := make(numberSet, numbers[len(numbers)-1]/64+1)
	for _, n := range numbers {
		set[n/64] |= 1 << (n % 64)
	}
	return set
}

func (s numberSet) has(n int64) bool { return n/64 < int64(len(s)) && s[n/64]&(1<<(n%64)) != 0 }

// newSieve returns a sieve that goes on from what was found; false if it would not help, or cannot: it goes through one lane at a time.
func (l *listing) newSieve(found progress, n narrowed) (*sieve, bool) {
	s := &sieve{
		l: l, common: n.common, progress: found, passes: l.limits.passes, fetches: l.limits.fetches / l.weight(), chunk: 2 * chunk,
	}
	if n.some {
		s.set = newNumberSet(n.numbers)
	}
	covered := map[int]bool{}
	maps.Copy(covered, n.covered)
	for _, from := range l.sources {
		if _, has := covered[from.of[0]]; !has && from.probe != nil {
			s.probes = append(s.probes, from.probe)
			for _, of := range from.of {
				covered[of] = from.exact
			}
		}
	}
	s.exact = l.covers(covered)
	if s.set == nil && s.probes == nil && s.common == nil {
		return nil, false
	}
	one := lane{}
	if l.order.column == "t.rank" {
		if len(*l.stages) != 1 {
			return nil, false
		}
		one.stage = &(*l.stages)[0]
	}
	for _, without := range l.order.phases() {
		phase := one
		phase.none = without
		s.phases = append(s.phases, &phase)
	}
	return s, true
}

// read finds more rows that fit, until there are enough or too much was read. ended is true when there are no more.
func (s *sieve) read(ctx context.Context, enough int) (ended bool, err error) {
	for len(s.phases) > 0 {
		if s.at != nil && s.at.key.none && !s.phases[0].none {
			s.phases = s.phases[1:]
			continue
		}
		if len(s.hits) >= enough || s.passes <= 0 || s.fetches <= 0 {
			return false, nil
		}
		numbers, err := s.numbers(ctx)
		if err != nil {
			return false, err
		}
		if done, err := s.fetch(ctx, numbers, enough); err != nil || !done {
			return false, err
		}
		if len(numbers) < s.asked() {
			s.phases = s.phases[1:]
		}
		s.chunk = min(2*s.chunk, s.l.limits.passes/4)
	}
	return true, nil
}

func (s *sieve) asked() int { return max(s.chunk, 1) }

// numbers reads the next numbers in the order's index.
func (s *sieve) numbers(ctx context.Context) ([]int64, error) {
	text, args := s.l.numberQuery(s.phases[0], s.at, s.asked())
	found, err := query(ctx, s.l.x, "numbers of a list", `SELECT COALESCE(string_agg(CAST(s.number AS TEXT), ','), '') FROM (`+text+`) s`, args,
		func(r row) (text string, err error) {
			err = r.Scan(&text)
			return text, err
		})
	if err != nil {
		return nil, err
	}
	numbers, err := parseNumbers(found[0])
	s.passes -= len(numbers)
	return numbers, err
}

// fetch reads those of the rows with these numbers that may fit, some at a time, until there are enough. done is true when it looked at all of them.
func (s *sieve) fetch(ctx context.Context, numbers []int64, enough int) (done bool, err error) {
	passed, err := s.passed(ctx, numbers)
	if err != nil {
		return false, err
	}
	var some []int64
	for i, n := range numbers {
		if passed == nil || passed.has(n) {
			some = append(some, n)
		}
		last := i == len(numbers)-1
		if len(some) < s.portion(enough) && !last {
			continue
		}
		hits, err := s.l.fetchSome(ctx, some, s.exact, s.common)
		if err != nil {
			return false, err
		}
		s.take(hits...)
		s.fetches -= len(some)
		some = some[:0]
		if last || len(s.hits) >= enough || s.fetches <= 0 {
			s.at, err = s.l.placeOf(ctx, n, hits)
			return last, err
		}
	}
	return true, nil
}

// passed returns which numbers are in the set and have the entries; nil: all of them.
func (s *sieve) passed(ctx context.Context, numbers []int64) (numberSet, error) {
	passed := s.set
	for _, p := range s.probes {
		var left []int64
		for _, n := range numbers {
			if passed == nil || passed.has(n) {
				left = append(left, n)
			}
		}
		var err error
		if passed, err = s.l.having(ctx, p, left); err != nil {
			return nil, err
		}
	}
	return passed, nil
}

// portion is how many rows are read at a time: about as many as are wanted where each of them fits, more where words are looked for.
func (s *sieve) portion(enough int) int {
	if len(s.common) > 0 {
		return 4 * chunk
	}
	return min(max(s.missing(enough), chunk/2), max(s.l.limits.walk, 1))
}

// placeOf returns the place of a row, which may be among those that were just read.
func (l *listing) placeOf(ctx context.Context, number int64, hits []hit) (*place, error) {
	if n := len(hits); n > 0 && hits[n-1].number == number {
		return &hits[n-1].place, nil
	}
	rows, err := l.rows(ctx, true, l.table+" t", "t.number = $2", number)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0].place, nil
}

// hasWords writes the condition that a row has words that begin with these. It may let others through, which the tests do not.
func (l *listing) hasWords(terms []string, args []any) (string, []any) {
	var b strings.Builder
	for _, term := range terms {
		args = append(args, "% "+likeEscape.Replace(term)+"%")
		like := ` LIKE $` + strconv.Itoa(len(args)) + ` ESCAPE '\'`
		b.WriteString(" AND (' ' || t.words" + like)
		if l.table == "deal" {
			b.WriteString(` OR EXISTS (SELECT 1 FROM contact c WHERE c.account_id = t.account_id AND c.number = t.contact_number AND c.deleted_at = 0
				AND ' ' || c.words` + like + ")")
			if isDocumentNumber(term) {
				b.WriteString(` OR EXISTS (SELECT 1 FROM record r WHERE r.account_id = t.account_id AND r.deal_id = t.id AND r.deal_id <> ''
					AND ' ' || r.number` + like + ")")
			}
		}
		b.WriteString(")")
	}
	return b.String(), args
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
