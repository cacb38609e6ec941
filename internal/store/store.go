package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// Options of an open database. The zero value is right for a server.
type Options struct {
	NoMigrate   bool          // leave the schema as it is, and refuse one that is not up to date
	ReadOnly    bool          // write nothing, not even the schema; the database must exist
	Synchronous string        // of SQLite: "FULL" (default: the last commit survives a power cut), "NORMAL" or "OFF"
	BusyTimeout time.Duration // how long to wait for another's lock: on SQLite another process's, on PostgreSQL that of whoever writes to the account; 0: 10 s
	Log         *slog.Logger  // nil: nothing is logged
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	dialect dialect
	name    string // of the database, for people: no password
	log     *slog.Logger
	options Options

	writer *sql.DB // nil when opened to read only
	reader *sql.DB // may be the same as writer

	openListener func(ctx context.Context) (*pgxpool.Pool, error)

	accounts    sync.Map // crm.ID → int64: numbers never change
	connections sync.Map // bridge.ConnectionRef → connectionNumbers

	listLimits listLimits

	observe func(text string, args []any) // for the test that looks at plans: sees each query; nil otherwise
}

var _ bridge.Store = (*Store)(nil)

const defaultBusyTimeout = 10 * time.Second

// patience is how long to wait for another's lock.
func (o Options) patience() time.Duration {
	if o.BusyTimeout == 0 {
		return defaultBusyTimeout
	}
	return o.BusyTimeout
}

// Open opens the database that url names and brings its schema up to date unless told not to. url is postgres://…, sqlite:PATH or just a path; a file
// is made, readable for its owner only, where there is none.
//
// unavailable: database_unreachable, database_readonly, database_locked, database_full. invalid: database_not_recognised. conflict:
// database_newer (made by a newer Puente), database_needs_migration.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	s := &Store{options: opts, log: opts.Log, listLimits: defaultListLimits}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		err = s.openPostgres(ctx, url)
	default:
		err = s.openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"))
	}
	if err == nil {
		err = s.checkSchema(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// OpenMemory opens an empty SQLite database that nobody else sees and that is gone when closed. It has one connection: a View or Update inside another
// would wait for ever.
func OpenMemory(ctx context.Context) (*Store, error) {
	s := &Store{log: slog.New(slog.DiscardHandler), listLimits: defaultListLimits}
	err := s.openSQLiteMemory()
	if err == nil {
		err = s.checkSchema(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Engine returns the kind of database.
func (s *Store) Engine() Engine { return s.dialect.engine }

// Name returns what the database is called, for people: the file's path, or host and database. Never a password.
func (s *Store) Name() string { return s.name }

// WriterDB returns the pool that writes; nil when opened to read only. On SQLite it has one connection: whoever asks it for a second while holding a
// transaction waits for ever. The queue writes through it too: on a connection of its own it would sleep while others hold the file's lock, instead of
// taking turns.
func (s *Store) WriterDB() *sql.DB { return s.writer }

// ReaderDB returns the pool that reads. On SQLite its connections refuse to write.
func (s *Store) ReaderDB() *sql.DB { return s.reader }

// OpenListener opens a pool for the queue's LISTEN connection, which the caller closes; nil on SQLite, which has no such thing.
func (s *Store) OpenListener(ctx context.Context) (*pgxpool.Pool, error) {
	if s.openListener == nil {
		return nil, nil
	}
	return s.openListener(ctx)
}

// Close closes the database. Nothing may be running on it any more.
func (s *Store) Close() error {
	var err error
	if s.reader != nil && s.reader != s.writer {
		err = s.reader.Close()
	}
	if s.writer != nil {
		err = errors.Join(err, s.writer.Close())
	}
	return err
}

// View runs fn over a consistent picture of one account. not_found: no such account.
func (s *Store) View(ctx context.Context, account crm.ID, fn func(bridge.Reader) error) error {
	return s.transact(ctx, s.reader, &s.dialect.view, "view", func(tx *sql.Tx) error {
		number, err := s.accountNumber(ctx, tx, account)
		if err != nil {
			return err
		}
		return fn(&reader{session{s: s, tx: tx, account: number, accountID: account}})
	})
}

// Update runs fn in a transaction that commits if fn returns nil. Nobody else writes to the account meanwhile. When it does not commit, the
// contacts and deals that were saved in it have their old Version again.
func (s *Store) Update(ctx context.Context, account crm.ID, fn func(bridge.Tx) error) error {
	return s.writeAccount(ctx, "update", func(tx *sql.Tx) (*writer, error) {
		number, err := s.accountNumber(ctx, tx, account)
		if err != nil {
			return nil, err
		}
		if err := s.dialect.lockAccount(ctx, tx, number, s.options.patience()); err != nil {
			return nil, s.failed("lock account", err)
		}
		return &writer{reader: reader{session{s: s, tx: tx, account: number, accountID: account}}}, nil
	}, fn)
}

// writeAccount runs fn, unless it is nil, with the writer that begin makes. Whatever ends the transaction without committing, a panic too, gives what was
// saved its old versions back.
func (s *Store) writeAccount(ctx context.Context, op string, begin func(tx *sql.Tx) (*writer, error), fn func(bridge.Tx) error) error {
	var w *writer
	committed := false
	defer func() {
		if !committed && w != nil {
			w.undoVersions()
		}
	}()
	err := s.write(ctx, op, func(tx *sql.Tx) (err error) {
		if w, err = begin(tx); err != nil || fn == nil {
			return err
		}
		return fn(w)
	})
	committed = err == nil
	return err
}

// write runs fn in a transaction of the writing pool.
func (s *Store) write(ctx context.Context, op string, fn func(tx *sql.Tx) error) error {
	if s.writer == nil {
		return crm.NewError(crm.Unavailable, "database_readonly", "database", s.name).Because(fmt.Errorf("store: %s: opened to read only", op))
	}
	return s.transact(ctx, s.writer, nil, op, fn)
}

// transact runs fn in a transaction, commits if it returns nil and rolls back if it does not, or panics.
func (s *Store) transact(ctx context.Context, db *sql.DB, opts *sql.TxOptions, op string, fn func(tx *sql.Tx) error) (err error) {
	end, err := alone(ctx, op)
	if err != nil {
		return err
	}
	defer end()
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return s.failed(op, err)
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		// A transaction that the context ended is rolled back already.
		if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			err = errors.Join(err, s.failed(op+": roll back", e))
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	committed = true
	if err := tx.Commit(); err != nil {
		return s.failed(op+": commit", err)
	}
	return nil
}

// accountNumber returns the short key of an account. not_found: no such account.
func (s *Store) accountNumber(ctx context.Context, tx *sql.Tx, id crm.ID) (int64, error) {
	if n, ok := s.accounts.Load(id); ok {
		return n.(int64), nil
	}
	var n int64
	err := tx.QueryRowContext(ctx, `SELECT number FROM account WHERE id = $1`, string(id)).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, notFound("account_not_found", id)
	}
	if err != nil {
		return 0, s.failed("find account", err)
	}
	s.accounts.Store(id, n)
	return n, nil
}
