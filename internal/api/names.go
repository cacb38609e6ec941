package api

import (
	"context"
	"slices"

	"puente/internal/crm"
)

// names is what answers and requests call things of the account, read when first needed.
type names struct {
	account   *crm.Account
	users     []crm.User
	pipelines []crm.Pipeline
	tags      []crm.Tag
	fields    map[crm.Entity][]crm.CustomField
	actors    map[crm.Actor]string
}

func (r *reading) allUsers(ctx context.Context) (_ []crm.User, err error) {
	if r.names.users == nil {
		r.names.users, err = r.Users(ctx)
	}
	return r.names.users, err
}

func (r *reading) allPipelines(ctx context.Context) (_ []crm.Pipeline, err error) {
	if r.names.pipelines == nil {
		r.names.pipelines, err = r.Pipelines(ctx)
	}
	return r.names.pipelines, err
}

func (r *reading) allTags(ctx context.Context) (_ []crm.Tag, err error) {
	if r.names.tags == nil {
		r.names.tags, err = r.Tags(ctx)
	}
	return r.names.tags, err
}

func (r *reading) accountOf(ctx context.Context) (crm.Account, error) {
	if r.names.account == nil {
		account, err := r.Account(ctx)
		if err != nil {
			return account, err
		}
		r.names.account = &account
	}
	return *r.names.account, nil
}

// customFields returns the fields of an entity that are not being deleted.
func (r *reading) customFields(ctx context.Context, entity crm.Entity) ([]crm.CustomField, error) {
	if known, ok := r.names.fields[entity]; ok {
		return known, nil
	}
	all, err := r.CustomFields(ctx, entity)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f crm.CustomField) bool { return f.Work != nil && f.Work.Kind == crm.WorkErase })
	if r.names.fields == nil {
		r.names.fields = map[crm.Entity][]crm.CustomField{}
	}
	r.names.fields[entity] = all
	return all, nil
}

// customOut returns the values of custom fields that there are.
func (r *reading) customOut(ctx context.Context, entity crm.Entity, custom crm.Custom) (map[string]any, error) {
	out := make(map[string]any, len(custom))
	if len(custom) == 0 {
		return out, nil
	}
	known, err := r.customFields(ctx, entity)
	if err != nil {
		return nil, err
	}
	for _, field := range known {
		if value, ok := custom[field.Key]; ok {
			out[field.Key] = value
		}
	}
	return out, nil
}

// assignedTo returns the e-mail of a user, or unassigned.
func (r *reading) assignedTo(ctx context.Context, id crm.ID) (string, error) {
	if id == "" {
		return crm.Unassigned, nil
	}
	users, err := r.allUsers(ctx)
	if err != nil {
		return "", err
	}
	for _, user := range users {
		if user.ID == id {
			return user.Email, nil
		}
	}
	return crm.Unassigned, nil
}

// owner returns the id of the user that a caller means by an e-mail or an id, nil when it means none in particular. invalid: owner_unknown.
func (r *reading) owner(ctx context.Context, means given[string]) (*crm.ID, error) {
	if !means.Set {
		return nil, nil
	}
	id, err := r.userNamed(ctx, means.Value)
	if err != nil {
		return nil, err
	}
	return &id, nil
}

func (r *reading) userNamed(ctx context.Context, name string) (crm.ID, error) {
	if name == "" || name == crm.Unassigned {
		return "", nil
	}
	users, err := r.allUsers(ctx)
	if err != nil {
		return "", err
	}
	email, isEmail := crm.NormalizeEmail(name)
	for _, user := range users {
		if string(user.ID) == name {
			return user.ID, nil
		}
		if own, ok := crm.NormalizeEmail(user.Email); ok && isEmail && own == email {
			return user.ID, nil
		}
	}
	return "", crm.NewError(crm.Invalid, "owner_unknown").At(crm.FieldOwner)
}
