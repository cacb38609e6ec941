package web

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// The controls of the form are named as places in rules are: a problem at "mapping.deal[2].to" is one of the control of that name.

// Words of selects that are no names of things.
const (
	asForAll       = "*"         // stages of a kind: as for all kinds
	fixedText      = "constant"  // source of a row: what stands in its text
	otherAttribute = "attribute" // source of a row: the attribute that its text names
)

// stagedKinds are the kinds that can have stages of their own.
var stagedKinds = []bridge.Kind{bridge.KindReceipt, bridge.KindQuote, bridge.KindInvoice, bridge.KindSalesNote}

// mappedEntities are those whose fields documents fill.
var mappedEntities = []crm.Entity{crm.EntityDeal, crm.EntityContact}

// rulesForm returns a form that shows rules, which name things by what never changes.
func rulesForm(r bridge.Rules) *form {
	f := newForm(
		"create_clients", yesOrNo(r.CreateClients), "documents", r.Documents, "pipeline", r.Pipeline, "update.from_stage", r.Update.FromStage, "update.to_stage", r.Update.ToStage,
		"create.stage", r.Create.Stage, "several", r.Several, "owner.reference", r.Owner.Reference, "owner.fallback", r.Owner.Fallback, "value", r.Value,
		"contact.require", r.Contact.Require, "contact.anonymous", r.Contact.Anonymous, "void.action", r.Void.Action, "void.stage", r.Void.Stage, "start", r.Start,
	)
	for _, kind := range r.ExtraKinds {
		f.values.Add("extra_kinds", string(kind))
	}
	for id, kind := range r.Kinds {
		f.values.Set("kinds."+id, string(kind))
	}
	for _, kind := range stagedKinds {
		own, at := r.PerKind[kind], "per_kind."+string(kind)
		f.values.Set(at+".from_stage", orAsForAll(own.FromStage))
		f.values.Set(at+".to_stage", orAsForAll(own.ToStage))
		f.values.Set(at+".create_stage", orAsForAll(own.CreateStage))
	}
	f.setRows(crm.EntityDeal, r.Mapping.Deal)
	f.setRows(crm.EntityContact, r.Mapping.Contact)
	return f
}

