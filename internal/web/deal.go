package web

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"puente/internal/bridge"
	"puente/internal/crm"
)

type dealPage struct {
	Page
	ID        crm.ID
	Name      string
	Value     string
	Pipeline  string
	Stage     crm.Stage
	Stale     bool
	Flag      badgeView // a document of it was voided or taken back
	Since     moment    // in its stage
	Owner     string
	Reason    string // why it was won or lost
	Stages    []stageStep
	Contact   dealContact
	Facts     []fact // standard fields
	Custom    []fact // custom fields
	Documents []dealDocumentView
	Tasks     tasksView
	Notes     notesView
	Timeline  timelineView
	May       bool // the person may change it
	Version   int64
	Styles    string
	Fields    string // where custom fields are made; "": not for this person
}

// stageStep is a stage of the deal's pipeline in the bar above it.
type stageStep struct {
	crm.Stage
	Current bool
	Passed  bool
	Time    string // how long the deal stood there; "": never
	Href    string // where closing it asks why; "": it moves at once
}

// dealContact is the contact of a deal.
type dealContact struct {
	Name, Href string
	Gone       bool
}

// fact is a field of a record on its page.
type fact struct {
	Name, Label string
	Text, Href  string
	Long        bool
	Edit        string // address; "": the person may not
	Document    string // the document of Bsale that its value comes from, with its day
	Changed     string // that a person has changed it since
}

// ID returns that of the field's place in the page.
func (f fact) ID() string { return "campo-" + strings.ReplaceAll(f.Name, ".", "-") }

// Link returns where the value leads. Templates know no telephones: that of one is vouched for here.
func (f fact) Link() any {
	if number, ok := strings.CutPrefix(f.Href, "tel:"); ok && strings.Trim(number, "+0123456789") == "" {
		return template.URL(f.Href)
	}
	return f.Href
}

// dealDocumentView is a document of Bsale on a deal's page.
type dealDocumentView struct {
	Name, Day, Total string
	Link             string // Bsale's public view
	Own              string // its page here; "": not for this person
	Standing         badgeView
	Credited         string
}

// goneDealPage is what is left of a deal that was deleted.
type goneDealPage struct {
	Page
	ID   crm.ID
	Name string
	At   moment
	May  bool
}

func showDeal(v *visit) error { return v.showDealWith(dealForms{}) }

// dealForms are forms of a deal's page that somebody filled and that have to be mended; nil: as they are shown first.
type dealForms struct {
	task, note *form
	status     int
	said       string // what was done
}

func (v *visit) showDealWith(forms dealForms) error {
	var page dealPage
	var gone *goneDealPage
	err := v.view(func(r bridge.Reader) error {
		deal, err := crm.FindDeal(v.ctx(), r, v.hand(), v.id("id"))
		if crm.CodeOf(err) == crm.NotFound {
			if gone = v.goneDeal(r); gone != nil {
				return nil
			}
		}
		if err != nil {
			return err
		}
		page, err = v.dealPage(r, deal, forms)
		return err
	})
	switch {
	case err != nil:
		return err
	case gone != nil:
		return v.show("deal_gone", *gone)
	}
	if forms.said != "" {
		page.Note = forms.said
	}
	if forms.status != 0 {
		v.write(forms.status, "deal", "", page)
		return nil
	}
	return v.show("deal", page)
}

// goneDeal returns what is left of a deleted deal for who could see it.
func (v *visit) goneDeal(r bridge.Reader) *goneDealPage {
	found, err := r.DealsByID(v.ctx(), []crm.ID{v.id("id")})
	if err != nil || len(found) == 0 || !found[0].Gone() || !v.principal.Reach.Sees(found[0].OwnerID) {
		return nil
	}
	d := found[0]
	page := v.page()
	page.Title = d.Name
	return &goneDealPage{page, d.ID, d.Name, page.Moment(d.DeletedAt), v.can(writeDeals) && v.principal.Reach.Edits(d.OwnerID)}
}

