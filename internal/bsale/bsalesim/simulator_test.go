package bsalesim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"puente/internal/bsale/bsalesim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func fixedNow() time.Time { return time.Date(2026, 3, 12, 15, 0, 0, 0, time.UTC) }

// mustStart starts a simulator on a free port and stops it when the test ends.
func mustStart(t testing.TB, o bsalesim.Options) *bsalesim.Simulator {
	t.Helper()
	if o.Now == nil {
		o.Now = fixedNow
	}
	s, err := bsalesim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

// get returns status and body of a path below /v1.
func get(t testing.TB, s *bsalesim.Simulator, path string) (int, []byte) {
	t.Helper()
	status, body, err := try(s, path)
	if err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return status, body
}

func try(s *bsalesim.Simulator, path string) (int, []byte, error) {
	req, err := http.NewRequest(http.MethodGet, s.URL()+path, nil)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("access_token", s.Token())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// mustGet decodes a 200 answer.
func mustGet[T any](t testing.TB, s *bsalesim.Simulator, path string) T {
	t.Helper()
	status, body := get(t, s, path)
	if status != http.StatusOK {
		t.Fatalf("GET %s: status %d: %s", path, status, body)
	}
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("GET %s: %v in %.300s", path, err, body)
	}
	return v
}

// list is the envelope of any list.
type list struct {
	Href   string           `json:"href"`
	Count  int              `json:"count"`
	Limit  int              `json:"limit"`
	Offset int              `json:"offset"`
	Items  []map[string]any `json:"items"`
	Next   *string          `json:"next"`
}

func TestEveryPageDecodes(t *testing.T) {
	for _, country := range []string{"CL", "PE", "MX"} {
		t.Run(country, func(t *testing.T) {
			s := mustStart(t, bsalesim.Options{Seed: 7, Documents: 300, Country: country})
			seen := map[float64]bool{}
			for offset := 0; ; offset += 50 {
				page := mustGet[list](t, s, "/documents.json?limit=50&offset="+itoa(offset)+"&expand=[document_type,client,office,user,details,payments,sellers,attributes,references,document_taxes,coin]")
				for _, d := range page.Items {
					seen[d["id"].(float64)] = true
				}
				if page.Next == nil {
					break
				}
			}
			if len(seen) != 300 {
				t.Errorf("read %d documents, want 300", len(seen))
			}
			for _, path := range []string{"/clients.json", "/document_types.json", "/users.json", "/offices.json", "/returns.json", "/dte_codes.json", "/payment_types.json", "/coins.json"} {
				if l := mustGet[list](t, s, path); len(l.Items) == 0 {
					t.Errorf("%s has no rows", path)
				}
			}
		})
	}
}
