package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// previewView is what rules would make of the latest documents.
type previewView struct {
	Trouble   string // why there is none
	Documents int
	Counts    []previewCount
	Groups    []previewGroup
	Differing int
}

// previewCount is how many documents have an outcome.
type previewCount struct {
	Label, Tone, Icon string
	Count             string
	Anchor            string
}

// previewGroup is the documents with one outcome.
type previewGroup struct {
	Label, Anchor string
	Reasons       []reasonCount // of those that are left as they are
	Plans         []planView
}

type reasonCount struct{ Sentence, Fix, Count string }

// outcomeOrder is how outcomes are shown: what happens first, then what somebody has to see.
var outcomeOrder = []bridge.Outcome{bridge.Created, bridge.Updated, bridge.Conflict, bridge.Failed, bridge.Skipped, bridge.Unchanged}

// preview asks Bsale for the latest documents and says what would become of them, or only of those that would end otherwise than they stand.
func (v *visit) preview(p Page, around bridge.Surroundings, o bridge.LatestOptions, differing bool) (*previewView, error) {
	ctx, cancel := context.WithTimeout(v.ctx(), asking)
	defer cancel()
	decided, _, err := v.Engine.PreviewLatest(ctx, v.principal.AccountID, o)
	if err != nil {
		return nil, tooLong(ctx, err)
	}
	view := &previewView{Documents: len(decided)}
	words := v.planWords(p, around)
	groups := map[bridge.Outcome]*previewGroup{}
	reasons := map[bridge.Outcome]map[bridge.Reason]int{}
	for _, d := range slices.Backward(decided) { // newest first
		differs := d.Differs()
		if differs {
			view.Differing++
		} else if differing {
			continue
		}
		outcome := d.Plan.Outcome
		if groups[outcome] == nil {
			groups[outcome] = &previewGroup{Label: v.t("preview." + string(outcome)), Anchor: "vista-" + string(outcome)}
			reasons[outcome] = map[bridge.Reason]int{}
		}
		plan := words.tell(d.Plan)
		if plan.Differs = differs; d.Before != nil {
			plan.Document = documentPath(d.Plan.BsaleID)
			if differs {
				plan.Before = v.t("preview.before", "state", v.t("state."+string(d.Before.State)), "why", v.beforeText(d.Before))
			}
		}
		groups[outcome].Plans = append(groups[outcome].Plans, plan)
		reasons[outcome][d.Plan.Reason]++
	}
	for _, outcome := range outcomeOrder {
		group := groups[outcome]
		if group == nil {
			continue
		}
		look := outcomeLooks[outcome]
		view.Counts = append(view.Counts, previewCount{v.t("preview." + string(outcome)), look.tone, look.icon, p.Count(len(group.Plans)), group.Anchor})
		if outcome == bridge.Skipped || outcome == bridge.Conflict || outcome == bridge.Failed {
			group.Reasons = v.reasonCounts(p, reasons[outcome])
		}
		view.Groups = append(view.Groups, *group)
	}
	return view, nil
}

func (v *visit) beforeText(r *bridge.Record) string {
	if r.Reason == "" {
		return ""
	}
	return v.reasonText(r.Reason)
}

// reasonCounts returns reasons with their sentences, the most frequent first.
func (v *visit) reasonCounts(p Page, counts map[bridge.Reason]int) []reasonCount {
	var reasons []bridge.Reason
	for reason := range counts {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b bridge.Reason) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(string(a), string(b))
	})
	var all []reasonCount
	for _, reason := range reasons {
		all = append(all, reasonCount{v.reasonText(reason), v.fixText(reason), p.Count(counts[reason])})
	}
	return all
}

// documentPath returns the address of a document's page.
func documentPath(id int64) string {
	return "/sincronizacion/documentos/" + strconv.FormatInt(id, 10)
}

type againPage struct {
	Page
	Form      *form
	Connected bool
	Preview   *previewView
	Limits    []choice
	Running   bool // documents are being processed again already
	MayChange bool
}

// showAgain shows what would change if documents were decided again under the rules of now, and offers to do so.
func showAgain(v *visit) error {
	page, err := v.againPage(newForm("from", v.query("from"), "limit", v.query("limit")))
	if err != nil {
		return err
	}
	return v.show("bsale_again", page)
}

func (v *visit) againPage(f *form) (againPage, error) {
	s, err := v.bsaleScene()
	page := againPage{Page: v.page(), Form: f, Connected: s.connected, MayChange: v.can(changeBsale)}
	if err != nil || !s.connected {
		return page, err
	}
	if f.Value("limit") == "" {
		f.values.Set("limit", "50")
	}
	page.Limits = v.latestChoices("50", "100", "200")
	if err := v.view(func(r bridge.Reader) error {
		open, err := r.OpenRuns(v.ctx(), s.connection.ID)
		page.Running = slices.ContainsFunc(open, func(run bridge.Run) bool { return run.Kind == bridge.RunAgain })
		return err
	}); err != nil {
		return page, err
	}
	limit, _ := strconv.Atoi(f.Value("limit"))
	from, err := bridge.ParseDay(f.Value("from"))
	if err == nil {
		page.Preview, err = v.preview(page.Page, s.around, bridge.LatestOptions{From: from, Limit: max(0, limit)}, true)
	}
	if err != nil {
		page.Preview = &previewView{Trouble: v.formSentence(err)}
	}
	return page, nil
}

// startAgain has documents decided again that were decided under other rules.
func startAgain(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	from, err := bridge.ParseDay(f.Value("from"))
	if err == nil {
		err = v.update(func(tx bridge.Tx) error {
			connection, err := bridge.FindConnection(v.ctx(), tx)
			if err != nil {
				return err
			}
			_, err = v.Engine.StartAgain(v.ctx(), tx, connection.ID, from)
			return err
		})
	} else {
		err = placed(err, "from")
	}
	if crm.CodeOf(err) == crm.NotFound {
		return err
	}
	if err != nil {
		page, failed := v.againPage(f)
		if failed != nil {
			return failed
		}
		return v.again(err, f, "bsale_again", page)
	}
	return v.done("/sincronizacion", "done.again_started")
}
