package bridge

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"puente/internal/crm"
)

// AttributePrefix starts the sources that name one of the document's dynamic attributes.
const AttributePrefix = "document.attribute."

// anyAttribute stands for all of them in lists of sources.
const anyAttribute = AttributePrefix + "<…>"

// sourceProducts is the one source that reads a document's lines.
const sourceProducts = "document.products"

// source reads one value of a document. The client is never nil in sources that start with "client.".
type source func(d Document, r Ruleset) crm.Value

// sources are what a mapping row can take from a document or its client, by name.
var sources = map[string]source{
	"document.id":              func(d Document, _ Ruleset) crm.Value { return crm.NumberValue(d.ID) },
	"document.number":          func(d Document, _ Ruleset) crm.Value { return numberOrText(d.Number) },
	"document.folio":           func(d Document, _ Ruleset) crm.Value { return numberOrText(d.Folio) },
	"document.serial_number":   func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Serial) },
	"document.kind":            func(d Document, r Ruleset) crm.Value { return crm.TextValue(KindWord(d.Kind, r.Account.Language)) },
	"document.type":            func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.TypeName) },
	"document.emission_date":   func(d Document, _ Ruleset) crm.Value { return crm.DateValue(d.EmittedOn) },
	"document.expiration_date": func(d Document, _ Ruleset) crm.Value { return crm.DateValue(d.ExpiresOn) },
	"document.total":           func(d Document, r Ruleset) crm.Value { return amount(d.Total, r) },
	"document.net":             func(d Document, r Ruleset) crm.Value { return amount(d.Net, r) },
	"document.tax":             func(d Document, r Ruleset) crm.Value { return amount(d.Tax, r) },
	"document.exempt":          func(d Document, r Ruleset) crm.Value { return amount(d.Exempt, r) },
	"document.url":             func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.PublicURL) },
	"document.pdf_url":         func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.PDFURL) },
	"document.office":          func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Office) },
	"document.seller":          func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Seller.name()) },
	"document.seller_email":    func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Seller.email()) },
	"document.issuer_email":    func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Issuer.email()) },
	"document.address":         func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Address) },
	"document.municipality":    func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.District) },
	"document.city":            func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.City) },
	sourceProducts:             func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Products) },
	"document.payments":        func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Payments) },
	"document.sales_id":        func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.SalesID) },

	"client.id":           func(d Document, _ Ruleset) crm.Value { return crm.NumberValue(d.Client.ID) },
	"client.code":         func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.Code) },
	"client.name":         func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.Name()) },
	"client.first_name":   func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.FirstName) },
	"client.last_name":    func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.LastName) },
	"client.company":      func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.Company) },
	"client.email":        func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.Email) },
	"client.phone":        func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.phone()) },
	"client.activity":     func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.Activity) },
	"client.address":      func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.Address) },
	"client.municipality": func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.District) },
	"client.city":         func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.City) },
	"client.note":         func(d Document, _ Ruleset) crm.Value { return crm.TextValue(d.Client.Note) },
}

// SourceNames returns the names of all sources, sorted; attributes come as "document.attribute.<name>".
func SourceNames() []string {
	return append(slices.Sorted(maps.Keys(sources)), anyAttribute)
}

func knownSource(name string) bool {
	attribute, isAttribute := strings.CutPrefix(name, AttributePrefix)
	return isAttribute && attribute != "" || sources[name] != nil
}

// value reads the rule's source. An anonymous document has nothing of a client.
func (f FieldRule) value(d Document, r Ruleset) crm.Value {
	if f.Constant != nil {
		return crm.TextValue(*f.Constant)
	}
	if name, ok := strings.CutPrefix(f.From, AttributePrefix); ok {
		return crm.TextValue(d.Attributes[name])
	}
	if d.Client == nil && strings.HasPrefix(f.From, "client.") {
		return crm.Value{}
	}
	return sources[f.From](d, r)
}

// numberOrText keeps a folio fit for number fields; a serial number such as B001-318 is text.
func numberOrText(s string) crm.Value {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return crm.NumberValue(n)
	}
	return crm.TextValue(s)
}

func amount(d decimal.Decimal, r Ruleset) crm.Value {
	money, _, err := crm.NewMoney(d, r.Account.Currency)
	if err != nil { // beyond what 64 bits hold: no amount, but nothing is hidden
		return crm.TextValue(d.String())
	}
	return crm.AmountValue(money)
}

func (p *Person) name() string {
	if p == nil {
		return ""
	}
	return p.Name
}

func (p *Person) email() string {
	if p == nil {
		return ""
	}
	return p.Email
}

func (c Client) phone() string {
	if c.PhoneKey != "" {
		return c.PhoneKey
	}
	return c.Phone
}
