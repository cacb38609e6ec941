package bsalesim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// generator makes a shop's documents one after the other. The same seed, number of
// documents, country and last day make the same shop, to the byte.
type generator struct {
	w       *World
	rng     *rand.Rand
	domain  string
	pending []pendingSale
	sales   []int32 // the latest sales with a client, for credit notes
	lines   []Line
}

// pendingSale is a quote that its client will accept on a later day.
type pendingSale struct {
	day   Day
	quote int32
}

func newGenerator(w *World) *generator {
	return &generator{w: w, rng: rand.New(rand.NewPCG(w.seed, 0x70756e7465)), domain: "quillay.example"}
}

// seedWorld makes a shop of n documents that ends on the day until and spans days.
func seedWorld(code string, seed uint64, n int, until Day, days, cpnID int) (*World, error) {
	if _, err := countryOf(code); err != nil {
		return nil, err
	}
	w := NewWorld(code)
	w.seed = seed
	w.cpnID = cpnID
	g := newGenerator(w)
	w.gen = g
	g.people()
	w.docs = make([]rec, 0, n)
	for i := range n {
		// Emission days rise with the ids, and the last document falls on the last day.
		day := until - Day(days-1) + Day((i+1)*days/max(n, 1)) - 1
		if i == n-1 || day > until {
			day = until
		}
		g.next(day)
	}
	return w, w.err
}

func (g *generator) people() {
	w := g.w
	place := places[w.country.code]
	w.offices = nil
	for i, name := range []string{"Casa Matriz", "Sucursal Sur", "Tienda Web"} {
		p := place[i%len(place)]
		w.offices = append(w.offices, Office{ID: []int{1, 2, 6}[i], Name: name, Address: streets[i] + " " + strconv.Itoa(100+17*i), Municipality: p[0], City: p[1], Virtual: i == 2})
	}
	at := "@" + g.domain
	for _, u := range []User{
		{ID: 1, FirstName: "Asistente", LastName: "Bsale", Email: "asistente" + at},
		{ID: 3, FirstName: "Camila", LastName: "Rebolledo", Email: "camila.rebolledo" + at},
		{ID: 4, FirstName: "Integración", LastName: "API", Email: "api" + at},
		{ID: 7, FirstName: "Matías", LastName: "Ñancupil", Email: "MATIAS.N@Quillay.example", Office: 2},
		{ID: 8, FirstName: "Rosa", LastName: "Quispe", Email: "rosa.quispe" + at, Office: 2},
		{ID: 11, FirstName: "Vendedor", LastName: "Antiguo", State: 1, Office: 2},
		{ID: 13, FirstName: "Diego", LastName: "Tapia ", Email: " diego.tapia" + at + " ", Office: 6},
		{ID: 14, FirstName: "Cajero", LastName: "Turno Noche", Office: 6},
		{ID: 16, FirstName: "Paula", LastName: "Leiva", Email: "paula.leiva@otra.example", State: 1},
	} {
		if u.Office == 0 {
			u.Office = 1
		}
		w.users = append(w.users, u)
	}
	phone := ""
	generic := Client{
		ID: firstSeededClient, FirstName: "Cliente", LastName: "Boleta", Code: w.country.generic[0], Phone: &phone, Activity: "Sin Giro",
		CreatedAt: 1_600_000_000, UpdatedAt: 1_600_000_000,
		Truth: &Truth{Generic: true, CodeForm: w.country.generic[0]},
	}
	w.addClient(generic)
}

// next makes one document of the usual mix on the given day.
func (g *generator) next(day Day) int {
	w := g.w
	if len(g.pending) > 0 && g.pending[0].day <= day {
		return g.accept(day)
	}
	roll := g.rng.IntN(1000)
	switch {
	case roll < 20 && len(g.sales) > 0:
		return g.creditNote(day)
	case roll < 480:
		return g.sale(day, TypeReceipt, -1)
	case roll < 600:
		return g.quote(day, g.client())
	case roll < 650:
		return g.sale(day, TypeSalesNote, g.client())
	case roll < 740:
		return g.sale(day, TypeInvoice, g.client())
	case roll < 748:
		return g.sale(day, TypeInvoiceExempt, g.client())
	case roll < 762:
		return g.sale(day, TypeDispatchGuide, g.client())
	case roll < 766:
		return g.sale(day, TypePurchaseOrder, g.client())
	case roll < 776:
		return g.sale(day, TypeReceiptExempt, g.client())
	case roll < 786:
		return g.sale(day, TypeReceipt, w.clientAt[firstSeededClient])
	default:
		return g.sale(day, TypeReceipt, g.client())
	}
}

