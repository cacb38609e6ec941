package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// RunLists runs those tests of lists that are to hold however little a page may read.
func RunLists(t *testing.T, open Open) {
	for name, test := range listTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixture(t, open(t)))
		})
	}
}

var listTests = map[string]func(*testing.T, *fixture){
	"lists are those of a model whatever is asked":   testLists,
	"a list goes on where it was while rows change":  testListWhileRowsChange,
	"a search finds by every word, through contacts": testSearch,
}

// shop is an account full of contacts and deals, held in memory, too.
type shop struct {
	*fixture
	random   *rand.Rand
	users    []crm.User
	tags     []crm.Tag
	fields   []crm.CustomField
	pipeline crm.Pipeline // the second one
	contacts []*crm.Contact
	deals    []*crm.Deal
	numbers  map[crm.ID][]string // of the documents of deals
	bsaleID  int64
}

func newShop(t *testing.T, f *fixture, seed uint64) *shop {
	t.Helper()
	s := &shop{fixture: f, random: rand.New(rand.NewPCG(seed, 1)), users: []crm.User{f.user}, numbers: map[crm.ID][]string{}}
	now := f.clock.Now
	for i := range 3 {
		s.users = append(s.users, crm.User{ID: crm.NewID(), Email: fmt.Sprint(i, "@quillay.example"), Role: crm.RoleSeller, Active: true, CreatedAt: now()})
	}
	for _, name := range []string{"mayorista", "vip", "moroso", "web"} {
		s.tags = append(s.tags, crm.Tag{ID: crm.NewID(), Name: name, CreatedAt: now()})
	}
	s.pipeline = crm.DefaultPipeline(crm.English, now())
	field := func(entity crm.Entity, name string, kind crm.FieldType, searchable bool) {
		f := crm.CustomField{
			ID: crm.NewID(), Entity: entity, Key: crm.NewFieldKey(entity, name, kind, crm.RandomLetters), Name: name, Type: kind, Searchable: searchable,
			Options: []string{"Ñuñoa", "Maipú", "La Reina"}, Position: len(s.fields), CreatedAt: now(),
		}
		s.fields = append(s.fields, f)
	}
	for _, entity := range []crm.Entity{crm.EntityContact, crm.EntityDeal} {
		field(entity, "giro", crm.TypeText, true)
		field(entity, "monto", crm.TypeDecimal, true)
		field(entity, "desde", crm.TypeDate, true)
		field(entity, "activo", crm.TypeBool, true)
		field(entity, "comunas", crm.TypeMultiSelect, true)
		field(entity, "comuna", crm.TypeDropdown, false)
		field(entity, "puntos", crm.TypeNumber, false)
	}
	f.update(t, func(tx bridge.Tx) error {
		for _, u := range s.users[1:] {
			must(t, tx.CreateUser(f.ctx, u))
		}
		for _, tag := range s.tags {
			must(t, tx.CreateTag(f.ctx, tag))
		}
		for _, field := range s.fields {
			must(t, tx.CreateCustomField(f.ctx, field))
		}
		return tx.CreatePipeline(f.ctx, s.pipeline)
	})
	return s
}

func oneOf[T any](s *shop, all ...T) T { return all[s.random.IntN(len(all))] }

func (s *shop) maybe(outOf int) bool { return s.random.IntN(outOf) == 0 }

func (s *shop) owner() crm.ID {
	if s.maybe(3) {
		return ""
	}
	return oneOf(s, s.users...).ID
}

func (s *shop) value(f crm.CustomField) any {
	switch f.Type {
	case crm.TypeDecimal:
		return json.Number(oneOf(s, "0", "-1.5", "-12", "3.25", "100", "1000000", "0.001", "-0.2", "99.99"))
	case crm.TypeNumber:
		return json.Number(strconv.Itoa(s.random.IntN(7) - 3))
	case crm.TypeDate:
		return fmt.Sprintf("2026-0%d-1%d", 1+s.random.IntN(3), s.random.IntN(4))
	case crm.TypeBool:
		return s.maybe(2)
	case crm.TypeDropdown:
		return oneOf(s, f.Options...)
	case crm.TypeMultiSelect:
		return oneOf(s, []any{"Maipú"}, []any{"Ñuñoa", "Maipú"}, []any{"Ñuñoa", "Maipú", "La Reina"})
	}
	return oneOf(s, "Panadería", "panaderia", "Comercio al por menor", "Ferretería Ñandú", "x", strings.Repeat("largo ", 20)+oneOf(s, "a", "b"))
}

func (s *shop) custom(entity crm.Entity) crm.Custom {
	c := crm.Custom{}
	for _, f := range s.fields {
		if f.Entity == entity && !s.maybe(3) {
			c[f.Key] = s.value(f)
		}
	}
	return c
}

