package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// runView is a run, with how far it is.
type runView struct {
	ID             crm.ID
	Name           string
	State          badgeView
	Days           string
	Done           string // how many documents were read, in words
	Percent        int    // −1: nobody knows
	Parts          []string
	Calls          string
	Trouble        string
	Began, Ended   moment
	Took           string
	Active, Paused bool
	Waiting        bool // the connection has to work first
	MayAct         bool
}

var runTones = map[bridge.RunState]string{bridge.RunActive: "info", bridge.RunPaused: "warn", bridge.RunDone: "good", bridge.RunFailed: "bad"}

// runView returns a run of a connection. While that does not work, what is open waits for it.
func (v *visit) runView(p Page, c bridge.Connection, run bridge.Run) runView {
	view := runView{
		ID: run.ID, Name: v.t("run." + string(run.Kind)), State: badgeView{Label: v.t("run_state." + string(run.State)), Tone: runTones[run.State]}, Days: v.days(run.From, run.To),
		Done: v.countOf(p, "sync.read", run.Counts.Documents, true), Percent: -1, Calls: v.countOf(p, "sync.run_calls", int(run.Calls), true), Began: p.Moment(run.StartedAt), Ended: p.Moment(run.FinishedAt),
		Active: run.State == bridge.RunActive, Paused: run.State == bridge.RunPaused, MayAct: v.can(writeBsale),
	}
	if view.Active && !works(c) {
		view.Active, view.Waiting, view.State = false, true, badgeView{Label: v.t("sync.run_waiting"), Tone: "warn"}
	}
	if run.LastError != "" && view.Active {
		view.Trouble = v.t("sync.run_trouble")
	}
	if run.Estimate > 0 && run.State != bridge.RunDone { // in the end what was read says it all
		view.Done = v.t("sync.read_of", "n", p.Count(run.Counts.Documents), "all", p.Count(run.Estimate))
		view.Percent = min(100, 100*run.Counts.Documents/run.Estimate)
	}
	if run.State == bridge.RunDone {
		view.Percent = 100
	}
	skipped := 0
	for _, n := range run.Counts.Skipped {
		skipped += n
	}
	for _, part := range []struct {
		key string
		n   int
	}{{"created", run.Counts.Created}, {"updated", run.Counts.Updated}, {"skipped", skipped}, {"conflict", run.Counts.Conflict}, {"failed", run.Counts.Failed}} {
		if part.n > 0 {
			view.Parts = append(view.Parts, v.countOf(p, "sync.run_part."+part.key, part.n, true))
		}
	}
	if !run.FinishedAt.IsZero() {
		view.Took = v.duration(run.FinishedAt.Sub(run.StartedAt))
	}
	return view
}

// days returns a range of days in words.
func (v *visit) days(from, to string) string {
	first, hasFirst := crm.ParseDate(from)
	last, _ := crm.ParseDate(to)
	if today := crm.DateOf(v.clock.Now().In(v.account.Location())); today.Before(last) {
		last = today // passes ask for a day more, because days end at different hours
	}
	p := v.page()
	if !hasFirst {
		return v.t("sync.days_until", "to", p.Date(last))
	}
	return v.t("sync.days", "from", p.Date(first), "to", p.Date(last))
}

func (v *visit) duration(d time.Duration) string {
	if d < time.Minute {
		return v.t("sync.seconds", "n", strconv.Itoa(max(1, int(d/time.Second))))
	}
	return v.t("sync.minutes", "n", strconv.Itoa(int(d/time.Minute)))
}

type runsPage struct {
	Page
	syncFrame
	Runs  []runView
	Pager pager
}

const runsShown = 30

// showRuns lists runs, newest first.
func showRuns(v *visit) error {
	page := runsPage{Page: v.page()}
	work := 0
	err := v.view(func(r bridge.Reader) error {
		connection, err := bridge.FindConnection(v.ctx(), r)
		if err != nil {
			return err
		}
		counts, err := r.CountRecords(v.ctx(), connection.ID)
		if err != nil {
			return err
		}
		work = workIn(counts)
		runs, err := r.Runs(v.ctx(), connection.ID, crm.ID(v.query("antes")), runsShown+1)
		if len(runs) > runsShown {
			runs = runs[:runsShown]
			page.Pager.Next = "/sincronizacion/pasadas?antes=" + string(runs[runsShown-1].ID)
		}
		for _, run := range runs {
			page.Runs = append(page.Runs, v.runView(page.Page, connection, run))
		}
		return err
	})
	if err != nil && crm.CodeOf(err) != crm.NotFound {
		return err
	}
	if v.query("antes") != "" {
		page.Pager.Previous = "/sincronizacion/pasadas"
	}
	page.syncFrame = v.syncFrame(err == nil, work)
	return v.show("sync_runs", page)
}

