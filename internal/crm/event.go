package crm

import "time"

// Entity names what a custom field, an event or a mapping belongs to.
type Entity string

// The entities.
const (
	EntityContact Entity = "contact"
	EntityDeal    Entity = "deal"
)

// ActorKind is the sort of hand that changed something.
type ActorKind string

// The kinds of actor.
const (
	ActorUser   ActorKind = "user"    // a person; ID is the user's
	ActorAPIKey ActorKind = "api_key" // an integration; ID is the key's
	ActorApp    ActorKind = "app"     // an app such as the Bsale bridge; ID is its connection's
	ActorSystem ActorKind = "system"  // Puente itself
)

// Actor is who changed something.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   ID        `json:"id,omitempty"`
}

// Origin is where the present value of one field came from: who wrote it, when, and for an app from which document, in words
// that can be shown as they are ("Boleta 1234").
type Origin struct {
	Actor    Actor  `json:"actor"`
	At       int64  `json:"at"` // unix microseconds
	Document string `json:"document,omitempty"`
}

// Origins holds the origin of each field that was ever written, by the field's name: a standard field as in the Field…
// constants, a custom one by its key.
type Origins map[string]Origin

// ByPerson says whether a person wrote the present value of field.
func (o Origins) ByPerson(field string) bool { return o[field].Actor.Kind == ActorUser }

// Names of standard fields, as they stand in Origins and in the changes of events.
const (
	FieldFirstName = "first_name"
	FieldLastName  = "last_name"
	FieldCompany   = "company"
	FieldOwner     = "owner"
	FieldSource    = "source"
	FieldEmail     = "email"
	FieldPhone     = "phone"
	FieldTaxID     = "tax_id"
	FieldName      = "name"
	FieldStage     = "stage"
	FieldValue     = "value"
	FieldContact   = "contact"
	FieldTags      = "tags"
	FieldCreated   = "created"
	FieldUpdated   = "updated"

	// Those below stand in Details.

	FieldContacted     = "contacted"
	FieldMarketable    = "marketable"
	FieldPriority      = "priority"
	FieldStatus        = "status"
	FieldNotes         = "notes"
	FieldJobTitle      = "job_title"
	FieldAddress       = "address"
	FieldCity          = "city"
	FieldRegion        = "region"
	FieldState         = "state"
	FieldCountry       = "country"
	FieldBirthDay      = "birth_day"
	FieldBirthMonth    = "birth_month"
	FieldBirthYear     = "birth_year"
	FieldFacebook      = "facebook"
	FieldInstagram     = "instagram"
	FieldLinkedIn      = "linkedin"
	FieldTwitter       = "twitter"
	FieldCompanyEmail  = "company_email"
	FieldCompanyPhone  = "company_phone"
	FieldWebsite       = "website"
	FieldIndustry      = "industry"
	FieldAnnualRevenue = "annual_revenue"
	FieldEmployees     = "employees"

	FieldDescription = "description"
	FieldCloseReason = "close_reason" // why it was won or lost
)

// EventType says what happened.
type EventType string

// The types of event.
const (
	EventCreated  EventType = "created"
	EventChanged  EventType = "changed"
	EventDeleted  EventType = "deleted"
	EventRestored EventType = "restored"

	// Of an activity or a note about the record; the first change is its id.

	EventActivityAdded   EventType = "activity_added"
	EventActivityChanged EventType = "activity_changed"
	EventActivityDeleted EventType = "activity_deleted"
	EventNoteAdded       EventType = "note_added"
	EventNoteChanged     EventType = "note_changed"
	EventNoteDeleted     EventType = "note_deleted"
)

// Change is one field's change, with values as they are stored (ids for owner, stage and contact, text for money). Of e-mails, phones, tax ids and tags each that went
// away or came is a change of its own; tags go by name.
type Change struct {
	Field string `json:"field"`
	Old   any    `json:"old,omitempty"`
	New   any    `json:"new,omitempty"`
	Rule  string `json:"rule,omitempty"` // of an app: the rule behind it ("mapping.deal[2]")
}

// Event is one entry of the timeline (historial) of a contact or a deal.
type Event struct {
	ID       ID
	Entity   Entity
	EntityID ID
	Type     EventType
	At       time.Time
	Actor    Actor
	Document string // what an app acted on, in words ("Boleta 1234"); empty otherwise
	Changes  []Change
}
