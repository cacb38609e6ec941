package crm

import (
	"hash/maphash"
	"regexp"
	"regexp/syntax"
	"strconv"
	"sync/atomic"
	"unicode/utf8"
)

// Patterns are matched in time that grows with their size and the value's only, and neither may be large: a text of the longest kind against the largest pattern takes
// some milliseconds.
const (
	maxPattern     = 200 // characters
	maxPatternSize = 300 // instructions, which repetitions multiply
)

// compilePattern returns the expression that a whole value has to match. invalid: pattern_too_long, pattern_invalid, pattern_too_complex.
func compilePattern(pattern string) (*regexp.Regexp, error) {
	if utf8.RuneCountInString(pattern) > maxPattern {
		return nil, NewError(Invalid, "pattern_too_long", "most", strconv.Itoa(maxPattern))
	}
	invalid := NewError(Invalid, "pattern_invalid", "pattern", clip(pattern))
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, invalid.Because(err)
	}
	// Written again from what was understood: a quote that the pattern leaves open would swallow the end.
	whole := `\A(?:` + parsed.String() + `)\z`
	if parsed, err = syntax.Parse(whole, syntax.Perl); err != nil {
		return nil, invalid.Because(err)
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, invalid.Because(err)
	}
	if len(program.Inst) > maxPatternSize {
		return nil, NewError(Invalid, "pattern_too_complex", "pattern", clip(pattern))
	}
	compiled, err := regexp.Compile(whole)
	if err != nil {
		return nil, invalid.Because(err)
	}
	return compiled, nil
}

// matches says whether the value matches the field's pattern, any if it has none. A pattern that cannot be used, which no field gets, matches nothing.
func (f CustomField) matches(value string) bool {
	if f.Pattern == "" {
		return true
	}
	slot := &patternMemo[maphash.String(patternSeed, f.Pattern)%uint64(len(patternMemo))]
	e := slot.Load()
	if e == nil || e.pattern != f.Pattern {
		e = &patternEntry{pattern: f.Pattern}
		e.compiled, _ = compilePattern(f.Pattern)
		slot.Store(e)
	}
	return e.compiled != nil && e.compiled.MatchString(value)
}

// patternMemo is a direct-mapped cache of compiled patterns.
var (
	patternMemo [256]atomic.Pointer[patternEntry]
	patternSeed = maphash.MakeSeed()
)

type patternEntry struct {
	pattern  string
	compiled *regexp.Regexp // nil: not usable
}
