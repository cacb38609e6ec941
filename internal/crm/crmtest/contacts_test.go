package crmtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"puente/internal/crm"
)

func email(address string) crm.ContactInput {
	return crm.ContactInput{FirstName: p("Ana"), Emails: crm.IdentitiesInput{Primary: p(address)}}
}

func TestAContactIsMadeWholeAndComesBackSo(t *testing.T) {
	eachEngine(t, func(w *world) {
		hand := w.hand(w.editor)
		made := w.contact(hand, crm.ContactInput{
			FirstName: p("  Valentina "), LastName: p("Ríos\nSoto"), Company: p("Quillay SpA"), Source: p("referrer"),
			Emails:  crm.IdentitiesInput{Primary: p(" Vale@Quillay.example "), Add: []string{"ventas@quillay.example", "VALE@quillay.example"}},
			Phones:  crm.IdentitiesInput{Primary: p("56961234567"), Secondary: p("9 6123 4568")},
			TaxIDs:  crm.IdentitiesInput{Primary: p("12.345.678-5")},
			OwnerID: &w.camila.ID, AddTags: []crm.ID{w.vip.ID, w.wholesale.ID, w.vip.ID},
			Contacted: p(true), Marketable: p(false), Priority: p(2), Status: p("lead"), Notes: p("Llamar\r\nel lunes\x00"),
			City: p("Ñuñoa"), Country: p("Chile"), BirthDay: p(29), BirthMonth: p(2),
			CompanyEmail: p("Info@Quillay.example"), CompanyPhone: p("2 2345 6789"), Website: p("www.quillay.example"),
			AnnualRevenue: p(json.Number("120000000")), Employees: p(int64(12)),
			Custom: map[string]any{w.size.Key: json.Number("42")},
		})
		got := w.stored(made.ID)
		w.same("what was returned", made, got)
		if got.FirstName != "Valentina" || got.LastName != "Ríos Soto" || got.Version != 1 || got.OwnerID != w.camila.ID || !got.UpdatedAt.Equal(hand.At) {
			w.Errorf("contact: %+v", got)
		}
		w.same("details", got.Details, crm.Custom{
			crm.FieldContacted: true, crm.FieldMarketable: false, crm.FieldPriority: json.Number("2"), crm.FieldStatus: "lead",
			crm.FieldNotes: "Llamar\nel lunes", crm.FieldCity: "Ñuñoa", crm.FieldCountry: "Chile", crm.FieldBirthDay: json.Number("29"),
			crm.FieldBirthMonth: json.Number("2"), crm.FieldCompanyEmail: "info@quillay.example", crm.FieldCompanyPhone: "+56223456789",
			crm.FieldWebsite: "https://www.quillay.example", crm.FieldAnnualRevenue: json.Number("120000000"), crm.FieldEmployees: json.Number("12"),
		})
		var identities []string
		for _, i := range got.Identities {
			identities = append(identities, fmt.Sprint(i.Normalized, i.Primary))
		}
		w.same("identities", identities, []string{
			"vale@quillay.exampletrue", "ventas@quillay.examplefalse", "+56961234567true", "+56961234568false", "12345678-5true",
		})
		w.same("custom values, a default among them", got.Custom, crm.Custom{w.size.Key: json.Number("42"), w.color.Key: "Azul"})
		w.same("tags", got.Tags, slices.Sorted(slices.Values([]crm.ID{w.vip.ID, w.wholesale.ID})))
		if !got.Origins.ByPerson(crm.FieldCity) || !got.Origins.ByPerson(w.color.Key) || !got.Origins.ByPerson(crm.FieldEmail) {
			w.Errorf("origins: %+v", got.Origins)
		}
		lines := w.events(crm.EntityContact, made.ID)
		if len(lines) != 1 || !strings.HasPrefix(lines[0], "created by user; first_name: - -> Valentina; ") || !strings.Contains(lines[0], "tags: - -> VIP") {
			w.Errorf("timeline: %q", lines)
		}
	})
}

