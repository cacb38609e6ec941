package bench

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strconv"

	"puente/internal/bridge"
	"puente/internal/crm"
)

const pageOfList = 50

func contacts(name string, make func(b *bigShop, random *rand.Rand) crm.Query) question {
	return question{"contacts: " + name, func(ctx context.Context, r bridge.Reader, b *bigShop, random *rand.Rand) error {
		_, err := r.ListContacts(ctx, full(make(b, random)))
		return err
	}}
}

func deals(name string, make func(b *bigShop, random *rand.Rand) crm.Query) question {
	return question{"deals: " + name, func(ctx context.Context, r bridge.Reader, b *bigShop, random *rand.Rand) error {
		_, err := r.ListDeals(ctx, full(make(b, random)))
		return err
	}}
}

func full(q crm.Query) crm.Query {
	if q.Reach == (crm.Reach{}) {
		q.Reach = crm.FullReach
	}
	q.Limit = pageOfList
	return q
}

func standard(entity crm.Entity, name string) crm.Field {
	f, _ := crm.FieldNamed(crm.StandardFields(entity), name)
	return f
}

func where(f crm.Field, op crm.Operator, values ...any) []crm.Condition {
	return []crm.Condition{{Field: f, Operator: op, Values: values}}
}

func (b *bigShop) custom(name string) crm.Field { return crm.CustomFieldOf(b.fields[name]) }

func (b *bigShop) stageIs(i int) []crm.Condition {
	return where(standard(crm.EntityDeal, crm.FieldStage), crm.Is, b.pipeline.Stages[i].ID)
}

func some(random *rand.Rand, texts []string) string { return texts[random.IntN(len(texts))] }

