package bsalesim

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// hooks sends notifications. The queue has no bound: a burst must reach the receiver
// whole, and what limits the pace is the number of workers.
type hooks struct {
	s      *Simulator
	url    string
	client *http.Client

	mu      sync.Mutex
	queue   []hook
	busy    int
	wake    chan struct{}
	running bool
}

type hook struct {
	body  []byte
	after time.Time
	tries int
}

// hookTimeout is how long a receiver may take; nobody knows Bsale's.
const hookTimeout = 10 * time.Second

func newHooks(s *Simulator) *hooks {
	return &hooks{s: s, url: s.opts.WebhookURL, wake: make(chan struct{}, 1)}
}

func (h *hooks) start() {
	if h.url == "" {
		return
	}
	h.client = &http.Client{Timeout: hookTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: h.s.opts.WebhookWorkers}}
	h.mu.Lock()
	h.running = true
	if h.s.faults.has("hook-test") {
		h.queue = append(h.queue, hook{body: []byte("{}")})
	}
	h.mu.Unlock()
	for range h.s.opts.WebhookWorkers {
		h.s.wg.Go(h.work)
	}
	h.signal()
}

func (h *hooks) close() {
	if h.client != nil {
		h.client.CloseIdleConnections()
	}
}

func (h *hooks) pending() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.queue) + h.busy
}

func (h *hooks) signal() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// notify queues one notification for each document, as the faults of the moment say.
func (h *hooks) notify(action string, docs []announced) {
	h.mu.Lock()
	if !h.running {
		h.mu.Unlock()
		return
	}
	f := &h.s.faults
	now := time.Now()
	var batch []hook
	for _, d := range docs {
		body := h.payload(action, d, !f.has("hook-no-send"))
		for range 1 + f.count("hook-duplicates") {
			batch = append(batch, hook{body: body, after: now.Add(f.wait("hook-delay"))})
		}
	}
	h.queue = append(h.queue, batch...)
	if f.has("hook-disorder") {
		// Shuffled with what still waits, and repeatable for one order of calls.
		for i := len(h.queue) - 1; i > 0; i-- {
			j := int(mix(h.s.opts.Seed^uint64(i)^uint64(len(h.queue))<<20) % uint64(i+1))
			h.queue[i], h.queue[j] = h.queue[j], h.queue[i]
		}
	}
	h.mu.Unlock()
	h.signal()
}

// payload is the notification's body; the resource has no version in it.
func (h *hooks) payload(action string, d announced, send bool) []byte {
	id := strconv.FormatInt(d.id, 10)
	b := append([]byte(`{"cpnId":`), strconv.Itoa(h.s.cpnID)...)
	b = append(b, `,"resource":"/documents/`+id+`.json","resourceId":"`+id+`","topic":"document","action":"`+action+`","officeId":"`...)
	b = append(b, strconv.Itoa(d.office)+`"`...)
	if send {
		b = append(b, `,"send":`...)
		b = strconv.AppendInt(b, h.s.now().Unix(), 10)
	}
	return append(b, '}')
}

// take waits for the next notification that is due; false when the simulator stops.
func (h *hooks) take() (hook, bool) {
	for {
		h.mu.Lock()
		var wait time.Duration = -1
		if len(h.queue) > 0 {
			next := h.queue[0]
			if wait = time.Until(next.after); wait <= 0 {
				h.queue = h.queue[1:]
				if len(h.queue) == 0 {
					h.queue = nil
				}
				more := len(h.queue) > 0
				h.busy++
				h.mu.Unlock()
				if more {
					h.signal()
				}
				return next, true
			}
		}
		h.mu.Unlock()
		var due <-chan time.Time
		stop := func() bool { return false }
		if wait > 0 {
			t := time.NewTimer(wait)
			due, stop = t.C, t.Stop
		}
		select {
		case <-h.s.stopped.Done():
			stop()
			return hook{}, false
		case <-h.wake:
		case <-due:
		}
		stop()
	}
}

func (h *hooks) work() {
	for {
		next, ok := h.take()
		if !ok {
			return
		}
		accepted := h.send(h.s.stopped, next.body)
		again := !accepted && next.tries < h.s.faults.count("hook-retry")
		h.s.stats.add(func(st *Stats) {
			st.HooksSent++
			if accepted {
				st.HooksAccepted++
			} else {
				st.HooksRefused++
			}
		})
		h.mu.Lock()
		h.busy--
		if again {
			next.tries++
			h.queue = append(h.queue, next)
		}
		h.mu.Unlock()
		if again {
			h.signal()
		}
	}
}

// send posts one notification. What the receiver says beyond 2xx or not is ignored,
// and the URL is not logged: it carries the receiver's secret.
func (h *hooks) send(ctx context.Context, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := h.client.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode >= 200 && resp.StatusCode < 300
}
