package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"puente/internal/auth"
	"puente/internal/config"
	"puente/internal/crm"
)

// CreateKey makes an API key. Its secret alone goes to the output, so that a script can take it.
func CreateKey(ctx context.Context, settings config.KeyCreate, console Console) error {
	grants, err := auth.ParseScopes(settings.Scopes)
	if err != nil {
		return err
	}
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		expires, err := o.endOf(settings.Expires)
		if err != nil {
			return err
		}
		key, secret, err := o.access.CreateKey(ctx, o.operator(), auth.NewKey{Name: settings.Name, Grants: grants, ExpiresAt: expires})
		if err != nil {
			return err
		}
		console.Say("key.created", "name", key.Name, "scopes", strings.Join(key.Grants.Scopes(), ", "), "hint", key.Hint)
		_, err = fmt.Fprintln(console.Out, secret)
		return err
	})
}

// endOf returns the instant at which a day is over for the account; zero for no day.
func (o *office) endOf(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	var last crm.Date
	if err := last.UnmarshalText([]byte(day)); err != nil {
		return time.Time{}, err // config has checked it
	}
	return last.AddDays(1).Time(o.account.Location()), nil
}

// listedKey is a key as "key list --json" shows it.
type listedKey struct {
	ID         crm.ID     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`
	Scopes     []string   `json:"scopes"`
	State      string     `json:"state"`
	CreatedAt  *time.Time `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt,omitempty"`
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
	RevokedAt  *time.Time `json:"revokedAt,omitempty"`
}

// ListKeys lists the account's API keys.
func ListKeys(ctx context.Context, settings config.Keys, console Console) error {
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		keys, err := o.access.Keys(ctx, o.operator())
		if err != nil {
			return err
		}
		now := time.Now()
		if settings.JSON {
			list := []listedKey{}
			for _, k := range keys {
				list = append(list, listedKey{
					k.ID, k.Name, k.Hint, k.Grants.Scopes(), keyState(k, now), optionalTime(k.CreatedAt), optionalTime(k.ExpiresAt),
					optionalTime(k.LastUsedAt), optionalTime(k.RevokedAt),
				})
			}
			return console.printJSON(list)
		}
		w := tabwriter.NewWriter(console.Out, 0, 4, 2, ' ', 0)
		for _, k := range keys {
			used := o.local(k.LastUsedAt)
			if used == "" {
				used = console.Text("key.unused")
			}
			fmt.Fprintf(w, "%s\t%s\t…%s\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.Hint, strings.Join(k.Grants.Scopes(), ","),
				console.Text("key_state."+keyState(k, now)), o.local(k.ExpiresAt), used)
		}
		return w.Flush()
	})
}

func keyState(k auth.APIKey, now time.Time) string {
	switch {
	case !k.RevokedAt.IsZero():
		return "revoked"
	case k.Expired(now):
		return "expired"
	}
	return "active"
}

// RotateKey gives a key another secret, which alone goes to the output.
func RotateKey(ctx context.Context, settings config.KeyRotate, console Console) error {
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		key, err := o.key(ctx, settings.Key.Key)
		if err != nil {
			return err
		}
		key, secret, err := o.access.RotateKey(ctx, o.operator(), key.ID, settings.Lasting())
		if err != nil {
			return err
		}
		console.Say("key.rotated", "name", key.Name, "until", o.local(time.Now().Add(settings.Lasting())), "hint", key.Hint)
		_, err = fmt.Fprintln(console.Out, secret)
		return err
	})
}

// RevokeKey ends a key for good.
func RevokeKey(ctx context.Context, settings config.Key, console Console) error {
	return onAccount(ctx, settings.Database, settings.InAccount, func(o *office) error {
		key, err := o.key(ctx, settings.Key)
		if err != nil {
			return err
		}
		if key, err = o.access.RevokeKey(ctx, o.operator(), key.ID); err != nil {
			return err
		}
		console.Print("key.revoked", "name", key.Name)
		return nil
	})
}

// key returns the key with an id, or with a name that no other key in use has. not_found: key_not_found. conflict: key_name_ambiguous.
func (o *office) key(ctx context.Context, which string) (auth.APIKey, error) {
	keys, err := o.access.Keys(ctx, o.operator())
	if err != nil {
		return auth.APIKey{}, err
	}
	if at := slices.IndexFunc(keys, func(k auth.APIKey) bool { return string(k.ID) == which }); at >= 0 {
		return keys[at], nil
	}
	keys = slices.DeleteFunc(keys, func(k auth.APIKey) bool {
		return !k.RevokedAt.IsZero() || !strings.EqualFold(k.Name, strings.TrimSpace(which))
	})
	switch len(keys) {
	case 0:
		return auth.APIKey{}, crm.NewError(crm.NotFound, "key_not_found", "id", which)
	case 1:
		return keys[0], nil
	}
	return auth.APIKey{}, crm.NewError(crm.Conflict, "key_name_ambiguous", "name", which)
}
