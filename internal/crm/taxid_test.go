package crm

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestNormalizeTaxID(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      string
		country Country
		want    string
		generic bool
	}{
		{"RUT", "12345678-5", Chile, "12345678-5", false},
		{"RUT with dots", "12.345.678-5", Chile, "12345678-5", false},
		{"RUT without dash", "123456785", Chile, "12345678-5", false},
		{"RUT with spaces", " 12 345 678 - 5 ", Chile, "12345678-5", false},
		{"RUT with a long dash", "12345678–5", Chile, "12345678-5", false},
		{"RUT with lower-case k", "12.345.670-k", Chile, "12345670-K", false},
		{"RUT with leading zeros", "0012345678-5", Chile, "12345678-5", false},
		{"short RUT", "1-9", Chile, "1-9", false},
		{"one repeated digit can be real", "11.111.111-1", Chile, "11111111-1", false},
		{"generic RUT", "66.666.666-6", Chile, "66666666-6", true},
		{"generic RUT of foreigners", "55555555-5", Chile, "55555555-5", true},
		{"wrong check digit", "12345678-4", Chile, "", false},
		{"k inside", "1234K678-5", Chile, "", false},
		{"no number before the check digit", "-0", Chile, "", false},
		{"zeros only", "00000000-0", Chile, "", false},
		{"nine digits", "123456789-2", Chile, "", false},
		{"a passport", "AB1234567", Chile, "", false},
		{"empty", "", Chile, "", false},
		{"dots only", "..-", Chile, "", false},
		{"broken UTF-8", "12345678\xff5", Chile, "", false},
		{"RUC", "20131312955", Peru, "20131312955", false},
		{"RUC with spaces", "20 131 312 955 ", Peru, "20131312955", false},
		{"RUC with a wrong check digit", "20131312954", Peru, "", false},
		{"DNI", "45678912", Peru, "45678912", false},
		{"DNI with seven digits", "4567891", Peru, "", false},
		{"generic DNI", "00000000", Peru, "00000000", true},
		{"generic DNI of nines", "99999999", Peru, "99999999", true},
		{"a RUT in Peru", "12345670-K", Peru, "", false},
		{"RFC of a company", "abc010203ab1", Mexico, "ABC010203AB1", false},
		{"RFC of a person", "VECJ880326XXX", Mexico, "VECJ880326XXX", false},
		{"RFC with Ñ and &", "ñ&a010203ab1", Mexico, "Ñ&A010203AB1", false},
		{"RFC with dashes", "VECJ-880326-XXX", Mexico, "VECJ880326XXX", false},
		{"generic RFC", "xaxx010101000", Mexico, "XAXX010101000", true},
		{"generic RFC of foreigners", "XEXX010101000", Mexico, "XEXX010101000", true},
		{"RFC too short", "VEC880326XX", Mexico, "", false},
		{"RFC with a letter in the date", "VECJ88O326XXX", Mexico, "", false},
		{"RFC with Ñ at the end", "VECJ880326XXÑ", Mexico, "", false},
		{"unknown country", "12345678-5", "AR", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := NormalizeTaxID(c.in, c.country)
			if want := (TaxID{c.want, c.generic}); got != want || ok != (c.want != "") {
				t.Errorf("NormalizeTaxID(%q, %s) = %+v, %v; want %+v", c.in, c.country, got, ok, want)
			}
		})
	}
}

func TestExactlyOneCheckDigitFitsARUT(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.IntRange(1, 99_999_999).Draw(t, "body")
		var fits []string
		for _, check := range "0123456789K" {
			s := fmt.Sprintf("%d-%c", body, check)
			if id, ok := NormalizeTaxID(s, Chile); ok {
				if id.Normalized != s {
					t.Fatalf("%s gives %s", s, id.Normalized)
				}
				fits = append(fits, s)
			}
		}
		if len(fits) != 1 {
			t.Fatalf("check digits that fit %d: %v", body, fits)
		}
	})
}

func checkTaxID(t interface{ Fatalf(string, ...any) }, s string, c Country) {
	id, ok := NormalizeTaxID(s, c)
	if !ok {
		if id != (TaxID{}) {
			t.Fatalf("%q: not valid, and yet %+v", s, id)
		}
		return
	}
	again, ok := NormalizeTaxID(id.Normalized, c)
	if !ok || again != id {
		t.Fatalf("%q in %s gives %+v, and that gives %+v, %v", s, c, id, again, ok)
	}
}

func TestTaxIDsHaveOneNormalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`0{0,2}[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3} ?-?[0-9kK]`),
			rapid.StringMatching(`[0-9]{8}([0-9]{3})?`), rapid.StringMatching(`[A-Za-zñÑ&]{3,4}[0-9]{6}[A-Za-z0-9]{3}`)).Draw(t, "s")
		checkTaxID(t, s, rapid.SampledFrom([]Country{Chile, Peru, Mexico}).Draw(t, "country"))
	})
}

func FuzzNormalizeTaxID(f *testing.F) {
	for _, s := range []string{"12.345.678-5", "12345670k", "20131312955", "45678912", "ñ&a010203ab1", "XAXX010101000"} {
		for i := range 3 {
			f.Add(s, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, s string, country byte) {
		checkTaxID(t, s, []Country{Chile, Peru, Mexico}[country%3])
	})
}

func BenchmarkNormalizeTaxID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		NormalizeTaxID("12.345.678-5", Chile)
	}
}
