package crm

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// maxStaleDays is ten years: more is never.
const maxStaleDays = 3650

// NewStage is a stage to be made.
type NewStage struct {
	Name        string
	Kind        StageKind // empty: open
	Color       string    // #rrggbb; empty: that of its kind
	Probability int       // percent, of an open stage
	StaleDays   int       // 0: never
}

// StageEdit is what somebody wants of a stage; nil: as it is.
type StageEdit struct {
	Version     int64 // of the pipeline, that somebody saw; 0: whatever it is now
	Name        *string
	Kind        *StageKind
	Color       *string
	Probability *int
	StaleDays   *int
}

// Valid says whether k is a kind of stage.
func (k StageKind) Valid() bool { return k == StageOpen || k == StageWon || k == StageLost }

// FindStage returns a stage in use with its pipeline. not_found: stage_not_found.
func FindStage(ctx context.Context, r Reader, id ID) (Pipeline, Stage, error) {
	pipelines, err := r.Pipelines(ctx)
	if err != nil {
		return Pipeline{}, Stage{}, err
	}
	for _, p := range pipelines {
		if at := p.stage(id); at >= 0 {
			return p, p.Stages[at], nil
		}
	}
	return Pipeline{}, Stage{}, NewError(NotFound, "stage_not_found", "id", clip(cleanText(string(id))))
}

// stage returns the place of a stage in the pipeline, -1 if it has no such.
func (p Pipeline) stage(id ID) int {
	return slices.IndexFunc(p.Stages, func(s Stage) bool { return s.ID == id })
}

// AddStage adds a stage after the others of a pipeline. not_found: pipeline_not_found. invalid: name_missing, text_too_long, stage_kind_unknown, color_invalid, or a probability or days out of
// range (number_out_of_range). conflict: name_taken, too_many_stages.
func AddStage(ctx context.Context, tx Tx, hand Hand, pipeline ID, n NewStage) (Pipeline, error) {
	p, err := FindPipeline(ctx, tx, pipeline)
	if err != nil {
		return Pipeline{}, err
	}
	if err := p.add(n); err != nil {
		return Pipeline{}, err
	}
	return updatePipeline(ctx, tx, p)
}

// add adds a stage in memory.
func (p *Pipeline) add(n NewStage) error {
	if len(p.Stages) >= MaxStages {
		return NewError(Conflict, "too_many_stages", "most", strconv.Itoa(MaxStages))
	}
	stage := Stage{ID: NewID(), PipelineID: p.ID, Kind: StageOpen}
	for _, s := range p.Stages {
		stage.Position = max(stage.Position, s.Position+1)
	}
	edit := StageEdit{Name: &n.Name, Color: &n.Color, Probability: &n.Probability, StaleDays: &n.StaleDays}
	if n.Kind != "" {
		edit.Kind = &n.Kind
	}
	if err := stage.put(edit); err != nil {
		return err
	}
	p.Stages = append(p.Stages, stage)
	return nil
}

// put puts what is asked into the stage, in memory.
func (s *Stage) put(edit StageEdit) error {
	var err error
	if edit.Name != nil {
		if s.Name, err = checkedName(*edit.Name, maxStageName); err != nil {
			return err
		}
	}
	if edit.Kind != nil {
		if s.Kind = *edit.Kind; !s.Kind.Valid() {
			return NewError(Invalid, "stage_kind_unknown", "kind", clip(cleanText(string(s.Kind)))).At("kind")
		}
	}
	if edit.Color != nil {
		if s.Color, err = checkedColor(*edit.Color); err != nil {
			return err
		}
	}
	if edit.Probability != nil {
		if s.Probability, err = checkedRange(*edit.Probability, 100, "probability"); err != nil {
			return err
		}
	}
	if edit.StaleDays != nil {
		if s.StaleDays, err = checkedRange(*edit.StaleDays, maxStaleDays, "stale_days"); err != nil {
			return err
		}
	}
	switch s.Kind {
	case StageWon:
		s.Probability = 100
	case StageLost:
		s.Probability = 0
	}
	return nil
}

func checkedRange(n, most int, place string) (int, error) {
	if n < 0 || n > most {
		return 0, NewError(Invalid, "number_out_of_range", "most", strconv.Itoa(most)).At(place)
	}
	return n, nil
}

