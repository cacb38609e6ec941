package store

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"slices"

	"puente/internal/crm"
)

// The export's form, in the order of its keys; see docs/export.md. What it is made of is kept as compact JSON, by which it is sorted.

type exportAccount struct {
	Name                string            `json:"name"`
	Country             crm.Country       `json:"country"`
	Currency            string            `json:"currency"`
	Contacts            []json.RawMessage `json:"contacts"`
	DealsWithoutContact []json.RawMessage `json:"deals_without_contact"`
}

type exportContact struct {
	FirstName string            `json:"first_name"`
	LastName  string            `json:"last_name"`
	Company   string            `json:"company"`
	Emails    []string          `json:"emails"`
	Phones    []string          `json:"phones"`
	TaxIDs    []string          `json:"tax_ids"`
	Owner     string            `json:"owner"`
	Source    string            `json:"source"`
	Custom    map[string]any    `json:"custom"`
	Deals     []json.RawMessage `json:"deals"`
}

type exportDeal struct {
	Name      string           `json:"name"`
	Pipeline  string           `json:"pipeline"`
	Stage     string           `json:"stage"`
	Status    crm.StageKind    `json:"status"`
	Value     string           `json:"value"`
	Currency  string           `json:"currency"`
	Owner     string           `json:"owner"`
	Custom    map[string]any   `json:"custom"`
	Documents []exportDocument `json:"documents"`
}

type exportDocument struct {
	BsaleID int64  `json:"bsale_id"`
	Kind    string `json:"kind"`
	Number  string `json:"number"`
	Total   string `json:"total"`
	State   string `json:"state"`
}

// Export writes all accounts in the form of docs/export.md, from one consistent picture. Two databases that hold the same give the same bytes.
func (s *Store) Export(ctx context.Context, w io.Writer) error {
	var accounts []json.RawMessage
	err := s.transact(ctx, s.reader, &s.dialect.view, "export", func(tx *sql.Tx) error {
		numbers, err := query(ctx, &session{s: s, tx: tx}, "export", `SELECT number, id FROM account`, nil, func(r row) (n connectionNumbers, err error) {
			err = r.Scan(&n.account, &n.id)
			return n, err
		})
		if err != nil {
			return err
		}
		for _, n := range numbers {
			e := exporter{reader: reader{session{s: s, tx: tx, account: n.account, accountID: n.id}}}
			account, err := e.export(ctx)
			if err != nil {
				return err
			}
			accounts = append(accounts, account)
		}
		return nil
	})
	if err != nil {
		return err
	}
	sortCompact(accounts)
	out := bufio.NewWriter(w)
	out.WriteString("{\n  \"accounts\": [")
	var b bytes.Buffer
	for i, a := range accounts {
		if i > 0 {
			out.WriteString(",")
		}
		b.Reset()
		if err := json.Indent(&b, a, "    ", "  "); err != nil {
			return s.failed("export", err)
		}
		out.WriteString("\n    ")
		out.Write(b.Bytes())
	}
	if len(accounts) > 0 {
		out.WriteString("\n  ")
	}
	out.WriteString("]\n}\n")
	return out.Flush()
}

// exporter exports one account.
type exporter struct {
	reader
	users     map[crm.ID]string
	stages    map[crm.ID]crm.Stage
	pipelines map[crm.ID]string
	fields    map[string]string // name by key
	documents map[crm.ID][]exportDocument
	deals     map[crm.ID][]json.RawMessage // by contact; "": without
}

func (e *exporter) export(ctx context.Context) (json.RawMessage, error) {
	account, err := e.Account(ctx)
	if err != nil {
		return nil, err
	}
	for _, load := range []func(context.Context) error{e.loadNames, e.loadDocuments, e.loadDeals} {
		if err := load(ctx); err != nil {
			return nil, err
		}
	}
	contacts, err := e.contacts(ctx)
	if err != nil {
		return nil, err
	}
	return compact(exportAccount{account.Name, account.Country, account.Currency, sorted(contacts), sorted(e.deals[""])})
}

func (e *exporter) loadNames(ctx context.Context) error {
	users, err := e.Users(ctx)
	if err != nil {
		return err
	}
	e.users = map[crm.ID]string{}
	for _, u := range users {
		e.users[u.ID] = emailKey(u.Email)
	}
	pipelines, err := e.Pipelines(ctx)
	if err != nil {
		return err
	}
	e.pipelines, e.stages = map[crm.ID]string{}, map[crm.ID]crm.Stage{}
	for _, p := range pipelines {
		e.pipelines[p.ID] = p.Name
		for _, s := range p.Stages {
			e.stages[s.ID] = s
		}
	}
	e.fields = map[string]string{}
	for _, entity := range []crm.Entity{crm.EntityContact, crm.EntityDeal} {
		fields, err := e.CustomFields(ctx, entity)
		if err != nil {
			return err
		}
		used := map[string]bool{}
		for _, f := range fields {
			if f.ArchivedAt.IsZero() {
				e.fields[f.Key] = f.Name
				used[f.Name] = true
			}
		}
		for _, f := range fields {
			// An archived field goes by its key where another has taken its name.
			if !f.ArchivedAt.IsZero() && !used[f.Name] {
				e.fields[f.Key] = f.Name
				used[f.Name] = true
			}
		}
	}
	return nil
}

