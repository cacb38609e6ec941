package bsalesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Oracle says what a CRM must hold once it has read all the documents of the world
// under the rules (the JSON that a connection's rules take), with the given users,
// in the form of Puente's export. It works from what the world knows about its
// clients, not from parsing them, and shares no code with what it judges.
func Oracle(w *World, rules []byte, users []string, opts OracleOptions) ([]byte, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	o, err := newOracle(w, rules, users, &opts)
	if err != nil {
		return nil, err
	}
	o.replay(opts)
	return o.export(opts)
}

// Oracle is the package's Oracle for the world being served.
func (s *Simulator) Oracle(rules []byte, users []string, opts OracleOptions) ([]byte, error) {
	if s.fixtures != nil {
		return nil, errors.New("bsalesim: the oracle does not know the truth of fixtures")
	}
	return Oracle(s.world, rules, users, opts)
}

// Summary counts the outcomes of a pass. Each document counts once, with its last
// outcome in the pass.
type Summary struct {
	Created   int            `json:"created"`
	Updated   int            `json:"updated"`
	Unchanged int            `json:"unchanged"`
	Skipped   map[string]int `json:"skipped"`
	Conflict  map[string]int `json:"conflict"`
}

// SummaryOracle counts what the first complete pass over the world as it stands now
// must report.
func SummaryOracle(w *World, rules []byte, users []string, opts OracleOptions) (Summary, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	o, err := newOracle(w, rules, users, &opts)
	if err != nil {
		return Summary{}, err
	}
	o.pass()
	sum := Summary{Skipped: map[string]int{}, Conflict: map[string]int{}}
	for _, r := range o.records {
		switch r.outcome {
		case outcomeCreated:
			sum.Created++
		case outcomeUpdated:
			sum.Updated++
		case outcomeUnchanged:
			sum.Unchanged++
		case outcomeSkipped:
			sum.Skipped[r.reason]++
		case outcomeConflict:
			sum.Conflict[r.reason]++
		}
	}
	return sum, nil
}

// Verdict is the last outcome and reason of one document.
type Verdict struct {
	Outcome, Reason string
}

// Verdicts says, document by document, what Oracle decided last: to find out where a
// CRM and the oracle part.
func Verdicts(w *World, rules []byte, users []string, opts OracleOptions) (map[int64]Verdict, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	o, err := newOracle(w, rules, users, &opts)
	if err != nil {
		return nil, err
	}
	o.replay(opts)
	out := make(map[int64]Verdict, len(o.records))
	for _, r := range o.records {
		out[r.id] = Verdict{r.outcome, r.reason}
	}
	return out, nil
}

func newOracle(w *World, rules []byte, users []string, opts *OracleOptions) (*oracle, error) {
	setDefault(&opts.AccountName, "Mi empresa")
	if len(opts.Pipelines) == 0 {
		opts.Pipelines = defaultPipelines()
	}
	r, err := parseRules(rules, opts.Pipelines)
	if err != nil {
		return nil, err
	}
	o := &oracle{
		rules: r, view: w.newView(), country: w.country, users: map[string]string{}, fields: map[string]OracleField{},
		byClient: map[int]*oContact{}, byTax: map[string]*oContact{}, byEmail: map[string]*oContact{}, byPhone: map[string]*oContact{},
		records: map[int]*oRecord{}, sales: map[saleKey][]*oRecord{}, waiting: map[saleKey][]int{},
	}
	for _, u := range users {
		u = strings.ToLower(strings.TrimSpace(u))
		if u == "" {
			return nil, errors.New("bsalesim: a user without an e-mail")
		}
		o.users[u] = u
	}
	for _, f := range opts.Fields {
		if !slices.Contains([]string{"contact", "deal"}, f.Entity) || !slices.Contains([]string{"text", "number", "decimal", "date", "dropdown"}, f.Type) {
			return nil, fmt.Errorf("bsalesim: field %q: entity %q or type %q is not known", f.Name, f.Entity, f.Type)
		}
		o.fields[f.Entity+"."+f.Name] = f
	}
	return o, o.checkMapping()
}

// replay makes the passes that the options and the world's marks speak of, and one
// over everything at the end.
func (o *oracle) replay(opts OracleOptions) {
	log := o.view.w.log
	if opts.Follow {
		o.view.move(0)
		o.pass()
	}
	for n, e := range log {
		o.view.move(n + 1)
		switch {
		case e.kind == eventPass:
			o.pass()
		case opts.Follow && (e.kind == eventIssued || e.kind == eventAnnulled):
			o.read(e.doc)
		}
	}
	o.view.move(len(log))
	o.pass()
}

