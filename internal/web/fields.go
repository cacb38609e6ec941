package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// fieldsOf returns the fields of an entity that people see.
func (v *visit) fieldsOf(r bridge.Reader, entity crm.Entity) ([]crm.Field, error) {
	custom, err := r.CustomFields(v.ctx(), entity)
	custom = slices.DeleteFunc(custom, func(f crm.CustomField) bool { return f.Work != nil && f.Work.Kind == crm.WorkErase })
	return crm.FieldsOf(entity, custom), err
}

// fieldLabel returns what people call a field.
func (v *visit) fieldLabel(f crm.Field) string {
	if f.Custom != nil {
		return f.Custom.Name
	}
	if f.IsFullName() {
		return v.t("column.full_name") // a contact's first name is called so too
	}
	return v.t("field." + f.Name)
}

// valueWriter writes values of fields as people of the account read them.
type valueWriter struct {
	*visit
	around   surroundings
	contacts map[crm.ID]string
}

// write returns a value in one text; "" for nothing. Values are as [crm.Field.OfDeal] and [crm.Field.OfContact] give them, or money.
func (w valueWriter) write(f crm.Field, value any) string {
	switch x := value.(type) {
	case bool:
		return w.t(map[bool]string{true: "column.yes", false: "column.no"}[x])
	case json.Number:
		return w.number(f, x)
	case crm.Money:
		return w.account.FormatMoney(x)
	case time.Time:
		return w.instant(x)
	case crm.ID:
		return w.name(f, x)
	case []crm.ID:
		var names []string
		for _, t := range w.around.Tags {
			if slices.Contains(x, t.ID) {
				names = append(names, t.Name)
			}
		}
		return strings.Join(names, ", ")
	case []string:
		return strings.Join(x, ", ")
	case []any:
		var all []string
		for _, one := range x {
			s, _ := one.(string)
			all = append(all, s)
		}
		return strings.Join(all, ", ")
	case string:
		if f.Type == crm.TypeDate {
			if day := w.day(x); day != "" {
				return day
			}
		}
		return x
	}
	return ""
}

func (w valueWriter) number(f crm.Field, n json.Number) string {
	if f.Custom != nil && f.Type == crm.TypeMoney {
		if amount, err := decimal.NewFromString(n.String()); err == nil {
			if m, _, err := crm.NewMoney(amount, w.account.Currency); err == nil {
				return w.account.FormatMoney(m)
			}
		}
	}
	if f.Name == crm.FieldPriority && f.Custom == nil {
		return w.t("priority." + n.String())
	}
	if plainDigits(f) {
		return n.String()
	}
	return w.account.FormatNumber(n)
}

// instant writes day and time in the account's zone; "" for the zero instant.
func (v *visit) instant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	local := at.In(v.account.Location())
	return v.account.FormatDate(crm.DateOf(local)) + " " + local.Format("15:04")
}

// name returns what an id stands for.
func (w valueWriter) name(f crm.Field, id crm.ID) string {
	switch f.Type {
	case crm.TypeUser:
		return w.around.owner(id)
	case crm.TypePipeline:
		p, _ := w.around.pipeline(id)
		return p.Name
	case crm.TypeStage:
		return w.around.stages[id].Name
	case crm.TypeStatus:
		if kind := w.around.stages[id].Kind; kind != "" {
			return w.t("stage_kind." + string(kind))
		}
	case crm.TypeContact:
		return w.contacts[id]
	}
	return ""
}

// isNumber says whether values of a field stand at the right of a column.
func isNumber(f crm.Field) bool {
	return f.Type == crm.TypeNumber && f.Name != crm.FieldPriority || f.Type == crm.TypeDecimal || f.Type == crm.TypeMoney
}

