package crm

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

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

// put writes what was asked, identities and tags aside, into a contact.
func (in ContactInput) put(d *draft, c *Contact) {
	for _, text := range []struct {
		field string
		asked *string
	}{{FieldFirstName, in.FirstName}, {FieldLastName, in.LastName}, {FieldCompany, in.Company}, {FieldSource, in.Source}} {
		if value, ok := d.line(text.field, text.asked, maxName); ok {
			d.note(c.SetText(text.field, value, d.origin))
		}
	}
	for _, text := range []struct {
		field string
		asked *string
		most  int
	}{
		{FieldStatus, in.Status, maxShortText},
		{FieldJobTitle, in.JobTitle, maxShortText},
		{FieldAddress, in.Address, maxLink},
		{FieldCity, in.City, maxShortText},
		{FieldRegion, in.Region, maxShortText},
		{FieldState, in.State, maxShortText},
		{FieldCountry, in.Country, maxShortText},
		{FieldFacebook, in.Facebook, maxLink},
		{FieldInstagram, in.Instagram, maxLink},
		{FieldLinkedIn, in.LinkedIn, maxLink},
		{FieldTwitter, in.Twitter, maxLink},
		{FieldIndustry, in.Industry, maxShortText},
	} {
		d.lineDetail(text.field, text.asked, text.most)
	}
	d.linesDetail(FieldNotes, in.Notes, maxText)
	d.boolDetail(FieldContacted, in.Contacted)
	d.boolDetail(FieldMarketable, in.Marketable)
	d.numberDetail(FieldPriority, int64Of(in.Priority), maxPriority)
	d.numberDetail(FieldEmployees, in.Employees, maxEmployees)
	in.putTyped(d)
	in.putBirth(d, c)
	d.owner(in.OwnerID, c.OwnerID)
	d.custom(in.Custom, c.Custom)
}

// maxEmployees is more than any business has.
const maxEmployees = 10_000_000

func (in ContactInput) putTyped(d *draft) {
	identity := func(kind IdentityKind) func(string) (any, error) {
		return func(text string) (any, error) {
			i, err := d.account.identity(kind, text)
			if err != nil {
				return nil, err
			}
			return i.Normalized, nil
		}
	}
	d.readDetail(FieldCompanyEmail, in.CompanyEmail, identity(IdentityEmail))
	d.readDetail(FieldCompanyPhone, in.CompanyPhone, identity(IdentityPhone))
	d.readDetail(FieldWebsite, in.Website, readWebsite)
	d.readDetail(FieldAnnualRevenue, (*string)(in.AnnualRevenue), func(text string) (any, error) {
		amount, err := readNumber(json.Number(text))
		if err != nil {
			return nil, err
		}
		m, err := exactMoney(amount, d.account.Currency)
		return json.Number(m.Decimal().String()), err
	})
}

// readWebsite also takes an address as people write it: www.tienda.cl.
func readWebsite(text string) (any, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	if !isWebAddress(text) {
		return nil, NewError(Invalid, "website_invalid", "value", clip(text))
	}
	return text, nil
}

// putBirth takes day, month and year one by one, as far as they are known; those that the contact then has must be a day that there is.
func (in ContactInput) putBirth(d *draft, c *Contact) {
	d.numberDetail(FieldBirthDay, int64Of(in.BirthDay), 31)
	d.numberDetail(FieldBirthMonth, int64Of(in.BirthMonth), 12)
	d.numberDetail(FieldBirthYear, int64Of(in.BirthYear), int64(d.hand.At.Year()))
	if in.BirthDay == nil && in.BirthMonth == nil && in.BirthYear == nil {
		return
	}
	day, month, year := detailNumber(c.Details, FieldBirthDay), detailNumber(c.Details, FieldBirthMonth), detailNumber(c.Details, FieldBirthYear)
	if year == 0 {
		year = 2000 // a leap year
	}
	if day > 0 && month > 0 && day > daysIn(year, time.Month(month)) {
		d.refuse(NewError(Invalid, "birth_date_impossible"), FieldBirthDay)
	}
}

func detailNumber(details Custom, field string) int {
	number, _ := details[field].(json.Number)
	n, _ := strconv.Atoi(string(number))
	return n
}

func int64Of(n *int) *int64 {
	if n == nil {
		return nil
	}
	wide := int64(*n)
	return &wide
}
