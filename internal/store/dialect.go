package store

import (
	"context"
	"database/sql"
	"time"
)

// Engine is the kind of database.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// fault is what a database says is wrong, whatever its words.
type fault int

const (
	faultNone        fault = iota
	faultPrimaryKey        // a row with this key exists
	faultUnique            // another unique value is taken
	faultReference         // a row that is referred to does not exist
	faultLocked            // somebody else holds a lock for too long
	faultDeadlock          // two transactions wait for each other
	faultReadOnly          // it cannot be written
	faultRefused           // the server does not let this user in
	faultMissing           // the server has no such database
	faultFull              // no room is left
	faultUnreachable       // it cannot be opened or reached
	faultNotDatabase       // it is something else, or damaged
)

// dialect is all that differs between the engines once a database is open.
type dialect struct {
	engine Engine
	// batches are the numbers of rows that one INSERT may carry, the largest first, ending in 1. On SQLite there is no round trip to save, and binding
	// many parameters costs more than running a prepared statement again. Few sizes, so that few texts are to be prepared.
	batches []int
	// lockAccount makes the transaction the account's only writer, or fails with faultLocked when that takes longer than patience. SQLite's writers are alone from the start.
	lockAccount func(ctx context.Context, tx *sql.Tx, account int64, patience time.Duration) error
	// yieldToWriters makes the transaction give up soon, with faultLocked, rather than wait for a lock.
	yieldToWriters func(ctx context.Context, tx *sql.Tx) error
	// skipLocked ends a query for rows to be removed, so that it leaves out those that somebody else is about to change instead of waiting for them.
	skipLocked string
	// fault recognises what err says, by its code.
	fault func(err error) fault
	// hasTable says whether there is such a table.
	hasTable string
	// numbers is a table n (value) of the numbers in $2, which are divided by commas. It is joined by CROSS JOIN, so that it leads: a planner that does not know how few
	// there are may rather read all of an index.
	numbers string
	// writeValues writes into the column custom of $table, of the account $1, under the key $2, the values in $3: a JSON object of values, each as the text of its JSON,
	// by the rows' numbers. null takes the value away, and its origin.
	writeValues string
	// view are the options of a transaction that reads.
	view sql.TxOptions
}
