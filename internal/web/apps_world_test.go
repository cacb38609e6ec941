package web

import (
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

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

// shop starts a simulated shop.
func (w *world) shop() *bsalesim.Simulator {
	w.t.Helper()
	sim, err := bsalesim.New(bsalesim.Options{Seed: 7, Documents: 120, Now: w.clock})
	must(w.t, err)
	must(w.t, sim.Start("127.0.0.1:0"))
	w.t.Cleanup(sim.Stop)
	return sim
}

// connected connects the account to a shop, and reads what it has.
func (w *world) connected() *bsalesim.Simulator {
	w.t.Helper()
	sim := w.shop()
	_, err := w.server.Engine.Connect(w.t.Context(), w.account.ID, bridge.ConnectionSettings{BaseURL: sim.URL(), Token: bsale.Token(sim.Token())})
	must(w.t, err)
	w.sync()
	return sim
}

func (w *world) connection() bridge.Connection {
	w.t.Helper()
	var c bridge.Connection
	must(w.t, w.store.View(w.t.Context(), w.account.ID, func(r bridge.Reader) (err error) {
		c, err = bridge.FindConnection(w.t.Context(), r)
		return err
	}))
	return c
}

// sync reads everything that the shop has.
func (w *world) sync() {
	w.t.Helper()
	_, err := w.server.Engine.Sync(w.t.Context(), bridge.ConnectionRef{AccountID: w.account.ID, ConnectionID: w.connection().ID}, bridge.SyncOptions{From: bsale.Day{Year: 2000, Month: 1, Day: 1}})
	must(w.t, err)
}

// work does what is due.
func (w *world) work() {
	w.t.Helper()
	must(w.t, w.server.Engine.Work(w.t.Context(), bridge.ConnectionRef{AccountID: w.account.ID, ConnectionID: w.connection().ID}))
}

// fields returns what stands in a form of a page, with changes: name, value…. No button is pressed.
func (a *answer) fields(selector string, changes ...string) []string {
	a.t.Helper()
	form := a.one(selector)
	var pairs []string
	for _, n := range controls.MatchAll(form) {
		at := map[string]string{}
		for _, attribute := range n.Attr {
			at[attribute.Key] = attribute.Val
		}
		_, checked := at["checked"]
		switch {
		case at["name"] == "" || n.Data == "button":
		case n.Data == "select":
			pairs = append(pairs, at["name"], chosen(n))
		case n.Data == "textarea":
			pairs = append(pairs, at["name"], written(n))
		case at["type"] == "radio" || at["type"] == "checkbox":
			if checked {
				pairs = append(pairs, at["name"], at["value"])
			}
		default:
			pairs = append(pairs, at["name"], at["value"])
		}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		var kept []string
		for j := 0; j+1 < len(pairs); j += 2 {
			if pairs[j] != changes[i] {
				kept = append(kept, pairs[j], pairs[j+1])
			}
		}
		pairs = append(kept, changes[i], changes[i+1])
	}
	return pairs
}

// written returns what stands in a textarea.
func written(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

var (
	controls  = cascadia.MustCompile("input, select, textarea, button")
	anyOption = cascadia.MustCompile("option")
	selected  = cascadia.MustCompile("option[selected]")
)

// chosen returns the value of the option that a browser would send.
func chosen(n *html.Node) string {
	option := cascadia.Query(n, selected)
	if option == nil {
		option = cascadia.Query(n, anyOption)
	}
	if option != nil {
		for _, at := range option.Attr {
			if at.Key == "value" {
				return at.Val
			}
		}
	}
	return ""
}
