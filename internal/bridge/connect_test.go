package bridge_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"puente/internal/bridge"
	"puente/internal/bsale"
	"puente/internal/bsale/bsalesim"
	"puente/internal/crm"
)

// newSealingShop is a shop whose engine keeps tokens, and reaches nothing but the simulator and Bsale itself.
func newSealingShop(t *testing.T, documents int) *shop {
	t.Helper()
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: documents}, nil)
	s.engine = bridge.NewEngine(bridge.Options{
		Store: s.store, Holder: "sealing", Now: s.now,
		Seal: func(id crm.ID, token bsale.Token) ([]byte, error) { return []byte(string(id) + token.Secret()), nil },
		Open: func(c bridge.Connection) (*bsale.Client, error) {
			token, ok := strings.CutPrefix(string(c.SealedToken), string(c.ID))
			if !ok || token == "" {
				return nil, bridge.ErrTokenMissing
			}
			return bsale.New(bsale.Config{BaseURL: c.BaseURL, Token: bsale.Token(token), RequestsPerSecond: -1})
		},
		MayReach: func(url string) bool { return bsale.IsOfficial(url) || url == s.sim.URL() },
	})
	return s
}

// problemsOf returns "place key" of every problem in an error, sorted.
func problemsOf(err error) []string {
	var found []string
	var look func(err error)
	look = func(err error) {
		switch e := err.(type) { //nolint:errorlint // it walks the tree itself
		case *crm.Error:
			found = append(found, e.Field+" "+e.Key)
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				look(one)
			}
		case interface{ Unwrap() error }:
			look(e.Unwrap())
		}
	}
	look(err)
	slices.Sort(found)
	return found
}

func TestAConnectionIsWholeAndValidOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	s := newSealingShop(t, -1)
	on := true
	wrong := bridge.DefaultRules(crm.Spanish)
	wrong.Update.FromStage, wrong.Mapping.Deal[1].To = "Cotisado", "Fecha"
	before := s.connection()
	for _, test := range []struct {
		name     string
		settings bridge.ConnectionSettings
		want     []string
	}{
		{"no token", bridge.ConnectionSettings{Enabled: &on}, []string{"token bsale_token_needed"}},
		{"a token that is none", bridge.ConnectionSettings{Token: "two words"}, []string{"token bsale_token_malformed"}},
		{"an address that is none", bridge.ConnectionSettings{Token: "abc", BaseURL: "bsale"}, []string{"base_url bsale_address_invalid"}},
		{"an address inside", bridge.ConnectionSettings{Token: "abc", BaseURL: "http://169.254.169.254/latest"}, []string{"base_url bsale_address_refused"}},
		{"a name like Bsale's", bridge.ConnectionSettings{Token: "abc", BaseURL: "https://api.bsale.io.example/v1"}, []string{"base_url bsale_address_refused"}},
		{"too quick", bridge.ConnectionSettings{Token: "abc", RequestsPerSecond: 5000}, []string{"requests_per_second bsale_pace_invalid"}},
		{"everything at once", bridge.ConnectionSettings{BaseURL: "ftp://x", Rules: &wrong, RequestsPerSecond: 101}, []string{
			"base_url bsale_address_invalid", "mapping.deal[1].to rules_field_unknown", "requests_per_second bsale_pace_invalid", "token bsale_token_needed",
			"update.from_stage rules_stage_unknown",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := s.engine.Connect(ctx, s.ref.AccountID, test.settings)
			if got := problemsOf(err); !slices.Equal(got, test.want) || crm.CodeOf(err) != crm.Invalid {
				t.Errorf("got  %q\nwant %q (%v)", got, test.want, err)
			}
			if after := s.connection(); !after.UpdatedAt.Equal(before.UpdatedAt) {
				t.Errorf("something was stored: %+v", after)
			}
		})
	}
}

