package api

import (
	"context"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

type activityOut struct {
	ID         crm.ID              `json:"id"`
	Title      string              `json:"title"`
	Type       crm.ActivityKind    `json:"type" enum:"task,call,meeting,email"`
	Status     crm.ActivityStatus  `json:"status" enum:"pending,completed,discarded"`
	StartAt    naive               `json:"startAt"`
	EndAt      naive               `json:"endAt" doc:"When it is due"`
	ContactID  crm.ID              `json:"contactId" doc:"Empty: about no contact"`
	DealID     crm.ID              `json:"dealId" doc:"Empty: about no deal"`
	AssignedTo string              `json:"assignedTo" doc:"The e-mail of who is to do it, or unassigned"`
	Contact    *activityContactOut `json:"contact,omitempty" doc:"Absent without one, and for those who may not read contacts"`
	Notes      string              `json:"notes"`
	CreatedBy  actorOut            `json:"createdBy"`
	Finished   naive               `json:"finished" doc:"When it was completed or discarded"`
	Created    naive               `json:"created"`
	Modified   naive               `json:"modified"`
	Version    int64               `json:"version"`
}

type activityContactOut struct {
	ID        crm.ID `json:"id"`
	FirstName string `json:"firstName"`
	LastName  string `json:"lastName"`
	Name      string `json:"name"`
}

// activities encodes activities, with one look-up of their contacts.
func (r *reading) activities(ctx context.Context, activities ...*crm.Activity) ([]activityOut, error) {
	var ids []crm.ID
	for _, a := range activities {
		if a.ContactID != "" {
			ids = append(ids, a.ContactID)
		}
	}
	var contacts []*crm.Contact
	if r.reads(auth.Contacts) {
		var err error
		if contacts, err = r.ContactsByID(ctx, ids); err != nil {
			return nil, err
		}
	}
	seen := map[crm.ID]*activityContactOut{}
	for _, c := range contacts {
		if r.principal.Reach.Sees(c.OwnerID) {
			seen[c.ID] = &activityContactOut{c.ID, c.FirstName, c.LastName, c.Label()}
		}
	}
	out := make([]activityOut, len(activities))
	for i, a := range activities {
		owner, err := r.assignedTo(ctx, a.OwnerID)
		if err != nil {
			return nil, err
		}
		maker, err := r.actor(ctx, a.CreatedBy)
		if err != nil {
			return nil, err
		}
		out[i] = activityOut{
			ID: a.ID, Title: a.Title, Type: a.Kind, Status: a.Status, StartAt: naive(a.StartAt), EndAt: naive(a.DueAt), ContactID: a.ContactID, DealID: a.DealID,
			AssignedTo: owner, Contact: seen[a.ContactID], Notes: a.Notes, CreatedBy: maker, Finished: naive(a.FinishedAt), Created: naive(a.CreatedAt),
			Modified: naive(a.UpdatedAt), Version: a.Version,
		}
	}
	return out, nil
}

func (r *reading) activity(ctx context.Context, a *crm.Activity) (*answer[activityOut], error) {
	out, err := r.activities(ctx, a)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, a.Version, out[0])
}

type activityList struct {
	Since      instant            `query:"since" doc:"Changed at that instant or later; they come in the order of change then"`
	AssignedTo string             `query:"assignedTo" maxLength:"320" doc:"The e-mail or id of who is to do them, or unassigned"`
	Status     crm.ActivityStatus `query:"status" enum:"pending,completed,discarded"`
	ContactID  crm.ID             `query:"contactId"`
	DealID     crm.ID             `query:"dealId"`
	DueBefore  instant            `query:"dueBefore"`
	Page       int                `query:"page" minimum:"0" doc:"Counted from 0, within the first 100,000 entries"`
	Size       int                `query:"size" minimum:"1" maximum:"200" default:"50"`
	Cursor     string             `query:"cursor" maxLength:"1000" doc:"nextCursor of the page before, in the place of page"`
}

func listActivities(ctx context.Context, r *reading, in *activityList) (*body[page[activityOut]], error) {
	q := crm.ActivityQuery{
		Contact: in.ContactID, Deal: in.DealID, Status: in.Status, DueBefore: in.DueBefore.Time, Since: in.Since.Time, Reach: r.principal.Reach,
		Cursor: in.Cursor, Limit: in.Size,
	}
	var err error
	if in.Cursor == "" {
		if q.Skip, err = skipped(in.Page, in.Size); err != nil {
			return nil, err
		}
	}
	if q.Owner, err = r.userNamed(ctx, in.AssignedTo); err != nil {
		return nil, err
	}
	q.Unassigned = in.AssignedTo == crm.Unassigned
	return r.activityPage(ctx, q)
}

