package auth

import (
	"cmp"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"puente/internal/crm"
)

// Options of a Service.
type Options struct {
	Store  Store
	Now    func() time.Time // nil: the system's clock
	Random io.Reader        // of secrets; nil: the system's
	Log    *slog.Logger     // nil: nothing is logged
}

// Service lets people and integrations in. It is safe for concurrent use.
//
// Each method opens its own transaction and must not be called inside one of the same store; those that end in In work in the caller's.
type Service struct {
	store     Store
	now       func() time.Time
	random    io.Reader
	log       *slog.Logger
	passwords *hasher
}

// New returns a service over a store.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{store: o.Store, now: func() time.Time { return o.Now().UTC().Truncate(time.Microsecond) }, random: o.Random, log: o.Log, passwords: newHasher(owaspParams)}
}

// Operator returns the principal of whoever runs commands on the server: it may do everything in an account.
func Operator(account crm.ID) Principal {
	return Principal{AccountID: account, Actor: crm.Actor{Kind: crm.ActorSystem}, Grants: RoleGrants(crm.RoleAdmin), Reach: crm.FullReach}
}

// userPrincipal returns the principal of a user in a session.
func userPrincipal(v Visit) Principal {
	return Principal{
		AccountID: v.Account.ID, Actor: crm.Actor{Kind: crm.ActorUser, ID: v.User.ID}, Grants: RoleGrants(v.User.Role),
		Reach: crm.ReachOf(v.User, v.Account.SellerAccess), Language: cmp.Or(v.User.Language, v.Account.Language), User: v.User, Session: v.Session.ID,
	}
}

// keyPrincipal returns the principal of an API key.
func keyPrincipal(c Credential) Principal {
	return Principal{
		AccountID: c.Account.ID, Actor: crm.Actor{Kind: crm.ActorAPIKey, ID: c.Key.ID}, Grants: c.Key.Grants, Reach: crm.FullReach,
		Language: c.Account.Language, Key: c.Key,
	}
}

// MayGrant says whether the principal may give somebody else grants that reach everything: only what it has itself.
func (p Principal) MayGrant(g Grants) bool {
	return p.Grants.Cover(g) && p.Reach.See == crm.Everything && p.Reach.Edit == crm.Everything
}

// MayMake says whether the principal may make somebody a user of a role, or get at such a user's account by a link.
func (p Principal) MayMake(role crm.Role) bool { return p.MayGrant(RoleGrants(role)) }
