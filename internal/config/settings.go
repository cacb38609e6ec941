package config

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// Database says where everything is kept.
type Database struct {
	DB string `name:"db" env:"PUENTE_DB" placeholder:"sqlite:PATH|postgres://…" help:"${help_db}"`
}

// Check says whether there is a database, and one of a kind that Puente knows.
func (d Database) Check() error {
	switch scheme, _, hasScheme := strings.Cut(d.DB, "://"); {
	case strings.TrimSpace(strings.TrimPrefix(d.DB, "sqlite:")) == "":
		return keyError("database_missing")
	case !hasScheme || scheme == "postgres" || scheme == "postgresql":
		return nil
	}
	return keyError("database_url_invalid", "database", withoutPassword(d.DB))
}

// SQLitePath returns the path of the database's file, "" on PostgreSQL.
func (d Database) SQLitePath() string {
	if strings.Contains(d.DB, "://") {
		return ""
	}
	return strings.TrimPrefix(d.DB, "sqlite:")
}

// withoutPassword leaves nothing of a URL that could be secret.
func withoutPassword(text string) string {
	scheme, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		scheme, rest = "", text
	} else {
		scheme += "://"
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	rest, _, _ = strings.Cut(rest, "?")
	return scheme + rest
}

// Account says whose data a command is about.
type Account struct {
	Country string `name:"country" env:"PUENTE_COUNTRY" placeholder:"CL|PE|MX" help:"${help_country}"`
}

// Check says whether the country is one that Puente knows; none is Chile.
func (a Account) Check() error {
	if a.Country != "" && !slices.Contains(Countries, strings.ToUpper(a.Country)) {
		return keyError("country_unknown", "country", a.Country)
	}
	return nil
}

// Countries are those that can be set.
var Countries = []string{"CL", "PE", "MX"}

// Given returns the country, "" if none was given.
func (a Account) Given() string { return strings.ToUpper(a.Country) }

// Secret says where the key that seals tokens is.
type Secret struct {
	File string `name:"secret-file" env:"PUENTE_SECRET_FILE" placeholder:"PATH" help:"${help_secret_file}"`
	Key  string `kong:"-"` // of the environment only: arguments can be seen by others
}

// Bsale says where Bsale is and how it is reached.
type Bsale struct {
	URL       string `name:"bsale-url" env:"PUENTE_BSALE_URL" placeholder:"URL" help:"${help_bsale_url}"`
	Token     string `name:"bsale-token" env:"PUENTE_BSALE_TOKEN" placeholder:"TOKEN" help:"${help_bsale_token}"`
	TokenFile string `name:"bsale-token-file" env:"PUENTE_BSALE_TOKEN_FILE" placeholder:"PATH" help:"${help_bsale_token_file}"`
	Pace      string `name:"requests-per-second" env:"PUENTE_REQUESTS_PER_SECOND" placeholder:"N|unlimited" help:"${help_requests_per_second}"`
}

// Check says whether the address is one, whether there is a token, and whether the pace is a number.
func (b Bsale) Check() error {
	if b.URL == "" {
		return keyError("bsale_url_missing")
	}
	if _, err := b.BaseURL(); err != nil {
		return err
	}
	if b.Token == "" && b.TokenFile == "" {
		return keyError("bsale_token_missing")
	}
	_, _, err := b.RequestsPerSecond()
	return err
}

// BaseURL returns the address with its version: people write https://api.bsale.io.
func (b Bsale) BaseURL() (string, error) {
	u, err := url.Parse(b.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", keyError("bsale_url_invalid", "url", withoutPassword(b.URL))
	}
	if u.Path = strings.TrimRight(u.Path, "/"); u.Path == "" {
		u.Path = "/v1"
	}
	return u.String(), nil
}

// Since is a first emission day.
type Since struct {
	Date string `name:"since" env:"PUENTE_SINCE" placeholder:"2026-01-01" help:"${help_since}"`
}

// Check says whether it is a day, if there is one.
func (s Since) Check() error {
	if s.Date == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, s.Date); err != nil {
		return keyError("since_invalid", "value", s.Date)
	}
	return nil
}

// Rules is the file of a connection's rules.
type Rules struct {
	File string `name:"rules" env:"PUENTE_RULES" placeholder:"FILE" help:"${help_rules}"`
}

// firstError returns the first that is one.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
