package store

import (
	"context"
	"slices"
)

// walk goes through a list in the order of its index.
type walk struct {
	l      *listing
	phases [][]*lane
	tests  []rowTest // owners and stages included, unless the lanes take care of them
	after  *place    // it begins there
	progress
	budget int // rows that may still be read; negative: any number
	chunk  int // rows to be read at a time
}

// newWalk returns a walk that goes on from what was found.
func (l *listing) newWalk(found progress) *walk {
	w := &walk{l: l, after: found.at, progress: found, chunk: chunk}
	var owners, stages bool
	w.phases, owners, stages = l.lanes()
	w.tests = slices.DeleteFunc(slices.Clone(l.allTests(!owners, !stages)), func(t rowTest) bool { return t.bounded })
	return w
}

// allTests returns the tests, with those of owners and stages as asked.
func (l *listing) allTests(owners, stages bool) []rowTest {
	tests := l.tests
	if owners && l.owners != nil {
		tests = append(tests[:len(tests):len(tests)], idTest(l.columns.add("t.owner_id", idCell), *l.owners))
	}
	if stages && l.stages != nil {
		tests = append(tests[:len(tests):len(tests)], idTest(l.columns.add("t.stage_id", idCell), *l.stages))
	}
	return tests
}

func fitsAll(tests []rowTest, cells []any) bool {
	return !slices.ContainsFunc(tests, func(t rowTest) bool { return !t.fits(cells) })
}

// read finds more rows that fit, until there are enough, or so many were read. ended is true when there are no more.
func (w *walk) read(ctx context.Context, enough, most int) (ended bool, err error) {
	w.budget = most
	for len(w.phases) > 0 {
		for {
			if len(w.hits) >= enough {
				return false, nil
			}
			next, err := w.next(ctx, enough)
			if err != nil {
				return false, err
			}
			if next == nil {
				break
			}
			w.at = &next.place
			if fitsAll(w.tests, next.cells) {
				w.take(*next)
			}
		}
		if slices.ContainsFunc(w.phases[0], func(a *lane) bool { return !a.ended || len(a.places) > 0 }) {
			return false, nil
		}
		w.phases = w.phases[1:]
	}
	return true, nil
}

// next takes the first of the rows that the lanes of this phase have left; nil when there are none, or when too many were read.
func (w *walk) next(ctx context.Context, enough int) (*hit, error) {
	var first *lane
	for _, a := range w.phases[0] {
		if len(a.places) == 0 && !a.ended {
			if w.budget == 0 && a.started {
				return nil, nil // what this lane has might come first
			}
			if err := w.fill(ctx, a, enough); err != nil {
				return nil, err
			}
		}
		if len(a.places) > 0 && (first == nil || w.l.order.compare(a.places[0].place, first.places[0].place) < 0) {
			first = a
		}
	}
	if first == nil {
		return nil, nil
	}
	taken := &first.places[0]
	first.places = first.places[1:]
	return taken, nil
}

// fill reads the next rows of a lane: as many as are wanted where every row fits, else more each time.
func (w *walk) fill(ctx context.Context, a *lane, enough int) error {
	after := w.after
	if a.last != nil {
		after = a.last
	}
	if after != nil && after.key.none && !a.none {
		a.ended = true // the page before was past these
		return nil
	}
	most := max(w.missing(enough), 1)
	if len(w.tests) > 0 {
		most = max(most, w.chunk)
		w.chunk = min(2*w.chunk, w.l.limits.walk)
	}
	most = min(most, max(w.l.limits.walk, 1))
	if w.budget >= 0 {
		most = max(min(most, w.budget), 1) // each lane is begun, or there would never be a first row
	}
	a.started = true
	hits, err := w.l.readLane(ctx, a, after, most, 0)
	if err != nil {
		return err
	}
	a.places = hits
	a.ended = len(hits) < most
	if len(hits) > 0 {
		a.last = &hits[len(hits)-1].place
	}
	if w.budget >= 0 {
		w.budget = max(0, w.budget-len(hits))
	}
	return nil
}

func (l *listing) readLane(ctx context.Context, a *lane, after *place, most, skip int) ([]hit, error) {
	text, args := l.laneQuery(a, after, most, skip)
	var column any
	var number int64
	scan := l.columns.scanner(&column, &number)
	return query(ctx, l.x, "list", text, args, func(r row) (hit, error) {
		cells, err := scan(r)
		return hit{place{l.order.keyFrom(column), number}, cells}, err
	})
}

// fetch reads the rows with these numbers that fit, and puts them in order. exact: all of them fit.
func (l *listing) fetch(ctx context.Context, numbers []int64, exact bool) ([]hit, error) {
	return l.fetchSome(ctx, numbers, exact, filter{})
}

// fetchNarrowed does the same with what sources have left of the list.
func (l *listing) fetchNarrowed(ctx context.Context, n narrowed) ([]hit, error) {
	f, exact := l.filterFor(n.covered)
	return l.fetchSome(ctx, n.numbers, exact, f)
}

// fetchSome does the same for those that pass a filter.
func (l *listing) fetchSome(ctx context.Context, numbers []int64, exact bool, f filter) ([]hit, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	text, args := l.passes(f, ofRow, []any{l.x.account, joinNumbers(numbers)})
	return l.fetchWhere(ctx, exact, l.x.s.dialect.numbers+" CROSS JOIN "+l.table+" t", "t.number = n.value"+text, args[1:]...)
}

// fetchAll reads all rows that fit.
func (l *listing) fetchAll(ctx context.Context) ([]hit, error) {
	return l.fetchWhere(ctx, false, l.table+" t", "TRUE")
}

func (l *listing) fetchWhere(ctx context.Context, exact bool, from, where string, args ...any) ([]hit, error) {
	tests := l.allTests(true, true)
	all, err := l.rows(ctx, exact, from, where, args...)
	if err != nil {
		return nil, err
	}
	if !exact {
		all = slices.DeleteFunc(all, func(h hit) bool { return !fitsAll(tests, h.cells) })
	}
	slices.SortFunc(all, func(a, b hit) int { return l.order.compare(a.place, b.place) })
	return all, nil
}

// rows reads rows, in no order. bare: without their cells, unless the order is worked out of them.
func (l *listing) rows(ctx context.Context, bare bool, from, where string, args ...any) ([]hit, error) {
	columns := &l.columns
	if bare && l.order.columns == nil && !l.wanted {
		columns = &noColumns
	}
	var column any
	var number int64
	scan := columns.scanner(&column, &number)
	return query(ctx, l.x, "rows of a list", `SELECT `+l.order.keyColumn()+`, t.number`+columns.list()+` FROM `+from+
		` WHERE t.account_id = $1 AND t.deleted_at = 0 AND `+where, append([]any{l.x.account}, args...),
		func(r row) (hit, error) {
			cells, err := scan(r)
			if err != nil {
				return hit{}, err
			}
			return hit{place{l.order.keyOf(column, cells), number}, cells}, nil
		})
}

// noColumns are no columns.
var noColumns columns

func idTest[K ~string](column int, ids []K) rowTest {
	return rowTest{columns: []int{column}, holds: func(value any) bool {
		return slices.ContainsFunc(ids, func(id K) bool { return any(id) == value })
	}}
}
