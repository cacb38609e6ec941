package store

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	postgresReaders      = 10 // connections; those who wait to write must not keep others from reading
	postgresWriters      = 8
	postgresIdleFor      = 5 * time.Minute
	postgresApplication  = "puente"
	postgresAccountLocks = 0x70757431 // class of the advisory locks of accounts
	postgresSchemaLock   = 0x70757432 // advisory lock of whoever migrates
)

var postgresDialect = dialect{
	engine:  Postgres,
	batches: []int{100, 50, 20, 10, 5, 2, 1},
	// The patience holds for the rest of the transaction. It is set before the lock is asked for: a list of columns is worked out from left to right.
	lockAccount: func(ctx context.Context, tx *sql.Tx, account int64, patience time.Duration) error {
		_, err := tx.ExecContext(ctx, `SELECT set_config('lock_timeout', $3::text, true), pg_advisory_xact_lock($1::int, $2::int)`,
			postgresAccountLocks, account, strconv.FormatInt(patience.Milliseconds(), 10))
		return err
	},
	// Well under the server's deadlock_timeout of a second, after which it picks a victim itself.
	yieldToWriters: func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `SET LOCAL lock_timeout = '200ms'`)
		return err
	},
	skipLocked: ` FOR UPDATE SKIP LOCKED`,
	fault:      postgresFault,
	hasTable:   `SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass($1)`,
	numbers:    `unnest(CAST(string_to_array($2, ',') AS bigint[])) n (value)`,
	writeValues: `UPDATE $table t SET
		custom = CASE v.value WHEN 'null' THEN t.custom - CAST($2 AS TEXT) ELSE jsonb_set(t.custom, ARRAY[CAST($2 AS TEXT)], CAST(v.value AS JSONB)) END,
		origins = CASE v.value WHEN 'null' THEN CAST(CAST(t.origins AS JSONB) - CAST($2 AS TEXT) AS TEXT) ELSE t.origins END
		FROM json_each_text(CAST($3 AS JSON)) v WHERE t.account_id = $1 AND t.number = CAST(v.key AS BIGINT)`,
	view: sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
}

// postgresFault goes by PostgreSQL's SQLSTATE codes.
func postgresFault(err error) fault {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		switch e.Code {
		case "23505":
			if strings.HasSuffix(e.ConstraintName, "_pkey") {
				return faultPrimaryKey
			}
			return faultUnique
		case "23503":
			return faultReference
		case "55P03":
			return faultLocked
		case "40P01":
			return faultDeadlock
		case "25006":
			return faultReadOnly
		case "53100":
			return faultFull
		}
		switch e.Code[:2] {
		case "28": // login
			return faultRefused
		case "3D": // no such database
			return faultMissing
		case "08", "57": // connection, shutting down
			return faultUnreachable
		}
	}
	if e := (*pgconn.ConnectError)(nil); errors.As(err, &e) {
		return faultUnreachable
	}
	if e := net.Error(nil); errors.As(err, &e) {
		return faultUnreachable
	}
	return faultNone
}

func (s *Store) openPostgres(ctx context.Context, url string) error {
	s.dialect = postgresDialect
	s.name = "postgres"
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// Nothing of err is repeated: what cannot be parsed may hold the password anywhere.
		return s.unusable("database_unreachable", errors.New("the URL is malformed"))
	}
	c := config.ConnConfig
	s.name = postgresName(c)
	if _, ok := c.RuntimeParams["application_name"]; !ok {
		c.RuntimeParams["application_name"] = postgresApplication
	}
	// Each statement is planned when it runs, for its values and for the tables as they are. A plan that is kept from when the tables were small reads
	// them from end to end, and a first backfill makes them large in less time than the server takes to notice.
	if !strings.Contains(url, "default_query_exec_mode") {
		c.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	s.reader = openPostgresPool(c, postgresReaders)
	if !s.options.ReadOnly {
		s.writer = openPostgresPool(c, postgresWriters)
	}
	s.openListener = func(ctx context.Context) (*pgxpool.Pool, error) {
		l := config.Copy()
		l.MinConns, l.MaxConns = 0, 1
		pool, err := pgxpool.NewWithConfig(ctx, l)
		if err != nil {
			return nil, s.failed("open listener", err)
		}
		return pool, nil
	}
	if err := s.reader.PingContext(ctx); err != nil {
		return s.failed("open", err)
	}
	return nil
}

func openPostgresPool(c *pgx.ConnConfig, connections int) *sql.DB {
	db := stdlib.OpenDB(*c.Copy())
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(postgresIdleFor)
	return db
}

// postgresName says which database it is, without user and password.
func postgresName(c *pgx.ConnConfig) string {
	host := c.Host
	if !strings.HasPrefix(host, "/") { // not the folder of a socket
		host = net.JoinHostPort(host, strconv.Itoa(int(c.Port)))
	}
	return host + "/" + c.Database
}

// lockSchema makes the caller the only one to migrate, until unlock.
func (s *Store) lockSchema(ctx context.Context) (unlock func() error, err error) {
	if s.dialect.engine != Postgres {
		return func() error { return nil }, nil
	}
	conn, err := s.writer.Conn(ctx)
	if err != nil {
		return nil, s.failed("migrate", err)
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1::bigint)`, postgresSchemaLock); err != nil {
		return nil, errors.Join(s.failed("migrate", err), conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1::bigint)`, postgresSchemaLock)
		if e := conn.Close(); err == nil {
			err = e
		}
		return err
	}, nil
}
