// Package crm is the CRM itself: accounts, users, contacts, deals, pipelines, custom fields and the timeline, with the rules
// that hold for them whoever writes: a person, an integration by API, or the Bsale bridge.
//
// It knows no SQL, no HTTP and no Bsale. What it needs of a database it declares in [Reader] and [Tx].
package crm
