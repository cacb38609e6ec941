package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"puente/internal/bsale/bsalesim"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

// TestWhatIsWrongIsSaidInOneSentenceAndNothingIsLeftHalfDone gives sync, with everything right but one thing, and looks at what it says and leaves.
func TestWhatIsWrongIsSaidInOneSentenceAndNothingIsLeftHalfDone(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobodyThere := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		args   []string // after those that are right: the last one counts
		env    []string
		rules  string
		faults []bsalesim.Fault
		code   int
		says   []string
	}{
		{name: "the token is refused", faults: []bsalesim.Fault{{Name: "401"}}, code: 1, says: []string{"token", "http://127.0.0.1:"}},
		{name: "the company did not pay", faults: []bsalesim.Fault{{Name: "402"}}, code: 1, says: []string{"pago"}},
		{name: "Bsale answers with a page", faults: []bsalesim.Fault{{Name: "html"}}, code: 1, says: []string{"http://127.0.0.1:"}},
		{name: "nobody is at that address", args: []string{"--bsale-url", "http://" + nobodyThere}, code: 1, says: []string{nobodyThere, "no responde"}},
		{name: "the address is none", args: []string{"--bsale-url", "bsale"}, code: 2, says: []string{"“bsale”"}},
		{name: "the address holds a password", args: []string{"--bsale-url", "https://me:" + password + "@api.bsale.io"}, code: 2, says: []string{"api.bsale.io"}},
		{name: "there is no token", env: []string{"PUENTE_BSALE_TOKEN="}, code: 2, says: []string{"PUENTE_BSALE_TOKEN"}},
		{name: "the token's file is missing", env: []string{"PUENTE_BSALE_TOKEN="}, args: []string{"--bsale-token-file", "nope"}, code: 1, says: []string{"nope"}},
		{name: "a stage that does not exist", rules: `{"update": {"from_stage": "Tibio", "to_stage": "Vendido"}}`, code: 1, says: []string{"update.from_stage", "Tibio", "Cotizado", "rules.json"}},
		{name: "a field that does not exist", rules: `{"mapping": {"deal": [{"from": "document.number", "to": "Folio"}]}}`, code: 1, says: []string{"mapping.deal[0].to", "Folio"}},
		{name: "a user that does not exist", rules: `{"owner": {"reference": "seller", "fallback": "nadie@example.invalid"}}`, code: 1, says: []string{"nadie@example.invalid", "puente user add"}},
		{name: "rules that are no JSON", rules: "{\n  \"documents\": \"both\",\n}", code: 1, says: []string{"línea 3", "columna 1", "rules.json"}},
		{name: "rules with an unknown key", rules: `{"document": "both"}`, code: 1, says: []string{"“document”"}},
		{name: "rules that are empty", rules: " ", code: 1, says: []string{"rules.json"}},
		{name: "the rules' file is missing", args: []string{"--rules", "nope.json"}, code: 1, says: []string{"nope.json"}},
		{name: "no rules", args: []string{"--rules", ""}, code: 2, says: []string{"--rules"}},
		{name: "since is missing", args: []string{"--since", ""}, code: 2, says: []string{"--since"}},
		{name: "since is no day", args: []string{"--since", "2026-02-30"}, code: 2, says: []string{"2026-02-30"}},
		{name: "since is of another form", args: []string{"--since", "1/2/2026"}, code: 2, says: []string{"1/2/2026"}},
		{name: "the country is unknown", args: []string{"--country", "AR"}, code: 2, says: []string{"AR", "CL"}},
		{name: "the pace is no number", args: []string{"--requests-per-second", "-3"}, code: 2, says: []string{"-3"}},
		{name: "no database", args: []string{"--db", ""}, code: 2, says: []string{"--db"}},
		{name: "a database of another kind", args: []string{"--db", "mysql://me:" + password + "@db/crm"}, code: 2, says: []string{"mysql://db/crm"}},
		{name: "PostgreSQL is away", args: []string{"--db", "postgres://me:" + password + "@" + nobodyThere + "/crm"}, code: 1, says: []string{nobodyThere + "/crm"}},
		{name: "a folder that does not exist", args: []string{"--db", "nope/crm.db"}, code: 1, says: []string{"nope/crm.db"}},
		{name: "a folder for a database", args: []string{"--db", "."}, code: 1, says: []string{"."}},
		{name: "a file that is no database", args: []string{"--db", "rules.json"}, code: 1, says: []string{"rules.json", "no es una base de datos de Puente"}},
		{name: "plans that cannot be written", args: []string{"--plans", "nope/plans.jsonl"}, code: 1, says: []string{"nope/plans.jsonl"}},
		{name: "an unknown flag", args: []string{"--dryrun"}, code: 2, says: []string{"--dryrun"}},
		{name: "a word too many", args: []string{"ahora"}, code: 2, says: []string{"ahora"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t)
			shop(t, p, bsalesim.Options{Seed: 1, Documents: 50, Faults: c.faults})
			p.env = append(p.env, c.env...)
			rules := c.rules
			if rules == "" {
				rules = rulesJSON
			}
			p.write(t, "rules.json", rules)
			for _, mode := range []string{"--json", "--dry-run"} {
				mustFail(t, p, c.code, c.says, append([]string{"sync", "--db", "crm.db", "--since", "2000-01-01", "--rules", "rules.json", mode}, c.args...)...)
				if got := p.list(t); !slices.Equal(got, []string{"rules.json"}) {
					t.Errorf("it left %v", got)
				}
			}
		})
	}
}

