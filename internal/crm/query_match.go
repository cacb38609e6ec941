package crm

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxSortKey is how many bytes of a text decide where it is sorted.
const maxSortKey = 64

// Test returns what says whether the condition holds for a value of its field, as [Field.OfContact] and [Field.OfDeal] return them. It is what every list goes by,
// whatever index helped to find its records.
func (c Condition) Test() func(value any) bool {
	switch c.Operator {
	case IsEmpty:
		return isNothing
	case IsFilled:
		return func(value any) bool { return !isNothing(value) }
	case Is:
		return c.isAny()
	case IsNot:
		is := c.isAny()
		return func(value any) bool { return !is(value) }
	case Contains:
		return c.contains()
	}
	return c.compares()
}

func isNothing(value any) bool { return len(compareKeys(value)) == 0 }

// HasNormalForm says whether values of that type are kept in a form in which they are equal or not: case and accents count there.
func (t FieldType) HasNormalForm() bool {
	return t == TypeEmail || t == TypePhone || t == TypeTaxID
}

func (c Condition) isAny() func(any) bool {
	if c.Field.Type.HasNormalForm() {
		return c.isExactlyAny()
	}
	wanted := map[string]bool{}
	none := false
	for _, v := range c.Values {
		keys := compareKeys(v)
		none = none || len(keys) == 0
		for _, key := range keys {
			wanted[key] = true
		}
	}
	return func(value any) bool {
		keys := compareKeys(value)
		return none && len(keys) == 0 || slices.ContainsFunc(keys, func(key string) bool { return wanted[key] })
	}
}

func (c Condition) isExactlyAny() func(any) bool {
	texts := func(value any) []string {
		if s, ok := value.(string); ok && s != "" {
			return []string{s}
		}
		return members(value)
	}
	var wanted []string
	none := false
	for _, v := range c.Values {
		wanted = append(wanted, texts(v)...)
		none = none || isNothing(v)
	}
	return func(value any) bool {
		return none && isNothing(value) || slices.ContainsFunc(texts(value), func(s string) bool { return slices.Contains(wanted, s) })
	}
}

func (c Condition) contains() func(any) bool {
	var parts []string
	for _, v := range c.Values {
		parts = append(parts, compareKeys(v)...)
	}
	return func(value any) bool {
		return slices.ContainsFunc(compareKeys(value), func(key string) bool {
			return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(key, part) })
		})
	}
}

func (c Condition) compares() func(any) bool {
	var bound string
	for _, v := range c.Values {
		if keys := SortKeys(v); len(keys) > 0 {
			bound = keys[0]
		}
	}
	return func(value any) bool {
		keys := SortKeys(value)
		if len(keys) == 0 || bound == "" {
			return false
		}
		switch c.Operator {
		case Above:
			return keys[0] > bound
		case AtLeast:
			return keys[0] >= bound
		case Below:
			return keys[0] < bound
		case AtMost:
			return keys[0] <= bound
		}
		return false
	}
}

// SortKeys returns texts whose order by bytes is the order of values: those of [Custom] of one type, instants, or whole numbers. A list has one for each of its
// members, every other value one, and what is not there, or empty, has none. Texts are compared without case and accents, and only their beginning counts.
func SortKeys(value any) []string {
	keys := compareKeys(value)
	for i, key := range keys {
		keys[i] = cutText(key, maxSortKey)
	}
	return slices.Compact(keys)
}

// compareKeys returns the same, without cutting texts.
func compareKeys(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return textKeys(v)
	case ID:
		return textKeys(string(v))
	case bool:
		return []string{strconv.Itoa(boolNumber(v))}
	case json.Number:
		return []string{numberKey(string(v))}
	case int64:
		return []string{numberKey(strconv.FormatInt(v, 10))}
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return []string{numberKey(strconv.FormatInt(v.UnixMicro(), 10))}
	}
	var keys []string
	for _, member := range members(value) {
		keys = append(keys, textKeys(member)...)
	}
	slices.Sort(keys)
	return keys
}

// IsCutKey says that a text with this key may differ from another one with the same key.
func IsCutKey(key string) bool { return len(key) > maxSortKey-4 }

func textKeys(s string) []string {
	if s == "" {
		return nil
	}
	key := Fold(s)
	if key == "" {
		key = "\x01" // something that folds to nothing is still something
	}
	return []string{key}
}

func boolNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}

// members returns the texts in a list; nil if value is none.
func members(value any) []string {
	switch v := value.(type) {
	case []string:
		return v
	case []ID:
		texts := make([]string, len(v))
		for i, id := range v {
			texts[i] = string(id)
		}
		return texts
	case []any:
		var texts []string
		for _, m := range v {
			if s, ok := m.(string); ok {
				texts = append(texts, s)
			}
		}
		return texts
	}
	return nil
}

// Numbers are written 0.d₁d₂… × 10^exponent; the exponent is biased so that it is never negative, with a fixed number of digits.
const exponentBias, exponentDigits = 5000, 4

// numberKey writes a JSON number so that bytes sort as numbers do: negative ones (n, all digits turned round), zero (o), positive ones (p).
func numberKey(number string) string {
	digits, exponent, negative := scientific(number)
	if digits == "" {
		return "o"
	}
	key := appendPadded(nil, min(max(exponent+exponentBias, 0), 2*exponentBias-1), exponentDigits)
	key = append(key, digits...)
	if !negative {
		return "p" + string(key)
	}
	for i, d := range key {
		key[i] = '0' + '9' - d
	}
	return "n" + string(key) + "~" // of two that begin alike the longer one is less
}

// scientific returns the digits of a JSON number without zeros at either end, "" for zero, and the place of the point before the first of them.
func scientific(number string) (digits string, exponent int, negative bool) {
	number, negative = strings.CutPrefix(number, "-")
	mantissa, power, ok := strings.Cut(strings.ToLower(number), "e")
	if ok {
		exponent, _ = strconv.Atoi(strings.TrimPrefix(power, "+"))
		exponent = min(max(exponent, -2*exponentBias), 2*exponentBias)
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	whole = strings.TrimLeft(whole, "0")
	exponent += len(whole)
	digits = whole + fraction
	if whole == "" {
		trimmed := strings.TrimLeft(fraction, "0")
		exponent -= len(fraction) - len(trimmed)
		digits = trimmed
	}
	return strings.TrimRight(digits[:min(len(digits), maxSortKey-8)], "0"), exponent, negative
}
