package app

import (
	"errors"
	"fmt"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/crm"
	"puente/internal/secret"
)

// sealContext binds a sealed token to its connection.
func sealContext(id crm.ID) string { return "connection:" + string(id) }

// opener opens the client of a connection with the token that is stored for it.
func opener(key secret.Key) func(bridge.Connection) (*bsale.Client, error) {
	return func(c bridge.Connection) (*bsale.Client, error) {
		if len(c.SealedToken) == 0 {
			return nil, bridge.ErrTokenMissing
		}
		token, err := key.Open(c.SealedToken, sealContext(c.ID))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", bridge.ErrTokenMissing, err)
		}
		return bsale.New(bsale.Config{BaseURL: c.BaseURL, Token: bsale.Token(token), RequestsPerSecond: c.RequestsPerSecond})
	}
}

// inWords makes an error of Bsale's one that has a sentence; others stay as they are.
func inWords(err error) error {
	var failed *bsale.Error
	var known *crm.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.As(err, &failed):
		return crm.NewError(crm.Unavailable, "bsale_"+string(failed.Kind)).Because(err)
	}
	return err
}

// placed is an error with the place where it happened, for people: a file or an address.
type placed struct {
	error
	place string
}

func (p *placed) Unwrap() error { return p.error }

// atBsale says at which address Bsale failed.
func atBsale(err error, baseURL string) error {
	var failed *bsale.Error
	if !errors.As(err, &failed) {
		return err
	}
	return &placed{err, baseURL}
}

// inFile says in which file a mistake is.
func inFile(err error, path string) error {
	if err == nil {
		return nil
	}
	return &placed{err, path}
}
