package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"puente/internal/crm"
)

const (
	sqliteReaders  = 8
	sqliteCacheKiB = 32_000
	// A page of documents touches hundreds of pages of the file. At SQLite's usual 1,000 the same ones are copied back and synced after every few
	// transactions; at this many (32 MB) most are copied once for dozens.
	sqliteCheckpointPages = 8000
	sqliteJournalSize     = 200 << 20 // what is left of the write-ahead log after a checkpoint, in bytes
)

var sqliteDialect = dialect{
	engine:         SQLite,
	batches:        []int{1},
	lockAccount:    func(context.Context, *sql.Tx, int64, time.Duration) error { return nil },
	yieldToWriters: func(context.Context, *sql.Tx) error { return nil },
	fault:          sqliteFault,
	hasTable:       `SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1`,
	numbers:        `json_each('[' || $2 || ']') n`,
	// The LIMIT keeps the list of values in front: with it behind, all of the table is gone through, and the list for each row.
	writeValues: `UPDATE $table SET
		custom = CASE v.value WHEN 'null' THEN json_remove(custom, '$."' || $2 || '"') ELSE json_set(custom, '$."' || $2 || '"', json(v.value)) END,
		origins = CASE v.value WHEN 'null' THEN json_remove(origins, '$."' || $2 || '"') ELSE origins END
		FROM (SELECT CAST(key AS INTEGER) AS number, value FROM json_each($3) LIMIT -1) v WHERE account_id = $1 AND $table.number = v.number`,
	view: sql.TxOptions{ReadOnly: true},
}

// sqliteFault goes by SQLite's result codes, the extended ones where they say more.
func sqliteFault(err error) fault {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return faultNone
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return faultPrimaryKey
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return faultUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return faultReference
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return faultLocked
	case sqlite3.SQLITE_READONLY:
		return faultReadOnly
	case sqlite3.SQLITE_FULL:
		return faultFull
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM:
		return faultUnreachable
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return faultNotDatabase
	}
	return faultNone
}

func (s *Store) openSQLite(ctx context.Context, path string) error {
	s.dialect = sqliteDialect
	s.name = path
	absolute, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := s.prepareFile(absolute); err != nil {
		return err
	}
	write := s.sqliteDSN(absolute, true)
	if !s.options.ReadOnly {
		if s.writer, err = openSQLitePool(write, 1); err != nil {
			return err
		}
		// The first connection makes the file a write-ahead one, before anybody reads it.
		if err := s.writer.PingContext(ctx); err != nil {
			return s.failed("open", err)
		}
	}
	if s.reader, err = openSQLitePool(s.sqliteDSN(absolute, false), sqliteReaders); err != nil {
		return err
	}
	return s.checkSQLiteFile(ctx)
}

func (s *Store) openSQLiteMemory() error {
	s.dialect = sqliteDialect
	s.name = ":memory:"
	// One connection: each would have a memory of its own.
	db, err := openSQLitePool("file::memory:?"+sqlitePragmas(s.options, true).Encode(), 1)
	if err != nil {
		return err
	}
	s.writer, s.reader = db, db
	return nil
}

// prepareFile makes sure that there is a file that can be opened as intended, so that what is wrong can be said before SQLite says less of it.
func (s *Store) prepareFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return s.unusable("database_not_recognised", errors.New("it is a folder"))
	case err == nil:
		// Writing needs the folder too: the write-ahead log stands next to the file.
		if s.options.ReadOnly {
			return nil
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return s.fileError(err)
		}
		return f.Close()
	case !errors.Is(err, fs.ErrNotExist) || s.options.ReadOnly:
		return s.unusable("database_unreachable", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return s.fileError(err)
	}
	return f.Close()
}

func (s *Store) fileError(err error) error {
	switch {
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return s.unusable("database_readonly", err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return s.unusable("database_full", err)
	}
	return s.unusable("database_unreachable", err)
}

func (s *Store) unusable(key string, cause error) error {
	code := crm.Unavailable
	if key == "database_not_recognised" {
		code = crm.Invalid
	}
	return crm.NewError(code, key, "database", s.name).Because(fmt.Errorf("store: open: %w", cause))
}

// checkSQLiteFile refuses the file of another program before anything is written into it.
func (s *Store) checkSQLiteFile(ctx context.Context) error {
	var others, ours int
	err := s.reader.QueryRowContext(ctx, `SELECT COUNT(*), COUNT(*) FILTER (WHERE name = $1) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'`,
		versionTable).Scan(&others, &ours)
	if err != nil {
		return s.failed("open", err)
	}
	if others > 0 && ours == 0 {
		return s.unusable("database_not_recognised", errors.New("it holds the tables of another program"))
	}
	return nil
}

// sqliteDSN names the file and what each connection to it is set to.
func (s *Store) sqliteDSN(path string, write bool) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: sqlitePragmas(s.options, write).Encode()}
	dsn := u.String()
	// A file: URL with an empty authority is what SQLite takes.
	return strings.Replace(dsn, "file:///", "file:/", 1)
}

func sqlitePragmas(o Options, write bool) url.Values {
	synchronous := o.Synchronous
	if synchronous == "" {
		synchronous = "FULL"
	}
	// The busy timeout comes first: changing the journal's mode may have to wait for a lock.
	q := url.Values{"_pragma": {"busy_timeout(" + strconv.FormatInt(o.patience().Milliseconds(), 10) + ")"}}
	add := func(pragma string) { q.Add("_pragma", pragma) }
	if write {
		q.Set("_txlock", "immediate") // a transaction that reads first and writes later could not wait for a lock any more
		add("journal_mode(WAL)")
		add("synchronous(" + synchronous + ")")
		add("foreign_keys(ON)")
		add("wal_autocheckpoint(" + strconv.Itoa(sqliteCheckpointPages) + ")")
		add("journal_size_limit(" + strconv.Itoa(sqliteJournalSize) + ")")
	} else {
		add("query_only(ON)")
	}
	add("temp_store(MEMORY)")
	add("cache_size(-" + strconv.Itoa(sqliteCacheKiB) + ")")
	return q
}

func openSQLitePool(dsn string, connections int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}
