package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// testNesting opens each kind of transaction inside each other.
func testNesting(t *testing.T, f *fixture) {
	ctx := f.WithoutNesting(f.ctx)
	kinds := map[string]func(ctx context.Context, inside func()) error{
		"View": func(ctx context.Context, inside func()) error {
			return f.View(ctx, f.account.ID, func(bridge.Reader) error { inside(); return nil })
		},
		"Update": func(ctx context.Context, inside func()) error {
			return f.Update(ctx, f.account.ID, func(bridge.Tx) error { inside(); return nil })
		},
		"UpdateOnce": func(ctx context.Context, inside func()) error {
			now := f.clock.Now()
			_, _, err := f.UpdateOnce(ctx, f.account.ID, crm.Actor{Kind: crm.ActorUser, ID: f.user.ID}, string(crm.NewID()), "x", now, now, func(bridge.Tx) ([]byte, error) { inside(); return []byte("{}"), nil })
			return err
		},
		"a look at all accounts": func(ctx context.Context, _ func()) error {
			_, err := f.Accounts(ctx)
			return err
		},
		"a note": func(ctx context.Context, _ func()) error {
			return f.NoteUsed(ctx, f.account.ID, crm.NewID(), f.clock.Now())
		},
	}
	for outer, open := range kinds {
		must(t, open(ctx, func() {
			for inner, nested := range kinds {
				soon, cancel := context.WithTimeout(ctx, 10*time.Second) // it fails at once, or it waits for what it never gets
				err := nested(soon, func() { t.Errorf("%s inside %s runs", inner, outer) })
				cancel()
				if err == nil || !strings.Contains(err.Error(), "inside another") {
					t.Errorf("%s inside %s: %v", inner, outer, err)
				}
			}
		}))
	}
}
