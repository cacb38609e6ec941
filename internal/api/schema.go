package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName names a type in the document: contactOut is Contact.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	return strings.TrimSuffix(name, "Out")
}

// given is a member of a body that may be left out, and may be null, which takes away what stands there.
type given[T any] struct {
	Set   bool
	Value T // zero: null
}

// IsZero says whether the member was left out.
func (g given[T]) IsZero() bool { return !g.Set }

// UnmarshalJSON notes that the member is there.
func (g *given[T]) UnmarshalJSON(data []byte) error {
	g.Set = true
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	return decode(data, &g.Value)
}

// MarshalJSON writes the value.
func (g given[T]) MarshalJSON() ([]byte, error) { return json.Marshal(g.Value) }

// Schema is that of the value, or null.
func (given[T]) Schema(r huma.Registry) *huma.Schema {
	s := r.Schema(reflect.TypeFor[T](), true, "")
	s.Nullable = s.Type != "" // any type takes null already
	return s
}

// pointer returns the value as use cases take it: nil when it was left out.
func (g given[T]) pointer() *T {
	if !g.Set {
		return nil
	}
	return &g.Value
}

// number is a JSON number, as it is written.
type number json.Number

// UnmarshalJSON takes numbers only.
func (n *number) UnmarshalJSON(data []byte) error {
	var v json.Number
	if len(data) > 0 && data[0] == '"' {
		return errors.New("json: a number in quotes")
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*n = number(v)
	return nil
}

// MarshalJSON writes the digits.
func (n number) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("0"), nil
	}
	return []byte(n), nil
}

// Schema is that of a number.
func (number) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// naive is an instant as the API that scripts come from writes it: in UTC, without saying so.
type naive time.Time

const naiveLayout = "2006-01-02T15:04:05"

// MarshalJSON writes the instant; none is null.
func (n naive) MarshalJSON() ([]byte, error) {
	if time.Time(n).IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + time.Time(n).UTC().Format(naiveLayout) + `"`), nil
}

// Schema says what it looks like.
func (naive) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, Description: "An instant in UTC, without zone", Examples: []any{"2026-03-12T14:05:00"}}
}

// instant is a moment, written in RFC 3339; read also without zone, as naive writes it, or as a day, both in UTC.
type instant struct{ time.Time }

// UnmarshalText reads an instant.
func (i *instant) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.RFC3339Nano, naiveLayout, time.DateOnly} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			i.Time = t.UTC()
			return nil
		}
	}
	return errors.New("instant")
}

// UnmarshalJSON reads an instant in quotes.
func (i *instant) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	return i.UnmarshalText([]byte(text))
}

// MarshalJSON writes the instant; none is null.
func (i instant) MarshalJSON() ([]byte, error) {
	if i.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(i.UTC())
}

// Schema says what it looks like.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true, Description: "An instant in RFC 3339; read as UTC where no zone is given", Examples: []any{"2026-03-12T14:05:00Z"}}
}
