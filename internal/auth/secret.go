package auth

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"io"
	"strings"
)

// Hash is the SHA-256 of a secret, in base64: the form in which secrets are kept and looked up. Secrets are random, so a slow hash would add nothing, and
// looking up the hash tells nobody by its time how much of a guess was right.
type Hash string

func hashOf(secret string) Hash {
	sum := sha256.Sum256([]byte(secret))
	return Hash(base64.RawURLEncoding.EncodeToString(sum[:]))
}

// secretKind is what a secret is for, and how it begins, so that people and scanners of leaked secrets know one when they see it.
type secretKind string

const (
	sessionToken secretKind = "ps_"
	deviceToken  secretKind = "pd_"
	linkToken    secretKind = "pl_"
	keySecret    secretKind = "pk_"
)

const secretBytes = 32

// newSecret returns a fresh secret.
func (s *Service) newSecret(kind secretKind) (string, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(s.random, b); err != nil {
		return "", err
	}
	return string(kind) + base64.RawURLEncoding.EncodeToString(b), nil
}

// hash returns the hash to look a secret up by; false: it is none of that kind, and need not be looked up.
func (k secretKind) hash(secret string) (Hash, bool) {
	if !strings.HasPrefix(secret, string(k)) || len(secret) != len(k)+base64.RawURLEncoding.EncodedLen(secretBytes) {
		return "", false
	}
	return hashOf(secret), true
}

// The setup code is typed by a person: 12 letters and digits in three groups, 60 bits, none of which look alike.
const (
	codeGroups = 3
	codeGroup  = 4
)

var codeLetters = base32.NewEncoding("ABCDEFGHJKLMNPQRSTUVWXYZ23456789").WithPadding(base32.NoPadding)

func (s *Service) newSetupCode() (string, error) {
	b := make([]byte, 8)
	if _, err := io.ReadFull(s.random, b); err != nil {
		return "", err
	}
	letters := codeLetters.EncodeToString(b)
	var groups []string
	for i := range codeGroups {
		groups = append(groups, letters[i*codeGroup:(i+1)*codeGroup])
	}
	return strings.Join(groups, "-"), nil
}

// codeHash returns the hash of a setup code as a person typed it: case, spaces and dashes aside.
func codeHash(typed string) Hash {
	const most = 100 // of what is nothing but a code with spaces in it
	if len(typed) > most {
		typed = typed[:most]
	}
	return hashOf(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\t' || r == '\u00a0' || r == '–' || r == '—' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, strings.ToUpper(typed)))
}
