package web

import (
	"puente/internal/bridge"
	"puente/internal/crm"
)

type checklistPage struct {
	Page
	Steps []step
	Start string // where the work goes on, once all is done
}

// showChecklist shows what an account has and what comes next. It is read from what is there, and kept nowhere.
func showChecklist(v *visit) error {
	keys, err := v.Auth.Keys(v.ctx(), v.principal)
	if err != nil {
		return err
	}
	var fields int
	var connection bridge.Connection
	var synced bool
	if err := v.view(func(r bridge.Reader) error {
		if fields, err = fieldsInUse(v, r); err != nil {
			return err
		}
		connection, err = bridge.FindConnection(v.ctx(), r)
		if crm.CodeOf(err) == crm.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		counts, err := r.CountRecords(v.ctx(), connection.ID)
		synced = len(counts) > 0
		return err
	}); err != nil {
		return err
	}
	steps := []step{
		v.step("business", true, "/configuracion/empresa"),
		v.step("fields", fields > 0, "/configuracion/campos"),
		v.step("api", len(keys) > 0, "/configuracion/apps"),
		v.step("bsale", len(connection.SealedToken) > 0, "/configuracion/apps/bsale"),
		v.step("rules", connection.Enabled, "/configuracion/apps/bsale"),
		v.step("sync", synced, "/sincronizacion"),
	}
	return v.show("checklist", checklistPage{v.page(), steps, v.opens("/oportunidades")})
}

func fieldsInUse(v *visit, r crm.Reader) (int, error) {
	n := 0
	for _, entity := range []crm.Entity{crm.EntityDeal, crm.EntityContact} {
		fields, err := r.CustomFields(v.ctx(), entity)
		if err != nil {
			return 0, err
		}
		for _, f := range fields {
			if f.ArchivedAt.IsZero() {
				n++
			}
		}
	}
	return n, nil
}

// step returns one with its words.
func (v *visit) step(name string, done bool, path string) step {
	return step{Title: v.t("step." + name), Text: v.t("step." + name + ".text"), Action: v.t("step." + name + ".action"), Done: done, Href: v.opens(path)}
}
