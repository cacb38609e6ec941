package crm

import "github.com/google/uuid"

// ID identifies anything of ours: a UUIDv7 as text, so that ids made later sort later. The zero value means "none".
type ID string

// NewID returns a fresh id.
func NewID() ID { return ID(uuid.Must(uuid.NewV7()).String()) }
