package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"puente/internal/bridge"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/store"
)

// look is a view of the database before anything is written to it.
type look struct {
	store   *store.Store
	account crm.Account
	ref     bridge.ConnectionRef // of a connection that may not exist yet
}

// lookAt opens the database to read only, and does not so much as make its file. Where there is nothing yet it shows what a first command would make, in memory.
// conflict: the database is of another version.
func lookAt(ctx context.Context, d config.Database, a config.Account) (_ *look, err error) {
	db, err := openToRead(ctx, d)
	if err != nil {
		return nil, err
	}
	if db != nil {
		accounts, err := db.Accounts(ctx)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		if len(accounts) == 0 {
			if err := db.Close(); err != nil {
				return nil, err
			}
			db = nil
		}
	}
	if db == nil {
		if db, err = store.OpenMemory(ctx); err != nil {
			return nil, err
		}
	}
	l := &look{store: db}
	// Of an account that exists this writes nothing.
	if l.account, err = EnsureAccount(ctx, db, crm.Country(a.Given()), time.Now()); err == nil {
		l.ref, err = l.findConnection(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return l, nil
}

// openToRead returns nil when there is no database, or nothing at all in it.
func openToRead(ctx context.Context, d config.Database) (*store.Store, error) {
	if path := d.SQLitePath(); path != "" {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, folderExists(path)
		}
	}
	db, err := store.Open(ctx, d.DB, store.Options{ReadOnly: true})
	if e := (*crm.Error)(nil); isOlder(err) && errors.As(err, &e) && e.Params["version"] == "0" {
		return nil, nil
	}
	return db, err
}

// folderExists refuses a database that could not be made.
func folderExists(path string) error {
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return crm.NewError(crm.Unavailable, "database_unreachable", "database", path).Because(err)
	}
	return nil
}

// isOlder says whether err is that the database is of an older version.
func isOlder(err error) bool {
	return crm.KeyOf(err) == "database_needs_migration"
}

// findConnection returns the account's connection, or one that is yet to be made.
func (l *look) findConnection(ctx context.Context) (bridge.ConnectionRef, error) {
	connection, err := connectionOf(ctx, l.store, l.account)
	if crm.CodeOf(err) == crm.NotFound {
		return bridge.ConnectionRef{AccountID: l.account.ID, ConnectionID: crm.NewID()}, nil
	}
	return refOf(connection), err
}

// checkRules tries rules, which are those of the file, on the account as it is, or as it would be made. nil rules are right.
func checkRules(ctx context.Context, d config.Database, a config.Account, file config.Rules, rules *bridge.Rules) (err error) {
	l, err := lookAt(ctx, d, a)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.store.Close()) }()
	if rules == nil {
		return nil
	}
	_, err = l.resolve(ctx, *rules)
	return inFile(err, file.File)
}

func (l *look) resolve(ctx context.Context, rules bridge.Rules) (bridge.Ruleset, error) {
	var set bridge.Ruleset
	err := l.store.View(ctx, l.account.ID, func(r bridge.Reader) error {
		around, err := bridge.ReadSurroundings(ctx, r)
		if err == nil {
			set, err = rules.ResolveFirst(around)
		}
		return err
	})
	return set, err
}

// mustExist refuses a SQLite file that is not there, for commands that have nothing to do in a new one.
func mustExist(d config.Database) error {
	path := d.SQLitePath()
	if path == "" {
		return nil
	}
	if _, err := os.Stat(path); err != nil {
		return crm.NewError(crm.Unavailable, "database_unreachable", "database", path).Because(err)
	}
	return nil
}
