package crmtest

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
	"puente/internal/store/pgtest"
)

// world is a Chilean account in a database, with people of each role, a pipeline, tags and fields.
type world struct {
	*testing.T
	store    *store.Store
	account  crm.Account
	pipeline crm.Pipeline
	now      time.Time

	admin, editor    crm.User
	camila, bruno    crm.User // sellers
	gone             crm.User // deactivated
	vip, wholesale   crm.Tag
	size, color      crm.CustomField // of contacts: a number, a dropdown with a default
	reference        crm.CustomField // of deals: a text
	archived, needed crm.CustomField // of contacts; needed is required from the moment that require is called
}

// eachEngine runs a test in a world of its own on SQLite and on PostgreSQL.
func eachEngine(t *testing.T, test func(w *world)) {
	for name, url := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "puente.db") },
		"PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newWorld(t, url(t)))
		})
	}
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	w := &world{T: t, now: time.Date(2026, 3, 12, 15, 0, 0, 0, time.UTC)}
	var err error
	w.store, err = store.Open(t.Context(), url, store.Options{Synchronous: "OFF"})
	w.must(err)
	t.Cleanup(func() { w.must(w.store.Close()) })
	w.account, err = crm.NewAccount("Tienda Quillay", crm.Chile, crm.Spanish, w.now)
	w.must(err)
	w.must(w.store.CreateAccount(t.Context(), w.account, nil))
	w.pipeline = crm.DefaultPipeline(crm.Spanish, w.now)
	user := func(name string, role crm.Role, active bool) crm.User {
		return crm.User{ID: crm.NewID(), Email: strings.ToLower(name) + "@quillay.example", Name: name, Role: role, Active: active, CreatedAt: w.now}
	}
	w.admin, w.editor = user("Ana", crm.RoleAdmin, true), user("Eva", crm.RoleEditor, true)
	w.camila, w.bruno, w.gone = user("Camila", crm.RoleSeller, true), user("Bruno", crm.RoleSeller, true), user("Gustavo", crm.RoleSeller, false)
	w.vip, w.wholesale = crm.Tag{ID: crm.NewID(), Name: "VIP", CreatedAt: w.now}, crm.Tag{ID: crm.NewID(), Name: "Mayorista", CreatedAt: w.now}
	field := func(entity crm.Entity, name string, t crm.FieldType) crm.CustomField {
		return crm.CustomField{ID: crm.NewID(), Entity: entity, Key: crm.NewFieldKey(entity, name, t, crm.RandomLetters), Name: name, Type: t, CreatedAt: w.now}
	}
	w.size, w.color = field(crm.EntityContact, "Talla", crm.TypeNumber), field(crm.EntityContact, "Color", crm.TypeDropdown)
	w.color.Options, w.color.Default = []string{"Rojo", "Azul"}, "Azul"
	w.archived, w.needed = field(crm.EntityContact, "Antiguo", crm.TypeText), field(crm.EntityContact, "Comuna", crm.TypeText)
	w.archived.ArchivedAt, w.archived.Default = w.now, "nunca"
	w.reference = field(crm.EntityDeal, "Referencia", crm.TypeText)
	w.update(func(tx crm.Tx) error {
		for _, u := range []crm.User{w.admin, w.editor, w.camila, w.bruno, w.gone} {
			w.must(tx.CreateUser(t.Context(), u))
		}
		for _, tag := range []crm.Tag{w.vip, w.wholesale} {
			w.must(tx.CreateTag(t.Context(), tag))
		}
		for _, f := range []crm.CustomField{w.size, w.color, w.archived, w.needed, w.reference} {
			w.must(tx.CreateCustomField(t.Context(), f))
		}
		return tx.CreatePipeline(t.Context(), w.pipeline)
	})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) update(fn func(tx crm.Tx) error) {
	w.Helper()
	w.must(w.tryUpdate(fn))
}

// tryUpdate runs fn in a transaction, which is rolled back if fn fails.
func (w *world) tryUpdate(fn func(tx crm.Tx) error) error {
	return w.store.Update(w.Context(), w.account.ID, func(tx bridge.Tx) error { return fn(tx) })
}

func view[T any](w *world, fn func(r crm.Reader) (T, error)) T {
	w.Helper()
	var got T
	w.must(w.store.View(w.Context(), w.account.ID, func(r bridge.Reader) (err error) {
		got, err = fn(r)
		return err
	}))
	return got
}

// hand returns a user's hand, a second later than the last one.
func (w *world) hand(u crm.User) crm.Hand {
	w.now = w.now.Add(time.Second)
	return crm.Hand{Actor: crm.Actor{Kind: crm.ActorUser, ID: u.ID}, Reach: crm.ReachOf(u, w.account.SellerAccess), At: w.now}
}

// key returns the hand of an API key.
func (w *world) key() crm.Hand {
	w.now = w.now.Add(time.Second)
	return crm.Hand{Actor: crm.Actor{Kind: crm.ActorAPIKey, ID: "key"}, Reach: crm.FullReach, At: w.now}
}

