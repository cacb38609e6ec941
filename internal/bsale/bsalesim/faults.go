package bsalesim

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is one switch: a name of FaultNames and, for most, a value.
type Fault struct {
	Name, Value string
}

// String is NAME or NAME=VALUE, as ParseFault reads it.
func (f Fault) String() string {
	if f.Value == "" {
		return f.Name
	}
	return f.Name + "=" + f.Value
}

// FaultInfo describes a fault in one line.
type FaultInfo struct {
	Name, Value, Help string
}

type faultKind uint8

const (
	kindWhen   faultKind = iota // an answer, at the calls that the value picks
	kindSwitch                  // on or off
	kindCount                   // a number
	kindWait                    // a duration
	kindParsed                  // checked by its own parser
)

type faultSpec struct {
	name  string
	kind  faultKind
	value string
	help  string
}

const whenHint = "[always|next:N|every:N|after:N|prob:P][@WORD]"

// faultSpecs is the whole catalogue, in the order of --help. Faults that answer come
// first and are tried in this order, so that one call has one fate.
var faultSpecs = []faultSpec{
	{"drop", kindWhen, whenHint, "close the connection without an answer"},
	{"401", kindWhen, whenHint, "refuse the token, as when it was revoked"},
	{"402", kindWhen, whenHint, "company blocked for non-payment"},
	{"403", kindWhen, whenHint, "forbidden"},
	{"429", kindWhen, whenHint, "too many requests"},
	{"500", kindWhen, whenHint, "internal error"},
	{"500-unavailable", kindWhen, whenHint, `500 "The requested resource is not available", which may mean too many requests`},
	{"502", kindWhen, whenHint, "bad gateway"},
	{"503", kindWhen, whenHint, "service unavailable"},
	{"empty", kindWhen, whenHint, "200 with an empty body"},
	{"html", kindWhen, whenHint, "200 with a page of HTML"},
	{"truncated", kindWhen, whenHint, "200 with JSON that breaks off"},
	{"post-timeout", kindWhen, whenHint, "POST of a client: created, but the answer never comes"},
	{"429-rate", kindParsed, "R[:BLOCK]", "429 above R calls a second, then for all calls during BLOCK (default 5m)"},
	{"429-header", kindParsed, "SECONDS|none", "Retry-After on 429 (default 1)"},
	{"429-body", kindParsed, "SECONDS|none", "retry_after in the body of 429 (default none)"},
	{"slow", kindWait, "DURATION", "wait before every answer"},
	{"insert-between-pages", kindCount, "N", "issue N documents after each page of documents"},
	{"annul-between-pages", kindCount, "N", "annul N documents of each page of documents just served, so that rows leave the filtered list"},
	{"newest-first", kindSwitch, "", "list documents by falling id"},
	{"short-pages", kindCount, "N", "pages carry N rows less than asked for"},
	{"legacy-dates", kindSwitch, "", "dates at 03:00Z instead of midnight UTC"},
	{"list-state-default", kindSwitch, "", "lists without state show state 0 only"},
	{"payments-array", kindSwitch, "", "expanded payments as a bare array"},
	{"next", kindParsed, "absent|null|token", "next on the last page: absent (default) or null; token: next carries the token"},
	{"no-created-at", kindSwitch, "", "clients without createdAt and updatedAt"},
	{"string-numbers", kindSwitch, "", "amounts and dates as quoted strings"},
	{"hide-emails", kindSwitch, "", `email "" in lists and expanded clients; the single client has it`},
	{"count-wrong", kindCount, "N", "count.json says N more than there are"},
	{"deleted-clients-404", kindSwitch, "", "a client with state 99 answers 404"},
	{"hook-duplicates", kindCount, "N", "send each notification N more times"},
	{"hook-delay", kindWait, "DURATION", "send notifications later"},
	{"hook-disorder", kindSwitch, "", "send notifications out of order"},
	{"hook-no-send", kindSwitch, "", "leave send out of the notification"},
	{"hook-test", kindSwitch, "", "send an empty test notification first"},
	{"hook-early", kindParsed, "N|DURATION", "notify before the document can be read: its first N reads, or all for a while, answer 404"},
	{"hook-annul", kindSwitch, "", "notify annulments too (put)"},
	{"hook-retry", kindCount, "N", "try a refused notification up to N more times"},
}

