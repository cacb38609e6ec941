package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/store"
)

// Connect stores the account's connection with its token, sealed, after trying both, and says where Bsale is to send its notifications and what each
// document type is taken for. With a date it also has the documents since then brought in, by the service.
func Connect(ctx context.Context, settings config.Connect, console Console) (err error) {
	baseURL, err := settings.Bsale.BaseURL()
	if err != nil {
		return err
	}
	token, err := settings.ReadToken()
	if err != nil {
		return err
	}
	since, err := bsale.ParseDay(settings.Since.Date)
	if err != nil {
		return err
	}
	pace, _, err := settings.RequestsPerSecond()
	if err != nil {
		return err
	}
	rules, err := readRules(settings.Rules)
	if err != nil {
		return err
	}
	client, err := newClient(settings.Bsale)
	if err != nil {
		return err
	}
	if err := checkRules(ctx, settings.Database, settings.Account, settings.Rules, rules); err != nil && !isOlder(err) {
		return err
	}
	identity, err := client.TestConnection(ctx)
	if err != nil {
		return atBsale(err, baseURL)
	}
	types, err := documentTypes(ctx, client)
	if err != nil {
		return atBsale(err, baseURL)
	}

	key, err := loadKey(settings.Database, settings.Secret)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, settings.DB, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	country := settings.Account.Given()
	if accounts, listErr := db.Accounts(ctx); listErr == nil && len(accounts) == 0 && country == "" {
		country = identity.Country // of the first office: better than a guess
	}
	account, err := EnsureAccount(ctx, db, crm.Country(country), time.Now())
	if err != nil {
		return err
	}
	engine := bridge.NewEngine(bridge.Options{Store: db, Holder: holder(), Gone: gone, Open: opener(key), Seal: sealer(key)})
	connected := bridge.ConnectionSettings{
		BaseURL: baseURL, Rules: rules, RequestsPerSecond: pace, Token: bsale.Token(token),
	}
	if !since.IsZero() {
		connected.Backfill = &since
	}
	connection, err := engine.Connect(ctx, account.ID, connected)
	if err != nil {
		return err
	}
	if err := describe(ctx, db, account, connection, types, settings.BaseURL, console); err != nil {
		return err
	}
	if since.IsZero() {
		return nil
	}
	estimate, err := bridge.Estimate(ctx, client, since, bsale.Day{})
	if err != nil {
		return atBsale(err, baseURL)
	}
	console.Print("connect.backfill", "since", since, "estimate", estimate)
	return nil
}

// readRules returns nil when there is no file.
func readRules(r config.Rules) (*bridge.Rules, error) {
	text, err := r.Read()
	if err != nil || text == nil {
		return nil, err
	}
	rules, err := bridge.ParseRules(text)
	if err != nil {
		return nil, inFile(err, r.File)
	}
	return &rules, nil
}

// documentTypes returns all of them: old documents point to those no longer in use.
func documentTypes(ctx context.Context, client *bsale.Client) ([]bsale.DocumentType, error) {
	var all []bsale.DocumentType
	for _, state := range []bsale.State{bsale.Active, bsale.Inactive} {
		types, err := client.DocumentTypes(ctx, state)
		if err != nil {
			return nil, err
		}
		all = append(all, types...)
	}
	slices.SortFunc(all, func(a, b bsale.DocumentType) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

func describe(ctx context.Context, db *store.Store, account crm.Account, connection bridge.Connection, types []bsale.DocumentType, baseURL string, c Console) error {
	rules, err := bridge.ParseRules(connection.Rules)
	if err != nil {
		return err
	}
	l := &look{store: db, account: account}
	set, err := l.resolve(ctx, rules)
	if err != nil {
		return err
	}
	c.Print("connect.done", "account", account.Name, "url", connection.BaseURL, "last_four", connection.TokenLastFour)
	path := "/hooks/bsale/" + connection.Hook
	if baseURL == "" {
		c.Print("connect.hook_path", "path", path)
	} else {
		c.Print("connect.hook", "url", trimSlash(baseURL)+path)
	}
	c.Print("connect.types")
	w := tabwriter.NewWriter(c.Out, 0, 4, 2, ' ', 0)
	for _, t := range types {
		kind := set.KindOf(t)
		note := ""
		if !set.Chosen[kind] {
			note = c.Text("connect.not_chosen")
		}
		fmt.Fprintf(w, "  %d\t%s\t%s\t%s\n", t.ID, t.Name, c.Text("kind."+string(kind)), note)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	c.Print("connect.correct")
	return nil
}

func trimSlash(s string) string {
	for len(s) > 0 && s[len(s)-1] == '/' {
		s = s[:len(s)-1]
	}
	return s
}
