package bsale

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTextTakesAnyScalar(t *testing.T) {
	for in, want := range map[string]string{
		`null`: "", `""`: "", `"Ruiz"`: "Ruiz", `" Ruiz \n"`: "Ruiz", `"Ñancupil"`: "Ñancupil",
		`12`: "12", `12.50`: "12.50", `true`: "true", `{"a":1}`: "", `[1]`: "",
		`"a\"b"`: `a"b`, "\"a\xffb\"": "a\ufffdb", `"\u00f1"`: "ñ",
	} {
		var got text
		if err := json.Unmarshal([]byte(in), &got); err != nil || string(got) != want {
			t.Errorf("text %s = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestIntegerTakesEverySpelling(t *testing.T) {
	for in, want := range map[string]int64{
		`null`: 0, `""`: 0, `" "`: 0, `12`: 12, `"12"`: 12, `-3`: -3, `12.0`: 12, `"12.00"`: 12, `1e3`: 1000,
		`true`: 1, `false`: 0, `9223372036854775807`: 9223372036854775807, `"-9223372036854775808"`: -9223372036854775808,
	} {
		var got integer
		if err := json.Unmarshal([]byte(in), &got); err != nil || int64(got) != want {
			t.Errorf("integer %s = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{`"abc"`, `1.5`, `{}`, `[]`, `9223372036854775808`, `1e30`, `1e999999999`, `"12 34"`} {
		var got integer
		if err := json.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("integer %s = %d; want an error", in, got)
		}
	}
}

func TestAmountIsExact(t *testing.T) {
	for in, want := range map[string]string{
		`null`: "0", `""`: "0", `14280`: "14280", `14280.0`: "14280", `"68643.0"`: "68643", `118.50`: "118.5",
		`-0.01`: "-0.01", `0.1`: "0.1", `1E+2`: "100", `66.946667`: "66.946667",
		`0.00000000000000000000000000001`: "0.00000000000000000000000000001",
		`123456789012345678901234567890`:  "123456789012345678901234567890", `0.0`: "0", `-0`: "0",
	} {
		var got amount
		if err := json.Unmarshal([]byte(in), &got); err != nil || !got.Equal(dec(want)) || got.String() != want {
			t.Errorf("amount %s = %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{`"abc"`, `{}`, `[1]`, `true`, `"NaN"`, `"Infinity"`, `1e999999999`, `1e-999999999`, `"."`, `"-"`, `"1.234,00"`} {
		var got amount
		if err := json.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("amount %s = %s; want an error", in, got)
		}
	}
	// One value, one form, so that a document's content can be compared and hashed.
	var a, b amount
	_ = json.Unmarshal([]byte(`14280`), &a)
	_ = json.Unmarshal([]byte(`"14280.00"`), &b)
	if a.Exponent() != b.Exponent() {
		t.Errorf("14280 and 14280.00 decode to different forms")
	}
}

func TestFlagTakesEverySpelling(t *testing.T) {
	for in, want := range map[string]bool{
		`0`: false, `1`: true, `null`: false, `""`: false, `"0"`: false, `"1"`: true, `true`: true, `false`: false,
		`"TRUE"`: true, `1.0`: true, `0.0`: false, `2`: true,
	} {
		got := flag(!want)
		if in == "null" {
			got = false
		}
		if err := json.Unmarshal([]byte(in), &got); err != nil || bool(got) != want {
			t.Errorf("flag %s = %v, %v; want %v", in, got, err, want)
		}
	}
	var got flag
	if err := json.Unmarshal([]byte(`"maybe"`), &got); err == nil {
		t.Error("flag \"maybe\": want an error")
	}
}

func TestDateIsTheDayPrintedOnTheDocument(t *testing.T) {
	for in, want := range map[string]Day{
		`null`: {}, `""`: {}, `0`: {}, `-5`: {},
		`1773014400`:   {2026, time.March, 9},   // 00:00Z, as today
		`"1773014400"`: {2026, time.March, 9},   // quoted
		`1463540400`:   {2016, time.May, 18},    // 03:00Z: midnight in Chile, summer time
		`1407643200`:   {2014, time.August, 10}, // 04:00Z: midnight in Chile, winter time
		`1773100799`:   {2026, time.March, 9},   // 23:59:59Z
		`1690848000.0`: {2023, time.August, 1},
	} {
		var got date
		if err := json.Unmarshal([]byte(in), &got); err != nil || got.Day != want {
			t.Errorf("date %s = %v, %v; want %v", in, got.Day, err, want)
		}
	}
	for _, in := range []string{`"09/03/2026"`, `1773014400000`, `{}`} {
		var got date
		if err := json.Unmarshal([]byte(in), &got); err == nil {
			t.Errorf("date %s = %v; want an error", in, got)
		}
	}
}

func TestInstantIsUTC(t *testing.T) {
	var got instant
	if err := json.Unmarshal([]byte(`"1773072610"`), &got); err != nil {
		t.Fatal(err)
	}
	want := time.Date(2026, time.March, 9, 16, 10, 10, 0, time.UTC)
	if !got.Equal(want) || got.Location() != time.UTC {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := json.Unmarshal([]byte(`1773072610000`), &got); err == nil {
		t.Error("milliseconds must be refused")
	}
}

func TestDay(t *testing.T) {
	d := Day{2026, time.February, 28}
	if got := d.AddDays(1).String(); got != "2026-03-01" {
		t.Errorf("AddDays: %s", got)
	}
	if (Day{}).AddDays(3) != (Day{}) || (Day{}).String() != "" || (Day{}).Unix() != 0 || !(Day{}).Time().IsZero() {
		t.Error("no date must stay no date")
	}
	if !d.Before(d.AddDays(1)) || !d.After(d.AddDays(-40)) || d.Compare(d) != 0 || !(Day{}).Before(d) {
		t.Error("order")
	}
	if d.Unix() != 1772236800 || d.lastSecond() != 1772323199 {
		t.Errorf("bounds %d %d", d.Unix(), d.lastSecond())
	}
	type holder struct{ A, B Day }
	in := holder{A: d}
	var out holder
	if err := json.Unmarshal([]byte(mustJSON(in)), &out); err != nil || out != in {
		t.Errorf("round trip %+v, %v", out, err)
	}
	for _, bad := range []string{"2026-13-01", "x", "09-03-2026"} {
		if _, err := ParseDay(bad); err == nil {
			t.Errorf("ParseDay(%q): want an error", bad)
		}
	}
	if _, ok := DayFromUnix(0); ok {
		t.Error("0 is no date")
	}
}

func TestMinor(t *testing.T) {
	for _, c := range []struct {
		in       string
		exponent int
		want     int64
	}{
		{"0", 0, 0},
		{"14280", 0, 14280},
		{"14280.00", 0, 14280},
		{"118.5", 2, 11850},
		{"-0.01", 2, -1},
		{"9223372036854775807", 0, 9223372036854775807},
		{"-92233720368547758.08", 2, -9223372036854775808},
		{"1e2", 2, 10000},
	} {
		if got, err := Minor(dec(c.in), c.exponent); err != nil || got != c.want {
			t.Errorf("Minor(%s, %d) = %d, %v; want %d", c.in, c.exponent, got, err, c.want)
		}
	}
	for _, c := range []struct {
		in       string
		exponent int
	}{{"0.5", 0}, {"118.505", 2}, {"9223372036854775808", 0}, {"92233720368547758.08", 2}, {"1e40", 0}, {"1e-200", 2}, {"1", -1}, {"1", 19}} {
		if got, err := Minor(dec(c.in), c.exponent); err == nil {
			t.Errorf("Minor(%s, %d) = %d; want an error", c.in, c.exponent, got)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for country, want := range map[string]string{
		"CL": "https://api.bsale.io/v1", "pe": "https://api.bsale.io/v1", " MX ": "https://api.bsale.com.mx/v1", "AR": "", "": "",
	} {
		got, ok := BaseURL(country)
		if got != want || ok != (want != "") {
			t.Errorf("BaseURL(%q) = %q, %v", country, got, ok)
		}
	}
}

func TestRelationIDs(t *testing.T) {
	for in, want := range map[string]int64{
		`{"href":"https://api.bsale.io/v1/users/4.json","id":"4"}`: 4,
		`{"id":4}`: 4,
		`{"href":"https://api.bsale.cl/v1/offices/12.json"}`: 12,
		`{"href":"/offices/12"}`:                             12,
		`{"href":"x"}`:                                       0,
		`{}`:                                                 0,
		`null`:                                               0,
	} {
		var r *ref
		if err := json.Unmarshal([]byte(in), &r); err != nil || r.id() != want {
			t.Errorf("%s: id %d, %v; want %d", in, r.id(), err, want)
		}
	}
}

func TestNestedListShapes(t *testing.T) {
	type row struct{ ID integer }
	for _, c := range []struct {
		name, in string
		items    int
		partial  bool
	}{
		{"not expanded", `{"href":"x"}`, 0, true},
		{"empty", `{"href":"x","count":0,"limit":25,"offset":0,"items":[]}`, 0, false},
		{"whole", `{"count":2,"items":[{"id":1},{"id":2}]}`, 2, false},
		{"quoted count", `{"count":"2","items":[{"id":1},{"id":2}]}`, 2, false},
		{"cut", `{"count":31,"items":[{"id":1}]}`, 1, true},
		{"bare array", `[{"id":1}]`, 1, false},
		{"empty array", `[]`, 0, false},
		{"null", `null`, 0, false},
		{"empty string", `""`, 0, false},
		{"count of nothing", `{"count":0}`, 0, false},
	} {
		var l list[row]
		if err := json.Unmarshal([]byte(c.in), &l); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(l.items) != c.items || (l.mark(ListDetails) != 0) != c.partial {
			t.Errorf("%s: %d items, partial %v", c.name, len(l.items), l.mark(ListDetails) != 0)
		}
	}
}

func TestPayloadUnwrapsTheEnvelope(t *testing.T) {
	for in, want := range map[string]string{
		`{"code":200,"data":{"id":1}}`:           `{"id":1}`,
		`{"data":{"id":1},"code":"200"}`:         `{"id":1}`,
		`{"code":200,"data":[1]}`:                `[1]`,
		`{"code":"18.037.112-5","data":{"a":1}}`: `{"code":"18.037.112-5","data":{"a":1}}`,
		`{"id":1,"note":"data"}`:                 `{"id":1,"note":"data"}`,
		"\xef\xbb\xbf {\"id\":1} \n":             `{"id":1}`,
	} {
		got, err := payload([]byte(in))
		if err != nil || string(got) != want {
			t.Errorf("payload(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]error{"": errEmptyBody, " \n": errEmptyBody, "<html>": errNotJSON, "null": errNotJSON} {
		if _, err := payload([]byte(in)); err != want {
			t.Errorf("payload(%q): %v, want %v", in, err, want)
		}
	}
	if diff := cmp.Diff("b", clip("b", 3)); diff != "" {
		t.Error(diff)
	}
	if got := clip("añb", 2); got != "a…" {
		t.Errorf("clip cuts runes: %q", got)
	}
}
