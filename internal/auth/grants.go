package auth

import "puente/internal/crm"

// Area is a part of the program that access is given to.
type Area string

// The areas.
const (
	Contacts   Area = "contacts"
	Deals      Area = "deals"
	Activities Area = "activities" // tasks and notes
	Settings   Area = "settings"   // account, custom fields, pipelines, tags
	Users      Area = "users"
	Keys       Area = "keys"  // API keys
	Bsale      Area = "bsale" // the Bsale app
)

// Level is how much of an area is given; each includes those before it.
type Level int

// The levels. Admin of contacts, deals and activities is to export them, and to change many at once.
const (
	None Level = iota
	Read
	Write
	Admin
)

// Scope is a level in an area, written "contacts:write".
type Scope struct {
	Area  Area
	Level Level
}

// Grants is what somebody may do.
type Grants map[Area]Level

// Allows says whether the scope is granted.
func (g Grants) Allows(s Scope) bool { return s.Level > None && g[s.Area] >= s.Level }

// RoleGrants returns what the users of a role may do. How far a seller's reaches is crm.Reach.
func RoleGrants(role crm.Role) Grants {
	switch role {
	case crm.RoleAdmin:
		return Grants{Contacts: Admin, Deals: Admin, Activities: Admin, Settings: Admin, Users: Admin, Keys: Admin, Bsale: Admin}
	case crm.RoleEditor:
		return Grants{Contacts: Admin, Deals: Admin, Activities: Admin, Settings: Read, Users: Read, Bsale: Write}
	case crm.RoleSeller:
		return Grants{Contacts: Write, Deals: Write, Activities: Write, Settings: Read, Users: Read}
	}
	return nil
}
