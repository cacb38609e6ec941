package crm

import (
	"strings"
	"unicode/utf8"
)

// TaxID is a valid tax id in its normal form. A generic one stands for "the public" or "a foreigner" and is nobody's.
type TaxID struct {
	Normalized string
	Generic    bool
}

// maxTaxIDText bounds what is looked at; the longest real one has 13 characters, dots and spaces aside.
const maxTaxIDText = 64

// NormalizeTaxID reads a tax id of the country: Chile's RUT (12345678-5, modulo 11), Peru's RUC (11 digits, with check digit) or DNI (8
// digits), Mexico's RFC (12 or 13, upper case). Dots, spaces and dashes are passed over. It is false when shape or check digit are wrong.
func NormalizeTaxID(s string, c Country) (TaxID, bool) {
	if s == "" || len(s) > maxTaxIDText {
		return TaxID{}, false
	}
	switch c {
	case Chile:
		return normalizeRUT(s)
	case Peru:
		return normalizeRUC(s)
	case Mexico:
		return normalizeRFC(s)
	}
	return TaxID{}, false
}

// stripTaxID leaves out dots, spaces and dashes, and puts the rest in upper case. A letter outside A–Z other than Ñ, or more
// than 16 characters, are false.
func stripTaxID(s string, buf *[16]byte) (b []byte, ok bool) {
	b = buf[:0]
	for i := 0; i < len(s); {
		c := s[i]
		size := 1
		switch {
		case c == '.' || c == ' ' || c == '-' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			switch r {
			case 'ñ', 'Ñ':
				c = tilde
			case '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212': // a hard space, and what passes for a dash
				i += size
				continue
			default:
				return nil, false
			}
		}
		if len(b) == len(buf) {
			return nil, false
		}
		b = append(b, c)
		i += size
	}
	return b, true
}

// tilde stands for Ñ while there is one byte per letter.
const tilde = 0xd1

func normalizeRUT(s string) (TaxID, bool) {
	var buf [16]byte
	b, ok := stripTaxID(s, &buf)
	if !ok || len(b) < 2 {
		return TaxID{}, false
	}
	body, check := b[:len(b)-1], b[len(b)-1]
	for len(body) > 0 && body[0] == '0' {
		body = body[1:]
	}
	if len(body) == 0 || len(body) > 8 || !allDigits(body) || rutCheck(body) != check {
		return TaxID{}, false
	}
	out := make([]byte, 0, len("12345678-5"))
	out = append(append(out, body...), '-', check)
	n := string(out)
	return TaxID{n, n == "66666666-6" || n == "55555555-5"}, true
}

// rutCheck is the check digit of modulo 11: weights 2 to 7 from the right, again and again.
func rutCheck(body []byte) byte {
	sum, weight := 0, 2
	for i := len(body) - 1; i >= 0; i-- {
		sum += int(body[i]-'0') * weight
		if weight++; weight == 8 {
			weight = 2
		}
	}
	return "0K987654321"[sum%11]
}

func normalizeRUC(s string) (TaxID, bool) {
	var buf [16]byte
	b, ok := stripTaxID(s, &buf)
	if !ok || !allDigits(b) {
		return TaxID{}, false
	}
	switch len(b) {
	case 8:
		n := string(b)
		return TaxID{n, n == "00000000" || n == "99999999"}, true
	case 11:
		sum := 0
		for i, weight := range [10]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
			sum += int(b[i]-'0') * weight
		}
		if b[10] != '0'+byte((11-sum%11)%10) {
			return TaxID{}, false
		}
		return TaxID{string(b), false}, true
	}
	return TaxID{}, false
}

func normalizeRFC(s string) (TaxID, bool) {
	var buf [16]byte
	b, ok := stripTaxID(s, &buf)
	if !ok || len(b) != 12 && len(b) != 13 { // a company's; a person's
		return TaxID{}, false
	}
	letters := len(b) - 9
	for i, c := range b {
		letter, digit := c >= 'A' && c <= 'Z', c >= '0' && c <= '9'
		switch {
		case i < letters:
			ok = letter || c == '&' || c == tilde
		case i < letters+6:
			ok = digit
		default:
			ok = letter || digit
		}
		if !ok {
			return TaxID{}, false
		}
	}
	var n strings.Builder
	for _, c := range b {
		if c == tilde {
			n.WriteRune('Ñ')
		} else {
			n.WriteByte(c)
		}
	}
	return TaxID{n.String(), n.String() == "XAXX010101000" || n.String() == "XEXX010101000"}, true
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
