package bridge

import (
	"context"

	"puente/internal/crm"
)

// Retry reads these documents again soon, whatever their records say. not_found: one was never heard of.
func (e *Engine) Retry(ctx context.Context, ref ConnectionRef, documents ...int64) error {
	return e.store.Update(ctx, ref.AccountID, func(tx Tx) error { return e.RetryTx(ctx, tx, ref.ConnectionID, documents...) })
}

// RetryTx is Retry in a transaction of the caller's.
func (e *Engine) RetryTx(ctx context.Context, tx Tx, connection crm.ID, documents ...int64) error {
	records, err := tx.Records(ctx, connection, documents)
	if err != nil {
		return err
	}
	if len(records) < len(documents) {
		return crm.NewError(crm.NotFound, "document_not_found")
	}
	if err := e.wakeIn(ctx, tx, connection); err != nil {
		return err
	}
	return e.markDue(ctx, tx, records)
}

// RetryAll reads every document again whose record is in that state with that reason (an empty reason: any), and returns how many.
func (e *Engine) RetryAll(ctx context.Context, ref ConnectionRef, state State, reason Reason) (int, error) {
	count := 0
	for after, more := int64(0), true; more; {
		err := e.store.Update(ctx, ref.AccountID, func(tx Tx) error {
			records, err := e.markSomeDue(ctx, tx, ref.ConnectionID, state, reason, after)
			if more = len(records) == markedAtOnce; more {
				after = records[len(records)-1].BsaleID
			}
			count += len(records)
			return err
		})
		if err != nil {
			return count, err
		}
	}
	return count, e.store.Wake(ctx, ref, false, e.wake)
}

// markedAtOnce is how many records are marked at a time.
const markedAtOnce = 1000

// markSomeDue marks records in that state with that reason (an empty reason: any) whose documents have a higher id than after, at most markedAtOnce, and returns them.
func (e *Engine) markSomeDue(ctx context.Context, tx Tx, connection crm.ID, state State, reason Reason, after int64) ([]*Record, error) {
	records, err := tx.RecordsByReason(ctx, connection, state, reason, after, markedAtOnce)
	if err != nil {
		return nil, err
	}
	return records, e.markDue(ctx, tx, records)
}

// markAllDue marks all of them in one transaction, and returns how many there are.
func (e *Engine) markAllDue(ctx context.Context, tx Tx, connection crm.ID, state State, reason Reason) (count int, err error) {
	for after := int64(0); ; {
		records, err := e.markSomeDue(ctx, tx, connection, state, reason, after)
		if count += len(records); err != nil || len(records) < markedAtOnce {
			return count, err
		}
		after = records[len(records)-1].BsaleID
	}
}

func (e *Engine) markDue(ctx context.Context, tx Tx, records []*Record) error {
	now := e.clock.Now()
	for _, record := range records {
		record.DueAt, record.Attempts, record.LastError = now, 0, ""
		record.RulesVersion = "" // a person wants it decided again, settled or not
	}
	return tx.SaveRecords(ctx, records, now)
}
