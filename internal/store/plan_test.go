package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// TestNoQueryReadsMoreThanItsKeys looks at how SQLite means to run what is asked of large tables: by an index, and by more of it than the account, the
// connection, or a kind.
func TestNoQueryReadsMoreThanItsKeys(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "puente.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	account := crm.Account{ID: crm.NewID()}
	connection := bridge.Connection{ID: crm.NewID()}
	if err := s.CreateAccount(ctx, account, func(tx bridge.Tx) error { return tx.SaveConnection(ctx, connection) }); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 50, 256} {
		var ids []crm.ID
		var numbers []int64
		var texts []string
		var keys []crm.IdentityKey
		for i := range n {
			text := fmt.Sprint(i)
			ids, numbers, texts = append(ids, crm.ID(text)), append(numbers, int64(i)), append(texts, text)
			keys = append(keys, crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: text})
		}
		for name, c := range map[string]struct {
			run  func(r *reader) error
			want []string // each stands in the plan
		}{
			"ContactsByID": {func(r *reader) error { _, err := r.ContactsByID(ctx, ids); return err }, []string{"contact USING INDEX", "AND id=?"}},
			"ContactsByIdentity": {func(r *reader) error { _, err := r.ContactsByIdentity(ctx, keys); return err }, []string{
				"contact_identity_lookup (account_id=? AND kind=? AND normalized=?)", "AND id=?",
			}},
			"DealsByID":      {func(r *reader) error { _, err := r.DealsByID(ctx, ids); return err }, []string{"AND id=?"}},
			"contactNumbers": {func(r *reader) error { _, err := r.contactNumbers(ctx, ids); return err }, []string{"AND id=?"}},
			"dealsOfContacts": {func(r *reader) error { _, err := r.dealsOfContacts(ctx, numbers, []crm.ID{"a", "b"}); return err }, []string{
				"deal_contact (account_id=? AND contact_number=? AND stage_id=?)",
			}},
			"Records":          {func(r *reader) error { _, err := r.Records(ctx, connection.ID, numbers); return err }, []string{"bsale_id=?"}},
			"RecordsByDeal":    {func(r *reader) error { _, err := r.RecordsByDeal(ctx, ids); return err }, []string{"deal_id=?"}},
			"RecordsByNumber":  {func(r *reader) error { _, err := r.RecordsByNumber(ctx, connection.ID, texts); return err }, []string{"AND number=?"}},
			"RecordsReferring": {func(r *reader) error { _, err := r.RecordsReferring(ctx, connection.ID, texts); return err }, []string{"AND bsale_id=?", "AND number=?"}},
			"ClientLinks":      {func(r *reader) error { _, err := r.ClientLinks(ctx, connection.ID, numbers); return err }, []string{"AND client_id=?"}},
			"ClientLinksByContact": {func(r *reader) error { _, err := r.ClientLinksByContact(ctx, connection.ID, ids); return err }, []string{
				"client_link_contact (contact_id=?",
			}},
			"identities": {func(r *reader) error { _, err := r.identities(ctx, ids); return err }, []string{"AND contact_id=?"}},
			"DueRecords": {func(r *reader) error {
				_, err := r.DueRecords(ctx, connection.ID, account.CreatedAt, 9)
				return err
			}, []string{"record_due (connection=? AND due_at>? AND due_at<?)"}},
			"Events": {func(r *reader) error { _, err := r.Events(ctx, crm.EntityDeal, "a", "b", 9); return err }, []string{"AND entity_id=?"}},
			"LastDecided": {func(r *reader) error { _, err := r.LastDecided(ctx, connection.ID); return err }, []string{
				"sqlite_autoindex_record_1 (connection=?)",
			}},
		} {
			plan := planOf(t, s, account.ID, c.run)
			for _, want := range c.want {
				if !strings.Contains(plan, want) {
					t.Errorf("%s of %d does not go by %q:\n%s", name, n, want, plan)
				}
			}
			// What is due is little, and is put in order once found; everything else comes in order.
			sorts := strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") && name != "DueRecords"
			if strings.Contains(plan, "SCAN") || sorts {
				t.Errorf("%s of %d reads or sorts everything:\n%s", name, n, plan)
			}
		}
	}
}

