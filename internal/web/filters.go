package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"puente/internal/crm"
)

// listState is what a list shows, as its address says: filter[field][operator]=value, q, sort and cursor, as the API takes them.
type listState struct {
	path    string
	filters []filter
	words   string
	sort    string
	cursor  string
}

// filter is one condition of a list.
type filter struct {
	field    string
	operator crm.Operator
	values   []string
}

// filterName returns the name of the parameter that is a filter.
func filterName(field string, op crm.Operator) string {
	if op == crm.Is {
		return "filter[" + field + "]"
	}
	return "filter[" + field + "][" + string(op) + "]"
}

// listState reads the address.
func (v *visit) listState(path string) listState {
	s := listState{path: path, words: strings.TrimSpace(v.query("q")), sort: v.query("sort"), cursor: v.query("cursor")}
	for pair := range strings.SplitSeq(v.r.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			continue
		}
		if value, err = url.QueryUnescape(value); err != nil {
			continue
		}
		inside, ok := strings.CutPrefix(name, "filter[")
		inside, closed := strings.CutSuffix(inside, "]")
		if !ok || !closed {
			continue
		}
		field, op, with := strings.Cut(inside, "][")
		if !with {
			op = string(crm.Is)
		}
		s.add(filter{field, crm.Operator(op), []string{value}})
	}
	return s
}

// add adds a condition; another value for one that there is means either.
func (s *listState) add(f filter) {
	i := slices.IndexFunc(s.filters, func(g filter) bool { return g.field == f.field && g.operator == f.operator })
	if i < 0 {
		s.filters = append(s.filters, f)
		return
	}
	s.filters[i].values = append(slices.Clone(s.filters[i].values), f.values...)
}

// without returns the state without one of its filters.
func (s listState) without(i int) listState {
	s.filters = slices.Delete(slices.Clone(s.filters), i, i+1)
	return s
}

// pairs are the parameters, the cursor aside: it is another page of another list once anything changes.
func (s listState) pairs() [][2]string {
	var pairs [][2]string
	for _, f := range s.filters {
		values := f.values
		if len(values) == 0 {
			values = []string{""}
		}
		for _, value := range values {
			pairs = append(pairs, [2]string{filterName(f.field, f.operator), value})
		}
	}
	if s.words != "" {
		pairs = append(pairs, [2]string{"q", s.words})
	}
	if s.sort != "" {
		pairs = append(pairs, [2]string{"sort", s.sort})
	}
	return pairs
}

// address returns the list; more are name, value… of further parameters.
func (s listState) address(more ...string) string {
	var b strings.Builder
	b.WriteString(s.path)
	separator := byte('?')
	add := func(name, value string) {
		b.WriteByte(separator)
		separator = '&'
		b.WriteString(strings.NewReplacer("%5B", "[", "%5D", "]").Replace(url.QueryEscape(name)) + "=" + url.QueryEscape(value))
	}
	for _, p := range s.pairs() {
		add(p[0], p[1])
	}
	for i := 0; i+1 < len(more); i += 2 {
		add(more[i], more[i+1])
	}
	return b.String()
}

// query returns the query that the state asks for. The errors are of single filters: what is wrong with one does not hide the others.
func (s listState) query(entity crm.Entity, fields []crm.Field, around crm.QuerySurroundings) (q crm.Query, problems map[int]error, err error) {
	q = crm.Query{Entity: entity, Search: s.words, Cursor: s.cursor}
	for i, f := range s.filters {
		c, err := crm.ParseCondition(fields, f.field, f.operator, f.values, around)
		if err != nil {
			if problems == nil {
				problems = map[int]error{}
			}
			problems[i] = err
			continue
		}
		q.Where = append(q.Where, c)
	}
	q.Order, err = crm.ParseOrder(fields, s.sort)
	return q, problems, err
}

// filterBar is what filters a list: words, the filters that hold, and one that is being made.
type filterBar struct {
	Path, Words string
	Keep        [][2]string // what a search keeps
	Chips       []filterChip
	Fields      []choice // to filter by: their Value is an address
	Custom      []choice
	Editor      *filterEditor
	Clear       string // address without filters and words; "": there are none
}

// filterChip is a filter in words.
type filterChip struct {
	Field, Operator, Value string
	Change, Remove         string // addresses
	Problem                string
}

