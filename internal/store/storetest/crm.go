package storetest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func asError(err error) (*crm.Error, bool) {
	var e *crm.Error
	ok := errors.As(err, &e)
	return e, ok
}

func origins(f *fixture) crm.Origins {
	return crm.Origins{
		crm.FieldFirstName: {Actor: crm.Actor{Kind: crm.ActorApp, ID: f.connection.ID}, At: 1773327845123456, Document: `Boleta "1234"`},
		"cf_contact_x":     {Actor: crm.Actor{Kind: crm.ActorSystem}, At: 0},
	}
}

func testContacts(t *testing.T, f *fixture) {
	full := f.contact("valentina.aros@example.invalid")
	full.LastName, full.Company, full.OwnerID, full.Source = "Aros", "Ñandú & Cía. <SpA>", f.user.ID, "Bsale"
	full.Identities = append(full.Identities, identity(crm.IdentityEmail, "otra@example.invalid", false),
		identity(crm.IdentityPhone, "+56911112222", true), identity(crm.IdentityTaxID, "22222222-2", true))
	full.Custom = crm.Custom{"t": "línea 1\nlínea \"2\"\t\\", "n": json.Number("9007199254740993"), "d": json.Number("1234567890123456789.10"), "e": ""}
	full.Origins = origins(f)
	bare := &crm.Contact{ID: crm.NewID()}
	emptied := &crm.Contact{ID: crm.NewID(), Custom: crm.Custom{}, Origins: crm.Origins{}}
	all := []*crm.Contact{full, bare, emptied}
	read := func() []*crm.Contact {
		return view(t, f, func(r bridge.Reader) ([]*crm.Contact, error) {
			return r.ContactsByID(f.ctx, []crm.ID{emptied.ID, full.ID, crm.NewID(), bare.ID, full.ID})
		})
	}
	f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, all) })
	same(t, "contacts", read(), all)
	if full.Version != 1 {
		t.Errorf("version after the first save is %d, want 1", full.Version)
	}

	full.Identities = full.Identities[1:]
	full.Identities[0].Primary = true
	full.OwnerID, full.Custom, full.Origins = "", nil, nil
	full.UpdatedAt, full.DeletedAt = f.clock.Now(), f.clock.Now()
	bare.Identities = []crm.Identity{identity(crm.IdentityPhone, "+51911112222", true)}
	emptied.FirstName = "con nombre" // and its identities stay as they are: none
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, all))
		inside, err := tx.ContactsByID(f.ctx, ids(all, contactID))
		must(t, err)
		same(t, "contacts inside the transaction", inside, all)
		return nil
	})
	same(t, "contacts after an update", read(), all)
	if full.Version != 2 {
		t.Errorf("version after the second save is %d, want 2", full.Version)
	}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, nil))
		none, err := tx.ContactsByID(f.ctx, nil)
		same(t, "contacts of no ids", none, []*crm.Contact(nil))
		return err
	})
}

func testContactsByIdentity(t *testing.T, f *fixture) {
	one, two, gone := f.contact("a@example.invalid"), f.contact("b@example.invalid"), f.contact("a@example.invalid")
	shared := identity(crm.IdentityPhone, "+56911112222", true)
	one.Identities, two.Identities = append(one.Identities, shared), append(two.Identities, shared)
	gone.DeletedAt = f.clock.Now()
	f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{one, two, gone}) })
	find := func(keys ...crm.IdentityKey) []*crm.Contact {
		return view(t, f, func(r bridge.Reader) ([]*crm.Contact, error) { return r.ContactsByIdentity(f.ctx, keys) })
	}
	email := crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: "a@example.invalid"}
	same(t, "by e-mail", find(email), []*crm.Contact{one})
	same(t, "by phone and e-mail", find(shared.IdentityKey, email, email), []*crm.Contact{one, two})
	same(t, "by another kind", find(crm.IdentityKey{Kind: crm.IdentityTaxID, Normalized: email.Normalized}), []*crm.Contact(nil), noneIsEmpty)
	same(t, "by nothing", find(), []*crm.Contact(nil), noneIsEmpty)

	two.Identities = nil
	f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{two}) })
	same(t, "by a phone that one has no more", find(shared.IdentityKey), []*crm.Contact{one})
}

