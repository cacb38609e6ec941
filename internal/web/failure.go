package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"puente/internal/crm"
	"puente/internal/messages"
)

// failure is an answer that has no page of its own.
type failure struct {
	status int
	text   string // key of its sentence; "": that something unexpected happened
	logged bool
}

func (f failure) Error() string { return http.StatusText(f.status) }

// statuses are those of HTTP by code of error.
var statuses = map[crm.Code]int{
	crm.Invalid: http.StatusUnprocessableEntity, crm.Unauthenticated: http.StatusUnauthorized, crm.Forbidden: http.StatusForbidden, crm.NotFound: http.StatusNotFound,
	crm.Conflict: http.StatusConflict, crm.RateLimited: http.StatusTooManyRequests, crm.Unavailable: http.StatusServiceUnavailable,
}

func statusOf(err error) int {
	if status, ok := statuses[crm.CodeOf(err)]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// failurePage is the view of an error.
type failurePage struct {
	Page
	Status   int
	Heading  string
	Sentence string
	LogIn    string // where to log in, when that is what lacks
	Kept     *kept  // what was sent then, nil if nothing was
}

// kept is a form that was sent when the session had ended, to be sent again once the person is logged in.
type kept struct {
	Action  string
	Fields  []keptField
	Secrets bool // there were some, which have to be written again
}

type keptField struct{ Name, Value string }

// secretFields are those whose values are never sent back to a browser.
var secretFields = []string{"password", "oldPassword", "newPassword", "token", "code"}

// kept returns what was sent, without secrets; nil if nothing was, or nothing that can be read.
func (v *visit) kept() *kept {
	f, err := v.form()
	if err != nil || len(f.values) == 0 {
		return nil
	}
	k := &kept{Action: v.path()}
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		if slices.Contains(secretFields, name) {
			k.Secrets = k.Secrets || f.Value(name) != ""
			continue
		}
		for _, value := range f.values[name] {
			k.Fields = append(k.Fields, keptField{name, value})
		}
	}
	return k
}

// fail answers with what went wrong, in the person's language, and what to do. What is unexpected is logged here, and only here; its text is not shown. Who has to log in
// first is sent there, unless that would lose what was written: then the page keeps it.
func (v *visit) fail(err error) {
	page := failurePage{Status: statusOf(err), Sentence: messages.Error(v.language(), err)}
	f := failure{}
	if errors.As(err, &f) {
		page.Status = f.status
		if f.text != "" {
			page.Sentence = v.t(f.text)
		}
	}
	if page.Status >= http.StatusInternalServerError && !f.logged && v.ctx().Err() == nil {
		v.Log.ErrorContext(v.ctx(), "request failed", "route", v.r.Pattern, "error", err)
	}
	if page.Status == http.StatusUnauthorized {
		page.LogIn = "/entrar"
		if v.r.Method == http.MethodGet || v.r.Method == http.MethodHead {
			if v.r.URL.Path != "/" {
				page.LogIn += "?" + url.Values{"volver": {v.path()}}.Encode()
			}
			_ = v.redirect(page.LogIn) // it only writes headers
			return
		}
	}
	if seconds := waitOf(err); seconds > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	if v.fragment() {
		v.w.Header().Set("Hx-Retarget", "#notices")
		v.w.Header().Set("Hx-Reselect", ".toast") // whichever part was asked for
		v.w.Header().Set("Hx-Reswap", "innerHTML")
		v.write(page.Status, "failure", "failure_notice", page)
		return
	}
	if crm.KeyOf(err) == "session_ended" {
		page.Kept = v.kept()
	}
	page.Page = v.page()
	page.Heading = v.t("failure.heading." + headingOf(page.Status))
	page.Title = page.Heading
	v.write(page.Status, "failure", "", page)
}

// headingOf returns which heading a status has.
func headingOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "missing"
	case http.StatusUnauthorized:
		return "nobody"
	case http.StatusForbidden:
		return "forbidden"
	}
	if status >= http.StatusInternalServerError {
		return "ours"
	}
	return "refused"
}

// waitOf returns the seconds that an error says to wait, 0 if it says nothing.
func waitOf(err error) int {
	var e *crm.Error
	if !errors.As(err, &e) {
		return 0
	}
	seconds, _ := strconv.Atoi(e.Params["seconds"])
	return seconds
}
