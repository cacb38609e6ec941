package crm

import (
	"context"
	"slices"
	"time"
)

const (
	maxActivityTitle = 200    // characters
	maxActivityNotes = 20_000 // characters
)

// ActivityInput is what somebody wants of an activity; nil: as it is. A new one needs a title, and a contact or a deal that it is about.
type ActivityInput struct {
	Title     *string
	Kind      *ActivityKind // a new one's default is a task
	StartAt   *time.Time    // zero: none
	DueAt     *time.Time    // zero: none
	ContactID *ID
	DealID    *ID
	OwnerID   *ID // zero: nobody; a new one's default is the user who makes it
	Notes     *string
}

// Valid says whether k is a kind of activity.
func (k ActivityKind) Valid() bool {
	return k == ActivityTask || k == ActivityCall || k == ActivityMeeting || k == ActivityEmail
}

// Valid says whether s is a state of an activity.
func (s ActivityStatus) Valid() bool {
	return s == ActivityPending || s == ActivityCompleted || s == ActivityDiscarded
}

var errActivityNotFound = NewError(NotFound, "activity_not_found")

// FindActivity returns an activity that is not deleted and that the hand may see: one that it is to do, or about a contact or deal that it sees. not_found: activity_not_found.
func FindActivity(ctx context.Context, r Reader, hand Hand, id ID) (*Activity, error) {
	a, err := loadActivity(ctx, r, id)
	if err != nil {
		return nil, err
	}
	about, err := findSubjects(ctx, r, a.ContactID, a.DealID)
	if err != nil {
		return nil, err
	}
	if !about.reached(hand.Reach, a.OwnerID, Reach.Sees) {
		return nil, errActivityNotFound
	}
	return a, nil
}

func loadActivity(ctx context.Context, r Reader, id ID) (*Activity, error) {
	found, err := r.ActivitiesByID(ctx, []ID{id})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || !found[0].DeletedAt.IsZero() {
		return nil, errActivityNotFound
	}
	return found[0], nil
}

// editableActivity returns an activity that the hand may change: one that it is to do, or about a contact or deal that it may change.
func editableActivity(ctx context.Context, r Reader, hand Hand, id ID, version int64) (*Activity, error) {
	a, err := FindActivity(ctx, r, hand, id)
	if err != nil {
		return nil, err
	}
	about, err := findSubjects(ctx, r, a.ContactID, a.DealID)
	if err != nil {
		return nil, err
	}
	if !about.reached(hand.Reach, a.OwnerID, Reach.Edits) {
		return nil, NewError(Forbidden, "not_yours")
	}
	return a, checkVersion(a.Version, version)
}

// CreateActivity makes a pending activity, with an entry in the timelines of the contact and the deal. invalid: activity_title_missing, text_too_long, activity_kind_unknown, activity_without_subject, activity_times
// (it would start after it is due), owner_unknown, owner_inactive. not_found: contact_not_found, deal_not_found. forbidden: not_yours; assign_to_self_only.
func CreateActivity(ctx context.Context, tx Tx, hand Hand, in ActivityInput) (*Activity, error) {
	a := &Activity{
		ID: NewID(), Kind: ActivityTask, Status: ActivityPending, CreatedBy: hand.Actor, CreatedAt: hand.At, UpdatedAt: hand.At,
	}
	if hand.Actor.Kind == ActorUser {
		a.OwnerID = hand.Actor.ID
	}
	if in.Title == nil {
		none := ""
		in.Title = &none
	}
	if err := putActivity(ctx, tx, hand, a, in); err != nil {
		return nil, err
	}
	return a, saveActivity(ctx, tx, hand, EventActivityAdded, Activity{}, a)
}

// ChangeActivity changes an activity. version is the one that somebody saw; 0: whatever it is now. not_found: activity_not_found, also for one that the hand may not see. forbidden: not_yours. conflict: stale. The others are
// those of [CreateActivity].
func ChangeActivity(ctx context.Context, tx Tx, hand Hand, id ID, version int64, in ActivityInput) (*Activity, error) {
	a, err := editableActivity(ctx, tx, hand, id, version)
	if err != nil {
		return nil, err
	}
	was := *a
	if err := putActivity(ctx, tx, hand, a, in); err != nil {
		return nil, err
	}
	return a, saveActivity(ctx, tx, hand, EventActivityChanged, was, a)
}

