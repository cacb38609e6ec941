package api

import (
	"context"

	"puente/internal/bridge"
	"puente/internal/crm"
)

type pipelineOut struct {
	ID       crm.ID     `json:"id"`
	Name     string     `json:"name"`
	Default  bool       `json:"default" doc:"New deals come here unless told otherwise"`
	Stages   []stageOut `json:"stages"`
	Created  naive      `json:"created"`
	Position int        `json:"position"`
	Version  int64      `json:"version"`
}

type stageOut struct {
	ID          crm.ID        `json:"id"`
	Name        string        `json:"name"`
	Type        crm.StageKind `json:"type" enum:"open,won,lost"`
	Color       string        `json:"color" doc:"#rrggbb; empty: that of its type"`
	Probability int           `json:"probability" doc:"In percent, that a deal here is won"`
	StaleDays   int           `json:"staleDays" doc:"After how many days a deal here is stale; 0: never"`
}

func encodePipeline(p crm.Pipeline, first bool) pipelineOut {
	out := pipelineOut{ID: p.ID, Name: p.Name, Default: first, Stages: []stageOut{}, Created: naive(p.CreatedAt), Position: p.Position, Version: p.Version}
	for _, s := range p.Stages {
		out.Stages = append(out.Stages, stageOut{s.ID, s.Name, s.Kind, s.Color, s.Probability, s.StaleDays})
	}
	return out
}

// pipeline encodes one pipeline, which may have been changed since the others were read, with its tag.
func (r *reading) pipeline(ctx context.Context, p crm.Pipeline) (*answer[pipelineOut], error) {
	all, err := r.Pipelines(ctx)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, p.Version, encodePipeline(p, len(all) > 0 && all[0].ID == p.ID))
}

// pageParams cut a list that is short.
type pageParams struct {
	Page int `query:"page" minimum:"0" doc:"Counted from 0"`
	Size int `query:"size" minimum:"0" maximum:"200" doc:"Without it all"`
}

func paged[T any](all []T, p pageParams) []T {
	if p.Size == 0 {
		return all
	}
	from := min(p.Page, len(all)) * p.Size // in that order: it cannot overflow
	return all[min(from, len(all)):min(from+p.Size, len(all))]
}

func listPipelines(ctx context.Context, r *reading, in *pageParams) (*body[page[pipelineOut]], error) {
	pipelines, err := r.allPipelines(ctx)
	all := []pipelineOut{}
	for i, p := range pipelines {
		all = append(all, encodePipeline(p, i == 0))
	}
	return &body[page[pipelineOut]]{page[pipelineOut]{Items: paged(all, *in), Total: len(all), TotalIsExact: true}}, err
}

func getPipeline(ctx context.Context, r *reading, in *ByID) (*answer[pipelineOut], error) {
	pipeline, err := crm.FindPipeline(ctx, r, in.ID)
	if err != nil {
		return nil, err
	}
	return r.pipeline(ctx, pipeline)
}

// stageFields says how errors about stages and pipelines name fields.
var stageFields = map[string]string{"kind": "type", "stale_days": "staleDays", "to": "moveTo"}

type stageIn struct {
	Name        string        `json:"name"`
	Type        crm.StageKind `json:"type,omitempty" enum:"open,won,lost" doc:"Without it open"`
	Color       string        `json:"color,omitempty" doc:"#rrggbb"`
	Probability int           `json:"probability,omitempty"`
	StaleDays   int           `json:"staleDays,omitempty"`
}

func (s stageIn) stage() crm.NewStage {
	return crm.NewStage{Name: s.Name, Kind: s.Type, Color: s.Color, Probability: s.Probability, StaleDays: s.StaleDays}
}

type pipelineBody struct {
	Body struct {
		Name   string    `json:"name"`
		Stages []stageIn `json:"stages,omitempty" maxItems:"50" doc:"Without it those that a new account starts with"`
	}
}

func createPipeline(ctx context.Context, w *writing, in *pipelineBody) (*answer[pipelineOut], error) {
	fresh := crm.NewPipeline{Name: in.Body.Name}
	for _, s := range in.Body.Stages {
		fresh.Stages = append(fresh.Stages, s.stage())
	}
	pipeline, err := crm.CreatePipeline(ctx, w.tx, w.hand, fresh)
	if err != nil {
		return nil, err
	}
	out, err := w.pipeline(ctx, pipeline)
	if err == nil {
		out.Location = "/v1/crm/pipelines/" + string(pipeline.ID)
	}
	return out, err
}

type pipelineChange struct {
	ByID
	Body struct {
		Name *string `json:"name,omitempty"`
	}
}

