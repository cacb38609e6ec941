package bsale

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Lists is a set of the lists inside a document or customer.
type Lists uint16

// The lists that Bsale may leave out or cut at 25 items.
const (
	ListDetails Lists = 1 << iota
	ListSellers
	ListAttributes
	ListReferences
	ListPayments
	ListContacts
	ListAddresses
)

// Has reports whether all lists of x are in l.
func (l Lists) Has(x Lists) bool { return l&x == x }

// Document is anything Bsale issues: receipt (boleta), invoice, quote, sales note, credit note.
//
// Amounts are exact, positive even for credit notes, and in the document's coin: whole pesos in
// Chile, with decimals in Peru and Mexico; see [Minor].
type Document struct {
	ID     int64
	Type   DocumentType // ID always set; the rest when Type.Expanded
	Number int64        // folio: unique per document type only
	// SerialNumber is series and number in Peru ("B001-318") and Mexico; "" in Chile.
	SerialNumber   string
	TrackingNumber string

	EmissionDate   Day       // the date printed on it
	ExpirationDate Day       // zero when absent
	GeneratedAt    time.Time // the instant it was made, UTC; late in the evening its date is the next day's

	Total     decimal.Decimal
	Net       decimal.Decimal
	Tax       decimal.Decimal
	Exempt    decimal.Decimal
	NotExempt decimal.Decimal
	CoinID    int64

	State              State
	CommercialState    int64 // meaning unknown
	CancellationStatus int64 // 0 = not annulled; other values unverified
	CancelledAt        time.Time
	// InformedSII is 0 accepted, 1 sent, 2 rejected by the tax authority; meaningless for documents
	// that are not electronic.
	InformedSII int64

	// Client is the buyer, nil for an anonymous sale. Client.Expanded tells whether more than the id
	// is known.
	Client *Customer
	Office Office // Office.ID 0 when absent; the rest when Office.Expanded
	// IssuerID is the user who issued the document: a cashier, or the user behind an API token. Bsale
	// never gives more than the id here. The seller may be someone else.
	IssuerID int64
	Sellers  []Seller // usually none or one

	// Address, Municipality and City of delivery. Municipality is "district" in Peru and Mexico.
	Address      string
	Municipality string
	City         string

	// PublicURL shows the document to anyone who has it, without login; Token is the part of it that
	// cannot be guessed. Treat both as personal data.
	PublicURL string
	PDFURL    string
	Token     string
	SalesID   string // id given by the program that issued it through the API, at most 255 characters

	PriceListID int64
	Attributes  []Attribute // the account's own fields
	References  []Reference // of electronic documents: number and kind of another document, no id
	Details     []Detail
	Payments    []Payment

	// Partial names the lists that are not whole, because Bsale did not expand them. Lists cut at 25
	// are completed by every read of this package and are not partial.
	Partial Lists
}

// Annulled reports whether the document no longer counts. A document whose sale was undone by a
// credit note is not annulled: the note is a document of its own.
func (d Document) Annulled() bool { return d.State != Active || d.CancellationStatus != 0 }

// Seller is a person credited with the sale. Bsale gives no e-mail here; ID is that of a [User].
type Seller struct {
	ID        int64
	FirstName string
	LastName  string
}

// Attribute is one of the account's own fields ("atributo dinámico") with its value. The ID is the
// field's and survives renaming; the Name does not.
type Attribute struct {
	ID    int64
	Name  string
	Value string
}

// Reference points to another document by number. CodeID is an id of /dte_codes, not the tax
// authority's code.
type Reference struct {
	ID     int64
	Date   Day
	Number string
	Reason string
	CodeID int64
}

// Detail is a line. Bsale sends no product name: VariantDescription is the variant's label only
// ("650W", "Standard").
type Detail struct {
	ID                 int64
	Line               int64 // from 0
	Quantity           decimal.Decimal
	NetUnitValue       decimal.Decimal
	NetUnitValueRaw    decimal.Decimal // before rounding
	TotalUnitValue     decimal.Decimal
	Net                decimal.Decimal
	Tax                decimal.Decimal
	Total              decimal.Decimal
	NetDiscount        decimal.Decimal
	TotalDiscount      decimal.Decimal
	DiscountPercent    decimal.Decimal
	VariantID          int64  // 0 for a line of free text
	VariantCode        string // SKU; not always unique
	VariantDescription string
	Note               string
	RelatedDetailID    int64
	Gratuity           bool
}

