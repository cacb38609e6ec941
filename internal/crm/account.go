package crm

import "time"

// Country is where an account does business, as ISO 3166 alpha-2. It decides the shape of tax ids, the default
// region of phone numbers and the usual form of dates.
type Country string

// The countries that Bsale serves.
const (
	Chile  Country = "CL"
	Peru   Country = "PE"
	Mexico Country = "MX"
)

// Language of what a person reads.
type Language string

// Spanish is written first; English second.
const (
	Spanish Language = "es"
	English Language = "en"
)

// Account is one business. It owns everything else, and nothing crosses accounts.
type Account struct {
	ID        ID
	Name      string
	Country   Country
	Currency  string // ISO 4217: CLP, PEN, MXN
	TimeZone  string // IANA name
	Language  Language
	CreatedAt time.Time
}

// Role says what a user may do.
type Role string

// The fixed roles.
const (
	RoleAdmin  Role = "admin"  // Administrador
	RoleEditor Role = "editor" // Editor
	RoleSeller Role = "seller" // Vendedor
)

// User is a person who works in an account. Email is as written; matching goes by [NormalizeEmail].
type User struct {
	ID        ID
	Email     string
	Name      string
	Role      Role
	Active    bool
	CreatedAt time.Time
}
