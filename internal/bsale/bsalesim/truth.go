package bsalesim

import (
	"slices"
	"strings"
)

// deriveTruth works out the truth of a client made by hand, posted or changed. The
// generator does not use it: it knows the truth before it writes the variant.
//
// A phone is only understood when it looks like one of phoneVariants' plain forms;
// for anything else set Truth yourself.
func deriveTruth(c country, cl *Client) Truth {
	var t Truth
	t.Email = emailTruth(cl.Email)
	if cl.Phone != nil {
		t.Phone = phoneTruth(c, *cl.Phone)
	}
	form := codeForm(c, cl.Code)
	t.Generic = slices.Contains(c.generic, form)
	if cl.Foreigner {
		return t
	}
	t.CodeForm = form
	if !t.Generic {
		t.TaxID = form
	}
	return t
}

func emailTruth(raw string) string {
	e := strings.ToLower(strings.TrimSpace(raw))
	local, domain, ok := strings.Cut(e, "@")
	if !ok || local == "" || len(e) > 254 || strings.ContainsAny(e, " \t\r\n,;<>") || strings.Contains(domain, "@") {
		return ""
	}
	if dot := strings.IndexByte(domain, '.'); dot <= 0 || strings.HasSuffix(domain, ".") {
		return ""
	}
	return e
}

// codeForm is the normal form of a valid tax id, else "".
func codeForm(c country, raw string) string {
	switch c.code {
	case "CL":
		s := strings.ToUpper(strings.NewReplacer(".", "", " ", "", "-", "").Replace(raw))
		if len(s) < 2 {
			return ""
		}
		body := strings.TrimLeft(s[:len(s)-1], "0")
		if body == "" || !allDigits(body) || len(body) > 8 || s[len(s)-1:] != rutDigit(body) {
			return ""
		}
		return body + "-" + s[len(s)-1:]
	case "PE":
		s := strings.TrimSpace(raw)
		if allDigits(s) && (len(s) == 8 || len(s) == 11 && s[10:] == rucDigit(s[:10])) {
			return s
		}
		return ""
	default:
		s := strings.ToUpper(strings.TrimSpace(raw))
		if isRFC(s) {
			return s
		}
		return ""
	}
}

// rutDigit is Chile's modulo 11 check digit for the digits of a RUT.
func rutDigit(body string) string {
	sum, weight := 0, 2
	for i := len(body) - 1; i >= 0; i-- {
		sum += int(body[i]-'0') * weight
		if weight++; weight > 7 {
			weight = 2
		}
	}
	switch d := 11 - sum%11; d {
	case 11:
		return "0"
	case 10:
		return "K"
	default:
		return string(rune('0' + d))
	}
}

// rucDigit is Peru's check digit for the first ten digits of a RUC.
func rucDigit(body string) string {
	weights := [...]int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, w := range weights {
		sum += int(body[i]-'0') * w
	}
	return string(rune('0' + (11-sum%11)%10))
}

func isRFC(s string) bool {
	r := []rune(s)
	if len(r) != 12 && len(r) != 13 {
		return false
	}
	letters := len(r) - 9
	for i, c := range r {
		switch {
		case i < letters:
			if (c < 'A' || c > 'Z') && c != 'Ñ' && c != '&' {
				return false
			}
		case i < letters+6:
			if c < '0' || c > '9' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
				return false
			}
		}
	}
	return true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// phoneTruth knows the plain spellings only: digits with the usual punctuation, with
// or without the country's prefix.
func phoneTruth(c country, raw string) string {
	s := strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "").Replace(raw)
	plus := strings.HasPrefix(s, "+")
	s = strings.TrimPrefix(s, "+")
	if !allDigits(s) {
		return ""
	}
	switch c.code {
	case "CL":
		national := strings.TrimPrefix(s, "56")
		if len(national) != 9 || plus && len(s) != 11 {
			return ""
		}
		if national[0] == '9' && national[1] >= '3' && national[1] <= '8' || strings.HasPrefix(national, "225") {
			return "+56" + national
		}
	case "PE":
		national := s
		if len(s) == 11 {
			national = strings.TrimPrefix(s, "51")
		}
		if len(national) == 9 && national[0] == '9' && (!plus || len(s) == 11) {
			return "+51" + national
		}
	case "MX":
		national := s
		if len(s) == 12 {
			national = strings.TrimPrefix(s, "52")
		}
		if len(national) == 10 && (!plus || len(s) == 12) && slices.ContainsFunc([]string{"55", "33", "81", "442"}, func(p string) bool { return strings.HasPrefix(national, p) }) {
			return "+52" + national
		}
	}
	return ""
}
