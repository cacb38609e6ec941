package api

import (
	"context"

	"puente/internal/bridge"
	"puente/internal/crm"
)

type fieldOut struct {
	ID         crm.ID        `json:"id"`
	Key        string        `json:"key" doc:"Names the field in custom; never changes"`
	Entity     crm.Entity    `json:"entity" enum:"contact,deal"`
	Name       string        `json:"name"`
	Type       crm.FieldType `json:"type"`
	Options    []string      `json:"options" doc:"Of a dropdown or multiselect"`
	Pattern    string        `json:"pattern" doc:"Of a text: a regular expression that the whole value has to match"`
	Required   bool          `json:"required"`
	Default    any           `json:"default" doc:"What a new record has unless told otherwise; null: nothing"`
	Searchable bool          `json:"searchable" doc:"Lists filter and sort by it at any size"`
	Position   int           `json:"position"`
	Archived   instant       `json:"archived" doc:"null: in use"`
	Work       *fieldWorkOut `json:"work,omitempty" doc:"What is being done to all records because of a change; absent: nothing"`
	Created    instant       `json:"created"`
	Version    int64         `json:"version"`
}

type fieldWorkOut struct {
	Kind  crm.FieldWorkKind `json:"kind" enum:"index,unindex,erase"`
	Done  int64             `json:"done" doc:"Records"`
	Total int64             `json:"total"`
}

func encodeField(f crm.CustomField) fieldOut {
	out := fieldOut{
		ID: f.ID, Key: f.Key, Entity: f.Entity, Name: f.Name, Type: f.Type, Options: append([]string{}, f.Options...), Pattern: f.Pattern, Required: f.Required,
		Default: f.Default, Searchable: f.Searchable, Position: f.Position, Archived: instant{f.ArchivedAt}, Created: instant{f.CreatedAt}, Version: f.Version,
	}
	if f.Work != nil {
		out.Work = &fieldWorkOut{f.Work.Kind, f.Work.Done, f.Work.Total}
	}
	return out
}

func encodeFields(fields []crm.CustomField) []fieldOut {
	out := []fieldOut{}
	for _, f := range fields {
		out = append(out, encodeField(f))
	}
	return out
}

type fieldList struct {
	Entity   crm.Entity `query:"entity" enum:"contact,deal" doc:"Without it of both"`
	Archived bool       `query:"archived" doc:"Those that are archived too"`
}

type fieldsOut struct {
	Items []fieldOut `json:"items"`
	Total int        `json:"total"`
	Count int        `json:"count" doc:"How many the account has, archived ones too"`
	Most  int        `json:"most" doc:"How many it may have"`
}

func listFields(ctx context.Context, r *reading, in *fieldList) (*body[fieldsOut], error) {
	out := fieldsOut{Items: []fieldOut{}}
	var err error
	if out.Count, out.Most, err = crm.CountFields(ctx, r); err != nil {
		return nil, err
	}
	for _, entity := range []crm.Entity{crm.EntityContact, crm.EntityDeal} {
		if in.Entity != "" && in.Entity != entity {
			continue
		}
		fields, err := r.customFields(ctx, entity)
		if err != nil {
			return nil, err
		}
		for _, f := range fields {
			if in.Archived || f.ArchivedAt.IsZero() {
				out.Items = append(out.Items, encodeField(f))
			}
		}
	}
	out.Total = len(out.Items)
	return &body[fieldsOut]{out}, nil
}

func getField(ctx context.Context, r *reading, in *ByID) (*answer[fieldOut], error) {
	field, err := r.field(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, field.Version, encodeField(field))
}

// field returns the field that a path names by its id or its key. not_found: field_not_found.
func (r *reading) field(ctx context.Context, name crm.ID) (crm.CustomField, error) {
	for _, entity := range []crm.Entity{crm.EntityContact, crm.EntityDeal} {
		fields, err := r.customFields(ctx, entity)
		if err != nil {
			return crm.CustomField{}, err
		}
		for _, f := range fields {
			if f.ID == name || f.Key == string(name) {
				return f, nil
			}
		}
	}
	return crm.CustomField{}, crm.NewError(crm.NotFound, "field_not_found", "id", string(name))
}

type fieldBody struct {
	Body struct {
		Entity     crm.Entity    `json:"entity" enum:"contact,deal"`
		Key        string        `json:"key,omitempty" maxLength:"100" doc:"One that scripts know already: cf_<entity>_…_<type>, of a–z, 0–9 and _; without it a fresh one" example:"cf_contact_dni_o_ruc_qatn_number"`
		Name       string        `json:"name" maxLength:"100"`
		Type       crm.FieldType `json:"type" enum:"text,longtext,number,decimal,money,date,bool,dropdown,multiselect,email,phone,url"`
		Options    []string      `json:"options,omitempty" doc:"Of a dropdown or multiselect"`
		Pattern    string        `json:"pattern,omitempty" doc:"Of a text: a regular expression (RE2 syntax)"`
		Required   bool          `json:"required,omitempty"`
		Default    any           `json:"default,omitempty"`
		Searchable bool          `json:"searchable,omitempty"`
	}
}

func createField(ctx context.Context, w *writing, in *fieldBody) (*answer[fieldOut], error) {
	b := in.Body
	field, err := crm.CreateField(ctx, w.tx, w.hand, crm.NewField{
		Entity: b.Entity, Key: b.Key, Name: b.Name, Type: b.Type, Options: b.Options, Pattern: b.Pattern, Required: b.Required, Default: b.Default, Searchable: b.Searchable,
	}, crm.RandomLetters)
	if err != nil {
		return nil, err
	}
	out, err := tagged(ctx, field.Version, encodeField(field))
	if err == nil {
		out.Location = "/v1/crm/custom-fields/" + string(field.ID)
	}
	return out, err
}

