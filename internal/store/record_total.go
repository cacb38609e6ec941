package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// CountRecords returns how many records there are by state and reason, in the order of these.
func (x *reader) CountRecords(ctx context.Context, connection crm.ID) ([]bridge.RecordCount, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	return query(ctx, &x.session, "count records", `SELECT state, reason, records FROM record_total WHERE connection = $1 AND records > 0
		UNION ALL SELECT state, reason, COUNT(*) FROM record WHERE connection = $2 AND state = 'new' GROUP BY state, reason ORDER BY state, reason`,
		[]any{number, number},
		func(r row) (c bridge.RecordCount, err error) {
			err = r.Scan(&c.State, &c.Reason, &c.Count)
			return c, err
		})
}

// standing is what is counted of a record, and by which words it is found.
type standing struct {
	id         int64
	state      bridge.State
	reason     bridge.Reason
	client     int64
	clientName string
}

var (
	addRecords = newInsertion("record_total", "account_id, connection, state, reason, records",
		`ON CONFLICT (connection, state, reason) DO UPDATE SET records = record_total.records + excluded.records`)
	addWords = newInsertion("client_word", "account_id, connection, word, client_id", `ON CONFLICT (connection, word, client_id) DO NOTHING`)
)

// countSaved keeps the totals and the clients' words right for records that are about to be saved. New records, which hints make meanwhile without waiting for
// the account, are in no total: whether there is one already makes no difference.
func (x *writer) countSaved(ctx context.Context, keys []recordKey, byKey map[recordKey]*bridge.Record) error {
	before, err := x.standings(ctx, keys)
	if err != nil {
		return err
	}
	type total struct {
		connection int64
		state      bridge.State
		reason     bridge.Reason
	}
	totals := map[total]int{}
	words := map[clientWord]bool{}
	for _, k := range keys {
		old, r := before[k], byKey[k]
		if old.state != "" && old.state != bridge.StateNew {
			totals[total{k.connection, old.state, old.reason}]--
		}
		if r.State != bridge.StateNew {
			totals[total{k.connection, r.State, r.Reason}]++
		}
		if r.ClientID != 0 && (old.client != r.ClientID || old.clientName != text(r.ClientName)) {
			for _, word := range nameWords(r.ClientName) {
				words[clientWord{k.connection, word, r.ClientID}] = true
			}
		}
	}
	values := make([]any, 0, len(totals)*addRecords.columns)
	for _, t := range slices.SortedFunc(maps.Keys(totals), func(a, b total) int {
		return cmp.Or(cmp.Compare(a.connection, b.connection), cmp.Compare(a.state, b.state), cmp.Compare(a.reason, b.reason))
	}) {
		if n := totals[t]; n != 0 {
			values = append(values, x.account, t.connection, text(t.state), text(t.reason), n)
		}
	}
	if err := x.insert(ctx, addRecords, values); err != nil {
		return x.s.failed("count records", err)
	}
	return x.addWords(ctx, words)
}

// standings returns how records stand; those that are not there are left out.
func (x *writer) standings(ctx context.Context, keys []recordKey) (map[recordKey]standing, error) {
	ids := map[int64][]int64{}
	for _, k := range keys {
		ids[k.connection] = append(ids[k.connection], k.bsaleID)
	}
	found := make(map[recordKey]standing, len(keys))
	for connection, some := range ids {
		rows, err := queryIn(ctx, &x.session, "standings",
			`SELECT bsale_id, state, reason, client_id, client_name FROM record WHERE connection = $1 AND bsale_id IN `+list, []any{connection}, some,
			func(r row) (s standing, err error) {
				err = r.Scan(&s.id, &s.state, &s.reason, &s.client, &s.clientName)
				return s, err
			})
		if err != nil {
			return nil, err
		}
		for _, s := range rows {
			found[recordKey{connection, s.id}] = s
		}
	}
	return found, nil
}

// clientWord is a word of the name of a client, which may have had other names: what is found by it is looked at again.
type clientWord struct {
	connection int64
	word       string
	client     int64
}

func (x *writer) addWords(ctx context.Context, words map[clientWord]bool) error {
	values := make([]any, 0, len(words)*addWords.columns)
	for _, w := range slices.SortedFunc(maps.Keys(words), func(a, b clientWord) int {
		return cmp.Or(cmp.Compare(a.connection, b.connection), cmp.Compare(a.word, b.word), cmp.Compare(a.client, b.client))
	}) {
		values = append(values, x.account, w.connection, w.word, w.client)
	}
	return x.s.failed("save client words", x.insert(ctx, addWords, values))
}

// longestWord is how many bytes of a word are kept; crm.SearchTerms asks for no more.
const longestWord = 64

// nameWords returns the words by which a name is found, each once.
func nameWords(name string) []string {
	words := crm.Words(text(name))
	for i, word := range words {
		if len(word) > longestWord {
			words[i] = strings.ToValidUTF8(word[:longestWord], "")
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// CountDecisions returns what became of documents on a day as the account counts them, in the order of outcome and reason.
func (x *reader) CountDecisions(ctx context.Context, connection crm.ID, day string) ([]bridge.DecisionCount, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	return query(ctx, &x.session, "count decisions",
		`SELECT outcome, reason, decisions FROM decision_total WHERE connection = $1 AND day = $2 ORDER BY outcome, reason`, []any{number, text(day)},
		func(r row) (c bridge.DecisionCount, err error) {
			err = r.Scan(&c.Outcome, &c.Reason, &c.Count)
			return c, err
		})
}

// CountCalls returns how many requests were sent to Bsale on a day, and in all.
func (x *reader) CountCalls(ctx context.Context, connection crm.ID, day string) (onDay, all int64, err error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return 0, 0, err
	}
	_, err = query(ctx, &x.session, "count calls", `SELECT day, calls FROM call_total WHERE connection = $1`, []any{number},
		func(r row) (struct{}, error) {
			var on string
			var calls int64
			err := r.Scan(&on, &calls)
			if all += calls; on == day {
				onDay = calls
			}
			return struct{}{}, err
		})
	return onDay, all, err
}

var (
	addDecisions = newInsertion("decision_total", "account_id, connection, day, outcome, reason, decisions",
		`ON CONFLICT (connection, day, outcome, reason) DO UPDATE SET decisions = decision_total.decisions + excluded.decisions`)
	addCalls = newInsertion("call_total", "account_id, connection, day, calls",
		`ON CONFLICT (connection, day) DO UPDATE SET calls = call_total.calls + excluded.calls`)
)

// AddDecisions counts what became of documents on a day; each outcome and reason stands in counts once. not_found: the account has no such connection.
func (x *writer) AddDecisions(ctx context.Context, connection crm.ID, day string, counts []bridge.DecisionCount) error {
	number, err := x.ownConnection(ctx, connection)
	if err != nil {
		return err
	}
	values := make([]any, 0, len(counts)*addDecisions.columns)
	for _, c := range counts {
		values = append(values, x.account, number, text(day), text(c.Outcome), text(c.Reason), c.Count)
	}
	return x.s.failed("add decisions", x.insert(ctx, addDecisions, values))
}

// AddCalls counts requests sent to Bsale on a day. not_found: the account has no such connection.
func (x *writer) AddCalls(ctx context.Context, connection crm.ID, day string, calls int64) error {
	number, err := x.ownConnection(ctx, connection)
	if err != nil || calls == 0 {
		return err
	}
	return x.s.failed("add calls", x.insert(ctx, addCalls, []any{x.account, number, text(day), calls}))
}
