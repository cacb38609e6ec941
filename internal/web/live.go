package web

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// Boards are live: a browser that shows one holds a request to showChanges open, and is told which columns changed, whoever changed them and on whatever node. One
// watcher of each account that is looked at asks the database for the versions of the stages, which is one short query, and tells all browsers. What happens between
// two looks is told at once, so that a burst of documents is one message a second.

const (
	// lookEvery is how often the database is asked, and with it the most often that a browser hears something.
	lookEvery = time.Second
	// lifeSign is after how long a quiet connection says that it lives, so that nobody between takes it for dead.
	lifeSign = 15 * time.Second
	// liveLasts is how long one request lasts: the browser then comes again, and shows that it still may.
	liveLasts = 5 * time.Minute
	// livePatience is how long a browser may take for one message.
	livePatience = 10 * time.Second
)

// versions are those of an account's stages.
type versions map[crm.ID]int64

// watchers are the watchers of the accounts that are looked at in this process.
type watchers struct {
	read  func(ctx context.Context, account crm.ID) (versions, error)
	every func() (looks <-chan time.Time, stop func())

	mu       sync.Mutex
	accounts map[crm.ID]*watcher
}

// watcher tells those who look at one account what changed.
type watcher struct {
	cancel  context.CancelFunc
	last    versions // as far as it is known; nil: not yet
	viewers map[*viewer]bool
}

// viewer is one browser.
type viewer struct {
	news    chan struct{} // that there is something in changed
	changed versions      // since it was told last; guarded by watchers.mu
}

func newWatchers(read func(context.Context, crm.ID) (versions, error)) *watchers {
	return &watchers{read: read, accounts: map[crm.ID]*watcher{}, every: func() (<-chan time.Time, func()) {
		t := time.NewTicker(lookEvery)
		return t.C, t.Stop
	}}
}

// watch returns a viewer of an account's stages, who has to leave. The first starts the watcher, the last to leave ends it.
func (w *watchers) watch(account crm.ID) *viewer {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.accounts[account]
	if one == nil {
		ctx, cancel := context.WithCancel(context.Background())
		one = &watcher{cancel: cancel, viewers: map[*viewer]bool{}}
		w.accounts[account] = one
		go w.run(ctx, account, one)
	}
	v := &viewer{news: make(chan struct{}, 1), changed: versions{}}
	one.viewers[v] = true
	if one.last != nil { // what the page shows may be older than this
		v.tell(one.last)
	}
	return v
}

func (w *watchers) leave(account crm.ID, v *viewer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	one := w.accounts[account]
	delete(one.viewers, v)
	if len(one.viewers) == 0 {
		one.cancel()
		delete(w.accounts, account)
	}
}

// tell adds to what a viewer has not heard yet.
func (v *viewer) tell(changed versions) {
	maps.Copy(v.changed, changed)
	select {
	case v.news <- struct{}{}:
	default: // it was told that there is something
	}
}

// hear returns what changed since a viewer heard last.
func (w *watchers) hear(v *viewer) versions {
	w.mu.Lock()
	defer w.mu.Unlock()
	changed := v.changed
	v.changed = versions{}
	return changed
}

func (w *watchers) run(ctx context.Context, account crm.ID, one *watcher) {
	looks, stop := w.every()
	defer stop()
	for {
		if now, err := w.read(ctx, account); err == nil { // else the next look tells
			w.compare(one, now)
		}
		select {
		case <-ctx.Done():
			return
		case <-looks:
		}
	}
}

// compare tells the viewers which stages are not as they were.
func (w *watchers) compare(one *watcher, now versions) {
	w.mu.Lock()
	defer w.mu.Unlock()
	changed := versions{}
	for stage, n := range now {
		if before, known := one.last[stage]; !known || before != n {
			changed[stage] = n
		}
	}
	one.last = now
	if len(changed) == 0 {
		return
	}
	for v := range one.viewers {
		v.tell(changed)
	}
}

// stageVersions reads the versions of an account's stages.
func (s *server) stageVersions(ctx context.Context, account crm.ID) (versions, error) {
	var now versions
	err := s.Store.View(ctx, account, func(r bridge.Reader) (err error) {
		now, err = r.StageVersions(ctx)
		return err
	})
	return now, err
}

// showChanges tells a browser which columns of the board change, as it happens: {"stage": version}. Who does not ask for events gets the versions as they are now.
func showChanges(v *visit) error {
	if !strings.Contains(v.r.Header.Get("Accept"), "text/event-stream") {
		now, err := v.stageVersions(v.ctx(), v.principal.AccountID)
		if err != nil {
			return err
		}
		v.w.Header().Set("Content-Type", "application/json")
		v.w.Header().Set("Cache-Control", "no-store")
		return json.NewEncoder(v.w).Encode(now)
	}
	stream := http.NewResponseController(v.w)
	// The server's own deadlines are for answers that end.
	if err := stream.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy that collects answers would keep the news
	send := func(text string) bool {
		if stream.SetWriteDeadline(time.Now().Add(livePatience)) != nil {
			return false
		}
		if _, err := v.w.Write([]byte(text)); err != nil {
			return false
		}
		return stream.Flush() == nil
	}
	if !send("retry: 1000\n\n") {
		return nil
	}
	v.follow(send)
	return nil
}

// follow sends what changes until the browser is gone, the service stops, or it is time to come again.
func (v *visit) follow(send func(text string) bool) {
	viewer := v.live.watch(v.principal.AccountID)
	defer v.live.leave(v.principal.AccountID, viewer)
	sign := time.NewTicker(lifeSign)
	defer sign.Stop()
	end := time.NewTimer(liveLasts)
	defer end.Stop()
	for {
		text := ":\n\n"
		select {
		case <-v.ctx().Done():
			return
		case <-v.Stopping:
			return
		case <-end.C:
			return
		case <-sign.C:
		case <-viewer.news:
			changed, err := json.Marshal(v.live.hear(viewer))
			if err != nil {
				return
			}
			text = fmt.Sprintf("event: columnas\ndata: %s\n\n", changed)
		}
		if !send(text) {
			return
		}
	}
}