func (g *generator) quote(day Day, client int32) int {
	i := g.sale(day, TypeQuote, client)
	if g.w.docs[i].state == 0 && g.rng.IntN(100) < 60 {
		p := pendingSale{day: day + 2 + Day(g.rng.IntN(14)), quote: int32(i)}
		at, _ := slices.BinarySearchFunc(g.pending, p.day, func(p pendingSale, d Day) int { return int(p.day) - int(d) })
		g.pending = slices.Insert(g.pending, at, p)
	}
	return i
}

// accept turns the oldest waiting quote into a sale of the same client and lines.
func (g *generator) accept(day Day) int {
	quote := g.w.docs[g.pending[0].quote]
	g.pending = g.pending[1:]
	typ := TypeReceipt
	if g.rng.IntN(2) == 0 {
		typ = TypeInvoice
	}
	i := g.add(day, typ, quote.client, quote.lineKey, int(quote.lines))
	g.remember(i)
	return i
}

func (g *generator) sale(day Day, typ int, client int32) int {
	n := 1 + g.rng.IntN(4)
	switch roll := g.rng.IntN(400); {
	case roll == 0:
		n = 26 + g.rng.IntN(12)
	case roll < 20:
		n += 6
	}
	i := g.add(day, typ, client, 0, n)
	if r := &g.w.docs[i]; g.rng.IntN(1000) < 15 {
		r.state, r.cancelSt = 1, 1
		r.cancelled = r.day.Unix() + int64(r.second) + 7200 - int64(g.w.country.zone)
	} else if typ == TypeReceipt || typ == TypeInvoice {
		g.remember(i)
	}
	return i
}

func (g *generator) remember(i int) {
	if g.w.docs[i].client < 0 && g.rng.IntN(8) != 0 {
		return
	}
	if len(g.sales) >= 40 {
		g.sales = append(g.sales[:0], g.sales[1:]...)
	}
	g.sales = append(g.sales, int32(i))
}

func (g *generator) creditNote(day Day) int {
	w := g.w
	at := g.rng.IntN(len(g.sales))
	sale := g.sales[at]
	g.sales = slices.Delete(g.sales, at, at+1)
	s := w.docs[sale]
	if s.state != 0 || s.full != nil {
		return g.sale(day, TypeReceipt, -1) // annulled since, or not the generator's own
	}
	n := int(s.lines)
	if n > 1 && g.rng.IntN(5) < 2 {
		n = 1 + g.rng.IntN(n-1) // some of the lines came back
	}
	i := g.add(day, TypeCreditNote, s.client, s.lineKey, n)
	r := &w.docs[i]
	r.credited = sale
	if n == int(s.lines) {
		r.total, r.net, r.tax = s.total, s.net, s.tax
	}
	w.addReturn(r, s.id, r.total)
	return i
}

// add appends a document. key 0 gives it lines of its own.
func (g *generator) add(day Day, typ int, client int32, key int64, lines int) int {
	w := g.w
	id := w.nextID()
	if key == 0 {
		key = id
	}
	g.lines = appendLines(g.lines[:0], w.country, w.seed, key, lines)
	total := totalOf(g.lines)
	at := w.typeIndex(typ)
	r := rec{
		id: id, total: total, net: w.country.netOf(total), number: w.folio(typ), day: day, lines: uint8(lines), lineKey: key,
		typ: uint8(at), client: client, credited: -1, seller: noSeller,
		second: int32(9*3600 + g.rng.IntN(13*3600)),
		office: uint8(g.rng.IntN(len(w.offices))), user: uint8(g.rng.IntN(len(w.users))),
	}
	r.tax = total - r.net
	if w.types[at].IsExempt {
		r.net, r.tax = 0, 0
	}
	if typ == TypeQuote {
		r.expDays = int16(10 + g.rng.IntN(3)*5)
	} else if typ == TypeInvoice {
		r.expDays = int16(g.rng.IntN(2) * 30)
	}
	if g.rng.IntN(10) < 8 {
		r.seller = uint8(g.rng.IntN(len(w.users)))
	}
	if n := len(w.docs); n > 0 && w.docs[n-1].day > day {
		w.monotone = false
	}
	w.docs = append(w.docs, r)
	w.version++
	return len(w.docs) - 1
}

