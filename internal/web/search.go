package web

import (
	"net/url"
	"slices"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const (
	searchPath = "/buscar"
	foundEach  = 5 // contacts and deals, before somebody asks for all
)

type searchPage struct {
	Page
	Words       string
	Contacts    []hit
	Deals       []hit
	AllContacts string // address; "": these are all
	AllDeals    string
	NewContact  string
}

// hit is a contact or a deal that was found.
type hit struct {
	ID                 string // of its element
	Href, Name, Detail string
	Side               string
	Stage              crm.ID
}

// None says whether nothing was found.
func (p searchPage) None() bool { return len(p.Contacts)+len(p.Deals) == 0 }

// search shows a few contacts and deals of whose words these are the beginnings: on a page, or below the box while somebody writes.
func search(v *visit) error {
	page := searchPage{Page: v.page(), Words: strings.TrimSpace(v.query("q"))}
	if v.can(writeContacts) {
		page.NewContact = contactsPath + "/nuevo"
	}
	if page.Words != "" {
		if err := v.view(func(r bridge.Reader) error { return v.find(r, &page) }); err != nil {
			return err
		}
	}
	if v.fragment() {
		return v.showPart("search", "search_panel", page)
	}
	return v.show("search", page)
}

func (v *visit) find(r bridge.Reader, page *searchPage) error {
	around, err := v.surroundings(r)
	if err != nil {
		return err
	}
	q := crm.Query{Entity: crm.EntityContact, Reach: v.principal.Reach, Search: page.Words, Limit: foundEach}
	contacts, err := fill(v.ctx(), r.ListContacts, q)
	if err != nil {
		return err
	}
	picker := contactPicker{}
	for _, c := range contacts.Items {
		picker.add(c, true)
	}
	for _, o := range picker.Options {
		page.Contacts = append(page.Contacts, hit{ID: "hit-" + string(o.ID), Href: contactAt(o.ID), Name: o.Name, Detail: o.Detail})
	}
	if contacts.Next != "" {
		page.AllContacts = contactsPath + "?" + url.Values{"q": {page.Words}}.Encode()
	}
	if !v.can(readDeals) {
		return nil
	}
	q.Entity = crm.EntityDeal
	deals, err := fill(v.ctx(), r.ListDeals, q)
	if err != nil {
		return err
	}
	if deals.Next != "" {
		page.AllDeals = dealListPath + "?" + url.Values{"q": {page.Words}}.Encode()
	}
	page.Deals, err = v.dealHits(r, around, deals.Items)
	return err
}

// dealHits makes hits of deals, with one query for all contacts and one for all documents.
func (v *visit) dealHits(r bridge.Reader, around surroundings, deals []*crm.Deal) ([]hit, error) {
	contacts, err := crm.ContactsOfDeals(v.ctx(), r, v.hand(), deals)
	if err != nil {
		return nil, err
	}
	var ids []crm.ID
	for _, d := range deals {
		ids = append(ids, d.ID)
	}
	documents, err := bridge.DealDocuments(v.ctx(), r, ids)
	if err != nil {
		return nil, err
	}
	var hits []hit
	for _, d := range deals {
		one := hit{ID: "hit-" + string(d.ID), Href: dealPath(d.ID), Name: d.Name, Stage: d.StageID, Side: around.stages[d.StageID].Name}
		details := []string{contacts[d.ContactID].Name}
		for _, doc := range documents[d.ID] {
			details = append(details, v.documentName(doc))
		}
		if d.Value.Minor != 0 {
			details = append(details, v.account.FormatMoney(d.Value))
		}
		details = slices.DeleteFunc(details, func(s string) bool { return s == "" || strings.Contains(d.Name, s) }) // the name says it
		one.Detail = strings.Join(details, " · ")
		hits = append(hits, one)
	}
	return hits, nil
}
