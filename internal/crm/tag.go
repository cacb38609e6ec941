package crm

import "time"

// Tag (etiqueta) marks contacts.
type Tag struct {
	ID        ID
	Name      string // unique in the account, case and accents aside
	Color     string // #rrggbb; empty: none
	CreatedAt time.Time
}
