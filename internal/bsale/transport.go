package bsale

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// call is one request to make.
type call struct {
	method  string
	path    string
	query   url.Values
	body    []byte
	private []string // values that must not turn up in an error: e-mail, tax id, phone
}

// get reads path and hands the body to decode, repeating what is worth repeating. decode's error
// makes a KindBadResponse.
func (c *Client) get(ctx context.Context, path string, query url.Values, decode func([]byte) error, private ...string) error {
	k := call{method: http.MethodGet, path: path, query: query, private: private}
	for attempt := 1; ; attempt++ {
		body, err := c.send(ctx, k)
		if err == nil {
			if err = decode(body); err == nil {
				return nil
			}
			err = c.bodyError(k, http.StatusOK, err)
		}
		var e *Error
		if !errors.As(err, &e) || !e.again || attempt >= c.maxAttempts {
			return err
		}
		if e.Kind == KindRateLimited {
			// send waits for the end of the pause, unless that is too far away.
			if !c.mayWait(ctx, e.RetryAfter) {
				return err
			}
			continue
		}
		delay := max(c.backoff(attempt, e.slow), e.RetryAfter)
		if !c.mayWait(ctx, delay) {
			return err
		}
		if err := c.wait(ctx, delay); err != nil {
			return k.interrupted(err)
		}
	}
}

// change makes a POST or PUT, once. Repeating one after a time-out makes a second customer, or a
// second legal document, and Bsale has no documented key to prevent it.
func (c *Client) change(ctx context.Context, method, path string, body any, decode func([]byte) error, private ...string) error {
	k := call{method: method, path: path, private: private}
	var err error
	if k.body, err = json.Marshal(body); err != nil {
		return &Error{Kind: KindBadRequest, Method: method, Path: path, Message: "the body cannot be written as JSON", NotSent: true}
	}
	answer, err := c.send(ctx, k)
	if err != nil {
		return err
	}
	if err := decode(answer); err != nil {
		return c.bodyError(k, http.StatusOK, err)
	}
	return nil
}

// bodyError turns what a decoder said about a 2xx answer into an Error. An empty body, text that is
// not JSON and JSON that is not the thing asked for are hiccups worth another try; a key of another
// type would be the same next time.
func (c *Client) bodyError(k call, status int, err error) error {
	var syntax *json.SyntaxError
	again := errors.As(err, &syntax) || errors.Is(err, errEmptyBody) || errors.Is(err, errNotJSON) ||
		errors.Is(err, errNotList) || errors.Is(err, errNoID)
	if syntax != nil {
		err = errNotJSON
	}
	return &Error{
		Kind: KindBadResponse, Method: k.method, Path: k.path, Status: status,
		Message: c.scrubber(k)(shapeError(err).Error()), again: again,
	}
}

func (c *Client) scrubber(k call) scrubber { return newScrubber(c.secret(), k.private...) }

func (k call) interrupted(err error) error {
	return fmt.Errorf("bsale: %s %s: %w", k.method, k.path, err)
}

// send waits for its turn, makes one request and returns the body of a 2xx answer.
func (c *Client) send(ctx context.Context, k call) ([]byte, error) {
	if err := c.turn(ctx, k); err != nil {
		return nil, err
	}
	target := c.base + k.path
	if len(k.query) > 0 {
		target += "?" + k.query.Encode()
	}
	var reader io.Reader
	if k.body != nil {
		reader = bytes.NewReader(k.body)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, target, reader)
	if err != nil {
		return nil, &Error{Kind: KindBadRequest, Method: k.method, Path: k.path, Message: "the address cannot be built", NotSent: true}
	}
	// Lower case on purpose: an underscore has no canonical form, and this is how Bsale writes it.
	req.Header["access_token"] = []string{c.secret()}
	req.Header.Set("Accept", "application/json")
	if k.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}

	c.calls.Add(1)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.networkError(ctx, k, 0, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := readAll(res)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, &Error{Kind: KindBadResponse, Method: k.method, Path: k.path, Status: res.StatusCode, Message: err.Error()}
	case err != nil:
		return nil, c.networkError(ctx, k, res.StatusCode, err)
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return body, nil
	}
	return nil, c.statusError(k, res, body)
}

// networkError is a request without a whole answer. The cause is put into words and dropped: a
// *url.Error carries the query, and a time-out of ours would pass for the caller's deadline.
func (c *Client) networkError(ctx context.Context, k call, status int, err error) error {
	if ctx.Err() != nil {
		return k.interrupted(ctx.Err())
	}
	var dial *net.OpError
	var dns *net.DNSError
	notSent := (errors.As(err, &dial) && dial.Op == "dial") || errors.As(err, &dns)
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return &Error{
		Kind: KindUnavailable, Method: k.method, Path: k.path, Status: status,
		Message: c.scrubber(k)(err.Error()), NotSent: notSent, again: true,
	}
}

