package web

import (
	"io"
	"net/http"
)

// healthy says that the process lives, whatever else is wrong: whoever asks would restart it otherwise.
func (s *server) healthy(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, http.StatusOK, "ok\n")
}

// ready says whether the service can do its work now. Why not is for the log only.
func (s *server) ready(w http.ResponseWriter, r *http.Request) error {
	if err := s.Ready(r.Context()); err != nil {
		s.Log.WarnContext(r.Context(), "not ready", "error", err)
		return plain(w, http.StatusServiceUnavailable, "not ready\n")
	}
	return plain(w, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// Whoever did not wait for the answer cannot be told that it failed.
	_, _ = io.WriteString(w, text)
	return nil
}
