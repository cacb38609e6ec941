package crm

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	quillay = Account{Country: Chile, Currency: "CLP", TimeZone: "America/Santiago"}
	inca    = Account{Country: Peru, Currency: "PEN", TimeZone: "America/Lima"}
)

func TestAccept(t *testing.T) {
	options := []string{"Tienda", "Web", "Feria"}
	for _, c := range []struct {
		name    string
		to      CustomField
		value   any
		account Account
		want    any
		refused string // the key
	}{
		{"nothing", CustomField{Type: TypeText}, nil, quillay, nil, ""},
		{"blank text clears", CustomField{Type: TypeNumber}, " \n", quillay, nil, ""},
		{"text is trimmed", CustomField{Type: TypeText}, " Calle 1\x00 ", quillay, "Calle 1", ""},
		{"a number is text too", CustomField{Type: TypeText}, json.Number("12.50"), quillay, "12.50", ""},
		{"yes is no text", CustomField{Type: TypeText}, true, quillay, nil, "value_not_text"},
		{"a list is no text", CustomField{Type: TypeText}, []any{"a"}, quillay, nil, "value_not_text"},
		{"two lines", CustomField{Type: TypeText}, "a\r\nb", quillay, nil, "value_not_one_line"},
		{"two lines in a long text", CustomField{Type: TypeLongText}, "a\r\nb", quillay, "a\nb", ""},
		{"the longest text", CustomField{Type: TypeText}, strings.Repeat("ñ", 1000), quillay, strings.Repeat("ñ", 1000), ""},
		{"a longer text", CustomField{Type: TypeText}, strings.Repeat("ñ", 1001), quillay, nil, "value_too_long"},
		{"a longer long text", CustomField{Type: TypeLongText}, strings.Repeat("ñ", 20_001), quillay, nil, "value_too_long"},
		{"what the pattern asks for", CustomField{Type: TypeText, Pattern: "[0-9]{3}"}, "123", quillay, "123", ""},
		{"a part of what the pattern asks for", CustomField{Type: TypeText, Pattern: "[0-9]{3}"}, "1234", quillay, nil, "value_pattern"},

		{"digits", CustomField{Type: TypeNumber}, " 007 ", quillay, json.Number("7"), ""},
		{"a number", CustomField{Type: TypeNumber}, json.Number("-7.0"), quillay, json.Number("-7"), ""},
		{"Go's numbers", CustomField{Type: TypeNumber}, 7, quillay, json.Number("7"), ""},
		{"Go's larger numbers", CustomField{Type: TypeNumber}, int64(math.MaxInt64), quillay, json.Number("9223372036854775807"), ""},
		{"a float", CustomField{Type: TypeDecimal}, 1234.5, quillay, json.Number("1234.5"), ""},
		{"no number at all", CustomField{Type: TypeDecimal}, math.NaN(), quillay, nil, "value_not_number"},
		{"a fraction", CustomField{Type: TypeNumber}, "1.5", quillay, nil, "value_not_whole"},
		{"too large", CustomField{Type: TypeNumber}, "9223372036854775808", quillay, nil, "value_too_large"},
		{"a number with an exponent", CustomField{Type: TypeNumber}, json.Number("1.5e3"), quillay, json.Number("1500"), ""},
		{"a small one", CustomField{Type: TypeDecimal}, json.Number("-25E-3"), quillay, json.Number("-0.025"), ""},
		{"money with an exponent", CustomField{Type: TypeMoney}, json.Number("1e+6"), quillay, json.Number("1000000"), ""},
		{"nothing with an exponent", CustomField{Type: TypeNumber}, json.Number("0e99"), quillay, json.Number("0"), ""},
		{"an exponent that people write", CustomField{Type: TypeNumber}, "1e3", quillay, nil, "value_not_number"},
		{"an exponent that is too large", CustomField{Type: TypeDecimal}, json.Number("1e400000000"), quillay, nil, "value_not_number"},
		{"thousands with points are not guessed", CustomField{Type: TypeNumber}, "1.234.567", quillay, nil, "value_not_number"},
		{"yes is no number", CustomField{Type: TypeNumber}, true, quillay, nil, "value_not_number"},

		{"pesos", CustomField{Type: TypeMoney}, "115061.00", quillay, json.Number("115061"), ""},
		{"half a peso", CustomField{Type: TypeMoney}, "0.5", quillay, nil, "value_too_fine"},
		{"soles", CustomField{Type: TypeMoney}, json.Number("1234.50"), inca, json.Number("1234.5"), ""},
		{"the most money", CustomField{Type: TypeMoney}, "10000000000000.00", inca, json.Number("10000000000000"), ""},
		{"more money than anybody has", CustomField{Type: TypeMoney}, "10000000000000.01", inca, nil, "value_too_large"},
		{"more money than there is", CustomField{Type: TypeMoney}, "92233720368547758.08", inca, nil, "value_too_large"},

		{"a day", CustomField{Type: TypeDate}, "2026-03-12", quillay, "2026-03-12", ""},
		{"a day as the account writes it", CustomField{Type: TypeDate}, " 12-03-2026 ", quillay, "2026-03-12", ""},
		{"a day as another writes it", CustomField{Type: TypeDate}, "12-03-2026", inca, nil, "value_not_date"},
		{"a day that is not", CustomField{Type: TypeDate}, "2026-02-30", quillay, nil, "value_not_date"},
		{"a number is no day", CustomField{Type: TypeDate}, json.Number("20260312"), quillay, nil, "value_not_date"},

		{"true", CustomField{Type: TypeBool}, true, quillay, true, ""},
		{"sí", CustomField{Type: TypeBool}, " SÍ ", quillay, true, ""},
		{"no", CustomField{Type: TypeBool}, "No", quillay, false, ""},
		{"0", CustomField{Type: TypeBool}, json.Number("0"), quillay, false, ""},
		{"maybe", CustomField{Type: TypeBool}, "quizás", quillay, nil, "value_not_bool"},
		{"2", CustomField{Type: TypeBool}, json.Number("2"), quillay, nil, "value_not_bool"},

		{"an option, case aside", CustomField{Type: TypeDropdown, Options: options}, " wéb", quillay, "Web", ""},
		{"no option", CustomField{Type: TypeDropdown, Options: options}, "Calle", quillay, nil, "value_not_option"},
		{"two options of one", CustomField{Type: TypeDropdown, Options: options}, []any{"Web"}, quillay, nil, "value_not_option"},
		{"options in their order, each once", CustomField{Type: TypeMultiSelect, Options: options}, []any{"feria", "Tienda", "Feria", " "}, quillay, []string{"Tienda", "Feria"}, ""},
		{"options as texts", CustomField{Type: TypeMultiSelect, Options: options}, []string{"Web"}, quillay, []string{"Web"}, ""},
		{"options in one text", CustomField{Type: TypeMultiSelect, Options: options}, "Web; Tienda", quillay, []string{"Tienda", "Web"}, ""},
		{"no options", CustomField{Type: TypeMultiSelect, Options: options}, []any{}, quillay, nil, ""},
		{"an option that is not", CustomField{Type: TypeMultiSelect, Options: options}, []any{"Web", "Calle"}, quillay, nil, "value_not_option"},
		{"an option that is no text", CustomField{Type: TypeMultiSelect, Options: options}, []any{true}, quillay, nil, "value_not_option"},

		{"an e-mail", CustomField{Type: TypeEmail}, " Ana@Quillay.example", quillay, "ana@quillay.example", ""},
		{"no e-mail", CustomField{Type: TypeEmail}, "ana", quillay, nil, "value_not_email"},
		{"a phone", CustomField{Type: TypePhone}, "9 6123 4567", quillay, "+56961234567", ""},
		{"a phone as a number, with its country", CustomField{Type: TypePhone}, json.Number("56961234567"), quillay, "+56961234567", ""},
		{"no phone", CustomField{Type: TypePhone}, "123", quillay, nil, "value_not_phone"},
		{"an address", CustomField{Type: TypeURL}, " https://quillay.example/a?b=c#d ", quillay, "https://quillay.example/a?b=c#d", ""},
		{"no scheme", CustomField{Type: TypeURL}, "www.quillay.example", quillay, nil, "value_not_url"},
		{"a script", CustomField{Type: TypeURL}, "javascript:alert(1)", quillay, nil, "value_not_url"},
		{"no host", CustomField{Type: TypeURL}, "https:///a", quillay, nil, "value_not_url"},
		{"a password in it", CustomField{Type: TypeURL}, "https://a:b@quillay.example", quillay, nil, "value_not_url"},
		{"too long an address", CustomField{Type: TypeURL}, "https://quillay.example/" + strings.Repeat("a", 2000), quillay, nil, "value_too_long"},
		{"an unknown type", CustomField{Type: "color"}, "red", quillay, nil, "field_type_unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.to.Key, c.to.Name = "cf_x", "Campo"
			got, err := c.to.Accept(c.value, c.account)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if c.refused == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			wantKey(t, err, Invalid, c.refused)
			if e := (*Error)(nil); errors.As(err, &e) && (e.Field != "custom.cf_x" || e.Params["name"] != "Campo") {
				t.Errorf("at %s, with %v", e.Field, e.Params)
			}
		})
	}
}

