package web

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"time"

	"puente/internal/bridge"
	"puente/internal/crm"
)

// pipeline returns the account's first pipeline.
func (w *world) pipeline() crm.Pipeline {
	w.t.Helper()
	var pipelines []crm.Pipeline
	w.read(func(r bridge.Reader) (err error) {
		pipelines, err = r.Pipelines(w.t.Context())
		return err
	})
	return pipelines[0]
}

// stage returns one of the first pipeline's stages.
func (w *world) stage(name string) crm.Stage {
	w.t.Helper()
	for _, s := range w.pipeline().Stages {
		if s.Name == name {
			return s
		}
	}
	w.t.Fatalf("there is no stage %q", name)
	return crm.Stage{}
}

func (w *world) read(fn func(r bridge.Reader) error) {
	w.t.Helper()
	must(w.t, w.store.View(w.t.Context(), w.account.ID, fn))
}

func (w *world) put(fn func(tx bridge.Tx) error) {
	w.t.Helper()
	must(w.t, w.store.Update(w.t.Context(), w.account.ID, fn))
}

// by returns the hand of a person of that role.
func (w *world) by(role crm.Role) crm.Hand {
	user := w.users[role]
	return crm.Hand{Actor: crm.Actor{Kind: crm.ActorUser, ID: user.ID}, Reach: crm.ReachOf(user, w.account.SellerAccess), At: w.clock()}
}

// newDeal makes a deal as a person of that role; change may say more of it.
func (w *world) newDeal(role crm.Role, name, stage string, change ...func(*crm.DealInput)) *crm.Deal {
	w.t.Helper()
	id, nobody := w.stage(stage).ID, crm.ID("")
	in := crm.DealInput{Name: &name, StageID: &id, OwnerID: &nobody}
	for _, c := range change {
		c(&in)
	}
	var deal *crm.Deal
	w.put(func(tx bridge.Tx) error {
		results, err := crm.CreateDeals(w.t.Context(), tx, w.by(role), []crm.DealInput{in})
		if err == nil {
			err = results[0].Err
		}
		deal = results[0].Deal
		return err
	})
	return deal
}

func worth(amount string) func(*crm.DealInput) {
	return func(in *crm.DealInput) { n := json.Number(amount); in.Value = &n }
}

func ownedBy(u crm.User) func(*crm.DealInput) {
	return func(in *crm.DealInput) { in.OwnerID = &u.ID }
}

func of(contact *crm.Contact) func(*crm.DealInput) {
	return func(in *crm.DealInput) { in.ContactID = &contact.ID }
}

func with(key string, value any) func(*crm.DealInput) {
	return func(in *crm.DealInput) {
		if in.Custom == nil {
			in.Custom = map[string]any{}
		}
		in.Custom[key] = value
	}
}

func (w *world) newContact(name, email string) *crm.Contact {
	w.t.Helper()
	var contact *crm.Contact
	w.put(func(tx bridge.Tx) error {
		in := crm.ContactInput{FirstName: &name}
		in.Emails.Primary = &email
		results, err := crm.CreateContacts(w.t.Context(), tx, w.by(crm.RoleAdmin), []crm.ContactInput{in})
		if err == nil {
			err = results[0].Err
		}
		contact = results[0].Contact
		return err
	})
	return contact
}

func (w *world) newField(name string, typ crm.FieldType, options ...string) crm.CustomField {
	w.t.Helper()
	var field crm.CustomField
	w.put(func(tx bridge.Tx) (err error) {
		field, err = crm.CreateField(w.t.Context(), tx, w.by(crm.RoleAdmin), crm.NewField{Entity: crm.EntityDeal, Name: name, Type: typ, Options: options}, func(n int) string { return strings.Repeat("q", n) })
		return err
	})
	return field
}

func (w *world) deal(id crm.ID) *crm.Deal {
	w.t.Helper()
	var found []*crm.Deal
	w.read(func(r bridge.Reader) (err error) {
		found, err = r.DealsByID(w.t.Context(), []crm.ID{id})
		return err
	})
	if len(found) == 0 {
		w.t.Fatalf("there is no deal %s", id)
	}
	return found[0]
}

// change changes a deal as a person of that role.
func (w *world) change(role crm.Role, deal crm.ID, in crm.DealInput) {
	w.t.Helper()
	w.put(func(tx bridge.Tx) error {
		results, err := crm.ChangeDeals(w.t.Context(), tx, w.by(role), []crm.DealEdit{{ID: deal, Input: in}})
		if err == nil {
			err = results[0].Err
		}
		return err
	})
}

