package auth

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"puente/internal/crm"
)

// How long a link works: an invitation waits for somebody who may not expect it.
const (
	invitationLasts = 7 * 24 * time.Hour
	resetLasts      = 24 * time.Hour
)

// LinkPath returns where, below the address of this server, a person chooses a password with a link's token.
func LinkPath(token string) string { return "/clave/" + token }

// Link returns the token of a link by which a user chooses a password, once, and until when it works. Links given before end. It is the invitation of a user who
// has no password yet, and the help for one who forgot it.
//
// not_found: user_not_found. conflict: user_inactive. forbidden: grants_exceeded, the user may do what the principal may not.
func (s *Service) Link(ctx context.Context, p Principal, user crm.ID) (token string, expires time.Time, err error) {
	err = s.store.UpdateAccess(ctx, p.AccountID, func(tx Tx) error {
		token, expires, err = s.LinkIn(ctx, tx, p, user)
		return err
	})
	return token, expires, err
}

// LinkIn does as Link, in the caller's transaction.
func (s *Service) LinkIn(ctx context.Context, tx Tx, p Principal, user crm.ID) (token string, expires time.Time, err error) {
	u, err := crm.FindUser(ctx, tx, user)
	if err != nil {
		return "", expires, err
	}
	if !u.Active {
		return "", expires, crm.NewError(crm.Conflict, "user_inactive", "email", u.Email)
	}
	if !p.MayMake(u.Role) {
		return "", expires, grantsExceeded()
	}
	present, err := tx.Password(ctx, user)
	if err != nil {
		return "", expires, err
	}
	lasts := resetLasts
	if present.Hash == "" {
		lasts = invitationLasts
	}
	if token, err = s.newSecret(linkToken); err != nil {
		return "", expires, err
	}
	link := PasswordLink{AccountID: p.AccountID, UserID: user, ExpiresAt: s.now().Add(lasts)}
	return token, link.ExpiresAt, tx.SavePasswordLink(ctx, link, hashOf(token))
}

// Invited returns the users who have not chosen a password yet.
func (s *Service) Invited(ctx context.Context, p Principal) (map[crm.ID]bool, error) {
	invited := map[crm.ID]bool{}
	err := s.store.ViewAccess(ctx, p.AccountID, func(r Reader) error {
		users, err := r.Users(ctx)
		if err != nil {
			return err
		}
		holders, err := r.PasswordHolders(ctx)
		for _, u := range users {
			invited[u.ID] = !slices.Contains(holders, u.ID)
		}
		return err
	})
	return invited, err
}

// Acceptance is a person who follows a link.
type Acceptance struct {
	Token    string
	Password string // that the person chooses
	Address  netip.Addr
	Device   string
	Agent    string
}

// Accept sets the password that a person chose by a link, ends the person's other sessions and logs it in.
//
// not_found: link_invalid, the link was used, replaced or never given, its time is over, or its user is not active. invalid: as [CheckPassword]; the link still works.
// rate_limited: as Login.
func (s *Service) Accept(ctx context.Context, a Acceptance) (Login, error) {
	link, person, err := s.linkOf(ctx, a.Token, a.Address)
	if err != nil {
		return Login{}, err
	}
	password, err := s.choosePassword(ctx, a.Password, person.Email)
	if err != nil {
		return Login{}, err
	}
	device, _, err := s.device(ctx, a.Device, "")
	if err != nil {
		return Login{}, err
	}
	var login Login
	err = s.store.UpdateAccess(ctx, link.AccountID, func(tx Tx) error {
		ok, err := tx.UsePasswordLink(ctx, hashOf(a.Token))
		if err != nil {
			return err
		}
		if !ok {
			return linkInvalid()
		}
		if err := s.savePassword(ctx, tx, link.UserID, password, ""); err != nil {
			return err
		}
		login, err = s.begin(ctx, tx, link.UserID, a.Address, a.Agent, device)
		return err
	})
	return login, err
}

// LinkUser returns whose link it is, to greet the person by name. Errors are those of Accept.
func (s *Service) LinkUser(ctx context.Context, token string, address netip.Addr) (crm.User, error) {
	_, user, err := s.linkOf(ctx, token, address)
	return user, err
}

func (s *Service) linkOf(ctx context.Context, token string, address netip.Addr) (PasswordLink, crm.User, error) {
	right, err := s.attempt(ctx, []Counter{addressCounter(address)})
	if err != nil {
		return PasswordLink{}, crm.User{}, err
	}
	hash, ok := linkToken.hash(token)
	if !ok {
		return PasswordLink{}, crm.User{}, linkInvalid()
	}
	link, err := s.store.LinkByToken(ctx, hash)
	if crm.CodeOf(err) == crm.NotFound || err == nil && !s.now().Before(link.ExpiresAt) {
		err = linkInvalid()
	}
	if err != nil {
		return PasswordLink{}, crm.User{}, err
	}
	var user crm.User
	if err := s.store.ViewAccess(ctx, link.AccountID, func(r Reader) (err error) {
		user, err = crm.FindUser(ctx, r, link.UserID)
		return err
	}); err != nil {
		return PasswordLink{}, crm.User{}, err
	}
	if !user.Active {
		return PasswordLink{}, crm.User{}, linkInvalid()
	}
	return link, user, right(ctx)
}

func linkInvalid() error { return crm.NewError(crm.NotFound, "link_invalid") }
