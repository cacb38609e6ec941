package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
	"puente/internal/store"
)

// onBothEngines runs a test on SQLite and on PostgreSQL.
func onBothEngines(t *testing.T, test func(t *testing.T, s *shop)) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(fmt.Sprint(engine), func(t *testing.T) {
			test(t, openShop(&shop{t: t, engineDB: engine}, bsalesim.Options{Seed: 3, Documents: 10}, nil))
		})
	}
}

func (s *shop) transaction(fn func(bridge.Tx) error) error {
	return s.store.Update(context.Background(), s.ref.AccountID, fn)
}

func (s *shop) hand() crm.Hand {
	return crm.Hand{Actor: crm.Actor{Kind: crm.ActorSystem}, Reach: crm.FullReach, At: time.Now()}
}

// addDeals puts so many deals of an owner into a stage.
func (s *shop) addDeals(count int, owner, stage crm.ID) {
	s.t.Helper()
	name := "Muebles"
	inputs := make([]crm.DealInput, count)
	for i := range inputs {
		inputs[i] = crm.DealInput{Name: &name, StageID: &stage}
		if owner != "" {
			inputs[i].OwnerID = &owner
		}
	}
	s.update(func(tx bridge.Tx) error {
		results, err := crm.CreateDeals(context.Background(), tx, s.hand(), inputs)
		for _, result := range results {
			err = errors.Join(err, result.Err)
		}
		return err
	})
}

func (s *shop) addUser(email string) crm.User {
	s.t.Helper()
	var user crm.User
	s.update(func(tx bridge.Tx) (err error) {
		user, err = crm.CreateUser(context.Background(), tx, email, "", crm.RoleAdmin, time.Now())
		return err
	})
	return user
}

// owned returns how many records are a user's.
func (s *shop) owned(user crm.ID) (count int) {
	s.t.Helper()
	s.update(func(tx bridge.Tx) error {
		contacts, deals, activities, err := tx.OwnedBy(context.Background(), user)
		count = contacts + deals + activities
		return err
	})
	return count
}

// dealsIn returns how many deals stand in a stage.
func (s *shop) dealsIn(stage crm.ID) (count int64) {
	s.t.Helper()
	s.update(func(tx bridge.Tx) error {
		totals, err := tx.StageTotals(context.Background())
		for _, total := range totals {
			if total.StageID == stage {
				count += total.Deals
			}
		}
		return err
	})
	return count
}

func refused(t *testing.T, what string, err error, key, field string) {
	t.Helper()
	var e *crm.Error
	if !errors.As(err, &e) || e.Key != key || e.Field != field {
		t.Errorf("%s: %v, want %s at %q", what, err, key, field)
	}
}

func TestWhoeverLeavesGivesAllAway(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *shop) {
		ctx := context.Background()
		s.addUser("duena@tienda.example")
		leaver, heir := s.addUser("camila@tienda.example"), s.addUser("pedro@tienda.example")
		stage := stageNamed(t, s.around().Pipelines[0], "Nuevo").ID
		s.addDeals(450, leaver.ID, stage) // more than change hands in two transactions

		rules := bridge.DefaultRules(crm.Spanish)
		rules.Owner.Fallback = leaver.Email
		s.changeRules(func(r *bridge.Rules) { *r = rules })
		_, _, err := bridge.DeactivateUser(ctx, s.transaction, s.hand(), bridge.Deactivation{User: leaver.ID, Heir: heir.ID})
		refused(t, "named by rules", err, "named_by_rules", "")
		s.changeRules(func(r *bridge.Rules) { r.Owner.Fallback = "" })
		for _, c := range []struct {
			what, key string
			to        crm.ID
		}{{"to himself", "reassign_to_self", leaver.ID}, {"to one who is barred", "owner_inactive", s.inactive()}} {
			_, _, err := bridge.DeactivateUser(ctx, s.transaction, s.hand(), bridge.Deactivation{User: leaver.ID, Heir: c.to})
			refused(t, c.what, err, c.key, "to")
		}
		if user := s.user(leaver.ID); !user.Active || s.owned(leaver.ID) != 450 {
			t.Fatalf("a refusal left %+v with %d records", user, s.owned(leaver.ID))
		}

		user, given, err := bridge.DeactivateUser(ctx, s.transaction, s.hand(), bridge.Deactivation{User: leaver.ID, Heir: heir.ID})
		if err != nil || user.Active || given != 450 {
			t.Fatalf("%+v, %d given away: %v", user, given, err)
		}
		if left, got := s.owned(leaver.ID), s.owned(heir.ID); left != 0 || got != 450 {
			t.Errorf("%d left, %d with the heir", left, got)
		}
		if _, given, err := bridge.DeactivateUser(ctx, s.transaction, s.hand(), bridge.Deactivation{User: heir.ID, Keep: true}); err != nil || given != 0 || s.owned(heir.ID) != 450 {
			t.Errorf("what was to be kept: %d given, %d left: %v", given, s.owned(heir.ID), err)
		}
	})
}

