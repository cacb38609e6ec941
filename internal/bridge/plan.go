package bridge

import (
	"puente/internal/crm"
)

// Plan says what one Bsale document means for the CRM, and why. The same plan is shown, applied and kept. As JSON it names things as people
// do and holds no internal ids, so that a preview and what then happened can be compared.
type Plan struct {
	BsaleID  int64     `json:"bsale_id"`
	Title    string    `json:"title"` // "Boleta 1234"
	Kind     Kind      `json:"kind"`
	Client   string    `json:"client,omitempty"`
	Outcome  Outcome   `json:"outcome"`
	Reason   Reason    `json:"reason"`
	Warnings []Warning `json:"warnings,omitempty"`

	Contact *ContactPlan `json:"contact,omitempty"`
	Deal    *DealPlan    `json:"deal,omitempty"`
	// Standing is the document's own from now on; empty: as it was.
	Standing Standing `json:"standing,omitempty"`
	// Sale is what a credit note does to the sale that it takes back.
	Sale *SalePlan `json:"sale,omitempty"`
	// Candidates are the contacts or deals among which a person has to choose.
	Candidates []string `json:"candidates,omitempty"`

	candidates []crm.ID // their ids, in ascending order
}

// Warning tells of something that was left out while the rest was done. Detail names it: a field, an e-mail, of a person whose name is Name.
type Warning struct {
	Reason Reason `json:"reason"`
	Detail string `json:"detail,omitempty"`
	Name   string `json:"name,omitempty"`
}

// Action is what a plan does to a contact or deal.
type Action string

// The actions.
const (
	ActionCreate Action = "create"
	ActionUpdate Action = "update" // or only link, when there are no changes
)

// ContactPlan is what happens to the contact.
type ContactPlan struct {
	Action    Action        `json:"action"`
	ID        crm.ID        `json:"-"` // of the existing contact
	MatchedBy string        `json:"matched_by,omitempty"`
	Name      string        `json:"name"`
	Changes   []FieldChange `json:"changes,omitempty"`
}

// DealPlan is what happens to the deal.
type DealPlan struct {
	Action  Action        `json:"action"`
	ID      crm.ID        `json:"-"` // of the existing deal
	Name    string        `json:"name"`
	Stage   *crm.Stage    `json:"-"` // to move to, or to start in; nil: stays
	From    string        `json:"from_stage,omitempty"`
	To      string        `json:"to_stage,omitempty"`
	Changes []FieldChange `json:"changes,omitempty"`
}

// SalePlan is what a credit note does to its sale's record.
type SalePlan struct {
	BsaleID  int64    `json:"bsale_id"`
	Number   string   `json:"number"`
	Credited int64    `json:"credited"` // minor units, all credit notes so far
	Standing Standing `json:"standing"`
}

// How a contact was matched.
const (
	matchedByClient = "client_id"
	matchedByLink   = "document"
)

// FieldChange is one change of a field: its name for people, the values before and after, and the rule behind it.
type FieldChange struct {
	Field string `json:"field"`
	Old   any    `json:"old,omitempty"`
	New   any    `json:"new,omitempty"`
	Rule  string `json:"rule"`

	set setting // how it is applied
}

// setting is the part of a change that the CRM needs: which field, and the value as it is stored.
type setting struct {
	standard string // a crm.Field… name; empty for a custom field or an identity
	custom   string // a custom field's key
	identity identityOf
	value    any // string, crm.ID, crm.Money, or a custom value (nil clears)
}

// Writes says whether applying the plan changes anything beside the document's own record.
func (p Plan) Writes() bool { return p.Outcome == Created || p.Outcome == Updated }

// Add counts what became of one document.
func (c *Counts) Add(p Plan) {
	c.Documents++
	switch p.Outcome {
	case Created:
		c.Created++
	case Updated:
		c.Updated++
	case Unchanged:
		c.Unchanged++
	case Skipped:
		if c.Skipped == nil {
			c.Skipped = map[Reason]int{}
		}
		c.Skipped[p.Reason]++
	case Conflict:
		c.Conflict++
	case Failed:
		c.Failed++
	}
	if p.Contact != nil && p.Contact.Action == ActionCreate {
		c.ContactsCreated++
	}
}
