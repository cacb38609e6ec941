package messages

import (
	"errors"
	"slices"
	"strings"
)

// text is one message in both languages. {name} stands for a parameter.
type text struct{ es, en string }

// The catalogue, by key. Keys are flat; the part before the first dot is the table in which they stand.
var catalogue = merge(words, reasons, failures, commands, failuresAuth, commandsAccess, failuresRecords, wordsRecords, failuresBsale, failuresRules, failuresLists, failuresSettings, wordsSettings, failuresAPI, columns, webFrame, webStart, webSettings, webDeals, webCRM, webApps, webSync)

func merge(tables ...map[string]text) map[string]text {
	all := map[string]text{}
	for _, table := range tables {
		for key, t := range table {
			if _, twice := all[key]; twice {
				panic("messages: key in two tables: " + key)
			}
			all[key] = t
		}
	}
	return all
}

// Text returns the message in that language, "en" or, for anything else, Spanish, with {name} replaced by params["name"]. A key that there
// is not is returned as it is, and a parameter that is missing stays visible as {name}: both are faults of ours, and hiding them helps nobody.
func Text[L ~string](language L, key string, params map[string]string) string {
	t, ok := catalogue[key]
	if !ok {
		return key
	}
	s := t.es
	if language == "en" {
		s = t.en
	}
	return fill(s, params)
}

// Has says whether there is a message with that key.
func Has(key string) bool {
	_, ok := catalogue[key]
	return ok
}

// fill replaces {name} once, from left to right, so that a brace inside a parameter's value is left alone.
func fill(s string, params map[string]string) string {
	if strings.IndexByte(s, '{') < 0 {
		return s
	}
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(s, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, ok := params[name]
		if !closed || !ok {
			b.WriteByte('{')
			s = rest
			continue
		}
		b.WriteString(value)
		s = after
	}
}

// Error returns the sentence for the first error in err's chain that has one, with what to do about it. For any other error it says
// that something unexpected happened; the error itself is for the log.
func Error[L ~string](language L, err error) string {
	var named interface {
		error
		Message() (key string, params map[string]string)
	}
	if errors.As(err, &named) {
		key, params := named.Message()
		if key = "error." + key; Has(key) {
			return Text(language, key, params)
		}
	}
	return Text(language, "error.internal", nil)
}

// Reason returns the sentence of a reason code.
func Reason[L, R ~string](language L, reason R) string {
	return Text(language, "reason."+string(reason), nil)
}

// Fix returns what a person can do about a reason, "" where there is nothing to do.
func Fix[L, R ~string](language L, reason R) string {
	key := "reason." + string(reason) + ".fix"
	if !Has(key) {
		return ""
	}
	return Text(language, key, nil)
}

// Keys returns the keys that begin with prefix, sorted.
func Keys(prefix string) []string {
	var keys []string
	for key := range catalogue {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
