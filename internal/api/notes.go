package api

import (
	"context"

	"puente/internal/crm"
)

type noteOut struct {
	ID       crm.ID     `json:"id"`
	Entity   crm.Entity `json:"entity" enum:"contact,deal"`
	EntityID crm.ID     `json:"entityId"`
	Text     string     `json:"text"`
	Author   actorOut   `json:"author"`
	Created  instant    `json:"created"`
	Modified instant    `json:"modified"`
	Version  int64      `json:"version"`
}

// note encodes one note.
func (r *reading) note(ctx context.Context, n *crm.Note) (noteOut, error) {
	author, err := r.actor(ctx, n.Author)
	return noteOut{n.ID, n.Entity, n.EntityID, n.Text, author, instant{n.CreatedAt}, instant{n.UpdatedAt}, n.Version}, err
}

// oneNote encodes one note with its tag.
func (r *reading) oneNote(ctx context.Context, n *crm.Note) (*answer[noteOut], error) {
	out, err := r.note(ctx, n)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, n.Version, out)
}

type noteList struct {
	ByID
	Before instant `query:"before" doc:"Written before that instant: created of the last one, for those after it"`
	Size   int     `query:"size" minimum:"1" maximum:"200" default:"50"`
}

type noteItems struct {
	Items []noteOut `json:"items" doc:"Newest first"`
}

func (r *reading) notes(ctx context.Context, entity crm.Entity, in *noteList) (*body[noteItems], error) {
	notes, err := crm.NotesOf(ctx, r, r.hand(), entity, in.ID, in.Before.Time, in.Size)
	if err != nil {
		return nil, err
	}
	out := &body[noteItems]{noteItems{Items: make([]noteOut, len(notes))}}
	for i, n := range notes {
		if out.Body.Items[i], err = r.note(ctx, n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func contactNotes(ctx context.Context, r *reading, in *noteList) (*body[noteItems], error) {
	return r.notes(ctx, crm.EntityContact, in)
}

func dealNotes(ctx context.Context, r *reading, in *noteList) (*body[noteItems], error) {
	return r.notes(ctx, crm.EntityDeal, in)
}

type noteBody struct {
	ByID
	Body struct {
		Text string `json:"text"`
	}
}

func (w *writing) addNote(ctx context.Context, entity crm.Entity, in *noteBody) (*answer[noteOut], error) {
	note, err := crm.AddNote(ctx, w.tx, w.hand, entity, in.ID, in.Body.Text)
	if err != nil {
		return nil, err
	}
	out, err := w.oneNote(ctx, note)
	if err == nil {
		out.Location = "/v1/crm/notes/" + string(note.ID)
	}
	return out, err
}

func addContactNote(ctx context.Context, w *writing, in *noteBody) (*answer[noteOut], error) {
	return w.addNote(ctx, crm.EntityContact, in)
}

func addDealNote(ctx context.Context, w *writing, in *noteBody) (*answer[noteOut], error) {
	return w.addNote(ctx, crm.EntityDeal, in)
}

func getNote(ctx context.Context, r *reading, in *ByID) (*answer[noteOut], error) {
	note, err := crm.FindNote(ctx, r, r.hand(), in.ID)
	if err != nil {
		return nil, err
	}
	return r.oneNote(ctx, note)
}

func patchNote(ctx context.Context, w *writing, in *noteBody) (*answer[noteOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	note, err := crm.ChangeNote(ctx, w.tx, w.hand, in.ID, version, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return w.oneNote(ctx, note)
}

func deleteNote(ctx context.Context, w *writing, in *ByID) (*empty, error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	return nil, crm.DeleteNote(ctx, w.tx, w.hand, in.ID, version)
}
