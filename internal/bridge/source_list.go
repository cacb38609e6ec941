package bridge

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"puente/internal/crm"
)

// Source is something that a mapping row can take from a document or its client.
type Source struct {
	Name    string // "document.total"; "document.attribute.<…>" stands for all attributes
	Kind    crm.ValueKind
	Fits    []crm.FieldType // the types of field that hold it, going by the example; a dropdown does if it has such an option
	Example string          // as a text field of the account holds it
}

// Sources returns all sources in the order of their names, with made-up examples.
func Sources(account crm.Account) []Source {
	rules := Ruleset{Account: account}
	doc := exampleDocument(account)
	var all []Source
	for _, name := range SourceNames() {
		all = append(all, newSource(name, sourceValue(name, doc, rules), account))
	}
	return all
}

// sourceValue reads one source; the placeholder of attributes reads the first there is.
func sourceValue(name string, doc Document, rules Ruleset) crm.Value {
	if name == anyAttribute {
		for attribute := range doc.Attributes {
			name = AttributePrefix + attribute
		}
	}
	return FieldRule{From: name}.value(doc, rules)
}

func newSource(name string, value crm.Value, account crm.Account) Source {
	return Source{Name: name, Kind: value.Kind(), Fits: typesThatHold(value, account), Example: value.Text(account.Country)}
}

func typesThatHold(value crm.Value, account crm.Account) []crm.FieldType {
	var types []crm.FieldType
	for _, t := range fieldTypes {
		field := crm.CustomField{Type: t, Options: []string{value.Text(account.Country)}}
		if _, ok := field.Convert(value, account); ok {
			types = append(types, t)
		}
	}
	return types
}

// FitsOf returns the types of field that a mapping may fill from a source, going by the same example as [Sources]; all of them for an attribute, which may hold anything, and for a source that is
// not known.
func FitsOf(source string, account crm.Account) []crm.FieldType {
	if strings.HasPrefix(source, AttributePrefix) || !knownSource(source) {
		return slices.Clone(fieldTypes)
	}
	return typesThatHold(sourceValue(source, exampleDocument(account), Ruleset{Account: account}), account)
}

// fieldTypes are all types of custom field.
var fieldTypes = []crm.FieldType{
	crm.TypeText, crm.TypeLongText, crm.TypeNumber, crm.TypeDecimal, crm.TypeMoney, crm.TypeDate, crm.TypeBool, crm.TypeDropdown, crm.TypeMultiSelect,
	crm.TypeEmail, crm.TypePhone, crm.TypeURL,
}

// exampleDocument is a document that has everything.
func exampleDocument(account crm.Account) Document {
	total, net, tax := decimal.New(11900, 0), decimal.New(10000, 0), decimal.New(1900, 0)
	seller := Person{ID: 1, Name: "Camila Rojas", Email: "camila@tienda.example"}
	code, phone := "12345678-5", "+56961234567"
	switch account.Country {
	case crm.Peru:
		code, phone = "20100070970", "+51961234567"
	case crm.Mexico:
		code, phone = "VECJ880326XK4", "+525512345678"
	}
	return Document{
		ID: 4711, Kind: KindReceipt, TypeName: "BOLETA ELECTRÓNICA", Number: "1234", Folio: "1234", Serial: "B001-1234",
		EmittedOn: crm.Date{Year: 2026, Month: time.March, Day: 12}, ExpiresOn: crm.Date{Year: 2026, Month: time.April, Day: 12},
		Total: total, Net: net, Tax: tax, Exempt: decimal.New(500, 0),
		Client: &Client{
			ID: 815, FirstName: "Valentina", LastName: "Aros", Company: "Aros y Cía.", IsCompany: true, Code: code, Email: "valentina@correo.example", Phone: phone,
			PhoneKey: phone, Activity: "Venta al por menor", Address: "Los Aromos 123", District: "Providencia", City: "Santiago", Note: "Prefiere retirar en tienda",
		},
		Seller: &seller, Issuer: &seller, Office: "Casa Matriz", PublicURL: "https://www.bsale.cl/view/1/abc", PDFURL: "https://www.bsale.cl/pdf/abc.pdf", SalesID: "V-77",
		Address: "Los Aromos 123", District: "Providencia", City: "Santiago", Products: "SKU-1, SKU-2", Payments: "Efectivo",
		Attributes: map[string]string{"N° de pedido": "P-15"},
	}
}

// samples returns, for each source that has something in one of the documents, the latest such thing, and each attribute that a document has.
func samples(docs []Document, rules Ruleset) []Source {
	var all []Source
	names := slices.DeleteFunc(SourceNames(), func(name string) bool { return name == anyAttribute })
	for _, doc := range docs {
		for attribute := range doc.Attributes {
			if name := AttributePrefix + attribute; strings.TrimSpace(attribute) != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, doc := range slices.Backward(docs) {
			if value := sourceValue(name, doc, rules); !value.IsEmpty() {
				all = append(all, newSource(name, value, rules.Account))
				break
			}
		}
	}
	return all
}
