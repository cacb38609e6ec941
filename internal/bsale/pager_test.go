package bsale

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shelf is a list on a server that changes between requests.
type shelf struct {
	mu     sync.Mutex
	ids    []int64 // in the order of the list
	short  int     // rows at most on a page; 0 = as asked
	hidden map[int64]bool
	empty  map[int]bool // requests (from 1) answered with an empty page
	count  int          // told instead of len(ids), when not 0
	before func(request int, s *shelf)
	n      int
	asked  []url.Values
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	if s.before != nil {
		s.before(s.n, s)
	}
	s.asked = append(s.asked, r.URL.Query())
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	if s.short > 0 {
		limit = min(limit, s.short)
	}
	items := []map[string]any{}
	if offset < len(s.ids) && !s.empty[s.n] {
		for _, id := range s.ids[offset:min(len(s.ids), offset+limit)] {
			if !s.hidden[id] {
				items = append(items, documentJSON(id))
			}
		}
	}
	count := len(s.ids)
	if s.count != 0 {
		count = s.count
	}
	_, _ = w.Write([]byte(mustJSON(map[string]any{
		"href": "x", "count": count, "limit": limit, "offset": offset, "items": items,
		"next": "https://elsewhere.invalid/documents.json?access_token=" + testToken.Secret(),
	})))
}

func idRange(from, to int64) []int64 {
	var ids []int64
	for id := from; id <= to; id++ {
		ids = append(ids, id)
	}
	return ids
}

func reversed(ids []int64) []int64 {
	ids = slices.Clone(ids)
	slices.Reverse(ids)
	return ids
}

func pageIDs(p Page[Document]) []int64 {
	var ids []int64
	for _, d := range p.Items {
		ids = append(ids, d.ID)
	}
	return ids
}

func walk(t testing.TB, p *DocumentPager) (ids []int64) {
	t.Helper()
	for {
		page, err := p.Next(context.Background())
		if err == io.EOF {
			if again, err := p.Next(context.Background()); err != io.EOF {
				t.Errorf("after the end: %v, %v", pageIDs(again), err)
			}
			return ids
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) == 0 {
			t.Error("an empty page was handed out")
		}
		ids = append(ids, pageIDs(page)...)
	}
}

