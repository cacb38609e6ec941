package auth

import (
	"slices"
	"strings"

	"puente/internal/crm"
)

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

// Areas are all of them, in the order in which they are shown.
var Areas = []Area{Contacts, Deals, Activities, Settings, Users, Keys, Bsale}

// Valid says whether there is such an area.
func (a Area) Valid() bool { return slices.Contains(Areas, a) }

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

// levelNames are how levels are written, by level.
var levelNames = []string{"none", "read", "write", "admin"}

// String returns the level as it is written in a scope.
func (l Level) String() string {
	if l < None || l > Admin {
		return levelNames[None]
	}
	return levelNames[l]
}

// String returns the scope as it is written.
func (s Scope) String() string { return string(s.Area) + ":" + s.Level.String() }

// MarshalText writes the scope as String does.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseScope reads what Scope.String writes. invalid: scope_unknown.
func ParseScope(text string) (Scope, error) {
	area, level, _ := strings.Cut(strings.TrimSpace(text), ":")
	s := Scope{Area(area), Level(slices.Index(levelNames, level))}
	if !s.Area.Valid() || s.Level <= None {
		return Scope{}, crm.NewError(crm.Invalid, "scope_unknown", "scope", clip(text, maxKeyName)).At("scopes")
	}
	return s, nil
}

// ParseScopes returns the grants of scopes; of two levels in an area the higher. invalid: scope_unknown.
func ParseScopes(texts []string) (Grants, error) {
	g := Grants{}
	for _, text := range texts {
		s, err := ParseScope(text)
		if err != nil {
			return nil, err
		}
		g[s.Area] = max(g[s.Area], s.Level)
	}
	return g, nil
}

// Grants is what somebody may do.
type Grants map[Area]Level

// Allows says whether the scope is granted.
func (g Grants) Allows(s Scope) bool { return s.Level > None && g[s.Area] >= s.Level }

// Cover says whether all of others is granted.
func (g Grants) Cover(others Grants) bool {
	for area, level := range others {
		if g[area] < level {
			return false
		}
	}
	return true
}

// Scopes returns the grants as they are written, in the order of the areas.
func (g Grants) Scopes() []string {
	var scopes []string
	for _, area := range Areas {
		if g[area] > None {
			scopes = append(scopes, Scope{area, g[area]}.String())
		}
	}
	return scopes
}

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
