package web

import (
	"errors"
	"slices"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// contactFormPage is the form of a new contact, or of all of one.
type contactFormPage struct {
	Page
	Contact  *crm.Contact // nil: a new one
	Name     string
	Form     *form
	Action   string
	Back     string
	Existing *existing // the contact that this one would be a duplicate of
	Groups   []controlGroup
	Custom   []fieldControl
}

// controlGroup is fields of a form that belong together.
type controlGroup struct {
	Title    string
	Controls []fieldControl
	Rare     bool // few people fill them
}

// Closed says whether the fields are shown only when somebody asks: nothing stands in them, and nothing is wrong.
func (g controlGroup) Closed() bool {
	return g.Rare && !slices.ContainsFunc(g.Controls, func(c fieldControl) bool { return c.Input.Value != "" || c.Now().Input.Problem != "" })
}

// inContactForm are the standard fields that the form of a contact asks for, as they belong together.
var inContactForm = []struct {
	title  string // key
	rare   bool
	fields []string
}{
	{"", false, []string{crm.FieldFirstName, crm.FieldLastName, crm.FieldCompany, crm.FieldJobTitle}},
	{"contact.identities", false, []string{crm.FieldEmail, crm.FieldPhone, crm.FieldTaxID}},
	{"contact.follow_up", false, []string{crm.FieldOwner, crm.FieldSource, crm.FieldStatus, crm.FieldPriority, crm.FieldNotes}},
	{"contact.place", true, []string{crm.FieldAddress, crm.FieldCity, crm.FieldRegion, crm.FieldState, crm.FieldCountry}},
	{"contact.business", true, []string{crm.FieldCompanyEmail, crm.FieldCompanyPhone, crm.FieldWebsite, crm.FieldIndustry, crm.FieldAnnualRevenue, crm.FieldEmployees}},
	{"contact.more", true, []string{
		crm.FieldBirthDay, crm.FieldBirthMonth, crm.FieldBirthYear, crm.FieldContacted, crm.FieldMarketable, crm.FieldFacebook, crm.FieldInstagram, crm.FieldLinkedIn, crm.FieldTwitter,
	}},
}

func showNewContact(v *visit) error {
	var page contactFormPage
	err := v.view(func(r bridge.Reader) (err error) {
		page, err = v.newContactPage(r, nil)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("contact_form", page)
}

func (v *visit) newContactPage(r bridge.Reader, f *form) (contactFormPage, error) {
	page := contactFormPage{Page: v.page(), Form: f, Action: contactsPath + "/nuevo", Back: contactsPath}
	around, err := v.surroundings(r)
	if err != nil {
		return page, err
	}
	fields, err := v.fieldsOf(r, crm.EntityContact)
	if err != nil {
		return page, err
	}
	if f == nil {
		page.Form = newForm()
		for _, name := range []string{crm.FieldFirstName, crm.FieldCompany, crm.FieldEmail, crm.FieldPhone, crm.FieldTaxID} {
			page.Form.values.Set(name, v.query(name))
		}
		for _, field := range fields {
			if field.Custom != nil && field.Custom.Default != nil {
				page.Form.values[fieldPlace(field)] = v.typed(field, field.Custom.Default)
			}
		}
		if v.principal.User.Role == crm.RoleSeller {
			page.Form.values.Set(crm.FieldOwner, string(v.principal.User.ID))
		}
	}
	return page, v.contactControls(&page, around, fields, "")
}

// contactControls makes the fields of the form.
func (v *visit) contactControls(page *contactFormPage, around surroundings, fields []crm.Field, owner crm.ID) error {
	for _, group := range inContactForm {
		g := controlGroup{Rare: group.rare}
		if group.title != "" {
			g.Title = v.t(group.title)
		}
		for _, name := range group.fields {
			field, _ := crm.FieldNamed(fields, name)
			c, err := v.contactControl(page, field, around, owner)
			if err != nil {
				return err
			}
			g.Controls = append(g.Controls, c)
		}
		page.Groups = append(page.Groups, g)
	}
	for _, field := range fields {
		if field.Custom == nil {
			continue
		}
		c, err := v.control(page.Form, field, around, "")
		if err != nil {
			return err
		}
		page.Custom = append(page.Custom, c)
	}
	return nil
}

func (v *visit) contactControl(page *contactFormPage, field crm.Field, around surroundings, owner crm.ID) (fieldControl, error) {
	c, err := v.control(page.Form, field, around, owner)
	switch field.Name {
	case crm.FieldFirstName:
		c.Input.Autofocus = page.Contact == nil
	case crm.FieldTaxID:
		c.Input.Short = true
	case crm.FieldEmail:
		if page.Contact != nil {
			c.Input.Hint = v.t("contact.primary_hint")
		}
	case crm.FieldBirthDay, crm.FieldBirthMonth, crm.FieldBirthYear:
		c.Input.Inputmode = "numeric"
	}
	return c, err
}

func createContact(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var page contactFormPage
	var made *crm.Contact
	err = v.update(func(tx bridge.Tx) error {
		refused := v.makeContact(tx, f, &made)
		if refused == nil {
			return nil
		}
		if page, err = v.newContactPage(tx, f); err != nil {
			return err
		}
		return refused
	})
	switch {
	case err == nil:
		return v.done(contactAt(made.ID), "done.contact_made")
	case page.Form == nil:
		return err
	}
	page.Existing = existingIn(err)
	return v.again(err, f, "contact_form", page)
}

func (v *visit) makeContact(tx bridge.Tx, f *form, made **crm.Contact) error {
	fields, err := v.fieldsOf(tx, crm.EntityContact)
	if err != nil {
		return err
	}
	in, err := v.contactInput(f, fields)
	if err != nil {
		return err
	}
	results, err := v.Engine.CreateContacts(v.ctx(), tx, v.hand(), []crm.ContactInput{in})
	if err != nil {
		return err
	}
	*made = results[0].Contact
	return results[0].Err
}

func showContactForm(v *visit) error {
	var page contactFormPage
	err := v.view(func(r bridge.Reader) error {
		contact, err := v.ownContact(r)
		if err != nil {
			return err
		}
		page, err = v.contactFormPage(r, contact, nil)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("contact_form", page)
}

func (v *visit) contactFormPage(r bridge.Reader, c *crm.Contact, f *form) (contactFormPage, error) {
	page := contactFormPage{Page: v.page(), Contact: c, Name: c.Label(), Form: f, Action: contactAt(c.ID) + "/editar", Back: contactAt(c.ID)}
	page.Title = page.Name
	around, err := v.surroundings(r)
	if err != nil {
		return page, err
	}
	fields, err := v.fieldsOf(r, crm.EntityContact)
	if err != nil {
		return page, err
	}
	if f == nil {
		page.Form = newForm("version", version(c.Version))
		for _, field := range fields {
			page.Form.values[fieldPlace(field)] = v.typedOfContact(field, c)
		}
	}
	return page, v.contactControls(&page, around, fields, c.OwnerID)
}

// saveContact writes all of a contact. When somebody else has changed it since the form was shown, nothing is written: the form comes back as it was filled, with what
// each field is now where that is something else.
func saveContact(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var page contactFormPage
	err = v.update(func(tx bridge.Tx) error {
		contact, err := v.ownContact(tx)
		if err != nil {
			return err
		}
		fields, err := v.fieldsOf(tx, crm.EntityContact)
		if err != nil {
			return err
		}
		in, refused := v.contactInput(f, fields)
		if refused == nil {
			results, err := crm.ChangeContacts(v.ctx(), tx, v.hand(), []crm.ContactEdit{{ID: contact.ID, Version: f.version(), Input: in}})
			if err != nil {
				return err
			}
			if refused = results[0].Err; refused == nil {
				return nil
			}
		}
		if crm.IsStale(refused) {
			if refused, err = v.compareContact(tx, f, contact, fields); err != nil {
				return err
			}
		}
		if page, err = v.contactFormPage(tx, contact, f); err != nil {
			return err
		}
		return refused
	})
	switch {
	case err == nil:
		return v.done(contactAt(v.id("id")), "done.saved")
	case page.Form == nil:
		return err
	}
	page.Existing = existingIn(err)
	return v.again(err, f, "contact_form", page)
}

// compareContact says of each field of a form what the contact has in it now, where that is not what the form says, and makes the form one of the present contact: sent
// again, it holds.
func (v *visit) compareContact(tx bridge.Tx, f *form, c *crm.Contact, fields []crm.Field) (error, error) {
	around, err := v.surroundings(tx)
	if err != nil {
		return nil, err
	}
	w := valueWriter{visit: v, around: around}
	problems := []error{crm.NewError(crm.Conflict, "contact_overtaken")}
	for _, field := range fields {
		place := fieldPlace(field)
		written, asked := f.values[place]
		if asked && normal(v.typedOfContact(field, c)) != normal(written) {
			problems = append(problems, v.contactOvertaken(w, c, field).At(place))
		}
	}
	f.values.Set("version", version(c.Version))
	return errors.Join(slices.Clip(problems)...), nil
}