// mustFail runs a command that has to fail with one sentence that says these things.
func mustFail(t *testing.T, p *program, code int, says []string, args ...string) {
	t.Helper()
	r := p.run(t, args...)
	if r.code != code {
		t.Errorf("%v: exit %d, want %d", args, r.code, code)
	}
	if r.stdout != "" {
		t.Errorf("%v prints a result: %s", args, r.stdout)
	}
	if strings.Count(r.stderr, "\n") != 1 || !strings.HasPrefix(r.stderr, "puente: ") || strings.Contains(r.stderr, "inesperado") {
		t.Errorf("%v does not say it in one sentence:\n%s", args, r.stderr)
	}
	for _, want := range says {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("%v does not say %q:\n%s", args, want, r.stderr)
		}
	}
}

func TestADatabaseOfANewerVersionIsRefused(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, p *program, db string) {
		shop(t, p, bsalesim.Options{Seed: 1, Documents: 50})
		p.write(t, "rules.json", rulesJSON)
		p.must(t, "migrate", "--db", db)
		url := strings.TrimPrefix(db, "sqlite:")
		if url != db {
			url = filepath.Join(p.folder, url)
		}
		s, err := store.Open(t.Context(), url, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.WriterDB().Exec(`INSERT INTO puente_version (version_id, is_applied) VALUES (999, TRUE)`); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"sync", "--since", "2000-01-01", "--rules", "rules.json"},
			{"sync", "--since", "2000-01-01", "--rules", "rules.json", "--dry-run"},
			{"export", "--json"},
			{"migrate"},
			{"serve", "--secret-file", "key", "--listen", "127.0.0.1:0"},
			{"retry", "--document", "1"},
			{"runs", "list"},
			{"user", "add", "--email", "a@example.invalid", "--name", "A", "--role", "admin"},
			{"connect", "--secret-file", "key"},
		} {
			mustFail(t, p, 1, []string{"999", "más nueva"}, append(args, "--db", db)...)
		}
	})
}

func TestAReadOnlyFolderIsSaid(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if os.Geteuid() == 0 { // root may write anywhere
		p.as = &syscall.Credential{Uid: 65534, Gid: 65534}
		openTo(t, p.folder)
	}
	shop(t, p, bsalesim.Options{Seed: 1, Documents: 50})
	p.write(t, "rules.json", rulesJSON)
	if err := os.Chmod(p.folder, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Chmod(p.folder, 0o755); err != nil { // so that it can be removed
			t.Error(err)
		}
	})
	sync := []string{"sync", "--db", "crm.db", "--since", "2000-01-01", "--rules", "rules.json"}
	mustFail(t, p, 1, []string{"crm.db", "permisos"}, sync...)
	// A dry run has nothing to write, so it does not mind.
	p.must(t, append(sync, "--dry-run")...)
	if got := p.list(t); !slices.Equal(got, []string{"rules.json"}) {
		t.Errorf("it left %v", got)
	}
}