func (c *Client) statusError(k call, res *http.Response, body []byte) error {
	e := &Error{
		Kind: statusKind(res.StatusCode), Method: k.method, Path: k.path, Status: res.StatusCode,
		Message: c.scrubber(k)(errorMessage(body)),
	}
	switch e.Kind {
	case KindRateLimited:
		e.RetryAfter = retryAfter(res.Header, body, c.now())
		e.NotSent, e.again = true, true
		// Who counts is the token (or the company, or the address: unknown), not this call. So the
		// whole client falls silent.
		c.pause(e.RetryAfter)
	case KindUnavailable:
		e.RetryAfter, _ = headerRetryAfter(res.Header.Get("Retry-After"), c.now())
		e.again, e.slow = true, saysUnavailable(e.Message)
	case KindBadResponse:
		if res.StatusCode >= 300 && res.StatusCode < 400 {
			e.Message = "redirected elsewhere, not followed: the token would go along"
		}
	}
	return e
}

// maxBody bounds an answer, decompressed. A page of 50 documents with everything expanded is about
// 300 KB, one of document types with long HTML messages about 1 MB.
const maxBody = 32 << 20

var errTooLarge = fmt.Errorf("the answer is larger than %d MiB", maxBody>>20)

func readAll(res *http.Response) ([]byte, error) {
	var b bytes.Buffer
	if n := res.ContentLength; n > 0 && n <= 1<<20 {
		b.Grow(int(n) + bytes.MinRead)
	}
	n, err := b.ReadFrom(io.LimitReader(res.Body, maxBody+1))
	if n > maxBody {
		return nil, errTooLarge
	}
	return b.Bytes(), err
}

// turn waits until a request may be sent: the end of a pause, then the pace. It returns a
// KindRateLimited error at once when the pause is longer than the caller may wait.
func (c *Client) turn(ctx context.Context, k call) error {
	if err := ctx.Err(); err != nil {
		return k.interrupted(ctx.Err())
	}
	if err := c.waitPause(ctx, k); err != nil {
		return err
	}
	if c.limiter == nil {
		return nil
	}
	now := c.now()
	r := c.limiter.ReserveN(now, 1)
	if d := r.DelayFrom(now); d > 0 {
		if err := c.wait(ctx, d); err != nil {
			r.CancelAt(c.now())
			return k.interrupted(err)
		}
	}
	// Someone else may have been told to stop while this call stood in line.
	return c.waitPause(ctx, k)
}

func (c *Client) waitPause(ctx context.Context, k call) error {
	// Each pause is waited for once. Looking at the clock again instead would spin for ever with an
	// injected Wait that does not move it.
	var waited time.Time
	for {
		until := c.pausedUntil()
		now := c.now()
		if !until.After(now) || !until.After(waited) {
			return nil
		}
		d := until.Sub(now)
		if !c.mayWait(ctx, d) {
			return &Error{
				Kind: KindRateLimited, Method: k.method, Path: k.path, RetryAfter: d, NotSent: true,
				Message: "not sent: Bsale asked for a pause that has not ended",
			}
		}
		if err := c.wait(ctx, d); err != nil {
			return k.interrupted(err)
		}
		waited = until
	}
}

func (c *Client) pausedUntil() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paused
}

func (c *Client) pause(d time.Duration) {
	until := c.now().Add(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if until.After(c.paused) {
		c.paused = until
	}
}

// mayWait reports whether d is neither beyond MaxPause nor beyond the context's deadline: better a
// clear answer now than a "deadline exceeded" later.
func (c *Client) mayWait(ctx context.Context, d time.Duration) bool {
	if d > c.maxPause {
		return false
	}
	deadline, ok := ctx.Deadline()
	return !ok || d < time.Until(deadline)
}

// Waits between attempts: full jitter over a doubling span, so that several clients that failed
// together do not come back together.
const (
	firstBackoff     = 500 * time.Millisecond
	firstSlowBackoff = 5 * time.Second // for the 500 that may mean "too many requests"
	maxBackoff       = 30 * time.Second
)

func (c *Client) backoff(attempt int, slow bool) time.Duration {
	span := firstBackoff
	if slow {
		span = firstSlowBackoff
	}
	span = min(span<<min(attempt-1, 10), maxBackoff)
	d := time.Duration(c.jitter() * float64(span))
	if slow {
		d = span/2 + d/2
	}
	return d
}

// Pauses after a 429.
const (
	// defaultPause is for a 429 that does not say how long: the length of the block that Bsale's
	// support describes. Anything shorter only prolongs it.
	defaultPause = 5 * time.Minute
	minPause     = time.Second
	maxPauseSeen = time.Hour // what is believed of a Retry-After
)

// retryAfter finds out how long to stay quiet: the header, else the body's retry_after, else five
// minutes.
func retryAfter(h http.Header, body []byte, now time.Time) time.Duration {
	if d, ok := headerRetryAfter(h.Get("Retry-After"), now); ok {
		return d
	}
	var w struct {
		RetryAfter amount `json:"retry_after"`
	}
	if json.Unmarshal(body, &w) == nil && w.RetryAfter.IsPositive() {
		return clampPause(w.RetryAfter.InexactFloat64())
	}
	return defaultPause
}

// headerRetryAfter reads a Retry-After header, seconds or an HTTP date.
func headerRetryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if s, err := strconv.ParseFloat(value, 64); err == nil {
		if math.IsNaN(s) || s < 0 {
			return 0, false
		}
		return clampPause(s), true
	}
	t, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return clampPause(t.Sub(now).Seconds()), true
}

func clampPause(seconds float64) time.Duration {
	if seconds >= maxPauseSeen.Seconds() {
		return maxPauseSeen
	}
	return max(minPause, time.Duration(seconds*float64(time.Second)))
}
