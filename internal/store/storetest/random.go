package storetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// random makes whatever a struct may hold.
type random struct{ *rand.Rand }

func (r random) text() string {
	const letters = "aAñÑ €\U0001f600\"\\/<>&'\n\t\u2028\x01\x7f%_;--"
	all := []rune(letters)
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteRune(all[r.IntN(len(all))])
	}
	return b.String()
}

func (r random) instant() time.Time {
	if r.IntN(3) == 0 {
		return time.Time{}
	}
	return time.UnixMicro(r.Int64N(4e15) - 1e15).UTC()
}

func (r random) money() crm.Money {
	return crm.Money{Minor: r.Int64() - r.Int64(), Currency: []string{"", "CLP", "USD"}[r.IntN(3)]}
}

func (r random) id() crm.ID {
	if r.IntN(3) == 0 {
		return ""
	}
	return crm.NewID()
}

func (r random) of(choices ...crm.ID) crm.ID { return choices[r.IntN(len(choices))] }

func (r random) value() any {
	switch r.IntN(3) {
	case 0:
		return json.Number(strconv.FormatInt(r.Int64()-r.Int64(), 10))
	case 1:
		return json.Number(fmt.Sprintf("%d.%d0", r.IntN(100), r.IntN(1000)))
	}
	return r.text()
}

func (r random) custom() crm.Custom {
	if r.IntN(4) == 0 {
		return nil
	}
	c := crm.Custom{}
	for range r.IntN(5) {
		c[r.text()] = r.value()
	}
	return c
}

func (r random) origins() crm.Origins {
	if r.IntN(4) == 0 {
		return nil
	}
	o := crm.Origins{}
	for range r.IntN(5) {
		o[r.text()] = crm.Origin{Actor: crm.Actor{Kind: crm.ActorKind(r.text()), ID: r.id()}, At: r.Int64(), Document: r.text()}
	}
	return o
}

func (r random) contact(c *crm.Contact, owners ...crm.ID) {
	id, version := c.ID, c.Version
	*c = crm.Contact{
		ID: id, FirstName: r.text(), LastName: r.text(), Company: r.text(), OwnerID: r.of(owners...), Source: r.text(), Custom: r.custom(),
		Origins: r.origins(), CreatedAt: r.instant(), UpdatedAt: r.instant(), DeletedAt: r.instant(), Version: version,
	}
	for range r.IntN(5) {
		c.Identities = append(c.Identities, crm.Identity{
			IdentityKey: crm.IdentityKey{Kind: crm.IdentityKind(r.text()), Normalized: r.text()}, Value: r.text(), Primary: r.IntN(2) == 0,
		})
	}
}

func (r random) deal(d *crm.Deal, f *fixture, contacts []crm.ID) {
	id, version := d.ID, d.Version
	*d = crm.Deal{
		ID: id, Name: r.text(), ContactID: r.of(contacts...), PipelineID: f.pipeline.ID, StageID: f.pipeline.Stages[r.IntN(len(f.pipeline.Stages))].ID,
		StageEnteredAt: r.instant(), OwnerID: r.of("", f.user.ID), Value: r.money(), Custom: r.custom(), Origins: r.origins(),
		CreatedAt: r.instant(), UpdatedAt: r.instant(), DeletedAt: r.instant(), Version: version,
	}
	d.Value.Minor >>= 16 // the board adds them up
}

func (r random) record(f *fixture, id int64) *bridge.Record {
	c := &bridge.Record{
		ConnectionID: f.connection.ID, BsaleID: id, State: bridge.State(r.text()), Reason: bridge.Reason(r.text()), Hash: r.text(), RulesVersion: r.text(),
		ContactID: r.id(), DealID: r.id(), Kind: bridge.Kind(r.text()), TypeName: r.text(), Number: r.text(), EmittedOn: r.text(),
		Total: r.money(), ClientID: r.Int64(), ClientName: r.text(), PublicURL: r.text(), Standing: bridge.Standing(r.text()), Credited: r.Int64(),
		SaleID: r.Int64(), Candidates: []crm.ID{r.id(), crm.NewID()}, DueAt: r.instant(), Attempts: r.IntN(9), LastError: r.text(), SeenAt: r.instant(), DecidedAt: r.instant(),
	}
	if r.IntN(2) == 0 {
		c.References = []string{}
		for range r.IntN(4) {
			c.References = append(c.References, r.text())
		}
	}
	return c
}

