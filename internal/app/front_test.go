package app

import (
	"net/http/httptest"
	"strings"
	"testing"

	"puente/internal/config"
)

func TestTheAPIAnswersBesideThePages(t *testing.T) {
	onBothEngines(t, func(t *testing.T, settings config.Serve) {
		a := mustOpen(t, settings, Options{})
		for path, want := range map[string]struct {
			status int
			media  string
		}{
			"/openapi.json": {200, "application/openapi+json"},
			"/docs":         {200, "text/html"},
			"/v1/session":   {401, "application/problem+json"},
			"/v1/nothing":   {404, "application/problem+json"},
			"/healthz":      {200, "text/plain"},
			"/nothing":      {404, "text/html"},
		} {
			w := httptest.NewRecorder()
			a.server.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
			if w.Code != want.status || !strings.HasPrefix(w.Header().Get("Content-Type"), want.media) {
				t.Errorf("%s: %d %s, want %d %s", path, w.Code, w.Header().Get("Content-Type"), want.status, want.media)
			}
		}
	})
}
