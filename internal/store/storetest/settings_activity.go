package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func testActivities(t *testing.T, f *fixture) {
	at := f.clock.Now()
	full := &crm.Activity{
		ID: crm.NewID(), Title: "Llamar", Kind: crm.ActivityCall, Status: crm.ActivityPending, StartAt: at, DueAt: at.Add(time.Hour), ContactID: crm.NewID(),
		DealID: crm.NewID(), OwnerID: f.user.ID, Notes: "línea 1\nlínea 2", CreatedBy: crm.Actor{Kind: crm.ActorAPIKey, ID: crm.NewID()}, CreatedAt: at, UpdatedAt: at,
	}
	bare := &crm.Activity{ID: crm.NewID(), Status: crm.ActivityPending}
	save := func(all ...*crm.Activity) {
		f.update(t, func(tx bridge.Tx) error { return tx.SaveActivities(f.ctx, all) })
	}
	read := func() []*crm.Activity {
		return view(t, f, func(r bridge.Reader) ([]*crm.Activity, error) {
			return r.ActivitiesByID(f.ctx, []crm.ID{bare.ID, full.ID, crm.NewID(), full.ID})
		})
	}
	save(full, bare)
	same(t, "activities", read(), []*crm.Activity{full, bare})
	full.Title, full.Kind, full.Status, full.StartAt, full.DueAt = "Otra", crm.ActivityEmail, crm.ActivityCompleted, time.Time{}, time.Time{}
	full.ContactID, full.DealID, full.OwnerID, full.Notes, full.FinishedAt = "", "", "", "", at
	full.UpdatedAt, full.DeletedAt = at.Add(time.Minute), at
	bare.DueAt = at
	save(full, bare)
	same(t, "activities after an update", read(), []*crm.Activity{full, bare})
	old := *bare
	old.Version = 1
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveActivities(f.ctx, []*crm.Activity{&old}) }), crm.Conflict, "stale")
}

// activityWorld is a random set of activities, contacts and deals of two users.
type activityWorld struct {
	*fixture
	users    []crm.ID // "": nobody
	contacts map[crm.ID]*crm.Contact
	deals    map[crm.ID]*crm.Deal
	all      []*crm.Activity
	random   *rand.Rand
}

func pick[T any](w *activityWorld, of []T) T { return of[w.random.IntN(len(of))] }

func newActivityWorld(t *testing.T, f *fixture, seed uint64, activities int) *activityWorld {
	other := crm.User{ID: crm.NewID(), Email: "otra@quillay.example", Role: crm.RoleSeller, Active: true}
	w := &activityWorld{
		fixture: f, users: []crm.ID{"", f.user.ID, other.ID}, contacts: map[crm.ID]*crm.Contact{}, deals: map[crm.ID]*crm.Deal{},
		random: rand.New(rand.NewPCG(seed, 1)),
	}
	contactIDs, dealIDs := []crm.ID{""}, []crm.ID{""}
	var contacts []*crm.Contact
	var deals []*crm.Deal
	for i := range 6 {
		c := f.contact(fmt.Sprintf("c%d@example.invalid", i))
		d := f.deal(i%2, 1)
		c.OwnerID, d.OwnerID = pick(w, w.users), pick(w, w.users)
		contacts, deals = append(contacts, c), append(deals, d)
		w.contacts[c.ID], w.deals[d.ID] = c, d
		contactIDs, dealIDs = append(contactIDs, c.ID), append(dealIDs, d.ID)
	}
	for range activities {
		a := &crm.Activity{
			ID: crm.NewID(), Status: pick(w, []crm.ActivityStatus{crm.ActivityPending, crm.ActivityPending, crm.ActivityCompleted, crm.ActivityDiscarded}),
			ContactID: pick(w, contactIDs), DealID: pick(w, dealIDs), OwnerID: pick(w, w.users),
			UpdatedAt: start.Add(time.Duration(w.random.IntN(5)) * time.Minute),
		}
		if w.random.IntN(4) > 0 {
			a.DueAt = start.Add(time.Duration(w.random.IntN(8)) * time.Hour)
		}
		if w.random.IntN(8) == 0 {
			a.DeletedAt = start
		}
		w.all = append(w.all, a)
	}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.CreateUser(f.ctx, other))
		must(t, tx.SaveContacts(f.ctx, contacts))
		must(t, tx.SaveDeals(f.ctx, deals))
		return tx.SaveActivities(f.ctx, w.all)
	})
	return w
}

// list is the plain list against which the store's is held.
func (w *activityWorld) list(q crm.ActivityQuery) []crm.ID {
	var picked []*crm.Activity
	for _, a := range w.all {
		contact, deal := w.contacts[a.ContactID], w.deals[a.DealID]
		seen := q.Reach.See == crm.Everything || a.OwnerID != "" && a.OwnerID == q.Reach.User ||
			contact != nil && q.Reach.Sees(contact.OwnerID) || deal != nil && q.Reach.Sees(deal.OwnerID)
		if seen && a.DeletedAt.IsZero() && (q.Owner == "" || q.Owner == a.OwnerID) && (!q.Unassigned || a.OwnerID == "") &&
			(q.Contact == "" || q.Contact == a.ContactID) && (q.Deal == "" || q.Deal == a.DealID) && (q.Status == "" || q.Status == a.Status) &&
			(q.DueBefore.IsZero() || !a.DueAt.IsZero() && a.DueAt.Before(q.DueBefore)) && (q.Since.IsZero() || !a.UpdatedAt.Before(q.Since)) {
			picked = append(picked, a)
		}
	}
	slices.SortFunc(picked, func(a, b *crm.Activity) int {
		if !q.Since.IsZero() {
			return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(a.ID, b.ID))
		}
		if a.DueAt.IsZero() != b.DueAt.IsZero() {
			return map[bool]int{true: 1, false: -1}[a.DueAt.IsZero()]
		}
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID))
	})
	return ids(picked, func(a *crm.Activity) crm.ID { return a.ID })
}

