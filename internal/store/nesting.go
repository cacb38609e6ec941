package store

import (
	"context"
	"fmt"
	"sync/atomic"
)

type nestingKey struct{}

// WithoutNesting returns a context in which one transaction runs at a time: whoever opens another inside it gets an error, on which it can build no further. Each request
// has such a context. Without it a transaction inside another takes a second connection while it holds the first: with as many requests as there are connections they all
// wait for each other for ever, which no test with few requests shows.
func (s *Store) WithoutNesting(ctx context.Context) context.Context {
	return context.WithValue(ctx, nestingKey{}, new(atomic.Bool))
}

// alone notes that a transaction begins, and returns what notes its end.
func alone(ctx context.Context, op string) (end func(), err error) {
	open, ok := ctx.Value(nestingKey{}).(*atomic.Bool)
	if !ok {
		return func() {}, nil
	}
	if !open.CompareAndSwap(false, true) {
		return nil, fmt.Errorf("store: %s: inside another transaction of the same request", op)
	}
	return func() { open.Store(false) }, nil
}
