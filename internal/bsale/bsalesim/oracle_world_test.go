package bsalesim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"puente/internal/bsale/bsalesim"
)

// shop is a tiny world: Camila sells, Ana is a good client.
type shop struct {
	*bsalesim.World
	camila int
	day    bsalesim.Day
}

func newShop(t testing.TB, country string) *shop {
	t.Helper()
	s := &shop{World: bsalesim.NewWorld(country)}
	s.camila = s.AddUser(bsalesim.User{FirstName: "Camila", LastName: "Rebolledo", Email: "Camila@Quillay.example"})
	day, err := bsalesim.ParseDay("2026-03-12")
	if err != nil {
		t.Fatal(err)
	}
	s.day = day
	return s
}

func phone(s string) *string { return &s }

// ana is the n-th good client: every key is usable and her own.
func (s *shop) ana(n int, change ...func(*bsalesim.Client)) int {
	c := bsalesim.Client{
		FirstName: fmt.Sprintf("Ana%d", n), LastName: "Soto", Email: fmt.Sprintf("ana%d@correo.example", n), Code: []string{"5126663-3", "10000013-K", "11111111-1", "22222222-2"}[n-1],
		Phone: phone(fmt.Sprintf("+56 9 6123 45%02d", n)),
	}
	for _, f := range change {
		f(&c)
	}
	return s.AddClient(c)
}

func (s *shop) sell(typ, client int, total int64, change ...func(*bsalesim.Document)) int64 {
	d := bsalesim.Document{Type: typ, Client: client, Total: bsalesim.Units(total), Emission: s.day, Sellers: []int{s.camila}}
	for _, f := range change {
		f(&d)
	}
	return s.AddDocument(d)
}

// export is the part of the oracle's answer that the tests look at.
type export struct {
	Accounts []struct {
		Name, Country, Currency string
		Contacts                []contact
		Loose                   []deal `json:"deals_without_contact"`
	}
}

type contact struct {
	First   string `json:"first_name"`
	Last    string `json:"last_name"`
	Company string
	Emails  []string
	Phones  []string
	TaxIDs  []string `json:"tax_ids"`
	Owner   string
	Custom  map[string]any
	Deals   []deal
}

type deal struct {
	Name, Stage, Status, Value, Owner string
	Custom                            map[string]any
	Documents                         []struct {
		ID                         int64 `json:"bsale_id"`
		Kind, Number, Total, State string
	}
}

// line is a deal in one line: name | stage | value | owner | kind:state ….
func (d deal) line() string {
	docs := []string{}
	for _, x := range d.Documents {
		docs = append(docs, x.Kind+":"+x.State)
	}
	return strings.Join([]string{d.Name, d.Stage, d.Value, d.Owner, strings.Join(docs, " ")}, " | ")
}

func (s *shop) oracle(t testing.TB, rules string, o bsalesim.OracleOptions) (lines []string, all export) {
	t.Helper()
	b, err := bsalesim.Oracle(s.World, []byte(rules), []string{"camila@quillay.example", "jefa@quillay.example"}, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Accounts[0].Contacts {
		for _, d := range c.Deals {
			lines = append(lines, d.line())
		}
	}
	for _, d := range all.Accounts[0].Loose {
		lines = append(lines, "- "+d.line())
	}
	return lines, all
}

// rules changes the article's rules by replacing text.
func rules(t testing.TB, pairs ...string) string {
	t.Helper()
	r := articleRules
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(r, pairs[i]) {
			t.Fatalf("the rules do not contain %s", pairs[i])
		}
		r = strings.Replace(r, pairs[i], pairs[i+1], 1)
	}
	return r
}

