package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// Ruleset is rules checked against an account: names have become the things they name. It is what Decide takes.
type Ruleset struct {
	// Version changes when anything that could change a decision does.
	Version    string
	Account    crm.Account
	Chosen     map[Kind]bool
	TypeKinds  map[int64]Kind
	PipelineID crm.ID
	Stages     map[Kind]StageRule
	StageNames map[crm.ID]string
	Several    string
	Owner      string
	Fallback   *crm.User
	Value      string
	Require    string
	Anonymous  string
	Void       string
	VoidStage  *crm.Stage
	Start      crm.Date
	Deal       []FieldRule
	Contact    []FieldRule
	// DealDefaults and ContactDefaults are the fields that have a default. It changes no decision, so Version does not tell of it.
	DealDefaults    []crm.CustomField
	ContactDefaults []crm.CustomField
	CreateClients   bool
	UserEmails      map[crm.ID]string
}

// StageRule is where one kind's deals are taken from, moved to and made; nil means not at all.
type StageRule struct {
	From, To, Create *crm.Stage
}

// FieldRule is one row of the mapping, resolved.
type FieldRule struct {
	Row      int // from 1, for people
	From     string
	Constant *string
	Field    crm.CustomField
	Write    string
	Empty    string
}

// Surroundings is what rules are checked against.
type Surroundings struct {
	Account   crm.Account
	Pipelines []crm.Pipeline
	Contact   []crm.CustomField
	Deal      []crm.CustomField
	Users     []crm.User
}

// ReadSurroundings reads them.
func ReadSurroundings(ctx context.Context, r crm.Reader) (Surroundings, error) {
	var s Surroundings
	var err error
	if s.Account, err = r.Account(ctx); err != nil {
		return s, err
	}
	if s.Pipelines, err = r.Pipelines(ctx); err != nil {
		return s, err
	}
	if s.Contact, err = r.CustomFields(ctx, crm.EntityContact); err != nil {
		return s, err
	}
	if s.Deal, err = r.CustomFields(ctx, crm.EntityDeal); err != nil {
		return s, err
	}
	s.Users, err = r.Users(ctx)
	return s, err
}

// Resolve checks every name and word of the rules and returns all problems at once, each with the place at fault (a dotted path such as
// "mapping.deal[2].to"). The ruleset is usable only when there are none.
func (r Rules) Resolve(s Surroundings) (Ruleset, []*crm.Error) {
	v := resolver{rules: r, around: s}
	v.resolve()
	return v.set, v.problems
}

// ResolveFirst is Resolve for callers that stop at the first problem.
func (r Rules) ResolveFirst(s Surroundings) (Ruleset, error) {
	set, problems := r.Resolve(s)
	if len(problems) > 0 {
		return Ruleset{}, problems[0]
	}
	return set, nil
}

// ResolveAll is Resolve for callers that want all problems as one error, joined.
func (r Rules) ResolveAll(s Surroundings) (Ruleset, error) {
	set, problems := r.Resolve(s)
	if len(problems) == 0 {
		return set, nil
	}
	all := make([]error, len(problems))
	for i, problem := range problems {
		all[i] = problem
	}
	return Ruleset{}, errors.Join(all...)
}

type resolver struct {
	rules    Rules
	around   Surroundings
	set      Ruleset
	pipeline *crm.Pipeline
	problems []*crm.Error
}

func (v *resolver) problem(field, key string, pairs ...string) {
	v.problems = append(v.problems, crm.NewError(crm.Invalid, key, pairs...).At(field))
}

func (v *resolver) resolve() {
	r, s := v.rules, v.around
	v.set = Ruleset{
		Account: s.Account, Chosen: map[Kind]bool{}, TypeKinds: map[int64]Kind{}, Stages: map[Kind]StageRule{},
		StageNames: map[crm.ID]string{}, UserEmails: map[crm.ID]string{}, CreateClients: r.CreateClients,
	}
	for _, p := range s.Pipelines {
		for _, stage := range p.Stages {
			v.set.StageNames[stage.ID] = stage.Name
		}
	}
	for _, u := range s.Users {
		v.set.UserEmails[u.ID] = u.Email
	}
	v.kinds()
	v.stages()
	v.owner()
	v.set.Several = v.word("several", "rules_several_unknown", r.Several, SeveralLatest, SeveralConflict)
	v.set.Value = v.word("value", "rules_value_unknown", r.Value, ValueTotal, ValueNet)
	v.set.Require = v.word("contact.require", "rules_contact_require_unknown", r.Contact.Require, RequireEmailAndPhone, RequireEmailOrPhone, RequireTaxID)
	v.set.Anonymous = v.word("contact.anonymous", "rules_anonymous_unknown", r.Contact.Anonymous, AnonymousSkip, AnonymousCreate)
	v.void()
	if r.Start != "" {
		var ok bool
		if v.set.Start, ok = crm.ParseDate(r.Start); !ok {
			v.problem("start", "rules_date_invalid", "date", r.Start)
		}
	}
	v.set.Deal = v.mapping("mapping.deal", r.Mapping.Deal, s.Deal)
	v.set.Contact = v.mapping("mapping.contact", r.Mapping.Contact, s.Contact)
	v.set.DealDefaults, v.set.ContactDefaults = withDefault(s.Deal), withDefault(s.Contact)
	v.set.Version = v.version()
}

