package bridge_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
	"puente/internal/store"
)

// shop is a running simulator, a database and an engine between them.
type shop struct {
	t      *testing.T
	sim    *bsalesim.Simulator
	store  *store.Store
	engine *bridge.Engine
	ref    bridge.ConnectionRef
	rules  []byte
	users  []string
}

func newShop(t *testing.T, options bsalesim.Options, change func(*bridge.Rules)) *shop {
	t.Helper()
	ctx := context.Background()
	sim, err := bsalesim.New(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "puente.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &shop{t: t, sim: sim, store: db}
	s.engine = s.newEngine("test")
	s.setUp(ctx, change)
	return s
}

func (s *shop) newEngine(holder string) *bridge.Engine {
	return bridge.NewEngine(bridge.Options{Store: s.store, Holder: holder, Open: func(c bridge.Connection) (*bsale.Client, error) {
		return bsale.New(bsale.Config{BaseURL: c.BaseURL, Token: bsale.Token(s.sim.Token()), RequestsPerSecond: -1})
	}})
}

func (s *shop) setUp(ctx context.Context, change func(*bridge.Rules)) {
	s.t.Helper()
	now := time.Now()
	account, err := crm.NewAccount("Mi empresa", crm.Country(s.sim.World().Country()), crm.Spanish, now)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.store.CreateAccount(ctx, account); err != nil {
		s.t.Fatal(err)
	}
	rules := bridge.DefaultRules(crm.Spanish)
	if change != nil {
		change(&rules)
	}
	err = s.store.Update(ctx, account.ID, func(tx bridge.Tx) error {
		if err := crm.SetUpAccount(ctx, tx, now, crm.RandomLetters); err != nil {
			return err
		}
		for _, user := range s.sim.World().Users()[:3] {
			if _, ok := crm.NormalizeEmail(user.Email); !ok {
				continue
			}
			made, err := crm.CreateUser(ctx, tx, user.Email, user.FirstName, crm.RoleSeller, now)
			if err != nil {
				return err
			}
			s.users = append(s.users, made.Email)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	connection, err := s.engine.Connect(ctx, account.ID, bridge.ConnectionSettings{BaseURL: s.sim.URL(), Rules: &rules, RequestsPerSecond: -1})
	if err != nil {
		s.t.Fatal(err)
	}
	s.rules = connection.Rules
	s.ref = bridge.ConnectionRef{AccountID: account.ID, ConnectionID: connection.ID}
}

func TestSyncAgreesWithTheOracleDocumentByDocument(t *testing.T) {
	for _, variant := range []struct {
		name   string
		change func(*bridge.Rules)
	}{
		{"default rules", nil},
		{"tax id, anonymous sales, moving annulments, invoices", func(r *bridge.Rules) {
			r.Contact.Require, r.Contact.Anonymous = bridge.RequireTaxID, bridge.AnonymousCreate
			r.Void = bridge.VoidRule{Action: bridge.VoidStage, Stage: "Anulado"}
			r.ExtraKinds = []bridge.Kind{bridge.KindInvoice, bridge.KindSalesNote}
			r.Value = bridge.ValueNet
		}},
		{"either, conflicts, issuer", func(r *bridge.Rules) {
			r.Contact.Require, r.Several, r.Owner.Reference = bridge.RequireEmailOrPhone, bridge.SeveralConflict, bridge.OwnerIssuer
			r.ExtraKinds = []bridge.Kind{bridge.KindInvoice}
		}},
	} {
		t.Run(variant.name, func(t *testing.T) {
			s := newShop(t, bsalesim.Options{Seed: 7, Documents: 2000}, variant.change)
			want, err := bsalesim.Verdicts(s.sim.World(), s.rules, s.users, bsalesim.OracleOptions{})
			if err != nil {
				t.Fatal(err)
			}
			got := map[int64]bridge.Plan{}
			from, _ := bsale.ParseDay("2000-01-01")
			run, err := s.engine.Sync(context.Background(), s.ref, bridge.SyncOptions{From: from, Observe: func(p bridge.Plan) { got[p.BsaleID] = p }})
			if err != nil {
				t.Fatal(err)
			}
			if run.State != bridge.RunDone || run.Counts.Failed != 0 || run.Counts.Documents != len(want) {
				t.Errorf("run: %+v, want %d documents", run, len(want))
			}
			shown := 0
			for id, verdict := range want {
				plan := got[id]
				if string(plan.Outcome) != verdict.Outcome || string(plan.Reason) != verdict.Reason {
					if shown++; shown <= 10 {
						data, _ := json.MarshalIndent(plan, "", " ")
						document, _ := s.sim.World().Document(id)
						t.Errorf("document %d: oracle says %+v; plan %s\n%+v", id, verdict, data, document)
					}
				}
			}
			if shown > 0 {
				t.Errorf("%d of %d differ", shown, len(want))
			}
			t.Logf("%+v calls %d", run.Counts, run.Calls)

			again, err := s.engine.Sync(context.Background(), s.ref, bridge.SyncOptions{From: from})
			if err != nil {
				t.Fatal(err)
			}
			if again.Counts.Created != 0 || again.Counts.Updated != 0 || again.Counts.Failed != 0 || again.Counts.ContactsCreated != 0 {
				t.Errorf("a second pass: %+v", again.Counts)
			}
		})
	}
}
