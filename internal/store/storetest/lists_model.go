package storetest

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// identified is a contact or a deal.
type identified interface{ Gone() bool }

// model answers queries the plain way: by looking at every record. Of what a condition or a search means it knows no more than crm says; what it checks is that indexes,
// budgets, cursors and engines change nothing about it.
type model[T identified] struct {
	all   []T // in the order in which they were made
	owner func(T) crm.ID
	value func(crm.Field, T) any
	words func(T) []string
	s     *shop
}

// whole is everything that an account holds, as it is read by id.
type whole struct {
	contactsByID map[crm.ID]*crm.Contact
	contactList  []*crm.Contact
	dealList     []*crm.Deal
	stages       map[crm.ID]crm.ID // pipeline by stage
}

// model reads everything, and checks that it is what was saved.
func (s *shop) model(t *testing.T) whole {
	t.Helper()
	w := whole{contactsByID: map[crm.ID]*crm.Contact{}, stages: map[crm.ID]crm.ID{}}
	must(t, s.View(s.ctx, s.account.ID, func(r bridge.Reader) error {
		contacts, err := r.ContactsByID(s.ctx, ids(s.contacts, contactID))
		must(t, err)
		w.contactsByID = byID(contacts, contactID)
		for _, c := range s.contacts {
			same(t, "contact", w.contactsByID[c.ID], c, noneIsEmpty)
			w.contactList = append(w.contactList, w.contactsByID[c.ID])
		}
		deals, err := r.DealsByID(s.ctx, ids(s.deals, dealID))
		must(t, err)
		found := byID(deals, dealID)
		for _, d := range s.deals {
			same(t, "deal", found[d.ID], d, noneIsEmpty)
			w.dealList = append(w.dealList, found[d.ID])
		}
		return nil
	}))
	return w
}

func (w whole) contacts(s *shop) model[*crm.Contact] {
	return model[*crm.Contact]{
		all: w.contactList, s: s, value: crm.Field.OfContact, owner: func(c *crm.Contact) crm.ID { return c.OwnerID },
		words: func(c *crm.Contact) []string { return c.SearchWords() },
	}
}

func (w whole) deals(s *shop) model[*crm.Deal] {
	return model[*crm.Deal]{
		all: w.dealList, s: s, value: crm.Field.OfDeal, owner: func(d *crm.Deal) crm.ID { return d.OwnerID },
		words: func(d *crm.Deal) []string {
			words := append(d.SearchWords(), s.numbers[d.ID]...)
			if c := w.contactsByID[d.ContactID]; c != nil && !c.Gone() {
				words = append(words, c.SearchWords()...)
			}
			return words
		},
	}
}

func (m model[T]) list(q crm.Query) []T {
	type row struct {
		record T
		keys   []string
		made   int
	}
	terms := crm.SearchTerms(q.Search)
	var rows []row
	for i, r := range m.all {
		fits := !r.Gone() && q.Reach.Sees(m.owner(r)) && (q.Search == "" || len(terms) > 0)
		for _, c := range q.Where {
			fits = fits && c.Test()(m.value(c.Field, r))
		}
		for _, term := range terms {
			fits = fits && slices.ContainsFunc(m.words(r), func(w string) bool { return strings.HasPrefix(w, term) })
		}
		if fits {
			rows = append(rows, row{r, m.keys(q.Order.Field, r), i})
		}
	}
	down := q.Order.Descending || q.Order.Field.Name == ""
	slices.SortFunc(rows, func(a, b row) int {
		if none := cmp.Compare(len(b.keys), len(a.keys)); none != 0 {
			return none
		}
		c := cmp.Or(slices.Compare(a.keys, b.keys), cmp.Compare(a.made, b.made))
		if down {
			return -c
		}
		return c
	})
	var all []T
	for _, r := range rows {
		all = append(all, r.record)
	}
	return all
}

// keys is what a record is sorted by. What has no instant was there before all others.
func (m model[T]) keys(f crm.Field, r T) []string {
	if f.Name == "" {
		f = crm.Field{Name: crm.FieldUpdated, Type: crm.TypeInstant}
	}
	v := m.value(f, r)
	if at, ok := v.(time.Time); ok && at.IsZero() {
		v = int64(0)
	}
	return crm.SortKeys(v)
}

func (m model[T]) totals(all []T) []crm.StageTotal {
	var totals []crm.StageTotal
	for _, r := range all {
		d := any(r).(*crm.Deal)
		i := slices.IndexFunc(totals, func(t crm.StageTotal) bool { return t.StageID == d.StageID && t.Currency == d.Value.Currency })
		if i < 0 {
			i = len(totals)
			totals = append(totals, crm.StageTotal{StageID: d.StageID, Currency: d.Value.Currency})
		}
		totals[i].Deals++
		totals[i].Value += d.Value.Minor
	}
	slices.SortFunc(totals, func(a, b crm.StageTotal) int {
		return cmp.Or(cmp.Compare(a.StageID, b.StageID), cmp.Compare(a.Currency, b.Currency))
	})
	return totals
}

// names are what a list is compared by first: a difference in order is easier to see.
func names[T any](all []T) []crm.ID {
	var out []crm.ID
	for _, r := range all {
		switch r := any(r).(type) {
		case *crm.Contact:
			out = append(out, r.ID)
		case *crm.Deal:
			out = append(out, r.ID)
		}
	}
	return out
}
