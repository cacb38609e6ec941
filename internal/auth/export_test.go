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

// WatchHashing lets nobody hash a password but by way of the channel that it returns: who receives from it lets one begin, and who then sends waits for its end.
func (s *Service) WatchHashing() chan struct{} {
	s.passwords.places = make(chan struct{})
	return s.passwords.places
}

// FillQueue lets as many wait for a hash as may.
func (s *Service) FillQueue() { s.passwords.waiting.Store(hashesInQueue) }

// CanHash says whether a password can be hashed now.
func (s *Service) CanHash(ctx context.Context) error {
	_, err := s.passwords.hash(ctx, "anything at all")
	return err
}
