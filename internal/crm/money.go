package crm

// Money is an amount in minor units of a currency: 115061 CLP is Minor 115061 (the peso has none after the point),
// 12.50 PEN is Minor 1250.
type Money struct {
	Minor    int64
	Currency string // ISO 4217
}
