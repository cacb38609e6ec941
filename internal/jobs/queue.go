package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const (
	// workers is how many connections are worked on at once. Work mostly waits for Bsale, which is paced per connection, so there are more of
	// them than processors.
	workers = 50
	// jobTimeout ends work that hangs. It is well above the time after which the engine hands over by itself (bridge.Settings.WorkFor).
	jobTimeout = 2 * time.Minute
	// rescueAfter is when a job of a process that died is cleared away. It must exceed jobTimeout; nobody waits for it, as the sweep finds the work.
	rescueAfter = 4 * time.Minute
	// fetchCooldown lets jobs follow each other quickly; River's own 100 ms would cap a busy queue.
	fetchCooldown = 20 * time.Millisecond
	// fetchPoll is how often the table is looked at when nobody announces a job.
	fetchPoll = time.Second
	// keepDone is how long finished jobs are kept: a busy shop makes some dozens a second, and nobody needs them.
	keepDone = 5 * time.Minute
	// sweepEvery is how soon work is found whose job was lost, or that became due by the clock.
	sweepEvery = 2 * time.Second
	// defaultGrace is how long work may go on after Stop before it is cut off.
	defaultGrace = 10 * time.Second
)

// Options are what a queue is made of.
type Options struct {
	// DB is the pool that writes; on SQLite the one connection through which everything is written. The caller closes it, after Stop.
	DB *sql.DB
	// Listener is PostgreSQL's pool for LISTEN; nil means that the engine is SQLite.
	Listener *pgxpool.Pool
	// Work does what is due for a connection. It may be called for several connections at once, for one of them never twice at a time.
	Work func(ctx context.Context, ref bridge.ConnectionRef) error
	// Sweep wakes whatever is due. It is called at start and every few seconds.
	Sweep func(ctx context.Context) error
	// SweepEvery is the time between two sweeps; 0: two seconds.
	SweepEvery time.Duration
	// Grace is how long work may go on after Stop before its context ends; 0: ten seconds.
	Grace time.Duration
	Log   *slog.Logger
}

// Queue wakes connections. It is safe for concurrent use.
type Queue struct {
	options Options
	log     *slog.Logger
	driver  riverdriver.Driver[*sql.Tx]
	client  *river.Client[*sql.Tx]
	hub     *hub
	process string // tells this process's jobs from others'

	mu      sync.Mutex
	started bool
	stopped bool
	cancel  context.CancelFunc
	sweeper sync.WaitGroup
}

// New returns a queue, which does nothing until Start.
func New(o Options) (*Queue, error) {
	if o.SweepEvery == 0 {
		o.SweepEvery = sweepEvery
	}
	if o.Grace == 0 {
		o.Grace = defaultGrace
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{options: o, log: o.Log, driver: driverOf(o.DB, o.Listener), process: string(crm.NewID())}
	q.hub = newHub(o.Work, workers, jobTimeout, o.Log)
	registered := river.NewWorkers()
	river.AddWorker(registered, &worker{queue: q})
	client, err := river.NewClient(q.driver, &river.Config{
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		Workers:              registered,
		Logger:               slog.New(warnings{o.Log.Handler()}),
		JobTimeout:           jobTimeout,
		SoftStopTimeout:      o.Grace,
		FetchCooldown:        fetchCooldown,
		FetchPollInterval:    fetchPoll,
		RescueStuckJobsAfter: rescueAfter,
		// The sweep is what tries again.
		MaxAttempts:                 1,
		CompletedJobRetentionPeriod: keepDone,
		CancelledJobRetentionPeriod: keepDone,
		DiscardedJobRetentionPeriod: keepDone,
		// On SQLite River would look at a table of notifications every 50 ms, all day, to learn what this process knows already.
		PollOnly: o.Listener == nil,
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	q.client = client
	return q, nil
}

func driverOf(db *sql.DB, listener *pgxpool.Pool) riverdriver.Driver[*sql.Tx] {
	if listener == nil {
		return riversqlite.New(db)
	}
	return riverdatabasesql.NewWithPgxListener(db, listener)
}

// Start brings the queue's tables up to date, begins to work and returns. A second call does nothing. The end of ctx does not stop the queue; Stop does.
func (q *Queue) Start(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopped {
		return errors.New("jobs: a stopped queue does not start again")
	}
	if q.started {
		return nil
	}
	if err := Migrate(ctx, q.options.DB, q.options.Listener, q.log); err != nil {
		return err
	}
	ctx, q.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := q.client.Start(ctx); err != nil {
		q.cancel()
		return fmt.Errorf("jobs: start: %w", err)
	}
	q.started = true
	q.hub.start()
	q.sweeper.Go(func() { q.sweep(ctx) })
	return nil
}

// Started says whether the queue is at work.
func (q *Queue) Started() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.started && !q.stopped
}

// Stop takes no more work, waits for what is under way, cuts it off after the grace time or when ctx ends, and returns when all of it has ended. It may be called
// twice, or without a Start.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopped {
		return nil
	}
	q.stopped = true
	if !q.started {
		q.hub.stop(0, ctx.Done())
		return nil
	}
	var err error
	var both sync.WaitGroup
	both.Go(func() { q.hub.stop(q.options.Grace, ctx.Done()) })
	both.Go(func() {
		err = q.client.Stop(ctx)
		if err != nil && ctx.Err() != nil { // the caller is in a hurry
			err = q.client.StopAndCancel(context.WithoutCancel(ctx))
		}
	})
	both.Wait()
	q.cancel()
	q.sweeper.Wait()
	if err != nil {
		return fmt.Errorf("jobs: stop: %w", err)
	}
	return nil
}

