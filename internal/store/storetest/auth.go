package storetest

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// access runs fn in a transaction that must commit.
func (f *fixture) access(t *testing.T, fn func(tx auth.Tx) error) {
	t.Helper()
	must(t, f.UpdateAccess(f.ctx, f.account.ID, fn))
}

// seeAccess reads with fn what must be there.
func seeAccess[T any](t *testing.T, f *fixture, fn func(r auth.Reader) (T, error)) T {
	t.Helper()
	var got T
	must(t, f.ViewAccess(f.ctx, f.account.ID, func(r auth.Reader) (err error) {
		got, err = fn(r)
		return err
	}))
	return got
}

// currentUser returns the fixture's user as it is stored.
func (f *fixture) currentUser(t *testing.T) crm.User {
	t.Helper()
	users := view(t, f, func(r bridge.Reader) ([]crm.User, error) { return r.Users(f.ctx) })
	return users[slices.IndexFunc(users, func(u crm.User) bool { return u.ID == f.user.ID })]
}

// addressesAsTheyAre compares addresses, whose fields nobody sees.
var addressesAsTheyAre = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

func (f *fixture) session(address string) auth.Session {
	now := f.clock.Now()
	s := auth.Session{ID: crm.NewID(), UserID: f.user.ID, Agent: "Firefox, \"dos\"", CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(time.Hour)}
	if address != "" {
		s.Address = netip.MustParseAddr(address)
	}
	return s
}

func testPasswords(t *testing.T, f *fixture) {
	password := func() auth.Password {
		return seeAccess(t, f, func(r auth.Reader) (auth.Password, error) { return r.Password(f.ctx, f.user.ID) })
	}
	anybody := func() bool {
		yes, err := f.AnybodyCanLogIn(f.ctx)
		must(t, err)
		return yes
	}
	same(t, "no password", password(), auth.Password{})
	same(t, "anybody before", anybody(), false)
	first, second := auth.Password{Hash: "$a", ChangedAt: f.clock.Now()}, auth.Password{Hash: "$b", ChangedAt: f.clock.Now()}
	for _, p := range []auth.Password{first, second} {
		f.access(t, func(tx auth.Tx) error { return tx.SavePassword(f.ctx, f.user.ID, p) })
		same(t, "password", password(), p)
	}
	f.update(t, func(tx bridge.Tx) error {
		return tx.CreateUser(f.ctx, crm.User{ID: crm.NewID(), Email: "nueva@quillay.example", Role: crm.RoleSeller, Active: true})
	})
	same(t, "password holders", seeAccess(t, f, func(r auth.Reader) ([]crm.ID, error) { return r.PasswordHolders(f.ctx) }), []crm.ID{f.user.ID})
	same(t, "anybody", anybody(), true)

	people := func(email string, limit int) []auth.Person {
		all, err := f.PeopleByEmail(f.ctx, email, limit)
		must(t, err)
		return all
	}
	me := auth.Person{Account: f.accountNow(t), User: f.currentUser(t), Password: second}
	same(t, "people", people(" CAMILA@quillay.example", 10), []auth.Person{me})
	same(t, "strangers", people("nadie@quillay.example", 10), []auth.Person{}, noneIsEmpty)
	other := *f
	other.account, other.user, other.pipeline, other.connection = f.addAccount(t, "Otra empresa")
	also := auth.Person{Account: other.accountNow(t), User: other.currentUser(t)}
	same(t, "people of two accounts", people(f.user.Email, 10), []auth.Person{me, also})
	same(t, "people, not too many", people(f.user.Email, 1), []auth.Person{me})

	inactive := me.User
	inactive.Active = false
	f.update(t, func(tx bridge.Tx) error { return tx.UpdateUser(f.ctx, inactive) })
	same(t, "people who are active", people(f.user.Email, 10), []auth.Person{also})
	same(t, "anybody who is active", anybody(), false)
	mustFail(t, f.UpdateAccess(f.ctx, f.account.ID, func(tx auth.Tx) error { return tx.SavePassword(f.ctx, crm.NewID(), first) }), crm.NotFound, "user_not_found")
}

