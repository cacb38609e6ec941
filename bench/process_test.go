package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/store"
)

// build builds the program as it is shipped.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "puente-bench")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "puente")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "puente/cmd/puente")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func program(tb testing.TB) string {
	tb.Helper()
	path, err := build()
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

func command(tb testing.TB, sim *bsalesim.Simulator, args ...string) *exec.Cmd {
	cmd := exec.Command(program(tb), args...)
	cmd.Env = append(os.Environ(), "PUENTE_BSALE_TOKEN="+sim.Token())
	return cmd
}

// BenchmarkProcess measures the program itself: its size, how soon it serves, and the memory that it takes through a backfill.
func BenchmarkProcess(b *testing.B) {
	sim := startShop(b, 20_000)
	for b.Loop() {
		info, err := os.Stat(program(b))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/(1<<20), "binary-MiB")

		db := "sqlite:" + filepath.Join(b.TempDir(), "puente.db")
		syncing := command(b, sim, "sync", "--db", db, "--bsale-url", sim.URL(), "--since", "2000-01-01", "--rules", writeRules(b), "--requests-per-second", "unlimited", "--json")
		b.ReportMetric(peakOf(b, syncing), "backfill-MiB")

		began := time.Now()
		s := startService(b, sim, db)
		b.ReportMetric(time.Since(began).Seconds()*1000, "start-ms")
		b.ReportMetric(peak(s.cmd.Process.Pid), "serve-MiB")
		s.stop()
	}
}

// peakOf runs a command to its end and returns its peak of resident memory in MiB. The kernel's own account of a child starts with what its parent had, so it is
// read while the child runs.
func peakOf(tb testing.TB, cmd *exec.Cmd) float64 {
	tb.Helper()
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	most := 0.0
	for {
		select {
		case err := <-ended:
			if err != nil {
				tb.Fatalf("%v: %s", err, out.String())
			}
			return most
		case <-time.After(10 * time.Millisecond):
			most = max(most, peak(cmd.Process.Pid))
		}
	}
}

// peak returns a process's peak of resident memory so far, in MiB; 0 when it is no more.
func peak(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0
	}
	return kib / 1024
}

func writeRules(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "rules.json")
	rules := `{"documents": "both", "update": {"from_stage": "Cotizado", "to_stage": "Vendido"}, "create": {"stage": "Vendido"},
		"contact": {"require": "email_or_phone", "anonymous": "create"},
		"mapping": {"deal": [{"from": "document.number", "to": "Número de Documento"}, {"from": "document.total", "to": "Total Documento"}],
		"contact": [{"from": "client.code", "to": "Rut del Cliente del Documento"}]}}`
	if err := os.WriteFile(path, []byte(rules), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// service is the program serving in a process of its own.
type service struct {
	tb   testing.TB
	cmd  *exec.Cmd
	base string
	log  strings.Builder
}

func startService(tb testing.TB, sim *bsalesim.Simulator, db string, args ...string) *service {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		tb.Fatal(err)
	}
	s := &service{tb: tb, base: "http://" + address}
	s.cmd = command(tb, sim, append([]string{"serve", "--db", db, "--listen", address, "--log-level", "error"}, args...)...)
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		response, err := http.Get(s.base + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return s
			}
		}
		if time.Now().After(deadline) {
			tb.Fatalf("the service does not come up: %v\n%s", err, s.log.String())
		}
		time.Sleep(2 * time.Millisecond) // a real process: there is nothing to wait on but its answer
	}
}

func (s *service) stop() {
	s.tb.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.tb.Error(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.tb.Errorf("the service ended with %v: %s", err, s.log.String())
	}
}

// notifyRate and notifyFor are the steady load: a hundred documents a second.
const (
	notifyRate = 100
	notifyFor  = 10 * time.Second
	burst      = 5000
)