type fieldChange struct {
	ByID
	Body struct {
		Name       *string           `json:"name,omitempty"`
		Options    *[]string         `json:"options,omitempty" doc:"All options, in order"`
		Renamed    map[string]string `json:"renamed,omitempty" doc:"Old options and what they are called now; their values go along"`
		Pattern    *string           `json:"pattern,omitempty"`
		Required   *bool             `json:"required,omitempty"`
		Default    given[any]        `json:"default,omitzero" doc:"null: none"`
		Searchable *bool             `json:"searchable,omitempty"`
	}
}

func patchField(ctx context.Context, w *writing, in *fieldChange) (*answer[fieldOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	b := in.Body
	change := crm.FieldChange{
		Version: version, Name: b.Name, Options: b.Options, Renamed: b.Renamed, Pattern: b.Pattern, Required: b.Required, Default: b.Default.pointer(),
		Searchable: b.Searchable,
	}
	return w.changeField(ctx, in.ID, func(id crm.ID) (crm.CustomField, error) { return crm.ChangeField(ctx, w.tx, w.hand, id, change) })
}

// changeField changes the field that a path names.
func (w *writing) changeField(ctx context.Context, name crm.ID, change func(id crm.ID) (crm.CustomField, error)) (*answer[fieldOut], error) {
	present, err := w.field(ctx, name)
	if err != nil {
		return nil, err
	}
	field, err := change(present.ID)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, field.Version, encodeField(field))
}

func archiveField(ctx context.Context, w *writing, in *ByID) (*answer[fieldOut], error) {
	present, err := w.field(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := bridge.RefuseNamed(ctx, w, present.Key); err != nil {
		return nil, err
	}
	return w.changeField(ctx, in.ID, func(id crm.ID) (crm.CustomField, error) { return crm.ArchiveField(ctx, w.tx, w.hand, id) })
}

func restoreField(ctx context.Context, w *writing, in *ByID) (*answer[fieldOut], error) {
	return w.changeField(ctx, in.ID, func(id crm.ID) (crm.CustomField, error) { return crm.RestoreField(ctx, w.tx, w.hand, id) })
}

type fieldRemoval struct {
	ByID
	Values int `query:"values" minimum:"0" doc:"How many values somebody was told that will be lost. With fewer than there are the answer is 409 field_has_values, with the count."`
}

func deleteField(ctx context.Context, w *writing, in *fieldRemoval) (*empty, error) {
	field, err := w.field(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := w.matches("custom_field", field.Version); err != nil {
		return nil, err
	}
	if err := bridge.RefuseNamed(ctx, w, field.Key); err != nil {
		return nil, err
	}
	return nil, crm.DeleteField(ctx, w.tx, w.hand, field.ID, in.Values)
}

type fieldType struct {
	ByID
	Body struct {
		Type    crm.FieldType `json:"type" enum:"text,longtext,number,decimal,money,date,bool,dropdown,multiselect,email,phone,url"`
		Options []string      `json:"options,omitempty" doc:"Of a dropdown or multiselect; without it the texts that there are"`
	}
}

type typePreviewOut struct {
	Values   int         `json:"values" doc:"That records have, deleted ones too"`
	Misfits  int         `json:"misfits" doc:"Of these that would not fit"`
	Examples []misfitOut `json:"examples" doc:"The first of them"`
	Options  []string    `json:"options" doc:"That a dropdown or multiselect would have"`
}

type misfitOut struct {
	Record crm.ID `json:"record"`
	Value  any    `json:"value"`
}

func previewFieldType(ctx context.Context, r *reading, in *fieldType) (*body[typePreviewOut], error) {
	field, err := r.field(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	preview, err := crm.PreviewFieldType(ctx, r, field.ID, crm.FieldTypeChange{Type: in.Body.Type, Options: in.Body.Options})
	out := typePreviewOut{Values: preview.Values, Misfits: preview.Misfits, Examples: []misfitOut{}, Options: append([]string{}, preview.Options...)}
	for _, m := range preview.Examples {
		out.Examples = append(out.Examples, misfitOut{m.Record, m.Value})
	}
	return &body[typePreviewOut]{out}, err
}

func changeFieldType(ctx context.Context, w *writing, in *fieldType) (*answer[fieldOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	return w.changeField(ctx, in.ID, func(id crm.ID) (crm.CustomField, error) {
		return crm.ChangeFieldType(ctx, w.tx, w.hand, id, crm.FieldTypeChange{Version: version, Type: in.Body.Type, Options: in.Body.Options})
	})
}

type fieldOrder struct {
	Body struct {
		Entity crm.Entity `json:"entity" enum:"contact,deal"`
		Keys   []string   `json:"keys" maxItems:"200" doc:"In order; fields that are not named come after these"`
	}
}

type fieldItems struct {
	Items []fieldOut `json:"items"`
}

func orderFields(ctx context.Context, w *writing, in *fieldOrder) (*answer[fieldItems], error) {
	fields, err := crm.ReorderFields(ctx, w.tx, w.hand, in.Body.Entity, in.Body.Keys)
	return &answer[fieldItems]{Body: fieldItems{encodeFields(fields)}}, err
}

type recommendation struct {
	Body *struct {
		Typed bool `json:"typed,omitempty" doc:"Dates and amounts as such; without it all are text"`
	}
}

func recommendFields(ctx context.Context, w *writing, in *recommendation) (*answer[fieldItems], error) {
	made, err := crm.AddRecommendedFields(ctx, w.tx, w.hand, in.Body != nil && in.Body.Typed, crm.RandomLetters)
	return &answer[fieldItems]{Body: fieldItems{encodeFields(made)}}, err
}
