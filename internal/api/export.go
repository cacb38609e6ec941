package api

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"puente/internal/crm"
	"puente/internal/messages"
)

const (
	exportedAtOnce = 1_000            // records read in one transaction
	exportPatience = 30 * time.Second // how long whoever downloads may take for them
	byteOrderMark  = "\ufeff"         // by which spreadsheets know UTF-8
	idColumn       = "id"
)

// exportParams pick and sort what is exported.
type exportParams struct {
	FilterParams
	Sort string `query:"sort" maxLength:"200" doc:"A field; with - before it the other way round. Without it the oldest comes first, and none is missed. In the order of what changes meanwhile, as -modified, a record may be missing or come twice." example:"created"`
}

type exportAnswer struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

func exportContacts(ctx context.Context, c *call, in *exportParams) (*exportAnswer, error) {
	return export(ctx, c, in, crm.EntityContact, func(r *reading) lister[*crm.Contact] { return r.contactLister() },
		func(f crm.Field, contact *crm.Contact) any {
			if f.Name == idColumn {
				return string(contact.ID)
			}
			return f.OfContact(contact)
		})
}

func exportDeals(ctx context.Context, c *call, in *exportParams) (*exportAnswer, error) {
	return export(ctx, c, in, crm.EntityDeal, func(r *reading) lister[*crm.Deal] { return r.dealLister() },
		func(f crm.Field, deal *crm.Deal) any {
			switch {
			case f.Name == idColumn:
				return string(deal.ID)
			case f.Custom == nil && f.Name == crm.FieldValue:
				return deal.Value
			}
			return f.OfDeal(deal)
		})
}

// export answers with a table of a whole list. The first page is read before anything is sent, so that what is wrong with the request is told as a problem.
func export[T any](ctx context.Context, c *call, in *exportParams, entity crm.Entity, list func(*reading) lister[T], value func(crm.Field, T) any) (*exportAnswer, error) {
	var t sheet
	var q crm.Query
	var found crm.Page[T]
	var rows [][]string
	read := func() error {
		return c.view(ctx, func(r *reading) (err error) {
			if found, err = list(r).list(ctx, q); err != nil {
				return err
			}
			rows, err = t.rows(ctx, r, len(found.Items), func(f crm.Field, i int) any { return value(f, found.Items[i]) })
			return err
		})
	}
	err := c.view(ctx, func(r *reading) (err error) {
		if q, err = r.query(ctx, entity, in.FilterParams); err != nil {
			return err
		}
		// The list is read in several transactions: by what never changes, each record keeps its place between them.
		if q, err = r.ordered(ctx, q, cmp.Or(in.Sort, crm.FieldCreated), "", exportedAtOnce); err != nil {
			return err
		}
		t, err = newSheet(ctx, r, entity)
		return err
	})
	if err == nil {
		err = read()
	}
	if err != nil {
		return nil, placedAs(err, "field_not_searchable", "sort")
	}
	return &exportAnswer{
		ContentType: "text/csv; charset=utf-8",
		Disposition: `attachment; filename="` + string(entity) + `s-` + c.clock.Now().In(t.account.Location()).Format(time.DateOnly) + `.csv"`,
		Body: func(hc huma.Context) {
			_, w := humago.Unwrap(hc)
			hc.SetStatus(http.StatusOK)
			if c.http.Method == http.MethodHead {
				return
			}
			out := bufio.NewWriter(w)
			lines := csv.NewWriter(out)
			lines.Comma, lines.UseCRLF = t.comma, true
			_, err := out.WriteString(byteOrderMark)
			if err == nil {
				err = lines.Write(t.head)
			}
			for err == nil {
				if err = lines.WriteAll(rows); err == nil {
					err = out.Flush()
				}
				if q.Cursor = found.Next; err != nil || q.Cursor == "" {
					break
				}
				_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportPatience)) // without it the server's own holds
				err = read()
			}
			if err != nil { // the table has begun: all that is left is to end it where whoever reads it sees that it is not whole
				if ctx.Err() == nil {
					c.Log.ErrorContext(ctx, "export broke off", "request", c.id, "route", c.pattern(), "error", err)
				}
				panic(http.ErrAbortHandler)
			}
		},
	}, nil
}

// sheet is how a table is written.
type sheet struct {
	account  crm.Account
	language crm.Language
	fields   []crm.Field
	head     []string
	comma    rune
}

