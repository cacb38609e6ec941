package crm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxEmail is the longest address that mail servers carry, in characters (RFC 5321, with erratum 1690).
const maxEmail = 254

// NormalizeEmail returns an address trimmed, in lower case and with the usual characters in the place of their variants (full-width letters, letters with a separate
// accent), the form under which it is looked up. It is false when s is not one address local@domain with a dot inside the domain: two addresses in one field are
// nobody's address.
func NormalizeEmail(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	s = usualLetters(strings.TrimSpace(s))
	if len(s) < len("a@b.c") || len(s) > maxEmail && utf8.RuneCountInString(s) > maxEmail {
		return "", false
	}
	at := strings.IndexByte(s, '@')
	if at <= 0 {
		return "", false
	}
	domain := s[at+1:]
	if !strings.Contains(domain, ".") || domain[0] == '.' || domain[len(domain)-1] == '.' || strings.Contains(domain, "..") {
		return "", false
	}
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c <= ' ' || c == 0x7f || c == '@' && i != at || c == ',' || c == ';' || c == '<' || c == '>' {
				return "", false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return "", false // a zero-width space pasted along looks like nothing and matches nothing
		}
		i += size
	}
	return s, true
}

// usualLetters returns text in lower case and in the normal form NFKC, in which what looks alike is alike.
func usualLetters(s string) string {
	lower := strings.ToLower(s)
	if isASCII(lower) {
		return lower
	}
	return norm.NFKC.String(strings.ToLower(norm.NFKC.String(s)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
