package store

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// TestListsOfActivitiesGoByAnIndex looks at how SQLite means to run them: along the index that has the list's order, whatever else is asked.
func TestListsOfActivitiesGoByAnIndex(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "puente.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	account := crm.Account{ID: crm.NewID()}
	if err := s.CreateAccount(ctx, account, func(bridge.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	seller := crm.Reach{User: "u"}
	for want, q := range map[string]crm.ActivityQuery{
		"activity_due (account_id=? AND (due_by,id)>(?,?))":                       {Reach: crm.FullReach},
		"activity_due (account_id=? AND (due_by,id)>(?,?) AND due_by<?)":          {Reach: seller, DueBefore: now},
		"activity_pending (account_id=? AND (due_by,id)>(?,?))":                   {Reach: seller, Status: crm.ActivityPending},
		"activity_owner (account_id=? AND owner_id=? AND (due_by,id)>(?,?))":      {Reach: seller, Owner: "u", Status: crm.ActivityCompleted},
		"activity_pending_owner (account_id=? AND owner_id=? AND (due_by,id)>":    {Reach: seller, Owner: "u", Status: crm.ActivityPending},
		"activity_pending_owner (account_id=? AND owner_id=? AND (due_by,id)>(?,": {Reach: crm.FullReach, Unassigned: true, Status: crm.ActivityPending},
		"activity_contact (account_id=? AND contact_id=? AND (due_by,id)>(?,?))":  {Reach: seller, Contact: "c", Status: crm.ActivityPending, Owner: "u"},
		"activity_deal (account_id=? AND deal_id=? AND (due_by,id)>(?,?))":        {Reach: seller, Contact: "c", Deal: "d"},
		"activity_updated (account_id=? AND (updated_at,id)>(?,?))":               {Reach: seller, Since: now, Owner: "u", Deal: "d", DueBefore: now},
	} {
		q.Limit = 50
		for name, run := range map[string]func(r *reader) error{
			"list":  func(r *reader) error { _, err := r.Activities(ctx, q); return err },
			"pages": func(r *reader) error { p := q; p.Skip = 10; _, err := r.Activities(ctx, p); return err },
		} {
			plan := planOf(t, s, account.ID, run)
			if !strings.Contains(plan, want) || strings.Contains(plan, "SCAN activity") || strings.Contains(plan, "SCAN a") || strings.Contains(plan, "SCAN r") {
				t.Errorf("%s of %+v does not go by %q:\n%s", name, q, want, plan)
			}
			if name == "list" && strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s of %+v is sorted:\n%s", name, q, plan)
			}
		}
	}
	plan := planOf(t, s, account.ID, func(r *reader) error { _, err := r.Notes(ctx, crm.EntityDeal, "d", time.Time{}, 9); return err })
	if !strings.Contains(plan, "note_entity (account_id=? AND entity=? AND entity_id=? AND created_at<?)") || strings.Contains(plan, "TEMP B-TREE") {
		t.Errorf("notes:\n%s", plan)
	}
}