// change makes a contact another one.
func (s *shop) change(c *crm.Contact) {
	c.FirstName, c.LastName = oneOf(s, "María", "Jose", "Valentina", "Ñusta", ""), oneOf(s, "González", "Pérez-Cotapos", "Aros", "O'Higgins", "")
	c.Company = oneOf(s, "", "", "", "Quillay SpA", "Ferretería Ñandú S.A.")
	c.Source, c.OwnerID = oneOf(s, "", "Bsale", "web"), s.owner()
	c.CreatedAt, c.UpdatedAt, c.DeletedAt = s.instant(), s.instant(), time.Time{}
	if s.maybe(8) {
		c.DeletedAt = s.clock.Now()
	}
	c.Identities, c.Tags = nil, nil
	add := func(kind crm.IdentityKind, normalized string) {
		c.Identities = append(c.Identities, identity(kind, normalized, !slices.ContainsFunc(c.Identities, func(i crm.Identity) bool { return i.Kind == kind })))
	}
	for range s.random.IntN(3) {
		add(crm.IdentityEmail, oneOf(s, "maria.gonzalez", "ventas", "j.perez23")+"@"+oneOf(s, "quillay.example", "correo.example"))
	}
	for range s.random.IntN(2) {
		add(crm.IdentityPhone, "+569"+strconv.Itoa(55550100+s.random.IntN(9)))
	}
	if s.maybe(2) {
		add(crm.IdentityTaxID, oneOf(s, "22222222-2", "11111111-1", "12345678-5", "7654321-6"))
	}
	for _, tag := range s.tags {
		if s.maybe(4) {
			c.Tags = append(c.Tags, tag.ID)
		}
	}
	c.Custom, c.Details = s.custom(crm.EntityContact), crm.Custom{}
	if s.maybe(2) {
		c.Details[crm.FieldCity], c.Details[crm.FieldPriority] = oneOf(s, "Temuco", "Arica", "temuco"), json.Number(strconv.Itoa(s.random.IntN(4)))
		c.Details[crm.FieldContacted] = s.maybe(2)
	}
}

func (s *shop) instant() time.Time {
	if s.maybe(20) {
		return time.Time{}
	}
	return time.Date(2026, 3, 1+s.random.IntN(6), s.random.IntN(3), 0, 0, 0, time.UTC)
}

// changeDeal makes a deal another one.
func (s *shop) changeDeal(d *crm.Deal) {
	pipeline := oneOf(s, s.fixture.pipeline, s.pipeline)
	stage := oneOf(s, pipeline.Stages...)
	d.Name = oneOf(s, "Boleta 1234", "Cotización 77 – María González", "Venta Ñuñoa", "", "12.345.678-5")
	d.ContactID, d.PipelineID, d.StageID, d.OwnerID = "", pipeline.ID, stage.ID, s.owner()
	if !s.maybe(4) {
		d.ContactID = oneOf(s, s.contacts...).ID
	}
	d.StageEnteredAt, d.CreatedAt, d.UpdatedAt, d.DeletedAt = s.instant(), s.instant(), s.instant(), time.Time{}
	if s.maybe(8) {
		d.DeletedAt = s.clock.Now()
	}
	d.Value = crm.Money{Minor: int64(s.random.IntN(5)-1) * 1000, Currency: oneOf(s, "CLP", "CLP", "USD")}
	d.Custom, d.Details = s.custom(crm.EntityDeal), crm.Custom{}
	if s.maybe(2) {
		d.Details[crm.FieldPriority] = json.Number(strconv.Itoa(s.random.IntN(4)))
	}
}

// work saves some contacts and deals, new ones and old ones, and what documents some deals have.
func (s *shop) work(t *testing.T, contacts, deals int) {
	t.Helper()
	var someContacts []*crm.Contact
	var someDeals []*crm.Deal
	for range contacts {
		c := crm.NewContact(s.clock.Now())
		if len(s.contacts) > 0 && s.maybe(3) {
			c = oneOf(s, s.contacts...)
		} else {
			s.contacts = append(s.contacts, c)
		}
		if !slices.Contains(someContacts, c) {
			s.change(c)
			someContacts = append(someContacts, c)
		}
	}
	var records []*bridge.Record
	for range deals {
		d := crm.NewDeal(s.clock.Now())
		if len(s.deals) > 0 && s.maybe(3) {
			d = oneOf(s, s.deals...)
		} else {
			s.deals = append(s.deals, d)
		}
		if slices.Contains(someDeals, d) {
			continue
		}
		s.changeDeal(d)
		someDeals = append(someDeals, d)
		if s.maybe(3) {
			s.bsaleID++
			record := s.record(s.bsaleID)
			record.DealID, record.Number = d.ID, oneOf(s, "1234", "12", "77", "990")
			s.numbers[d.ID] = append(s.numbers[d.ID], record.Number)
			records = append(records, record)
		}
	}
	s.update(t, func(tx bridge.Tx) error {
		must(t, tx.SaveContacts(s.ctx, someContacts))
		must(t, tx.SaveDeals(s.ctx, someDeals))
		return tx.SaveRecords(s.ctx, records, s.clock.Now())
	})
}

