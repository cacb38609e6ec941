package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func TestASmokeRun(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "a b?c.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	a, err := crm.NewAccount("Mi empresa", crm.Chile, crm.Spanish, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateAccount(ctx, a); err != nil {
		t.Fatal(err)
	}
	err = s.Update(ctx, a.ID, func(tx bridge.Tx) error {
		if err := crm.SetUpAccount(ctx, tx, now, func(int) string { return "abcd" }); err != nil {
			return err
		}
		c := crm.NewContact(now)
		c.FirstName = "Valentina"
		c.Identities = []crm.Identity{{IdentityKey: crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: "a@b.cl"}, Value: "A@b.cl", Primary: true}}
		return tx.SaveContacts(ctx, []*crm.Contact{c})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(ctx, a.ID, func(r bridge.Reader) error {
		cs, err := r.ContactsByIdentity(ctx, []crm.IdentityKey{{Kind: crm.IdentityEmail, Normalized: "a@b.cl"}})
		if err != nil {
			return err
		}
		t.Logf("%+v", cs[0])
		b, err := r.Board(ctx, 5)
		t.Logf("%+v", b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
