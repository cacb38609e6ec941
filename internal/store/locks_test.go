package store_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

// heldAccount returns a store with an account to which somebody writes until release is called.
func heldAccount(t *testing.T, opts store.Options) (s *store.Store, account crm.ID, release func()) {
	t.Helper()
	s = mustOpen(t, pgtest.URL(t), opts)
	a, err := crm.NewAccount("Quillay", crm.Chile, crm.Spanish, time.Unix(1_760_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateAccount(t.Context(), a, nil); err != nil {
		t.Fatal(err)
	}
	held, end, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.Update(context.Background(), a.ID, func(bridge.Tx) error {
			close(held)
			<-end
			return nil
		})
	}()
	<-held
	release = sync.OnceFunc(func() {
		close(end)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(release)
	return s, a.ID, release
}

func TestWritersThatWaitLeaveReadersTheirConnections(t *testing.T) {
	s, account, release := heldAccount(t, store.Options{})
	const many = 40 // more than there are connections
	var waiting sync.WaitGroup
	for range many {
		waiting.Go(func() {
			if err := s.Update(context.Background(), account, func(bridge.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	for s.WriterDB().Stats().WaitCount == 0 { // until no connection is left for writers
		if t.Context().Err() != nil {
			return
		}
		runtime.Gosched()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.View(ctx, account, func(r bridge.Reader) error {
		_, err := r.Account(ctx)
		return err
	}); err != nil {
		t.Errorf("nobody can read while others wait to write: %v", err)
	}
	release()
	waiting.Wait()
}

func TestWhoWaitsTooLongToWriteIsTold(t *testing.T) {
	s, account, _ := heldAccount(t, store.Options{BusyTimeout: 20 * time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := s.Update(ctx, account, func(bridge.Tx) error { return nil })
	if e := (*crm.Error)(nil); !errors.As(err, &e) || e.Code != crm.Unavailable || e.Key != "database_locked" {
		t.Errorf("got %v", err)
	}
}