// Payment is how (part of) the document was paid. TypeID and Name are those of the payment type:
// Bsale flattens the payment itself away.
type Payment struct {
	TypeID int64
	Name   string
	Amount decimal.Decimal
}

type wireDocument struct {
	ID                    integer             `json:"id"`
	Href                  text                `json:"href"`
	Number                integer             `json:"number"`
	SerialNumber          text                `json:"serialNumber"`
	TrackingNumber        text                `json:"trackingNumber"`
	EmissionDate          date                `json:"emissionDate"`
	ExpirationDate        date                `json:"expirationDate"`
	GenerationDate        instant             `json:"generationDate"`
	CancellationDate      instant             `json:"cancellationDate"`
	TotalAmount           amount              `json:"totalAmount"`
	NetAmount             amount              `json:"netAmount"`
	TaxAmount             amount              `json:"taxAmount"`
	ExemptAmount          amount              `json:"exemptAmount"`
	NotExemptAmount       amount              `json:"notExemptAmount"`
	State                 integer             `json:"state"`
	CommercialState       integer             `json:"commercialState"`
	CancellationStatus    integer             `json:"cancellationStatus"`
	InformedSii           integer             `json:"informedSii"`
	Informed              integer             `json:"informed"` // PE and MX
	Address               text                `json:"address"`
	Municipality          text                `json:"municipality"`
	District              text                `json:"district"`
	City                  text                `json:"city"`
	URLPublicView         text                `json:"urlPublicView"`
	URLPublicViewOriginal text                `json:"urlPublicViewOriginal"`
	URLPdf                text                `json:"urlPdf"`
	Token                 text                `json:"token"`
	SalesID               text                `json:"salesId"`
	UserID                integer             `json:"userId"`
	DocumentType          *wireDocumentType   `json:"document_type"`
	Client                *wireCustomer       `json:"client"`
	Office                *wireOffice         `json:"office"`
	User                  *ref                `json:"user"`
	Coin                  *ref                `json:"coin"`
	PriceList             *ref                `json:"priceList"`
	PriceListSnake        *ref                `json:"price_list"`
	Details               list[wireDetail]    `json:"details"`
	Sellers               list[wireSeller]    `json:"sellers"`
	Attributes            list[wireAttribute] `json:"attributes"`
	References            list[wireReference] `json:"references"`
	Payments              list[wirePayment]   `json:"payments"`
}

type wireSeller struct {
	ID        integer `json:"id"`
	Href      text    `json:"href"`
	FirstName text    `json:"firstName"`
	LastName  text    `json:"lastName"`
}

type wireAttribute struct {
	ID    integer `json:"id"`
	Href  text    `json:"href"`
	Name  text    `json:"name"`
	Value text    `json:"value"`
}

type wireReference struct {
	ID            integer `json:"id"`
	ReferenceDate date    `json:"referenceDate"`
	Number        text    `json:"number"`
	Reason        text    `json:"reason"`
	DTECode       *ref    `json:"dte_code"`
}

type wireDetail struct {
	ID                 integer `json:"id"`
	LineNumber         integer `json:"lineNumber"`
	RelatedDetailID    integer `json:"relatedDetailId"`
	Quantity           amount  `json:"quantity"`
	NetUnitValue       amount  `json:"netUnitValue"`
	NetUnitValueRaw    amount  `json:"netUnitValueRaw"`
	TotalUnitValue     amount  `json:"totalUnitValue"`
	NetAmount          amount  `json:"netAmount"`
	TaxAmount          amount  `json:"taxAmount"`
	TotalAmount        amount  `json:"totalAmount"`
	NetDiscount        amount  `json:"netDiscount"`
	TotalDiscount      amount  `json:"totalDiscount"`
	DiscountPercentage amount  `json:"discountPercentage"`
	Variant            *struct {
		ID          integer `json:"id"`
		Href        text    `json:"href"`
		Description text    `json:"description"`
		Code        text    `json:"code"`
	} `json:"variant"`
	Note     text `json:"note"`
	Gratuity flag `json:"gratuity"`
}

