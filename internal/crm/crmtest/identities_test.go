package crmtest

import (
	"fmt"
	"strings"
	"testing"

	"puente/internal/crm"
)

func manyEmails(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("a%d@x.example", i))
	}
	return all
}

func TestIdentitiesChange(t *testing.T) {
	eachEngine(t, func(w *world) {
		c := w.contact(w.key(), email("a@x.example"))
		shown := func(c *crm.Contact) string {
			var all []string
			for _, i := range c.IdentitiesOf(crm.IdentityEmail) {
				all = append(all, strings.TrimSuffix(i.Normalized, "@x.example"))
			}
			return strings.Join(all, " ")
		}
		for _, step := range []struct {
			name  string
			in    crm.IdentitiesInput
			want  string
			event string
		}{
			{"alternatives are added", crm.IdentitiesInput{Add: []string{"b@x.example", "A@x.example", "c@x.example"}}, "a b c", "email: - -> b; email: - -> c"},
			{"the primary one is replaced", crm.IdentitiesInput{Primary: p("d@x.example")}, "d b c", "email: a -> d"},
			{"an alternative becomes the primary one", crm.IdentitiesInput{Primary: p("c@x.example")}, "c d b", "email: d -> c; email: - -> d"},
			{"the first alternative is replaced", crm.IdentitiesInput{Secondary: p("e@x.example")}, "c b e", "email: d -> -; email: - -> e"},
			{"the primary one goes", crm.IdentitiesInput{Primary: p("")}, "b e", "email: c -> b"},
			{"one is taken away", crm.IdentitiesInput{Remove: []string{"E@x.example", "nobody@x.example"}}, "b", "email: e -> -"},
			{"a whole list", crm.IdentitiesInput{All: p([]string{"f@x.example", "b@x.example", "g@x.example"})}, "f b g", "email: b -> f; email: - -> b; email: - -> g"},
			{"the same list in another order of alternatives", crm.IdentitiesInput{All: p([]string{"f@x.example", "g@x.example", "b@x.example"})}, "f b g", ""},
			{"none at all", crm.IdentitiesInput{All: p([]string{})}, "", "email: f -> -; email: b -> -; email: g -> -"},
			{"one again", crm.IdentitiesInput{Secondary: p("h@x.example")}, "h", "email: - -> h"},
		} {
			before := w.stored(c.ID)
			got, err := w.change(w.key(), c.ID, crm.ContactInput{Emails: step.in})
			w.must(err)
			stored := w.stored(c.ID)
			if shown(got) != step.want || shown(stored) != step.want {
				w.Errorf("%s: %q, stored %q, want %q", step.name, shown(got), shown(stored), step.want)
			}
			if step.event == "" {
				w.same(step.name, stored, before)
				continue
			}
			event := strings.ReplaceAll(w.events(crm.EntityContact, c.ID)[0], "@x.example", "")
			if event != "changed by api_key; "+step.event || stored.Version != before.Version+1 {
				w.Errorf("%s: %q, version %d", step.name, event, stored.Version)
			}
			for i, identity := range stored.Identities {
				if identity.Primary != (i == 0) {
					w.Errorf("%s: %+v", step.name, stored.Identities)
				}
			}
		}
	})
}
