package bridge

// Reason is the one code that says why a document had its outcome. Its sentence, and what to do where a person can act, stand in the message
// catalogue under "reason.<code>" and "reason.<code>.fix".
type Reason string

// Outcome is what became of a document.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Skipped   Outcome = "skipped"
	Conflict  Outcome = "conflict"
	Failed    Outcome = "failed"
)

// The reasons, in the order in which docs/decisions.md names them.
const (
	KindNotChosen      Reason = "kind_not_chosen"
	BeforeStart        Reason = "before_start"
	AnnulledBeforeSeen Reason = "annulled_before_seen"
	NoClient           Reason = "no_client"
	GenericClient      Reason = "generic_client"
	ManyContacts       Reason = "many_contacts"
	TaxIDDiffers       Reason = "tax_id_differs"

	MissingEmail         Reason = "missing_email"
	InvalidEmail         Reason = "invalid_email"
	MissingPhone         Reason = "missing_phone"
	InvalidPhone         Reason = "invalid_phone"
	MissingEmailAndPhone Reason = "missing_email_and_phone"
	MissingTaxID         Reason = "missing_tax_id"
	GenericTaxID         Reason = "generic_tax_id"
	InvalidTaxID         Reason = "invalid_tax_id"

	NoOpenDeal  Reason = "no_open_deal"
	ManyDeals   Reason = "many_deals"
	DealMoved   Reason = "deal_moved"
	DealUpdated Reason = "deal_updated"
	DealCreated Reason = "deal_created"

	DealDeleted      Reason = "deal_deleted"
	AlreadyInSync    Reason = "already_in_sync"
	ContentChanged   Reason = "content_changed"
	AnnulmentIgnored Reason = "annulment_ignored"
	AnnulledFlagged  Reason = "annulled_flagged"
	AnnulledMoved    Reason = "annulled_moved"

	CreditNotesIgnored      Reason = "credit_notes_ignored"
	CreditedSaleUnknown     Reason = "credited_sale_unknown"
	ManyCreditedSales       Reason = "many_credited_sales"
	CreditedSaleWithoutDeal Reason = "credited_sale_without_deal"
	CreditedFlagged         Reason = "credited_flagged"
	CreditedMoved           Reason = "credited_moved"
	CreditedInPart          Reason = "credited_in_part"
	CreditNoteAnnulled      Reason = "credit_note_annulled"

	// Not decisions: what went wrong on the way to one.
	NotFoundInBsale Reason = "not_found_in_bsale"
	BsaleFailed     Reason = "bsale_failed"

	// Why a contact did not become a client in Bsale.
	ClientsNotWanted Reason = "clients_not_wanted"
	ContactDeleted   Reason = "contact_deleted"
	ClientUncertain  Reason = "client_uncertain"
	ClientRefused    Reason = "client_refused"

	// Why a connection was stopped.
	TokenRefused  Reason = "token_refused"
	TokenMissing  Reason = "token_missing"
	BsaleUnpaid   Reason = "bsale_unpaid"
	RulesOutdated Reason = "rules_outdated"

	// Warnings: something was left out, the rest was done.
	NoSeller               Reason = "no_seller"
	SellerWithoutEmail     Reason = "seller_without_email"
	SellerUnknown          Reason = "seller_unknown"
	ValueDoesNotFit        Reason = "value_does_not_fit"
	ValueRounded           Reason = "value_rounded"
	TooManyAlternatives    Reason = "too_many_alternatives"
	IdentityOfOtherContact Reason = "identity_of_other_contact"
	ClientChanged          Reason = "client_changed"
)
