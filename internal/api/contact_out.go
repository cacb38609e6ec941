package api

import (
	"context"
	"encoding/json"
	"strings"

	"puente/internal/crm"
)

// contactOut is a contact as callers read it.
type contactOut struct {
	ID         crm.ID         `json:"id"`
	Name       string         `json:"name" doc:"What people call the contact: the company, else first and last name, else an e-mail, phone or tax id"`
	AssignedTo string         `json:"assignedTo" doc:"The e-mail of the user responsible, or unassigned"`
	Contacted  bool           `json:"contacted"`
	Marketable bool           `json:"marketable"`
	Notes      string         `json:"notes"`
	Priority   int64          `json:"priority"`
	Source     string         `json:"source"`
	Status     string         `json:"status"`
	Personal   personalOut    `json:"personal"`
	Company    companyOut     `json:"company"`
	Custom     map[string]any `json:"custom" doc:"Values of custom fields by their keys"`
	TaxID      string         `json:"taxId"`
	Emails     []string       `json:"emails" doc:"All e-mails, the primary one first"`
	Phones     []string       `json:"phones"`
	TaxIDs     []string       `json:"taxIds"`
	Tags       []crm.ID       `json:"tags"`
	Created    naive          `json:"created"`
	Modified   naive          `json:"modified"`
	Version    int64          `json:"version"`
}

type personalOut struct {
	FirstName            string `json:"firstName"`
	LastName             string `json:"lastName"`
	Email                string `json:"email"`
	PhoneNumber          string `json:"phoneNumber"`
	SecondaryPhoneNumber string `json:"secondaryPhoneNumber"`
	JobTitle             string `json:"jobTitle"`
	Address              string `json:"address"`
	City                 string `json:"city"`
	Region               string `json:"region"`
	State                string `json:"state"`
	Country              string `json:"country"`
	BirthDay             int64  `json:"birthDay"`
	BirthMonth           int64  `json:"birthMonth"`
	BirthYear            int64  `json:"birthYear"`
	Facebook             string `json:"facebook"`
	Instagram            string `json:"instagram"`
	LinkedIn             string `json:"linkedIn"`
	Twitter              string `json:"twitter"`
}

type companyOut struct {
	Name              string `json:"name"`
	Email             string `json:"email"`
	PhoneNumber       string `json:"phoneNumber"`
	Website           string `json:"website"`
	IndustryType      string `json:"industryType"`
	AnnualRevenue     number `json:"annualRevenue"`
	NumberOfEmployees int64  `json:"numberOfEmployees"`
}

// contacts encodes contacts, with one look-up of what they refer to.
func (r *reading) contacts(ctx context.Context, contacts ...*crm.Contact) ([]contactOut, error) {
	out := make([]contactOut, len(contacts))
	for i, c := range contacts {
		owner, err := r.assignedTo(ctx, c.OwnerID)
		if err != nil {
			return nil, err
		}
		custom, err := r.customOut(ctx, crm.EntityContact, c.Custom)
		if err != nil {
			return nil, err
		}
		out[i] = encodeContact(c, owner, custom)
	}
	return out, nil
}

// contact encodes one contact with its tag.
func (r *reading) contact(ctx context.Context, c *crm.Contact) (*answer[contactOut], error) {
	out, err := r.contacts(ctx, c)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, c.Version, out[0])
}

func encodeContact(c *crm.Contact, owner string, custom map[string]any) contactOut {
	d := details(c.Details)
	emails, phones, taxIDs := written(c, crm.IdentityEmail), written(c, crm.IdentityPhone), written(c, crm.IdentityTaxID)
	return contactOut{
		ID: c.ID, Name: c.Label(), AssignedTo: owner, Contacted: d.flag(crm.FieldContacted), Marketable: d.flag(crm.FieldMarketable),
		Notes: d.text(crm.FieldNotes), Priority: d.whole(crm.FieldPriority), Source: c.Source, Status: d.text(crm.FieldStatus),
		Personal: personalOut{
			FirstName: c.FirstName, LastName: c.LastName, Email: at(emails, 0), PhoneNumber: digits(at(phones, 0)), SecondaryPhoneNumber: digits(at(phones, 1)),
			JobTitle: d.text(crm.FieldJobTitle), Address: d.text(crm.FieldAddress), City: d.text(crm.FieldCity), Region: d.text(crm.FieldRegion),
			State: d.text(crm.FieldState), Country: d.text(crm.FieldCountry), BirthDay: d.whole(crm.FieldBirthDay), BirthMonth: d.whole(crm.FieldBirthMonth),
			BirthYear: d.whole(crm.FieldBirthYear), Facebook: d.text(crm.FieldFacebook), Instagram: d.text(crm.FieldInstagram),
			LinkedIn: d.text(crm.FieldLinkedIn), Twitter: d.text(crm.FieldTwitter),
		},
		Company: companyOut{
			Name: c.Company, Email: d.text(crm.FieldCompanyEmail), PhoneNumber: d.text(crm.FieldCompanyPhone), Website: d.text(crm.FieldWebsite),
			IndustryType: d.text(crm.FieldIndustry), AnnualRevenue: d.number(crm.FieldAnnualRevenue), NumberOfEmployees: d.whole(crm.FieldEmployees),
		},
		Custom: custom, TaxID: at(taxIDs, 0), Emails: emails, Phones: phones, TaxIDs: taxIDs, Tags: append([]crm.ID{}, c.Tags...),
		Created: naive(c.CreatedAt), Modified: naive(c.UpdatedAt), Version: c.Version,
	}
}

// written returns a contact's e-mails, phones or tax ids as they are shown, the primary one first.
func written(c *crm.Contact, kind crm.IdentityKind) []string {
	all := []string{}
	for _, i := range c.IdentitiesOf(kind) {
		if kind == crm.IdentityPhone {
			all = append(all, i.Normalized) // in E.164, whichever way it was typed
			continue
		}
		all = append(all, i.Value)
	}
	return all
}

// digits writes a phone as the API that scripts come from does: with its country code and without +.
func digits(phone string) string { return strings.TrimPrefix(phone, "+") }

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// details reads standard fields that are kept by name.
type details crm.Custom

func (d details) text(field string) string {
	s, _ := d[field].(string)
	return s
}

func (d details) flag(field string) bool {
	b, _ := d[field].(bool)
	return b
}

func (d details) whole(field string) int64 {
	n, _ := d[field].(json.Number)
	i, _ := n.Int64()
	return i
}

func (d details) number(field string) number {
	n, _ := d[field].(json.Number)
	return number(n)
}