func TestATokenIsNotSentToAnotherAddressThanItWasGivenFor(t *testing.T) {
	ctx := context.Background()
	s := newSealingShop(t, -1)
	connection, err := s.engine.Connect(ctx, s.ref.AccountID, bridge.ConnectionSettings{Token: bsale.Token(" " + s.sim.Token() + "\n")})
	if err != nil || connection.TokenLastFour != s.sim.Token()[len(s.sim.Token())-4:] {
		t.Fatal(connection.TokenLastFour, err)
	}
	_, err = s.engine.Connect(ctx, s.ref.AccountID, bridge.ConnectionSettings{BaseURL: "https://api.bsale.io"})
	if got := problemsOf(err); !slices.Equal(got, []string{"token bsale_token_again"}) {
		t.Errorf("another address without the token: %v", err)
	}
	_, err = s.engine.Try(ctx, s.ref.AccountID, bridge.TrialOptions{BaseURL: "https://api.bsale.io"})
	if got := problemsOf(err); !slices.Equal(got, []string{"token bsale_token_again"}) {
		t.Errorf("trying another address without the token: %v", err)
	}
	connection, err = s.engine.Connect(ctx, s.ref.AccountID, bridge.ConnectionSettings{BaseURL: "https://api.bsale.io", Token: "another-token"})
	if err != nil || connection.BaseURL != "https://api.bsale.io/v1" {
		t.Errorf("with the token: %+v, %v", connection, err)
	}
}

// TestRulesAreStoredWhateverTheTokenIs changes the rules of a connection that has no token here, because a command brings it.
func TestRulesAreStoredWhateverTheTokenIs(t *testing.T) {
	ctx := context.Background()
	s := newSealingShop(t, -1)
	rules := bridge.DefaultRules(crm.Spanish)
	store := func(tx bridge.Tx) error {
		_, err := s.engine.StoreRules(ctx, tx, rules)
		return err
	}
	stopped := s.connection()
	stopped.StopReason = bridge.RulesOutdated
	s.update(func(tx bridge.Tx) error { return tx.SaveConnection(ctx, stopped) })
	rules.Value = bridge.ValueNet
	s.update(store)
	if after := s.overview(); after.Rules.Value != bridge.ValueNet || after.Connection.StopReason != "" || !after.Connection.Enabled {
		t.Errorf("stored: %+v", after.Connection)
	}
	stopped = s.connection()
	stopped.StopReason = bridge.TokenRefused
	s.update(func(tx bridge.Tx) error { return tx.SaveConnection(ctx, stopped) })
	s.update(store)
	if why := s.connection().StopReason; why != bridge.TokenRefused {
		t.Errorf("a connection whose token was refused is stopped for %q once its rules changed", why)
	}
	rules.Value = "gross"
	if err := s.store.Update(ctx, s.ref.AccountID, store); !slices.Equal(problemsOf(err), []string{"value rules_value_unknown"}) {
		t.Errorf("wrong rules: %v", err)
	}
}

