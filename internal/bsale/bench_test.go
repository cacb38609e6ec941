package bsale

import (
	"bytes"
	"encoding/json"
	"testing"
)

// BenchmarkDecodeDocumentPage decodes a page of 50 documents with everything expanded. The budget
// of a whole backfill is 3,000 documents a second on two cores, decoding being one part of it; aim
// at less than 100 µs a document.
func BenchmarkDecodeDocumentPage(b *testing.B) {
	var one bytes.Buffer
	if err := json.Compact(&one, fixture(b, "document_invoice.json")); err != nil {
		b.Fatal(err)
	}
	body := []byte(`{"href":"https://api.bsale.io/v1/documents.json","count":5000,"limit":50,"offset":0,"items":[`)
	for i := range 50 {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, one.Bytes()...)
	}
	body = append(body, "]}"...)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		page, err := DecodeDocumentPage(body)
		if err != nil || len(page.Items) != 50 || len(page.Rejected) != 0 {
			b.Fatal(len(page.Items), page.Rejected, err)
		}
	}
	perDocument := float64(b.Elapsed().Microseconds()) / float64(b.N*50)
	b.ReportMetric(perDocument, "µs/document")
	b.ReportMetric(float64(one.Len()), "B/document")
}
