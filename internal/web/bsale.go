package web

import (
	"bytes"
	"context"
	"math"
	"strconv"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
	"puente/internal/messages"
)

// bsalePage is the one page on which Bsale is set up.
type bsalePage struct {
	Page
	Form       *form
	Connected  bool // something is stored
	HasToken   bool
	Token      string // the end of the stored one
	Status     badgeView
	Stopped    planWarning // why Puente stopped it; zero: it did not
	First      bool        // nothing was read yet: history is offered
	Mail       string      // a ready text that asks Bsale for a token
	Trial      *trialView  // nil: not tried yet
	Trouble    string      // why it could not be tried
	TryLater   bool        // the browser tries it by itself, once the page is there
	Documents  []choice
	ExtraKinds []choice
	Pipelines  []choice
	From       []choice // open stages
	Stages     []choice
	PerKind    []kindRow
	OwnStages  bool // some kind has stages of its own
	Several    []choice
	Values     []choice
	Require    []choice
	Anonymous  []choice
	Void       []choice
	References []choice
	Users      []choice
	Clients    []choice
	Mappings   []mappingView
	Notes      string   // the parts of rows that tell of examples, for htmx to change
	Kept       []choice // kinds of types that are not shown
	Limits     []choice
	Labels     map[string]string // of controls, for the list of problems
	RuleHelp   []choice          // what the rules of rows mean
	Missing    int               // recommended fields that are not there yet
	MayFields  bool              // the person may make them
	Hook       string            // where Bsale sends notifications
	HookMail   string            // a ready text that gives it to Bsale
	Notified   moment
	Estimate   string // documents that a backfill would read
	Preview    *previewView
	Advanced   bool // the part that few need is open
	Disconnect bool

	around bridge.Surroundings
	stored bridge.Connection
}

// kindRow is the stages of one kind of document.
type kindRow struct {
	Kind   string
	Places []kindPlace // from, to, new
}

type kindPlace struct {
	Name, Label, Value, Problem string
	Choices                     []choice
}

// bsaleScene is what the page is made from.
type bsaleScene struct {
	connection bridge.Connection
	connected  bool
	around     bridge.Surroundings
	known      bool // documents were decided before
}

func (v *visit) bsaleScene() (bsaleScene, error) {
	var s bsaleScene
	err := v.view(func(r bridge.Reader) (err error) {
		if s.around, err = bridge.ReadSurroundings(v.ctx(), r); err != nil {
			return err
		}
		s.connection, err = bridge.FindConnection(v.ctx(), r)
		if crm.CodeOf(err) == crm.NotFound {
			return nil
		}
		s.connected = err == nil
		if err == nil {
			var counts []bridge.RecordCount
			counts, err = r.CountRecords(v.ctx(), s.connection.ID)
			s.known = len(counts) > 0
		}
		return err
	})
	return s, err
}

// storedForm returns the form as it stands in the database, or as a new connection begins.
func (v *visit) storedForm(s bsaleScene) *form {
	rules, err := bridge.ParseRules(s.connection.Rules)
	if err != nil {
		rules = bridge.FittingRules(s.around)
	}
	f := rulesForm(rules.Canonical(s.around))
	c := s.connection
	f.values.Set("version", strconv.FormatInt(c.UpdatedAt.UnixMicro(), 10))
	f.values.Set("base_url", c.BaseURL)
	if c.RequestsPerSecond > 0 {
		f.values.Set("requests_per_second", strconv.FormatFloat(c.RequestsPerSecond, 'f', -1, 64))
	}
	if !s.connected || c.Enabled {
		f.values.Set("enabled", "1")
	}
	f.values.Set("backfill_from", v.clock.Now().In(v.account.Location()).Format("2006")+"-01-01")
	f.values.Set("limit", "50")
	return f
}

func showBsale(v *visit) error {
	s, err := v.bsaleScene()
	if err != nil {
		return err
	}
	f := v.storedForm(s)
	page := v.bsalePage(s, f)
	if v.query("prueba") != "" {
		v.tryOn(&page)
	}
	return v.show("bsale", page)
}

// bsaleForm reads what a person sent, and what it is about.
func (v *visit) bsaleForm() (bsaleScene, *form, error) {
	f, err := v.form()
	if err != nil {
		return bsaleScene{}, nil, err
	}
	s, err := v.bsaleScene()
	return s, f, err
}

// refuse shows the form again with everything that is wrong with it, each at its place.
func (v *visit) refuse(s bsaleScene, f *form, err error) error {
	if _, known := statuses[crm.CodeOf(err)]; !known {
		return err
	}
	for _, one := range split(err) {
		f.Problems = append(f.Problems, problemAt{f.fieldOf(one), v.formSentence(one)})
	}
	if v.fragment() { // what was asked for was a part; the problems are in the whole
		v.w.Header().Set("Hx-Retarget", "#bsale")
		v.w.Header().Set("Hx-Reselect", "#bsale")
		v.w.Header().Set("Hx-Reswap", "outerHTML show:#problemas:top")
	}
	v.write(statusOf(err), "bsale", "", v.bsalePage(s, f))
	return nil
}

// formSentence says what is wrong in the words of a form, where they differ from those of a file of rules.
func (v *visit) formSentence(err error) string {
	if named, ok := err.(*crm.Error); ok && messages.Has("form_error."+named.Key) {
		return messages.Text(v.language(), "form_error."+named.Key, named.Params)
	}
	return messages.Error(v.language(), err)
}

