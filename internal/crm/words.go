package crm

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// maxWord is how many bytes of a word count, and maxWords how many words of one record: a name that somebody pasted a page into is found by its beginning.
const (
	maxWord  = 64
	maxWords = 64
)

// Fold returns text without case and accents, by which people's words are compared: "ÑANDÚ" and "nandu" fold to the same. It is trimmed, with single spaces.
func Fold(s string) string {
	folded, spaces := fold(s)
	if !spaces {
		return folded
	}
	return strings.Join(strings.Fields(folded), " ")
}

// fold also says whether there is anything to do about spaces.
func fold(s string) (folded string, spaces bool) {
	var b strings.Builder
	b.Grow(len(s))
	last := ' '
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return foldAny(s), true
		}
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		spaces = spaces || c < ' ' || c == ' ' && last == ' '
		last = rune(c)
		b.WriteByte(c)
	}
	return b.String(), spaces || last == ' '
}

func foldAny(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		// What is one letter in capitals may be two in small ones, and accents of their own.
		b.WriteRune(unicode.ToLower(unicode.ToUpper(r)))
	}
	return b.String()
}

// chunk is what a person takes for one word: letters and digits, maybe with what joins them inside (12.345.678-5, maria.gonzalez@quillay.example).
type chunk struct {
	text   string   // folded, without joiners at the ends
	pieces []string // what lies between the joiners
	digits bool     // there is a digit in it
	spaced bool     // nothing but space lies between it and the chunk before
}

// joiners hold the pieces of a chunk together; everything else that is no letter or digit ends it.
const joiners = ".@_-+"

// spaces may lie between the groups of a phone.
const spaces = " ()"

func chunks(s string) []chunk {
	rest, _ := fold(s)
	var all []chunk
	for {
		start := strings.IndexFunc(rest, isChunkRune)
		if start < 0 {
			return all
		}
		length := strings.IndexFunc(rest[start:], func(r rune) bool { return !isChunkRune(r) })
		if length < 0 {
			length = len(rest) - start
		}
		if c, ok := newChunk(rest[start : start+length]); ok {
			c.spaced = strings.Trim(rest[:start], spaces) == ""
			all = append(all, c)
		}
		rest = rest[start+length:]
	}
}

func newChunk(t string) (chunk, bool) {
	t = strings.Trim(t, joiners)
	c := chunk{text: t, digits: strings.ContainsFunc(t, unicode.IsDigit)}
	if strings.ContainsAny(t, joiners) {
		c.pieces = strings.FieldsFunc(t, func(r rune) bool { return !isWordRune(r) })
	} else {
		c.pieces = []string{t}
	}
	return c, t != ""
}

func isChunkRune(r rune) bool { return isWordRune(r) || strings.ContainsRune(joiners, r) }

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// whole returns the chunk as one word: an e-mail and a domain with their dots, a number or a code without what divides it; empty when it is nothing but
// its pieces (perez-cotapos).
func (c chunk) whole() string {
	switch {
	case len(c.pieces) == 1 || strings.Contains(c.text, "@"):
		return c.text
	case c.digits:
		return strings.Join(c.pieces, "")
	case strings.Contains(c.text, "."):
		return c.text
	}
	return ""
}

// Words returns the words by which a text is found, in no order, some maybe twice.
func Words(s string) []string {
	var words []string
	all := chunks(s)
	for i, c := range all {
		words = append(words, c.words()...)
		if phone, n := groupedDigits(all[i:]); n > 1 {
			words = append(words, phone)
		}
	}
	return words
}

func (c chunk) words() []string {
	if local, domain, ok := strings.Cut(c.text, "@"); ok {
		return append(append([]string{c.text}, Words(local)...), domainWords(domain)...)
	}
	if len(c.pieces) == 1 {
		return c.pieces
	}
	if whole := c.whole(); whole != "" {
		return append([]string{whole}, c.pieces...)
	}
	return c.pieces
}

