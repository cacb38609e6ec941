package crmtest

import (
	"strconv"
	"testing"
	"time"

	"puente/internal/crm"
)

func (w *world) createPipeline(n crm.NewPipeline) func(tx crm.Tx) (crm.Pipeline, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (crm.Pipeline, error) { return crm.CreatePipeline(w.Context(), tx, hand, n) }
}

func (w *world) changeStage(id crm.ID, edit crm.StageEdit) func(tx crm.Tx) (crm.Pipeline, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (crm.Pipeline, error) { return crm.ChangeStage(w.Context(), tx, hand, id, edit) }
}

func (w *world) deleteStage(id crm.ID, version int64) func(tx crm.Tx) (crm.Pipeline, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (crm.Pipeline, error) { return crm.DeleteStage(w.Context(), tx, hand, id, version) }
}

func (w *world) deletePipeline(id crm.ID) func(tx crm.Tx) (struct{}, error) {
	hand := w.hand(w.admin)
	return func(tx crm.Tx) (struct{}, error) { return nothing(crm.DeletePipeline(w.Context(), tx, hand, id, 0)) }
}

func (w *world) pipelines() []crm.Pipeline {
	w.Helper()
	return view(w, func(r crm.Reader) ([]crm.Pipeline, error) { return r.Pipelines(w.Context()) })
}

func stageNames(p crm.Pipeline) (names []string) {
	for _, s := range p.Stages {
		names = append(names, s.Name)
	}
	return names
}

func TestPipelinesAreMadeChangedAndPutInOrder(t *testing.T) {
	eachEngine(t, func(w *world) {
		plain := done(w, w.createPipeline(crm.NewPipeline{Name: " Postventa "}))
		w.same("stages of their own", stageNames(plain), stageNames(w.pipeline))
		own := done(w, w.createPipeline(crm.NewPipeline{Name: "Mayoristas", Stages: []crm.NewStage{
			{Name: " Nuevo ", Color: "#AABBCC", Probability: 5, StaleDays: 7}, {Name: "Ganado", Kind: crm.StageWon, Probability: 3}, {Name: "Perdido", Kind: crm.StageLost, Probability: 3},
		}}))
		w.same("stages", own.Stages, []crm.Stage{
			{ID: own.Stages[0].ID, PipelineID: own.ID, Name: "Nuevo", Kind: crm.StageOpen, Color: "#aabbcc", Probability: 5, StaleDays: 7},
			{ID: own.Stages[1].ID, PipelineID: own.ID, Name: "Ganado", Kind: crm.StageWon, Position: 1, Probability: 100},
			{ID: own.Stages[2].ID, PipelineID: own.ID, Name: "Perdido", Kind: crm.StageLost, Position: 2},
		})
		all := w.pipelines()
		w.same("as kept", all[1:], []crm.Pipeline{plain, own})

		change := func(change crm.PipelineChange) func(tx crm.Tx) (crm.Pipeline, error) {
			return func(tx crm.Tx) (crm.Pipeline, error) {
				return crm.ChangePipeline(w.Context(), tx, w.hand(w.admin), own.ID, change)
			}
		}
		own = done(w, change(crm.PipelineChange{Version: 1, Name: p("Grandes")}))
		w.same("name and version", []any{own.Name, own.Version}, []any{"Grandes", int64(2)})
		refuse(w, "conflict stale", change(crm.PipelineChange{Version: 1, Name: p("x")}))
		refuse(w, "conflict name_taken name", change(crm.PipelineChange{Name: p("POSTVENTA")}))
		refuse(w, "invalid name_missing name", change(crm.PipelineChange{Name: p(" ")}))

		ordered := done(w, func(tx crm.Tx) ([]crm.Pipeline, error) {
			return crm.ReorderPipelines(w.Context(), tx, w.hand(w.admin), []crm.ID{own.ID})
		})
		w.same("order", ordered, w.pipelines())
		w.same("names", []string{ordered[0].Name, ordered[1].Name, ordered[2].Name}, []string{"Grandes", "Ventas", "Postventa"})

		for want, n := range map[string]crm.NewPipeline{
			"conflict name_taken name":                          {Name: "ventas"},
			"invalid name_missing name":                         {},
			"conflict pipeline_needs_open_stage":                {Name: "x", Stages: []crm.NewStage{{Name: "a", Kind: crm.StageWon}}},
			"invalid name_missing stages[1].name":               {Name: "x", Stages: []crm.NewStage{{Name: "a"}, {}}},
			"invalid stage_kind_unknown stages[0].kind":         {Name: "x", Stages: []crm.NewStage{{Name: "a", Kind: "maybe"}}},
			"invalid color_invalid stages[0].color":             {Name: "x", Stages: []crm.NewStage{{Name: "a", Color: "#ggg000"}}},
			"invalid number_out_of_range stages[0].probability": {Name: "x", Stages: []crm.NewStage{{Name: "a", Probability: 101}}},
			"invalid number_out_of_range stages[0].stale_days":  {Name: "x", Stages: []crm.NewStage{{Name: "a", StaleDays: -1}}},
		} {
			refuse(w, want, w.createPipeline(n))
		}
		refuse(w, "conflict name_taken name", w.createPipeline(crm.NewPipeline{Name: "x", Stages: []crm.NewStage{{Name: "a"}, {Name: "Á"}}}))
		for i := 3; i < crm.MaxPipelines; i++ {
			done(w, w.createPipeline(crm.NewPipeline{Name: strconv.Itoa(i)}))
		}
		refuse(w, "conflict too_many_pipelines", w.createPipeline(crm.NewPipeline{Name: "uno más"}))
	})
}