type wirePayment struct {
	ID          integer `json:"id"`
	Href        text    `json:"href"`
	Name        text    `json:"name"`
	Amount      amount  `json:"amount"`
	PaymentType *struct {
		ID   integer `json:"id"`
		Href text    `json:"href"`
		Name text    `json:"name"`
	} `json:"payment_type"`
}

func convertSeller(w *wireSeller) (Seller, error) {
	return Seller{ID: idOrHref(w.ID, w.Href), FirstName: string(w.FirstName), LastName: string(w.LastName)}, nil
}

func convertAttribute(w *wireAttribute) (Attribute, error) {
	return Attribute{ID: idOrHref(w.ID, w.Href), Name: string(w.Name), Value: string(w.Value)}, nil
}

func convertReference(w *wireReference) (Reference, error) {
	return Reference{
		ID: int64(w.ID), Date: w.ReferenceDate.Day, Number: string(w.Number), Reason: string(w.Reason),
		CodeID: w.DTECode.id(),
	}, nil
}

func convertDetail(w *wireDetail) (Detail, error) {
	d := Detail{
		ID: int64(w.ID), Line: int64(w.LineNumber), Quantity: w.Quantity.Decimal,
		NetUnitValue: w.NetUnitValue.Decimal, NetUnitValueRaw: w.NetUnitValueRaw.Decimal,
		TotalUnitValue: w.TotalUnitValue.Decimal, Net: w.NetAmount.Decimal, Tax: w.TaxAmount.Decimal,
		Total: w.TotalAmount.Decimal, NetDiscount: w.NetDiscount.Decimal,
		TotalDiscount: w.TotalDiscount.Decimal, DiscountPercent: w.DiscountPercentage.Decimal,
		Note: string(w.Note), RelatedDetailID: int64(w.RelatedDetailID), Gratuity: bool(w.Gratuity),
	}
	if v := w.Variant; v != nil {
		d.VariantID = idOrHref(v.ID, v.Href)
		d.VariantCode, d.VariantDescription = string(v.Code), string(v.Description)
	}
	return d, nil
}

// convertPayment takes the two shapes: the flattened one of an expanded document, where id and name
// are the payment type's, and a payment row that carries its type as a node.
func convertPayment(w *wirePayment) (Payment, error) {
	p := Payment{TypeID: idOrHref(w.ID, w.Href), Name: string(w.Name), Amount: w.Amount.Decimal}
	if t := w.PaymentType; t != nil {
		p.TypeID, p.Name = idOrHref(t.ID, t.Href), string(t.Name)
	}
	return p, nil
}

// convertAll converts a nested list; nil when it is empty, so that two documents with the same
// content are equal whatever way "nothing" was spelled.
func convertAll[W, T any](l *list[W], convert func(*W) (T, error)) ([]T, error) {
	if len(l.items) == 0 {
		return nil, nil
	}
	out := make([]T, len(l.items))
	for i := range l.items {
		t, err := convert(&l.items[i])
		if err != nil {
			return nil, err
		}
		out[i] = t
	}
	return out, nil
}

