package bsale_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
)

// The simulator was written from the same facts by other hands: what it serves under every fault
// must come out of this client whole.
func TestEveryDocumentArrivesWhateverTheFaults(t *testing.T) {
	for _, faults := range [][]string{
		{},
		{"newest-first"},
		{"short-pages=3"},
		{"short-pages=3", "newest-first"},
		{"legacy-dates", "string-numbers", "payments-array", "next=token", "no-created-at", "hide-emails"},
		{"next=null", "list-state-default"},
		{"500=every:3"},
		{"503=every:3", "newest-first"},
		{"empty=every:3"},
		{"html=every:4"},
		{"truncated=every:3"},
		{"drop=every:3"},
		{"500-unavailable=every:4"},
		{"429=every:5", "429-header=30"},
		{"429=every:5", "429-header=none", "429-body=30"},
		{"429=every:5", "429-header=none"},
	} {
		for _, country := range []string{"CL", "PE"} {
			t.Run(country+" "+strings.Join(faults, " "), func(t *testing.T) {
				client, sim := simulated(t, bsalesim.Options{Seed: 7, Documents: 130, Country: country}, faults)
				got := map[int64]bsale.Document{}
				for _, state := range []bsale.State{bsale.Active, bsale.Inactive} {
					for _, d := range walkAll(t, client, bsale.DocumentFilter{State: state.Ptr()}) {
						if _, ok := got[d.ID]; ok {
							t.Errorf("%d came twice", d.ID)
						}
						got[d.ID] = d
					}
				}
				for _, id := range sim.World().DocumentIDs() {
					truth, _ := sim.World().Document(id)
					compare(t, truth, got[id])
				}
				if len(got) != sim.World().Len() {
					t.Errorf("%d documents of %d", len(got), sim.World().Len())
				}
			})
		}
	}
}

// Rows that leave the list while it is read make nobody else miss out.
func TestNoRowIsJumpedOverWhileTheListMoves(t *testing.T) {
	for _, faults := range [][]string{
		{"annul-between-pages=4"},
		{"insert-between-pages=3"},
		{"insert-between-pages=3", "newest-first"},
		{"annul-between-pages=4", "newest-first"},
	} {
		t.Run(strings.Join(faults, " "), func(t *testing.T) {
			client, sim := simulated(t, bsalesim.Options{Seed: 11, Documents: 330}, faults)
			first := sim.World().DocumentIDs()
			wasActive := map[int64]bool{}
			for _, id := range first {
				d, _ := sim.World().Document(id)
				wasActive[id] = d.State == 0
			}
			got := map[int64]bool{}
			// New documents never end while the fault issues them; the range ends today.
			p := client.Documents(bsale.DocumentFilter{State: bsale.Active.Ptr()}, bsale.Progress{})
			for range 60 {
				page, err := p.Next(t.Context())
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range page.Items {
					got[d.ID] = true
				}
			}
			for _, id := range first {
				d, _ := sim.World().Document(id)
				if wasActive[id] && d.State == 0 && !got[id] {
					t.Errorf("%d was jumped over", id)
				}
			}
		})
	}
}

