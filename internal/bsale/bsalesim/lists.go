package bsalesim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	defaultLimit = 25
	maxLimit     = 50
)

// page reads limit and offset: 25 by default, 50 at most however much is asked for.
func (c *call) page() (limit, offset int) {
	limit, offset = defaultLimit, 0
	if n, err := strconv.Atoi(c.q.Get("limit")); err == nil && n > 0 {
		limit = min(n, maxLimit)
	}
	if n, err := strconv.Atoi(c.q.Get("offset")); err == nil && n > 0 {
		offset = n
	}
	return limit, offset
}

// expand reads expand=[a,b] or expand=a,b. Only the first parameter counts: the API
// does not merge a second one.
func (c *call) expand() expand {
	var x expand
	for name := range strings.SplitSeq(strings.Trim(c.q.Get("expand"), "[] "), ",") {
		x |= expandNames[strings.TrimSpace(name)]
	}
	return x
}

// state reads the state filter; ok is false when all states are asked for.
func (c *call) state() (state int, ok bool) {
	if n, err := strconv.Atoi(c.q.Get("state")); err == nil {
		return n, true
	}
	return 0, c.s.faults.has("list-state-default")
}

func (c *call) number(name string) (int64, bool) {
	n, err := strconv.ParseInt(c.q.Get(name), 10, 64)
	return n, err == nil
}

// envelope writes a page of n rows, of which item writes the i-th.
func (c *call) envelope(e *encoder, resource string, n int, item func(i int)) (from, to int) {
	limit, offset := c.page()
	from = min(offset, n)
	to = min(from+limit, n)
	if short := c.s.faults.count("short-pages"); short > 0 && to-from > 1 {
		to = max(from+1, to-short)
	}
	e.b = append(e.b, '{')
	e.href(resource, ".json")
	e.kint("count", int64(n))
	e.kint("limit", int64(limit))
	e.kint("offset", int64(offset))
	e.key("items")
	e.b = append(e.b, '[')
	for i := from; i < to; i++ {
		if i > from {
			e.b = append(e.b, ',')
		}
		item(i)
	}
	e.b = append(e.b, ']')
	switch mode := c.s.faults.value("next"); {
	case to < n:
		e.kstr("next", c.nextURL(resource, limit, offset+limit, mode == "token"))
	case mode == "null":
		e.kraw("next", "null")
	}
	e.b = append(e.b, '}')
	return from, to
}

// nextURL repeats the query with the next offset, brackets unescaped, as the API does.
func (c *call) nextURL(resource string, limit, offset int, token bool) string {
	var b strings.Builder
	b.WriteString(apiHost + resource + ".json?")
	for pair := range strings.SplitSeq(c.r.URL.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if pair == "" || name == "limit" || name == "offset" {
			continue
		}
		if plain, err := url.QueryUnescape(pair); err == nil {
			pair = plain
		}
		b.WriteString(pair)
		b.WriteByte('&')
	}
	if token {
		b.WriteString("access_token=" + c.s.token + "&")
	}
	b.WriteString("limit=" + strconv.Itoa(limit) + "&offset=" + strconv.Itoa(offset))
	return b.String()
}

func (c *call) listOf(resource string) {
	if resource == "documents" {
		c.documents()
		return
	}
	c.encoding(func(e *encoder) int {
		item, n, ok := c.rows(e, resource)
		if !ok {
			return http.StatusNotFound
		}
		c.envelope(e, resource, n, item)
		return http.StatusOK
	})
}

func (c *call) countOf(resource string) {
	wrong := c.s.faults.count("count-wrong")
	c.encoding(func(e *encoder) int {
		n := 0
		if resource == "documents" {
			n = len(c.filtered(e.w))
		} else {
			var ok bool
			if _, n, ok = c.rows(e, resource); !ok {
				return http.StatusNotFound
			}
		}
		e.raw(`{"count":`)
		e.int(int64(n + wrong))
		e.b = append(e.b, '}')
		return http.StatusOK
	})
}

