package bridge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"puente/internal/crm"
)

// People name pipelines, stages, users and custom fields in rules as the account shows them; stored rules name them by what never changes: ids, and the keys of fields. So a rename
// changes no rules, and nothing is decided again because of it. Both are taken wherever rules are read.

// Named returns the rules with the names that things have now. What is not there stays as it is written.
func (r Rules) Named(s Surroundings) Rules {
	return r.rewrite(s, func(_ string, n thing) string { return n.name })
}

// Canonical returns the rules as they are stored, and as forms hold them. What is not there stays as it is written.
func (r Rules) Canonical(s Surroundings) Rules {
	return r.rewrite(s, func(_ string, n thing) string { return n.key })
}

// thing is something that rules name.
type thing struct {
	key  string // its id; the key of a custom field
	name string
}

// rewrite returns a copy with what fn returns in each place that names something that is there.
func (r Rules) rewrite(s Surroundings, fn func(place string, n thing) string) Rules {
	pipeline, hasPipeline := s.findPipeline(r.Pipeline)
	if hasPipeline {
		r.Pipeline = fn("pipeline", thing{string(pipeline.ID), pipeline.Name})
	}
	stage := func(place string, at *string) {
		if stage, ok := findStage(pipeline, *at); ok {
			*at = fn(place, thing{string(stage.ID), stage.Name})
		}
	}
	stage("update.from_stage", &r.Update.FromStage)
	stage("update.to_stage", &r.Update.ToStage)
	stage("create.stage", &r.Create.Stage)
	stage("void.stage", &r.Void.Stage)
	r.PerKind = maps.Clone(r.PerKind)
	for _, kind := range slices.Sorted(maps.Keys(r.PerKind)) {
		own, at := r.PerKind[kind], "per_kind."+string(kind)
		for _, part := range []struct {
			place string
			stage **string
		}{{at + ".from_stage", &own.FromStage}, {at + ".to_stage", &own.ToStage}, {at + ".create_stage", &own.CreateStage}} {
			if *part.stage != nil {
				text := **part.stage
				stage(part.place, &text)
				*part.stage = &text
			}
		}
		r.PerKind[kind] = own
	}
	if user, ok := s.findUser(r.Owner.Fallback); ok {
		r.Owner.Fallback = fn("owner.fallback", thing{string(user.ID), user.Email})
	}
	r.Mapping.Deal = rewriteRows("mapping.deal", r.Mapping.Deal, s.Deal, fn)
	r.Mapping.Contact = rewriteRows("mapping.contact", r.Mapping.Contact, s.Contact, fn)
	return r
}

func rewriteRows(at string, rows []MappingRow, fields []crm.CustomField, fn func(string, thing) string) []MappingRow {
	rows = slices.Clone(rows)
	for i := range rows {
		if field, ok := findField(fields, rows[i].To); ok {
			rows[i].To = fn(fmt.Sprintf("%s[%d].to", at, i), thing{field.Key, field.Name})
		}
	}
	return rows
}

func (s Surroundings) findPipeline(text string) (*crm.Pipeline, bool) {
	return find(s.Pipelines, func(p *crm.Pipeline) bool { return string(p.ID) == text }, func(p *crm.Pipeline) bool { return sameName(p.Name, text) })
}

// findStage finds a stage of a pipeline, which may be nil.
func findStage(p *crm.Pipeline, text string) (*crm.Stage, bool) {
	if p == nil || text == "" {
		return nil, false
	}
	return find(p.Stages, func(s *crm.Stage) bool { return string(s.ID) == text }, func(s *crm.Stage) bool { return sameName(s.Name, text) })
}

func (s Surroundings) findUser(text string) (*crm.User, bool) {
	wanted, isEmail := crm.NormalizeEmail(text)
	return find(s.Users, func(u *crm.User) bool { return string(u.ID) == text }, func(u *crm.User) bool {
		email, ok := crm.NormalizeEmail(u.Email)
		return ok && isEmail && email == wanted
	})
}

// findField finds a field in use by its key or, else, by its name.
func findField(fields []crm.CustomField, text string) (*crm.CustomField, bool) {
	inUse := func(f *crm.CustomField) bool { return f.ArchivedAt.IsZero() }
	return find(fields, func(f *crm.CustomField) bool { return inUse(f) && f.Key == text }, func(f *crm.CustomField) bool { return inUse(f) && sameName(f.Name, text) })
}

// find returns the first that a rule fits; rules that come earlier go before.
func find[T any](all []T, rules ...func(*T) bool) (*T, bool) {
	for _, fits := range rules {
		for i := range all {
			if fits(&all[i]) {
				return &all[i], true
			}
		}
	}
	return nil, false
}

func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}