func TestWhoIsLetInAgainKeepsTheRest(t *testing.T) {
	s := newShop(t, bsalesim.Options{Seed: 3, Documents: 10}, nil)
	ctx := context.Background()
	s.addUser("duena@tienda.example")
	leaver := s.addUser("camila@tienda.example")
	s.addDeals(450, leaver.ID, stageNamed(t, s.around().Pipelines[0], "Nuevo").ID)
	d := bridge.Deactivation{User: leaver.ID}
	s.update(func(tx bridge.Tx) error {
		_, given, err := d.Begin(ctx, tx, s.hand())
		if given >= 450 {
			t.Errorf("%d in one transaction", given)
		}
		return err
	})
	left := s.owned(leaver.ID)
	s.update(func(tx bridge.Tx) error {
		_, err := crm.ReactivateUser(ctx, tx, s.hand(), leaver.ID)
		return err
	})
	if given, err := d.Finish(ctx, s.transaction, s.hand()); err != nil || given != 0 || s.owned(leaver.ID) != left {
		t.Errorf("%d given away of %d: %v", given, left, err)
	}
}

// inactive returns a user who is barred.
func (s *shop) inactive() crm.ID {
	user := s.addUser(fmt.Sprintf("u%s@tienda.example", crm.NewID()))
	s.update(func(tx bridge.Tx) error {
		_, err := crm.DeactivateUser(context.Background(), tx, s.hand(), user.ID)
		return err
	})
	return user.ID
}

func (s *shop) user(id crm.ID) (user crm.User) {
	s.t.Helper()
	s.update(func(tx bridge.Tx) (err error) {
		user, err = crm.FindUser(context.Background(), tx, id)
		return err
	})
	return user
}

func TestARefusedRemovalMovesNothing(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *shop) {
		ctx := context.Background()
		sales := s.around().Pipelines[0]
		busy, target := stageNamed(t, sales, "En negociación").ID, stageNamed(t, sales, "Nuevo").ID
		var other crm.Pipeline
		s.update(func(tx bridge.Tx) (err error) {
			other, err = crm.CreatePipeline(ctx, tx, s.hand(), crm.NewPipeline{Name: "Obras", Stages: []crm.NewStage{{Name: "Visita"}, {Name: "Entregada", Kind: crm.StageWon}}})
			return err
		})
		visit, done := other.Stages[0].ID, other.Stages[1].ID
		s.addDeals(450, "", busy)
		s.addDeals(3, "", visit)
		s.addDeals(2, "", done)
		quoted := stageNamed(t, sales, "Cotizado").ID
		s.addDeals(1, "", quoted)
		for _, c := range []struct {
			what, key, field string
			removal          bridge.Removal
		}{
			{"deals and no word where they go", "stage_has_deals", "", bridge.Removal{Pipeline: sales.ID, Stage: busy}},
			{"seen as it was", "stale", "", bridge.Removal{Pipeline: sales.ID, Stage: busy, MoveTo: target, Version: 77}},
			{"to itself", "move_to_itself", "to", bridge.Removal{Pipeline: sales.ID, Stage: busy, MoveTo: busy}},
			{"to nowhere", "stage_not_found", "to", bridge.Removal{Pipeline: sales.ID, Stage: busy, MoveTo: "nowhere"}},
			{"a stage of another pipeline", "stage_not_found", "", bridge.Removal{Pipeline: other.ID, Stage: busy, MoveTo: target}},
			{"the last open stage", "pipeline_needs_open_stage", "", bridge.Removal{Pipeline: other.ID, Stage: visit, MoveTo: target}},
			{"one that rules name", "named_by_rules", "", bridge.Removal{Pipeline: sales.ID, Stage: quoted, MoveTo: target}},
			{"a pipeline into itself", "move_to_itself", "to", bridge.Removal{Pipeline: other.ID, MoveTo: done}},
			{"a pipeline that rules name", "named_by_rules", "", bridge.Removal{Pipeline: sales.ID, MoveTo: visit}},
			{"a pipeline that is not there", "pipeline_not_found", "", bridge.Removal{Pipeline: "nowhere", MoveTo: visit}},
			{"a pipeline with deals", "pipeline_has_deals", "", bridge.Removal{Pipeline: other.ID}},
		} {
			refused(t, c.what, bridge.Remove(ctx, s.transaction, s.hand(), c.removal), c.key, c.field)
			if stand := [4]int64{s.dealsIn(busy), s.dealsIn(visit), s.dealsIn(done), s.dealsIn(quoted)}; stand != [4]int64{450, 3, 2, 1} {
				t.Fatalf("%s: deals stand %v", c.what, stand)
			}
		}
		before := s.dealsIn(target)
		if err := bridge.Remove(ctx, s.transaction, s.hand(), bridge.Removal{Pipeline: sales.ID, Stage: busy, MoveTo: target, Version: sales.Version}); err != nil {
			t.Fatal(err)
		}
		if err := bridge.Remove(ctx, s.transaction, s.hand(), bridge.Removal{Pipeline: other.ID, MoveTo: target}); err != nil {
			t.Fatal(err)
		}
		pipelines := s.around().Pipelines
		if len(pipelines) != 1 || len(pipelines[0].Stages) != len(sales.Stages)-1 || s.dealsIn(target) != before+455 {
			t.Errorf("%d pipelines, %d stages, %d deals moved", len(pipelines), len(pipelines[0].Stages), s.dealsIn(target)-before)
		}
	})
}