type exportDocument struct {
	ID     int64  `json:"bsale_id"`
	Kind   string `json:"kind"`
	Number string `json:"number"`
	Total  string `json:"total"`
	State  string `json:"state"`
}

type exportDeal struct {
	Name      string           `json:"name"`
	Pipeline  string           `json:"pipeline"`
	Stage     string           `json:"stage"`
	Status    string           `json:"status"`
	Value     string           `json:"value"`
	Currency  string           `json:"currency"`
	Owner     string           `json:"owner"`
	Custom    map[string]any   `json:"custom"`
	Documents []exportDocument `json:"documents"`
}

type exportContact struct {
	FirstName string         `json:"first_name"`
	LastName  string         `json:"last_name"`
	Company   string         `json:"company"`
	Emails    []string       `json:"emails"`
	Phones    []string       `json:"phones"`
	TaxIDs    []string       `json:"tax_ids"`
	Owner     string         `json:"owner"`
	Source    string         `json:"source"`
	Custom    map[string]any `json:"custom"`
	Deals     []exportDeal   `json:"deals"`
}

type exportAccount struct {
	Name     string          `json:"name"`
	Country  string          `json:"country"`
	Currency string          `json:"currency"`
	Contacts []exportContact `json:"contacts"`
	Loose    []exportDeal    `json:"deals_without_contact"`
}

func (o *oracle) export(opts OracleOptions) ([]byte, error) {
	account := exportAccount{
		Name: opts.AccountName, Country: o.country.code, Currency: o.country.currency,
		Contacts: make([]exportContact, 0, len(o.contacts)), Loose: o.deals(o.loose),
	}
	for _, c := range o.contacts {
		account.Contacts = append(account.Contacts, exportContact{
			FirstName: c.first, LastName: c.last, Company: c.business,
			Emails: primaryFirst(c.emails), Phones: primaryFirst(c.phones), TaxIDs: primaryFirst(c.taxes),
			Owner: c.owner, Source: "Bsale", Custom: c.custom, Deals: o.deals(c.deals),
		})
	}
	sortByJSON(account.Contacts)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		Accounts []exportAccount `json:"accounts"`
	}{[]exportAccount{account}})
	return b.Bytes(), err
}

func (o *oracle) deals(deals []*oDeal) []exportDeal {
	out := make([]exportDeal, 0, len(deals))
	for _, d := range deals {
		e := exportDeal{
			Name: d.name, Pipeline: o.rules.Pipeline, Stage: d.stage, Status: o.rules.stages[d.stage],
			Value: o.digits(d.value), Currency: o.country.currency, Owner: d.owner, Custom: d.custom,
			Documents: make([]exportDocument, 0, len(d.records)),
		}
		for _, r := range d.records {
			e.Documents = append(e.Documents, exportDocument{r.id, r.kind, r.number, o.digits(r.total), r.state()})
		}
		slices.SortFunc(e.Documents, func(a, b exportDocument) int { return int(a.ID - b.ID) })
		out = append(out, e)
	}
	sortByJSON(out)
	return out
}

func primaryFirst(list []string) []string {
	out := append([]string{}, list...)
	if len(out) > 2 {
		slices.Sort(out[1:])
	}
	return out
}

// sortByJSON sorts by the bytes of each one's compact JSON.
func sortByJSON[T any](rows []T) {
	type keyed struct {
		key []byte
		row T
	}
	all := make([]keyed, len(rows))
	for i, r := range rows {
		all[i] = keyed{compact(r), r}
	}
	slices.SortFunc(all, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i := range all {
		rows[i] = all[i].row
	}
}

func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// print is all of a deal or contact that a change of content may touch.
func (d *oDeal) print() string { return string(compact([]any{d.owner, d.value, d.custom})) }

func (c *oContact) print() string {
	return string(compact([]any{c.first, c.last, c.business, c.emails, c.phones, c.taxes, c.custom}))
}

// postOracle answers for a running simulator: rules, users and options as JSON.
func (s *Simulator) postOracle(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Rules  json.RawMessage `json:"rules"`
		Users  []string        `json:"users"`
		Follow bool            `json:"follow"`
		Fields []OracleField   `json:"fields"`
	}
	if !controlBody(w, r, &req) {
		return
	}
	b, err := s.Oracle(req.Rules, req.Users, OracleOptions{Follow: req.Follow, Fields: req.Fields})
	if err != nil {
		controlError(w, http.StatusBadRequest, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}
