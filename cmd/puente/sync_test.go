package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"puente/internal/bsale/bsalesim"
	"puente/internal/store/pgtest"
)

// figures are what sync --json prints.
type figures struct {
	Documents       int            `json:"documents"`
	Created         int            `json:"created"`
	Updated         int            `json:"updated"`
	Unchanged       int            `json:"unchanged"`
	Skipped         map[string]int `json:"skipped"`
	Conflict        int            `json:"conflict"`
	Failed          int            `json:"failed"`
	ContactsCreated int            `json:"contacts_created"`
	APICalls        int            `json:"api_calls"`
	Seconds         float64        `json:"seconds"`
}

func onBothEngines(t *testing.T, test func(t *testing.T, p *program, db string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newProgram(t), "sqlite:crm.db")
	})
	t.Run("postgres", func(t *testing.T) {
		if testing.Short() {
			t.Skip("needs PostgreSQL")
		}
		t.Parallel()
		test(t, newProgram(t), pgtest.EmptyURL(t))
	})
}

func TestADryRunSaysWhatSyncThenDoesAndASecondSyncDoesNothing(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, p *program, db string) {
		sim := shop(t, p, bsalesim.Options{Seed: 7, Documents: 800})
		p.write(t, "rules.json", rulesJSON)
		sync := []string{"sync", "--db", db, "--since", "2000-01-01", "--rules", "rules.json", "--json"}

		dry := decode[figures](t, p.must(t, append(sync, "--dry-run", "--plans", "dry.jsonl")...))
		if got, want := p.list(t), []string{"dry.jsonl", "rules.json"}; !slices.Equal(got, want) {
			t.Errorf("after a dry run there is %v, want %v", got, want)
		}
		real := decode[figures](t, p.must(t, append(sync, "--plans", "real.jsonl")...))
		if real.Documents != 800 || real.Created == 0 || real.Updated == 0 || real.Failed != 0 || real.ContactsCreated == 0 || real.APICalls == 0 {
			t.Errorf("a first sync: %+v", real)
		}
		dry.Seconds, real.Seconds = 0, 0
		if diff := cmp.Diff(dry, real); diff != "" {
			t.Errorf("the dry run said other figures (-dry +real):\n%s", diff)
		}
		predicted, done := p.read(t, "dry.jsonl"), p.read(t, "real.jsonl")
		if lines := bytes.Count(done, []byte("\n")); lines != 800 {
			t.Errorf("%d plans for 800 documents", lines)
		}
		if !bytes.Equal(predicted, done) {
			t.Errorf("the dry run predicted other plans:\n%s", cmp.Diff(strings.Split(string(predicted), "\n"), strings.Split(string(done), "\n")))
		}
		exported := p.must(t, "export", "--db", db, "--json")
		expected, err := sim.Oracle([]byte(rulesJSON), nil, bsalesim.OracleOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if exported != string(expected) {
			t.Error("the export is not what the oracle says")
		}

		// The plans may go with the result, on the same output.
		out := p.must(t, append(sync, "--plans", "-")...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		again := decode[figures](t, lines[len(lines)-1])
		if len(lines) != 801 || again.Created != 0 || again.Updated != 0 || again.ContactsCreated != 0 || again.Failed != 0 {
			t.Errorf("a second sync printed %d lines and changed something: %+v", len(lines), again)
		}
		if p.must(t, "export", "--db", db, "--json") != exported {
			t.Error("a second sync changed the export")
		}
		// A dry run on what is there changes nothing, and finds the same.
		before := p.files(t)
		dry = decode[figures](t, p.must(t, append(sync, "--dry-run")...))
		again.Seconds, dry.Seconds = 0, 0
		again.APICalls, dry.APICalls = 0, 0 // the sync looked a client up for good that the dry run need not ask for
		if diff := cmp.Diff(again, dry); diff != "" {
			t.Errorf("a dry run after a sync says (-sync +dry run):\n%s", diff)
		}
		if diff := cmp.Diff(before, p.files(t)); diff != "" {
			t.Error("a dry run wrote something")
		}
	})
}

func (p *program) read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// files returns all files with their content.
func (p *program) files(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range p.list(t) {
		files[name] = string(p.read(t, name))
	}
	return files
}

