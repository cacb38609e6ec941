package bsale

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func addFixtures(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no fixtures", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// Whatever comes, decoding does not panic, and what it yields is usable: it has an id, and its
// stored form comes back the same.
func FuzzDecodeDocument(f *testing.F) {
	addFixtures(f)
	f.Add([]byte(`{"id":1,"totalAmount":1e40,"emissionDate":253402300799}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := DecodeDocument(b)
		if err != nil {
			return
		}
		checkDocument(t, d)
	})
}

func FuzzDecodePage(f *testing.F) {
	addFixtures(f)
	f.Add([]byte(`[{"id":1},{"id":"x"}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		page, err := DecodeDocumentPage(b)
		if err != nil {
			return
		}
		if page.Count < 0 {
			t.Errorf("count %d", page.Count)
		}
		for _, d := range page.Items {
			checkDocument(t, d)
		}
		for _, r := range page.Rejected {
			if r.Err == nil {
				t.Error("rejected without a reason")
			}
		}
	})
}

func checkDocument(t *testing.T, d Document) {
	t.Helper()
	if d.ID == 0 {
		t.Error("a document without id")
	}
	stored, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var again Document
	if err := json.Unmarshal(stored, &again); err != nil {
		t.Fatalf("%v in %s", err, stored)
	}
	if diff := cmp.Diff(d, again); diff != "" {
		t.Errorf("stored form differs:\n%s", diff)
	}
	_, _ = Minor(d.Total, 0)
	_, _ = Minor(d.Total, 2)
	_ = d.Total.Add(d.Net).String()
	if !utf8.ValidString(d.Address + d.SalesID + d.PublicURL) {
		t.Error("invalid UTF-8")
	}
	if d.Client != nil {
		_ = d.Client.Name()
	}
}

func FuzzScalars(f *testing.F) {
	for _, s := range []string{`1`, `"1"`, `""`, `null`, `true`, `1.50`, `-0.000`, `"1e9"`, `1e-40`, `"\u0031"`, `{}`, `[]`, `99999999999999999999`, `"0x10"`, `"1_000"`, `-`, `"+5"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			return
		}
		var (
			s text
			n integer
			a amount
			y flag
			d date
			i instant
		)
		if err := json.Unmarshal(b, &s); err != nil {
			t.Errorf("a text never fails: %v", err)
		}
		intErr := json.Unmarshal(b, &n)
		amountErr := json.Unmarshal(b, &a)
		_ = json.Unmarshal(b, &y)
		_ = json.Unmarshal(b, &d)
		_ = json.Unmarshal(b, &i)
		if intErr == nil && amountErr == nil && !a.Equal(decimalOf(int64(n), 0)) {
			t.Errorf("%s is %d and %s", b, n, a)
		}
		if amountErr == nil {
			_ = a.Add(a.Decimal).String()
			again, err := parseAmount(a.String())
			if err != nil || !again.Equal(a.Decimal) {
				t.Errorf("%s -> %s -> %s, %v", b, a, again, err)
			}
		}
		if !d.IsZero() {
			if back, err := ParseDay(d.String()); err != nil || back != d.Day {
				t.Errorf("%s -> %s, %v", b, d.Day, err)
			}
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "5", "0", "-1", "1.5", "NaN", "Inf", "1e308", "Mon, 09 Mar 2026 12:01:00 GMT", "Mon, 09 Mar 0000 12:01:00 GMT", "soon", " 7 "} {
		f.Add(s, `{"retry_after":300}`)
		f.Add(s, `{"retry_after":"1e39"}`)
	}
	now := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header, body string) {
		h := http.Header{}
		h.Set("Retry-After", header)
		if d := retryAfter(h, []byte(body), now); d < minPause || d > maxPauseSeen {
			t.Errorf("%q, %q: %s", header, body, d)
		}
	})
}

func FuzzDecodeNotification(f *testing.F) {
	f.Add([]byte(`{"cpnId":1,"resource":"/documents/2.json","resourceId":"2","topic":"document","action":"post","officeId":"1","send":1773072650}`))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = DecodeNotification(b)
		_, _ = DecodeCustomer(b)
		_ = errorMessage(b)
		_ = newScrubber("secret-token", "ana@example.invalid")(string(b))
	})
}
