package crm

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// QuerySurroundings are what the words of a filter are understood by.
type QuerySurroundings struct {
	Account   Account
	Users     []User
	Pipelines []Pipeline
	Tags      []Tag
}

// ReadSurroundings reads them.
func ReadSurroundings(ctx context.Context, r Reader) (s QuerySurroundings, err error) {
	if s.Account, err = r.Account(ctx); err != nil {
		return s, err
	}
	if s.Users, err = r.Users(ctx); err != nil {
		return s, err
	}
	if s.Pipelines, err = r.Pipelines(ctx); err != nil {
		return s, err
	}
	s.Tags, err = r.Tags(ctx)
	return s, err
}

// MaxFilterValues is how many values one condition may have.
const MaxFilterValues = 100

// Unassigned is how a filter names the owner of what has none.
const Unassigned = "unassigned"

var (
	textOperators    = []Operator{Is, IsNot, Contains, IsEmpty, IsFilled}
	choiceOperators  = []Operator{Is, IsNot, IsEmpty, IsFilled}
	numberOperators  = []Operator{Is, IsNot, Above, AtLeast, Below, AtMost, IsEmpty, IsFilled}
	instantOperators = []Operator{Above, AtLeast, Below, AtMost, IsEmpty, IsFilled}
	placeOperators   = []Operator{Is, IsNot}
)

// OperatorsOf returns the operators that a filter on a field of that type may have.
func OperatorsOf(t FieldType) []Operator {
	switch t {
	case TypeText, TypeLongText, TypeEmail, TypePhone, TypeURL, TypeTaxID:
		return textOperators
	case TypeNumber, TypeDecimal, TypeMoney, TypeDate:
		return numberOperators
	case TypeInstant:
		return instantOperators
	case TypeStage, TypePipeline, TypeStatus:
		return placeOperators
	}
	return choiceOperators
}

// ParseCondition returns the condition that a filter asks for. name is that of a field, a custom field's key or what people call it. Users are named by e-mail, id or
// [Unassigned]; stages, pipelines and tags by id or name; days are those of the account's time zone.
//
// invalid, with the field's name as the place: filter_field_unknown, filter_operator_unknown, filter_values_missing, filter_values_too_many, filter_value_invalid,
// filter_value_unknown (there is no such user, stage, pipeline or tag).
func ParseCondition(fields []Field, name string, op Operator, values []string, around QuerySurroundings) (Condition, error) {
	field, ok := FieldNamed(fields, name)
	if !ok {
		return Condition{}, NewError(Invalid, "filter_field_unknown", "field", clip(cleanText(name))).At(clip(cleanText(name)))
	}
	if known := OperatorsOf(field.Type); !slices.Contains(known, op) {
		return Condition{}, NewError(Invalid, "filter_operator_unknown", "operator", clip(cleanText(string(op))), "known", joinOperators(known)).At(field.Name)
	}
	p := filterParser{field: field, op: op, around: around}
	switch {
	case op == IsEmpty || op == IsFilled:
		return Condition{Field: field, Operator: op}, nil
	case len(values) == 0:
		return Condition{}, NewError(Invalid, "filter_values_missing").At(field.Name)
	case len(values) > p.most():
		return Condition{}, NewError(Invalid, "filter_values_too_many", "most", strconv.Itoa(p.most())).At(field.Name)
	}
	return p.condition(values)
}

func joinOperators(all []Operator) string {
	texts := make([]string, len(all))
	for i, op := range all {
		texts[i] = string(op)
	}
	return strings.Join(texts, ", ")
}

type filterParser struct {
	field  Field
	op     Operator
	around QuerySurroundings
}

// most is how many values there may be: it makes no sense to be above several.
func (p *filterParser) most() int {
	switch p.op {
	case Above, AtLeast, Below, AtMost:
		return 1
	}
	return MaxFilterValues
}

