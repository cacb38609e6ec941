package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"

	"puente/internal/crm"
)

// How many activities are looked at for one page, and how many at a time: what no index finds is looked for among them, and a page that ends early says where
// the next one goes on.
const (
	walkedActivities = 4000
	activityStep     = 500
)

// Activities returns a page of activities that are not deleted, sorted as [crm.ActivityQuery] says. invalid: a cursor that is not of this list (cursor_invalid).
func (x *reader) Activities(ctx context.Context, q crm.ActivityQuery) (crm.Page[*crm.Activity], error) {
	var page crm.Page[*crm.Activity]
	w := newActivityWalk(x.account, q)
	from, err := w.place(q.Cursor)
	if err != nil {
		return page, err
	}
	step := q.Limit + 1
	if len(w.filters) > 0 {
		step = max(step, activityStep)
	}
	var ids []crm.ID
	for looked, skip, end := 0, q.Skip, false; !end; skip = 0 {
		text, args := w.step(from, int64(step), skip)
		places, err := query(ctx, &x.session, "list activities", text, args, func(r row) (p activityPlace, err error) {
			err = r.Scan(&p.at, &p.id, &p.fits)
			return p, err
		})
		if err != nil {
			return page, err
		}
		looked += len(places)
		end = len(places) < step
		for _, p := range places {
			if len(ids) == q.Limit {
				page.Next, end = w.cursor(from), true
				break
			}
			from = p
			if p.fits {
				ids = append(ids, p.id)
			}
		}
		if !end && looked >= walkedActivities {
			page.Next, end = w.cursor(from), true
		}
	}
	found, err := x.ActivitiesByID(ctx, ids)
	byID := make(map[crm.ID]*crm.Activity, len(found))
	for _, a := range found {
		byID[a.ID] = a
	}
	for _, id := range ids {
		page.Items = append(page.Items, byID[id])
	}
	return page, err
}

// CountActivities returns how many activities a query picks, cursor, skip and limit aside. It is exact unless more than most had to be looked at; most 0:
// exact whatever it costs.
func (x *reader) CountActivities(ctx context.Context, q crm.ActivityQuery, most int) (count int, exact bool, err error) {
	w := newActivityWalk(x.account, q)
	bound := int64(math.MaxInt64)
	if most > 0 {
		bound = int64(most) + 1
	}
	text, args := w.step(w.first, bound, 0)
	looked := 0
	_, err = queryOne(ctx, &x.session, "count activities",
		`SELECT COUNT(*), COALESCE(SUM(CASE WHEN fits THEN 1 ELSE 0 END), 0) FROM (`+text+`) AS w`,
		args, func(r row) (struct{}, error) { return struct{}{}, r.Scan(&looked, &count) }, nil)
	if most > 0 && looked > most {
		return min(count, most), false, err
	}
	return count, true, err
}

// activityPlace is where an activity stands in a list.
type activityPlace struct {
	at   int64 // by which the list is sorted, then by id
	id   crm.ID
	fits bool
}

// activityWalk is a walk along an index of activities that says of each whether it fits.
type activityWalk struct {
	sort    string        // the column by which the list is sorted
	first   activityPlace // before all others
	within  []string      // what the index finds
	filters []string      // what is looked for along the way
	args    []any
}

func newActivityWalk(account int64, q crm.ActivityQuery) *activityWalk {
	w := &activityWalk{sort: "due_by", first: activityPlace{at: math.MinInt64}}
	w.narrow("account_id = " + w.arg(account))
	w.narrow("deleted_at = 0")
	// The narrowest condition leads the walk: its index has the order of the list.
	led := false
	lead := func(asked bool, column string, id crm.ID) {
		switch {
		case !asked:
		case led:
			w.filter(column + " = " + w.arg(string(id)))
		default:
			w.narrow(column + " = " + w.arg(string(id)))
			led = true
		}
	}
	if !q.Since.IsZero() {
		w.sort, w.first.at, led = "updated_at", micros(q.Since), true
	}
	lead(q.Deal != "", "deal_id", q.Deal)
	lead(q.Contact != "", "contact_id", q.Contact)
	if q.Status == crm.ActivityPending && !led {
		w.narrow("status = 'pending'") // written out, as in the indexes of what is pending
	} else if q.Status != "" {
		w.filter("status = " + w.arg(string(q.Status)))
	}
	lead(q.Owner != "" || q.Unassigned, "owner_id", q.Owner)
	if !q.DueBefore.IsZero() {
		due := "due_by < " + w.arg(micros(q.DueBefore))
		if w.sort == "due_by" {
			w.narrow(due)
		} else {
			w.filter(due)
		}
	}
	if q.Reach.See != crm.Everything {
		user := w.arg(string(q.Reach.User))
		about := func(table string) string {
			return "EXISTS (SELECT 1 FROM " + table + " r WHERE r.account_id = a.account_id AND r.id = a." + table + "_id AND (r.owner_id IS NULL OR r.owner_id = " + user + "))"
		}
		w.filters = append(w.filters, "(a.owner_id = "+user+" AND a.owner_id <> '' OR "+about("contact")+" OR "+about("deal")+")")
	}
	return w
}

func (w *activityWalk) narrow(condition string) { w.within = append(w.within, "a."+condition) }
func (w *activityWalk) filter(condition string) { w.filters = append(w.filters, "a."+condition) }

// arg adds a parameter and returns its place in the text.
func (w *activityWalk) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// step returns the statement for the next n places after one, without the first skip that fit.
func (w *activityWalk) step(from activityPlace, n int64, skip int) (text string, args []any) {
	step := *w
	step.args = slices.Clone(w.args)
	fits := "TRUE"
	if len(w.filters) > 0 {
		fits = strings.Join(w.filters, " AND ")
	}
	text = `SELECT a.` + w.sort + ` AS at, a.id AS id, (` + fits + `) AS fits FROM activity a WHERE ` + strings.Join(w.within, " AND ") +
		` AND (a.` + w.sort + `, a.id) > (` + step.arg(from.at) + `, ` + step.arg(string(from.id)) + `) ORDER BY a.` + w.sort + `, a.id`
	if skip > 0 {
		return `SELECT at, id, fits FROM (` + text + `) AS w WHERE fits ORDER BY at, id LIMIT ` + step.arg(n) + ` OFFSET ` + step.arg(skip), step.args
	}
	return text + ` LIMIT ` + step.arg(n), step.args
}

// cursor returns a place in this list as a text that means nothing to anybody else.
func (w *activityWalk) cursor(p activityPlace) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %d %s", w.digest(), p.at, p.id))
}

// place returns the place that a cursor of this list names, before all others for an empty one.
func (w *activityWalk) place(cursor string) (p activityPlace, err error) {
	if cursor == "" {
		return w.first, nil
	}
	var digest string
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%s %d %s", &digest, &p.at, &p.id)
	}
	if err != nil || digest != w.digest() {
		return p, crm.NewError(crm.Invalid, "cursor_invalid").At("cursor")
	}
	return p, nil
}

// digest tells this list from others.
func (w *activityWalk) digest() string {
	h := fnv.New64a()
	fmt.Fprint(h, w.sort, w.first, w.within, w.filters, w.args)
	return strconv.FormatUint(h.Sum64(), 36)
}