// BenchmarkNotification notifies a service of a hundred new documents a second and measures how long until each is acknowledged, and until its deal is decided and
// written. Its floor is reading one document from Bsale and one durable commit, one after the other.
func BenchmarkNotification(b *testing.B) {
	for b.Loop() {
		w := newWatched(b)
		ticker := time.NewTicker(time.Second / notifyRate)
		var wg sync.WaitGroup
		for range int(notifyFor.Seconds() * notifyRate) {
			<-ticker.C
			id := w.issue(1)[0]
			wg.Go(func() { w.notify(id) })
		}
		ticker.Stop()
		wg.Wait()
		w.wait()
		floor := w.floor()
		acks, decided := w.latencies()
		b.ReportMetric(ms(percentile(acks, 0.99)), "ack-p99-ms")
		b.ReportMetric(ms(percentile(decided, 0.50)), "deal-p50-ms")
		b.ReportMetric(ms(percentile(decided, 0.99)), "deal-p99-ms")
		b.ReportMetric(ms(floor), "floor-ms")
		b.ReportMetric(float64(percentile(decided, 0.50))/float64(floor), "x-floor-p50")
		b.ReportMetric(float64(w.sim.Stats().Total)/float64(len(decided)), "calls/doc")
		w.service.stop()
	}
}

// BenchmarkBurst notifies a service of five thousand documents as fast as it takes them, and wants every one.
func BenchmarkBurst(b *testing.B) {
	for b.Loop() {
		w := newWatched(b)
		ids := w.issue(burst)
		began := time.Now()
		var wg sync.WaitGroup
		for part := range 64 {
			wg.Go(func() {
				for i := part; i < len(ids); i += 64 {
					w.notify(ids[i])
				}
			})
		}
		wg.Wait()
		acknowledged := time.Since(began)
		w.wait()
		took := time.Since(began)
		acks, decided := w.latencies()
		b.ReportMetric(float64(burst-len(decided)), "lost")
		b.ReportMetric(ms(percentile(acks, 0.99)), "ack-p99-ms")
		b.ReportMetric(burst/acknowledged.Seconds(), "acks/s")
		b.ReportMetric(burst/took.Seconds(), "docs/s")
		b.ReportMetric(float64(w.sim.Stats().Total), "calls")
		w.service.stop()
	}
}

// watched is a service whose database is read while it works.
type watched struct {
	b       *testing.B
	sim     *bsalesim.Simulator
	service *service
	store   *store.Store
	ref     bridge.ConnectionRef
	hook    string
	client  int

	mu    sync.Mutex
	sent  map[int64]time.Time
	acked map[int64]time.Duration
	http  *http.Client
}

func newWatched(b *testing.B) *watched {
	b.Helper()
	sim := startShop(b, 200)
	path := filepath.Join(b.TempDir(), "puente.db")
	db := "sqlite:" + path
	out, err := command(b, sim, "connect", "--db", db, "--bsale-url", sim.URL(), "--rules", writeRules(b), "--requests-per-second", "unlimited").CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	w := &watched{
		b: b, sim: sim, sent: map[int64]time.Time{}, acked: map[int64]time.Duration{},
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}},
		hook: regexp.MustCompile(`/hooks/bsale/[\w-]+`).FindString(string(out)),
	}
	w.service = startService(b, sim, db)
	if w.store, err = store.Open(context.Background(), db, store.Options{ReadOnly: true}); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.store.Close() })
	accounts, err := w.store.Accounts(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	w.ref.AccountID = accounts[0].ID
	w.view(func(r bridge.Reader) error {
		connections, err := r.Connections(context.Background())
		w.ref.ConnectionID = connections[0].ID
		return err
	})
	w.waitFor(func() bool { return !w.connection().LastPollAt.IsZero() }) // the first poll is not what is measured
	phone := "+56 9 6123 4567"
	w.client = sim.World().AddClient(bsalesim.Client{FirstName: "Ana", LastName: "Soto", Email: "ana@correo.example", Phone: &phone})
	sim.ResetStats()
	return w
}

