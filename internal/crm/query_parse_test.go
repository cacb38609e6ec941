package crm

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"testing"
	"time"
)

func querySurroundings() (QuerySurroundings, []Field) {
	stages := []Stage{{ID: "s1", Name: "Nuevo", Kind: StageOpen}, {ID: "s2", Name: "Vendido", Kind: StageWon}}
	around := QuerySurroundings{
		Account:   Account{Country: Chile, Currency: "CLP", TimeZone: "America/Santiago"},
		Users:     []User{{ID: "u1", Email: "Ana@Quillay.example"}, {ID: "u2", Email: "diego@quillay.example"}},
		Pipelines: []Pipeline{{ID: "p1", Name: "Ventas", Stages: stages}, {ID: "p2", Name: "Postventa", Stages: []Stage{{ID: "s3", Name: "nuevo", Kind: StageOpen}}}},
		Tags:      []Tag{{ID: "t1", Name: "Mayorista"}},
	}
	custom := []CustomField{
		{Entity: EntityDeal, Key: "cf_deal_n", Name: "Número", Type: TypeNumber},
		{Entity: EntityDeal, Key: "cf_deal_m", Name: "Neto", Type: TypeMoney},
		{Entity: EntityDeal, Key: "cf_deal_d", Name: "Emisión", Type: TypeDate},
		{Entity: EntityDeal, Key: "cf_deal_b", Name: "Pagada", Type: TypeBool},
		{Entity: EntityDeal, Key: "cf_deal_l", Name: "Comunas", Type: TypeMultiSelect},
		{Entity: EntityContact, Key: "cf_contact_x", Name: "X", Type: TypeText},
		{Entity: EntityDeal, Key: "cf_deal_old", Name: "Viejo", Type: TypeText, ArchivedAt: time.Unix(1, 0)},
	}
	return around, append(FieldsOf(EntityDeal, custom), FieldsOf(EntityContact, custom)...)
}

func TestParseCondition(t *testing.T) {
	around, fields := querySurroundings()
	instant := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		name   string
		op     Operator
		values []string
		field  string
		wantOp Operator
		want   []any
	}{
		{"cf_deal_n", Is, []string{"007"}, "cf_deal_n", Is, []any{json.Number("7")}},
		{"número", AtLeast, []string{" 5 "}, "cf_deal_n", AtLeast, []any{json.Number("5")}},
		{"cf_deal_m", Below, []string{"10.50"}, "cf_deal_m", Below, []any{json.Number("10.5")}},
		{"value", Above, []string{"115061"}, "value", Above, []any{int64(115061)}},
		{"value", Above, []string{"100.5"}, "value", Above, []any{int64(100)}},
		{"value", AtLeast, []string{"100.4"}, "value", AtLeast, []any{int64(101)}},
		{"value", Below, []string{"100.4"}, "value", Below, []any{int64(101)}},
		{"value", AtMost, []string{"100.5"}, "value", AtMost, []any{int64(100)}},
		{"value", AtMost, []string{"-100.5"}, "value", AtMost, []any{int64(-101)}},
		{"value", Is, []string{"100.5", "7"}, "value", Is, []any{json.Number("100.5"), int64(7)}},
		{"cf_deal_d", Is, []string{"2026-03-12"}, "cf_deal_d", Is, []any{"2026-03-12"}},
		{"cf_deal_b", Is, []string{"Sí", "no"}, "cf_deal_b", Is, []any{true, false}},
		{"cf_deal_l", IsEmpty, []string{"x"}, "cf_deal_l", IsEmpty, nil},
		{"owner", Is, []string{"ANA@quillay.example", "unassigned", "u2"}, "owner", Is, []any{ID("u1"), ID(""), ID("u2")}},
		{"stage", Is, []string{"NUEVO"}, "stage", Is, []any{ID("s1"), ID("s3")}},
		{"stage", IsNot, []string{"s2"}, "stage", IsNot, []any{ID("s2")}},
		{"pipeline", Is, []string{"postventa"}, "pipeline", Is, []any{ID("p2")}},
		{"status", Is, []string{"won"}, "stage", Is, []any{ID("s2")}},
		{"status", Is, []string{"lost"}, "stage", Is, nil},
		{"tags", Is, []string{"mayorista"}, "tags", Is, []any{ID("t1")}},
		{"contact", Is, []string{"c1"}, "contact", Is, []any{ID("c1")}},
		{"email", Is, []string{" Ana@Correo.example"}, "email", Is, []any{"ana@correo.example"}},
		{"phone", Is, []string{"9 5555 0199"}, "phone", Is, []any{"+56955550199"}},
		{"phone", Contains, []string{"5555-01"}, "phone", Contains, []any{"555501"}},
		{"tax_id", Is, []string{"22.222.222-2"}, "tax_id", Is, []any{"22222222-2"}},
		{"name", Contains, []string{"Ñandú\x00"}, "name", Contains, []any{"Ñandú"}},
		{"created", AtLeast, []string{"2026-03-12"}, "created", AtLeast, []any{instant("2026-03-12T03:00:00Z")}},
		{"created", Above, []string{"2026-03-12"}, "created", AtLeast, []any{instant("2026-03-13T03:00:00Z")}},
		{"created", AtMost, []string{"2026-03-12"}, "created", Below, []any{instant("2026-03-13T03:00:00Z")}},
		{"updated", AtLeast, []string{"2026-03-12T10:00:00"}, "updated", AtLeast, []any{instant("2026-03-12T10:00:00Z")}},
		{"updated", Above, []string{"2026-03-12T10:00:00-03:00"}, "updated", Above, []any{instant("2026-03-12T13:00:00Z")}},
	} {
		got, err := ParseCondition(fields, c.name, c.op, c.values, around)
		if err != nil {
			t.Errorf("%s %s %q: %v", c.name, c.op, c.values, err)
			continue
		}
		if got.Field.Name != c.field || got.Operator != c.wantOp || !reflect.DeepEqual(got.Values, c.want) {
			t.Errorf("%s %s %q: got %s %s %#v, want %s %s %#v", c.name, c.op, c.values, got.Field.Name, got.Operator, got.Values, c.field, c.wantOp, c.want)
		}
	}
}

