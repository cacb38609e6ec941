package auth_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

func TestAPersonLogsInAndIsKnownByTheSession(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		l, err := s.Login(s.ctx, auth.Attempt{Email: " CAMILA@quillay.example", Password: good, Address: home, Agent: firefox})
		must(t, err)
		p := s.mustSession(l.Token)
		if p.AccountID != s.account.ID || p.User.ID != s.user.ID || p.Session != l.Session.ID || p.Actor != (crm.Actor{Kind: crm.ActorUser, ID: s.user.ID}) ||
			!p.Grants.Allows(auth.Scope{Area: auth.Keys, Level: auth.Admin}) || p.Reach.See != crm.Everything {
			t.Errorf("the principal is %+v", p)
		}
		if got := l.Principal(); got.Session != p.Session || got.User.ID != p.User.ID || got.Reach != p.Reach {
			t.Errorf("the login's principal is %+v, want %+v", got, p)
		}
		s.changeUser(s.user, func(u *crm.User) { u.Role = crm.RoleSeller })
		p = s.mustSession(l.Token)
		if p.Grants.Allows(auth.Scope{Area: auth.Keys, Level: auth.Read}) || p.Reach.Sees(crm.NewID()) || !p.Reach.Sees(s.user.ID) {
			t.Errorf("a seller's principal is %+v", p)
		}
		sessions, err := s.Sessions(s.ctx, p)
		must(t, err)
		if len(sessions) != 1 || sessions[0].Agent != firefox || sessions[0].Address != home || sessions[0].ID != l.Session.ID {
			t.Errorf("sessions are %+v", sessions)
		}
		must(t, s.Logout(s.ctx, p))
		must(t, s.Logout(s.ctx, p))
		s.mustEnded(l.Token)
	})
}

func TestWhoIsNotLetIn(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		s.addUser(s.account, "nueva@quillay.example", crm.RoleSeller)
		gone := s.addUser(s.account, "ida@quillay.example", crm.RoleSeller)
		s.setPassword(s.account, gone, good)
		s.changeUser(gone, func(u *crm.User) { u.Active = false })
		for what, a := range map[string]auth.Attempt{
			"another password":          {Email: s.user.Email, Password: other},
			"no password":               {Email: s.user.Email},
			"a password without end":    {Email: s.user.Email, Password: strings.Repeat(good, 1000)},
			"somebody unknown":          {Email: "nadie@quillay.example", Password: good},
			"no e-mail":                 {Email: "camila", Password: good},
			"no password chosen yet":    {Email: "nueva@quillay.example", Password: ""},
			"the dummy's password":      {Email: "nueva@quillay.example", Password: "nobody's"},
			"somebody who left":         {Email: gone.Email, Password: good},
			"an account of others":      {Email: s.user.Email, Password: good, Account: crm.NewID()},
			"an account that is no id":  {Email: s.user.Email, Password: good, Account: "\x00"},
			"a password in other cases": {Email: s.user.Email, Password: strings.ToUpper(good)},
		} {
			a.Address = home
			hashes, err := s.countHashes(a)
			mustFail(t, err, crm.Unauthenticated, "login_wrong")
			if hashes != 1 { // nothing is to be told by the time either
				t.Errorf("%s: it costs %d hashes, want 1", what, hashes)
			}
			s.after(time.Hour)
		}
		for _, token := range []string{"", "ps_", "x", "pk_" + strings.Repeat("A", 43), "ps_" + strings.Repeat("A", 43)} {
			s.mustEnded(token)
		}
	})
}

// countHashes returns how many passwords an attempt has hashed, and what came of it.
func (s *scene) countHashes(a auth.Attempt) (hashes int, err error) {
	places := s.WatchHashing()
	ended := make(chan error, 1)
	go func() {
		_, err := s.Login(s.ctx, a)
		ended <- err
	}()
	for {
		select {
		case <-places: // it begins to hash
			hashes++
			places <- struct{}{} // and has done so
		case err := <-ended:
			return hashes, err
		}
	}
}

func TestADeactivatedUserIsOutAtOnceAndStaysSo(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		l := s.mustLogin()
		s.changeUser(s.user, func(u *crm.User) { u.Active = false })
		s.mustEnded(l.Token)
		s.changeUser(s.user, func(u *crm.User) { u.Active = true })
		s.mustEnded(l.Token)
		s.mustLogin()
	})
}

func TestOnePersonOfSeveralAccountsChoosesOne(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		second := s.addAccount("Boldo")
		s.setPassword(s.account, s.user, good)
		twin := s.addUser(second, "CAMILA@quillay.example", crm.RoleSeller)
		s.setPassword(second, twin, other)
		l, err := s.try(other)
		must(t, err)
		if l.Account.ID != second.ID || l.User.ID != twin.ID {
			t.Errorf("the other password opens %s", l.Account.Name)
		}
		s.setPassword(second, twin, good)
		_, err = s.try(good)
		if e := mustFail(t, err, crm.Conflict, "account_ambiguous"); e.Params["accounts"] != "Quillay, Boldo" || e.Field != "account" {
			t.Errorf("the error is %v", e)
		}
		for range 20 { // it is the right password, however often
			_, err = s.try(good)
			mustFail(t, err, crm.Conflict, "account_ambiguous")
		}
		for _, a := range []crm.Account{s.account, second} {
			l, err := s.Login(s.ctx, auth.Attempt{Email: s.user.Email, Password: good, Account: a.ID, Address: home})
			must(t, err)
			if l.Account.ID != a.ID || s.mustSession(l.Token).AccountID != a.ID {
				t.Errorf("asked for %s, got %s", a.Name, l.Account.Name)
			}
		}
	})
}

