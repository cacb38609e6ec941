package bridge

import (
	"slices"
	"strings"

	"puente/internal/crm"
)

// FittingRules are the default rules as they fit an account: in the language in which its pipeline is named, which may be another than people read now, or, where the pipeline is one of its own
// making, with the stages that are most like those of the default one. Fields that the account does not have are named all the same.
func FittingRules(around Surroundings) Rules {
	languages := []crm.Language{around.Account.Language, crm.Spanish, crm.English}
	for _, language := range languages {
		if rules := DefaultRules(language); rules.stagesFit(around) {
			return rules
		}
	}
	rules := DefaultRules(around.Account.Language)
	if len(around.Pipelines) == 0 {
		return rules
	}
	pipeline := around.Pipelines[0]
	first := func(kind crm.StageKind) string {
		if at := slices.IndexFunc(pipeline.Stages, func(s crm.Stage) bool { return s.Kind == kind }); at >= 0 {
			return pipeline.Stages[at].Name
		}
		return ""
	}
	rules.Pipeline, rules.PerKind = pipeline.Name, nil
	rules.Update = UpdateRule{FromStage: first(crm.StageOpen), ToStage: first(crm.StageWon)}
	rules.Create = CreateRule{Stage: first(crm.StageOpen)}
	return rules
}

// stagesFit says whether the account has the pipeline and all stages that the rules name.
func (r Rules) stagesFit(around Surroundings) bool {
	_, problems := r.Resolve(around)
	return !slices.ContainsFunc(problems, func(p *crm.Error) bool { return p.Field == "pipeline" || strings.HasSuffix(p.Field, "stage") })
}
