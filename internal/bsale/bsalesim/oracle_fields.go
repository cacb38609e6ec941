package bsalesim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sourced is a value on its way into a field.
type sourced struct {
	kind  byte // t text, n number, a amount, d day
	text  string
	n     int64
	money Money
	day   Day
}

func text(s string) sourced    { return sourced{kind: 't', text: strings.TrimSpace(s)} }
func number(n int64) sourced   { return sourced{kind: 'n', n: n} }
func amount(m Money) sourced   { return sourced{kind: 'a', money: m} }
func day(d Day) sourced        { return sourced{kind: 'd', day: d} }
func (s sourced) isZero() bool { return s.kind == 't' && s.text == "" }

// source reads a mapping's source; an unknown one is an error.
func (o *oracle) source(from string, d *Document, c *Client) (sourced, error) {
	if name, ok := strings.CutPrefix(from, "document.attribute."); ok {
		for _, a := range d.Attributes {
			if a.Name == name {
				return text(a.Value), nil
			}
		}
		return text(""), nil
	}
	if name, ok := strings.CutPrefix(from, "client."); ok {
		return o.clientSource(name, c)
	}
	w := o.view.w
	at, _ := w.docIndex(d.ID)
	r := &w.docs[at]
	typ := &w.types[r.typ]
	view := w.country.viewHost + "/view/" + strconv.Itoa(w.cpnID) + "/" + d.Token
	switch from {
	case "document.id":
		return number(d.ID), nil
	case "document.number":
		return text(w.numberText(r)), nil
	case "document.folio":
		return number(d.Number), nil
	case "document.serial_number":
		return text(d.Serial), nil
	case "document.kind":
		return text(kindWords[o.rules.kindOf(typ)]), nil
	case "document.type":
		return text(typ.Name), nil
	case "document.emission_date":
		return day(d.Emission), nil
	case "document.expiration_date":
		return day(d.Expiration), nil
	case "document.total":
		return amount(d.Total), nil
	case "document.net":
		return amount(d.Net), nil
	case "document.tax":
		return amount(d.Tax), nil
	case "document.exempt":
		return amount(d.Exempt), nil
	case "document.url":
		return text(view + "?sfd=99"), nil
	case "document.pdf_url":
		return text(view + ".pdf?sfd=99"), nil
	case "document.office":
		return text(w.offices[r.office].Name), nil
	case "document.seller":
		if len(d.Sellers) == 0 {
			return text(""), nil
		}
		u := &w.users[w.userIndex(d.Sellers[0])]
		return text(strings.TrimSpace(u.FirstName) + " " + strings.TrimSpace(u.LastName)), nil
	case "document.seller_email":
		return text(o.sellerEmail(d)), nil
	case "document.issuer_email":
		return text(o.issuerEmail(d)), nil
	case "document.address":
		return text(d.Address), nil
	case "document.municipality":
		return text(d.Municipality), nil
	case "document.city":
		return text(d.City), nil
	case "document.sales_id":
		return text(d.SalesID), nil
	case "document.products":
		var codes []string
		for _, l := range d.Lines {
			if l.Code != "" && !slices.Contains(codes, l.Code) {
				codes = append(codes, l.Code)
			}
		}
		return text(strings.Join(codes, ", ")), nil
	case "document.payments":
		var names []string
		for _, p := range d.Payments {
			if name := w.paymentName(p.Type); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return text(strings.Join(names, ", ")), nil
	}
	return sourced{}, fmt.Errorf("bsalesim: rules: no source %q", from)
}

func (o *oracle) clientSource(name string, c *Client) (sourced, error) {
	none := c == nil
	if none {
		c = &Client{Truth: &Truth{}}
	}
	t := c.Truth
	switch name {
	case "id":
		if none {
			return text(""), nil
		}
		return number(int64(c.ID)), nil
	case "code":
		if t.CodeForm != "" {
			return text(t.CodeForm), nil
		}
		return text(c.Code), nil
	case "name":
		if none {
			return text(""), nil
		}
		var as oContact
		as.first, as.last, as.business = names(c)
		return text(as.displayName()), nil
	case "first_name":
		return text(c.FirstName), nil
	case "last_name":
		return text(c.LastName), nil
	case "company":
		return text(c.Business), nil
	case "email":
		return text(strings.ToLower(c.Email)), nil
	case "phone":
		if t.Phone != "" || c.Phone == nil {
			return text(t.Phone), nil
		}
		return text(*c.Phone), nil
	case "activity":
		return text(c.Activity), nil
	case "address":
		return text(c.Address), nil
	case "municipality":
		return text(c.Municipality), nil
	case "city":
		return text(c.City), nil
	case "note":
		return text(c.Note), nil
	}
	return sourced{}, fmt.Errorf("bsalesim: rules: no source %q", "client."+name)
}

// checkMapping reads every row's source once, so that a mistake in the rules is an
// error and not an empty field.
func (o *oracle) checkMapping() error {
	probe := &Document{ID: -1}
	if len(o.view.w.docs) > 0 {
		probe = &Document{ID: o.view.w.docs[0].id}
	}
	for _, rows := range [][]oracleRow{o.rules.Mapping.Contact, o.rules.Mapping.Deal} {
		for _, row := range rows {
			if !slices.Contains([]string{"", "always", "if_empty", "unless_edited"}, row.Write) || !slices.Contains([]string{"", "keep", "clear"}, row.Empty) {
				return fmt.Errorf("bsalesim: rules: mapping to %q: write %q or empty %q is not known", row.To, row.Write, row.Empty)
			}
			if row.Constant != nil || len(o.view.w.docs) == 0 {
				continue
			}
			if _, err := o.source(row.From, probe, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// write applies a mapping. Nobody edits fields by hand in the oracle's CRM, so
// unless_edited writes always.
func (o *oracle) write(custom map[string]any, rows []oracleRow, entity string, d *Document, c *Client) {
	for _, row := range rows {
		var v sourced
		if row.Constant != nil {
			v = text(*row.Constant)
		} else {
			v, _ = o.source(row.From, d, c) // checked before the first document
		}
		_, filled := custom[row.To]
		if v.isZero() {
			if row.Empty == "clear" && row.Write != "if_empty" {
				delete(custom, row.To)
			}
			continue
		}
		if row.Write == "if_empty" && filled {
			continue
		}
		if fitted, ok := o.fit(v, o.fields[entity+"."+row.To]); ok {
			custom[row.To] = fitted
		}
	}
}

// fit is the value as the field's type holds it; false when it does not fit.
func (o *oracle) fit(v sourced, f OracleField) (any, bool) {
	switch f.Type {
	case "", "text":
		return o.plainText(v), true
	case "number":
		switch v.kind {
		case 'n':
			return json.Number(strconv.FormatInt(v.n, 10)), true
		case 'a':
			return json.Number(strconv.FormatInt(int64(v.money/moneyUnit), 10)), v.money%moneyUnit == 0
		case 't':
			n, err := strconv.ParseInt(v.text, 10, 64)
			return json.Number(strconv.FormatInt(n, 10)), err == nil && v.text[0] != '+'
		}
	case "decimal":
		switch v.kind {
		case 'n':
			return json.Number(strconv.FormatInt(v.n, 10)), true
		case 'a':
			return json.Number(appendMoney(nil, v.money, false)), true
		case 't':
			m, err := ParseMoney(v.text)
			return json.Number(appendMoney(nil, m, false)), err == nil
		}
	case "date":
		switch v.kind {
		case 'd':
			return v.day.String(), true
		case 't':
			for _, layout := range []string{time.DateOnly, o.dateLayout()} {
				if t, err := time.Parse(layout, v.text); err == nil {
					return t.Format(time.DateOnly), true
				}
			}
		}
	case "dropdown":
		s := o.plainText(v)
		for _, option := range f.Options {
			if strings.EqualFold(option, s) {
				return option, true
			}
		}
	}
	return nil, false
}

func (o *oracle) dateLayout() string {
	if o.country.code == "CL" {
		return "02-01-2006"
	}
	return "02/01/2006"
}

func (o *oracle) plainText(v sourced) string {
	switch v.kind {
	case 'n':
		return strconv.FormatInt(v.n, 10)
	case 'a':
		return o.digits(v.money)
	case 'd':
		return v.day.Time().Format(o.dateLayout())
	default:
		return v.text
	}
}

// digits is an amount with exactly the currency's decimals.
func (o *oracle) digits(m Money) string {
	m = o.country.round(m)
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	s := sign + strconv.FormatInt(int64(m/moneyUnit), 10)
	if o.country.decimals == 0 {
		return s
	}
	return s + "." + fmt.Sprintf("%04d", int64(m%moneyUnit))[:o.country.decimals]
}
