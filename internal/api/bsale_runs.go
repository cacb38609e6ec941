package api

import (
	"context"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// countsOut is what became of documents.
type countsOut struct {
	Documents       int                   `json:"documents"`
	Created         int                   `json:"created"`
	Updated         int                   `json:"updated"`
	Unchanged       int                   `json:"unchanged"`
	Skipped         map[bridge.Reason]int `json:"skipped" doc:"By reason"`
	Conflict        int                   `json:"conflict"`
	Failed          int                   `json:"failed"`
	ContactsCreated int                   `json:"contactsCreated"`
}

func encodeCounts(c bridge.Counts) countsOut {
	out := countsOut(c)
	if out.Skipped == nil {
		out.Skipped = map[bridge.Reason]int{}
	}
	return out
}

type runOut struct {
	ID        crm.ID          `json:"id"`
	Kind      bridge.RunKind  `json:"kind" enum:"sync,poll,recheck,backfill,again"`
	KindName  string          `json:"kindName"`
	State     bridge.RunState `json:"state" enum:"active,paused,done,failed,cancelled"`
	StateName string          `json:"stateName"`
	From      string          `json:"from" doc:"First day of issue; empty: from the first document on"`
	To        string          `json:"to" doc:"Last day of issue"`
	Reasons   []bridge.Reason `json:"reasons" doc:"Only documents with one of these are decided again; empty: all"`
	Estimate  int             `json:"estimate" doc:"Documents expected; 0: not counted"`
	Progress  *float64        `json:"progress,omitempty" doc:"From 0 to 1; absent while nobody knows"`
	Counts    countsOut       `json:"counts"`
	Calls     int64           `json:"calls" doc:"Requests sent to Bsale"`
	Trouble   string          `json:"trouble" doc:"What keeps it from getting on, in technical words; empty: nothing"`
	Started   instant         `json:"started"`
	Finished  instant         `json:"finished"`
}

func (c *call) encodeRun(run bridge.Run) runOut {
	out := runOut{
		ID: run.ID, Kind: run.Kind, KindName: c.word("run." + string(run.Kind)), State: run.State, StateName: c.word("run_state." + string(run.State)),
		From: run.From, To: run.To, Reasons: run.Reasons, Estimate: run.Estimate, Counts: encodeCounts(run.Counts), Calls: run.Calls, Trouble: run.LastError,
		Started: instant{run.StartedAt}, Finished: instant{run.FinishedAt},
	}
	if out.Reasons == nil {
		out.Reasons = []bridge.Reason{}
	}
	switch {
	case run.State == bridge.RunDone:
		whole := 1.0
		out.Progress = &whole
	case run.Estimate > 0:
		part := min(1, float64(run.Counts.Documents)/float64(run.Estimate))
		out.Progress = &part
	}
	return out
}

type runParams struct {
	Size   int    `query:"size" minimum:"1" maximum:"200" default:"50"`
	Cursor crm.ID `query:"cursor" maxLength:"100" doc:"nextCursor of the page before"`
}

// cursorPage is a part of a list that nobody counts.
type cursorPage[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor" doc:"For the page after this one; empty at the end"`
}

func listRuns(ctx context.Context, r *reading, in *runParams) (*body[cursorPage[runOut]], error) {
	connection, err := bridge.FindConnection(ctx, r)
	if err != nil {
		return nil, err
	}
	runs, err := r.Runs(ctx, connection.ID, in.Cursor, in.Size)
	out := cursorPage[runOut]{Items: []runOut{}}
	for _, run := range runs {
		out.Items = append(out.Items, r.encodeRun(run))
	}
	if len(runs) == in.Size {
		out.NextCursor = string(runs[len(runs)-1].ID)
	}
	return &body[cursorPage[runOut]]{out}, err
}

func getRun(ctx context.Context, r *reading, in *ByID) (*body[runOut], error) {
	connection, err := bridge.FindConnection(ctx, r)
	if err != nil {
		return nil, err
	}
	run, err := r.Run(ctx, in.ID)
	if err == nil && run.ConnectionID != connection.ID {
		err = crm.NewError(crm.NotFound, "run_not_found", "id", string(in.ID))
	}
	return &body[runOut]{r.encodeRun(run)}, err
}

// runAnswer answers with a run that was made or moved.
func (w *writing) runAnswer(ctx context.Context, run bridge.Run, err error) (*answer[runOut], error) {
	if err != nil {
		return nil, err
	}
	return &answer[runOut]{Body: w.encodeRun(run), Location: "/v1/apps/bsale/runs/" + string(run.ID)}, nil
}

func pauseRun(ctx context.Context, w *writing, in *ByID) (*answer[runOut], error) {
	return w.moveRun(ctx, in.ID, w.Engine.PauseRunTx)
}

func resumeRun(ctx context.Context, w *writing, in *ByID) (*answer[runOut], error) {
	return w.moveRun(ctx, in.ID, w.Engine.ResumeRunTx)
}

func cancelRun(ctx context.Context, w *writing, in *ByID) (*answer[runOut], error) {
	return w.moveRun(ctx, in.ID, w.Engine.CancelRunTx)
}

func (w *writing) moveRun(ctx context.Context, id crm.ID, move func(ctx context.Context, tx bridge.Tx, connection, id crm.ID) (bridge.Run, error)) (*answer[runOut], error) {
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return nil, err
	}
	run, err := move(ctx, w.tx, connection.ID, id)
	return w.runAnswer(ctx, run, err)
}

// daysIn is a range of days of issue.
type daysIn struct {
	Body struct {
		From string `json:"from,omitempty" maxLength:"10" doc:"The first day (2026-01-01); without it from the first document on"`
		To   string `json:"to,omitempty" maxLength:"10" doc:"The last day; without it until today"`
	}
}

func (in daysIn) days() (from, to bridge.Day, err error) {
	if from, err = bridge.ParseDay(in.Body.From); err != nil {
		return from, to, placed(err, "from")
	}
	to, err = bridge.ParseDay(in.Body.To)
	return from, to, placed(err, "to")
}

type estimateOut struct {
	Documents int `json:"documents"`
}

func estimateBackfill(ctx context.Context, c *call, in *daysIn) (*body[estimateOut], error) {
	from, to, err := in.days()
	if err != nil {
		return nil, err
	}
	ref := bridge.ConnectionRef{AccountID: c.principal.AccountID}
	err = c.view(ctx, func(r *reading) error {
		connection, err := bridge.FindConnection(ctx, r)
		ref.ConnectionID = connection.ID
		return err
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	count, err := c.Engine.EstimateBackfill(ctx, ref, from, to)
	return &body[estimateOut]{estimateOut{count}}, tooLong(ctx, err)
}

func startBackfill(ctx context.Context, w *writing, in *daysIn) (*answer[runOut], error) {
	from, to, err := in.days()
	if err != nil {
		return nil, err
	}
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return nil, err
	}
	run, err := w.Engine.StartBackfillTx(ctx, w.tx, connection.ID, from, to)
	return w.runAnswer(ctx, run, err)
}