// saveBsale stores the form, whole and valid or not at all.
func saveBsale(v *visit) error {
	s, f, err := v.bsaleForm()
	if err != nil {
		return err
	}
	rules := f.rules()
	enabled := f.Has("enabled", "1")
	settings := bridge.ConnectionSettings{Rules: &rules, Token: bridge.Token(f.Value("token")), BaseURL: f.Value("base_url"), Enabled: &enabled}
	var problems []error
	if settings.RequestsPerSecond, err = paceOf(f.Value("requests_per_second")); err != nil {
		settings.RequestsPerSecond = math.NaN() // which the bridge refuses, at its place
	}
	if f.Has("backfill", "1") && enabled {
		day, err := bridge.ParseDay(f.Value("backfill_from"))
		if settings.Backfill = &day; err != nil {
			problems = append(problems, placed(err, "backfill_from"))
		}
	}
	if seen := f.version(); s.connected && seen != 0 && seen != s.connection.UpdatedAt.UnixMicro() {
		f.values.Set("version", strconv.FormatInt(s.connection.UpdatedAt.UnixMicro(), 10))
		problems = append(problems, crm.NewError(crm.Conflict, "bsale_form_stale"))
	}
	if err := v.checkToken(settings); err != nil {
		return v.refuse(s, f, joined(append(problems, split(err)...)))
	}
	var saved bridge.Connection
	err = v.update(func(tx bridge.Tx) error {
		var wrong error
		if saved, wrong = v.Engine.ConnectTx(v.ctx(), tx, settings); wrong != nil {
			problems = append(problems, split(wrong)...)
		}
		return joined(problems)
	})
	if err != nil {
		return v.refuse(s, f, err)
	}
	switch {
	case s.known && !bytes.Equal(s.connection.Rules, saved.Rules) && saved.Enabled:
		return v.done("/configuracion/apps/bsale/reprocesar", "done.rules_saved")
	case enabled && !s.connection.Enabled:
		return v.done("/sincronizacion", "done.bsale_connected")
	}
	return v.done("/configuracion/apps/bsale", "done.saved")
}

// checkToken asks Bsale about a token that is given, so that none is stored that does not work.
func (v *visit) checkToken(settings bridge.ConnectionSettings) error {
	ctx, cancel := context.WithTimeout(v.ctx(), asking)
	defer cancel()
	return tooLong(ctx, v.Engine.CheckToken(ctx, v.principal.AccountID, settings))
}

func paceOf(text string) (float64, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	pace, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
	if err == nil && pace <= 0 {
		err = strconv.ErrRange
	}
	return pace, err
}

// placed puts an error of ours at a control.
func placed(err error, field string) error {
	if named, ok := err.(*crm.Error); ok {
		return named.At(field)
	}
	return err
}

// joined returns all problems as one error, nil if there are none.
func joined(problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	return severalErrors(problems)
}

// severalErrors are as many errors.
type severalErrors []error

func (e severalErrors) Error() string   { return e[0].Error() }
func (e severalErrors) Unwrap() []error { return e }

// tryBsale asks Bsale with what stands in the form, and stores nothing.
func tryBsale(v *visit) error {
	s, f, err := v.bsaleForm()
	if err != nil {
		return err
	}
	f.numberRows()
	if _, err := v.try(s.connection, f); crm.CodeOf(err) == crm.Invalid {
		return v.refuse(s, f, err)
	}
	page := v.bsalePage(s, f)
	v.tryOn(&page)
	return v.show("bsale", page)
}

// tryOn has Bsale tried, unless that was just done, and puts what it told on the page.
func (v *visit) tryOn(page *bsalePage) {
	if page.Trial != nil {
		return
	}
	page.TryLater = false
	trial, err := v.try(page.stored, page.Form)
	if err != nil {
		page.Trouble = v.formSentence(err)
		return
	}
	page.Trial = v.trialView(trial, page.Form, page.around.Users)
	page.Mappings = v.mappings(page.Form, page.around, trial.Samples)
}

// previewBsale runs the latest documents through the rules as they stand in the form, and stores nothing.
func previewBsale(v *visit) error {
	s, f, err := v.bsaleForm()
	if err != nil {
		return err
	}
	rules := f.rules()
	if _, err := rules.ResolveAll(s.around); err != nil {
		return v.refuse(s, f, err)
	}
	limit, _ := strconv.Atoi(f.Value("limit"))
	o := bridge.LatestOptions{TrialOptions: f.trialOptions(), Rules: &rules, Limit: max(0, limit)}
	if o.BaseURL == s.connection.BaseURL && o.Token == "" {
		o.BaseURL = "" // it is as stored
	}
	preview, err := v.preview(v.page(), s.around, o, false)
	if crm.CodeOf(err) == crm.Invalid || crm.CodeOf(err) == crm.NotFound {
		if crm.CodeOf(err) == crm.NotFound {
			err = crm.NewError(crm.Invalid, "bsale_token_needed").At("token")
		}
		return v.refuse(s, f, err)
	}
	if err != nil {
		preview = &previewView{Trouble: v.formSentence(err)}
	}
	page := v.bsalePage(s, f)
	page.Preview = preview
	return v.show("bsale", page)
}

type disconnectPage struct{ Page }

func showDisconnect(v *visit) error { return v.show("bsale_disconnect", disconnectPage{v.page()}) }

// disconnect switches the connection off and forgets its token.
func disconnect(v *visit) error {
	if err := v.update(func(tx bridge.Tx) error {
		_, err := v.Engine.Disconnect(v.ctx(), tx)
		return err
	}); err != nil {
		return err
	}
	return v.done("/configuracion/apps", "done.bsale_disconnected")
}