func testVersions(t *testing.T, f *fixture) {
	c, d := f.contact("a@example.invalid"), f.deal(0, 1)
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{c}))
		return tx.SaveDeals(f.ctx, []*crm.Deal{d})
	})
	oldContact, oldDeal := c.Clone(), d.Clone()
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{c, c})) // twice the same is twice a save
		return tx.SaveDeals(f.ctx, []*crm.Deal{d})
	})
	if c.Version != 3 || d.Version != 2 {
		t.Errorf("versions are %d and %d, want 3 and 2", c.Version, d.Version)
	}
	newContact, newDeal := c.Clone(), d.Clone()
	newContact.Version, newDeal.Version = 0, 0
	unknownContact, unknownDeal := f.contact("b@example.invalid"), f.deal(0, 1)
	unknownContact.Version, unknownDeal.Version = 1, 1
	fresh := f.contact("c@example.invalid")
	for name, list := range map[string][]*crm.Contact{"old": {fresh, oldContact}, "not new": {newContact}, "not there": {unknownContact}} {
		before := list[len(list)-1].Version
		err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, list) })
		mustFail(t, err, crm.Conflict, "stale")
		if list[len(list)-1].Version != before || fresh.Version != 0 {
			t.Errorf("%s: a refused save changed a version", name)
		}
	}
	for name, stale := range map[string]*crm.Deal{"old": oldDeal, "not new": newDeal, "not there": unknownDeal} {
		before := stale.Version
		err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{stale}) })
		mustFail(t, err, crm.Conflict, "stale")
		if stale.Version != before {
			t.Errorf("%s: a refused save changed the version", name)
		}
	}
	// Two of one transaction that do not know of each other.
	twin := c.Clone()
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{c, twin}) }), crm.Conflict, "stale")
	if c.Version != 3 {
		t.Errorf("version is %d after a refused save, want 3", c.Version)
	}
}

func testRollback(t *testing.T, f *fixture) {
	c, d := f.contact("a@example.invalid"), f.deal(0, 100)
	because := errors.New("because")
	work := func(tx bridge.Tx) {
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{c}))
		must(t, tx.SaveDeals(f.ctx, []*crm.Deal{d}))
		must(t, tx.SaveRecords(f.ctx, []*bridge.Record{f.record(1)}, f.clock.Now()))
	}
	if err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { work(tx); return because }); !errors.Is(err, because) {
		t.Fatalf("got %v, want the error of the function", err)
	}
	func() {
		defer func() {
			if recover() != because {
				t.Error("a panic did not come through")
			}
		}()
		_ = f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { work(tx); panic(because) })
	}()
	if c.Version != 0 || d.Version != 0 {
		t.Errorf("versions are %d and %d, want 0", c.Version, d.Version)
	}
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		contacts, err := r.ContactsByID(f.ctx, []crm.ID{c.ID})
		must(t, err)
		same(t, "contacts", contacts, []*crm.Contact(nil), noneIsEmpty)
		records, err := r.Records(f.ctx, f.connection.ID, []int64{1})
		must(t, err)
		same(t, "records", records, []*bridge.Record(nil), noneIsEmpty)
		board, err := r.Board(f.ctx, 5)
		must(t, err)
		if board[0].Count != 0 || board[0].Sum != 0 {
			t.Errorf("the board counts a deal that was never made: %+v", board[0])
		}
		return nil
	}))
	f.update(t, func(tx bridge.Tx) error { work(tx); return nil })
}

func testDeals(t *testing.T, f *fixture) {
	c := f.contact("a@example.invalid")
	full, bare := f.deal(1, -1234567890123), f.deal(0, 0)
	full.ContactID, full.OwnerID = c.ID, f.user.ID
	full.Custom, full.Origins = crm.Custom{"n": json.Number("-0.5")}, origins(f)
	bare.Name, bare.StageEnteredAt, bare.Value = "", time.Time{}, crm.Money{}
	bare.CreatedAt, bare.UpdatedAt, bare.Custom, bare.Origins = time.Time{}, time.Time{}, nil, crm.Origins{}
	all := []*crm.Deal{full, bare}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{c}))
		return tx.SaveDeals(f.ctx, all)
	})
	read := func() []*crm.Deal {
		return view(t, f, func(r bridge.Reader) ([]*crm.Deal, error) {
			return r.DealsByID(f.ctx, []crm.ID{bare.ID, crm.NewID(), full.ID})
		})
	}
	same(t, "deals", read(), all)
	full.ContactID, full.OwnerID, full.StageID, full.DeletedAt = "", "", f.pipeline.Stages[3].ID, f.clock.Now()
	bare.Name, bare.Value = "Cotización", crm.Money{Minor: 5, Currency: "USD"}
	f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, all) })
	same(t, "deals after an update", read(), all)
}

func testDealsByContact(t *testing.T, f *fixture) {
	one, two := f.contact("a@example.invalid"), f.contact("b@example.invalid")
	var deals []*crm.Deal
	for i, contact := range []crm.ID{one.ID, one.ID, two.ID, two.ID, "", one.ID} {
		d := f.deal(i%2, 1)
		d.ContactID = contact
		deals = append(deals, d)
	}
	deals[5].DeletedAt = f.clock.Now()
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{one, two}))
		return tx.SaveDeals(f.ctx, deals)
	})
	stage := func(i int) crm.ID { return f.pipeline.Stages[i].ID }
	for _, c := range []struct {
		name             string
		contacts, stages []crm.ID
		want             []*crm.Deal
	}{
		{"one contact, one stage", []crm.ID{one.ID}, []crm.ID{stage(0)}, deals[:1]},
		{"two contacts, both stages", []crm.ID{two.ID, one.ID, one.ID}, []crm.ID{stage(1), stage(0)}, deals[:4]},
		{"another stage", []crm.ID{one.ID}, []crm.ID{stage(4)}, nil},
		{"no stage", []crm.ID{one.ID}, nil, nil},
		{"no contact", nil, []crm.ID{stage(0)}, nil},
		{"the contact that is none", []crm.ID{""}, []crm.ID{stage(0)}, nil},
	} {
		got := view(t, f, func(r bridge.Reader) ([]*crm.Deal, error) { return r.DealsByContact(f.ctx, c.contacts, c.stages) })
		same(t, c.name, got, c.want, noneIsEmpty)
	}
}

