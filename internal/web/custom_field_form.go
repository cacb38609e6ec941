package web

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// customFieldPage is the form of a custom field, new or not.
type customFieldPage struct {
	Page
	Field   crm.CustomField // zero but for Entity: a new one
	Form    *form
	Types   []choice
	Options []optionRow // of one that is there
	YesNo   []choice
	Back    string
	Action  string
}

// optionRow is an option in the form: what it was and what stands there now.
type optionRow struct {
	Was, Name   string
	Place       int
	First, Last bool
	Problem     string
}

// New says whether the field is to be made.
func (p customFieldPage) New() bool { return p.Field.ID == "" }

// HasOptions says whether values are chosen of options.
func (p customFieldPage) HasOptions() bool {
	return p.Field.Type == crm.TypeDropdown || p.Field.Type == crm.TypeMultiSelect
}

func (v *visit) newFieldPage(entity crm.Entity, f *form) customFieldPage {
	page := customFieldPage{
		Page: v.page(), Field: crm.CustomField{Entity: entity}, Form: f, Types: v.fieldTypeChoices(), YesNo: v.yesNo(), Back: fieldsAt(entity), Action: fieldsPath + "/nuevo?" + fieldsEntity + "=" + string(entity),
	}
	page.Title = v.t("custom_fields.new_of." + string(entity))
	return page
}

func (v *visit) yesNo() []choice {
	return []choice{{Value: "true", Label: v.t("column.yes")}, {Value: "false", Label: v.t("column.no")}}
}

func (v *visit) fieldTypeChoices() []choice {
	choices := make([]choice, len(fieldTypes))
	for i, t := range fieldTypes {
		choices[i] = choice{Value: string(t), Label: v.t("field_type." + string(t)), Hint: v.t("field_hint." + string(t)), Icon: fieldIcons[t]}
	}
	return choices
}

func showNewField(v *visit) error {
	return v.show("custom_field", v.newFieldPage(entityAsked(v.query(fieldsEntity)), newForm("type", string(crm.TypeText))))
}

func createField(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	entity := entityAsked(v.query(fieldsEntity))
	n := crm.NewField{Entity: entity, Name: f.Value("name"), Type: crm.FieldType(f.Value("type")), Required: f.Has("required", "1"), Searchable: f.Has("searchable", "1")}
	if n.Type == crm.TypeText {
		n.Pattern = f.Value("pattern")
	}
	if n.Type == crm.TypeDropdown || n.Type == crm.TypeMultiSelect {
		n.Options = lines(f.Value("options"))
	}
	n.Default = v.defaultOf(f, crm.CustomField{Type: n.Type})
	var made crm.CustomField
	err = v.update(func(tx bridge.Tx) (err error) {
		made, err = crm.CreateField(v.ctx(), tx, v.hand(), n, crm.RandomLetters)
		return err
	})
	if err != nil {
		return v.again(atOptions(err), f, "custom_field", v.newFieldPage(entity, f))
	}
	return v.done(fieldsAt(entity)+"#"+made.Key, "done.field_made", "name", shorten(made.Name))
}

// defaultOf returns what a new record is to have, as the form says it in the control of the type.
func (v *visit) defaultOf(f *form, field crm.CustomField) any {
	if field.Type == crm.TypeBool {
		return v.customValue(crm.CustomFieldOf(field), f.Values("default_bool"))
	}
	values := f.Values("default")
	if field.Type == crm.TypeMultiSelect {
		values = strings.FieldsFunc(f.Value("default"), func(r rune) bool { return r == ';' || r == '\n' })
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
	}
	return v.customValue(crm.CustomFieldOf(field), values)
}

// lines returns the lines of a text that hold something.
func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

var optionPlace = regexp.MustCompile(`^options\[\d+\]$`)

// atOptions says of a problem with one option that it is with the options.
func atOptions(err error) error {
	if e := (*crm.Error)(nil); errors.As(err, &e) && optionPlace.MatchString(e.Field) {
		return e.At("options")
	}
	return err
}

