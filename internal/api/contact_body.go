package api

import (
	"context"
	"encoding/json"

	"puente/internal/crm"
)

// contactIn is a contact as callers write it. Members left out stay as they are; null takes away what stands there.
type contactIn struct {
	AssignedTo given[string]  `json:"assignedTo,omitzero" doc:"The e-mail or the id of the user responsible, or unassigned" example:"unassigned"`
	Contacted  given[bool]    `json:"contacted,omitzero"`
	Marketable given[bool]    `json:"marketable,omitzero"`
	Notes      given[string]  `json:"notes,omitzero"`
	Priority   given[int]     `json:"priority,omitzero" doc:"0 (none) to 3" minimum:"0" maximum:"3"`
	Source     given[string]  `json:"source,omitzero" example:"referrer"`
	Status     given[string]  `json:"status,omitzero" example:"lead"`
	Personal   personalIn     `json:"personal,omitzero"`
	Company    companyIn      `json:"company,omitzero"`
	Custom     map[string]any `json:"custom,omitzero" doc:"Values of custom fields by their keys (GET /v1/crm/custom-fields)"`

	TriggerWorkflow given[bool] `json:"triggerWorkflow,omitzero" doc:"Taken for the sake of scripts of another CRM; nothing is triggered"`

	TaxID     given[string]   `json:"taxId,omitzero" doc:"The primary tax id (RUT, RUC, RFC)"`
	Emails    given[[]string] `json:"emails,omitzero" doc:"All e-mails, the primary one first; up to 10 beside it"`
	Phones    given[[]string] `json:"phones,omitzero" doc:"All phones, the primary one first; up to 10 beside it"`
	TaxIDs    given[[]string] `json:"taxIds,omitzero" doc:"All tax ids, the primary one first; up to 10 beside it"`
	AddEmails []string        `json:"addEmails,omitempty" doc:"E-mails to have beside those that are there; in all the primary one and up to 10 more"`
	AddPhones []string        `json:"addPhones,omitempty"`
	AddTaxIDs []string        `json:"addTaxIds,omitempty"`

	RemoveEmails []string `json:"removeEmails,omitempty"`
	RemovePhones []string `json:"removePhones,omitempty"`
	RemoveTaxIDs []string `json:"removeTaxIds,omitempty"`

	Tags       given[[]string] `json:"tags,omitzero" doc:"Ids of all tags"`
	AddTags    []crm.ID        `json:"addTags,omitempty"`
	RemoveTags []crm.ID        `json:"removeTags,omitempty"`

	ReadBack
}

// ReadBack are the members of an answer that a caller may send back with it; they change nothing.
type ReadBack struct {
	ID       any `json:"id,omitempty" doc:"As it was read; not changed"`
	Created  any `json:"created,omitempty" doc:"As it was read; not changed"`
	Modified any `json:"modified,omitempty" doc:"As it was read; not changed"`
	Version  any `json:"version,omitempty" doc:"As it was read; not changed: send the ETag in If-Match"`
	Name     any `json:"name,omitempty" doc:"As it was read; not changed"`
}

type personalIn struct {
	FirstName            given[string] `json:"firstName,omitzero" example:"Camila"`
	LastName             given[string] `json:"lastName,omitzero" example:"Rojas"`
	Email                given[string] `json:"email,omitzero" doc:"The primary e-mail" example:"camila@quillay.example"`
	PhoneNumber          given[string] `json:"phoneNumber,omitzero" doc:"The primary phone; with country code, + or not, or as it is dialled in the account's country" example:"56961234567"`
	SecondaryPhoneNumber given[string] `json:"secondaryPhoneNumber,omitzero"`
	JobTitle             given[string] `json:"jobTitle,omitzero"`
	Address              given[string] `json:"address,omitzero"`
	City                 given[string] `json:"city,omitzero"`
	Region               given[string] `json:"region,omitzero"`
	State                given[string] `json:"state,omitzero"`
	Country              given[string] `json:"country,omitzero"`
	BirthDay             given[int]    `json:"birthDay,omitzero"`
	BirthMonth           given[int]    `json:"birthMonth,omitzero"`
	BirthYear            given[int]    `json:"birthYear,omitzero"`
	Facebook             given[string] `json:"facebook,omitzero"`
	Instagram            given[string] `json:"instagram,omitzero"`
	LinkedIn             given[string] `json:"linkedIn,omitzero"`
	Twitter              given[string] `json:"twitter,omitzero"`
}

type companyIn struct {
	Name              given[string] `json:"name,omitzero"`
	Email             given[string] `json:"email,omitzero"`
	PhoneNumber       given[string] `json:"phoneNumber,omitzero"`
	Website           given[string] `json:"website,omitzero"`
	IndustryType      given[string] `json:"industryType,omitzero"`
	AnnualRevenue     given[number] `json:"annualRevenue,omitzero"`
	NumberOfEmployees given[int64]  `json:"numberOfEmployees,omitzero"`
}

