package bridge

import (
	"context"
	"encoding/json"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// PreviewOptions say what is previewed.
type PreviewOptions struct {
	From bsale.Day
	// Rules, if not nil, stand in for the connection's. The connection need not exist then: it may be one that is yet to be made.
	Rules    *Rules
	Observe  func(Plan)
	Progress func(Counts)
}

// Preview makes the same pass as [Engine.Sync], page by page, and writes nothing: what one document would leave, the next one finds, as if it were there. It returns what
// would become of the documents, and how many requests were sent.
func (e *Engine) Preview(ctx context.Context, ref ConnectionRef, o PreviewOptions) (Counts, int64, error) {
	connection, err := e.previewed(ctx, ref, o)
	if err != nil {
		return Counts{}, 0, err
	}
	client, err := e.open(connection) // not the shared one: the connection may be one that is yet to be made
	if err != nil {
		return Counts{}, 0, err
	}
	// A session of its own: nothing that a preview reads is to serve real work.
	s := &session{ref: ref, client: client, lookUps: e.settings.LookUpsAtOnce}
	if err := e.readDirectory(ctx, s); err != nil {
		return Counts{}, client.Calls(), err
	}
	counts, err := e.preview(ctx, s, connection, o)
	return counts, client.Calls(), err
}

// previewed returns the connection, or one that is yet to be made, with the rules to preview.
func (e *Engine) previewed(ctx context.Context, ref ConnectionRef, o PreviewOptions) (Connection, error) {
	connection, err := e.connection(ctx, ref)
	switch {
	case o.Rules == nil:
		return connection, err
	case crm.CodeOf(err) == crm.NotFound:
		connection = Connection{ID: ref.ConnectionID, AccountID: ref.AccountID}
	case err != nil:
		return connection, err
	}
	connection.Rules, err = json.Marshal(o.Rules)
	return connection, err
}

func (e *Engine) preview(ctx context.Context, s *session, connection Connection, o PreviewOptions) (Counts, error) {
	var counts Counts
	var w *Workspace
	var rules Ruleset
	err := e.store.View(ctx, s.ref.AccountID, func(r Reader) error {
		set, users, err := resolveRules(ctx, r, connection)
		if err != nil {
			return err
		}
		rules = set
		w = NewWorkspace(connection, rules, users, e.clock, "")
		s.preview = w
		return nil
	})
	if err != nil {
		return counts, err
	}
	until := today(e.clock.Now(), rules.Account).AddDays(1)
	pages := &pass{client: s.client, filter: bsale.DocumentFilter{EmittedFrom: o.From, EmittedTo: until, MayBeCut: rules.mayBeCut()}, notified: neverNotified}
	defer pages.close()
	for {
		got := pages.next(ctx)
		if got.end {
			return counts, nil
		}
		if got.err != nil {
			return counts, got.err
		}
		decided, err := e.previewPage(ctx, s, w, rules, got)
		if err != nil {
			return counts, err
		}
		for _, d := range decided {
			counts.Add(d.Plan)
			if o.Observe != nil {
				o.Observe(d.Plan)
			}
		}
		if o.Progress != nil {
			o.Progress(counts)
		}
	}
}

// neverNotified serves passes that write nothing.
func neverNotified(context.Context) (time.Time, error) { return time.Time{}, nil }

func (e *Engine) previewPage(ctx context.Context, s *session, w *Workspace, rules Ruleset, got fetched) ([]Decided, error) {
	looked, err := e.lookUpClients(ctx, s, got.page.Items, &s.lookUps)
	if err != nil {
		return nil, err
	}
	if err := e.knowPeople(ctx, s, got.page.Items); err != nil {
		return nil, err
	}
	docs := make([]Document, len(got.page.Items))
	for i, doc := range got.page.Items {
		docs[i] = NewDocument(doc, rules, s.directory)
	}
	if err := e.store.View(ctx, s.ref.AccountID, func(r Reader) error { return w.Load(ctx, r, docs) }); err != nil {
		return nil, err
	}
	w.addLookUps(looked)
	var decided []Decided
	for _, doc := range docs {
		d := Decided{}
		if record := w.seen.Records[doc.ID]; record != nil {
			before := *record
			d.Before = &before
		}
		d.Plan = w.Decide(doc)
		decided = append(decided, d)
	}
	for _, rejected := range got.page.Rejected {
		decided = append(decided, Decided{Plan: w.reject(rejected)})
	}
	w.changed = newChanged() // never written
	return decided, nil
}
