package web

import (
	"errors"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// identitiesView is how a contact is recognised: the primary e-mail, phone and tax id, and others beside them.
type identitiesView struct {
	ID       crm.ID
	Kinds    []identityKindView
	Form     *form // a new one
	Choices  []choice
	Existing *existing // whose the new one is already
	May      bool
}

// identityKindView is a contact's e-mails, phones or tax ids.
type identityKindView struct {
	Kind     crm.IdentityKind
	Label    string
	Icon     string
	All      []identityView
	Document string // the document of Bsale that the primary one comes from
	Changed  string // that a person has changed it since
}

type identityView struct {
	Value, Normalized string
	Link              template.URL // to write there or call; "": none
	Primary           bool
}

var identityKinds = []crm.IdentityKind{crm.IdentityEmail, crm.IdentityPhone, crm.IdentityTaxID}

var identityIcons = map[crm.IdentityKind]string{crm.IdentityEmail: "mail", crm.IdentityPhone: "phone", crm.IdentityTaxID: "building"}

func (v *visit) identities(o origins, c *crm.Contact, may bool, forms contactForms) identitiesView {
	view := identitiesView{ID: c.ID, Form: forms.identity, Existing: forms.existing, May: may}
	if view.Form == nil {
		view.Form = newForm("identity", string(crm.IdentityEmail))
	}
	for _, kind := range identityKinds {
		one := identityKindView{Kind: kind, Label: v.t("field." + string(kind)), Icon: identityIcons[kind]}
		view.Choices = append(view.Choices, choice{Value: string(kind), Label: one.Label})
		for _, i := range c.IdentitiesOf(kind) {
			shown := identityView{Value: i.Value, Normalized: i.Normalized, Primary: i.Primary}
			switch kind {
			case crm.IdentityEmail:
				shown.Link = template.URL("mailto:" + url.PathEscape(i.Normalized))
			case crm.IdentityPhone:
				shown.Link = callLink(i.Normalized)
			}
			one.All = append(one.All, shown)
		}
		one.Document, one.Changed = o.of(crm.Field{Name: string(kind), Type: crm.FieldType(kind)}, c.Origins)
		view.Kinds = append(view.Kinds, one)
	}
	return view
}

// callLink returns a link that calls a number in its normal form, "" for what is none.
func callLink(phone string) template.URL {
	if phone == "" || strings.Trim(phone, "+0123456789") != "" {
		return ""
	}
	return template.URL("tel:" + phone)
}

// changeIdentities adds an e-mail, phone or tax id to a contact, takes one away, or makes one the primary one.
func changeIdentities(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	if _, err := v.contactSeen(); err != nil {
		return err
	}
	kind := crm.IdentityKind(f.Value("identity"))
	var in crm.ContactInput
	to := map[crm.IdentityKind]*crm.IdentitiesInput{crm.IdentityEmail: &in.Emails, crm.IdentityPhone: &in.Phones, crm.IdentityTaxID: &in.TaxIDs}[kind]
	if to == nil {
		return crm.NewError(crm.Invalid, "form_unreadable")
	}
	value := strings.TrimSpace(f.Value("value"))
	done := "done.identity_added"
	switch f.Value("do") {
	case "primary":
		to.Primary, done = &value, "done.identity_primary"
	case "remove":
		to.Remove, done = []string{value}, "done.identity_removed"
	default:
		if value == "" {
			err = crm.NewError(crm.Invalid, "identity_missing").At("value")
		}
		to.Add = []string{value}
	}
	if err == nil {
		err = v.changeContact(in)
	}
	if err != nil {
		return v.contactAgain(placedAt(err, "value"), f, contactForms{identity: f, existing: existingIn(err)})
	}
	return v.doneAtContact(done, "#identidades")
}

// placedAt says of every problem that it is with one field of the form.
func placedAt(err error, place string) error {
	var all []error
	for _, one := range split(err) {
		if e := (*crm.Error)(nil); errors.As(one, &e) && e.Code != crm.NotFound && e.Code != crm.Forbidden {
			one = e.At(place)
		}
		all = append(all, one)
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

// changeContact changes the contact of the address, whatever its version: what is asked says itself what it changes.
func (v *visit) changeContact(in crm.ContactInput) error {
	return v.update(func(tx bridge.Tx) error {
		results, err := crm.ChangeContacts(v.ctx(), tx, v.hand(), []crm.ContactEdit{{ID: v.id("id"), Input: in}})
		if err == nil {
			err = results[0].Err
		}
		return err
	})
}

// contactAgain shows a contact's page with one of its forms as it was filled.
func (v *visit) contactAgain(err error, f *form, forms contactForms) error {
	if code := crm.CodeOf(err); code != crm.Invalid && code != crm.Conflict || len(f.values) == 0 {
		return err
	}
	for _, one := range split(err) {
		f.Problems = append(f.Problems, problemAt{f.fieldOf(one), v.sentence(one)})
	}
	forms.status = statusOf(err)
	return v.showContactWith(forms)
}

// doneAtContact goes back to a part of the contact's page, which says what was done.
func (v *visit) doneAtContact(key, part string) error {
	if v.fragment() {
		return v.showContactWith(contactForms{said: v.t(key)})
	}
	return v.done(contactAt(v.id("id"))+part, key)
}

// tagsView is the tags of a contact, and those that it may get.
type tagsView struct {
	ID     crm.ID
	Tags   []crm.Tag
	Others []crm.Tag
	Form   *form
	May    bool
}

// Names returns the names of the tags that the contact may get.
func (v tagsView) Names() []string {
	var names []string
	for _, t := range v.Others {
		names = append(names, t.Name)
	}
	return names
}

func (v *visit) tags(around surroundings, c *crm.Contact, may bool, f *form) tagsView {
	view := tagsView{ID: c.ID, Form: f, May: may}
	if f == nil {
		view.Form = newForm()
	}
	for _, t := range around.Tags {
		if slices.Contains(c.Tags, t.ID) {
			view.Tags = append(view.Tags, t)
		} else {
			view.Others = append(view.Others, t)
		}
	}
	return view
}

// changeTags takes a tag from a contact, or gives it one by its name. One that there is not is made, by who may.
func changeTags(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		if _, err := crm.FindContact(v.ctx(), tx, v.hand(), v.id("id")); err != nil {
			return err
		}
		var add, remove []crm.ID
		if id := f.Value("remove"); id != "" {
			remove = []crm.ID{crm.ID(id)}
		} else {
			tag, err := v.tagNamed(tx, f.Value("tag"))
			if err != nil {
				return err
			}
			add = []crm.ID{tag.ID}
		}
		results, err := crm.TagContacts(v.ctx(), tx, v.hand(), []crm.ID{v.id("id")}, add, remove)
		if err == nil {
			err = results[0].Err
		}
		return err
	})
	if err != nil {
		return v.contactAgain(placedAt(err, "tag"), f, contactForms{tag: f})
	}
	return v.doneAtContact("done.tags", "#etiquetas")
}

// tagNamed returns the tag that people call so, a new one if there is none. invalid: tag_only_known, there is none and the person may not make one.
func (v *visit) tagNamed(tx bridge.Tx, name string) (crm.Tag, error) {
	tags, err := tx.Tags(v.ctx())
	if err != nil {
		return crm.Tag{}, err
	}
	for _, t := range tags {
		if crm.Fold(t.Name) == crm.Fold(name) {
			return t, nil
		}
	}
	if crm.Fold(name) != "" && !v.can(auth.Scope{Area: auth.Settings, Level: auth.Write}) {
		return crm.Tag{}, crm.NewError(crm.Invalid, "tag_only_known", "name", shorten(name))
	}
	return crm.CreateTag(v.ctx(), tx, v.hand(), name, "")
}