func newSheet(ctx context.Context, r *reading, entity crm.Entity) (sheet, error) {
	t := sheet{comma: ','}
	custom, err := r.customFields(ctx, entity)
	if err != nil {
		return t, err
	}
	if t.account, err = r.accountOf(ctx); err != nil {
		return t, err
	}
	t.language = r.language()
	if t.account.Numbers() == crm.NumberComma { // the comma stands in numbers
		t.comma = ';'
	}
	t.fields = append([]crm.Field{{Name: idColumn, Type: crm.TypeText}}, crm.FieldsOf(entity, custom)...)
	for _, f := range t.fields {
		name := messages.Text(t.language, "field."+f.Name, nil)
		switch {
		case f.Custom != nil:
			name = f.Custom.Name
		case f.Name == idColumn:
			name = messages.Text(t.language, "column.id", nil)
		case f.IsFullName():
			name = messages.Text(t.language, "column.full_name", nil)
		}
		t.head = append(t.head, harmless(name))
		if f.Name == crm.FieldValue && f.Custom == nil {
			t.head = append(t.head, messages.Text(t.language, "column.currency", nil))
		}
	}
	return t, nil
}

// rows writes n records.
func (t sheet) rows(ctx context.Context, r *reading, n int, value func(f crm.Field, i int) any) ([][]string, error) {
	rows := make([][]string, n)
	for i := range rows {
		for _, f := range t.fields {
			v := value(f, i)
			if money, ok := v.(crm.Money); ok {
				rows[i] = append(rows[i], t.number(json.Number(money.Amount())), money.Currency)
				continue
			}
			cell, err := t.cell(ctx, r, f, v)
			if err != nil {
				return nil, err
			}
			rows[i] = append(rows[i], cell)
		}
	}
	return rows, nil
}

// cell writes one value as people of the account read it.
func (t sheet) cell(ctx context.Context, r *reading, f crm.Field, value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case bool:
		return messages.Text(t.language, map[bool]string{true: "column.yes", false: "column.no"}[v], nil), nil
	case json.Number:
		return t.number(v), nil
	case time.Time:
		if v.IsZero() {
			return "", nil
		}
		local := v.In(t.account.Location())
		return t.account.FormatDate(crm.DateOf(local)) + local.Format(" 15:04:05"), nil
	case crm.ID:
		name, err := r.named(ctx, f, v)
		return harmless(name), err
	case []crm.ID:
		names, err := r.tagNames(ctx, v)
		return harmless(strings.Join(names, ", ")), err
	case []string:
		return harmless(strings.Join(v, ", ")), nil
	case []any:
		var all []string
		for _, one := range v {
			s, _ := one.(string)
			all = append(all, s)
		}
		return harmless(strings.Join(all, ", ")), nil
	case string:
		if f.Type == crm.TypeDate {
			if day, ok := crm.ParseDate(v); ok {
				return t.account.FormatDate(day), nil
			}
		}
		return harmless(v), nil
	}
	return "", nil
}

// number writes digits without marks between thousands, so that spreadsheets read a number.
func (t sheet) number(n json.Number) string {
	if t.account.Numbers() == crm.NumberComma {
		return strings.Replace(string(n), ".", ",", 1)
	}
	return string(n)
}

// named returns what an id stands for.
func (r *reading) named(ctx context.Context, f crm.Field, id crm.ID) (string, error) {
	switch f.Type {
	case crm.TypeUser:
		if id == "" {
			return "", nil
		}
		return r.assignedTo(ctx, id)
	case crm.TypeStage, crm.TypePipeline, crm.TypeStatus:
		pipelines, err := r.allPipelines(ctx)
		if err != nil {
			return "", err
		}
		if f.Type == crm.TypePipeline {
			i := slices.IndexFunc(pipelines, func(p crm.Pipeline) bool { return p.ID == id })
			if i < 0 {
				return string(id), nil
			}
			return pipelines[i].Name, nil
		}
		_, stage := standing(pipelines, id)
		if f.Type == crm.TypeStatus {
			return messages.Text(r.language(), "stage_kind."+string(stage.Kind), nil), nil
		}
		return stage.Name, nil
	}
	return string(id), nil
}

func (r *reading) tagNames(ctx context.Context, ids []crm.ID) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	tags, err := r.allTags(ctx)
	var names []string
	for _, t := range tags {
		if slices.Contains(ids, t.ID) {
			names = append(names, t.Name)
		}
	}
	return names, err
}

// harmless returns text that no spreadsheet takes for a formula: what could begin one gets a ' before it, unless it is a phone or a number.
func harmless(s string) string {
	trimmed := strings.TrimLeftFunc(s, func(r rune) bool { return r <= ' ' || r == '\u00a0' || r == '\ufeff' })
	risky := s != trimmed && strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n")
	if trimmed != "" {
		risky = risky || strings.ContainsRune("=+-@＝＋－＠", []rune(trimmed)[0])
	}
	if risky && !isPlainNumber(s) {
		return "'" + s
	}
	return s
}

// isPlainNumber says whether there is nothing in s but a sign and digits, with at most one point or comma among them.
func isPlainNumber(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" {
		return false
	}
	marks := 0
	for _, r := range digits {
		switch {
		case r == '.' || r == ',':
			marks++
		case r < '0' || r > '9':
			return false
		}
	}
	return marks <= 1 && digits[0] >= '0' && digits[0] <= '9'
}
