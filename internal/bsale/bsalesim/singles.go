package bsalesim

import (
	"net/http"
)

func (c *call) single(resource string, id int64) {
	if resource == "documents" && c.s.world.takeRead(id, c.s.now().UnixNano()) {
		c.fail(http.StatusNotFound, "Resource not found")
		return
	}
	x := c.expand()
	c.encoding(func(e *encoder) int {
		w := e.w
		switch resource {
		case "documents":
			if i, ok := w.docIndex(id); ok {
				e.document(i, x)
				return http.StatusOK
			}
		case "clients":
			if at, ok := w.clientAt[int(id)]; ok {
				cl := &w.clients[at]
				if cl.State == 99 && c.s.faults.has("deleted-clients-404") {
					return http.StatusNotFound
				}
				e.client(cl, x, false)
				return http.StatusOK
			}
		case "users":
			if at := w.userIndex(int(id)); at >= 0 {
				e.user(&w.users[at], x)
				return http.StatusOK
			}
		case "offices":
			if at := w.officeIndex(int(id)); at >= 0 {
				e.office(&w.offices[at])
				return http.StatusOK
			}
		case "document_types":
			if at := w.typeIndex(int(id)); at >= 0 {
				e.documentType(&w.types[at])
				return http.StatusOK
			}
		case "payment_types":
			for i := range w.paymentTypes {
				if int64(w.paymentTypes[i].ID) == id {
					e.paymentType(&w.paymentTypes[i])
					return http.StatusOK
				}
			}
		case "returns":
			for i := range w.returns {
				if w.returns[i].ID == id {
					e.returned(&w.returns[i], x)
					return http.StatusOK
				}
			}
		case "dte_codes":
			for i := range dteCodes {
				if int64(dteCodes[i].id) == id {
					e.dteCode(&dteCodes[i])
					return http.StatusOK
				}
			}
		case "coins":
			if id == 1 {
				e.coin()
				return http.StatusOK
			}
		}
		return http.StatusNotFound
	})
}

// takeRead counts a read of a document that is still hidden, and says whether it is.
func (w *World) takeRead(id, now int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isHidden(id, now) {
		return false
	}
	h := w.hidden[id]
	if h.reads > 0 {
		h.reads--
	}
	if h.reads == 0 && h.until <= now {
		delete(w.hidden, id)
		w.version++
	}
	return true
}

// documentList answers the lists below a document, which are paged like any other.
func (c *call) documentList(id int64, list string) {
	if c.s.world.takeRead(id, c.s.now().UnixNano()) {
		c.fail(http.StatusNotFound, "Resource not found")
		return
	}
	c.encoding(func(e *encoder) int {
		at, ok := e.w.docIndex(id)
		if !ok {
			return http.StatusNotFound
		}
		e.w.fill(at, e.s)
		d := &e.s.doc
		var n int
		var item func(d *Document, i int)
		switch list {
		case "details":
			n, item = len(d.Lines), e.detail
		case "sellers":
			n, item = len(d.Sellers), e.seller
		case "attributes":
			n, item = len(d.Attributes), e.documentAttribute
		case "references":
			n, item = len(d.References), e.reference
		case "payments":
			n, item = len(d.Payments), e.payment
		case "document_taxes":
			n, item = taxCount(d), e.documentTax
		default:
			return http.StatusNotFound
		}
		c.envelope(e, "documents/"+itoa(id)+"/"+list, n, func(i int) { item(d, i) })
		return http.StatusOK
	})
}

func (c *call) clientList(id int64, list string) {
	c.encoding(func(e *encoder) int {
		at, ok := e.w.clientAt[int(id)]
		if !ok {
			return http.StatusNotFound
		}
		cl := &e.w.clients[at]
		var n int
		var item func(i int)
		switch list {
		case "contacts":
			n, item = len(cl.Contacts), func(i int) { e.contact(cl, i) }
		case "attributes":
			n, item = len(cl.Attributes), func(i int) { e.attribute(&cl.Attributes[i]) }
		case "addresses":
			n, item = len(cl.Addresses), func(i int) { e.address(cl, i) }
		default:
			return http.StatusNotFound
		}
		c.envelope(e, "clients/"+itoa(id)+"/"+list, n, item)
		return http.StatusOK
	})
}

// returnDetails lists the lines that came back.
func (c *call) returnDetails(id int64, list string) {
	c.encoding(func(e *encoder) int {
		for i := range e.w.returns {
			if r := &e.w.returns[i]; r.ID == id && list == "details" {
				at, ok := e.w.docIndex(r.CreditNote)
				if !ok {
					return http.StatusNotFound
				}
				e.w.fill(at, e.s)
				lines := e.s.doc.Lines
				c.envelope(e, "returns/"+itoa(id)+"/details", len(lines), func(i int) {
					e.hrefID("return_details", lines[i].ID)
					e.kfloat("quantity", lines[i].Quantity)
					e.kint("documentDetailId", lines[i].Related)
					e.b = append(e.b, '}')
				})
				return http.StatusOK
			}
		}
		return http.StatusNotFound
	})
}
