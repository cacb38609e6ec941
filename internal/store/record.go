package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const recordColumns = `connection, bsale_id, state, reason, hash, rules_version, contact_id, deal_id, kind, type_name, number, emitted_on,
	total_minor, total_currency, client_id, client_name, public_url, standing, credited, sale_id, refs, candidates, due_at, attempts, last_error, seen_at, decided_at`

// records runs a query for records; the connections of the account are known when it scans.
func records[K cmp.Ordered](ctx context.Context, x *session, op, where string, args []any, keys []K) ([]*bridge.Record, error) {
	if _, err := x.connections(ctx); err != nil {
		return nil, err
	}
	return queryIn(ctx, x, op, `SELECT `+recordColumns+` FROM record WHERE `+where, args, keys, x.scanRecord)
}

func (x *session) scanRecord(r row) (*bridge.Record, error) {
	c := &bridge.Record{}
	var connection int64
	err := r.Scan(&connection, &c.BsaleID, &c.State, &c.Reason, &c.Hash, &c.RulesVersion, &c.ContactID, &c.DealID, &c.Kind, &c.TypeName, &c.Number,
		&c.EmittedOn, &c.Total.Minor, &c.Total.Currency, &c.ClientID, &c.ClientName, &c.PublicURL, &c.Standing, &c.Credited, &c.SaleID,
		jsonColumn{&c.References}, jsonColumn{&c.Candidates}, instant{&c.DueAt}, &c.Attempts, &c.LastError, instant{&c.SeenAt}, instant{&c.DecidedAt})
	c.ConnectionID = x.connectionID(connection)
	return c, err
}

// byKey puts records in the order of their keys and drops those found twice.
func byKey(records []*bridge.Record) []*bridge.Record {
	slices.SortFunc(records, compareRecords)
	return slices.CompactFunc(records, func(a, b *bridge.Record) bool { return compareRecords(a, b) == 0 })
}

func compareRecords(a, b *bridge.Record) int {
	return cmp.Or(cmp.Compare(a.ConnectionID, b.ConnectionID), cmp.Compare(a.BsaleID, b.BsaleID))
}

// Records returns the records of these documents, in ascending Bsale id; those never heard of are left out.
func (x *reader) Records(ctx context.Context, connection crm.ID, documents []int64) ([]*bridge.Record, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	return records(ctx, &x.session, "records", `account_id = $1 AND connection = $2 AND bsale_id IN `+list+` ORDER BY bsale_id`,
		[]any{x.account, number}, documents)
}

// RecordsByDeal returns all records linked to these deals, of any connection, in the order of their keys.
func (x *reader) RecordsByDeal(ctx context.Context, deals []crm.ID) ([]*bridge.Record, error) {
	found, err := records(ctx, &x.session, "records by deal", `account_id = $1 AND deal_id <> '' AND deal_id IN `+list, []any{x.account}, deals)
	return byKey(found), err
}

// RecordsByNumber returns the records whose Number is one of these, in ascending Bsale id.
func (x *reader) RecordsByNumber(ctx context.Context, connection crm.ID, numbers []string) ([]*bridge.Record, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	found, err := records(ctx, &x.session, "records by number", `account_id = $1 AND connection = $2 AND number <> '' AND number IN `+list,
		[]any{x.account, number}, cleaned(numbers))
	return byKey(found), err
}

// RecordsReferring returns the records whose References contain one of these numbers, in ascending Bsale id.
func (x *reader) RecordsReferring(ctx context.Context, connection crm.ID, numbers []string) ([]*bridge.Record, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	found, err := records(ctx, &x.session, "records referring", `account_id = $1 AND connection = $2 AND bsale_id IN (
		SELECT bsale_id FROM record_reference WHERE connection = $3 AND number IN `+list+`)`, []any{x.account, number, number}, cleaned(numbers))
	return byKey(found), err
}

func cleaned(texts []string) []string {
	c := make([]string, len(texts))
	for i, t := range texts {
		c[i] = text(t)
	}
	return c
}

