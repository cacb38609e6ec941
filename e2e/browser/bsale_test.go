package browser

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"puente/internal/bsale/bsalesim"
)

// TestAConflictIsSettledFromTheWorkList has Rosa's quote wait, because her tax id is another one here, until somebody says that it is her.
func TestAConflictIsSettledFromTheWorkList(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	o.connect()
	contact := o.contact("Rosa", "Fuentes", "rosa.fuentes@example.com")
	o.call(http.MethodPatch, "/v1/crm/contacts/"+contact, `{"taxId":"9.999.999-3"}`)
	quote := o.shop.issue(t, "quote", o.shop.rosa)
	o.until("the quote waits", "/v1/apps/bsale/records?state=conflict", func(answer map[string]any) bool { return len(answer["items"].([]any)) == 1 })

	p := o.enter(t, administrator, desktop)
	p.open("/sincronizacion")
	p.in(".tabs").follow("Por resolver 1")
	p.sees("¿Es Rosa Fuentes este contacto?")
	p.good("the work list")
	p.click("Es este")
	p.sees("Listo.")
	o.until("the quote has its deal", fmt.Sprintf("/v1/apps/bsale/records/%d", quote), func(answer map[string]any) bool { return answer["state"] == "linked" })
	p.open("/sincronizacion/por-resolver")
	p.sees("Nada por resolver")
	p.open("/oportunidades")
	p.in(p.card("Cotizado", "Rosa Fuentes")).sees("Valentina Soto")
	p.open("/contactos/" + contact)
	p.sees("12345678-5", "9999999-3")
}

// TestThePreviewIsWhatComes looks at the preview before anything is stored, then stores, and compares what became of each document.
func TestThePreviewIsWhatComes(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	contact := o.contact("Rosa", "Fuentes", "rosa.fuentes@example.com")
	o.call(http.MethodPatch, "/v1/crm/contacts/"+contact, `{"taxId":"9.999.999-3"}`)
	known := o.contact("Pedro", "Alarcón", "pedro.alarcon@example.com")
	o.deal("Terraza de Pedro", "Cotizado", known, 90_000)
	nobody := 0
	unreachable := o.shop.World().AddClient(bsalesim.Client{FirstName: "Sin", LastName: "Correo"})
	for kind, client := range map[string]int{"receipt": o.shop.pedro, "quote": o.shop.rosa, "invoice": o.shop.rosa, "sales_note": o.shop.pedro} {
		o.shop.issue(t, kind, client)
	}
	o.shop.issue(t, "quote", unreachable)
	o.shop.issue(t, "receipt", nobody)

	p := o.enter(t, administrator, desktop)
	p.open("/configuracion/apps/bsale")
	p.fill("Token de Acceso a Bsale", o.shop.Token())
	p.unfold("Opciones avanzadas")
	p.fill("Dirección de la API", o.shop.URL())
	p.in(".bsale-foot").click("Vista previa")
	p.has("#vista-previa .preview-group")
	p.value(`document.querySelectorAll("details.plan").forEach((one) => { one.open = true })`, new(any))
	p.good("the preview")
	promised := map[string][]string{}
	for _, group := range []string{"created", "updated", "unchanged", "skipped", "conflict", "failed"} {
		var titles []string
		if p.value(fmt.Sprintf(`[...document.querySelectorAll("#vista-%s .plan-title strong")].map((one) => one.textContent)`, group), &titles) && len(titles) > 0 {
			promised[group] = titles
		}
	}
	if count := len(o.call(http.MethodGet, "/v1/crm/deals", "")["items"].([]any)); count != 1 {
		t.Fatalf("a preview wrote: there are %d deals", count)
	}
	p.in(".bsale-foot").click("Guardar")
	p.arrives("/sincronizacion")
	o.until("all documents are read", "/v1/apps/bsale/records", func(answer map[string]any) bool {
		items := answer["items"].([]any)
		return len(items) == o.shop.World().Len() && !slices.ContainsFunc(items, func(one any) bool { return one.(map[string]any)["state"] == "new" })
	})
	became := map[string][]string{}
	for _, one := range o.call(http.MethodGet, "/v1/apps/bsale/records", "")["items"].([]any) {
		record := one.(map[string]any)
		story := o.call(http.MethodGet, fmt.Sprintf("/v1/apps/bsale/records/%.0f", record["bsaleId"]), "")
		outcome := story["decisions"].([]any)[0].(map[string]any)["outcome"].(string)
		became[outcome] = append(became[outcome], record["title"].(string))
	}
	for _, all := range []map[string][]string{promised, became} {
		for _, titles := range all {
			slices.Sort(titles)
		}
	}
	if fmt.Sprint(promised) != fmt.Sprint(became) {
		t.Errorf("the preview said %v, and it became %v", promised, became)
	}
	for _, outcome := range []string{"updated", "skipped", "conflict"} {
		if len(promised[outcome]) == 0 {
			t.Errorf("nothing was %s, so nothing was tried of that: %v", outcome, promised)
		}
	}
}
