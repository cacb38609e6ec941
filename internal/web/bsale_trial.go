package web

import (
	"context"
	"crypto/sha256"
	"net/url"
	"strconv"
	"sync"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// asking bounds how long somebody waits for what is asked of Bsale meanwhile.
const asking = 25 * time.Second

// trials keeps for a while what Bsale told when it was tried, so that the page can be shown again without asking again.
type trials struct {
	mu   sync.Mutex
	kept map[trialKey]keptTrial
}

type trialKey [sha256.Size]byte

type keptTrial struct {
	bridge.Trial
	at time.Time
}

// A trial is kept for so long, and so many of them.
const (
	trialLasts = 5 * time.Minute
	maxTrials  = 200
)

// keyOfTrial tells trials apart: the token is that which is typed, or the stored one.
func keyOfTrial(stored bridge.Connection, o bridge.TrialOptions, account crm.ID) trialKey {
	token := o.Token.Secret()
	if token == "" {
		token = string(stored.SealedToken)
	}
	return sha256.Sum256([]byte(string(account) + "\n" + o.BaseURL + "\n" + token))
}

func (t *trials) find(key trialKey, now time.Time) (bridge.Trial, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, ok := t.kept[key]
	return one.Trial, ok && now.Sub(one.at) < trialLasts
}

func (t *trials) forget(key trialKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.kept, key)
}

func (t *trials) keep(key trialKey, trial bridge.Trial, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil || len(t.kept) >= maxTrials {
		t.kept = map[trialKey]keptTrial{}
	}
	t.kept[key] = keptTrial{trial, now}
}

// trialOptions are with what the form asks Bsale; empty: as stored.
func (f *form) trialOptions() bridge.TrialOptions {
	return bridge.TrialOptions{Token: bridge.Token(f.Value("token")), BaseURL: f.Value("base_url")}
}

// try asks Bsale what the company has there, and keeps the answer for a while. What it told before is forgotten when it tells nothing now.
func (v *visit) try(stored bridge.Connection, f *form) (bridge.Trial, error) {
	ctx, cancel := context.WithTimeout(v.ctx(), asking)
	defer cancel()
	o := f.trialOptions()
	key := keyOfTrial(stored, o, v.principal.AccountID)
	trial, err := v.Engine.Try(ctx, v.principal.AccountID, o)
	if err != nil {
		v.trials.forget(key)
		return trial, tooLong(ctx, err)
	}
	v.trials.keep(key, trial, v.clock.Now())
	return trial, nil
}

// tooLong says of what was given up because it took too long that Bsale did not answer in time.
func tooLong(ctx context.Context, err error) error {
	if ctx.Err() != nil && err != nil && crm.CodeOf(err) != crm.Invalid {
		return crm.NewError(crm.Unavailable, "bsale_unavailable").Because(err)
	}
	return err
}

// trialView is what Bsale told, for the page.
type trialView struct {
	Country   string
	Offices   []string
	Types     []typeView
	Unused    []typeView
	People    []personView
	Documents int
	Calls     string
}

// typeView is a document type, with the kind that it is taken for.
type typeView struct {
	ID, Control string
	Name, Code  string
	Kinds       []choice
	Value       string
	Problem     string
	Chosen      bool // the form wants documents of this kind
}

// personView is somebody who sells with Bsale, with the user who gets the deals.
type personView struct {
	Name, Email string
	User        string // of Puente; "": none has the e-mail
	Invite      string // address to make one
}

// typeKinds are what a type can be taken for.
var typeKinds = []bridge.Kind{bridge.KindReceipt, bridge.KindQuote, bridge.KindInvoice, bridge.KindSalesNote, bridge.KindCreditNote, bridge.KindOther}

func (v *visit) trialView(t bridge.Trial, f *form, users []crm.User) *trialView {
	view := &trialView{Documents: t.Documents, Calls: strconv.FormatInt(t.Calls, 10)}
	if t.Country != "" {
		view.Country = v.t("country." + t.Country)
	}
	for _, o := range t.Offices {
		view.Offices = append(view.Offices, o.Name)
	}
	wanted := f.kinds()
	for _, one := range t.Types {
		id := strconv.FormatInt(one.ID, 10)
		row := typeView{ID: id, Control: "kinds." + id, Name: one.Name, Code: one.Code, Value: f.Value("kinds." + id), Problem: f.Problem("kinds." + id)}
		suggested := bridge.SuggestKind(one.DocumentType)
		row.Kinds = []choice{{Value: "", Label: v.t("kind." + string(suggested))}}
		for _, kind := range typeKinds {
			if kind != suggested {
				row.Kinds = append(row.Kinds, choice{Value: string(kind), Label: v.t("kind." + string(kind))})
			}
		}
		if row.Chosen = wanted[suggested]; row.Value != "" {
			row.Chosen = wanted[bridge.Kind(row.Value)]
		}
		if one.State == 0 {
			view.Types = append(view.Types, row)
		} else {
			view.Unused = append(view.Unused, row)
		}
	}
	invites := v.opens("/configuracion/usuarios/invitar")
	for _, p := range t.People {
		if p.State != 0 {
			continue
		}
		row := personView{Name: p.Name(), Email: p.Email}
		user := bridge.UserWithEmail(users, p.Email) // who is there now, not when Bsale was asked
		switch {
		case user != nil:
			row.User = user.Label()
		case invites != "" && p.Email != "":
			row.Invite = invites + "?" + url.Values{"email": {p.Email}, "name": {p.Name()}}.Encode()
		}
		view.People = append(view.People, row)
	}
	return view
}

// kinds are those whose documents the form wants.
func (f *form) kinds() map[bridge.Kind]bool {
	wanted := map[bridge.Kind]bool{}
	switch f.Value("documents") {
	case bridge.DocumentsReceipts:
		wanted[bridge.KindReceipt] = true
	case bridge.DocumentsQuotes:
		wanted[bridge.KindQuote] = true
	case bridge.DocumentsBoth:
		wanted[bridge.KindReceipt], wanted[bridge.KindQuote] = true, true
	}
	for _, kind := range f.Values("extra_kinds") {
		wanted[bridge.Kind(kind)] = true
	}
	return wanted
}