func TestPagerReadsEveryRowOnceInOrder(t *testing.T) {
	remove := func(ids ...int64) func(int, *shelf) {
		return func(n int, s *shelf) {
			if n == 3 {
				s.ids = slices.DeleteFunc(s.ids, func(id int64) bool { return slices.Contains(ids, id) })
			}
		}
	}
	for _, c := range []struct {
		name  string
		shelf *shelf
		want  []int64
		calls int
	}{
		{"nothing", &shelf{}, nil, 1},
		{"one page", &shelf{ids: idRange(1, 50)}, idRange(1, 50), 1},
		{"three pages", &shelf{ids: idRange(1, 120)}, idRange(1, 120), 3},
		{"one page newest first", &shelf{ids: reversed(idRange(1, 50))}, idRange(1, 50), 1},
		{"three pages newest first", &shelf{ids: reversed(idRange(1, 120))}, idRange(1, 120), 4},
		{"a short page is not the last", &shelf{ids: idRange(1, 120), short: 25}, idRange(1, 120), 5},
		{"short pages newest first", &shelf{ids: reversed(idRange(1, 120)), short: 25}, idRange(1, 120), 6},
		{"rows that count and are not shown", &shelf{ids: idRange(1, 120), hidden: map[int64]bool{7: true, 60: true, 120: true}}, slices.DeleteFunc(idRange(1, 120), func(id int64) bool { return id == 7 || id == 60 || id == 120 }), 5},
		{"the same newest first", &shelf{ids: reversed(idRange(1, 120)), hidden: map[int64]bool{7: true, 60: true}}, slices.DeleteFunc(idRange(1, 120), func(id int64) bool { return id == 7 || id == 60 }), -1},
		{"an empty page once", &shelf{ids: idRange(1, 120), empty: map[int]bool{2: true}}, idRange(1, 120), 4},
		{"a count a little too large", &shelf{ids: idRange(1, 100), count: 103}, idRange(1, 100), 4},
		{"rows leave behind the reader", &shelf{ids: idRange(1, 200), before: remove(3, 4, 5, 77)}, idRange(1, 200), -1},
		{"rows leave ahead of the reader", &shelf{ids: idRange(1, 200), before: remove(150, 151)}, slices.DeleteFunc(idRange(1, 200), func(id int64) bool { return id == 150 || id == 151 }), -1},
		{"more rows leave than fit a page", &shelf{ids: idRange(1, 300), before: remove(idRange(1, 80)...)}, idRange(1, 300), -1},
		{"rows leave a list newest first", &shelf{ids: reversed(idRange(1, 200)), before: remove(3, 4, 5, 190)}, slices.DeleteFunc(idRange(1, 200), func(id int64) bool { return id == 190 }), -1},
		{"rows arrive at the end", &shelf{ids: idRange(1, 120), before: func(n int, s *shelf) { s.ids = append(s.ids, 1000+int64(n)) }}, append(idRange(1, 120), 1001, 1002, 1003), 3},
		{"rows arrive in front of a list newest first", &shelf{ids: reversed(idRange(1, 120)), before: func(n int, s *shelf) {
			if n == 3 {
				s.ids = append([]int64{122, 121}, s.ids...)
			}
		}}, idRange(1, 122), -1},
		{"a row twice on a page", &shelf{ids: []int64{1, 2, 2, 3}}, idRange(1, 3), 1},
		{"no order at all", &shelf{ids: []int64{5, 1, 4, 2, 3}}, idRange(1, 5), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, _ := newTestClient(t, c.shelf)
			got := walk(t, client.Documents(DocumentFilter{}, Progress{}))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if c.calls >= 0 && int(client.Calls()) != c.calls {
				t.Errorf("%d calls, want %d", client.Calls(), c.calls)
			}
		})
	}
}

func TestPagerSortsAPageByEmissionDateAndID(t *testing.T) {
	row := func(id, emitted int64) map[string]any {
		d := documentJSON(id)
		d["emissionDate"] = emitted
		return d
	}
	const day = 86400
	client, _ := newTestClient(t, replies(reply{body: mustJSON(map[string]any{"count": 3, "items": []any{row(1, 1773014400+day), row(2, 1773014400), row(3, 1773014400)}})}))
	if diff := cmp.Diff([]int64{2, 3, 1}, walk(t, client.Documents(DocumentFilter{}, Progress{}))); diff != "" {
		t.Error(diff)
	}
}

func TestPagerGivesUpOnAListThatIsNotThere(t *testing.T) {
	client, _ := newTestClient(t, &shelf{count: 100_000})
	_, err := client.Documents(DocumentFilter{}, Progress{}).Next(t.Context())
	if !errors.Is(err, ErrBadResponse) || client.Calls() > 10 {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
}

func TestPagerGivesUpOnAListThatNeverStandsStill(t *testing.T) {
	s := &shelf{ids: idRange(1, 60)}
	s.before = func(n int, s *shelf) { s.count = 5000 - n }
	client, _ := newTestClient(t, s)
	p := client.Documents(DocumentFilter{}, Progress{})
	var err error
	for err == nil {
		_, err = p.Next(t.Context())
	}
	if !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrBadResponse) || client.Calls() > 200 {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
}

func TestPagerStandsStillOnAnError(t *testing.T) {
	s := &shelf{ids: idRange(1, 120)}
	broken := false
	client, _ := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.ServeHTTP(w, r)
	}))
	p := client.Documents(DocumentFilter{}, Progress{})
	if _, err := p.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := p.Progress()
	broken = true
	if _, err := p.Next(t.Context()); !errors.Is(err, ErrUnauthorized) || p.Progress() != before {
		t.Fatal(err, p.Progress())
	}
	broken = false
	if diff := cmp.Diff(idRange(51, 120), walk(t, p)); diff != "" {
		t.Error(diff)
	}
}

