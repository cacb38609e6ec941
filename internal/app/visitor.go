package app

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// visitors returns what tells where a request comes from: the other end of the connection or, when that is a proxy that is trusted or on this machine, the nearest address before it that is
// neither. What stands further away in X-Forwarded-For is whatever the visitor wrote there.
func visitors(proxies []netip.Prefix) func(*http.Request) netip.Addr {
	trusted := func(address netip.Addr) bool {
		return address.IsLoopback() || slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(address) })
	}
	return func(r *http.Request) netip.Addr {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return netip.Addr{}
		}
		address := peer.Addr().Unmap()
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, hop := range slices.Backward(hops) {
			before, err := netip.ParseAddr(strings.TrimSpace(hop))
			if err != nil || !trusted(address) {
				break
			}
			address = before.Unmap()
		}
		return address
	}
}
