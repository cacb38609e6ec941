package crm

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

// MaxCustomFields is how many custom fields an account may have, of all entities together, archived ones too.
const MaxCustomFields = 100

const maxFieldName = 100 // characters

// NewField is a custom field to be made.
type NewField struct {
	Entity     Entity
	Key        string // one that integrations know already, in the form of [NewFieldKey]; empty: a fresh one
	Name       string
	Type       FieldType
	Options    []string // of a dropdown or multi-select
	Pattern    string   // of a text
	Required   bool
	Default    any // as people send values: see [CustomField.Accept]; nil: none
	Searchable bool
}

// FieldChange is what somebody wants of a custom field; nil: as it is.
type FieldChange struct {
	Version int64 // that somebody saw; 0: whatever it is now
	Name    *string
	// Options are the new ones, in order. One that is missing goes, unless records have it; one that Renamed names takes its values along.
	Options    *[]string
	Renamed    map[string]string // old option → new one
	Pattern    *string
	Required   *bool
	Default    *any // nil inside: none
	Searchable *bool
}

// Valid says whether t is a type that a custom field may have.
func (t FieldType) Valid() bool {
	switch t {
	case TypeText, TypeLongText, TypeNumber, TypeDecimal, TypeMoney, TypeDate, TypeBool, TypeDropdown, TypeMultiSelect, TypeEmail, TypePhone, TypeURL:
		return true
	}
	return false
}

// Valid says whether e has custom fields.
func (e Entity) Valid() bool { return e == EntityContact || e == EntityDeal }

// entities are those that have custom fields.
var entities = []Entity{EntityContact, EntityDeal}

// allFields returns the custom fields of all entities.
func allFields(ctx context.Context, r Reader) ([]CustomField, error) {
	var all []CustomField
	for _, entity := range entities {
		fields, err := r.CustomFields(ctx, entity)
		if err != nil {
			return nil, err
		}
		all = append(all, fields...)
	}
	return all, nil
}

// CountFields returns how many custom fields the account has of those that it may have.
func CountFields(ctx context.Context, r Reader) (count, most int, err error) {
	fields, err := allFields(ctx, r)
	return len(fields), MaxCustomFields, err
}

// FindField returns a custom field of whatever entity, archived ones too. not_found: field_not_found.
func FindField(ctx context.Context, r Reader, id ID) (CustomField, error) {
	fields, err := allFields(ctx, r)
	if err != nil {
		return CustomField{}, err
	}
	at := slices.IndexFunc(fields, func(f CustomField) bool { return f.ID == id })
	if at < 0 {
		return CustomField{}, NewError(NotFound, "field_not_found", "id", clip(cleanText(string(id))))
	}
	return fields[at], nil
}

// CreateField adds a custom field after the others of its entity; it costs the same however many records there are. random is that of [NewFieldKey].
//
// invalid: name_missing, text_too_long, entity_unknown, field_type_unknown, a pattern that cannot be used (pattern_…), options that are none (option_…), a default that does not fit (value_…),
// field_key_invalid. conflict: too_many_fields, name_taken, field_key_taken.
func CreateField(ctx context.Context, tx Tx, hand Hand, n NewField, random func(n int) string) (CustomField, error) {
	switch {
	case !n.Entity.Valid():
		return CustomField{}, NewError(Invalid, "entity_unknown", "entity", clip(cleanText(string(n.Entity)))).At("entity")
	case !n.Type.Valid():
		return CustomField{}, NewError(Invalid, "field_type_unknown", "type", clip(cleanText(string(n.Type)))).At("type")
	}
	account, err := tx.Account(ctx)
	if err != nil {
		return CustomField{}, err
	}
	fields, err := allFields(ctx, tx)
	if err != nil {
		return CustomField{}, err
	}
	if err := checkRoom(len(fields), 1); err != nil {
		return CustomField{}, err
	}
	field := CustomField{ID: NewID(), Entity: n.Entity, Type: n.Type, Searchable: n.Searchable, Position: nextPosition(fields, n.Entity), CreatedAt: hand.At}
	change := FieldChange{Name: &n.Name, Pattern: &n.Pattern, Required: &n.Required, Default: &n.Default}
	if n.Type.hasOptions() || len(n.Options) > 0 {
		change.Options = &n.Options
	}
	if err := field.put(change, account); err != nil {
		return CustomField{}, err
	}
	if field.Key, err = n.key(field.Name, fields, random); err != nil {
		return CustomField{}, err
	}
	if field.Searchable {
		// The records that there are have no value, which is to be found, too.
		if err := field.startWork(ctx, tx, WorkIndex); err != nil {
			return CustomField{}, err
		}
		if field.Work.Total == 0 {
			field.Work = nil
		}
	}
	if err := tx.CreateCustomField(ctx, field); err != nil {
		return CustomField{}, err
	}
	field.Version = 1
	return field, nil
}

// checkRoom says whether so many fields more may be made.
func checkRoom(present, more int) error {
	if present+more > MaxCustomFields {
		return NewError(Conflict, "too_many_fields", "count", strconv.Itoa(present), "most", strconv.Itoa(MaxCustomFields))
	}
	return nil
}

