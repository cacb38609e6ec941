package web

import (
	"strconv"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// stageFormPage is the form of a stage, new or not.
type stageFormPage struct {
	Page
	Form   *form
	New    bool
	Kinds  []choice
	Colors []string // to choose from, beside any other
	Other  string   // a colour that is none of these
	Action string
}

// stageColors are the colours that the form offers.
var stageColors = []string{"#64748b", "#2563eb", "#0891b2", "#0f766e", "#16a34a", "#ca8a04", "#ea580c", "#dc2626", "#db2777", "#7c3aed"}

// otherColor is the choice of a colour that is none of those.
const otherColor = "otro"

// stageFormPage returns the form of the stage of that name; "": of a new one.
func (v *visit) stageFormPage(f *form, action, name string) stageFormPage {
	page := stageFormPage{Page: v.page(), Form: f, New: name == "", Colors: stageColors, Action: action}
	for _, kind := range []crm.StageKind{crm.StageOpen, crm.StageWon, crm.StageLost} {
		page.Kinds = append(page.Kinds, choice{Value: string(kind), Label: v.t("stage_kind." + string(kind)), Hint: v.t("stage_kind_hint." + string(kind))})
	}
	if page.Other = f.Value("other_color"); page.Other == "" {
		page.Other = stageColors[0]
	}
	if name != "" {
		page.Title = v.t("pipelines.stage_heading", "name", name)
	}
	return page
}

func showNewStage(v *visit) error {
	p, err := v.pipeline(v.id("id"))
	if err != nil {
		return err
	}
	f := newForm("kind", string(crm.StageOpen), "color", "", "probability", "50", "stale_days", "")
	return v.show("pipeline_stage", v.stageFormPage(f, pipelinePath(p.ID)+"/etapas/nueva", ""))
}

// stageNumbers reads probability and days of a form. invalid: whole_number_needed, at its field.
func (v *visit) stageNumbers(f *form) (probability, staleDays int, err error) {
	for name, to := range map[string]*int{"probability": &probability, "stale_days": &staleDays} {
		n, err := v.wholeNumber(f, name)
		if err != nil {
			return 0, 0, err
		}
		if n != nil {
			*to = *n
		}
	}
	return probability, staleDays, nil
}

// stageColor returns the colour that a form chooses; "": that of the stage's kind.
func (f *form) stageColor() string {
	if color := f.Value("color"); color != otherColor {
		return color
	}
	return f.Value("other_color")
}

func createStage(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	probability, staleDays, err := v.stageNumbers(f)
	if err == nil {
		err = v.update(func(tx bridge.Tx) error {
			n := crm.NewStage{Name: f.Value("name"), Kind: crm.StageKind(f.Value("kind")), Color: f.stageColor(), Probability: probability, StaleDays: staleDays}
			_, err := crm.AddStage(v.ctx(), tx, v.hand(), v.id("id"), n)
			return err
		})
	}
	if err != nil {
		return v.again(err, f, "pipeline_stage", v.stageFormPage(f, pipelinePath(v.id("id"))+"/etapas/nueva", ""))
	}
	return v.done(pipelinesPath+"#"+string(v.id("id")), "done.stage_made", "name", shorten(f.Value("name")))
}

func showStage(v *visit) error {
	p, err := v.pipeline(v.id("id"))
	if err != nil {
		return err
	}
	s, err := stageOf(p, v.id("stage"))
	if err != nil {
		return err
	}
	f := newForm("name", s.Name, "kind", string(s.Kind), "color", s.Color, "probability", strconv.Itoa(s.Probability), "stale_days", "", "version", version(p.Version))
	if s.StaleDays > 0 {
		f.values.Set("stale_days", strconv.Itoa(s.StaleDays))
	}
	if !offered(s.Color) {
		f.values.Set("color", otherColor)
		f.values.Set("other_color", s.Color)
	}
	return v.show("pipeline_stage", v.stageFormPage(f, stagePath(p.ID, s.ID), s.Name))
}

// offered says whether the form offers a colour by itself.
func offered(color string) bool {
	for _, c := range append([]string{""}, stageColors...) {
		if c == color {
			return true
		}
	}
	return false
}

func saveStage(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	probability, staleDays, err := v.stageNumbers(f)
	if err == nil {
		err = v.update(func(tx bridge.Tx) error {
			p, err := crm.FindPipeline(v.ctx(), tx, v.id("id"))
			if err != nil {
				return err
			}
			s, err := stageOf(p, v.id("stage"))
			if err != nil {
				return err
			}
			color := f.stageColor()
			edit := crm.StageEdit{Version: f.version(), Name: sent[string](f, "name"), Kind: sent[crm.StageKind](f, "kind"), Color: &color, StaleDays: &staleDays}
			if f.Value("kind") == string(crm.StageOpen) {
				edit.Probability = &probability
			}
			_, err = bridge.ChangeStage(v.ctx(), tx, v.hand(), s.ID, edit)
			return err
		})
	}
	if err == nil {
		return v.done(pipelinesPath+"#"+string(v.id("id")), "done.saved")
	}
	p, failed := v.pipeline(v.id("id"))
	if failed != nil {
		return failed
	}
	s, failed := stageOf(p, v.id("stage"))
	if failed != nil {
		return failed
	}
	if crm.IsStale(err) {
		f.values.Set("version", version(p.Version)) // sent again it holds
	}
	return v.again(err, f, "pipeline_stage", v.stageFormPage(f, stagePath(p.ID, s.ID), s.Name))
}

func orderStages(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		p, err := crm.FindPipeline(v.ctx(), tx, v.id("id"))
		if err != nil {
			return err
		}
		var all []crm.ID
		for _, s := range p.Stages {
			all = append(all, s.ID)
		}
		_, err = crm.ReorderStages(v.ctx(), tx, v.hand(), p.ID, f.order(all))
		return err
	})
	if err != nil {
		return v.pipelinesRefused(err)
	}
	return v.done(pipelinesPath+"#"+string(v.id("id")), "done.order_saved")
}
