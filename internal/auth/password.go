package auth

import (
	"context"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"puente/internal/crm"
)

// How long a password is, in characters. The upper bound is of what is hashed, not of what people may want.
const (
	MinPassword = 10
	MaxPassword = 200
)

// owaspParams are those that OWASP recommends for argon2id with little memory.
var owaspParams = argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const (
	hashesAtOnce  = 2   // each takes 19 MiB
	hashesInQueue = 100 // some seconds of work

	// form is that of what is hashed: what a keyboard sends for ñ differs between systems.
	form = norm.NFC

	// distinctNeeded is how many different characters a password has at least.
	distinctNeeded = 4
)

// hasher hashes passwords, few at a time, because each takes memory and a processor for a while.
type hasher struct {
	params  argon2id.Params
	places  chan struct{}
	waiting atomic.Int64
	dummy   func() (string, error) // a hash that takes as long as a real one
}

func newHasher(params argon2id.Params) *hasher {
	h := &hasher{params: params, places: make(chan struct{}, hashesAtOnce)}
	h.dummy = sync.OnceValues(func() (string, error) { return argon2id.CreateHash("nobody's", &h.params) })
	return h
}

// work runs fn when it is its turn. unavailable: login_busy, when too many are waiting already.
func (h *hasher) work(ctx context.Context, fn func() error) error {
	if h.waiting.Add(1) > hashesInQueue {
		h.waiting.Add(-1)
		return crm.NewError(crm.Unavailable, "login_busy")
	}
	defer h.waiting.Add(-1)
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.places }()
	return fn()
}

// hash returns a password's hash.
func (h *hasher) hash(ctx context.Context, password string) (hash string, err error) {
	err = h.work(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(form.String(password), &h.params)
		return err
	})
	return hash, err
}

// check says whether a password is the one of a hash, and whether that was made with other parameters than are used now. An empty hash is nobody's, and takes
// as long to check.
func (h *hasher) check(ctx context.Context, password, hash string) (right, old bool, err error) {
	err = h.work(ctx, func() error {
		nobody := hash == ""
		if nobody {
			var err error
			if hash, err = h.dummy(); err != nil {
				return err
			}
		}
		same, params, err := argon2id.CheckHash(form.String(password), hash)
		if err != nil {
			return err
		}
		right, old = same && !nobody, *params != h.params
		return nil
	})
	return right, old, err
}

//go:embed common_passwords.txt
var commonWordLines string

// commonWords are what passwords that many people choose are made of, folded.
var commonWords = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(commonWordLines) {
		all[strings.TrimSpace(line)] = true
	}
	return all
})

// CheckPassword says whether a person with that e-mail may choose a password. invalid: password_short, password_long, password_is_email, password_common.
func CheckPassword(password, email string) error {
	password = form.String(password)
	n := utf8.RuneCountInString(password)
	folded := strings.ToLower(strings.TrimSpace(password))
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	switch {
	case n < MinPassword:
		return crm.NewError(crm.Invalid, "password_short", "min", strconv.Itoa(MinPassword)).At("password")
	case n > MaxPassword || !utf8.ValidString(password):
		return crm.NewError(crm.Invalid, "password_long", "max", strconv.Itoa(MaxPassword)).At("password")
	case folded == strings.ToLower(strings.TrimSpace(email)) || folded == local:
		return crm.NewError(crm.Invalid, "password_is_email").At("password")
	case isCommon(folded):
		return crm.NewError(crm.Invalid, "password_common").At("password")
	}
	return nil
}

// rows are what is next to each other on keyboards, in alphabets and in numbers.
var rows = []string{
	"abcdefghijklmnñopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklñzxcvbnm", "qwertyuiopasdfghjklzxcvbnm",
	"1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
}

