package api

import (
	"errors"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"puente/internal/crm"
	"puente/internal/messages"
)

// faults are all that is wrong with the fields of a request; there is at least one.
type faults []*crm.Error

func (f faults) Error() string { return f[0].Error() }
func (f faults) Unwrap() error { return f[0] }

// faultsIn returns the errors in err that people can act on: all that were joined, or the first in the chain.
func faultsIn(err error) faults {
	if several := faults(nil); errors.As(err, &several) {
		return several
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all faults
		for _, one := range joined.Unwrap() {
			all = append(all, faultsIn(one)...)
		}
		return all
	}
	if known := (*crm.Error)(nil); errors.As(err, &known) && messages.Has("error."+known.Key) {
		return faults{known}
	}
	return nil
}

// asError makes one error of what huma found wrong, or of what a handler returned.
func asError(message string, errs []error) error {
	var several faults
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if !errors.As(err, &detail) {
			return err
		}
		several = append(several, faultOf(detail))
	}
	switch {
	case len(several) > 0:
		return several
	case strings.Contains(message, "body is required"):
		return crm.NewError(crm.Invalid, "body_missing")
	}
	return errors.New("huma: " + message)
}

// faultPattern is a sentence of huma's and what we say instead; each %s, %d or %v in it is a parameter of ours.
type faultPattern struct {
	pattern *regexp.Regexp
	fault   func(words []string) *crm.Error
}

func plainFault(err *crm.Error) func([]string) *crm.Error {
	return func([]string) *crm.Error { return err }
}

func faultWith(build func(word string) *crm.Error) func([]string) *crm.Error {
	return func(words []string) *crm.Error { return build(words[0]) }
}

var (
	textWanted    = plainFault(crm.NewError(crm.Invalid, "text_wanted"))
	numberWanted  = plainFault(crm.NewError(crm.Invalid, "number_wanted"))
	integerWanted = plainFault(crm.NewError(crm.Invalid, "integer_wanted"))
	boolWanted    = plainFault(crm.NewError(crm.Invalid, "bool_wanted"))
	instantWanted = plainFault(crm.NewError(crm.Invalid, "instant_wanted"))
	formWanted    = plainFault(crm.NewError(crm.Invalid, "form_wanted"))
)

// The first that fits is taken.
var faultPatterns = []faultPattern{
	sentence(validation.MsgUnexpectedProperty, plainFault(crm.NewError(crm.Invalid, "member_unknown"))),
	sentence("unknown query parameter", plainFault(crm.NewError(crm.Invalid, "parameter_unknown"))),
	sentence(validation.MsgExpectedRequiredProperty, plainFault(crm.NewError(crm.Invalid, "member_missing"))),
	sentence("required %s parameter is missing", plainFault(crm.NewError(crm.Invalid, "member_missing"))),
	sentence(validation.MsgExpectedString, textWanted),
	sentence(validation.MsgExpectedNumber, numberWanted),
	sentence("invalid float", numberWanted),
	sentence(validation.MsgExpectedInteger, integerWanted),
	sentence("invalid integer", integerWanted),
	sentence(validation.MsgExpectedBoolean, boolWanted),
	sentence("invalid boolean", boolWanted),
	sentence(validation.MsgExpectedArray, plainFault(crm.NewError(crm.Invalid, "list_wanted"))),
	sentence(validation.MsgExpectedObject, plainFault(crm.NewError(crm.Invalid, "object_wanted"))),
	sentence(validation.MsgExpectedRFC3339DateTime, instantWanted),
	sentence("invalid date/time for format %s", instantWanted),
	sentence("invalid value: instant", instantWanted),
	sentence(validation.MsgExpectedOneOf, faultWith(func(known string) *crm.Error {
		return crm.NewError(crm.Invalid, "choice_unknown", "known", known)
	})),
	sentence(validation.MsgExpectedMinimumNumber, faultWith(func(least string) *crm.Error {
		return crm.NewError(crm.Invalid, "number_under", "least", least)
	})),
	sentence(validation.MsgExpectedMaximumNumber, faultWith(func(most string) *crm.Error {
		return crm.NewError(crm.Invalid, "number_over", "most", most)
	})),
	sentence(validation.MsgExpectedMinLength, faultWith(func(least string) *crm.Error {
		return crm.NewError(crm.Invalid, "text_under", "least", least)
	})),
	sentence(validation.MsgExpectedMaxLength, faultWith(func(most string) *crm.Error {
		return crm.NewError(crm.Invalid, "text_over", "most", most)
	})),
	sentence(validation.MsgExpectedMinItems, faultWith(func(least string) *crm.Error {
		return crm.NewError(crm.Invalid, "list_under", "least", least)
	})),
	sentence(validation.MsgExpectedMaxItems, faultWith(func(most string) *crm.Error {
		return crm.NewError(crm.Invalid, "list_over", "most", most)
	})),
	sentence(validation.MsgExpectedMatchPattern, formWanted),
	sentence(validation.MsgExpectedBePattern, formWanted),
	sentence("json: %s", formWanted), // what fits the schema and not the type: a whole number out of range
}

func sentence(format string, fault func([]string) *crm.Error) faultPattern {
	p := regexp.QuoteMeta(format)
	for _, verb := range []string{"%s", "%d", "%v"} {
		p = strings.ReplaceAll(p, verb, "(.*)")
	}
	return faultPattern{regexp.MustCompile("(?s)^" + p + "$"), fault}
}

// faultOf says in our words what huma found wrong with one field.
func faultOf(d *huma.ErrorDetail) *crm.Error {
	fault := formWanted(nil)
	for _, p := range faultPatterns {
		if words := p.pattern.FindStringSubmatch(d.Message); words != nil {
			fault = p.fault(words[1:])
			break
		}
	}
	place := d.Location
	for _, origin := range []string{"body.", "query.", "path.", "header."} {
		if name, ok := strings.CutPrefix(place, origin); ok {
			place = name
			break
		}
	}
	if name, ok := strings.CutPrefix(d.Message, missing); ok { // huma names the object that lacks it
		name, _, _ = strings.Cut(name, " ")
		if place == "body" {
			place = name
		} else {
			place += "." + name
		}
	}
	return fault.At(place)
}

// missing is how huma's sentence about a missing member begins.
var missing, _, _ = strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
