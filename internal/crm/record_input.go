package crm

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest texts of standard fields, in characters.
const (
	maxName        = 200
	maxShortText   = 100
	maxLink        = 300
	maxText        = 20_000
	maxPriority    = 3
	maxCloseReason = 500
)

// customPrefix stands before a custom field's key where an error names the field at fault.
const customPrefix = "custom."

// editing is what changes to several contacts or deals have in common: whose hand makes them, and what is asked is checked against.
type editing struct {
	hand    Hand
	origin  Origin
	account Account
	users   []User
	fields  []CustomField
}

func newEditing(ctx context.Context, r Reader, hand Hand, entity Entity) (editing, error) {
	e := editing{hand: hand, origin: hand.Origin()}
	var err error
	if e.account, err = r.Account(ctx); err != nil {
		return e, err
	}
	if e.users, err = r.Users(ctx); err != nil {
		return e, err
	}
	e.fields, err = r.CustomFields(ctx, entity)
	return e, err
}

func (e *editing) user(id ID) (User, bool) {
	at := slices.IndexFunc(e.users, func(u User) bool { return u.ID == id })
	if at < 0 {
		return User{}, false
	}
	return e.users[at], true
}

// firstOwner owns what the hand makes without naming an owner: a seller his own, anybody else nobody.
func (e *editing) firstOwner() ID {
	if e.hand.Actor.Kind != ActorUser {
		return ""
	}
	if user, ok := e.user(e.hand.Actor.ID); ok && user.Role == RoleSeller {
		return user.ID
	}
	return ""
}

// stillOwner is the owner of something that comes back: nobody when that user is not active any more.
func (e *editing) stillOwner(owner ID) ID {
	if user, ok := e.user(owner); !ok || !user.Active {
		return ""
	}
	return owner
}

// check says whether the hand may change a record of that owner and version. missing is the error when it may not even see it.
func (e *editing) check(owner ID, version, wanted int64, missing *Error) error {
	switch {
	case !e.hand.Reach.Sees(owner):
		return missing
	case !e.hand.Reach.Edits(owner):
		return NewError(Forbidden, "not_yours")
	case wanted != 0 && wanted != version:
		return errStale
	}
	return nil
}

var errStale = NewError(Conflict, "stale")

func (e *editing) event(entity Entity, id ID, what EventType, changes []Change) Event {
	return Event{ID: NewID(), Entity: entity, EntityID: id, Type: what, At: e.hand.At, Actor: e.hand.Actor, Changes: changes}
}

// record is what contacts and deals have in common while they are written to.
type record interface {
	SetOwner(owner ID, o Origin) (Change, bool)
	Detail(field string) any
	SetDetail(field string, value any, o Origin) (Change, bool)
	SetCustom(key string, value any, o Origin) (Change, bool)
}

// draft is one record while an input is put into it: what changed, and everything that was wrong with the input.
type draft struct {
	*editing
	record
	fresh    bool
	changes  []Change
	problems []error
}

func (d *draft) note(change Change, changed bool) {
	if changed {
		d.changes = append(d.changes, change)
	}
}

func (d *draft) refuse(err error, place string) {
	var e *Error
	if errors.As(err, &e) && e.Field == "" {
		err = e.At(place)
	}
	d.problems = append(d.problems, err)
}

// problem returns what was wrong: nil, one error, or several joined.
func (d *draft) problem() error {
	if len(d.problems) == 1 {
		return d.problems[0]
	}
	return errors.Join(d.problems...)
}

// line returns a text of one line as it is kept, false when it was not asked or is too long.
func (d *draft) line(field string, asked *string, most int) (string, bool) {
	if asked == nil {
		return "", false
	}
	return d.short(field, oneLine(*asked), most)
}

// lines is line for texts of several.
func (d *draft) lines(field string, asked *string, most int) (string, bool) {
	if asked == nil {
		return "", false
	}
	return d.short(field, strings.TrimSpace(printable(*asked)), most)
}

func (d *draft) short(field, text string, most int) (string, bool) {
	if utf8.RuneCountInString(text) > most {
		d.refuse(NewError(Invalid, "text_too_long", "most", strconv.Itoa(most)), field)
		return "", false
	}
	return text, true
}

