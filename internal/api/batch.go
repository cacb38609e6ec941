package api

import (
	"context"
	"iter"
	"strconv"

	"puente/internal/crm"
)

// batch collects what became of each entry.
type batch struct {
	*reading
	member string // of an entry: what its fields stand in
	out    batchOut
}

type batchOut struct {
	Items []batchResult `json:"items" doc:"One for each entry, in their order"`
}

type batchResult struct {
	Index   int      `json:"index"`
	Status  int      `json:"status" doc:"As if the entry had come alone: 201, 200, or that of its problem"`
	ID      crm.ID   `json:"id,omitempty"`
	Version int64    `json:"version,omitempty"`
	Problem *problem `json:"problem,omitempty"`
}

// stretches yields the longest parts of a list that are all of one kind, in their order, so that entries are seen to in theirs and yet many at a time.
func stretches[T any](all []T, kind func(T) bool) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(all) > 0 {
			n := 1
			for n < len(all) && kind(all[n]) == kind(all[0]) {
				n++
			}
			if !yield(all[:n:n]) {
				return
			}
			all = all[n:]
		}
	}
}

func newBatch(r *reading, member string, n int) *batch {
	return &batch{reading: r, member: member, out: batchOut{Items: make([]batchResult, n)}}
}

func (b *batch) failed(ctx context.Context, i int, err error) {
	p := b.problem(ctx, err)
	for k := range p.Errors {
		p.Errors[k].Field = "items[" + strconv.Itoa(i) + "]." + b.member + "." + p.Errors[k].Field
	}
	b.out.Items[i] = batchResult{Index: i, Status: p.Status, Problem: p}
}

// done says what became of an entry.
func (b *batch) done(ctx context.Context, i, status int, id crm.ID, version int64, err error) {
	if err != nil {
		b.failed(ctx, i, err)
		return
	}
	b.out.Items[i] = batchResult{Index: i, Status: status, ID: id, Version: version}
}