func (r *reading) activityPage(ctx context.Context, q crm.ActivityQuery) (*body[page[activityOut]], error) {
	found, err := r.Activities(ctx, q)
	if err != nil {
		return nil, placedAs(err, "cursor_invalid", "cursor")
	}
	out := &body[page[activityOut]]{page[activityOut]{NextCursor: found.Next}}
	if out.Body.Items, err = r.activities(ctx, found.Items...); err != nil {
		return nil, err
	}
	return out, out.Body.count(comesBefore(q.Cursor, q.Skip), func() (int, bool, error) { return r.CountActivities(ctx, q, exactTo) })
}

type activitiesOf struct {
	ByID
	Status crm.ActivityStatus `query:"status" enum:"pending,completed,discarded"`
	Size   int                `query:"size" minimum:"1" maximum:"200" default:"50"`
	Cursor string             `query:"cursor" maxLength:"1000" doc:"nextCursor of the page before"`
}

func contactActivities(ctx context.Context, r *reading, in *activitiesOf) (*body[page[activityOut]], error) {
	if _, err := crm.FindContact(ctx, r, r.hand(), in.ID); err != nil {
		return nil, err
	}
	return r.activityPage(ctx, crm.ActivityQuery{Contact: in.ID, Status: in.Status, Reach: r.principal.Reach, Cursor: in.Cursor, Limit: in.Size})
}

func dealActivities(ctx context.Context, r *reading, in *activitiesOf) (*body[page[activityOut]], error) {
	if _, err := crm.FindDeal(ctx, r, r.hand(), in.ID); err != nil {
		return nil, err
	}
	return r.activityPage(ctx, crm.ActivityQuery{Deal: in.ID, Status: in.Status, Reach: r.principal.Reach, Cursor: in.Cursor, Limit: in.Size})
}

func getActivity(ctx context.Context, r *reading, in *ByID) (*answer[activityOut], error) {
	activity, err := crm.FindActivity(ctx, r, r.hand(), in.ID)
	if err != nil {
		return nil, err
	}
	return r.activity(ctx, activity)
}

// activityFields says how errors about activities name fields.
var activityFields = map[string]string{"kind": "type", "due_at": "endAt", "start_at": "startAt", "contact_id": "contactId", "deal_id": "dealId", crm.FieldOwner: "assignedTo"}

type activityIn struct {
	Title      given[string]             `json:"title,omitzero"`
	Type       given[crm.ActivityKind]   `json:"type,omitzero" doc:"task, call, meeting or email; without it a new one is a task"`
	Status     given[crm.ActivityStatus] `json:"status,omitzero" doc:"pending, completed or discarded"`
	StartAt    given[instant]            `json:"startAt,omitzero"`
	EndAt      given[instant]            `json:"endAt,omitzero" doc:"When it is due"`
	ContactID  given[crm.ID]             `json:"contactId,omitzero"`
	DealID     given[crm.ID]             `json:"dealId,omitzero"`
	AssignedTo given[string]             `json:"assignedTo,omitzero" doc:"The e-mail or id of who is to do it, or unassigned; without it a new one is the caller's own"`
	Notes      given[string]             `json:"notes,omitzero"`
}

func (b activityIn) input(ctx context.Context, r *reading) (crm.ActivityInput, error) {
	owner, err := r.owner(ctx, b.AssignedTo)
	return crm.ActivityInput{
		Title: b.Title.pointer(), Kind: b.Type.pointer(), StartAt: moment(b.StartAt), DueAt: moment(b.EndAt), ContactID: b.ContactID.pointer(),
		DealID: b.DealID.pointer(), OwnerID: owner, Notes: b.Notes.pointer(),
	}, err
}

func moment(g given[instant]) *time.Time {
	if !g.Set {
		return nil
	}
	return &g.Value.Time
}

type activityBody struct{ Body activityIn }

func createActivity(ctx context.Context, w *writing, in *activityBody) (*answer[activityOut], error) {
	input, err := in.Body.input(ctx, &w.reading)
	if err != nil {
		return nil, err
	}
	activity, err := crm.CreateActivity(ctx, w.tx, w.hand, input)
	if err == nil && in.Body.Status.Set {
		activity, err = crm.FinishActivity(ctx, w.tx, w.hand, activity.ID, 0, in.Body.Status.Value)
	}
	if err != nil {
		return nil, err
	}
	out, err := w.activity(ctx, activity)
	if err == nil {
		out.Location = "/v1/crm/activities/" + string(activity.ID)
	}
	return out, err
}

type activityChange struct {
	ByID
	Body activityIn
}

func patchActivity(ctx context.Context, w *writing, in *activityChange) (*answer[activityOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	input, err := in.Body.input(ctx, &w.reading)
	if err != nil {
		return nil, err
	}
	activity, err := crm.ChangeActivity(ctx, w.tx, w.hand, in.ID, version, input)
	if err == nil && in.Body.Status.Set {
		activity, err = crm.FinishActivity(ctx, w.tx, w.hand, in.ID, 0, in.Body.Status.Value)
	}
	if err != nil {
		return nil, err
	}
	return w.activity(ctx, activity)
}

func deleteActivity(ctx context.Context, w *writing, in *ByID) (*empty, error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	return nil, crm.DeleteActivity(ctx, w.tx, w.hand, in.ID, version)
}
