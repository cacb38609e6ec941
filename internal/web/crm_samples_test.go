package web

import (
	"maps"

	"puente/internal/bridge"
	"puente/internal/crm"
)

func init() {
	maps.Copy(samples, crmSamples)
	maps.Copy(audience, crmAudience)
	for _, path := range []string{"", "/editar", "/eliminar", "/campos/" + crm.FieldNotes} {
		route := "/contactos/{id}" + path
		if path == "/campos/"+crm.FieldNotes {
			route = "/contactos/{id}/campos/{field}"
		}
		examplePages[route] = func(w *world) string { return contactAt(w.exampleContact().ID) + path }
	}
	examplePages["/contactos/{id}/notas/{note}"] = func(w *world) string {
		contact := w.exampleContact()
		var note *crm.Note
		w.put(func(tx bridge.Tx) (err error) {
			note, err = crm.AddNote(w.t.Context(), tx, w.by(crm.RoleAdmin), crm.EntityContact, contact.ID, nasty)
			return err
		})
		return contactAt(contact.ID) + "/notas/" + string(note.ID)
	}
	examplePages["/actividades/{id}"] = func(w *world) string {
		return activitiesPath + "/" + string(w.newTask(crm.RoleAdmin, nastyName, w.exampleContact()).ID)
	}
	examplePages["/buscar"] = func(w *world) string {
		w.exampleContact()
		return "/buscar?q=alert"
	}
	for _, path := range []string{"", "/tipo", "/avance", "/eliminar"} {
		examplePages["/configuracion/campos/{id}"+path] = func(w *world) string {
			return fieldsPath + "/" + string(w.newField(nastyName+string(crm.NewID()), crm.TypeDropdown, nastyName, "B").ID) + path
		}
	}
	for _, path := range []string{"", "/eliminar", "/etapas/nueva"} {
		examplePages["/configuracion/embudos/{id}"+path] = func(w *world) string { return pipelinePath(w.pipeline().ID) + path }
	}
	for _, path := range []string{"", "/eliminar"} {
		examplePages["/configuracion/embudos/{id}/etapas/{stage}"+path] = func(w *world) string {
			return stagePath(w.pipeline().ID, w.stage("Nuevo").ID) + path
		}
	}
}

// exampleContact makes a contact that has all that one can have.
func (w *world) exampleContact() *crm.Contact {
	w.t.Helper()
	contact := w.newContact(nastyName, string(crm.NewID())+"@x.cl")
	w.newDeal(crm.RoleAdmin, nastyName, "Nuevo", worth("1234"), of(contact), ownedBy(w.users[crm.RoleSeller]))
	w.newTask(crm.RoleAdmin, nastyName, contact)
	w.put(func(tx bridge.Tx) error {
		tag, err := crm.CreateTag(w.t.Context(), tx, w.by(crm.RoleAdmin), string(crm.NewID())[20:]+nastyName, "#123456")
		if err != nil {
			return err
		}
		_, err = crm.TagContacts(w.t.Context(), tx, w.by(crm.RoleAdmin), []crm.ID{contact.ID}, []crm.ID{tag.ID}, nil)
		return err
	})
	return contact
}

// newTask makes a task about a contact as a person of that role, who is to do it; change may say more of it.
func (w *world) newTask(role crm.Role, title string, about *crm.Contact, change ...func(*crm.ActivityInput)) *crm.Activity {
	w.t.Helper()
	in := crm.ActivityInput{Title: &title, ContactID: &about.ID}
	for _, c := range change {
		c(&in)
	}
	var made *crm.Activity
	w.put(func(tx bridge.Tx) (err error) {
		made, err = crm.CreateActivity(w.t.Context(), tx, w.by(role), in)
		return err
	})
	return made
}