// rows prepares a small resource: which rows pass the filters, and how one is written.
func (c *call) rows(e *encoder, resource string) (item func(i int), n int, ok bool) {
	w, x := e.w, c.expand()
	state, byState := c.state()
	in := func(s int) bool { return !byState || s == state }
	switch resource {
	case "clients":
		rows := c.clients(w, in)
		return func(i int) { e.client(rows[i], x, e.hideEmails) }, len(rows), true
	case "document_types":
		code, byCode := c.text("codesii")
		name, byName := c.text("name")
		rows := pick(w.types, func(t *DocumentType) bool {
			return in(t.State) && (!byCode || t.CodeSII == code) && (!byName || t.Name == name)
		})
		slices.SortStableFunc(rows, func(a, b *DocumentType) int { return cmp.Compare(a.Name, b.Name) })
		return func(i int) { e.documentType(rows[i]) }, len(rows), true
	case "users":
		email, byEmail := c.text("email")
		office, byOffice := c.number("officeid")
		rows := pick(w.users, func(u *User) bool {
			return in(u.State) && (!byEmail || u.Email == email) && (!byOffice || u.Office == int(office))
		})
		return func(i int) { e.user(rows[i], x) }, len(rows), true
	case "offices":
		rows := pick(w.offices, func(o *Office) bool { return in(o.State) })
		return func(i int) { e.office(rows[i]) }, len(rows), true
	case "payment_types":
		rows := pick(w.paymentTypes, func(p *PaymentType) bool { return in(p.State) })
		slices.SortStableFunc(rows, func(a, b *PaymentType) int { return cmp.Compare(a.Name, b.Name) })
		return func(i int) { e.paymentType(rows[i]) }, len(rows), true
	case "returns":
		sale, bySale := c.number("referencedocumentid")
		day, byDay := c.number("returndate")
		office, byOffice := c.number("officeid")
		rows := pick(w.returns, func(r *Return) bool {
			return (!bySale || r.Sale == sale) && (!byDay || int64(r.Day) == day/daySeconds) && (!byOffice || r.Office == int(office))
		})
		return func(i int) { e.returned(rows[i], x) }, len(rows), true
	case "dte_codes":
		return func(i int) { e.dteCode(&dteCodes[i]) }, len(dteCodes), true
	case "coins":
		return func(int) { e.coin() }, 1, true
	}
	return nil, 0, false
}

func (c *call) text(name string) (string, bool) {
	v := c.q.Get(name)
	return v, v != ""
}

func pick[T any](rows []T, keep func(*T) bool) []*T {
	out := make([]*T, 0, len(rows))
	for i := range rows {
		if keep(&rows[i]) {
			out = append(out, &rows[i])
		}
	}
	return out
}

// clients filters by text exactly as stored: a RUT with dots is not found without.
func (c *call) clients(w *World, in func(int) bool) []*Client {
	code, byCode := c.text("code")
	email, byEmail := c.text("email")
	first, byFirst := c.text("firstname")
	last, byLast := c.text("lastname")
	return pick(w.clients, func(cl *Client) bool {
		return in(cl.State) && (!byCode || cl.Code == code) && (!byEmail || cl.Email == email) &&
			(!byFirst || cl.FirstName == first) && (!byLast || cl.LastName == last)
	})
}

// listCache keeps which documents pass a filter, so that the pages of one list do not
// filter all documents again. A write empties it.
type listCache struct {
	mu      sync.Mutex
	version uint64
	lists   map[string][]int32
}

const maxCachedLists = 16

// documentFilters are the parameters that /documents.json knows. All are lower case:
// officeId is not officeid, and is ignored.
var documentFilters = [...]string{
	"state", "emissiondaterange", "emissiondate", "expirationdate", "number", "documenttypeid", "clientid", "clientcode", "officeid", "codesii", "token",
}

// filtered lists the indices of the documents that pass the call's filters, by rising
// id. The caller holds the read lock.
func (c *call) filtered(w *World) []int32 {
	var key strings.Builder
	for _, name := range documentFilters {
		key.WriteString(c.q.Get(name))
		key.WriteByte('\n')
	}
	if _, byState := c.state(); byState {
		key.WriteByte('s')
	}
	if c.style.legacyDates {
		key.WriteByte('l')
	}
	w.cache.mu.Lock()
	defer w.cache.mu.Unlock()
	if w.cache.version != w.version || w.cache.lists == nil || len(w.cache.lists) >= maxCachedLists {
		w.cache.version, w.cache.lists = w.version, map[string][]int32{}
	}
	// What is hidden comes out by itself as time passes, so it cannot be cached.
	cacheable := len(w.hidden) == 0
	if rows, ok := w.cache.lists[key.String()]; ok && cacheable {
		return rows
	}
	rows := c.filterDocuments(w)
	if cacheable {
		w.cache.lists[key.String()] = rows
	}
	return rows
}

