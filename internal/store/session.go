package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// session is one transaction on one account.
type session struct {
	s         *Store
	tx        *sql.Tx
	account   int64
	accountID crm.ID

	prepared map[string]*sql.Stmt // statements that run once per row; they end with the transaction
	links    []connectionNumbers  // the account's connections, read when first needed
}

// reader reads one account.
type reader struct{ session }

// writer reads and writes one account.
type writer struct {
	reader
	contacts []*crm.Contact // saved in this transaction, once per save
	deals    []*crm.Deal
	raised   []*int64 // the versions of everything else that was saved

	latest map[string]int64 // of contacts, deals or activities: when the last one was updated before this transaction, once that is known
}

var (
	_ bridge.Reader = (*reader)(nil)
	_ bridge.Tx     = (*writer)(nil)
)

// row is what a scan function reads from.
type row interface{ Scan(into ...any) error }

// query returns what scan makes of each row.
func query[T any](ctx context.Context, x *session, op, text string, args []any, scan func(row) (T, error)) ([]T, error) {
	return collect[T](ctx, x, nil, op, text, args, scan)
}

func collect[T any](ctx context.Context, x *session, to []T, op, text string, args []any, scan func(row) (T, error)) ([]T, error) {
	if x.s.observe != nil {
		x.s.observe(text, args)
	}
	rows, err := x.tx.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, x.s.failed(op, err)
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, x.s.failed(op, err)
		}
		to = append(to, v)
	}
	return to, x.s.failed(op, rows.Err())
}

// queryOne returns what scan makes of the one row, or missing if there is none.
func queryOne[T any](ctx context.Context, x *session, op, text string, args []any, scan func(row) (T, error), missing error) (T, error) {
	v, err := scan(x.tx.QueryRowContext(ctx, text, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, missing
	}
	return v, x.s.failed(op, err)
}

// exec runs a statement and returns how many rows it changed.
func (x *session) exec(ctx context.Context, op, text string, args ...any) (int64, error) {
	r, err := x.tx.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, x.s.failed(op, err)
	}
	n, err := r.RowsAffected()
	return n, x.s.failed(op, err)
}

// list is the place in a statement's text where the keys of a list go.
const list = "(…)"

// listSizes are the lengths of lists, so that there are few texts to prepare; a list is filled up with its last key. Longer lists take several statements.
var listSizes = [...]int{1, 4, 16, 64, 256}

// queryIn runs text once or more so that the list in it, the last parameters, holds all keys, each once and in ascending order.
func queryIn[T any, K cmp.Ordered](ctx context.Context, x *session, op, text string, args []any, keys []K, scan func(row) (T, error)) ([]T, error) {
	var all []T
	err := eachList(text, args, keys, func(text string, args []any) (err error) {
		all, err = collect(ctx, x, all, op, text, args, scan)
		return err
	})
	return all, err
}

// execIn runs a statement with a list as queryIn does.
func execIn[K cmp.Ordered](ctx context.Context, x *session, op, text string, args []any, keys []K) error {
	return eachList(text, args, keys, func(text string, args []any) error {
		_, err := x.exec(ctx, op, text, args...)
		return err
	})
}

func eachList[K cmp.Ordered](text string, args []any, keys []K, run func(text string, args []any) error) error {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for len(keys) > 0 {
		n := min(len(keys), listSizes[len(listSizes)-1])
		size := listSizes[slices.IndexFunc(listSizes[:], func(s int) bool { return s >= n })]
		params := make([]any, 0, len(args)+size)
		params = append(params, args...)
		for i := range size {
			params = append(params, plain(keys[min(i, n-1)]))
		}
		if err := run(listText(text, len(args), size), params); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// plain returns a key as the type that every driver takes.
func plain[K cmp.Ordered](key K) any {
	switch k := any(key).(type) {
	case crm.ID:
		return string(k)
	case bridge.Reason:
		return string(k)
	}
	return key
}

type textKey struct {
	text string
	size int
}

var listTexts sync.Map // textKey → string

// listText writes size parameters, numbered from before+1, in the place of the list.
func listText(text string, before, size int) string {
	k := textKey{text, size}
	if t, ok := listTexts.Load(k); ok {
		return t.(string)
	}
	t := strings.Replace(text, list, "("+placeholders(before+1, size)+")", 1)
	listTexts.Store(k, t)
	return t
}

// placeholders writes n parameters from the number first: "$3, $4".
func placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(first + i))
	}
	return b.String()
}

