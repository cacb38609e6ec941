// Package archtest holds no code: its test says which of our packages may import which, and why.
package archtest
