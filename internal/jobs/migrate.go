package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/rivermigrate"
)

// schemaLock is the PostgreSQL advisory lock of whoever migrates the queue's tables: River itself does not keep two processes apart.
const schemaLock = 0x70757433

// migrateAttempts is how often migrating is tried over when another process did a part of it meanwhile, which SQLite cannot lock out.
const migrateAttempts = 5

// Migrate brings the queue's tables up to date; listener is nil on SQLite. Several processes may do so at once.
func Migrate(ctx context.Context, db *sql.DB, listener *pgxpool.Pool, log *slog.Logger) (err error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	migrator, err := rivermigrate.New(driverOf(db, listener), &rivermigrate.Config{Logger: slog.New(warnings{log.Handler()})})
	if err != nil {
		return fmt.Errorf("jobs: migrate: %w", err)
	}
	if listener != nil {
		unlock, err := lockSchema(ctx, db)
		if err != nil {
			return fmt.Errorf("jobs: migrate: %w", err)
		}
		defer func() { err = errors.Join(err, unlock()) }()
	}
	for attempt := 1; ; attempt++ {
		if _, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err == nil {
			return nil
		}
		if attempt == migrateAttempts || ctx.Err() != nil {
			return fmt.Errorf("jobs: migrate: %w", err)
		}
	}
}

func lockSchema(ctx context.Context, db *sql.DB) (unlock func() error, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1::bigint)`, schemaLock); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1::bigint)`, schemaLock)
		return errors.Join(err, conn.Close())
	}, nil
}
