package crm

import (
	"errors"
	"fmt"
	"maps"
)

// Code is what kind of error it is; a closed set, stable for integrations.
type Code string

// The codes.
const (
	Invalid         Code = "invalid"         // the request itself is wrong
	Unauthenticated Code = "unauthenticated" // nobody is logged in
	Forbidden       Code = "forbidden"       // logged in, not allowed
	NotFound        Code = "not_found"
	Conflict        Code = "conflict" // it clashes with what is stored
	RateLimited     Code = "rate_limited"
	Unavailable     Code = "unavailable" // something remote failed
	Internal        Code = "internal"
)

// Error is an error that a person can act on. Key names its sentence in the message catalogue ("error.<Key>"), Params fill it, Field says
// which input is at fault, and the wrapped cause is for the log only.
type Error struct {
	Code   Code
	Key    string
	Params map[string]string
	Field  string
	cause  error
}

// NewError returns an error with the sentence key; pairs are name, value, name, value… of the sentence's parameters.
func NewError(code Code, key string, pairs ...string) *Error {
	e := &Error{Code: code, Key: key}
	if len(pairs) > 0 {
		e.Params = make(map[string]string, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			e.Params[pairs[i]] = pairs[i+1]
		}
	}
	return e
}

// At returns a copy that says which input is at fault.
func (e *Error) At(field string) *Error {
	c := *e
	c.Params = maps.Clone(e.Params)
	c.Field = field
	return &c
}

// Because returns a copy that wraps cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Params = maps.Clone(e.Params)
	c.cause = cause
	return &c
}

func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Key
	if len(e.Params) > 0 {
		s += fmt.Sprint(" ", e.Params)
	}
	if e.Field != "" {
		s += " at " + e.Field
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Message returns what the message catalogue makes a sentence of: the key without "error.", and the parameters with Field as "place".
func (e *Error) Message() (key string, params map[string]string) {
	params = maps.Clone(e.Params)
	if e.Field != "" {
		if params == nil {
			params = map[string]string{}
		}
		params["place"] = e.Field
	}
	return e.Key, params
}

func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of the first Error in err's chain, Internal if there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// KeyOf returns the key of an error's sentence; empty for nil, and for what is no [Error].
func KeyOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Key
	}
	return ""
}

// IsStale says whether somebody else has changed what was to be changed.
func IsStale(err error) bool { return KeyOf(err) == "stale" }
