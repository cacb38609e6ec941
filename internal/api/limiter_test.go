package api

import (
	"strconv"
	"testing"
	"time"
)

// TestALimiterForgetsWhoCameLongestAgo has more come than are remembered.
func TestALimiterForgetsWhoCameLongestAgo(t *testing.T) {
	start := time.Date(2026, 3, 12, 15, 4, 5, 0, time.UTC)
	l := newLimiter(1, 2, func() time.Time { return start })
	spent := func(who string) bool {
		_, _, wait := l.take(who)
		return wait > 0
	}
	for range 2 {
		spent("busy")
		spent("idle")
	}
	for i := range 3 * maxBuckets {
		spent(strconv.Itoa(i))
		if i%(maxBuckets/2) == 0 && !spent("busy") {
			t.Fatalf("after %d others one that keeps coming has a full bucket", i)
		}
	}
	if spent("idle") {
		t.Error("one that came long ago is remembered")
	}
	if len(l.buckets) != maxBuckets || l.recent.Len() != maxBuckets {
		t.Errorf("%d are remembered", len(l.buckets))
	}
}
