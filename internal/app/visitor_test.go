package app

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestAVisitorsAddressIsTheNearestThatIsNoTrustedProxy(t *testing.T) {
	address := visitors([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	for _, c := range []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"nobody between", "198.51.100.7:5000", nil, "198.51.100.7"},
		{"a stranger who claims to be somebody else", "198.51.100.7:5000", []string{"203.0.113.9"}, "198.51.100.7"},
		{"a proxy on this machine", "127.0.0.1:5000", []string{"203.0.113.9"}, "203.0.113.9"},
		{"a trusted proxy elsewhere", "10.1.2.3:5000", []string{"203.0.113.9"}, "203.0.113.9"},
		{"two trusted proxies", "127.0.0.1:5000", []string{"203.0.113.9, 10.1.2.3"}, "203.0.113.9"},
		{"what the visitor wrote before is not believed", "127.0.0.1:5000", []string{"192.0.2.1, 203.0.113.9"}, "203.0.113.9"},
		{"nor in a line of its own", "127.0.0.1:5000", []string{"192.0.2.1", "203.0.113.9"}, "203.0.113.9"},
		{"something that is no address", "127.0.0.1:5000", []string{"unknown"}, "127.0.0.1"},
		{"the same in version 6", "[::ffff:198.51.100.7]:5000", nil, "198.51.100.7"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := address(r); got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
