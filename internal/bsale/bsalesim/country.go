package bsalesim

import "fmt"

// country holds what differs between the countries that Bsale serves.
type country struct {
	code     string
	name     string
	currency string
	coin     string
	decimals int
	tax      Money // per unit: 0.19 is 1900
	viewHost string
	generic  []string
	zone     int // offset of local time, in seconds; only generationDate needs it
}

var countries = map[string]country{
	"CL": {
		code: "CL", name: "Chile", currency: "CLP", coin: "Peso chileno", decimals: 0, tax: 1900,
		viewHost: "https://app2.bsale.cl", generic: []string{"66666666-6", "55555555-5"}, zone: -4 * 3600,
	},
	"PE": {
		code: "PE", name: "Perú", currency: "PEN", coin: "Sol", decimals: 2, tax: 1800,
		viewHost: "https://app2.bsale.com.pe", generic: []string{"00000000", "99999999"}, zone: -5 * 3600,
	},
	"MX": {
		code: "MX", name: "México", currency: "MXN", coin: "Peso mexicano", decimals: 2, tax: 1600,
		viewHost: "https://app2.bsale.com.mx", generic: []string{"XAXX010101000", "XEXX010101000"}, zone: -6 * 3600,
	},
}

func countryOf(code string) (country, error) {
	if code == "" {
		code = "CL"
	}
	c, ok := countries[code]
	if !ok {
		return country{}, fmt.Errorf("bsalesim: country %q is not CL, PE or MX", code)
	}
	return c, nil
}

// quantum is the smallest amount of the currency.
func (c country) quantum() Money {
	q := Money(moneyUnit)
	for range c.decimals {
		q /= 10
	}
	return q
}

// round rounds half away from zero to the currency's decimals.
func (c country) round(m Money) Money {
	q := c.quantum()
	if m < 0 {
		return -c.round(-m)
	}
	return (m + q/2) / q * q
}

// netOf takes the tax out of a gross amount.
func (c country) netOf(gross Money) Money {
	return c.round(gross * moneyUnit / (moneyUnit + c.tax))
}
