package api

import (
	"net/http"
	"runtime/debug"
	"time"

	"puente/internal/crm"
)

// headers keep what comes from elsewhere out of our answers, and our answers out of other sites and shared caches.
var headers = map[string]string{
	"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control":                "private, no-cache",
}

// observe gives each request an id and logs it by its route: paths, parameters and bodies may hold personal data. A panic becomes a problem.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		c := &call{server: s, id: string(crm.NewID())}
		r = r.WithContext(s.Store.WithoutNesting(withCall(r.Context(), c)))
		c.http = r
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		w.Header().Set("X-Request-Id", c.id)
		sent := &sentWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.Log.ErrorContext(r.Context(), "request panicked", "request", c.id, "route", c.pattern(), "panic", p, "stack", string(debug.Stack()))
				if sent.status == 0 {
					s.refuse(sent, r, crm.NewError(crm.Internal, "internal"))
				}
			}
			s.Log.DebugContext(r.Context(), "request", "request", c.id, "method", r.Method, "route", c.pattern(), "status", sent.status, "took", time.Since(began))
		}()
		next.ServeHTTP(sent, r)
	})
}

// pattern returns the path of the call's route, with names for what differs.
func (c *call) pattern() string {
	if c.route == nil {
		return ""
	}
	return c.route.path
}

// sentWriter remembers the status.
type sentWriter struct {
	http.ResponseWriter
	status int
}

func (w *sentWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *sentWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController the way to the rest.
func (w *sentWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
