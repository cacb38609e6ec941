package storetest

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func testSearch(t *testing.T, f *fixture) {
	c := f.contact("Maria.Gonzalez@Quillay.example")
	c.Identities[0].Normalized = "maria.gonzalez@quillay.example"
	c.FirstName, c.LastName, c.Company = "María José", "Muñoz", "Ferretería O'Higgins S.A."
	c.Identities = append(c.Identities, identity(crm.IdentityPhone, "+56955550199", true), identity(crm.IdentityTaxID, "22222222-2", true))
	d, other := f.deal(0, 100), f.deal(1, 100)
	d.ContactID, d.Name = c.ID, "Cotización 77"
	other.Name = "Sin contacto"
	record := f.record(5)
	record.Number, record.DealID = "123456", d.ID
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{c, f.contact("otra@correo.example")}))
		must(t, tx.SaveDeals(f.ctx, []*crm.Deal{d, other}))
		return tx.SaveRecords(f.ctx, []*bridge.Record{record}, f.clock.Now())
	})
	found := func(search string) (contacts, deals []crm.ID) {
		q := crm.Query{Reach: crm.FullReach, Search: search, Limit: 9}
		must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
			contacts = names(readAll(t, q, func(q crm.Query) (crm.Page[*crm.Contact], error) { return r.ListContacts(f.ctx, q) }))
			deals = names(readAll(t, q, func(q crm.Query) (crm.Page[*crm.Deal], error) { return r.ListDeals(f.ctx, q) }))
			return nil
		}))
		return contacts, deals
	}
	mustFind := func(search string, contact, deal bool) {
		t.Helper()
		contacts, deals := found(search)
		if got := slices.Contains(contacts, c.ID); got != contact || len(contacts) > 1 {
			t.Errorf("%q finds the contact: %v (of %d), want %v", search, got, len(contacts), contact)
		}
		if got := slices.Contains(deals, d.ID); got != deal || len(deals) > 1 {
			t.Errorf("%q finds the deal: %v (of %d), want %v", search, got, len(deals), deal)
		}
	}
	for _, search := range []string{
		"maría", "MARIA", "jose", "munoz", "MUÑOZ", "higgins", "o'higgins", "ferre", "s.a.", "mar jos mu", "quillay", "quillay.example", "maria.gonzalez@", "gonzalez",
		"maria.gonzalez@quillay.example", "+56 9 5555 0199", "955550199", "55550199", "9 5555 01", "22.222.222-2", "222222222", "22222222",
	} {
		mustFind(search, true, true)
	}
	for _, search := range []string{"123456", "1234", "cotizacion", "77 maria", "77"} {
		mustFind(search, false, true)
	}
	for _, search := range []string{"aria", "maria pedro", "nadie", "5550199", "23456", "...", "example"} {
		mustFind(search, false, false)
	}
	c.FirstName, c.Identities = "Pedro", nil
	f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{c}) })
	mustFind("maria", false, false)
	mustFind("pedro", true, true)
	c.DeletedAt = f.clock.Now()
	f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{c}) })
	mustFind("pedro", false, false)
}

// testListWhileRowsChange reads a list in pages while its rows move: none comes twice, and those that stay come.
func testListWhileRowsChange(t *testing.T, f *fixture) {
	var deals []*crm.Deal
	for range 60 {
		d := f.deal(0, 1)
		deals = append(deals, d)
	}
	f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, deals) })
	seen := map[crm.ID]int{}
	q := crm.Query{Reach: crm.FullReach, Limit: 7}
	for page := 0; ; page++ {
		got := view(t, f, func(r bridge.Reader) (crm.Page[*crm.Deal], error) { return r.ListDeals(f.ctx, q) })
		for _, d := range got.Items {
			seen[d.ID]++
		}
		// One that was seen and one that was not move to the top; one goes.
		moved := []*crm.Deal{deals[59-3*page], deals[page], deals[20+page]}
		moved[2].DeletedAt = f.clock.Now()
		for _, d := range moved {
			d.UpdatedAt = f.clock.Now()
		}
		f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, slices.Compact(moved)) })
		if q.Cursor = got.Next; got.Next == "" {
			break
		}
	}
	for i, d := range deals {
		if seen[d.ID] > 1 {
			t.Errorf("deal %d came %d times", i, seen[d.ID])
		}
		if seen[d.ID] == 0 && i > 12 && i < 20 {
			t.Errorf("deal %d stayed where it was and never came", i)
		}
	}
}

