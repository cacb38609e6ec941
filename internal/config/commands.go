package config

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Serve are the settings of the service.
type Serve struct {
	Database
	Account
	Secret
	Listen    string        `name:"listen" env:"PUENTE_LISTEN" default:"127.0.0.1:8080" help:"${help_listen}"`
	BaseURL   string        `name:"base-url" env:"PUENTE_BASE_URL" placeholder:"URL" help:"${help_base_url}"`
	PollEvery time.Duration `name:"poll-every" env:"PUENTE_POLL_EVERY" default:"5m" help:"${help_poll_every}"`
	// BsaleHosts are further hosts that people may give as Bsale's address, with commas between them; "any": whatever they give.
	BsaleHosts string `name:"bsale-hosts" env:"PUENTE_BSALE_HOSTS" placeholder:"HOST,…|any" help:"${help_bsale_hosts}"`
	// TrustedProxies are proxies elsewhere whose word about visitors' addresses is taken, with commas between them; one on this machine always is.
	TrustedProxies string `name:"trusted-proxies" env:"PUENTE_TRUSTED_PROXIES" placeholder:"ADDRESS,NETWORK/BITS,…" help:"${help_trusted_proxies}"`
	LogLevel       string `name:"log-level" env:"PUENTE_LOG_LEVEL" default:"info" help:"${help_log_level}"`
}

// Check says what is wrong with the settings.
func (s Serve) Check() error {
	err := firstError(s.Database.Check(), s.Account.Check(), checkListen(s.Listen), checkBaseURL(s.BaseURL))
	if err == nil && s.PollEvery < time.Second {
		err = keyError("poll_every_invalid", "value", s.PollEvery.String())
	}
	if err == nil && !slices.Contains([]string{"debug", "info", "warn", "error"}, strings.ToLower(s.LogLevel)) {
		err = keyError("log_level_unknown", "level", s.LogLevel)
	}
	if err == nil {
		_, err = s.Proxies()
	}
	return err
}

// Proxies returns the networks of TrustedProxies.
func (s Serve) Proxies() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for text := range strings.SplitSeq(s.TrustedProxies, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, e := netip.ParseAddr(text)
			if e != nil {
				return nil, keyError("trusted_proxies_invalid", "value", text)
			}
			network = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

func checkListen(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		var n int
		if n, err = strconv.Atoi(port); err == nil && n >= 0 && n < 1<<16 {
			return nil
		}
	}
	return keyError("listen_invalid", "address", address)
}

func checkBaseURL(text string) error {
	if text == "" {
		return nil
	}
	if _, err := (Bsale{URL: text}).BaseURL(); err != nil {
		return keyError("base_url_invalid", "url", withoutPassword(text))
	}
	return nil
}

// Sync are the settings of one complete pass.
type Sync struct {
	Database
	Account
	Bsale
	Since
	Rules
	DryRun bool   `name:"dry-run" help:"${help_dry_run}"`
	JSON   bool   `name:"json" help:"${help_json}"`
	Plans  string `name:"plans" placeholder:"FILE" help:"${help_plans}"`
}

// Check says what is wrong with the settings.
func (s Sync) Check() error {
	if err := firstError(s.Database.Check(), s.Account.Check(), s.Bsale.Check()); err != nil {
		return err
	}
	if s.Since.Date == "" {
		return keyError("since_missing")
	}
	if s.Rules.File == "" {
		return keyError("rules_missing")
	}
	return s.Since.Check()
}

// Connect are the settings of a stored connection.
type Connect struct {
	Database
	Account
	Secret
	Bsale
	Since
	Rules
	BaseURL string `name:"base-url" env:"PUENTE_BASE_URL" placeholder:"URL" help:"${help_base_url}"`
}

// Check says what is wrong with the settings.
func (c Connect) Check() error {
	return firstError(c.Database.Check(), c.Account.Check(), c.Bsale.Check(), c.Since.Check(), checkBaseURL(c.BaseURL))
}

