package web

import (
	"slices"
	"strings"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// surroundings are what the ids in an account's records stand for.
type surroundings struct {
	crm.QuerySurroundings
	users  map[crm.ID]crm.User
	stages map[crm.ID]crm.Stage // those in use
}

func (v *visit) surroundings(r bridge.Reader) (s surroundings, err error) {
	if s.QuerySurroundings, err = crm.ReadSurroundings(v.ctx(), r); err != nil {
		return s, err
	}
	s.users, s.stages = map[crm.ID]crm.User{}, map[crm.ID]crm.Stage{}
	for _, u := range s.Users {
		s.users[u.ID] = u
	}
	for _, p := range s.Pipelines {
		for _, stage := range p.Stages {
			s.stages[stage.ID] = stage
		}
	}
	return s, nil
}

// owner returns what people call a user; "" for nobody.
func (s surroundings) owner(id crm.ID) string {
	if id == "" {
		return ""
	}
	return s.users[id].Label()
}

// pipeline returns the one with that id.
func (s surroundings) pipeline(id crm.ID) (crm.Pipeline, bool) {
	i := slices.IndexFunc(s.Pipelines, func(p crm.Pipeline) bool { return p.ID == id })
	if i < 0 {
		return crm.Pipeline{}, false
	}
	return s.Pipelines[i], true
}

// byName returns the active users by name.
func (s surroundings) byName() []crm.User {
	active := slices.DeleteFunc(slices.Clone(s.Users), func(u crm.User) bool { return !u.Active })
	slices.SortStableFunc(active, func(a, b crm.User) int { return strings.Compare(crm.Fold(a.Label()), crm.Fold(b.Label())) })
	return active
}

// ownerFilters are the owners of which somebody may want to see the records.
func (v *visit) ownerFilters(s surroundings) []choice {
	choices := []choice{{Value: string(v.principal.User.ID), Label: v.t("owner.mine")}, {Value: crm.Unassigned, Label: v.t("owner.none")}}
	if v.principal.Reach.See != crm.Everything {
		return choices
	}
	for _, u := range s.byName() {
		if u.ID != v.principal.User.ID {
			choices = append(choices, choice{Value: string(u.ID), Label: u.Label()})
		}
	}
	return choices
}

// ownerChoices are the owners that the person may give a record, the present one among them; nobody is the empty choice.
func (v *visit) ownerChoices(s surroundings, present crm.ID) []choice {
	var choices []choice
	for _, u := range s.byName() {
		if v.principal.Reach.Edit == crm.Everything || u.ID == v.principal.User.ID || u.ID == present {
			choices = append(choices, choice{Value: string(u.ID), Label: u.Label()})
		}
	}
	if u, ok := s.users[present]; ok && !u.Active {
		choices = append(choices, choice{Value: string(u.ID), Label: u.Label()})
	}
	return choices
}
