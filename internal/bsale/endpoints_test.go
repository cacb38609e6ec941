package bsale

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recorder answers everything with one body and keeps the requests.
type recorder struct {
	body   string
	status int
	lines  []string
	bodies []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	line, _ := url.QueryUnescape(req.Method + " " + req.URL.RequestURI())
	r.lines = append(r.lines, line)
	b, _ := io.ReadAll(req.Body)
	r.bodies = append(r.bodies, string(b))
	w.WriteHeader(max(r.status, 200))
	_, _ = w.Write([]byte(r.body))
}

func (r *recorder) check(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, r.lines); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestDocumentTypes(t *testing.T) {
	r := &recorder{body: string(fixture(t, "document_types.json"))}
	client, _ := newTestClient(t, r)
	got, err := client.DocumentTypes(t.Context(), Active)
	if err != nil {
		t.Fatal(err)
	}
	want := []DocumentType{
		{ID: 1, Name: "NOTA VENTA", IsSalesNote: true, UsesClient: true, Expanded: true},
		facturaType,
		{ID: 8, Name: "GUÍA DE DESPACHO ELECTRÓNICA", Code: "52", Use: UseDispatch, IsElectronic: true, UsesClient: true, Expanded: true},
		creditType,
		{ID: 10, Name: "NOTA DE DÉBITO ELECTRÓNICA", Code: "56", Use: UseDebitNote, IsElectronic: true, UsesClient: true, Expanded: true},
		boletaType,
		{ID: 33, Name: "ORDEN DE COMPRA", Code: "801", UsesClient: true, Expanded: true},
		quoteType,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.check(t, "GET /v1/document_types.json?limit=50&offset=0&state=0")
}

func TestUsers(t *testing.T) {
	r := &recorder{body: string(fixture(t, "users.json"))}
	client, _ := newTestClient(t, r)
	got, err := client.Users(t.Context(), Inactive)
	if err != nil {
		t.Fatal(err)
	}
	want := []User{
		{ID: 7, FirstName: "Integración", LastName: "API", Email: "api@elmuelle.example", OfficeID: 2},
		{ID: 11, FirstName: "Ignacia", LastName: "Paredes", Email: "IGNACIA.P@ElMuelle.example", OfficeID: 2},
		{ID: 12, FirstName: "Caja", LastName: "Dos", OfficeID: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want[1].Name() != "Ignacia Paredes" {
		t.Error(want[1].Name())
	}
	r.check(t, "GET /v1/users.json?limit=50&offset=0&state=1")
}

func TestAllPagesOfAShortListAreRead(t *testing.T) {
	// User 51 exists.
	client, _ := newTestClient(t, &shelf{ids: reversed(idRange(1, 120)), empty: map[int]bool{2: true}})
	got, err := client.Users(t.Context(), Active)
	if err != nil || len(got) != 120 || got[50].ID != 51 || client.Calls() != 4 {
		t.Errorf("%d users, %v, %d calls", len(got), err, client.Calls())
	}
	client, _ = newTestClient(t, &shelf{ids: idRange(1, 10), count: 1_000_000})
	if _, err := client.Users(t.Context(), Active); !errors.Is(err, ErrBadResponse) {
		t.Error(err)
	}
	client, _ = newTestClient(t, replies(reply{body: `{"count":2,"items":[{"id":1},{"firstName":"nobody"}]}`}))
	if _, err := client.Users(t.Context(), Active); !errors.Is(err, ErrBadResponse) {
		t.Error(err)
	}
}

func TestOffices(t *testing.T) {
	r := &recorder{body: string(fixture(t, "offices.json"))}
	client, _ := newTestClient(t, r)
	got, err := client.Offices(t.Context(), Active)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Office{shopOffice, {ID: 5, Name: "Tienda en línea", Country: "Chile", IsVirtual: true, Expanded: true}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReturns(t *testing.T) {
	r := &recorder{body: string(fixture(t, "returns.json"))}
	client, _ := newTestClient(t, r)
	want := []Return{{
		ID: 31, Code: "4", Date: march9.AddDays(5), Motive: "Devolución", Amount: dec("59500"), OfficeID: 2, UserID: 7,
		ReferenceDocumentID: 50310, CreditNoteID: 50314,
	}}
	got, err := client.Returns(t.Context(), ReturnFilter{ReferenceDocumentID: 50310})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	page, err := client.ReturnPages(ReturnFilter{Date: march9, OfficeID: 2}, Progress{}).Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, page.Items); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.check(t, "GET /v1/returns.json?limit=50&offset=0&referencedocumentid=50310",
		"GET /v1/returns.json?limit=50&officeid=2&offset=0&returndate=1773014400")
}

func TestClientIsReadWithItsLists(t *testing.T) {
	r := &recorder{body: string(fixture(t, "client_expanded.json"))}
	client, _ := newTestClient(t, r)
	got, err := client.Client(t.Context(), 813)
	if err != nil || got.ID != 813 || len(got.Contacts) != 1 || got.Partial != 0 {
		t.Errorf("%+v %v", got, err)
	}
	r.check(t, "GET /v1/clients/813.json?expand=[contacts,attributes,addresses]")

	n := &nested{rows: 60}
	client, _ = newTestClient(t, n)
	got, err = client.Client(t.Context(), 7)
	if err != nil || len(got.Contacts) != 60 || len(got.Attributes) != 60 || len(got.Addresses) != 60 || got.Partial != 0 || client.Calls() != 7 {
		t.Errorf("%d %d %d, partial %b, %v, %d calls", len(got.Contacts), len(got.Attributes), len(got.Addresses), got.Partial, err, client.Calls())
	}
}

func TestClientContacts(t *testing.T) {
	r := &recorder{body: string(fixture(t, "contacts.json"))}
	client, _ := newTestClient(t, r)
	got, err := client.ClientContacts(t.Context(), 812)
	if err != nil {
		t.Fatal(err)
	}
	want := []Contact{{8, "Marta", "Ruiz", "marta@elmuelle.example", "+56 9 5550 0112"}, {9, "Bodega", "", "", ""}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.check(t, "GET /v1/clients/812/contacts.json?limit=50&offset=0")
}

func TestFindClients(t *testing.T) {
	r := &recorder{body: string(fixture(t, "clients.json"))}
	client, _ := newTestClient(t, r)
	got, err := client.FindClients(t.Context(), ClientFilter{Code: "76.111.111-6", State: Active.Ptr()})
	if err != nil {
		t.Fatal(err)
	}
	foreigner := Customer{
		ID: 814, Company: "Cliente extranjero", Code: "55555555-5", IsForeigner: true, Activity: "Sin Giro", Address: "Calle del Faro 12",
		Municipality: "Puerto Varas", City: "Puerto Varas", State: Inactive, Expanded: true, Partial: clientLists,
	}
	if diff := cmp.Diff([]Customer{*timberYard(), foreigner}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := client.FindClients(t.Context(), ClientFilter{Email: "pedidos@elmuelle.example"}); err != nil {
		t.Error(err)
	}
	r.check(t, "GET /v1/clients.json?code=76.111.111-6&limit=50&offset=0&state=0",
		"GET /v1/clients.json?email=pedidos@elmuelle.example&limit=50&offset=0")

	if _, err := client.FindClients(t.Context(), ClientFilter{State: Active.Ptr()}); !errors.Is(err, ErrBadRequest) || client.Calls() != 2 {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
	// A filter that Bsale ignores returns every client there is.
	client, _ = newTestClient(t, &shelf{ids: idRange(1, 47_000)})
	if _, err := client.FindClients(t.Context(), ClientFilter{Code: "1-9"}); !errors.Is(err, ErrBadResponse) || client.Calls() != 1 {
		t.Errorf("%v after %d calls", err, client.Calls())
	}
	client, _ = newTestClient(t, &shelf{ids: idRange(1, 60)})
	if got, err := client.FindClients(t.Context(), ClientFilter{Code: "66666666-6"}); err != nil || len(got) != 60 {
		t.Errorf("%d, %v", len(got), err)
	}
}

func TestCreateClient(t *testing.T) {
	r := &recorder{status: 201, body: string(fixture(t, "client.json"))}
	client, _ := newTestClient(t, r)
	got, err := client.CreateClient(t.Context(), NewClient{
		Company: "Maderas El Muelle Ltda.", IsCompany: true, Code: "76.111.111-6", Email: "pedidos@elmuelle.example",
		Attributes: []Attribute{{ID: 31, Value: "Sur"}},
	})
	if err != nil || got.ID != 812 {
		t.Fatal(got.ID, err)
	}
	r.check(t, "POST /v1/clients.json")
	if want := `{"company":"Maderas El Muelle Ltda.","companyOrPerson":1,"code":"76.111.111-6","email":"pedidos@elmuelle.example","dynamicAttributes":[{"description":"Sur","dynamicAttributeId":31}]}`; r.bodies[0] != want {
		t.Errorf("body %s", r.bodies[0])
	}
}

func TestUpdateClient(t *testing.T) {
	r := &recorder{body: string(fixture(t, "client.json"))}
	client, _ := newTestClient(t, r)
	phone, empty := "+56 9 5550 0112", ""
	got, err := client.UpdateClient(t.Context(), 812, ClientUpdate{Phone: &phone, Note: &empty})
	if err != nil || got.ID != 812 {
		t.Fatal(got.ID, err)
	}
	r.check(t, "PUT /v1/clients/812.json")
	if want := `{"id":"812","phone":"+56 9 5550 0112","note":""}`; strings.TrimSpace(r.bodies[0]) != want {
		t.Errorf("body %s", r.bodies[0])
	}
}
