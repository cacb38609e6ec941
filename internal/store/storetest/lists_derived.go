package storetest

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// checkDerived compares all that is derived from contacts and deals with what it is derived from.
func (s *shop) checkDerived(t *testing.T) {
	t.Helper()
	s.checkTotals(t)
	same(t, "postings", s.postings(t), s.wantedPostings(t))
	if t.Failed() {
		t.FailNow()
	}
}

func (s *shop) checkTotals(t *testing.T) {
	t.Helper()
	var want []crm.StageTotal
	owned := map[crm.ID][2]int{}
	for _, c := range s.contacts {
		if !c.Gone() {
			n := owned[c.OwnerID]
			n[0]++
			owned[c.OwnerID] = n
		}
	}
	for _, d := range s.deals {
		if d.Gone() {
			continue
		}
		n := owned[d.OwnerID]
		n[1]++
		owned[d.OwnerID] = n
		same := func(t crm.StageTotal) bool {
			return t.StageID == d.StageID && t.OwnerID == d.OwnerID && t.Currency == d.Value.Currency
		}
		i := slices.IndexFunc(want, same)
		if i < 0 {
			i = len(want)
			want = append(want, crm.StageTotal{StageID: d.StageID, OwnerID: d.OwnerID, Currency: d.Value.Currency})
		}
		want[i].Deals++
		want[i].Value += d.Value.Minor
	}
	slices.SortFunc(want, func(a, b crm.StageTotal) int {
		return cmp.Or(cmp.Compare(a.StageID, b.StageID), cmp.Compare(a.OwnerID, b.OwnerID), cmp.Compare(a.Currency, b.Currency))
	})
	must(t, s.View(s.ctx, s.account.ID, func(r bridge.Reader) error {
		totals, err := r.StageTotals(s.ctx)
		must(t, err)
		same(t, "totals of stages", totals, want, noneIsEmpty)
		for _, u := range s.users {
			contacts, deals, _, err := r.OwnedBy(s.ctx, u.ID)
			must(t, err)
			if got := [2]int{contacts, deals}; got != owned[u.ID] {
				t.Errorf("a user owns %v by the totals, %v in truth", got, owned[u.ID])
			}
		}
		return nil
	}))
}

// postings reads all postings of the account, each as a text.
func (s *shop) postings(t *testing.T) []string {
	t.Helper()
	db := s.ReaderDB()
	rows, err := db.QueryContext(s.ctx, `SELECT p.list, p.entry, p.number FROM posting p JOIN account a ON a.number = p.account_id WHERE a.id = $1
		ORDER BY p.list, p.entry, p.number`, string(s.account.ID))
	must(t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var list, number int64
		var entry string
		must(t, rows.Scan(&list, &entry, &number))
		all = append(all, fmt.Sprintf("%d|%s|%d", list, entry, number))
	}
	must(t, rows.Err())
	return all
}

// wantedPostings works out what they have to be.
func (s *shop) wantedPostings(t *testing.T) []string {
	t.Helper()
	type wanted struct {
		list   int
		entry  string
		number int
	}
	var all []wanted
	lists := s.fieldLists(t)
	add := func(list, number int, entries ...string) {
		for _, e := range entries {
			all = append(all, wanted{list, e, number})
		}
	}
	values := func(entity crm.Entity, number int, custom crm.Custom) {
		for _, f := range s.fields {
			if f.Entity != entity || !f.Searchable {
				continue
			}
			entries := crm.SortKeys(custom[f.Key])
			if len(entries) == 0 {
				entries = []string{""}
			}
			add(lists[f.Key], number, entries...)
		}
	}
	for i, c := range s.contacts {
		if c.Gone() {
			continue
		}
		add(1, i+1, c.SearchWords()...)
		for _, tag := range c.Tags {
			add(3, i+1, string(tag))
		}
		values(crm.EntityContact, i+1, c.Custom)
	}
	for i, d := range s.deals {
		if !d.Gone() {
			add(2, i+1, d.SearchWords()...)
			values(crm.EntityDeal, i+1, d.Custom)
		}
	}
	slices.SortFunc(all, func(a, b wanted) int {
		return cmp.Or(cmp.Compare(a.list, b.list), strings.Compare(a.entry, b.entry), cmp.Compare(a.number, b.number))
	})
	var texts []string
	for _, w := range all {
		texts = append(texts, fmt.Sprintf("%d|%s|%d", w.list, w.entry, w.number))
	}
	return texts
}

