package web

import (
	"context"
	"encoding/json"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const (
	cardsAtOnce = 25  // in a column, before somebody asks for more
	mostCards   = 500 // of a column that is asked for anew
	// mostCounted bounds how far deals of a list are counted that no total tells, mostSummed how far those of a board that is searched.
	mostCounted = 10_000
	mostSummed  = 1_000
	// pipelineCookie keeps which pipeline the browser showed last.
	pipelineCookie = "puente_pipeline"
)

type boardPage struct {
	Page
	Problem   string // why a move was not made
	Pipeline  crm.Pipeline
	Pipelines []choice
	Filter    *form // owner and words
	Filtered  bool
	Nothing   string // that no deal is as the filter wants it; "": some are
	Owners    []choice
	Columns   []column
	Alone     bool // one column, of who came by a link to more of it
	Styles    string
	List, New string // addresses; "": not for this person
	Setup     string
}

// column is one stage of the board.
type column struct {
	Stage   crm.Stage
	Version int64 // of the stage: see crm.Reader.StageVersions
	Count   string
	None    bool
	Silent  bool // the page says already that there are none
	Sum     string
	Others  string // sums in other currencies
	Cards   []card
	More    string        // address of the cards after these; "": these are all
	Rest    string        // how many there are after these
	Here    string        // address of the board, to come back to
	Moves   template.HTML // buttons, the same in the menu of each card
}

// card is a deal as the board shows it.
type card struct {
	ID       crm.ID
	Version  int64
	Name     string
	Value    string
	Contact  string
	Gone     bool // the contact is deleted
	Owner    string
	Avatar   avatarView
	Flag     badgeView // a document of it was voided or taken back
	Document string    // "Boleta 1234"
	Day      string
	More     int // documents beside that one
	Age      string
	Since    string
	Stale    bool
	Mine     bool // may be changed
}

// boardFilter is what of the board is shown.
type boardFilter struct {
	pipeline crm.ID
	owner    string // of a user, or crm.Unassigned; "": all
	words    string
}

func (v *visit) boardFilter() boardFilter {
	return boardFilter{crm.ID(v.query("embudo")), v.query("dueno"), strings.TrimSpace(v.query("q"))}
}

// address returns the board with a filter; pairs are name, value… of more parameters.
func (f boardFilter) address(path string, pairs ...string) string {
	values := url.Values{}
	for _, pair := range [][2]string{{"embudo", string(f.pipeline)}, {"dueno", f.owner}, {"q", f.words}} {
		if pair[1] != "" {
			values.Set(pair[0], pair[1])
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

func showBoard(v *visit) error {
	page, err := v.boardPage(v.boardFilter())
	if err != nil {
		return err
	}
	return v.show("board", page)
}

func (v *visit) boardPage(f boardFilter) (boardPage, error) {
	var page boardPage
	err := v.view(func(r bridge.Reader) error {
		b, err := v.readBoard(r, f)
		if err != nil {
			return err
		}
		page = b.page()
		for _, stage := range b.pipeline.Stages {
			if err := b.read(stage, "", cardsAtOnce); err != nil {
				return err
			}
		}
		if page.Columns, err = b.columns(); err != nil {
			return err
		}
		page.Nothing = b.nothing(page)
		return nil
	})
	return page, err
}

// nothing says that nothing is found, once for all columns, which then say nothing.
func (b *board) nothing(page boardPage) string {
	if !page.Filtered || slices.ContainsFunc(page.Columns, func(c column) bool { return !c.None }) {
		return ""
	}
	for i := range page.Columns {
		page.Columns[i].Silent = true
	}
	if b.filter.words == "" {
		return b.t("board.none_of_owner")
	}
	return b.t("board.none_found", "words", b.filter.words)
}

// showColumn shows one column: as it is now for a page that shows it, or the cards after those that it shows.
func showColumn(v *visit) error {
	var page boardPage
	cursor := v.query("desde")
	err := v.view(func(r bridge.Reader) error {
		f := v.boardFilter()
		around, err := v.surroundings(r)
		if err != nil {
			return err
		}
		stage, ok := around.stages[crm.ID(v.query("etapa"))]
		if !ok {
			return crm.NewError(crm.NotFound, "stage_not_found")
		}
		f.pipeline = stage.PipelineID
		b, err := v.boardAround(r, f, around)
		if err != nil {
			return err
		}
		page = b.page()
		page.Alone = true
		count, _ := strconv.Atoi(v.query("cuantas"))
		if err := b.read(stage, cursor, min(max(count, cardsAtOnce), mostCards)); err != nil {
			return err
		}
		page.Columns, err = b.columns()
		return err
	})
	switch {
	case err != nil:
		return err
	case v.fragment() && cursor != "":
		return v.showPart("board", "cards", page.Columns[0])
	case v.fragment():
		return v.showPart("board", "column", page.Columns[0])
	}
	return v.show("board", page)
}

// board is the board while it is read, with a few queries whatever is on it.
type board struct {
	*visit
	r        bridge.Reader
	filter   boardFilter
	around   surroundings
	pipeline crm.Pipeline
	base     crm.Query // of the deals that are shown, whatever their stage
	versions map[crm.ID]int64
	sums     map[crm.ID]stageSum
	exact    bool
	pages    []stagePage
}

type stagePage struct {
	stage crm.Stage
	deals crm.Page[*crm.Deal]
	first bool // nothing stands above it
}

// stageSum is how many deals of a stage are shown, and the sum of their values by currency.
type stageSum struct {
	deals  int64
	values map[string]int64
}

func (v *visit) readBoard(r bridge.Reader, f boardFilter) (*board, error) {
	around, err := v.surroundings(r)
	if err != nil {
		return nil, err
	}
	return v.boardAround(r, f, around)
}

func (v *visit) boardAround(r bridge.Reader, f boardFilter, around surroundings) (*board, error) {
	b := &board{visit: v, r: r, filter: f, around: around}
	if err := b.choosePipeline(); err != nil {
		return nil, err
	}
	b.base = crm.Query{Entity: crm.EntityDeal, Reach: v.principal.Reach, Search: f.words, Order: crm.BoardOrder}
	if f.owner != "" {
		c, err := crm.ParseCondition(crm.StandardFields(crm.EntityDeal), crm.FieldOwner, crm.Is, []string{f.owner}, around.QuerySurroundings)
		if err != nil {
			return nil, err
		}
		b.base.Where = append(b.base.Where, c)
	}
	var err error
	if b.versions, err = r.StageVersions(v.ctx()); err != nil {
		return nil, err
	}
	return b, b.addUp()
}

// choosePipeline takes the pipeline that is asked for, else the one that the browser showed last, else the first.
func (b *board) choosePipeline() error {
	if len(b.around.Pipelines) == 0 {
		return crm.NewError(crm.NotFound, "pipeline_not_found")
	}
	kept := crm.ID(b.cookie(pipelineCookie))
	chosen := b.filter.pipeline
	if chosen == "" {
		chosen = kept
	}
	var ok bool
	if b.pipeline, ok = b.around.pipeline(chosen); !ok {
		if b.filter.pipeline != "" {
			return crm.NewError(crm.NotFound, "pipeline_not_found")
		}
		b.pipeline = b.around.Pipelines[0]
	}
	if b.filter.pipeline != "" && kept != b.pipeline.ID {
		b.remember(pipelineCookie, string(b.pipeline.ID), preferenceLasts)
	}
	return nil
}

// addUp reads how many deals stand in each stage, and their value: from the totals unless words are asked for.
func (b *board) addUp() error {
	var totals []crm.StageTotal
	var err error
	if b.filter.words == "" {
		b.exact = true
		totals, err = b.r.StageTotals(b.ctx())
	} else {
		totals, b.exact, err = b.r.SumByStage(b.ctx(), b.base, mostSummed)
	}
	b.sums = map[crm.ID]stageSum{}
	for _, t := range totals {
		if b.filter.words == "" && !b.counts(t.OwnerID) {
			continue
		}
		sum := b.sums[t.StageID]
		if sum.values == nil {
			sum.values = map[string]int64{}
		}
		sum.deals += t.Deals
		sum.values[t.Currency] += t.Value
		b.sums[t.StageID] = sum
	}
	return err
}

// counts says whether the deals of an owner are shown.
func (b *board) counts(owner crm.ID) bool {
	if !b.principal.Reach.Sees(owner) {
		return false
	}
	for _, c := range b.base.Where {
		if c.Values[0] != owner {
			return false
		}
	}
	return true
}

// read reads cards of a stage.
func (b *board) read(stage crm.Stage, cursor string, count int) error {
	page := stagePage{stage: stage, first: cursor == ""}
	if b.sums[stage.ID].deals > 0 || !b.exact {
		q := b.base
		q.Limit, q.Cursor = count, cursor
		q.Where = append(q.Where[:len(q.Where):len(q.Where)], crm.Condition{Field: crm.Field{Name: crm.FieldStage, Type: crm.TypeStage}, Operator: crm.Is, Values: []any{stage.ID}})
		var err error
		if page.deals, err = fill(b.ctx(), b.r.ListDeals, q); err != nil {
			return err
		}
	}
	b.pages = append(b.pages, page)
	return nil
}

// fillRounds bounds how often more is read because a page came short: see crm.Page.
const fillRounds = 4

// fill reads a page of a list that is as full as a few rounds make it.
func fill[T any](ctx context.Context, list func(context.Context, crm.Query) (crm.Page[T], error), q crm.Query) (crm.Page[T], error) {
	size := q.Limit
	page, err := list(ctx, q)
	for round := 1; err == nil && page.Next != "" && len(page.Items) < size && round < fillRounds; round++ {
		var more crm.Page[T]
		q.Cursor, q.Limit = page.Next, size-len(page.Items)
		if more, err = list(ctx, q); err == nil {
			page.Items, page.Next = append(page.Items, more.Items...), more.Next
		}
	}
	return page, err
}

func (b *board) page() boardPage {
	page := boardPage{
		Page: b.visit.page(), Pipeline: b.pipeline, Filter: newForm("dueno", b.filter.owner, "q", b.filter.words, "embudo", string(b.pipeline.ID)),
		Filtered: b.filter.owner != "" || b.filter.words != "", Owners: b.ownerFilters(b.around), Styles: stageStyles(b.around.Pipelines),
		List: "/oportunidades/lista?" + filterName(crm.FieldPipeline, crm.Is) + "=" + string(b.pipeline.ID), Setup: b.opens("/configuracion/embudos"),
	}
	for _, p := range b.around.Pipelines {
		page.Pipelines = append(page.Pipelines, choice{Value: string(p.ID), Label: p.Name})
	}
	if b.can(writeDeals) {
		page.New = "/oportunidades/nueva?embudo=" + string(b.pipeline.ID)
	}
	return page
}

// columns makes the columns of what was read, with one query for all contacts and one for all documents.
func (b *board) columns() ([]column, error) {
	var all []*crm.Deal
	var ids []crm.ID
	for _, p := range b.pages {
		for _, d := range p.deals.Items {
			all, ids = append(all, d), append(ids, d.ID)
		}
	}
	contacts, err := crm.ContactsOfDeals(b.ctx(), b.r, b.hand(), all)
	if err != nil {
		return nil, err
	}
	documents := map[crm.ID][]bridge.DealDocument{}
	if len(ids) > 0 {
		if documents, err = bridge.DealDocuments(b.ctx(), b.r, ids); err != nil {
			return nil, err
		}
	}
	filter := b.filter
	filter.pipeline = b.pipeline.ID
	now, words := b.clock.Now(), b.visit.page()
	columns := make([]column, len(b.pages))
	for i, p := range b.pages {
		c := &columns[i]
		*c = column{Stage: p.stage, Version: b.versions[p.stage.ID], Here: filter.address("/oportunidades"), Cards: make([]card, len(p.deals.Items))}
		b.head(c, words)
		if c.Moves, err = b.moves(p.stage); err != nil {
			return nil, err
		}
		for k, d := range p.deals.Items {
			c.Cards[k] = b.card(words, p.stage, d, contacts[d.ContactID], documents[d.ID], now)
		}
		if p.deals.Next != "" {
			c.More = b.filter.address("/oportunidades/columna", "etapa", string(p.stage.ID), "desde", p.deals.Next)
			if rest := int(b.sums[p.stage.ID].deals) - len(p.deals.Items); p.first && b.exact && rest > 0 {
				c.Rest = words.Count(rest)
			}
		}
	}
	return columns, nil
}

// moves makes the buttons that move a card out of a stage, once for all cards of the column.
func (b *board) moves(from crm.Stage) (template.HTML, error) {
	if !b.can(writeDeals) {
		return "", nil
	}
	others := slices.DeleteFunc(slices.Clone(b.pipeline.Stages), func(s crm.Stage) bool { return s.ID == from.ID })
	var buttons strings.Builder
	err := b.templates[b.language()].ExecuteTemplate(&buttons, "moves", others)
	return template.HTML(buttons.String()), err
}

// head adds up a column.
func (b *board) head(c *column, words Page) {
	sum := b.sums[c.Stage.ID]
	c.None = sum.deals == 0 && b.exact
	c.Count = words.Count(int(sum.deals))
	if !b.exact {
		c.Count = b.t("board.at_least", "n", c.Count)
	}
	c.Sum = words.Money(crm.Money{Minor: sum.values[b.account.Currency], Currency: b.account.Currency})
	var others []string
	for _, currency := range sortedKeys(sum.values) {
		if currency != b.account.Currency && sum.values[currency] != 0 {
			others = append(others, words.Money(crm.Money{Minor: sum.values[currency], Currency: currency}))
		}
	}
	c.Others = strings.Join(others, " · ")
}

func (b *board) card(words Page, stage crm.Stage, d *crm.Deal, contact crm.DealContact, documents []bridge.DealDocument, now time.Time) card {
	c := card{
		ID: d.ID, Version: d.Version, Name: d.Name, Contact: contact.Name, Gone: contact.Deleted, Owner: b.around.owner(d.OwnerID),
		Age: b.age(now.Sub(d.StageEnteredAt)), Since: words.Moment(d.StageEnteredAt).Exact, Stale: crm.DealIsStale(stage, d, now),
		Mine: b.can(writeDeals) && b.principal.Reach.Edits(d.OwnerID),
	}
	if c.Owner != "" {
		c.Avatar, _ = newAvatar(c.Owner) // without options nothing can be wrong
	}
	if strings.Contains(d.Name, c.Contact) && !c.Gone {
		c.Contact = "" // the name says it
	}
	if d.Value.Minor != 0 {
		c.Value = words.Money(d.Value)
	}
	c.Flag = b.dealFlag(documents)
	if len(documents) > 0 {
		c.Document, c.Day, c.More = b.documentName(documents[0]), b.day(documents[0].EmittedOn), len(documents)-1
	}
	return c
}

// documentName returns what people call a document of Bsale.
func (v *visit) documentName(d bridge.DealDocument) string {
	if d.Kind == bridge.KindOther && d.TypeName != "" {
		return d.TypeName + " " + d.Number
	}
	return v.t("kind."+string(d.Kind)) + " " + d.Number
}

// day writes a day that is kept as text.
func (v *visit) day(iso string) string {
	d, ok := crm.ParseDate(iso)
	if !ok {
		return ""
	}
	return v.account.FormatDate(d)
}

// age says how long something has lasted, shortly.
func (v *visit) age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return v.t("time.now")
	case d < time.Hour:
		return v.t("age.minutes", "n", strconv.Itoa(int(d/time.Minute)))
	case d < day:
		return v.t("age.hours", "n", strconv.Itoa(int(d/time.Hour)))
	}
	return v.t("age.days", "n", v.account.FormatNumber(json.Number(strconv.Itoa(int(d/day)))))
}
