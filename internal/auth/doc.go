// Package auth says who somebody is and what they may do: passwords, browser sessions, API keys, links by which people choose a password, and what each role
// is granted. It knows neither SQL nor HTTP.
package auth
