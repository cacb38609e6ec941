package web

import (
	"slices"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/messages"
)

// mappingView is one of the two tables that say which fields are filled from what.
type mappingView struct {
	Entity  string
	Heading string
	Fields  string // address of the entity's fields
	Rows    []mappingRow
}

// mappingRow is one row of it: source, field, how it is written, with an example of what the source holds.
type mappingRow struct {
	Entity  string
	Number  int // from 0, as places have it
	Human   int // from 1
	From    string
	Text    string
	To      string
	Write   string
	Empty   string
	Groups  []choiceGroup
	Fields  []choice
	Writes  []choice
	Empties []choice

	FromProblem, ToProblem string
	Example                string
	Real                   bool // it is from the account's own documents
	Fit                    string
	FitTone                string
}

type choiceGroup struct {
	Label   string
	Choices []choice
}

// Place returns the name of a control of the row.
func (r mappingRow) Place(part string) string {
	return rowPlace(crm.Entity(r.Entity), r.Number, part)
}

// ID returns the id of a control, or of another part, of the row.
func (r mappingRow) ID(part string) string { return fieldID(r.Place(part)) }

func (v *visit) mappings(f *form, around bridge.Surroundings, samples []bridge.Source) []mappingView {
	sources := bridge.Sources(around.Account)
	real := map[string]bridge.Source{}
	for _, s := range samples {
		real[s.Name] = s
	}
	var views []mappingView
	for _, entity := range mappedEntities {
		fields := around.Deal
		if entity == crm.EntityContact {
			fields = around.Contact
		}
		view := mappingView{Entity: string(entity), Heading: v.t("bsale.mapping." + string(entity)), Fields: v.opens("/configuracion/campos")}
		for i := range f.countRows(entity) {
			view.Rows = append(view.Rows, v.mappingRow(f, entity, i, fields, sources, real, around.Account))
		}
		views = append(views, view)
	}
	return views
}

func (v *visit) mappingRow(f *form, entity crm.Entity, n int, fields []crm.CustomField, sources []bridge.Source, real map[string]bridge.Source, account crm.Account) mappingRow {
	row := mappingRow{Entity: string(entity), Number: n, Human: n + 1}
	value := func(part string) string { return f.Value(row.Place(part)) }
	row.From, row.Text, row.To, row.Write, row.Empty = value("from"), value("text"), value("to"), value("write"), value("empty")
	row.FromProblem, row.ToProblem = f.Problem(row.Place("from")), f.Problem(row.Place("to"))
	row.Groups = v.sourceGroups(row.From, sources, real)
	row.Writes = v.words("write", bridge.WriteAlways, bridge.WriteIfEmpty, bridge.WriteUnlessEdited)
	row.Empties = v.words("empty", bridge.EmptyKeep, bridge.EmptyClear)
	var field *crm.CustomField
	for i, one := range fields {
		if !one.ArchivedAt.IsZero() {
			continue
		}
		row.Fields = append(row.Fields, choice{Value: one.Key, Label: one.Name + " · " + v.t("field_type."+string(one.Type))})
		if one.Key == row.To {
			field = &fields[i]
		}
	}
	if row.To != "" && field == nil {
		row.Fields = append(row.Fields, choice{Value: row.To, Label: v.t("bsale.field_missing", "name", row.To)})
	}
	v.exampleOf(&row, field, sources, real, account)
	return row
}

// exampleOf puts an example of the source beside the row, and whether the field takes it.
func (v *visit) exampleOf(row *mappingRow, field *crm.CustomField, sources []bridge.Source, real map[string]bridge.Source, account crm.Account) {
	var source bridge.Source
	switch name := row.From; name {
	case "":
		return
	case fixedText:
		source = bridge.Source{Kind: crm.KindOfText, Example: row.Text}
	default:
		if name == otherAttribute {
			name = bridge.AttributePrefix + strings.TrimSpace(row.Text)
		}
		if source, row.Real = real[name]; !row.Real {
			source = sourceNamed(sources, name)
		}
	}
	if row.From != fixedText {
		row.Example = source.Example
	}
	if field == nil || source.Example == "" {
		return
	}
	pairs := []string{"type", v.t("field_type." + string(field.Type))}
	switch {
	case row.From == fixedText:
		if _, ok := field.Convert(crm.TextValue(row.Text), account); ok {
			row.Fit, row.FitTone = v.t("bsale.fits", pairs...), "good"
			return
		}
	case field.Type == crm.TypeDropdown || field.Type == crm.TypeMultiSelect:
		if slices.ContainsFunc(field.Options, func(o string) bool { return crm.Fold(o) == crm.Fold(source.Example) }) {
			row.Fit, row.FitTone = v.t("bsale.fits", pairs...), "good"
		} else {
			row.Fit, row.FitTone = v.t("bsale.fits_options", pairs...), "warn"
		}
		return
	case slices.Contains(source.Fits, field.Type) && slices.Contains(bridge.FitsOf(source.Name, account), field.Type):
		row.Fit, row.FitTone = v.t("bsale.fits", pairs...), "good"
		return
	}
	row.Fit, row.FitTone = v.t("bsale.fits_not", pairs...), "bad"
}

// sourceNamed finds a source; an attribute of which nothing is known holds text.
func sourceNamed(sources []bridge.Source, name string) bridge.Source {
	for _, s := range sources {
		if s.Name == name {
			return s
		}
	}
	return bridge.Source{Name: name, Kind: crm.KindOfText}
}

// sourceGroups are what a row can take: of the document, of its client, the attributes that the account's documents have, and a text.
func (v *visit) sourceGroups(from string, sources []bridge.Source, real map[string]bridge.Source) []choiceGroup {
	document := choiceGroup{Label: v.t("bsale.sources.document")}
	client := choiceGroup{Label: v.t("bsale.sources.client")}
	attributes := choiceGroup{Label: v.t("bsale.sources.attributes")}
	other := choiceGroup{Label: v.t("bsale.sources.other"), Choices: []choice{{Value: fixedText, Label: v.t("bsale.fixed_text")}, {Value: otherAttribute, Label: v.t("bsale.other_attribute")}}}
	known := map[string]bool{"": true, fixedText: true, otherAttribute: true}
	for _, s := range sources {
		one := choice{Value: s.Name, Label: v.sourceLabel(s.Name)}
		switch known[s.Name] = true; {
		case strings.HasPrefix(s.Name, bridge.AttributePrefix): // stands for all of them
		case strings.HasPrefix(s.Name, "client."):
			client.Choices = append(client.Choices, one)
		default:
			document.Choices = append(document.Choices, one)
		}
	}
	for name := range real {
		if strings.HasPrefix(name, bridge.AttributePrefix) {
			known[name] = true
			attributes.Choices = append(attributes.Choices, choice{Value: name, Label: v.sourceLabel(name)})
		}
	}
	if !known[from] {
		attributes.Choices = append(attributes.Choices, choice{Value: from, Label: v.sourceLabel(from)})
	}
	groups := []choiceGroup{document, client}
	for _, g := range []*choiceGroup{&document, &client, &attributes} {
		slices.SortFunc(g.Choices, func(a, b choice) int { return strings.Compare(crm.Fold(a.Label), crm.Fold(b.Label)) })
	}
	if len(attributes.Choices) > 0 {
		groups = append(groups, attributes)
	}
	return append(groups, other)
}

func (v *visit) sourceLabel(source string) string {
	if attribute, ok := strings.CutPrefix(source, bridge.AttributePrefix); ok {
		return v.t("source.document.attribute", "name", attribute)
	}
	if key := "source." + source; messages.Has(key) {
		return v.t(key)
	}
	return source
}