func TestStagesAreAddedChangedAndPutInOrder(t *testing.T) {
	eachEngine(t, func(w *world) {
		add := func(n crm.NewStage) func(tx crm.Tx) (crm.Pipeline, error) {
			return func(tx crm.Tx) (crm.Pipeline, error) {
				return crm.AddStage(w.Context(), tx, w.hand(w.admin), w.pipeline.ID, n)
			}
		}
		pipeline := done(w, add(crm.NewStage{Name: "Despachado", Kind: crm.StageWon}))
		added := pipeline.Stages[6]
		w.same("added", added, crm.Stage{ID: added.ID, PipelineID: pipeline.ID, Name: "Despachado", Kind: crm.StageWon, Position: 6, Probability: 100})
		w.same("as kept", w.pipelines(), []crm.Pipeline{pipeline})
		refuse(w, "conflict name_taken name", add(crm.NewStage{Name: "vendido"}))

		pipeline = done(w, w.changeStage(added.ID, crm.StageEdit{
			Version: 2, Name: p("En camino"), Kind: p(crm.StageOpen), Color: p("#010203"), Probability: p(90), StaleDays: p(3),
		}))
		w.same("changed", pipeline.Stages[6], crm.Stage{
			ID: added.ID, PipelineID: pipeline.ID, Name: "En camino", Kind: crm.StageOpen, Position: 6, Color: "#010203", Probability: 90, StaleDays: 3,
		})
		refuse(w, "conflict stale", w.changeStage(added.ID, crm.StageEdit{Version: 2, Name: p("x")}))
		refuse(w, "not_found stage_not_found", w.changeStage("x", crm.StageEdit{}))

		reorder := func(ids ...crm.ID) func(tx crm.Tx) (crm.Pipeline, error) {
			return func(tx crm.Tx) (crm.Pipeline, error) {
				return crm.ReorderStages(w.Context(), tx, w.hand(w.admin), w.pipeline.ID, ids)
			}
		}
		pipeline = done(w, reorder(added.ID, w.stage("Perdido").ID))
		w.same("order", stageNames(pipeline), []string{"En camino", "Perdido", "Nuevo", "Cotizado", "En negociación", "Vendido", "Anulado"})
		w.same("as kept", w.pipelines(), []crm.Pipeline{pipeline})
		refuse(w, "not_found stage_not_found", reorder("x"))

		// The last open stage stays one.
		for _, name := range []string{"Nuevo", "Cotizado", "En negociación"} {
			done(w, w.changeStage(w.stage(name).ID, crm.StageEdit{Kind: p(crm.StageLost)}))
		}
		refuse(w, "conflict pipeline_needs_open_stage", w.changeStage(added.ID, crm.StageEdit{Kind: p(crm.StageWon)}))
		refuse(w, "conflict pipeline_needs_open_stage", w.deleteStage(added.ID, 0))
		for i := 7; i < crm.MaxStages; i++ {
			done(w, add(crm.NewStage{Name: strconv.Itoa(i)}))
		}
		refuse(w, "conflict too_many_stages", add(crm.NewStage{Name: "una más"}))
	})
}

