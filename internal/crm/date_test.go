package crm

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDates(t *testing.T) {
	day := Date{2026, time.March, 12}
	for c, want := range map[Country]string{Chile: "12-03-2026", Peru: "12/03/2026", Mexico: "12/03/2026", "AR": "2026-03-12"} {
		if got := c.FormatDate(day); got != want {
			t.Errorf("%s writes %s, want %s", c, got, want)
		}
	}
	for _, c := range []struct {
		in      string
		country Country
		ok      bool
	}{
		{"2026-03-12", Chile, true},
		{"12-03-2026", Chile, true},
		{"12/03/2026", Chile, false},
		{"12/03/2026", Peru, true},
		{"12-03-2026", Mexico, false},
		{"12-3-2026", Chile, false},
		{"2026-3-12", Chile, false},
		{"2026-03-12 ", Chile, false},
		{"12-03-2026", "AR", false},
		{"", Chile, false},
	} {
		got, ok := c.country.ParseDate(c.in)
		if ok != c.ok || ok && got != day {
			t.Errorf("%s.ParseDate(%q) = %v, %v; want %v", c.country, c.in, got, ok, c.ok)
		}
	}
	for _, s := range []string{"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01", "2026-01-00", "+026-01-01"} {
		if d, ok := ParseDate(s); ok {
			t.Errorf("ParseDate(%q) = %v; there is no such day", s, d)
		}
	}
	if got := (Date{2028, 2, 28}).AddDays(2); got != (Date{2028, 3, 1}) {
		t.Errorf("two days after 2028-02-28: %v", got)
	}
	if !day.Before(day.AddDays(1)) || day.Compare(day.AddDays(-31)) != 1 || day.Compare(day) != 0 {
		t.Error("order of days")
	}
	var d Date
	if err := d.UnmarshalText([]byte("yesterday")); CodeOf(err) != Invalid {
		t.Errorf("UnmarshalText of nonsense: %v", err)
	}
	if d.String() != "" || !d.IsZero() || Chile.FormatDate(d) != "" {
		t.Error("the zero day is empty text")
	}
}

func checkDate(t interface{ Fatalf(string, ...any) }, d Date) {
	for _, c := range []Country{Chile, Peru, Mexico} {
		for _, s := range []string{d.String(), c.FormatDate(d)} {
			if back, ok := c.ParseDate(s); !ok || back != d {
				t.Fatalf("%s: %v is written %q and read %v, %v", c, d, s, back, ok)
			}
		}
	}
	text, err := d.MarshalText()
	if err != nil {
		t.Fatalf("%v", err)
	}
	var back Date
	if err := back.UnmarshalText(text); err != nil || back != d {
		t.Fatalf("%v: %s is read %v, %v", d, text, back, err)
	}
}

func TestDatesReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkDate(t, Date{2000, 1, 1}.AddDays(rapid.IntRange(-700_000, 2_900_000).Draw(t, "days")))
	})
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-03-12")
	f.Add("12-03-2026")
	f.Add("12/03/2026")
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range []Country{Chile, Peru, Mexico} {
			if d, ok := c.ParseDate(s); ok {
				checkDate(t, d)
			}
		}
	})
}

func TestTheFirstInstantOfADay(t *testing.T) {
	for _, c := range []struct{ zone, day, want string }{
		{"America/Santiago", "2026-09-05", "2026-09-05T00:00:00-04:00"},
		{"America/Santiago", "2026-09-06", "2026-09-06T01:00:00-03:00"}, // clocks leap over midnight
		{"America/Santiago", "2026-09-07", "2026-09-07T00:00:00-03:00"},
		{"America/Santiago", "2026-04-04", "2026-04-04T00:00:00-03:00"},
		{"America/Santiago", "2026-04-05", "2026-04-05T00:00:00-04:00"}, // clocks go back at midnight
		{"America/Lima", "2026-03-12", "2026-03-12T00:00:00-05:00"},
		{"America/Havana", "2026-03-08", "2026-03-08T01:00:00-04:00"},
		{"America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00"},  // midnight comes twice
		{"America/Toronto", "1919-03-31", "1919-03-31T00:30:00-04:00"}, // clocks leap from half past eleven
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},    // there was no such day
		{"Pacific/Auckland", "2026-04-05", "2026-04-05T00:00:00+13:00"},
		{"UTC", "0001-01-01", "0001-01-01T00:00:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, _ := ParseDate(c.day)
		if got := day.Time(zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s begins at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
}

func TestADayBeginsAfterTheOneBefore(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{"America/Santiago", "America/Havana", "America/Mexico_City", "Asia/Beirut", "Atlantic/Azores", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Date{1950, 1, 1}.AddDays(rapid.IntRange(0, 40_000).Draw(t, "days"))
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		first := d.Time(zone)
		if DateOf(first) != d || DateOf(first.Add(-time.Microsecond)) == d {
			t.Fatalf("%v begins at %v", d, first)
		}
	})
}
