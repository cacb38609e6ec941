package crm

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestPatternsMatchTheWholeValue(t *testing.T) {
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"", "whatever", true},
		{"a|b", "a", true},
		{"a|b", "ab", false},
		{"a|b", "xa", false},
		{"^a$", "a", true},
		{"(?i)ab", "AB", true},
		{"(?m)^a$", "a\nb", false},
		{`\Qa.`, "a.", true}, // a quote that is left open
		{`\Qa.`, "ax", false},
		{"[A-Z]{2}-[0-9]{4}", "AB-1234", true},
		{"[A-Z]{2}-[0-9]{4}", "AB-12345", false},
		{"ñ+", "ññ", true},
		{"(", "(", false}, // what cannot be used matches nothing
	} {
		if got := (CustomField{Pattern: c.pattern}).matches(c.value); got != c.want {
			t.Errorf("%q matches %q: %v, want %v", c.pattern, c.value, got, c.want)
		}
	}
}

func TestPatternsThatCannotBeUsedAreRefused(t *testing.T) {
	for pattern, key := range map[string]string{
		"(":                          "pattern_invalid",
		"a)|(?:b":                    "pattern_invalid",
		`a\1`:                        "pattern_invalid", // no back references, so no way to stall
		"(?=a)":                      "pattern_invalid",
		"a{1001}":                    "pattern_invalid",
		"(a{1000}){1000}":            "pattern_invalid",
		"a{400}":                     "pattern_too_complex",
		"(a{30}){30}":                "pattern_too_complex",
		strings.Repeat("a", 201):     "pattern_too_long",
		strings.Repeat("(a|b)*", 34): "pattern_too_long",
	} {
		_, err := compilePattern(pattern)
		wantKey(t, err, Invalid, key)
	}
	for _, pattern := range []string{"[0-9]{7,8}-[0-9kK]", "[A-Z]{4}[0-9]{6}[A-Z0-9]{3}", "(?i)[a-zñ ]{1,80}", strings.Repeat("ñ", 200)} {
		if _, err := compilePattern(pattern); err != nil {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}

// The worst that a pattern may cost: one as large as is let through, against a value as long as is let through, that fits at every letter but the last.
func TestNoPatternStallsTheServer(t *testing.T) {
	value := strings.Repeat("a", maxTextValue-1) + "!"
	for _, pattern := range []string{"(a*)*", "(a|a)*", "(a|aa)+", "(.*)*b", strings.Repeat("a?", 60) + "a*", "(a?){60}a*", "(a*a*a*a*a*a*a*a*)*b", "([a-z]+){1,50}"} {
		if _, err := compilePattern(pattern); err != nil {
			t.Errorf("%q: %v", pattern, err)
			continue
		}
		field := CustomField{Pattern: pattern}
		field.matches("") // compiles it
		began := time.Now()
		if field.matches(value) {
			t.Errorf("%q matches", pattern)
		}
		if took := time.Since(began); took > time.Second { // some milliseconds; a pattern that backtracks would take for ever
			t.Errorf("%q took %s", pattern, took)
		}
	}
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"a|b", `\Qa`, "(?i)x", "(?s:.)", "a{2}", "[^a]", `\`, "(?P<n>a)"} {
		f.Add(s, "a")
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		if _, err := compilePattern(pattern); err != nil || pattern == "" {
			return
		}
		// The value as a whole matches just when the first longest match of the pattern alone is all of it.
		re, err := regexp.Compile(pattern)
		if err != nil {
			t.Fatalf("%q is let through: %v", pattern, err)
		}
		re.Longest()
		whole := (CustomField{Pattern: pattern}).matches(value)
		if loc := re.FindStringIndex(value); whole && (loc == nil) {
			t.Errorf("%q matches all of %q, and nothing in it", pattern, value)
		} else if loc != nil && loc[0] == 0 && loc[1] == len(value) && !whole {
			t.Errorf("%q matches %q from end to end, and is said not to", pattern, value)
		}
	})
}
