package auth_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"puente/internal/auth"
	"puente/internal/crm"
)

func TestPasswordsThatMayBeChosen(t *testing.T) {
	const email = "camila.rebolledo@quillay.example"
	for password, key := range map[string]string{
		good:                                 "",
		"xkqjzvbmwt":                         "",
		"ñandú en Ñuñoa":                     "",
		"  con espacios  ":                   "",
		"perro verde 7":                      "",
		strings.Repeat("añb€", 50):           "password_common", // the same four again and again
		"":                                   "password_short",
		"xkqjzvbmw":                          "password_short",
		"ñáéíóúüñá":                          "password_short", // nine, of two bytes each
		long(201):                            "password_long",
		long(200):                            "",
		"Camila.Rebolledo@Quillay.example":   "password_is_email",
		"camila.rebolledo":                   "password_is_email",
		"camila.rebolledo@otra.example":      "",
		"1234567890":                         "password_common",
		"9876543210":                         "password_common",
		"aaaaaaaaaaaa":                       "password_common",
		"abababababab":                       "password_common",
		"xkq7xkq7xkq7":                       "password_common",
		"QwertyUiop":                         "password_common",
		"poiuytrewq":                         "password_common",
		"Contraseña2026!":                    "password_common",
		"contrasen\u0303a99":                 "password_common", // ñ in two characters
		"P4ssw0rd!!":                         "password_common",
		"2026bienvenido":                     "password_common",
		"ClaveClave12":                       "password_common",
		"1q2w3e4r5t":                         "password_common",
		"jklmnñopqr":                         "password_common",
		"\xff\xfe no es texto":               "password_long",
		"universidaddechile":                 "password_common",
		"universidad de chile en primavera1": "",
	} {
		err := auth.CheckPassword(password, email)
		if key == "" {
			if err != nil {
				t.Errorf("%q: %v", password, err)
			}
			continue
		}
		if e := mustFail(t, err, crm.Invalid, key); e.Field != "password" || strings.Contains(fmt.Sprint(e, e.Params), password) && password != "" {
			t.Errorf("%q: the error is %v", password, e)
		}
	}
}

// long returns n characters that are not easily guessed.
func long(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune('a' + rune(i*i*7+i*3)%400)
	}
	return b.String()
}

func FuzzCheckPassword(f *testing.F) {
	f.Add(good, "a@b.example")
	f.Fuzz(func(t *testing.T, password, email string) {
		if auth.CheckPassword(password, email) == nil && (utf8.RuneCountInString(password) < auth.MinPassword || !utf8.ValidString(password)) {
			t.Errorf("%q may be chosen", password)
		}
	})
}

func TestAPasswordIsTheSameFromEveryKeyboard(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *scene) {
		s.setPassword(s.account, s.user, "ñandú en Ñuñoa")
		_, err := s.try("n\u0303andu\u0301 en N\u0303un\u0303oa")
		must(t, err)
	})
}

func TestHashingTakesFewPlaces(t *testing.T) {
	s := auth.New(auth.Options{})
	s.UseParams(weak)
	release := s.HoldHashing()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.CanHash(ctx); err == nil {
		t.Error("a third password is hashed at once")
	}
	release()
	must(t, s.CanHash(t.Context()))
}

func TestScopesAreWrittenAndRead(t *testing.T) {
	all := auth.RoleGrants(crm.RoleAdmin)
	for _, area := range auth.Areas {
		if all[area] != auth.Admin {
			t.Errorf("an administrator has not all of %s", area)
		}
	}
	for role, want := range map[crm.Role][]string{
		crm.RoleEditor: {"contacts:admin", "deals:admin", "activities:admin", "settings:read", "users:read", "bsale:write"},
		crm.RoleSeller: {"contacts:write", "deals:write", "activities:write", "settings:read", "users:read"},
		"king":         nil,
	} {
		got := auth.RoleGrants(role).Scopes()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", role, got, want)
		}
		read, err := auth.ParseScopes(got)
		if err != nil || !read.Cover(auth.RoleGrants(role)) || !auth.RoleGrants(role).Cover(read) {
			t.Errorf("%s: read again it is %v, %v", role, read, err)
		}
	}
	grants, err := auth.ParseScopes([]string{"deals:admin", " deals:read"})
	if err != nil || grants[auth.Deals] != auth.Admin {
		t.Errorf("of two levels the higher is given: %v, %v", grants, err)
	}
	for _, wrong := range []string{"", "deals", "deals:", "deals:none", ":read", "deals:Read", "money:read", "deals:read:write"} {
		_, err := auth.ParseScopes([]string{wrong})
		mustFail(t, err, crm.Invalid, "scope_unknown")
	}
}
