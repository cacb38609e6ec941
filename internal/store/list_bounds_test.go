package store

import (
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// TestTheLastUpdateIsLookedUp looks at how SQLite means to find it, once for each transaction.
func TestTheLastUpdateIsLookedUp(t *testing.T) {
	s, err := OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, table := range []string{"contact", "deal", "activity"} {
		var id, parent, unused int
		var plan string
		if err := s.reader.QueryRowContext(t.Context(), `EXPLAIN QUERY PLAN `+lastUpdated(table), 1).Scan(&id, &parent, &unused, &plan); err != nil {
			t.Fatal(err)
		}
		if want := "SEARCH " + table + " USING COVERING INDEX " + table + "_updated (account_id=?)"; plan != want {
			t.Errorf("%s: %s, want %s", table, plan, want)
		}
	}
}

// openForLists returns an empty store, and an account that is yet to be made in it.
func openForLists(t *testing.T) (*Store, crm.Account) {
	t.Helper()
	s, err := OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	a, err := crm.NewAccount("Quillay", crm.Chile, crm.Spanish, time.Unix(1_760_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

// TestADeepPageIsReadInParts asks for a page so deep that its rows must not be read, or held, all at once.
func TestADeepPageIsReadInParts(t *testing.T) {
	ctx := t.Context()
	s, a := openForLists(t)
	const many = 2_000
	if err := s.CreateAccount(ctx, a, func(tx bridge.Tx) error {
		contacts := make([]*crm.Contact, many)
		for i := range contacts {
			contacts[i] = crm.NewContact(a.CreatedAt.Add(time.Duration(i) * time.Second))
			contacts[i].Source = "feria"
		}
		return tx.SaveContacts(ctx, contacts)
	}); err != nil {
		t.Fatal(err)
	}
	s.listLimits.walk = 500
	for name, q := range map[string]crm.Query{
		"of all": {},
		"of those that fit": {Where: []crm.Condition{
			{Field: crm.Field{Name: crm.FieldSource, Type: crm.TypeText}, Operator: crm.Is, Values: []any{"feria"}},
		}},
	} {
		q.Entity, q.Reach, q.Limit = crm.EntityContact, crm.FullReach, 10
		for _, skip := range []int{0, many - 15, many + 1, 1 << 40} {
			s.observe = func(text string, args []any) {
				if most, ok := args[len(args)-1].(int); ok && strings.Contains(text, "LIMIT") && !strings.Contains(text, "OFFSET") && most > s.listLimits.walk {
					t.Errorf("list %s, skipping %d: %d rows in one statement", name, skip, most)
				}
			}
			err := s.View(ctx, a.ID, func(r bridge.Reader) error {
				page, err := r.SkipContacts(ctx, q, skip)
				if want := min(10, max(0, many-skip)); len(page.Items) != want {
					t.Errorf("list %s, skipping %d: %d contacts, want %d", name, skip, len(page.Items), want)
				}
				for i, c := range page.Items {
					if want := a.CreatedAt.Add(time.Duration(many-1-skip-i) * time.Second); !c.CreatedAt.Equal(want) {
						t.Errorf("list %s, skipping %d: contact %d of %v, want %v", name, skip, i, c.CreatedAt, want)
					}
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		s.observe = nil
	}
}

// TestAListGoesOnToThoseWithoutAValue reads a list page by page across the end of those that have a name, while each page may look at few.
func TestAListGoesOnToThoseWithoutAValue(t *testing.T) {
	ctx := t.Context()
	s, a := openForLists(t)
	s.TightenLists()
	tag := crm.Tag{ID: crm.NewID(), Name: "feria"}
	const named, all = 30, 60
	if err := s.CreateAccount(ctx, a, func(tx bridge.Tx) error {
		contacts := make([]*crm.Contact, all)
		for i := range contacts {
			contacts[i] = crm.NewContact(a.CreatedAt.Add(time.Duration(i) * time.Second))
			contacts[i].Tags = []crm.ID{tag.ID}
			if i < named {
				contacts[i].FirstName = "María"
			}
		}
		if err := tx.CreateTag(ctx, tag); err != nil {
			return err
		}
		return tx.SaveContacts(ctx, contacts)
	}); err != nil {
		t.Fatal(err)
	}
	q := crm.Query{
		Entity: crm.EntityContact, Reach: crm.FullReach, Limit: 4, Order: crm.Order{Field: crm.Field{Name: crm.FieldName, Type: crm.TypeText}},
		Where: []crm.Condition{{Field: crm.Field{Name: crm.FieldTags, Type: crm.TypeTags}, Operator: crm.Is, Values: []any{tag.ID}}},
	}
	found, pages := 0, 0
	for more := true; more && pages <= all; pages++ {
		if err := s.View(ctx, a.ID, func(r bridge.Reader) error {
			page, err := r.ListContacts(ctx, q)
			found, q.Cursor, more = found+len(page.Items), page.Next, page.Next != ""
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if found != all || pages > all {
		t.Errorf("%d contacts on %d pages, want %d", found, pages, all)
	}
}
