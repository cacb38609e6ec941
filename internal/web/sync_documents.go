package web

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// syncedDocument is a document in a list.
type syncedDocument struct {
	ID      int64
	Title   string
	Type    string // as Bsale calls it
	Path    string
	Day     string
	Client  string
	Total   string
	State   badgeView
	Why     string
	Deal    string // addresses; "": none
	Contact string
	URL     string // at Bsale
}

func (v *visit) syncedDocument(p Page, r *bridge.Record) syncedDocument {
	view := syncedDocument{
		ID: r.BsaleID, Title: r.Title(v.account.Language), Type: r.TypeName, Path: documentPath(r.BsaleID), Client: r.ClientName, State: badgeView{Label: v.t("state." + string(r.State)), Tone: stateTones[r.State]},
		Deal: v.linkedDeal(r.DealID), Contact: v.linkedContact(r.ContactID), URL: webAddress(r.PublicURL),
	}
	if r.Reason != "" {
		view.Why = v.reasonText(r.Reason)
	}
	if day, ok := crm.ParseDate(r.EmittedOn); ok {
		view.Day = p.Date(day)
	}
	if r.Total.Currency != "" {
		view.Total = p.Money(r.Total)
	}
	return view
}

// linkedDeal and linkedContact return the address of a record's page, "" for none or for who may not open it.
func (v *visit) linkedDeal(id crm.ID) string    { return v.linkedRecord("/oportunidades", id) }
func (v *visit) linkedContact(id crm.ID) string { return v.linkedRecord("/contactos", id) }

func (v *visit) linkedRecord(list string, id crm.ID) string {
	if id == "" || v.opens(list) == "" {
		return ""
	}
	return list + "/" + string(id)
}

// webAddress returns what may stand in a link: Bsale's word is not taken for it.
func webAddress(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	return ""
}

type documentsPage struct {
	Page
	syncFrame
	Form      *form
	States    []choice
	Reasons   []choice
	Kinds     []choice
	Documents []syncedDocument
	Filtered  bool
	Pager     pager
	Problem   string
	Retry     *workGroup // all that have the state and reason that are looked at
}

const documentsShown = 50

// documentNumber is what a search looks for as a number; anything else is words of a client's name.
var documentNumber = regexp.MustCompile(`^[A-Za-z]{0,4}\d*-?\d+$`)

// The parameters of the list.
var documentFilters = []string{"q", "estado", "motivo", "tipo", "desde", "hasta"}

// showDocuments lists the documents that were read, with what became of them.
func showDocuments(v *visit) error {
	f := newForm()
	for _, name := range documentFilters {
		f.values.Set(name, strings.TrimSpace(v.query(name)))
	}
	page := documentsPage{Page: v.page(), Form: f}
	q := bridge.RecordQuery{Kind: bridge.Kind(f.Value("tipo")), EmittedFrom: f.Value("desde"), EmittedTo: f.Value("hasta"), Cursor: v.query("cursor"), Limit: documentsShown}
	if text := f.Value("q"); documentNumber.MatchString(text) {
		q.Number = text
	} else {
		q.Client = text
	}
	if state := f.Value("estado"); state != "" {
		q.States = []bridge.State{bridge.State(state)}
	}
	if reason := f.Value("motivo"); reason != "" {
		q.Reasons = []bridge.Reason{bridge.Reason(reason)}
	}
	for _, name := range []string{"desde", "hasta"} {
		if _, err := bridge.ParseDay(f.Value(name)); err != nil {
			f.Problems = append(f.Problems, problemAt{name, v.formSentence(placed(err, name))})
			q.EmittedFrom, q.EmittedTo = "", ""
		}
	}
	for _, name := range documentFilters {
		page.Filtered = page.Filtered || f.Value(name) != ""
	}
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
		v.documentChoices(&page, counts)
		found, err := r.ListRecords(v.ctx(), connection.ID, q)
		for _, record := range found.Items {
			page.Documents = append(page.Documents, v.syncedDocument(page.Page, record))
		}
		if found.Next != "" {
			page.Pager.Next = documentsPath(f, found.Next)
		}
		return err
	})
	switch {
	case crm.CodeOf(err) == crm.NotFound:
	case crm.CodeOf(err) == crm.Invalid:
		return v.redirect(documentsPath(f, "")) // a cursor of another list
	case err != nil:
		return err
	}
	if v.query("cursor") != "" {
		page.Pager.Previous = documentsPath(f, "")
	}
	page.syncFrame = v.syncFrame(err == nil, work)
	return v.show("sync_documents", page)
}

