package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
)

// bigShop is an account with as many contacts as deals, spread as a shop's are: some sellers sell more than others, most deals are won, few words are common and
// many are rare, and a customer comes back.
type bigShop struct {
	store    *store.Store
	account  crm.Account
	rows     int
	users    []crm.User
	tags     []crm.Tag
	pipeline crm.Pipeline
	fields   map[string]crm.CustomField
	deep     string // a cursor far into the list of deals
	random   *rand.Rand
}

const (
	loadBatch = 1_000
	bigSeed   = 11
)

var (
	firstNames = []string{
		"María", "José", "Juan", "Camila", "Valentina", "Diego", "Francisca", "Matías", "Carolina", "Sebastián", "Javiera", "Nicolás", "Constanza", "Felipe", "Daniela",
		"Ignacio", "Catalina", "Rodrigo", "Fernanda", "Cristóbal", "Antonia", "Martín", "Isidora", "Tomás", "Josefa", "Benjamín", "Renata", "Vicente", "Amanda", "Joaquín",
	}
	lastNames = []string{
		"González", "Muñoz", "Rojas", "Díaz", "Pérez", "Soto", "Contreras", "Silva", "Martínez", "Sepúlveda", "Morales", "Rodríguez", "López", "Fuentes", "Hernández",
		"Torres", "Araya", "Flores", "Espinoza", "Valenzuela", "Castillo", "Ramírez", "Reyes", "Gutiérrez", "Castro", "Vargas", "Álvarez", "Vásquez", "Tapia", "Fernández",
		"Sánchez", "Cortés", "Gómez", "Herrera", "Carrasco", "Núñez", "Miranda", "Jara", "Vergara", "Rivera", "Figueroa", "Riquelme", "Bravo", "Vera", "Molina", "Vega",
	}
	trades    = []string{"Comercio al por menor", "Panadería", "Ferretería", "Restaurante", "Construcción", "Transporte", "Agrícola", "Servicios médicos", "Educación", "Imprenta"}
	branches  = []string{"Casa matriz", "Providencia", "Maipú", "Concepción", "Temuco"}
	tagNames  = []string{"mayorista", "frecuente", "moroso", "web", "vip", "empresa", "feria", "2025"}
	bigUsers  = 20
	beginning = time.Date(2023, 1, 2, 12, 0, 0, 0, time.UTC)
)

// few returns a small number more often than a large one, below n.
func few(r *rand.Rand, n int) int {
	x := r.Float64()
	return int(x * x * float64(n))
}

func newBigShop(tb testing.TB, s *store.Store, rows int) *bigShop {
	tb.Helper()
	b := &bigShop{store: s, rows: rows, fields: map[string]crm.CustomField{}, random: rand.New(rand.NewPCG(bigSeed, 0))}
	ctx := context.Background()
	accounts, err := s.Accounts(ctx)
	check(tb, err)
	if len(accounts) > 0 {
		b.account = accounts[0]
		b.readNames(tb)
		return b
	}
	b.account, err = crm.NewAccount("Mi empresa", crm.Chile, crm.Spanish, beginning)
	check(tb, err)
	b.pipeline = crm.DefaultPipeline(crm.Spanish, beginning)
	check(tb, s.CreateAccount(ctx, b.account, func(tx bridge.Tx) error { return b.setUp(ctx, tx) }))
	b.load(tb)
	b.readNames(tb)
	return b
}

