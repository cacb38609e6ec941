package crm

import (
	"context"
	"time"
)

// DealResult is what became of one deal of several, as in [ContactResult].
type DealResult struct {
	Deal *Deal
	Err  error
}

// CreateDeals makes deals, with one look-up and one save however many they are. A deal without pipeline comes into the first, without stage into its first open stage; owner, defaults
// and required fields are seen to.
//
// Errors of single deals: invalid deal_name_missing; invalid contact_unknown, pipeline_unknown, stage_unknown, stage_of_other_pipeline; invalid value_negative, amount_too_fine;
// invalid close_reason_open; invalid at each other field that does not fit; forbidden assign_to_self_only.
func CreateDeals(ctx context.Context, tx Tx, hand Hand, inputs []DealInput) ([]DealResult, error) {
	e, err := newDealEditing(ctx, tx, hand, inputs)
	if err != nil {
		return nil, err
	}
	results := make([]DealResult, len(inputs))
	for i, in := range inputs {
		results[i] = e.put(NewDeal(hand.At), in, true)
	}
	return results, e.save(ctx, tx, results)
}

// ChangeDeals changes deals; another stage is a move, with its entry in the deal's history. Errors of single deals: those of [CreateDeals]; not_found deal_not_found,
// also for one that the hand may not see; forbidden not_yours; conflict stale when Version is not the present one; invalid value_required when a required field is cleared.
func ChangeDeals(ctx context.Context, tx Tx, hand Hand, edits []DealEdit) ([]DealResult, error) {
	inputs, ids := make([]DealInput, len(edits)), make([]ID, len(edits))
	for i, edit := range edits {
		inputs[i], ids[i] = edit.Input, edit.ID
	}
	e, err := newDealEditing(ctx, tx, hand, inputs)
	if err != nil {
		return nil, err
	}
	if err := e.load(ctx, tx, ids); err != nil {
		return nil, err
	}
	results := make([]DealResult, len(edits))
	for i, edit := range edits {
		deal, err := e.editable(edit.ID, edit.Version)
		if err != nil {
			results[i].Err = err
			continue
		}
		results[i] = e.put(deal.Clone(), edit.Input, false)
	}
	return results, e.save(ctx, tx, results)
}

// AssignDeals gives deals an owner; the zero ID: nobody. Errors of single deals are those of [ChangeDeals].
func AssignDeals(ctx context.Context, tx Tx, hand Hand, ids []ID, owner ID) ([]DealResult, error) {
	edits := make([]DealEdit, len(ids))
	for i, id := range ids {
		edits[i] = DealEdit{ID: id, Input: DealInput{OwnerID: &owner}}
	}
	return ChangeDeals(ctx, tx, hand, edits)
}

// Move is where a deal is put on the board.
type Move struct {
	Deal   Ref
	Stage  ID      // zero: the one in which it stands
	Above  *ID     // the deal directly above it; zero: it comes on top; nil: on top of another stage, and where it is in its own
	Reason *string // why it was won or lost
}

// MoveDeal puts a deal into a stage and in its place there, and returns it as it is then. Errors are those of [ChangeDeals]; conflict stale also when the deal above is not in that stage any more.
func MoveDeal(ctx context.Context, tx Tx, hand Hand, move Move) (*Deal, error) {
	edit := DealEdit{ID: move.Deal.ID, Version: move.Deal.Version, Input: DealInput{CloseReason: move.Reason}}
	if move.Stage != "" {
		edit.Input.StageID = &move.Stage
	}
	results, err := ChangeDeals(ctx, tx, hand, []DealEdit{edit})
	if err != nil {
		return nil, err
	}
	deal := results[0].Deal
	if deal == nil || move.Above == nil {
		return deal, results[0].Err
	}
	if *move.Above != "" {
		above, err := FindDeal(ctx, tx, hand, *move.Above)
		if CodeOf(err) == NotFound || err == nil && above.StageID != deal.StageID {
			return nil, errStale
		}
		if err != nil {
			return nil, err
		}
	}
	if err := tx.RankDeal(ctx, deal.ID, *move.Above); err != nil {
		return nil, err
	}
	return FindDeal(ctx, tx, hand, deal.ID)
}

