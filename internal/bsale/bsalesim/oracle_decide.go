package bsalesim

import (
	"slices"
	"strings"
)

// oracle replays what a CRM does, document by document, from what the world knows.
type oracle struct {
	rules    *oracleRules
	view     *view
	country  country
	users    map[string]string // lower case → as printed
	fields   map[string]OracleField
	contacts []*oContact
	loose    []*oDeal // without contact
	clock    int

	byClient map[int]*oContact
	byTax    map[string]*oContact
	byEmail  map[string]*oContact
	byPhone  map[string]*oContact

	records map[int]*oRecord
	sales   map[saleKey][]*oRecord
	waiting map[saleKey][]int // credit notes whose sale was not read, or has no deal
}

// saleKey is what a credit note's reference and its client say about the sale.
type saleKey struct {
	number string
	client int
	day    Day
}

const (
	outcomeCreated   = "created"
	outcomeUpdated   = "updated"
	outcomeUnchanged = "unchanged"
	outcomeSkipped   = "skipped"
	outcomeConflict  = "conflict"
)

// pass reads everything once: what stands by rising id, then what is annulled.
func (o *oracle) pass() {
	for _, state := range []uint8{0, 1} {
		for i := range o.view.docs {
			if o.view.state(i) == state {
				o.read(i)
			}
		}
	}
}

// read decides one document as it is now. One that was skipped or is a conflict keeps
// that outcome until it changes: what others brought later does not change the past.
func (o *oracle) read(i int) {
	d := o.view.document(i)
	c := o.view.client(i)
	typ := &o.view.w.types[o.view.w.docs[i].typ]
	r, known := o.records[i]
	if !known {
		r = &oRecord{id: d.ID}
		o.records[i] = r
	}
	r.kind = o.rules.kindOf(typ)
	r.number = o.view.w.numberText(&o.view.w.docs[i])
	r.client, r.day, r.total = d.Client, d.Emission, d.Total
	sig, gone := signature(d, c), annulled(d)
	same := known && r.sig == sig
	settled := same && r.gone == gone && (r.outcome == outcomeSkipped || r.outcome == outcomeConflict)
	r.sig, r.gone = sig, gone
	if settled {
		return
	}
	if r.kind == kindCreditNote {
		r.outcome, r.reason = o.credit(i, r, d)
		return
	}
	before := r.deal
	r.outcome, r.reason = o.decide(r, d, c, same)
	if r.kind != kindReceipt && r.kind != kindInvoice && r.kind != kindSalesNote {
		return
	}
	key := saleKey{r.number, r.client, r.day}
	if !known {
		o.sales[key] = append(o.sales[key], r)
	}
	if !known || r.deal != before {
		o.adopt(key)
	}
}

// adopt looks again at the credit notes that waited for a sale.
func (o *oracle) adopt(key saleKey) {
	waiting := o.waiting[key]
	delete(o.waiting, key)
	for _, i := range waiting {
		if r := o.records[i]; r.deal == nil {
			r.outcome, r.reason = o.credit(i, r, o.view.document(i))
		}
	}
}

// await has a credit note looked at again when its sale turns up or gets a deal.
func (o *oracle) await(i int, d *Document) {
	for _, ref := range d.References {
		key := saleKey{strings.TrimSpace(ref.Number), d.Client, ref.Date}
		if !slices.Contains(o.waiting[key], i) {
			o.waiting[key] = append(o.waiting[key], i)
		}
	}
}

func annulled(d *Document) bool { return d.State != 0 || d.CancellationStatus != 0 }