func (e *exporter) loadDocuments(ctx context.Context) error {
	e.documents = map[crm.ID][]exportDocument{}
	_, err := query(ctx, &e.session, "export documents",
		`SELECT deal_id, bsale_id, kind, number, total_minor, total_currency, standing FROM record
		 WHERE account_id = $1 AND deal_id <> '' ORDER BY bsale_id, kind, number`,
		[]any{e.account}, func(r row) (struct{}, error) {
			var deal crm.ID
			var d exportDocument
			var total crm.Money
			err := r.Scan(&deal, &d.BsaleID, &d.Kind, &d.Number, &total.Minor, &total.Currency, &d.State)
			d.Total = total.Amount()
			e.documents[deal] = append(e.documents[deal], d)
			return struct{}{}, err
		})
	return err
}

func (e *exporter) loadDeals(ctx context.Context) error {
	e.deals = map[crm.ID][]json.RawMessage{}
	_, err := query(ctx, &e.session, "export deals",
		`SELECT `+dealColumns+` FROM deal WHERE account_id = $1 AND deleted_at = 0`,
		[]any{e.account}, func(r row) (struct{}, error) {
			d, err := scanDeal(r)
			if err != nil {
				return struct{}{}, err
			}
			stage := e.stages[d.StageID]
			one, err := compact(exportDeal{
				Name: d.Name, Pipeline: e.pipelines[d.PipelineID], Stage: stage.Name, Status: stage.Kind, Value: d.Value.Amount(),
				Currency: d.Value.Currency, Owner: e.users[d.OwnerID], Custom: e.custom(d.Custom), Documents: list0(e.documents[d.ID]),
			})
			e.deals[d.ContactID] = append(e.deals[d.ContactID], one)
			return struct{}{}, err
		})
	return err
}

// contacts returns the living contacts with their deals. The deals of the others are then without contact.
func (e *exporter) contacts(ctx context.Context) ([]json.RawMessage, error) {
	identities := map[crm.ID][]crm.Identity{}
	if _, err := query(ctx, &e.session, "export identities",
		`SELECT contact_id, kind, normalized, is_primary FROM contact_identity WHERE account_id = $1 ORDER BY contact_id, position`,
		[]any{e.account}, func(r row) (struct{}, error) {
			var id crm.ID
			var i crm.Identity
			err := r.Scan(&id, &i.Kind, &i.Normalized, &i.Primary)
			identities[id] = append(identities[id], i)
			return struct{}{}, err
		}); err != nil {
		return nil, err
	}
	contacts, err := query(ctx, &e.session, "export contacts", `SELECT `+contactColumns+` FROM contact WHERE account_id = $1 AND deleted_at = 0`,
		[]any{e.account}, func(r row) (json.RawMessage, error) {
			c, err := scanContact(r)
			if err != nil {
				return nil, err
			}
			of := func(kind crm.IdentityKind) []string { return primaryFirst(identities[c.ID], kind) }
			deals := e.deals[c.ID]
			delete(e.deals, c.ID)
			return compact(exportContact{
				FirstName: c.FirstName, LastName: c.LastName, Company: c.Company, Emails: of(crm.IdentityEmail), Phones: of(crm.IdentityPhone),
				TaxIDs: of(crm.IdentityTaxID), Owner: e.users[c.OwnerID], Source: c.Source, Custom: e.custom(c.Custom), Deals: sorted(deals),
			})
		})
	if err != nil {
		return nil, err
	}
	for id, deals := range e.deals {
		if id != "" {
			e.deals[""] = append(e.deals[""], deals...)
		}
	}
	return contacts, nil
}

// custom returns values by the names of their fields.
func (e *exporter) custom(c crm.Custom) map[string]any {
	named := make(map[string]any, len(c))
	for key, v := range c {
		named[cmp.Or(e.fields[key], key)] = v
	}
	return named
}

// primaryFirst returns the identities of a kind in their normal form, the primary one first and the others sorted.
func primaryFirst(all []crm.Identity, kind crm.IdentityKind) []string {
	first, rest := []string{}, []string{}
	for _, i := range all {
		switch {
		case i.Kind != kind:
		case i.Primary:
			first = append(first, i.Normalized)
		default:
			rest = append(rest, i.Normalized)
		}
	}
	slices.Sort(rest)
	return append(first, rest...)
}

func sorted(all []json.RawMessage) []json.RawMessage {
	all = list0(all)
	sortCompact(all)
	return all
}

func sortCompact(all []json.RawMessage) {
	slices.SortFunc(all, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
}

// list0 returns a list that prints as [] when there is none.
func list0[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// compact returns v as JSON without spaces and without HTML's escapes.
func compact(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
