package bridge

import (
	"context"
	"time"

	"puente/internal/crm"
)

// Reader reads one account's data, the CRM's and the bridge's.
type Reader interface {
	crm.Reader

	// Connections returns the account's connections, oldest first.
	Connections(ctx context.Context) ([]Connection, error)
	// Connection returns one. not_found: no such connection in this account.
	Connection(ctx context.Context, id crm.ID) (Connection, error)

	// LeaseHolder returns who holds the connection's lease, "" if nobody does.
	LeaseHolder(ctx context.Context, connection crm.ID) (string, error)

	// Records returns the records of these documents; those never heard of are left out.
	Records(ctx context.Context, connection crm.ID, documents []int64) ([]*Record, error)
	// RecordsByDeal returns all records linked to these deals, of any connection.
	RecordsByDeal(ctx context.Context, deals []crm.ID) ([]*Record, error)
	// RecordsByNumber returns the records whose Number is one of these.
	RecordsByNumber(ctx context.Context, connection crm.ID, numbers []string) ([]*Record, error)
	// RecordsReferring returns the records whose References contain one of these numbers.
	RecordsReferring(ctx context.Context, connection crm.ID, numbers []string) ([]*Record, error)
	// DueRecords returns records to be read by now, at most limit: those that were never tried first, and within that in ascending Bsale id.
	DueRecords(ctx context.Context, connection crm.ID, now time.Time, limit int) ([]*Record, error)
	// LastDecided returns the highest Bsale id among the documents that were read and decided, 0 if there is none.
	LastDecided(ctx context.Context, connection crm.ID) (int64, error)
	// RecordsByReason returns records in that state with that reason (an empty reason: any), in ascending Bsale id, with an id above after, at most limit.
	RecordsByReason(ctx context.Context, connection crm.ID, state State, reason Reason, after int64, limit int) ([]*Record, error)
	// CountRecords returns how many records there are by state and reason, in the order of these.
	CountRecords(ctx context.Context, connection crm.ID) ([]RecordCount, error)
	// ListRecords returns a page of records. invalid: a cursor that is not of this list.
	ListRecords(ctx context.Context, connection crm.ID, query RecordQuery) (crm.Page[*Record], error)
	// CountDecisions returns what became of documents on a day as the account counts them, in the order of outcome and reason.
	CountDecisions(ctx context.Context, connection crm.ID, day string) ([]DecisionCount, error)
	// CountCalls returns how many requests were sent to Bsale on a day, and in all.
	CountCalls(ctx context.Context, connection crm.ID, day string) (onDay, all int64, err error)

	// ClientLinks returns the links of these Bsale clients; unknown ones are left out.
	ClientLinks(ctx context.Context, connection crm.ID, clients []int64) ([]*ClientLink, error)
	// ClientLinksByContact returns the links of these contacts.
	ClientLinksByContact(ctx context.Context, connection crm.ID, contacts []crm.ID) ([]*ClientLink, error)

	// Run returns one run. not_found: no such run.
	Run(ctx context.Context, id crm.ID) (Run, error)
	// OpenRuns returns the connection's runs in state active or paused, oldest first.
	OpenRuns(ctx context.Context, connection crm.ID) ([]Run, error)
	// Runs returns runs, newest first: those older than the run with the id before (zero: all).
	Runs(ctx context.Context, connection, before crm.ID, limit int) ([]Run, error)
	// History returns decisions, newest first; document 0 means of every document.
	History(ctx context.Context, connection crm.ID, document int64, limit int) ([]HistoryEntry, error)

	// DueClientRequests returns pending requests to be tried by now, oldest first.
	DueClientRequests(ctx context.Context, connection crm.ID, now time.Time, limit int) ([]*ClientRequest, error)
	// ClientRequests returns requests in that state, oldest first: those younger than the one of the contact after (zero: all).
	ClientRequests(ctx context.Context, connection crm.ID, state ClientRequestState, after crm.ID, limit int) ([]*ClientRequest, error)
	// ClientRequest returns the request of a contact. not_found: it has none.
	ClientRequest(ctx context.Context, connection, contact crm.ID) (*ClientRequest, error)

	// Board returns each stage of each pipeline, in order, with its number of living deals, the sum of their values, and the last deals
	// to have changed in it, at most perStage.
	Board(ctx context.Context, perStage int) ([]BoardStage, error)
}

// RecordQuery picks records; all fields that are set have to fit. They come newest first: by Bsale id, or by day of emission where that is asked for.
type RecordQuery struct {
	States      []State
	Reasons     []Reason
	Kind        Kind
	Number      string
	Client      string // words, each of which begins a word of the client's name, accents and case aside
	ClientID    int64  // Bsale's
	ContactID   crm.ID
	DealID      crm.ID
	EmittedFrom string // day, 2006-01-02
	EmittedTo   string // day, included
	Cursor      string // of the page before; empty: the first page
	Limit       int
}

// RecordCount is how many records share a state and a reason.
type RecordCount struct {
	State  State
	Reason Reason
	Count  int
}

// DecisionCount is how many documents had an outcome for a reason.
type DecisionCount struct {
	Outcome Outcome
	Reason  Reason
	Count   int
}

// BoardStage is one column of the board.
type BoardStage struct {
	Pipeline string
	Stage    crm.Stage
	Count    int
	Sum      int64 // minor units of the account's currency
	Latest   []BoardDeal
}

