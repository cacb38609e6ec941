package bsale

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"
)

// DocumentType is a kind of document as one account set it up. Ids and names differ between
// accounts and between sandbox and production: never write one into code. Source: docs/bsale.md,
// "Document types".
type DocumentType struct {
	ID   int64
	Name string
	// Code is the tax authority's code (codeSii in Chile: "33", "39", "61"; code in Peru: "01",
	// "03"); "" for internal documents such as quotes and sales notes.
	Code         string
	Use          Use
	IsElectronic bool
	// IsSalesNote is set for sales notes; one account was seen to set it for quotes too, so that only
	// the name, or a person's choice, tells them apart.
	IsSalesNote  bool
	IsCreditNote bool
	IsExempt     bool
	UsesClient   bool // a buyer is demanded
	State        State
	// Expanded is false when only the id is known.
	Expanded bool
}

// Use is what a document type is for.
type Use int

// The uses of document types. 0 to 3 are documented; 4 was observed by one third party.
const (
	UseSale       Use = 0
	UseReturn     Use = 1
	UseDispatch   Use = 2
	UseSettlement Use = 3
	UseDebitNote  Use = 4
)

type wireDocumentType struct {
	ID                   integer  `json:"id"`
	Href                 text     `json:"href"`
	Name                 text     `json:"name"`
	CodeSii              text     `json:"codeSii"`
	Code                 text     `json:"code"`
	Use                  integer  `json:"use"`
	IsElectronicDocument flag     `json:"isElectronicDocument"`
	IsSalesNote          flag     `json:"isSalesNote"`
	IsCreditNote         flag     `json:"isCreditNote"`
	IsExempt             flag     `json:"isExempt"`
	UseClient            flag     `json:"useClient"`
	State                *integer `json:"state"`
}

func convertDocumentType(w *wireDocumentType) (DocumentType, error) {
	t := DocumentType{
		ID: idOrHref(w.ID, w.Href), Name: string(w.Name), Code: firstOf(w.CodeSii, w.Code), Use: Use(w.Use),
		IsElectronic: bool(w.IsElectronicDocument), IsSalesNote: bool(w.IsSalesNote),
		IsCreditNote: bool(w.IsCreditNote), IsExempt: bool(w.IsExempt), UsesClient: bool(w.UseClient),
		Expanded: w.State != nil || w.Name != "",
	}
	if w.State != nil {
		t.State = State(*w.State)
	}
	if t.ID == 0 {
		return t, errNoID
	}
	return t, nil
}

// User is a person who logs in to Bsale: who issues documents, and who is credited as seller.
type User struct {
	ID        int64
	FirstName string
	LastName  string
	Email     string // may be ""; letters in any case, as typed
	State     State
	OfficeID  int64
}

// Name is first and last name.
func (u User) Name() string { return joinNames(u.FirstName, u.LastName) }

type wireUser struct {
	ID            integer `json:"id"`
	Href          text    `json:"href"`
	FirstName     text    `json:"firstName"`
	LastName      text    `json:"lastName"`
	Email         text    `json:"email"`
	State         integer `json:"state"`
	Office        *ref    `json:"office"`
	DefaultOffice *ref    `json:"defaultOffice"` // the name in one third party's types
}

func convertUser(w *wireUser) (User, error) {
	u := User{
		ID: idOrHref(w.ID, w.Href), FirstName: string(w.FirstName), LastName: string(w.LastName),
		Email: string(w.Email), State: State(w.State), OfficeID: w.Office.id(),
	}
	if u.OfficeID == 0 {
		u.OfficeID = w.DefaultOffice.id()
	}
	if u.ID == 0 {
		return u, errNoID
	}
	return u, nil
}

// Office is a branch of the company.
type Office struct {
	ID           int64
	Name         string
	Description  string
	Address      string
	Municipality string // "district" in Peru and Mexico
	City         string
	Country      string // as typed: "Chile"
	Email        string
	IsVirtual    bool
	State        State
	// Expanded is false when only the id is known.
	Expanded bool
}

type wireOffice struct {
	ID           integer  `json:"id"`
	Href         text     `json:"href"`
	Name         text     `json:"name"`
	Description  text     `json:"description"`
	Address      text     `json:"address"`
	Municipality text     `json:"municipality"`
	District     text     `json:"district"`
	City         text     `json:"city"`
	Country      text     `json:"country"`
	Email        text     `json:"email"`
	IsVirtual    flag     `json:"isVirtual"`
	State        *integer `json:"state"`
}

