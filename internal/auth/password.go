package auth

import (
	"context"
	_ "embed"
	"strings"
	"sync"
	"sync/atomic"
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

// passwordParams are those that OWASP recommends for argon2id with little memory.
var passwordParams = argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const (
	hashesAtOnce   = 2   // each takes 19 MiB
	hashesInQueue  = 100 // some seconds of work
	dummyOfNobody  = "a password that nobody has"
	passwordForms  = norm.NFC // what a keyboard sends for ñ differs between systems
	distinctNeeded = 4
)

// hasher hashes passwords, few at a time, because each takes memory and a processor for a while.
type hasher struct {
	places  chan struct{}
	waiting atomic.Int64
	dummy   func() (string, error) // a hash that takes as long as a real one
}

func newHasher() *hasher {
	return &hasher{places: make(chan struct{}, hashesAtOnce), dummy: sync.OnceValues(func() (string, error) {
		params := passwordParams
		return argon2id.CreateHash(dummyOfNobody, &params)
	})}
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
		params := passwordParams
		hash, err = argon2id.CreateHash(passwordForms.String(password), &params)
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
		same, params, err := argon2id.CheckHash(passwordForms.String(password), hash)
		if err != nil {
			return err
		}
		right, old = same && !nobody, *params != passwordParams
		return nil
	})
	return right, old, err
}

//go:embed common_passwords.txt
var commonPasswordLines string

// commonPasswords are those that are tried first, folded, of the length that is allowed.
var commonPasswords = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(commonPasswordLines) {
		all[strings.TrimSpace(line)] = true
	}
	return all
})

// CheckPassword says whether a person with that e-mail may choose a password. invalid: password_short, password_long, password_is_email, password_common.
func CheckPassword(password, email string) error {
	password = passwordForms.String(password)
	n := utf8.RuneCountInString(password)
	folded := strings.ToLower(strings.TrimSpace(password))
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	switch {
	case n < MinPassword:
		return crm.NewError(crm.Invalid, "password_short", "min", "10").At("password")
	case n > MaxPassword || !utf8.ValidString(password):
		return crm.NewError(crm.Invalid, "password_long", "max", "200").At("password")
	case folded == strings.ToLower(strings.TrimSpace(email)) || folded == local:
		return crm.NewError(crm.Invalid, "password_is_email").At("password")
	case isCommon(folded):
		return crm.NewError(crm.Invalid, "password_common").At("password")
	}
	return nil
}

// rows are what is next to each other on keyboards, in alphabets and in numbers.
var rows = []string{"abcdefghijklmnñopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiop", "asdfghjklñ", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"}

// isCommon says whether a password is on the list, is of very few different characters, is a piece of a row, or is a short one of those said again.
func isCommon(folded string) bool {
	distinct := map[rune]bool{}
	for _, r := range folded {
		distinct[r] = true
	}
	if len(distinct) < distinctNeeded || commonPasswords()[folded] {
		return true
	}
	for _, row := range rows {
		if strings.Contains(row, folded) || strings.Contains(reversed(row), folded) {
			return true
		}
	}
	return false
}

func reversed(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// ChangePassword sets the principal's own password, and ends its other sessions.
//
// forbidden: no_password_here, an API key has none. invalid: password_wrong (old is not the present one), and those of [CheckPassword]. rate_limited: as Login.
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
		return crm.NewError(crm.Invalid, "password_wrong").At("old_password")
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
			return crm.NewError(crm.Invalid, "password_wrong").At("old_password")
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

// savePassword keeps a password, after which those who came in by the old one are out: only one session stays (zero: none).
func (s *Service) savePassword(ctx context.Context, tx Tx, user crm.ID, hash string, stays crm.ID) error {
	if err := tx.SavePassword(ctx, user, Password{Hash: hash, ChangedAt: s.now()}); err != nil {
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
