package bsale

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/shopspring/decimal"
)

// Customer is what Bsale calls a client: a buyer, person or company.
//
// Everything but the id may be empty. Texts are as people typed them (trimmed): phones in any
// shape, tax ids with or without dots, the company's name on persons. Several rows may share one
// tax id, and generic tax ids stand for nobody. Source: docs/bsale.md, "Clients".
type Customer struct {
	ID          int64
	FirstName   string
	LastName    string
	Company     string // razón social; may hold the person's name when IsCompany is false
	IsCompany   bool
	Code        string // RUT in Chile, RUC or DNI in Peru, RFC in Mexico; unchecked
	IsForeigner bool   // then Code is any document, not to be read as a tax id
	// Email may be "" although Bsale has one: lists leave it out for some rows; the single read or the
	// contacts have it then.
	Email        string
	Phone        string
	Activity     string // giro; "Sin Giro" by default
	Address      string
	Municipality string // "district" in Peru and Mexico
	City         string
	Note         string
	Facebook     string
	Twitter      string
	State        State

	HasCredit           bool
	MaxCredit           decimal.Decimal
	Points              decimal.Decimal
	AccumulatesPoints   bool
	SendsDTE            bool
	CommerciallyBlocked bool
	PaymentTypeID       int64
	SaleConditionID     int64
	PriceListID         int64
	// CreatedAt and UpdatedAt are only known from Peru; zero elsewhere and on old rows.
	CreatedAt time.Time
	UpdatedAt time.Time

	Contacts   []Contact
	Attributes []Attribute
	Addresses  []Address

	// Expanded is false when only the id is known.
	Expanded bool
	// Partial names the lists that were not read. In documents and lists that is all of them.
	Partial Lists
}

// Name is what to call the customer: the company's name for a company, first and last name for a
// person, each standing in for the other, and "" when there is neither.
func (c Customer) Name() string {
	person := joinNames(c.FirstName, c.LastName)
	if c.IsCompany && c.Company != "" || person == "" {
		return c.Company
	}
	return person
}

// Contact is a person to talk to at a customer.
type Contact struct {
	ID        int64
	FirstName string
	LastName  string
	Email     string
	Phone     string
}

// Address is one of a customer's further addresses.
type Address struct {
	ID           int64
	Name         string
	Address      string
	Municipality string // "district" in Peru and Mexico
	City         string
	State        State
}

type wireCustomer struct {
	ID                  integer             `json:"id"`
	Href                text                `json:"href"`
	FirstName           text                `json:"firstName"`
	LastName            text                `json:"lastName"`
	Company             text                `json:"company"`
	Code                text                `json:"code"`
	Email               text                `json:"email"`
	Phone               text                `json:"phone"`
	Activity            text                `json:"activity"`
	Address             text                `json:"address"`
	Municipality        text                `json:"municipality"`
	District            text                `json:"district"`
	City                text                `json:"city"`
	Note                text                `json:"note"`
	Facebook            text                `json:"facebook"`
	Twitter             text                `json:"twitter"`
	State               *integer            `json:"state"`
	CompanyOrPerson     flag                `json:"companyOrPerson"`
	IsForeigner         flag                `json:"isForeigner"`
	HasCredit           flag                `json:"hasCredit"`
	AccumulatePoints    flag                `json:"accumulatePoints"`
	SendDte             flag                `json:"sendDte"`
	CommerciallyBlocked flag                `json:"commerciallyBlocked"`
	MaxCredit           amount              `json:"maxCredit"`
	Points              amount              `json:"points"`
	CreatedAt           instant             `json:"createdAt"`
	UpdatedAt           instant             `json:"updatedAt"`
	PaymentType         *ref                `json:"payment_type"`
	SaleCondition       *ref                `json:"sale_condition"`
	PriceList           *ref                `json:"price_list"`
	Contacts            list[wireContact]   `json:"contacts"`
	Attributes          list[wireAttribute] `json:"attributes"`
	Addresses           list[wireAddress]   `json:"addresses"`
}

type wireContact struct {
	ID        integer `json:"id"`
	Href      text    `json:"href"`
	FirstName text    `json:"firstName"`
	LastName  text    `json:"lastName"`
	Phone     text    `json:"phone"`
	Email     text    `json:"email"`
}

type wireAddress struct {
	ID           integer `json:"id"`
	Href         text    `json:"href"`
	AddressName  text    `json:"addressName"`
	Address      text    `json:"address"`
	Municipality text    `json:"municipality"`
	District     text    `json:"district"`
	City         text    `json:"city"`
	State        integer `json:"state"`
}

func convertContact(w *wireContact) (Contact, error) {
	return Contact{
		ID: idOrHref(w.ID, w.Href), FirstName: string(w.FirstName), LastName: string(w.LastName),
		Email: string(w.Email), Phone: string(w.Phone),
	}, nil
}

func convertAddress(w *wireAddress) (Address, error) {
	return Address{
		ID: idOrHref(w.ID, w.Href), Name: string(w.AddressName), Address: string(w.Address),
		Municipality: firstOf(w.Municipality, w.District), City: string(w.City), State: State(w.State),
	}, nil
}