// linked lets a document of Bsale belong to a deal, and be what its name and value come from.
func (w *world) linked(deal *crm.Deal, kind bridge.Kind, number int64, day string) {
	w.t.Helper()
	connection := bridge.Connection{ID: crm.NewID(), AccountID: w.account.ID, Hook: strconv.FormatInt(number, 10), Rules: []byte("{}")}
	w.read(func(r bridge.Reader) error {
		all, err := r.Connections(w.t.Context())
		if len(all) > 0 {
			connection = all[0]
		}
		return err
	})
	at := w.clock()
	text := strconv.FormatInt(number, 10)
	document := bridge.KindWord(kind, crm.Spanish) + " " + text
	origin := crm.NewOrigin(crm.Actor{Kind: crm.ActorApp, ID: connection.ID}, at, document)
	w.put(func(tx bridge.Tx) error {
		if err := tx.SaveConnection(w.t.Context(), connection); err != nil {
			return err
		}
		d := w.fresh(tx, deal.ID)
		change, _ := d.SetValue(crm.Money{Minor: 313130, Currency: w.account.Currency}, origin)
		if err := tx.SaveDeals(w.t.Context(), []*crm.Deal{d}); err != nil {
			return err
		}
		if err := tx.AddEvents(w.t.Context(), []crm.Event{{ID: crm.NewID(), Entity: crm.EntityDeal, EntityID: d.ID, Type: crm.EventChanged, At: at, Actor: origin.Actor, Document: document, Changes: []crm.Change{change}}}); err != nil {
			return err
		}
		return tx.SaveRecords(w.t.Context(), []*bridge.Record{{
			ConnectionID: connection.ID, BsaleID: number, Kind: kind, Number: text, EmittedOn: day, Total: d.Value, PublicURL: "https://bsale.example/ver/" + text,
			State: bridge.StateLinked, Standing: bridge.StandingActive, DealID: d.ID,
		}}, time.Time{})
	})
}

func (w *world) fresh(tx bridge.Tx, id crm.ID) *crm.Deal {
	w.t.Helper()
	found, err := tx.DealsByID(w.t.Context(), []crm.ID{id})
	must(w.t, err)
	return found[0]
}

func init() {
	maps.Copy(samples, dealSamples)
	maps.Copy(audience, dealAudience)
	for _, path := range []string{"", "/editar", "/mover", "/eliminar"} {
		examplePages["/oportunidades/{id}"+path] = func(w *world) string { return "/oportunidades/" + string(w.exampleDeal().ID) + path }
	}
	examplePages["/oportunidades/columna"] = func(w *world) string { return "/oportunidades/columna?etapa=" + string(w.pipeline().Stages[0].ID) }
	examplePages["/oportunidades/{id}/campos/{field}"] = func(w *world) string {
		return "/oportunidades/" + string(w.exampleDeal().ID) + "/campos/" + crm.FieldValue
	}
	examplePages["/oportunidades/{id}/notas/{note}"] = func(w *world) string {
		deal := w.exampleDeal()
		var note *crm.Note
		w.put(func(tx bridge.Tx) (err error) {
			note, err = crm.AddNote(w.t.Context(), tx, w.by(crm.RoleAdmin), crm.EntityDeal, deal.ID, nasty)
			return err
		})
		return "/oportunidades/" + string(deal.ID) + "/notas/" + string(note.ID)
	}
}

// exampleDeal makes a deal that has all that one can have.
func (w *world) exampleDeal() *crm.Deal {
	deal := w.newDeal(crm.RoleAdmin, nasty[:180], "Nuevo", worth("1234"), ownedBy(w.users[crm.RoleSeller]), of(w.newContact(nastyName, string(crm.NewID())+"@x.cl")))
	w.linked(deal, bridge.KindReceipt, int64(1000+len(deal.ID)), "2026-03-12")
	return w.deal(deal.ID)
}