// accountNow returns the account as it is stored.
func (f *fixture) accountNow(t *testing.T) crm.Account {
	t.Helper()
	return view(t, f, func(r bridge.Reader) (crm.Account, error) { return r.Account(f.ctx) })
}

func testSessions(t *testing.T, f *fixture) {
	first, second := f.session("192.0.2.7"), f.session("")
	f.access(t, func(tx auth.Tx) error {
		must(t, tx.CreateSession(f.ctx, first, "one"))
		return tx.CreateSession(f.ctx, second, "two")
	})
	sessions := func() []auth.Session {
		return seeAccess(t, f, func(r auth.Reader) ([]auth.Session, error) { return r.Sessions(f.ctx, f.user.ID) })
	}
	same(t, "sessions", sessions(), []auth.Session{second, first}, addressesAsTheyAre)
	visit, err := f.VisitByToken(f.ctx, "one")
	must(t, err)
	same(t, "visit", visit, auth.Visit{Account: f.accountNow(t), User: f.currentUser(t), Session: first}, addressesAsTheyAre)
	_, err = f.VisitByToken(f.ctx, "three")
	mustFail(t, err, crm.NotFound, "session_not_found")

	first.LastSeenAt, first.ExpiresAt = f.clock.Now().Add(time.Minute), f.clock.Now().Add(2*time.Hour)
	must(t, f.NoteSeen(f.ctx, f.account.ID, first.ID, first.LastSeenAt, first.ExpiresAt))
	must(t, f.NoteSeen(f.ctx, f.account.ID, first.ID, first.LastSeenAt.Add(-time.Second), second.ExpiresAt)) // a slower node
	same(t, "the latest seen comes first", sessions(), []auth.Session{first, second}, addressesAsTheyAre)

	end := func(user, session crm.ID) error {
		return f.UpdateAccess(f.ctx, f.account.ID, func(tx auth.Tx) error { return tx.EndSession(f.ctx, user, session) })
	}
	mustFail(t, end(crm.NewID(), first.ID), crm.NotFound, "session_not_found")
	must(t, end(f.user.ID, first.ID))
	mustFail(t, end(f.user.ID, first.ID), crm.NotFound, "session_not_found")
	_, err = f.VisitByToken(f.ctx, "one")
	mustFail(t, err, crm.NotFound, "session_not_found")

	third := f.session("2001:db8::1")
	f.access(t, func(tx auth.Tx) error {
		must(t, tx.CreateSession(f.ctx, third, "three"))
		return tx.EndSessions(f.ctx, f.user.ID, third.ID)
	})
	same(t, "all but one ended", sessions(), []auth.Session{third}, addressesAsTheyAre)
	stranger := f.session("")
	stranger.UserID = crm.NewID()
	mustFail(t, f.UpdateAccess(f.ctx, f.account.ID, func(tx auth.Tx) error { return tx.CreateSession(f.ctx, stranger, "four") }), crm.NotFound, "user_not_found")

	link := auth.PasswordLink{AccountID: f.account.ID, UserID: f.user.ID, ExpiresAt: f.clock.Now().Add(time.Hour)}
	f.access(t, func(tx auth.Tx) error { return tx.SavePasswordLink(f.ctx, link, "link") })
	inactive := f.currentUser(t)
	inactive.Active = false
	f.update(t, func(tx bridge.Tx) error { return tx.UpdateUser(f.ctx, inactive) })
	same(t, "sessions of a user who is not active", sessions(), []auth.Session{}, noneIsEmpty)
	_, err = f.LinkByToken(f.ctx, "link")
	mustFail(t, err, crm.NotFound, "link_invalid")
}

