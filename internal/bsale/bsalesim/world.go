package bsalesim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// World is all that a simulated Bsale holds. Make one by hand with NewWorld and the
// Add methods, or let New make one from a seed. It is safe for concurrent use.
//
// A mistake in an Add call (an unknown client, an id twice) is kept and reported by
// Err and by New, so that tables of documents stay readable in tests.
type World struct {
	mu      sync.RWMutex
	country country
	seed    uint64
	cpnID   int

	types        []DocumentType
	users        []User
	offices      []Office
	paymentTypes []PaymentType
	clients      []Client
	clientAt     map[int]int32
	returns      []Return

	docs []rec
	// monotone says that emission days never fall as ids rise, so that a range of
	// days is a range of the slice.
	monotone bool
	folios   map[int]int64 // next number by document type
	hidden   map[int64]*hiding

	// version changes with every write; filtered lists are cached under it.
	version uint64
	log     []event
	base    int // documents at the time the log began
	started bool
	edits   []clientEdit

	gen *generator
	err error

	cache listCache
}

// rec is a document kept small: a hundred thousand of them must not be felt. Lines,
// payments, token and the like are worked out from the seed when asked for, unless
// the document was made by hand and full holds it.
type rec struct {
	id        int64
	total     Money
	net       Money
	tax       Money
	cancelled int64
	full      *Document
	number    int64
	day       Day
	expDays   int16
	lines     uint8
	state     uint8
	cancelSt  uint8
	typ       uint8 // index into types, as office and user are
	office    uint8
	user      uint8
	seller    uint8 // 255: none
	client    int32 // index into clients, -1: none
	credited  int32 // index of the credited sale, -1: none
	lineKey   int64 // whose lines these are: a sale made from a quote repeats them
	second    int32 // of the local day
}

const noSeller = 255

// hiding keeps a fresh document unreadable for a while, although it was announced.
type hiding struct {
	reads int
	until int64 // unix nanoseconds; 0: by reads only
}

// Ids of the standard document types that every World has.
const (
	TypeReceipt         = 7
	TypeReceiptExempt   = 9
	TypeReceiptManual   = 12 // inactive
	TypeInvoice         = 4
	TypeInvoiceExempt   = 6
	TypeCreditNote      = 11
	TypeDebitNote       = 14
	TypeDispatchGuide   = 15
	TypeSalesNote       = 2
	TypeQuote           = 28
	TypePurchaseOrder   = 33
	firstSeededDocument = 41_207
	firstSeededClient   = 318
	standardOffice      = 1
	standardPriceList   = 3
)

// NewWorld returns a World with the standard document types, means of payment and
// one office, and nothing else. country is CL (also when empty), PE or MX.
func NewWorld(country string) *World {
	c, err := countryOf(country)
	if err != nil {
		c = countries["CL"]
	}
	w := &World{
		country: c, err: err, cpnID: 60417, monotone: true,
		clientAt: map[int]int32{}, folios: map[int]int64{}, hidden: map[int64]*hiding{},
		types: standardTypes(c), paymentTypes: standardPaymentTypes(),
	}
	w.offices = []Office{{ID: standardOffice, Name: "Casa Matriz", Address: "Av. Los Canelos 415", Municipality: "Providencia", City: "Santiago"}}
	return w
}

// Err is the first mistake made while building, nil when there was none.
func (w *World) Err() error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.err
}

// Country is CL, PE or MX.
func (w *World) Country() string { return w.country.code }

// Currency is CLP, PEN or MXN.
func (w *World) Currency() string { return w.country.currency }

// Len is the number of documents held, annulled and hidden ones included.
func (w *World) Len() int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return len(w.docs)
}

func (w *World) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("bsalesim: "+format, args...)
	}
}

