package bsale

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// The scalars of Bsale's JSON. The same key may be a number in one answer, a quoted number in the
// next, "" or null in a third; each of these types takes all spellings of its kind and refuses the
// rest. null, "" and an absent key are always the zero value.
// Sources: docs/bsale.md, "Numbers, booleans and absent values".

// scalarText returns what is inside a JSON scalar: the text of a string, the literal of a number or
// boolean, "" for null. Objects and arrays are not scalars.
func scalarText(b []byte) (string, error) {
	switch {
	case len(b) == 0 || b[0] == 'n':
		return "", nil
	case b[0] == '{' || b[0] == '[':
		return "", fmt.Errorf("a single value was expected, not %s", kindOf(b))
	case b[0] != '"':
		return string(b), nil
	}
	if inner, ok := plainString(b); ok {
		return strings.TrimSpace(string(inner)), nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return "", err
	}
	return strings.TrimSpace(s), nil
}

// plainString returns the inside of a JSON string that needs no decoding: ASCII without escapes.
// Most strings are like that, and going through encoding/json for each is what decoding would
// otherwise spend its time on.
func plainString(b []byte) ([]byte, bool) {
	if len(b) < 2 {
		return nil, false
	}
	inner := b[1 : len(b)-1]
	for _, c := range inner {
		if c == '\\' || c >= 0x80 {
			return nil, false
		}
	}
	return inner, true
}

func kindOf(b []byte) string {
	switch b[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	}
	return "a value"
}

// text is a string: trimmed, invalid UTF-8 replaced (by encoding/json), numbers and booleans taken
// as their literal. A text never fails: where an object or a list stands instead, it is "", because
// a note in an odd shape is no reason to lose a sale.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	s, err := scalarText(b)
	if err != nil {
		s = ""
	}
	*t = text(s)
	return nil
}

// integer is a whole number: 12, "12", 12.0, "12.0", true (1), "", null.
type integer int64

func (n *integer) UnmarshalJSON(b []byte) error {
	if v, ok := smallInt(b); ok { // the usual spelling, without the detour over a string
		*n = integer(v)
		return nil
	}
	s, err := scalarText(b)
	if err != nil {
		return err
	}
	v, err := parseInteger(s)
	if err != nil {
		return err
	}
	*n = integer(v)
	return nil
}

// smallInt reads a bare run of at most 18 digits with an optional minus.
func smallInt(b []byte) (int64, bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var v int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if neg {
		v = -v
	}
	return v, true
}

func parseInteger(s string) (int64, error) {
	switch s {
	case "", "false":
		return 0, nil
	case "true":
		return 1, nil
	}
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return v, nil
	}
	d, err := parseAmount(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", clip(s, 40))
	}
	if !d.IsInteger() || d.GreaterThan(decimal.NewFromInt(math.MaxInt64)) || d.LessThan(decimal.NewFromInt(math.MinInt64)) {
		return 0, fmt.Errorf("%q is not a whole number", clip(s, 40))
	}
	return d.IntPart(), nil
}

// amount is an exact decimal: 14280, 14280.0, "68643.0", "", null.
type amount struct{ decimal.Decimal }

func (a *amount) UnmarshalJSON(b []byte) error {
	if v, ok := smallInt(b); ok {
		a.Decimal = decimalOf(v, 0)
		return nil
	}
	s, err := scalarText(b)
	if err != nil {
		return err
	}
	d, err := parseAmount(s)
	if err != nil {
		return err
	}
	a.Decimal = d
	return nil
}

// decimalOf keeps zero as the zero value, which costs no allocation and is what most amounts are.
func decimalOf(value int64, exp int32) decimal.Decimal {
	if value == 0 {
		return decimal.Decimal{}
	}
	return decimal.New(value, exp)
}

// parseAmount reads a decimal number. Length and exponent are bounded: "1e999999999" is a valid
// number that would take the machine's memory as soon as someone adds to it.
func parseAmount(s string) (decimal.Decimal, error) {
	const maxLength, maxExponent = 64, 40
	if s == "" {
		return decimal.Decimal{}, nil
	}
	// The plain spelling, "-123.45": at most 18 digits and one point. Zeros at the end of the
	// fraction are dropped, so that 14280, 14280.0 and "14280.00" are one value in one form.
	var value int64
	var exp, digits, zeros int32
	point, plain := false, true
	for i := 0; i < len(s) && plain; i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9' && digits < 18:
			value = value*10 + int64(c-'0')
			digits++
			if point {
				exp--
				if c == '0' {
					zeros++
				} else {
					zeros = 0
				}
			}
		case c == '-' && i == 0:
		case c == '.' && !point && digits > 0:
			point = true
		default:
			plain = false
		}
	}
	if plain && digits > 0 {
		for ; zeros > 0; zeros-- {
			value /= 10
			exp++
		}
		if s[0] == '-' {
			value = -value
		}
		return decimalOf(value, exp), nil
	}
	if len(s) > maxLength {
		return decimal.Decimal{}, fmt.Errorf("%q is too long for a number", clip(s, 40))
	}
	d, err := decimal.NewFromString(s)
	if err != nil || d.Exponent() > maxExponent || d.Exponent() < -maxExponent-maxLength {
		return decimal.Decimal{}, fmt.Errorf("%q is not a number", clip(s, 40))
	}
	if d.IsZero() {
		return decimal.Decimal{}, nil
	}
	return d, nil
}

// flag is a boolean: 0, 1, "0", "1", true, false, "true", "", null. Any other number is true.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	s, err := scalarText(b)
	if err != nil {
		return err
	}
	switch strings.ToLower(s) {
	case "", "0", "false":
		*f = false
	case "1", "true":
		*f = true
	default:
		d, err := parseAmount(s)
		if err != nil {
			return fmt.Errorf("%q is neither yes nor no", clip(s, 40))
		}
		*f = flag(!d.IsZero())
	}
	return nil
}

// date is a calendar day sent as unix seconds (int, quoted, "" or null). Zero and negative are
// absent.
type date struct{ Day }

func (d *date) UnmarshalJSON(b []byte) error {
	var n integer
	if err := n.UnmarshalJSON(b); err != nil {
		return err
	}
	day, ok := DayFromUnix(int64(n))
	if !ok && n > 0 {
		return fmt.Errorf("%d is not a date in seconds", int64(n))
	}
	d.Day = day
	return nil
}

// instant is a moment sent as unix seconds, read in UTC. Zero and negative are absent.
type instant struct{ time.Time }

func (t *instant) UnmarshalJSON(b []byte) error {
	var n integer
	if err := n.UnmarshalJSON(b); err != nil {
		return err
	}
	switch {
	case n <= 0:
		t.Time = time.Time{}
	case n > maxDaySeconds:
		return fmt.Errorf("%d is not a time in seconds", int64(n))
	default:
		t.Time = time.Unix(int64(n), 0).UTC()
	}
	return nil
}

// clip shortens s to n bytes for a message, at a rune's border.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// firstByte returns the first byte that is not JSON white space, 0 when there is none.
func firstByte(b []byte) byte {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 {
		return 0
	}
	return b[0]
}
