package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"puente/internal/auth"
	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/config"
	"puente/internal/crm"
	"puente/internal/web"
)

const (
	demoSeed      = 7
	demoPollEvery = 20 * time.Second // often enough to be seen
	// demoAnnulEach is after how many live documents one of the last is annulled.
	demoAnnulEach = 6
	// demoLook is how often the history is looked at for something to show.
	demoLook = 100 * time.Millisecond
	// demoAdministrator is the e-mail of the user as whom one watches.
	demoAdministrator = "demo@example.com"
	// demoLast is how long the end waits for the outcome of the last documents.
	demoLast = 5 * time.Second
)

// demoState is what a later demonstration in the same folder needs to have the same shop again: a simulated Bsale lives in memory only.
type demoState struct {
	Seed      uint64      `json:"seed"`
	Documents int         `json:"documents"`
	Until     string      `json:"until"`
	Events    []demoEvent `json:"events"`
}

// demoEvent is something that happened in the shop while it was watched: a document was issued that day, or annulled.
type demoEvent struct {
	Day   string `json:"day"`
	Annul int64  `json:"annul,omitempty"`
}

type demo struct {
	settings config.Demo
	console  Console
	state    demoState
	file     string // of the state
	today    func() time.Time

	door web.Demo // for the browser of who watches
	app  *App
	sim  *bsalesim.Simulator
	conn bridge.Connection

	issued  []int64
	waiting map[int64]bool // issued here, outcome not shown yet
	shown   map[crm.ID]bool
}

// Demo shows the main job at work: a simulated shop, a CRM that follows it, and a page to watch. It ends with ctx, or after the time it was given.
func Demo(ctx context.Context, settings config.Demo, console Console) (err error) {
	if settings.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, settings.For)
		defer cancel()
	}
	d := &demo{settings: settings, console: console, waiting: map[int64]bool{}, shown: map[crm.ID]bool{}}
	d.door = web.Demo{Token: rand.Text(), Email: demoAdministrator, Password: rand.Text()}
	folder := settings.Data
	if folder == "" {
		if folder, err = os.MkdirTemp("", "puente-demo-"); err != nil {
			return crm.NewError(crm.Unavailable, "file_unwritable", "path", os.TempDir()).Because(err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	} else if err := os.MkdirAll(folder, 0o700); err != nil {
		return crm.NewError(crm.Unavailable, "file_unwritable", "path", folder).Because(err)
	}
	if err := d.load(folder); err != nil {
		return err
	}
	if err := d.open(context.WithoutCancel(ctx), folder); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.app.Close()) }()
	defer d.sim.Stop()

	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var runErr error
	var group sync.WaitGroup
	group.Go(func() {
		runErr = d.app.Run(running)
		stop() // if it failed there is nothing to watch
	})
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(running, cancel)
	err = d.watch(watching)
	stop()
	group.Wait()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // it was to end
	}
	if runErr != nil { // whatever the watching says then follows from it
		return runErr
	}
	if err != nil {
		return err
	}
	return d.summary(context.WithoutCancel(ctx))
}

// load reads the state of an earlier demonstration, or begins one.
func (d *demo) load(folder string) error {
	d.file = filepath.Join(folder, "demo.json")
	content, err := os.ReadFile(d.file)
	if errors.Is(err, fs.ErrNotExist) {
		d.state = demoState{Seed: demoSeed, Documents: d.settings.Documents, Until: time.Now().Format(time.DateOnly)}
		return d.save()
	}
	if err == nil {
		err = json.Unmarshal(content, &d.state)
	}
	if err != nil {
		return crm.NewError(crm.Invalid, "demo_state_unreadable", "path", d.file).Because(err)
	}
	return nil
}

// save replaces the file as a whole, so that a crash leaves the old or the new.
func (d *demo) save() error {
	content, err := json.Marshal(d.state)
	if err != nil {
		return err
	}
	fresh := d.file + ".new"
	if err := os.WriteFile(fresh, content, 0o600); err != nil {
		return crm.NewError(crm.Unavailable, "file_unwritable", "path", fresh).Because(err)
	}
	return os.Rename(fresh, d.file)
}

