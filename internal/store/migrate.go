package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"

	"github.com/pressly/goose/v3"

	"puente/internal/crm"
)

//go:embed migrations
var migrations embed.FS

// versionTable is where goose notes what was done; it also tells a database of ours from another program's.
const versionTable = "puente_version"

// migrateAttempts is how often migrating is tried over when another process did a part of it meanwhile, which SQLite cannot lock out.
const migrateAttempts = 5

// Migrate brings the schema up to date. Several processes may do so at once.
func (s *Store) Migrate(ctx context.Context) error {
	if s.writer == nil {
		return s.unusable("database_readonly", errors.New("opened to read only"))
	}
	p, err := s.provider()
	if err != nil {
		return err
	}
	unlock, err := s.lockSchema(ctx)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		results, e := p.Up(ctx)
		for _, r := range results {
			s.log.InfoContext(ctx, "database migrated", slog.Int64("version", r.Source.Version), slog.Duration("took", r.Duration))
		}
		if err = s.failed("migrate", e); err == nil || attempt == migrateAttempts || ctx.Err() != nil {
			break
		}
		if pending, e := s.PendingMigrations(ctx); e != nil || pending == 0 {
			err = e
			break
		}
	}
	return errors.Join(err, s.failed("migrate", unlock()))
}

// Version returns the version of the schema that the database has; 0: none yet.
func (s *Store) Version(ctx context.Context) (int64, error) {
	var n int64
	if err := s.reader.QueryRowContext(ctx, s.dialect.hasTable, versionTable).Scan(&n); err != nil {
		return 0, s.failed("version", err)
	}
	if n == 0 {
		return 0, nil
	}
	err := s.reader.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM `+versionTable).Scan(&n)
	return n, s.failed("version", err)
}

// LatestVersion returns the version of the schema that this program works with.
func (s *Store) LatestVersion() (int64, error) {
	versions, err := migrationVersions(s.dialect.engine)
	if err != nil {
		return 0, err
	}
	return versions[len(versions)-1], nil
}

// PendingMigrations returns how many migrations the database lacks.
func (s *Store) PendingMigrations(ctx context.Context) (int, error) {
	versions, err := migrationVersions(s.dialect.engine)
	if err != nil {
		return 0, err
	}
	current, err := s.Version(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, v := range versions {
		if v > current {
			n++
		}
	}
	return n, nil
}

// checkSchema migrates if it may, and refuses what this program cannot work with.
func (s *Store) checkSchema(ctx context.Context) error {
	latest, err := s.LatestVersion()
	if err != nil {
		return err
	}
	current, err := s.Version(ctx)
	if err != nil {
		return err
	}
	switch {
	case current > latest:
		return s.schemaConflict("database_newer", current, latest)
	case current == latest:
		return nil
	case s.options.NoMigrate || s.options.ReadOnly:
		return s.schemaConflict("database_needs_migration", current, latest)
	}
	return s.Migrate(ctx)
}

func (s *Store) schemaConflict(key string, current, latest int64) error {
	return crm.NewError(crm.Conflict, key, "database", s.name,
		"version", strconv.FormatInt(current, 10), "program_version", strconv.FormatInt(latest, 10))
}

func (s *Store) provider() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+string(s.dialect.engine))
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	dialect := goose.DialectSQLite3
	if s.dialect.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, s.writer, files,
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return p, nil
}

// migrationVersions returns the versions of an engine's migrations, ascending.
func migrationVersions(engine Engine) ([]int64, error) {
	files, err := fs.Glob(migrations, "migrations/"+string(engine)+"/*.sql") // sorted by name
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	var versions []int64
	for _, f := range files {
		v, err := goose.NumericComponent(f)
		if err != nil {
			return nil, fmt.Errorf("store: %s: %w", f, err)
		}
		versions = append(versions, v)
	}
	return versions, nil
}
