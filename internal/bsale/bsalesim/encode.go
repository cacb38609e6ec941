package bsalesim

import (
	"strconv"
	"unicode/utf8"
)

// apiHost is what the real API writes into href, wherever it was asked: a client that
// follows an href instead of building its own URL leaves the simulator, and shows.
const apiHost = "https://api.bsale.io/v1/"

// style is how answers are written just now; faults change it.
type style struct {
	legacyDates   bool // 03:00Z
	noCreatedAt   bool
	stringNumbers bool
	paymentsArray bool
	hideEmails    bool // in lists only
}

// encoder appends JSON to b. Pages are large and asked for by the thousand, so this
// writes bytes and never reflects over maps.
type encoder struct {
	b []byte
	w *World
	s *scratch
	style
}

func (e *encoder) raw(s string) { e.b = append(e.b, s...) }

func (e *encoder) int(n int64) { e.b = strconv.AppendInt(e.b, n, 10) }

// key writes a comma, a name and a colon.
func (e *encoder) key(name string) {
	e.b = append(e.b, ',', '"')
	e.b = append(e.b, name...)
	e.b = append(e.b, '"', ':')
}

func (e *encoder) kint(name string, n int64) {
	e.key(name)
	e.int(n)
}

func (e *encoder) kflag(name string, v bool) {
	e.key(name)
	if v {
		e.b = append(e.b, '1')
	} else {
		e.b = append(e.b, '0')
	}
}

func (e *encoder) kstr(name, s string) {
	e.key(name)
	e.str(s)
}

// kstrNull writes null for an empty string.
func (e *encoder) kstrNull(name, s string) {
	e.key(name)
	if s == "" {
		e.raw("null")
		return
	}
	e.str(s)
}

func (e *encoder) kraw(name, raw string) {
	e.key(name)
	e.raw(raw)
}

const hexDigits = "0123456789abcdef"

func (e *encoder) str(s string) { e.b = appendString(e.b, s) }

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(b, s[start:i]...)
			b = append(b, "\ufffd"...)
			i++
			start = i
			continue
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// money writes an amount as the country does: Chile whole numbers, the others with
// a decimal point always.
func (e *encoder) money(m Money) {
	if e.stringNumbers {
		e.b = append(e.b, '"')
		e.b = appendMoney(e.b, m, true)
		e.b = append(e.b, '"')
		return
	}
	e.b = appendMoney(e.b, m, e.w.country.decimals > 0)
}

func (e *encoder) kmoney(name string, m Money) {
	e.key(name)
	e.money(m)
}

// kfloat writes a number that always has a decimal point, such as a quantity.
func (e *encoder) kfloat(name string, m Money) {
	e.key(name)
	if e.stringNumbers {
		e.b = append(e.b, '"')
		e.b = appendMoney(e.b, m, true)
		e.b = append(e.b, '"')
		return
	}
	e.b = appendMoney(e.b, m, true)
}

func appendMoney(b []byte, m Money, point bool) []byte {
	if m < 0 {
		b = append(b, '-')
		m = -m
	}
	b = strconv.AppendInt(b, int64(m/moneyUnit), 10)
	frac := int64(m % moneyUnit)
	if frac == 0 {
		if point {
			b = append(b, '.', '0')
		}
		return b
	}
	digits := [4]byte{byte('0' + frac/1000), byte('0' + frac/100%10), byte('0' + frac/10%10), byte('0' + frac%10)}
	n := 4
	for digits[n-1] == '0' {
		n--
	}
	b = append(b, '.')
	return append(b, digits[:n]...)
}

func (e *encoder) kday(name string, d Day) {
	e.key(name)
	sec := d.Unix()
	if e.legacyDates {
		sec += 3 * 3600
	}
	e.seconds(sec)
}

func (e *encoder) seconds(sec int64) {
	if e.stringNumbers {
		e.b = append(e.b, '"')
		e.int(sec)
		e.b = append(e.b, '"')
		return
	}
	e.int(sec)
}

func (e *encoder) href(parts ...string) {
	e.b = append(e.b, `"href":"`...)
	e.b = append(e.b, apiHost...)
	for _, p := range parts {
		e.b = append(e.b, p...)
	}
	e.b = append(e.b, '"')
}

// hrefID opens an object with the href of a numbered resource and its id as a number.
func (e *encoder) hrefID(resource string, id int64) {
	e.b = append(e.b, `{"href":"`...)
	e.b = append(e.b, apiHost...)
	e.b = append(e.b, resource...)
	e.b = append(e.b, '/')
	e.int(id)
	e.b = append(e.b, `.json","id":`...)
	e.int(id)
}

// node is a relation that is not expanded: the id is a string.
func (e *encoder) node(name, resource string, id int64) {
	e.key(name)
	e.b = append(e.b, `{"href":"`...)
	e.b = append(e.b, apiHost...)
	e.b = append(e.b, resource...)
	e.b = append(e.b, '/')
	e.int(id)
	e.b = append(e.b, `.json","id":"`...)
	e.int(id)
	e.b = append(e.b, '"', '}')
}

// sub writes the URL of a list below a resource, quoted.
func (e *encoder) sub(resource string, id int64, list string) {
	e.b = append(e.b, '"')
	e.b = append(e.b, apiHost...)
	e.b = append(e.b, resource...)
	e.b = append(e.b, '/')
	e.int(id)
	e.b = append(e.b, '/')
	e.b = append(e.b, list...)
	e.b = append(e.b, `.json"`...)
}

// link is a list that is not expanded.
func (e *encoder) link(name, resource string, id int64, list string) {
	e.key(name)
	e.raw(`{"href":`)
	e.sub(resource, id, list)
	e.b = append(e.b, '}')
}

// nestedLimit is where an expanded list is cut, silently.
const nestedLimit = 25

// nested is an expanded list: five keys, at most 25 items, no next.
func (e *encoder) nested(name, resource string, id int64, list string, n int, item func(i int)) {
	e.key(name)
	e.raw(`{"href":`)
	e.sub(resource, id, list)
	e.raw(`,"count":`)
	e.int(int64(n))
	e.raw(`,"limit":25,"offset":0,"items":[`)
	for i := range min(n, nestedLimit) {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		item(i)
	}
	e.raw("]}")
}