// isCommon says whether a password is one of the first that are tried: of very few different characters, something too short said again, a piece of a row, or a
// word that many choose with anything but letters before and after it.
func isCommon(folded string) bool {
	distinct := map[rune]bool{}
	for _, r := range folded {
		distinct[r] = true
	}
	if len(distinct) < distinctNeeded || utf8.RuneCountInString(unit(folded)) < MinPassword {
		return true
	}
	for _, row := range rows {
		if strings.Contains(row, folded) || strings.Contains(reversed(row), folded) {
			return true
		}
	}
	word := strings.TrimFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
	return commonWords()[folded] || commonWords()[word] || commonWords()[unit(word)] || commonWords()[asLetters.Replace(word)]
}

// asLetters undoes what people take for clever.
var asLetters = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// unit returns the shortest text that, said once or more, is s.
func unit(s string) string {
	if s == "" {
		return ""
	}
	return s[:1+strings.Index((s + s)[1:], s)]
}

func reversed(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

// ChangePassword sets the principal's own password, and ends its other sessions.
//
// forbidden: user_needed, an API key has none. invalid: password_wrong (old is not the present one), and those of [CheckPassword]. rate_limited: as Login.
func (s *Service) ChangePassword(ctx context.Context, p Principal, old, chosen string) error {
	if p.User.ID == "" {
		return crm.NewError(crm.Forbidden, "user_needed")
	}
	right, err := s.attempt(ctx, []Counter{newCounter(10, passwordRefill, "change of password", string(p.User.ID))})
	if err != nil {
		return err
	}
	var present Password
	if err := s.store.ViewAccess(ctx, p.AccountID, func(r Reader) (err error) {
		present, err = r.Password(ctx, p.User.ID)
		return err
	}); err != nil {
		return err
	}
	same, _, err := s.checkPassword(ctx, old, present.Hash)
	if err != nil {
		return err
	}
	if !same {
		return crm.NewError(crm.Invalid, "password_wrong").At("oldPassword")
	}
	if err := right(ctx); err != nil {
		return err
	}
	hash, err := s.choosePassword(ctx, chosen, p.User.Email)
	if err != nil {
		return err
	}
	return s.store.UpdateAccess(ctx, p.AccountID, func(tx Tx) error {
		now, err := tx.Password(ctx, p.User.ID)
		if err != nil {
			return err
		}
		if now != present { // somebody else was quicker
			return crm.NewError(crm.Invalid, "password_wrong").At("oldPassword")
		}
		return s.savePassword(ctx, tx, p.User.ID, hash, p.Session)
	})
}

// SetPassword sets a user's password, for an operator, and ends its sessions. invalid: as [CheckPassword]. not_found: no such user.
func (s *Service) SetPassword(ctx context.Context, account crm.ID, user crm.User, chosen string) error {
	hash, err := s.choosePassword(ctx, chosen, user.Email)
	if err != nil {
		return err
	}
	return s.store.UpdateAccess(ctx, account, func(tx Tx) error { return s.savePassword(ctx, tx, user.ID, hash, "") })
}

// choosePassword returns the hash of a password that may be chosen.
func (s *Service) choosePassword(ctx context.Context, chosen, email string) (string, error) {
	if err := CheckPassword(chosen, email); err != nil {
		return "", err
	}
	return s.passwords.hash(ctx, chosen)
}

// savePassword keeps a password, after which those who came in by the old one are out: only one session stays (zero: none), and a link that was given for want of the
// password ends.
func (s *Service) savePassword(ctx context.Context, tx Tx, user crm.ID, hash string, stays crm.ID) error {
	if err := tx.SavePassword(ctx, user, Password{Hash: hash, ChangedAt: s.now()}); err != nil {
		return err
	}
	if err := tx.EndPasswordLink(ctx, user); err != nil {
		return err
	}
	return tx.EndSessions(ctx, user, stays)
}

// checkPassword says whether a password is right. One that nobody can have chosen is not hashed.
func (s *Service) checkPassword(ctx context.Context, password, hash string) (right, old bool, err error) {
	if len(password) > MaxPassword*utf8.UTFMax {
		hash, password = "", ""
	}
	return s.passwords.check(ctx, password, hash)
}
