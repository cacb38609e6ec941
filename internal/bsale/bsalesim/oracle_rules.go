package bsalesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// OracleOptions describes the CRM account that the oracle speaks of. The zero value
// is an account as Puente makes it, after one complete pass over everything.
type OracleOptions struct {
	// AccountName defaults to "Mi empresa".
	AccountName string
	// Pipelines defaults to "Ventas" with its six stages.
	Pipelines []OraclePipeline
	// Fields says the types of custom fields; what is not named is a text field.
	Fields []OracleField
	// Follow says that the CRM made a complete pass before the first live event and
	// then read each document at once when it was issued or annulled.
	Follow bool
}

// OraclePipeline is a pipeline and its stages in order.
type OraclePipeline struct {
	Name   string
	Stages []OracleStage
}

// OracleStage is a stage; Kind is open, won or lost.
type OracleStage struct {
	Name, Kind string
}

// OracleField is a custom field. Entity is contact or deal; Type is text, number,
// decimal, date or dropdown.
type OracleField struct {
	Entity, Name, Type string
	Options            []string
}

func defaultPipelines() []OraclePipeline {
	return []OraclePipeline{{Name: "Ventas", Stages: []OracleStage{
		{"Nuevo", "open"},
		{"Cotizado", "open"},
		{"En negociación", "open"},
		{"Vendido", "won"},
		{"Perdido", "lost"},
		{"Anulado", "lost"},
	}}}
}

// The kinds of document, as the rules write them.
const (
	kindReceipt    = "receipt"
	kindQuote      = "quote"
	kindInvoice    = "invoice"
	kindSalesNote  = "sales_note"
	kindCreditNote = "credit_note"
	kindOther      = "other"
)

var kindWords = map[string]string{
	kindReceipt: "Boleta", kindQuote: "Cotización", kindInvoice: "Factura", kindSalesNote: "Nota de venta",
}

type oracleRules struct {
	CreateClients bool              `json:"create_clients"`
	Documents     string            `json:"documents"`
	ExtraKinds    []string          `json:"extra_kinds"`
	Kinds         map[string]string `json:"kinds"`
	Pipeline      string            `json:"pipeline"`
	Update        struct {
		From string `json:"from_stage"`
		To   string `json:"to_stage"`
	} `json:"update"`
	Create struct {
		Stage string `json:"stage"`
	} `json:"create"`
	PerKind map[string]struct {
		From   *string `json:"from_stage"`
		To     *string `json:"to_stage"`
		Create *string `json:"create_stage"`
	} `json:"per_kind"`
	Several string `json:"several"`
	Owner   struct {
		Reference string `json:"reference"`
		Fallback  string `json:"fallback"`
	} `json:"owner"`
	Value   string `json:"value"`
	Contact struct {
		Require   string `json:"require"`
		Anonymous string `json:"anonymous"`
	} `json:"contact"`
	Void    oracleVoid `json:"void"`
	Start   string     `json:"start"`
	Mapping struct {
		Deal    []oracleRow `json:"deal"`
		Contact []oracleRow `json:"contact"`
	} `json:"mapping"`

	start  Day
	stages map[string]string // kind by stage name
}

type oracleVoid struct {
	Action string `json:"action"`
	Stage  string `json:"stage"`
}

// UnmarshalJSON takes "none" and "flag" for {"action": …} too.
func (v *oracleVoid) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &v.Action)
	}
	type plain oracleVoid
	return json.Unmarshal(b, (*plain)(v))
}

type oracleRow struct {
	From     string  `json:"from"`
	Constant *string `json:"constant"`
	To       string  `json:"to"`
	Write    string  `json:"write"`
	Empty    string  `json:"empty"`
}

func parseRules(b []byte, pipelines []OraclePipeline) (*oracleRules, error) {
	r := &oracleRules{start: -1 << 30}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(r); err != nil {
		return nil, fmt.Errorf("bsalesim: rules: %w", err)
	}
	setDefault(&r.Documents, "both")
	setDefault(&r.Pipeline, pipelines[0].Name)
	setDefault(&r.Several, "latest")
	setDefault(&r.Owner.Reference, "seller")
	setDefault(&r.Value, "total")
	setDefault(&r.Contact.Require, "email_and_phone")
	setDefault(&r.Contact.Anonymous, "skip")
	setDefault(&r.Void.Action, "flag")
	if r.Start != "" {
		day, err := ParseDay(r.Start)
		if err != nil {
			return nil, err
		}
		r.start = day
	}
	return r, r.check(pipelines)
}