func TestADryRunOfAnEmptyFileLeavesItEmpty(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	shop(t, p, bsalesim.Options{Seed: 1, Documents: 60})
	p.write(t, "rules.json", rulesJSON)
	p.write(t, "crm.db", "")
	got := decode[figures](t, p.must(t, "sync", "--db", "crm.db", "--since", "2000-01-01", "--rules", "rules.json", "--json", "--dry-run"))
	if got.Documents != 60 {
		t.Errorf("%+v", got)
	}
	if content := p.read(t, "crm.db"); len(content) != 0 || len(p.list(t)) != 2 {
		t.Errorf("the database has %d bytes, the folder %v", len(content), p.list(t))
	}
}

func TestADryRunTriesOtherRulesThanThoseInUse(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	shop(t, p, bsalesim.Options{Seed: 1, Documents: 120})
	p.write(t, "rules.json", rulesJSON)
	p.write(t, "none.json", `{"documents": "none"}`)
	sync := []string{"sync", "--db", "crm.db", "--since", "2000-01-01", "--json"}
	p.must(t, append(sync, "--rules", "rules.json")...)
	got := decode[figures](t, p.must(t, append(sync, "--rules", "none.json", "--dry-run")...))
	if got.Created != 0 || got.Skipped["kind_not_chosen"] == 0 {
		t.Errorf("under rules that choose nothing: %+v", got)
	}
	if again := decode[figures](t, p.must(t, append(sync, "--rules", "rules.json")...)); again.Updated != 0 || again.Created != 0 {
		t.Errorf("a dry run of other rules left a trace: %+v", again)
	}
}

func TestUsersOwnWhatTheyIssued(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	sim := shop(t, p, bsalesim.Options{Seed: 3, Documents: 300})
	p.write(t, "rules.json", rulesJSON)
	var emails []string
	for _, u := range sim.World().Users() {
		if email := strings.TrimSpace(u.Email); email != "" {
			emails = append(emails, email)
			p.must(t, "user", "add", "--db", "crm.db", "--email", email, "--name", u.FirstName, "--role", "seller")
		}
	}
	p.must(t, "sync", "--db", "crm.db", "--since", "2000-01-01", "--rules", "rules.json")
	expected, err := sim.Oracle([]byte(rulesJSON), emails, bsalesim.OracleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(expected), "\n"), strings.Split(p.must(t, "export", "--db", "crm.db", "--json"), "\n")); diff != "" {
		t.Errorf("the export is not what the oracle says (-oracle +export):\n%s", diff)
	}
	args := []string{"bsale-sim", "--seed", "3", "--documents", "300", "--oracle", "--rules", "rules.json"}
	for _, email := range emails {
		args = append(args, "--user", email)
	}
	if p.must(t, args...) != string(expected) {
		t.Error("puente bsale-sim --oracle says something else")
	}
	if r := p.run(t, "user", "add", "--db", "crm.db", "--email", strings.ToUpper(emails[0]), "--name", "Otra", "--role", "admin"); r.code != 1 || r.stdout != "" {
		t.Errorf("the same e-mail twice: %+v", r)
	}
}

func TestAnotherCountry(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	sim := shop(t, p, bsalesim.Options{Seed: 5, Documents: 200, Country: "PE"})
	p.write(t, "rules.json", rulesJSON)
	sync := []string{"sync", "--db", "crm.db", "--since", "2000-01-01", "--rules", "rules.json", "--json"}
	p.must(t, append(sync, "--country", "pe")...)
	expected, err := sim.Oracle([]byte(rulesJSON), nil, bsalesim.OracleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if p.must(t, "export", "--db", "crm.db", "--json") != string(expected) {
		t.Error("the export is not what the oracle says")
	}
	if r := p.run(t, append(sync, "--country", "CL")...); r.code != 1 || !strings.Contains(r.stderr, "PE") {
		t.Errorf("a sync for another country than the account's: %+v", r)
	}
}

func TestFiguresForPeople(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	shop(t, p, bsalesim.Options{Seed: 1, Documents: 120})
	p.write(t, "rules.json", rulesJSON)
	p.write(t, "token", token+"\n")
	p.env = append(p.env, "PUENTE_LANG=en", "PUENTE_BSALE_TOKEN=", "PUENTE_BSALE_TOKEN_FILE=token")
	out := p.must(t, "sync", "--db", "crm.db", "--since", "2000-01-01", "--rules", "rules.json", "--dry-run")
	for _, want := range []string{"Dry run: nothing was written", "Documents: 120\n", "The sale has no client. (no_client)"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
