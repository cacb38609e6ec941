package crm

import "encoding/json"

// DealInput is what somebody asks of a deal, new or not. What is nil was not asked: it stays as it is. An empty text, an empty number and the zero ID take away
// what stands there. Errors name the field at fault as those of [ContactInput] do.
type DealInput struct {
	Name        *string
	ContactID   *ID
	PipelineID  *ID // of a new deal without stage: its first open stage; the same for a deal that comes from another pipeline
	StageID     *ID
	Value       *json.Number // what is finer than the currency is rounded
	Currency    *string      // ISO 4217; a new deal's is the account's
	OwnerID     *ID
	Description *string
	Priority    *int    // 0 (none) to 3
	CloseReason *string // why it was won or lost
	Custom      map[string]any
}

// DealEdit is one deal's change. Version is the one that the change was made for; 0: whatever it is now.
type DealEdit struct {
	ID      ID
	Version int64
	Input   DealInput
}
