package crm

import (
	"context"
	"slices"
	"time"
)

// TimelineQuery says whose timeline is read.
type TimelineQuery struct {
	Entity Entity
	ID     ID
	Before ID // the entry that the page before ended with; zero: the latest
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
	// Field is as it is now, archived or not. Of one that was deleted there is only the name, which is its key.
	Field Field
	// Label is a custom field's name; empty: a standard field, or one that was deleted.
	Label string
	Old   TimelineValue
	New   TimelineValue
	Rule  string // of an app: the rule behind it
}

// TimelineValue is a value before or after a change.
type TimelineValue struct {
	Value any    // as in [Change]
	Name  string // of the user, stage or contact that Value is the id of; empty: it is no such thing, or is not there any more
}

// Timeline returns a page of the events of a contact or deal, newest first, with the names that things have now; those of deleted stages, users and contacts too. not_found: contact_not_found,
// deal_not_found, also when the hand may not see it.
func Timeline(ctx context.Context, r Reader, hand Hand, query TimelineQuery) ([]TimelineEntry, error) {
	var err error
	if query.Entity == EntityDeal {
		_, err = FindDeal(ctx, r, hand, query.ID)
	} else {
		_, err = FindContact(ctx, r, hand, query.ID)
	}
	if err != nil {
		return nil, err
	}
	events, err := r.Events(ctx, query.Entity, query.ID, query.Before, query.Limit)
	if err != nil {
		return nil, err
	}
	names, err := readTimelineNames(ctx, r, query, events)
	if err != nil {
		return nil, err
	}
	entries := make([]TimelineEntry, len(events))
	for i, event := range events {
		entries[i] = TimelineEntry{Event: event, Actor: names.actor(event.Actor)}
		for _, change := range event.Changes {
			entries[i].Changes = append(entries[i].Changes, names.change(change))
		}
	}
	return entries, nil
}

// timelineNames is what the ids in events stand for.
type timelineNames struct {
	actors   map[Actor]string
	users    map[ID]string
	stages   map[ID]string
	contacts map[ID]string
	fields   map[string]CustomField
	standard map[string]Field
}

func readTimelineNames(ctx context.Context, r Reader, query TimelineQuery, events []Event) (timelineNames, error) {
	n := timelineNames{actors: query.Actors, users: map[ID]string{}, contacts: map[ID]string{}, fields: map[string]CustomField{}, standard: map[string]Field{}}
	users, err := r.Users(ctx)
	if err != nil {
		return n, err
	}
	for _, user := range users {
		n.users[user.ID] = user.Label()
	}
	fields, err := r.CustomFields(ctx, query.Entity)
	if err != nil {
		return n, err
	}
	for _, field := range fields {
		n.fields[field.Key] = field
	}
	for _, field := range StandardFields(query.Entity) {
		n.standard[field.Name] = field
	}
	if query.Entity != EntityDeal {
		return n, nil
	}
	if n.stages, err = StageNames(ctx, r); err != nil {
		return n, err
	}
	return n, n.readContacts(ctx, r, events)
}

func (n timelineNames) readContacts(ctx context.Context, r Reader, events []Event) error {
	var ids []ID
	for _, event := range events {
		for _, change := range event.Changes {
			for _, value := range []any{change.Old, change.New} {
				if id, ok := value.(string); ok && change.Field == FieldContact {
					ids = append(ids, ID(id))
				}
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	contacts, err := r.ContactsByID(ctx, ids)
	for _, contact := range contacts {
		n.contacts[contact.ID] = contact.Label()
	}
	return err
}

// StageNames returns the names of all stages, deleted ones too.
func StageNames(ctx context.Context, r Reader) (map[ID]string, error) {
	stages, err := allStages(ctx, r)
	names := make(map[ID]string, len(stages))
	for id, stage := range stages {
		names[id] = stage.Name
	}
	return names, err
}

// allStages returns all stages, deleted ones too.
func allStages(ctx context.Context, r Reader) (map[ID]Stage, error) {
	pipelines, err := r.Pipelines(ctx)
	if err != nil {
		return nil, err
	}
	archived, err := r.ArchivedPipelines(ctx)
	if err != nil {
		return nil, err
	}
	stages := map[ID]Stage{}
	for _, pipeline := range slices.Concat(archived, pipelines) {
		for _, stage := range pipeline.Stages {
			stages[stage.ID] = stage
		}
	}
	return stages, nil
}

func (n timelineNames) actor(actor Actor) string {
	if actor.Kind == ActorUser {
		return n.users[actor.ID]
	}
	return n.actors[actor]
}

func (n timelineNames) change(change Change) TimelineChange {
	shown := TimelineChange{
		Field: Field{Name: change.Field}, Old: n.value(change.Field, change.Old), New: n.value(change.Field, change.New), Rule: change.Rule,
	}
	if field, ok := n.standard[change.Field]; ok {
		shown.Field = field
	}
	if field, ok := n.fields[change.Field]; ok {
		shown.Field, shown.Label = CustomFieldOf(field), field.Name
	}
	if t, ok := activityFields[change.Field]; ok {
		shown.Field.Type = t
	}
	return shown
}

func (n timelineNames) value(field string, value any) TimelineValue {
	shown := TimelineValue{Value: value}
	id, ok := value.(string)
	if !ok {
		return shown
	}
	switch field {
	case FieldOwner, FieldActivityOwner:
		shown.Name = n.users[ID(id)]
	case FieldStage:
		shown.Name = n.stages[ID(id)]
	case FieldContact:
		shown.Name = n.contacts[ID(id)]
	}
	return shown
}

// StageTime is how long a deal stood in one stage, all its stays together.
type StageTime struct {
	Stage   Stage // with its name even where it was deleted since
	Entered int   // how often
	Stood   time.Duration
	Current bool // it stands there now
}

// StageTimes returns the time that a deal has spent in each stage until now, the present one included, in the order in which it first came there.
func StageTimes(ctx context.Context, r Reader, deal *Deal, now time.Time) ([]StageTime, error) {
	moves, err := r.StageChanges(ctx, deal.ID)
	if err != nil {
		return nil, err
	}
	stages, err := allStages(ctx, r)
	if err != nil {
		return nil, err
	}
	var times []StageTime
	at := func(id ID) *StageTime {
		i := slices.IndexFunc(times, func(t StageTime) bool { return t.Stage.ID == id })
		if i < 0 {
			stage, ok := stages[id]
			if !ok {
				stage.ID = id
			}
			i, times = len(times), append(times, StageTime{Stage: stage})
		}
		return &times[i]
	}
	for _, move := range moves {
		if move.FromStageID != "" {
			at(move.FromStageID).Stood += move.Stood
		}
		at(move.ToStageID).Entered++
	}
	current := at(deal.StageID)
	current.Current = true
	current.Stood += max(0, now.Sub(deal.StageEnteredAt))
	return times, nil
}
