package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// rulesJSON is rules as people write them, in the form of docs/rules.md. What is wrong in them is said by the bridge, with its place.
type rulesJSON json.RawMessage

// UnmarshalJSON keeps what is written.
func (r *rulesJSON) UnmarshalJSON(data []byte) error {
	*r = bytes.Clone(data)
	return nil
}

// MarshalJSON writes what was kept.
func (r rulesJSON) MarshalJSON() ([]byte, error) {
	if len(r) == 0 {
		return []byte("{}"), nil
	}
	return r, nil
}

// Schema says no more than that it is an object: rules are checked as a whole.
func (rulesJSON) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: true, Description: "The rules of the connection: see docs/rules.md. Everything may be left out.",
		Examples: []any{map[string]any{"documents": "both", "create": map[string]any{"stage": "Nuevo"}}},
	}
}

// optional returns the rules, nil if there are none. invalid: as bridge.ParseRules.
func (r rulesJSON) optional() (*bridge.Rules, error) {
	if len(r) == 0 {
		return nil, nil
	}
	rules, err := bridge.ParseRules(r)
	if unknown := (*crm.Error)(nil); errors.As(err, &unknown) && unknown.Key == "rules_unknown_key" {
		err = unknown.At("rules." + unknown.Field)
	}
	return &rules, err
}

func encodeRules(rules bridge.Rules) rulesJSON {
	for _, rows := range []*[]bridge.MappingRow{&rules.Mapping.Deal, &rules.Mapping.Contact} {
		if *rows == nil {
			*rows = []bridge.MappingRow{}
		}
	}
	data, err := json.Marshal(rules)
	if err != nil {
		return nil // plain data, always is JSON
	}
	return data
}

// storedRules returns the connection with its rules as people read them. not_found: bsale_not_connected.
func (r *reading) storedRules(ctx context.Context) (bridge.Connection, bridge.Rules, error) {
	connection, err := bridge.FindConnection(ctx, r)
	if err != nil {
		return connection, bridge.Rules{}, err
	}
	rules, err := bridge.ReadableRules(ctx, r, connection)
	return connection, rules, err
}

func getRules(ctx context.Context, r *reading, _ *struct{}) (*answer[rulesJSON], error) {
	connection, rules, err := r.storedRules(ctx)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, settingsVersion(connection), encodeRules(rules))
}

type rulesIn struct {
	Body rulesJSON
}

func putRules(ctx context.Context, w *writing, in *rulesIn) (*answer[rulesJSON], error) {
	rules, err := bridge.ParseRules(in.Body)
	if err != nil {
		return nil, err
	}
	if err := w.storeRules(ctx, rules); err != nil {
		return nil, err
	}
	return getRules(ctx, &w.reading, nil)
}

// storeRules gives the connection other rules and leaves all else of it as it is. not_found: bsale_not_connected.
func (w *writing) storeRules(ctx context.Context, rules bridge.Rules) error {
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return err
	}
	if err := w.matches("connection", settingsVersion(connection)); err != nil {
		return err
	}
	_, err = w.Engine.StoreRules(ctx, w.tx, rules)
	return err
}

func defaultRules(ctx context.Context, r *reading, _ *struct{}) (*body[rulesJSON], error) {
	around, err := bridge.ReadSurroundings(ctx, r)
	return &body[rulesJSON]{encodeRules(bridge.FittingRules(around))}, err
}

type rulesCheck struct {
	Valid    bool           `json:"valid"`
	Problems []fieldProblem `json:"problems" doc:"Everything that is wrong, each with its place in the rules"`
}

func checkRules(ctx context.Context, r *reading, in *rulesIn) (*body[rulesCheck], error) {
	err := r.checked(ctx, in.Body)
	problems := faultsIn(err)
	if err != nil && len(problems) == 0 {
		return nil, err
	}
	return &body[rulesCheck]{rulesCheck{Valid: err == nil, Problems: r.fieldProblems(problems)}}, nil
}

func (r *reading) checked(ctx context.Context, text rulesJSON) error {
	rules, err := bridge.ParseRules(text)
	if err != nil {
		return err
	}
	around, err := bridge.ReadSurroundings(ctx, r)
	if err != nil {
		return err
	}
	_, err = rules.ResolveAll(around)
	return err
}

// mappingFields says how errors about the mapping name fields when it is sent by itself.
var mappingFields = map[string]string{"mapping.deal": "deal", "mapping.contact": "contact"}

// mappingRow fills one custom field.
type mappingRow struct {
	From     string  `json:"from,omitempty" maxLength:"300" doc:"A source: see mapping/sources"`
	Constant *string `json:"constant,omitempty" maxLength:"1000" doc:"In the place of from: what is always written"`
	To       string  `json:"to" maxLength:"300" doc:"A custom field, by its name or key"`
	Write    string  `json:"write,omitempty" doc:"always, if_empty or unless_edited. Without it always"`
	Empty    string  `json:"empty,omitempty" doc:"What an empty source does: keep or clear. Without it keep"`
}

type mappingOut struct {
	Deal    []mappingRow `json:"deal"`
	Contact []mappingRow `json:"contact"`
}

