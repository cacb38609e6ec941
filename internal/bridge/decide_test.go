package bridge

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// TestDecide is the decision table: what each situation means, as docs/decisions.md says it.
func TestDecide(t *testing.T) {
	for _, test := range []decideCase{
		// Which documents.
		{
			name: "an invoice is skipped when only receipts and quotes are chosen",
			act:  func(s *scene) Plan { return s.decide(document(typeInvoice, 1, to(person()))) },
			want: []string{"skipped kind_not_chosen"}, not: []string{"contact", "deal", "warning"},
		},
		{
			name:  "an invoice becomes a deal when it is among the extra kinds",
			rules: func(r *Rules) { r.ExtraKinds = []Kind{KindInvoice} },
			act:   func(s *scene) Plan { return s.decide(document(typeInvoice, 1, to(person()))) },
			want:  []string{"created deal_created", "deal create Factura 1 – Ana Soto", "deal: stage  → Nuevo"},
		},
		{
			name:  "a quote is skipped when only receipts are chosen",
			rules: func(r *Rules) { r.Documents = DocumentsReceipts },
			act:   func(s *scene) Plan { return s.decide(quote(1, to(person()))) },
			want:  []string{"skipped kind_not_chosen"},
		},
		{
			name:  "a receipt is skipped when only quotes are chosen",
			rules: func(r *Rules) { r.Documents = DocumentsQuotes },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person()))) },
			want:  []string{"skipped kind_not_chosen"},
		},
		{
			name:  "nothing is taken when no documents are chosen",
			rules: func(r *Rules) { r.Documents = DocumentsNone },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person()))) },
			want:  []string{"skipped kind_not_chosen"},
		},
		{
			name: "a nota de venta is not a quote although their flags are the same",
			act:  func(s *scene) Plan { return s.decide(document(typeSalesNote, 1, to(person()))) },
			want: []string{"skipped kind_not_chosen"},
		},
		{
			name:  "the rules correct what kind a document type is taken for",
			rules: func(r *Rules) { r.Kinds = map[string]Kind{"31": KindQuote} },
			act:   func(s *scene) Plan { return s.decide(document(typeSalesNote, 1, to(person()))) },
			want:  []string{"created deal_created", "deal create Cotización 1 – Ana Soto"},
		},
		{
			name: "a dispatch guide is never a deal",
			act:  func(s *scene) Plan { return s.decide(document(typeGuide, 1, to(person()))) },
			want: []string{"skipped kind_not_chosen"},
		},
		{
			name:  "a document from before the start date is skipped",
			rules: func(r *Rules) { r.Start = "2026-03-06" },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person()))) },
			want:  []string{"skipped before_start"},
		},
		{
			name:  "a document of the start date itself is taken",
			rules: func(r *Rules) { r.Start = "2026-03-05" },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person()))) },
			want:  []string{"created deal_created"},
		},
		{
			name: "a document that was annulled before it was seen makes nothing",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person()), annulled)) },
			want: []string{"skipped annulled_before_seen"},
		},

		// Anonymous sales.
		{
			name: "an anonymous receipt is skipped by default",
			act:  func(s *scene) Plan { return s.decide(receipt(1)) },
			want: []string{"skipped no_client"}, not: []string{"contact", "deal"},
		},
		{
			name:  "an anonymous receipt becomes a deal without contact when the rules say so",
			rules: func(r *Rules) { r.Contact.Anonymous = AnonymousCreate },
			act:   func(s *scene) Plan { return s.decide(receipt(1)) },
			want:  []string{"created deal_created", "deal create Boleta 1", "deal: value ∅ → 11900"}, not: []string{"contact"},
		},
		{
			name: "an anonymous receipt is skipped when there is no stage for new deals",
			rules: func(r *Rules) {
				r.Contact.Anonymous = AnonymousCreate
				none := ""
				r.PerKind[KindReceipt] = KindStages{CreateStage: &none}
			},
			act:  func(s *scene) Plan { return s.decide(receipt(1)) },
			want: []string{"skipped no_open_deal"},
		},
		{
			name: "a generic client without e-mail and phone counts as anonymous",
			act: func(s *scene) Plan {
				return s.decide(receipt(1, to(person(code("66.666.666-6"), email(""), phone("")))))
			},
			want: []string{"skipped generic_client"},
		},
		{
			name: "a generic client with e-mail and phone is a person, but the generic id is no key",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person(code("66666666-6"))))) },
			want: []string{"created deal_created", "contact: email ∅ → ana@correo.example", "contact: Rut del Cliente del Documento ∅ → 66666666-6"},
			not:  []string{"contact: tax_id"},
		},

		// What a client needs to become a contact.
		{
			name: "e-mail only: skipped for the missing phone",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person(phone(""))))) },
			want: []string{"skipped missing_phone"},
		},
		{
			name: "phone only: skipped for the missing e-mail",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person(email("  "))))) },
			want: []string{"skipped missing_email"},
		},
		{
			name: "an e-mail that is none: skipped for the invalid e-mail",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person(email("no@tiene"))))) },
			want: []string{"skipped invalid_email"},
		},
		{
			name: "a phone with a digit too few: skipped for the invalid phone",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person(phone("66287196"))))) },
			want: []string{"skipped invalid_phone"},
		},
		{
			name: "neither, but a valid RUT: still skipped when both are asked for",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person(email(""), phone(""))))) },
			want: []string{"skipped missing_email_and_phone"},
		},
		{
			name:  "neither, but a valid RUT: made when the tax id is enough",
			rules: func(r *Rules) { r.Contact.Require = RequireTaxID },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person(email(""), phone(""))))) },
			want:  []string{"created deal_created", "contact: tax_id ∅ → 12345678-5"}, not: []string{"contact: email", "contact: phone"},
		},
		{
			name:  "either is enough when the rules say so",
			rules: func(r *Rules) { r.Contact.Require = RequireEmailOrPhone },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person(email("sin correo"))))) },
			want:  []string{"created deal_created", "contact: phone ∅ → +56961234567"}, not: []string{"contact: email"},
		},
		{
			name:  "either is asked for and there is neither",
			rules: func(r *Rules) { r.Contact.Require = RequireEmailOrPhone },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person(email(""), phone(""))))) },
			want:  []string{"skipped missing_email_and_phone"},
		},
		{
			name:  "tax id asked for and empty",
			rules: func(r *Rules) { r.Contact.Require = RequireTaxID },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person(code(""))))) },
			want:  []string{"skipped missing_tax_id"},
		},
		{
			name:  "tax id asked for and of a wrong check digit",
			rules: func(r *Rules) { r.Contact.Require = RequireTaxID },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person(code("12345678-9"))))) },
			want:  []string{"skipped invalid_tax_id"},
		},
		{
			name:  "tax id asked for and generic",
			rules: func(r *Rules) { r.Contact.Require = RequireTaxID },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person(code("55.555.555-5"))))) },
			want:  []string{"skipped generic_tax_id"},
		},
		{
			name:  "tax id asked for and a foreigner's passport",
			rules: func(r *Rules) { r.Contact.Require = RequireTaxID },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person(code("12345678-5"), foreigner)))) },
			want:  []string{"skipped invalid_tax_id"},
		},
		{
			name: "a foreigner is made by e-mail and phone, the code is kept as it is and is no key",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person(code("AB 123.456-K"), foreigner)))) },
			want: []string{"created deal_created", "contact: Rut del Cliente del Documento ∅ → AB 123.456-K"}, not: []string{"contact: tax_id"},
		},

		// A new contact.
		{
			name: "a receipt of a new client makes contact and deal",
			act:  func(s *scene) Plan { return s.decide(receipt(880, to(person()))) },
			want: []string{
				"created deal_created", "contact create Ana Soto",
				"contact: first_name ∅ → Ana", "contact: last_name ∅ → Soto", "contact: tax_id ∅ → 12345678-5", "contact: email ∅ → ana@correo.example",
				"contact: phone ∅ → +56961234567", "contact: source ∅ → Bsale", "contact: owner ∅ → " + annaEmail,
				"contact: Rut del Cliente del Documento ∅ → 12345678-5", "contact: Origen de los contactos ∅ → Bsale",
				"deal create Boleta 880 – Ana Soto", "deal: stage  → Vendido", "deal: value ∅ → 11900", "deal: owner ∅ → " + annaEmail,
				"deal: Número de Documento ∅ → 880", "deal: Fecha de Emisión ∅ → 05-03-2026", "deal: Fecha de Vencimiento ∅ → 04-04-2026",
				"deal: Total Documento ∅ → 11900",
			},
			not: []string{"contact: company", "warning"},
		},
		{
			name: "a RUT with dots, without dots and with a lower-case k is one key",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person(code("10.000.013-k")))))
				return s.decide(receipt(2, to(person(clientID(101), code("10000013K"), email("otra@correo.example"), phone("+56 9 7123 4567")))))
			},
			want: []string{"created deal_created", "contact update Ana Soto tax_id", "contact: email ∅ → otra@correo.example", "contact: phone ∅ → +56971234567"},
		},
		{
			name: "a company is called by its company name",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person(company("Los Tilos SpA"))))) },
			want: []string{"created deal_created", "contact create Los Tilos SpA", "contact: company ∅ → Los Tilos SpA", "deal create Boleta 1 – Los Tilos SpA"},
		},
		{
			name: "a person's company is junk and left out, unless the names are empty",
			act: func(s *scene) Plan {
				return s.decide(receipt(1, to(person(named("", ""), func(c *bsale.Customer) { c.Company = "Ana de Talca" }))))
			},
			want: []string{"created deal_created", "contact create Ana de Talca", "contact: first_name ∅ → Ana de Talca"}, not: []string{"contact: company"},
		},
		{
			name: "a client without any name is called by its number",
			act: func(s *scene) Plan {
				return s.decide(receipt(1, to(person(named("", ""), func(c *bsale.Customer) { c.Company = "" }))))
			},
			want: []string{"created deal_created", "contact create Cliente 100"},
		},
		{
			name: "another client of the same contact, without company or last name, takes none away",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person(company("Los Tilos SpA"), named("Ana", "Soto")))))
				return s.decide(receipt(2, to(person(clientID(101), named("Anita", "")))))
			},
			want: []string{"created deal_created", "contact update Los Tilos SpA tax_id", "contact: first_name Ana → Anita"}, not: []string{"contact: company", "contact: last_name"},
		},
		{
			name: "a client that lost its name in Bsale keeps it on the contact",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				return s.decide(receipt(2, to(person(named("", ""), func(c *bsale.Customer) { c.Company = "" }))))
			},
			want: []string{"created deal_created", "contact update Ana Soto client_id"}, not: []string{"contact: first_name", "contact: last_name", "contact: company"},
		},
		{
			name: "a client that was called by its number gets its name",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person(company("")))))
				return s.decide(receipt(2, to(person())))
			},
			want: []string{"created deal_created", "contact: first_name ∅ → Ana", "contact: company Cliente 100 → ∅"},
		},

		// Matching.
		{
			name: "the stored Bsale client id decides before everything else",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				s.contact("Otro", "nuevo@correo.example")
				return s.decide(receipt(2, to(person(code(""), email("nuevo@correo.example"), phone("")))))
			},
			want: []string{"created deal_created", "contact update Ana Soto client_id", "warning identity_of_other_contact email"},
		},
		{
			name: "a link to a contact that was deleted is not followed",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				for _, contact := range s.w.seen.Contacts {
					contact.DeletedAt = s.clock.Now()
				}
				return s.decide(receipt(2, to(person())))
			},
			want: []string{"created deal_created", "contact create Ana Soto"},
		},
		{
			name: "the tax id decides before the e-mail",
			act: func(s *scene) Plan {
				s.contact("Por RUT", "12345678-5")
				s.contact("Por correo", "ana@correo.example")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"created deal_created", "contact update Por RUT tax_id", "warning identity_of_other_contact email"}, not: []string{"contact: email"},
		},
		{
			name: "an e-mail matches whatever its case",
			act: func(s *scene) Plan {
				s.contact("Ana", "ANA@correo.example")
				return s.decide(receipt(1, to(person(email("Ana@Correo.Example")))))
			},
			want: []string{"created deal_created", "contact update Ana email", "contact: tax_id ∅ → 12345678-5"},
		},
		{
			name: "a phone matches in any spelling",
			act: func(s *scene) Plan {
				s.contact("Ana", "961234567")
				return s.decide(receipt(1, to(person(code(""), email("")))))
			},
			want: []string{"created deal_created", "contact update Ana phone"},
		},
		{
			name: "a matched contact needs nothing more: e-mail and phone are asked of new ones only",
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				return s.decide(receipt(1, to(person(email(""), phone("")))))
			},
			want: []string{"created deal_created", "contact update Ana tax_id"},
		},
		{
			name: "two contacts with one e-mail are a conflict",
			act: func(s *scene) Plan {
				s.contact("Ana Uno", "ana@correo.example")
				s.contact("Ana Dos", "ana@correo.example")
				return s.decide(receipt(1, to(person(code("")))))
			},
			want: []string{"conflict many_contacts", "candidate Ana Dos", "candidate Ana Uno"}, not: []string{"contact", "deal", "warning"},
		},
		{
			name: "two contacts with one RUT are a conflict",
			act: func(s *scene) Plan {
				s.contact("Ana Uno", "12345678-5")
				s.contact("Ana Dos", "12345678-5")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"conflict many_contacts"},
		},
		{
			name: "a deleted contact is no candidate",
			act: func(s *scene) Plan {
				s.contact("Ana Uno", "ana@correo.example")
				s.contact("Ana Dos", "ana@correo.example").DeletedAt = s.clock.Now()
				return s.decide(receipt(1, to(person(code("")))))
			},
			want: []string{"created deal_created", "contact update Ana Uno email"},
		},
		{
			name: "a shared phone does not merge two people with different RUTs",
			act: func(s *scene) Plan {
				s.contact("Beto", "10000013-K", "961234567")
				return s.decide(receipt(1, to(person(email("")))))
			},
			want: []string{"conflict tax_id_differs", "candidate Beto"},
		},
		{
			name: "a shared e-mail matches when the client has no RUT",
			act: func(s *scene) Plan {
				s.contact("Beto", "10000013-K", "ana@correo.example")
				return s.decide(receipt(1, to(person(code("")))))
			},
			want: []string{"created deal_created", "contact update Beto email"},
		},
		{
			name: "a RUT of a wrong check digit is no key: the e-mail decides",
			act: func(s *scene) Plan {
				s.contact("Ana", "ana@correo.example")
				return s.decide(receipt(1, to(person(code("12.345.678-9")))))
			},
			want: []string{"created deal_created", "contact update Ana email", "contact: Rut del Cliente del Documento ∅ → 12.345.678-9"}, not: []string{"contact: tax_id"},
		},

		// What an existing contact gets.
		{
			name: "another primary e-mail is kept, the new one is added",
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5", "vieja@correo.example")
				plan := s.decide(receipt(1, to(person())))
				identities := s.contacts["Ana"].IdentitiesOf(crm.IdentityEmail)
				if len(identities) != 2 || !identities[0].Primary || identities[0].Normalized != "vieja@correo.example" || identities[1].Primary {
					s.t.Errorf("e-mails are %+v", identities)
				}
				return plan
			},
			want: []string{"created deal_created", "contact: email ∅ → ana@correo.example"},
		},
		{
			name: "an eleventh alternative is left out",
			act: func(s *scene) Plan {
				keys := []string{"12345678-5"}
				for i := range 1 + crm.MaxAlternatives {
					keys = append(keys, fmt.Sprintf("n%d@correo.example", i))
				}
				s.contact("Ana", keys...)
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"created deal_created", "warning too_many_alternatives email"}, not: []string{"contact: email"},
		},
		{
			name: "a person's name is kept",
			act: func(s *scene) Plan {
				s.contact("Anita", "12345678-5")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"created deal_created", "contact: last_name ∅ → Soto"}, not: []string{"contact: first_name"},
		},
		{
			name: "a client renamed in Bsale renames the contact that Bsale made",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				return s.decide(receipt(1, to(person(named("Ana María", "Soto")))))
			},
			want: []string{"updated content_changed", "contact update Ana Soto document", "contact: first_name Ana → Ana María"}, not: []string{"deal:"},
		},

		// Which deal.
		{
			name: "one open deal in the from-stage is updated and moved",
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.deal("Proyecto", "Ana", "Cotizado")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"updated deal_moved", "deal update Proyecto", "deal: stage Cotizado → Vendido", "deal: value ∅ → 11900"},
		},
		{
			name: "an open deal in another stage is left alone and a new one is made",
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.deal("Proyecto", "Ana", "En negociación")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"created deal_created", "deal create Boleta 1 – Ana Soto"},
		},
		{
			name: "a won deal is left alone",
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.deal("Proyecto", "Ana", "Vendido")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"created deal_created"},
		},
		{
			name: "of two open deals the one updated last is taken",
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				first := s.deal("Primero", "Ana", "Cotizado")
				s.deal("Segundo", "Ana", "Cotizado")
				first.SetName("Primero, retocado", s.person())
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"updated deal_moved", "deal update Primero, retocado"},
		},
		{
			name:  "two open deals are a conflict when the rules say so",
			rules: func(r *Rules) { r.Several = SeveralConflict },
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.deal("Primero", "Ana", "Cotizado")
				s.deal("Segundo", "Ana", "Cotizado")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"conflict many_deals", "candidate Primero", "candidate Segundo"}, not: []string{"contact", "deal"},
		},
		{
			name:  "no open deal and no stage for new ones: skipped, and no contact is made either",
			rules: func(r *Rules) { r.Create.Stage = ""; r.PerKind = nil },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person()))) },
			want:  []string{"skipped no_open_deal"}, not: []string{"contact", "deal"},
		},
		{
			name:  "an old receipt does not take a deal that was opened long after it was skipped",
			rules: func(r *Rules) { r.Create.Stage = ""; r.PerKind = nil },
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.decide(receipt(1, to(person())))
				s.deal("Proyecto", "Ana", "Cotizado")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"skipped no_open_deal"},
		},
		{
			name:  "but it does when the rules change",
			rules: func(r *Rules) { r.Create.Stage = ""; r.PerKind = nil },
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.decide(receipt(1, to(person())))
				s.deal("Proyecto", "Ana", "Cotizado")
				s.changeRules(func(r *Rules) { r.Create.Stage = "Nuevo" })
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"updated deal_moved", "deal update Proyecto"},
		},
		{
			name:  "without a from-stage nothing is updated",
			rules: func(r *Rules) { r.Update.FromStage = "" },
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.deal("Proyecto", "Ana", "Cotizado")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"created deal_created"},
		},
		{
			name:  "without a to-stage the deal is updated where it stands",
			rules: func(r *Rules) { r.Update.ToStage = "" },
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.deal("Proyecto", "Ana", "Cotizado")
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"updated deal_updated", "deal: value ∅ → 11900"}, not: []string{"deal: stage"},
		},
		{
			name: "a quote, then a receipt of the same client: one deal, sold",
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person())))
				return s.decide(receipt(2, to(person()), total("20000")))
			},
			want: []string{"updated deal_moved", "deal update Cotización 1 – Ana Soto", "deal: stage Cotizado → Vendido", "deal: value 11900 → 20000", "deal: Número de Documento 1 → 2"},
		},
		{
			name: "a receipt before a quote: the quote is a new chance",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				return s.decide(quote(2, to(person())))
			},
			want: []string{"created deal_created", "deal create Cotización 2 – Ana Soto", "deal: stage  → Cotizado"},
		},
		{
			name: "a second quote does not take the deal of the first",
			rules: func(r *Rules) {
				quoted := "Cotizado"
				r.PerKind[KindQuote] = KindStages{FromStage: &quoted, ToStage: &quoted, CreateStage: &quoted}
			},
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person())))
				return s.decide(quote(2, to(person())))
			},
			want: []string{"created deal_created", "deal create Cotización 2 – Ana Soto"},
		},
		{
			name: "a second quote takes the deal of a first one that was annulled",
			rules: func(r *Rules) {
				quoted := "Cotizado"
				r.PerKind[KindQuote] = KindStages{FromStage: &quoted, ToStage: &quoted, CreateStage: &quoted}
			},
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person())), quote(1, to(person()), annulled))
				return s.decide(quote(2, to(person())))
			},
			want: []string{"updated deal_updated", "deal update Cotización 1 – Ana Soto"},
		},
		{
			name: "two quotes and a receipt: the receipt takes the later quote's deal",
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person())), quote(2, to(person())))
				return s.decide(receipt(3, to(person())))
			},
			want: []string{"updated deal_moved", "deal update Cotización 2 – Ana Soto"},
		},
		{
			name: "a contact's deals in another pipeline's stages are not looked at",
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.deal("Ajeno", "Ana", "Cotizado").StageID = "a stage of another pipeline"
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"created deal_created"},
		},

		// Owner.
		{
			name: "the first seller's e-mail gives the owner",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person()), sellers(2, 1))) },
			want: []string{"created deal_created", "deal: owner ∅ → " + bobEmail},
		},
		{
			name:  "the issuing user's e-mail gives the owner when the rules say so",
			rules: func(r *Rules) { r.Owner.Reference = OwnerIssuer },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person()))) },
			want:  []string{"created deal_created", "deal: owner ∅ → " + bobEmail},
		},
		{
			name: "a seller without e-mail: no owner, and it says so",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person()), sellers(3))) },
			want: []string{"created deal_created", "warning seller_without_email Vendedor 3"}, not: []string{"deal: owner", "contact: owner"},
		},
		{
			name: "a seller whom nobody knows: no owner",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person()), sellers(4))) },
			want: []string{"created deal_created", "warning seller_unknown otra@fuera.example"}, not: []string{"deal: owner"},
		},
		{
			name: "a user who was deactivated owns nothing new",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person()), sellers(5))) },
			want: []string{"created deal_created", "warning seller_unknown gone@tienda.example"}, not: []string{"deal: owner"},
		},
		{
			name: "a document without seller: no owner",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person()), sellers())) },
			want: []string{"created deal_created", "warning no_seller"}, not: []string{"deal: owner"},
		},
		{
			name:  "the fallback owner stands in",
			rules: func(r *Rules) { r.Owner.Fallback = "BOB@tienda.example" },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person()), sellers(4))) },
			want:  []string{"created deal_created", "deal: owner ∅ → " + bobEmail, "warning seller_unknown otra@fuera.example"},
		},
		{
			name: "an owner that a person chose is not replaced",
			act: func(s *scene) Plan {
				s.contact("Ana", "12345678-5")
				s.deal("Proyecto", "Ana", "Cotizado").SetOwner(s.around.Users[1].ID, s.person())
				return s.decide(receipt(1, to(person())))
			},
			want: []string{"updated deal_moved"}, not: []string{"deal: owner"},
		},
		{
			name: "an owner that an earlier document gave is replaced by a later one's seller",
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person()), sellers(2)))
				return s.decide(receipt(2, to(person()), sellers(1)))
			},
			want: []string{"updated deal_moved", "deal: owner " + bobEmail + " → " + annaEmail},
		},
		{
			name:  "the fallback does not replace an owner",
			rules: func(r *Rules) { r.Owner.Fallback = annaEmail },
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person()), sellers(2)))
				return s.decide(receipt(2, to(person()), sellers(4)))
			},
			want: []string{"updated deal_moved"}, not: []string{"deal: owner"},
		},

		// Value.
		{
			name:  "the value can be the net amount",
			rules: func(r *Rules) { r.Value = ValueNet },
			act:   func(s *scene) Plan { return s.decide(receipt(1, to(person()))) },
			want:  []string{"created deal_created", "deal: value ∅ → 10000"},
		},
		{
			name: "an amount finer than the peso is rounded, and it says so",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person()), total("11900.5"))) },
			want: []string{"created deal_created", "deal: value ∅ → 11901", "warning value_rounded value"},
		},
		{
			name: "an amount that no deal has is left out, and it says so",
			act:  func(s *scene) Plan { return s.decide(receipt(1, to(person()), total("9000000000000000000"))) },
			want: []string{"created deal_created", "warning value_does_not_fit value"}, not: []string{"deal: value"},
		},

		// A document that is linked already.
		{
			name: "the same document again changes nothing",
			act:  func(s *scene) Plan { doc := receipt(1, to(person())); return s.decide(doc, doc) },
			want: []string{"unchanged already_in_sync"}, not: []string{"contact", "deal", "warning"},
		},
		{
			name: "a changed amount changes the deal's value and field, not its stage",
			act: func(s *scene) Plan {
				return s.decide(receipt(1, to(person())), receipt(1, to(person()), total("9000")))
			},
			want: []string{"updated content_changed", "deal: value 11900 → 9000", "deal: Total Documento 11900 → 9000"}, not: []string{"deal: stage"},
		},
		{
			name: "a deal moved by a person since stays where it is",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				s.theDeal().MoveTo(s.stage("En negociación"), s.clock.Now(), s.person())
				return s.decide(receipt(1, to(person()), total("9000")))
			},
			want: []string{"updated content_changed", "deal: value 11900 → 9000"}, not: []string{"deal: stage"},
		},
		{
			name: "a value edited by a person since is kept",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				s.theDeal().SetValue(crm.Money{Minor: 5, Currency: "CLP"}, s.person())
				return s.decide(receipt(1, to(person()), total("9000")))
			},
			want: []string{"updated content_changed", "deal: Total Documento 11900 → 9000"}, not: []string{"deal: value"},
		},
		{
			name: "a linked deal that was deleted is not made again",
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				s.theDeal().DeletedAt = s.clock.Now()
				return s.decide(receipt(1, to(person()), total("9000")))
			},
			want: []string{"skipped deal_deleted"}, not: []string{"contact", "deal"},
		},
		{
			name: "a change that no rule reads is no update",
			act: func(s *scene) Plan {
				return s.decide(receipt(1, to(person())), receipt(1, to(person()), func(d *bsale.Document) { d.Address = "Otra calle 1" }))
			},
			want: []string{"unchanged already_in_sync"},
		},

		{
			name: "a document that is another client's now leaves the deal's contact alone",
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person())))
				return s.decide(quote(1, to(person(clientID(200), named("María", "Rojas"), code("10000013-k"), email("maria@correo.example"), phone("+56 9 7123 4567"))), total("20000")))
			},
			want: []string{"updated content_changed", "deal: value 11900 → 20000", "warning client_changed María Rojas"}, not: []string{"contact"},
		},

		// Annulments.
		{
			name: "an annulled quote flags its deal",
			act: func(s *scene) Plan {
				return s.decide(quote(1, to(person())), quote(1, to(person()), annulled))
			},
			want: []string{"updated annulled_flagged", "standing annulled"}, not: []string{"deal: stage"},
		},
		{
			name: "an annulment is told once",
			act: func(s *scene) Plan {
				again := quote(1, to(person()), annulled)
				return s.decide(quote(1, to(person())), again, again)
			},
			want: []string{"unchanged already_in_sync"},
		},
		{
			name:  "an annulled receipt moves its deal when the rules say so",
			rules: func(r *Rules) { r.Void = VoidRule{Action: VoidStage, Stage: "Anulado"} },
			act: func(s *scene) Plan {
				return s.decide(receipt(1, to(person())), receipt(1, to(person()), annulled))
			},
			want: []string{"updated annulled_moved", "deal: stage Vendido → Anulado", "standing annulled"},
		},
		{
			name:  "an annulled quote does not move a deal that was sold since",
			rules: func(r *Rules) { r.Void = VoidRule{Action: VoidStage, Stage: "Anulado"} },
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person())), receipt(2, to(person())))
				return s.decide(quote(1, to(person()), annulled))
			},
			want: []string{"updated annulled_flagged"}, not: []string{"deal: stage"},
		},
		{
			name:  "an annulment does not move a deal that a person moved since",
			rules: func(r *Rules) { r.Void = VoidRule{Action: VoidStage, Stage: "Anulado"} },
			act: func(s *scene) Plan {
				s.decide(receipt(1, to(person())))
				s.theDeal().MoveTo(s.stage("En negociación"), s.clock.Now(), s.person())
				return s.decide(receipt(1, to(person()), annulled))
			},
			want: []string{"updated annulled_flagged"}, not: []string{"deal: stage"},
		},
		{
			name:  "annulments can be ignored",
			rules: func(r *Rules) { r.Void.Action = VoidNone },
			act: func(s *scene) Plan {
				return s.decide(receipt(1, to(person())), receipt(1, to(person()), annulled))
			},
			want: []string{"unchanged annulment_ignored"}, not: []string{"standing"},
		},
		{
			name: "an annulment that was taken back is taken back here",
			act: func(s *scene) Plan {
				s.decide(quote(1, to(person())), quote(1, to(person()), annulled))
				return s.decide(quote(1, to(person())))
			},
			want: []string{"updated content_changed", "standing active"},
		},

		// Credit notes.
		{
			name: "a credit note over the whole receipt flags its deal",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, sale))
			},
			want: []string{"updated credited_flagged", "sale 1 credited 11900 credited"}, not: []string{"deal: stage", "contact"},
		},
		{
			name:  "a credit note over the whole receipt moves its deal when the rules say so",
			rules: func(r *Rules) { r.Void = VoidRule{Action: VoidStage, Stage: "Anulado"} },
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, sale))
			},
			want: []string{"updated credited_moved", "deal: stage Vendido → Anulado"},
		},
		{
			name:  "a credit note over a part only flags",
			rules: func(r *Rules) { r.Void = VoidRule{Action: VoidStage, Stage: "Anulado"} },
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, sale, total("900")))
			},
			want: []string{"updated credited_in_part", "sale 1 credited 900 partly_credited"}, not: []string{"deal: stage"},
		},
		{
			name: "a credit note of nothing takes nothing back",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, sale, total("0")))
			},
			want: []string{"updated credited_in_part", "sale 1 credited 0 active"}, not: []string{"deal: stage"},
		},
		{
			name: "an annulment that was taken back leaves what credit notes took",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				s.decide(sale, credit(2, sale, total("900")), receipt(1, to(person()), annulled))
				return s.decide(sale)
			},
			want: []string{"updated content_changed", "standing partly_credited"},
		},
		{
			name: "credit notes add up",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, sale, total("900")), credit(3, sale, total("11000")))
			},
			want: []string{"updated credited_flagged", "sale 1 credited 11900 credited"},
		},
		{
			name: "a credit note is counted once",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, sale), credit(2, sale))
			},
			want: []string{"unchanged already_in_sync"}, not: []string{"sale"},
		},
		{
			name: "an annulled credit note no longer counts",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, sale), credit(2, sale, annulled))
			},
			want: []string{"updated credit_note_annulled", "sale 1 credited 0 active", "standing annulled"},
		},
		{
			name: "a credit note for a sale that nobody has seen waits",
			act:  func(s *scene) Plan { return s.decide(credit(2, receipt(1, to(person())))) },
			want: []string{"skipped credited_sale_unknown"},
		},
		{
			name: "a credit note that waited is applied once the sale is there",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				s.decide(credit(2, sale), sale)
				if s.w.seen.Records[2].DueAt.IsZero() {
					s.t.Error("the credit note was not woken")
				}
				return s.decide(credit(2, sale))
			},
			want: []string{"updated credited_flagged"},
		},
		{
			name: "a credit note for an anonymous receipt has no deal to touch",
			act: func(s *scene) Plan {
				sale := receipt(1)
				return s.decide(sale, credit(2, sale))
			},
			want: []string{"skipped credited_sale_without_deal"},
		},
		{
			name: "the same folio of another client is another sale",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, receipt(1, to(person(clientID(999))))))
			},
			want: []string{"skipped credited_sale_unknown"},
		},
		{
			name: "the same folio of another day is another sale",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, receipt(1, to(person()), emitted("2026-03-04"))))
			},
			want: []string{"skipped credited_sale_unknown"},
		},
		{
			name:  "two sales with one folio on one day are a conflict",
			rules: func(r *Rules) { r.ExtraKinds = []Kind{KindInvoice} },
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				invoice := document(typeInvoice, 7, to(person()), func(d *bsale.Document) { d.Number = 1 })
				return s.decide(sale, invoice, credit(9, sale))
			},
			want: []string{"conflict many_credited_sales", "candidate Boleta 1", "candidate Factura 1"},
		},
		{
			name: "a credit note for a deal that was deleted touches nothing",
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				s.decide(sale)
				s.theDeal().DeletedAt = s.clock.Now()
				return s.decide(credit(2, sale))
			},
			want: []string{"skipped deal_deleted"},
		},
		{
			name:  "credit notes are ignored when annulments are",
			rules: func(r *Rules) { r.Void.Action = VoidNone },
			act: func(s *scene) Plan {
				sale := receipt(1, to(person()))
				return s.decide(sale, credit(2, sale))
			},
			want: []string{"skipped credit_notes_ignored"},
		},

		// Peru and Mexico.
		{
			name: "a Peruvian boleta has decimals, a serial number and a RUC", country: crm.Peru,
			act: func(s *scene) Plan {
				return s.decide(document(bsale.DocumentType{ID: 1, Name: "BOLETA DE VENTA ELECTRÓNICA", Code: "03", Expanded: true}, 318,
					to(person(code("20100070970"), phone("987 654 321"))), total("1234.50"), func(d *bsale.Document) { d.SerialNumber = "B001-318" }))
			},
			want: []string{
				"created deal_created", "deal create Boleta B001-318 – Ana Soto", "deal: value ∅ → 1234.50", "deal: Número de Documento ∅ → B001-318",
				"deal: Total Documento ∅ → 1234.50", "deal: Fecha de Emisión ∅ → 05/03/2026", "contact: tax_id ∅ → 20100070970", "contact: phone ∅ → +51987654321",
			},
		},
		{
			name: "a Mexican ticket is known by its name", country: crm.Mexico,
			act: func(s *scene) Plan {
				return s.decide(document(bsale.DocumentType{ID: 9, Name: "TICKET DE VENTA", Expanded: true}, 12,
					to(person(code("GODE561231GR8"), phone("55 1234 5678"))), total("99.90")))
			},
			want: []string{"created deal_created", "deal: value ∅ → 99.90", "contact: tax_id ∅ → GODE561231GR8"},
		},

		// Mapping to each type, write rules, empty sources.
		mappingCase("a folio into a number field", MappingRow{From: "document.number", To: "Entero"}, nil, "deal: Entero ∅ → #1"),
		mappingCase("a serial number does not fit a number field", MappingRow{From: "document.seller", To: "Entero"}, nil, "warning value_does_not_fit Entero"),
		mappingCase("an amount into a decimal field", MappingRow{From: "document.total", To: "Monto"}, nil, "deal: Monto ∅ → #11900"),
		mappingCase("a text does not fit a decimal field", MappingRow{From: "document.type", To: "Monto"}, nil, "warning value_does_not_fit Monto"),
		mappingCase("a date into a date field", MappingRow{From: "document.emission_date", To: "Día"}, nil, "deal: Día ∅ → 2026-03-05"),
		mappingCase("a text does not fit a date field", MappingRow{From: "document.kind", To: "Día"}, nil, "warning value_does_not_fit Día"),
		mappingCase("an option into a dropdown, case aside", MappingRow{Constant: word("ONLINE"), To: "Sucursal"}, nil, "deal: Sucursal ∅ → Online"),
		mappingCase("a text that is no option does not fit a dropdown", MappingRow{Constant: word("Mall"), To: "Sucursal"}, nil, "warning value_does_not_fit Sucursal"),
		mappingCase("what does not fit loses nothing else", MappingRow{Constant: word("Mall"), To: "Sucursal"}, nil, "deal: value ∅ → 11900"),
		mappingCase("an attribute of the document", MappingRow{From: "document.attribute.N° Pedido", To: "Texto"}, nil, "deal: Texto ∅ → P-7"),
		mappingCase("the products' codes", MappingRow{From: "document.products", To: "Texto"}, nil, "deal: Texto ∅ → SKU-1, SKU-2"),
		mappingCase("the client's phone in its normal form", MappingRow{From: "client.phone", To: "Texto"}, nil, "deal: Texto ∅ → +56961234567"),
		mappingCase("always writes over what stands", MappingRow{From: "document.number", To: "Texto", Write: WriteAlways}, "a mano", "deal: Texto a mano → 1"),
		mappingCase("if empty leaves what stands", MappingRow{From: "document.number", To: "Texto", Write: WriteIfEmpty}, "a mano", "", "deal: Texto"),
		mappingCase("unless edited leaves what a person wrote", MappingRow{From: "document.number", To: "Texto", Write: WriteUnlessEdited}, "a mano", "", "deal: Texto"),
		mappingCase("if empty fills an empty field", MappingRow{From: "document.number", To: "Texto", Write: WriteIfEmpty}, nil, "deal: Texto ∅ → 1"),
		mappingCase("unless edited fills an empty field", MappingRow{From: "document.number", To: "Texto", Write: WriteUnlessEdited}, nil, "deal: Texto ∅ → 1"),
		mappingCase("an empty source leaves the field under always", MappingRow{From: "document.address", To: "Texto", Write: WriteAlways}, "a mano", "", "deal: Texto"),
		mappingCase("an empty source leaves the field under if empty", MappingRow{From: "document.address", To: "Texto", Write: WriteIfEmpty}, "a mano", "", "deal: Texto"),
		mappingCase("an empty source leaves the field under unless edited", MappingRow{From: "document.address", To: "Texto", Write: WriteUnlessEdited}, "a mano", "", "deal: Texto"),
		mappingCase("an empty source clears under always when told to", MappingRow{From: "document.address", To: "Texto", Write: WriteAlways, Empty: EmptyClear}, "a mano", "deal: Texto a mano → ∅"),
		mappingCase("an empty source never clears under if empty", MappingRow{From: "document.address", To: "Texto", Write: WriteIfEmpty, Empty: EmptyClear}, "a mano", "", "deal: Texto"),
		mappingCase("an empty source does not clear what a person wrote under unless edited", MappingRow{From: "document.address", To: "Texto", Write: WriteUnlessEdited, Empty: EmptyClear}, "a mano", "", "deal: Texto"),
	} {
		t.Run(test.name, func(t *testing.T) {
			country := test.country
			if country == "" {
				country = crm.Chile
			}
			s := newScene(t, country, test.rules)
			check(t, test.act(s), test.want, test.not)
		})
	}
}

