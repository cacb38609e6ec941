package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

type workPage struct {
	Page
	syncFrame
	Groups   []workGroup
	Sellers  []sellerView
	Requests []requestView
	Again    string // where documents are decided again; "": not for this person
}

// workGroup is the documents that wait for somebody for one reason.
type workGroup struct {
	ID       string
	State    bridge.State
	Reason   bridge.Reason
	Sentence string
	Fix      string
	Tone     string
	Count    string
	Action   workAction
	Items    []workItem
	More     string // address of all of them; "": all are here
}

// workAction is a page on which what a reason is about can be mended.
type workAction struct{ Label, Href string }

// workItem is one of the documents, with those among whom to choose.
type workItem struct {
	syncedDocument
	settlement
}

// candidateView is a contact that a document's client may be.
type candidateView struct {
	ID    crm.ID
	Name  string
	Facts []string // what tells it from others
	Path  string
}

func (v *visit) candidate(c *crm.Contact) candidateView {
	view := candidateView{ID: c.ID, Name: c.Name(), Path: v.linkedContact(c.ID)}
	for _, identity := range c.Identities {
		if identity.Primary {
			view.Facts = append(view.Facts, identityText(identity))
		}
	}
	return view
}

// settlement is the question which contact, or deal, a document belongs to.
type settlement struct {
	Document   int64
	Question   string
	After      string // what will happen
	NewOne     string // the button that makes another contact
	Candidates []candidateView
	Deals      []linked
	Deciding   bool // somebody has chosen, or asked for another try; it is decided again soon
	MayAct     bool
	Back       string // where to go when it is settled
}

// settlement asks about a document; nothing is asked of one that waits for nobody.
func (v *visit) settlement(record *bridge.Record, contacts []*crm.Contact, deals []*crm.Deal) settlement {
	s := settlement{Document: record.BsaleID, MayAct: v.can(writeBsale), Back: v.r.URL.Path}
	if record.State != bridge.StateConflict {
		return s
	}
	s.Deciding = !record.DueAt.IsZero()
	for _, c := range contacts {
		if !c.Gone() {
			s.Candidates = append(s.Candidates, v.candidate(c))
		}
	}
	for _, d := range deals {
		if !d.Gone() {
			s.Deals = append(s.Deals, linked{Name: d.Name, Path: v.linkedDeal(d.ID)})
		}
	}
	s.Question, s.NewOne = v.t("sync.settle_many", "client", record.ClientName), v.t("sync.it_is_none")
	if len(s.Candidates) == 1 {
		s.Question, s.NewOne = v.t("sync.settle_one", "client", record.ClientName), v.t("sync.it_is_not_this")
	}
	s.After = v.t("sync.settle_after", "client", record.ClientName)
	return s
}

// sellerView is somebody who sells in Bsale and whose deals have no owner.
type sellerView struct {
	Name, Email string // Email is "" where the name is it, or where there is none
	Why         string
	Count       string
	Invite      string
}

// requestView is a contact that could not be made a client in Bsale.
type requestView struct {
	Contact  crm.ID
	Name     string
	Path     string
	Why, Fix string
	Said     string // by Bsale
}

// How many documents of a group are shown, how many decisions are looked at for sellers that nobody is, and how many requests that failed are shown.
const (
	workShown     = 5
	decisionsRead = 200
	requestsShown = 50
)

// showWork shows what waits for somebody, by reason, each with what to do about it.
func showWork(v *visit) error {
	page := workPage{Page: v.page()}
	if v.can(writeBsale) {
		page.Again = v.opens("/configuracion/apps/bsale/reprocesar")
	}
	work := 0
	err := v.view(func(r bridge.Reader) error {
		connection, err := bridge.FindConnection(v.ctx(), r)
		if err != nil {
			return err
		}
		counts, err := bridge.WorkList(v.ctx(), r, connection.ID)
		if err != nil {
			return err
		}
		work = workIn(counts)
		if page.Groups, err = v.workGroups(page.Page, r, connection.ID, counts); err != nil {
			return err
		}
		if page.Sellers, err = v.unknownSellers(page.Page, r, connection.ID); err != nil {
			return err
		}
		page.Requests, err = v.failedRequests(r, connection.ID)
		return err
	})
	if err != nil && crm.CodeOf(err) != crm.NotFound {
		return err
	}
	page.syncFrame = v.syncFrame(err == nil, work)
	return v.show("sync_work", page)
}