// openTo lets others into the folders that a test's own stand in.
func openTo(t *testing.T, folder string) {
	t.Helper()
	for at := folder; strings.HasPrefix(at, os.TempDir()+"/"); at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALockedDatabaseIsSaidAndNothingIsLost(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for SQLite's patience to end")
	}
	t.Parallel()
	p := newProgram(t)
	shop(t, p, bsalesim.Options{Seed: 1, Documents: 50})
	p.write(t, "rules.json", rulesJSON)
	sync := []string{"sync", "--db", "crm.db", "--since", "2000-01-01", "--rules", "rules.json"}
	p.must(t, append(sync, "--json")...)
	before := p.must(t, "export", "--db", "crm.db")
	s, err := store.Open(t.Context(), filepath.Join(p.folder, "crm.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tx, err := s.WriterDB().BeginTx(context.Background(), nil) // takes the lock at once
	if err != nil {
		t.Fatal(err)
	}
	mustFail(t, p, 1, []string{"crm.db", "ocupada"}, sync...)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if p.must(t, "export", "--db", "crm.db") != before {
		t.Error("something changed")
	}
}

func TestAFullDiskIsSaidAndTheNextSyncGoesOn(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	sim := shop(t, p, bsalesim.Options{Seed: 1, Documents: 2000})
	p.write(t, "rules.json", rulesJSON)
	small := filepath.Join(p.folder, "small")
	if err := os.Mkdir(small, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=900k"); err != nil {
		t.Skip("a small disk cannot be made here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(small, 0); err != nil {
			t.Error(err)
		}
	})
	sync := []string{"sync", "--db", "small/crm.db", "--since", "2000-01-01", "--rules", "rules.json"}
	mustFail(t, p, 1, []string{"small/crm.db", "espacio"}, sync...)
	if err := syscall.Mount("tmpfs", small, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	p.must(t, sync...)
	expected, err := sim.Oracle([]byte(rulesJSON), nil, bsalesim.OracleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if p.must(t, "export", "--db", "small/crm.db") != string(expected) {
		t.Error("the export is not what the oracle says")
	}
}

func TestWrongUseOfTheProgram(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	for _, c := range []struct {
		args []string
		says []string
	}{
		{nil, []string{"comando", "serve"}},
		{[]string{"sink"}, []string{"sink"}},
		{[]string{"user"}, []string{"comando", "add"}},
		{[]string{"user", "add", "--db", "crm.db"}, []string{"--email"}},
		{[]string{"runs", "pause", "--db", "crm.db"}, []string{"<id>"}},
		{[]string{"retry", "--db", "crm.db"}, []string{"--document", "--reason"}},
		{[]string{"retry", "--db", "crm.db", "--document", "1", "--reason", "no_client"}, []string{"--document", "--reason"}},
		{[]string{"serve", "--db", "crm.db", "--listen", "8080"}, []string{"8080"}},
		{[]string{"serve", "--db", "crm.db", "--log-level", "loud"}, []string{"loud"}},
		{[]string{"demo", "--listen", "nowhere"}, []string{"nowhere"}},
		{[]string{"demo", "--documents", "0"}, []string{"0"}},
		{[]string{"bsale-sim", "--live", "often"}, []string{"often"}},
		{[]string{"bsale-sim", "--until", "soon"}, []string{"soon"}},
	} {
		mustFail(t, p, 2, c.says, c.args...)
	}
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"export", "--db", "nope.db"}, []string{"nope.db"}},
		{[]string{"retry", "--db", "nope.db", "--document", "1"}, []string{"nope.db"}},
		{[]string{"runs", "list", "--db", "nope.db"}, []string{"nope.db"}},
		{[]string{"retry", "--db", "nope.db", "--reason", "bad_mood"}, []string{"bad_mood"}},
		{[]string{"user", "add", "--db", "nope.db", "--email", "nobody", "--name", "A", "--role", "admin"}, []string{"nobody"}},
		{[]string{"user", "add", "--db", "nope.db", "--email", "a@example.invalid", "--name", "A", "--role", "king"}, []string{"king"}},
		{[]string{"bsale-sim", "--fault", "gremlins"}, []string{"gremlins"}},
		{[]string{"bsale-sim", "--fixtures", "nope"}, []string{"nope"}},
		{[]string{"bsale-sim", "--listen", "203.0.113.1:80"}, []string{"203.0.113.1:80"}},
	} {
		mustFail(t, p, 1, c.says, c.args...)
	}
	if got := p.list(t); len(got) != 0 {
		t.Errorf("something was left: %v", got)
	}
}

func TestAWrongDatabaseNeverShowsItsPassword(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL")
	}
	t.Parallel()
	p := newProgram(t)
	url := strings.Replace(pgtest.EmptyURL(t), "/puente_", "/nope_", 1)
	url = strings.Replace(url, "puente@", "puente:"+password+"@", 1)
	for _, args := range [][]string{{"export"}, {"migrate"}, {"runs", "list"}, {"serve"}} {
		mustFail(t, p, 1, []string{"nope_"}, append(args, "--db", url)...)
	}
}