// domainWords leaves out the top level: nobody looks for all customers with an address in .com.
func domainWords(domain string) []string {
	words := Words(domain)
	if dot := strings.LastIndexByte(domain, '.'); dot >= 0 && len(words) > 1 {
		words = words[:len(words)-1]
	}
	return words
}

// SearchTerms returns what a search asks for: each term has to begin one of a record's words. A phone may be written in groups ("+56 9 5555 0199").
func SearchTerms(search string) []string {
	var terms []string
	add := func(term string) {
		if term = cutWord(term); term != "" && !slices.Contains(terms, term) && len(terms) < maxWords {
			terms = append(terms, term)
		}
	}
	all := chunks(search)
	for i := 0; i < len(all); i++ {
		c := all[i]
		if phone, n := groupedDigits(all[i:]); n > 1 {
			add(phone)
			i += n - 1
			continue
		}
		if whole := c.whole(); whole != "" {
			add(whole)
			continue
		}
		for _, piece := range c.pieces {
			add(piece)
		}
	}
	return terms
}

// Digits of a phone, maybe not written to its end.
const minGroupedDigits, maxGroupedDigits = 6, 15

// groupedDigits returns the digits of the chunks with which all begins and that are nothing but digits with space between them, and how many chunks they are, if
// together they look like a phone.
func groupedDigits(all []chunk) (digits string, n int) {
	for i, c := range all {
		joined := strings.Join(c.pieces, "")
		if i > 0 && !c.spaced || !allDigits([]byte(joined)) || len(digits)+len(joined) > maxGroupedDigits {
			break
		}
		digits += joined
		n++
	}
	if len(digits) < minGroupedDigits {
		return "", 0
	}
	return digits, n
}

// SearchWords returns the words by which a contact is found, each once and in order, without those that begin another one: a search for "mar" that finds
// "maria" finds "mar".
func (c *Contact) SearchWords() []string {
	words := Words(c.FirstName)
	words = append(words, Words(c.LastName)...)
	words = append(words, Words(c.Company)...)
	for _, i := range c.Identities {
		words = append(words, i.words()...)
	}
	return distinctWords(words)
}

func (i Identity) words() []string {
	switch i.Kind {
	case IdentityEmail:
		return Words(i.Normalized)
	case IdentityPhone:
		return phoneWords(i.Normalized)
	case IdentityTaxID:
		return []string{strings.Join(strings.FieldsFunc(foldAny(i.Normalized), func(r rune) bool { return !isWordRune(r) }), "")}
	}
	return nil
}

// lastDigits are those by which people know a phone when codes of country and area change.
const lastDigits = 8

// phoneWords returns a number in E.164 as its digits, the national number and the last eight digits.
func phoneWords(e164 string) []string {
	digits := strings.TrimPrefix(e164, "+")
	words := []string{digits}
	for n := 1; n <= 3 && n < len(digits); n++ {
		code := 0
		for _, d := range digits[:n] {
			code = code*10 + int(d-'0')
		}
		if phonenumbers.GetRegionCodeForCountryCode(code) != phonenumbers.UNKNOWN_REGION {
			words = append(words, digits[n:])
			break
		}
	}
	if len(digits) > lastDigits {
		words = append(words, digits[len(digits)-lastDigits:])
	}
	return words
}

// SearchWords returns the words of a deal's own, as those of a contact.
func (d *Deal) SearchWords() []string { return distinctWords(Words(d.Name)) }

// distinctWords sorts words and drops those that begin another one.
func distinctWords(words []string) []string {
	for i, w := range words {
		words[i] = cutWord(w)
	}
	slices.Sort(words)
	kept := words[:0]
	for i, w := range words {
		if w != "" && (i+1 == len(words) || !strings.HasPrefix(words[i+1], w)) {
			kept = append(kept, w)
		}
	}
	return kept[:min(len(kept), maxWords)]
}

// cutWord cuts a word at a letter's end.
func cutWord(w string) string { return cutText(w, maxWord) }

// cutText returns as much of s as fits into n bytes, at a letter's end.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
