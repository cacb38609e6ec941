package bridge_test

import (
	"context"
	"errors"
	"testing"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
)

// TestSyncComesToTheSameUnderFaults makes a pass under each fault, again after each failure, and wants the same CRM in the end.
func TestSyncComesToTheSameUnderFaults(t *testing.T) {
	for _, faults := range [][]string{
		{"429=every:7"},
		{"429=next:3", "429-header=none"},
		{"429=every:9", "429-header=none", "429-body=2"},
		{"500=prob:0.2"},
		{"500-unavailable=every:4"},
		{"502=next:12"},
		{"503=every:3"},
		{"empty=every:5"},
		{"html=every:6"},
		{"truncated=every:5"},
		{"drop=every:8"},
		{"newest-first"},
		{"short-pages=7"},
		{"legacy-dates"},
		{"list-state-default"},
		{"payments-array"},
		{"next=token"},
		{"next=null"},
		{"no-created-at"},
		{"string-numbers"},
		{"hide-emails"},
		{"count-wrong=13"},
	} {
		t.Run(faults[0], func(t *testing.T) {
			s := newShop(t, bsalesim.Options{Seed: 11, Documents: 400}, nil)
			want := s.verdicts()
			for _, text := range faults {
				fault, err := bsalesim.ParseFault(text)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.sim.SetFault(fault); err != nil {
					t.Fatal(err)
				}
			}
			got := map[int64]bridge.Plan{}
			o := bridge.SyncOptions{From: theBeginning, Observe: func(p bridge.Plan) { got[p.BsaleID] = p }}
			run, err := s.engine.Sync(context.Background(), s.ref, o)
			for tries := 0; err != nil && tries < 50; tries++ {
				var failed *bsale.Error
				if !errors.As(err, &failed) {
					t.Fatal(err)
				}
				run, err = s.engine.Sync(context.Background(), s.ref, o)
			}
			if err != nil {
				t.Fatal(err)
			}
			if run.Counts.Failed != 0 || run.Counts.Documents != len(want) {
				t.Errorf("run: %+v, want %d documents", run.Counts, len(want))
			}
			s.compare(want, got)
			s.exportEqualsOracle()
		})
	}
}

func TestRowsThatMoveBetweenPagesAreNotMissed(t *testing.T) {
	for _, fault := range []string{"insert-between-pages=3", "annul-between-pages=2"} {
		t.Run(fault, func(t *testing.T) {
			s := newShop(t, bsalesim.Options{Seed: 3, Documents: 600}, nil)
			parsed, err := bsalesim.ParseFault(fault)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.sim.SetFault(parsed); err != nil {
				t.Fatal(err)
			}
			before := s.sim.World().DocumentIDs()
			got := map[int64]bool{}
			s.sync(func(p bridge.Plan) { got[p.BsaleID] = true })
			for _, id := range before {
				if !got[id] {
					t.Errorf("document %d was missed", id)
				}
			}
		})
	}
}

func TestARefusedTokenStopsTheConnection(t *testing.T) {
	for fault, reason := range map[string]bridge.Reason{"401=after:3": bridge.TokenRefused, "402=after:3": bridge.BsaleUnpaid} {
		t.Run(fault, func(t *testing.T) {
			s := newShop(t, bsalesim.Options{Seed: 3, Documents: 300}, nil)
			parsed, err := bsalesim.ParseFault(fault)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.sim.SetFault(parsed); err != nil {
				t.Fatal(err)
			}
			if err := s.engine.Work(context.Background(), s.ref); err == nil {
				t.Fatal("no error")
			}
			if got := s.connection().StopReason; got != reason {
				t.Errorf("stopped for %q, want %q", got, reason)
			}
			calls := s.sim.Stats().Total
			if err := s.engine.Work(context.Background(), s.ref); err != nil {
				t.Errorf("a stopped connection works: %v", err)
			}
			if after := s.sim.Stats().Total; after != calls {
				t.Error("a stopped connection still calls Bsale")
			}
		})
	}
}

func (s *shop) connection() bridge.Connection {
	s.t.Helper()
	var connection bridge.Connection
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) (err error) {
		connection, err = r.Connection(context.Background(), s.ref.ConnectionID)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return connection
}
