package crm

import "time"

// ActivityKind is what is to be done.
type ActivityKind string

// The kinds of activity.
const (
	ActivityTask    ActivityKind = "task" // tarea
	ActivityCall    ActivityKind = "call"
	ActivityMeeting ActivityKind = "meeting"
	ActivityEmail   ActivityKind = "email"
)

// ActivityStatus is where an activity stands.
type ActivityStatus string

// The states of an activity: pendiente, realizada, cancelada.
const (
	ActivityPending   ActivityStatus = "pending"
	ActivityCompleted ActivityStatus = "completed"
	ActivityDiscarded ActivityStatus = "discarded"
)

// Activity (actividad; tarea when its kind is task) is something to do about a contact, a deal or both.
type Activity struct {
	ID         ID
	Title      string
	Kind       ActivityKind
	Status     ActivityStatus
	StartAt    time.Time // zero: none
	DueAt      time.Time // zero: none
	ContactID  ID
	DealID     ID
	OwnerID    ID // who is to do it; zero: nobody yet
	Notes      string
	CreatedBy  Actor
	CreatedAt  time.Time
	UpdatedAt  time.Time
	FinishedAt time.Time // completed or discarded; zero: pending
	DeletedAt  time.Time
	Version    int64 // as in Contact
}

// ActivityQuery picks activities: all fields that are set have to fit. They come by DueAt (those without last), then by id; with Since by UpdatedAt, then by
// id, so that who reads them page by page misses none that changes meanwhile.
type ActivityQuery struct {
	Owner      ID
	Unassigned bool // those that nobody is to do; instead of Owner
	Contact    ID
	Deal       ID
	Status     ActivityStatus
	DueBefore  time.Time
	Since      time.Time // updated at that instant or later
	// Reach picks those that the user is to do, and those about a contact or a deal that may be seen; an activity that is nobody's is seen with its record.
	Reach  Reach
	Cursor string
	Skip   int // that many first, for those that count pages; the cost grows with it
	Limit  int
}

// Note (nota) is what somebody wrote about a contact or a deal.
type Note struct {
	ID        ID
	Entity    Entity
	EntityID  ID
	Text      string
	Author    Actor
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time
	Version   int64 // as in Contact
}
