package crm

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNormalizeEmail(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "ana@example.invalid", "ana@example.invalid"},
		{"trimmed and in lower case", "  Ana.Perez@Example.INVALID\t", "ana.perez@example.invalid"},
		{"plus and dots stay", "a.b+c@d.example", "a.b+c@d.example"},
		{"letters beyond ASCII", "ÑANDÚ@correo.example", "ñandú@correo.example"},
		{"full-width letters", "ｍｏｎｉｃａ＠central.example", "monica@central.example"},
		{"an accent of its own", "n\u0303andu\u0301@correo.example", "ñandú@correo.example"},
		{"a full-width space inside", "ana\u3000perez@x.example", ""},
		{"two addresses by a full-width comma", "a@x.example，b@x.example", ""},
		{"254 characters", strings.Repeat("a", 244) + "@b.example", strings.Repeat("a", 244) + "@b.example"},
		{"255 characters", strings.Repeat("a", 245) + "@b.example", ""},
		{"empty", "", ""},
		{"blank", "   ", ""},
		{"no at", "ana.example", ""},
		{"nothing before the at", "@example.invalid", ""},
		{"nothing after the at", "ana@", ""},
		{"no dot in the domain", "ana@localhost", ""},
		{"dot at the domain's start", "ana@.example", ""},
		{"dot at the domain's end", "ana@example.", ""},
		{"two dots in a row", "ana@a..example", ""},
		{"space inside", "ana perez@x.example", ""},
		{"hard space inside", "ana\u00a0perez@x.example", ""},
		{"zero-width space inside", "ana\u200b@x.example", ""},
		{"two addresses", "a@x.example,b@x.example", ""},
		{"two addresses by slash", "a@x.example/b@x.example", ""},
		{"semicolon at the end", "a@x.example;", ""},
		{"with a name", "Ana<a@x.example>", ""},
		{"NUL", "a\x00@x.example", ""},
		{"broken UTF-8", "a\xff@x.example", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := NormalizeEmail(c.in)
			if got != c.want || ok != (c.want != "") {
				t.Errorf("NormalizeEmail(%q) = %q, %v; want %q", c.in, got, ok, c.want)
			}
		})
	}
}

func checkEmail(t interface{ Fatalf(string, ...any) }, s string) {
	n, ok := NormalizeEmail(s)
	if !ok {
		if n != "" {
			t.Fatalf("%q: not usable, and yet %q", s, n)
		}
		return
	}
	again, ok := NormalizeEmail(n)
	if !ok || again != n {
		t.Fatalf("%q gives %q, and that gives %q, %v", s, n, again, ok)
	}
	if strings.Count(n, "@") != 1 || strings.ContainsAny(n, " \t\n") {
		t.Fatalf("%q gives %q", s, n)
	}
	spaced, ok := NormalizeEmail(" " + s + "\n")
	if !ok || spaced != n {
		t.Fatalf("%q with spaces around gives %q, %v; want %q", s, spaced, ok, n)
	}
}

func TestEmailsHaveOneNormalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkEmail(t, rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-zñİſ.+]{0,8}@?[A-Z a-z.]{0,8}\.[A-Za-z]{0,4}`)).Draw(t, "s"))
	})
}

func FuzzNormalizeEmail(f *testing.F) {
	for _, s := range []string{"ana@example.invalid", " A@B.C ", "a@b@c.d", "İ@x.y", "a@b.c\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkEmail(t, s) })
}

func BenchmarkNormalizeEmail(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		NormalizeEmail("Valentina.Aros@Example.invalid")
	}
}
