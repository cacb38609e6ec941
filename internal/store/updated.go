package store

import (
	"context"
	"time"
)

// settleUpdated sees to it that what a transaction saves was updated after all that was saved before, whatever the clocks of several nodes say: whoever asks for what was
// updated since the last thing he saw misses nothing. Nobody else writes to the account meanwhile.
func (x *writer) settleUpdated(ctx context.Context, table string, updated []*time.Time) error {
	latest, known := x.latest[table]
	if !known && len(updated) > 0 {
		var err error
		latest, err = queryOne(ctx, &x.session, "last updated", lastUpdated(table), []any{x.account}, scanNumber, nil)
		if err != nil {
			return err
		}
		if x.latest == nil {
			x.latest = map[string]int64{}
		}
		x.latest[table] = latest
	}
	for _, at := range updated {
		if micros(*at) <= latest {
			*at = time.UnixMicro(latest + 1).UTC()
		}
	}
	return nil
}

// lastUpdated goes by the index of the lists in that order, which has the living: of those that were deleted nobody is told when. Asked for a maximum, PostgreSQL
// may read all of another index until it has counted the records of the account.
func lastUpdated(table string) string {
	return `SELECT updated_at FROM ` + table + ` WHERE account_id = $1 AND deleted_at = 0 ORDER BY updated_at DESC LIMIT 1`
}

// updatedOf returns where each of several records says when it was updated.
func updatedOf[T any](all []T, at func(T) *time.Time) []*time.Time {
	updated := make([]*time.Time, len(all))
	for i, v := range all {
		updated[i] = at(v)
	}
	return updated
}
