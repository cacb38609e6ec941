package bridge_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

// around reads what rules are checked against.
func (s *shop) around() bridge.Surroundings {
	s.t.Helper()
	var around bridge.Surroundings
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) (err error) {
		around, err = bridge.ReadSurroundings(context.Background(), r)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return around
}

func stageNamed(t *testing.T, p crm.Pipeline, name string) crm.Stage {
	t.Helper()
	at := slices.IndexFunc(p.Stages, func(s crm.Stage) bool { return s.Name == name })
	if at < 0 {
		t.Fatalf("no stage %q", name)
	}
	return p.Stages[at]
}

func TestWhatRulesNameIsSaidBeforeItGoes(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 3, Documents: 10}, nil)
	around := s.around()
	rules := bridge.DefaultRules(crm.Spanish)
	rules.Owner.Fallback = around.Users[0].Email
	if _, err := s.engine.Connect(ctx, s.ref.AccountID, bridge.ConnectionSettings{Rules: &rules}); err != nil {
		t.Fatal(err)
	}
	pipeline := around.Pipelines[0]
	for _, c := range []struct {
		what  string
		keys  []string
		name  string
		rules string
	}{
		{"a stage", []string{string(stageNamed(t, pipeline, "Cotizado").ID)}, "Cotizado", "update.from_stage, per_kind.quote.to_stage, per_kind.quote.create_stage"},
		{"a stage of one kind", []string{string(stageNamed(t, pipeline, "Nuevo").ID)}, "Nuevo", "create.stage, per_kind.quote.from_stage"},
		{"a pipeline", []string{string(pipeline.ID)}, "Ventas", "pipeline"},
		{"a field", []string{around.Deal[0].Key}, around.Deal[0].Name, "mapping.deal[0].to"},
		{"a user", []string{string(around.Users[0].ID)}, around.Users[0].Email, "owner.fallback"},
		{"a stage that none names", []string{string(stageNamed(t, pipeline, "En negociación").ID)}, "", ""},
		{"another user", []string{string(around.Users[1].ID), ""}, "", ""},
	} {
		err := s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error { return bridge.RefuseNamed(ctx, r, c.keys...) })
		if c.rules == "" {
			if err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
			continue
		}
		var refused *crm.Error
		if !errors.As(err, &refused) || refused.Code != crm.Conflict || refused.Key != "named_by_rules" || refused.Params["name"] != c.name || refused.Params["rules"] != c.rules {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestARenameHasNothingDecidedAgain(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 5, Documents: 200}, nil)
	s.sync(nil)
	err := s.store.Update(ctx, s.ref.AccountID, func(tx bridge.Tx) error {
		around, err := bridge.ReadSurroundings(ctx, tx)
		if err != nil {
			return err
		}
		pipeline := around.Pipelines[0]
		pipeline.Name = "Tienda"
		for i := range pipeline.Stages {
			pipeline.Stages[i].Name += " nueva"
		}
		if err := tx.UpdatePipeline(ctx, pipeline); err != nil {
			return err
		}
		field := around.Deal[0]
		field.Name = "Folio"
		return tx.UpdateCustomField(ctx, field)
	})
	if err != nil {
		t.Fatal(err)
	}
	run := s.sync(func(p bridge.Plan) {
		if p.Writes() {
			t.Errorf("decided again: %+v", p)
		}
	})
	if run.Counts.Documents != 200 || run.Counts.Created+run.Counts.Updated > 0 {
		t.Errorf("%+v", run.Counts)
	}
	err = s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error {
		connection, err := r.Connection(ctx, s.ref.ConnectionID)
		if err != nil {
			return err
		}
		rules, err := bridge.ReadableRules(ctx, r, connection)
		if rules.Pipeline != "Tienda" || rules.Update.FromStage != "Cotizado nueva" || rules.Mapping.Deal[0].To != "Folio" {
			t.Errorf("shown: %+v", rules)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestADealShowsItsDocuments(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 5, Documents: 200}, nil)
	s.sync(nil)
	err := s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error {
		board, err := r.Board(ctx, 100)
		if err != nil {
			return err
		}
		var deals []crm.ID
		for _, stage := range board {
			for _, card := range stage.Latest {
				deals = append(deals, card.Deal.ID)
			}
		}
		documents, err := bridge.DealDocuments(ctx, r, append(deals, "none"))
		if err != nil {
			return err
		}
		several := 0
		for _, deal := range deals {
			of := documents[deal]
			if len(of) == 0 {
				t.Errorf("deal %s has no document", deal)
			}
			if len(of) > 1 {
				several++
			}
			for i, document := range of {
				if document.Number == "" || document.EmittedOn == "" || document.ConnectionID != s.ref.ConnectionID || document.State != bridge.StateLinked || document.PublicURL == "" || document.Total.Currency != "CLP" || document.DecidedAt.IsZero() {
					t.Errorf("%+v", document)
				}
				if i > 0 && document.EmittedOn > of[i-1].EmittedOn {
					t.Errorf("%s comes after %s", document.EmittedOn, of[i-1].EmittedOn)
				}
			}
		}
		if len(deals) == 0 || several == 0 || len(documents["none"]) != 0 {
			t.Errorf("%d deals, %d with several documents", len(deals), several)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheDayOfADocumentIsFoundByWhatItIsCalled(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 5, Documents: 5}, nil)
	record := func(id int64, kind bridge.Kind, number, day string) *bridge.Record {
		return &bridge.Record{ConnectionID: s.ref.ConnectionID, BsaleID: id, Kind: kind, Number: number, EmittedOn: day, Total: crm.Money{Currency: "CLP"}, State: bridge.StateLinked, Standing: bridge.StandingActive}
	}
	err := s.store.Update(ctx, s.ref.AccountID, func(tx bridge.Tx) error {
		return tx.SaveRecords(ctx, []*bridge.Record{
			record(900001, bridge.KindReceipt, "777001", "2026-02-01"), record(900002, bridge.KindInvoice, "777001", "2026-02-02"),
			record(900003, bridge.KindQuote, "777002", "2026-02-03"), record(900004, bridge.KindQuote, "777002", "2026-02-04"), // of two types, or two offices
		}, time.Time{})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error {
		days, err := bridge.EmissionDays(ctx, r, s.ref.ConnectionID, []string{"Boleta 777001", "Invoice 777001", "Cotización 777002", "Boleta 777009", "", "Boleta"})
		if err == nil && !maps.Equal(days, map[string]string{"Boleta 777001": "2026-02-01", "Invoice 777001": "2026-02-02"}) {
			t.Errorf("the days are %v", days)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTimelinesSayByWhichRule(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 5, Documents: 300}, nil)
	s.sync(nil)
	err := s.store.View(ctx, s.ref.AccountID, func(r bridge.Reader) error {
		board, err := r.Board(ctx, 100)
		if err != nil {
			return err
		}
		rules := map[string]bool{}
		for _, stage := range board {
			for _, card := range stage.Latest {
				events, err := r.Events(ctx, crm.EntityDeal, card.Deal.ID, "", 50)
				if err != nil {
					return err
				}
				for _, event := range events {
					for _, change := range event.Changes {
						rules[change.Rule] = true
					}
				}
			}
		}
		for _, rule := range []string{"value", "owner", "mapping.deal[1]", "mapping.deal[4]"} {
			if !rules[rule] {
				t.Errorf("no change by %s; there are %v", rule, rules)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestContactsThatPeopleMakeAreAskedForInBsale(t *testing.T) {
	ctx := context.Background()
	c := newClientShop(t)
	text := func(s string) *string { return &s }
	input := func(email string) crm.ContactInput {
		return crm.ContactInput{FirstName: text("Nueva"), Emails: crm.IdentitiesInput{Primary: &email}}
	}
	hand := crm.Hand{Actor: crm.Actor{Kind: crm.ActorAPIKey, ID: "key"}, Reach: crm.FullReach, At: c.shop.now()}
	var results []crm.ContactResult
	err := c.store.Update(ctx, c.ref.AccountID, func(tx bridge.Tx) (err error) {
		results, err = c.engine.CreateContacts(ctx, tx, hand, []crm.ContactInput{input("uno@correo.example"), input("mal"), input("dos@correo.example"), input("uno@correo.example")})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Err != nil || crm.CodeOf(results[1].Err) != crm.Invalid || results[2].Err != nil || crm.CodeOf(results[3].Err) != crm.Conflict {
		t.Fatalf("%+v", results)
	}
	c.work(3)
	if made := c.sim.Stats().ClientsCreated; made != 2 {
		t.Errorf("%d clients were made, want two", made)
	}
	for _, i := range []int{0, 2} {
		if c.linked(results[i].Contact.ID) == 0 {
			t.Errorf("contact %d is no client", i)
		}
	}
}
