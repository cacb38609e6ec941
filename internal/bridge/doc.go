// Package bridge is the heart of Puente: it turns what Bsale issued into contacts and deals, by itself, exactly once, and can say why.
//
// [Decide] is a pure function from a document, the rules and what was looked up to a [Plan]. The same plan is shown, applied and kept.
// Around it: a [Workspace] holds what a page of documents needs and collects what they change, an [Engine] takes documents from notifications,
// polls and backfills through it, one at a time per connection. The contract of the decision is docs/decisions.md.
//
// The package knows no SQL and no HTTP server; what it needs of a database it declares in [Store], [Reader] and [Tx].
package bridge
