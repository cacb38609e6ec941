package bsale

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var march9 = Day{2026, time.March, 9}

func at(sec int64) time.Time { return time.Unix(sec, 0).UTC() }

var (
	boletaType  = DocumentType{ID: 17, Name: "BOLETA ELECTRÓNICA", Code: "39", IsElectronic: true, Expanded: true}
	quoteType   = DocumentType{ID: 41, Name: "COTIZACIÓN", IsSalesNote: true, UsesClient: true, Expanded: true}
	facturaType = DocumentType{ID: 6, Name: "FACTURA ELECTRÓNICA", Code: "33", IsElectronic: true, UsesClient: true, Expanded: true}
	creditType  = DocumentType{ID: 9, Name: "NOTA DE CRÉDITO ELECTRÓNICA", Code: "61", Use: UseReturn, IsElectronic: true, IsCreditNote: true, UsesClient: true, Expanded: true}
	shopOffice  = Office{ID: 2, Name: "Tienda Puerto Varas", Address: "Costanera 77", Municipality: "Puerto Varas", City: "Puerto Varas", Country: "Chile", Expanded: true}
	allLists    = ListDetails | ListSellers | ListAttributes | ListReferences | ListPayments
	clientLists = ListContacts | ListAttributes | ListAddresses
)

func timberYard() *Customer {
	return &Customer{
		ID: 812, Company: "Maderas El Muelle Ltda.", IsCompany: true, Code: "76.111.111-6", Email: "pedidos@elmuelle.example",
		Phone: "+56 65 255 0134", Activity: "Venta de maderas", Address: "Calle del Faro 12", Municipality: "Puerto Varas",
		City: "Puerto Varas", HasCredit: true, MaxCredit: dec("1500000"), SendsDTE: true, PaymentTypeID: 2,
		SaleConditionID: 1, PriceListID: 3, CreatedAt: at(1740000000), UpdatedAt: at(1780000000), Expanded: true, Partial: clientLists,
	}
}

func invoice() Document {
	return Document{
		ID: 50310, Type: facturaType, Number: 3021, EmissionDate: march9, ExpirationDate: Day{2026, time.April, 8},
		GeneratedAt: at(1773014400 + 58210), Total: dec("178500"), Net: dec("150000"), Tax: dec("28500"), NotExempt: dec("150000"),
		CoinID: 1, Client: timberYard(), Office: shopOffice, IssuerID: 7, Sellers: []Seller{{11, "Ignacia", "Paredes"}},
		Address: "Ruta 225 km 3", Municipality: "Puerto Varas", City: "Puerto Varas",
		PublicURL: "https://app2.bsale.cl/view/55012/k3j9x2m4p7q1?sfd=99", PDFURL: "https://app2.bsale.cl/view/55012/k3j9x2m4p7q1.pdf?sfd=99",
		Token: "k3j9x2m4p7q1", SalesID: "WEB-5521", PriceListID: 3,
		Attributes: []Attribute{{21, "Número de oportunidad", "7741"}, {22, "Obra", ""}},
		References: []Reference{{71, Day{2026, time.March, 6}, "OC-88", "Orden de compra", 20}},
		Details: []Detail{
			{
				ID: 90001, Quantity: dec("2"), NetUnitValue: dec("50000"), NetUnitValueRaw: dec("50000"), TotalUnitValue: dec("59500"),
				Net: dec("100000"), Tax: dec("19000"), Total: dec("119000"), VariantID: 301, VariantCode: "PIN-2X4", VariantDescription: "2x4 - 3,2 m",
			},
			{
				ID: 90002, Line: 1, Quantity: dec("10"), NetUnitValue: dec("5000"), NetUnitValueRaw: dec("5000"), TotalUnitValue: dec("5950"),
				Net: dec("50000"), Tax: dec("9500"), Total: dec("59500"), VariantID: 302, VariantCode: "CLA-4", VariantDescription: "Standard", Note: "galvanizado",
			},
		},
		Payments: []Payment{{2, "CRÉDITO", dec("100000")}, {5, "TRANSFERENCIA", dec("78500")}},
	}
}

func anonymousReceipt() Document {
	return Document{
		ID: 50311, Type: DocumentType{ID: 17}, Number: 90210, EmissionDate: march9, ExpirationDate: march9,
		// Made at 21:40 in Chile: the instant is on the next day, the document is not.
		GeneratedAt: at(1773014400 + 86400 + 2410), Total: dec("12990"), Net: dec("10916"), Tax: dec("2074"), NotExempt: dec("10916"),
		CoinID: 1, Office: Office{ID: 2}, IssuerID: 12, PublicURL: "https://app2.bsale.cl/view/55012/a0b1c2d3e4f5?sfd=99",
		PDFURL: "https://app2.bsale.cl/view/55012/a0b1c2d3e4f5.pdf?sfd=99", Token: "a0b1c2d3e4f5", PriceListID: 3, Partial: allLists,
	}
}

