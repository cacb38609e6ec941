package web

import (
	"errors"
	"io"
	"net/http"

	"puente/internal/crm"
)

// maxNotification bounds what is read of a notification; Bsale's have a few hundred bytes.
const maxNotification = 1 << 20

// receive records a notification and answers at once: what it leads to happens later. Whatever the body says it is a success, because Bsale also posts
// bodies that say nothing. 404: no connection has that address. 503: it could not be recorded, and Bsale may try again.
func receive(v *visit) error {
	w, r := v.w, v.r
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotification))
	if err != nil {
		status := http.StatusBadRequest
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return nil
	}
	switch err := v.Receive(r.Context(), r.PathValue("hook"), body); {
	case crm.CodeOf(err) == crm.NotFound:
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
	case err != nil:
		if r.Context().Err() == nil {
			v.Log.ErrorContext(r.Context(), "a notification could not be recorded", "error", err)
		}
		w.Header().Set("Retry-After", "10")
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusOK)
	}
	return nil
}
