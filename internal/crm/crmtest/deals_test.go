package crmtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"puente/internal/crm"
)

func clp(amount int64) crm.Money { return crm.Money{Minor: amount, Currency: "CLP"} }

func TestADealIsMadeWholeAndComesBackSo(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.key(), email("a@x.example"))
		hand, sold := w.hand(w.editor), w.stage("Vendido")
		made := w.deal(hand, crm.DealInput{
			Name: p(" Venta  grande "), ContactID: &c.ID, StageID: &sold.ID, PipelineID: &w.pipeline.ID, Value: p(json.Number("115061.0")), OwnerID: &w.bruno.ID,
			Description: p("Dos\nlíneas"), Priority: p(3), CloseReason: p("Buen precio"), Custom: map[string]any{w.reference.Key: "R-1"},
		})
		got := w.storedDeal(made.ID)
		w.same("what was returned", got, made)
		w.same("the deal", got, &crm.Deal{
			ID: made.ID, Name: "Venta grande", ContactID: c.ID, PipelineID: w.pipeline.ID, StageID: sold.ID, StageEnteredAt: hand.At, OwnerID: w.bruno.ID, Value: clp(115061),
			Details: crm.Custom{crm.FieldDescription: "Dos\nlíneas", crm.FieldPriority: json.Number("3"), crm.FieldCloseReason: "Buen precio"},
			Custom:  crm.Custom{w.reference.Key: "R-1"}, Origins: got.Origins, Rank: got.Rank, CreatedAt: hand.At, UpdatedAt: hand.At, Version: 1,
		})
		if got.Rank == 0 || !got.Origins.ByPerson(crm.FieldStage) {
			w.Errorf("rank %d, origins %+v", got.Rank, got.Origins)
		}
		moves := view(w, func(r crm.Reader) ([]crm.StageChange, error) { return r.StageChanges(w.Context(), made.ID) })
		w.same("moves", moves, []crm.StageChange{{DealID: made.ID, ToStageID: sold.ID, At: hand.At, Actor: hand.Actor}})
		lines := w.events(crm.EntityDeal, made.ID)
		if len(lines) != 1 || !strings.HasPrefix(lines[0], "created by user; name: - -> Venta grande; value: - -> 115061 CLP; ") {
			w.Errorf("timeline: %q", lines)
		}
	})
}

func TestADealWithoutMoreComesIntoTheFirstOpenStage(t *testing.T) {
	eachEngine(t, func(w *world) {
		second := crm.Pipeline{ID: crm.NewID(), Name: "Postventa", Position: 1, CreatedAt: w.now}
		second.Stages = []crm.Stage{
			{ID: crm.NewID(), PipelineID: second.ID, Name: "Cerrado", Kind: crm.StageWon},
			{ID: crm.NewID(), PipelineID: second.ID, Name: "Por hacer", Kind: crm.StageOpen, Position: 1},
		}
		w.update(func(tx crm.Tx) error { return tx.CreatePipeline(w.Context(), second) })
		for _, c := range []struct {
			in   crm.DealInput
			want crm.ID
		}{
			{crm.DealInput{}, w.stage("Nuevo").ID},
			{crm.DealInput{StageID: p(crm.ID("")), PipelineID: p(crm.ID(""))}, w.stage("Nuevo").ID},
			{crm.DealInput{PipelineID: &second.ID}, second.Stages[1].ID},
			{crm.DealInput{StageID: &second.Stages[0].ID}, second.Stages[0].ID},
		} {
			c.in.Name = p("X")
			if made := w.deal(w.key(), c.in); made.StageID != c.want || made.Value != clp(0) || made.OwnerID != "" {
				w.Errorf("%+v", made)
			}
		}
		// Another pipeline is a move into its first open stage; the same one is none.
		d := w.deal(w.key(), crm.DealInput{Name: p("X"), StageID: p(w.stage("Cotizado").ID)})
		same, err := w.changeDeal(w.key(), d.ID, crm.DealInput{PipelineID: &w.pipeline.ID})
		w.must(err)
		moved, err := w.changeDeal(w.key(), d.ID, crm.DealInput{PipelineID: &second.ID})
		w.must(err)
		if same.StageID != w.stage("Cotizado").ID || moved.StageID != second.Stages[1].ID || moved.PipelineID != second.ID {
			w.Errorf("%+v, then %+v", same, moved)
		}
		w.refused(w.createDeals(w.key(), crm.DealInput{Name: p("X"), PipelineID: &second.ID, StageID: p(w.stage("Nuevo").ID)})[0].Err, "invalid stage_of_other_pipeline stage")
	})
}

