package bsalesim

func (e *encoder) client(c *Client, x expand, hideEmail bool) {
	id := int64(c.ID)
	e.hrefID("clients", id)
	e.kstr("firstName", c.FirstName)
	e.kstr("lastName", c.LastName)
	if hideEmail {
		e.kstr("email", "")
	} else {
		e.kstr("email", c.Email)
	}
	e.kstr("code", c.Code)
	e.key("phone")
	if c.Phone == nil {
		e.raw("null")
	} else {
		e.str(*c.Phone)
	}
	e.kstr("company", c.Business)
	e.kstr("note", c.Note)
	e.kraw("facebook", `""`)
	e.kraw("twitter", `""`)
	if c.IsCompany {
		e.kraw("hasCredit", "1")
	} else {
		e.kraw("hasCredit", "null")
	}
	e.kfloat("maxCredit", 0)
	e.kint("state", int64(c.State))
	e.kstr("activity", c.Activity)
	e.kstr("city", c.City)
	e.kflag("commerciallyBlocked", c.Blocked)
	e.kstr(e.municipality(), c.Municipality)
	e.kstr("address", c.Address)
	e.kflag("companyOrPerson", c.IsCompany)
	e.kint("accumulatePoints", 0)
	e.kfloat("points", 0)
	e.kraw("pointsUpdated", `""`)
	e.kflag("sendDte", c.IsCompany)
	e.kflag("isForeigner", c.Foreigner)
	e.kint("prestashopClienId", 0)
	if !e.noCreatedAt {
		e.instant("createdAt", c.CreatedAt)
		e.instant("updatedAt", c.UpdatedAt)
	}
	if c.PaymentType != 0 {
		if x&expandPaymentType != 0 {
			e.key("payment_type")
			for i := range e.w.paymentTypes {
				if e.w.paymentTypes[i].ID == c.PaymentType {
					e.paymentType(&e.w.paymentTypes[i])
				}
			}
		} else {
			e.node("payment_type", "payment_types", int64(c.PaymentType))
		}
		e.node("sale_condition", "sale_conditions", 1)
		e.node("price_list", "price_lists", standardPriceList)
	}
	if x&expandContacts != 0 {
		e.nested("contacts", "clients", id, "contacts", len(c.Contacts), func(i int) { e.contact(c, i) })
	} else {
		e.link("contacts", "clients", id, "contacts")
	}
	if x&expandAttributes != 0 {
		e.nested("attributes", "clients", id, "attributes", len(c.Attributes), func(i int) { e.attribute(&c.Attributes[i]) })
	} else {
		e.link("attributes", "clients", id, "attributes")
	}
	if x&expandAddresses != 0 {
		e.nested("addresses", "clients", id, "addresses", len(c.Addresses), func(i int) { e.address(c, i) })
	} else {
		e.link("addresses", "clients", id, "addresses")
	}
	e.b = append(e.b, '}')
}

// instant is "" on rows that are older than the field.
func (e *encoder) instant(name string, sec int64) {
	if sec == 0 {
		e.kraw(name, `""`)
		return
	}
	e.key(name)
	e.seconds(sec)
}

func (e *encoder) clientSub(c *Client, list string, id int) {
	e.raw(`{"href":"`)
	e.raw(apiHost)
	e.raw("clients/")
	e.int(int64(c.ID))
	e.b = append(e.b, '/')
	e.raw(list)
	e.b = append(e.b, '/')
	e.int(int64(id))
	e.raw(`.json","id":`)
	e.int(int64(id))
}

func (e *encoder) contact(c *Client, i int) {
	p := &c.Contacts[i]
	e.clientSub(c, "contacts", p.ID)
	e.kstr("firstName", p.FirstName)
	e.kstr("lastName", p.LastName)
	e.kstr("phone", p.Phone)
	e.kstr("email", p.Email)
	e.b = append(e.b, '}')
}

func (e *encoder) address(c *Client, i int) {
	a := &c.Addresses[i]
	e.clientSub(c, "addresses", a.ID)
	e.kstr("addressName", a.Name)
	e.kstr("address", a.Address)
	e.kstr("city", a.City)
	e.kstr(e.municipality(), a.Municipality)
	e.kint("state", int64(a.State))
	e.b = append(e.b, '}')
}

