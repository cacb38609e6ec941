package bridge

import (
	"context"
	"strconv"

	"puente/internal/crm"
)

// fieldBsaleClient names, in a contact's timeline, the client of Bsale that somebody said it is.
const fieldBsaleClient = "bsale_client"

// SettleContact settles a document that fits several contacts, or one with another tax id: its client in Bsale is the chosen contact from now on, which keeps its names,
// its primary identities and what its fields hold. The document, and the client's other ones that wait for the same choice, are decided again soon; how many there are is
// returned. To choose the same contact again changes nothing.
//
// not_found: document_not_found, contact_not_found. conflict: document_not_in_conflict, document_without_client.
func (e *Engine) SettleContact(ctx context.Context, tx Tx, hand crm.Hand, connection crm.ID, document int64, contact crm.ID) (int, error) {
	if err := livingContact(ctx, tx, contact); err != nil {
		return 0, err
	}
	return e.settleContact(ctx, tx, hand, connection, document, contact)
}

// SettleNewContact settles such a document the other way: its client is none of those who are there, and becomes a contact of its own, with what no other contact has of it.
// What it returns, and the conflicts, are those of [Engine.SettleContact].
func (e *Engine) SettleNewContact(ctx context.Context, tx Tx, hand crm.Hand, connection crm.ID, document int64) (int, error) {
	return e.settleContact(ctx, tx, hand, connection, document, "")
}

func (e *Engine) settleContact(ctx context.Context, tx Tx, hand crm.Hand, connection crm.ID, document int64, contact crm.ID) (int, error) {
	record, err := conflictOverContact(ctx, tx, connection, document)
	if err != nil {
		return 0, err
	}
	waiting, err := waitingForContact(ctx, tx, connection, record.ClientID)
	if err != nil {
		return 0, err
	}
	if err := e.chooseContact(ctx, tx, hand, record, contact); err != nil {
		return 0, err
	}
	if err := e.wakeIn(ctx, tx, connection); err != nil {
		return 0, err
	}
	return len(waiting), e.markDue(ctx, tx, waiting)
}

// overContact says whether the reason is that nobody knows which contact it is.
func overContact(reason Reason) bool { return reason == ManyContacts || reason == TaxIDDiffers }

func conflictOverContact(ctx context.Context, r Reader, connection crm.ID, document int64) (*Record, error) {
	records, err := r.Records(ctx, connection, []int64{document})
	switch {
	case err != nil:
		return nil, err
	case len(records) == 0:
		return nil, crm.NewError(crm.NotFound, "document_not_found")
	case records[0].State != StateConflict || !overContact(records[0].Reason):
		return nil, crm.NewError(crm.Conflict, "document_not_in_conflict")
	case records[0].ClientID == 0:
		return nil, crm.NewError(crm.Conflict, "document_without_client")
	}
	return records[0], nil
}

func livingContact(ctx context.Context, r Reader, id crm.ID) error {
	contacts, err := r.ContactsByID(ctx, []crm.ID{id})
	if err != nil {
		return err
	}
	if len(contacts) == 0 || contacts[0].Gone() {
		return crm.NewError(crm.NotFound, "contact_not_found").At("contact")
	}
	return nil
}

// settledAtOnce is how many documents of one client are marked with one choice; the others are decided with the next pass of their days.
const settledAtOnce = 500

// waitingForContact returns the client's documents that are in conflict over its contact.
func waitingForContact(ctx context.Context, r Reader, connection crm.ID, client int64) ([]*Record, error) {
	page, err := r.ListRecords(ctx, connection, RecordQuery{
		States: []State{StateConflict}, Reasons: []Reason{ManyContacts, TaxIDDiffers}, ClientID: client, Limit: settledAtOnce,
	})
	return page.Items, err
}

// chooseContact links the client to the contact, and writes into the contact's timeline who said so; with none it says that the client is somebody new.
func (e *Engine) chooseContact(ctx context.Context, tx Tx, hand crm.Hand, record *Record, contact crm.ID) error {
	links, err := tx.ClientLinks(ctx, record.ConnectionID, []int64{record.ClientID})
	if err != nil {
		return err
	}
	link := &ClientLink{ConnectionID: record.ConnectionID, ClientID: record.ClientID}
	if len(links) > 0 {
		link = links[0]
	}
	if link.Chosen && link.ContactID == contact {
		return nil
	}
	link.ContactID, link.Chosen = contact, true
	if err := tx.SaveClientLinks(ctx, []*ClientLink{link}); err != nil || contact == "" {
		return err
	}
	account, err := tx.Account(ctx)
	if err != nil {
		return err
	}
	return tx.AddEvents(ctx, []crm.Event{{
		ID: crm.NewID(), Entity: crm.EntityContact, EntityID: contact, Type: crm.EventChanged, At: hand.At, Actor: hand.Actor,
		Document: record.Title(account.Language),
		Changes:  []crm.Change{{Field: fieldBsaleClient, New: record.ClientName + " (" + strconv.FormatInt(record.ClientID, 10) + ")"}},
	}})
}

// Title is what people call the record's document: "Boleta 1234".
func (r Record) Title(language crm.Language) string {
	number := r.Number
	if number == "" { // never read
		number = strconv.FormatInt(r.BsaleID, 10)
	}
	return KindWord(r.Kind, language) + " " + number
}
