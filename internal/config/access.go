package config

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// InAccount says which account of several a command is about.
type InAccount struct {
	Which string `name:"account" env:"PUENTE_ACCOUNT" placeholder:"ID|NAME" help:"${help_account}"`
}

// Listing is what commands that list something have.
type Listing struct {
	JSON bool `name:"json" help:"${help_list_json}"`
}

// Links says where this server is reached, for links; by default where it listens by default.
type Links struct {
	BaseURL string `name:"base-url" env:"PUENTE_BASE_URL" default:"http://localhost:8080" placeholder:"http://localhost:8080" help:"${help_links_base_url}"`
}

// UserAdd are the settings of a new user.
type UserAdd struct {
	Database
	Account
	InAccount
	Links
	Email         string `arg:"" optional:"" name:"email" help:"${help_user_email}"`
	EmailFlag     string `name:"email" placeholder:"EMAIL" help:"${help_user_email_flag}"`
	Name          string `name:"name" help:"${help_user_name}"`
	Role          string `name:"role" default:"seller" help:"${help_user_role}"`
	PasswordStdin bool   `name:"password-stdin" help:"${help_password_stdin}"`
}

// Check says what is wrong with the settings.
func (u UserAdd) Check() error {
	if (u.Email == "") == (u.EmailFlag == "") {
		return keyError("user_email_missing")
	}
	return firstError(u.Database.Check(), u.Account.Check(), checkBaseURL(u.BaseURL))
}

// Address returns the e-mail, as an argument or by flag.
func (u UserAdd) Address() string { return u.Email + u.EmailFlag }

// maxPasswordInput is more than a password may have, in bytes.
const maxPasswordInput = 4096

// ReadPassword reads a password, the first line of what it is given.
func ReadPassword(in io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(in, maxPasswordInput))
	if err != nil {
		return "", keyError("password_unreadable").because(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

// Users says whose users are listed.
type Users struct {
	Database
	InAccount
	Listing
}

// User names one.
type User struct {
	Database
	InAccount
	Email string `arg:"" name:"email" help:"${help_user_email}"`
}

// UserRole is a user's new role.
type UserRole struct {
	User
	Role string `arg:"" name:"role" help:"${help_user_role}"`
}

// UserDeactivate says who goes, and who gets what was the user's.
type UserDeactivate struct {
	User
	To string `name:"to" placeholder:"EMAIL" help:"${help_user_to}"`
}

// UserLink says who gets a link.
type UserLink struct {
	User
	Links
}

// Check says what is wrong with the settings.
func (u UserLink) Check() error { return firstError(u.Database.Check(), checkBaseURL(u.BaseURL)) }

// KeyCreate is a new API key.
type KeyCreate struct {
	Database
	InAccount
	Name    string   `arg:"" name:"name" help:"${help_key_name}"`
	Scopes  []string `name:"scope" required:"" placeholder:"AREA:LEVEL" help:"${help_key_scope}"`
	Expires string   `name:"expires" placeholder:"2027-01-01" help:"${help_key_expires}"`
}

// Check says what is wrong with the settings.
func (k KeyCreate) Check() error {
	if err := k.Database.Check(); err != nil || k.Expires == "" {
		return err
	}
	if _, err := time.Parse(time.DateOnly, k.Expires); err != nil {
		return keyError("date_invalid", "value", k.Expires)
	}
	return nil
}

// Keys says whose keys are listed.
type Keys struct {
	Database
	InAccount
	Listing
}

// Key names one.
type Key struct {
	Database
	InAccount
	Key string `arg:"" name:"key" help:"${help_key}"`
}

// KeyRotate says which key gets another secret, and how long the old one works.
type KeyRotate struct {
	Key
	Grace string `name:"grace" default:"24h" placeholder:"24h" help:"${help_key_grace}"`
}

// Check says what is wrong with the settings.
func (k KeyRotate) Check() error {
	if err := k.Database.Check(); err != nil {
		return err
	}
	if _, err := parseLasting(k.Grace); err != nil {
		return keyError("lasting_invalid", "value", k.Grace).because(err)
	}
	return nil
}

// Lasting returns how long the old secret works.
func (k KeyRotate) Lasting() time.Duration {
	lasts, _ := parseLasting(k.Grace) // Check has refused what is none
	return lasts
}

// parseLasting reads how long something lasts, as Go writes it, or in days: 36h, 7d.
func parseLasting(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err
	}
	return time.ParseDuration(text)
}

// Accounts says that all accounts are listed.
type Accounts struct {
	Database
	Listing
}

// AccountShow says which account is shown.
type AccountShow struct {
	Database
	InAccount
	Listing
}

// AccountSet says what to change of an account; nil: not that.
type AccountSet struct {
	Database
	InAccount
	Name         *string `name:"name" help:"${help_account_name}"`
	Country      *string `name:"country" placeholder:"CL|PE|MX" help:"${help_account_country}"`
	Currency     *string `name:"currency" placeholder:"CLP" help:"${help_account_currency}"`
	TimeZone     *string `name:"time-zone" placeholder:"America/Santiago" help:"${help_account_time_zone}"`
	Language     *string `name:"language" placeholder:"es|en" help:"${help_account_language}"`
	DateStyle    *string `name:"date-style" placeholder:"dd-mm-yyyy" help:"${help_account_date_style}"`
	NumberStyle  *string `name:"number-style" placeholder:"1.000,5" help:"${help_account_number_style}"`
	SellerAccess *string `name:"seller-access" placeholder:"own|see_all|edit_all" help:"${help_account_seller_access}"`
}

// Check says what is wrong with the settings.
func (a AccountSet) Check() error {
	given := []*string{a.Name, a.Country, a.Currency, a.TimeZone, a.Language, a.DateStyle, a.NumberStyle, a.SellerAccess}
	if !slices.ContainsFunc(given, func(s *string) bool { return s != nil }) {
		return keyError("account_set_what")
	}
	return a.Database.Check()
}

// Backup says where a copy of the database goes.
type Backup struct {
	Database
	File string `arg:"" name:"file" help:"${help_backup_file}"`
}
