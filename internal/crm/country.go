package crm

// countryFacts is what an account's country decides.
type countryFacts struct {
	currency  string
	timeZone  string
	dateOrder byte // the separator of dd?mm?yyyy
	group     byte // between thousands
	point     byte // before decimals
	symbol    string
}

func (c Country) facts() (countryFacts, bool) {
	switch c {
	case Chile:
		return countryFacts{"CLP", "America/Santiago", '-', '.', ',', "$"}, true
	case Peru:
		return countryFacts{"PEN", "America/Lima", '/', ',', '.', "S/ "}, true
	case Mexico:
		return countryFacts{"MXN", "America/Mexico_City", '/', ',', '.', "$"}, true
	}
	return countryFacts{}, false
}

// Valid says whether c is a country that Puente knows.
func (c Country) Valid() bool {
	_, ok := c.facts()
	return ok
}

// Currency returns the country's currency in ISO 4217, "" for an unknown country.
func (c Country) Currency() string {
	f, _ := c.facts()
	return f.currency
}

// TimeZone returns the IANA name of the time zone in which most of the country lives, "" for an unknown country.
func (c Country) TimeZone() string {
	f, _ := c.facts()
	return f.timeZone
}

// FormatDate writes a day as people of the country do: 12-03-2026 in Chile, 12/03/2026 in Peru and Mexico, ISO
// for an unknown country. The zero day is "".
func (c Country) FormatDate(d Date) string {
	f, ok := c.facts()
	if !ok || d.IsZero() {
		return d.String()
	}
	b := make([]byte, 0, len("02-01-2006"))
	b = appendPadded(b, d.Day, 2)
	b = append(b, f.dateOrder)
	b = appendPadded(b, int(d.Month), 2)
	b = append(b, f.dateOrder)
	b = appendPadded(b, d.Year, 4)
	return string(b)
}

// ParseDate reads a day in ISO form or as [Country.FormatDate] writes it, and nothing else: 3/12/2026 could be two days.
func (c Country) ParseDate(s string) (Date, bool) {
	if d, ok := ParseDate(s); ok {
		return d, true
	}
	f, ok := c.facts()
	if !ok || len(s) != len("02-01-2006") || s[2] != f.dateOrder || s[5] != f.dateOrder {
		return Date{}, false
	}
	return dateOf(s[6:10], s[3:5], s[0:2])
}