// moveRun pauses, resumes or cancels a run.
func moveRun(v *visit) error {
	err := v.onConnection(func(tx bridge.Tx, c bridge.Connection) (err error) {
		switch v.r.PathValue("que") {
		case "pausar":
			_, err = v.Engine.PauseRunTx(v.ctx(), tx, c.ID, v.id("id"))
		case "seguir":
			_, err = v.Engine.ResumeRunTx(v.ctx(), tx, c.ID, v.id("id"))
		case "cancelar":
			_, err = v.Engine.CancelRunTx(v.ctx(), tx, c.ID, v.id("id"))
		default:
			err = failure{status: http.StatusNotFound, text: "failure.page"}
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.fragment() {
		return showSync(v)
	}
	return v.redirect("/sincronizacion")
}

type backfillPage struct {
	Page
	syncFrame
	Form     *form
	Estimate string
	Early    string // how many of those are older than the rules take; "": none
	Running  bool

	start string // the day from which on the rules take documents; "": all
}

func (v *visit) backfillPage(f *form) (backfillPage, error) {
	page := backfillPage{Page: v.page(), Form: f}
	err := v.view(func(r bridge.Reader) error {
		connection, err := bridge.FindConnection(v.ctx(), r)
		if err != nil {
			return err
		}
		rules, err := bridge.ParseRules(connection.Rules)
		if err == nil {
			page.start = rules.Start
		}
		open, err := r.OpenRuns(v.ctx(), connection.ID)
		page.Running = slices.ContainsFunc(open, func(run bridge.Run) bool { return run.Kind == bridge.RunBackfill })
		return err
	})
	if err != nil && crm.CodeOf(err) != crm.NotFound {
		return page, err
	}
	page.syncFrame = v.syncFrame(err == nil, 0)
	return page, nil
}

// showBackfill asks from which day on history is to be read.
func showBackfill(v *visit) error {
	local := v.clock.Now().In(v.account.Location())
	f := newForm("from", local.Format("2006")+"-01-01", "to", local.Format(time.DateOnly))
	page, err := v.backfillPage(f)
	if err != nil {
		return err
	}
	if page.start != "" {
		f.values.Set("from", page.start) // what is older is left out anyway
	}
	return v.show("sync_backfill", page)
}

// startBackfill counts the documents, or has them read.
func startBackfill(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	page, err := v.backfillPage(f)
	if err != nil {
		return err
	}
	if f.Has("hacer", "estimar") {
		if page.Estimate, err = v.estimate(f, "from", "to"); err == nil {
			page.Early, err = v.estimateEarly(f, page.start)
		}
		if err != nil {
			return v.again(err, f, "sync_backfill", page)
		}
		return v.show("sync_backfill", page)
	}
	from, err := bridge.ParseDay(f.Value("from"))
	if err != nil {
		return v.again(placed(err, "from"), f, "sync_backfill", page)
	}
	to, err := bridge.ParseDay(f.Value("to"))
	if err != nil {
		return v.again(placed(err, "to"), f, "sync_backfill", page)
	}
	if err = v.onConnection(func(tx bridge.Tx, c bridge.Connection) error {
		_, err := v.Engine.StartBackfillTx(v.ctx(), tx, c.ID, from, to)
		return err
	}); err != nil {
		return v.again(err, f, "sync_backfill", page)
	}
	return v.done("/sincronizacion", "done.backfill_started")
}

// estimateEarly counts those of the days of the form that are older than the rules take; "" where there are none.
func (v *visit) estimateEarly(f *form, start string) (string, error) {
	first, err := bridge.ParseDay(start)
	if start == "" || err != nil || f.Value("from") >= start {
		return "", nil
	}
	last := first.AddDays(-1).String()
	if to := f.Value("to"); to != "" {
		last = min(last, to)
	}
	count, err := v.estimate(newForm("from", f.Value("from"), "to", last), "from", "to")
	if count == "0" {
		count = ""
	}
	return count, err
}
