package crm

import (
	"sync"
	"time"
)

// Instants are kept in microseconds: the finest unit that both engines and a signed 64-bit integer hold comfortably.
const instantUnit = time.Microsecond

// Clock gives strictly increasing instants in UTC, whole microseconds, so that "updated last" is never a tie,
// not even when the system's clock stands still or steps back. It is safe for concurrent use.
type Clock struct {
	now  func() time.Time
	mu   sync.Mutex
	last time.Time
}

// NewClock returns a clock over now; nil means the system's clock.
func NewClock(now func() time.Time) *Clock {
	if now == nil {
		now = time.Now
	}
	return &Clock{now: now}
}

// Now returns the current instant, at least one microsecond after the one returned before.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.now().UTC().Truncate(instantUnit)
	if !t.After(c.last) {
		t = c.last.Add(instantUnit)
	}
	c.last = t
	return t
}
