package api_test

import (
	"net/http"
	"net/netip"
	"testing"

	"puente/internal/api"
)

// TestGuessesAreLimitedByWhatOneHostHas guesses at keys from all over a network that one customer of a provider has.
func TestGuessesAreLimitedByWhatOneHostHas(t *testing.T) {
	address := netip.MustParseAddr("2001:db8:1:2::1")
	w := newWorld(t, func(o *api.Options) {
		o.RequestsPerSecond, o.Burst = 1, 5
		o.Address = func(*http.Request) netip.Addr { return address }
	})
	guess := func(status int) {
		t.Helper()
		w.mustAsk(status, "GET", "/v1/crm/tags", nil, "X-Api-Key", "pk_guess")
	}
	for range 5 {
		guess(401)
		address = address.Next()
	}
	guess(429)
	address = netip.MustParseAddr("2001:db8:1:3::1")
	guess(401)
	address = netip.MustParseAddr("::ffff:192.0.2.1")
	for range 5 {
		guess(401)
	}
	address = netip.MustParseAddr("192.0.2.1") // the same
	guess(429)
	address = netip.MustParseAddr("192.0.2.2")
	guess(401)
}
