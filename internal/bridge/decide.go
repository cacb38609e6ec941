package bridge

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

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
	warning := Warning{Reason: reason, Detail: detail}
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
		}
		d.end(Conflict, ManyDeals)
	case len(deals) > 0:
		d.takeDeal(deals[0])
	default:
		d.createDeal(d.nameAfter(contact))
	}
}

// nameAfter is what the contact will be called once the plan is applied.
func (d *decision) nameAfter(contact *crm.Contact) string {
	after := crm.Contact{FirstName: contact.FirstName, LastName: contact.LastName, Company: contact.Company}
	for _, change := range d.plan.Contact.Changes {
		text, _ := change.set.value.(string)
		switch change.set.standard {
		case crm.FieldFirstName:
			after.FirstName = text
		case crm.FieldLastName:
			after.LastName = text
		case crm.FieldCompany:
			after.Company = text
		}
	}
	return after.Name()
}

// match finds the contact of the document's client. ok is false when the decision ended in a conflict; contact is nil when there is none.
func (d *decision) match() (contact *crm.Contact, matchedBy string, ok bool) {
	client := d.doc.Client
	if link := d.seen.Links[client.ID]; link != nil {
		if contact := d.seen.livingContact(link.ContactID); contact != nil {
			return contact, matchedByClient, true
		}
	}
	for _, key := range client.keys() {
		contacts := d.seen.having(key.IdentityKey)
		if len(contacts) == 0 {
			continue
		}
		if len(contacts) > 1 {
			return nil, "", d.manyContacts(contacts)
		}
		if key.Kind != crm.IdentityTaxID && client.TaxIDKey != "" && hasOtherTaxID(contacts[0], client.TaxIDKey) {
			d.plan.Candidates = []string{contacts[0].Name()}
			d.end(Conflict, TaxIDDiffers)
			return nil, "", false
		}
		return contacts[0], string(key.Kind), true
	}
	return nil, "", true
}

func (d *decision) manyContacts(contacts []*crm.Contact) bool {
	for _, contact := range contacts {
		d.plan.Candidates = append(d.plan.Candidates, contact.Name())
	}
	slices.Sort(d.plan.Candidates)
	d.end(Conflict, ManyContacts)
	return false
}

// hasOtherTaxID says whether the contact has tax ids, and none of them is this one.
func hasOtherTaxID(contact *crm.Contact, taxID string) bool {
	has := false
	for _, identity := range contact.Identities {
		if identity.Kind == crm.IdentityTaxID {
			if identity.Normalized == taxID {
				return false
			}
			has = true
		}
	}
	return has
}

// missing says what the client lacks for a new contact, or "".
func (d *decision) missing() Reason {
	c := d.doc.Client
	switch d.rules.Require {
	case RequireTaxID:
		switch {
		case c.TaxIDKey != "":
			return ""
		case c.GenericTaxID:
			return GenericTaxID
		case strings.TrimSpace(c.Code) == "":
			return MissingTaxID
		}
		return InvalidTaxID
	case RequireEmailOrPhone:
		if c.EmailKey == "" && c.PhoneKey == "" {
			return MissingEmailAndPhone
		}
		return ""
	}
	switch {
	case c.EmailKey == "" && c.PhoneKey == "":
		return MissingEmailAndPhone
	case c.EmailKey == "":
		return emptyOr(c.Email, MissingEmail, InvalidEmail)
	case c.PhoneKey == "":
		return emptyOr(c.Phone, MissingPhone, InvalidPhone)
	}
	return ""
}

func emptyOr(s string, empty, filled Reason) Reason {
	if strings.TrimSpace(s) == "" {
		return empty
	}
	return filled
}

// openDeals returns the contact's deals that the document may take, the one updated last first.
func (d *decision) openDeals(contact crm.ID) []*crm.Deal {
	from := d.rules.Stages[d.doc.Kind].From
	if from == nil {
		return nil
	}
	var deals []*crm.Deal
	for _, id := range d.seen.DealsOf[contact] {
		deal := d.seen.livingDeal(id)
		if deal != nil && deal.StageID == from.ID && !d.serves(deal) {
			deals = append(deals, deal)
		}
	}
	slices.SortFunc(deals, func(a, b *crm.Deal) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(b.ID, a.ID))
	})
	return deals
}

// serves says whether the deal already belongs to another document of this kind that still stands.
func (d *decision) serves(deal *crm.Deal) bool {
	for id := range d.seen.RecordsOf[deal.ID] {
		other := d.seen.Records[id]
		if other != nil && id != d.doc.ID && other.Kind == d.doc.Kind && !other.Standing.Void() {
			return true
		}
	}
	return false
}

