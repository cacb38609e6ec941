package main

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
)

// opened is the program's database, seen from beside it.
type opened struct {
	*store.Store
	access  *auth.Service
	account crm.Account
}

func (p *program) open(t *testing.T, db string) *opened {
	t.Helper()
	path := strings.TrimPrefix(db, "sqlite:")
	if path != db {
		path = filepath.Join(p.folder, path)
	}
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	o := &opened{Store: s, access: auth.New(auth.Options{Store: s})}
	accounts, err := s.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(accounts) > 0 {
		o.account = accounts[0]
	}
	return o
}

func (o *opened) login(t *testing.T, email, secret string) error {
	t.Helper()
	_, err := o.access.Login(t.Context(), auth.Attempt{Email: email, Password: secret, Address: netip.MustParseAddr("192.0.2.7")})
	return err
}

// runWith runs a command that reads input.
func (p *program) runWith(t *testing.T, input string, args ...string) (code int, out string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := p.command(ctx, args...)
	c.Stdin = strings.NewReader(input)
	said, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	if strings.Contains(string(said), strings.TrimSpace(input)) {
		t.Errorf("%v prints what it read: %s", args, said)
	}
	return c.ProcessState.ExitCode(), string(said)
}

func TestUsersByCommand(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, p *program, db string) {
		p.env = append(p.env, "PUENTE_DB="+db, "PUENTE_BASE_URL=https://crm.example.invalid/")
		said := p.must(t, "user", "add", "camila@quillay.example", "--name", "Camila", "--role", "admin")
		link := regexp.MustCompile(`https://crm\.example\.invalid` + auth.LinkPath(`(pl_\S+)`) + `\n$`).FindStringSubmatch(said)
		if link == nil || !strings.Contains(said, "Administrador") {
			t.Fatalf("user add said: %s", said)
		}
		p.must(t, "user", "add", "--email", "diego@quillay.example")
		if code, said := p.runWith(t, password+"\n", "user", "add", "ana@quillay.example", "--role", "editor", "--password-stdin"); code != 0 || strings.Contains(said, "pl_") {
			t.Errorf("exit %d: %s", code, said)
		}
		if code, said := p.runWith(t, "short", "user", "add", "eva@quillay.example", "--password-stdin"); code != 1 || !strings.Contains(said, "10") {
			t.Errorf("exit %d: %s", code, said)
		}
		mustFail(t, p, 1, []string{"Camila@Quillay.example"}, "user", "add", "Camila@Quillay.example")
		mustFail(t, p, 2, []string{"--email"}, "user", "add", "a@quillay.example", "--email", "b@quillay.example")

		o := p.open(t, db)
		if err := o.login(t, "ana@quillay.example", password); err != nil {
			t.Error(err)
		}
		if _, err := o.access.Accept(t.Context(), auth.Acceptance{Token: link[1], Password: password}); err != nil {
			t.Error(err)
		}
		if err := o.login(t, "camila@quillay.example", password); err != nil {
			t.Error(err)
		}
		list := p.must(t, "user", "list")
		for _, want := range []string{`camila@\S+ +Camila +Administrador +Activo\n`, `diego@\S+ +Vendedor +Invitado`, `ana@\S+ +Editor +Activo`} {
			if !regexp.MustCompile(want).MatchString(list) {
				t.Errorf("the list does not show %s:\n%s", want, list)
			}
		}
		if strings.Contains(list, "eva@") {
			t.Errorf("a user without a good password was made:\n%s", list)
		}
		type listed struct {
			ID, Email, Name, Role string
			Active, Invited       bool
		}
		users := decode[[]listed](t, p.must(t, "user", "list", "--json"))
		if len(users) != 3 || users[0].Role != "admin" || users[0].Invited || !users[1].Invited || !users[2].Active {
			t.Errorf("users are %+v", users)
		}

		r := p.run(t, "user", "link", "CAMILA@quillay.example")
		if r.code != 0 || !regexp.MustCompile(`^https://crm\.example\.invalid`+auth.LinkPath(`pl_\S+`)+`\n$`).MatchString(r.stdout) || !strings.Contains(r.stderr, "camila@") {
			t.Errorf("user link: %+v", r)
		}
		mustFail(t, p, 1, []string{"nadie@quillay.example"}, "user", "link", "nadie@quillay.example")

		p.must(t, "user", "role", "diego@quillay.example", "admin")
		mustFail(t, p, 1, []string{"king"}, "user", "role", "diego@quillay.example", "king")
		owned := crm.NewContact(time.Now())
		owned.FirstName, owned.OwnerID = "Valentina", crm.ID(users[1].ID)
		save := func() {
			if err := o.Update(t.Context(), o.account.ID, func(tx bridge.Tx) error { return tx.SaveContacts(t.Context(), []*crm.Contact{owned}) }); err != nil {
				t.Fatal(err)
			}
		}
		owner := func() crm.ID {
			var found []*crm.Contact
			if err := o.View(t.Context(), o.account.ID, func(r bridge.Reader) (err error) {
				found, err = r.ContactsByID(t.Context(), []crm.ID{owned.ID})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			owned = found[0]
			return owned.OwnerID
		}
		save()
		mustFail(t, p, 1, []string{"nadie@quillay.example"}, "user", "deactivate", "diego@quillay.example", "--to", "nadie@quillay.example")
		mustFail(t, p, 1, nil, "user", "deactivate", "diego@quillay.example", "--to", "diego@quillay.example")
		if said := p.must(t, "user", "deactivate", "diego@quillay.example", "--to", "ana@quillay.example"); !strings.Contains(said, "ana@quillay.example") || !strings.HasSuffix(said, " 1\n") {
			t.Errorf("user deactivate said: %s", said)
		}
		if got := owner(); got != crm.ID(users[2].ID) {
			t.Errorf("the contact is %s's", got)
		}
		if said := p.must(t, "user", "deactivate", "ana@quillay.example"); !strings.Contains(said, "Sin dueño") {
			t.Errorf("user deactivate said: %s", said)
		}
		if got := owner(); got != "" {
			t.Errorf("the contact is %s's", got)
		}
		if err := o.login(t, "ana@quillay.example", password); crm.CodeOf(err) != crm.Unauthenticated {
			t.Errorf("who was deactivated logs in: %v", err)
		}
		mustFail(t, p, 1, []string{"ana@quillay.example"}, "user", "link", "ana@quillay.example")
		mustFail(t, p, 1, nil, "user", "deactivate", "camila@quillay.example") // the last administrator
		p.must(t, "user", "activate", "ana@quillay.example")
		if err := o.login(t, "ana@quillay.example", password); err != nil {
			t.Error(err)
		}
	})
}

