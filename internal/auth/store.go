package auth

import (
	"context"
	"net/netip"
	"time"

	"puente/internal/crm"
)

// Session is a browser or program in which a user is logged in. Its token is a cookie; a hash of it is kept.
type Session struct {
	ID         crm.ID
	UserID     crm.ID
	Agent      string     // what the browser says that it is
	Address    netip.Addr // from which the user logged in; zero: not known
	CreatedAt  time.Time
	LastSeenAt time.Time // to the minute
	ExpiresAt  time.Time
}

// Password is how a user proves who it is. Zero: the user has none yet.
type Password struct {
	Hash      string // argon2id, with its parameters
	ChangedAt time.Time
}

// Person is a user of some account, with what is needed to let it in.
type Person struct {
	Account  crm.Account
	User     crm.User
	Password Password
}

// Visit is a session with whose it is.
type Visit struct {
	Account crm.Account
	User    crm.User
	Session Session
}

// Credential is a secret of an API key.
type Credential struct {
	Account    crm.Account
	Key        APIKey
	ValidUntil time.Time // of this secret, which was replaced; zero: as long as the key
}

// PasswordLink is a user's way to choose a password. There is one at a time for each user.
type PasswordLink struct {
	AccountID crm.ID
	UserID    crm.ID
	ExpiresAt time.Time
}

// Reader reads who may enter one account.
type Reader interface {
	crm.Reader

	// Password returns a user's, zero if there is none.
	Password(ctx context.Context, user crm.ID) (Password, error)
	// Sessions returns a user's sessions, latest seen first, expired ones too.
	Sessions(ctx context.Context, user crm.ID) ([]Session, error)
	// APIKeys returns all keys, oldest first, expired and revoked ones too.
	APIKeys(ctx context.Context) ([]APIKey, error)
	// APIKey returns one. not_found: no such key.
	APIKey(ctx context.Context, id crm.ID) (APIKey, error)
}

// Tx reads and writes who may enter one account, in one transaction. Nobody else writes to the account while it is open. What it writes about a user is
// not_found when there is no such user.
type Tx interface {
	crm.Tx
	Reader

	// SavePassword sets or replaces a user's password.
	SavePassword(ctx context.Context, user crm.ID, password Password) error
	// CreateSession adds a session that is found by token.
	CreateSession(ctx context.Context, session Session, token Hash) error
	// EndSession ends one session of a user. not_found: no such session.
	EndSession(ctx context.Context, user, session crm.ID) error
	// EndSessions ends all sessions of a user but one (zero: all).
	EndSessions(ctx context.Context, user, except crm.ID) error
	// RememberDevice notes that the user logged in with a device, which is then known until an instant.
	RememberDevice(ctx context.Context, user crm.ID, device Hash, until time.Time) error

	// SavePasswordLink gives a user a link that is found by token, in the place of an older one.
	SavePasswordLink(ctx context.Context, link PasswordLink, token Hash) error
	// UsePasswordLink takes a link away. ok is false when it is not there any more.
	UsePasswordLink(ctx context.Context, token Hash) (ok bool, err error)
	// EndPasswordLink takes a user's link away, if there is one. A change of the user's e-mail does so too.
	EndPasswordLink(ctx context.Context, user crm.ID) error

	// CreateAPIKey adds a key with its secret.
	CreateAPIKey(ctx context.Context, key APIKey, secret Hash) error
	// UpdateAPIKey updates the name, the expiry and the revocation of a key, and the hint of its secret. not_found: no such key.
	UpdateAPIKey(ctx context.Context, key APIKey) error
	// ReplaceKeySecret gives a key another secret; those that it has end at an instant, unless they end before.
	ReplaceKeySecret(ctx context.Context, key crm.ID, secret Hash, oldUntil time.Time) error

	// UseSetupCode takes all setup codes away if code is one of them. ok is false when it is none.
	UseSetupCode(ctx context.Context, code Hash) (ok bool, err error)
}

// Store keeps who may enter, on either engine. What a secret opens is looked up before the account is known, so those methods are here.
type Store interface {
	// ViewAccess and UpdateAccess do as View and Update of the bridge's store.
	ViewAccess(ctx context.Context, account crm.ID, fn func(Reader) error) error
	UpdateAccess(ctx context.Context, account crm.ID, fn func(Tx) error) error

	// Accounts returns all accounts, oldest first.
	Accounts(ctx context.Context) ([]crm.Account, error)
	// PeopleByEmail returns the active users that have an e-mail, case aside, of all accounts, oldest account first, at most limit.
	PeopleByEmail(ctx context.Context, email string, limit int) ([]Person, error)
	// AnybodyCanLogIn says whether there is an active user with a password, in any account.
	AnybodyCanLogIn(ctx context.Context) (bool, error)

	// VisitByToken, CredentialBySecret and LinkByToken return what a secret opens, whether or not it has expired. not_found: nothing.
	VisitByToken(ctx context.Context, token Hash) (Visit, error)
	CredentialBySecret(ctx context.Context, secret Hash) (Credential, error)
	LinkByToken(ctx context.Context, token Hash) (PasswordLink, error)
	// NoteSeen and NoteUsed say when a session or a key was last used. They wait for no other writer of the account.
	NoteSeen(ctx context.Context, account, session crm.ID, at, expires time.Time) error
	NoteUsed(ctx context.Context, account, key crm.ID, at time.Time) error

	// DeviceKnown says whether a device is known at an instant: to anybody, and to a user with that e-mail.
	DeviceKnown(ctx context.Context, device Hash, email string, at time.Time) (anybody, user bool, err error)
	// CountAttempt counts an attempt in all counters, or, if one of them is full, in none: then it returns how long to wait.
	CountAttempt(ctx context.Context, counters []Counter, at time.Time) (wait time.Duration, err error)
	// UncountAttempt takes one back, because it was right.
	UncountAttempt(ctx context.Context, counters []Counter) error

	// SetupCodeKnown says whether a setup code is one that is kept.
	SetupCodeKnown(ctx context.Context, code Hash) (bool, error)
	// AddSetupCode keeps a code, and at most keep-1 older ones.
	AddSetupCode(ctx context.Context, code Hash, at time.Time, keep int) error
	// ForgetExpired removes at most limit each of the sessions, links, devices, counters and replaced secrets that have ended by an instant.
	ForgetExpired(ctx context.Context, at time.Time, limit int) error
}