// DueRecords returns records to be read by now, at most limit: those that were never tried first, and within that in ascending Bsale id.
func (x *reader) DueRecords(ctx context.Context, connection crm.ID, now time.Time, limit int) ([]*bridge.Record, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	return query(ctx, &x.session, "due records", `SELECT `+recordColumns+` FROM record
		WHERE account_id = $1 AND connection = $2 AND due_at > 0 AND due_at <= $3 
		ORDER BY CASE WHEN state = 'new' AND attempts = 0 THEN 0 ELSE 1 END, bsale_id LIMIT $4`,
		[]any{x.account, number, micros(now), limit}, x.scanRecord)
}

// LeaseHolder returns who holds the connection's lease, "" if nobody does.
func (x *reader) LeaseHolder(ctx context.Context, connection crm.ID) (string, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return "", err
	}
	return queryOne(ctx, &x.session, "lease holder", `SELECT holder FROM connection_signal WHERE connection = $1`, []any{number},
		func(r row) (holder string, err error) {
			err = r.Scan(&holder)
			return holder, err
		}, notFound("connection_not_found", connection))
}

// LastDecided returns the highest Bsale id among the documents that were read and decided, 0 if there is none.
func (x *reader) LastDecided(ctx context.Context, connection crm.ID) (int64, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return 0, err
	}
	// From the end of the primary key: only documents that were notified and not read yet are passed over.
	last, err := query(ctx, &x.session, "last decided", `SELECT bsale_id FROM record
		WHERE account_id = $1 AND connection = $2 AND hash <> '' ORDER BY bsale_id DESC LIMIT 1`, []any{x.account, number},
		func(r row) (id int64, err error) {
			err = r.Scan(&id)
			return id, err
		})
	if err != nil || len(last) == 0 {
		return 0, err
	}
	return last[0], nil
}

// RecordsByReason returns records in that state with that reason (an empty reason: any), in ascending Bsale id, with an id above after, at most limit.
func (x *reader) RecordsByReason(ctx context.Context, connection crm.ID, state bridge.State, reason bridge.Reason, after int64, limit int) ([]*bridge.Record, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	if reason == "" {
		return x.recordsByState(ctx, number, state, after, limit)
	}
	return x.recordsOfReason(ctx, number, state, reason, after, limit)
}

func (x *reader) recordsOfReason(ctx context.Context, connection int64, state bridge.State, reason bridge.Reason, after int64, limit int) ([]*bridge.Record, error) {
	return query(ctx, &x.session, "records by reason", `SELECT `+recordColumns+` FROM record
		WHERE account_id = $1 AND connection = $2 AND state = $3 AND reason = $4 AND bsale_id > $5 ORDER BY bsale_id LIMIT $6`,
		[]any{x.account, connection, text(state), text(reason), after, limit}, x.scanRecord)
}