func (w *activityWorld) query() crm.ActivityQuery {
	var q crm.ActivityQuery
	some := func() bool { return w.random.IntN(3) == 0 }
	if some() {
		q.Owner = pick(w, w.users)
		q.Unassigned = q.Owner == ""
	}
	if some() {
		q.Contact = w.all[0].ContactID
	}
	if some() {
		q.Deal = w.all[0].DealID
	}
	if some() {
		q.Status = pick(w, []crm.ActivityStatus{crm.ActivityPending, crm.ActivityCompleted})
	}
	if some() {
		q.DueBefore = start.Add(time.Duration(w.random.IntN(8)) * time.Hour)
	}
	if some() {
		q.Since = start.Add(time.Duration(w.random.IntN(5)) * time.Minute)
	}
	q.Reach = pick(w, []crm.Reach{crm.FullReach, {User: w.users[1]}, {User: w.users[2]}, {}})
	return q
}

func testActivityLists(t *testing.T, f *fixture) {
	w := newActivityWorld(t, f, 7, 120)
	empty := 0
	for range 200 {
		q := w.query()
		want := w.list(q)
		if len(want) == 0 {
			empty++
		}
		q.Limit = 1 + w.random.IntN(30)
		must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
			var got []crm.ID
			for page := q; ; {
				p, err := r.Activities(f.ctx, page)
				must(t, err)
				if len(p.Items) > q.Limit {
					t.Fatalf("a page of %d, asked for %d", len(p.Items), q.Limit)
				}
				got = append(got, ids(p.Items, func(a *crm.Activity) crm.ID { return a.ID })...)
				if page.Cursor = p.Next; p.Next == "" {
					break
				}
			}
			same(t, fmt.Sprintf("%+v", q), got, want, noneIsEmpty)
			count, exact, err := r.CountActivities(f.ctx, q, 0)
			must(t, err)
			if count != len(want) || !exact {
				t.Errorf("%+v: counted %d, exact %v, want %d", q, count, exact, len(want))
			}
			skipping := q
			skipping.Skip = w.random.IntN(len(want) + 1)
			p, err := r.Activities(f.ctx, skipping)
			must(t, err)
			same(t, fmt.Sprintf("%+v", skipping), ids(p.Items, func(a *crm.Activity) crm.ID { return a.ID }),
				want[skipping.Skip:min(len(want), skipping.Skip+q.Limit)], noneIsEmpty)
			return nil
		}))
	}
	if empty > 150 {
		t.Errorf("%d of 200 queries pick nothing", empty)
	}

	q := crm.ActivityQuery{Reach: crm.FullReach, Limit: 5}
	page := view(t, f, func(r bridge.Reader) (crm.Page[*crm.Activity], error) { return r.Activities(f.ctx, q) })
	for _, cursor := range []string{"x", page.Next + "x", page.Next} {
		other := q
		other.Cursor = cursor
		other.Status = crm.ActivityCompleted
		err := f.View(f.ctx, f.account.ID, func(r bridge.Reader) error { _, err := r.Activities(f.ctx, other); return err })
		mustFail(t, err, crm.Invalid, "cursor_invalid")
	}
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		count, exact, err := r.CountActivities(f.ctx, q, 10)
		if count != 10 || exact {
			t.Errorf("counted %d, exact %v, of more than 10", count, exact)
		}
		return err
	}))
}

// testActivityWalk looks for one activity among many that no index tells apart from it.
func testActivityWalk(t *testing.T, f *fixture) {
	var all []*crm.Activity
	add := func(status crm.ActivityStatus) *crm.Activity {
		a := &crm.Activity{ID: crm.NewID(), Status: status, OwnerID: f.user.ID, DueAt: start.Add(time.Duration(len(all)) * time.Second)}
		all = append(all, a)
		return a
	}
	for range 9_000 {
		add(crm.ActivityCompleted)
	}
	wanted := add(crm.ActivityDiscarded)
	f.update(t, func(tx bridge.Tx) error { return tx.SaveActivities(f.ctx, all) })
	q := crm.ActivityQuery{Status: crm.ActivityDiscarded, Reach: crm.FullReach, Limit: 10}
	pages := 0
	for {
		page := view(t, f, func(r bridge.Reader) (crm.Page[*crm.Activity], error) { return r.Activities(f.ctx, q) })
		pages++
		if q.Cursor = page.Next; page.Next == "" {
			same(t, "the last page", ids(page.Items, func(a *crm.Activity) crm.ID { return a.ID }), []crm.ID{wanted.ID})
			break
		}
		if len(page.Items) > 0 {
			t.Errorf("page %d has %d", pages, len(page.Items))
		}
	}
	if pages != 3 {
		t.Errorf("it took %d pages of 4,000 to look at 9,001", pages)
	}
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		count, exact, err := r.CountActivities(f.ctx, q, 100)
		if count != 0 || exact {
			t.Errorf("counted %d, exact %v, having looked at 100 only", count, exact)
		}
		return err
	}))
}