func TestKeysByCommand(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, p *program, db string) {
		p.env = append(p.env, "PUENTE_DB="+db)
		if said := p.must(t, "user", "add", "camila@quillay.example"); !strings.Contains(said, "http://localhost:8080"+auth.LinkPath("pl_")) {
			t.Errorf("without an address of the server the link is no whole one: %s", said)
		}
		secretOf := func(args ...string) string {
			t.Helper()
			r := p.run(t, args...)
			if r.code != 0 || !regexp.MustCompile(`^pk_\S{43}\n$`).MatchString(r.stdout) || strings.Contains(r.stderr, strings.TrimSpace(r.stdout)) {
				t.Fatalf("%v: %+v", args, r)
			}
			return strings.TrimSpace(r.stdout)
		}
		first := secretOf("key", "create", "Sitio web", "--scope", "contacts:write", "--scope", "deals:read,bsale:read", "--expires", "2999-12-31")
		o := p.open(t, db)
		who := func(secret string) (auth.Principal, error) { return o.access.Key(t.Context(), secret) }
		principal, err := who(first)
		if err != nil || principal.AccountID != o.account.ID || strings.Join(principal.Key.Grants.Scopes(), " ") != "contacts:write deals:read bsale:read" {
			t.Errorf("%+v, %v", principal, err)
		}
		if got := principal.Key.ExpiresAt.Format(time.DateOnly); got != "3000-01-01" {
			t.Errorf("it expires on %s", got)
		}
		list := p.must(t, "key", "list")
		if !strings.Contains(list, "Sitio web") || !strings.Contains(list, "…"+first[len(first)-4:]) || !strings.Contains(list, "Activa") || strings.Contains(list, first) {
			t.Errorf("the list is:\n%s", list)
		}
		second := secretOf("key", "rotate", "sitio WEB", "--grace", "1h")
		for _, secret := range []string{first, second} {
			if _, err := who(secret); err != nil {
				t.Error(err)
			}
		}
		if r := p.run(t, "key", "rotate", "sitio web", "--grace", "7d"); r.code != 0 || !strings.Contains(r.stderr, "…"+strings.TrimSpace(r.stdout)[len(strings.TrimSpace(r.stdout))-4:]) {
			t.Errorf("key rotate: %+v", r)
		}
		mustFail(t, p, 1, []string{"30 días"}, "key", "rotate", "sitio web", "--grace", "31d")
		mustFail(t, p, 2, []string{"“pronto” no es un tiempo"}, "key", "rotate", "sitio web", "--grace", "pronto")
		p.must(t, "key", "revoke", string(principal.Key.ID))
		for _, secret := range []string{first, second} {
			if _, err := who(secret); crm.CodeOf(err) != crm.Unauthenticated {
				t.Errorf("a revoked key lets in: %v", err)
			}
		}
		type listed struct {
			ID, Name, State string
			Scopes          []string
		}
		if keys := decode[[]listed](t, p.must(t, "key", "list", "--json")); len(keys) != 1 || keys[0].State != "revoked" || len(keys[0].Scopes) != 3 {
			t.Errorf("keys are %+v", keys)
		}
		mustFail(t, p, 1, []string{"Sitio web"}, "key", "rotate", string(principal.Key.ID))
		mustFail(t, p, 1, []string{"“Sitio web”"}, "key", "revoke", string(principal.Key.ID))
		mustFail(t, p, 1, []string{"nada"}, "key", "revoke", "nada")
		mustFail(t, p, 1, []string{"money:read"}, "key", "create", "x", "--scope", "money:read")
		mustFail(t, p, 1, []string{"vencimiento"}, "key", "create", "x", "--scope", "deals:read", "--expires", "2001-01-01")
		mustFail(t, p, 2, []string{"--scope"}, "key", "create", "x")
		mustFail(t, p, 2, []string{"soon"}, "key", "create", "x", "--scope", "deals:read", "--expires", "soon")
		secretOf("key", "create", "Gemela", "--scope", "deals:read")
		secretOf("key", "create", "gemela", "--scope", "deals:read")
		mustFail(t, p, 1, []string{"Gemela", "key list"}, "key", "revoke", "Gemela")
	})
}

