package bsalesim

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// IssueRequest asks for documents to be issued now. What is left out is chosen as the
// shop would.
type IssueRequest struct {
	// Kind is receipt, quote, invoice, sales_note or guide; empty is the usual mix.
	Kind string `json:"kind"`
	// TypeID names a document type instead of Kind.
	TypeID int `json:"type_id"`
	// ClientID nil chooses; 0 is nobody.
	ClientID *int `json:"client_id"`
	// SellerID nil chooses; 0 is nobody.
	SellerID *int `json:"seller_id"`
	Count    int  `json:"count"`
}

var kindTypes = map[string]int{
	"receipt": TypeReceipt, "quote": TypeQuote, "invoice": TypeInvoice, "sales_note": TypeSalesNote, "guide": TypeDispatchGuide,
}

var errFixtures = errors.New("bsalesim: fixtures are served as they are; nothing can be issued or changed")

// Issue issues documents dated today (never before the latest one), and notifies the
// webhook. It returns their ids, which rise.
func (s *Simulator) Issue(req IssueRequest) ([]int64, error) {
	if s.fixtures != nil {
		return nil, errFixtures
	}
	early := s.faults.value("hook-early") != ""
	reads, wait := s.faults.count("hook-early"), s.faults.wait("hook-early")
	now := s.now()
	ids, hooks, err := s.world.issue(req, now, func(w *World, id int64) {
		if early {
			h := &hiding{reads: reads}
			if wait > 0 {
				h.until = now.Add(wait).UnixNano()
			}
			w.hidden[id] = h
		}
	})
	s.stats.add(func(st *Stats) { st.DocumentsIssued += len(ids) })
	s.hooks.notify("post", hooks)
	return ids, err
}

// announced is what a notification needs to know of a document.
type announced struct {
	id     int64
	office int
}

func (w *World) issue(req IssueRequest, now time.Time, each func(*World, int64)) (ids []int64, hooks []announced, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	if w.gen == nil {
		w.gen = newGenerator(w)
	}
	if len(w.users) == 0 {
		w.users = append(w.users, User{ID: 1, FirstName: "Caja", LastName: "Uno", Office: w.offices[0].ID})
	}
	if len(w.clients) == 0 {
		w.gen.newFirstClient()
	}
	typ := req.TypeID
	if req.Kind != "" {
		if typ = kindTypes[req.Kind]; typ == 0 {
			return nil, nil, fmt.Errorf("bsalesim: kind %q is not receipt, quote, invoice, sales_note or guide", req.Kind)
		}
	}
	if typ != 0 && w.typeIndex(typ) < 0 {
		return nil, nil, fmt.Errorf("bsalesim: no document type %d", typ)
	}
	client, seller := int32(-1), noSeller
	if req.ClientID != nil && *req.ClientID != 0 {
		at, ok := w.clientAt[*req.ClientID]
		if !ok {
			return nil, nil, fmt.Errorf("bsalesim: no client %d", *req.ClientID)
		}
		client = at
	}
	if req.SellerID != nil && *req.SellerID != 0 {
		if seller = w.userIndex(*req.SellerID); seller < 0 {
			return nil, nil, fmt.Errorf("bsalesim: no user %d", *req.SellerID)
		}
	}
	day := DayOf(now)
	if n := len(w.docs); n > 0 {
		day = max(day, w.docs[n-1].day)
	}
	for range max(req.Count, 1) {
		var i int
		switch {
		case typ == 0 && req.ClientID == nil:
			i = w.gen.next(day)
		case typ == 0:
			i = w.gen.add(day, TypeReceipt, client, 0, 1+w.gen.rng.IntN(3))
		case req.ClientID == nil && typ != TypeReceipt:
			i = w.gen.add(day, typ, w.gen.client(), 0, 1+w.gen.rng.IntN(3))
		case req.ClientID == nil && w.gen.rng.IntN(2) == 0:
			i = w.gen.add(day, typ, w.gen.client(), 0, 1+w.gen.rng.IntN(3))
		default:
			i = w.gen.add(day, typ, client, 0, 1+w.gen.rng.IntN(3))
		}
		r := &w.docs[i]
		// A fresh document stands; only somebody who annuls it makes it otherwise.
		r.state, r.cancelSt, r.cancelled = 0, 0, 0
		if req.SellerID != nil {
			r.seller = uint8(seller)
		}
		each(w, r.id)
		w.note(event{kind: eventIssued, doc: i})
		ids = append(ids, r.id)
		hooks = append(hooks, announced{r.id, w.offices[r.office].ID})
	}
	return ids, hooks, nil
}

// Annul annuls a document now. The webhook hears of it only under hook-annul.
func (s *Simulator) Annul(id int64) error {
	if s.fixtures != nil {
		return errFixtures
	}
	if err := s.world.Annul(id, s.now().Unix()); err != nil {
		return err
	}
	if s.faults.has("hook-annul") {
		s.hooks.notify("put", []announced{s.world.announce(id)})
	}
	return nil
}

// Credit issues a credit note for a sale today; amount 0 credits all of it.
func (s *Simulator) Credit(sale int64, amount Money) (int64, error) {
	if s.fixtures != nil {
		return 0, errFixtures
	}
	day := DayOf(s.now())
	if last, ok := s.world.lastDay(); ok {
		day = max(day, last)
	}
	id, err := s.world.Credit(sale, amount, day)
	if err != nil {
		return 0, err
	}
	s.stats.add(func(st *Stats) { st.DocumentsIssued++ })
	s.hooks.notify("post", []announced{s.world.announce(id)})
	return id, nil
}

func (w *World) lastDay() (Day, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if len(w.docs) == 0 {
		return 0, false
	}
	return w.docs[len(w.docs)-1].day, true
}

func (w *World) announce(id int64) announced {
	w.mu.RLock()
	defer w.mu.RUnlock()
	i, ok := w.docIndex(id)
	if !ok {
		return announced{id: id}
	}
	return announced{id, w.offices[w.docs[i].office].ID}
}

// ParseLive reads a pace such as 2/s, 30/m or 100/h, or the time between two documents
// such as 3s, and returns that time.
func ParseLive(text string) (time.Duration, error) {
	count, unit, paced := strings.Cut(text, "/")
	if paced {
		per := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
		n, err := strconv.ParseFloat(count, 64)
		if err == nil && per > 0 && n > 0 && n <= 10_000 {
			return max(time.Duration(float64(per)/n), 1), nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("bsalesim: %q is not a pace such as 2/s, 30/m or 3s", text)
}

// live issues a document of the usual mix at each tick until Stop.
func (s *Simulator) live() {
	tick := time.NewTicker(s.opts.LiveEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stopped.Done():
			return
		case <-tick.C:
			if _, err := s.Issue(IssueRequest{}); err != nil {
				s.log.Warn("bsale simulator could not issue", "error", err)
			}
		}
	}
}
