package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"

	"puente/internal/web"
)

// firstLoad is what a page may weigh for who comes for the first time, in bytes over the wire.
const firstLoad = 100_000

// addresses makes something of everything, and returns the address of each page that needs something to be there, by its path in the table of routes.
func (o *office) addresses() map[string]string {
	o.connect()
	contact := o.contact("Rosa", "Fuentes", "rosa.fuentes@example.com")
	deal := o.deal("Quincho de la señora Fuentes", "Nuevo", contact, 450_000)
	o.made("/v1/crm/activities", fmt.Sprintf(`{"title":"Llamar a Rosa","type":"call","dealId":%q,"contactId":%q,"startAt":"2026-03-13T10:00:00","assignedTo":%q}`, deal, contact, administrator))
	activity := o.made("/v1/crm/activities", fmt.Sprintf(`{"title":"Visitar","type":"meeting","dealId":%q,"startAt":"2026-03-14T10:00:00"}`, deal))
	dealNote := o.made("/v1/crm/deals/"+deal+"/notes", `{"text":"Prefiere que la llamen en la tarde."}`)
	contactNote := o.made("/v1/crm/contacts/"+contact+"/notes", `{"text":"Compra seguido."}`)
	field := o.made("/v1/crm/custom-fields", `{"entity":"deal","name":"Despacho","type":"dropdown","options":["Retiro","Envío"]}`)
	user := o.call(http.MethodGet, "/v1/crm/users", "")["items"].([]any)[1].(map[string]any)["id"].(string)
	link := o.call(http.MethodPost, "/v1/crm/users/"+user+"/link", "")["link"].(string)
	key := o.made("/v1/keys", `{"name":"Tienda web","scopes":["contacts:read"]}`)

	// Rosa has another tax id in Bsale than here, so her quote waits for somebody. Pedro's is in order.
	o.call(http.MethodPatch, "/v1/crm/contacts/"+contact, `{"taxId":"9.999.999-3"}`)
	quote := o.shop.issue(o.t, "quote", o.shop.rosa)
	o.shop.issue(o.t, "quote", o.shop.pedro)
	for _, state := range []string{"conflict", "linked"} {
		o.until("a document is "+state, "/v1/apps/bsale/records?state="+state, func(answer map[string]any) bool { return len(answer["items"].([]any)) == 1 })
	}

	pipeline, stage := o.pipeline, o.stages["Nuevo"]
	return map[string]string{
		"/clave/{token}":                                      strings.TrimPrefix(link, o.URL),
		"/oportunidades/columna":                              "/oportunidades/columna?embudo=" + pipeline + "&etapa=" + stage,
		"/oportunidades/{id}":                                 "/oportunidades/" + deal,
		"/oportunidades/{id}/editar":                          "/oportunidades/" + deal + "/editar",
		"/oportunidades/{id}/campos/{field}":                  "/oportunidades/" + deal + "/campos/name",
		"/oportunidades/{id}/mover":                           "/oportunidades/" + deal + "/mover",
		"/oportunidades/{id}/eliminar":                        "/oportunidades/" + deal + "/eliminar",
		"/oportunidades/{id}/notas/{note}":                    "/oportunidades/" + deal + "/notas/" + dealNote,
		"/contactos/{id}":                                     "/contactos/" + contact,
		"/contactos/{id}/editar":                              "/contactos/" + contact + "/editar",
		"/contactos/{id}/campos/{field}":                      "/contactos/" + contact + "/campos/first_name",
		"/contactos/{id}/eliminar":                            "/contactos/" + contact + "/eliminar",
		"/contactos/{id}/notas/{note}":                        "/contactos/" + contact + "/notas/" + contactNote,
		"/actividades/{id}":                                   "/actividades/" + activity,
		"/buscar":                                             "/buscar?q=fuentes",
		"/configuracion/usuarios/{id}":                        "/configuracion/usuarios/" + user,
		"/configuracion/usuarios/{id}/desactivar":             "/configuracion/usuarios/" + user + "/desactivar",
		"/configuracion/campos/{id}":                          "/configuracion/campos/" + field,
		"/configuracion/campos/{id}/tipo":                     "/configuracion/campos/" + field + "/tipo",
		"/configuracion/campos/{id}/avance":                   "/configuracion/campos/" + field + "/avance",
		"/configuracion/campos/{id}/eliminar":                 "/configuracion/campos/" + field + "/eliminar",
		"/configuracion/embudos/{id}":                         "/configuracion/embudos/" + pipeline,
		"/configuracion/embudos/{id}/eliminar":                "/configuracion/embudos/" + pipeline + "/eliminar",
		"/configuracion/embudos/{id}/etapas/nueva":            "/configuracion/embudos/" + pipeline + "/etapas/nueva",
		"/configuracion/embudos/{id}/etapas/{stage}":          "/configuracion/embudos/" + pipeline + "/etapas/" + stage,
		"/configuracion/embudos/{id}/etapas/{stage}/eliminar": "/configuracion/embudos/" + pipeline + "/etapas/" + stage + "/eliminar",
		"/configuracion/apps/llaves/{id}":                     "/configuracion/apps/llaves/" + key,
		"/configuracion/apps/llaves/{id}/revocar":             "/configuracion/apps/llaves/" + key + "/revocar",
		"/sincronizacion/documentos/{id}":                     fmt.Sprintf("/sincronizacion/documentos/%d", quote),
	}
}

