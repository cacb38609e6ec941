package bridge

import (
	"context"

	"puente/internal/crm"
)

// Overview is how a connection stands, for people.
type Overview struct {
	Connection Connection
	Rules      Rules
	Problems   []*crm.Error // why the rules do not fit the account any more
	Records    []RecordCount
	Today      []DecisionCount
	CallsToday int64
	Calls      int64
	OpenRuns   []Run
	Requests   int // contacts that could not be made clients in Bsale, at most maxRequestsShown
}

// maxRequestsShown is up to how many failed requests are counted.
const maxRequestsShown = 100

// ReadOverview reads how the account's connection stands. not_found: bsale_not_connected.
func (e *Engine) ReadOverview(ctx context.Context, r Reader) (Overview, error) {
	var o Overview
	var err error
	if o.Connection, err = FindConnection(ctx, r); err != nil {
		return o, err
	}
	id := o.Connection.ID
	around, err := ReadSurroundings(ctx, r)
	if err != nil {
		return o, err
	}
	if o.Rules, err = ReadableRules(ctx, r, o.Connection); err != nil {
		return o, err
	}
	_, o.Problems = o.Rules.Resolve(around)
	if o.Records, err = r.CountRecords(ctx, id); err != nil {
		return o, err
	}
	day := today(e.clock.Now(), around.Account).String()
	if o.Today, err = r.CountDecisions(ctx, id, day); err != nil {
		return o, err
	}
	if o.CallsToday, o.Calls, err = r.CountCalls(ctx, id, day); err != nil {
		return o, err
	}
	if o.OpenRuns, err = r.OpenRuns(ctx, id); err != nil {
		return o, err
	}
	failed, err := r.ClientRequests(ctx, id, ClientRequestFailed, "", maxRequestsShown)
	o.Requests = len(failed)
	return o, err
}

// forAPerson are the reasons of skipped documents about which somebody can do something, document by document: what the client lacks in Bsale, and sales that cannot be found. The
// others, anonymous sales too, are as the rules want it.
var forAPerson = map[Reason]bool{
	MissingEmail: true, InvalidEmail: true, MissingPhone: true, InvalidPhone: true, MissingEmailAndPhone: true,
	MissingTaxID: true, GenericTaxID: true, InvalidTaxID: true,
	CreditedSaleUnknown: true,
}

// ForAPerson says whether a record waits for somebody to do something: a conflict to settle, a document that cannot be read, or one that was skipped for what its
// client lacks.
func ForAPerson(state State, reason Reason) bool {
	return state == StateConflict || state == StateFailed || state == StateSkipped && forAPerson[reason]
}

// WorkList returns what waits for somebody, by state and reason.
func WorkList(ctx context.Context, r Reader, connection crm.ID) ([]RecordCount, error) {
	counts, err := r.CountRecords(ctx, connection)
	if err != nil {
		return nil, err
	}
	var work []RecordCount
	for _, c := range counts {
		if ForAPerson(c.State, c.Reason) {
			work = append(work, c)
		}
	}
	return work, nil
}