func TestAConnectionIsSwitchedOffAndOnAgain(t *testing.T) {
	ctx := context.Background()
	s := newSealingShop(t, 60)
	off, token := false, bsale.Token(s.sim.Token())
	if _, err := s.engine.Connect(ctx, s.ref.AccountID, bridge.ConnectionSettings{Token: token, Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	s.work()
	if calls := s.sim.Stats().Total; calls != 0 {
		t.Errorf("%d calls while it is off", calls)
	}
	poll := func(tx bridge.Tx) error { return s.engine.PollNow(ctx, tx, s.ref.ConnectionID) }
	if err := s.store.Update(ctx, s.ref.AccountID, poll); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("a poll while it is off: %v", err)
	}
	if _, err := s.engine.Connect(ctx, s.ref.AccountID, bridge.ConnectionSettings{}); err != nil {
		t.Fatal(err)
	}
	s.sync(nil)
	records := s.overview().Records
	err := s.store.Update(ctx, s.ref.AccountID, func(tx bridge.Tx) error {
		_, err := s.engine.Disconnect(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	after := s.overview()
	if c := after.Connection; c.Enabled || len(c.SealedToken) > 0 || c.TokenLastFour != "" || len(c.Rules) == 0 {
		t.Errorf("disconnected: %+v", c)
	}
	if !slices.Equal(after.Records, records) {
		t.Errorf("records: %v, were %v", after.Records, records)
	}
	if _, err := s.engine.Connect(ctx, s.ref.AccountID, bridge.ConnectionSettings{}); !slices.Equal(problemsOf(err), []string{"token bsale_token_needed"}) {
		t.Errorf("set going without a token: %v", err)
	}
}

func (s *shop) overview() bridge.Overview {
	s.t.Helper()
	var overview bridge.Overview
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) (err error) {
		overview, err = s.engine.ReadOverview(context.Background(), r)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return overview
}

func TestTheOverviewCountsWhatHappened(t *testing.T) {
	s := newShop(t, bsalesim.Options{Seed: 7, Documents: 400}, nil)
	run := s.sync(nil)
	o := s.overview()
	states := map[bridge.State]int{}
	for _, c := range o.Records {
		states[c.State] += c.Count
	}
	skipped := 0
	for _, n := range run.Counts.Skipped {
		skipped += n
	}
	outcomes := map[bridge.Outcome]int{}
	for _, c := range o.Today {
		outcomes[c.Outcome] += c.Count
	}
	if states[bridge.StateConflict] != run.Counts.Conflict || outcomes[bridge.Created] != run.Counts.Created || outcomes[bridge.Updated] != run.Counts.Updated ||
		outcomes[bridge.Skipped] != skipped || states[bridge.StateLinked]+states[bridge.StateSkipped]+states[bridge.StateConflict] != run.Counts.Documents {
		t.Errorf("records %v, today %v, the run says %+v", o.Records, o.Today, run.Counts)
	}
	if o.Calls == 0 || o.CallsToday != o.Calls || o.Calls != run.Calls {
		t.Errorf("%d calls today, %d in all, %d of the run", o.CallsToday, o.Calls, run.Calls)
	}
	if len(o.Problems) > 0 || o.Rules.Pipeline != "Ventas" {
		t.Errorf("rules %+v, problems %v", o.Rules, o.Problems)
	}
	work := 0
	err := s.store.View(context.Background(), s.ref.AccountID, func(r bridge.Reader) error {
		list, err := bridge.WorkList(context.Background(), r, s.ref.ConnectionID)
		for _, c := range list {
			work += c.Count
			if c.Reason == bridge.KindNotChosen || c.Reason == bridge.NoClient || c.Reason == bridge.GenericClient || c.State == bridge.StateLinked {
				t.Errorf("nobody has to do anything about %+v", c)
			}
		}
		return err
	})
	if err != nil || work < run.Counts.Conflict+run.Counts.Skipped[bridge.MissingEmail] {
		t.Errorf("%d in the work list, %v", work, err)
	}
}

func TestATrialTellsWhatBsaleHas(t *testing.T) {
	ctx := context.Background()
	s := newSealingShop(t, 200)
	trial, err := s.engine.Try(ctx, s.ref.AccountID, bridge.TrialOptions{Token: bsale.Token(s.sim.Token())})
	if err != nil {
		t.Fatal(err)
	}
	if trial.Country != "CL" || len(trial.Offices) == 0 || trial.Documents != 50 || trial.Calls == 0 {
		t.Errorf("%s, %d offices, %d documents, %d calls", trial.Country, len(trial.Offices), trial.Documents, trial.Calls)
	}
	kinds := map[bridge.Kind]bool{}
	for _, each := range trial.Types {
		kinds[each.Kind] = true
		if each.Chosen != (each.Kind == bridge.KindReceipt || each.Kind == bridge.KindQuote) {
			t.Errorf("%s is taken for %s, chosen %v", each.Name, each.Kind, each.Chosen)
		}
	}
	if !kinds[bridge.KindReceipt] || !kinds[bridge.KindQuote] || !kinds[bridge.KindCreditNote] {
		t.Errorf("kinds: %v", kinds)
	}
	matched := 0
	for _, person := range trial.People {
		if person.Match != nil {
			matched++
			if !strings.EqualFold(person.Match.Email, strings.TrimSpace(person.Email)) {
				t.Errorf("%s is matched with %s", person.Email, person.Match.Email)
			}
		}
	}
	if matched == 0 || matched == len(trial.People) {
		t.Errorf("%d of %d people are users", matched, len(trial.People))
	}
	sample := map[string]bridge.Source{}
	for _, source := range trial.Samples {
		sample[source.Name] = source
	}
	if got := sample["document.total"]; got.Kind != crm.KindOfAmount || !slices.Contains(got.Fits, crm.TypeMoney) || slices.Contains(got.Fits, crm.TypeDate) {
		t.Errorf("total: %+v", got)
	}
	if got := sample["document.emission_date"]; got.Kind != crm.KindOfDate || !slices.Contains(got.Fits, crm.TypeDate) || got.Example == "" {
		t.Errorf("emission date: %+v", got)
	}
	if len(s.connection().SealedToken) > 0 {
		t.Error("the trial stored the token")
	}
}

func TestAConnectionThatIsYetToBeMadeIsPreviewedAndCounted(t *testing.T) {
	ctx := context.Background()
	s := newSealingShop(t, 200)
	token := bridge.TrialOptions{Token: bsale.Token(s.sim.Token())}
	if _, _, err := s.engine.PreviewLatest(ctx, s.ref.AccountID, bridge.LatestOptions{}); crm.CodeOf(err) != crm.Conflict {
		t.Errorf("without a token: %v", err)
	}
	rules := bridge.DefaultRules(crm.Spanish)
	decided, counts, err := s.engine.PreviewLatest(ctx, s.ref.AccountID, bridge.LatestOptions{TrialOptions: token, Rules: &rules, Limit: 20})
	if err != nil || len(decided) != 20 || counts.Documents != 20 {
		t.Errorf("%d documents, %d counted, %v", len(decided), counts.Documents, err)
	}
	count, err := s.engine.EstimateTrial(ctx, s.ref.AccountID, token, bridge.Day{}, bridge.Day{})
	if err != nil || count < 200 {
		t.Errorf("%d documents, %v", count, err)
	}
	_, err = s.engine.EstimateTrial(ctx, s.ref.AccountID, token, bridge.Day{Year: 2026, Month: 2, Day: 1}, bridge.Day{Year: 2026, Month: 1, Day: 1})
	if got := problemsOf(err); !slices.Equal(got, []string{"from days_reversed"}) {
		t.Errorf("days the wrong way round: %v", err)
	}
	if len(s.connection().SealedToken) > 0 {
		t.Error("a preview stored the token")
	}
}

func TestATrialSaysWhatIsWrong(t *testing.T) {
	ctx := context.Background()
	s := newSealingShop(t, 10)
	token := bsale.Token(s.sim.Token())
	for _, test := range []struct {
		name, fault string
		options     bridge.TrialOptions
		want        string
		code        crm.Code
	}{
		{"no token", "", bridge.TrialOptions{}, "token bsale_token_needed", crm.Invalid},
		{"another token", "", bridge.TrialOptions{Token: "0123456789abcdef"}, "token bsale_unauthorized", crm.Invalid},
		{"unpaid", "402=always", bridge.TrialOptions{Token: token}, " bsale_payment_required", crm.Conflict},
		{"down", "500=always", bridge.TrialOptions{Token: token}, " bsale_unavailable", crm.Unavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.fault != "" {
				s.fault(test.fault)
				defer s.sim.ClearFaults()
			}
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			_, err := s.engine.Try(ctx, s.ref.AccountID, test.options)
			if got := problemsOf(err); !slices.Equal(got, []string{test.want}) || crm.CodeOf(err) != test.code {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), token.Secret()) {
				t.Error("the error shows the token")
			}
		})
	}
	s.sim.Stop()
	if _, err := s.engine.Try(ctx, s.ref.AccountID, bridge.TrialOptions{Token: token}); !errors.Is(err, bsale.ErrUnavailable) || crm.CodeOf(err) != crm.Unavailable {
		t.Errorf("nobody there: %v", err)
	}
}

func TestEverySourceHasAnExampleThatFitsSomewhere(t *testing.T) {
	for _, country := range []crm.Country{crm.Chile, crm.Peru, crm.Mexico} {
		all := bridge.Sources(crm.Account{Country: country, Currency: country.Currency(), Language: crm.Spanish})
		if len(all) != len(bridge.SourceNames()) {
			t.Errorf("%d sources of %d", len(all), len(bridge.SourceNames()))
		}
		for _, source := range all {
			if source.Example == "" || !slices.Contains(source.Fits, crm.TypeText) || !slices.Contains(source.Fits, crm.TypeLongText) {
				t.Errorf("%s: %+v", country, source)
			}
		}
	}
}