// client is a new client or, more often, a known one: a few come all the time.
func (g *generator) client() int32 {
	w := g.w
	n := len(w.clients)
	if n < 4 || g.rng.IntN(100) < 37 {
		return g.newClient()
	}
	u := g.rng.Float64()
	return int32(1 + float64(n-1)*u*u*u)
}

func (g *generator) newClient() int32 {
	w, rng := g.w, g.rng
	id := w.clients[len(w.clients)-1].ID + 1 + rng.IntN(3)
	c := Client{ID: id, Truth: &Truth{}, Activity: "Sin Giro", IsCompany: rng.IntN(4) == 0}
	c.CreatedAt = 1_600_000_000 + int64(id)*3571
	c.UpdatedAt = c.CreatedAt + int64(rng.IntN(9_000_000))
	first, last := firstNames[rng.IntN(len(firstNames))], lastNames[rng.IntN(len(lastNames))]
	name := first + " " + last
	if c.IsCompany {
		name = businessKinds[rng.IntN(len(businessKinds))] + " " + businessNames[rng.IntN(len(businessNames))] + " SpA"
		c.Business = name
		c.Activity = "Comercio"
		if rng.IntN(3) == 0 {
			c.FirstName, c.LastName = first, last
		}
		if rng.IntN(4) == 0 {
			c.PaymentType = 12
		}
	} else {
		c.FirstName, c.LastName = first, last
		switch rng.IntN(12) {
		case 0:
			c.LastName += " " // typed with a space at the end
		case 1:
			c.FirstName, c.LastName = "", "" // only the company field was filled
		}
		c.Business = name
		if rng.IntN(4) == 0 {
			c.Business = junkCompanies[rng.IntN(len(junkCompanies))]
		}
	}
	p := places[w.country.code][rng.IntN(len(places[w.country.code]))]
	c.Municipality, c.City = p[0], p[1]
	c.Address = streets[rng.IntN(len(streets))] + " " + strconv.Itoa(10+rng.IntN(2000))
	if rng.IntN(15) == 0 {
		c.Note = "Llamar antes de despachar"
	}
	if rng.IntN(60) == 0 {
		c.State = 1
	}
	g.taxID(&c)
	g.email(&c, name, id)
	g.phone(&c)
	if rng.IntN(6) == 0 {
		c.Contacts = []ClientContact{{ID: id*10 + 1, FirstName: "Recepción"}, {ID: id * 10, FirstName: first, LastName: last, Email: c.Email}}
		slices.Reverse(c.Contacts)
	}
	if rng.IntN(8) == 0 {
		c.Attributes = []Attribute{{45, "Rubro", ""}, {77, "Número Cliente", fmt.Sprintf("C-%d", id)}}
	}
	g.share(&c)
	return w.clientAt[w.addClient(c)]
}

// share makes some clients repeat what another one has, as real ones do: two rows for
// one person, or a family with one phone.
func (g *generator) share(c *Client) {
	w, rng := g.w, g.rng
	if len(w.clients) < 3 {
		return
	}
	other := &w.clients[1+rng.IntN(len(w.clients)-1)]
	switch rng.IntN(100) {
	case 0, 1:
		// The same person registered again.
		c.Code, c.Foreigner, c.IsCompany = other.Code, other.Foreigner, other.IsCompany
		c.FirstName, c.LastName, c.Business = other.FirstName, other.LastName, other.Business
		t := *c.Truth
		t.TaxID, t.Generic, t.CodeForm = other.Truth.TaxID, other.Truth.Generic, other.Truth.CodeForm
		c.Truth = &t
	case 2:
		c.Email, c.Truth.Email = other.Email, other.Truth.Email
	case 3:
		c.Phone, c.Truth.Phone = other.Phone, other.Truth.Phone
	}
}