// FaultNames describes every fault, for --help.
func FaultNames() []FaultInfo {
	infos := make([]FaultInfo, len(faultSpecs))
	for i, s := range faultSpecs {
		infos[i] = FaultInfo{s.name, s.value, s.help}
	}
	return infos
}

// ParseFault reads NAME or NAME=VALUE. An unknown name is an error that lists the
// known ones; a value that the fault does not take is an error too.
func ParseFault(s string) (Fault, error) {
	name, value, _ := strings.Cut(strings.TrimSpace(s), "=")
	f := Fault{strings.TrimSpace(name), strings.TrimSpace(value)}
	_, err := compile(f)
	return f, err
}

// activeFault is a fault that is on.
type activeFault struct {
	fault Fault
	spec  *faultSpec

	mode string // of when
	n    int
	prob float64
	path string
	wait time.Duration

	seen int // calls looked at since it was switched on
	left int // for next
}

func compile(f Fault) (*activeFault, error) {
	i := slices.IndexFunc(faultSpecs, func(s faultSpec) bool { return s.name == f.Name })
	if i < 0 {
		names := make([]string, len(faultSpecs))
		for j, s := range faultSpecs {
			names[j] = s.name
		}
		return nil, fmt.Errorf("bsalesim: unknown fault %q; known are %s", f.Name, strings.Join(names, ", "))
	}
	spec := &faultSpecs[i]
	a := &activeFault{fault: f, spec: spec}
	bad := fmt.Errorf("bsalesim: fault %s takes %s, not %q", f.Name, valueHint(spec), f.Value)
	switch spec.kind {
	case kindWhen:
		if !a.parseWhen(f.Value) {
			return nil, bad
		}
	case kindSwitch:
		if f.Value != "" && f.Value != "on" {
			return nil, bad
		}
	case kindCount:
		n, err := strconv.Atoi(f.Value)
		if f.Value == "" {
			n, err = 1, nil
		}
		if err != nil || n < 1 {
			return nil, bad
		}
		a.n = n
	case kindWait:
		d, err := time.ParseDuration(f.Value)
		if err != nil || d <= 0 {
			return nil, bad
		}
		a.wait = d
	case kindParsed:
		if !a.parseOther() {
			return nil, bad
		}
	}
	return a, nil
}

func valueHint(s *faultSpec) string {
	if s.value == "" {
		return "no value"
	}
	return s.value
}

func (a *activeFault) parseWhen(value string) bool {
	value, a.path, _ = strings.Cut(value, "@")
	mode, arg, _ := strings.Cut(value, ":")
	a.mode = mode
	switch mode {
	case "", "always":
		a.mode = "always"
		return arg == ""
	case "next", "every", "after":
		n, err := strconv.Atoi(arg)
		a.n, a.left = n, n
		return err == nil && (n > 0 || mode == "after" && n == 0)
	case "prob":
		p, err := strconv.ParseFloat(arg, 64)
		a.prob = p
		return err == nil && p >= 0 && p <= 1
	default:
		return false
	}
}

func (a *activeFault) parseOther() bool {
	v := a.fault.Value
	switch a.fault.Name {
	case "429-rate":
		rate, block, timed := strings.Cut(v, ":")
		n, err := strconv.Atoi(rate)
		a.n, a.wait = n, 5*time.Minute
		if timed {
			d, derr := time.ParseDuration(block)
			if derr != nil || d < 0 {
				return false
			}
			a.wait = d
		}
		return err == nil && n > 0
	case "429-header", "429-body":
		if v == "none" {
			a.n = -1
			return true
		}
		n, err := strconv.Atoi(v)
		a.n = n
		return err == nil && n >= 0
	case "next":
		return v == "absent" || v == "null" || v == "token"
	case "hook-early":
		if n, err := strconv.Atoi(v); err == nil {
			a.n = n
			return n > 0
		}
		d, err := time.ParseDuration(v)
		a.wait = d
		return err == nil && d > 0
	default:
		return false
	}
}

