package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// maxForm bounds what is read of a form.
const maxForm = 1 << 20

// form is what stands in a form: what it is shown with first, or what a person sent, with the problems at their fields.
type form struct {
	Problems []problemAt // in the order in which they were found
	values   url.Values
}

// problemAt is a sentence about a field, or about the whole when Field is "".
type problemAt struct{ Field, Sentence string }

// newForm returns a form that is shown first; pairs are name, value… of its fields.
func newForm(pairs ...string) *form {
	f := &form{values: url.Values{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.values.Add(pairs[i], pairs[i+1])
	}
	return f
}

// form returns what a person sent. invalid: form_unreadable.
func (v *visit) form() (*form, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return nil, crm.NewError(crm.Invalid, "form_unreadable").Because(err)
	}
	if !storable(v.r.PostForm) {
		return nil, crm.NewError(crm.Invalid, "form_unreadable")
	}
	return &form{values: v.r.PostForm}, nil
}

// Value returns what stands in a field, the first if there are several.
func (f *form) Value(name string) string { return f.values.Get(name) }

// Values returns all that stands in a field.
func (f *form) Values(name string) []string { return f.values[name] }

// Has says whether a value stands in a field, as of a box that was ticked.
func (f *form) Has(name, value string) bool {
	for _, v := range f.values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Problem returns the sentence about a field, "" if it is right.
func (f *form) Problem(name string) string {
	for _, p := range f.Problems {
		if p.Field == name {
			return p.Sentence
		}
	}
	return ""
}

// forget removes what must not be sent back: passwords.
func (f *form) forget(names ...string) {
	for _, name := range names {
		f.values.Del(name)
	}
}

// again shows a form once more as a person filled it, with what is wrong at the field where it is wrong. What no person can mend is returned.
func (v *visit) again(err error, f *form, name string, view any) error {
	if _, known := statuses[crm.CodeOf(err)]; !known {
		return err
	}
	for _, one := range split(err) {
		f.Problems = append(f.Problems, problemAt{f.fieldOf(one), v.refusal(one)})
	}
	f.forget("password", "oldPassword", "newPassword")
	if seconds := waitOf(err); seconds > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	v.write(statusOf(err), name, "", view)
	return nil
}

// fieldOf returns the field of the form that an error is about, "" if it has no such field.
func (f *form) fieldOf(err error) string {
	var e *crm.Error
	if errors.As(err, &e) {
		if _, sent := f.values[e.Field]; sent {
			return e.Field
		}
	}
	return ""
}

// split returns the errors that were joined, however deep.
func split(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, split(one)...)
	}
	return all
}

// ID returns that of the field, for a link to it.
func (p problemAt) ID() string { return fieldID(p.Field) }

// Fields says whether a problem is about one of the fields.
func (f *form) Fields() bool {
	return slices.ContainsFunc(f.Problems, func(p problemAt) bool { return p.Field != "" })
}

// fieldID returns the id of the field of that name in the page.
func fieldID(name string) string {
	return "f-" + strings.NewReplacer(".", "-", "_", "-", "[", "-", "]", "").Replace(name)
}
