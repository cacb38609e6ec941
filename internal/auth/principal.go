package auth

import (
	"time"

	"puente/internal/crm"
)

// Principal is who makes a request, once that is known.
type Principal struct {
	AccountID crm.ID
	Actor     crm.Actor
	Grants    Grants
	Reach     crm.Reach
	Language  crm.Language // the user's, else the account's
	User      crm.User     // zero: an API key
	Session   crm.ID       // of a user who logged in; zero: an API key
	Key       APIKey       // zero: a user
}

// Hand returns the principal's hand at an instant.
func (p Principal) Hand(at time.Time) crm.Hand {
	return crm.Hand{Actor: p.Actor, Reach: p.Reach, At: at}
}

// APIKey is an integration's way in. Its secret is shown once; a hash of it is kept.
type APIKey struct {
	ID         crm.ID
	Name       string
	Hint       string // the last four characters of the secret
	Grants     Grants
	CreatedBy  crm.Actor
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	LastUsedAt time.Time // zero: not yet; to the minute
	RevokedAt  time.Time // zero: in use
}
