package api

import (
	"context"
	"encoding/json"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// dealIn is a deal as callers write it. Members left out stay as they are; null takes away what stands there.
type dealIn struct {
	Name        given[string]  `json:"name,omitzero" example:"Cocina de la señora Rojas"`
	Description given[string]  `json:"description,omitzero"`
	ContactID   given[crm.ID]  `json:"contactId,omitzero"`
	PipelineID  given[crm.ID]  `json:"pipelineId,omitzero" doc:"Without it a new deal comes into the first pipeline"`
	StageID     given[crm.ID]  `json:"stageId,omitzero" doc:"Without it a new deal comes into the pipeline's first open stage"`
	Value       given[number]  `json:"value,omitzero" example:"150000"`
	Currency    given[string]  `json:"currency,omitzero" doc:"ISO 4217; without it the account's" example:"CLP"`
	Priority    given[int]     `json:"priority,omitzero" doc:"0 (none) to 3" minimum:"0" maximum:"3"`
	AssignedTo  given[string]  `json:"assignedTo,omitzero" doc:"The e-mail or the id of the user responsible, or unassigned" example:"unassigned"`
	CloseReason given[string]  `json:"closeReason,omitzero" doc:"Why it was won or lost"`
	Custom      map[string]any `json:"custom,omitzero" doc:"Values of custom fields by their keys (GET /v1/crm/custom-fields)"`

	Products        productsIn  `json:"products,omitzero" doc:"Has to be empty: Puente keeps no products"`
	TriggerWorkflow given[bool] `json:"triggerWorkflow,omitzero" doc:"Taken for the sake of scripts of another CRM; nothing is triggered"`

	ID       any `json:"id,omitempty" doc:"As it was read; not changed"`
	Created  any `json:"created,omitempty" doc:"As it was read; not changed"`
	Modified any `json:"modified,omitempty" doc:"As it was read; not changed"`
	Version  any `json:"version,omitempty" doc:"As it was read; not changed: send the ETag in If-Match"`
	Status   any `json:"status,omitempty" doc:"As it was read; not changed: it follows from the stage"`
	Contact  any `json:"contact,omitempty" doc:"As it was read; not changed: send contactId"`
	Pipeline any `json:"pipeline,omitempty" doc:"As it was read; not changed: send pipelineId and stageId"`
	Stale    any `json:"stale,omitempty" doc:"As it was read; not changed"`

	StageEntered any `json:"stageEntered,omitempty" doc:"As it was read; not changed"`
}

// productsIn are products of a deal, as scripts of another CRM send them.
type productsIn struct {
	Items       []any `json:"items,omitempty"`
	UpdateValue bool  `json:"updateValue,omitempty"`
}

// dealFields says how errors about deals name fields.
var dealFields = map[string]string{
	crm.FieldOwner: "assignedTo", crm.FieldContact: "contactId", crm.FieldStage: "stageId", "pipeline": "pipelineId", crm.FieldCloseReason: "closeReason",
	crm.FieldStageEntered: "stageEntered", crm.FieldUpdated: "modified",
}

// input returns what is asked, with the owner's id. invalid: products_not_kept.
func (b dealIn) input(ctx context.Context, r *reading) (crm.DealInput, error) {
	if len(b.Products.Items) > 0 {
		return crm.DealInput{}, crm.NewError(crm.Invalid, "products_not_kept").At("products.items")
	}
	owner, err := r.owner(ctx, b.AssignedTo)
	return crm.DealInput{
		Name: b.Name.pointer(), ContactID: b.ContactID.pointer(), PipelineID: b.PipelineID.pointer(), StageID: b.StageID.pointer(),
		Value: (*json.Number)(b.Value.pointer()), Currency: b.Currency.pointer(), OwnerID: owner, Description: b.Description.pointer(),
		Priority: b.Priority.pointer(), CloseReason: b.CloseReason.pointer(), Custom: b.Custom,
	}, err
}

// whole marks as given whatever was left out, so that a PUT replaces all of a deal; it stays in its stage unless another is named.
func (b *dealIn) whole(present *crm.Deal) {
	b.Name.Set, b.Description.Set, b.ContactID.Set, b.Priority.Set, b.AssignedTo.Set, b.CloseReason.Set = true, true, true, true, true, true
	b.Value.Set = true
	b.Custom = wholeCustom(b.Custom, present.Custom)
}

// dealOut is a deal as callers read it.
type dealOut struct {
	ID           crm.ID          `json:"id"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	AssignedTo   string          `json:"assignedTo" doc:"The e-mail of the user responsible, or unassigned"`
	Value        number          `json:"value"`
	Currency     string          `json:"currency"`
	Status       crm.StageKind   `json:"status" enum:"open,won,lost" doc:"Follows from the stage"`
	Priority     int64           `json:"priority"`
	CloseReason  string          `json:"closeReason"`
	ContactID    crm.ID          `json:"contactId" doc:"Empty: without contact"`
	Contact      *dealContactOut `json:"contact,omitempty" doc:"Absent without one, and for those who may not read contacts"`
	PipelineID   crm.ID          `json:"pipelineId"`
	StageID      crm.ID          `json:"stageId"`
	Pipeline     dealPipelineOut `json:"pipeline"`
	StageEntered instant         `json:"stageEntered" doc:"Since when it stands in its stage"`
	Stale        bool            `json:"stale" doc:"It stands in its stage for longer than the stage's staleDays"`
	Custom       map[string]any  `json:"custom" doc:"Values of custom fields by their keys"`
	Created      naive           `json:"created"`
	Modified     naive           `json:"modified"`
	Version      int64           `json:"version"`
}

type dealContactOut struct {
	ID        crm.ID `json:"id"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
	Name      string `json:"name"`
	Deleted   bool   `json:"deleted"`
}

type dealPipelineOut struct {
	ID        crm.ID        `json:"id"`
	Name      string        `json:"name"`
	StageID   crm.ID        `json:"stageId"`
	StageName string        `json:"stageName"`
	StageType crm.StageKind `json:"stageType" enum:"open,won,lost"`
}

// deals encodes deals, with one look-up of what they refer to.
func (r *reading) deals(ctx context.Context, deals ...*crm.Deal) ([]dealOut, error) {
	out := make([]dealOut, len(deals))
	if len(deals) == 0 {
		return out, nil
	}
	contacts, err := crm.ContactsOfDeals(ctx, r, r.hand(), deals)
	if err != nil {
		return nil, err
	}
	pipelines, err := r.allPipelines(ctx)
	if err != nil {
		return nil, err
	}
	now := r.clock.Now()
	for i, d := range deals {
		owner, err := r.assignedTo(ctx, d.OwnerID)
		if err != nil {
			return nil, err
		}
		custom, err := r.customOut(ctx, crm.EntityDeal, d.Custom)
		if err != nil {
			return nil, err
		}
		pipeline, stage := standing(pipelines, d.StageID)
		values := details(d.Details)
		out[i] = dealOut{
			ID: d.ID, Name: d.Name, Description: values.text(crm.FieldDescription), AssignedTo: owner, Value: number(d.Value.Amount()), Currency: d.Value.Currency,
			Status: stage.Kind, Priority: values.whole(crm.FieldPriority), CloseReason: values.text(crm.FieldCloseReason), ContactID: d.ContactID,
			PipelineID: d.PipelineID, StageID: d.StageID, StageEntered: instant{d.StageEnteredAt}, Stale: crm.DealIsStale(stage, d, now), Custom: custom,
			Pipeline: dealPipelineOut{ID: d.PipelineID, Name: pipeline.Name, StageID: d.StageID, StageName: stage.Name, StageType: stage.Kind},
			Created:  naive(d.CreatedAt), Modified: naive(d.UpdatedAt), Version: d.Version,
		}
		if d.ContactID != "" && r.reads(auth.Contacts) {
			out[i].Contact = encodeDealContact(d.ContactID, contacts[d.ContactID])
		}
	}
	return out, nil
}

func encodeDealContact(id crm.ID, c crm.DealContact) *dealContactOut {
	out := &dealContactOut{ID: id, Name: c.Name, Deleted: c.Deleted}
	if c.Contact != nil {
		out.FirstName, out.LastName = c.Contact.FirstName, c.Contact.LastName
		out.Email, out.Phone = at(written(c.Contact, crm.IdentityEmail), 0), digits(at(written(c.Contact, crm.IdentityPhone), 0))
	}
	return out
}

// standing returns a stage and its pipeline.
func standing(pipelines []crm.Pipeline, id crm.ID) (crm.Pipeline, crm.Stage) {
	for _, p := range pipelines {
		for _, s := range p.Stages {
			if s.ID == id {
				return p, s
			}
		}
	}
	return crm.Pipeline{}, crm.Stage{}
}

// deal encodes one deal with its tag.
func (r *reading) deal(ctx context.Context, d *crm.Deal) (*answer[dealOut], error) {
	out, err := r.deals(ctx, d)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, d.Version, out[0])
}

// documentOut is a document of Bsale that a deal is linked to.
type documentOut struct {
	BsaleID   int64           `json:"bsaleId"`
	Kind      bridge.Kind     `json:"kind"`
	TypeName  string          `json:"typeName"`
	Number    string          `json:"number"`
	EmittedOn string          `json:"emittedOn" doc:"A day, 2026-03-12"`
	Total     number          `json:"total"`
	Currency  string          `json:"currency"`
	Credited  number          `json:"credited" doc:"Taken back by credit notes"`
	PublicURL string          `json:"publicUrl" doc:"Where everybody may see the document; empty: nowhere"`
	Standing  bridge.Standing `json:"standing"`
}

func encodeDocument(d bridge.DealDocument) documentOut {
	return documentOut{
		BsaleID: d.BsaleID, Kind: d.Kind, TypeName: d.TypeName, Number: d.Number, EmittedOn: d.EmittedOn, Total: number(d.Total.Amount()),
		Currency: d.Total.Currency, Credited: number(d.Credited.Amount()), PublicURL: d.PublicURL, Standing: d.Standing,
	}
}
