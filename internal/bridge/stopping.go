package bridge

import (
	"context"
	"errors"

	"puente/internal/bsale"
)

// stopReason says whether an error will not go away by itself.
func stopReason(err error) Reason {
	switch {
	case errors.Is(err, ErrTokenMissing):
		return TokenMissing
	case errors.Is(err, bsale.ErrUnauthorized):
		return TokenRefused
	case errors.Is(err, bsale.ErrPaymentRequired):
		return BsaleUnpaid
	case errors.Is(err, errRulesOutdated):
		return RulesOutdated
	}
	return ""
}

// ErrTokenMissing is what Options.Open returns for a connection whose token nobody has, or whose seal cannot be opened.
var ErrTokenMissing = errors.New("bridge: no token for the connection")

// errRulesOutdated marks rules that no longer fit the account: a stage, a field or a user that they name is gone.
var errRulesOutdated = errors.New("bridge: the rules no longer fit the account")

func (e *Engine) stop(ctx context.Context, ref ConnectionRef, reason Reason) error {
	return e.changeConnection(ctx, ref, func(c *Connection) { c.StopReason = reason })
}

// goOn lets a connection that was stopped because of its rules go on, if they hold now.
func (e *Engine) goOn(ctx context.Context, ref ConnectionRef) error {
	holds := func(r Reader) (connection Connection, holds bool, err error) {
		if connection, err = r.Connection(ctx, ref.ConnectionID); err != nil || connection.StopReason != RulesOutdated {
			return connection, false, err
		}
		_, _, err = resolveRules(ctx, r, connection)
		if errors.Is(err, errRulesOutdated) {
			return connection, false, nil
		}
		return connection, err == nil, err
	}
	// Mostly they do not: writers are not asked to wait for that.
	hold := false
	if err := e.store.View(ctx, ref.AccountID, func(r Reader) (err error) {
		_, hold, err = holds(r)
		return err
	}); err != nil || !hold {
		return err
	}
	return e.store.Update(ctx, ref.AccountID, func(tx Tx) error {
		connection, hold, err := holds(tx)
		if err != nil || !hold {
			return err
		}
		connection.StopReason = ""
		if err := tx.SaveConnection(ctx, connection); err != nil {
			return err
		}
		return e.wakeIn(ctx, tx, ref.ConnectionID)
	})
}
