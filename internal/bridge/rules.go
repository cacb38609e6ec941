package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"puente/internal/crm"
)

// Rules are a connection's rules and mapping as a person gives them: stages, fields and users by name. [Rules.Resolve] checks them against the
// account and turns them into a [Ruleset].
type Rules struct {
	CreateClients bool                `json:"create_clients"`
	Documents     string              `json:"documents"` // none, receipts, quotes, both
	ExtraKinds    []Kind              `json:"extra_kinds,omitempty"`
	Kinds         map[string]Kind     `json:"kinds,omitempty"` // Bsale document type id → kind
	Pipeline      string              `json:"pipeline"`
	Update        UpdateRule          `json:"update"`
	Create        CreateRule          `json:"create"`
	PerKind       map[Kind]KindStages `json:"per_kind,omitempty"`
	Several       string              `json:"several,omitempty"` // latest, conflict
	Owner         OwnerRule           `json:"owner"`
	Value         string              `json:"value"` // total, net
	Contact       ContactRule         `json:"contact"`
	Void          VoidRule            `json:"void"`
	Start         string              `json:"start,omitempty"` // first emission day, 2006-01-02; empty: all
	Mapping       Mapping             `json:"mapping"`
}

// UpdateRule says from which stage open deals are taken and to which they move. No FromStage: nothing is updated.
type UpdateRule struct {
	FromStage string `json:"from_stage"`
	ToStage   string `json:"to_stage"`
}

// CreateRule says in which stage new deals start. No Stage: none are made.
type CreateRule struct {
	Stage string `json:"stage"`
}

// KindStages overrides the stages for one kind; nil means as for all, "" means none.
type KindStages struct {
	FromStage   *string `json:"from_stage,omitempty"`
	ToStage     *string `json:"to_stage,omitempty"`
	CreateStage *string `json:"create_stage,omitempty"`
}

// OwnerRule says whose e-mail gives the owner: seller or issuer.
type OwnerRule struct {
	Reference string `json:"reference"`
	Fallback  string `json:"fallback,omitempty"` // a user's e-mail
}

// ContactRule says what a client needs for a new contact, and what becomes of anonymous sales.
type ContactRule struct {
	Require   string `json:"require"`   // email_and_phone, email_or_phone, tax_id
	Anonymous string `json:"anonymous"` // skip, create
}

// VoidRule says what annulments and credit notes do: none, flag, or stage with the stage to move to.
type VoidRule struct {
	Action string `json:"action"`
	Stage  string `json:"stage,omitempty"`
}

// UnmarshalJSON also takes the bare action: "flag".
func (v *VoidRule) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte(`"`)) {
		v.Stage = ""
		return json.Unmarshal(data, &v.Action)
	}
	type plain VoidRule
	return decodeStrict(data, (*plain)(v))
}

// Mapping associates Bsale's fields with the account's.
type Mapping struct {
	Deal    []MappingRow `json:"deal"`
	Contact []MappingRow `json:"contact"`
}

// MappingRow fills one custom field from a source or with a constant.
type MappingRow struct {
	From     string  `json:"from,omitempty"`
	Constant *string `json:"constant,omitempty"`
	To       string  `json:"to"`
	Write    string  `json:"write,omitempty"` // always, if_empty, unless_edited
	Empty    string  `json:"empty,omitempty"` // keep, clear
}

// The words that rules are made of.
const (
	DocumentsNone     = "none"
	DocumentsReceipts = "receipts"
	DocumentsQuotes   = "quotes"
	DocumentsBoth     = "both"

	SeveralLatest   = "latest"
	SeveralConflict = "conflict"

	OwnerSeller = "seller"
	OwnerIssuer = "issuer"

	ValueTotal = "total"
	ValueNet   = "net"

	RequireEmailAndPhone = "email_and_phone"
	RequireEmailOrPhone  = "email_or_phone"
	RequireTaxID         = "tax_id"

	AnonymousSkip   = "skip"
	AnonymousCreate = "create"

	VoidNone  = "none"
	VoidFlag  = "flag"
	VoidStage = "stage"

	WriteAlways       = "always"
	WriteIfEmpty      = "if_empty"
	WriteUnlessEdited = "unless_edited"

	EmptyKeep  = "keep"
	EmptyClear = "clear"
)