func TestAccountsByCommand(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, p *program, db string) {
		p.env = append(p.env, "PUENTE_DB="+db)
		p.must(t, "user", "add", "camila@quillay.example", "--country", "PE")
		shown := p.must(t, "account", "set", "--name", "Viña Quillay", "--language", "en", "--seller-access", "see_all", "--time-zone", "America/Bogota", "--date-style", "yyyy-mm-dd")
		for _, want := range []string{`Nombre +Viña Quillay\n`, `País +PE\n`, `Moneda +PEN\n`, `Zona horaria +America/Bogota\n`, `Idioma +en\n`, `fechas +yyyy-mm-dd\n`, `vendedores +see_all\n`} {
			if !regexp.MustCompile(want).MatchString(shown) {
				t.Errorf("it does not show %s:\n%s", want, shown)
			}
		}
		if again := p.must(t, "account", "show"); again != shown {
			t.Errorf("then it shows:\n%s", again)
		}
		type account struct{ ID, Name, Currency, SellerAccess string }
		one := decode[account](t, p.must(t, "account", "show", "--json"))
		if one.Name != "Viña Quillay" || one.SellerAccess != "see_all" {
			t.Errorf("as JSON: %+v", one)
		}
		mustFail(t, p, 1, []string{"XYZ"}, "account", "set", "--currency", "XYZ")
		mustFail(t, p, 2, []string{"--name"}, "account", "set")

		o := p.open(t, db)
		other, err := crm.NewAccount("Boldo", crm.Chile, crm.Spanish, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := o.CreateAccount(t.Context(), other, nil); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"account", "show"},
			{"account", "set", "--name", "x"},
			{"user", "list"},
			{"user", "add", "a@quillay.example"},
			{"user", "link", "camila@quillay.example"},
			{"user", "role", "camila@quillay.example", "admin"},
			{"user", "deactivate", "camila@quillay.example"},
			{"user", "activate", "camila@quillay.example"},
			{"key", "list"},
			{"key", "create", "x", "--scope", "deals:read"},
			{"key", "rotate", "x"},
			{"key", "revoke", "x"},
			{"runs", "list"},
			{"runs", "pause", "x"},
			{"retry", "--document", "1"},
		} {
			mustFail(t, p, 1, []string{"Boldo", "Viña Quillay", "--account"}, args...)
			mustFail(t, p, 1, []string{"Nadie", "Boldo"}, append(args, "--account", "Nadie")...)
		}
		p.must(t, "user", "add", "diego@boldo.example", "--account", "BOLDO")
		if list := p.must(t, "user", "list", "--account", string(other.ID)); !strings.HasPrefix(list, "diego@boldo.example") || strings.Count(list, "\n") != 1 {
			t.Errorf("users of the other account:\n%s", list)
		}
		if list := p.must(t, "account", "list"); !strings.Contains(list, one.ID) || !strings.Contains(list, "Boldo") {
			t.Errorf("accounts:\n%s", list)
		}
		if all := decode[[]account](t, p.must(t, "account", "list", "--json")); len(all) != 2 || all[1].Name != "Boldo" {
			t.Errorf("accounts: %+v", all)
		}
	})
}