// hits says whether the fault strikes this call. Chance is a function of the seed
// and the number of the call, so that a run can be repeated.
func (a *activeFault) hits(seed, call uint64, path string) bool {
	if a.path != "" && !strings.Contains(path, a.path) {
		return false
	}
	a.seen++
	switch a.mode {
	case "always":
		return true
	case "next":
		if a.left > 0 {
			a.left--
			return true
		}
		return false
	case "every":
		return a.seen%a.n == 0
	case "after":
		return a.seen > a.n
	default:
		h := fnv.New64a()
		_, _ = h.Write([]byte(a.fault.Name))
		return float64(mix(seed^h.Sum64()^call*0x9e37)>>11)/(1<<53) < a.prob
	}
}

// faultSet is what is switched on.
type faultSet struct {
	mu    sync.Mutex
	on    map[string]*activeFault
	clock func() time.Time

	second       int64 // for 429-rate
	inSecond     int
	blockedUntil time.Time
}

func (s *faultSet) set(f Fault) error {
	a, err := compile(f)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on[f.Name] = a
	if f.Name == "429-rate" {
		s.blockedUntil = time.Time{}
	}
	return nil
}

func (s *faultSet) clear(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(names) == 0 {
		clear(s.on)
	}
	for _, n := range names {
		delete(s.on, n)
	}
}

func (s *faultSet) list() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	faults := make([]Fault, 0, len(s.on))
	for i := range faultSpecs {
		if a, ok := s.on[faultSpecs[i].name]; ok {
			faults = append(faults, a.fault)
		}
	}
	return faults
}

func (s *faultSet) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on[name] != nil
}

// count is the number given with a fault, 0 when it is off.
func (s *faultSet) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.on[name]; a != nil {
		return a.n
	}
	return 0
}

func (s *faultSet) wait(name string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.on[name]; a != nil {
		return a.wait
	}
	return 0
}

func (s *faultSet) value(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.on[name]; a != nil {
		return a.fault.Value
	}
	return ""
}

// strike picks the fate of one call: the name of the fault that hits it, or "".
func (s *faultSet) strike(seed, call uint64, method, path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.on) == 0 {
		return ""
	}
	if s.overRate() {
		return "429"
	}
	for i := range faultSpecs {
		if faultSpecs[i].kind != kindWhen {
			break
		}
		a := s.on[faultSpecs[i].name]
		if a == nil || a.fault.Name == "post-timeout" && (method != "POST" || !strings.HasSuffix(path, "/clients.json")) {
			continue
		}
		if a.hits(seed, call, path) {
			return a.fault.Name
		}
	}
	return ""
}

func (s *faultSet) overRate() bool {
	a := s.on["429-rate"]
	if a == nil {
		return false
	}
	now := s.clock()
	if now.Before(s.blockedUntil) {
		return true
	}
	if sec := now.Unix(); sec != s.second {
		s.second, s.inSecond = sec, 0
	}
	if s.inSecond++; s.inSecond <= a.n {
		return false
	}
	s.blockedUntil = now.Add(a.wait)
	return true
}

func (s *faultSet) style() style {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.on) == 0 {
		return style{}
	}
	return style{
		legacyDates:   s.on["legacy-dates"] != nil,
		noCreatedAt:   s.on["no-created-at"] != nil,
		stringNumbers: s.on["string-numbers"] != nil,
		paymentsArray: s.on["payments-array"] != nil,
		hideEmails:    s.on["hide-emails"] != nil,
	}
}
