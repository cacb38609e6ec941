package api

import (
	"puente/internal/auth"
	"puente/internal/crm"
)

// What routes ask of the caller.
var (
	contactsRead    = auth.Scope{Area: auth.Contacts, Level: auth.Read}
	contactsWrite   = auth.Scope{Area: auth.Contacts, Level: auth.Write}
	contactsAdmin   = auth.Scope{Area: auth.Contacts, Level: auth.Admin}
	dealsRead       = auth.Scope{Area: auth.Deals, Level: auth.Read}
	dealsWrite      = auth.Scope{Area: auth.Deals, Level: auth.Write}
	dealsAdmin      = auth.Scope{Area: auth.Deals, Level: auth.Admin}
	activitiesRead  = auth.Scope{Area: auth.Activities, Level: auth.Read}
	activitiesWrite = auth.Scope{Area: auth.Activities, Level: auth.Write}
	settingsRead    = auth.Scope{Area: auth.Settings, Level: auth.Read}
	settingsWrite   = auth.Scope{Area: auth.Settings, Level: auth.Write}
	settingsAdmin   = auth.Scope{Area: auth.Settings, Level: auth.Admin}
	usersRead       = auth.Scope{Area: auth.Users, Level: auth.Read}
	usersWrite      = auth.Scope{Area: auth.Users, Level: auth.Write}
	usersAdmin      = auth.Scope{Area: auth.Users, Level: auth.Admin}
	keysRead        = auth.Scope{Area: auth.Keys, Level: auth.Read}
	keysWrite       = auth.Scope{Area: auth.Keys, Level: auth.Write}
	keysAdmin       = auth.Scope{Area: auth.Keys, Level: auth.Admin}
)