func convertCustomer(w *wireCustomer) (Customer, error) {
	c := Customer{
		ID: idOrHref(w.ID, w.Href), FirstName: string(w.FirstName), LastName: string(w.LastName),
		Company: string(w.Company), IsCompany: bool(w.CompanyOrPerson), Code: string(w.Code),
		IsForeigner: bool(w.IsForeigner), Email: string(w.Email), Phone: string(w.Phone),
		Activity: string(w.Activity), Address: string(w.Address),
		Municipality: firstOf(w.Municipality, w.District), City: string(w.City), Note: string(w.Note),
		Facebook: string(w.Facebook), Twitter: string(w.Twitter),
		HasCredit: bool(w.HasCredit), MaxCredit: w.MaxCredit.Decimal, Points: w.Points.Decimal,
		AccumulatesPoints: bool(w.AccumulatePoints), SendsDTE: bool(w.SendDte),
		CommerciallyBlocked: bool(w.CommerciallyBlocked), PaymentTypeID: w.PaymentType.id(),
		SaleConditionID: w.SaleCondition.id(), PriceListID: w.PriceList.id(),
		CreatedAt: w.CreatedAt.Time, UpdatedAt: w.UpdatedAt.Time, Expanded: w.State != nil,
	}
	if c.ID == 0 {
		return c, errNoID
	}
	if w.State != nil {
		c.State = State(*w.State)
	}
	c.Contacts, _ = convertAll(&w.Contacts, convertContact)
	c.Attributes, _ = convertAll(&w.Attributes, convertAttribute)
	c.Addresses, _ = convertAll(&w.Addresses, convertAddress)
	c.Partial = w.Contacts.mark(ListContacts) | w.Attributes.mark(ListAttributes) | w.Addresses.mark(ListAddresses)
	return c, nil
}

// DecodeCustomer decodes one client as Bsale writes it, expanded or not.
func DecodeCustomer(body []byte) (Customer, error) { return decodeOne(body, convertCustomer) }

const expandCustomer = "[contacts,attributes,addresses]"

// Client reads one customer with contacts, attributes and addresses, all whole. KindNotFound when
// there is none; whether a deleted one (state 99) is found is unverified.
func (c *Client) Client(ctx context.Context, id int64) (Customer, error) {
	base := fmt.Sprintf("/clients/%d", id)
	var out Customer
	err := c.get(ctx, base+".json", url.Values{"expand": {expandCustomer}}, func(body []byte) (err error) {
		out, err = DecodeCustomer(body)
		return err
	})
	if err == nil {
		err = firstError(
			func() error {
				return completeList(ctx, c, &out.Partial, ListContacts, true, base+"/contacts.json", &out.Contacts, convertContact)
			},
			func() error {
				return completeList(ctx, c, &out.Partial, ListAttributes, true, base+"/attributes.json", &out.Attributes, convertAttribute)
			},
			func() error {
				return completeList(ctx, c, &out.Partial, ListAddresses, true, base+"/addresses.json", &out.Addresses, convertAddress)
			},
		)
	}
	if err != nil {
		return Customer{}, err
	}
	return out, nil
}

// ClientContacts reads all contacts of a customer.
func (c *Client) ClientContacts(ctx context.Context, id int64) ([]Contact, error) {
	return listAll(ctx, c, fmt.Sprintf("/clients/%d/contacts.json", id), url.Values{}, convertContact)
}

// ClientFilter looks customers up. At least one of Code and Email is needed.
type ClientFilter struct {
	// Code is sent as it is. Whether Bsale matches "18037112-5" with "18.037.112-5" is unverified, so
	// look up both spellings.
	Code  string
	Email string
	State *State // nil is not sent; see DocumentFilter.State
}

// maxFound bounds a look-up. One tax id or e-mail has a handful of rows; hundreds mean that Bsale
// did not apply the filter.
const maxFound = 200

// FindClients returns the customers that Bsale gives for the filter, by ascending id. The filter of
// Bsale may match loosely: compare Code and Email again before trusting a row. KindBadRequest for an
// empty filter; KindBadResponse when Bsale returned so many rows that it must have ignored it.
func (c *Client) FindClients(ctx context.Context, f ClientFilter) ([]Customer, error) {
	const path = "/clients.json"
	if f.Code == "" && f.Email == "" {
		return nil, &Error{Kind: KindBadRequest, Method: http.MethodGet, Path: path, Message: "a look-up needs a code or an e-mail", NotSent: true}
	}
	q := url.Values{}
	if f.Code != "" {
		q.Set("code", f.Code)
	}
	if f.Email != "" {
		q.Set("email", f.Email)
	}
	if f.State != nil {
		q.Set("state", strconv.Itoa(int(*f.State)))
	}
	first, err := listPage(ctx, c, path, q, 0, MaxPageSize, convertCustomer, f.Code, f.Email)
	if err != nil {
		return nil, err
	}
	if first.Count > maxFound {
		return nil, c.badList(path, fmt.Sprintf("%d rows for one code or e-mail; was the filter ignored?", first.Count))
	}
	found := first.Items
	if len(first.Items) < first.Count || len(first.Rejected) > 0 {
		if found, err = listAll(ctx, c, path, q, convertCustomer, f.Code, f.Email); err != nil {
			return nil, err
		}
	}
	sortByID(found, func(c Customer) int64 { return c.ID })
	return found, nil
}