func (o *oracle) decide(r *oRecord, d *Document, c *Client, same bool) (outcome, reason string) {
	if !o.rules.chosen(r.kind) {
		return outcomeSkipped, "kind_not_chosen"
	}
	if d.Emission < o.rules.start {
		return outcomeSkipped, "before_start"
	}
	if r.deal != nil {
		return o.again(r, d, c, same)
	}
	if annulled(d) {
		return outcomeSkipped, "annulled_before_seen"
	}
	person := c // nil: a deal without contact
	switch {
	case c == nil:
		if o.rules.Contact.Anonymous == "skip" {
			return outcomeSkipped, "no_client"
		}
	case c.Truth.Generic && c.Truth.Email == "" && c.Truth.Phone == "":
		if o.rules.Contact.Anonymous == "skip" {
			return outcomeSkipped, "generic_client"
		}
		// The mapping of the deal still reads what the document says of its client.
		person = nil
	}

	var contact *oContact
	if person != nil {
		var conflict string
		if contact, conflict = o.match(person); conflict != "" {
			return outcomeConflict, conflict
		}
		if contact == nil {
			if missing := o.missing(person); missing != "" {
				return outcomeSkipped, missing
			}
		}
	}
	from, to, create := o.rules.stagesOf(r.kind)
	var deal *oDeal
	if contact != nil && from != "" {
		free := contact.free(from, r.kind)
		if len(free) > 1 && o.rules.Several == "conflict" {
			return outcomeConflict, "many_deals"
		}
		for _, f := range free {
			if deal == nil || f.touched > deal.touched {
				deal = f
			}
		}
	}
	if deal == nil && create == "" {
		return outcomeSkipped, "no_open_deal"
	}

	outcome, reason = outcomeUpdated, "deal_updated"
	if deal == nil {
		deal = &oDeal{stage: create, custom: map[string]any{}}
		outcome, reason = outcomeCreated, "deal_created"
	} else if to != "" && to != deal.stage {
		deal.stage, reason = to, "deal_moved"
	}
	o.own(deal, d)
	if person != nil {
		if contact == nil {
			contact = &oContact{owner: deal.owner, custom: map[string]any{}}
			o.contacts = append(o.contacts, contact)
		}
		o.writeContact(contact, d, person)
	}
	if outcome == outcomeCreated {
		deal.name = kindWords[r.kind] + " " + r.number
		if contact != nil {
			deal.name += " – " + contact.displayName()
			contact.deals = append(contact.deals, deal)
		} else {
			o.loose = append(o.loose, deal)
		}
	}
	deal.value = o.value(d)
	o.write(deal.custom, o.rules.Mapping.Deal, "deal", d, c)
	deal.records = append(deal.records, r)
	r.deal, r.contact = deal, contact
	o.touch(deal)
	return outcome, reason
}

func (o *oracle) touch(d *oDeal) {
	o.clock++
	d.touched = o.clock
}

// free lists the deals in the stage that no document of the same kind holds.
func (c *oContact) free(stage, kind string) []*oDeal {
	var free []*oDeal
deals:
	for _, d := range c.deals {
		if d.stage != stage {
			continue
		}
		for _, r := range d.records {
			if r.kind == kind && r.stands() {
				continue deals
			}
		}
		free = append(free, d)
	}
	return free
}

// match finds the contact under the first key that anybody stands under.
func (o *oracle) match(c *Client) (contact *oContact, conflict string) {
	if found := o.byClient[c.ID]; found != nil {
		return found, ""
	}
	t := c.Truth
	if found := o.byTax[t.TaxID]; t.TaxID != "" && found != nil {
		return found, ""
	}
	for _, found := range []*oContact{o.byEmail[t.Email], o.byPhone[t.Phone]} {
		if found == nil {
			continue
		}
		if t.TaxID != "" && len(found.taxes) > 0 {
			// The contact does not have this tax id, or it would have matched above.
			return nil, "tax_id_differs"
		}
		return found, ""
	}
	return nil, ""
}

// missing is why a contact may not be made from the client, or "".
func (o *oracle) missing(c *Client) string {
	t := c.Truth
	email, phone := "", ""
	if t.Email == "" {
		if email = "invalid_email"; strings.TrimSpace(c.Email) == "" {
			email = "missing_email"
		}
	}
	if t.Phone == "" {
		if phone = "invalid_phone"; c.Phone == nil || strings.TrimSpace(*c.Phone) == "" {
			phone = "missing_phone"
		}
	}
	switch o.rules.Contact.Require {
	case "tax_id":
		switch {
		case t.TaxID != "":
			return ""
		case strings.TrimSpace(c.Code) == "":
			return "missing_tax_id"
		case t.Generic:
			return "generic_tax_id"
		default:
			return "invalid_tax_id"
		}
	case "email_or_phone":
		if email != "" && phone != "" {
			return "missing_email_and_phone"
		}
		return ""
	default:
		if email != "" && phone != "" {
			return "missing_email_and_phone"
		}
		return email + phone
	}
}

func (o *oracle) writeContact(contact *oContact, d *Document, c *Client) {
	contact.rename(c)
	identify(&contact.emails, o.byEmail, c.Truth.Email, contact)
	identify(&contact.phones, o.byPhone, c.Truth.Phone, contact)
	identify(&contact.taxes, o.byTax, c.Truth.TaxID, contact)
	o.write(contact.custom, o.rules.Mapping.Contact, "contact", d, c)
	o.byClient[c.ID] = contact
}

