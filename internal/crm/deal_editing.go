package crm

import (
	"context"
	"slices"
)

var errDealNotFound = NewError(NotFound, "deal_not_found")

// dealEditing is one list of deals being made or changed: what was looked up for all of them, and what is to be saved.
type dealEditing struct {
	editing
	pipelines []Pipeline
	contacts  map[ID]*Contact // those that inputs name

	deals   map[ID]*Deal // those of the list, as they are by now
	changed map[ID]bool
	order   []ID
	moves   []StageChange
	events  []Event
}

func newDealEditing(ctx context.Context, r Reader, hand Hand, inputs []DealInput) (*dealEditing, error) {
	common, err := newEditing(ctx, r, hand, EntityDeal)
	if err != nil {
		return nil, err
	}
	e := &dealEditing{editing: common, contacts: map[ID]*Contact{}, deals: map[ID]*Deal{}, changed: map[ID]bool{}}
	if e.pipelines, err = r.Pipelines(ctx); err != nil {
		return nil, err
	}
	var named []ID
	for _, in := range inputs {
		if in.ContactID != nil && *in.ContactID != "" {
			named = append(named, *in.ContactID)
		}
	}
	if len(named) == 0 {
		return e, nil
	}
	found, err := r.ContactsByID(ctx, named)
	for _, contact := range found {
		e.contacts[contact.ID] = contact
	}
	return e, err
}

func (e *dealEditing) load(ctx context.Context, r Reader, ids []ID) error {
	found, err := r.DealsByID(ctx, ids)
	for _, deal := range found {
		e.deals[deal.ID] = deal
	}
	return err
}

// editable returns a living deal that the hand may change, as [contactEditing.editable] does.
func (e *dealEditing) editable(id ID, version int64) (*Deal, error) {
	deal := e.deals[id]
	if deal == nil || deal.Gone() {
		return nil, errDealNotFound
	}
	if err := e.check(deal.OwnerID, deal.Version, version, errDealNotFound); err != nil {
		return nil, err
	}
	if version != 0 && e.changed[id] {
		return nil, errStale
	}
	return deal, nil
}

// put puts an input into a deal, which is a copy of its own, and keeps it unless something is wrong.
func (e *dealEditing) put(deal *Deal, in DealInput, fresh bool) DealResult {
	d := draft{editing: &e.editing, record: deal, fresh: fresh}
	before := len(e.moves)
	in.put(&d, deal)
	e.putContact(&d, deal, in)
	e.putStage(&d, deal, in)
	if err := d.problem(); err != nil {
		e.moves = e.moves[:before]
		return DealResult{Err: err}
	}
	if len(d.changes) == 0 {
		return DealResult{Deal: deal}
	}
	what := EventChanged
	if fresh {
		what = EventCreated
	}
	return DealResult{Deal: e.keep(deal, what, d.changes)}
}

func (e *dealEditing) putContact(d *draft, deal *Deal, in DealInput) {
	if in.ContactID == nil || *in.ContactID == deal.ContactID {
		return
	}
	if id := *in.ContactID; id != "" {
		if contact := e.contacts[id]; contact == nil || contact.Gone() || !e.hand.Reach.Sees(contact.OwnerID) {
			d.refuse(NewError(Invalid, "contact_unknown"), FieldContact)
			return
		}
	}
	d.note(deal.SetContact(*in.ContactID, e.origin))
}

// putStage moves the deal where the input says, and keeps why it was won or lost.
func (e *dealEditing) putStage(d *draft, deal *Deal, in DealInput) {
	stage, err := e.stageFor(deal, in)
	if err != nil {
		d.refuse(err, FieldStage)
		return
	}
	e.move(d, deal, stage)
	reason, asked := d.line(FieldCloseReason, in.CloseReason, maxCloseReason)
	switch {
	case !asked:
	case reason != "" && stage.Kind == StageOpen:
		d.refuse(NewError(Invalid, "close_reason_open", "stage", stage.Name), FieldCloseReason)
	default:
		d.note(deal.SetDetail(FieldCloseReason, nilIfEmpty(reason), e.origin))
	}
}

// move moves the deal unless it stands there. A reason why it was won or lost belongs to the stage that it leaves.
func (e *dealEditing) move(d *draft, deal *Deal, stage Stage) {
	move, change, moved := deal.MoveTo(stage, e.hand.At, e.origin)
	if !moved {
		return
	}
	e.moves = append(e.moves, move)
	d.note(change, true)
	d.note(deal.SetDetail(FieldCloseReason, nil, e.origin))
}

