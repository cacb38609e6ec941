package web

import (
	"errors"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// contactSearch is the name of the button that looks for contacts, and contactWords of the words that it looks for.
const (
	contactSearch = "buscar_contacto"
	contactWords  = "contacto"
	contactsFound = 8
)

// newContact is what is chosen in the place of a contact where one is to be made, of what stands in the fields whose names begin with newContactField.
const (
	newContact      = "nuevo"
	newContactField = "new_contact."
)

// contactPicker chooses a contact: the present one, none, one of those found by words, or a new one.
type contactPicker struct {
	Form    *form
	Options []contactOption
	Words   string
	Asked   bool
	Search  string // address of the page that has it, for looking while somebody writes
	Needed  bool   // there is no going without one
	New     string // where a contact is made with all that it may have; "": not for this person, who is not asked for a new one either
}

type contactOption struct {
	ID           crm.ID
	Name, Detail string
}

func (v *visit) contactPicker(r bridge.Reader, f *form, present crm.ID, search string) (contactPicker, error) {
	p := contactPicker{Form: f, Words: f.Value(contactWords), Search: search, New: v.opens("/contactos/nuevo")}
	if words := v.query(contactWords); words != "" {
		p.Words = words
	}
	if id := v.query(crm.FieldContact); id != "" {
		f.values.Set(crm.FieldContact, id)
	}
	chosen := crm.ID(f.Value(crm.FieldContact))
	var shown []crm.ID
	for _, id := range []crm.ID{chosen, present} {
		if id != "" && id != newContact && (len(shown) == 0 || shown[0] != id) {
			shown = append(shown, id)
		}
	}
	if len(shown) > 0 {
		found, err := r.ContactsByID(v.ctx(), shown)
		if err != nil {
			return p, err
		}
		for _, c := range found {
			if c.ID == present || v.principal.Reach.Sees(c.OwnerID) {
				p.add(c, v.principal.Reach.Sees(c.OwnerID))
			}
		}
	}
	if p.Words = strings.TrimSpace(p.Words); p.Words == "" {
		return p, nil
	}
	p.Asked = true
	q := crm.Query{Entity: crm.EntityContact, Reach: v.principal.Reach, Search: p.Words, Limit: contactsFound}
	found, err := fill(v.ctx(), r.ListContacts, q)
	for _, c := range found.Items {
		p.add(c, true)
	}
	return p, err
}

func (p *contactPicker) add(c *crm.Contact, seen bool) {
	for _, o := range p.Options {
		if o.ID == c.ID {
			return
		}
	}
	o := contactOption{ID: c.ID, Name: c.Label()}
	if seen {
		var details []string
		for _, kind := range []crm.IdentityKind{crm.IdentityEmail, crm.IdentityTaxID, crm.IdentityPhone} {
			if i, ok := c.Primary(kind); ok && i.Value != o.Name {
				details = append(details, identityText(i))
			}
		}
		if c.Company != "" && c.Company != o.Name {
			details = append([]string{c.Company}, details...)
		}
		o.Detail = strings.Join(details, " · ")
	}
	p.Options = append(p.Options, o)
}

// withNewContact makes the contact that a form asks for, if it asks for a new one, and sets it as the chosen one. forbidden: role_lacks_page. The others are those of
// [crm.CreateContacts], at the form's fields.
func (v *visit) withNewContact(tx bridge.Tx, f *form, chosen **crm.ID) error {
	if f.Value(crm.FieldContact) != newContact {
		return nil
	}
	if !v.can(writeContacts) {
		return crm.NewError(crm.Forbidden, "role_lacks_page")
	}
	in := crm.ContactInput{FirstName: sent[string](f, newContactField+crm.FieldFirstName)}
	in.Emails.Primary, in.Phones.Primary = sent[string](f, newContactField+crm.FieldEmail), sent[string](f, newContactField+crm.FieldPhone)
	if v.principal.User.Role == crm.RoleSeller {
		in.OwnerID = &v.principal.User.ID
	}
	results, err := v.Engine.CreateContacts(v.ctx(), tx, v.hand(), []crm.ContactInput{in})
	if err != nil {
		return err
	}
	if results[0].Err != nil {
		return newContactRefused(f, results[0].Err)
	}
	*chosen = &results[0].Contact.ID
	return nil
}

// newContactRefused says what is wrong with a new contact at the form's fields. One that exists already is looked for, so that it can be chosen.
func newContactRefused(f *form, err error) error {
	if there := existingIn(err); there != nil {
		f.values.Set(contactWords, there.Name)
	}
	var all []error
	for _, one := range split(err) {
		if e := (*crm.Error)(nil); errors.As(one, &e) {
			at := newContactField + e.Field
			if _, asked := f.values[at]; !asked {
				at = crm.FieldContact
			}
			if e.Key == "contact_exists" {
				e = crm.NewError(crm.Conflict, "new_contact_exists", "name", e.Params["name"])
			}
			one = e.At(at)
		}
		all = append(all, one)
	}
	return errors.Join(all...)
}
