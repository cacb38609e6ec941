package main

import (
	"testing"

	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

func TestWhatRulesNameStaysAndWhatTheirRowsCannotHoldIsRefused(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, p *program, db string) {
		p.env = append(p.env, "PUENTE_DB="+db, "PUENTE_BASE_URL=https://crm.example.invalid/")
		shop(t, p, bsalesim.Options{Seed: 1, Documents: 20})
		p.must(t, "user", "add", "camila@quillay.example", "--role", "admin")
		p.must(t, "user", "add", "diego@quillay.example")
		o := p.open(t, db)
		err := o.Update(t.Context(), o.account.ID, func(tx bridge.Tx) error {
			_, err := crm.CreateField(t.Context(), tx, crm.Hand{Reach: crm.FullReach}, crm.NewField{Entity: crm.EntityDeal, Name: "Entregado", Type: crm.TypeBool}, crm.RandomLetters)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p.write(t, "rules.json", `{"mapping": {"deal": [{"from": "document.total", "to": "Entregado"}]}}`)
		for _, mode := range []string{"--json", "--dry-run"} {
			mustFail(t, p, 1, []string{"mapping.deal[0].to", "Entregado", "document.total", "money"}, "sync", "--since", "2000-01-01", "--rules", "rules.json", mode)
		}

		p.write(t, "rules.json", `{"owner": {"reference": "seller", "fallback": "diego@quillay.example"}}`)
		p.must(t, "sync", "--since", "2000-01-01", "--rules", "rules.json", "--json")
		mustFail(t, p, 1, []string{"diego@quillay.example", "owner.fallback"}, "user", "deactivate", "diego@quillay.example")
		p.write(t, "rules.json", `{}`)
		p.must(t, "sync", "--since", "2000-01-01", "--rules", "rules.json", "--json")
		p.must(t, "user", "deactivate", "diego@quillay.example")
	})
}
