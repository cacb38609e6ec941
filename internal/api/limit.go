package api

import (
	"container/list"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"puente/internal/crm"
)

// limiter gives each of those that it knows by a name a bucket of requests, which fills again steadily.
type limiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time

	mu      sync.Mutex
	buckets map[string]*list.Element // of *bucket
	recent  list.List                // who came last first
}

type bucket struct {
	who string
	*rate.Limiter
}

// maxBuckets bounds what is remembered: who came longest ago is forgotten, and has a full bucket when it comes again.
const maxBuckets = 10_000

func newLimiter(perSecond float64, burst int, now func() time.Time) *limiter {
	return &limiter{perSecond: rate.Limit(perSecond), burst: burst, now: now, buckets: map[string]*list.Element{}}
}

// take takes one request from a bucket. left is how many more may follow at once, reset after how long the bucket is full, and wait, if not zero, how long there is nothing.
func (l *limiter) take(who string) (left int, reset, wait time.Duration) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(who)
	allowed := b.AllowN(now, 1)
	tokens := b.TokensAt(now)
	if !allowed {
		wait = l.duration(1 - tokens)
	}
	return max(0, int(tokens)), l.duration(float64(l.burst) - tokens), wait
}

// bucket returns somebody's.
func (l *limiter) bucket(who string) *bucket {
	if known := l.buckets[who]; known != nil {
		l.recent.MoveToFront(known)
		return known.Value.(*bucket)
	}
	if len(l.buckets) >= maxBuckets {
		delete(l.buckets, l.recent.Remove(l.recent.Back()).(*bucket).who)
	}
	b := &bucket{who, rate.NewLimiter(l.perSecond, l.burst)}
	l.buckets[who] = l.recent.PushFront(b)
	return b
}

func (l *limiter) duration(tokens float64) time.Duration {
	return time.Duration(tokens / float64(l.perSecond) * float64(time.Second))
}

// limit counts a request and says in headers what is left. rate_limited: nothing.
func (c *call) limit(w http.ResponseWriter, l *limiter, who string) error {
	left, reset, wait := l.take(who)
	h := w.Header()
	h.Set("RateLimit-Limit", strconv.Itoa(c.Burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(left))
	h.Set("RateLimit-Reset", seconds(reset))
	if wait == 0 {
		return nil
	}
	return crm.NewError(crm.RateLimited, "too_many_requests", "seconds", seconds(wait))
}

// seconds rounds up, so that whoever waits that long has waited long enough.
func seconds(d time.Duration) string {
	return strconv.Itoa(int(math.Ceil(d.Seconds())))
}
