package crm

import (
	"encoding/json"
	"strings"
	"time"
	_ "time/tzdata" // a small machine may have no time zones of its own
)

// Location returns the account's time zone; UTC for one that there is not, which no account has.
func (a Account) Location() *time.Location {
	if loc, err := time.LoadLocation(a.TimeZone); err == nil {
		return loc
	}
	return time.UTC
}

// Dates returns how the account writes days: as it chose, else as is usual in its country.
func (a Account) Dates() DateStyle {
	if a.DateStyle != "" {
		return a.DateStyle
	}
	f, ok := a.Country.facts()
	switch {
	case !ok:
		return DateISO
	case f.dateOrder == '-':
		return DateDashes
	}
	return DateSlashes
}

// Numbers returns how the account writes numbers: as it chose, else as is usual in its country.
func (a Account) Numbers() NumberStyle {
	if a.NumberStyle != "" {
		return a.NumberStyle
	}
	if f, ok := a.Country.facts(); ok && f.point == ',' {
		return NumberComma
	}
	return NumberPoint
}

// Valid says whether s is one of the ways to write days.
func (s DateStyle) Valid() bool { return s == DateDashes || s == DateSlashes || s == DateISO }

// Valid says whether s is one of the ways to write numbers.
func (s NumberStyle) Valid() bool { return s == NumberComma || s == NumberPoint }

// Valid says whether s is one of the ways that sellers reach.
func (s SellerAccess) Valid() bool {
	return s == SellersOwn || s == SellersSeeAll || s == SellersEditAll
}

// group and point return what stands between thousands and before decimals.
func (s NumberStyle) marks() (group, point byte) {
	if s == NumberComma {
		return '.', ','
	}
	return ',', '.'
}

// FormatDate writes a day as people of the account do; "" for the zero day.
func (a Account) FormatDate(d Date) string {
	if d.IsZero() {
		return ""
	}
	iso := d.String()
	switch a.Dates() {
	case DateDashes:
		return iso[8:10] + "-" + iso[5:7] + "-" + iso[:4]
	case DateSlashes:
		return iso[8:10] + "/" + iso[5:7] + "/" + iso[:4]
	}
	return iso
}

// ParseDate reads a day in ISO form or as [Account.FormatDate] writes it, and nothing else: 3/12/2026 could be two days.
func (a Account) ParseDate(s string) (Date, bool) {
	if d, ok := ParseDate(s); ok {
		return d, true
	}
	separator := byte('-')
	switch a.Dates() {
	case DateISO:
		return Date{}, false
	case DateSlashes:
		separator = '/'
	}
	if len(s) != len("02-01-2006") || s[2] != separator || s[5] != separator {
		return Date{}, false
	}
	return dateOf(s[6:10], s[3:5], s[0:2])
}

// FormatNumber writes a number, which is in the form that [Custom] keeps, as people of the account do: 1.234,5. What is no such number is returned as it is.
func (a Account) FormatNumber(n json.Number) string {
	if _, ok := canonicalNumber(n.String()); !ok {
		return n.String()
	}
	group, point := a.Numbers().marks()
	return groupDigits(n.String(), group, point)
}

// ParseNumber reads a number as [Account.FormatNumber] writes it, with or without marks between thousands, into the form that [Custom] keeps.
func (a Account) ParseNumber(s string) (json.Number, bool) {
	group, point := a.Numbers().marks()
	s = strings.TrimSpace(s)
	whole, fraction, pointed := strings.Cut(s, string(point))
	if strings.IndexByte(whole, group) >= 0 {
		parts := strings.Split(strings.TrimPrefix(whole, "-"), string(group))
		for i, part := range parts {
			if len(part) != 3 && (i > 0 || len(part) == 0 || len(part) > 3) {
				return "", false
			}
		}
		whole = strings.ReplaceAll(whole, string(group), "")
	}
	if pointed {
		whole += "." + fraction
	}
	n, ok := canonicalNumber(whole)
	return json.Number(n), ok
}

// FormatMoney writes an amount as people of the account do: $115.061; in a currency that is not the account's by its code, USD 1.234,50.
func (a Account) FormatMoney(m Money) string {
	group, point := a.Numbers().marks()
	text, sign := groupDigits(m.Amount(), group, point), ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	if f, ok := a.Country.facts(); ok && m.Currency == f.currency && m.Currency == a.Currency {
		return sign + f.symbol + text
	}
	if m.Currency == "" {
		return sign + text
	}
	return sign + m.Currency + " " + text
}

// groupDigits writes plain digits with a mark between thousands and another before decimals.
func groupDigits(n string, group, point byte) string {
	sign := ""
	if strings.HasPrefix(n, "-") {
		sign, n = "-", n[1:]
	}
	whole, fraction, pointed := strings.Cut(n, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(group)
		}
		b.WriteByte(whole[i])
	}
	if pointed {
		b.WriteByte(point)
		b.WriteString(fraction)
	}
	return b.String()
}
