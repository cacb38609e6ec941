package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// batch is documents that were read together and are applied in one transaction.
type batch struct {
	docs     []bsale.Document
	rejected []bsale.Rejected
	readAt   time.Time     // as in Tx.SaveRecords
	run      crm.ID        // zero: not part of a run
	again    againRule     // which documents are decided again
	progress *passProgress // of the run after this batch
	lookUps  *int          // how many more clients may be looked up one by one
}

// apply decides the documents of a batch inside one transaction and writes what they mean, together with the run's progress.
func (e *Engine) apply(ctx context.Context, s *session, b batch) error {
	allowed := *b.lookUps
	looked, err := e.lookUpClients(ctx, s, b.docs, &allowed)
	if err != nil {
		return err
	}
	if err := e.knowPeople(ctx, s, b.docs); err != nil {
		return err
	}
	var plans []Plan
	err = e.update(ctx, s, func(tx Tx) error {
		plans = plans[:0]
		w, docs, err := e.workspace(ctx, tx, s, b)
		if err != nil {
			return err
		}
		w.addLookUps(looked)
		var counts Counts
		for _, doc := range docs {
			plan := w.Decide(doc)
			plans = append(plans, plan)
			counts.Add(plan)
		}
		for _, rejected := range b.rejected {
			e.log.Warn("a row of Bsale's list makes no sense", "connection", s.ref.ConnectionID, "document", rejected.ID, "error", rejected.Err)
			plan := w.reject(rejected)
			plans = append(plans, plan)
			counts.Add(plan)
		}
		if b.run != "" {
			b.progress.LookUps = allowed
			if err := e.saveProgress(ctx, tx, s, b, counts); err != nil {
				return err
			}
		}
		return w.Flush(ctx, tx, b.readAt)
	})
	if err != nil {
		return err
	}
	*b.lookUps = allowed
	if s.observe != nil {
		for _, plan := range plans {
			s.observe(plan)
		}
	}
	return nil
}

// workspace loads what the batch's documents need.
func (e *Engine) workspace(ctx context.Context, r Reader, s *session, b batch) (*Workspace, []Document, error) {
	connection, rules, users, err := readRules(ctx, r, s.ref.ConnectionID)
	if err != nil {
		return nil, nil, err
	}
	docs := make([]Document, len(b.docs))
	for i, doc := range b.docs {
		docs[i] = NewDocument(doc, rules, s.directory)
	}
	w := NewWorkspace(connection, rules, users, e.clock, b.run)
	w.again = b.again
	var rejected []int64
	for _, row := range b.rejected {
		rejected = append(rejected, row.ID)
	}
	if err := w.Load(ctx, r, docs, rejected...); err != nil {
		return nil, nil, err
	}
	return w, docs, nil
}

// readRules reads the connection and its rules as they fit the account now.
func readRules(ctx context.Context, r Reader, id crm.ID) (Connection, Ruleset, []crm.User, error) {
	connection, err := r.Connection(ctx, id)
	if err != nil {
		return connection, Ruleset{}, nil, err
	}
	set, users, err := resolveRules(ctx, r, connection)
	return connection, set, users, err
}

// resolveRules checks the connection's rules against the account as it is now.
func resolveRules(ctx context.Context, r Reader, connection Connection) (Ruleset, []crm.User, error) {
	rules, err := ParseRules(connection.Rules)
	if err != nil {
		return Ruleset{}, nil, fmt.Errorf("%w: %w", errRulesOutdated, err)
	}
	around, err := ReadSurroundings(ctx, r)
	if err != nil {
		return Ruleset{}, nil, err
	}
	set, problems := rules.Resolve(around)
	if at := slices.IndexFunc(problems, stops); at >= 0 {
		return Ruleset{}, nil, fmt.Errorf("%w: %w", errRulesOutdated, problems[at])
	}
	return set, around.Users, nil
}

