package bsalesim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Money is an amount in ten-thousandths of the currency's unit, so that Chile's
// whole pesos, Peru's cents and a price that is finer than its currency all fit
// exactly.
type Money int64

const moneyUnit = 10_000

// Units is n whole units of the currency: Units(115061) is 115.061 pesos.
func Units(n int64) Money { return Money(n * moneyUnit) }

// ParseMoney reads plain digits with an optional sign and at most four decimals.
func ParseMoney(s string) (Money, error) {
	text, negative := strings.CutPrefix(s, "-")
	whole, frac, _ := strings.Cut(text, ".")
	if whole == "" || len(frac) > 4 {
		return 0, fmt.Errorf("bsalesim: %q is not an amount", s)
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", 4-len(frac)), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("bsalesim: %q is not an amount", s)
	}
	if negative {
		n = -n
	}
	return Money(n), nil
}

// Day is a calendar day, counted from 1970-01-01. Bsale's dates of documents are
// days without a zone, and so are these.
type Day int32

const daySeconds = 86_400

// DayOf is the calendar day that t shows in its own location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("bsalesim: %q is not a day such as 2026-03-12", s)
	}
	return DayOf(t), nil
}

// Unix is midnight UTC of the day: how Bsale writes a date today.
func (d Day) Unix() int64 { return int64(d) * daySeconds }

// Time is midnight UTC of the day.
func (d Day) Time() time.Time { return time.Unix(d.Unix(), 0).UTC() }

// String is the day as YYYY-MM-DD.
func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// Client is one row of Bsale's clients, as stored, and what is true about it.
type Client struct {
	ID        int
	FirstName string
	LastName  string
	Email     string
	Code      string
	// Phone nil is served as null, which is not the same as "".
	Phone    *string
	Business string // "company" in the API
	Note     string
	Activity string
	City     string
	// Municipality is served as "district" in Peru and Mexico.
	Municipality string
	Address      string
	IsCompany    bool
	Foreigner    bool
	Blocked      bool
	State        int
	CreatedAt    int64
	UpdatedAt    int64
	// PaymentType is an id; 0 leaves the node out.
	PaymentType int
	Contacts    []ClientContact
	Attributes  []Attribute
	Addresses   []ClientAddress
	// Truth is what the keys above really are. AddClient fills it in when nil.
	Truth *Truth
}

// Truth is what the maker of a client knows without parsing anything: the oracle
// works from it, so that a mistake in a normaliser cannot hide in both.
type Truth struct {
	// TaxID is the normal form of a valid and not generic tax id, else "".
	TaxID string
	// Generic says that the code is one that many strangers share, such as 66666666-6.
	Generic bool
	// CodeForm is the code in its normal form when it is valid (generic ones too).
	CodeForm string
	// Email is the usable e-mail, lower case, else "".
	Email string
	// Phone is the valid phone as E.164, else "".
	Phone string
}

// ClientContact is one row of a client's contacts.
type ClientContact struct {
	ID                                int
	FirstName, LastName, Phone, Email string
}

// ClientAddress is one row of a client's addresses.
type ClientAddress struct {
	ID                                int
	Name, Address, City, Municipality string
	State                             int
}

// User is a person of the shop who sells or issues.
type User struct {
	ID                         int
	FirstName, LastName, Email string
	State                      int
	Office                     int
}

// Office is a branch of the shop.
type Office struct {
	ID                                int
	Name, Address, Municipality, City string
	Virtual                           bool
	State                             int
}

// DocumentType is one of the shop's own document types. Their ids differ from
// account to account.
type DocumentType struct {
	ID           int
	Name         string
	CodeSII      string
	Electronic   bool
	Use          int
	IsSalesNote  bool
	IsExempt     bool
	IsCreditNote bool
	UseClient    bool
	State        int
	// MessageBody nil is served as null; some shops keep long HTML here.
	MessageBody *string
	BookType    int // 0 leaves the node out
}

// PaymentType is a means of payment.
type PaymentType struct {
	ID    int
	Name  string
	Cash  bool
	State int
}

// Document is a document in full.
type Document struct {
	ID int64
	// Type, Client, Office, User and Sellers are ids; Client 0 is nobody.
	Type       int
	Number     int64
	Serial     string
	Emission   Day
	Expiration Day
	// Generated is the real instant, in unix seconds.
	Generated                   int64
	Client                      int
	Office                      int
	User                        int
	Sellers                     []int
	Total, Net, Tax, Exempt     Money
	Address, Municipality, City string // "" is served as null
	State                       int
	CancellationStatus          int
	Cancelled                   int64 // unix seconds, 0 is served as null
	SalesID                     string
	Token                       string
	Lines                       []Line
	Payments                    []Payment
	References                  []Reference
	Attributes                  []Attribute
}

// Line is one line of a document. Quantity is in ten-thousandths.
type Line struct {
	ID          int64
	Quantity    Money
	Unit        Money // gross
	Total       Money // gross
	Variant     int   // 0 leaves the node out: a free-text line
	Code        string
	Description string
	Note        string
	Related     int64
}

// Payment is an amount paid by a means of payment.
type Payment struct {
	Type   int
	Amount Money
}

// Reference is what a document says about another one: its number and its date, and
// never its id.
type Reference struct {
	ID     int64
	Date   Day
	Number string
	Reason string
	// DTECode is the id of a row of dte_codes, which is not the SII code.
	DTECode int
}

// Attribute is a dynamic attribute's value.
type Attribute struct {
	ID          int
	Name, Value string
}

// Return is a row of returns: the link from a credit note to its sale.
type Return struct {
	ID         int64
	Day        Day
	Motive     string
	Amount     Money
	Office     int
	User       int
	Sale       int64
	CreditNote int64
}
