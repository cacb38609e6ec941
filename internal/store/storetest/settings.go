package storetest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func testAccounts(t *testing.T, f *fixture) {
	same(t, "account", view(t, f, func(r bridge.Reader) (crm.Account, error) { return r.Account(f.ctx) }), f.account)
	other, _, _, _ := f.addAccount(t, "Otra empresa")
	all, err := f.Accounts(f.ctx)
	must(t, err)
	same(t, "accounts", all, []crm.Account{f.account, other})

	mustFail(t, f.CreateAccount(f.ctx, other, nil), crm.Conflict, "id_taken")
	changed := f.account
	changed.Name, changed.Country, changed.Currency, changed.TimeZone, changed.Language = "Otro nombre", crm.Peru, "USD", "America/Lima", crm.English
	changed.DateStyle, changed.NumberStyle, changed.SellerAccess = crm.DateISO, crm.NumberPoint, crm.SellersSeeAll
	f.update(t, func(tx bridge.Tx) error { return tx.UpdateAccount(f.ctx, changed) })
	changed.Version = 2
	same(t, "account after an update", view(t, f, func(r bridge.Reader) (crm.Account, error) { return r.Account(f.ctx) }), changed)
	failing, err := crm.NewAccount("A medias", crm.Chile, crm.Spanish, f.clock.Now())
	must(t, err)
	because, c := errors.New("because"), f.contact("a@example.invalid")
	setUp := func(result error) func(bridge.Tx) error {
		return func(tx bridge.Tx) error {
			must(t, tx.SaveContacts(f.ctx, []*crm.Contact{c}))
			return result
		}
	}
	if err := f.CreateAccount(f.ctx, failing, setUp(because)); !errors.Is(err, because) {
		t.Errorf("got %v, want the error of setting up", err)
	}
	if c.Version != 0 {
		t.Errorf("version is %d after a rollback, want 0", c.Version)
	}
	mustFail(t, f.View(f.ctx, failing.ID, func(bridge.Reader) error { return nil }), crm.NotFound, "account_not_found")
	must(t, f.CreateAccount(f.ctx, failing, setUp(nil)))
	must(t, f.View(f.ctx, failing.ID, func(r bridge.Reader) error {
		got, err := r.ContactsByID(f.ctx, []crm.ID{c.ID})
		same(t, "what was set up", got, []*crm.Contact{c})
		return err
	}))

	nothing := func(bridge.Reader) error { t.Error("called for an account that is not"); return nil }
	mustFail(t, f.View(f.ctx, crm.NewID(), nothing), crm.NotFound, "account_not_found")
	mustFail(t, f.Update(f.ctx, crm.NewID(), func(tx bridge.Tx) error { return nothing(tx) }), crm.NotFound, "account_not_found")
}

func testUsers(t *testing.T, f *fixture) {
	second := crm.User{ID: crm.NewID(), Email: "Diego@Quillay.example", Role: crm.RoleAdmin, Language: crm.English, CreatedAt: f.clock.Now()}
	f.update(t, func(tx bridge.Tx) error { return tx.CreateUser(f.ctx, second) })
	second.Version = 1
	users := func() []crm.User {
		return view(t, f, func(r bridge.Reader) ([]crm.User, error) { return r.Users(f.ctx) })
	}
	same(t, "users", users(), []crm.User{f.user, second})

	twin := crm.User{ID: crm.NewID(), Email: "diego@quillay.example ", Role: crm.RoleAdmin}
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.CreateUser(f.ctx, twin) }), crm.Conflict, "email_taken")
	twin.ID, twin.Email = second.ID, "nueva@quillay.example"
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.CreateUser(f.ctx, twin) }), crm.Conflict, "id_taken")

	second.Email, second.Active, second.Name = "CAMILA@quillay.example", true, "Diego"
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.UpdateUser(f.ctx, second) }), crm.Conflict, "email_taken")
	second.Email, second.Language = "diego.dos@quillay.example", ""
	f.update(t, func(tx bridge.Tx) error { return tx.UpdateUser(f.ctx, second) })
	second.Version = 2
	same(t, "users after an update", users(), []crm.User{f.user, second})
	second.ID = crm.NewID()
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.UpdateUser(f.ctx, second) }), crm.NotFound, "user_not_found")
}

