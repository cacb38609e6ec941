package crm

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Misfit is a value that would not fit another type of its field.
type Misfit struct {
	Record ID
	Value  any // as in [Custom]
}

// maxMisfits is how many misfits a preview shows.
const maxMisfits = 20

// TypePreview says what a change of a field's type would do.
type TypePreview struct {
	Values   int // that records have, deleted ones too
	Misfits  int // of these that would not fit
	Examples []Misfit
	Options  []string // that a dropdown or multi-select would have
}

// FieldTypeChange is another type for a custom field. Options are those of a dropdown or multi-select; none: the texts that there are.
type FieldTypeChange struct {
	Version int64 // that somebody saw; 0: whatever it is now
	Type    FieldType
	Options []string
}

// PreviewFieldType says what [ChangeFieldType] would do, and changes nothing. It reads all values. not_found: field_not_found. invalid: field_type_unknown, options that are none (option_…).
func PreviewFieldType(ctx context.Context, r Reader, id ID, change FieldTypeChange) (TypePreview, error) {
	c, err := newTypeChange(ctx, r, id, change)
	if err != nil {
		return TypePreview{}, err
	}
	preview := TypePreview{Options: c.to.Options}
	err = r.EachValue(ctx, c.from, func(record ID, value any) error {
		preview.Values++
		if _, ok := c.convert(value); !ok {
			if preview.Misfits++; len(preview.Examples) < maxMisfits {
				preview.Examples = append(preview.Examples, Misfit{record, value})
			}
		}
		return nil
	})
	return preview, err
}

// ChangeFieldType gives a field another type and converts all its values, in one transaction. The key stays as it is, a pattern goes unless the new type has one, and so does a default that does not fit.
//
// not_found: field_not_found. invalid: as in [PreviewFieldType]. conflict: stale; the records are still being gone through because of another change (field_busy); values do not fit
// (field_type_misfits, with the count and the first one).
func ChangeFieldType(ctx context.Context, tx Tx, hand Hand, id ID, change FieldTypeChange) (CustomField, error) {
	c, err := newTypeChange(ctx, tx, id, change)
	if err != nil {
		return CustomField{}, err
	}
	if err := checkVersion(c.from.Version, change.Version); err != nil {
		return CustomField{}, err
	}
	if c.from.Work != nil {
		return CustomField{}, c.from.busy()
	}
	misfits, first := 0, ""
	_, err = tx.RewriteValues(ctx, c.from, func(_ ID, value any) (any, error) {
		converted, ok := c.convert(value)
		if !ok {
			if misfits++; misfits == 1 {
				first = plainText(value)
			}
			return value, nil
		}
		return converted, nil
	})
	if err != nil {
		return CustomField{}, err
	}
	if misfits > 0 {
		return CustomField{}, NewError(Conflict, "field_type_misfits", "name", c.from.Name, "count", strconv.Itoa(misfits), "value", clip(first))
	}
	return updateField(ctx, tx, c.to)
}

// typeChange converts values of one type of a field to another.
type typeChange struct {
	account  Account
	from, to CustomField
}

func newTypeChange(ctx context.Context, r Reader, id ID, change FieldTypeChange) (typeChange, error) {
	c := typeChange{}
	var err error
	if c.account, err = r.Account(ctx); err != nil {
		return c, err
	}
	if c.from, err = FindField(ctx, r, id); err != nil {
		return c, err
	}
	if !change.Type.Valid() {
		return c, NewError(Invalid, "field_type_unknown", "type", clip(cleanText(string(change.Type)))).At("type")
	}
	c.to = c.from
	c.to.Type, c.to.Options = change.Type, nil
	if change.Type != TypeText {
		c.to.Pattern = ""
	}
	if change.Type.hasOptions() {
		options := change.Options
		if len(options) == 0 {
			if options, err = c.presentOptions(ctx, r); err != nil {
				return c, err
			}
		}
		if c.to.Options, err = checkedOptions(change.Type, options); err != nil {
			return c, err
		}
	} else if len(change.Options) > 0 {
		return c, NewError(Invalid, "options_not_allowed").At("options")
	}
	if converted, ok := c.convert(c.from.Default); ok {
		c.to.Default = converted
	} else {
		c.to.Default = nil
	}
	return c, nil
}

// presentOptions returns the options that the field has, else the different texts of its values, sorted.
func (c typeChange) presentOptions(ctx context.Context, r Reader) ([]string, error) {
	if c.from.Type.hasOptions() {
		return c.from.Options, nil
	}
	byKey := map[string]string{}
	tooMany := NewError(Invalid, "too_many_options", "most", strconv.Itoa(maxOptions)).At("options")
	if err := r.EachValue(ctx, c.from, func(_ ID, value any) error {
		text := oneLine(c.text(value))
		if _, known := byKey[Fold(text)]; !known && text != "" {
			if byKey[Fold(text)] = text; len(byKey) > maxOptions {
				return tooMany
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	var options []string
	for _, text := range byKey {
		options = append(options, text)
	}
	slices.SortFunc(options, func(a, b string) int { return strings.Compare(Fold(a), Fold(b)) })
	return options, nil
}

// convert returns a value as the field will hold it; nothing stays nothing.
func (c typeChange) convert(value any) (any, bool) {
	if value == nil {
		return nil, true
	}
	var source any = c.text(value)
	switch {
	case c.to.Type == TypeMultiSelect && c.from.Type == TypeMultiSelect:
		source = optionsIn(value)
	case c.to.Type == TypeMultiSelect:
		source = []string{c.text(value)}
	}
	converted, err := c.to.Accept(source, c.account)
	return converted, err == nil
}

// text returns a value as people of the account write it in a text field.
func (c typeChange) text(value any) string {
	switch v := value.(type) {
	case bool:
		return yesNo(v, c.account.Language)
	case string:
		if c.from.Type == TypeDate {
			if d, ok := ParseDate(v); ok {
				return c.account.FormatDate(d)
			}
		}
	}
	return plainText(value)
}

func yesNo(b bool, l Language) string {
	switch {
	case b && l == English:
		return "Yes"
	case b:
		return "Sí"
	}
	return "No"
}

// plainText writes a value of [Custom] plainly.
func plainText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return strings.Join(optionsIn(value), optionSeparator+" ")
}
