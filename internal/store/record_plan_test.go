package store

import (
	"path/filepath"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// TestRecordListsGoByTheirIndexes looks at how SQLite means to find the records of each kind of list: by a part of an index, and never by all records.
func TestRecordListsGoByTheirIndexes(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "puente.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	account, connection := crm.Account{ID: crm.NewID()}, bridge.Connection{ID: crm.NewID()}
	record := &bridge.Record{ConnectionID: connection.ID, BsaleID: 7, State: bridge.StateSkipped, Reason: bridge.NoClient, ClientID: 3, ClientName: "Ana Soto"}
	if err := s.CreateAccount(ctx, account, func(tx bridge.Tx) error {
		if err := tx.SaveConnection(ctx, connection); err != nil {
			return err
		}
		return tx.SaveRecords(ctx, []*bridge.Record{record}, account.CreatedAt)
	}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		query bridge.RecordQuery
		want  string
	}{
		"newest":    {bridge.RecordQuery{Cursor: ".9"}, "sqlite_autoindex_record_1 (connection=? AND bsale_id<?)"},
		"of a kind": {bridge.RecordQuery{Kind: bridge.KindQuote}, "sqlite_autoindex_record_1 (connection=?)"},
		"days":      {bridge.RecordQuery{EmittedFrom: "2026-01-01"}, "record_emitted (connection=? AND emitted_on>? AND emitted_on<?)"},
		"reason":    {bridge.RecordQuery{Reasons: []bridge.Reason{bridge.NoClient}}, "record_reason (connection=? AND state=? AND reason=?)"},
		"state":     {bridge.RecordQuery{States: []bridge.State{bridge.StateSkipped}, Cursor: ".9"}, "record_reason (connection=? AND state=? AND reason=? AND bsale_id<?)"},
		"number":    {bridge.RecordQuery{Number: "5"}, "record_number (connection=? AND number=?)"},
		"deal":      {bridge.RecordQuery{DealID: "d"}, "record_deal (account_id=? AND deal_id=?)"},
		"contact":   {bridge.RecordQuery{ContactID: "c"}, "record_contact (account_id=? AND contact_id=?)"},
		"client":    {bridge.RecordQuery{ClientID: 3}, "record_client (connection=? AND client_id=?)"},
		"name":      {bridge.RecordQuery{Client: "ana"}, "record_client (connection=? AND client_id=?)"},
	} {
		c.query.Limit = 10
		plan := planOf(t, s, account.ID, func(r *reader) error {
			_, err := r.ListRecords(ctx, connection.ID, c.query)
			return err
		})
		if !strings.Contains(plan, c.want) {
			t.Errorf("%s does not go by %q:\n%s", name, c.want, plan)
		}
		if strings.Contains(plan, "SCAN record") && !strings.Contains(plan, "SCAN record_total") || strings.Contains(plan, "SCAN client_word") {
			t.Errorf("%s reads everything:\n%s", name, plan)
		}
	}
}
