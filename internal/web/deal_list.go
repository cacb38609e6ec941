package web

import (
	"errors"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const (
	dealListPath      = "/oportunidades/lista"
	dealColumnsCookie = "puente_deal_columns"
	rowsAtOnce        = 50
)

// fieldDocument is the column with a deal's documents of Bsale, which are no field of it.
const fieldDocument = "document"

// usualDealColumns are those of a list of which nobody has chosen any.
var usualDealColumns = []string{crm.FieldName, crm.FieldContact, crm.FieldStage, crm.FieldOwner, crm.FieldValue, fieldDocument, crm.FieldUpdated}

type dealListPage struct {
	Page
	Problem string
	Bar     filterBar
	Columns []listColumn
	Rows    []listRow
	Count   string
	Pager   pager
	Chooser columnChooser
	Styles  string
	Board   string
	New     string
	CSV     string // address; "": not for this person
	Any     bool   // there are filters: that nothing is found is no reason to make the first deal
}

func showDealList(v *visit) error {
	s := v.listState(dealListPath)
	var page dealListPage
	var to string
	err := v.view(func(r bridge.Reader) (err error) {
		page, to, err = v.dealList(r, s)
		return err
	})
	switch {
	case err != nil:
		return err
	case to != "":
		return v.redirect(to)
	}
	return v.show("deal_list", page)
}

func chooseDealColumns(v *visit) error { return v.keepColumns(dealColumnsCookie, dealListPath) }

func (v *visit) dealList(r bridge.Reader, s listState) (page dealListPage, to string, err error) {
	around, err := v.surroundings(r)
	if err != nil {
		return page, "", err
	}
	fields, err := v.fieldsOf(r, crm.EntityDeal)
	if err != nil {
		return page, "", err
	}
	page = dealListPage{Page: v.page(), Styles: stageStyles(around.Pipelines), Board: "/oportunidades", Any: len(s.filters) > 0 || s.words != ""}
	if v.can(writeDeals) {
		page.New = "/oportunidades/nueva"
	}
	w := valueWriter{visit: v, around: around}
	q, problems, err := s.query(crm.EntityDeal, fields, around.QuerySurroundings)
	if err != nil {
		page.Problem, s.sort = v.sentence(err), ""
	}
	if page.Bar, to, err = v.filterBar(s, fields, w, problems); err != nil || to != "" {
		return page, to, err
	}
	columns := append([]crm.Field{}, fields...)
	columns = append(columns, crm.Field{Name: fieldDocument})
	chosen := v.chosenColumns(dealColumnsCookie, columns, usualDealColumns)
	page.Chooser = v.columnChooser("/oportunidades/lista/columnas", columns, chosen)
	page.Columns = v.listColumns(s, q.Order, chosen)
	if len(problems) > 0 {
		return page, "", nil // the filters say what is wrong: a list without one of them is another list
	}
	q.Reach, q.Limit = v.principal.Reach, rowsAtOnce
	found, err := fill(v.ctx(), r.ListDeals, q)
	if err != nil {
		return v.dealListProblem(page, s, err)
	}
	if page.Rows, err = w.dealRows(r, chosen, found.Items); err != nil {
		return page, "", err
	}
	q.Cursor = ""
	n, exact, err := r.Count(v.ctx(), q, mostCounted)
	if err != nil {
		return page, "", err
	}
	page.Count = v.countOf(page.Page, "deals.count", n, exact)
	if found.Next != "" {
		page.Pager.Next = s.address("cursor", found.Next)
	}
	if s.cursor != "" {
		page.Pager.Previous = s.address()
	}
	if v.can(manageDeals) && n > 0 {
		export := s
		export.path = "/v1/crm/deals.csv"
		page.CSV = export.address()
	}
	return page, "", nil
}

// dealListProblem shows a list that cannot be made with what is wrong: it is sorted by what it cannot be, or the page is gone.
func (v *visit) dealListProblem(page dealListPage, s listState, err error) (dealListPage, string, error) {
	var e *crm.Error
	if !errors.As(err, &e) || e.Code != crm.Invalid {
		return page, "", err
	}
	if e.Key == "cursor_invalid" {
		return page, s.address(), nil
	}
	page.Problem = v.sentence(err)
	return page, "", nil
}

// countOf says how many there are; key.one for one.
func (v *visit) countOf(p Page, key string, n int, exact bool) string {
	switch {
	case !exact:
		return v.t(key+".at_least", "n", p.Count(n))
	case n == 1:
		return v.t(key + ".one")
	}
	return v.t(key, "n", p.Count(n))
}

// dealRows makes rows of deals, with one query for all contacts and one for all documents.
func (w valueWriter) dealRows(r bridge.Reader, columns []crm.Field, deals []*crm.Deal) ([]listRow, error) {
	contacts, err := crm.ContactsOfDeals(w.ctx(), r, w.hand(), deals)
	if err != nil {
		return nil, err
	}
	w.contacts = map[crm.ID]string{}
	for id, c := range contacts {
		w.contacts[id] = c.Name
	}
	var ids []crm.ID
	for _, d := range deals {
		ids = append(ids, d.ID)
	}
	documents := map[crm.ID][]bridge.DealDocument{}
	if len(ids) > 0 {
		if documents, err = bridge.DealDocuments(w.ctx(), r, ids); err != nil {
			return nil, err
		}
	}
	rows := make([]listRow, len(deals))
	for i, d := range deals {
		rows[i].Href = "/oportunidades/" + string(d.ID)
		for _, f := range columns {
			c := cell{Label: w.fieldLabel(f), Number: isNumber(f), Fixed: f.Type == crm.TypeInstant || f.Type == crm.TypeDate}
			switch {
			case f.Name == fieldDocument:
				var names []string
				for _, doc := range documents[d.ID] {
					names = append(names, strings.ReplaceAll(w.documentName(doc), " ", "\u00a0")) // a line ends between documents
				}
				c.Text = strings.Join(names, ", ")
			case f.Custom == nil && f.Name == crm.FieldValue:
				if d.Value.Minor != 0 {
					c.Text = w.account.FormatMoney(d.Value)
				}
			default:
				c.Text = w.write(f, f.OfDeal(d))
			}
			switch f.Name {
			case crm.FieldName:
				c.Href = rows[i].Href
			case crm.FieldStage:
				c.Stage, c.Kind = d.StageID, w.around.stages[d.StageID].Kind
			case crm.FieldOwner:
				if c.Owner = c.Text != ""; !c.Owner {
					c.Text, c.Muted = w.t("owner.none"), true
				}
			case crm.FieldContact:
				if contacts[d.ContactID].Contact != nil {
					c.Href = w.contactPath(d.ContactID)
				}
				c.Muted = contacts[d.ContactID].Deleted
			}
			rows[i].Cells = append(rows[i].Cells, c)
		}
		rows[i].Cells[0].Flag = w.dealFlag(documents[d.ID])
	}
	return rows, nil
}

// contactPath returns the address of a contact's page; "" for who may not open it.
func (v *visit) contactPath(id crm.ID) string {
	if id == "" || v.opens("/contactos") == "" {
		return ""
	}
	return "/contactos/" + string(id)
}