// AddUser adds a user of Bsale and returns its id; ID 0 takes the next.
func (w *World) AddUser(u User) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u.ID == 0 {
		u.ID = 1
		for _, other := range w.users {
			u.ID = max(u.ID, other.ID+1)
		}
	}
	if u.Office == 0 {
		u.Office = w.offices[0].ID
	}
	if len(w.users) >= noSeller {
		w.fail("more than %d users", noSeller)
		return u.ID
	}
	if slices.ContainsFunc(w.users, func(o User) bool { return o.ID == u.ID }) {
		w.fail("user %d twice", u.ID)
	}
	w.users = append(w.users, u)
	w.version++
	return u.ID
}

// AddOffice adds a branch and returns its id.
func (w *World) AddOffice(o Office) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if o.ID == 0 {
		for _, other := range w.offices {
			o.ID = max(o.ID, other.ID+1)
		}
	}
	w.offices = append(w.offices, o)
	w.version++
	return o.ID
}

// AddType adds a document type and returns its id; ID 0 takes the next. A type with
// the id of a standard one replaces it.
func (w *World) AddType(t DocumentType) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.ID == 0 {
		for _, other := range w.types {
			t.ID = max(t.ID, other.ID+1)
		}
	}
	w.version++
	for i := range w.types {
		if w.types[i].ID == t.ID {
			w.types[i] = t
			return t.ID
		}
	}
	w.types = append(w.types, t)
	return t.ID
}

// AddClient adds a client and returns its id; ID 0 takes the next.
func (w *World) AddClient(c Client) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.addClient(c)
}

func (w *World) addClient(c Client) int {
	if c.ID == 0 {
		c.ID = 1
		if n := len(w.clients); n > 0 {
			c.ID = w.clients[n-1].ID + 1
		}
	}
	if _, ok := w.clientAt[c.ID]; ok {
		w.fail("client %d twice", c.ID)
		return c.ID
	}
	if n := len(w.clients); n > 0 && w.clients[n-1].ID > c.ID {
		w.fail("client %d after client %d: ids must rise", c.ID, w.clients[n-1].ID)
		return c.ID
	}
	if c.Activity == "" {
		c.Activity = "Sin Giro"
	}
	if c.Truth == nil {
		t := deriveTruth(w.country, &c)
		c.Truth = &t
	}
	for i := range c.Contacts {
		if c.Contacts[i].ID == 0 {
			c.Contacts[i].ID = c.ID*10 + i
		}
	}
	w.clientAt[c.ID] = int32(len(w.clients))
	w.clients = append(w.clients, c)
	w.version++
	return c.ID
}

// AddDocument adds a document and returns its id. What is left out gets a plain
// default: the next id and number, office and user, net and tax from the total, one
// line. Emission is needed.
func (w *World) AddDocument(d Document) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.addDocument(d)
}

