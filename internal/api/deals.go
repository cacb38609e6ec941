package api

import (
	"context"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func (r *reading) dealLister() lister[*crm.Deal] {
	return lister[*crm.Deal]{r.ListDeals, r.SkipDeals}
}

func listDeals(ctx context.Context, r *reading, in *listParams) (*body[page[dealOut]], error) {
	return listed(ctx, r, crm.EntityDeal, *in, r.dealLister(), r.deals)
}

func scrollDeals(ctx context.Context, r *reading, in *scrollParams) (*body[scroll[dealOut]], error) {
	return scrolled(ctx, r, crm.EntityDeal, *in, r.dealLister(), r.deals)
}

func getDeal(ctx context.Context, r *reading, in *ByID) (*answer[dealOut], error) {
	deal, err := crm.FindDeal(ctx, r, r.hand(), in.ID)
	if err != nil {
		return nil, err
	}
	return r.deal(ctx, deal)
}

type dealBody struct{ Body dealIn }

func createDeal(ctx context.Context, w *writing, in *dealBody) (*answer[dealOut], error) {
	input, err := in.Body.input(ctx, &w.reading)
	if err != nil {
		return nil, err
	}
	results, err := crm.CreateDeals(ctx, w.tx, w.hand, []crm.DealInput{input})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return nil, err
	}
	out, err := w.deal(ctx, results[0].Deal)
	if err == nil {
		out.Location = "/v1/crm/deals/" + string(results[0].Deal.ID)
	}
	return out, err
}

type dealChange struct {
	ByID
	Body dealIn
}

func patchDeal(ctx context.Context, w *writing, in *dealChange) (*answer[dealOut], error) {
	return w.changeDeal(ctx, in.ID, in.Body)
}

func putDeal(ctx context.Context, w *writing, in *dealChange) (*answer[dealOut], error) {
	present, err := crm.FindDeal(ctx, w, w.hand, in.ID)
	if err != nil {
		return nil, err
	}
	in.Body.whole(present)
	return w.changeDeal(ctx, in.ID, in.Body)
}

func (w *writing) changeDeal(ctx context.Context, id crm.ID, in dealIn) (*answer[dealOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	input, err := in.input(ctx, &w.reading)
	if err != nil {
		return nil, err
	}
	results, err := crm.ChangeDeals(ctx, w.tx, w.hand, []crm.DealEdit{{ID: id, Version: version, Input: input}})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return nil, err
	}
	return w.deal(ctx, results[0].Deal)
}

func deleteDeal(ctx context.Context, w *writing, in *ByID) (*empty, error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	results, err := crm.DeleteDeals(ctx, w.tx, w.hand, []crm.Ref{{ID: in.ID, Version: version}})
	if err == nil {
		err = results[0].Err
	}
	return nil, err
}

func restoreDeal(ctx context.Context, w *writing, in *ByID) (*answer[dealOut], error) {
	deal, err := crm.RestoreDeal(ctx, w.tx, w.hand, in.ID)
	if err != nil {
		return nil, err
	}
	return w.deal(ctx, deal)
}

type dealMove struct {
	ByID
	Body struct {
		StageID     crm.ID        `json:"stageId,omitempty" doc:"Without it the deal stays in its stage"`
		Above       given[crm.ID] `json:"above,omitzero" doc:"The deal directly above it on the board; null or empty: it comes on top"`
		CloseReason given[string] `json:"closeReason,omitzero" doc:"Why it was won or lost"`
		Version     int64         `json:"version,omitempty" doc:"The version that was moved; without it whatever it is now"`
	}
}

