package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const linkColumns = `client_id, contact_id, chosen, looked_up_at, email, phone`

func scanLink(connection crm.ID) func(r row) (*bridge.ClientLink, error) {
	return func(r row) (*bridge.ClientLink, error) {
		l := &bridge.ClientLink{ConnectionID: connection}
		return l, r.Scan(&l.ClientID, &l.ContactID, &l.Chosen, instant{&l.LookedUpAt}, &l.Email, &l.Phone)
	}
}

// ClientLinks returns the links of these Bsale clients, in ascending client id; unknown ones are left out.
func (x *reader) ClientLinks(ctx context.Context, connection crm.ID, clients []int64) ([]*bridge.ClientLink, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	return queryIn(ctx, &x.session, "client links",
		`SELECT `+linkColumns+` FROM client_link WHERE account_id = $1 AND connection = $2 AND client_id IN `+list+` ORDER BY client_id`,
		[]any{x.account, number}, clients, scanLink(connection))
}

// ClientLinksByContact returns the links of these contacts, in ascending client id.
func (x *reader) ClientLinksByContact(ctx context.Context, connection crm.ID, contacts []crm.ID) ([]*bridge.ClientLink, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	// The plus keeps SQLite from reading all links of the connection rather than looking the contacts up.
	links, err := queryIn(ctx, &x.session, "client links by contact",
		`SELECT `+linkColumns+` FROM client_link WHERE account_id = $1 AND +connection = $2 AND contact_id <> '' AND contact_id IN `+list,
		[]any{x.account, number}, contacts, scanLink(connection))
	slices.SortFunc(links, func(a, b *bridge.ClientLink) int { return cmp.Compare(a.ClientID, b.ClientID) })
	return links, err
}

var saveLink = newInsertion("client_link", "account_id, connection, "+linkColumns, `ON CONFLICT (connection, client_id) DO UPDATE SET
	contact_id = excluded.contact_id, chosen = excluded.chosen, looked_up_at = excluded.looked_up_at, email = excluded.email, phone = excluded.phone`)

// SaveClientLinks inserts or updates links by their key; of one that stands in the list twice, the last is kept. not_found: the account has no such
// connection.
func (x *writer) SaveClientLinks(ctx context.Context, links []*bridge.ClientLink) error {
	type key struct{ connection, client int64 }
	last := make(map[key]int, len(links))
	keys := make([]key, len(links))
	for i, l := range links {
		number, err := x.ownConnection(ctx, l.ConnectionID)
		if err != nil {
			return err
		}
		keys[i] = key{number, l.ClientID}
		last[keys[i]] = i
	}
	values := make([]any, 0, len(links)*saveLink.columns)
	for i, l := range links {
		if last[keys[i]] == i {
			values = append(values, x.account, keys[i].connection, l.ClientID, text(l.ContactID), l.Chosen, micros(l.LookedUpAt), text(l.Email), text(l.Phone))
		}
	}
	return x.s.failed("save client links", x.insert(ctx, saveLink, values))
}

const requestColumns = `contact_id, state, reason, client_id, sent_at, attempts, next_attempt_at, last_error, created_at`

// DueClientRequests returns pending requests to be tried by now, oldest first. One without an instant is to be tried at once.
func (x *reader) DueClientRequests(ctx context.Context, connection crm.ID, now time.Time, limit int) ([]*bridge.ClientRequest, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	return query(ctx, &x.session, "due client requests", `SELECT `+requestColumns+` FROM client_request
		WHERE account_id = $1 AND connection = $2 AND state = 'pending' AND next_attempt_at <= $3 ORDER BY created_at, contact_id LIMIT $4`,
		[]any{x.account, number, micros(now), limit},
		scanRequest(connection))
}

func scanRequest(connection crm.ID) func(r row) (*bridge.ClientRequest, error) {
	return func(r row) (*bridge.ClientRequest, error) {
		c := &bridge.ClientRequest{ConnectionID: connection}
		return c, r.Scan(&c.ContactID, &c.State, &c.Reason, &c.ClientID, instant{&c.SentAt}, &c.Attempts, instant{&c.NextAttemptAt}, &c.LastError,
			instant{&c.CreatedAt})
	}
}

// ClientRequests returns requests in that state, oldest first, at most limit: those younger than the one of the contact after, or all when it is zero.
func (x *reader) ClientRequests(ctx context.Context, connection crm.ID, state bridge.ClientRequestState, after crm.ID, limit int) ([]*bridge.ClientRequest, error) {
	number, ok, err := x.connection(ctx, connection)
	if err != nil || !ok {
		return nil, err
	}
	younger, args := ``, []any{x.account, number, text(state), limit}
	if after != "" {
		younger = ` AND (created_at, contact_id) > (SELECT b.created_at, b.contact_id FROM client_request b WHERE b.connection = $2 AND b.contact_id = $5)`
		args = append(args, text(after))
	}
	return query(ctx, &x.session, "client requests", `SELECT `+requestColumns+` FROM client_request
		WHERE account_id = $1 AND connection = $2 AND state = $3`+younger+` ORDER BY created_at, contact_id LIMIT $4`, args, scanRequest(connection))
}

// ClientRequest returns the request of a contact. not_found: it has none.
func (x *reader) ClientRequest(ctx context.Context, connection, contact crm.ID) (*bridge.ClientRequest, error) {
	number, ok, err := x.connection(ctx, connection)
	missing := notFound("client_request_not_found", contact)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, missing
	}
	return queryOne(ctx, &x.session, "client request", `SELECT `+requestColumns+` FROM client_request
		WHERE account_id = $1 AND connection = $2 AND contact_id = $3`, []any{x.account, number, text(contact)}, scanRequest(connection), missing)
}

var saveRequest = newInsertion("client_request", "account_id, connection, "+requestColumns, `ON CONFLICT (connection, contact_id) DO UPDATE SET
	state = excluded.state, reason = excluded.reason, client_id = excluded.client_id, sent_at = excluded.sent_at, attempts = excluded.attempts,
	next_attempt_at = excluded.next_attempt_at, last_error = excluded.last_error, created_at = excluded.created_at`)

// SaveClientRequests inserts or updates requests by their key; of one that stands in the list twice, the last is kept. not_found: the account has no
// such connection.
func (x *writer) SaveClientRequests(ctx context.Context, requests []*bridge.ClientRequest) error {
	type key struct {
		connection int64
		contact    crm.ID
	}
	last := make(map[key]int, len(requests))
	keys := make([]key, len(requests))
	for i, r := range requests {
		number, err := x.ownConnection(ctx, r.ConnectionID)
		if err != nil {
			return err
		}
		keys[i] = key{number, r.ContactID}
		last[keys[i]] = i
	}
	values := make([]any, 0, len(requests)*saveRequest.columns)
	for i, r := range requests {
		if last[keys[i]] == i {
			values = append(values, x.account, keys[i].connection, text(r.ContactID), text(r.State), text(r.Reason), r.ClientID, micros(r.SentAt), r.Attempts,
				micros(r.NextAttemptAt), text(r.LastError), micros(r.CreatedAt))
		}
	}
	return x.s.failed("save client requests", x.insert(ctx, saveRequest, values))
}
