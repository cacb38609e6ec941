package bridge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// Document is a Bsale document as a decision needs it: classified, its client's keys in normal form, its people with their e-mails.
type Document struct {
	ID         int64
	Kind       Kind
	TypeName   string
	Number     string // serial number where there is one, else the folio
	Folio      string // the bare folio
	Serial     string
	EmittedOn  crm.Date
	ExpiresOn  crm.Date
	Total      decimal.Decimal
	Net        decimal.Decimal
	Tax        decimal.Decimal
	Exempt     decimal.Decimal
	Annulled   bool
	Client     *Client // nil: anonymous
	Seller     *Person // the first seller; nil: none named
	Issuer     *Person // the user who issued it; nil: not told
	Office     string
	PublicURL  string
	PDFURL     string
	SalesID    string
	Address    string
	District   string
	City       string
	Products   string // only when the rules read them: see Ruleset.mayBeCut
	Payments   string
	Attributes map[string]string
	References []Reference // of a credit note
	Hash       string
}

// Client is the buyer as Bsale has it, with the keys that can be used; an empty key cannot.
type Client struct {
	ID        int64
	IsCompany bool
	Foreign   bool
	FirstName string
	LastName  string
	Company   string
	Code      string
	Email     string
	Phone     string
	Activity  string
	Address   string
	District  string
	City      string
	Note      string

	TaxIDKey     string
	EmailKey     string
	PhoneKey     string
	GenericTaxID bool
}

// Person is a Bsale user named by a document. Email is empty when Bsale has none.
type Person struct {
	ID    int64
	Name  string
	Email string
}

func (p *Person) onlyID() *Person {
	if p == nil {
		return nil
	}
	return &Person{ID: p.ID}
}

// Reference names the document that a credit note takes back.
type Reference struct {
	Number    string
	EmittedOn crm.Date
}

// Directory is Bsale's users by id: where the e-mails of sellers are.
type Directory map[int64]Person

// Title is what people call the document: "Boleta 1234".
func (d Document) Title(language crm.Language) string {
	return KindWord(d.Kind, language) + " " + d.Number
}

// kindWords are used in the names of deals, so they are part of what is stored, not of what is shown.
var kindWords = map[Kind][2]string{
	KindReceipt:    {"Boleta", "Receipt"},
	KindQuote:      {"Cotización", "Quote"},
	KindInvoice:    {"Factura", "Invoice"},
	KindSalesNote:  {"Nota de venta", "Sales note"},
	KindCreditNote: {"Nota de crédito", "Credit note"},
	KindOther:      {"Documento", "Document"},
}

// KindWord is the word for a kind in the account's language.
func KindWord(kind Kind, language crm.Language) string {
	words, ok := kindWords[kind]
	if !ok {
		words = kindWords[KindOther]
	}
	if language == crm.English {
		return words[1]
	}
	return words[0]
}

// Name is what the client is called. Source: docs/decisions.md, section 3.
func (c Client) Name() string {
	first, last, company := c.names()
	return (&crm.Contact{FirstName: first, LastName: last, Company: company}).Name()
}

// names returns what is written on a contact. Bsale fills `company` for persons too, with the full name or junk, so a person's is ignored.
func (c Client) names() (first, last, company string) {
	if c.IsCompany {
		if c.isUnnamed() {
			return "", "", c.unnamed()
		}
		return c.FirstName, c.LastName, c.Company
	}
	if c.FirstName == "" && c.LastName == "" {
		if c.Company != "" {
			return c.Company, "", ""
		}
		return c.unnamed(), "", ""
	}
	return c.FirstName, c.LastName, ""
}

func (c Client) isUnnamed() bool { return c.Company == "" && c.FirstName == "" && c.LastName == "" }

// unnamed is what a client is called that has no name in Bsale.
func (c Client) unnamed() string { return "Cliente " + strconv.FormatInt(c.ID, 10) }

