package crm

import "encoding/json"

// ContactInput is what somebody asks of a contact, new or not. What is nil or empty was not asked: it stays as it is. An empty text, a zero day, month, year or
// number of employees, an empty number and the zero ID take away what stands there.
//
// Errors name the field at fault as the Field… constants do, a custom one as "custom.<key>", an identity by its kind and place ("phone.secondary", "email.add[1]").
type ContactInput struct {
	FirstName *string
	LastName  *string
	Company   *string
	Source    *string

	Emails IdentitiesInput
	Phones IdentitiesInput
	TaxIDs IdentitiesInput

	OwnerID    *ID
	Tags       *[]ID // all of them, in the place of those that the contact has
	AddTags    []ID
	RemoveTags []ID

	Contacted     *bool
	Marketable    *bool
	Priority      *int // 0 (none) to 3
	Status        *string
	Notes         *string
	JobTitle      *string
	Address       *string
	City          *string
	Region        *string
	State         *string
	Country       *string
	BirthDay      *int
	BirthMonth    *int
	BirthYear     *int
	Facebook      *string
	Instagram     *string
	LinkedIn      *string
	Twitter       *string
	CompanyEmail  *string
	CompanyPhone  *string
	Website       *string
	Industry      *string
	AnnualRevenue *json.Number // in the account's currency
	Employees     *int64

	Custom map[string]any // by the fields' keys, as [CustomField.Accept] takes values; nil clears
}

// IdentitiesInput is what is asked of a contact's e-mails, phones or tax ids, in this order: first All, at last Add. Values are written as people do.
type IdentitiesInput struct {
	All       *[]string // the whole list, the primary one first
	Primary   *string   // takes the primary one's place; an alternative that becomes primary leaves the old one as an alternative; empty: the first alternative takes its place
	Secondary *string   // likewise for the first alternative
	Remove    []string
	Add       []string // as alternatives, or as the primary one where there is none
}

// ContactEdit is one contact's change. Version is the one that the change was made for; 0: whatever it is now.
type ContactEdit struct {
	ID      ID
	Version int64
	Input   ContactInput
}
