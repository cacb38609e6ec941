package crm

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		"Ñandú":                       "nandu",
		"  María   JOSÉ\t de  Ávila ": "maria jose de avila",
		"MARÍA":                       "maria",
		"İstanbul":                    "istanbul",
		"straße STRASSE":              "straße strasse",
		"Ｆｕｌｌ ﬁ":                      "full fi",
		"12.345-6":                    "12.345-6",
		"\u0301":                      "",
		"a\x00b":                      "a\x00b",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("María  José")
	f.Add("\xff ŉ Ǆ")
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if utf8.ValidString(s) && Fold(once) != once {
			t.Errorf("Fold(%q) = %q, and again %q", s, once, Fold(once))
		}
		for _, w := range append(Words(s), SearchTerms(s)...) {
			if w == "" || !utf8.ValidString(w) || strings.ContainsAny(w, " \x00\n") || w != Fold(w) {
				t.Errorf("%q has the word %q", s, w)
			}
		}
	})
}

func TestSearchWords(t *testing.T) {
	c := Contact{
		FirstName: "María José", LastName: "Pérez-Cotapos", Company: "Ferretería O'Higgins S.A.",
		Identities: []Identity{
			{IdentityKey: IdentityKey{IdentityEmail, "maria.perez23@ventas.quillay.example"}},
			{IdentityKey: IdentityKey{IdentityPhone, "+56955550199"}},
			{IdentityKey: IdentityKey{IdentityTaxID, "12345678-K"}},
			{IdentityKey: IdentityKey{"other", "zz"}},
		},
	}
	want := []string{
		"12345678k", "55550199", "56955550199", "955550199", "a", "cotapos", "ferreteria", "higgins", "jose", "maria.perez23@ventas.quillay.example", "mariaperez23", "o",
		"perez23", "quillay", "s.a", "ventas.quillay.example",
	}
	if got := c.SearchWords(); !slices.Equal(got, want) {
		t.Errorf("words are %q, want %q", got, want)
	}
	if got := (&Contact{}).SearchWords(); len(got) > 0 {
		t.Errorf("nothing has the words %q", got)
	}
	long := Contact{FirstName: strings.Repeat("ñ", 200), LastName: strings.Repeat("palabra1 palabra2 ", 500)}
	if got := long.SearchWords(); len(got) != 3 || len(got[0]) > maxWord {
		t.Errorf("a long name has the words %q", got)
	}
	d := Deal{Name: "Boleta 1.234 – María"}
	if got, want := d.SearchWords(), []string{"1234", "234", "boleta", "maria"}; !slices.Equal(got, want) {
		t.Errorf("words are %q, want %q", got, want)
	}
}

func TestSearchTerms(t *testing.T) {
	for in, want := range map[string][]string{
		"":                           nil,
		" . ":                        nil,
		"María  GONZÁ":               {"maria", "gonza"},
		"12.345.678-k":               {"12345678k"},
		"+56 9 5555 0199":            {"56955550199"},
		"9 5555 01":                  {"9555501"},
		"1234 boleta 5678":           {"1234", "boleta", "5678"},
		"12 34":                      {"12", "34"},
		"maria.perez23@quillay":      {"maria.perez23@quillay"},
		"quillay.example":            {"quillay.example"},
		"Pérez-Cotapos":              {"perez", "cotapos"},
		"F-1234":                     {"f1234"},
		"mar mar":                    {"mar"},
		"(2) 5555-0199":              {"255550199"},
		"111111 222222 333333 44444": {"111111222222", "33333344444"},
		"123/456":                    {"123", "456"},
	} {
		if got := SearchTerms(in); !slices.Equal(got, want) {
			t.Errorf("SearchTerms(%q) = %q, want %q", in, got, want)
		}
	}
}

// What stands in a record finds it, however it is written.
func TestWordsAreFoundByThemselves(t *testing.T) {
	for _, text := range []string{
		"María", "Pérez-Cotapos", "S.A.", "12.345.678-5", "F-1234", "maria.gonzalez@quillay.example", "j.perez_23@sub.correo.example", "sodimac.example", "3M", "A+B", "O'Higgins",
		"Calle 12.345", "2026-03-12", "C.1-2@x.cl", "Boletas 1234 5678", "123/456",
	} {
		words := Words(text)
		for _, term := range SearchTerms(text) {
			if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, term) }) {
				t.Errorf("%q has the words %q, and asks for %q", text, words, term)
			}
		}
	}
}

func FuzzWordsAreFoundByThemselves(f *testing.F) {
	f.Add("María j.perez23@correo.example 12.345.678-5")
	f.Fuzz(func(t *testing.T, text string) {
		words := Words(text)
		for _, term := range SearchTerms(text) {
			if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(cutWord(w), term) }) {
				t.Errorf("%q has the words %q, and asks for %q", text, words, term)
			}
		}
	})
}