func TestAContactThatExistsIsPointedTo(t *testing.T) {
	eachEngine(t, func(w *world) {
		there := w.contact(w.hand(w.editor), crm.ContactInput{
			Company: p("Quillay"), OwnerID: &w.camila.ID, Emails: crm.IdentitiesInput{All: p([]string{"a@quillay.example", "b@quillay.example"})},
			Phones: crm.IdentitiesInput{Primary: p("+56961234567")}, TaxIDs: crm.IdentitiesInput{Primary: p("12345678-5")},
		})
		for field, in := range map[string]crm.ContactInput{
			"email":           email("A@quillay.example"),
			"email.add[1]":    {FirstName: p("B"), Emails: crm.IdentitiesInput{Add: []string{"new@quillay.example", "b@quillay.example"}}},
			"email.all[0]":    {FirstName: p("B"), Emails: crm.IdentitiesInput{All: p([]string{"b@quillay.example"})}},
			"phone":           {FirstName: p("C"), Phones: crm.IdentitiesInput{Primary: p("961234567")}},
			"phone.secondary": {FirstName: p("C"), Phones: crm.IdentitiesInput{Secondary: p("961234567")}},
			"tax_id":          {FirstName: p("D"), TaxIDs: crm.IdentitiesInput{Primary: p("12.345.678-5")}},
		} {
			for _, hand := range []crm.Hand{w.hand(w.editor), w.hand(w.camila), w.key()} {
				e := w.refused(w.createContacts(hand, in)[0].Err, "conflict contact_exists "+field)
				if e.Params["id"] != string(there.ID) || e.Params["name"] != "Quillay" {
					w.Errorf("%s: %v", field, e.Params)
				}
			}
			e := w.refused(w.createContacts(w.hand(w.bruno), in)[0].Err, "conflict contact_exists_hidden "+field)
			w.same("what a seller learns of another's contact", e.Params, map[string]string{"owner": "Camila"})
		}
		other := w.contact(w.hand(w.editor), email("c@quillay.example"))
		_, err := w.change(w.hand(w.editor), other.ID, crm.ContactInput{Emails: crm.IdentitiesInput{Primary: p("b@quillay.example")}})
		w.refused(err, "conflict contact_exists email")

		// Deleted ones take up nothing.
		w.deleteContact(w.hand(w.editor), there.ID, crm.DealsKeep)
		again := w.contact(w.hand(w.editor), email("a@quillay.example"))
		err = w.tryUpdate(func(tx crm.Tx) error {
			_, err := crm.RestoreContact(w.Context(), tx, w.hand(w.editor), there.ID)
			return err
		})
		if e := w.refused(err, "conflict contact_exists email"); e.Params["id"] != string(again.ID) {
			w.Errorf("restored beside another: %v", e.Params)
		}
	})
}

func TestOfTwoEqualOnesInOneListTheSecondIsRefused(t *testing.T) {
	eachEngine(t, func(w *world) {
		results := w.createContacts(w.key(), email("a@x.example"), email("b@x.example"), email("A@x.example"), crm.ContactInput{}, email("c@x.example"))
		w.same("made", []bool{results[0].Err == nil, results[1].Err == nil, results[4].Err == nil}, []bool{true, true, true})
		e := w.refused(results[2].Err, "conflict contact_exists email")
		if e.Params["id"] != string(results[0].Contact.ID) {
			w.Errorf("points to %v", e.Params)
		}
		w.refused(results[3].Err, "invalid contact_empty first_name")

		// What an edit gives away, a later one of the same list may take; what it took is taken.
		a, b, c := results[0].Contact.ID, results[1].Contact.ID, results[4].Contact.ID
		primary := func(address string) crm.ContactInput {
			return crm.ContactInput{Emails: crm.IdentitiesInput{Primary: &address}}
		}
		edits := w.changeContacts(w.key(), crm.ContactEdit{ID: a, Input: primary("z@x.example")}, crm.ContactEdit{ID: b, Input: primary("a@x.example")},
			crm.ContactEdit{ID: c, Input: primary("z@x.example")})
		w.must(edits[0].Err)
		w.must(edits[1].Err)
		w.refused(edits[2].Err, "conflict contact_exists email")
	})
}