func (g *generator) taxID(c *Client) {
	rng, t := g.rng, c.Truth
	if rng.IntN(40) == 0 {
		c.Foreigner = true
		if rng.IntN(4) == 0 {
			generic := g.w.country.generic[1]
			c.Code, t.Generic = generic, true
			return
		}
		c.Code = "P" + strconv.Itoa(1_000_000+rng.IntN(8_999_999))
		return
	}
	if rng.IntN(12) == 0 {
		return // empty
	}
	switch g.w.country.code {
	case "CL":
		n := 5_000_000 + rng.IntN(22_000_000)
		if c.IsCompany {
			n = 76_000_000 + rng.IntN(2_400_000)
		}
		body := strconv.Itoa(n)
		digit := rutDigit(body)
		if rng.IntN(25) == 0 {
			c.Code = body + "-" + wrongDigit(digit)
			return
		}
		t.TaxID = body + "-" + digit
		c.Code = g.spellRUT(body, digit)
	case "PE":
		if c.IsCompany {
			body := "20" + fmt.Sprintf("%08d", rng.IntN(99_999_999))
			digit := rucDigit(body)
			if rng.IntN(25) == 0 {
				c.Code = body + string('0'+(digit[0]-'0'+1)%10)
				return
			}
			t.TaxID = body + digit
		} else {
			t.TaxID = fmt.Sprintf("%08d", 10_000_000+rng.IntN(70_000_000))
		}
		c.Code = t.TaxID
	default:
		letters := "ABCDEFGHJKLMNPRSTUVWXYZ"
		n := 4
		if c.IsCompany {
			n = 3
		}
		var b strings.Builder
		for range n {
			b.WriteByte(letters[rng.IntN(len(letters))])
		}
		fmt.Fprintf(&b, "%02d%02d%02d", 60+rng.IntN(39), 1+rng.IntN(12), 1+rng.IntN(28))
		fmt.Fprintf(&b, "%c%c%d", letters[rng.IntN(len(letters))], letters[rng.IntN(len(letters))], rng.IntN(10))
		code := b.String()
		switch rng.IntN(20) {
		case 0:
			c.Code = code[:len(code)-2]
			return
		case 1:
			c.Code = strings.ToLower(code)
		default:
			c.Code = code
		}
		t.TaxID = code
	}
	t.CodeForm = t.TaxID
}

func wrongDigit(d string) string {
	if d == "7" {
		return "3"
	}
	return "7"
}

// spellRUT writes a RUT as somebody typed it.
func (g *generator) spellRUT(body, digit string) string {
	dotted := body
	if n := len(body); n > 6 {
		dotted = body[:n-6] + "." + body[n-6:n-3] + "." + body[n-3:]
	}
	switch g.rng.IntN(20) {
	case 0:
		return body + digit
	case 1:
		return "0" + body + "-" + digit
	case 2, 3, 4:
		return body + "-" + strings.ToLower(digit)
	case 5, 6, 7, 8, 9, 10, 11:
		return dotted + "-" + digit
	case 12:
		return " " + dotted + " - " + strings.ToLower(digit)
	default:
		return body + "-" + digit
	}
}

// plain makes ASCII of the letters that Spanish names have.
var plain = strings.NewReplacer(
	"á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n", "Á", "A", "É", "E", "Í", "I", "Ó", "O", "Ú", "U", "Ñ", "N", " SpA", "", " ", ".",
)

func (g *generator) email(c *Client, name string, id int) {
	roll := g.rng.IntN(100)
	switch {
	case roll < 20:
		return
	case roll < 26:
		c.Email = emailsBad[g.rng.IntN(len(emailsBad))]
		return
	}
	usable := strings.ToLower(plain.Replace(name)) + "." + strconv.Itoa(id) + "@correo.example"
	c.Truth.Email = usable
	switch {
	case roll < 32:
		c.Email = strings.ToUpper(usable[:1]) + usable[1:]
	case roll < 34:
		c.Email = strings.ToUpper(usable)
	case roll < 36:
		c.Email = " " + usable + " "
	default:
		c.Email = usable
	}
}

func (g *generator) phone(c *Client) {
	code := g.w.country.code
	a := mobilePrefixes[g.rng.IntN(len(mobilePrefixes))] + fmt.Sprintf("%02d", g.rng.IntN(100))
	b := fmt.Sprintf("%04d", g.rng.IntN(10_000))
	var v phoneVariant
	switch roll := g.rng.IntN(100); {
	case roll < 8:
		return // null
	case roll < 14:
	case roll < 26:
		v = phonesBad[code][g.rng.IntN(len(phonesBad[code]))]
	case roll < 60:
		v = phonesGood[code][g.rng.IntN(2)]
	default:
		v = phonesGood[code][g.rng.IntN(len(phonesGood[code]))]
	}
	text, truth := v.fill(a, b)
	c.Phone, c.Truth.Phone = &text, truth
}

// newFirstClient gives a hand-made world without clients its generic one.
func (g *generator) newFirstClient() {
	w := g.w
	phone := ""
	w.addClient(Client{ID: firstSeededClient, FirstName: "Cliente", LastName: "Boleta", Code: w.country.generic[0], Phone: &phone})
}
