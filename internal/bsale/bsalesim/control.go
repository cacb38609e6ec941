package bsalesim

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
)

// control answers /_sim/…: no token, loopback only, and not to pages of other sites
// that run in a browser on this machine.
func (s *Simulator) control(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		controlError(w, http.StatusForbidden, errors.New("the control side is served to loopback only"))
		return
	}
	if err := s.cors.Check(r); err != nil {
		controlError(w, http.StatusForbidden, err)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sim/stats", s.getStats)
	mux.HandleFunc("DELETE /_sim/stats", s.deleteStats)
	mux.HandleFunc("GET /_sim/faults", s.getFaults)
	mux.HandleFunc("PUT /_sim/faults", s.putFaults)
	mux.HandleFunc("DELETE /_sim/faults", s.deleteFaults)
	mux.HandleFunc("PUT /_sim/faults/{name}", s.putFault)
	mux.HandleFunc("DELETE /_sim/faults/{name}", s.deleteFault)
	mux.HandleFunc("POST /_sim/issue", s.postIssue)
	mux.HandleFunc("POST /_sim/annul", s.postAnnul)
	mux.HandleFunc("POST /_sim/credit", s.postCredit)
	mux.HandleFunc("POST /_sim/client", s.postClient)
	mux.HandleFunc("POST /_sim/pass", s.postPass)
	mux.HandleFunc("POST /_sim/oracle", s.postOracle)
	mux.ServeHTTP(w, r)
}

func controlError(w http.ResponseWriter, status int, err error) {
	controlJSON(w, status, map[string]string{"error": strings.TrimPrefix(err.Error(), "bsalesim: ")})
}

func controlJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}

func controlBody(w http.ResponseWriter, r *http.Request, v any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		controlError(w, http.StatusBadRequest, err)
		return false
	}
	return true
}

func (s *Simulator) getStats(w http.ResponseWriter, _ *http.Request) {
	controlJSON(w, http.StatusOK, s.Stats())
}

func (s *Simulator) deleteStats(w http.ResponseWriter, _ *http.Request) {
	s.ResetStats()
	w.WriteHeader(http.StatusNoContent)
}

// getFaults is an object from name to value.
func (s *Simulator) getFaults(w http.ResponseWriter, _ *http.Request) {
	on := map[string]string{}
	for _, f := range s.Faults() {
		on[f.Name] = f.Value
	}
	controlJSON(w, http.StatusOK, on)
}

// putFaults replaces what is on; nothing changes when one of them is wrong.
func (s *Simulator) putFaults(w http.ResponseWriter, r *http.Request) {
	var on map[string]string
	if !controlBody(w, r, &on) {
		return
	}
	for name, value := range on {
		if _, err := compile(Fault{name, value}); err != nil {
			controlError(w, http.StatusBadRequest, err)
			return
		}
	}
	s.ClearFaults()
	for name, value := range on {
		_ = s.SetFault(Fault{name, value}) // compiled just above
	}
	s.getFaults(w, r)
}

func (s *Simulator) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	s.ClearFaults()
	w.WriteHeader(http.StatusNoContent)
}

// putFault switches one on; the body is its value as plain text.
func (s *Simulator) putFault(w http.ResponseWriter, r *http.Request) {
	value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1024))
	if err == nil {
		err = s.SetFault(Fault{r.PathValue("name"), strings.TrimSpace(string(value))})
	}
	if err != nil {
		controlError(w, http.StatusBadRequest, err)
		return
	}
	s.getFaults(w, r)
}

func (s *Simulator) deleteFault(w http.ResponseWriter, r *http.Request) {
	s.ClearFaults(r.PathValue("name"))
	w.WriteHeader(http.StatusNoContent)
}

func (s *Simulator) postIssue(w http.ResponseWriter, r *http.Request) {
	var req IssueRequest
	if !controlBody(w, r, &req) {
		return
	}
	ids, err := s.Issue(req)
	if err != nil {
		controlError(w, http.StatusBadRequest, err)
		return
	}
	controlJSON(w, http.StatusCreated, map[string]any{"ids": ids})
}

func (s *Simulator) postAnnul(w http.ResponseWriter, r *http.Request) {
	var req struct {
		ID int64 `json:"id"`
	}
	if !controlBody(w, r, &req) {
		return
	}
	if err := s.Annul(req.ID); err != nil {
		controlError(w, http.StatusBadRequest, err)
		return
	}
	controlJSON(w, http.StatusOK, map[string]any{"id": req.ID})
}

func (s *Simulator) postCredit(w http.ResponseWriter, r *http.Request) {
	var req struct {
		ID     int64       `json:"id"`
		Amount json.Number `json:"amount"`
	}
	if !controlBody(w, r, &req) {
		return
	}
	var amount Money
	var err error
	if req.Amount != "" {
		amount, err = ParseMoney(req.Amount.String())
	}
	var id int64
	if err == nil {
		id, err = s.Credit(req.ID, amount)
	}
	if err != nil {
		controlError(w, http.StatusBadRequest, err)
		return
	}
	controlJSON(w, http.StatusCreated, map[string]any{"id": id})
}

// postClient changes a client as somebody at the shop would: id and any of the fields
// that PUT /v1/clients/{id}.json takes.
func (s *Simulator) postClient(w http.ResponseWriter, r *http.Request) {
	var req struct {
		ID int `json:"id"`
		clientBody
	}
	if !controlBody(w, r, &req) {
		return
	}
	err := errFixtures
	if s.fixtures == nil {
		err = s.world.EditClient(req.ID, func(c *Client) {
			req.apply(c)
			c.UpdatedAt = s.now().Unix()
		})
	}
	if err != nil {
		controlError(w, http.StatusBadRequest, err)
		return
	}
	controlJSON(w, http.StatusOK, map[string]any{"id": req.ID})
}

func (s *Simulator) postPass(w http.ResponseWriter, _ *http.Request) {
	s.world.MarkPass()
	w.WriteHeader(http.StatusNoContent)
}
