package browser

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestFromNothingToTheFirstSaleOnTheBoard does what the instructions for the Bsale app say, step by step, on an empty install.
func TestFromNothingToTheFirstSaleOnTheBoard(t *testing.T) {
	t.Parallel()
	s := serve(t)
	p := newPage(t, s.URL, desktop)
	firstStart(s, p)
	createFields(p)
	secret := connectAPI(p)
	fillInBsale(s, p)
	saveBsale(s, p)

	// The board is open while Rosa buys; nobody touches it any more.
	p.open("/oportunidades")
	p.in("[data-live-state]").sees("En vivo")
	quote := s.shop.number(t, s.shop.issue(t, "quote", s.shop.rosa))
	p.in(p.card("Cotizado", "Rosa Fuentes")).sees("Valentina Soto", quote)
	receipt := s.shop.number(t, s.shop.issue(t, "receipt", s.shop.rosa))
	p.in(p.card("Vendido", "Rosa Fuentes")).sees("Valentina Soto", receipt)
	p.until("the deal was moved, not made again", func() bool { return p.count("[data-deal]") == 1 })

	// Pedro was never quoted anything, so his deal is made where sales start.
	receipt = s.shop.number(t, s.shop.issue(t, "receipt", s.shop.pedro))
	sold := p.card("Vendido", "Pedro Alarcón")
	p.in(sold).sees("Valentina Soto", receipt)

	p.in(sold).follow(p.text(sold + " h3"))
	p.sees("Número de Documento "+receipt, "Fecha de Emisión", "Total Documento", ownField+" Casa Matriz", "Valentina Soto")
	p.in("main a[href^='/contactos/']").follow("Pedro Alarcón")
	p.sees("Rut del Cliente del Documento 11111111-1", "Origen de los contactos Bsale")

	request, err := http.NewRequest(http.MethodGet, s.URL+"/v1/crm/contacts", nil)
	must(t, err)
	request.Header.Set("X-Api-Key", secret)
	answer, err := http.DefaultClient.Do(request)
	must(t, err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the key that was shown: %s", answer.Status)
	}
}

// firstStart makes the business and its administrator, and invites who sells.
func firstStart(s *service, p *page) {
	p.open("/")
	p.arrives("/inicio")
	p.fill("Código de primer inicio", s.Code)
	p.fill("Nombre del negocio", "Ferretería El Puente")
	p.fill("Nombre", "Camila Rojas")
	p.fill("Correo", administrator)
	p.fill("Contraseña", password)
	p.click("Crear y entrar")
	p.arrives("/primeros-pasos")

	p.open("/configuracion/usuarios")
	p.follow("Invitar usuario")
	p.fill("Correo", seller)
	p.fill("Nombre", "Valentina Soto")
	p.in("#f-role").choose("Vendedor")
	p.click("Crear invitación")
	link := p.holds("Enlace para elegir contraseña")
	p.accessible("the link for who is invited")

	her := newPage(s.t, "", p.look)
	her.open(link)
	her.fill("Contraseña nueva", password)
	her.click("Guardar y entrar")
	her.arrives("/oportunidades")
}

// sixFields are those that the instructions ask for: four of deals, two of contacts.
var sixFields = []string{"Número de Documento", "Fecha de Emisión", "Fecha de Vencimiento", "Total Documento", "Rut del Cliente del Documento", "Origen de los contactos"}

// ownField is one more, for what the shop wants to see besides.
const ownField = "Sucursal"

// createFields finds the six fields that the instructions have people create: an account starts with them. It creates one more as they say.
func createFields(p *page) {
	p.follow("Configuraciones")
	p.in(".settings-menu").follow("Campos personalizados")
	p.in("#campos").sees(sixFields[4:]...)
	p.in(".tabs").follow("Oportunidad 4")
	p.in("#campos").sees(sixFields[:4]...)
	p.follow("Crear")
	form := p.in("#dialog")
	if p.look.plain {
		form = p.in("main")
	}
	p.accessible("a form in a dialog")
	form.choose("Texto")
	form.fill("Nombre", ownField)
	form.click("Crear campo")
	p.in("#campos").sees(ownField)
	p.sees("7 de 100")
}

// connectAPI makes the first API key and returns its secret, which the page shows then.
func connectAPI(p *page) string {
	p.open("/configuracion/perfil")
	p.in(".settings-menu").follow("Apps")
	p.click("Conectar API")
	p.sees("Cópiala ahora")
	p.accessible("the secret of a key")
	return p.holds("API Key “API principal”")
}

// fillInBsale goes on from the API key, adds the Bsale app and sets its rules as the instructions say. Nothing is stored yet.
func fillInBsale(s *service, p *page) {
	p.follow("Listo, la guardé")
	p.in("#llaves").sees("API principal")
	p.follow("Agregar")
	p.arrives("/configuracion/apps/catalogo")
	p.follow("Seleccionar")
	p.arrives("/configuracion/apps/catalogo/bsale")
	p.follow("Configurar")
	p.arrives("/configuracion/apps/bsale")
	p.choose("Habilitar esta app")
	p.fill("Token de Acceso a Bsale", s.shop.Token())
	p.unfold("Opciones avanzadas")
	p.fill("Dirección de la API", s.shop.URL())
	p.fill("Consultas por segundo", "100")
	p.click("Probar conexión")
	p.in("#prueba").sees("Bsale respondió", "Casa Matriz", "Valentina Soto")

	p.accessible("Bsale's settings after a trial")

	p.in("#f-create-clients").choose("No")
	p.in("#f-documents").choose("Ambos")
	p.pick("Están en la etapa", "Cotizado")
	p.pick("Pasan a la etapa", "Vendido")
	p.pick("Etapa en que empieza", "Vendido")
	p.in("#f-owner-reference").choose("Vendedor del documento")
	// The fields that were created are there to be filled already, each from what it is called after.
	for entity, names := range map[string][]string{"deal": sixFields[:4], "contact": sixFields[4:]} {
		if got := p.chosen("#mapa-" + entity + " ~ .map-rows [id$=-to]"); strings.Join(got, ",") != strings.Join(names, " · Texto,")+" · Texto" {
			p.t.Errorf("the rows of %ss fill %q, want %q", entity, got, names)
		}
	}
	deals := p.in(".mapping:has(#mapa-deal)")
	deals.click("Agregar fila")
	deals.pick("Dato de Bsale, fila 5", "Sucursal")
	deals.pick("Campo que llena, fila 5", ownField)
	if !p.look.plain { // else an example comes with the next answer
		deals.sees("Casa Matriz")
	}
}

// saveBsale stores the rules, and gives Bsale the address for its notifications.
func saveBsale(s *service, p *page) {
	p.in(".bsale-foot").click("Guardar")
	p.arrives("/sincronizacion")
	p.until("the first look at Bsale is over", func() bool {
		if p.look.plain { // nothing comes by itself
			p.open("/sincronizacion")
		}
		return strings.Contains(p.text("main"), "Al día con Bsale")
	})
	p.follow("Reglas")
	address := p.holds("Dirección para los avisos")
	s.shop.hook.Store(&address)
}

// number returns a document's number.
func (s *shop) number(t *testing.T, id int64) string {
	t.Helper()
	document, ok := s.World().Document(id)
	if !ok {
		t.Fatalf("the shop has no document %d", id)
	}
	return strconv.FormatInt(document.Number, 10)
}