// documentsPath returns the address of a page of the list under the same filters.
func documentsPath(f *form, cursor string) string {
	query := url.Values{}
	for _, name := range documentFilters {
		if f.Value(name) != "" {
			query.Set(name, f.Value(name))
		}
	}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	if len(query) == 0 {
		return "/sincronizacion/documentos"
	}
	return "/sincronizacion/documentos?" + query.Encode()
}

// documentChoices offers the states, reasons and kinds that there are.
func (v *visit) documentChoices(page *documentsPage, counts []bridge.RecordCount) {
	for _, state := range []bridge.State{bridge.StateLinked, bridge.StateSkipped, bridge.StateConflict, bridge.StateFailed, bridge.StateNew} {
		page.States = append(page.States, choice{Value: string(state), Label: v.t("state." + string(state))})
	}
	seen := map[bridge.Reason]bool{"": true}
	for _, c := range counts {
		if !seen[c.Reason] {
			seen[c.Reason] = true
			page.Reasons = append(page.Reasons, choice{Value: string(c.Reason), Label: v.reasonText(c.Reason)})
		}
		if string(c.State) == page.Form.Value("estado") && string(c.Reason) == page.Form.Value("motivo") && c.Count > 0 && c.State != bridge.StateLinked {
			page.Retry = &workGroup{State: c.State, Reason: c.Reason, Count: page.Count(c.Count)}
		}
	}
	slices.SortFunc(page.Reasons, func(a, b choice) int { return strings.Compare(crm.Fold(a.Label), crm.Fold(b.Label)) })
	for _, kind := range typeKinds {
		page.Kinds = append(page.Kinds, choice{Value: string(kind), Label: v.t("kind." + string(kind))})
	}
}

type documentPage struct {
	Page
	syncFrame
	Document   syncedDocument
	Fix        string
	Standing   badgeView
	Credited   string
	Seen       moment
	Decided    moment
	NextTry    moment
	Attempts   int
	Pairs      []documentPair
	Deal       linked
	Contact    linked
	Candidates []candidateView
	Deals      []linked // among which there is no telling
	Action     workAction
	Decisions  []decisionView
	Settle     string // the question before the candidates
}

// linked is a record of the CRM that a document is linked to.
type linked struct {
	Name, Path string
	Gone       bool
}

// documentPair is something of the document as Bsale has it, beside what the CRM has.
type documentPair struct{ Label, Bsale, CRM string }

// decisionView is a decision as it was applied.
type decisionView struct {
	planView
	At   moment
	Open bool // shown unfolded
}

// documentID returns the document that the address names. not_found: document_not_found.
func (v *visit) documentID() (int64, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, crm.NewError(crm.NotFound, "document_not_found")
	}
	return id, nil
}

// showDocument tells all that is known of one document.
func showDocument(v *visit) error {
	id, err := v.documentID()
	if err != nil {
		return err
	}
	page := documentPage{Page: v.page()}
	err = v.view(func(r bridge.Reader) error {
		connection, err := bridge.FindConnection(v.ctx(), r)
		if err != nil {
			return err
		}
		story, err := bridge.ReadRecord(v.ctx(), r, connection.ID, id)
		if err != nil {
			return err
		}
		around, err := bridge.ReadSurroundings(v.ctx(), r)
		if err != nil {
			return err
		}
		v.tellDocument(&page, story, around)
		return nil
	})
	if err != nil {
		return err
	}
	page.syncFrame = v.syncFrame(true, 0)
	page.Title = page.Document.Title
	return v.show("sync_document", page)
}

