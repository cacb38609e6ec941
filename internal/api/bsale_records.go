package api

import (
	"context"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// RecordOut is a document as Puente knows it.
type RecordOut struct {
	BsaleID   int64        `json:"bsaleId"`
	Title     string       `json:"title" example:"Boleta 1234"`
	State     bridge.State `json:"state" enum:"new,linked,skipped,conflict,failed"`
	StateName string       `json:"stateName"`
	ReasonOut
	Kind      bridge.Kind     `json:"kind" enum:",receipt,quote,invoice,sales_note,credit_note,other" doc:"Empty: not read yet"`
	TypeName  string          `json:"typeName" doc:"As Bsale calls the type"`
	Number    string          `json:"number"`
	Emitted   string          `json:"emitted" doc:"The day of issue (2026-03-12); empty: not read yet"`
	Total     amountOut       `json:"total"`
	Credited  amountOut       `json:"credited" doc:"Taken back by credit notes"`
	Standing  bridge.Standing `json:"standing" enum:",active,annulled,credited,partly_credited" doc:"Whether it still counts; empty: it is not linked"`
	Client    string          `json:"client"`
	ClientID  int64           `json:"clientId" doc:"Bsale's; 0: no client"`
	ContactID crm.ID          `json:"contactId" doc:"Empty: none"`
	DealID    crm.ID          `json:"dealId" doc:"Empty: none"`
	URL       string          `json:"url" doc:"Where anybody can see the document; empty: nowhere"`
	Seen      instant         `json:"seen" doc:"When Puente first heard of it"`
	Decided   instant         `json:"decided"`
	NextTry   instant         `json:"nextTry" doc:"null: nothing is to be done"`
	Attempts  int             `json:"attempts" doc:"Readings that failed in a row"`
	LastError string          `json:"lastError" doc:"Of the last failed reading, in technical words"`
}

type amountOut struct {
	Amount   number `json:"amount"`
	Currency string `json:"currency"`
}

func encodeAmount(m crm.Money) amountOut {
	if m.Currency == "" {
		return amountOut{Amount: "0"}
	}
	return amountOut{number(m.Amount()), m.Currency}
}

func (r *reading) encodeRecord(ctx context.Context, record *bridge.Record) (RecordOut, error) {
	account, err := r.accountOf(ctx)
	return RecordOut{
		BsaleID: record.BsaleID, Title: record.Title(account.Language), State: record.State, StateName: r.word("state." + string(record.State)),
		ReasonOut: r.reason(record.Reason), Kind: record.Kind, TypeName: record.TypeName, Number: record.Number, Emitted: record.EmittedOn,
		Total: encodeAmount(record.Total), Credited: encodeAmount(crm.Money{Minor: record.Credited, Currency: record.Total.Currency}), Standing: record.Standing,
		Client: record.ClientName, ClientID: record.ClientID, ContactID: record.ContactID, DealID: record.DealID, URL: record.PublicURL,
		Seen: instant{record.SeenAt}, Decided: instant{record.DecidedAt}, NextTry: instant{record.DueAt}, Attempts: record.Attempts, LastError: record.LastError,
	}, err
}

type recordParams struct {
	State       []bridge.State  `query:"state" maxItems:"5" enum:"new,linked,skipped,conflict,failed" doc:"Any of these, with commas between them"`
	Reason      []bridge.Reason `query:"reason" maxItems:"50" doc:"Any of these, with commas between them"`
	Kind        bridge.Kind     `query:"kind" enum:"receipt,quote,invoice,sales_note,credit_note,other"`
	Number      string          `query:"number" maxLength:"100" doc:"The document's number, whole"`
	Client      string          `query:"client" maxLength:"200" doc:"Words of the client's name, or their beginnings; case and accents do not matter"`
	ClientID    int64           `query:"clientId" minimum:"0" doc:"Bsale's"`
	Contact     crm.ID          `query:"contact" maxLength:"100"`
	Deal        crm.ID          `query:"deal" maxLength:"100"`
	EmittedFrom string          `query:"emittedFrom" maxLength:"10" doc:"A day (2026-01-01). With emittedFrom or emittedTo the list goes by day of issue."`
	EmittedTo   string          `query:"emittedTo" maxLength:"10" doc:"A day, included"`
	Size        int             `query:"size" minimum:"1" maximum:"200" default:"50"`
	Cursor      string          `query:"cursor" maxLength:"100" doc:"nextCursor of the page before"`
}

func (p recordParams) query() (bridge.RecordQuery, error) {
	q := bridge.RecordQuery{
		States: p.State, Reasons: p.Reason, Kind: p.Kind, Number: p.Number, Client: p.Client, ClientID: p.ClientID, ContactID: p.Contact, DealID: p.Deal,
		EmittedFrom: p.EmittedFrom, EmittedTo: p.EmittedTo, Cursor: p.Cursor, Limit: p.Size,
	}
	for place, day := range map[string]string{"emittedFrom": p.EmittedFrom, "emittedTo": p.EmittedTo} {
		if _, err := bridge.ParseDay(day); err != nil {
			return q, placed(err, place)
		}
	}
	return q, nil
}

func listRecords(ctx context.Context, r *reading, in *recordParams) (*body[cursorPage[RecordOut]], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	connection, err := bridge.FindConnection(ctx, r)
	if err != nil {
		return nil, err
	}
	found, err := r.ListRecords(ctx, connection.ID, q)
	if err != nil {
		return nil, err
	}
	out := cursorPage[RecordOut]{Items: []RecordOut{}, NextCursor: found.Next}
	for _, record := range found.Items {
		one, err := r.encodeRecord(ctx, record)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, one)
	}
	return &body[cursorPage[RecordOut]]{out}, nil
}

