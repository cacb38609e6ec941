package api

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// exactTo bounds how far the records of a filtered list are counted.
const exactTo = 10_000

// maxSkipped is how many entries a page may begin after: skipping more costs more than anybody who counts pages means to ask for.
const maxSkipped = 100_000

// skipped returns how many entries come before a page. invalid: page_too_deep.
func skipped(page, size int) (int, error) {
	if page > maxSkipped/max(size, 1) {
		return 0, crm.NewError(crm.Invalid, "page_too_deep", "most", strconv.Itoa(maxSkipped)).At("page")
	}
	return page * size, nil
}

// FilterParams pick records.
type FilterParams struct {
	Search       string            `query:"q" maxLength:"200" doc:"Words of names, e-mails, phones, tax ids and document numbers, or their beginnings"`
	UpdatedSince instant           `query:"updated_since" doc:"Changed at that instant or later"`
	Filter       map[string]string `query:"filter,deepObject,explode" doc:"filter[FIELD]=VALUE or filter[FIELD][OPERATOR]=VALUE with any standard or custom field. Operators: is, is_not, contains, gt, gte, lt, lte, empty, filled. The same filter again means either value; all filters have to hold."`
}

// listParams pick, sort and cut a list.
type listParams struct {
	FilterParams
	Page   int    `query:"page" minimum:"0" doc:"Counted from 0. Deep pages are slow, and there are none beyond the first 100,000 entries; a cursor goes on to the end."`
	Size   int    `query:"size" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"nextCursor of the page before, in the place of page"`
	Sort   string `query:"sort" maxLength:"200" doc:"A field; with - before it the other way round" example:"-modified"`
}

// scrollParams read everything that changed, in the order of change.
type scrollParams struct {
	Since    instant `query:"since" doc:"Changed at that instant or later"`
	Size     int     `query:"size" minimum:"1" maximum:"200" default:"50"`
	ScrollID string  `query:"scrollId" maxLength:"1000" doc:"nextScrollId of the answer before"`
}

// page is a part of a list.
type page[T any] struct {
	Items        []T    `json:"items"`
	Total        int    `json:"total"`
	TotalIsExact bool   `json:"totalIsExact" doc:"false: total is how many are known of; there may be more, which were not counted"`
	NextCursor   string `json:"nextCursor" doc:"For the page after this one; empty at the end"`
}

// count says how many entries the list has. A page with which the list ends tells by itself, if it is known how many come before it; else they are counted, and when that is
// given up there are at least those of the pages up to this one, and one more if there is another.
func (p *page[T]) count(skip int, count func() (int, bool, error)) (err error) {
	shown := len(p.Items)
	if shown > 0 {
		shown += max(skip, 0)
	}
	if p.NextCursor == "" && (skip == 0 || skip > 0 && len(p.Items) > 0) {
		p.Total, p.TotalIsExact = shown, true
		return nil
	}
	if p.Total, p.TotalIsExact, err = count(); err != nil || p.TotalIsExact {
		return err
	}
	if p.NextCursor != "" {
		shown++
	}
	p.Total = max(p.Total, shown)
	return nil
}

// byCursor is in the place of how many entries come before a page when nobody knows: it goes on from a cursor.
const byCursor = -1

// comesBefore returns how many entries come before a page: those that are skipped, unless it goes on from a cursor.
func comesBefore(cursor string, skip int) int {
	if cursor != "" {
		return byCursor
	}
	return skip
}

// scroll is a part of everything.
type scroll[T any] struct {
	Items        []T    `json:"items"`
	ScrollID     string `json:"scrollId" doc:"The same as nextScrollId"`
	NextScrollID string `json:"nextScrollId" doc:"For the next part; empty after a part that is not full"`
}

// scrollEnd is the scrollId after a full part with which everything ends: scripts take a part without one for broken off, or for short.
const scrollEnd = "end"

type body[T any] struct{ Body T }

// items is a list that is short enough to be answered whole.
type items[T any] struct {
	Items []T `json:"items"`
}