func testReferences(t *testing.T, f *fixture) {
	_, stranger, other, _ := f.addAccount(t, "Otra empresa")
	for name, break_ := range map[string]func(*crm.Deal){
		"contact":                    func(d *crm.Deal) { d.ContactID = crm.NewID() },
		"owner":                      func(d *crm.Deal) { d.OwnerID = crm.NewID() },
		"owner of another account":   func(d *crm.Deal) { d.OwnerID = stranger.ID },
		"stage":                      func(d *crm.Deal) { d.StageID = crm.NewID() },
		"no stage":                   func(d *crm.Deal) { d.StageID = "" },
		"pipeline":                   func(d *crm.Deal) { d.PipelineID = crm.NewID() },
		"stage of another account":   func(d *crm.Deal) { d.PipelineID, d.StageID = other.ID, other.Stages[0].ID },
		"stage of another pipeline":  func(d *crm.Deal) { d.PipelineID = other.ID },
		"contact of another account": func(d *crm.Deal) { d.ContactID = stranger.ID },
	} {
		d := f.deal(0, 1)
		break_(d)
		err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{d}) })
		if e, ok := asError(err); !ok || e.Key != "reference_unknown" || e.Code != crm.Invalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
	c := f.contact("a@example.invalid")
	c.OwnerID = stranger.ID
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{c}) }), crm.Invalid, "reference_unknown")
}

func testTimelines(t *testing.T, f *fixture) {
	deal, contact := crm.NewID(), crm.NewID()
	at := f.clock.Now()
	app := crm.Actor{Kind: crm.ActorApp, ID: f.connection.ID}
	event := func(entity crm.Entity, id crm.ID, at time.Time, changes []crm.Change) crm.Event {
		return crm.Event{ID: crm.NewID(), Entity: entity, EntityID: id, Type: crm.EventChanged, At: at, Actor: app, Document: "Boleta 1", Changes: changes}
	}
	events := []crm.Event{
		event(crm.EntityDeal, deal, at.Add(2*time.Second), nil),
		event(crm.EntityDeal, deal, at, []crm.Change{{Field: "name", Old: "a", New: `b"`}, {Field: "cf", New: json.Number("1.50")}, {Field: "x"}}),
		event(crm.EntityDeal, deal, at, []crm.Change{}),
		event(crm.EntityContact, contact, at, []crm.Change{{Field: "owner", Old: nil, New: true}}),
		event(crm.EntityContact, deal, at, nil), // the same id, of something else
	}
	events[3].Actor, events[3].Document = crm.Actor{Kind: crm.ActorSystem}, ""
	changes := []crm.StageChange{
		{DealID: deal, FromStageID: "b", ToStageID: "c", At: at.Add(time.Second), Stood: time.Second, Actor: app},
		{DealID: deal, ToStageID: "a", At: at, Actor: crm.Actor{Kind: crm.ActorUser, ID: f.user.ID}},
		{DealID: deal, FromStageID: "a", ToStageID: "b", At: at, Stood: 1, Actor: app},
		{DealID: contact, ToStageID: "a", At: at, Actor: app},
	}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.AddEvents(f.ctx, nil))
		must(t, tx.AddEvents(f.ctx, events))
		must(t, tx.AddStageChanges(f.ctx, nil))
		return tx.AddStageChanges(f.ctx, changes)
	})
	older := func(e crm.Entity, id, before crm.ID, limit int) []crm.Event {
		return view(t, f, func(r bridge.Reader) ([]crm.Event, error) { return r.Events(f.ctx, e, id, before, limit) })
	}
	timeline := func(e crm.Entity, id crm.ID, limit int) []crm.Event { return older(e, id, "", limit) }
	same(t, "timeline of a deal", timeline(crm.EntityDeal, deal, 10), []crm.Event{events[0], events[2], events[1]})
	same(t, "its newest two", timeline(crm.EntityDeal, deal, 2), []crm.Event{events[0], events[2]})
	same(t, "what is older than the newest", older(crm.EntityDeal, deal, events[0].ID, 1), []crm.Event{events[2]})
	same(t, "what is older than one of the same instant", older(crm.EntityDeal, deal, events[2].ID, 10), []crm.Event{events[1]})
	same(t, "what is older than the oldest", older(crm.EntityDeal, deal, events[1].ID, 10), []crm.Event(nil))
	same(t, "what is older than an entry of something else", older(crm.EntityDeal, deal, events[3].ID, 10), []crm.Event(nil))
	same(t, "timeline of a contact", timeline(crm.EntityContact, contact, 10), events[3:4])
	moves := view(t, f, func(r bridge.Reader) ([]crm.StageChange, error) { return r.StageChanges(f.ctx, deal) })
	same(t, "moves", moves, []crm.StageChange{changes[1], changes[2], changes[0]})
}
