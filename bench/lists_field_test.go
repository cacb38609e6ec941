package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/store"
)

// stepRecords is how many records a step of work on a field takes, as the server does it.
const stepRecords = 500

// BenchmarkListField adds a field to an account of -list-rows contacts, makes another one searchable while somebody writes, and puts everything back.
func BenchmarkListField(b *testing.B) {
	if *listRows == 0 {
		b.Skip("-list-rows says how many")
	}
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			shop := openBig(b, engine, *listRows)
			for b.Loop() {
				shop.addField(b)
				shop.makeSearchable(b)
			}
		})
	}
}

func (b *bigShop) update(tb testing.TB, fn func(tx bridge.Tx) error) {
	tb.Helper()
	check(tb, b.store.Update(context.Background(), b.account.ID, fn))
}

// addField measures what a person waits for.
func (b *bigShop) addField(tb *testing.B) {
	ctx := context.Background()
	hand := crm.Hand{Actor: crm.Actor{Kind: crm.ActorSystem}, Reach: crm.FullReach, At: time.Now()}
	from := time.Now()
	var field crm.CustomField
	b.update(tb, func(tx bridge.Tx) (err error) {
		field, err = crm.CreateField(ctx, tx, hand, crm.NewField{Entity: crm.EntityContact, Name: "Nuevo " + string(crm.NewID()), Type: crm.TypeText}, crm.RandomLetters)
		return err
	})
	tb.ReportMetric(float64(time.Since(from).Microseconds())/1000, "add-ms")
	b.setWork(tb, field, crm.WorkErase, false)
	b.finishWork(tb)
}

// setWork starts work on a field.
func (b *bigShop) setWork(tb testing.TB, field crm.CustomField, kind crm.FieldWorkKind, searchable bool) {
	ctx := context.Background()
	b.update(tb, func(tx bridge.Tx) error {
		fields, err := tx.CustomFields(ctx, field.Entity)
		for _, f := range fields {
			if f.ID == field.ID {
				f.Searchable, f.Work = searchable, &crm.FieldWork{Kind: kind}
				return tx.UpdateCustomField(ctx, f)
			}
		}
		return err
	})
}

// finishWork does all work that there is, and returns how long it took, and its longest step.
func (b *bigShop) finishWork(tb testing.TB) (total, longest time.Duration) {
	began := time.Now()
	for more := true; more; {
		from := time.Now()
		var err error
		more, err = b.store.StepFieldWork(context.Background(), b.account.ID, stepRecords)
		check(tb, err)
		longest = max(longest, time.Since(from))
	}
	return time.Since(began), longest
}

func (b *bigShop) makeSearchable(tb *testing.B) {
	ctx, stop := context.WithCancel(context.Background())
	field := b.fields["observación"]
	b.setWork(tb, field, crm.WorkIndex, true)
	var waited time.Duration
	var writes int
	var done sync.WaitGroup
	done.Go(func() { waited, writes = b.write(tb, ctx) })
	total, longest := b.finishWork(tb)
	stop()
	done.Wait()
	tb.ReportMetric(total.Seconds(), "index-s")
	tb.ReportMetric(float64(longest.Milliseconds()), "longest-step-ms")
	tb.ReportMetric(float64(waited.Milliseconds()), "longest-wait-ms")
	fmt.Printf("%d writes beside it\n", writes)
	b.fields["observación"] = field
	for _, q := range []question{
		contacts("just indexed: sorted by it", func(b *bigShop, _ *rand.Rand) crm.Query {
			return crm.Query{Order: crm.Order{Field: b.custom("observación")}}
		}),
		contacts("just indexed: is one of three", func(b *bigShop, r *rand.Rand) crm.Query {
			return crm.Query{Where: where(b.custom("observación"), crm.AtLeast, "llamar los viernes "+fmt.Sprint(r.IntN(b.rows)))}
		}),
	} {
		m := measure(tb, b, q)
		fmt.Printf("%-44s %10s %10s %8s\n", q.name, short(m.p50), short(m.p99), short(m.cpu))
	}
	b.setWork(tb, field, crm.WorkUnindex, false)
	total, longest = b.finishWork(tb)
	tb.ReportMetric(total.Seconds(), "unindex-s")
	tb.ReportMetric(float64(longest.Milliseconds()), "longest-drop-ms")
}

// write saves one contact after another until ctx ends, and returns the longest that one took, and how many there were.
func (b *bigShop) write(tb testing.TB, ctx context.Context) (longest time.Duration, writes int) {
	var ids []crm.ID
	check(tb, b.store.View(context.Background(), b.account.ID, func(r bridge.Reader) error {
		page, err := r.ListContacts(context.Background(), full(crm.Query{}))
		for _, c := range page.Items {
			ids = append(ids, c.ID)
		}
		return err
	}))
	for ctx.Err() == nil {
		from := time.Now()
		b.update(tb, func(tx bridge.Tx) error {
			found, err := tx.ContactsByID(context.Background(), ids[writes%len(ids):][:1])
			if err != nil {
				return err
			}
			return tx.SaveContacts(context.Background(), found)
		})
		longest = max(longest, time.Since(from))
		writes++
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
	return longest, writes
}