func TestWhatDoesNotFitADealIsSaidAtItsField(t *testing.T) {
	eachEngine(t, func(w *world) {
		gone := w.contact(w.key(), email("gone@x.example"))
		w.deleteContact(w.key(), gone.ID, crm.DealsKeep)
		nuevo := w.stage("Nuevo").ID
		for _, c := range []struct {
			in   crm.DealInput
			want string
		}{
			{crm.DealInput{Name: p("  ")}, "invalid deal_name_missing name"},
			{crm.DealInput{Name: p(strings.Repeat("x", 201))}, "invalid text_too_long name"},
			{crm.DealInput{ContactID: p(crm.ID("none"))}, "invalid contact_unknown contact"},
			{crm.DealInput{ContactID: &gone.ID}, "invalid contact_unknown contact"},
			{crm.DealInput{PipelineID: p(crm.ID("none"))}, "invalid pipeline_unknown pipeline"},
			{crm.DealInput{StageID: p(crm.ID("none"))}, "invalid stage_unknown stage"},
			{crm.DealInput{Value: p(json.Number("-1"))}, "invalid value_negative value"},
			{crm.DealInput{Value: p(json.Number("mucho"))}, "invalid number_invalid value"},
			{crm.DealInput{Value: p(json.Number("1e30"))}, "invalid amount_too_large value"},
			{crm.DealInput{Value: p(json.Number("1e999999999"))}, "invalid number_invalid value"},
			{crm.DealInput{Value: p(json.Number("1e-9999"))}, "invalid amount_too_fine value"},
			{crm.DealInput{Value: p(json.Number("1500.5"))}, "invalid amount_too_fine value"},
			{crm.DealInput{Value: p(json.Number("12.345")), Currency: p("USD")}, "invalid amount_too_fine value"},
			{crm.DealInput{Currency: p("PESO")}, "invalid currency_unknown currency"},
			{crm.DealInput{Priority: p(4)}, "invalid number_out_of_range priority"},
			{crm.DealInput{OwnerID: &w.gone.ID}, "invalid owner_inactive owner"},
			{crm.DealInput{StageID: &nuevo, CloseReason: p("caro")}, "invalid close_reason_open close_reason"},
			{crm.DealInput{Custom: map[string]any{w.size.Key: "1"}}, "invalid field_unknown custom." + w.size.Key},
		} {
			in := c.in
			if in.Name == nil {
				in.Name = p("X")
			}
			w.refused(w.createDeals(w.key(), in)[0].Err, c.want)
		}
		if got := w.deal(w.key(), crm.DealInput{Name: p("X"), Value: p(json.Number("1500.00"))}); got.Value != clp(1500) {
			w.Errorf("%v", got.Value)
		}
		d := w.deal(w.key(), crm.DealInput{Name: p("X"), Value: p(json.Number("12.340")), Currency: p("usd")})
		if d.Value != (crm.Money{Minor: 1234, Currency: "USD"}) {
			w.Errorf("%v", d.Value)
		}
		_, err := w.changeDeal(w.key(), d.ID, crm.DealInput{Currency: p("CLP")})
		w.refused(err, "invalid amount_too_fine value")
		d, err = w.changeDeal(w.key(), d.ID, crm.DealInput{Currency: p("CLP"), Value: p(json.Number("12"))})
		w.must(err)
		if d.Value != clp(12) {
			w.Errorf("pesos: %v", d.Value)
		}
		d, err = w.changeDeal(w.key(), d.ID, crm.DealInput{Value: p(json.Number(""))})
		w.must(err)
		if d.Value != clp(0) {
			w.Errorf("nothing: %v", d.Value)
		}
	})
}

