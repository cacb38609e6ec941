package store

import (
	"context"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// forgottenAtOnce is how many old answers each new one takes with it: more than one, so that they do not pile up.
const forgottenAtOnce = 10

type keptAnswer struct{ request, answer string }

// UpdateOnce does what Update does, once for all requests of an actor with the same key: the answer that fn returns is kept in the same transaction, and returned to later requests
// without calling fn, with again true, as long as it is from since or later. request is a hash of what is asked. invalid: idempotency_key_reused, the key was used for another
// request.
func (s *Store) UpdateOnce(ctx context.Context, account crm.ID, actor crm.Actor, key, request string, now, since time.Time, fn func(bridge.Tx) ([]byte, error)) (answer []byte, again bool, err error) {
	err = s.Update(ctx, account, func(tx bridge.Tx) error {
		w := tx.(*writer)
		kept, err := w.keptAnswer(ctx, actor, key, since)
		if err != nil {
			return err
		}
		if kept != nil {
			if kept.request != request {
				return crm.NewError(crm.Invalid, "idempotency_key_reused").At("Idempotency-Key")
			}
			answer, again = []byte(kept.answer), true
			return nil
		}
		if answer, err = fn(tx); err != nil {
			return err
		}
		return w.keepAnswer(ctx, actor, key, keptAnswer{request, string(answer)}, now, since)
	})
	if err != nil {
		return nil, false, err
	}
	return answer, again, nil
}

// keptAnswer returns the answer under a key, nil if there is none from since or later.
func (x *writer) keptAnswer(ctx context.Context, actor crm.Actor, key string, since time.Time) (*keptAnswer, error) {
	found, err := query(ctx, &x.session, "kept answer",
		`SELECT request, answer FROM kept_answer WHERE account_id = $1 AND actor_kind = $2 AND actor_id = $3 AND key = $4 AND at >= $5`,
		[]any{x.account, text(actor.Kind), text(actor.ID), text(key), micros(since)},
		func(r row) (*keptAnswer, error) {
			k := &keptAnswer{}
			return k, r.Scan(&k.request, &k.answer)
		})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// keepAnswer keeps an answer under a key, in the place of one that is too old, and forgets a few others that are.
func (x *writer) keepAnswer(ctx context.Context, actor crm.Actor, key string, kept keptAnswer, now, since time.Time) error {
	if _, err := x.exec(ctx, "keep answer",
		`INSERT INTO kept_answer (account_id, actor_kind, actor_id, key, request, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		 ON CONFLICT (account_id, actor_kind, actor_id, key) DO UPDATE SET request = excluded.request, answer = excluded.answer, at = excluded.at`,
		x.account, text(actor.Kind), text(actor.ID), text(key), kept.request, kept.answer, micros(now)); err != nil {
		return err
	}
	_, err := x.exec(ctx, "forget old answers",
		`DELETE FROM kept_answer WHERE (account_id, actor_kind, actor_id, key) IN
		 (SELECT account_id, actor_kind, actor_id, key FROM kept_answer WHERE account_id = $1 AND at < $2 ORDER BY at LIMIT $3)`,
		x.account, micros(since), forgottenAtOnce)
	return err
}