func (b *bigShop) setUp(ctx context.Context, tx bridge.Tx) error {
	if err := tx.CreatePipeline(ctx, b.pipeline); err != nil {
		return err
	}
	for i := range bigUsers {
		u := crm.User{ID: crm.NewID(), Email: fmt.Sprintf("vendedor%02d@quillay.example", i), Role: crm.RoleSeller, Active: true, CreatedAt: beginning}
		b.users = append(b.users, u)
		if err := tx.CreateUser(ctx, u); err != nil {
			return err
		}
	}
	for _, name := range tagNames {
		tag := crm.Tag{ID: crm.NewID(), Name: name, CreatedAt: beginning}
		b.tags = append(b.tags, tag)
		if err := tx.CreateTag(ctx, tag); err != nil {
			return err
		}
	}
	for i, f := range []crm.CustomField{
		{Entity: crm.EntityContact, Name: "giro", Type: crm.TypeText, Searchable: true},
		{Entity: crm.EntityContact, Name: "puntos", Type: crm.TypeNumber, Searchable: true},
		{Entity: crm.EntityContact, Name: "observación", Type: crm.TypeText},
		{Entity: crm.EntityDeal, Name: "sucursal", Type: crm.TypeDropdown, Options: branches, Searchable: true},
		{Entity: crm.EntityDeal, Name: "emisión", Type: crm.TypeDate, Searchable: true},
		{Entity: crm.EntityDeal, Name: "neto", Type: crm.TypeMoney},
	} {
		f.ID, f.Key, f.Position, f.CreatedAt = crm.NewID(), crm.NewFieldKey(f.Entity, f.Name, f.Type, crm.RandomLetters), i, beginning
		b.fields[f.Name] = f
		if err := tx.CreateCustomField(ctx, f); err != nil {
			return err
		}
	}
	return tx.SaveConnection(ctx, bridge.Connection{ID: crm.NewID(), AccountID: b.account.ID, CreatedAt: beginning})
}

// readNames reads what queries are made of.
func (b *bigShop) readNames(tb testing.TB) {
	tb.Helper()
	ctx := context.Background()
	check(tb, b.store.View(ctx, b.account.ID, func(r bridge.Reader) (err error) {
		if b.users, err = r.Users(ctx); err != nil {
			return err
		}
		if b.tags, err = r.Tags(ctx); err != nil {
			return err
		}
		pipelines, err := r.Pipelines(ctx)
		if err != nil {
			return err
		}
		b.pipeline = pipelines[0]
		for _, entity := range []crm.Entity{crm.EntityContact, crm.EntityDeal} {
			fields, err := r.CustomFields(ctx, entity)
			if err != nil {
				return err
			}
			for _, f := range fields {
				b.fields[f.Name] = f
			}
		}
		return b.goDeep(ctx, r)
	}))
}

func (b *bigShop) load(tb testing.TB) {
	tb.Helper()
	ctx := context.Background()
	var connection crm.ID
	check(tb, b.store.View(ctx, b.account.ID, func(r bridge.Reader) error {
		all, err := r.Connections(ctx)
		connection = all[0].ID
		return err
	}))
	ids := make([]crm.ID, 0, b.rows)
	for from := 0; from < b.rows; from += loadBatch {
		contacts, deals, records := make([]*crm.Contact, 0, loadBatch), make([]*crm.Deal, 0, loadBatch), make([]*bridge.Record, 0, loadBatch)
		for i := from; i < min(from+loadBatch, b.rows); i++ {
			at := beginning.Add(time.Duration(i) * (3 * 365 * 24 * time.Hour / time.Duration(b.rows)))
			c := b.contact(i, at)
			contacts, ids = append(contacts, c), append(ids, c.ID)
			d, r := b.deal(i, at, ids[len(ids)-1-few(b.random, len(ids))])
			deals = append(deals, d)
			if r != nil {
				r.ConnectionID = connection
				records = append(records, r)
			}
		}
		check(tb, b.store.Update(ctx, b.account.ID, func(tx bridge.Tx) error {
			if err := tx.SaveContacts(ctx, contacts); err != nil {
				return err
			}
			if err := tx.SaveDeals(ctx, deals); err != nil {
				return err
			}
			return tx.SaveRecords(ctx, records, beginning)
		}))
	}
}

func (b *bigShop) owner() crm.ID {
	if b.random.IntN(8) == 0 {
		return ""
	}
	return b.users[few(b.random, len(b.users))].ID
}

