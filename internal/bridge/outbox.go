package bridge

import (
	"context"
	"errors"
	"strings"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// RequestClients writes, in the transaction that makes contacts, the requests that they become clients in Bsale, for each enabled connection whose
// rules say so. It is for contacts that people and integrations make; those that came from Bsale never go back.
func (e *Engine) RequestClients(ctx context.Context, tx Tx, contacts []crm.ID) error {
	if len(contacts) == 0 {
		return nil
	}
	connections, err := tx.Connections(ctx)
	if err != nil {
		return err
	}
	now := e.clock.Now()
	var requests []*ClientRequest
	for _, connection := range connections {
		rules, err := ParseRules(connection.Rules)
		if err != nil || !connection.Enabled || !rules.CreateClients {
			continue // rules that cannot be read stop the connection when it works, not the making of a contact
		}
		for _, contact := range contacts {
			requests = append(requests, &ClientRequest{
				ConnectionID: connection.ID, ContactID: contact, State: ClientRequestPending, NextAttemptAt: now, CreatedAt: now,
			})
		}
	}
	return tx.SaveClientRequests(ctx, requests)
}

const (
	// clientsAtOnce is how many requests one step takes: each costs a few calls.
	clientsAtOnce = 5
	// clientLookAfter is how long after a post without an answer the client is looked up: it may have been made all the same.
	clientLookAfter = time.Minute
	// clientAttempts is after how many tries a person has to look.
	clientAttempts = 8
)

// makeClients works off the requests that are due.
func (e *Engine) makeClients(ctx context.Context, s *session, connection Connection) (bool, error) {
	var requests []*ClientRequest
	err := e.store.View(ctx, s.ref.AccountID, func(r Reader) (err error) {
		requests, err = r.DueClientRequests(ctx, connection.ID, e.clock.Now(), clientsAtOnce)
		return err
	})
	for _, request := range requests {
		if !s.createClients {
			if err := e.failRequest(ctx, s, request, ClientsNotWanted, ""); err != nil {
				return true, err
			}
			continue
		}
		if err := e.makeClient(ctx, s, request); err != nil {
			return true, err
		}
	}
	return len(requests) > 0, err
}

// makeClient finds or makes the Bsale client of one contact. The order of its commits is what makes it safe: that a post is about to be sent is committed before it is, and
// the id is committed as soon as it is known; after a crash or a time-out in between, the client is looked up, and posted again only if it can be looked up and is not there.
func (e *Engine) makeClient(ctx context.Context, s *session, request *ClientRequest) error {
	contact, account, linked, err := e.requestedContact(ctx, s, request)
	if err != nil {
		return err
	}
	switch {
	case contact == nil:
		return e.failRequest(ctx, s, request, ContactDeleted, "")
	case linked != 0: // it came from Bsale, or is known there by now
		return e.finishRequest(ctx, s, request, linked)
	}
	found, searchable, err := findClient(ctx, s.client, contact, account.Country)
	if err != nil {
		return e.retryRequest(ctx, s, request, err)
	}
	if found != 0 {
		return e.finishRequest(ctx, s, request, found)
	}
	if !request.SentAt.IsZero() && !searchable {
		return e.failRequest(ctx, s, request, ClientUncertain, "")
	}
	// Should this process end before it has the answer, nobody looks before Bsale has had time to make the client.
	request.SentAt = e.clock.Now()
	request.NextAttemptAt = request.SentAt.Add(clientLookAfter)
	if err := e.saveRequest(ctx, s, request); err != nil {
		return err
	}
	made, err := s.client.CreateClient(ctx, newBsaleClient(contact))
	if err != nil {
		return e.postFailed(ctx, s, request, err)
	}
	return e.finishRequest(context.WithoutCancel(ctx), s, request, made.ID)
}

// requestedContact reads the contact, nil if it is gone, and the Bsale client it is linked to, 0 if none.
func (e *Engine) requestedContact(ctx context.Context, s *session, request *ClientRequest) (contact *crm.Contact, account crm.Account, linked int64, err error) {
	err = e.store.View(ctx, s.ref.AccountID, func(r Reader) (err error) {
		if account, err = r.Account(ctx); err != nil {
			return err
		}
		contacts, err := r.ContactsByID(ctx, []crm.ID{request.ContactID})
		if err != nil {
			return err
		}
		if len(contacts) == 1 && !contacts[0].Gone() {
			contact = contacts[0]
		}
		links, err := r.ClientLinksByContact(ctx, s.ref.ConnectionID, []crm.ID{request.ContactID})
		if len(links) > 0 {
			linked = links[0].ClientID
		}
		return err
	})
	return contact, account, linked, err
}

// findClient looks the contact up in Bsale by its tax ids, with and without dots, and then its e-mails. searchable is false when it has neither. What Bsale's
// filter answers is compared again: it may match loosely.
func findClient(ctx context.Context, client *bsale.Client, contact *crm.Contact, country crm.Country) (id int64, searchable bool, err error) {
	for _, identity := range contact.IdentitiesOf(crm.IdentityTaxID) {
		searchable = true
		for _, spelling := range taxIDSpellings(identity.Normalized, country) {
			found, err := client.FindClients(ctx, bsale.ClientFilter{Code: spelling, State: bsale.Active.Ptr()})
			if err != nil {
				return 0, true, err
			}
			for _, candidate := range found {
				if code, ok := crm.NormalizeTaxID(candidate.Code, country); ok && code.Normalized == identity.Normalized {
					return candidate.ID, true, nil
				}
			}
		}
	}
	for _, identity := range contact.IdentitiesOf(crm.IdentityEmail) {
		searchable = true
		found, err := client.FindClients(ctx, bsale.ClientFilter{Email: identity.Normalized, State: bsale.Active.Ptr()})
		if err != nil {
			return 0, true, err
		}
		for _, candidate := range found {
			email, ok := crm.NormalizeEmail(candidate.Email)
			code, hasCode := crm.NormalizeTaxID(candidate.Code, country)
			if ok && email == identity.Normalized && (!hasCode || code.Generic || !hasOtherTaxID(contact, code.Normalized)) {
				return candidate.ID, true, nil
			}
		}
	}
	return 0, searchable, nil
}

// taxIDSpellings are the ways in which Bsale may have stored a tax id: Chilean ones with and without dots.
func taxIDSpellings(normalized string, country crm.Country) []string {
	body, check, ok := strings.Cut(normalized, "-")
	if country != crm.Chile || !ok {
		return []string{normalized}
	}
	var dotted []byte
	for i := range len(body) {
		if i > 0 && (len(body)-i)%3 == 0 {
			dotted = append(dotted, '.')
		}
		dotted = append(dotted, body[i])
	}
	return []string{normalized, string(dotted) + "-" + check}
}

func newBsaleClient(contact *crm.Contact) bsale.NewClient {
	n := bsale.NewClient{FirstName: contact.FirstName, LastName: contact.LastName, Company: contact.Company, IsCompany: contact.Company != ""}
	if identity, ok := contact.Primary(crm.IdentityTaxID); ok {
		n.Code = identity.Normalized
	}
	if identity, ok := contact.Primary(crm.IdentityEmail); ok {
		n.Email = identity.Normalized
	}
	if identity, ok := contact.Primary(crm.IdentityPhone); ok {
		n.Phone = identity.Normalized
	}
	return n
}

// postFailed decides what an error of the post itself means.
func (e *Engine) postFailed(ctx context.Context, s *session, request *ClientRequest, err error) error {
	var failed *bsale.Error
	if errors.As(err, &failed) && failed.NotSent {
		// Certainly without effect: it may be posted again without a look-up.
		request.SentAt, request.NextAttemptAt = time.Time{}, e.clock.Now()
		if saveErr := e.saveRequest(ctx, s, request); saveErr != nil {
			return saveErr
		}
	}
	if errors.Is(err, bsale.ErrBadRequest) {
		return e.failRequest(ctx, s, request, ClientRefused, failed.Message)
	}
	return e.retryRequest(ctx, s, request, err)
}

// retryRequest tries again later. What concerns the whole connection is passed on, and is no try of this request's.
func (e *Engine) retryRequest(ctx context.Context, s *session, request *ClientRequest, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, single := readingFailed(err); !single && (request.SentAt.IsZero() || stopReason(err) != "") {
		return err
	}
	request.Attempts++
	request.Reason, request.LastError = BsaleFailed, err.Error()
	request.NextAttemptAt = e.clock.Now().Add(clientLookAfter << min(request.Attempts-1, 6))
	if request.Attempts >= clientAttempts {
		request.State = ClientRequestFailed
	}
	return e.saveRequest(ctx, s, request)
}

func (e *Engine) failRequest(ctx context.Context, s *session, request *ClientRequest, why Reason, said string) error {
	request.State, request.Reason, request.LastError = ClientRequestFailed, why, said
	return e.saveRequest(ctx, s, request)
}

// finishRequest commits the Bsale id and the link, so that neither this contact nor a document of its client is made again.
func (e *Engine) finishRequest(ctx context.Context, s *session, request *ClientRequest, client int64) error {
	request.State, request.Reason, request.ClientID, request.LastError = ClientRequestDone, "", client, ""
	return e.update(ctx, s, func(tx Tx) error {
		links, err := tx.ClientLinks(ctx, s.ref.ConnectionID, []int64{client})
		if err != nil {
			return err
		}
		link := &ClientLink{ConnectionID: s.ref.ConnectionID, ClientID: client}
		if len(links) > 0 {
			link = links[0]
		}
		if link.ContactID == "" {
			link.ContactID, link.Chosen = request.ContactID, false
			if err := tx.SaveClientLinks(ctx, []*ClientLink{link}); err != nil {
				return err
			}
		}
		return tx.SaveClientRequests(ctx, []*ClientRequest{request})
	})
}

func (e *Engine) saveRequest(ctx context.Context, s *session, request *ClientRequest) error {
	return e.update(ctx, s, func(tx Tx) error {
		return tx.SaveClientRequests(ctx, []*ClientRequest{request})
	})
}

// RetryClientRequest tries again to make a contact a client in Bsale. not_found: there is no request for it. conflict: client_request_not_failed.
func (e *Engine) RetryClientRequest(ctx context.Context, tx Tx, connection, contact crm.ID) (*ClientRequest, error) {
	request, err := tx.ClientRequest(ctx, connection, contact)
	if err != nil {
		return nil, err
	}
	if request.State != ClientRequestFailed {
		return nil, crm.NewError(crm.Conflict, "client_request_not_failed")
	}
	// When it was sent stays: a client that Bsale may have made all the same is looked up first.
	request.State, request.Reason, request.Attempts, request.LastError = ClientRequestPending, "", 0, ""
	request.NextAttemptAt = e.clock.Now()
	if err := tx.SaveClientRequests(ctx, []*ClientRequest{request}); err != nil {
		return nil, err
	}
	return request, e.wakeIn(ctx, tx, connection)
}
