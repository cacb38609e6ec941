package auth_test

import (
	"strings"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

var deals = auth.Grants{auth.Deals: auth.Write, auth.Contacts: auth.Read, auth.Users: auth.None}

func TestAnAPIKeyLetsInAnIntegration(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, good)
		admin := s.mustLogin().Principal()
		key, secret, err := s.CreateKey(s.ctx, admin, auth.NewKey{Name: " Sitio web ", Grants: deals})
		must(t, err)
		if !strings.HasPrefix(secret, "pk_") || len(secret) != 46 || key.Hint != secret[42:] || key.Name != "Sitio web" || key.CreatedBy != admin.Actor {
			t.Errorf("the key is %+v with the secret %q", key, secret)
		}
		p, err := s.Key(s.ctx, secret)
		must(t, err)
		if p.AccountID != s.account.ID || p.Key.ID != key.ID || p.Actor != (crm.Actor{Kind: crm.ActorAPIKey, ID: key.ID}) || p.Reach != crm.FullReach || p.User.ID != "" ||
			!p.Grants.Allows(auth.Scope{Area: auth.Deals, Level: auth.Write}) || p.Grants.Allows(auth.Scope{Area: auth.Contacts, Level: auth.Write}) ||
			p.Grants.Allows(auth.Scope{Area: auth.Users, Level: auth.Read}) {
			t.Errorf("the principal is %+v", p)
		}
		for _, wrong := range []string{"", "pk_", secret + "A", secret[:45] + "_", "ps_" + secret[3:], strings.ToUpper(secret)} {
			_, err := s.Key(s.ctx, wrong)
			mustFail(t, err, crm.Unauthenticated, "key_unknown")
		}
		if _, err := s.Session(s.ctx, secret); crm.CodeOf(err) != crm.Unauthenticated {
			t.Errorf("a key is taken for a session: %v", err)
		}
	})
}

func TestAKeyEnds(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		admin := auth.Operator(s.account.ID)
		key, secret, err := s.CreateKey(s.ctx, admin, auth.NewKey{Name: "Web", Grants: deals, ExpiresAt: start.Add(time.Hour)})
		must(t, err)
		s.after(time.Hour - time.Second)
		_, err = s.Key(s.ctx, secret)
		must(t, err)
		s.after(time.Second)
		_, err = s.Key(s.ctx, secret)
		mustFail(t, err, crm.Unauthenticated, "key_expired")
		name, never := "Página", time.Time{}
		key, err = s.ChangeKey(s.ctx, admin, key.ID, auth.KeyChange{Name: &name, ExpiresAt: &never})
		must(t, err)
		p, err := s.Key(s.ctx, secret)
		must(t, err)
		if key.Name != name || p.Key.Name != name || !p.Key.ExpiresAt.IsZero() {
			t.Errorf("the key is %+v", p.Key)
		}
		past := start
		_, err = s.ChangeKey(s.ctx, admin, key.ID, auth.KeyChange{ExpiresAt: &past})
		mustFail(t, err, crm.Invalid, "key_expiry_past")
		key, err = s.RevokeKey(s.ctx, admin, key.ID)
		must(t, err)
		if key.RevokedAt.IsZero() {
			t.Error("the key is not said to be revoked")
		}
		_, err = s.Key(s.ctx, secret)
		mustFail(t, err, crm.Unauthenticated, "key_revoked")
		_, err = s.RevokeKey(s.ctx, admin, key.ID)
		mustFail(t, err, crm.Conflict, "key_revoked_already")
		_, _, err = s.RotateKey(s.ctx, admin, key.ID, 0)
		mustFail(t, err, crm.Conflict, "key_revoked_already")
		stranger := auth.Operator(s.addAccount("Otra").ID)
		_, err = s.RevokeKey(s.ctx, stranger, key.ID)
		mustFail(t, err, crm.NotFound, "key_not_found")
	})
}

func TestAKeyGetsAnotherSecret(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		admin := auth.Operator(s.account.ID)
		key, first, err := s.CreateKey(s.ctx, admin, auth.NewKey{Name: "Web", Grants: deals})
		must(t, err)
		rotated, second, err := s.RotateKey(s.ctx, admin, key.ID, 24*time.Hour)
		must(t, err)
		if second == first || rotated.Hint != second[42:] {
			t.Errorf("the secrets are %s and %s", first, second)
		}
		s.after(24*time.Hour - time.Second)
		for _, secret := range []string{first, second} {
			p, err := s.Key(s.ctx, secret)
			must(t, err)
			if p.Key.ID != key.ID {
				t.Error("it opens another key")
			}
		}
		s.after(time.Second)
		_, err = s.Key(s.ctx, first)
		mustFail(t, err, crm.Unauthenticated, "key_replaced")
		_, third, err := s.RotateKey(s.ctx, admin, key.ID, 0)
		must(t, err)
		_, err = s.Key(s.ctx, second)
		mustFail(t, err, crm.Unauthenticated, "key_replaced")
		_, err = s.Key(s.ctx, third)
		must(t, err)
		for _, grace := range []time.Duration{-1, auth.MaxGrace + 1} {
			_, _, err = s.RotateKey(s.ctx, admin, key.ID, grace)
			mustFail(t, err, crm.Invalid, "key_grace_invalid")
		}
	})
}