// createDeal ends the decision with a new deal, if the rules make any.
func (d *decision) createDeal(contactName string) {
	stage := d.rules.Stages[d.doc.Kind].Create
	if stage == nil {
		d.end(Skipped, NoOpenDeal)
		return
	}
	name := d.plan.Title
	if contactName != "" {
		name += " – " + contactName
	}
	d.plan.Deal = &DealPlan{Action: ActionCreate, Name: name, Stage: stage, To: stage.Name}
	fresh := &crm.Deal{Value: crm.Money{Currency: d.rules.Account.Currency}}
	d.plan.Deal.Changes = d.dealChanges(fresh, true)
	if d.plan.Contact != nil && d.plan.Contact.Action == ActionCreate {
		// The new contact gets the deal's owner.
		for _, change := range d.plan.Deal.Changes {
			if change.set.standard == crm.FieldOwner {
				d.plan.Contact.Changes = append(d.plan.Contact.Changes, change)
			}
		}
	}
	d.end(Created, DealCreated)
}

// takeDeal ends the decision by updating an open deal and moving it.
func (d *decision) takeDeal(deal *crm.Deal) {
	d.plan.Deal = &DealPlan{Action: ActionUpdate, ID: deal.ID, Name: deal.Name, Changes: d.dealChanges(deal, true)}
	to := d.rules.Stages[d.doc.Kind].To
	if to == nil || to.ID == deal.StageID {
		d.end(Updated, DealUpdated)
		return
	}
	d.move(to)
	d.end(Updated, DealMoved)
}

func (d *decision) move(to *crm.Stage) {
	deal := d.seen.Deals[d.plan.Deal.ID]
	d.plan.Deal.Stage = to
	d.plan.Deal.From, d.plan.Deal.To = d.rules.StageNames[deal.StageID], to.Name
}