// Demo are the settings of the demonstration.
type Demo struct {
	Data      string        `name:"data" placeholder:"DIR" help:"${help_demo_data}"`
	For       time.Duration `name:"for" placeholder:"20s" help:"${help_demo_for}"`
	Listen    string        `name:"listen" default:"127.0.0.1:8080" help:"${help_listen}"`
	Documents int           `name:"documents" default:"2000" help:"${help_demo_documents}"`
	Every     time.Duration `name:"every" default:"3s" help:"${help_demo_every}"`
	DB        string        `name:"db" placeholder:"postgres://…" help:"${help_demo_db}"`
}

// Check says what is wrong with the settings.
func (d Demo) Check() error {
	if d.DB != "" {
		if err := (Database{DB: d.DB}).Check(); err != nil {
			return err
		}
	}
	if d.Documents < 1 || d.Documents > 1_000_000 {
		return keyError("documents_invalid", "value", strconv.Itoa(d.Documents))
	}
	if d.For < 0 || d.Every < 10*time.Millisecond {
		return keyError("duration_invalid", "value", min(d.For, d.Every).String())
	}
	return checkListen(d.Listen)
}

// Export are the settings of an export.
type Export struct {
	Database
	JSON bool `name:"json" help:"${help_export_json}"`
}

// Retry says which documents are to be read again.
type Retry struct {
	Database
	InAccount
	Documents []int64 `name:"document" placeholder:"ID" help:"${help_retry_document}"`
	Reason    string  `name:"reason" placeholder:"CODE" help:"${help_retry_reason}"`
}

// Check says what is wrong with the settings.
func (r Retry) Check() error {
	if len(r.Documents) > 0 == (r.Reason != "") {
		return keyError("retry_what")
	}
	return r.Database.Check()
}

// Runs says whose runs are listed.
type Runs struct {
	Database
	InAccount
}

// RunCommand names a run.
type RunCommand struct {
	Database
	InAccount
	ID string `arg:"" name:"id" help:"${help_run_id}"`
}

// BsaleSim are the settings of a simulated Bsale.
type BsaleSim struct {
	Listen    string   `name:"listen" default:"127.0.0.1:0" help:"${help_sim_listen}"`
	Seed      uint64   `name:"seed" help:"${help_sim_seed}"`
	Documents int      `name:"documents" default:"500" help:"${help_sim_documents}"`
	Country   string   `name:"country" default:"CL" placeholder:"CL|PE|MX" help:"${help_sim_country}"`
	Until     string   `name:"until" placeholder:"2026-01-01" help:"${help_sim_until}"`
	Fixtures  string   `name:"fixtures" placeholder:"DIR" help:"${help_sim_fixtures}"`
	Live      string   `name:"live" placeholder:"2/s|30/m|3s" help:"${help_sim_live}"`
	Webhook   string   `name:"webhook" placeholder:"URL" help:"${help_sim_webhook}"`
	Faults    []string `name:"fault" sep:"none" placeholder:"NAME[=VALUE]" help:"${help_sim_fault}"`
	Oracle    bool     `name:"oracle" help:"${help_sim_oracle}"`
	Rules
	Users []string `name:"user" sep:"none" placeholder:"EMAIL" help:"${help_sim_user}"`
}

// Check says what is wrong with the settings.
func (b BsaleSim) Check() error {
	if err := (Account{Country: b.Country}).Check(); err != nil {
		return err
	}
	if b.Until != "" {
		if _, err := time.Parse(time.DateOnly, b.Until); err != nil {
			return keyError("date_invalid", "value", b.Until)
		}
	}
	if _, err := b.LiveEvery(); err != nil {
		return err
	}
	if b.Oracle && b.Rules.File == "" {
		return keyError("rules_missing")
	}
	return checkListen(b.Listen)
}

// LiveEvery returns the time between two live documents; 0 is none.
func (b BsaleSim) LiveEvery() (time.Duration, error) {
	if b.Live == "" {
		return 0, nil
	}
	wrong := keyError("pace_invalid", "value", b.Live)
	count, unit, perUnit := strings.Cut(b.Live, "/")
	if !perUnit {
		d, err := time.ParseDuration(b.Live)
		if err != nil || d <= 0 {
			return 0, wrong
		}
		return d, nil
	}
	n, err := strconv.ParseFloat(count, 64)
	if err != nil || !(n > 0) {
		return 0, wrong
	}
	of := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	if of == 0 {
		return 0, wrong
	}
	return time.Duration(float64(of) / n), nil
}
