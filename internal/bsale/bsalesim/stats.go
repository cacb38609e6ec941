package bsalesim

import (
	"maps"
	"sync"
)

// Stats counts what was asked for and what was sent, since the start or the last
// reset.
type Stats struct {
	// Calls counts answers by endpoint ("GET documents", "GET clients/{id}") and HTTP
	// status; status 0 is a connection closed without an answer.
	Calls map[string]map[int]int `json:"calls"`
	Total int                    `json:"total"`

	DocumentsServed int `json:"documents_served"`
	DocumentsIssued int `json:"documents_issued"`
	ClientsCreated  int `json:"clients_created"`
	ClientsChanged  int `json:"clients_changed"`

	HooksSent      int `json:"hooks_sent"`
	HooksAccepted  int `json:"hooks_accepted"`
	HooksRefused   int `json:"hooks_refused"`
	HooksUnderWay  int `json:"hooks_under_way"`
	ConnectionsCut int `json:"connections_cut"`
}

type stats struct {
	mu sync.Mutex
	s  Stats
}

func (st *stats) add(change func(*Stats)) {
	st.mu.Lock()
	defer st.mu.Unlock()
	change(&st.s)
}

func (st *stats) call(endpoint string, status int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.s.Calls == nil {
		st.s.Calls = map[string]map[int]int{}
	}
	by := st.s.Calls[endpoint]
	if by == nil {
		by = map[int]int{}
		st.s.Calls[endpoint] = by
	}
	by[status]++
	st.s.Total++
	if status == 0 {
		st.s.ConnectionsCut++
	}
}

// Stats returns the counters.
func (s *Simulator) Stats() Stats {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	out := s.stats.s
	out.Calls = map[string]map[int]int{}
	for endpoint, by := range s.stats.s.Calls {
		out.Calls[endpoint] = maps.Clone(by)
	}
	out.HooksUnderWay = s.hooks.pending()
	return out
}

// ResetStats sets the counters to zero.
func (s *Simulator) ResetStats() { s.stats.add(func(st *Stats) { *st = Stats{} }) }

// Count is the number of answers of one endpoint with that status; status 0 counts all.
func (s Stats) Count(endpoint string, status int) int {
	n := 0
	for st, c := range s.Calls[endpoint] {
		if status == 0 || st == status {
			n += c
		}
	}
	return n
}
