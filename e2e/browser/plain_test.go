package browser

import (
	"testing"
)

// TestWithoutScripts does everything once in a browser that runs none.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	plain := desktop
	plain.plain = true
	p := newPage(t, s.URL, plain)
	firstStart(s, p)
	createFields(p)
	connectAPI(p)
	fillInBsale(s, p)
	saveBsale(s, p)

	p.open("/configuracion/apps/bsale")
	p.sees("Al probar verás")
	p.in("#prueba").seesNot("Preguntando")

	// A contact, a deal, what belongs to it.
	p.open("/contactos/nuevo")
	p.fill("Nombre", "Ana")
	p.fill("Apellido", "Pizarro")
	p.fill("Correo", "ana.pizarro@example.com")
	p.click("Guardar")
	p.in("h1").sees("Ana Pizarro")
	p.in("main").follow("Nueva oportunidad")
	p.fill("Nombre", "Pérgola")
	p.fill("Valor", "250000")
	p.click("Guardar")
	p.in("h1").sees("Pérgola")
	p.sees("Ana Pizarro", "$250.000")
	deal := p.path()

	p.fill("Escribe una nota…", "Mide tres metros")
	p.click("Agregar nota")
	p.sees("Nota agregada", "Mide tres metros")
	p.in("main").follow("Editar")
	p.fill("Descripción", "Con techo")
	p.click("Guardar")
	p.arrives(deal)
	p.sees("Con techo")

	// The board: found, moved by the menu of the card.
	p.open("/oportunidades")
	p.fill("Buscar en el tablero", "pergola")
	p.click("Filtrar")
	card := p.in(p.card("Nuevo", "Pérgola"))
	card.unfold("Mover “Pérgola” a otra etapa")
	card.click("Cotizado")
	p.card("Cotizado", "Pérgola")

	// A sale moves it on; a look at the board shows it.
	s.shop.issue(t, "receipt", s.shop.rosa)
	p.until("the sale is on the board", func() bool { p.open("/oportunidades"); return p.count("[data-deal]") == 2 })
	p.card("Vendido", "Rosa Fuentes")

	p.open("/")
	p.in("header").fill("Buscar", "pizarro")
	p.press("\r")
	p.arrives("/buscar")
	p.in("main").sees("Ana Pizarro", "Pérgola")

	p.open(deal + "/eliminar")
	p.click("Eliminar")
	p.sees("Restaurar")
	p.click("Restaurar")
	p.sees("Pérgola")
}
