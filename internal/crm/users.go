package crm

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// UserChange is what somebody wants of a user; nil: as it is.
type UserChange struct {
	Version  int64 // that somebody saw; 0: whatever it is now
	Name     *string
	Email    *string
	Role     *Role
	Language *Language // empty: the account's
}

// FindUser returns a user, inactive ones too. not_found: user_not_found.
func FindUser(ctx context.Context, r Reader, id ID) (User, error) {
	users, err := r.Users(ctx)
	if err != nil {
		return User{}, err
	}
	return userAmong(users, id)
}

func userAmong(users []User, id ID) (User, error) {
	at := slices.IndexFunc(users, func(u User) bool { return u.ID == id })
	if at < 0 {
		return User{}, NewError(NotFound, "user_not_found", "id", clip(cleanText(string(id))))
	}
	return users[at], nil
}

// ChangeUser changes a user. not_found: user_not_found. invalid: not one e-mail address, or a role or language that Puente does not know. conflict: stale; another user has that e-mail, case
// aside (email_taken); it is the last active administrator who can log in, and would be none (last_admin).
func ChangeUser(ctx context.Context, tx Tx, hand Hand, id ID, change UserChange) (User, error) {
	users, err := tx.Users(ctx)
	if err != nil {
		return User{}, err
	}
	user, err := userAmong(users, id)
	if err != nil {
		return User{}, err
	}
	if err := checkVersion(user.Version, change.Version); err != nil {
		return User{}, err
	}
	wanted := user
	if change.Name != nil {
		wanted.Name = oneLine(*change.Name)
		if err := checkLength(wanted.Name, maxName, "name"); err != nil {
			return User{}, err
		}
	}
	if change.Email != nil {
		wanted.Email = strings.TrimSpace(*change.Email)
		if err := checkUserEmail(users, id, wanted.Email); err != nil {
			return User{}, err
		}
	}
	if change.Role != nil {
		if wanted.Role = *change.Role; !wanted.Role.Valid() {
			return User{}, NewError(Invalid, "role_unknown", "role", clip(cleanText(string(wanted.Role)))).At("role")
		}
	}
	if change.Language != nil {
		if wanted.Language = *change.Language; wanted.Language != "" && !wanted.Language.Valid() {
			return User{}, NewError(Invalid, "language_unknown", "language", clip(cleanText(string(wanted.Language)))).At("language")
		}
	}
	return updateUser(ctx, tx, users, user, wanted)
}

// checkUserEmail says whether an e-mail can be that of the user with that id, which may be new.
func checkUserEmail(users []User, id ID, email string) error {
	normal, ok := NormalizeEmail(email)
	if !ok {
		return NewError(Invalid, "email_invalid", "email", clip(cleanText(email))).At("email")
	}
	for _, u := range users {
		if other, ok := NormalizeEmail(u.Email); ok && other == normal && u.ID != id {
			return NewError(Conflict, "email_taken", "email", email).At("email")
		}
	}
	return nil
}

// CheckUser says whether there can be a user with that e-mail and name, whoever else there is. invalid: as [CreateUser].
func CheckUser(email, name string) error {
	return errors.Join(checkUserEmail(nil, "", strings.TrimSpace(email)), checkLength(oneLine(name), maxName, "name"))
}

// updateUser saves a user, unless nothing changed or the account would be left without anybody who can change its settings.
func updateUser(ctx context.Context, tx Tx, users []User, was, wanted User) (User, error) {
	if wanted == was {
		return was, nil
	}
	if governs(was) && !governs(wanted) {
		if err := checkSuccession(ctx, tx, users, was); err != nil {
			return User{}, err
		}
	}
	if err := tx.UpdateUser(ctx, wanted); err != nil {
		return User{}, err
	}
	wanted.Version++
	return wanted, nil
}

// governs says whether a user may change the account's settings.
func governs(u User) bool { return u.Active && u.Role == RoleAdmin }

// checkSuccession says whether an account can do without an administrator: another has to be active, and able to log in if this one is. Who was invited and has not chosen
// a password yet may never come. conflict: last_admin.
func checkSuccession(ctx context.Context, tx Tx, users []User, leaving User) error {
	holders, err := tx.PasswordHolders(ctx)
	if err != nil {
		return err
	}
	able := func(u User) bool { return slices.Contains(holders, u.ID) }
	succeeds := func(u User) bool { return u.ID != leaving.ID && governs(u) && (able(u) || !able(leaving)) }
	if !slices.ContainsFunc(users, succeeds) {
		return NewError(Conflict, "last_admin", "name", leaving.Label())
	}
	return nil
}

// Label returns what people call the user: the name, else the e-mail.
func (u User) Label() string {
	if u.Name != "" {
		return u.Name
	}
	return u.Email
}

// DeactivateUser bars a user, who keeps what is his: see [Reassign]. One who is barred already stays so. not_found: user_not_found. conflict: the user himself asks (deactivate_self), or he
// is the last active administrator who can log in (last_admin).
func DeactivateUser(ctx context.Context, tx Tx, hand Hand, id ID) (User, error) {
	if hand.Actor.Kind == ActorUser && hand.Actor.ID == id {
		return User{}, NewError(Conflict, "deactivate_self")
	}
	return setActive(ctx, tx, id, false)
}

