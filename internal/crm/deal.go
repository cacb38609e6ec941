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
	Stages    []Stage // in order, those in use
	CreatedAt time.Time
	// ArchivedAt is when it was deleted: histories still name it. Zero: in use.
	ArchivedAt time.Time
	Version    int64 // as in Contact; one for the pipeline and its stages
}

// Stage (etapa) of a pipeline.
type Stage struct {
	ID         ID
	PipelineID ID
	Name       string
	Kind       StageKind
	Position   int
	Color      string // #rrggbb; empty: that of its kind
	// Probability, in percent, that a deal in this stage is won; that of won and lost stages is 100 and 0.
	Probability int
	StaleDays   int // after how many days in this stage an open deal is stale (estancada); 0: never
	ArchivedAt  time.Time
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
	Details        Custom // the other standard fields that have a value, by name: see [StandardFields]
	// Rank orders a stage's deals on the board, the highest on top. It is 0 until the deal is saved in a stage; the store puts a deal that enters a stage on top.
	Rank      int64
	Custom    Custom
	Origins   Origins
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt time.Time // zero: alive
	Version   int64     // as in Contact
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
