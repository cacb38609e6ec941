package browser

import (
	"fmt"
	"testing"

	"puente/internal/bsale/bsalesim"
)

const (
	burst = 500
	// frozen is how many milliseconds between two frames make a page that does not answer. On two cores that also run everything else, frames of some hundred are usual.
	frozen = 2_000
)

// watchFrames notes the longest time between two frames from now on.
const watchFrames = `(() => {
	let last = performance.now();
	window.longestFrame = 0;
	const frame = (now) => { window.longestFrame = Math.max(window.longestFrame, now - last); last = now; requestAnimationFrame(frame); };
	requestAnimationFrame(frame);
	return true;
})()`

// TestABurstOnTheBoard has a shop sell very much at once while somebody works on the board.
func TestABurstOnTheBoard(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	o.connect()
	o.deal("Quincho", "Nuevo", "", 450_000)
	p := o.enter(t, seller, desktop)
	p.open("/oportunidades")
	p.in("[data-live-state]").sees("En vivo")
	var ok bool
	p.until("the frames are watched", func() bool { return p.value(watchFrames, &ok) && ok })

	sold := make(chan error, 1)
	go func() {
		for _, client := range []int{o.shop.rosa, o.shop.pedro} {
			if _, err := o.shop.Issue(bsalesim.IssueRequest{Kind: "receipt", ClientID: &client, SellerID: &o.shop.seller, Count: burst / 2}); err != nil {
				sold <- err
				return
			}
		}
		sold <- nil
	}()
	// Somebody works on meanwhile.
	card := p.in(p.card("Nuevo", "Quincho"))
	card.unfold("Mover “Quincho” a otra etapa")
	card.click("Cotizado")
	p.card("Cotizado", "Quincho")
	must(t, <-sold)

	p.in(fmt.Sprintf("[data-column=%q] .column-head", o.stages["Vendido"])).sees(fmt.Sprintf("Vendido %d", burst))
	var longest, asked float64
	p.value(`window.longestFrame`, &longest)
	p.value(`performance.getEntriesByType("resource").filter((one) => one.name.includes("/oportunidades/columna")).length`, &asked)
	t.Logf("%d documents: %.0f ms without a frame at most, columns asked for %.0f times", burst, longest, asked)
	if longest == 0 || longest > frozen {
		t.Errorf("the page stood still for %.0f ms", longest)
	}
	if asked > burst/2 {
		t.Errorf("columns were asked for %.0f times for %d documents", asked, burst)
	}
	if cards := p.count(fmt.Sprintf("[data-column=%q] [data-deal]", o.stages["Vendido"])); cards > 100 {
		t.Errorf("the column shows %d cards at once", cards)
	}
}
