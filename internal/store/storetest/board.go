package storetest

import (
	"math/rand/v2"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func testBoard(t *testing.T, f *fixture) {
	person, company := f.contact("a@example.invalid"), f.contact("b@example.invalid")
	person.LastName, company.Company = "Aros", "Quillay SpA"
	gone := f.contact("c@example.invalid")
	gone.DeletedAt = f.clock.Now()
	foreign := f.deal(1, 7)
	foreign.Value.Currency = "USD"
	var deals []*crm.Deal
	for i, contact := range []crm.ID{person.ID, company.ID, "", gone.ID} {
		d := f.deal(1, int64(100*(i+1)))
		d.ContactID = contact
		deals = append(deals, d)
	}
	deals[1].OwnerID = f.user.ID
	elsewhere, deleted := f.deal(3, 9), f.deal(1, 11)
	deleted.DeletedAt = f.clock.Now()
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{person, company, gone}))
		return tx.SaveDeals(f.ctx, append([]*crm.Deal{foreign, elsewhere, deleted}, deals...))
	})
	want := make([]bridge.BoardStage, len(f.pipeline.Stages))
	for i, s := range f.pipeline.Stages {
		want[i] = bridge.BoardStage{Pipeline: f.pipeline.Name, Stage: s}
	}
	want[1].Count, want[1].Sum = 5, 1000 // not the dollars
	want[1].Latest = []bridge.BoardDeal{
		{Deal: *deals[3]}, // the last to enter
		{Deal: *deals[2]},
		{Deal: *deals[1], ContactName: company.Name(), OwnerEmail: f.user.Email},
		{Deal: *deals[0], ContactName: person.Name()},
	}
	want[3].Count, want[3].Sum, want[3].Latest = 1, 9, []bridge.BoardDeal{{Deal: *elsewhere}}
	same(t, "board", view(t, f, func(r bridge.Reader) ([]bridge.BoardStage, error) { return r.Board(f.ctx, 4) }), want)
	want[1].Latest, want[3].Latest = nil, nil
	same(t, "board without cards", view(t, f, func(r bridge.Reader) ([]bridge.BoardStage, error) { return r.Board(f.ctx, 0) }), want)
}

func testBoardTotals(t *testing.T, f *fixture) {
	random := rand.New(rand.NewPCG(1, 2))
	var deals []*crm.Deal
	for range 60 {
		var batch []*crm.Deal
		for range 1 + random.IntN(4) {
			if len(deals) == 0 || random.IntN(3) == 0 {
				deals = append(deals, f.deal(0, 0))
			}
			d := deals[random.IntN(len(deals))]
			d.StageID = f.pipeline.Stages[random.IntN(3)].ID
			d.Value = crm.Money{Minor: random.Int64N(1000) - 300, Currency: []string{f.account.Currency, "USD"}[random.IntN(2)]}
			d.DeletedAt = crm.NewDeal(f.clock.Now()).DeletedAt
			if random.IntN(4) == 0 {
				d.DeletedAt = f.clock.Now()
			}
			batch = append(batch, d)
		}
		err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
			must(t, tx.SaveDeals(f.ctx, batch[:1]))
			return tx.SaveDeals(f.ctx, batch)
		})
		must(t, err)
	}
	type total struct {
		Count int
		Sum   int64
	}
	want, got := map[crm.ID]total{}, map[crm.ID]total{}
	for _, d := range deals {
		if d.Version == 0 || d.Gone() {
			continue
		}
		n := want[d.StageID]
		n.Count++
		if d.Value.Currency == f.account.Currency {
			n.Sum += d.Value.Minor
		}
		want[d.StageID] = n
	}
	for _, b := range view(t, f, func(r bridge.Reader) ([]bridge.BoardStage, error) { return r.Board(f.ctx, 0) }) {
		if b.Count != 0 || b.Sum != 0 {
			got[b.Stage.ID] = total{b.Count, b.Sum}
		}
	}
	same(t, "totals", got, want)
}

// testStageVersions changes deals in each way that the board shows, and in ways that it does not.
func testStageVersions(t *testing.T, f *fixture) {
	first, second, third := f.pipeline.Stages[0].ID, f.pipeline.Stages[1].ID, f.pipeline.Stages[2].ID
	versions := func() map[crm.ID]int64 {
		return view(t, f, func(r bridge.Reader) (map[crm.ID]int64, error) { return r.StageVersions(f.ctx) })
	}
	before := versions()
	if len(before) != len(f.pipeline.Stages) {
		t.Fatalf("%d stages, want %d", len(before), len(f.pipeline.Stages))
	}
	a, b := f.deal(0, 100), f.deal(0, 200)
	for _, step := range []struct {
		what    string
		change  func(tx bridge.Tx) error
		changed []crm.ID
	}{
		{"made", func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{a, b}) }, []crm.ID{first}},
		{"renamed", func(tx bridge.Tx) error { a.Name = "Otra"; return tx.SaveDeals(f.ctx, []*crm.Deal{a}) }, []crm.ID{first}},
		{"moved", func(tx bridge.Tx) error { a.StageID = second; return tx.SaveDeals(f.ctx, []*crm.Deal{a}) }, []crm.ID{first, second}},
		{"moved too", func(tx bridge.Tx) error { b.StageID = second; return tx.SaveDeals(f.ctx, []*crm.Deal{b}) }, []crm.ID{first, second}},
		{"put below", func(tx bridge.Tx) error { return tx.RankDeal(f.ctx, b.ID, a.ID) }, []crm.ID{second}},
		{"put on top", func(tx bridge.Tx) error { return tx.RankDeal(f.ctx, b.ID, "") }, []crm.ID{second}},
		{"where it is", func(tx bridge.Tx) error { return tx.RankDeal(f.ctx, b.ID, "") }, nil},
		{"deleted", func(tx bridge.Tx) error { a.DeletedAt = f.clock.Now(); return tx.SaveDeals(f.ctx, []*crm.Deal{a}) }, []crm.ID{second}},
		{"changed while deleted", func(tx bridge.Tx) error { a.Name = "Nadie la ve"; return tx.SaveDeals(f.ctx, []*crm.Deal{a}) }, nil},
		{"a contact", func(tx bridge.Tx) error {
			return tx.SaveContacts(f.ctx, []*crm.Contact{f.contact("a@example.invalid")})
		}, nil},
		{"restored elsewhere", func(tx bridge.Tx) error {
			a.DeletedAt, a.StageID = crm.NewDeal(f.clock.Now()).DeletedAt, third
			return tx.SaveDeals(f.ctx, []*crm.Deal{a})
		}, []crm.ID{third}},
		{"the stages", func(tx bridge.Tx) error {
			f.pipeline.Stages[0].Name = "Primera"
			return tx.UpdatePipeline(f.ctx, f.pipeline)
		}, nil},
	} {
		f.update(t, step.change)
		now := versions()
		var changed []crm.ID
		for _, s := range f.pipeline.Stages {
			if now[s.ID] < before[s.ID] {
				t.Errorf("%s: the version of %s went back", step.what, s.Name)
			}
			if now[s.ID] != before[s.ID] {
				changed = append(changed, s.ID)
			}
		}
		same(t, step.what, changed, step.changed)
		before = now
	}
}
