package bridge

import (
	"time"

	"puente/internal/crm"
)

// Connection (conexión) is an account's Bsale app: where and how it is reached, its rules, and how far it has read.
type Connection struct {
	ID                crm.ID
	AccountID         crm.ID
	BaseURL           string
	SealedToken       []byte // sealed by internal/secret; empty when the token is given at each start
	TokenLastFour     string
	RequestsPerSecond float64 // 0: the client's default; negative: unpaced
	Rules             []byte  // as the account gave them, JSON
	Hook              string  // the secret part of the webhook's path
	Enabled           bool
	// StopReason says why Puente stopped it (token refused, unpaid); empty while it runs.
	StopReason Reason

	ReadUntil      string // the watermark: every document emitted before this day was seen by a complete pass; empty: none yet
	NextPollAt     time.Time
	NextRecheckAt  time.Time
	LastPollAt     time.Time // end of the last complete pass
	LastNotifiedAt time.Time // of the latest notification; later with each one, even when clocks of several machines differ or step back
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// RunKind is why documents are being read.
type RunKind string

// The kinds of run.
const (
	RunSync     RunKind = "sync"     // one complete pass from the start date, by command
	RunPoll     RunKind = "poll"     // the last days, every few minutes
	RunRecheck  RunKind = "recheck"  // older documents that can still change
	RunBackfill RunKind = "backfill" // history from a date that a person chose
	RunAgain    RunKind = "again"    // documents decided again: the rules changed, or a person asks
)

// RunState is where a run stands.
type RunState string

// The states of a run.
const (
	RunActive    RunState = "active"
	RunPaused    RunState = "paused"
	RunDone      RunState = "done"
	RunFailed    RunState = "failed"
	RunCancelled RunState = "cancelled"
)

// Run (pasada) is one poll, recheck, backfill or sync. Progress is saved with each page, in the page's transaction.
type Run struct {
	ID           crm.ID
	ConnectionID crm.ID
	Kind         RunKind
	State        RunState
	From         string // first emission day, 2006-01-02
	To           string // last emission day
	Estimate     int    // documents expected; 0 until counted
	// Reasons are those of the records that a run of kind again decides again; none: all that were decided under other rules.
	Reasons    []Reason
	Progress   []byte // where the pass stands, JSON; nil at its start
	Counts     Counts
	Calls      int64 // requests sent to Bsale
	LastError  string
	StartedAt  time.Time
	FinishedAt time.Time // zero while it runs
}

// Counts is what became of the documents of a run.
type Counts struct {
	Documents       int            `json:"documents"`
	Created         int            `json:"created"`
	Updated         int            `json:"updated"`
	Unchanged       int            `json:"unchanged"`
	Skipped         map[Reason]int `json:"skipped"`
	Conflict        int            `json:"conflict"`
	Failed          int            `json:"failed"`
	ContactsCreated int            `json:"contacts_created"`
}

// ClientRequestState is where a request to make a Bsale client stands.
type ClientRequestState string

// The states of a client request.
const (
	ClientRequestPending ClientRequestState = "pending"
	ClientRequestDone    ClientRequestState = "done"
	ClientRequestFailed  ClientRequestState = "failed" // for a person; Reason says why
)

// ClientRequest is the outbox row written with a new contact when the rules say that it becomes a Bsale client.
// Its key is (ConnectionID, ContactID).
type ClientRequest struct {
	ConnectionID crm.ID
	ContactID    crm.ID
	State        ClientRequestState
	Reason       Reason // why it failed, or its last try did
	ClientID     int64  // Bsale's id, once known
	// SentAt is set, and committed, before the client is posted: after a crash or a time-out the client is looked up, never posted blindly.
	SentAt        time.Time
	Attempts      int
	NextAttemptAt time.Time
	LastError     string // what Bsale said, without secrets
	CreatedAt     time.Time
}
