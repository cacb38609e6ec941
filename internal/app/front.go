package app

import (
	"net/http"

	"puente/internal/api"
	"puente/internal/auth"
	"puente/internal/crm"
	"puente/internal/web"
)

// apiPaths are where the API answers; everything else is the pages'.
var apiPaths = []string{"/v1/", "/openapi.json", "/docs", "/docs/"}

// front returns the handler of everything that the service answers: the API beside the pages. What lasts ends when stopping is closed.
func (a *App) front(o Options, stopping <-chan struct{}) (http.Handler, error) {
	proxies, err := a.settings.Proxies()
	if err != nil {
		return nil, err
	}
	visitor := visitors(proxies)
	access := auth.New(auth.Options{Store: a.store, Now: o.Now, Log: o.Log})
	pages, err := web.New(web.Options{
		Store: a.store, Auth: access, Engine: a.engine, Receive: a.intake.Receive, Ready: a.Ready, PublicURL: a.PublicURL, Address: visitor, Stopping: stopping, Demo: o.Demo,
		Language: crm.Spanish, Now: o.Now, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	rest, err := api.New(api.Options{
		Store: a.store, Auth: access, Engine: a.engine, PublicURL: a.PublicURL, Address: visitor, Now: o.Now, Log: o.Log,
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
