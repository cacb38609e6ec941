package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/messages"
)

// latest returns the later of two instants.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// bsalePage returns the page with what stands in the form.
func (v *visit) bsalePage(s bsaleScene, f *form) bsalePage {
	c := s.connection
	page := bsalePage{
		Page: v.page(), Form: f, around: s.around, stored: c, Connected: s.connected, HasToken: len(c.SealedToken) > 0, Token: c.TokenLastFour, First: c.LastPollAt.IsZero(),
		Status: v.connectionBadge(c), Mail: v.t("bsale.token_mail", "account", v.account.Name), MayFields: v.can(changeSettings),
		Documents:  v.words("documents", bridge.DocumentsReceipts, bridge.DocumentsQuotes, bridge.DocumentsBoth, bridge.DocumentsNone),
		ExtraKinds: v.words("extra_kind", string(bridge.KindInvoice), string(bridge.KindSalesNote)),
		Several:    v.words("several", bridge.SeveralLatest, bridge.SeveralConflict), Values: v.words("value", bridge.ValueTotal, bridge.ValueNet),
		Require:   v.words("require", bridge.RequireEmailAndPhone, bridge.RequireEmailOrPhone, bridge.RequireTaxID),
		Anonymous: v.words("anonymous", bridge.AnonymousSkip, bridge.AnonymousCreate),
		Void:      v.words("void", bridge.VoidNone, bridge.VoidFlag, bridge.VoidStage), References: v.words("owner_reference", bridge.OwnerSeller, bridge.OwnerIssuer),
		Clients: v.words("create_clients", "1", "0"), Notified: v.page().Moment(c.LastNotifiedAt), Disconnect: s.connected && (c.Enabled || len(c.SealedToken) > 0),
	}
	if c.StopReason != "" {
		page.Stopped = planWarning{Text: v.reasonText(c.StopReason), Fix: v.fixText(c.StopReason)}
	}
	if s.connected {
		page.Hook = strings.TrimRight(v.PublicURL(), "/") + c.HookPath()
		page.HookMail = v.t("bsale.hook_mail", "account", v.account.Name, "address", page.Hook)
	}
	v.chooseStages(&page, s, f)
	for _, u := range s.around.Users {
		if u.Active || string(u.ID) == f.Value("owner.fallback") {
			page.Users = append(page.Users, choice{Value: string(u.ID), Label: u.Label()})
		}
	}
	page.Advanced = f.Problem("base_url") != "" || f.Problem("requests_per_second") != ""
	trial, tried := v.trials.find(keyOfTrial(c, f.trialOptions(), v.principal.AccountID), v.clock.Now())
	if tried {
		page.Trial = v.trialView(trial, f, s.around.Users)
	} else {
		page.TryLater = page.HasToken && c.StopReason == "" && f.Value("token") == "" // which asks with the stored one
	}
	page.Mappings = v.mappings(f, s.around, trial.Samples)
	var notes []string
	for _, m := range page.Mappings {
		for _, row := range m.Rows {
			notes = append(notes, "#"+row.ID("note"))
		}
	}
	page.Notes = strings.Join(notes, ",")
	for name, values := range f.values {
		if strings.HasPrefix(name, "kinds.") && values[0] != "" {
			page.Kept = append(page.Kept, choice{Value: name, Label: values[0]})
		}
	}
	page.Labels = v.controlLabels(f, page.PerKind)
	page.RuleHelp = append(v.words("write", bridge.WriteAlways, bridge.WriteIfEmpty, bridge.WriteUnlessEdited), v.words("empty", bridge.EmptyKeep, bridge.EmptyClear)...)
	page.Limits = v.latestChoices("20", "50", "200")
	page.Missing = len(crm.MissingRecommendedFields(slices.Concat(s.around.Deal, s.around.Contact), true, v.clock.Now(), func(int) string { return "" }))
	return page
}

// controlNames are the labels of controls, by their names.
var controlNames = map[string]string{
	"token": "bsale.token", "base_url": "bsale.base_url", "requests_per_second": "bsale.pace", "pipeline": "bsale.pipeline", "update.from_stage": "bsale.from_stage", "update.to_stage": "bsale.to_stage",
	"create.stage": "bsale.create_stage", "owner.fallback": "bsale.fallback", "void.stage": "bsale.void_stage", "start": "bsale.start", "backfill_from": "bsale.backfill_from",
}

