package web

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"puente/internal/crm"
	"puente/internal/messages"
)

// nasty is what somebody may be called.
var nasty = `<script>alert(1)</script>"'&` + "\u202Eשלום\u202C 🎉 " + strings.Repeat("x", 5000)

// samples are views of each page, with nothing and with everything in it. A page without a row fails.
var samples = map[string]func(full bool) any{
	"checklist": func(full bool) any {
		if !full {
			return checklistPage{Page: samplePage(full)}
		}
		return checklistPage{samplePage(full), []step{{nasty, nasty, true, "/a", "A"}, {nasty, nasty, false, "/b", nasty}, {"C", "C", false, "", ""}, {"D", "D", false, "/d", "D"}}, "/oportunidades"}
	},
	"choose_password": func(full bool) any {
		return choosePasswordPage{samplePage(full), sampleForm(full, "password"), sampleUser(full), "/clave/x"}
	},
	"company": func(full bool) any {
		return companyPage{samplePage(full), sampleForm(full, "name"), sampleChoices(full), sampleChoices(full), sampleChoices(full), sampleChoices(full), sampleChoices(full), sampleChoices(full)}
	},
	"failure": func(full bool) any {
		if !full {
			return failurePage{Page: samplePage(full)}
		}
		return failurePage{samplePage(full), 401, nasty, nasty, "/entrar", &kept{"/contactos/nuevo", []keptField{{"notes", nasty}}, true}}
	},
	"login": func(full bool) any {
		return loginPage{samplePage(full), sampleForm(full, "email"), sampleChoices(full)}
	},
	"profile": func(full bool) any {
		p := profilePage{Page: samplePage(full), Form: sampleForm(full, "name"), Password: sampleForm(full, "password"), Look: newForm("theme", "dark"), Themes: sampleChoices(full)}
		if full {
			p.Sessions = []sessionView{{"1", nasty, "192.0.2.1", p.Moment(start.Add(-time.Hour)), true}, {"2", "curl", "", moment{}, false}}
		}
		return p
	},
	"setup": func(full bool) any {
		return setupPage{samplePage(full), sampleForm(full, "code"), sampleChoices(full), sampleChoices(full), sampleChoices(full)}
	},
	"user": func(full bool) any {
		return userPage{samplePage(full), sampleForm(full, "email"), sampleChoices(full), sampleUser(full), !full}
	},
	"user_deactivate": func(full bool) any {
		p := deactivatePage{Page: samplePage(full), Form: sampleForm(full, "to"), Person: sampleUser(full), Heirs: sampleChoices(full)}
		if full {
			p.Contacts, p.Deals, p.Activities = 1_000_000, 2, 3
		}
		return p
	},
	"user_link": func(full bool) any {
		p := linkPage{Page: samplePage(full), Person: sampleUser(full)}
		if full {
			p.Link, p.Mail, p.Expires = "http://puente.example/clave/x", nasty, p.Moment(start)
		}
		return p
	},
	"users": func(full bool) any {
		p := usersPage{Page: samplePage(full)}
		if full {
			p.Active, p.Inactive = []userView{{sampleUser(true), true, true}}, []userView{{sampleUser(true), true, false}}
		}
		return p
	},
	"users_invite": func(full bool) any {
		return invitePage{samplePage(full), sampleForm(full, "email"), sampleChoices(full)}
	},
}

func samplePage(full bool) Page {
	if !full {
		return Page{Language: crm.Spanish}
	}
	return Page{
		Title: nasty, Language: crm.Spanish, Theme: "dark", Account: crm.Account{Name: nasty, Country: crm.Chile, TimeZone: "America/Santiago", Currency: "CLP"}, User: sampleUser(true),
		Note: nasty, Demo: true, Menu: []menuItem{{nasty, "/a", "deals", true, nasty}, {"B", "/b", "sync", false, ""}},
		Settings: []menuGroup{{"", []menuItem{{nasty, "/c", "user", true, ""}}}, {nasty, []menuItem{{"D", "/d", "users", false, ""}}}}, Path: "/configuracion/perfil?x=" + nasty, Search: "/buscar", Repair: "/r", now: start,
	}
}

func sampleForm(full bool, field string) *form {
	if !full {
		return newForm()
	}
	f := newForm(field, nasty, "language", "en", "theme", "dark", "role", "admin", "country", "CL")
	f.Problems = []problemAt{{field, nasty}, {"", nasty}}
	return f
}

func sampleUser(full bool) crm.User {
	if !full {
		return crm.User{}
	}
	return crm.User{ID: "01890a5d-ac96-774b-bcce-b302099a8057", Email: nasty + "@x.cl", Name: nasty, Role: crm.RoleAdmin, Active: true}
}

func sampleChoices(full bool) []choice {
	if !full {
		return nil
	}
	return []choice{{Value: "a", Label: nasty, Hint: nasty, Icon: "user"}, {Value: "b", Label: "B", Off: true}}
}

func TestEveryPageWithNothingAndWithEverything(t *testing.T) {
	s := newEmptyWorld(t).server
	for page := range pageParts {
		sample, ok := samples[page]
		if !ok {
			t.Errorf("the page %s has no samples", page)
			continue
		}
		for language, set := range s.templates {
			for name, full := range map[string]bool{"nothing": false, "everything": true} {
				var b bytes.Buffer
				if err := set.ExecuteTemplate(&b, pageTemplate(page), sample(full)); err != nil {
					t.Errorf("%s in %s with %s: %v", page, language, name, err)
					continue
				}
				checkMarkup(t, page, b.String())
			}
		}
	}
	for name := range samples {
		if _, ok := pageParts[name]; !ok {
			t.Errorf("samples of %s, which is no page", name)
		}
	}
}

