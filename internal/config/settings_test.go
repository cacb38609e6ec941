package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keyOf returns the key of the error's sentence, "" for none.
func keyOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		key, _ := e.Message()
		return key
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func rightSync() Sync {
	return Sync{
		Database: Database{DB: "crm.db"}, Bsale: Bsale{URL: "https://api.bsale.io", Token: "t"},
		Since: Since{Date: "2026-01-01"}, Rules: Rules{File: "rules.json"},
	}
}

func TestSyncSaysTheFirstThingThatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Sync)
		want   string
	}{
		{"nothing", func(*Sync) {}, ""},
		{"no database", func(s *Sync) { s.DB = " " }, "database_missing"},
		{"an empty path", func(s *Sync) { s.DB = "sqlite:" }, "database_missing"},
		{"another database", func(s *Sync) { s.DB = "mysql://a" }, "database_url_invalid"},
		{"PostgreSQL", func(s *Sync) { s.DB = "postgres://a" }, ""},
		{"PostgreSQL by its other name", func(s *Sync) { s.DB = "postgresql://a" }, ""},
		{"a country in small letters", func(s *Sync) { s.Country = "mx" }, ""},
		{"another country", func(s *Sync) { s.Country = "AR" }, "country_unknown"},
		{"no address", func(s *Sync) { s.URL = "" }, "bsale_url_missing"},
		{"no scheme", func(s *Sync) { s.URL = "api.bsale.io" }, "bsale_url_invalid"},
		{"another scheme", func(s *Sync) { s.URL = "ftp://api.bsale.io" }, "bsale_url_invalid"},
		{"a query", func(s *Sync) { s.URL = "https://api.bsale.io/v1?access_token=x" }, "bsale_url_invalid"},
		{"no token", func(s *Sync) { s.Token = "" }, "bsale_token_missing"},
		{"a token in a file", func(s *Sync) { s.Token, s.TokenFile = "", "f" }, ""},
		{"a pace that is no number", func(s *Sync) { s.Pace = "NaN" }, "requests_per_second_invalid"},
		{"no date", func(s *Sync) { s.Since.Date = "" }, "since_missing"},
		{"a day that there is not", func(s *Sync) { s.Since.Date = "2026-02-30" }, "since_invalid"},
		{"no rules", func(s *Sync) { s.Rules.File = "" }, "rules_missing"},
	} {
		s := rightSync()
		c.change(&s)
		if got := keyOf(s.Check()); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTheServiceSaysWhatIsWrong(t *testing.T) {
	right := Serve{Database: Database{DB: "crm.db"}, Listen: "127.0.0.1:8080", PollEvery: time.Minute, LogLevel: "info"}
	for _, c := range []struct {
		name   string
		change func(*Serve)
		want   string
	}{
		{"nothing", func(*Serve) {}, ""},
		{"all interfaces", func(s *Serve) { s.Listen = ":8080" }, ""},
		{"IPv6", func(s *Serve) { s.Listen = "[::1]:0" }, ""},
		{"no port", func(s *Serve) { s.Listen = "localhost" }, "listen_invalid"},
		{"a port too high", func(s *Serve) { s.Listen = ":65536" }, "listen_invalid"},
		{"a public address", func(s *Serve) { s.BaseURL = "https://crm.example.com" }, ""},
		{"half a public address", func(s *Serve) { s.BaseURL = "crm.example.com" }, "base_url_invalid"},
		{"polls without a pause", func(s *Serve) { s.PollEvery = 0 }, "poll_every_invalid"},
		{"a level in capitals", func(s *Serve) { s.LogLevel = "DEBUG" }, ""},
		{"an unknown level", func(s *Serve) { s.LogLevel = "loud" }, "log_level_unknown"},
	} {
		s := right
		c.change(&s)
		if got := keyOf(s.Check()); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://api.bsale.io":        "https://api.bsale.io/v1",
		"https://api.bsale.io/":       "https://api.bsale.io/v1",
		"https://api.bsale.io/v1/":    "https://api.bsale.io/v1",
		"http://127.0.0.1:40211/v1":   "http://127.0.0.1:40211/v1",
		"https://gateway.example/api": "https://gateway.example/api",
	} {
		if got, err := (Bsale{URL: text}).BaseURL(); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestRequestsPerSecond(t *testing.T) {
	for _, c := range []struct {
		text  string
		want  float64
		given bool
		key   string
	}{
		{"", 0, false, ""},
		{"6", 6, true, ""},
		{" 0.5 ", 0.5, true, ""},
		{"0", Unpaced, true, ""},
		{"unlimited", Unpaced, true, ""},
		{"-1", 0, false, "requests_per_second_invalid"},
		{"many", 0, false, "requests_per_second_invalid"},
		{"Inf", 0, false, "requests_per_second_invalid"},
	} {
		got, given, err := (Bsale{Pace: c.text}).RequestsPerSecond()
		if got != c.want || given != c.given || keyOf(err) != c.key {
			t.Errorf("%q: %v %v %v", c.text, got, given, err)
		}
	}
}

func TestLiveEvery(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 0, "2/s": 500 * time.Millisecond, "30/m": 2 * time.Second, "1/h": time.Hour, "3s": 3 * time.Second,
		"0/s": -1, "x/s": -1, "2/day": -1, "-1s": -1, "often": -1, "NaN/s": -1,
	} {
		got, err := (BsaleSim{Live: text}).LiveEvery()
		if want < 0 && keyOf(err) != "pace_invalid" || want >= 0 && (err != nil || got != want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestTheTokenComesFromTheFileOnlyIfItWasNotGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("  from-the-file\n")
	if got, err := (Bsale{TokenFile: path}).ReadToken(); err != nil || got != "from-the-file" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := (Bsale{Token: "given", TokenFile: path}).ReadToken(); err != nil || got != "given" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := (Bsale{TokenFile: path + "x"}).ReadToken(); keyOf(err) != "bsale_token_unreadable" {
		t.Error(err)
	}
	for _, content := range []string{"", "\n", "two\nlines", "con ñ"} {
		write(content)
		if _, err := (Bsale{TokenFile: path}).ReadToken(); keyOf(err) != "bsale_token_missing" || strings.Contains(err.Error(), "lines") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestNothingSecretIsRepeated(t *testing.T) {
	for text, want := range map[string]string{
		"mysql://me:pass@db:3306/crm?password=pass": "mysql://db:3306/crm",
		"mysql://me:p@ss@db/crm":                    "mysql://db/crm",
		"me:pass@db/crm":                            "db/crm",
		"plain":                                     "plain",
	} {
		if got := withoutPassword(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestSQLitePath(t *testing.T) {
	for db, want := range map[string]string{"sqlite:a.db": "a.db", "a.db": "a.db", "sqlite:/x/a b.db": "/x/a b.db", "postgres://h/d": ""} {
		if got := (Database{DB: db}).SQLitePath(); got != want {
			t.Errorf("%s: %q, want %q", db, got, want)
		}
	}
}
