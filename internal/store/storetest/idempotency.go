package storetest

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// testAnswersOnce asks again in every way there is.
func testAnswersOnce(t *testing.T, f *fixture) {
	key := crm.Actor{Kind: crm.ActorAPIKey, ID: crm.NewID()}
	other := crm.Actor{Kind: crm.ActorAPIKey, ID: crm.NewID()}
	now := f.clock.Now()
	calls := 0
	ask := func(account crm.ID, actor crm.Actor, key, request string, at time.Time) (string, bool, error) {
		answer, again, err := f.UpdateOnce(f.ctx, account, actor, key, request, at, at.Add(-24*time.Hour), func(bridge.Tx) ([]byte, error) {
			calls++
			return []byte("answer " + strconv.Itoa(calls)), nil
		})
		return string(answer), again, err
	}
	second, _, _, _ := f.addAccount(t, "Otra empresa")
	for _, c := range []struct {
		name    string
		account crm.ID
		actor   crm.Actor
		request string
		at      time.Time
		want    string
		again   bool
	}{
		{"the first", f.account.ID, key, "r", now, "answer 1", false},
		{"again", f.account.ID, key, "r", now.Add(time.Hour), "answer 1", true},
		{"another actor", f.account.ID, other, "r", now, "answer 2", false},
		{"another account", second.ID, key, "r", now, "answer 3", false},
		{"a day later", f.account.ID, key, "r", now.Add(25 * time.Hour), "answer 4", false},
		{"again, a day later", f.account.ID, key, "r", now.Add(26 * time.Hour), "answer 4", true},
	} {
		answer, again, err := ask(c.account, c.actor, "k", c.request, c.at)
		if err != nil || answer != c.want || again != c.again {
			t.Errorf("%s: %q, again %v, %v; want %q, %v", c.name, answer, again, err, c.want, c.again)
		}
	}
	if _, _, err := ask(f.account.ID, key, "k", "other", now.Add(26*time.Hour)); crm.CodeOf(err) != crm.Invalid {
		t.Errorf("another request with the key: %v", err)
	}

	failed := errors.New("failed")
	contact := f.contact("once@example.invalid")
	_, _, err := f.UpdateOnce(f.ctx, f.account.ID, key, "fails", "r", now, now.Add(-time.Hour), func(tx bridge.Tx) ([]byte, error) {
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{contact}))
		return nil, failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if answer, again, err := ask(f.account.ID, key, "fails", "r", now); err != nil || again || answer != "answer 5" {
		t.Errorf("after a failure the key is free: %q, again %v, %v", answer, again, err)
	}
	if got := view(t, f, func(r bridge.Reader) ([]*crm.Contact, error) { return r.ContactsByID(f.ctx, []crm.ID{contact.ID}) }); len(got) > 0 {
		t.Error("what failed left a contact")
	}
}

// testAnswersOnceTogether lets many ask at once.
func testAnswersOnceTogether(t *testing.T, f *fixture) {
	actor := crm.Actor{Kind: crm.ActorAPIKey, ID: crm.NewID()}
	now := f.clock.Now()
	var calls, first atomic.Int64
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			answer, again, err := f.UpdateOnce(f.ctx, f.account.ID, actor, "k", "r", now, now.Add(-time.Hour), func(bridge.Tx) ([]byte, error) {
				return []byte("answer " + strconv.FormatInt(calls.Add(1), 10)), nil
			})
			if err != nil || string(answer) != "answer 1" {
				t.Errorf("%q, %v", answer, err)
			}
			if !again {
				first.Add(1)
			}
		})
	}
	group.Wait()
	if calls.Load() != 1 || first.Load() != 1 {
		t.Errorf("it happened %d times, and %d were told so", calls.Load(), first.Load())
	}
}