func yesOrNo(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func orAsForAll(stage *string) string {
	if stage == nil {
		return asForAll
	}
	return *stage
}

// rules returns the rules that stand in the form; their words are checked by the bridge.
func (f *form) rules() bridge.Rules {
	f.numberRows()
	r := bridge.Rules{
		CreateClients: f.Value("create_clients") == "1", Documents: f.Value("documents"), Pipeline: f.Value("pipeline"),
		Update: bridge.UpdateRule{FromStage: f.Value("update.from_stage"), ToStage: f.Value("update.to_stage")}, Create: bridge.CreateRule{Stage: f.Value("create.stage")},
		Several: f.Value("several"), Owner: bridge.OwnerRule{Reference: f.Value("owner.reference"), Fallback: f.Value("owner.fallback")}, Value: f.Value("value"),
		Contact: bridge.ContactRule{Require: f.Value("contact.require"), Anonymous: f.Value("contact.anonymous")},
		Void:    bridge.VoidRule{Action: f.Value("void.action"), Stage: f.Value("void.stage")}, Start: f.Value("start"),
		Mapping: bridge.Mapping{Deal: f.rows(crm.EntityDeal), Contact: f.rows(crm.EntityContact)},
	}
	if r.Void.Action != bridge.VoidStage {
		r.Void.Stage = ""
	}
	for _, kind := range f.Values("extra_kinds") {
		r.ExtraKinds = append(r.ExtraKinds, bridge.Kind(kind))
	}
	for name := range f.values {
		if id, ok := strings.CutPrefix(name, "kinds."); ok && f.Value(name) != "" {
			if r.Kinds == nil {
				r.Kinds = map[string]bridge.Kind{}
			}
			r.Kinds[id] = bridge.Kind(f.Value(name))
		}
	}
	for _, kind := range stagedKinds {
		at := "per_kind." + string(kind)
		own := bridge.KindStages{FromStage: f.ownStage(at + ".from_stage"), ToStage: f.ownStage(at + ".to_stage"), CreateStage: f.ownStage(at + ".create_stage")}
		if own != (bridge.KindStages{}) {
			if r.PerKind == nil {
				r.PerKind = map[bridge.Kind]bridge.KindStages{}
			}
			r.PerKind[kind] = own
		}
	}
	return r
}

func (f *form) ownStage(name string) *string {
	stage := f.Value(name)
	if stage == asForAll || f.values[name] == nil {
		return nil
	}
	return &stage
}

// The parts of a row of the mapping, as controls are named.
var rowParts = []string{"from", "text", "to", "write", "empty"}

func rowPlace(entity crm.Entity, row int, part string) string {
	return fmt.Sprintf("mapping.%s[%d].%s", entity, row, part)
}

func (f *form) setRows(entity crm.Entity, rows []bridge.MappingRow) {
	for i, row := range rows {
		from, text := row.From, ""
		if row.Constant != nil {
			from, text = fixedText, *row.Constant
		}
		for part, value := range map[string]string{"from": from, "text": text, "to": row.To, "write": row.Write, "empty": row.Empty} {
			f.values.Set(rowPlace(entity, i, part), value)
		}
	}
}

// countRows returns how many rows of the mapping there are, once they are numbered.
func (f *form) countRows(entity crm.Entity) int {
	n := 0
	for f.values[rowPlace(entity, n, "from")] != nil {
		n++
	}
	return n
}

func (f *form) rows(entity crm.Entity) []bridge.MappingRow {
	var rows []bridge.MappingRow
	for i := range f.countRows(entity) {
		value := func(part string) string { return f.Value(rowPlace(entity, i, part)) }
		row := bridge.MappingRow{From: value("from"), To: value("to"), Write: value("write"), Empty: value("empty")}
		switch text := value("text"); row.From {
		case fixedText:
			row.From, row.Constant = "", &text
		case otherAttribute:
			row.From = bridge.AttributePrefix + strings.TrimSpace(text)
		}
		rows = append(rows, row)
	}
	return rows
}

var rowName = regexp.MustCompile(`^mapping\.(deal|contact)\[(\d{1,4})\]\.from$`)

// numberRows numbers the rows of each mapping from 0 on, in their order, leaving out those in which nothing is chosen: so they are named as the rules will name them.
func (f *form) numberRows() {
	for _, entity := range mappedEntities {
		f.keepRows(entity, func(row map[string]string) bool { return row["from"] != "" || row["to"] != "" })
	}
}

// keepRows keeps those rows of a mapping that keep wants, and numbers them anew.
func (f *form) keepRows(entity crm.Entity, keep func(row map[string]string) bool) {
	rows := map[int]map[string]string{}
	for name := range f.values {
		if m := rowName.FindStringSubmatch(name); m != nil && m[1] == string(entity) {
			n, _ := strconv.Atoi(m[2]) // digits
			rows[n] = map[string]string{}
			for _, part := range rowParts {
				place := rowPlace(entity, n, part)
				rows[n][part] = f.Value(place)
			}
		}
	}
	for n := range rows {
		for _, part := range rowParts {
			f.values.Del(rowPlace(entity, n, part))
		}
	}
	next := 0
	for _, n := range slices.Sorted(maps.Keys(rows)) {
		if !keep(rows[n]) {
			continue
		}
		for part, value := range rows[n] {
			f.values.Set(rowPlace(entity, next, part), value)
		}
		next++
	}
}

// addRow adds an empty row to a mapping.
func (f *form) addRow(entity crm.Entity) {
	n := f.countRows(entity)
	for part, value := range map[string]string{"from": "", "text": "", "to": "", "write": bridge.WriteAlways, "empty": bridge.EmptyKeep} {
		f.values.Set(rowPlace(entity, n, part), value)
	}
}

// dropRow removes a row of a mapping.
func (f *form) dropRow(entity crm.Entity, row int) {
	for _, part := range rowParts {
		f.values.Del(rowPlace(entity, row, part))
	}
	f.keepRows(entity, func(map[string]string) bool { return true })
}

// replaceRows puts other rules' mapping in the place of that of the form.
func (f *form) replaceRows(m bridge.Mapping) {
	for _, entity := range mappedEntities {
		f.keepRows(entity, func(map[string]string) bool { return false })
	}
	f.setRows(crm.EntityDeal, m.Deal)
	f.setRows(crm.EntityContact, m.Contact)
}
