package bridge_test

import (
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func TestDefaultRulesFitTheAccount(t *testing.T) {
	now := time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)
	own := crm.Pipeline{ID: "p", Name: "Obras", Stages: []crm.Stage{{ID: "a", Name: "Visita", Kind: crm.StageOpen}, {ID: "b", Name: "Obra", Kind: crm.StageOpen}, {ID: "c", Name: "Entregada", Kind: crm.StageWon}}}
	for name, c := range map[string]struct {
		language       crm.Language
		pipelines      []crm.Pipeline
		pipeline       string
		from, to, made string
	}{
		"in the account's language":              {crm.English, []crm.Pipeline{crm.DefaultPipeline(crm.English, now)}, crm.DefaultPipeline(crm.English, now).Name, "", "", ""},
		"read in another language":               {crm.English, []crm.Pipeline{crm.DefaultPipeline(crm.Spanish, now)}, "Ventas", "Cotizado", "Vendido", "Nuevo"},
		"with a pipeline of its own":             {crm.Spanish, []crm.Pipeline{own}, "Obras", "Visita", "Entregada", "Visita"},
		"with one of its own before the default": {crm.Spanish, []crm.Pipeline{own, crm.DefaultPipeline(crm.Spanish, now)}, "Ventas", "Cotizado", "Vendido", "Nuevo"},
		"without a pipeline":                     {crm.Spanish, nil, "Ventas", "", "", ""},
	} {
		around := bridge.Surroundings{Account: crm.Account{Country: crm.Chile, Currency: "CLP", Language: c.language}, Pipelines: c.pipelines}
		rules := bridge.FittingRules(around)
		if rules.Pipeline != c.pipeline || c.from != "" && (rules.Update.FromStage != c.from || rules.Update.ToStage != c.to || rules.Create.Stage != c.made) {
			t.Errorf("%s: %+v", name, rules)
		}
		_, problems := rules.Resolve(around)
		for _, p := range problems {
			if c.pipelines != nil && p.Key != "rules_field_unknown" {
				t.Errorf("%s: %s at %s", name, p.Key, p.Field)
			}
		}
	}
}