// keys are the client's usable identities, in the order in which they decide.
func (c Client) keys() []identityOf {
	var keys []identityOf
	for _, key := range []identityOf{
		{crm.IdentityKey{Kind: crm.IdentityTaxID, Normalized: c.TaxIDKey}, c.Code},
		{crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: c.EmailKey}, c.Email},
		{crm.IdentityKey{Kind: crm.IdentityPhone, Normalized: c.PhoneKey}, c.Phone},
	} {
		if key.Normalized != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// identityOf is a key with the text that it came from.
type identityOf struct {
	crm.IdentityKey
	written string
}

// NewDocument reads what a decision needs out of a Bsale document.
func NewDocument(d bsale.Document, rules Ruleset, directory Directory) Document {
	doc := Document{
		ID:         d.ID,
		Kind:       rules.KindOf(d.Type),
		TypeName:   d.Type.Name,
		Folio:      strconv.FormatInt(d.Number, 10),
		Serial:     d.SerialNumber,
		EmittedOn:  crm.Date(d.EmissionDate),
		ExpiresOn:  crm.Date(d.ExpirationDate),
		Total:      d.Total,
		Net:        d.Net,
		Tax:        d.Tax,
		Exempt:     d.Exempt,
		Annulled:   d.Annulled(),
		PublicURL:  d.PublicURL,
		PDFURL:     d.PDFURL,
		SalesID:    d.SalesID,
		Address:    d.Address,
		District:   d.Municipality,
		City:       d.City,
		Office:     d.Office.Name,
		Attributes: make(map[string]string, len(d.Attributes)),
	}
	doc.Number = doc.Folio
	if doc.Serial != "" {
		doc.Number = doc.Serial
	}
	if d.Client != nil {
		client := newClient(*d.Client, rules.Account.Country)
		doc.Client = &client
	}
	if len(d.Sellers) > 0 {
		seller := Person{ID: d.Sellers[0].ID, Name: joinNames(d.Sellers[0].FirstName, d.Sellers[0].LastName)}
		seller.Email = directory[seller.ID].Email
		doc.Seller = &seller
	}
	if d.IssuerID != 0 {
		issuer := directory[d.IssuerID]
		issuer.ID = d.IssuerID
		doc.Issuer = &issuer
	}
	for _, attribute := range d.Attributes {
		doc.Attributes[attribute.Name] = attribute.Value
	}
	if rules.readsProducts() {
		codes := make([]string, 0, len(d.Details))
		for _, line := range d.Details {
			codes = append(codes, line.VariantCode)
		}
		doc.Products = joinDistinct(codes)
	}
	names := make([]string, 0, len(d.Payments))
	for _, payment := range d.Payments {
		names = append(names, payment.Name)
	}
	doc.Payments = joinDistinct(names)
	if doc.Kind == KindCreditNote {
		for _, reference := range d.References {
			doc.References = append(doc.References, Reference{Number: reference.Number, EmittedOn: crm.Date(reference.Date)})
		}
	}
	doc.Hash = doc.contentHash()
	return doc
}

// readsProducts says whether the mapping takes anything from a document's lines.
func (r Ruleset) readsProducts() bool {
	fromLines := func(rule FieldRule) bool { return rule.From == sourceProducts }
	return slices.ContainsFunc(r.Deal, fromLines) || slices.ContainsFunc(r.Contact, fromLines)
}

// mayBeCut names the lists that need not be whole: lines, which are the only ones to be long, are read beyond the 25 that come along only for a mapping
// that takes something from them.
func (r Ruleset) mayBeCut() bsale.Lists {
	if r.readsProducts() {
		return 0
	}
	return bsale.ListDetails
}

// KindOf says what a document type is, under these rules.
func (r Ruleset) KindOf(t bsale.DocumentType) Kind {
	if kind, ok := r.TypeKinds[t.ID]; ok {
		return kind
	}
	return SuggestKind(t)
}

func newClient(b bsale.Customer, country crm.Country) Client {
	c := Client{
		ID: b.ID, IsCompany: b.IsCompany, Foreign: b.IsForeigner,
		FirstName: b.FirstName, LastName: b.LastName, Company: b.Company,
		Code: b.Code, Email: strings.ToLower(strings.TrimSpace(b.Email)), Phone: b.Phone,
		Activity: b.Activity, Address: b.Address, District: b.Municipality, City: b.City, Note: b.Note,
	}
	// A foreigner's code is a passport or whatever was typed: never a tax id, except that it may be the generic one.
	if id, ok := crm.NormalizeTaxID(b.Code, country); ok && (!b.IsForeigner || id.Generic) {
		c.Code = id.Normalized
		if c.GenericTaxID = id.Generic; !id.Generic {
			c.TaxIDKey = id.Normalized
		}
	}
	if email, ok := crm.NormalizeEmail(b.Email); ok {
		c.EmailKey = email
	}
	if phone, ok := crm.NormalizePhone(b.Phone, country); ok {
		c.PhoneKey = phone
	}
	return c
}

// joinDistinct joins what is not empty, each once, in the order of first appearance.
func joinDistinct(words []string) string {
	var joined strings.Builder
	seen := make(map[string]bool, len(words))
	for _, word := range words {
		if word == "" || seen[word] {
			continue
		}
		seen[word] = true
		if joined.Len() > 0 {
			joined.WriteString(", ")
		}
		joined.WriteString(word)
	}
	return joined.String()
}

// contentHash covers all that a decision reads of the document; Bsale's addresses, stamps and the like are not in it.
func (d Document) contentHash() string {
	// Of seller and issuer only who they are: what Bsale's users are called or which e-mail they have is no content of the document.
	d.Seller, d.Issuer = d.Seller.onlyID(), d.Issuer.onlyID()
	data, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("bridge: a document is not JSON: %v", err)) // plain data, always is
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}
