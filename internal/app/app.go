package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"puente/internal/bridge"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/jobs"
	"puente/internal/secret"
	"puente/internal/store"
	"puente/internal/web"
)

const (
	// shutdownGrace is how long answers that are under way may take once the service stops, and the work after them.
	shutdownGrace = 10 * time.Second

	// Somebody who sends or reads slowly holds no connection for ever.
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 20 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// App is the service: everything opened and connected, at rest until Run.
type App struct {
	settings config.Serve
	log      *slog.Logger
	store    *store.Store
	key      secret.Key
	engine   *bridge.Engine
	intake   *bridge.Intake
	queue    *jobs.Queue
	listener net.Listener
	server   *http.Server
	closers  []func() error // in the order of opening
	now      func() time.Time
}

// Options are what tests and the demonstration set beside the settings.
type Options struct {
	bridge.Settings
	Now func() time.Time
	Log *slog.Logger
	// FreePort takes any free port when the one to listen on is taken.
	FreePort bool
	// Demo is set by the demonstration: pages say that it is one, and the browser of who watches gets in.
	Demo *web.Demo
}

// Open opens the database, which it brings up to date, the key and the port, and makes the account if there is none. Nothing works yet. What it opened
// is closed again if it fails.
func Open(ctx context.Context, settings config.Serve, o Options) (_ *App, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &App{settings: settings, log: o.Log, now: o.Now}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.store, err = store.Open(ctx, settings.DB, store.Options{Log: o.Log}); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, a.store.Close)
	if a.key, err = loadKey(settings.Database, settings.Secret); err != nil {
		return nil, err
	}
	if _, err = EnsureAccount(ctx, a.store, crm.Country(settings.Account.Given()), o.Now()); err != nil {
		return nil, err
	}
	if err = a.openWork(ctx, o); err != nil {
		return nil, err
	}
	return a, a.openServer(o)
}

// SecretKeyEnv is the environment variable that may hold the key that seals tokens.
const SecretKeyEnv = secret.EnvKey

// loadKey returns the key that seals tokens. On SQLite it is made beside the database if there is none.
func loadKey(d config.Database, s config.Secret) (secret.Key, error) {
	path := s.File
	if path == "" && d.SQLitePath() != "" {
		path = secret.FileBeside(d.SQLitePath())
	}
	return secret.Load(s.Key, path)
}

// openWork makes the engine and its queue, which need each other.
func (a *App) openWork(ctx context.Context, o Options) error {
	db := a.store.WriterDB()
	listener, err := a.store.OpenListener(ctx)
	if err != nil {
		return err
	}
	if listener != nil {
		a.closers = append(a.closers, func() error {
			listener.Close()
			return nil
		})
	}
	// Before the queue starts, so that whoever changes something meanwhile can leave a job.
	if err := jobs.Migrate(ctx, db, listener, o.Log); err != nil {
		return err
	}
	a.queue, err = jobs.New(jobs.Options{
		DB: db, Listener: listener, Log: o.Log, Grace: shutdownGrace,
		Work:  func(ctx context.Context, ref bridge.ConnectionRef) error { return a.engine.Work(ctx, ref) },
		Sweep: func(ctx context.Context) error { return a.engine.Sweep(ctx) },
	})
	if err != nil {
		return err
	}
	times := o.Settings
	if times.PollEvery == 0 {
		times.PollEvery = a.settings.PollEvery
	}
	a.engine = bridge.NewEngine(bridge.Options{
		Store: a.store, Open: opener(a.key), Seal: sealer(a.key), MayReach: mayReach(a.settings.BsaleHosts), Wake: a.queue.Wake, Now: o.Now, Holder: holder(), Gone: gone, Log: o.Log, Settings: times,
	})
	a.intake = bridge.NewIntake(a.engine)
	return nil
}

func (a *App) openServer(o Options) error {
	stopping, stop := context.WithCancel(context.Background())
	handler, err := a.front(o, stopping.Done())
	if err != nil {
		stop()
		return err
	}
	a.closers = append(a.closers, func() error {
		stop()
		return nil
	})
	a.listener, err = net.Listen("tcp", a.settings.Listen)
	if err != nil && o.FreePort {
		host, _, splitErr := net.SplitHostPort(a.settings.Listen)
		if splitErr != nil {
			return splitErr
		}
		a.listener, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return crm.NewError(crm.Unavailable, "listen_failed", "address", a.settings.Listen).Because(err)
	}
	a.closers = append(a.closers, func() error {
		if err := a.listener.Close(); !errors.Is(err, net.ErrClosed) { // the server closed it when it stopped
			return err
		}
		return nil
	})
	a.server = &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	a.server.RegisterOnShutdown(stop) // what lasts is not waited for
	return nil
}

// Address returns where the service listens.
func (a *App) Address() string { return a.listener.Addr().String() }

// PublicURL returns where the service is reached, for links and webhooks: as it was set, or by its own address.
func (a *App) PublicURL() string {
	if a.settings.BaseURL != "" {
		return a.settings.BaseURL
	}
	host, port, err := net.SplitHostPort(a.Address())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return "http://" + net.JoinHostPort("localhost", port)
	}
	return "http://" + a.Address()
}

// Ready returns why the service cannot work now: the database is away or not up to date, or the queue is not at work.
func (a *App) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	pending, err := a.store.PendingMigrations(ctx)
	switch {
	case err != nil:
		return err
	case pending > 0:
		return errors.New("app: the database lacks " + strconv.Itoa(pending) + " migrations")
	case !a.queue.Started():
		return errors.New("app: the queue is not at work")
	}
	return nil
}

// Run works and serves until ctx ends, then stops in order: no more requests are taken, those under way are answered, the page being applied is finished,
// leases are given back. It returns nil after an orderly stop.
func (a *App) Run(ctx context.Context) error {
	// What runs is ended step by step below, not all at once by ctx.
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var work sync.WaitGroup
	work.Go(func() { a.intake.Run(working) })
	work.Go(func() { keepUp(working, a.store, a.log) })
	err := a.queue.Start(working) // short, and not to be left half-way
	served := make(chan error, 1)
	if err == nil {
		a.log.InfoContext(ctx, "serving", "address", a.Address(), "database", a.store.Name())
		go func() { served <- a.server.Serve(a.listener) }()
		select {
		case <-ctx.Done():
			a.log.InfoContext(ctx, "stopping")
		case err = <-served:
		}
	}
	stopping, cancel := context.WithTimeout(working, shutdownGrace)
	defer cancel()
	if e := a.server.Shutdown(stopping); e != nil {
		err = errors.Join(err, e, a.server.Close())
	}
	a.engine.Retire()
	stopWork()
	work.Wait()
	return errors.Join(err, a.queue.Stop(context.WithoutCancel(ctx)))
}

// Close closes what Open opened, the last first.
func (a *App) Close() error {
	var err error
	for i := len(a.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, a.closers[i]())
	}
	a.closers = nil
	return err
}
