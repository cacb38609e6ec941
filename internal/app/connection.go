package app

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

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

// sealer seals the tokens that people give for connections.
func sealer(key secret.Key) func(crm.ID, bsale.Token) ([]byte, error) {
	return func(id crm.ID, token bsale.Token) ([]byte, error) { return key.Seal(token.Secret(), sealContext(id)) }
}

// anyHost lets people give any address as Bsale's.
const anyHost = "any"

// mayReach returns which addresses people may give as Bsale's, from this machine's network: Bsale's own, and the hosts that the operator named.
func mayReach(hosts string) func(baseURL string) bool {
	if strings.TrimSpace(hosts) == anyHost {
		return nil
	}
	return func(baseURL string) bool {
		u, err := url.Parse(baseURL)
		if err != nil {
			return false
		}
		named := slices.ContainsFunc(strings.Split(hosts, ","), func(host string) bool {
			host = strings.TrimSpace(host)
			return host != "" && (strings.EqualFold(host, u.Host) || strings.EqualFold(host, u.Hostname()))
		})
		return named || bsale.IsOfficial(baseURL)
	}
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
