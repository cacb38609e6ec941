package crm

import "time"

// FieldType is the type of a custom field.
type FieldType string

// The types of custom field, with what a value of each is in [Custom].
const (
	TypeText     FieldType = "text"     // string
	TypeNumber   FieldType = "number"   // json.Number, whole
	TypeDecimal  FieldType = "decimal"  // json.Number
	TypeDate     FieldType = "date"     // string, 2006-01-02
	TypeDropdown FieldType = "dropdown" // string, one of the options
)

// CustomField (campo personalizado) is a field that the account added to contacts or deals.
type CustomField struct {
	ID         ID
	Entity     Entity
	Key        string // cf_<entity>_<slug>_<4 letters>_<type>; never changes
	Name       string
	Type       FieldType
	Options    []string // of a dropdown, in order
	Position   int
	CreatedAt  time.Time
	ArchivedAt time.Time // zero: in use
}

// Custom holds the values of custom fields by their key. A value is what the field's type says; a field without a value is absent.
type Custom map[string]any
