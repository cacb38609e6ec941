package bsale

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// Progress is where a [Pager] stands. Keep the one of the last page that was dealt with (it is small
// and survives encoding/json) and pass it on to resume after a crash: at most that one page is read
// again. It belongs to one filter.
type Progress struct {
	// Started is false for the zero value: from the beginning.
	Started bool `json:"started,omitempty"`
	// NewestFirst is set when the list turned out to be in descending order.
	NewestFirst bool `json:"newest_first,omitempty"`
	// Done counts the rows behind, from the oldest end of the list.
	Done int `json:"done,omitempty"`
	// Count is the length of the whole list when it was last seen.
	Count int `json:"count,omitempty"`
}

// Finished reports whether no row is left.
func (p Progress) Finished() bool { return p.Started && p.Done >= p.Count }

// Pager walks a list that others change meanwhile, by offset, which is all that Bsale offers.
//
//   - It ends where offset reaches count; a page that is shorter than asked for is not the last, and
//     neither is one empty page.
//   - When count shrinks, rows have left the list (annulled ones do, when asking for state 0) and
//     those behind moved up. The pager steps back by the difference, so that none is jumped over.
//   - Rows that come twice within the last thousand are dropped.
//   - The order of Bsale's lists is not documented. If the first page turns out to be in descending
//     order, the pager walks from the end, so that pages come oldest first either way. Within a page,
//     documents are sorted by emission date and id.
//
// A row that leaves while another arrives, between two pages, leaves count as it was and cannot be
// noticed: sweep again with an overlap, as any sync over offsets must.
//
// A Pager is for one goroutine.
type Pager[T any] struct {
	fetch   func(ctx context.Context, offset, limit int) (Page[T], error)
	finish  func(ctx context.Context, items []T) error // completes the rows of a page; may be nil
	id      func(T) int64
	compare func(a, b T) int
	path    string // for errors
	limit   int

	progress Progress
	seen     window
	moves    int // requests in a row that brought nothing new
	slack    int // rows to read again, after the list shrank
}

// maxMoves bounds the requests in a row that bring nothing new, because the list moved or because
// rows that are known are read again. Twenty pages of known rows are the most that a great step back
// can bring; a list that moves faster than it can be read would otherwise be read for ever.
const maxMoves = 2 * windowSize / MaxPageSize

// maxEmpty bounds the empty pages in a row that are jumped over before count is no longer believed.
const maxEmpty = 3

// Progress returns where the pager stands: after the last page that Next returned.
func (p *Pager[T]) Progress() Progress { return p.progress }

// Next returns the next page, never an empty one, or io.EOF after the last. After any other error it
// stands where it stood, and Next may be called again.
func (p *Pager[T]) Next(ctx context.Context) (Page[T], error) {
	at := p.progress // only taken over together with a page
	for empty := 0; !at.Finished(); {
		page, moved, err := p.read(ctx, &at)
		if err != nil {
			return Page[T]{}, err
		}
		if moved {
			if err := p.stuck(); err != nil {
				return Page[T]{}, err
			}
			continue
		}
		if page.rows() == 0 && !at.Finished() {
			// The first empty page is read again: Bsale has hiccups. The second is believed.
			if empty++; empty%2 == 1 {
				continue
			}
			if empty/2 >= maxEmpty {
				return Page[T]{}, &Error{Kind: KindBadResponse, Method: "GET", Path: p.path, Status: 200, Message: fmt.Sprintf("%d rows announced, but none at %d", at.Count, at.Done)}
			}
			at.Done += p.limit
			continue
		}
		empty = 0
		page.Items = slices.DeleteFunc(page.Items, func(t T) bool { return p.seen.has(p.id(t)) })
		page.Items = dropRepeats(page.Items, p.id)
		if page.rows() == 0 {
			if err := p.stuck(); err != nil {
				return Page[T]{}, err
			}
			continue
		}
		slices.SortStableFunc(page.Items, p.compare)
		if p.finish != nil {
			if err := p.finish(ctx, page.Items); err != nil {
				return Page[T]{}, err
			}
		}
		for _, t := range page.Items {
			p.seen.add(p.id(t))
		}
		p.moves = 0
		p.progress = at
		page.Count, page.Progress = at.Count, at
		return page, nil
	}
	p.progress = at
	return Page[T]{}, io.EOF
}

