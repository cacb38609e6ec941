package api

import (
	"context"

	"puente/internal/auth"
	"puente/internal/crm"
)

type searchParams struct {
	Search string `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"Words of names, e-mails, phones, tax ids and document numbers, or their beginnings"`
	Size   int    `query:"size" minimum:"1" maximum:"20" default:"5" doc:"How many of each"`
}

type searchOut struct {
	Contacts []contactOut `json:"contacts" doc:"Changed last first"`
	Deals    []dealOut    `json:"deals" doc:"Changed last first; empty for those who may not read deals"`
}

func search(ctx context.Context, r *reading, in *searchParams) (*body[searchOut], error) {
	out := &body[searchOut]{searchOut{Contacts: []contactOut{}, Deals: []dealOut{}}}
	q := crm.Query{Entity: crm.EntityContact, Reach: r.principal.Reach, Search: in.Search, Limit: in.Size}
	contacts, err := r.contactLister().fill(ctx, q, 0, 0)
	if err != nil {
		return nil, err
	}
	if out.Body.Contacts, err = r.contacts(ctx, contacts.Items...); err != nil {
		return nil, err
	}
	if !r.reads(auth.Deals) {
		return out, nil
	}
	q.Entity = crm.EntityDeal
	deals, err := r.dealLister().fill(ctx, q, 0, 0)
	if err != nil {
		return nil, err
	}
	out.Body.Deals, err = r.deals(ctx, deals.Items...)
	return out, err
}
