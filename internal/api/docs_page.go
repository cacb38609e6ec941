package api

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"net/http"
	"strings"
)

// The page to try the API. The files of Swagger UI come from scripts/vendor-frontend, compressed.
//
//go:embed docs/index.html docs/start.js docs/page.css docs/swagger-ui
var docsFiles embed.FS

// docsPolicy lets the page load what is here and nothing else. Swagger UI sets styles and shows icons from within its script.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var docsTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".txt": "text/plain; charset=utf-8",
}

// docsAt says which file is where.
var docsAt = map[string]string{
	"/docs":                      "docs/index.html",
	"/docs/start.js":             "docs/start.js",
	"/docs/page.css":             "docs/page.css",
	"/docs/swagger-ui-bundle.js": "docs/swagger-ui/swagger-ui-bundle.js.gz",
	"/docs/swagger-ui.css":       "docs/swagger-ui/swagger-ui.css.gz",
	"/docs/LICENSE.txt":          "docs/swagger-ui/LICENSE.txt",
	"/docs/NOTICE.txt":           "docs/swagger-ui/NOTICE.txt",
}

func (s *server) serveDocs() error {
	for path, name := range docsAt {
		content, err := docsFiles.ReadFile(name)
		if err != nil {
			return err
		}
		plainName, packed := strings.CutSuffix(name, ".gz")
		media := docsTypes[plainName[strings.LastIndexByte(plainName, '.'):]]
		s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", docsPolicy)
			h.Set("Content-Type", media)
			h.Set("Cache-Control", "public, max-age=3600")
			var from io.Reader = bytes.NewReader(content)
			if packed && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				h.Set("Content-Encoding", "gzip")
			} else if packed {
				unpacked, err := gzip.NewReader(from)
				if err != nil {
					s.refuse(w, r, err)
					return
				}
				from = unpacked
			}
			if packed {
				h.Set("Vary", "Accept-Encoding")
			}
			_, _ = io.Copy(w, from) // whoever did not wait cannot be told
		})
	}
	return nil
}