// strangers are the pages for who is not logged in, where there is an administrator already.
var strangers = []string{"/entrar", "/clave/{token}"}

// TestEveryPage looks at each page of the table of routes, in both languages, light and dark, wide and narrow: axe-core finds nothing, nothing sticks out, the
// browser complains of nothing, and the first load is small.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	addresses := o.addresses()
	for _, language := range []string{"Español", "English"} {
		email := strings.ToLower(language[:2]) + "@elpuente.example"
		o.addUser(email, "María-José "+language, "admin")
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			stranger, person := newPage(t, o.URL, desktop), o.enter(t, email, desktop)
			stranger.open("/entrar")
			stranger.click(language)
			stranger.has(`html[lang="` + strings.ToLower(language[:2]) + `"]`)
			person.open("/configuracion/perfil")
			person.pick("Idioma", language)
			person.in(`form[action="/configuracion/perfil"]`).click("Guardar")
			person.has(`html[lang="` + strings.ToLower(language[:2]) + `"] [data-toast]`)
			for _, path := range web.Pages() {
				p, address := person, path
				if slices.Contains(strangers, path) {
					p = stranger
				}
				if known, ok := addresses[path]; ok {
					address = known
				}
				switch {
				case path == "/inicio": // below: here it is past
				case strings.Contains(address, "{"):
					t.Errorf("%s: no address of such a page is known here", path)
				default:
					p.lookAt(path, address)
				}
			}
			person.expect("404")
			person.lookAt("a page that does not exist", "/nada")
		})
	}
}

// TestTheFirstPage does as TestEveryPage for the page that is there only once.
func TestTheFirstPage(t *testing.T) {
	t.Parallel()
	p := newPage(t, serve(t).URL, desktop)
	p.lookAt("/inicio", "/inicio")
	p.click("English")
	p.has(`html[lang="en"]`)
	p.good("/inicio in English")
}

// lookAt opens a page as who comes for the first time, and checks it.
func (p *page) lookAt(what, address string) {
	p.t.Helper()
	tell(p, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
	p.forgetLoaded()
	p.open(address)
	if loaded := p.loadedSoFar(); loaded > firstLoad || loaded < firstLoad/10 {
		p.t.Errorf("%s: the first load is %.0f bytes, want at most %d, and with style, script and font at least a tenth of that", what, loaded, firstLoad)
	}
	if p.count("main h1") != 1 {
		p.t.Errorf("%s: no heading at %s: %s", what, p.path(), p.text("main"))
	}
	p.good(what)
}
