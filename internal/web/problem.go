package web

import (
	"errors"
	"net/http"
	"runtime/debug"

	"puente/internal/crm"
	"puente/internal/messages"
)

// problem is an answer that is no page of ours.
type problem struct {
	status int
	key    string // of its sentence
	allow  string
}

func (p problem) Error() string { return http.StatusText(p.status) }

func notFound(http.ResponseWriter, *http.Request) error {
	return problem{status: http.StatusNotFound, key: "page.not_found"}
}

func methodNotAllowed(allow string) handler {
	return func(http.ResponseWriter, *http.Request) error {
		return problem{status: http.StatusMethodNotAllowed, key: "page.method_not_allowed", allow: allow}
	}
}

// fail makes a page of an error. What is unexpected is logged here, and only here; its text is not shown.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problem{status: http.StatusInternalServerError}
	sentence := messages.Error(s.Language, err)
	switch {
	case errors.As(err, &p):
		sentence = messages.Text(s.Language, p.key, nil)
	case crm.CodeOf(err) == crm.NotFound:
		p.status = http.StatusNotFound
	case crm.CodeOf(err) == crm.Unavailable:
		p.status = http.StatusServiceUnavailable
	}
	if p.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.Log.ErrorContext(r.Context(), "request failed", "route", r.Pattern, "error", err)
	}
	if p.allow != "" {
		w.Header().Set("Allow", p.allow)
	}
	s.render(w, r, p.status, "problem", problemPage{Language: string(s.Language), Status: p.status, Sentence: sentence})
}

// failed makes a page of a panic, which is a fault of ours, if nothing was answered yet.
func (s *server) failed(w *answer, r *http.Request, p any) {
	s.Log.ErrorContext(r.Context(), "request panicked", "route", r.Pattern, "panic", p, "stack", string(debug.Stack()))
	if w.status != 0 {
		return
	}
	s.render(w, r, http.StatusInternalServerError, "problem", problemPage{
		Language: string(s.Language), Status: http.StatusInternalServerError, Sentence: messages.Error(s.Language, nil),
	})
}
