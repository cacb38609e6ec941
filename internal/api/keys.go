package api

import (
	"context"
	"time"

	"puente/internal/auth"
	"puente/internal/crm"
)

// KeyOut is an API key without its secret.
type KeyOut struct {
	ID        crm.ID   `json:"id"`
	Name      string   `json:"name"`
	Hint      string   `json:"hint" doc:"The last four characters of the secret"`
	Scopes    []string `json:"scopes"`
	CreatedBy actorOut `json:"createdBy"`
	Created   instant  `json:"created"`
	Expires   instant  `json:"expires" doc:"null: never"`
	LastUsed  instant  `json:"lastUsed" doc:"To the minute; null: not yet"`
	Revoked   instant  `json:"revoked" doc:"null: in use"`
}

// keyFields says how errors about keys name fields.
var keyFields = map[string]string{"expiresAt": "expires", "grace": "graceHours"}

func (r *reading) key(ctx context.Context, k auth.APIKey) (KeyOut, error) {
	maker, err := r.actor(ctx, k.CreatedBy)
	return KeyOut{
		ID: k.ID, Name: k.Name, Hint: k.Hint, Scopes: append([]string{}, k.Grants.Scopes()...), CreatedBy: maker, Created: instant{k.CreatedAt},
		Expires: instant{k.ExpiresAt}, LastUsed: instant{k.LastUsedAt}, Revoked: instant{k.RevokedAt},
	}, err
}

// newKeyOut is a key with its secret, which is shown this once.
type newKeyOut struct {
	KeyOut
	Secret string `json:"secret" doc:"To be sent in the header x-api-key. It is shown this once."`
}

func listKeys(ctx context.Context, r *reading, _ *struct{}) (*body[items[KeyOut]], error) {
	keys, err := r.access().APIKeys(ctx)
	if err != nil {
		return nil, err
	}
	out := &body[items[KeyOut]]{items[KeyOut]{make([]KeyOut, len(keys))}}
	for i, k := range keys {
		if out.Body.Items[i], err = r.key(ctx, k); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type keyBody struct {
	Body struct {
		Name    string   `json:"name" maxLength:"100" example:"Tienda web"`
		Scopes  []string `json:"scopes" minItems:"1" maxItems:"50" doc:"AREA:LEVEL. Areas: contacts, deals, activities, settings, users, keys, bsale. Levels: read, write, admin; each includes those before it." example:"[\"contacts:write\",\"deals:read\"]"`
		Expires instant  `json:"expires,omitzero" doc:"Without it never"`
	}
}

func createKey(ctx context.Context, w *writing, in *keyBody) (*answer[newKeyOut], error) {
	grants, err := auth.ParseScopes(in.Body.Scopes)
	if err != nil {
		return nil, err
	}
	key, secret, err := w.Auth.CreateKeyIn(ctx, w.access(), w.principal, auth.NewKey{Name: in.Body.Name, Grants: grants, ExpiresAt: in.Body.Expires.Time})
	if err != nil {
		return nil, err
	}
	out, err := w.key(ctx, key)
	return &answer[newKeyOut]{Body: newKeyOut{out, secret}, Location: "/v1/keys/" + string(key.ID)}, err
}

type keyRotation struct {
	ByID
	Body struct {
		GraceHours int `json:"graceHours,omitempty" minimum:"0" maximum:"720" doc:"How long the old secret works beside the new one"`
	}
}

func rotateKey(ctx context.Context, w *writing, in *keyRotation) (*answer[newKeyOut], error) {
	grace := time.Duration(in.Body.GraceHours) * time.Hour
	key, secret, err := w.Auth.RotateKeyIn(ctx, w.access(), w.principal, in.ID, grace)
	if err != nil {
		return nil, err
	}
	out, err := w.key(ctx, key)
	return &answer[newKeyOut]{Body: newKeyOut{out, secret}}, err
}

type keyChange struct {
	ByID
	Body struct {
		Name    *string        `json:"name,omitempty" maxLength:"100"`
		Expires given[instant] `json:"expires,omitzero" doc:"null: never"`
	}
}

func patchKey(ctx context.Context, c *call, in *keyChange) (*body[KeyOut], error) {
	change := auth.KeyChange{Name: in.Body.Name}
	if in.Body.Expires.Set {
		change.ExpiresAt = &in.Body.Expires.Value.Time
	}
	key, err := c.Auth.ChangeKey(ctx, c.principal, in.ID, change)
	if err != nil {
		return nil, err
	}
	out := &body[KeyOut]{}
	err = c.view(ctx, func(r *reading) (err error) {
		out.Body, err = r.key(ctx, key)
		return err
	})
	return out, err
}

func revokeKey(ctx context.Context, c *call, in *ByID) (*empty, error) {
	_, err := c.Auth.RevokeKey(ctx, c.principal, in.ID)
	return nil, err
}
