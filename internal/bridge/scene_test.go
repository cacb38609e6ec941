package bridge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// scene is a small shop held in a workspace, without a database: what a decision needs and nothing else.
type scene struct {
	t        *testing.T
	around   Surroundings
	rules    Rules
	people   Directory
	w        *Workspace
	clock    *crm.Clock
	set      Ruleset
	contacts map[string]*crm.Contact // by name
	deals    map[string]*crm.Deal    // by name
}

const (
	annaEmail = "anna@tienda.example"
	bobEmail  = "bob@tienda.example"
)

// newScene returns a shop with the default pipeline, the recommended fields and one of each other type, three users, and the default rules as changed.
func newScene(t *testing.T, country crm.Country, change func(*Rules)) *scene {
	t.Helper()
	now := time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)
	clock := crm.NewClock(func() time.Time { return now })
	account, err := crm.NewAccount("Tienda", country, crm.Spanish, now)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, clock: clock, rules: DefaultRules(crm.Spanish), contacts: map[string]*crm.Contact{}, deals: map[string]*crm.Deal{}}
	s.around = Surroundings{Account: account, Pipelines: []crm.Pipeline{crm.DefaultPipeline(crm.Spanish, now)}}
	letters := func(n int) string { return strings.Repeat("x", n) }
	for _, field := range crm.RecommendedFields(now, letters) {
		if field.Entity == crm.EntityDeal {
			s.around.Deal = append(s.around.Deal, field)
		} else {
			s.around.Contact = append(s.around.Contact, field)
		}
	}
	for _, field := range []crm.CustomField{
		{Name: "Entero", Type: crm.TypeNumber},
		{Name: "Monto", Type: crm.TypeDecimal},
		{Name: "Día", Type: crm.TypeDate},
		{Name: "Sucursal", Type: crm.TypeDropdown, Options: []string{"Casa Matriz", "Online"}},
		{Name: "Texto", Type: crm.TypeText},
	} {
		field.ID, field.Entity, field.Key = crm.NewID(), crm.EntityDeal, crm.NewFieldKey(crm.EntityDeal, field.Name, field.Type, letters)
		s.around.Deal = append(s.around.Deal, field)
	}
	s.around.Users = []crm.User{
		{ID: crm.NewID(), Email: annaEmail, Name: "Anna", Role: crm.RoleSeller, Active: true},
		{ID: crm.NewID(), Email: bobEmail, Name: "Bob", Role: crm.RoleSeller, Active: true},
		{ID: crm.NewID(), Email: "gone@tienda.example", Name: "Gone", Role: crm.RoleSeller},
	}
	s.people = Directory{
		1: {ID: 1, Name: "Anna Vega", Email: annaEmail},
		2: {ID: 2, Name: "Bob Rey", Email: "BOB@Tienda.Example"},
		3: {ID: 3, Name: "Sin Correo"},
		4: {ID: 4, Name: "Otra", Email: "otra@fuera.example"},
		5: {ID: 5, Name: "Gone", Email: "gone@tienda.example"},
	}
	s.around.Account.Currency = country.Currency()
	if change != nil {
		change(&s.rules)
	}
	s.resolve()
	s.w = NewWorkspace(Connection{ID: "connection"}, s.set, s.around.Users, clock, "")
	return s
}

func (s *scene) resolve() {
	s.t.Helper()
	set, problems := s.rules.Resolve(s.around)
	if slices.ContainsFunc(problems, stops) { // what only does not fit could be stored before the field was changed
		s.t.Fatalf("rules: %v", problems)
	}
	s.set = set
	if s.w != nil {
		s.w.rules = set
	}
}

// changeRules changes the rules in the middle of a scene.
func (s *scene) changeRules(change func(*Rules)) {
	change(&s.rules)
	s.resolve()
}

func (s *scene) stage(name string) crm.Stage {
	s.t.Helper()
	for _, stage := range s.around.Pipelines[0].Stages {
		if stage.Name == name {
			return stage
		}
	}
	s.t.Fatalf("no stage %q", name)
	return crm.Stage{}
}

func (s *scene) person() crm.Origin {
	return crm.NewOrigin(crm.Actor{Kind: crm.ActorUser, ID: s.around.Users[0].ID}, s.clock.Now(), "")
}