// FinishActivity completes or discards an activity, or makes it pending again. not_found, forbidden and conflict: as in [ChangeActivity]. invalid: activity_status_unknown.
func FinishActivity(ctx context.Context, tx Tx, hand Hand, id ID, version int64, status ActivityStatus) (*Activity, error) {
	if !status.Valid() {
		return nil, NewError(Invalid, "activity_status_unknown", "status", clip(cleanText(string(status)))).At("status")
	}
	a, err := editableActivity(ctx, tx, hand, id, version)
	if err != nil || a.Status == status {
		return a, err
	}
	was := *a
	a.Status, a.FinishedAt = status, hand.At
	if status == ActivityPending {
		a.FinishedAt = time.Time{}
	}
	return a, saveActivity(ctx, tx, hand, EventActivityChanged, was, a)
}

// DeleteActivity deletes an activity. not_found, forbidden and conflict: as in [ChangeActivity].
func DeleteActivity(ctx context.Context, tx Tx, hand Hand, id ID, version int64) error {
	a, err := editableActivity(ctx, tx, hand, id, version)
	if err != nil {
		return err
	}
	was := *a
	a.DeletedAt = hand.At
	return saveActivity(ctx, tx, hand, EventActivityDeleted, was, a)
}

// saveActivity saves an activity with its entries in the timelines, unless nothing changed.
func saveActivity(ctx context.Context, tx Tx, hand Hand, what EventType, was Activity, a *Activity) error {
	events := activityEvents(hand, what, was, *a)
	if len(events) == 0 {
		return nil
	}
	touch(&a.UpdatedAt, hand.At)
	if err := tx.SaveActivities(ctx, []*Activity{a}); err != nil {
		return err
	}
	return tx.AddEvents(ctx, events)
}

// putActivity puts what is asked into an activity, in memory.
func putActivity(ctx context.Context, r Reader, hand Hand, a *Activity, in ActivityInput) error {
	if in.Title != nil {
		if a.Title = oneLine(*in.Title); a.Title == "" {
			return NewError(Invalid, "activity_title_missing").At("title")
		}
		if err := checkLength(a.Title, maxActivityTitle, "title"); err != nil {
			return err
		}
	}
	if in.Kind != nil {
		if a.Kind = *in.Kind; !a.Kind.Valid() {
			return NewError(Invalid, "activity_kind_unknown", "kind", clip(cleanText(string(a.Kind)))).At("kind")
		}
	}
	if in.Notes != nil {
		a.Notes = manyLines(*in.Notes)
		if err := checkLength(a.Notes, maxActivityNotes, "notes"); err != nil {
			return err
		}
	}
	if in.StartAt != nil {
		a.StartAt = *in.StartAt
	}
	if in.DueAt != nil {
		a.DueAt = *in.DueAt
	}
	if !a.StartAt.IsZero() && !a.DueAt.IsZero() && a.StartAt.After(a.DueAt) {
		return NewError(Invalid, "activity_times").At("due_at")
	}
	if err := putSubjects(ctx, r, hand, a, in); err != nil {
		return err
	}
	return putActivityOwner(ctx, r, hand, a, in.OwnerID)
}

// putSubjects says what the activity is about. What is named anew has to be the hand's to change.
func putSubjects(ctx context.Context, r Reader, hand Hand, a *Activity, in ActivityInput) error {
	var contact, deal ID
	if in.ContactID != nil {
		if a.ContactID != *in.ContactID {
			contact = *in.ContactID
		}
		a.ContactID = *in.ContactID
	}
	if in.DealID != nil {
		if a.DealID != *in.DealID {
			deal = *in.DealID
		}
		a.DealID = *in.DealID
	}
	if a.ContactID == "" && a.DealID == "" {
		return NewError(Invalid, "activity_without_subject").At("contact_id")
	}
	about, err := findSubjects(ctx, r, contact, deal)
	if err != nil {
		return err
	}
	return about.editable(hand.Reach)
}

func putActivityOwner(ctx context.Context, r Reader, hand Hand, a *Activity, asked *ID) error {
	if asked == nil || *asked == a.OwnerID {
		return nil
	}
	if *asked != "" {
		users, err := r.Users(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(users, func(u User) bool { return u.ID == *asked })
		switch {
		case hand.Reach.Edit != Everything && *asked != hand.Reach.User:
			return NewError(Forbidden, "assign_to_self_only").At(FieldOwner)
		case at < 0:
			return NewError(Invalid, "owner_unknown").At(FieldOwner)
		case !users[at].Active:
			return NewError(Invalid, "owner_inactive", "name", users[at].Label()).At(FieldOwner)
		}
	}
	a.OwnerID = *asked
	return nil
}
