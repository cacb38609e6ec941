package api

import (
	"context"
	"strconv"

	"puente/internal/crm"
)

// batch collects what became of each entry.
type batch struct {
	*reading
	out batchOut
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

func newBatch(r *reading, n int) *batch {
	return &batch{reading: r, out: batchOut{Items: make([]batchResult, n)}}
}

func (b *batch) failed(ctx context.Context, i int, err error) {
	p := b.problem(ctx, err)
	for k := range p.Errors {
		p.Errors[k].Field = "items[" + strconv.Itoa(i) + "]." + p.Errors[k].Field
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