func convertOffice(w *wireOffice) (Office, error) {
	o := Office{
		ID: idOrHref(w.ID, w.Href), Name: string(w.Name), Description: string(w.Description), Address: string(w.Address),
		Municipality: firstOf(w.Municipality, w.District), City: string(w.City), Country: string(w.Country),
		Email: string(w.Email), IsVirtual: bool(w.IsVirtual), Expanded: w.State != nil || w.Name != "",
	}
	if w.State != nil {
		o.State = State(*w.State)
	}
	if o.ID == 0 {
		return o, errNoID
	}
	return o, nil
}

// DocumentTypes reads all document types in a state, by ascending id. Ask for Inactive too: old
// documents still point to types that are no longer in use.
func (c *Client) DocumentTypes(ctx context.Context, s State) ([]DocumentType, error) {
	all, err := listAll(ctx, c, "/document_types.json", stateQuery(s), convertDocumentType)
	sortByID(all, func(t DocumentType) int64 { return t.ID })
	return all, err
}

// Users reads all users in a state, by ascending id. Ask for Inactive too: documents of last year
// were issued by people who have left.
func (c *Client) Users(ctx context.Context, s State) ([]User, error) {
	all, err := listAll(ctx, c, "/users.json", stateQuery(s), convertUser)
	sortByID(all, func(u User) int64 { return u.ID })
	return all, err
}

// Offices reads all offices in a state, by ascending id.
func (c *Client) Offices(ctx context.Context, s State) ([]Office, error) {
	all, err := listAll(ctx, c, "/offices.json", stateQuery(s), convertOffice)
	sortByID(all, func(o Office) int64 { return o.ID })
	return all, err
}

// Return is a devolution: what ties a credit note to the sale it undoes.
type Return struct {
	ID                  int64
	Code                string
	Date                Day
	Motive              string
	Type                int64 // 0 cash, 1 pays a new sale, 2 credit line, 3 other
	Amount              decimal.Decimal
	OfficeID            int64
	UserID              int64
	ReferenceDocumentID int64 // the sale
	CreditNoteID        int64 // the credit note, a document of its own; 0 when absent
}

type wireReturn struct {
	ID                integer `json:"id"`
	Href              text    `json:"href"`
	Code              text    `json:"code"`
	Motive            text    `json:"motive"`
	ReturnDate        date    `json:"returnDate"`
	Type              integer `json:"type"`
	Amount            amount  `json:"amount"`
	Office            *ref    `json:"office"`
	User              *ref    `json:"user"`
	ReferenceDocument *ref    `json:"reference_document"`
	CreditNote        *ref    `json:"credit_note"`
}

func convertReturn(w *wireReturn) (Return, error) {
	r := Return{
		ID: idOrHref(w.ID, w.Href), Code: string(w.Code), Date: w.ReturnDate.Day, Motive: string(w.Motive),
		Type: int64(w.Type), Amount: w.Amount.Decimal, OfficeID: w.Office.id(), UserID: w.User.id(),
		ReferenceDocumentID: w.ReferenceDocument.id(), CreditNoteID: w.CreditNote.id(),
	}
	if r.ID == 0 {
		return r, errNoID
	}
	return r, nil
}

// ReturnFilter chooses returns. Fields that are zero are not asked for.
type ReturnFilter struct {
	ReferenceDocumentID int64 // returns of this sale
	Date                Day   // made on this day
	OfficeID            int64
}

// Returns reads all returns that match, by ascending id. Without a filter that may be very many: the
// read fails with KindBadResponse beyond 20,000. Use [Client.ReturnPages] to walk instead.
func (c *Client) Returns(ctx context.Context, f ReturnFilter) ([]Return, error) {
	all, err := listAll(ctx, c, "/returns.json", f.query(), convertReturn)
	sortByID(all, func(r Return) int64 { return r.ID })
	return all, err
}

// ReturnPages walks all returns that match, as [Client.Documents] walks documents.
func (c *Client) ReturnPages(f ReturnFilter, resume Progress) *Pager[Return] {
	return &Pager[Return]{
		fetch: func(ctx context.Context, offset, limit int) (Page[Return], error) {
			return listPage(ctx, c, "/returns.json", f.query(), offset, limit, convertReturn)
		},
		id:       func(r Return) int64 { return r.ID },
		compare:  func(a, b Return) int { return cmp.Compare(a.ID, b.ID) },
		path:     "/returns.json",
		limit:    MaxPageSize,
		progress: resume,
	}
}

func (f ReturnFilter) query() url.Values {
	q := url.Values{}
	setID(q, "referencedocumentid", f.ReferenceDocumentID)
	setID(q, "officeid", f.OfficeID)
	if !f.Date.IsZero() {
		q.Set("returndate", strconv.FormatInt(f.Date.Unix(), 10))
	}
	return q
}

func sortByID[T any](all []T, id func(T) int64) {
	slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
}
