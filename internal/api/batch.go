package api

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"puente/internal/crm"
)

// entry is one of a batch as it was sent. Whether it fits is seen entry by entry, so that one that does not leaves the others alone.
type entry[T any] struct{ sent json.RawMessage }

// UnmarshalJSON takes anything.
func (e *entry[T]) UnmarshalJSON(data []byte) error {
	e.sent = bytes.Clone(data)
	return nil
}

// Schema says what fits, and that anything else is answered too.
func (entry[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Description: "Anything else gets a problem as its result"}}}
}

// read returns the entry at a place of the body. invalid: all that does not fit.
func (e entry[T]) read(schemas huma.Registry, i int) (T, error) {
	var into T
	var value any
	if err := decode(e.sent, &value); err != nil {
		return into, err
	}
	place := huma.NewPathBuffer(make([]byte, 0, 128), 0)
	place.Push("items")
	place.PushIndex(i)
	var found huma.ValidateResult
	huma.Validate(schemas, schemas.Schema(reflect.TypeFor[T](), true, ""), place, huma.ModeWriteToServer, value, &found)
	if len(found.Errors) > 0 {
		return into, asError("", found.Errors)
	}
	if unfit := unstorableIn(place.String(), value, nil); len(unfit) > 0 {
		return into, unfit
	}
	if err := decode(e.sent, &into); err != nil { // it fits the schema and not the type: a whole number out of range
		return into, faults{formWanted(nil).At(place.String()).Because(err)}
	}
	return into, nil
}

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

// carryOut sees to the entries of a batch in their order, and to neighbours at once that are all to be made, or all to be changed. read says what an entry asks for, makes whether
// that is something new, do does it, with one result for each, and became tells what a result is.
func carryOut[Op, Edit, Result any](ctx context.Context, w *writing, member string, sent []entry[Op],
	read func(Op) (Edit, error), makes func(Edit) bool, do func([]Edit) ([]Result, error), became func(Result) (crm.ID, int64, error),
) (*answer[batchOut], error) {
	b := &batch{reading: &w.reading, member: member, out: batchOut{Items: make([]batchResult, len(sent))}}
	type change struct {
		at   int
		edit Edit
	}
	var changes []change
	for i, op := range fitting(ctx, b, sent) {
		edit, err := read(op)
		if err != nil {
			b.failed(ctx, i, err)
			continue
		}
		changes = append(changes, change{i, edit})
	}
	for stretch := range stretches(changes, func(c change) bool { return makes(c.edit) }) {
		edits := make([]Edit, len(stretch))
		for k, c := range stretch {
			edits[k] = c.edit
		}
		results, err := do(edits)
		if err != nil {
			return nil, err
		}
		status := http.StatusOK
		if makes(edits[0]) {
			status = http.StatusCreated
		}
		for k, result := range results {
			id, version, err := became(result)
			b.done(ctx, stretch[k].at, status, id, version, err)
		}
	}
	return &answer[batchOut]{Body: b.out}, nil
}

// fitting yields the entries that fit, with their places; of the others it says what is wrong.
func fitting[T any](ctx context.Context, b *batch, sent []entry[T]) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i, e := range sent {
			one, err := e.read(b.api.OpenAPI().Components.Schemas, i)
			if err != nil {
				b.refused(i, b.problem(ctx, err))
			} else if !yield(i, one) {
				return
			}
		}
	}
}

// failed says why nothing came of an entry that fits.
func (b *batch) failed(ctx context.Context, i int, err error) {
	p := b.problem(ctx, err)
	for k := range p.Errors {
		p.Errors[k].Field = "items[" + strconv.Itoa(i) + "]." + b.member + "." + p.Errors[k].Field
	}
	b.refused(i, p)
}

func (b *batch) refused(i int, p *problem) {
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