func patchPipeline(ctx context.Context, w *writing, in *pipelineChange) (*answer[pipelineOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	pipeline, err := crm.ChangePipeline(ctx, w.tx, w.hand, in.ID, crm.PipelineChange{Version: version, Name: in.Body.Name})
	if err != nil {
		return nil, err
	}
	return w.pipeline(ctx, pipeline)
}

type OrderBody struct {
	Body struct {
		IDs []crm.ID `json:"ids" maxItems:"100" doc:"In order; those that are not named come after these"`
	}
}

type pipelineItems struct {
	Items []pipelineOut `json:"items"`
}

func orderPipelines(ctx context.Context, w *writing, in *OrderBody) (*answer[pipelineItems], error) {
	pipelines, err := crm.ReorderPipelines(ctx, w.tx, w.hand, in.Body.IDs)
	out := pipelineItems{Items: []pipelineOut{}}
	for i, p := range pipelines {
		out.Items = append(out.Items, encodePipeline(p, i == 0))
	}
	return &answer[pipelineItems]{Body: out}, placed(err, "ids")
}

type stageBody struct {
	ByID
	Body stageIn
}

func addStage(ctx context.Context, w *writing, in *stageBody) (*answer[pipelineOut], error) {
	pipeline, err := crm.AddStage(ctx, w.tx, w.hand, in.ID, in.Body.stage())
	if err != nil {
		return nil, err
	}
	return w.pipeline(ctx, pipeline)
}

type stageOrder struct {
	ByID
	OrderBody
}

func orderStages(ctx context.Context, w *writing, in *stageOrder) (*answer[pipelineOut], error) {
	pipeline, err := crm.ReorderStages(ctx, w.tx, w.hand, in.ID, in.Body.IDs)
	if err != nil {
		return nil, err
	}
	return w.pipeline(ctx, pipeline)
}

// StageID names a stage in its pipeline.
type StageID struct {
	ByID
	Stage crm.ID `path:"stage"`
}

// inPipeline says whether the stage is one of the pipeline that the path names. not_found: stage_not_found.
func (s StageID) inPipeline(ctx context.Context, r crm.Reader) error {
	pipeline, _, err := crm.FindStage(ctx, r, s.Stage)
	if err == nil && pipeline.ID != s.ID {
		err = crm.NewError(crm.NotFound, "stage_not_found", "id", string(s.Stage))
	}
	return err
}

type stageChange struct {
	StageID
	Body struct {
		Name        *string        `json:"name,omitempty"`
		Type        *crm.StageKind `json:"type,omitempty" enum:"open,won,lost" doc:"The deals that stand here become open, won or lost with it"`
		Color       *string        `json:"color,omitempty" doc:"#rrggbb"`
		Probability *int           `json:"probability,omitempty"`
		StaleDays   *int           `json:"staleDays,omitempty"`
	}
}

func patchStage(ctx context.Context, w *writing, in *stageChange) (*answer[pipelineOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	if err := in.inPipeline(ctx, w); err != nil {
		return nil, err
	}
	b := in.Body
	pipeline, err := bridge.ChangeStage(ctx, w.tx, w.hand, in.Stage, crm.StageEdit{
		Version: version, Name: b.Name, Kind: b.Type, Color: b.Color, Probability: b.Probability, StaleDays: b.StaleDays,
	})
	if err != nil {
		return nil, err
	}
	return w.pipeline(ctx, pipeline)
}

type stageRemoval struct {
	StageID
	MoveTo crm.ID `query:"moveTo" doc:"The stage to which its deals go, of whatever pipeline. Without it the answer is 409 stage_has_deals as long as there are some."`
}

func deleteStage(ctx context.Context, c *call, in *stageRemoval) (*empty, error) {
	return nil, c.remove(ctx, bridge.Removal{Pipeline: in.ID, Stage: in.Stage, MoveTo: in.MoveTo})
}

type pipelineRemoval struct {
	ByID
	MoveTo crm.ID `query:"moveTo" doc:"The stage of another pipeline to which its deals go. Without it the answer is 409 pipeline_has_deals as long as there are some."`
}

func deletePipeline(ctx context.Context, c *call, in *pipelineRemoval) (*empty, error) {
	return nil, c.remove(ctx, bridge.Removal{Pipeline: in.ID, MoveTo: in.MoveTo})
}

// remove deletes the version that the caller means.
func (c *call) remove(ctx context.Context, r bridge.Removal) (err error) {
	if r.Version, err = c.wanted(); err != nil {
		return err
	}
	return bridge.Remove(ctx, c.transaction(ctx), c.hand(), r)
}