// stageFor returns the stage in which the deal is to stand.
func (e *dealEditing) stageFor(deal *Deal, in DealInput) (Stage, error) {
	pipeline := valueOf(in.PipelineID)
	if id := valueOf(in.StageID); id != "" {
		stage, ok := e.stage(id)
		switch {
		case !ok && id == deal.StageID:
			return Stage{ID: id, PipelineID: deal.PipelineID}, nil // it stays where it is, wherever that is
		case !ok:
			return Stage{}, NewError(Invalid, "stage_unknown").At(FieldStage)
		case pipeline != "" && pipeline != stage.PipelineID:
			return Stage{}, NewError(Invalid, "stage_of_other_pipeline", "stage", stage.Name).At(FieldStage)
		}
		return stage, nil
	}
	if deal.StageID == "" || pipeline != "" && pipeline != deal.PipelineID {
		return e.firstOpenStage(pipeline)
	}
	if stage, ok := e.stage(deal.StageID); ok {
		return stage, nil
	}
	return Stage{ID: deal.StageID, PipelineID: deal.PipelineID}, nil
}

func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// stage returns a stage in use.
func (e *dealEditing) stage(id ID) (Stage, bool) {
	for _, pipeline := range e.pipelines {
		for _, stage := range pipeline.Stages {
			if stage.ID == id {
				return stage, true
			}
		}
	}
	return Stage{}, false
}

// firstOpenStage returns that of a pipeline; of the first one when the id is zero.
func (e *dealEditing) firstOpenStage(pipeline ID) (Stage, error) {
	for _, p := range e.pipelines {
		if pipeline != "" && p.ID != pipeline {
			continue
		}
		if at := slices.IndexFunc(p.Stages, func(s Stage) bool { return s.Kind == StageOpen }); at >= 0 {
			return p.Stages[at], nil
		}
		return Stage{}, NewError(Conflict, "pipeline_without_open_stage", "pipeline", p.Name).At(FieldPipeline)
	}
	return Stage{}, NewError(Invalid, "pipeline_unknown").At(FieldPipeline)
}

func (e *dealEditing) delete(deal *Deal) *Deal {
	gone := deal.Clone()
	gone.DeletedAt = e.hand.At
	touch(&gone.UpdatedAt, e.hand.At)
	return e.keep(gone, EventDeleted, nil)
}

// keep takes a deal as it is by now, to be saved with an entry in its timeline.
func (e *dealEditing) keep(deal *Deal, what EventType, changes []Change) *Deal {
	if !e.changed[deal.ID] {
		e.changed[deal.ID] = true
		e.order = append(e.order, deal.ID)
	}
	e.deals[deal.ID] = deal
	e.events = append(e.events, e.event(EntityDeal, deal.ID, what, changes))
	return deal
}

// save writes what changed, and lets the results show it: one deal may have been changed more than once.
func (e *dealEditing) save(ctx context.Context, tx Tx, results []DealResult) error {
	if len(e.order) == 0 {
		return nil
	}
	changed := make([]*Deal, len(e.order))
	for i, id := range e.order {
		changed[i] = e.deals[id]
	}
	if err := tx.SaveDeals(ctx, changed); err != nil {
		return err
	}
	if err := tx.AddStageChanges(ctx, e.moves); err != nil {
		return err
	}
	for i := range results {
		if deal := results[i].Deal; deal != nil && e.deals[deal.ID] != nil {
			results[i].Deal = e.deals[deal.ID]
		}
	}
	return tx.AddEvents(ctx, e.events)
}

// dealsOfContacts deletes the deals of contacts that are deleted. The zero value has none.
type dealsOfContacts struct {
	editing *dealEditing
	of      map[ID][]*Deal
}

func loadDealsOfContacts(ctx context.Context, r Reader, hand Hand, contacts []ID) (dealsOfContacts, error) {
	e, err := newDealEditing(ctx, r, hand, nil)
	if err != nil {
		return dealsOfContacts{}, err
	}
	var stages []ID
	for _, pipeline := range e.pipelines {
		for _, stage := range pipeline.Stages {
			stages = append(stages, stage.ID)
		}
	}
	deals, err := r.DealsByContact(ctx, contacts, stages)
	d := dealsOfContacts{editing: e, of: map[ID][]*Deal{}}
	for _, deal := range deals {
		d.of[deal.ContactID] = append(d.of[deal.ContactID], deal)
	}
	return d, err
}

// editable says whether the hand may change all deals of the contact.
func (d dealsOfContacts) editable(contact ID) error {
	for _, deal := range d.of[contact] {
		if !d.editing.hand.Reach.Edits(deal.OwnerID) {
			return NewError(Forbidden, "deals_not_yours")
		}
	}
	return nil
}

func (d dealsOfContacts) delete(contact ID) {
	for _, deal := range d.of[contact] {
		d.editing.delete(deal)
	}
}

func (d dealsOfContacts) save(ctx context.Context, tx Tx) error {
	if d.editing == nil {
		return nil
	}
	return d.editing.save(ctx, tx, nil)
}