func convertDocument(w *wireDocument) (Document, error) {
	d := Document{
		ID:             idOrHref(w.ID, w.Href),
		Number:         int64(w.Number),
		SerialNumber:   string(w.SerialNumber),
		TrackingNumber: string(w.TrackingNumber),
		EmissionDate:   w.EmissionDate.Day, ExpirationDate: w.ExpirationDate.Day,
		GeneratedAt: w.GenerationDate.Time, CancelledAt: w.CancellationDate.Time,
		Total: w.TotalAmount.Decimal, Net: w.NetAmount.Decimal, Tax: w.TaxAmount.Decimal,
		Exempt: w.ExemptAmount.Decimal, NotExempt: w.NotExemptAmount.Decimal,
		CoinID: w.Coin.id(), State: State(w.State), CommercialState: int64(w.CommercialState),
		CancellationStatus: int64(w.CancellationStatus), InformedSII: int64(w.InformedSii + w.Informed),
		IssuerID: w.User.id(), Address: string(w.Address),
		Municipality: firstOf(w.Municipality, w.District), City: string(w.City),
		PublicURL: firstOf(w.URLPublicView, w.URLPublicViewOriginal), PDFURL: string(w.URLPdf),
		Token: string(w.Token), SalesID: string(w.SalesID),
		PriceListID: max(w.PriceList.id(), w.PriceListSnake.id()),
	}
	if d.ID == 0 {
		return d, errNoID
	}
	if d.IssuerID == 0 {
		d.IssuerID = int64(w.UserID)
	}
	if w.DocumentType != nil {
		d.Type, _ = convertDocumentType(w.DocumentType)
	}
	if w.Office != nil {
		d.Office, _ = convertOffice(w.Office)
	}
	if w.Client != nil {
		c, err := convertCustomer(w.Client)
		if err == nil { // a node without id is as good as none
			d.Client = &c
		}
	}
	d.Details, _ = convertAll(&w.Details, convertDetail)
	d.Sellers, _ = convertAll(&w.Sellers, convertSeller)
	d.Attributes, _ = convertAll(&w.Attributes, convertAttribute)
	d.References, _ = convertAll(&w.References, convertReference)
	d.Payments, _ = convertAll(&w.Payments, convertPayment)
	d.Partial = w.Details.mark(ListDetails) | w.Sellers.mark(ListSellers) | w.Attributes.mark(ListAttributes) |
		w.References.mark(ListReferences) | w.Payments.mark(ListPayments)
	return d, nil
}

func firstOf(values ...text) string {
	for _, v := range values {
		if v != "" {
			return string(v)
		}
	}
	return ""
}

// DecodeDocument decodes one document of any country as Bsale writes it, expanded or not. Partial
// names the lists that were not expanded or cut.
func DecodeDocument(body []byte) (Document, error) {
	return decodeOne(body, convertDocument)
}

// DecodeDocumentPage decodes a page of /documents.json. Rows that make no sense are in Rejected.
func DecodeDocumentPage(body []byte) (Page[Document], error) {
	return decodeList(body, 0, MaxPageSize, convertDocument)
}

// decodeOne reads a single resource.
func decodeOne[W, T any](body []byte, convert func(*W) (T, error)) (T, error) {
	var zero T
	body, err := payload(body)
	if err != nil {
		return zero, err
	}
	w := new(W)
	if err := json.Unmarshal(body, w); err != nil {
		return zero, shapeError(err)
	}
	return convert(w)
}

// DocumentFilter chooses documents. Fields that are zero are not asked for.
type DocumentFilter struct {
	// EmittedFrom and EmittedTo bound the emission date, both included.
	EmittedFrom, EmittedTo Day
	// State nil leaves the choice to Bsale, which sources disagree about: ask for Active and Inactive
	// in two passes to be sure of all.
	State          *State
	ClientID       int64
	Number         int64 // folio, unique per type only
	DocumentTypeID int64
	OfficeID       int64
	// MayBeCut names the lists of which the 25 items that come along are enough. Making a longer list
	// whole costs a further call or two per document; the zero value does it for all lists.
	MayBeCut Lists
}

// farDay bounds an open end. It is the last full year that fits in 32 bits, in case the other side
// counts that way.
var farDay = Day{2037, time.December, 31}

// query spells the filter. Names are lower case: Bsale ignores documentTypeId without a word and
// returns everything.
func (f DocumentFilter) query() url.Values {
	q := url.Values{}
	if !f.EmittedFrom.IsZero() || !f.EmittedTo.IsZero() {
		to := f.EmittedTo
		if to.IsZero() {
			to = farDay
		}
		q.Set("emissiondaterange", fmt.Sprintf("[%d,%d]", f.EmittedFrom.Unix(), to.lastSecond()))
	}
	if f.State != nil {
		q.Set("state", strconv.Itoa(int(*f.State)))
	}
	setID(q, "clientid", f.ClientID)
	setID(q, "number", f.Number)
	setID(q, "documenttypeid", f.DocumentTypeID)
	setID(q, "officeid", f.OfficeID)
	return q
}

func setID(q url.Values, name string, id int64) {
	if id != 0 {
		q.Set(name, strconv.FormatInt(id, 10))
	}
}

