package storetest

import (
	"encoding/json"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func testExport(t *testing.T, f *fixture) {
	_, _, _, _ = f.addAccount(t, "Empresa vacía")
	field := func(entity crm.Entity, key, name string, position int) crm.CustomField {
		return crm.CustomField{ID: crm.NewID(), Entity: entity, Key: key, Name: name, Type: crm.TypeText, Position: position, CreatedAt: f.clock.Now()}
	}
	archived := field(crm.EntityContact, "cf_old", "Rut", 0)
	archived.ArchivedAt = f.clock.Now()
	c, second, deleted := f.contact("z@example.invalid"), f.contact("b@example.invalid"), f.contact("c@example.invalid")
	c.LastName, c.Company, c.OwnerID, c.Source = "<Aros> & \"Cía\"", "", f.user.ID, "Bsale"
	c.Identities = append(c.Identities, identity(crm.IdentityEmail, "y@example.invalid", false), identity(crm.IdentityEmail, "a@example.invalid", false),
		identity(crm.IdentityPhone, "+56911112222", true), identity(crm.IdentityTaxID, "22222222-2", true))
	c.Custom = crm.Custom{"cf_rut": "1-9", "cf_old": "viejo", "cf_n": json.Number("10.50"), "unknown": "x"}
	deleted.DeletedAt = f.clock.Now()
	d, other, orphan, gone := f.deal(3, 115061), f.deal(0, 0), f.deal(1, 7), f.deal(1, 8)
	d.ContactID, d.OwnerID, d.Custom = c.ID, f.user.ID, crm.Custom{"cf_deal": "880123"}
	other.ContactID, other.Value = c.ID, crm.Money{Minor: -1234, Currency: "PEN"}
	orphan.ContactID, orphan.Name = deleted.ID, "Huérfana"
	gone.ContactID, gone.DeletedAt = c.ID, f.clock.Now()
	note, sale := f.fullRecord(9), f.fullRecord(5)
	note.DealID, note.Kind, note.Number, note.Standing, note.Total.Minor = d.ID, bridge.KindCreditNote, "12", bridge.StandingActive, 500
	sale.DealID, sale.Number = d.ID, "880123"
	f.update(t, func(tx bridge.Tx) error {
		for _, c := range []crm.CustomField{
			archived, field(crm.EntityContact, "cf_rut", "Rut", 1), field(crm.EntityContact, "cf_n", "Número", 2), field(crm.EntityDeal, "cf_deal", "Folio", 3),
		} {
			must(t, tx.CreateCustomField(f.ctx, c))
		}
		must(t, tx.SaveContacts(f.ctx, []*crm.Contact{c, second, deleted}))
		must(t, tx.SaveDeals(f.ctx, []*crm.Deal{d, other, orphan, gone}))
		return tx.SaveRecords(f.ctx, []*bridge.Record{note, sale, f.fullRecord(77)}, f.clock.Now())
	})
	var b strings.Builder
	must(t, f.Export(f.ctx, &b))
	same(t, "export", b.String(), exported)
}

const exported = `{
  "accounts": [
    {
      "name": "Empresa vacía",
      "country": "CL",
      "currency": "CLP",
      "contacts": [],
      "deals_without_contact": []
    },
    {
      "name": "Mi empresa",
      "country": "CL",
      "currency": "CLP",
      "contacts": [
        {
          "first_name": "Valentina",
          "last_name": "",
          "company": "",
          "emails": [
            "b@example.invalid"
          ],
          "phones": [],
          "tax_ids": [],
          "owner": "",
          "source": "",
          "custom": {},
          "deals": []
        },
        {
          "first_name": "Valentina",
          "last_name": "<Aros> & \"Cía\"",
          "company": "",
          "emails": [
            "z@example.invalid",
            "a@example.invalid",
            "y@example.invalid"
          ],
          "phones": [
            "+56911112222"
          ],
          "tax_ids": [
            "22222222-2"
          ],
          "owner": "camila@quillay.example",
          "source": "Bsale",
          "custom": {
            "Número": 10.50,
            "Rut": "1-9",
            "cf_old": "viejo",
            "unknown": "x"
          },
          "deals": [
            {
              "name": "Boleta 1",
              "pipeline": "Ventas",
              "stage": "Nuevo",
              "status": "open",
              "value": "-12.34",
              "currency": "PEN",
              "owner": "",
              "custom": {},
              "documents": []
            },
            {
              "name": "Boleta 1",
              "pipeline": "Ventas",
              "stage": "Vendido",
              "status": "won",
              "value": "115061",
              "currency": "CLP",
              "owner": "camila@quillay.example",
              "custom": {
                "Folio": "880123"
              },
              "documents": [
                {
                  "bsale_id": 5,
                  "kind": "receipt",
                  "number": "880123",
                  "total": "115061",
                  "state": "partly_credited"
                },
                {
                  "bsale_id": 9,
                  "kind": "credit_note",
                  "number": "12",
                  "total": "500",
                  "state": "active"
                }
              ]
            }
          ]
        }
      ],
      "deals_without_contact": [
        {
          "name": "Huérfana",
          "pipeline": "Ventas",
          "stage": "Cotizado",
          "status": "open",
          "value": "7",
          "currency": "CLP",
          "owner": "",
          "custom": {},
          "documents": []
        }
      ]
    }
  ]
}
`