func quote() Document {
	return Document{
		ID: 50313, Type: quoteType, Number: 415, EmissionDate: Day{2026, time.March, 10}, ExpirationDate: Day{2026, time.March, 25},
		GeneratedAt: at(1773014400 + 86400 + 50000), Total: dec("89250"), Net: dec("75000"), Tax: dec("14250"), NotExempt: dec("75000"),
		CoinID: 1, InformedSII: 1, Client: &Customer{ID: 813}, Office: Office{ID: 2}, IssuerID: 7,
		PublicURL: "https://app2.bsale.cl/view/55012/q9w8e7r6t5y4?sfd=99", PDFURL: "https://app2.bsale.cl/view/55012/q9w8e7r6t5y4.pdf?sfd=99",
		Token: "q9w8e7r6t5y4", PriceListID: 3, Attributes: []Attribute{{21, "Número de oportunidad", "7800"}},
		Details: []Detail{{
			ID: 90010, Quantity: dec("1"), NetUnitValue: dec("75000"), NetUnitValueRaw: dec("75000"), TotalUnitValue: dec("89250"),
			Net: dec("75000"), Tax: dec("14250"), Total: dec("89250"), VariantID: 410, VariantCode: "EST-10", VariantDescription: "10 kW",
		}},
	}
}

func TestDecodeDocument(t *testing.T) {
	view := func(d Document, host, token string) Document {
		d.PublicURL = "https://" + host + "/view/55012/" + token + "?sfd=99"
		d.PDFURL = "https://" + host + "/view/55012/" + token + ".pdf?sfd=99"
		d.Token, d.PriceListID = token, 3
		return d
	}
	for _, c := range []struct {
		name, file string
		want       Document
	}{
		{"everything expanded", "document_invoice.json", invoice()},
		{"anonymous: the key client is absent", "document_anonymous.json", anonymousReceipt()},
		{"quote with an unexpanded client", "document_quote.json", quote()},
		{"annulled", "document_annulled.json", view(Document{
			ID: 50312, Type: DocumentType{ID: 17}, Number: 90211, EmissionDate: march9, ExpirationDate: march9, GeneratedAt: at(1773074400),
			Total: dec("4990"), Net: dec("4193"), Tax: dec("797"), NotExempt: dec("4193"), CoinID: 1, State: Inactive, CancellationStatus: 1,
			CancelledAt: at(1773104400), Office: Office{ID: 2}, IssuerID: 12, Partial: allLists,
		}, "app2.bsale.cl", "0a9b8c7d6e5f")},
		{"credit note: positive, refers by number", "document_credit_note.json", view(Document{
			ID: 50314, Type: creditType, Number: 77, EmissionDate: march9.AddDays(5), ExpirationDate: march9.AddDays(5), GeneratedAt: at(1773486400),
			Total: dec("59500"), Net: dec("50000"), Tax: dec("9500"), NotExempt: dec("50000"), CoinID: 1, Client: &Customer{ID: 812}, Office: Office{ID: 2},
			IssuerID: 7, References: []Reference{{72, march9, "3021", "Devolución", 1}},
		}, "app2.bsale.cl", "n1o2t3a4c5r6")},
		{"row of 2016: Chilean midnights, amounts with a point", "document_legacy.json", view(Document{
			ID: 1207, Type: DocumentType{ID: 3}, Number: 88, EmissionDate: Day{2016, time.May, 18}, ExpirationDate: Day{2014, time.August, 10},
			GeneratedAt: at(1463582000), Total: dec("14280"), Net: dec("12000"), Tax: dec("2280"), NotExempt: dec("12000"), CoinID: 1,
			Client: &Customer{ID: 27}, Office: Office{ID: 2}, IssuerID: 7, Partial: allLists,
		}, "app2.bsale.cl", "oldoldold123")},
		{"Peru: series, decimals, district, a line without variant", "document_peru.json", view(Document{
			ID: 8801, Type: DocumentType{ID: 3, Name: "BOLETA DE VENTA ELECTRÓNICA T", Code: "03", IsElectronic: true, Expanded: true},
			Number: 318, SerialNumber: "B001-318", EmissionDate: march9, ExpirationDate: march9, GeneratedAt: at(1773044400), Total: dec("118.5"),
			Net: dec("100.42"), Tax: dec("18.08"), NotExempt: dec("100.42"), CoinID: 1, Office: Office{ID: 2}, IssuerID: 7, Address: "Av. Larco 101",
			Municipality: "Miraflores", City: "Lima",
			Client: &Customer{
				ID: 5001, FirstName: "Rosa", LastName: "Quispe Mamani", Company: "Rosa Quispe Mamani", Code: "45678912", Email: "rosa.quispe@example.invalid",
				Phone: "987654321", Activity: "Sin Giro", Address: "Calle del Faro 12", Municipality: "Miraflores", City: "Lima", Expanded: true, Partial: clientLists,
			},
			Details: []Detail{{
				ID: 1, Quantity: dec("1.5"), NetUnitValue: dec("66.9467"), NetUnitValueRaw: dec("66.946667"), TotalUnitValue: dec("79"),
				Net: dec("100.42"), Tax: dec("18.08"), Total: dec("118.5"), Note: "Corte a medida",
			}},
			Payments: []Payment{{1, "EFECTIVO", dec("118.5")}},
		}, "app2.bsale.com.pe", "pe12pe34pe56")},
		{"Mexico", "document_mexico.json", view(Document{
			ID: 9901, Type: DocumentType{ID: 12, Name: "FACTURA CFDI", IsElectronic: true, UsesClient: true, Expanded: true}, Number: 3409,
			SerialNumber: "0000-3409", EmissionDate: march9, ExpirationDate: march9, GeneratedAt: at(1773084400), Total: dec("1160"), Net: dec("1000"),
			Tax: dec("160"), NotExempt: dec("1000"), CoinID: 1, Office: Office{ID: 2}, IssuerID: 7, Address: "Av. Universidad 5", Municipality: "Centro", City: "Querétaro",
			Client: &Customer{
				ID: 6001, Company: "La Casona SA de CV", IsCompany: true, Code: "LCA010101AB1", Email: "compras@lacasona.example", Phone: "+52 (442) 555 0188",
				Activity: "Sin Giro", Address: "Calle del Faro 12", Municipality: "Centro", City: "Querétaro", CreatedAt: at(1740000000), UpdatedAt: at(1780000000),
				Expanded: true, Partial: clientLists,
			},
		}, "app2.bsale.com.mx", "mx12mx34mx56")},
		{"every odd spelling at once", "document_quirks.json", view(Document{
			ID: 60001, Type: DocumentType{ID: 17}, Number: 90300, EmissionDate: march9, GeneratedAt: at(1773018000), Total: dec("68643"), Net: dec("57683"),
			Tax: dec("10960"), NotExempt: dec("57683"), Office: Office{ID: 2}, IssuerID: 7, Address: "Muelle 1", SalesID: "5521",
			Attributes: []Attribute{{21, "Número", "99"}},
			Details:    []Detail{{ID: 1, Quantity: dec("2"), Total: dec("68643"), Gratuity: true}},
			Payments:   []Payment{{5, "EFECTIVO", dec("68643")}, {TypeID: 5, Name: "EFECTIVO"}},
		}, "app2.bsale.cl", "quirks000001")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := DecodeDocument(fixture(t, c.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.file, diff)
			}
			// Our own stored form comes back unchanged.
			var again Document
			if err := json.Unmarshal([]byte(mustJSON(got)), &again); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("stored and read back (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnnulled(t *testing.T) {
	for _, c := range []struct {
		d    Document
		want bool
	}{{Document{}, false}, {Document{State: Inactive}, true}, {Document{CancellationStatus: 2}, true}, {Document{CommercialState: 1}, false}} {
		if got := c.d.Annulled(); got != c.want {
			t.Errorf("%+v: %v", c.d, got)
		}
	}
}

func TestDecodeDocumentPage(t *testing.T) {
	got, err := DecodeDocumentPage(fixture(t, "documents.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := Page[Document]{Items: []Document{invoice(), anonymousReceipt(), quote()}, Count: 57}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAPageSurvivesABrokenRow(t *testing.T) {
	got, err := DecodeDocumentPage([]byte(`{"count":4,"items":[{"id":1,"totalAmount":10},{"id":"2","totalAmount":"ten"},{"id":3,"client":"x"},{"totalAmount":1},{"id":4}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Items) != 2 || got.Items[0].ID != 1 || got.Items[1].ID != 4 || got.Count != 4 {
		t.Errorf("items %+v, count %d", got.Items, got.Count)
	}
	if len(got.Rejected) != 3 || got.Rejected[0].ID != 2 || got.Rejected[1].ID != 3 || got.Rejected[2].ID != 0 {
		t.Errorf("rejected %+v", got.Rejected)
	}
}

func TestListsWithoutCountOrItems(t *testing.T) {
	for in, want := range map[string]int{
		`[{"id":1},{"id":2}]`:      2,
		`{"items":[{"id":1}]}`:     1,
		`{"count":0}`:              0,
		`{"count":-1,"items":[]}`:  0,
		`{"count":"7","items":[]}`: 7,

		`{"code":200,"data":{"count":3,"items":[{"id":1}]}}`: 3,
	} {
		got, err := DecodeDocumentPage([]byte(in))
		if err != nil || got.Count != want {
			t.Errorf("%s: count %d, %v; want %d", in, got.Count, err, want)
		}
	}
	full, err := decodeList([]byte(`{"items":[{"id":1},{"id":2}]}`), 10, 2, convertDocument)
	if err != nil || full.Count != 13 {
		t.Errorf("a full page without count must make a pager go on: %d, %v", full.Count, err)
	}
	for _, in := range []string{`{}`, `{"error":"x"}`, `{"count":3}`} {
		if _, err := DecodeDocumentPage([]byte(in)); err != errNotList {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestDecodeCustomer(t *testing.T) {
	got, err := DecodeCustomer(fixture(t, "client.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*timberYard(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := Customer{
		ID: 813, FirstName: "Tomás", LastName: "Oyarzún", Company: "Tomás Oyarzún", Code: "11111111-1", Activity: "Sin Giro",
		Address: "Calle del Faro 12", Municipality: "Puerto Varas", City: "Puerto Varas", MaxCredit: dec("10000"), Expanded: true,
		Contacts:   []Contact{{4, "Tomás", "Oyarzún", "tomas.oyarzun@example.invalid", "65287196"}},
		Attributes: []Attribute{{31, "Rubro", ""}, {32, "Ruta", "Sur"}},
		Addresses:  []Address{{ID: 2, Name: "Bodega", Address: "Camino al Lago s/n", Municipality: "Puerto Varas", City: "Puerto Varas"}},
	}
	for _, file := range []string{"client_expanded.json", "envelope.json"} {
		got, err := DecodeCustomer(fixture(t, file))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

func TestCustomerName(t *testing.T) {
	for _, c := range []struct {
		in   Customer
		want string
	}{
		{Customer{IsCompany: true, Company: "ACME", FirstName: "Ana"}, "ACME"},
		{Customer{Company: "junk", FirstName: "Ana", LastName: "Ruiz"}, "Ana Ruiz"},
		{Customer{IsCompany: true, FirstName: "Ana"}, "Ana"},
		{Customer{Company: "ACME"}, "ACME"},
		{Customer{}, ""},
	} {
		if got := c.in.Name(); got != c.want {
			t.Errorf("%+v: %q", c.in, got)
		}
	}
}

func TestDecodeNotification(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Notification
	}{
		{
			`{"cpnId":55012,"resource":"/documents/50310.json","resourceId":"50310","topic":"document","action":"post","officeId":"2","send":1773072650}`,
			Notification{CompanyID: 55012, Topic: "document", Action: "post", Resource: "/documents/50310.json", ResourceID: 50310, OfficeID: 2, SentAt: at(1773072650)},
		},
		{
			`{"cpnId":55012,"resource":"/documents/50310.json","resourceId":"50310","topic":"document","action":"post","officeId":"2"}`,
			Notification{CompanyID: 55012, Topic: "document", Action: "post", Resource: "/documents/50310.json", ResourceID: 50310, OfficeID: 2},
		},
		{
			`{"cpnId":55012,"resource":"/v2/price_lists/3/details.json?variant=301","resourceId":"301","topic":"price","action":"put","priceListId":"3","send":1773072650}`,
			Notification{CompanyID: 55012, Topic: "price", Action: "put", Resource: "/v2/price_lists/3/details.json?variant=301", ResourceID: 301, SentAt: at(1773072650)},
		},
		{``, Notification{}},
		{`{}`, Notification{}},
		{`{"test":true}`, Notification{}},
		{`[]`, Notification{}},
	} {
		got, err := DecodeNotification([]byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.in, diff)
		}
	}
	if _, err := DecodeNotification([]byte("hello")); err == nil {
		t.Error("text: want an error")
	}
}
