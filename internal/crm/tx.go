package crm

import (
	"context"
	"time"
)

// Reader reads one account's data. Everything that it returns may be kept and changed by the caller; lists have a stable order.
type Reader interface {
	// Account returns the account itself.
	Account(ctx context.Context) (Account, error)
	// Users returns all users, inactive ones too, oldest first.
	Users(ctx context.Context) ([]User, error)
	// PasswordHolders returns the users that have a password; the others were invited, and cannot log in yet.
	PasswordHolders(ctx context.Context) ([]ID, error)
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
	// Events returns the timeline of one contact or deal, newest first, at most limit entries: those older than the entry before, or, when that is zero, the latest.
	// There is nothing older than an entry of another timeline.
	Events(ctx context.Context, entity Entity, id, before ID, limit int) ([]Event, error)
	// StageChanges returns the moves of one deal, oldest first.
	StageChanges(ctx context.Context, deal ID) ([]StageChange, error)

	// ListContacts and ListDeals return a page of a list. invalid: a cursor that is not of this list, or a sort by a field that is not searchable and
	// too many records to sort (field_not_searchable).
	ListContacts(ctx context.Context, query Query) (Page[*Contact], error)
	ListDeals(ctx context.Context, query Query) (Page[*Deal], error)
	// SkipContacts and SkipDeals return the page of a list that begins after the first skip entries, for those that count pages. It is full unless the list ends;
	// its cost grows with skip, and with how rare what fits is.
	SkipContacts(ctx context.Context, query Query, skip int) (Page[*Contact], error)
	SkipDeals(ctx context.Context, query Query, skip int) (Page[*Deal], error)
	// Count returns how many records a list has, cursor and limit aside; unless it is exact, that it has at least so many: there are more than most, or too many
	// would have to be looked at. most 0: exact whatever it costs. A list without search and conditions, or by owner, stage and pipeline only, is always exact.
	Count(ctx context.Context, query Query, most int) (count int, exact bool, err error)
	// StageTotals returns the totals of all stages, by stage, owner and currency; only those that are not nothing.
	StageTotals(ctx context.Context) ([]StageTotal, error)
	// StageVersions returns a number for each stage in use that grows whenever one of its deals, or their order on the board, changes. It costs little: who watches the
	// board compares it.
	StageVersions(ctx context.Context) (map[ID]int64, error)
	// SumByStage returns the totals of the deals that a query picks, with OwnerID left out. exact is false when there are more than most, or
	// too many would have to be looked at: then they are the totals of some.
	SumByStage(ctx context.Context, query Query, most int) (totals []StageTotal, exact bool, err error)
	// CountStored returns how many contacts or deals there ever were, deleted ones too.
	CountStored(ctx context.Context, entity Entity) (int, error)
	// CountDetails returns how many records, deleted ones too, have a value in a standard field that stands in Details. It reads them all.
	CountDetails(ctx context.Context, entity Entity, field string) (int, error)
	// CountValues returns how many records, deleted ones too, have a value in a custom field. It reads them all.
	CountValues(ctx context.Context, field CustomField) (int, error)
	// EachValue calls fn with each of those values and the record's id, in the order in which the records were made, until fn returns an error.
	EachValue(ctx context.Context, field CustomField, fn func(record ID, value any) error) error
	// OwnedBy returns how many living contacts, living deals and pending activities are a user's.
	OwnedBy(ctx context.Context, user ID) (contacts, deals, activities int, err error)

	// Tags returns all tags by name.
	Tags(ctx context.Context) ([]Tag, error)
	// ActivitiesByID returns the activities with these ids, deleted ones too; unknown ids are left out.
	ActivitiesByID(ctx context.Context, ids []ID) ([]*Activity, error)
	// Activities returns a page of activities that are not deleted.
	Activities(ctx context.Context, query ActivityQuery) (Page[*Activity], error)
	// CountActivities returns how many there are, cursor, skip and limit aside. It is exact unless more than most had to be looked at, which bounds the work; most 0: exact
	// whatever it costs.
	CountActivities(ctx context.Context, query ActivityQuery, most int) (count int, exact bool, err error)
	// NotesByID returns the notes with these ids, deleted ones too; unknown ids are left out.
	NotesByID(ctx context.Context, ids []ID) ([]*Note, error)
	// Notes returns the notes on a contact or deal that are not deleted, newest first, at most limit, made before an instant (zero: any).
	Notes(ctx context.Context, entity Entity, id ID, before time.Time, limit int) ([]*Note, error)
	// ArchivedPipelines returns pipelines that were deleted, and pipelines in use that have deleted stages, with the deleted stages only: histories name them.
	ArchivedPipelines(ctx context.Context) ([]Pipeline, error)
}

// Tx reads and writes one account's data in one transaction. Nobody else writes to the account while it is open.
type Tx interface {
	Reader

	// UpdateAccount updates the account's settings. conflict: it was stale.
	UpdateAccount(ctx context.Context, account Account) error
	// CreateUser, CreatePipeline and CreateCustomField add one row (a pipeline with its stages). conflict: the e-mail, name or key is taken.
	CreateUser(ctx context.Context, user User) error
	UpdateUser(ctx context.Context, user User) error
	CreatePipeline(ctx context.Context, pipeline Pipeline) error
	CreateCustomField(ctx context.Context, field CustomField) error
	// UpdatePipeline updates a pipeline and the stages that it has: stages that are new are added, those that are not in the list stay as they are. conflict: stale, a name
	// is taken, or living deals stand in a stage that has an ArchivedAt, or whose pipeline has one (stage_not_empty).
	UpdatePipeline(ctx context.Context, pipeline Pipeline) error
	// UpdateCustomField updates a field, its Work included. conflict: stale, or the name is taken.
	UpdateCustomField(ctx context.Context, field CustomField) error
	// RewriteValues puts what fn returns (nil: nothing) in the place of each value of a custom field, of deleted records too, and returns how many values there were. Timelines and
	// versions stay as they are. It ends with fn's first error.
	RewriteValues(ctx context.Context, field CustomField, fn func(record ID, value any) (any, error)) (int, error)
	// CreateTag, UpdateTag and DeleteTag; a deleted tag leaves its contacts. conflict: the name is taken.
	CreateTag(ctx context.Context, tag Tag) error
	UpdateTag(ctx context.Context, tag Tag) error
	DeleteTag(ctx context.Context, id ID) error
	// SaveActivities and SaveNotes do as SaveContacts does.
	SaveActivities(ctx context.Context, activities []*Activity) error
	SaveNotes(ctx context.Context, notes []*Note) error

	// SaveContacts inserts those of Version 0 and updates the others whole, identities included, and raises Version. conflict: one was stale.
	SaveContacts(ctx context.Context, contacts []*Contact) error
	// SaveDeals does the same for deals. A deal that is new or in another stage than it was gets a Rank on top of its stage.
	SaveDeals(ctx context.Context, deals []*Deal) error
	// RankDeal puts a deal directly below another of the same stage on the board, or on top when above is zero. not_found: one of them is not there.
	RankDeal(ctx context.Context, deal, above ID) error
	// AddStageChanges and AddEvents append to the history.
	AddStageChanges(ctx context.Context, changes []StageChange) error
	AddEvents(ctx context.Context, events []Event) error
}
