package api

import "puente/internal/auth"

var (
	bsaleRead  = auth.Scope{Area: auth.Bsale, Level: auth.Read}  // to look
	bsaleWrite = auth.Scope{Area: auth.Bsale, Level: auth.Write} // to run, try again and settle
	bsaleAdmin = auth.Scope{Area: auth.Bsale, Level: auth.Admin} // token, connection and rules
)

// bsaleRoutes are those of the Bsale app, as in routes.
func bsaleRoutes() []route {
	connection, mapping := about(connectionFields), about(mappingFields)
	return []route{
		read(get, "/v1/apps", bsaleRead, "The catalogue of apps, and which are connected", listApps),

		read(get, "/v1/apps/bsale/connection", bsaleRead, "How the connection with Bsale stands", getConnection),
		direct(put, "/v1/apps/bsale/connection", bsaleAdmin, "Connect Bsale, or change the connection: whole and valid, with a token that Bsale takes, or not at all", putConnection, connection, versioned),
		write(remove, "/v1/apps/bsale/connection", bsaleAdmin, "Switch the connection off and forget its token; what was read stays", deleteConnection, versioned),
		direct(post, "/v1/apps/bsale/connection/test", bsaleAdmin, "Ask Bsale with a token, and keep nothing: what the company has there", testConnection, connection),
		write(post, "/v1/apps/bsale/sync", bsaleWrite, "Have the last days' documents read now", syncNow),

		read(get, "/v1/apps/bsale/rules", bsaleRead, "The connection's rules", getRules),
		write(put, "/v1/apps/bsale/rules", bsaleAdmin, "Store other rules: whole and valid, or not at all", putRules, versioned),
		read(get, "/v1/apps/bsale/rules/default", bsaleRead, "The rules that a new connection has", defaultRules),
		read(post, "/v1/apps/bsale/rules/check", bsaleRead, "Everything that is wrong with rules; nothing is stored", checkRules),
		read(get, "/v1/apps/bsale/mapping", bsaleRead, "Which fields are filled from what", getMapping),
		write(put, "/v1/apps/bsale/mapping", bsaleAdmin, "Store another mapping and leave the other rules as they are", putMapping, mapping, versioned),
		read(get, "/v1/apps/bsale/mapping/sources", bsaleRead, "What a mapping can take from a document or its client", listSources),

		direct(post, "/v1/apps/bsale/preview", bsaleRead, "What rules would make of the latest documents; nothing is written", preview, connection),
		direct(post, "/v1/apps/bsale/reapply/preview", bsaleRead, "Which of the latest documents would end otherwise if they were decided again", previewReapply),
		write(post, "/v1/apps/bsale/reapply", bsaleWrite, "Decide documents again, under the rules of now", reapply, created),

		read(get, "/v1/apps/bsale/runs", bsaleRead, "List runs: polls, rechecks, backfills", listRuns),
		read(get, "/v1/apps/bsale/runs/{id}", bsaleRead, "Get a run with its progress", getRun),
		write(post, "/v1/apps/bsale/runs/{id}/pause", bsaleWrite, "Stop a run after the page that it is at", pauseRun),
		write(post, "/v1/apps/bsale/runs/{id}/resume", bsaleWrite, "Let a paused run go on where it stood", resumeRun),
		write(post, "/v1/apps/bsale/runs/{id}/cancel", bsaleWrite, "End a run; what it did stays", cancelRun),
		direct(post, "/v1/apps/bsale/backfill/estimate", bsaleRead, "Count the documents that a backfill would read", estimateBackfill),
		write(post, "/v1/apps/bsale/backfill", bsaleWrite, "Have history read", startBackfill, created),

		read(get, "/v1/apps/bsale/work", bsaleRead, "What waits for somebody: conflicts, documents that lack something, failures", workList),
		read(get, "/v1/apps/bsale/records", bsaleRead, "List the documents that were read, with what became of them", listRecords),
		write(post, "/v1/apps/bsale/records/retry", bsaleWrite, "Try all documents with a reason again", retryReason),
		read(get, "/v1/apps/bsale/records/{document}", bsaleRead, "One document: where it stands, every decision about it, its deal and contact", getRecord),
		write(post, "/v1/apps/bsale/records/{document}/retry", bsaleWrite, "Try one document again", retryRecord),
		write(post, "/v1/apps/bsale/records/{document}/contact", bsaleWrite, "Settle a conflict: say which contact the document's client is", settleRecord),

		read(get, "/v1/apps/bsale/client-requests", bsaleRead, "Contacts that are to become clients in Bsale", listClientRequests),
		write(post, "/v1/apps/bsale/client-requests/{contact}/retry", bsaleWrite, "Try again to make a contact a client in Bsale", retryClientRequest),
	}
}
