package crm

import (
	"maps"
	"time"
)

// NewDeal returns a deal with an id, in no stage yet.
func NewDeal(at time.Time) *Deal {
	return &Deal{ID: NewID(), Custom: Custom{}, Origins: Origins{}, CreatedAt: at, UpdatedAt: at}
}

// Clone returns a copy that shares nothing with d.
func (d *Deal) Clone() *Deal {
	n := *d
	n.Details = maps.Clone(d.Details)
	n.Custom = maps.Clone(d.Custom)
	n.Origins = maps.Clone(d.Origins)
	return &n
}

// Gone says whether the deal was deleted.
func (d *Deal) Gone() bool { return !d.DeletedAt.IsZero() }

// MoveTo puts the deal into a stage, of whatever pipeline, and returns the entry of its history with it. It is false when
// the deal stands there already.
func (d *Deal) MoveTo(stage Stage, at time.Time, o Origin) (StageChange, Change, bool) {
	if d.StageID == stage.ID {
		return StageChange{}, Change{}, false
	}
	move := StageChange{DealID: d.ID, FromStageID: d.StageID, ToStageID: stage.ID, At: at, Actor: o.Actor}
	if d.StageID != "" {
		move.Stood = max(0, at.Sub(d.StageEnteredAt))
	}
	change := Change{Field: FieldStage, Old: nilIfEmpty(string(d.StageID)), New: nilIfEmpty(string(stage.ID))}
	d.PipelineID, d.StageID, d.StageEnteredAt = stage.PipelineID, stage.ID, at
	noteOrigin(&d.Origins, FieldStage, o)
	touch(&d.UpdatedAt, at)
	return move, change, true
}

// SetName writes the deal's name.
func (d *Deal) SetName(name string, o Origin) (Change, bool) {
	return setText(&d.Name, FieldName, name, o, &d.Origins, &d.UpdatedAt)
}

// SetValue writes what the deal is worth. The change holds money as [Money.String] writes it.
func (d *Deal) SetValue(value Money, o Origin) (Change, bool) {
	if d.Value == value {
		return Change{}, false
	}
	change := Change{Field: FieldValue}
	if !d.Value.IsZero() {
		change.Old = d.Value.String()
	}
	if !value.IsZero() {
		change.New = value.String()
	}
	d.Value = value
	noteOrigin(&d.Origins, FieldValue, o)
	touch(&d.UpdatedAt, o.Time())
	return change, true
}

// SetOwner makes a user responsible; the zero ID makes it nobody.
func (d *Deal) SetOwner(owner ID, o Origin) (Change, bool) {
	return setID(&d.OwnerID, FieldOwner, owner, o, &d.Origins, &d.UpdatedAt)
}

// SetContact says whose deal it is; the zero ID: nobody's.
func (d *Deal) SetContact(contact ID, o Origin) (Change, bool) {
	return setID(&d.ContactID, FieldContact, contact, o, &d.Origins, &d.UpdatedAt)
}

// SetCustom writes the custom field with that key, as [CustomField.Convert] gives values; nil clears it.
func (d *Deal) SetCustom(key string, value any, o Origin) (Change, bool) {
	return setCustom(&d.Custom, key, value, o, &d.Origins, &d.UpdatedAt)
}

// Detail returns one of the standard fields that stand in Details, nil when it has no value.
func (d *Deal) Detail(field string) any { return d.Details[field] }

// SetDetail writes one of the standard fields that stand in Details; nil clears it.
func (d *Deal) SetDetail(field string, value any, o Origin) (Change, bool) {
	return setCustom(&d.Details, field, value, o, &d.Origins, &d.UpdatedAt)
}