var crmAudience = map[string]string{
	"GET /contactos":                                           "seller",
	"POST /contactos/columnas":                                 "seller",
	"GET /contactos/nuevo":                                     "seller",
	"POST /contactos/nuevo":                                    "seller",
	"GET /contactos/{id}":                                      "seller",
	"GET /contactos/{id}/editar":                               "seller",
	"POST /contactos/{id}/editar":                              "seller",
	"GET /contactos/{id}/campos/{field}":                       "seller",
	"POST /contactos/{id}/campos/{field}":                      "seller",
	"POST /contactos/{id}/identidades":                         "seller",
	"POST /contactos/{id}/etiquetas":                           "seller",
	"GET /contactos/{id}/eliminar":                             "seller",
	"POST /contactos/{id}/eliminar":                            "seller",
	"POST /contactos/{id}/restaurar":                           "seller",
	"POST /contactos/{id}/tareas":                              "seller",
	"POST /contactos/{id}/tareas/{task}":                       "seller",
	"POST /contactos/{id}/notas":                               "seller",
	"GET /contactos/{id}/notas/{note}":                         "seller",
	"POST /contactos/{id}/notas/{note}":                        "seller",
	"GET /actividades":                                         "seller",
	"GET /actividades/nueva":                                   "seller",
	"POST /actividades/nueva":                                  "seller",
	"GET /actividades/{id}":                                    "seller",
	"POST /actividades/{id}":                                   "seller",
	"POST /actividades/{id}/estado":                            "seller",
	"GET /buscar":                                              "seller",
	"GET /configuracion/campos":                                "admin",
	"GET /configuracion/campos/nuevo":                          "admin",
	"POST /configuracion/campos/nuevo":                         "admin",
	"POST /configuracion/campos/recomendados":                  "admin",
	"POST /configuracion/campos/orden":                         "admin",
	"GET /configuracion/campos/{id}":                           "admin",
	"POST /configuracion/campos/{id}":                          "admin",
	"GET /configuracion/campos/{id}/tipo":                      "admin",
	"POST /configuracion/campos/{id}/tipo":                     "admin",
	"GET /configuracion/campos/{id}/avance":                    "admin",
	"POST /configuracion/campos/{id}/archivar":                 "admin",
	"POST /configuracion/campos/{id}/restaurar":                "admin",
	"GET /configuracion/campos/{id}/eliminar":                  "admin",
	"POST /configuracion/campos/{id}/eliminar":                 "admin",
	"GET /configuracion/embudos":                               "admin",
	"GET /configuracion/embudos/nuevo":                         "admin",
	"POST /configuracion/embudos/nuevo":                        "admin",
	"POST /configuracion/embudos/orden":                        "admin",
	"GET /configuracion/embudos/{id}":                          "admin",
	"POST /configuracion/embudos/{id}":                         "admin",
	"GET /configuracion/embudos/{id}/eliminar":                 "admin",
	"POST /configuracion/embudos/{id}/eliminar":                "admin",
	"POST /configuracion/embudos/{id}/orden":                   "admin",
	"GET /configuracion/embudos/{id}/etapas/nueva":             "admin",
	"POST /configuracion/embudos/{id}/etapas/nueva":            "admin",
	"GET /configuracion/embudos/{id}/etapas/{stage}":           "admin",
	"POST /configuracion/embudos/{id}/etapas/{stage}":          "admin",
	"GET /configuracion/embudos/{id}/etapas/{stage}/eliminar":  "admin",
	"POST /configuracion/embudos/{id}/etapas/{stage}/eliminar": "admin",
}