func testPasswordLinks(t *testing.T, f *fixture) {
	link := auth.PasswordLink{AccountID: f.account.ID, UserID: f.user.ID, ExpiresAt: f.clock.Now().Add(time.Hour)}
	later := link
	later.ExpiresAt = later.ExpiresAt.Add(time.Hour)
	f.access(t, func(tx auth.Tx) error { return tx.SavePasswordLink(f.ctx, link, "first") })
	got, err := f.LinkByToken(f.ctx, "first")
	must(t, err)
	same(t, "link", got, link)
	f.access(t, func(tx auth.Tx) error { return tx.SavePasswordLink(f.ctx, later, "second") })
	_, err = f.LinkByToken(f.ctx, "first")
	mustFail(t, err, crm.NotFound, "link_invalid")
	if got, err = f.LinkByToken(f.ctx, "second"); err != nil || got != later {
		t.Errorf("got %v, %v", got, err)
	}
	for _, want := range []bool{true, false} {
		f.access(t, func(tx auth.Tx) error {
			ok, err := tx.UsePasswordLink(f.ctx, "second")
			same(t, "used", ok, want)
			return err
		})
	}
	f.access(t, func(tx auth.Tx) error {
		must(t, tx.SavePasswordLink(f.ctx, link, "third"))
		return tx.EndPasswordLink(f.ctx, f.user.ID)
	})
	_, err = f.LinkByToken(f.ctx, "third")
	mustFail(t, err, crm.NotFound, "link_invalid")
	link.UserID = crm.NewID()
	mustFail(t, f.UpdateAccess(f.ctx, f.account.ID, func(tx auth.Tx) error { return tx.SavePasswordLink(f.ctx, link, "third") }), crm.NotFound, "user_not_found")
}

func testDevices(t *testing.T, f *fixture) {
	until := f.clock.Now().Add(time.Hour)
	known := func(email string, at time.Time) [2]bool {
		anybody, user, err := f.DeviceKnown(f.ctx, "device", email, at)
		must(t, err)
		return [2]bool{anybody, user}
	}
	same(t, "before", known(f.user.Email, start), [2]bool{})
	for range 2 {
		f.access(t, func(tx auth.Tx) error { return tx.RememberDevice(f.ctx, f.user.ID, "device", until) })
	}
	same(t, "known", known(" Camila@quillay.example", until.Add(-1)), [2]bool{true, true})
	same(t, "known to somebody else", known("otra@quillay.example", until.Add(-1)), [2]bool{true, false})
	same(t, "no longer", known(f.user.Email, until), [2]bool{})
	f.access(t, func(tx auth.Tx) error { return tx.RememberDevice(f.ctx, f.user.ID, "device", until.Add(time.Hour)) })
	same(t, "again", known(f.user.Email, until), [2]bool{true, true})
	mustFail(t, f.UpdateAccess(f.ctx, f.account.ID, func(tx auth.Tx) error { return tx.RememberDevice(f.ctx, crm.NewID(), "x", until) }), crm.NotFound, "user_not_found")
}