// ChangeStage changes a stage and returns its pipeline. With another kind the status of the deals that stand in it is another one. not_found: stage_not_found. invalid: as in [AddStage]. conflict: stale; name_taken; the pipeline
// would have no open stage (pipeline_needs_open_stage).
func ChangeStage(ctx context.Context, tx Tx, hand Hand, id ID, edit StageEdit) (Pipeline, error) {
	pipeline, stage, err := FindStage(ctx, tx, id)
	if err != nil {
		return Pipeline{}, err
	}
	if err := checkVersion(pipeline.Version, edit.Version); err != nil {
		return Pipeline{}, err
	}
	if err := stage.put(edit); err != nil {
		return Pipeline{}, err
	}
	pipeline.Stages[pipeline.stage(id)] = stage
	if err := pipeline.check(); err != nil {
		return Pipeline{}, err
	}
	return updatePipeline(ctx, tx, pipeline)
}

// ReorderStages puts a pipeline's stages into an order; those that are not named come after those that are, as they stand. not_found: pipeline_not_found, stage_not_found.
func ReorderStages(ctx context.Context, tx Tx, hand Hand, pipeline ID, ids []ID) (Pipeline, error) {
	p, err := FindPipeline(ctx, tx, pipeline)
	if err != nil {
		return Pipeline{}, err
	}
	for _, id := range ids {
		if p.stage(id) < 0 {
			return Pipeline{}, NewError(NotFound, "stage_not_found", "id", clip(cleanText(string(id))))
		}
	}
	p.Stages = inOrder(p.Stages, ids, func(s Stage) ID { return s.ID })
	for i := range p.Stages {
		p.Stages[i].Position = i
	}
	return updatePipeline(ctx, tx, p)
}

// DeleteStage deletes a stage and returns its pipeline; histories go on naming it. What names it elsewhere, such as the rules of a connection, is for the caller to ask before. not_found:
// stage_not_found. conflict: stale; it is the pipeline's only open one (pipeline_needs_open_stage); and, when nothing else is in the way, deals stand in it (stage_has_deals, with the
// count), which [MoveDeals] takes away first.
func DeleteStage(ctx context.Context, tx Tx, hand Hand, id ID, version int64) (Pipeline, error) {
	pipeline, stage, err := FindStage(ctx, tx, id)
	if err != nil {
		return Pipeline{}, err
	}
	if err := checkVersion(pipeline.Version, version); err != nil {
		return Pipeline{}, err
	}
	pipeline.Stages[pipeline.stage(id)].ArchivedAt = hand.At
	if err := pipeline.check(); err != nil {
		return Pipeline{}, err
	}
	count, err := countDeals(ctx, tx, stage)
	if err != nil {
		return Pipeline{}, err
	}
	if count > 0 {
		return Pipeline{}, NewError(Conflict, "stage_has_deals", "stage", stage.Name, "count", strconv.FormatInt(count, 10))
	}
	return updatePipeline(ctx, tx, pipeline)
}

// MoveDeals moves at most limit living deals from one stage to another, of whatever pipeline, as [ChangeDeals] would: with their history. It returns how many; 0: none is left. So a caller repeats it, each time
// in a transaction of its own, until it returns 0, and deletes the stage in the last one. not_found: stage_not_found. invalid: the same stage twice (move_to_itself).
func MoveDeals(ctx context.Context, tx Tx, hand Hand, from, to ID, limit int) (done int, err error) {
	if from == to {
		return 0, NewError(Invalid, "move_to_itself").At("to")
	}
	if _, _, err := FindStage(ctx, tx, from); err != nil {
		return 0, err
	}
	_, target, err := FindStage(ctx, tx, to)
	if err != nil {
		return 0, err
	}
	deals, err := listAll(Query{
		Entity: EntityDeal, Reach: FullReach, Limit: limit,
		Where: []Condition{{Field: Field{Name: FieldStage, Type: TypeStage}, Operator: Is, Values: []any{from}}},
	}, func(q Query) (Page[*Deal], error) { return tx.ListDeals(ctx, q) })
	if err != nil || len(deals) == 0 {
		return 0, err
	}
	edits := make([]DealEdit, len(deals))
	for i, deal := range deals {
		edits[i] = DealEdit{ID: deal.ID, Input: DealInput{PipelineID: &target.PipelineID, StageID: &target.ID}}
	}
	results, err := ChangeDeals(ctx, tx, hand, edits)
	if err != nil {
		return 0, err
	}
	for _, result := range results {
		if result.Err != nil {
			return 0, result.Err
		}
	}
	return len(results), nil
}

// DealIsStale says whether a deal has stood in its stage for longer than is good.
func DealIsStale(stage Stage, deal *Deal, now time.Time) bool {
	return stage.Kind == StageOpen && stage.StaleDays > 0 && now.Sub(deal.StageEnteredAt) >= time.Duration(stage.StaleDays)*24*time.Hour
}
