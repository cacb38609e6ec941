package auth_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

func TestAPersonChoosesAPasswordByALinkOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		admin := auth.Operator(s.account.ID)
		accept := func(token, password string) (auth.Login, error) {
			return s.Accept(s.ctx, auth.Acceptance{Token: token, Password: password, Address: home, Agent: firefox})
		}
		first, expires, err := s.Link(s.ctx, admin, s.user.ID)
		must(t, err)
		if want := start.Add(7 * 24 * time.Hour); !expires.Equal(want) {
			t.Errorf("an invitation works until %v, want %v", expires, want)
		}
		token, _, err := s.Link(s.ctx, admin, s.user.ID)
		must(t, err)
		_, err = accept(first, good)
		mustFail(t, err, crm.NotFound, "link_invalid") // another took its place
		invited := func() bool {
			all, err := s.Invited(s.ctx, admin)
			must(t, err)
			return all[s.user.ID]
		}
		if !invited() {
			t.Error("who has no password is not said to be invited")
		}
		u, err := s.LinkUser(s.ctx, token, home)
		must(t, err)
		if u.Email != s.user.Email {
			t.Errorf("the link is %s's", u.Email)
		}
		_, err = accept(token, "short")
		mustFail(t, err, crm.Invalid, "password_short")
		l, err := accept(token, good)
		must(t, err)
		if invited() {
			t.Error("who has a password is said to be invited")
		}
		s.mustSession(l.Token)
		_, err = accept(token, other)
		mustFail(t, err, crm.NotFound, "link_invalid")
		if _, err = s.Login(s.ctx, auth.Attempt{Email: s.user.Email, Password: good, Address: home, Device: l.Device}); err != nil {
			t.Error(err)
		}

		// The same thing helps who forgot the password, and puts out whoever knows it.
		token, expires, err = s.Link(s.ctx, admin, s.user.ID)
		must(t, err)
		if want := start.Add(24 * time.Hour); !expires.Equal(want) {
			t.Errorf("a reset works until %v, want %v", expires, want)
		}
		s.mustSession(l.Token)
		second, err := accept(token, other)
		must(t, err)
		s.mustEnded(l.Token)
		s.mustSession(second.Token)

		token, expires, err = s.Link(s.ctx, admin, s.user.ID)
		must(t, err)
		s.after(expires.Sub(s.clock()))
		_, err = accept(token, good)
		mustFail(t, err, crm.NotFound, "link_invalid")
	})
}

func TestALinkEndsWithWhatItWasGivenFor(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		admin := auth.Operator(s.account.ID)
		s.setPassword(s.account, s.user, good)
		accept := func(token string) error {
			_, err := s.Accept(s.ctx, auth.Acceptance{Token: token, Password: "la clave de un intruso", Address: home})
			return err
		}
		for what, change := range map[string]func(){
			"the person's own change of the password": func() {
				must(t, s.ChangePassword(s.ctx, s.mustLogin().Principal(), good, other))
				s.setPassword(s.account, s.user, good)
			},
			"the operator's password": func() { s.setPassword(s.account, s.user, good) },
			"another e-mail":          func() { s.changeUser(s.user, func(u *crm.User) { u.Email = "otra@quillay.example" }) },
		} {
			s.changeUser(s.user, func(u *crm.User) { u.Email = s.user.Email })
			token, _, err := s.Link(s.ctx, admin, s.user.ID)
			must(t, err)
			change()
			if err := accept(token); crm.CodeOf(err) != crm.NotFound {
				t.Errorf("after %s: %v", what, err)
			}
		}
		s.changeUser(s.user, func(u *crm.User) { u.Email = s.user.Email })
		token, _, err := s.Link(s.ctx, admin, s.user.ID)
		must(t, err)
		s.mustLogin() // whoever remembers it after all may still use the link
		s.changeUser(s.user, func(u *crm.User) { u.Name, u.Email = "Camila Rojas", "CAMILA@quillay.example" })
		must(t, accept(token))
	})
}

func TestOfTwoWhoFollowALinkAtOnceOneChooses(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		token, _, err := s.Link(s.ctx, auth.Operator(s.account.ID), s.user.ID)
		must(t, err)
		var won atomic.Int64
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				_, err := s.Accept(s.ctx, auth.Acceptance{Token: token, Password: good, Address: home})
				var e *crm.Error
				switch {
				case err == nil:
					won.Add(1)
				case !errors.As(err, &e) || e.Key != "link_invalid":
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d chose a password", won.Load())
		}
	})
}

func TestWhoGetsNoLink(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		admin := auth.Operator(s.account.ID)
		_, _, err := s.Link(s.ctx, admin, crm.NewID())
		mustFail(t, err, crm.NotFound, "user_not_found")
		_, _, err = s.Link(s.ctx, auth.Operator(s.addAccount("Otra").ID), s.user.ID)
		mustFail(t, err, crm.NotFound, "user_not_found")

		token, _, err := s.Link(s.ctx, admin, s.user.ID)
		must(t, err)
		s.changeUser(s.user, func(u *crm.User) { u.Active = false })
		_, _, err = s.Link(s.ctx, admin, s.user.ID)
		mustFail(t, err, crm.Conflict, "user_inactive")
		for _, active := range []bool{false, true} {
			s.changeUser(s.user, func(u *crm.User) { u.Active = active })
			_, err = s.Accept(s.ctx, auth.Acceptance{Token: token, Password: good, Address: home})
			mustFail(t, err, crm.NotFound, "link_invalid")
		}

		// An integration that may invite does not make itself an administrator by way of one.
		weaker := admin
		weaker.Grants = auth.Grants{auth.Users: auth.Admin, auth.Contacts: auth.Admin}
		_, _, err = s.Link(s.ctx, weaker, s.user.ID)
		mustFail(t, err, crm.Forbidden, "grants_exceeded")
	})
}

func TestLinksCannotBeGuessed(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		for i := range 60 {
			_, err := s.Accept(s.ctx, auth.Acceptance{Token: "pl_" + strings.Repeat("A", 43), Password: good, Address: home})
			if i < 50 {
				mustFail(t, err, crm.NotFound, "link_invalid")
			} else {
				mustFail(t, err, crm.RateLimited, "too_many_attempts")
			}
		}
	})
}
