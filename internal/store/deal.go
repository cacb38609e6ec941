package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"puente/internal/crm"
)

const dealColumns = `id, name, contact_id, pipeline_id, stage_id, stage_entered_at, rank, owner_id, value_minor, value_currency, created_at, updated_at,
	deleted_at, version, details, custom, origins`

// scanDeal reads the dealColumns.
func scanDeal(r row) (*crm.Deal, error) {
	d := &crm.Deal{}
	return d, r.Scan(&d.ID, &d.Name, optionalID{&d.ContactID}, &d.PipelineID, &d.StageID, instant{&d.StageEnteredAt}, &d.Rank, optionalID{&d.OwnerID},
		&d.Value.Minor, &d.Value.Currency, instant{&d.CreatedAt}, instant{&d.UpdatedAt}, instant{&d.DeletedAt}, &d.Version, jsonColumn{&d.Details},
		jsonColumn{&d.Custom}, jsonColumn{&d.Origins})
}

// DealsByID returns the deals with these ids, deleted ones too, in the order of their ids; unknown ids are left out.
func (x *reader) DealsByID(ctx context.Context, ids []crm.ID) ([]*crm.Deal, error) {
	return queryIn(ctx, &x.session, "deals",
		`SELECT `+dealColumns+` FROM deal WHERE account_id = $1 AND id IN `+list+` ORDER BY id`, []any{x.account}, ids, scanDeal)
}

// DealsByContact returns the living deals of these contacts that stand in one of these stages, in the order of their ids.
func (x *reader) DealsByContact(ctx context.Context, contacts, stages []crm.ID) ([]*crm.Deal, error) {
	if len(stages) == 0 {
		return nil, nil
	}
	numbers, err := x.contactNumbers(ctx, contacts)
	if err != nil {
		return nil, err
	}
	return x.dealsOfContacts(ctx, slices.Collect(maps.Values(numbers)), stages)
}

