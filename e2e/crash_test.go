package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestASyncKilledAtAnyMomentComesToTheSame kills a complete pass again and again, starts it again, and wants the CRM that the oracle says.
func TestASyncKilledAtAnyMomentComesToTheSame(t *testing.T) {
	b := startBsale(t, "--seed", "7", "--documents", "3000", "--fault", "slow=10ms")
	rules := rulesFile(t)
	var oracle []byte
	b.control("POST", "oracle", oracleRequest(), &oracle)
	for engine, db := range databases(t) {
		t.Run(engine, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
			sync := []string{"sync", "--db", db, "--bsale-url", b.URL, "--since", "2000-01-01", "--rules", rules, "--json", "--requests-per-second", "unlimited"}
			killed := 0
			for done := false; !done; {
				cmd := b.puente(sync...)
				var errs bytes.Buffer
				cmd.Stderr = &errs
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- cmd.Wait() }()
				after := time.Duration(20+random.IntN(290)) * time.Millisecond
				if killed >= 25 {
					after = time.Minute
				}
				select {
				case err := <-ended:
					if err != nil {
						t.Fatalf("%v: %s", err, errs.String())
					}
					done = true
				case <-time.After(after):
					killed++
					_ = cmd.Process.Kill()
					<-ended
				}
			}
			if killed < 3 {
				t.Errorf("killed %d times only: the pass is too short for this test", killed)
			}
			if got := b.must("export", "--db", db, "--json"); got != string(oracle) {
				t.Errorf("after %d kills: %s", killed, firstDifference(string(oracle), got))
			}
			again := b.must(sync...)
			if !strings.Contains(again, `"created":0,"updated":0`) {
				t.Errorf("another pass: %s", again)
			}
			t.Logf("killed %d times", killed)
		})
	}
}

// TestAServiceKilledInABurstOfNotificationsLosesNone notifies a service of many documents at once while it is killed and started again. What it acknowledged
// it must keep; the end must be what the oracle says.
func TestAServiceKilledInABurstOfNotificationsLosesNone(t *testing.T) {
	for engine, db := range databases(t) {
		t.Run(engine, func(t *testing.T) {
			b := startBsale(t, "--seed", "7", "--documents", "300")
			rules := rulesFile(t)
			b.must("sync", "--db", db, "--bsale-url", b.URL, "--since", "2000-01-01", "--rules", rules, "--requests-per-second", "unlimited")
			b.control("POST", "pass", "", nil)
			secrets := t.TempDir() + "/key"
			connected := b.must("connect", "--db", db, "--bsale-url", b.URL, "--rules", rules, "--requests-per-second", "unlimited", "--secret-file", secrets)
			hook := regexp.MustCompile(`/hooks/bsale/[\w-]+`).FindString(connected)
			if hook == "" {
				t.Fatalf("no webhook address in %q", connected)
			}
			address := freeAddress(t)
			s := &service{t: t, b: b, address: address, args: []string{"serve", "--db", db, "--listen", address, "--secret-file", secrets, "--log-level", "error"}}
			s.start()
			defer s.kill()

			var issued struct {
				IDs []int64 `json:"ids"`
			}
			b.control("POST", "issue", `{"count": 1500}`, &issued)
			if len(issued.IDs) != 1500 {
				t.Fatalf("%d documents were issued", len(issued.IDs))
			}
			random := rand.New(rand.NewPCG(3, 4))
			random.Shuffle(len(issued.IDs), func(i, j int) { issued.IDs[i], issued.IDs[j] = issued.IDs[j], issued.IDs[i] })
			stop := make(chan struct{})
			var killer sync.WaitGroup
			killer.Go(func() {
				for {
					if s.kills%4 != 0 { // every fourth may come while it starts; if all did on a busy machine, it would never serve
						s.awaitServing(stop)
					}
					select {
					case <-stop:
						return
					case <-time.After(time.Duration(50+random.IntN(200)) * time.Millisecond):
						s.kill()
						s.start()
					}
				}
			})
			var wg sync.WaitGroup
			for part := range 8 {
				wg.Go(func() {
					for i := part; i < len(issued.IDs); i += 8 {
						s.notify(hook, issued.IDs[i])
					}
				})
			}
			wg.Wait()
			close(stop)
			killer.Wait()

			var oracle []byte
			b.control("POST", "oracle", oracleRequest(), &oracle)
			var got string
			deadline := time.Now().Add(time.Minute)
			for got = b.must("export", "--db", db, "--json"); got != string(oracle) && time.Now().Before(deadline); got = b.must("export", "--db", db, "--json") {
				time.Sleep(200 * time.Millisecond) // a real process: there is nothing to wait on but its effects
			}
			if got != string(oracle) {
				t.Errorf("after %d kills: %s", s.kills, firstDifference(string(oracle), got))
			}
			if s.kills < 3 {
				t.Errorf("killed %d times only", s.kills)
			}
			t.Logf("killed %d times", s.kills)
		})
	}
}

// service is the program serving, killed and started again.
type service struct {
	t       *testing.T
	b       *bsale
	address string
	args    []string

	mu    sync.Mutex
	cmd   *exec.Cmd
	kills int
	errs  bytes.Buffer
}

func (s *service) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cmd = s.b.puente(s.args...)
	s.cmd.Stderr = &s.errs
	if err := s.cmd.Start(); err != nil {
		s.t.Error(err)
	}
}

func (s *service) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	kill(s.cmd)
	s.kills++
}

// awaitServing waits until the service answers, or until stop is closed.
func (s *service) awaitServing(stop <-chan struct{}) {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if response, err := http.Get("http://" + s.address + "/healthz"); err == nil {
			response.Body.Close()
			return
		}
		select {
		case <-stop:
			return
		case <-time.After(10 * time.Millisecond): // a real process: there is nothing to wait on but its answer
		}
	}
}

// notify posts until it is acknowledged.
func (s *service) notify(hook string, id int64) {
	body := fmt.Sprintf(`{"cpnId":1,"resource":"/documents/%d.json","resourceId":"%d","topic":"document","action":"post"}`, id, id)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		response, err := http.Post("http://"+s.address+hook, "application/json", strings.NewReader(body))
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond) // it is being started again
	}
	s.t.Errorf("document %d was never acknowledged: %s", id, s.errs.String())
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func oracleRequest() string { return `{"rules": ` + rules + `}` }
