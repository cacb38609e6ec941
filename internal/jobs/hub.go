package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"puente/internal/bridge"
)

// hub runs the work of connections within this process: one piece of work per connection at a time, and none that was asked for is forgotten, since whoever asks
// while it runs makes it run once more.
type hub struct {
	work    func(ctx context.Context, ref bridge.ConnectionRef) error
	timeout time.Duration
	log     *slog.Logger
	slots   chan struct{}
	ctx     context.Context // of work that was signalled; ended by stop
	cancel  context.CancelFunc

	mu    sync.Mutex
	turns map[bridge.ConnectionRef]*turn
	open  bool // between start and stop
	group sync.WaitGroup
}

// turn is where one connection stands.
type turn struct {
	asked   int64 // how often it was asked for
	done    int64 // the asking up to which it was worked
	running bool
	again   bool
}

func newHub(work func(context.Context, bridge.ConnectionRef) error, slots int, timeout time.Duration, log *slog.Logger) *hub {
	h := &hub{work: work, timeout: timeout, log: log, slots: make(chan struct{}, slots), turns: map[bridge.ConnectionRef]*turn{}}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// start lets work be done here.
func (h *hub) start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = true
}

// turn returns where the connection stands; h.mu is held. There are as many as connections that this process ever worked for.
func (h *hub) turn(ref bridge.ConnectionRef) *turn {
	t := h.turns[ref]
	if t == nil {
		t = &turn{}
		h.turns[ref] = t
	}
	return t
}

// next counts an asking and returns its number. Work that starts after it sees what it was asked for.
func (h *hub) next(ref bridge.ConnectionRef) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.turn(ref)
	t.asked++
	return t.asked
}

// signal has the connection worked for soon, in a goroutine of its own, if work is done here at all.
func (h *hub) signal(ref bridge.ConnectionRef) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.turn(ref)
	switch {
	case !h.open:
	case t.running:
		t.again = true
	default:
		t.running = true
		h.group.Go(func() { h.run(h.ctx, ref, t) })
	}
}

// do signals unless the asking with that number was worked already. number 0 is any.
func (h *hub) do(ref bridge.ConnectionRef, number int64) {
	h.mu.Lock()
	done := number > 0 && number <= h.turn(ref).done
	h.mu.Unlock()
	if !done {
		h.signal(ref)
	}
}

// run works until nobody has asked meanwhile. The caller has marked the turn as running.
func (h *hub) run(ctx context.Context, ref bridge.ConnectionRef, t *turn) {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	for {
		h.mu.Lock()
		seen := t.asked
		t.again = false
		if !h.open { // while it waited for a slot
			t.running = false
			h.mu.Unlock()
			return
		}
		h.mu.Unlock()

		err := h.once(ctx, ref)

		h.mu.Lock()
		if err == nil {
			t.done = seen
		}
		more := t.again && h.open && ctx.Err() == nil
		t.running = more
		h.mu.Unlock()
		if err != nil && ctx.Err() == nil {
			h.log.ErrorContext(ctx, "work for a connection failed; it goes on by itself", "connection", ref.ConnectionID, "error", err)
		}
		if !more {
			return
		}
	}
}

// once does the work one time. A panic is a fault of ours in one connection, and no reason to end everybody else's work.
func (h *hub) once(ctx context.Context, ref bridge.ConnectionRef) (err error) {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("jobs: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h.work(ctx, ref)
}

// stop takes no more work and waits for what runs; after grace, or when hurry closes, the context of signalled work ends.
func (h *hub) stop(grace time.Duration, hurry <-chan struct{}) {
	h.mu.Lock()
	h.open = false
	h.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		h.group.Wait()
		close(ended)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	case <-hurry:
	}
	h.cancel()
	<-ended
}
