package bridge

import (
	"reflect"
	"strings"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// Day and Token are Bsale's, for those that know the bridge only.
type (
	Day   = bsale.Day
	Token = bsale.Token
)

// ParseDay reads a day as 2006-01-02; nothing is the zero day. invalid: day_invalid.
func ParseDay(text string) (Day, error) {
	day, err := bsale.ParseDay(text)
	if err != nil {
		return day, crm.NewError(crm.Invalid, "day_invalid", "value", text).Because(err)
	}
	return day, nil
}

// inOrder refuses a range of days that ends before it begins; a zero day is no bound. invalid: days_reversed.
func inOrder(from, to Day) error {
	if !to.IsZero() && to.Before(from) {
		return crm.NewError(crm.Invalid, "days_reversed").At("from")
	}
	return nil
}

// RuleNames returns the members of rules, as they are written: "documents", "mapping"…
func RuleNames() []string {
	var names []string
	for field := range reflect.TypeFor[Rules]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// HookPath returns the path to which Bsale is to send the connection's notifications. It is secret.
func (c Connection) HookPath() string { return "/hooks/bsale/" + c.Hook }
