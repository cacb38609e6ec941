package crm

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// The longest values of custom fields, in characters.
const (
	maxTextValue     = 1_000
	maxLongTextValue = 20_000
	maxURLValue      = 2_000
)

// Accept returns what to keep in [Custom] for a value that a person or an integration sends: a string, json.Number, bool, a list of strings, or nil. It is nil for
// what clears the field: nil, blank text, an empty list. invalid, at "custom.<key>": what is wrong with it (value_…). Whether the field may be cleared is asked elsewhere.
func (f CustomField) Accept(value any, account Account) (stored any, err error) {
	if s, ok := value.(string); ok {
		value = cleanText(s)
		if strings.TrimSpace(s) == "" {
			return nil, nil
		}
	}
	if value == nil {
		return nil, nil
	}
	stored, refused := f.accept(plainNumber(value), account)
	if refused != nil {
		e := refused.At(customPrefix + f.Key)
		if e.Params == nil {
			e.Params = map[string]string{}
		}
		e.Params["name"] = f.Name
		return nil, e
	}
	return stored, nil
}

// plainNumber returns the numbers that Go code has as the one form of JSON.
func plainNumber(value any) any {
	switch v := value.(type) {
	case float64:
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64))
	case int:
		return json.Number(strconv.Itoa(v))
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	}
	return value
}

// withoutExponent writes out a number that JSON has as 1.5e3; one that is too long for that stays as it is.
func withoutExponent(n json.Number) json.Number {
	if !strings.ContainsAny(string(n), "eE") {
		return n
	}
	d, err := decimal.NewFromString(string(n))
	switch {
	case err != nil:
		return n
	case d.IsZero():
		return "0"
	case d.Exponent() > maxDigits || d.Exponent() < -2*maxDigits:
		return n
	}
	return json.Number(d.String())
}

func (f CustomField) accept(value any, account Account) (any, *Error) {
	switch f.Type {
	case TypeText, TypeLongText:
		return f.acceptText(value)
	case TypeNumber, TypeDecimal, TypeMoney:
		return f.acceptNumber(value, account)
	case TypeDate:
		if s, ok := value.(string); ok {
			if d, ok := account.ParseDate(strings.TrimSpace(s)); ok {
				return d.String(), nil
			}
		}
		return nil, NewError(Invalid, "value_not_date", "name", f.Name, "example", account.FormatDate(Date{2026, 3, 12}))
	case TypeBool:
		if b, ok := acceptBool(value); ok {
			return b, nil
		}
		return nil, NewError(Invalid, "value_not_bool", "name", f.Name)
	case TypeDropdown:
		if s, ok := scalarText(value); ok {
			if option, ok := f.option(s); ok {
				return option, nil
			}
		}
		return nil, f.notOption()
	case TypeMultiSelect:
		return f.acceptOptions(value)
	}
	return f.acceptAddress(value, account)
}

func (f CustomField) acceptText(value any) (any, *Error) {
	s, ok := scalarText(value)
	if !ok {
		return nil, NewError(Invalid, "value_not_text", "name", f.Name)
	}
	s, most := strings.TrimSpace(printable(s)), maxLongTextValue
	if f.Type == TypeText {
		most = maxTextValue
		if strings.ContainsRune(s, '\n') {
			return nil, NewError(Invalid, "value_not_one_line", "name", f.Name)
		}
	}
	if err := f.tooLong(s, most); err != nil {
		return nil, err
	}
	if f.Type == TypeText && !f.matches(s) {
		return nil, NewError(Invalid, "value_pattern", "name", f.Name, "pattern", f.Pattern)
	}
	return nilIfEmpty(s), nil
}

func (f CustomField) tooLong(s string, most int) *Error {
	if utf8.RuneCountInString(s) > most {
		return NewError(Invalid, "value_too_long", "name", f.Name, "most", strconv.Itoa(most))
	}
	return nil
}

func (f CustomField) acceptNumber(value any, account Account) (any, *Error) {
	if n, ok := value.(json.Number); ok {
		value = withoutExponent(n)
	}
	s, ok := scalarText(value)
	if !ok {
		return nil, NewError(Invalid, "value_not_number", "name", f.Name)
	}
	n, ok := canonicalNumber(strings.TrimSpace(s))
	if !ok {
		return nil, NewError(Invalid, "value_not_number", "name", f.Name)
	}
	switch f.Type {
	case TypeNumber:
		if strings.IndexByte(n, '.') >= 0 {
			return nil, NewError(Invalid, "value_not_whole", "name", f.Name)
		}
		if _, err := strconv.ParseInt(n, 10, 64); err != nil {
			return nil, NewError(Invalid, "value_too_large", "name", f.Name)
		}
	case TypeMoney:
		decimals, ok := moneyFits(n, account.Currency)
		if !ok && decimals < 0 {
			return nil, NewError(Invalid, "value_too_large", "name", f.Name)
		}
		if !ok {
			return nil, NewError(Invalid, "value_too_fine", "name", f.Name, "decimals", strconv.Itoa(decimals), "currency", account.Currency)
		}
	}
	return json.Number(n), nil
}