// ByDocument names a document by Bsale's id.
type ByDocument struct {
	Document int64 `path:"document" minimum:"1"`
}

type recordStoryOut struct {
	RecordOut
	Contact           *namedOut     `json:"contact,omitempty" doc:"Of its deal, or the one that its client is known to be; absent: none"`
	Deal              *namedOut     `json:"deal,omitempty" doc:"Absent: none"`
	CandidateContacts []namedOut    `json:"candidateContacts" doc:"Of a conflict: those among which somebody has to choose"`
	CandidateDeals    []namedOut    `json:"candidateDeals"`
	Decisions         []decisionOut `json:"decisions" doc:"Newest first"`
}

type namedOut struct {
	ID      crm.ID `json:"id"`
	Name    string `json:"name"`
	Deleted bool   `json:"deleted"`
}

func nameContact(c *crm.Contact) namedOut { return namedOut{c.ID, c.Name(), c.Gone()} }
func nameDeal(d *crm.Deal) namedOut       { return namedOut{d.ID, d.Name, d.Gone()} }

type decisionOut struct {
	At    instant `json:"at"`
	RunID crm.ID  `json:"runId" doc:"Empty: no run, but a notification or somebody who asked"`
	PlanOut
}

func getRecord(ctx context.Context, r *reading, in *ByDocument) (*body[recordStoryOut], error) {
	connection, err := bridge.FindConnection(ctx, r)
	if err != nil {
		return nil, err
	}
	out, err := r.recordStory(ctx, connection.ID, in.Document)
	return &body[recordStoryOut]{out}, err
}

func (r *reading) recordStory(ctx context.Context, connection crm.ID, document int64) (recordStoryOut, error) {
	story, err := bridge.ReadRecord(ctx, r, connection, document)
	if err != nil {
		return recordStoryOut{}, err
	}
	out := recordStoryOut{CandidateContacts: []namedOut{}, CandidateDeals: []namedOut{}, Decisions: []decisionOut{}}
	if out.RecordOut, err = r.encodeRecord(ctx, story.Record); err != nil {
		return out, err
	}
	if story.Contact != nil {
		contact := nameContact(story.Contact)
		out.Contact = &contact
	}
	if story.Deal != nil {
		deal := nameDeal(story.Deal)
		out.Deal = &deal
	}
	for _, c := range story.CandidateContacts {
		out.CandidateContacts = append(out.CandidateContacts, nameContact(c))
	}
	for _, d := range story.CandidateDeals {
		out.CandidateDeals = append(out.CandidateDeals, nameDeal(d))
	}
	for _, d := range story.Decisions {
		out.Decisions = append(out.Decisions, decisionOut{instant{d.At}, d.RunID, r.encodePlan(d.Plan)})
	}
	return out, nil
}

func retryRecord(ctx context.Context, w *writing, in *ByDocument) (*answer[recordStoryOut], error) {
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := w.Engine.RetryTx(ctx, w.tx, connection.ID, in.Document); err != nil {
		return nil, err
	}
	out, err := w.recordStory(ctx, connection.ID, in.Document)
	return &answer[recordStoryOut]{Body: out}, err
}

type settlementIn struct {
	ByDocument
	Body struct {
		ContactID crm.ID `json:"contactId" maxLength:"100" doc:"Who the document's client is. It need not be one of the candidates."`
	}
}

type settlementOut struct {
	Documents int            `json:"documents" doc:"Documents of the client that are decided again now"`
	Record    recordStoryOut `json:"record"`
}

func settleRecord(ctx context.Context, w *writing, in *settlementIn) (*answer[settlementOut], error) {
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return nil, err
	}
	count, err := w.Engine.SettleContact(ctx, w.tx, w.hand, connection.ID, in.Document, in.Body.ContactID)
	if err != nil {
		return nil, placedAs(err, "contact_not_found", "contactId")
	}
	out := settlementOut{Documents: count}
	out.Record, err = w.recordStory(ctx, connection.ID, in.Document)
	return &answer[settlementOut]{Body: out}, err
}

