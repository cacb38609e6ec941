package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// editBsale changes the form as a button of it asks, and shows it again. Nothing of the connection is stored.
func editBsale(v *visit) error {
	s, f, err := v.bsaleForm()
	if err != nil {
		return err
	}
	for _, entity := range mappedEntities {
		f.keepRows(entity, func(map[string]string) bool { return true })
	}
	estimate := ""
	action, of, _ := strings.Cut(f.Value("hacer"), " ")
	entity, row, _ := strings.Cut(of, " ")
	mapped := slices.Contains(mappedEntities, crm.Entity(entity))
	switch {
	case action == "agregar" && mapped:
		f.addRow(crm.Entity(entity))
	case action == "quitar" && mapped:
		if n, err := strconv.Atoi(row); err == nil {
			f.dropRow(crm.Entity(entity), n)
		}
	case action == "restablecer":
		f.replaceRows(bridge.FittingRules(s.around).Canonical(s.around).Mapping)
	case action == "campos":
		if err := v.addRecommended(of == "tipos"); err != nil {
			return v.refuse(s, f, err)
		}
		if s, err = v.bsaleScene(); err != nil {
			return err
		}
		f.renameTargets(s.around)
	case action == "embudo":
		f.moveStages(s.around)
	case action == "estimar":
		if estimate, err = v.estimate(f, "backfill_from", ""); err != nil {
			return v.refuse(s, f, err)
		}
	}
	page := v.bsalePage(s, f)
	page.Estimate = estimate
	return v.show("bsale", page)
}

// addRecommended makes the recommended fields that are not there.
func (v *visit) addRecommended(typed bool) error {
	if !v.can(changeSettings) {
		return crm.NewError(crm.Forbidden, "role_lacks_page")
	}
	return v.update(func(tx bridge.Tx) error {
		_, err := crm.AddRecommendedFields(v.ctx(), tx, v.hand(), typed, crm.RandomLetters)
		return err
	})
}

// renameTargets names the fields of rows by what never changes, now that they are there.
func (f *form) renameTargets(around bridge.Surroundings) {
	m := f.rules().Canonical(around).Mapping
	f.replaceRows(m)
}

// moveStages takes the stages of the same names in another pipeline; those that it does not have are left to choose.
func (f *form) moveStages(around bridge.Surroundings) {
	names := map[string]string{}
	for _, p := range around.Pipelines {
		for _, s := range p.Stages {
			names[string(s.ID)] = s.Name
		}
	}
	stages := map[string]string{}
	if p := pipelineOf(around, f.Value("pipeline")); p != nil {
		for _, s := range p.Stages {
			stages[crm.Fold(s.Name)] = string(s.ID)
		}
	}
	for name, values := range f.values {
		if strings.HasSuffix(name, "stage") && values[0] != "" && values[0] != asForAll {
			f.values.Set(name, stages[crm.Fold(cmp.Or(names[values[0]], values[0]))])
		}
	}
}

// estimate counts in Bsale the documents of the days that two controls name; no name, no bound.
func (v *visit) estimate(f *form, from, to string) (string, error) {
	var days [2]bridge.Day
	for i, name := range []string{from, to} {
		if name == "" {
			continue
		}
		var err error
		if days[i], err = bridge.ParseDay(f.Value(name)); err != nil {
			return "", placed(err, name)
		}
	}
	ctx, cancel := context.WithTimeout(v.ctx(), asking)
	defer cancel()
	count, err := v.Engine.EstimateTrial(ctx, v.principal.AccountID, f.trialOptions(), days[0], days[1])
	if err != nil {
		return "", tooLong(ctx, err)
	}
	return v.page().Count(count), nil
}
