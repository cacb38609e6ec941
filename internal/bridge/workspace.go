package bridge

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"puente/internal/crm"
)

// Workspace holds what a page of documents needs, decides them one after the other so that each sees what the ones before it left, and collects what
// changed, to be written in one go. Without Flush it is a preview.
type Workspace struct {
	connection Connection
	rules      Ruleset
	clock      *crm.Clock
	run        crm.ID
	again      againRule

	seen    Snapshot
	asked   asked
	changed changed
}

// asked remembers what was looked up, so that a workspace which lives through many pages (a preview) asks for nothing twice, and what it
// changed itself is not read over.
type asked struct {
	records    map[int64]bool
	links      map[int64]bool
	identities map[crm.IdentityKey]bool
	dealsOf    map[crm.ID]bool
	recordsOf  map[crm.ID]bool
	numbers    map[string]bool
}

// changed collects what Flush writes; maps keep each thing once, slices keep the order.
type changed struct {
	contacts map[crm.ID]*crm.Contact
	deals    map[crm.ID]*crm.Deal
	records  map[int64]*Record
	links    map[int64]*ClientLink
	stages   []crm.StageChange
	events   []crm.Event
	history  []HistoryEntry
}

func newChanged() changed {
	return changed{contacts: map[crm.ID]*crm.Contact{}, deals: map[crm.ID]*crm.Deal{}, records: map[int64]*Record{}, links: map[int64]*ClientLink{}}
}

// NewWorkspace returns an empty workspace. run may be zero.
func NewWorkspace(connection Connection, rules Ruleset, users []crm.User, clock *crm.Clock, run crm.ID) *Workspace {
	w := &Workspace{
		connection: connection, rules: rules, clock: clock, run: run, seen: NewSnapshot(), changed: newChanged(),
		asked: asked{
			records: map[int64]bool{}, links: map[int64]bool{}, identities: map[crm.IdentityKey]bool{},
			dealsOf: map[crm.ID]bool{}, recordsOf: map[crm.ID]bool{}, numbers: map[string]bool{},
		},
	}
	for _, user := range users {
		if email, ok := crm.NormalizeEmail(user.Email); ok && user.Active {
			w.seen.Users[email] = user
		}
	}
	return w
}

// Load looks up what these documents need, with a handful of queries however many they are, and the records of further ones.
func (w *Workspace) Load(ctx context.Context, r Reader, docs []Document, further ...int64) error {
	if err := w.loadRecords(ctx, r, docs, further); err != nil {
		return err
	}
	contacts, err := w.loadContacts(ctx, r, docs)
	if err != nil {
		return err
	}
	return w.loadDeals(ctx, r, docs, contacts)
}

// fresh returns the values not asked for before, each once, and marks them as asked.
func fresh[K comparable](asked map[K]bool, values []K) []K {
	var out []K
	for _, value := range values {
		if !asked[value] {
			asked[value] = true
			out = append(out, value)
		}
	}
	return out
}

func (w *Workspace) loadRecords(ctx context.Context, r Reader, docs []Document, ids []int64) error {
	var numbers, sold []string
	for _, doc := range docs {
		ids = append(ids, doc.ID)
		for _, reference := range doc.References {
			numbers = append(numbers, reference.Number)
		}
		if doc.Kind.IsSale() {
			sold = append(sold, doc.Number)
		}
	}
	records, err := r.Records(ctx, w.connection.ID, fresh(w.asked.records, ids))
	if err != nil {
		return err
	}
	if numbers = fresh(w.asked.numbers, numbers); len(numbers) > 0 {
		named, err := r.RecordsByNumber(ctx, w.connection.ID, numbers)
		if err != nil {
			return err
		}
		records = append(records, named...)
	}
	if len(sold) > 0 {
		waiting, err := r.RecordsReferring(ctx, w.connection.ID, sold)
		if err != nil {
			return err
		}
		records = append(records, waiting...)
	}
	w.addRecords(records)
	return nil
}

func (w *Workspace) addRecords(records []*Record) {
	for _, record := range records {
		w.asked.records[record.BsaleID] = true
		if w.seen.Records[record.BsaleID] == nil {
			w.seen.addRecord(record)
		}
	}
}

