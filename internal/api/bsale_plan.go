package api

import "puente/internal/bridge"

// PlanOut is what a document means for the CRM, and why.
type PlanOut struct {
	BsaleID int64          `json:"bsaleId"`
	Title   string         `json:"title" example:"Boleta 1234"`
	Kind    bridge.Kind    `json:"kind" enum:"receipt,quote,invoice,sales_note,credit_note,other"`
	Client  string         `json:"client"`
	Outcome bridge.Outcome `json:"outcome" enum:"created,updated,unchanged,skipped,conflict,failed"`
	ReasonOut
	Warnings   []warningOut    `json:"warnings" doc:"What was left out while the rest was done"`
	Contact    *contactPlanOut `json:"contact,omitempty" doc:"Absent: nothing happens to a contact"`
	Deal       *dealPlanOut    `json:"deal,omitempty" doc:"Absent: nothing happens to a deal"`
	Candidates []string        `json:"candidates" doc:"The contacts or deals among which somebody has to choose"`
}

type warningOut struct {
	ReasonOut
	Detail string `json:"detail" doc:"What it is about: a field, an e-mail"`
}

type contactPlanOut struct {
	Action    bridge.Action    `json:"action" enum:"create,update"`
	Name      string           `json:"name"`
	MatchedBy string           `json:"matchedBy" doc:"client_id, tax_id, email, phone or document; empty: a new one"`
	Changes   []fieldChangeOut `json:"changes"`
}

type dealPlanOut struct {
	Action    bridge.Action    `json:"action" enum:"create,update"`
	Name      string           `json:"name"`
	FromStage string           `json:"fromStage"`
	ToStage   string           `json:"toStage" doc:"Empty: it stays where it is"`
	Changes   []fieldChangeOut `json:"changes"`
}

type fieldChangeOut struct {
	Field string `json:"field"`
	Old   any    `json:"old" doc:"null: nothing"`
	New   any    `json:"new" doc:"null: nothing"`
	Rule  string `json:"rule" doc:"The rule behind it" example:"mapping.deal[2]"`
}

func (c *call) encodePlan(p bridge.Plan) PlanOut {
	out := PlanOut{
		BsaleID: p.BsaleID, Title: p.Title, Kind: p.Kind, Client: p.Client, Outcome: p.Outcome, ReasonOut: c.reason(p.Reason),
		Warnings: []warningOut{}, Candidates: p.Candidates,
	}
	if out.Candidates == nil {
		out.Candidates = []string{}
	}
	for _, w := range p.Warnings {
		out.Warnings = append(out.Warnings, warningOut{c.reason(w.Reason), w.Detail})
	}
	if p.Contact != nil {
		out.Contact = &contactPlanOut{p.Contact.Action, p.Contact.Name, p.Contact.MatchedBy, encodeChanges(p.Contact.Changes)}
	}
	if p.Deal != nil {
		out.Deal = &dealPlanOut{p.Deal.Action, p.Deal.Name, p.Deal.From, p.Deal.To, encodeChanges(p.Deal.Changes)}
	}
	return out
}

func encodeChanges(changes []bridge.FieldChange) []fieldChangeOut {
	all := []fieldChangeOut{}
	for _, change := range changes {
		all = append(all, fieldChangeOut{change.Field, change.Old, change.New, change.Rule})
	}
	return all
}
