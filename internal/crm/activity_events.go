package crm

import "time"

// Names of an activity's and a note's fields in the changes of events of the types EventActivity… and EventNote….
const (
	FieldActivity       = "activity" // its id: always the first change, followed by the title
	FieldActivityTitle  = "activity.title"
	FieldActivityKind   = "activity.kind"
	FieldActivityStatus = "activity.status"
	FieldActivityStart  = "activity.start"
	FieldActivityDue    = "activity.due"
	FieldActivityOwner  = "activity.owner"
	FieldActivityNotes  = "activity.notes"

	FieldNote     = "note" // its id, always the first change
	FieldNoteText = "note.text"
)

// activityFields are the types of those names.
var activityFields = map[string]FieldType{
	FieldActivityTitle: TypeText, FieldActivityKind: TypeText, FieldActivityStatus: TypeText, FieldActivityStart: TypeInstant, FieldActivityDue: TypeInstant,
	FieldActivityOwner: TypeUser, FieldActivityNotes: TypeLongText, FieldNoteText: TypeLongText,
}

// activityEvents returns the entries in the timelines of what an activity is about, or was; none when nothing changed.
func activityEvents(hand Hand, what EventType, was, is Activity) []Event {
	changes := activityChanges(was, is)
	if len(changes) == 0 && was.ContactID == is.ContactID && was.DealID == is.DealID && was.DeletedAt.Equal(is.DeletedAt) {
		return nil
	}
	heading := []Change{{Field: FieldActivity, New: string(is.ID)}}
	if was.Title == is.Title { // an entry says what it is about even where the title stays
		heading = append(heading, Change{Field: FieldActivityTitle, Old: was.Title, New: is.Title})
	}
	changes = append(heading, changes...)
	var events []Event
	add := func(entity Entity, ids ...ID) {
		for i, id := range ids {
			if id != "" && (i == 0 || id != ids[0]) {
				events = append(events, Event{ID: NewID(), Entity: entity, EntityID: id, Type: what, At: hand.At, Actor: hand.Actor, Changes: changes})
			}
		}
	}
	add(EntityContact, is.ContactID, was.ContactID)
	add(EntityDeal, is.DealID, was.DealID)
	return events
}

func activityChanges(was, is Activity) []Change {
	var changes []Change
	note := func(field string, old, now any) {
		if old != now {
			changes = append(changes, Change{Field: field, Old: old, New: now})
		}
	}
	note(FieldActivityTitle, nilIfEmpty(was.Title), nilIfEmpty(is.Title))
	note(FieldActivityKind, nilIfEmpty(string(was.Kind)), nilIfEmpty(string(is.Kind)))
	note(FieldActivityStatus, nilIfEmpty(string(was.Status)), nilIfEmpty(string(is.Status)))
	note(FieldActivityStart, instantText(was.StartAt), instantText(is.StartAt))
	note(FieldActivityDue, instantText(was.DueAt), instantText(is.DueAt))
	note(FieldActivityOwner, nilIfEmpty(string(was.OwnerID)), nilIfEmpty(string(is.OwnerID)))
	note(FieldActivityNotes, nilIfEmpty(was.Notes), nilIfEmpty(is.Notes))
	return changes
}

// instantText writes an instant as events keep it: RFC 3339 in UTC.
func instantText(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}
