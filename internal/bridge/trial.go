package bridge

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"puente/internal/bsale"
	"puente/internal/crm"
)

// TrialOptions say with what the connection is tried.
type TrialOptions struct {
	Token   bsale.Token // empty: the stored one
	BaseURL string      // empty: as stored or, where nothing is, that of the account's country
}

// Trial is what Bsale told when it was asked for a first time.
type Trial struct {
	Country   string // of the first office: CL, PE or MX; "" when it names none of these
	Offices   []bsale.Office
	Types     []TrialType
	People    []TrialPerson
	Documents int // that stand, of the latest days that have some
	Samples   []Source
	Calls     int64
}

// TrialType is a document type with the kind that it is taken for, and whether the rules choose that kind.
type TrialType struct {
	bsale.DocumentType
	Kind   Kind
	Chosen bool
}

// TrialPerson is one of Bsale's users, with the user of the account who has the same e-mail.
type TrialPerson struct {
	bsale.User
	Match *crm.User // nil: none
}

// trialDocuments is how many of the latest documents are looked at.
const trialDocuments = 50

// Try asks Bsale with a token that may not be stored yet, and keeps nothing: which offices, document types and people the company has, and what the latest documents hold.
// invalid: the token is missing or refused, the address is wrong. unavailable, conflict: what else Bsale answers, as Explain has it.
func (e *Engine) Try(ctx context.Context, account crm.ID, o TrialOptions) (Trial, error) {
	connection, rules, users, err := e.tried(ctx, account, o)
	if err != nil {
		return Trial{}, err
	}
	client, err := e.open(connection)
	if err != nil {
		return Trial{}, Explain(err)
	}
	trial, err := e.try(ctx, client, rules, users)
	trial.Calls = client.Calls()
	return trial, explainTried(err)
}

// explainTried is Explain of a token that is not stored yet: when it is refused, it is that one that is wrong.
func explainTried(err error) error {
	if errors.Is(err, bsale.ErrUnauthorized) {
		return crm.NewError(crm.Invalid, "bsale_unauthorized").At("token").Because(err)
	}
	return Explain(err)
}

// EstimateTrial counts the documents emitted in a range of days, with a token that may not be stored yet. Errors are those of Try, and invalid: days_reversed.
func (e *Engine) EstimateTrial(ctx context.Context, account crm.ID, o TrialOptions, from, to Day) (int, error) {
	if err := inOrder(from, to); err != nil {
		return 0, err
	}
	connection, _, _, err := e.tried(ctx, account, o)
	if err != nil {
		return 0, err
	}
	client, err := e.askedBy(connection, o)
	if err != nil {
		return 0, Explain(err)
	}
	count, err := Estimate(ctx, client, from, to)
	return count, Explain(err)
}

// askedBy returns the client for a connection as it is tried: the shared one where the connection is as stored.
func (e *Engine) askedBy(connection Connection, o TrialOptions) (*bsale.Client, error) {
	if o == (TrialOptions{}) {
		return e.clientOf(connection)
	}
	return e.open(connection)
}

// tried returns the connection as it would be with the options, stored or not, and the rules by which types get their kinds.
func (e *Engine) tried(ctx context.Context, account crm.ID, o TrialOptions) (connection Connection, rules Ruleset, users []crm.User, err error) {
	err = e.store.View(ctx, account, func(r Reader) error {
		around, err := ReadSurroundings(ctx, r)
		if err != nil {
			return err
		}
		users = around.Users
		connection, err = e.triedIn(ctx, r, around, o)
		rules = kindRules(connection, around)
		return err
	})
	if err == nil && e.seal != nil && len(connection.SealedToken) == 0 {
		err = crm.NewError(crm.Invalid, "bsale_token_needed").At("token")
	}
	return connection, rules, users, err
}

// triedIn returns the connection as it would be with the options, stored or not.
func (e *Engine) triedIn(ctx context.Context, r Reader, around Surroundings, o TrialOptions) (Connection, error) {
	connection, err := FindConnection(ctx, r)
	if crm.CodeOf(err) == crm.NotFound {
		connection, err = Connection{ID: crm.NewID(), AccountID: around.Account.ID}, nil
	}
	if err != nil {
		return connection, err
	}
	return connection, errors.Join(
		e.takeAddress(&connection, ConnectionSettings{BaseURL: o.BaseURL, Token: o.Token}, around.Account),
		e.takeToken(&connection, o.Token),
	)
}

// kindRules returns what the connection's rules say of kinds, the default ones' where it has none or they do not fit: what else they say does not matter here.
func kindRules(c Connection, around Surroundings) Ruleset {
	rules, err := ParseRules(c.Rules)
	if err != nil {
		rules = FittingRules(around)
	}
	set, _ := rules.Resolve(around)
	return set
}

func (e *Engine) try(ctx context.Context, client *bsale.Client, rules Ruleset, users []crm.User) (Trial, error) {
	var trial Trial
	identity, err := client.TestConnection(ctx)
	if err != nil {
		return trial, err
	}
	trial.Country = identity.Country
	if trial.Offices, err = client.Offices(ctx, bsale.Active); err != nil {
		return trial, err
	}
	directory := Directory{}
	for _, state := range passStates {
		types, err := client.DocumentTypes(ctx, state)
		if err != nil {
			return trial, err
		}
		for _, t := range types {
			kind := rules.KindOf(t)
			trial.Types = append(trial.Types, TrialType{DocumentType: t, Kind: kind, Chosen: rules.Chosen[kind]})
		}
		people, err := client.Users(ctx, state)
		if err != nil {
			return trial, err
		}
		for _, person := range people {
			trial.People = append(trial.People, TrialPerson{User: person, Match: UserWithEmail(users, person.Email)})
			directory[person.ID] = Person{ID: person.ID, Name: person.Name(), Email: person.Email}
		}
	}
	slices.SortFunc(trial.Types, func(a, b TrialType) int { return cmp.Compare(a.ID, b.ID) })
	docs, err := e.latestDocuments(ctx, client, rules.Account, bsale.Day{}, rules.mayBeCut(), trialDocuments)
	trial.Documents = len(docs)
	trial.Samples = samples(newDocuments(docs, rules, directory), rules)
	return trial, err
}

func newDocuments(docs []bsale.Document, rules Ruleset, directory Directory) []Document {
	all := make([]Document, len(docs))
	for i, doc := range docs {
		all[i] = NewDocument(doc, rules, directory)
	}
	return all
}

// UserWithEmail returns the active user with that e-mail, letters' case aside; nil if there is none.
func UserWithEmail(users []crm.User, email string) *crm.User {
	wanted, ok := crm.NormalizeEmail(email)
	if !ok {
		return nil
	}
	for i, user := range users {
		if have, ok := crm.NormalizeEmail(user.Email); ok && user.Active && have == wanted {
			return &users[i]
		}
	}
	return nil
}