// query reads the filters. Names of fields are those of bodies (firstName or personal.firstName) or the domain's (first_name), or keys of custom fields.
func (r *reading) query(ctx context.Context, entity crm.Entity, p FilterParams) (crm.Query, error) {
	q := crm.Query{Entity: entity, Reach: r.principal.Reach, Search: p.Search}
	known, around, err := r.filterable(ctx, entity)
	if err != nil {
		return q, err
	}
	if !p.UpdatedSince.IsZero() {
		q.Where = append(q.Where, crm.Condition{Field: fieldNamed(known, crm.FieldUpdated), Operator: crm.AtLeast, Values: []any{p.UpdatedSince.Time}})
	}
	filters, err := readFilters(r.http.URL.RawQuery)
	if err != nil {
		return q, err
	}
	for _, f := range filters {
		condition, err := crm.ParseCondition(known, domainName(entity, f.field), f.operator, f.values, around)
		if err != nil {
			return q, placed(err, f.place)
		}
		q.Where = append(q.Where, condition)
	}
	return q, nil
}

// ordered adds what sorts and cuts a list.
func (r *reading) ordered(ctx context.Context, q crm.Query, sort, cursor string, size int) (crm.Query, error) {
	q.Limit, q.Cursor = size, cursor
	if sort == "" {
		return q, nil
	}
	known, _, err := r.filterable(ctx, q.Entity)
	if err != nil {
		return q, err
	}
	name, descending := strings.CutPrefix(sort, "-")
	name = domainName(q.Entity, name)
	if descending {
		name = "-" + name
	}
	q.Order, err = crm.ParseOrder(known, name)
	return q, placed(err, "sort")
}

// filterable returns the fields of an entity, and what the values of filters mean.
func (r *reading) filterable(ctx context.Context, entity crm.Entity) (known []crm.Field, around crm.QuerySurroundings, err error) {
	custom, err := r.customFields(ctx, entity)
	if err != nil {
		return nil, around, err
	}
	if around.Account, err = r.accountOf(ctx); err != nil {
		return nil, around, err
	}
	if around.Users, err = r.allUsers(ctx); err != nil {
		return nil, around, err
	}
	if around.Pipelines, err = r.allPipelines(ctx); err != nil {
		return nil, around, err
	}
	around.Tags, err = r.allTags(ctx)
	return crm.FieldsOf(entity, custom), around, err
}

func fieldNamed(known []crm.Field, name string) crm.Field {
	for _, f := range known {
		if f.Name == name {
			return f
		}
	}
	return crm.Field{Name: name}
}

// filter is one field's filter in a request.
type filter struct {
	field    string
	operator crm.Operator
	values   []string
	place    string // as the caller wrote it
}

// readFilters reads filter[field]=value and filter[field][operator]=value, in the order in which they stand.
func readFilters(query string) ([]filter, error) {
	var all []filter
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		if err != nil {
			continue // huma does not see it either
		}
		inside, ok := strings.CutPrefix(key, "filter[")
		if !ok {
			continue
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, crm.NewError(crm.Invalid, "filter_malformed").At(key)
		}
		inside, closed := strings.CutSuffix(inside, "]")
		field, operator, with := strings.Cut(inside, "][")
		if !with {
			operator = string(crm.Is)
		}
		if !closed || field == "" || strings.ContainsAny(field+operator, "[]") {
			return nil, crm.NewError(crm.Invalid, "filter_malformed").At(key)
		}
		if i := indexOf(all, key); i >= 0 {
			all[i].values = append(all[i].values, value)
			continue
		}
		all = append(all, filter{field, crm.Operator(operator), []string{value}, key})
	}
	return all, nil
}

func indexOf(all []filter, place string) int {
	for i, f := range all {
		if f.place == place {
			return i
		}
	}
	return -1
}

// domainName returns what the domain calls a field of a body.
func domainName(entity crm.Entity, name string) string {
	name = strings.TrimPrefix(name, "custom.")
	for domain, called := range bodyFields[entity] {
		if called == name || strings.HasSuffix(called, "."+name) && !strings.Contains(domain, ".") && !strings.HasPrefix(called, "company.") {
			return domain
		}
	}
	return name
}

// bodyFields says what the fields of an entity are called in bodies.
var bodyFields = map[crm.Entity]map[string]string{crm.EntityContact: contactFields, crm.EntityDeal: dealFields}

// placed says where in the request an error's cause stands.
func placed(err error, place string) error {
	if found := faultsIn(err); len(found) > 0 {
		return found[0].At(place)
	}
	return err
}

