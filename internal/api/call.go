package api

import (
	"context"
	"net/http"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/crm"
)

// call is one request.
type call struct {
	*server
	id        string
	http      *http.Request
	principal auth.Principal // zero: nobody, on a public route
	route     *route         // nil until it is found
	body      []byte
	turn      int // of the versions that the caller means: which is tried
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf returns the request that ctx belongs to.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// hand returns the caller's hand now.
func (c *call) hand() crm.Hand { return c.principal.Hand(c.clock.Now()) }

// reads says whether the caller may read an area.
func (c *call) reads(area auth.Area) bool {
	return c.principal.Grants.Allows(auth.Scope{Area: area, Level: auth.Read})
}

// reading is one consistent picture of the caller's account.
type reading struct {
	bridge.Reader
	*call
	names names
}

// writing is one transaction on the caller's account.
type writing struct {
	reading
	tx   bridge.Tx
	hand crm.Hand
}

// view runs fn over the caller's account.
func (c *call) view(ctx context.Context, fn func(*reading) error) error {
	return c.Store.View(ctx, c.principal.AccountID, func(r bridge.Reader) error {
		return fn(&reading{Reader: r, call: c})
	})
}

// update runs fn in a transaction on the caller's account.
func (c *call) update(ctx context.Context, fn func(*writing) error) error {
	return c.Store.Update(ctx, c.principal.AccountID, func(tx bridge.Tx) error { return fn(c.writing(tx)) })
}

// transaction runs functions of the bridge in transactions on the caller's account.
func (c *call) transaction(ctx context.Context) bridge.Transaction {
	return func(fn func(bridge.Tx) error) error { return c.Store.Update(ctx, c.principal.AccountID, fn) }
}

func (c *call) writing(tx bridge.Tx) *writing {
	return &writing{reading: reading{Reader: tx, call: c}, tx: tx, hand: c.hand()}
}

// access reads who may enter the account: the store's transactions are of both kinds.
func (r *reading) access() auth.Reader { return r.Reader.(auth.Reader) }

// access reads and writes who may enter the account.
func (w *writing) access() auth.Tx { return w.tx.(auth.Tx) }
