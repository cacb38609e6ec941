package bridge

import (
	"slices"

	"puente/internal/crm"
)

// Decide says what one Bsale document means for the CRM, and why. It reads nothing but its arguments and changes none of them.
// The contract is docs/decisions.md; the numbers in the comments below are that page's.
func Decide(doc Document, rules Ruleset, seen Snapshot) Plan {
	d := decision{doc: doc, rules: rules, seen: seen, record: seen.record(doc.ID)}
	d.plan = Plan{BsaleID: doc.ID, Title: doc.Title(rules.Account.Language), Kind: doc.Kind}
	if doc.Client != nil {
		d.plan.Client = doc.Client.Name()
	}
	if doc.Kind == KindCreditNote {
		d.creditNote()
	} else {
		d.dealDocument()
	}
	return d.plan
}

// decision is one call of Decide.
type decision struct {
	doc    Document
	rules  Ruleset
	seen   Snapshot
	record *Record // nil: never heard of
	plan   Plan
}

func (d *decision) end(outcome Outcome, reason Reason) {
	d.plan.Outcome, d.plan.Reason = outcome, reason
	if !d.plan.Writes() {
		// What would have been written is no part of a plan that writes nothing.
		d.plan.Contact, d.plan.Deal, d.plan.Warnings = nil, nil, nil
	}
}

func (d *decision) warn(reason Reason, detail string) {
	d.add(Warning{Reason: reason, Detail: detail})
}

func (d *decision) add(warning Warning) {
	if !slices.Contains(d.plan.Warnings, warning) {
		d.plan.Warnings = append(d.plan.Warnings, warning)
	}
}

// dealDocument decides on receipts, quotes, invoices and sales notes.
func (d *decision) dealDocument() {
	switch {
	case !d.rules.Chosen[d.doc.Kind]: // 2
		d.end(Skipped, KindNotChosen)
	case d.beforeStart(): // 3
		d.end(Skipped, BeforeStart)
	case d.linked(): // 4
		d.linkedDocument()
	case d.settled():
		d.endSettled()
	case d.doc.Annulled: // 5
		d.end(Skipped, AnnulledBeforeSeen)
	case d.doc.Client == nil: // 6
		d.anonymous(NoClient)
	case d.genericClient(): // 7
		d.anonymous(GenericClient)
	default: // 8 and on
		d.clientDocument()
	}
}

func (d *decision) beforeStart() bool {
	return !d.rules.Start.IsZero() && d.doc.EmittedOn.Compare(d.rules.Start) < 0
}

func (d *decision) linked() bool {
	return d.record != nil && d.record.State == StateLinked && d.record.DealID != ""
}

// settled says whether the document was skipped, or was a conflict, with the same content and under the same rules. Then it stays so until a person asks for
// another try: what came later must not change the past.
func (d *decision) settled() bool {
	r := d.record
	return r != nil && (r.State == StateSkipped || r.State == StateConflict) && r.Hash == d.doc.Hash && r.RulesVersion == d.rules.Version
}

// endSettled repeats the outcome that stands.
func (d *decision) endSettled() {
	if d.record.State == StateConflict {
		d.end(Conflict, d.record.Reason)
		return
	}
	d.end(Skipped, d.record.Reason)
}

func (d *decision) genericClient() bool {
	c := d.doc.Client
	return c.GenericTaxID && c.EmailKey == "" && c.PhoneKey == ""
}

// anonymous decides on a sale to nobody in particular.
func (d *decision) anonymous(reason Reason) {
	if d.rules.Anonymous != AnonymousCreate {
		d.end(Skipped, reason)
		return
	}
	d.createDeal("")
}

