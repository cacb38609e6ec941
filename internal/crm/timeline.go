package crm

import (
	"context"
	"time"
)

// TimelineQuery says whose timeline is read.
type TimelineQuery struct {
	Entity Entity
	ID     ID
	Limit  int
	// Actors names those that the CRM itself does not know: API keys and the connections of apps.
	Actors map[Actor]string
}

// TimelineEntry is one event with the names of what it is about.
type TimelineEntry struct {
	Event Event
	Actor string // the name of the user, key or app; empty: gone, or Puente itself
	// Changes has one for each of the event's.
	Changes []TimelineChange
}

// TimelineChange is one field's change, for showing.
type TimelineChange struct {
	Field Field  // as it is now; of a field that was deleted only the name, which is its key
	Label string // a custom field's name; empty: a standard field, or one that was deleted
	Old   TimelineValue
	New   TimelineValue
	Rule  string // of an app
}

// TimelineValue is a value before or after a change.
type TimelineValue struct {
	Value any    // as in [Change]
	Name  string // of the user, stage or contact that Value is the id of; empty: it is none, or there is no such any more
}

// Timeline returns the latest events of a contact or deal, newest first, with names.
func Timeline(ctx context.Context, r Reader, hand Hand, query TimelineQuery) ([]TimelineEntry, error) {
	return nil, errRecordsPending
}

// StageTime is how long a deal stood in one stage, all its stays together.
type StageTime struct {
	Stage   Stage // with its name even where it was deleted since
	Entered int   // how often
	Stood   time.Duration
	Current bool // it stands there now
}

// StageTimes returns the time that a deal spent in each stage, the present one included, in the order in which it first came there.
func StageTimes(ctx context.Context, r Reader, deal *Deal, now time.Time) ([]StageTime, error) {
	return nil, errRecordsPending
}