// ReactivateUser lets a user in again. not_found: user_not_found.
func ReactivateUser(ctx context.Context, tx Tx, hand Hand, id ID) (User, error) {
	return setActive(ctx, tx, id, true)
}

func setActive(ctx context.Context, tx Tx, id ID, active bool) (User, error) {
	users, err := tx.Users(ctx)
	if err != nil {
		return User{}, err
	}
	user, err := userAmong(users, id)
	if err != nil {
		return User{}, err
	}
	wanted := user
	wanted.Active = active
	return updateUser(ctx, tx, users, user, wanted)
}

// Reassign gives at most limit of one user's living contacts, living deals and pending activities to another; to nobody when to is zero. It returns how many; 0: none is left. So a
// caller repeats it, each time in a transaction of its own, until it returns 0, and nobody waits long. not_found: user_not_found. invalid: the same user twice
// (reassign_to_self), or to is not active (owner_inactive). With limit 0 it only says whether it can.
func Reassign(ctx context.Context, tx Tx, hand Hand, from, to ID, limit int) (done int, err error) {
	users, err := tx.Users(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := userAmong(users, from); err != nil {
		return 0, err
	}
	if to == from {
		return 0, NewError(Invalid, "reassign_to_self").At("to")
	}
	if to != "" {
		heir, err := userAmong(users, to)
		if err != nil {
			return 0, err
		}
		if !heir.Active {
			return 0, NewError(Invalid, "owner_inactive", "name", heir.Label()).At("to")
		}
	}
	for _, assign := range []func() (int, error){
		func() (int, error) { return reassignContacts(ctx, tx, hand, from, to, limit-done) },
		func() (int, error) { return reassignDeals(ctx, tx, hand, from, to, limit-done) },
		func() (int, error) { return reassignActivities(ctx, tx, hand, from, to, limit-done) },
	} {
		if done >= limit {
			break
		}
		n, err := assign()
		if done += n; err != nil {
			return done, err
		}
	}
	return done, nil
}

// ownedQuery picks an entity's records of one owner.
func ownedQuery(entity Entity, owner ID, limit int) Query {
	return Query{
		Entity: entity, Reach: FullReach, Limit: limit,
		Where: []Condition{{Field: Field{Name: FieldOwner, Type: TypeUser}, Operator: Is, Values: []any{owner}}},
	}
}

// listAll returns the first entries of a list, however many pages with nothing in them come before.
func listAll[T any](query Query, list func(Query) (Page[T], error)) ([]T, error) {
	var all []T
	for {
		page, err := list(query)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if query.Limit -= len(page.Items); query.Limit <= 0 || page.Next == "" {
			return all, nil
		}
		query.Cursor = page.Next
	}
}

func reassignContacts(ctx context.Context, tx Tx, hand Hand, from, to ID, limit int) (int, error) {
	contacts, err := listAll(ownedQuery(EntityContact, from, limit), func(q Query) (Page[*Contact], error) { return tx.ListContacts(ctx, q) })
	if err != nil || len(contacts) == 0 {
		return 0, err
	}
	ids := make([]ID, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
	}
	results, err := AssignContacts(ctx, tx, hand, ids, to)
	if err != nil {
		return 0, err
	}
	for _, result := range results {
		if result.Err != nil {
			return 0, result.Err
		}
	}
	return len(results), nil
}

func reassignDeals(ctx context.Context, tx Tx, hand Hand, from, to ID, limit int) (int, error) {
	deals, err := listAll(ownedQuery(EntityDeal, from, limit), func(q Query) (Page[*Deal], error) { return tx.ListDeals(ctx, q) })
	if err != nil || len(deals) == 0 {
		return 0, err
	}
	results, err := AssignDeals(ctx, tx, hand, dealIDs(deals), to)
	if err != nil {
		return 0, err
	}
	for _, result := range results {
		if result.Err != nil {
			return 0, result.Err
		}
	}
	return len(results), nil
}

func dealIDs(deals []*Deal) []ID {
	ids := make([]ID, len(deals))
	for i, d := range deals {
		ids[i] = d.ID
	}
	return ids
}

func reassignActivities(ctx context.Context, tx Tx, hand Hand, from, to ID, limit int) (int, error) {
	query := ActivityQuery{Owner: from, Status: ActivityPending, Reach: FullReach, Limit: limit}
	page, err := tx.Activities(ctx, query)
	if err != nil || len(page.Items) == 0 {
		return 0, err
	}
	var events []Event
	for _, a := range page.Items {
		was := *a
		a.OwnerID = to
		touch(&a.UpdatedAt, hand.At)
		events = append(events, activityEvents(hand, EventActivityChanged, was, *a)...)
	}
	if err := tx.SaveActivities(ctx, page.Items); err != nil {
		return 0, err
	}
	return len(page.Items), tx.AddEvents(ctx, events)
}