func encodeMapping(m bridge.Mapping) mappingOut {
	rows := func(from []bridge.MappingRow) []mappingRow {
		all := []mappingRow{}
		for _, row := range from {
			all = append(all, mappingRow(row))
		}
		return all
	}
	return mappingOut{rows(m.Deal), rows(m.Contact)}
}

func getMapping(ctx context.Context, r *reading, _ *struct{}) (*answer[mappingOut], error) {
	connection, rules, err := r.storedRules(ctx)
	if err != nil {
		return nil, err
	}
	return tagged(ctx, settingsVersion(connection), encodeMapping(rules.Mapping))
}

type mappingIn struct {
	Body struct {
		Deal    []mappingRow `json:"deal" maxItems:"200"`
		Contact []mappingRow `json:"contact" maxItems:"200"`
	}
}

func putMapping(ctx context.Context, w *writing, in *mappingIn) (*answer[mappingOut], error) {
	_, rules, err := w.storedRules(ctx)
	if err != nil {
		return nil, err
	}
	rules.Mapping = bridge.Mapping{}
	for _, row := range in.Body.Deal {
		rules.Mapping.Deal = append(rules.Mapping.Deal, bridge.MappingRow(row))
	}
	for _, row := range in.Body.Contact {
		rules.Mapping.Contact = append(rules.Mapping.Contact, bridge.MappingRow(row))
	}
	// Through JSON, so that what is left out means what it does in a file.
	if rules, err = bridge.ParseRules(encodeRules(rules)); err != nil {
		return nil, err
	}
	if err := w.storeRules(ctx, rules); err != nil {
		return nil, err
	}
	return getMapping(ctx, &w.reading, nil)
}

// LatestIn says which documents are previewed.
type LatestIn struct {
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"How many of the latest documents; without it 50"`
	From  string `json:"from,omitempty" maxLength:"10" doc:"None issued before this day (2026-01-01)"`
}

type previewIn struct {
	Body struct {
		LatestIn
		Rules rulesJSON `json:"rules,omitempty" doc:"Without them the stored ones"`
	}
}

type previewOut struct {
	Counts    countsOut    `json:"counts"`
	Differing int          `json:"differing" doc:"Documents that would end otherwise than they stand now"`
	Documents []decidedOut `json:"documents"`
}

type decidedOut struct {
	PlanOut
	Differs bool       `json:"differs" doc:"It would end otherwise than it stands now"`
	Before  *beforeOut `json:"before,omitempty" doc:"How it stands now; absent: Puente has not heard of it"`
}

type beforeOut struct {
	State bridge.State `json:"state" enum:"new,linked,skipped,conflict,failed"`
	ReasonOut
}

func preview(ctx context.Context, c *call, in *previewIn) (*body[previewOut], error) {
	rules, err := in.Body.Rules.optional()
	if err != nil {
		return nil, err
	}
	return c.preview(ctx, in.Body.LatestIn, bridge.LatestOptions{Rules: rules}, false)
}

type reapplyPreviewIn struct {
	Body struct {
		LatestIn
		Reasons []bridge.Reason `json:"reasons,omitempty" maxItems:"50" doc:"Only documents that have one of these"`
	}
}

func previewReapply(ctx context.Context, c *call, in *reapplyPreviewIn) (*body[previewOut], error) {
	return c.preview(ctx, in.Body.LatestIn, bridge.LatestOptions{Reasons: in.Body.Reasons}, true)
}

// preview asks Bsale for the latest documents and says what would become of them, or only of those that would end otherwise.
func (c *call) preview(ctx context.Context, in LatestIn, o bridge.LatestOptions, differing bool) (*body[previewOut], error) {
	from, err := bridge.ParseDay(in.From)
	if err != nil {
		return nil, placed(err, "from")
	}
	o.From, o.Limit = from, in.Limit
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	decided, counts, err := c.Engine.PreviewLatest(ctx, c.principal.AccountID, o)
	if err != nil {
		return nil, tooLong(ctx, err)
	}
	out := previewOut{Counts: encodeCounts(counts), Documents: []decidedOut{}}
	for _, d := range decided {
		one := decidedOut{PlanOut: c.encodePlan(d.Plan), Differs: d.Differs()}
		if d.Before != nil {
			one.Before = &beforeOut{d.Before.State, c.reason(d.Before.Reason)}
		}
		if one.Differs {
			out.Differing++
		} else if differing {
			continue
		}
		out.Documents = append(out.Documents, one)
	}
	return &body[previewOut]{out}, nil
}

type reapplyIn struct {
	Body struct {
		From    string          `json:"from,omitempty" maxLength:"10" doc:"The first day of issue (2026-01-01); without it all documents"`
		Reasons []bridge.Reason `json:"reasons,omitempty" maxItems:"50" doc:"Only documents that have one of these. Without them all that were decided under other rules."`
	}
}

func reapply(ctx context.Context, w *writing, in *reapplyIn) (*answer[runOut], error) {
	from, err := bridge.ParseDay(in.Body.From)
	if err != nil {
		return nil, placed(err, "from")
	}
	connection, err := bridge.FindConnection(ctx, w)
	if err != nil {
		return nil, err
	}
	run, err := w.Engine.StartAgain(ctx, w.tx, connection.ID, from, in.Body.Reasons...)
	return w.runAnswer(ctx, run, err)
}
