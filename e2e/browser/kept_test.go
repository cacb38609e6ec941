package browser

import (
	"fmt"
	"testing"
)

// TestNothingWrittenIsLost makes a new contact within the form of a deal, whose session then ends before it is sent.
func TestNothingWrittenIsLost(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	o.contact("Rosa", "Fuentes", "rosa.fuentes@example.com")
	p := o.enter(t, administrator, desktop)

	p.open("/oportunidades/nueva")
	p.fill("Nombre", "Venta de clavos")
	p.fill("Valor", "15000")
	p.seesNot("Nombre del contacto")
	p.fill("Buscar por nombre, correo o RUT", "Pedro Rojas")
	p.sees("No hay contactos con esas palabras")
	p.choose("Crear un contacto")
	p.until("the name that was looked for is there", func() bool { return p.holds("Nombre del contacto") == "Pedro Rojas" })
	p.good("a deal with a new contact")
	p.fill("Correo", "rosa.fuentes@example.com")
	p.expect("409")
	p.click("Guardar")
	p.in("#contact-options").sees("Rosa Fuentes")
	p.in("main").sees("Nombre del contacto")
	p.good("a new contact that exists already")
	p.fill("Correo", "pedro@example.com")

	const end = `fetch("/salir", { method: "POST" }).then((answer) => answer.ok)`
	var ended bool
	p.until("the session has ended", func() bool { return p.value(end, &ended) && ended })
	p.expect("401")
	p.click("Guardar")
	p.in("h1").sees("Entra de nuevo")
	p.good("what was written is kept")

	// Somebody logs in, in another tab.
	enter := fmt.Sprintf(`fetch("/entrar", { method: "POST", body: new URLSearchParams({ email: %s, password: %s }) }).then((answer) => answer.ok)`, quoted(administrator), quoted(password))
	var entered bool
	if !p.value(enter, &entered) || !entered {
		t.Fatal("nobody comes in")
	}
	p.click("Enviar de nuevo")
	p.in("h1").sees("Venta de clavos")
	p.sees("$15.000", "Pedro Rojas")
}

// TestAContactIsMadeInADealWithoutScripts needs no more than the form itself.
func TestAContactIsMadeInADealWithoutScripts(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	plain := desktop
	plain.plain = true
	p := o.enter(t, administrator, plain)
	p.open("/oportunidades/nueva")
	p.fill("Nombre", "Venta de clavos")
	p.choose("Crear un contacto")
	p.fill("Nombre del contacto", "Pedro Rojas")
	p.fill("Teléfono", "9 7333 3840")
	p.click("Guardar")
	p.in("h1").sees("Venta de clavos")
	p.sees("Pedro Rojas")

	p.open("/actividades/nueva")
	p.fill("Qué hay que hacer", "Llamar")
	p.seesNot("Sin contacto")
	p.fill("Buscar por nombre, correo o RUT", "Pedro")
	p.click("Buscar")
	p.in("#contact-options").sees("+56 9 7333 3840")
	p.choose("Pedro Rojas +56 9 7333 3840")
	p.click("Guardar")
	p.sees("Llamar", "Pedro Rojas")
}
