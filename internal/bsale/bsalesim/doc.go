// Package bsalesim is a Bsale that runs here: an HTTP server with the shapes of the
// real API, a believable shop made from a seed, faults that can be switched on and
// off, documents issued while it runs, webhooks, and an oracle that says what a CRM
// must hold once it has read all of it.
//
// It is how a newcomer tries Puente without a Bsale account, how our tests run, and
// how faults are practised. The shapes were written from the public descriptions of
// the API, not from Puente's client, so that the two can prove each other wrong.
package bsalesim