func (w *World) addDocument(d Document) int64 {
	if d.ID == 0 {
		d.ID = w.nextID()
	}
	if d.Type == 0 {
		d.Type = TypeReceipt
	}
	if d.Office == 0 {
		d.Office = w.offices[0].ID
	}
	if len(w.users) == 0 {
		w.users = append(w.users, User{ID: 1, FirstName: "Caja", LastName: "Uno", Office: w.offices[0].ID})
	}
	if d.User == 0 {
		d.User = w.users[0].ID
	}
	if d.Number == 0 {
		d.Number = w.folio(d.Type)
	} else if w.folios[d.Type] <= d.Number {
		w.folios[d.Type] = d.Number + 1
	}
	if d.Expiration == 0 {
		d.Expiration = d.Emission
	}
	if d.Generated == 0 {
		d.Generated = d.Emission.Unix() + 12*3600 - int64(w.country.zone)
	}
	if d.Net == 0 && d.Tax == 0 && d.Exempt == 0 {
		d.Net = w.country.netOf(d.Total)
		d.Tax = d.Total - d.Net
	}
	if d.Token == "" {
		d.Token = tokenOf(w.seed, d.ID)
	}
	if d.Lines == nil {
		d.Lines = []Line{{Quantity: moneyUnit, Unit: d.Total, Total: d.Total, Variant: 900, Code: "VARIOS", Description: "Único"}}
	}
	for i := range d.Lines {
		if d.Lines[i].ID == 0 {
			d.Lines[i].ID = d.ID*100 + int64(i)
		}
	}
	for i := range d.References {
		if d.References[i].ID == 0 {
			d.References[i].ID = d.ID*10 + int64(i)
		}
	}
	typ, office, user := w.typeIndex(d.Type), w.officeIndex(d.Office), w.userIndex(d.User)
	client := int32(-1)
	if d.Client != 0 {
		at, ok := w.clientAt[d.Client]
		if !ok {
			w.fail("document %d: no client %d", d.ID, d.Client)
			return d.ID
		}
		client = at
	}
	for _, s := range d.Sellers {
		if w.userIndex(s) < 0 {
			w.fail("document %d: no seller %d", d.ID, s)
			return d.ID
		}
	}
	if typ < 0 || office < 0 || user < 0 {
		w.fail("document %d: no document type %d, office %d or user %d", d.ID, d.Type, d.Office, d.User)
		return d.ID
	}
	if n := len(w.docs); n > 0 {
		if w.docs[n-1].id >= d.ID {
			w.fail("document %d after document %d: ids must rise", d.ID, w.docs[n-1].id)
			return d.ID
		}
		if w.docs[n-1].day > d.Emission {
			w.monotone = false
		}
	}
	w.docs = append(w.docs, rec{
		id: d.ID, total: d.Total, net: d.Net, tax: d.Tax, full: &d, number: d.Number, day: d.Emission,
		state: uint8(d.State), cancelSt: uint8(d.CancellationStatus), cancelled: d.Cancelled,
		typ: uint8(typ), office: uint8(office), user: uint8(user), seller: noSeller, client: client, credited: -1,
	})
	w.version++
	w.note(event{kind: eventIssued, doc: len(w.docs) - 1})
	return d.ID
}

func (w *World) nextID() int64 {
	if n := len(w.docs); n > 0 {
		return w.docs[n-1].id + 1
	}
	return firstSeededDocument
}

func (w *World) folio(typeID int) int64 {
	n := max(w.folios[typeID], 1)
	w.folios[typeID] = n + 1
	return n
}

// Annul marks a document as annulled at the given unix second, the way Bsale does.
func (w *World) Annul(id, at int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	i, ok := w.docIndex(id)
	if !ok {
		return fmt.Errorf("bsalesim: no document %d", id)
	}
	if w.docs[i].state != 0 {
		return fmt.Errorf("bsalesim: document %d is annulled already", id)
	}
	w.annulAt(i, at)
	return nil
}

func (w *World) annulAt(i int, at int64) {
	r := &w.docs[i]
	r.state, r.cancelSt, r.cancelled = 1, 1, at
	w.version++
	w.note(event{kind: eventAnnulled, doc: i})
}

// Credit adds a credit note for a sale and its row in returns, and returns the
// note's id. amount 0 credits the whole sale.
func (w *World) Credit(id int64, amount Money, day Day) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i, ok := w.docIndex(id)
	if !ok {
		return 0, fmt.Errorf("bsalesim: no document %d", id)
	}
	sale := &w.docs[i]
	if amount == 0 {
		amount = sale.total
	}
	note := Document{
		Type: TypeCreditNote, Emission: max(day, sale.day), Office: w.offices[sale.office].ID, User: w.users[sale.user].ID,
		Total: amount,
		References: []Reference{{
			Date: sale.day, Number: w.numberText(sale), Reason: "Anula documento de referencia", DTECode: dteCodeOf(w.types[sale.typ].CodeSII),
		}},
	}
	if sale.client >= 0 {
		note.Client = w.clients[sale.client].ID
	}
	if w.country.code != "CL" {
		note.Serial = w.serialOf(w.typeIndex(TypeCreditNote), w.folio(TypeCreditNote))
		note.Number = w.folios[TypeCreditNote] - 1
	}
	before := len(w.docs)
	noteID := w.addDocument(note)
	if len(w.docs) == before {
		return 0, errors.Join(errors.New("bsalesim: the credit note was not added"), w.err)
	}
	w.addReturn(&w.docs[len(w.docs)-1], sale.id, amount)
	return noteID, nil
}

