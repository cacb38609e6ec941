package api

import (
	"context"
	"strings"

	"puente/internal/auth"
	"puente/internal/crm"
)

// eventOut is one entry of a timeline.
type eventOut struct {
	ID       crm.ID        `json:"id"`
	Type     crm.EventType `json:"type"`
	At       instant       `json:"at"`
	Actor    actorOut      `json:"actor"`
	Document string        `json:"document,omitempty" doc:"The document of Bsale that an app acted on, in words"`
	Changes  []changeOut   `json:"changes" doc:"Of an activity or a note only its id, for those who may not read activities"`
}

type actorOut struct {
	Kind crm.ActorKind `json:"kind" enum:"user,api_key,app,system"`
	ID   crm.ID        `json:"id,omitempty"`
	Name string        `json:"name" doc:"Empty: gone, or Puente itself"`
}

type changeOut struct {
	Field   string `json:"field" doc:"As bodies name it, or a custom field's key"`
	Label   string `json:"label,omitempty" doc:"A custom field's name"`
	Old     any    `json:"old" doc:"null: nothing"`
	New     any    `json:"new" doc:"null: nothing"`
	OldName string `json:"oldName,omitempty" doc:"Of the user, stage or contact that old is the id of"`
	NewName string `json:"newName,omitempty"`
	Rule    string `json:"rule,omitempty" doc:"Of an app: the rule behind the change"`
}

type timelineParams struct {
	ByID
	Size   int    `query:"size" minimum:"1" maximum:"200" default:"50"`
	Cursor crm.ID `query:"cursor" maxLength:"36" doc:"The nextCursor of the page before"`
}

type timelineOut struct {
	Items      []eventOut `json:"items" doc:"Newest first"`
	NextCursor crm.ID     `json:"nextCursor" doc:"Of what is older; empty at the end"`
}

func contactTimeline(ctx context.Context, r *reading, in *timelineParams) (*body[timelineOut], error) {
	return r.timeline(ctx, crm.EntityContact, in)
}

func dealTimeline(ctx context.Context, r *reading, in *timelineParams) (*body[timelineOut], error) {
	return r.timeline(ctx, crm.EntityDeal, in)
}

func (r *reading) timeline(ctx context.Context, entity crm.Entity, in *timelineParams) (*body[timelineOut], error) {
	actors, err := r.actors(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := crm.Timeline(ctx, r, r.hand(), crm.TimelineQuery{Entity: entity, ID: in.ID, Before: in.Cursor, Limit: in.Size, Actors: actors})
	out := &body[timelineOut]{timelineOut{Items: []eventOut{}}}
	if len(entries) == in.Size {
		out.Body.NextCursor = entries[len(entries)-1].Event.ID
	}
	for _, e := range entries {
		event := eventOut{
			ID: e.Event.ID, Type: e.Event.Type, At: instant{e.Event.At}, Actor: actorOut{e.Event.Actor.Kind, e.Event.Actor.ID, e.Actor}, Document: e.Event.Document,
			Changes: []changeOut{},
		}
		for _, c := range e.Changes {
			if out, ok := r.change(entity, c); ok {
				event.Changes = append(event.Changes, out)
			}
		}
		out.Body.Items = append(out.Body.Items, event)
	}
	return out, err
}

// change encodes one change; of what belongs to an area that the caller may not read it sees ids only.
func (r *reading) change(entity crm.Entity, c crm.TimelineChange) (out changeOut, shown bool) {
	field := c.Field.Name
	if (strings.HasPrefix(field, crm.FieldActivity+".") || strings.HasPrefix(field, crm.FieldNote+".")) && !r.reads(auth.Activities) {
		return out, false
	}
	if field == crm.FieldContact && !r.reads(auth.Contacts) {
		c.Old.Name, c.New.Name = "", ""
	}
	return changeOut{
		Field: bodyName(entity, field), Label: c.Label, Old: c.Old.Value, New: c.New.Value, OldName: c.Old.Name, NewName: c.New.Name, Rule: c.Rule,
	}, true
}

// bodyName returns what bodies call a field.
func bodyName(entity crm.Entity, field string) string {
	if name, ok := bodyFields[entity][field]; ok {
		return name
	}
	return field
}

// actors names those that the CRM does not know: API keys and the connections of apps.
func (r *reading) actors(ctx context.Context) (map[crm.Actor]string, error) {
	if r.names.actors != nil {
		return r.names.actors, nil
	}
	names := map[crm.Actor]string{}
	keys, err := r.access().APIKeys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		names[crm.Actor{Kind: crm.ActorAPIKey, ID: k.ID}] = k.Name
	}
	connections, err := r.Connections(ctx)
	for _, c := range connections {
		names[crm.Actor{Kind: crm.ActorApp, ID: c.ID}] = "Bsale"
	}
	r.names.actors = names
	return names, err
}

// actor encodes who did something.
func (r *reading) actor(ctx context.Context, a crm.Actor) (actorOut, error) {
	out := actorOut{Kind: a.Kind, ID: a.ID}
	if a.Kind != crm.ActorUser {
		names, err := r.actors(ctx)
		out.Name = names[a]
		return out, err
	}
	users, err := r.allUsers(ctx)
	for _, u := range users {
		if u.ID == a.ID {
			out.Name = u.Label()
		}
	}
	return out, err
}
