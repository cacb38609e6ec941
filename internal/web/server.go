package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// Store is what the pages need of storage.
type Store interface {
	bridge.Store
	// UpdateAccess does as Update, for those who change who may enter.
	UpdateAccess(ctx context.Context, account crm.ID, fn func(auth.Tx) error) error
	// WithoutNesting returns a context in which a transaction inside another is an error, as it is in each visit.
	WithoutNesting(ctx context.Context) context.Context
}

// Options are what the server needs.
type Options struct {
	Store  Store
	Auth   *auth.Service
	Engine *bridge.Engine
	// Receive records a notification; see bridge.Intake.
	Receive func(ctx context.Context, hook string, body []byte) error
	// Ready returns why the service cannot work now, nil when it can.
	Ready func(ctx context.Context) error
	// PublicURL returns where the service is reached, for links. Its scheme says whether cookies are for https only.
	PublicURL func() string
	// Address returns where a request comes from; nil: the other end of the connection.
	Address func(*http.Request) netip.Addr
	// Stopping is closed when the service stops: what lasts ends then. nil: it never stops.
	Stopping <-chan struct{}
	// Demo is set while a demonstration runs.
	Demo *Demo
	// Language of pages for whom nobody knows better; empty: Spanish.
	Language crm.Language
	Now      func() time.Time // nil: the system's clock
	Log      *slog.Logger     // nil: nothing is logged
}

type server struct {
	Options
	clock     *crm.Clock
	mux       *http.ServeMux
	table     []route
	templates templates
	files     files
	trials    trials    // of Bsale, for a while
	live      *watchers // of boards
}

// New returns the handler of all addresses that are not the API's.
func New(o Options) (http.Handler, error) {
	s, err := newServer(o)
	if err != nil {
		return nil, err
	}
	return s.observe(http.HandlerFunc(s.dispatch)), nil
}

func newServer(o Options) (*server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Address == nil {
		o.Address = peer
	}
	if o.Language == "" {
		o.Language = crm.Spanish
	}
	s := &server{Options: o, clock: crm.NewClock(o.Now), mux: http.NewServeMux(), table: routes()}
	s.live = newWatchers(s.stageVersions)
	var err error
	if s.files, err = loadFiles(); err != nil {
		return nil, err
	}
	if s.templates, err = parseTemplates(s.files); err != nil {
		return nil, err
	}
	for i := range s.table {
		r := &s.table[i]
		s.mux.Handle(r.method+" "+r.path, s.serve(r))
	}
	return s, nil
}

// serve makes a visit of each request to a route.
func (s *server) serve(r *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		v := &visit{server: s, route: r, w: w, r: request.WithContext(s.Store.WithoutNesting(request.Context()))}
		err := v.admit()
		if err == nil {
			err = v.lookAtConnection()
		}
		if err == nil {
			err = r.handle(v)
		}
		if err != nil {
			v.fail(err)
		}
	})
}

// dispatch sends a request to its route. The router's own words about what is not there are replaced by a page of ours.
func (s *server) dispatch(w http.ResponseWriter, r *http.Request) {
	handler, pattern := s.mux.Handler(r)
	if pattern != "" && crm.Storable(r.URL.Path) && storable(r.URL.Query()) {
		s.mux.ServeHTTP(w, r)
		return
	}
	v := &visit{server: s, route: &route{}, w: w, r: r}
	v.recognise()
	silent := &silentWriter{header: http.Header{}}
	if pattern == "" {
		handler.ServeHTTP(silent, r)
	}
	if allow := silent.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
		v.fail(failure{status: http.StatusMethodNotAllowed, text: "failure.method"})
		return
	}
	v.fail(failure{status: http.StatusNotFound, text: "failure.page"})
}

// storable says whether there can be such parameters: nothing stored has a text with NUL or broken UTF-8.
func storable(parameters url.Values) bool {
	for name, values := range parameters {
		if !crm.Storable(name) || slices.ContainsFunc(values, func(value string) bool { return !crm.Storable(value) }) {
			return false
		}
	}
	return true
}

// silentWriter takes an answer that nobody is to see.
type silentWriter struct{ header http.Header }

func (w *silentWriter) Header() http.Header         { return w.header }
func (w *silentWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w *silentWriter) WriteHeader(int)             {}

// headers keep what comes from elsewhere out of our pages, and our pages out of others'. Referrers stay on this server: without any, a browser would not say
// where a form comes from.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; " +
		"base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
}

// observe logs each request by its route, never by its path, which may hold a secret or personal data. A panic becomes an error page.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		sent := &sentWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.Log.ErrorContext(r.Context(), "request panicked", "route", r.Pattern, "panic", p, "stack", string(debug.Stack()))
				if sent.status == 0 {
					v := &visit{server: s, route: &route{}, w: sent, r: r}
					v.fail(failure{status: http.StatusInternalServerError, logged: true})
				}
			}
			s.Log.DebugContext(r.Context(), "request", "method", r.Method, "route", r.Pattern, "status", sent.status, "took", time.Since(began))
		}()
		next.ServeHTTP(sent, r)
	})
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

// peer returns the other end of the connection.
func peer(r *http.Request) netip.Addr {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return address.Addr().Unmap()
}
