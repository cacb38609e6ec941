package auth_test

import (
	"fmt"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

// attack tries a wrong password until it is refused, and returns how often it was looked at.
func (s *scene) attack(most int, attempt func(i int) auth.Attempt) (tried int) {
	s.t.Helper()
	for i := range most {
		a := attempt(i)
		a.Password = "wrong " + strconv.Itoa(i)
		_, err := s.Login(s.ctx, a)
		switch crm.CodeOf(err) {
		case crm.Unauthenticated:
			tried++
		case crm.RateLimited:
		default:
			s.t.Fatal(err)
		}
	}
	return tried
}

func address(i int) netip.Addr { return netip.AddrFrom4([4]byte{203, byte(i >> 8), byte(i), 9}) }

func TestAnAttackFromManyAddressesDoesNotLockAPersonOut(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		mine := s.mustLogin()
		const most = 300
		tried := s.attack(most, func(i int) auth.Attempt { return auth.Attempt{Email: s.user.Email, Address: address(i)} })
		if tried > 120 {
			t.Errorf("%d of %d passwords were tried from as many addresses", tried, most)
		}
		// From the person's own browser it goes on as if nothing were, even from an address that attacks, and mistakes included.
		for range 3 {
			_, err := s.Login(s.ctx, auth.Attempt{Email: s.user.Email, Password: "not it, sorry", Address: address(1), Device: mine.Device})
			mustFail(t, err, crm.Unauthenticated, "login_wrong")
			again, err := s.Login(s.ctx, auth.Attempt{Email: s.user.Email, Password: good, Address: address(1), Device: mine.Device})
			must(t, err)
			if again.Device != mine.Device {
				t.Error("a browser that is known gets another name")
			}
		}
		// A new browser has to wait, and is told how long.
		_, err := s.try(good)
		e := mustFail(t, err, crm.RateLimited, "too_many_attempts")
		wait, err := strconv.Atoi(e.Params["seconds"])
		must(t, err)
		s.after(time.Duration(wait-1) * time.Second)
		_, err = s.try(good)
		mustFail(t, err, crm.RateLimited, "too_many_attempts")
		s.after(time.Second)
		s.mustLogin()
		// Others are not touched by it.
		diego := s.addUser(s.account, "diego@quillay.example", crm.RoleSeller)
		s.setPassword(s.account, diego, other)
		_, err = s.Login(s.ctx, auth.Attempt{Email: diego.Email, Password: other, Address: home})
		must(t, err)
	})
}

func TestOneAddressCannotTryManyEmails(t *testing.T) {
	for name, from := range map[string]func(i int) netip.Addr{
		"one address":        func(int) netip.Addr { return netip.MustParseAddr("203.0.113.9") },
		"one address mapped": func(int) netip.Addr { return netip.MustParseAddr("::ffff:203.0.113.9") },
		"one IPv6 network":   func(i int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i+1)) },
		"nowhere":            func(int) netip.Addr { return netip.Addr{} },
	} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *scene) {
				s.setPassword(s.account, s.user, good)
				tried := s.attack(150, func(i int) auth.Attempt {
					return auth.Attempt{Email: fmt.Sprintf("persona%d@quillay.example", i), Address: from(i)}
				})
				if tried != 50 {
					t.Errorf("%d e-mails were tried", tried)
				}
				s.mustLogin()
				s.after(time.Hour)
				if _, err := s.Login(s.ctx, auth.Attempt{Email: s.user.Email, Password: good, Address: from(0)}); err != nil {
					t.Errorf("an hour later: %v", err)
				}
			})
		})
	}
}

func TestOneNetworkCannotTryOneEmailOften(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		tried := s.attack(40, func(i int) auth.Attempt {
			return auth.Attempt{Email: s.user.Email, Address: netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})}
		})
		if tried != 10 {
			t.Errorf("%d passwords were tried", tried)
		}
		s.mustLogin() // from another network
	})
}

func TestAKnownBrowserHasItsOwnLimit(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		stolen := s.mustLogin()
		tried := s.attack(40, func(i int) auth.Attempt {
			return auth.Attempt{Email: s.user.Email, Address: address(i), Device: stolen.Device}
		})
		if tried != 10 {
			t.Errorf("%d passwords were tried", tried)
		}
		s.mustLogin() // the person itself, from another browser
		forged := stolen.Device[:len(stolen.Device)-1] + "_"
		l, err := s.Login(s.ctx, auth.Attempt{Email: s.user.Email, Password: good, Address: home, Device: forged})
		must(t, err)
		if l.Device == forged || l.Device == "" {
			t.Errorf("a browser's own invention is taken for its name: %q", l.Device)
		}
	})
}

func TestTwoPeopleShareABrowser(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		diego := s.addUser(s.account, "diego@quillay.example", crm.RoleSeller)
		s.setPassword(s.account, diego, other)
		first := s.mustLogin()
		second, err := s.Login(s.ctx, auth.Attempt{Email: diego.Email, Password: other, Address: home, Device: first.Device})
		must(t, err)
		if second.Device != first.Device {
			t.Error("the second person's login takes the browser from the first")
		}
		s.attack(40, func(int) auth.Attempt { return auth.Attempt{Email: s.user.Email, Address: home} })
		for email, password := range map[string]string{s.user.Email: good, diego.Email: other} {
			_, err := s.Login(s.ctx, auth.Attempt{Email: email, Password: password, Address: home, Device: first.Device})
			must(t, err)
		}
	})
}

func TestAnOfficeLogsInTogetherThroughOneAddress(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		for range 80 { // what is right does not count
			s.mustLogin()
		}
	})
}
