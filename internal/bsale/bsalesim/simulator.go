package bsalesim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options says what to simulate. The zero value is a Chilean shop of 500 documents
// that ends today.
type Options struct {
	// Seed makes the shop; the same seed, Documents, Country, Until and Days make the
	// same shop.
	Seed uint64
	// Documents defaults to 500; -1 is a shop without any.
	Documents int
	// Country is CL (default), PE or MX.
	Country string
	// Until is the emission day of the last seeded document; default today.
	Until Day
	// Days is the span of the seeded documents; default 180.
	Days int

	// World, when given, is served instead of a seeded shop.
	World *World
	// FixturesDir, when given, is a directory of JSON files to serve instead; see
	// docs/simulator.md. Live issuing and the oracle need a World.
	FixturesDir string

	// Token and CompanyID (cpnId) default to values made from the seed.
	Token     string
	CompanyID int

	Faults []Fault

	// LiveEvery issues a document of the usual mix each time it passes; 0 is never.
	LiveEvery time.Duration
	// WebhookURL receives a notification for each document issued while running.
	WebhookURL string
	// WebhookWorkers is how many notifications are under way at once; default 4.
	WebhookWorkers int

	// Now gives today's date to live documents; default time.Now.
	Now func() time.Time
	Log *slog.Logger
}

// Simulator serves one World (or a directory of fixtures) as Bsale would. It is an
// http.Handler at once; Start gives it an address of its own, its live documents and
// its webhooks.
type Simulator struct {
	world    *World
	fixtures *fixtures
	token    string
	cpnID    int
	now      func() time.Time
	log      *slog.Logger
	opts     Options

	faults  faultSet
	calls   atomic.Uint64
	stats   stats
	hooks   *hooks
	scratch sync.Pool
	cors    *http.CrossOriginProtection

	mu      sync.Mutex
	server  *http.Server
	url     string
	stopped context.Context // done when Stop begins
	stop    context.CancelFunc
	wg      sync.WaitGroup
}

const (
	defaultDocuments = 500
	defaultDays      = 180
	defaultWorkers   = 4
)

// New makes the shop. It listens to nothing and starts no goroutine.
func New(o Options) (*Simulator, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Days <= 0 {
		o.Days = defaultDays
	}
	if o.WebhookWorkers <= 0 {
		o.WebhookWorkers = defaultWorkers
	}
	switch {
	case o.Documents == 0:
		o.Documents = defaultDocuments
	case o.Documents < 0:
		o.Documents = 0
	}
	if o.Until == 0 {
		o.Until = DayOf(o.Now())
	}
	if o.CompanyID == 0 {
		o.CompanyID = 10_000 + int(mix(o.Seed^0xc1)%80_000)
	}
	if o.Token == "" {
		o.Token = tokenOf(mix(o.Seed^0x70), 1) + tokenOf(mix(o.Seed^0x71), 2) + tokenOf(mix(o.Seed^0x72), 3) + "0000"
	}
	s := &Simulator{token: o.Token, cpnID: o.CompanyID, now: o.Now, log: o.Log, opts: o, cors: http.NewCrossOriginProtection()}
	s.faults = faultSet{on: map[string]*activeFault{}, clock: time.Now}
	s.scratch.New = func() any { return &encoder{s: &scratch{}} }
	for _, f := range o.Faults {
		if err := s.faults.set(f); err != nil {
			return nil, err
		}
	}
	var err error
	switch {
	case o.World != nil:
		if err := o.World.Err(); err != nil {
			return nil, err
		}
		s.world = o.World
		s.cpnID = o.World.adopt(o.CompanyID)
	case o.FixturesDir != "":
		s.world = NewWorld(o.Country)
		s.world.cpnID = o.CompanyID
		if s.fixtures, err = loadFixtures(o.FixturesDir); err != nil {
			return nil, err
		}
	default:
		if s.world, err = seedWorld(o.Country, o.Seed, o.Documents, o.Until, o.Days, o.CompanyID); err != nil {
			return nil, err
		}
	}
	s.world.Begin()
	s.stopped, s.stop = context.WithCancel(context.Background())
	s.hooks = newHooks(s)
	return s, nil
}

// adopt gives a hand-made world the company's id, so that URLs and webhooks agree.
func (w *World) adopt(cpnID int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cpnID = cpnID
	return cpnID
}

// Start listens on the address (127.0.0.1:0 takes a free port) and returns once it
// does. Live documents and webhooks begin. A Simulator starts once.
func (s *Simulator) Start(listen string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil || s.stopped.Err() != nil {
		return errors.New("bsalesim: started before")
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("bsalesim: listen on %s: %w", listen, err)
	}
	s.url = "http://" + l.Addr().String() + "/v1"
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	s.wg.Go(func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("bsale simulator stopped", "error", err)
		}
	})
	s.hooks.start()
	if s.opts.LiveEvery > 0 && s.fixtures == nil {
		s.wg.Go(s.live)
	}
	return nil
}

// Stop ends everything that Start began and waits for it: calls being answered are
// cut off after a second, notifications not yet sent are dropped. Safe to call twice.
func (s *Simulator) Stop() {
	s.mu.Lock()
	server := s.server
	s.mu.Unlock()
	s.stop()
	if server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close()
		}
	}
	s.wg.Wait()
	s.hooks.close()
}

// URL is the base to give a client, /v1 included; empty before Start.
func (s *Simulator) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Token is the access token that calls must carry.
func (s *Simulator) Token() string { return s.token }

// CompanyID is the cpnId that notifications carry.
func (s *Simulator) CompanyID() int { return s.cpnID }

// World is what is being served.
func (s *Simulator) World() *World { return s.world }

// SetFault switches a fault on, in place of an earlier one of the same name.
func (s *Simulator) SetFault(f Fault) error { return s.faults.set(f) }

// ClearFaults switches the named faults off, or all when none is named.
func (s *Simulator) ClearFaults(names ...string) { s.faults.clear(names...) }

// Faults lists what is switched on.
func (s *Simulator) Faults() []Fault { return s.faults.list() }

// Ready is the one line that the command prints when it listens.
type Ready struct {
	URL       string `json:"url"`
	Token     string `json:"token"`
	CompanyID int    `json:"cpn_id"`
}

// Ready describes a started simulator.
func (s *Simulator) Ready() Ready { return Ready{s.URL(), s.token, s.cpnID} }

// WriteTo writes exactly one line of JSON.
func (r Ready) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return 0, fmt.Errorf("bsalesim: %w", err)
	}
	return b.WriteTo(w)
}
