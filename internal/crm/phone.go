package crm

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

	"github.com/nyaruka/phonenumbers"
)

const (
	maxPhoneText  = 250 // bytes; libphonenumber reads no more either
	minPhoneChars = 6   // digits and letters; the shortest valid numbers, with their country's code, have seven
)

// NormalizePhone returns a phone number in E.164, the form under which it is looked up. A number without a country's prefix is one of
// c's. Text before the number is passed over ("fono: 9 5555 0199"), an extension is dropped, and what libphonenumber does not
// hold for a valid number is none: two numbers in one field, a number with a digit missing, a name.
//
// It is pure; parsing costs some 15 µs, so the last results are kept.
func NormalizePhone(s string, c Country) (string, bool) {
	if !c.Valid() || len(s) > maxPhoneText || !maybePhone(s) {
		return "", false
	}
	slot := &phoneMemo[maphash.String(phoneSeed, s)%uint64(len(phoneMemo))]
	if e := slot.Load(); e != nil && e.text == s && e.country == c {
		return e.normal, e.normal != ""
	}
	normal := parsePhone(s, c)
	slot.Store(&phoneEntry{text: strings.Clone(s), country: c, normal: normal})
	return normal, normal != ""
}

// phoneMemo is a direct-mapped cache: a customer buys more than once, and one document asks for one phone several times.
var (
	phoneMemo [4096]atomic.Pointer[phoneEntry]
	phoneSeed = maphash.MakeSeed()
)

type phoneEntry struct {
	text    string
	country Country
	normal  string // empty: not usable
}

// maybePhone rejects cheaply what has too little in it to be a phone.
func maybePhone(s string) bool {
	n := 0
	for i := range len(s) {
		b := s[i]
		if b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' || b >= 0x80 {
			if n++; n == minPhoneChars {
				return true
			}
		}
	}
	return false
}

func parsePhone(s string, c Country) string {
	n, err := phonenumbers.Parse(s, string(c))
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

// FormatPhone returns a phone number in E.164 as people write it with its country: "+56 9 7333 3840". What is no number stays as it is.
func FormatPhone(normal string) string {
	n, err := phonenumbers.Parse(normal, phonenumbers.UNKNOWN_REGION)
	if err != nil {
		return normal
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}
