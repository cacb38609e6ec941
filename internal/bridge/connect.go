package bridge

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// ConnectionSettings is what a person says of a connection. Empty or nil parts stay as they are.
type ConnectionSettings struct {
	BaseURL           string
	Rules             *Rules
	RequestsPerSecond float64
	// Seal seals the token for the connection with that id; nil leaves the stored one.
	Seal          func(connection crm.ID) ([]byte, error)
	TokenLastFour string
	// Backfill, if not nil, is the first emission day of history to be read; zero: all. It is made with the connection, so that nothing recent is read before it.
	Backfill *bsale.Day
}

// Connect makes the account's Bsale connection, or changes it, and sets it going: a whole, valid set of rules or none. invalid: the rules' first problem.
func (e *Engine) Connect(ctx context.Context, account crm.ID, settings ConnectionSettings) (Connection, error) {
	var connection Connection
	err := e.store.Update(ctx, account, func(tx Tx) error {
		connections, err := tx.Connections(ctx)
		if err != nil {
			return err
		}
		now := e.clock.Now()
		if len(connections) > 0 {
			connection = connections[0]
		} else {
			connection = Connection{ID: crm.NewID(), AccountID: account, Hook: newHook(), CreatedAt: now}
		}
		around, err := ReadSurroundings(ctx, tx)
		if err != nil {
			return err
		}
		if err := connection.take(settings, around); err != nil {
			return err
		}
		connection.Enabled, connection.StopReason, connection.UpdatedAt = true, "", now
		if connection.NextPollAt.IsZero() {
			connection.NextPollAt, connection.NextRecheckAt = now, now.Add(e.settings.RecheckEvery)
		}
		if err := tx.SaveConnection(ctx, connection); err != nil || settings.Backfill == nil {
			return err
		}
		_, err = e.addBackfill(ctx, tx, connection, *settings.Backfill, bsale.Day{})
		return err
	})
	return connection, err
}

func (c *Connection) take(settings ConnectionSettings, around Surroundings) error {
	if settings.BaseURL != "" {
		c.BaseURL = settings.BaseURL
	}
	if settings.RequestsPerSecond != 0 {
		c.RequestsPerSecond = settings.RequestsPerSecond
	}
	rules := settings.Rules
	if rules == nil && len(c.Rules) == 0 {
		defaults := DefaultRules(around.Account.Language)
		rules = &defaults
	}
	if rules != nil {
		if _, err := rules.ResolveFirst(around); err != nil {
			return err
		}
		data, err := json.Marshal(rules)
		if err != nil {
			return err
		}
		c.Rules = data
	}
	if settings.Seal != nil {
		sealed, err := settings.Seal(c.ID)
		if err != nil {
			return err
		}
		c.SealedToken, c.TokenLastFour = sealed, settings.TokenLastFour
	}
	return nil
}

// newHook returns the secret part of a webhook's path: 160 random bits.
func newHook() string {
	b := make([]byte, 20)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