func setDefault(s *string, v string) {
	if *s == "" {
		*s = v
	}
}

func (r *oracleRules) check(pipelines []OraclePipeline) error {
	at := slices.IndexFunc(pipelines, func(p OraclePipeline) bool { return p.Name == r.Pipeline })
	if at < 0 {
		return fmt.Errorf("bsalesim: rules: no pipeline %q", r.Pipeline)
	}
	r.stages = map[string]string{"": ""}
	for _, s := range pipelines[at].Stages {
		r.stages[s.Name] = s.Kind
	}
	named := []string{r.Update.From, r.Update.To, r.Create.Stage, r.Void.Stage}
	for _, k := range r.PerKind {
		for _, p := range []*string{k.From, k.To, k.Create} {
			if p != nil {
				named = append(named, *p)
			}
		}
	}
	var errs []error
	for _, name := range named {
		if _, ok := r.stages[name]; !ok {
			errs = append(errs, fmt.Errorf("bsalesim: rules: no stage %q in %q", name, r.Pipeline))
		}
	}
	for _, c := range []struct {
		name, got string
		known     []string
	}{
		{"documents", r.Documents, []string{"none", "receipts", "quotes", "both"}},
		{"several", r.Several, []string{"latest", "conflict"}},
		{"owner.reference", r.Owner.Reference, []string{"seller", "issuer"}},
		{"value", r.Value, []string{"total", "net"}},
		{"contact.require", r.Contact.Require, []string{"email_and_phone", "email_or_phone", "tax_id"}},
		{"contact.anonymous", r.Contact.Anonymous, []string{"skip", "create"}},
		{"void.action", r.Void.Action, []string{"none", "flag", "stage"}},
	} {
		if !slices.Contains(c.known, c.got) {
			errs = append(errs, fmt.Errorf("bsalesim: rules: %s is %q, not one of %s", c.name, c.got, strings.Join(c.known, ", ")))
		}
	}
	if r.Void.Action == "stage" && r.Void.Stage == "" {
		errs = append(errs, errors.New("bsalesim: rules: void.stage is missing"))
	}
	return errors.Join(errs...)
}

// chosen says whether the rules want documents of the kind.
func (r *oracleRules) chosen(kind string) bool {
	switch kind {
	case kindReceipt:
		return r.Documents == "receipts" || r.Documents == "both"
	case kindQuote:
		return r.Documents == "quotes" || r.Documents == "both"
	default:
		return slices.Contains(r.ExtraKinds, kind)
	}
}

func (r *oracleRules) stagesOf(kind string) (from, to, create string) {
	from, to, create = r.Update.From, r.Update.To, r.Create.Stage
	k := r.PerKind[kind]
	for _, o := range []struct {
		given *string
		to    *string
	}{{k.From, &from}, {k.To, &to}, {k.Create, &create}} {
		if o.given != nil {
			*o.to = *o.given
		}
	}
	return from, to, create
}

// kindOf tells what a document type is.
func (r *oracleRules) kindOf(t *DocumentType) string {
	if k := r.Kinds[strconv.Itoa(t.ID)]; k != "" {
		return k
	}
	if t.IsCreditNote || t.CodeSII == "61" || t.CodeSII == "07" || t.Use == 1 && t.CodeSII == "" {
		return kindCreditNote
	}
	switch t.CodeSII {
	case "35", "39", "41", "03":
		return kindReceipt
	case "30", "32", "33", "34", "110", "01":
		return kindInvoice
	case "":
	default:
		return kindOther
	}
	if t.Use != 0 {
		return kindOther
	}
	name := strings.ToLower(plainLetters.Replace(t.Name))
	for _, w := range [...]struct{ word, kind string }{
		{"cotizacion", kindQuote},
		{"presupuesto", kindQuote},
		{"nota de credito", kindCreditNote},
		{"nota de venta", kindSalesNote},
		{"pedido", kindSalesNote},
		{"ticket", kindReceipt},
		{"boleta", kindReceipt},
		{"factura", kindInvoice},
	} {
		if strings.Contains(name, w.word) {
			return w.kind
		}
	}
	if t.IsSalesNote {
		return kindSalesNote
	}
	return kindOther
}

var plainLetters = strings.NewReplacer(
	"á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n",
	"Á", "a", "É", "e", "Í", "i", "Ó", "o", "Ú", "u", "Ü", "u", "Ñ", "n",
)
