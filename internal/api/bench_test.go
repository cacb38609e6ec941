package api_test

import (
	"log/slog"
	"testing"

	"puente/internal/api"
)

// BenchmarkRequest measures whole requests over a connection of this machine, credentials and limits included, on SQLite.
func BenchmarkRequest(b *testing.B) {
	w := newWorld(b, func(o *api.Options) { o.Log = slog.New(slog.DiscardHandler) })
	id := w.contact()
	for range 60 {
		w.contact()
	}
	for _, c := range []struct{ name, method, path string }{
		{"get a contact", "GET", "/v1/crm/contacts/" + id},
		{"list 50 contacts", "GET", "/v1/crm/contacts?size=50"},
		{"find", "GET", "/v1/crm/search?q=camila"},
		{"change a contact", "PATCH", "/v1/crm/contacts/" + id},
		{"make a contact", "POST", "/v1/crm/contacts"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				var body any
				if c.method != "GET" {
					body = `{"personal":{"firstName":"C` + fresh() + `","email":"b` + fresh() + `@quillay.example"}}`
				}
				if g := w.ask(c.method, c.path, body); g.status >= 300 {
					b.Fatalf("%d %s", g.status, g.text)
				}
			}
		})
	}
}