// loadContacts returns the ids of the contacts that the documents may concern.
func (w *Workspace) loadContacts(ctx context.Context, r Reader, docs []Document) ([]crm.ID, error) {
	var clients []int64
	var keys []crm.IdentityKey
	for _, doc := range docs {
		if doc.Client == nil {
			continue
		}
		clients = append(clients, doc.Client.ID)
		for _, key := range doc.Client.keys() {
			keys = append(keys, key.IdentityKey)
		}
	}
	if clients = fresh(w.asked.links, clients); len(clients) > 0 {
		links, err := r.ClientLinks(ctx, w.connection.ID, clients)
		if err != nil {
			return nil, err
		}
		for _, link := range links {
			w.seen.Links[link.ClientID] = link
		}
	}
	if keys = fresh(w.asked.identities, keys); len(keys) > 0 {
		found, err := r.ContactsByIdentity(ctx, keys)
		if err != nil {
			return nil, err
		}
		w.addContacts(found)
	}
	var ids []crm.ID
	for _, client := range clients {
		if link := w.seen.Links[client]; link != nil {
			ids = append(ids, link.ContactID)
		}
	}
	for _, doc := range docs {
		if record := w.seen.Records[doc.ID]; record != nil {
			ids = append(ids, record.ContactID)
		}
	}
	if ids = w.unknownContacts(ids); len(ids) > 0 {
		found, err := r.ContactsByID(ctx, ids)
		if err != nil {
			return nil, err
		}
		w.addContacts(found)
	}
	return w.concerned(docs), nil
}

func (w *Workspace) addContacts(contacts []*crm.Contact) {
	for _, contact := range contacts {
		if w.seen.Contacts[contact.ID] == nil {
			w.seen.addContact(contact)
		}
	}
}

func (w *Workspace) unknownContacts(ids []crm.ID) []crm.ID {
	var unknown []crm.ID
	for _, id := range ids {
		if id != "" && w.seen.Contacts[id] == nil && !slices.Contains(unknown, id) {
			unknown = append(unknown, id)
		}
	}
	return unknown
}

// concerned lists the loaded contacts that the documents may touch.
func (w *Workspace) concerned(docs []Document) []crm.ID {
	var ids []crm.ID
	for _, doc := range docs {
		if doc.Client == nil {
			continue
		}
		if link := w.seen.Links[doc.Client.ID]; link != nil && link.ContactID != "" {
			ids = append(ids, link.ContactID)
		}
		for _, key := range doc.Client.keys() {
			ids = append(ids, w.seen.ByIdentity[key.IdentityKey]...)
		}
	}
	return ids
}

func (w *Workspace) loadDeals(ctx context.Context, r Reader, docs []Document, contacts []crm.ID) error {
	var added []crm.ID
	if contacts = fresh(w.asked.dealsOf, contacts); len(contacts) > 0 && len(w.fromStages()) > 0 {
		deals, err := r.DealsByContact(ctx, contacts, w.fromStages())
		if err != nil {
			return err
		}
		added = w.addDeals(added, deals)
	}
	var ids []crm.ID
	linked := func(record *Record) {
		if record != nil && record.DealID != "" && w.seen.Deals[record.DealID] == nil && !slices.Contains(ids, record.DealID) {
			ids = append(ids, record.DealID)
		}
	}
	for _, doc := range docs {
		linked(w.seen.Records[doc.ID])
		for _, reference := range doc.References {
			for _, id := range w.seen.ByNumber[reference.Number] {
				linked(w.seen.Records[id])
			}
		}
	}
	if len(ids) > 0 {
		deals, err := r.DealsByID(ctx, ids)
		if err != nil {
			return err
		}
		added = w.addDeals(added, deals)
	}
	if added = fresh(w.asked.recordsOf, added); len(added) > 0 {
		records, err := r.RecordsByDeal(ctx, added)
		if err != nil {
			return err
		}
		w.addRecords(slices.DeleteFunc(records, func(record *Record) bool { return record.ConnectionID != w.connection.ID }))
	}
	return nil
}

func (w *Workspace) addDeals(added []crm.ID, deals []*crm.Deal) []crm.ID {
	for _, deal := range deals {
		if w.seen.Deals[deal.ID] == nil {
			w.seen.addDeal(deal)
			added = append(added, deal.ID)
		}
	}
	return added
}

// fromStages are the stages from which the rules take deals.
func (w *Workspace) fromStages() []crm.ID {
	var ids []crm.ID
	for _, kind := range dealKinds {
		if from := w.rules.Stages[kind].From; from != nil && !slices.Contains(ids, from.ID) {
			ids = append(ids, from.ID)
		}
	}
	return ids
}

