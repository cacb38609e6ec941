package bridge

import (
	"context"
	"slices"

	"puente/internal/bsale"
	"puente/internal/crm"
)

const (
	// drainAtOnce is how many waiting documents one step of a drain takes.
	drainAtOnce = 200
	// tailOverlap is how many documents before the known end of today's list are read again: some may have left it.
	tailOverlap = 10
	// tailMisses is after how many ends of today's list in a row that had nothing of what was notified no more are read: then the account lists its newest
	// documents first.
	tailMisses = 3
	// pageSize is Bsale's largest page.
	pageSize = 50
)

// tail remembers how long today's list was, so that its end can be asked for.
type tail struct {
	day    bsale.Day
	count  int
	misses int
}

// drain reads and applies documents that wait: notified ones, and those to be tried again.
func (e *Engine) drain(ctx context.Context, s *session, connection Connection) (bool, error) {
	var due []*Record
	var account crm.Account
	err := e.store.View(ctx, s.ref.AccountID, func(r Reader) (err error) {
		if account, err = r.Account(ctx); err != nil {
			return err
		}
		due, err = r.DueRecords(ctx, connection.ID, e.clock.Now(), drainAtOnce)
		return err
	})
	if err != nil || len(due) == 0 {
		return false, err
	}
	b := batch{readAt: e.clock.Now()}
	missing := map[int64]error{}
	readErr := e.readDue(ctx, s, today(b.readAt, account), due, &b, missing)
	// What was read is applied even if the rest could not be.
	slices.SortFunc(b.docs, func(a, c bsale.Document) int { return int(a.ID - c.ID) })
	for chunk := range slices.Chunk(b.docs, pageSize) {
		if err := e.apply(ctx, s, batch{docs: chunk, readAt: b.readAt}); err != nil {
			return true, err
		}
	}
	if err := e.noteFailures(ctx, s, due, missing, b); err != nil {
		return true, err
	}
	return true, readErr
}

// readDue reads the waiting documents: new ones from the end of today's list, fifty for a call and in the order of issue, together with any before them whose
// notification is still on its way; what is not there one by one. An error is about Bsale as a whole; errors about single documents go into missing.
func (e *Engine) readDue(ctx context.Context, s *session, day bsale.Day, due []*Record, b *batch, missing map[int64]error) error {
	wanted := make(map[int64]bool, len(due))
	fresh := map[int64]bool{}
	for _, record := range due {
		wanted[record.BsaleID] = true
		if record.State == StateNew && record.Attempts == 0 {
			fresh[record.BsaleID] = true
		}
	}
	if len(fresh) > 0 && s.tail.misses < tailMisses {
		if err := e.readTail(ctx, s, day, fresh, b); err != nil {
			return err
		}
		for _, doc := range b.docs {
			delete(wanted, doc.ID)
		}
	}
	for _, record := range due {
		if !wanted[record.BsaleID] {
			continue
		}
		doc, err := s.client.Document(ctx, record.BsaleID)
		if err == nil {
			b.docs = append(b.docs, doc)
			continue
		}
		if _, single := readingFailed(err); !single {
			return err
		}
		missing[record.BsaleID] = err
	}
	return nil
}

// readTail reads the end of today's list until all wanted documents were met, with about one call for every fifty of them, and strikes off what it met.
// Other documents on those pages come along: they were issued too, and in this order.
func (e *Engine) readTail(ctx context.Context, s *session, day bsale.Day, wanted map[int64]bool, b *batch) error {
	// Yesterday's and tomorrow's dates are in the window: late documents are dated either way.
	filter := bsale.DocumentFilter{EmittedFrom: day.AddDays(-1), EmittedTo: day.AddDays(1), State: bsale.Active.Ptr(), MayBeCut: s.mayBeCut}
	if s.tail.day != day {
		count, err := s.client.CountDocuments(ctx, filter)
		if err != nil {
			return err
		}
		s.tail = tail{day: day, count: max(0, count-len(wanted)), misses: s.tail.misses}
	}
	asked := len(wanted)
	for offset := max(0, s.tail.count-tailOverlap); len(wanted) > 0; {
		page, err := s.client.DocumentPage(ctx, filter, offset, pageSize)
		if err != nil {
			return err
		}
		s.tail.count = page.Count
		for _, doc := range page.Items {
			delete(wanted, doc.ID)
			b.docs = append(b.docs, doc)
		}
		rows := len(page.Items) + len(page.Rejected)
		if offset += rows; rows == 0 || offset >= page.Count {
			break
		}
	}
	if s.tail.misses++; len(wanted) < asked {
		s.tail.misses = 0
	}
	return nil
}

// noteFailures keeps what could not be read, to be tried again later.
func (e *Engine) noteFailures(ctx context.Context, s *session, due []*Record, missing map[int64]error, b batch) error {
	if len(missing) == 0 {
		return nil
	}
	return e.store.Update(ctx, s.ref.AccountID, func(tx Tx) error {
		connection, err := tx.Connection(ctx, s.ref.ConnectionID)
		if err != nil {
			return err
		}
		account, err := tx.Account(ctx)
		if err != nil {
			return err
		}
		ids := make([]int64, 0, len(missing))
		for id := range missing {
			ids = append(ids, id)
		}
		records, err := tx.Records(ctx, connection.ID, ids)
		if err != nil {
			return err
		}
		w := NewWorkspace(connection, Ruleset{Account: account}, nil, e.clock, "")
		for _, record := range records {
			reason, _ := readingFailed(missing[record.BsaleID])
			w.failed(record, reason, missing[record.BsaleID])
		}
		return w.Flush(ctx, tx, b.readAt)
	})
}