func (e *encoder) documentType(t *DocumentType) {
	e.hrefID("document_types", int64(t.ID))
	e.kstr("name", t.Name)
	e.kint("initialNumber", 1)
	e.kstr("codeSii", t.CodeSII)
	e.kflag("isElectronicDocument", t.Electronic)
	e.kflag("breakdownTax", t.UseClient)
	e.kint("use", int64(t.Use))
	e.kflag("isSalesNote", t.IsSalesNote)
	e.kflag("isExempt", t.IsExempt)
	e.kint("restrictsTax", 0)
	e.kflag("useClient", t.UseClient)
	e.key("messageBodyFormat")
	if t.MessageBody == nil {
		e.raw("null")
	} else {
		e.str(*t.MessageBody)
	}
	e.kint("thermalPrinter", 1)
	e.kint("state", int64(t.State))
	if t.Electronic {
		e.kint("copyNumber", 2)
	} else {
		e.kint("copyNumber", 1)
	}
	e.kflag("isCreditNote", t.IsCreditNote)
	e.kint("continuedHigh", 0)
	e.kraw("ledgerAccount", "null")
	e.kint("ipadPrint", 0)
	e.kraw("ipadPrintHigh", `"0"`)
	e.kint("restrictClientType", 0)
	e.kint("useMaxDays", 0)
	e.kint("maxDays", -1)
	if t.BookType != 0 {
		e.node("book_type", "book_types", int64(t.BookType))
	}
	e.b = append(e.b, '}')
}

func (e *encoder) user(u *User, x expand) {
	e.hrefID("users", int64(u.ID))
	e.kstr("firstName", u.FirstName)
	e.kstr("lastName", u.LastName)
	e.kstr("email", u.Email)
	e.kint("state", int64(u.State))
	if at := e.w.officeIndex(u.Office); x&expandOffice != 0 && at >= 0 {
		e.key("office")
		e.office(&e.w.offices[at])
	} else {
		e.node("office", "offices", int64(u.Office))
	}
	e.b = append(e.b, '}')
}

func (e *encoder) office(o *Office) {
	e.hrefID("offices", int64(o.ID))
	e.kstr("name", o.Name)
	e.kraw("description", `""`)
	e.kstr("address", o.Address)
	e.kraw("latitude", `""`)
	e.kraw("longitude", `""`)
	e.kflag("isVirtual", o.Virtual)
	e.kstr("country", e.w.country.name)
	e.kstr("municipality", o.Municipality)
	e.kstr("city", o.City)
	e.kraw("zipCode", `""`)
	e.kraw("email", `""`)
	e.kraw("costCenter", `""`)
	e.kint("state", int64(o.State))
	e.kint("imagestionCellarId", 0)
	e.kflag("store", o.Virtual)
	e.kint("defaultPriceList", standardPriceList)
	e.b = append(e.b, '}')
}

func (e *encoder) paymentType(p *PaymentType) {
	e.hrefID("payment_types", int64(p.ID))
	e.kstr("name", p.Name)
	e.kint("isVirtual", 0)
	e.kint("isCheck", 0)
	e.kraw("maxCheck", "null")
	e.kint("isCreditNote", 0)
	e.kint("isClientCredit", 0)
	e.kflag("isCash", p.Cash)
	e.kint("isCreditMemo", 0)
	e.kint("state", int64(p.State))
	e.kint("maxClientCuota", 0)
	e.kraw("ledgerAccount", `""`)
	e.kraw("ledgerCode", "null")
	e.kint("isAgreementBank", 0)
	e.kraw("agreementCode", "null")
	e.b = append(e.b, '}')
}

func (e *encoder) coin() {
	e.hrefID("coins", 1)
	e.kstr("name", e.w.country.coin)
	e.kstr("symbol", "$")
	e.kint("decimals", int64(e.w.country.decimals))
	e.kint("totalRound", 0)
	e.b = append(e.b, '}')
}

func (e *encoder) dteCode(d *dteCode) {
	e.hrefID("dte_codes", int64(d.id))
	e.kstr("name", d.name)
	e.kstr("codeSii", d.code)
	e.kint("state", 0)
	e.b = append(e.b, '}')
}

func (e *encoder) returned(r *Return, x expand) {
	e.hrefID("returns", r.ID)
	e.key("code")
	e.b = append(e.b, '"')
	e.int(r.ID)
	e.b = append(e.b, '"')
	e.kday("returnDate", r.Day)
	e.kstr("motive", r.Motive)
	e.kint("type", 0)
	e.kint("priceAdjustment", 0)
	e.kint("editTexts", 0)
	e.kmoney("amount", r.Amount)
	e.node("office", "offices", int64(r.Office))
	e.node("user", "users", int64(r.User))
	e.documentNode("reference_document", r.Sale, x&expandReferenceDocument != 0)
	e.documentNode("credit_note", r.CreditNote, x&expandCreditNote != 0)
	e.link("details", "returns", r.ID, "details")
	e.b = append(e.b, '}')
}

func (e *encoder) documentNode(name string, id int64, full bool) {
	if i, ok := e.w.docIndex(id); ok && full {
		e.key(name)
		e.document(i, 0)
		return
	}
	e.node(name, "documents", id)
}
