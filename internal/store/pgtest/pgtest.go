// Package pgtest gives tests a PostgreSQL of their own: one throw-away server per test binary, started when first asked for, and a new database per call.
//
// The server stops, and its files go, when the test binary ends, however it ends: a shell waits for the end of a pipe that only the binary holds open.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx

	"puente/internal/store"
)

const (
	superuser    = "puente"
	template     = "puente_template"
	startTimeout = 60 * time.Second
	socketLimit  = 80 // bytes of the folder's path: the socket's has 107 at most
)

// URL returns the URL of a new database whose schema is up to date. It is dropped when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	return database(t, template)
}

// EmptyURL returns the URL of a new database without anything in it. It is dropped when the test ends.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return database(t, "template0")
}

var (
	databases atomic.Int64
	server    = sync.OnceValues(start)
)

func database(t testing.TB, from string) string {
	t.Helper()
	running, err := server()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	dir := running.dir
	name := "puente_" + strconv.FormatInt(databases.Add(1), 10)
	if err := admin(dir, `CREATE DATABASE `+name+` TEMPLATE `+from); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := admin(dir, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return address(dir, name)
}

// address returns the URL of a database of the server whose socket stands in dir.
func address(dir, name string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + name, RawQuery: url.Values{"host": {dir}}.Encode()}
	return u.String()
}

// admin runs a statement in the database that is nobody's.
func admin(dir, statement string) (err error) {
	db, err := sql.Open("pgx", address(dir, "postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(context.Background(), statement)
	return err
}

// cluster is a running server.
type cluster struct {
	dir   string   // of its socket, its data and its log
	alive *os.File // held open while it is to run
}

func start() (c cluster, err error) {
	initdb, err := program("initdb")
	if err != nil {
		return c, err
	}
	postgres, err := program("postgres")
	if err != nil {
		return c, err
	}
	dir, err := folder()
	if err != nil {
		return c, err
	}
	attributes, err := unprivileged(dir)
	if err != nil {
		return c, errors.Join(err, os.RemoveAll(dir))
	}
	data := filepath.Join(dir, "data")
	create := func(locale ...string) error {
		cmd := exec.Command(initdb, append([]string{"--pgdata=" + data, "--username=" + superuser, "--auth=trust", "--encoding=UTF8", "--no-sync"}, locale...)...)
		cmd.Dir, cmd.SysProcAttr = dir, attributes
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("initdb: %w\n%s", err, out)
		}
		return nil
	}
	// In a language's order rather than that of bytes, so that what must not depend on it is seen not to. Not every build can.
	err = create("--locale-provider=icu", "--icu-locale=es", "--locale=C.UTF-8")
	if err != nil {
		err = create("--locale=C.UTF-8")
	}
	if err != nil {
		return c, errors.Join(err, os.RemoveAll(dir))
	}
	alive, err := run(postgres, dir, data, attributes)
	if err != nil {
		return c, err
	}
	c = cluster{dir, alive}
	if err := admin(dir, `CREATE DATABASE `+template+` TEMPLATE template0`); err != nil {
		return c, err
	}
	s, err := store.Open(context.Background(), address(dir, template), store.Options{})
	if err != nil {
		return c, err
	}
	return c, s.Close()
}

// guard keeps the server until its standard input ends, then ends it and removes its files.
const guard = `postgres=$1; dir=$2; shift 2
"$postgres" "$@" </dev/null &
read -r _
kill -INT $! 2>/dev/null
wait
rm -rf "$dir"`

// run starts the guard and its server. alive is the end of the pipe that the guard waits for: nothing but the process's end is to close it.
func run(postgres, dir, data string, attributes *syscall.SysProcAttr) (alive *os.File, err error) {
	theirs, alive, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command("/bin/sh", "-c", guard, "sh", postgres, dir,
		"-D", data, "-k", dir, "-h", "",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=128MB",
		"-c", "autovacuum=off", "-c", "log_min_messages=fatal")
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, theirs, log, log
	cmd.SysProcAttr = attributes
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	// The guard outlives this process on purpose, so nobody waits for it.
	if err := cmd.Process.Release(); err != nil {
		return nil, err
	}
	return alive, waitUntilUp(dir)
}

// waitUntilUp returns when the server answers. There is no sign of it but to ask.
func waitUntilUp(dir string) error {
	deadline := time.Now().Add(startTimeout)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := admin(dir, `SELECT 1`)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			said, _ := os.ReadFile(filepath.Join(dir, "log"))
			return fmt.Errorf("the server does not answer: %w\n%s", err, said)
		}
		<-tick.C
	}
}

// folder makes the server's folder, with a path short enough for a socket.
func folder() (string, error) {
	parent := os.TempDir()
	if len(parent) > socketLimit-30 {
		parent = "/tmp"
	}
	return os.MkdirTemp(parent, "puente-pg-")
}

// unprivileged gives dir to somebody whom PostgreSQL agrees to run as, and returns how to run as them: it refuses root.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Setpgid: true} // an interrupt from the keyboard is for the tests; the guard sees their end
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, errors.New("run as root, but there is neither a user postgres nor nobody to run the server as")
		}
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, os.Chown(dir, uid, gid)
}

// program finds one of PostgreSQL's programs, the newest version first where there are several.
func program(name string) (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err == nil && len(found) > 0 {
		return found[len(found)-1], nil
	}
	for _, dir := range []string{"/usr/local/bin", "/usr/local/pgsql/bin"} {
		if p := filepath.Join(dir, name); executable(p) {
			return p, nil
		}
	}
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	return "", fmt.Errorf("there is no program %s: install PostgreSQL's server (Debian: apt-get install postgresql)", name)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
