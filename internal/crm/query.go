package crm

// Field is one field of an entity, standard or custom, as lists, forms and exports need it.
type Field struct {
	Name   string // a Field… constant, or the custom field's key
	Type   FieldType
	Custom *CustomField // nil: a standard field
	Fixed  bool         // Puente writes it, and nobody else
}

// Types that only standard fields have.
const (
	TypeUser     FieldType = "user"     // the id of a user; none: unassigned
	TypeStage    FieldType = "stage"    // the id of a stage
	TypePipeline FieldType = "pipeline" // the id of a pipeline
	TypeContact  FieldType = "contact"  // the id of a contact
	TypeTags     FieldType = "tags"     // ids of tags
	TypeInstant  FieldType = "instant"  // a moment
	TypeTaxID    FieldType = "tax_id"   // as [NormalizeTaxID] gives it
	TypeStatus   FieldType = "status"   // of a deal: a [StageKind], that of its stage
)

// Operator compares a field with values. Texts are compared without case and accents.
type Operator string

// The operators.
const (
	Is       Operator = "is"       // any of the values
	IsNot    Operator = "is_not"   // none of the values, nothing included
	Contains Operator = "contains" // a part of the text is one of the values
	Above    Operator = "gt"
	AtLeast  Operator = "gte"
	Below    Operator = "lt"
	AtMost   Operator = "lte"
	IsEmpty  Operator = "empty"
	IsFilled Operator = "filled"
)

// Condition is one filter of a list.
type Condition struct {
	Field    Field
	Operator Operator
	// Values are as [Custom] holds them for the field's type; ids for references (the zero ID: none), time.Time for instants, Money's minor units as int64 for the
	// value of deals, whose currency does not matter.
	Values []any
}

// Order sorts a list by one field, as [SortKeys] compares values. Records without a value come last; ties are broken by when the record was made, in the same
// direction.
type Order struct {
	Field      Field
	Descending bool
}

// Query picks and sorts contacts or deals that are not deleted. All conditions have to hold.
type Query struct {
	Entity Entity
	Reach  Reach
	// Search is words: each has to begin a word of a name, an e-mail, a phone, a tax id or a document's number; of a deal's own or of its contact's.
	// Case and accents do not matter.
	Search string
	Where  []Condition
	Order  Order // zero: changed last first
	Limit  int
	Cursor string // of the page before; empty: the first page
}

// Page is a part of a list. Next is the cursor of the page after it, empty at the end. A page may hold fewer than asked for, even none, and still have a Next: how much
// is read for one page is bounded.
type Page[T any] struct {
	Items []T
	Next  string
}

// StageTotal is how many living deals of an owner stand in a stage, and the sum of those values that are in one currency.
type StageTotal struct {
	StageID  ID
	OwnerID  ID // zero: unassigned
	Currency string
	Deals    int64
	Value    int64 // minor units
}
