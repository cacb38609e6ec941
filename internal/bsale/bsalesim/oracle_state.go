package bsalesim

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// view is the world as it was after the first at events of its log.
type view struct {
	w        *World
	at       int
	docs     int
	annulled map[int]int        // by document index: the event that annulled it
	edits    map[int32][]change // by client index, oldest first
	s        *scratch
}

type change struct {
	seq    int
	before *Client
}

func (w *World) newView() *view {
	v := &view{w: w, annulled: map[int]int{}, edits: map[int32][]change{}, s: &scratch{}}
	for seq, e := range w.log {
		if e.kind == eventAnnulled {
			v.annulled[e.doc] = seq
		}
	}
	for i := range w.edits {
		e := &w.edits[i]
		v.edits[e.client] = append(v.edits[e.client], change{e.seq, &e.before})
	}
	v.move(len(w.log))
	return v
}

// move goes to the moment after the first n events.
func (v *view) move(n int) {
	v.at = n
	v.docs = len(v.w.docs)
	if n < len(v.w.log) {
		v.docs = v.w.base
		if n > 0 {
			v.docs = v.w.log[n-1].docs
		}
	}
}

// document is the document in full as it was; its slices are lent until the next call.
func (v *view) document(i int) *Document {
	v.w.fill(i, v.s)
	d := &v.s.doc
	if seq, ok := v.annulled[i]; ok && seq >= v.at {
		d.State, d.CancellationStatus, d.Cancelled = 0, 0, 0
	}
	return d
}

func (v *view) state(i int) uint8 {
	if seq, ok := v.annulled[i]; ok && seq >= v.at {
		return 0
	}
	return v.w.docs[i].state
}

// client is the row as it was, nil for a document without one.
func (v *view) client(i int) *Client {
	at := v.w.docs[i].client
	if at < 0 {
		return nil
	}
	for _, c := range v.edits[at] {
		if c.seq >= v.at {
			return c.before
		}
	}
	return &v.w.clients[at]
}

// signature changes when anything changes that a CRM reads of a document and of its
// client, annulment aside.
func signature(d *Document, c *Client) uint64 {
	h := fnv.New64a()
	num := func(ns ...int64) {
		for _, n := range ns {
			_, _ = h.Write(strconv.AppendInt(nil, n, 10))
			_, _ = h.Write([]byte{0})
		}
	}
	str := func(ss ...string) {
		for _, s := range ss {
			_, _ = h.Write([]byte(s))
			_, _ = h.Write([]byte{0})
		}
	}
	num(d.ID, int64(d.Type), d.Number, int64(d.Emission), int64(d.Expiration), int64(d.Client), int64(d.Office), int64(d.User))
	num(int64(d.Total), int64(d.Net), int64(d.Tax), int64(d.Exempt))
	str(d.Serial, d.Address, d.Municipality, d.City, d.SalesID, d.Token)
	for _, s := range d.Sellers {
		num(int64(s))
	}
	for _, l := range d.Lines {
		str(l.Code)
	}
	for _, p := range d.Payments {
		num(int64(p.Type))
	}
	for _, r := range d.References {
		num(int64(r.Date))
		str(r.Number)
	}
	for _, a := range d.Attributes {
		str(a.Name, a.Value)
	}
	if c != nil {
		str(c.FirstName, c.LastName, c.Email, c.Code, c.Business, c.Note, c.Activity, c.City, c.Municipality, c.Address)
		if c.Phone != nil {
			str(*c.Phone)
		}
		str(strconv.FormatBool(c.IsCompany), strconv.FormatBool(c.Foreigner))
	}
	return h.Sum64()
}

// oContact and oDeal are what the CRM holds, as far as the export shows it.
type oContact struct {
	first, last, business string
	emails, phones, taxes []string // the primary first
	owner                 string
	custom                map[string]any
	deals                 []*oDeal
}

type oDeal struct {
	name, stage, owner string
	value              Money
	custom             map[string]any
	records            []*oRecord
	touched            int // when it was updated last
}

// oRecord is what is remembered of one document.
type oRecord struct {
	id       int64
	kind     string
	number   string
	client   int
	day      Day
	total    Money
	deal     *oDeal
	contact  *oContact
	sig      uint64
	gone     bool       // annulled in Bsale when it was read last
	annulled bool       // the void rule was applied
	credits  []*oRecord // credit notes that name this sale
	outcome  string
	reason   string
}

func (r *oRecord) credited() Money {
	var sum Money
	for _, c := range r.credits {
		if !c.annulled {
			sum += c.total
		}
	}
	return sum
}

// stands is false once annulled or credited in full.
func (r *oRecord) stands() bool {
	return !r.annulled && (len(r.credits) == 0 || r.credited() == 0 || r.credited() < r.total)
}

func (r *oRecord) state() string {
	switch sum := r.credited(); {
	case r.annulled:
		return "annulled"
	case sum == 0:
		return "active"
	case sum >= r.total:
		return "credited"
	default:
		return "partly_credited"
	}
}

// displayName is the contact's name: the company, else first and last name.
func (c *oContact) displayName() string {
	if c.business != "" {
		return c.business
	}
	return strings.TrimSpace(c.first + " " + c.last)
}

// names are what Bsale's client is called: first name, last name, company.
func names(c *Client) (first, last, business string) {
	first, last, business = strings.TrimSpace(c.FirstName), strings.TrimSpace(c.LastName), strings.TrimSpace(c.Business)
	nobody := nobody(c)
	if c.IsCompany {
		if first == "" && last == "" && business == "" {
			business = nobody
		}
		return first, last, business
	}
	if first == "" && last == "" {
		if first = business; first == "" {
			first = nobody
		}
	}
	return first, last, ""
}

// nobody is what a client is called that has no name at all.
func nobody(c *Client) string { return "Cliente " + strconv.Itoa(c.ID) }

// rename has the contact's names follow the client's. Names that Bsale does not have take
// none away, unless it was only a number that stood there.
func (c *oContact) rename(client *Client) {
	first, last, business := names(client)
	if (first == nobody(client) || business == nobody(client)) && c.displayName() != "" {
		return
	}
	for _, name := range []struct {
		stands *string
		is     string
	}{{&c.first, first}, {&c.last, last}, {&c.business, business}} {
		if name.is != "" || *name.stands == nobody(client) {
			*name.stands = name.is
		}
	}
}

// maxAlternatives is how many a contact has of each kind besides the primary.
const maxAlternatives = 10

// identify adds a key to the contact unless it is there, belongs to another, or there
// are too many.
func identify(list *[]string, index map[string]*oContact, key string, c *oContact) {
	if key == "" || slices.Contains(*list, key) || index[key] != nil || len(*list) > maxAlternatives {
		return
	}
	*list = append(*list, key)
	index[key] = c
}
