package api

import (
	"cmp"
	"context"
	"strings"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/messages"
)

// asking bounds how long a caller waits for what is asked of Bsale meanwhile.
const asking = 25 * time.Second

// connectionFields says how errors about the connection name fields; those about rules are under "rules".
var connectionFields = func() map[string]string {
	names := map[string]string{"base_url": "baseUrl", "requests_per_second": "requestsPerSecond"}
	for _, member := range bridge.RuleNames() {
		names[member] = "rules." + member
	}
	return names
}()

type appOut struct {
	ID        string `json:"id" example:"bsale"`
	Name      string `json:"name"`
	About     string `json:"about"`
	Connected bool   `json:"connected" doc:"It is set up; whether it runs is told by its connection"`
	Enabled   bool   `json:"enabled"`
}

type appsOut struct {
	Items []appOut `json:"items"`
}

// bsaleApp is the one app that there is so far.
const bsaleApp = "bsale"

func listApps(ctx context.Context, r *reading, _ *struct{}) (*body[appsOut], error) {
	app := appOut{ID: bsaleApp, Name: r.word("app." + bsaleApp), About: r.word("app." + bsaleApp + ".about")}
	connection, err := bridge.FindConnection(ctx, r)
	switch {
	case err == nil:
		app.Connected, app.Enabled = true, connection.Enabled
	case crm.CodeOf(err) != crm.NotFound:
		return nil, err
	}
	return &body[appsOut]{appsOut{Items: []appOut{app}}}, nil
}

// word returns a message in the caller's language.
func (c *call) word(key string) string {
	return messages.Text(c.language(), key, nil)
}

// ReasonOut is why something is as it is, in a code, in a sentence, and with what can be done about it.
type ReasonOut struct {
	Reason   bridge.Reason `json:"reason" doc:"A stable code; docs/decisions.md names them all" example:"missing_email"`
	Sentence string        `json:"sentence" doc:"In the caller's language"`
	Fix      string        `json:"fix" doc:"What somebody can do about it; empty: nothing"`
}

func (c *call) reason(reason bridge.Reason) ReasonOut {
	out := ReasonOut{Reason: reason}
	if reason != "" {
		language := c.language()
		out.Sentence, out.Fix = messages.Reason(language, reason), messages.Fix(language, reason)
	}
	return out
}

type recordCountOut struct {
	State bridge.State `json:"state" enum:"new,linked,skipped,conflict,failed"`
	ReasonOut
	Count int `json:"count"`
}

type decisionCountOut struct {
	Outcome bridge.Outcome `json:"outcome" enum:"created,updated,unchanged,skipped,conflict,failed"`
	ReasonOut
	Count int `json:"count"`
}

type connectionOut struct {
	Enabled           bool               `json:"enabled"`
	Running           bool               `json:"running" doc:"It is enabled, and nothing stopped it"`
	Stopped           *ReasonOut         `json:"stopped,omitempty" doc:"Why Puente stopped it; absent: it did not"`
	TokenLastFour     string             `json:"tokenLastFour" doc:"The end of the stored token; empty: none, or a short one"`
	HasToken          bool               `json:"hasToken"`
	BaseURL           string             `json:"baseUrl"`
	RequestsPerSecond float64            `json:"requestsPerSecond" doc:"0: Puente's choice"`
	Rules             rulesJSON          `json:"rules"`
	RulesProblems     []fieldProblem     `json:"rulesProblems" doc:"Why the rules do not fit the account any more"`
	WebhookURL        string             `json:"webhookUrl" doc:"Where Bsale is to send notifications. It is secret: only who may change the connection is told."`
	LastNotification  instant            `json:"lastNotification"`
	LastPoll          instant            `json:"lastPoll"`
	NextPoll          instant            `json:"nextPoll"`
	ReadUntil         string             `json:"readUntil" doc:"Every document issued before this day has been read; empty: none yet"`
	Records           []recordCountOut   `json:"records" doc:"All documents, by state and reason"`
	Today             []decisionCountOut `json:"today" doc:"What became of documents today"`
	CallsToday        int64              `json:"callsToday" doc:"Requests sent to Bsale"`
	Calls             int64              `json:"calls"`
	OpenRuns          []runOut           `json:"openRuns"`
	FailedRequests    int                `json:"failedRequests" doc:"Contacts that could not be made clients in Bsale; 100 may be more"`
	Created           instant            `json:"created"`
	Updated           instant            `json:"updated"`
}

func getConnection(ctx context.Context, r *reading, _ *struct{}) (*answer[connectionOut], error) {
	return r.connection(ctx)
}

