package web

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/messages"
)

// planView is what a document means for the CRM, told step by step.
type planView struct {
	Title    string
	Client   string
	Outcome  badgeView
	Icon     string
	Why      string
	Fix      string
	Steps    []planStep
	Warnings []planWarning
	Before   string // how the document stands now, where it would end otherwise; "": it would not, or nobody knows it yet
	Differs  bool
	Among    []string // those among which somebody has to choose
	Document string   // address of the document's page; "": it has none yet
}

// planStep is one thing that happens: to the contact, the deal, the owner, the fields.
type planStep struct {
	Icon, Title, Text string
	Changes           []planChange
}

// planChange is a field's change, with the rule behind it.
type planChange struct{ Field, Old, New, Rule string }

type planWarning struct{ Text, Detail, Fix string }

// outcomeLooks are how outcomes are shown.
var outcomeLooks = map[bridge.Outcome]struct{ tone, icon string }{
	bridge.Created: {"good", "plus"}, bridge.Updated: {"info", "arrow"}, bridge.Unchanged: {"", "check"}, bridge.Skipped: {"", "next"}, bridge.Conflict: {"warn", "alert"},
	bridge.Failed: {"bad", "alert"},
}

// planWords is what it takes to tell plans as people of an account read them.
type planWords struct {
	v      *visit
	page   Page
	fields map[string]crm.CustomField // by name, which is how plans name them
}

// planWords reads the fields that plans may name.
func (v *visit) planWords(page Page, around bridge.Surroundings) planWords {
	w := planWords{v: v, page: page, fields: map[string]crm.CustomField{}}
	for _, fields := range [][]crm.CustomField{around.Contact, around.Deal} {
		for _, f := range fields {
			w.fields[f.Name] = f
		}
	}
	return w
}

// tell returns a plan in words.
func (w planWords) tell(p bridge.Plan) planView {
	look := outcomeLooks[p.Outcome]
	view := planView{
		Title: p.Title, Client: p.Client, Outcome: badgeView{Label: w.v.t("outcome." + string(p.Outcome)), Tone: look.tone}, Icon: look.icon, Why: w.v.reasonText(p.Reason),
		Fix: w.v.fixText(p.Reason), Among: p.Candidates,
	}
	if p.Contact != nil {
		view.Steps = append(view.Steps, w.contact(p.Contact))
	}
	if p.Deal != nil {
		view.Steps = append(view.Steps, w.deal(p.Deal)...)
	}
	if p.Sale != nil {
		view.Steps = append(view.Steps, planStep{
			Icon: "undo", Title: w.v.t("plan.sale"),
			Text: w.v.t("plan.sale_text", "number", p.Sale.Number, "amount", w.page.Money(crm.Money{Minor: p.Sale.Credited, Currency: w.page.Account.Currency}), "standing", w.v.t("standing."+string(p.Sale.Standing))),
		})
	}
	for _, warning := range p.Warnings {
		view.Warnings = append(view.Warnings, planWarning{w.v.reasonText(warning.Reason), w.fieldName(warning.Detail), w.v.fixText(warning.Reason)})
	}
	return view
}

func (w planWords) contact(c *bridge.ContactPlan) planStep {
	step := planStep{Icon: "contacts", Title: w.v.t("plan.contact"), Changes: w.changes(c.Changes)}
	switch {
	case c.Action == bridge.ActionCreate:
		step.Text = w.v.t("plan.contact_created", "name", c.Name)
	case c.MatchedBy != "":
		step.Text = w.v.t("plan.matched."+c.MatchedBy, "name", c.Name)
	default:
		step.Text = w.v.t("plan.contact_known", "name", c.Name)
	}
	return step
}

