package web

import (
	"maps"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

func init() {
	maps.Copy(samples, appsSamples)
	maps.Copy(audience, appsAudience)
	examplePages["/configuracion/apps/llaves/{id}"] = func(w *world) string { return "/configuracion/apps/llaves/" + string(w.key().ID) }
	examplePages["/configuracion/apps/llaves/{id}/revocar"] = func(w *world) string { return "/configuracion/apps/llaves/" + string(w.key().ID) + "/revocar" }
	examplePages["/sincronizacion/documentos/{id}"] = func(w *world) string {
		sim := w.connected()
		ids, err := sim.Issue(bsalesim.IssueRequest{Kind: "receipt", Count: 1})
		must(w.t, err)
		w.sync()
		return documentPath(ids[0])
	}
}

// key makes an API key.
func (w *world) key() auth.APIKey {
	w.t.Helper()
	key, _, err := w.auth.CreateKey(w.t.Context(), auth.Operator(w.account.ID), auth.NewKey{Name: nasty[:90], Grants: auth.Grants{auth.Deals: auth.Read}})
	must(w.t, err)
	return key
}

// appsAudience is as audience.
var appsAudience = map[string]string{
	"GET /configuracion/apps":                         "editor",
	"GET /configuracion/apps/catalogo":                "editor",
	"GET /configuracion/apps/catalogo/bsale":          "editor",
	"POST /configuracion/apps/api":                    "admin",
	"GET /configuracion/apps/llaves/nueva":            "admin",
	"POST /configuracion/apps/llaves/nueva":           "admin",
	"GET /configuracion/apps/llaves/{id}":             "admin",
	"POST /configuracion/apps/llaves/{id}":            "admin",
	"POST /configuracion/apps/llaves/{id}/renovar":    "admin",
	"GET /configuracion/apps/llaves/{id}/revocar":     "admin",
	"POST /configuracion/apps/llaves/{id}/revocar":    "admin",
	"GET /configuracion/apps/bsale":                   "admin",
	"POST /configuracion/apps/bsale":                  "admin",
	"POST /configuracion/apps/bsale/formulario":       "admin",
	"POST /configuracion/apps/bsale/probar":           "admin",
	"POST /configuracion/apps/bsale/vista-previa":     "admin",
	"GET /configuracion/apps/bsale/reprocesar":        "editor",
	"POST /configuracion/apps/bsale/reprocesar":       "editor",
	"GET /configuracion/apps/bsale/desconectar":       "admin",
	"POST /configuracion/apps/bsale/desconectar":      "admin",
	"GET /sincronizacion":                             "editor",
	"POST /sincronizacion/ahora":                      "editor",
	"GET /sincronizacion/pasadas":                     "editor",
	"POST /sincronizacion/pasadas/{id}/{que}":         "editor",
	"GET /sincronizacion/historia":                    "editor",
	"POST /sincronizacion/historia":                   "editor",
	"GET /sincronizacion/por-resolver":                "editor",
	"POST /sincronizacion/reintentar":                 "editor",
	"POST /sincronizacion/clientes/{id}/reintentar":   "editor",
	"GET /sincronizacion/documentos":                  "editor",
	"GET /sincronizacion/documentos/{id}":             "editor",
	"POST /sincronizacion/documentos/{id}/reintentar": "editor",
	"POST /sincronizacion/documentos/{id}/contacto":   "editor",
}

// appsSamples is as samples.
var appsSamples = map[string]func(full bool) any{
	"apps": func(full bool) any {
		p := appsPage{Page: samplePage(full), Docs: "/docs", ShowKeys: true}
		if full {
			p.MayChange, p.Bsale, p.Keys = true, appView{true, badgeView{Label: nasty, Tone: "good"}, p.Moment(start), nasty}, []keyView{sampleKey(p.Page)}
			ended := sampleKey(p.Page)
			ended.RevokedAt, ended.Past = start, true
			p.Ended = []keyView{ended}
		}
		return p
	},
	"apps_bsale":       func(full bool) any { return cataloguePage{samplePage(full), full, full} },
	"apps_catalogue":   func(full bool) any { return cataloguePage{samplePage(full), full, full} },
	"bsale_disconnect": func(full bool) any { return disconnectPage{samplePage(full)} },
	"keys_key": func(full bool) any {
		return keyPage{samplePage(full), sampleKey(samplePage(full)), sampleForm(full, "name"), sampleChoices(full)}
	},
	"keys_revoke": func(full bool) any {
		return keyPage{samplePage(full), sampleKey(samplePage(full)), sampleForm(full, "name"), nil}
	},
	"keys_new": func(full bool) any {
		return newKeyPage{samplePage(full), sampleForm(full, "name"), []areaView{{"scope.deals", nasty, nasty, sampleChoices(full)}}, sampleChoices(full)}
	},
	"keys_secret": func(full bool) any {
		p := samplePage(full)
		return secretPage{p, sampleKey(p), nasty, nasty, p.Moment(start), "/docs"}
	},
	"bsale": func(full bool) any { return sampleBsale(full) },
	"bsale_again": func(full bool) any {
		p := againPage{Page: samplePage(full), Form: sampleForm(full, "from")}
		if full {
			p.Connected, p.Preview, p.Limits, p.Running = true, samplePreview(p.Page), sampleChoices(true), true
		}
		return p
	},
	"sync": func(full bool) any {
		p := syncPage{Page: samplePage(full), syncFrame: sampleFrame(full)}
		if full {
			m := p.Moment(start)
			p.Pulse = pulseView{
				badgeView{Label: nasty},
				nasty,
				planWarning{nasty, nasty, nasty},
				true, true, "2s", m, m, m, "1234", "1", "2", "3", "4",
				[]todayPart{{nasty, "created", "1", "", "0", "100"}},
				"1",
				[]todayPart{{nasty, "good", "1", "/a", "", ""}},
				[]runView{sampleRun(p.Page)},
				true,
			}
		}
		return p
	},
	"sync_runs": func(full bool) any {
		p := runsPage{Page: samplePage(full), syncFrame: sampleFrame(full)}
		if full {
			p.Runs, p.Pager = []runView{sampleRun(p.Page)}, pager{"/a", "/b", nasty}
		}
		return p
	},
	"sync_backfill": func(full bool) any {
		return backfillPage{samplePage(full), sampleFrame(full), sampleForm(full, "from"), nasty, nasty, full, ""}
	},
	"sync_documents": func(full bool) any {
		p := documentsPage{Page: samplePage(full), syncFrame: sampleFrame(full), Form: sampleForm(full, "q")}
		if full {
			p.States, p.Reasons, p.Kinds, p.Documents, p.Filtered, p.Pager = sampleChoices(true), sampleChoices(true), sampleChoices(true), []syncedDocument{sampleDocument()}, true, pager{"/a", "/b", nasty}
			p.Retry = &workGroup{State: bridge.StateSkipped, Reason: bridge.NoClient, Count: "7"}
		}
		return p
	},
	"sync_document": func(full bool) any {
		p := documentPage{Page: samplePage(full), syncFrame: sampleFrame(full)}
		if full {
			m := p.Moment(start)
			p.Document, p.Fix, p.Standing, p.Credited, p.Seen, p.Decided, p.NextTry, p.Attempts = sampleDocument(), nasty, badgeView{Label: nasty, Tone: "warn"}, nasty, m, m, m, 3
			p.Pairs, p.Deal, p.Contact = []documentPair{{nasty, nasty, "", true}, {nasty, "", nasty, false}}, linked{nasty, "/a", true}, linked{nasty, "/b", false}
			p.Action, p.Settle = workAction{nasty, "/d"}, settlement{7, nasty, nasty, nasty, []candidateView{{"1", nasty, []string{nasty, nasty}, "/c"}}, []linked{{nasty, "", false}}, false, true, "/a"}
			p.Decisions = []decisionView{{samplePlan(), m, true}, {planView{Outcome: badgeView{Label: "O"}, Icon: "next"}, moment{}, false}}
		}
		return p
	},
	"sync_work": func(full bool) any {
		p := workPage{Page: samplePage(full), syncFrame: sampleFrame(full)}
		if full {
			item := workItem{sampleDocument(), settlement{7, nasty, nasty, nasty, []candidateView{{"1", nasty, []string{nasty}, "/c"}, {"2", "B", nil, ""}}, []linked{{nasty, "/a", false}}, false, true, "/a"}}
			deciding := workItem{sampleDocument(), settlement{Document: 8, Deciding: true}}
			p.Groups = []workGroup{{"conflict-many_contacts", bridge.StateConflict, bridge.ManyContacts, nasty, nasty, "warn", "7", workAction{nasty, "/a"}, []workItem{item, deciding}, "/b"}}
			p.Sellers, p.Requests, p.Again = []sellerView{{nasty, nasty, nasty, "3", "/a"}, {"B", "", "C", "1", ""}}, []requestView{{"1", nasty, "/a", nasty, nasty, nasty}}, "/c"
		}
		return p
	},
}

func sampleKey(p Page) keyView {
	m := p.Moment(start)
	return keyView{APIKey: auth.APIKey{ID: "1", Name: nasty, Hint: "abcd"}, Can: []string{nasty, "B"}, Created: m, Used: m, Expires: m, Expiring: true}
}

func sampleFrame(full bool) syncFrame {
	if !full {
		return syncFrame{}
	}
	return syncFrame{true, true, "/a", []tab{{nasty, "/a", true, "7"}}}
}

func sampleRun(p Page) runView {
	m := p.Moment(start)
	return runView{"1", nasty, badgeView{Label: nasty}, nasty, "1", 50, []string{nasty, "B"}, "3", nasty, m, m, nasty, true, true, true, true}
}

func sampleDocument() syncedDocument {
	return syncedDocument{4711, nasty, nasty, "/sincronizacion/documentos/4711", "12-03-2026", nasty, "$1", badgeView{Label: nasty, Tone: "good"}, nasty, "/d", "/c", "https://www.bsale.cl/x"}
}

func samplePlan() planView {
	return planView{
		nasty, nasty,
		badgeView{Label: nasty, Tone: "good"},
		"plus", nasty, nasty,
		[]planStep{{"deals", nasty, nasty, []planChange{{nasty, "", nasty, nasty}, {nasty, nasty, "", nasty}}}},
		[]planWarning{{nasty, nasty, nasty}},
		nasty, true,
		[]string{nasty},
		"/sincronizacion/documentos/1",
	}
}

func samplePreview(Page) *previewView {
	return &previewView{Documents: 2, Differing: 1, Counts: []previewCount{{nasty, "good", "plus", "1", "a"}}, Groups: []previewGroup{{nasty, "a", []reasonCount{{nasty, nasty, "1"}}, []planView{samplePlan()}}}}
}

func sampleBsale(full bool) bsalePage {
	p := bsalePage{Page: samplePage(full), Form: sampleForm(full, "token")}
	if !full {
		return p
	}
	c := sampleChoices(true)
	p.Connected, p.HasToken, p.Token, p.Status, p.Stopped, p.First, p.Mail, p.Trouble = true, true, "1234", badgeView{Label: nasty}, planWarning{nasty, nasty, nasty}, true, nasty, ""
	kinds := []typeView{{"8", "kinds.8", nasty, "39", c, "a", nasty, true}}
	p.Trial = &trialView{nasty, []string{nasty, "B"}, kinds, []typeView{{"9", "kinds.9", nasty, "", c, "", "", false}}, []personView{{nasty, nasty, nasty, ""}, {nasty, "", "", "/a"}, {"B", "", "", ""}}, 50, "8"}
	p.Documents, p.ExtraKinds, p.Pipelines, p.From, p.Stages, p.Several, p.Values, p.Require, p.Anonymous, p.Void, p.References, p.Users, p.Clients, p.Limits = c, c, c, c, c, c, c, c, c, c, c, c, c, c
	p.PerKind, p.OwnStages = []kindRow{{nasty, []kindPlace{{"per_kind.quote.to_stage", nasty, "a", nasty, c}}}}, true
	row := mappingRow{
		Entity: string(crm.EntityDeal), Human: 1, From: "a", Text: nasty, To: "b", Write: "a", Empty: "b", Groups: []choiceGroup{{nasty, c}}, Fields: c, Writes: c, Empties: c, FromProblem: nasty, ToProblem: nasty, Example: nasty,
		Real: true, Fit: nasty, FitTone: "bad",
	}
	p.Mappings = []mappingView{{"deal", nasty, "/a", []mappingRow{row}}, {"contact", nasty, "", nil}}
	p.Missing, p.MayFields, p.Hook, p.HookMail, p.Notified, p.Estimate, p.Preview, p.Disconnect = 6, true, nasty, nasty, p.Moment(start), "120", samplePreview(p.Page), true
	return p
}