// questions are those of the board, of lists, of search, and of programs that read everything.
func questions() []question {
	all := []question{
		{"board: 30 cards in each stage", func(ctx context.Context, r bridge.Reader, _ *bigShop, _ *rand.Rand) error {
			_, err := r.Board(ctx, 30)
			return err
		}},
		{"board: totals by stage and owner", func(ctx context.Context, r bridge.Reader, _ *bigShop, _ *rand.Rand) error {
			_, err := r.StageTotals(ctx)
			return err
		}},
		deals("a column of the board", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Order: crm.BoardOrder, Where: b.stageIs(r.IntN(5))}
		}),
		deals("a seller's column of the board", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Order: crm.BoardOrder, Where: b.stageIs(r.IntN(5)), Reach: crm.Reach{User: b.users[r.IntN(len(b.users))].ID}}
		}),
		contacts("a seller's, last changed", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Reach: crm.Reach{User: b.users[r.IntN(len(b.users))].ID}}
		}),
		deals("of an owner", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Where: where(standard(crm.EntityDeal, crm.FieldOwner), crm.Is, b.users[r.IntN(len(b.users))].ID)}
		}),
		deals("in a stage, last changed", func(b *bigShop, r *rand.Rand) crm.Query { return crm.Query{Where: b.stageIs(r.IntN(5))} }),
		deals("in a stage, of an owner, dearest first", func(b *bigShop, r *rand.Rand) crm.Query {
			q := crm.Query{Order: crm.Order{Field: standard(crm.EntityDeal, crm.FieldValue), Descending: true}, Where: b.stageIs(r.IntN(5))}
			q.Where = append(q.Where, where(standard(crm.EntityDeal, crm.FieldOwner), crm.Is, b.users[r.IntN(len(b.users))].ID)...)
			return q
		}),
		contacts("with a tag", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Where: where(standard(crm.EntityContact, crm.FieldTags), crm.Is, b.tags[r.IntN(len(b.tags))].ID)}
		}),
		contacts("custom text is", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Where: where(b.custom("giro"), crm.Is, some(r, trades))}
		}),
		contacts("custom number above a lot (1 in 50)", func(b *bigShop, _ *rand.Rand) crm.Query {
			return crm.Query{Where: where(b.custom("puntos"), crm.Above, json.Number("9600"))}
		}),
		contacts("by custom number, highest first", func(b *bigShop, _ *rand.Rand) crm.Query {
			return crm.Query{Order: crm.Order{Field: b.custom("puntos"), Descending: true}}
		}),
		deals("custom dropdown and dates of a month", func(b *bigShop, r *rand.Rand) crm.Query {
			day := crm.DateOf(beginning).AddDays(r.IntN(1000))
			q := crm.Query{Where: where(b.custom("sucursal"), crm.Is, some(r, branches))}
			q.Where = append(q.Where, where(b.custom("emisión"), crm.AtLeast, day.String())...)
			q.Where = append(q.Where, where(b.custom("emisión"), crm.Below, day.AddDays(30).String())...)
			return q
		}),
		deals("custom day is", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Where: where(b.custom("emisión"), crm.Is, crm.DateOf(beginning).AddDays(r.IntN(1000)).String())}
		}),
		contacts("no index, one in twelve", func(b *bigShop, _ *rand.Rand) crm.Query {
			return crm.Query{Where: where(b.custom("observación"), crm.Contains, "viernes")}
		}),
		contacts("no index, nothing fits", func(b *bigShop, _ *rand.Rand) crm.Query {
			return crm.Query{Where: where(b.custom("observación"), crm.Contains, "domingo")}
		}),
		contacts("changed since", func(b *bigShop, r *rand.Rand) crm.Query {
			f := standard(crm.EntityContact, crm.FieldUpdated)
			return crm.Query{Order: crm.Order{Field: f}, Where: where(f, crm.AtLeast, beginning.AddDate(0, 0, r.IntN(1000)))}
		}),
		contacts("search: common word", func(_ *bigShop, r *rand.Rand) crm.Query { return crm.Query{Search: some(r, lastNames[:8])} }),
		contacts("search: two common words", func(_ *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Search: some(r, firstNames[:8]) + " " + some(r, lastNames[:8])}
		}),
		contacts("search: three letters", func(_ *bigShop, r *rand.Rand) crm.Query { return crm.Query{Search: crm.Fold(some(r, lastNames))[:3]} }),
		contacts("search: rare word", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Search: "compania " + strconv.Itoa(r.IntN(977)) + " " + some(r, lastNames)}
		}),
		contacts("search: phone", func(b *bigShop, r *rand.Rand) crm.Query { return crm.Query{Search: bigPhone(r.IntN(b.rows))} }),
		contacts("search: tax id", func(b *bigShop, r *rand.Rand) crm.Query { return crm.Query{Search: bigTaxID(r.IntN(b.rows))} }),
		contacts("search: nothing", func(*bigShop, *rand.Rand) crm.Query { return crm.Query{Search: "xilófono"} }),
		deals("search: document number", func(b *bigShop, r *rand.Rand) crm.Query { return crm.Query{Search: strconv.Itoa(1 + r.IntN(b.rows))} }),
		deals("search: common word of contacts", func(_ *bigShop, r *rand.Rand) crm.Query { return crm.Query{Search: some(r, lastNames[:8])} }),
		deals("search: two common words of contacts", func(_ *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Search: some(r, firstNames[:8]) + " " + some(r, lastNames[:8])}
		}),
		deals("search: phone of a contact", func(b *bigShop, r *rand.Rand) crm.Query { return crm.Query{Search: bigPhone(r.IntN(b.rows))} }),
		deals("search: common word, of an owner", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Search: some(r, lastNames[:8]), Where: where(standard(crm.EntityDeal, crm.FieldOwner), crm.Is, b.users[r.IntN(len(b.users))].ID)}
		}),
		{"count: all contacts of a seller", func(ctx context.Context, r bridge.Reader, b *bigShop, random *rand.Rand) error {
			_, _, err := r.Count(ctx, crm.Query{Entity: crm.EntityContact, Reach: crm.Reach{User: b.users[random.IntN(len(b.users))].ID}}, 10_000)
			return err
		}},
		{"count: common word, up to 10,000", func(ctx context.Context, r bridge.Reader, _ *bigShop, random *rand.Rand) error {
			_, _, err := r.Count(ctx, crm.Query{Entity: crm.EntityContact, Reach: crm.FullReach, Search: some(random, lastNames[:8])}, 10_000)
			return err
		}},
		{"count: tag and custom text, up to 10,000", func(ctx context.Context, r bridge.Reader, b *bigShop, random *rand.Rand) error {
			q := crm.Query{Entity: crm.EntityContact, Reach: crm.FullReach, Where: where(b.custom("giro"), crm.Is, some(random, trades))}
			q.Where = append(q.Where, where(standard(crm.EntityContact, crm.FieldTags), crm.Is, b.tags[random.IntN(len(b.tags))].ID)...)
			_, _, err := r.Count(ctx, q, 10_000)
			return err
		}},
		{"sum by stage: custom dropdown, up to 1,000", func(ctx context.Context, r bridge.Reader, b *bigShop, random *rand.Rand) error {
			q := crm.Query{Entity: crm.EntityDeal, Reach: crm.FullReach, Where: where(b.custom("sucursal"), crm.Is, some(random, branches))}
			_, _, err := r.SumByStage(ctx, q, 1_000)
			return err
		}},
		{"deals: the hundredth page", deepPage},
	}
	for _, entity := range []crm.Entity{crm.EntityContact, crm.EntityDeal} {
		for _, name := range []string{crm.FieldUpdated, crm.FieldCreated, crm.FieldName, crm.FieldValue, crm.FieldStageEntered} {
			f := standard(entity, name)
			if f.Name == "" {
				continue
			}
			sorted := func(*bigShop, *rand.Rand) crm.Query { return crm.Query{Order: crm.Order{Field: f, Descending: true}} }
			if entity == crm.EntityContact {
				all = append(all, contacts("by "+name, sorted))
			} else {
				all = append(all, deals("by "+name, sorted))
			}
		}
	}
	return all
}

// deepPage reads the page after a hundred others.
func deepPage(ctx context.Context, r bridge.Reader, b *bigShop, _ *rand.Rand) error {
	q := full(crm.Query{})
	q.Cursor = b.deep
	_, err := r.ListDeals(ctx, q)
	return err
}

// goDeep reads a hundred pages and keeps the cursor.
func (b *bigShop) goDeep(ctx context.Context, r bridge.Reader) error {
	q := full(crm.Query{})
	for range 100 {
		page, err := r.ListDeals(ctx, q)
		if err != nil {
			return err
		}
		q.Cursor = page.Next
	}
	b.deep = q.Cursor
	return nil
}
