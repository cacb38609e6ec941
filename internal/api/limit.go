package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"puente/internal/crm"
)

// limiter gives each key, session and address a bucket of requests, which fills again steadily.
type limiter struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// maxBuckets bounds what is remembered; full buckets are forgotten first, which changes nothing for their owners.
const maxBuckets = 10_000

func newLimiter(perSecond float64, burst int, now func() time.Time) *limiter {
	return &limiter{perSecond: rate.Limit(perSecond), burst: burst, now: now, buckets: map[string]*rate.Limiter{}}
}

// take takes one request from a bucket. left is how many more may follow at once, reset after how long the bucket is full, and wait, if not zero, how long there is nothing.
func (l *limiter) take(who string) (left int, reset, wait time.Duration) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.buckets[who]
	if bucket == nil {
		l.forget(now)
		bucket = rate.NewLimiter(l.perSecond, l.burst)
		l.buckets[who] = bucket
	}
	allowed := bucket.AllowN(now, 1)
	tokens := bucket.TokensAt(now)
	if !allowed {
		wait = l.duration(1 - tokens)
	}
	return max(0, int(tokens)), l.duration(float64(l.burst) - tokens), wait
}

func (l *limiter) duration(tokens float64) time.Duration {
	return time.Duration(tokens / float64(l.perSecond) * float64(time.Second))
}

// forget makes room for one more bucket.
func (l *limiter) forget(now time.Time) {
	if len(l.buckets) < maxBuckets {
		return
	}
	for who, bucket := range l.buckets {
		if bucket.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, who)
		}
	}
	for who := range l.buckets { // all of them are busy: whichever goes gets a full one
		if len(l.buckets) < maxBuckets {
			break
		}
		delete(l.buckets, who)
	}
}

// limit counts a request and says in headers what is left. rate_limited: nothing.
func (c *call) limit(w http.ResponseWriter, who string) error {
	left, reset, wait := c.limits.take(who)
	h := w.Header()
	h.Set("RateLimit-Limit", strconv.Itoa(c.Burst))
	h.Set("RateLimit-Remaining", strconv.Itoa(left))
	h.Set("RateLimit-Reset", seconds(reset))
	if wait == 0 {
		return nil
	}
	h.Set("Retry-After", seconds(wait))
	return crm.NewError(crm.RateLimited, "too_many_requests", "seconds", seconds(wait))
}

// seconds rounds up, so that whoever waits that long has waited long enough.
func seconds(d time.Duration) string {
	return strconv.Itoa(int(math.Ceil(d.Seconds())))
}