func TestAReasonForClosingBelongsToItsStage(t *testing.T) {
	eachEngine(t, func(w *world) {
		d := w.deal(w.key(), crm.DealInput{Name: p("X")})
		to := func(stage string, reason *string) *crm.Deal {
			w.Helper()
			deal, err := w.changeDeal(w.key(), d.ID, crm.DealInput{StageID: p(w.stage(stage).ID), CloseReason: reason})
			w.must(err)
			return deal
		}
		if got := to("Perdido", p("Muy caro")).Details; got[crm.FieldCloseReason] != "Muy caro" {
			w.Errorf("%v", got)
		}
		if got := to("Perdido", nil).Details; got[crm.FieldCloseReason] != "Muy caro" {
			w.Errorf("without a move it stays: %v", got)
		}
		if got := to("Vendido", nil).Details; got[crm.FieldCloseReason] != nil {
			w.Errorf("won for the reason that it was lost: %v", got)
		}
		to("Perdido", p("Sin stock"))
		if got := to("Cotizado", nil).Details; len(got) != 0 {
			w.Errorf("open again: %v", got)
		}
		if line := w.events(crm.EntityDeal, d.ID)[0]; !strings.HasSuffix(line, "; close_reason: Sin stock -> -") {
			w.Errorf("%q", line)
		}
	})
}

// column returns the names of a stage's deals from top to bottom.
func (w *world) column(stage string) string {
	w.Helper()
	deals := view(w, func(r crm.Reader) (crm.Page[*crm.Deal], error) {
		fields := crm.StandardFields(crm.EntityDeal)
		field, _ := crm.FieldNamed(fields, crm.FieldStage)
		return r.ListDeals(w.Context(), crm.Query{
			Entity: crm.EntityDeal, Reach: crm.FullReach, Order: crm.BoardOrder, Limit: 50,
			Where: []crm.Condition{{Field: field, Operator: crm.Is, Values: []any{w.stage(stage).ID}}},
		})
	})
	var names []string
	for _, d := range deals.Items {
		names = append(names, d.Name)
	}
	return strings.Join(names, " ")
}

func TestADealMovesOnTheBoard(t *testing.T) {
	eachEngine(t, func(w *world) {
		deals := map[string]crm.ID{}
		for _, name := range []string{"a", "b", "c"} {
			deals[name] = w.deal(w.key(), crm.DealInput{Name: p(name)}).ID
		}
		elsewhere := w.deal(w.key(), crm.DealInput{Name: p("z"), StageID: p(w.stage("Cotizado").ID)})
		if got := w.column("Nuevo"); got != "c b a" {
			t.Fatalf("column: %s", got)
		}
		move := func(m crm.Move, want string) *crm.Deal {
			w.Helper()
			var deal *crm.Deal
			err := w.tryUpdate(func(tx crm.Tx) (err error) {
				deal, err = crm.MoveDeal(w.Context(), tx, w.hand(w.editor), m)
				return err
			})
			if want != "" {
				w.refused(err, want)
				return nil
			}
			w.must(err)
			w.same("what was returned", deal, w.storedDeal(deal.ID))
			return deal
		}
		ref := func(name string) crm.Ref { return crm.Ref{ID: deals[name]} }
		version := w.storedDeal(deals["c"]).Version
		move(crm.Move{Deal: ref("c"), Above: p(deals["a"])}, "")
		if got := w.column("Nuevo"); got != "b a c" || len(w.events(crm.EntityDeal, deals["c"])) != 1 || w.storedDeal(deals["c"]).Version < version {
			w.Errorf("within its stage: %s", got)
		}
		move(crm.Move{Deal: ref("a"), Above: p(crm.ID(""))}, "")
		if got := w.column("Nuevo"); got != "a b c" {
			w.Errorf("on top: %s", got)
		}
		moved := move(crm.Move{Deal: ref("b"), Stage: w.stage("Cotizado").ID, Above: &elsewhere.ID}, "")
		if got := w.column("Nuevo") + " | " + w.column("Cotizado"); got != "a c | z b" || moved.StageID != w.stage("Cotizado").ID {
			w.Errorf("below another of another stage: %s", got)
		}
		lost := move(crm.Move{Deal: crm.Ref{ID: deals["b"], Version: moved.Version}, Stage: w.stage("Perdido").ID, Reason: p("Caro")}, "")
		if lost.Details[crm.FieldCloseReason] != "Caro" {
			w.Errorf("%v", lost.Details)
		}
		move(crm.Move{Deal: crm.Ref{ID: deals["b"], Version: moved.Version}, Stage: w.stage("Nuevo").ID}, "conflict stale")
		move(crm.Move{Deal: ref("a"), Stage: w.stage("Cotizado").ID, Above: p(deals["c"])}, "conflict stale")
		move(crm.Move{Deal: ref("a"), Above: p(crm.ID("none"))}, "conflict stale")
		move(crm.Move{Deal: ref("a"), Reason: p("Caro")}, "invalid close_reason_open close_reason")
		move(crm.Move{Deal: crm.Ref{ID: "none"}}, "not_found deal_not_found")
		if got := w.column("Nuevo"); got != "a c" {
			w.Errorf("what was refused moved something: %s", got)
		}
	})
}

