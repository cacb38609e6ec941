package web

import (
	"net/url"
	"regexp"
	"slices"
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
