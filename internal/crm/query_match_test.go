package crm

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestConditions(t *testing.T) {
	at := time.Date(2026, 3, 12, 15, 4, 5, 0, time.UTC)
	n := func(s string) json.Number { return json.Number(s) }
	text, email := Field{Type: TypeText}, Field{Type: TypeEmail}
	for _, c := range []struct {
		field  Field
		op     Operator
		values []any
		value  any
		want   bool
	}{
		{text, Is, []any{"nunoa"}, "Ñuñoa", true},
		{text, Is, []any{"x", "Ñuñoa "}, "ÑUÑOA", true},
		{text, Is, []any{"nuno"}, "Ñuñoa", false},
		{text, Is, []any{"x"}, nil, false},
		{text, Is, []any{""}, nil, true},
		{text, Is, []any{""}, "", true},
		{text, Is, []any{strings.Repeat("a", 99) + "b"}, strings.Repeat("a", 99) + "c", false},
		{text, IsNot, []any{"x"}, nil, true},
		{text, IsNot, []any{"x"}, "X", false},
		{text, Contains, []any{"ÑO"}, "Ñuñoa", true},
		{text, Contains, []any{"na", "no"}, "Ñuñoa", true},
		{text, Contains, []any{"x"}, nil, false},
		{text, IsEmpty, nil, nil, true},
		{text, IsEmpty, nil, "", true},
		{text, IsEmpty, nil, "\u0301", false},
		{text, IsFilled, nil, "a", true},
		{text, IsFilled, nil, []any{}, false},
		{text, Is, []any{true}, true, true},
		{text, Is, []any{false}, nil, false},
		{text, Is, []any{n("1.50")}, n("1.5"), true},
		{text, Is, []any{n("100")}, n("1e2"), true},
		{text, Above, []any{n("9")}, n("10"), true},
		{text, Above, []any{n("10")}, n("10.0"), false},
		{text, AtLeast, []any{n("-2")}, n("-1.5"), true},
		{text, Below, []any{n("-1.5")}, n("-2"), true},
		{text, AtMost, []any{int64(5)}, int64(5), true},
		{text, Below, []any{n("5")}, nil, false},
		{text, AtLeast, []any{"2026-03-12"}, "2026-03-12", true},
		{text, Below, []any{"2026-03-12"}, "2026-03-11", true},
		{text, Above, []any{at}, at.Add(time.Microsecond), true},
		{text, Below, []any{at}, time.Time{}, false},
		{text, IsEmpty, nil, time.Time{}, true},
		{text, Is, []any{"b"}, []string{"A", "B"}, true},
		{text, Is, []any{"b"}, []any{"A", "C"}, false},
		{text, IsNot, []any{"b"}, []any{"A", "B"}, false},
		{text, Is, []any{ID("u")}, ID("u"), true},
		{text, Is, []any{ID("")}, ID(""), true},
		{text, Is, []any{ID("")}, []ID{}, true},
		{text, Is, []any{ID("u")}, []ID{"t", "u"}, true},
		{email, Is, []any{"jose@correo.example"}, []string{"josé@correo.example"}, false},
		{email, Is, []any{"josé@correo.example"}, []string{"ana@correo.example", "josé@correo.example"}, true},
		{email, Contains, []any{"jose"}, []string{"josé@correo.example"}, true},
		{email, Is, []any{""}, []string(nil), true},
		{email, IsNot, []any{"a@b.example"}, []string(nil), true},
	} {
		if got := (Condition{c.field, c.op, c.values}).Test()(c.value); got != c.want {
			t.Errorf("%v %s %v: got %v, want %v", c.value, c.op, c.values, got, c.want)
		}
	}
}

// The order of keys by bytes is the order of numbers, whatever they are and however they are written.
func TestNumberKeysSortAsNumbers(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		if got, want := strings.Compare(numberKey(a), numberKey(b)), x.Cmp(y); got != want {
			t.Fatalf("%s and %s compare as %d by their keys %s and %s, want %d", a, b, got, numberKey(a), numberKey(b), want)
		}
	})
	if k := numberKey("1e999999999"); k <= numberKey("9e4000") || len(k) > maxSortKey {
		t.Errorf("a number without end has the key %q", k)
	}
	if k := numberKey(strings.Repeat("9", 5000)); len(k) > maxSortKey {
		t.Errorf("a long number has a key of %d bytes", len(k))
	}
}

func TestSortKeys(t *testing.T) {
	for _, c := range []struct {
		value any
		want  []string
	}{
		{nil, nil},
		{"", nil},
		{"Ñandú", []string{"nandu"}},
		{"\u0301", []string{"\x01"}},
		{strings.Repeat("ab", 50), []string{strings.Repeat("ab", 32)}},
		{strings.Repeat("€", 50), []string{strings.Repeat("€", 21)}},
		{[]any{"b", "A", "b", ""}, []string{"a", "b"}},
		{map[string]any{}, nil},
		{time.Time{}, nil},
	} {
		if got := SortKeys(c.value); !slices.Equal(got, c.want) {
			t.Errorf("keys of %v are %q, want %q", c.value, got, c.want)
		}
	}
}