// recordsByState merges the first ones of each reason: in the index, ids are in order only within one.
func (x *reader) recordsByState(ctx context.Context, connection int64, state bridge.State, after int64, limit int) ([]*bridge.Record, error) {
	reasons, err := query(ctx, &x.session, "reasons", reasonsOfState, []any{connection, text(state), connection, text(state)},
		func(r row) (reason bridge.Reason, err error) {
			err = r.Scan(&reason)
			return reason, err
		})
	if err != nil {
		return nil, err
	}
	var all []*bridge.Record
	for _, reason := range reasons {
		some, err := x.recordsOfReason(ctx, connection, state, reason, after, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, compareRecords)
	return all[:min(len(all), max(limit, 0))], nil
}

// reasonsOfState leaps from one reason to the next in the index, however many records share one.
const reasonsOfState = `WITH RECURSIVE leap (reason) AS (
	SELECT MIN(reason) FROM record WHERE connection = $1 AND state = $2
	UNION ALL
	SELECT (SELECT MIN(r.reason) FROM record r WHERE r.connection = $3 AND r.state = $4 AND r.reason > leap.reason) FROM leap WHERE leap.reason IS NOT NULL
) SELECT reason FROM leap WHERE reason IS NOT NULL`

var (
	// A record that was notified after it was read keeps the due instant it got then.
	saveRecord = newInsertion("record", "account_id, "+recordColumns, `ON CONFLICT (connection, bsale_id) DO UPDATE SET
		state = excluded.state, reason = excluded.reason, hash = excluded.hash, rules_version = excluded.rules_version,
		contact_id = excluded.contact_id, deal_id = excluded.deal_id, kind = excluded.kind, type_name = excluded.type_name,
		number = excluded.number, emitted_on = excluded.emitted_on, total_minor = excluded.total_minor,
		total_currency = excluded.total_currency, client_id = excluded.client_id, client_name = excluded.client_name,
		public_url = excluded.public_url, standing = excluded.standing, credited = excluded.credited, sale_id = excluded.sale_id,
		refs = excluded.refs, candidates = excluded.candidates, attempts = excluded.attempts, last_error = excluded.last_error, seen_at = excluded.seen_at,
		decided_at = excluded.decided_at,
		due_at = CASE WHEN record.notified_at > $last AND record.due_at > 0 THEN record.due_at ELSE excluded.due_at END`)
	insertReference = newInsertion("record_reference", "account_id, connection, bsale_id, number", "")
)

// recordKey is a record's key in the database.
type recordKey struct{ connection, bsaleID int64 }

// SaveRecords inserts or updates records by their key. A record that was notified after readAt keeps the due instant it got then: see bridge.Tx. Of one that stands in
// the list twice, the last is kept. not_found: the account has no such connection.
func (x *writer) SaveRecords(ctx context.Context, records []*bridge.Record, readAt time.Time) error {
	byKey := make(map[recordKey]*bridge.Record, len(records))
	for _, r := range records {
		number, err := x.ownConnection(ctx, r.ConnectionID)
		if err != nil {
			return err
		}
		byKey[recordKey{number, r.BsaleID}] = r
	}
	// In the order in which hints lock them, too.
	keys := slices.SortedFunc(maps.Keys(byKey), func(a, b recordKey) int {
		return cmp.Or(cmp.Compare(a.connection, b.connection), cmp.Compare(a.bsaleID, b.bsaleID))
	})
	values := make([]any, 0, len(keys)*saveRecord.columns)
	for _, k := range keys {
		r := byKey[k]
		values = append(values, x.account, k.connection, k.bsaleID, text(r.State), text(r.Reason), text(r.Hash), text(r.RulesVersion), text(r.ContactID),
			text(r.DealID), text(r.Kind), text(r.TypeName), text(r.Number), text(r.EmittedOn), r.Total.Minor, text(r.Total.Currency),
			r.ClientID, text(r.ClientName), text(r.PublicURL), text(r.Standing), r.Credited, r.SaleID, jsonList(r.References), jsonList(r.Candidates), micros(r.DueAt),
			r.Attempts, text(r.LastError), micros(r.SeenAt), micros(r.DecidedAt))
	}
	if err := x.countSaved(ctx, keys, byKey); err != nil {
		return err
	}
	if err := x.insert(ctx, saveRecord, values, micros(readAt)); err != nil {
		return x.s.failed("save records", err)
	}
	return x.saveReferences(ctx, keys, byKey)
}

// saveReferences keeps the index of the numbers that records name.
func (x *writer) saveReferences(ctx context.Context, keys []recordKey, byKey map[recordKey]*bridge.Record) error {
	ids := map[int64][]int64{}
	var values []any
	for _, k := range keys {
		ids[k.connection] = append(ids[k.connection], k.bsaleID)
		numbers := cleaned(byKey[k].References)
		slices.Sort(numbers)
		for _, number := range slices.Compact(numbers) {
			values = append(values, x.account, k.connection, k.bsaleID, number)
		}
	}
	for _, connection := range slices.Sorted(maps.Keys(ids)) {
		if err := execIn(ctx, &x.session, "drop references", `DELETE FROM record_reference WHERE connection = $1 AND bsale_id IN `+list,
			[]any{connection}, ids[connection]); err != nil {
			return err
		}
	}
	return x.s.failed("save references", x.insert(ctx, insertReference, values))
}