func (v *visit) dealPage(r bridge.Reader, deal *crm.Deal, forms dealForms) (dealPage, error) {
	around, err := v.surroundings(r)
	if err != nil {
		return dealPage{}, err
	}
	pipeline, _ := around.pipeline(deal.PipelineID)
	page := dealPage{
		Page: v.page(), ID: deal.ID, Name: deal.Name, Pipeline: pipeline.Name, Stage: around.stages[deal.StageID], Owner: around.owner(deal.OwnerID),
		Reason: detailText(deal, crm.FieldCloseReason), May: v.can(writeDeals) && v.principal.Reach.Edits(deal.OwnerID), Version: deal.Version, Styles: stageStyles(around.Pipelines),
		Fields: v.opens("/configuracion/campos"),
	}
	page.Title = deal.Name
	page.Since, page.Stale = page.Moment(deal.StageEnteredAt), crm.DealIsStale(page.Stage, deal, v.clock.Now())
	if deal.Value.Minor != 0 {
		page.Value = v.account.FormatMoney(deal.Value)
	}
	w := valueWriter{visit: v, around: around, contacts: map[crm.ID]string{}}
	contacts, err := crm.ContactsOfDeals(v.ctx(), r, v.hand(), []*crm.Deal{deal})
	if err != nil {
		return page, err
	}
	page.Contact = v.dealContact(deal, contacts)
	w.contacts[deal.ContactID] = page.Contact.Name
	documents, err := bridge.DealDocuments(v.ctx(), r, []crm.ID{deal.ID})
	if err != nil {
		return page, err
	}
	page.Flag = v.dealFlag(documents[deal.ID])
	for _, d := range documents[deal.ID] {
		page.Documents = append(page.Documents, v.dealDocumentView(d))
	}
	if page.Stages, err = v.stageSteps(r, deal, pipeline); err != nil {
		return page, err
	}
	timeline, entries, err := v.timeline(r, page.Page, w, crm.EntityDeal, deal.ID)
	if err != nil {
		return page, err
	}
	page.Timeline = timeline
	fields, err := v.fieldsOf(r, crm.EntityDeal)
	if err != nil {
		return page, err
	}
	o, err := origins{visit: v, w: w, page: page.Page, entries: entries, documents: documents[deal.ID]}.dated(r, deal.Origins)
	if err != nil {
		return page, err
	}
	for _, f := range fields {
		if f.Fixed || f.Name == crm.FieldPipeline || f.Name == crm.FieldStage || f.Name == crm.FieldCloseReason && page.Stage.Kind == crm.StageOpen {
			continue
		}
		one := v.dealFact(w, o, deal, f, page)
		if f.Custom != nil {
			page.Custom = append(page.Custom, one)
		} else {
			page.Facts = append(page.Facts, one)
		}
	}
	base := dealPath(deal.ID)
	if page.Tasks, err = v.tasks(r, page.Page, around, crm.ActivityQuery{Deal: deal.ID}, base, page.May, forms.task); err != nil {
		return page, err
	}
	page.Notes, err = v.notes(r, page.Page, around, crm.EntityDeal, deal.ID, base, page.May, forms.note)
	return page, err
}

func dealPath(id crm.ID) string { return "/oportunidades/" + string(id) }

func version(n int64) string { return strconv.FormatInt(n, 10) }

// detailText returns one of the texts in a deal's Details.
func detailText(d *crm.Deal, field string) string {
	s, _ := d.Details[field].(string)
	return s
}

func (v *visit) dealContact(deal *crm.Deal, contacts map[crm.ID]crm.DealContact) dealContact {
	found := contacts[deal.ContactID]
	c := dealContact{Name: found.Name, Gone: found.Deleted}
	if found.Contact != nil {
		c.Href = v.contactPath(deal.ContactID)
	}
	return c
}

// dealFlags are the standings of documents that flag their deal, the gravest first, with the tones of their badges.
var dealFlags = []struct {
	standing bridge.Standing
	tone     string
}{{bridge.StandingAnnulled, "bad"}, {bridge.StandingCredited, "bad"}, {bridge.StandingPartlyCredited, "warn"}}