func testPipelines(t *testing.T, f *fixture) {
	at := f.clock.Now()
	stage := func(p crm.ID, name string, position int) crm.Stage {
		return crm.Stage{
			ID: crm.NewID(), PipelineID: p, Name: name, Kind: crm.StageOpen, Position: position, Color: "#0a0b0c", Probability: 10 * position, StaleDays: position,
		}
	}
	first := crm.Pipeline{ID: crm.NewID(), Name: "Primero", Position: -1, CreatedAt: at}
	first.Stages = []crm.Stage{stage(first.ID, "b", 0), stage(first.ID, "a", 1), stage(first.ID, "c", 2)}
	empty := crm.Pipeline{ID: crm.NewID(), Name: "Sin etapas", Position: 7, CreatedAt: at}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.CreatePipeline(f.ctx, empty))
		return tx.CreatePipeline(f.ctx, first)
	})
	first.Version, empty.Version = 1, 1
	got := view(t, f, func(r bridge.Reader) ([]crm.Pipeline, error) { return r.Pipelines(f.ctx) })
	same(t, "pipelines", got, []crm.Pipeline{first, f.pipeline, empty})

	create := func(p crm.Pipeline) error {
		return f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.CreatePipeline(f.ctx, p) })
	}
	mustFail(t, create(crm.Pipeline{ID: crm.NewID(), Name: " PRÍMERO"}), crm.Conflict, "name_taken")
	mustFail(t, create(crm.Pipeline{ID: first.ID, Name: "Otro"}), crm.Conflict, "id_taken")
	twins := crm.Pipeline{ID: crm.NewID(), Name: "Mellizas"}
	twins.Stages = []crm.Stage{stage(twins.ID, "igual", 0), stage(twins.ID, "Ígual", 1)}
	mustFail(t, create(twins), crm.Conflict, "name_taken")
	twins.Stages = []crm.Stage{stage(first.ID, "ajena", 0)}
	mustFail(t, create(twins), crm.Invalid, "reference_unknown")
}

func testFields(t *testing.T, f *fixture) {
	field := func(entity crm.Entity, key, name string, position int) crm.CustomField {
		return crm.CustomField{ID: crm.NewID(), Entity: entity, Key: key, Name: name, Type: crm.TypeText, Position: position, CreatedAt: f.clock.Now()}
	}
	second := field(crm.EntityDeal, "cf_deal_b", "B", 2)
	second.Type, second.Options = crm.TypeDropdown, []string{"uno", "", `"dos"`}
	second.Default, second.Pattern = json.Number("12.50"), `\d+"`
	first := field(crm.EntityDeal, "cf_deal_a", "A", 1)
	first.Options = []string{}
	old := field(crm.EntityDeal, "cf_deal_old", "A", 3)
	old.ArchivedAt = f.clock.Now()
	contact := field(crm.EntityContact, "cf_contact_a", "A", 1)
	contact.Type, contact.Required, contact.Searchable, contact.Default = crm.TypeMultiSelect, true, true, []any{"uno", "dos"}
	contact.Options, contact.Work = []string{"uno", "dos"}, &crm.FieldWork{Kind: crm.WorkIndex, Done: 3, Total: 9}
	f.update(t, func(tx bridge.Tx) error {
		for _, c := range []crm.CustomField{second, first, old, contact} {
			must(t, tx.CreateCustomField(f.ctx, c))
		}
		return nil
	})
	for _, c := range []*crm.CustomField{&second, &first, &old, &contact} {
		c.Version = 1
	}
	fields := func(e crm.Entity) []crm.CustomField {
		return view(t, f, func(r bridge.Reader) ([]crm.CustomField, error) { return r.CustomFields(f.ctx, e) })
	}
	same(t, "fields of deals", fields(crm.EntityDeal), []crm.CustomField{first, second, old})
	same(t, "fields of contacts", fields(crm.EntityContact), []crm.CustomField{contact})

	create := func(c crm.CustomField) error {
		return f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.CreateCustomField(f.ctx, c) })
	}
	mustFail(t, create(field(crm.EntityDeal, "cf_deal_a", "C", 4)), crm.Conflict, "name_taken")
	mustFail(t, create(field(crm.EntityDeal, "cf_deal_c", "b ", 4)), crm.Conflict, "name_taken")
	first.Key, first.Name = "cf_deal_d", "D"
	mustFail(t, create(first), crm.Conflict, "id_taken")
}

