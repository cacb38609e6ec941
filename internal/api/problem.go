package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"puente/internal/crm"
	"puente/internal/messages"
)

// problem is an answer that says what went wrong, as RFC 9457 has it.
type problem struct {
	Type      string            `json:"type" doc:"Always about:blank: code and key say which problem it is" example:"about:blank"`
	Title     string            `json:"title" doc:"The status in words" example:"Conflict"`
	Status    int               `json:"status" example:"409"`
	Detail    string            `json:"detail" doc:"What is wrong and what to do about it, in the caller's language"`
	Message   string            `json:"message" doc:"The same as detail"`
	Code      crm.Code          `json:"code" enum:"invalid,unauthenticated,forbidden,not_found,conflict,rate_limited,unavailable,internal" doc:"What kind of problem it is; a closed list"`
	Key       string            `json:"key" doc:"Which problem it is; stable" example:"contact_exists"`
	Params    map[string]string `json:"params,omitempty" doc:"What the sentence is filled with"`
	Errors    []fieldProblem    `json:"errors,omitempty" doc:"Each field at fault"`
	RequestID string            `json:"requestId" doc:"The request, for the server's log"`
}

// fieldProblem is what is wrong with one field of a request.
type fieldProblem struct {
	Field  string            `json:"field" doc:"The path of the field in the body (personal.email, items[3].contact.personal.email), or the name of a parameter or header" example:"personal.email"`
	Key    string            `json:"key"`
	Detail string            `json:"detail"`
	Params map[string]string `json:"params,omitempty"`
}

func (p *problem) Error() string             { return p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

// wait returns for how many seconds the caller is to wait before it tries again, "" when that does not help.
func (p *problem) wait() string {
	if p.Code != crm.RateLimited {
		return ""
	}
	return p.Params["seconds"]
}

// huma asks package variables for the answer to what it finds wrong.
func init() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return &problem{Status: status}
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		p := callOf(ctx.Context()).problem(ctx.Context(), asError(message, errs))
		if wait := p.wait(); wait != "" {
			ctx.SetHeader("Retry-After", wait)
		}
		return p
	}
	huma.DefaultArrayNullable = false
	huma.ValidateStrictCasing = true
}

// statuses of problems that are more precise than their code.
var statuses = map[string]int{
	"json_malformed":     http.StatusBadRequest,
	"body_missing":       http.StatusBadRequest,
	"body_unreadable":    http.StatusBadRequest,
	"method_not_allowed": http.StatusMethodNotAllowed,
	"answer_type":        http.StatusNotAcceptable,
	"body_too_large":     http.StatusRequestEntityTooLarge,
	"body_type":          http.StatusUnsupportedMediaType,
}

var codeStatuses = map[crm.Code]int{
	crm.Invalid:         http.StatusUnprocessableEntity,
	crm.Unauthenticated: http.StatusUnauthorized,
	crm.Forbidden:       http.StatusForbidden,
	crm.NotFound:        http.StatusNotFound,
	crm.Conflict:        http.StatusConflict,
	crm.RateLimited:     http.StatusTooManyRequests,
	crm.Unavailable:     http.StatusServiceUnavailable,
}

// problem makes the answer of an error. What is unexpected is logged here, and only here; its text is not shown.
func (c *call) problem(ctx context.Context, err error) *problem {
	found := faultsIn(err)
	if len(found) == 0 {
		if ctx.Err() == nil {
			c.Log.ErrorContext(ctx, "request failed", "request", c.id, "route", c.pattern(), "error", err)
		}
		found = faults{crm.NewError(crm.Internal, "internal")}
	} else if code := found[0].Code; code == crm.Unavailable || code == crm.Internal {
		c.Log.WarnContext(ctx, "request could not be answered", "request", c.id, "route", c.pattern(), "error", err)
	}
	if sent := faults(nil); !errors.As(err, &sent) { // huma names fields as they were sent already
		for i, fault := range found {
			found[i] = c.named(fault)
		}
	}
	first, language := found[0], c.language()
	p := &problem{Type: "about:blank", Code: first.Code, Key: first.Key, Params: first.Params, RequestID: c.id, Status: c.status(first)}
	p.Title = http.StatusText(p.Status)
	p.Detail = messages.Error(language, first)
	p.Message = p.Detail
	for _, fault := range found {
		if fault.Field != "" {
			p.Errors = append(p.Errors, describeFault(language, fault))
		}
	}
	return p
}

// fieldProblem says what is wrong with a field, which it names as the caller does.
func (c *call) fieldProblem(language crm.Language, err *crm.Error) fieldProblem {
	return describeFault(language, c.named(err))
}

func describeFault(language crm.Language, err *crm.Error) fieldProblem {
	return fieldProblem{Field: err.Field, Key: err.Key, Detail: messages.Error(language, err), Params: err.Params}
}

// named returns an error that names its field as the caller does.
func (c *call) named(err *crm.Error) *crm.Error {
	if err.Field == "" {
		return err
	}
	return err.At(c.fieldName(err.Field))
}

// status returns the HTTP status of an error. One about a version that the caller named is a failed precondition.
func (c *call) status(err *crm.Error) int {
	if err.Key == "stale" && c.http.Header.Get("If-Match") != "" {
		return http.StatusPreconditionFailed
	}
	if status, ok := statuses[err.Key]; ok {
		return status
	}
	if status, ok := codeStatuses[err.Code]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// fieldName returns what the caller calls a field: "first_name" is "personal.firstName".
func (c *call) fieldName(field string) string {
	if c.route == nil {
		return field
	}
	for end := len(field); end > 0; end = strings.LastIndexAny(field[:end], ".[") {
		if called, ok := c.route.fields[field[:end]]; ok {
			return called + field[end:]
		}
	}
	return field
}

// refuse answers with a problem outside of any route.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := callOf(r.Context()).problem(r.Context(), err)
	h := w.Header()
	h.Set("Content-Type", p.ContentType(""))
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if wait := p.wait(); wait != "" {
		h.Set("Retry-After", wait)
	}
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(p) // whoever did not wait cannot be told
	}
}
