// Package bsale is a client for the Bsale REST API (https://docs.bsale.dev): typed, paced,
// retrying, and proof against the habits of that API which its documentation leaves out.
//
// The package knows Bsale and nothing else: no CRM, no storage. Each oddity of the API is
// handled in one place, and docs/bsale.md tells what was observed, by whom, and how sure it is:
//
//   - scalars that come as a number, a quoted number, "" or null: scalar.go
//   - relations, nested lists and the {code,data} envelope: node.go
//   - calendar dates sent as seconds: day.go
//   - paging over a list that moves and has no documented order: pager.go
//   - pacing, pauses after 429, repeated reads, redirects: transport.go
//   - errors that never show the token or a person's data: errors.go
//
// What Bsale calls a client (the buyer) is a [Customer] here, because [Client] is the thing that
// speaks HTTP.
//
// All types decoded from Bsale are plain structs. They can be stored with encoding/json and read
// back unchanged; that stored form is ours, not Bsale's. To decode Bsale's own JSON use
// [DecodeDocument] and [DecodeDocumentPage].
package bsale
