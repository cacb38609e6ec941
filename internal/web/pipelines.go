package web

import (
	"errors"
	"slices"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const pipelinesPath = "/configuracion/embudos"

type pipelinesPage struct {
	Page
	Problem   string
	Pipelines []pipelineView
	Room      bool // for another pipeline
	Many      bool // their order matters
}

// pipelineView is a pipeline with its stages.
type pipelineView struct {
	crm.Pipeline
	Usual       bool // new deals come here unless told otherwise
	First, Last bool
	Only        bool
	Room        bool // for another stage
	Rows        []stageRow
}

// stageRow is a stage in its pipeline.
type stageRow struct {
	crm.Stage
	Fill        string // the colour that it shows; "": that of its kind
	Deals       string // how many stand there
	First, Last bool
	Chance      bool // its probability says something
}

func pipelinePath(id crm.ID) string { return pipelinesPath + "/" + string(id) }

func stagePath(pipeline, stage crm.ID) string {
	return pipelinePath(pipeline) + "/etapas/" + string(stage)
}

func showPipelines(v *visit) error {
	page, err := v.pipelinesPage()
	if err != nil {
		return err
	}
	return v.show("pipelines", page)
}

func (v *visit) pipelinesPage() (page pipelinesPage, err error) {
	page = pipelinesPage{Page: v.page()}
	err = v.view(func(r bridge.Reader) error {
		pipelines, err := r.Pipelines(v.ctx())
		if err != nil {
			return err
		}
		deals, err := v.dealsByStage(r)
		if err != nil {
			return err
		}
		for i, p := range pipelines {
			one := pipelineView{Pipeline: p, Usual: i == 0, First: i == 0, Last: i == len(pipelines)-1, Only: len(pipelines) == 1, Room: len(p.Stages) < crm.MaxStages}
			for k, s := range p.Stages {
				one.Rows = append(one.Rows, stageRow{Stage: s, Fill: s.Color, Deals: page.Count(deals[s.ID]), First: k == 0, Last: k == len(p.Stages)-1, Chance: s.Kind == crm.StageOpen})
			}
			page.Pipelines = append(page.Pipelines, one)
		}
		page.Room, page.Many = len(pipelines) < crm.MaxPipelines, len(pipelines) > 1
		return nil
	})
	return page, err
}

// dealsByStage returns how many deals stand in each stage, whoever owns them.
func (v *visit) dealsByStage(r bridge.Reader) (map[crm.ID]int, error) {
	totals, err := r.StageTotals(v.ctx())
	deals := map[crm.ID]int{}
	for _, t := range totals {
		deals[t.StageID] += int(t.Deals)
	}
	return deals, err
}

// pipelinesRefused shows the pipelines with why something was not done to them.
func (v *visit) pipelinesRefused(err error) error {
	if code := crm.CodeOf(err); code != crm.Conflict && code != crm.Invalid || v.fragment() {
		return err
	}
	page, failed := v.pipelinesPage()
	if failed != nil {
		return failed
	}
	page.Problem = v.refusal(err)
	v.write(statusOf(err), "pipelines", "", page)
	return nil
}

// refusal says why something was not done, without the places in the rules of Bsale that only programs know.
func (v *visit) refusal(err error) string {
	if e := (*crm.Error)(nil); errors.As(err, &e) && e.Key == "named_by_rules" {
		return v.t("settings.named_by_rules", "name", shorten(e.Params["name"]))
	}
	return v.sentence(err)
}

// pipelineFormPage is the form of a pipeline's name.
type pipelineFormPage struct {
	Page
	Form   *form
	ID     crm.ID // zero: a new one
	Action string
}

func showNewPipeline(v *visit) error {
	return v.show("pipeline", pipelineFormPage{v.page(), newForm(), "", pipelinesPath + "/nuevo"})
}

func createPipeline(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var made crm.Pipeline
	err = v.update(func(tx bridge.Tx) (err error) {
		made, err = crm.CreatePipeline(v.ctx(), tx, v.hand(), crm.NewPipeline{Name: f.Value("name")})
		return err
	})
	if err != nil {
		return v.again(err, f, "pipeline", pipelineFormPage{v.page(), f, "", pipelinesPath + "/nuevo"})
	}
	return v.done(pipelinesPath+"#"+string(made.ID), "done.pipeline_made", "name", made.Name)
}

func (v *visit) pipeline(id crm.ID) (pipeline crm.Pipeline, err error) {
	err = v.view(func(r bridge.Reader) (err error) {
		pipeline, err = crm.FindPipeline(v.ctx(), r, id)
		return err
	})
	return pipeline, err
}

func showPipeline(v *visit) error {
	p, err := v.pipeline(v.id("id"))
	if err != nil {
		return err
	}
	return v.show("pipeline", v.renamePage(newForm("name", p.Name, "version", version(p.Version)), p))
}

func (v *visit) renamePage(f *form, p crm.Pipeline) pipelineFormPage {
	page := pipelineFormPage{v.page(), f, p.ID, pipelinePath(p.ID)}
	page.Title = v.t("pipelines.rename_heading", "name", p.Name)
	return page
}

func savePipeline(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		_, err := crm.ChangePipeline(v.ctx(), tx, v.hand(), v.id("id"), crm.PipelineChange{Version: f.version(), Name: sent[string](f, "name")})
		return err
	})
	if err == nil {
		return v.done(pipelinesPath+"#"+string(v.id("id")), "done.saved")
	}
	p, failed := v.pipeline(v.id("id"))
	if failed != nil {
		return failed
	}
	f.values.Set("version", version(p.Version))
	return v.again(err, f, "pipeline", v.renamePage(f, p))
}