// filterEditor asks for one filter.
type filterEditor struct {
	Path, Name, Label string
	Keep              [][2]string
	Form              *form
	Operators         []choice
	Value             fieldControl
	Choosable         bool // several values of Value.Choices
	None              bool // the field can only be empty or not
	Cancel            string
}

// Names of the parameters that make a filter.
const (
	paramField    = "campo"
	paramOperator = "operador"
	paramValue    = "valor"
	paramAdd      = "agregar"
)

// filterBar makes the bar of a list. Unless problems hold, a filter that was made stands in the address that it returns: the list is shown there.
func (v *visit) filterBar(s listState, fields []crm.Field, w valueWriter, problems map[int]error) (bar filterBar, to string, err error) {
	bar = filterBar{Path: s.path, Words: s.words}
	for _, p := range s.pairs() {
		if p[0] != "q" {
			bar.Keep = append(bar.Keep, p)
		}
	}
	if len(s.filters) > 0 || s.words != "" {
		bar.Clear = listState{path: s.path, sort: s.sort}.address()
	}
	for i, f := range s.filters {
		bar.Chips = append(bar.Chips, v.filterChip(s, i, f, fields, w, problems[i]))
	}
	for _, f := range fields {
		if f.Name == crm.FieldRank {
			continue
		}
		one := choice{Value: s.address(paramField, f.Name), Label: v.fieldLabel(f)}
		if f.Custom != nil {
			bar.Custom = append(bar.Custom, one)
		} else {
			bar.Fields = append(bar.Fields, one)
		}
	}
	field, ok := crm.FieldNamed(fields, v.query(paramField))
	if !ok {
		return bar, "", nil
	}
	asked := filter{field.Name, crm.Operator(v.query(paramOperator)), slices.DeleteFunc(slices.Clone(v.r.URL.Query()[paramValue]), func(t string) bool { return strings.TrimSpace(t) == "" })}
	if v.query(paramAdd) == "" {
		bar.Editor, err = v.filterEditor(s, field, asked, nil, w)
		return bar, "", err
	}
	if asked.operator == crm.IsEmpty || asked.operator == crm.IsFilled {
		asked.values = nil
	}
	refused := v.plainNumbers(field, asked.values)
	if refused == nil {
		_, refused = crm.ParseCondition(fields, field.Name, asked.operator, asked.values, w.around.QuerySurroundings)
	}
	if refused != nil {
		bar.Editor, err = v.filterEditor(s, field, asked, refused, w)
		return bar, "", err
	}
	s.add(asked)
	return bar, s.address(), nil
}

// plainNumbers puts numbers without marks in the place of those that a person typed. invalid: typed_number_invalid.
func (v *visit) plainNumbers(f crm.Field, values []string) error {
	for i, text := range values {
		switch n := v.plainNumber(f, text).(type) {
		case json.Number:
			values[i] = n.String()
		case noNumber:
			return v.typedNumber(text).At(f.Name)
		}
	}
	return nil
}

func (v *visit) filterChip(s listState, i int, f filter, fields []crm.Field, w valueWriter, problem error) filterChip {
	without := s.without(i)
	chip := filterChip{Field: f.field, Operator: string(f.operator), Value: strings.Join(f.values, ", "), Remove: without.address()}
	if problem != nil {
		chip.Problem = v.sentence(problem)
	}
	field, ok := crm.FieldNamed(fields, f.field)
	if !ok {
		return chip
	}
	chip.Field, chip.Operator = v.fieldLabel(field), inline(v.operatorWord(field, f.operator))
	change := []string{paramField, field.Name, paramOperator, string(f.operator)}
	var values []string
	for _, value := range f.values {
		change = append(change, paramValue, value)
		values = append(values, w.filterValue(field, value))
	}
	chip.Change = without.address(change...)
	chip.Value = strings.Join(values, ", ")
	if f.operator == crm.IsEmpty || f.operator == crm.IsFilled {
		chip.Value = ""
	}
	return chip
}