func testRandom(t *testing.T, f *fixture) {
	r := random{rand.New(rand.NewPCG(3, 4))}
	contacts, deals := map[crm.ID]*crm.Contact{}, map[crm.ID]*crm.Deal{}
	records := map[int64]*bridge.Record{}
	for round := range 12 {
		var someContacts []*crm.Contact
		var someDeals []*crm.Deal
		var someRecords []*bridge.Record
		for range 1 + r.IntN(9) {
			c, d := &crm.Contact{ID: crm.NewID()}, &crm.Deal{ID: crm.NewID()}
			for _, known := range contacts { // sometimes one that is known; which one is Go's choice
				if r.IntN(2) == 0 && !slices.Contains(someContacts, known) {
					c = known
				}
				break
			}
			for _, known := range deals {
				if r.IntN(2) == 0 && !slices.Contains(someDeals, known) {
					d = known
				}
				break
			}
			r.contact(c, "", f.user.ID)
			contacts[c.ID] = c
			someContacts = append(someContacts, c)
			r.deal(d, f, append(ids(someContacts, contactID), ""))
			deals[d.ID] = d
			someDeals = append(someDeals, d)
			record := r.record(f, 1+r.Int64N(30))
			records[record.BsaleID] = record
			someRecords = append(someRecords, record)
		}
		f.update(t, func(tx bridge.Tx) error {
			must(t, tx.SaveContacts(f.ctx, someContacts))
			must(t, tx.SaveDeals(f.ctx, someDeals))
			return tx.SaveRecords(f.ctx, someRecords, f.clock.Now())
		})
		must(t, f.View(f.ctx, f.account.ID, func(rd bridge.Reader) error {
			gotContacts, err := rd.ContactsByID(f.ctx, keysOf(contacts))
			must(t, err)
			same(t, fmt.Sprint("contacts of round ", round), byID(gotContacts, contactID), contacts)
			gotDeals, err := rd.DealsByID(f.ctx, keysOf(deals))
			must(t, err)
			same(t, fmt.Sprint("deals of round ", round), byID(gotDeals, dealID), deals)
			gotRecords, err := rd.Records(f.ctx, f.connection.ID, keysOf(records))
			must(t, err)
			same(t, fmt.Sprint("records of round ", round), byID(gotRecords, func(r *bridge.Record) int64 { return r.BsaleID }), records)
			return nil
		}))
	}
}

func keysOf[K comparable, V any](m map[K]V) []K {
	var keys []K
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

func byID[K comparable, V any](all []V, id func(V) K) map[K]V {
	m := map[K]V{}
	for _, v := range all {
		m[id(v)] = v
	}
	return m
}

func testLongLists(t *testing.T, f *fixture) {
	const n = 600 // several statements for every list
	var contacts []*crm.Contact
	var deals []*crm.Deal
	var records []*bridge.Record
	var links []*bridge.ClientLink
	var keys []crm.IdentityKey
	var documents []int64
	for i := range n {
		c := f.contact(fmt.Sprintf("c%d@example.invalid", i))
		d := f.deal(0, 1)
		d.ContactID = c.ID
		contacts, deals, keys = append(contacts, c), append(deals, d), append(keys, c.Identities[0].IdentityKey)
		records = append(records, f.record(int64(i+1)))
		records[i].Number, records[i].DealID = strconv.Itoa(i), d.ID
		links = append(links, &bridge.ClientLink{ConnectionID: f.connection.ID, ClientID: int64(i + 1), ContactID: c.ID})
		documents = append(documents, int64(i+1))
	}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(f.ctx, contacts))
		must(t, tx.SaveDeals(f.ctx, deals))
		must(t, tx.SaveClientLinks(f.ctx, links))
		return tx.SaveRecords(f.ctx, records, f.clock.Now())
	})
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		got, err := r.ContactsByIdentity(f.ctx, keys)
		must(t, err)
		same(t, "contacts by identity", got, contacts)
		found, err := r.DealsByContact(f.ctx, ids(contacts, contactID), []crm.ID{f.pipeline.Stages[0].ID})
		must(t, err)
		same(t, "deals by contact", found, deals)
		some, err := r.Records(f.ctx, f.connection.ID, documents)
		must(t, err)
		same(t, "records", some, records)
		some, err = r.RecordsByDeal(f.ctx, ids(deals, dealID))
		must(t, err)
		same(t, "records by deal", some, records)
		linked, err := r.ClientLinksByContact(f.ctx, f.connection.ID, ids(contacts, contactID))
		must(t, err)
		same(t, "links by contact", linked, links)
		return nil
	}))
	for _, c := range contacts {
		c.Identities = []crm.Identity{identity(crm.IdentityPhone, "+56911112222", true)}
	}
	f.update(t, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, contacts) })
	all := view(t, f, func(r bridge.Reader) ([]*crm.Contact, error) { return r.ContactsByID(f.ctx, ids(contacts, contactID)) })
	same(t, "contacts after an update", all, contacts)
}

func testText(t *testing.T, f *fixture) {
	c := f.contact("a@example.invalid")
	c.FirstName, c.LastName = "a\x00b", "c\xffd"
	c.Custom = crm.Custom{"k\x00": "x\x00\xff\u2028y", "l": map[string]any{"deep": "a\x00\\u0000b"}}
	c.Origins = crm.Origins{"f": {Document: "Bo\x00leta"}}
	event := crm.Event{ID: crm.NewID(), Entity: crm.EntityContact, EntityID: c.ID, Changes: []crm.Change{{Field: "x", New: "\x00"}}}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.AddEvents(f.ctx, []crm.Event{event}))
		return tx.SaveContacts(f.ctx, []*crm.Contact{c})
	})
	got := view(t, f, func(r bridge.Reader) ([]*crm.Contact, error) { return r.ContactsByID(f.ctx, []crm.ID{c.ID}) })[0]
	c.FirstName, c.LastName = "ab", "c\ufffdd"
	c.Custom = crm.Custom{"k": "x\ufffd\u2028y", "l": map[string]any{"deep": `a\u0000b`}}
	c.Origins = crm.Origins{"f": {Document: "Boleta"}}
	same(t, "contact", got, c)

	for _, n := range []string{"", "1,2", "1 2", "x", "NaN", "+1", `1,"injected":2`} {
		c.Custom = crm.Custom{"n": json.Number(n)}
		err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveContacts(f.ctx, []*crm.Contact{c}) })
		mustFail(t, err, crm.Invalid, "value_invalid")
	}
}
