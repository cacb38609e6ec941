package api

import (
	"context"

	"puente/internal/crm"
)

type tagOut struct {
	ID      crm.ID `json:"id"`
	Name    string `json:"name"`
	Color   string `json:"color" doc:"#rrggbb; empty: none"`
	Created naive  `json:"created"`
}

func encodeTag(t crm.Tag) tagOut { return tagOut{t.ID, t.Name, t.Color, naive(t.CreatedAt)} }

func listTags(ctx context.Context, r *reading, in *pageParams) (*body[[]tagOut], error) {
	tags, err := r.allTags(ctx)
	all := []tagOut{}
	for _, t := range tags {
		all = append(all, encodeTag(t))
	}
	return &body[[]tagOut]{paged(all, *in)}, err
}

func getTag(ctx context.Context, r *reading, in *ByID) (*body[tagOut], error) {
	tag, err := crm.FindTag(ctx, r, in.ID)
	return &body[tagOut]{encodeTag(tag)}, err
}

type tagBody struct {
	Body struct {
		Name  string `json:"name"`
		Color string `json:"color,omitempty" doc:"#rrggbb"`
	}
}

func createTag(ctx context.Context, w *writing, in *tagBody) (*answer[tagOut], error) {
	tag, err := crm.CreateTag(ctx, w.tx, w.hand, in.Body.Name, in.Body.Color)
	return &answer[tagOut]{Body: encodeTag(tag), Location: "/v1/crm/tags/" + string(tag.ID)}, err
}

type tagEdit struct {
	ByID
	Body struct {
		Name  *string `json:"name,omitempty"`
		Color *string `json:"color,omitempty" doc:"#rrggbb, or empty: none"`
	}
}

func patchTag(ctx context.Context, w *writing, in *tagEdit) (*answer[tagOut], error) {
	tag, err := crm.ChangeTag(ctx, w.tx, w.hand, in.ID, crm.TagChange{Name: in.Body.Name, Color: in.Body.Color})
	return &answer[tagOut]{Body: encodeTag(tag)}, err
}

func deleteTag(ctx context.Context, w *writing, in *ByID) (*empty, error) {
	return nil, crm.DeleteTag(ctx, w.tx, w.hand, in.ID)
}
