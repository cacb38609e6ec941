package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"puente/internal/crm"
)

// text returns s as both engines can hold it: valid UTF-8 without NUL.
func text[S ~string](s S) string {
	t := string(s)
	if strings.IndexByte(t, 0) >= 0 {
		t = strings.ReplaceAll(t, "\x00", "")
	}
	if !utf8.ValidString(t) {
		t = strings.ToValidUTF8(t, "\ufffd")
	}
	return t
}

// reference returns an id that is NULL when there is none, so that the database can check it.
func reference(id crm.ID) any {
	if id == "" {
		return nil
	}
	return string(id)
}

// micros returns an instant in the unit in which it is kept; 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// lastInstant stands for "none" where that comes last.
const lastInstant int64 = math.MaxInt64

// dueMicros returns an instant that sorts after all others when there is none.
func dueMicros(t time.Time) int64 {
	if t.IsZero() {
		return lastInstant
	}
	return t.UnixMicro()
}

// dueInstant reads what dueMicros wrote.
type dueInstant struct{ at *time.Time }

func (i dueInstant) Scan(v any) error {
	if v == lastInstant {
		*i.at = time.Time{}
		return nil
	}
	return instant(i).Scan(v)
}

// instant reads what micros wrote.
type instant struct{ at *time.Time }

func (i instant) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("an instant is %T", v)
	}
	*i.at = time.Time{}
	if n != 0 {
		*i.at = time.UnixMicro(n).UTC()
	}
	return nil
}

// optionalID reads what reference wrote.
type optionalID struct{ id *crm.ID }

func (o optionalID) Scan(v any) error {
	s, err := scannedText(v)
	*o.id = crm.ID(s)
	return err
}

// scannedText returns a column's text; an absent one is empty.
func scannedText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	}
	return "", fmt.Errorf("text is %T", v)
}

// jsonColumn reads JSON into a list or map; NULL becomes nil. Numbers keep their digits.
type jsonColumn struct{ into any }

func (j jsonColumn) Scan(v any) error {
	s, err := scannedText(v)
	if err != nil || s == "" {
		return err
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	return d.Decode(j.into)
}

// rawColumn reads bytes that are kept as text; NULL becomes nil.
type rawColumn struct{ into *[]byte }

func (r rawColumn) Scan(v any) error {
	if v == nil {
		*r.into = nil
		return nil
	}
	s, err := scannedText(v)
	*r.into = []byte(s)
	return err
}

// raw returns bytes to be kept as text; nil is NULL.
func raw(b []byte) any {
	if b == nil {
		return nil
	}
	return text(string(b))
}

// jsonList returns a list of texts as JSON; nil is NULL.
func jsonList[S ~string](l []S) any {
	if l == nil {
		return nil
	}
	b := append(make([]byte, 0, 16*len(l)+2), '[')
	for i, s := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, string(s))
	}
	return string(append(b, ']'))
}

// customJSON writes custom values; nil is NULL. Keys are sorted, so that the same values are the same text.
func customJSON(c crm.Custom) (any, error) {
	if c == nil {
		return nil, nil
	}
	b := append(make([]byte, 0, 48*len(c)+2), '{')
	for i, k := range slices.Sorted(maps.Keys(c)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, k), ':')
		var err error
		if b, err = appendValue(b, c[k]); err != nil {
			return nil, fmt.Errorf("custom field %s: %w", k, err)
		}
	}
	return string(append(b, '}')), nil
}

// originsJSON writes origins as encoding/json would, some times faster; nil is NULL.
func originsJSON(o crm.Origins) any {
	if o == nil {
		return nil
	}
	b := append(make([]byte, 0, 144*len(o)+2), '{')
	for i, k := range slices.Sorted(maps.Keys(o)) {
		if i > 0 {
			b = append(b, ',')
		}
		v := o[k]
		b = append(appendText(b, k), `:{"actor":{"kind":`...)
		b = appendText(b, string(v.Actor.Kind))
		if v.Actor.ID != "" {
			b = appendText(append(b, `,"id":`...), string(v.Actor.ID))
		}
		b = strconv.AppendInt(append(b, `},"at":`...), v.At, 10)
		if v.Document != "" {
			b = appendText(append(b, `,"document":`...), v.Document)
		}
		b = append(b, '}')
	}
	return string(append(b, '}'))
}

// changesJSON writes the changes of an event; nil is NULL.
func changesJSON(changes []crm.Change) (any, error) {
	if changes == nil {
		return nil, nil
	}
	b := append(make([]byte, 0, 96*len(changes)+2), '[')
	for i, c := range changes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"field":`...), c.Field)
		var err error
		if c.Old != nil {
			if b, err = appendValue(append(b, `,"old":`...), c.Old); err != nil {
				return nil, err
			}
		}
		if c.New != nil {
			if b, err = appendValue(append(b, `,"new":`...), c.New); err != nil {
				return nil, err
			}
		}
		if c.Rule != "" {
			b = appendText(append(b, `,"rule":`...), c.Rule)
		}
		b = append(b, '}')
	}
	return string(append(b, ']')), nil
}

// appendValue writes a value as JSON.
func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return appendText(b, v), nil
	case crm.ID:
		return appendText(b, string(v)), nil
	case json.Number:
		// Checked, because it is any text to Go, and would end up as any JSON.
		if !isNumber(string(v)) {
			return nil, fmt.Errorf("%q is not a number", string(v))
		}
		return append(b, v...), nil
	}
	j, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	// The one escape that PostgreSQL's jsonb refuses.
	return append(b, dropNULs(j)...), nil
}

func isNumber(s string) bool {
	return s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9') && json.Valid([]byte(s))
}

// dropNULs takes escaped NULs out of JSON, minding escaped backslashes.
func dropNULs(j []byte) []byte {
	if !bytes.Contains(j, []byte(`\u0000`)) {
		return j
	}
	out := make([]byte, 0, len(j))
	for i := 0; i < len(j); i++ {
		if j[i] == '\\' && i+1 < len(j) {
			if bytes.HasPrefix(j[i:], []byte(`\u0000`)) {
				i += 5
				continue
			}
			out = append(out, j[i])
			i++
		}
		out = append(out, j[i])
	}
	return out
}

const hex = "0123456789abcdef"

// appendText writes s as a JSON string.
func appendText(b []byte, s string) []byte {
	s = text(s)
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(b, s[from:]...), '"')
}
