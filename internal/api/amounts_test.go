package api_test

import "testing"

// TestAmountsAreNoFinerThanTheirCurrency sends scripts' 1500.0, and what CLP has not, to all three kinds of amount.
func TestAmountsAreNoFinerThanTheirCurrency(t *testing.T) {
	w := newWorld(t)
	field := w.mustAsk(201, "POST", "/v1/crm/custom-fields", `{"entity":"deal","name":"Abono","type":"money"}`).string("key")
	for _, c := range []struct{ path, before, after, field, key string }{
		{"/v1/crm/deals", `{"name":"Mesa","value":`, `}`, "value", "amount_too_fine"},
		{"/v1/crm/deals", `{"name":"Mesa","custom":{"` + field + `":`, `}}`, "custom." + field, "value_too_fine"},
		{"/v1/crm/contacts", `{"personal":{"firstName":"Ana"},"company":{"annualRevenue":`, `}}`, "company.annualRevenue", "amount_too_fine"},
	} {
		for _, whole := range []string{"1500", "1500.0", "1500.00", "1.5e3"} {
			w.mustAsk(201, "POST", c.path, c.before+whole+c.after)
		}
		for _, fine := range []string{"1500.5", "0.01", "15e-1"} {
			g := w.ask("POST", c.path, c.before+fine+c.after)
			if g.status != 422 || g.string("key") != c.key || g.string("errors", 0, "field") != c.field || g.string("params", "decimals") != "0" {
				t.Errorf("%s%s%s: %d %s", c.before, fine, c.after, g.status, g.text)
			}
		}
	}
}