func word(s string) *string { return &s }

// decideCase is one row of the decision table.
type decideCase struct {
	name    string
	country crm.Country // Chile unless said
	rules   func(*Rules)
	act     func(*scene) Plan // sets the scene and returns the plan in question
	want    []string          // lines that the plan must have, the outcome first
	not     []string          // beginnings of lines that it must not have
}

// mappingCase is a receipt that takes an open deal on which a person wrote old (unless nil) into the row's field; line is wanted (unless empty), the
// beginnings in not are unwanted.
func mappingCase(name string, row MappingRow, old any, line string, not ...string) decideCase {
	want := []string{"updated deal_moved"}
	if line != "" {
		want = append(want, line)
	}
	return decideCase{
		name: name,
		rules: func(r *Rules) {
			r.Mapping.Deal = append(r.Mapping.Deal, row)
			r.fillDefaults()
		},
		act: func(s *scene) Plan {
			s.contact("Ana", "12345678-5")
			deal := s.deal("Proyecto", "Ana", "Cotizado")
			if old != nil {
				field, ok := findField(s.around.Deal, row.To)
				if !ok {
					s.t.Fatalf("no field %q", row.To)
				}
				deal.SetCustom(field.Key, old, s.person())
			}
			return s.decide(receipt(1, to(person()), noExpiry, func(d *bsale.Document) {
				d.Attributes = []bsale.Attribute{{ID: 70, Name: "N° Pedido", Value: "P-7"}}
				d.Details = []bsale.Detail{{VariantCode: "SKU-1", Total: decimal.New(1, 0)}, {VariantCode: "SKU-2"}, {VariantCode: "SKU-1"}}
			}))
		},
		want: want, not: not,
	}
}
