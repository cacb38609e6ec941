package crm

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// AccountChange is what somebody wants of an account's settings; nil: as it is.
type AccountChange struct {
	Name         *string
	Country      *Country
	Currency     *string
	TimeZone     *string
	Language     *Language
	DateStyle    *DateStyle   // empty: as is usual in the country
	NumberStyle  *NumberStyle // empty: as is usual in the country
	SellerAccess *SellerAccess
}

// ChangeAccount changes an account's settings. With another country the currency and the time zone become that country's, unless they are given too.
//
// invalid: a name that is none, or a country, currency, time zone, language or style that Puente does not know. conflict: version is not 0 and not the present one; the account has
// contacts or deals, whose phones and tax ids are read as the country's (country_fixed); a money field has values in the present currency (currency_fixed), or annual revenue has (currency_fixed_by_revenue).
func ChangeAccount(ctx context.Context, tx Tx, hand Hand, version int64, change AccountChange) (Account, error) {
	account, err := tx.Account(ctx)
	if err != nil {
		return Account{}, err
	}
	if err := checkVersion(account.Version, version); err != nil {
		return Account{}, err
	}
	wanted, err := account.with(change)
	if err != nil {
		return Account{}, err
	}
	if wanted == account {
		return account, nil
	}
	if wanted.Country != account.Country {
		if err := checkEmpty(ctx, tx); err != nil {
			return Account{}, err
		}
	}
	if wanted.Currency != account.Currency {
		if err := checkNoMoney(ctx, tx, account.Currency); err != nil {
			return Account{}, err
		}
	}
	if err := tx.UpdateAccount(ctx, wanted); err != nil {
		return Account{}, err
	}
	wanted.Version++
	return wanted, nil
}

func checkVersion(present, wanted int64) error {
	if wanted != 0 && wanted != present {
		return errStale
	}
	return nil
}

// Check says whether an account can become as a change wants it, whatever it holds. invalid: as [ChangeAccount].
func (a Account) Check(change AccountChange) error {
	_, err := a.with(change)
	return err
}

// with returns the account as it is to be.
func (a Account) with(change AccountChange) (Account, error) {
	var err error
	if change.Name != nil {
		if a.Name = oneLine(*change.Name); a.Name == "" {
			return a, NewError(Invalid, "account_name_missing").At("name")
		}
		if err := checkLength(a.Name, maxName, "name"); err != nil {
			return a, err
		}
	}
	if change.Country != nil && *change.Country != a.Country {
		if !change.Country.Valid() {
			return a, NewError(Invalid, "country_unknown", "country", clip(string(*change.Country))).At("country")
		}
		a.Country = *change.Country
		a.Currency, a.TimeZone = a.Country.Currency(), a.Country.TimeZone()
	}
	if change.Currency != nil {
		a.Currency = strings.ToUpper(strings.TrimSpace(*change.Currency))
		if _, err := CurrencyDecimals(a.Currency); err != nil {
			return a, NewError(Invalid, "currency_unknown", "currency", clip(cleanText(a.Currency))).At("currency")
		}
	}
	if change.TimeZone != nil {
		if a.TimeZone, err = timeZone(*change.TimeZone); err != nil {
			return a, err
		}
	}
	if change.Language != nil {
		if a.Language = *change.Language; !a.Language.Valid() {
			return a, NewError(Invalid, "language_unknown", "language", clip(cleanText(string(a.Language)))).At("language")
		}
	}
	return a.withStyles(change)
}

func (a Account) withStyles(change AccountChange) (Account, error) {
	if change.DateStyle != nil {
		if a.DateStyle = *change.DateStyle; a.DateStyle != "" && !a.DateStyle.Valid() {
			return a, NewError(Invalid, "date_style_unknown", "style", clip(cleanText(string(a.DateStyle)))).At("date_style")
		}
	}
	if change.NumberStyle != nil {
		if a.NumberStyle = *change.NumberStyle; a.NumberStyle != "" && !a.NumberStyle.Valid() {
			return a, NewError(Invalid, "number_style_unknown", "style", clip(cleanText(string(a.NumberStyle)))).At("number_style")
		}
	}
	if change.SellerAccess != nil {
		if a.SellerAccess = *change.SellerAccess; !a.SellerAccess.Valid() {
			return a, NewError(Invalid, "seller_access_unknown", "access", clip(cleanText(string(a.SellerAccess)))).At("seller_access")
		}
	}
	return a, nil
}

// timeZone returns the name of a time zone that there is. "Local" is whatever the server has, which is nobody's.
func timeZone(name string) (string, error) {
	name = strings.TrimSpace(name)
	if loc, err := time.LoadLocation(name); name == "" || name == "Local" || err != nil || loc.String() != name {
		return "", NewError(Invalid, "time_zone_unknown", "zone", clip(cleanText(name))).At("time_zone")
	}
	return name, nil
}

// checkEmpty says whether there are records, among them deleted ones, which can be restored.
func checkEmpty(ctx context.Context, r Reader) error {
	for _, entity := range entities {
		n, err := r.CountStored(ctx, entity)
		if err != nil {
			return err
		}
		if n > 0 {
			return NewError(Conflict, "country_fixed").At("country")
		}
	}
	return nil
}

// checkNoMoney says whether a value in the account's currency would become one in another.
func checkNoMoney(ctx context.Context, r Reader, currency string) error {
	fields, err := allFields(ctx, r)
	if err != nil {
		return err
	}
	for _, field := range fields {
		if field.Type != TypeMoney {
			continue
		}
		n, err := r.CountValues(ctx, field)
		if err != nil {
			return err
		}
		if n > 0 || field.Default != nil {
			return NewError(Conflict, "currency_fixed", "name", field.Name, "currency", currency).At("currency")
		}
	}
	n, err := r.CountDetails(ctx, EntityContact, FieldAnnualRevenue)
	if err == nil && n > 0 {
		return NewError(Conflict, "currency_fixed_by_revenue", "currency", currency).At("currency")
	}
	return err
}

// oneLine returns a text as one line, without spaces too many.
func oneLine(s string) string { return strings.Join(strings.Fields(printable(s)), " ") }

func checkLength(s string, most int, place string) error {
	if utf8.RuneCountInString(s) > most {
		return NewError(Invalid, "text_too_long", "most", strconv.Itoa(most)).At(place)
	}
	return nil
}

// checkedName returns a name of something in the settings. invalid: name_missing, text_too_long.
func checkedName(s string, most int) (string, error) {
	if s = oneLine(s); s == "" {
		return "", NewError(Invalid, "name_missing").At("name")
	}
	return s, checkLength(s, most, "name")
}

// checkedColor returns a colour as #rrggbb in small letters, or nothing. invalid: color_invalid.
func checkedColor(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return "", nil
	}
	if len(s) != len("#rrggbb") || s[0] != '#' || strings.Trim(s[1:], "0123456789abcdef") != "" {
		return "", NewError(Invalid, "color_invalid", "color", clip(cleanText(s))).At("color")
	}
	return s, nil
}
