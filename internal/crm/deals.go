package crm

import "context"

// DealResult is what became of one deal of several, as in [ContactResult].
type DealResult struct {
	Deal *Deal
	Err  error
}

// Move is where a deal is put on the board.
type Move struct {
	Deal    ID
	Version int64   // 0: whatever it is now
	Stage   ID      // zero: the one in which it stands
	Above   *ID     // the deal directly above it; zero: it comes on top; nil: on top of another stage, and where it is in its own
	Reason  *string // why it was won or lost
}

// CreateDeals makes deals.
func CreateDeals(ctx context.Context, tx Tx, hand Hand, inputs []DealInput) ([]DealResult, error) {
	return nil, errRecordsPending
}

// ChangeDeals changes deals.
func ChangeDeals(ctx context.Context, tx Tx, hand Hand, edits []DealEdit) ([]DealResult, error) {
	return nil, errRecordsPending
}

// MoveDeal puts a deal into a stage and in its place there.
func MoveDeal(ctx context.Context, tx Tx, hand Hand, move Move) (*Deal, error) {
	return nil, errRecordsPending
}

// AssignDeals gives deals an owner; the zero ID: nobody.
func AssignDeals(ctx context.Context, tx Tx, hand Hand, ids []ID, owner ID) ([]DealResult, error) {
	return nil, errRecordsPending
}

// DeleteDeals deletes deals.
func DeleteDeals(ctx context.Context, tx Tx, hand Hand, ids []ID) ([]DealResult, error) {
	return nil, errRecordsPending
}

// RestoreDeal brings a deleted deal back.
func RestoreDeal(ctx context.Context, tx Tx, hand Hand, id ID) (*Deal, error) {
	return nil, errRecordsPending
}

// FindDeal returns a living deal that the hand may see. not_found: deal_not_found.
func FindDeal(ctx context.Context, r Reader, hand Hand, id ID) (*Deal, error) {
	return nil, errRecordsPending
}

// DealContact is a deal's contact as the deal shows it.
type DealContact struct {
	Name    string
	Deleted bool
	Contact *Contact // nil: deleted, or not to be seen by the hand
}

// ContactsOfDeals returns the contacts of deals by the contact's id, with one query.
func ContactsOfDeals(ctx context.Context, r Reader, hand Hand, deals []*Deal) (map[ID]DealContact, error) {
	return nil, errRecordsPending
}