func (w *world) stage(name string) crm.Stage {
	w.Helper()
	for _, s := range w.pipeline.Stages {
		if s.Name == name {
			return s
		}
	}
	w.Fatalf("no stage %q", name)
	return crm.Stage{}
}

// require makes a field required.
func (w *world) require(f crm.CustomField) {
	w.Helper()
	w.update(func(tx crm.Tx) error {
		fields, err := tx.CustomFields(w.Context(), f.Entity)
		w.must(err)
		for _, stored := range fields {
			if stored.Key == f.Key {
				stored.Required = true
				return tx.UpdateCustomField(w.Context(), stored)
			}
		}
		return errors.New("no such field")
	})
}

func (w *world) createContacts(hand crm.Hand, inputs ...crm.ContactInput) []crm.ContactResult {
	w.Helper()
	var results []crm.ContactResult
	w.update(func(tx crm.Tx) (err error) {
		results, err = crm.CreateContacts(w.Context(), tx, hand, inputs)
		return err
	})
	return results
}

func (w *world) contact(hand crm.Hand, in crm.ContactInput) *crm.Contact {
	w.Helper()
	result := w.createContacts(hand, in)[0]
	w.must(result.Err)
	return result.Contact
}

func (w *world) changeContacts(hand crm.Hand, edits ...crm.ContactEdit) []crm.ContactResult {
	w.Helper()
	var results []crm.ContactResult
	w.update(func(tx crm.Tx) (err error) {
		results, err = crm.ChangeContacts(w.Context(), tx, hand, edits)
		return err
	})
	return results
}

// change changes one contact.
func (w *world) change(hand crm.Hand, id crm.ID, in crm.ContactInput) (*crm.Contact, error) {
	w.Helper()
	result := w.changeContacts(hand, crm.ContactEdit{ID: id, Input: in})[0]
	return result.Contact, result.Err
}

func (w *world) deal(hand crm.Hand, in crm.DealInput) *crm.Deal {
	w.Helper()
	result := w.createDeals(hand, in)[0]
	w.must(result.Err)
	return result.Deal
}

func (w *world) createDeals(hand crm.Hand, inputs ...crm.DealInput) []crm.DealResult {
	w.Helper()
	var results []crm.DealResult
	w.update(func(tx crm.Tx) (err error) {
		results, err = crm.CreateDeals(w.Context(), tx, hand, inputs)
		return err
	})
	return results
}

func (w *world) changeDeal(hand crm.Hand, id crm.ID, in crm.DealInput) (*crm.Deal, error) {
	w.Helper()
	var results []crm.DealResult
	w.update(func(tx crm.Tx) (err error) {
		results, err = crm.ChangeDeals(w.Context(), tx, hand, []crm.DealEdit{{ID: id, Input: in}})
		return err
	})
	return results[0].Deal, results[0].Err
}

// stored returns a contact as the database has it.
func (w *world) stored(id crm.ID) *crm.Contact {
	w.Helper()
	contacts := view(w, func(r crm.Reader) ([]*crm.Contact, error) { return r.ContactsByID(w.Context(), []crm.ID{id}) })
	if len(contacts) != 1 {
		w.Fatalf("%d contacts with the id %s", len(contacts), id)
	}
	return contacts[0]
}

func (w *world) storedDeal(id crm.ID) *crm.Deal {
	w.Helper()
	deals := view(w, func(r crm.Reader) ([]*crm.Deal, error) { return r.DealsByID(w.Context(), []crm.ID{id}) })
	if len(deals) != 1 {
		w.Fatalf("%d deals with the id %s", len(deals), id)
	}
	return deals[0]
}

// events returns the timeline as it is kept, newest first: what happened, by whom, and each change as "field: old -> new".
func (w *world) events(entity crm.Entity, id crm.ID) []string {
	w.Helper()
	var lines []string
	for _, e := range view(w, func(r crm.Reader) ([]crm.Event, error) { return r.Events(w.Context(), entity, id, "", 100) }) {
		line := fmt.Sprintf("%s by %s", e.Type, e.Actor.Kind)
		for _, c := range e.Changes {
			line += fmt.Sprintf("; %s: %v -> %v", c.Field, c.Old, c.New)
		}
		lines = append(lines, strings.ReplaceAll(line, "<nil>", "-"))
	}
	return lines
}

// refused checks code, key and field of an error, "code key field".
func (w *world) refused(err error, want string) *crm.Error {
	w.Helper()
	var e *crm.Error
	if !errors.As(err, &e) {
		w.Fatalf("got %v, want %s", err, want)
	}
	if got := strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Code, e.Key, e.Field)); got != want {
		w.Errorf("got  %s\nwant %s", got, want)
	}
	return e
}

func (w *world) same(what string, got, want any, opts ...cmp.Option) {
	w.Helper()
	if diff := cmp.Diff(want, got, append(opts, cmpopts.EquateEmpty())...); diff != "" {
		w.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

func p[T any](v T) *T { return &v }