func TestDealsOfOthers(t *testing.T) {
	eachEngine(t, func(w *world) {
		brunos := w.contact(w.hand(w.bruno), email("b@x.example"))
		d := w.deal(w.hand(w.bruno), crm.DealInput{Name: p("De Bruno"), ContactID: &brunos.ID})
		if d.OwnerID != w.bruno.ID {
			w.Errorf("owner %q", d.OwnerID)
		}
		w.refused(w.createDeals(w.hand(w.camila), crm.DealInput{Name: p("X"), ContactID: &brunos.ID})[0].Err, "invalid contact_unknown contact")
		_, err := w.changeDeal(w.hand(w.camila), d.ID, crm.DealInput{Name: p("Mío")})
		w.refused(err, "not_found deal_not_found")
		w.account.SellerAccess = crm.SellersSeeAll
		_, err = w.changeDeal(w.hand(w.camila), d.ID, crm.DealInput{Name: p("Mío")})
		w.refused(err, "forbidden not_yours")
		w.account.SellerAccess = crm.SellersOwn

		// A deal given to another shows whose it is, and no more of the contact than the name.
		w.update(func(tx crm.Tx) error {
			results, err := crm.AssignDeals(w.Context(), tx, w.hand(w.editor), []crm.ID{d.ID}, w.camila.ID)
			w.must(err)
			return results[0].Err
		})
		shown := func(u crm.User) crm.DealContact {
			hand := w.hand(u)
			return view(w, func(r crm.Reader) (map[crm.ID]crm.DealContact, error) {
				return crm.ContactsOfDeals(w.Context(), r, hand, []*crm.Deal{w.storedDeal(d.ID), {}})
			})[brunos.ID]
		}
		w.same("to a seller", shown(w.camila), crm.DealContact{Name: "Ana"})
		w.same("to its owner", shown(w.bruno), crm.DealContact{Name: "Ana", Contact: w.stored(brunos.ID)})
		// Its contact may stay in an edit that repeats it.
		_, err = w.changeDeal(w.hand(w.camila), d.ID, crm.DealInput{Name: p("De Camila"), ContactID: &brunos.ID})
		w.must(err)
	})
}