// query returns some question about contacts or deals.
func (s *shop) query(entity crm.Entity) crm.Query {
	q := crm.Query{Entity: entity, Reach: crm.FullReach, Limit: 1 + s.random.IntN(20)}
	if s.maybe(3) {
		q.Reach = crm.Reach{User: oneOf(s, s.users...).ID}
	}
	if s.maybe(3) {
		q.Search = oneOf(s, "maria", "GONZÁ", "ñandu", "quillay", "j.perez23", "correo", "12", "1234", "22.222.222", "9 5555 010", "5555 0103", "zzz", "mar gon",
			"venta", "11111111-1", "perez-cotapos", "s.a.", "ventas@quillay", "77 maria", "..")
	}
	fields := crm.FieldsOf(entity, s.fields)
	for s.maybe(2) && len(q.Where) < 3 {
		q.Where = append(q.Where, s.condition(entity, oneOf(s, fields...)))
	}
	if !s.maybe(4) {
		f := oneOf(s, fields...)
		if crm.Sortable(f) {
			q.Order = crm.Order{Field: f, Descending: s.maybe(2)}
		}
	}
	if entity == crm.EntityDeal && s.maybe(6) {
		q.Where = append(q.Where, s.condition(entity, crm.Field{Name: crm.FieldStage, Type: crm.TypeStage}))
		if q.Where[len(q.Where)-1].Operator == crm.Is {
			q.Order = crm.BoardOrder
		}
	}
	return q
}

func (s *shop) condition(entity crm.Entity, f crm.Field) crm.Condition {
	if f.Type == crm.TypeStatus {
		f = crm.Field{Name: crm.FieldStage, Type: crm.TypeStage}
	}
	c := crm.Condition{Field: f, Operator: oneOf(s, crm.OperatorsOf(f.Type)...)}
	switch c.Operator {
	case crm.IsEmpty, crm.IsFilled:
		return c
	}
	n := 1
	if c.Operator == crm.Is || c.Operator == crm.IsNot || c.Operator == crm.Contains {
		n += s.random.IntN(2)
	}
	for len(c.Values) < n {
		v := s.someValue(entity, f)
		if text, ok := v.(string); ok && c.Operator == crm.Contains && len(text) > 3 {
			v = text[1:3]
		}
		c.Values = append(c.Values, v)
	}
	return c
}

// someValue returns one that there might be.
func (s *shop) someValue(entity crm.Entity, f crm.Field) any {
	var v any
	if entity == crm.EntityContact {
		v = f.OfContact(oneOf(s, s.contacts...))
	} else {
		v = f.OfDeal(oneOf(s, s.deals...))
	}
	switch list := v.(type) {
	case []string:
		if len(list) == 0 {
			return "nada"
		}
		return list[0]
	case []any:
		return list[0]
	case []crm.ID:
		if len(list) == 0 {
			return crm.NewID()
		}
		return list[0]
	case nil:
		if f.Custom != nil {
			return s.value(*f.Custom)
		}
		return "nada"
	}
	return v
}

// all reads a whole list, page by page.
func readAll[T any](t *testing.T, q crm.Query, read func(crm.Query) (crm.Page[T], error)) []T {
	t.Helper()
	var all []T
	for range 10_000 {
		page, err := read(q)
		must(t, err)
		if len(page.Items) > q.Limit {
			t.Fatalf("a page of %d has %d", q.Limit, len(page.Items))
		}
		all = append(all, page.Items...)
		if q.Cursor = page.Next; page.Next == "" {
			return all
		}
	}
	t.Fatalf("the list does not end: %+v", q)
	return nil
}

func testLists(t *testing.T, f *fixture) {
	for seed := range uint64(2) {
		if seed > 0 {
			g := *f
			g.account, g.user, g.pipeline, g.connection = f.addAccount(t, "Otra")
			f = &g
		}
		s := newShop(t, f, seed)
		for round := range 3 {
			for range 4 {
				s.work(t, 12, 16)
			}
			m := s.model(t)
			for range 25 {
				tryList(t, f, m.contacts(s), s.query(crm.EntityContact), round, crm.Reader.ListContacts, crm.Reader.SkipContacts)
				tryList(t, f, m.deals(s), s.query(crm.EntityDeal), round, crm.Reader.ListDeals, crm.Reader.SkipDeals)
			}
			s.checkDerived(t)
		}
	}
}

