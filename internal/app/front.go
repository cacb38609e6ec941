package app

import (
	"net/http"
	"net/netip"
	"strings"

	"puente/internal/api"
	"puente/internal/auth"
	"puente/internal/crm"
	"puente/internal/web"
)

// apiPaths are where the API answers; everything else is the pages'.
var apiPaths = []string{"/v1/", "/openapi.json", "/docs", "/docs/"}

// front returns the handler of everything that the service answers: the API beside the pages. What lasts ends when stopping is closed.
func (a *App) front(o Options, stopping <-chan struct{}) (http.Handler, error) {
	access := auth.New(auth.Options{Store: a.store, Now: o.Now, Log: o.Log})
	pages, err := web.New(web.Options{
		Store: a.store, Auth: access, Engine: a.engine, Receive: a.intake.Receive, Ready: a.Ready, PublicURL: a.PublicURL, Address: remoteAddress, Stopping: stopping, Demo: o.Demo,
		Language: crm.Spanish, Now: o.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	rest, err := api.New(api.Options{
		Store: a.store, Auth: access, Engine: a.engine, PublicURL: a.PublicURL, Address: remoteAddress, Now: o.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, path := range apiPaths {
		mux.Handle(path, rest)
	}
	mux.Handle("/", pages)
	return mux, nil
}

// remoteAddress returns the other end of a connection, or what a proxy on this machine says that it stands for.
func remoteAddress(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address := peer.Addr().Unmap()
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" && address.IsLoopback() {
		last := forwarded[strings.LastIndexByte(forwarded, ',')+1:]
		if client, err := netip.ParseAddr(strings.TrimSpace(last)); err == nil {
			return client.Unmap()
		}
	}
	return address
}