// expandDocument asks for everything in one parameter: a second expand= would replace the first.
// user is in the list although Bsale has been seen to answer with the id only.
const expandDocument = "[document_type,client,office,user,sellers,attributes,references,details,payments]"

// DocumentPage reads one page of documents, everything expanded, nested lists whole (a list cut at
// 25 costs a further call or two; see Document.Partial for lists that Bsale did not expand). limit
// is 1 to 50; anything else is 50. The order is Bsale's; use [Client.Documents] to walk.
func (c *Client) DocumentPage(ctx context.Context, f DocumentFilter, offset, limit int) (Page[Document], error) {
	page, err := c.documentPage(ctx, f, offset, limit)
	if err != nil {
		return page, err
	}
	if err := c.completeAll(ctx, page.Items, f.MayBeCut); err != nil {
		return Page[Document]{}, err
	}
	return page, nil
}

func (c *Client) documentPage(ctx context.Context, f DocumentFilter, offset, limit int) (Page[Document], error) {
	q := f.query()
	q.Set("expand", expandDocument)
	return listPage(ctx, c, "/documents.json", q, offset, limit, convertDocument)
}

// CountDocuments returns how many documents match, from a list call with the same filter:
// /documents/count.json was seen to differ from what the list gives.
func (c *Client) CountDocuments(ctx context.Context, f DocumentFilter) (int, error) {
	page, err := listPage(ctx, c, "/documents.json", f.query(), 0, 1, convertDocument)
	return page.Count, err
}

// Documents walks all documents that match; see [Pager] for what it promises. resume is the zero
// Progress, or the Progress of the last page that was dealt with, to go on from there.
func (c *Client) Documents(f DocumentFilter, resume Progress) *DocumentPager {
	return &DocumentPager{
		fetch: func(ctx context.Context, offset, limit int) (Page[Document], error) {
			return c.documentPage(ctx, f, offset, limit)
		},
		finish: func(ctx context.Context, docs []Document) error {
			return c.completeAll(ctx, docs, f.MayBeCut)
		},
		id:       func(d Document) int64 { return d.ID },
		compare:  compareDocuments,
		path:     "/documents.json",
		limit:    MaxPageSize,
		progress: resume,
	}
}

// DocumentPager walks documents; see [Client.Documents].
type DocumentPager = Pager[Document]

func compareDocuments(a, b Document) int {
	return cmp.Or(a.EmissionDate.Compare(b.EmissionDate), cmp.Compare(a.ID, b.ID))
}

// Document reads one document with everything expanded and all nested lists whole, also those that
// Bsale did not expand. KindNotFound when there is none, which right after a webhook may only mean
// not yet.
func (c *Client) Document(ctx context.Context, id int64) (Document, error) {
	path := fmt.Sprintf("/documents/%d.json", id)
	var d Document
	err := c.get(ctx, path, url.Values{"expand": {expandDocument}}, func(body []byte) (err error) {
		d, err = DecodeDocument(body)
		return err
	})
	if err != nil {
		return Document{}, err
	}
	if err := c.complete(ctx, &d, true, 0); err != nil {
		return Document{}, err
	}
	return d, nil
}

func (c *Client) completeAll(ctx context.Context, docs []Document, mayBeCut Lists) error {
	for i := range docs {
		if err := c.complete(ctx, &docs[i], false, mayBeCut); err != nil {
			return err
		}
	}
	return nil
}

// complete fetches the lists of d that are cut and, if unexpanded is set, those that were not
// expanded either. On pages the latter would cost a call per document and list; there Partial tells.
// Lists in mayBeCut are left as they are.
func (c *Client) complete(ctx context.Context, d *Document, unexpanded bool, mayBeCut Lists) error {
	if d.Partial&^mayBeCut == 0 {
		return nil
	}
	cut := d.Partial & mayBeCut
	d.Partial &^= mayBeCut
	defer func() { d.Partial |= cut }()
	base := fmt.Sprintf("/documents/%d", d.ID)
	return firstError(
		func() error {
			return completeList(ctx, c, &d.Partial, ListDetails, unexpanded, base+"/details.json", &d.Details, convertDetail)
		},
		func() error {
			return completeList(ctx, c, &d.Partial, ListSellers, unexpanded, base+"/sellers.json", &d.Sellers, convertSeller)
		},
		func() error {
			return completeList(ctx, c, &d.Partial, ListAttributes, unexpanded, base+"/attributes.json", &d.Attributes, convertAttribute)
		},
		func() error {
			return completeList(ctx, c, &d.Partial, ListReferences, unexpanded, base+"/references.json", &d.References, convertReference)
		},
		func() error {
			return completeList(ctx, c, &d.Partial, ListPayments, unexpanded, base+"/payments.json", &d.Payments, convertPayment)
		},
	)
}

