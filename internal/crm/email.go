package crm

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxEmail is the longest address that mail servers carry, in characters (RFC 5321, with erratum 1690).
const maxEmail = 254

// NormalizeEmail returns an address trimmed and in lower case, the form under which it is looked up. It is false when s is not
// one address local@domain with a dot inside the domain: two addresses in one field are nobody's address.
func NormalizeEmail(s string) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	s = strings.ToLower(strings.TrimSpace(s))
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
