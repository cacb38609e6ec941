package bsale

import (
	"cmp"
	"fmt"
	"time"
)

// Day is a calendar date without clock or zone. The zero value means "no date".
//
// Bsale sends the dates of documents as unix seconds of midnight UTC of the local calendar day; in
// old rows of midnight in Chile, which is 03:00 or 04:00 UTC of the same day. Read in UTC both give
// the day that is printed on the document. Read in Chile's zone the modern rows show the day
// before. Source: docs/bsale.md, "Dates".
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// maxDaySeconds is the last second of the year 9999. Anything beyond is not a date of a document
// but milliseconds, or rubbish, and is refused rather than shown as the year 58000.
const maxDaySeconds = 253402300799

// DayOf returns the calendar day of t in the zone t carries.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day{y, m, d}
}

// DayFromUnix returns the calendar day, read in UTC, of a date that Bsale sent as unix seconds.
// ok is false for zero and negative values (absent) and for values beyond the year 9999.
func DayFromUnix(sec int64) (d Day, ok bool) {
	if sec <= 0 || sec > maxDaySeconds {
		return Day{}, false
	}
	return DayOf(time.Unix(sec, 0).UTC()), true
}

// ParseDay reads "2006-01-02". The empty string is the zero Day.
func ParseDay(s string) (Day, error) {
	if s == "" {
		return Day{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("bsale: %q is not a date of the form 2006-01-02", s)
	}
	return DayOf(t), nil
}

// IsZero reports whether there is no date.
func (d Day) IsZero() bool { return d == Day{} }

// String returns "2006-01-02", or "" for the zero Day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Time returns midnight UTC of the day, the instant Bsale uses for it; the zero Time for no date.
func (d Day) Time() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Unix returns the seconds of midnight UTC, as Bsale's filters and bodies want them; 0 for no date.
func (d Day) Unix() int64 {
	if d.IsZero() {
		return 0
	}
	return d.Time().Unix()
}

// lastSecond is 23:59:59 UTC. emissiondaterange includes both ends, and this end takes in the old
// rows at 03:00 and 04:00 UTC too.
func (d Day) lastSecond() int64 { return d.Unix() + 86399 }

// AddDays returns the day n days later (earlier when negative). The zero Day stays zero.
func (d Day) AddDays(n int) Day {
	if d.IsZero() {
		return d
	}
	return DayOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// Compare returns -1, 0 or +1. No date sorts before every date.
func (d Day) Compare(e Day) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is earlier than e.
func (d Day) Before(e Day) bool { return d.Compare(e) < 0 }

// After reports whether d is later than e.
func (d Day) After(e Day) bool { return d.Compare(e) > 0 }

// MarshalText writes "2006-01-02", or "" for no date.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(b []byte) error {
	v, err := ParseDay(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
