package storetest

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"puente/internal/auth"
)

func testCounters(t *testing.T, f *fixture) {
	now := f.clock.Now()
	small := auth.Counter{Key: "a small one", Burst: 3, Refill: time.Minute}
	large := auth.Counter{Key: "b large one", Burst: 100, Refill: time.Minute}
	const free = time.Duration(0)
	count := func(at time.Time, counters ...auth.Counter) time.Duration {
		wait, err := f.CountAttempt(f.ctx, counters, at)
		must(t, err)
		return wait
	}
	for range 3 {
		same(t, "wait", count(now, small, large), free)
	}
	for range 50 {
		same(t, "wait when one is full", count(now, small, large), time.Minute)
	}
	same(t, "wait in between", count(now.Add(20*time.Second), small, large), 40*time.Second)
	for range 97 {
		same(t, "what was refused was not counted", count(now, large), free)
	}
	same(t, "the large one is full", count(now, large), time.Minute)
	same(t, "an attempt of which a later counter is full", count(now.Add(time.Minute-1), auth.Counter{Key: "c", Burst: 1, Refill: time.Hour}, large) > 0, true)
	same(t, "is counted nowhere", count(now, auth.Counter{Key: "c", Burst: 1, Refill: time.Hour}), free)
	same(t, "a minute later", count(now.Add(time.Minute), small), free)
	same(t, "and no more", count(now.Add(time.Minute), small), time.Minute)
	must(t, f.UncountAttempt(f.ctx, []auth.Counter{small}))
	same(t, "after one was right", count(now.Add(time.Minute), small), free)
	same(t, "after a long time all are free", []time.Duration{
		count(now.Add(time.Hour), small), count(now.Add(time.Hour), small), count(now.Add(time.Hour), small), count(now.Add(time.Hour), small),
	}, []time.Duration{0, 0, 0, time.Minute})

	// Many at once are not let through together.
	var through atomic.Int64
	var all sync.WaitGroup
	both := []auth.Counter{{Key: "d", Burst: 5, Refill: time.Minute}, {Key: "e", Burst: 50, Refill: time.Minute}}
	for range 20 {
		all.Go(func() {
			wait, err := f.CountAttempt(f.ctx, both, now)
			if err != nil {
				t.Error(err)
			} else if wait == 0 {
				through.Add(1)
			}
		})
	}
	all.Wait()
	same(t, "let through at once", through.Load(), int64(5))
}

// testCountersInUse counts attempts on counters that are idle, and so may be removed by each other.
func testCountersInUse(t *testing.T, f *fixture) {
	const keys = 40
	pair := func(i, round int) []auth.Counter {
		a := auth.Counter{Key: auth.Hash("a" + strconv.Itoa((i*7+round)%keys)), Burst: 1000, Refill: time.Second}
		b := auth.Counter{Key: auth.Hash("b" + strconv.Itoa((i*11+round*3)%keys)), Burst: 1000, Refill: time.Second}
		return []auth.Counter{a, b}
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for round := range 40 {
				// The clocks differ, so that what one finds idle is in use by another.
				if _, err := f.CountAttempt(f.ctx, pair(i, round), start.Add(time.Duration(round)*time.Hour)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func testForgetting(t *testing.T, f *fixture) {
	const many = 30
	at := f.clock.Now()
	f.access(t, func(tx auth.Tx) error {
		for i := range many {
			n := strconv.Itoa(i)
			s := f.session("")
			s.ExpiresAt = at
			must(t, tx.CreateSession(f.ctx, s, auth.Hash("s"+n)))
			must(t, tx.RememberDevice(f.ctx, f.user.ID, auth.Hash("d"+n), at))
		}
		lasting := f.session("")
		must(t, tx.RememberDevice(f.ctx, f.user.ID, "lasting", at.Add(1000)))
		must(t, tx.CreateSession(f.ctx, lasting, "lasting"))
		return tx.SavePasswordLink(f.ctx, auth.PasswordLink{AccountID: f.account.ID, UserID: f.user.ID, ExpiresAt: at}, "link")
	})
	rows := func(table string) (n int) {
		must(t, f.ReaderDB().QueryRowContext(f.ctx, `SELECT COUNT(*) FROM `+table).Scan(&n))
		return n
	}
	must(t, f.ForgetExpired(f.ctx, at.Add(-1000), 100))
	same(t, "sessions, links and devices that last", []int{rows("login_session"), rows("password_link"), rows("known_device")}, []int{many + 1, 1, many + 1})
	must(t, f.ForgetExpired(f.ctx, at, 20))
	same(t, "at most so many go at once", []int{rows("login_session"), rows("password_link"), rows("known_device")}, []int{many - 19, 0, many - 19})
	must(t, f.ForgetExpired(f.ctx, at, 20))
	same(t, "what lasts stays", []int{rows("login_session"), rows("known_device")}, []int{1, 1})

	for i := range 200 {
		_, err := f.CountAttempt(f.ctx, []auth.Counter{{Key: auth.Hash(strconv.Itoa(i)), Burst: 1, Refill: time.Second}}, at.Add(time.Duration(i)*time.Minute))
		must(t, err)
	}
	if n := rows("login_counter"); n > 2 {
		t.Errorf("%d counters are kept of 200 that are idle", n)
	}
}

func testSetupCodes(t *testing.T, f *fixture) {
	for i := range 4 {
		must(t, f.AddSetupCode(f.ctx, auth.Hash("code"+strconv.Itoa(i)), f.clock.Now(), 3))
	}
	use := func(code auth.Hash) (ok bool) {
		f.access(t, func(tx auth.Tx) (err error) {
			ok, err = tx.UseSetupCode(f.ctx, code)
			return err
		})
		return ok
	}
	for code, want := range map[auth.Hash]bool{"code0": false, "code2": true} {
		known, err := f.SetupCodeKnown(f.ctx, code)
		must(t, err)
		same(t, string(code), known, want)
	}
	same(t, "the oldest of too many", use("code0"), false)
	same(t, "one of them", use("code2"), true)
	same(t, "another, after that", use("code3"), false)
}