// connection answers with how the connection stands. Its tag changes with its settings only.
func (r *reading) connection(ctx context.Context) (*answer[connectionOut], error) {
	o, err := r.Engine.ReadOverview(ctx, r)
	if err != nil {
		return nil, err
	}
	c := o.Connection
	out := connectionOut{
		Enabled: c.Enabled, Running: c.Enabled && c.StopReason == "", TokenLastFour: c.TokenLastFour, HasToken: len(c.SealedToken) > 0, BaseURL: c.BaseURL,
		RequestsPerSecond: max(c.RequestsPerSecond, 0), Rules: encodeRules(o.Rules), RulesProblems: r.fieldProblems(o.Problems),
		LastNotification: instant{c.LastNotifiedAt}, LastPoll: instant{c.LastPollAt}, NextPoll: instant{c.NextPollAt}, ReadUntil: c.ReadUntil,
		Records: r.recordCounts(o.Records), Today: []decisionCountOut{}, CallsToday: o.CallsToday, Calls: o.Calls, OpenRuns: []runOut{},
		FailedRequests: o.Requests, Created: instant{c.CreatedAt}, Updated: instant{c.UpdatedAt},
	}
	if c.StopReason != "" {
		why := r.reason(c.StopReason)
		out.Stopped = &why
	}
	if r.principal.Grants.Allows(bsaleAdmin) {
		out.WebhookURL = strings.TrimRight(r.PublicURL(), "/") + c.HookPath()
	}
	for _, d := range o.Today {
		out.Today = append(out.Today, decisionCountOut{d.Outcome, r.reason(d.Reason), d.Count})
	}
	for _, run := range o.OpenRuns {
		out.OpenRuns = append(out.OpenRuns, r.encodeRun(run))
	}
	return tagged(ctx, settingsVersion(c), out)
}

// settingsVersion tells one state of a connection's settings from another.
func settingsVersion(c bridge.Connection) int64 { return c.UpdatedAt.UnixMicro() }

func (c *call) fieldProblems(problems []*crm.Error) []fieldProblem {
	all := []fieldProblem{}
	for _, p := range problems {
		all = append(all, c.fieldProblem(c.language(), p))
	}
	return all
}

func (c *call) recordCounts(counts []bridge.RecordCount) []recordCountOut {
	all := []recordCountOut{}
	for _, count := range counts {
		all = append(all, recordCountOut{count.State, c.reason(count.Reason), count.Count})
	}
	return all
}

type connectionIn struct {
	Body struct {
		Token             string    `json:"token,omitempty" maxLength:"500" doc:"Bsale's access token, which is stored once Bsale takes it. Without it the stored one stays."`
		Enabled           *bool     `json:"enabled,omitempty" doc:"Without it true"`
		BaseURL           string    `json:"baseUrl,omitempty" maxLength:"500" doc:"Without it as it was; at first that of the account's country. With another one the token has to be given too."`
		RequestsPerSecond float64   `json:"requestsPerSecond,omitempty" minimum:"0" doc:"To Bsale, at the most. Without it as it was; at first what Bsale certainly allows."`
		Rules             rulesJSON `json:"rules,omitempty" doc:"Without them as they were; at first the default ones"`
		BackfillFrom      string    `json:"backfillFrom,omitempty" maxLength:"10" doc:"The first day of history to be read (2026-01-01). Without it none is."`
	}
}

// settings returns what the caller wants of the connection. invalid: what is wrong with rules or day, at its place.
func (in *connectionIn) settings() (bridge.ConnectionSettings, error) {
	b := in.Body
	settings := bridge.ConnectionSettings{Token: bridge.Token(b.Token), Enabled: b.Enabled, BaseURL: b.BaseURL, RequestsPerSecond: b.RequestsPerSecond}
	var err error
	if settings.Rules, err = b.Rules.optional(); err != nil {
		return settings, err
	}
	if b.BackfillFrom != "" {
		day, err := bridge.ParseDay(b.BackfillFrom)
		if err != nil {
			return settings, placed(err, "backfillFrom")
		}
		settings.Backfill = &day
	}
	return settings, nil
}

// putConnection asks Bsale about the token before it stores anything.
func putConnection(ctx context.Context, c *call, in *connectionIn) (*answer[connectionOut], error) {
	settings, err := in.settings()
	if err == nil {
		err = c.view(ctx, func(r *reading) error { return r.settingsUnchanged(ctx) })
	}
	if err == nil {
		err = c.checkToken(ctx, settings)
	}
	if err != nil {
		return nil, err
	}
	return finish(ctx, c, in, func(ctx context.Context, w *writing, _ *connectionIn) (*answer[connectionOut], error) {
		if err := w.settingsUnchanged(ctx); err != nil {
			return nil, err
		}
		if _, err := w.Engine.ConnectTx(ctx, w.tx, settings); err != nil {
			return nil, err
		}
		return w.connection(ctx)
	})
}

func (c *call) checkToken(ctx context.Context, settings bridge.ConnectionSettings) error {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	return tooLong(ctx, c.Engine.CheckToken(ctx, c.principal.AccountID, settings))
}

// settingsUnchanged refuses a change to settings that are not those that the caller saw.
func (r *reading) settingsUnchanged(ctx context.Context) error {
	connection, err := bridge.FindConnection(ctx, r)
	if crm.CodeOf(err) == crm.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return r.matches("connection", settingsVersion(connection))
}

func deleteConnection(ctx context.Context, w *writing, _ *struct{}) (*empty, error) {
	if err := w.settingsUnchanged(ctx); err != nil {
		return nil, err
	}
	_, err := w.Engine.Disconnect(ctx, w.tx)
	return nil, err
}