type retryIn struct {
	Body struct {
		State  bridge.State  `json:"state" enum:"new,linked,skipped,conflict,failed"`
		Reason bridge.Reason `json:"reason" maxLength:"100" doc:"As in the work list"`
	}
}

type retriedOut struct {
	Documents int     `json:"documents" doc:"That are tried again"`
	Run       *runOut `json:"run,omitempty" doc:"That reads them again, fifty with a call; absent: they are few and each is read by itself"`
}

func retryReason(ctx context.Context, w *writing, in *retryIn) (*answer[retriedOut], error) {
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return nil, err
	}
	done, err := w.Engine.RetryReason(ctx, w.tx, connection.ID, in.Body.State, in.Body.Reason)
	out := retriedOut{Documents: done.Documents}
	if done.Run.ID != "" {
		run := w.encodeRun(done.Run)
		out.Run = &run
	}
	return &answer[retriedOut]{Body: out}, err
}

type workOut struct {
	Items []recordCountOut `json:"items"`
}

func workList(ctx context.Context, r *reading, _ *struct{}) (*body[workOut], error) {
	connection, err := bridge.FindConnection(ctx, r)
	if err != nil {
		return nil, err
	}
	counts, err := bridge.WorkList(ctx, r, connection.ID)
	return &body[workOut]{workOut{Items: r.recordCounts(counts)}}, err
}

// clientRequestOut is a contact on its way to be a client in Bsale.
type clientRequestOut struct {
	ContactID crm.ID                    `json:"contactId"`
	Contact   string                    `json:"contact" doc:"The contact's name"`
	State     bridge.ClientRequestState `json:"state" enum:"pending,done,failed"`
	StateName string                    `json:"stateName"`
	ReasonOut
	ClientID  int64   `json:"clientId" doc:"Bsale's; 0: not known yet"`
	Attempts  int     `json:"attempts"`
	NextTry   instant `json:"nextTry"`
	LastError string  `json:"lastError" doc:"What Bsale said last"`
	Created   instant `json:"created"`
}

type clientRequestParams struct {
	State  bridge.ClientRequestState `query:"state" enum:"pending,done,failed" default:"failed"`
	Size   int                       `query:"size" minimum:"1" maximum:"200" default:"50"`
	Cursor crm.ID                    `query:"cursor" maxLength:"100" doc:"nextCursor of the page before"`
}

func listClientRequests(ctx context.Context, r *reading, in *clientRequestParams) (*body[cursorPage[clientRequestOut]], error) {
	connection, err := bridge.FindConnection(ctx, r)
	if err != nil {
		return nil, err
	}
	requests, err := r.ClientRequests(ctx, connection.ID, in.State, in.Cursor, in.Size)
	if err != nil {
		return nil, err
	}
	items, err := r.encodeRequests(ctx, requests)
	out := cursorPage[clientRequestOut]{Items: items}
	if len(requests) == in.Size {
		out.NextCursor = string(requests[len(requests)-1].ContactID)
	}
	return &body[cursorPage[clientRequestOut]]{out}, err
}

func (r *reading) encodeRequests(ctx context.Context, requests []*bridge.ClientRequest) ([]clientRequestOut, error) {
	var ids []crm.ID
	for _, request := range requests {
		ids = append(ids, request.ContactID)
	}
	contacts, err := r.ContactsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	names := map[crm.ID]string{}
	for _, c := range contacts {
		names[c.ID] = c.Name()
	}
	all := []clientRequestOut{}
	for _, q := range requests {
		all = append(all, clientRequestOut{
			ContactID: q.ContactID, Contact: names[q.ContactID], State: q.State, StateName: r.word("client_request." + string(q.State)),
			ReasonOut: r.reason(q.Reason), ClientID: q.ClientID, Attempts: q.Attempts, NextTry: instant{q.NextAttemptAt}, LastError: q.LastError,
			Created: instant{q.CreatedAt},
		})
	}
	return all, nil
}

// ByContact names a request by its contact.
type ByContact struct {
	Contact crm.ID `path:"contact"`
}

func retryClientRequest(ctx context.Context, w *writing, in *ByContact) (*answer[clientRequestOut], error) {
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return nil, err
	}
	request, err := w.Engine.RetryClientRequest(ctx, w.tx, connection.ID, in.Contact)
	if err != nil {
		return nil, err
	}
	items, err := w.encodeRequests(ctx, []*bridge.ClientRequest{request})
	if err != nil {
		return nil, err
	}
	return &answer[clientRequestOut]{Body: items[0]}, nil
}