// testSettingsVersions updates each kind of setting twice from the same picture of it: the second time it is stale.
func testSettingsVersions(t *testing.T, f *fixture) {
	field := crm.CustomField{ID: crm.NewID(), Entity: crm.EntityDeal, Key: "k", Name: "n", CreatedAt: f.clock.Now()}
	f.update(t, func(tx bridge.Tx) error { return tx.CreateCustomField(f.ctx, field) })
	field.Version = 1
	missing := crm.NewID()
	for what, update := range map[string]func(tx bridge.Tx, missed bool) error{
		"account": func(tx bridge.Tx, missed bool) error {
			a := f.account
			if missed {
				a.ID = missing
			}
			return tx.UpdateAccount(f.ctx, a)
		},
		"user": func(tx bridge.Tx, missed bool) error {
			u := f.user
			if missed {
				u.ID = missing
			}
			return tx.UpdateUser(f.ctx, u)
		},
		"pipeline": func(tx bridge.Tx, missed bool) error {
			p := f.pipeline
			if missed {
				p.ID = missing
			}
			return tx.UpdatePipeline(f.ctx, p)
		},
		"custom_field": func(tx bridge.Tx, missed bool) error {
			c := field
			if missed {
				c.ID = missing
			}
			return tx.UpdateCustomField(f.ctx, c)
		},
	} {
		try := func(missed bool) error {
			return f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return update(tx, missed) })
		}
		if err := try(false); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		err := try(false)
		if e, ok := asError(err); !ok || e.Code != crm.Conflict || e.Key != "stale" {
			t.Errorf("%s updated from an old picture: %v", what, err)
		}
		if err := try(true); crm.CodeOf(err) != crm.NotFound {
			t.Errorf("a %s that is not: %v", what, err)
		}
	}
	field.Version, field.Name, field.Type, field.Options = 2, "otro", crm.TypeDropdown, []string{"x"}
	field.Position, field.Required, field.Searchable, field.ArchivedAt, field.Default = 7, true, true, f.clock.Now(), "x"
	field.Work = &crm.FieldWork{Kind: crm.WorkUnindex, Done: 1, Total: 2}
	f.update(t, func(tx bridge.Tx) error { return tx.UpdateCustomField(f.ctx, field) })
	field.Version = 3
	same(t, "field", view(t, f, func(r bridge.Reader) ([]crm.CustomField, error) { return r.CustomFields(f.ctx, crm.EntityDeal) }), []crm.CustomField{field})
}

func testArchivedStages(t *testing.T, f *fixture) {
	read := func() (used, archived []crm.Pipeline) {
		return view(t, f, func(r bridge.Reader) ([]crm.Pipeline, error) { return r.Pipelines(f.ctx) }),
			view(t, f, func(r bridge.Reader) ([]crm.Pipeline, error) { return r.ArchivedPipelines(f.ctx) })
	}
	update := func(p crm.Pipeline) error {
		return f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.UpdatePipeline(f.ctx, p) })
	}
	at := f.clock.Now()
	d := f.deal(1, 5)
	f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{d}) })
	without := func(n int) crm.Pipeline {
		p := f.pipeline
		p.Stages = append([]crm.Stage(nil), p.Stages...)
		p.Stages[n].ArchivedAt = at
		return p
	}
	mustFail(t, update(without(1)), crm.Conflict, "stage_not_empty")
	gone := f.pipeline
	gone.ArchivedAt = at
	mustFail(t, update(gone), crm.Conflict, "stage_not_empty")

	// An empty one goes, and its name is free.
	must(t, update(without(0)))
	again := f.pipeline
	again.Version = 2
	again.Stages = append([]crm.Stage{{ID: crm.NewID(), PipelineID: f.pipeline.ID, Name: "NUEVO", Kind: crm.StageOpen, Position: -1}}, f.pipeline.Stages[1:]...)
	must(t, update(again))
	again.Version = 3
	used, archived := read()
	same(t, "pipelines", used, []crm.Pipeline{again})
	old := again
	old.Stages = without(0).Stages[:1]
	same(t, "archived", archived, []crm.Pipeline{old})

	// A deleted deal holds nothing back.
	d.DeletedAt = at
	f.update(t, func(tx bridge.Tx) error { return tx.SaveDeals(f.ctx, []*crm.Deal{d}) })
	other := crm.DefaultPipeline(crm.English, at)
	f.update(t, func(tx bridge.Tx) error { return tx.CreatePipeline(f.ctx, other) })
	other.Version = 1
	gone = again
	gone.ArchivedAt = at
	must(t, update(gone))
	used, archived = read()
	same(t, "pipelines that are left", used, []crm.Pipeline{other})
	if len(archived) != 1 || archived[0].ID != f.pipeline.ID || len(archived[0].Stages) != len(f.pipeline.Stages)+1 || !archived[0].ArchivedAt.Equal(at) {
		t.Errorf("archived: %+v", archived)
	}
	twin := crm.DefaultPipeline(crm.Spanish, at)
	f.update(t, func(tx bridge.Tx) error { return tx.CreatePipeline(f.ctx, twin) })
}

