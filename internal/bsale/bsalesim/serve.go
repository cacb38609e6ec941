package bsalesim

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// call is one request being answered.
type call struct {
	s        *Simulator
	w        http.ResponseWriter
	r        *http.Request
	q        url.Values
	endpoint string
	style    style
	fate     string // the fault that strikes, "" for none
}

// ServeHTTP answers as Bsale would, faults included. /_sim/ is the control side: it
// needs no token and is served to loopback only.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_sim/") {
		s.control(w, r)
		return
	}
	n := s.calls.Add(1)
	path, versioned := strings.CutPrefix(r.URL.Path, "/v1/")
	c := &call{s: s, w: w, r: r, q: r.URL.Query(), style: s.faults.style()}
	parts := strings.Split(strings.TrimSuffix(path, ".json"), "/")
	c.endpoint = endpointName(r.Method, parts)

	if d := s.faults.wait("slow"); d > 0 && !s.pause(r, d) {
		c.cut()
		return
	}
	c.fate = s.faults.strike(s.opts.Seed, n, r.Method, r.URL.Path)
	if c.strike() {
		return
	}
	if !versioned || !strings.HasSuffix(path, ".json") {
		c.fail(http.StatusNotFound, "Resource not found")
		return
	}
	// The token is in the path here, and in no header.
	if len(parts) == 3 && parts[0] == "instances" && parts[1] == "basic" {
		c.instance(parts[2])
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("access_token")), []byte(s.token)) != 1 {
		c.fail(http.StatusUnauthorized, "Sorry, this request can not be authenticated")
		return
	}
	if s.fixtures != nil {
		c.fixtures(parts)
		return
	}
	c.route(parts)
}

// endpointName is the path with its ids taken out: the key of the counters.
func endpointName(method string, parts []string) string {
	var b strings.Builder
	b.WriteString(method)
	b.WriteByte(' ')
	for i, p := range parts {
		if i > 3 {
			break
		}
		if i > 0 {
			b.WriteByte('/')
		}
		switch {
		case allDigits(p):
			b.WriteString("{id}")
		case i == 2 && parts[0] == "instances":
			b.WriteString("{token}")
		default:
			b.WriteString(p)
		}
	}
	return b.String()
}

// pause waits, and is false when the caller gave up or the simulator stops.
func (s *Simulator) pause(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.stopped.Done():
	}
	return false
}

// cut closes the connection without an answer.
func (c *call) cut() {
	c.s.stats.call(c.endpoint, 0)
	if h, ok := c.w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

// strike answers instead of the API when a fault says so. Faults that spoil a good
// answer (empty, truncated…) are left to send.
func (c *call) strike() bool {
	switch c.fate {
	case "drop":
		c.cut()
	case "401":
		c.fail(http.StatusUnauthorized, "Sorry, this request can not be authenticated")
	case "402":
		c.fail(http.StatusPaymentRequired, "Payment required")
	case "403":
		c.fail(http.StatusForbidden, "Forbidden")
	case "429":
		c.tooMany()
	case "500":
		c.fail(http.StatusInternalServerError, "Internal server error")
	case "500-unavailable":
		c.fail(http.StatusInternalServerError, "The requested resource is not available")
	case "502":
		c.fail(http.StatusBadGateway, "Bad gateway")
	case "503":
		c.fail(http.StatusServiceUnavailable, "Service unavailable")
	case "html":
		c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		c.write(http.StatusOK, []byte("<!DOCTYPE html><html><body><h1>Estamos en mantenimiento</h1></body></html>"))
	case "empty":
		c.write(http.StatusOK, nil)
	default:
		return false
	}
	return true
}

func (c *call) tooMany() {
	header, body := 1, -1
	if v := c.s.faults.value("429-header"); v != "" {
		header = c.s.faults.count("429-header")
	}
	if v := c.s.faults.value("429-body"); v != "" {
		body = c.s.faults.count("429-body")
	}
	if header >= 0 {
		c.w.Header().Set("Retry-After", strconv.Itoa(header))
	}
	b := append([]byte(`{"error":`), appendString(nil, "Too many requests")...)
	if body >= 0 {
		b = append(b, `,"retry_after":`...)
		b = strconv.AppendInt(b, int64(body), 10)
	}
	c.json(http.StatusTooManyRequests, append(b, '}'))
}

func (c *call) fail(status int, text string) {
	b := append([]byte(`{"error":`), appendString(nil, text)...)
	c.json(status, append(b, '}'))
}

func (c *call) json(status int, body []byte) {
	c.w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	if c.fate == "truncated" && status < 300 && len(body) > 2 {
		body = body[:len(body)*2/3]
	}
	c.write(status, body)
}

func (c *call) write(status int, body []byte) {
	c.s.stats.call(c.endpoint, status)
	c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body)
}

// encoding lends an encoder over the world, read-locked, and sends what was written.
// f returns the status to send; 0 means that it answered by itself.
func (c *call) encoding(f func(e *encoder) int) {
	e := c.s.scratch.Get().(*encoder)
	e.b, e.w, e.style = e.b[:0], c.s.world, c.style
	status := func() int {
		e.w.mu.RLock()
		defer e.w.mu.RUnlock()
		return f(e)
	}()
	switch {
	case status >= 400:
		c.fail(status, "Resource not found")
	case status > 0:
		c.json(status, e.b)
	}
	c.s.scratch.Put(e)
}

func (c *call) instance(token string) {
	if subtle.ConstantTimeCompare([]byte(token), []byte(c.s.token)) != 1 {
		c.fail(http.StatusUnauthorized, "Sorry, this request can not be authenticated")
		return
	}
	c.encoding(func(e *encoder) int {
		e.raw(`{"id":`)
		e.int(int64(c.s.cpnID))
		e.kstr("name", "Comercial Quillay SpA (ficticia)")
		e.kstr("code", "76543210-3")
		e.kint("state", 0)
		e.kstr("country", e.w.country.code)
		e.kint("trial", 0)
		e.kraw("trialEnd", "null")
		e.b = append(e.b, '}')
		return http.StatusOK
	})
}

// route answers from the World. parts is the path after /v1/ without .json.
func (c *call) route(parts []string) {
	if c.r.Method == http.MethodPost && len(parts) == 1 && parts[0] == "clients" {
		c.createClient()
		return
	}
	if c.r.Method == http.MethodPut && len(parts) == 2 && parts[0] == "clients" {
		c.updateClient(parts[1])
		return
	}
	if c.r.Method != http.MethodGet {
		c.fail(http.StatusMethodNotAllowed, "Method not allowed")
		return
	}
	switch len(parts) {
	case 1:
		c.listOf(parts[0])
	case 2:
		if parts[1] == "count" {
			c.countOf(parts[0])
			return
		}
		id, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			c.fail(http.StatusNotFound, "Resource not found")
			return
		}
		c.single(parts[0], id)
	case 3:
		id, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			c.fail(http.StatusNotFound, "Resource not found")
			return
		}
		switch parts[0] {
		case "documents":
			c.documentList(id, parts[2])
		case "clients":
			c.clientList(id, parts[2])
		case "returns":
			c.returnDetails(id, parts[2])
		default:
			c.fail(http.StatusNotFound, "Resource not found")
		}
	default:
		c.fail(http.StatusNotFound, "Resource not found")
	}
}
