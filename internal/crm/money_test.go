package crm

import (
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestNewMoney(t *testing.T) {
	for _, c := range []struct {
		amount, currency string
		minor            int64
		rounded          bool
		key              string
	}{
		{"115061", "CLP", 115061, false, ""},
		{"115061.00", "CLP", 115061, false, ""},
		{"115061.5", "CLP", 115062, true, ""},
		{"-115061.5", "CLP", -115062, true, ""},
		{"115061.4999", "CLP", 115061, true, ""},
		{"0.4", "CLP", 0, true, ""},
		{"12.5", "PEN", 1250, false, ""},
		{"12.345", "PEN", 1235, true, ""},
		{"12.3449", "MXN", 1234, true, ""},
		{"0.0001", "CLF", 1, false, ""},
		{"0", "CLP", 0, false, ""},
		{"1e3", "USD", 100000, false, ""},
		{"1000000000000000", "CLP", MaxMinor, false, ""},
		{"-1000000000000000", "CLP", -MaxMinor, false, ""},
		{"1000000000000000.4", "CLP", MaxMinor, true, ""},
		{"1000000000000001", "CLP", 0, false, "amount_too_large"},
		{"10000000000000.01", "PEN", 0, false, "amount_too_large"},
		{"-1000000000000000.5", "CLP", 0, false, "amount_too_large"},
		{"9000000000000000000", "CLP", 0, false, "amount_too_large"},
		{"9223372036854775808", "CLP", 0, false, "amount_too_large"},
		{"92233720368547758.08", "PEN", 0, false, "amount_too_large"},
		{"1e9999", "CLP", 0, false, "amount_too_large"},
		{"1", "QQQ", 0, false, "currency_unknown"},
		{"1", "clp", 0, false, "currency_unknown"},
		{"1", "", 0, false, "currency_unknown"},
	} {
		m, rounded, err := NewMoney(decimal.RequireFromString(c.amount), c.currency)
		if c.key != "" {
			if e, ok := err.(*Error); !ok || e.Key != c.key || e.Code != Invalid {
				t.Errorf("NewMoney(%s, %s): %v, want %s", c.amount, c.currency, err, c.key)
			}
			continue
		}
		if err != nil || m != (Money{c.minor, c.currency}) || rounded != c.rounded {
			t.Errorf("NewMoney(%s, %s) = %v, %v, %v; want %d, %v", c.amount, c.currency, m, rounded, err, c.minor, c.rounded)
		}
	}
}

func TestAbsurdExponentsTakeNoTime(t *testing.T) {
	if _, _, err := NewMoney(decimal.New(1, math.MaxInt32), "CLP"); CodeOf(err) != Invalid {
		t.Errorf("a huge one: %v", err)
	}
	for digit, rounded := range []bool{false, true} {
		if m, r, err := NewMoney(decimal.New(int64(digit), math.MinInt32), "PEN"); err != nil || m != (Money{0, "PEN"}) || r != rounded {
			t.Errorf("a tiny %d: %v %v %v", digit, m, r, err)
		}
	}
}

func TestMoneyIsWrittenAsTheCountryDoes(t *testing.T) {
	for _, c := range []struct {
		m      Money
		in     Country
		amount string
		want   string
	}{
		{Money{115061, "CLP"}, Chile, "115061", "$115.061"},
		{Money{-1234567, "CLP"}, Chile, "-1234567", "-$1.234.567"},
		{Money{0, "CLP"}, Chile, "0", "$0"},
		{Money{123450, "PEN"}, Peru, "1234.50", "S/ 1,234.50"},
		{Money{-5, "PEN"}, Peru, "-0.05", "-S/ 0.05"},
		{Money{123456789, "MXN"}, Mexico, "1234567.89", "$1,234,567.89"},
		{Money{123450, "USD"}, Chile, "1234.50", "USD 1.234,50"},
		{Money{381234567, "CLF"}, Chile, "38123.4567", "CLF 38.123,4567"},
		{Money{math.MinInt64, "CLP"}, Chile, "-9223372036854775808", "-$9.223.372.036.854.775.808"},
		{Money{100, "CLP"}, "AR", "100", "100 CLP"},
	} {
		if got := c.m.Amount(); got != c.amount {
			t.Errorf("%+v.Amount() = %s, want %s", c.m, got, c.amount)
		}
		if got := c.m.Format(c.in); got != c.want {
			t.Errorf("%+v.Format(%s) = %s, want %s", c.m, c.in, got, c.want)
		}
	}
}

func TestMoneyReadsBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Money{rapid.Int64Range(-MaxMinor, MaxMinor).Draw(t, "minor"), rapid.SampledFrom([]string{"CLP", "PEN", "MXN", "CLF", "BHD"}).Draw(t, "currency")}
		back, rounded, err := NewMoney(decimal.RequireFromString(m.Amount()), m.Currency)
		if err != nil || rounded || back != m || !m.Decimal().Equal(decimal.RequireFromString(m.Amount())) {
			t.Fatalf("%+v is written %s and read %+v, %v, %v", m, m.Amount(), back, rounded, err)
		}
	})
}

func FuzzNewMoney(f *testing.F) {
	f.Add("115061", "CLP")
	f.Add("-12.345", "PEN")
	f.Add("1e30", "CLF")
	f.Add("1e-2147483647", "USD")
	f.Fuzz(func(t *testing.T, s, currency string) {
		d, err := decimal.NewFromString(s)
		if err != nil {
			t.Skip()
		}
		m, rounded, err := NewMoney(d, currency)
		if err != nil {
			return
		}
		again, roundedAgain, err := NewMoney(m.Decimal(), currency)
		if err != nil || roundedAgain || again != m {
			t.Fatalf("%s %s gives %v, and that gives %v, %v, %v", s, currency, m, again, roundedAgain, err)
		}
		if !rounded && len(s) < 40 && !m.Decimal().Equal(d) {
			t.Fatalf("%s %s gives %v without rounding", s, currency, m)
		}
	})
}

func BenchmarkNewMoney(b *testing.B) {
	d := decimal.RequireFromString("115061")
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = NewMoney(d, "CLP")
	}
}