func TestFiftyAtOnceMakeOneContact(t *testing.T) {
	eachEngine(t, func(w *world) {
		hand := w.key()
		results := make(chan error, 50)
		for range cap(results) {
			go func() {
				var result []crm.ContactResult
				err := w.tryUpdate(func(tx crm.Tx) (err error) {
					result, err = crm.CreateContacts(w.Context(), tx, hand, []crm.ContactInput{email("one@x.example")})
					return err
				})
				if err == nil {
					err = result[0].Err
				}
				results <- err
			}()
		}
		made := 0
		for range cap(results) {
			if err := <-results; err == nil {
				made++
			} else {
				w.refused(err, "conflict contact_exists email")
			}
		}
		if made != 1 {
			w.Errorf("%d contacts were made, want one", made)
		}
	})
}

func TestWhatDoesNotFitIsSaidAtItsField(t *testing.T) {
	eachEngine(t, func(w *world) {
		long := func(n int) *string { return p(strings.Repeat("ñ", n)) }
		custom := func(key string, value any) crm.ContactInput {
			return crm.ContactInput{Custom: map[string]any{key: value}}
		}
		for _, c := range []struct {
			in   crm.ContactInput
			want string
		}{
			{crm.ContactInput{FirstName: long(201)}, "invalid text_too_long first_name"},
			{crm.ContactInput{Notes: long(20_001)}, "invalid text_too_long notes"},
			{crm.ContactInput{Country: long(101)}, "invalid text_too_long country"},
			{crm.ContactInput{Emails: crm.IdentitiesInput{Primary: p("a@b, c@d.example")}}, "invalid email_invalid email"},
			{crm.ContactInput{Emails: crm.IdentitiesInput{Add: []string{"a@b.example", "x"}}}, "invalid email_invalid email.add[1]"},
			{crm.ContactInput{Phones: crm.IdentitiesInput{Secondary: p("12")}}, "invalid phone_invalid phone.secondary"},
			{crm.ContactInput{TaxIDs: crm.IdentitiesInput{Primary: p("12345678-9")}}, "invalid tax_id_invalid tax_id"},
			{crm.ContactInput{TaxIDs: crm.IdentitiesInput{Primary: p("66.666.666-6")}}, "invalid tax_id_generic tax_id"},
			{crm.ContactInput{Emails: crm.IdentitiesInput{Add: manyEmails(12)}}, "invalid too_many_alternatives email.add[11]"},
			{crm.ContactInput{Priority: p(4)}, "invalid number_out_of_range priority"},
			{crm.ContactInput{Priority: p(-1)}, "invalid number_out_of_range priority"},
			{crm.ContactInput{BirthDay: p(31), BirthMonth: p(4)}, "invalid birth_date_impossible birth_day"},
			{crm.ContactInput{BirthDay: p(29), BirthMonth: p(2), BirthYear: p(2023)}, "invalid birth_date_impossible birth_day"},
			{crm.ContactInput{BirthMonth: p(13)}, "invalid number_out_of_range birth_month"},
			{crm.ContactInput{BirthYear: p(2027)}, "invalid number_out_of_range birth_year"},
			{crm.ContactInput{Website: p("javascript://x")}, "invalid website_invalid website"},
			{crm.ContactInput{CompanyEmail: p("nobody")}, "invalid email_invalid company_email"},
			{crm.ContactInput{CompanyPhone: p("nobody")}, "invalid phone_invalid company_phone"},
			{crm.ContactInput{AnnualRevenue: p(json.Number("12.5"))}, "invalid amount_too_fine annual_revenue"},
			{crm.ContactInput{OwnerID: p(crm.ID("nobody"))}, "invalid owner_unknown owner"},
			{crm.ContactInput{OwnerID: &w.gone.ID}, "invalid owner_inactive owner"},
			{crm.ContactInput{AddTags: []crm.ID{"none"}}, "invalid tag_unknown tags"},
			{crm.ContactInput{Tags: p([]crm.ID{"none"})}, "invalid tag_unknown tags"},
			{custom("cf_contact_none", "x"), "invalid field_unknown custom.cf_contact_none"},
			{custom(w.reference.Key, "x"), "invalid field_unknown custom." + w.reference.Key},
			{custom(w.archived.Key, "x"), "invalid field_archived custom." + w.archived.Key},
			{custom(w.size.Key, "big"), "invalid value_not_number custom." + w.size.Key},
			{custom(w.color.Key, "Verde"), "invalid value_not_option custom." + w.color.Key},
		} {
			in := c.in
			if in.LastName == nil {
				in.LastName = p("Soto")
			}
			result := w.createContacts(w.key(), in)[0]
			if result.Contact != nil {
				w.Errorf("made, want %s", c.want)
				continue
			}
			w.refused(result.Err, c.want)
		}
		all := w.createContacts(w.key(), crm.ContactInput{Priority: p(9), Emails: crm.IdentitiesInput{Primary: p("x")}, OwnerID: &w.gone.ID})[0].Err
		if joined, ok := all.(interface{ Unwrap() []error }); !ok || len(joined.Unwrap()) != 3 {
			w.Errorf("several mistakes are told together: %v", all)
		}
	})
}