func TestCatalogues(t *testing.T) {
	client, sim := simulated(t, bsalesim.Options{Seed: 3, Documents: 40}, nil)
	ctx := t.Context()
	id, err := client.TestConnection(ctx)
	if err != nil || id.Country != "CL" || id.Offices == 0 {
		t.Errorf("%+v, %v", id, err)
	}
	types, err := client.DocumentTypes(ctx, bsale.Active)
	if err != nil || !slices.ContainsFunc(types, func(d bsale.DocumentType) bool { return d.ID == bsalesim.TypeInvoice && d.Code == "33" }) {
		t.Errorf("%+v, %v", types, err)
	}
	users := 0
	for _, s := range []bsale.State{bsale.Active, bsale.Inactive} {
		u, err := client.Users(ctx, s)
		if err != nil {
			t.Error(err)
		}
		users += len(u)
	}
	if users != len(sim.World().Users()) {
		t.Errorf("%d users of %d", users, len(sim.World().Users()))
	}
	for _, id := range sim.World().ClientIDs() {
		truth, _ := sim.World().Client(id)
		c, err := client.Client(ctx, int64(id))
		if err != nil || len(c.Contacts) != len(truth.Contacts) || c.Partial != 0 || c.Code != strings.TrimSpace(truth.Code) {
			t.Errorf("client %d: %+v, %v", id, c, err)
		}
		if truth.Code == "" {
			continue
		}
		found, err := client.FindClients(ctx, bsale.ClientFilter{Code: truth.Code, State: bsale.State(truth.State).Ptr()})
		if err != nil || !slices.ContainsFunc(found, func(f bsale.Customer) bool { return f.ID == int64(id) }) {
			t.Errorf("client %d is not found by its code: %v", id, err)
		}
	}
	made, err := client.CreateClient(ctx, bsale.NewClient{FirstName: "Ana", LastName: "Ruiz", Code: "11111111-1", Email: "ana@example.invalid"})
	if err != nil || made.ID == 0 || made.Email != "ana@example.invalid" {
		t.Errorf("%+v, %v", made, err)
	}
}

func simulated(t *testing.T, o bsalesim.Options, faults []string) (*bsale.Client, *bsalesim.Simulator) {
	t.Helper()
	for _, text := range faults {
		f, err := bsalesim.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		o.Faults = append(o.Faults, f)
	}
	sim, err := bsalesim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	client, err := bsale.New(bsale.Config{
		BaseURL: server.URL + "/v1", Token: bsale.Token(sim.Token()), RequestsPerSecond: -1, HTTP: &http.Client{Transport: transport},
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return client, sim
}

func walkAll(t *testing.T, client *bsale.Client, f bsale.DocumentFilter) (all []bsale.Document) {
	t.Helper()
	p := client.Documents(f, bsale.Progress{})
	for {
		page, err := p.Next(t.Context())
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Rejected {
			t.Errorf("rejected %d: %v", r.ID, r.Err)
		}
		all = append(all, page.Items...)
	}
}

// compare checks what the two packages both know, in terms that need no knowledge of the wire.
func compare(t *testing.T, truth bsalesim.Document, got bsale.Document) {
	t.Helper()
	type common struct {
		ID, Type, Number, Client, Office, User           int64
		Emission, Expiration, Serial, SalesID, Token     string
		Lines, Payments, References, Attributes, Sellers int
		Partial                                          bsale.Lists
	}
	want := common{
		ID: truth.ID, Type: int64(truth.Type), Number: truth.Number, Client: int64(truth.Client), Office: int64(truth.Office), User: int64(truth.User),
		Emission: truth.Emission.String(), Expiration: truth.Expiration.String(), Serial: truth.Serial, SalesID: truth.SalesID, Token: truth.Token,
		Lines: len(truth.Lines), Payments: len(truth.Payments), References: len(truth.References), Attributes: len(truth.Attributes), Sellers: len(truth.Sellers),
	}
	have := common{
		ID: got.ID, Type: got.Type.ID, Number: got.Number, Office: got.Office.ID, User: got.IssuerID, Emission: got.EmissionDate.String(),
		Expiration: got.ExpirationDate.String(), Serial: got.SerialNumber, SalesID: got.SalesID, Token: got.Token, Lines: len(got.Details),
		Payments: len(got.Payments), References: len(got.References), Attributes: len(got.Attributes), Sellers: len(got.Sellers), Partial: got.Partial,
	}
	if got.Client != nil {
		have.Client = got.Client.ID
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("document %d (-simulated +read):\n%s", truth.ID, diff)
	}
	if minor, err := bsale.Minor(got.Total, 4); err != nil || minor != int64(truth.Total) {
		t.Errorf("document %d: total %s, simulated %d ten-thousandths, %v", truth.ID, got.Total, truth.Total, err)
	}
	if got.Annulled() != (truth.State != 0 || truth.CancellationStatus != 0) {
		t.Errorf("document %d: annulled %v", truth.ID, got.Annulled())
	}
}
