package bridge

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"time"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// ConnectionSettings is what a person says of a connection. Empty or nil parts stay as they are.
type ConnectionSettings struct {
	BaseURL           string
	Rules             *Rules
	RequestsPerSecond float64
	Token             bsale.Token
	Enabled           *bool // nil: it is set going
	// Backfill, if not nil, is the first emission day of history to be read; zero: all. It is made with the connection, so that nothing recent is read before it.
	Backfill *bsale.Day
}

// Connect makes the account's Bsale connection, or changes it, and sets it going: whole and valid, or not at all. invalid: everything that is wrong, joined, each with
// its place: "base_url", "token", "requests_per_second", or a place in the rules. conflict: backfill_running.
func (e *Engine) Connect(ctx context.Context, account crm.ID, settings ConnectionSettings) (Connection, error) {
	var connection Connection
	err := e.store.Update(ctx, account, func(tx Tx) (err error) {
		connection, err = e.ConnectTx(ctx, tx, settings)
		return err
	})
	return connection, err
}

// ConnectTx is Connect in a transaction of the caller's.
func (e *Engine) ConnectTx(ctx context.Context, tx Tx, settings ConnectionSettings) (Connection, error) {
	around, err := ReadSurroundings(ctx, tx)
	if err != nil {
		return Connection{}, err
	}
	now := e.clock.Now()
	connection, err := findOrNew(ctx, tx, around, now)
	if err != nil {
		return connection, err
	}
	if err := e.take(&connection, settings, around); err != nil {
		return connection, err
	}
	connection.StopReason, connection.UpdatedAt = "", now
	if connection.NextPollAt.IsZero() {
		connection.NextPollAt, connection.NextRecheckAt = now, now.Add(e.settings.RecheckEvery)
	}
	if err := tx.SaveConnection(ctx, connection); err != nil {
		return connection, err
	}
	if settings.Backfill != nil {
		if _, err := e.addBackfill(ctx, tx, connection, *settings.Backfill, bsale.Day{}); err != nil {
			return connection, err
		}
	}
	return connection, e.wakeIn(ctx, tx, connection.ID)
}

// findOrNew returns the account's connection, or one to begin with.
func findOrNew(ctx context.Context, r Reader, around Surroundings, now time.Time) (Connection, error) {
	connection, err := FindConnection(ctx, r)
	if crm.CodeOf(err) == crm.NotFound {
		return Connection{ID: crm.NewID(), AccountID: around.Account.ID, Hook: newHook(), CreatedAt: now}, nil
	}
	return connection, err
}

// CheckToken asks Bsale whether it takes the token that is among the settings, so that none is stored that does not work; without one it asks nothing. What is wrong with the other settings is said
// first, as Connect says it. It stores nothing, and is for callers outside of a transaction: Bsale may take its time. invalid: bsale_unauthorized, at "token". unavailable, conflict: what else
// Bsale answers, as Explain has it.
func (e *Engine) CheckToken(ctx context.Context, account crm.ID, settings ConnectionSettings) error {
	if settings.Token == "" || e.seal == nil {
		return nil
	}
	var connection Connection
	err := e.store.View(ctx, account, func(r Reader) error {
		around, err := ReadSurroundings(ctx, r)
		if err != nil {
			return err
		}
		if connection, err = findOrNew(ctx, r, around, e.clock.Now()); err != nil {
			return err
		}
		return e.take(&connection, settings, around)
	})
	if err != nil {
		return err
	}
	client, err := e.open(connection)
	if err == nil {
		_, err = client.TestConnection(ctx)
	}
	return explainTried(err)
}

// StoreRules gives the connection other rules, and leaves all else of it as it is; only one that was stopped because its rules did not fit goes on. not_found:
// bsale_not_connected. invalid: everything that is wrong, joined.
func (e *Engine) StoreRules(ctx context.Context, tx Tx, rules Rules) (Connection, error) {
	connection, err := FindConnection(ctx, tx)
	if err != nil {
		return connection, err
	}
	around, err := ReadSurroundings(ctx, tx)
	if err != nil {
		return connection, err
	}
	if err := connection.takeRules(rules, around); err != nil {
		return connection, err
	}
	if connection.StopReason == RulesOutdated {
		connection.StopReason = ""
	}
	connection.UpdatedAt = e.clock.Now()
	if err := tx.SaveConnection(ctx, connection); err != nil {
		return connection, err
	}
	return connection, e.wakeIn(ctx, tx, connection.ID)
}

