package bridge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// drawDocuments draws documents of a few clients; what the clients share (RUT, phone, e-mail) is drawn too when mixed is set.
func drawDocuments(t *rapid.T, mixed bool) []bsale.Document {
	clients := make([]bsale.Customer, rapid.IntRange(1, 4).Draw(t, "clients"))
	ruts := []string{"12.345.678-5", "10000013-k", "66666666-6", "", "1-9", "12345678-9"}
	for i := range clients {
		clients[i] = person(clientID(int64(100+i)), named(fmt.Sprintf("Cliente%d", i), "Soto"))
		if mixed {
			clients[i].Email = rapid.SampledFrom([]string{"", "a@x.example", "b@x.example", "sin correo"}).Draw(t, "email")
			clients[i].Phone = rapid.SampledFrom([]string{"", "961234567", "9 7123 4567", "66287196"}).Draw(t, "phone")
			clients[i].Code = rapid.SampledFrom(ruts).Draw(t, "code")
			continue
		}
		clients[i].Email, clients[i].Phone, clients[i].Code = fmt.Sprintf("c%d@x.example", i), fmt.Sprintf("+5696123450%d", i), ""
	}
	docs := make([]bsale.Document, rapid.IntRange(1, 12).Draw(t, "documents"))
	for i := range docs {
		id := int64(i + 1)
		client := rapid.SampledFrom(clients).Draw(t, "client")
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			docs[i] = quote(id, to(client))
		case 1:
			if sold := slices.IndexFunc(docs[:i], func(d bsale.Document) bool {
				return d.Type.ID == typeReceipt.ID && d.Client != nil && d.Client.ID == client.ID
			}); sold >= 0 {
				docs[i] = credit(id, docs[sold], total(rapid.SampledFrom([]string{"900", "11900"}).Draw(t, "credited")))
				continue
			}
			docs[i] = receipt(id, to(client), annulled)
		case 2:
			docs[i] = receipt(id) // anonymous
		default:
			docs[i] = receipt(id, to(client), sellers(rapid.Int64Range(1, 4).Draw(t, "seller")))
		}
	}
	return docs
}

func drawRules(t *rapid.T) func(*Rules) {
	several := rapid.SampledFrom([]string{SeveralLatest, SeveralConflict}).Draw(t, "several")
	require := rapid.SampledFrom([]string{RequireEmailAndPhone, RequireEmailOrPhone, RequireTaxID}).Draw(t, "require")
	anonymous := rapid.SampledFrom([]string{AnonymousSkip, AnonymousCreate}).Draw(t, "anonymous")
	void := rapid.SampledFrom([]string{VoidNone, VoidFlag, VoidStage}).Draw(t, "void")
	return func(r *Rules) {
		r.Several, r.Contact.Require, r.Contact.Anonymous, r.Void = several, require, anonymous, VoidRule{Action: void, Stage: "Anulado"}
	}
}

// picture is what a scene's CRM holds, in words that do not depend on ids or instants.
func (s *scene) picture() string {
	var out []string
	for _, contact := range s.w.seen.Contacts {
		var ids []string
		for _, identity := range contact.Identities {
			ids = append(ids, fmt.Sprintf("%s:%s:%v", identity.Kind, identity.Normalized, identity.Primary))
		}
		slices.Sort(ids)
		out = append(out, fmt.Sprintf("contact %s %v %s", contact.Name(), ids, s.set.UserEmails[contact.OwnerID]))
	}
	for _, deal := range s.w.seen.Deals {
		var docs []string
		for id := range s.w.seen.RecordsOf[deal.ID] {
			record := s.w.seen.Records[id]
			docs = append(docs, fmt.Sprintf("%d:%s:%d", id, record.Standing, record.Credited))
		}
		slices.Sort(docs)
		contact := "nobody"
		if c := s.w.seen.Contacts[deal.ContactID]; c != nil {
			contact = c.Name()
		}
		out = append(out, fmt.Sprintf("deal %s of %s in %s %s %s %v", deal.Name, contact, s.set.StageNames[deal.StageID], deal.Value, s.set.UserEmails[deal.OwnerID], docs))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func TestApplyingTwiceIsApplyingOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		docs := drawDocuments(rt, true)
		s := newScene(t, crm.Chile, drawRules(rt))
		s.decide(docs...)
		before := s.picture()
		for _, doc := range docs {
			if plan := s.decide(doc); plan.Writes() {
				rt.Fatalf("document %d again: %v", doc.ID, lines(plan))
			}
		}
		if after := s.picture(); after != before {
			rt.Fatalf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

func TestOrderOfUnrelatedDocumentsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		docs := drawDocuments(rt, false)
		rules := drawRules(rt)
		straight := newScene(t, crm.Chile, rules)
		straight.decide(docs...)

		// The same documents, each client's in their order, the clients in another.
		client := func(d bsale.Document) int64 {
			if d.Client == nil {
				return 0
			}
			return d.Client.ID
		}
		shuffled := slices.Clone(docs)
		slices.SortStableFunc(shuffled, func(a, b bsale.Document) int { return int(client(b) - client(a)) })
		other := newScene(t, crm.Chile, rules)
		other.decide(shuffled...)
		if a, b := straight.picture(), other.picture(); a != b {
			rt.Fatalf("in order:\n%s\nby client:\n%s", a, b)
		}
	})
}

func TestDecideChangesNothingThatItIsGiven(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		docs := drawDocuments(rt, true)
		s := newScene(t, crm.Chile, drawRules(rt))
		s.decide(docs[:len(docs)-1]...)
		before := s.picture()
		doc := NewDocument(docs[len(docs)-1], s.set, s.people)
		shown := Decide(doc, s.set, s.w.seen)
		if s.picture() != before {
			rt.Fatal("a decision changed what it was given")
		}
		if applied := s.w.Decide(doc); !slices.Equal(lines(shown), lines(applied)) {
			rt.Fatalf("shown %v, applied %v", lines(shown), lines(applied))
		}
	})
}
