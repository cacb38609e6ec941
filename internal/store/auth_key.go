package store

import (
	"context"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

const keyColumns = `k.id, k.name, k.hint, k.scopes, k.created_by, k.creator_id, k.created_at, k.expires_at, k.last_used_at, k.revoked_at`

// scanKey reads keyColumns, after what stands before them.
func scanKey(r row, before ...any) (k auth.APIKey, err error) {
	var scopes []string
	err = r.Scan(append(before, &k.ID, &k.Name, &k.Hint, jsonColumn{&scopes}, &k.CreatedBy.Kind, &k.CreatedBy.ID,
		instant{&k.CreatedAt}, instant{&k.ExpiresAt}, instant{&k.LastUsedAt}, instant{&k.RevokedAt})...)
	if err == nil {
		k.Grants, err = auth.ParseScopes(scopes)
	}
	return k, err
}

// APIKeys returns all keys, oldest first, expired and revoked ones too.
func (x *reader) APIKeys(ctx context.Context) ([]auth.APIKey, error) {
	return query(ctx, &x.session, "keys", `SELECT `+keyColumns+` FROM api_key k WHERE k.account_id = $1 ORDER BY k.created_at, k.id`, []any{x.account},
		func(r row) (auth.APIKey, error) { return scanKey(r) })
}

// APIKey returns one. not_found: no such key.
func (x *reader) APIKey(ctx context.Context, id crm.ID) (auth.APIKey, error) {
	return queryOne(ctx, &x.session, "key", `SELECT `+keyColumns+` FROM api_key k WHERE k.account_id = $1 AND k.id = $2`, []any{x.account, text(id)},
		func(r row) (auth.APIKey, error) { return scanKey(r) }, notFound("key_not_found", id))
}

// CreateAPIKey adds a key with its secret. conflict: the id is taken.
func (x *writer) CreateAPIKey(ctx context.Context, k auth.APIKey, secret auth.Hash) error {
	_, err := x.tx.ExecContext(ctx,
		`INSERT INTO api_key (account_id, id, name, hint, scopes, created_by, creator_id, created_at, expires_at, last_used_at, revoked_at)
		 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		x.account, text(k.ID), text(k.Name), k.Hint, jsonList(k.Grants.Scopes()), string(k.CreatedBy.Kind), string(k.CreatedBy.ID),
		micros(k.CreatedAt), micros(k.ExpiresAt), micros(k.LastUsedAt), micros(k.RevokedAt))
	if err != nil {
		return x.s.taken("create key", err, idTaken(k.ID), idTaken(k.ID))
	}
	return x.addKeySecret(ctx, k.ID, secret)
}

// UpdateAPIKey updates the name, the expiry and the revocation of a key, and the hint of its secret. not_found: no such key.
func (x *writer) UpdateAPIKey(ctx context.Context, k auth.APIKey) error {
	n, err := x.exec(ctx, "update key", `UPDATE api_key SET name = $3, hint = $4, expires_at = $5, revoked_at = $6 WHERE account_id = $1 AND id = $2`,
		x.account, text(k.ID), text(k.Name), k.Hint, micros(k.ExpiresAt), micros(k.RevokedAt))
	if err == nil && n == 0 {
		return notFound("key_not_found", k.ID)
	}
	return err
}

// ReplaceKeySecret gives a key another secret; those that it has end at an instant, unless they end before. not_found: no such key.
func (x *writer) ReplaceKeySecret(ctx context.Context, key crm.ID, secret auth.Hash, oldUntil time.Time) error {
	if _, err := x.exec(ctx, "end key secret",
		`UPDATE api_key_secret SET valid_until = $3 WHERE account_id = $1 AND key_id = $2 AND (valid_until = 0 OR valid_until > $3)`,
		x.account, string(key), micros(oldUntil)); err != nil {
		return err
	}
	return x.addKeySecret(ctx, key, secret)
}

func (x *writer) addKeySecret(ctx context.Context, key crm.ID, secret auth.Hash) error {
	_, err := x.tx.ExecContext(ctx, `INSERT INTO api_key_secret (secret_hash, account_id, key_id, valid_until) VALUES ($1, $2, $3, 0)`,
		string(secret), x.account, string(key))
	if x.s.dialect.fault(err) == faultReference {
		return notFound("key_not_found", key).Because(err)
	}
	return x.s.failed("add key secret", err)
}

// NoteUsed says when a key was last used. It waits for no other writer of the account.
func (s *Store) NoteUsed(ctx context.Context, account, key crm.ID, at time.Time) error {
	return s.note(ctx, "note key", account, `UPDATE api_key SET last_used_at = $3 WHERE account_id = $1 AND id = $2 AND last_used_at < $3`, string(key), micros(at))
}
