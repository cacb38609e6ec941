package crm

import (
	"cmp"
	"time"
)

// Date is a calendar day, of years 1 to 9999, without a time zone. The zero value means "none".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day on which t falls in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads a day in ISO form, 2006-01-02, that exists in the calendar.
func ParseDate(s string) (Date, bool) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return Date{}, false
	}
	return dateOf(s[0:4], s[5:7], s[8:10])
}

func dateOf(year, month, day string) (Date, bool) {
	y, ok1 := digits(year)
	m, ok2 := digits(month)
	d, ok3 := digits(day)
	if !ok1 || !ok2 || !ok3 || y < 1 || m < 1 || m > 12 || d < 1 || d > daysIn(y, time.Month(m)) {
		return Date{}, false
	}
	return Date{y, time.Month(m), d}, true
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}

// IsZero says whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// String returns the ISO form, "" for the zero day.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	b := make([]byte, 0, len("2006-01-02"))
	b = appendPadded(b, d.Year, 4)
	b = append(b, '-')
	b = appendPadded(b, int(d.Month), 2)
	b = append(b, '-')
	b = appendPadded(b, d.Day, 2)
	return string(b)
}

// appendPadded writes n, which is not negative, with at least width digits.
func appendPadded(b []byte, n, width int) []byte {
	for p := pow10(width - 1); p > 0; p /= 10 {
		b = append(b, '0'+byte(n/p%10))
	}
	return b
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

// Time returns the first instant of the day in loc: midnight, the first one where it comes twice or, where clocks leap over it, when they do.
func (d Date) Time(loc *time.Location) time.Time {
	midnight := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
	changed, changes := midnight.ZoneBounds()
	if DateOf(midnight).Before(d) {
		return changes
	}
	_, before := changed.Add(-1).Zone() // what the clocks were ahead by until then
	if first := d.utc().Add(-time.Duration(before) * time.Second).In(loc); first.Before(changed) && DateOf(first) == d {
		return first
	}
	if changed.Before(midnight) && DateOf(changed) == d {
		return changed
	}
	return midnight
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Compare returns -1, 0 or 1 as d is before, on or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before says whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// AddDays returns the day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return DateOf(d.utc().AddDate(0, 0, n)) }

// MarshalText returns the ISO form, empty for the zero day.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form; empty is the zero day. invalid: anything else.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, ok := ParseDate(string(b))
	if !ok {
		return NewError(Invalid, "date_invalid", "value", clip(string(b)))
	}
	*d = v
	return nil
}

// clip shortens foreign text so that it can stand in a sentence.
func clip(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
