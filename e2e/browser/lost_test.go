package browser

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// connected cuts a person's connection, or gives it back.
func (p *page) connected(on bool) {
	p.t.Helper()
	tell(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{
		{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1},
	}})
	tell(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: !on, DownloadThroughput: -1, UploadThroughput: -1})
}

// TestWhatIsRefusedIsSaid has parts of pages asked for that cannot be had: the person is told, each time.
func TestWhatIsRefusedIsSaid(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	o.connect()
	note := func(p *page, text string) { p.fill("Escribe una nota…", text); p.click("Agregar nota") }

	t.Run("NotThereAnyMore", func(t *testing.T) {
		deal := o.deal("Terraza", "Nuevo", "", 90_000)
		p := o.enter(t, administrator, desktop)
		p.open("/oportunidades/" + deal)
		o.call(http.MethodDelete, "/v1/crm/deals/"+deal, "")
		p.expect("404")
		note(p, "Llamar el lunes")
		p.in("#notices").sees("No existe esa oportunidad")
	})
	t.Run("WithoutConnection", func(t *testing.T) {
		deal := o.deal("Pérgola", "Nuevo", "", 90_000)
		p := o.enter(t, administrator, desktop)
		p.open("/oportunidades/" + deal)
		p.expect("ERR_INTERNET_DISCONNECTED")
		p.expect("htmx:") // which reports it at the console, too
		p.connected(false)
		note(p, "Llamar el lunes")
		p.in("#notices").sees("No hay conexión")
		p.connected(true)
		p.click("Agregar nota")
		p.in("#notas").sees("Llamar el lunes")
	})
	t.Run("TheSessionEnded", func(t *testing.T) {
		p := o.enter(t, administrator, desktop)
		p.open("/configuracion/apps/bsale")
		tell(p, network.ClearBrowserCookies, struct{}{})
		p.expect("401")
		p.in("#vista-previa").click("Vista previa")
		p.in("#notices").has("#notices a[href='/entrar']")
	})
	t.Run("DaysThatCannotBe", func(t *testing.T) {
		p := o.enter(t, administrator, desktop)
		p.open("/sincronizacion/historia")
		p.fill("Emitidos desde", "2026-03-10")
		p.fill("Hasta", "2026-03-01")
		p.expect("422")
		p.click("Contar documentos")
		p.has("#historia [data-problems]")
		p.fill("Hasta", "2026-03-12")
		p.click("Contar documentos")
		p.in("#estimacion").sees("Bsale tiene")
		p.until("the problem is gone", func() bool { return p.count("#historia [data-problems]") == 0 })
	})
}

// TestAMoveThatDoesNotGetThrough has the card go back to where it was, and the board say that it does not follow.
func TestAMoveThatDoesNotGetThrough(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	deal := o.deal("Quincho", "Nuevo", "", 450_000)
	o.deal("Terraza", "Nuevo", "", 90_000)
	p := o.enter(t, seller, desktop)
	p.open("/oportunidades")
	p.in("[data-live-state]").sees("En vivo")
	p.expect("ERR_INTERNET_DISCONNECTED")
	p.connected(false)
	p.in("[data-live-state].off").has("[data-live-state].off")
	p.drag(p.middle(p.card("Nuevo", "Quincho")), p.middle(p.column("Cotizado")))
	p.in("#notices").sees("No se pudo mover")
	p.card("Nuevo", "Quincho")
	p.in(fmt.Sprintf("[data-column=%q] .column-head", o.stages["Nuevo"])).sees("Nuevo 2")
	if got := o.stageOf(deal); got != "Nuevo" {
		t.Errorf("the deal is in %s", got)
	}

	// What others did meanwhile is there soon after the connection is.
	o.deal("Bodega", "Nuevo", "", 10_000)
	p.connected(true)
	p.card("Nuevo", "Bodega")
	p.until("the board says that it follows", func() bool { return p.count("[data-live-state]:not(.off)") == 1 })
}