func TestNobodyGivesMoreThanItHas(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		admin := auth.Operator(s.account.ID)
		all, _, err := s.CreateKey(s.ctx, admin, auth.NewKey{Name: "Todo", Grants: admin.Grants})
		must(t, err)
		_, secret, err := s.CreateKey(s.ctx, admin, auth.NewKey{Name: "Poco", Grants: auth.Grants{auth.Keys: auth.Admin, auth.Deals: auth.Write}})
		must(t, err)
		weaker, err := s.Key(s.ctx, secret)
		must(t, err)
		for _, grants := range []auth.Grants{{auth.Deals: auth.Admin}, {auth.Contacts: auth.Read}, admin.Grants} {
			_, _, err = s.CreateKey(s.ctx, weaker, auth.NewKey{Name: "Más", Grants: grants})
			mustFail(t, err, crm.Forbidden, "grants_exceeded")
		}
		_, _, err = s.RotateKey(s.ctx, weaker, all.ID, 0)
		mustFail(t, err, crm.Forbidden, "grants_exceeded")
		if weaker.MayMake(crm.RoleSeller) || !admin.MayMake(crm.RoleAdmin) {
			t.Error("a role is more than the sum of what it may do, or less")
		}
		_, _, err = s.CreateKey(s.ctx, weaker, auth.NewKey{Name: "Lo mismo", Grants: weaker.Grants})
		must(t, err)

		// A key reaches everybody's records, so it cannot come from who does not.
		seller := weaker
		seller.Reach = crm.ReachOf(crm.User{ID: s.user.ID, Role: crm.RoleSeller}, crm.SellersOwn)
		_, _, err = s.CreateKey(s.ctx, seller, auth.NewKey{Name: "Ajenas", Grants: auth.Grants{auth.Deals: auth.Read}})
		mustFail(t, err, crm.Forbidden, "grants_exceeded")
	})
}

func TestNobodyKeepsAKeyAliveThatItMayNotGive(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		admin := auth.Operator(s.account.ID)
		hour, never := start.Add(time.Hour), time.Time{}
		all, _, err := s.CreateKey(s.ctx, admin, auth.NewKey{Name: "Todo", Grants: admin.Grants, ExpiresAt: hour})
		must(t, err)
		own, secret, err := s.CreateKey(s.ctx, admin, auth.NewKey{Name: "Poco", Grants: auth.Grants{auth.Keys: auth.Write}, ExpiresAt: hour.Add(time.Hour)})
		must(t, err)
		weaker, err := s.Key(s.ctx, secret)
		must(t, err)
		s.after(time.Hour)
		for _, until := range []time.Time{never, start.Add(2 * time.Hour)} {
			_, err = s.ChangeKey(s.ctx, weaker, all.ID, auth.KeyChange{ExpiresAt: &until})
			mustFail(t, err, crm.Forbidden, "grants_exceeded")
		}
		for _, until := range []time.Time{never, own.ExpiresAt.Add(time.Second)} {
			_, err = s.ChangeKey(s.ctx, weaker, own.ID, auth.KeyChange{ExpiresAt: &until})
			mustFail(t, err, crm.Forbidden, "key_extends_itself")
		}
		sooner, name := own.ExpiresAt.Add(-time.Second), "Otro"
		_, err = s.ChangeKey(s.ctx, weaker, own.ID, auth.KeyChange{ExpiresAt: &sooner})
		must(t, err)
		_, err = s.ChangeKey(s.ctx, weaker, own.ID, auth.KeyChange{Name: &name, ExpiresAt: &sooner}) // which it is: no change
		must(t, err)
		_, err = s.ChangeKey(s.ctx, weaker, all.ID, auth.KeyChange{Name: &name})
		mustFail(t, err, crm.Forbidden, "grants_exceeded")
		_, err = s.RevokeKey(s.ctx, weaker, all.ID)
		mustFail(t, err, crm.Forbidden, "grants_exceeded")
		_, err = s.ChangeKey(s.ctx, admin, all.ID, auth.KeyChange{ExpiresAt: &never})
		must(t, err)
		_, err = s.ChangeKey(s.ctx, admin, own.ID, auth.KeyChange{ExpiresAt: &never})
		must(t, err)
		_, err = s.RevokeKey(s.ctx, weaker, own.ID)
		must(t, err)
	})
}

func TestKeysThatCannotBeMade(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		for key, k := range map[string]auth.NewKey{
			"key_name_missing":   {Name: " \t", Grants: deals},
			"key_name_long":      {Name: strings.Repeat("ñ", 101), Grants: deals},
			"key_grants_missing": {Name: "Web", Grants: auth.Grants{auth.Deals: auth.None}},
			"key_grants_invalid": {Name: "Web", Grants: auth.Grants{"money": auth.Read}},
			"key_expiry_past":    {Name: "Web", Grants: deals, ExpiresAt: start},
		} {
			_, _, err := s.CreateKey(s.ctx, auth.Operator(s.account.ID), k)
			mustFail(t, err, crm.Invalid, key)
		}
		_, _, err := s.CreateKey(s.ctx, auth.Operator(s.account.ID), auth.NewKey{Name: "Web", Grants: auth.Grants{auth.Deals: auth.Admin + 1}})
		mustFail(t, err, crm.Invalid, "key_grants_invalid")
		keys, err := s.Keys(s.ctx, auth.Operator(s.account.ID))
		must(t, err)
		if len(keys) != 0 {
			t.Errorf("%d keys were made", len(keys))
		}
	})
}