// word returns value if it is one of the words.
func (v *resolver) word(field, key, value string, words ...string) string {
	if !slices.Contains(words, value) {
		v.problem(field, key, "value", value, "known", strings.Join(words, ", "))
	}
	return value
}

var chosenByDocuments = map[string][]Kind{
	DocumentsNone:     {},
	DocumentsReceipts: {KindReceipt},
	DocumentsQuotes:   {KindQuote},
	DocumentsBoth:     {KindReceipt, KindQuote},
}

// Sale and quote kinds are the ones that can become deals.
var dealKinds = []Kind{KindReceipt, KindQuote, KindInvoice, KindSalesNote}

func (v *resolver) kinds() {
	chosen, ok := chosenByDocuments[v.rules.Documents]
	if !ok {
		v.word("documents", "rules_documents_unknown", v.rules.Documents, DocumentsNone, DocumentsReceipts, DocumentsQuotes, DocumentsBoth)
	}
	for _, kind := range chosen {
		v.set.Chosen[kind] = true
	}
	for i, kind := range v.rules.ExtraKinds {
		if kind != KindInvoice && kind != KindSalesNote {
			v.problem(fmt.Sprintf("extra_kinds[%d]", i), "rules_kind_unknown", "kind", string(kind), "known", string(KindInvoice)+", "+string(KindSalesNote))
			continue
		}
		v.set.Chosen[kind] = true
	}
	known := append(slices.Clone(dealKinds), KindCreditNote, KindOther)
	for id, kind := range v.rules.Kinds {
		number, err := strconv.ParseInt(id, 10, 64)
		if err != nil || !slices.Contains(known, kind) {
			v.problem("kinds."+id, "rules_kind_unknown", "kind", string(kind), "known", joinKinds(known))
			continue
		}
		v.set.TypeKinds[number] = kind
	}
	for kind := range v.rules.PerKind {
		if !slices.Contains(dealKinds, kind) {
			v.problem("per_kind."+string(kind), "rules_kind_unknown", "kind", string(kind), "known", joinKinds(dealKinds))
		}
	}
}

func joinKinds(kinds []Kind) string {
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = string(kind)
	}
	return strings.Join(words, ", ")
}

func (v *resolver) stages() {
	v.pipeline, _ = v.around.findPipeline(v.rules.Pipeline)
	if v.pipeline == nil {
		names := make([]string, len(v.around.Pipelines))
		for i, p := range v.around.Pipelines {
			names[i] = p.Name
		}
		v.problem("pipeline", "rules_pipeline_unknown", "pipeline", v.rules.Pipeline, "known", strings.Join(names, ", "))
		return
	}
	v.set.PipelineID = v.pipeline.ID
	common := StageRule{
		From:   v.openStage("update.from_stage", v.rules.Update.FromStage),
		To:     v.stage("update.to_stage", v.rules.Update.ToStage),
		Create: v.stage("create.stage", v.rules.Create.Stage),
	}
	for _, kind := range dealKinds {
		rule := common
		own, at := v.rules.PerKind[kind], "per_kind."+string(kind)
		if own.FromStage != nil {
			rule.From = v.openStage(at+".from_stage", *own.FromStage)
		}
		if own.ToStage != nil {
			rule.To = v.stage(at+".to_stage", *own.ToStage)
		}
		if own.CreateStage != nil {
			rule.Create = v.stage(at+".create_stage", *own.CreateStage)
		}
		v.set.Stages[kind] = rule
	}
}

func (v *resolver) stage(field, name string) *crm.Stage {
	if name == "" || v.pipeline == nil {
		return nil
	}
	if stage, ok := findStage(v.pipeline, name); ok {
		return stage
	}
	names := make([]string, len(v.pipeline.Stages))
	for i, stage := range v.pipeline.Stages {
		names[i] = stage.Name
	}
	v.problem(field, "rules_stage_unknown", "stage", name, "pipeline", v.pipeline.Name, "known", strings.Join(names, ", "))
	return nil
}

