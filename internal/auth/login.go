package auth

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"puente/internal/crm"
)

// How long a login lasts: until it is not used for a while, and never longer than that.
const (
	sessionIdle = 30 * 24 * time.Hour
	sessionMost = 90 * 24 * time.Hour

	// deviceLasts is how long a browser is known by its last login.
	deviceLasts = 365 * 24 * time.Hour
)

// maxAccounts is how many accounts of one person are tried: each costs a hash.
const maxAccounts = 10

// passwordRefill is the time after which one more wrong password may be tried.
const passwordRefill = 90 * time.Second

// Attempt is one to log in.
type Attempt struct {
	Email, Password string
	Account         crm.ID     // of a person with several; zero: the one that the password opens
	Address         netip.Addr // from which it comes
	Device          string     // what an earlier Login gave the browser; empty: nothing
	Agent           string     // what the browser says that it is
}

// Login is a person who is logged in.
type Login struct {
	Token   string // of the session: the browser sends it with each request
	Device  string // to be kept by the browser for a year and sent with the next attempt
	Session Session
	User    crm.User
	Account crm.Account
}

// Principal returns who that is.
func (l Login) Principal() Principal {
	return userPrincipal(Visit{Account: l.Account, User: l.User, Session: l.Session})
}

// Login lets a person in by e-mail and password.
//
// unauthenticated: login_wrong, whatever of it is. conflict: account_ambiguous, the password opens several accounts: "accounts" and "ids" name them,
// and Account has to say which. rate_limited: too_many_attempts, with "seconds" to wait. unavailable: login_busy.
func (s *Service) Login(ctx context.Context, a Attempt) (Login, error) {
	email, isEmail := crm.NormalizeEmail(a.Email)
	if !isEmail {
		email = ""
	}
	device, known, err := s.device(ctx, a.Device, email)
	if err != nil {
		return Login{}, err
	}
	right, err := s.attempt(ctx, counters(email, a.Address, device.hash, known))
	if err != nil {
		return Login{}, err
	}
	var people []Person
	if isEmail {
		if people, err = s.store.PeopleByEmail(ctx, email, maxAccounts); err != nil {
			return Login{}, err
		}
	}
	opened, err := s.opened(ctx, people, a)
	if err != nil {
		return Login{}, err
	}
	if len(opened) == 0 {
		return Login{}, wrongLogin()
	}
	if err := right(ctx); err != nil {
		return Login{}, err
	}
	if len(opened) > 1 {
		var names, ids []string
		for _, o := range opened {
			names, ids = append(names, o.Account.Name), append(ids, string(o.Account.ID))
		}
		return Login{}, crm.NewError(crm.Conflict, "account_ambiguous", "accounts", strings.Join(names, ", "), "ids", strings.Join(ids, ",")).At("account")
	}
	login, err := s.enter(ctx, opened[0], a, device)
	if err == nil {
		s.note(ctx, func(ctx context.Context) error { return s.store.ForgetExpired(ctx, s.now(), forgottenAtOnce) })
	}
	return login, err
}

// forgottenAtOnce bounds what each login cleans up. Each adds less than that.
const forgottenAtOnce = 100

func wrongLogin() error { return crm.NewError(crm.Unauthenticated, "login_wrong") }

// door is a person whose password was right.
type door struct {
	Person
	rehash bool // its hash is to be made anew
}

// opened returns the people whose password it is. It takes as long when there is nobody.
func (s *Service) opened(ctx context.Context, people []Person, a Attempt) ([]door, error) {
	if a.Account != "" {
		people = only(people, a.Account)
	}
	if len(people) == 0 {
		people = []Person{{}}
	}
	var opened []door
	for _, p := range people {
		right, old, err := s.checkPassword(ctx, a.Password, p.Password.Hash)
		if err != nil {
			return nil, err
		}
		if right {
			opened = append(opened, door{p, old})
		}
	}
	return opened, nil
}

func only(people []Person, account crm.ID) []Person {
	for _, p := range people {
		if p.Account.ID == account {
			return []Person{p}
		}
	}
	return nil
}

// enter makes the session, unless the password was changed or the user left since it was checked.
func (s *Service) enter(ctx context.Context, d door, a Attempt, device knownDevice) (Login, error) {
	var better string
	if d.rehash {
		var err error
		if better, err = s.passwords.hash(ctx, a.Password); err != nil {
			return Login{}, err
		}
	}
	var login Login
	err := s.store.UpdateAccess(ctx, d.Account.ID, func(tx Tx) error {
		present, err := tx.Password(ctx, d.User.ID)
		if err != nil {
			return err
		}
		if present != d.Password {
			return wrongLogin()
		}
		if better != "" {
			if err := tx.SavePassword(ctx, d.User.ID, Password{Hash: better, ChangedAt: present.ChangedAt}); err != nil {
				return err
			}
		}
		login, err = s.begin(ctx, tx, d.User.ID, a.Address, a.Agent, device)
		return err
	})
	return login, err
}

// begin makes a session of an active user, and gives the browser what it is known by. unauthenticated: login_wrong, the user is not active.
func (s *Service) begin(ctx context.Context, tx Tx, user crm.ID, address netip.Addr, agent string, device knownDevice) (Login, error) {
	account, err := tx.Account(ctx)
	if err != nil {
		return Login{}, err
	}
	u, err := crm.FindUser(ctx, tx, user)
	if err != nil {
		return Login{}, err
	}
	if !u.Active {
		return Login{}, wrongLogin()
	}
	token, err := s.newSecret(sessionToken)
	if err != nil {
		return Login{}, err
	}
	now := s.now()
	session := Session{
		ID: crm.NewID(), UserID: user, Agent: clip(agent, maxAgent), Address: address.Unmap(), CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(sessionIdle),
	}
	if err := tx.CreateSession(ctx, session, hashOf(token)); err != nil {
		return Login{}, err
	}
	if device.token == "" {
		if device.token, err = s.newSecret(deviceToken); err != nil {
			return Login{}, err
		}
		device.hash = hashOf(device.token)
	}
	if err := tx.RememberDevice(ctx, user, device.hash, now.Add(deviceLasts)); err != nil {
		return Login{}, err
	}
	return Login{Token: token, Device: device.token, Session: session, User: u, Account: account}, nil
}

// knownDevice is what a browser is known by; zero: it is not known to anybody, and gets a new token.
type knownDevice struct {
	token string
	hash  Hash
}

// device says what is known of the browser that sends a token, and whether the person with an e-mail logged in from it before. One browser may be several
// people's.
func (s *Service) device(ctx context.Context, token, email string) (d knownDevice, known bool, err error) {
	hash, ok := deviceToken.hash(token)
	if !ok {
		return knownDevice{}, false, nil
	}
	anybody, known, err := s.store.DeviceKnown(ctx, hash, email, s.now())
	if err != nil || !anybody {
		return knownDevice{}, false, err
	}
	return knownDevice{token: token, hash: hash}, known, nil
}

const maxAgent = 200

// clip returns at most n characters of what somebody sent.
func clip(s string, n int) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, ""))
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