// Decide decides one document and applies the plan to the workspace.
func (w *Workspace) Decide(doc Document) Plan {
	if record := w.seen.Records[doc.ID]; record != nil && w.again.picks(record, w.rules) {
		record.RulesVersion = "" // not settled any more
	}
	plan := Decide(doc, w.rules, w.seen)
	w.apply(doc, plan)
	return plan
}

func (w *Workspace) apply(doc Document, plan Plan) {
	record := w.seen.Records[doc.ID]
	before := Record{}
	if record == nil {
		record = &Record{ConnectionID: w.connection.ID, BsaleID: doc.ID, State: StateNew, SeenAt: w.clock.Now()}
	} else {
		before = *record
	}
	var contact *crm.Contact
	var deal *crm.Deal
	if plan.Writes() {
		origin := crm.NewOrigin(crm.Actor{Kind: crm.ActorApp, ID: w.connection.ID}, w.clock.Now(), plan.Title)
		if plan.Contact != nil {
			contact = w.applyContact(doc, plan.Contact, origin)
		}
		if plan.Deal != nil {
			deal = w.applyDeal(contact, plan, origin)
		}
		if plan.Sale != nil {
			w.applySale(plan.Sale)
		}
	}
	w.describe(record, doc)
	w.settle(record, doc, plan, deal)
	if record.same(before) {
		return
	}
	record.DecidedAt = w.clock.Now()
	w.seen.addRecord(record)
	w.changed.records[record.BsaleID] = record
	w.wakeCreditNotes(record, before)
	if record.State != before.State || record.Reason != before.Reason || plan.Writes() {
		w.addHistory(doc, plan)
	}
}

// same says whether nothing that matters changed; being due is over once a document was decided.
func (r *Record) same(before Record) bool {
	return r.Hash == before.Hash && r.State == before.State && r.Reason == before.Reason && r.RulesVersion == before.RulesVersion &&
		r.Standing == before.Standing && r.Credited == before.Credited && r.DealID == before.DealID && r.ContactID == before.ContactID &&
		r.SaleID == before.SaleID && before.DueAt.IsZero() && before.Attempts == 0
}

// describe keeps what is known of the document with its record.
func (w *Workspace) describe(record *Record, doc Document) {
	record.Kind, record.TypeName, record.Number = doc.Kind, doc.TypeName, doc.Number
	record.EmittedOn, record.PublicURL = doc.EmittedOn.String(), doc.PublicURL
	// Rounded as the deal's value is; one that does not fit 64 bits was warned of.
	record.Total, _, _ = crm.NewMoney(doc.Total, w.rules.Account.Currency)
	record.ClientID, record.ClientName = 0, ""
	if doc.Client != nil {
		record.ClientID, record.ClientName = doc.Client.ID, doc.Client.Name()
	}
}

// settle moves the record's state as the plan says.
func (w *Workspace) settle(record *Record, doc Document, plan Plan, deal *crm.Deal) {
	record.DueAt, record.Attempts, record.LastError = time.Time{}, 0, ""
	wasLinked := record.State == StateLinked && record.DealID != ""
	asked := record.RulesVersion == "" // for another decision
	switch {
	case wasLinked && plan.Outcome == Skipped: // what was decided stands
		if asked {
			record.RulesVersion = w.rules.Version
		}
	case wasLinked && !asked && record.Hash == doc.Hash: // nothing was decided
	default:
		record.Hash, record.RulesVersion = doc.Hash, w.rules.Version
	}
	if plan.Outcome != Conflict || plan.candidates != nil { // a settled conflict is repeated without them
		record.Candidates = plan.candidates
	}
	record.References = nil
	if waitsForSale(plan.Reason) {
		for _, reference := range doc.References {
			record.References = append(record.References, reference.Number)
		}
	}
	switch {
	case plan.Outcome == Created || plan.Outcome == Updated:
		record.State, record.Reason = StateLinked, plan.Reason
		if deal != nil && !wasLinked {
			record.DealID, record.ContactID = deal.ID, deal.ContactID
			record.Standing = StandingActive
		}
		if plan.Standing != "" {
			record.Standing = plan.Standing
		}
		if plan.Sale != nil {
			record.SaleID = plan.Sale.BsaleID
		}
	case wasLinked:
		// It keeps its deal whatever a later reading says; a deal that was deleted is worth telling.
		if plan.Reason == DealDeleted {
			record.Reason = DealDeleted
		}
	case plan.Outcome == Skipped:
		record.State, record.Reason = StateSkipped, plan.Reason
	case plan.Outcome == Conflict:
		record.State, record.Reason = StateConflict, plan.Reason
	}
}