// forbidden is what our policy does not let a page have, and what should have been escaped.
var forbidden = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script>|javascript:|ZgotmplZ|<no value>|(?:src|href|action)="(?:https?:)?//`)

// outside is a link to a page elsewhere, which does not learn where somebody comes from.
var outside = regexp.MustCompile(`<a [^>]*href="https?://[^"]*"[^>]* rel="noopener noreferrer"`)

func checkMarkup(t *testing.T, name, page string) {
	t.Helper()
	if found := forbidden.FindString(outside.ReplaceAllString(page, "<a")); found != "" {
		t.Errorf("%s holds %q", name, found)
	}
	if ids := duplicates(page); len(ids) > 0 {
		t.Errorf("%s has twice the ids %v", name, ids)
	}
}

var idAttribute = regexp.MustCompile(`\sid="([^"]*)"`)

func duplicates(page string) []string {
	seen, twice := map[string]bool{}, []string(nil)
	for _, m := range idAttribute.FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			twice = append(twice, m[1])
		}
		seen[m[1]] = true
	}
	return twice
}

// templateKeys are the messages that templates ask for by name.
var templateKeys = regexp.MustCompile(`\bt "([^"]+)"`)

func TestEveryTextOfATemplateIsInTheCatalogue(t *testing.T) {
	n := 0
	must(t, fs.WalkDir(templateFiles, "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := templateFiles.ReadFile(name)
		for _, m := range templateKeys.FindAllStringSubmatch(string(text), -1) {
			n++
			if !messages.Has(m[1]) {
				t.Errorf("%s: there is no message %q", name, m[1])
			}
		}
		return err
	}))
	if n < 50 {
		t.Errorf("only %d texts found", n)
	}
}

func TestTitlesNotesAndMenusAreInTheCatalogue(t *testing.T) {
	for _, r := range routes() {
		if r.title != "" && !messages.Has(r.title) {
			t.Errorf("%s %s: there is no message %q", r.method, r.path, r.title)
		}
		if r.method == get && r.title == "" && r.scope != everybody && !strings.HasSuffix(r.path, "}") && !strings.HasSuffix(r.path, ".css") && !strings.HasSuffix(r.path, "/vivo") {
			t.Errorf("%s: a page without a title", r.path)
		}
	}
	for _, m := range settingsMenus {
		if m.label != "" && !messages.Has(m.label) {
			t.Errorf("there is no message %q", m.label)
		}
	}
	for _, name := range []string{"business", "fields", "api", "bsale", "rules", "sync"} {
		for _, part := range []string{"", ".text", ".action"} {
			if !messages.Has("step." + name + part) {
				t.Errorf("there is no message step.%s%s", name, part)
			}
		}
	}
}

func TestOptionsOfComponents(t *testing.T) {
	f := newForm("a", "1")
	if _, err := newField(f, "a", "A", "colour", "red"); err == nil {
		t.Error("an option that there is not is taken")
	}
	if _, err := newField(f, "a", "A", "rows"); err == nil {
		t.Error("half a pair is taken")
	}
	if _, err := newButton("A", "small", "yes"); err == nil {
		t.Error("a word is taken for yes or no")
	}
	v, err := newField(f, "a.b_c[1]", "A", "max", 3, "hint", "H", "type", "checkbox")
	if err != nil || v.Max != "3" || v.ID != "f-a-b-c-1" || v.Described() != "f-a-b-c-1-hint" || v.Checked {
		t.Errorf("%+v %v", v, err)
	}
	if v, err := newField(f, "a", "A", "type", "checkbox"); err != nil || !v.Checked {
		t.Errorf("%+v %v", v, err)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Marcela Rojas": "MR", "ana maría núñez soto": "AS", "bodega@x.cl": "B", "": "?", "  ": "?", "ñandú": "Ñ", "李 小龙": "李小", "¿?": "?", "juan.perez@x.cl": "JP",
	} {
		if got := initials(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestMoments(t *testing.T) {
	chile := crm.Account{Country: crm.Chile, TimeZone: "America/Santiago"}
	for ago, want := range map[time.Duration]string{
		0: "Ahora", -30 * time.Second: "Ahora", 5 * time.Minute: "Hace 5 min", 59*time.Minute + 59*time.Second: "Hace 59 min", 3 * time.Hour: "Hace 3 h", 47 * time.Hour: "Hace 1 d",
		8 * 24 * time.Hour: "04-03-2026", -48 * time.Hour: "14-03-2026 12:04",
	} {
		if got := momentOf(start.Add(-ago), start, chile, crm.Spanish); got.Text != want {
			t.Errorf("%s ago: %q, want %q", ago, got.Text, want)
		}
	}
	m := momentOf(start.Add(-time.Hour), start, chile, crm.English)
	if m.Text != "1 h ago" || m.Exact != "12-03-2026 11:04:05" || m.ISO != "2026-03-12T14:04:05Z" || m.Inline() != "1 h ago" {
		t.Errorf("%+v", m)
	}
	if (momentOf(time.Time{}, start, chile, crm.Spanish) != moment{}) {
		t.Error("never is an instant")
	}
}
