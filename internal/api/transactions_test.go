package api_test

import (
	"context"
	"testing"
	"time"

	"puente/internal/crm"
)

// TestMoreClientsThanConnections makes requests that have to find out the caller's language, many more at once than the store has connections.
func TestMoreClientsThanConnections(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		admin := w.users[crm.RoleAdmin]
		session := []string{"Authorization", "Bearer " + w.login(admin, w.account.ID)}
		deal := w.deal()
		ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
		defer cancel()
		w.ctx = ctx
		for _, r := range []struct {
			status       int
			method, path string
			body         any
			headers      []string
		}{
			{200, "POST", "/v1/crm/contacts/batch", `{"items":[{"contact":{}},{"contact":{"personal":{"email":"nada"}}}]}`, nil},
			{200, "POST", "/v1/crm/deals/batch", `{"items":[{"deal":{"name":""}}]}`, session},
			{404, "GET", "/v1/crm/contacts/none", nil, nil},
			{200, "GET", "/v1/crm/contacts.csv", nil, session},
			{200, "GET", "/v1/apps", nil, nil},
			{200, "GET", "/v1/crm/deals/" + deal + "/timeline", nil, nil},
			{422, "PATCH", "/v1/crm/deals/" + deal, `{"value":"x"}`, session},
		} {
			const clients = 60
			failed := make(chan string, clients)
			for range clients {
				go func() {
					g, err := w.try(r.method, r.path, r.body, r.headers...)
					switch {
					case err != nil:
						failed <- err.Error()
					case g.status != r.status:
						failed <- string(g.text)
					default:
						failed <- ""
					}
				}()
			}
			for range clients {
				if f := <-failed; f != "" {
					t.Errorf("%s %s: %s", r.method, r.path, f)
				}
			}
		}
	})
}
