package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"puente/internal/crm"
)

// columns are what a list reads of its rows, each once.
type columns struct {
	texts []string
	cells []cellKind
}

// cellKind says how a column's value is read.
type cellKind int

const (
	textCell    cellKind = iota // string
	idCell                      // crm.ID, empty for NULL
	intCell                     // int64
	instantCell                 // time.Time
	jsonCell                    // as in crm.Custom
	linesCell                   // []string, one for each line
)

func (c *columns) add(text string, kind cellKind) int {
	for i, t := range c.texts {
		if t == text && c.cells[i] == kind {
			return i
		}
	}
	c.texts = append(c.texts, text)
	c.cells = append(c.cells, kind)
	return len(c.texts) - 1
}

// list returns the columns as they follow others in a SELECT.
func (c *columns) list() string {
	var b strings.Builder
	for _, t := range c.texts {
		b.WriteString(", " + t)
	}
	return b.String()
}

// cell reads one value.
type cell struct {
	kind cellKind
	into *any
}

func (c *cell) Scan(v any) error {
	switch c.kind {
	case intCell, instantCell:
		n, ok := v.(int64)
		if !ok {
			return fmt.Errorf("a number is %T", v)
		}
		*c.into = n
		if c.kind == instantCell {
			*c.into = time.Time{}
			if n != 0 {
				*c.into = time.UnixMicro(n).UTC()
			}
		}
		return nil
	}
	s, err := scannedText(v)
	if err != nil {
		return err
	}
	switch c.kind {
	case idCell:
		*c.into = crm.ID(s)
	case jsonCell:
		*c.into = nil
		return jsonColumn{c.into}.Scan(v)
	case linesCell:
		*c.into = nil
		if s != "" {
			*c.into = strings.Split(s, "\n")
		}
	default:
		*c.into = s
	}
	return nil
}

// scanner returns what reads rows: before, and then the columns into new cells.
func (c *columns) scanner(before ...any) func(r row) ([]any, error) {
	into := append(make([]any, 0, len(before)+len(c.texts)), before...)
	readers := make([]cell, len(c.texts))
	for i := range readers {
		readers[i].kind = c.cells[i]
		into = append(into, &readers[i])
	}
	return func(r row) ([]any, error) {
		cells := make([]any, len(readers))
		for i := range readers {
			readers[i].into = &cells[i]
		}
		return cells, r.Scan(into...)
	}
}

// identitiesOf reads all identities of one kind of a row.
const identitiesOf = `(SELECT string_agg(i.normalized, '
') FROM contact_identity i WHERE i.account_id = t.account_id AND i.contact_id = t.id AND i.kind = '%s')`

// fieldColumns adds the columns in which a field stands, and returns how they make up its value; nil: the only column is the value.
func (l *listing) fieldColumns(f crm.Field) (columns []int, read func(cells []any) any, err error) {
	if f.Custom != nil {
		return []int{l.columns.add("t.custom -> '"+jsonLabel(f.Name)+"'", jsonCell)}, nil, nil
	}
	one := func(text string, kind cellKind) ([]int, func([]any) any, error) {
		return []int{l.columns.add(text, kind)}, nil, nil
	}
	switch f.Name {
	case crm.FieldCreated, crm.FieldUpdated:
		return one("t."+f.Name+"_at", instantCell)
	case crm.FieldOwner:
		return one("t.owner_id", idCell)
	}
	if l.entity == crm.EntityDeal {
		switch f.Name {
		case crm.FieldName:
			return one("t.name", textCell)
		case crm.FieldContact, crm.FieldPipeline, crm.FieldStage:
			return one("t."+f.Name+"_id", idCell)
		case crm.FieldStageEntered:
			return one("t.stage_entered_at", instantCell)
		case crm.FieldValue:
			return one("t.value_minor", intCell)
		case crm.FieldRank:
			return one("t.rank", intCell)
		}
		return one("t.details -> '"+jsonLabel(f.Name)+"'", jsonCell)
	}
	switch f.Name {
	case crm.FieldFirstName, crm.FieldLastName, crm.FieldCompany, crm.FieldSource:
		return one("t."+f.Name, textCell)
	case crm.FieldEmail, crm.FieldPhone, crm.FieldTaxID:
		l.heavy = true
		return one(fmt.Sprintf(identitiesOf, f.Name), linesCell)
	case crm.FieldName:
		for _, column := range []string{"t.first_name", "t.last_name", "t.company"} {
			columns = append(columns, l.columns.add(column, textCell))
		}
		return columns, func(cells []any) any {
			c := crm.Contact{FirstName: cells[0].(string), LastName: cells[1].(string), Company: cells[2].(string)}
			return c.Name()
		}, nil
	}
	return one("t.details -> '"+jsonLabel(f.Name)+"'", jsonCell)
}

// jsonLabel returns a field's name as it stands between quotes in a statement. Names are those of fields that there are; what could end the quotes has no field.
func jsonLabel(name string) string {
	if strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) >= 0 {
		return "no_field"
	}
	return name
}

// search adds what each term of a search asks for.
func (l *listing) search(words string) {
	terms := crm.SearchTerms(words)
	if len(terms) == 0 {
		l.empty = l.empty || strings.TrimSpace(words) != ""
		return
	}
	wanted := []int{l.columns.add("t.words", textCell)}
	if l.entity == crm.EntityDeal {
		l.heavy = true
		wanted = append(wanted, l.columns.add(`COALESCE((SELECT c.words FROM contact c WHERE c.account_id = t.account_id AND c.number = t.contact_number
			AND c.deleted_at = 0), '')`, textCell))
	}
	for _, term := range terms {
		places := wanted
		if l.entity == crm.EntityDeal && isDocumentNumber(term) {
			places = append(places[:len(places):len(places)], l.columns.add(`COALESCE((SELECT string_agg(r.number, ' ') FROM record r
				WHERE r.account_id = t.account_id AND r.deal_id = t.id AND r.deal_id <> ''), '')`, textCell))
		}
		l.sources = append(l.sources, &source{of: []int{len(l.tests)}, exact: true, parts: l.termParts(term)})
		l.tests = append(l.tests, rowTest{columns: places, sourced: true, term: term, read: func(cells []any) any { return cells }, holds: func(value any) bool {
			for _, words := range value.([]any) {
				if beginsWord(words.(string), term) {
					return true
				}
			}
			return false
		}})
	}
}

// beginsWord says whether one of words, which are divided by spaces, begins with term.
func beginsWord(words, term string) bool {
	return strings.HasPrefix(words, term) || strings.Contains(words, " "+term)
}

// isDocumentNumber says whether a search may mean the number of a document.
func isDocumentNumber(term string) bool {
	_, err := strconv.ParseUint(term, 10, 64)
	return err == nil
}
