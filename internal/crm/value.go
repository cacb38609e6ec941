package crm

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

type valueKind uint8

const (
	valueText valueKind = iota
	valueNumber
	valueAmount
	valueDate
)

// Value is something with a type of its own that may be put into a custom field. The zero Value is empty text.
type Value struct {
	kind   valueKind
	text   string
	number int64
	amount Money
	date   Date
}

// TextValue returns text, without the bytes that a database could not keep.
func TextValue(s string) Value { return Value{text: cleanText(s)} }

// NumberValue returns a whole number.
func NumberValue(n int64) Value { return Value{kind: valueNumber, number: n} }

// AmountValue returns an amount of money; the zero Money is empty.
func AmountValue(m Money) Value { return Value{kind: valueAmount, amount: m} }

// DateValue returns a day; the zero Date is empty.
func DateValue(d Date) Value { return Value{kind: valueDate, date: d} }

// IsEmpty says whether there is nothing in v: blank text, no day, no money. A number is never empty, 0 neither.
func (v Value) IsEmpty() bool {
	switch v.kind {
	case valueText:
		return strings.TrimSpace(v.text) == ""
	case valueAmount:
		return v.amount.IsZero()
	case valueDate:
		return v.date.IsZero()
	}
	return false
}

// Text returns v as a text field of an account in that country holds it.
func (v Value) Text(c Country) string {
	switch v.kind {
	case valueNumber:
		return strconv.FormatInt(v.number, 10)
	case valueAmount:
		if v.amount.IsZero() {
			return ""
		}
		return v.amount.Amount()
	case valueDate:
		return c.FormatDate(v.date)
	}
	return v.text
}

// Storable says whether a text is stored as it is: without NUL and broken UTF-8, of which PostgreSQL takes neither, and both engines are to hold the same.
func Storable(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }

// cleanText leaves out what is not storable.
func cleanText(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	return s
}

// Convert returns what to keep in [Custom] for v, as [FieldType] documents, and nil for an empty v. It is false when v does not fit:
// it never guesses what a number or a day written in some other way may mean, or what an amount is worth in the account's currency.
func (f CustomField) Convert(v Value, a Account) (stored any, ok bool) {
	if v.IsEmpty() {
		return nil, true
	}
	switch f.Type {
	case TypeText, TypeLongText:
		return v.Text(a.Country), true
	case TypeNumber, TypeDecimal, TypeMoney:
		return f.convertNumber(v, a)
	case TypeDate:
		return convertDate(v, a)
	case TypeBool:
		if b, ok := boolText(v.Text(a.Country)); ok {
			return b, true
		}
		return nil, false
	case TypeDropdown:
		if option, ok := f.option(v.Text(a.Country)); ok {
			return option, true
		}
		return nil, false
	}
	// What is left is text in a form of its own, which is the same whoever writes it.
	stored, refused := f.accept(v.Text(a.Country), a)
	return stored, refused == nil && stored != nil
}

func (f CustomField) convertNumber(v Value, a Account) (any, bool) {
	if f.Type == TypeMoney && v.kind == valueAmount && v.amount.Currency != a.Currency {
		return nil, false
	}
	n, ok := v.canonical()
	if !ok {
		return nil, false
	}
	stored, refused := f.acceptNumber(json.Number(n), a)
	return stored, refused == nil
}

func convertDate(v Value, a Account) (any, bool) {
	switch v.kind {
	case valueDate:
		return v.date.String(), true
	case valueText:
		if d, ok := a.ParseDate(strings.TrimSpace(v.text)); ok {
			return d.String(), true
		}
		if d, ok := a.Country.ParseDate(strings.TrimSpace(v.text)); ok { // as documents have it, however the account writes days
			return d.String(), true
		}
	}
	return nil, false
}

// maxDigits is how many digits a decimal field keeps: those of IEEE 754 decimal128, more than any business counts.
const maxDigits = 34

// canonical returns v as a number without exponent, leading zeros or trailing zeros after the point. Text counts when it is plain
// digits with at most a sign and a point.
func (v Value) canonical() (string, bool) {
	switch v.kind {
	case valueNumber:
		return strconv.FormatInt(v.number, 10), true
	case valueAmount:
		return canonicalNumber(v.amount.Amount())
	case valueText:
		return canonicalNumber(strings.TrimSpace(v.text))
	}
	return "", false
}

func canonicalNumber(s string) (string, bool) {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, fraction, pointed := strings.Cut(s, ".")
	if len(whole) == 0 || pointed && len(fraction) == 0 || !allDigits([]byte(whole)) || !allDigits([]byte(fraction)) {
		return "", false
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if len(whole)+len(fraction) > maxDigits {
		return "", false
	}
	if whole == "" {
		whole = "0"
		if fraction == "" {
			return "0", true
		}
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + whole + fraction, true
}