// controlLabels returns the labels of the controls about which there are problems, as they stand apart from the form.
func (v *visit) controlLabels(f *form, perKind []kindRow) map[string]string {
	labels := map[string]string{}
	for _, p := range f.Problems {
		if key, ok := controlNames[p.Field]; ok {
			labels[p.Field] = v.t(key)
		}
		if m := rowPart.FindStringSubmatch(p.Field); m != nil {
			n, _ := strconv.Atoi(m[2]) // digits
			labels[p.Field] = v.t("bsale.mapping."+m[1]+"_row", "row", strconv.Itoa(n+1))
		}
	}
	for _, row := range perKind {
		for _, place := range row.Places {
			labels[place.Name] = row.Kind + ", " + place.Label
		}
	}
	return labels
}

var rowPart = regexp.MustCompile(`^mapping\.(deal|contact)\[(\d{1,4})\]\.`)

// latestChoices are how many of the latest documents can be looked at.
func (v *visit) latestChoices(numbers ...string) []choice {
	choices := make([]choice, len(numbers))
	for i, n := range numbers {
		choices[i] = choice{Value: n, Label: v.t("preview.latest", "n", n)}
	}
	return choices
}

// words returns choices with their words, and a word about each where there is one.
func (v *visit) words(table string, values ...string) []choice {
	choices := make([]choice, len(values))
	for i, value := range values {
		choices[i] = choice{Value: value, Label: v.t(table + "." + value)}
		if key := table + "." + value + ".hint"; messages.Has(key) {
			choices[i].Hint = v.t(key)
		}
	}
	return choices
}

func pipelineOf(around bridge.Surroundings, value string) *crm.Pipeline {
	for i, p := range around.Pipelines {
		if string(p.ID) == value {
			return &around.Pipelines[i]
		}
	}
	return nil
}

// chooseStages fills what depends on the pipeline. A stage that is not there any more stays to be seen until another is chosen.
func (v *visit) chooseStages(page *bsalePage, s bsaleScene, f *form) {
	for _, p := range s.around.Pipelines {
		page.Pipelines = append(page.Pipelines, choice{Value: string(p.ID), Label: p.Name})
	}
	var open, all []choice
	if p := pipelineOf(s.around, f.Value("pipeline")); p != nil {
		for _, stage := range p.Stages {
			one := choice{Value: string(stage.ID), Label: stage.Name}
			if all = append(all, one); stage.Kind == crm.StageOpen {
				open = append(open, one)
			}
		}
	}
	keep := func(choices []choice, value string) []choice {
		if value == "" || value == asForAll || slices.ContainsFunc(choices, func(c choice) bool { return c.Value == value }) {
			return choices
		}
		return append(slices.Clone(choices), choice{Value: value, Label: v.t("bsale.gone", "name", value)})
	}
	page.From = keep(open, f.Value("update.from_stage"))
	page.Stages = all
	for _, name := range []string{"update.to_stage", "create.stage", "void.stage"} {
		page.Stages = keep(page.Stages, f.Value(name))
	}
	for _, kind := range stagedKinds {
		row := kindRow{Kind: v.t("kind." + string(kind))}
		for _, part := range []string{"from_stage", "to_stage", "create_stage"} {
			name := "per_kind." + string(kind) + "." + part
			stages := all
			if part == "from_stage" {
				stages = open
			}
			place := kindPlace{Name: name, Label: v.t("bsale.own." + part), Value: f.Value(name), Problem: f.Problem(name)}
			if place.Value == "" && f.values[name] == nil {
				place.Value = asForAll
			}
			place.Choices = append([]choice{{Value: asForAll, Label: v.t("bsale.as_for_all")}, {Value: "", Label: v.t("bsale.none." + part)}}, keep(stages, place.Value)...)
			page.OwnStages = page.OwnStages || place.Value != asForAll
			row.Places = append(row.Places, place)
		}
		page.PerKind = append(page.PerKind, row)
	}
}

// Amount writes an amount of the account's currency that stands in plain digits.
func (p Page) Amount(digits string) string {
	decimals, err := crm.CurrencyDecimals(p.Account.Currency)
	whole, fraction, _ := strings.Cut(digits, ".")
	if err != nil || len(fraction) > decimals {
		return digits
	}
	minor, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	if err != nil {
		return digits
	}
	return p.Money(crm.Money{Minor: minor, Currency: p.Account.Currency})
}