// workTones say how urgent a group is; those of conflicts come first.
var workTones = map[bridge.State]string{bridge.StateConflict: "warn", bridge.StateFailed: "bad"}

// workGroups reads the first documents of each reason: one bounded query for each, as there are few reasons and some have very many documents.
func (v *visit) workGroups(p Page, r bridge.Reader, connection crm.ID, counts []bridge.RecordCount) ([]workGroup, error) {
	var groups []workGroup
	var people, deals []crm.ID
	records := map[string][]*bridge.Record{}
	for _, c := range counts {
		g := workGroup{
			ID: string(c.State) + "-" + string(c.Reason), State: c.State, Reason: c.Reason, Tone: workTones[c.State], Count: p.Count(c.Count), Sentence: v.reasonText(c.Reason), Fix: v.fixText(c.Reason), Action: v.workAction(c.Reason),
		}
		found, err := r.ListRecords(v.ctx(), connection, bridge.RecordQuery{States: []bridge.State{c.State}, Reasons: []bridge.Reason{c.Reason}, Limit: workShown})
		if err != nil {
			return nil, err
		}
		for _, record := range found.Items {
			if c.State == bridge.StateConflict && c.Reason == bridge.ManyDeals {
				deals = append(deals, record.Candidates...)
			} else if c.State == bridge.StateConflict {
				people = append(people, record.Candidates...)
			}
		}
		if c.Count > len(found.Items) {
			g.More = "/sincronizacion/documentos?" + url.Values{"estado": {string(c.State)}, "motivo": {string(c.Reason)}}.Encode()
		}
		records[g.ID] = found.Items
		groups = append(groups, g)
	}
	contactsByID, dealsByID, err := v.candidates(r, people, deals)
	if err != nil {
		return nil, err
	}
	for i := range groups {
		for _, record := range records[groups[i].ID] {
			groups[i].Items = append(groups[i].Items, v.workItem(p, record, contactsByID, dealsByID))
		}
	}
	rank := []bridge.State{bridge.StateConflict, bridge.StateFailed, bridge.StateSkipped}
	slices.SortStableFunc(groups, func(a, b workGroup) int {
		return cmp.Compare(slices.Index(rank, a.State), slices.Index(rank, b.State))
	})
	return groups, nil
}

// candidates reads contacts and deals by their ids.
func (v *visit) candidates(r bridge.Reader, people, deals []crm.ID) (map[crm.ID]*crm.Contact, map[crm.ID]*crm.Deal, error) {
	contacts, err := r.ContactsByID(v.ctx(), people)
	if err != nil {
		return nil, nil, err
	}
	contactsByID := map[crm.ID]*crm.Contact{}
	for _, c := range contacts {
		contactsByID[c.ID] = c
	}
	found, err := r.DealsByID(v.ctx(), deals)
	dealsByID := map[crm.ID]*crm.Deal{}
	for _, d := range found {
		dealsByID[d.ID] = d
	}
	return contactsByID, dealsByID, err
}

func (v *visit) workItem(p Page, record *bridge.Record, contacts map[crm.ID]*crm.Contact, deals map[crm.ID]*crm.Deal) workItem {
	var people []*crm.Contact
	var open []*crm.Deal
	for _, id := range record.Candidates {
		if c := contacts[id]; c != nil {
			people = append(people, c)
		}
		if d := deals[id]; d != nil {
			open = append(open, d)
		}
	}
	return workItem{v.syncedDocument(p, record), v.settlement(record, people, open)}
}

// ruleControls are the controls of the rules by which a reason can be ruled out.
var ruleControls = map[bridge.Reason]string{
	bridge.NoClient: "contact.anonymous", bridge.GenericClient: "contact.anonymous", bridge.ManyDeals: "several", bridge.KindNotChosen: "documents", bridge.BeforeStart: "start",
	bridge.NoOpenDeal: "create.stage", bridge.CreditNotesIgnored: "void.action", bridge.MissingEmail: "contact.require", bridge.MissingPhone: "contact.require",
	bridge.MissingEmailAndPhone: "contact.require", bridge.InvalidEmail: "contact.require", bridge.InvalidPhone: "contact.require", bridge.MissingTaxID: "contact.require",
	bridge.InvalidTaxID: "contact.require", bridge.GenericTaxID: "contact.require",
}