func (v *visit) fieldPage(field crm.CustomField, f *form) customFieldPage {
	page := customFieldPage{Page: v.page(), Field: field, Form: f, YesNo: v.yesNo(), Back: fieldsAt(field.Entity), Action: fieldsPath + "/" + string(field.ID)}
	page.Title = field.Name
	was, names := f.Values("was"), f.Values("option")
	for i, name := range names {
		row := optionRow{Name: name, Place: i, First: i == 0, Last: i == len(names)-1}
		if i < len(was) {
			row.Was = was[i]
		}
		page.Options = append(page.Options, row)
	}
	return page
}

func showField(v *visit) error {
	var field crm.CustomField
	err := v.view(func(r bridge.Reader) (err error) {
		field, err = crm.FindField(v.ctx(), r, v.id("id"))
		return err
	})
	if err != nil {
		return err
	}
	f := newForm("name", field.Name, "pattern", field.Pattern, "version", version(field.Version))
	for _, option := range field.Options {
		f.values.Add("was", option)
		f.values.Add("option", option)
	}
	if field.Required {
		f.values.Set("required", "1")
	}
	if field.Searchable {
		f.values.Set("searchable", "1")
	}
	switch value := field.Default.(type) {
	case nil:
	case bool:
		f.values.Set("default_bool", strconv.FormatBool(value))
	default:
		f.values.Set("default", strings.Join(v.typed(crm.CustomFieldOf(field), value), "; "))
	}
	return v.show("custom_field", v.fieldPage(field, f))
}

func saveField(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var field crm.CustomField
	err = v.update(func(tx bridge.Tx) error {
		if field, err = crm.FindField(v.ctx(), tx, v.id("id")); err != nil {
			return err
		}
		if f.reorderOptions() {
			return errReordered
		}
		_, err := crm.ChangeField(v.ctx(), tx, v.hand(), field.ID, v.fieldChange(f, field))
		return err
	})
	switch {
	case err == nil:
		return v.done(fieldsAt(field.Entity)+"#"+field.Key, "done.field_saved", "name", shorten(field.Name))
	case errors.Is(err, errReordered):
		return v.show("custom_field", v.fieldPage(field, f))
	case field.ID == "":
		return err
	}
	if crm.IsStale(err) { // sent again it holds
		f.values.Set("version", version(field.Version))
	}
	return v.again(atOptions(err), f, "custom_field", v.fieldPage(field, f))
}

// errReordered ends a transaction of a form that was sent only to move one of its options.
var errReordered = errors.New("web: moving an option of a form")

// reorderOptions moves an option up or down when the form was sent for that, and says so.
func (f *form) reorderOptions() bool {
	if f.Value("subir") == "" && f.Value("bajar") == "" {
		return false
	}
	places := make([]string, len(f.Values("option")))
	for i := range places {
		places[i] = strconv.Itoa(i)
	}
	was, names := f.Values("was"), f.Values("option")
	var movedWas, movedNames []string
	for _, place := range f.moved(places) {
		i, _ := strconv.Atoi(place)
		movedNames = append(movedNames, names[i])
		if i < len(was) {
			movedWas = append(movedWas, was[i])
		}
	}
	f.values["was"], f.values["option"] = movedWas, movedNames
	return true
}

func (v *visit) fieldChange(f *form, field crm.CustomField) crm.FieldChange {
	required, searchable, name := f.Has("required", "1"), f.Has("searchable", "1"), f.Value("name")
	value := v.defaultOf(f, field)
	change := crm.FieldChange{Version: f.version(), Name: &name, Required: &required, Searchable: &searchable, Default: &value}
	if field.Type == crm.TypeText {
		pattern := f.Value("pattern")
		change.Pattern = &pattern
	}
	if len(field.Options) == 0 {
		return change
	}
	options := []string{}
	change.Renamed = map[string]string{}
	was := f.Values("was")
	for i, option := range f.Values("option") {
		option = strings.TrimSpace(option)
		if option == "" {
			continue // it goes
		}
		options = append(options, option)
		if i < len(was) && was[i] != option && slices.Contains(field.Options, was[i]) {
			change.Renamed[was[i]] = option
		}
	}
	options = append(options, lines(f.Value("options"))...)
	change.Options, value = &options, renamedValue(value, change.Renamed)
	return change
}

// renamedValue returns a default in which options have their new names.
func renamedValue(value any, renamed map[string]string) any {
	switch x := value.(type) {
	case string:
		return cmp.Or(renamed[x], x)
	case []string:
		for i := range x {
			x[i] = cmp.Or(renamed[x[i]], x[i])
		}
	}
	return value
}