// TestFiltersReadDaysAsTheAccountWritesThem has an account that chose another way than is usual in its country.
func TestFiltersReadDaysAsTheAccountWritesThem(t *testing.T) {
	around, fields := querySurroundings()
	around.Account.DateStyle = DateSlashes
	for name, op := range map[string]Operator{"cf_deal_d": Is, "created": Above} {
		wanted, err := ParseCondition(fields, name, op, []string{"2026-03-12"}, around)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseCondition(fields, name, op, []string{"12/03/2026"}, around)
		if err != nil || !reflect.DeepEqual(got, wanted) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, wanted)
		}
		if got, err := ParseCondition(fields, name, op, []string{"12-03-2026"}, around); err == nil {
			t.Errorf("%s: what forms do not take is read as %+v", name, got)
		}
	}
}

func TestParseConditionRefuses(t *testing.T) {
	around, fields := querySurroundings()
	many := make([]string, MaxFilterValues+1)
	for i := range many {
		many[i] = strconv.Itoa(i)
	}
	for _, c := range []struct {
		name   string
		op     Operator
		values []string
		key    string
	}{
		{"no_such", Is, []string{"x"}, "filter_field_unknown"},
		{"cf_deal_old", Is, []string{"x"}, "filter_field_unknown"},
		{"name", Above, []string{"x"}, "filter_operator_unknown"},
		{"name", "like", []string{"x"}, "filter_operator_unknown"},
		{"created", Is, []string{"2026-03-12"}, "filter_operator_unknown"},
		{"cf_deal_l", Contains, []string{"x"}, "filter_operator_unknown"},
		{"name", Is, nil, "filter_values_missing"},
		{"cf_deal_n", Above, []string{"1", "2"}, "filter_values_too_many"},
		{"cf_deal_n", Is, many, "filter_values_too_many"},
		{"cf_deal_n", Is, []string{"1,5"}, "filter_value_invalid"},
		{"cf_deal_n", Is, []string{"1e5"}, "filter_value_invalid"},
		{"cf_deal_d", Is, []string{"2026-02-30"}, "filter_value_invalid"},
		{"cf_deal_b", Is, []string{"quizás"}, "filter_value_invalid"},
		{"value", Is, []string{"99999999999999999999999"}, "filter_value_invalid"},
		{"created", Above, []string{"ayer"}, "filter_value_invalid"},
		{"name", Is, []string{"  "}, "filter_value_invalid"},
		{"phone", Contains, []string{""}, "filter_value_invalid"},
		{"owner", Is, []string{"nadie@quillay.example"}, "filter_value_unknown"},
		{"stage", Is, []string{"no hay"}, "filter_value_unknown"},
		{"status", Is, []string{"no hay"}, "filter_value_unknown"},
		{"tags", Is, []string{"no hay"}, "filter_value_unknown"},
	} {
		_, err := ParseCondition(fields, c.name, c.op, c.values, around)
		var e *Error
		if !errors.As(err, &e) || e.Code != Invalid || e.Key != c.key || e.Field == "" {
			t.Errorf("%s %s %q: got %v, want %s", c.name, c.op, c.values, err, c.key)
		}
	}
}

func TestParseOrder(t *testing.T) {
	_, fields := querySurroundings()
	for text, want := range map[string]string{
		"": "", "name": "name", "-updated": "-updated", " -cf_deal_n": "-cf_deal_n", "Emisión": "cf_deal_d", "-rank": "-rank", "value": "value",
		"nope": "order_field_unknown", "tags": "order_field_unsortable", "cf_deal_l": "order_field_unsortable", "owner": "order_field_unsortable", "-email": "order_field_unsortable",
	} {
		o, err := ParseOrder(fields, text)
		got := o.Field.Name
		if o.Descending {
			got = "-" + got
		}
		var e *Error
		if errors.As(err, &e) {
			got = e.Key
		}
		if got != want {
			t.Errorf("ParseOrder(%q) = %q, want %q", text, got, want)
		}
	}
}
