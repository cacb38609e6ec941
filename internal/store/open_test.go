package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

// engines returns the URL of a new, empty database of each engine.
var engines = map[string]func(t testing.TB) string{
	"sqlite":   func(t testing.TB) string { return filepath.Join(t.TempDir(), "puente.db") },
	"postgres": pgtest.EmptyURL,
}

func eachEngine(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for name, fresh := range engines {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

// mustRefuse checks that opening fails with an error for people, and that it says nothing of secret.
func mustRefuse(t *testing.T, url string, opts store.Options, code crm.Code, key, secret string) *crm.Error {
	t.Helper()
	s, err := store.Open(t.Context(), url, opts)
	if err == nil {
		t.Error(s.Close())
	}
	return checkError(t, err, code, key, secret)
}

func checkError(t *testing.T, err error, code crm.Code, key, secret string) *crm.Error {
	t.Helper()
	var e *crm.Error
	if !errors.As(err, &e) || e.Code != code || e.Key != key {
		t.Fatalf("got %v, want %s %s", err, code, key)
	}
	if secret != "" && strings.Contains(fmt.Sprintf("%v %+v", err, e.Params), secret) {
		t.Errorf("the error tells the password: %v", err)
	}
	return e
}

func mustExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestBothEnginesHaveTheSameMigrations(t *testing.T) {
	sqlite, err := store.MigrationVersions(store.SQLite)
	if err != nil || len(sqlite) == 0 {
		t.Fatal(sqlite, err)
	}
	postgres, err := store.MigrationVersions(store.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sqlite, postgres); d != "" {
		t.Errorf("versions differ (-sqlite +postgres):\n%s", d)
	}
	for i, v := range sqlite {
		if v != int64(i+1) {
			t.Errorf("version %d comes after %d migrations", v, i)
		}
	}
}

func TestADatabaseIsMigratedOnceAndOnlyWhenAskedTo(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		e := mustRefuse(t, url, store.Options{NoMigrate: true}, crm.Conflict, "database_needs_migration", "")
		if e.Params["version"] != "0" || e.Params["program_version"] == "0" {
			t.Errorf("params are %v", e.Params)
		}
		s := mustOpen(t, url, store.Options{})
		latest, err := s.LatestVersion()
		if err != nil {
			t.Fatal(err)
		}
		if v, err := s.Version(t.Context()); err != nil || v != latest {
			t.Errorf("version %d, %v; want %d", v, err, latest)
		}
		if n, err := s.PendingMigrations(t.Context()); err != nil || n != 0 {
			t.Errorf("%d pending, %v", n, err)
		}
		if err := s.Migrate(t.Context()); err != nil {
			t.Errorf("migrating again: %v", err)
		}
		mustOpen(t, url, store.Options{NoMigrate: true})
		mustExec(t, s.WriterDB(), fmt.Sprintf(`INSERT INTO puente_version (version_id, is_applied) VALUES (%d, TRUE)`, latest+7))
		e = mustRefuse(t, url, store.Options{}, crm.Conflict, "database_newer", "")
		if e.Params["version"] != fmt.Sprint(latest+7) {
			t.Errorf("params are %v", e.Params)
		}
	})
}

func TestSeveralMayOpenANewDatabaseAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				s, err := store.Open(t.Context(), url, store.Options{})
				if err == nil {
					err = s.Close()
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}

func TestADatabaseOpenedToReadIsNotWritten(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		if !strings.HasPrefix(url, "postgres") {
			mustRefuse(t, url, store.Options{ReadOnly: true}, crm.Unavailable, "database_unreachable", "")
			if _, err := os.Stat(url); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a file was made: %v", err)
			}
		}
		mustOpen(t, url, store.Options{})
		s := mustOpen(t, url, store.Options{ReadOnly: true})
		if s.WriterDB() != nil {
			t.Error("it has a pool that writes")
		}
		account := crm.Account{ID: crm.NewID()}
		checkError(t, s.CreateAccount(t.Context(), account, nil), crm.Unavailable, "database_readonly", "")
		checkError(t, s.Migrate(t.Context()), crm.Unavailable, "database_readonly", "")
		if err := s.Export(t.Context(), io.Discard); err != nil {
			t.Error(err)
		}
	})
}

func TestAFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "puente.db")
	s := mustOpen(t, path, store.Options{})
	if err := s.CreateAccount(t.Context(), crm.Account{ID: crm.NewID()}, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode().Perm())
		}
	}
}

