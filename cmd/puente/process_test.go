package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"puente/internal/bsale/bsalesim"
)

// process is the binary at work. What it writes to the standard error is kept, and can be waited for.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	cancel context.CancelFunc
	stdout *bufio.Reader

	mu    sync.Mutex
	said  strings.Builder
	heard *sync.Cond
	ended bool
}

func (p *program) start(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	x := &process{t: t, cmd: p.command(ctx, args...), cancel: cancel}
	x.heard = sync.NewCond(&x.mu)
	out, err := x.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	x.stdout = bufio.NewReader(out)
	stderr, err := x.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := x.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			x.mu.Lock()
			x.said.WriteString(lines.Text() + "\n")
			x.heard.Broadcast()
			x.mu.Unlock()
		}
		x.mu.Lock()
		x.ended = true
		x.heard.Broadcast()
		x.mu.Unlock()
	}()
	t.Cleanup(cancel)
	return x
}

// waitFor returns what matched once the process has said it.
func (x *process) waitFor(pattern string) []string {
	x.t.Helper()
	re := regexp.MustCompile(pattern)
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		if m := re.FindStringSubmatch(x.said.String()); m != nil {
			return m
		}
		if x.ended {
			x.t.Fatalf("it ended without saying %s:\n%s", pattern, x.said.String())
		}
		x.heard.Wait()
	}
}

// stop asks the process to end, as a service manager does, and returns all that it said.
func (x *process) stop() (code int, stderr string) {
	x.t.Helper()
	if err := x.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		x.t.Fatal(err)
	}
	return x.wait()
}

func (x *process) wait() (code int, stderr string) {
	x.t.Helper()
	if _, err := io.Copy(io.Discard, x.stdout); err != nil {
		x.t.Error(err)
	}
	x.mu.Lock()
	for !x.ended {
		x.heard.Wait()
	}
	x.mu.Unlock()
	err := x.cmd.Wait()
	x.cancel()
	if err != nil && x.cmd.ProcessState == nil {
		x.t.Fatal(err)
	}
	return x.cmd.ProcessState.ExitCode(), x.said.String()
}

// eventually asks until the answer is yes; another process gives no sign.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !yes(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, string(content)
}

func TestTheServiceFromConnectToStop(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, p *program, db string) {
		p.env = append(p.env, "PUENTE_DB="+db, "PUENTE_SECRET_FILE="+filepath.Join(p.folder, "puente.key"))
		sim := shop(t, p, bsalesim.Options{Seed: 9, Documents: 300})
		p.write(t, "rules.json", rulesJSON)
		said := p.must(t, "connect", "--rules", "rules.json", "--since", "2000-01-01", "--base-url", "https://crm.example.invalid/")
		hook := regexp.MustCompile(`https://crm\.example\.invalid(/hooks/bsale/\S+)`).FindStringSubmatch(said)
		if hook == nil || !strings.Contains(said, "COTIZACIÓN") || !strings.Contains(said, "300") || !strings.Contains(said, token[len(token)-4:]) {
			t.Fatalf("connect said:\n%s", said)
		}

		service := p.start(t, "serve", "--listen", "127.0.0.1:0", "--log-level", "debug")
		base := "http://" + service.waitFor(`serving address=(\S+)`)[1]
		eventually(t, "ready", func() bool { status, _ := get(t, base+"/readyz"); return status == 200 })
		if status, body := get(t, base+"/healthz"); status != 200 || body != "ok\n" {
			t.Errorf("healthz: %d %q", status, body)
		}
		oracle := func() string {
			t.Helper()
			expected, err := sim.Oracle([]byte(rulesJSON), nil, bsalesim.OracleOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return string(expected)
		}
		history := oracle()
		eventually(t, "the history that connect asked for", func() bool { return p.must(t, "export") == history })
		if runs := p.must(t, "runs", "list"); !strings.Contains(runs, "Carga de historia") || !strings.Contains(runs, "Terminada") {
			t.Errorf("runs:\n%s", runs)
		}

		// What Bsale posts is answered at once whatever it says, and leads to the document.
		ids, err := sim.Issue(bsalesim.IssueRequest{Kind: "quote", Count: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{"", "not json", `{"topic":"stock"}`} {
			if status := post(t, base+hook[1], body); status != 200 {
				t.Errorf("%q: %d", body, status)
			}
		}
		for range 20 {
			for _, id := range ids {
				if status := post(t, base+hook[1], notification(id)); status != 200 {
					t.Errorf("%d: %d", id, status)
				}
			}
		}
		eventually(t, "the notified documents", func() bool {
			last, ok := sim.World().Document(ids[2])
			return ok && strings.Contains(p.must(t, "export"), fmt.Sprintf("Cotización %d", last.Number))
		})
		for _, c := range []struct {
			method, path, body string
			status             int
		}{
			{"POST", "/hooks/bsale/wrong", notification(ids[0]), 404},
			{"GET", hook[1], "", 405},
			{"POST", hook[1], strings.Repeat("x", 1<<20+1), 413},
			{"GET", "/nowhere", "", 404},
			{"POST", "/", "", 405},
		} {
			if status := request(t, c.method, base+c.path, c.body); status != c.status {
				t.Errorf("%s %s: %d, want %d", c.method, c.path, status, c.status)
			}
		}
		if said := p.must(t, "retry", "--document", fmt.Sprint(ids[0])); !strings.Contains(said, "1") {
			t.Errorf("retry: %s", said)
		}
		if said := p.must(t, "retry", "--reason", "no_client"); strings.HasSuffix(strings.TrimSpace(said), " 0") {
			t.Errorf("retry: %s", said)
		}
		mustFail(t, p, 1, []string{"documento"}, "retry", "--document", "999999999")

		code, log := service.stop()
		if code != 0 || !strings.Contains(log, "stopping") || strings.Contains(log, "level=ERROR") {
			t.Errorf("exit %d:\n%s", code, log)
		}
		for _, secret := range []string{token, strings.TrimPrefix(hook[1], "/hooks/bsale/"), "@"} {
			if strings.Contains(strings.ReplaceAll(log, "puente@", ""), secret) {
				t.Errorf("the log holds %q:\n%s", secret, log)
			}
		}
		// The lease was given back: a sync need not wait for it.
		p.must(t, "sync", "--since", "2000-01-01", "--rules", "rules.json")
	})
}

// openInBrowser follows an address as a browser does, which keeps cookies.
func openInBrowser(t *testing.T, url string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Jar: jar}).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func notification(id int64) string {
	return fmt.Sprintf(`{"cpnId":2,"resource":"/documents/%d.json","resourceId":"%d","topic":"document","action":"post","officeId":"1","send":1764033600}`, id, id)
}

