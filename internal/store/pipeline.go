package store

import (
	"context"
	"slices"

	"puente/internal/crm"
)

// Pipelines returns all pipelines with their stages, in their order.
func (x *reader) Pipelines(ctx context.Context) ([]crm.Pipeline, error) {
	pipelines, err := query(ctx, &x.session, "pipelines",
		`SELECT id, name, position, created_at FROM pipeline WHERE account_id = $1 ORDER BY position, created_at, id`, []any{x.account},
		func(r row) (p crm.Pipeline, err error) {
			err = r.Scan(&p.ID, &p.Name, &p.Position, instant{&p.CreatedAt})
			return p, err
		})
	if err != nil {
		return nil, err
	}
	stages, err := query(ctx, &x.session, "stages",
		`SELECT id, pipeline_id, name, kind, position FROM stage WHERE account_id = $1 ORDER BY position, id`, []any{x.account},
		func(r row) (s crm.Stage, err error) {
			err = r.Scan(&s.ID, &s.PipelineID, &s.Name, &s.Kind, &s.Position)
			return s, err
		})
	if err != nil {
		return nil, err
	}
	for _, s := range stages {
		i := slices.IndexFunc(pipelines, func(p crm.Pipeline) bool { return p.ID == s.PipelineID })
		pipelines[i].Stages = append(pipelines[i].Stages, s)
	}
	return pipelines, nil
}

var insertStage = newInsertion("stage", "account_id, id, pipeline_id, name, kind, position", "")

// CreatePipeline adds a pipeline with its stages. conflict: its name or id, or a stage's, is taken. invalid: a stage says that it is of another pipeline.
func (x *writer) CreatePipeline(ctx context.Context, p crm.Pipeline) error {
	named := crm.NewError(crm.Conflict, "name_taken", "name", p.Name).At("name")
	_, err := x.tx.ExecContext(ctx, `INSERT INTO pipeline (account_id, id, name, position, created_at) VALUES ($1, $2, $3, $4, $5)`,
		x.account, text(p.ID), text(p.Name), p.Position, micros(p.CreatedAt))
	if err != nil {
		return x.s.taken("create pipeline", err, idTaken(p.ID), named)
	}
	var values []any
	for _, s := range p.Stages {
		if s.PipelineID != "" && s.PipelineID != p.ID {
			return crm.NewError(crm.Invalid, "reference_unknown").At("stages")
		}
		values = append(values, x.account, text(s.ID), text(p.ID), text(s.Name), text(s.Kind), s.Position)
	}
	if err := x.insert(ctx, insertStage, values); err != nil {
		return x.s.taken("create pipeline", err, idTaken(p.ID), crm.NewError(crm.Conflict, "name_taken", "name", p.Name).At("stages"))
	}
	return nil
}