// applyContact makes or changes the contact and links the Bsale client to it.
func (w *Workspace) applyContact(doc Document, plan *ContactPlan, origin crm.Origin) *crm.Contact {
	var contact *crm.Contact
	event := crm.EventChanged
	if plan.Action == ActionCreate {
		contact, event = crm.NewContact(origin.Time()), crm.EventCreated
	} else {
		contact = w.seen.Contacts[plan.ID]
	}
	var changes []crm.Change
	for _, change := range plan.Changes {
		if made, ok := setOnContact(contact, change.set, origin); ok {
			made.Rule = change.Rule
			changes = append(changes, made)
		}
		if change.set.identity.Normalized != "" {
			w.seen.addIdentity(change.set.identity.IdentityKey, contact.ID)
		}
	}
	if plan.Action == ActionCreate {
		w.seen.addContact(contact)
		w.asked.dealsOf[contact.ID] = true
	}
	if len(changes) > 0 {
		w.changed.contacts[contact.ID] = contact
		w.addEvent(crm.EntityContact, contact.ID, event, origin, changes)
	}
	w.linkClient(doc.Client.ID, contact.ID)
	return contact
}

func setOnContact(contact *crm.Contact, set setting, origin crm.Origin) (crm.Change, bool) {
	switch {
	case set.identity.Normalized != "":
		change, added, err := contact.AddIdentity(set.identity.IdentityKey, set.identity.written, origin)
		return change, added && err == nil // the decision counted the alternatives
	case set.custom != "":
		return contact.SetCustom(set.custom, set.value, origin)
	case set.standard == crm.FieldOwner:
		return contact.SetOwner(set.value.(crm.ID), origin)
	}
	return contact.SetText(set.standard, set.value.(string), origin)
}

func (w *Workspace) linkClient(client int64, contact crm.ID) {
	link := w.seen.Links[client]
	if link == nil {
		link = &ClientLink{ConnectionID: w.connection.ID, ClientID: client}
		w.seen.Links[client] = link
		w.asked.links[client] = true
	}
	if link.ContactID != contact {
		link.ContactID, link.Chosen = contact, false // the bridge found or made it
		w.changed.links[client] = link
	}
}

// applyDeal makes, changes or moves the deal. A document that comes to it, or that no longer stands, updates it even where no field changes: it is what happened
// to the deal last.
func (w *Workspace) applyDeal(contact *crm.Contact, whole Plan, origin crm.Origin) *crm.Deal {
	plan := whole.Deal
	var deal *crm.Deal
	var changes []crm.Change
	collect := func(change crm.Change, ok bool) {
		if ok {
			changes = append(changes, change)
		}
	}
	event := crm.EventChanged
	if plan.Action == ActionCreate {
		deal, event = crm.NewDeal(origin.Time()), crm.EventCreated
		deal.PipelineID, deal.Value.Currency = w.rules.PipelineID, w.rules.Account.Currency
		collect(deal.SetName(plan.Name, origin))
		if contact != nil {
			collect(deal.SetContact(contact.ID, origin))
		}
	} else {
		deal = w.seen.Deals[plan.ID]
	}
	for _, change := range plan.Changes {
		made, ok := setOnDeal(deal, change.set, origin)
		made.Rule = change.Rule
		collect(made, ok)
	}
	if plan.Stage != nil {
		move, change, ok := deal.MoveTo(*plan.Stage, origin.Time(), origin)
		collect(change, ok)
		if ok {
			w.changed.stages = append(w.changed.stages, move)
			collect(deal.SetDetail(crm.FieldCloseReason, nil, origin)) // it belonged to the stage that the deal left
		}
	}
	if plan.Action == ActionCreate {
		w.seen.addDeal(deal)
		w.asked.recordsOf[deal.ID] = true
	}
	if len(changes) > 0 || whole.Reason != ContentChanged {
		if len(changes) == 0 || whole.Standing != "" || whole.Sale != nil {
			changes = append(changes, crm.Change{Field: FieldReason, New: string(whole.Reason)}) // else nobody sees what happened
		}
		deal.UpdatedAt = origin.Time()
		w.changed.deals[deal.ID] = deal
		w.addEvent(crm.EntityDeal, deal.ID, event, origin, changes)
	}
	return deal
}

// FieldReason names, in a deal's timeline, the reason of what a document did to it, where no field tells: a sale that was voided or taken back, a document that only came to it.
const FieldReason = "bsale_reason"

