package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"puente/internal/store/pgtest"
)

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "puente-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "puente")
	build := exec.Command("go", "build", "-o", binary, "puente/cmd/puente")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// bsale is a simulator in a process of its own.
type bsale struct {
	t     *testing.T
	URL   string `json:"url"`
	Token string `json:"token"`
}

func startBsale(t *testing.T, args ...string) *bsale {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"bsale-sim", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kill(cmd) })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the simulator said %q: %v", line, err)
	}
	b := &bsale{t: t}
	if err := json.Unmarshal(line, b); err != nil {
		t.Fatal(err)
	}
	return b
}

// control calls the simulator's control side.
func (b *bsale) control(method, path, body string, into any) {
	b.t.Helper()
	request, err := http.NewRequest(method, strings.TrimSuffix(b.URL, "/v1")+"/_sim/"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		b.t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, data, err)
	}
	if into == nil {
		return
	}
	if raw, ok := into.(*[]byte); ok {
		*raw = data
		return
	}
	if err := json.Unmarshal(data, into); err != nil {
		b.t.Fatalf("%s: %v in %s", path, err, data)
	}
}

// kill ends a process at once, as the kernel or a power cut would.
func kill(cmd *exec.Cmd) {
	if cmd.Process != nil && cmd.ProcessState == nil {
		_ = cmd.Process.Signal(syscall.SIGKILL) // it may have ended by itself
		_ = cmd.Wait()                          // it says "killed"
	}
}

// puente prepares a command with the token in its environment.
func (b *bsale) puente(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "PUENTE_BSALE_TOKEN="+b.Token, "PUENTE_LANG=es")
	return cmd
}

// must runs a command to its end and returns what it printed.
func (b *bsale) must(args ...string) string {
	b.t.Helper()
	cmd := b.puente(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		b.t.Fatalf("puente %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out.String()
}

// databases are the two engines, each with a new database.
func databases(t *testing.T) map[string]string {
	return map[string]string{
		"sqlite":   "sqlite:" + filepath.Join(t.TempDir(), "puente.db"),
		"postgres": pgtest.EmptyURL(t),
	}
}

// rulesFile are the rules of these tests.
func rulesFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.json")
	if err := os.WriteFile(path, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const rules = `{
	"documents": "both",
	"extra_kinds": ["invoice"],
	"pipeline": "Ventas",
	"update": {"from_stage": "Cotizado", "to_stage": "Vendido"},
	"create": {"stage": "Vendido"},
	"per_kind": {"quote": {"from_stage": "Nuevo", "to_stage": "Cotizado", "create_stage": "Cotizado"}},
	"owner": {"reference": "seller"},
	"value": "total",
	"contact": {"require": "email_or_phone", "anonymous": "create"},
	"void": {"action": "stage", "stage": "Anulado"},
	"mapping": {
		"deal": [{"from": "document.number", "to": "Número de Documento"}, {"from": "document.total", "to": "Total Documento"}],
		"contact": [{"from": "client.code", "to": "Rut del Cliente del Documento"}, {"constant": "Bsale", "to": "Origen de los contactos", "write": "if_empty"}]
	}
}`

func firstDifference(want, got string) string {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(wants), len(gots)) {
		if wants[i] != gots[i] {
			from := max(0, i-12)
			return fmt.Sprintf("line %d\nwant:\n%s\ngot:\n%s", i+1, strings.Join(wants[from:min(i+6, len(wants))], "\n"), strings.Join(gots[from:min(i+6, len(gots))], "\n"))
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(gots), len(wants))
}
