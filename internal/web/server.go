package web

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

//go:embed static
var staticFiles embed.FS

// Options are what the server needs.
type Options struct {
	Store bridge.Store
	// Receive records a notification; see bridge.Intake.
	Receive func(ctx context.Context, hook string, body []byte) error
	// Ready returns why the service cannot work now, nil when it can.
	Ready func(ctx context.Context) error
	// Language of pages that belong to no account.
	Language crm.Language
	Log      *slog.Logger
}

type server struct {
	Options
	pages pages
}

// New returns the handler of all addresses.
func New(o Options) (http.Handler, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	parsed, err := parsePages()
	if err != nil {
		return nil, err
	}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	s := &server{Options: o, pages: parsed}
	mux := http.NewServeMux()
	// All that there is, on one screen, with who may see it: everybody, unless it says otherwise.
	mux.Handle("GET /{$}", s.handle(onThisMachine(s.board)))
	mux.Handle("GET /static/{$}", s.handle(notFound)) // no list of files
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	mux.Handle("POST /hooks/bsale/{hook}", s.handle(s.receive))
	mux.Handle("/hooks/bsale/{hook}", s.handle(methodNotAllowed("POST")))
	mux.Handle("GET /healthz", s.handle(s.healthy))
	mux.Handle("GET /readyz", s.handle(s.ready))
	mux.Handle("/{$}", s.handle(methodNotAllowed("GET, HEAD")))
	mux.Handle("/", s.handle(notFound))
	return s.observe(secure(mux)), nil
}

// handler answers a request, or returns why it cannot.
type handler func(w http.ResponseWriter, r *http.Request) error

func (s *server) handle(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// headers keep what comes from elsewhere out of our pages, and our pages out of others'.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
}

func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}

// observe logs each request by its route, never by its path: the path of a webhook is a secret. A panic becomes an error page.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answer := &answer{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.failed(answer, r, p)
			}
			s.Log.DebugContext(r.Context(), "request", "method", r.Method, "route", r.Pattern, "status", answer.status, "took", time.Since(began))
		}()
		next.ServeHTTP(answer, r)
	})
}

// answer remembers the status for the log.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write counts as a status of 200 if none was written.
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController the way to the rest.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