// contact adds a contact that a person made; keys are e-mails, phones and tax ids as they look.
func (s *scene) contact(name string, keys ...string) *crm.Contact {
	s.t.Helper()
	contact := crm.NewContact(s.clock.Now())
	contact.SetText(crm.FieldFirstName, name, s.person())
	for _, key := range keys {
		if _, _, err := contact.AddIdentity(s.identity(key), key, s.person()); err != nil {
			s.t.Fatal(err)
		}
	}
	s.contacts[name] = contact
	s.w.seen.addContact(contact)
	return contact
}

func (s *scene) identity(key string) crm.IdentityKey {
	s.t.Helper()
	country := s.around.Account.Country
	if email, ok := crm.NormalizeEmail(key); ok {
		return crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: email}
	}
	if id, ok := crm.NormalizeTaxID(key, country); ok {
		return crm.IdentityKey{Kind: crm.IdentityTaxID, Normalized: id.Normalized}
	}
	phone, ok := crm.NormalizePhone(key, country)
	if !ok {
		s.t.Fatalf("%q is no key", key)
	}
	return crm.IdentityKey{Kind: crm.IdentityPhone, Normalized: phone}
}

// deal adds a deal that a person made.
func (s *scene) deal(name, contact, stage string) *crm.Deal {
	s.t.Helper()
	deal := crm.NewDeal(s.clock.Now())
	deal.PipelineID, deal.Value.Currency = s.around.Pipelines[0].ID, s.around.Account.Currency
	deal.SetName(name, s.person())
	deal.SetContact(s.contacts[contact].ID, s.person())
	deal.MoveTo(s.stage(stage), s.clock.Now(), s.person())
	s.deals[name] = deal
	s.w.seen.addDeal(deal)
	return deal
}

// theDeal returns the only deal that documents made.
func (s *scene) theDeal() *crm.Deal {
	s.t.Helper()
	var made []*crm.Deal
	for _, deal := range s.w.seen.Deals {
		if s.deals[deal.Name] != deal {
			made = append(made, deal)
		}
	}
	if len(made) != 1 {
		s.t.Fatalf("%d deals were made, want one", len(made))
	}
	return made[0]
}

// decide takes the documents in their order and returns the last one's plan.
func (s *scene) decide(docs ...bsale.Document) Plan {
	var plan Plan
	for _, doc := range docs {
		plan = s.w.Decide(NewDocument(doc, s.set, s.people))
	}
	return plan
}

// document types of the scenes.
var (
	typeReceipt    = bsale.DocumentType{ID: 22, Name: "BOLETA ELECTRÓNICA", Code: "39", Expanded: true}
	typeQuote      = bsale.DocumentType{ID: 30, Name: "COTIZACIÓN", IsSalesNote: true, Expanded: true}
	typeSalesNote  = bsale.DocumentType{ID: 31, Name: "NOTA DE VENTA", IsSalesNote: true, Expanded: true}
	typeInvoice    = bsale.DocumentType{ID: 5, Name: "FACTURA ELECTRÓNICA", Code: "33", Expanded: true}
	typeCreditNote = bsale.DocumentType{ID: 3, Name: "NOTA CRÉDITO ELECTRÓNICA", Code: "61", Use: bsale.UseReturn, IsCreditNote: true, Expanded: true}
	typeGuide      = bsale.DocumentType{ID: 8, Name: "GUÍA DE DESPACHO", Code: "52", Use: bsale.UseDispatch, Expanded: true}
)

type option func(*bsale.Document)

func document(t bsale.DocumentType, id int64, options ...option) bsale.Document {
	doc := bsale.Document{
		ID: id, Type: t, Number: id, EmissionDate: bsale.Day{Year: 2026, Month: 3, Day: 5}, ExpirationDate: bsale.Day{Year: 2026, Month: 4, Day: 4},
		Total: decimal.New(11900, 0), Net: decimal.New(10000, 0), Tax: decimal.New(1900, 0),
		IssuerID: 2, Sellers: []bsale.Seller{{ID: 1, FirstName: "Anna", LastName: "Vega"}},
	}
	for _, option := range options {
		option(&doc)
	}
	return doc
}

func receipt(id int64, options ...option) bsale.Document {
	return document(typeReceipt, id, options...)
}

func quote(id int64, options ...option) bsale.Document { return document(typeQuote, id, options...) }

// credit returns a credit note for a document.
func credit(id int64, sale bsale.Document, options ...option) bsale.Document {
	doc := document(typeCreditNote, id, func(d *bsale.Document) {
		d.Client, d.Total = sale.Client, sale.Total
		d.References = []bsale.Reference{{ID: 1, Date: sale.EmissionDate, Number: fmt.Sprint(sale.Number), Reason: "Devolución"}}
	})
	for _, option := range options {
		option(&doc)
	}
	return doc
}

