package bsale

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testToken has nothing to do with a real one; it is long enough for its last four to be shown.
const testToken = Token("test-token-0123456789-wxyz")

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// fakeTime is a clock that moves only when someone waits, and remembers the waits.
type fakeTime struct {
	mu    sync.Mutex
	now   time.Time
	waits []time.Duration
}

func newFakeTime() *fakeTime {
	return &fakeTime{now: time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)}
}

func (f *fakeTime) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fakeTime) Wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
	f.waits = append(f.waits, d)
	return nil
}

func (f *fakeTime) waited() []time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]time.Duration(nil), f.waits...)
}

// newTestClient serves handler and returns an unpaced client for it on a fake clock.
func newTestClient(t testing.TB, handler http.Handler, change ...func(*Config)) (*Client, *fakeTime) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	clock := newFakeTime()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	cfg := Config{
		BaseURL: server.URL + "/v1/", Token: testToken, RequestsPerSecond: -1,
		HTTP: &http.Client{Transport: transport}, Wait: clock.Wait, Now: clock.Now,
		Jitter: func() float64 { return 0.5 },
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c, clock
}

// replies answers one request after the other with the next reply, the last one for ever.
type reply struct {
	status int
	header map[string]string
	body   string
}

func replies(rs ...reply) http.Handler {
	var mu sync.Mutex
	n := 0
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		r := rs[min(n, len(rs)-1)]
		n++
		mu.Unlock()
		for k, v := range r.header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(max(r.status, 200))
		_, _ = w.Write([]byte(r.body))
	})
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func documentJSON(id int64) map[string]any {
	return map[string]any{
		"href": fmt.Sprintf("https://api.bsale.io/v1/documents/%d.json", id), "id": id,
		"emissionDate": 1773014400, "number": id, "totalAmount": 1000, "state": 0,
	}
}
