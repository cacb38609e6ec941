package web

import (
	"encoding/json"
	"slices"
	"strconv"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// fieldsPath is the address of the custom fields; the parameter fieldsEntity says whose.
const (
	fieldsPath   = "/configuracion/campos"
	fieldsEntity = "de"
)

type customFieldsPage struct {
	Page
	Problem     string // why something was not done
	Entity      crm.Entity
	Tabs        []tab
	Fields      []customFieldView
	Archived    []customFieldView
	Used, Most  int
	Recommended []recommendedField // those that are not there yet
	New         string             // address; "": there is no room
}

// customFieldView is a custom field in the list.
type customFieldView struct {
	crm.CustomField
	Icon    string
	Marks   []string // what is special about it, in words
	Work    *fieldWorkView
	First   bool
	Last    bool
	Default string
}

// fieldWorkView is how far the work on the records is that a change of a field means.
type fieldWorkView struct {
	ID          crm.ID
	Text        string
	Done, Total int64
}

// recommendedField is one that the app of Bsale recommends.
type recommendedField struct{ Entity, Name, Type string }

var fieldTypes = []crm.FieldType{
	crm.TypeText, crm.TypeLongText, crm.TypeNumber, crm.TypeDecimal, crm.TypeMoney, crm.TypeDate, crm.TypeBool, crm.TypeDropdown, crm.TypeMultiSelect, crm.TypeEmail, crm.TypePhone, crm.TypeURL,
}

var fieldIcons = map[crm.FieldType]string{
	crm.TypeText: "text", crm.TypeLongText: "note", crm.TypeNumber: "hash", crm.TypeDecimal: "hash", crm.TypeMoney: "money", crm.TypeDate: "calendar", crm.TypeBool: "toggle",
	crm.TypeDropdown: "list", crm.TypeMultiSelect: "checks", crm.TypeEmail: "mail", crm.TypePhone: "phone", crm.TypeURL: "link",
}

// fieldsAt returns the address of an entity's fields.
func fieldsAt(entity crm.Entity) string {
	return fieldsPath + "?" + fieldsEntity + "=" + string(entity)
}

// entityAsked returns the entity that a parameter or a form names, contacts unless it does.
func entityAsked(text string) crm.Entity {
	if e := crm.Entity(text); e.Valid() {
		return e
	}
	return crm.EntityContact
}

func showCustomFields(v *visit) error {
	page, err := v.customFieldsPage(entityAsked(v.query(fieldsEntity)))
	if err != nil {
		return err
	}
	return v.show("custom_fields", page)
}

func (v *visit) customFieldsPage(entity crm.Entity) (page customFieldsPage, err error) {
	page = customFieldsPage{Page: v.page(), Entity: entity}
	err = v.view(func(r bridge.Reader) error {
		if page.Used, page.Most, err = crm.CountFields(v.ctx(), r); err != nil {
			return err
		}
		var all []crm.CustomField
		for _, e := range []crm.Entity{crm.EntityContact, crm.EntityDeal} {
			fields, err := r.CustomFields(v.ctx(), e)
			if err != nil {
				return err
			}
			all = append(all, fields...)
			fields = slices.DeleteFunc(fields, erasing)
			page.Tabs = append(page.Tabs, tab{
				Label: v.t("entity." + string(e)), Href: fieldsAt(e), Current: e == entity,
				Count: page.Count(len(slices.DeleteFunc(slices.Clone(fields), func(f crm.CustomField) bool { return !f.ArchivedAt.IsZero() }))),
			})
			if e == entity {
				v.listCustomFields(&page, fields)
			}
		}
		page.Recommended = v.recommended(all)
		return nil
	})
	if page.Used < page.Most {
		page.New = fieldsPath + "/nuevo?" + fieldsEntity + "=" + string(entity)
	}
	return page, err
}

// erasing says whether a field was deleted and its values are only still going.
func erasing(f crm.CustomField) bool { return f.Work != nil && f.Work.Kind == crm.WorkErase }

func (v *visit) listCustomFields(page *customFieldsPage, fields []crm.CustomField) {
	for _, f := range fields {
		one := v.customFieldView(f)
		if f.ArchivedAt.IsZero() {
			page.Fields = append(page.Fields, one)
		} else {
			page.Archived = append(page.Archived, one)
		}
	}
	if n := len(page.Fields); n > 0 {
		page.Fields[0].First, page.Fields[n-1].Last = true, true
	}
}

func (v *visit) customFieldView(f crm.CustomField) customFieldView {
	one := customFieldView{CustomField: f, Icon: fieldIcons[f.Type], Work: v.fieldWorkView(f)}
	if f.Required {
		one.Marks = append(one.Marks, v.t("custom_fields.required"))
	}
	if f.Searchable {
		one.Marks = append(one.Marks, v.t("custom_fields.searchable"))
	}
	if f.Pattern != "" {
		one.Marks = append(one.Marks, v.t("custom_fields.with_pattern"))
	}
	if n := len(f.Options); n > 0 {
		one.Marks = append(one.Marks, v.t("custom_fields.options_count", "n", strconv.Itoa(n)))
	}
	if f.Default != nil {
		w := valueWriter{visit: v}
		one.Default = w.write(crm.CustomFieldOf(f), f.Default)
		one.Marks = append(one.Marks, v.t("custom_fields.default_is", "value", shorten(one.Default)))
	}
	return one
}

func (v *visit) fieldWorkView(f crm.CustomField) *fieldWorkView {
	if f.Work == nil {
		return nil
	}
	count := func(n int64) string { return v.account.FormatNumber(json.Number(strconv.FormatInt(n, 10))) }
	return &fieldWorkView{
		ID: f.ID, Text: v.t("custom_fields.work."+string(f.Work.Kind), "done", count(f.Work.Done), "total", count(f.Work.Total)), Done: f.Work.Done, Total: max(f.Work.Total, f.Work.Done, 1),
	}
}

// recommended returns the recommended fields that are not there yet, in words.
func (v *visit) recommended(present []crm.CustomField) []recommendedField {
	var missing []recommendedField
	for _, f := range crm.MissingRecommendedFields(present, true, v.clock.Now(), func(int) string { return "" }) {
		missing = append(missing, recommendedField{v.t("entity." + string(f.Entity)), f.Name, v.t("field_type." + string(f.Type))})
	}
	return missing
}

func recommendFields(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var made []crm.CustomField
	err = v.update(func(tx bridge.Tx) (err error) {
		made, err = crm.AddRecommendedFields(v.ctx(), tx, v.hand(), f.Value("como") == "tipos", crm.RandomLetters)
		return err
	})
	entity := entityAsked(f.Value(fieldsEntity))
	if err != nil {
		return v.fieldsRefused(entity, err)
	}
	return v.done(fieldsAt(entity), "done.fields_recommended", "n", strconv.Itoa(len(made)))
}

// orderFields puts the fields of an entity into the order of the form, or moves one up or down.
func orderFields(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	entity := entityAsked(f.Value(fieldsEntity))
	err = v.update(func(tx bridge.Tx) error {
		keys := f.Values("clave")
		if len(keys) == 0 {
			fields, err := tx.CustomFields(v.ctx(), entity)
			if err != nil {
				return err
			}
			for _, field := range fields {
				if field.ArchivedAt.IsZero() {
					keys = append(keys, field.Key)
				}
			}
			keys = f.moved(keys)
		}
		_, err := crm.ReorderFields(v.ctx(), tx, v.hand(), entity, keys)
		return err
	})
	if err != nil {
		return v.fieldsRefused(entity, err)
	}
	return v.done(fieldsAt(entity), "done.order_saved")
}

// moved returns a list in which the one that the button "subir" or "bajar" names has changed places with its neighbour.
func (f *form) moved(list []string) []string {
	for name, by := range map[string]int{"subir": -1, "bajar": 1} {
		from := slices.Index(list, f.Value(name))
		if to := from + by; from >= 0 && to >= 0 && to < len(list) {
			list = slices.Clone(list)
			list[from], list[to] = list[to], list[from]
		}
	}
	return list
}

func archiveField(v *visit) error {
	return v.changeStanding("done.field_archived", func(tx bridge.Tx, field crm.CustomField) (crm.CustomField, error) {
		if err := bridge.RefuseNamed(v.ctx(), tx, field.Key); err != nil {
			return field, err
		}
		return crm.ArchiveField(v.ctx(), tx, v.hand(), field.ID)
	})
}

func restoreField(v *visit) error {
	return v.changeStanding("done.field_restored", func(tx bridge.Tx, field crm.CustomField) (crm.CustomField, error) {
		return crm.RestoreField(v.ctx(), tx, v.hand(), field.ID)
	})
}

// changeStanding takes the field of the address in or out of use.
func (v *visit) changeStanding(done string, change func(bridge.Tx, crm.CustomField) (crm.CustomField, error)) error {
	var field crm.CustomField
	err := v.update(func(tx bridge.Tx) (err error) {
		if field, err = crm.FindField(v.ctx(), tx, v.id("id")); err != nil {
			return err
		}
		_, err = change(tx, field)
		return err
	})
	if err != nil {
		return v.fieldsRefused(field.Entity, err)
	}
	return v.done(fieldsAt(field.Entity), done, "name", shorten(field.Name))
}

// fieldsRefused shows the list with why something was not done to it.
func (v *visit) fieldsRefused(entity crm.Entity, err error) error {
	if code := crm.CodeOf(err); code != crm.Conflict && code != crm.Invalid || v.fragment() {
		return err
	}
	page, failed := v.customFieldsPage(entityAsked(string(entity)))
	if failed != nil {
		return failed
	}
	page.Problem = v.refusal(err)
	v.write(statusOf(err), "custom_fields", "", page)
	return nil
}

// showFieldWork shows how far the work on a field is, for a page that asks again and again.
func showFieldWork(v *visit) error {
	var field crm.CustomField
	err := v.view(func(r bridge.Reader) (err error) {
		field, err = crm.FindField(v.ctx(), r, v.id("id"))
		return err
	})
	if err != nil {
		return err
	}
	if v.fragment() {
		return v.showPart("custom_fields", "field_work", v.fieldWorkView(field))
	}
	page, err := v.customFieldsPage(field.Entity)
	if err != nil {
		return err
	}
	return v.show("custom_fields", page)
}

type fieldDeletePage struct {
	Page
	Field   crm.CustomField
	Values  int // that would be lost
	Problem string
	Rules   bool   // rules of the connection name it
	Bsale   string // where these are changed; "": not for this person
}

func showFieldDelete(v *visit) error {
	page, err := v.fieldDeletePage()
	if err != nil {
		return err
	}
	return v.show("custom_field_delete", page)
}

func (v *visit) fieldDeletePage() (page fieldDeletePage, err error) {
	page = fieldDeletePage{Page: v.page(), Bsale: v.opens("/configuracion/apps/bsale")}
	err = v.view(func(r bridge.Reader) (err error) {
		if page.Field, err = crm.FindField(v.ctx(), r, v.id("id")); err != nil {
			return err
		}
		if page.Values, err = r.CountValues(v.ctx(), page.Field); err != nil {
			return err
		}
		if err := bridge.RefuseNamed(v.ctx(), r, page.Field.Key); err != nil {
			page.Problem, page.Rules = v.refusal(err), true
		}
		return nil
	})
	return page, err
}

func deleteField(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	expected, _ := strconv.Atoi(f.Value("values"))
	var field crm.CustomField
	err = v.update(func(tx bridge.Tx) error {
		if field, err = crm.FindField(v.ctx(), tx, v.id("id")); err != nil {
			return err
		}
		if err := bridge.RefuseNamed(v.ctx(), tx, field.Key); err != nil {
			return err
		}
		return crm.DeleteField(v.ctx(), tx, v.hand(), field.ID, expected)
	})
	switch {
	case err == nil:
		return v.done(fieldsAt(field.Entity), "done.field_deleted", "name", shorten(field.Name))
	case crm.CodeOf(err) != crm.Conflict:
		return err
	}
	page, failed := v.fieldDeletePage()
	if failed != nil {
		return failed
	}
	page.Problem = v.refusal(err)
	v.write(statusOf(err), "custom_field_delete", "", page)
	return nil
}