func reasons(t testing.TB, s *shop, rules string, ids ...int64) []string {
	t.Helper()
	v, err := bsalesim.Verdicts(s.World, []byte(rules), []string{"camila@quillay.example"}, bsalesim.OracleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, id := range ids {
		out = append(out, v[id].Outcome+" "+v[id].Reason)
	}
	return out
}

func TestOracleDecides(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules []string
		build func(s *shop) []int64
		want  []string // outcome and reason of each document
		deals []string
	}{
		{
			name: "a receipt of a new client makes contact and deal",
			build: func(s *shop) []int64 {
				return []int64{s.sell(bsalesim.TypeReceipt, s.ana(1), 9990)}
			},
			want:  []string{"created deal_created"},
			deals: []string{"Boleta 1 – Ana1 Soto | Vendido | 9990 | camila@quillay.example | receipt:active"},
		},
		{
			name: "a receipt moves the deal that a quote made",
			build: func(s *shop) []int64 {
				ana := s.ana(1)
				return []int64{s.sell(bsalesim.TypeQuote, ana, 5000), s.sell(bsalesim.TypeReceipt, ana, 4999)}
			},
			want:  []string{"created deal_created", "updated deal_moved"},
			deals: []string{"Cotización 1 – Ana1 Soto | Vendido | 4999 | camila@quillay.example | quote:active receipt:active"},
		},
		{
			name: "of two open quotes the later one moves",
			build: func(s *shop) []int64 {
				ana := s.ana(1)
				return []int64{s.sell(bsalesim.TypeQuote, ana, 1), s.sell(bsalesim.TypeQuote, ana, 2), s.sell(bsalesim.TypeReceipt, ana, 3)}
			},
			want: []string{"created deal_created", "created deal_created", "updated deal_moved"},
			deals: []string{
				"Cotización 1 – Ana1 Soto | Cotizado | 1 | camila@quillay.example | quote:active",
				"Cotización 2 – Ana1 Soto | Vendido | 3 | camila@quillay.example | quote:active receipt:active",
			},
		},
		{
			name:  "of two open quotes neither moves when several is conflict",
			rules: []string{`"value"`, `"several": "conflict", "value"`},
			build: func(s *shop) []int64 {
				ana := s.ana(1)
				return []int64{s.sell(bsalesim.TypeQuote, ana, 1), s.sell(bsalesim.TypeQuote, ana, 2), s.sell(bsalesim.TypeReceipt, ana, 3)}
			},
			want: []string{"created deal_created", "created deal_created", "conflict many_deals"},
			deals: []string{
				"Cotización 1 – Ana1 Soto | Cotizado | 1 | camila@quillay.example | quote:active",
				"Cotización 2 – Ana1 Soto | Cotizado | 2 | camila@quillay.example | quote:active",
			},
		},
		{
			name:  "without a create stage nothing is made, not even the contact",
			rules: []string{`"create": {"stage": "Nuevo"}`, `"create": {"stage": ""}`, `"receipt": {"create_stage": "Vendido"}`, `"receipt": {}`},
			build: func(s *shop) []int64 { return []int64{s.sell(bsalesim.TypeReceipt, s.ana(1), 1)} },
			want:  []string{"skipped no_open_deal"},
		},
		{
			name:  "kinds of the rules win over the type",
			rules: []string{`"value"`, `"kinds": {"33": "invoice", "7": "other"}, "value"`},
			build: func(s *shop) []int64 {
				ana := s.ana(1)
				return []int64{s.sell(bsalesim.TypePurchaseOrder, ana, 1), s.sell(bsalesim.TypeReceipt, ana, 2)}
			},
			want:  []string{"created deal_created", "skipped kind_not_chosen"},
			deals: []string{"Factura 1 – Ana1 Soto | Nuevo | 1 | camila@quillay.example | invoice:active"},
		},
		{
			name: "what lacks is said exactly",
			build: func(s *shop) []int64 {
				var ids []int64
				for _, f := range []func(*bsalesim.Client){
					func(c *bsalesim.Client) { c.Email = "" },
					func(c *bsalesim.Client) { c.Email = "no@tiene" },
					func(c *bsalesim.Client) { c.Phone = nil },
					func(c *bsalesim.Client) { c.Phone = phone("66287196") },
				} {
					ids = append(ids, s.sell(bsalesim.TypeReceipt, s.ana(1, f), 1))
				}
				both := s.ana(1, func(c *bsalesim.Client) { c.Email, c.Phone = "sin correo", nil })
				return append(ids, s.sell(bsalesim.TypeReceipt, both, 1), s.sell(bsalesim.TypeReceipt, 0, 1), s.sell(bsalesim.TypeDispatchGuide, both, 1))
			},
			want: []string{
				"skipped missing_email", "skipped invalid_email", "skipped missing_phone", "skipped invalid_phone",
				"skipped missing_email_and_phone", "skipped no_client", "skipped kind_not_chosen",
			},
		},
		{
			name:  "a tax id is enough when the rules say so",
			rules: []string{`email_and_phone`, `tax_id`},
			build: func(s *shop) []int64 {
				bare := func(code string, foreign bool) int {
					return s.AddClient(bsalesim.Client{FirstName: "Ana", Email: "ana@correo.example", Code: code, Foreigner: foreign})
				}
				return []int64{
					s.sell(bsalesim.TypeReceipt, bare("", false), 1), s.sell(bsalesim.TypeReceipt, bare("66666666-6", false), 1),
					s.sell(bsalesim.TypeReceipt, bare("5126663-4", false), 1), s.sell(bsalesim.TypeReceipt, bare("P123", true), 1),
					s.sell(bsalesim.TypeReceipt, bare("5.126.663-3", false), 1),
				}
			},
			want:  []string{"skipped missing_tax_id", "skipped generic_tax_id", "skipped invalid_tax_id", "skipped invalid_tax_id", "created deal_created"},
			deals: []string{"Boleta 5 – Ana | Vendido | 1 | camila@quillay.example | receipt:active"},
		},
		{
			name: "one e-mail and two tax ids is a conflict, one tax id in two rows is one person",
			build: func(s *shop) []int64 {
				first := s.ana(1)
				other := s.ana(2, func(c *bsalesim.Client) { c.Email = "ana1@correo.example" })
				again := s.ana(3, func(c *bsalesim.Client) { c.Code, c.Email = "5.126.663-3", "otra@correo.example" })
				return []int64{s.sell(bsalesim.TypeReceipt, first, 1), s.sell(bsalesim.TypeReceipt, other, 2), s.sell(bsalesim.TypeReceipt, again, 3)}
			},
			want: []string{"created deal_created", "conflict tax_id_differs", "created deal_created"},
			deals: []string{
				"Boleta 1 – Ana1 Soto | Vendido | 1 | camila@quillay.example | receipt:active",
				"Boleta 3 – Ana3 Soto | Vendido | 3 | camila@quillay.example | receipt:active",
			},
		},
		{
			name:  "anonymous sales make deals without contact when the rules say so",
			rules: []string{`"anonymous": "skip"`, `"anonymous": "create"`},
			build: func(s *shop) []int64 {
				generic := s.AddClient(bsalesim.Client{FirstName: "Cliente", LastName: "Boleta", Code: "66.666.666-6"})
				return []int64{s.sell(bsalesim.TypeReceipt, 0, 1), s.sell(bsalesim.TypeReceipt, generic, 2)}
			},
			want: []string{"created deal_created", "created deal_created"},
			deals: []string{
				"- Boleta 1 | Vendido | 1 | camila@quillay.example | receipt:active",
				"- Boleta 2 | Vendido | 2 | camila@quillay.example | receipt:active",
			},
		},
		{
			name: "annulled before it was seen",
			build: func(s *shop) []int64 {
				return []int64{s.sell(bsalesim.TypeReceipt, s.ana(1), 1, func(d *bsalesim.Document) { d.State, d.CancellationStatus = 1, 1 })}
			},
			want: []string{"skipped annulled_before_seen"},
		},
		{
			name: "credited in part, then in full",
			build: func(s *shop) []int64 {
				sale := s.sell(bsalesim.TypeReceipt, s.ana(1), 1000)
				part, _ := s.Credit(sale, bsalesim.Units(400), s.day+1)
				other := s.sell(bsalesim.TypeInvoice, s.ana(2), 500)
				full, _ := s.Credit(other, 0, s.day+2)
				return []int64{sale, part, other, full}
			},
			want: []string{"created deal_created", "updated credited_in_part", "created deal_created", "updated credited_moved"},
			deals: []string{
				"Boleta 1 – Ana1 Soto | Vendido | 1000 | camila@quillay.example | receipt:partly_credited credit_note:active",
				"Factura 1 – Ana2 Soto | Anulado | 500 | camila@quillay.example | invoice:credited credit_note:active",
			},
		},
		{
			name: "a credit note of an unknown sale",
			build: func(s *shop) []int64 {
				return []int64{s.sell(bsalesim.TypeCreditNote, s.ana(1), 1, func(d *bsalesim.Document) {
					d.References = []bsalesim.Reference{{Number: "77", Date: s.day}}
				})}
			},
			want: []string{"skipped credited_sale_unknown"},
		},
		{
			name: "a sale of another kind leaves a deal of the same kind alone",
			rules: []string{
				`"receipt": {"create_stage": "Vendido"}`, `"receipt": {"from_stage": "Vendido", "to_stage": "", "create_stage": "Vendido"}, "invoice": {"from_stage": "Vendido", "to_stage": ""}`,
			},
			build: func(s *shop) []int64 {
				ana := s.ana(1)
				return []int64{s.sell(bsalesim.TypeReceipt, ana, 1), s.sell(bsalesim.TypeReceipt, ana, 2), s.sell(bsalesim.TypeInvoice, ana, 3)}
			},
			want: []string{"created deal_created", "created deal_created", "updated deal_updated"},
			deals: []string{
				"Boleta 1 – Ana1 Soto | Vendido | 1 | camila@quillay.example | receipt:active",
				"Boleta 2 – Ana1 Soto | Vendido | 3 | camila@quillay.example | receipt:active invoice:active",
			},
		},
		{
			name:  "the issuer owns, and the fallback when nobody does",
			rules: []string{`"reference": "seller", "fallback": ""`, `"reference": "issuer", "fallback": "Jefa@quillay.example"`},
			build: func(s *shop) []int64 {
				robot := s.AddUser(bsalesim.User{FirstName: "API"})
				return []int64{
					s.sell(bsalesim.TypeReceipt, s.ana(1), 1),
					s.sell(bsalesim.TypeReceipt, s.ana(2), 2, func(d *bsalesim.Document) { d.User = robot }),
				}
			},
			want: []string{"created deal_created", "created deal_created"},
			deals: []string{
				"Boleta 1 – Ana1 Soto | Vendido | 1 | camila@quillay.example | receipt:active",
				"Boleta 2 – Ana2 Soto | Vendido | 2 | jefa@quillay.example | receipt:active",
			},
		},
		{
			name:  "before the start",
			rules: []string{`2025-01-01`, `2026-03-13`},
			build: func(s *shop) []int64 { return []int64{s.sell(bsalesim.TypeReceipt, s.ana(1), 1)} },
			want:  []string{"skipped before_start"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(t, "CL")
			r := rules(t, tt.rules...)
			ids := tt.build(s)
			if err := s.Err(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, reasons(t, s, r, ids...)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			lines, _ := s.oracle(t, r, bsalesim.OracleOptions{})
			if diff := cmp.Diff(tt.deals, lines); diff != "" {
				t.Errorf("deals (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOracleReplaysWhatHappensLater(t *testing.T) {
	s := newShop(t, "CL")
	ana := s.ana(1)
	sale := s.sell(bsalesim.TypeReceipt, ana, 1000)
	s.MarkPass()
	if err := s.Annul(sale, s.day.Unix()); err != nil {
		t.Fatal(err)
	}
	if err := s.EditClient(ana, func(c *bsalesim.Client) { c.LastName, c.Email = "Araya", "nueva@correo.example" }); err != nil {
		t.Fatal(err)
	}
	quote := s.sell(bsalesim.TypeQuote, ana, 50)
	lines, all := s.oracle(t, articleRules, bsalesim.OracleOptions{})
	want := []string{
		fmt.Sprintf("Boleta %d – Ana1 Soto | Anulado | 1000 | camila@quillay.example | receipt:annulled", 1),
		"Cotización 1 – Ana1 Araya | Cotizado | 50 | camila@quillay.example | quote:active",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("deals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"ana1@correo.example", "nueva@correo.example"}, all.Accounts[0].Contacts[0].Emails); diff != "" {
		t.Errorf("e-mails (-want +got):\n%s", diff)
	}

	// A CRM that looked once, at the end, never saw the sale stand.
	once := newShop(t, "CL")
	ana = once.ana(1)
	sale = once.sell(bsalesim.TypeReceipt, ana, 1000)
	if err := once.Annul(sale, once.day.Unix()); err != nil {
		t.Fatal(err)
	}
	if lines, _ := once.oracle(t, articleRules, bsalesim.OracleOptions{}); len(lines) != 0 {
		t.Errorf("deals are %q, want none", lines)
	}
	_ = quote
}

func TestOracleFollowsLiveDocuments(t *testing.T) {
	s := newShop(t, "CL")
	ana := s.ana(1)
	s.Begin()
	sale := s.sell(bsalesim.TypeReceipt, ana, 1000)
	if err := s.Annul(sale, s.day.Unix()); err != nil {
		t.Fatal(err)
	}
	lines, _ := s.oracle(t, articleRules, bsalesim.OracleOptions{Follow: true})
	if diff := cmp.Diff([]string{"Boleta 1 – Ana1 Soto | Anulado | 1000 | camila@quillay.example | receipt:annulled"}, lines); diff != "" {
		t.Errorf("deals (-want +got):\n%s", diff)
	}
}

func TestOracleMapsIntoTypedFields(t *testing.T) {
	s := newShop(t, "PE")
	ana := s.AddClient(bsalesim.Client{FirstName: "Ana ", LastName: "Quispe", Email: "ANA@correo.example", Code: "45678901", Phone: phone("961 234 567"), Activity: "Sin Giro"})
	s.sell(bsalesim.TypeReceipt, ana, 0, func(d *bsalesim.Document) {
		d.Total, _ = bsalesim.ParseMoney("1234.5")
		d.Serial, d.Number = "B001-318", 318
		d.Payments = []bsalesim.Payment{{Type: 1}, {Type: 10}, {Type: 1}}
		d.Attributes = []bsalesim.Attribute{{ID: 1, Name: "N° OC", Value: "OC-7"}}
	})
	rows := ""
	for i, r := range []string{"document.number", "document.folio", "document.emission_date", "document.total", "document.payments", "document.products", "document.attribute.N° OC", "document.sales_id", "client.name", "client.phone", "document.seller"} {
		if i > 0 {
			rows += ","
		}
		rows += fmt.Sprintf(`{"from": %q, "to": "t %s"}`, r, r)
	}
	rows += `,{"from":"document.total","to":"dec"},{"from":"document.total","to":"whole"},{"from":"document.folio","to":"num"},{"from":"document.emission_date","to":"date"},{"from":"document.kind","to":"drop"},{"constant":"x","to":"drop2"}`
	_, all := s.oracle(t, `{"create":{"stage":"Nuevo"},"mapping":{"deal":[`+rows+`]}}`, bsalesim.OracleOptions{Fields: []bsalesim.OracleField{
		{Entity: "deal", Name: "dec", Type: "decimal"},
		{Entity: "deal", Name: "whole", Type: "number"},
		{Entity: "deal", Name: "num", Type: "number"},
		{Entity: "deal", Name: "date", Type: "date"},
		{Entity: "deal", Name: "drop", Type: "dropdown", Options: []string{"boleta", "factura"}},
		{Entity: "deal", Name: "drop2", Type: "dropdown", Options: []string{"y"}},
	}})
	want := map[string]any{
		"t document.number": "B001-318", "t document.folio": "318", "t document.emission_date": "12/03/2026", "t document.total": "1234.50",
		"t document.payments": "EFECTIVO, TARJETA DE DEBITO", "t document.products": "VARIOS", "t document.attribute.N° OC": "OC-7",
		"t client.name": "Ana Quispe", "t client.phone": "+51961234567", "t document.seller": "Camila Rebolledo",
		"dec": 1234.5, "num": 318.0, "date": "2026-03-12", "drop": "boleta",
	}
	d := all.Accounts[0].Contacts[0].Deals[0]
	if diff := cmp.Diff(want, d.Custom); diff != "" {
		t.Errorf("custom (-want +got):\n%s", diff)
	}
	if d.Name != "Boleta B001-318 – Ana Quispe" || d.Value != "1234.50" {
		t.Errorf("deal is %q of %s", d.Name, d.Value)
	}
}

func TestOracleRefusesRulesItDoesNotUnderstand(t *testing.T) {
	s := newShop(t, "CL")
	s.sell(bsalesim.TypeReceipt, s.ana(1), 1)
	for _, bad := range []string{
		`{"create":{"stage":"Inventada"}}`,
		`{"documents":"todo"}`,
		`{"pipeline":"Otro"}`,
		`{"unknown":1}`,
		`{"start":"12-03-2026"}`,
		`{"void":{"action":"stage"}}`,
		`{"mapping":{"deal":[{"from":"document.nothing","to":"x"}]}}`,
		`{"mapping":{"contact":[{"from":"client.code","to":"x","write":"sometimes"}]}}`,
	} {
		if b, err := bsalesim.Oracle(s.World, []byte(bad), nil, bsalesim.OracleOptions{}); err == nil {
			t.Errorf("%s gives %s, want an error", bad, b)
		}
	}
}

func TestASecondPassChangesNothing(t *testing.T) {
	s, err := bsalesim.New(bsalesim.Options{Seed: 9, Documents: 3000, Now: fixedNow})
	if err != nil {
		t.Fatal(err)
	}
	once, err := s.Oracle([]byte(articleRules), nil, bsalesim.OracleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s.World().MarkPass()
	twice, err := s.Oracle([]byte(articleRules), nil, bsalesim.OracleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(once), string(twice)); diff != "" {
		t.Errorf("a second pass changes (-once +twice):\n%s", diff)
	}
}

func TestACreditNoteWaitsForItsSaleToGetADeal(t *testing.T) {
	s := newShop(t, "CL")
	ana := s.ana(1, func(c *bsalesim.Client) { c.Email = "" })
	sale := s.sell(bsalesim.TypeReceipt, ana, 1000)
	note, err := s.Credit(sale, 0, s.day)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"skipped missing_email", "skipped credited_sale_without_deal"}, reasons(t, s, articleRules, sale, note)); diff != "" {
		t.Errorf("before the e-mail is there (-want +got):\n%s", diff)
	}
	s.MarkPass()
	if err := s.EditClient(ana, func(c *bsalesim.Client) { c.Email = "ana@correo.example" }); err != nil {
		t.Fatal(err)
	}
	lines, _ := s.oracle(t, articleRules, bsalesim.OracleOptions{})
	if diff := cmp.Diff([]string{"Boleta 1 – Ana1 Soto | Anulado | 1000 | camila@quillay.example | receipt:credited credit_note:active"}, lines); diff != "" {
		t.Errorf("after it (-want +got):\n%s", diff)
	}
}

func TestWhatOthersBringLaterDoesNotChangeThePast(t *testing.T) {
	s := newShop(t, "CL")
	early := s.ana(1, func(c *bsalesim.Client) { c.Email = "" })
	receipt := s.sell(bsalesim.TypeReceipt, early, 1)
	s.MarkPass()
	// The same person in another row, complete this time.
	s.sell(bsalesim.TypeReceipt, s.ana(2, func(c *bsalesim.Client) { c.Code = "5126663-3" }), 2)
	if diff := cmp.Diff([]string{"skipped missing_email"}, reasons(t, s, articleRules, receipt)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOracleAfterALinkedDocumentChanges(t *testing.T) {
	for _, tt := range []struct {
		name   string
		rules  []string
		before func(s *shop) []int64
		after  func(s *shop, ids []int64) error
		want   []string
		deals  []string
	}{
		{
			name: "a renamed client renames the contact and not the deal",
			before: func(s *shop) []int64 {
				return []int64{s.sell(bsalesim.TypeReceipt, s.ana(1), 1)}
			},
			after: func(s *shop, _ []int64) error {
				return s.EditClient(s.ClientIDs()[0], func(c *bsalesim.Client) { c.Code = "10.000.013-k" })
			},
			want:  []string{"updated content_changed"},
			deals: []string{"Boleta 1 – Ana1 Soto | Vendido | 1 | camila@quillay.example | receipt:active"},
		},
		{
			name: "a change that no rule looks at changes nothing",
			before: func(s *shop) []int64 {
				return []int64{s.sell(bsalesim.TypeReceipt, s.ana(1), 1)}
			},
			after: func(s *shop, _ []int64) error {
				return s.EditClient(s.ClientIDs()[0], func(c *bsalesim.Client) { c.Note = "Llamar antes" })
			},
			want:  []string{"unchanged already_in_sync"},
			deals: []string{"Boleta 1 – Ana1 Soto | Vendido | 1 | camila@quillay.example | receipt:active"},
		},
		{
			name: "an annulled receipt is only flagged while the quote of the deal stands",
			before: func(s *shop) []int64 {
				ana := s.ana(1)
				return []int64{s.sell(bsalesim.TypeQuote, ana, 1), s.sell(bsalesim.TypeReceipt, ana, 2)}
			},
			after: func(s *shop, ids []int64) error { return s.Annul(ids[1], 1) },
			want:  []string{"unchanged already_in_sync", "updated annulled_flagged"},
			deals: []string{"Cotización 1 – Ana1 Soto | Vendido | 2 | camila@quillay.example | quote:active receipt:annulled"},
		},
		{
			name:  "annulments may be ignored",
			rules: []string{`{"action": "stage", "stage": "Anulado"}`, `"none"`},
			before: func(s *shop) []int64 {
				return []int64{s.sell(bsalesim.TypeReceipt, s.ana(1), 1)}
			},
			after: func(s *shop, ids []int64) error { return s.Annul(ids[0], 1) },
			want:  []string{"unchanged annulment_ignored"},
			deals: []string{"Boleta 1 – Ana1 Soto | Vendido | 1 | camila@quillay.example | receipt:active"},
		},
		{
			name:  "a credit note that was annulled no longer counts",
			rules: []string{`{"action": "stage", "stage": "Anulado"}`, `{"action": "flag"}`},
			before: func(s *shop) []int64 {
				sale := s.sell(bsalesim.TypeReceipt, s.ana(1), 10)
				note, _ := s.Credit(sale, 0, s.day)
				return []int64{sale, note}
			},
			after: func(s *shop, ids []int64) error { return s.Annul(ids[1], 1) },
			want:  []string{"unchanged already_in_sync", "updated credit_note_annulled"},
			deals: []string{"Boleta 1 – Ana1 Soto | Vendido | 10 | camila@quillay.example | receipt:active credit_note:annulled"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(t, "CL")
			r := rules(t, tt.rules...)
			ids := tt.before(s)
			s.MarkPass()
			if err := tt.after(s, ids); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, reasons(t, s, r, ids...)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			lines, _ := s.oracle(t, r, bsalesim.OracleOptions{})
			if diff := cmp.Diff(tt.deals, lines); diff != "" {
				t.Errorf("deals (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAHandMadeWorldIssuesToo(t *testing.T) {
	w := bsalesim.NewWorld("MX")
	office := w.AddOffice(bsalesim.Office{Name: "Sucursal"})
	web := w.AddType(bsalesim.DocumentType{Name: "PEDIDO WEB", IsSalesNote: true})
	s := mustStart(t, bsalesim.Options{World: w})
	ids, err := s.Issue(bsalesim.IssueRequest{TypeID: web, Count: 30})
	if err != nil || len(ids) != 30 || w.Len() != 30 {
		t.Fatalf("issued %v, %v; the world holds %d", ids, err, w.Len())
	}
	if _, err := s.Issue(bsalesim.IssueRequest{Count: 100}); err != nil {
		t.Fatal(err)
	}
	if l := mustGet[list](t, s, "/documents.json?expand=[document_type,client,details]&documenttypeid="+itoa(web)); l.Count != 30 {
		t.Errorf("%d documents of the type, want 30", l.Count)
	}
	if l := mustGet[list](t, s, "/offices.json"); l.Count != 2 || int(l.Items[1]["id"].(float64)) != office {
		t.Errorf("offices are %v", l.Items)
	}
	if got := []string{w.Country(), w.Currency()}; !cmp.Equal(got, []string{"MX", "MXN"}) {
		t.Errorf("country and currency are %v", got)
	}
	nobody := 999
	for _, bad := range []bsalesim.IssueRequest{{TypeID: nobody}, {ClientID: &nobody}, {SellerID: &nobody}} {
		if ids, err := s.Issue(bad); err == nil {
			t.Errorf("%+v gives %v, want an error", bad, ids)
		}
	}
}

func TestReturnsHaveLines(t *testing.T) {
	w := bsalesim.NewWorld("CL")
	sale := w.AddDocument(bsalesim.Document{Emission: 20_000, Total: bsalesim.Units(100)})
	if _, err := w.Credit(sale, 0, 20_001); err != nil {
		t.Fatal(err)
	}
	s := mustStart(t, bsalesim.Options{World: w})
	row := mustGet[list](t, s, "/returns.json?expand=[reference_document,credit_note]").Items[0]
	if got := row["reference_document"].(map[string]any)["totalAmount"]; got != 100.0 {
		t.Errorf("the sale in the return has a total of %v", got)
	}
	if l := mustGet[list](t, s, fmt.Sprintf("/returns/%v/details.json", row["id"])); l.Count != 1 {
		t.Errorf("%d lines came back, want 1", l.Count)
	}
}
