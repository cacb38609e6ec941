package bsalesim_test

import (
	"encoding/json"
	"testing"

	"puente/internal/bsale/bsalesim"
)

const articleRules = `{"create_clients": false, "documents": "both", "extra_kinds": ["invoice", "sales_note"], "pipeline": "Ventas",
 "update": {"from_stage": "Cotizado", "to_stage": "Vendido"}, "create": {"stage": "Nuevo"},
 "per_kind": {"quote": {"from_stage": "Nuevo", "to_stage": "Cotizado", "create_stage": "Cotizado"}, "receipt": {"create_stage": "Vendido"}},
 "owner": {"reference": "seller", "fallback": ""}, "value": "total",
 "contact": {"require": "email_and_phone", "anonymous": "skip"}, "void": {"action": "stage", "stage": "Anulado"}, "start": "2025-01-01",
 "mapping": {"deal": [{"from": "document.number", "to": "Número de Documento"}, {"from": "document.emission_date", "to": "Fecha de Emisión"},
   {"from": "document.expiration_date", "to": "Fecha de Vencimiento"}, {"from": "document.total", "to": "Total Documento"}],
  "contact": [{"from": "client.code", "to": "Rut del Cliente del Documento"}, {"constant": "Bsale", "to": "Origen de los contactos", "write": "if_empty"}]}}`

func TestSeededSummaryAccountsForEveryDocument(t *testing.T) {
	for _, country := range []string{"CL", "PE", "MX"} {
		t.Run(country, func(t *testing.T) {
			s, err := bsalesim.New(bsalesim.Options{Seed: 7, Documents: 5000, Country: country, Now: fixedNow})
			if err != nil {
				t.Fatal(err)
			}
			sum, err := bsalesim.SummaryOracle(s.World(), []byte(articleRules), []string{"camila.rebolledo@quillay.example"}, bsalesim.OracleOptions{})
			if err != nil {
				t.Fatal(err)
			}
			total := sum.Created + sum.Updated + sum.Unchanged
			for _, m := range []map[string]int{sum.Skipped, sum.Conflict} {
				for _, n := range m {
					total += n
				}
			}
			if total != 5000 {
				t.Errorf("the outcomes add up to %d, want 5000: %+v", total, sum)
			}
			b, _ := json.Marshal(sum)
			t.Logf("%s", b)
		})
	}
}