func TestASessionEndsWhenItIsNotUsedAndAfterNinetyDays(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		const day = 24 * time.Hour
		s.setPassword(s.account, s.user, good)
		idle, used := s.mustLogin(), s.mustLogin()
		for range 29 {
			s.after(day)
			s.mustSession(used.Token)
		}
		s.after(day - time.Second)
		s.mustSession(used.Token)
		s.after(time.Second)
		s.mustEnded(idle.Token)
		s.after(29 * day)
		s.mustSession(used.Token)
		s.after(29 * day)
		s.mustSession(used.Token)
		s.after(2*day - time.Second)
		s.mustSession(used.Token)
		s.after(time.Second)
		s.mustEnded(used.Token)
		sessions, err := s.Sessions(s.ctx, used.Principal())
		must(t, err)
		if len(sessions) != 0 {
			t.Errorf("sessions that ended are shown: %+v", sessions)
		}
	})
}

func TestTheLastUseIsWrittenOnceAMinute(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		l := s.mustLogin()
		key, secret, err := s.CreateKey(s.ctx, auth.Operator(s.account.ID), auth.NewKey{Name: "Web", Grants: auth.Grants{auth.Deals: auth.Read}})
		must(t, err)
		use := func() {
			s.mustSession(l.Token)
			if _, err := s.Key(s.ctx, secret); err != nil {
				t.Error(err)
			}
		}
		use() // the first use of a key
		for range 120 {
			s.after(time.Second)
			use()
		}
		if n := s.store.notes.Load(); n != 5 {
			t.Errorf("%d writes for 121 requests of each in two minutes, want 2 of the session and 3 of the key", n)
		}
		sessions, err := s.Sessions(s.ctx, l.Principal())
		must(t, err)
		keys, err := s.Keys(s.ctx, l.Principal())
		must(t, err)
		if want := start.Add(2 * time.Minute); !sessions[0].LastSeenAt.Equal(want) || !keys[0].LastUsedAt.Equal(want) || keys[0].ID != key.ID {
			t.Errorf("last seen %v, last used %v, want %v", sessions[0].LastSeenAt, keys[0].LastUsedAt, want)
		}
	})
}

// TestABusyDatabaseKeepsNobodyOut holds the account's writer while a request comes in whose session was not seen for a while.
func TestABusyDatabaseKeepsNobodyOut(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		l := s.mustLogin()
		s.after(time.Hour)
		must(t, s.store.UpdateAccess(s.ctx, s.account.ID, func(auth.Tx) error {
			_, err := s.Session(s.ctx, l.Token)
			return err
		}))
	})
}

func TestAPersonChangesThePassword(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		here, elsewhere := s.mustLogin(), s.mustLogin()
		p := here.Principal()
		mustFail(t, s.ChangePassword(s.ctx, p, other, other), crm.Invalid, "password_wrong")
		mustFail(t, s.ChangePassword(s.ctx, p, good, "short"), crm.Invalid, "password_short")
		must(t, s.ChangePassword(s.ctx, p, good, other))
		s.mustSession(here.Token)
		s.mustEnded(elsewhere.Token)
		_, err := s.try(good)
		mustFail(t, err, crm.Unauthenticated, "login_wrong")
		_, err = s.try(other)
		must(t, err)
		for range 9 {
			mustFail(t, s.ChangePassword(s.ctx, p, good, other), crm.Invalid, "password_wrong")
		}
		mustFail(t, s.ChangePassword(s.ctx, p, other, good), crm.RateLimited, "too_many_attempts")
		mustFail(t, s.ChangePassword(s.ctx, auth.Operator(s.account.ID), good, other), crm.Forbidden, "user_needed")
	})
}

func TestASessionIsEndedFromAnotherOne(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		stranger := s.addUser(s.account, "diego@quillay.example", crm.RoleAdmin)
		s.setPassword(s.account, stranger, other)
		theirs, err := s.Login(s.ctx, auth.Attempt{Email: stranger.Email, Password: other, Address: home})
		must(t, err)
		lost, mine := s.mustLogin(), s.mustLogin()
		must(t, s.EndSession(s.ctx, mine.Principal(), lost.Session.ID))
		s.mustEnded(lost.Token)
		mustFail(t, s.EndSession(s.ctx, mine.Principal(), theirs.Session.ID), crm.NotFound, "session_not_found")
		s.mustSession(theirs.Token)
	})
}

func TestBetterParametersAreTakenAtTheNextLogin(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		hash := func() string {
			people, err := s.store.PeopleByEmail(s.ctx, s.user.Email, 1)
			must(t, err)
			return people[0].Password.Hash
		}
		s.mustLogin()
		before := hash()
		s.UseParams(auth.Owasp)
		l := s.mustLogin()
		after := hash()
		if !strings.Contains(before, "m=8,t=1,p=1") || !strings.Contains(after, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("the hash was %s and is %s", before, after)
		}
		s.mustSession(l.Token)
		s.mustLogin()
		if hash() != after {
			t.Error("it is hashed again at each login")
		}
	})
}

func TestTooManyAtOnceAreSentAway(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.FillQueue()
		_, err := s.try(good)
		mustFail(t, err, crm.Unavailable, "login_busy")
	})
}

func TestManyLogInAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				l, err := s.try(good)
				if err == nil {
					_, err = s.Session(s.ctx, l.Token)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
}
