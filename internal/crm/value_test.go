package crm

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// usual is an account with the usual settings of a country.
func usual(c Country) Account { return Account{Country: c, Currency: c.Currency()} }

func TestConvert(t *testing.T) {
	day := Date{2026, time.March, 12}
	pesos, soles := Money{115061, "CLP"}, Money{123450, "PEN"}
	options := []string{"Tienda", "Web", "web"}
	for _, c := range []struct {
		name    string
		to      FieldType
		v       Value
		country Country
		want    any
		ok      bool
	}{
		{"text into text", TypeText, TextValue("Calle 1"), Chile, "Calle 1", true},
		{"a day into text, Chile", TypeText, DateValue(day), Chile, "12-03-2026", true},
		{"a day into text, Peru", TypeText, DateValue(day), Peru, "12/03/2026", true},
		{"pesos into text", TypeText, AmountValue(pesos), Chile, "115061", true},
		{"soles into text", TypeText, AmountValue(soles), Peru, "1234.50", true},
		{"a number into text", TypeText, NumberValue(-7), Chile, "-7", true},
		{"NUL and broken UTF-8 into text", TypeText, TextValue("a\x00b\xff"), Chile, "ab", true},

		{"nothing into text", TypeText, TextValue(" "), Chile, nil, true},
		{"no day into a number", TypeNumber, DateValue(Date{}), Chile, nil, true},
		{"no money into a date", TypeDate, AmountValue(Money{}), Chile, nil, true},
		{"0 is something", TypeNumber, NumberValue(0), Chile, json.Number("0"), true},
		{"0 pesos are something", TypeText, AmountValue(Money{0, "CLP"}), Chile, "0", true},

		{"digits into a number", TypeNumber, TextValue(" 00880123 "), Chile, json.Number("880123"), true},
		{"pesos into a number", TypeNumber, AmountValue(pesos), Chile, json.Number("115061"), true},
		{"whole soles into a number", TypeNumber, AmountValue(Money{1200, "PEN"}), Peru, json.Number("12"), true},
		{"soles and a half into a number", TypeNumber, AmountValue(soles), Peru, nil, false},
		{"a fraction into a number", TypeNumber, TextValue("1.5"), Chile, nil, false},
		{"a series number into a number", TypeNumber, TextValue("B001-123"), Peru, nil, false},
		{"thousands with points are not guessed", TypeNumber, TextValue("1.234.567"), Chile, nil, false},
		{"an exponent into a number", TypeNumber, TextValue("1e3"), Chile, nil, false},
		{"more than an int64 into a number", TypeNumber, TextValue("9223372036854775808"), Chile, nil, false},
		{"a day into a number", TypeNumber, DateValue(day), Chile, nil, false},

		{"soles into a decimal", TypeDecimal, AmountValue(soles), Peru, json.Number("1234.5"), true},
		{"minus nothing into a decimal", TypeDecimal, TextValue("-0.00"), Chile, json.Number("0"), true},
		{"a fraction into a decimal", TypeDecimal, TextValue("-00.250"), Chile, json.Number("-0.25"), true},
		{"a comma is not guessed", TypeDecimal, TextValue("1,5"), Chile, nil, false},
		{"a bare point into a decimal", TypeDecimal, TextValue("1."), Chile, nil, false},
		{"no whole part into a decimal", TypeDecimal, TextValue(".5"), Chile, nil, false},
		{"35 digits into a decimal", TypeDecimal, TextValue("12345678901234567890123456789012345"), Chile, nil, false},

		{"a day into a date", TypeDate, DateValue(day), Chile, "2026-03-12", true},
		{"ISO text into a date", TypeDate, TextValue("2026-03-12"), Peru, "2026-03-12", true},
		{"the country's form into a date", TypeDate, TextValue("12-03-2026"), Chile, "2026-03-12", true},
		{"another country's form into a date", TypeDate, TextValue("12/03/2026"), Chile, nil, false},
		{"a number into a date", TypeDate, NumberValue(20260312), Chile, nil, false},

		{"an option", TypeDropdown, TextValue("web"), Chile, "web", true},
		{"an option, case aside", TypeDropdown, TextValue(" WEB "), Chile, "Web", true},
		{"no option", TypeDropdown, TextValue("Feria"), Chile, nil, false},
		{"an unknown type", "color", TextValue("red"), Chile, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := CustomField{Type: c.to, Options: options}.Convert(c.v, usual(c.country))
			if got != c.want || ok != c.ok {
				t.Errorf("got %#v, %v; want %#v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}

func checkConvert(t interface{ Fatalf(string, ...any) }, s string) {
	for _, typ := range []FieldType{TypeText, TypeNumber, TypeDecimal, TypeDate} {
		f := CustomField{Type: typ}
		got, ok := f.Convert(TextValue(s), usual(Chile))
		if !ok || got == nil {
			continue
		}
		text, isText := got.(string)
		if n, isNumber := got.(json.Number); isNumber {
			text = n.String()
			if !json.Valid([]byte(text)) {
				t.Fatalf("%s from %q is %s, which is no JSON number", typ, s, text)
			}
		} else if !isText {
			t.Fatalf("%s from %q is %#v", typ, s, got)
		}
		if again, ok := f.Convert(TextValue(text), usual(Chile)); !ok || again != got {
			t.Fatalf("%s: %q gives %#v, and that gives %#v, %v", typ, s, got, again, ok)
		}
	}
}

func TestConvertedValuesConvertToThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkConvert(t, rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{0,22}\.?[0-9]{0,6}`), rapid.StringMatching(`[0-3][0-9]-[01][0-9]-20[0-9]{2}`)).Draw(t, "s"))
	})
}

func FuzzConvert(f *testing.F) {
	for _, s := range []string{"1", "-0.10", "12-03-2026", "2026-03-12", "a\x00", " 7 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkConvert(t, s) })
}