// DeleteDeals deletes deals; they can be restored. Errors of single deals: not_found, forbidden and stale as in [ChangeDeals].
func DeleteDeals(ctx context.Context, tx Tx, hand Hand, deals []Ref) ([]DealResult, error) {
	e, err := newDealEditing(ctx, tx, hand, nil)
	if err != nil {
		return nil, err
	}
	if err := e.load(ctx, tx, idsOf(deals)); err != nil {
		return nil, err
	}
	results := make([]DealResult, len(deals))
	for i, ref := range deals {
		deal, err := e.editable(ref.ID, ref.Version)
		if err != nil {
			results[i].Err = err
			continue
		}
		results[i].Deal = e.delete(deal)
	}
	return results, e.save(ctx, tx, results)
}

// RestoreDeal brings a deleted deal back: where its stage was deleted since, into the first open one of its pipeline or, without that, of the first pipeline; without an owner when that user is
// not active any more. One that is not deleted stays as it is. not_found: deal_not_found. forbidden: not_yours.
func RestoreDeal(ctx context.Context, tx Tx, hand Hand, id ID) (*Deal, error) {
	e, err := newDealEditing(ctx, tx, hand, nil)
	if err != nil {
		return nil, err
	}
	if err := e.load(ctx, tx, []ID{id}); err != nil {
		return nil, err
	}
	deal := e.deals[id]
	if deal == nil {
		return nil, errDealNotFound
	}
	if err := e.check(deal.OwnerID, deal.Version, 0, errDealNotFound); err != nil || !deal.Gone() {
		return deal, err
	}
	back := deal.Clone()
	back.DeletedAt = time.Time{}
	touch(&back.UpdatedAt, hand.At)
	d := draft{editing: &e.editing, record: back}
	d.note(back.SetOwner(e.stillOwner(back.OwnerID), e.origin))
	if _, ok := e.stage(back.StageID); !ok {
		stage, err := e.firstOpenStage(back.PipelineID)
		if err != nil {
			stage, err = e.firstOpenStage("")
		}
		if err != nil {
			return nil, err
		}
		e.move(&d, back, stage)
	}
	return back, e.save(ctx, tx, []DealResult{{Deal: e.keep(back, EventRestored, d.changes)}})
}

// FindDeal returns a living deal that the hand may see. not_found: deal_not_found.
func FindDeal(ctx context.Context, r Reader, hand Hand, id ID) (*Deal, error) {
	found, err := r.DealsByID(ctx, []ID{id})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].Gone() || !hand.Reach.Sees(found[0].OwnerID) {
		return nil, errDealNotFound
	}
	return found[0], nil
}

// DealContact is a deal's contact as the deal shows it: its name, whoever owns it.
type DealContact struct {
	Name    string
	Deleted bool
	Contact *Contact // nil: deleted, or not to be seen by the hand
}

// ContactsOfDeals returns the contacts of deals by the contact's id, with one query.
func ContactsOfDeals(ctx context.Context, r Reader, hand Hand, deals []*Deal) (map[ID]DealContact, error) {
	var ids []ID
	for _, deal := range deals {
		if deal.ContactID != "" {
			ids = append(ids, deal.ContactID)
		}
	}
	contacts := map[ID]DealContact{}
	if len(ids) == 0 {
		return contacts, nil
	}
	found, err := r.ContactsByID(ctx, ids)
	for _, contact := range found {
		shown := DealContact{Name: contact.Label(), Deleted: contact.Gone()}
		if !shown.Deleted && hand.Reach.Sees(contact.OwnerID) {
			shown.Contact = contact
		}
		contacts[contact.ID] = shown
	}
	return contacts, err
}
