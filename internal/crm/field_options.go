package crm

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	maxOptions = 200
	maxOption  = 100 // characters
)

func (t FieldType) hasOptions() bool { return t == TypeDropdown || t == TypeMultiSelect }

// checkedOptions returns the options of a field. invalid: options_not_allowed, options_missing, too_many_options, option_missing, text_too_long, option_twice, option_separator.
func checkedOptions(t FieldType, options []string) ([]string, error) {
	switch {
	case !t.hasOptions() && len(options) > 0:
		return nil, NewError(Invalid, "options_not_allowed").At("options")
	case !t.hasOptions():
		return nil, nil
	case len(options) == 0:
		return nil, NewError(Invalid, "options_missing").At("options")
	case len(options) > maxOptions:
		return nil, NewError(Invalid, "too_many_options", "most", strconv.Itoa(maxOptions)).At("options")
	}
	checked := make([]string, len(options))
	seen := map[string]bool{}
	for i, option := range options {
		place := "options[" + strconv.Itoa(i) + "]"
		option = oneLine(option)
		if option == "" {
			return nil, NewError(Invalid, "option_missing").At(place)
		}
		if err := checkLength(option, maxOption, place); err != nil {
			return nil, err
		}
		if seen[Fold(option)] {
			return nil, NewError(Invalid, "option_twice", "option", clip(option)).At(place)
		}
		if t == TypeMultiSelect && strings.Contains(option, optionSeparator) {
			return nil, NewError(Invalid, "option_separator", "option", clip(option)).At(place)
		}
		seen[Fold(option)] = true
		checked[i] = option
	}
	return checked, nil
}

// changeOptions returns the field with new options, and takes the values of renamed ones along. An option that is missing among the new ones goes, unless a record has it.
func changeOptions(ctx context.Context, tx Tx, field CustomField, options []string, renamed map[string]string) (CustomField, error) {
	wanted := field
	var err error
	if wanted.Options, err = checkedOptions(field.Type, options); err != nil {
		return field, err
	}
	becomes := map[string]string{}
	for _, old := range slices.Sorted(maps.Keys(renamed)) {
		name := oneLine(renamed[old])
		if !slices.Contains(field.Options, old) || !slices.Contains(wanted.Options, name) {
			return field, NewError(Invalid, "option_unknown", "option", clip(cleanText(old)), "name", clip(name)).At("renamed")
		}
		if old != name {
			becomes[old] = name
		}
	}
	gone := map[string]bool{}
	for _, old := range field.Options {
		if becomes[old] == "" && !slices.Contains(wanted.Options, old) {
			gone[old] = true
		}
	}
	if len(gone) > 0 {
		if err := checkUnused(ctx, tx, field, gone); err != nil {
			return field, err
		}
	}
	if len(becomes) == 0 {
		return wanted, nil
	}
	wanted.Default = renameOptions(wanted, becomes, field.Default)
	_, err = tx.RewriteValues(ctx, field, func(_ ID, value any) (any, error) { return renameOptions(wanted, becomes, value), nil })
	return wanted, err
}

// checkUnused says whether a record has one of the options that go.
func checkUnused(ctx context.Context, r Reader, field CustomField, gone map[string]bool) error {
	used := map[string]int{}
	if err := r.EachValue(ctx, field, func(_ ID, value any) error {
		for _, option := range optionsIn(value) {
			if gone[option] {
				used[option]++
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, option := range field.Options {
		if used[option] > 0 {
			return NewError(Conflict, "option_in_use", "option", clip(option), "count", strconv.Itoa(used[option])).At("options")
		}
	}
	return nil
}

// optionsIn returns the options in a value of a dropdown or multi-select.
func optionsIn(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		var all []string
		for _, one := range v {
			if s, ok := one.(string); ok {
				all = append(all, s)
			}
		}
		return all
	}
	return nil
}

// renameOptions returns a value with the new names of options, as the field with these options holds it.
func renameOptions(wanted CustomField, becomes map[string]string, value any) any {
	had := optionsIn(value)
	if len(had) == 0 {
		return value
	}
	now := make([]string, len(had))
	for i, option := range had {
		now[i] = option
		if name, ok := becomes[option]; ok {
			now[i] = name
		}
	}
	if wanted.Type == TypeDropdown {
		return now[0]
	}
	chosen, ok := wanted.choose(now)
	if !ok {
		return now
	}
	return chosen
}