// fieldLists returns the lists of postings of fields, by their keys.
func (s *shop) fieldLists(t *testing.T) map[string]int {
	t.Helper()
	lists := map[string]int{}
	for _, f := range s.fields {
		var number int
		err := s.ReaderDB().QueryRowContext(s.ctx, `SELECT number FROM custom_field WHERE id = $1`, string(f.ID)).Scan(&number)
		if err != nil && err != sql.ErrNoRows {
			t.Fatal(err)
		}
		lists[f.Key] = 100 + number
	}
	return lists
}

// testFieldWork makes a field searchable, and not any more, and erases it, while records are saved in between.
func testFieldWork(t *testing.T, f *fixture) {
	s := newShop(t, f, 7)
	s.work(t, 60, 60)
	step := func(limit int) bool {
		more, err := s.StepFieldWork(s.ctx, s.account.ID, limit)
		must(t, err)
		return more
	}
	if step(10) {
		t.Error("there is more work where there is none")
	}
	begin := func(i int, kind crm.FieldWorkKind, searchable bool) {
		var fields []crm.CustomField
		must(t, s.View(s.ctx, s.account.ID, func(r bridge.Reader) (err error) {
			fields, err = r.CustomFields(s.ctx, s.fields[i].Entity)
			return err
		}))
		at := slices.IndexFunc(fields, func(c crm.CustomField) bool { return c.ID == s.fields[i].ID })
		field := fields[at]
		field.Searchable, field.Work = searchable, &crm.FieldWork{Kind: kind}
		s.update(t, func(tx bridge.Tx) error { return tx.UpdateCustomField(s.ctx, field) })
		s.fields[i].Searchable = searchable
	}
	finish := func() {
		accounts, err := s.FieldWork(s.ctx)
		must(t, err)
		same(t, "accounts with work", accounts, []crm.ID{s.account.ID})
		for steps := 0; ; steps++ {
			more := step(7)
			if !more {
				break
			}
			s.work(t, 3, 3)
			if steps > 500 {
				t.Fatal("the work does not end")
			}
		}
		accounts, err = s.FieldWork(s.ctx)
		must(t, err)
		same(t, "accounts with work", accounts, []crm.ID(nil), noneIsEmpty)
		s.checkDerived(t)
	}
	lists := func() {
		m := s.model(t)
		for range 12 {
			tryList(t, f, m.contacts(s), s.query(crm.EntityContact), 0, crm.Reader.ListContacts, crm.Reader.SkipContacts)
			tryList(t, f, m.deals(s), s.query(crm.EntityDeal), 0, crm.Reader.ListDeals, crm.Reader.SkipDeals)
		}
	}
	for _, i := range []int{5, 13} { // of contacts and of deals; not searchable yet
		begin(i, crm.WorkIndex, true)
		step(7)
		s.work(t, 20, 20)
		lists() // whatever of the index is there
		finish()
		lists()
		begin(i, crm.WorkUnindex, false)
		step(7)
		s.work(t, 20, 20)
		lists()
		finish()
	}
	erased := s.fields[0]
	begin(0, crm.WorkErase, true)
	shown := view(t, f, func(r bridge.Reader) ([]crm.CustomField, error) { return r.CustomFields(s.ctx, crm.EntityContact) })
	if slices.ContainsFunc(shown, func(c crm.CustomField) bool { return c.ID == erased.ID }) {
		t.Error("a field that is erased is still shown")
	}
	for i := 0; step(7); i++ {
		if i > 500 {
			t.Fatal("the work does not end")
		}
	}
	s.fields = s.fields[1:]
	for _, c := range s.contacts {
		delete(c.Custom, erased.Key)
		delete(c.Origins, erased.Key)
	}
	s.checkDerived(t)
	s.model(t) // compares what is read
	n := view(t, f, func(r bridge.Reader) (int, error) { return r.CountValues(s.ctx, erased) })
	if n != 0 {
		t.Errorf("%d values are left", n)
	}
}

