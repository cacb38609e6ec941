package web

import (
	"slices"
	"strings"

	"puente/internal/crm"
	"puente/internal/messages"
)

// sentence returns what an error says to a person.
func (v *visit) sentence(err error) string { return messages.Error(v.language(), err) }

func (v *visit) hasText(key string) bool { return messages.Has(key) }

// listColumn is a column of a list.
type listColumn struct {
	Name, Label string
	Sort        string // address of the list sorted by it; "": it cannot be
	Sorted      string // "ascending", "descending" or ""
	Number      bool
}

// cell is what a record has in a column.
type cell struct {
	Text, Href string
	Label      string // of the column, where a row is shown as a card
	Number     bool
	Owner      bool
	Stage      crm.ID
	Kind       crm.StageKind
	Muted      bool
	Fixed      bool // on one line
	Flag       badgeView
}

// listRow is a record in a list.
type listRow struct {
	Href  string
	Cells []cell
}

// mostColumns bounds how many columns somebody chooses, and with them the cookie.
const mostColumns = 20

// chosenColumns returns the fields whose columns a list shows: those that the browser keeps, else the usual.
func (v *visit) chosenColumns(cookie string, fields []crm.Field, usual []string) []crm.Field {
	names := usual
	if kept := v.cookie(cookie); kept != "" {
		names = strings.Split(kept, ".")
	}
	columns := columnsNamed(fields, names)
	if len(columns) == 0 {
		columns = columnsNamed(fields, usual)
	}
	return columns
}

func columnsNamed(fields []crm.Field, names []string) []crm.Field {
	var columns []crm.Field
	for _, f := range fields {
		if slices.Contains(names, f.Name) && len(columns) < mostColumns {
			columns = append(columns, f)
		}
	}
	return columns
}

// columnChooser asks which columns a list shows.
type columnChooser struct {
	Action, Back string
	Choices      []choice
	Form         *form
}

func (v *visit) columnChooser(action string, fields, chosen []crm.Field) columnChooser {
	c := columnChooser{Action: action, Back: v.path(), Form: newForm()}
	for _, f := range fields {
		c.Choices = append(c.Choices, choice{Value: f.Name, Label: v.fieldLabel(f)})
	}
	for _, f := range chosen {
		c.Form.values.Add("columna", f.Name)
	}
	return c
}

// Chosen says whether a column is shown.
func (c columnChooser) Chosen(name string) bool { return c.Form.Has("columna", name) }

// keepColumns keeps the chosen columns in the browser and goes back to the list.
func (v *visit) keepColumns(cookie, list string) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	names := f.Values("columna")
	if len(names) > mostColumns {
		names = names[:mostColumns]
	}
	clean := slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return strings.Trim(n, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || len(n) > 100
	})
	v.remember(cookie, strings.Join(clean, "."), preferenceLasts)
	back := ours(f.Value("volver"))
	if !strings.HasPrefix(back, list) {
		back = list
	}
	return v.redirect(back)
}

// listColumns makes the heads of a list's columns.
func (v *visit) listColumns(s listState, order crm.Order, fields []crm.Field) []listColumn {
	columns := make([]listColumn, len(fields))
	for i, f := range fields {
		c := listColumn{Name: f.Name, Label: v.fieldLabel(f), Number: isNumber(f)}
		if crm.Sortable(f) && f.Type != "" {
			next := f.Name
			if order.Field.Name == f.Name {
				c.Sorted = "ascending"
				if next = "-" + f.Name; order.Descending {
					c.Sorted, next = "descending", f.Name
				}
			} else if f.Type == crm.TypeInstant || f.Type == crm.TypeDate || isNumber(f) {
				next = "-" + f.Name
			}
			sorted := s
			sorted.sort = next
			c.Sort = sorted.address()
		}
		columns[i] = c
	}
	return columns
}