// open opens the service and the shop, and connects them.
func (d *demo) open(ctx context.Context, folder string) (err error) {
	url := d.settings.DB
	if url == "" {
		url = filepath.Join(folder, "puente.db")
	}
	log := slog.New(slog.NewTextHandler(d.console.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	serve := config.Serve{Database: config.Database{DB: url}, Listen: d.settings.Listen, BsaleHosts: anyHost}
	serve.Secret.File = filepath.Join(folder, "puente.key")
	d.app, err = Open(ctx, serve, Options{Settings: bridge.Settings{PollEvery: demoPollEvery}, Log: log, FreePort: true, Demo: &d.door})
	if err != nil {
		return err
	}
	if err = d.addAdministrator(ctx); err == nil {
		err = d.connect(ctx)
	}
	if err != nil {
		return errors.Join(err, d.app.Close())
	}
	return nil
}

func (d *demo) connect(ctx context.Context) error {
	account, err := onlyAccount(ctx, d.app.store)
	if err != nil {
		return err
	}
	// The shop needs the webhook's address before it has one of its own, so the connection is made in two steps.
	rules := demoRules(account.Language)
	off := false
	settings := bridge.ConnectionSettings{Rules: &rules, RequestsPerSecond: config.Unpaced, Enabled: &off}
	if d.conn, err = d.app.engine.Connect(ctx, account.ID, settings); err != nil {
		return err
	}
	until, err := bsalesim.ParseDay(d.state.Until)
	if err != nil {
		return crm.NewError(crm.Invalid, "demo_state_unreadable", "path", d.file).Because(err)
	}
	d.today = time.Now
	d.sim, err = bsalesim.New(bsalesim.Options{
		Seed: d.state.Seed, Documents: d.state.Documents, Until: until, Country: string(account.Country),
		WebhookURL: "http://" + d.app.Address() + "/hooks/bsale/" + d.conn.Hook,
		Faults:     []bsalesim.Fault{{Name: "hook-annul"}},
		Now:        func() time.Time { return d.today() },
	})
	if err != nil {
		return err
	}
	if err := d.replay(); err != nil {
		return err
	}
	if err := d.addSellers(ctx, account); err != nil {
		return err
	}
	if err := d.sim.Start("127.0.0.1:0"); err != nil {
		return crm.NewError(crm.Unavailable, "listen_failed", "address", "127.0.0.1:0").Because(err)
	}
	settings = bridge.ConnectionSettings{BaseURL: d.sim.URL(), Token: bsale.Token(d.sim.Token())}
	runs, err := d.runs(ctx)
	if err == nil && !slices.ContainsFunc(runs, isBackfill) { // unless an earlier demonstration brought the history in
		settings.Backfill = &bsale.Day{}
	}
	if err == nil {
		d.conn, err = d.app.engine.Connect(ctx, account.ID, settings)
	}
	if err != nil {
		d.sim.Stop()
	}
	return err
}

func isBackfill(run bridge.Run) bool { return run.Kind == bridge.RunBackfill }

// demoRules are the default ones, with more to see: invoices too, one of e-mail and phone is enough, and what is voided moves.
func demoRules(language crm.Language) bridge.Rules {
	rules := bridge.DefaultRules(language)
	rules.ExtraKinds = []bridge.Kind{bridge.KindInvoice}
	rules.PerKind[bridge.KindInvoice] = rules.PerKind[bridge.KindReceipt]
	rules.Contact.Require = bridge.RequireEmailOrPhone
	stages := crm.DefaultPipeline(language, time.Time{}).Stages
	rules.Void = bridge.VoidRule{Action: bridge.VoidStage, Stage: stages[len(stages)-1].Name}
	return rules
}

// replay makes happen again what happened in the shop in earlier demonstrations.
func (d *demo) replay() error {
	defer func() { d.today = time.Now }()
	for _, event := range d.state.Events {
		day, err := time.ParseInLocation(time.DateOnly, event.Day, time.Local)
		if err != nil {
			return crm.NewError(crm.Invalid, "demo_state_unreadable", "path", d.file).Because(err)
		}
		d.today = func() time.Time { return day }
		if event.Annul != 0 {
			err = d.sim.Annul(event.Annul)
		} else {
			_, err = d.sim.Issue(bsalesim.IssueRequest{})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addAdministrator names the shop and makes the user as whom one watches, with a password that is new each time and that nobody has to know.
func (d *demo) addAdministrator(ctx context.Context) error {
	account, err := onlyAccount(ctx, d.app.store)
	if err != nil {
		return err
	}
	var user crm.User
	name := d.console.Text("demo.account")
	err = d.app.store.Update(ctx, account.ID, func(tx bridge.Tx) error {
		users, err := tx.Users(ctx)
		if err != nil {
			return err
		}
		if _, err := crm.ChangeAccount(ctx, tx, crm.Hand{At: time.Now()}, 0, crm.AccountChange{Name: &name}); err != nil {
			return err
		}
		if at := slices.IndexFunc(users, func(u crm.User) bool { return u.Email == demoAdministrator }); at >= 0 {
			user = users[at]
			return nil
		}
		user, err = crm.CreateUser(ctx, tx, demoAdministrator, d.console.Text("demo.administrator"), crm.RoleAdmin, time.Now())
		return err
	})
	if err != nil {
		return err
	}
	return auth.New(auth.Options{Store: d.app.store}).SetPassword(ctx, account.ID, user, d.door.Password)
}

// addSellers makes users of those sellers of the shop who have an e-mail, so that deals have owners.
func (d *demo) addSellers(ctx context.Context, account crm.Account) error {
	now := time.Now()
	for _, seller := range d.sim.World().Users() {
		if _, ok := crm.NormalizeEmail(seller.Email); !ok {
			continue
		}
		err := d.app.store.Update(ctx, account.ID, func(tx bridge.Tx) error {
			_, err := crm.CreateUser(ctx, tx, seller.Email, seller.FirstName+" "+seller.LastName, crm.RoleSeller, now)
			return err
		})
		if err != nil && crm.CodeOf(err) != crm.Conflict { // they are there from an earlier demonstration
			return err
		}
	}
	return nil
}

// watch brings the history in, then has documents issued and shows what becomes of them, until ctx ends.
func (d *demo) watch(ctx context.Context) error {
	d.console.Say("demo.look", "url", d.app.PublicURL()+"/demo/"+d.door.Token)
	d.console.Say("demo.shop", "url", d.sim.URL(), "documents", d.sim.World().Len())
	if err := d.backfill(ctx); err != nil {
		return err
	}
	d.console.Say("demo.live", "every", d.settings.Every)
	issue, look := time.NewTicker(d.settings.Every), time.NewTicker(demoLook)
	defer issue.Stop()
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return d.last(context.WithoutCancel(ctx))
		case <-issue.C:
			if err := d.issue(); err != nil {
				return err
			}
		case <-look.C:
			if err := d.show(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// backfill shows how far the shop's history is brought in.
func (d *demo) backfill(ctx context.Context) error {
	runs, err := d.runs(ctx)
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(runs, isBackfill); at >= 0 && runs[at].Estimate == 0 {
		if _, err := d.app.engine.CountBackfill(ctx, refOf(d.conn), runs[at].ID); err != nil {
			return err
		}
	}
	began := time.Now()
	p := &progress{console: d.console}
	defer p.done()
	look := time.NewTicker(demoLook)
	defer look.Stop()
	for {
		if runs, err = d.runs(ctx); err != nil {
			return err
		}
		at := slices.IndexFunc(runs, func(r bridge.Run) bool { return r.Kind == bridge.RunBackfill })
		if at < 0 || runs[at].State != bridge.RunActive {
			p.done()
			if at >= 0 && runs[at].FinishedAt.After(began) {
				d.console.Say("demo.backfilled", "documents", runs[at].Counts.Documents, "created", runs[at].Counts.Created,
					"contacts", runs[at].Counts.ContactsCreated, "seconds", fmt.Sprintf("%.1f", runs[at].FinishedAt.Sub(runs[at].StartedAt).Seconds()))
			}
			return nil
		}
		p.show(d.console.Text("demo.progress", "documents", runs[at].Counts.Documents, "estimate", runs[at].Estimate))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
}

func (d *demo) runs(ctx context.Context) ([]bridge.Run, error) {
	var runs []bridge.Run
	err := d.app.store.View(ctx, d.conn.AccountID, func(r bridge.Reader) (err error) {
		runs, err = r.Runs(ctx, d.conn.ID, "", 1000)
		return err
	})
	return runs, err
}

// issue lets the shop issue a document, and now and then annul one of the last.
func (d *demo) issue() error {
	event := demoEvent{Day: d.today().Format(time.DateOnly)}
	if n := len(d.issued); n > 0 && n%demoAnnulEach == 0 && d.issued[n-1] != 0 {
		event.Annul = d.issued[n-2]
		if err := d.sim.Annul(event.Annul); err != nil {
			return err
		}
		d.issued = append(d.issued, 0) // so that the next round issues again; whether this one shows depends on what it was
	} else {
		ids, err := d.sim.Issue(bsalesim.IssueRequest{})
		if err != nil {
			return err
		}
		for _, id := range ids {
			d.issued = append(d.issued, id)
			d.waiting[id] = true
		}
	}
	d.state.Events = append(d.state.Events, event)
	return d.save()
}

// shownAtOnce is how many decisions are looked at for those that were not shown yet.
const shownAtOnce = 50

// show prints what became of the documents that were issued here.
func (d *demo) show(ctx context.Context) error {
	var entries []bridge.HistoryEntry
	err := d.app.store.View(ctx, d.conn.AccountID, func(r bridge.Reader) (err error) {
		entries, err = r.History(ctx, d.conn.ID, 0, shownAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	for _, entry := range slices.Backward(entries) {
		if d.shown[entry.ID] || !slices.Contains(d.issued, entry.BsaleID) {
			continue
		}
		d.shown[entry.ID] = true
		delete(d.waiting, entry.BsaleID)
		client := entry.ClientName
		if client != "" {
			client = " – " + client
		}
		d.console.Print("demo.document", "time", entry.At.Local().Format(time.TimeOnly), "title", entry.Title, "client", client,
			"outcome", d.console.Text("outcome."+string(entry.Outcome)), "reason", d.console.Text("reason."+string(entry.Reason)))
	}
	return nil
}

// last waits a moment for the outcome of the last documents.
func (d *demo) last(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, demoLast)
	defer cancel()
	look := time.NewTicker(demoLook)
	defer look.Stop()
	for len(d.waiting) > 0 {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			if err := d.show(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
	return nil
}

// summary says what the CRM holds in the end.
func (d *demo) summary(ctx context.Context) error {
	var stages []bridge.BoardStage
	var counts []bridge.RecordCount
	var account crm.Account
	err := d.app.store.View(ctx, d.conn.AccountID, func(r bridge.Reader) (err error) {
		if account, err = r.Account(ctx); err != nil {
			return err
		}
		if stages, err = r.Board(ctx, 0); err != nil {
			return err
		}
		counts, err = r.CountRecords(ctx, d.conn.ID)
		return err
	})
	if err != nil {
		return err
	}
	total, linked, skipped := 0, 0, map[bridge.Reason]int{}
	for _, c := range counts {
		total += c.Count
		switch c.State {
		case bridge.StateLinked:
			linked += c.Count
		case bridge.StateSkipped:
			skipped[c.Reason] += c.Count
		}
	}
	c := d.console
	c.Print("demo.summary", "documents", total, "linked", linked)
	for _, stage := range stages {
		fmt.Fprintf(c.Out, "  %-16s %6d  %s\n", stage.Stage.Name, stage.Count, crm.Money{Minor: stage.Sum, Currency: account.Currency}.Format(account.Country))
	}
	printSkipped(c, skipped)
	if d.settings.Data != "" {
		c.Print("demo.again", "folder", d.settings.Data)
	}
	return nil
}