func (e *Engine) saveProgress(ctx context.Context, tx Tx, s *session, b batch, counts Counts) error {
	run, err := tx.Run(ctx, b.run)
	if err != nil {
		return err
	}
	if run.Progress, err = json.Marshal(b.progress); err != nil {
		return err
	}
	run.Counts.AddAll(counts)
	if run.Calls, err = e.countCalls(ctx, tx, s, run.Calls); err != nil {
		return err
	}
	return tx.SaveRun(ctx, run)
}

// AddAll adds the counts of other documents.
func (c *Counts) AddAll(other Counts) {
	c.Documents += other.Documents
	c.Created += other.Created
	c.Updated += other.Updated
	c.Unchanged += other.Unchanged
	c.Conflict += other.Conflict
	c.Failed += other.Failed
	c.ContactsCreated += other.ContactsCreated
	for reason, n := range other.Skipped {
		if c.Skipped == nil {
			c.Skipped = map[Reason]int{}
		}
		c.Skipped[reason] += n
	}
}

// reject keeps a row that Bsale sent and that could not be understood: it is tried again one by one, and stays in the work list until it can.
func (w *Workspace) reject(row bsale.Rejected) Plan {
	plan := Plan{BsaleID: row.ID, Title: KindWord(KindOther, w.rules.Account.Language) + " " + fmt.Sprint(row.ID), Kind: KindOther, Outcome: Failed, Reason: BsaleFailed}
	if row.ID == 0 {
		return plan // not even its id: the log and the counts are all there is
	}
	record := w.seen.Records[row.ID]
	if record == nil {
		record = &Record{ConnectionID: w.connection.ID, BsaleID: row.ID, State: StateNew, SeenAt: w.clock.Now(), Kind: KindOther, Total: crm.Money{Currency: w.rules.Account.Currency}}
	}
	w.failed(record, BsaleFailed, row.Err)
	return plan
}

// failed notes that a document could not be read. Its next try is due later each time; when tries run out it waits for a person.
func (w *Workspace) failed(record *Record, reason Reason, err error) {
	record.LastError = err.Error()
	if record.Attempts < len(retryDelays) {
		record.DueAt = w.clock.Now().Add(retryDelays[record.Attempts])
		record.Attempts++
	} else {
		record.DueAt = time.Time{}
		if record.State == StateNew { // what was decided stands, whatever a later reading says
			record.State, record.Reason = StateFailed, reason
		}
	}
	w.seen.addRecord(record)
	w.changed.records[record.BsaleID] = record
}

// retryDelays are the waits before the tries after the first. Bsale may notify of a document seconds before it can be read.
var retryDelays = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute}

// knowPeople reads Bsale's users again when a document names one who is not among those at hand.
func (e *Engine) knowPeople(ctx context.Context, s *session, docs []bsale.Document) error {
	if err := e.readDirectory(ctx, s); err != nil {
		return err
	}
	unknown := slices.ContainsFunc(docs, func(doc bsale.Document) bool {
		return doc.IssuerID != 0 && !s.directory.knows(doc.IssuerID) ||
			slices.ContainsFunc(doc.Sellers, func(seller bsale.Seller) bool { return !s.directory.knows(seller.ID) })
	})
	// A user that Bsale does not list at all would make every batch ask again.
	if !unknown || e.clock.Now().Sub(s.directoryAt) < time.Minute {
		return nil
	}
	s.directory = nil
	return e.readDirectory(ctx, s)
}

func (d Directory) knows(id int64) bool {
	_, ok := d[id]
	return ok
}

func joinNames(first, last string) string { return strings.TrimSpace(first + " " + last) }

// readingFailed says whether an error is about one document rather than about Bsale as a whole.
func readingFailed(err error) (Reason, bool) {
	switch {
	case errors.Is(err, bsale.ErrNotFound):
		return NotFoundInBsale, true
	case errors.Is(err, bsale.ErrBadResponse), errors.Is(err, bsale.ErrForbidden), errors.Is(err, bsale.ErrBadRequest):
		return BsaleFailed, true
	}
	return "", false
}
