package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// answer is one resource, or one result, with the headers that go with it.
type answer[T any] struct {
	ETag     string `header:"ETag" doc:"The version of the resource, for If-Match and If-None-Match"`
	Location string `header:"Location" doc:"Where what was made is found"`
	Body     T
}

func (a *answer[T]) parts() (headers map[string]string, body any) {
	return map[string]string{"ETag": a.ETag, "Location": a.Location}, a.Body
}

// empty is no answer beside the status.
type empty struct{}

func (*empty) parts() (map[string]string, any) { return nil, nil }

// encodable is an output of which the parts are known before it is sent.
type encodable[O any] interface {
	*O
	parts() (headers map[string]string, body any)
}

// kept is an answer as it is kept for later requests with the same Idempotency-Key. Handlers return it in place of an error, which is how huma sends what it did not encode itself.
type kept struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`

	again bool
}

func (k *kept) Error() string               { return http.StatusText(k.Status) }
func (k *kept) GetStatus() int              { return k.Status }
func (k *kept) ContentType(t string) string { return t }

func (k *kept) GetHeaders() http.Header {
	h := http.Header{}
	for name, value := range k.Headers {
		if value != "" {
			h.Set(name, value)
		}
	}
	if k.again {
		h.Set("Idempotent-Replayed", "true")
	}
	return h
}

// finish runs handle in one transaction. With an Idempotency-Key that was used before, the answer of then is returned; else what is done and its answer are kept together.
// An answer that holds a secret is not kept: whoever asks again learns that it was given. conflict: secret_shown_once.
func finish[I, O any, P encodable[O]](ctx context.Context, c *call, in *I, handle func(context.Context, *writing, *I) (*O, error)) (out *O, err error) {
	key, err := c.idempotencyKey()
	if err != nil {
		return nil, err
	}
	do := func(w *writing) (err error) {
		out, err = handle(ctx, w, in)
		return err
	}
	if key == "" {
		err = c.update(ctx, do)
		return out, err
	}
	data, again, err := c.updateOnce(ctx, key, func(w *writing) ([]byte, error) {
		if err := do(w); err != nil || c.route.repeat == discloses {
			return nil, err
		}
		return keep[O, P](c.route.success(), out)
	})
	switch {
	case err != nil:
		return nil, err
	case c.route.repeat != discloses:
		k := &kept{again: again}
		if err := json.Unmarshal(data, k); err != nil {
			return nil, err
		}
		return nil, k
	case again:
		return nil, crm.NewError(crm.Conflict, "secret_shown_once").At("Idempotency-Key")
	}
	return out, nil
}

// keep returns an answer as it is kept.
func keep[O any, P encodable[O]](status int, out *O) (_ []byte, err error) {
	k := kept{Status: status}
	var body any
	k.Headers, body = P(out).parts()
	if k.Body, err = json.Marshal(body); err != nil {
		return nil, err
	}
	return json.Marshal(k)
}

func (c *call) updateOnce(ctx context.Context, key string, fn func(*writing) ([]byte, error)) (data []byte, again bool, err error) {
	now := c.clock.Now()
	return c.Store.UpdateOnce(ctx, c.principal.AccountID, c.principal.Actor, key, c.requestHash(), now, now.Add(-keptFor), func(tx bridge.Tx) ([]byte, error) {
		return fn(c.writing(tx))
	})
}

// idempotencyKey returns the request's Idempotency-Key, "" if it has none or is no POST.
func (c *call) idempotencyKey() (string, error) {
	key := c.http.Header.Get("Idempotency-Key")
	if key == "" || c.http.Method != http.MethodPost {
		return "", nil
	}
	if len(key) > maxKey {
		return "", crm.NewError(crm.Invalid, "idempotency_key_invalid").At("Idempotency-Key")
	}
	for _, b := range []byte(key) {
		if b < ' ' || b > '~' {
			return "", crm.NewError(crm.Invalid, "idempotency_key_invalid").At("Idempotency-Key")
		}
	}
	return key, nil
}

// requestHash tells one request from another.
func (c *call) requestHash() string {
	h := sha256.New()
	for _, part := range []string{c.http.Method, c.http.URL.RequestURI()} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	h.Write(c.body)
	return hex.EncodeToString(h.Sum(nil))
}