func (p *filterParser) condition(values []string) (Condition, error) {
	c := Condition{Field: p.field, Operator: p.op}
	for _, text := range values {
		text = strings.TrimSpace(cleanText(text))
		parsed, err := p.value(text)
		if err != nil {
			return Condition{}, err
		}
		c.Values = append(c.Values, parsed...)
	}
	switch {
	case p.field.Type == TypeStatus:
		c.Field = Field{Name: FieldStage, Type: TypeStage}
	case p.field.Type == TypeInstant:
		c.Operator = p.instantOperator(strings.TrimSpace(values[0]))
	}
	return c, nil
}

func (p *filterParser) invalid(text string) error {
	return NewError(Invalid, "filter_value_invalid", "value", clip(text), "type", string(p.field.Type)).At(p.field.Name)
}

func (p *filterParser) unknown(text string) error {
	return NewError(Invalid, "filter_value_unknown", "value", clip(text)).At(p.field.Name)
}

// value returns what a text stands for; several when a name is that of several.
func (p *filterParser) value(text string) ([]any, error) {
	one := func(v any, ok bool) ([]any, error) {
		if !ok {
			return nil, p.invalid(text)
		}
		return []any{v}, nil
	}
	switch p.field.Type {
	case TypeNumber, TypeDecimal:
		n, ok := canonicalNumber(text)
		return one(json.Number(n), ok)
	case TypeMoney:
		return p.money(text)
	case TypeDate:
		d, ok := p.around.Account.ParseDate(text)
		return one(d.String(), ok)
	case TypeBool:
		b, ok := boolText(text)
		return one(b, ok)
	case TypeInstant:
		at, ok := p.instant(text)
		return one(at, ok)
	case TypeUser:
		return p.user(text)
	case TypeStage, TypePipeline, TypeStatus:
		return p.places(text)
	case TypeTags:
		return p.tags(text)
	case TypeContact:
		return one(ID(text), text != "")
	}
	return one(p.text(text))
}

// text reads e-mails, phones and tax ids in the form in which they are kept, if they are whole.
func (p *filterParser) text(text string) (string, bool) {
	if text == "" {
		return "", false
	}
	country := p.around.Account.Country
	switch p.field.Type {
	case TypeEmail:
		if normal, ok := NormalizeEmail(text); ok {
			return normal, true
		}
	case TypePhone:
		if normal, ok := NormalizePhone(text, country); ok && p.op != Contains {
			return normal, true
		}
		if digits := strings.Map(onlyDigits, text); digits != "" {
			return digits, true
		}
	case TypeTaxID:
		if id, ok := NormalizeTaxID(text, country); ok {
			return id.Normalized, true
		}
		return strings.ReplaceAll(text, ".", ""), true
	}
	return text, true
}

func onlyDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// money returns an amount as it is kept: a number in the account's currency or, for the value of a deal, minor units. Of an amount that is finer than these, the
// operator says on which side the next one lies; no deal has just that value.
func (p *filterParser) money(text string) ([]any, error) {
	n, ok := canonicalNumber(text)
	if !ok {
		return nil, p.invalid(text)
	}
	if p.field.Custom != nil || p.field.Name != FieldValue {
		return []any{json.Number(n)}, nil
	}
	amount, err := decimal.NewFromString(n)
	if err != nil {
		return nil, p.invalid(text)
	}
	m, rounded, err := NewMoney(amount, p.around.Account.Currency)
	if err != nil {
		return nil, p.invalid(text)
	}
	if !rounded {
		return []any{m.Minor}, nil
	}
	minor := amount.Shift(int32(m.decimals()))
	switch p.op {
	case Above, AtMost:
		return []any{minor.Floor().IntPart()}, nil
	case Below, AtLeast:
		return []any{minor.Ceil().IntPart()}, nil
	}
	return []any{json.Number(minor.String())}, nil
}

