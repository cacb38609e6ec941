package crm

import (
	"context"
	"strings"
	"time"
)

const maxNote = 20_000 // characters

var errNoteNotFound = NewError(NotFound, "note_not_found")

// manyLines returns a text of several lines without what no one sees.
func manyLines(s string) string { return strings.TrimSpace(printable(s)) }

// NotesOf returns the notes on a contact or deal, newest first, at most limit, made before an instant (zero: any). not_found: contact_not_found or deal_not_found, also for one that the hand may not see.
func NotesOf(ctx context.Context, r Reader, hand Hand, entity Entity, id ID, before time.Time, limit int) ([]*Note, error) {
	about, err := findSubject(ctx, r, entity, id)
	if err != nil {
		return nil, err
	}
	if err := about.visible(hand.Reach); err != nil {
		return nil, err
	}
	return r.Notes(ctx, entity, id, before, limit)
}

// AddNote writes a note on a contact or deal. invalid: entity_unknown, note_empty, text_too_long. not_found: contact_not_found or deal_not_found. forbidden: not_yours.
func AddNote(ctx context.Context, tx Tx, hand Hand, entity Entity, id ID, text string) (*Note, error) {
	about, err := findSubject(ctx, tx, entity, id)
	if err != nil {
		return nil, err
	}
	if err := about.editable(hand.Reach); err != nil {
		return nil, err
	}
	note := &Note{ID: NewID(), Entity: entity, EntityID: id, Author: hand.Actor, CreatedAt: hand.At, UpdatedAt: hand.At}
	return note, writeNote(ctx, tx, hand, note, text, EventNoteAdded)
}

// FindNote returns a note that is not deleted, on a contact or deal that the hand may see. not_found: note_not_found.
func FindNote(ctx context.Context, r Reader, hand Hand, id ID) (*Note, error) {
	note, _, err := findNote(ctx, r, hand, id)
	return note, err
}

func findNote(ctx context.Context, r Reader, hand Hand, id ID) (*Note, subjects, error) {
	found, err := r.NotesByID(ctx, []ID{id})
	if err != nil {
		return nil, nil, err
	}
	if len(found) == 0 || !found[0].DeletedAt.IsZero() {
		return nil, nil, errNoteNotFound
	}
	about, err := findSubject(ctx, r, found[0].Entity, found[0].EntityID)
	if err != nil {
		return nil, nil, err
	}
	if about.visible(hand.Reach) != nil {
		return nil, nil, errNoteNotFound
	}
	return found[0], about, nil
}

// editableNote returns a note that the hand may change: its own, or any if it may change everything.
func editableNote(ctx context.Context, r Reader, hand Hand, id ID, version int64) (*Note, error) {
	note, about, err := findNote(ctx, r, hand, id)
	if err != nil {
		return nil, err
	}
	if err := about.editable(hand.Reach); err != nil {
		return nil, err
	}
	if note.Author != hand.Actor && hand.Reach.Edit != Everything {
		return nil, NewError(Forbidden, "note_not_yours")
	}
	return note, checkVersion(note.Version, version)
}

// ChangeNote writes a note anew. version is the one that somebody saw; 0: whatever it is now. not_found: note_not_found, also for one that the hand may not see. forbidden: not_yours, or somebody else wrote it
// (note_not_yours). conflict: stale. invalid: note_empty, text_too_long.
func ChangeNote(ctx context.Context, tx Tx, hand Hand, id ID, version int64, text string) (*Note, error) {
	note, err := editableNote(ctx, tx, hand, id, version)
	if err != nil {
		return nil, err
	}
	return note, writeNote(ctx, tx, hand, note, text, EventNoteChanged)
}

// DeleteNote deletes a note. not_found, forbidden and conflict: as in [ChangeNote].
func DeleteNote(ctx context.Context, tx Tx, hand Hand, id ID, version int64) error {
	note, err := editableNote(ctx, tx, hand, id, version)
	if err != nil {
		return err
	}
	note.DeletedAt = hand.At
	return saveNote(ctx, tx, hand, note, EventNoteDeleted, Change{Field: FieldNoteText, Old: note.Text})
}

func writeNote(ctx context.Context, tx Tx, hand Hand, note *Note, text string, what EventType) error {
	text = manyLines(text)
	if text == "" {
		return NewError(Invalid, "note_empty").At("text")
	}
	if err := checkLength(text, maxNote, "text"); err != nil {
		return err
	}
	if text == note.Text {
		return nil
	}
	change := Change{Field: FieldNoteText, Old: nilIfEmpty(note.Text), New: text}
	note.Text = text
	return saveNote(ctx, tx, hand, note, what, change)
}

func saveNote(ctx context.Context, tx Tx, hand Hand, note *Note, what EventType, change Change) error {
	touch(&note.UpdatedAt, hand.At)
	if err := tx.SaveNotes(ctx, []*Note{note}); err != nil {
		return err
	}
	return tx.AddEvents(ctx, []Event{{
		ID: NewID(), Entity: note.Entity, EntityID: note.EntityID, Type: what, At: hand.At, Actor: hand.Actor,
		Changes: []Change{{Field: FieldNote, New: string(note.ID)}, change},
	}})
}