func to(c bsale.Customer) option { return func(d *bsale.Document) { c := c; d.Client = &c } }

func total(amount string) option {
	return func(d *bsale.Document) { d.Total = decimal.RequireFromString(amount) }
}

func emitted(day string) option {
	return func(d *bsale.Document) {
		parsed, err := bsale.ParseDay(day)
		if err != nil {
			panic(err)
		}
		d.EmissionDate = parsed
	}
}

func sellers(ids ...int64) option {
	return func(d *bsale.Document) {
		d.Sellers = nil
		for _, id := range ids {
			d.Sellers = append(d.Sellers, bsale.Seller{ID: id, FirstName: "Vendedor", LastName: fmt.Sprint(id)})
		}
	}
}

func annulled(d *bsale.Document) { d.State, d.CancellationStatus = bsale.Inactive, 1 }

func noExpiry(d *bsale.Document) { d.ExpirationDate = bsale.Day{} }

// person is a Bsale client with everything in order.
func person(changes ...func(*bsale.Customer)) bsale.Customer {
	c := bsale.Customer{
		ID: 100, FirstName: "Ana", LastName: "Soto", Company: "Ana Soto", Email: "ana@correo.example", Phone: "+56 9 6123 4567", Code: "12.345.678-5",
		City: "Talca", Expanded: true,
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func email(s string) func(*bsale.Customer)    { return func(c *bsale.Customer) { c.Email = s } }
func phone(s string) func(*bsale.Customer)    { return func(c *bsale.Customer) { c.Phone = s } }
func code(s string) func(*bsale.Customer)     { return func(c *bsale.Customer) { c.Code = s } }
func clientID(id int64) func(*bsale.Customer) { return func(c *bsale.Customer) { c.ID = id } }

func named(first, last string) func(*bsale.Customer) {
	return func(c *bsale.Customer) { c.FirstName, c.LastName = first, last }
}

func company(name string) func(*bsale.Customer) {
	return func(c *bsale.Customer) { c.IsCompany, c.Company, c.FirstName, c.LastName = true, name, "", "" }
}

func foreigner(c *bsale.Customer) { c.IsForeigner = true }

// lines renders a plan as text, one thing a line, for comparison in tests.
func lines(p Plan) []string {
	out := []string{fmt.Sprintf("%s %s", p.Outcome, p.Reason)}
	if c := p.Contact; c != nil {
		out = append(out, strings.TrimSpace(fmt.Sprintf("contact %s %s %s", c.Action, c.Name, c.MatchedBy)))
		for _, change := range c.Changes {
			out = append(out, "contact: "+changeLine(change))
		}
	}
	if d := p.Deal; d != nil {
		out = append(out, fmt.Sprintf("deal %s %s", d.Action, d.Name))
		if d.To != "" {
			out = append(out, fmt.Sprintf("deal: stage %s → %s", d.From, d.To))
		}
		for _, change := range d.Changes {
			out = append(out, "deal: "+changeLine(change))
		}
	}
	if p.Standing != "" {
		out = append(out, "standing "+string(p.Standing))
	}
	if p.Sale != nil {
		out = append(out, fmt.Sprintf("sale %s credited %d %s", p.Sale.Number, p.Sale.Credited, p.Sale.Standing))
	}
	for _, warning := range p.Warnings {
		out = append(out, strings.TrimSpace(fmt.Sprintf("warning %s %s", warning.Reason, warning.Detail)))
	}
	for _, candidate := range p.Candidates {
		out = append(out, "candidate "+candidate)
	}
	return out
}

func changeLine(c FieldChange) string {
	value := func(v any) string {
		if v == nil {
			return "∅"
		}
		if number, ok := v.(json.Number); ok {
			return "#" + number.String()
		}
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("%s %s → %s", c.Field, value(c.Old), value(c.New))
}

// check compares a plan with what must and must not be among its lines; the first of want is the outcome with its reason.
func check(t *testing.T, plan Plan, want, not []string) {
	t.Helper()
	got := lines(plan)
	if len(want) > 0 && got[0] != want[0] {
		t.Errorf("got %q, want %q", got[0], want[0])
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("missing %q", line)
		}
	}
	for _, prefix := range not {
		for _, line := range got {
			if strings.HasPrefix(line, prefix) {
				t.Errorf("unwanted %q", line)
			}
		}
	}
	if t.Failed() {
		t.Logf("plan:\n%s", strings.Join(got, "\n"))
	}
}
