package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"puente/internal/bsale/bsalesim"
)

// hostile are texts that Bsale may send as a name: none may do anything, hide anything, or push anything out of its place.
var hostile = map[string]string{
	"short": `<script>document.body.className="tomado"</script><img src=x onerror="document.body.className='tomado'"><b>Negrita "'><svg onload=document.body.className='tomado'> {{.}} ${7*7}` +
		" &lt;i&gt; ' OR 1=1 -- 👩‍👩‍👧‍👦 🇨🇱 Z̷̢̛a̵l̶g̸o̵ שלום עולם \u202egnisrever\u202c مرحبا بالعالم",
	"one long word": strings.Repeat("Interminable", 416) + "largo",
	"long":          strings.Repeat("Comercial y Distribuidora ", 192),
}

func TestHostileTextFromBsale(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	o.connect()
	n := 0
	for _, name := range hostile {
		n++
		client := o.shop.World().AddClient(bsalesim.Client{
			FirstName: name, LastName: "Pérez", Business: name, City: name, Address: name, Note: name,
			Email: "cliente" + string(rune('a'+n)) + "@example.com", Phone: ptr("+56 9 6123 400" + string(rune('0'+n))),
		})
		o.shop.issue(t, "quote", client)
	}
	o.until("all of them are here", "/v1/apps/bsale/records?state=linked", func(answer map[string]any) bool { return len(answer["items"].([]any)) == len(hostile) })
	p := o.enter(t, administrator, desktop)
	check := func(path string) {
		t.Helper()
		p.open(path)
		var class string
		if !p.value(`document.body.className`, &class) || strings.Contains(class, "tomado") {
			t.Errorf("%s: a name of a client ran as a script", path)
		}
		if n := p.count(`main script, main [onerror], main [onload], main b, main i`); n != 0 {
			t.Errorf("%s: %d elements come from a name", path, n)
		}
		p.fits(path)
		p.looks(phone)
		p.fits(path + ", on a phone")
		p.looks(desktop)
	}
	paths := []string{
		"/oportunidades", "/oportunidades/lista", "/contactos", "/buscar?q=perez", "/buscar?q=interminable", "/sincronizacion", "/sincronizacion/documentos", "/sincronizacion/por-resolver",
		"/actividades/nueva", "/oportunidades/nueva",
	}
	for _, one := range o.call(http.MethodGet, "/v1/crm/deals", "")["items"].([]any) {
		deal := one.(map[string]any)
		id, contact := deal["id"].(string), deal["contact"].(map[string]any)["id"].(string)
		paths = append(paths, "/oportunidades/"+id, "/oportunidades/"+id+"/editar", "/oportunidades/"+id+"/mover", "/oportunidades/"+id+"/eliminar", "/contactos/"+contact, "/contactos/"+contact+"/editar", "/contactos/"+contact+"/eliminar")
	}
	for _, one := range o.call(http.MethodGet, "/v1/apps/bsale/records", "")["items"].([]any) {
		paths = append(paths, fmt.Sprintf("/sincronizacion/documentos/%.0f", one.(map[string]any)["bsaleId"]))
	}
	for _, path := range paths {
		check(path)
	}

	// What is shown is what was sent, letter by letter.
	p.open("/contactos")
	p.sees(hostile["short"][:100])
	p.open("/oportunidades")
	p.in(p.card("Cotizado", "Negrita")).sees(hostile["short"][:100])
}
