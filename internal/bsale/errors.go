package bsale

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Kind is what went wrong with a call, as far as it matters for what to do next.
type Kind string

// The kinds of [Error]. docs/bsale.md, "Errors", tells which answers lead to which.
const (
	// KindUnauthorized: 401, the token is wrong or was revoked. Every further call will fail alike.
	KindUnauthorized Kind = "unauthorized"
	// KindPaymentRequired: 402, Bsale blocked the company for not paying.
	KindPaymentRequired Kind = "payment_required"
	// KindForbidden: 403, also the answer to generationdaterange on documents.
	KindForbidden Kind = "forbidden"
	// KindNotFound: 404. For a document that was just announced by webhook it may only be early.
	KindNotFound Kind = "not_found"
	// KindRateLimited: 429, and RetryAfter says how long to stay quiet. Also returned without a call
	// while the client is paused for longer than it may wait.
	KindRateLimited Kind = "rate_limited"
	// KindUnavailable: the network failed or Bsale answered 5xx, after all attempts.
	KindUnavailable Kind = "unavailable"
	// KindBadResponse: Bsale said yes, and what it sent is empty, not JSON or of another shape.
	KindBadResponse Kind = "bad_response"
	// KindBadRequest: 400 and the other 4xx, or arguments that were refused before calling.
	KindBadRequest Kind = "bad_request"
)

// Sentinels for errors.Is, one for each [Kind].
var (
	ErrUnauthorized    = errors.New("bsale: token refused")
	ErrPaymentRequired = errors.New("bsale: company blocked for non-payment")
	ErrForbidden       = errors.New("bsale: not allowed")
	ErrNotFound        = errors.New("bsale: not found")
	ErrRateLimited     = errors.New("bsale: too many requests")
	ErrUnavailable     = errors.New("bsale: not available")
	ErrBadResponse     = errors.New("bsale: answer not understood")
	ErrBadRequest      = errors.New("bsale: request refused")
)

func (k Kind) sentinel() error {
	switch k {
	case KindUnauthorized:
		return ErrUnauthorized
	case KindPaymentRequired:
		return ErrPaymentRequired
	case KindForbidden:
		return ErrForbidden
	case KindNotFound:
		return ErrNotFound
	case KindRateLimited:
		return ErrRateLimited
	case KindUnavailable:
		return ErrUnavailable
	case KindBadResponse:
		return ErrBadResponse
	default:
		return ErrBadRequest
	}
}

// Error is a call that failed. Its text names the call by method and path only: no query, which may
// hold a customer's e-mail or tax id, and never the token, even when the answer echoes it.
//
// A call that was given up because its context ended returns the context's error, wrapped, and not
// an Error.
type Error struct {
	Kind   Kind
	Method string
	Path   string // below the base URL, without query: /documents/310.json
	Status int    // HTTP status; 0 when there was no answer
	// Message is what Bsale said, or what the network said; scrubbed and cut to a line. May be "".
	Message string
	// RetryAfter is how long Bsale asks to stay quiet; set for KindRateLimited, sometimes for 503.
	RetryAfter time.Duration
	// NotSent is true when the request certainly had no effect: it never left (paused, refused here,
	// no connection) or was turned away at the door (429). Then even a POST may be made again.
	NotSent bool

	again bool // a GET with this outcome is worth repeating
	slow  bool // and rather later than sooner
}

// Error says which call failed and how.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "bsale: %s %s: %s", e.Method, e.Path, strings.ReplaceAll(string(e.Kind), "_", " "))
	if e.Status != 0 {
		fmt.Fprintf(&b, " (%d)", e.Status)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, "; retry after %s", e.RetryAfter.Round(time.Second))
	}
	return b.String()
}

// Is makes errors.Is(err, ErrNotFound) and its like work.
func (e *Error) Is(target error) bool { return target == e.Kind.sentinel() }

// statusKind sorts the statuses other than 2xx.
func statusKind(status int) Kind {
	switch {
	case status == http.StatusUnauthorized:
		return KindUnauthorized
	case status == http.StatusPaymentRequired:
		return KindPaymentRequired
	case status == http.StatusForbidden:
		return KindForbidden
	case status == http.StatusNotFound:
		return KindNotFound
	case status == http.StatusTooManyRequests:
		return KindRateLimited
	case status >= 500, status == http.StatusRequestTimeout:
		return KindUnavailable
	case status >= 400:
		return KindBadRequest
	default: // 1xx and 3xx do not belong here: a redirect to another host, for one
		return KindBadResponse
	}
}

// saysUnavailable recognises the 500 by which, its FAQ says, Bsale may also mean "too many
// requests". Short pauses do not help against that.
func saysUnavailable(message string) bool {
	return strings.Contains(strings.ToLower(message), "resource is not available")
}

// errorMessage finds the sentence in the body of an error. {"error":"…"} is the shape seen in
// production; the others are what third parties decode.
func errorMessage(body []byte) string {
	body = bytes.TrimSpace(body)
	if firstByte(body) != '{' {
		if firstByte(body) == '<' {
			return "an HTML page"
		}
		return string(body)
	}
	var w struct {
		Error   json.RawMessage `json:"error"`
		Message text            `json:"message"`
		Details text            `json:"details"`
		Errors  json.RawMessage `json:"errors"`
	}
	_ = json.Unmarshal(body, &w)
	var parts []string
	if s, err := scalarText(w.Error); err == nil {
		parts = append(parts, s)
	} else {
		var inner struct{ Message, Error, Description text }
		_ = json.Unmarshal(w.Error, &inner)
		parts = append(parts, string(inner.Message), string(inner.Error), string(inner.Description))
	}
	parts = append(parts, string(w.Message), string(w.Details))
	var fields []struct{ Field, Message text }
	if firstByte(w.Errors) == '[' && json.Unmarshal(w.Errors, &fields) == nil {
		for _, f := range fields {
			parts = append(parts, strings.Trim(string(f.Field+" "+f.Message), " "))
		}
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(slices.Compact(parts), "; ")
}

// scrubber takes what must not be seen out of a text. The list is held by a closure, so that
// printing a value that contains a scrubber does not print the list.
type scrubber func(string) string

var eMailAddress = regexp.MustCompile(`[^\s"'<>()\[\],;:=/\\]+@[^\s"'<>()\[\],;:=/\\]+`)

func newScrubber(secret string, private ...string) scrubber {
	var pairs []string
	hide := func(s string) {
		if s == "" {
			return
		}
		quoted, _ := json.Marshal(s)
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), strings.Trim(string(quoted), `"`)} {
			if form != "" && !slices.Contains(pairs, form) {
				pairs = append(pairs, form, "…")
			}
		}
	}
	hide(secret)
	for _, s := range private {
		if len(s) >= 4 { // hiding "1" or "CL" would only make the message unreadable
			hide(s)
		}
	}
	replacer := strings.NewReplacer(pairs...)
	return func(s string) string {
		s = replacer.Replace(s)
		s = eMailAddress.ReplaceAllString(s, "…")
		// One line without control characters: the text ends up in logs and on screens.
		s = strings.ToValidUTF8(s, "�")
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
		return clip(s, 300)
	}
}