func testCursors(t *testing.T, f *fixture) {
	var contacts []*crm.Contact
	for i := range 5 {
		contacts = append(contacts, f.contact(fmt.Sprint("c", i, "@example.invalid")))
	}
	f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, contacts) })
	q := crm.Query{Reach: crm.FullReach, Limit: 2}
	page := view(t, f, func(r bridge.Reader) (crm.Page[*crm.Contact], error) { return r.ListContacts(f.ctx, q) })
	same(t, "first page", names(page.Items), []crm.ID{contacts[4].ID, contacts[3].ID})
	refuse := func(q crm.Query, key string) {
		t.Helper()
		q.Limit = 2
		err := f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
			_, err := r.ListContacts(f.ctx, q)
			return err
		})
		mustFail(t, err, crm.Invalid, key)
	}
	refuse(crm.Query{Reach: crm.FullReach, Cursor: "nonsense"}, "cursor_invalid")
	refuse(crm.Query{Reach: crm.FullReach, Cursor: page.Next, Search: "valentina"}, "cursor_invalid")
	refuse(crm.Query{Reach: crm.Reach{}, Cursor: page.Next}, "cursor_invalid")
	refuse(crm.Query{Reach: crm.FullReach, Cursor: page.Next, Order: crm.Order{Field: crm.Field{Name: crm.FieldCreated}}}, "cursor_invalid")
	err := f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		_, err := r.ListDeals(f.ctx, crm.Query{Reach: crm.FullReach, Limit: 2, Cursor: page.Next})
		return err
	})
	mustFail(t, err, crm.Invalid, "cursor_invalid")
	err = f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		_, err := r.ListDeals(f.ctx, crm.Query{Reach: crm.FullReach, Limit: 2, Order: crm.BoardOrder})
		return err
	})
	mustFail(t, err, crm.Invalid, "order_needs_stage")
	q.Cursor = page.Next
	page = view(t, f, func(r bridge.Reader) (crm.Page[*crm.Contact], error) { return r.ListContacts(f.ctx, q) })
	same(t, "second page", names(page.Items), []crm.ID{contacts[2].ID, contacts[1].ID})
}

// testRanks moves deals about on the board as people do, and beside it in a list.
func testRanks(t *testing.T, f *fixture) {
	s := newShop(t, f, 3)
	stage := f.pipeline.Stages[0]
	var order []*crm.Deal // from top to bottom
	add := func(n int) {
		var deals []*crm.Deal
		for range n {
			d := f.deal(0, 1)
			deals = append(deals, d)
			order = slices.Insert(order, 0, d)
		}
		f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, deals) })
	}
	add(30)
	q := crm.Query{
		Reach: crm.FullReach, Order: crm.BoardOrder, Limit: 11,
		Where: []crm.Condition{{Field: crm.Field{Name: crm.FieldStage, Type: crm.TypeStage}, Operator: crm.Is, Values: []any{stage.ID}}},
	}
	check := func(what string) {
		t.Helper()
		must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
			got := readAll(t, q, func(q crm.Query) (crm.Page[*crm.Deal], error) { return r.ListDeals(f.ctx, q) })
			same(t, what, names(got), names(order))
			board, err := r.Board(f.ctx, 5)
			must(t, err)
			for i, card := range board[0].Latest {
				same(t, what+": card", card.Deal.ID, order[i].ID)
			}
			return nil
		}))
		if t.Failed() {
			t.FailNow()
		}
	}
	check("as they came")
	rank := func(deal, above crm.ID) error {
		return f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.RankDeal(f.ctx, deal, above) })
	}
	move := func(from, to int) { // to: its place among the others; 0 is the top
		d := order[from]
		order = slices.Delete(order, from, from+1)
		above := crm.ID("")
		if to > 0 {
			above = order[to-1].ID
		}
		order = slices.Insert(order, to, d)
		must(t, rank(d.ID, above))
	}
	for range 100 {
		move(s.random.IntN(30), s.random.IntN(30))
	}
	check("moved about")
	for range 60 {
		move(29, 1) // again and again into the same gap
	}
	check("into one gap")
	for range 40 {
		move(0, 29)
		move(5, 0)
	}
	check("to both ends")

	// A save in the same stage leaves the place alone, whatever rank the caller believes in; another stage and back puts it on top.
	stayed, moved := order[7], order[9]
	stayed.Rank, stayed.UpdatedAt = math.MaxInt64, f.clock.Now()
	f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{stayed}) })
	check("after a save")
	for _, stage := range []crm.Stage{f.pipeline.Stages[1], stage} {
		moved.StageID = stage.ID
		f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{moved}) })
	}
	order = slices.Insert(slices.Delete(order, 9, 10), 0, moved)
	check("after it came back")

	gone, elsewhere := f.deal(0, 1), f.deal(1, 1)
	gone.DeletedAt = time.Now()
	f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{gone, elsewhere}) })
	mustFail(t, rank(gone.ID, ""), crm.NotFound, "deal_not_found")
	mustFail(t, rank(order[0].ID, gone.ID), crm.NotFound, "deal_not_found")
	mustFail(t, rank(order[0].ID, elsewhere.ID), crm.NotFound, "deal_not_found")
	mustFail(t, rank(crm.NewID(), ""), crm.NotFound, "deal_not_found")
	mustFail(t, rank(order[0].ID, order[0].ID), crm.NotFound, "deal_not_found")
	before := order[3].Version
	got := view(t, f, func(r bridge.Reader) ([]*crm.Deal, error) { return r.DealsByID(f.ctx, []crm.ID{order[3].ID}) })
	if got[0].Version != before {
		t.Errorf("ranking raised the version from %d to %d", before, got[0].Version)
	}
}

