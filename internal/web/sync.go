package web

import (
	"strconv"
	"strings"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// syncPage is how the connection stands, at a glance.
type syncPage struct {
	Page
	syncFrame
	Pulse pulseView
}

// syncFrame is what all pages about the synchronisation have.
type syncFrame struct {
	Connected bool
	MayAct    bool   // run, try again, settle
	SetUp     string // address of the connection's settings; "": not for this person
	Tabs      []tab
}

// pulseView is the part that is shown anew every few seconds.
type pulseView struct {
	Status   badgeView
	Headline string
	Stopped  planWarning
	Problems bool   // the rules do not fit the account any more
	Running  bool   // the connection works
	Every    string // after how long the part is asked for again
	Notified moment
	Polled   moment
	Next     moment
	Token    string
	Calls    string
	Called   string // ever
	Waiting  string
	Work     string // waits for somebody; "": nothing
	Today    []todayPart
	TodayAll string
	Totals   []todayPart // all documents, by state
	Runs     []runView
	MayAct   bool
}

// todayPart is how many documents had an outcome, with its part of a bar 100 wide.
type todayPart struct {
	Label, Tone, Count, Href string
	X, Width                 string
}

// syncFrame returns what all pages about the synchronisation have; work is how many documents wait for somebody.
func (v *visit) syncFrame(connected bool, work int) syncFrame {
	frame := syncFrame{Connected: connected, MayAct: v.can(writeBsale), SetUp: v.opens("/configuracion/apps/bsale")}
	for _, one := range []struct{ path, key string }{
		{"/sincronizacion", "sync.overview"}, {"/sincronizacion/por-resolver", "sync.work"}, {"/sincronizacion/documentos", "sync.documents"}, {"/sincronizacion/pasadas", "sync.runs"},
	} {
		t := tab{Label: v.t(one.key), Href: one.path, Current: v.r.URL.Path == one.path || one.path != "/sincronizacion" && strings.HasPrefix(v.r.URL.Path, one.path)}
		if one.path == "/sincronizacion/por-resolver" && work > 0 {
			t.Count = v.page().Count(work)
		}
		frame.Tabs = append(frame.Tabs, t)
	}
	return frame
}

// showSync shows the whole, or, to htmx, the part that changes.
func showSync(v *visit) error {
	page := syncPage{Page: v.page()}
	var o bridge.Overview
	err := v.view(func(r bridge.Reader) (err error) {
		o, err = v.Engine.ReadOverview(v.ctx(), r)
		return err
	})
	switch {
	case crm.CodeOf(err) == crm.NotFound:
		page.syncFrame = v.syncFrame(false, 0)
		return v.show("sync", page)
	case err != nil:
		return err
	}
	page.Pulse = v.pulse(page.Page, o)
	page.syncFrame = v.syncFrame(true, workIn(o.Records))
	if v.fragment() {
		return v.showPart("sync", "pulse", page.Pulse)
	}
	return v.show("sync", page)
}

// works says whether documents are read.
func works(c bridge.Connection) bool { return c.Enabled && c.StopReason == "" }

// workIn counts the documents that wait for somebody.
func workIn(counts []bridge.RecordCount) int {
	n := 0
	for _, c := range counts {
		if bridge.ForAPerson(c.State, c.Reason) {
			n += c.Count
		}
	}
	return n
}

// How often the part that changes is asked for: while something goes on, and else.
const (
	pulseBusy = "2s"
	pulseIdle = "10s"
)

func (v *visit) pulse(p Page, o bridge.Overview) pulseView {
	c := o.Connection
	view := pulseView{
		Status: v.connectionBadge(c), Running: works(c), Problems: len(o.Problems) > 0, Every: pulseIdle, Notified: p.Moment(c.LastNotifiedAt), Polled: p.Moment(c.LastPollAt),
		Token: c.TokenLastFour, Calls: p.Count(int(o.CallsToday)), Called: p.Count(int(o.Calls)), MayAct: v.can(writeBsale),
	}
	if c.NextPollAt.After(p.now.Add(time.Minute)) {
		view.Next = p.Moment(c.NextPollAt)
	}
	switch {
	case c.StopReason != "":
		view.Headline = v.t("sync.headline.stopped")
		view.Stopped = planWarning{Text: v.reasonText(c.StopReason), Fix: v.fixText(c.StopReason)}
	case !c.Enabled:
		view.Headline = v.t("sync.headline.off")
	case c.LastPollAt.IsZero():
		view.Headline = v.t("sync.headline.starting")
	default:
		view.Headline = v.t("sync.headline.running")
	}
	waiting := 0
	states := map[bridge.State]int{}
	for _, one := range o.Records {
		states[one.State] += one.Count
		if one.State == bridge.StateNew {
			waiting += one.Count
		}
	}
	if view.Waiting = p.Count(waiting); waiting > 0 {
		view.Every = pulseBusy
	}
	if n := workIn(o.Records) + o.Requests; n > 0 {
		view.Work = p.Count(n)
	}
	outcomes := map[bridge.Outcome]int{}
	for _, one := range o.Today {
		outcomes[one.Outcome] += one.Count
	}
	view.Today, view.TodayAll = v.todayParts(p, outcomes)
	for _, state := range []bridge.State{bridge.StateLinked, bridge.StateSkipped, bridge.StateConflict, bridge.StateFailed, bridge.StateNew} {
		if states[state] > 0 {
			view.Totals = append(view.Totals, todayPart{Label: v.t("state." + string(state)), Tone: stateTones[state], Count: p.Count(states[state]), Href: "/sincronizacion/documentos?estado=" + string(state)})
		}
	}
	for _, run := range o.OpenRuns {
		if view.Runs = append(view.Runs, v.runView(p, c, run)); run.State == bridge.RunActive && works(c) {
			view.Every = pulseBusy
		}
	}
	return view
}

// stateTones are the tones of badges of states.
var stateTones = map[bridge.State]string{bridge.StateLinked: "good", bridge.StateConflict: "warn", bridge.StateFailed: "bad", bridge.StateNew: "info"}

// todayParts returns today's outcomes as parts of a bar.
func (v *visit) todayParts(p Page, outcomes map[bridge.Outcome]int) (parts []todayPart, all string) {
	total := 0
	for _, n := range outcomes {
		total += n
	}
	x := 0.0
	for _, outcome := range outcomeOrder {
		n := outcomes[outcome]
		if n == 0 {
			continue
		}
		width := 100 * float64(n) / float64(total)
		parts = append(parts, todayPart{
			Label: v.t("outcome." + string(outcome)), Tone: string(outcome), Count: p.Count(n), X: strconv.FormatFloat(x, 'f', 2, 64), Width: strconv.FormatFloat(width, 'f', 2, 64),
		})
		x += width
	}
	return parts, v.countOf(p, "sync.today_all", total, true)
}

// onConnection does something to the account's connection in a transaction. not_found: bsale_not_connected.
func (v *visit) onConnection(do func(tx bridge.Tx, connection bridge.Connection) error) error {
	return v.update(func(tx bridge.Tx) error {
		connection, err := bridge.FindConnection(v.ctx(), tx)
		if err != nil {
			return err
		}
		return do(tx, connection)
	})
}

// lookNow has the last days' documents read now.
func lookNow(v *visit) error {
	err := v.onConnection(func(tx bridge.Tx, c bridge.Connection) error { return v.Engine.PollNow(v.ctx(), tx, c.ID) })
	if err != nil {
		return err
	}
	return v.done("/sincronizacion", "done.poll_soon")
}
