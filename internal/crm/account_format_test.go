package crm

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAnAccountWritesDaysItsOwnWay(t *testing.T) {
	day := Date{2026, time.March, 5}
	for _, c := range []struct {
		account Account
		want    string
	}{
		{Account{Country: Chile}, "05-03-2026"},
		{Account{Country: Peru}, "05/03/2026"},
		{Account{Country: Mexico}, "05/03/2026"},
		{Account{}, "2026-03-05"},
		{Account{Country: Chile, DateStyle: DateSlashes}, "05/03/2026"},
		{Account{Country: Peru, DateStyle: DateDashes}, "05-03-2026"},
		{Account{Country: Peru, DateStyle: DateISO}, "2026-03-05"},
	} {
		if got := c.account.FormatDate(day); got != c.want {
			t.Errorf("%+v writes %s, want %s", c.account, got, c.want)
		}
		if got, ok := c.account.ParseDate(c.want); !ok || got != day {
			t.Errorf("%+v reads %s as %v, %v", c.account, c.want, got, ok)
		}
		if got := c.account.FormatDate(Date{}); got != "" {
			t.Errorf("no day is %q", got)
		}
	}
	if _, ok := (Account{Country: Chile}).ParseDate("05/03/2026"); ok {
		t.Error("another account's way to write days is read")
	}
	// Countries and styles say the same.
	for _, c := range []Country{Chile, Peru, Mexico} {
		if got, want := (Account{Country: c}).FormatDate(day), c.FormatDate(day); got != want {
			t.Errorf("%s: %s and %s", c, got, want)
		}
	}
}

func TestAnAccountWritesNumbersItsOwnWay(t *testing.T) {
	for _, c := range []struct {
		account Account
		n       json.Number
		want    string
	}{
		{Account{Country: Chile}, "1234567.5", "1.234.567,5"},
		{Account{Country: Peru}, "1234567.5", "1,234,567.5"},
		{Account{Country: Chile, NumberStyle: NumberPoint}, "-1234", "-1,234"},
		{Account{Country: Chile}, "-123", "-123"},
		{Account{Country: Chile}, "0.25", "0,25"},
		{Account{}, "1000", "1,000"},
		{Account{Country: Chile}, "no number", "no number"},
	} {
		if got := c.account.FormatNumber(c.n); got != c.want {
			t.Errorf("%s is %s, want %s", c.n, got, c.want)
		}
	}
	for _, c := range []struct {
		account Account
		money   Money
		want    string
	}{
		{Account{Country: Chile, Currency: "CLP"}, Money{-1115061, "CLP"}, "-$1.115.061"},
		{Account{Country: Peru, Currency: "PEN"}, Money{123450, "PEN"}, "S/ 1,234.50"},
		{Account{Country: Chile, Currency: "CLP"}, Money{123450, "USD"}, "USD 1.234,50"},
		{Account{Country: Chile, Currency: "USD"}, Money{123450, "USD"}, "USD 1.234,50"},
		{Account{Country: Chile, Currency: "USD"}, Money{1234, "CLP"}, "CLP 1.234"}, // $ would be taken for dollars
		{Account{Country: Chile, Currency: "CLP", NumberStyle: NumberPoint}, Money{1234, "CLP"}, "$1,234"},
		{Account{Country: Chile, Currency: "CLP"}, Money{}, "0"},
	} {
		if got := c.account.FormatMoney(c.money); got != c.want {
			t.Errorf("%s is %q, want %q", c.money, got, c.want)
		}
	}
}

func TestNumbersAreReadAsTheAccountWritesThem(t *testing.T) {
	comma, point := Account{NumberStyle: NumberComma}, Account{NumberStyle: NumberPoint}
	for _, c := range []struct {
		account Account
		s       string
		want    json.Number
		ok      bool
	}{
		{comma, " 1.234,50 ", "1234.5", true},
		{comma, "1234,5", "1234.5", true},
		{comma, "-1.234.567", "-1234567", true},
		{comma, "1.5", "", false}, // not guessed
		{comma, "12.34", "", false},
		{comma, "1234.567", "", false},
		{comma, ".123", "", false},
		{comma, "1,", "", false},
		{point, "1,234.50", "1234.5", true},
		{point, "1.5", "1.5", true},
		{point, "1,5", "", false},
		{point, "", "", false},
	} {
		if got, ok := c.account.ParseNumber(c.s); got != c.want || ok != c.ok {
			t.Errorf("%q as %s: %q, %v; want %q, %v", c.s, c.account.NumberStyle, got, ok, c.want, c.ok)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n, ok := canonicalNumber(rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,6})?`).Draw(t, "n"))
		if !ok {
			t.Skip()
		}
		account := rapid.SampledFrom([]Account{comma, point}).Draw(t, "account")
		if back, ok := account.ParseNumber(account.FormatNumber(json.Number(n))); !ok || back.String() != n {
			t.Fatalf("%s is written %s, and read as %s, %v", n, account.FormatNumber(json.Number(n)), back, ok)
		}
	})
}

func TestAnAccountHasItsTimeZone(t *testing.T) {
	noon := time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)
	if got := noon.In(Account{TimeZone: "America/Santiago"}.Location()).Format("15:04"); got != "09:00" {
		t.Errorf("noon of UTC is %s in Chile", got)
	}
	if got := (Account{TimeZone: "nowhere"}).Location(); got != time.UTC {
		t.Errorf("nowhere is %s", got)
	}
}
