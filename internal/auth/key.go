package auth

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"puente/internal/crm"
)

// MaxGrace is how long the old secret of a key may work beside the new one.
const MaxGrace = 30 * 24 * time.Hour

const (
	maxKeyName  = 100
	hintLetters = 4
)

// Key returns who has an API key's secret.
//
// unauthenticated: key_unknown, key_revoked, key_expired, key_replaced.
func (s *Service) Key(ctx context.Context, secret string) (Principal, error) {
	hash, ok := keySecret.hash(secret)
	if !ok {
		return Principal{}, crm.NewError(crm.Unauthenticated, "key_unknown")
	}
	c, err := s.store.CredentialBySecret(ctx, hash)
	if crm.CodeOf(err) == crm.NotFound {
		return Principal{}, crm.NewError(crm.Unauthenticated, "key_unknown")
	}
	if err != nil {
		return Principal{}, err
	}
	now := s.now()
	switch {
	case !c.Key.RevokedAt.IsZero():
		return Principal{}, crm.NewError(crm.Unauthenticated, "key_revoked", "name", c.Key.Name)
	case c.Key.Expired(now):
		return Principal{}, crm.NewError(crm.Unauthenticated, "key_expired", "name", c.Key.Name)
	case !c.ValidUntil.IsZero() && !now.Before(c.ValidUntil):
		return Principal{}, crm.NewError(crm.Unauthenticated, "key_replaced", "name", c.Key.Name)
	}
	if now.Sub(c.Key.LastUsedAt) >= seenEvery {
		s.note(ctx, func(ctx context.Context) error { return s.store.NoteUsed(ctx, c.Account.ID, c.Key.ID, now) })
	}
	return keyPrincipal(c), nil
}

// Expired says whether the key's time is over.
func (k APIKey) Expired(now time.Time) bool { return !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt) }

// NewKey is an API key to be made.
type NewKey struct {
	Name      string
	Grants    Grants
	ExpiresAt time.Time // zero: never
}

// CreateKey makes an API key and returns its secret, which nobody can see again.
//
// invalid: key_name_missing, key_name_long, key_grants_missing, key_grants_invalid, key_expiry_past. forbidden: grants_exceeded, the principal may not do all that.
func (s *Service) CreateKey(ctx context.Context, p Principal, k NewKey) (key APIKey, secret string, err error) {
	err = s.store.UpdateAccess(ctx, p.AccountID, func(tx Tx) error {
		key, secret, err = s.CreateKeyIn(ctx, tx, p, k)
		return err
	})
	return key, secret, err
}

// CreateKeyIn does as CreateKey, in the caller's transaction.
func (s *Service) CreateKeyIn(ctx context.Context, tx Tx, p Principal, k NewKey) (APIKey, string, error) {
	now := s.now()
	name, err := keyName(k.Name)
	if err != nil {
		return APIKey{}, "", err
	}
	grants, err := checkGrants(k.Grants)
	if err != nil {
		return APIKey{}, "", err
	}
	if !p.MayGrant(grants) {
		return APIKey{}, "", grantsExceeded()
	}
	key := APIKey{ID: crm.NewID(), Name: name, Grants: grants, CreatedBy: p.Actor, CreatedAt: now, ExpiresAt: k.ExpiresAt}
	if key.Expired(now) {
		return APIKey{}, "", expiryPast()
	}
	secret, err := s.newSecret(keySecret)
	if err != nil {
		return APIKey{}, "", err
	}
	key.Hint = hintOf(secret)
	return key, secret, tx.CreateAPIKey(ctx, key, hashOf(secret))
}

// Keys returns the account's keys, oldest first, expired and revoked ones too.
func (s *Service) Keys(ctx context.Context, p Principal) ([]APIKey, error) {
	var keys []APIKey
	err := s.store.ViewAccess(ctx, p.AccountID, func(r Reader) (err error) {
		keys, err = r.APIKeys(ctx)
		return err
	})
	return keys, err
}

// RotateKey gives a key a new secret, which it returns. The old one works until the grace is over, so that whoever uses it has time to change.
//
// not_found: key_not_found. conflict: key_revoked_already. invalid: key_grace_invalid, less than nothing or more than [MaxGrace]. forbidden: grants_exceeded.
func (s *Service) RotateKey(ctx context.Context, p Principal, id crm.ID, grace time.Duration) (key APIKey, secret string, err error) {
	err = s.store.UpdateAccess(ctx, p.AccountID, func(tx Tx) error {
		key, secret, err = s.RotateKeyIn(ctx, tx, p, id, grace)
		return err
	})
	return key, secret, err
}

