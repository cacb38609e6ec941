package auth_test

import (
	"fmt"
	"strings"
	"testing"

	"puente/internal/auth"
)

// TestNothingThatLetsAnybodyInIsStored looks for each secret in each table.
func TestNothingThatLetsAnybodyInIsStored(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		admin := auth.Operator(s.account.ID)
		code := s.mustCode()
		s.mustCode()
		s.setPassword(s.account, s.user, good)
		l := s.mustLogin()
		link, _, err := s.Link(s.ctx, admin, s.user.ID)
		must(t, err)
		key, secret, err := s.CreateKey(s.ctx, admin, auth.NewKey{Name: "Web", Grants: deals})
		must(t, err)
		_, rotated, err := s.RotateKey(s.ctx, admin, key.ID, auth.MaxGrace)
		must(t, err)
		s.attack(3, func(i int) auth.Attempt { return auth.Attempt{Email: "espia@quillay.example", Address: address(i)} })

		tables := []string{"user_password", "login_session", "password_link", "known_device", "api_key", "api_key_secret", "login_counter", "setup_code"}
		var all strings.Builder
		for _, table := range tables {
			rows, err := s.store.ReaderDB().QueryContext(s.ctx, `SELECT * FROM `+table)
			must(t, err)
			columns, err := rows.Columns()
			must(t, err)
			n := 0
			for ; rows.Next(); n++ {
				values, into := make([]any, len(columns)), make([]any, len(columns))
				for i := range values {
					into[i] = &values[i]
				}
				must(t, rows.Scan(into...))
				fmt.Fprintf(&all, "%s %s\n", table, values)
			}
			must(t, rows.Err())
			must(t, rows.Close())
			if n == 0 {
				t.Errorf("%s is empty", table)
			}
		}
		for what, hidden := range map[string]string{
			"password": good, "session": l.Token, "device": l.Device, "link": link, "key": secret, "key after rotation": rotated, "setup code": code,
			"setup code without dashes": strings.ReplaceAll(code, "-", ""), "e-mail of an attempt": "espia", "address of an attempt": address(1).String(),
		} {
			hidden = strings.TrimLeft(hidden, "psdlk_")
			if strings.Contains(all.String(), hidden) {
				t.Errorf("the %s is stored as it is", what)
			}
		}
	})
}
