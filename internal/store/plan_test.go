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
			"DealsByID": {func(r *reader) error { _, err := r.DealsByID(ctx, ids); return err }, []string{"AND id=?"}},
			"DealsByContact": {func(r *reader) error { _, err := r.DealsByContact(ctx, ids, []crm.ID{"a", "b"}); return err }, []string{
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
			"Events": {func(r *reader) error { _, err := r.Events(ctx, crm.EntityDeal, "a", 9); return err }, []string{"AND entity_id=?"}},
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
		if strings.Contains(a.text, "SELECT account_id, number, id FROM connection") {
			continue // a small table
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