// own gives the deal the owner that the document names, else the fallback if it has
// none.
func (o *oracle) own(deal *oDeal, d *Document) {
	email := o.issuerEmail(d)
	if o.rules.Owner.Reference == "seller" {
		email = o.sellerEmail(d)
	}
	if owner := o.users[strings.ToLower(email)]; owner != "" {
		deal.owner = owner
		return
	}
	if deal.owner == "" {
		deal.owner = o.users[strings.ToLower(strings.TrimSpace(o.rules.Owner.Fallback))]
	}
}

func (o *oracle) sellerEmail(d *Document) string {
	if len(d.Sellers) == 0 {
		return ""
	}
	return o.userEmail(d.Sellers[0])
}

func (o *oracle) issuerEmail(d *Document) string { return o.userEmail(d.User) }

func (o *oracle) userEmail(id int) string {
	at := o.view.w.userIndex(id)
	if at < 0 {
		return ""
	}
	return strings.TrimSpace(o.view.w.users[at].Email)
}

func (o *oracle) value(d *Document) Money {
	if o.rules.Value == "net" {
		return o.country.round(d.Net)
	}
	return o.country.round(d.Total)
}

// again is a document that has its deal already.
func (o *oracle) again(r *oRecord, d *Document, c *Client, same bool) (outcome, reason string) {
	if annulled(d) {
		return o.void(r)
	}
	if same {
		return outcomeUnchanged, "already_in_sync"
	}
	before := r.deal.print()
	var contactBefore string
	if r.contact != nil {
		contactBefore = r.contact.print()
	}
	o.own(r.deal, d)
	if r.contact != nil && c != nil {
		o.writeContact(r.contact, d, c)
	}
	r.deal.value = o.value(d)
	o.write(r.deal.custom, o.rules.Mapping.Deal, "deal", d, c)
	if r.deal.print() != before {
		o.touch(r.deal)
		return outcomeUpdated, "content_changed"
	}
	if r.contact != nil && r.contact.print() != contactBefore {
		return outcomeUpdated, "content_changed"
	}
	return outcomeUnchanged, "already_in_sync"
}

// void applies the void rule to a document that was annulled after it was linked.
func (o *oracle) void(r *oRecord) (outcome, reason string) {
	if o.rules.Void.Action == "none" {
		return outcomeUnchanged, "annulment_ignored"
	}
	if r.annulled {
		return outcomeUnchanged, "already_in_sync"
	}
	r.annulled = true
	if o.fall(r.deal) {
		return outcomeUpdated, "annulled_moved"
	}
	return outcomeUpdated, "annulled_flagged"
}

// fall moves the deal to the void stage when the rule says so and nothing else of the
// deal stands. A credit note is not such a thing: it is why the deal falls.
func (o *oracle) fall(deal *oDeal) (moved bool) {
	o.touch(deal)
	if o.rules.Void.Action != "stage" {
		return false
	}
	for _, r := range deal.records {
		if r.kind != kindCreditNote && r.stands() {
			return false
		}
	}
	deal.stage = o.rules.Void.Stage
	return true
}

func (o *oracle) credit(i int, r *oRecord, d *Document) (outcome, reason string) {
	switch {
	case o.rules.Void.Action == "none":
		return outcomeSkipped, "credit_notes_ignored"
	case d.Emission < o.rules.start:
		return outcomeSkipped, "before_start"
	case r.deal != nil && !annulled(d):
		return outcomeUnchanged, "already_in_sync"
	case r.deal != nil && r.annulled:
		return outcomeUnchanged, "already_in_sync"
	case r.deal != nil:
		r.annulled = true
		o.touch(r.deal)
		return outcomeUpdated, "credit_note_annulled"
	case annulled(d):
		return outcomeSkipped, "annulled_before_seen"
	}
	var sale *oRecord
	for _, ref := range d.References {
		for _, s := range o.sales[saleKey{strings.TrimSpace(ref.Number), d.Client, ref.Date}] {
			if sale != nil && sale != s {
				return outcomeConflict, "many_credited_sales"
			}
			sale = s
		}
	}
	switch {
	case sale == nil:
		o.await(i, d)
		return outcomeSkipped, "credited_sale_unknown"
	case sale.deal == nil:
		o.await(i, d)
		return outcomeSkipped, "credited_sale_without_deal"
	}
	sale.credits = append(sale.credits, r)
	sale.deal.records = append(sale.deal.records, r)
	r.deal = sale.deal
	if sale.credited() < sale.total {
		o.touch(sale.deal)
		return outcomeUpdated, "credited_in_part"
	}
	if o.fall(sale.deal) {
		return outcomeUpdated, "credited_moved"
	}
	return outcomeUpdated, "credited_flagged"
}