// TestNoPageOfAListReadsMoreThanItsBounds looks at how SQLite means to run what makes a page of a list: each statement goes through an index in its order, or looks up
// numbers one by one.
func TestNoPageOfAListReadsMoreThanItsBounds(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "puente.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	account := crm.Account{ID: crm.NewID()}
	field := crm.CustomField{ID: crm.NewID(), Entity: crm.EntityContact, Key: "cf_contact_giro_abcd_text", Type: crm.TypeText, Searchable: true}
	if err := s.CreateAccount(ctx, account, func(tx bridge.Tx) error {
		if err := tx.CreateCustomField(ctx, field); err != nil {
			return err
		}
		return tx.SaveConnection(ctx, bridge.Connection{ID: crm.NewID()})
	}); err != nil {
		t.Fatal(err)
	}
	of := func(entity crm.Entity, name string) crm.Field {
		f, ok := crm.FieldNamed(append(crm.FieldsOf(entity, []crm.CustomField{field}), crm.BoardOrder.Field), name)
		if !ok {
			t.Fatalf("no field %s", name)
		}
		return f
	}
	for _, c := range []struct {
		entity crm.Entity
		sort   string
		where  string // is "x"
		search string
		own    bool
		want   []string
	}{
		{crm.EntityContact, "updated", "", "", false, []string{"contact_updated (account_id=?)"}},
		{crm.EntityContact, "created", "", "", false, []string{"contact_created (account_id=?)"}},
		{crm.EntityContact, "name", "", "", false, []string{"contact_name (account_id=? AND name_key>?)", "contact_name (account_id=? AND name_key=?)"}},
		{crm.EntityContact, "updated", "", "", true, []string{"contact_owner (account_id=? AND owner_id=?)"}},
		{crm.EntityContact, "updated", "", "maria", false, []string{"SEARCH p USING PRIMARY KEY (account_id=? AND list=? AND entry>? AND entry<?)"}},
		{crm.EntityContact, field.Key, "", "", false, []string{"SEARCH p USING PRIMARY KEY (account_id=? AND list=? AND entry>?)"}},
		{crm.EntityContact, "updated", field.Key, "", false, []string{"SEARCH p USING PRIMARY KEY (account_id=? AND list=? AND entry=?)"}},
		{crm.EntityContact, "updated", "email", "", false, []string{"contact_identity_lookup (account_id=? AND kind=? AND normalized=?)"}},
		{crm.EntityDeal, "updated", "", "", false, []string{"deal_updated (account_id=?)"}},
		{crm.EntityDeal, "value", "", "", false, []string{"deal_value (account_id=?)"}},
		{crm.EntityDeal, "stage_entered", "", "", false, []string{"deal_entered (account_id=?)"}},
		{crm.EntityDeal, "rank", "stage", "", false, []string{"deal_board (account_id=? AND stage_id=?)"}},
		{crm.EntityDeal, "rank", "stage", "", true, []string{"deal_board_owner (account_id=? AND stage_id=? AND owner_id=?)"}},
		{crm.EntityDeal, "updated", "", "1234", false, []string{"record_number (connection=? AND number>? AND number<?)"}},
		{crm.EntityDeal, "updated", "contact", "", false, []string{"deal_contact (account_id=? AND contact_number=?)"}},
	} {
		q := crm.Query{Entity: c.entity, Reach: crm.FullReach, Search: c.search, Limit: 50, Order: crm.Order{Field: of(c.entity, c.sort), Descending: true}}
		if c.own {
			q.Reach = crm.Reach{User: "u"}
		}
		if c.where != "" {
			f := of(c.entity, c.where)
			var value any = "x"
			if f.Type == crm.TypeStage || f.Type == crm.TypeContact {
				value = crm.ID("x")
			}
			q.Where = []crm.Condition{{Field: f, Operator: crm.Is, Values: []any{value}}}
		}
		plan := planOf(t, s, account.ID, func(r *reader) error {
			l, err := r.newListing(ctx, q)
			if err != nil {
				return err
			}
			// Each way to make a page, whatever there is.
			for _, run := range []func() error{
				func() error { _, err := l.candidates(ctx, 100_000, 1); return err },
				func() error { _, err := l.fetch(ctx, []int64{1, 2}, false); return err },
				func() error { _, err := l.fetch(ctx, []int64{1, 2}, true); return err },
				func() error { w := l.newWalk(progress{}); _, err := w.read(ctx, 10, 100); return err },
				func() error {
					w := l.newWalk(progress{at: &place{key{text: "m", number: 5}, 5}})
					_, err := w.read(ctx, 10, 100)
					return err
				},
				func() error {
					sieve, ok := l.newSieve(progress{}, narrowed{some: true})
					if !ok {
						return nil
					}
					_, err := sieve.read(ctx, 10)
					return err
				},
			} {
				if err := run(); err != nil {
					return err
				}
			}
			return nil
		})
		for _, want := range c.want {
			if !strings.Contains(plan, want) {
				t.Errorf("%+v does not go by %q:\n%s", c, want, plan)
			}
		}
		scans := strings.Contains(strings.NewReplacer("SCAN n ", "", "SCAN s\n", "", "SCAN (subquery", "").Replace(plan), "SCAN")
		if scans || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
			t.Errorf("%+v reads or sorts everything:\n%s", c, plan)
		}
	}
}

// planOf returns the plans of the last statement, and of those before it, that run makes, by SQLite's EXPLAIN QUERY PLAN.
func planOf(t *testing.T, s *Store, account crm.ID, run func(r *reader) error) string {
	t.Helper()
	var asked []struct {
		text string
		args []any
	}
	s.observe = func(text string, args []any) {
		asked = append(asked, struct {
			text string
			args []any
		}{text, args})
	}
	err := s.View(t.Context(), account, func(r bridge.Reader) error { return run(r.(*reader)) })
	s.observe = nil
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for _, a := range asked {
		if strings.Contains(a.text, "SELECT account_id, number, id FROM connection") || strings.Contains(a.text, "FROM custom_field") {
			continue // small tables
		}
		if err := explain(t.Context(), s.reader, &plan, a.text, a.args); err != nil {
			t.Fatal(err)
		}
	}
	return plan.String()
}

func explain(ctx context.Context, db *sql.DB, to *strings.Builder, text string, args []any) error {
	rows, err := db.QueryContext(ctx, "EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var line string
		if err := rows.Scan(&id, &parent, &unused, &line); err != nil {
			return err
		}
		to.WriteString(line + "\n")
	}
	return rows.Err()
}