// What is accepted is in the form that is kept: accepting it again changes nothing.
func TestWhatIsAcceptedIsAcceptedAsItIs(t *testing.T) {
	types := []FieldType{
		TypeText, TypeLongText, TypeNumber, TypeDecimal, TypeMoney, TypeDate, TypeBool, TypeDropdown, TypeMultiSelect, TypeEmail, TypePhone, TypeURL,
	}
	rapid.Check(t, func(t *rapid.T) {
		f := CustomField{Type: rapid.SampledFrom(types).Draw(t, "type"), Options: []string{"Tienda", "Web", "1", "2026-03-12"}}
		account := rapid.SampledFrom([]Account{quillay, inca, {Country: Mexico, Currency: "USD", DateStyle: DateISO}}).Draw(t, "account")
		value := rapid.OneOf(
			rapid.Map(rapid.String(), func(s string) any { return s }),
			rapid.Map(rapid.StringMatching(`-?[0-9]{0,22}\.?[0-9]{0,6}`), func(s string) any { return s }),
			rapid.Map(rapid.Float64(), func(f float64) any { return f }),
			rapid.Map(rapid.SampledFrom([]string{"12-03-2026", "12/03/2026", "sí", "web;tienda", "https://a.cl", "a@b.cl", "+56961234567"}), func(s string) any { return s }),
			rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{"Web", "tienda", "1"})), func(s []string) any { return s }),
			rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		).Draw(t, "value")
		stored, err := f.Accept(value, account)
		if err != nil || stored == nil {
			return
		}
		again, err := f.Accept(stored, account)
		if err != nil || !cmp.Equal(stored, again) {
			t.Fatalf("%s: %#v gives %#v, and that gives %#v, %v", f.Type, value, stored, again, err)
		}
	})
}