func TestAStageIsDeletedOnceItsDealsHaveMoved(t *testing.T) {
	eachEngine(t, func(w *world) {
		hand := w.hand(w.editor)
		quoted, target := w.stage("Cotizado"), w.stage("Perdido")
		var deals []crm.ID
		for range 5 {
			deals = append(deals, w.deal(hand, crm.DealInput{Name: p("Venta"), StageID: &quoted.ID, OwnerID: &w.camila.ID}).ID)
		}
		e := refuse(w, "conflict stage_has_deals", w.deleteStage(quoted.ID, 0))
		w.same("params", e.Params, map[string]string{"stage": "Cotizado", "count": "5"})
		admin := w.hand(w.admin)
		move := func(from, to crm.ID) func(tx crm.Tx) (int, error) {
			return func(tx crm.Tx) (int, error) { return crm.MoveDeals(w.Context(), tx, admin, from, to, 2) }
		}
		var steps []int
		for {
			n := done(w, move(quoted.ID, target.ID))
			if steps = append(steps, n); n == 0 {
				break
			}
		}
		w.same("steps", steps, []int{2, 2, 1, 0})
		moved := w.storedDeal(deals[0])
		w.same("where it stands", []any{moved.StageID, moved.StageEnteredAt, moved.Origins.ByPerson(crm.FieldStage)}, []any{target.ID, admin.At, true})
		changes := view(w, func(r crm.Reader) ([]crm.StageChange, error) { return r.StageChanges(w.Context(), deals[0]) })
		if len(changes) != 2 || changes[1].FromStageID != quoted.ID || changes[1].ToStageID != target.ID || changes[1].Stood != admin.At.Sub(hand.At) {
			w.Errorf("moves: %+v", changes)
		}
		w.same("timeline", w.events(crm.EntityDeal, deals[0])[0], "changed by user; stage: "+string(quoted.ID)+" -> "+string(target.ID))
		pipeline := done(w, w.deleteStage(quoted.ID, 1))
		w.same("stages", stageNames(pipeline), []string{"Nuevo", "En negociación", "Vendido", "Perdido", "Anulado"})
		w.same("as kept", w.pipelines(), []crm.Pipeline{pipeline})
		refuse(w, "not_found stage_not_found", w.deleteStage(quoted.ID, 0))
		refuse(w, "not_found stage_not_found", move(quoted.ID, target.ID))
		refuse(w, "invalid move_to_itself to", move(target.ID, target.ID))
		refuse(w, "conflict stale", w.deleteStage(target.ID, 1))
	})
}

func TestAPipelineIsDeletedOnceItsDealsHaveMoved(t *testing.T) {
	eachEngine(t, func(w *world) {
		refuse(w, "conflict last_pipeline", w.deletePipeline(w.pipeline.ID))
		other := done(w, w.createPipeline(crm.NewPipeline{Name: "Otro"}))
		deal := w.deal(w.hand(w.editor), crm.DealInput{Name: p("Venta")})
		e := refuse(w, "conflict pipeline_has_deals", w.deletePipeline(w.pipeline.ID))
		w.same("params", e.Params, map[string]string{"pipeline": "Ventas", "count": "1"})
		n := done(w, func(tx crm.Tx) (int, error) {
			return crm.MoveDeals(w.Context(), tx, w.hand(w.admin), deal.StageID, other.Stages[1].ID, 100)
		})
		moved := w.storedDeal(deal.ID)
		w.same("moved", []any{n, moved.PipelineID, moved.StageID}, []any{1, other.ID, other.Stages[1].ID})
		done(w, w.deletePipeline(w.pipeline.ID))
		w.same("left", w.pipelines(), []crm.Pipeline{other})
		refuse(w, "not_found pipeline_not_found", w.deletePipeline(w.pipeline.ID))
		done(w, w.createPipeline(crm.NewPipeline{Name: "Ventas"})) // its name is free
	})
}

func TestADealIsStaleAfterItsStagesDays(t *testing.T) {
	entered := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	deal := &crm.Deal{StageEnteredAt: entered}
	for _, c := range []struct {
		stage crm.Stage
		after time.Duration
		want  bool
	}{
		{crm.Stage{Kind: crm.StageOpen, StaleDays: 3}, 72*time.Hour - 1, false},
		{crm.Stage{Kind: crm.StageOpen, StaleDays: 3}, 72 * time.Hour, true},
		{crm.Stage{Kind: crm.StageOpen}, 10_000 * time.Hour, false},
		{crm.Stage{Kind: crm.StageWon, StaleDays: 3}, 100 * time.Hour, false},
	} {
		if got := crm.DealIsStale(c.stage, deal, entered.Add(c.after)); got != c.want {
			t.Errorf("%+v after %s: %v", c.stage, c.after, got)
		}
	}
}
