package api_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

// sealPlain and openPlain keep tokens as they are.
func sealPlain(id crm.ID, token bsale.Token) ([]byte, error) {
	return []byte(string(id) + token.Secret()), nil
}

func openPlain(c bridge.Connection) (*bsale.Client, error) {
	token := strings.TrimPrefix(string(c.SealedToken), string(c.ID))
	if token == "" {
		return nil, bridge.ErrTokenMissing
	}
	return bsale.New(bsale.Config{BaseURL: c.BaseURL, Token: bsale.Token(token), RequestsPerSecond: -1})
}

// shop connects the account to a small simulated shop, and reads what it has, the first time it is called; later it sees to it that the connection runs and no run is open.
func (w *world) shop() *bsalesim.Simulator {
	w.t.Helper()
	fresh := w.sim == nil
	if fresh {
		sim, err := bsalesim.New(bsalesim.Options{Seed: 7, Documents: 200, Now: w.clock})
		must(w.t, err)
		must(w.t, sim.Start("127.0.0.1:0"))
		w.t.Cleanup(sim.Stop)
		w.sim = sim
	}
	w.mustAsk(200, "PUT", "/v1/apps/bsale/connection", map[string]any{"token": w.sim.Token(), "baseUrl": w.sim.URL()})
	if fresh {
		w.sync()
	}
	must(w.t, w.store.Update(w.ctx, w.account.ID, func(tx bridge.Tx) error {
		open, err := tx.OpenRuns(w.ctx, w.connection(tx).ID)
		for _, run := range open {
			run.State = bridge.RunCancelled
			must(w.t, tx.SaveRun(w.ctx, run))
		}
		return err
	}))
	return w.sim
}

func (w *world) connection(r bridge.Reader) bridge.Connection {
	w.t.Helper()
	connection, err := bridge.FindConnection(w.ctx, r)
	must(w.t, err)
	return connection
}

// sync reads everything that the shop has.
func (w *world) sync() {
	w.t.Helper()
	ref := bridge.ConnectionRef{AccountID: w.account.ID}
	must(w.t, w.store.View(w.ctx, w.account.ID, func(r bridge.Reader) error {
		ref.ConnectionID = w.connection(r).ID
		return nil
	}))
	_, err := w.engine.Sync(w.ctx, ref, bridge.SyncOptions{From: bsale.Day{Year: 2000, Month: 1, Day: 1}})
	must(w.t, err)
}

// work does what is due.
func (w *world) work() {
	w.t.Helper()
	ref := bridge.ConnectionRef{AccountID: w.account.ID}
	must(w.t, w.store.View(w.ctx, w.account.ID, func(r bridge.Reader) error {
		ref.ConnectionID = w.connection(r).ID
		return nil
	}))
	must(w.t, w.engine.Work(w.ctx, ref))
}

// record returns Bsale's id of a document in that state.
func (w *world) record(state bridge.State) string {
	w.t.Helper()
	g := w.mustAsk(200, "GET", "/v1/apps/bsale/records?size=1&state="+string(state), nil)
	id, ok := g.at("items", 0, "bsaleId").(float64)
	if !ok {
		w.t.Fatalf("no document is %s: %s", state, g.text)
	}
	return strconv.FormatInt(int64(id), 10)
}

// conflict makes a document that fits two contacts, and returns its id and those of the contacts.
func (w *world) conflict() (document string, contacts []string) {
	w.t.Helper()
	sim, email := w.shop(), "dos"+fresh()+"@correo.example"
	must(w.t, w.store.Update(w.ctx, w.account.ID, func(tx bridge.Tx) error {
		hand := crm.Hand{Actor: crm.Actor{Kind: crm.ActorSystem}, Reach: crm.FullReach, At: w.clock()}
		for _, name := range []string{"Una", "Otra"} {
			contact := crm.NewContact(w.clock())
			contact.SetText(crm.FieldFirstName, name, hand.Origin())
			if _, _, err := contact.AddIdentity(crm.IdentityKey{Kind: crm.IdentityEmail, Normalized: email}, email, hand.Origin()); err != nil {
				return err
			}
			contacts = append(contacts, string(contact.ID))
			if err := tx.SaveContacts(w.ctx, []*crm.Contact{contact}); err != nil {
				return err
			}
		}
		return nil
	}))
	phone := fmt.Sprintf("+56 9 6%07d", serial.Add(1))
	client := sim.World().AddClient(bsalesim.Client{FirstName: "Doble", LastName: "Vida", Email: email, Phone: &phone})
	ids, err := sim.Issue(bsalesim.IssueRequest{Kind: "receipt", ClientID: &client, Count: 1})
	must(w.t, err)
	w.sync()
	return strconv.FormatInt(ids[0], 10), contacts
}

// failedRequest makes a contact that could not be made a client in Bsale, and returns its id.
func (w *world) failedRequest() string {
	w.t.Helper()
	contact := w.contact()
	w.shop()
	must(w.t, w.store.Update(w.ctx, w.account.ID, func(tx bridge.Tx) error {
		return tx.SaveClientRequests(w.ctx, []*bridge.ClientRequest{{
			ConnectionID: w.connection(tx).ID, ContactID: crm.ID(contact), State: bridge.ClientRequestFailed, Reason: bridge.ClientRefused, LastError: "code: invalid",
			Attempts: 1, CreatedAt: w.clock(),
		}})
	}))
	return contact
}

// backfill starts one and returns its id.
func (w *world) backfill() string {
	w.t.Helper()
	w.shop()
	return w.make("/v1/apps/bsale/backfill", `{"from":"2026-01-01"}`)
}

const bsalePath = "/v1/apps/bsale"

