package bsale

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ref is a to-one relation of which only the id matters: {"href":"…/users/4.json","id":"4"}, where
// id is a string as long as the relation is not expanded and an int when it is.
type ref struct {
	ID   integer `json:"id"`
	Href text    `json:"href"`
}

func (r *ref) id() int64 {
	if r == nil {
		return 0
	}
	return idOrHref(r.ID, r.Href)
}

// idOrHref falls back on the last number of the address. The path is parsed and nothing else: the
// host in it may be another than the one that was asked (api.bsale.cl for api.bsale.io).
func idOrHref(id integer, href text) int64 {
	if id != 0 {
		return int64(id)
	}
	s := string(href)
	s = s[strings.LastIndexByte(s, '/')+1:]
	n, err := strconv.ParseInt(strings.TrimSuffix(s, ".json"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// list is a to-many relation: {"href"} alone when it is not expanded, an envelope cut at 25 items
// when it is, or a bare array (unresolved for expanded payments, so taken everywhere).
type list[T any] struct {
	present  bool // the key was there
	expanded bool // items are known, if perhaps not all
	count    int  // items that Bsale says exist
	items    []T
}

func (l *list[T]) UnmarshalJSON(b []byte) error {
	switch firstByte(b) {
	case '[':
		l.present, l.expanded = true, true
		err := json.Unmarshal(b, &l.items)
		l.count = len(l.items)
		return err
	case '{':
		l.present = true
		var w struct {
			Count *integer `json:"count"`
			Items *[]T     `json:"items"`
		}
		if err := json.Unmarshal(b, &w); err != nil {
			return err
		}
		if w.Items == nil {
			// {"href"} only, or with a count of nothing.
			l.expanded = w.Count != nil && *w.Count == 0
			return nil
		}
		l.expanded, l.items, l.count = true, *w.Items, len(*w.Items)
		if w.Count != nil && int(*w.Count) > l.count {
			l.count = int(*w.Count)
		}
	}
	return nil
}

// mark returns which if there are, or may be, items beyond those at hand. An absent key is an empty
// list: there is no address to ask for more.
func (l *list[T]) mark(which Lists) Lists {
	if l.present && (!l.expanded || l.count > len(l.items)) {
		return which
	}
	return 0
}

// These mark a 200 that does not carry the answer. It happens, and asking again usually helps.
var (
	errEmptyBody = errors.New("the answer is empty")
	errNotJSON   = errors.New("the answer is not JSON")
	errNotList   = errors.New("the answer is not a list")
	errNoID      = errors.New("the answer has no id")
)

// payload returns the JSON of an answer: without a byte order mark, and taken out of the
// {"code":200,"data":…} envelope that the resources named in product, variant, stock and price
// notifications use.
func payload(body []byte) ([]byte, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return nil, errEmptyBody
	}
	if body[0] != '{' && body[0] != '[' {
		return nil, errNotJSON
	}
	// The search for the word keeps the many answers without an envelope from being read twice.
	if body[0] != '{' || !bytes.Contains(body, []byte(`"data"`)) {
		return body, nil
	}
	var envelope struct {
		Code *integer        `json:"code"`
		Data json.RawMessage `json:"data"`
	}
	// An error means that the two keys are something else, a client's "code" for one; or that the
	// body is no JSON, which the caller finds out.
	if err := json.Unmarshal(body, &envelope); err == nil && envelope.Code != nil {
		if c := firstByte(envelope.Data); c == '{' || c == '[' {
			return envelope.Data, nil
		}
	}
	return body, nil
}

// Rejected is a row of a list that could not be decoded. The rest of the page is unaffected.
type Rejected struct {
	ID  int64 // 0 when even that could not be read
	Err error // what was wrong with it
}

// Page is one page of a list.
type Page[T any] struct {
	Items    []T
	Rejected []Rejected // rows that Bsale sent and that make no sense; usually none
	Count    int        // rows of the whole filtered list, as Bsale counts them
	Offset   int        // position of the first row within the list
	Progress Progress   // where a pager stands after this page; zero for a page read directly
}

// decodeList reads a list answer: the envelope {href,count,limit,offset,items,next} or a bare
// array. The key next is never used: it may carry the token and its host may differ.
//
// Rows are decoded together, which is fast; only when that fails each is tried alone, so that one
// broken row does not take its page with it.
func decodeList[W, T any](body []byte, offset, limit int, convert func(*W) (T, error)) (Page[T], error) {
	page := Page[T]{Offset: offset}
	body, err := payload(body)
	if err != nil {
		return page, err
	}
	items, count, err := listItems[W](body)
	if err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) || errors.Is(err, errNotList) {
			return page, err
		}
		raws, count, err := listItems[json.RawMessage](body)
		if err != nil {
			return page, err
		}
		for _, raw := range raws {
			w := new(W)
			if err := json.Unmarshal(raw, w); err != nil {
				page.Rejected = append(page.Rejected, Rejected{ID: rawID(raw), Err: shapeError(err)})
				continue
			}
			page.add(convert(w))
		}
		page.Count = listCount(count, offset, limit, len(raws))
		return page, nil
	}
	page.Items = make([]T, 0, len(items))
	for i := range items {
		page.add(convert(&items[i]))
	}
	page.Count = listCount(count, offset, limit, len(items))
	return page, nil
}

func (p *Page[T]) add(item T, err error) {
	if err != nil {
		p.Rejected = append(p.Rejected, Rejected{Err: err})
		return
	}
	p.Items = append(p.Items, item)
}

func listItems[W any](body []byte) (items []W, count *integer, err error) {
	if body[0] == '[' {
		err := json.Unmarshal(body, &items)
		n := integer(len(items))
		return items, &n, err
	}
	var w struct {
		Count *integer `json:"count"`
		Items *[]W     `json:"items"`
	}
	if err := json.Unmarshal(body, &w); err != nil {
		return nil, nil, err
	}
	if w.Items == nil {
		if w.Count != nil && *w.Count == 0 {
			return nil, w.Count, nil
		}
		return nil, nil, errNotList
	}
	return *w.Items, w.Count, nil
}

// listCount is what Bsale says, or, should the key be missing, enough to make a pager ask on after
// a full page and stop after one that is not.
func listCount(count *integer, offset, limit, n int) int {
	switch {
	case count != nil:
		return max(0, int(*count))
	case n > 0 && n >= limit:
		return offset + n + 1
	default:
		return offset + n
	}
}

func rawID(raw json.RawMessage) int64 {
	var w struct {
		ID integer `json:"id"`
	}
	_ = json.Unmarshal(raw, &w)
	return int64(w.ID)
}

// shapeError words a decoding error. encoding/json names the Go types it missed, which says nothing
// to a reader; the key is what helps.
func shapeError(err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return fmt.Errorf("%q is a %s, which is not its usual shape", mismatch.Field, mismatch.Value)
	}
	return err
}