func TestAChangeIsExactlyWhatWasAsked(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.key(), crm.ContactInput{FirstName: p("Ana"), City: p("Talca"), Priority: p(1), Contacted: p(true), AddTags: []crm.ID{w.vip.ID}, Custom: map[string]any{w.size.Key: "7"}})
		same, err := w.change(w.hand(w.editor), c.ID, crm.ContactInput{FirstName: p("Ana"), City: p(" Talca"), Priority: p(1), Tags: p([]crm.ID{w.vip.ID}), Custom: map[string]any{w.size.Key: json.Number("7")}})
		w.must(err)
		if same.Version != 1 || len(w.events(crm.EntityContact, c.ID)) != 1 || w.stored(c.ID).Origins.ByPerson(crm.FieldCity) {
			w.Error("asking for what is there is no change")
		}
		_, err = w.change(w.hand(w.editor), c.ID, crm.ContactInput{City: p(""), Priority: p(0), Contacted: p(false), Tags: p([]crm.ID{w.wholesale.ID}), Custom: map[string]any{w.size.Key: nil, w.color.Key: "rojo"}})
		w.must(err)
		got := w.stored(c.ID)
		w.same("details", got.Details, crm.Custom{crm.FieldContacted: false})
		w.same("custom values", got.Custom, crm.Custom{w.color.Key: "Rojo"})
		w.same("tags", got.Tags, []crm.ID{w.wholesale.ID})
		line := w.events(crm.EntityContact, c.ID)[0]
		for _, want := range []string{"city: Talca -> -", "priority: 1 -> -", "contacted: true -> false", "tags: VIP -> -", "tags: - -> Mayorista", w.size.Key + ": 7 -> -", w.color.Key + ": Azul -> Rojo"} {
			if !strings.Contains(line, want) {
				w.Errorf("the timeline lacks %q: %q", want, line)
			}
		}
		_, err = w.change(w.key(), c.ID, crm.ContactInput{FirstName: p("")})
		w.refused(err, "invalid contact_empty first_name")
	})
}

func TestVersions(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.key(), email("a@x.example"))
		in := func(name string) crm.ContactInput { return crm.ContactInput{LastName: &name} }
		edit := func(version int64, name string) crm.ContactEdit {
			return crm.ContactEdit{ID: c.ID, Version: version, Input: in(name)}
		}
		results := w.changeContacts(w.key(), edit(1, "Uno"), edit(1, "Dos"), edit(0, "Tres"), edit(7, "Cuatro"))
		w.must(results[0].Err)
		w.refused(results[1].Err, "conflict stale")
		w.must(results[2].Err)
		w.refused(results[3].Err, "conflict stale")
		got := w.stored(c.ID)
		if got.LastName != "Tres" || got.Version != 2 || results[0].Contact.Version != 2 {
			w.Errorf("%+v", got)
		}
		w.same("timeline", w.events(crm.EntityContact, c.ID)[:2], []string{"changed by api_key; last_name: Uno -> Tres", "changed by api_key; last_name: - -> Uno"})
	})
}

