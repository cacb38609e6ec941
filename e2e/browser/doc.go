// Package browser tests the program as people use it: in Chromium, through what they see and what a screen reader hears.
package browser