// moneyFits says whether a canonical number is an amount of that currency, and how many decimals it may have; -1 when it is the size that does not fit.
func moneyFits(n, currency string) (decimals int, ok bool) {
	decimals, err := CurrencyDecimals(currency)
	if err != nil {
		return 0, false
	}
	whole, fraction, _ := strings.Cut(n, ".")
	if len(fraction) > decimals {
		return decimals, false
	}
	if minor, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64); err != nil || tooMuch(minor) {
		return -1, false
	}
	return decimals, true
}

func acceptBool(value any) (b, ok bool) {
	if b, ok := value.(bool); ok {
		return b, true
	}
	s, ok := scalarText(value)
	if !ok {
		return false, false
	}
	return boolText(s)
}

// boolText reads yes and no as people write them.
func boolText(s string) (b, ok bool) {
	switch Fold(s) {
	case "si", "yes", "true", "verdadero", "1":
		return true, true
	case "no", "false", "falso", "0":
		return false, true
	}
	return false, false
}

// option returns the option that a text names, case and accents aside when none is written just so.
func (f CustomField) option(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if slices.Contains(f.Options, s) {
		return s, true
	}
	key := Fold(s)
	for _, option := range f.Options {
		if Fold(option) == key {
			return option, true
		}
	}
	return "", false
}

func (f CustomField) notOption() *Error {
	return NewError(Invalid, "value_not_option", "name", f.Name, "options", clipList(f.Options))
}

// clipList writes the first of many names for a sentence.
func clipList(names []string) string {
	const most = 20
	short := make([]string, 0, most)
	for i, name := range names {
		if i == most {
			return strings.Join(short, ", ") + "…"
		}
		short = append(short, clip(name))
	}
	return strings.Join(short, ", ")
}

// optionSeparator stands between the options of a multi-select where it is written as one text.
const optionSeparator = ";"

func (f CustomField) acceptOptions(value any) (any, *Error) {
	var asked []string
	switch v := value.(type) {
	case string:
		asked = strings.Split(v, optionSeparator)
	case []string:
		asked = v
	case []any:
		for _, one := range v {
			s, ok := scalarText(one)
			if !ok {
				return nil, f.notOption()
			}
			asked = append(asked, s)
		}
	default:
		return nil, f.notOption()
	}
	chosen, ok := f.choose(asked)
	if !ok {
		return nil, f.notOption()
	}
	if len(chosen) == 0 {
		return nil, nil
	}
	return chosen, nil
}

// choose returns the options that the texts name, each once and in the order of the options.
func (f CustomField) choose(asked []string) (chosen []string, ok bool) {
	named := map[string]bool{}
	for _, s := range asked {
		if strings.TrimSpace(s) == "" {
			continue
		}
		option, ok := f.option(s)
		if !ok {
			return nil, false
		}
		named[option] = true
	}
	for _, option := range f.Options {
		if named[option] {
			chosen = append(chosen, option)
		}
	}
	return chosen, true
}

func (f CustomField) acceptAddress(value any, account Account) (any, *Error) {
	s, ok := scalarText(value)
	if !ok {
		return nil, NewError(Invalid, "value_not_text", "name", f.Name)
	}
	s = strings.TrimSpace(s)
	switch f.Type {
	case TypeEmail:
		if email, ok := NormalizeEmail(s); ok {
			return email, nil
		}
		return nil, NewError(Invalid, "value_not_email", "name", f.Name)
	case TypePhone:
		if phone, ok := NormalizePhone(s, account.Country); ok {
			return phone, nil
		}
		return nil, NewError(Invalid, "value_not_phone", "name", f.Name)
	case TypeURL:
		if err := f.tooLong(s, maxURLValue); err != nil {
			return nil, err
		}
		if isWebAddress(s) {
			return s, nil
		}
		return nil, NewError(Invalid, "value_not_url", "name", f.Name)
	}
	return nil, NewError(Invalid, "field_type_unknown", "type", clip(string(f.Type)))
}

// isWebAddress says whether s is a whole address of the web, without a name and password in it.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && !strings.ContainsAny(s, " \t\n<>\"")
}

// scalarText returns a text or a number as text.
func scalarText(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}
