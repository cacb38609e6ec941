package store_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"puente/internal/store"
	"puente/internal/store/pgtest"
	"puente/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store {
		return mustOpen(t, "sqlite:"+filepath.Join(t.TempDir(), "puente.db"), store.Options{Synchronous: "OFF"})
	})
}

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store { return mustOpen(t, pgtest.URL(t), store.Options{}) })
}

func mustOpen(t testing.TB, url string, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