func TestDealsAreDeletedAndRestored(t *testing.T) {
	eachEngine(t, func(w *world) {
		d := w.deal(w.key(), crm.DealInput{Name: p("X"), StageID: p(w.stage("Cotizado").ID), OwnerID: &w.bruno.ID, Value: p(json.Number("1000"))})
		remove := func(version int64) error {
			var result crm.DealResult
			w.update(func(tx crm.Tx) error {
				results, err := crm.DeleteDeals(w.Context(), tx, w.hand(w.editor), []crm.Ref{{ID: d.ID, Version: version}})
				w.must(err)
				result = results[0]
				return nil
			})
			return result.Err
		}
		w.refused(remove(3), "conflict stale")
		w.must(remove(1))
		w.refused(remove(0), "not_found deal_not_found")
		restore := func() *crm.Deal {
			var back *crm.Deal
			w.update(func(tx crm.Tx) (err error) {
				back, err = crm.RestoreDeal(w.Context(), tx, w.hand(w.editor), d.ID)
				return err
			})
			return back
		}
		back := restore()
		w.same("restored", back, d, cmpopts.IgnoreFields(crm.Deal{}, "UpdatedAt", "Version", "Rank"))
		w.must(remove(0))

		// Its stage goes while it is deleted.
		w.update(func(tx crm.Tx) error {
			pipelines, err := tx.Pipelines(w.Context())
			w.must(err)
			pipelines[0].Stages = append(pipelines[0].Stages[:1:1], pipelines[0].Stages[2:]...)
			pipelines[0].ArchivedAt = time.Time{}
			return tx.UpdatePipeline(w.Context(), archiving(pipelines[0], w.stage("Cotizado"), w.now))
		})
		back = restore()
		if back.StageID != w.stage("Nuevo").ID {
			w.Errorf("%+v", back)
		}
		times := view(w, func(r crm.Reader) ([]crm.StageTime, error) {
			return crm.StageTimes(w.Context(), r, back, back.StageEnteredAt.Add(time.Hour))
		})
		if len(times) != 2 || times[0].Stage.Name != "Cotizado" || times[0].Current || times[0].Stood <= 0 || !times[1].Current || times[1].Stood != time.Hour {
			w.Errorf("times: %+v", times)
		}
		err := w.tryUpdate(func(tx crm.Tx) error {
			_, err := crm.RestoreDeal(w.Context(), tx, w.hand(w.editor), "none")
			return err
		})
		w.refused(err, "not_found deal_not_found")
	})
}

// archiving returns the pipeline with a stage archived.
func archiving(p crm.Pipeline, stage crm.Stage, at time.Time) crm.Pipeline {
	stage.ArchivedAt = at
	p.Stages = append(p.Stages, stage)
	return p
}

func TestTimeInEachStage(t *testing.T) {
	eachEngine(t, func(w *world) {
		d := w.deal(w.key(), crm.DealInput{Name: p("X")})
		for _, stage := range []string{"Cotizado", "Nuevo", "Vendido"} {
			w.now = w.now.Add(time.Hour - time.Second)
			_, err := w.changeDeal(w.key(), d.ID, crm.DealInput{StageID: p(w.stage(stage).ID)})
			w.must(err)
		}
		d = w.storedDeal(d.ID)
		times := view(w, func(r crm.Reader) ([]crm.StageTime, error) {
			return crm.StageTimes(w.Context(), r, d, d.StageEnteredAt.Add(30*time.Minute))
		})
		var lines []string
		for _, in := range times {
			lines = append(lines, fmt.Sprintln(in.Stage.Name, in.Entered, in.Stood, in.Current))
		}
		w.same("times", lines, []string{"Nuevo 2 2h0m0s false\n", "Cotizado 1 1h0m0s false\n", "Vendido 1 30m0s true\n"})
	})
}

func TestManyDealsCostNoMoreLookUpsThanOne(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.key(), email("a@x.example"))
		var inputs []crm.DealInput
		for i := range 100 {
			inputs = append(inputs, crm.DealInput{Name: p(fmt.Sprint("Venta ", i)), ContactID: &c.ID})
		}
		calls := map[string]int{}
		var results []crm.DealResult
		w.update(func(tx crm.Tx) (err error) {
			results, err = crm.CreateDeals(w.Context(), &countingTx{tx, calls}, w.key(), inputs)
			return err
		})
		w.same("calls", calls, map[string]int{"ContactsByID": 1, "SaveDeals": 1, "AddStageChanges": 1, "AddEvents": 1, "CustomFields": 1, "Users": 1, "Account": 1, "Pipelines": 1})
		for _, result := range results {
			w.must(result.Err)
		}
	})
}