func TestAStageThatRulesNeedOpenStaysOpen(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *shop) {
		ctx := context.Background()
		stage := stageNamed(t, s.around().Pipelines[0], "Cotizado")
		change := func(id crm.ID, edit crm.StageEdit) error {
			return s.transaction(func(tx bridge.Tx) error {
				_, err := bridge.ChangeStage(ctx, tx, s.hand(), id, edit)
				return err
			})
		}
		won, name, open := crm.StageWon, "Propuesta", crm.StageOpen
		err := change(stage.ID, crm.StageEdit{Kind: &won, Name: &name})
		refused(t, "a stage from which deals are taken", err, "named_by_rules", "")
		var e *crm.Error
		if errors.As(err, &e) && e.Params["rules"] != "update.from_stage" {
			t.Errorf("places: %v", e.Params)
		}
		if now := stageNamed(t, s.around().Pipelines[0], "Cotizado"); now.Kind != crm.StageOpen {
			t.Errorf("it was changed all the same: %+v", now)
		}
		if err := change(stage.ID, crm.StageEdit{Name: &name, Kind: &open}); err != nil {
			t.Errorf("another name: %v", err)
		}
		if err := change(stageNamed(t, s.around().Pipelines[0], "Vendido").ID, crm.StageEdit{Kind: &open}); err != nil {
			t.Errorf("a stage that may be of any kind: %v", err)
		}
		if err := change("nowhere", crm.StageEdit{}); crm.CodeOf(err) != crm.NotFound {
			t.Errorf("none: %v", err)
		}
	})
}

// A field that was changed so that a row does not fit it stops nothing: each document gets a warning, and the rest is written.
func TestARowThatDoesNotFitAnyMoreStopsNothing(t *testing.T) {
	ctx := context.Background()
	s := newShop(t, bsalesim.Options{Seed: 3, Documents: 50}, nil)
	s.update(func(tx bridge.Tx) error {
		fields, err := tx.CustomFields(ctx, crm.EntityDeal)
		if err != nil {
			return err
		}
		field := fields[0]
		field.Type = crm.TypeDate
		return tx.UpdateCustomField(ctx, field)
	})
	if problems := s.overview().Problems; len(problems) != 1 || problems[0].Field != "mapping.deal[0].to" {
		t.Fatalf("problems: %v", problems)
	}
	s.sync(nil)
	if c := s.connection(); c.StopReason != "" || len(s.records(bridge.RecordQuery{States: []bridge.State{bridge.StateLinked}, Limit: 5})) == 0 {
		t.Errorf("stopped for %q", c.StopReason)
	}
}

// Rules can cease to hold in ways that nobody is asked about, such as a backup that is put back.
func TestAConnectionGoesOnOnceItsRulesHoldAgain(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s *shop) {
		ctx := context.Background()
		stage := stageNamed(t, s.around().Pipelines[0], "Cotizado").ID
		become := func(kind crm.StageKind) {
			s.update(func(tx bridge.Tx) error {
				_, err := crm.ChangeStage(ctx, tx, s.hand(), stage, crm.StageEdit{Kind: &kind})
				return err
			})
		}
		stopped := func() bridge.Reason { return s.connection().StopReason }
		sweep := func() {
			if err := s.engine.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
		}
		become(crm.StageWon)
		if err := s.engine.Work(ctx, s.ref); err == nil || stopped() != bridge.RulesOutdated {
			t.Fatalf("stopped for %q: %v", stopped(), err)
		}
		if sweep(); stopped() != bridge.RulesOutdated {
			t.Error("it goes on though its rules do not hold")
		}
		become(crm.StageOpen)
		if sweep(); stopped() != "" {
			t.Errorf("it is stopped still: %q", stopped())
		}
		s.work()
		if len(s.records(bridge.RecordQuery{Limit: 5})) == 0 {
			t.Error("nothing was read since")
		}
	})
}
