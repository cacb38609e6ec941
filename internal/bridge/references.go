package bridge

import (
	"context"

	"puente/internal/crm"
)

// RuleUse is a place in a connection's rules that names something of the account.
type RuleUse struct {
	Connection crm.ID
	Place      string // "update.from_stage", "mapping.deal[2].to"
	Name       string // of what is named, as it is called now
}

// NamedByRules returns the places in the rules of the account's connections that name any of these: the ids of pipelines, stages and users, the keys of custom fields.
func NamedByRules(ctx context.Context, r Reader, names ...string) ([]RuleUse, error) {
	return nil, nil
}

// RefuseNamed is what stands before something is deleted or archived: conflict named_by_rules when a connection's rules name any of these, as NamedByRules takes them.
func RefuseNamed(ctx context.Context, r Reader, names ...string) error {
	return nil
}

// ReadableRules returns a connection's rules with the names that things have now. invalid: as [ParseRules].
func ReadableRules(ctx context.Context, r crm.Reader, connection Connection) (Rules, error) {
	return Rules{}, nil
}

// DealDocument is a document of Bsale that a deal is linked to.
type DealDocument struct {
	ConnectionID crm.ID
	BsaleID      int64
	Kind         Kind
	TypeName     string
	Number       string
	EmittedOn    string // 2006-01-02
	Total        crm.Money
	Credited     crm.Money // taken back by credit notes
	PublicURL    string    // http or https; empty: none
	Standing     Standing
	State        State
	Reason       Reason // what became of it last
	DecidedAt    string
}

// DealDocuments returns the documents of each of these deals, newest first, with one query.
func DealDocuments(ctx context.Context, r Reader, deals []crm.ID) (map[crm.ID][]DealDocument, error) {
	return nil, nil
}
