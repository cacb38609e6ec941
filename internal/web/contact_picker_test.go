package web

import (
	"net/http"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func (w *world) contactsCalled(words string) []*crm.Contact {
	w.t.Helper()
	var found crm.Page[*crm.Contact]
	w.read(func(r bridge.Reader) (err error) {
		found, err = r.ListContacts(w.t.Context(), crm.Query{Entity: crm.EntityContact, Reach: crm.FullReach, Search: words, Limit: 10})
		return err
	})
	return found.Items
}

func TestADealIsMadeWithANewContact(t *testing.T) {
	w := newWorld(t)
	w.newContact("Camila Soto", "camila@x.cl")
	b := w.admin()
	form := b.get("/oportunidades/nueva")
	fill := func(pairs ...string) []string {
		return form.fields("form.stack", append([]string{"name", "Venta de clavos", "value", "15.000", "contact", newContact}, pairs...)...)
	}

	// What is wrong with the deal makes no contact, and what is wrong with the contact no deal; all that was written stays.
	wrong := b.post("/oportunidades/nueva", fill("value", "mucho", "new_contact.first_name", "Pedro Rojas")...)
	if wrong.Code != http.StatusUnprocessableEntity || !wrong.has("#f-value-problem") || !wrong.has("[name=contact][value=nuevo][checked]") || wrong.attribute("#f-new-contact-first-name", "value") != "Pedro Rojas" {
		t.Fatalf("%d %s", wrong.Code, wrong.text("main"))
	}
	expect(t, "made meanwhile", len(w.contactsCalled("Pedro")), 0)
	empty := b.post("/oportunidades/nueva", fill()...)
	if empty.Code != http.StatusUnprocessableEntity || !empty.has("#f-new-contact-first-name-problem") || empty.attribute("#f-name", "value") != "Venta de clavos" {
		t.Fatalf("%d %s", empty.Code, empty.text("main"))
	}
	mail := b.post("/oportunidades/nueva", fill("new_contact.first_name", "Pedro Rojas", "new_contact.email", "pedro")...)
	if mail.Code != http.StatusUnprocessableEntity || !mail.has("#f-new-contact-email-problem") {
		t.Fatalf("%d %s", mail.Code, mail.text("main"))
	}
	// Who exists already is there to be chosen.
	twice := b.post("/oportunidades/nueva", fill("new_contact.first_name", "Camila", "new_contact.email", "camila@x.cl")...)
	if twice.Code != http.StatusConflict || !strings.Contains(twice.text("#f-new-contact-email-problem"), "Camila Soto. Elígelo en la lista") || !strings.Contains(twice.text("#contact-options"), "camila@x.cl") {
		t.Fatalf("%d %s", twice.Code, twice.text("main"))
	}

	made := b.post("/oportunidades/nueva", fill("new_contact.first_name", "Pedro Rojas", "new_contact.email", "pedro@x.cl", "new_contact.phone", "+56 9 8765 4321")...)
	page := b.get(made.Header().Get("Location"))
	if made.Code != http.StatusSeeOther || page.text("h1") != "Venta de clavos" || !strings.Contains(page.text(".fact-value"), "Pedro Rojas") {
		t.Fatalf("%d %s", made.Code, page.text("main"))
	}
	pedro := w.contactsCalled("Pedro")
	if len(pedro) != 1 || len(pedro[0].Identities) != 2 {
		t.Fatalf("%+v", pedro)
	}

	// A seller's new contact is the seller's.
	seller := w.as("seller@elpuente.cl")
	if got := seller.post("/oportunidades/nueva", seller.get("/oportunidades/nueva").fields("form.stack", "name", "Tornillos", "contact", newContact, "new_contact.first_name", "Rosa")...); got.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", got.Code, got.text("main"))
	}
	expect(t, "owner", w.contactsCalled("Rosa")[0].OwnerID, w.users[crm.RoleSeller].ID)
}

func TestANewContactInTheOtherForms(t *testing.T) {
	w := newWorld(t)
	b := w.admin()
	deal := w.newDeal(crm.RoleAdmin, "Diez sillas", "Nuevo")
	path := "/oportunidades/" + string(deal.ID)
	b.post(path+"/campos/contact", b.get(path+"/campos/contact").fields(".fact-form", "contact", newContact, "new_contact.first_name", "Ana Paz")...).goes(path)
	expect(t, "in its field", w.deal(deal.ID).ContactID, w.contactsCalled("Ana")[0].ID)
	b.post(path+"/editar", b.get(path+"/editar").fields("form.stack", "contact", newContact, "new_contact.first_name", "Luis Paz")...).goes(path)
	expect(t, "in the whole form", w.deal(deal.ID).ContactID, w.contactsCalled("Luis")[0].ID)

	lacking := b.post("/actividades/nueva", "title", "", "contact", newContact, "new_contact.first_name", "Eva Paz")
	if lacking.Code != http.StatusUnprocessableEntity || len(w.contactsCalled("Eva")) != 0 {
		t.Errorf("%d %s", lacking.Code, lacking.text("main"))
	}
	b.post("/actividades/nueva", "title", "Llamar", "kind", "call", "contact", newContact, "new_contact.first_name", "Eva Paz", "volver", "/actividades").goes("/actividades")
	expect(t, "an activity's", strings.Contains(b.get("/actividades").text("main"), "Eva Paz"), true)
}

// Bsale's phones say anything: where there are many the number alone stands, and on the contact's page what was written.
func TestPhonesAreShownAsNumbers(t *testing.T) {
	w := newWorld(t)
	c := w.newContact("Camila", "camila@x.cl")
	text := "llamar al 973333840"
	w.changeContact(crm.RoleAdmin, c.ID, crm.ContactInput{Phones: crm.IdentitiesInput{Primary: &text}})
	b := w.admin()
	for _, path := range []string{"/contactos", "/buscar?q=camila", "/oportunidades/nueva?contacto=camila"} {
		if got := b.get(path).text("main"); !strings.Contains(got, "+56 9 7333 3840") || strings.Contains(got, text) {
			t.Errorf("%s: %s", path, got)
		}
	}
	page := b.get(contactAt(c.ID))
	expect(t, "on its page", []string{page.text(`.identity-value a[href^="tel:"]`), page.attribute(`.identity-value a[href^="tel:"]`, "href")}, []string{text, "tel:+56973333840"})
}
