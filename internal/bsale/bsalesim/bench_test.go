package bsalesim_test

import (
	"io"
	"net/http"
	"runtime"
	"testing"

	"puente/internal/bsale/bsalesim"
)

// BenchmarkPages reads fully expanded pages of 50 over HTTP, as a backfill does.
func BenchmarkPages(b *testing.B) {
	const documents = 20_000
	s := mustStart(b, bsalesim.Options{Seed: 7, Documents: documents})
	read := func(offset int) int64 {
		req, err := http.NewRequest(http.MethodGet, s.URL()+"/documents.json?state=0&limit=50&expand=[document_type,client,office,user,details,payments,sellers,attributes,references]&offset="+itoa(offset), nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("access_token", s.Token())
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		n, err := io.Copy(io.Discard, resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp.StatusCode, err)
		}
		return n
	}
	offset := 0
	for b.Loop() {
		b.SetBytes(read(offset))
		if offset += 50; offset > documents-1000 {
			offset = 0
		}
	}
	b.ReportMetric(float64(b.N*50)/b.Elapsed().Seconds(), "documents/s")
}

// BenchmarkStart makes a shop of a hundred thousand documents.
func BenchmarkStart(b *testing.B) {
	var before, after runtime.MemStats
	var s *bsalesim.Simulator
	for b.Loop() {
		s = nil
		runtime.GC()
		runtime.ReadMemStats(&before)
		var err error
		if s, err = bsalesim.New(bsalesim.Options{Seed: 7, Documents: 100_000}); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-held")
	runtime.KeepAlive(s)
}

// BenchmarkOracle replays a hundred thousand documents.
func BenchmarkOracle(b *testing.B) {
	s, err := bsalesim.New(bsalesim.Options{Seed: 7, Documents: 100_000})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Oracle([]byte(articleRules), []string{"camila.rebolledo@quillay.example"}, bsalesim.OracleOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