var crmSamples = map[string]func(full bool) any{
	"activities": func(full bool) any {
		page := activitiesPage{Page: samplePage(full), Form: newForm("quien", minesParam)}
		if full {
			row := activityRow{
				taskView: taskView{ID: "t", Title: nasty, Kind: nasty, Icon: "phone", Due: nasty, Late: true, Owner: nasty, Notes: nasty, Status: crm.ActivityPending, May: true},
				Contact:  nasty, ContactHref: "/contactos/c", Deal: nasty, DealHref: "/oportunidades/d", Back: activitiesPath + "?quien=" + nasty,
			}
			done := activityRow{taskView: taskView{ID: "u", Title: nasty, Icon: "check", Status: crm.ActivityCompleted}}
			page.Groups = []activityGroup{{nasty, true, []activityRow{row}}, {"", false, []activityRow{done}}}
			page.Tabs, page.Owners, page.Dues = []tab{{nasty, "/actividades", true, "3"}}, sampleChoices(true), sampleChoices(true)
			page.New, page.Any, page.Clear, page.Pager = "/actividades/nueva", true, activitiesPath, pager{"/a", "/b", ""}
		}
		return page
	},
	"activity": func(full bool) any {
		page := activityFormPage{Page: samplePage(full), Form: sampleForm(full, "title"), About: nasty, Action: "/actividades/nueva", Back: activitiesPath}
		if full {
			page.Activity, page.Kinds, page.Owners = &crm.Activity{ID: "a", Title: nasty}, sampleChoices(true), sampleChoices(true)
			page.Picker = &contactPicker{Form: page.Form, Options: []contactOption{{"c", nasty, nasty}}, Words: nasty, Asked: true, Search: page.Action, New: "/contactos/nuevo"}
		}
		return page
	},
	"contact": func(full bool) any {
		page := contactPage{
			Page: samplePage(full), Identities: identitiesView{Form: newForm()}, Tags: tagsView{Form: newForm()}, Tasks: tasksView{Form: newForm()}, Notes: notesView{Form: newForm()},
		}
		if full {
			page.ID, page.Name, page.Person, page.Owner, page.Email, page.Phone, page.TaxID, page.May, page.Fields = "c", nasty, nasty, nasty, nasty, "tel:+56912345678", nasty, true, fieldsPath
			one := fact{Name: "notes", Label: nasty, Text: nasty, Edit: "/contactos/c/campos/notes", Document: nasty, Changed: nasty, Long: true}
			page.Facts, page.Blank, page.Custom = []fact{one}, []fact{{Name: "city", Label: nasty}}, []fact{{Name: "custom.k", Label: nasty, Text: nasty, Href: "mailto:" + nasty}}
			both := identityKindView{
				Kind: crm.IdentityEmail, Label: nasty, Icon: "mail", Document: nasty, Changed: nasty,
				All: []identityView{{nasty, nasty, "mailto:a@b.cl", true}, {nasty, nasty, "", false}},
			}
			page.Identities = identitiesView{"c", []identityKindView{both, {Kind: crm.IdentityPhone, Icon: "phone"}}, sampleForm(true, "value"), sampleChoices(true), &existing{nasty, "/contactos/e"}, true}
			page.Tags = tagsView{"c", []crm.Tag{{ID: "t", Name: nasty, Color: "#123456"}}, []crm.Tag{{ID: "u", Name: nasty}}, sampleForm(true, "tag"), true}
			page.Deals = contactDealsView{[]contactDeal{{nasty, "/oportunidades/d", nasty, "s", nasty, nasty}, {Name: nasty, Href: "/oportunidades/e"}}, "/oportunidades/lista", "/oportunidades/nueva"}
			deal := samples["deal"](true).(dealPage)
			page.Tasks, page.Notes, page.Timeline = deal.Tasks, deal.Notes, deal.Timeline
		}
		return page
	},
	"contact_delete": func(full bool) any {
		page := contactDeletePage{Page: samplePage(full), ID: "c", Name: nasty, Form: sampleForm(full, "deals")}
		if full {
			page.Some, page.Deals, page.Fates = true, 3, sampleChoices(true)
		}
		return page
	},
	"contact_field": func(full bool) any {
		one := fieldControl{Input: fieldView{ID: "f-x", Name: "x", Label: nasty, Value: nasty}}
		return contactFieldPage{samplePage(full), &crm.Contact{}, nasty, fact{Name: "notes", Label: nasty}, sampleForm(full, "notes"), one, "/contactos/c/campos/notes", "/contactos/c"}
	},
	"contact_form": func(full bool) any {
		page := contactFormPage{Page: samplePage(full), Form: sampleForm(full, crm.FieldEmail), Action: "/contactos/nuevo", Back: contactsPath}
		if full {
			many, _ := newChoices(page.Form, "custom.k", nasty, sampleChoices(true), "many", true)
			page.Contact, page.Name, page.Existing = &crm.Contact{}, nasty, &existing{nasty, "/contactos/e"}
			page.Groups = []controlGroup{{nasty, []fieldControl{{Input: fieldView{ID: "f-1", Label: nasty}}}, true}, {"", []fieldControl{{Input: fieldView{ID: "f-2", Label: nasty}}}, false}}
			page.Custom = []fieldControl{{Many: true, Choices: many}}
		}
		return page
	},
	"contact_gone": func(full bool) any {
		page := goneContactPage{Page: samplePage(full), ID: "c", Name: nasty}
		if full {
			page.At, page.May, page.Problem, page.Existing = page.Moment(start), true, nasty, &existing{nasty, "/contactos/e"}
		}
		return page
	},
	"contact_note": func(full bool) any {
		return contactNotePage{samplePage(full), sampleForm(full, "text"), noteView{ID: "n", Text: nasty}, "/contactos/c"}
	},
	"contacts": func(full bool) any {
		list := samples["deal_list"](full).(dealListPage)
		return contactsPage{list.Page, list.Problem, list.Bar, list.Columns, list.Rows, list.Count, list.Pager, list.Chooser, list.New, list.CSV, list.Any}
	},
	"custom_field": func(full bool) any {
		page := customFieldPage{Page: samplePage(full), Field: crm.CustomField{Entity: crm.EntityDeal}, Form: sampleForm(full, "name"), Types: sampleChoices(full), Back: fieldsPath, Action: fieldsPath + "/nuevo"}
		if full {
			page.Field = crm.CustomField{ID: "f", Entity: crm.EntityDeal, Key: "cf_deal_x", Name: nasty, Type: crm.TypeDropdown}
			page.Options = []optionRow{{nasty, nasty, 0, true, false, ""}, {nasty, nasty, 1, false, true, ""}}
		}
		return page
	},
	"custom_field_delete": func(full bool) any {
		page := fieldDeletePage{Page: samplePage(full), Field: crm.CustomField{ID: "f", Entity: crm.EntityDeal, Name: nasty}}
		if full {
			page.Values, page.Problem = 1_000_000, nasty
		}
		return page
	},
	"custom_field_type": func(full bool) any {
		page := fieldTypePage{Page: samplePage(full), Field: crm.CustomField{ID: "f", Name: nasty, Type: crm.TypeText}, Form: sampleForm(full, "options"), Types: sampleChoices(full), Back: fieldsPath}
		if full {
			page.Asked, page.To, page.Preview, page.More = true, nasty, crm.TypePreview{Values: 5, Misfits: 3, Options: []string{nasty, nasty}}, 2
			page.Misfits = []misfitView{{nasty, nasty, "/contactos/c"}}
		}
		return page
	},
	"custom_fields": func(full bool) any {
		page := customFieldsPage{Page: samplePage(full), Entity: crm.EntityDeal, Most: 100}
		if full {
			field := crm.CustomField{ID: "f", Entity: crm.EntityDeal, Key: "cf_deal_x", Name: nasty, Type: crm.TypeText}
			page.Problem, page.Used, page.New, page.Tabs = nasty, 99, fieldsPath+"/nuevo", []tab{{nasty, fieldsPath, true, "3"}}
			page.Fields = []customFieldView{{CustomField: field, Icon: "text", Marks: []string{nasty}, Work: &fieldWorkView{"f", nasty, 1, 3}, First: true}}
			page.Archived = []customFieldView{{CustomField: field, Icon: "text"}}
			page.Recommended = []recommendedField{{nasty, nasty, nasty}}
		}
		return page
	},
	"pipeline": func(full bool) any {
		page := pipelineFormPage{Page: samplePage(full), Form: sampleForm(full, "name"), Action: pipelinesPath + "/nuevo"}
		if full {
			page.ID = "p"
		}
		return page
	},
	"pipeline_delete": func(full bool) any {
		page := pipelineDeletePage{Page: samplePage(full), Form: sampleForm(full, "to"), Name: nasty, Action: pipelinesPath + "/p/eliminar"}
		if full {
			page.Stage, page.Deals, page.Places = true, 12, sampleChoices(true)
		}
		return page
	},
	"pipeline_stage": func(full bool) any {
		return stageFormPage{samplePage(full), sampleForm(full, "color"), !full, sampleChoices(full), stageColors, "#123456", pipelinesPath + "/p/etapas/s"}
	},
	"pipelines": func(full bool) any {
		page := pipelinesPage{Page: samplePage(full)}
		if full {
			one := pipelineView{Pipeline: crm.Pipeline{ID: "p", Name: nasty}, Usual: true, First: true, Room: true}
			one.Rows = []stageRow{
				{Stage: crm.Stage{ID: "s", PipelineID: "p", Name: nasty, Kind: crm.StageOpen, StaleDays: 3}, Fill: "#123456", Deals: "3", First: true, Chance: true},
				{Stage: crm.Stage{ID: "t", PipelineID: "p", Name: nasty, Kind: crm.StageWon}, Deals: "0"},
				{Stage: crm.Stage{ID: "u", PipelineID: "p", Name: nasty, Kind: crm.StageLost}, Last: true},
			}
			page.Problem, page.Room, page.Many, page.Pipelines = nasty, true, true, []pipelineView{one, {Pipeline: crm.Pipeline{ID: "q"}, Last: true}}
		}
		return page
	},
	"search": func(full bool) any {
		page := searchPage{Page: samplePage(full)}
		if full {
			page.Words, page.AllContacts, page.AllDeals = nasty, contactsPath, dealListPath
			page.Contacts, page.Deals = []hit{{"hit-c", "/contactos/c", nasty, nasty, "", ""}}, []hit{{"hit-d", "/oportunidades/d", nasty, nasty, nasty, "s"}}
		}
		return page
	},
}