func testAPIKeys(t *testing.T, f *fixture) {
	key := auth.APIKey{
		ID: crm.NewID(), Name: "Sitio \"web\"", Hint: "wxyz", Grants: auth.Grants{auth.Contacts: auth.Write, auth.Bsale: auth.Read},
		CreatedBy: crm.Actor{Kind: crm.ActorUser, ID: f.user.ID}, CreatedAt: f.clock.Now(), ExpiresAt: f.clock.Now().Add(time.Hour),
	}
	other := auth.APIKey{ID: crm.NewID(), Name: "Otra", Grants: auth.Grants{auth.Deals: auth.Admin}, CreatedBy: crm.Actor{Kind: crm.ActorSystem}, CreatedAt: f.clock.Now()}
	f.access(t, func(tx auth.Tx) error {
		must(t, tx.CreateAPIKey(f.ctx, other, "other"))
		return tx.CreateAPIKey(f.ctx, key, "one")
	})
	same(t, "keys", seeAccess(t, f, func(r auth.Reader) ([]auth.APIKey, error) { return r.APIKeys(f.ctx) }), []auth.APIKey{key, other})
	credential := func(secret auth.Hash) auth.Credential {
		c, err := f.CredentialBySecret(f.ctx, secret)
		must(t, err)
		return c
	}
	same(t, "by secret", credential("one"), auth.Credential{Account: f.accountNow(t), Key: key})
	_, err := f.CredentialBySecret(f.ctx, "two")
	mustFail(t, err, crm.NotFound, "key_not_found")
	mustFail(t, f.UpdateAccess(f.ctx, f.account.ID, func(tx auth.Tx) error { return tx.CreateAPIKey(f.ctx, key, "three") }), crm.Conflict, "id_taken")

	key.LastUsedAt = f.clock.Now()
	must(t, f.NoteUsed(f.ctx, f.account.ID, key.ID, key.LastUsedAt))
	must(t, f.NoteUsed(f.ctx, f.account.ID, key.ID, key.LastUsedAt.Add(-time.Second)))
	soon, later := f.clock.Now().Add(time.Minute), f.clock.Now().Add(time.Hour)
	key.Name, key.Hint, key.ExpiresAt, key.RevokedAt = "Web", "abcd", time.Time{}, f.clock.Now()
	f.access(t, func(tx auth.Tx) error {
		must(t, tx.ReplaceKeySecret(f.ctx, key.ID, "two", soon))
		must(t, tx.ReplaceKeySecret(f.ctx, key.ID, "three", later))
		return tx.UpdateAPIKey(f.ctx, key)
	})
	for secret, until := range map[auth.Hash]time.Time{"one": soon, "two": later, "three": {}} {
		same(t, "secret "+string(secret), credential(secret), auth.Credential{Account: f.accountNow(t), Key: key, ValidUntil: until})
	}
	must(t, f.ForgetExpired(f.ctx, soon, 10))
	_, err = f.CredentialBySecret(f.ctx, "one")
	mustFail(t, err, crm.NotFound, "key_not_found")
	credential("two")
	unknown := auth.APIKey{ID: crm.NewID(), Grants: key.Grants}
	for _, write := range []func(tx auth.Tx) error{
		func(tx auth.Tx) error { return tx.UpdateAPIKey(f.ctx, unknown) },
		func(tx auth.Tx) error { return tx.ReplaceKeySecret(f.ctx, unknown.ID, "five", soon) },
		func(tx auth.Tx) error { _, err := tx.APIKey(f.ctx, unknown.ID); return err },
	} {
		mustFail(t, f.UpdateAccess(f.ctx, f.account.ID, write), crm.NotFound, "key_not_found")
	}
}

