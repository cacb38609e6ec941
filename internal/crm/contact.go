package crm

import "time"

// IdentityKind is one of the ways in which a contact is recognised.
type IdentityKind string

// The kinds of identity.
const (
	IdentityEmail IdentityKind = "email"
	IdentityPhone IdentityKind = "phone"
	IdentityTaxID IdentityKind = "tax_id"
)

// MaxAlternatives is how many e-mails, phones or tax ids a contact may have beside the primary one of each kind.
const MaxAlternatives = 10

// IdentityKey is an identity in the normal form under which it is looked up: an e-mail in lower case, a phone in E.164,
// a tax id as [NormalizeTaxID] gives it.
type IdentityKey struct {
	Kind       IdentityKind
	Normalized string
}

// Identity is an e-mail, phone or tax id of a contact. Value is as it was written. At most one of each kind is primary, and
// exactly one where there is any. Two contacts may share one: it is for a person to settle, not for the database to refuse.
type Identity struct {
	IdentityKey
	Value   string
	Primary bool
}

// Contact is a customer.
type Contact struct {
	ID         ID
	FirstName  string
	LastName   string
	Company    string
	OwnerID    ID // zero: unassigned
	Source     string
	Details    Custom     // the other standard fields that have a value, by name: see [StandardFields]
	Tags       []ID       // in ascending order
	Identities []Identity // primary first within each kind, then in the order added
	Custom     Custom
	Origins    Origins
	CreatedAt  time.Time
	UpdatedAt  time.Time
	DeletedAt  time.Time // zero: alive
	Version    int64     // 0 until saved; the store raises it by one with each save and refuses a stale one
}