// control returns how a value of a field is asked for in a form. Its name there is as errors name the field.
func (v *visit) control(form *form, f crm.Field, around surroundings, present crm.ID) (fieldControl, error) {
	c := fieldControl{Field: f, form: form}
	name, label := fieldPlace(f), v.fieldLabel(f)
	var err error
	input := func(pairs ...any) { c.Input, err = newField(form, name, label, pairs...) }
	switch f.Type {
	case crm.TypeLongText:
		input("rows", 4, "maxlength", "20000")
	case crm.TypeNumber, crm.TypeDecimal, crm.TypeMoney:
		if f.Custom == nil && f.Name == crm.FieldPriority {
			var choices []choice
			for _, n := range []string{"1", "2", "3"} {
				choices = append(choices, choice{Value: n, Label: v.t("priority." + n)})
			}
			input("choices", choices, "empty", v.t("priority.none"))
			break
		}
		input("inputmode", "decimal")
		if f.Type == crm.TypeMoney {
			c.Input.Prefix = v.account.Currency
		}
	case crm.TypeDate:
		input("type", "date", "short", true)
	case crm.TypeBool:
		input("choices", []choice{{Value: "true", Label: v.t("column.yes")}, {Value: "false", Label: v.t("column.no")}}, "empty", v.t("field.nothing"), "short", true)
	case crm.TypeDropdown:
		input("choices", optionChoices(f), "empty", v.t("field.nothing"))
	case crm.TypeMultiSelect:
		c.Many = true
		c.Choices, err = newChoices(form, name, label, optionChoices(f), "many", true)
	case crm.TypeUser:
		input("choices", v.ownerChoices(around, present), "empty", v.t("owner.none"))
	case crm.TypeEmail:
		input("type", "email", "inputmode", "email")
	case crm.TypePhone:
		input("type", "tel", "inputmode", "tel")
	case crm.TypeURL:
		input("type", "url", "inputmode", "url", "placeholder", "https://")
	default:
		input()
	}
	if f.Custom != nil && f.Custom.Required {
		c.Input.Required = true
	}
	return c, err
}

// fieldControl is a field of a form by its type.
type fieldControl struct {
	Field   crm.Field
	Many    bool // several of Choices
	Input   fieldView
	Choices choicesView
	form    *form
}

// Now returns the control with what is found wrong by now: a form's problems may be found after its controls were made.
func (c fieldControl) Now() fieldControl {
	if c.form != nil {
		c.Input.Problem, c.Choices.Problem = c.form.Problem(c.Input.Name), c.form.Problem(c.Choices.Name)
	}
	return c
}

func optionChoices(f crm.Field) []choice {
	choices := make([]choice, len(f.Custom.Options))
	for i, o := range f.Custom.Options {
		choices[i] = choice{Value: o, Label: o}
	}
	return choices
}

// customPlace stands before the key of a custom field where an error names it.
const customPlace = "custom."

// fieldPlace returns the name of a field in forms.
func fieldPlace(f crm.Field) string {
	if f.Custom != nil {
		return customPlace + f.Name
	}
	return f.Name
}

// typed returns what a field's input shows for a value that it has.
func (v *visit) typed(f crm.Field, value any) []string {
	switch x := value.(type) {
	case bool:
		if x {
			return []string{"true"}
		}
		return []string{"false"}
	case json.Number:
		if f.Name == crm.FieldPriority && f.Custom == nil {
			return []string{x.String()}
		}
		return []string{v.account.FormatNumber(x)}
	case crm.Money:
		if x.Minor == 0 {
			return []string{""}
		}
		return []string{v.account.FormatNumber(json.Number(x.Amount()))}
	case crm.ID:
		return []string{string(x)}
	case []string:
		return x
	case []any:
		var all []string
		for _, one := range x {
			s, _ := one.(string)
			all = append(all, s)
		}
		return all
	case string:
		return []string{x}
	}
	return []string{""}
}

// customValue returns what a person typed in a custom field as the CRM takes it: numbers without the marks that people of the account write, nil for nothing.
func (v *visit) customValue(f crm.Field, values []string) any {
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return strings.TrimSpace(s) == "" })
	switch {
	case len(values) == 0:
		return nil
	case f.Type == crm.TypeMultiSelect:
		return values
	}
	return v.plainNumber(f, values[0])
}

// plainNumber returns what was typed in a field of numbers as a number, without marks between thousands. What is not written as people of the account write numbers
// must not be taken for another one, so it becomes something that the CRM refuses.
func (v *visit) plainNumber(f crm.Field, text string) any {
	switch f.Type {
	case crm.TypeNumber, crm.TypeDecimal, crm.TypeMoney:
		if n, ok := v.account.ParseNumber(text); ok {
			return n
		}
		return noNumber{}
	}
	return text
}

// inOwnNumbers says of what is no number how people of the account write one: the CRM's own sentence is for integrations.
func (v *visit) inOwnNumbers(err error, f *form) error {
	errs := split(err)
	for i, one := range errs {
		var e *crm.Error
		if errors.As(one, &e) && (e.Key == "number_invalid" || e.Key == "value_not_number") {
			errs[i] = v.typedNumber(f.Value(e.Field)).At(e.Field)
		}
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func (v *visit) typedNumber(text string) *crm.Error {
	return crm.NewError(crm.Invalid, "typed_number_invalid", "value", shorten(text), "example", v.account.FormatNumber("1234.5"))
}

// jsonNumberOf does the same for a standard field: what is no number is put in quotes, which no number has.
func jsonNumberOf(text string, v *visit) json.Number {
	if n, ok := v.account.ParseNumber(text); ok || text == "" {
		return n
	}
	return json.Number(strconv.Quote(text))
}

// noNumber stands for a text that is no number.
type noNumber struct{}
