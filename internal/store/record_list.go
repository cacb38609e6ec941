package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const (
	// recordsWalked is how many records one page reads past at the most, from each of the places where they are looked for.
	recordsWalked = 4000
	// fewRecords is how many records of a state are read and put in order rather than walked past.
	fewRecords = 2000
)

// recordPlace is where a record stands in a list: by day of emission where the list goes by it, then by Bsale id, the newest first.
type recordPlace struct {
	day  string
	id   int64
	name string // of the client
}

func comparePlaces(a, b recordPlace) int {
	return cmp.Or(strings.Compare(b.day, a.day), cmp.Compare(b.id, a.id))
}

// recordSource is where records are looked for: a part of one index.
type recordSource struct {
	where string // with its parameters as "?"
	args  []any
	whole bool // it is small and in another order: read whole
}

// recordList is one page being put together.
type recordList struct {
	x      *reader
	query  bridge.RecordQuery
	conn   int64
	byDay  bool
	terms  []string // each begins a word of the client's name; checked here
	after  *recordPlace
	filter recordSource // what each record has to fulfil
}

// ListRecords returns a page of records, newest first. What is read for one page is bounded: a page may hold fewer records than asked for, even none, and still have
// a Next. invalid: cursor_invalid.
func (x *reader) ListRecords(ctx context.Context, connection crm.ID, q bridge.RecordQuery) (crm.Page[*bridge.Record], error) {
	var page crm.Page[*bridge.Record]
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok || q.Limit <= 0 {
		return page, err
	}
	l := &recordList{x: x, query: q, conn: number, byDay: q.EmittedFrom != "" || q.EmittedTo != "", terms: crm.SearchTerms(text(q.Client))}
	if l.after, err = l.parseCursor(); err != nil {
		return page, err
	}
	l.filter = l.predicates()
	sources, err := l.sources(ctx)
	if err != nil {
		return page, err
	}
	places, next, err := l.merge(ctx, sources)
	if err != nil {
		return page, err
	}
	ids := make([]int64, len(places))
	for i, p := range places {
		ids[i] = p.id
	}
	found, err := x.Records(ctx, connection, ids)
	if err != nil {
		return page, err
	}
	byID := make(map[int64]*bridge.Record, len(found))
	for _, r := range found {
		byID[r.BsaleID] = r
	}
	for _, id := range ids {
		page.Items = append(page.Items, byID[id])
	}
	if next != nil {
		page.Next = next.day + "." + strconv.FormatInt(next.id, 10)
	}
	return page, nil
}

func (l *recordList) parseCursor() (*recordPlace, error) {
	if l.query.Cursor == "" {
		return nil, nil
	}
	day, id, ok := strings.Cut(l.query.Cursor, ".")
	number, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil || (day != "") != l.byDay {
		return nil, crm.NewError(crm.Invalid, "cursor_invalid").At("cursor")
	}
	return &recordPlace{day: day, id: number}, nil
}

// predicates are all conditions of the query on a record by itself, but that on the words of the client's name.
func (l *recordList) predicates() recordSource {
	all := recordSource{where: "connection = ?", args: []any{l.conn}}
	add := func(where string, args ...any) {
		all.where += " AND " + where
		all.args = append(all.args, args...)
	}
	q := l.query
	if len(q.States) > 0 {
		add(anyOf("state", q.States), texts(q.States)...)
	}
	if len(q.Reasons) > 0 {
		add(anyOf("reason", q.Reasons), texts(q.Reasons)...)
	}
	if q.Kind != "" {
		add("kind = ?", text(q.Kind))
	}
	if q.Number != "" {
		add("number = ?", text(q.Number))
	}
	if q.ClientID != 0 {
		add("client_id = ?", q.ClientID)
	}
	if q.ContactID != "" {
		add("contact_id = ?", text(q.ContactID))
	}
	if q.DealID != "" {
		add("deal_id = ?", text(q.DealID))
	}
	if l.byDay {
		add("emitted_on >= ? AND emitted_on <= ? AND emitted_on <> ''", text(q.EmittedFrom), text(cmp.Or(q.EmittedTo, "9")))
	}
	return all
}

func anyOf[S ~string](column string, values []S) string {
	return column + " IN (?" + strings.Repeat(", ?", len(values)-1) + ")"
}

func texts[S ~string](values []S) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = text(v)
	}
	return all
}

// sources says where the query's records are looked for: in the smallest part of an index that certainly holds them all.
func (l *recordList) sources(ctx context.Context) ([]recordSource, error) {
	q, whole := l.query, func(where string, args ...any) []recordSource {
		return []recordSource{{where: where, args: args, whole: true}}
	}
	switch {
	case q.DealID != "":
		return whole("account_id = ? AND deal_id <> '' AND deal_id = ?", l.x.account, text(q.DealID)), nil
	case q.Number != "":
		return whole("connection = ? AND number <> '' AND number = ?", l.conn, text(q.Number)), nil
	case q.ContactID != "":
		return whole("account_id = ? AND contact_id <> '' AND contact_id = ?", l.x.account, text(q.ContactID)), nil
	case q.ClientID != 0:
		return []recordSource{l.ofClient(q.ClientID)}, nil
	}
	if sources, ok, err := l.byName(ctx); ok || err != nil {
		return sources, err
	}
	if len(q.States)+len(q.Reasons) > 0 {
		return l.byState(ctx)
	}
	if l.byDay {
		return []recordSource{l.days()}, nil
	}
	return []recordSource{{where: "connection = ?", args: []any{l.conn}}}, nil
}