func syncNow(ctx context.Context, w *writing, _ *struct{}) (*answer[connectionOut], error) {
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.Engine.PollNow(ctx, w.tx, connection.ID); err != nil {
		return nil, err
	}
	return w.connection(ctx)
}

type trialIn struct {
	Body struct {
		Token   string `json:"token,omitempty" maxLength:"500" doc:"Without it the stored one is tried"`
		BaseURL string `json:"baseUrl,omitempty" maxLength:"500" doc:"Without it as stored; where nothing is, that of the account's country"`
	}
}

type trialOut struct {
	Country   string        `json:"country" doc:"Of the first office: CL, PE or MX; empty: none of these"`
	Offices   []trialOffice `json:"offices"`
	Types     []trialType   `json:"documentTypes"`
	People    []trialPerson `json:"people" doc:"Bsale's users, sellers too"`
	Documents int           `json:"documents" doc:"How many of the latest documents the examples are from"`
	Samples   []sourceOut   `json:"samples" doc:"What the latest documents hold, source by source"`
	Calls     int64         `json:"calls" doc:"Requests sent to Bsale for this"`
}

type trialOffice struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	City string `json:"city"`
}

type trialType struct {
	ID       int64       `json:"id" doc:"For kinds in the rules"`
	Name     string      `json:"name"`
	Code     string      `json:"code" doc:"Of the tax authority; empty: an internal document"`
	InUse    bool        `json:"inUse"`
	Kind     bridge.Kind `json:"kind" enum:"receipt,quote,invoice,sales_note,credit_note,other" doc:"What Puente takes it for"`
	KindName string      `json:"kindName"`
	Chosen   bool        `json:"chosen" doc:"The rules choose this kind"`
}

type trialPerson struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Email  string `json:"email" doc:"Empty: Bsale has none, so deals of this person get no owner"`
	Active bool   `json:"active"`
	User   string `json:"user" doc:"The e-mail of the user of Puente who gets the deals; empty: nobody has this e-mail"`
}

func testConnection(ctx context.Context, c *call, in *trialIn) (*body[trialOut], error) {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	trial, err := c.Engine.Try(ctx, c.principal.AccountID, bridge.TrialOptions{Token: bridge.Token(in.Body.Token), BaseURL: in.Body.BaseURL})
	if err != nil {
		return nil, tooLong(ctx, err)
	}
	out := trialOut{
		Country: trial.Country, Offices: []trialOffice{}, Types: []trialType{}, People: []trialPerson{}, Documents: trial.Documents,
		Samples: c.encodeSources(trial.Samples), Calls: trial.Calls,
	}
	for _, o := range trial.Offices {
		out.Offices = append(out.Offices, trialOffice{o.ID, o.Name, cmp.Or(o.City, o.Municipality)})
	}
	for _, t := range trial.Types {
		out.Types = append(out.Types, trialType{t.ID, t.Name, t.Code, t.State == 0, t.Kind, c.word("kind." + string(t.Kind)), t.Chosen})
	}
	for _, p := range trial.People {
		person := trialPerson{ID: p.ID, Name: p.Name(), Email: p.Email, Active: p.State == 0}
		if p.Match != nil {
			person.User = p.Match.Email
		}
		out.People = append(out.People, person)
	}
	return &body[trialOut]{out}, nil
}

// tooLong says of what was given up because it took too long that Bsale did not answer in time.
func tooLong(ctx context.Context, err error) error {
	if ctx.Err() != nil && len(faultsIn(err)) == 0 {
		return crm.NewError(crm.Unavailable, "bsale_unavailable").Because(err)
	}
	return err
}

// sourceOut is something that a mapping can take.
type sourceOut struct {
	Name     string          `json:"name" doc:"For from in a mapping row" example:"document.total"`
	Label    string          `json:"label"`
	Kind     crm.ValueKind   `json:"kind" enum:"text,number,amount,date"`
	KindName string          `json:"kindName"`
	Fits     []crm.FieldType `json:"fits" doc:"The types of custom field that hold it, going by the example"`
	Example  string          `json:"example"`
}

type sourcesOut struct {
	Items []sourceOut `json:"items"`
}

func listSources(ctx context.Context, r *reading, _ *struct{}) (*body[sourcesOut], error) {
	account, err := r.accountOf(ctx)
	return &body[sourcesOut]{sourcesOut{Items: r.encodeSources(bridge.Sources(account))}}, err
}

func (c *call) encodeSources(sources []bridge.Source) []sourceOut {
	all := []sourceOut{}
	for _, s := range sources {
		all = append(all, sourceOut{s.Name, c.sourceLabel(s.Name), s.Kind, c.word("value_kind." + string(s.Kind)), s.Fits, s.Example})
	}
	return all
}

func (c *call) sourceLabel(source string) string {
	if attribute, ok := strings.CutPrefix(source, bridge.AttributePrefix); ok {
		return messages.Text(c.language(), "source.document.attribute", map[string]string{"name": attribute})
	}
	return c.word("source." + source)
}