// openStage is stage for deals that are still open: only those are taken.
func (v *resolver) openStage(field, name string) *crm.Stage {
	stage := v.stage(field, name)
	if stage != nil && stage.Kind != crm.StageOpen {
		v.problem(field, "rules_stage_not_open", "stage", stage.Name)
		return nil
	}
	return stage
}

func (v *resolver) owner() {
	v.set.Owner = v.word("owner.reference", "rules_owner_reference_unknown", v.rules.Owner.Reference, OwnerSeller, OwnerIssuer)
	if v.rules.Owner.Fallback == "" {
		return
	}
	if user, ok := v.around.findUser(v.rules.Owner.Fallback); ok && user.Active {
		v.set.Fallback = user
		return
	}
	v.problem("owner.fallback", "rules_user_unknown", "email", v.rules.Owner.Fallback)
}

func (v *resolver) void() {
	v.set.Void = v.word("void.action", "rules_void_unknown", v.rules.Void.Action, VoidNone, VoidFlag, VoidStage)
	if v.set.Void != VoidStage {
		return
	}
	if v.rules.Void.Stage == "" {
		v.problem("void.stage", "rules_void_stage_missing")
		return
	}
	v.set.VoidStage = v.stage("void.stage", v.rules.Void.Stage)
}

func (v *resolver) mapping(at string, rows []MappingRow, fields []crm.CustomField) []FieldRule {
	var rules []FieldRule
	taken := map[string]bool{}
	for i, row := range rows {
		place := fmt.Sprintf("%s[%d]", at, i)
		var field crm.CustomField
		if found, ok := findField(fields, row.To); ok {
			field = *found
		} else {
			v.problem(place+".to", "rules_field_unknown", "field", row.To)
		}
		if field.Key != "" && taken[field.Key] { // the two would write over each other with every document
			v.problem(place+".to", "rules_field_twice", "field", field.Name)
		}
		taken[field.Key] = true
		if (row.Constant == nil) == (row.From == "") || row.Constant == nil && !knownSource(row.From) {
			v.problem(place+".from", "rules_source_unknown", "source", row.From, "known", strings.Join(SourceNames(), ", "))
		}
		if field.Key != "" {
			v.fit(place+".to", row, field)
		}
		v.word(place+".write", "rules_write_unknown", row.Write, WriteAlways, WriteIfEmpty, WriteUnlessEdited)
		v.word(place+".empty", "rules_empty_unknown", row.Empty, EmptyKeep, EmptyClear)
		rules = append(rules, FieldRule{Row: i + 1, From: row.From, Constant: row.Constant, Field: field, Write: row.Write, Empty: row.Empty})
	}
	return rules
}

// fit says whether the field can hold what the row gives it.
func (v *resolver) fit(place string, row MappingRow, field crm.CustomField) {
	if row.Constant != nil {
		value := crm.TextValue(*row.Constant)
		if _, ok := field.Convert(value, v.around.Account); !ok && !value.IsEmpty() {
			v.problem(place, constantDoesNotFit, "value", *row.Constant, "field", field.Name)
		}
		return
	}
	if known := FitsOf(row.From, v.around.Account); !slices.Contains(known, field.Type) {
		words := make([]string, len(known))
		for i, t := range known {
			words[i] = string(t)
		}
		v.problem(place, sourceDoesNotFit, "source", row.From, "field", field.Name, "type", string(field.Type), "known", strings.Join(words, ", "))
	}
}

// What does not fit a field.
const (
	sourceDoesNotFit   = "rules_source_does_not_fit"
	constantDoesNotFit = "rules_constant_does_not_fit"
)

// stops says whether rules with that problem cannot be worked by. When fields were changed so that a row does not fit any more, the rest is done, and each document gets a warning.
func stops(problem *crm.Error) bool {
	return problem.Key != sourceDoesNotFit && problem.Key != constantDoesNotFit
}

func withDefault(fields []crm.CustomField) []crm.CustomField {
	var with []crm.CustomField
	for _, field := range fields {
		if field.Default != nil && field.ArchivedAt.IsZero() {
			with = append(with, field)
		}
	}
	return with
}

// version is of the rules as they are stored: another name for the same thing changes no decision.
func (v *resolver) version() string {
	rules, err := json.Marshal(v.rules.Canonical(v.around))
	if err != nil {
		panic(fmt.Sprintf("bridge: rules are not JSON: %v", err)) // plain data, always is
	}
	sum := sha256.Sum256(fmt.Appendf(rules, "|%s|%s", v.set.Account.Country, v.set.Account.Currency))
	return hex.EncodeToString(sum[:8])
}