func (b *bigShop) contact(i int, at time.Time) *crm.Contact {
	r := b.random
	c := crm.NewContact(at)
	c.UpdatedAt = at.Add(time.Duration(r.IntN(90*24)) * time.Hour)
	c.FirstName, c.LastName = firstNames[few(r, len(firstNames))], lastNames[few(r, len(lastNames))]
	c.OwnerID, c.Source = b.owner(), "Bsale"
	if r.IntN(10) == 0 {
		c.Company = lastNames[r.IntN(len(lastNames))] + " y Compañía " + strconv.Itoa(i%977)
	}
	identity := func(kind crm.IdentityKind, normalized string) {
		c.Identities = append(c.Identities, crm.Identity{IdentityKey: crm.IdentityKey{Kind: kind, Normalized: normalized}, Value: normalized, Primary: true})
	}
	if r.IntN(5) > 0 {
		identity(crm.IdentityEmail, fmt.Sprintf("%s.%s%d@correo%d.example", crm.Fold(c.FirstName), crm.Fold(c.LastName), i, few(r, 5)))
	}
	if r.IntN(6) > 0 {
		identity(crm.IdentityPhone, bigPhone(i))
	}
	if r.IntN(5) > 1 {
		identity(crm.IdentityTaxID, bigTaxID(i))
	}
	for n, tag := range b.tags {
		if r.IntN(10*(n+1)) == 0 {
			c.Tags = append(c.Tags, tag.ID)
		}
	}
	c.Custom = crm.Custom{b.fields["puntos"].Key: json.Number(strconv.Itoa(few(r, 10_000)))}
	if r.IntN(3) > 0 {
		c.Custom[b.fields["giro"].Key] = trades[few(r, len(trades))]
	}
	if r.IntN(4) == 0 {
		c.Custom[b.fields["observación"].Key] = "llamar los " + []string{"lunes", "martes", "viernes"}[r.IntN(3)] + " " + strconv.Itoa(r.IntN(b.rows))
	}
	return c
}

func bigPhone(i int) string { return fmt.Sprintf("+569%08d", 30_000_000+(i*7919)%60_000_000) }

func bigTaxID(i int) string { return fmt.Sprintf("%d-%d", 5_000_000+(i*104_729)%20_000_000, i%10) }

func (b *bigShop) deal(i int, at time.Time, contact crm.ID) (*crm.Deal, *bridge.Record) {
	r := b.random
	stage := b.pipeline.Stages[[]int{0, 1, 2, 3, 3, 3, 3, 3, 4, 3}[r.IntN(10)]]
	d := crm.NewDeal(at)
	d.UpdatedAt = at.Add(time.Duration(r.IntN(60*24)) * time.Hour)
	d.Name = "Boleta " + strconv.Itoa(i+1)
	d.ContactID, d.PipelineID, d.StageID, d.StageEnteredAt, d.OwnerID = contact, b.pipeline.ID, stage.ID, d.UpdatedAt, b.owner()
	d.Value = crm.Money{Minor: int64(1_000 + few(r, 900_000)), Currency: "CLP"}
	d.Custom = crm.Custom{
		b.fields["sucursal"].Key: branches[few(r, len(branches))], b.fields["emisión"].Key: crm.DateOf(at).String(),
		b.fields["neto"].Key: json.Number(strconv.FormatInt(d.Value.Minor*100/119, 10)),
	}
	if r.IntN(3) == 0 {
		return d, nil
	}
	return d, &bridge.Record{
		BsaleID: int64(i + 1), State: bridge.StateLinked, Reason: bridge.DealCreated, DealID: d.ID, ContactID: contact, Kind: bridge.KindReceipt, TypeName: "BOLETA ELECTRÓNICA T",
		Number: strconv.Itoa(i + 1), EmittedOn: crm.DateOf(at).String(), Total: d.Value, Standing: bridge.StandingActive, SeenAt: at, DecidedAt: at,
	}
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