func testStageNames(t *testing.T, f *fixture) {
	p := f.pipeline
	p.Stages = append([]crm.Stage(nil), p.Stages...)
	p.Stages[0].Name, p.Stages[1].Name = p.Stages[1].Name, p.Stages[0].Name
	p.Stages[2].Kind, p.Stages[2].Color, p.Stages[2].Probability, p.Stages[2].StaleDays = crm.StageWon, "#ffffff", 100, 3
	f.update(t, func(tx bridge.Tx) error { return tx.UpdatePipeline(f.ctx, p) })
	p.Version = 2
	same(t, "pipelines", view(t, f, func(r bridge.Reader) ([]crm.Pipeline, error) { return r.Pipelines(f.ctx) }), []crm.Pipeline{p})

	twins := p
	twins.Stages = append([]crm.Stage(nil), p.Stages...)
	twins.Stages[0].Name = " " + twins.Stages[1].Name
	update := func(p crm.Pipeline) error {
		return f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.UpdatePipeline(f.ctx, p) })
	}
	mustFail(t, update(twins), crm.Conflict, "name_taken")
	// A stage that is not in the list keeps its name, and its place.
	part := p
	part.Stages = p.Stages[3:]
	must(t, update(part))
	part.Version, part.Stages = 3, []crm.Stage{{ID: crm.NewID(), PipelineID: p.ID, Name: p.Stages[0].Name, Kind: crm.StageOpen}}
	mustFail(t, update(part), crm.Conflict, "name_taken")
	part.Stages[0].Name, part.Stages[0].PipelineID = "otra", crm.NewID()
	mustFail(t, update(part), crm.Invalid, "reference_unknown")
}

func testErasedFields(t *testing.T, f *fixture) {
	field := func(key string) crm.CustomField {
		return crm.CustomField{ID: crm.NewID(), Entity: crm.EntityContact, Key: key, Name: "Talla", Type: crm.TypeText, CreatedAt: f.clock.Now()}
	}
	first, second := field("a"), field("b")
	f.update(t, func(tx bridge.Tx) error { return tx.CreateCustomField(f.ctx, first) })
	first.Version, first.ArchivedAt, first.Work = 1, f.clock.Now(), &crm.FieldWork{Kind: crm.WorkErase}
	f.update(t, func(tx bridge.Tx) error {
		must(t, tx.UpdateCustomField(f.ctx, first))
		return tx.CreateCustomField(f.ctx, second)
	})
	second.Version = 1
	same(t, "fields", view(t, f, func(r bridge.Reader) ([]crm.CustomField, error) { return r.CustomFields(f.ctx, crm.EntityContact) }), []crm.CustomField{second})
}

