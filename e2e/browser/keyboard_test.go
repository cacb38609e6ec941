package browser

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// mostTabs is how often Tab may be pressed to come to a control: more, and people with a keyboard only would give up.
const mostTabs = 80

// reachByTab presses Tab until a control has the focus, and checks that one sees where it is.
func (p *page) reachByTab(roles []string, name string) {
	p.t.Helper()
	node := p.control(roles, name)
	const script = `function() {
		if (document.activeElement !== this) return "elsewhere";
		const one = getComputedStyle(this), label = getComputedStyle(this.nextElementSibling ?? this);
		return one.outlineStyle !== "none" || label.outlineStyle !== "none" || one.boxShadow !== "none" ? "seen" : "unseen";
	}`
	for range mostTabs {
		var where string
		if err := p.call(node, script, &where); err != nil {
			p.t.Fatalf("%q: %v", name, err)
		}
		switch where {
		case "seen":
			return
		case "unseen":
			p.t.Errorf("%q has the focus, and nothing shows it", name)
			return
		}
		p.press(kb.Tab)
	}
	p.t.Fatalf("%q is not reached with %d tabs", name, mostTabs)
}

// write types into a field that is reached by Tab, in place of what stands there.
func (p *page) write(name, text string) {
	p.t.Helper()
	p.reachByTab(texts, name)
	p.press(text)
}

// push presses Enter on what is reached by Tab.
func (p *page) push(roles []string, name string) {
	p.t.Helper()
	p.reachByTab(roles, name)
	p.press(kb.Enter)
}

// TestByKeyboardAlone does without a mouse what people do every day, and what an administrator does once.
func TestByKeyboardAlone(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	p := newPage(t, o.URL, desktop)
	p.open("/entrar")
	p.write("Correo", administrator)
	p.write("Contraseña", password)
	p.press(kb.Enter)
	p.until("the login is past", func() bool { return p.path() == "/oportunidades" || p.path() == "/primeros-pasos" })

	// Past the menu, in one step.
	p.open("/oportunidades")
	p.press(kb.Tab)
	p.press(kb.Enter)
	var main bool
	p.until("the page's own part has the focus", func() bool { return p.value(`document.activeElement.id === "main"`, &main) && main })

	p.push(links, "Nueva oportunidad")
	p.arrives("/oportunidades/nueva")
	p.write("Nombre", "Quincho")
	p.write("Valor", "450000")
	p.reachByTab(lists, "Etapa")
	p.press("Cotizado")
	p.push(buttons, "Guardar")
	p.in("h1").sees("Quincho")
	p.sees("$450.000", "Llegó a Cotizado")

	// A value in its place, and back out of another with Escape.
	p.push([]string{"link", "button"}, "Editar Descripción")
	p.write("Descripción", "Con techo")
	p.push(buttons, "Guardar")
	p.in("main").sees("Con techo")

	// The search, from anywhere.
	p.open("/contactos")
	p.press("/")
	p.press("quincho")
	p.has("#hits [role=option]")
	p.press(kb.ArrowDown, kb.Enter)
	p.in("h1").sees("Quincho")

	// A field, in a dialog that keeps the focus and gives it back.
	p.open("/configuracion/campos?de=deal")
	p.push(links, "Crear")
	p.has("#dialog[open]")
	p.press(kb.Escape)
	p.until("the dialog is closed", func() bool { return p.count("#dialog[open]") == 0 })
	p.push(links, "Crear")
	dialog := p.in("#dialog")
	dialog.write("Nombre", "Despacho")
	dialog.push(buttons, "Crear campo")
	p.in("#campos").sees("Despacho")

	// A contact is deleted and comes back.
	contact := o.contact("Rosa", "Fuentes", "rosa.fuentes@example.com")
	p.open("/contactos/" + contact + "/eliminar")
	p.push(buttons, "Eliminar")
	p.push(buttons, "Restaurar")
	p.seesNot("Restaurar")
	p.in("h1").sees("Rosa Fuentes")
	if answer := o.call(http.MethodGet, "/v1/crm/contacts/"+contact, ""); answer["id"] != contact {
		t.Errorf("%v", answer)
	}
}
