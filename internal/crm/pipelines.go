package crm

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// The most pipelines of an account and stages of a pipeline in use, and the longest names in characters.
const (
	MaxPipelines = 20
	MaxStages    = 50

	maxPipelineName = 60
	maxStageName    = 60
)

// NewPipeline is a pipeline to be made. Without stages it gets those that a new account starts with.
type NewPipeline struct {
	Name   string
	Stages []NewStage
}

// PipelineChange is what somebody wants of a pipeline; nil: as it is.
type PipelineChange struct {
	Version int64 // that somebody saw; 0: whatever it is now
	Name    *string
}

// FindPipeline returns a pipeline in use. not_found: pipeline_not_found.
func FindPipeline(ctx context.Context, r Reader, id ID) (Pipeline, error) {
	pipelines, err := r.Pipelines(ctx)
	if err != nil {
		return Pipeline{}, err
	}
	return pipelineAmong(pipelines, id)
}

func pipelineAmong(pipelines []Pipeline, id ID) (Pipeline, error) {
	at := slices.IndexFunc(pipelines, func(p Pipeline) bool { return p.ID == id })
	if at < 0 {
		return Pipeline{}, NewError(NotFound, "pipeline_not_found", "id", clip(cleanText(string(id))))
	}
	return pipelines[at], nil
}

// CreatePipeline adds a pipeline after the others. invalid: name_missing, text_too_long, what is wrong with a stage as in [AddStage], or no open stage among them (pipeline_needs_open_stage).
// conflict: name_taken, too_many_pipelines.
func CreatePipeline(ctx context.Context, tx Tx, hand Hand, n NewPipeline) (Pipeline, error) {
	account, err := tx.Account(ctx)
	if err != nil {
		return Pipeline{}, err
	}
	pipelines, err := tx.Pipelines(ctx)
	if err != nil {
		return Pipeline{}, err
	}
	if len(pipelines) >= MaxPipelines {
		return Pipeline{}, NewError(Conflict, "too_many_pipelines", "most", strconv.Itoa(MaxPipelines))
	}
	pipeline := DefaultPipeline(account.Language, hand.At)
	if pipeline.Name, err = checkedName(n.Name, maxPipelineName); err != nil {
		return Pipeline{}, err
	}
	for _, p := range pipelines {
		pipeline.Position = max(pipeline.Position, p.Position+1)
	}
	if len(n.Stages) > 0 {
		pipeline.Stages = nil
	}
	for i, stage := range n.Stages {
		if err := pipeline.add(stage); err != nil {
			return Pipeline{}, inStage(i, err)
		}
	}
	if err := pipeline.check(); err != nil {
		return Pipeline{}, err
	}
	if err := tx.CreatePipeline(ctx, pipeline); err != nil {
		return Pipeline{}, err
	}
	pipeline.Version = 1
	return pipeline, nil
}

// inStage says in which stage of a list the input at fault is.
func inStage(i int, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e.At("stages[" + strconv.Itoa(i) + "]." + e.Field)
	}
	return err
}

// check says whether a pipeline can be worked with.
func (p Pipeline) check() error {
	open := func(s Stage) bool { return s.Kind == StageOpen && s.ArchivedAt.IsZero() }
	if !slices.ContainsFunc(p.Stages, open) {
		return NewError(Conflict, "pipeline_needs_open_stage", "pipeline", p.Name)
	}
	return nil
}

// ChangePipeline changes a pipeline's name. not_found: pipeline_not_found. invalid: name_missing, text_too_long. conflict: stale, name_taken.
func ChangePipeline(ctx context.Context, tx Tx, hand Hand, id ID, change PipelineChange) (Pipeline, error) {
	pipeline, err := FindPipeline(ctx, tx, id)
	if err != nil {
		return Pipeline{}, err
	}
	if err := checkVersion(pipeline.Version, change.Version); err != nil || change.Name == nil {
		return pipeline, err
	}
	if pipeline.Name, err = checkedName(*change.Name, maxPipelineName); err != nil {
		return Pipeline{}, err
	}
	return updatePipeline(ctx, tx, pipeline)
}

// updatePipeline saves a pipeline and returns it as it is then, without what was archived.
func updatePipeline(ctx context.Context, tx Tx, pipeline Pipeline) (Pipeline, error) {
	if err := tx.UpdatePipeline(ctx, pipeline); err != nil {
		return Pipeline{}, err
	}
	pipeline.Version++
	pipeline.Stages = slices.DeleteFunc(slices.Clone(pipeline.Stages), func(s Stage) bool { return !s.ArchivedAt.IsZero() })
	return pipeline, nil
}

// ReorderPipelines puts the pipelines into an order; those that are not named come after those that are, as they stand. not_found: pipeline_not_found.
func ReorderPipelines(ctx context.Context, tx Tx, hand Hand, ids []ID) ([]Pipeline, error) {
	pipelines, err := tx.Pipelines(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, err := pipelineAmong(pipelines, id); err != nil {
			return nil, err
		}
	}
	ordered := inOrder(pipelines, ids, func(p Pipeline) ID { return p.ID })
	for i, pipeline := range ordered {
		if pipeline.Position == i {
			continue
		}
		pipeline.Position = i
		if ordered[i], err = updatePipeline(ctx, tx, pipeline); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}

// DeletePipeline deletes a pipeline with its stages; histories go on naming them. What names it elsewhere, such as the rules of a connection, is for the caller to ask before. not_found:
// pipeline_not_found. conflict: stale; it is the only one (last_pipeline); and, when nothing else is in the way, deals stand in it (pipeline_has_deals, with the count), which [MoveDeals]
// takes away first.
func DeletePipeline(ctx context.Context, tx Tx, hand Hand, id ID, version int64) error {
	pipelines, err := tx.Pipelines(ctx)
	if err != nil {
		return err
	}
	pipeline, err := pipelineAmong(pipelines, id)
	if err != nil {
		return err
	}
	if err := checkVersion(pipeline.Version, version); err != nil {
		return err
	}
	if len(pipelines) == 1 {
		return NewError(Conflict, "last_pipeline", "pipeline", pipeline.Name)
	}
	count, err := countDeals(ctx, tx, pipeline.Stages...)
	if err != nil {
		return err
	}
	if count > 0 {
		return NewError(Conflict, "pipeline_has_deals", "pipeline", pipeline.Name, "count", strconv.FormatInt(count, 10))
	}
	pipeline.ArchivedAt = hand.At
	_, err = updatePipeline(ctx, tx, pipeline)
	return err
}

// countDeals returns how many living deals stand in some stages.
func countDeals(ctx context.Context, r Reader, stages ...Stage) (int64, error) {
	totals, err := r.StageTotals(ctx)
	var count int64
	for _, total := range totals {
		if slices.ContainsFunc(stages, func(s Stage) bool { return s.ID == total.StageID }) {
			count += total.Deals
		}
	}
	return count, err
}