func TestPagerResumes(t *testing.T) {
	for _, ids := range [][]int64{idRange(1, 170), reversed(idRange(1, 170))} {
		s := &shelf{ids: ids}
		client, _ := newTestClient(t, s)
		p := client.Documents(DocumentFilter{}, Progress{})
		var saved []Progress
		saved = append(saved, p.Progress())
		for {
			page, err := p.Next(t.Context())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if page.Count != 170 {
				t.Errorf("count %d", page.Count)
			}
			saved = append(saved, page.Progress)
		}
		if len(saved) != 5 || !saved[4].Finished() || saved[3].Finished() {
			t.Fatalf("%+v", saved)
		}
		for i, progress := range saved {
			got := walk(t, client.Documents(DocumentFilter{}, progress))
			if diff := cmp.Diff(idRange(int64(i*50+1), 170), got); diff != "" {
				t.Errorf("resumed after page %d (-want +got):\n%s", i, diff)
			}
		}
		// While nobody was there, three rows that had been read left the list: those behind moved up.
		s.ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id <= 3 })
		got := walk(t, client.Documents(DocumentFilter{}, saved[1]))
		for _, id := range idRange(51, 170) {
			if !slices.Contains(got, id) {
				t.Errorf("%d was jumped over", id)
			}
		}
	}
}

// Whatever leaves or arrives at the end of an ascending list, one kind of change between two
// requests, no row that stays is jumped over.
func TestPagerJumpsOverNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64Range(0, 400).Draw(rt, "n")
		ids := idRange(1, n)
		newest := rapid.Bool().Draw(rt, "newestFirst")
		if newest {
			slices.Reverse(ids)
		}
		stays := map[int64]bool{}
		for _, id := range ids {
			stays[id] = true
		}
		next := n
		var changes []string
		s := &shelf{ids: ids, short: rapid.SampledFrom([]int{0, 0, 25, 49}).Draw(rt, "short")}
		s.before = func(request int, s *shelf) {
			if request == 1 || len(changes) > 8 {
				return
			}
			switch rapid.IntRange(0, 2).Draw(rt, "change") {
			case 1:
				k := rapid.IntRange(1, 60).Draw(rt, "leave")
				for ; k > 0 && len(s.ids) > 0; k-- {
					i := rapid.IntRange(0, len(s.ids)-1).Draw(rt, "which")
					delete(stays, s.ids[i])
					s.ids = slices.Delete(s.ids, i, i+1)
				}
				changes = append(changes, "leave")
			case 2:
				next++
				if newest {
					s.ids = append([]int64{next}, s.ids...)
				} else {
					s.ids = append(s.ids, next)
				}
				changes = append(changes, "arrive")
			}
		}
		// Pages come straight from the shelf: thousands of HTTP servers would be slow.
		p := &DocumentPager{
			fetch: func(_ context.Context, offset, limit int) (Page[Document], error) {
				s.n++
				s.before(s.n, s)
				if s.short > 0 {
					limit = min(limit, s.short)
				}
				page := Page[Document]{Count: len(s.ids)}
				if offset < len(s.ids) {
					for _, id := range s.ids[offset:min(len(s.ids), offset+limit)] {
						page.Items = append(page.Items, Document{ID: id})
					}
				}
				return page, nil
			},
			id: func(d Document) int64 { return d.ID }, compare: compareDocuments, limit: 50,
		}
		seen := map[int64]int{}
		for {
			page, err := p.Next(context.Background())
			if err == io.EOF {
				break
			}
			if err != nil {
				rt.Fatal(err)
			}
			for _, d := range page.Items {
				seen[d.ID]++
			}
		}
		for id := range stays {
			if seen[id] == 0 {
				rt.Fatalf("%d was jumped over (changes %v)", id, changes)
			}
		}
		for id, times := range seen {
			if times > 1 {
				rt.Fatalf("%d was read %d times", id, times)
			}
		}
	})
}

