package crm

import "context"

// Reader reads one account's data. Everything that it returns may be kept and changed by the caller; lists have a stable order.
type Reader interface {
	// Account returns the account itself.
	Account(ctx context.Context) (Account, error)
	// Users returns all users, inactive ones too, oldest first.
	Users(ctx context.Context) ([]User, error)
	// Pipelines returns all pipelines with their stages, in their order.
	Pipelines(ctx context.Context) ([]Pipeline, error)
	// CustomFields returns the fields of one entity in their order, archived ones too.
	CustomFields(ctx context.Context, entity Entity) ([]CustomField, error)

	// ContactsByID returns the contacts with these ids, deleted ones too; unknown ids are left out.
	ContactsByID(ctx context.Context, ids []ID) ([]*Contact, error)
	// ContactsByIdentity returns the living contacts that have any of these identities, each once.
	ContactsByIdentity(ctx context.Context, keys []IdentityKey) ([]*Contact, error)
	// DealsByID returns the deals with these ids, deleted ones too; unknown ids are left out.
	DealsByID(ctx context.Context, ids []ID) ([]*Deal, error)
	// DealsByContact returns the living deals of these contacts that stand in one of these stages.
	DealsByContact(ctx context.Context, contacts, stages []ID) ([]*Deal, error)
	// Events returns the timeline of one contact or deal, newest first, at most limit entries.
	Events(ctx context.Context, entity Entity, id ID, limit int) ([]Event, error)
	// StageChanges returns the moves of one deal, oldest first.
	StageChanges(ctx context.Context, deal ID) ([]StageChange, error)
}

// Tx reads and writes one account's data in one transaction. Nobody else writes to the account while it is open.
type Tx interface {
	Reader

	// CreateUser, CreatePipeline and CreateCustomField add one row (a pipeline with its stages). conflict: the e-mail, name or key is taken.
	CreateUser(ctx context.Context, user User) error
	UpdateUser(ctx context.Context, user User) error
	CreatePipeline(ctx context.Context, pipeline Pipeline) error
	CreateCustomField(ctx context.Context, field CustomField) error

	// SaveContacts inserts those of Version 0 and updates the others whole, identities included, and raises Version. conflict: one was stale.
	SaveContacts(ctx context.Context, contacts []*Contact) error
	// SaveDeals does the same for deals.
	SaveDeals(ctx context.Context, deals []*Deal) error
	// AddStageChanges and AddEvents append to the history.
	AddStageChanges(ctx context.Context, changes []StageChange) error
	AddEvents(ctx context.Context, events []Event) error
}