var dealAudience = map[string]string{
	"GET /oportunidades":                      "seller",
	"GET /oportunidades/vivo":                 "seller",
	"GET /oportunidades/columna":              "seller",
	"GET /oportunidades/lista":                "seller",
	"POST /oportunidades/lista/columnas":      "seller",
	"GET /oportunidades/nueva":                "seller",
	"POST /oportunidades/nueva":               "seller",
	"GET /oportunidades/{id}":                 "seller",
	"GET /oportunidades/{id}/editar":          "seller",
	"POST /oportunidades/{id}/editar":         "seller",
	"GET /oportunidades/{id}/campos/{field}":  "seller",
	"POST /oportunidades/{id}/campos/{field}": "seller",
	"GET /oportunidades/{id}/mover":           "seller",
	"POST /oportunidades/{id}/mover":          "seller",
	"GET /oportunidades/{id}/eliminar":        "seller",
	"POST /oportunidades/{id}/eliminar":       "seller",
	"POST /oportunidades/{id}/restaurar":      "seller",
	"POST /oportunidades/{id}/tareas":         "seller",
	"POST /oportunidades/{id}/tareas/{task}":  "seller",
	"POST /oportunidades/{id}/notas":          "seller",
	"GET /oportunidades/{id}/notas/{note}":    "seller",
	"POST /oportunidades/{id}/notas/{note}":   "seller",
}

