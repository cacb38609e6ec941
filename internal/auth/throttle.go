package auth

import (
	"cmp"
	"context"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"puente/internal/crm"
)

// Counter counts attempts that were wrong, under a key. It lets Burst through at once and then one each Refill. What is kept is one instant: how far ahead of
// the present the attempts have got.
type Counter struct {
	Key    Hash
	Burst  int
	Refill time.Duration
}

// Wait returns how long to wait when the counter has got to an instant; 0: no need to.
func (c Counter) Wait(busyUntil, now time.Time) time.Duration {
	return max(0, busyUntil.Sub(now)-time.Duration(c.Burst)*c.Refill)
}

// newCounter returns a counter of what parts say. Its key is a hash, so that the table tells nobody who tried to log in from where.
func newCounter(burst int, refill time.Duration, parts ...string) Counter {
	key := ""
	for _, p := range parts {
		key += strconv.Itoa(len(p)) + ":" + p
	}
	return Counter{Key: hashOf(key), Burst: burst, Refill: refill}
}

// counters returns those of an attempt to log in.
//
// A browser in which this person once logged in has a counter of its own and no other, so that an attack on the e-mail, even one from the same address, blocks
// nobody's own browser. All others share counters: of the e-mail and the network, of the address whatever e-mails it tries, and of the e-mail wherever
// the attempts come from.
func counters(email string, address netip.Addr, device Hash, known bool) []Counter {
	if known {
		return []Counter{newCounter(10, passwordRefill, "device", string(device), email)}
	}
	return []Counter{
		newCounter(10, passwordRefill, "e-mail and network", email, networkOf(address)),
		addressCounter(address),
		newCounter(100, time.Minute, "e-mail", email),
	}
}

// addressCounter is that of an address, which one host has alone.
func addressCounter(address netip.Addr) Counter {
	return newCounter(50, 30*time.Second, "address", HostOf(address))
}

// HostOf names whoever has an address: itself, but of IPv6 the network of which one host has all addresses.
func HostOf(address netip.Addr) string {
	if address = address.Unmap(); address.Is6() {
		return networkOf(address)
	}
	return address.String()
}

// networkOf returns the network of an address: as small as one customer of a provider gets.
func networkOf(address netip.Addr) string {
	address = address.Unmap()
	bits := 24
	if address.Is6() {
		bits = 64
	}
	network, err := address.WithZone("").Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return network.String()
}

// attempt counts an attempt before it is looked at, so that many at once are no way around the counters. Whoever was right takes it back.
//
// rate_limited: too_many_attempts, with the seconds to wait.
func (s *Service) attempt(ctx context.Context, counters []Counter) (right func(ctx context.Context) error, err error) {
	slices.SortFunc(counters, func(a, b Counter) int { return cmp.Compare(a.Key, b.Key) })
	wait, err := s.store.CountAttempt(ctx, counters, s.now())
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, crm.NewError(crm.RateLimited, "too_many_attempts",
			"seconds", strconv.Itoa(int(math.Ceil(wait.Seconds()))), "minutes", strconv.Itoa(int(math.Ceil(wait.Minutes()))))
	}
	return func(ctx context.Context) error { return s.store.UncountAttempt(ctx, counters) }, nil
}
