package bsale

import (
	"errors"
	"fmt"
	"math"

	"github.com/shopspring/decimal"
)

// ErrAmount is returned by [Minor] for an amount that cannot be held exactly.
var ErrAmount = errors.New("bsale: amount does not fit in minor units")

// Minor returns the amount in minor units of a currency with the given number of decimals: 0 for
// CLP, 2 for PEN, MXN and USD. It never rounds: an amount with more decimals than the currency has,
// or too large for an int64, gives an error that wraps [ErrAmount]. A caller who wants rounding
// says so: Minor(d.Round(2), 2).
func Minor(d decimal.Decimal, exponent int) (int64, error) {
	if d.IsZero() {
		return 0, nil
	}
	// Sizes first: shifting a number with a wild exponent would build it in memory.
	if exponent < 0 || exponent > 18 || d.NumDigits()+int(d.Exponent())+exponent > 19 || d.Exponent() < -100 {
		return 0, fmt.Errorf("%w: out of range", ErrAmount)
	}
	minor := d.Shift(int32(exponent))
	if !minor.IsInteger() {
		return 0, fmt.Errorf("%w: %s has more than %d decimals", ErrAmount, d, exponent)
	}
	if minor.GreaterThan(decimal.NewFromInt(math.MaxInt64)) || minor.LessThan(decimal.NewFromInt(math.MinInt64)) {
		return 0, fmt.Errorf("%w: out of range", ErrAmount)
	}
	return minor.IntPart(), nil
}
