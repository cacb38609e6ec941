package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"

	"puente/internal/crm"
)

// ListContacts returns a page of a list of contacts. invalid: cursor_invalid, field_not_searchable.
func (x *reader) ListContacts(ctx context.Context, q crm.Query) (crm.Page[*crm.Contact], error) {
	return listPage(ctx, x, q, crm.EntityContact, byCursor, x.contactsByNumber)
}

// ListDeals returns a page of a list of deals. invalid: as ListContacts; order_needs_stage.
func (x *reader) ListDeals(ctx context.Context, q crm.Query) (crm.Page[*crm.Deal], error) {
	return listPage(ctx, x, q, crm.EntityDeal, byCursor, x.dealsByNumber)
}

// SkipContacts returns the page that begins after the first skip entries, and is full unless the list ends. Its cost grows with skip, and with how rare what fits is.
func (x *reader) SkipContacts(ctx context.Context, q crm.Query, skip int) (crm.Page[*crm.Contact], error) {
	q.Cursor = ""
	return listPage(ctx, x, q, crm.EntityContact, max(skip, 0), x.contactsByNumber)
}

// SkipDeals does the same for deals.
func (x *reader) SkipDeals(ctx context.Context, q crm.Query, skip int) (crm.Page[*crm.Deal], error) {
	q.Cursor = ""
	return listPage(ctx, x, q, crm.EntityDeal, max(skip, 0), x.dealsByNumber)
}

// byCursor is in the place of a number of entries to skip when there is none: the page goes on from a cursor, and its work is bounded.
const byCursor = -1

func listPage[T any](
	ctx context.Context, x *reader, q crm.Query, entity crm.Entity, skip int, read func(ctx context.Context, numbers []int64) (map[int64]T, error),
) (page crm.Page[T], err error) {
	q.Entity = entity
	after, err := parseCursor(q)
	if err != nil {
		return page, err
	}
	l, err := x.newListing(ctx, q)
	if err != nil || l.empty || q.Limit <= 0 {
		return page, err
	}
	places, next, err := l.page(ctx, after, skip, q.Limit)
	if err != nil {
		return page, err
	}
	numbers := make([]int64, len(places))
	for i, p := range places {
		numbers[i] = p.number
	}
	byNumber, err := read(ctx, numbers)
	for _, n := range numbers {
		page.Items = append(page.Items, byNumber[n])
	}
	if next != nil {
		page.Next = cursorText(q, *next)
	}
	return page, err
}

// page returns the places of a page's rows, and where the next one begins; nil at the end.
func (l *listing) page(ctx context.Context, after *place, skip, limit int) ([]place, *place, error) {
	most := l.limits.walk / l.weight()
	if skip != byCursor {
		most = -1
	}
	skip = max(skip, 0)
	hits, ok, err := l.few(ctx, l.limits.few, l.limits.few)
	if err != nil {
		return nil, nil, err
	}
	if ok {
		return cut(l.from(hits, after), skip, limit, nil)
	}
	if l.order.column == "" {
		return l.unindexed(ctx, after, skip, limit)
	}
	if skip > 0 {
		if places, next, ok, err := l.skipped(ctx, skip, limit); ok || err != nil {
			return places, next, err
		}
	}
	enough := limit + 1
	found, ended, err := l.nearby(ctx, progress{at: after, skip: skip}, enough)
	if err == nil && !ended && found.missing(enough) > 0 && (most < 0 || 2*len(found.hits) < enough) {
		return l.farther(ctx, found, after, skip, limit, most)
	}
	if err != nil {
		return nil, nil, err
	}
	return cut(found.hits, 0, limit, found.rest(ended))
}

// progress is how far a list was looked at, and what was found that fits.
type progress struct {
	at      *place
	skip    int // what fits and is not wanted, because it is on pages before
	skipped int // of it
	hits    []hit
}

// take adds rows that fit, and keeps those that are wanted.
func (p *progress) take(hits ...hit) {
	n := min(p.skip-p.skipped, len(hits))
	p.skipped += n
	p.hits = append(p.hits, hits[n:]...)
}

// found is how many rows fit, and missing how many more are looked for.
func (p *progress) found() int             { return p.skipped + len(p.hits) }
func (p *progress) missing(enough int) int { return p.skip + enough - p.found() }

// rest is where the next page begins, if this one is not full.
func (p progress) rest(ended bool) *place {
	if ended {
		return nil
	}
	return p.at
}

