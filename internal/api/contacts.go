package api

import (
	"context"

	"puente/internal/crm"
)

// ByID names what a path is about. Its name, and those of other inputs that are parts of inputs, is exported because huma sees no others.
type ByID struct {
	ID crm.ID `path:"id"`
}

func (r *reading) contactLister() lister[*crm.Contact] {
	return lister[*crm.Contact]{r.ListContacts, r.SkipContacts}
}

func listContacts(ctx context.Context, r *reading, in *listParams) (*body[page[contactOut]], error) {
	return listed(ctx, r, crm.EntityContact, *in, r.contactLister(), r.contacts)
}

func scrollContacts(ctx context.Context, r *reading, in *scrollParams) (*body[scroll[contactOut]], error) {
	return scrolled(ctx, r, crm.EntityContact, *in, r.contactLister(), r.contacts)
}

func getContact(ctx context.Context, r *reading, in *ByID) (*answer[contactOut], error) {
	contact, err := crm.FindContact(ctx, r, r.hand(), in.ID)
	if err != nil {
		return nil, err
	}
	return r.contact(ctx, contact)
}

type contactBody struct{ Body contactIn }

func createContact(ctx context.Context, w *writing, in *contactBody) (*answer[contactOut], error) {
	contact, err := w.createContacts(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	out, err := w.contact(ctx, contact)
	if err == nil {
		out.Location = "/v1/crm/contacts/" + string(contact.ID)
	}
	return out, err
}

// createContacts makes one contact.
func (w *writing) createContacts(ctx context.Context, in contactIn) (*crm.Contact, error) {
	input, err := in.input(ctx, &w.reading)
	if err != nil {
		return nil, err
	}
	results, err := w.Engine.CreateContacts(ctx, w.tx, w.hand, []crm.ContactInput{input})
	if err != nil {
		return nil, err
	}
	return results[0].Contact, results[0].Err
}

type contactChange struct {
	ByID
	Body contactIn
}

func patchContact(ctx context.Context, w *writing, in *contactChange) (*answer[contactOut], error) {
	return w.changeContact(ctx, in.ID, in.Body)
}

func putContact(ctx context.Context, w *writing, in *contactChange) (*answer[contactOut], error) {
	present, err := crm.FindContact(ctx, w, w.hand, in.ID)
	if err != nil {
		return nil, err
	}
	in.Body.whole(present)
	return w.changeContact(ctx, in.ID, in.Body)
}

func (w *writing) changeContact(ctx context.Context, id crm.ID, in contactIn) (*answer[contactOut], error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	input, err := in.input(ctx, &w.reading)
	if err != nil {
		return nil, err
	}
	results, err := crm.ChangeContacts(ctx, w.tx, w.hand, []crm.ContactEdit{{ID: id, Version: version, Input: input}})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return nil, err
	}
	return w.contact(ctx, results[0].Contact)
}

type tagChange struct {
	ByID
	Body struct {
		AddTags         []crm.ID `json:"addTags,omitempty"`
		RemoveTags      []crm.ID `json:"removeTags,omitempty"`
		TriggerWorkflow bool     `json:"triggerWorkflow,omitempty" doc:"Taken for the sake of scripts of another CRM; nothing is triggered"`
	}
}

func tagContact(ctx context.Context, w *writing, in *tagChange) (*answer[contactOut], error) {
	return w.changeContact(ctx, in.ID, contactIn{AddTags: in.Body.AddTags, RemoveTags: in.Body.RemoveTags})
}

type contactRemoval struct {
	ByID
	Deals crm.OpenDeals `query:"deals" enum:"keep,delete" default:"keep" doc:"What becomes of the contact's deals"`
}

func deleteContact(ctx context.Context, w *writing, in *contactRemoval) (*empty, error) {
	version, err := w.wanted()
	if err != nil {
		return nil, err
	}
	results, err := crm.DeleteContacts(ctx, w.tx, w.hand, []crm.Ref{{ID: in.ID, Version: version}}, in.Deals)
	if err == nil {
		err = results[0].Err
	}
	return nil, err
}

func restoreContact(ctx context.Context, w *writing, in *ByID) (*answer[contactOut], error) {
	contact, err := crm.RestoreContact(ctx, w.tx, w.hand, in.ID)
	if err != nil {
		return nil, err
	}
	return w.contact(ctx, contact)
}

// contactOp is one entry of a batch: without id a contact to be made, with one a change.
type contactOp struct {
	ID      crm.ID    `json:"id,omitempty" doc:"Of the contact to change; without it one is made"`
	Version int64     `json:"version,omitempty" doc:"The version that the change was made for; without it whatever it is now"`
	Contact contactIn `json:"contact"`
}

type contactBatch struct {
	Body struct {
		Items []entry[contactOp] `json:"items" minItems:"1" maxItems:"100"`
	}
}

func batchContacts(ctx context.Context, w *writing, in *contactBatch) (*answer[batchOut], error) {
	return carryOut(ctx, w, "contact", in.Body.Items,
		func(op contactOp) (crm.ContactEdit, error) {
			input, err := op.Contact.input(ctx, &w.reading)
			return crm.ContactEdit{ID: op.ID, Version: op.Version, Input: input}, err
		},
		func(e crm.ContactEdit) bool { return e.ID == "" },
		func(edits []crm.ContactEdit) ([]crm.ContactResult, error) {
			if edits[0].ID != "" {
				return crm.ChangeContacts(ctx, w.tx, w.hand, edits)
			}
			inputs := make([]crm.ContactInput, len(edits))
			for i, e := range edits {
				inputs[i] = e.Input
			}
			return w.Engine.CreateContacts(ctx, w.tx, w.hand, inputs)
		},
		func(result crm.ContactResult) (crm.ID, int64, error) {
			if result.Err != nil {
				return "", 0, result.Err
			}
			return result.Contact.ID, result.Contact.Version, nil
		})
}