// insertion is a statement about any number of rows: an INSERT, or a DELETE by key.
type insertion struct {
	head    string // "INSERT INTO event (account_id, id, …) VALUES "
	row     string // "(?, ?, …)": what stands there for each row
	between string // rows
	tail    string // ON CONFLICT …; "$last" is one more parameter, the same for all rows
	columns int
	texts   sync.Map
}

func newInsertion(table, columns, tail string) *insertion {
	n := strings.Count(columns, ",") + 1
	return &insertion{
		head: "INSERT INTO " + table + " (" + columns + ") VALUES ", row: "(?" + strings.Repeat(", ?", n-1) + ")", between: ", ",
		tail: " " + tail, columns: n,
	}
}

// newDeletion deletes rows of which all these columns are given, which are a key.
func newDeletion(table, columns string) *insertion {
	names := strings.Split(columns, ", ")
	return &insertion{
		head: "DELETE FROM " + table + " WHERE ", row: "(" + strings.Join(names, " = ? AND ") + " = ?)", between: " OR ", columns: len(names),
	}
}

// text returns the statement for n rows.
func (i *insertion) text(n int) string {
	if t, ok := i.texts.Load(n); ok {
		return t.(string)
	}
	var b strings.Builder
	b.WriteString(i.head)
	parameter := 0
	for r := range n {
		if r > 0 {
			b.WriteString(i.between)
		}
		for part := range strings.SplitAfterSeq(i.row, "?") {
			value, ends := strings.CutSuffix(part, "?")
			b.WriteString(value)
			if ends {
				parameter++
				b.WriteString("$" + strconv.Itoa(parameter))
			}
		}
	}
	b.WriteString(strings.ReplaceAll(i.tail, "$last", "$"+strconv.Itoa(parameter+1)))
	t := b.String()
	i.texts.Store(n, t)
	return t
}

// insert runs it for values, which are the rows one after the other, with last after them. The error is the driver's.
func (x *session) insert(ctx context.Context, i *insertion, values []any, last ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// With a context that may end, the driver watches it beside each statement, which costs more than a row does. The transaction has the context
	// itself and ends with it.
	if x.s.dialect.engine == SQLite {
		ctx = context.WithoutCancel(ctx)
	}
	rows := len(values) / i.columns
	for _, size := range x.s.dialect.batches {
		for ; rows >= size; rows -= size {
			n := size * i.columns
			args := values[:n:n]
			if len(last) > 0 {
				args = append(args, last...)
			}
			if err := x.run(ctx, i.text(size), rows > size, args); err != nil {
				return err
			}
			values = values[n:]
		}
	}
	return nil
}

// run runs a statement, prepared first if it is to run again. PostgreSQL's driver remembers what it prepared; SQLite's does not.
func (x *session) run(ctx context.Context, text string, again bool, args []any) error {
	if x.s.dialect.engine == SQLite {
		stmt := x.prepared[text]
		if stmt == nil && again {
			var err error
			if stmt, err = x.tx.PrepareContext(ctx, text); err != nil {
				return err
			}
			if x.prepared == nil {
				x.prepared = map[string]*sql.Stmt{}
			}
			x.prepared[text] = stmt
		}
		if stmt != nil {
			_, err := stmt.ExecContext(ctx, args...)
			return err
		}
	}
	_, err := x.tx.ExecContext(ctx, text, args...)
	return err
}
