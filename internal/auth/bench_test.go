package auth_test

import (
	"path/filepath"
	"testing"

	"puente/internal/auth"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

// BenchmarkEachRequest is what each request costs before it is looked at.
func BenchmarkEachRequest(b *testing.B) {
	for name, url := range map[string]func(t testing.TB) string{
		"sqlite":   func(t testing.TB) string { return filepath.Join(t.TempDir(), "crm.db") },
		"postgres": pgtest.URL,
	} {
		db, err := store.Open(b.Context(), url(b), store.Options{})
		must(b, err)
		b.Cleanup(func() { must(b, db.Close()) })
		s := &scene{t: b, ctx: b.Context(), store: &notedStore{Store: db}, now: start}
		s.Service = auth.New(auth.Options{Store: s.store, Now: s.clock})
		s.account = s.addAccount("Quillay")
		s.user = s.addUser(s.account, "camila@quillay.example", crm.RoleAdmin)
		s.setPassword(s.account, s.user, good)
		l := s.mustLogin()
		_, secret, err := s.CreateKey(s.ctx, l.Principal(), auth.NewKey{Name: "Web", Grants: deals})
		must(b, err)
		b.Run(name+"/session", func(b *testing.B) {
			for b.Loop() {
				s.mustSession(l.Token)
			}
		})
		b.Run(name+"/key", func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Key(s.ctx, secret); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/login", func(b *testing.B) {
			for b.Loop() {
				s.mustLogin()
			}
		})
	}
}