var bsaleSamples = map[string]func(*world) sample{
	"get-v1-apps": func(w *world) sample { w.shop(); return sample{path: "/v1/apps"} },
	"get-v1-apps-bsale-connection": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/connection"}
	},
	"put-v1-apps-bsale-connection": func(w *world) sample {
		sim := w.shop()
		return sample{path: bsalePath + "/connection", body: `{"token":"` + sim.Token() + `","enabled":true,"baseUrl":"` + sim.URL() + `","requestsPerSecond":5,"rules":{"pipeline":"Ventas"}}`}
	},
	"delete-v1-apps-bsale-connection": func(w *world) sample { w.shop(); return sample{path: bsalePath + "/connection"} },
	"post-v1-apps-bsale-connection-test": func(w *world) sample {
		sim := w.shop()
		return sample{path: bsalePath + "/connection/test", body: `{"token":"` + sim.Token() + `","baseUrl":"` + sim.URL() + `"}`}
	},
	"post-v1-apps-bsale-sync": func(w *world) sample { w.shop(); return sample{path: bsalePath + "/sync"} },

	"get-v1-apps-bsale-rules": func(w *world) sample { w.shop(); return sample{path: bsalePath + "/rules"} },
	"put-v1-apps-bsale-rules": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/rules", body: string(w.mustAsk(200, "GET", bsalePath+"/rules/default", nil).text)}
	},
	"get-v1-apps-bsale-rules-default": func(*world) sample { return sample{path: bsalePath + "/rules/default"} },
	"post-v1-apps-bsale-rules-check": func(*world) sample {
		return sample{path: bsalePath + "/rules/check", body: `{"pipeline":"Compras"}`}
	},
	"get-v1-apps-bsale-mapping": func(w *world) sample { w.shop(); return sample{path: bsalePath + "/mapping"} },
	"put-v1-apps-bsale-mapping": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/mapping", body: `{"deal":[{"from":"document.number","to":"Número de Documento","write":"always","empty":"keep"}],"contact":[{"constant":"Bsale","to":"Origen de los contactos"}]}`}
	},
	"get-v1-apps-bsale-mapping-sources": func(*world) sample { return sample{path: bsalePath + "/mapping/sources"} },

	"post-v1-apps-bsale-preview": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/preview", body: `{"limit":20,"from":"2025-01-01","rules":{"pipeline":"Ventas","create":{"stage":"Nuevo"}}}`}
	},
	"post-v1-apps-bsale-reapply-preview": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/reapply/preview", body: `{"limit":20,"from":"2025-01-01","reasons":["deal_created"]}`}
	},
	"post-v1-apps-bsale-reapply": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/reapply", body: `{"from":"2025-01-01","reasons":["deal_created"]}`}
	},

	"get-v1-apps-bsale-runs": func(w *world) sample { w.shop(); return sample{path: bsalePath + "/runs?size=1"} },
	"get-v1-apps-bsale-runs-id": func(w *world) sample {
		return sample{path: bsalePath + "/runs/" + w.backfill()}
	},
	"post-v1-apps-bsale-runs-id-pause": func(w *world) sample { return sample{path: bsalePath + "/runs/" + w.backfill() + "/pause"} },
	"post-v1-apps-bsale-runs-id-resume": func(w *world) sample {
		id := w.backfill()
		w.mustAsk(200, "POST", bsalePath+"/runs/"+id+"/pause", nil)
		return sample{path: bsalePath + "/runs/" + id + "/resume"}
	},
	"post-v1-apps-bsale-runs-id-cancel": func(w *world) sample { return sample{path: bsalePath + "/runs/" + w.backfill() + "/cancel"} },
	"post-v1-apps-bsale-backfill-estimate": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/backfill/estimate", body: `{"from":"2026-01-01","to":"2026-02-01"}`}
	},
	"post-v1-apps-bsale-backfill": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/backfill", body: `{"from":"2026-01-01","to":"2026-02-01"}`}
	},

	"get-v1-apps-bsale-work": func(w *world) sample { w.shop(); return sample{path: bsalePath + "/work"} },
	"get-v1-apps-bsale-records": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/records?state=linked,skipped&emittedFrom=2025-01-01&size=5"}
	},
	"post-v1-apps-bsale-records-retry": func(w *world) sample {
		w.shop()
		g := w.mustAsk(200, "GET", bsalePath+"/records?size=1&state=skipped", nil)
		return sample{path: bsalePath + "/records/retry", body: `{"state":"skipped","reason":"` + g.string("items", 0, "reason") + `"}`}
	},
	"get-v1-apps-bsale-records-document": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/records/" + w.record(bridge.StateLinked)}
	},
	"post-v1-apps-bsale-records-document-retry": func(w *world) sample {
		w.shop()
		return sample{path: bsalePath + "/records/" + w.record(bridge.StateSkipped) + "/retry"}
	},
	"post-v1-apps-bsale-records-document-contact": func(w *world) sample {
		document, contacts := w.conflict()
		return sample{path: bsalePath + "/records/" + document + "/contact", body: `{"contactId":"` + contacts[0] + `"}`}
	},

	"get-v1-apps-bsale-client-requests": func(w *world) sample {
		w.failedRequest()
		return sample{path: bsalePath + "/client-requests"}
	},
	"post-v1-apps-bsale-client-requests-contact-retry": func(w *world) sample {
		return sample{path: bsalePath + "/client-requests/" + w.failedRequest() + "/retry"}
	},
}

func init() { maps.Copy(samples, bsaleSamples) }

// problems returns "field key" of every problem in an answer, sorted.
func (g got) problems() []string {
	var all []string
	errors, _ := g.at("errors").([]any)
	for i := range errors {
		all = append(all, g.string("errors", i, "field")+" "+g.string("errors", i, "key"))
	}
	slices.Sort(all)
	return all
}
