package bsalesim

import "strings"

// phoneVariant is a way in which people of a shop write a phone, and what it really
// is. {a} and {b} are the last two groups of four digits of a mobile number; truth is
// E.164, or empty when no one could dial it.
type phoneVariant struct {
	text, truth string
}

// phonesGood and phonesBad are the spellings met in the wild, by country. The truths
// were written by hand and a test holds them against libphonenumber.
var phonesGood = map[string][]phoneVariant{
	"CL": {
		{"+569{a}{b}", "+569{a}{b}"},
		{"+56 9 {a} {b}", "+569{a}{b}"},
		{"9{a}{b}", "+569{a}{b}"},
		{"9 {a} {b}", "+569{a}{b}"},
		{"569{a}{b}", "+569{a}{b}"},
		{"56 9 {a}-{b}", "+569{a}{b}"},
		{"0056 9 {a} {b}", "+569{a}{b}"},
		{"Fono: 9{a}{b}", "+569{a}{b}"},
		{"llamar al 9{a}{b}", "+569{a}{b}"},
		{"9{a}{b} anexo 12", "+569{a}{b}"},
		{"2 2555 {b}", "+5622555{b}"},
		{"+56 2 2555 {b}", "+5622555{b}"},
		{"+51 987 65{b}", "+5198765{b}"},
	},
	"PE": {
		{"9{a}{b}", "+519{a}{b}"},
		{"+51 9{a}{b}", "+519{a}{b}"},
		{"9{a} {b}", "+519{a}{b}"},
		{"519{a}{b}", "+519{a}{b}"},
		{"Cel. 9{a}{b}", "+519{a}{b}"},
		{"(01) 234-{b}", "+511234{b}"},
	},
	"MX": {
		{"55{a}{b}", "+5255{a}{b}"},
		{"55 {a} {b}", "+5255{a}{b}"},
		{"+52 55 {a} {b}", "+5255{a}{b}"},
		{"+52 (442) 123 {b}", "+52442123{b}"},
		{"Cel 55{a}{b}", "+5255{a}{b}"},
		{"55 {a} {b} ext 3", "+5255{a}{b}"},
	},
}

var phonesBad = map[string][]phoneVariant{
	"CL": {
		{"66287196", ""},
		{"912345678", ""},
		{"09 {a} {b}", ""},
		{"{a}{b}", ""},
		{"222{b}", ""},
		{"9{a}{b} Juan", ""},
		{"9{a}{b} / 9{b}{a}", ""},
		{"sin teléfono", ""},
		{"000000000", ""},
		{"0", ""},
		{"s/n", ""},
	},
	"PE": {
		{"9{a}321", ""},
		{"234{b}", ""},
		{"9{a}{b} - Rosa", ""},
		{"sin fono", ""},
		{"0", ""},
	},
	"MX": {
		{"{a}{b}", ""},
		{"+52 1 55 {a} {b}", ""},
		{"044 55 {a} {b}", ""},
		{"sin tel", ""},
		{"0", ""},
	},
}

// mobilePrefixes begin the first group of four; not every range is assigned.
var mobilePrefixes = [...]string{"42", "44", "52", "57", "61", "62", "73", "77", "81", "84", "85"}

func (p phoneVariant) fill(a, b string) (text, truth string) {
	r := strings.NewReplacer("{a}", a, "{b}", b)
	return r.Replace(p.text), r.Replace(p.truth)
}