// tryList compares everything that is said about a list with the model's.
func tryList[T identified](
	t *testing.T, f *fixture, m model[T], q crm.Query, round int,
	read func(crm.Reader, context.Context, crm.Query) (crm.Page[T], error), skip func(crm.Reader, context.Context, crm.Query, int) (crm.Page[T], error),
) {
	t.Helper()
	want := m.list(q)
	what := fmt.Sprintf("round %d: %+v", round, q)
	must(t, f.View(f.ctx, f.account.ID, func(r bridge.Reader) error {
		got := readAll(t, q, func(q crm.Query) (crm.Page[T], error) { return read(r, f.ctx, q) })
		same(t, what, names(got), names(want))
		same(t, what+": rows", got, want, noneIsEmpty)
		n, exact, err := r.Count(f.ctx, q, 0)
		must(t, err)
		if n != len(want) || !exact {
			t.Errorf("%s: count is %d, exact %v, want %d", what, n, exact, len(want))
		}
		for _, most := range []int{1, 5, 10_000} {
			n, exact, err := r.Count(f.ctx, q, most)
			must(t, err)
			if exact && n != len(want) || n > len(want) || exact && n > most && (q.Search != "" || len(q.Where) > 0) && !onlyPlaces(q) {
				t.Errorf("%s: at most %d: count is %d, exact %v, want %d", what, most, n, exact, len(want))
			}
		}
		from := len(want) / 2
		page, err := skip(r, f.ctx, q, from)
		must(t, err)
		same(t, what+": skipping half", names(page.Items), names(want[from:min(len(want), from+q.Limit)]))
		if q.Entity == crm.EntityDeal {
			totals, exact, err := r.SumByStage(f.ctx, q, 0)
			must(t, err)
			same(t, what+": totals", totals, m.totals(want), noneIsEmpty)
			if !exact {
				t.Errorf("%s: totals are not exact", what)
			}
		}
		return nil
	}))
	if t.Failed() {
		t.FailNow()
	}
}

// onlyPlaces says whether a list is one by owner and stage only, which totals count.
func onlyPlaces(q crm.Query) bool {
	return q.Search == "" && !slices.ContainsFunc(q.Where, func(c crm.Condition) bool {
		place := c.Field.Type == crm.TypeUser || c.Field.Type == crm.TypeStage || c.Field.Type == crm.TypePipeline
		return !place || c.Operator != crm.Is && c.Operator != crm.IsEmpty
	})
}

// everyList are lists of contacts and deals that each go another way to something.
func everyList(c *crm.Contact, d *crm.Deal, record *bridge.Record, field crm.CustomField) []crm.Query {
	where := func(f crm.Field, op crm.Operator, values ...any) crm.Query {
		return crm.Query{Where: []crm.Condition{{Field: f, Operator: op, Values: values}}}
	}
	custom := crm.CustomFieldOf(field)
	onBoard := where(crm.Field{Name: crm.FieldStage, Type: crm.TypeStage}, crm.Is, d.StageID)
	onBoard.Order = crm.BoardOrder
	queries := []crm.Query{
		{},
		onBoard,
		{Search: c.FirstName},
		{Search: c.Identities[0].Normalized},
		{Search: record.Number},
		{Order: crm.Order{Field: crm.Field{Name: crm.FieldName, Type: crm.TypeText}}},
		{Order: crm.Order{Field: custom}},
		where(crm.Field{Name: crm.FieldOwner, Type: crm.TypeUser}, crm.Is, d.OwnerID),
		where(crm.Field{Name: crm.FieldContact, Type: crm.TypeContact}, crm.Is, c.ID),
		where(crm.Field{Name: crm.FieldPipeline, Type: crm.TypePipeline}, crm.Is, d.PipelineID),
		where(crm.Field{Name: crm.FieldTags, Type: crm.TypeTags}, crm.Is, c.Tags[0]),
		where(crm.Field{Name: crm.FieldEmail, Type: crm.TypeEmail}, crm.Is, c.Identities[0].Normalized),
		where(crm.Field{Name: crm.FieldName, Type: crm.TypeText}, crm.IsFilled),
		where(custom, crm.Is, d.Custom[field.Key]),
	}
	for i := range queries {
		queries[i].Reach, queries[i].Limit = crm.FullReach, 9
	}
	return queries
}

// foundOf returns all that the lists have.
func foundOf[T any](queries []crm.Query, read func(crm.Query) ([]T, error)) ([]T, error) {
	var all []T
	for _, q := range queries {
		some, err := read(q)
		if err != nil && crm.CodeOf(err) != crm.Invalid {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
