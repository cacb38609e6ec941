package web

import (
	"net/http"
	"net/url"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

type dealMovePage struct {
	Page
	Deal   *crm.Deal
	Form   *form
	Stages []choice
	Back   string
	Styles string
}

// showMove asks where a deal goes and, when it is closed, why.
func showMove(v *visit) error {
	page, err := v.dealMovePage(nil)
	if err != nil {
		return err
	}
	return v.show("deal_move", page)
}

func (v *visit) dealMovePage(f *form) (dealMovePage, error) {
	page := dealMovePage{Page: v.page(), Form: f, Back: "/oportunidades/" + string(v.id("id"))}
	err := v.view(func(r bridge.Reader) (err error) {
		if page.Deal, err = crm.FindDeal(v.ctx(), r, v.hand(), v.id("id")); err != nil {
			return err
		}
		around, err := v.surroundings(r)
		page.Stages = v.stageChoices(around, page.Deal.PipelineID)
		page.Styles = stageStyles(around.Pipelines)
		return err
	})
	if err == nil && page.Form == nil {
		stage := v.query("etapa")
		if stage == "" {
			stage = string(page.Deal.StageID)
		}
		page.Form = newForm("stage", stage, "version", version(page.Deal.Version), "volver", page.Back, crm.FieldCloseReason, detailText(page.Deal, crm.FieldCloseReason))
	}
	return page, err
}

// stageChoices are the stages in which a deal can stand, those of its own pipeline first.
func (v *visit) stageChoices(around surroundings, own crm.ID) []choice {
	var first, others []choice
	for _, p := range around.Pipelines {
		for _, s := range p.Stages {
			one := choice{Value: string(s.ID), Label: s.Name, Hint: v.t("stage_kind." + string(s.Kind))}
			if p.ID == own {
				first = append(first, one)
				continue
			}
			one.Label = p.Name + " › " + s.Name
			others = append(others, one)
		}
	}
	return append(first, others...)
}

// moveDeal puts a deal into a stage and in its place there: from the board by hand, from a card's menu, from the deal's own page. When somebody else was quicker,
// nothing is moved, and the board is shown as it is now.
func moveDeal(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	move := crm.Move{Deal: crm.Ref{ID: v.id("id"), Version: f.version()}, Stage: crm.ID(f.Value("stage")), Reason: sent[string](f, crm.FieldCloseReason), Above: sent[crm.ID](f, "above")}
	back := ours(f.Value("volver"))
	if back == "/" {
		back = "/oportunidades"
	}
	var deal *crm.Deal
	var stage crm.Stage
	err = v.update(func(tx bridge.Tx) error {
		if move.Reason != nil {
			if err := v.dropReason(tx, &move); err != nil {
				return err
			}
		}
		if deal, err = crm.MoveDeal(v.ctx(), tx, v.hand(), move); err != nil {
			return err
		}
		pipelines, err := tx.Pipelines(v.ctx())
		stage = surroundingsOf(pipelines).stages[deal.StageID]
		return err
	})
	switch {
	case err != nil && v.fragment():
		return v.moveNotice(statusOf(err), v.moveSentence(err), "")
	case err != nil:
		return v.moveFailed(err, f, back)
	case v.fragment():
		text, reason := v.t("deal.moved", "name", deal.Name, "stage", stage.Name), ""
		if stage.Kind != crm.StageOpen {
			reason = "/oportunidades/" + string(deal.ID) + "/mover"
		}
		return v.moveNotice(http.StatusOK, text, reason)
	}
	return v.done(back, "done.deal_moved", "name", shorten(deal.Name), "stage", stage.Name)
}

// dropReason leaves out a reason that nobody wrote where the stage takes none: the form asks for it whatever stage is chosen.
func (v *visit) dropReason(r bridge.Reader, move *crm.Move) error {
	pipelines, err := r.Pipelines(v.ctx())
	if err != nil {
		return err
	}
	if stage, ok := surroundingsOf(pipelines).stages[move.Stage]; ok && stage.Kind == crm.StageOpen && strings.TrimSpace(*move.Reason) == "" {
		move.Reason = nil
	}
	return nil
}

func surroundingsOf(pipelines []crm.Pipeline) surroundings {
	s := surroundings{stages: map[crm.ID]crm.Stage{}}
	for _, p := range pipelines {
		for _, stage := range p.Stages {
			s.stages[stage.ID] = stage
		}
	}
	return s
}

// moveSentence says why a move was not made.
func (v *visit) moveSentence(err error) string {
	if crm.IsStale(err) {
		return v.t("board.stale")
	}
	return v.sentence(err)
}

type moveNotice struct {
	Text   string
	Bad    bool
	Reason string // where to say why it was won or lost
}

func (v *visit) moveNotice(status int, text, reason string) error {
	v.write(status, "board", "move_notice", moveNotice{text, status != http.StatusOK, reason})
	return nil
}

// moveFailed shows again the page from which the move came, with what is wrong.
func (v *visit) moveFailed(err error, f *form, back string) error {
	if _, known := statuses[crm.CodeOf(err)]; !known || crm.CodeOf(err) == crm.NotFound {
		return err
	}
	u, parsed := url.Parse(back)
	if parsed != nil || u.Path != "/oportunidades" {
		page, failed := v.dealMovePage(f)
		if failed != nil {
			return failed
		}
		f.values.Set("version", version(page.Deal.Version)) // what is asked again is asked of the deal as it is now
		return v.again(err, f, "deal_move", page)
	}
	q := u.Query()
	page, failed := v.boardPage(boardFilter{crm.ID(q.Get("embudo")), q.Get("dueno"), q.Get("q")})
	if failed != nil {
		return failed
	}
	page.Problem = v.moveSentence(err)
	v.write(statusOf(err), "board", "", page)
	return nil
}

// shorten cuts a name for a sentence.
func shorten(s string) string {
	const most = 60
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most]) + "…"
}