// lister reads pages of one entity.
type lister[T any] struct {
	list func(context.Context, crm.Query) (crm.Page[T], error)
	skip func(context.Context, crm.Query, int) (crm.Page[T], error)
}

// fillRounds bounds how often more is read because a page came short: how much is read at a time is bounded, not how much is skipped over.
const fillRounds = 4

// fill reads a page that is as full as a few rounds make it; least entries are read whatever it takes, unless there are not as many.
func (l lister[T]) fill(ctx context.Context, q crm.Query, skip, least int) (crm.Page[T], error) {
	size := q.Limit
	read := func(q crm.Query) (crm.Page[T], error) { return l.list(ctx, q) }
	if skip > 0 {
		read = func(q crm.Query) (crm.Page[T], error) { return l.skip(ctx, q, skip) }
	}
	p, err := read(q)
	for round := 1; err == nil && p.Next != "" && len(p.Items) < size && (round < fillRounds || len(p.Items) < least); round++ {
		var more crm.Page[T]
		q.Cursor, q.Limit = p.Next, size-len(p.Items)
		if more, err = l.list(ctx, q); err == nil {
			p.Items, p.Next = append(p.Items, more.Items...), more.Next
		}
	}
	return p, err
}

// listed reads the page that a request asks for, with how many there are.
func listed[T, O any](ctx context.Context, r *reading, entity crm.Entity, p listParams, l lister[T], encode func(context.Context, ...T) ([]O, error)) (*body[page[O]], error) {
	q, err := r.query(ctx, entity, p.FilterParams)
	if err != nil {
		return nil, err
	}
	if q, err = r.ordered(ctx, q, p.Sort, p.Cursor, p.Size); err != nil {
		return nil, err
	}
	skip, least := byCursor, 0
	if p.Cursor == "" { // whoever counts pages takes a short one for the last
		if skip, err = skipped(p.Page, p.Size); err != nil {
			return nil, err
		}
		least = p.Size
	}
	return pageOf(ctx, r, q, skip, least, l, encode)
}

// pageOf reads one page of a query, with how many there are.
func pageOf[T, O any](ctx context.Context, r *reading, q crm.Query, skip, least int, l lister[T], encode func(context.Context, ...T) ([]O, error)) (*body[page[O]], error) {
	found, err := l.fill(ctx, q, skip, least)
	if err != nil {
		return nil, placedAs(err, "field_not_searchable", "sort", "cursor_invalid", "cursor")
	}
	out := &body[page[O]]{}
	if out.Body.Items, err = encode(ctx, found.Items...); err != nil {
		return nil, err
	}
	out.Body.NextCursor = found.Next
	q.Cursor = ""
	return out, out.Body.count(skip, func() (int, bool, error) { return r.Count(ctx, q, exactTo) })
}

// scrolled reads the next part of everything that changed.
func scrolled[T, O any](ctx context.Context, r *reading, entity crm.Entity, p scrollParams, l lister[T], encode func(context.Context, ...T) ([]O, error)) (*body[scroll[O]], error) {
	if p.ScrollID == scrollEnd {
		return &body[scroll[O]]{scroll[O]{Items: []O{}}}, nil
	}
	q, err := r.query(ctx, entity, FilterParams{UpdatedSince: p.Since})
	if err != nil {
		return nil, err
	}
	if q, err = r.ordered(ctx, q, crm.FieldUpdated, p.ScrollID, p.Size); err != nil {
		return nil, err
	}
	found, err := l.fill(ctx, q, 0, p.Size) // clients take a short part for the last
	if err != nil {
		return nil, placedAs(err, "cursor_invalid", "scrollId")
	}
	if found.Next == "" && len(found.Items) == p.Size {
		found.Next = scrollEnd
	}
	out := &body[scroll[O]]{}
	out.Body.ScrollID, out.Body.NextScrollID = found.Next, found.Next
	out.Body.Items, err = encode(ctx, found.Items...)
	return out, err
}

// placedAs says where the cause of errors with certain keys stands: key, place, key, place….
func placedAs(err error, pairs ...string) error {
	if found := faultsIn(err); len(found) == 1 {
		for i := 0; i+1 < len(pairs); i += 2 {
			if found[0].Key == pairs[i] {
				return found[0].At(pairs[i+1])
			}
		}
	}
	return err
}