// filterValue writes the value of a filter, which is as an address has it.
func (w valueWriter) filterValue(f crm.Field, text string) string {
	var value any = text
	switch f.Type {
	case crm.TypeUser:
		if text == crm.Unassigned {
			return w.t("owner.none")
		}
		value = crm.ID(text)
	case crm.TypeStage, crm.TypePipeline, crm.TypeContact:
		value = crm.ID(text)
	case crm.TypeTags:
		value = []crm.ID{crm.ID(text)}
	case crm.TypeStatus:
		return w.t("stage_kind." + text)
	case crm.TypeBool:
		value = text == "true"
	case crm.TypeInstant:
		value, f.Type = text, crm.TypeDate
	case crm.TypeNumber, crm.TypeDecimal, crm.TypeMoney:
		return w.account.FormatNumber(json.Number(text))
	}
	if shown := w.write(f, value); shown != "" {
		return shown
	}
	return text
}

// operatorWord returns an operator in a word.
func (v *visit) operatorWord(f crm.Field, op crm.Operator) string {
	if f.Type == crm.TypeDate || f.Type == crm.TypeInstant {
		if key := "operator_day." + string(op); v.hasText(key) {
			return v.t(key)
		}
	}
	return v.t("operator." + string(op))
}

func (v *visit) filterEditor(s listState, field crm.Field, asked filter, problem error, w valueWriter) (*filterEditor, error) {
	e := &filterEditor{Path: s.path, Name: field.Name, Label: v.fieldLabel(field), Keep: s.pairs(), Cancel: s.address(), Form: newForm(paramOperator, string(asked.operator))}
	for _, value := range asked.values {
		if isNumber(field) && problem == nil {
			value = v.account.FormatNumber(json.Number(value))
		}
		e.Form.values.Add(paramValue, value)
	}
	if problem != nil {
		e.Form.Problems = []problemAt{{paramValue, v.sentence(problem)}}
	}
	for _, op := range crm.OperatorsOf(field.Type) {
		if field.Type == crm.TypeContact && op != crm.IsEmpty && op != crm.IsFilled {
			continue
		}
		e.Operators = append(e.Operators, choice{Value: string(op), Label: v.operatorWord(field, op)})
	}
	if field.Type == crm.TypeContact {
		e.None = true
		return e, nil
	}
	var err error
	if choices := v.filterChoices(field, w.around); choices != nil {
		e.Choosable = true
		e.Value.Choices, err = newChoices(e.Form, paramValue, v.t("filter.value"), choices, "many", true)
		return e, err
	}
	pairs := []any{"autocomplete", "off", "autofocus", true}
	switch {
	case field.Type == crm.TypeDate || field.Type == crm.TypeInstant:
		pairs = append(pairs, "type", "date")
	case isNumber(field):
		pairs = append(pairs, "inputmode", "decimal")
	}
	e.Value.Input, err = newField(e.Form, paramValue, v.t("filter.value"), pairs...)
	return e, err
}

// filterChoices are the values that a filter on a field can have, nil for a field of which they are not known.
func (v *visit) filterChoices(f crm.Field, around surroundings) []choice {
	var choices []choice
	switch f.Type {
	case crm.TypeUser:
		return v.ownerFilters(around)
	case crm.TypeStage:
		for _, p := range around.Pipelines {
			for _, s := range p.Stages {
				one := choice{Value: string(s.ID), Label: s.Name}
				if len(around.Pipelines) > 1 {
					one.Hint = p.Name
				}
				choices = append(choices, one)
			}
		}
	case crm.TypePipeline:
		for _, p := range around.Pipelines {
			choices = append(choices, choice{Value: string(p.ID), Label: p.Name})
		}
	case crm.TypeStatus:
		for _, k := range []crm.StageKind{crm.StageOpen, crm.StageWon, crm.StageLost} {
			choices = append(choices, choice{Value: string(k), Label: v.t("stage_kind." + string(k))})
		}
	case crm.TypeTags:
		for _, t := range around.Tags {
			choices = append(choices, choice{Value: string(t.ID), Label: t.Name})
		}
	case crm.TypeBool:
		return []choice{{Value: "true", Label: v.t("column.yes")}, {Value: "false", Label: v.t("column.no")}}
	case crm.TypeDropdown, crm.TypeMultiSelect:
		return optionChoices(f)
	case crm.TypeNumber:
		if f.Name == crm.FieldPriority && f.Custom == nil {
			for _, n := range []string{"1", "2", "3"} {
				choices = append(choices, choice{Value: n, Label: v.t("priority." + n)})
			}
		}
	}
	return choices
}
