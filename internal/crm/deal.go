package crm

import "time"

// StageKind says what standing in a stage means; the deal's status follows from it.
type StageKind string

// The kinds of stage.
const (
	StageOpen StageKind = "open"
	StageWon  StageKind = "won"
	StageLost StageKind = "lost"
)

// Pipeline (embudo) is an ordered list of stages.
type Pipeline struct {
	ID        ID
	Name      string
	Position  int
	Stages    []Stage // in order
	CreatedAt time.Time
}

// Stage (etapa) of a pipeline.
type Stage struct {
	ID         ID
	PipelineID ID
	Name       string
	Kind       StageKind
	Position   int
}

// Deal (oportunidad) is a possible or made sale. Its status is the kind of the stage in which it stands.
type Deal struct {
	ID             ID
	Name           string
	ContactID      ID // zero: without contact
	PipelineID     ID
	StageID        ID
	StageEnteredAt time.Time
	OwnerID        ID // zero: unassigned
	Value          Money
	Custom         Custom
	Origins        Origins
	CreatedAt      time.Time
	UpdatedAt      time.Time
	DeletedAt      time.Time // zero: alive
	Version        int64     // as in Contact
}

// StageChange is one move of a deal: from which stage (zero when it was made) to which, how long it had stood there, and who moved it.
type StageChange struct {
	DealID      ID
	FromStageID ID
	ToStageID   ID
	At          time.Time
	Stood       time.Duration // time in the stage that it left; zero when it was made
	Actor       Actor
}
