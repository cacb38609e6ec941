package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"puente/internal/crm"
)

// Backup copies the SQLite database that is named, which may be in use and of any version, into a new file, readable for its owner only, and returns its size in
// bytes once the copy is on the disk and was found whole.
//
// unavailable: as Open; backup_failed, the file cannot be written or is not whole: it is removed. conflict: backup_exists. invalid: database_not_recognised;
// backup_postgres, the database is on a server.
func Backup(ctx context.Context, database, file string) (size int64, err error) {
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		return 0, crm.NewError(crm.Invalid, "backup_postgres")
	}
	s := &Store{log: slog.New(slog.DiscardHandler), options: Options{ReadOnly: true}}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.openSQLite(ctx, strings.TrimPrefix(database, "sqlite:")); err != nil {
		return 0, err
	}
	// SQLite writes into a file that is empty; made here, nobody else can read it at any time.
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return 0, crm.NewError(crm.Conflict, "backup_exists", "file", file).Because(err)
	}
	if err != nil {
		return 0, backupFailed(file, err)
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			err = backupFailed(file, errors.Join(err, os.Remove(file)))
		}
	}()
	if err := s.copyInto(ctx, file); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	if err := checkWhole(ctx, file); err != nil {
		return 0, err
	}
	if err := syncFolder(filepath.Dir(file)); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// copyInto writes the database, as it is at one moment, into an empty file.
func (s *Store) copyInto(ctx context.Context, file string) error {
	return readOnly(s.name, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, `VACUUM INTO $1`, file)
		return s.failed("backup", err)
	})
}

// checkWhole has SQLite read all of a database.
func checkWhole(ctx context.Context, file string) error {
	return readOnly(file, func(db *sql.DB) error {
		var said string
		err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&said)
		if err == nil && said != "ok" {
			err = fmt.Errorf("integrity check: %s", said)
		}
		return err
	})
}

// readOnly gives fn a connection that cannot change the file. Those of the pools refuse to write any file, a backup too.
func readOnly(path string, fn func(db *sql.DB) error) (err error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute), RawQuery: "mode=ro&_pragma=busy_timeout(10000)"}
	db, err := openSQLitePool(strings.Replace(u.String(), "file:///", "file:/", 1), 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return fn(db)
}

// syncFolder makes the name of a new file last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func backupFailed(file string, err error) error {
	if known := (*crm.Error)(nil); errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	return crm.NewError(crm.Unavailable, "backup_failed", "file", file).Because(err)
}
