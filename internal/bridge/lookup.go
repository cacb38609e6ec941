package bridge

import (
	"context"
	"errors"
	"slices"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// lookUpHit is how many more clients may be looked up after one look-up found what the list had left out.
const lookUpHit = 25

// lookUpClients reads clients one by one whose e-mail or phone a list left out although Bsale may have it (see docs/bsale.md, "Clients"), and fills
// in, in docs, what is known from earlier look-ups. One call per client would cost more than all pages together in a shop where most clients simply
// have no e-mail, so look-ups are rationed: a few at a time, more as long as they find something, each client once.
func (e *Engine) lookUpClients(ctx context.Context, s *session, docs []bsale.Document, allowed *int) ([]*ClientLink, error) {
	var clients []int64
	for _, doc := range docs {
		if doc.Client != nil && doc.Client.ID != 0 && (doc.Client.Email == "" || doc.Client.Phone == "") && !slices.Contains(clients, doc.Client.ID) {
			clients = append(clients, doc.Client.ID)
		}
	}
	if len(clients) == 0 {
		return nil, nil
	}
	links := map[int64]*ClientLink{}
	var rules Ruleset
	err := e.store.View(ctx, s.ref.AccountID, func(r Reader) error {
		found, err := r.ClientLinks(ctx, s.ref.ConnectionID, clients)
		if err != nil {
			return err
		}
		for _, link := range found {
			links[link.ClientID] = link
		}
		if s.preview == nil && *allowed > 0 {
			_, rules, _, err = readRules(ctx, r, s.ref.ConnectionID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.preview != nil { // it keeps to itself what a pass would have written by now
		rules = s.preview.rules
		for _, id := range clients {
			if link := s.preview.seen.Links[id]; link != nil {
				links[id] = link
			}
		}
	}
	var looked []*ClientLink
	for _, doc := range docs {
		if doc.Client == nil || !slices.Contains(clients, doc.Client.ID) {
			continue
		}
		link := links[doc.Client.ID]
		if (link == nil || link.LookedUpAt.IsZero() && link.ContactID == "") && rules.needsLookUp(doc) && *allowed > 0 {
			found, err := e.lookUp(ctx, s, *doc.Client, allowed)
			if errors.Is(err, bsale.ErrUnavailable) {
				*allowed = 0 // another time: what a look-up might find is no reason to hold up fifty documents
				continue
			}
			if err != nil {
				return nil, err
			}
			link = found
			links[link.ClientID] = link
			looked = append(looked, link)
		}
		if link != nil {
			fillIn(doc.Client, link)
		}
	}
	return looked, nil
}

// needsLookUp says whether what the list left out decides whether the client becomes a contact.
func (r Ruleset) needsLookUp(doc bsale.Document) bool {
	if !r.Chosen[r.KindOf(doc.Type)] || doc.Annulled() || crm.Date(doc.EmissionDate).Compare(r.Start) < 0 {
		return false
	}
	switch r.Require {
	case RequireEmailAndPhone:
		return doc.Client.Email == "" || doc.Client.Phone == ""
	case RequireEmailOrPhone:
		return doc.Client.Email == "" && doc.Client.Phone == ""
	}
	return false
}

// fillIn gives the client what a look-up found. It is done every time, so that a document's content hash stays the same.
func fillIn(client *bsale.Customer, link *ClientLink) {
	if client.Email == "" {
		client.Email = link.Email
	}
	if client.Phone == "" {
		client.Phone = link.Phone
	}
}

// lookUp reads one client with its contacts.
func (e *Engine) lookUp(ctx context.Context, s *session, listed bsale.Customer, allowed *int) (*ClientLink, error) {
	*allowed--
	link := &ClientLink{ConnectionID: s.ref.ConnectionID, ClientID: listed.ID, LookedUpAt: e.clock.Now()}
	client, err := s.client.Client(ctx, listed.ID)
	if _, single := readingFailed(err); single {
		return link, nil // deleted meanwhile, or not to be read: it has no more than the list shows
	}
	if err != nil {
		return nil, err
	}
	link.Email, link.Phone = client.Email, client.Phone
	for _, contact := range client.Contacts {
		if link.Email == "" {
			link.Email = contact.Email
		}
		if link.Phone == "" {
			link.Phone = contact.Phone
		}
	}
	if listed.Email == "" && link.Email != "" || listed.Phone == "" && link.Phone != "" {
		*allowed += lookUpHit
	}
	return link, nil
}

// addLookUps keeps what look-ups found.
func (w *Workspace) addLookUps(looked []*ClientLink) {
	for _, found := range looked {
		link := w.seen.Links[found.ClientID]
		if link == nil {
			link = &ClientLink{ConnectionID: found.ConnectionID, ClientID: found.ClientID}
			w.seen.Links[found.ClientID] = link
		}
		link.LookedUpAt, link.Email, link.Phone = found.LookedUpAt, found.Email, found.Phone
		w.changed.links[found.ClientID] = link
	}
}