func (d *decision) clientDocument() {
	contact, matchedBy, ok := d.match()
	if !ok {
		return
	}
	if contact == nil {
		if reason := d.missing(); reason != "" { // 9
			d.end(Skipped, reason)
			return
		}
		d.newContact()
		d.createDeal(d.doc.Client.Name())
		return
	}
	d.existingContact(contact, matchedBy)
	deals := d.openDeals(contact.ID) // 10
	switch {
	case len(deals) > 1 && d.rules.Several == SeveralConflict:
		for _, deal := range deals {
			d.plan.Candidates = append(d.plan.Candidates, deal.Name)
			d.plan.candidates = append(d.plan.candidates, deal.ID)
		}
		d.end(Conflict, ManyDeals)
	case len(deals) > 0:
		d.takeDeal(deals[0])
	default:
		d.createDeal(d.nameAfter(contact))
	}
}

// linkedDocument decides on a document that has its deal already: section 6.
func (d *decision) linkedDocument() {
	deal := d.seen.livingDeal(d.record.DealID)
	switch {
	case deal == nil:
		d.end(Skipped, DealDeleted)
	case d.doc.Annulled && d.record.Standing != StandingAnnulled:
		d.annul(deal)
	case d.record.Hash == d.doc.Hash && (d.record.RulesVersion != "" || d.followed(deal)): // nobody asked for another decision, or a later document has the say
		d.end(Unchanged, AlreadyInSync)
	default:
		d.contentChanged(deal)
	}
}

// followed says whether a later document came to the deal: what it wrote is not written over by the one before it (the quote of a sale) because rules changed.
func (d *decision) followed(deal *crm.Deal) bool {
	for id := range d.seen.RecordsOf[deal.ID] {
		if other := d.seen.Records[id]; other != nil && id > d.doc.ID && other.Kind != KindCreditNote {
			return true
		}
	}
	return false
}

func (d *decision) contentChanged(deal *crm.Deal) {
	if contact := d.seen.livingContact(d.record.ContactID); contact != nil && d.doc.Client != nil {
		// The client of a document can be another one now. Its data are not this contact's, and the deal stays where people know it.
		if link := d.seen.Links[d.doc.Client.ID]; link != nil && link.ContactID == contact.ID {
			d.existingContact(contact, matchedByLink)
		} else {
			d.warn(ClientChanged, d.doc.Client.Name())
		}
	}
	d.plan.Deal = &DealPlan{Action: ActionUpdate, ID: deal.ID, Name: deal.Name, Changes: d.changesOf(deal, false)}
	if !d.doc.Annulled && d.record.Standing == StandingAnnulled {
		d.plan.Standing = standing(false, d.record.Credited, d.record.Total.Minor)
	}
	changes := len(d.plan.Deal.Changes)
	if d.plan.Contact != nil {
		changes += len(d.plan.Contact.Changes)
	}
	if changes == 0 && d.plan.Standing == "" {
		d.end(Unchanged, AlreadyInSync)
		return
	}
	d.end(Updated, ContentChanged)
}

// annul applies the void rule to the document's deal: section 7.
func (d *decision) annul(deal *crm.Deal) {
	if d.rules.Void == VoidNone {
		d.end(Unchanged, AnnulmentIgnored)
		return
	}
	d.plan.Standing = StandingAnnulled
	d.plan.Deal = &DealPlan{Action: ActionUpdate, ID: deal.ID, Name: deal.Name}
	if d.voidMoves(deal, d.doc.ID) {
		d.move(d.rules.VoidStage)
		d.end(Updated, AnnulledMoved)
		return
	}
	d.end(Updated, AnnulledFlagged)
}

// voidMoves says whether the void rule moves the deal: not when another document of it still stands, nor when a person moved it since.
func (d *decision) voidMoves(deal *crm.Deal, voided int64) bool {
	if d.rules.Void != VoidStage || deal.StageID == d.rules.VoidStage.ID || deal.Origins.ByPerson(crm.FieldStage) {
		return false
	}
	for id := range d.seen.RecordsOf[deal.ID] {
		other := d.seen.Records[id]
		if other != nil && id != voided && other.Kind != KindCreditNote && !other.Standing.Void() {
			return false
		}
	}
	return true
}
