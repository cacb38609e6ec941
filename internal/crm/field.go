package crm

import "time"

// FieldType is the type of a custom field.
type FieldType string

// The types of custom field, with what a value of each is in [Custom].
const (
	TypeText        FieldType = "text"        // string, one line
	TypeLongText    FieldType = "longtext"    // string
	TypeNumber      FieldType = "number"      // json.Number, whole
	TypeDecimal     FieldType = "decimal"     // json.Number
	TypeMoney       FieldType = "money"       // json.Number in the account's currency, no finer than it
	TypeDate        FieldType = "date"        // string, 2006-01-02
	TypeBool        FieldType = "bool"        // bool
	TypeDropdown    FieldType = "dropdown"    // string, one of the options
	TypeMultiSelect FieldType = "multiselect" // []string of the options, in their order
	TypeEmail       FieldType = "email"       // string as [NormalizeEmail] gives it
	TypePhone       FieldType = "phone"       // string, E.164
	TypeURL         FieldType = "url"         // string, http or https
)

// CustomField (campo personalizado) is a field that the account added to contacts or deals.
type CustomField struct {
	ID         ID
	Entity     Entity
	Key        string // cf_<entity>_<slug>_<4 letters>_<type>; never changes
	Name       string
	Type       FieldType
	Options    []string // of a dropdown or multi-select, in order
	Pattern    string   // of a text: a regular expression (RE2 syntax) that a whole value has to match; empty: any value
	Required   bool     // of what people and integrations write; apps write what they have
	Default    any      // what a new record has unless told otherwise, as in [Custom]; nil: nothing
	Searchable bool     // lists filter and sort by it at any size
	Position   int
	CreatedAt  time.Time
	ArchivedAt time.Time  // zero: in use
	Work       *FieldWork // what is being done to all records because of a change to the field; nil: nothing
	Version    int64      // as in Contact
}

// FieldWorkKind is what has to be done to all records of the field's entity.
type FieldWorkKind string

// The kinds of work. It is done a few records at a time, and goes on where it was after a restart.
const (
	WorkIndex   FieldWorkKind = "index"   // the field became searchable; lists use its index once this is done
	WorkUnindex FieldWorkKind = "unindex" // the field is not searchable any more
	WorkErase   FieldWorkKind = "erase"   // the field was deleted: its values go, then the field; nobody but the worker sees it meanwhile
)

// FieldWork is how far the work is.
type FieldWork struct {
	Kind  FieldWorkKind
	Done  int64 // records
	Total int64
}

// Custom holds the values of custom fields by their key. A value is what the field's type says; a field without a value is absent.
type Custom map[string]any