func post(t *testing.T, url, body string) int {
	t.Helper()
	return request(t, http.MethodPost, url, body)
}

func request(t *testing.T, method, url, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
	return answer.StatusCode
}

func TestTheServiceWithoutAKeyOrAPort(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	first := p.start(t, "serve", "--db", "crm.db", "--listen", "127.0.0.1:0")
	address := first.waitFor(`serving address=(\S+)`)[1]
	p.must(t, "migrate", "--db", "other.db")
	mustFail(t, p, 1, []string{address, "--listen"}, "serve", "--db", "other.db", "--listen", address)
	if code, log := first.stop(); code != 0 {
		t.Errorf("exit %d:\n%s", code, log)
	}
	if err := os.Chmod(filepath.Join(p.folder, "crm.db.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	mustFail(t, p, 1, []string{"crm.db.key", "chmod 600"}, "serve", "--db", "crm.db", "--listen", "127.0.0.1:0")
	p.env = append(p.env, "PUENTE_SECRET_KEY=too-short")
	mustFail(t, p, 1, []string{"PUENTE_SECRET_KEY"}, "serve", "--db", "crm.db", "--listen", "127.0.0.1:0")
}

func TestARunIsPausedResumedAndCancelled(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.env = append(p.env, "PUENTE_DB=crm.db")
	shop(t, p, bsalesim.Options{Seed: 9, Documents: 300})
	p.must(t, "connect", "--since", "2000-01-01")
	id := strings.Fields(p.must(t, "runs", "list"))[0]
	for _, c := range []struct{ command, says string }{{"pause", "En pausa"}, {"resume", "En curso"}, {"cancel", "Cancelada"}} {
		if said := p.must(t, "runs", c.command, id); !strings.Contains(said, c.says) {
			t.Errorf("%s: %s", c.command, said)
		}
	}
	mustFail(t, p, 1, nil, "runs", "resume", id)
	mustFail(t, p, 1, []string{"nope"}, "runs", "pause", "nope")
}

func TestTheDemonstrationEndsByItselfAndGoesOnLater(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	taken := p.start(t, "serve", "--db", "other.db", "--listen", "127.0.0.1:0")
	address := taken.waitFor(`serving address=(\S+)`)[1]

	demo := []string{"demo", "--data", "shop", "--documents", "200", "--every", "50ms", "--listen", address}
	first := p.run(t, append(demo, "--for", "4s")...)
	if first.code != 0 {
		t.Fatalf("exit %d\n%s", first.code, first.stderr)
	}
	where := regexp.MustCompile(`Míralo en http://([^/\s]+)/demo/\S+`).FindStringSubmatch(first.stderr)
	if where == nil || where[1] == address {
		t.Errorf("it does not say where to look, or takes a port that is taken:\n%s", first.stderr)
	}
	for _, want := range []string{"Oportunidad creada. No hay una oportunidad", "Omitido. La venta no tiene cliente.", "Resumen: ", "Vendido", "puente demo --data shop"} {
		if !strings.Contains(first.stdout, want) {
			t.Errorf("the demonstration does not say %q:\n%s", want, first.stdout)
		}
	}
	if !strings.Contains(first.stderr, "200 documentos") || strings.Contains(first.stderr, "level=") {
		t.Errorf("on its way it said:\n%s", first.stderr)
	}

	// What there was is there, and the same: going on changes none of it.
	before := exportedDeals(t, p.must(t, "export", "--db", "shop/puente.db"))
	second := p.start(t, append(demo, "--every", "1h")...)
	look := second.waitFor(`Míralo en (\S+)`)[1]
	second.waitFor("Ahora la tienda emite")
	if page := openInBrowser(t, look); !strings.Contains(page, "demo@example.com") || !strings.Contains(page, "Esto es una demostración") {
		t.Errorf("the address does not lead in:\n%s", page)
	}
	code, said := second.stop()
	if code != 0 || strings.Contains(said, "Historia al día") {
		t.Errorf("exit %d; the history came in twice:\n%s", code, said)
	}
	if after := exportedDeals(t, p.must(t, "export", "--db", "shop/puente.db")); after != before {
		t.Errorf("%d deals before, %d after", before, after)
	}
	if code, log := taken.stop(); code != 0 {
		t.Errorf("exit %d:\n%s", code, log)
	}
	p.env = append(p.env, "TMPDIR="+p.folder)
	if r := p.run(t, "demo", "--documents", "50", "--for", "500ms", "--listen", "127.0.0.1:0"); r.code != 0 {
		t.Errorf("in a temporary folder: exit %d\n%s", r.code, r.stderr)
	}
	for _, name := range p.list(t) {
		if strings.HasPrefix(name, "puente-demo-") {
			t.Errorf("the temporary folder %s stays", name)
		}
	}
	p.write(t, "shop/demo.json", "{")
	mustFail(t, p, 1, []string{"demo.json"}, "demo", "--data", "shop")
}

// exportedDeals counts the deals of an export.
func exportedDeals(t *testing.T, export string) int {
	t.Helper()
	return strings.Count(export, `"pipeline": `)
}

func TestTheSimulatorByCommand(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	sim := p.start(t, "bsale-sim", "--seed", "4", "--documents", "0", "--live", "50/s", "--fault", "string-numbers")
	line, err := sim.stdout.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var ready bsalesim.Ready
	if err := json.Unmarshal(line, &ready); err != nil || ready.CompanyID == 0 {
		t.Fatalf("%s: %v", line, err)
	}
	p.write(t, "rules.json", rulesJSON)
	p.env = append(p.env, "PUENTE_BSALE_URL="+ready.URL, "PUENTE_BSALE_TOKEN="+ready.Token)
	eventually(t, "live documents", func() bool {
		return decode[figures](t, p.must(t, "sync", "--db", "crm.db", "--since", "2000-01-01", "--rules", "rules.json", "--json")).Documents > 0
	})
	if code, said := sim.stop(); code != 0 || said != "" {
		t.Errorf("exit %d: %s", code, said)
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if out := p.must(t, "version"); !strings.HasPrefix(out, "puente ") {
		t.Errorf("version: %q", out)
	}
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"--help"}, []string{"serve", "Una pasada completa"}},
		{[]string{"sync", "--help"}, []string{"--dry-run", "PUENTE_BSALE_TOKEN"}},
		{[]string{"bsale-sim", "--help"}, []string{"429-rate=R[:BLOCK]", "hook-duplicates=N"}},
	} {
		out := p.must(t, c.args...)
		for _, want := range c.says {
			if !strings.Contains(out, want) {
				t.Errorf("%v does not say %q:\n%s", c.args, want, out)
			}
		}
		if strings.Contains(out, "${") || strings.Contains(out, "help_") {
			t.Errorf("%v has a text without a message:\n%s", c.args, out)
		}
	}
}
