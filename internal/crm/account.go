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
	ID       ID
	Name     string
	Country  Country
	Currency string // ISO 4217: CLP, PEN, MXN
	TimeZone string // IANA name
	Language Language

	// DateStyle and NumberStyle are how people of the account see days and amounts; empty: as is usual in the country.
	DateStyle   DateStyle
	NumberStyle NumberStyle
	// SellerAccess is what sellers may do beside their own and unassigned records.
	SellerAccess SellerAccess
	CreatedAt    time.Time
	Version      int64 // as in Contact
}

// DateStyle is a way to write days.
type DateStyle string

// The ways to write the twelfth of March.
const (
	DateDashes  DateStyle = "dd-mm-yyyy"
	DateSlashes DateStyle = "dd/mm/yyyy"
	DateISO     DateStyle = "yyyy-mm-dd"
)

// NumberStyle is a way to write numbers.
type NumberStyle string

// The ways to write a thousand and a half.
const (
	NumberComma NumberStyle = "1.000,5"
	NumberPoint NumberStyle = "1,000.5"
)

// SellerAccess says how far sellers reach.
type SellerAccess string

// Sellers see and edit their own and unassigned records; an account may let them see, or see and edit, everybody's.
const (
	SellersOwn     SellerAccess = "own"
	SellersSeeAll  SellerAccess = "see_all"
	SellersEditAll SellerAccess = "edit_all"
)

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
	Language  Language // zero: the account's
	CreatedAt time.Time
	Version   int64 // as in Contact
}