// testValues counts, reads and rewrites the values of fields.
func testValues(t *testing.T, f *fixture) {
	s := newShop(t, f, 9)
	s.work(t, 80, 80)
	for i, field := range s.fields {
		values := map[crm.ID]any{}
		var order []crm.ID
		add := func(id crm.ID, custom crm.Custom) {
			if v, ok := custom[field.Key]; ok {
				values[id] = v
				order = append(order, id)
			}
		}
		if field.Entity == crm.EntityContact {
			for _, c := range s.contacts {
				add(c.ID, c.Custom)
			}
		} else {
			for _, d := range s.deals {
				add(d.ID, d.Custom)
			}
		}
		must(t, s.View(s.ctx, s.account.ID, func(r bridge.Reader) error {
			n, err := r.CountValues(s.ctx, field)
			must(t, err)
			if n != len(values) {
				t.Errorf("%s: %d values are counted, want %d", field.Name, n, len(values))
			}
			var got []crm.ID
			must(t, r.EachValue(s.ctx, field, func(id crm.ID, value any) error {
				got = append(got, id)
				same(t, "value", crm.SortKeys(value), crm.SortKeys(values[id]))
				return nil
			}))
			same(t, field.Name+": records in order", got, order)
			return nil
		}))
		rewritten := map[crm.ID]any{}
		s.update(t, func(tx bridge.Tx) error {
			n, err := tx.RewriteValues(s.ctx, field, func(id crm.ID, value any) (any, error) {
				switch len(rewritten) % 3 {
				case 0:
					rewritten[id] = nil
				case 1:
					rewritten[id] = fmt.Sprint(value)
				default:
					rewritten[id] = value
				}
				return rewritten[id], nil
			})
			if n != len(values) {
				t.Errorf("%s: %d values are rewritten, want %d", field.Name, n, len(values))
			}
			return err
		})
		put := func(id crm.ID, custom crm.Custom, origins crm.Origins) {
			if v, ok := rewritten[id]; ok {
				custom[field.Key] = v
				if v == nil {
					delete(custom, field.Key)
					delete(origins, field.Key)
				}
			}
		}
		for _, c := range s.contacts {
			put(c.ID, c.Custom, c.Origins)
		}
		for _, d := range s.deals {
			put(d.ID, d.Custom, d.Origins)
		}
		s.checkDerived(t)
		if i%4 == 0 {
			s.reload(t)
		}
	}
	because := fmt.Errorf("because")
	field := s.fields[1]
	err := s.Update(s.ctx, s.account.ID, func(tx bridge.Tx) error {
		_, err := tx.RewriteValues(s.ctx, field, func(crm.ID, any) (any, error) { return nil, because })
		return err
	})
	if err != because {
		t.Errorf("got %v, want the function's error", err)
	}
	s.checkDerived(t)
}

// reload compares what is read with what is held in memory, lists aside, which come back as another type.
func (s *shop) reload(t *testing.T) {
	t.Helper()
	must(t, s.View(s.ctx, s.account.ID, func(r bridge.Reader) error {
		contacts, err := r.ContactsByID(s.ctx, ids(s.contacts, contactID))
		must(t, err)
		for _, c := range contacts {
			mine := s.contacts[slices.IndexFunc(s.contacts, func(m *crm.Contact) bool { return m.ID == c.ID })]
			same(t, "custom values", fmt.Sprint(c.Custom), fmt.Sprint(mine.Custom))
		}
		return nil
	}))
}
