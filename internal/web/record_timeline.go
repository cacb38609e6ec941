package web

import (
	"encoding/json"
	"strings"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// eventsShown is how far back a record's page shows its history.
const eventsShown = 60

// timelineView is what happened to a contact or a deal, newest first.
type timelineView struct {
	Entries []timelineEntry
	More    bool // there was more before
}

// timelineEntry is one event in words.
type timelineEntry struct {
	Actor    string
	App      bool
	What     string
	Document string
	At       moment
	Changes  []timelineChange
	Icon     string
}

type timelineChange struct {
	Label, Old, New string
	Text            string // a long text: what was written, without what was before
}

// actors names those whom the CRM does not know: connections of apps. Keys are named for those who may see them.
func (v *visit) actors(r bridge.Reader) (map[crm.Actor]string, error) {
	names := map[crm.Actor]string{}
	connections, err := r.Connections(v.ctx())
	if err != nil {
		return nil, err
	}
	for _, c := range connections {
		names[crm.Actor{Kind: crm.ActorApp, ID: c.ID}] = "Bsale"
	}
	return names, nil
}

// timeline reads the history of a record that the person may see.
func (v *visit) timeline(r bridge.Reader, page Page, w valueWriter, entity crm.Entity, id crm.ID) (timelineView, []crm.TimelineEntry, error) {
	actors, err := v.actors(r)
	if err != nil {
		return timelineView{}, nil, err
	}
	entries, err := crm.Timeline(v.ctx(), r, v.hand(), crm.TimelineQuery{Entity: entity, ID: id, Limit: eventsShown, Actors: actors})
	if err != nil {
		return timelineView{}, nil, err
	}
	view := timelineView{More: len(entries) == eventsShown}
	for _, e := range entries {
		one := timelineEntry{
			Actor: v.actorName(e), App: e.Event.Actor.Kind == crm.ActorApp, What: v.t("event." + string(e.Event.Type)), Document: e.Event.Document, At: page.Moment(e.Event.At), Icon: eventIcon(e),
		}
		for _, c := range e.Changes {
			if e.Event.Type == crm.EventActivityAdded && (c.Field.Name == crm.FieldActivityStatus || c.Field.Name == crm.FieldActivityKind) {
				continue // new ones are pending
			}
			if change, shown := v.timelineChange(w, c); shown {
				if e.Event.Type == crm.EventCreated {
					change.Old = "" // there was nothing
				}
				one.Changes = append(one.Changes, change)
			}
		}
		view.Entries = append(view.Entries, one)
	}
	return view, entries, nil
}

func (v *visit) actorName(e crm.TimelineEntry) string {
	switch {
	case e.Actor != "":
		return e.Actor
	case e.Event.Actor.Kind == crm.ActorAPIKey:
		return v.t("actor.key")
	case e.Event.Actor.Kind == crm.ActorUser:
		return v.t("actor.gone")
	}
	return "Puente"
}

func eventIcon(e crm.TimelineEntry) string {
	switch e.Event.Type {
	case crm.EventCreated:
		return "plus"
	case crm.EventDeleted, crm.EventActivityDeleted, crm.EventNoteDeleted:
		return "trash"
	case crm.EventRestored:
		return "undo"
	case crm.EventNoteAdded, crm.EventNoteChanged:
		return "note"
	case crm.EventActivityAdded, crm.EventActivityChanged:
		return "activities"
	}
	for _, c := range e.Changes {
		if c.Field.Name == crm.FieldStage {
			return "arrow"
		}
	}
	return "edit"
}

// timelineChange writes a change; it is not shown when it only says which activity or note is meant.
func (v *visit) timelineChange(w valueWriter, c crm.TimelineChange) (timelineChange, bool) {
	if c.Field.Name == crm.FieldActivity || c.Field.Name == crm.FieldNote {
		return timelineChange{}, false
	}
	one := timelineChange{Label: c.Label}
	if one.Label == "" {
		if key := "field." + c.Field.Name; v.hasText(key) {
			one.Label = v.t(key)
		} else {
			one.Label = v.t("field.deleted")
		}
	}
	if reason, ok := c.New.Value.(string); ok && c.Field.Name == bridge.FieldReason {
		one.Text = v.reasonText(bridge.Reason(reason))
		return one, true
	}
	one.Old, one.New = w.changed(c.Field, c.Old), w.changed(c.Field, c.New)
	if c.Field.Type == crm.TypeLongText {
		one.Text, one.Old, one.New = shortText(one.New), "", ""
		if one.Text == "" {
			return timelineChange{}, false
		}
	}
	if one.Old == one.New && one.Text == "" {
		one.Old = ""
	}
	return one, true
}

func shortText(s string) string {
	const most = 280
	runes := []rune(strings.TrimSpace(s))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}

// changed writes a value as the history has it: ids have their names, money and instants are text.
func (w valueWriter) changed(f crm.Field, value crm.TimelineValue) string {
	if value.Name != "" {
		return value.Name
	}
	text, isText := value.Value.(string)
	switch {
	case value.Value == nil:
		return ""
	case isText && f.Name == crm.FieldValue && f.Custom == nil:
		return w.moneyText(text)
	case isText && f.Type == crm.TypeInstant:
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return w.instant(at)
		}
	case isText && (f.Name == crm.FieldActivityKind || f.Name == crm.FieldActivityStatus):
		key := map[string]string{crm.FieldActivityKind: "activity_kind.", crm.FieldActivityStatus: "activity_status."}[f.Name] + text
		if w.hasText(key) {
			return w.t(key)
		}
	case isText && (f.Type == crm.TypeUser || f.Type == crm.TypeStage || f.Type == crm.TypeContact):
		return w.t("field.gone") // what it was has no name any more
	}
	if n, ok := value.Value.(float64); ok {
		raw, err := json.Marshal(n)
		if err == nil {
			return w.write(f, json.Number(raw))
		}
	}
	return w.write(f, value.Value)
}

// moneyText writes an amount as crm.Money.String does the way that people of the account do.
func (w valueWriter) moneyText(text string) string {
	m, ok := parseMoney(text)
	if !ok {
		return text
	}
	return w.account.FormatMoney(m)
}
