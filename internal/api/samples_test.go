package api_test

import (
	"strconv"
	"sync/atomic"

	"puente/internal/auth"
	"puente/internal/crm"
)

// sample is a request that succeeds.
type sample struct {
	path    string
	body    string
	headers []string
}

var serial atomic.Int64

// fresh returns text that no other call returns.
func fresh() string { return strconv.FormatInt(serial.Add(1), 10) }

// make makes something by the API and returns its id.
func (w *world) make(path, body string) string {
	w.t.Helper()
	return w.mustAsk(201, "POST", path, body).string("id")
}

func (w *world) contact() string {
	return w.make("/v1/crm/contacts", `{"personal":{"firstName":"Camila","email":"c`+fresh()+`@quillay.example"}}`)
}

func (w *world) deal() string {
	return w.make("/v1/crm/deals", `{"name":"Cocina `+fresh()+`","value":1000}`)
}

func (w *world) tag() string { return w.make("/v1/crm/tags", `{"name":"Etiqueta `+fresh()+`"}`) }

func (w *world) field() string {
	return w.make("/v1/crm/custom-fields", `{"entity":"contact","name":"Campo `+fresh()+`","type":"text"}`)
}

func (w *world) pipeline() string {
	return w.make("/v1/crm/pipelines", `{"name":"Embudo `+fresh()+`","stages":[{"name":"Uno"},{"name":"Dos"},{"name":"Ganada","type":"won"}]}`)
}

// stage returns the path of a stage.
func (w *world) stage(pipeline string) string {
	g := w.mustAsk(200, "GET", "/v1/crm/pipelines/"+pipeline, nil)
	return "/v1/crm/pipelines/" + pipeline + "/stages/" + g.string("stages", 1, "id")
}

func (w *world) activity() string {
	return w.make("/v1/crm/activities", `{"title":"Llamar","contactId":"`+w.contact()+`"}`)
}

func (w *world) note() string {
	return w.make("/v1/crm/contacts/"+w.contact()+"/notes", `{"text":"Prefiere la tarde"}`)
}

func (w *world) user() string {
	g := w.mustAsk(201, "POST", "/v1/crm/users", `{"email":"u`+fresh()+`@quillay.example","name":"Uno","role":"seller"}`)
	return g.string("user", "id")
}

func (w *world) anotherKey() string {
	return w.make("/v1/keys", `{"name":"Una llave","scopes":["contacts:read"]}`)
}

// session logs the administrator in and returns the header for it.
func (w *world) session() []string {
	return []string{"Authorization", "Bearer " + w.login(w.users[crm.RoleAdmin], w.account.ID)}
}