// testDeletedTags deletes a tag: its contacts are found, shown and saved without it.
func testDeletedTags(t *testing.T, f *fixture) {
	kept, gone := crm.Tag{ID: crm.NewID(), Name: "se queda", CreatedAt: f.clock.Now()}, crm.Tag{ID: crm.NewID(), Name: "se va", CreatedAt: f.clock.Now()}
	c, d := f.contact("a@example.invalid"), f.contact("b@example.invalid")
	c.Tags, d.Tags = []crm.ID{gone.ID, kept.ID, gone.ID}, []crm.ID{gone.ID}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.CreateTag(f.ctx, kept))
		must(t, tx.CreateTag(f.ctx, gone))
		return tx.SaveContacts(f.ctx, []*crm.Contact{c, d})
	})
	tagged := func(op crm.Operator, tags ...any) []crm.ID {
		q := crm.Query{Reach: crm.FullReach, Limit: 9, Order: crm.Order{Field: crm.Field{Name: crm.FieldCreated, Type: crm.TypeInstant}}, Where: []crm.Condition{
			{Field: crm.Field{Name: crm.FieldTags, Type: crm.TypeTags}, Operator: op, Values: tags},
		}}
		return names(view(t, f, func(r bridge.Reader) (crm.Page[*crm.Contact], error) { return r.ListContacts(f.ctx, q) }).Items)
	}
	same(t, "tagged", tagged(crm.Is, gone.ID), []crm.ID{c.ID, d.ID})
	f.update(t, func(tx bridge.Tx) error { return tx.DeleteTag(f.ctx, gone.ID) })
	same(t, "tagged with what is gone", tagged(crm.Is, gone.ID), []crm.ID(nil), noneIsEmpty)
	same(t, "tagged with what stays", tagged(crm.Is, gone.ID, kept.ID), []crm.ID{c.ID})
	same(t, "not tagged", tagged(crm.IsEmpty), []crm.ID{d.ID})
	read := view(t, f, func(r bridge.Reader) ([]*crm.Contact, error) { return r.ContactsByID(f.ctx, []crm.ID{c.ID, d.ID}) })
	same(t, "tags", [][]crm.ID{read[0].Tags, read[1].Tags}, [][]crm.ID{{kept.ID}, nil}, noneIsEmpty)
	f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, read) })
	read[0].Tags = []crm.ID{crm.NewID()}
	err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, read) })
	mustFail(t, err, crm.Invalid, "reference_unknown")
}

// testTagPostings has a tag of many contacts that is deleted.
func testTagPostings(t *testing.T, f *fixture) {
	tag := crm.Tag{ID: crm.NewID(), Name: "feria", CreatedAt: f.clock.Now()}
	const many = 25
	f.update(t, func(tx bridge.Tx) error {
		contacts := make([]*crm.Contact, many)
		for i := range contacts {
			contacts[i] = f.contact(fmt.Sprintf("c%d@example.invalid", i))
			contacts[i].Tags = []crm.ID{tag.ID}
		}
		must(t, tx.CreateTag(f.ctx, tag))
		return tx.SaveContacts(f.ctx, contacts)
	})
	postings := func() (n int) {
		must(t, f.ReaderDB().QueryRowContext(f.ctx, `SELECT COUNT(*) FROM posting WHERE entry = $1`, string(tag.ID)).Scan(&n))
		return n
	}
	accounts := func() []crm.ID {
		accounts, err := f.FieldWork(f.ctx)
		must(t, err)
		return accounts
	}
	same(t, "work before", accounts(), []crm.ID(nil), noneIsEmpty)
	f.update(t, func(tx bridge.Tx) error { return tx.DeleteTag(f.ctx, tag.ID) })
	same(t, "work", accounts(), []crm.ID{f.account.ID})
	for _, left := range []int{15, 5, 0} {
		more, err := f.StepFieldWork(f.ctx, f.account.ID, 10)
		must(t, err)
		if n := postings(); n != left || more != (left > 0) {
			t.Errorf("%d postings left, want %d; more %v", n, left, more)
		}
	}
	same(t, "work after", accounts(), []crm.ID(nil), noneIsEmpty)
}