// BoardDeal is one card of the board.
type BoardDeal struct {
	Deal        crm.Deal
	ContactName string
	OwnerEmail  string
}

// Tx reads and writes one account's data in one transaction. Nobody else writes to the account while it is open.
type Tx interface {
	crm.Tx
	Reader

	// Wake marks the connection as woken and calls wake, if it runs and is not marked already: the job exists exactly if the transaction commits.
	Wake(ctx context.Context, connection crm.ID, wake Waker) error
	// SaveConnection inserts or updates a connection. conflict: the hook is taken.
	SaveConnection(ctx context.Context, connection Connection) error
	// SaveRecords inserts or updates records by their key. readAt is the connection's LastNotifiedAt as it was before the documents were asked for: a record
	// that was notified since keeps the due instant it got then.
	SaveRecords(ctx context.Context, records []*Record, readAt time.Time) error
	// SaveClientLinks inserts or updates links by their key.
	SaveClientLinks(ctx context.Context, links []*ClientLink) error
	// SaveRun inserts or updates a run.
	SaveRun(ctx context.Context, run Run) error
	// AddHistory appends decisions.
	AddHistory(ctx context.Context, entries []HistoryEntry) error
	// AddDecisions and AddCalls count what became of documents, and the requests sent to Bsale, on a day.
	AddDecisions(ctx context.Context, connection crm.ID, day string, counts []DecisionCount) error
	AddCalls(ctx context.Context, connection crm.ID, day string, calls int64) error
	// SaveClientRequests inserts or updates requests by their key.
	SaveClientRequests(ctx context.Context, requests []*ClientRequest) error
}

// ConnectionRef names a connection and its account.
type ConnectionRef struct {
	AccountID    crm.ID
	ConnectionID crm.ID
}

// Hint is the news that something happened to a document. It is not trusted: the document is read again.
type Hint struct {
	Connection ConnectionRef
	BsaleID    int64 // 0: nothing but a sign of life
	At         time.Time
}

// Waker asks the queue to run the connection's work soon. It is called inside a store transaction, which tx carries, so that the job exists
// exactly if the transaction commits.
type Waker func(ctx context.Context, tx any, ref ConnectionRef) error

// Store keeps everything, on either engine.
//
// A connection's work is done by one holder of its lease at a time, on whatever node. Acquire takes the lease and clears the "woken" mark; Release gives it
// back only if nothing is due, in one transaction, so that a document that turns up just then is never left lying: either Release sees it, or the job
// that was enqueued with it finds the lease free.
type Store interface {
	// View runs fn over a consistent picture of one account. not_found: no such account.
	View(ctx context.Context, account crm.ID, fn func(Reader) error) error
	// Update runs fn in a transaction that commits if fn returns nil. Nobody else writes to the account meanwhile.
	Update(ctx context.Context, account crm.ID, fn func(Tx) error) error

	// Accounts returns all accounts, oldest first.
	Accounts(ctx context.Context) ([]crm.Account, error)
	// CreateAccount adds an account and gives it what setUp writes, in one transaction; setUp may be nil.
	CreateAccount(ctx context.Context, account crm.Account, setUp func(Tx) error) error
	// EnsureAccount returns the oldest account. If there is none it makes fresh, as CreateAccount does; of several processes that ask at once, one does.
	EnsureAccount(ctx context.Context, fresh crm.Account, setUp func(Tx) error) (crm.Account, error)

	// ConnectionByHook finds the connection whose webhook path ends in hook. not_found: none.
	ConnectionByHook(ctx context.Context, hook string) (ConnectionRef, error)
	// NoteHints raises the connection's LastNotifiedAt, by which later notifications are told from earlier ones whatever the clocks say, marks the documents due, in one transaction, and wakes each connection that is not marked as woken already.
	NoteHints(ctx context.Context, hints []Hint, wake Waker) error
	// WithWork returns the enabled, not stopped connections that have something due by now: a record, a poll or a recheck, an active run, a client request.
	WithWork(ctx context.Context, now time.Time) ([]ConnectionRef, error)
	// StoppedFor returns the enabled connections that Puente stopped for that reason.
	StoppedFor(ctx context.Context, reason Reason) ([]ConnectionRef, error)
	// Wake marks the connection as woken and calls wake, in one transaction; if it is marked already, it calls wake only when force is set.
	Wake(ctx context.Context, ref ConnectionRef, force bool, wake Waker) error

	// Acquire takes the connection's lease for holder until an instant and clears the woken mark. ok is false, and current says who has it and until when, while
	// somebody else's lease lasts; stale, if not nil, may judge that a holder is gone although its lease lasts.
	Acquire(ctx context.Context, ref ConnectionRef, holder string, now, until time.Time, stale func(holder string) bool) (ok bool, current Lease, err error)
	// Renew extends holder's lease. ok is false when it is not holder's any more.
	Renew(ctx context.Context, ref ConnectionRef, holder string, until time.Time) (ok bool, err error)
	// Release gives the lease back unless something is due by now (as in WithWork). released is false when there is: the holder goes on.
	Release(ctx context.Context, ref ConnectionRef, holder string, now time.Time) (released bool, err error)
	// Drop gives the lease back whatever is due.
	Drop(ctx context.Context, ref ConnectionRef, holder string) error
}

// Lease says who does a connection's work, and until when unless renewed.
type Lease struct {
	Holder string
	Until  time.Time
}