// dealFlag tells of a deal that a document of it was voided, or taken back by credit notes; zero: none was.
func (v *visit) dealFlag(documents []bridge.DealDocument) badgeView {
	for _, flag := range dealFlags {
		if slices.ContainsFunc(documents, func(d bridge.DealDocument) bool {
			return d.Standing == flag.standing && d.Kind != bridge.KindCreditNote
		}) {
			return badgeView{Label: v.t("flag." + string(flag.standing)), Tone: flag.tone, Icon: "alert"}
		}
	}
	return badgeView{}
}

func (v *visit) dealDocumentView(d bridge.DealDocument) dealDocumentView {
	view := dealDocumentView{Name: v.documentName(d), Day: v.day(d.EmittedOn), Total: v.account.FormatMoney(d.Total), Link: d.PublicURL}
	if v.opens("/sincronizacion") != "" && v.has("/sincronizacion/documentos/{id}") {
		view.Own = "/sincronizacion/documentos/" + strconv.FormatInt(d.BsaleID, 10)
	}
	switch d.Standing {
	case bridge.StandingAnnulled:
		view.Standing = badgeView{Label: v.t("standing." + string(d.Standing)), Tone: "bad"}
	case bridge.StandingCredited, bridge.StandingPartlyCredited:
		view.Standing = badgeView{Label: v.t("standing." + string(d.Standing)), Tone: "warn"}
		view.Credited = v.account.FormatMoney(d.Credited)
	}
	return view
}

// stageSteps are the stages of the deal's pipeline with the time in each.
func (v *visit) stageSteps(r bridge.Reader, deal *crm.Deal, pipeline crm.Pipeline) ([]stageStep, error) {
	times, err := crm.StageTimes(v.ctx(), r, deal, v.clock.Now())
	if err != nil {
		return nil, err
	}
	present := slices.IndexFunc(pipeline.Stages, func(s crm.Stage) bool { return s.ID == deal.StageID })
	var steps []stageStep
	for i, s := range pipeline.Stages {
		one := stageStep{Stage: s, Current: i == present, Passed: i < present && s.Kind == crm.StageOpen}
		for _, t := range times {
			if t.Stage.ID == s.ID && (t.Stood > 0 || t.Entered > 0 || t.Current) {
				one.Time = v.age(t.Stood)
			}
		}
		if s.Kind != crm.StageOpen {
			one.Href = dealPath(deal.ID) + "/mover?etapa=" + url.QueryEscape(string(s.ID))
		}
		steps = append(steps, one)
	}
	return steps, nil
}

// dealValue returns what a deal has in a field, its value as money.
func dealValue(f crm.Field, d *crm.Deal) any {
	if f.Custom == nil && f.Name == crm.FieldValue {
		return d.Value
	}
	return f.OfDeal(d)
}

func (v *visit) dealFact(w valueWriter, o origins, deal *crm.Deal, f crm.Field, page dealPage) fact {
	one := fact{Name: fieldPlace(f), Label: v.fieldLabel(f), Text: w.write(f, dealValue(f, deal)), Long: f.Type == crm.TypeLongText}
	if f.Custom == nil && f.Name == crm.FieldValue {
		one.Text = page.Value
	}
	switch f.Type {
	case crm.TypeContact:
		one.Href = page.Contact.Href
	case crm.TypeURL:
		one.Href = one.Text
	case crm.TypeEmail:
		if one.Text != "" {
			one.Href = "mailto:" + one.Text
		}
	case crm.TypePhone:
		if one.Text != "" {
			one.Href = "tel:" + one.Text
		}
	}
	if page.May {
		one.Edit = dealPath(deal.ID) + "/campos/" + one.Name
	}
	one.Document, one.Changed = o.of(f, deal.Origins)
	return one
}

// origins tells where the values of a record's fields come from.
type origins struct {
	*visit
	w         valueWriter
	page      Page
	entries   []crm.TimelineEntry
	documents []bridge.DealDocument
	days      map[crm.ID]map[string]string // by connection, of its documents by what they are called
}

