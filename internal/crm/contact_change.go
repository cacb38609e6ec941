package crm

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The methods below change an entity in memory. Each returns the change for the timeline, notes where the new value came from in
// Origins, and moves UpdatedAt to the origin's instant; a value that stands there already changes nothing, not even its origin.

// NewOrigin says that actor wrote something at that instant, because of a document ("Boleta 1234") or of none.
func NewOrigin(actor Actor, at time.Time, document string) Origin {
	return Origin{Actor: actor, At: at.UnixMicro(), Document: document}
}

// Time returns the instant of the origin.
func (o Origin) Time() time.Time { return time.UnixMicro(o.At).UTC() }

// NewContact returns a contact with an id and nothing else.
func NewContact(at time.Time) *Contact {
	return &Contact{ID: NewID(), Custom: Custom{}, Origins: Origins{}, CreatedAt: at, UpdatedAt: at}
}

// Clone returns a copy that shares nothing with c.
func (c *Contact) Clone() *Contact {
	n := *c
	n.Identities = slices.Clone(c.Identities)
	n.Custom = maps.Clone(c.Custom)
	n.Origins = maps.Clone(c.Origins)
	return &n
}

// Gone says whether the contact was deleted.
func (c *Contact) Gone() bool { return !c.DeletedAt.IsZero() }

// Name returns what people call the contact: the company, else first and last name; empty when it has none of them.
func (c *Contact) Name() string {
	if s := strings.TrimSpace(c.Company); s != "" {
		return s
	}
	return strings.TrimSpace(strings.TrimSpace(c.FirstName) + " " + strings.TrimSpace(c.LastName))
}

// Text returns the standard text field of that name: FieldFirstName, FieldLastName, FieldCompany or FieldSource.
func (c *Contact) Text(field string) string { return *c.text(field) }

func (c *Contact) text(field string) *string {
	switch field {
	case FieldFirstName:
		return &c.FirstName
	case FieldLastName:
		return &c.LastName
	case FieldCompany:
		return &c.Company
	case FieldSource:
		return &c.Source
	}
	panic("crm: a contact has no text field " + strconv.Quote(field))
}

// SetText writes a standard text field, which is one of those of [Contact.Text]. It is false when the field holds that already.
func (c *Contact) SetText(field, value string, o Origin) (Change, bool) {
	return setText(c.text(field), field, value, o, &c.Origins, &c.UpdatedAt)
}

// SetOwner makes a user responsible; the zero ID makes it nobody.
func (c *Contact) SetOwner(owner ID, o Origin) (Change, bool) {
	return setID(&c.OwnerID, FieldOwner, owner, o, &c.Origins, &c.UpdatedAt)
}

// SetCustom writes the custom field with that key, as [CustomField.Convert] gives values; nil clears it.
func (c *Contact) SetCustom(key string, value any, o Origin) (Change, bool) {
	return setCustom(&c.Custom, key, value, o, &c.Origins, &c.UpdatedAt)
}

// HasIdentity says whether the contact has that e-mail, phone or tax id, primary or not.
func (c *Contact) HasIdentity(k IdentityKey) bool {
	return slices.ContainsFunc(c.Identities, func(i Identity) bool { return i.IdentityKey == k })
}

// Primary returns the primary identity of a kind, false if there is none of that kind.
func (c *Contact) Primary(kind IdentityKind) (Identity, bool) {
	for _, i := range c.Identities {
		if i.Kind == kind && i.Primary {
			return i, true
		}
	}
	return Identity{}, false
}

// IdentitiesOf returns the contact's identities of one kind, the primary first.
func (c *Contact) IdentitiesOf(kind IdentityKind) []Identity {
	var of []Identity
	for _, i := range c.Identities {
		if i.Kind == kind {
			of = append(of, i)
		}
	}
	return of
}

// ErrTooManyAlternatives is what [Contact.AddIdentity] returns when the contact has [MaxAlternatives] of the kind beside the primary one.
var ErrTooManyAlternatives = NewError(Invalid, "too_many_alternatives", "most", strconv.Itoa(MaxAlternatives))

// AddIdentity gives the contact an e-mail, phone or tax id, written as people do: as the primary if it is the first of its kind, else as an
// alternative. added is false when the contact has it already. err is [ErrTooManyAlternatives] or nil.
func (c *Contact) AddIdentity(k IdentityKey, written string, o Origin) (change Change, added bool, err error) {
	n := 0
	for _, i := range c.Identities {
		if i.IdentityKey == k {
			return Change{}, false, nil
		}
		if i.Kind == k.Kind {
			n++
		}
	}
	if n > MaxAlternatives {
		return Change{}, false, ErrTooManyAlternatives
	}
	c.Identities = append(c.Identities, Identity{IdentityKey: k, Value: cleanText(written), Primary: n == 0})
	if n == 0 {
		noteOrigin(&c.Origins, string(k.Kind), o)
	}
	touch(&c.UpdatedAt, o.Time())
	return Change{Field: string(k.Kind), New: k.Normalized}, true, nil
}

func setText(at *string, field, value string, o Origin, origins *Origins, updated *time.Time) (Change, bool) {
	value = cleanText(value)
	if *at == value {
		return Change{}, false
	}
	change := Change{Field: field, Old: nilIfEmpty(*at), New: nilIfEmpty(value)}
	*at = value
	noteOrigin(origins, field, o)
	touch(updated, o.Time())
	return change, true
}

func setID(at *ID, field string, value ID, o Origin, origins *Origins, updated *time.Time) (Change, bool) {
	if *at == value {
		return Change{}, false
	}
	change := Change{Field: field, Old: nilIfEmpty(string(*at)), New: nilIfEmpty(string(value))}
	*at = value
	noteOrigin(origins, field, o)
	touch(updated, o.Time())
	return change, true
}

func setCustom(custom *Custom, key string, value any, o Origin, origins *Origins, updated *time.Time) (Change, bool) {
	old := (*custom)[key]
	if sameValue(old, value) {
		return Change{}, false
	}
	if value == nil {
		delete(*custom, key)
	} else {
		if *custom == nil {
			*custom = Custom{}
		}
		(*custom)[key] = value
	}
	noteOrigin(origins, key, o)
	touch(updated, o.Time())
	return Change{Field: key, Old: old, New: value}, true
}

func sameValue(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case string:
		b, ok := b.(string)
		return ok && a == b
	case json.Number:
		b, ok := b.(json.Number)
		return ok && a == b
	}
	return reflect.DeepEqual(a, b)
}

func noteOrigin(origins *Origins, field string, o Origin) {
	if *origins == nil {
		*origins = Origins{}
	}
	(*origins)[field] = o
}

// touch never moves back: an origin may be older than the change before it when clocks of two nodes differ.
func touch(updated *time.Time, at time.Time) {
	if at.After(*updated) {
		*updated = at
	}
}

func nilIfEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}
