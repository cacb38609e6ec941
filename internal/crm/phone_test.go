package crm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

func TestNormalizePhone(t *testing.T) {
	for _, c := range []struct {
		name    string
		in      string
		country Country
		want    string
	}{
		{"Chilean mobile with prefix", "+56 9 5555 0199", Chile, "+56955550199"},
		{"prefix without plus", "56955550199", Chile, "+56955550199"},
		{"prefix with the way out", "0056955550199", Chile, "+56955550199"},
		{"mobile as dialled", "955550199", Chile, "+56955550199"},
		{"Santiago, in groups", "2 2555 0101", Chile, "+56225550101"},
		{"Santiago, area in brackets", "(2) 2555-0101", Chile, "+56225550101"},
		{"text before it", "fono: 9 5555 0199", Chile, "+56955550199"},
		{"dots", "Cel. 9.5555.0199", Chile, "+56955550199"},
		{"extension", "2 2555 0101 anexo 12", Chile, "+56225550101"},
		{"service number", "600 123 4567", Chile, "+566001234567"},
		{"full-width digits", "９５５５５０１９９", Chile, "+56955550199"},
		{"mobile with the 9 missing", "5555 0199", Chile, ""},
		{"mobiles do not begin like that", "912345678", Chile, ""},
		{"two numbers", "955550199 / 955550198", Chile, ""},
		{"a name after it", "955550199 Ana", Chile, ""},
		{"all zeros", "000000000", Chile, ""},
		{"the emergency number", "133", Chile, ""},
		{"a word", "no tiene", Chile, ""},
		{"an e-mail", "ana1234567@example.invalid", Chile, ""},
		{"empty", "", Chile, ""},
		{"too long", strings.Repeat("9", 300), Chile, ""},
		{"of another country", "+1 212 555 0199", Chile, "+12125550199"},
		{"Peruvian mobile", "987 654 321", Peru, "+51987654321"},
		{"Lima", "01 444 5555", Peru, "+5114445555"},
		{"Mexico City", "55 1234 5678", Mexico, "+525512345678"},
		{"Mexican mobile as written until 2019, invalid since", "+52 1 55 1234 5678", Mexico, ""},
		{"unknown country", "+56955550199", "AR", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 2 { // the second answer is a kept one
				got, ok := NormalizePhone(c.in, c.country)
				if got != c.want || ok != (c.want != "") {
					t.Errorf("NormalizePhone(%q, %s) = %q, %v; want %q", c.in, c.country, got, ok, c.want)
				}
			}
		})
	}
}

func checkPhone(t interface{ Fatalf(string, ...any) }, s string, c Country) {
	n, ok := NormalizePhone(s, c)
	// The short cuts must not change what libphonenumber says.
	want := ""
	if p, err := phonenumbers.Parse(s, string(c)); err == nil && phonenumbers.IsValidNumber(p) {
		want = phonenumbers.Format(p, phonenumbers.E164)
	}
	if n != want || ok != (n != "") {
		t.Fatalf("%q in %s: got %q, %v; libphonenumber says %q", s, c, n, ok, want)
	}
	if !ok {
		return
	}
	again, ok := NormalizePhone(n, c)
	if !ok || again != n {
		t.Fatalf("%q in %s gives %q, and that gives %q, %v", s, c, n, again, ok)
	}
	if n[0] != '+' || len(n) < 7 || len(n) > 16 || !allDigits([]byte(n[1:])) {
		t.Fatalf("%q in %s gives %q, which is no E.164", s, c, n)
	}
}

func TestPhonesHaveOneNormalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching(`(fono |\+|00)?(56|51|52|1)?[ 0-9().-]{5,16}( ?(x|ext|anexo) ?[0-9]{1,4})?`),
			rapid.StringMatching(`(\+56)?9[3-9][0-9]{7}`),
		).Draw(t, "s")
		checkPhone(t, s, rapid.SampledFrom([]Country{Chile, Peru, Mexico}).Draw(t, "country"))
	})
}

func FuzzNormalizePhone(f *testing.F) {
	for _, s := range []string{"+56 9 5555 0199", "2 2555 0101", "fono 955550199", "tel:+56955550199;ext=3", "600 FLORES", "+52 1 55 1234 5678", "０９５５５５０１９９"} {
		for i := range 3 {
			f.Add(s, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, s string, country byte) {
		checkPhone(t, s, []Country{Chile, Peru, Mexico}[country%3])
	})
}

func BenchmarkNormalizePhone(b *testing.B) {
	fresh := make([]string, 20000)
	for i := range fresh {
		fresh[i] = fmt.Sprintf("+56 9 5%03d %04d", i%1000, i)
	}
	b.Run("never seen", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			NormalizePhone(fresh[i%len(fresh)], Chile)
		}
	})
	b.Run("seen before", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NormalizePhone("+56 9 5555 0199", Chile)
		}
	})
	b.Run("no phone at all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NormalizePhone("s/n", Chile)
		}
	})
}

func TestPhonesAreWrittenWithTheirCountry(t *testing.T) {
	for normal, want := range map[string]string{
		"+56973333840": "+56 9 7333 3840", "+56225550101": "+56 2 2555 0101", "+12125550199": "+1 212-555-0199", "fono": "fono", "": "",
	} {
		if got := FormatPhone(normal); got != want {
			t.Errorf("%q is %q, want %q", normal, got, want)
		}
	}
}