func (l *recordList) ofClient(id int64) recordSource {
	return recordSource{where: "connection = ? AND client_id <> 0 AND client_id = ?", args: []any{l.conn, id}, whole: l.byDay}
}

func (l *recordList) days() recordSource {
	return recordSource{
		where: "connection = ? AND emitted_on >= ? AND emitted_on <= ? AND emitted_on > ''",
		args:  []any{l.conn, text(l.query.EmittedFrom), text(cmp.Or(l.query.EmittedTo, "9"))},
	}
}

// byState looks among the records of the states and reasons asked for, each by itself: in their index, ids are in order only within one.
func (l *recordList) byState(ctx context.Context) ([]recordSource, error) {
	counts, err := l.x.CountRecords(ctx, l.x.connectionID(l.conn))
	if err != nil {
		return nil, err
	}
	var sources []recordSource
	total := 0
	for _, c := range counts {
		if len(l.query.States) > 0 && !slices.Contains(l.query.States, c.State) || len(l.query.Reasons) > 0 && !slices.Contains(l.query.Reasons, c.Reason) {
			continue
		}
		total += c.Count
		sources = append(sources, recordSource{
			where: "connection = ? AND state = ? AND reason = ?", args: []any{l.conn, text(c.State), text(c.Reason)}, whole: l.byDay,
		})
	}
	if l.byDay && total > fewRecords {
		return []recordSource{l.days()}, nil
	}
	return sources, nil
}

// merge walks the sources and puts what they have in order. next is where the next page goes on, nil at the end.
func (l *recordList) merge(ctx context.Context, sources []recordSource) (places []recordPlace, next *recordPlace, err error) {
	for _, s := range sources {
		found, end, err := l.walk(ctx, s)
		if err != nil {
			return nil, nil, err
		}
		places = append(places, found...)
		// Beyond the first place where a walk ended, other records of that source may stand.
		if end != nil && (next == nil || comparePlaces(*end, *next) < 0) {
			next = end
		}
	}
	slices.SortFunc(places, comparePlaces)
	places = slices.CompactFunc(places, func(a, b recordPlace) bool { return a.id == b.id })
	if next != nil {
		places = slices.DeleteFunc(places, func(p recordPlace) bool { return comparePlaces(p, *next) > 0 })
	}
	if len(places) > l.query.Limit {
		places = places[:l.query.Limit]
		next = &places[len(places)-1]
	}
	return places, next, nil
}

// walk returns the records of one source that come after the cursor and fit, as far as a page needs or the bounds allow; end is the last place that it looked at, nil when
// it came to the end.
func (l *recordList) walk(ctx context.Context, s recordSource) (places []recordPlace, end *recordPlace, err error) {
	order, after := "bsale_id DESC", recordSource{}
	if l.byDay {
		order = "emitted_on DESC, bsale_id DESC"
	}
	switch {
	case l.after == nil:
	case l.byDay:
		after = recordSource{where: " AND (emitted_on, bsale_id) < (?, ?)", args: []any{text(l.after.day), l.after.id}}
	default:
		after = recordSource{where: " AND bsale_id < ?", args: []any{l.after.id}}
	}
	most := l.query.Limit + 1
	if len(l.terms) > 0 {
		most = recordsWalked // which of them fit is seen only here
	}
	// With a limit of its own the inner query is planned by itself, so that it goes by the index that its source means.
	from := "SELECT * FROM record WHERE " + s.where + after.where
	if s.whole {
		from += " LIMIT " + strconv.Itoa(math.MaxInt32)
	} else {
		from += " ORDER BY " + order + " LIMIT " + strconv.Itoa(recordsWalked)
	}
	places, err = l.read(ctx, "SELECT emitted_on, bsale_id, client_name FROM ("+from+") r WHERE "+l.filter.where+
		" ORDER BY "+order+" LIMIT "+strconv.Itoa(most), slices.Concat(s.args, after.args, l.filter.args))
	if err != nil {
		return nil, nil, err
	}
	switch {
	case len(places) == most:
		end = &recordPlace{day: places[most-1].day, id: places[most-1].id}
	case !s.whole:
		last, err := l.read(ctx, "SELECT emitted_on, bsale_id, '' FROM record WHERE "+s.where+after.where+
			" ORDER BY "+order+" LIMIT 1 OFFSET "+strconv.Itoa(recordsWalked-1), slices.Concat(s.args, after.args))
		if err != nil {
			return nil, nil, err
		}
		if len(last) > 0 {
			end = &last[0]
		}
	}
	return slices.DeleteFunc(places, func(p recordPlace) bool { return !namedLike(p.name, l.terms) }), end, nil
}

func (l *recordList) read(ctx context.Context, sql string, args []any) ([]recordPlace, error) {
	return query(ctx, &l.x.session, "list records", withNumbers(sql), args, func(r row) (p recordPlace, err error) {
		err = r.Scan(&p.day, &p.id, &p.name)
		if !l.byDay {
			p.day = ""
		}
		return p, err
	})
}

// withNumbers writes $1, $2… for each "?".
func withNumbers(sql string) string {
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, more := strings.Cut(sql, "?")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		fmt.Fprintf(&b, "$%d", n)
		sql = after
	}
}

// namedLike says whether each of the terms begins a word of the name.
func namedLike(name string, terms []string) bool {
	if len(terms) == 0 {
		return true
	}
	words := nameWords(name)
	return !slices.ContainsFunc(terms, func(term string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, term) })
	})
}