func setOnDeal(deal *crm.Deal, set setting, origin crm.Origin) (crm.Change, bool) {
	switch {
	case set.custom != "":
		return deal.SetCustom(set.custom, set.value, origin)
	case set.standard == crm.FieldOwner:
		return deal.SetOwner(set.value.(crm.ID), origin)
	case set.standard == crm.FieldValue:
		return deal.SetValue(set.value.(crm.Money), origin)
	}
	panic(fmt.Sprintf("bridge: a deal has no field %q that a document sets", set.standard))
}

func (w *Workspace) applySale(plan *SalePlan) {
	sale := w.seen.Records[plan.BsaleID]
	sale.Credited, sale.Standing = plan.Credited, plan.Standing
	w.changed.records[sale.BsaleID] = sale
}

func waitsForSale(reason Reason) bool {
	return reason == CreditedSaleUnknown || reason == CreditedSaleWithoutDeal
}

// wakeCreditNotes makes credit notes due that waited for this sale.
func (w *Workspace) wakeCreditNotes(sale *Record, before Record) {
	if !sale.Kind.IsSale() || sale.DealID == "" || before.DealID != "" {
		return
	}
	for id := range w.seen.Waiting[sale.Number] {
		if note := w.seen.Records[id]; waitsForSale(note.Reason) && note.ClientID == sale.ClientID {
			note.DueAt, note.RulesVersion = w.clock.Now(), "" // not settled any more
			w.changed.records[id] = note
		}
	}
}

func (w *Workspace) addEvent(entity crm.Entity, id crm.ID, event crm.EventType, origin crm.Origin, changes []crm.Change) {
	w.changed.events = append(w.changed.events, crm.Event{
		ID: crm.NewID(), Entity: entity, EntityID: id, Type: event, At: origin.Time(), Actor: origin.Actor, Document: origin.Document, Changes: changes,
	})
}

func (w *Workspace) addHistory(doc Document, plan Plan) {
	data, err := json.Marshal(plan)
	if err != nil {
		panic(fmt.Sprintf("bridge: a plan is not JSON: %v", err)) // plain data, always is
	}
	w.changed.history = append(w.changed.history, HistoryEntry{
		ID: crm.NewID(), ConnectionID: w.connection.ID, RunID: w.run, BsaleID: doc.ID, At: w.clock.Now(), Outcome: plan.Outcome, Reason: plan.Reason,
		Title: plan.Title, ClientName: plan.Client, Plan: data,
	})
}

// Flush writes what changed and starts a new collection. readAt is as in Tx.SaveRecords: a notification that
// came after it keeps its document due.
func (w *Workspace) Flush(ctx context.Context, tx Tx, readAt time.Time) error {
	c := w.changed
	w.changed = newChanged()
	if err := tx.SaveContacts(ctx, sorted(c.contacts, func(contact *crm.Contact) crm.ID { return contact.ID })); err != nil {
		return err
	}
	if err := tx.SaveDeals(ctx, sorted(c.deals, func(deal *crm.Deal) crm.ID { return deal.ID })); err != nil {
		return err
	}
	if err := tx.AddStageChanges(ctx, c.stages); err != nil {
		return err
	}
	if err := tx.SaveClientLinks(ctx, sorted(c.links, func(link *ClientLink) int64 { return link.ClientID })); err != nil {
		return err
	}
	if err := tx.SaveRecords(ctx, sorted(c.records, func(record *Record) int64 { return record.BsaleID }), readAt); err != nil {
		return err
	}
	if err := tx.AddEvents(ctx, c.events); err != nil {
		return err
	}
	if err := tx.AddDecisions(ctx, w.connection.ID, today(w.clock.Now(), w.rules.Account).String(), countDecisions(c.history)); err != nil {
		return err
	}
	return tx.AddHistory(ctx, c.history)
}

func countDecisions(entries []HistoryEntry) []DecisionCount {
	counts := map[DecisionCount]int{}
	for _, entry := range entries {
		counts[DecisionCount{Outcome: entry.Outcome, Reason: entry.Reason}]++
	}
	var all []DecisionCount
	for count, n := range counts {
		count.Count = n
		all = append(all, count)
	}
	slices.SortFunc(all, func(a, b DecisionCount) int {
		return cmp.Or(cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Reason, b.Reason))
	})
	return all
}

// sorted returns the values in the order of their keys, so that what is written does not depend on a map's order.
func sorted[K cmp.Ordered, V any](values map[K]V, key func(V) K) []V {
	return slices.SortedFunc(maps.Values(values), func(a, b V) int { return cmp.Compare(key(a), key(b)) })
}