var dealSamples = map[string]func(full bool) any{
	"board": func(full bool) any {
		page := boardPage{Page: samplePage(full), Filter: newForm("dueno", "a")}
		if full {
			stage := crm.Stage{ID: "s", Name: nasty, Kind: crm.StageOpen}
			one := card{
				ID: "d", Version: 1, Name: nasty, Value: nasty, Contact: nasty, Gone: true, Owner: nasty, Document: nasty, Day: "12-03-2026", More: 2, Age: "1 d", Since: nasty, Stale: true, Mine: true, Flag: badgeView{Label: nasty, Tone: "bad", Icon: "alert"},
			}
			page.Problem, page.Filtered, page.Owners, page.Pipelines = nasty, true, sampleChoices(true), sampleChoices(true)
			page.Columns = []column{
				{Stage: stage, Version: 3, Count: "2", Sum: nasty, Others: nasty, Cards: []card{one, {ID: "e", Name: "E"}}, More: "/oportunidades/columna?etapa=s", Rest: "9", Here: "/oportunidades", Moves: "<button></button>"},
				{Stage: crm.Stage{ID: "t"}, Here: "/oportunidades"},
			}
			page.Alone, page.Styles, page.List, page.New = true, "/estilos/x/etapas.css", "/oportunidades/lista", "/oportunidades/nueva"
		}
		return page
	},
	"deal": func(full bool) any {
		page := dealPage{Page: samplePage(full), Tasks: tasksView{Form: newForm()}, Notes: notesView{Form: newForm()}}
		if full {
			task := taskView{ID: "t", Title: nasty, Kind: nasty, Icon: "phone", Due: nasty, Late: true, Owner: nasty, Notes: nasty, Status: crm.ActivityPending, May: true, Base: "/oportunidades/d"}
			done := task
			done.ID, done.Status = "u", crm.ActivityCompleted
			page.ID, page.Name, page.Value, page.Pipeline, page.Owner, page.Reason, page.May = "d", nasty, nasty, nasty, nasty, nasty, true
			page.Stage, page.Stale, page.Since, page.Flag = crm.Stage{Name: nasty}, true, page.Moment(start), badgeView{Label: nasty, Tone: "warn"}
			page.Stages = []stageStep{{Stage: crm.Stage{ID: "s", Name: nasty}, Current: true, Time: "1 d"}, {Stage: crm.Stage{ID: "t", Name: nasty}}, {Stage: crm.Stage{ID: "u", Name: nasty, Kind: crm.StageLost}, Href: "/oportunidades/d/mover"}}
			page.Contact = dealContact{Name: nasty, Href: "/contactos/c", Gone: true}
			page.Facts = []fact{{Name: "name", Label: nasty, Text: nasty, Edit: "/oportunidades/d/campos/name", Document: nasty, Changed: nasty}, {Name: "x", Label: nasty, Text: nasty, Href: "tel:+56912345678", Long: true}}
			page.Custom = []fact{{Name: "custom.k", Label: nasty}}
			page.Documents = []dealDocumentView{{Name: nasty, Day: nasty, Total: nasty, Link: "https://bsale.example/", Own: "/sincronizacion/documentos/1", Standing: badgeView{Label: nasty, Tone: "bad"}, Credited: nasty}, {Name: "B"}}
			page.Tasks = tasksView{Base: "/oportunidades/d", Pending: []taskView{task}, Done: []taskView{done}, Form: sampleForm(true, "title"), Kinds: sampleChoices(true), Owners: sampleChoices(true), May: true}
			page.Notes = notesView{Base: "/oportunidades/d", Notes: []noteView{{ID: "n", Author: nasty, At: page.Moment(start), Text: nasty, Changed: true, Base: "/oportunidades/d", May: true}}, Form: sampleForm(true, "text"), May: true}
			page.Timeline = timelineView{More: true, Entries: []timelineEntry{{Actor: nasty, App: true, What: nasty, Document: nasty, At: page.Moment(start), Icon: "edit", Changes: []timelineChange{{Label: nasty, Old: nasty, New: nasty}, {Label: nasty}, {Label: nasty, Text: nasty}}}}}
		}
		return page
	},
	"deal_delete": func(full bool) any { return dealDeletePage{samplePage(full), "d", nasty, 1} },
	"deal_field": func(full bool) any {
		page := dealFieldPage{Page: samplePage(full), Deal: &crm.Deal{Name: nasty}, Fact: fact{Name: "contact", Label: nasty}, Form: sampleForm(full, "contact"), Action: "/oportunidades/d/campos/contact", Back: "/oportunidades/d"}
		if full {
			page.Picker = &contactPicker{Form: page.Form, Options: []contactOption{{"c", nasty, nasty}}, Words: nasty, Asked: true, Search: page.Action, New: "/contactos/nuevo"}
		}
		return page
	},
	"deal_form": func(full bool) any {
		f := sampleForm(full, "name")
		one := fieldControl{Input: fieldView{ID: "f-x", Name: "x", Label: nasty, Value: nasty}}
		page := dealFormPage{Page: samplePage(full), Form: f, Action: "/oportunidades/nueva", Back: "/oportunidades", Picker: contactPicker{Form: f, Asked: true}}
		for i := range inDealForm {
			one.Input.ID = "f-" + strconv.Itoa(i)
			page.Standard = append(page.Standard, one)
		}
		if full {
			many, _ := newChoices(f, "custom.k", nasty, sampleChoices(true), "many", true)
			page.Deal, page.Custom, page.Stages = &crm.Deal{Name: nasty}, []fieldControl{{Many: true, Choices: many}}, sampleChoices(true)
		}
		return page
	},
	"deal_gone": func(full bool) any { return goneDealPage{samplePage(full), "d", nasty, moment{}, full} },
	"deal_list": func(full bool) any {
		page := dealListPage{Page: samplePage(full), Chooser: columnChooser{Form: newForm()}}
		if full {
			page.Problem, page.Count, page.CSV, page.New, page.Any = nasty, nasty, "/v1/crm/deals.csv", "/oportunidades/nueva", true
			page.Columns = []listColumn{{Name: "name", Label: nasty, Sort: "/oportunidades/lista?sort=name", Sorted: "ascending"}, {Label: nasty, Number: true, Sorted: "descending", Sort: "/x"}, {Label: nasty}}
			page.Rows = []listRow{{Href: "/oportunidades/d", Cells: []cell{{Text: nasty, Href: "/oportunidades/d", Label: nasty, Flag: badgeView{Label: nasty}}, {Text: nasty, Owner: true}, {Text: nasty, Stage: "s"}, {Text: nasty, Muted: true, Number: true}, {}}}}
			page.Pager = pager{Previous: "/a", Next: "/b"}
			page.Chooser.Choices = sampleChoices(true)
			page.Bar = filterBar{
				Path: "/oportunidades/lista", Words: nasty, Keep: [][2]string{{"filter[a]", nasty}}, Clear: "/oportunidades/lista", Fields: sampleChoices(true), Custom: sampleChoices(true),
				Chips:  []filterChip{{Field: nasty, Operator: nasty, Value: nasty, Change: "/a", Remove: "/b", Problem: nasty}, {Field: "x", Remove: "/c"}},
				Editor: &filterEditor{Path: "/oportunidades/lista", Name: "a", Label: nasty, Form: sampleForm(true, paramValue), Operators: sampleChoices(true), Value: fieldControl{Input: fieldView{ID: "f-valor", Name: paramValue}}, Cancel: "/d"},
			}
		}
		return page
	},
	"deal_move": func(full bool) any {
		return dealMovePage{samplePage(full), &crm.Deal{Name: nasty}, sampleForm(full, "stage"), sampleChoices(full), "/oportunidades/d", "/estilos/x/etapas.css"}
	},
	"deal_note": func(full bool) any {
		return dealNotePage{samplePage(full), sampleForm(full, "text"), noteView{ID: "n", Text: nasty}, "/oportunidades/d"}
	},
}