func TestTheServiceShowsACodeUntilSomebodyCanLogIn(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, p *program, db string) {
		p.env = append(p.env, "PUENTE_DB="+db, "PUENTE_SECRET_FILE="+filepath.Join(p.folder, "puente.key"))
		service := p.start(t, "serve", "--listen", "127.0.0.1:0")
		code := service.waitFor(`primer administrador con este código, que sirve una vez: (\S+)\n`)[1]
		service.waitFor(`serving`)
		if exit, log := service.stop(); exit != 0 || strings.Count(log, code) != 1 {
			t.Errorf("exit %d:\n%s", exit, log)
		}
		o := p.open(t, db)
		if _, err := o.access.SetUp(t.Context(), auth.SetUp{Code: code, Email: "camila@quillay.example", Password: password}); err != nil {
			t.Fatal(err)
		}
		service = p.start(t, "serve", "--listen", "127.0.0.1:0")
		service.waitFor(`serving`)
		if exit, log := service.stop(); exit != 0 || strings.Contains(log, "primer administrador") {
			t.Errorf("exit %d:\n%s", exit, log)
		}
	})
}

func TestABackupIsMadeBesideTheServiceAndGoesInItsPlace(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.env = append(p.env, "PUENTE_DB=crm.db")
	service := p.start(t, "serve", "--listen", "127.0.0.1:0")
	service.waitFor(`serving`)
	p.must(t, "user", "add", "camila@quillay.example")
	if said := p.must(t, "backup", "copia.db"); !strings.Contains(said, "copia.db") {
		t.Errorf("backup said: %s", said)
	}
	p.must(t, "user", "add", "diego@quillay.example")
	mustFail(t, p, 1, []string{"copia.db"}, "backup", "copia.db")
	mustFail(t, p, 1, []string{"nowhere/copia.db"}, "backup", "nowhere/copia.db")
	mustFail(t, p, 1, []string{"nope.db"}, "backup", "--db", "nope.db", "other.db")
	p.write(t, "text.txt", strings.Repeat("this is no database. ", 1000))
	mustFail(t, p, 1, []string{"text.txt"}, "backup", "--db", "text.txt", "other.db")
	mustFail(t, p, 1, []string{"pg_dump"}, "backup", "--db", "postgres://puente@db.example.invalid/crm", "other.db")
	if code, log := service.stop(); code != 0 {
		t.Errorf("exit %d:\n%s", code, log)
	}
	for _, name := range p.list(t) {
		if strings.HasPrefix(name, "other.db") || strings.HasPrefix(name, "copia.db-") {
			t.Errorf("%s was left", name)
		}
	}
	info, err := os.Stat(filepath.Join(p.folder, "copia.db"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the backup's mode is %v", info.Mode())
	}
	if list := p.must(t, "user", "list", "--db", "copia.db"); !strings.HasPrefix(list, "camila@quillay.example") || strings.Count(list, "\n") != 1 {
		t.Errorf("users of the backup:\n%s", list)
	}
}
