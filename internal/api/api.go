package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// Store is what the API needs of storage.
type Store interface {
	bridge.Store
	// WithoutNesting returns a context in which a transaction inside another is an error, as it is in each request.
	WithoutNesting(ctx context.Context) context.Context
	// UpdateOnce does what Update does, once for all requests of an actor with the same key: the answer that fn returns is kept in the same transaction and returned to
	// later ones, with again true, as long as it is younger than since. request is a hash of what is asked. invalid idempotency_key_reused: the key was used for another one.
	UpdateOnce(ctx context.Context, account crm.ID, actor crm.Actor, key, request string, now, since time.Time, fn func(bridge.Tx) (answer []byte, err error)) (answer []byte, again bool, err error)
}

// Options are what the API is made of.
type Options struct {
	Store  Store
	Auth   *auth.Service
	Engine *bridge.Engine
	// PublicURL returns where the service is reached. Its scheme says whether cookies are for https only.
	PublicURL func() string
	// Address returns where a request comes from; nil: the other end of the connection.
	Address func(*http.Request) netip.Addr
	Now     func() time.Time // nil: the system's clock
	Log     *slog.Logger     // nil: nothing is logged
	// RequestsPerSecond and Burst are how much a key or a session may ask; zero: 10 and 50.
	RequestsPerSecond float64
	Burst             int
}

// Bounds of requests.
const (
	maxBody   = 1 << 20
	maxBatch  = 100
	keptFor   = 24 * time.Hour // answers to requests with an Idempotency-Key
	maxKey    = 255            // characters of an Idempotency-Key
	usualSize = 50             // of a page
	maxSize   = 200
)

type server struct {
	Options
	clock     *crm.Clock
	callers   *limiter // keys and sessions
	addresses *limiter // of those who have neither: however many come, no caller is forgotten for them
	mux       *http.ServeMux
	api       huma.API
	document  []byte // the OpenAPI document
}

// New returns the handler of everything under /v1, of /openapi.json and of /docs.
func New(o Options) (http.Handler, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Address == nil {
		o.Address = remoteAddress
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.RequestsPerSecond == 0 {
		o.RequestsPerSecond = 10
	}
	if o.Burst == 0 {
		o.Burst = 50
	}
	s := &server{Options: o, clock: crm.NewClock(o.Now), mux: http.NewServeMux(), callers: newLimiter(o.RequestsPerSecond, o.Burst, o.Now), addresses: newLimiter(o.RequestsPerSecond, o.Burst, o.Now)}
	s.api = humago.New(s.mux, configuration())
	for _, r := range routes() {
		r.register(s)
	}
	if err := s.describe(); err != nil {
		return nil, err
	}
	if err := s.serveDocs(); err != nil {
		return nil, err
	}
	return s.observe(http.HandlerFunc(s.dispatch)), nil
}

// dispatch sends a request to its route. The router's own words about what is not there are replaced by ours.
func (s *server) dispatch(w http.ResponseWriter, r *http.Request) {
	if handler, pattern := s.mux.Handler(r); pattern == "" {
		silent := &silentWriter{header: http.Header{}}
		handler.ServeHTTP(silent, r)
		allow := silent.header.Get("Allow")
		switch {
		case allow == "":
			s.refuse(w, r, crm.NewError(crm.NotFound, "route_unknown"))
		case r.Method == http.MethodOptions:
			w.Header().Set("Allow", allow+", OPTIONS")
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Allow", allow)
			s.refuse(w, r, crm.NewError(crm.Invalid, "method_not_allowed", "known", allow))
		}
		return
	}
	s.mux.ServeHTTP(w, r)
}

// silentWriter takes an answer that nobody is to see.
type silentWriter struct{ header http.Header }

func (w *silentWriter) Header() http.Header         { return w.header }
func (w *silentWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w *silentWriter) WriteHeader(int)             {}

// remoteAddress returns the other end of the connection.
func remoteAddress(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap()
}
