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

// TestListsOfLittleWork runs the tests of lists with bounds so small that each way to make a page is taken.
func TestListsOfLittleWork(t *testing.T) {
	tight := func(t *testing.T, url string, opts store.Options) *store.Store {
		s := mustOpen(t, url, opts)
		s.TightenLists()
		return s
	}
	t.Run("SQLite", func(t *testing.T) {
		storetest.RunLists(t, func(t *testing.T) *store.Store {
			return tight(t, "sqlite:"+filepath.Join(t.TempDir(), "puente.db"), store.Options{Synchronous: "OFF"})
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		storetest.RunLists(t, func(t *testing.T) *store.Store { return tight(t, pgtest.URL(t), store.Options{}) })
	})
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
