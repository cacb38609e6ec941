package bridge

import (
	"context"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// PreviewOptions say what is previewed.
type PreviewOptions struct {
	From     bsale.Day
	Observe  func(Plan)
	Progress func(Counts)
}

// Preview makes the same pass as [Engine.Sync], page by page, and writes nothing: what one document would leave, the next one finds, as if it were there. It returns what
// would become of the documents, and how many requests were sent.
func (e *Engine) Preview(ctx context.Context, ref ConnectionRef, o PreviewOptions) (Counts, int64, error) {
	connection, err := e.connection(ctx, ref)
	if err != nil {
		return Counts{}, 0, err
	}
	client, err := e.open(connection)
	if err != nil {
		return Counts{}, 0, err
	}
	// A session of its own: nothing that a preview reads is to serve real work.
	s := &session{ref: ref, client: client, lookUps: e.settings.LookUpsAtOnce}
	if err := e.readDirectory(ctx, s); err != nil {
		return Counts{}, client.Calls(), err
	}
	counts, err := e.preview(ctx, s, o)
	return counts, client.Calls(), err
}

func (e *Engine) preview(ctx context.Context, s *session, o PreviewOptions) (Counts, error) {
	var counts Counts
	var w *Workspace
	var account crm.Account
	var rules Ruleset
	err := e.store.View(ctx, s.ref.AccountID, func(r Reader) error {
		connection, set, users, err := readRules(ctx, r, s.ref.ConnectionID)
		if err != nil {
			return err
		}
		rules, account = set, set.Account
		w = NewWorkspace(connection, rules, users, e.clock, "")
		return nil
	})
	if err != nil {
		return counts, err
	}
	until := today(e.clock.Now(), account).AddDays(1)
	pages := &pass{client: s.client, filter: bsale.DocumentFilter{EmittedFrom: o.From, EmittedTo: until, MayBeCut: rules.mayBeCut()}, now: e.clock.Now}
	defer pages.close()
	for {
		got := pages.next(ctx)
		if got.end {
			return counts, nil
		}
		if got.err != nil {
			return counts, got.err
		}
		plans, err := e.previewPage(ctx, s, w, rules, got)
		if err != nil {
			return counts, err
		}
		for _, plan := range plans {
			counts.Add(plan)
			if o.Observe != nil {
				o.Observe(plan)
			}
		}
		if o.Progress != nil {
			o.Progress(counts)
		}
	}
}

func (e *Engine) previewPage(ctx context.Context, s *session, w *Workspace, rules Ruleset, got fetched) ([]Plan, error) {
	looked, err := e.lookUpClients(ctx, s, got.page.Items)
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
	var plans []Plan
	for _, doc := range docs {
		plans = append(plans, w.Decide(doc))
	}
	for _, rejected := range got.page.Rejected {
		plans = append(plans, w.reject(rejected))
	}
	w.changed = newChanged() // never written
	return plans, nil
}
