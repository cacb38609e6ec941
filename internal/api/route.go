package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"puente/internal/auth"
)

// route is one line of the table.
type route struct {
	method, path string
	scope        auth.Scope // what the caller has to be granted
	public       bool       // nobody has to be logged in
	summary      string
	status       int               // of success; 0: 200
	media        string            // of the answer; "": JSON
	fields       map[string]string // how errors name fields: as the domain says → as the caller says; nil: alike
	repeat       repetition        // what an Idempotency-Key does
	also         []alsoScope       // what some requests have to be granted beside it
	versioned    bool              // If-Match is heeded
	entries      bool              // of a batch: each is looked at on its own
	add          func(*server, huma.Operation)
}

// repetition is what becomes of a second request with the same Idempotency-Key.
type repetition int

const (
	repeats   repetition = iota // nothing special
	answers                     // it gets the answer of the first
	discloses                   // it is refused: the answer of the first held a secret, which is shown once
)

// trait is something special about a route.
type trait func(*route)

func created(r *route) { r.status = http.StatusCreated }
func table(r *route)   { r.media = "text/csv" }
func keeps(r *route)   { r.repeat = answers }
func secret(r *route)  { r.repeat = discloses }

// entries is a route that takes a batch.
func entries(r *route) { r.entries = true }

// versioned is a route that changes one resource that has versions, and only the one that the caller means.
func versioned(r *route) { r.versioned = true }

// alsoScope is a scope that a request with a value of a parameter needs beside the route's.
type alsoScope struct {
	Parameter string     `json:"parameter"`
	Value     string     `json:"value"`
	Scope     auth.Scope `json:"scope"`
}

// also says that a request with a value of a parameter needs another scope too.
func also(parameter, value string, scope auth.Scope) trait {
	return func(r *route) { r.also = append(r.also, alsoScope{parameter, value, scope}) }
}

// about says what errors are about, and so how they name fields.
func about(names map[string]string) trait { return func(r *route) { r.fields = names } }

// everybody is the scope of public routes, loggedIn that of routes for whoever has credentials of any kind.
var (
	everybody = auth.Scope{}
	loggedIn  = auth.Scope{Level: auth.Read}
)

// read is a route whose handler sees one picture of the account.
func read[I, O any](method, path string, scope auth.Scope, summary string, handle func(context.Context, *reading, *I) (*O, error), traits ...trait) route {
	return direct(method, path, scope, summary, func(ctx context.Context, c *call, in *I) (out *O, err error) {
		err = c.view(ctx, func(r *reading) (err error) {
			out, err = handle(ctx, r, in)
			return err
		})
		return out, err
	}, traits...)
}

// write is a route whose handler works in one transaction.
func write[I, O any, P encodable[O]](method, path string, scope auth.Scope, summary string, handle func(context.Context, *writing, *I) (*O, error), traits ...trait) route {
	if method == http.MethodPost {
		traits = append([]trait{keeps}, traits...)
	}
	return direct(method, path, scope, summary, func(ctx context.Context, c *call, in *I) (*O, error) {
		return finish[I, O, P](ctx, c, in, handle)
	}, traits...)
}

// direct is a route whose handler sees to its transactions itself.
func direct[I, O any](method, path string, scope auth.Scope, summary string, handle func(context.Context, *call, *I) (*O, error), traits ...trait) route {
	r := route{method: method, path: path, scope: scope, public: scope == everybody, summary: summary}
	for _, t := range traits {
		t(&r)
	}
	r.add = func(s *server, op huma.Operation) {
		huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
			c := callOf(ctx)
			return eachVersion(c, func() (*O, error) { return handle(ctx, c, in) })
		})
	}
	return r
}

// get, post, put, patch and remove are the methods, so that a line of the table stays short.
const (
	get    = http.MethodGet
	post   = http.MethodPost
	put    = http.MethodPut
	patch  = http.MethodPatch
	remove = http.MethodDelete
)