// samples has one for each operation of the document.
var samples = map[string]func(w *world) sample{
	"post-v1-session": func(w *world) sample {
		w.login(w.users[crm.RoleAdmin], w.account.ID)
		return sample{path: "/v1/session", body: `{"email":"` + w.users[crm.RoleAdmin].Email + `","password":"` + password + `"}`, headers: []string{"X-Api-Key", ""}}
	},
	"get-v1-session":    func(*world) sample { return sample{path: "/v1/session"} },
	"delete-v1-session": func(w *world) sample { return sample{path: "/v1/session", headers: w.session()} },
	"get-v1-sessions":   func(w *world) sample { return sample{path: "/v1/sessions", headers: w.session()} },
	"put-v1-session-password": func(w *world) sample {
		return sample{path: "/v1/session/password", body: `{"oldPassword":"` + password + `","password":"otra clave larga 456"}`, headers: w.session()}
	},
	"delete-v1-sessions-id": func(w *world) sample {
		h := w.session()
		return sample{path: "/v1/sessions/" + w.mustAsk(200, "GET", "/v1/sessions", nil, h...).string("items", 0, "id"), headers: h}
	},
	"post-v1-setup": func(w *world) sample {
		code, _, err := w.auth.SetupCode(w.ctx)
		must(w.t, err)
		return sample{path: "/v1/setup", body: `{"code":"` + code + `","email":"primera@quillay.example","password":"` + password + `"}`, headers: []string{"X-Api-Key", ""}}
	},
	"post-v1-passwords": func(w *world) sample {
		token, _, err := w.auth.Link(w.ctx, auth.Operator(w.account.ID), w.users[crm.RoleEditor].ID)
		must(w.t, err)
		return sample{path: "/v1/passwords", body: `{"token":"` + token + `","password":"` + password + `"}`, headers: []string{"X-Api-Key", ""}}
	},

	"get-v1-keys": func(*world) sample { return sample{path: "/v1/keys"} },
	"post-v1-keys": func(*world) sample {
		return sample{path: "/v1/keys", body: `{"name":"Tienda web","scopes":["contacts:write","deals:read"],"expires":"2030-01-01T00:00:00Z"}`}
	},
	"post-v1-keys-id-rotate": func(w *world) sample {
		return sample{path: "/v1/keys/" + w.anotherKey() + "/rotate", body: `{"graceHours":1}`}
	},
	"patch-v1-keys-id": func(w *world) sample {
		return sample{path: "/v1/keys/" + w.anotherKey(), body: `{"name":"Otra","expires":null}`}
	},
	"delete-v1-keys-id": func(w *world) sample { return sample{path: "/v1/keys/" + w.anotherKey()} },

	"get-v1-crm-contacts": func(w *world) sample {
		w.contact()
		return sample{path: "/v1/crm/contacts?q=camila&sort=-created&size=2&filter[firstName]=Camila&filter[created][gte]=2026-01-01&updated_since=2026-01-01T00:00:00"}
	},
	"post-v1-crm-contacts": func(w *world) sample {
		return sample{path: "/v1/crm/contacts", body: `{"personal":{"firstName":"Camila","email":"c` + fresh() + `@quillay.example","birthDay":12,"birthMonth":3,"birthYear":1980},"priority":3,"tags":["` + w.tag() + `"],"custom":{},"company":{"annualRevenue":1000,"numberOfEmployees":3}}`}
	},
	"get-v1-crm-contacts-scroll": func(w *world) sample {
		return sample{path: "/v1/crm/contacts/scroll?since=2026-01-01T00:00:00Z&size=1"}
	},
	"post-v1-crm-contacts-batch": func(w *world) sample {
		return sample{path: "/v1/crm/contacts/batch", body: `{"items":[{"contact":{"personal":{"email":"c` + fresh() + `@quillay.example"}}},{"id":"` + w.contact() + `","version":1,"contact":{"source":"web"}},{"contact":{}}]}`}
	},
	"get-v1-crm-contacts-csv": func(w *world) sample {
		w.contact()
		return sample{path: "/v1/crm/contacts.csv?filter[firstName]=Camila&sort=name"}
	},
	"get-v1-crm-contacts-id": func(w *world) sample { return sample{path: "/v1/crm/contacts/" + w.contact()} },
	"patch-v1-crm-contacts-id": func(w *world) sample {
		return sample{path: "/v1/crm/contacts/" + w.contact(), body: `{"personal":{"lastName":"Rojas"},"notes":null,"addEmails":["d` + fresh() + `@quillay.example"]}`}
	},
	"put-v1-crm-contacts-id": func(w *world) sample {
		return sample{path: "/v1/crm/contacts/" + w.contact(), body: `{"company":{"name":"Quillay SpA"}}`}
	},
	"delete-v1-crm-contacts-id": func(w *world) sample { return sample{path: "/v1/crm/contacts/" + w.contact() + "?deals=delete"} },
	"post-v1-crm-contacts-id-restore": func(w *world) sample {
		id := w.contact()
		w.mustAsk(204, "DELETE", "/v1/crm/contacts/"+id, nil)
		return sample{path: "/v1/crm/contacts/" + id + "/restore"}
	},
	"put-v1-crm-contacts-id-tags": func(w *world) sample {
		return sample{path: "/v1/crm/contacts/" + w.contact() + "/tags", body: `{"addTags":["` + w.tag() + `"],"removeTags":[],"triggerWorkflow":false}`}
	},
	"get-v1-crm-contacts-id-timeline": func(w *world) sample { return sample{path: "/v1/crm/contacts/" + w.contact() + "/timeline"} },
	"get-v1-crm-contacts-id-deals":    func(w *world) sample { return sample{path: "/v1/crm/contacts/" + w.contact() + "/deals"} },
	"get-v1-crm-contacts-id-notes":    func(w *world) sample { return sample{path: "/v1/crm/contacts/" + w.contact() + "/notes?size=5"} },
	"post-v1-crm-contacts-id-notes": func(w *world) sample {
		return sample{path: "/v1/crm/contacts/" + w.contact() + "/notes", body: `{"text":"Hola"}`}
	},
	"get-v1-crm-contacts-id-activities": func(w *world) sample {
		return sample{path: "/v1/crm/contacts/" + w.contact() + "/activities?status=pending"}
	},

	"get-v1-crm-deals": func(w *world) sample {
		w.deal()
		return sample{path: "/v1/crm/deals?filter[value][gt]=1&filter[assignedTo]=unassigned&page=0&size=10&sort=-value"}
	},
	"post-v1-crm-deals": func(w *world) sample {
		return sample{path: "/v1/crm/deals", body: `{"name":"Cocina","contactId":"` + w.contact() + `","value":150000,"priority":1,"assignedTo":"unassigned","products":{"items":[],"updateValue":false},"triggerWorkflow":false}`}
	},
	"get-v1-crm-deals-scroll": func(*world) sample { return sample{path: "/v1/crm/deals/scroll"} },
	"get-v1-crm-deals-totals": func(w *world) sample { w.deal(); return sample{path: "/v1/crm/deals/totals?q=cocina"} },
	"post-v1-crm-deals-batch": func(w *world) sample {
		return sample{path: "/v1/crm/deals/batch", body: `{"items":[{"deal":{"name":"Una"}},{"id":"` + w.deal() + `","deal":{"value":5}},{"deal":{}}]}`}
	},
	"get-v1-crm-deals-csv": func(w *world) sample { w.deal(); return sample{path: "/v1/crm/deals.csv?sort=-created"} },
	"get-v1-crm-deals-id":  func(w *world) sample { return sample{path: "/v1/crm/deals/" + w.deal()} },
	"patch-v1-crm-deals-id": func(w *world) sample {
		return sample{path: "/v1/crm/deals/" + w.deal(), body: `{"value":2000.0,"description":"Con isla"}`}
	},
	"put-v1-crm-deals-id":    func(w *world) sample { return sample{path: "/v1/crm/deals/" + w.deal(), body: `{"name":"Otra"}`} },
	"delete-v1-crm-deals-id": func(w *world) sample { return sample{path: "/v1/crm/deals/" + w.deal()} },
	"post-v1-crm-deals-id-restore": func(w *world) sample {
		id := w.deal()
		w.mustAsk(204, "DELETE", "/v1/crm/deals/"+id, nil)
		return sample{path: "/v1/crm/deals/" + id + "/restore"}
	},
	"post-v1-crm-deals-id-move": func(w *world) sample {
		won := w.mustAsk(200, "GET", "/v1/crm/pipelines", nil).string("items", 0, "stages", 3, "id")
		return sample{path: "/v1/crm/deals/" + w.deal() + "/move", body: `{"stageId":"` + won + `","above":null,"closeReason":"Precio"}`}
	},
	"get-v1-crm-deals-id-timeline":  func(w *world) sample { return sample{path: "/v1/crm/deals/" + w.deal() + "/timeline?size=3"} },
	"get-v1-crm-deals-id-stages":    func(w *world) sample { return sample{path: "/v1/crm/deals/" + w.deal() + "/stages"} },
	"get-v1-crm-deals-id-documents": func(w *world) sample { return sample{path: "/v1/crm/deals/" + w.deal() + "/documents"} },
	"get-v1-crm-deals-id-notes":     func(w *world) sample { return sample{path: "/v1/crm/deals/" + w.deal() + "/notes"} },
	"post-v1-crm-deals-id-notes": func(w *world) sample {
		return sample{path: "/v1/crm/deals/" + w.deal() + "/notes", body: `{"text":"Hola"}`}
	},
	"get-v1-crm-deals-id-activities": func(w *world) sample { return sample{path: "/v1/crm/deals/" + w.deal() + "/activities"} },

	"get-v1-crm-search": func(w *world) sample { w.contact(); w.deal(); return sample{path: "/v1/crm/search?q=c"} },

	"get-v1-crm-activities": func(w *world) sample {
		w.activity()
		return sample{path: "/v1/crm/activities?since=2026-01-01T00:00:00&assignedTo=unassigned&page=0&size=200"}
	},
	"post-v1-crm-activities": func(w *world) sample {
		return sample{path: "/v1/crm/activities", body: `{"title":"Llamar","type":"call","startAt":"2026-03-12T10:00:00Z","endAt":"2026-03-12T11:00:00","dealId":"` + w.deal() + `","status":"completed"}`}
	},
	"get-v1-crm-activities-id": func(w *world) sample { return sample{path: "/v1/crm/activities/" + w.activity()} },
	"patch-v1-crm-activities-id": func(w *world) sample {
		return sample{path: "/v1/crm/activities/" + w.activity(), body: `{"title":"Escribir","status":"discarded"}`}
	},
	"delete-v1-crm-activities-id": func(w *world) sample { return sample{path: "/v1/crm/activities/" + w.activity()} },
	"get-v1-crm-notes-id":         func(w *world) sample { return sample{path: "/v1/crm/notes/" + w.note()} },
	"patch-v1-crm-notes-id":       func(w *world) sample { return sample{path: "/v1/crm/notes/" + w.note(), body: `{"text":"Otra"}`} },
	"delete-v1-crm-notes-id":      func(w *world) sample { return sample{path: "/v1/crm/notes/" + w.note()} },

	"get-v1-crm-tags": func(w *world) sample { w.tag(); return sample{path: "/v1/crm/tags"} },
	"post-v1-crm-tags": func(*world) sample {
		return sample{path: "/v1/crm/tags", body: `{"name":"Etiqueta ` + fresh() + `","color":"#aabbcc"}`}
	},
	"get-v1-crm-tags-id":    func(w *world) sample { return sample{path: "/v1/crm/tags/" + w.tag()} },
	"patch-v1-crm-tags-id":  func(w *world) sample { return sample{path: "/v1/crm/tags/" + w.tag(), body: `{"color":"#000000"}`} },
	"delete-v1-crm-tags-id": func(w *world) sample { return sample{path: "/v1/crm/tags/" + w.tag()} },

	"get-v1-crm-pipelines": func(*world) sample { return sample{path: "/v1/crm/pipelines?page=0&size=100"} },
	"post-v1-crm-pipelines": func(*world) sample {
		return sample{path: "/v1/crm/pipelines", body: `{"name":"Embudo ` + fresh() + `"}`}
	},
	"put-v1-crm-pipelines-order": func(w *world) sample {
		p := w.pipeline()
		return sample{path: "/v1/crm/pipelines/order", body: `{"ids":["` + w.mustAsk(200, "GET", "/v1/crm/pipelines", nil).string("items", 0, "id") + `","` + p + `"]}`}
	},
	"get-v1-crm-pipelines-id": func(w *world) sample { return sample{path: "/v1/crm/pipelines/" + w.pipeline()} },
	"patch-v1-crm-pipelines-id": func(w *world) sample {
		return sample{path: "/v1/crm/pipelines/" + w.pipeline(), body: `{"name":"Embudo ` + fresh() + `"}`}
	},
	"delete-v1-crm-pipelines-id": func(w *world) sample { return sample{path: "/v1/crm/pipelines/" + w.pipeline()} },
	"post-v1-crm-pipelines-id-stages": func(w *world) sample {
		return sample{path: "/v1/crm/pipelines/" + w.pipeline() + "/stages", body: `{"name":"Tres","color":"#112233","probability":50,"staleDays":7}`}
	},
	"put-v1-crm-pipelines-id-stages-order": func(w *world) sample {
		return sample{path: "/v1/crm/pipelines/" + w.pipeline() + "/stages/order", body: `{"ids":[]}`}
	},
	"patch-v1-crm-pipelines-id-stages-stage": func(w *world) sample {
		return sample{path: w.stage(w.pipeline()), body: `{"name":"Renombrada","type":"open","probability":20}`}
	},
	"delete-v1-crm-pipelines-id-stages-stage": func(w *world) sample { return sample{path: w.stage(w.pipeline())} },

	"get-v1-crm-custom-fields": func(w *world) sample {
		w.field()
		return sample{path: "/v1/crm/custom-fields?entity=contact&archived=true"}
	},
	"post-v1-crm-custom-fields": func(*world) sample {
		return sample{path: "/v1/crm/custom-fields", body: `{"entity":"deal","name":"Campo ` + fresh() + `","type":"dropdown","options":["Uno","Dos"],"default":"Uno","searchable":true}`}
	},
	"put-v1-crm-custom-fields-order": func(*world) sample {
		return sample{path: "/v1/crm/custom-fields/order", body: `{"entity":"contact","keys":[]}`}
	},
	"post-v1-crm-custom-fields-recommended": func(*world) sample {
		return sample{path: "/v1/crm/custom-fields/recommended", body: `{"typed":true}`}
	},
	"get-v1-crm-custom-fields-id": func(w *world) sample { return sample{path: "/v1/crm/custom-fields/" + w.field()} },
	"patch-v1-crm-custom-fields-id": func(w *world) sample {
		return sample{path: "/v1/crm/custom-fields/" + w.field(), body: `{"name":"Campo ` + fresh() + `","required":true,"default":"x"}`}
	},
	"delete-v1-crm-custom-fields-id":       func(w *world) sample { return sample{path: "/v1/crm/custom-fields/" + w.field() + "?values=0"} },
	"post-v1-crm-custom-fields-id-archive": func(w *world) sample { return sample{path: "/v1/crm/custom-fields/" + w.field() + "/archive"} },
	"post-v1-crm-custom-fields-id-restore": func(w *world) sample { return sample{path: "/v1/crm/custom-fields/" + w.field() + "/restore"} },
	"post-v1-crm-custom-fields-id-type-preview": func(w *world) sample {
		return sample{path: "/v1/crm/custom-fields/" + w.field() + "/type/preview", body: `{"type":"number"}`}
	},
	"post-v1-crm-custom-fields-id-type": func(w *world) sample {
		return sample{path: "/v1/crm/custom-fields/" + w.field() + "/type", body: `{"type":"date"}`}
	},

	"get-v1-crm-users": func(*world) sample { return sample{path: "/v1/crm/users"} },
	"post-v1-crm-users": func(*world) sample {
		return sample{path: "/v1/crm/users", body: `{"email":"u` + fresh() + `@quillay.example","name":"Uno","role":"seller"}`}
	},
	"get-v1-crm-users-id": func(w *world) sample { return sample{path: "/v1/crm/users/" + w.user()} },
	"patch-v1-crm-users-id": func(w *world) sample {
		return sample{path: "/v1/crm/users/" + w.user(), body: `{"name":"Dos","language":"en"}`}
	},
	"post-v1-crm-users-id-link": func(w *world) sample {
		return sample{path: "/v1/crm/users/" + w.user() + "/link"}
	},
	"post-v1-crm-users-id-deactivate": func(w *world) sample {
		return sample{path: "/v1/crm/users/" + w.user() + "/deactivate", body: `{"reassignTo":"unassigned"}`}
	},
	"post-v1-crm-users-id-activate": func(w *world) sample { return sample{path: "/v1/crm/users/" + w.user() + "/activate"} },

	"get-v1-crm-account": func(*world) sample { return sample{path: "/v1/crm/account"} },
	"patch-v1-crm-account": func(*world) sample {
		return sample{path: "/v1/crm/account", body: `{"name":"Quillay","dateStyle":"","sellerAccess":"own"}`}
	},
}