func (w *World) addReturn(note *rec, sale int64, amount Money) {
	w.returns = append(w.returns, Return{
		ID: int64(len(w.returns)) + 61, Day: note.day, Motive: "Devolución de producto", Amount: amount,
		Office: w.offices[note.office].ID, User: w.users[note.user].ID, Sale: sale, CreditNote: note.id,
	})
}

// EditClient changes a client in place. Truth is worked out again unless the change
// sets a new one.
func (w *World) EditClient(id int, change func(*Client)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.editClient(id, change)
}

func (w *World) editClient(id int, change func(*Client)) error {
	at, ok := w.clientAt[id]
	if !ok {
		return fmt.Errorf("bsalesim: no client %d", id)
	}
	before := w.clients[at]
	now := before
	change(&now)
	now.ID = id
	if now.Truth == nil || now.Truth == before.Truth {
		t := deriveTruth(w.country, &now)
		// What did not change keeps its known truth: the generator knows phones that
		// deriveTruth does not understand.
		if samePhone(now.Phone, before.Phone) {
			t.Phone = before.Truth.Phone
		}
		now.Truth = &t
	}
	w.clients[at] = now
	w.version++
	if w.started {
		w.edits = append(w.edits, clientEdit{seq: len(w.log), client: at, before: before})
	}
	w.note(event{kind: eventClient, doc: -1, client: at})
	return nil
}

func samePhone(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// ClientIDs lists the ids of all clients.
func (w *World) ClientIDs() []int {
	w.mu.RLock()
	defer w.mu.RUnlock()
	ids := make([]int, len(w.clients))
	for i := range w.clients {
		ids[i] = w.clients[i].ID
	}
	return ids
}

// Client returns a copy of a client.
func (w *World) Client(id int) (Client, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	at, ok := w.clientAt[id]
	if !ok {
		return Client{}, false
	}
	return w.clients[at], true
}

// Document returns a document in full.
func (w *World) Document(id int64) (Document, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	i, ok := w.docIndex(id)
	if !ok {
		return Document{}, false
	}
	var s scratch
	w.fill(i, &s)
	return s.doc, true
}

// DocumentIDs lists the ids of all documents in ascending order.
func (w *World) DocumentIDs() []int64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	ids := make([]int64, len(w.docs))
	for i := range w.docs {
		ids[i] = w.docs[i].id
	}
	return ids
}

// Users returns a copy of the users.
func (w *World) Users() []User {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return slices.Clone(w.users)
}

func (w *World) docIndex(id int64) (int, bool) {
	return slices.BinarySearchFunc(w.docs, id, func(r rec, id int64) int {
		switch {
		case r.id < id:
			return -1
		case r.id > id:
			return 1
		default:
			return 0
		}
	})
}

func (w *World) typeIndex(id int) int {
	return slices.IndexFunc(w.types, func(t DocumentType) bool { return t.ID == id })
}

func (w *World) officeIndex(id int) int {
	return slices.IndexFunc(w.offices, func(o Office) bool { return o.ID == id })
}

func (w *World) userIndex(id int) int {
	return slices.IndexFunc(w.users, func(u User) bool { return u.ID == id })
}

// numberText is how a document's number is printed: the serial where there is one.
func (w *World) numberText(r *rec) string {
	if s := w.serialText(r); s != "" {
		return s
	}
	return strconv.FormatInt(r.number, 10)
}

func (w *World) serialText(r *rec) string {
	if r.full != nil {
		return r.full.Serial
	}
	return w.serialOf(int(r.typ), r.number)
}

// serialOf is the series and number that Peru and Mexico print; Chile has none.
func (w *World) serialOf(typ int, number int64) string {
	switch w.country.code {
	case "PE":
		series := "N001"
		switch w.types[typ].CodeSII {
		case "01":
			series = "F001"
		case "03":
			series = "B001"
		case "07":
			series = "BC01"
		case "09":
			series = "T001"
		}
		return series + "-" + strconv.FormatInt(number, 10)
	case "MX":
		return fmt.Sprintf("%04d-%04d", w.types[typ].ID, number)
	default:
		return ""
	}
}