// DefaultRules are those of a new connection over the default pipeline and the recommended fields: receipts and quotes, nothing sent to Bsale.
func DefaultRules(language crm.Language) Rules {
	pipeline := crm.DefaultPipeline(language, time.Time{})
	fresh, quoted, sold := pipeline.Stages[0].Name, pipeline.Stages[1].Name, pipeline.Stages[3].Name
	origin := sourceName
	rules := Rules{
		Pipeline: pipeline.Name,
		Update:   UpdateRule{FromStage: quoted, ToStage: sold},
		Create:   CreateRule{Stage: fresh},
		PerKind: map[Kind]KindStages{
			KindQuote:   {FromStage: &fresh, ToStage: &quoted, CreateStage: &quoted},
			KindReceipt: {CreateStage: &sold},
		},
		Mapping: Mapping{
			Deal: []MappingRow{
				{From: "document.number", To: "Número de Documento"},
				{From: "document.emission_date", To: "Fecha de Emisión"},
				{From: "document.expiration_date", To: "Fecha de Vencimiento"},
				{From: "document.total", To: "Total Documento"},
			},
			Contact: []MappingRow{
				{From: "client.code", To: "Rut del Cliente del Documento"},
				{Constant: &origin, To: "Origen de los contactos", Write: WriteIfEmpty},
			},
		},
	}
	rules.fillDefaults()
	return rules
}

// ParseRules reads rules from JSON and fills in what may be left out. invalid: not JSON (with line and column), or a key or word that rules do not have,
// with the place. Names of stages, fields and users are checked by Resolve.
func ParseRules(data []byte) (Rules, error) {
	var rules Rules
	switch text := string(bytes.TrimSpace(data)); {
	case text == "":
		return Rules{}, crm.NewError(crm.Invalid, "rules_empty", "braces", "{}")
	case text == "null":
		return Rules{}, crm.NewError(crm.Invalid, "rules_type_wrong", "line", "1").At("null")
	}
	if err := decodeStrict(data, &rules); err != nil {
		return Rules{}, rulesError(data, err)
	}
	rules.fillDefaults()
	return rules, nil
}

func (r *Rules) fillDefaults() {
	setDefault(&r.Documents, DocumentsBoth)
	setDefault(&r.Pipeline, crm.DefaultPipeline(crm.Spanish, time.Time{}).Name)
	setDefault(&r.Several, SeveralLatest)
	setDefault(&r.Owner.Reference, OwnerSeller)
	setDefault(&r.Value, ValueTotal)
	setDefault(&r.Contact.Require, RequireEmailAndPhone)
	setDefault(&r.Contact.Anonymous, AnonymousSkip)
	setDefault(&r.Void.Action, VoidFlag)
	for _, rows := range [][]MappingRow{r.Mapping.Deal, r.Mapping.Contact} {
		for i := range rows {
			setDefault(&rows[i].Write, WriteAlways)
			setDefault(&rows[i].Empty, EmptyKeep)
		}
	}
}

func setDefault(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

// decodeStrict reads exactly one JSON value without unknown keys.
func decodeStrict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errTrailingText
	}
	return nil
}

var errTrailingText = errors.New("text after the end of the rules")

func rulesError(data []byte, err error) error {
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	// encoding/json has no type for an unknown key, only this text.
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		key = strings.Trim(key, `"`)
		return crm.NewError(crm.Invalid, "rules_unknown_key", "key", key).At(placeOfKey(data, key)).Because(err)
	}
	offset := int64(len(data))
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &mistyped):
		line, _ := position(data, mistyped.Offset)
		place := mistyped.Field
		if place == "" {
			place = mistyped.Value
		}
		return crm.NewError(crm.Invalid, "rules_type_wrong", "line", strconv.Itoa(line)).At(place).Because(err)
	}
	line, column := position(data, offset)
	return crm.NewError(crm.Invalid, "rules_malformed", "line", strconv.Itoa(line), "column", strconv.Itoa(column)).Because(err)
}

// position turns a byte offset into line and column, both from 1.
func position(data []byte, offset int64) (line, column int) {
	offset = min(max(offset-1, 0), int64(len(data)))
	before := data[:offset]
	line = 1 + bytes.Count(before, []byte("\n"))
	column = 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	return line, column
}