func (w *watched) view(fn func(bridge.Reader) error) {
	w.b.Helper()
	if err := w.store.View(context.Background(), w.ref.AccountID, fn); err != nil {
		w.b.Fatal(err)
	}
}

func (w *watched) connection() (c bridge.Connection) {
	w.view(func(r bridge.Reader) (err error) {
		c, err = r.Connection(context.Background(), w.ref.ConnectionID)
		return err
	})
	return c
}

func (w *watched) issue(count int) []int64 {
	w.b.Helper()
	ids, err := w.sim.Issue(bsalesim.IssueRequest{Kind: "receipt", ClientID: &w.client, Count: count})
	if err != nil {
		w.b.Fatal(err)
	}
	return ids
}

func (w *watched) notify(id int64) {
	body := fmt.Sprintf(`{"cpnId":%d,"resource":"/documents/%d.json","resourceId":"%d","topic":"document","action":"post"}`, w.sim.CompanyID(), id, id)
	began := time.Now()
	response, err := w.http.Post(w.service.base+w.hook, "application/json", strings.NewReader(body))
	if err != nil {
		w.b.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		w.b.Errorf("document %d: %s", id, response.Status)
	}
	w.mu.Lock()
	w.sent[id], w.acked[id] = began, time.Since(began)
	w.mu.Unlock()
}

// wait waits until nothing is due.
func (w *watched) wait() {
	w.b.Helper()
	w.waitFor(func() bool {
		var due []*bridge.Record
		w.view(func(r bridge.Reader) (err error) {
			due, err = r.DueRecords(context.Background(), w.ref.ConnectionID, time.Now(), 1)
			return err
		})
		return len(due) == 0
	})
}

func (w *watched) waitFor(done func() bool) {
	w.b.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !done(); time.Sleep(5 * time.Millisecond) { // a real process
		if time.Now().After(deadline) {
			w.b.Fatalf("it did not come about in time\n%s", w.service.log.String())
		}
	}
}

// latencies returns, sorted, how long it took to acknowledge, and until the deal was decided.
func (w *watched) latencies() (acks, decided []time.Duration) {
	w.b.Helper()
	ids := make([]int64, 0, len(w.sent))
	for id := range w.sent {
		ids = append(ids, id)
		acks = append(acks, w.acked[id])
	}
	w.view(func(r bridge.Reader) error {
		records, err := r.Records(context.Background(), w.ref.ConnectionID, ids)
		for _, record := range records {
			if record.State == bridge.StateLinked {
				decided = append(decided, record.DecidedAt.Sub(w.sent[record.BsaleID]))
			}
		}
		return err
	})
	if len(decided) != len(ids) {
		w.b.Errorf("%d of %d documents have a deal", len(decided), len(ids))
	}
	slices.Sort(acks)
	slices.Sort(decided)
	return acks, decided
}

// floor is the median of reading one document and committing one row.
func (w *watched) floor() time.Duration {
	w.b.Helper()
	client, err := openClient(w.sim)
	if err != nil {
		w.b.Fatal(err)
	}
	db, err := store.Open(context.Background(), "sqlite:"+filepath.Join(w.b.TempDir(), "floor.db"), store.Options{})
	if err != nil {
		w.b.Fatal(err)
	}
	defer db.Close()
	exec := func(text string, args ...any) {
		if _, err := db.WriterDB().Exec(text, args...); err != nil {
			w.b.Fatal(err)
		}
	}
	exec("CREATE TABLE floor (id INTEGER PRIMARY KEY, text TEXT)")
	var took []time.Duration
	for id := range w.sent {
		began := time.Now()
		doc, err := client.Document(context.Background(), id)
		if err != nil {
			w.b.Fatal(err)
		}
		exec("INSERT INTO floor VALUES (?, ?)", doc.ID, doc.Token)
		if took = append(took, time.Since(began)); len(took) == 200 {
			break
		}
	}
	slices.Sort(took)
	return percentile(took, 0.5)
}

func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