// skipped makes the page after some entries of a list of which every row fits, if one index has it.
func (l *listing) skipped(ctx context.Context, skip, limit int) ([]place, *place, bool, error) {
	w := l.newWalk(progress{})
	if len(w.tests) > 0 || len(w.phases) > 1 || len(w.phases[0]) > 1 {
		return nil, nil, false, nil
	}
	hits, err := l.readLane(ctx, w.phases[0][0], nil, limit+1, skip)
	if err != nil {
		return nil, nil, false, err
	}
	places, next, err := cut(hits, 0, limit, nil)
	return places, next, true, err
}

// nearby looks at the first rows after a place, and at more if they are likely to fill the page: most pages are full by then. One that is only half full is handed out,
// too: to go on after it is quicker than to look at what is in the way of all rows.
func (l *listing) nearby(ctx context.Context, from progress, enough int) (found progress, ended bool, err error) {
	if s, ok := l.newSieve(from, narrowed{}); ok {
		more := s.passes
		s.passes = s.first
		ended, err = s.read(ctx, enough)
		if err == nil && !ended && s.nearly(enough, s.first, more) {
			s.passes = more
			ended, err = s.read(ctx, enough)
		}
		return s.progress, ended, err
	}
	w := l.newWalk(from)
	first := w.least(enough)
	ended, err = w.read(ctx, enough, first)
	if err == nil && !ended && w.nearly(enough, first, l.limits.nearly) {
		ended, err = w.read(ctx, enough, l.limits.nearly)
	}
	return w.progress, ended, err
}

// farther makes the page when the first rows did not.
func (l *listing) farther(ctx context.Context, found progress, after *place, skip, limit, most int) ([]place, *place, error) {
	enough := limit + 1
	if err := l.leaveOutWalked(ctx); err != nil {
		return nil, nil, err
	}
	fetch := l.limits.fetch / l.weight()
	n, err := l.candidates(ctx, l.limits.set, fetch)
	if err != nil {
		return nil, nil, err
	}
	if n.some && len(n.numbers) <= fetch {
		hits, err := l.fetchNarrowed(ctx, n)
		if err != nil {
			return nil, nil, err
		}
		return cut(l.from(hits, after), skip, limit, nil)
	}
	var ended bool
	if s, ok := l.newSieve(found, n); ok {
		if most < 0 {
			s.passes, s.fetches = unbounded, unbounded
		}
		ended, err = s.read(ctx, enough)
		found = s.progress
	} else {
		w := l.newWalk(found)
		ended, err = w.read(ctx, enough, most)
		found = w.progress
	}
	if err != nil {
		return nil, nil, err
	}
	return cut(found.hits, 0, limit, found.rest(ended))
}

// leaveOutWalked leaves out the numbers of the list's owners and stages, unless they are few, if the order's index can be walked for nothing else: they narrow nothing down.
func (l *listing) leaveOutWalked(ctx context.Context) error {
	phases, owners, stages := l.lanes()
	if len(phases[0]) > 1 || l.owners != nil && !owners || l.stages != nil && !stages {
		return nil
	}
	n, err := l.living(ctx)
	if n > int64(l.limits.fetch/l.weight()) {
		l.sources = slices.DeleteFunc(l.sources, func(s *source) bool { return s.known != nil })
	}
	return err
}

// nearly says whether half of the page will be full after so many more rows, if what fits goes on to be as frequent as it was in the first ones.
func (p *progress) nearly(enough, first, more int) bool {
	return p.missing(enough) > 0 && 2*p.found()*(first+more) >= (p.skip+enough)*first
}

// unbounded is more than any account has.
const unbounded = 1 << 40

// weight is how many times as long it takes to test a row when other tables are looked into.
func (l *listing) weight() int {
	if l.heavy {
		return 2
	}
	return 1
}

// least is how far to walk before sets of numbers are tried: where every row fits, to the end of the page.
func (w *walk) least(enough int) int {
	if len(w.tests) == 0 {
		return -1
	}
	return max(enough, w.l.limits.firstWalk/w.l.weight())
}

// few returns all rows of the list, in order, if it can be narrowed down to so few numbers by sets that are no larger than most.
func (l *listing) few(ctx context.Context, most, fetch int) (hits []hit, ok bool, err error) {
	if len(l.sources) == 0 {
		return nil, false, nil
	}
	n, err := l.candidates(ctx, most, fetch)
	if err != nil || !n.some || len(n.numbers) > fetch {
		return nil, false, err
	}
	hits, err = l.fetchNarrowed(ctx, n)
	return hits, err == nil, err
}

