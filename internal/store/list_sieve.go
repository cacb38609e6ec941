package store

import (
	"context"
	"fmt"
	"maps"
)

// sieve goes through a list in the order of its index as a walk does, but leaves rows that do not fit in the database, which is many times as quick as to read and test
// them: by a filter, or by a set of numbers. What comes through is read and tested, unless it is known to fit.
type sieve struct {
	l      *listing
	set    numberSet // nil: any number
	filter filter
	exact  bool // what comes through fits
	progress
	first   int // places in the index that are looked at before anything else is tried
	passes  int // that may still be looked at
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
	s := &sieve{l: l, progress: found, fetches: l.limits.fetches / l.weight(), chunk: 2 * chunk}
	phases, owners, stages := l.lanes()
	if len(phases[0]) > 1 {
		if l.order.column == "t.rank" && len(*l.stages) > 1 {
			return nil, false
		}
		owners = false
		stages = l.order.column == "t.rank"
	}
	for _, lanes := range phases {
		one := lanes[0]
		if !owners {
			one.owner = nil
		}
		s.phases = append(s.phases, one)
	}
	covered := maps.Clone(n.covered)
	if covered == nil {
		covered = map[int]bool{}
	}
	if owners {
		covered[ofOwners] = true
	}
	if stages {
		covered[ofStages] = true
	}
	s.filter, s.exact = l.filterFor(covered)
	s.first, s.passes = l.limits.first, l.limits.filtered
	if s.filter.readsRows() {
		s.first, s.passes = l.limits.firstWalk/l.weight(), l.limits.walk/l.weight()
	}
	if n.some {
		s.set, s.passes, s.chunk = newNumberSet(n.numbers), l.limits.passes, l.limits.passes/6
	}
	return s, s.set != nil || !s.filter.none()
}

// read finds more rows that fit, until there are enough or too much was read. ended is true when there are no more.
func (s *sieve) read(ctx context.Context, enough int) (ended bool, err error) {
	for len(s.phases) > 0 {
		if s.at != nil && s.at.key.none && !s.phases[0].none {
			s.phases = s.phases[1:]
			continue
		}
		if s.missing(enough) <= 0 || s.passes <= 0 || s.fetches <= 0 {
			return false, nil
		}
		step := s.filtered
		if s.set != nil {
			step = s.ofSet
		}
		last, err := step(ctx, enough)
		if err != nil {
			return false, err
		}
		if last {
			s.phases = s.phases[1:]
		}
		s.chunk = min(2*s.chunk, s.l.limits.passes/3)
	}
	return true, nil
}

// filtered lets the filter find the next rows. last is true when there are no more in this phase.
func (s *sieve) filtered(ctx context.Context, enough int) (last bool, err error) {
	looks, most := s.passes, s.missing(enough)
	if !s.exact {
		looks, most = min(looks, s.asked()), min(s.portion(enough), s.fetches)
	}
	hits, err := s.l.filteredPlaces(ctx, s.phases[0], s.at, s.filter, looks, most)
	if err != nil {
		return false, err
	}
	from := s.at
	if len(hits) > 0 {
		s.at = &hits[len(hits)-1].place
	}
	if len(hits) < most {
		at, err := s.l.placeAfter(ctx, s.phases[0], from, looks)
		if err != nil {
			return false, err
		}
		if last = at == nil; !last {
			s.at = at
		}
	}
	if s.passes < unbounded {
		s.fetches -= len(hits)
		if !last { // else the next phase is begun, or no page would ever come to it
			s.passes -= looks
		}
	}
	if !s.exact {
		numbers := make([]int64, len(hits))
		for i, h := range hits {
			numbers[i] = h.number
		}
		if hits, err = s.l.fetch(ctx, numbers, false); err != nil {
			return false, err
		}
	}
	s.take(hits...)
	return last, nil
}

// filteredPlaces returns the first places that pass a filter among the next ones of a lane.
func (l *listing) filteredPlaces(ctx context.Context, a *lane, after *place, f filter, looks, most int) ([]hit, error) {
	text, args := l.laneSelect(l.order.column+" AS key, $number AS number"+l.columnsFor(f), a, after, looks, 0)
	where, args := l.passes(f, ofPlace, args)
	var column any
	var number int64
	return query(ctx, l.x, "list", fmt.Sprintf(`SELECT n.key, n.number FROM (%s) n WHERE TRUE%s LIMIT $%d`, text, where, len(args)+1), append(args, most),
		func(r row) (hit, error) {
			err := r.Scan(&column, &number)
			return hit{place: place{l.order.keyFrom(column), number}}, err
		})
}

// placeAfter returns the place that is so many places after another; nil when there is none.
func (l *listing) placeAfter(ctx context.Context, a *lane, from *place, places int) (*place, error) {
	if places >= unbounded {
		return nil, nil
	}
	text, args := l.laneSelect(l.order.column+", $number", a, from, 1, places-1)
	var column any
	var number int64
	found, err := query(ctx, l.x, "list", text, args, func(r row) (place, error) {
		err := r.Scan(&column, &number)
		return place{l.order.keyFrom(column), number}, err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// ofSet reads the next numbers, and those rows whose number is in the set and which pass the filter.
func (s *sieve) ofSet(ctx context.Context, enough int) (last bool, err error) {
	numbers, err := s.numbers(ctx)
	if err != nil {
		return false, err
	}
	done, err := s.fetch(ctx, numbers, enough)
	return done && len(numbers) < s.asked(), err
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
	var some []int64
	for i, n := range numbers {
		if s.set.has(n) {
			some = append(some, n)
		}
		last := i == len(numbers)-1
		if len(some) < s.portion(enough) && !last {
			continue
		}
		hits, err := s.l.fetchSome(ctx, some, s.exact, s.filter)
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

// portion is how many rows are read at a time: about as many as are wanted where each of them fits, more where they are filtered.
func (s *sieve) portion(enough int) int {
	if s.set != nil && !s.filter.none() {
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
