package web

import (
	"errors"
	"html/template"
	"slices"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// dealsShown is how many deals of a contact its page shows.
const dealsShown = 20

type contactPage struct {
	Page
	ID         crm.ID
	Version    int64
	Name       string
	Person     string // who it is at the company, where that is the name
	Owner      string
	Email      string
	Phone      template.URL // that calls it
	TaxID      string
	Facts      []fact // standard fields
	Blank      []fact // those of them that few people fill, and that are empty
	Custom     []fact
	Identities identitiesView
	Tags       tagsView
	Deals      contactDealsView
	Tasks      tasksView
	Notes      notesView
	Timeline   timelineView
	May        bool // the person may change it
	Styles     string
	Fields     string // where custom fields are made; "": not for this person
}

// contactDealsView is the deals of a contact.
type contactDealsView struct {
	Deals []contactDeal
	More  string // address of all of them
	New   string
}

type contactDeal struct {
	Name, Href, Value string
	Stage             crm.ID
	StageName         string
	Owner             string
}

// goneContactPage is what is left of a contact that was deleted.
type goneContactPage struct {
	Page
	ID       crm.ID
	Name     string
	At       moment
	May      bool
	Problem  string
	Existing *existing
}

// existing is the contact that a duplicate would be of.
type existing struct{ Name, Href string }

// existingIn returns the contact that an error says is there already, nil if it says no such thing or the person may not see it.
func existingIn(err error) *existing {
	for _, one := range split(err) {
		var e *crm.Error
		if errors.As(one, &e) && e.Key == "contact_exists" {
			return &existing{e.Params["name"], contactAt(crm.ID(e.Params["id"]))}
		}
	}
	return nil
}

// contactForms are forms of a contact's page that somebody filled and that have to be mended; nil: as they are shown first.
type contactForms struct {
	identity, tag, task, note *form
	existing                  *existing
	status                    int
	said                      string // what was done
}

func showContact(v *visit) error { return v.showContactWith(contactForms{}) }

func (v *visit) showContactWith(forms contactForms) error {
	var page contactPage
	var gone *goneContactPage
	err := v.view(func(r bridge.Reader) error {
		contact, err := crm.FindContact(v.ctx(), r, v.hand(), v.id("id"))
		if crm.CodeOf(err) == crm.NotFound {
			if gone = v.goneContact(r); gone != nil {
				return nil
			}
		}
		if err != nil {
			return err
		}
		page, err = v.contactPage(r, contact, forms)
		return err
	})
	switch {
	case err != nil:
		return err
	case gone != nil:
		return v.show("contact_gone", *gone)
	}
	if forms.said != "" {
		page.Note = forms.said
	}
	if forms.status != 0 {
		v.write(forms.status, "contact", "", page)
		return nil
	}
	return v.show("contact", page)
}

// goneContact returns what is left of a deleted contact for who could see it.
func (v *visit) goneContact(r bridge.Reader) *goneContactPage {
	found, err := r.ContactsByID(v.ctx(), []crm.ID{v.id("id")})
	if err != nil || len(found) == 0 || !found[0].Gone() || !v.principal.Reach.Sees(found[0].OwnerID) {
		return nil
	}
	c := found[0]
	page := goneContactPage{Page: v.page(), ID: c.ID, Name: c.Label(), May: v.can(writeContacts) && v.principal.Reach.Edits(c.OwnerID)}
	page.Title, page.At = page.Name, page.Moment(c.DeletedAt)
	return &page
}

func (v *visit) contactPage(r bridge.Reader, c *crm.Contact, forms contactForms) (contactPage, error) {
	around, err := v.surroundings(r)
	if err != nil {
		return contactPage{}, err
	}
	w := valueWriter{visit: v, around: around, contacts: map[crm.ID]string{c.ID: c.Label()}}
	page := contactPage{
		Page: v.page(), ID: c.ID, Version: c.Version, Name: c.Label(), Owner: around.owner(c.OwnerID), May: v.can(writeContacts) && v.principal.Reach.Edits(c.OwnerID),
		Styles: stageStyles(around.Pipelines), Fields: v.opens(fieldsPath),
	}
	page.Title = page.Name
	if c.Company != "" {
		page.Person = strings.TrimSpace(c.FirstName + " " + c.LastName)
	}
	if i, ok := c.Primary(crm.IdentityPhone); ok {
		page.Phone = callLink(i.Normalized)
	}
	for kind, to := range map[crm.IdentityKind]*string{crm.IdentityEmail: &page.Email, crm.IdentityTaxID: &page.TaxID} {
		i, _ := c.Primary(kind)
		*to = i.Value
	}
	timeline, entries, err := v.timeline(r, page.Page, w, crm.EntityContact, c.ID)
	if err != nil {
		return page, err
	}
	page.Timeline = timeline
	fields, err := v.fieldsOf(r, crm.EntityContact)
	if err != nil {
		return page, err
	}
	o, err := origins{visit: v, w: w, page: page.Page, entries: entries}.dated(r, c.Origins)
	if err != nil {
		return page, err
	}
	page.facts(w, o, c, fields)
	page.Identities = v.identities(o, c, page.May, forms)
	page.Tags = v.tags(around, c, page.May, forms.tag)
	if page.Deals, err = v.contactDeals(r, around, c.ID); err != nil {
		return page, err
	}
	base := contactAt(c.ID)
	if page.Tasks, err = v.tasks(r, page.Page, around, crm.ActivityQuery{Contact: c.ID}, base, page.May, forms.task); err != nil {
		return page, err
	}
	page.Notes, err = v.notes(r, page.Page, around, crm.EntityContact, c.ID, base, page.May, forms.note)
	return page, err
}

// usualContactFields are those that the page of a contact always shows; the others only when something stands in them, until somebody asks.
var usualContactFields = []string{
	crm.FieldFirstName, crm.FieldLastName, crm.FieldCompany, crm.FieldOwner, crm.FieldSource, crm.FieldStatus, crm.FieldJobTitle, crm.FieldAddress, crm.FieldCity, crm.FieldNotes,
}

func (page *contactPage) facts(w valueWriter, o origins, c *crm.Contact, fields []crm.Field) {
	for _, f := range fields {
		if !editableOfContact(f) {
			continue
		}
		one := w.contactFact(o, c, f, page.May)
		switch {
		case f.Custom != nil:
			page.Custom = append(page.Custom, one)
		case one.Text == "" && !slices.Contains(usualContactFields, f.Name):
			page.Blank = append(page.Blank, one)
		default:
			page.Facts = append(page.Facts, one)
		}
	}
}

// editableOfContact says whether a field is one of the contact's facts: identities and tags have a place of their own.
func editableOfContact(f crm.Field) bool {
	return !f.Fixed && identityKind(f) == "" && f.Type != crm.TypeTags
}

func (w valueWriter) contactFact(o origins, c *crm.Contact, f crm.Field, may bool) fact {
	one := fact{Name: fieldPlace(f), Label: w.fieldLabel(f), Text: w.ofContact(f, c), Long: f.Type == crm.TypeLongText}
	if one.Text != "" {
		switch f.Type {
		case crm.TypeURL:
			one.Href = one.Text
		case crm.TypeEmail:
			one.Href = "mailto:" + one.Text
		case crm.TypePhone:
			one.Href = "tel:" + one.Text
		}
	}
	if may {
		one.Edit = contactAt(c.ID) + "/campos/" + one.Name
	}
	one.Document, one.Changed = o.of(f, c.Origins)
	return one
}

// contactDeals returns the deals of a contact that the person may see, changed last first.
func (v *visit) contactDeals(r bridge.Reader, around surroundings, id crm.ID) (view contactDealsView, err error) {
	if !v.can(readDeals) {
		return view, nil
	}
	if v.can(writeDeals) {
		view.New = "/oportunidades/nueva?" + crm.FieldContact + "=" + string(id)
	}
	q := crm.Query{Entity: crm.EntityDeal, Reach: v.principal.Reach, Limit: dealsShown}
	q.Where = []crm.Condition{{Field: crm.Field{Name: crm.FieldContact, Type: crm.TypeContact}, Operator: crm.Is, Values: []any{id}}}
	found, err := fill(v.ctx(), r.ListDeals, q)
	for _, d := range found.Items {
		one := contactDeal{Name: d.Name, Href: dealPath(d.ID), Stage: d.StageID, StageName: around.stages[d.StageID].Name, Owner: around.owner(d.OwnerID)}
		if d.Value.Minor != 0 {
			one.Value = v.account.FormatMoney(d.Value)
		}
		view.Deals = append(view.Deals, one)
	}
	if found.Next != "" {
		s := listState{path: dealListPath}
		s.add(filter{crm.FieldContact, crm.Is, []string{string(id)}})
		view.More = s.address()
	}
	return view, err
}

type contactDeletePage struct {
	Page
	ID      crm.ID
	Name    string
	Version int64
	Deals   int // that it has
	Some    bool
	Form    *form
	Fates   []choice // of its deals
}

func (v *visit) contactDeletePage(f *form) (page contactDeletePage, err error) {
	page = contactDeletePage{Page: v.page(), Form: f}
	err = v.view(func(r bridge.Reader) error {
		contact, err := v.ownContact(r)
		if err != nil {
			return err
		}
		page.ID, page.Name, page.Version = contact.ID, contact.Label(), contact.Version
		q := crm.Query{Entity: crm.EntityDeal, Reach: crm.FullReach}
		q.Where = []crm.Condition{{Field: crm.Field{Name: crm.FieldContact, Type: crm.TypeContact}, Operator: crm.Is, Values: []any{contact.ID}}}
		page.Deals, _, err = r.Count(v.ctx(), q, mostCounted)
		page.Some = page.Deals > 0
		return err
	})
	page.Fates = []choice{
		{Value: string(crm.DealsKeep), Label: v.t("contact.deals_keep"), Hint: v.t("contact.deals_keep_hint")},
		{Value: string(crm.DealsDelete), Label: v.t("contact.deals_delete"), Hint: v.t("contact.deals_delete_hint")},
	}
	return page, err
}

func showContactDelete(v *visit) error {
	page, err := v.contactDeletePage(newForm("deals", string(crm.DealsKeep)))
	if err != nil {
		return err
	}
	return v.show("contact_delete", page)
}

func deleteContact(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	fate := crm.DealsKeep
	if f.Value("deals") == string(crm.DealsDelete) {
		fate = crm.DealsDelete
	}
	err = v.update(func(tx bridge.Tx) error {
		results, err := crm.DeleteContacts(v.ctx(), tx, v.hand(), []crm.Ref{{ID: v.id("id"), Version: f.version()}}, fate)
		if err == nil {
			err = results[0].Err
		}
		return err
	})
	if err == nil {
		return v.done(contactAt(v.id("id")), "done.contact_deleted")
	}
	page, failed := v.contactDeletePage(f)
	if failed != nil {
		return err
	}
	return v.again(err, f, "contact_delete", page)
}

func restoreContact(v *visit) error {
	err := v.update(func(tx bridge.Tx) error {
		_, err := crm.RestoreContact(v.ctx(), tx, v.hand(), v.id("id"))
		return err
	})
	if err == nil {
		return v.done(contactAt(v.id("id")), "done.contact_restored")
	}
	if crm.CodeOf(err) != crm.Conflict {
		return err
	}
	var gone *goneContactPage
	if failed := v.view(func(r bridge.Reader) error { gone = v.goneContact(r); return nil }); failed != nil || gone == nil {
		return err
	}
	gone.Problem, gone.Existing = v.sentence(err), existingIn(err)
	v.write(statusOf(err), "contact_gone", "", *gone)
	return nil
}

// contactSeen returns the contact of the address, which the person may see.
func (v *visit) contactSeen() (contact *crm.Contact, err error) {
	err = v.view(func(r bridge.Reader) (err error) {
		contact, err = crm.FindContact(v.ctx(), r, v.hand(), v.id("id"))
		return err
	})
	return contact, err
}

// ownContact returns the contact of the address, which the person may change. forbidden: not_yours.
func (v *visit) ownContact(r bridge.Reader) (*crm.Contact, error) {
	contact, err := crm.FindContact(v.ctx(), r, v.hand(), v.id("id"))
	if err != nil {
		return nil, err
	}
	if !v.principal.Reach.Edits(contact.OwnerID) {
		return nil, crm.NewError(crm.Forbidden, "not_yours")
	}
	return contact, nil
}
