package web

import (
	"errors"
	"slices"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const (
	contactsPath         = "/contactos"
	contactColumnsCookie = "puente_contact_columns"
)

// usualContactColumns are those of a list of which nobody has chosen any. The name is the company's where there is one.
var usualContactColumns = []string{crm.FieldName, crm.FieldEmail, crm.FieldPhone, crm.FieldOwner, crm.FieldTags, crm.FieldUpdated}

// contactAt returns the address of a contact's page.
func contactAt(id crm.ID) string { return contactsPath + "/" + string(id) }

type contactsPage struct {
	Page
	Problem string
	Bar     filterBar
	Columns []listColumn
	Rows    []listRow
	Count   string
	Pager   pager
	Chooser columnChooser
	New     string // address; "": not for this person
	CSV     string // likewise
	Any     bool   // there are filters: that nothing is found is no reason to make the first contact
}

func showContacts(v *visit) error {
	s := v.listState(contactsPath)
	var page contactsPage
	var to string
	err := v.view(func(r bridge.Reader) (err error) {
		page, to, err = v.contactList(r, s)
		return err
	})
	switch {
	case err != nil:
		return err
	case to != "":
		return v.redirect(to)
	}
	return v.show("contacts", page)
}

func chooseContactColumns(v *visit) error { return v.keepColumns(contactColumnsCookie, contactsPath) }

func (v *visit) contactList(r bridge.Reader, s listState) (page contactsPage, to string, err error) {
	around, err := v.surroundings(r)
	if err != nil {
		return page, "", err
	}
	fields, err := v.fieldsOf(r, crm.EntityContact)
	if err != nil {
		return page, "", err
	}
	page = contactsPage{Page: v.page(), Any: len(s.filters) > 0 || s.words != ""}
	if v.can(writeContacts) {
		page.New = contactsPath + "/nuevo"
	}
	w := valueWriter{visit: v, around: around}
	q, problems, err := s.query(crm.EntityContact, fields, around.QuerySurroundings)
	if err != nil {
		page.Problem, s.sort = v.sentence(err), ""
	}
	if page.Bar, to, err = v.filterBar(s, fields, w, problems); err != nil || to != "" {
		return page, to, err
	}
	chosen := v.chosenColumns(contactColumnsCookie, fields, usualContactColumns)
	page.Chooser = v.columnChooser(contactsPath+"/columnas", fields, chosen)
	page.Columns = v.listColumns(s, q.Order, chosen)
	if len(problems) > 0 {
		return page, "", nil // the filters say what is wrong: a list without one of them is another list
	}
	q.Reach, q.Limit = v.principal.Reach, rowsAtOnce
	found, err := fill(v.ctx(), r.ListContacts, q)
	if e := (*crm.Error)(nil); errors.As(err, &e) && e.Code == crm.Invalid {
		if e.Key == "cursor_invalid" {
			return page, s.address(), nil
		}
		page.Problem = v.sentence(err)
		return page, "", nil
	}
	if err != nil {
		return page, "", err
	}
	page.Rows = w.contactRows(chosen, found.Items)
	q.Cursor = ""
	n, exact, err := r.Count(v.ctx(), q, mostCounted)
	if err != nil {
		return page, "", err
	}
	page.Count = v.countOf(page.Page, "contacts.count", n, exact)
	if found.Next != "" {
		page.Pager.Next = s.address("cursor", found.Next)
	}
	if s.cursor != "" {
		page.Pager.Previous = s.address()
	}
	if v.can(manageContacts) && n > 0 {
		export := s
		export.path = "/v1/crm/contacts.csv"
		page.CSV = export.address()
	}
	return page, "", nil
}

func (w valueWriter) contactRows(columns []crm.Field, contacts []*crm.Contact) []listRow {
	rows := make([]listRow, len(contacts))
	named := slices.ContainsFunc(columns, func(f crm.Field) bool { return f.Name == crm.FieldName })
	for i, contact := range contacts {
		rows[i].Href = contactAt(contact.ID)
		for k, f := range columns {
			c := cell{Label: w.fieldLabel(f), Number: isNumber(f), Fixed: f.Type == crm.TypeInstant || f.Type == crm.TypeDate, Text: w.ofContact(f, contact)}
			switch {
			case f.Type == crm.TypeInstant:
				at, _ := f.OfContact(contact).(time.Time)
				c.Text = momentOf(at, w.clock.Now(), w.account, w.language()).Text
			case f.Name == crm.FieldCompany && named && c.Text == contact.Name():
				c.Text = "" // the name says it
			case f.Name == crm.FieldName || !named && k == 0:
				if c.Href = rows[i].Href; c.Text == "" {
					c.Text = contact.Label()
				}
			case f.Name == crm.FieldOwner:
				if c.Owner = c.Text != ""; !c.Owner {
					c.Text, c.Muted = w.t("owner.none"), true
				}
			}
			rows[i].Cells = append(rows[i].Cells, c)
		}
	}
	return rows
}

// ofContact writes what a contact has in a field; of e-mails, phones and tax ids the primary one, as it was written.
func (w valueWriter) ofContact(f crm.Field, c *crm.Contact) string {
	if kind := identityKind(f); kind != "" {
		i, _ := c.Primary(kind)
		return identityText(i)
	}
	return w.write(f, contactValue(f, c))
}

// identityText returns what stands for an e-mail, phone or tax id where there are many: of a phone the number alone, for Bsale's say "llamar al 973333840" too. The text
// itself is on the contact's page.
func identityText(i crm.Identity) string {
	if i.Kind == crm.IdentityPhone && i.Normalized != "" {
		return crm.FormatPhone(i.Normalized)
	}
	return i.Value
}

// contactValue returns what a contact has in a field.
func contactValue(f crm.Field, c *crm.Contact) any {
	if kind := identityKind(f); kind != "" {
		i, _ := c.Primary(kind)
		return i.Value
	}
	return f.OfContact(c)
}

// identityKind returns the kind of identity that a standard field is, "" for one that is none.
func identityKind(f crm.Field) crm.IdentityKind {
	if f.Custom != nil {
		return ""
	}
	switch f.Name {
	case crm.FieldEmail, crm.FieldPhone, crm.FieldTaxID:
		return crm.IdentityKind(f.Name)
	}
	return ""
}

// plainDigits says whether a number of a field is written without marks: nobody was born in 1.990.
func plainDigits(f crm.Field) bool {
	return f.Custom == nil && (f.Name == crm.FieldBirthDay || f.Name == crm.FieldBirthMonth || f.Name == crm.FieldBirthYear)
}