func (v *visit) tellDocument(page *documentPage, story bridge.RecordStory, around bridge.Surroundings) {
	r := story.Record
	page.Document = v.syncedDocument(page.Page, r)
	page.Seen, page.Decided, page.NextTry, page.Attempts = page.Moment(r.SeenAt), page.Moment(r.DecidedAt), page.Moment(r.DueAt), r.Attempts
	if r.Reason != "" && (r.State != bridge.StateLinked) {
		page.Fix = v.fixText(r.Reason)
		page.Action = v.workAction(r.Reason)
	}
	if r.Standing != "" && r.Standing != bridge.StandingActive {
		page.Standing = badgeView{Label: v.t("standing." + string(r.Standing)), Tone: "warn"}
	}
	if r.Credited != 0 {
		page.Credited = page.Money(crm.Money{Minor: r.Credited, Currency: r.Total.Currency})
	}
	if story.Deal != nil {
		page.Deal = linked{story.Deal.Name, v.linkedDeal(story.Deal.ID), story.Deal.Gone()}
	}
	if story.Contact != nil {
		page.Contact = linked{story.Contact.Name(), v.linkedContact(story.Contact.ID), story.Contact.Gone()}
	}
	for _, c := range story.CandidateContacts {
		page.Candidates = append(page.Candidates, v.candidate(c))
	}
	if page.Settle = v.t("sync.settle_many", "client", r.ClientName); len(page.Candidates) == 1 {
		page.Settle = v.t("sync.settle_one", "client", r.ClientName)
	}
	for _, d := range story.CandidateDeals {
		page.Deals = append(page.Deals, linked{d.Name, v.linkedDeal(d.ID), d.Gone()})
	}
	page.Pairs = v.documentPairs(page, story, around)
	words := v.planWords(page.Page, around)
	for i, d := range story.Decisions {
		page.Decisions = append(page.Decisions, decisionView{words.tell(d.Plan), page.Moment(d.At), i == 0})
	}
}

// documentPairs puts what Bsale has beside what the CRM has.
func (v *visit) documentPairs(page *documentPage, story bridge.RecordStory, around bridge.Surroundings) []documentPair {
	d := page.Document
	client := documentPair{Label: v.t("sync.pair.client"), Bsale: d.Client, CRM: page.Contact.Name}
	if client.Bsale == "" {
		client.Bsale = v.t("sync.no_client")
	}
	pairs := []documentPair{{v.t("sync.pair.document"), d.Type + " " + story.Record.Number, page.Deal.Name}, client}
	total := documentPair{Label: v.t("sync.pair.total"), Bsale: d.Total}
	day := documentPair{Label: v.t("sync.pair.day"), Bsale: d.Day}
	var rest []documentPair
	if deal := story.Deal; deal != nil {
		total.CRM, day.CRM = page.Money(deal.Value), page.Moment(deal.CreatedAt).Exact
		stage := documentPair{Label: v.t("field.stage"), Bsale: page.Standing.Label}
		for _, p := range around.Pipelines {
			for _, s := range p.Stages {
				if s.ID == deal.StageID {
					stage.CRM = s.Name + " (" + p.Name + ")"
				}
			}
		}
		if stage.Bsale == "" {
			stage.Bsale = v.t("standing.active")
		}
		owner := documentPair{Label: v.t("field.owner"), CRM: v.t("owner.none")}
		for _, u := range around.Users {
			if u.ID == deal.OwnerID {
				owner.CRM = u.Label()
			}
		}
		for _, f := range around.Deal {
			if value, ok := deal.Custom[f.Key]; ok && deal.Origins[f.Key].Actor.Kind == crm.ActorApp {
				rest = append(rest, documentPair{Label: f.Name, CRM: v.fieldValue(page.Page, f.Type, value)})
			}
		}
		rest = append([]documentPair{stage, owner}, rest...)
	}
	return append(append(pairs, total, day), rest...)
}

// retryDocument has one document read and decided again.
func retryDocument(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	id, err := v.documentID()
	if err != nil {
		return err
	}
	if err := v.onConnection(func(tx bridge.Tx, c bridge.Connection) error { return v.Engine.RetryTx(v.ctx(), tx, c.ID, id) }); err != nil {
		return err
	}
	return v.done(backTo(f, documentPath(id)), "done.retry_soon")
}

// settleDocument says which contact the document's client is.
func settleDocument(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	id, err := v.documentID()
	if err != nil {
		return err
	}
	count := 0
	if err := v.onConnection(func(tx bridge.Tx, c bridge.Connection) (err error) {
		count, err = v.Engine.SettleContact(v.ctx(), tx, v.hand(), c.ID, id, crm.ID(f.Value("contact")))
		return err
	}); err != nil {
		return err
	}
	return v.done(backTo(f, documentPath(id)), "done.settled", "n", strconv.Itoa(count))
}

// backTo returns where a form says that it came from, else another place.
func backTo(f *form, otherwise string) string {
	if f.Value("volver") == "" {
		return otherwise
	}
	return ours(f.Value("volver"))
}
