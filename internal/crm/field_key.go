package crm

import (
	"crypto/rand"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	keyLetters = 4
	maxSlug    = 40 // characters; a key stays readable
)

// NewFieldKey returns a key for a custom field, cf_<entity>_<slug>_<4 letters>_<type>: cf_deal_numero_de_documento_kqzt_text. random returns n
// lower-case letters, as [RandomLetters] does; they keep the keys of two fields of one name apart.
func NewFieldKey(entity Entity, name string, t FieldType, random func(n int) string) string {
	return "cf_" + string(entity) + "_" + slug(name) + "_" + random(keyLetters) + "_" + string(t)
}

// maxKey is how many characters a key that somebody brings along may have.
const maxKey = 100

// key returns the key of the field to be made: a fresh one, or the one that is asked for. fields are those that there are.
func (n NewField) key(name string, fields []CustomField, random func(n int) string) (string, error) {
	if n.Key == "" {
		return NewFieldKey(n.Entity, name, n.Type, random), nil
	}
	before, after := "cf_"+string(n.Entity)+"_", "_"+string(n.Type)
	plain := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' }
	if len(n.Key) > maxKey || len(n.Key) <= len(before)+len(after) || !strings.HasPrefix(n.Key, before) || !strings.HasSuffix(n.Key, after) ||
		strings.ContainsFunc(n.Key, func(r rune) bool { return !plain(r) }) {
		return "", NewError(Invalid, "field_key_invalid", "key", clip(cleanText(n.Key)), "form", before+"…"+after).At("key")
	}
	if slices.ContainsFunc(fields, func(f CustomField) bool { return f.Key == n.Key }) {
		return "", NewError(Conflict, "field_key_taken", "key", n.Key).At("key")
	}
	return n.Key, nil
}

// slug writes a name with a–z, 0–9 and single underscores, accents dropped; a name without any of them is "campo".
func slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(name) {
		if b.Len() >= maxSlug {
			break
		}
		r = unicode.ToLower(r)
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
		default:
			gap = true
		}
	}
	if b.Len() == 0 {
		return "campo"
	}
	return b.String()
}

// RandomLetters returns n lower-case letters that nobody can foretell.
func RandomLetters(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	b := make([]byte, 0, n)
	var some [16]byte
	for len(b) < n {
		_, _ = rand.Read(some[:]) // never fails (crypto/rand)
		for _, c := range some {
			// 234 is the largest multiple of 26 in a byte; above it some letters would come more often.
			if c < 234 && len(b) < n {
				b = append(b, letters[c%26])
			}
		}
	}
	return string(b)
}
