package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// lookout is watchers whose looks a test makes, over versions that it sets.
type lookout struct {
	*watchers
	looks chan time.Time
	read  chan versions // what the next look finds; nil: it fails
	mu    sync.Mutex
	ended int
}

func newLookout() *lookout {
	l := &lookout{looks: make(chan time.Time), read: make(chan versions)}
	l.watchers = newWatchers(func(ctx context.Context, _ crm.ID) (versions, error) {
		select {
		case now := <-l.read:
			if now == nil {
				return nil, errors.New("away")
			}
			return now, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	l.every = func() (<-chan time.Time, func()) {
		return l.looks, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.ended++
		}
	}
	return l
}

// look makes the watcher look again, and find something.
func (l *lookout) look(now versions) {
	l.looks <- time.Time{}
	l.read <- now
}

func TestViewersHearWhatChangedSinceTheyHeardLast(t *testing.T) {
	l := newLookout()
	v := l.watch("a")
	l.read <- versions{"x": 1, "y": 1}
	<-v.news
	expect(t, "first all", l.hear(v), versions{"x": 1, "y": 1})
	l.look(versions{"x": 1, "y": 1})
	l.look(nil) // the database is away for a moment
	l.look(versions{"x": 2, "y": 1})
	<-v.news
	expect(t, "then what changed", l.hear(v), versions{"x": 2})

	// A burst is one message, with the last of each.
	for n := int64(3); n < 500; n++ {
		l.look(versions{"x": n, "y": n / 100})
	}
	l.looks <- time.Time{} // the look before is over
	<-v.news
	expect(t, "a burst", l.hear(v), versions{"x": 499, "y": 4})
	select {
	case <-v.news:
		t.Error("told twice")
	default:
	}
	l.read <- versions{"x": 499, "y": 4}

	// Who comes later hears at once how things are: the page may be older.
	late := l.watch("a")
	<-late.news
	expect(t, "late", l.hear(late), versions{"x": 499, "y": 4})
	l.leave("a", v)
	l.look(versions{"x": 500, "y": 4})
	<-late.news
	l.leave("a", late)
	if len(l.accounts) != 0 {
		t.Error("somebody is still watching")
	}
}

func TestEachAccountHasItsWatcherAsLongAsSomebodyLooks(t *testing.T) {
	l := newLookout()
	a, b, other := l.watch("a"), l.watch("a"), l.watch("b")
	expect(t, "accounts", len(l.accounts), 2)
	l.leave("a", a)
	expect(t, "accounts while one looks", len(l.accounts), 2)
	l.leave("a", b)
	l.leave("b", other)
	expect(t, "accounts that nobody looks at", len(l.accounts), 0)
	again := l.watch("a")
	l.read <- versions{"x": 1}
	<-again.news
	l.leave("a", again)
}

// TestChangesArriveInTheBrowser keeps a request open for longer than the server lets others last.
func TestChangesArriveInTheBrowser(t *testing.T) {
	stopping := make(chan struct{})
	w := newWorld(t, func(o *Options) { o.Stopping = stopping })
	l := newLookout()
	w.server.live = l.watchers
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	b := w.admin()

	const deadline = 50 * time.Millisecond
	server := httptest.NewUnstartedServer(w.handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = deadline, deadline
	server.Start()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/oportunidades/vivo", nil)
	must(t, err)
	r.Header.Set("Accept", "text/event-stream")
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: b.cookies[sessionCookie]})
	began := time.Now()
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer answer.Body.Close()
	if got := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || got != "text/event-stream" || answer.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	lines := bufio.NewScanner(answer.Body)
	event := func() versions {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var changed versions
				must(t, json.Unmarshal([]byte(data), &changed))
				return changed
			}
		}
		t.Fatalf("the answer ended: %v", lines.Err())
		return nil
	}
	now := func() versions {
		v, err := w.server.stageVersions(t.Context(), w.account.ID)
		must(t, err)
		return v
	}
	l.read <- now()
	expect(t, "at first all", len(event()), len(w.pipeline().Stages))
	for i := int64(0); time.Since(began) < 4*deadline; i++ { // over and over, until the deadlines are past
		l.look(versions{"x": i})
		event()
	}
	l.look(now())
	event()
	b.post("/oportunidades/"+string(deal.ID)+"/mover", "stage", string(w.stage("Vendido").ID))
	l.look(now())
	expect(t, "a move", event(), versions{w.stage("Nuevo").ID: now()[w.stage("Nuevo").ID], w.stage("Vendido").ID: now()[w.stage("Vendido").ID]})

	close(stopping)
	for lines.Scan() {
		if lines.Text() != "" {
			t.Errorf("after the end: %q", lines.Text())
		}
	}
	must(t, lines.Err())
}

func TestWhereEventsDoNotGetThroughOneAsks(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	ask := func() versions {
		got := b.get("/oportunidades/vivo")
		var now versions
		must(t, json.Unmarshal(got.Body.Bytes(), &now))
		return now
	}
	before := ask()
	page := b.get("/oportunidades")
	expect(t, "the page says what it shows", page.attribute("[data-column='"+string(w.stage("Nuevo").ID)+"']", "data-version"), before[w.stage("Nuevo").ID])
	deal := w.newDeal(crm.RoleAdmin, "Uno", "Nuevo")
	w.put(func(tx bridge.Tx) error { return tx.RankDeal(t.Context(), deal.ID, "") })
	after := ask()
	for id, n := range after {
		if changed := n != before[id]; changed != (id == w.stage("Nuevo").ID) {
			t.Errorf("%s: %d, then %d", id, before[id], n)
		}
	}
}
