package bridge

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// Intake takes webhook notifications. Those that arrive together are recorded in one transaction, so that a burst costs a few commits instead of
// thousands, and each is answered only once it is recorded. A notification is a hint: nothing in it is believed but which document to read.
type Intake struct {
	store Store
	wake  Waker
	clock *crm.Clock
	log   *slog.Logger
	queue chan submitted
	done  chan struct{}
}

// intakeAtOnce is how many notifications one transaction records at the most.
const intakeAtOnce = 500

// ErrIntakeStopped is returned for notifications after Stop.
var ErrIntakeStopped = errors.New("bridge: the intake of notifications has stopped")

type submitted struct {
	hint   Hint
	result chan error
}

// NewIntake returns an intake that shares the engine's store, clock and queue. Run has to be called.
func NewIntake(e *Engine) *Intake {
	return &Intake{store: e.store, wake: e.wake, clock: e.clock, log: e.log, queue: make(chan submitted, intakeAtOnce), done: make(chan struct{})}
}

// Receive records what a webhook call for the connection with that hook said. Bodies that are no notification count as a sign of life: Bsale sends
// such a one when a webhook is switched on. not_found: no connection has that hook.
func (in *Intake) Receive(ctx context.Context, hook string, body []byte) error {
	ref, err := in.store.ConnectionByHook(ctx, hook)
	if err != nil {
		return err
	}
	hint := Hint{Connection: ref, At: in.clock.Now()}
	notification, err := bsale.DecodeNotification(body)
	if err == nil && notification.Topic == "document" {
		hint.BsaleID = notification.ResourceID
	}
	result := make(chan error, 1)
	select {
	case in.queue <- submitted{hint, result}:
	case <-in.done:
		return ErrIntakeStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-result:
		return err
	case <-in.done:
		return ErrIntakeStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run records notifications until ctx ends.
func (in *Intake) Run(ctx context.Context) {
	defer close(in.done)
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-in.queue:
			in.record(ctx, in.gather(first))
		}
	}
}

// gather takes what else has arrived by now.
func (in *Intake) gather(first submitted) []submitted {
	all := []submitted{first}
	for len(all) < intakeAtOnce {
		select {
		case next := <-in.queue:
			all = append(all, next)
		default:
			return all
		}
	}
	return all
}

func (in *Intake) record(ctx context.Context, all []submitted) {
	hints := make([]Hint, len(all))
	for i, s := range all {
		hints[i] = s.hint
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	err := in.store.NoteHints(ctx, hints, in.wake)
	if err != nil {
		in.log.Error("notifications could not be recorded; Bsale's documents will be found by the next poll", "count", len(all), "error", err)
	}
	for _, s := range all {
		s.result <- err
	}
}
