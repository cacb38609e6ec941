package crm

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/text/currency"
)

// Money is an amount in minor units of a currency: 115061 CLP is Minor 115061 (the peso has none after the point),
// 12.50 PEN is Minor 1250.
type Money struct {
	Minor    int64  // at most [MaxMinor], whatever the sign
	Currency string // ISO 4217
}

// MaxMinor is the most that an amount is: more than anybody has, and little enough for thousands of them to be added up.
const MaxMinor = 1_000_000_000_000_000

func tooMuch(minor int64) bool { return minor > MaxMinor || minor < -MaxMinor }

// CurrencyDecimals returns how many digits a currency has after the point: CLP 0, PEN 2, CLF 4. invalid: no such currency.
func CurrencyDecimals(code string) (int, error) {
	switch code { // those of nearly every document, without a search
	case "CLP":
		return 0, nil
	case "PEN", "MXN", "USD":
		return 2, nil
	}
	unit, err := currency.ParseISO(code)
	if err != nil || unit.String() != code {
		return 0, NewError(Invalid, "currency_unknown", "currency", clip(code))
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale, nil
}

// NewMoney returns an amount in minor units. What is finer than the currency is rounded half away from zero, and rounded says so.
// invalid: no such currency (currency_unknown), or more than [MaxMinor] (amount_too_large).
func NewMoney(amount decimal.Decimal, code string) (m Money, rounded bool, err error) {
	decimals, err := CurrencyDecimals(code)
	if err != nil {
		return Money{}, false, err
	}
	if amount.IsZero() {
		return Money{Currency: code}, false, nil
	}
	// Sizes first: an amount such as 1e999999999 is short to write and long to work out.
	switch magnitude := int64(amount.NumDigits()) + int64(amount.Exponent()); { // digits before the point
	case magnitude > 19:
		return Money{}, false, NewError(Invalid, "amount_too_large", "currency", code)
	case magnitude < -int64(decimals)-1:
		return Money{Currency: code}, true, nil
	}
	r := amount.Round(int32(decimals))
	minor := r.Shift(int32(decimals)).BigInt()
	if !minor.IsInt64() || tooMuch(minor.Int64()) {
		return Money{}, false, NewError(Invalid, "amount_too_large", "currency", code)
	}
	return Money{minor.Int64(), code}, !r.Equal(amount), nil
}

// exactMoney returns an amount that is no finer than the currency: 1500.00 is one of CLP, 1500.5 is none. invalid: as NewMoney; amount_too_fine.
func exactMoney(amount decimal.Decimal, code string) (Money, error) {
	m, rounded, err := NewMoney(amount, code)
	if err == nil && rounded {
		err = NewError(Invalid, "amount_too_fine", "currency", code, "decimals", strconv.Itoa(m.decimals()))
	}
	return m, err
}

// IsZero says whether m is no money at all: nothing, of no currency.
func (m Money) IsZero() bool { return m == Money{} }

// Decimal returns the amount as an exact number.
func (m Money) Decimal() decimal.Decimal { return decimal.New(m.Minor, -int32(m.decimals())) }

// decimals is 0 for a currency that there is not; NewMoney makes no such money.
func (m Money) decimals() int {
	n, err := CurrencyDecimals(m.Currency)
	if err != nil {
		return 0
	}
	return n
}

// Amount returns plain digits with a point and exactly the currency's decimals: "115061", "-1234.50".
func (m Money) Amount() string { return m.write(0, '.') }

// String returns amount and currency: "115061 CLP". It is how events keep money.
func (m Money) String() string {
	if m.Currency == "" {
		return m.Amount()
	}
	return m.Amount() + " " + m.Currency
}

// Format writes m for people, as they write it in c: $115.061 in Chile, S/ 1,234.50 in Peru, $1,234.50 in Mexico. A
// currency other than c's goes by its code: USD 1.234,50.
func (m Money) Format(c Country) string {
	f, ok := c.facts()
	if !ok {
		return m.String()
	}
	text := m.write(f.group, f.point)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	symbol := f.symbol
	if m.Currency != f.currency {
		symbol = m.Currency + " "
	}
	return sign + symbol + text
}

// write puts group, unless it is 0, between thousands and point before the decimals.
func (m Money) write(group, point byte) string {
	whole, sign := strconv.FormatInt(m.Minor, 10), ""
	if whole[0] == '-' {
		sign, whole = "-", whole[1:]
	}
	fraction := ""
	if n := m.decimals(); n > 0 {
		if len(whole) <= n {
			whole = strings.Repeat("0", n+1-len(whole)) + whole
		}
		whole, fraction = whole[:len(whole)-n], string(point)+whole[len(whole)-n:]
	}
	if group == 0 || len(whole) <= 3 {
		return sign + whole + fraction
	}
	b := make([]byte, 0, len(whole)*4/3+1)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b = append(b, group)
		}
		b = append(b, whole[i])
	}
	return sign + string(b) + fraction
}
