package bridge

import (
	"cmp"
	"context"
	"slices"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// latestWithin are the days back in which the latest documents are looked for, one after the other: the fewer days, the sooner Bsale answers. 0 is all.
var latestWithin = []int{7, 60, 400, 0}

// latestDocuments returns the last documents that stand, at most n and none emitted before a day (zero: any), in ascending id.
func (e *Engine) latestDocuments(ctx context.Context, client *bsale.Client, account crm.Account, from bsale.Day, mayBeCut bsale.Lists, n int) ([]bsale.Document, error) {
	day := today(e.clock.Now(), account)
	filter := bsale.DocumentFilter{EmittedTo: day.AddDays(1), State: bsale.Active.Ptr(), MayBeCut: mayBeCut}
	count := 0
	for _, days := range latestWithin {
		filter.EmittedFrom = from
		if since := day.AddDays(-days); days > 0 && since.After(from) {
			filter.EmittedFrom = since
		}
		var err error
		if count, err = client.CountDocuments(ctx, filter); err != nil {
			return nil, err
		}
		if count >= n || filter.EmittedFrom == from {
			break
		}
	}
	return lastOf(ctx, client, filter, count, n)
}

// lastOf reads the end of a list, or its beginning where Bsale lists the newest first.
func lastOf(ctx context.Context, client *bsale.Client, filter bsale.DocumentFilter, count, n int) ([]bsale.Document, error) {
	start := max(0, count-n)
	var docs []bsale.Document
	for offset := start; offset < start+n; {
		page, err := client.DocumentPage(ctx, filter, offset, min(pageSize, start+n-offset))
		if err != nil {
			return nil, err
		}
		if start > 0 && offset == start && descending(page.Items) {
			start, offset = 0, 0
			continue
		}
		docs = append(docs, page.Items...)
		rows := len(page.Items) + len(page.Rejected)
		if offset += rows; rows == 0 {
			break
		}
	}
	slices.SortFunc(docs, func(a, b bsale.Document) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(docs, func(a, b bsale.Document) bool { return a.ID == b.ID }), nil
}

func descending(docs []bsale.Document) bool {
	return len(docs) > 1 && docs[0].ID > docs[len(docs)-1].ID
}

// LatestOptions say which documents are previewed, and under which rules.
type LatestOptions struct {
	TrialOptions           // with what Bsale is asked
	Rules        *Rules    // nil: those of the connection
	From         bsale.Day // none emitted before it; zero: any
	Limit        int       // 0: 50; at most MaxLatest
	Reasons      []Reason  // only documents whose records have one of these; none: all
}

// MaxLatest is how many documents a preview reads at the most.
const MaxLatest = 200

const usualLatest = 50

// Decided is what would become of a document, and how its record stands now.
type Decided struct {
	Plan   Plan
	Before *Record // nil: never heard of
}

// Differs says whether the document would end otherwise than it stands.
func (d Decided) Differs() bool {
	if d.Plan.Writes() || d.Before == nil {
		return d.Plan.Writes()
	}
	switch d.Plan.Outcome {
	case Skipped:
		return d.Before.State != StateLinked && (d.Before.State != StateSkipped || d.Before.Reason != d.Plan.Reason)
	case Conflict:
		return d.Before.State != StateConflict || d.Before.Reason != d.Plan.Reason
	}
	return false
}

// PreviewLatest decides the connection's last documents again, as they are in Bsale now, and writes nothing. With a token the connection may be one that is yet to be made. not_found: bsale_not_connected. invalid: the rules' problems, joined.
// unavailable: what Bsale answers, as Explain has it.
func (e *Engine) PreviewLatest(ctx context.Context, account crm.ID, o LatestOptions) ([]Decided, Counts, error) {
	var counts Counts
	connection, rules, users, err := e.previewRules(ctx, account, o)
	if err != nil {
		return nil, counts, err
	}
	client, err := e.askedBy(connection, o.TrialOptions)
	if err != nil {
		return nil, counts, Explain(err)
	}
	s := &session{ref: ConnectionRef{AccountID: account, ConnectionID: connection.ID}, client: client, lookUps: e.settings.LookUpsAtOnce}
	limit := min(cmp.Or(o.Limit, usualLatest), MaxLatest)
	docs, err := e.latestDocuments(ctx, client, rules.Account, o.From, rules.mayBeCut(), limit)
	if err != nil {
		return nil, counts, Explain(err)
	}
	w := NewWorkspace(connection, rules, users, e.clock, "")
	w.again = againRule{on: true, all: true}
	s.preview = w
	var decided []Decided
	for page := range slices.Chunk(docs, pageSize) {
		some, err := e.previewPage(ctx, s, w, rules, fetched{page: bsale.Page[bsale.Document]{Items: page}})
		if err != nil {
			return nil, counts, Explain(err)
		}
		for _, d := range some {
			if len(o.Reasons) > 0 && (d.Before == nil || !slices.Contains(o.Reasons, d.Before.Reason)) {
				continue
			}
			counts.Add(d.Plan)
			decided = append(decided, d)
		}
	}
	return decided, counts, nil
}

// previewRules returns the account's connection, or the one that would be made with the options, and the rules to preview, resolved.
func (e *Engine) previewRules(ctx context.Context, account crm.ID, o LatestOptions) (connection Connection, set Ruleset, users []crm.User, err error) {
	err = e.store.View(ctx, account, func(r Reader) error {
		around, err := ReadSurroundings(ctx, r)
		if err != nil {
			return err
		}
		users = around.Users
		if o.TrialOptions == (TrialOptions{}) { // it is as it is stored
			connection, err = FindConnection(ctx, r)
		} else {
			connection, err = e.triedIn(ctx, r, around, o.TrialOptions)
		}
		if err != nil {
			return err
		}
		rules := o.Rules
		if rules == nil {
			stored, err := ParseRules(connection.Rules)
			if err != nil {
				return err
			}
			rules = &stored
		}
		set, err = rules.ResolveAll(around)
		return err
	})
	return connection, set, users, err
}
