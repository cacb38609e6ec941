package web

import (
	"net"
	"net/http"
	"net/netip"
)

// forwarded are the headers in which proxies say that a request came from elsewhere.
var forwarded = []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"}

// onThisMachine lets only those see a page who sit at this machine: there is no login yet, the pages name customers, and the same address receives Bsale's
// notifications from the internet. What comes through a proxy counts as from elsewhere, as does a foreign name for this machine (a browser can be led to
// one).
func onThisMachine(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !isLoopback(r.RemoteAddr) || !isLoopback(r.Host) {
			return problem{status: http.StatusForbidden, key: "page.only_here"}
		}
		for _, name := range forwarded {
			if r.Header.Get(name) != "" {
				return problem{status: http.StatusForbidden, key: "page.only_here"}
			}
		}
		return h(w, r)
	}
}

// isLoopback says whether an address, with or without port, is this machine's own.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(trimBrackets(host))
	return err == nil && ip.Unmap().IsLoopback()
}

func trimBrackets(host string) string {
	if n := len(host); n > 1 && host[0] == '[' && host[n-1] == ']' {
		return host[1 : n-1]
	}
	return host
}