// workAction returns the rule that a reason follows from, for those who may change it.
func (v *visit) workAction(reason bridge.Reason) workAction {
	control, ok := ruleControls[reason]
	if path := v.opens("/configuracion/apps/bsale"); ok && path != "" {
		return workAction{v.t("sync.change_rule"), path + "#" + fieldID(control)}
	}
	return workAction{}
}

// unknownSellers returns, of the latest decisions, the sellers by whom no deal gets an owner, unless somebody has their e-mail by now.
func (v *visit) unknownSellers(p Page, r bridge.Reader, connection crm.ID) ([]sellerView, error) {
	decisions, err := bridge.LatestDecisions(v.ctx(), r, connection, decisionsRead)
	if err != nil {
		return nil, err
	}
	users, err := r.Users(v.ctx())
	if err != nil {
		return nil, err
	}
	counts, names := map[bridge.Warning]int{}, map[string]string{}
	for _, d := range decisions {
		for _, w := range d.Plan.Warnings {
			if (w.Reason == bridge.SellerUnknown || w.Reason == bridge.SellerWithoutEmail) && bridge.UserWithEmail(users, w.Detail) == nil {
				counts[bridge.Warning{Reason: w.Reason, Detail: w.Detail}]++
				names[w.Detail] = cmp.Or(names[w.Detail], w.Name) // the latest
			}
		}
	}
	var sellers []sellerView
	for w, n := range counts {
		one := sellerView{Name: w.Detail, Why: v.reasonText(w.Reason) + " " + v.fixText(w.Reason), Count: p.Count(n)}
		if invite := v.opens("/configuracion/usuarios/invitar"); invite != "" && w.Reason == bridge.SellerUnknown {
			one.Invite = invite + "?" + url.Values{"email": {w.Detail}, "name": {names[w.Detail]}}.Encode()
		}
		if name := names[w.Detail]; name != "" {
			one.Name, one.Email = name, w.Detail
		}
		sellers = append(sellers, one)
	}
	slices.SortFunc(sellers, func(a, b sellerView) int { return strings.Compare(a.Name, b.Name) })
	return sellers, nil
}

// failedRequests returns the contacts that could not be made clients in Bsale.
func (v *visit) failedRequests(r bridge.Reader, connection crm.ID) ([]requestView, error) {
	requests, err := r.ClientRequests(v.ctx(), connection, bridge.ClientRequestFailed, "", requestsShown)
	if err != nil {
		return nil, err
	}
	ids := make([]crm.ID, len(requests))
	for i, q := range requests {
		ids[i] = q.ContactID
	}
	contacts, _, err := v.candidates(r, ids, nil)
	var views []requestView
	for _, q := range requests {
		view := requestView{Contact: q.ContactID, Path: v.linkedContact(q.ContactID), Why: v.reasonText(q.Reason), Fix: v.fixText(q.Reason), Said: q.LastError}
		if c := contacts[q.ContactID]; c != nil {
			view.Name = c.Name()
		}
		views = append(views, view)
	}
	return views, err
}

// retryReason has all documents tried again that have a state and a reason.
func retryReason(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	var retried bridge.Retried
	if err := v.onConnection(func(tx bridge.Tx, c bridge.Connection) (err error) {
		retried, err = v.Engine.RetryReason(v.ctx(), tx, c.ID, bridge.State(f.Value("estado")), bridge.Reason(f.Value("motivo")))
		return err
	}); err != nil {
		return err
	}
	return v.done(backTo(f, "/sincronizacion/por-resolver"), "done.retry_all", "n", strconv.Itoa(retried.Documents))
}

// retryRequest tries again to make a contact a client in Bsale.
func retryRequest(v *visit) error {
	if err := v.onConnection(func(tx bridge.Tx, c bridge.Connection) error {
		_, err := v.Engine.RetryClientRequest(v.ctx(), tx, c.ID, v.id("id"))
		return err
	}); err != nil {
		return err
	}
	return v.done("/sincronizacion/por-resolver", "done.request_retried")
}