func TestTheWindowForgetsTheOldest(t *testing.T) {
	var w window
	for id := range int64(windowSize + 10) {
		w.add(id)
		w.add(id)
	}
	if w.has(9) || !w.has(10) || !w.has(windowSize+9) || len(w.ids) != windowSize {
		t.Errorf("%d ids", len(w.ids))
	}
}

func TestFiltersAreLowerCase(t *testing.T) {
	s := &shelf{ids: idRange(1, 3)}
	client, _ := newTestClient(t, s)
	f := DocumentFilter{
		EmittedFrom: Day{2026, 3, 9}, EmittedTo: Day{2026, 3, 10}, State: Active.Ptr(), ClientID: 812, Number: 3021, DocumentTypeID: 6, OfficeID: 2,
	}
	if n, err := client.CountDocuments(t.Context(), f); err != nil || n != 3 {
		t.Error(n, err)
	}
	if _, err := client.DocumentPage(t.Context(), f, 100, 500); err != nil {
		t.Error(err)
	}
	common := "clientid=812&documenttypeid=6&emissiondaterange=[1773014400,1773187199]"
	for i, want := range []string{
		common + "&limit=1&number=3021&officeid=2&offset=0&state=0",
		common + "&expand=" + expandDocument + "&limit=50&number=3021&officeid=2&offset=100&state=0",
	} {
		got, _ := url.QueryUnescape(s.asked[i].Encode())
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	for _, c := range []struct {
		f    DocumentFilter
		want string
	}{
		{DocumentFilter{}, ""},
		{DocumentFilter{EmittedFrom: Day{2026, 3, 9}}, "emissiondaterange=[1773014400,2145916799]"},
		{DocumentFilter{EmittedTo: Day{2026, 3, 9}, State: Inactive.Ptr()}, "emissiondaterange=[0,1773100799]&state=1"},
	} {
		if got, _ := url.QueryUnescape(c.f.query().Encode()); got != c.want {
			t.Errorf("%+v: %s, want %s", c.f, got, c.want)
		}
	}
}

// nested serves a document whose lists are cut at 25, as Bsale cuts them, or not expanded at all.
type nested struct {
	mu    sync.Mutex
	rows  int
	href  bool // not expanded
	gone  string
	paths []string
}

func (n *nested) row(i int) map[string]any {
	return map[string]any{
		"id": i, "lineNumber": i, "name": fmt.Sprint("n", i), "firstName": fmt.Sprint("n", i), "number": fmt.Sprint(i), "amount": i, "value": "v",
		"email": "a@b.example", "addressName": "x",
	}
}

func (n *nested) list(from, to int) []any {
	rows := []any{}
	for i := from; i < min(to, n.rows); i++ {
		rows = append(rows, n.row(i+1))
	}
	return rows
}

func (n *nested) resource(names ...string) map[string]any {
	d := documentJSON(7)
	for _, l := range names {
		d[l] = map[string]any{"href": "x"}
		if !n.href {
			d[l] = map[string]any{"href": "x", "count": n.rows, "limit": 25, "offset": 0, "items": n.list(0, 25)}
		}
	}
	return d
}

func (n *nested) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/v1")
	n.paths = append(n.paths, path)
	doc := []string{"details", "sellers", "attributes", "references", "payments"}
	switch {
	case path == n.gone:
		w.WriteHeader(http.StatusNotFound)
	case path == "/documents/7.json":
		_, _ = w.Write([]byte(mustJSON(n.resource(doc...))))
	case path == "/documents.json":
		_, _ = w.Write([]byte(mustJSON(map[string]any{"count": 1, "items": []any{n.resource(doc...)}})))
	case path == "/clients/7.json":
		_, _ = w.Write([]byte(mustJSON(n.resource("contacts", "attributes", "addresses"))))
	default:
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		_, _ = w.Write([]byte(mustJSON(map[string]any{"count": n.rows, "items": n.list(offset, offset+limit)})))
	}
}

