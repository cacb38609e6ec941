package bsalesim

// expand is a set of relations to write in full.
type expand uint16

const (
	expandType expand = 1 << iota
	expandClient
	expandOffice
	expandCoin
	expandDetails
	expandSellers
	expandAttributes
	expandReferences
	expandPayments
	expandTaxes
	expandContacts
	expandAddresses
	expandPaymentType
	expandReferenceDocument
	expandCreditNote
)

var expandNames = map[string]expand{
	"document_type": expandType, "document_types": expandType,
	"client": expandClient, "office": expandOffice, "coin": expandCoin, "details": expandDetails, "sellers": expandSellers,
	"attributes": expandAttributes, "references": expandReferences, "payments": expandPayments, "document_taxes": expandTaxes,
	"contacts": expandContacts, "addresses": expandAddresses, "payment_type": expandPaymentType,
	"reference_document": expandReferenceDocument, "credit_note": expandCreditNote,
	// "user" is accepted and does nothing, as in the real API.
}

// document writes the document at index i. The caller holds the read lock.
func (e *encoder) document(i int, x expand) {
	w := e.w
	w.fill(i, e.s)
	d, r := &e.s.doc, &w.docs[i]
	typ := &w.types[r.typ]
	abroad := w.country.code != "CL"

	e.hrefID("documents", d.ID)
	e.kday("emissionDate", d.Emission)
	e.kday("expirationDate", d.Expiration)
	e.key("generationDate")
	e.seconds(d.Generated)
	e.kint("number", d.Number)
	e.kstrNull("serialNumber", d.Serial)
	e.kraw("trackingNumber", "null")
	e.kmoney("totalAmount", d.Total)
	e.kmoney("netAmount", d.Net)
	e.kmoney("taxAmount", d.Tax)
	e.kmoney("exemptAmount", d.Exempt)
	e.kmoney("notExemptAmount", d.Net)
	for _, name := range [...]string{
		"exportTotalAmount", "exportNetAmount", "exportTaxAmount", "exportExemptAmount",
		"commissionRate", "commissionNetAmount", "commissionTaxAmount", "commissionTotalAmount",
	} {
		e.kmoney(name, 0)
	}
	e.kfloat("percentageTaxWithheld", 0)
	e.kmoney("purchaseTaxAmount", 0)
	e.kmoney("purchaseTotalAmount", 0)
	e.kstrNull("address", d.Address)
	e.kstrNull(e.municipality(), d.Municipality)
	e.kstrNull("city", d.City)
	e.kraw("urlTimbre", "null")
	e.viewURL("urlPublicView", d.Token, "", "?sfd=99")
	e.viewURL("urlPdf", d.Token, ".pdf", "?sfd=99")
	e.viewURL("urlPublicViewOriginal", d.Token, "", "")
	e.viewURL("urlPdfOriginal", d.Token, ".pdf", "")
	e.kstr("token", d.Token)
	e.kint("state", int64(d.State))
	e.kint("commercialState", 0)
	e.kint("cancellationStatus", int64(d.CancellationStatus))
	e.key("cancellationDate")
	if d.Cancelled == 0 {
		e.raw("null")
	} else {
		e.seconds(d.Cancelled)
	}
	e.key("urlXml")
	if typ.Electronic {
		e.b = append(e.b, '"')
		e.raw(apiHost)
		e.int(int64(w.cpnID))
		e.raw("/files/")
		e.raw(d.Token)
		e.raw(`.xml"`)
	} else {
		e.raw("null")
	}
	if abroad {
		e.kraw("stamp", "null")
		e.kstrNull("salesId", d.SalesID)
		e.kint("informed", 0)
		e.kraw("responseMsg", "null")
	} else {
		e.kraw("ted", "null")
		e.kstrNull("salesId", d.SalesID)
		// 0 is accepted, 1 sent: inverted, as in the API.
		e.kflag("informedSii", !typ.Electronic)
		e.kraw("responseMsgSii", "null")
	}

	if x&expandType != 0 {
		e.key("document_type")
		e.documentType(typ)
	} else {
		e.node("document_type", "document_types", int64(typ.ID))
	}
	if r.client >= 0 {
		c := &w.clients[r.client]
		if x&expandClient != 0 {
			e.key("client")
			e.client(c, 0, e.hideEmails)
		} else {
			e.node("client", "clients", int64(c.ID))
		}
	}
	if x&expandOffice != 0 {
		e.key("office")
		e.office(&w.offices[r.office])
	} else {
		e.node("office", "offices", int64(d.Office))
	}
	e.node("user", "users", int64(d.User))
	if x&expandCoin != 0 {
		e.key("coin")
		e.coin()
	} else {
		e.node("coin", "coins", 1)
	}
	e.node("priceList", "price_lists", standardPriceList)

	e.list(x, expandReferences, d, "references", len(d.References), e.reference)
	e.list(x, expandTaxes, d, "document_taxes", taxCount(d), e.documentTax)
	e.list(x, expandDetails, d, "details", len(d.Lines), e.detail)
	e.list(x, expandSellers, d, "sellers", len(d.Sellers), e.seller)
	e.list(x, expandAttributes, d, "attributes", len(d.Attributes), e.documentAttribute)
	if e.paymentsArray && x&expandPayments != 0 {
		e.key("payments")
		e.b = append(e.b, '[')
		for i := range min(len(d.Payments), nestedLimit) {
			if i > 0 {
				e.b = append(e.b, ',')
			}
			e.payment(d, i)
		}
		e.b = append(e.b, ']')
	} else {
		e.list(x, expandPayments, d, "payments", len(d.Payments), e.payment)
	}
	e.b = append(e.b, '}')
}

