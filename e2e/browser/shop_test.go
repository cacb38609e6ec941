package browser

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"puente/internal/app"
	"puente/internal/bsale/bsalesim"
	"puente/internal/config"
)

const password = "una clave larga 123"

// The people of the tests. Valentina sells, and is in Bsale under the same e-mail.
const (
	administrator = "camila.rojas@elpuente.example"
	seller        = "valentina.soto@elpuente.example"
)

// service is Puente, as "puente serve" runs it, beside a shop in a simulated Bsale.
type service struct {
	t    *testing.T
	URL  string
	Code string // with which the first administrator comes in; "": somebody has
	db   config.Database
	shop *shop
}

// shop is the simulated Bsale. What it notifies of goes where hook points, once somebody has given it the address.
type shop struct {
	*bsalesim.Simulator
	hook atomic.Pointer[string]
	// Ids of its clients and of who sells.
	rosa, pedro, seller int
}

// newShop opens a shop with a few clients and no documents.
func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{}
	world := bsalesim.NewWorld("CL")
	world.AddUser(bsalesim.User{FirstName: "Caja", LastName: "Uno"})
	s.seller = world.AddUser(bsalesim.User{FirstName: "Valentina", LastName: "Soto", Email: seller})
	s.rosa = world.AddClient(bsalesim.Client{FirstName: "Rosa", LastName: "Fuentes", Email: "rosa.fuentes@example.com", Code: "12.345.678-5", Phone: ptr("+56 9 6123 4567"), City: "Santiago"})
	s.pedro = world.AddClient(bsalesim.Client{FirstName: "Pedro", LastName: "Alarcón", Email: "pedro.alarcon@example.com", Code: "11.111.111-1", Phone: ptr("+56 9 7123 4567"), City: "Valparaíso"})
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := s.hook.Load()
		if to == nil {
			http.Error(w, "nobody has given Bsale an address", http.StatusNotFound)
			return
		}
		answer, err := http.Post(*to, r.Header.Get("Content-Type"), r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
	}))
	t.Cleanup(relay.Close)
	var err error
	s.Simulator, err = bsalesim.New(bsalesim.Options{World: world, WebhookURL: relay.URL})
	must(t, err)
	must(t, s.Start("127.0.0.1:0"))
	t.Cleanup(s.Stop)
	return s
}

func ptr[T any](v T) *T { return &v }

// issue has the shop issue a document: "receipt", "quote"…
func (s *shop) issue(t *testing.T, kind string, client int) int64 {
	t.Helper()
	ids, err := s.Issue(bsalesim.IssueRequest{Kind: kind, ClientID: &client, SellerID: &s.seller})
	must(t, err)
	return ids[0]
}

// serve starts Puente over an empty database. prepare is done before.
func serve(t *testing.T, prepare ...func(config.Database)) *service {
	t.Helper()
	needBrowser(t)
	folder := t.TempDir()
	s := &service{t: t, db: config.Database{DB: "sqlite:" + filepath.Join(folder, "puente.db")}, shop: newShop(t)}
	for _, one := range prepare {
		one(s.db)
	}
	settings := config.Serve{Database: s.db, Listen: "127.0.0.1:0", PollEvery: time.Hour, BsaleHosts: "any", LogLevel: "info"}
	console := &terminal{}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Serve(ctx, settings, app.Console{Out: console, Err: console, Language: "es"}) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if text := console.String(); t.Failed() && text != "" {
			t.Logf("Puente said:\n%s", text)
		}
	})
	s.URL = "http://" + console.wait(t, `msg=serving address=(\S+)`)
	if strings.Contains(console.String(), "/inicio") {
		s.Code = console.wait(t, `([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})`)
	}
	return s
}

// terminal is where Puente speaks.
type terminal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// wait waits until something is said, and returns the part in brackets.
func (c *terminal) wait(t *testing.T, pattern string) string {
	t.Helper()
	looked := regexp.MustCompile(pattern)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-tick.C {
		if found := looked.FindStringSubmatch(c.String()); found != nil {
			return found[1]
		}
	}
	t.Fatalf("Puente does not say %s:\n%s", pattern, c)
	return ""
}

func (c *terminal) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(b)
}

func (c *terminal) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.TrimSpace(c.text.String())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
