package bridge

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"puente/internal/crm"
)

// RuleUse is a place in a connection's rules that names something of the account.
type RuleUse struct {
	Connection crm.ID
	Place      string // "update.from_stage", "mapping.deal[2].to"
	Name       string // of what is named, as it is called now
}

// NamedByRules returns the places in the rules of the account's connections, disabled ones too, that name any of these: ids of pipelines, stages and users, keys of custom fields.
func NamedByRules(ctx context.Context, r Reader, keys ...string) ([]RuleUse, error) {
	var uses []RuleUse
	err := eachRules(ctx, r, func(connection crm.ID, rules Rules, around Surroundings) {
		rules.rewrite(around, func(place string, n thing) string {
			if slices.Contains(keys, n.key) {
				uses = append(uses, RuleUse{Connection: connection, Place: place, Name: n.name})
			}
			return n.key
		})
	})
	return uses, err
}

// eachRules calls do with the rules of each of the account's connections, disabled ones too. It leaves out those that cannot be read: they name nothing that works, hold neither before
// nor after anything, and stop the connection by themselves.
func eachRules(ctx context.Context, r Reader, do func(connection crm.ID, rules Rules, around Surroundings)) error {
	connections, err := r.Connections(ctx)
	if err != nil || len(connections) == 0 {
		return err
	}
	around, err := ReadSurroundings(ctx, r)
	if err != nil {
		return err
	}
	for _, connection := range connections {
		if rules, err := ParseRules(connection.Rules); err == nil {
			do(connection.ID, rules, around)
		}
	}
	return nil
}

// RefuseNamed comes before something is deleted, archived or deactivated. conflict: named_by_rules (params name and rules, the places) when a connection's rules name any of these, given as to
// [NamedByRules]; a pipeline is deleted with its stages.
func RefuseNamed(ctx context.Context, r Reader, keys ...string) error {
	uses, err := NamedByRules(ctx, r, keys...)
	if err != nil {
		return err
	}
	return refuseUses(uses)
}

func refuseUses(uses []RuleUse) error {
	if len(uses) == 0 {
		return nil
	}
	var places []string
	for _, use := range uses {
		if !slices.Contains(places, use.Place) {
			places = append(places, use.Place)
		}
	}
	return crm.NewError(crm.Conflict, "named_by_rules", "name", uses[0].Name, "rules", strings.Join(places, ", "))
}

// ChangeStage changes a stage as [crm.ChangeStage] does, unless rules of a connection need it as it is. conflict: named_by_rules, as with [RefuseNamed].
func ChangeStage(ctx context.Context, tx Tx, hand crm.Hand, id crm.ID, edit crm.StageEdit) (pipeline crm.Pipeline, err error) {
	uses, err := NamedByRules(ctx, tx, string(id))
	if err != nil {
		return crm.Pipeline{}, err
	}
	before, err := brokenRules(ctx, tx)
	if err != nil {
		return crm.Pipeline{}, err
	}
	if pipeline, err = crm.ChangeStage(ctx, tx, hand, id, edit); err != nil {
		return crm.Pipeline{}, err
	}
	after, err := brokenRules(ctx, tx)
	if err != nil {
		return crm.Pipeline{}, err
	}
	return pipeline, refuseUses(slices.DeleteFunc(uses, func(u RuleUse) bool {
		at := rulePlace{u.Connection, u.Place}
		return before[at] || !after[at]
	}))
}

// rulePlace is a place in the rules of a connection.
type rulePlace struct {
	connection crm.ID
	place      string
}

// brokenRules returns the places in the rules of the account's connections that do not hold.
func brokenRules(ctx context.Context, r Reader) (map[rulePlace]bool, error) {
	broken := map[rulePlace]bool{}
	err := eachRules(ctx, r, func(connection crm.ID, rules Rules, around Surroundings) {
		_, problems := rules.Resolve(around)
		for _, problem := range problems {
			broken[rulePlace{connection, problem.Field}] = true
		}
	})
	return broken, err
}

// ReadableRules returns a connection's rules with the names that things have now. invalid: as [ParseRules].
func ReadableRules(ctx context.Context, r crm.Reader, connection Connection) (Rules, error) {
	rules, err := ParseRules(connection.Rules)
	if err != nil {
		return Rules{}, err
	}
	around, err := ReadSurroundings(ctx, r)
	return rules.Named(around), err
}

// DealDocument is a document of Bsale that a deal is linked to, as the deal shows it.
type DealDocument struct {
	ConnectionID crm.ID
	BsaleID      int64
	Kind         Kind
	TypeName     string
	Number       string
	EmittedOn    string // 2006-01-02
	Total        crm.Money
	Credited     crm.Money // what credit notes took back
	PublicURL    string    // http or https, for a link; empty: none
	Standing     Standing
	State        State
	Reason       Reason // of the last decision
	DecidedAt    time.Time
}

// DealDocuments returns the documents of each of these deals, newest first, with one query.
func DealDocuments(ctx context.Context, r Reader, deals []crm.ID) (map[crm.ID][]DealDocument, error) {
	records, err := r.RecordsByDeal(ctx, deals)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(records, func(a, b *Record) int {
		return cmp.Or(cmp.Compare(b.EmittedOn, a.EmittedOn), cmp.Compare(b.BsaleID, a.BsaleID))
	})
	documents := map[crm.ID][]DealDocument{}
	for _, record := range records {
		documents[record.DealID] = append(documents[record.DealID], DealDocument{
			ConnectionID: record.ConnectionID, BsaleID: record.BsaleID, Kind: record.Kind, TypeName: record.TypeName, Number: record.Number,
			EmittedOn: record.EmittedOn, Total: record.Total, Credited: crm.Money{Minor: record.Credited, Currency: record.Total.Currency},
			PublicURL: webAddress(record.PublicURL), Standing: record.Standing, State: record.State, Reason: record.Reason, DecidedAt: record.DecidedAt,
		})
	}
	return documents, nil
}

// EmissionDays returns when documents were emitted (2006-01-02), by what people call them, with one query. What a connection does not know, or knows two of with different days, is left out.
func EmissionDays(ctx context.Context, r Reader, connection crm.ID, titles []string) (map[string]string, error) {
	var numbers []string
	asked := map[string]bool{}
	for _, title := range titles {
		if at := strings.LastIndex(title, " "); at >= 0 && !asked[title] {
			asked[title] = true
			numbers = append(numbers, title[at+1:])
		}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	records, err := r.RecordsByNumber(ctx, connection, numbers)
	if err != nil {
		return nil, err
	}
	days := map[string]string{}
	for _, record := range records {
		for _, language := range []crm.Language{crm.Spanish, crm.English} {
			title := record.Title(language)
			if day, twice := days[title]; !asked[title] || twice && day == record.EmittedOn {
				continue
			} else if twice {
				days[title] = ""
			} else {
				days[title] = record.EmittedOn
			}
		}
	}
	maps.DeleteFunc(days, func(_, day string) bool { return day == "" })
	return days, nil
}

// webAddress returns what may stand in a link: Bsale's word is not taken for it.
func webAddress(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	return ""
}
