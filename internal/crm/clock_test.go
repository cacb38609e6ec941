package crm

import (
	"sync"
	"testing"
	"time"
)

func TestTheClockNeverStandsStill(t *testing.T) {
	now := noon.Add(1234 * time.Nanosecond)
	c := NewClock(func() time.Time { return now })
	first := c.Now()
	now = now.Add(-time.Hour)
	second := c.Now()
	if !first.Equal(noon.Add(time.Microsecond)) || second.Sub(first) != time.Microsecond || second.Location() != time.UTC {
		t.Errorf("%v, then %v", first, second)
	}
	var mu sync.Mutex
	seen := map[time.Time]bool{}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				at := c.Now()
				mu.Lock()
				seen[at] = true
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(seen) != 800 {
		t.Errorf("%d different instants of 800", len(seen))
	}
}

func TestErrors(t *testing.T) {
	cause := NewError(Internal, "cause")
	e := NewError(Conflict, "stale", "what", "x").At("version").Because(cause)
	if CodeOf(e) != Conflict || CodeOf(nil) != "" || CodeOf(errText("plain")) != Internal || e.Unwrap() != cause {
		t.Errorf("codes: %v", e)
	}
	if got, want := e.Error(), "conflict: stale map[what:x] at version: internal: cause"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

type errText string

func (e errText) Error() string { return string(e) }
