package crm

import (
	"context"
	"errors"
)

var errRecordsPending = errors.New("crm: not built yet")

// ContactResult is what became of one contact of several: Err, a [*Error], says why nothing was done to it; the others are not touched by that.
type ContactResult struct {
	Contact *Contact // nil when Err is not
	Err     error
}

// OpenDeals says what becomes of the deals of a contact that is deleted.
type OpenDeals string

// Deals stay with the name of the contact, or go with it.
const (
	DealsKeep   OpenDeals = "keep"
	DealsDelete OpenDeals = "delete"
)

// CreateContacts makes contacts.
func CreateContacts(ctx context.Context, tx Tx, hand Hand, inputs []ContactInput) ([]ContactResult, error) {
	return nil, errRecordsPending
}

// ChangeContacts changes contacts.
func ChangeContacts(ctx context.Context, tx Tx, hand Hand, edits []ContactEdit) ([]ContactResult, error) {
	return nil, errRecordsPending
}

// TagContacts gives and takes tags.
func TagContacts(ctx context.Context, tx Tx, hand Hand, ids, add, remove []ID) ([]ContactResult, error) {
	return nil, errRecordsPending
}

// AssignContacts gives contacts an owner; the zero ID: nobody.
func AssignContacts(ctx context.Context, tx Tx, hand Hand, ids []ID, owner ID) ([]ContactResult, error) {
	return nil, errRecordsPending
}

// DeleteContacts deletes contacts.
func DeleteContacts(ctx context.Context, tx Tx, hand Hand, ids []ID, deals OpenDeals) ([]ContactResult, error) {
	return nil, errRecordsPending
}

// RestoreContact brings a deleted contact back.
func RestoreContact(ctx context.Context, tx Tx, hand Hand, id ID) (*Contact, error) {
	return nil, errRecordsPending
}

// FindContact returns a living contact that the hand may see. not_found: contact_not_found.
func FindContact(ctx context.Context, r Reader, hand Hand, id ID) (*Contact, error) {
	return nil, errRecordsPending
}
