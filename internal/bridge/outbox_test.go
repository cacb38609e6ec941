package bridge_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

// clientShop is a shop whose new contacts become Bsale clients, with a clock that tests move.
type clientShop struct {
	*shop
	mu  sync.Mutex
	now time.Time
}

func newClientShop(t *testing.T) *clientShop {
	t.Helper()
	c := &clientShop{now: time.Now()}
	c.shop = newShop(t, bsalesim.Options{Seed: 9, Documents: 40}, func(r *bridge.Rules) { r.CreateClients = true })
	c.shop.now = func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.now
	}
	c.http = &http.Client{Timeout: 500 * time.Millisecond} // some posts get no answer
	c.engine = c.newEngine("clients")
	return c
}

func (c *clientShop) later(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// contact makes a contact as a person would, with the request in the same transaction.
func (c *clientShop) contact(first string, keys ...crm.IdentityKey) crm.ID {
	c.t.Helper()
	ctx := context.Background()
	contact := crm.NewContact(c.shop.now())
	origin := crm.NewOrigin(crm.Actor{Kind: crm.ActorUser, ID: "someone"}, c.shop.now(), "")
	contact.SetText(crm.FieldFirstName, first, origin)
	for _, key := range keys {
		if _, _, err := contact.AddIdentity(key, key.Normalized, origin); err != nil {
			c.t.Fatal(err)
		}
	}
	err := c.store.Update(ctx, c.ref.AccountID, func(tx bridge.Tx) error {
		if err := tx.SaveContacts(ctx, []*crm.Contact{contact}); err != nil {
			return err
		}
		return c.engine.RequestClients(ctx, tx, []crm.ID{contact.ID})
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return contact.ID
}

// work does what is due, a few times over, with time passing in between.
func (c *clientShop) work(times int) {
	c.t.Helper()
	for range times {
		if err := c.engine.Work(context.Background(), c.ref); err != nil {
			c.t.Fatal(err)
		}
		c.later(2 * time.Hour)
	}
}

func (c *clientShop) linked(contact crm.ID) int64 {
	c.t.Helper()
	var client int64
	err := c.store.View(context.Background(), c.ref.AccountID, func(r bridge.Reader) error {
		links, err := r.ClientLinksByContact(context.Background(), c.ref.ConnectionID, []crm.ID{contact})
		if len(links) > 0 {
			client = links[0].ClientID
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return client
}

func (c *clientShop) fault(text string) {
	c.t.Helper()
	fault, err := bsalesim.ParseFault(text)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.sim.SetFault(fault); err != nil {
		c.t.Fatal(err)
	}
}

var (
	someRUT   = crm.IdentityKey{Kind: crm.IdentityTaxID, Normalized: "7654321-6"}
	someEmail = crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: "nueva@correo.example"}
	somePhone = crm.IdentityKey{Kind: crm.IdentityPhone, Normalized: "+56961112222"}
)

func TestANewContactBecomesAClientOnce(t *testing.T) {
	c := newClientShop(t)
	contact := c.contact("Nueva", someRUT, someEmail, somePhone)
	c.work(3)
	id := c.linked(contact)
	client, ok := c.sim.World().Client(int(id))
	if !ok || client.FirstName != "Nueva" || client.Email != "nueva@correo.example" || client.Code != "7654321-6" {
		t.Fatalf("client %d: %+v", id, client)
	}
	if made := c.sim.Stats().ClientsCreated; made != 1 {
		t.Errorf("%d clients were made, want one", made)
	}
}

func TestAClientThatBsaleHasAlreadyIsLinkedNotMade(t *testing.T) {
	for _, written := range []string{"7654321-6", "7.654.321-6"} {
		t.Run(written, func(t *testing.T) {
			c := newClientShop(t)
			there := c.sim.World().AddClient(bsalesim.Client{FirstName: "Ya", LastName: "Está", Code: written})
			contact := c.contact("Nueva", someRUT)
			c.work(2)
			if got := c.linked(contact); got != int64(there) {
				t.Errorf("linked to %d, want %d", got, there)
			}
			if made := c.sim.Stats().ClientsCreated; made != 0 {
				t.Errorf("%d clients were made", made)
			}
		})
	}
}

func TestAClientWhosePostGotNoAnswerIsLookedUpNotPostedAgain(t *testing.T) {
	c := newClientShop(t)
	c.fault("post-timeout=next:1")
	contact := c.contact("Nueva", someRUT)
	c.work(4)
	if made := c.sim.Stats().ClientsCreated; made != 1 {
		t.Errorf("%d clients were made, want one", made)
	}
	if c.linked(contact) == 0 {
		t.Error("not linked")
	}
}

func TestAPostWithoutAnswerThatCannotBeLookedUpWaitsForAPerson(t *testing.T) {
	c := newClientShop(t)
	c.fault("post-timeout=next:1")
	c.contact("Nueva", somePhone)
	c.work(5)
	if made := c.sim.Stats().ClientsCreated; made != 1 {
		t.Errorf("%d clients were made, want one", made)
	}
}

func TestContactsThatCameFromBsaleDoNotGoBack(t *testing.T) {
	c := newClientShop(t)
	c.sync(nil)
	c.work(2)
	if stats := c.sim.Stats(); stats.ClientsCreated != 0 || stats.ClientsChanged != 0 {
		t.Errorf("%d made, %d changed", stats.ClientsCreated, stats.ClientsChanged)
	}
	// Not even when one is asked for by mistake.
	var contact crm.ID
	err := c.store.View(context.Background(), c.ref.AccountID, func(r bridge.Reader) error {
		links, err := r.ClientLinks(context.Background(), c.ref.ConnectionID, ids(c.sim.World().ClientIDs()))
		for _, link := range links {
			if link.ContactID != "" {
				contact = link.ContactID
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if contact == "" {
		t.Fatal("the pass made no contact")
	}
	err = c.store.Update(context.Background(), c.ref.AccountID, func(tx bridge.Tx) error {
		return c.engine.RequestClients(context.Background(), tx, []crm.ID{contact})
	})
	if err != nil {
		t.Fatal(err)
	}
	c.work(2)
	if stats := c.sim.Stats(); stats.ClientsCreated != 0 {
		t.Errorf("%d made", stats.ClientsCreated)
	}
}

func ids(ints []int) []int64 {
	out := make([]int64, len(ints))
	for i, n := range ints {
		out[i] = int64(n)
	}
	return out
}

func TestNothingIsSentToBsaleUnlessTheRulesSaySo(t *testing.T) {
	c := newClientShop(t)
	rules := bridge.DefaultRules(crm.Spanish)
	if _, err := c.engine.Connect(context.Background(), c.ref.AccountID, bridge.ConnectionSettings{Rules: &rules}); err != nil {
		t.Fatal(err)
	}
	c.contact("Nueva", someRUT)
	c.work(2)
	if stats := c.sim.Stats(); stats.ClientsCreated != 0 {
		t.Errorf("%d made", stats.ClientsCreated)
	}
}
