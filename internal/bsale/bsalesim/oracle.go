package bsalesim

import "net/http"

func (s *Simulator) postOracle(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNotFound)
}
