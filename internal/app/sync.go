package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/store"
)

// leasePatience is how long a command waits for another process that works on the connection.
const leasePatience = 20 * time.Second

// SyncResult is what a pass came to, as `puente sync --json` prints it.
type SyncResult struct {
	Documents       int                   `json:"documents"`
	Created         int                   `json:"created"`
	Updated         int                   `json:"updated"`
	Unchanged       int                   `json:"unchanged"`
	Skipped         map[bridge.Reason]int `json:"skipped"`
	Conflict        int                   `json:"conflict"`
	Failed          int                   `json:"failed"`
	ContactsCreated int                   `json:"contacts_created"`
	APICalls        int64                 `json:"api_calls"`
	Seconds         float64               `json:"seconds"`
}

func newSyncResult(c bridge.Counts, calls int64, took time.Duration) SyncResult {
	r := SyncResult{
		Documents: c.Documents, Created: c.Created, Updated: c.Updated, Unchanged: c.Unchanged, Skipped: c.Skipped, Conflict: c.Conflict,
		Failed: c.Failed, ContactsCreated: c.ContactsCreated, APICalls: calls, Seconds: math.Round(took.Seconds()*1000) / 1000,
	}
	if r.Skipped == nil {
		r.Skipped = map[bridge.Reason]int{}
	}
	return r
}

// syncing is one pass by command.
type syncing struct {
	settings config.Sync
	console  Console
	began    time.Time
	baseURL  string
	since    bsale.Day
	rules    bridge.Rules
	client   *bsale.Client
	plans    *planWriter
	progress progress
}

// Sync makes one complete pass without a server, or with DryRun says what it would do. Whatever can be found wrong is found before anything is written: the rules,
// the token, the address.
func Sync(ctx context.Context, settings config.Sync, console Console) (err error) {
	s := &syncing{settings: settings, console: console, began: time.Now(), progress: progress{console: console}}
	if err := s.prepare(); err != nil {
		return err
	}
	if err := s.check(ctx); err != nil {
		return err
	}
	if s.plans, err = openPlans(settings.Plans, console.Out); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.plans.close()) }()
	var result SyncResult
	if settings.DryRun {
		result, err = s.preview(ctx)
	} else {
		result, err = s.sync(ctx)
	}
	s.progress.done()
	err = atBsale(err, s.baseURL)
	if err == nil {
		err = s.plans.flush()
	}
	if err != nil {
		return err
	}
	return s.report(result)
}

// prepare reads what was given, and opens nothing.
func (s *syncing) prepare() error {
	var err error
	if s.baseURL, err = s.settings.BaseURL(); err != nil {
		return err
	}
	if s.since, err = bsale.ParseDay(s.settings.Since.Date); err != nil {
		return err
	}
	text, err := s.settings.Rules.Read()
	if err != nil {
		return err
	}
	if s.rules, err = bridge.ParseRules(text); err != nil {
		return inFile(err, s.settings.Rules.File)
	}
	s.client, err = newClient(s.settings.Bsale)
	return err
}

// newClient returns a client for what was given on the command line.
func newClient(b config.Bsale) (*bsale.Client, error) {
	baseURL, err := b.BaseURL()
	if err != nil {
		return nil, err
	}
	token, err := b.ReadToken()
	if err != nil {
		return nil, err
	}
	pace, _, err := b.RequestsPerSecond()
	if err != nil {
		return nil, err
	}
	return bsale.New(bsale.Config{BaseURL: baseURL, Token: bsale.Token(token), RequestsPerSecond: pace})
}

// check tries the rules on the account and the token on Bsale.
func (s *syncing) check(ctx context.Context) error {
	err := checkRules(ctx, s.settings.Database, s.settings.Account, s.settings.Rules, &s.rules)
	// A database of an older version is brought up to date first; its rules are checked then, before anything else is written.
	if err != nil && (s.settings.DryRun || !isOlder(err)) {
		return err
	}
	_, err = s.client.TestConnection(ctx)
	return atBsale(err, s.baseURL)
}

// engine returns an engine that works with the client of the command, whatever token is stored.
func (s *syncing) engine(on bridge.Store) *bridge.Engine {
	return bridge.NewEngine(bridge.Options{
		Store: on, Holder: holder(), Gone: gone,
		Open: func(bridge.Connection) (*bsale.Client, error) { return s.client, nil },
	})
}

func (s *syncing) sync(ctx context.Context) (result SyncResult, err error) {
	db, err := store.Open(ctx, s.settings.DB, store.Options{})
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	account, err := EnsureAccount(ctx, db, crm.Country(s.settings.Account.Given()), s.began)
	if err != nil {
		return result, err
	}
	engine := s.engine(db)
	connection, err := engine.Connect(ctx, account.ID, bridge.ConnectionSettings{BaseURL: s.baseURL, Rules: &s.rules})
	if err != nil {
		return result, err
	}
	run, err := engine.Sync(ctx, refOf(connection), bridge.SyncOptions{
		From: s.since, Patience: leasePatience, Observe: s.plans.write,
		Progress: func(run bridge.Run) { s.show(run.Counts) },
	})
	// A run that was begun before a crash counts the calls of then, too.
	return newSyncResult(run.Counts, max(run.Calls, s.client.Calls()), time.Since(s.began)), err
}

func (s *syncing) preview(ctx context.Context) (result SyncResult, err error) {
	l, err := lookAt(ctx, s.settings.Database, s.settings.Account)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, l.store.Close()) }()
	counts, _, err := s.engine(l.store).Preview(ctx, l.ref, bridge.PreviewOptions{
		From: s.since, Rules: &s.rules, Observe: s.plans.write, Progress: s.show,
	})
	return newSyncResult(counts, s.client.Calls(), time.Since(s.began)), err
}

func (s *syncing) show(c bridge.Counts) {
	s.progress.show(s.console.Text("sync.progress", "documents", c.Documents, "created", c.Created, "updated", c.Updated))
}

func (s *syncing) report(r SyncResult) error {
	if s.settings.JSON {
		return json.NewEncoder(s.console.Out).Encode(r)
	}
	c := s.console
	if s.settings.DryRun {
		c.Print("sync.dry_run")
	}
	c.Print("sync.result", "documents", r.Documents, "created", r.Created, "updated", r.Updated, "unchanged", r.Unchanged, "conflict", r.Conflict,
		"failed", r.Failed, "contacts", r.ContactsCreated, "calls", r.APICalls, "seconds", fmt.Sprintf("%.1f", r.Seconds))
	printSkipped(c, r.Skipped)
	return nil
}

// printSkipped says how many documents were skipped for which reason, the commonest first.
func printSkipped(c Console, skipped map[bridge.Reason]int) {
	reasons := make([]bridge.Reason, 0, len(skipped))
	total := 0
	for reason, n := range skipped {
		reasons = append(reasons, reason)
		total += n
	}
	slices.SortFunc(reasons, func(a, b bridge.Reason) int { return cmp.Or(skipped[b]-skipped[a], cmp.Compare(a, b)) })
	c.Print("sync.skipped", "count", total)
	for _, reason := range reasons {
		fmt.Fprintf(c.Out, "  %6d  %s (%s)\n", skipped[reason], c.Text("reason."+string(reason)), reason)
	}
}
