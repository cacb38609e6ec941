package web

import (
	"net/http"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// contactFieldPage asks for one field of a contact: in the place of the field on the contact's page, or on a page of its own.
type contactFieldPage struct {
	Page
	Contact *crm.Contact
	Name    string // of the contact
	Fact    fact
	Form    *form
	Control fieldControl
	Action  string
	Back    string
}

// contactField returns a field of contacts that a person may write in its place on the page, by its place in forms. not_found: there is none.
func (v *visit) contactField(r bridge.Reader, place string) (crm.Field, error) {
	fields, err := v.fieldsOf(r, crm.EntityContact)
	if err != nil {
		return crm.Field{}, err
	}
	for _, f := range fields {
		if fieldPlace(f) == place && editableOfContact(f) {
			return f, nil
		}
	}
	return crm.Field{}, failure{status: http.StatusNotFound, text: "failure.page"}
}

func showContactField(v *visit) error {
	var page contactFieldPage
	err := v.view(func(r bridge.Reader) error {
		contact, err := v.ownContact(r)
		if err != nil {
			return err
		}
		field, err := v.contactField(r, v.r.PathValue("field"))
		if err != nil {
			return err
		}
		page, err = v.contactFieldPage(r, contact, field, nil)
		return err
	})
	if err != nil {
		return err
	}
	return v.show("contact_field", page)
}

func (v *visit) contactFieldPage(r bridge.Reader, c *crm.Contact, field crm.Field, f *form) (contactFieldPage, error) {
	place := fieldPlace(field)
	page := contactFieldPage{
		Page: v.page(), Contact: c, Name: c.Label(), Fact: fact{Name: place, Label: v.fieldLabel(field)}, Form: f, Back: contactAt(c.ID), Action: contactAt(c.ID) + "/campos/" + place,
	}
	page.Title = page.Fact.Label + " · " + page.Name
	if f == nil {
		present := v.typedOfContact(field, c)
		f = newForm("version", version(c.Version), before, strings.Join(present, "\n"))
		f.values[place] = present
		page.Form = f
	}
	around, err := v.surroundings(r)
	if err != nil {
		return page, err
	}
	page.Control, err = v.control(f, field, around, c.OwnerID)
	page.Control.Input.Autofocus = true
	if field.Type == crm.TypeBool && field.Custom == nil && field.OfContact(c) != nil {
		page.Control.Input.Empty = "" // once it is said, it is yes or no
	}
	return page, err
}

// saveContactField writes one field. When somebody else has written the same field since the form was shown, the person is told what it is now and decides; another
// field's change is nothing to stumble over.
func saveContactField(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var page contactFieldPage
	err = v.update(func(tx bridge.Tx) error {
		contact, err := v.ownContact(tx)
		if err != nil {
			return err
		}
		field, err := v.contactField(tx, v.r.PathValue("field"))
		if err != nil {
			return err
		}
		refused := v.writeContactField(tx, f, contact, field)
		if refused == nil {
			return nil
		}
		if page, err = v.contactFieldPage(tx, contact, field, f); err != nil {
			return err
		}
		return refused
	})
	switch {
	case err == nil && v.fragment():
		return v.showContactWith(contactForms{said: v.t("done.saved")})
	case err == nil:
		return v.done(contactAt(v.id("id")), "done.saved")
	case page.Contact == nil:
		return err
	}
	return v.again(err, f, "contact_field", page)
}

func (v *visit) writeContactField(tx bridge.Tx, f *form, c *crm.Contact, field crm.Field) error {
	place := fieldPlace(field)
	now := strings.Join(v.typedOfContact(field, c), "\n")
	if f.version() != 0 && f.version() != c.Version && now != f.Value(before) && now != strings.Join(f.Values(place), "\n") {
		f.values.Set("version", version(c.Version))
		f.values.Set(before, now)
		around, err := v.surroundings(tx)
		if err != nil {
			return err
		}
		return v.contactOvertaken(valueWriter{visit: v, around: around}, c, field).At(place)
	}
	in, err := v.contactInput(f, []crm.Field{field})
	if err != nil {
		return err
	}
	results, err := crm.ChangeContacts(v.ctx(), tx, v.hand(), []crm.ContactEdit{{ID: c.ID, Version: c.Version, Input: in}})
	if err == nil {
		err = results[0].Err
	}
	return err
}

// contactOvertaken says that a field was written meanwhile, by whom and what.
func (v *visit) contactOvertaken(w valueWriter, c *crm.Contact, field crm.Field) *crm.Error {
	return v.overtakenBy(w, c.Origins[field.Name], w.ofContact(field, c))
}