// testAccessIsolation asks one account for everything of another that lets people in, through every method there is.
func testAccessIsolation(t *testing.T, f *fixture) {
	other := *f
	other.account, other.user, other.pipeline, other.connection = f.addAccount(t, "Otra empresa")
	session, until := other.session("192.0.2.7"), f.clock.Now().Add(time.Hour)
	key := auth.APIKey{ID: crm.NewID(), Name: "Web", Grants: auth.Grants{auth.Deals: auth.Read}, CreatedBy: crm.Actor{Kind: crm.ActorSystem}, CreatedAt: f.clock.Now()}
	link := auth.PasswordLink{AccountID: other.account.ID, UserID: other.user.ID, ExpiresAt: until}
	password := auth.Password{Hash: "$a", ChangedAt: f.clock.Now()}
	other.access(t, func(tx auth.Tx) error {
		must(t, tx.SavePassword(f.ctx, other.user.ID, password))
		must(t, tx.CreateSession(f.ctx, session, "session"))
		must(t, tx.RememberDevice(f.ctx, other.user.ID, "device", until))
		must(t, tx.SavePasswordLink(f.ctx, link, "link"))
		return tx.CreateAPIKey(f.ctx, key, "key")
	})
	reads := map[string]func(auth.Reader) (any, error){
		"Password": func(r auth.Reader) (any, error) {
			p, err := r.Password(f.ctx, other.user.ID)
			return p != auth.Password{}, err
		},
		"Sessions": func(r auth.Reader) (any, error) {
			all, err := r.Sessions(f.ctx, other.user.ID)
			return len(all) > 0, err
		},
		"APIKeys": func(r auth.Reader) (any, error) { all, err := r.APIKeys(f.ctx); return len(all) > 0, err },
		"APIKey":  func(r auth.Reader) (any, error) { k, err := r.APIKey(f.ctx, key.ID); return k.ID == key.ID, err },
	}
	fresh := f.session("")
	fresh.UserID = other.user.ID
	writes := map[string]func(auth.Tx) error{
		"SavePassword":     func(tx auth.Tx) error { return tx.SavePassword(f.ctx, other.user.ID, auth.Password{Hash: "$b"}) },
		"CreateSession":    func(tx auth.Tx) error { return tx.CreateSession(f.ctx, fresh, "fresh") },
		"EndSession":       func(tx auth.Tx) error { return tx.EndSession(f.ctx, other.user.ID, session.ID) },
		"RememberDevice":   func(tx auth.Tx) error { return tx.RememberDevice(f.ctx, other.user.ID, "another", until) },
		"SavePasswordLink": func(tx auth.Tx) error { return tx.SavePasswordLink(f.ctx, link, "another") },
		"UpdateAPIKey":     func(tx auth.Tx) error { k := key; k.Name = "Mía"; return tx.UpdateAPIKey(f.ctx, k) },
		"ReplaceKeySecret": func(tx auth.Tx) error { return tx.ReplaceKeySecret(f.ctx, key.ID, "another", until) },
	}
	silent := map[string]func(auth.Tx) error{ // these find nothing, which is no error
		"EndPasswordLink": func(tx auth.Tx) error { return tx.EndPasswordLink(f.ctx, other.user.ID) },
		"EndSessions":     func(tx auth.Tx) error { return tx.EndSessions(f.ctx, other.user.ID, "") },
		"UsePasswordLink": func(tx auth.Tx) error {
			ok, err := tx.UsePasswordLink(f.ctx, "link")
			same(t, "another's link", ok, false)
			return err
		},
		"CreateAPIKey": func(tx auth.Tx) error { return tx.CreateAPIKey(f.ctx, key, "own") }, // one of one's own with the same id
		"UseSetupCode": func(auth.Tx) error { return nil },                                   // of no account
	}
	ofCRM := reflect.TypeFor[crm.Tx]()
	for m := range reflect.TypeFor[auth.Tx]().Methods() {
		_, isOfCRM := ofCRM.MethodByName(m.Name)
		tried := 0
		for _, yes := range []bool{isOfCRM, reads[m.Name] != nil, writes[m.Name] != nil, silent[m.Name] != nil} {
			if yes {
				tried++
			}
		}
		if tried != 1 {
			t.Errorf("%s is tried %d times", m.Name, tried)
		}
	}
	for name, read := range reads {
		must(t, f.ViewAccess(f.ctx, f.account.ID, func(r auth.Reader) error {
			reached, err := read(r)
			if reached == true || err != nil && crm.CodeOf(err) != crm.NotFound {
				t.Errorf("%s reached another account's: %v", name, err)
			}
			return nil
		}))
	}
	for name, write := range writes {
		if err := f.UpdateAccess(f.ctx, f.account.ID, write); crm.CodeOf(err) != crm.NotFound {
			t.Errorf("%s: got %v, want it refused", name, err)
		}
	}
	for _, write := range silent {
		f.access(t, write)
	}
	must(t, f.NoteSeen(f.ctx, f.account.ID, session.ID, until, until))
	must(t, f.NoteUsed(f.ctx, f.account.ID, key.ID, until))

	visit, err := f.VisitByToken(f.ctx, "session")
	must(t, err)
	same(t, "the other's session", visit.Session, session, addressesAsTheyAre)
	credential, err := f.CredentialBySecret(f.ctx, "key")
	must(t, err)
	same(t, "the other's key", credential, auth.Credential{Account: other.accountNow(t), Key: key})
	own, err := f.CredentialBySecret(f.ctx, "own")
	must(t, err)
	same(t, "one's own key", own.Account.ID, f.account.ID)
	got, err := f.LinkByToken(f.ctx, "link")
	must(t, err)
	same(t, "the other's link", got, link)
	same(t, "the other's password", seeAccess(t, &other, func(r auth.Reader) (auth.Password, error) { return r.Password(f.ctx, other.user.ID) }), password)
}