func lengths(d Document) []int {
	return []int{len(d.Details), len(d.Sellers), len(d.Attributes), len(d.References), len(d.Payments)}
}

func TestNestedListsCutAt25AreCompleted(t *testing.T) {
	for _, c := range []struct {
		name    string
		server  *nested
		page    []int // lengths of the five lists when read on a page
		partial Lists
		calls   int64
		single  []int // and when read alone
		rest    Lists
		calls1  int64
	}{
		{"25 is whole", &nested{rows: 25}, []int{25, 25, 25, 25, 25}, 0, 1, []int{25, 25, 25, 25, 25}, 0, 1},
		{"31 takes a call a list", &nested{rows: 31}, []int{31, 31, 31, 31, 31}, 0, 6, []int{31, 31, 31, 31, 31}, 0, 6},
		{"120 takes three", &nested{rows: 120}, []int{120, 120, 120, 120, 120}, 0, 16, []int{120, 120, 120, 120, 120}, 0, 16},
		{"not expanded", &nested{rows: 3, href: true}, []int{0, 0, 0, 0, 0}, allLists, 1, []int{3, 3, 3, 3, 3}, 0, 6},
		{
			"a list without an address of its own", &nested{rows: 31, gone: "/documents/7/payments.json"},
			[]int{31, 31, 31, 31, 25},
			ListPayments, 6,
			[]int{31, 31, 31, 31, 25},
			ListPayments, 6,
		},
		{"no rows after all", &nested{href: true}, []int{0, 0, 0, 0, 0}, allLists, 1, []int{0, 0, 0, 0, 0}, 0, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, _ := newTestClient(t, c.server)
			page, err := client.DocumentPage(t.Context(), DocumentFilter{}, 0, 50)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.page, lengths(page.Items[0])); diff != "" || page.Items[0].Partial != c.partial || client.Calls() != c.calls {
				t.Errorf("page: partial %b, %d calls\n%s", page.Items[0].Partial, client.Calls(), diff)
			}
			before := client.Calls()
			d, err := client.Document(t.Context(), 7)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.single, lengths(d)); diff != "" || d.Partial != c.rest || client.Calls()-before != c.calls1 {
				t.Errorf("single: partial %b, %d calls\n%s", d.Partial, client.Calls()-before, diff)
			}
			walked, err := client.Documents(DocumentFilter{}, Progress{}).Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.page, lengths(walked.Items[0])); diff != "" {
				t.Errorf("walked:\n%s", diff)
			}
		})
	}
}

func TestAFailureWhileCompletingAPageIsThePagesFailure(t *testing.T) {
	n := &nested{rows: 31}
	broken := true
	client, _ := newTestClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken && strings.HasSuffix(r.URL.Path, "/sellers.json") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		n.ServeHTTP(w, r)
	}))
	p := client.Documents(DocumentFilter{}, Progress{})
	_, paged := client.DocumentPage(t.Context(), DocumentFilter{}, 0, 50)
	_, single := client.Document(t.Context(), 7)
	_, walked := p.Next(t.Context())
	for _, err := range []error{paged, single, walked} {
		if !errors.Is(err, ErrUnauthorized) {
			t.Error(err)
		}
	}
	// Three calls each, none after the refusal; and the page is not lost.
	if client.Calls() != 9 {
		t.Errorf("%d calls", client.Calls())
	}
	broken = false
	if page, err := p.Next(t.Context()); err != nil || len(page.Items) != 1 || len(page.Items[0].Sellers) != 31 {
		t.Error(page, err)
	}
}
