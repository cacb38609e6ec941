package storetest

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// testIsolation asks one account for everything of another, by its ids, through every method there is.
func testIsolation(t *testing.T, f *fixture) {
	other := *f
	other.account, other.user, other.pipeline, other.connection = f.addAccount(t, "Otra empresa")
	now := f.clock.Now()
	c, d, r := other.contact("a@example.invalid"), other.deal(0, 5), other.fullRecord(1)
	d.ContactID, r.DealID = c.ID, d.ID
	link := &bridge.ClientLink{ConnectionID: other.connection.ID, ClientID: 1, ContactID: c.ID}
	request := &bridge.ClientRequest{ConnectionID: other.connection.ID, ContactID: c.ID, State: bridge.ClientRequestPending}
	run := bridge.Run{ID: crm.NewID(), ConnectionID: other.connection.ID, State: bridge.RunActive, StartedAt: now}
	entry := bridge.HistoryEntry{ID: crm.NewID(), ConnectionID: other.connection.ID, BsaleID: 1}
	decisions := []bridge.DecisionCount{{Outcome: bridge.Created, Reason: bridge.DealCreated, Count: 2}}
	field := crm.CustomField{ID: crm.NewID(), Entity: crm.EntityDeal, Key: "k", Name: "n", Searchable: true, Version: 1}
	tag := crm.Tag{ID: crm.NewID(), Name: "t"}
	c.Tags, c.OwnerID, d.OwnerID, d.Custom = []crm.ID{tag.ID}, other.user.ID, other.user.ID, crm.Custom{field.Key: "x"}
	activity := &crm.Activity{ID: crm.NewID(), Title: "t", Status: crm.ActivityPending, DealID: d.ID}
	note := &crm.Note{ID: crm.NewID(), Entity: crm.EntityDeal, EntityID: d.ID, Text: "t", CreatedAt: now}
	other.update(t, func(tx bridge.Tx) error {
		must(t, tx.CreateCustomField(f.ctx, field))
		must(t, tx.CreateTag(f.ctx, tag))
		must(t, tx.SaveActivities(f.ctx, []*crm.Activity{activity}))
		must(t, tx.SaveNotes(f.ctx, []*crm.Note{note}))
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{c}))
		must(t, tx.SaveDeals(f.ctx, []*crm.Deal{d}))
		must(t, tx.AddEvents(f.ctx, []crm.Event{{ID: crm.NewID(), Entity: crm.EntityDeal, EntityID: d.ID}}))
		must(t, tx.AddStageChanges(f.ctx, []crm.StageChange{{DealID: d.ID, ToStageID: d.StageID}}))
		must(t, tx.SaveRecords(f.ctx, []*bridge.Record{r}, now))
		must(t, tx.SaveClientLinks(f.ctx, []*bridge.ClientLink{link}))
		must(t, tx.SaveClientRequests(f.ctx, []*bridge.ClientRequest{request}))
		must(t, tx.SaveRun(f.ctx, run))
		must(t, tx.AddDecisions(f.ctx, other.connection.ID, "2026-03-12", decisions))
		must(t, tx.AddCalls(f.ctx, other.connection.ID, "2026-03-12", 3))
		must(t, tx.(auth.Tx).SavePassword(f.ctx, other.user.ID, auth.Password{Hash: "$a", ChangedAt: now}))
		return tx.AddHistory(f.ctx, []bridge.HistoryEntry{entry})
	})
	later := now.Add(time.Hour)
	connection := other.connection.ID
	lists := everyList(c, d, r, field)
	reads := map[string]func(bridge.Reader) (any, error){
		"Tags":              func(r bridge.Reader) (any, error) { return r.Tags(f.ctx) },
		"ActivitiesByID":    func(r bridge.Reader) (any, error) { return r.ActivitiesByID(f.ctx, []crm.ID{activity.ID}) },
		"ArchivedPipelines": func(r bridge.Reader) (any, error) { return r.ArchivedPipelines(f.ctx) },
		"NotesByID":         func(r bridge.Reader) (any, error) { return r.NotesByID(f.ctx, []crm.ID{note.ID}) },
		"Notes":             func(r bridge.Reader) (any, error) { return r.Notes(f.ctx, crm.EntityDeal, d.ID, time.Time{}, 9) },
		"Activities": func(r bridge.Reader) (any, error) {
			page, err := r.Activities(f.ctx, crm.ActivityQuery{Reach: crm.FullReach, Limit: 9})
			return page.Items, err
		},
		"CountActivities": func(r bridge.Reader) (any, error) {
			n, _, err := r.CountActivities(f.ctx, crm.ActivityQuery{Reach: crm.FullReach}, 0)
			return int64(n), err
		},
		"Account": func(r bridge.Reader) (any, error) { a, err := r.Account(f.ctx); return a.ID == other.account.ID, err },
		"Users": func(r bridge.Reader) (any, error) {
			u, err := r.Users(f.ctx)
			return len(u) != 1 || u[0].ID == other.user.ID, err
		},
		"Pipelines": func(r bridge.Reader) (any, error) {
			p, err := r.Pipelines(f.ctx)
			return len(p) != 1 || p[0].ID == other.pipeline.ID, err
		},
		"CustomFields": func(r bridge.Reader) (any, error) { return r.CustomFields(f.ctx, crm.EntityDeal) },
		"ContactsByID": func(r bridge.Reader) (any, error) { return r.ContactsByID(f.ctx, []crm.ID{c.ID}) },
		"ContactsByIdentity": func(r bridge.Reader) (any, error) {
			return r.ContactsByIdentity(f.ctx, []crm.IdentityKey{c.Identities[0].IdentityKey})
		},
		"DealsByID": func(r bridge.Reader) (any, error) { return r.DealsByID(f.ctx, []crm.ID{d.ID}) },
		"DealsByContact": func(r bridge.Reader) (any, error) {
			return r.DealsByContact(f.ctx, []crm.ID{c.ID}, []crm.ID{d.StageID})
		},
		"Events":       func(r bridge.Reader) (any, error) { return r.Events(f.ctx, crm.EntityDeal, d.ID, "", 9) },
		"StageChanges": func(r bridge.Reader) (any, error) { return r.StageChanges(f.ctx, d.ID) },
		"Connections": func(r bridge.Reader) (any, error) {
			all, err := r.Connections(f.ctx)
			return len(all) != 1 || all[0].ID == connection, err
		},
		"Connection":       func(r bridge.Reader) (any, error) { return r.Connection(f.ctx, connection) },
		"Records":          func(r bridge.Reader) (any, error) { return r.Records(f.ctx, connection, []int64{1}) },
		"RecordsByDeal":    func(r bridge.Reader) (any, error) { return r.RecordsByDeal(f.ctx, []crm.ID{d.ID}) },
		"RecordsByNumber":  func(r bridge.Reader) (any, error) { return r.RecordsByNumber(f.ctx, connection, []string{"1"}) },
		"RecordsReferring": func(r bridge.Reader) (any, error) { return r.RecordsReferring(f.ctx, connection, []string{"1"}) },
		"DueRecords":       func(r bridge.Reader) (any, error) { return r.DueRecords(f.ctx, connection, later, 9) },
		"LastDecided":      func(r bridge.Reader) (any, error) { return r.LastDecided(f.ctx, connection) },
		"RecordsByReason": func(r bridge.Reader) (any, error) {
			return r.RecordsByReason(f.ctx, connection, bridge.StateLinked, "", 0, 9)
		},
		"CountRecords": func(r bridge.Reader) (any, error) { return r.CountRecords(f.ctx, connection) },
		"ListRecords": func(r bridge.Reader) (any, error) {
			page, err := r.ListRecords(f.ctx, connection, bridge.RecordQuery{Limit: 9})
			return page.Items, err
		},
		"CountDecisions": func(r bridge.Reader) (any, error) { return r.CountDecisions(f.ctx, connection, "2026-03-12") },
		"CountCalls": func(r bridge.Reader) (any, error) {
			_, all, err := r.CountCalls(f.ctx, connection, "2026-03-12")
			return all, err
		},
		"ClientRequests": func(r bridge.Reader) (any, error) {
			return r.ClientRequests(f.ctx, connection, bridge.ClientRequestPending, "", 9)
		},
		"ClientRequest":        func(r bridge.Reader) (any, error) { return r.ClientRequest(f.ctx, connection, c.ID) },
		"ClientLinks":          func(r bridge.Reader) (any, error) { return r.ClientLinks(f.ctx, connection, []int64{1}) },
		"ClientLinksByContact": func(r bridge.Reader) (any, error) { return r.ClientLinksByContact(f.ctx, connection, []crm.ID{c.ID}) },
		"Run":                  func(r bridge.Reader) (any, error) { return r.Run(f.ctx, run.ID) },
		"OpenRuns":             func(r bridge.Reader) (any, error) { return r.OpenRuns(f.ctx, connection) },
		"LeaseHolder":          func(r bridge.Reader) (any, error) { return r.LeaseHolder(f.ctx, connection) },
		"Runs":                 func(r bridge.Reader) (any, error) { return r.Runs(f.ctx, connection, "", 9) },
		"History":              func(r bridge.Reader) (any, error) { return r.History(f.ctx, connection, 0, 9) },
		"DueClientRequests":    func(r bridge.Reader) (any, error) { return r.DueClientRequests(f.ctx, connection, later, 9) },
		"ListContacts": func(r bridge.Reader) (any, error) {
			return foundOf(lists, func(q crm.Query) ([]*crm.Contact, error) {
				page, err := r.ListContacts(f.ctx, q)
				return page.Items, err
			})
		},
		"ListDeals": func(r bridge.Reader) (any, error) {
			return foundOf(lists, func(q crm.Query) ([]*crm.Deal, error) {
				page, err := r.ListDeals(f.ctx, q)
				return page.Items, err
			})
		},
		"SkipContacts": func(r bridge.Reader) (any, error) {
			page, err := r.SkipContacts(f.ctx, crm.Query{Reach: crm.FullReach, Limit: 9}, 0)
			return page.Items, err
		},
		"SkipDeals": func(r bridge.Reader) (any, error) {
			page, err := r.SkipDeals(f.ctx, crm.Query{Reach: crm.FullReach, Limit: 9}, 0)
			return page.Items, err
		},
		"Count": func(r bridge.Reader) (any, error) {
			n, _, err := r.Count(f.ctx, crm.Query{Entity: crm.EntityDeal, Reach: crm.FullReach}, 0)
			return int64(n), err
		},
		"StageTotals": func(r bridge.Reader) (any, error) { return r.StageTotals(f.ctx) },
		"SumByStage": func(r bridge.Reader) (any, error) {
			return foundOf(lists, func(q crm.Query) ([]crm.StageTotal, error) {
				totals, _, err := r.SumByStage(f.ctx, q, 0)
				return totals, err
			})
		},
		"CountStored": func(r bridge.Reader) (any, error) {
			n, err := r.CountStored(f.ctx, crm.EntityContact)
			return int64(n), err
		},
		"PasswordHolders": func(r bridge.Reader) (any, error) {
			holders, err := r.PasswordHolders(f.ctx)
			return len(holders) > 0, err
		},
		"CountDetails": func(r bridge.Reader) (any, error) {
			n, err := r.CountDetails(f.ctx, crm.EntityContact, crm.FieldCity)
			return int64(n), err
		},
		"CountValues": func(r bridge.Reader) (any, error) {
			n, err := r.CountValues(f.ctx, field)
			return int64(n), err
		},
		"EachValue": func(r bridge.Reader) (any, error) {
			var values []any
			err := r.EachValue(f.ctx, field, func(_ crm.ID, v any) error {
				values = append(values, v)
				return nil
			})
			return values, err
		},
		"OwnedBy": func(r bridge.Reader) (any, error) {
			contacts, deals, activities, err := r.OwnedBy(f.ctx, other.user.ID)
			return int64(contacts + deals + activities), err
		},
		"StageVersions": func(r bridge.Reader) (any, error) {
			versions, err := r.StageVersions(f.ctx)
			_, known := versions[other.pipeline.Stages[0].ID]
			return known || len(versions) != len(f.pipeline.Stages), err
		},
		"Board": func(r bridge.Reader) (any, error) {
			b, err := r.Board(f.ctx, 9)
			return slices.ContainsFunc(b, func(s bridge.BoardStage) bool { return s.Count > 0 }) || len(b) != len(f.pipeline.Stages), err
		},
	}
	writes := map[string]func(bridge.Tx) error{
		"CreateUser":        nil, // these make something of one's own, whatever its id is in another account
		"CreatePipeline":    nil,
		"CreateCustomField": nil,
		"AddStageChanges":   nil,
		"AddEvents":         nil,
		"CreateTag":         nil,
		"UpdateAccount":     func(tx bridge.Tx) error { return tx.UpdateAccount(f.ctx, other.account) },
		"UpdatePipeline":    func(tx bridge.Tx) error { return tx.UpdatePipeline(f.ctx, other.pipeline) },
		"UpdateCustomField": func(tx bridge.Tx) error { return tx.UpdateCustomField(f.ctx, field) },
		"RankDeal":          func(tx bridge.Tx) error { return tx.RankDeal(f.ctx, d.ID, "") },
		"RewriteValues": func(tx bridge.Tx) error {
			_, err := tx.RewriteValues(f.ctx, field, func(crm.ID, any) (any, error) { return nil, nil })
			return err
		},
		"UpdateTag":       func(tx bridge.Tx) error { return tx.UpdateTag(f.ctx, tag) },
		"DeleteTag":       func(tx bridge.Tx) error { return tx.DeleteTag(f.ctx, tag.ID) },
		"SaveActivities":  func(tx bridge.Tx) error { return tx.SaveActivities(f.ctx, []*crm.Activity{activity}) },
		"SaveNotes":       func(tx bridge.Tx) error { return tx.SaveNotes(f.ctx, []*crm.Note{note}) },
		"UpdateUser":      func(tx bridge.Tx) error { return tx.UpdateUser(f.ctx, other.user) },
		"SaveContacts":    func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{c}) },
		"SaveDeals":       func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{d}) },
		"SaveConnection":  func(tx bridge.Tx) error { return tx.SaveConnection(f.ctx, other.connection) },
		"SaveRecords":     func(tx bridge.Tx) error { return tx.SaveRecords(f.ctx, []*bridge.Record{r}, later) },
		"SaveClientLinks": func(tx bridge.Tx) error { return tx.SaveClientLinks(f.ctx, []*bridge.ClientLink{link}) },
		"SaveRun":         func(tx bridge.Tx) error { return tx.SaveRun(f.ctx, run) },
		"AddHistory":      func(tx bridge.Tx) error { return tx.AddHistory(f.ctx, []bridge.HistoryEntry{entry}) },
		"AddDecisions":    func(tx bridge.Tx) error { return tx.AddDecisions(f.ctx, connection, "2026-03-12", decisions) },
		"AddCalls":        func(tx bridge.Tx) error { return tx.AddCalls(f.ctx, connection, "2026-03-12", 5) },
		"Wake": func(tx bridge.Tx) error {
			return tx.Wake(f.ctx, connection, func(context.Context, any, bridge.ConnectionRef) error { return nil })
		},
		"SaveClientRequests": func(tx bridge.Tx) error {
			return tx.SaveClientRequests(f.ctx, []*bridge.ClientRequest{request})
		},
	}
	for m := range reflect.TypeFor[bridge.Tx]().Methods() {
		_, reads := reads[m.Name]
		_, writes := writes[m.Name]
		if reads == writes {
			t.Errorf("%s is not tried", m.Name)
		}
	}
	before := snapshot(t, &other)
	for name, read := range reads {
		must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
			got, err := read(r)
			switch v := reflect.ValueOf(got); {
			case crm.CodeOf(err) == crm.NotFound:
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case v.Kind() == reflect.Bool && v.Bool(), v.Kind() == reflect.Int64 && v.Int() != 0, v.Kind() == reflect.String && v.String() != "", v.Kind() == reflect.Slice && v.Len() > 0:
				t.Errorf("%s reached another account's", name)
			}
			return nil
		}))
	}
	for name, write := range writes {
		if write == nil {
			continue
		}
		err := f.Update(f.ctx, f.account.ID, write)
		if code := crm.CodeOf(err); code != crm.NotFound && code != crm.Conflict && code != crm.Invalid {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
	// What is new here may have the id of something there.
	twin, twinUser, twinConnection := c.Clone(), other.user, other.connection
	twin.Version, twin.FirstName, twin.Tags = 0, "Gemela", nil
	twinConnection.AccountID, twinConnection.Hook = f.account.ID, "gemela"
	twinUser.Email = "gemela@quillay.example"
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.CreateUser(f.ctx, twinUser))
		must(t, tx.SaveConnection(f.ctx, twinConnection))
		must(t, tx.SaveRecords(f.ctx, []*bridge.Record{{ConnectionID: connection, BsaleID: 1}}, later))
		return tx.SaveContacts(f.ctx, []*crm.Contact{twin})
	})
	same(t, "the other account", snapshot(t, &other), before)

	// A connection is found with its own account only.
	mixed := bridge.ConnectionRef{AccountID: f.account.ID, ConnectionID: f.connection.ID}
	mixed.AccountID = other.account.ID
	_, _, err := f.Acquire(f.ctx, mixed, "h", now, later, nil)
	mustFail(t, err, crm.NotFound, "connection_not_found")
}

// snapshot is what an account holds, as far as the tests above might have changed it.
func snapshot(t *testing.T, f *fixture) []any {
	t.Helper()
	var all []any
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		add := func(v any, err error) {
			must(t, err)
			all = append(all, v)
		}
		users, err := r.Users(f.ctx)
		add(users, err)
		connections, err := r.Connections(f.ctx)
		add(connections, err)
		board, err := r.Board(f.ctx, 9)
		add(board, err)
		records, err := r.Records(f.ctx, f.connection.ID, []int64{1})
		add(records, err)
		for _, b := range board {
			for _, c := range b.Latest {
				contacts, err := r.ContactsByID(f.ctx, []crm.ID{c.Deal.ContactID})
				add(contacts, err)
			}
		}
		runs, err := r.Runs(f.ctx, f.connection.ID, "", 9)
		add(runs, err)
		history, err := r.History(f.ctx, f.connection.ID, 0, 9)
		add(history, err)
		return nil
	}))
	return all
}