// routes is everything that there is, with what is asked of the caller. A handler of read sees one picture of the account, one of write works in one transaction (and, as a POST,
// honours an Idempotency-Key), one of direct sees to its own.
func routes() []route {
	contact, deal, activity, stage, key := about(contactFields), about(dealFields), about(activityFields), about(stageFields), about(keyFields)
	return append([]route{
		direct(post, "/v1/session", everybody, "Log in by e-mail and password", logIn),
		read(get, "/v1/session", loggedIn, "Who makes the request, and what it may do", whoAmI),
		direct(remove, "/v1/session", loggedIn, "Log out", logOut),
		direct(put, "/v1/session/password", loggedIn, "Change one's own password", changePassword),
		direct(get, "/v1/sessions", loggedIn, "Where one is logged in", listSessions),
		direct(remove, "/v1/sessions/{id}", loggedIn, "End one of one's sessions", endSession),
		direct(post, "/v1/setup", everybody, "Make the first administrator with the code that the server printed", setUp),
		direct(post, "/v1/passwords", everybody, "Choose a password by a link", choosePassword),

		read(get, "/v1/keys", keysRead, "List API keys", listKeys),
		write(post, "/v1/keys", keysAdmin, "Make an API key", createKey, created, secret, key),
		write(post, "/v1/keys/{id}/rotate", keysAdmin, "Give a key a new secret", rotateKey, secret, key),
		direct(patch, "/v1/keys/{id}", keysWrite, "Change a key's name or expiry", patchKey, key),
		direct(remove, "/v1/keys/{id}", keysWrite, "Revoke a key", revokeKey),

		read(get, "/v1/crm/contacts", contactsRead, "List contacts", listContacts, contact),
		write(post, "/v1/crm/contacts", contactsWrite, "Create a contact", createContact, created, contact),
		read(get, "/v1/crm/contacts/scroll", contactsRead, "Read all contacts, or what changed", scrollContacts, contact),
		write(post, "/v1/crm/contacts/batch", contactsWrite, "Create or change up to 100 contacts, with a result for each", batchContacts, contact, entries),
		direct(get, "/v1/crm/contacts.csv", contactsAdmin, "Export contacts", exportContacts, contact, table),
		read(get, "/v1/crm/contacts/{id}", contactsRead, "Get a contact", getContact, contact),
		write(patch, "/v1/crm/contacts/{id}", contactsWrite, "Change some of a contact", patchContact, contact, versioned),
		write(put, "/v1/crm/contacts/{id}", contactsWrite, "Replace a contact: what is left out is taken away", putContact, contact, versioned),
		write(remove, "/v1/crm/contacts/{id}", contactsWrite, "Delete a contact; it can be restored", deleteContact, contact, versioned, also("deals", string(crm.DealsDelete), dealsWrite)),
		write(post, "/v1/crm/contacts/{id}/restore", contactsWrite, "Bring a deleted contact back", restoreContact, contact),
		write(put, "/v1/crm/contacts/{id}/tags", contactsWrite, "Give and take tags", tagContact, contact, versioned),
		read(get, "/v1/crm/contacts/{id}/timeline", contactsRead, "What happened to a contact", contactTimeline),
		read(get, "/v1/crm/contacts/{id}/deals", dealsRead, "List a contact's deals", contactDeals),
		read(get, "/v1/crm/contacts/{id}/notes", activitiesRead, "List the notes on a contact", contactNotes),
		write(post, "/v1/crm/contacts/{id}/notes", activitiesWrite, "Write a note on a contact", addContactNote, created),
		read(get, "/v1/crm/contacts/{id}/activities", activitiesRead, "List the activities about a contact", contactActivities),

		read(get, "/v1/crm/deals", dealsRead, "List deals", listDeals, deal),
		write(post, "/v1/crm/deals", dealsWrite, "Create a deal", createDeal, created, deal),
		read(get, "/v1/crm/deals/scroll", dealsRead, "Read all deals, or what changed", scrollDeals, deal),
		read(get, "/v1/crm/deals/totals", dealsRead, "Count deals and add up their values by stage", dealTotals, deal),
		write(post, "/v1/crm/deals/batch", dealsWrite, "Create or change up to 100 deals, with a result for each", batchDeals, deal, entries),
		direct(get, "/v1/crm/deals.csv", dealsAdmin, "Export deals", exportDeals, deal, table),
		read(get, "/v1/crm/deals/{id}", dealsRead, "Get a deal", getDeal, deal),
		write(patch, "/v1/crm/deals/{id}", dealsWrite, "Change some of a deal", patchDeal, deal, versioned),
		write(put, "/v1/crm/deals/{id}", dealsWrite, "Replace a deal: what is left out is taken away, but for its stage", putDeal, deal, versioned),
		write(remove, "/v1/crm/deals/{id}", dealsWrite, "Delete a deal; it can be restored", deleteDeal, deal, versioned),
		write(post, "/v1/crm/deals/{id}/restore", dealsWrite, "Bring a deleted deal back", restoreDeal, deal),
		write(post, "/v1/crm/deals/{id}/move", dealsWrite, "Put a deal into a stage and in its place there", moveDeal, deal, versioned),
		read(get, "/v1/crm/deals/{id}/timeline", dealsRead, "What happened to a deal", dealTimeline),
		read(get, "/v1/crm/deals/{id}/stages", dealsRead, "How long a deal stood in each stage", dealStages),
		read(get, "/v1/crm/deals/{id}/documents", dealsRead, "The documents of Bsale that a deal is linked to", dealDocuments),
		read(get, "/v1/crm/deals/{id}/notes", activitiesRead, "List the notes on a deal", dealNotes),
		write(post, "/v1/crm/deals/{id}/notes", activitiesWrite, "Write a note on a deal", addDealNote, created),
		read(get, "/v1/crm/deals/{id}/activities", activitiesRead, "List the activities about a deal", dealActivities),

		read(get, "/v1/crm/search", contactsRead, "Find contacts and deals by words", search),

		read(get, "/v1/crm/activities", activitiesRead, "List activities", listActivities, activity),
		write(post, "/v1/crm/activities", activitiesWrite, "Create an activity", createActivity, created, activity),
		read(get, "/v1/crm/activities/{id}", activitiesRead, "Get an activity", getActivity, activity),
		write(patch, "/v1/crm/activities/{id}", activitiesWrite, "Change or finish an activity", patchActivity, activity, versioned),
		write(remove, "/v1/crm/activities/{id}", activitiesWrite, "Delete an activity", deleteActivity, activity, versioned),
		read(get, "/v1/crm/notes/{id}", activitiesRead, "Get a note", getNote),
		write(patch, "/v1/crm/notes/{id}", activitiesWrite, "Write a note anew", patchNote, versioned),
		write(remove, "/v1/crm/notes/{id}", activitiesWrite, "Delete a note", deleteNote, versioned),

		read(get, "/v1/crm/tags", settingsRead, "List tags", listTags),
		write(post, "/v1/crm/tags", settingsWrite, "Create a tag", createTag, created),
		read(get, "/v1/crm/tags/{id}", settingsRead, "Get a tag", getTag),
		write(patch, "/v1/crm/tags/{id}", settingsWrite, "Change a tag", patchTag),
		write(remove, "/v1/crm/tags/{id}", settingsWrite, "Delete a tag; it leaves its contacts", deleteTag),

		read(get, "/v1/crm/pipelines", settingsRead, "List pipelines with their stages", listPipelines, stage),
		write(post, "/v1/crm/pipelines", settingsWrite, "Create a pipeline", createPipeline, created, stage),
		write(put, "/v1/crm/pipelines/order", settingsWrite, "Put the pipelines into an order", orderPipelines, stage),
		read(get, "/v1/crm/pipelines/{id}", settingsRead, "Get a pipeline", getPipeline, stage),
		write(patch, "/v1/crm/pipelines/{id}", settingsWrite, "Rename a pipeline", patchPipeline, stage, versioned),
		direct(remove, "/v1/crm/pipelines/{id}", settingsAdmin, "Delete a pipeline", deletePipeline, stage, versioned),
		write(post, "/v1/crm/pipelines/{id}/stages", settingsWrite, "Add a stage", addStage, created, stage),
		write(put, "/v1/crm/pipelines/{id}/stages/order", settingsWrite, "Put the stages into an order", orderStages, stage),
		write(patch, "/v1/crm/pipelines/{id}/stages/{stage}", settingsWrite, "Change a stage", patchStage, stage, versioned),
		direct(remove, "/v1/crm/pipelines/{id}/stages/{stage}", settingsAdmin, "Delete a stage", deleteStage, stage, versioned),

		read(get, "/v1/crm/custom-fields", settingsRead, "List custom fields", listFields),
		write(post, "/v1/crm/custom-fields", settingsWrite, "Create a custom field", createField, created),
		write(put, "/v1/crm/custom-fields/order", settingsWrite, "Put the fields of contacts or deals into an order", orderFields),
		write(post, "/v1/crm/custom-fields/recommended", settingsWrite, "Make the fields that the Bsale app recommends, as far as they are not there", recommendFields),
		read(get, "/v1/crm/custom-fields/{id}", settingsRead, "Get a custom field, by its id or key", getField),
		write(patch, "/v1/crm/custom-fields/{id}", settingsWrite, "Change a custom field", patchField, versioned),
		write(remove, "/v1/crm/custom-fields/{id}", settingsAdmin, "Delete a custom field with its values, for ever", deleteField, versioned),
		write(post, "/v1/crm/custom-fields/{id}/archive", settingsWrite, "Take a custom field out of use; its values stay", archiveField),
		write(post, "/v1/crm/custom-fields/{id}/restore", settingsWrite, "Take an archived field into use again", restoreField),
		read(post, "/v1/crm/custom-fields/{id}/type/preview", settingsRead, "See what another type would do to the values", previewFieldType),
		write(post, "/v1/crm/custom-fields/{id}/type", settingsAdmin, "Give a custom field another type", changeFieldType, versioned),

		read(get, "/v1/crm/users", usersRead, "List users", listUsers),
		write(post, "/v1/crm/users", usersWrite, "Invite a user", inviteUser, created, secret),
		read(get, "/v1/crm/users/{id}", usersRead, "Get a user", getUser),
		write(patch, "/v1/crm/users/{id}", usersWrite, "Change a user", patchUser, versioned),
		write(post, "/v1/crm/users/{id}/link", usersWrite, "Make a link by which a user chooses a password", linkUser, secret),
		direct(post, "/v1/crm/users/{id}/deactivate", usersAdmin, "Bar a user, and give away what is the user's", deactivateUser, keeps, about(deactivationFields)),
		write(post, "/v1/crm/users/{id}/activate", usersAdmin, "Let a user in again", activateUser),

		read(get, "/v1/crm/account", settingsRead, "Get the account's settings", getAccount),
		write(patch, "/v1/crm/account", settingsAdmin, "Change the account's settings", patchAccount, versioned),
	}, bsaleRoutes()...)
}
