package auth

import (
	"context"
	"errors"
	"net/netip"

	"puente/internal/crm"
)

// setupCodes is how many codes work at once: each process that starts on an empty database prints one.
const setupCodes = 5

// SetupCode returns a fresh code by which the first administrator comes in, as ABCD-EFGH-JKLM, to be shown to whoever runs the server. needed is false, and there
// is no code, once somebody can log in.
func (s *Service) SetupCode(ctx context.Context) (code string, needed bool, err error) {
	if done, err := s.store.AnybodyCanLogIn(ctx); err != nil || done {
		return "", false, err
	}
	if code, err = s.newSetupCode(); err != nil {
		return "", false, err
	}
	return code, true, s.store.AddSetupCode(ctx, codeHash(code), s.now(), setupCodes)
}

// SetUpNeeded says whether nobody can log in yet.
func (s *Service) SetUpNeeded(ctx context.Context) (bool, error) {
	done, err := s.store.AnybodyCanLogIn(ctx)
	return !done, err
}

// SetUp is what the first administrator says. Of the account what is empty stays as it is.
type SetUp struct {
	Code                  string
	Name, Email, Password string
	AccountName           string
	Country               crm.Country
	Currency, TimeZone    string // empty: as is usual in the country
	Language              crm.Language
	Address               netip.Addr
	Agent                 string
}

// SetUp makes the first administrator, of the oldest account, and logs it in. Of several who try at once, one wins.
//
// conflict: setup_done, somebody can log in already. unauthenticated: setup_code_wrong. invalid: as [CheckPassword], crm.CreateUser and crm.ChangeAccount, the account's
// name at the field "account"; the code still works. All that is wrong is joined. rate_limited: as Login.
func (s *Service) SetUp(ctx context.Context, u SetUp) (Login, error) {
	right, err := s.attempt(ctx, []Counter{addressCounter(u.Address)})
	if err != nil {
		return Login{}, err
	}
	done, err := s.store.AnybodyCanLogIn(ctx)
	if err != nil {
		return Login{}, err
	}
	if done {
		return Login{}, setupDone()
	}
	accounts, err := s.store.Accounts(ctx)
	if err != nil {
		return Login{}, err
	}
	if len(accounts) == 0 {
		return Login{}, crm.NewError(crm.NotFound, "account_needed")
	}
	known, err := s.store.SetupCodeKnown(ctx, codeHash(u.Code))
	if err != nil {
		return Login{}, err
	}
	wrong := errors.Join(CheckPassword(u.Password, u.Email), crm.CheckUser(u.Email, u.Name), u.checkAccount(accounts[0]))
	if !known {
		return Login{}, errors.Join(setupCodeWrong(), wrong)
	}
	if err := right(ctx); err != nil {
		return Login{}, err
	}
	if wrong != nil {
		return Login{}, wrong
	}
	password, err := s.choosePassword(ctx, u.Password, u.Email)
	if err != nil {
		return Login{}, err
	}
	var login Login
	err = s.store.UpdateAccess(ctx, accounts[0].ID, func(tx Tx) error {
		login, err = s.setUp(ctx, tx, u, password) // which uses the code, if nobody else did meanwhile
		return err
	})
	return login, err
}

func (s *Service) setUp(ctx context.Context, tx Tx, u SetUp, password string) (Login, error) {
	ok, err := tx.UseSetupCode(ctx, codeHash(u.Code))
	if err != nil {
		return Login{}, err
	}
	if !ok {
		return Login{}, setupCodeWrong()
	}
	user, err := s.firstAdministrator(ctx, tx, u)
	if err != nil {
		return Login{}, err
	}
	hand := crm.Hand{Actor: crm.Actor{Kind: crm.ActorUser, ID: user.ID}, Reach: crm.FullReach, At: s.now()}
	if _, err := crm.ChangeAccount(ctx, tx, hand, 0, u.account()); err != nil {
		return Login{}, err
	}
	if err := s.savePassword(ctx, tx, user.ID, password, ""); err != nil {
		return Login{}, err
	}
	return s.begin(ctx, tx, user.ID, u.Address, u.Agent, knownDevice{})
}

func (u SetUp) account() crm.AccountChange {
	return crm.AccountChange{
		Name: given(u.AccountName), Country: given(u.Country), Currency: given(u.Currency), TimeZone: given(u.TimeZone), Language: given(u.Language),
	}
}

// checkAccount says whether the account can become as is said, each part by itself: the name of the person and that of the account are two fields.
func (u SetUp) checkAccount(account crm.Account) error {
	change := u.account()
	name := account.Check(crm.AccountChange{Name: change.Name})
	if e := (*crm.Error)(nil); errors.As(name, &e) {
		name = e.At("account")
	}
	change.Name = nil
	return errors.Join(name, account.Check(change))
}

// given returns nil for what is empty.
func given[T ~string](v T) *T {
	if v == "" {
		return nil
	}
	return &v
}

// firstAdministrator makes the user, or makes an administrator of one that a command added with that e-mail.
func (s *Service) firstAdministrator(ctx context.Context, tx Tx, u SetUp) (crm.User, error) {
	users, err := tx.Users(ctx)
	if err != nil {
		return crm.User{}, err
	}
	email, _ := crm.NormalizeEmail(u.Email)
	for _, user := range users {
		if key, ok := crm.NormalizeEmail(user.Email); ok && key == email {
			user.Role, user.Active = crm.RoleAdmin, true
			if u.Name != "" {
				user.Name = u.Name
			}
			return user, tx.UpdateUser(ctx, user)
		}
	}
	return crm.CreateUser(ctx, tx, u.Email, u.Name, crm.RoleAdmin, s.now())
}

func setupCodeWrong() error { return crm.NewError(crm.Unauthenticated, "setup_code_wrong").At("code") }

func setupDone() error { return crm.NewError(crm.Conflict, "setup_done") }