func (e *encoder) municipality() string {
	if e.w.country.code == "CL" {
		return "municipality"
	}
	return "district"
}

func (e *encoder) viewURL(name, token, suffix, query string) {
	e.key(name)
	e.b = append(e.b, '"')
	e.raw(e.w.country.viewHost)
	e.raw("/view/")
	e.int(int64(e.w.cpnID))
	e.b = append(e.b, '/')
	e.raw(token)
	e.raw(suffix)
	e.raw(query)
	e.b = append(e.b, '"')
}

func (e *encoder) list(x, bit expand, d *Document, name string, n int, item func(d *Document, i int)) {
	if x&bit == 0 {
		e.link(name, "documents", d.ID, name)
		return
	}
	e.nested(name, "documents", d.ID, name, n, func(i int) { item(d, i) })
}

// subHref opens an item that lives below a document.
func (e *encoder) subHref(d *Document, list string, id int64) {
	e.raw(`{"href":"`)
	e.raw(apiHost)
	e.raw("documents/")
	e.int(d.ID)
	e.b = append(e.b, '/')
	e.raw(list)
	e.b = append(e.b, '/')
	e.int(id)
	e.raw(`.json","id":`)
	e.int(id)
}

func (e *encoder) reference(d *Document, i int) {
	ref := &d.References[i]
	e.subHref(d, "references", ref.ID)
	e.kday("referenceDate", ref.Date)
	e.kstr("number", ref.Number)
	e.kstr("reason", ref.Reason)
	e.node("dte_code", "dte_codes", int64(ref.DTECode))
	e.b = append(e.b, '}')
}

func taxCount(d *Document) int {
	if d.Tax == 0 {
		return 0
	}
	return 1
}

func (e *encoder) documentTax(d *Document, i int) {
	e.subHref(d, "document_taxes", d.ID+int64(i)+1)
	e.kmoney("totalAmount", d.Tax)
	e.kmoney("exemptAmount", 0)
	e.node("tax", "taxes", 1)
	e.b = append(e.b, '}')
}

func (e *encoder) detail(d *Document, i int) {
	l := &d.Lines[i]
	c := &e.w.country
	exempt := d.Exempt != 0
	net, unitNet := l.Total, l.Unit
	unitRaw := l.Unit
	if !exempt {
		net = c.netOf(l.Total)
		unitRaw = l.Unit * moneyUnit / (moneyUnit + c.tax)
		unitNet = c.round(unitRaw)
	}
	e.subHref(d, "details", l.ID)
	e.kint("lineNumber", int64(i))
	e.kfloat("quantity", l.Quantity)
	e.kmoney("netUnitValue", unitNet)
	e.kfloat("netUnitValueRaw", unitRaw)
	e.kmoney("totalUnitValue", l.Unit)
	e.kmoney("netAmount", net)
	e.kmoney("taxAmount", l.Total-net)
	e.kmoney("totalAmount", l.Total)
	e.kmoney("netDiscount", 0)
	e.kmoney("totalDiscount", 0)
	if l.Variant != 0 {
		e.key("variant")
		e.hrefID("variants", int64(l.Variant))
		e.kstr("description", l.Description)
		e.kstr("code", l.Code)
		e.b = append(e.b, '}')
	}
	e.kstr("note", l.Note)
	e.kint("relatedDetailId", l.Related)
	e.kint("gratuity", 0)
	e.kint("discountId", 0)
	e.kfloat("discountPercentage", 0)
	e.b = append(e.b, '}')
}

func (e *encoder) seller(d *Document, i int) {
	at := e.w.userIndex(d.Sellers[i])
	u := &e.w.users[at]
	e.hrefID("users", int64(u.ID))
	e.kstr("firstName", u.FirstName)
	e.kstr("lastName", u.LastName)
	e.b = append(e.b, '}')
}

func (e *encoder) documentAttribute(d *Document, i int) { e.attribute(&d.Attributes[i]) }

func (e *encoder) attribute(a *Attribute) {
	e.hrefID("dynamic_attributes", int64(a.ID))
	e.kstr("name", a.Name)
	e.kstr("value", a.Value)
	e.b = append(e.b, '}')
}

// payment is flattened to its payment type: id and name are the type's.
func (e *encoder) payment(d *Document, i int) {
	p := &d.Payments[i]
	e.hrefID("payment_types", int64(p.Type))
	e.kstr("name", e.w.paymentName(p.Type))
	e.kmoney("amount", p.Amount)
	e.b = append(e.b, '}')
}

func (w *World) paymentName(id int) string {
	for i := range w.paymentTypes {
		if w.paymentTypes[i].ID == id {
			return w.paymentTypes[i].Name
		}
	}
	return ""
}