func nextPosition(fields []CustomField, entity Entity) int {
	next := 0
	for _, f := range fields {
		if f.Entity == entity {
			next = max(next, f.Position+1)
		}
	}
	return next
}

// put puts what is asked into the field, in memory.
func (f *CustomField) put(change FieldChange, account Account) error {
	var err error
	if change.Name != nil {
		if f.Name, err = checkedName(*change.Name, maxFieldName); err != nil {
			return err
		}
	}
	if change.Options != nil {
		if f.Options, err = checkedOptions(f.Type, *change.Options); err != nil {
			return err
		}
	}
	if change.Pattern != nil {
		if f.Pattern, err = checkedPattern(f.Type, *change.Pattern); err != nil {
			return err
		}
	}
	if change.Required != nil {
		f.Required = *change.Required
	}
	if change.Default != nil {
		f.Default = *change.Default
	}
	// Checked whatever changed: other options or another pattern may leave it without sense.
	if f.Default, err = f.Accept(f.Default, account); err != nil {
		return at("default", err)
	}
	return nil
}

// at says which input is at fault.
func at(place string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e.At(place)
	}
	return err
}

func checkedPattern(t FieldType, pattern string) (string, error) {
	if pattern == "" {
		return "", nil
	}
	if t != TypeText {
		return "", NewError(Invalid, "pattern_not_text").At("pattern")
	}
	if _, err := compilePattern(pattern); err != nil {
		return "", at("pattern", err)
	}
	return pattern, nil
}

// ChangeField changes a custom field. Making it searchable, or not any more, is done to the records in the background: see [FieldWork]. Values that are there stay even when they do not match
// a new pattern.
//
// not_found: field_not_found. invalid: as in [CreateField]; a Renamed that names no option (option_unknown). conflict: stale; name_taken; records have an option that goes (option_in_use, with the option and the
// count); the field is to become searchable again while it is still being made unsearchable (field_busy).
func ChangeField(ctx context.Context, tx Tx, hand Hand, id ID, change FieldChange) (CustomField, error) {
	field, err := FindField(ctx, tx, id)
	if err != nil {
		return CustomField{}, err
	}
	if err := checkVersion(field.Version, change.Version); err != nil {
		return CustomField{}, err
	}
	account, err := tx.Account(ctx)
	if err != nil {
		return CustomField{}, err
	}
	wanted := field
	if change.Options != nil && field.Type.hasOptions() {
		if wanted, err = changeOptions(ctx, tx, field, *change.Options, change.Renamed); err != nil {
			return CustomField{}, err
		}
	}
	if err := wanted.put(change, account); err != nil {
		return CustomField{}, err
	}
	if change.Searchable != nil && *change.Searchable != field.Searchable {
		if err := wanted.setSearchable(ctx, tx, *change.Searchable); err != nil {
			return CustomField{}, err
		}
	}
	return updateField(ctx, tx, wanted)
}

func updateField(ctx context.Context, tx Tx, field CustomField) (CustomField, error) {
	if err := tx.UpdateCustomField(ctx, field); err != nil {
		return CustomField{}, err
	}
	field.Version++
	return field, nil
}

// setSearchable starts the work on all records that this means.
func (f *CustomField) setSearchable(ctx context.Context, r Reader, searchable bool) error {
	if searchable && f.Work != nil {
		return f.busy()
	}
	f.Searchable = searchable
	kind := WorkUnindex
	if searchable {
		kind = WorkIndex
	}
	return f.startWork(ctx, r, kind)
}

func (f *CustomField) startWork(ctx context.Context, r Reader, kind FieldWorkKind) error {
	total, _, err := r.Count(ctx, Query{Entity: f.Entity, Reach: FullReach}, 0)
	f.Work = &FieldWork{Kind: kind, Total: int64(total)}
	return err
}

func (f *CustomField) busy() error { return NewError(Conflict, "field_busy", "name", f.Name) }

// ReorderFields puts an entity's fields in use into an order, by their keys; those that are not named come after those that are, as they stand. invalid: entity_unknown, or a key that no field in
// use has (field_unknown).
func ReorderFields(ctx context.Context, tx Tx, hand Hand, entity Entity, keys []string) ([]CustomField, error) {
	if !entity.Valid() {
		return nil, NewError(Invalid, "entity_unknown", "entity", clip(cleanText(string(entity)))).At("entity")
	}
	fields, err := tx.CustomFields(ctx, entity)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if !slices.ContainsFunc(fields, func(f CustomField) bool { return f.Key == key && f.inUse() }) {
			return nil, NewError(Invalid, "field_unknown", "field", clip(cleanText(key))).At("keys")
		}
	}
	ordered := inOrder(fields, keys, func(f CustomField) string { return f.Key })
	for i, field := range ordered {
		if field.Position == i {
			continue
		}
		field.Position = i
		if ordered[i], err = updateField(ctx, tx, field); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}

// inOrder returns all with those first that keys name, in the order of keys.
func inOrder[T any, K comparable](all []T, keys []K, key func(T) K) []T {
	place := func(v T) int {
		if at := slices.Index(keys, key(v)); at >= 0 {
			return at
		}
		return len(keys)
	}
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b T) int { return place(a) - place(b) })
	return ordered
}
