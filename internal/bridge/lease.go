package bridge

import (
	"context"
	"errors"
	"sync"
	"time"

	"puente/internal/crm"
)

// lease is a connection's lease while this process holds it: renewed in the background, its context ends when it is lost.
type lease struct {
	engine *Engine
	ref    ConnectionRef
	cancel context.CancelCauseFunc
	done   chan struct{}
	once   sync.Once
	given  bool // back already
}

var errLeaseLost = errors.New("bridge: another process took the connection's lease")

// acquire takes the lease. A nil lease without an error means that the current holder has it.
func (e *Engine) acquire(ctx context.Context, ref ConnectionRef) (context.Context, *lease, Lease, error) {
	now := e.clock.Now()
	ok, current, err := e.store.Acquire(ctx, ref, e.holder, now, now.Add(e.settings.LeaseFor), e.gone)
	if err != nil || !ok {
		return ctx, nil, current, err
	}
	held, cancel := context.WithCancelCause(ctx)
	l := &lease{engine: e, ref: ref, cancel: cancel, done: make(chan struct{})}
	go l.keep(held)
	return held, l, current, nil
}

// keep renews the lease well before it ends, until its context does.
func (l *lease) keep(ctx context.Context) {
	defer close(l.done)
	ticker := time.NewTicker(l.engine.settings.LeaseFor / 3)
	defer ticker.Stop()
	renewed := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			ok, err := l.engine.store.Renew(ctx, l.ref, l.engine.holder, l.engine.clock.Now().Add(l.engine.settings.LeaseFor))
			if err == nil && ok {
				renewed = time.Now()
				continue
			}
			// A renewal that failed is tried again as long as the lease lasts.
			if err == nil || time.Since(renewed) >= l.engine.settings.LeaseFor {
				l.cancel(errLeaseLost)
				return
			}
		}
	}
}

// release gives the lease back unless something is due.
func (l *lease) release(ctx context.Context) (bool, error) {
	released, err := l.engine.store.Release(ctx, l.ref, l.engine.holder, l.engine.clock.Now())
	if released {
		l.given = true
		l.end()
	}
	return released, err
}

// drop gives the lease back whatever is due; it may be called twice, and after release.
func (l *lease) drop() {
	l.end()
	if l.given {
		return
	}
	l.given = true
	// The work's context may be over; giving back is worth a moment all the same.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := l.engine.store.Drop(ctx, l.ref, l.engine.holder); err != nil {
		l.engine.log.Warn("could not give a lease back; it ends by itself", "connection", l.ref.ConnectionID, "error", err)
	}
}

func (l *lease) end() {
	l.once.Do(func() {
		l.cancel(nil)
		<-l.done
	})
}

// acquireWaiting takes the lease, waiting while another process holds it. conflict: it still does after patience.
func (e *Engine) acquireWaiting(ctx context.Context, ref ConnectionRef, patience time.Duration) (context.Context, *lease, error) {
	deadline := time.Now().Add(patience)
	for {
		held, l, current, err := e.acquire(ctx, ref)
		if err != nil || l != nil {
			return held, l, err
		}
		if time.Now().After(deadline) {
			return ctx, nil, crm.NewError(crm.Conflict, "connection_busy", "holder", current.Holder)
		}
		select {
		case <-ctx.Done():
			return ctx, nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