// contactFields says how errors about contacts name fields.
var contactFields = map[string]string{
	crm.FieldFirstName: "personal.firstName", crm.FieldLastName: "personal.lastName", crm.FieldEmail: "personal.email",
	crm.FieldEmail + ".all": "emails", crm.FieldEmail + ".add": "addEmails", crm.FieldEmail + ".remove": "removeEmails",
	crm.FieldPhone: "personal.phoneNumber", crm.FieldPhone + ".secondary": "personal.secondaryPhoneNumber",
	crm.FieldPhone + ".all": "phones", crm.FieldPhone + ".add": "addPhones", crm.FieldPhone + ".remove": "removePhones",
	crm.FieldTaxID: "taxId", crm.FieldTaxID + ".all": "taxIds", crm.FieldTaxID + ".add": "addTaxIds", crm.FieldTaxID + ".remove": "removeTaxIds",
	crm.FieldOwner: "assignedTo", crm.FieldJobTitle: "personal.jobTitle", crm.FieldAddress: "personal.address", crm.FieldCity: "personal.city",
	crm.FieldRegion: "personal.region", crm.FieldState: "personal.state", crm.FieldCountry: "personal.country", crm.FieldBirthDay: "personal.birthDay",
	crm.FieldBirthMonth: "personal.birthMonth", crm.FieldBirthYear: "personal.birthYear", crm.FieldFacebook: "personal.facebook",
	crm.FieldInstagram: "personal.instagram", crm.FieldLinkedIn: "personal.linkedIn", crm.FieldTwitter: "personal.twitter",
	crm.FieldCompany: "company.name", crm.FieldCompanyEmail: "company.email", crm.FieldCompanyPhone: "company.phoneNumber",
	crm.FieldWebsite: "company.website", crm.FieldIndustry: "company.industryType", crm.FieldAnnualRevenue: "company.annualRevenue",
	crm.FieldEmployees: "company.numberOfEmployees", crm.FieldUpdated: "modified",
}

// input returns what is asked, with the owner's id.
func (b contactIn) input(ctx context.Context, r *reading) (crm.ContactInput, error) {
	p, c := b.Personal, b.Company
	in := crm.ContactInput{
		FirstName: p.FirstName.pointer(), LastName: p.LastName.pointer(), Company: c.Name.pointer(), Source: b.Source.pointer(),
		Emails: crm.IdentitiesInput{All: b.Emails.pointer(), Primary: p.Email.pointer(), Remove: b.RemoveEmails, Add: b.AddEmails},
		Phones: crm.IdentitiesInput{
			All: b.Phones.pointer(), Primary: p.PhoneNumber.pointer(), Secondary: p.SecondaryPhoneNumber.pointer(), Remove: b.RemovePhones, Add: b.AddPhones,
		},
		TaxIDs:  crm.IdentitiesInput{All: b.TaxIDs.pointer(), Primary: b.TaxID.pointer(), Remove: b.RemoveTaxIDs, Add: b.AddTaxIDs},
		AddTags: b.AddTags, RemoveTags: b.RemoveTags,
		Contacted: b.Contacted.pointer(), Marketable: b.Marketable.pointer(), Priority: b.Priority.pointer(), Status: b.Status.pointer(),
		Notes: b.Notes.pointer(), JobTitle: p.JobTitle.pointer(), Address: p.Address.pointer(), City: p.City.pointer(), Region: p.Region.pointer(),
		State: p.State.pointer(), Country: p.Country.pointer(), BirthDay: p.BirthDay.pointer(), BirthMonth: p.BirthMonth.pointer(),
		BirthYear: p.BirthYear.pointer(), Facebook: p.Facebook.pointer(), Instagram: p.Instagram.pointer(), LinkedIn: p.LinkedIn.pointer(),
		Twitter: p.Twitter.pointer(), CompanyEmail: c.Email.pointer(), CompanyPhone: c.PhoneNumber.pointer(), Website: c.Website.pointer(),
		Industry: c.IndustryType.pointer(), AnnualRevenue: (*json.Number)(c.AnnualRevenue.pointer()), Employees: c.NumberOfEmployees.pointer(),
		Custom: b.Custom,
	}
	if b.Tags.Set {
		tags := make([]crm.ID, len(b.Tags.Value))
		for i, tag := range b.Tags.Value {
			tags[i] = crm.ID(tag)
		}
		in.Tags = &tags
	}
	var err error
	in.OwnerID, err = r.owner(ctx, b.AssignedTo)
	return in, err
}

// whole marks as given whatever was left out, so that a PUT replaces all of a contact.
func (b *contactIn) whole(present *crm.Contact) {
	b.AssignedTo.Set, b.Contacted.Set, b.Marketable.Set, b.Notes.Set, b.Priority.Set = true, true, true, true, true
	b.Source.Set, b.Status.Set, b.Tags.Set = true, true, true
	p := &b.Personal
	for _, member := range []*given[string]{
		&p.FirstName, &p.LastName, &p.JobTitle, &p.Address, &p.City, &p.Region, &p.State, &p.Country, &p.Facebook, &p.Instagram, &p.LinkedIn, &p.Twitter,
		&b.Company.Name, &b.Company.Email, &b.Company.PhoneNumber, &b.Company.Website, &b.Company.IndustryType,
	} {
		member.Set = true
	}
	p.BirthDay.Set, p.BirthMonth.Set, p.BirthYear.Set = true, true, true
	b.Company.AnnualRevenue.Set, b.Company.NumberOfEmployees.Set = true, true
	// The lists are whole already, or what is named beside them is.
	for _, one := range []struct {
		all   *given[[]string]
		named []*given[string]
	}{
		{&b.Emails, []*given[string]{&p.Email}},
		{&b.Phones, []*given[string]{&p.PhoneNumber, &p.SecondaryPhoneNumber}},
		{&b.TaxIDs, []*given[string]{&b.TaxID}},
	} {
		if one.all.Set {
			continue
		}
		*one.all = given[[]string]{Set: true}
		for _, named := range one.named {
			if named.Value != "" {
				one.all.Value = append(one.all.Value, named.Value)
			}
			*named = given[string]{}
		}
	}
	b.Custom = wholeCustom(b.Custom, present.Custom)
}

// wholeCustom adds a null for each value that is not asked for.
func wholeCustom(asked map[string]any, present crm.Custom) map[string]any {
	all := make(map[string]any, len(asked)+len(present))
	for key := range present {
		all[key] = nil
	}
	for key, value := range asked {
		all[key] = value
	}
	return all
}
