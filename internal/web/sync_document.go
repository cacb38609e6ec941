package web

import (
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

type documentPage struct {
	Page
	syncFrame
	Document  syncedDocument
	Fix       string
	Standing  badgeView
	Credited  string
	Seen      moment
	Decided   moment
	NextTry   moment
	Attempts  int
	Pairs     []documentPair
	Deal      linked
	Contact   linked
	Action    workAction
	Decisions []decisionView
	Settle    settlement
}

// linked is a record of the CRM that a document is linked to.
type linked struct {
	Name, Path string
	Gone       bool
}

// documentPair is something of the document as Bsale has it, beside what the CRM has.
type documentPair struct {
	Label, Bsale, CRM string
	Differs           bool // it was one thing when it was written, and is another now
}

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
	page.Settle = v.settlement(r, story.CandidateContacts, story.CandidateDeals)
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
	pairs := []documentPair{{Label: v.t("sync.pair.document"), Bsale: strings.TrimSpace(d.Type + " " + story.Record.Number), CRM: page.Deal.Name}, client}
	total, day := documentPair{Label: v.t("sync.pair.total"), Bsale: d.Total}, documentPair{Label: v.t("sync.pair.day"), Bsale: d.Day}
	deal := story.Deal
	if deal == nil {
		return append(pairs, total, day)
	}
	brought := broughtBy(story.Decisions)
	total.CRM = page.Money(deal.Value)
	day.CRM = v.t("sync.pair.created", "day", page.Date(crm.DateOf(deal.CreatedAt.In(v.account.Location()))))
	pairs = append(pairs, total, day, v.stagePair(page, deal, around), v.ownerPair(deal, brought, story.Decisions, around))
	for _, f := range around.Deal {
		written, ok := brought[f.Name]
		value, has := deal.Custom[f.Key]
		if !ok && (!has || deal.Origins[f.Key].Actor.Kind != crm.ActorApp) {
			continue
		}
		pair := documentPair{Label: f.Name}
		if !ok {
			pair.Bsale = v.t("sync.no_change")
		} else if written != nil {
			pair.Bsale = v.fieldValue(page.Page, f.Type, written)
		}
		if has {
			pair.CRM = v.fieldValue(page.Page, f.Type, value)
		}
		pair.Differs = ok && pair.Bsale != pair.CRM
		pairs = append(pairs, pair)
	}
	return pairs
}

// broughtBy returns what the document last brought for each field of the deal, by the names that plans have.
func broughtBy(decisions []bridge.Decision) map[string]any {
	brought := map[string]any{}
	for _, d := range slices.Backward(decisions) { // oldest first
		if d.Plan.Deal == nil {
			continue
		}
		for _, c := range d.Plan.Deal.Changes {
			brought[c.Field] = c.New
		}
	}
	return brought
}

func (v *visit) stagePair(page *documentPage, deal *crm.Deal, around bridge.Surroundings) documentPair {
	pair := documentPair{Label: v.t("field.stage"), Bsale: page.Standing.Label}
	if pair.Bsale == "" {
		pair.Bsale = v.t("standing.active")
	}
	for _, p := range around.Pipelines {
		for _, s := range p.Stages {
			if s.ID == deal.StageID {
				pair.CRM = s.Name + " (" + p.Name + ")"
			}
		}
	}
	return pair
}

// ownerPair puts the seller, as far as a decision told of one, beside the owner.
func (v *visit) ownerPair(deal *crm.Deal, brought map[string]any, decisions []bridge.Decision, around bridge.Surroundings) documentPair {
	pair := documentPair{Label: v.t("field.owner"), Bsale: v.t("sync.no_change"), CRM: v.t("owner.none")}
	if email, ok := brought[crm.FieldOwner].(string); ok {
		pair.Bsale = email
	} else if len(decisions) > 0 {
		for _, w := range decisions[0].Plan.Warnings {
			if w.Reason == bridge.SellerUnknown || w.Reason == bridge.SellerWithoutEmail {
				pair.Bsale = w.Detail
			}
		}
	}
	for _, u := range around.Users {
		if u.ID == deal.OwnerID {
			pair.CRM = u.Label()
		}
	}
	return pair
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

// somebodyNew stands for a contact who is not there yet.
const somebodyNew = "new"

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
		if f.Value("contact") == somebodyNew {
			count, err = v.Engine.SettleNewContact(v.ctx(), tx, v.hand(), c.ID, id)
			return err
		}
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