func TestRequiredFieldsAndDefaults(t *testing.T) {
	eachEngine(t, func(w *world) {
		old := w.contact(w.key(), email("old@x.example"))
		w.require(w.needed)
		w.require(w.color)
		place := "custom." + w.needed.Key
		with := func(value any) crm.ContactInput {
			in := email("new@x.example")
			in.Custom = map[string]any{w.needed.Key: value}
			return in
		}
		for _, in := range []crm.ContactInput{email("new@x.example"), with(nil), with("  ")} {
			if e := w.refused(w.createContacts(w.key(), in)[0].Err, "invalid value_required "+place); e.Params["name"] != "Comuna" {
				w.Errorf("%v", e.Params)
			}
		}
		in := with("Talca")
		in.Custom[w.color.Key] = nil
		w.refused(w.createContacts(w.key(), in)[0].Err, "invalid value_required custom."+w.color.Key)
		made := w.contact(w.key(), with("Talca"))
		_, err := w.change(w.key(), made.ID, crm.ContactInput{Custom: map[string]any{w.needed.Key: nil}})
		w.refused(err, "invalid value_required "+place)

		// One from before lacks it, and can be changed all the same.
		_, err = w.change(w.key(), old.ID, crm.ContactInput{City: p("Talca"), Custom: map[string]any{w.needed.Key: nil}})
		w.must(err)
		w.same("of what was told to be empty there is no default", w.contact(w.key(), crm.ContactInput{FirstName: p("X"), Custom: map[string]any{w.needed.Key: "a", w.size.Key: nil}}).Custom,
			crm.Custom{w.needed.Key: "a", w.color.Key: "Azul"})
	})
}

func TestManyAreTaggedAndAssigned(t *testing.T) {
	eachEngine(t, func(w *world) {
		a, b := w.contact(w.key(), email("a@x.example")), w.contact(w.key(), email("b@x.example"))
		w.update(func(tx crm.Tx) error {
			results, err := crm.TagContacts(w.Context(), tx, w.key(), []crm.ID{a.ID, "none", b.ID}, []crm.ID{w.vip.ID}, []crm.ID{w.wholesale.ID})
			w.must(err)
			w.refused(results[1].Err, "not_found contact_not_found")
			results, err = crm.AssignContacts(w.Context(), tx, w.key(), []crm.ID{a.ID, b.ID}, w.bruno.ID)
			w.must(err)
			w.must(results[0].Err)
			return results[1].Err
		})
		for _, id := range []crm.ID{a.ID, b.ID} {
			if got := w.stored(id); got.OwnerID != w.bruno.ID || !slices.Equal(got.Tags, []crm.ID{w.vip.ID}) {
				w.Errorf("%+v", got)
			}
		}
	})
}

func TestAHundredCostNoMoreLookUpsThanOne(t *testing.T) {
	eachEngine(t, func(w *world) {
		var inputs []crm.ContactInput
		for i := range 100 {
			inputs = append(inputs, email(fmt.Sprintf("p%d@x.example", i)))
		}
		began := time.Now()
		results := w.createContacts(w.key(), inputs...)
		for _, result := range results {
			w.must(result.Err)
		}
		w.Logf("100 contacts in %v", time.Since(began))
		calls := map[string]int{}
		w.update(func(tx crm.Tx) error {
			var edits []crm.ContactEdit
			for i, result := range results {
				edits = append(edits, crm.ContactEdit{ID: result.Contact.ID, Input: crm.ContactInput{
					Emails: crm.IdentitiesInput{Primary: p(fmt.Sprintf("q%d@x.example", i))}, AddTags: []crm.ID{w.vip.ID},
				}})
			}
			_, err := crm.ChangeContacts(w.Context(), &countingTx{tx, calls}, w.key(), edits)
			return err
		})
		w.same("calls", calls, map[string]int{"ContactsByIdentity": 1, "ContactsByID": 1, "SaveContacts": 1, "AddEvents": 1, "Tags": 1, "CustomFields": 1, "Users": 1, "Account": 1})
	})
}