// linkedDocument decides on a document that has its deal already: section 6.
func (d *decision) linkedDocument() {
	deal := d.seen.livingDeal(d.record.DealID)
	switch {
	case deal == nil:
		d.end(Skipped, DealDeleted)
	case d.doc.Annulled && d.record.Standing != StandingAnnulled:
		d.annul(deal)
	case d.record.Hash == d.doc.Hash:
		d.end(Unchanged, AlreadyInSync)
	default:
		d.contentChanged(deal)
	}
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
	d.plan.Deal = &DealPlan{Action: ActionUpdate, ID: deal.ID, Name: deal.Name, Changes: d.dealChanges(deal, false)}
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

// newContact plans the contact of a client that nobody knows yet: section 3.
func (d *decision) newContact() {
	client := d.doc.Client
	d.plan.Contact = &ContactPlan{Action: ActionCreate, Name: client.Name()}
	d.names(&crm.Contact{})
	for _, key := range client.keys() {
		if d.takenByOther(key.IdentityKey, "") {
			continue
		}
		d.addIdentity(key)
	}
	d.plan.Contact.Changes = append(d.plan.Contact.Changes, FieldChange{
		Field: crm.FieldSource, New: sourceName, Rule: ruleContact, set: setting{standard: crm.FieldSource, value: sourceName},
	})
	d.plan.Contact.Changes = append(d.plan.Contact.Changes, d.mapped(d.rules.Contact, nil, nil)...)
}

// sourceName is where contacts that the bridge made come from.
const sourceName = "Bsale"

// Names of the rules behind changes, as they stand in a plan; "mapping.deal[2]" names a row of the mapping.
const (
	ruleContact = "contact"
	ruleOwner   = "owner"
	ruleValue   = "value"
)

// existingContact plans what the client adds to a contact.
func (d *decision) existingContact(contact *crm.Contact, matchedBy string) {
	d.plan.Contact = &ContactPlan{Action: ActionUpdate, ID: contact.ID, MatchedBy: matchedBy, Name: contact.Name()}
	d.names(contact)
	count := map[crm.IdentityKind]int{}
	for _, identity := range contact.Identities {
		count[identity.Kind]++
	}
	for _, key := range d.doc.Client.keys() {
		switch {
		case contact.HasIdentity(key.IdentityKey):
		case d.takenByOther(key.IdentityKey, contact.ID):
			d.warn(IdentityOfOtherContact, string(key.Kind))
		case count[key.Kind] > crm.MaxAlternatives:
			d.warn(TooManyAlternatives, string(key.Kind))
		default:
			d.addIdentity(key)
		}
	}
	d.plan.Contact.Changes = append(d.plan.Contact.Changes, d.mapped(d.rules.Contact, contact.Custom, contact.Origins)...)
}

func (d *decision) takenByOther(key crm.IdentityKey, contact crm.ID) bool {
	for _, other := range d.seen.having(key) {
		if other.ID != contact {
			return true
		}
	}
	return false
}

func (d *decision) addIdentity(key identityOf) {
	d.plan.Contact.Changes = append(d.plan.Contact.Changes, FieldChange{
		Field: string(key.Kind), New: key.Normalized, Rule: ruleContact, set: setting{identity: key},
	})
}

// names lets the contact's names follow Bsale, except where somebody else wrote them.
func (d *decision) names(contact *crm.Contact) {
	first, last, company := d.doc.Client.names()
	for _, name := range []struct{ field, old, new string }{
		{crm.FieldFirstName, contact.FirstName, first},
		{crm.FieldLastName, contact.LastName, last},
		{crm.FieldCompany, contact.Company, company},
	} {
		if name.old == name.new || name.old != "" && contact.Origins[name.field].Actor.Kind != crm.ActorApp || contact.Origins.ByPerson(name.field) {
			continue
		}
		d.plan.Contact.Changes = append(d.plan.Contact.Changes, FieldChange{
			Field: name.field, Old: orNil(name.old), New: orNil(name.new), Rule: ruleContact, set: setting{standard: name.field, value: name.new},
		})
	}
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// dealChanges plans the fields of a deal: value, owner, mapping. linking is true when the document gets this deal now.
func (d *decision) dealChanges(deal *crm.Deal, linking bool) []FieldChange {
	var changes []FieldChange
	if value, ok := d.value(); ok && value != deal.Value && (linking || !deal.Origins.ByPerson(crm.FieldValue)) {
		changes = append(changes, FieldChange{
			Field: crm.FieldValue, Old: amountOrNil(deal.Value), New: value.Amount(), Rule: ruleValue, set: setting{standard: crm.FieldValue, value: value},
		})
	}
	if owner := d.owner(deal); owner != nil {
		changes = append(changes, FieldChange{
			Field: crm.FieldOwner, Old: orNil(d.rules.UserEmails[deal.OwnerID]), New: owner.Email, Rule: ruleOwner, set: setting{standard: crm.FieldOwner, value: owner.ID},
		})
	}
	return append(changes, d.mapped(d.rules.Deal, deal.Custom, deal.Origins)...)
}

func amountOrNil(m crm.Money) any {
	if m.Minor == 0 {
		return nil
	}
	return m.Amount()
}

// value is the deal's value as the rules take it from the document.
func (d *decision) value() (crm.Money, bool) {
	amount := d.doc.Total
	if d.rules.Value == ValueNet {
		amount = d.doc.Net
	}
	value, rounded, err := crm.NewMoney(amount, d.rules.Account.Currency)
	if err != nil {
		d.warn(ValueDoesNotFit, crm.FieldValue)
		return crm.Money{}, false
	}
	if rounded {
		d.warn(ValueRounded, crm.FieldValue)
	}
	return value, true
}

// owner returns the user who is to own the deal, nil to leave it as it is.
func (d *decision) owner(deal *crm.Deal) *crm.User {
	if deal.OwnerID != "" && deal.Origins.ByPerson(crm.FieldOwner) {
		return nil
	}
	user := d.userOfDocument()
	if user == nil && deal.OwnerID == "" {
		user = d.rules.Fallback
	}
	if user == nil || user.ID == deal.OwnerID {
		return nil
	}
	return user
}

func (d *decision) userOfDocument() *crm.User {
	person := d.doc.Seller
	if d.rules.Owner == OwnerIssuer {
		person = d.doc.Issuer
	}
	if person == nil {
		d.warn(NoSeller, "")
		return nil
	}
	email, ok := crm.NormalizeEmail(person.Email)
	if !ok {
		d.warn(SellerWithoutEmail, person.Name)
		return nil
	}
	user, ok := d.seen.Users[email]
	if !ok {
		d.warn(SellerUnknown, email)
		return nil
	}
	return &user
}

// mapped plans the mapping's rows: section 5.
func (d *decision) mapped(rules []FieldRule, custom crm.Custom, origins crm.Origins) []FieldChange {
	var changes []FieldChange
	for _, rule := range rules {
		key := rule.Field.Key
		old := custom[key]
		value, write := d.mappedValue(rule, old, origins.ByPerson(key))
		if !write || reflect.DeepEqual(old, value) {
			continue
		}
		changes = append(changes, FieldChange{
			Field: rule.Field.Name, Old: old, New: value, Rule: fmt.Sprintf("mapping.%s[%d]", rule.Field.Entity, rule.Row), set: setting{custom: key, value: value},
		})
	}
	return changes
}

// mappedValue is what a row writes over old; write is false when it leaves it.
func (d *decision) mappedValue(rule FieldRule, old any, byPerson bool) (value any, write bool) {
	if rule.Write == WriteIfEmpty && old != nil || rule.Write == WriteUnlessEdited && byPerson {
		return nil, false
	}
	source := rule.value(d.doc, d.rules)
	if source.IsEmpty() {
		return nil, rule.Empty == EmptyClear
	}
	value, fits := rule.Field.Convert(source, d.rules.Account.Country)
	if !fits {
		d.warn(ValueDoesNotFit, rule.Field.Name)
		return nil, false
	}
	return value, true
}
