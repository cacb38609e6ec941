package web

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"puente/internal/crm"
)

// moment is an instant as a page shows it: how long ago, with the exact time of the account in its title.
type moment struct {
	ISO   string
	Text  string // "hace 5 min", then the day
	Exact string // day and time
}

// momentOf returns an instant as seen at another; the zero instant is "".
func momentOf(at, now time.Time, a crm.Account, l crm.Language) moment {
	if at.IsZero() {
		return moment{}
	}
	local := at.In(a.Location())
	year, month, day := local.Date()
	date := a.FormatDate(crm.Date{Year: year, Month: month, Day: day})
	m := moment{ISO: at.UTC().Format(time.RFC3339), Exact: date + " " + local.Format("15:04:05")}
	ago := now.Sub(at)
	switch {
	case ago < -time.Minute:
		m.Text = date + " " + local.Format("15:04")
	case ago < time.Minute:
		m.Text = translate(l, "time.now")
	case ago < time.Hour:
		m.Text = translate(l, "time.minutes", "n", strconv.Itoa(int(ago/time.Minute)))
	case ago < 24*time.Hour:
		m.Text = translate(l, "time.hours", "n", strconv.Itoa(int(ago/time.Hour)))
	case ago < 7*24*time.Hour:
		m.Text = translate(l, "time.days", "n", strconv.Itoa(int(ago/(24*time.Hour))))
	default:
		m.Text = date
	}
	return m
}

// Inline returns the text as it stands inside a sentence.
func (m moment) Inline() string { return inline(m.Text) }

// inline returns a text as it stands inside a sentence.
func inline(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return ""
	}
	return string(unicode.ToLower(first)) + text[size:]
}
