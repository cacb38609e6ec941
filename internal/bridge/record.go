package bridge

import (
	"time"

	"puente/internal/crm"
)

// Kind is what a Bsale document is to a business.
type Kind string

// The kinds of document.
const (
	KindReceipt    Kind = "receipt"     // boleta
	KindQuote      Kind = "quote"       // cotización
	KindInvoice    Kind = "invoice"     // factura
	KindSalesNote  Kind = "sales_note"  // nota de venta
	KindCreditNote Kind = "credit_note" // nota de crédito
	KindOther      Kind = "other"
)

// State is where a record stands.
//
//	new ──> linked            a document that was notified but not read yet, then decided
//	 │ └──> skipped ──> linked   when the document or the rules change, or a person asks for another try
//	 │ └──> conflict ──> linked  likewise, once a person has settled it
//	 └────> failed ──> …         could not be read; retried until attempts run out
type State string

// The states of a record.
const (
	StateNew      State = "new"
	StateLinked   State = "linked"
	StateSkipped  State = "skipped"
	StateConflict State = "conflict"
	StateFailed   State = "failed"
)

// Standing is whether a linked document still counts.
type Standing string

// The standings of a document.
const (
	StandingActive         Standing = "active"
	StandingAnnulled       Standing = "annulled"
	StandingCredited       Standing = "credited"        // credit notes add up to its total
	StandingPartlyCredited Standing = "partly_credited" // credit notes take back a part
)

// Void says whether a document no longer stands at all.
func (s Standing) Void() bool { return s == StandingAnnulled || s == StandingCredited }

// Record (registro de sincronización) is the one row kept per Bsale document: where it stands and why. It is the truth about what is
// to be done; the queue only wakes somebody up. Its key is (ConnectionID, BsaleID).
type Record struct {
	ConnectionID crm.ID
	BsaleID      int64
	State        State
	Reason       Reason
	Hash         string // of the content that was decided; empty when never read
	RulesVersion string // of the rules under which it was decided
	ContactID    crm.ID
	DealID       crm.ID

	// What is known of the document, for people and for credit notes.
	Kind       Kind
	TypeName   string
	Number     string // serial number where there is one, else the folio; what credit notes name it by
	EmittedOn  string // calendar day, 2006-01-02; empty when never read
	Total      crm.Money
	ClientID   int64 // Bsale's id of the client; 0: anonymous
	ClientName string
	PublicURL  string

	Standing   Standing
	Credited   int64    // minor units taken back so far by credit notes
	SaleID     int64    // of a linked credit note: Bsale's id of the sale
	References []string // of a credit note that found no sale yet: the numbers it names
	Candidates []crm.ID // of a conflict: the contacts or deals among which a person chooses

	DueAt     time.Time // when it is to be read next; zero: nothing to do
	Attempts  int       // failed reads in a row
	LastError string    // of the last failed read, without secrets
	SeenAt    time.Time // first heard of
	DecidedAt time.Time
}

// ClientLink ties a Bsale client to a contact. Its key is (ConnectionID, ClientID).
type ClientLink struct {
	ConnectionID crm.ID
	ClientID     int64
	ContactID    crm.ID // zero: no contact yet
	// Chosen says that a person told whose the client is: it is ContactID, which then keeps its names and values, or, where that is zero, nobody who is there.
	Chosen bool
	// LookedUpAt is when the client was last read one by one, because a list showed it without e-mail or phone; Email and Phone are
	// what was found then, as Bsale has it.
	LookedUpAt time.Time
	Email      string
	Phone      string
}

// HistoryEntry is one decision as it was applied.
type HistoryEntry struct {
	ID           crm.ID
	ConnectionID crm.ID
	RunID        crm.ID
	BsaleID      int64
	At           time.Time
	Outcome      Outcome
	Reason       Reason
	Title        string // "Boleta 1234"
	ClientName   string
	Plan         []byte // the Plan as JSON
}
