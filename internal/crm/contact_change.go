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
	n.Tags = slices.Clone(c.Tags)
	n.Identities = slices.Clone(c.Identities)
	n.Details = maps.Clone(c.Details)
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

// Label is the name by which the contact is shown: [Contact.Name], else its primary e-mail, phone or tax id.
func (c *Contact) Label() string {
	if name := c.Name(); name != "" {
		return name
	}
	for _, kind := range []IdentityKind{IdentityEmail, IdentityPhone, IdentityTaxID} {
		if i, ok := c.Primary(kind); ok {
			return i.Normalized
		}
	}
	return ""
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

// Detail returns one of the standard fields that stand in Details, nil when it has no value.
func (c *Contact) Detail(field string) any { return c.Details[field] }

// SetDetail writes one of the standard fields that stand in Details; nil clears it.
func (c *Contact) SetDetail(field string, value any, o Origin) (Change, bool) {
	return setCustom(&c.Details, field, value, o, &c.Origins, &c.UpdatedAt)
}

// AddTag gives the contact a tag. The change holds the tag's name, which histories show even when the tag is no more.
func (c *Contact) AddTag(tag Tag, o Origin) (Change, bool) {
	at, has := slices.BinarySearch(c.Tags, tag.ID)
	if has {
		return Change{}, false
	}
	c.Tags = slices.Insert(c.Tags, at, tag.ID)
	noteOrigin(&c.Origins, FieldTags, o)
	touch(&c.UpdatedAt, o.Time())
	return Change{Field: FieldTags, New: tag.Name}, true
}

// RemoveTag takes a tag away.
func (c *Contact) RemoveTag(tag Tag, o Origin) (Change, bool) {
	at, has := slices.BinarySearch(c.Tags, tag.ID)
	if !has {
		return Change{}, false
	}
	c.Tags = slices.Delete(c.Tags, at, at+1)
	noteOrigin(&c.Origins, FieldTags, o)
	touch(&c.UpdatedAt, o.Time())
	return Change{Field: FieldTags, Old: tag.Name}, true
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

// SetIdentities gives the contact exactly these e-mails, phones or tax ids, each once, the first as the primary one. Those that it has already stay as they were written.
// Each change has Old for one that went away and New for one that came; both for the primary one, in whose place another one stepped. An old primary one that
// stays as an alternative comes again after that.
func (c *Contact) SetIdentities(kind IdentityKind, wanted []Identity, o Origin) []Change {
	had := c.IdentitiesOf(kind)
	var list []Identity // wanted, with the alternatives in the order in which they were added
	if len(wanted) > 0 {
		list = append(list, wanted[0])
	}
	for _, i := range had {
		if slices.ContainsFunc(wanted, i.is) && !slices.ContainsFunc(list, i.is) {
			list = append(list, i)
		}
	}
	for _, i := range wanted {
		if !slices.ContainsFunc(list, i.is) {
			list = append(list, i)
		}
	}
	for n := range list {
		if at := slices.IndexFunc(had, list[n].is); at >= 0 {
			list[n] = had[at]
		}
		list[n].Kind, list[n].Primary, list[n].Value = kind, n == 0, cleanText(list[n].Value)
	}
	changes := identityChanges(kind, had, list)
	if len(changes) == 0 {
		return nil
	}
	c.Identities = append(slices.DeleteFunc(c.Identities, func(i Identity) bool { return i.Kind == kind }), list...)
	if len(list) == 0 || len(had) == 0 || !list[0].is(had[0]) {
		noteOrigin(&c.Origins, string(kind), o)
	}
	touch(&c.UpdatedAt, o.Time())
	return changes
}

// is says whether two identities are the same one, however written.
func (i Identity) is(other Identity) bool { return i.IdentityKey == other.IdentityKey }

func identityChanges(kind IdentityKind, had, list []Identity) []Change {
	var changes []Change
	gone, come := had, list
	if len(had) > 0 && len(list) > 0 && !had[0].is(list[0]) {
		changes = append(changes, Change{Field: string(kind), Old: had[0].Normalized, New: list[0].Normalized})
		if slices.ContainsFunc(list, had[0].is) {
			changes = append(changes, Change{Field: string(kind), New: had[0].Normalized})
		}
		gone, come = had[1:], list[1:]
	}
	for _, i := range gone {
		if !slices.ContainsFunc(list, i.is) {
			changes = append(changes, Change{Field: string(kind), Old: i.Normalized})
		}
	}
	for _, i := range come {
		if !slices.ContainsFunc(had, i.is) {
			changes = append(changes, Change{Field: string(kind), New: i.Normalized})
		}
	}
	return changes
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
	case []any: // as options are read from storage
		if b, ok := b.([]string); ok {
			return slices.EqualFunc(a, b, func(x any, y string) bool { return x == y })
		}
	case []string:
		if b, ok := b.([]any); ok {
			return sameValue(b, a)
		}
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