// deal tells of the deal, and of its owner by itself.
func (w planWords) deal(d *bridge.DealPlan) []planStep {
	step := planStep{Icon: "deals", Title: w.v.t("plan.deal")}
	switch {
	case d.Action == bridge.ActionCreate:
		step.Text = w.v.t("plan.deal_created", "name", d.Name, "stage", d.To)
	case d.To != "":
		step.Text = w.v.t("plan.deal_moved", "name", d.Name, "from", d.From, "to", d.To)
	default:
		step.Text = w.v.t("plan.deal_kept", "name", d.Name)
	}
	steps := []planStep{step}
	var fields []bridge.FieldChange
	for _, c := range d.Changes {
		if c.Field != crm.FieldOwner {
			fields = append(fields, c)
			continue
		}
		owner := planStep{Icon: "user", Title: w.v.t("plan.owner"), Text: w.v.t("plan.owner_set", "owner", fmt.Sprint(c.New))}
		if c.Old != nil {
			owner.Text = w.v.t("plan.owner_changed", "owner", fmt.Sprint(c.New), "old", fmt.Sprint(c.Old))
		}
		steps = append(steps, owner)
	}
	if len(fields) > 0 {
		steps = append(steps, planStep{Icon: "fields", Title: w.v.t("plan.fields"), Changes: w.changes(fields)})
	}
	return steps
}

func (w planWords) changes(changes []bridge.FieldChange) []planChange {
	var all []planChange
	for _, c := range changes {
		all = append(all, planChange{w.fieldName(c.Field), w.value(c.Field, c.Old), w.value(c.Field, c.New), w.rule(c.Rule)})
	}
	return all
}

// fieldName returns the name of a standard field in the person's language; custom fields have the name that people gave them.
func (w planWords) fieldName(name string) string {
	if _, custom := w.fields[name]; !custom && messages.Has("field."+name) {
		return w.v.t("field." + name)
	}
	return name
}

// value writes a field's value as people of the account do; "" for nothing.
func (w planWords) value(field string, value any) string {
	if value == nil {
		return ""
	}
	if f, ok := w.fields[field]; ok {
		return w.v.fieldValue(w.page, f.Type, value)
	}
	if field == crm.FieldValue {
		return w.v.fieldValue(w.page, crm.TypeMoney, value)
	}
	return fmt.Sprint(value)
}

// fieldValue writes the value of a field of some type, as a plan has it.
func (v *visit) fieldValue(page Page, t crm.FieldType, value any) string {
	switch x := value.(type) {
	case bool:
		return v.t("plan.yes_no." + strconv.FormatBool(x))
	case []string:
		return strings.Join(x, ", ")
	case []any:
		parts := make([]string, len(x))
		for i, one := range x {
			parts[i] = fmt.Sprint(one)
		}
		return strings.Join(parts, ", ")
	case float64: // of a plan that was kept as JSON
		value = strconv.FormatFloat(x, 'f', -1, 64)
	}
	text := fmt.Sprint(value)
	switch t {
	case crm.TypeDate:
		if day, ok := crm.ParseDate(text); ok {
			return page.Date(day)
		}
	case crm.TypeNumber, crm.TypeDecimal:
		return page.Number(json.Number(text))
	case crm.TypeMoney:
		return page.Amount(text)
	}
	return text
}

// rule says in words which rule is behind a change.
func (w planWords) rule(code string) string {
	if messages.Has("plan.rule." + code) {
		return w.v.t("plan.rule." + code)
	}
	for _, entity := range []crm.Entity{crm.EntityDeal, crm.EntityContact} {
		if row, ok := strings.CutPrefix(code, "mapping."+string(entity)+"["); ok {
			return w.v.t("plan.rule.mapping_"+string(entity), "row", strings.TrimSuffix(row, "]"))
		}
	}
	return code
}

// reasonText and fixText are a reason's sentence, and what to do about it where somebody can: in the browser's words, which name its pages, where they differ.
func (v *visit) reasonText(reason bridge.Reason) string { return messages.Reason(v.language(), reason) }

func (v *visit) fixText(reason bridge.Reason) string {
	if key := "fix." + string(reason); messages.Has(key) {
		return v.t(key)
	}
	return messages.Fix(v.language(), reason)
}

// unfoldable is a plan as the template of that name takes it.
type unfoldable struct {
	Plan planView
	At   moment
	Open bool
}

// newPlan returns a plan to be shown: of a preview, or of a decision that was applied.
func newPlan(plan any) (unfoldable, error) {
	switch p := plan.(type) {
	case planView:
		return unfoldable{Plan: p}, nil
	case decisionView:
		return unfoldable{p.planView, p.At, p.Open}, nil
	}
	return unfoldable{}, fmt.Errorf("%T is no plan", plan)
}
