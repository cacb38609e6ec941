package crm

// ValueKind is what sort of thing a [Value] is.
type ValueKind string

// The sorts of value.
const (
	KindOfText   ValueKind = "text"
	KindOfNumber ValueKind = "number"
	KindOfAmount ValueKind = "amount"
	KindOfDate   ValueKind = "date"
)

// Kind returns what sort of thing v is.
func (v Value) Kind() ValueKind {
	switch v.kind {
	case valueNumber:
		return KindOfNumber
	case valueAmount:
		return KindOfAmount
	case valueDate:
		return KindOfDate
	}
	return KindOfText
}
