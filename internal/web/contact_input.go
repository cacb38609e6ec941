package web

import (
	"encoding/json"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// contactInput returns what a form asks of a contact: what it does not name stays as it is. invalid, at its field: what should be a whole number is none.
func (v *visit) contactInput(f *form, fields []crm.Field) (crm.ContactInput, error) {
	in := crm.ContactInput{
		FirstName: sent[string](f, crm.FieldFirstName), LastName: sent[string](f, crm.FieldLastName), Company: sent[string](f, crm.FieldCompany), Source: sent[string](f, crm.FieldSource),
		OwnerID: sent[crm.ID](f, crm.FieldOwner), Status: sent[string](f, crm.FieldStatus), Notes: sent[string](f, crm.FieldNotes), JobTitle: sent[string](f, crm.FieldJobTitle),
		Address: sent[string](f, crm.FieldAddress), City: sent[string](f, crm.FieldCity), Region: sent[string](f, crm.FieldRegion), State: sent[string](f, crm.FieldState),
		Country: sent[string](f, crm.FieldCountry), Facebook: sent[string](f, crm.FieldFacebook), Instagram: sent[string](f, crm.FieldInstagram), LinkedIn: sent[string](f, crm.FieldLinkedIn),
		Twitter: sent[string](f, crm.FieldTwitter), CompanyEmail: sent[string](f, crm.FieldCompanyEmail), CompanyPhone: sent[string](f, crm.FieldCompanyPhone),
		Website: sent[string](f, crm.FieldWebsite), Industry: sent[string](f, crm.FieldIndustry),
		Contacted: yes(f, crm.FieldContacted), Marketable: yes(f, crm.FieldMarketable), Custom: map[string]any{},
	}
	in.Emails.Primary, in.Phones.Primary, in.TaxIDs.Primary = sent[string](f, crm.FieldEmail), sent[string](f, crm.FieldPhone), sent[string](f, crm.FieldTaxID)
	if text := sent[string](f, crm.FieldAnnualRevenue); text != nil {
		n := jsonNumberOf(strings.TrimSpace(*text), v)
		in.AnnualRevenue = &n
	}
	var err error
	for name, to := range map[string]**int{
		crm.FieldPriority: &in.Priority, crm.FieldBirthDay: &in.BirthDay, crm.FieldBirthMonth: &in.BirthMonth, crm.FieldBirthYear: &in.BirthYear,
	} {
		if *to, err = v.wholeNumber(f, name); err != nil {
			return in, err
		}
	}
	employees, err := v.wholeNumber(f, crm.FieldEmployees)
	if employees != nil {
		n := int64(*employees)
		in.Employees = &n
	}
	for _, field := range fields {
		if field.Custom == nil {
			continue
		}
		if values, asked := f.values[fieldPlace(field)]; asked {
			in.Custom[field.Name] = v.customValue(field, values)
		}
	}
	return in, err
}

// yes returns what was chosen of yes and no, nil if the form did not ask or nothing was.
func yes(f *form, name string) *bool {
	if f.Value(name) == "" {
		return nil
	}
	is := f.Value(name) == "true"
	return &is
}

// wholeNumber returns a number of a form, 0 where nothing stands, nil if the form did not ask. invalid: whole_number_needed.
func (v *visit) wholeNumber(f *form, name string) (*int, error) {
	if _, asked := f.values[name]; !asked {
		return nil, nil
	}
	text := strings.TrimSpace(f.Value(name))
	if text == "" {
		return new(int), nil
	}
	plain, ok := v.account.ParseNumber(text)
	if !ok {
		plain = json.Number(text)
	}
	n, err := strconv.Atoi(plain.String())
	if err != nil {
		return nil, crm.NewError(crm.Invalid, "whole_number_needed", "text", shorten(text)).At(name)
	}
	return &n, nil
}

// typedOfContact returns what a field's input shows for what a contact has there.
func (v *visit) typedOfContact(f crm.Field, c *crm.Contact) []string {
	value := contactValue(f, c)
	if n, ok := value.(json.Number); ok && plainDigits(f) {
		return []string{n.String()}
	}
	return v.typed(f, value)
}