// dated returns the origins with the days of the documents that fields were read from, with one query per connection.
func (o origins) dated(r bridge.Reader, all crm.Origins) (origins, error) {
	titles := map[crm.ID][]string{}
	for _, origin := range all {
		if origin.Actor.Kind == crm.ActorApp && origin.Document != "" {
			titles[origin.Actor.ID] = append(titles[origin.Actor.ID], origin.Document)
		}
	}
	for _, e := range o.entries {
		if e.Event.Actor.Kind == crm.ActorApp && e.Event.Document != "" && len(e.Changes) > 0 {
			titles[e.Event.Actor.ID] = append(titles[e.Event.Actor.ID], e.Event.Document)
		}
	}
	o.days = map[crm.ID]map[string]string{}
	for connection, of := range titles {
		days, err := bridge.EmissionDays(o.ctx(), r, connection, of)
		if err != nil {
			return o, err
		}
		o.days[connection] = days
	}
	return o, nil
}

// of returns the document of Bsale that a field's value comes from ("Boleta 1234, 12-03-2026"), and what a person changed since.
func (o origins) of(f crm.Field, all crm.Origins) (document, changed string) {
	origin, known := all[f.Name]
	if !known {
		return "", ""
	}
	if origin.Actor.Kind == crm.ActorApp {
		return o.withDay(origin.Actor.ID, origin.Document, time.UnixMicro(origin.At)), ""
	}
	for _, e := range o.entries {
		if e.Event.Actor.Kind != crm.ActorApp {
			continue
		}
		for _, c := range e.Changes {
			if c.Field.Name != f.Name {
				continue
			}
			who := o.around().owner(origin.Actor.ID)
			if who == "" {
				who = o.t("actor.somebody")
			}
			return o.withDay(e.Event.Actor.ID, e.Event.Document, e.Event.At), o.t("deal.changed_since", "name", who, "when", o.page.Moment(time.UnixMicro(origin.At)).Inline(), "value", o.said(f, c.New))
		}
	}
	return "", ""
}

func (o origins) around() surroundings { return o.w.around }

func (o origins) said(f crm.Field, value crm.TimelineValue) string {
	if text := o.w.changed(f, value); text != "" {
		return shorten(text)
	}
	return o.t("field.nothing")
}

// withDay adds the day of a document to its name, or says when it was written here where nobody knows that day any more.
func (o origins) withDay(connection crm.ID, document string, written time.Time) string {
	for _, d := range o.documents {
		if document != "" && d.ConnectionID == connection && d.Number != "" && strings.HasSuffix(document, " "+d.Number) {
			return document + ", " + o.day(d.EmittedOn)
		}
	}
	if day := o.days[connection][document]; day != "" {
		return document + ", " + o.day(day)
	}
	if document == "" {
		document = "Bsale"
	}
	return o.t("origin.written", "document", document, "day", o.account.FormatDate(crm.DateOf(written.In(o.account.Location()))))
}

// parseMoney reads an amount as crm.Money.String writes it.
func parseMoney(text string) (crm.Money, bool) {
	number, currency, _ := strings.Cut(text, " ")
	amount, err := decimal.NewFromString(number)
	if err != nil {
		return crm.Money{}, false
	}
	m, _, err := crm.NewMoney(amount, currency)
	return m, err == nil
}

func deleteDeal(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	err = v.update(func(tx bridge.Tx) error {
		results, err := crm.DeleteDeals(v.ctx(), tx, v.hand(), []crm.Ref{{ID: v.id("id"), Version: f.version()}})
		if err == nil {
			err = results[0].Err
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.done(dealPath(v.id("id")), "done.deal_deleted")
}

type dealDeletePage struct {
	Page
	ID      crm.ID
	Name    string
	Version int64
}

func showDealDelete(v *visit) error {
	var page dealDeletePage
	err := v.view(func(r bridge.Reader) error {
		deal, err := crm.FindDeal(v.ctx(), r, v.hand(), v.id("id"))
		if err == nil {
			page = dealDeletePage{v.page(), deal.ID, deal.Name, deal.Version}
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show("deal_delete", page)
}

func restoreDeal(v *visit) error {
	if err := v.update(func(tx bridge.Tx) error {
		_, err := crm.RestoreDeal(v.ctx(), tx, v.hand(), v.id("id"))
		return err
	}); err != nil {
		return err
	}
	return v.done(dealPath(v.id("id")), "done.deal_restored")
}
