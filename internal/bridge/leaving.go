package bridge

import (
	"context"
	"errors"
	"slices"

	"puente/internal/crm"
)

// What leaves may own, or hold, very many records. They are given away, or moved, a few with each transaction, so that nobody waits long. Each of these transactions asks everything anew, the
// rules of connections too, before it changes anything: a refusal leaves all as it was, unless somebody changed the account meanwhile. Broken off and asked again, the work goes on where it was.

// leavingAtOnce is how many records one transaction gives away or moves.
const leavingAtOnce = 200

// Transaction runs fn in a transaction on one account.
type Transaction func(fn func(Tx) error) error

// Deactivation is a user who is to be barred, and who gets what is the user's.
type Deactivation struct {
	User crm.ID
	Keep bool   // contacts, deals and pending activities stay the user's
	Heir crm.ID // who gets them; zero: nobody
}

// DeactivateUser bars a user and gives away what is the user's. It returns the user and how many records changed hands. not_found: user_not_found. conflict: named_by_rules, and as
// [crm.DeactivateUser]. invalid: as [crm.Reassign], at "to".
func DeactivateUser(ctx context.Context, transaction Transaction, hand crm.Hand, d Deactivation) (user crm.User, given int, err error) {
	err = transaction(func(tx Tx) (err error) {
		user, given, err = d.Begin(ctx, tx, hand)
		return err
	})
	if err != nil {
		return user, 0, err
	}
	rest, err := d.Finish(ctx, transaction, hand)
	return user, given + rest, err
}

// Begin bars the user and gives away the first records, for callers with a transaction of their own; [Deactivation.Finish] does the rest.
func (d Deactivation) Begin(ctx context.Context, tx Tx, hand crm.Hand) (user crm.User, given int, err error) {
	if err := RefuseNamed(ctx, tx, string(d.User)); err != nil {
		return crm.User{}, 0, err
	}
	if user, err = crm.DeactivateUser(ctx, tx, hand, d.User); err != nil || d.Keep {
		return user, 0, err
	}
	given, err = crm.Reassign(ctx, tx, hand, d.User, d.Heir, leavingAtOnce)
	return user, given, err
}

// Finish gives away the records that are left, and returns how many. Those of a user who was let in again meanwhile stay.
func (d Deactivation) Finish(ctx context.Context, transaction Transaction, hand crm.Hand) (given int, err error) {
	for more := !d.Keep; more && err == nil; {
		err = transaction(func(tx Tx) error {
			user, err := crm.FindUser(ctx, tx, d.User)
			if more = err == nil && !user.Active; !more {
				return err
			}
			done, err := crm.Reassign(ctx, tx, hand, d.User, d.Heir, leavingAtOnce)
			given, more = given+done, done == leavingAtOnce
			return err
		})
	}
	return given, err
}

// Removal is a stage, or a whole pipeline, that is to be deleted, and where its deals go.
type Removal struct {
	Pipeline crm.ID
	Stage    crm.ID // zero: the pipeline with all its stages
	MoveTo   crm.ID // a stage of whatever pipeline that stays; zero: it is refused as long as deals stand there
	Version  int64  // of the pipeline, that somebody saw; 0: whatever it is now
}

// Remove deletes a stage or a pipeline, once its deals stand elsewhere. not_found: pipeline_not_found, stage_not_found. conflict: named_by_rules, and as [crm.DeleteStage] and
// [crm.DeletePipeline]. invalid, at "to": stage_not_found, move_to_itself.
func Remove(ctx context.Context, transaction Transaction, hand crm.Hand, r Removal) error {
	for {
		done := false
		err := transaction(func(tx Tx) (err error) {
			done, err = r.step(ctx, tx, hand)
			return err
		})
		if err != nil || done {
			return err
		}
	}
}

// Leaving returns what a removal takes away: its name, and the stages that go. not_found: pipeline_not_found, stage_not_found.
func (r Removal) Leaving(ctx context.Context, reader crm.Reader) (name string, stages []crm.Stage, err error) {
	pipeline, err := crm.FindPipeline(ctx, reader, r.Pipeline)
	if err != nil || r.Stage == "" {
		return pipeline.Name, pipeline.Stages, err
	}
	at := slices.IndexFunc(pipeline.Stages, func(s crm.Stage) bool { return s.ID == r.Stage })
	if at < 0 {
		_, _, err := crm.FindStage(ctx, reader, r.Stage)
		if err == nil { // of another pipeline
			err = crm.NewError(crm.NotFound, "stage_not_found", "id", string(r.Stage))
		}
		return "", nil, err
	}
	return pipeline.Stages[at].Name, pipeline.Stages[at : at+1], nil
}

// RefuseNamed refuses a removal of what rules name: see [RefuseNamed].
func (r Removal) RefuseNamed(ctx context.Context, reader Reader) error {
	_, stages, err := r.Leaving(ctx, reader)
	if err != nil {
		return err
	}
	var keys []string
	if r.Stage == "" {
		keys = append(keys, string(r.Pipeline))
	}
	for _, stage := range stages {
		keys = append(keys, string(stage.ID))
	}
	return RefuseNamed(ctx, reader, keys...)
}

// step deletes, or else moves some of the deals that are in the way of it.
func (r Removal) step(ctx context.Context, tx Tx, hand crm.Hand) (done bool, err error) {
	if err := r.RefuseNamed(ctx, tx); err != nil {
		return false, err
	}
	_, stages, err := r.Leaving(ctx, tx)
	if err == nil {
		err = r.checkTarget(ctx, tx, stages)
	}
	if err != nil {
		return false, err
	}
	if err = r.delete(ctx, tx, hand); !holdsDeals(err) || r.MoveTo == "" {
		return err == nil, err
	}
	moved := 0
	for i := 0; i < len(stages) && moved < leavingAtOnce; i++ {
		some, err := crm.MoveDeals(ctx, tx, hand, stages[i].ID, r.MoveTo, leavingAtOnce-moved)
		if err != nil {
			return false, err
		}
		moved += some
	}
	if moved == leavingAtOnce {
		return false, nil
	}
	return true, r.delete(ctx, tx, hand)
}

// checkTarget says whether deals can go where they are to.
func (r Removal) checkTarget(ctx context.Context, reader crm.Reader, leaving []crm.Stage) error {
	if r.MoveTo == "" {
		return nil
	}
	if slices.ContainsFunc(leaving, func(s crm.Stage) bool { return s.ID == r.MoveTo }) {
		return crm.NewError(crm.Invalid, "move_to_itself").At("to")
	}
	_, _, err := crm.FindStage(ctx, reader, r.MoveTo)
	if missing := (*crm.Error)(nil); errors.As(err, &missing) && missing.Code == crm.NotFound {
		wrong := *missing
		wrong.Code = crm.Invalid
		return wrong.At("to")
	}
	return err
}

func (r Removal) delete(ctx context.Context, tx Tx, hand crm.Hand) error {
	if r.Stage == "" {
		return crm.DeletePipeline(ctx, tx, hand, r.Pipeline, r.Version)
	}
	_, err := crm.DeleteStage(ctx, tx, hand, r.Stage, r.Version)
	return err
}

// holdsDeals says whether nothing but deals is in the way of a deletion.
func holdsDeals(err error) bool {
	key := crm.KeyOf(err)
	return key == "stage_has_deals" || key == "pipeline_has_deals"
}