// instant reads a moment (RFC 3339; without a zone it is UTC) or a day. A day means its beginning or, for what lies after it, its end.
func (p *filterParser) instant(text string) (time.Time, bool) {
	if day, ok := p.around.Account.ParseDate(text); ok {
		if p.op == Above || p.op == AtMost {
			day = day.AddDays(1)
		}
		return day.Time(p.around.Account.Location()).UTC(), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// instantOperator returns the operator that says of an instant what the filter says of a day: after the twelfth is from the thirteenth on.
func (p *filterParser) instantOperator(text string) Operator {
	if _, day := p.around.Account.ParseDate(text); day {
		switch p.op {
		case Above:
			return AtLeast
		case AtMost:
			return Below
		}
	}
	return p.op
}

func (p *filterParser) user(text string) ([]any, error) {
	if text == "" || strings.EqualFold(text, Unassigned) {
		return []any{ID("")}, nil
	}
	email, isEmail := NormalizeEmail(text)
	for _, u := range p.around.Users {
		if u.ID == ID(text) {
			return []any{u.ID}, nil
		}
		if other, ok := NormalizeEmail(u.Email); isEmail && ok && other == email {
			return []any{u.ID}, nil
		}
	}
	return nil, p.unknown(text)
}

// places returns the ids of the stages or pipelines with that id or name, or of the stages with that status.
func (p *filterParser) places(text string) ([]any, error) {
	folded := Fold(text)
	var found []any
	add := func(id ID, fits bool) {
		if fits {
			found = append(found, id)
		}
	}
	for _, pipeline := range p.around.Pipelines {
		if p.field.Type == TypePipeline {
			add(pipeline.ID, pipeline.ID == ID(text) || Fold(pipeline.Name) == folded)
			continue
		}
		for _, s := range pipeline.Stages {
			if p.field.Type == TypeStatus {
				add(s.ID, string(s.Kind) == folded)
			} else {
				add(s.ID, s.ID == ID(text) || Fold(s.Name) == folded)
			}
		}
	}
	if len(found) == 0 && !(p.field.Type == TypeStatus && isStageKind(folded)) {
		return nil, p.unknown(text)
	}
	return found, nil
}

// isStageKind tells a status that no stage has from one that there is not.
func isStageKind(text string) bool {
	switch StageKind(text) {
	case StageOpen, StageWon, StageLost:
		return true
	}
	return false
}

func (p *filterParser) tags(text string) ([]any, error) {
	folded := Fold(text)
	for _, t := range p.around.Tags {
		if t.ID == ID(text) || Fold(t.Name) == folded {
			return []any{t.ID}, nil
		}
	}
	return nil, p.unknown(text)
}

// Sortable says whether a list may be sorted by a field of that type: it has one value that has a place among others.
func Sortable(f Field) bool {
	switch f.Type {
	case TypeMultiSelect, TypeTags, TypeUser, TypeStage, TypePipeline, TypeContact, TypeStatus:
		return false
	case TypeEmail, TypePhone, TypeTaxID:
		return f.Custom != nil
	}
	return true
}

// ParseOrder returns the order that a text asks for: a field's name, with a dash before it when the highest comes first ("-updated", "name"). Empty: that of [Query].
// invalid: order_field_unknown, order_field_unsortable.
func ParseOrder(fields []Field, text string) (Order, error) {
	name, descending := strings.CutPrefix(strings.TrimSpace(cleanText(text)), "-")
	if name == "" {
		return Order{}, nil
	}
	if name == FieldRank {
		return Order{Field: BoardOrder.Field, Descending: descending}, nil
	}
	field, ok := FieldNamed(fields, name)
	if !ok {
		return Order{}, NewError(Invalid, "order_field_unknown", "field", clip(name)).At("sort")
	}
	if !Sortable(field) {
		return Order{}, NewError(Invalid, "order_field_unsortable", "field", clip(name)).At("sort")
	}
	return Order{Field: field, Descending: descending}, nil
}
