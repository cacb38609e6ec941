package crm

import "time"

// Hand is who does something, when, and how far it reaches. Every use case takes one: it signs what changes.
type Hand struct {
	Actor Actor
	Reach Reach
	At    time.Time
}

// Origin returns the origin that the hand leaves on a field.
func (h Hand) Origin() Origin { return NewOrigin(h.Actor, h.At, "") }

// Extent is how many of an account's contacts and deals are meant.
type Extent int

// The extents.
const (
	OwnAndUnassigned Extent = iota // those of one user, and those of nobody
	Everything
)

// Reach says which contacts and deals somebody may see, and which change. The zero value reaches what is unassigned.
type Reach struct {
	User      ID // whose own are meant; zero: nobody's
	See, Edit Extent
}

// ReachOf returns the reach of a user: administrators and editors reach everything, sellers what the account lets them.
func ReachOf(u User, access SellerAccess) Reach {
	r := Reach{User: u.ID, See: Everything, Edit: Everything}
	if u.Role == RoleSeller {
		if access != SellersEditAll {
			r.Edit = OwnAndUnassigned
		}
		if access != SellersEditAll && access != SellersSeeAll {
			r.See = OwnAndUnassigned
		}
	}
	return r
}

// FullReach is that of integrations, apps and Puente itself.
var FullReach = Reach{See: Everything, Edit: Everything}

// Sees says whether a record of that owner (zero: unassigned) may be seen.
func (r Reach) Sees(owner ID) bool { return r.covers(r.See, owner) }

// Edits says whether a record of that owner may be changed.
func (r Reach) Edits(owner ID) bool { return r.covers(r.Edit, owner) }

func (r Reach) covers(e Extent, owner ID) bool {
	return e == Everything || owner == "" || owner == r.User
}