func TestSQLiteIsSetAsMeant(t *testing.T) {
	for synchronous, want := range map[string]string{"": "2", "NORMAL": "1"} {
		s := mustOpen(t, filepath.Join(t.TempDir(), "with ?#%20 signs.db"), store.Options{Synchronous: synchronous})
		for name, c := range map[string]struct {
			db   *sql.DB
			want map[string]string
		}{
			"writer": {s.WriterDB(), map[string]string{
				"busy_timeout": "10000", "journal_mode": "wal", "synchronous": want, "foreign_keys": "1", "temp_store": "2", "cache_size": "-32000",
				"journal_size_limit": "209715200", "wal_autocheckpoint": "8000", "query_only": "0",
			}},
			"reader": {s.ReaderDB(), map[string]string{"busy_timeout": "10000", "query_only": "1", "cache_size": "-32000"}},
		} {
			got := map[string]string{}
			for pragma := range c.want {
				var v string
				if err := c.db.QueryRowContext(t.Context(), `PRAGMA `+pragma).Scan(&v); err != nil {
					t.Fatal(err)
				}
				got[pragma] = v
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("%s differs (-want +got):\n%s", name, d)
			}
		}
		if n := s.WriterDB().Stats().MaxOpenConnections; n != 1 {
			t.Errorf("the writer has %d connections", n)
		}
		if _, err := s.ReaderDB().ExecContext(t.Context(), `DELETE FROM account`); err == nil {
			t.Error("the reader writes")
		}
	}
}

func TestWhatIsNoDatabaseIsRefusedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	content := strings.Repeat("not a database\n", 300)
	if err := os.WriteFile(text, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, text, store.Options{}, crm.Invalid, "database_not_recognised", "")
	mustRefuse(t, text, store.Options{ReadOnly: true}, crm.Invalid, "database_not_recognised", "")
	if after, err := os.ReadFile(text); err != nil || string(after) != content {
		t.Errorf("the file was changed: %v", err)
	}
	mustRefuse(t, dir, store.Options{}, crm.Invalid, "database_not_recognised", "")

	other := filepath.Join(dir, "other.db")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `CREATE TABLE song (title TEXT)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, other, store.Options{}, crm.Invalid, "database_not_recognised", "")
	mustRefuse(t, filepath.Join(dir, "missing", "puente.db"), store.Options{}, crm.Unavailable, "database_unreachable", "")
}

// helper makes this test binary another process: see TestHelperProcess.
func helper(t *testing.T, task, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperProcess$", "-test.v")
	cmd.Env = append(os.Environ(), "PUENTE_TEST_TASK="+task, "PUENTE_TEST_PATH="+path)
	return cmd
}

// TestHelperProcess is not a test, but what another process does in one.
func TestHelperProcess(t *testing.T) {
	path := os.Getenv("PUENTE_TEST_PATH")
	switch os.Getenv("PUENTE_TEST_TASK") {
	case "":
		return // only as another process
	case "lock":
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		mustExec(t, db, `BEGIN IMMEDIATE`)
		fmt.Println("locked")
		_, _ = io.Copy(io.Discard, os.Stdin) // until told to end
		mustExec(t, db, `ROLLBACK`)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	case "read-only folder":
		_, err := store.Open(t.Context(), path, store.Options{})
		checkError(t, err, crm.Unavailable, "database_readonly", "")
		fmt.Println("refused")
	}
}

func TestADatabaseThatAnotherProcessLocksIsSaidToBeLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "puente.db")
	s := mustOpen(t, path, store.Options{BusyTimeout: time.Millisecond})
	other := helper(t, "lock", path)
	stdin, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && lines.Text() != "locked" {
	}
	err = s.CreateAccount(t.Context(), crm.Account{ID: crm.NewID()}, nil)
	checkError(t, err, crm.Unavailable, "database_locked", "")
	if _, err := s.Accounts(t.Context()); err != nil {
		t.Errorf("reading waits too: %v", err)
	}
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := other.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateAccount(t.Context(), crm.Account{ID: crm.NewID()}, nil); err != nil {
		t.Errorf("after the lock: %v", err)
	}
}

func TestAFullDiskIsSaidToBeFull(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "puente.db"), store.Options{})
	account := crm.Account{ID: crm.NewID()}
	if err := s.CreateAccount(t.Context(), account, nil); err != nil {
		t.Fatal(err)
	}
	var pages int
	if err := s.WriterDB().QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	mustExec(t, s.WriterDB(), fmt.Sprintf(`PRAGMA max_page_count = %d`, pages))
	contact := &crm.Contact{ID: crm.NewID(), FirstName: strings.Repeat("x", 1<<20)}
	err := s.Update(t.Context(), account.ID, func(tx bridge.Tx) error { return tx.SaveContacts(t.Context(), []*crm.Contact{contact}) })
	checkError(t, err, crm.Unavailable, "database_full", "")
	mustExec(t, s.WriterDB(), fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+10_000))
	err = s.Update(t.Context(), account.ID, func(tx bridge.Tx) error { return tx.SaveContacts(t.Context(), []*crm.Contact{contact}) })
	if err != nil {
		t.Errorf("once there is room: %v", err)
	}
}

func TestAPostgresThatCannotBeReachedIsSaidToBeWithoutThePassword(t *testing.T) {
	const secret = "s3cr3t-%2F!"
	real, err := url.Parse(pgtest.EmptyURL(t))
	if err != nil {
		t.Fatal(err)
	}
	host := url.QueryEscape(real.Query().Get("host"))
	for name, u := range map[string]string{
		"no server":    "postgres://puente:" + secret + "@127.0.0.1:1/puente?connect_timeout=2",
		"no socket":    "postgres://puente:" + secret + "@/puente?host=%2Fnowhere",
		"no database":  "postgres://puente:" + secret + "@/missing?host=" + host,
		"no user":      "postgres://stranger:" + secret + "@/postgres?host=" + host,
		"malformed":    "postgres://puente:" + secret + "%zz@host:port/puente",
		"a wrong port": "postgres://puente:" + secret + "@host:99999999/puente",
		"no host":      "postgres://puente:" + secret + "@nowhere.invalid/puente",
	} {
		key := map[string]string{"no database": "database_absent", "no user": "database_refused"}[name]
		if key == "" {
			key = "database_unreachable"
		}
		e := mustRefuse(t, u, store.Options{}, crm.Unavailable, key, "s3cr3t")
		if e.Params["database"] == "" {
			t.Errorf("%s: the error does not say which database", name)
		}
	}
}

func TestAViewThatIsCancelledEnds(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		s := mustOpen(t, url, store.Options{})
		account := crm.Account{ID: crm.NewID()}
		if err := s.CreateAccount(t.Context(), account, nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Update(ctx, account.ID, func(tx bridge.Tx) error {
			cancel()
			return tx.SaveContacts(ctx, []*crm.Contact{{ID: crm.NewID()}})
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want that it was cancelled", err)
		}
		// The pool is as good as new.
		if err := s.Update(t.Context(), account.ID, func(tx bridge.Tx) error {
			return tx.SaveContacts(t.Context(), []*crm.Contact{{ID: crm.NewID()}})
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestADatabaseInMemoryIsPrivateAndComplete(t *testing.T) {
	one, err := store.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	two, err := store.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	account := crm.Account{ID: crm.NewID()}
	if err := one.CreateAccount(t.Context(), account, nil); err != nil {
		t.Fatal(err)
	}
	if all, err := two.Accounts(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("the other has %v, %v", all, err)
	}
	if all, err := one.Accounts(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("it has %v, %v", all, err)
	}
}

func TestSeveralProcessesMakeOneFirstAccount(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		mustOpen(t, url, store.Options{})
		var group sync.WaitGroup
		ids := make([]crm.ID, 8)
		for i := range ids {
			s := mustOpen(t, url, store.Options{})
			group.Go(func() {
				account, err := s.EnsureAccount(t.Context(), crm.Account{ID: crm.NewID(), Name: "Mi empresa"}, func(tx bridge.Tx) error {
					return tx.CreatePipeline(t.Context(), crm.DefaultPipeline(crm.Spanish, time.Now()))
				})
				if err != nil {
					t.Error(err)
				}
				ids[i] = account.ID
			})
		}
		group.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("two accounts: %v", ids)
			}
		}
	})
}

func TestTheQueueListensOnPostgreSQLOnly(t *testing.T) {
	eachEngine(t, func(t *testing.T, url string) {
		s := mustOpen(t, url, store.Options{})
		listener, err := s.OpenListener(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if (listener != nil) != (s.Engine() == store.Postgres) {
			t.Errorf("the listener of %s is %v", s.Engine(), listener)
		}
		if listener != nil {
			defer listener.Close()
			if err := listener.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAFolderThatCannotBeWrittenIsSaidToBe(t *testing.T) {
	dir, err := os.MkdirTemp("", "puente-readonly-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "puente.db")
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, filepath.Join(dir, "new.db")} {
		cmd := helper(t, "read-only folder", path)
		unprivileged(t, cmd)
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "refused") {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
	}
}
