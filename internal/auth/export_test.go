package auth

import (
	"context"

	"github.com/alexedwards/argon2id"
)

// Owasp are the parameters of passwords.
var Owasp = owaspParams

// UseParams has passwords hashed with other parameters: weak ones save time in tests.
func (s *Service) UseParams(params argon2id.Params) { s.passwords = newHasher(params) }

// HoldHashing lets nobody hash a password until release is called.
func (s *Service) HoldHashing() (release func()) {
	for range hashesAtOnce {
		s.passwords.places <- struct{}{}
	}
	return func() {
		for range hashesAtOnce {
			<-s.passwords.places
		}
	}
}

// FillQueue lets as many wait for a hash as may.
func (s *Service) FillQueue() { s.passwords.waiting.Store(hashesInQueue) }

// HashOf returns the hash under which a secret is kept.
func HashOf(secret string) Hash { return hashOf(secret) }

// CanHash says whether a password can be hashed now.
func (s *Service) CanHash(ctx context.Context) error {
	_, err := s.passwords.hash(ctx, "anything at all")
	return err
}