// unindexed sorts a list that no index has in its order. invalid: field_not_searchable, when it is too long.
func (l *listing) unindexed(ctx context.Context, after *place, skip, limit int) ([]place, *place, error) {
	hits, ok, err := l.few(ctx, l.limits.sort, l.limits.sort)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		living, err := l.living(ctx)
		if err != nil {
			return nil, nil, err
		}
		if living > int64(l.limits.sort) {
			name := l.order.field.Name
			if l.order.field.Custom != nil {
				name = l.order.field.Custom.Name
			}
			return nil, nil, crm.NewError(crm.Invalid, "field_not_searchable", "name", name).At("sort")
		}
		if hits, err = l.fetchAll(ctx); err != nil {
			return nil, nil, err
		}
	}
	return cut(l.from(hits, after), skip, limit, nil)
}

// from leaves out what comes before a place, and the place itself.
func (l *listing) from(hits []hit, after *place) []hit {
	for after != nil && len(hits) > 0 && l.order.compare(hits[0].place, *after) <= 0 {
		hits = hits[1:]
	}
	return hits
}

// cut returns the page among hits, and where the next one begins: after its last row if there are more hits, else at rest.
func cut(hits []hit, skip, limit int, rest *place) ([]place, *place, error) {
	hits = hits[min(skip, len(hits)):]
	if len(hits) > limit {
		hits = hits[:limit]
		rest = &hits[limit-1].place
	}
	places := make([]place, len(hits))
	for i, h := range hits {
		places[i] = h.place
	}
	return places, rest, nil
}

// cursor is a place in one list, as it is handed out.
type cursor struct {
	List   string `json:"l"` // of which query it is
	None   bool   `json:"e,omitempty"`
	Text   string `json:"t,omitempty"`
	Key    int64  `json:"k,omitempty"`
	Number int64  `json:"n"`
}

// cursorVersion changes when cursors that were handed out are not understood any more.
const cursorVersion = "1"

func cursorText(q crm.Query, p place) string {
	j, _ := json.Marshal(cursor{listName(q), p.key.none, p.key.text, p.key.number, p.number}) // it holds nothing that cannot be written
	return base64.RawURLEncoding.EncodeToString(j)
}

// parseCursor returns the place that a query goes on from; nil: the beginning. invalid: cursor_invalid.
func parseCursor(q crm.Query) (*place, error) {
	if q.Cursor == "" {
		return nil, nil
	}
	var c cursor
	j, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err == nil {
		err = json.Unmarshal(j, &c)
	}
	if err == nil && c.List != listName(q) {
		err = fmt.Errorf("store: a cursor of another list")
	}
	if err != nil {
		return nil, crm.NewError(crm.Invalid, "cursor_invalid").At("cursor").Because(err)
	}
	return &place{key{c.None, text(c.Text), c.Key}, c.Number}, nil
}

// listName tells lists apart: by all that decides which rows are in it, and their order.
func listName(q crm.Query) string {
	h := fnv.New64a()
	o := q.Order
	if o.Field.Name == "" {
		o = lastChanged
	}
	fmt.Fprintf(h, "%s|%q|%+v|%q|%q|%v", cursorVersion, q.Entity, q.Reach, q.Search, o.Field.Name, o.Descending)
	for _, c := range q.Where {
		fmt.Fprintf(h, "|%q|%q", c.Field.Name, c.Operator)
		for _, v := range c.Values {
			fmt.Fprintf(h, "|%T %q", v, fmt.Sprint(v))
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// numbered reads a row whose last column is its number.
type numbered struct {
	row
	number *int64
}

func (n numbered) Scan(into ...any) error { return n.row.Scan(append(into, n.number)...) }

func (x *reader) contactsByNumber(ctx context.Context, numbers []int64) (map[int64]*crm.Contact, error) {
	byNumber := make(map[int64]*crm.Contact, len(numbers))
	contacts, err := queryIn(ctx, &x.session, "contacts of a list", `SELECT `+contactColumns+`, number FROM contact WHERE account_id = $1 AND number IN `+list,
		[]any{x.account}, numbers, func(r row) (*crm.Contact, error) {
			var number int64
			c, err := scanContact(numbered{r, &number})
			byNumber[number] = c
			return c, err
		})
	if err != nil {
		return nil, err
	}
	return byNumber, x.complete(ctx, contacts)
}

func (x *reader) dealsByNumber(ctx context.Context, numbers []int64) (map[int64]*crm.Deal, error) {
	byNumber := make(map[int64]*crm.Deal, len(numbers))
	_, err := queryIn(ctx, &x.session, "deals of a list", `SELECT `+dealColumns+`, number FROM deal WHERE account_id = $1 AND number IN `+list,
		[]any{x.account}, numbers, func(r row) (struct{}, error) {
			var number int64
			d, err := scanDeal(numbered{r, &number})
			byNumber[number] = d
			return struct{}{}, err
		})
	return byNumber, err
}
