package web

import (
	"io"
	"net/http"
)

// healthy says that the process lives, whatever else is wrong: whoever asks would restart it otherwise.
func healthy(v *visit) error { return v.plain(http.StatusOK, "ok\n") }

// ready says whether the service can do its work now. Why not is for the log only.
func ready(v *visit) error {
	if err := v.Ready(v.ctx()); err != nil {
		v.Log.WarnContext(v.ctx(), "not ready", "error", err)
		return v.plain(http.StatusServiceUnavailable, "not ready\n")
	}
	return v.plain(http.StatusOK, "ready\n")
}

func (v *visit) plain(status int, text string) error {
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.w.Header().Set("Cache-Control", "no-store")
	v.w.WriteHeader(status)
	// Whoever did not wait for the answer cannot be told that it failed.
	_, _ = io.WriteString(v.w, text)
	return nil
}