// fieldTypePage asks for another type of a field, and says what would become of its values.
type fieldTypePage struct {
	Page
	Field   crm.CustomField
	Form    *form
	Types   []choice
	Asked   bool // a type was chosen: the preview holds
	To      string
	Preview crm.TypePreview
	Misfits []misfitView
	More    int // misfits that are not shown
	Back    string
}

// Fits says whether every value converts.
func (p fieldTypePage) Fits() bool { return p.Preview.Misfits == 0 }

// Weight returns how the button of the preview looks: once it is there, the change comes first.
func (p fieldTypePage) Weight() string {
	if p.Asked {
		return "secondary"
	}
	return "primary"
}

// misfitView is a value that would not convert, with its record.
type misfitView struct{ Value, Name, Href string }

func (v *visit) fieldTypePage(f *form) (page fieldTypePage, problem error, err error) {
	page = fieldTypePage{Page: v.page(), Form: f}
	err = v.view(func(r bridge.Reader) (err error) {
		if page.Field, err = crm.FindField(v.ctx(), r, v.id("id")); err != nil {
			return err
		}
		page.Back = fieldsAt(page.Field.Entity)
		page.Types = slices.DeleteFunc(v.fieldTypeChoices(), func(c choice) bool { return c.Value == string(page.Field.Type) })
		if f.Value("type") == "" {
			return nil
		}
		page.To = v.t("field_type." + f.Value("type"))
		page.Preview, problem = crm.PreviewFieldType(v.ctx(), r, page.Field.ID, crm.FieldTypeChange{Type: crm.FieldType(f.Value("type")), Options: lines(f.Value("options"))})
		if problem != nil {
			return nil
		}
		page.Asked = true
		page.Misfits, err = v.misfits(r, page.Field, page.Preview.Examples)
		page.More = page.Preview.Misfits - len(page.Misfits)
		return err
	})
	page.Title = v.t("custom_fields.type_title", "name", page.Field.Name)
	return page, problem, err
}

// misfits names the records of values that do not convert.
func (v *visit) misfits(r bridge.Reader, field crm.CustomField, examples []crm.Misfit) ([]misfitView, error) {
	w := valueWriter{visit: v}
	ids := make([]crm.ID, len(examples))
	for i, e := range examples {
		ids[i] = e.Record
	}
	names, gone := map[crm.ID]string{}, map[crm.ID]bool{}
	path := "/oportunidades/"
	if field.Entity == crm.EntityContact {
		path = "/contactos/"
		found, err := r.ContactsByID(v.ctx(), ids)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			names[c.ID], gone[c.ID] = c.Label(), c.Gone()
		}
	} else {
		found, err := r.DealsByID(v.ctx(), ids)
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			names[d.ID], gone[d.ID] = d.Name, d.Gone()
		}
	}
	var all []misfitView
	for _, e := range examples {
		one := misfitView{Value: w.write(crm.CustomFieldOf(field), e.Value), Name: names[e.Record], Href: path + string(e.Record)}
		if gone[e.Record] {
			one.Name = v.t("custom_fields.in_deleted", "name", one.Name)
		}
		all = append(all, one)
	}
	return all, nil
}

func showFieldType(v *visit) error {
	f := newForm("type", v.query("type"), "options", v.query("options"))
	page, problem, err := v.fieldTypePage(f)
	switch {
	case err != nil:
		return err
	case problem != nil:
		return v.again(atOptions(problem), f, "custom_field_type", page)
	}
	return v.show("custom_field_type", page)
}

func changeFieldType(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var field crm.CustomField
	err = v.update(func(tx bridge.Tx) (err error) {
		field, err = crm.ChangeFieldType(v.ctx(), tx, v.hand(), v.id("id"), crm.FieldTypeChange{Version: f.version(), Type: crm.FieldType(f.Value("type")), Options: lines(f.Value("options"))})
		return err
	})
	if err == nil {
		return v.done(fieldsAt(field.Entity)+"#"+field.Key, "done.field_type", "name", shorten(field.Name), "type", v.t("field_type."+string(field.Type)))
	}
	page, _, failed := v.fieldTypePage(f)
	if failed != nil {
		return failed
	}
	return v.again(atOptions(err), f, "custom_field_type", page)
}