func (c *call) filterDocuments(w *World) []int32 {
	from, to := Day(-1<<30), Day(1<<30)
	shift := int64(0)
	if c.style.legacyDates {
		shift = 3 * 3600
	}
	if v, ok := c.text("emissiondaterange"); ok {
		a, b, _ := strings.Cut(strings.Trim(v, "[] "), ",")
		lo, err1 := strconv.ParseInt(strings.TrimSpace(a), 10, 64)
		hi, err2 := strconv.ParseInt(strings.TrimSpace(b), 10, 64)
		if err1 == nil && err2 == nil {
			from = Day(ceilDiv(lo-shift, daySeconds))
			to = Day(floorDiv(hi-shift, daySeconds))
		}
	}
	if n, ok := c.number("emissiondate"); ok {
		from, to = Day(floorDiv(n, daySeconds)), Day(floorDiv(n, daySeconds))
	}
	lo, hi := 0, len(w.docs)
	if w.monotone {
		lo, _ = slices.BinarySearchFunc(w.docs, from, func(r rec, d Day) int { return cmp.Compare(r.day, d) })
		hi, _ = slices.BinarySearchFunc(w.docs, to+1, func(r rec, d Day) int { return cmp.Compare(r.day, d) })
	}
	state, byState := c.state()
	number, byNumber := c.number("number")
	typeID, byType := c.number("documenttypeid")
	clientID, byClient := c.number("clientid")
	code, byCode := c.text("clientcode")
	office, byOffice := c.number("officeid")
	sii, bySII := c.text("codesii")
	token, byToken := c.text("token")
	expires, byExpires := c.number("expirationdate")
	now := c.s.now().UnixNano()

	rows := make([]int32, 0, max(0, hi-lo))
	var s scratch
	for i := lo; i < hi; i++ {
		r := &w.docs[i]
		switch {
		case r.day < from || r.day > to,
			byState && int(r.state) != state,
			byNumber && r.number != number,
			byType && int64(w.types[r.typ].ID) != typeID,
			byOffice && int64(w.offices[r.office].ID) != office,
			bySII && w.types[r.typ].CodeSII != sii,
			byClient && (r.client < 0 || int64(w.clients[r.client].ID) != clientID),
			byCode && (r.client < 0 || w.clients[r.client].Code != code):
			continue
		}
		if byToken || byExpires {
			w.fill(i, &s)
			if byToken && s.doc.Token != token || byExpires && s.doc.Expiration != Day(floorDiv(expires, daySeconds)) {
				continue
			}
		}
		if len(w.hidden) > 0 && w.isHidden(r.id, now) {
			continue
		}
		rows = append(rows, int32(i))
	}
	return rows
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }

// isHidden says whether a document was announced and cannot be read yet.
func (w *World) isHidden(id, now int64) bool {
	h := w.hidden[id]
	return h != nil && (h.reads > 0 || now < h.until)
}

func (c *call) documents() {
	// Documented for the summary only; here the real API answers 403.
	if c.q.Has("generationdaterange") {
		c.fail(http.StatusForbidden, "Forbidden")
		return
	}
	x := c.expand()
	newest := c.s.faults.has("newest-first")
	var served []int64
	more := false
	c.encoding(func(e *encoder) int {
		rows := c.filtered(e.w)
		n := len(rows)
		from, to := c.envelope(e, "documents", n, func(i int) {
			if newest {
				i = n - 1 - i
			}
			served = append(served, e.w.docs[rows[i]].id)
			e.document(int(rows[i]), x)
		})
		more = to < n && to > from
		return http.StatusOK
	})
	c.s.stats.add(func(s *Stats) { s.DocumentsServed += len(served) })
	if more {
		c.s.betweenPages(served)
	}
}

// betweenPages is what happens at the shop while a client reads page after page.
func (s *Simulator) betweenPages(served []int64) {
	if n := s.faults.count("insert-between-pages"); n > 0 {
		if _, err := s.Issue(IssueRequest{Count: n}); err != nil {
			s.log.Warn("bsale simulator could not insert documents", "error", err)
		}
	}
	for i := range min(s.faults.count("annul-between-pages"), len(served)) {
		if err := s.Annul(served[i]); err != nil {
			s.log.Debug("bsale simulator did not annul", "error", err)
		}
	}
}