// stuck counts a request that brought nothing new.
func (p *Pager[T]) stuck() error {
	if p.moves++; p.moves <= maxMoves {
		return nil
	}
	p.moves = 0
	return &Error{Kind: KindUnavailable, Method: "GET", Path: p.path, Message: "the list changes faster than it can be read"}
}

// read fetches the rows after at.Done and moves at behind them. moved is true when the answer tells
// that rows would be jumped over; at is then corrected and the page must be read again. A page
// without rows leaves at.Done where it was.
func (p *Pager[T]) read(ctx context.Context, at *Progress) (page Page[T], moved bool, err error) {
	if at.NewestFirst {
		return p.readFromEnd(ctx, at)
	}
	// A list that shrank before this request will shrink before the next: start a little earlier,
	// or a busy hour would turn into stepping back for ever.
	first := max(0, at.Done-p.slack)
	page, err = p.fetch(ctx, first, p.limit)
	if err != nil {
		return page, false, err
	}
	if !at.Started {
		at.Started, at.Count, at.Done = true, page.Count, page.rows()
		if page.Count > page.rows() && descending(page.Items, p.id) {
			at.NewestFirst, at.Done = true, 0
			return page, true, nil
		}
		return page, false, nil
	}
	p.slack = min(at.recount(page.Count), p.limit/2)
	switch end := first + page.rows(); {
	case first > at.Done:
		return page, true, nil
	case page.rows() > 0 && end <= at.Done: // nothing but the overlap
		return page, true, nil
	case page.rows() > 0:
		at.Done = end
	}
	return page, false, nil
}

// readFromEnd reads a descending list from its end. Rows are counted from the oldest, so new ones,
// which come in at the front, change nothing but the offset.
func (p *Pager[T]) readFromEnd(ctx context.Context, at *Progress) (page Page[T], moved bool, err error) {
	ask := min(p.limit, at.Count-at.Done)
	offset := at.Count - at.Done - ask
	// low and high bound the rows read, counted from the oldest. The window is whole when low has
	// come down to Done. It takes more than one request when the page is short, or when rows arrived
	// at the front and moved the window off its rows; the rest is then asked for generously, since
	// rows that were read before are dropped anyway.
	low, high := 0, 0
	for again := false; ; again = true {
		part, err := p.fetch(ctx, offset, ask)
		if err != nil {
			return page, false, err
		}
		left := at.recount(part.Count)
		if (again && left > 0) || offset >= at.Count {
			return page, true, nil
		}
		n := part.rows()
		if n == 0 {
			break
		}
		page.Items = append(page.Items, part.Items...)
		page.Rejected = append(page.Rejected, part.Rejected...)
		if !again {
			page.Offset, high = offset, at.Count-offset
		}
		low = at.Count - offset - n
		if low <= at.Done {
			break
		}
		offset, ask = offset+n, p.limit
	}
	if high > 0 {
		at.Done = max(at.Done, high)
	}
	return page, false, nil
}

func (p *Page[T]) rows() int { return len(p.Items) + len(p.Rejected) }

// recount takes over a new count and returns how many rows have left. It steps back by their
// number, since any of them may have stood before the place reached.
func (at *Progress) recount(count int) (left int) {
	left = max(0, at.Count-count)
	at.Count = count
	at.Done = max(0, at.Done-left)
	return left
}

// descending reports that the ids fall throughout, which takes at least two rows.
func descending[T any](items []T, id func(T) int64) bool {
	for i := 1; i < len(items); i++ {
		if id(items[i]) >= id(items[i-1]) {
			return false
		}
	}
	return len(items) > 1
}

// dropRepeats drops rows that come twice within one page.
func dropRepeats[T any](items []T, id func(T) int64) []T {
	in := make(map[int64]bool, len(items))
	return slices.DeleteFunc(items, func(t T) bool {
		if in[id(t)] {
			return true
		}
		in[id(t)] = true
		return false
	})
}

// window remembers the last ids seen.
type window struct {
	ids  map[int64]bool
	ring []int64
	next int
}

// windowSize is twenty pages: more rows than leave a list between two requests.
const windowSize = 20 * MaxPageSize

func (w *window) has(id int64) bool { return w.ids[id] }

func (w *window) add(id int64) {
	if w.ids == nil {
		w.ids = make(map[int64]bool, windowSize)
	}
	if w.ids[id] {
		return
	}
	if len(w.ring) < windowSize {
		w.ring = append(w.ring, id)
	} else {
		delete(w.ids, w.ring[w.next])
		w.ring[w.next] = id
		w.next = (w.next + 1) % windowSize
	}
	w.ids[id] = true
}