// firstError runs the steps until one fails: after a refused token there is no point in asking on.
func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// completeList replaces *items by the whole list at path. It reads from the start, since nothing
// says that the cut list and this one share an order; for a list of up to 50, one call either way.
func completeList[W, T any](ctx context.Context, c *Client, partial *Lists, which Lists, unexpanded bool, path string, items *[]T, convert func(*W) (T, error)) error {
	if !partial.Has(which) || (len(*items) == 0 && !unexpanded) {
		return nil
	}
	all, err := listAll(ctx, c, path, url.Values{}, convert)
	if errors.Is(err, ErrNotFound) {
		// Not every list is documented to have an address of its own (payments), and the document may
		// have gone meanwhile. It stays marked as partial.
		return nil
	}
	if err != nil {
		return err
	}
	if len(all) == 0 {
		all = nil
	}
	*items = all
	*partial &^= which
	return nil
}

// listPage reads one page of a list.
func listPage[W, T any](ctx context.Context, c *Client, path string, query url.Values, offset, limit int, convert func(*W) (T, error), private ...string) (Page[T], error) {
	if limit < 1 || limit > MaxPageSize {
		limit = MaxPageSize
	}
	q := url.Values{}
	for k, v := range query {
		q[k] = slices.Clone(v)
	}
	q.Set("limit", strconv.Itoa(limit))
	q.Set("offset", strconv.Itoa(max(0, offset)))
	var page Page[T]
	err := c.get(ctx, path, q, func(body []byte) (err error) {
		page, err = decodeList(body, max(0, offset), limit, convert)
		return err
	}, private...)
	if err != nil {
		return Page[T]{}, err
	}
	if len(page.Rejected) > 0 {
		scrub := newScrubber(c.secret(), private...)
		for i, r := range page.Rejected {
			page.Rejected[i].Err = errors.New(scrub(r.Err.Error()))
		}
	}
	return page, nil
}

// maxListRows bounds the lists that are read whole into memory: types, users, offices, the lines of
// a document. Nothing real comes near; a filter that Bsale ignores does.
const maxListRows = 20_000

// listAll reads a short list whole. A row that makes no sense fails it: such a list is only of use
// when it is complete.
func listAll[W, T any](ctx context.Context, c *Client, path string, query url.Values, convert func(*W) (T, error), private ...string) ([]T, error) {
	var all []T
	for offset, empty := 0, 0; ; {
		page, err := listPage(ctx, c, path, query, offset, MaxPageSize, convert, private...)
		if err != nil {
			return nil, err
		}
		switch {
		case len(page.Rejected) > 0:
			return nil, c.badList(path, fmt.Sprintf("row %d: %s", page.Rejected[0].ID, page.Rejected[0].Err))
		case page.Count > maxListRows:
			return nil, c.badList(path, fmt.Sprintf("%d rows where a short list was expected; was the filter ignored?", page.Count))
		case len(page.Items) == 0 && offset < page.Count && empty == 0:
			empty++ // once more: an empty page before the end is a hiccup or the end
			continue
		}
		all = append(all, page.Items...)
		offset += len(page.Items)
		if len(page.Items) == 0 || offset >= page.Count {
			return all, nil
		}
		empty = 0
	}
}

func (c *Client) badList(path, message string) error {
	return &Error{Kind: KindBadResponse, Method: "GET", Path: path, Status: 200, Message: message}
}

// joinNames joins the parts of a name that are there.
func joinNames(parts ...string) string {
	return strings.TrimSpace(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " "))
}
