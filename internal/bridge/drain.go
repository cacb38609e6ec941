package bridge

import (
	"context"
	"errors"
	"slices"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

const (
	// drainAtOnce is how many waiting documents one step of a drain takes: as many as are applied together, so that a step ends soon and keeps what it did.
	drainAtOnce = pageSize
	// tailOverlap is how many documents before the known end of today's list are read again: some may have left it.
	tailOverlap = 10
	// tailPages is how many pages of today's list one step reads. Backwards, for documents that nobody has read, a poll has to go first beyond that.
	tailPages = 20
	// pageSize is Bsale's largest page.
	pageSize = 50
)

// tail remembers how long today's list was when its end was last read, so that what came since can be asked for.
type tail struct {
	day         bsale.Day
	count       int
	newestFirst bool // the account lists its newest documents first: its list has no end to read
}

// see notes in which order Bsale lists documents.
func (t *tail) see(docs []bsale.Document) {
	if n := len(docs); n > 1 && docs[0].ID > docs[n-1].ID {
		t.newestFirst = true
	}
}

// drain reads and applies documents that wait: notified ones, and those to be tried again.
func (e *Engine) drain(ctx context.Context, s *session, connection Connection) (bool, error) {
	var due []*Record
	var account crm.Account
	var last int64
	err := e.store.View(ctx, s.ref.AccountID, func(r Reader) (err error) {
		if account, err = r.Account(ctx); err != nil {
			return err
		}
		if connection, err = r.Connection(ctx, connection.ID); err != nil {
			return err
		}
		if last, err = r.LastDecided(ctx, connection.ID); err != nil {
			return err
		}
		due, err = r.DueRecords(ctx, connection.ID, e.clock.Now(), drainAtOnce)
		return err
	})
	if err != nil || len(due) == 0 {
		return false, err
	}
	b := batch{readAt: connection.LastNotifiedAt}
	missing := map[int64]error{}
	readErr := e.readDue(ctx, s, today(e.clock.Now(), account), last, due, &b, missing)
	// What was read is applied even if the rest could not be.
	slices.SortFunc(b.docs, func(a, c bsale.Document) int { return int(a.ID - c.ID) })
	for chunk := range slices.Chunk(b.docs, pageSize) {
		if err := e.apply(ctx, s, batch{docs: chunk, readAt: b.readAt, lookUps: &s.lookUps}); err != nil {
			return true, err
		}
	}
	if err := e.noteFailures(ctx, s, missing, b.readAt); err != nil {
		return true, err
	}
	return true, readErr
}

// readDue reads the waiting documents: new ones from the end of today's list, fifty for a call and in the order of issue, together with any before them whose
// notification is still on its way; what is not there one by one. An error is about Bsale as a whole; errors about single documents go into missing.
func (e *Engine) readDue(ctx context.Context, s *session, day bsale.Day, last int64, due []*Record, b *batch, missing map[int64]error) error {
	wanted := make(map[int64]bool, len(due))
	fresh := 0
	for _, record := range due {
		wanted[record.BsaleID] = true
		if record.State == StateNew && record.Attempts == 0 {
			fresh++
		}
	}
	if fresh > 0 && !s.tail.newestFirst && !s.withoutTail && !s.pollFirst {
		err := e.readTail(ctx, s, day, last, b)
		_, senseless := readingFailed(err)
		switch {
		case senseless, errors.Is(err, bsale.ErrUnavailable):
			b.docs = nil // the list does not come; perhaps the documents do, one by one
		case err != nil, s.pollFirst:
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
		if _, single := readingFailed(err); single {
			missing[record.BsaleID] = err
			continue
		}
		if errors.Is(err, bsale.ErrUnavailable) {
			// Perhaps only this document: it is not the first to be tried again, and runs out of tries like any other.
			missing[record.BsaleID] = err
		}
		return err
	}
	return nil
}

// readTail reads what was issued since the end of today's list was last read: all of it, notified or not, so that documents are decided in the order of
// issue. When nobody remembers that end (the process is new), it reads backwards until it meets a document that was decided.
func (e *Engine) readTail(ctx context.Context, s *session, day bsale.Day, last int64, b *batch) error {
	// Yesterday's and tomorrow's dates are in the window: late documents are dated either way.
	filter := bsale.DocumentFilter{EmittedFrom: day.AddDays(-1), EmittedTo: day.AddDays(1), State: bsale.Active.Ptr(), MayBeCut: s.mayBeCut}
	if s.tail.day != day {
		return e.readTailBackwards(ctx, s, filter, day, last, b)
	}
	for offset, pages := max(0, s.tail.count-tailOverlap), 0; pages < tailPages; pages++ {
		page, err := s.client.DocumentPage(ctx, filter, offset, pageSize)
		if err != nil {
			return err
		}
		s.tail.see(page.Items)
		b.docs = append(b.docs, page.Items...)
		rows := len(page.Items) + len(page.Rejected)
		offset += rows
		s.tail.count = min(offset, page.Count)
		if rows == 0 || offset >= page.Count {
			return nil
		}
	}
	return nil // the next step goes on from here
}

func (e *Engine) readTailBackwards(ctx context.Context, s *session, filter bsale.DocumentFilter, day bsale.Day, last int64, b *batch) error {
	count, err := s.client.CountDocuments(ctx, filter)
	if err != nil {
		return err
	}
	// Handed over only when complete: a part would be the newest documents, out of turn.
	var docs []bsale.Document
	for end, pages := count, 0; end > 0; pages++ {
		if pages == tailPages {
			s.pollFirst = true
			return e.changeConnection(ctx, s.ref, func(c *Connection) { c.NextPollAt = e.clock.Now() })
		}
		from := max(0, end-pageSize)
		page, err := s.client.DocumentPage(ctx, filter, from, end-from)
		if err != nil {
			return err
		}
		s.tail.see(page.Items)
		docs = append(docs, page.Items...)
		if slices.ContainsFunc(page.Items, func(doc bsale.Document) bool { return doc.ID <= last }) {
			break
		}
		end = from
	}
	s.tail.day, s.tail.count = day, count
	b.docs = append(b.docs, docs...)
	return nil
}

// noteFailures keeps what could not be read, to be tried again later.
func (e *Engine) noteFailures(ctx context.Context, s *session, missing map[int64]error, readAt time.Time) error {
	if len(missing) == 0 {
		return nil
	}
	return e.update(ctx, s, func(tx Tx) error {
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
			reason, single := readingFailed(missing[record.BsaleID])
			if !single {
				reason = BsaleFailed
			}
			w.failed(record, reason, missing[record.BsaleID])
		}
		return w.Flush(ctx, tx, readAt)
	})
}