// printable leaves out what no one sees, and writes every end of line as one character.
func printable(s string) string {
	s = strings.ReplaceAll(cleanText(s), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
}

func (d *draft) lineDetail(field string, asked *string, most int) {
	if text, ok := d.line(field, asked, most); ok {
		d.note(d.SetDetail(field, nilIfEmpty(text), d.origin))
	}
}

func (d *draft) linesDetail(field string, asked *string, most int) {
	if text, ok := d.lines(field, asked, most); ok {
		d.note(d.SetDetail(field, nilIfEmpty(text), d.origin))
	}
}

// boolDetail writes yes or no. Whoever reads a record is told no where nobody ever said either; sending that back changes nothing.
func (d *draft) boolDetail(field string, asked *bool) {
	if asked != nil && (*asked || d.fresh || d.Detail(field) != nil) {
		d.note(d.SetDetail(field, *asked, d.origin))
	}
}

// numberDetail writes a whole number from 0, which takes away what stands there, to most.
func (d *draft) numberDetail(field string, asked *int64, most int64) {
	switch {
	case asked == nil:
	case *asked < 0 || *asked > most:
		d.refuse(NewError(Invalid, "number_out_of_range", "most", strconv.FormatInt(most, 10)), field)
	case *asked == 0:
		d.note(d.SetDetail(field, nil, d.origin))
	default:
		d.note(d.SetDetail(field, json.Number(strconv.FormatInt(*asked, 10)), d.origin))
	}
}

// readDetail writes a standard field of one line that has a form of its own: read returns a text as it is kept.
func (d *draft) readDetail(field string, asked *string, read func(text string) (any, error)) {
	text, ok := d.line(field, asked, maxURLValue)
	if !ok {
		return
	}
	if text == "" {
		d.note(d.SetDetail(field, nil, d.origin))
		return
	}
	stored, err := read(text)
	if err != nil {
		d.refuse(err, field)
		return
	}
	d.note(d.SetDetail(field, stored, d.origin))
}

func (d *draft) owner(asked *ID, present ID) {
	owner := present
	switch {
	case asked != nil:
		owner = *asked
	case d.fresh:
		owner = d.firstOwner()
	}
	if owner == present {
		return
	}
	if owner != "" {
		user, ok := d.user(owner)
		switch {
		case d.hand.Reach.Edit != Everything && owner != d.hand.Reach.User:
			d.refuse(NewError(Forbidden, "assign_to_self_only"), FieldOwner)
			return
		case !ok:
			d.refuse(NewError(Invalid, "owner_unknown"), FieldOwner)
			return
		case !user.Active:
			d.refuse(NewError(Invalid, "owner_inactive", "name", user.Name), FieldOwner)
			return
		}
	}
	d.note(d.SetOwner(owner, d.origin))
}

// custom writes what is asked of custom fields, and gives a new record the defaults of the others.
func (d *draft) custom(asked map[string]any, present Custom) {
	for _, key := range slices.Sorted(maps.Keys(asked)) {
		field, err := d.field(key)
		if err != nil {
			d.refuse(err, customPrefix+clip(cleanText(key)))
			continue
		}
		stored, err := field.Accept(asked[key], d.account)
		switch {
		case err != nil:
			d.refuse(err, customPrefix+key)
		case stored == nil && field.Required && (d.fresh || present[key] != nil):
			d.refuse(valueRequired(field), customPrefix+key)
		default:
			d.note(d.SetCustom(key, stored, d.origin))
		}
	}
	if !d.fresh {
		return
	}
	for _, field := range d.fields {
		if _, told := asked[field.Key]; told || !field.inUse() {
			continue
		}
		switch {
		case field.Default != nil:
			d.note(d.SetCustom(field.Key, field.Default, d.origin))
		case field.Required:
			d.refuse(valueRequired(field), customPrefix+field.Key)
		}
	}
}

func valueRequired(field CustomField) *Error {
	return NewError(Invalid, "value_required", "name", field.Name)
}

// inUse says whether people see the field: it is neither archived nor being deleted.
func (f CustomField) inUse() bool {
	return f.ArchivedAt.IsZero() && (f.Work == nil || f.Work.Kind != WorkErase)
}

func (e *editing) field(key string) (CustomField, error) {
	for _, field := range e.fields {
		switch {
		case field.Key != key || field.Work != nil && field.Work.Kind == WorkErase:
		case !field.ArchivedAt.IsZero():
			return CustomField{}, NewError(Invalid, "field_archived", "name", field.Name)
		default:
			return field, nil
		}
	}
	return CustomField{}, NewError(Invalid, "field_unknown", "field", clip(cleanText(key)))
}
