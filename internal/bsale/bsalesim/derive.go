package bsalesim

import "strconv"

// scratch holds a document being looked at, with its slices reused from one to the
// next: pages of fifty must not cost fifty sets of slices.
type scratch struct {
	doc      Document
	sellers  []int
	lines    []Line
	payments []Payment
	refs     []Reference
	attrs    []Attribute
}

// mix is splitmix64's finaliser: one number in, one that looks unrelated out.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func tokenOf(seed uint64, id int64) string {
	var b [12]byte
	h := mix(seed ^ uint64(id)<<17)
	for i := range b {
		b[i] = "0123456789abcdef"[h&15]
		h >>= 4
	}
	return string(b[:])
}

// fill works a document out in full into s. The caller holds at least the read lock
// and must not keep s.doc's slices past the next call.
func (w *World) fill(i int, s *scratch) {
	r := &w.docs[i]
	if r.full != nil {
		s.doc = *r.full
		s.doc.State, s.doc.CancellationStatus, s.doc.Cancelled = int(r.state), int(r.cancelSt), r.cancelled
		return
	}
	h := mix(w.seed ^ uint64(r.id))
	typ := &w.types[r.typ]
	d := Document{
		ID: r.id, Type: typ.ID, Number: r.number, Serial: w.serialText(r),
		Emission: r.day, Expiration: r.day + Day(r.expDays),
		Generated: r.day.Unix() + int64(r.second) - int64(w.country.zone),
		Office:    w.offices[r.office].ID, User: w.users[r.user].ID,
		Total: r.total, Net: r.net, Tax: r.tax,
		State: int(r.state), CancellationStatus: int(r.cancelSt), Cancelled: r.cancelled,
		Token: tokenOf(w.seed, r.id),
	}
	if typ.IsExempt {
		d.Exempt = r.total
	}
	if r.client >= 0 {
		c := &w.clients[r.client]
		d.Client = c.ID
		if typ.UseClient && typ.Electronic {
			d.Address, d.Municipality, d.City = c.Address, c.Municipality, c.City
		}
	}
	if h%37 == 0 {
		d.SalesID = "WEB-" + strconv.FormatInt(r.id, 10)
	}

	s.sellers = s.sellers[:0]
	if r.seller != noSeller {
		s.sellers = append(s.sellers, w.users[r.seller].ID)
		if h>>8%23 == 0 {
			if other := w.users[(int(r.seller)+1)%len(w.users)].ID; other != s.sellers[0] {
				s.sellers = append(s.sellers, other)
			}
		}
	}
	d.Sellers = s.sellers

	s.lines = appendLines(s.lines[:0], w.country, w.seed, r.lineKey, int(r.lines))
	for j := range s.lines {
		s.lines[j].ID = r.id*100 + int64(j)
	}
	if r.credited >= 0 {
		for j := range s.lines {
			s.lines[j].Related = w.docs[r.credited].id*100 + int64(j)
		}
	}
	d.Lines = s.lines

	s.payments = s.payments[:0]
	if typ.Use == 0 && !typ.IsSalesNote && typ.ID != TypePurchaseOrder && len(w.paymentTypes) > 0 {
		first := w.paymentTypes[int(h>>16)%len(w.paymentTypes)].ID
		if h>>24%11 == 0 && r.total > 2*w.country.quantum() {
			half := w.country.round(r.total / 2)
			second := w.paymentTypes[int(h>>32)%len(w.paymentTypes)].ID
			s.payments = append(s.payments, Payment{first, half}, Payment{second, r.total - half})
		} else {
			s.payments = append(s.payments, Payment{first, r.total})
		}
	}
	d.Payments = s.payments

	s.refs = s.refs[:0]
	switch {
	case r.credited >= 0:
		sale := &w.docs[r.credited]
		s.refs = append(s.refs, Reference{
			ID: r.id * 10, Date: sale.day, Number: w.numberText(sale), Reason: "Devolución de producto",
			DTECode: dteCodeOf(w.types[sale.typ].CodeSII),
		})
	case typ.UseClient && typ.Electronic && h>>40%19 == 0:
		s.refs = append(s.refs, Reference{ID: r.id * 10, Date: r.day - 3, Number: "OC-" + strconv.Itoa(int(h%9000)+1000), Reason: "Orden de compra", DTECode: 20})
	}
	d.References = s.refs

	s.attrs = s.attrs[:0]
	if h>>44%13 == 0 {
		s.attrs = append(s.attrs, Attribute{71, "N° Oportunidad CRM", strconv.Itoa(int(h>>20%9000) + 1000)})
	}
	if h>>48%17 == 0 {
		s.attrs = append(s.attrs, Attribute{93, "Detalle de pago", ""})
	}
	d.Attributes = s.attrs
	s.doc = d
}

// appendLines works out the lines that key always gives.
func appendLines(lines []Line, c country, seed uint64, key int64, n int) []Line {
	h := mix(seed ^ mix(uint64(key)))
	for range n {
		h = mix(h)
		a := &articles[h%uint64(len(articles))]
		qty := int64(h>>16%4) + 1
		unit := Units(a.price)
		if c.decimals > 0 {
			// The same goods in soles and Mexican pesos; cents other than .00 and .90 come
			// from the hash.
			unit = Money(a.price)*moneyUnit/200 + Money(h>>24%100)*100
			unit = c.round(unit)
		}
		line := Line{Quantity: Money(qty * moneyUnit), Unit: unit, Total: unit * Money(qty), Variant: 5000 + int(h%uint64(len(articles))), Code: a.code, Description: a.label}
		if h>>40%31 == 0 {
			line.Note = "Entregar en bodega"
		}
		if h>>46%61 == 0 {
			// A free-text line: no variant node at all.
			line.Variant, line.Code, line.Description, line.Note = 0, "", "", "Despacho a domicilio"
		}
		lines = append(lines, line)
	}
	return lines
}

func totalOf(lines []Line) Money {
	var t Money
	for i := range lines {
		t += lines[i].Total
	}
	return t
}
