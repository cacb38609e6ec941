package bsale

import (
	"fmt"
	"log/slog"
	"strings"
)

// Token is a Bsale access token. Whatever way it is printed, logged or marshalled it shows only
// its last four characters; [Token.Secret] is the one way to the text, so that a search for that
// name finds every place that handles it. (As the key of a map encoding/json writes any string as it
// is; do not key maps by tokens.)
//
// A token has no scopes and no documented expiry: whoever holds it is the company. One token also
// decides sandbox or production. Source: docs/bsale.md, "Tokens".
type Token string

// Secret returns the token itself, for the access_token header or for sealing. Never log it.
func (t Token) Secret() string { return string(t) }

// LastFour returns the last four characters, enough for a person to tell two tokens apart. A token
// shorter than twelve characters would be half shown by that, so it gives "".
func (t Token) LastFour() string {
	if len(t) < 12 {
		return ""
	}
	return string(t[len(t)-4:])
}

// String returns "…" and the last four characters; "" for an empty token.
func (t Token) String() string {
	if t == "" {
		return ""
	}
	return "…" + t.LastFour()
}

// GoString is String in quotes, so that %#v does not show the token.
func (t Token) GoString() string { return fmt.Sprintf("%q", t.String()) }

// Format writes the redacted form for every verb, %x and %s included.
func (t Token) Format(f fmt.State, verb rune) {
	if verb == 'q' || (verb == 'v' && f.Flag('#')) {
		_, _ = fmt.Fprintf(f, "%q", t.String())
		return
	}
	_, _ = f.Write([]byte(t.String()))
}

// LogValue makes log/slog print the redacted form.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText returns the redacted form: a token does not survive being written out by accident.
// Store the result of Secret, sealed, instead.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalJSON returns the redacted form as a JSON string.
func (t Token) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf("%q", t.String())), nil }

// Clean drops the blanks and line ends that copying from a mail adds.
func (t Token) Clean() Token { return Token(strings.TrimSpace(string(t))) }

// Usable says whether it could be a token at all: not empty, and without characters that no token has.
func (t Token) Usable() bool { return t.Clean().sendable() }

// sendable reports whether the token fits in a header. Anything else would make net/http fail with
// a text of its own on each call.
func (t Token) sendable() bool {
	for i := 0; i < len(t); i++ {
		if t[i] <= ' ' || t[i] >= 0x7f {
			return false
		}
	}
	return t != ""
}