func FuzzAccept(f *testing.F) {
	for _, s := range []string{"1", "-0.10", "12-03-2026", "a\x00b", "https://a.cl", " 7 ", "Web;Tienda"} {
		f.Add(s, `[0-9]+`)
	}
	f.Fuzz(func(t *testing.T, s, pattern string) {
		for _, typ := range []FieldType{TypeText, TypeLongText, TypeNumber, TypeDecimal, TypeMoney, TypeDate, TypeBool, TypeEmail, TypePhone, TypeURL} {
			field := CustomField{Type: typ, Pattern: pattern}
			stored, err := field.Accept(s, quillay)
			if err != nil || stored == nil {
				continue
			}
			if again, err := field.Accept(stored, quillay); err != nil || again != stored {
				t.Errorf("%s: %q gives %#v, and that gives %#v, %v", typ, s, stored, again, err)
			}
		}
	})
}

func TestConvertForAnAccountWithSettingsOfItsOwn(t *testing.T) {
	abroad := Account{Country: Chile, Currency: "USD", DateStyle: DateSlashes}
	options := []string{"Tienda", "Web"}
	for _, c := range []struct {
		name string
		to   FieldType
		v    Value
		want any
		ok   bool
	}{
		{"dollars into money", TypeMoney, AmountValue(Money{1250, "USD"}), json.Number("12.5"), true},
		{"pesos into money in dollars", TypeMoney, AmountValue(Money{1250, "CLP"}), nil, false},
		{"a plain number into money", TypeMoney, TextValue("12.5"), json.Number("12.5"), true},
		{"a number finer than the currency", TypeMoney, TextValue("12.505"), nil, false},
		{"nothing into money", TypeMoney, AmountValue(Money{}), nil, true},
		{"pesos into a decimal", TypeDecimal, AmountValue(Money{1250, "CLP"}), json.Number("1250"), true},
		{"the account's days", TypeDate, TextValue("12/03/2026"), "2026-03-12", true},
		{"the country's days", TypeDate, TextValue("12-03-2026"), "2026-03-12", true},
		{"several lines into long text", TypeLongText, TextValue("a\nb"), "a\nb", true},
		{"yes", TypeBool, TextValue("Sí"), true, true},
		{"a number into yes or no", TypeBool, NumberValue(0), false, true},
		{"another number into yes or no", TypeBool, NumberValue(2), nil, false},
		{"options", TypeMultiSelect, TextValue("web;Tienda"), []string{"Tienda", "Web"}, true},
		{"nothing but separators", TypeMultiSelect, TextValue(" ; "), nil, false},
		{"what is no option", TypeMultiSelect, TextValue("Web;Feria"), nil, false},
		{"an e-mail", TypeEmail, TextValue("A@B.cl"), "a@b.cl", true},
		{"no e-mail", TypeEmail, TextValue("A"), nil, false},
		{"a phone", TypePhone, TextValue("961234567"), "+56961234567", true},
		{"an address", TypeURL, TextValue("https://bsale.cl/view/1"), "https://bsale.cl/view/1", true},
		{"no address", TypeURL, TextValue("bsale.cl"), nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := CustomField{Type: c.to, Options: options}.Convert(c.v, abroad)
			if !cmp.Equal(got, c.want) || ok != c.ok {
				t.Errorf("got %#v, %v; want %#v, %v", got, ok, c.want, c.ok)
			}
		})
	}
}