func testTags(t *testing.T, f *fixture) {
	tag := func(name string) crm.Tag {
		return crm.Tag{ID: crm.NewID(), Name: name, Color: "#aabbcc", CreatedAt: f.clock.Now()}
	}
	b, a, c := tag("Bueno"), tag("ámbar"), tag("Ceniza")
	f.update(t, func(tx bridge.Tx) error {
		for _, one := range []crm.Tag{b, c, a} {
			must(t, tx.CreateTag(f.ctx, one))
		}
		return nil
	})
	tags := func() []crm.Tag { return view(t, f, func(r bridge.Reader) ([]crm.Tag, error) { return r.Tags(f.ctx) }) }
	same(t, "tags", tags(), []crm.Tag{a, b, c})
	do := func(fn func(tx bridge.Tx) error) error { return f.Update(f.ctx, f.account.ID, fn) }
	mustFail(t, do(func(tx bridge.Tx) error { return tx.CreateTag(f.ctx, tag("ÁMBAR")) }), crm.Conflict, "name_taken")
	clash := a
	clash.Name = "Otra"
	mustFail(t, do(func(tx bridge.Tx) error { return tx.CreateTag(f.ctx, clash) }), crm.Conflict, "id_taken")
	clash = c
	clash.Name = "bueno"
	mustFail(t, do(func(tx bridge.Tx) error { return tx.UpdateTag(f.ctx, clash) }), crm.Conflict, "name_taken")
	c.Name, c.Color = "Aceite", ""
	must(t, do(func(tx bridge.Tx) error {
		must(t, tx.DeleteTag(f.ctx, b.ID))
		return tx.UpdateTag(f.ctx, c)
	}))
	same(t, "tags after changes", tags(), []crm.Tag{c, a})
	mustFail(t, do(func(tx bridge.Tx) error { return tx.UpdateTag(f.ctx, b) }), crm.NotFound, "tag_not_found")
	mustFail(t, do(func(tx bridge.Tx) error { return tx.DeleteTag(f.ctx, b.ID) }), crm.NotFound, "tag_not_found")
}

func testNotes(t *testing.T, f *fixture) {
	contact := crm.NewID()
	note := func(entity crm.Entity, id crm.ID, text string) *crm.Note {
		at := f.clock.Now()
		return &crm.Note{
			ID: crm.NewID(), Entity: entity, EntityID: id, Text: text, Author: crm.Actor{Kind: crm.ActorUser, ID: f.user.ID}, CreatedAt: at, UpdatedAt: at,
		}
	}
	first, second, third := note(crm.EntityContact, contact, "uno\ndos"), note(crm.EntityContact, contact, "segunda"), note(crm.EntityContact, contact, "tercera")
	deal := note(crm.EntityDeal, contact, "de una oportunidad")
	save := func(notes ...*crm.Note) {
		f.update(t, func(tx bridge.Tx) error { return tx.SaveNotes(f.ctx, notes) })
	}
	save(first, second, third, deal)
	notes := func(before time.Time, limit int) []*crm.Note {
		return view(t, f, func(r bridge.Reader) ([]*crm.Note, error) {
			return r.Notes(f.ctx, crm.EntityContact, contact, before, limit)
		})
	}
	same(t, "notes", notes(time.Time{}, 9), []*crm.Note{third, second, first})
	same(t, "the latest", notes(time.Time{}, 1), []*crm.Note{third})
	same(t, "those before", notes(third.CreatedAt, 9), []*crm.Note{second, first})
	if first.Version != 1 {
		t.Errorf("version %d, want 1", first.Version)
	}
	second.DeletedAt, first.Text, first.UpdatedAt = f.clock.Now(), "otra cosa", f.clock.Now()
	save(second, first)
	same(t, "notes after changes", notes(time.Time{}, 9), []*crm.Note{third, first})
	byID := view(t, f, func(r bridge.Reader) ([]*crm.Note, error) {
		return r.NotesByID(f.ctx, []crm.ID{second.ID, deal.ID, crm.NewID(), second.ID})
	})
	same(t, "by id", byID, []*crm.Note{second, deal})

	old := *first
	old.Version = 1
	mustFail(t, f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error { return tx.SaveNotes(f.ctx, []*crm.Note{third, &old}) }), crm.Conflict, "stale")
	because := errors.New("because")
	if err := f.Update(f.ctx, f.account.ID, func(tx bridge.Tx) error {
		must(t, tx.SaveNotes(f.ctx, []*crm.Note{third}))
		return because
	}); !errors.Is(err, because) || third.Version != 1 || old.Version != 1 {
		t.Errorf("after failing: %v, versions %d and %d", err, third.Version, old.Version)
	}
}