// FindConnection returns the account's Bsale connection. not_found: bsale_not_connected.
func FindConnection(ctx context.Context, r Reader) (Connection, error) {
	connections, err := r.Connections(ctx)
	if err == nil && len(connections) == 0 {
		err = crm.NewError(crm.NotFound, "bsale_not_connected")
	}
	if err != nil {
		return Connection{}, err
	}
	return connections[0], nil
}

// Disconnect stops the connection and forgets its token. What was read and decided stays, and so do the rules. not_found: bsale_not_connected.
func (e *Engine) Disconnect(ctx context.Context, tx Tx) (Connection, error) {
	connection, err := FindConnection(ctx, tx)
	if err != nil {
		return connection, err
	}
	connection.Enabled, connection.SealedToken, connection.TokenLastFour, connection.UpdatedAt = false, nil, "", e.clock.Now()
	return connection, tx.SaveConnection(ctx, connection)
}

// maxRequestsPerSecond is what a person may set: nobody's Bsale takes more.
const maxRequestsPerSecond = 100

// take makes the connection as the settings say, and returns everything that is wrong with them.
func (e *Engine) take(c *Connection, settings ConnectionSettings, around Surroundings) error {
	c.Enabled = settings.Enabled == nil || *settings.Enabled
	problems := []error{
		e.takeAddress(c, settings, around.Account),
		e.takeToken(c, settings.Token),
		takePace(c, settings.RequestsPerSecond),
	}
	rules := settings.Rules
	if rules == nil && len(c.Rules) == 0 {
		defaults := FittingRules(around)
		rules = &defaults
	}
	if rules != nil {
		problems = append(problems, c.takeRules(*rules, around))
	}
	return errors.Join(problems...)
}

// takeRules stores rules that fit the account.
func (c *Connection) takeRules(rules Rules, around Surroundings) error {
	if _, err := rules.ResolveAll(around); err != nil {
		return err
	}
	data, err := json.Marshal(rules.Canonical(around))
	if err == nil {
		c.Rules = data
	}
	return err
}

// takeAddress sets where Bsale is. A stored token is not sent to another place than it was given for: whoever changes the address gives the token again.
func (e *Engine) takeAddress(c *Connection, settings ConnectionSettings, account crm.Account) error {
	wanted := settings.BaseURL
	if wanted == "" && c.BaseURL == "" {
		wanted, _ = bsale.BaseURL(string(account.Country))
	}
	if wanted == "" {
		return nil
	}
	address, err := bsale.ParseBaseURL(wanted)
	switch {
	case err != nil:
		return crm.NewError(crm.Invalid, "bsale_address_invalid").At("base_url").Because(err)
	case address == c.BaseURL:
		return nil
	case e.mayReach != nil && !e.mayReach(address):
		return crm.NewError(crm.Invalid, "bsale_address_refused").At("base_url")
	case e.seal != nil && len(c.SealedToken) > 0 && settings.Token == "":
		return crm.NewError(crm.Invalid, "bsale_token_again").At("token")
	}
	c.BaseURL = address
	return nil
}

// takeToken seals the token. A connection that runs needs one, where tokens are kept at all.
func (e *Engine) takeToken(c *Connection, token bsale.Token) error {
	switch {
	case token != "" && !token.Usable():
		return crm.NewError(crm.Invalid, "bsale_token_malformed").At("token")
	case token != "" && e.seal != nil:
		sealed, err := e.seal(c.ID, token.Clean())
		c.SealedToken, c.TokenLastFour = sealed, token.Clean().LastFour()
		return err
	case e.seal != nil && c.Enabled && len(c.SealedToken) == 0:
		return crm.NewError(crm.Invalid, "bsale_token_needed").At("token")
	}
	return nil
}

func takePace(c *Connection, pace float64) error {
	if pace > maxRequestsPerSecond || math.IsNaN(pace) {
		return crm.NewError(crm.Invalid, "bsale_pace_invalid", "most", "100").At("requests_per_second")
	}
	c.RequestsPerSecond = cmp.Or(pace, c.RequestsPerSecond)
	return nil
}

// newHook returns the secret part of a webhook's path: 160 random bits.
func newHook() string {
	b := make([]byte, 20)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
