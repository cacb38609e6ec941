package bridge

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"puente/internal/crm"
)

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
	d.plan.Deal.Changes = append(d.dealChanges(fresh, true), d.mappedNew(d.rules.Deal, d.rules.DealDefaults)...)
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
	d.plan.Deal = &DealPlan{Action: ActionUpdate, ID: deal.ID, Name: deal.Name, Changes: d.changesOf(deal, true)}
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

// changesOf plans the fields of a deal that is there. linking is true when the document gets this deal now.
func (d *decision) changesOf(deal *crm.Deal, linking bool) []FieldChange {
	return append(d.dealChanges(deal, linking), d.mapped(d.rules.Deal, deal.Custom, deal.Origins)...)
}

// dealChanges plans value and owner of a deal.
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
	return changes
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
		d.add(Warning{Reason: SellerUnknown, Detail: email, Name: person.Name})
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

// mappedNew plans the mapping's rows for something new, and the defaults of those fields that they leave empty. Required fields stop no document.
func (d *decision) mappedNew(rules []FieldRule, defaults []crm.CustomField) []FieldChange {
	changes := d.mapped(rules, nil, nil)
	for _, field := range defaults {
		if slices.ContainsFunc(changes, func(c FieldChange) bool { return c.set.custom == field.Key }) {
			continue
		}
		changes = append(changes, FieldChange{
			Field: field.Name, New: field.Default, Rule: ruleDefault, set: setting{custom: field.Key, value: field.Default},
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
	value, fits := rule.Field.Convert(source, d.rules.Account)
	if !fits {
		d.warn(ValueDoesNotFit, rule.Field.Name)
		return nil, false
	}
	return value, true
}
