package store

import (
	"context"
	"errors"
	"time"

	"puente/internal/crm"
)

// errPending marks what is being built; this file goes away.
var errPending = errors.New("store: not built yet")

// Lists: the helper "lists" replaces these.

func (x *reader) ListContacts(context.Context, crm.Query) (crm.Page[*crm.Contact], error) {
	return crm.Page[*crm.Contact]{}, errPending
}

func (x *reader) ListDeals(context.Context, crm.Query) (crm.Page[*crm.Deal], error) {
	return crm.Page[*crm.Deal]{}, errPending
}

func (x *reader) SkipContacts(context.Context, crm.Query, int) (crm.Page[*crm.Contact], error) {
	return crm.Page[*crm.Contact]{}, errPending
}

func (x *reader) SkipDeals(context.Context, crm.Query, int) (crm.Page[*crm.Deal], error) {
	return crm.Page[*crm.Deal]{}, errPending
}

func (x *reader) Count(context.Context, crm.Query, int) (int, bool, error) {
	return 0, false, errPending
}

func (x *reader) StageTotals(context.Context) ([]crm.StageTotal, error) { return nil, errPending }

func (x *reader) CountValues(context.Context, crm.CustomField) (int, error) { return 0, errPending }

func (x *reader) OwnedBy(context.Context, crm.ID) (c, d, a int, err error) {
	return 0, 0, 0, errPending
}
func (x *writer) RankDeal(context.Context, crm.ID, crm.ID) error { return errPending }
func (x *reader) SumByStage(context.Context, crm.Query, int) ([]crm.StageTotal, bool, error) {
	return nil, false, errPending
}

func (x *reader) EachValue(context.Context, crm.CustomField, func(crm.ID, any) error) error {
	return errPending
}

func (x *writer) RewriteValues(context.Context, crm.CustomField, func(crm.ID, any) (any, error)) (int, error) {
	return 0, errPending
}

// Settings: the helper "settings" replaces these.

func (x *reader) Tags(context.Context) ([]crm.Tag, error) { return nil, errPending }

func (x *reader) ActivitiesByID(context.Context, []crm.ID) ([]*crm.Activity, error) {
	return nil, errPending
}

func (x *reader) CountActivities(context.Context, crm.ActivityQuery) (int, error) {
	return 0, errPending
}

func (x *reader) NotesByID(context.Context, []crm.ID) ([]*crm.Note, error) { return nil, errPending }

func (x *reader) ArchivedPipelines(context.Context) ([]crm.Pipeline, error) { return nil, errPending }

func (x *reader) Activities(context.Context, crm.ActivityQuery) (crm.Page[*crm.Activity], error) {
	return crm.Page[*crm.Activity]{}, errPending
}

func (x *reader) Notes(context.Context, crm.Entity, crm.ID, time.Time, int) ([]*crm.Note, error) {
	return nil, errPending
}
func (x *writer) UpdateAccount(context.Context, crm.Account) error         { return errPending }
func (x *writer) UpdatePipeline(context.Context, crm.Pipeline) error       { return errPending }
func (x *writer) UpdateCustomField(context.Context, crm.CustomField) error { return errPending }
func (x *writer) CreateTag(context.Context, crm.Tag) error                 { return errPending }
func (x *writer) UpdateTag(context.Context, crm.Tag) error                 { return errPending }
func (x *writer) DeleteTag(context.Context, crm.ID) error                  { return errPending }
func (x *writer) SaveActivities(context.Context, []*crm.Activity) error    { return errPending }
func (x *writer) SaveNotes(context.Context, []*crm.Note) error             { return errPending }
