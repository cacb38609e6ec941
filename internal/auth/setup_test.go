package auth_test

import (
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// mustCode returns a fresh code.
func (s *scene) mustCode() string {
	s.t.Helper()
	code, needed, err := s.SetupCode(s.ctx)
	must(s.t, err)
	if !needed {
		s.t.Fatal("no code is needed")
	}
	return code
}

func TestTheFirstAdministratorComesInByTheCode(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		first, code := s.mustCode(), s.mustCode() // of two processes
		if !regexp.MustCompile(`^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}$`).MatchString(code) || code == first {
			t.Errorf("the codes are %s and %s", first, code)
		}
		u := auth.SetUp{
			Code: "ABCD-EFGH-JKLM", Name: "Diego", Email: "diego@quillay.example", Password: good,
			AccountName: "Viña Quillay", Country: crm.Peru, Language: crm.English, Address: home,
		}
		_, err := s.SetUp(s.ctx, u)
		mustFail(t, err, crm.Unauthenticated, "setup_code_wrong")
		u.Code, u.Password = code, "short"
		_, err = s.SetUp(s.ctx, u)
		mustFail(t, err, crm.Invalid, "password_short")
		u.Password, u.Email = good, "diego"
		_, err = s.SetUp(s.ctx, u)
		mustFail(t, err, crm.Invalid, "email_invalid")
		u.Email, u.Country = "diego@quillay.example", "XX"
		_, err = s.SetUp(s.ctx, u)
		mustFail(t, err, crm.Invalid, "country_unknown")

		u.Country, u.Code = crm.Peru, " "+strings.ToLower(strings.ReplaceAll(code, "-", " "))+"\n"
		l, err := s.SetUp(s.ctx, u)
		must(t, err)
		p := s.mustSession(l.Token)
		if p.User.Role != crm.RoleAdmin || p.User.Name != "Diego" || l.Account.Name != "Viña Quillay" || l.Account.Currency != "PEN" || l.Account.Language != crm.English {
			t.Errorf("the login is %+v", l)
		}
		if _, err := s.Login(s.ctx, auth.Attempt{Email: u.Email, Password: good, Address: home}); err != nil {
			t.Error(err)
		}
		u.Code = first
		_, err = s.SetUp(s.ctx, u)
		mustFail(t, err, crm.Conflict, "setup_done")
		if _, needed, err := s.SetupCode(s.ctx); err != nil || needed {
			t.Errorf("another code is given: %v", err)
		}
	})
}

func TestOfTwoWhoSetUpAtOnceOneWins(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		codes := []string{s.mustCode(), s.mustCode()}
		var won atomic.Int64
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				_, err := s.SetUp(s.ctx, auth.SetUp{Code: codes[i%2], Email: string(rune('a'+i)) + "@quillay.example", Password: good, Address: home})
				switch code := crm.CodeOf(err); {
				case err == nil:
					won.Add(1)
				case code != crm.Conflict && code != crm.Unauthenticated:
					t.Error(err)
				}
			})
		}
		all.Wait()
		var users []crm.User
		must(t, s.store.View(s.ctx, s.account.ID, func(r bridge.Reader) (err error) {
			users, err = r.Users(s.ctx)
			return err
		}))
		if won.Load() != 1 || len(users) != 2 {
			t.Errorf("%d won, and there are %d users", won.Load(), len(users))
		}
	})
}

func TestAUserWhomACommandAddedBecomesTheFirstAdministrator(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		seller := s.addUser(s.account, "diego@quillay.example", crm.RoleSeller)
		l, err := s.SetUp(s.ctx, auth.SetUp{Code: s.mustCode(), Email: "Diego@Quillay.example", Password: good, Address: home})
		must(t, err)
		if l.User.ID != seller.ID || l.User.Role != crm.RoleAdmin || l.User.Name != seller.Name || l.Account.Name != s.account.Name {
			t.Errorf("the login is %+v", l)
		}
	})
}

func TestAWrongCodeCostsNoHash(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		code := s.mustCode()
		s.FillQueue()
		_, err := s.SetUp(s.ctx, auth.SetUp{Code: "AAAA-AAAA-AAAA", Email: "a@quillay.example", Password: good, Address: home})
		mustFail(t, err, crm.Unauthenticated, "setup_code_wrong")
		_, err = s.SetUp(s.ctx, auth.SetUp{Code: code, Email: "a@quillay.example", Password: good, Address: home})
		mustFail(t, err, crm.Unavailable, "login_busy")
	})
}

func TestARightCodeIsNoAttempt(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		u := auth.SetUp{Code: s.mustCode(), Email: "a@quillay.example", Password: "short", Address: home}
		for range 60 {
			_, err := s.SetUp(s.ctx, u)
			mustFail(t, err, crm.Invalid, "password_short")
		}
		u.Password = good
		_, err := s.SetUp(s.ctx, u)
		must(t, err)
	})
}

func TestSetupCodesCannotBeGuessed(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		code := s.mustCode()
		for range 50 {
			_, err := s.SetUp(s.ctx, auth.SetUp{Code: "AAAA-AAAA-AAAA", Email: "a@quillay.example", Password: good, Address: home})
			mustFail(t, err, crm.Unauthenticated, "setup_code_wrong")
		}
		_, err := s.SetUp(s.ctx, auth.SetUp{Code: code, Email: "a@quillay.example", Password: good, Address: home})
		mustFail(t, err, crm.RateLimited, "too_many_attempts")
	})
}