// RotateKeyIn does as RotateKey, in the caller's transaction.
func (s *Service) RotateKeyIn(ctx context.Context, tx Tx, p Principal, id crm.ID, grace time.Duration) (APIKey, string, error) {
	if grace < 0 || grace > MaxGrace {
		return APIKey{}, "", crm.NewError(crm.Invalid, "key_grace_invalid", "days", "30").At("grace")
	}
	key, err := keyInUse(ctx, tx, id)
	if err != nil {
		return APIKey{}, "", err
	}
	if !p.MayGrant(key.Grants) {
		return APIKey{}, "", grantsExceeded()
	}
	secret, err := s.newSecret(keySecret)
	if err != nil {
		return APIKey{}, "", err
	}
	key.Hint = hintOf(secret)
	if err := tx.ReplaceKeySecret(ctx, id, hashOf(secret), s.now().Add(grace)); err != nil {
		return APIKey{}, "", err
	}
	return key, secret, tx.UpdateAPIKey(ctx, key)
}

// KeyChange says what to change of a key; nil: not that.
type KeyChange struct {
	Name      *string
	ExpiresAt *time.Time // zero: never
}

// ChangeKey changes a key. not_found: key_not_found. conflict: key_revoked_already. invalid: as CreateKey. forbidden: grants_exceeded, a principal changes no key that
// it could not make; key_extends_itself.
func (s *Service) ChangeKey(ctx context.Context, p Principal, id crm.ID, c KeyChange) (APIKey, error) {
	return s.changeKey(ctx, p, id, func(key *APIKey) (err error) {
		if c.Name != nil {
			if key.Name, err = keyName(*c.Name); err != nil {
				return err
			}
		}
		if c.ExpiresAt != nil {
			return s.changeExpiry(p, key, *c.ExpiresAt)
		}
		return nil
	})
}

// changeExpiry sets until when a key works. Whoever has a key that leaked could else keep it for ever.
func (s *Service) changeExpiry(p Principal, key *APIKey, until time.Time) error {
	before := *key
	key.ExpiresAt = until
	switch {
	case key.Expired(s.now()):
		return expiryPast()
	case until.Equal(before.ExpiresAt):
		return nil
	case p.Key.ID == key.ID && (until.IsZero() || before.Expired(until)):
		return crm.NewError(crm.Forbidden, "key_extends_itself")
	}
	return nil
}

// RevokeKey ends a key for good, with all its secrets. not_found: key_not_found. conflict: key_revoked_already. forbidden: grants_exceeded, as ChangeKey.
func (s *Service) RevokeKey(ctx context.Context, p Principal, id crm.ID) (APIKey, error) {
	return s.changeKey(ctx, p, id, func(key *APIKey) error {
		key.RevokedAt = s.now()
		return nil
	})
}

func (s *Service) changeKey(ctx context.Context, p Principal, id crm.ID, change func(*APIKey) error) (APIKey, error) {
	var key APIKey
	err := s.store.UpdateAccess(ctx, p.AccountID, func(tx Tx) (err error) {
		if key, err = keyInUse(ctx, tx, id); err != nil {
			return err
		}
		if !p.MayGrant(key.Grants) {
			return grantsExceeded()
		}
		if err := change(&key); err != nil {
			return err
		}
		return tx.UpdateAPIKey(ctx, key)
	})
	return key, err
}

func keyInUse(ctx context.Context, r Reader, id crm.ID) (APIKey, error) {
	key, err := r.APIKey(ctx, id)
	if err == nil && !key.RevokedAt.IsZero() {
		err = crm.NewError(crm.Conflict, "key_revoked_already", "name", key.Name)
	}
	return key, err
}

func keyName(name string) (string, error) {
	name = strings.TrimSpace(strings.ToValidUTF8(name, ""))
	switch {
	case name == "":
		return "", crm.NewError(crm.Invalid, "key_name_missing").At("name")
	case utf8.RuneCountInString(name) > maxKeyName:
		return "", crm.NewError(crm.Invalid, "key_name_long", "max", "100").At("name")
	}
	return name, nil
}

// checkGrants returns the grants without what grants nothing.
func checkGrants(g Grants) (Grants, error) {
	kept := Grants{}
	for area, level := range g {
		if !area.Valid() || level < None || level > Admin {
			return nil, crm.NewError(crm.Invalid, "key_grants_invalid", "scope", clip(string(area), maxKeyName)).At("scopes")
		}
		if level > None {
			kept[area] = level
		}
	}
	if len(kept) == 0 {
		return nil, crm.NewError(crm.Invalid, "key_grants_missing").At("scopes")
	}
	return kept, nil
}

func hintOf(secret string) string { return secret[len(secret)-hintLetters:] }

func expiryPast() error { return crm.NewError(crm.Invalid, "key_expiry_past").At("expiresAt") }

func grantsExceeded() error { return crm.NewError(crm.Forbidden, "grants_exceeded") }