func (x *reader) dealsOfContacts(ctx context.Context, contacts []int64, stages []crm.ID) ([]*crm.Deal, error) {
	// The few stages first: they are the parameters before the list.
	args := []any{x.account}
	for _, s := range stages {
		args = append(args, string(s))
	}
	deals, err := queryIn(ctx, &x.session, "deals by contact",
		`SELECT `+dealColumns+` FROM deal WHERE account_id = $1 AND deleted_at = 0 AND stage_id IN (`+placeholders(2, len(stages))+`)
		 AND contact_number IN `+list, args, contacts, scanDeal)
	slices.SortFunc(deals, func(a, b *crm.Deal) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return deals, err
}

// contactNumbers returns the numbers of those of these contacts that there are.
func (x *session) contactNumbers(ctx context.Context, contacts []crm.ID) (map[crm.ID]int64, error) {
	numbers := make(map[crm.ID]int64, len(contacts))
	_, err := queryIn(ctx, x, "contact numbers", `SELECT id, number FROM contact WHERE account_id = $1 AND id IN `+list, []any{x.account}, contacts,
		func(r row) (struct{}, error) {
			var id crm.ID
			var number int64
			err := r.Scan(&id, &number)
			numbers[id] = number
			return struct{}{}, err
		})
	return numbers, err
}

const dealSaved = `account_id, number, contact_number, name_key, words, ` + dealColumns

var (
	insertDeal = newInsertion("deal", dealSaved, "")
	updateDeal = newInsertion("deal", dealSaved, `ON CONFLICT (account_id, id) DO UPDATE SET
		name = excluded.name, contact_id = excluded.contact_id, contact_number = excluded.contact_number, pipeline_id = excluded.pipeline_id,
		stage_id = excluded.stage_id, stage_entered_at = excluded.stage_entered_at, rank = excluded.rank, owner_id = excluded.owner_id,
		value_minor = excluded.value_minor, value_currency = excluded.value_currency, created_at = excluded.created_at,
		updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, version = excluded.version, name_key = excluded.name_key,
		words = excluded.words, details = excluded.details, custom = excluded.custom, origins = excluded.origins`)
)

// SaveDeals inserts those of Version 0 and updates the others whole, and raises Version. A deal that is new or in another stage than it was gets a Rank on top of
// its stage; the others keep theirs. conflict: one was stale. invalid: its stage (of its pipeline), contact or owner does not exist.
func (x *writer) SaveDeals(ctx context.Context, deals []*crm.Deal) error {
	if len(deals) == 0 {
		return nil
	}
	fields, err := x.searchableFields(ctx, crm.EntityDeal)
	if err != nil {
		return err
	}
	stored, err := x.storedDeals(ctx, savedIDs(deals, func(d *crm.Deal) (crm.ID, int64) { return d.ID, d.Version }), fields)
	if err != nil {
		return err
	}
	known := make(map[crm.ID]int64, len(stored))
	for id, s := range stored {
		known[id] = s.version
	}
	fresh, changed, err := raise(deals, known, func(d *crm.Deal) (crm.ID, *int64) { return d.ID, &d.Version })
	if err != nil {
		return err
	}
	x.deals = append(x.deals, deals...)
	if err := x.settleUpdated(ctx, "deal", updatedOf(deals, func(d *crm.Deal) *time.Time { return &d.UpdatedAt })); err != nil {
		return err
	}
	number, err := x.lastNumber(ctx, "deal", len(fresh))
	if err != nil {
		return err
	}
	contacts, err := x.contactNumbers(ctx, contactsOf(deals))
	if err != nil {
		return err
	}
	if err := x.rankOnTop(ctx, slices.Concat(fresh, changed), stored); err != nil {
		return err
	}

	derived := dealChanges{fields: fields, totals: map[totalKey]tally{}, stages: map[crm.ID]bool{}}
	rows := func(deals []*crm.Deal) ([]any, error) {
		values := make([]any, 0, len(deals)*insertDeal.columns)
		for _, d := range deals {
			s := stored[d.ID]
			if s.number == 0 {
				number++
				s.number = number
			}
			custom, err := customJSON(d.Custom)
			if err != nil {
				return nil, crm.NewError(crm.Invalid, "value_invalid").Because(err)
			}
			details, err := customJSON(d.Details)
			if err != nil {
				return nil, crm.NewError(crm.Invalid, "value_invalid").Because(err)
			}
			words := joinWords(d.SearchWords())
			derived.add(s, d, words)
			values = append(values, x.account, s.number, contacts[d.ContactID], nameKey(d.Name), words, text(d.ID), text(d.Name), reference(d.ContactID),
				text(d.PipelineID), text(d.StageID), micros(d.StageEnteredAt), d.Rank, reference(d.OwnerID), d.Value.Minor, text(d.Value.Currency),
				micros(d.CreatedAt), micros(d.UpdatedAt), micros(d.DeletedAt), d.Version, details, custom, originsJSON(d.Origins))
		}
		return values, nil
	}
	values, err := rows(fresh)
	if err != nil {
		return err
	}
	if err := x.insert(ctx, insertDeal, values); err != nil {
		return x.s.taken("insert deals", err, stale("deal"), stale("deal"))
	}
	if values, err = rows(changed); err != nil {
		return err
	}
	if err := x.insert(ctx, updateDeal, values); err != nil {
		return x.s.failed("update deals", err)
	}
	if err := x.addStageTotals(ctx, derived.totals); err != nil {
		return err
	}
	if err := x.noteDealChanges(ctx, derived.stages); err != nil {
		return err
	}
	return x.savePostings(ctx, derived.postings)
}

func contactsOf(deals []*crm.Deal) []crm.ID {
	var contacts []crm.ID
	for _, d := range deals {
		if d.ContactID != "" {
			contacts = append(contacts, d.ContactID)
		}
	}
	return contacts
}