// NewClient is a customer to create. Empty fields are not sent. What Bsale requires is not
// documented: first name, last name and code according to third parties.
type NewClient struct {
	FirstName    string
	LastName     string
	Company      string
	IsCompany    bool
	Code         string // formatted and checked: Bsale stores it as sent
	IsForeigner  bool
	Email        string
	Phone        string
	Activity     string
	Address      string
	Municipality string // Chile
	District     string // Peru and Mexico
	City         string
	Note         string
	Attributes   []Attribute // ID and Value are sent
}

type wireNewClient struct {
	FirstName       string             `json:"firstName,omitempty"`
	LastName        string             `json:"lastName,omitempty"`
	Company         string             `json:"company,omitempty"`
	CompanyOrPerson int                `json:"companyOrPerson"`
	Code            string             `json:"code,omitempty"`
	IsForeigner     int                `json:"isForeigner,omitempty"`
	Email           string             `json:"email,omitempty"`
	Phone           string             `json:"phone,omitempty"`
	Activity        string             `json:"activity,omitempty"`
	Address         string             `json:"address,omitempty"`
	Municipality    string             `json:"municipality,omitempty"`
	District        string             `json:"district,omitempty"`
	City            string             `json:"city,omitempty"`
	Note            string             `json:"note,omitempty"`
	Attributes      []wireNewAttribute `json:"dynamicAttributes,omitempty"`
}

type wireNewAttribute struct {
	Description        string `json:"description"`
	DynamicAttributeID int64  `json:"dynamicAttributeId"`
}

func newAttributes(in []Attribute) []wireNewAttribute {
	var out []wireNewAttribute
	for _, a := range in {
		out = append(out, wireNewAttribute{Description: a.Value, DynamicAttributeID: a.ID})
	}
	return out
}

// CreateClient makes a customer and returns it as Bsale answers. It is sent once and never
// repeated.
//
// An error with NotSent set means that nothing was made. After any other KindUnavailable or
// KindBadResponse, and after the context ended, the customer may exist: look it up before trying
// again. Bsale does not reliably refuse a second row with the same tax id.
func (c *Client) CreateClient(ctx context.Context, n NewClient) (Customer, error) {
	body := wireNewClient{
		FirstName: n.FirstName, LastName: n.LastName, Company: n.Company, CompanyOrPerson: bit(n.IsCompany),
		Code: n.Code, IsForeigner: bit(n.IsForeigner), Email: n.Email, Phone: n.Phone, Activity: n.Activity,
		Address: n.Address, Municipality: n.Municipality, District: n.District, City: n.City, Note: n.Note,
		Attributes: newAttributes(n.Attributes),
	}
	var out Customer
	err := c.change(ctx, http.MethodPost, "/clients.json", body, func(b []byte) (err error) {
		out, err = DecodeCustomer(b)
		return err
	}, n.Code, n.Email, n.Phone, n.FirstName, n.LastName, n.Company)
	if err != nil {
		return Customer{}, err
	}
	return out, nil
}

// ClientUpdate changes a customer; nil fields stay as they are.
type ClientUpdate struct {
	FirstName    *string     `json:"firstName,omitempty"`
	LastName     *string     `json:"lastName,omitempty"`
	Company      *string     `json:"company,omitempty"`
	Code         *string     `json:"code,omitempty"`
	Email        *string     `json:"email,omitempty"`
	Phone        *string     `json:"phone,omitempty"`
	Activity     *string     `json:"activity,omitempty"`
	Address      *string     `json:"address,omitempty"`
	Municipality *string     `json:"municipality,omitempty"` // Chile
	District     *string     `json:"district,omitempty"`     // Peru and Mexico
	City         *string     `json:"city,omitempty"`
	Note         *string     `json:"note,omitempty"`
	Attributes   []Attribute `json:"-"` // ID and Value are sent; nil = none
}

// UpdateClient changes the fields of u that are not nil and returns the customer as Bsale answers.
// Sent once, as CreateClient is.
func (c *Client) UpdateClient(ctx context.Context, id int64, u ClientUpdate) (Customer, error) {
	// The documented body repeats the id, as a string.
	body := struct {
		ID string `json:"id"`
		ClientUpdate
		Attributes []wireNewAttribute `json:"dynamicAttributes,omitempty"`
	}{strconv.FormatInt(id, 10), u, newAttributes(u.Attributes)}
	var private []string
	for _, p := range []*string{u.Code, u.Email, u.Phone, u.FirstName, u.LastName, u.Company} {
		if p != nil {
			private = append(private, *p)
		}
	}
	var out Customer
	err := c.change(ctx, http.MethodPut, fmt.Sprintf("/clients/%d.json", id), body, func(b []byte) (err error) {
		out, err = DecodeCustomer(b)
		return err
	}, private...)
	if err != nil {
		return Customer{}, err
	}
	return out, nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