func moveDeal(ctx context.Context, w *writing, in *dealMove) (*answer[dealOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	if version == 0 {
		version = in.Body.Version
	}
	deal, err := crm.MoveDeal(ctx, w.tx, w.hand, crm.Move{
		Deal: crm.Ref{ID: in.ID, Version: version}, Stage: in.Body.StageID, Above: in.Body.Above.pointer(), Reason: in.Body.CloseReason.pointer(),
	})
	if err != nil {
		return nil, err
	}
	return w.deal(ctx, deal)
}

// dealOp is one entry of a batch: without id a deal to be made, with one a change.
type dealOp struct {
	ID      crm.ID `json:"id,omitempty" doc:"Of the deal to change; without it one is made"`
	Version int64  `json:"version,omitempty" doc:"The version that the change was made for; without it whatever it is now"`
	Deal    dealIn `json:"deal"`
}

type dealBatch struct {
	Body struct {
		Items []entry[dealOp] `json:"items" minItems:"1" maxItems:"100"`
	}
}

func batchDeals(ctx context.Context, w *writing, in *dealBatch) (*answer[batchOut], error) {
	return carryOut(ctx, w, "deal", in.Body.Items,
		func(op dealOp) (crm.DealEdit, error) {
			input, err := op.Deal.input(ctx, &w.reading)
			return crm.DealEdit{ID: op.ID, Version: op.Version, Input: input}, err
		},
		func(e crm.DealEdit) bool { return e.ID == "" },
		func(edits []crm.DealEdit) ([]crm.DealResult, error) {
			if edits[0].ID != "" {
				return crm.ChangeDeals(ctx, w.tx, w.hand, edits)
			}
			inputs := make([]crm.DealInput, len(edits))
			for i, e := range edits {
				inputs[i] = e.Input
			}
			return crm.CreateDeals(ctx, w.tx, w.hand, inputs)
		},
		func(result crm.DealResult) (crm.ID, int64, error) {
			if result.Err != nil {
				return "", 0, result.Err
			}
			return result.Deal.ID, result.Deal.Version, nil
		})
}

type stageTimeOut struct {
	StageID crm.ID        `json:"stageId"`
	Name    string        `json:"name"`
	Type    crm.StageKind `json:"type" enum:"open,won,lost"`
	Entered int           `json:"entered" doc:"How often the deal came there"`
	Seconds int64         `json:"seconds" doc:"How long it stood there, all stays together"`
	Current bool          `json:"current" doc:"It stands there now"`
}

func dealStages(ctx context.Context, r *reading, in *ByID) (*body[items[stageTimeOut]], error) {
	deal, err := crm.FindDeal(ctx, r, r.hand(), in.ID)
	if err != nil {
		return nil, err
	}
	times, err := crm.StageTimes(ctx, r, deal, r.clock.Now())
	if err != nil {
		return nil, err
	}
	out := &body[items[stageTimeOut]]{items[stageTimeOut]{[]stageTimeOut{}}}
	for _, t := range times {
		out.Body.Items = append(out.Body.Items, stageTimeOut{t.Stage.ID, t.Stage.Name, t.Stage.Kind, t.Entered, int64(t.Stood / time.Second), t.Current})
	}
	return out, nil
}

func dealDocuments(ctx context.Context, r *reading, in *ByID) (*body[items[documentOut]], error) {
	deal, err := crm.FindDeal(ctx, r, r.hand(), in.ID)
	if err != nil {
		return nil, err
	}
	documents, err := bridge.DealDocuments(ctx, r, []crm.ID{deal.ID})
	if err != nil {
		return nil, err
	}
	out := &body[items[documentOut]]{items[documentOut]{[]documentOut{}}}
	for _, d := range documents[deal.ID] {
		out.Body.Items = append(out.Body.Items, encodeDocument(d))
	}
	return out, nil
}

// stageTotalOut is how many deals of a list stand in a stage, and their value in one currency.
type stageTotalOut struct {
	PipelineID crm.ID `json:"pipelineId"`
	StageID    crm.ID `json:"stageId"`
	Currency   string `json:"currency"`
	Deals      int64  `json:"deals"`
	Value      number `json:"value"`
}

type totalsOut struct {
	Items   []stageTotalOut `json:"items" doc:"One for each stage and currency that has deals of the list"`
	IsExact bool            `json:"isExact" doc:"false: the list is longer than was added up"`
}

func dealTotals(ctx context.Context, r *reading, in *FilterParams) (*body[totalsOut], error) {
	q, err := r.query(ctx, crm.EntityDeal, *in)
	if err != nil {
		return nil, err
	}
	pipelines, err := r.allPipelines(ctx)
	if err != nil {
		return nil, err
	}
	totals, exact, err := r.SumByStage(ctx, q, exactTo)
	out := &body[totalsOut]{totalsOut{Items: []stageTotalOut{}, IsExact: exact}}
	for _, t := range totals {
		pipeline, _ := standing(pipelines, t.StageID)
		value := crm.Money{Minor: t.Value, Currency: t.Currency}
		out.Body.Items = append(out.Body.Items, stageTotalOut{pipeline.ID, t.StageID, t.Currency, t.Deals, number(value.Amount())})
	}
	return out, err
}

type contactDealList struct {
	ByID
	Size   int    `query:"size" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"nextCursor of the page before"`
}

func contactDeals(ctx context.Context, r *reading, in *contactDealList) (*body[page[dealOut]], error) {
	if _, err := crm.FindContact(ctx, r, r.hand(), in.ID); err != nil {
		return nil, err
	}
	q := crm.Query{
		Entity: crm.EntityDeal, Reach: r.principal.Reach, Limit: in.Size, Cursor: in.Cursor,
		Where: []crm.Condition{{Field: crm.Field{Name: crm.FieldContact, Type: crm.TypeContact}, Operator: crm.Is, Values: []any{in.ID}}},
	}
	return pageOf(ctx, r, q, comesBefore(in.Cursor, 0), 0, r.dealLister(), r.deals)
}
