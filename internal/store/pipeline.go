package store

import (
	"context"
	"slices"

	"puente/internal/crm"
)

// Pipelines returns all pipelines in use with their stages in use, in their order.
func (x *reader) Pipelines(ctx context.Context) ([]crm.Pipeline, error) {
	pipelines, err := x.pipelines(ctx, ` AND archived_at = 0`)
	if err != nil {
		return nil, err
	}
	stages, err := x.stages(ctx, ` AND archived_at = 0`)
	for _, s := range stages {
		if i := slices.IndexFunc(pipelines, func(p crm.Pipeline) bool { return p.ID == s.PipelineID }); i >= 0 {
			pipelines[i].Stages = append(pipelines[i].Stages, s)
		}
	}
	return pipelines, err
}

// ArchivedPipelines returns pipelines that were deleted, with all their stages, and those in use that have deleted stages, with these only.
func (x *reader) ArchivedPipelines(ctx context.Context) ([]crm.Pipeline, error) {
	pipelines, err := x.pipelines(ctx, ``)
	if err != nil {
		return nil, err
	}
	stages, err := x.stages(ctx, ``)
	for _, s := range stages {
		i := slices.IndexFunc(pipelines, func(p crm.Pipeline) bool { return p.ID == s.PipelineID })
		if !s.ArchivedAt.IsZero() || !pipelines[i].ArchivedAt.IsZero() {
			pipelines[i].Stages = append(pipelines[i].Stages, s)
		}
	}
	return slices.DeleteFunc(pipelines, func(p crm.Pipeline) bool { return p.ArchivedAt.IsZero() && len(p.Stages) == 0 }), err
}

func (x *session) pipelines(ctx context.Context, which string) ([]crm.Pipeline, error) {
	return query(ctx, x, "pipelines",
		`SELECT id, name, position, created_at, archived_at, version FROM pipeline WHERE account_id = $1`+which+` ORDER BY position, created_at, id`,
		[]any{x.account}, func(r row) (p crm.Pipeline, err error) {
			err = r.Scan(&p.ID, &p.Name, &p.Position, instant{&p.CreatedAt}, instant{&p.ArchivedAt}, &p.Version)
			return p, err
		})
}

func (x *session) stages(ctx context.Context, which string) ([]crm.Stage, error) {
	return query(ctx, x, "stages",
		`SELECT id, pipeline_id, name, kind, position, color, probability, stale_days, archived_at FROM stage
		 WHERE account_id = $1`+which+` ORDER BY position, id`,
		[]any{x.account}, func(r row) (s crm.Stage, err error) {
			err = r.Scan(&s.ID, &s.PipelineID, &s.Name, &s.Kind, &s.Position, &s.Color, &s.Probability, &s.StaleDays, instant{&s.ArchivedAt})
			return s, err
		})
}

const stageColumns = `id, pipeline_id, name, name_key, kind, position, color, probability, stale_days, archived_at`

var (
	insertStage = newInsertion("stage", "account_id, "+stageColumns, "")
	upsertStage = newInsertion("stage", "account_id, "+stageColumns, `ON CONFLICT (account_id, pipeline_id, id) DO UPDATE SET
		name = excluded.name, name_key = excluded.name_key, kind = excluded.kind, position = excluded.position, color = excluded.color,
		probability = excluded.probability, stale_days = excluded.stale_days, archived_at = excluded.archived_at`)
)

// CreatePipeline adds a pipeline with its stages, of Version 1. conflict: its name or id, or a stage's, is taken. invalid: a stage says that it is of another
// pipeline.
func (x *writer) CreatePipeline(ctx context.Context, p crm.Pipeline) error {
	_, err := x.tx.ExecContext(ctx,
		`INSERT INTO pipeline (account_id, id, name, name_key, position, created_at, archived_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)`,
		x.account, text(p.ID), text(p.Name), crm.Fold(text(p.Name)), p.Position, micros(p.CreatedAt), micros(p.ArchivedAt))
	if err != nil {
		return x.s.taken("create pipeline", err, idTaken(p.ID), nameTaken(p.Name))
	}
	return x.saveStages(ctx, insertStage, p)
}

func (x *writer) saveStages(ctx context.Context, with *insertion, p crm.Pipeline) error {
	values := make([]any, 0, len(p.Stages)*with.columns)
	named := map[string]crm.Stage{}
	for _, s := range p.Stages {
		if s.PipelineID != "" && s.PipelineID != p.ID {
			return crm.NewError(crm.Invalid, "reference_unknown").At("stages")
		}
		key := crm.Fold(text(s.Name))
		if s.ArchivedAt.IsZero() {
			if _, twice := named[key]; twice {
				return nameTaken(s.Name)
			}
			named[key] = s
		}
		values = append(values, x.account, text(s.ID), text(p.ID), text(s.Name), key, text(s.Kind), s.Position, text(s.Color), s.Probability,
			s.StaleDays, micros(s.ArchivedAt))
	}
	return x.s.taken("save stages", x.insert(ctx, with, values), idTaken(p.ID), nameTaken(p.Name))
}

// UpdatePipeline updates a pipeline and the stages that it has: those that are new are added, those that are not in the list stay as they are. not_found: no
// such pipeline. conflict: stale, a name is taken, or deals stand in what is archived (stage_has_deals).
func (x *writer) UpdatePipeline(ctx context.Context, p crm.Pipeline) error {
	if err := x.updateVersion(ctx, "pipeline", p.ID, notFound("pipeline_not_found", p.ID), nameTaken(p.Name),
		`UPDATE pipeline SET name = $4, name_key = $5, position = $6, archived_at = $7, version = version + 1
		 WHERE account_id = $1 AND id = $2 AND version = $3`,
		x.account, text(p.ID), p.Version, text(p.Name), crm.Fold(text(p.Name)), p.Position, micros(p.ArchivedAt)); err != nil {
		return err
	}
	var all, left []crm.ID
	for _, s := range p.Stages {
		all = append(all, s.ID)
		if !s.ArchivedAt.IsZero() || !p.ArchivedAt.IsZero() {
			left = append(left, s.ID)
		}
	}
	standing, err := queryIn(ctx, &x.session, "deals in stages",
		`SELECT s.id, s.name FROM stage s WHERE s.account_id = $1 AND EXISTS (
		 SELECT 1 FROM deal d WHERE d.account_id = s.account_id AND d.stage_id = s.id AND d.deleted_at = 0) AND s.id IN `+list,
		[]any{x.account}, left, func(r row) (s crm.Stage, err error) { return s, r.Scan(&s.ID, &s.Name) })
	if err != nil {
		return err
	}
	if len(standing) > 0 {
		return crm.NewError(crm.Conflict, "stage_not_empty", "stage", standing[0].Name)
	}
	// Two stages may swap their names: each lets go of its own first.
	if err := execIn(ctx, &x.session, "free stage names", `UPDATE stage SET name_key = id || $3 WHERE account_id = $1 AND pipeline_id = $2 AND id IN `+list,
		[]any{x.account, text(p.ID), freedName}, all); err != nil {
		return err
	}
	return x.saveStages(ctx, upsertStage, p)
}

// freedName ends a name_key that no name has.
const freedName = "\x01"

func nameTaken(name string) *crm.Error {
	return crm.NewError(crm.Conflict, "name_taken", "name", name).At("name")
}