// Wake makes a job for the connection in the transaction, which is a *sql.Tx, and, between Start and Stop, begins the work here. It is a [bridge.Waker].
func (q *Queue) Wake(ctx context.Context, tx any, ref bridge.ConnectionRef) error {
	sqlTx, ok := tx.(*sql.Tx)
	if !ok {
		return fmt.Errorf("jobs: a transaction of type %T cannot carry a job", tx)
	}
	number := q.hub.next(ref)
	args := wakeArgs{Account: string(ref.AccountID), Connection: string(ref.ConnectionID), Process: q.process, Number: number}
	if _, err := q.client.InsertTx(ctx, sqlTx, args, nil); err != nil {
		return fmt.Errorf("jobs: wake: %w", err)
	}
	q.hub.signal(ref)
	return nil
}

// sweep finds work whose job was lost, and work that became due by the clock.
func (q *Queue) sweep(ctx context.Context) {
	ticker := time.NewTicker(q.options.SweepEvery)
	defer ticker.Stop()
	for {
		if err := q.options.Sweep(ctx); err != nil && ctx.Err() == nil {
			q.log.ErrorContext(ctx, "could not look for waiting work; trying again soon", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// wakeArgs is a job. One waits for each connection at the most: it stands for every wake until it is taken, and what comes after that is seen by whoever works, or by
// the sweep. Process and Number let the process that made it recognise it.
type wakeArgs struct {
	Account    string `json:"account" river:"unique"`
	Connection string `json:"connection" river:"unique"`
	Process    string `json:"process"`
	Number     int64  `json:"number"`
}

// Kind names the sort of job in the table.
func (wakeArgs) Kind() string { return "wake" }

// InsertOpts lets a second job for the connection be no job at all.
func (wakeArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

type worker struct {
	river.WorkerDefaults[wakeArgs]
	queue *Queue
}

// Work does the connection's work unless the process that made the job has done it already. What fails is logged there and tried again by the sweep.
func (w *worker) Work(ctx context.Context, job *river.Job[wakeArgs]) error {
	ref := bridge.ConnectionRef{AccountID: crm.ID(job.Args.Account), ConnectionID: crm.ID(job.Args.Connection)}
	number := int64(0)
	if job.Args.Process == w.queue.process {
		number = job.Args.Number
	}
	w.queue.hub.do(ref, number)
	return nil
}

// warnings lets pass what an operator has to know of River.
type warnings struct{ slog.Handler }

// Enabled says whether a record of that level is wanted.
func (h warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// WithAttrs and WithGroup keep the filter.
func (h warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the filter.
func (h warnings) WithGroup(name string) slog.Handler { return warnings{h.Handler.WithGroup(name)} }
