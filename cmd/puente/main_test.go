package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"puente/internal/bsale/bsalesim"
)

// binary is the program as it is shipped, built once: what is tested here is what a person runs.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "puente-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		binary = filepath.Join(folder, "puente")
		build := exec.Command("go", "build", "-o", binary, ".")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
		if err := os.Chmod(folder, 0o755); err != nil { // for the test that runs it as somebody else
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

const (
	// patience is for what a process must have done by then, on a slow machine.
	patience = 60 * time.Second
	token    = "0123456789abcdef0123456789abcdef01234567"
	password = "correct-horse"
)

// result is what a command did.
type result struct {
	stdout, stderr string
	code           int
}

// program is a way to run the binary: where, and with which environment beside an empty one.
type program struct {
	folder string
	env    []string
	as     *syscall.Credential
}

func newProgram(t *testing.T) *program {
	t.Helper()
	return &program{folder: t.TempDir(), env: []string{"LANG=es_CL.UTF-8", "HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir()}}
}

func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, binary, args...)
	c.Dir, c.Env = p.folder, p.env
	if p.as != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	}
	return c
}

func (p *program) run(t *testing.T, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := p.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r := result{stdout.String(), stderr.String(), c.ProcessState.ExitCode()}
	for _, secret := range []string{token, password} {
		if strings.Contains(r.stdout+r.stderr, secret) {
			t.Errorf("puente %s prints a secret:\n%s%s", strings.Join(args, " "), r.stdout, r.stderr)
		}
	}
	return r
}

// must runs a command that has to succeed, and returns what it printed.
func (p *program) must(t *testing.T, args ...string) string {
	t.Helper()
	r := p.run(t, args...)
	if r.code != 0 {
		t.Fatalf("puente %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.stdout, r.stderr)
	}
	return r.stdout
}

func (p *program) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.folder, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// list returns the names of the files that there are.
func (p *program) list(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(p.folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

const rulesJSON = `{
  "documents": "both", "extra_kinds": ["invoice"], "pipeline": "Ventas",
  "update": {"from_stage": "Cotizado", "to_stage": "Vendido"},
  "create": {"stage": "Nuevo"},
  "per_kind": {"quote": {"from_stage": "Nuevo", "to_stage": "Cotizado", "create_stage": "Cotizado"}, "receipt": {"create_stage": "Vendido"}},
  "contact": {"require": "email_or_phone"},
  "void": {"action": "stage", "stage": "Anulado"},
  "mapping": {"deal": [{"from": "document.number", "to": "Número de Documento"}],
              "contact": [{"from": "client.code", "to": "Rut del Cliente del Documento"}, {"constant": "Bsale", "to": "Origen de los contactos", "write": "if_empty"}]}
}`

// shop is a simulated Bsale for the program.
func shop(t *testing.T, p *program, o bsalesim.Options) *bsalesim.Simulator {
	t.Helper()
	o.Token = token
	sim, err := bsalesim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	p.env = append(p.env, "PUENTE_BSALE_URL="+sim.URL(), "PUENTE_BSALE_TOKEN="+token, "PUENTE_REQUESTS_PER_SECOND=unlimited")
	return sim
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v
}