// order returns the ids that a form puts in order, or all of them with one moved up or down.
func (f *form) order(all []crm.ID) []crm.ID {
	var texts []string
	for _, id := range all {
		texts = append(texts, string(id))
	}
	if asked := f.Values("clave"); len(asked) > 0 {
		texts = asked
	} else {
		texts = f.moved(texts)
	}
	ids := make([]crm.ID, len(texts))
	for i, text := range texts {
		ids[i] = crm.ID(text)
	}
	return ids
}

func orderPipelines(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		pipelines, err := tx.Pipelines(v.ctx())
		if err != nil {
			return err
		}
		var all []crm.ID
		for _, p := range pipelines {
			all = append(all, p.ID)
		}
		_, err = crm.ReorderPipelines(v.ctx(), tx, v.hand(), f.order(all))
		return err
	})
	if err != nil {
		return v.pipelinesRefused(err)
	}
	return v.done(pipelinesPath, "done.order_saved")
}

// pipelineDeletePage asks where the deals of a stage, or of a whole pipeline, go when it is deleted.
type pipelineDeletePage struct {
	Page
	Form   *form
	Name   string
	Stage  bool // it is a stage
	Deals  int
	Places []choice // for them
	Action string
	Rules  string // that rules of the connection with Bsale name it; then it stays
	Bsale  string // where these are changed; "": not for this person
}

func (v *visit) pipelineDeletePage(f *form) (page pipelineDeletePage, err error) {
	page = pipelineDeletePage{Page: v.page(), Form: f, Bsale: v.opens("/configuracion/apps/bsale")}
	err = v.view(func(r bridge.Reader) error {
		removal := v.removal()
		name, going, err := removal.Leaving(v.ctx(), r)
		if err != nil {
			return err
		}
		page.Name, page.Stage, page.Action = name, removal.Stage != "", v.r.URL.Path
		if err := removal.RefuseNamed(v.ctx(), r); err != nil {
			if crm.CodeOf(err) != crm.Conflict {
				return err
			}
			page.Rules = v.refusal(err)
		}
		deals, err := v.dealsByStage(r)
		if err != nil {
			return err
		}
		gone := map[string]bool{}
		for _, stage := range going {
			page.Deals += deals[stage.ID]
			gone[string(stage.ID)] = true
		}
		around, err := v.surroundings(r)
		page.Places = slices.DeleteFunc(v.stageChoices(around, ""), func(c choice) bool { return gone[c.Value] })
		return err
	})
	return page, err
}

// removal returns what the address is about: a stage, or a whole pipeline.
func (v *visit) removal() bridge.Removal {
	return bridge.Removal{Pipeline: v.id("id"), Stage: crm.ID(v.r.PathValue("stage"))}
}

// stageOf returns a stage of a pipeline. not_found: stage_not_found.
func stageOf(p crm.Pipeline, id crm.ID) (crm.Stage, error) {
	i := slices.IndexFunc(p.Stages, func(s crm.Stage) bool { return s.ID == id })
	if i < 0 {
		return crm.Stage{}, crm.NewError(crm.NotFound, "stage_not_found", "id", shorten(string(id)))
	}
	return p.Stages[i], nil
}

func showPipelineDelete(v *visit) error {
	page, err := v.pipelineDeletePage(newForm())
	if err != nil {
		return err
	}
	return v.show("pipeline_delete", page)
}

// deletePipeline deletes the stage or pipeline of the address once its deals stand elsewhere. Broken off and asked again, it goes on where it was.
func deletePipeline(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	page, err := v.pipelineDeletePage(f)
	if err != nil {
		return err
	}
	removal := v.removal()
	removal.MoveTo = crm.ID(f.Value("to"))
	if err := bridge.Remove(v.ctx(), v.update, v.hand(), removal); err != nil {
		if page, failed := v.pipelineDeletePage(f); failed != nil {
			return failed
		} else if page.Rules != "" {
			v.write(statusOf(err), "pipeline_delete", "", page)
			return nil
		}
		return v.again(err, f, "pipeline_delete", page)
	}
	return v.done(pipelinesPath, "done.stage_deleted", "name", shorten(page.Name))
}
